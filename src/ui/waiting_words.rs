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
        let (waits, doubt, progress) = match e.kind {
            OutboxKind::Create | OutboxKind::Look => return None,
            OutboxKind::Cancel => ("row-waits-cancel", "row-waits-cancel", "row-waits-cancel"),
            OutboxKind::Capture => ("row-waits-capture", "row-doubt-capture", "row-progress-capture"),
            OutboxKind::Void => ("row-waits-void", "row-doubt-void", "row-progress-void"),
            OutboxKind::Refund => ("row-waits-refund", "row-doubt-refund", "row-progress-refund"),
        };
        let begun = e.in_progress_since().is_some();
        Some(if begun {
            progress
        } else if e.in_doubt() {
            doubt
        } else {
            waits
        })
    })
}

/// What waits, how often it was tried and what came of it, and when it is tried next; of what may have been done, that
/// it is looked up; of what the backend works on: since when, and what happens next.
#[must_use]
pub fn line(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    let what = match entry.kind {
        // Our own care, which nobody asked for: how often it was tried tells nothing.
        OutboxKind::Look => return texts.t("link-waits-look").into_owned(),
        OutboxKind::Create => None,
        OutboxKind::Cancel => Some(("link-waits-cancel", "link-waits-cancel", "link-waits-cancel")),
        OutboxKind::Capture => Some(("link-waits-capture", "link-doubt-capture", "link-progress-capture")),
        OutboxKind::Void => Some(("link-waits-void", "link-doubt-void", "link-progress-void")),
        OutboxKind::Refund => Some(("link-waits-refund", "link-doubt-refund", "link-progress-refund")),
    };
    if let (Some((_, _, what)), Some(since)) = (what, entry.in_progress_since()) {
        let begun = texts.t_args("waits-progress", &[("time", texts.moment(since, now, zone).into())]);
        return [texts.t(what).into_owned(), begun, next_look(entry, now, zone, texts)].join(" · ");
    }
    let doubt = entry.in_doubt();
    let what = what.map(|(waits, doubted, _)| if doubt { doubted } else { waits });
    let mut words: Vec<String> = what.map(|key| texts.t(key).into_owned()).into_iter().collect();
    if entry.attempts == 0 {
        words.push(texts.t("link-untried").into_owned());
    } else {
        words.push(texts.t_args("link-tried", &[("count", entry.attempts.into())]));
        words.extend(entry.last_error.as_deref().map(|line| texts.reason(line)));
        if entry.next_at > now {
            let when = texts.clock_seconds(entry.next_at, zone);
            let key = if doubt { "link-next-look" } else { "link-next-try" };
            words.push(texts.t_args(key, &[("time", when.into())]));
        }
    }
    words.join(" · ")
}

/// What sends a link that waits: the next command, where all it waits for is a connection, else the next try at its time.
#[must_use]
pub fn goes_out(
    next_at: Timestamp,
    unreached: bool,
    now: Timestamp,
    zone: &TimeZone,
    texts: Texts,
) -> String {
    if unreached || next_at <= now {
        return texts.t("cli-queued-hint").into_owned();
    }
    let when = texts.clock_seconds(next_at, zone);
    texts.t_args("cli-queued-later-hint", &[("time", when.into())])
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
