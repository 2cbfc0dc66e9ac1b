//! Rows found on leaves that hang in no tree any more, and whether they may be believed: what stands there may be
//! what was once written there. So nothing that was read the regular way is touched, what an index still
//! says of a row must be so, and what says that it still waits to be sent is believed only on an index's word: a
//! link may have gone out since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::leaves::Leaves;
use super::salvage::{Copy, Keys, keys, until_broken};
use crate::domain::link::LinkState;

/// What indexes say of a link.
const OF_LINKS: [(&str, &str); 4] = [
    ("id", "SELECT seq, id FROM links INDEXED BY sqlite_autoindex_links_1 ORDER BY id"),
    ("state", "SELECT seq, state FROM links INDEXED BY links_by_state ORDER BY account_id, state"),
    (
        "session_id",
        "SELECT seq, session_id FROM links INDEXED BY links_by_session WHERE session_id IS NOT NULL
         ORDER BY session_id",
    ),
    (
        "transaction_id",
        "SELECT seq, transaction_id FROM links INDEXED BY links_by_transaction WHERE transaction_id IS NOT NULL
         ORDER BY transaction_id",
    ),
];

/// Links that were not read, by key. Of several that could be the one, that which changed last.
pub(super) fn links(copy: &Copy<'_>, path: &Path, keys: &Keys) -> BTreeMap<i64, Vec<Value>> {
    let told: Vec<Told> = OF_LINKS.iter().map(|(column, sql)| Told::by(copy, column, sql)).collect();
    let (state, changed_at) = (place(copy, "state"), place(copy, "changed_at"));
    let was_read: BTreeSet<i64> = self::keys(copy.new, &["SELECT seq FROM links"]).found;
    let found = rows(copy, path, |seq, values| {
        // Where a list of the keys is whole, there are no others.
        let wanted = !was_read.contains(&seq) && (!keys.all || keys.found.contains(&seq));
        wanted
            && told.iter().all(|told| told.agrees(seq, values))
            && (told.iter().any(|told| told.column == state && told.knows(seq)) || !may_wait(values, state))
    });
    let rank = |values: &Vec<Value>| {
        let at = changed_at.and_then(|at| values.get(at)).and_then(integer);
        // Ids and the address, once known, stay.
        (at, values.iter().filter(|value| **value != Value::Null).count())
    };
    found.into_iter().filter_map(|(seq, of_it)| Some((seq, of_it.into_iter().max_by_key(rank)?))).collect()
}

/// Rows with these keys, of which an index says the same. Where two of one key differ, neither.
pub(super) fn confirmed(
    copy: &Copy<'_>,
    path: &Path,
    missing: &BTreeSet<i64>,
    told: &[(&'static str, &'static str)],
) -> BTreeMap<i64, Vec<Value>> {
    let told: Vec<Told> = told.iter().map(|(column, sql)| Told::by(copy, column, sql)).collect();
    let found = rows(copy, path, |key, values| {
        missing.contains(&key) && told.iter().all(|told| told.knows(key) && told.agrees(key, values))
    });
    found
        .into_iter()
        .filter(|(_, of_it)| of_it.len() == 1)
        .filter_map(|(key, of_it)| Some((key, of_it.into_iter().next()?)))
        .collect()
}

/// What an index says of one column, as far as it can be read.
struct Told {
    column: Option<usize>,
    values: BTreeMap<i64, Value>,
}

impl Told {
    fn by(copy: &Copy<'_>, column: &str, sql: &str) -> Self {
        let mut values = BTreeMap::new();
        // From both ends up to where it breaks.
        for sql in [sql.to_owned(), backwards(sql)] {
            until_broken(copy.old, &sql, |row| {
                values.insert(row.get(0)?, row.get(1)?);
                Ok(())
            });
        }
        Self { column: place(copy, column), values }
    }

    fn knows(&self, key: i64) -> bool {
        self.values.contains_key(&key)
    }

    fn agrees(&self, key: i64, row: &[Value]) -> bool {
        let Some(said) = self.values.get(&key) else { return true };
        self.column.is_none_or(|column| row.get(column) == Some(said))
    }
}

/// The same list from its other end.
fn backwards(sql: &str) -> String {
    match sql.rsplit_once("ORDER BY ") {
        Some((before, order)) => format!("{before}ORDER BY {} DESC", order.replace(", ", " DESC, ")),
        None => sql.to_owned(),
    }
}

fn place(copy: &Copy<'_>, column: &str) -> Option<usize> {
    copy.columns.iter().position(|name| name == column)
}

const fn integer(value: &Value) -> Option<i64> {
    if let Value::Integer(number) = value { Some(*number) } else { None }
}

/// Whether the row says that the link was not sent, or nothing sensible.
fn may_wait(values: &[Value], state: Option<usize>) -> bool {
    match state.and_then(|at| values.get(at)) {
        Some(Value::Text(word)) => LinkState::from_word(word).is_none_or(LinkState::in_outbox),
        _ => true,
    }
}

/// The rows on all leaves that `wanted` takes, each once.
fn rows(
    copy: &Copy<'_>,
    path: &Path,
    wanted: impl Fn(i64, &[Value]) -> bool,
) -> BTreeMap<i64, Vec<Vec<Value>>> {
    let mut found: BTreeMap<i64, Vec<Vec<Value>>> = BTreeMap::new();
    let Some(leaves) = Leaves::of(copy.old, path, copy.table) else { return found };
    let list = format!("SELECT {} FROM {} NOT INDEXED", copy.key, copy.table);
    leaves.each(|old: &Connection| {
        for key in keys(old, &[&list]).found {
            let Some(values) = copy.values(key).filter(|values| wanted(key, values)) else { continue };
            let known = found.entry(key).or_default();
            if !known.contains(&values) {
                known.push(values);
            }
        }
    });
    found
}
