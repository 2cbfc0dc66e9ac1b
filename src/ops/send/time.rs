//! Whether a link still has its time when it goes out: by whose clock it ends, and how long it has waited.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Claim, Until};
use crate::domain::link::Link;
use crate::ops::{backend_now, on_ledger};
use crate::ports::{Fault, FaultKind, LedgerError, Overdue, Ports};

/// A sale that waited longer than this asks before it goes out: the customer may be gone, or have paid in
/// another way.
const SENSIBLE_AGE: Duration = Duration::from_secs(12 * 60 * 60);
/// A clock that differs by more from the backend's is wrong.
const WRONG_CLOCK: Duration = Duration::from_secs(60);
/// For so long after it was made a link is taken to have been made by the clock as it is.
const MOMENTS_AGO: Duration = Duration::from_secs(10 * 60);
/// A link with less time left than this can't be paid in peace.
const NO_TIME_LEFT: Duration = Duration::from_secs(60);

/// A link that was made a moment ago, by a clock that the backend's tells to be wrong, gets the time that was
/// meant: its end is moved to where the backend's clock has it, durably. One that was made earlier may have been
/// made by a clock that was right.
///
/// Nothing is sent where the backend can't be reached: why.
pub(super) async fn end_by_backends_clock(
    ports: &Ports,
    claim: &mut Claim,
    until: Until,
) -> Result<Option<Fault>, LedgerError> {
    let link = &claim.link;
    let waited = ports.clock.now().duration_since(link.created_at);
    let moments = SignedDuration::try_from(MOMENTS_AGO).unwrap_or_default();
    if waited.is_negative() || waited > moments || link.expires_at != link.sale.expires_at {
        return Ok(None);
    }
    // The first answer tells the time; other faults are told when the link is made.
    match until.within(FaultKind::NotSent, ports.gateway.sign_in()).await {
        Err(fault) if matches!(fault.kind, FaultKind::NotSent | FaultKind::NotSignedIn) => {
            return Ok(Some(fault));
        }
        _ => {}
    }
    let skew = ports.gateway.clock_skew();
    let wrong = SignedDuration::try_from(WRONG_CLOCK).unwrap_or_default();
    let Ok(moved) = link.expires_at.checked_add(skew) else { return Ok(None) };
    if skew.abs() < wrong {
        return Ok(None);
    }
    let id = link.id;
    on_ledger(ports, move |ledger| {
        ledger.amend(id, &mut |link| {
            link.expires_at = moved;
            true
        })
    })
    .await?;
    claim.link.expires_at = moved;
    Ok(None)
}

/// Why a link that waits here should not go out without asking.
pub(in crate::ops) fn overdue(ports: &Ports, link: &Link) -> Option<Overdue> {
    let span = |limit| SignedDuration::try_from(limit).unwrap_or_default();
    // Its time is judged by the backend's clock; how long it waited here, by ours.
    let left = link.expires_at.duration_since(backend_now(ports));
    let waited = ports.clock.now().duration_since(link.created_at);
    if left <= SignedDuration::ZERO || (left < span(NO_TIME_LEFT) && waited > span(NO_TIME_LEFT)) {
        return Some(Overdue::Expired);
    }
    (waited > span(SENSIBLE_AGE)).then_some(Overdue::Old)
}
