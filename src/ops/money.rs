//! Capture, void and refund: never repeated blindly (contracts, 5). What is asked is in the outbox before
//! anything goes out and stays there until its end is known. The transaction is read before each try; a
//! request that went out is looked for in it by its own reference; an answer of 202 is "in progress", not
//! done.

use std::time::Duration;

use jiff::SignedDuration;

use super::claim::{Claim, claim, claim_order};
use super::outbox::{Outcome, Sent, entry_of, standing};
use super::patience::{Patience, Unreached};
use super::{backend_now, kept, on_ledger, wire};
use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::{TransactionNews, TransactionStatus};
use crate::domain::link::LinkId;
use crate::ports::{
    Fault, FaultKind, LedgerError, MoneyOrder, MoneySent, Moved, OrderId, OutboxEntry, OutboxKind, Ports,
};

mod ask;
pub(in crate::ops) mod ended;
mod look;
pub(in crate::ops) mod plan;
mod turn;

pub use ask::{Movement, Ordered, order, waiting};
pub use ended::told;
use look::{Look, become_of, learn, look, next_look};

/// As long after a request went out that left no trace, the "no" to the one after it is no end yet: the first may be what
/// it is refused for (409), or come after all.
const MAY_COME_LATE: Duration = Duration::from_secs(10 * 60);
/// What is due is not looked at without a pause.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_millis(50);

/// Sends what waits of that kind, and follows `order` to its end for at most `patience`, whoever brings that about.
/// Where nothing was sent and there is no connection at all, it gives up sooner. [`Outcome::Already`]: it waits no more, and how it ended is not known here. [`Outcome::Cancelled`]: it was taken back.
///
/// # Errors
/// The ledger's.
pub async fn send_patiently(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
    patience: Duration,
) -> Result<Sent, LedgerError> {
    let (patience, mut unreached) = (Patience::new(patience), Unreached::default());
    loop {
        let Ok(sent) = tokio::time::timeout(patience.left(), send(ports, id, kind, order)).await else {
            return not_in_time(ports, id, kind, order).await;
        };
        let sent = sent?;
        let next_at = match sent.outcome {
            Outcome::Queued { .. } if unreached.gives_up(sent.fault.as_ref()) => return Ok(sent),
            Outcome::Queued { next_at }
            | Outcome::InProgress { next_at }
            | Outcome::Uncertain { next_at, .. } => next_at,
            Outcome::Busy => {
                // What goes first may hang, too: then it is left as a crash would leave it.
                let ahead = tokio::time::timeout(patience.left(), turn::comes(ports, id, kind)).await;
                match ahead.ok().transpose()?.flatten() {
                    Some(ahead) if ahead.unreached && unreached.once_more() => return Ok(sent),
                    Some(ahead) => ahead.next_at,
                    None => return Ok(sent),
                }
            }
            _ => return Ok(sent),
        };
        let wait = next_at.duration_since(ports.clock.now()).max(SHORTEST_WAIT);
        let wait = Duration::try_from(wait).unwrap_or_default();
        if wait >= patience.left() {
            return Ok(sent);
        }
        tokio::time::sleep(wait).await;
    }
}

/// The time was up in the middle of a try, which is left as a crash would leave it: what is known of it.
async fn not_in_time(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Sent, LedgerError> {
    if let Some(end) = ended::of(ports, id, kind, order).await? {
        return Ok(end);
    }
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        let link = kept(ledger, id)?;
        let Some(entry) = entry_of(ledger, id, kind)? else {
            return Ok(Sent { link, outcome: Outcome::Already, fault: None });
        };
        let next_at = entry.next_at.max(now);
        let (kind, outcome) = if entry.order.is_some_and(|order| order.sent.is_some()) {
            (FaultKind::Maybe, Outcome::Uncertain { needs_decision: false, next_at })
        } else {
            (FaultKind::NotSent, Outcome::Queued { next_at })
        };
        Ok(Sent { link, outcome, fault: Some(Fault::new(kind, Cause::Plain(Plain::NotInTime))) })
    })
    .await
}

/// One try to carry out what waits of that kind, or a look at what became of it, for somebody who waits for the end of
/// `order` and is told it.
///
/// # Errors
/// The ledger's. If it fails after the request went out, the next try finds out first.
pub async fn send(ports: &Ports, id: LinkId, kind: OutboxKind, order: OrderId) -> Result<Sent, LedgerError> {
    let (sent, ours) = match claim(ports, id, kind).await? {
        Some(mut claim) => {
            claim.heard = claim.entry.order.as_ref().is_some_and(|o| o.id == order);
            let ours = claim.heard;
            (carry_out(ports, claim).await?, ours)
        }
        None => (standing(ports, id, kind).await?, false),
    };
    let ended = matches!(sent.outcome, Outcome::Moved | Outcome::Refused | Outcome::NotPossible);
    if ours && (ended || !sent.outcome.closed()) {
        return Ok(sent);
    }
    match ended::of(ports, id, kind, order).await? {
        Some(end) => Ok(end),
        // Another's has ended here: ours waits no more, or it would have been in its place.
        None if sent.outcome.closed() => Ok(Sent { outcome: Outcome::Already, fault: None, ..sent }),
        None => Ok(sent),
    }
}

/// The same, of itself. What comes to nothing is an alarm, because nobody waits to hear of it.
pub(super) async fn send_by_itself(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Sent, LedgerError> {
    let Some(mut claim) = claim(ports, id, kind).await? else { return standing(ports, id, kind).await };
    claim.heard = false;
    carry_out(ports, claim).await
}

async fn carry_out(ports: &Ports, mut claim: Claim) -> Result<Sent, LedgerError> {
    let (id, kind) = (claim.link.id, claim.entry.kind);
    let Some(mut order) = claim.entry.order.clone() else {
        // What was asked for can't be read any more: anything else might be more than that, or a second time.
        return close(ports, claim, Outcome::Refused, Some(unreadable(FaultKind::Refused))).await;
    };
    let now = match look(ports, &mut claim).await? {
        Look::Seen(now) => now,
        Look::Not(outcome, fault) => return close(ports, claim, outcome, fault).await,
    };
    if let Some((outcome, fault)) = become_of(ports, &claim, &mut order, &now, claim.entry.attempts) {
        claim.entry.order = Some(order);
        return close(ports, claim, outcome, fault).await;
    }
    let plan = plan::plan(&claim.link, &now, kind, &order, ports.clock.now());
    if plan::held_up(&now, kind, &order, plan.is_some()) {
        let next_at = next_look(ports, claim.entry.attempts);
        return close(ports, claim, Outcome::InProgress { next_at }, None).await;
    }
    let Some(plan) = plan else {
        return close(ports, claim, Outcome::NotPossible, None).await;
    };
    let sent = MoneySent {
        reference: plan.request.reference.clone(),
        at: ports.clock.now(),
        // The transaction was read just now, so its answer told their time.
        theirs: Some(backend_now(ports)),
        awake: ports.clock.awake(),
        minor: Some(plan.request.amount.minor()),
        before: plan.before,
        seen: Some(plan.seen),
        accepted: false,
    };
    let earlier = order.sent.clone();
    claim.entry.order = Some(MoneyOrder { sent: Some(sent), ..order });
    let entry = claim.entry.clone();
    if !on_ledger(ports, move |ledger| ledger.note_order(&entry)).await? {
        // Our claim has gone to somebody else.
        return standing(ports, id, kind).await;
    }
    let (transaction, before) = (&now.id, &now.status);
    wire::note(ports, id, kind);
    let answer = match kind {
        OutboxKind::Void => ports.gateway.void(transaction).await,
        OutboxKind::Refund => ports.gateway.refund(transaction, &plan.request).await,
        _ => ports.gateway.capture(transaction, &plan.request).await,
    };
    wire::note(ports, id, kind);
    answered(ports, claim, answer, before, earlier).await
}

fn unreadable(kind: FaultKind) -> Fault {
    Fault::new(kind, Cause::Plain(Plain::OrderUnreadable))
}

/// What a refresh has read of the payment may tell the end of a request that went out: then that is closed now, and
/// not when it is next looked at. `entry` is how it stood before; whoever works on it meanwhile closes it himself.
pub(super) async fn ended(
    ports: &Ports,
    entry: &OutboxEntry,
    now: &TransactionNews,
) -> Result<Option<Sent>, LedgerError> {
    let (id, kind) = (entry.link, entry.kind);
    let sent = entry.order.as_ref().and_then(|order| order.sent.as_ref());
    let tells = sent.is_some_and(|sent| plan::found(now, kind, sent).is_end());
    if !kind.moves_money() || !tells {
        return Ok(None);
    }
    let Some(mut claim) = claim(ports, id, kind).await? else { return Ok(None) };
    // Whoever refreshes has not asked for it.
    claim.heard = false;
    let mut order = claim.entry.order.clone().unwrap_or_default();
    let told = become_of(ports, &claim, &mut order, now, claim.entry.attempts);
    claim.entry.order = Some(order);
    // Where somebody has sent it once more meanwhile, what was read tells nothing of that.
    let next_at = next_look(ports, claim.entry.attempts);
    let (outcome, fault) = told.unwrap_or((Outcome::Uncertain { needs_decision: false, next_at }, None));
    close(ports, claim, outcome, fault).await.map(Some)
}

/// Takes back what was asked, if it has not gone out. What may have gone out is looked for first; what was accepted
/// and came to no end for a day is followed no more, and may still be carried out. Of an order that has ended meanwhile,
/// its end is the answer, whatever waits in its place.
///
/// # Errors
/// The ledger's.
pub async fn withdraw(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Sent, LedgerError> {
    let Some(mut claim) = claim_order(ports, id, kind, order).await? else {
        return gone(ports, id, kind, order).await;
    };
    let Some(mut order) = claim.entry.order.clone() else {
        return claim.settle(ports, Outcome::Cancelled, Some(unreadable(FaultKind::Maybe))).await;
    };
    let mut perhaps = None;
    if order.sent.is_some() {
        match look(ports, &mut claim).await? {
            Look::Seen(now) => {
                let told = become_of(ports, &claim, &mut order, &now, claim.entry.attempts);
                claim.entry.order = Some(order);
                match told {
                    Some((_, Some(fault))) if fault.cause == Cause::Plain(Plain::NoEndYet) => {
                        perhaps = Some(fault);
                    }
                    Some((outcome, fault)) => return close(ports, claim, outcome, fault).await,
                    None => {}
                }
            }
            Look::Not(outcome, fault) => return close(ports, claim, outcome, fault).await,
        }
    }
    claim.settle(ports, Outcome::Cancelled, perhaps).await
}

/// How an order stands that could not be claimed.
async fn gone(ports: &Ports, id: LinkId, kind: OutboxKind, order: OrderId) -> Result<Sent, LedgerError> {
    if !order.is_none()
        && let Some(end) = ended::of(ports, id, kind, order).await?
    {
        return Ok(end);
    }
    let waits = on_ledger(ports, move |ledger| {
        Ok(entry_of(ledger, id, kind)?.is_some_and(|e| e.order.is_none_or(|waits| waits.id == order)))
    });
    let waits = waits.await?;
    let sent = standing(ports, id, kind).await?;
    // What is in its place is not it.
    Ok(if waits { sent } else { Sent { outcome: Outcome::Already, ..sent } })
}

/// What the backend said to the request. `earlier`: one that went out before it, and may come yet.
async fn answered(
    ports: &Ports,
    mut claim: Claim,
    answer: Result<Moved, Fault>,
    before: &TransactionStatus,
    earlier: Option<MoneySent>,
) -> Result<Sent, LedgerError> {
    let id = claim.link.id;
    let fault = match answer {
        // Whatever the code of the answer: the transaction tells what became of it, by the same rule as
        // when it is looked up later (API, 5.3). Until it does, it is followed and never sent again.
        Ok(Moved { transaction, done }) => {
            let mut order = claim.entry.order.clone().unwrap_or_default();
            if let Some(sent) = order.sent.as_mut() {
                sent.accepted = true;
            }
            claim.entry.order = Some(order.clone());
            let looked = match transaction {
                Some(now) => {
                    claim.link = learn(ports, id, now.clone()).await?;
                    Some(now)
                }
                None => match look(ports, &mut claim).await? {
                    Look::Seen(now) => Some(now),
                    Look::Not(..) => None,
                },
            };
            if let (Some(now), Some(sent), true) = (&looked, &order.sent, done)
                && plan::part_by_answer(now, claim.entry.kind, sent, before)
            {
                return close(ports, claim, Outcome::Moved, None).await;
            }
            let told = looked.and_then(|now| become_of(ports, &claim, &mut order, &now, 1));
            let next_at = next_look(ports, 1);
            let (outcome, fault) = told.unwrap_or((Outcome::InProgress { next_at }, None));
            return close(ports, claim, outcome, fault).await;
        }
        Err(fault) => fault,
    };
    match fault.kind {
        FaultKind::Maybe => {
            // Perhaps the transaction tells at once.
            if let Look::Seen(now) = look(ports, &mut claim).await? {
                let mut order = claim.entry.order.clone().unwrap_or_default();
                let told = become_of(ports, &claim, &mut order, &now, claim.entry.attempts);
                if let Some((outcome, why)) = told {
                    claim.entry.order = Some(order);
                    // Where the transaction tells the end, how the line broke is of no matter.
                    let open = !matches!(outcome, Outcome::Moved | Outcome::Refused | Outcome::NotPossible);
                    return close(ports, claim, outcome, if open { Some(fault) } else { why }).await;
                }
            }
            let next_at = next_look(ports, claim.entry.attempts);
            close(ports, claim, Outcome::Uncertain { needs_decision: false, next_at }, Some(fault)).await
        }
        _ if fault.kind.is_no() => match earlier {
            Some(earlier) => refused_again(ports, claim, fault, earlier).await,
            None => close(ports, claim, Outcome::Refused, Some(fault)).await,
        },
        _ => {
            // Certainly nothing was done by this one.
            if let Some(order) = &mut claim.entry.order {
                order.sent = earlier;
            }
            let next_at = ports.clock.now();
            close(ports, claim, Outcome::Queued { next_at }, Some(fault)).await
        }
    }
}

/// A "no" to a request that was sent once more: it says nothing of the one before it, so that is looked for, and waited
/// for as long as it may come.
async fn refused_again(
    ports: &Ports,
    mut claim: Claim,
    fault: Fault,
    mut earlier: MoneySent,
) -> Result<Sent, LedgerError> {
    let may_come = wire::ago(ports, &mut earlier) < MAY_COME_LATE;
    let mut order = claim.entry.order.clone().unwrap_or_default();
    order.sent = Some(earlier);
    claim.entry.order = Some(order.clone());
    let next_at = next_look(ports, claim.entry.attempts);
    let unknown = Outcome::Uncertain { needs_decision: false, next_at };
    let Look::Seen(now) = look(ports, &mut claim).await? else {
        return close(ports, claim, unknown, Some(fault)).await;
    };
    let told = become_of(ports, &claim, &mut order, &now, claim.entry.attempts);
    claim.entry.order = Some(order);
    match told {
        Some((outcome, why)) if !matches!(outcome, Outcome::Uncertain { .. }) => {
            close(ports, claim, outcome, why).await
        }
        _ if may_come => close(ports, claim, unknown, Some(fault)).await,
        _ => close(ports, claim, Outcome::Refused, Some(fault)).await,
    }
}

/// Ends a try: the entry is closed, or given back for another time.
async fn close(
    ports: &Ports,
    mut claim: Claim,
    outcome: Outcome,
    fault: Option<Fault>,
) -> Result<Sent, LedgerError> {
    let doubt = was_sent(&claim);
    match (outcome, fault) {
        (Outcome::InProgress { next_at } | Outcome::Uncertain { next_at, .. }, fault) => {
            claim.release(ports, next_at, doubt, outcome, fault).await
        }
        (Outcome::Queued { .. }, Some(fault)) => {
            claim.entry.in_flight = doubt;
            claim.give_back(ports, fault).await
        }
        (outcome, fault) => claim.settle(ports, outcome, fault).await,
    }
}

/// Whether a request of this entry went out whose end isn't known.
fn was_sent(claim: &Claim) -> bool {
    claim.entry.order.as_ref().is_some_and(|order| order.sent.is_some())
}
