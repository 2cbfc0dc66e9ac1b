//! Lists whose answers are too large to be read, with the real binary: they are asked for in halves, and a link whose
//! own answer is too large holds up no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::program::Home;
use super::server::{Asked, Steps, ok};
use super::stand::ACCOUNT;

const LINKS: usize = 14;
/// Its session is too large.
const SESSION: usize = 3;
/// Its transaction is too large.
const PAYMENT: usize = 8;
/// Twelve rows of this size are no answer that is read, six are.
const ROW: usize = 250 * 1024;
const TOO_LARGE: usize = 3 * 1024 * 1024;

fn padding(large: bool) -> String {
    "x".repeat(if large { TOO_LARGE } else { ROW })
}

fn session(n: usize) -> Value {
    json!({
        "id": format!("{ACCOUNT}.session{n}"), "transaction_id": format!("{ACCOUNT}.tx{n}"),
        "created_at": "2026-11-22T12:00:00Z", "expires_at": "2099-11-22T12:00:00Z",
        "order": {"amount": 4500, "currency": "NOK", "merchant_reference": format!("A-{n}")},
        "configuration": {"padding": padding(n == SESSION)}, "events": [{"id": "1", "name": "VISITED"}],
    })
}

fn transaction(n: usize, status: &str) -> Value {
    json!({
        "id": format!("{ACCOUNT}.tx{n}"), "session_id": format!("{ACCOUNT}.session{n}"), "status": status,
        "amount": 4500, "currency": "NOK", "merchant_reference": format!("A-{n}"),
        "metadata": {"padding": padding(n == PAYMENT)}, "events": [],
    })
}

/// The numbers that end the values of `key` in a query.
fn numbers(query: &str, key: &str, before: &str) -> Vec<usize> {
    let values = query.split('&').filter_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    values.filter_map(|id| id.rsplit_once(before)?.1.parse().ok()).collect()
}

fn shop(refunded: Arc<AtomicBool>) -> impl Fn(&Asked, usize) -> Option<Steps> + Send + Sync {
    move |asked, _| {
        if asked.method != "GET" {
            return None;
        }
        let status = if refunded.load(Ordering::SeqCst) { "REFUNDED" } else { "CAPTURED" };
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let list = |rows: Vec<Value>| Some(ok(&Value::Array(rows)));
        let one = |before: &str| path.rsplit_once(before).and_then(|(_, n)| n.parse::<usize>().ok());
        match path {
            "/v1/sessions" => list(numbers(query, "id", "session").into_iter().map(session).collect()),
            "/v1/transactions" => {
                let asked_for = numbers(query, "session_id", "session");
                list(asked_for.into_iter().map(|n| transaction(n, status)).collect())
            }
            p if p.starts_with("/v1/sessions/") => one("session").map(|n| ok(&session(n))),
            p if p.starts_with("/v1/transactions/") => one("tx").map(|n| ok(&transaction(n, status))),
            _ => None,
        }
    }
}

#[test]
fn what_is_too_large_is_asked_for_in_halves_and_one_alone_is_told_alone() {
    let refunded = Arc::new(AtomicBool::new(false));
    let home = Home::new(shop(refunded.clone()));
    for n in 0..LINKS {
        let reference = format!("A-{n}");
        home.run(&["new", "--json", "--reference", &reference, "--item", "Kaffe;1;45.00"]).is(0);
    }
    for state in ["captured", "refunded"] {
        refunded.store(state == "refunded", Ordering::SeqCst);
        let before = home.backend.lines().len();
        let listed = home.run(&["list", "--json"]).is(0);
        let asked = home.backend.lines().split_off(before);
        for row in listed.out.lines() {
            let link: Value = serde_json::from_str(row).unwrap();
            let want = match link["reference"].as_str().unwrap() {
                // As it was made.
                "A-3" => "open",
                // That somebody pays is told by its session.
                "A-8" => "paying",
                _ => state,
            };
            assert_eq!(link["state"], want, "{row}\n{asked:#?}");
        }
        assert_eq!(listed.out.lines().count(), LINKS);
        assert_eq!(listed.notes(), ["strange_answer"], "{}", listed.err);
        assert!(listed.err.contains("A-3") && listed.err.contains("A-8"), "{}", listed.err);
        assert!(!listed.err.contains("A-4") && listed.err.contains("2 MiB"), "{}", listed.err);
        assert!(asked.len() < 40, "{asked:#?}");
    }
    // Alone it is told, too, and it's no missing connection.
    for reference in ["A-3", "A-8"] {
        let shown = home.run(&["show", reference, "--json"]).is(0);
        assert_eq!(shown.notes(), ["strange_answer"], "{}", shown.err);
    }
    assert_eq!(home.run(&["show", "A-4", "--json"]).is(0).notes(), [""; 0]);
}
