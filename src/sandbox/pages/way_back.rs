//! The way back to the seller: `return_url` with what Dintero appends (API, 10).

use url::{Host, Url};

use super::words::Words;
use crate::domain::clean;
use crate::sandbox::state::Session;

/// Where a customer can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WayBack {
    pub(super) url: String,
    /// For the page's policy.
    pub(super) origin: String,
    /// For people; nothing where the shop has no name of its own, only this machine's address.
    pub(super) host: Option<String>,
}

impl WayBack {
    /// Where the button leads, in words.
    pub(super) fn name(&self, w: &'static Words) -> &str {
        self.host.as_deref().unwrap_or(w.the_shop)
    }
}

/// The session's `return_url` with the reference, the transaction and `error`; `None` when it is not
/// an address that a browser may be sent to.
pub(super) fn way_back(session: &Session, error: Option<&str>) -> Option<WayBack> {
    let mut url = Url::parse(session.text(&["url", "return_url"])?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = match url.host()? {
        Host::Domain("localhost") | Host::Ipv4(_) | Host::Ipv6(_) => None,
        Host::Domain(name) => Some(clean::line(name)),
    };
    let origin = url.origin().ascii_serialization();
    url.query_pairs_mut().append_pair("merchant_reference", session.reference());
    if let Some(id) = &session.transaction_id {
        url.query_pairs_mut().append_pair("transaction_id", id);
    }
    if let Some(error) = error {
        url.query_pairs_mut().append_pair("error", error);
    }
    Some(WayBack { url: url.into(), origin, host })
}
