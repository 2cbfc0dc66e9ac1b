//! Who has the ledger open: a lock on a small file beside it, shared by every paylink that has it open and
//! held alone by the one that puts another file in its place. The system lets go of it however a process
//! ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::from_io;
use super::file;
use crate::ports::{LedgerError, Unusable};

const NAME: &str = "paylink.lock";
/// How long an opening waits while a file is being put in place.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the one who wants it alone waits for commands that are about to end.
const BRIEFLY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Held as long as this value lives.
#[derive(Debug)]
pub(super) struct Guard {
    /// `None` where the file system has no locks: then nobody can be kept away, and nothing is replaced.
    lock: Option<File>,
}

impl Guard {
    /// With others.
    pub(super) fn shared(folder: &Path) -> Result<Self, LedgerError> {
        take(folder, PATIENCE, File::try_lock_shared)
    }

    /// Alone.
    pub(super) fn alone(folder: &Path, database: &Path) -> Result<Self, LedgerError> {
        let guard = match take(folder, BRIEFLY, File::try_lock) {
            Err(LedgerError::Unusable { why: Unusable::InUse, .. }) => {
                return Err(LedgerError::unusable(database, Unusable::InUse));
            }
            other => other?,
        };
        match guard.lock {
            Some(_) => Ok(guard),
            None => Err(LedgerError::unusable(database, Unusable::InUse)),
        }
    }
}

fn take(
    folder: &Path,
    patience: Duration,
    lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<Guard, LedgerError> {
    let path: PathBuf = folder.join(NAME);
    let file = file::open_or_make(&path).map_err(|e| from_io(&path, &e))?;
    let end = Instant::now() + patience;
    loop {
        match lock(&file) {
            Ok(()) => return Ok(Guard { lock: Some(file) }),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(LedgerError::unusable(&path, Unusable::InUse)),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the data folder has no locks");
                return Ok(Guard { lock: None });
            }
        }
    }
}
