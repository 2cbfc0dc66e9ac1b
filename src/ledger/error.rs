//! From the database's errors to the one line that a person can act on.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::ports::LedgerError;

/// What went wrong inside the ledger, before the file's name is put to it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The database's own error.
    Sql(rusqlite::Error),
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

    /// The error for those outside; `path` is the database.
    pub(super) fn at(self, path: &Path) -> LedgerError {
        match self {
            Self::Told(error) => error,
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

/// The file or folder can't be used: says which, why, and what to do.
pub(super) fn unusable(path: &Path, why: impl Into<String>) -> LedgerError {
    LedgerError::Unusable { path: path.display().to_string(), why: why.into() }
}

/// An error of the operating system about `path`.
pub(super) fn from_io(path: &Path, error: &std::io::Error) -> LedgerError {
    use std::io::ErrorKind;
    let why = match error.kind() {
        ErrorKind::PermissionDenied => {
            "no permission to write here: choose another folder with --data-dir".into()
        }
        ErrorKind::ReadOnlyFilesystem => {
            "the disk is read-only: choose another folder with --data-dir".into()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full: make room and try again".into()
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "is not a folder: choose another one with --data-dir".into()
        }
        ErrorKind::IsADirectory => "is a folder where the database should be: move it away".into(),
        // The operating system's words, which name no person and no secret.
        _ => error.to_string(),
    };
    unusable(path, why)
}

fn translate(path: &Path, error: &rusqlite::Error) -> LedgerError {
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "is not a paylink database, or it is damaged: move it away or put a backup in its place"
        }
        Some(ErrorCode::DatabaseCorrupt) => "is damaged: move it away or put a backup in its place",
        Some(ErrorCode::DiskFull) => "the disk is full: make room and try again",
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => "can't be written: give yourself the right to, or choose another folder with --data-dir",
        Some(ErrorCode::CannotOpen) => {
            "can't be opened: check the folder's rights, or choose another one with --data-dir"
        }
        Some(ErrorCode::SystemIoFailure) => "the disk reports an error while reading or writing it",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has kept it locked for seconds: close that and try again"
        }
        // SQLite's own line has names of columns and tables, never values.
        _ => return LedgerError::Database(plain(error)),
    };
    unusable(path, why)
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
