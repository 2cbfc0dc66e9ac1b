//! A backup in the ledger's place: read through before anything is replaced, and doubted after. What the ledger in
//! place knows beyond it goes over (`carry.rs`).

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::alive::Alive;
use super::backup::is_same;
use super::carry::{self, Carried, Together};
use super::error::{Trouble, from_io};
use super::guard::Guard;
use super::leftovers::CHECKING;
use super::replace::{self, Plan, Why, beside};
use super::{FILE_NAME, SqliteLedger, connect, file, healing, rescue};
use crate::ports::{Ledger as _, LedgerError, MoneyOrder, OutboxKind, Rescue, Unusable};

/// A backup that was read through and can be put in the ledger's place. Nothing was replaced yet.
#[derive(Debug)]
pub struct Restore {
    folder: PathBuf,
    database: PathBuf,
    /// A copy of the backup, in this paylink's format.
    copy: PathBuf,
    /// The sign of life by which others know that the copy is not left behind.
    _alive: Alive,
    backup: Checked,
    /// What the ledger had when it was compared; `None` where there is none that can be read.
    place: Option<Known>,
    /// The ledger in place was damaged, perhaps found to be now.
    pub damaged: Option<Rescue>,
    /// Whether a newer paylink made the ledger in place: what it has that this one doesn't know is not compared.
    pub newer: bool,
    /// Links in the backup.
    pub links: u64,
    /// When the newest of them was made.
    pub newest: Option<Timestamp>,
    /// Links in the ledger now; `None` where there is no ledger that can be read.
    pub now: Option<u64>,
    /// References of links that are in the ledger and not in the backup, and go over.
    pub carried: Vec<String>,
    /// References of those that can't be read: nobody follows them then.
    pub lost: Vec<String>,
    /// References of links for which something waits in the ledger that is not done with the backup in its place:
    /// it may have been done since, or is about money and waits in the backup, too.
    pub waiting: Vec<String>,
    /// References of links in the backup whose sale can't be read: they stay as they are, and keep none of the others
    /// from being restored.
    pub unreadable: Vec<String>,
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
        // An exchange that was cut off is finished first.
        drop(healing::enter(&folder)?);
        // One that turns out to be damaged is mended, which needs it alone: then what could be saved of it is compared.
        let ledger = is_there(&database).then(|| SqliteLedger::open(&folder));
        let entered = healing::enter(&folder)?;
        let alive = Alive::default();
        let owner = format!("{}-{}", std::process::id(), Uuid::new_v4().as_simple());
        // Where files can't be locked its mark is none that every file system takes.
        let owner = alive.claimant(Some(&folder), &owner).replace('?', "_");
        let copy = beside(&database, &format!("{CHECKING}{owner}"));
        let backup = Checked::read(from, &copy)?;
        drop(entered);
        let mut restore = Self {
            folder,
            database,
            copy,
            _alive: alive,
            place: None,
            damaged: None,
            newer: false,
            links: backup.ids,
            newest: backup.newest,
            unreadable: backup.unreadable.clone(),
            backup,
            now: None,
            carried: Vec::new(),
            lost: Vec::new(),
            waiting: Vec::new(),
        };
        let place = match ledger {
            None => None,
            // It is read as far as it is as we know it, and not changed for that.
            Some(Err(LedgerError::Newer { .. })) => {
                restore.newer = true;
                readable(restore.in_place())?.flatten()
            }
            Some(ledger) => {
                let read = |ledger: SqliteLedger| {
                    let place = ledger.read(|db| Ok((known(db)?, restore.forecast(db)?)))?;
                    Ok((place, ledger.rescue()?))
                };
                let (place, rescue) = readable(ledger.and_then(read))?.unzip();
                restore.damaged = rescue.flatten().filter(|rescue| !rescue.restored);
                place
            }
        };
        restore.compare(place);
        Ok(restore)
    }

    /// Notes what the ledger in place has, and what would become of it.
    fn compare(&mut self, place: Option<(Known, Carried)>) {
        let (place, carried) = place.unzip();
        self.now = place.as_ref().map(|(links, _)| links.len() as u64);
        self.place = place;
        self.note(carried.unwrap_or_default());
    }

    fn note(&mut self, carried: Carried) {
        let mended = |reference: &&String| !carried.mended.contains(reference);
        self.unreadable = self.backup.unreadable.iter().filter(mended).cloned().collect();
        self.carried = carried.links;
        self.lost = carried.lost;
        self.waiting = carried.not_sent;
    }

    /// What would become of what the ledger in place, which this reads, knows.
    fn forecast(&self, place: &Connection) -> Result<Carried, Trouble> {
        let mut copy = connect::apart(&self.copy)?;
        // Rolled back.
        let tx = copy.transaction()?;
        let place = carry::Place { connection: place, foreign: self.newer };
        carry::carry(&tx, Some(&place), Timestamp::now(), &mut |_| ())
    }

    /// The ledger in place and what would become of it, for who holds it alone and would wait for himself if he opened
    /// it, and where a newer version wrote it.
    fn in_place(&self) -> Result<Option<(Known, Carried)>, LedgerError> {
        if !is_there(&self.database) {
            return Ok(None);
        }
        let at = |trouble: Trouble| trouble.at(&self.database);
        let read = |db: &Connection| Ok((known(db)?, self.forecast(db)?));
        connect::reader(&self.database).and_then(|db| read(&db).map_err(at)).map(Some)
    }

    /// Puts the backup in the ledger's place, which is kept under another name. `None`: nothing was replaced, because
    /// the ledger is not what it was when it was compared; this value then says how it is now. `anyhow`: it is
    /// replaced all the same.
    ///
    /// # Errors
    /// [`Unusable::InUse`] while another paylink has the ledger open; the disk's. Then nothing was replaced.
    pub fn carry_out(
        &mut self,
        now: Timestamp,
        anyhow: bool,
        together: &mut Together<'_>,
    ) -> Result<Option<Restored>, LedgerError> {
        let _alone = Guard::alone(&self.folder, &self.database)?;
        if let Some(why) = replace::unfinished(&self.database) {
            replace::finish(&self.database, why)?;
        }
        // Others could write until now, while the seller thought about it.
        let place = match self.in_place() {
            // What was compared is not given up because it can't be read any more.
            Err(error) if self.place.is_some() => return Err(error),
            read => readable(read)?.flatten(),
        };
        if place.as_ref().map(|(known, _)| known) != self.place.as_ref() {
            self.compare(place);
            if !anyhow {
                return Ok(None);
            }
        }
        let plan = Plan::new(&self.database, Why::Restored, now);
        let there = is_there(&self.database);
        let carried = self.complete(&plan, now, together)?;
        let draft = replace::draft(&self.database);
        rescue::clear(&draft);
        fs::rename(&self.copy, &draft).map_err(|e| from_io(&self.copy, &e))?;
        if let Err(error) = plan.carry_out(&self.database) {
            rescue::clear(&draft);
            return Err(error);
        }
        let money = carried.money.clone();
        self.note(carried);
        Ok(Some(Restored { kept: there.then_some(plan.kept), money }))
    }

    /// Makes the copy what the ledger is to be.
    fn complete(
        &self,
        plan: &Plan,
        now: Timestamp,
        together: &mut Together<'_>,
    ) -> Result<Carried, LedgerError> {
        let at = |trouble: Trouble| trouble.at(&self.copy);
        let mut new = connect::apart(&self.copy)?;
        let tx = new.transaction().map_err(|e| at(e.into()))?;
        // One that can't be read is kept aside like any other.
        let place = if self.place.is_some() { Some(connect::reader(&self.database)?) } else { None };
        let place = place.as_ref().map(|connection| carry::Place { connection, foreign: self.newer });
        let carried = carry::carry(&tx, place.as_ref(), now, together).map_err(at)?;
        let report = Rescue {
            kept: plan.kept.clone(),
            restored: true,
            saved: self.links + carried.links.len() as u64,
            lost: carried.lost.len() as u64,
            references: carried.lost.clone(),
            gaps: false,
            money: carried.money.clone(),
        };
        rescue::tell(&tx, &report).map_err(at)?;
        tx.commit().map_err(|e| at(e.into()))?;
        Ok(carried)
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        // Gone where it was put in place.
        rescue::clear(&self.copy);
    }
}

/// A backup that was read through.
#[derive(Debug)]
struct Checked {
    /// How many links it has.
    ids: u64,
    newest: Option<Timestamp>,
    unreadable: Vec<String>,
}

impl Checked {
    fn read(from: &Path, copy: &Path) -> Result<Self, LedgerError> {
        let read = Self::read_copy(from, copy);
        if read.is_err() {
            rescue::clear(copy);
        }
        // What is wrong is wrong with the file that was named.
        read.map_err(|error| match error {
            LedgerError::Unusable { path, why } if path == copy && why != Unusable::Full => {
                LedgerError::unusable(from, why)
            }
            LedgerError::Newer { found, known, .. } => LedgerError::Newer { path: from.into(), found, known },
            other => other,
        })
    }

    fn read_copy(from: &Path, copy: &Path) -> Result<Self, LedgerError> {
        file::copy(from, copy)?;
        // A copy that was made by hand may have its log beside it, or what takes back half a change.
        for ending in ["-wal", "-journal"] {
            let part = beside(from, ending);
            if part.exists() {
                file::copy(&part, &beside(copy, ending))?;
            }
        }
        if fs::metadata(copy).map_err(|e| from_io(copy, &e))?.len() == 0 {
            return Err(LedgerError::unusable(copy, Unusable::NotOurs));
        }
        let at = |e: rusqlite::Error| Trouble::from(e).at(copy);
        let connection = connect::apart(copy)?;
        let damaged = || LedgerError::unusable(copy, Unusable::Damaged);
        if !rescue::whole(&connection).map_err(at)? {
            return Err(damaged());
        }
        let unreadable = rescue::unreadable(&connection).map_err(at)?.ok_or_else(damaged)?;
        connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).map_err(at)?;
        let ids = ids(&connection).map_err(at)?.len() as u64;
        let newest: Option<i64> =
            connection.query_row("SELECT max(created_at) FROM links", [], |row| row.get(0)).map_err(at)?;
        let newest = newest.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        Ok(Self { ids, newest, unreadable })
    }
}

/// Something that the seller asked for and that is not done yet.
#[derive(Debug, PartialEq, Eq)]
struct Waits {
    id: String,
    kind: OutboxKind,
    /// It is about money, and went out.
    sent: bool,
}

type Known = (Vec<(String, String)>, Vec<Waits>);

/// The links of the ledger in place, and what waits in it.
fn known(connection: &Connection) -> rusqlite::Result<Known> {
    Ok((ids(connection)?, waits(connection)?))
}

/// What can't be read is kept aside like any other, but not what another program only keeps locked.
fn readable<T>(read: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ LedgerError::Unusable { why: Unusable::Locked, .. }) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "the ledger in place can't be read");
            Ok(None)
        }
    }
}

fn is_there(database: &Path) -> bool {
    fs::metadata(database).is_ok_and(|m| m.len() > 0)
}

/// What waits, of all accounts, oldest first.
fn waits(connection: &Connection) -> rusqlite::Result<Vec<Waits>> {
    let mut statement = connection.prepare(
        "SELECT l.id, o.kind, o.what
         FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link ORDER BY o.nr",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (word, what): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let Some(kind) = OutboxKind::from_word(&word).filter(|kind| kind.asked_for()) else { continue };
        let order = what
            .filter(|_| kind.moves_money())
            .and_then(|text| serde_json::from_str::<MoneyOrder>(&text).ok());
        let sent = order.is_some_and(|order| order.sent.is_some());
        found.push(Waits { id: row.get(0)?, kind, sent });
    }
    Ok(found)
}

/// Ids and references, oldest first.
fn ids(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT id, reference FROM links ORDER BY seq")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
