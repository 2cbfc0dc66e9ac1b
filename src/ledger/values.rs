//! Small values kept under a name.

use rusqlite::{Connection, OptionalExtension, Transaction};

pub(super) fn get(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT value FROM kv WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

/// Keeps or (with `None`) forgets it. Keeping what is kept already writes nothing: no one is told of a change.
pub(super) fn put(tx: &Transaction<'_>, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    match value {
        Some(value) => tx
            .prepare_cached(
                "INSERT INTO kv (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            )?
            .execute([key, value])?,
        None => tx.prepare_cached("DELETE FROM kv WHERE key = ?1")?.execute([key])?,
    };
    Ok(())
}
