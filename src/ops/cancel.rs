//! Withdrawing a link at the backend.
//!
//! Cancelling a session voids a payment that the customer has just authorized (API, 4), so the state is
//! read first, and money held or taken stops it. The wish is journalled before anything goes out; a
//! request that may have been carried out is never repeated before its session was read again.

use std::time::Duration;

use jiff::Timestamp;

use super::backoff::next_try;
use super::on_ledger;
use crate::domain::lifecycle::{self, SessionNews};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{Fault, FaultKind, LedgerError, OutboxEntry, OutboxKind, Ports};

/// How long a claim is good for: longer than a request can take (20 s for each of the three).
pub const LEASE: Duration = Duration::from_secs(90);

/// What came of withdrawing a link. The link is as it is kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// Closed: seen cancelled (or voided) at the backend.
    Done(Link),
    /// Money is held or taken: nothing was sent.
    HasMoney(Link),
    /// It had ended already: nothing was sent.
    AlreadyEnded(Link),
    /// It is not at the backend (queued, being sent, uncertain or refused): another thing to do.
    InOutbox(Link),
    /// Not now: kept in the outbox and tried again by itself.
    Later(Link, Fault),
    /// The backend said no.
    Refused(Link, Fault),
    /// Another process is at it.
    Busy(Link),
    /// There is no such link.
    Missing,
}

/// Withdraws a link: journals the wish, then [`send`]s it.
///
/// # Errors
/// The ledger's.
pub async fn cancel(ports: &Ports, id: LinkId) -> Result<Cancelled, LedgerError> {
    let Some(link) = on_ledger(ports, move |ledger| ledger.link(id)).await? else {
        return Ok(Cancelled::Missing);
    };
    if let Some(no) = verdict(&link) {
        return Ok(no);
    }
    let entry = OutboxEntry {
        link: id,
        kind: OutboxKind::Cancel,
        attempts: 0,
        next_at: ports.clock.now(),
        last_error: None,
        in_flight: false,
        needs_decision: false,
    };
    on_ledger(ports, move |ledger| ledger.enqueue(&entry)).await?;
    send(ports, id).await
}

/// Sends a journalled wish to withdraw a link.
///
/// # Errors
/// The ledger's.
pub async fn send(ports: &Ports, id: LinkId) -> Result<Cancelled, LedgerError> {
    let now = ports.clock.now();
    let claimed = on_ledger(ports, move |ledger| {
        let entry = ledger.claim(id, OutboxKind::Cancel, now, LEASE)?;
        Ok((entry, ledger.link(id)?))
    });
    let (entry, link) = match claimed.await? {
        (Some(entry), Some(link)) => (entry, link),
        (None, Some(link)) => return Ok(Cancelled::Busy(link)),
        (_, None) => return Ok(Cancelled::Missing),
    };
    let Some(session_id) = link.session_id.clone() else {
        settle(ports, &link).await?;
        return Ok(Cancelled::InOutbox(link));
    };
    // Read first: the customer may be paying while the seller gives up.
    let link = match read(ports, &link, &session_id).await {
        Ok(link) => link,
        Err(fault) => return not_now(ports, link, entry, fault).await,
    };
    if let Some(verdict) = verdict(&link) {
        settle(ports, &link).await?;
        return Ok(match verdict {
            Cancelled::AlreadyEnded(link) if closed(&link) && entry.in_flight => Cancelled::Done(link),
            other => other,
        });
    }
    match ports.gateway.cancel(&session_id).await {
        Ok(news) => {
            let link = merged(ports, link, &news);
            if closed(&link) {
                settle(ports, &link).await?;
                return Ok(Cancelled::Done(link));
            }
            seen_closed(ports, link, entry, &session_id, None).await
        }
        Err(fault) => match fault.kind {
            FaultKind::NotSent | FaultKind::NotSignedIn => not_now(ports, link, entry, fault).await,
            _ => seen_closed(ports, link, entry, &session_id, Some(fault)).await,
        },
    }
}

/// After a request that was, or may have been, carried out: what does the session say?
async fn seen_closed(
    ports: &Ports,
    link: Link,
    entry: OutboxEntry,
    session_id: &str,
    fault: Option<Fault>,
) -> Result<Cancelled, LedgerError> {
    let link = match read(ports, &link, session_id).await {
        Ok(link) => link,
        Err(reading) => return not_now(ports, link, entry, fault.unwrap_or(reading)).await,
    };
    if closed(&link) {
        settle(ports, &link).await?;
        return Ok(Cancelled::Done(link));
    }
    if let Some(verdict) = verdict(&link) {
        settle(ports, &link).await?;
        return Ok(verdict);
    }
    match fault {
        // A plain no, and the session is still open.
        Some(fault) if fault.kind != FaultKind::Maybe => {
            settle(ports, &link).await?;
            Ok(Cancelled::Refused(link, fault))
        }
        Some(fault) => not_now(ports, link, entry, fault).await,
        None => {
            let fault = Fault::new(FaultKind::Maybe, "the backend has not closed the session yet");
            not_now(ports, link, entry, fault).await
        }
    }
}

/// Why `link` can't be withdrawn, if it can't.
fn verdict(link: &Link) -> Option<Cancelled> {
    let state = link.state;
    if state.in_outbox() {
        return Some(Cancelled::InOutbox(link.clone()));
    }
    if state.has_money() || state == LinkState::OnHold {
        return Some(Cancelled::HasMoney(link.clone()));
    }
    (state.ended_unpaid() || state == LinkState::Refunded).then(|| Cancelled::AlreadyEnded(link.clone()))
}

const fn closed(link: &Link) -> bool {
    matches!(link.state, LinkState::Cancelled | LinkState::Voided)
}

async fn read(ports: &Ports, link: &Link, session_id: &str) -> Result<Link, Fault> {
    let session = ports.gateway.session(session_id).await?;
    let transaction = match session.transaction_id.as_deref().or(link.transaction_id.as_deref()) {
        Some(id) => Some(ports.gateway.transaction(id).await?),
        None => None,
    };
    let mut link = link.clone();
    lifecycle::merge(&mut link, Some(&session), transaction.as_ref(), backend_now(ports));
    Ok(link)
}

fn merged(ports: &Ports, mut link: Link, news: &SessionNews) -> Link {
    lifecycle::merge(&mut link, Some(news), None, backend_now(ports));
    link
}

fn backend_now(ports: &Ports) -> Timestamp {
    let now = ports.clock.now();
    now.checked_add(ports.gateway.clock_skew()).unwrap_or(now)
}

async fn settle(ports: &Ports, link: &Link) -> Result<(), LedgerError> {
    let link = link.clone();
    on_ledger(ports, move |ledger| ledger.settle_entry(&link, OutboxKind::Cancel)).await
}

async fn not_now(
    ports: &Ports,
    link: Link,
    entry: OutboxEntry,
    fault: Fault,
) -> Result<Cancelled, LedgerError> {
    let entry = OutboxEntry {
        next_at: next_try(ports.clock.now(), link.id, entry.attempts, fault.retry_after),
        last_error: Some(fault.detail.clone()),
        in_flight: fault.kind == FaultKind::Maybe,
        needs_decision: false,
        ..entry
    };
    let kept = link.clone();
    on_ledger(ports, move |ledger| ledger.release_entry(&kept, &entry)).await?;
    Ok(Cancelled::Later(link, fault))
}
