//! Copies of the whole ledger.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::Trouble;
use super::{SqliteLedger, connect, file, hold};
use crate::ports::LedgerError;

impl SqliteLedger {
    /// Copies the whole database, as it is at one moment, into the new file `to` (mode 0600). Others
    /// go on reading and writing meanwhile.
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] if `to` is there already or can't be written; the database's.
    pub fn backup_to(&self, to: &Path) -> Result<(), LedgerError> {
        file::make_new(to)?;
        let copied = self.copy_into(to);
        if copied.is_err() {
            // Half a backup is worse than none.
            let _ = std::fs::remove_file(to);
        }
        copied
    }

    fn copy_into(&self, to: &Path) -> Result<(), LedgerError> {
        // A connection of its own, so that nobody waits for a long copy.
        let own = if self.in_memory { None } else { Some(connect::reader(&self.path)?) };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let at_copy = |e: rusqlite::Error| Trouble::from(e).at(to);
        let mut copy = Connection::open_with_flags(to, flags).map_err(at_copy)?;
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
        backup.run_to_completion(i32::MAX, Duration::from_millis(50), None).map_err(at_copy)
    }
}
