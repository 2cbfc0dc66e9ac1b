//! Orders about money that have ended, as they are remembered (`ports/ended.rs`): one value for each kind of a link. And
//! who asked for the one that waits, and is to be told.

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::Trouble;
use super::{outbox, record};
use crate::domain::link::LinkId;
use crate::ports::{EndedOrder, OrderId, OutboxKind, Place, Placing};

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
    put(tx, &key(link, kind), &text)
}

fn put(tx: &Transaction<'_>, key: &str, text: &str) -> Result<(), Trouble> {
    tx.prepare_cached(
        "INSERT INTO kv (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute([key, text])?;
    Ok(())
}

/// All that is remembered, with their names: for another ledger that takes this one's place.
pub(super) fn kept(db: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement =
        db.prepare("SELECT key, value FROM kv WHERE key GLOB 'ended/*' OR key GLOB 'asked/*'")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Puts what another ledger remembers to what this one does, which is older.
pub(super) fn carry(tx: &Transaction<'_>, name: &str, value: &str) -> Result<(), Trouble> {
    let mut parts = name.split('/');
    let (Some(what), Some(link), Some(kind)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(());
    };
    let (Some(link), Some(kind)) = (LinkId::parse(link), OutboxKind::from_word(kind)) else { return Ok(()) };
    if record::seq_of(tx, link)?.is_none() {
        return Ok(());
    }
    if what == "asked" {
        return put(tx, name, value);
    }
    let Ok(newer) = serde_json::from_str::<Vec<EndedOrder>>(value) else { return Ok(()) };
    let mut all = of(tx, link, kind)?;
    all.retain(|known| newer.iter().all(|n| n.id != known.id));
    all.extend(newer);
    all.sort_by_key(|ended| ended.at);
    keep(tx, link, kind, &all)
}

/// Who asks for money to be moved, and how it is told who else can't be told any more.
pub(super) struct Asker<'a> {
    /// The mark of this process.
    pub(super) owner: &'a str,
    /// Whether the process with this mark has ended, as far as can be told.
    pub(super) is_gone: &'a dyn Fn(&str) -> bool,
}

/// Who asked for the order that waits: of all who did, those that were not replaced.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    id: OrderId,
    by: Vec<String>,
}

fn asked_key(link: LinkId, kind: OutboxKind) -> String {
    format!("asked/{link}/{}", kind.word())
}

/// Who asked for this order.
fn asked(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Vec<String>, Trouble> {
    let text: Option<String> = tx
        .prepare_cached("SELECT value FROM kv WHERE key = ?1")?
        .query_row([asked_key(link, kind)], |row| row.get(0))
        .optional()?;
    let asked = text.and_then(|text| serde_json::from_str::<Asked>(&text).ok());
    Ok(asked.filter(|asked| asked.id == order).map(|asked| asked.by).unwrap_or_default())
}

/// This process asks for it, too. One that has ended meanwhile is taken for the same asker's first try: he asks anew.
fn ask(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    link: LinkId,
    kind: OutboxKind,
    id: OrderId,
) -> Result<(), Trouble> {
    let mut by = asked(tx, link, kind, id)?;
    if by.iter().any(|mark| mark == asker.owner) {
        return Ok(());
    }
    if let Some(gone) = by.iter().position(|mark| (asker.is_gone)(mark)) {
        by.remove(gone);
    }
    by.push(asker.owner.to_owned());
    let text =
        serde_json::to_string(&Asked { id, by }).map_err(|_| Trouble::odd("askers have no text form"))?;
    put(tx, &asked_key(link, kind), &text)
}

/// One more has ended.
pub(super) fn remember(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    end: &EndedOrder,
) -> Result<(), Trouble> {
    let mut all = of(tx, link, kind)?;
    let owed = asked(tx, link, kind, end.id)?;
    tx.prepare_cached("DELETE FROM kv WHERE key = ?1")?.execute([asked_key(link, kind)])?;
    EndedOrder { owed, ..end.clone() }.join(&mut all);
    keep(tx, link, kind, &all)
}

/// An asker knows; see `Ledger::order_told`.
pub(super) fn told(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    link: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<(), Trouble> {
    let mut all = of(tx, link, kind)?;
    let Some(ended) = all.iter_mut().find(|e| e.id == order && !e.is_told()) else { return Ok(()) };
    ended.told = true;
    let mine = ended.owed.iter().position(|mark| mark == asker.owner);
    if let Some(known) = mine.or_else(|| ended.owed.iter().position(|mark| (asker.is_gone)(mark))) {
        ended.owed.remove(known);
    }
    keep(tx, link, kind, &all)
}

/// Writes a new order down, or that one more asks for the one that waits; see `Ledger::place_order`.
pub(super) fn place(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    link: LinkId,
    kind: OutboxKind,
    decide: &mut Placing<'_>,
) -> Result<Option<OrderId>, Trouble> {
    let waits: Vec<_> = outbox::of_link(tx, link)?.into_iter().map(|(entry, _)| entry).collect();
    let mut ended = of(tx, link, kind)?;
    for ended in &mut ended {
        // Who lives tells it to his asker himself.
        ended.owed.retain(|mark| (asker.is_gone)(mark));
    }
    match decide(&waits, &ended) {
        Place::New(mut entry) => {
            let id = OrderId(Uuid::new_v4());
            entry.order.get_or_insert_default().id = id;
            outbox::enqueue(tx, &entry)?;
            ask(tx, asker, link, kind, id)?;
            Ok(Some(id))
        }
        Place::Joins => {
            let same = waits.into_iter().find(|entry| entry.kind == kind);
            if let Some(order) = same.and_then(|entry| entry.order) {
                ask(tx, asker, link, kind, order.id)?;
            }
            Ok(None)
        }
        Place::Reminded(id, now) => {
            let mut all = of(tx, link, kind)?;
            if let Some(ended) = all.iter_mut().find(|ended| ended.id == id && ended.at < now) {
                ended.at = now;
                keep(tx, link, kind, &all)?;
            }
            Ok(None)
        }
        Place::Nothing => Ok(None),
    }
}
