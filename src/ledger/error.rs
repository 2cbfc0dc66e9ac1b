//! From the database's errors to what a person can act on.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::ports::{LedgerError, Unusable};

/// What went wrong inside the ledger, before the file's name is put to it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The database's own error.
    Sql(rusqlite::Error),
    /// Something that paylink never wrote stands where it wrote this.
    Unreadable(&'static str),
    /// Ours, complete.
    Told(LedgerError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Told(error)
    }
}

impl Trouble {
    /// A line of our own that is no fault of the file.
    pub(super) fn odd(line: impl Into<String>) -> Self {
        Self::Told(LedgerError::Database(line.into()))
    }

    /// Something is not what paylink wrote there.
    pub(super) const fn unreadable(what: &'static str) -> Self {
        Self::Unreadable(what)
    }

    /// The error for those outside; `path` is the database.
    pub(super) fn at(self, path: &Path) -> LedgerError {
        match self {
            Self::Told(error) => error,
            Self::Unreadable(what) => {
                tracing::error!(what, "something in the ledger can't be read");
                LedgerError::unusable(path, Unusable::Damaged)
            }
            Self::Sql(error) => translate(path, &error),
        }
    }

    /// Somebody else holds the lock that is needed.
    pub(super) fn busy(&self) -> bool {
        matches!(self, Self::Sql(error) if is_busy(error))
    }
}

/// Whether the database is only locked.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// An error of the operating system about `path`.
pub(super) fn from_io(path: &Path, error: &std::io::Error) -> LedgerError {
    use std::io::ErrorKind;
    let why = match error.kind() {
        ErrorKind::PermissionDenied => Unusable::NoPermission,
        ErrorKind::ReadOnlyFilesystem => Unusable::ReadOnlyDisk,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Unusable::Full,
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => Unusable::NotAFolder,
        ErrorKind::IsADirectory => Unusable::IsAFolder,
        ErrorKind::NotFound => Unusable::NotThere,
        kind => Unusable::System(kind, error.to_string()),
    };
    LedgerError::unusable(path, why)
}

fn translate(path: &Path, error: &rusqlite::Error) -> LedgerError {
    let why = match error.sqlite_error_code() {
        // What paylink wrote has the types that it reads.
        None if unreadable(error) => Unusable::Damaged,
        Some(ErrorCode::NotADatabase) => Unusable::NotOurs,
        Some(ErrorCode::DatabaseCorrupt) => Unusable::Damaged,
        _ if is_unknown_format(error) => Unusable::Damaged,
        Some(ErrorCode::DiskFull) => Unusable::Full,
        // The small file that processes share can't grow: there's no other reason for that.
        Some(ErrorCode::SystemIoFailure)
            if error
                .sqlite_error()
                .is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) =>
        {
            Unusable::Full
        }
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => Unusable::NotWritable,
        Some(ErrorCode::CannotOpen) => Unusable::CantOpen,
        Some(ErrorCode::SystemIoFailure) => Unusable::Io,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Unusable::Locked,
        // SQLite's own line has names of columns and tables, never values.
        _ => return LedgerError::Database(plain(error)),
    };
    LedgerError::unusable(path, why)
}

/// Whether the header names a format of the schema that there is not: 1 to 4 are all since 2006
/// (<https://www.sqlite.org/fileformat2.html>), so it's no newer file but a byte that was written over. SQLite has no
/// code of its own for it.
fn is_unknown_format(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(code, Some(message)) = error else { return false };
    code.extended_code == rusqlite::ffi::SQLITE_ERROR && message.contains("unsupported file format")
}

/// Whether the header names a version of writing that there is not (1 and 2 are all): SQLite takes such a file for one
/// that it may only read.
pub(super) fn is_of_no_version(path: &Path) -> bool {
    use std::io::Read as _;
    let mut header = [0_u8; 20];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..20].iter().any(|version| !matches!(version, 1 | 2))
}

/// Whether what a row holds is none of what could have been written there.
const fn unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
    )
}

/// An error's line without anything that was kept or asked for: rusqlite puts the whole SQL text or a
/// converter's words into some of its errors.
fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqliteFailure(code, None) => code.to_string(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::FromSqlConversionFailure(column, ..)
        | rusqlite::Error::IntegralValueOutOfRange(column, _) => {
            format!("column {column} holds something that can't be read")
        }
        other => other.to_string(),
    }
}
