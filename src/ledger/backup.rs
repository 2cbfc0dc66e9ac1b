//! Copies of the whole ledger.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::error::{Trouble, from_io};
use super::{SqliteLedger, connect, file, hold, rescue};
use crate::ports::{LedgerError, Unusable};

impl SqliteLedger {
    /// Copies the whole database, as it is at one moment, into the file `to` (mode 0600), and reads the copy
    /// through. Others go on reading and writing meanwhile. `to` is there whole or not at all, also after a
    /// power cut. Returns how many links are in it.
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] if `to` can't be written, or is there already and may not be overwritten; the
    /// database's.
    pub fn backup_to(&self, to: &Path, overwrite: bool) -> Result<u64, LedgerError> {
        match fs::metadata(to) {
            Ok(found) if found.is_dir() => return Err(LedgerError::unusable(to, Unusable::IsAFolder)),
            Ok(_) if !overwrite => return Err(LedgerError::unusable(to, Unusable::Exists)),
            _ => {}
        }
        if is_same(to, &self.path) {
            return Err(LedgerError::unusable(to, Unusable::Exists));
        }
        // It is the file that was named that can't be written.
        let named = |error: LedgerError, part: &Path| match error {
            LedgerError::Unusable { path, why } if path == part => LedgerError::unusable(to, why),
            other => other,
        };
        self.healing(|| {
            let part = part_of(to);
            file::make_new(&part).map_err(|e| named(e, &part))?;
            let done = self.copy_into(&part).and_then(|links| {
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

/// Where the copy is made: in the same folder, under a name that is nobody's.
fn part_of(to: &Path) -> PathBuf {
    to.with_file_name(format!("paylink-{}-{}.part", std::process::id(), Uuid::new_v4().as_simple()))
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
