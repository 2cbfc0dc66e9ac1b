//! Orders about money that have ended, as they are remembered (`ports/ended.rs`): one value for each kind of a link.

use rusqlite::{Connection, OptionalExtension, Transaction};
use uuid::Uuid;

use super::error::Trouble;
use super::outbox;
use crate::domain::link::LinkId;
use crate::ports::{EndedOrder, OrderId, OutboxKind, Placing};

fn key(link: LinkId, kind: OutboxKind) -> String {
    format!("ended/{link}/{}", kind.word())
}

/// Those of a link, oldest first.
pub(super) fn of(db: &Connection, link: LinkId, kind: OutboxKind) -> Result<Vec<EndedOrder>, Trouble> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM kv WHERE key = ?1")?
        .query_row([key(link, kind)], |row| row.get(0))
        .optional()?;
    let Some(text) = text else { return Ok(Vec::new()) };
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        // Then nothing is remembered. To fail here would hold up all that is asked about this money, for ever.
        tracing::warn!(%error, %link, "the ended orders of a link can't be read");
        Vec::new()
    }))
}

fn keep(tx: &Transaction<'_>, link: LinkId, kind: OutboxKind, all: &[EndedOrder]) -> Result<(), Trouble> {
    let text = serde_json::to_string(all).map_err(|_| Trouble::odd("an ended order has no text form"))?;
    tx.prepare_cached(
        "INSERT INTO kv (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute([key(link, kind), text])?;
    Ok(())
}

/// One more has ended.
pub(super) fn remember(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    end: &EndedOrder,
) -> Result<(), Trouble> {
    let mut all = of(tx, link, kind)?;
    end.join(&mut all);
    keep(tx, link, kind, &all)
}

/// Its asker knows; see `Ledger::order_told`.
pub(super) fn told(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<(), Trouble> {
    let mut all = of(tx, link, kind)?;
    let Some(ended) = all.iter_mut().find(|e| e.id == order && !e.told) else { return Ok(()) };
    ended.told = true;
    keep(tx, link, kind, &all)
}

/// Writes a new order down; see `Ledger::place_order`.
pub(super) fn place(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    decide: &mut Placing<'_>,
) -> Result<Option<OrderId>, Trouble> {
    let (waits, ended) = (outbox::entry(tx, link, kind)?, of(tx, link, kind)?);
    let Some(mut entry) = decide(waits.as_ref(), &ended) else { return Ok(None) };
    let id = OrderId(Uuid::new_v4());
    entry.order.get_or_insert_default().id = id;
    outbox::enqueue(tx, &entry)?;
    Ok(Some(id))
}
