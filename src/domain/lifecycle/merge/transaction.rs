//! What a transaction tells (API, 5).

use jiff::Timestamp;

use super::{MAX_EVENTS, event_of, rank, record, text};
use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::link::{Alarm, EventKind, Link, LinkEvent, LinkState, part};
use crate::domain::money::Money;

fn state_of(status: &TransactionStatus) -> LinkState {
    match status {
        TransactionStatus::Initiated => LinkState::Paying,
        TransactionStatus::OnHold => LinkState::OnHold,
        TransactionStatus::Authorized => LinkState::Authorized,
        TransactionStatus::PartiallyCaptured => LinkState::PartiallyCaptured,
        TransactionStatus::Captured => LinkState::Captured,
        TransactionStatus::AuthorizationVoided => LinkState::Voided,
        TransactionStatus::PartiallyRefunded => LinkState::PartiallyRefunded,
        TransactionStatus::PartiallyCapturedRefunded => LinkState::PartiallyCapturedRefunded,
        TransactionStatus::Refunded => LinkState::Refunded,
        TransactionStatus::Declined => LinkState::Declined,
        TransactionStatus::Failed => LinkState::Failed,
        TransactionStatus::Other(_) => LinkState::Unknown,
    }
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
    let new = state_of(&news.status);
    let another = link.transaction_id.as_ref().is_some_and(|id| *id != news.id);
    if another && !take_over(link, news, new, backend_now) {
        return;
    }
    link.transaction_id = Some(news.id.clone());

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
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => !older,
        std::cmp::Ordering::Less => newer,
    };
    for event in &news.events {
        take_transaction_event(link, event, news, backend_now);
    }
    let at = told_at.or(news.created_at).unwrap_or(backend_now);
    if let TransactionStatus::Other(word) = &news.status
        && link.events.len() < MAX_EVENTS
    {
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
        // Parts may come several times and are told by the transaction's own events.
        (Some(EventKind::PartiallyCaptured | EventKind::PartiallyRefunded) | None, _) => {}
        (Some(kind), _) => {
            let detail = if kind == EventKind::Authorized { news.method.as_deref() } else { None };
            link.record_once(at, kind, text(detail));
        }
    }
    let differs = news.amount.is_some_and(|a| a != link.amount.minor());
    if differs && link.state.has_money() {
        link.raise(Alarm::AmountDiffers, at);
    }
}

/// A second transaction on one session, which should not be (API, 3). Whether it takes the place of
/// the first: only where that one holds no money. If both do, the customer has paid twice.
fn take_over(link: &mut Link, news: &TransactionNews, new: LinkState, backend_now: Timestamp) -> bool {
    if link.state.has_money() {
        if new.has_money() {
            link.raise(Alarm::DoublePayment, news.created_at.unwrap_or(backend_now));
        }
        return false;
    }
    rank(new) >= rank(link.state)
}

fn take_transaction_event(
    link: &mut Link,
    event: &TransactionEvent,
    news: &TransactionNews,
    backend_now: Timestamp,
) {
    let at = event.at.or(news.updated_at).unwrap_or(backend_now);
    let after = event.status_after.as_deref().map(TransactionStatus::from_word);
    let method = text(news.method.as_deref());
    let error = text(event.error.as_deref());
    let part = event.amount.map(|a| part(Money::new(a, link.amount.currency())));
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
        ("CAPTURE", true) => match after {
            Some(TransactionStatus::PartiallyCaptured) => (EventKind::PartiallyCaptured, part),
            _ => (EventKind::Captured, None),
        },
        ("REFUND", true) => match after {
            Some(TransactionStatus::PartiallyRefunded | TransactionStatus::PartiallyCapturedRefunded) => {
                (EventKind::PartiallyRefunded, part)
            }
            _ => (EventKind::Refunded, None),
        },
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
