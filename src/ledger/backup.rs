//! Copies of the whole ledger.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::alive::{self, Alive, Life};
use super::error::{Trouble, from_io};
use super::{SqliteLedger, connect, file, hold, rescue};
use crate::ports::{LedgerError, Unusable};

impl SqliteLedger {
    /// Copies the whole database, as it is at one moment, into the file `to` (mode 0600), and reads the copy
    /// through. Others go on reading and writing meanwhile. `to` is there whole or not at all, also after a
    /// power cut. Returns how many links are in it.
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] if `to` can't be written, or is there already and may not be overwritten, which nothing
    /// may that is no ledger ([`Unusable::NotOurs`]); the database's.
    pub fn backup_to(&self, to: &Path, overwrite: Overwrite) -> Result<u64, LedgerError> {
        let links_there = match fs::metadata(to) {
            Ok(found) if found.is_dir() => return Err(LedgerError::unusable(to, Unusable::IsAFolder)),
            Ok(_) if overwrite == Overwrite::No => return Err(LedgerError::unusable(to, Unusable::Exists)),
            Ok(found) if !may_be_replaced(to, &found).map_err(|e| from_io(to, &e))? => {
                return Err(LedgerError::unusable(to, Unusable::NotOurs));
            }
            Ok(_) if overwrite == Overwrite::Sensibly => links_in(to),
            _ => None,
        };
        if is_same(to, &self.path) {
            return Err(LedgerError::unusable(to, Unusable::Exists));
        }
        // It is the file that was named that can't be written.
        let named = |error: LedgerError, part: &Path| match error {
            LedgerError::Unusable { path, why } if path == part => LedgerError::unusable(to, why),
            other => other,
        };
        self.healing(|| {
            let (alive, folder) = (Alive::default(), folder_of(to));
            let owner = format!("{}-{}", std::process::id(), Uuid::new_v4().as_simple());
            // Where files can't be locked its mark is none that every file system takes.
            let owner = alive.claimant(Some(folder), &owner).replace('?', "_");
            clear_away(folder);
            let part = folder.join(format!("{BEGIN}{owner}{END}"));
            file::make_new(&part).map_err(|e| named(e, &part))?;
            let done = self.copy_into(&part).and_then(|links| {
                if let Some(there) = links_there.filter(|there| is_far_more(*there, links)) {
                    return Err(LedgerError::unusable(to, Unusable::HasMore { links: there, fewer: links }));
                }
                put(&part, to).map_err(|e| from_io(to, &e))?;
                Ok(links)
            });
            // Half a backup is worse than none.
            rescue::clear(&part);
            done.map_err(|e| named(e, &part))
        })
    }

    fn copy_into(&self, to: &Path) -> Result<u64, LedgerError> {
        // A connection of its own, so that nobody waits for a long copy.
        let own = if self.in_memory { None } else { Some(connect::reader(&self.path)?) };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let at_copy = |e: rusqlite::Error| Trouble::from(e).at(to);
        let mut copy = Connection::open_with_flags(to, flags).map_err(at_copy)?;
        {
            let held;
            let source = match &own {
                Some(connection) => connection,
                None => {
                    held = hold(&self.writer);
                    &*held
                }
            };
            let backup = rusqlite::backup::Backup::new(source, &mut copy).map_err(at_copy)?;
            // All pages in one step: one reading transaction, so one moment.
            backup.run_to_completion(i32::MAX, Duration::from_millis(50), None).map_err(at_copy)?;
        }
        // One file alone, which can be read from where nothing can be written.
        copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).map_err(at_copy)?;
        if !rescue::whole(&copy).map_err(at_copy)? {
            return Err(LedgerError::unusable(&self.path, Unusable::Damaged));
        }
        let links: i64 =
            copy.query_row("SELECT count(*) FROM links", [], |row| row.get(0)).map_err(at_copy)?;
        Ok(links.unsigned_abs())
    }
}

/// Whether a file that is there may be replaced by a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Never.
    No,
    /// Unless it is a copy with far more links: those of a ledger that was lost or emptied since, perhaps.
    Sensibly,
    /// However many links it has.
    Anyhow,
}

/// Whether a copy with so many links is more than one of a ledger that goes on: links are never taken out of one, but
/// another one may be in its place, or an older copy.
const fn is_far_more(there: u64, links: u64) -> bool {
    there > links.saturating_mul(2)
}

/// Whether there is a ledger or a copy of one, as far as its beginning tells, or nothing: all else was named by mistake,
/// a config or a document, and there is no other copy of it.
fn may_be_replaced(file: &Path, found: &fs::Metadata) -> io::Result<bool> {
    if !found.is_file() || found.len() == 0 {
        return Ok(found.is_file());
    }
    let mut header = Vec::new();
    fs::File::open(file)?.take(rescue::HEADER).read_to_end(&mut header)?;
    Ok(rescue::is_ours(&header))
}

/// How many links are in a copy; `None` where it's none that can be read.
fn links_in(file: &Path) -> Option<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(file, flags).ok()?;
    let count: i64 = copy.query_row("SELECT count(*) FROM links", [], |row| row.get(0)).ok()?;
    Some(count.unsigned_abs())
}

/// The beginning and the end of the name under which a copy is made, in the folder that it's for. The mark of its owner
/// is between them.
const BEGIN: &str = "paylink-";
const END: &str = ".part";

fn folder_of(to: &Path) -> &Path {
    to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes copies whose makers were killed.
fn clear_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(BEGIN)?.strip_suffix(END));
        if owner.is_some_and(|owner| is_mark(owner) && alive::life(Some(folder), owner) == Life::Dead) {
            rescue::clear(&entry.path());
        }
    }
}

/// Whether it is a mark that we give: the process, and 32 letters.
fn is_mark(owner: &str) -> bool {
    let Some((process, unique)) = owner.split_once('-') else { return false };
    let is_number = !process.is_empty() && process.bytes().all(|b| b.is_ascii_digit());
    is_number && unique.len() == 32 && unique.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether both names are of one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn put(part: &Path, to: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).open(part)?.sync_all()?;
    fs::rename(part, to)?;
    if cfg!(unix) {
        let folder = std::path::absolute(to)?;
        if let Some(folder) = folder.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
    }
    Ok(())
}
