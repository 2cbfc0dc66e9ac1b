//! Another file in the ledger's place, so that a kill or a power cut at any moment leaves either the old one
//! or the new one, whole, and the old one is kept under another name.
//!
//! The new file is made under a name of its own. Once it's complete and on the disk it gets the name that says
//! so; from then on the exchange is finished by whoever opens the ledger next. All of it with the
//! ledger held alone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::from_io;
use crate::ports::LedgerError;

/// Why another file takes the ledger's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The ledger is damaged; the new file has what could be read.
    Damaged,
    /// The seller puts a backup in its place.
    Restored,
}

impl Why {
    const ALL: [Self; 2] = [Self::Damaged, Self::Restored];

    /// The word in the name of the old file.
    const fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Restored => "replaced",
        }
    }
}

/// A file beside the database, with its name and more.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Where the new file is made.
pub(super) fn draft(database: &Path) -> PathBuf {
    beside(database, ".making")
}

/// Its name once it is complete.
fn complete(database: &Path, why: Why) -> PathBuf {
    beside(database, &format!(".for-{}", why.word()))
}

/// An exchange that is to be made.
pub(super) struct Plan {
    why: Why,
    at: Timestamp,
    /// Where the old file will be kept.
    pub(super) kept: PathBuf,
}

impl Plan {
    /// At about `now`, with a name for the old file that is free.
    pub(super) fn new(database: &Path, why: Why, now: Timestamp) -> Self {
        // In steps that every file system can keep as a file's time.
        let mut seconds = now.as_second() / 2 * 2;
        loop {
            let at = Timestamp::from_second(seconds).unwrap_or(now);
            let kept = kept_name(database, why, at);
            if !kept.exists() {
                return Self { why, at, kept };
            }
            seconds += 2;
        }
    }

    /// The new file is complete: puts it in the ledger's place.
    pub(super) fn carry_out(&self, database: &Path) -> Result<(), LedgerError> {
        let (draft, complete) = (draft(database), complete(database, self.why));
        let ready = || {
            let file = File::options().write(true).open(&draft)?;
            file.set_modified(self.at.into())?;
            file.sync_all()?;
            fs::rename(&draft, &complete)?;
            sync_folder(database)
        };
        ready().map_err(|e| from_io(&complete, &e))?;
        finish(database, self.why)
    }
}

/// The old file's name comes from the new file's time, so that an exchange that was cut off goes on with the
/// same name.
fn kept_name(database: &Path, why: Why, made: Timestamp) -> PathBuf {
    beside(database, &format!(".{}-{}", why.word(), made.strftime("%Y%m%d-%H%M%S")))
}

/// Whether an exchange was cut off.
pub(super) fn unfinished(database: &Path) -> Option<Why> {
    Why::ALL.into_iter().find(|why| complete(database, *why).exists())
}

/// Finishes an exchange: every step can be done again.
pub(super) fn finish(database: &Path, why: Why) -> Result<(), LedgerError> {
    let new = complete(database, why);
    let steps = || {
        let made = Timestamp::try_from(fs::metadata(&new)?.modified()?).map_err(io::Error::other)?;
        let kept = kept_name(database, why, made);
        // The log first: with the new file it would be taken for that one's own.
        for ending in ["-wal", "-journal"] {
            if_there(fs::rename(beside(database, ending), beside(&kept, ending)))?;
        }
        if_there(fs::remove_file(beside(database, "-shm")))?;
        if_there(fs::rename(database, &kept))?;
        sync_folder(database)?;
        fs::rename(&new, database)?;
        sync_folder(database)
    };
    steps().map_err(|e: io::Error| from_io(&new, &e))
}

fn if_there(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Names are on the disk too. Where folders can't be opened (Windows), the file system sees to it itself.
fn sync_folder(database: &Path) -> io::Result<()> {
    match database.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
