//! What can still be read of a damaged database, row by row, into a new one.
//!
//! A table is read forwards and backwards up to where it breaks; what lies between two breaks is found by the
//! keys that its indexes still have, and then on leaves that hang in no tree any more (`stray.rs`). A row that can't be read, or that says nothing sensible, is left out and
//! counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Row, Transaction, params_from_iter};

use super::error::Trouble;
use super::{outbox, record, stray};
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

/// A table whose rows belong to links, with what lists its keys and what its index still says of a row.
struct Belonging {
    table: &'static str,
    lists: [&'static str; 3],
    told: [(&'static str, &'static str); 2],
    /// Whether a row can be used. One that can't would make its link unreadable.
    sensible: fn(&Connection, i64) -> bool,
}

const BELONGING: [Belonging; 2] = [
    Belonging {
        table: "events",
        lists: [
            "SELECT nr FROM events NOT INDEXED ORDER BY nr",
            "SELECT nr FROM events NOT INDEXED ORDER BY nr DESC",
            "SELECT nr FROM events INDEXED BY sqlite_autoindex_events_1",
        ],
        told: [
            ("link", "SELECT nr, link FROM events INDEXED BY sqlite_autoindex_events_1 ORDER BY link, ident"),
            (
                "ident",
                "SELECT nr, ident FROM events INDEXED BY sqlite_autoindex_events_1 ORDER BY link, ident",
            ),
        ],
        sensible: record::event_is_sensible,
    },
    Belonging {
        table: "outbox",
        lists: [
            "SELECT nr FROM outbox NOT INDEXED ORDER BY nr",
            "SELECT nr FROM outbox NOT INDEXED ORDER BY nr DESC",
            "SELECT nr FROM outbox INDEXED BY sqlite_autoindex_outbox_1",
        ],
        told: [
            ("link", "SELECT nr, link FROM outbox INDEXED BY sqlite_autoindex_outbox_1 ORDER BY link, kind"),
            ("kind", "SELECT nr, kind FROM outbox INDEXED BY sqlite_autoindex_outbox_1 ORDER BY link, kind"),
        ],
        sensible: outbox::is_sensible,
    },
];

/// Copies from `old`, which is in the file `path` that nobody else uses, into the empty `new`.
///
/// # Errors
/// Those of `new` alone: what is wrong in `old` is why we are here.
pub(super) fn salvage(old: &Connection, path: &Path, new: &Transaction<'_>) -> Result<Salvaged, Trouble> {
    let mut done = links(old, path, new)?;
    for what in &BELONGING {
        done.gaps |= !belonging(old, path, new, what)?;
    }
    for (table, order) in [("counters", "account_id, key"), ("kv", "key")] {
        done.gaps |= pairs(old, new, table, order)?;
    }
    Ok(done)
}

fn links(old: &Connection, path: &Path, new: &Transaction<'_>) -> Result<Salvaged, Trouble> {
    let keys = keys(
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
    let mut done = Salvaged { gaps: !keys.all, ..Salvaged::default() };
    let mut missing = BTreeSet::new();
    for seq in &keys.found {
        if copy.row(*seq)? && sensible(new, *seq)? {
            done.links += 1;
        } else {
            missing.insert(*seq);
        }
    }
    if !keys.all || !missing.is_empty() {
        for (seq, values) in stray::links(&copy, path, &keys) {
            if insert(new, &copy.write, values)? && sensible(new, seq)? {
                done.links += 1;
                missing.remove(&seq);
            }
        }
    }
    let mut names: Option<BTreeMap<i64, String>> = None;
    for seq in missing {
        match names.get_or_insert_with(|| references(old)).get(&seq) {
            Some(reference) => done.lost.push(reference.clone()),
            None => done.nameless += 1,
        }
    }
    Ok(done)
}

/// Copies the rows that belong to links. Whether none is missing.
fn belonging(
    old: &Connection,
    path: &Path,
    new: &Transaction<'_>,
    what: &Belonging,
) -> Result<bool, Trouble> {
    let keys = keys(old, &what.lists);
    let copy = Copy::of(old, new, what.table, "nr")?;
    let kept = |nr: i64, there: bool| -> Result<bool, Trouble> {
        if there && !(what.sensible)(new, nr) {
            new.execute(&format!("DELETE FROM {} WHERE nr = ?1", what.table), [nr])?;
            return Ok(false);
        }
        Ok(there)
    };
    let mut missing = BTreeSet::new();
    for nr in &keys.found {
        if !kept(*nr, copy.row(*nr)?)? {
            missing.insert(*nr);
        }
    }
    if !missing.is_empty() {
        for (nr, values) in stray::confirmed(&copy, path, &missing, &what.told) {
            if kept(nr, insert(new, &copy.write, values)?)? {
                missing.remove(&nr);
            }
        }
    }
    Ok(keys.all && missing.is_empty())
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

/// The keys of a table.
pub(super) struct Keys {
    pub(super) found: BTreeSet<i64>,
    /// Some list of them was read to its end.
    pub(super) all: bool,
}

/// The keys that these statements give up to where each breaks. Each lists all.
pub(super) fn keys(old: &Connection, statements: &[&str]) -> Keys {
    let mut keys = Keys { found: BTreeSet::new(), all: false };
    for sql in statements {
        keys.all |= !until_broken(old, sql, |row| {
            keys.found.insert(row.get(0)?);
            Ok(())
        });
    }
    keys
}

/// Does `each` with the rows of a statement, up to where it breaks. Whether it did, or a row could not be read.
pub(super) fn until_broken(
    old: &Connection,
    sql: &str,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> bool {
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
pub(super) struct Copy<'a> {
    pub(super) old: &'a Connection,
    pub(super) new: &'a Transaction<'a>,
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) columns: Vec<String>,
    read: String,
    write: String,
}

impl<'a> Copy<'a> {
    fn of(
        old: &'a Connection,
        new: &'a Transaction<'a>,
        table: &'static str,
        key: &'static str,
    ) -> rusqlite::Result<Self> {
        let columns = shared_columns(old, new, table)?;
        let (list, marks) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
        let read = format!("SELECT {list} FROM {table} NOT INDEXED WHERE {key} = ?1");
        let write = format!("INSERT INTO {table} ({list}) VALUES ({marks})");
        Ok(Self { old, new, table, key, columns, read, write })
    }

    /// The row as it can be read.
    pub(super) fn values(&self, key: i64) -> Option<Vec<Value>> {
        let mut statement = self.old.prepare_cached(&self.read).ok()?;
        statement
            .query_row([key], |row| (0..self.columns.len()).map(|i| row.get(i)).collect::<Result<_, _>>())
            .ok()
    }

    /// Copies the row, if it can be read and the new database takes it.
    fn row(&self, key: i64) -> Result<bool, Trouble> {
        match self.values(key) {
            Some(values) => insert(self.new, &self.write, values),
            None => Ok(false),
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
