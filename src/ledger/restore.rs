//! A backup in the ledger's place: read through before anything is replaced, and doubted after.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::backup::is_same;
use super::error::{Trouble, from_io};
use super::guard::Guard;
use super::replace::{self, Plan, Why, beside};
use super::{FILE_NAME, SqliteLedger, connect, file, healing, rescue};
use crate::ports::{LedgerError, OutboxKind, Rescue, Unusable};

/// A backup that was read through and can be put in the ledger's place. Nothing was replaced yet.
#[derive(Debug)]
pub struct Restore {
    folder: PathBuf,
    database: PathBuf,
    /// A copy of the backup, in this paylink's format.
    copy: PathBuf,
    /// Links in the backup.
    pub links: u64,
    /// When the newest of them was made.
    pub newest: Option<Timestamp>,
    /// Links in the ledger now; `None` where there is no ledger that can be read.
    pub now: Option<u64>,
    /// References of links that are in the ledger and not in the backup.
    pub missing: Vec<String>,
    /// References of links for which something waits in the ledger that would not be done with the backup in its
    /// place: it is not in there, or is about money and is taken out of it.
    pub waiting: Vec<String>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the ledger that was replaced is kept, if there was one.
    pub kept: Option<PathBuf>,
    /// Links whose requests about money were in the backup: they were taken out, because they may have been
    /// carried out since.
    pub money: Vec<String>,
}

impl Restore {
    /// Reads the backup `file` through, and compares it with the ledger in `folder`.
    ///
    /// # Errors
    /// `file` can't be read, is no ledger, is damaged or a newer paylink's; the disk's.
    pub fn check(folder: &Path, from: &Path) -> Result<Self, LedgerError> {
        let folder = file::folder(folder)?;
        let database = folder.join(FILE_NAME);
        match fs::metadata(from) {
            Ok(found) if found.is_dir() => return Err(LedgerError::unusable(from, Unusable::IsAFolder)),
            Ok(_) if is_same(from, &database) => return Err(LedgerError::unusable(from, Unusable::InUse)),
            Ok(_) => {}
            Err(error) => return Err(from_io(from, &error)),
        }
        let _entered = healing::enter(&folder)?;
        let copy = beside(&database, &format!(".checking-{}", std::process::id()));
        let backup = Checked::read(from, &copy)?;
        let there = fs::metadata(&database).is_ok_and(|m| m.len() > 0);
        let ours = there.then(|| SqliteLedger::open(&folder).and_then(|ledger| known(&ledger)));
        let (now, missing, waiting) = match ours {
            None => (None, Vec::new(), Vec::new()),
            Some(Ok((ours, waits))) => {
                let missing = ours.iter().filter(|(id, _)| !backup.ids.contains(id)).map(|(_, r)| r.clone());
                let lost = |w: &&Waits| w.kind.moves_money() || !backup.waits.iter().any(|b| b.same(w));
                let waiting = waits.iter().filter(lost).map(|w| w.reference.clone());
                (Some(ours.len() as u64), missing.collect(), waiting.collect())
            }
            // What can't be opened is kept aside like any other.
            Some(Err(error)) => {
                tracing::warn!(%error, "the ledger in place can't be read");
                (None, Vec::new(), Vec::new())
            }
        };
        let links = backup.ids.len() as u64;
        Ok(Self { folder, database, copy, links, newest: backup.newest, now, missing, waiting })
    }

    /// Puts the backup in the ledger's place, which is kept under another name.
    ///
    /// # Errors
    /// [`Unusable::InUse`] while another paylink has the ledger open; the disk's. Then nothing was replaced.
    pub fn carry_out(self, now: Timestamp) -> Result<Restored, LedgerError> {
        let _alone = Guard::alone(&self.folder, &self.database)?;
        let draft = replace::draft(&self.database);
        let at = |trouble: Trouble| trouble.at(&draft);
        fs::rename(&self.copy, &draft).map_err(|e| from_io(&self.copy, &e))?;
        let plan = Plan::new(&self.database, Why::Restored, now);
        let there = fs::metadata(&self.database).is_ok_and(|m| m.len() > 0);
        let report = Rescue {
            kept: plan.kept.clone(),
            restored: true,
            saved: self.links,
            lost: self.missing.len() as u64,
            references: self.missing.clone(),
            gaps: false,
            money: Vec::new(),
        };
        let mut new = connect::apart(&draft)?;
        let tx = new.transaction().map_err(|e| at(e.into()))?;
        for (account, key, n) in counters(&self.database).unwrap_or_default() {
            tx.execute(
                "INSERT INTO counters (account_id, key, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account_id, key) DO UPDATE SET n = max(n, excluded.n)",
                params![account, key, n],
            )
            .map_err(|e| at(e.into()))?;
        }
        let money = rescue::doubt(&tx, report, now).map_err(at)?;
        tx.commit().map_err(|e| at(e.into()))?;
        drop(new);
        plan.carry_out(&self.database)?;
        Ok(Restored { kept: there.then_some(plan.kept), money })
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        // Gone where it was put in place.
        rescue::clear(&self.copy);
    }
}

/// A backup that was read through.
struct Checked {
    ids: BTreeSet<String>,
    waits: Vec<Waits>,
    newest: Option<Timestamp>,
}

impl Checked {
    fn read(from: &Path, copy: &Path) -> Result<Self, LedgerError> {
        let read = Self::read_copy(from, copy);
        if read.is_err() {
            rescue::clear(copy);
        }
        // What is wrong is wrong with the file that was named.
        read.map_err(|error| match error {
            LedgerError::Unusable { path, why } if path == copy => LedgerError::unusable(from, why),
            LedgerError::Newer { found, known, .. } => LedgerError::Newer { path: from.into(), found, known },
            other => other,
        })
    }

    fn read_copy(from: &Path, copy: &Path) -> Result<Self, LedgerError> {
        rescue::clear(copy);
        file::make_new(copy)?;
        // A copy that was made by hand may have its log beside it.
        for ending in ["", "-wal"] {
            let part = beside(from, ending);
            if part.exists() {
                fs::copy(&part, beside(copy, ending)).map_err(|e| from_io(from, &e))?;
            }
        }
        if fs::metadata(copy).map_err(|e| from_io(copy, &e))?.len() == 0 {
            return Err(LedgerError::unusable(copy, Unusable::NotOurs));
        }
        let at = |e: rusqlite::Error| Trouble::from(e).at(copy);
        let connection = connect::apart(copy)?;
        if !rescue::whole(&connection).map_err(at)? || !rescue::sensible(&connection).map_err(at)? {
            return Err(LedgerError::unusable(copy, Unusable::Damaged));
        }
        connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).map_err(at)?;
        let ids = ids(&connection).map_err(at)?.into_iter().map(|(id, _)| id).collect();
        let waits = waits(&connection).map_err(at)?;
        let newest: Option<i64> =
            connection.query_row("SELECT max(created_at) FROM links", [], |row| row.get(0)).map_err(at)?;
        let newest = newest.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        Ok(Self { ids, waits, newest })
    }
}

/// Something that the seller asked for and that is not done yet.
struct Waits {
    id: String,
    reference: String,
    kind: OutboxKind,
}

impl Waits {
    fn same(&self, other: &Self) -> bool {
        (&self.id, self.kind) == (&other.id, other.kind)
    }
}

type Known = (Vec<(String, String)>, Vec<Waits>);

/// The links of the ledger in place, and what waits in it.
fn known(ledger: &SqliteLedger) -> Result<Known, LedgerError> {
    ledger.read(|db| Ok((ids(db)?, waits(db)?)))
}

/// What waits, of all accounts, oldest first.
fn waits(connection: &Connection) -> rusqlite::Result<Vec<Waits>> {
    let mut statement = connection.prepare(
        "SELECT l.id, l.reference, o.kind FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link ORDER BY o.nr",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (id, reference, word) = row?;
        found.extend(OutboxKind::from_word(&word).filter(|kind| kind.asked_for()).map(|kind| Waits {
            id,
            reference,
            kind,
        }));
    }
    Ok(found)
}

/// Ids and references, oldest first.
fn ids(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT id, reference FROM links ORDER BY seq")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The counters of the ledger that is replaced, as far as they can be read: they never go back.
fn counters(database: &Path) -> Option<Vec<(String, String, i64)>> {
    if fs::metadata(database).ok()?.len() == 0 {
        return None;
    }
    let connection = connect::reader(database).ok()?;
    let mut statement = connection.prepare("SELECT account_id, key, n FROM counters").ok()?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).ok()?;
    Some(rows.map_while(Result::ok).collect())
}
