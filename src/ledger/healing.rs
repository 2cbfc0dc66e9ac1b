//! A file that turns out to be damaged while it's used, or whose exchange was cut off: mended on the way, so that
//! the seller goes on.

use std::path::Path;
use std::sync::atomic::Ordering;

use rusqlite::Connection;

use super::error::Trouble;
use super::{FILE_NAME, SqliteLedger, connect, guard, hold, leftovers, replace, rescue};
use crate::ports::{LedgerError, Unusable};

impl SqliteLedger {
    /// Does `work`, and again if the file turned out to be damaged and could be saved.
    pub(super) fn healing<T>(
        &self,
        mut work: impl FnMut() -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        match work() {
            Err(error) if error.is_damage() && !self.in_memory => {
                self.heal(error)?;
                work()
            }
            done => done,
        }
    }

    /// Puts what can be read of the damaged file in its place, if no other paylink has it open.
    fn heal(&self, damage: LedgerError) -> Result<(), LedgerError> {
        let at = |e: rusqlite::Error| Trouble::from(e).at(&self.path);
        let Some(folder) = self.path.parent() else { return Err(damage) };
        let mut guard = hold(&self.guard);
        let mut writer = hold(&self.writer);
        let mut reader = self.reader.get().map(hold);
        // The file must be closed to be replaced. Nothing can be kept in these meanwhile: they have no tables.
        *writer = Connection::open_in_memory().map_err(at)?;
        if let Some(reader) = &mut reader {
            **reader = Connection::open_in_memory().map_err(at)?;
        }
        *guard = None;
        let saved = save(folder, &self.path, damage);
        *guard = Some(enter(folder)?);
        *writer = connect::writer(&self.path)?;
        if let Some(reader) = &mut reader {
            **reader = connect::reader(&self.path)?;
        }
        // The numbers of the new connections begin anew: jumped, so that their sum with ours never repeats.
        self.changes.fetch_add(1 << 32, Ordering::Relaxed);
        saved
    }
}

/// Puts what can be read of the ledger in its place, which was found to be damaged.
pub(super) fn save(folder: &Path, database: &Path, damage: LedgerError) -> Result<(), LedgerError> {
    tracing::error!(error = %damage, "the ledger is damaged");
    match rescue::rescue(folder, database) {
        // Why it could not be saved comes second: that it is damaged is what has to be known.
        Err(LedgerError::Unusable { why: Unusable::InUse, .. }) => {
            Err(LedgerError::unusable(database, Unusable::Damaged))
        }
        other => other,
    }
}

/// Shows that `folder` is in use, after finishing an exchange of the file that was cut off.
pub(super) fn enter(folder: &Path) -> Result<guard::Guard, LedgerError> {
    let database = folder.join(FILE_NAME);
    for _ in 0..3 {
        let guard = guard::Guard::shared(folder)?;
        let Some(why) = replace::unfinished(&database) else {
            if guard.keeps_away() {
                leftovers::clear_away(folder);
            }
            return Ok(guard);
        };
        drop(guard);
        let _alone = guard::Guard::alone(folder, &database)?;
        if replace::unfinished(&database) == Some(why) {
            replace::finish(&database, why)?;
        }
    }
    Err(LedgerError::unusable(&database, Unusable::InUse))
}
