//! The outbox: what is to be sent, by one process at a time (contracts, 5).

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::alive::{Life, Met};
use super::ended;
use super::error::Trouble;
use super::record::{self, Moment, micros};
use crate::domain::link::{LinkId, LinkState};
use crate::ports::{Dropped, Dropping, Made, OutboxEntry, OutboxKind, Overdue};

/// The columns that [`read`] takes, at the beginning of a row.
const COLUMNS: &str = "o.attempts, o.next_at, o.last_error, o.in_flight, o.needs_decision, o.overdue, o.what,
    o.since, o.first_sent, o.handed_out, o.made";
/// The first column after them.
const NEXT: usize = 11;

/// An entry from [`COLUMNS`].
fn read(row: &Row<'_>, link: LinkId, kind: OutboxKind) -> rusqlite::Result<OutboxEntry> {
    let (what, made): (Option<String>, Option<String>) = (row.get(6)?, row.get(10)?);
    let (order, lost) = match (kind, what.as_deref()) {
        (OutboxKind::Look, Some(text)) => (None, serde_json::from_str(text).unwrap_or_default()),
        (_, text) => (text.and_then(|text| serde_json::from_str(text).ok()), Vec::new()),
    };
    Ok(OutboxEntry {
        link,
        kind,
        attempts: row.get(0)?,
        next_at: row.get::<_, Moment>(1)?.0,
        since: row.get::<_, Moment>(7)?.0,
        last_error: row.get(2)?,
        in_flight: row.get(3)?,
        needs_decision: row.get(4)?,
        overdue: row.get::<_, Option<String>>(5)?.as_deref().and_then(Overdue::from_word),
        order,
        first_sent: row.get::<_, Option<Moment>>(8)?.map(|at| at.0),
        lost,
        handed_out: row.get(9)?,
        // What can't be read is not known.
        made: made.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })
}

/// Whether the entry can be read.
pub(super) fn is_sensible(connection: &Connection, nr: i64) -> bool {
    let entry = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox AS o WHERE nr = ?1"));
    let nobody = LinkId(uuid::Uuid::nil());
    entry.and_then(|mut entry| entry.query_row([nr], |row| read(row, nobody, OutboxKind::Create))).is_ok()
}

/// The order as it is kept; of a look, what it looks for.
pub(super) fn what(entry: &OutboxEntry) -> Result<Option<String>, Trouble> {
    let text = match (&entry.order, entry.lost.as_slice()) {
        (Some(order), _) => serde_json::to_string(order).map(Some),
        (None, []) => Ok(None),
        (None, lost) => serde_json::to_string(lost).map(Some),
    };
    text.map_err(|_| Trouble::odd("an order has no text form"))
}

/// When its link was made, as it is kept.
fn made_text(entry: &OutboxEntry) -> Result<Option<String>, Trouble> {
    if entry.made == Made::default() {
        return Ok(None);
    }
    let text = serde_json::to_string(&entry.made);
    text.map(Some).map_err(|_| Trouble::odd("a moment has no text form"))
}

/// How many entries that a seller asked for there are of other accounts, by account.
pub(super) fn elsewhere(connection: &Connection, account_id: &str) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT l.account_id, count(*) FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link
         WHERE l.account_id <> ?1 AND o.kind <> 'look' GROUP BY l.account_id ORDER BY l.account_id",
    )?;
    let rows = statement.query_map([account_id], |row| {
        Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
    })?;
    rows.collect()
}

/// All entries of an account, oldest first; CROSS JOIN begins with the few entries. Kinds that only a newer version knows are left to it.
pub(super) fn all(connection: &Connection, account_id: &str) -> Result<Vec<OutboxEntry>, Trouble> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS}, l.id, o.kind
         FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link WHERE l.account_id = ?1 ORDER BY o.nr",
    ))?;
    let mut rows = statement.query([account_id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, word): (String, String) = (row.get(NEXT)?, row.get(NEXT + 1)?);
        if let (Some(id), Some(kind)) = (LinkId::parse(&id), OutboxKind::from_word(&word)) {
            entries.push(read(row, id, kind)?);
        }
    }
    Ok(entries)
}

pub(super) fn seq_of(tx: &Transaction<'_>, id: LinkId) -> Result<i64, Trouble> {
    record::seq_of(tx, id)?.ok_or_else(|| Trouble::odd(format!("the link {id} is not kept")))
}

/// Changes the entry as `decide` says; see `Ledger::amend_entry`.
pub(super) fn amend(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
    decide: &mut dyn FnMut(Option<OutboxEntry>) -> Option<OutboxEntry>,
) -> Result<(), Trouble> {
    match decide(entry(tx, link, kind)?) {
        Some(entry) => enqueue(tx, &entry),
        None => Ok(()),
    }
}

/// Nothing is to be withdrawn any more, whoever has claimed to do that.
pub(super) fn drop_cancel(tx: &Transaction<'_>, link: LinkId) -> Result<(), Trouble> {
    tx.prepare_cached("DELETE FROM outbox WHERE link = ?1 AND kind = ?2")?
        .execute(params![seq_of(tx, link)?, OutboxKind::Cancel.word()])?;
    Ok(())
}

/// The entry of this kind.
pub(super) fn entry(
    tx: &Transaction<'_>,
    link: LinkId,
    kind: OutboxKind,
) -> Result<Option<OutboxEntry>, Trouble> {
    let seq = seq_of(tx, link)?;
    let entry = tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox AS o WHERE o.link = ?1 AND o.kind = ?2"))?
        .query_row(params![seq, kind.word()], |row| read(row, link, kind))
        .optional()?;
    Ok(entry)
}

/// All of a link, oldest first, each with who has claimed it.
pub(super) fn of_link(tx: &Transaction<'_>, link: LinkId) -> Result<Vec<(OutboxEntry, Holder)>, Trouble> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS}, o.kind, o.nr, o.owner, o.claimed_at FROM outbox AS o WHERE o.link = ?1 ORDER BY o.nr"
    ))?;
    let mut rows = statement.query([seq_of(tx, link)?])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        // Kinds that only a newer version knows are left to it.
        let Some(kind) = OutboxKind::from_word(&row.get::<_, String>(NEXT)?) else { continue };
        let entry = read(row, link, kind)?;
        let holder = Holder {
            nr: row.get(NEXT + 1)?,
            attempts: entry.attempts,
            owner: row.get(NEXT + 2)?,
            since: row.get(NEXT + 3)?,
        };
        entries.push((entry, holder));
    }
    Ok(entries)
}

/// Takes out what `decide` says, of what nobody has claimed; see `Ledger::drop_waiting`.
pub(super) fn drop_waiting(
    tx: &Transaction<'_>,
    claimant: &Claimant<'_>,
    link: LinkId,
    now: Timestamp,
    lease: Duration,
    decide: &mut Dropping<'_>,
) -> Result<Vec<OutboxEntry>, Trouble> {
    let mut taken = Vec::new();
    for (entry, holder) in of_link(tx, link)? {
        let to_be_done = entry.kind.asked_for() && entry.kind != OutboxKind::Create;
        if !to_be_done || claimant.is_held(tx, &holder, now, lease)? {
            continue;
        }
        let Dropped::Yes(end) = decide(&entry) else { continue };
        tx.prepare_cached("DELETE FROM outbox WHERE nr = ?1")?.execute([holder.nr])?;
        if let Some(end) = end {
            ended::remember(tx, link, entry.kind, &end)?;
        }
        taken.push(entry);
    }
    Ok(taken)
}

/// The entry of this kind, for whoever only looks.
pub(super) fn find(
    connection: &Connection,
    link: LinkId,
    kind: OutboxKind,
) -> rusqlite::Result<Option<OutboxEntry>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM links AS l CROSS JOIN outbox AS o ON o.link = l.seq WHERE l.id = ?1 AND o.kind = ?2"
        ))?
        .query_row(params![link.to_string(), kind.word()], |row| read(row, link, kind))
        .optional()
}

/// Adds an entry, or replaces the one of the same kind. A claim that somebody holds stays theirs, and
/// that a request may be on the wire is not forgotten.
pub(super) fn enqueue(tx: &Transaction<'_>, entry: &OutboxEntry) -> Result<(), Trouble> {
    let seq = seq_of(tx, entry.link)?;
    tx.prepare_cached(
        "INSERT INTO outbox (link, kind, attempts, next_at, last_error, in_flight, needs_decision, overdue, what, since,
             first_sent, handed_out, made)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (link, kind) DO UPDATE SET
             attempts = CASE WHEN owner IS NULL THEN excluded.attempts ELSE attempts END,
             in_flight = CASE WHEN owner IS NULL THEN excluded.in_flight ELSE in_flight END,
             -- What is lost may become more while it is looked for; nobody else writes down any of it.
             what = CASE WHEN owner IS NULL OR kind = 'look' THEN excluded.what ELSE what END,
             -- The earlier of both, or nobody knows.
             first_sent = min(first_sent, excluded.first_sent),
             next_at = excluded.next_at, since = excluded.since, last_error = excluded.last_error,
             needs_decision = excluded.needs_decision, overdue = excluded.overdue,
             handed_out = max(handed_out, excluded.handed_out),
             -- A link is made once; what is lost may become more.
             made = CASE WHEN kind = 'look' THEN coalesce(excluded.made, made) ELSE coalesce(made, excluded.made) END",
    )?
    .execute(params![
        seq,
        entry.kind.word(),
        entry.attempts,
        micros(entry.next_at),
        entry.last_error,
        entry.in_flight,
        entry.needs_decision,
        entry.overdue.map(Overdue::word),
        what(entry)?,
        micros(entry.since),
        entry.first_sent.map(micros),
        entry.handed_out,
        made_text(entry)?
    ])?;
    Ok(())
}

/// What waits for a link is this, in this order, and nobody's claim.
pub(super) fn put_all(tx: &Transaction<'_>, link: LinkId, entries: &[OutboxEntry]) -> Result<(), Trouble> {
    tx.prepare_cached("DELETE FROM outbox WHERE link = ?1")?.execute([seq_of(tx, link)?])?;
    entries.iter().try_for_each(|entry| enqueue(tx, entry))
}

/// What an entry is claimed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be carried out.
    Send(OutboxKind),
    /// To be given up, which only a creation is with a claim of its own.
    Drop,
}

/// Who claims, and what is known of others who do.
pub(super) struct Claimant<'a> {
    pub(super) owner: &'a str,
    /// Whether another owner lives.
    pub(super) life: &'a dyn Fn(&str) -> Life,
    /// The claims of others that we have met.
    pub(super) met: &'a Met,
}

/// A claim on an entry, as it stands there.
pub(super) struct Holder {
    pub(super) nr: i64,
    pub(super) attempts: u32,
    pub(super) owner: Option<String>,
    pub(super) since: Option<i64>,
}

impl Claimant<'_> {
    /// Whether the entry is somebody's. The claim of an owner who certainly lives no more is nobody's; nor is that of one
    /// who lives, when we have met it for as long as the lease, by our own count.
    pub(super) fn is_held(
        &self,
        tx: &Transaction<'_>,
        holder: &Holder,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, Trouble> {
        let since = match holder.owner.as_deref() {
            // Whether ours is still at work, is known to those who work.
            Some(other) if other != self.owner => match (self.life)(other) {
                Life::Dead => None,
                Life::Lives if self.met.before(holder.nr, other, holder.attempts) < lease => return Ok(true),
                Life::Lives => None,
                Life::Unknown => holder.since,
            },
            _ => holder.since,
        };
        let (now, lease) = (micros(now), i64::try_from(lease.as_micros()).unwrap_or(i64::MAX));
        if since.is_some_and(|since| since > now) {
            // The clock was set back: the lease runs anew, or it would last until the old time.
            tx.prepare_cached("UPDATE outbox SET claimed_at = ?2 WHERE nr = ?1")?
                .execute([holder.nr, now])?;
            return Ok(true);
        }
        Ok(since.is_some_and(|since| now < since.saturating_add(lease)))
    }
}

/// Claims an entry; see `Ledger::claim` and `Ledger::claim_to_drop`.
pub(super) fn claim(
    tx: &Transaction<'_>,
    claimant: &Claimant<'_>,
    link: LinkId,
    purpose: Purpose,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<OutboxEntry>, Trouble> {
    let kind = match purpose {
        Purpose::Send(kind) => kind,
        Purpose::Drop => OutboxKind::Create,
    };
    let found = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, o.nr, o.claimed_at, l.seq, l.state, o.owner
             FROM outbox AS o JOIN links AS l ON l.seq = o.link WHERE l.id = ?1 AND o.kind = ?2
                 -- What was asked for a link is done in that order; a creation that is over holds up nothing.
                 AND NOT EXISTS (SELECT 1 FROM outbox AS e
                     WHERE e.link = o.link AND e.nr < o.nr AND e.kind <> 'look' AND (e.kind <> 'create'
                         OR l.state IN ('queued', 'creating', 'uncertain', 'refused')))",
        ))?
        .query_row(params![link.to_string(), kind.word()], |row| {
            let claimed_at: Option<i64> = row.get(NEXT + 1)?;
            let state: String = row.get(NEXT + 3)?;
            let holder: Option<String> = row.get(NEXT + 4)?;
            let place = (row.get::<_, i64>(NEXT)?, row.get::<_, i64>(NEXT + 2)?);
            Ok((read(row, link, kind)?, place, claimed_at, state, holder))
        })
        .optional()?;
    let Some((mut entry, (nr, seq), claimed_at, state, holder)) = found else { return Ok(None) };
    let held = Holder { nr, attempts: entry.attempts, owner: holder, since: claimed_at };
    if claimant.is_held(tx, &held, now, lease)? {
        return Ok(None);
    }
    let (now_at, owner) = (micros(now), claimant.owner);
    // A link that is at the backend, or has ended, is never made again.
    let may_create = record::state(&state).0.in_outbox();
    if (entry.needs_decision && purpose != Purpose::Drop) || (kind == OutboxKind::Create && !may_create) {
        return Ok(None);
    }
    entry.attempts = entry.attempts.saturating_add(1);
    if entry.needs_decision {
        tx.prepare_cached("UPDATE outbox SET attempts = ?2, owner = ?3, claimed_at = ?4 WHERE nr = ?1")?
            .execute(params![nr, entry.attempts, owner, now_at])?;
        return Ok(Some(entry));
    }
    tx.prepare_cached(
        "UPDATE outbox SET attempts = ?2, in_flight = 1, owner = ?3, claimed_at = ?4 WHERE nr = ?1",
    )?
    .execute(params![nr, entry.attempts, owner, now_at])?;
    if kind == OutboxKind::Create && state != LinkState::Creating.word() {
        record::mark_creating(tx, seq, now)?;
    }
    Ok(Some(entry))
}

/// Keeps the order of a claimed entry; see `Ledger::note_order`.
pub(super) fn note_order(tx: &Transaction<'_>, owner: &str, entry: &OutboxEntry) -> Result<bool, Trouble> {
    let seq = seq_of(tx, entry.link)?;
    let noted = tx
        .prepare_cached(
            "UPDATE outbox SET what = ?3 WHERE link = ?1 AND kind = ?2 AND owner = ?4 AND attempts = ?5",
        )?
        .execute(params![seq, entry.kind.word(), what(entry)?, owner, entry.attempts])?;
    Ok(noted == 1)
}

/// A request of a claimed entry goes out now; see `Ledger::note_sending`.
pub(super) fn note_sending(tx: &Transaction<'_>, owner: &str, entry: &OutboxEntry) -> Result<bool, Trouble> {
    let seq = seq_of(tx, entry.link)?;
    let noted = tx
        .prepare_cached(
            "UPDATE outbox SET first_sent = coalesce(first_sent, ?3)
             WHERE link = ?1 AND kind = ?2 AND owner = ?4 AND attempts = ?5",
        )?
        .execute(params![seq, entry.kind.word(), entry.first_sent.map(micros), owner, entry.attempts])?;
    Ok(noted == 1)
}
