//! What a transaction tells (API, 5).

use jiff::Timestamp;

use super::{event_of, has_room, rank, record, text};
use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus, other_sum};
use crate::domain::link::{Alarm, Beside, EventKind, Link, LinkEvent, LinkState, part};
use crate::domain::money::{Currency, Money};

fn state_of(link: &Link, news: &TransactionNews) -> LinkState {
    match &news.status {
        TransactionStatus::AuthorizationVoided => voided(link, news),
        TransactionStatus::Initiated => LinkState::Paying,
        TransactionStatus::OnHold => LinkState::OnHold,
        TransactionStatus::Authorized => LinkState::Authorized,
        TransactionStatus::PartiallyCaptured => LinkState::PartiallyCaptured,
        TransactionStatus::Captured => LinkState::Captured,
        TransactionStatus::PartiallyRefunded => LinkState::PartiallyRefunded,
        TransactionStatus::PartiallyCapturedRefunded => LinkState::PartiallyCapturedRefunded,
        TransactionStatus::Refunded => LinkState::Refunded,
        TransactionStatus::Declined => LinkState::Declined,
        TransactionStatus::Failed => LinkState::Failed,
        TransactionStatus::Other(_) => LinkState::Unknown,
    }
}

/// What a release comes to. After a part was taken it lets go of the rest alone (API, 5.3); where nothing was ever
/// reserved it came with the session's cancellation (API, 4).
fn voided(link: &Link, news: &TransactionNews) -> LinkState {
    let told = |kinds: &[EventKind]| link.events.iter().any(|e| kinds.contains(&e.kind));
    let taken = sum(news, "CAPTURE");
    if has(news, "CAPTURE") || told(&[EventKind::PartiallyCaptured, EventKind::Captured]) {
        let returned = sum(news, "REFUND");
        return match (taken, returned) {
            _ if !has(news, "REFUND") && !told(&[EventKind::PartiallyRefunded]) => {
                LinkState::PartiallyCaptured
            }
            (Some(taken), Some(returned)) if taken > 0 && returned >= taken => LinkState::Refunded,
            _ => LinkState::PartiallyCapturedRefunded,
        };
    }
    let reserved = has(news, "AUTHORIZE") || told(&[EventKind::Authorized]);
    let begun = has(news, "INITIALIZE");
    if begun && !reserved && told(&[EventKind::Cancelled]) { LinkState::Cancelled } else { LinkState::Voided }
}

/// Whether the news tell that something of that name was done.
fn has(news: &TransactionNews, name: &str) -> bool {
    news.events.iter().any(|e| e.success && e.event == name)
}

/// What all that of that name comes to, in minor units; `None` where an amount isn't told.
fn sum(news: &TransactionNews, name: &str) -> Option<i64> {
    sum_of(&news.events, name)
}

fn sum_of(events: &[TransactionEvent], name: &str) -> Option<i64> {
    let of_name = events.iter().filter(|e| e.success && e.event == name);
    of_name.map(|e| e.amount.filter(|a| *a > 0)).try_fold(0_i64, |sum, part| sum.checked_add(part?))
}

/// Whether an event tells of the outcome of a transaction.
const fn of_transaction(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::OnHold
            | EventKind::Authorized
            | EventKind::Captured
            | EventKind::PartiallyCaptured
            | EventKind::Declined
            | EventKind::Failed
            | EventKind::Voided
            | EventKind::Refunded
            | EventKind::PartiallyRefunded
    )
}

pub(super) fn take_transaction(link: &mut Link, news: &TransactionNews, backend_now: Timestamp) {
    let new = state_of(link, news);
    let another = link.transaction_id.as_ref().is_some_and(|id| *id != news.id);
    if another && !take_over(link, news, new, backend_now) {
        return;
    }
    let known = link.transaction_id.as_ref() == Some(&news.id);
    link.transaction_id = Some(news.id.clone());
    let took = |e: &LinkEvent| matches!(e.kind, EventKind::Captured | EventKind::PartiallyCaptured);
    // Money that was taken does not come to have never been paid, whatever is said later (API, 5.2).
    let denied = matches!(new, LinkState::Declined | LinkState::Failed) && link.events.iter().any(took);

    // A state that came from a transaction was set at the time its news told (see below).
    let changed_at = Some(link.changed_at).filter(|_| rank(link.state) > rank(LinkState::Paying));
    let known_at =
        link.events.iter().filter(|e| of_transaction(e.kind)).map(|e| e.at).chain(changed_at).max();
    let told_at = news.events.iter().filter_map(|e| e.at).chain(news.updated_at).max();
    let newer = matches!((told_at, known_at), (Some(told), Some(known)) if told > known);
    let older = matches!((told_at, known_at), (Some(told), Some(known)) if told < known);
    let applies = match rank(new).cmp(&rank(link.state)) {
        // A session that was cancelled takes an unfinished transaction with it.
        _ if new == LinkState::Paying && link.state == LinkState::Cancelled => false,
        // Begun, and given up until its time was over (see the session's part).
        _ if new == LinkState::Paying && link.state == LinkState::Expired => !known,
        _ if denied => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => !older,
        std::cmp::Ordering::Less => newer,
    };
    for (n, event) in news.events.iter().enumerate() {
        take_transaction_event(link, event, &news.events[..=n], news, backend_now);
    }
    let at = told_at.or(news.created_at).unwrap_or(backend_now);
    let odd = match &news.status {
        TransactionStatus::Other(word) => Some(word.as_str()),
        _ if denied => Some(new.word()),
        _ => None,
    };
    if let Some(word) = odd.filter(|_| has_room(link, 't')) {
        let key = Some(format!("t/{}/{word}", news.id));
        link.record(LinkEvent { at, kind: EventKind::Other, detail: text(Some(word)), key });
    }
    if !applies {
        return;
    }
    if link.state != new {
        link.state = new;
        link.changed_at = at;
    }
    link.reason = match &news.status {
        TransactionStatus::Other(word) => Some(word.clone()),
        _ => None,
    };
    match (event_of(new), new) {
        (None, LinkState::Paying) => {
            // Usually the session's pay lock has told already.
            if !link.events.iter().any(|e| e.kind == EventKind::Paying) {
                let key = Some(format!("t/{}/INITIATED", news.id));
                link.record(LinkEvent {
                    at,
                    kind: EventKind::Paying,
                    detail: text(news.method.as_deref()),
                    key,
                });
            }
        }
        // What was taken is told by its own events, which know how much it was.
        (Some(EventKind::Captured), _) if has(news, "CAPTURE") => {}
        // Parts may come several times and are told by the transaction's own events.
        (Some(EventKind::PartiallyCaptured | EventKind::PartiallyRefunded) | None, _) => {}
        (Some(kind), _) => {
            let detail = if kind == EventKind::Authorized { news.method.as_deref() } else { None };
            link.record_once(at, kind, text(detail));
        }
    }
    if link.state.has_money() && other_sum(news.amount, news.currency.as_deref(), link.amount) {
        link.raise(Alarm::AmountDiffers, at);
    }
}

/// A second transaction on one session, which should not be (API, 3). Whether it takes the place of
/// the first: only where that one has come to nothing. One that holds money and doesn't is an alarm: the customer has
/// paid twice, or once more after the first was paid back or released.
fn take_over(link: &mut Link, news: &TransactionNews, new: LinkState, backend_now: Timestamp) -> bool {
    let taken_over = !link.state.has_money() && rank(new) >= rank(link.state);
    if !taken_over && new.has_money() {
        link.paid_twice(Beside::Second, news.created_at.unwrap_or(backend_now));
    }
    taken_over
}

/// Whether a status says that not all of it was taken, or not all of what was taken went back.
const fn is_part(status: &TransactionStatus) -> bool {
    matches!(
        status,
        TransactionStatus::PartiallyCaptured
            | TransactionStatus::PartiallyRefunded
            | TransactionStatus::PartiallyCapturedRefunded
    )
}

/// `until`: the events up to this one.
fn take_transaction_event(
    link: &mut Link,
    event: &TransactionEvent,
    until: &[TransactionEvent],
    news: &TransactionNews,
    backend_now: Timestamp,
) {
    let at = event.at.or(news.updated_at).unwrap_or(backend_now);
    // A word that nobody knows tells nothing.
    let after = event.status_after.as_deref().map(TransactionStatus::from_word);
    let after = after.filter(|after| !matches!(after, TransactionStatus::Other(_)));
    let method = text(news.method.as_deref());
    let error = text(event.error.as_deref());
    // In a currency that nobody here knows there is no telling how much it was.
    let currency = news.currency.as_deref().map_or(Some(link.amount.currency()), Currency::from_code);
    let part = event.amount.zip(currency).map(|(minor, currency)| part(Money::new(minor, currency)));
    let (kind, detail) = match (event.event.as_str(), event.success) {
        // Begun, or in progress: what came of it has an event of its own.
        ("INITIALIZE" | "INITIATE_CAPTURE" | "INITIATE_REFUND" | "INITIATE_VOID" | "SETTLEMENT", true) => {
            return;
        }
        ("AUTHORIZE", true) => match after {
            Some(TransactionStatus::OnHold) => (EventKind::OnHold, method),
            // With some methods the two are one step.
            Some(TransactionStatus::Captured) => (EventKind::Captured, method),
            _ => (EventKind::Authorized, method),
        },
        ("AUTHORIZE" | "INITIALIZE", false) => match after {
            Some(TransactionStatus::Declined) => (EventKind::Declined, error),
            Some(TransactionStatus::Failed) => (EventKind::Failed, error),
            _ => (EventKind::AttemptFailed, error),
        },
        ("CAPTURE", true) => {
            let all = match sum_of(until, "CAPTURE") {
                Some(taken) => taken >= link.amount.minor(),
                None => !is_part(after.as_ref().unwrap_or(&news.status)),
            };
            if all { (EventKind::Captured, None) } else { (EventKind::PartiallyCaptured, part) }
        }
        ("REFUND", true) => {
            // Where both are told, the sums know best what is left.
            let taken = sum_of(until, "CAPTURE").filter(|taken| *taken > 0);
            let all = match (sum_of(until, "REFUND"), taken) {
                (Some(returned), Some(taken)) => returned >= taken,
                (Some(returned), None) if after.is_none() => returned >= link.amount.minor(),
                _ => !is_part(after.as_ref().unwrap_or(&news.status)),
            };
            if all { (EventKind::Refunded, None) } else { (EventKind::PartiallyRefunded, part) }
        }
        // Nothing was reserved that could be released: the session was cancelled.
        ("VOID", true) if state_of(link, news) == LinkState::Cancelled => return,
        ("VOID", true) => (EventKind::Voided, None),
        (word, true) => (EventKind::Other, text(Some(word))),
        (word, false) => {
            let why = error.map_or_else(|| "failed".to_owned(), |e| format!("failed: {e}"));
            (EventKind::Other, text(Some(&format!("{word} {why}"))))
        }
    };
    let once = matches!(
        kind,
        EventKind::OnHold
            | EventKind::Authorized
            | EventKind::Captured
            | EventKind::Declined
            | EventKind::Failed
            | EventKind::Refunded
            | EventKind::Voided
    );
    if once {
        link.record_once(at, kind, detail);
    } else {
        record(
            link,
            't',
            event.id.as_deref(),
            &event.event,
            event.at,
            LinkEvent { at, kind, detail, key: None },
        );
    }
}
