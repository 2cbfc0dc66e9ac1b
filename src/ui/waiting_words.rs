//! What waits to be done, on the screen and on the command line: with a link, in two words for its row in a list;
//! and for other accounts.

use crate::domain::link::LinkId;
use crate::i18n::Texts;
use crate::ports::{OutboxEntry, OutboxKind};

/// The words for the first thing that waits to be done with a link that is at the backend. That it is still to
/// be made, its state says.
#[must_use]
pub fn key(outbox: &[OutboxEntry], link: LinkId) -> Option<&'static str> {
    outbox.iter().filter(|e| e.link == link && !e.needs_decision).find_map(|e| match e.kind {
        OutboxKind::Create | OutboxKind::Look => None,
        OutboxKind::Cancel => Some("row-waits-cancel"),
        OutboxKind::Capture => Some("row-waits-capture"),
        OutboxKind::Void => Some("row-waits-void"),
        OutboxKind::Refund => Some("row-waits-refund"),
    })
}

/// That `count` requests wait for another account, and how they are sent.
#[must_use]
pub fn elsewhere(texts: Texts, account: &str, profile: Option<&str>, count: u64) -> String {
    let args = [
        ("count", count.into()),
        ("account", account.to_owned().into()),
        ("profile", profile.unwrap_or_default().to_owned().into()),
    ];
    texts.t_args(if profile.is_some() { "waits-elsewhere" } else { "waits-elsewhere-unknown" }, &args)
}
