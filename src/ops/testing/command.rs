//! What a command does that asks for money to be moved: it follows the order that waits, and says so once it has told that
//! it is done.

use std::time::Duration;

use super::ACCOUNT;
use crate::domain::link::LinkId;
use crate::ops::money;
use crate::ops::outbox::{Outcome, Sent};
use crate::ports::{LedgerError, OrderId, OutboxKind, Ports};

/// The order of that kind that waits.
pub(crate) fn order_of(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<OrderId, LedgerError> {
    let waits = ports.ledger.outbox(ACCOUNT)?.into_iter().find(|e| e.link == id && e.kind == kind);
    Ok(waits.and_then(|e| e.order).map(|order| order.id).unwrap_or_default())
}

/// One try.
pub(crate) async fn once(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Sent, LedgerError> {
    let order = order_of(ports, id, kind)?;
    tells(ports, kind, order, money::send(ports, id, kind, order).await?).await
}

/// As often as it takes, for so long.
pub(crate) async fn patiently(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    patience: Duration,
) -> Result<Sent, LedgerError> {
    let order = order_of(ports, id, kind)?;
    tells(ports, kind, order, money::send_patiently(ports, id, kind, order, patience).await?).await
}

/// Takes back what waits of that kind.
pub(crate) async fn withdraw(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Sent, LedgerError> {
    money::withdraw(ports, id, kind, order_of(ports, id, kind)?).await
}

async fn tells(ports: &Ports, kind: OutboxKind, order: OrderId, sent: Sent) -> Result<Sent, LedgerError> {
    if sent.outcome == Outcome::Moved {
        money::told(ports, sent.link.id, kind, order).await?;
    }
    Ok(sent)
}
