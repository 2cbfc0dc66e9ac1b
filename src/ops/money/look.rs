//! Reading the transaction, and what it tells of the request that went out.

use std::time::Duration;

use jiff::Timestamp;

use super::plan::{self, Found};
use super::was_sent;
use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::TransactionNews;
use crate::domain::link::{Link, LinkId};
use crate::ops::claim::Claim;
use crate::ops::outbox::Outcome;
use crate::ops::{kept, on_ledger, track, wire};
use crate::ports::{Fault, FaultKind, LedgerError, MoneyOrder, Ports};

/// Between two looks at what was accepted, or may be on the wire: at first, and at most.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LAST_LOOK: Duration = Duration::from_secs(30);
/// What has come to no end after so long is followed now and then only, and the seller may drop it.
const NO_END_YET: Duration = Duration::from_secs(24 * 60 * 60);
const RARE_LOOK: Duration = Duration::from_secs(60 * 60);

/// What reading the transaction brought.
pub(super) enum Look {
    Seen(TransactionNews),
    /// It can't be read: how that ends the try.
    Not(Outcome, Option<Fault>),
}

/// Reads the transaction and keeps what is new.
pub(super) async fn look(ports: &Ports, claim: &mut Claim) -> Result<Look, LedgerError> {
    let Some(transaction) = claim.link.transaction_id.clone() else {
        return Ok(Look::Not(Outcome::NotPossible, None));
    };
    let doubt = was_sent(claim);
    match ports.gateway.transaction(&transaction).await {
        Ok(now) => {
            claim.link = learn(ports, claim.link.id, now.clone()).await?;
            Ok(Look::Seen(now))
        }
        // Not reading it is no answer to whether it was carried out.
        Err(fault) if fault.kind.is_no() && !doubt => Ok(Look::Not(Outcome::Refused, Some(fault))),
        Err(fault) => {
            let next_at = ports.clock.now();
            Ok(Look::Not(Outcome::Queued { next_at }, Some(fault)))
        }
    }
}

/// What became of the request that went out, if one did and it can't be sent (again): how this try ends.
pub(super) fn become_of(
    ports: &Ports,
    claim: &Claim,
    order: &mut MoneyOrder,
    now: &TransactionNews,
    attempts: u32,
) -> Option<(Outcome, Option<Fault>)> {
    let sent = order.sent.as_mut()?;
    let (id, kind) = (claim.link.id, claim.entry.kind);
    let next_at = next_look(ports, attempts);
    // What is seen to be begun was accepted, whatever became of the answer.
    sent.accepted |= plan::begun(now, kind, sent);
    match plan::found(now, kind, sent) {
        Found::Done => Some((Outcome::Moved, None)),
        Found::Failed(why) => {
            let fault = why.map(|why| Fault::new(FaultKind::Refused, Cause::theirs(why)));
            Some((Outcome::Refused, fault))
        }
        Found::Past => Some((Outcome::NotPossible, None)),
        // What the backend has accepted comes to an end there, and is never sent again.
        found if found == Found::Working || sent.accepted => {
            if wire::ago(ports, sent) < NO_END_YET {
                return Some((Outcome::InProgress { next_at }, None));
            }
            let now = ports.clock.now();
            let next_at = now.checked_add(RARE_LOOK).unwrap_or(now);
            let fault = Fault::new(FaultKind::Maybe, Cause::Plain(Plain::NoEndYet));
            Some((Outcome::InProgress { next_at }, Some(fault)))
        }
        _ => {
            let on_the_wire = wire::may_arrive(ports, id, kind, sent);
            on_the_wire.then_some((Outcome::Uncertain { needs_decision: false, next_at }, None))
        }
    }
}

/// When to look again: soon at first, then less often.
pub(super) fn next_look(ports: &Ports, attempts: u32) -> Timestamp {
    let pause = FIRST_LOOK.saturating_mul(attempts.max(1)).min(LAST_LOOK);
    let now = ports.clock.now();
    now.checked_add(pause).unwrap_or(now)
}

/// Keeps what was read of the payment, with patience: a request may have gone out, and this tells its end.
pub(super) async fn learn(ports: &Ports, id: LinkId, news: TransactionNews) -> Result<Link, LedgerError> {
    track::take_patiently(ports, id, news).await?;
    on_ledger(ports, move |ledger| kept(ledger, id)).await
}
