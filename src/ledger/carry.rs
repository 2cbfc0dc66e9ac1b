//! What goes from a ledger over to the backup that takes its place, as far as it can be read: what must be known so that
//! nothing is given out or done twice, and what was sent of the money and has no end yet.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::error::Trouble;
use super::{connect, ended, outbox, record};
use crate::domain::link::Link;
use crate::ports::OutboxEntry;

/// What was read of it.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// By account and key.
    counters: Vec<(String, String, i64)>,
    /// Orders about money that have ended, and who asked for those that wait, as they are kept.
    orders: Vec<(String, String)>,
    /// Requests about money that went out, with their links: only they may say which payment it is.
    sent: Vec<(Link, OutboxEntry)>,
}

impl Carried {
    /// Reads it from the ledger that is replaced.
    pub(super) fn read(database: &Path) -> Self {
        let Ok(connection) = connect::reader(database) else { return Self::default() };
        Self {
            counters: or_nothing(counters(&connection), database),
            orders: or_nothing(ended::kept(&connection).map_err(Trouble::from), database),
            sent: or_nothing(sent(&connection), database),
        }
    }

    /// Puts it into the ledger that takes its place, in which nothing was done since it was copied. What that has no link
    /// for is left.
    pub(super) fn put(&self, tx: &Transaction<'_>) -> Result<(), Trouble> {
        for (account, key, n) in &self.counters {
            tx.execute(
                "INSERT INTO counters (account_id, key, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account_id, key) DO UPDATE SET n = max(n, excluded.n)",
                params![account, key, n],
            )?;
        }
        for (key, value) in &self.orders {
            ended::carry(tx, key, value)?;
        }
        for (link, entry) in &self.sent {
            if let Some(seq) = record::seq_of(tx, link.id)? {
                record::update(tx, link)?;
                // What the copy has of it is older, and its claim nobody's.
                tx.execute(
                    "DELETE FROM outbox WHERE link = ?1 AND kind = ?2",
                    params![seq, entry.kind.word()],
                )?;
                outbox::enqueue(tx, entry)?;
            }
        }
        Ok(())
    }
}

/// What can't be read of it is not held against the backup.
fn or_nothing<T: Default>(read: Result<T, Trouble>, database: &Path) -> T {
    read.unwrap_or_else(|trouble| {
        let error = trouble.at(database);
        tracing::warn!(%error, "not all can be read in the ledger that is replaced");
        T::default()
    })
}

/// They never go back.
fn counters(connection: &Connection) -> Result<Vec<(String, String, i64)>, Trouble> {
    let mut statement = connection.prepare("SELECT account_id, key, n FROM counters")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.map_while(Result::ok).collect())
}

/// What went out and is looked for at the backend. Nobody works on it any more.
fn sent(connection: &Connection) -> Result<Vec<(Link, OutboxEntry)>, Trouble> {
    let mut statement = connection.prepare("SELECT DISTINCT account_id FROM links")?;
    let accounts: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for account in accounts {
        let went_out = |entry: &OutboxEntry| {
            entry.kind.moves_money() && entry.order.as_ref().is_some_and(|order| order.sent.is_some())
        };
        for entry in outbox::all(connection, &account)?.into_iter().filter(went_out) {
            if let Some(link) = record::load(connection, entry.link)? {
                found.push((link, entry));
            }
        }
    }
    Ok(found)
}
