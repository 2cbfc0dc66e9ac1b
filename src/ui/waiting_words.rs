//! What waits to be done, on the screen and on the command line: with a link, in two words for its row in a list, and in
//! a line; and for other accounts.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::model::{Dropping, Stands};
use crate::app::msg::{WaitEnd, Waited};
use crate::domain::cause::{Cause, Plain};
use crate::domain::fault::FaultKind;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::i18n::Texts;
use crate::ports::{Fault, OutboxEntry, OutboxKind};

/// The message about what came to no end, with the command that gives it up.
const NO_END: &str = "waits-progress-no-end";

/// The message that names a request.
#[must_use]
pub const fn noun(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Create => "cli-outbox-create",
        OutboxKind::Cancel => "cli-outbox-cancel",
        OutboxKind::Capture => "cli-outbox-capture",
        OutboxKind::Void => "cli-outbox-void",
        OutboxKind::Refund => "cli-outbox-refund",
        OutboxKind::Look => "cli-outbox-look",
    }
}

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

/// The words for a link that asks its seller before anything goes on with it.
#[must_use]
pub fn asks(outbox: &[OutboxEntry], link: LinkId) -> Option<&'static str> {
    let asks = outbox.iter().find(|e| e.link == link && e.needs_decision)?;
    Some(if asks.overdue.is_some() { "row-asks-late" } else { "row-asks-doubt" })
}

/// What waits, how often it was tried and what came of it, and when it is tried next; of what may have been done, that
/// it is looked up; of what the backend works on: since when, and what happens next.
#[must_use]
pub fn line(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    told(entry, (now, zone), texts, NO_END)
}

/// The same on the link's own screen, where a key does what else is a command.
pub(crate) fn on_screen(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    told(entry, (now, zone), texts, "link-progress-no-end")
}

fn told(
    entry: &OutboxEntry,
    (now, zone): (Timestamp, &TimeZone),
    texts: Texts,
    no_end: &'static str,
) -> String {
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
        let next = look(entry, (now, zone), texts, no_end);
        return [texts.t(what).into_owned(), begun, next].join(" · ");
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

/// What the seller is asked about a link that waits for the word, and by which commands it is given (contracts, 5).
#[must_use]
pub fn to_decide(entry: &OutboxEntry, link: &Link, texts: Texts) -> Option<Cow<'static, str>> {
    entry.needs_decision.then(|| texts.t(decide_hint(entry.overdue.is_some(), link)))
}

/// The message with that. `late`: it was not sent, else it may have been.
#[must_use]
pub const fn decide_hint(late: bool, link: &Link) -> &'static str {
    match late {
        true => "cli-overdue-hint",
        false if link.sale.delivery.messages_customer() => "cli-decide-hint",
        false => "cli-decide-hint-given",
    }
}

/// What happens next with what the backend works on: it is looked at, and not sent again. After a day the seller may
/// give it up.
#[must_use]
pub fn next_look(entry: &OutboxEntry, now: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    look(entry, (now, zone), texts, NO_END)
}

fn look(
    entry: &OutboxEntry,
    (now, zone): (Timestamp, &TimeZone),
    texts: Texts,
    no_end: &'static str,
) -> String {
    if entry.has_no_end() {
        return texts.t(no_end).into_owned();
    }
    if entry.next_at <= now {
        return texts.t("waits-progress-looked-at").into_owned();
    }
    let when = texts.clock_seconds(entry.next_at, zone);
    texts.t_args("waits-progress-next", &[("time", when.into())])
}

/// Whether what waits is to be dropped, with what waits `behind` it, and what it means to say yes.
pub(crate) fn drop_question(
    reference: &str,
    what: &Dropping,
    behind: &[Dropping],
    texts: Texts,
) -> (String, Cow<'static, str>) {
    let mut args = vec![("reference", reference.to_owned().into()), ("kind", sentence(what.kind).into())];
    let asked = match what.amount {
        None => texts.t_args("confirm-drop", &args),
        Some(amount) => {
            args.push(("amount", texts.amount(amount).into()));
            texts.t_args("confirm-drop-part", &args)
        }
    };
    let money = what.kind.moves_money();
    let means = texts.t(match what.stands {
        Stands::NotSent if money => "confirm-drop-not-sent",
        Stands::NotSent => "confirm-drop-cancel-not-sent",
        Stands::Perhaps if money => "confirm-drop-perhaps",
        Stands::Perhaps => "confirm-drop-cancel-perhaps",
        Stands::NoEnd => "confirm-drop-no-end",
        Stands::Unreadable => "confirm-drop-unreadable",
    });
    if behind.is_empty() {
        return (asked, means);
    }
    let named = behind.iter().map(|also| {
        let kind = texts.t(noun(also.kind)).into_owned();
        also.amount.map_or(kind.clone(), |amount| format!("{kind} {}", texts.amount(amount)))
    });
    let named = named.collect::<Vec<_>>().join(", ");
    let means = texts.t_args("confirm-drop-also", &[("means", means.into()), ("what", named.into())]);
    (asked, means.into())
}

/// What came of a request that waited, after a key: in the words of the command line.
pub(crate) fn ended(reference: &str, state: LinkState, waited: &Waited, texts: Texts) -> String {
    let said = ended_alone(reference, state, waited, texts);
    if waited.also.is_empty() {
        return said;
    }
    let named = waited.also.iter().map(|kind| texts.t(noun(*kind)).into_owned());
    let named = named.collect::<Vec<_>>().join(", ");
    texts.t_args("toast-waited-also", &[("said", said.into()), ("what", named.into())])
}

fn ended_alone(reference: &str, state: LinkState, waited: &Waited, texts: Texts) -> String {
    let Waited { kind, end, fault, .. } = waited;
    let why = fault.as_ref().map(|fault| texts.say(&fault.cause).into_owned());
    let because = |with, without| if why.is_some() { with } else { without };
    let money = kind.moves_money();
    let key = match end {
        WaitEnd::Done => "toast-waited-done",
        WaitEnd::Dropped if money => "cli-money-dropped",
        WaitEnd::Dropped => "toast-cancel-dropped",
        WaitEnd::DroppedPerhaps if money => dropped_perhaps(fault.as_ref()),
        WaitEnd::DroppedPerhaps => "cli-drop-cancel-perhaps",
        WaitEnd::DoneBefore => "cli-drop-carried-out",
        WaitEnd::NotPossible => "cli-money-not-possible",
        WaitEnd::HasMoney => "toast-has-money",
        WaitEnd::Refused | WaitEnd::NotAllowed => match fault {
            Some(fault) => return format!("{reference}: {}", refused(fault, texts)),
            None => "cli-money-failed",
        },
        WaitEnd::Waits => because("cli-money-waiting-because", "cli-money-waiting"),
        WaitEnd::InProgress => because("cli-money-no-end", "cli-money-in-progress"),
        WaitEnd::Unknown => because("cli-money-unknown-because", "cli-money-unknown"),
        WaitEnd::Busy => "toast-waited-busy",
        WaitEnd::Gone => "cli-money-lost",
    };
    let args = [
        ("reference", reference.to_owned().into()),
        ("kind", sentence(*kind).into()),
        ("state", texts.say(&state).into_owned().into()),
        ("why", why.clone().unwrap_or_default().into()),
    ];
    texts.t_args(key, &args)
}

/// The "no" to a request, or why we may not send it.
fn refused(fault: &Fault, texts: Texts) -> Cow<'static, str> {
    match fault.told_as() {
        FaultKind::Refused => texts.refusal(Some(&fault.line())),
        _ if fault.message.is_some() => texts.refusal(Some(&fault.line())),
        kind => texts.say(&kind),
    }
}

/// That an order about money was dropped which may still be carried out, and why.
#[must_use]
pub fn dropped_perhaps(fault: Option<&Fault>) -> &'static str {
    match fault.map(|fault| &fault.cause) {
        Some(Cause::Plain(Plain::OrderUnreadable)) => "cli-money-dropped-unreadable",
        _ => "cli-money-dropped-perhaps",
    }
}

/// Which of the sentences about what waits is for this kind.
#[must_use]
pub const fn sentence(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Capture | OutboxKind::Void | OutboxKind::Refund => kind.word(),
        OutboxKind::Create | OutboxKind::Cancel | OutboxKind::Look => "other",
    }
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
