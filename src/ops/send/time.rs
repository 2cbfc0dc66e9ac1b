//! Whether a link still has its time when it goes out: by whose clock it ends, and how long it has waited.

use std::time::Duration;

use jiff::SignedDuration;

use super::Until;
use crate::domain::link::Link;
use crate::ops::claim::Claim;
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

/// A link that was made by a clock that the backend's tells to be wrong gets the time that was meant: its end is
/// counted from when it was made by the backend's clock, durably, unless it was named as a moment. Where nobody knows when that was, nothing is
/// guessed: a link that was made earlier by another process may have been made by a clock that was right.
///
/// Whether the backend's clock is known by now. Nothing is sent where the backend can't be reached: why.
pub(super) async fn end_by_backends_clock(
    ports: &Ports,
    claim: &mut Claim,
    until: Until,
) -> Result<Result<bool, Fault>, LedgerError> {
    let link = &claim.link;
    // The first answers tell the time, by which it may ask before it goes out; other faults are told when the link
    // is made.
    let skew = match until.within(FaultKind::NotSent, ports.gateway.clock_checked()).await {
        Err(fault)
            if matches!(fault.kind, FaultKind::NotSent | FaultKind::NotSignedIn | FaultKind::Untrusted) =>
        {
            return Ok(Err(fault));
        }
        Ok(Some(skew)) => skew,
        Ok(None) | Err(_) => return Ok(Ok(false)),
    };
    // A moment that was named as such is what was meant.
    if link.expires_at != link.sale.expires_at || link.sale.exact_end {
        return Ok(Ok(true));
    }
    // Not before the answer has come: it may have taken a while.
    let off = made_ago(ports, link).and_then(|ago| {
        let made = ports.clock.now().checked_add(skew).ok()?.checked_sub(ago).ok()?;
        Some(made.duration_since(link.created_at))
    });
    let wrong = SignedDuration::try_from(WRONG_CLOCK).unwrap_or_default();
    let Some(off) = off.filter(|off| off.abs() >= wrong) else { return Ok(Ok(true)) };
    let Ok(moved) = link.expires_at.checked_add(off) else { return Ok(Ok(true)) };
    let id = link.id;
    on_ledger(ports, move |ledger| {
        ledger.amend(id, &mut |link| {
            link.expires_at = moved;
            true
        })
    })
    .await?;
    claim.link.expires_at = moved;
    Ok(Ok(true))
}

/// How long ago the link was made, whatever the clock was set to since: if this process has made it, or if that was
/// moments ago.
fn made_ago(ports: &Ports, link: &Link) -> Option<SignedDuration> {
    if let Some(ago) = ports.made.ago(link.id, &*ports.clock) {
        return SignedDuration::try_from(ago).ok();
    }
    let waited = ports.clock.now().duration_since(link.created_at);
    let moments = SignedDuration::try_from(MOMENTS_AGO).unwrap_or_default();
    (!waited.is_negative() && waited <= moments).then_some(waited)
}

/// Why a link that waits here should not go out without asking.
pub(in crate::ops) fn overdue(ports: &Ports, link: &Link) -> Option<Overdue> {
    let span = |limit| SignedDuration::try_from(limit).unwrap_or_default();
    // Its time is judged by the backend's clock; how long it waited here, by ours, or better. Nobody knows whether it was
    // made by a clock that was right: rather asked once too often than sent half a day late without a word.
    let left = link.expires_at.duration_since(backend_now(ports));
    let by_clock = || ports.clock.now().duration_since(link.created_at);
    let waited = made_ago(ports, link).unwrap_or_else(by_clock);
    if left <= SignedDuration::ZERO || (left < span(NO_TIME_LEFT) && waited > span(NO_TIME_LEFT)) {
        return Some(Overdue::Expired);
    }
    (waited > span(SENSIBLE_AGE)).then_some(Overdue::Old)
}
