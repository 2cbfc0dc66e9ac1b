//! The folder and the file: private to the seller from the first moment (contracts, 3).

use std::fs;
use std::path::{Path, PathBuf};

use super::error::from_io;
use crate::ports::{LedgerError, Unusable};

/// The database's name in the data folder.
pub const FILE_NAME: &str = "paylink.db";

/// Makes the folder (0700) where it's missing and returns its absolute path.
pub(super) fn folder(folder: &Path) -> Result<PathBuf, LedgerError> {
    // Absolute, because SQLite would read a name that begins with `file:` as an address.
    let folder = std::path::absolute(folder).map_err(|e| from_io(folder, &e))?;
    make_folder(&folder).map_err(|e| from_making(&folder, &e))?;
    Ok(folder)
}

/// Makes an empty file (0600) where it's missing and returns its path. SQLite gives its `-wal` and `-shm` files
/// the mode of the database.
pub(super) fn prepare(folder: &Path) -> Result<PathBuf, LedgerError> {
    let file = folder.join(FILE_NAME);
    match fs::metadata(&file) {
        Ok(found) if found.is_dir() => {
            return Err(LedgerError::unusable(&file, Unusable::IsAFolder));
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if ours_alone(folder) {
                close_folder(folder);
            }
        }
        Err(error) => return Err(from_io(&file, &error)),
    }
    open_or_make(&file).map_err(|e| from_making(&file, &e))?;
    Ok(file)
}

/// An error of making what is not there: that it isn't there is then no answer.
pub(super) fn from_making(path: &Path, error: &std::io::Error) -> LedgerError {
    if error.kind() == std::io::ErrorKind::NotFound {
        LedgerError::unusable(path, Unusable::CantMake)
    } else {
        from_io(path, error)
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Whether a folder that was there before the database holds nothing but what paylink puts there (log
/// files), so that its mode is ours to choose. A folder with other things in it, a home folder say,
/// stays as it is: the file's own mode protects it.
fn ours_alone(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|e| {
                let name = e.file_name();
                let name = name.to_string_lossy();
                name.starts_with("paylink") || name.starts_with("log")
            })
        })
    })
}

#[cfg(unix)]
fn close_folder(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) {
        tracing::warn!(%error, "the data folder could not be made private");
    }
}

#[cfg(not(unix))]
fn close_folder(_folder: &Path) {}

/// Opens a private file, which is made where it's missing.
#[cfg(unix)]
pub(super) fn open_or_make(file: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let made =
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(file)?;
    // A copy put back by hand may have come with a wider mode.
    if made.metadata()?.permissions().mode() & 0o077 != 0 {
        made.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(made)
}

/// Opens a file, which is made where it's missing.
#[cfg(not(unix))]
pub(super) fn open_or_make(file: &Path) -> std::io::Result<fs::File> {
    fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)
}

/// Makes an empty private file that must not exist yet.
pub(super) fn make_new(file: &Path) -> Result<fs::File, LedgerError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            LedgerError::unusable(file, Unusable::Exists)
        } else {
            from_io(file, &error)
        }
    })
}

/// Copies what is in a file into a new private file. Its mode stays where it is: a backup may be there for all to
/// read, or for nobody to write.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), LedgerError> {
    let mut read = fs::File::open(from).map_err(|e| from_io(from, &e))?;
    let mut written = make_new(to)?;
    std::io::copy(&mut read, &mut written).map_err(|e| from_io(to, &e))?;
    Ok(())
}
