//! The file in which a sandbox's state outlives a restart: written whole, beside the old one, and
//! then put in its place.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::SandboxError;
use super::state::World;

/// A data file.
#[derive(Clone)]
pub(super) struct Store {
    path: PathBuf,
    /// The newest version in the file. Held while writing: one writer at a time.
    written: Arc<Mutex<u64>>,
}

/// A state as text, and which one it is.
pub(super) struct Snapshot {
    version: u64,
    json: Result<Vec<u8>, serde_json::Error>,
}

impl Snapshot {
    pub(super) fn of(world: &World) -> Self {
        Self { version: world.version, json: serde_json::to_vec(world) }
    }
}

impl Store {
    /// The file at `path` and the state in it, if it is there.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<World>), SandboxError> {
        let store = Self { path: path.to_owned(), written: Arc::new(Mutex::new(0)) };
        let world = match fs::read(path) {
            Ok(bytes) => Some(
                serde_json::from_slice(&bytes)
                    .map_err(|source| SandboxError::Parse { path: path.to_owned(), source })?,
            ),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(SandboxError::Read { path: path.to_owned(), source }),
        };
        Ok((store, world))
    }

    /// Writes `snapshot`.
    pub(super) fn write(&self, snapshot: Snapshot) -> Result<(), SandboxError> {
        let bytes =
            snapshot.json.map_err(|source| SandboxError::Parse { path: self.path.clone(), source })?;
        replace(&self.path, &bytes).map_err(|source| SandboxError::Write { path: self.path.clone(), source })
    }

    /// Takes a snapshot once it is this writer's turn, and writes it unless another already did.
    pub(super) fn write_newest(&self, take: impl FnOnce() -> Snapshot) -> Result<(), SandboxError> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = take();
        if snapshot.version == *written {
            return Ok(());
        }
        let version = snapshot.version;
        self.write(snapshot)?;
        *written = version;
        Ok(())
    }
}

/// Puts `bytes` where `path` is, whole or not at all. The file holds phone numbers and a secret, if
/// only made-up ones, so it is the owner's alone.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let outcome = options
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if outcome.is_err() {
        // Best effort: the error itself is what matters.
        let _ = fs::remove_file(&beside);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::{Config, Sandbox};

    #[test]
    fn a_restart_brings_the_credentials_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sandbox.json");
        let config = || Config { data: Some(path.clone()), ..Config::new() };
        let first = Sandbox::new(config()).unwrap();
        let second = Sandbox::new(config()).unwrap();
        assert_eq!(first.client_secret(), second.client_secret());
        assert_eq!(first.account_id(), second.account_id());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind");
    }

    #[test]
    fn what_is_not_a_state_is_said_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sandbox.json");
        fs::write(&path, "{ not json").unwrap();
        let error = Sandbox::new(Config { data: Some(path.clone()), ..Config::new() }).unwrap_err();
        assert!(error.to_string().contains("is not a sandbox's data file"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{ not json");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("sandbox.json");
        let error = Sandbox::new(Config { data: Some(path), ..Config::new() }).unwrap_err();
        assert!(matches!(error, SandboxError::Write { .. }), "{error}");
    }
}
