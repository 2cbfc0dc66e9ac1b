//! The day at a glance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, ToSql, params};

use super::error::Trouble;
use super::record;
use crate::domain::link::read_part;
use crate::domain::money::Money;
use crate::ports::DayTotals;

/// Totals of links made at or after `since`; what's live and what waits is of all days.
pub(super) fn totals(
    connection: &Connection,
    account_id: &str,
    since: Timestamp,
) -> Result<DayTotals, Trouble> {
    let floor = record::seq_floor(since);
    let (mut paid, paid_count) = sums(
        connection,
        "SELECT currency, sum(amount), count(*) FROM links
         WHERE account_id = ?1 AND seq >= ?2 AND has_money = 1 GROUP BY currency",
        &[&account_id, &floor],
    )?;
    for part in returned(connection, account_id, floor)? {
        if let Some(sum) = paid.get_mut(part.currency().code()) {
            *sum -= part.minor();
        }
    }
    let (outstanding, open_count) = sums(
        connection,
        "SELECT currency, sum(amount), count(*) FROM links
         WHERE account_id = ?1 AND holds_reference = 1 AND has_money = 0 GROUP BY currency",
        &[&account_id],
    )?;
    let waiting = connection
        .prepare_cached(
            // CROSS JOIN begins with the few entries, not with all links.
            "SELECT count(*) FROM outbox AS o CROSS JOIN links AS l ON l.seq = o.link
             WHERE l.account_id = ?1 AND o.kind <> 'look'",
        )?
        .query_row([account_id], |row| row.get(0))?;
    Ok(DayTotals { paid, outstanding, paid_count, open_count, waiting })
}

/// What went back of links that still hold money: the parts, as the backend told them.
fn returned(connection: &Connection, account_id: &str, floor: i64) -> rusqlite::Result<Vec<Money>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.detail FROM links AS l CROSS JOIN events AS e ON e.link = l.seq
         WHERE l.account_id = ?1 AND l.state IN ('partially_refunded', 'partially_captured_refunded')
           AND l.seq >= ?2 AND e.kind = 'partially_refunded' AND e.detail IS NOT NULL",
    )?;
    let rows = statement.query_map(params![account_id, floor], |row| row.get::<_, String>(0))?;
    let details: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(details.iter().filter_map(|detail| read_part(detail)).collect())
}

fn sums(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
) -> rusqlite::Result<(BTreeMap<String, i64>, u32)> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let (mut sums, mut count) = (BTreeMap::new(), 0_u32);
    while let Some(row) = rows.next()? {
        sums.insert(row.get(0)?, row.get(1)?);
        count = count.saturating_add(row.get(2)?);
    }
    Ok((sums, count))
}
