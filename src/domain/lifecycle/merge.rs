//! Merging news into a link.
//!
//! News may come late, twice or in any order. So everything the backend tells of the session is kept
//! as an event once, and the session's part of the state is worked out anew from all events kept; the
//! transaction's part only ever moves forward (see [`rank`]) unless the news is proved to be newer.

use jiff::Timestamp;

use super::{PublishNews, SessionEvent, SessionNews, TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::clean;
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Link, LinkEvent, LinkState};
use crate::domain::money::Money;

/// The most events kept of one link: a broken backend must not fill the ledger.
const MAX_EVENTS: usize = 500;
/// The most characters of a reason or detail.
const MAX_TEXT: usize = 200;

/// Merges what the backend says into `link`: state, reason, ids, delivery and events. `backend_now`
/// is the backend's clock. Returns whether anything changed.
///
/// News may come late, twice or in any order: an event is kept once, money outranks everything, and
/// nothing that was known is forgotten. News of another session is not looked at.
pub fn merge(
    link: &mut Link,
    session: Option<&SessionNews>,
    transaction: Option<&TransactionNews>,
    backend_now: Timestamp,
) -> bool {
    let before = link.clone();
    let knew_transaction = link.transaction_id.is_some() || transaction.is_some();
    let session = session.filter(|s| link.session_id.as_ref().is_none_or(|id| *id == s.id));
    if let Some(session) = session {
        take_session(link, session, backend_now);
    }
    let ours = |t: &&TransactionNews| match (&t.session_id, &link.session_id) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => true,
    };
    if let Some(transaction) = transaction.filter(ours) {
        take_transaction(link, transaction, backend_now);
    }
    if let Some(session) = session {
        settle_session_state(link, session, knew_transaction, backend_now);
    }
    explain(link);
    *link != before
}

/// Marks a link whose time is over by the backend's clock, where the backend can't be asked or has
/// no such session any more. Returns whether it changed.
///
/// The customer may have paid in the last minute: whoever can ask the backend asks first and lets
/// [`merge`] decide. A link with a transaction never expires by the clock alone.
pub fn expire_if_due(link: &mut Link, backend_now: Timestamp) -> bool {
    let open = link.state.payable() || matches!(link.state, LinkState::Queued);
    if !open || link.transaction_id.is_some() || backend_now <= link.expires_at {
        return false;
    }
    link.state = LinkState::Expired;
    link.reason = None;
    link.changed_at = link.expires_at;
    let at = link.expires_at;
    link.record_once(at, EventKind::Expired, None);
    true
}

// --- The session ------------------------------------------------------------------------------

fn take_session(link: &mut Link, session: &SessionNews, backend_now: Timestamp) {
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
    if session.amount.is_some_and(|a| a != link.amount.minor()) {
        link.raise(Alarm::AmountDiffers, session.created_at.unwrap_or(backend_now));
    }
    take_publish(link, &session.publish, session.created_at.unwrap_or(backend_now));
    for event in &session.events {
        take_session_event(link, event, backend_now);
    }
    if let Some(at) = session.cancelled_at {
        link.record_once(at, EventKind::Cancelled, None);
    }
}

/// What became of SMS or push. Of several messages the best outcome counts.
pub(super) fn take_publish(link: &mut Link, publish: &[PublishNews], at: Timestamp) {
    let asked = link.sale.delivery.messages_customer();
    for news in publish {
        let channel = clean::line_within(&news.channel, 20);
        let kind = match news.status {
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
    let best = publish.iter().map(|p| p.status).chain([link.delivery_status]).max_by_key(|s| worth(*s));
    if let Some(best) = best {
        link.delivery_status = best;
    }
}

const fn worth(status: DeliveryStatus) -> u8 {
    match status {
        DeliveryStatus::None => 0,
        DeliveryStatus::Pending => 1,
        DeliveryStatus::Unknown => 2,
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

/// Keeps an event that can happen several times, under the backend's id for it or, where there is
/// none, under its name and time.
fn record(
    link: &mut Link,
    family: char,
    id: Option<&str>,
    name: &str,
    at: Option<Timestamp>,
    event: LinkEvent,
) -> bool {
    if link.events.len() >= MAX_EVENTS {
        return false;
    }
    let key = match (id, at) {
        (Some(id), _) => format!("{family}/{}", clean::line_within(id, 80)),
        (None, Some(at)) => format!("{family}/{}/{at}", clean::line_within(name, 60)),
        (None, None) => format!("{family}/{}", clean::line_within(name, 60)),
    };
    link.record(LinkEvent { key: Some(key), ..event })
}

fn text(raw: Option<&str>) -> Option<String> {
    raw.map(|t| clean::line_within(t, MAX_TEXT)).filter(|t| !t.is_empty())
}

/// The session's part of the state, worked out from everything known (API, 3: first match wins).
/// A state that came from a transaction is left
/// alone; `knew_transaction`: its status was read before or just now.
fn settle_session_state(
    link: &mut Link,
    session: &SessionNews,
    knew_transaction: bool,
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
    let state = if knew_transaction && ended(link.state) {
        // Its transaction ended that way; cancelling the session afterwards changes nothing.
        link.state
    } else if has(EventKind::Cancelled) {
        LinkState::Cancelled
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

// --- The transaction --------------------------------------------------------------------------

/// How far along a transaction's life a state is (API, 5.2). Everything that is no outcome of a
/// transaction comes first, so that any outcome wins.
const fn rank(state: LinkState) -> u8 {
    match state {
        LinkState::Queued
        | LinkState::Creating
        | LinkState::Uncertain
        | LinkState::Refused
        | LinkState::Open
        | LinkState::Opened
        | LinkState::Expired => 0,
        LinkState::Paying => 1,
        LinkState::OnHold | LinkState::Unknown => 2,
        LinkState::Declined | LinkState::Failed | LinkState::Cancelled => 3,
        LinkState::Authorized => 4,
        LinkState::PartiallyCaptured => 5,
        LinkState::Captured | LinkState::Voided => 6,
        LinkState::PartiallyCapturedRefunded => 7,
        LinkState::PartiallyRefunded => 8,
        LinkState::Refunded => 9,
    }
}

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

/// The event that tells of a state, where there is one.
const fn event_of(state: LinkState) -> Option<EventKind> {
    Some(match state {
        LinkState::OnHold => EventKind::OnHold,
        LinkState::Authorized => EventKind::Authorized,
        LinkState::Captured => EventKind::Captured,
        LinkState::PartiallyCaptured => EventKind::PartiallyCaptured,
        LinkState::Declined => EventKind::Declined,
        LinkState::Failed => EventKind::Failed,
        LinkState::Expired => EventKind::Expired,
        LinkState::Cancelled => EventKind::Cancelled,
        LinkState::Voided => EventKind::Voided,
        LinkState::PartiallyRefunded | LinkState::PartiallyCapturedRefunded => EventKind::PartiallyRefunded,
        LinkState::Refunded => EventKind::Refunded,
        _ => return None,
    })
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

fn take_transaction(link: &mut Link, news: &TransactionNews, backend_now: Timestamp) {
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
    let part = event.amount.map(|a| {
        let money = Money::new(a, link.amount.currency());
        format!("{} {}", money.to_decimal(), money.currency())
    });
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

/// Why it was declined or failed, from what is known; other states have no reason of this kind.
fn explain(link: &mut Link) {
    match link.state {
        LinkState::Declined | LinkState::Failed => {
            let why = |kinds: &[EventKind]| {
                link.events
                    .iter()
                    .rfind(|e| kinds.contains(&e.kind) && e.detail.is_some())
                    .and_then(|e| e.detail.clone())
            };
            let own = why(&[EventKind::Declined, EventKind::Failed]);
            link.reason = own.or_else(|| why(&[EventKind::AttemptFailed])).or_else(|| link.reason.take());
        }
        LinkState::Unknown
        | LinkState::Refused
        | LinkState::Uncertain
        | LinkState::Queued
        | LinkState::Creating => {}
        _ => link.reason = None,
    }
}
