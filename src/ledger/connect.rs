//! Connections: how they are set up, and the migrations.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, MAIN_DB, OpenFlags, TransactionBehavior};

use super::error::Trouble;
use crate::ports::{LedgerError, Unusable};

/// How long a connection waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);

/// `PRAGMA application_id` of our databases: "PLNK".
pub(super) const APPLICATION: u32 = 0x504c_4e4b;

/// Every change of the format, oldest first. Only ever append: a shipped entry is never edited.
///
/// An older paylink refuses a database that has more of them, so anything that an older one would
/// misread (a new currency, say) needs an entry too, even an empty one.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_outbox.sql"),
    include_str!("migrations/0003_paid.sql"),
    include_str!("migrations/0004_alarms.sql"),
    include_str!("migrations/0005_ended.sql"),
    include_str!("migrations/0006_first_sent.sql"),
    include_str!("migrations/0007_orders.sql"),
    include_str!("migrations/0008_handed_out.sql"),
    include_str!("migrations/0009_may_go_on.sql"),
    include_str!("migrations/0010_withdrawn.sql"),
    include_str!("migrations/0011_made.sql"),
];

/// A connection that writes, to a database that is brought up to date.
pub(super) fn writer(file: &Path) -> Result<Connection, LedgerError> {
    let at = |error: rusqlite::Error| Trouble::from(error).at(file);
    let mut connection = open(file).map_err(at)?;
    if connection.is_readonly("main").map_err(at)? {
        let damaged = super::error::is_of_no_version(file);
        let why = if damaged { Unusable::Damaged } else { Unusable::NotWritable };
        return Err(LedgerError::unusable(file, why));
    }
    migrate(&mut connection, file, MIGRATIONS)?;
    patiently(|| use_wal(&connection)).map_err(|trouble| trouble.at(file))?;
    Ok(connection)
}

/// A connection to a new database that nobody else has open, with no file of its own beside it.
pub(super) fn apart(file: &Path) -> Result<Connection, LedgerError> {
    let mut connection = open(file).map_err(|e| Trouble::from(e).at(file))?;
    migrate(&mut connection, file, MIGRATIONS)?;
    Ok(connection)
}

/// A connection that only reads, beside the one that writes.
pub(super) fn reader(file: &Path) -> Result<Connection, LedgerError> {
    let at = |error: rusqlite::Error| Trouble::from(error).at(file);
    let connection = open(file).map_err(at)?;
    connection.pragma_update(None, "query_only", true).map_err(at)?;
    Ok(connection)
}

/// A database that lives as long as its connection.
pub(super) fn in_memory() -> Result<Connection, LedgerError> {
    let path = Path::new(":memory:");
    let mut connection = Connection::open_in_memory().map_err(|e| Trouble::from(e).at(path))?;
    settings(&connection).map_err(|e| Trouble::from(e).at(path))?;
    migrate(&mut connection, path, MIGRATIONS)?;
    Ok(connection)
}

/// A database of its own in memory, of these bytes of `file`, brought up to date there.
pub(super) fn from_image(image: &[u8], file: &Path) -> Result<Connection, LedgerError> {
    let read = || -> rusqlite::Result<Connection> {
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
        settings(&connection)?;
        Ok(connection)
    };
    let mut connection = read().map_err(|e| Trouble::from(e).at(file))?;
    migrate(&mut connection, file, MIGRATIONS)?;
    Ok(connection)
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    // Without CREATE: file.rs made it, with the right mode.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    settings(&connection)?;
    Ok(connection)
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    // After an import the log shrinks again.
    connection.pragma_update_and_check(None, "journal_size_limit", 8 << 20, |_| Ok(()))?;
    // FULL in WAL mode: a commit is on the disk when the call returns (contracts, 5).
    connection.pragma_update(None, "synchronous", "FULL")
}

/// Write-ahead logging, which is kept in the file. Where the file system can't do it (some network
/// drives) SQLite stays with its rollback journal, which is as safe and only slower.
fn use_wal(connection: &Connection) -> Result<(), Trouble> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            tracing::warn!(mode, "no write-ahead log on this file system");
        }
    }
    Ok(())
}

/// Tries again while the database is locked: for the few steps where SQLite gives up at once, because
/// waiting could be for ever (two processes that open a new database together).
fn patiently<T>(mut step: impl FnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
    let end = Instant::now() + BUSY;
    loop {
        match step() {
            Err(trouble) if trouble.busy() && Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// Brings the database to the format of `list`.
pub(super) fn migrate(connection: &mut Connection, file: &Path, list: &[&str]) -> Result<(), LedgerError> {
    let known = i64::try_from(list.len()).unwrap_or(i64::MAX);
    // Nearly always there's nothing to do, and finding that out takes no lock that others mind.
    let found = patiently(|| format(connection)).map_err(|t| t.at(file))?;
    if found == 0 {
        return patiently(|| upgrade(connection, file, list)).map_err(|t| t.at(file));
    }
    let application: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|e| Trouble::from(e).at(file))?;
    if application != i64::from(APPLICATION) {
        return Err(foreign(file));
    }
    if found < 0 {
        // No version of paylink wrote that.
        return Err(LedgerError::unusable(file, Unusable::Damaged));
    }
    if found > known {
        return Err(LedgerError::Newer { path: file.to_path_buf(), found, known });
    }
    if found < known {
        patiently(|| upgrade(connection, file, list)).map_err(|t| t.at(file))?;
    }
    Ok(())
}

fn format(connection: &Connection) -> Result<i64, Trouble> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn foreign(file: &Path) -> LedgerError {
    LedgerError::unusable(file, Unusable::Foreign)
}

fn upgrade(connection: &mut Connection, file: &Path, list: &[&str]) -> Result<(), Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again under the lock: another process may have been quicker.
    let found = format(&transaction)?;
    if found == 0 {
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Err(foreign(file).into());
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
    }
    let done = usize::try_from(found).unwrap_or(0);
    for sql in list.iter().skip(done) {
        transaction.execute_batch(sql)?;
    }
    if done < list.len() {
        transaction.pragma_update(None, "user_version", i64::try_from(list.len()).unwrap_or(i64::MAX))?;
    }
    Ok(transaction.commit()?)
}
