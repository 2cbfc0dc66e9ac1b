//! Which processes still live, so that a claim of one that was killed is given out at once and not only
//! when its lease is over.
//!
//! A process that claims holds a lock on a small file of its own beside the database for as long as it
//! lives; the system lets go of the lock however the process ends. Where files can't be locked, the
//! lease alone decides.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::file;

/// The beginning and the end of the files' names.
const BEGIN: &str = "paylink-";
const END: &str = ".alive";
/// The mark of an owner who could not lock a file: its life can't be told.
const UNKNOWN: &str = "?";

/// This process's sign of life.
#[derive(Default)]
pub(super) struct Alive {
    held: OnceLock<Held>,
}

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

/// Whether the owner of a claim certainly lives no more. Ours does.
pub(super) fn is_dead(folder: Option<&Path>, owner: &str) -> bool {
    let Some(folder) = folder.filter(|_| !owner.ends_with(UNKNOWN)) else { return false };
    let plain = owner.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    plain && unlocked(&path(folder, owner))
}

/// Whether nobody holds the file: the process has ended, or was killed. One that ended has removed it.
fn unlocked(path: &Path) -> bool {
    match File::options().read(true).write(true).open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => {
                let _ = fs::remove_file(path);
                true
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Removes the files of processes that were killed.
fn clear_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(BEGIN) && name.ends_with(END) {
            unlocked(&entry.path());
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
        assert!(!is_dead(here, &name));
        assert_eq!(files(folder.path()), 1);
        drop(alive);
        assert!(is_dead(here, &name));
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
        assert!(is_dead(here, "9-killed") && !is_dead(here, "1-a") && !is_dead(here, "2-b"));
    }

    #[test]
    fn where_nothing_can_be_locked_nobody_is_dead() {
        let alive = Alive::default();
        let name = alive.claimant(None, "1-a").to_owned();
        assert!(!is_dead(None, &name));
        let gone = Path::new("/nonexistent/paylink");
        let alive = Alive::default();
        let name = alive.claimant(Some(gone), "1-a").to_owned();
        assert!(!is_dead(Some(gone), &name));
        assert!(!is_dead(Some(gone), "../../etc/passwd"), "not a name that we gave");
    }
}
