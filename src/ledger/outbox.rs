//! The outbox: what is to be sent, by one process at a time (contracts, 5).

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::error::Trouble;
use super::record::{self, Moment, micros};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{OutboxEntry, OutboxKind};

fn kind(word: &str) -> Option<OutboxKind> {
    [OutboxKind::Create, OutboxKind::Cancel].into_iter().find(|kind| kind.word() == word)
}

/// An entry from the columns `attempts, next_at, last_error, in_flight, needs_decision` at the beginning.
fn read(row: &Row<'_>, link: LinkId, kind: OutboxKind) -> rusqlite::Result<OutboxEntry> {
    Ok(OutboxEntry {
        link,
        kind,
        attempts: row.get(0)?,
        next_at: row.get::<_, Moment>(1)?.0,
        last_error: row.get(2)?,
        in_flight: row.get(3)?,
        needs_decision: row.get(4)?,
    })
}

/// All entries of an account, oldest first; CROSS JOIN begins with the few entries. Kinds that only a newer version knows are left to it.
pub(super) fn all(connection: &Connection, account_id: &str) -> Result<Vec<OutboxEntry>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT o.attempts, o.next_at, o.last_error, o.in_flight, o.needs_decision, l.id, o.kind
         FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link WHERE l.account_id = ?1 ORDER BY o.nr",
    )?;
    let mut rows = statement.query([account_id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, word): (String, String) = (row.get(5)?, row.get(6)?);
        if let (Some(id), Some(kind)) = (LinkId::parse(&id), kind(&word)) {
            entries.push(read(row, id, kind)?);
        }
    }
    Ok(entries)
}

fn seq_of(tx: &Transaction<'_>, id: LinkId) -> Result<i64, Trouble> {
    record::seq_of(tx, id)?.ok_or_else(|| Trouble::odd(format!("the link {id} is not kept")))
}

/// Adds an entry, or replaces the one of the same kind. A claim that somebody holds stays theirs, and
/// that a request may be on the wire is not forgotten.
pub(super) fn enqueue(tx: &Transaction<'_>, entry: &OutboxEntry) -> Result<(), Trouble> {
    let seq = seq_of(tx, entry.link)?;
    tx.prepare_cached(
        "INSERT INTO outbox (link, kind, attempts, next_at, last_error, in_flight, needs_decision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (link, kind) DO UPDATE SET
             attempts = CASE WHEN owner IS NULL THEN excluded.attempts ELSE attempts END,
             in_flight = CASE WHEN owner IS NULL THEN excluded.in_flight ELSE in_flight END,
             next_at = excluded.next_at, last_error = excluded.last_error,
             needs_decision = excluded.needs_decision",
    )?
    .execute(params![
        seq,
        entry.kind.word(),
        entry.attempts,
        micros(entry.next_at),
        entry.last_error,
        entry.in_flight,
        entry.needs_decision
    ])?;
    Ok(())
}

/// Claims an entry for `owner`; see `Ledger::claim`. `dead` tells of another owner whether it certainly
/// lives no more: its claim is given out at once.
pub(super) fn claim(
    tx: &Transaction<'_>,
    owner: &str,
    dead: &dyn Fn(&str) -> bool,
    link: LinkId,
    kind: OutboxKind,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<OutboxEntry>, Trouble> {
    let found = tx
        .prepare_cached(
            "SELECT o.attempts, o.next_at, o.last_error, o.in_flight, o.needs_decision,
                 o.nr, o.claimed_at, l.seq, l.state, o.owner
             FROM outbox AS o JOIN links AS l ON l.seq = o.link WHERE l.id = ?1 AND o.kind = ?2",
        )?
        .query_row(params![link.to_string(), kind.word()], |row| {
            let claimed_at: Option<i64> = row.get(6)?;
            let state: String = row.get(8)?;
            let holder: Option<String> = row.get(9)?;
            let place = (row.get::<_, i64>(5)?, row.get::<_, i64>(7)?);
            Ok((read(row, link, kind)?, place, claimed_at, state, holder))
        })
        .optional()?;
    let Some((mut entry, (nr, seq), claimed_at, state, holder)) = found else { return Ok(None) };
    // Ours is never dead: another thread of this process is at work.
    let claimed_at = claimed_at.filter(|_| holder.is_none_or(|h| h == owner || !dead(&h)));
    let now_at = micros(now);
    let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    if let Some(claimed_at) = claimed_at {
        if claimed_at > now_at {
            // The clock was set back: the lease runs anew, or it would last until the old time.
            tx.prepare_cached("UPDATE outbox SET claimed_at = ?2 WHERE nr = ?1")?.execute([nr, now_at])?;
            return Ok(None);
        }
        if now_at < claimed_at.saturating_add(lease) {
            return Ok(None);
        }
    }
    // A link that is at the backend, or has ended, is never made again.
    let may_create = record::state(&state).0.in_outbox();
    if entry.needs_decision || (kind == OutboxKind::Create && !may_create) {
        return Ok(None);
    }
    entry.attempts = entry.attempts.saturating_add(1);
    tx.prepare_cached(
        "UPDATE outbox SET attempts = ?2, in_flight = 1, owner = ?3, claimed_at = ?4 WHERE nr = ?1",
    )?
    .execute(params![nr, entry.attempts, owner, now_at])?;
    if kind == OutboxKind::Create && state != LinkState::Creating.word() {
        record::mark_creating(tx, seq, now)?;
    }
    Ok(Some(entry))
}

/// Closes the entry and keeps the link.
pub(super) fn settle(tx: &Transaction<'_>, link: &Link, kind: OutboxKind) -> Result<(), Trouble> {
    let seq = seq_of(tx, link.id)?;
    tx.prepare_cached("DELETE FROM outbox WHERE link = ?1 AND kind = ?2")?
        .execute(params![seq, kind.word()])?;
    record::update(tx, link)
}

/// Gives the entry back. If the claim has gone to somebody else meanwhile (the lease was over), or the
/// entry was closed, theirs is the truth and nothing changes.
pub(super) fn release(
    tx: &Transaction<'_>,
    owner: &str,
    link: &Link,
    entry: &OutboxEntry,
) -> Result<(), Trouble> {
    let seq = seq_of(tx, link.id)?;
    let given_back = tx
        .prepare_cached(
            "UPDATE outbox SET attempts = ?3, next_at = ?4, last_error = ?5, in_flight = ?6,
                 needs_decision = ?7, owner = NULL, claimed_at = NULL
             WHERE link = ?1 AND kind = ?2 AND (owner IS NULL OR (owner = ?8 AND attempts = ?3))",
        )?
        .execute(params![
            seq,
            entry.kind.word(),
            entry.attempts,
            micros(entry.next_at),
            entry.last_error,
            entry.in_flight,
            entry.needs_decision,
            owner
        ])?;
    if given_back == 0 {
        return Ok(());
    }
    record::update(tx, link)
}
