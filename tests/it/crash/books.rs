//! What the two sides have: the ledger's tables, and everything the sandbox knows.

use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::cli::World;

/// A link as its row has it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) state: String,
    pub(super) session: Option<String>,
}

/// A request of the outbox.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) reference: String,
    pub(super) kind: String,
    pub(super) needs_decision: bool,
    /// Its order was kept as sent.
    pub(super) sent: bool,
}

/// The ledger's file, opened by somebody who has nothing to do with the program.
pub(super) fn ledger(data: &Path) -> Option<Connection> {
    let file = data.join("paylink.db");
    let ledger = file.exists().then(|| Connection::open(file).unwrap())?;
    ledger.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let made: i64 = ledger.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    (made > 0).then_some(ledger)
}

/// What is wrong with the file itself.
pub(super) fn damage(data: &Path) -> Vec<String> {
    let Some(ledger) = ledger(data) else { return Vec::new() };
    let mut wrong: Vec<String> = Vec::new();
    let mut check = ledger.prepare("PRAGMA integrity_check").unwrap();
    let told = check.query_map([], |row| row.get::<_, String>(0)).unwrap();
    wrong.extend(told.map(Result::unwrap).filter(|line| line != "ok"));
    let mut check = ledger.prepare("PRAGMA foreign_key_check").unwrap();
    let told = check.query_map([], |row| row.get::<_, String>(0)).unwrap();
    wrong.extend(told.map(|table| format!("{} points nowhere", table.unwrap())));
    wrong
}

pub(super) fn rows(data: &Path) -> Vec<Row> {
    let Some(ledger) = ledger(data) else { return Vec::new() };
    let mut links =
        ledger.prepare("SELECT id, reference, state, session_id FROM links ORDER BY seq").unwrap();
    let all = links
        .query_map([], |row| {
            Ok(Row { id: row.get(0)?, reference: row.get(1)?, state: row.get(2)?, session: row.get(3)? })
        })
        .unwrap();
    all.map(Result::unwrap).collect()
}

pub(super) fn row(data: &Path, reference: &str) -> Option<Row> {
    rows(data).into_iter().find(|row| row.reference == reference)
}

pub(super) fn entries(data: &Path) -> Vec<Entry> {
    let Some(ledger) = ledger(data) else { return Vec::new() };
    let mut entries = ledger
        .prepare(
            "SELECT l.reference, o.kind, o.needs_decision, o.what FROM outbox AS o JOIN links AS l ON l.seq = o.link
             ORDER BY o.nr",
        )
        .unwrap();
    let all = entries
        .query_map([], |row| {
            let what: Option<String> = row.get(3)?;
            Ok(Entry {
                reference: row.get(0)?,
                kind: row.get(1)?,
                needs_decision: row.get(2)?,
                sent: what.is_some_and(|what| what.contains("\"sent\"")),
            })
        })
        .unwrap();
    all.map(Result::unwrap).collect()
}

/// The state of a link, cheaply: asked again and again while a process runs.
pub(super) fn state(ledger: &Connection, reference: &str) -> Option<(String, bool)> {
    ledger
        .query_row(
            "SELECT state, session_id IS NOT NULL FROM links WHERE reference = ?1",
            [reference],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .unwrap()
}

/// Two minutes go by for what waits: nothing is on the wire any more, and everything is due. For a till where
/// no process lives.
pub(super) fn two_minutes_later(data: &Path) {
    let Some(ledger) = ledger(data) else { return };
    let micros = 120_000_000_i64;
    ledger.execute("UPDATE outbox SET next_at = next_at - ?1, since = since - ?1", [micros]).unwrap();
    let mut orders = ledger.prepare("SELECT nr, what FROM outbox WHERE what IS NOT NULL").unwrap();
    let orders: Vec<(i64, String)> =
        orders.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    for (nr, what) in orders {
        let mut what: Value = serde_json::from_str(&what).unwrap();
        if let Some(at) = what["sent"]["at"].as_str() {
            let at: jiff::Timestamp = at.parse().unwrap();
            what["sent"]["at"] = (at - jiff::SignedDuration::from_secs(120)).to_string().into();
            ledger.execute("UPDATE outbox SET what = ?2 WHERE nr = ?1", (nr, what.to_string())).unwrap();
        }
    }
}

/// Everything that the sandbox has.
pub(super) struct Sandbox {
    pub(super) sessions: Vec<Value>,
    pub(super) transactions: Vec<Value>,
    pub(super) messages: Vec<Value>,
}

impl Sandbox {
    pub(super) fn read(world: &World) -> Self {
        let account = world.account();
        let basic = base64::engine::general_purpose::STANDARD.encode(format!(
            "{}:{}",
            world.client(),
            world.secret()
        ));
        let ask = json!({
            "grant_type": "client_credentials",
            "audience": format!("https://api.dintero.com/v1/accounts/{account}"),
        });
        let request = Request::post(format!("/v1/accounts/{account}/auth/token"))
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/json")
            .body(Body::from(ask.to_string()));
        let token = world.ask(request.unwrap())["access_token"].as_str().unwrap().to_owned();
        let all = |path: &str| {
            let mut all: Vec<Value> = Vec::new();
            loop {
                let after =
                    all.last().map(|last| format!("&starting_after={}", last["id"].as_str().unwrap()));
                let request = Request::get(format!("{path}?limit=100{}", after.unwrap_or_default()))
                    .header("authorization", format!("Bearer {token}"))
                    .body(Body::empty());
                let page = world.ask(request.unwrap());
                let page = page.as_array().unwrap();
                all.extend(page.iter().cloned());
                if page.len() < 100 {
                    return all;
                }
            }
        };
        Self {
            sessions: all("/v1/sessions"),
            transactions: all("/v1/transactions"),
            messages: world.control("GET", "/sandbox/messages", Value::Null).as_array().unwrap().clone(),
        }
    }

    /// The sessions of a link, by the id that they carry.
    pub(super) fn sessions_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Value> {
        self.sessions.iter().filter(move |s| s["metadata"]["ext_paylink_id"] == id)
    }

    /// The amounts that were moved in a session's payment.
    pub(super) fn moved(&self, session: &str, event: &str) -> Vec<i64> {
        let found = self.transactions.iter().find(|t| t["session_id"] == session);
        let events = found.and_then(|t| t["events"].as_array()).into_iter().flatten();
        let ours = events.filter(|e| e["event"] == event && e["success"] == true);
        ours.map(|e| e["amount"].as_i64().unwrap()).collect()
    }
}
