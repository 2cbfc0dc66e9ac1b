//! A link that is withdrawn while it is being sent, or while nobody knows whether it was.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Going, World};

/// So long something may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

const SALE: [&str; 7] = ["new", "--json", "--item", "a;1;1", "--reference", "A-1", "--sms=+4791234567"];

/// Looks until what is looked for is there.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The kinds of the requests that wait.
fn waiting(world: &World) -> Vec<Value> {
    world.run(&["outbox", "list", "--json"]).is(0).lines().iter().map(|l| l["kind"].clone()).collect()
}

fn state(world: &World) -> Option<Value> {
    world.run(&["list", "--offline", "--json"]).lines().first().map(|link| link["state"].clone())
}

fn sessions_closed(world: &World) -> Vec<bool> {
    let log = world.control("GET", "/sandbox/log", Value::Null);
    let cancels = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["method"] == "POST" && r["path"].as_str().unwrap().ends_with("/cancel"));
    cancels.map(|r| r["status"] == 200).collect()
}

#[test]
fn a_link_that_is_being_sent_is_withdrawn_once_it_is_there() {
    for words in [&["cancel", "A-1", "--json"][..], &["outbox", "drop", "A-1", "--json"]] {
        let world = World::new();
        world.fault(
            json!({"path": "/v1/sessions*", "method": "POST", "kind": "delay", "ms": 5000, "times": 1}),
        );
        let sending = Going::start(&mut world.command(&SALE));
        until("the sale", || state(&world).filter(|state| state == "creating"));
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(world.run(words).is(0).json()["state"], "cancelled", "{words:?}");
        sending.end().is(0);
        assert_eq!((state(&world), waiting(&world)), (Some(json!("cancelled")), vec![]));
        assert_eq!(world.control("GET", "/sandbox/messages", Value::Null).as_array().unwrap().len(), 1);
        assert_eq!(sessions_closed(&world), [true]);
    }
}

#[test]
fn the_word_to_withdraw_holds_though_nobody_knows_whether_it_was_made() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions*", "method": "POST", "kind": "drop_after", "times": 1}));
    world
        .fault(json!({"path": "/v1/sessions*", "method": "GET", "kind": "delay", "ms": 60_000, "times": -1}));
    let sending = Going::start(&mut world.command(&SALE));
    until("the doubt", || state(&world).filter(|state| state == "uncertain"));
    sending.kill();
    let withdrawing = Going::start(&mut world.command(&["cancel", "A-1", "--json"]));
    until("the word", || waiting(&world).contains(&json!("cancel")).then_some(()));
    withdrawing.kill();
    world.clear_faults();
    until("its end", || {
        let shown = world.run(&["show", "A-1", "--json"]).is(0).json();
        (shown["state"] == "cancelled").then_some(())
    });
    assert_eq!(world.sessions_asked_for().iter().filter(|(path, _)| !path.ends_with("/cancel")).count(), 1);
    assert_eq!((waiting(&world), sessions_closed(&world)), (vec![], vec![true]));
}

#[test]
fn who_makes_a_link_is_told_that_it_was_dropped_meanwhile() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions*", "method": "POST", "kind": "status", "status": 429, "retry_after": 4, "times": -1}));
    let sending = Going::start(&mut world.command(&SALE));
    until("the wait", || {
        let waits = world.run(&["outbox", "list", "--json"]).is(0).lines();
        waits.first().filter(|entry| entry["last_error"].is_string()).map(|_| ())
    });
    assert_eq!(world.run(&["outbox", "drop", "A-1", "--json"]).is(0).json()["state"], "cancelled");
    let told = sending.end().is(3);
    assert_eq!((told.error()["code"].clone(), told.out.as_str()), (json!("dropped"), ""));
}

/// The word came before the request had left: it doesn't leave any more, and whoever wanted the link is told.
#[test]
fn who_makes_a_link_that_is_dropped_before_its_request_left_is_told_so() {
    let world = World::new();
    // The request needs the payment profile, which takes its time.
    world.fault(
        json!({"path": "/v1/admin/session/profiles*", "method": "GET", "kind": "delay", "ms": 9000, "times": -1}),
    );
    let sending = Going::start(&mut world.command(&[&SALE[..], &["--method", "vipps"]].concat()));
    until("the sale", || state(&world).filter(|state| state == "creating"));
    let dropping = Going::start(&mut world.command(&["outbox", "drop", "A-1", "--json"]));
    let told = sending.end().is(3);
    assert_eq!((told.error()["code"].clone(), told.out.as_str()), (json!("dropped"), ""));
    assert_eq!(dropping.end().is(0).json()["state"], "cancelled");
    assert_eq!((world.sessions_asked_for().len(), waiting(&world)), (0, vec![]));
}

/// A withdrawal that has gone out and was not answered can be dropped, and may be carried out all the same.
#[test]
fn who_drops_a_withdrawal_that_may_be_out_is_told_that_nobody_knows() {
    for gone_out in [true, false] {
        let world = World::new();
        world.run(&SALE).is(0);
        if gone_out {
            world.fault(
                json!({"path": "/v1/sessions/*", "method": "POST", "kind": "delay", "ms": 60_000, "times": -1}),
            );
        } else {
            world.fault(json!({"path": "/v1/sessions/*", "method": "GET", "kind": "delay", "ms": 60_000, "times": -1}));
        }
        let withdrawing = Going::start(&mut world.command(&["cancel", "A-1", "--json"]));
        let sent = || {
            let ledger = rusqlite::Connection::open(world.data.join(paylink::ledger::FILE_NAME)).unwrap();
            let kept = "SELECT coalesce(what, '') LIKE '%sent%' FROM outbox WHERE kind = 'cancel'";
            ledger.query_row(kept, [], |row| row.get::<_, bool>(0)).ok()
        };
        until("the request", || sent().filter(|sent| *sent == gone_out));
        withdrawing.kill();
        let told = world.run(&["outbox", "drop", "A-1", "--json"]).is(if gone_out { 7 } else { 0 });
        assert_eq!((told.json()["state"].clone(), waiting(&world)), (json!("open"), vec![]));
        if gone_out {
            assert_eq!(told.error()["code"], "outcome_unknown");
            assert!(
                told.error()["message"].as_str().unwrap().contains("may still be carried out"),
                "{told:?}"
            );
        } else {
            assert_eq!(told.err, "");
        }
    }
}
