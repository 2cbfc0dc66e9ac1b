//! How a claim on an entry of the outbox ends. A process may have slept meanwhile, and another one have taken its work
//! over: what it then says of it counts only while the claim is still its own. But that the backend has a link is true
//! whoever learns of it.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::error::Trouble;
use super::outbox::{seq_of, what};
use super::record::{self, micros};
use super::{ended, names, outbox};
use crate::domain::link::{Link, LinkState};
use crate::ports::{EndedOrder, LedgerError, OutboxEntry, OutboxKind, Overdue};

/// Whether `owner` still has the claim that `entry` was given with.
fn has(tx: &Transaction<'_>, owner: &str, entry: &OutboxEntry) -> Result<bool, Trouble> {
    let seq = seq_of(tx, entry.link)?;
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM outbox WHERE link = ?1 AND kind = ?2 AND owner = ?3 AND attempts = ?4",
        )?
        .exists(params![seq, entry.kind.word(), owner, entry.attempts])?)
}

/// Removes the entry if `owner` still has its claim, and remembers how it ended.
fn close(
    tx: &Transaction<'_>,
    owner: &str,
    entry: &OutboxEntry,
    end: Option<&EndedOrder>,
) -> Result<bool, Trouble> {
    let seq = seq_of(tx, entry.link)?;
    // Of a look that was to end: something more was lost while it was under way. It is looked for once the claim is over.
    let closed = tx
        .prepare_cached(
            "DELETE FROM outbox WHERE link = ?1 AND kind = ?2 AND owner = ?3 AND attempts = ?4
                 AND NOT (kind = 'look' AND since > claimed_at)",
        )?
        .execute(params![seq, entry.kind.word(), owner, entry.attempts])?;
    if closed == 0 {
        return Ok(false);
    }
    if let Some(end) = end {
        ended::remember(tx, entry.link, entry.kind, end)?;
    }
    Ok(true)
}

/// Keeps that a creation may have been carried out; see `Ledger::note_doubt`.
pub(super) fn doubt(
    tx: &Transaction<'_>,
    owner: &str,
    link: &Link,
    entry: &OutboxEntry,
) -> Result<bool, Trouble> {
    if !has(tx, owner, entry)? {
        return Ok(false);
    }
    record::update(tx, link)?;
    Ok(true)
}

/// Closes the entry and keeps the link. Only a creation has something to say about the link that nobody else
/// says: what was read with another claim may be old by now.
pub(super) fn settle(
    tx: &Transaction<'_>,
    owner: &str,
    link: &Link,
    entry: &OutboxEntry,
    end: Option<&EndedOrder>,
) -> Result<bool, Trouble> {
    let ours = close(tx, owner, entry, end)?;
    if ours && entry.kind == OutboxKind::Create {
        record::update(tx, link)?;
    }
    Ok(ours)
}

/// Closes a creation and keeps that its session is to be withdrawn; see `Ledger::settle_to_withdraw`.
pub(super) fn to_withdraw(
    tx: &Transaction<'_>,
    owner: &str,
    link: &Link,
    entry: &OutboxEntry,
    now: Timestamp,
) -> Result<bool, Trouble> {
    if !settle(tx, owner, link, entry, None)? {
        return Ok(false);
    }
    outbox::amend(tx, link.id, OutboxKind::Cancel, &mut |waits| {
        // The seller may have said it meanwhile.
        let entry = waits.unwrap_or_else(|| OutboxEntry::new(link.id, OutboxKind::Cancel, now));
        Some(OutboxEntry { next_at: now, ..entry })
    })?;
    Ok(true)
}

/// The backend has made the link; see `Ledger::settle_made`.
pub(super) fn made(tx: &Transaction<'_>, link: &Link) -> Result<bool, Trouble> {
    let Some(kept) = record::load(tx, link.id)? else {
        return Err(Trouble::odd(format!("the link {} is not kept", link.id)));
    };
    if kept.session_id.is_some() {
        // Somebody else has found it before us, and may know more of it by now; or has made another one.
        return Ok(kept.session_id == link.session_id);
    }
    if !kept.state.in_outbox() || kept.state == LinkState::Refused {
        return Ok(false);
    }
    tx.prepare_cached("DELETE FROM outbox WHERE link = ?1 AND kind = ?2")?
        .execute(params![seq_of(tx, link.id)?, OutboxKind::Create.word()])?;
    record::update(tx, link)?;
    Ok(true)
}

/// A refused link is to be made all the same; see `Ledger::requeue_refused`.
pub(super) fn requeue_refused(tx: &Transaction<'_>, entry: &OutboxEntry) -> Result<bool, Trouble> {
    let Some(mut link) = record::load(tx, entry.link)? else { return Ok(false) };
    let waits = outbox::of_link(tx, link.id)?.iter().any(|(e, _)| e.kind.asked_for());
    if link.state != LinkState::Refused || link.session_id.is_some() || waits {
        return Ok(false);
    }
    let reference = &link.sale.reference;
    if names::used(tx, &link.account_id, reference)? {
        return Err(LedgerError::ReferenceUsed(reference.clone()).into());
    }
    link.sent_once_more(entry.since);
    record::update(tx, &link)?;
    outbox::enqueue(tx, entry)?;
    Ok(true)
}

/// Closes the entry and changes the link as it is kept.
pub(super) fn undone(
    tx: &Transaction<'_>,
    owner: &str,
    entry: &OutboxEntry,
    end: Option<&EndedOrder>,
    change: &mut dyn FnMut(&mut Link),
) -> Result<bool, Trouble> {
    let Some(mut link) = record::load(tx, entry.link)? else { return Ok(false) };
    if !close(tx, owner, entry, end)? {
        return Ok(false);
    }
    change(&mut link);
    record::update(tx, &link)?;
    Ok(true)
}

/// Gives the entry back. If the claim has gone to somebody else meanwhile (the lease was over), who may have given it
/// back by now, or the entry was closed, theirs is the truth and nothing changes.
pub(super) fn release(
    tx: &Transaction<'_>,
    owner: &str,
    link: &Link,
    entry: &OutboxEntry,
) -> Result<bool, Trouble> {
    let seq = seq_of(tx, link.id)?;
    let given_back = tx
        .prepare_cached(
            "UPDATE outbox SET attempts = ?3, last_error = ?5, in_flight = ?6, needs_decision = ?7, overdue = ?9,
                 -- Somebody has asked for a look, or lost something more, while one was under way: that one may have
                 -- come too soon for it.
                 next_at = CASE WHEN kind = 'look' AND since >= claimed_at THEN min(next_at, ?4) ELSE ?4 END,
                 what = CASE WHEN kind = 'look' THEN what ELSE ?10 END,
                 since = ?11, owner = NULL, claimed_at = NULL
             WHERE link = ?1 AND kind = ?2 AND attempts = ?3 AND (owner IS NULL OR owner = ?8)",
        )?
        .execute(params![
            seq,
            entry.kind.word(),
            entry.attempts,
            micros(entry.next_at),
            entry.last_error,
            entry.in_flight,
            entry.needs_decision,
            owner,
            entry.overdue.map(Overdue::word),
            what(entry)?,
            micros(entry.since)
        ])?;
    if given_back == 0 {
        return Ok(false);
    }
    if entry.kind == OutboxKind::Create {
        record::update(tx, link)?;
    }
    Ok(true)
}
