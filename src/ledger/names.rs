//! References and ids: which links a text names, what was perhaps meant, and new references.

use jiff::civil::Date;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::error::Trouble;
use super::list;
use super::record::reference_key;
use super::rescue;
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::ports::LinkRow;

/// The fewest characters of an own id that name a link.
const SHORT_ID: usize = 6;
/// How many references are looked at for "did you mean", newest first.
const NEAR_AMONG: i64 = 5_000;
/// How many of them are told.
const NEAR_TOLD: usize = 5;

/// The links that `text` names, newest first.
pub(super) fn find(connection: &Connection, account_id: &str, text: &str) -> Result<Vec<LinkRow>, Trouble> {
    let text = text.trim();
    let id: String = text.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect();
    let by_id = id.len() >= SHORT_ID && id.bytes().all(|b| b.is_ascii_hexdigit());
    // 'g' is the first sign after the hexadecimal ones; an empty range finds nothing.
    let (from, to) = if by_id { (id.clone(), format!("{id}g")) } else { (String::new(), String::new()) };
    // The `+` keeps the planner from walking through all links of the account.
    let sql = format!(
        "SELECT {} FROM links AS l WHERE l.seq IN (
             SELECT seq FROM links WHERE account_id = ?1 AND reference_key = ?2
             UNION SELECT seq FROM links WHERE id >= ?4 AND id < ?5 AND +account_id = ?1
             UNION SELECT seq FROM links WHERE session_id = ?3 AND +account_id = ?1
             UNION SELECT seq FROM links WHERE transaction_id = ?3 AND +account_id = ?1)
         ORDER BY l.seq DESC",
        list::COLUMNS
    );
    let values = [account_id.to_owned(), reference_key(text), text.to_owned(), from, to];
    list::collect(connection, &sql, values.map(Value::from))
}

/// References near to `text`, nearest first.
pub(super) fn near(connection: &Connection, account_id: &str, text: &str) -> Result<Vec<Reference>, Trouble> {
    let wanted: Vec<char> = reference_key(text).chars().take(Reference::MAX).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = connection
        .prepare_cached("SELECT reference FROM links WHERE account_id = ?1 ORDER BY seq DESC LIMIT ?2")?;
    let mut rows = statement.query(params![account_id, NEAR_AMONG])?;
    let mut found: Vec<(usize, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        let reference: String = row.get(0)?;
        let key: Vec<char> = reference_key(&reference).chars().collect();
        if let Some(distance) = likeness(&wanted, &key)
            && !found.iter().any(|(_, known)| *known == reference)
        {
            found.push((distance, reference));
        }
    }
    // Stable: among equally near ones the newest stays first.
    found.sort_by_key(|(distance, _)| *distance);
    Ok(found.iter().take(NEAR_TOLD).map(|(_, text)| Reference::kept(text)).collect())
}

/// How far apart two texts are, if they're near enough to be taken for each other: a few wrong
/// characters, or one is a piece of the other.
fn likeness(wanted: &[char], known: &[char]) -> Option<usize> {
    let (short, long) = if wanted.len() <= known.len() { (wanted, known) } else { (known, wanted) };
    let allowed = (wanted.len() / 4).clamp(1, 3);
    if long.len() - short.len() <= allowed {
        let distance = edits(wanted, known);
        if distance <= allowed {
            return Some(distance);
        }
    }
    let piece = short.len() >= 3 && long.windows(short.len()).any(|window| window == short);
    piece.then_some(allowed + 1)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &left) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &right) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(left != right)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left == b[j - 1] && a[i - 1] == right {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(a.len())
}

/// Whether a live or paid link of the account has the reference.
pub(super) fn used(
    connection: &Connection,
    account_id: &str,
    reference: &Reference,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM links WHERE account_id = ?1 AND reference_key = ?2 AND holds_reference = 1 LIMIT 1",
        )?
        .exists([account_id, &reference_key(reference.as_str())])
}

/// Where a new counter begins: at the start, but for days on which references may have been given out that
/// this ledger has lost (see `rescue.rs`).
fn begin(tx: &Transaction<'_>, day: Date) -> rusqlite::Result<i64> {
    let kept: Option<String> = tx
        .prepare_cached("SELECT value FROM kv WHERE key = ?1")?
        .query_row([rescue::COUNT_FROM], |row| row.get(0))
        .optional()?;
    let told = kept.as_deref().and_then(|text| {
        let (last, count) = text.split_once(' ')?;
        Some((last.parse::<Date>().ok()?, count.parse::<i64>().ok()?))
    });
    Ok(told.filter(|(last, _)| day <= *last).map_or(0, |(_, count)| count))
}

/// The next reference of a template that no link of the account has.
pub(super) fn next(
    tx: &Transaction<'_>,
    account_id: &str,
    template: &ReferenceTemplate,
    day: Date,
) -> Result<Reference, Trouble> {
    let key = template.counter_key(day);
    let mut count: i64 = tx
        .prepare_cached("SELECT n FROM counters WHERE account_id = ?1 AND key = ?2")?
        .query_row([account_id, &key], |row| row.get(0))
        .optional()?
        .map_or_else(|| begin(tx, day), Ok)?;
    let mut taken =
        tx.prepare_cached("SELECT 1 FROM links WHERE account_id = ?1 AND reference_key = ?2 LIMIT 1")?;
    let reference = loop {
        count += 1;
        let seq = u32::try_from(count).map_err(|_| Trouble::odd("the counter of references is used up"))?;
        let reference = template.reference(day, seq);
        if !taken.exists([account_id, &reference_key(reference.as_str())])? {
            break reference;
        }
    };
    tx.prepare_cached(
        "INSERT INTO counters (account_id, key, n) VALUES (?1, ?2, ?3)
         ON CONFLICT (account_id, key) DO UPDATE SET n = excluded.n",
    )?
    .execute(params![account_id, key, count])?;
    Ok(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(a: &str, b: &str) -> Option<usize> {
        likeness(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
    }

    #[test]
    fn near_means_a_slip_of_the_fingers_or_a_piece() {
        assert_eq!(like("kari-014", "kari-014"), Some(0));
        assert_eq!(like("kair-014", "kari-014"), Some(1));
        assert_eq!(like("kari014", "kari-014"), Some(1));
        assert_eq!(like("014", "kari-1122-014"), Some(2));
        assert_eq!(like("kari-014", "ola-7"), None);
        assert_eq!(edits(&[], &['a']), 1);
    }
}
