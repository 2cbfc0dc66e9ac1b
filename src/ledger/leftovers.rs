//! Copies of the ledger that were made for a while and left behind by a process that was killed: cleared away by
//! whoever opens the ledger next.

use std::fs;
use std::path::Path;

use super::FILE_NAME;
use super::alive::{self, Life};

/// The copy of a damaged ledger that is read, and a new one while it is made: only by who holds the ledger alone.
const MADE_ALONE: [&str; 2] = [".reading", ".making"];
/// The copy of a backup that is looked at, with its owner after it. It stays while a question waits for its answer.
pub(super) const CHECKING: &str = ".checking-";
/// What SQLite puts beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Removes what was left behind. To be called with the ledger held with others: nobody holds it alone then.
pub(super) fn clear_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(|name| is_left(folder, name)) {
            let path = entry.path();
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(%error, file = %path.display(), "what was left behind can't be removed");
            }
        }
    }
}

fn is_left(folder: &Path, name: &str) -> bool {
    let Some(kind) = name.strip_prefix(FILE_NAME) else { return false };
    let kind = BESIDE.iter().find_map(|ending| kind.strip_suffix(ending)).unwrap_or(kind);
    let dead = |owner| alive::life(Some(folder), owner) == Life::Dead;
    MADE_ALONE.contains(&kind) || kind.strip_prefix(CHECKING).is_some_and(dead)
}
