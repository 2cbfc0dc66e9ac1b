//! Merging news into a link.
//!
//! News may come late, twice or in any order. So everything the backend tells of the session is kept
//! as an event once, and the session's part of the state is worked out anew from all events kept; the
//! transaction's part only ever moves forward (see [`rank`]) unless the news is proved to be newer.

mod session;
mod transaction;

use jiff::Timestamp;

use super::{SessionNews, TransactionNews};
use crate::domain::clean;
use crate::domain::link::{EventKind, Link, LinkEvent, LinkState};
pub use session::UNTIL_GIVEN_UP;
use session::{Payment, settle_session_state, take_session};
use transaction::take_transaction;

/// The most events kept of one link's session, and of its transaction: a broken backend must not fill the ledger, and
/// however often a customer looks, what becomes of the money is kept.
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
    let transaction = transaction.filter(|t| match (&t.session_id, &link.session_id) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => true,
    });
    if let Some(transaction) = transaction {
        take_transaction(link, transaction, backend_now);
    }
    if let Some(session) = session {
        let payment = Payment { known: knew_transaction, now: transaction.map(|t| &t.status) };
        settle_session_state(link, session, payment, backend_now);
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
    if !has_room(link, family) {
        return false;
    }
    let key = match (id, at) {
        (Some(id), _) => format!("{family}/{}", clean::line_within(id, 80)),
        (None, Some(at)) => format!("{family}/{}/{at}", clean::line_within(name, 60)),
        (None, None) => format!("{family}/{}", clean::line_within(name, 60)),
    };
    link.record(LinkEvent { key: Some(key), ..event })
}

/// Whether one more event is kept of the session (`s`) or the transaction (`t`).
fn has_room(link: &Link, family: char) -> bool {
    let of_family = |e: &&LinkEvent| e.key.as_ref().is_some_and(|key| key.starts_with(family));
    link.events.iter().filter(of_family).count() < MAX_EVENTS
}

fn text(raw: Option<&str>) -> Option<String> {
    raw.map(|t| clean::line_within(t, MAX_TEXT)).filter(|t| !t.is_empty())
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
