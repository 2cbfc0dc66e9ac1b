//! What waits for one link, sent or given up at the seller's word.

use super::{Outcome, Sent, flush, kept, on_ledger, standing};
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::LinkId;
use crate::ops::claim::claim;
use crate::ops::money;
use crate::ports::{Fault, FaultKind, LedgerError, OrderId, OutboxEntry, OutboxKind, Ports};

/// Sends all that waits to be done with a link that is at the backend, due or not, in the order it was asked for. What
/// the last of it was that was tried, and what came of it; [`Outcome::Already`] of what waits no more. What comes to
/// nothing is an alarm as well: who has pressed a key may look elsewhere by then.
///
/// # Errors
/// The ledger's. If it fails after a request went out, the next try finds out first.
pub async fn send_link_now(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
) -> Result<(OutboxKind, Sent), LedgerError> {
    ports.gateway.insist();
    let of_link = on_ledger(ports, move |ledger| {
        let link = kept(ledger, id)?;
        let all = ledger.outbox(&link.account_id)?;
        Ok(all.into_iter().filter(|entry| entry.link == id).collect::<Vec<OutboxEntry>>())
    });
    let done = flush::send_all_of_link(ports, of_link.await?).await?;
    match done.into_iter().rfind(|(kind, _)| kind.asked_for()) {
        Some(last) => Ok(last),
        None => Ok((kind, standing(ports, id, kind).await?)),
    }
}

/// Gives up a request about a link that is at the backend: one that may have been carried out is looked up
/// first, and what was is not given up any more. A link's withdrawal that has gone out, and of which nobody knows whether
/// it arrived, is given up with a fault that says so.
///
/// # Errors
/// The ledger's.
pub async fn give_up(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Sent, LedgerError> {
    if kind.moves_money() {
        return money::withdraw(ports, id, kind, order).await;
    }
    let Some(claim) = claim(ports, id, kind).await? else { return standing(ports, id, kind).await };
    let went_out = claim.entry.went_out();
    // Withdrawing a link twice does no harm, so what may be on the wire needs no look.
    let sent = claim.settle(ports, Outcome::Already, None).await?;
    let perhaps = went_out && !sent.link.settled();
    let fault = perhaps.then(|| Fault::new(FaultKind::Maybe, Cause::Plain(Plain::OutcomeUnknown)));
    Ok(Sent { fault, ..sent })
}
