//! What can still be read of a damaged database, row by row, into a new one.
//!
//! A table is read forwards and backwards up to where it breaks; what lies between two breaks is found by the
//! keys that its indexes still have. A row that can't be read, or that says nothing sensible, is left out and
//! counted.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Row, Transaction, params_from_iter};

use super::error::Trouble;
use super::record;
use crate::domain::link::LinkId;

/// What came over, and what did not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Salvaged {
    /// Links that came over.
    pub(super) links: u64,
    /// References of those that did not, as far as they are known.
    pub(super) lost: Vec<String>,
    /// Those that did not whose reference isn't known.
    pub(super) nameless: u64,
    /// Some row of another table was not readable.
    pub(super) gaps: bool,
}

/// Copies from `old` into the empty `new`.
///
/// # Errors
/// Those of `new` alone: what is wrong in `old` is why we are here.
pub(super) fn salvage(old: &Connection, new: &Transaction<'_>) -> Result<Salvaged, Trouble> {
    let mut done = links(old, new)?;
    let (events, in_events) = keys(
        old,
        &[
            "SELECT nr FROM events NOT INDEXED ORDER BY nr",
            "SELECT nr FROM events NOT INDEXED ORDER BY nr DESC",
            "SELECT nr FROM events INDEXED BY sqlite_autoindex_events_1",
        ],
    );
    let (entries, in_outbox) = keys(
        old,
        &[
            "SELECT nr FROM outbox NOT INDEXED ORDER BY nr",
            "SELECT nr FROM outbox NOT INDEXED ORDER BY nr DESC",
            "SELECT nr FROM outbox INDEXED BY sqlite_autoindex_outbox_1",
        ],
    );
    done.gaps |= in_events | in_outbox;
    for (table, rows) in [("events", events), ("outbox", entries)] {
        let copy = Copy::of(old, new, table, "nr")?;
        for nr in rows {
            done.gaps |= !copy.row(nr)?;
        }
    }
    for (table, order) in [("counters", "account_id, key"), ("kv", "key")] {
        done.gaps |= pairs(old, new, table, order)?;
    }
    Ok(done)
}

fn links(old: &Connection, new: &Transaction<'_>) -> Result<Salvaged, Trouble> {
    let (found, gaps) = keys(
        old,
        &[
            "SELECT seq FROM links NOT INDEXED ORDER BY seq",
            "SELECT seq FROM links NOT INDEXED ORDER BY seq DESC",
            "SELECT seq FROM links INDEXED BY links_of_account ORDER BY account_id, seq",
            "SELECT seq FROM links INDEXED BY links_by_reference",
            "SELECT seq FROM links INDEXED BY links_by_state",
            "SELECT seq FROM links INDEXED BY sqlite_autoindex_links_1",
        ],
    );
    let copy = Copy::of(old, new, "links", "seq")?;
    let mut names: Option<BTreeMap<i64, String>> = None;
    let mut done = Salvaged { gaps, ..Salvaged::default() };
    for seq in found {
        if copy.row(seq)? && sensible(new, seq)? {
            done.links += 1;
            continue;
        }
        match names.get_or_insert_with(|| references(old)).get(&seq) {
            Some(reference) => done.lost.push(reference.clone()),
            None => done.nameless += 1,
        }
    }
    Ok(done)
}

/// Whether the link can be used: then its words are indexed, else it's taken out again.
fn sensible(new: &Transaction<'_>, seq: i64) -> Result<bool, Trouble> {
    let id: String = new.query_row("SELECT id FROM links WHERE seq = ?1", [seq], |row| row.get(0))?;
    let link = LinkId::parse(&id).and_then(|id| record::load(new, id).ok().flatten());
    match link {
        Some(link) => record::index(new, seq, &link)?,
        None => {
            new.execute("DELETE FROM links WHERE seq = ?1", [seq])?;
        }
    }
    Ok(link_kept(new, seq)?)
}

fn link_kept(new: &Transaction<'_>, seq: i64) -> rusqlite::Result<bool> {
    new.prepare_cached("SELECT 1 FROM links WHERE seq = ?1")?.exists([seq])
}

/// References by key, from the index that has both.
fn references(old: &Connection) -> BTreeMap<i64, String> {
    let mut found = BTreeMap::new();
    for order in ["", " DESC"] {
        let sql = format!(
            "SELECT seq, reference_key FROM links INDEXED BY links_by_reference
             ORDER BY account_id{order}, reference_key{order}"
        );
        until_broken(old, &sql, |row| {
            found.insert(row.get(0)?, row.get(1)?);
            Ok(())
        });
    }
    found
}

/// The keys that these statements give up to where each breaks, and whether one did.
fn keys(old: &Connection, statements: &[&str]) -> (BTreeSet<i64>, bool) {
    let mut found = BTreeSet::new();
    let broke = statements.iter().fold(false, |broke, sql| {
        broke
            | until_broken(old, sql, |row| {
                found.insert(row.get(0)?);
                Ok(())
            })
    });
    (found, broke)
}

/// Does `each` with the rows of a statement, up to where it breaks. Whether it did, or a row could not be read.
fn until_broken(old: &Connection, sql: &str, mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> bool {
    let Ok(mut statement) = old.prepare(sql) else { return true };
    let Ok(mut rows) = statement.query([]) else { return true };
    let mut broke = false;
    loop {
        match rows.next() {
            Ok(Some(row)) => broke |= each(row).is_err(),
            Ok(None) => return broke,
            Err(_) => return true,
        }
    }
}

/// Rows of one table, copied by their key.
struct Copy<'a> {
    old: &'a Connection,
    new: &'a Transaction<'a>,
    read: String,
    write: String,
    width: usize,
}

impl<'a> Copy<'a> {
    fn of(old: &'a Connection, new: &'a Transaction<'a>, table: &str, key: &str) -> rusqlite::Result<Self> {
        let columns = shared_columns(old, new, table)?;
        let (list, marks) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
        Ok(Self {
            old,
            new,
            read: format!("SELECT {list} FROM {table} NOT INDEXED WHERE {key} = ?1"),
            write: format!("INSERT INTO {table} ({list}) VALUES ({marks})"),
            width: columns.len(),
        })
    }

    /// Copies the row, if it can be read and the new database takes it.
    fn row(&self, key: i64) -> Result<bool, Trouble> {
        let values = self.old.prepare_cached(&self.read).and_then(|mut statement| {
            statement.query_row([key], |row| {
                (0..self.width).map(|i| row.get(i)).collect::<Result<Vec<Value>, _>>()
            })
        });
        match values {
            Ok(values) => insert(self.new, &self.write, values),
            Err(_) => Ok(false),
        }
    }
}

/// The columns that both have. Where the old one's can't be read they are taken to be the new one's.
fn shared_columns(old: &Connection, new: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let of = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        statement.query_map([table], |row| row.get(0))?.collect()
    };
    let mut columns = of(new)?;
    if let Ok(there) = of(old)
        && !there.is_empty()
    {
        columns.retain(|name| there.contains(name));
    }
    Ok(columns)
}

/// Whether the new database took the row: what breaks its rules (the type of a column, an id that is there
/// already, a link that is lost) is damage too.
fn insert(new: &Transaction<'_>, sql: &str, values: Vec<Value>) -> Result<bool, Trouble> {
    match new.prepare_cached(sql)?.execute(params_from_iter(values)) {
        Ok(_) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(false),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::TypeMismatch) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A table that is sorted by a key of text: from both ends up to where it breaks. Whether it did.
fn pairs(old: &Connection, new: &Transaction<'_>, table: &str, order: &str) -> Result<bool, Trouble> {
    let columns = shared_columns(old, new, table)?;
    let (list, marks) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
    let write = format!("INSERT OR IGNORE INTO {table} ({list}) VALUES ({marks})");
    let mut broke = false;
    for direction in ["", " DESC"] {
        let order =
            order.split(", ").map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ");
        let mut found: Vec<Vec<Value>> = Vec::new();
        broke |= until_broken(old, &format!("SELECT {list} FROM {table} ORDER BY {order}"), |row| {
            found.push((0..columns.len()).map(|i| row.get(i)).collect::<Result<_, _>>()?);
            Ok(())
        });
        for values in found {
            broke |= !insert(new, &write, values)?;
        }
    }
    Ok(broke)
}
