//! Orders that have ended: each is known by its id, and remembered until its asker was told.
//!
//! A process may be killed between the end of an order and its last word, or another one may have brought the end about:
//! whoever asked doesn't know, and may well ask again. Then that is no second order, and is answered with the end of the
//! first. Who asks for the same once more after having been told that it is done means a second one.
//!
//! - Several may ask for one order: whoever asks for what waits. Each of them is told, and as long as one was not, the
//!   next who asks for the same is taken for that one. Who has ended without being told is replaced by who comes next.
//! - Every end is remembered in the moment in which its entry is closed, whoever closes it.
//! - A command that asks, or repeats what was asked for, says that it was told once its output is written ([`told`]).
//!   Whether one that was killed just before that had told it, nobody knows: it's told once more, and nothing is sent.
//! - `paylink outbox send` and the app carry out what others asked for, and tell those nothing.
//! - To repeat what came to nothing is to try again: no money has moved. But a command that repeats what waits, and itself
//!   finds out that it comes to nothing, tells that.

use jiff::Timestamp;

use crate::domain::cause::Cause;
use crate::domain::clean;
use crate::domain::link::{Link, LinkId};
use crate::domain::money::Money;
use crate::ops::claim::Claim;
use crate::ops::outbox::{Outcome, Sent};
use crate::ops::{kept, on_ledger};
use crate::ports::{
    EndedOrder, Fault, FaultKind, LedgerError, OrderEnd, OrderId, OutboxEntry, OutboxKind, Ports,
};

/// What is remembered of an order whose entry is closed with this outcome, `at` by the backend's clock.
pub(in crate::ops) fn remembered(
    claim: &Claim,
    outcome: Outcome,
    fault: Option<&Fault>,
    at: Timestamp,
) -> Option<EndedOrder> {
    let end = match outcome {
        Outcome::Moved => OrderEnd::Moved,
        Outcome::Refused => OrderEnd::Refused,
        Outcome::NotPossible => OrderEnd::NotPossible,
        Outcome::Cancelled => OrderEnd::Dropped,
        _ => return None,
    };
    let why = fault.map(|fault| (fault.kind, clean::line_within(&fault.line(), 200)));
    of_entry(&claim.entry, end, why, at)
}

/// The same of an entry that is dropped before anything of it was sent.
pub(in crate::ops) fn dropped(entry: &OutboxEntry, at: Timestamp) -> Option<EndedOrder> {
    of_entry(entry, OrderEnd::Dropped, None, at)
}

fn of_entry(
    entry: &OutboxEntry,
    end: OrderEnd,
    why: Option<(FaultKind, String)>,
    at: Timestamp,
) -> Option<EndedOrder> {
    let order = entry.order.as_ref().filter(|_| entry.kind.moves_money())?;
    Some(EndedOrder { id: order.id, amount: order.amount, end, why, at, told: false, owed: Vec::new() })
}

/// How an order ended, for whoever asked for it.
pub(super) fn as_sent(link: Link, ended: &EndedOrder) -> Sent {
    let outcome = match ended.end {
        OrderEnd::Moved => Outcome::Moved,
        OrderEnd::Refused => Outcome::Refused,
        OrderEnd::NotPossible => Outcome::NotPossible,
        OrderEnd::Dropped => Outcome::Cancelled,
    };
    let fault = ended
        .why
        .clone()
        .map(|(kind, line)| Fault::new(kind, Cause::read(&line).unwrap_or_else(|| Cause::theirs(line))));
    Sent { link, outcome, fault }
}

/// How this order ended, if it did and is remembered.
pub(super) async fn of(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Option<Sent>, LedgerError> {
    on_ledger(ports, move |ledger| {
        let ended = ledger.ended_orders(id, kind)?.into_iter().find(|ended| ended.id == order);
        ended.map(|ended| Ok(as_sent(kept(ledger, id)?, &ended))).transpose()
    })
    .await
}

/// The first that was carried out for this amount and was not told to somebody who asked for it. `now` by the backend's
/// clock; where that isn't known, all that is kept is remembered.
pub(super) fn untold(ended: &[EndedOrder], amount: Option<Money>, now: Option<Timestamp>) -> Option<OrderId> {
    let same = |e: &&EndedOrder| e.end == OrderEnd::Moved && e.amount == amount && !e.is_told();
    ended.iter().filter(same).find(|e| now.is_none_or(|now| e.is_remembered(now))).map(|e| e.id)
}

/// Whoever asked was told how the order ended: to be said once that is written, where it can be read. From then on the
/// same is a second order.
///
/// # Errors
/// The ledger's.
pub async fn told(ports: &Ports, id: LinkId, kind: OutboxKind, order: OrderId) -> Result<(), LedgerError> {
    on_ledger(ports, move |ledger| ledger.order_told(id, kind, order)).await
}
