//! What waits to be done, on the screen and on the command line: with a link, in two words for its row in a list, and in
//! a line; and for other accounts.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::cause::{Cause, Plain};
use crate::domain::link::LinkId;
use crate::i18n::Texts;
use crate::ports::{OutboxEntry, OutboxKind};

/// The words for the first thing that waits to be done with a link that is at the backend, or is being done there.
/// That it is still to be made, its state says.
#[must_use]
pub fn key(outbox: &[OutboxEntry], link: LinkId) -> Option<&'static str> {
    outbox.iter().filter(|e| e.link == link && !e.needs_decision).find_map(|e| {
        let begun = e.in_progress_since().is_some();
        match (e.kind, begun) {
            (OutboxKind::Create | OutboxKind::Look, _) => None,
            (OutboxKind::Cancel, _) => Some("row-waits-cancel"),
            (OutboxKind::Capture, false) => Some("row-waits-capture"),
            (OutboxKind::Capture, true) => Some("row-progress-capture"),
            (OutboxKind::Void, false) => Some("row-waits-void"),
            (OutboxKind::Void, true) => Some("row-progress-void"),
            (OutboxKind::Refund, false) => Some("row-waits-refund"),
            (OutboxKind::Refund, true) => Some("row-progress-refund"),
        }
    })
}

/// What waits, how often it was tried and when it is tried next; of what the backend works on: since when, and what
/// happens next. Empty where the state of the link says it all.
#[must_use]
pub fn line(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    let what = match entry.kind {
        // Our own care, which nobody asked for: how often it was tried tells nothing.
        OutboxKind::Look => return texts.t("link-waits-look").into_owned(),
        OutboxKind::Create => None,
        OutboxKind::Cancel => Some(("link-waits-cancel", "link-waits-cancel")),
        OutboxKind::Capture => Some(("link-waits-capture", "link-progress-capture")),
        OutboxKind::Void => Some(("link-waits-void", "link-progress-void")),
        OutboxKind::Refund => Some(("link-waits-refund", "link-progress-refund")),
    };
    if let (Some((_, what)), Some(since)) = (what, entry.in_progress_since()) {
        let begun = texts.t_args("waits-progress", &[("time", texts.moment(since, now, zone).into())]);
        return [texts.t(what).into_owned(), begun, next_look(entry, now, zone, texts)].join(" · ");
    }
    let mut words: Vec<String> = what.map(|(key, _)| texts.t(key).into_owned()).into_iter().collect();
    if entry.attempts > 0 {
        words.push(texts.t_args("link-tried", &[("count", entry.attempts.into())]));
        if entry.next_at > now {
            let when = texts.clock_seconds(entry.next_at, zone);
            words.push(texts.t_args("link-next-try", &[("time", when.into())]));
        }
    }
    words.join(" · ")
}

/// What happens next with what the backend works on: it is looked at, and not sent again. After a day the seller may
/// give it up.
#[must_use]
pub fn next_look(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    let last = entry.last_error.as_deref().and_then(Cause::read);
    if last == Some(Cause::Plain(Plain::NoEndYet)) {
        return texts.t("waits-progress-no-end").into_owned();
    }
    if entry.next_at <= now {
        return texts.t("waits-progress-looked-at").into_owned();
    }
    let when = texts.clock_seconds(entry.next_at, zone);
    texts.t_args("waits-progress-next", &[("time", when.into())])
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
