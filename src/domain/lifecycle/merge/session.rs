//! What a session tells (API, 2 and 3).

use jiff::{SignedDuration, Timestamp};

use super::{event_of, rank, record, text};
use crate::domain::clean;
use crate::domain::lifecycle::{PublishNews, SessionEvent, SessionNews, TransactionStatus, other_sum};
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Link, LinkEvent, LinkState};
use crate::domain::method::Method;

/// The most payment product types that are kept of a session.
const MAX_TYPES: usize = 60;

/// So long after a link's time somebody who is in the middle of paying may still end it.
pub const UNTIL_GIVEN_UP: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn take_session(link: &mut Link, session: &SessionNews, backend_now: Timestamp) {
    link.session_id.get_or_insert_with(|| session.id.clone());
    if let Some(at) = session.expires_at {
        link.expires_at = at;
    }
    if let Some(id) = &session.transaction_id {
        link.transaction_id.get_or_insert_with(|| id.clone());
    }
    if let Some(at) = session.created_at {
        link.record_once(at, EventKind::Created, None);
    }
    if other_sum(session.amount, session.currency.as_deref(), link.amount) {
        link.raise(Alarm::AmountDiffers, session.created_at.unwrap_or(backend_now));
    }
    take_types(link, &session.types);
    take_publish(link, &session.publish, session.created_at.unwrap_or(backend_now));
    for event in &session.events {
        take_session_event(link, event, backend_now);
    }
    if let Some(at) = session.cancelled_at {
        link.record_once(at, EventKind::Cancelled, None);
    }
}

/// A link for the whole payment profile was perhaps asked for where the profile could not be read. The session was made
/// of it, so it tells what that was.
fn take_types(link: &mut Link, types: &[String]) {
    let choice = &mut link.sale.methods;
    if choice.untold() {
        choice.methods = types.iter().take(MAX_TYPES).filter_map(|t| Method::parse(t).ok()).collect();
    }
}

/// What became of SMS or push. Of several messages the best outcome counts.
fn take_publish(link: &mut Link, publish: &[PublishNews], at: Timestamp) {
    let asked = link.sale.delivery.messages_customer();
    for news in publish {
        let channel = clean::line_within(&news.channel, 20);
        let kind = match &news.status {
            DeliveryStatus::Sent => EventKind::MessageSent,
            DeliveryStatus::Skipped if asked => EventKind::MessageSkipped,
            DeliveryStatus::Failed if asked => EventKind::MessageFailed,
            _ => continue,
        };
        link.by_push |= channel == "push";
        link.record_once(at, kind, Some(channel).filter(|c| !c.is_empty()));
    }
    if !asked {
        return;
    }
    let Some(best) = publish.iter().map(|p| &p.status).max_by_key(|s| worth(s)) else { return };
    // A message that did not arrive after all is told; that one is on its way is older news than what came of it.
    let came_to = matches!(best, DeliveryStatus::Skipped | DeliveryStatus::Failed);
    if came_to || worth(best) > worth(&link.delivery_status) {
        link.delivery_status = best.clone();
    }
}

const fn worth(status: &DeliveryStatus) -> u8 {
    match status {
        DeliveryStatus::None => 0,
        DeliveryStatus::Pending => 1,
        DeliveryStatus::Unknown(_) => 2,
        DeliveryStatus::Skipped => 3,
        DeliveryStatus::Failed => 4,
        DeliveryStatus::Sent => 5,
    }
}

fn take_session_event(link: &mut Link, event: &SessionEvent, backend_now: Timestamp) {
    let at = event.at.unwrap_or(backend_now);
    let method = text(event.method.as_deref());
    let error = text(event.error.as_deref());
    let once = |link: &mut Link, kind, detail| {
        link.record_once(at, kind, detail);
    };
    let (kind, detail) = match event.name.as_str() {
        "INITIATED" => return once(link, EventKind::Created, None),
        "VISITED" => (EventKind::Opened, None),
        "PAY_LOCK_START" => (EventKind::Paying, method),
        "PAY_LOCK_END" => (EventKind::PayingEnded, None),
        "PAY_FAILED" => (EventKind::AttemptFailed, error.or(method)),
        "SET_SHIPPING_ADDRESS" | "SET_BILLING_ADDRESS" => (EventKind::AddressGiven, None),
        "AUTHORIZED" => return once(link, EventKind::Authorized, method),
        "DECLINED" => return once(link, EventKind::Declined, error),
        "FAILED" => return once(link, EventKind::Failed, error),
        "CANCELLED" => return once(link, EventKind::Cancelled, None),
        "PUSH_NOTIFICATION_SENT" => {
            link.by_push = true;
            if link.sale.delivery.messages_customer() {
                link.delivery_status = DeliveryStatus::Sent;
            }
            return once(link, EventKind::MessageSent, Some("push".to_owned()));
        }
        // Known, and nothing that a seller needs to see.
        "COMPLETED"
        | "PAY_LOCK_META"
        | "ON_HOLD_CALLBACK_SENT"
        | "AUTH_CALLBACK_SENT"
        | "PAYMENT_TOKEN_FLOW_START"
        | "UPDATE_SESSION"
        | "SET_DISCOUNT_CODES"
        | "SET_SHIPPING_OPTION"
        | "SET_GIFT_CARD"
        | "SECRET_CONFIRMATION_CODE_SENT"
        | "SET_MY_DINTERO"
        | "ADD_PAYMENT_INFORMATION" => return,
        // UNKNOWN, and names that are new: shown, and otherwise ignored (API, 3).
        other => (EventKind::Other, text(Some(other))),
    };
    record(link, 's', event.id.as_deref(), &event.name, event.at, LinkEvent { at, kind, detail, key: None });
}

/// What is known of the session's transaction.
#[derive(Clone, Copy)]
pub(super) struct Payment<'a> {
    /// It was known before, or is now.
    pub(super) known: bool,
    /// Its status, as it was read just now.
    pub(super) now: Option<&'a TransactionStatus>,
}

/// The session's part of the state, worked out from everything known (API, 3: first match wins).
/// A state that came from a transaction is left alone.
pub(super) fn settle_session_state(
    link: &mut Link,
    session: &SessionNews,
    payment: Payment<'_>,
    backend_now: Timestamp,
) {
    if rank(link.state) > rank(LinkState::Cancelled)
        || matches!(link.state, LinkState::OnHold | LinkState::Unknown)
    {
        return;
    }
    let has = |kind| link.events.iter().any(|e: &LinkEvent| e.kind == kind);
    let last = |kind| link.events.iter().rfind(|e: &&LinkEvent| e.kind == kind).map(|e| e.at);
    let ended = |s| matches!(s, LinkState::Failed | LinkState::Declined);
    let completed = session.events.iter().any(|e| matches!(e.name.as_str(), "COMPLETED" | "AUTHORIZED"));
    let paying_now = last(EventKind::Paying).is_some_and(|start| {
        last(EventKind::PayingEnded).max(last(EventKind::AttemptFailed)).is_none_or(|end| start > end)
    });
    // Whoever has begun to pay and left is not paying any more once the time is over; whoever is in the middle of it
    // then has some time to end it. What comes of it all the same is told by the transaction.
    let over = |slack| backend_now > link.expires_at.checked_add(slack).unwrap_or(Timestamp::MAX);
    let given_up = payment.now == Some(&TransactionStatus::Initiated)
        && (over(UNTIL_GIVEN_UP)
            || (over(SignedDuration::ZERO) && has(EventKind::PayingEnded) && !paying_now));
    let unread = link.transaction_id.is_some() && payment.now.is_none() && link.state != LinkState::Cancelled;
    let state = if payment.known && ended(link.state) {
        // Its transaction ended that way; cancelling the session afterwards changes nothing.
        link.state
    } else if has(EventKind::Cancelled) && !unread {
        LinkState::Cancelled
    } else if given_up {
        link.record_once(link.expires_at, EventKind::Expired, None);
        LinkState::Expired
    } else if link.transaction_id.is_some() {
        // There is a transaction and its outcome isn't known: never an end, or nobody would ask again.
        LinkState::Paying
    } else if has(EventKind::Declined) {
        LinkState::Declined
    } else if has(EventKind::Failed) {
        LinkState::Failed
    } else if completed || has(EventKind::Authorized) {
        LinkState::Paying
    } else if backend_now > link.expires_at {
        let at = link.expires_at;
        link.record_once(at, EventKind::Expired, None);
        LinkState::Expired
    } else if paying_now {
        LinkState::Paying
    } else if [EventKind::Opened, EventKind::AddressGiven, EventKind::Paying, EventKind::AttemptFailed]
        .into_iter()
        .any(has)
    {
        LinkState::Opened
    } else {
        LinkState::Open
    };
    if link.state != state {
        link.state = state;
        let told = event_of(state).and_then(|kind| link.events.iter().rfind(|e| e.kind == kind));
        link.changed_at = told.map_or(backend_now, |e| e.at);
    }
}
