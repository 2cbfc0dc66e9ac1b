//! Whether a link still has its time when it goes out: by whose clock it ends, and how long it has waited.

use std::time::Duration;

use jiff::SignedDuration;

use super::Until;
use crate::domain::link::Link;
use crate::ops::claim::Claim;
use crate::ops::{backend_now, on_ledger};
use crate::ports::{Fault, FaultKind, LedgerError, Made, OutboxEntry, Overdue, Ports};

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
    let certain = claim.entry.made.theirs(&*ports.clock, skew);
    let guessed = || {
        let made = ports.clock.now().checked_add(skew).ok()?.checked_sub(moments_ago(ports, link)?).ok()?;
        Some(made)
    };
    let off = certain.or_else(guessed).map(|made| made.duration_since(link.created_at));
    let Some(off) = off.filter(|off| off.abs() >= span(WRONG_CLOCK)) else { return Ok(Ok(true)) };
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

/// How long ago the link was made, by our clock, if that was moments ago.
fn moments_ago(ports: &Ports, link: &Link) -> Option<SignedDuration> {
    let waited = ports.clock.now().duration_since(link.created_at);
    let moments = span(MOMENTS_AGO);
    (!waited.is_negative() && waited <= moments).then_some(waited)
}

/// How long it has waited, if that can be told whatever the clocks were set to.
fn waited(ports: &Ports, made: &Made) -> Option<SignedDuration> {
    made.ago(&*ports.clock, ports.gateway.clock_told()).map(span)
}

/// Why a link that waits here, and was made then, should not go out without asking.
pub(in crate::ops) fn overdue(ports: &Ports, link: &Link, made: &Made) -> Option<Overdue> {
    // Its time is judged by the backend's clock; how long it waited here, by what nobody can set. Where that isn't known,
    // by our clock: nobody knows whether it was made by one that was right, and rather it is asked once too often than sent
    // half a day late without a word.
    let left = link.expires_at.duration_since(backend_now(ports));
    let waited = waited(ports, made).unwrap_or_else(|| ports.clock.now().duration_since(link.created_at));
    if left <= SignedDuration::ZERO || (left < span(NO_TIME_LEFT) && waited > span(NO_TIME_LEFT)) {
        return Some(Overdue::Expired);
    }
    (waited > span(SENSIBLE_AGE)).then_some(Overdue::Old)
}

/// Whether the link asks because of a clock that was wrong: it is certain by now that it is neither old nor over.
pub(super) fn asks_by_mistake(ports: &Ports, link: &Link, entry: &OutboxEntry) -> bool {
    entry.needs_decision
        && entry.overdue.is_some()
        && ports.gateway.clock_told().is_some()
        && waited(ports, &entry.made).is_some()
        && overdue(ports, link, &entry.made).is_none()
}

fn span(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
