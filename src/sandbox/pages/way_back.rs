//! The way back to the seller: `return_url` with what Dintero appends (API, 10).

use url::Url;

use crate::domain::clean;
use crate::sandbox::state::Session;

/// Where a customer can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WayBack {
    pub(super) url: String,
    /// For the page's policy.
    pub(super) origin: String,
    /// For people.
    pub(super) host: String,
}

/// The session's `return_url` with the reference, the transaction and `error`; `None` when it is not
/// an address that a browser may be sent to.
pub(super) fn way_back(session: &Session, error: Option<&str>) -> Option<WayBack> {
    let mut url = Url::parse(session.text(&["url", "return_url"])?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = clean::line(url.host_str()?);
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
