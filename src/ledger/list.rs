//! Lists of links: rows without lines and events, newest first.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::error::Trouble;
use super::record::{self, Moment};
use super::search;
use crate::domain::link::{LinkId, LinkState, read_part};
use crate::domain::money::Money;
use crate::domain::reference::Reference;
use crate::ports::{LinkFilter, LinkRow};

/// The columns of a row, in the order of [`read`]. The table is `l`.
pub(super) const COLUMNS: &str = "l.id, l.reference, l.state, l.amount, l.currency, l.created_at, \
     l.changed_at, l.expires_at, l.recipient, l.title, l.session_id, l.auto_capture, l.alarms, \
     CASE WHEN l.state IN ('partially_refunded', 'partially_captured_refunded') \
     THEN (SELECT group_concat(coalesce(e.detail, ''), ';') FROM events AS e \
           WHERE e.link = l.seq AND e.kind = 'partially_refunded') END";

fn read(row: &Row<'_>) -> Result<LinkRow, Trouble> {
    let id: String = row.get(0)?;
    let parts: Option<String> = row.get(13)?;
    let parts = parts.as_deref().unwrap_or_default().split(';').map(read_part);
    let returned = parts.reduce(|sum, part| sum?.checked_add(part?)).flatten();
    Ok(LinkRow {
        id: LinkId::parse(&id).ok_or_else(|| Trouble::unreadable("a link's id"))?,
        reference: Reference::kept(&row.get::<_, String>(1)?),
        state: record::state(&row.get::<_, String>(2)?).0,
        amount: Money::new(row.get(3)?, record::currency(&row.get::<_, String>(4)?)?),
        returned,
        created_at: row.get::<_, Moment>(5)?.0,
        changed_at: row.get::<_, Moment>(6)?.0,
        expires_at: row.get::<_, Moment>(7)?.0,
        to: row.get(8)?,
        title: row.get(9)?,
        session_id: row.get(10)?,
        auto_capture: row.get(11)?,
        alarms: record::known_alarms(&row.get::<_, String>(12)?),
    })
}

/// The rows of a statement that selects [`COLUMNS`].
pub(super) fn collect(
    connection: &Connection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<LinkRow>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

/// Has alarms, as the index for them says it.
const ALARMED: &str = "l.alarms <> ''";

/// Waits for the seller's word, of which there are few.
const ASKING: &str = "l.seq IN (SELECT o.link FROM outbox AS o WHERE o.needs_decision)";

/// A filter as SQL over the keys of links.
struct Keys {
    /// One `SELECT seq …` for each part; together they're all that match.
    arms: Vec<String>,
    /// No link is in two of them.
    apart: bool,
    values: Vec<Value>,
}

impl Keys {
    fn of(account_id: &str, filter: &LinkFilter) -> Self {
        let floor = filter.since.map_or(i64::MIN, record::seq_floor);
        let mut values = vec![Value::from(account_id.to_owned()), Value::from(floor)];
        let sum = filter.search.as_deref().and_then(search::sum);
        let found = match &sum {
            Some(sum) => sum.words.clone(),
            None => filter.search.as_deref().and_then(search::query),
        };
        let states = states(&filter.states);
        // One condition for each state and one for alarms: what matches one of them is meant.
        let known = states.map(|list| list.iter().map(State::condition).collect::<Vec<String>>());
        if found.is_none() && sum.is_none() {
            return Self { arms: walked(known.as_deref(), filter), apart: true, values };
        }
        let alarmed = filter.alarmed.then(|| ALARMED.to_owned());
        let asking = filter.asking.then(|| ASKING.to_owned());
        let any: Vec<String> = known.into_iter().flatten().chain(alarmed).chain(asking).collect();
        let state = if any.is_empty() { String::new() } else { format!(" AND ({})", any.join(" OR ")) };
        let mut arms = Vec::new();
        // The index yields keys in order, so a page of a common word stops early. CROSS JOIN keeps
        // the planner from starting with the links.
        if let Some(query) = found {
            values.push(Value::from(query));
            let n = values.len();
            arms.push(format!(
                "SELECT t.rowid AS seq FROM links_text AS t CROSS JOIN links AS l ON l.seq = t.rowid
                 WHERE t.links_text MATCH ?{n} AND t.rowid >= ?2 AND l.account_id = ?1{state}"
            ));
        }
        // Every amount of the account is in one index, in order too, so that no link itself is read for it.
        if let Some(sum) = sum {
            values.push(Value::from(sum.minor));
            let n = values.len();
            // The codes are ours.
            let codes: Vec<String> = sum.currencies.iter().map(|c| format!("'{c}'")).collect();
            let of = if codes.is_empty() {
                String::new()
            } else {
                format!(" AND l.currency IN ({})", codes.join(", "))
            };
            arms.push(format!(
                "SELECT l.seq AS seq FROM links AS l INDEXED BY links_of_account
                 WHERE l.account_id = ?1 AND l.seq >= ?2 AND l.amount = ?{n}{of}{state}"
            ));
        }
        Self { apart: arms.len() < 2, arms, values }
    }

    fn sql(&self) -> String {
        self.arms.join(if self.apart { " UNION ALL " } else { " UNION " })
    }
}

/// One ordered walk over the index for each state, merged, rather than sorting them all.
fn walked(states: Option<&[String]>, filter: &LinkFilter) -> Vec<String> {
    let from = "SELECT l.seq AS seq FROM links AS l";
    let meant = "WHERE l.account_id = ?1 AND l.seq >= ?2";
    let mut arms: Vec<String> = states
        .iter()
        .flat_map(|list| list.iter())
        .map(|state| format!("{from} {meant} AND {state}"))
        .collect();
    let mut others: Vec<&str> = states.iter().flat_map(|list| list.iter()).map(String::as_str).collect();
    // The few of these come from their own indexes, so that it costs nothing to ask.
    for (asked, condition, index) in
        [(filter.alarmed, ALARMED, " INDEXED BY links_alarmed"), (filter.asking, ASKING, "")]
    {
        if asked {
            let apart =
                if others.is_empty() { String::new() } else { format!(" AND NOT ({})", others.join(" OR ")) };
            arms.push(format!("{from}{index} {meant} AND {condition}{apart}"));
            others.push(condition);
        }
    }
    if arms.is_empty() { vec![format!("{from} {meant}")] } else { arms }
}

/// A state in a filter.
enum State {
    Known(LinkState),
    /// A word that this version doesn't know: those links are `unknown` too.
    Foreign,
}

impl State {
    /// The words are ours, so they can stand in the SQL: the statement stays in the cache.
    fn condition(&self) -> String {
        match self {
            Self::Known(state) => format!("l.state = '{}'", state.word()),
            Self::Foreign => {
                let words: Vec<String> = LinkState::ALL.iter().map(|s| format!("'{}'", s.word())).collect();
                format!("l.state NOT IN ({})", words.join(", "))
            }
        }
    }
}

/// The states that are meant, each once; `None` for all.
fn states(wanted: &[LinkState]) -> Option<Vec<State>> {
    if wanted.is_empty() {
        return None;
    }
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let foreign = wanted.contains(&LinkState::Unknown).then_some(State::Foreign);
    Some(wanted.into_iter().map(State::Known).chain(foreign).collect())
}

/// Rows of an account, newest first.
pub(super) fn rows(
    connection: &Connection,
    account_id: &str,
    filter: &LinkFilter,
) -> Result<Vec<LinkRow>, Trouble> {
    let mut keys = Keys::of(account_id, filter);
    // Negative is "no limit" to SQLite.
    keys.values.push(Value::from(filter.limit.map_or(-1, i64::from)));
    keys.values.push(Value::from(i64::from(filter.offset)));
    let (limit, offset) = (keys.values.len() - 1, keys.values.len());
    let sql = format!(
        "SELECT {COLUMNS} FROM links AS l
         WHERE l.seq IN (SELECT seq FROM ({} ORDER BY seq DESC LIMIT ?{limit} OFFSET ?{offset}))
         ORDER BY l.seq DESC",
        keys.sql()
    );
    collect(connection, &sql, keys.values)
}

/// How many links match.
pub(super) fn count(connection: &Connection, account_id: &str, filter: &LinkFilter) -> Result<u64, Trouble> {
    let keys = Keys::of(account_id, filter);
    let sql = format!("SELECT count(*) FROM ({})", keys.sql());
    let count: i64 =
        connection.prepare_cached(&sql)?.query_row(params_from_iter(keys.values), |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// How many alarms the links have in all. They are kept as words with commas between.
pub(super) fn alarms(connection: &Connection, account_id: &str) -> Result<u64, Trouble> {
    let sql = format!(
        "SELECT coalesce(sum(1 + length(l.alarms) - length(replace(l.alarms, ',', ''))), 0)
         FROM links AS l INDEXED BY links_alarmed WHERE l.account_id = ?1 AND {ALARMED}"
    );
    let count: i64 = connection.prepare_cached(&sql)?.query_row([account_id], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Links to be followed, soonest expiry first.
pub(super) fn unsettled(connection: &Connection, account_id: &str) -> Result<Vec<LinkRow>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM links AS l WHERE l.account_id = ?1 AND l.follow = 1 AND l.follow > 0
         ORDER BY l.expires_at, l.seq"
    );
    collect(connection, &sql, [Value::from(account_id.to_owned())])
}

/// At most so many links whose time is over are followed: with a clock that is years wrong it could be all of them.
const ENDED: i64 = 500;

/// Links that have ended and may go on, whose time was over at or after `since` or will be, the last of them first; of those
/// that were withdrawn the ones that were so since then.
pub(super) fn ended_since(
    connection: &Connection,
    account_id: &str,
    since: Timestamp,
) -> Result<Vec<LinkRow>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM links AS l WHERE l.account_id = ?1 AND l.follow = 2 AND l.follow > 0
             AND l.expires_at >= ?2 AND (l.state <> 'cancelled' OR l.changed_at >= ?2)
         ORDER BY l.expires_at DESC LIMIT {ENDED}"
    );
    collect(connection, &sql, [Value::from(account_id.to_owned()), Value::from(record::micros(since))])
}
