//! A ledger that can't be read: kept aside, and what can be read of it goes on. And what must be doubted in a
//! ledger that is older than what happened: one that was saved so, and one from a backup.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, params};

use super::error::{Trouble, from_io};
use super::guard::Guard;
use super::record::{self, micros};
use super::replace::{self, Plan, Why, beside};
use super::salvage::{self, Salvaged};
use super::{connect, file, list, outbox, values};
use crate::domain::link::{LinkId, LinkState};
use crate::ports::{DOUBTED, LedgerError, LinkFilter, MoneyOrder, OrderId, OutboxKind, Rescue, Unusable};

/// Where a ledger keeps what happened to it.
pub(super) const KEY: &str = "rescue";
/// Where it keeps the day up to which new counters begin later, and how much.
pub(super) const COUNT_FROM: &str = "count-from";
/// References that may have been given out after what can be read was written are passed over, so that no
/// sale gets the reference of another.
const PASSED_OVER: i64 = 100;

/// How much of a file is looked at to see whose it is.
const LOOKED_AT: usize = 1 << 20;
const PAGE: usize = 4096;
/// How SQLite's files begin.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// How long their header is.
pub(super) const HEADER: u64 = 100;

/// Puts what can be read of the damaged ledger in its place.
///
/// # Errors
/// [`Unusable::InUse`] while other paylinks have it open; [`Unusable::NotOurs`] for what never was a ledger, which
/// is left alone; the disk's. Then everything is as it was.
pub(super) fn rescue(folder: &Path, database: &Path) -> Result<(), LedgerError> {
    let _alone = Guard::alone(folder, database)?;
    // What is empty must not even be opened: SQLite throws the log beside it away.
    if !is_empty(database) && sound(database) {
        // Another process was quicker.
        return Ok(());
    }
    replace_damaged(database)
}

/// Does the same for a file with nothing in it: that is what a full disk or a crash leaves of a ledger. But it is
/// also how a new one begins, so not while another paylink has it open.
pub(super) fn rescue_empty(folder: &Path, database: &Path) -> Result<(), LedgerError> {
    if !is_empty(database) {
        return Ok(());
    }
    let Ok(_alone) = Guard::alone_at_once(folder, database) else { return Ok(()) };
    if !is_empty(database) || replace::unfinished(database).is_some() {
        return Ok(());
    }
    replace_damaged(database)
}

fn is_empty(database: &Path) -> bool {
    fs::metadata(database).is_ok_and(|found| found.is_file() && found.len() == 0)
}

/// For who holds the ledger alone.
pub(super) fn replace_damaged(database: &Path) -> Result<(), LedgerError> {
    if !ours(database).map_err(|e| from_io(database, &e))? {
        return Err(LedgerError::unusable(database, Unusable::NotOurs));
    }
    let draft = replace::draft(database);
    let plan = Plan::new(database, Why::Damaged, Timestamp::now());
    let made = save_into(&draft, database, &plan);
    clear(&copy_of(database));
    if made.is_err() {
        clear(&draft);
    }
    made?;
    plan.carry_out(database)?;
    tracing::error!(kept = %plan.kept.display(), "the ledger was damaged: what could be read was saved");
    Ok(())
}

/// Removes a database that was only made for the while.
pub(super) fn clear(database: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(database, ending));
    }
}

fn copy_of(database: &Path) -> PathBuf {
    beside(database, ".reading")
}

/// The new ledger in `draft`.
fn save_into(draft: &Path, database: &Path, plan: &Plan) -> Result<(), LedgerError> {
    clear(draft);
    file::make_new(draft)?;
    let at = |trouble: Trouble| trouble.at(draft);
    let mut new = connect::apart(draft)?;
    let old = readable(database, draft)?;
    let tx = new.transaction().map_err(|e| at(e.into()))?;
    let found = match &old {
        Some(old) => salvage::salvage(old, &copy_of(database), &tx).map_err(at)?,
        None => Salvaged { gaps: true, ..Salvaged::default() },
    };
    drop(old);
    let taken = doubt(&tx, Timestamp::now()).map_err(at)?;
    let report = Rescue {
        kept: plan.kept.clone(),
        restored: false,
        saved: found.links,
        lost: found.lost.len() as u64 + found.nameless,
        references: found.lost,
        gaps: found.gaps,
        money: taken.into_iter().map(|taken| taken.reference).collect(),
    };
    tell(&tx, &report).map_err(at)?;
    tx.commit().map_err(|e| at(e.into()))
}

/// A copy of the damaged database that SQLite reads at least the beginning of: as it is, or with a new
/// beginning. A copy, because reading may write too (a log is taken in).
fn readable(database: &Path, fresh: &Path) -> Result<Option<Connection>, LedgerError> {
    let copy = copy_of(database);
    let io = |e: std::io::Error| from_io(&copy, &e);
    let fresh = fs::read(fresh).map_err(io)?;
    for beginning in [0, 100, PAGE] {
        clear(&copy);
        file::copy(database, &copy)?;
        for ending in ["-wal", "-journal"] {
            let log = beside(database, ending);
            if log.exists() {
                file::copy(&log, &beside(&copy, ending))?;
            }
        }
        if beginning > 0 {
            begin_anew(&copy, fresh.get(..beginning).unwrap_or_default()).map_err(io)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let readable = Connection::open_with_flags(&copy, flags).and_then(|connection| {
            // Also where the tables are broken: their beginnings must be found.
            connection.prepare("SELECT seq FROM links NOT INDEXED")?;
            Ok(connection)
        });
        if let Ok(connection) = readable {
            return Ok(Some(connection));
        }
    }
    Ok(None)
}

/// Gives the file the beginning of another with the same tables, and its own length in it.
fn begin_anew(copy: &Path, beginning: &[u8]) -> std::io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = fs::OpenOptions::new().write(true).open(copy)?;
    let pages = u32::try_from(file.metadata()?.len() / PAGE as u64).unwrap_or(u32::MAX);
    file.write_all(beginning)?;
    // https://www.sqlite.org/fileformat2.html#the_database_header: size in pages, at 28; it counts if the
    // counters of changes at 24 and 92 are equal. No list of free pages: they may have been used since.
    for (at, value) in [(24, 1), (28, pages), (32, 0), (36, 0), (92, 1)] {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&u32::to_be_bytes(value))?;
    }
    file.sync_all()
}

/// Whether all of the database can be read. It is not changed by looking.
fn sound(database: &Path) -> bool {
    let look = || -> rusqlite::Result<bool> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute("INSERT INTO links_text (links_text) VALUES ('integrity-check')", [])?;
        Ok(whole(&connection)? && sensible(&connection)?)
    };
    look().unwrap_or(false)
}

/// Whether SQLite finds nothing wrong.
pub(super) fn whole(connection: &Connection) -> rusqlite::Result<bool> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(verdict == "ok")
}

/// Whether each link can be read, and each entry of the outbox.
fn sensible(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(unreadable(connection)?.is_some_and(|links| links.is_empty()))
}

/// The references of links whose sale alone can't be read. `None`: something else can't be.
pub(super) fn unreadable(connection: &Connection) -> rusqlite::Result<Option<Vec<String>>> {
    let mut ids = connection.prepare("SELECT id, reference FROM links ORDER BY seq")?;
    let ids = ids.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut odd = Vec::new();
    for link in ids {
        let (id, reference) = link?;
        match LinkId::parse(&id).map(|id| record::load(connection, id)) {
            Some(Ok(Some(_))) => {}
            Some(Err(Trouble::Told(LedgerError::Unreadable { .. }))) => odd.push(reference),
            _ => return Ok(None),
        }
    }
    let mut accounts = connection.prepare("SELECT DISTINCT account_id FROM links")?;
    let accounts = accounts.query_map([], |row| row.get::<_, String>(0))?;
    for account in accounts {
        let account = account?;
        let rows = list::rows(connection, &account, &LinkFilter::default());
        if rows.is_err() || outbox::all(connection, &account).is_err() {
            return Ok(None);
        }
    }
    Ok(Some(odd))
}

/// Whether a file that begins so is a ledger's.
pub(super) fn is_ours(beginning: &[u8]) -> bool {
    let application = beginning.get(68..72);
    beginning.starts_with(MAGIC) && application == Some(&u32::to_be_bytes(connect::APPLICATION))
}

/// Whether the file was a ledger of ours, or holds nothing of anybody. Another program's database, or a letter
/// that was given our name, is none.
fn ours(database: &Path) -> std::io::Result<bool> {
    use std::io::Read;
    let mut bytes = Vec::new();
    fs::File::open(database)?.take(LOOKED_AT as u64).read_to_end(&mut bytes)?;
    let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    if bytes.is_empty() || has(b"CREATE TABLE links (") || has(b"CREATE TABLE outbox (") {
        return Ok(true);
    }
    if bytes.starts_with(MAGIC) {
        return Ok(is_ours(&bytes));
    }
    // A power cut may leave a file of nothing but zeros.
    if bytes.len() >= 512 && bytes.iter().all(|byte| *byte == 0) {
        return Ok(true);
    }
    // The first page is gone: the others begin with what pages of a database begin with.
    let pages: Vec<u8> = bytes.chunks_exact(PAGE).skip(1).map(|page| page[0]).collect();
    let known = pages.iter().filter(|first| matches!(first, 2 | 5 | 10 | 13)).count();
    Ok(pages.len() >= 8 && known * 4 >= pages.len())
}

/// What is doubted in a ledger that may be older than what happened, so that nothing is sent twice: a link
/// that was not made counts as perhaps made and handed out, and is looked for first; what was asked of the money, and may have
/// been done since, is taken out, given back, and asked of the seller anew; references that may be given out are passed
/// over.
pub(super) fn doubt(tx: &Transaction<'_>, now: Timestamp) -> Result<Vec<Taken>, Trouble> {
    tx.execute("UPDATE outbox SET owner = NULL, claimed_at = NULL", [])?;
    // That it is late is no question any more: whether it was made is, and who may have its address.
    tx.execute(
        "UPDATE outbox SET in_flight = 1, handed_out = 1,
             needs_decision = CASE WHEN overdue IS NULL THEN needs_decision ELSE 0 END, overdue = NULL
         WHERE kind = ?1",
        [OutboxKind::Create.word()],
    )?;
    let waiting = [LinkState::Queued, LinkState::Creating, LinkState::Uncertain].map(LinkState::word);
    tx.execute(
        "INSERT INTO outbox (link, kind, attempts, next_at, in_flight, handed_out, needs_decision, since)
         SELECT seq, ?4, 1, ?5, 1, 1, 0, ?5 FROM links AS l WHERE state IN (?1, ?2, ?3)
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE link = l.seq AND kind = ?4)",
        params![waiting[0], waiting[1], waiting[2], OutboxKind::Create.word(), micros(now)],
    )?;
    // Refused is no end: one that was may have been sent once more since.
    let refused: Vec<String> = tx
        .prepare("SELECT id FROM links WHERE state = ?1 AND session_id IS NULL")?
        .query_map([LinkState::Refused.word()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    values::put(tx, DOUBTED, Some(&refused.join(" ")))?;
    let taken = take_out_money(tx)?;
    tx.execute("UPDATE counters SET n = n + ?1", [PASSED_OVER])?;
    // By the sun, and one day more: whatever the seller's zone, today is not after it.
    let last = now.checked_add(jiff::SignedDuration::from_hours(24)).unwrap_or(now);
    values::put(tx, COUNT_FROM, Some(&format!("{} {PASSED_OVER}", last.strftime("%Y-%m-%d"))))?;
    Ok(taken)
}

/// Keeps in the ledger what happened to it.
pub(super) fn tell(tx: &Transaction<'_>, report: &Rescue) -> Result<(), Trouble> {
    let text = serde_json::to_string(report).map_err(|_| Trouble::odd("a report has no text form"))?;
    Ok(values::put(tx, KEY, Some(&text))?)
}

/// An order about money that was taken out.
pub(super) struct Taken {
    /// The id and the reference of its link.
    pub(super) link: String,
    pub(super) reference: String,
    /// What it was to do.
    pub(super) kind: OutboxKind,
    /// `None` where it can't be read.
    pub(super) order: Option<OrderId>,
}

/// Takes out what was asked of the money and shows no trace of having been sent: perhaps it was, later. One that
/// has such a trace is looked for at the backend by itself.
fn take_out_money(tx: &Transaction<'_>) -> Result<Vec<Taken>, Trouble> {
    let mut statement = tx.prepare(
        "SELECT o.nr, o.kind, o.what, l.reference, l.id FROM outbox AS o JOIN links AS l ON l.seq = o.link ORDER BY o.nr",
    )?;
    let mut rows = statement.query([])?;
    let (mut gone, mut taken) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let (kind, what): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let order: Option<MoneyOrder> = what.and_then(|text| serde_json::from_str(&text).ok());
        let Some(kind) = OutboxKind::from_word(&kind).filter(|kind| kind.moves_money()) else { continue };
        if order.as_ref().is_none_or(|order| order.sent.is_none()) {
            gone.push(row.get::<_, i64>(0)?);
            let order = order.map(|order| order.id);
            taken.push(Taken { link: row.get(4)?, reference: row.get(3)?, kind, order });
        }
    }
    for nr in gone {
        tx.execute("DELETE FROM outbox WHERE nr = ?1", [nr])?;
    }
    Ok(taken)
}
