//! What waits for one link, sent or given up at the seller's word.

use super::{Outcome, Sent, backend_now, flush, kept, on_ledger, standing};
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::{Link, LinkId};
use crate::ops::claim::LEASE;
use crate::ops::money;
use crate::ports::{Dropped, Fault, FaultKind, LedgerError, OrderId, OutboxEntry, OutboxKind, Ports, Work};

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

/// What came of giving up one of several requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// What was to be done.
    pub kind: OutboxKind,
    /// What came of it. `None`: it stays as it is, behind one that stays.
    pub sent: Option<Result<Sent, LedgerError>>,
}

/// Gives up requests about a link that is at the backend, named in the order they were asked for. Those of which certainly
/// nothing was sent, and that nobody is at work on, are given up in one step: of several none can go out after
/// another one is gone. One that may have been carried out is looked up then, and what was is not given up any more; nor
/// is what somebody else is sending just now. A link's withdrawal that has gone out, and of which nobody knows whether it
/// arrived, is given up with a fault that says so.
///
/// # Errors
/// The ledger's; then all of it waits. What it says of those that are looked up stands with them.
pub async fn give_up(
    ports: &Ports,
    id: LinkId,
    what: Vec<(OutboxKind, OrderId)>,
) -> Result<Vec<GivenUp>, LedgerError> {
    let mut dropped = at_once(ports, id, what.clone()).await?;
    let (mut all, mut stuck) = (Vec::new(), false);
    for (kind, order) in what {
        let sent = match dropped.iter().position(|(of, _)| *of == kind) {
            Some(place) => Some(Ok(dropped.swap_remove(place).1)),
            None if stuck => None,
            None => Some(looked_up(ports, id, kind, order).await),
        };
        stuck |= match &sent {
            None | Some(Err(_)) => true,
            Some(Ok(sent)) => !sent.outcome.closed(),
        };
        all.push(GivenUp { kind, sent });
    }
    Ok(all)
}

/// Gives up those that are certainly not sent, in one transaction.
async fn at_once(
    ports: &Ports,
    id: LinkId,
    what: Vec<(OutboxKind, OrderId)>,
) -> Result<Vec<(OutboxKind, Sent)>, LedgerError> {
    // What another part of this process is at stays, whatever the clock says of its claim.
    let ours: Vec<Work> = what.iter().filter_map(|(kind, _)| ports.underway.begin(id, *kind)).collect();
    let (now, theirs) = (ports.clock.now(), backend_now(ports));
    on_ledger(ports, move |ledger| {
        let named = |entry: &OutboxEntry| {
            let order = entry.order.as_ref().map(|order| order.id).unwrap_or_default();
            let meant = |(kind, id): &(OutboxKind, OrderId)| *kind == entry.kind && *id == order;
            what.iter().any(meant) && ours.iter().any(|work| work.is_of(id, entry.kind))
        };
        let dropped = ledger.drop_waiting(id, now, LEASE, &mut |entry| match entry.kind.moves_money() {
            _ if !named(entry) => Dropped::No,
            // Withdrawing a link twice does no harm, so what may be on the wire needs no look.
            false => Dropped::Yes(None),
            // What went out is written down before it does. What can't be read may be anything.
            true if entry.went_out() || entry.order.is_none() => Dropped::No,
            true => Dropped::Yes(money::ended::dropped(entry, theirs)),
        })?;
        let link = kept(ledger, id)?;
        Ok(dropped.into_iter().map(|entry| (entry.kind, gone(&entry, link.clone()))).collect())
    })
    .await
}

/// What is told of a request that was given up.
fn gone(entry: &OutboxEntry, link: Link) -> Sent {
    if entry.kind.moves_money() {
        return Sent { link, outcome: Outcome::Cancelled, fault: None };
    }
    let perhaps = entry.went_out() && !link.settled();
    let fault = perhaps.then(|| Fault::new(FaultKind::Maybe, Cause::Plain(Plain::OutcomeUnknown)));
    Sent { link, outcome: Outcome::Already, fault }
}

/// Gives up one that may have been carried out, after a look; or tells how it stands.
async fn looked_up(ports: &Ports, id: LinkId, kind: OutboxKind, order: OrderId) -> Result<Sent, LedgerError> {
    if kind.moves_money() {
        money::withdraw(ports, id, kind, order).await
    } else {
        standing(ports, id, kind).await
    }
}
