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
    let mut less = returned(connection, account_id, floor)?;
    less.extend(released(connection, account_id, floor)?);
    for part in less {
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

/// What was let go of reservations of which only a part was taken.
fn released(connection: &Connection, account_id: &str, floor: i64) -> Result<Vec<Money>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT l.amount, l.currency, group_concat(coalesce(e.detail, ''), ';')
         FROM links AS l CROSS JOIN events AS e ON e.link = l.seq
         WHERE l.account_id = ?1 AND l.seq >= ?2 AND e.kind = 'partially_captured'
           AND l.state IN ('partially_captured', 'partially_captured_refunded', 'partially_refunded')
           AND EXISTS (SELECT 1 FROM events WHERE link = l.seq AND kind = 'voided')
           AND NOT EXISTS (SELECT 1 FROM events WHERE link = l.seq AND kind = 'captured')
         GROUP BY l.seq",
    )?;
    let mut rows = statement.query(params![account_id, floor])?;
    let mut released = Vec::new();
    while let Some(row) = rows.next()? {
        let all = Money::new(row.get(0)?, record::currency(&row.get::<_, String>(1)?)?);
        let parts: String = row.get(2)?;
        let taken = parts.split(';').map(read_part);
        let none = Money::zero(all.currency());
        // Where a part isn't told, nobody knows what was let go.
        let taken = taken.into_iter().try_fold(none, |sum, part| sum.checked_add(part?));
        released.extend(taken.and_then(|taken| all.checked_sub(taken)));
    }
    Ok(released)
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
