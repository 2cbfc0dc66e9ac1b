//! A link whose session turns out not to be the one that was paid: a session of the same sale that was lost on the way is.

use jiff::Timestamp;

use super::{SessionNews, TransactionNews, merge};
use crate::domain::link::{EventKind, Link, LinkState};

/// Whether another session could take the place of the link's own: nothing is on its way to the backend, and no money
/// ever came by its own, whose story would be mixed with the other's.
#[must_use]
pub fn may_be_another(link: &Link) -> bool {
    let of_money = |kind| {
        matches!(
            kind,
            EventKind::Authorized
                | EventKind::Captured
                | EventKind::PartiallyCaptured
                | EventKind::Voided
                | EventKind::Refunded
                | EventKind::PartiallyRefunded
        )
    };
    let rests = !link.state.in_outbox() || link.state == LinkState::Refused;
    rests && !link.state.has_money() && !link.events.iter().any(|e| of_money(e.kind))
}

/// The lost session, which holds money, is the link's from now on. That is an alarm where the seller takes the link for
/// ended, or has said that it is `to_withdraw`, and may have sold the same again. Returns whether it could be; if not,
/// nothing changes.
pub fn become_another(
    link: &mut Link,
    session: &SessionNews,
    transaction: &TransactionNews,
    to_withdraw: bool,
    backend_now: Timestamp,
) -> bool {
    if !may_be_another(link) {
        return false;
    }
    let mut other = link.clone();
    other.session_id = Some(session.id.clone());
    other.transaction_id = None;
    merge(&mut other, Some(session), Some(transaction), backend_now);
    if !other.state.has_money() {
        return false;
    }
    other.paid_by_lost(to_withdraw || link.state.ended_unpaid(), backend_now);
    *link = other;
    true
}
