//! Who has the ledger open: a lock on a small file beside it, shared by every paylink that has it open and
//! held alone by the one that puts another file in its place. The system lets go of it however a process
//! ends. And the bell by which they hear of each other's changes.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::file;
use crate::ports::{LedgerError, Unusable};

/// Its name in the data folder.
pub(super) const NAME: &str = "paylink.lock";
/// How long an opening waits while a file is being put in place.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the one who wants it alone waits for commands that are about to end.
const BRIEFLY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Held as long as this value lives.
#[derive(Debug)]
pub(super) struct Guard {
    file: File,
    /// Not where the file system has no locks: then nobody can be kept away, and nothing is replaced.
    locked: bool,
}

impl Guard {
    /// With others.
    pub(super) fn shared(folder: &Path) -> Result<Self, LedgerError> {
        take(folder, PATIENCE, File::try_lock_shared)
    }

    /// Alone.
    pub(super) fn alone(folder: &Path, database: &Path) -> Result<Self, LedgerError> {
        Self::alone_within(BRIEFLY, folder, database)
    }

    /// Alone, if nobody else has it now.
    pub(super) fn alone_at_once(folder: &Path, database: &Path) -> Result<Self, LedgerError> {
        Self::alone_within(Duration::ZERO, folder, database)
    }

    fn alone_within(patience: Duration, folder: &Path, database: &Path) -> Result<Self, LedgerError> {
        let guard = match take(folder, patience, File::try_lock) {
            Err(LedgerError::Unusable { why: Unusable::InUse, .. }) => {
                return Err(LedgerError::unusable(database, Unusable::InUse));
            }
            other => other?,
        };
        if guard.locked { Ok(guard) } else { Err(LedgerError::unusable(database, Unusable::InUse)) }
    }

    /// Whether who wants the ledger alone is kept away by it.
    pub(super) const fn keeps_away(&self) -> bool {
        self.locked
    }

    /// Lets those who watch the folder know that something was changed: the last write to the ledger's own files
    /// comes before others can see what was written, by as long as the disk takes.
    pub(super) fn ring(&self) {
        if let Err(error) = self.file.set_modified(SystemTime::now()) {
            tracing::debug!(%error, "others are not told of a change");
        }
    }
}

fn take(
    folder: &Path,
    patience: Duration,
    lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<Guard, LedgerError> {
    let path: PathBuf = folder.join(NAME);
    let file = file::open_or_make(&path).map_err(|e| file::from_making(&path, &e))?;
    let end = Instant::now() + patience;
    loop {
        match lock(&file) {
            Ok(()) => return Ok(Guard { file, locked: true }),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(LedgerError::unusable(&path, Unusable::InUse)),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the data folder has no locks");
                return Ok(Guard { file, locked: false });
            }
        }
    }
}
