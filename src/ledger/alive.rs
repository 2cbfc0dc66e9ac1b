//! Which processes still live, so that a claim of one that was killed is given out at once and not only
//! when its lease is over.
//!
//! A process that claims holds a lock on a small file of its own beside the database for as long as it
//! lives; the system lets go of the lock however the process ends. Where files can't be locked, the
//! lease alone decides.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::file;

/// The beginning and the end of the files' names.
const BEGIN: &str = "paylink-";
const END: &str = ".alive";
/// The mark of an owner who could not lock a file: its life can't be told.
const UNKNOWN: &str = "?";

/// This process's sign of life.
#[derive(Debug, Default)]
pub(super) struct Alive {
    held: OnceLock<Held>,
}

#[derive(Debug)]
struct Held {
    owner: String,
    /// Locked until it's dropped.
    lock: Option<(File, PathBuf)>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((file, path)) = self.lock.take() {
            let _ = fs::remove_file(path);
            drop(file);
        }
    }
}

impl Alive {
    /// The name under which `owner` claims: from the first call on it shows a sign of life in `folder`.
    pub(super) fn claimant(&self, folder: Option<&Path>, owner: &str) -> &str {
        let held = self.held.get_or_init(|| {
            let lock = folder.and_then(|folder| {
                clear_away(folder);
                hold(&path(folder, owner))
            });
            let owner = if lock.is_some() { owner.to_owned() } else { format!("{owner}{UNKNOWN}") };
            Held { owner, lock }
        });
        &held.owner
    }
}

fn path(folder: &Path, owner: &str) -> PathBuf {
    folder.join(format!("{BEGIN}{owner}{END}"))
}

/// Makes and locks the file. Somebody who clears away may find it before it's locked and take it for a
/// dead one's; then it is made anew.
fn hold(path: &Path) -> Option<(File, PathBuf)> {
    for _ in 0..3 {
        file::make_new(path).ok()?;
        let made = File::options().read(true).write(true).open(path);
        if let Ok(file) = made
            && file.lock().is_ok()
            && path.exists()
        {
            return Some((file, path.to_owned()));
        }
        if path.exists() {
            let _ = fs::remove_file(path);
            return None;
        }
    }
    None
}

/// What is known of the owner of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It lives.
    Lives,
    /// It certainly lives no more.
    Dead,
    /// It can't be told.
    Unknown,
}

/// Whether the owner of a claim still lives.
pub(super) fn life(folder: Option<&Path>, owner: &str) -> Life {
    let plain = owner.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    // Who could not lock a file has a mark that isn't plain.
    folder.filter(|_| plain).map_or(Life::Unknown, |folder| life_behind(&path(folder, owner)))
}

/// Whether somebody holds the file. Nobody does: the process has ended, or was killed. One that ended has removed it.
fn life_behind(path: &Path) -> Life {
    match File::options().read(true).write(true).open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => {
                let _ = fs::remove_file(path);
                Life::Dead
            }
            Err(TryLockError::WouldBlock) => Life::Lives,
            Err(TryLockError::Error(_)) => Life::Unknown,
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Life::Dead,
        Err(_) => Life::Unknown,
    }
}

/// The claims of others that this process has met, and for how long. By its own count: a clock that was set ahead,
/// or hours that the machine slept, don't make a claim old whose owner is still at work.
#[derive(Debug, Default)]
pub(super) struct Met(Mutex<BTreeMap<i64, (String, u32, Instant)>>);

/// What was met so long ago is met anew.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

impl Met {
    /// How long ago the claim of entry `nr` by this owner, its so manieth try, was first met.
    pub(super) fn before(&self, nr: i64, owner: &str, attempts: u32) -> Duration {
        // Every change of it is a single step, so a panic elsewhere leaves nothing half done.
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        met.retain(|_, (.., first)| first.elapsed() < FORGOTTEN);
        match met.get(&nr) {
            Some((by, n, first)) if by == owner && *n == attempts => first.elapsed(),
            _ => {
                met.insert(nr, (owner.to_owned(), attempts, Instant::now()));
                Duration::ZERO
            }
        }
    }
}

/// Removes the files of processes that were killed.
fn clear_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(BEGIN) && name.ends_with(END) {
            let _ = life_behind(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_sign_of_life_goes_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let here = Some(folder.path());
        let alive = Alive::default();
        let name = alive.claimant(here, "1-a").to_owned();
        assert_eq!(alive.claimant(here, "1-a"), name);
        assert_eq!(life(here, &name), Life::Lives);
        assert_eq!(files(folder.path()), 1);
        drop(alive);
        assert_eq!(life(here, &name), Life::Dead);
        assert_eq!(files(folder.path()), 0);
    }

    #[test]
    fn what_was_left_behind_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let here = Some(folder.path());
        fs::write(path(folder.path(), "9-killed"), "").unwrap();
        fs::write(folder.path().join("paylink.db"), "").unwrap();
        let one = Alive::default();
        one.claimant(here, "1-a");
        let two = Alive::default();
        two.claimant(here, "2-b");
        assert_eq!(files(folder.path()), 3, "the database and the two that live");
        assert_eq!(life(here, "9-killed"), Life::Dead);
        assert_eq!((life(here, "1-a"), life(here, "2-b")), (Life::Lives, Life::Lives));
    }

    #[test]
    fn where_nothing_can_be_locked_nothing_is_known() {
        let alive = Alive::default();
        let name = alive.claimant(None, "1-a").to_owned();
        assert_eq!(life(None, &name), Life::Unknown);
        let gone = Path::new("/nonexistent/paylink");
        let alive = Alive::default();
        let name = alive.claimant(Some(gone), "1-a").to_owned();
        assert_eq!(life(Some(gone), &name), Life::Unknown);
        assert_eq!(life(Some(gone), "../../etc/passwd"), Life::Unknown, "not a name that we gave");
    }
}
