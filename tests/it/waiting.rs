//! What waits to be done with a link, sent or dropped with a key of the real app. A command asked for it, and could not send it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use paylink::domain::link::Link;
use paylink::ledger::SqliteLedger;
use paylink::ports::Ledger;
use serde_json::json;

use crate::cli::money::{authorized, requests, waiting};
use crate::cli::{Going, World, nobody};
use crate::ledger_processes::sample;
use crate::support::pty::Term;
use crate::weather::app;

/// The sandbox answers every question about a payment with "later": so late that nobody here tries again by itself.
fn asks_to_wait(world: &World) {
    world.fault(json!({
        "method": "GET", "path": "/v1/transactions/*", "kind": "status", "status": 429,
        "retry_after": 3600, "times": -1,
    }));
}

/// The app on the screen of the only link, whose row tells that something waits.
fn on_the_link(world: &World, row: &str) -> Term {
    // Wide enough that what is told begins on one line.
    let mut term = app(world).size(200, 60).start();
    term.sees(row);
    term.press("enter");
    term.sees("x drop");
    term
}

fn state(world: &World, reference: &str) -> String {
    let shown = world.run(&["show", reference, "--json"]).is(0).json();
    shown["state"].as_str().unwrap().to_owned()
}

/// A key that is held down is one word: it counts again after a while.
fn insists_anew(term: &mut Term) {
    std::thread::sleep(Duration::from_millis(3100));
    term.press("s");
}

#[test]
fn a_capture_and_a_refund_that_wait_are_sent_with_a_key() {
    let world = World::new();
    authorized(&world, "A-1");
    asks_to_wait(&world);
    world.run(&["capture", "A-1", "--json"]).is(5);
    let mut term = on_the_link(&world, "to be captured");
    term.sees("Capturing the money waits");
    term.sees("s send now");
    // As long as the payment service says later, it stays in the outbox, and the seller hears why.
    term.press("s");
    term.sees("the money is not withdrawn yet");
    assert_eq!((waiting(&world).len(), requests(&world, "capture")), (1, 0));
    world.clear_faults();
    insists_anew(&mut term);
    term.sees("A-1: the money is captured.");
    term.no_longer_sees("Capturing the money waits");
    term.no_longer_sees("x drop");
    assert_eq!((waiting(&world).len(), requests(&world, "capture")), (0, 1));

    asks_to_wait(&world);
    world.run(&["refund", "A-1", "--amount", "20", "--json"]).is(5);
    // The app hears of what another program has asked for.
    term.sees("Giving the money back waits");
    world.clear_faults();
    insists_anew(&mut term);
    term.sees("A-1: the money is given back.");
    assert_eq!((requests(&world, "refund"), state(&world, "A-1")), (1, "partially_refunded".into()));
    term.press("ctrl-q");
    term.ends().restored().with_status(0);
}

#[test]
fn what_waits_without_a_connection_is_dropped_with_a_key_and_nothing_moves() {
    let world = World::new();
    authorized(&world, "A-1");
    world.run(&["capture", "A-1"]).is(0);
    world.write_config(&nobody(), "");
    world.run(&["refund", "A-1", "--amount", "20", "--json"]).is(5);
    let mut term = on_the_link(&world, "to be refunded");
    term.sees("Giving the money back waits");
    term.press("x");
    term.sees("Drop the refund of NOK 20.00 for A-1?");
    term.sees("It has not been sent. No money is moved by it.");
    term.press("n");
    term.no_longer_sees("It has not been sent");
    assert_eq!(waiting(&world).len(), 1, "no is no");
    term.press("x y");
    term.sees("this order was dropped from the outbox");
    term.no_longer_sees("Giving the money back waits");
    assert_eq!(waiting(&world).len(), 0);
    term.press("ctrl-q");
    term.ends().restored().with_status(0);
    // With a connection nothing is left to be sent, and the command line tells the same.
    world.write_config(world.url(), "");
    assert_eq!(state(&world, "A-1"), "captured");
    world.run(&["outbox", "drop", "A-1", "--json"]).is(3);
    assert_eq!(requests(&world, "refund"), 0);
}

/// The refund was carried out, and its answer lost: it is looked up, and what was done is not dropped.
#[test]
fn what_may_have_been_carried_out_is_looked_up_before_it_is_dropped() {
    let world = World::new();
    authorized(&world, "A-1");
    world.run(&["capture", "A-1"]).is(0);
    world.fault(json!({ "method": "POST", "path": "/v1/transactions/*", "kind": "late", "ms": 4000 }));
    let refund = Going::start(&mut world.command(&["refund", "A-1", "--amount", "20", "--json"]));
    let end = Instant::now() + Duration::from_secs(20);
    while requests(&world, "refund") == 0 {
        assert!(Instant::now() < end, "it goes out");
        std::thread::sleep(Duration::from_millis(20));
    }
    // From now on nobody can tell what came of it.
    asks_to_wait(&world);
    refund.end().is(7);
    assert_eq!(waiting(&world)[0]["state"], "uncertain");
    let mut term = on_the_link(&world, "perhaps refunded");
    term.press("x");
    term.sees("It may have been carried out.");
    // Without an answer it stays.
    term.press("y");
    term.sees("the money may or may not have been given back");
    assert_eq!(waiting(&world).len(), 1);
    world.clear_faults();
    // Until it is done, late as it is.
    std::thread::sleep(Duration::from_millis(4000));
    term.press("x y");
    term.sees("this order can't be dropped any more");
    assert_eq!((waiting(&world).len(), requests(&world, "refund")), (0, 1));
    assert_eq!(state(&world, "A-1"), "partially_refunded");
    term.press("ctrl-q");
    term.ends().restored().with_status(0);
}

/// The link can be cancelled, and that waits: the key is about what waits, and the customer can pay on.
#[test]
fn a_cancellation_that_waits_is_dropped_and_the_link_stays() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    world.write_config(&nobody(), "");
    world.run(&["cancel", "A-1", "--json"]).is(5);
    let mut term = on_the_link(&world, "to be cancelled");
    term.sees("Cancelling waits");
    term.press("x");
    term.sees("Drop the cancellation of A-1?");
    term.sees("The customer can still pay with this");
    term.press("y");
    term.sees("the cancellation was dropped from the outbox");
    term.sees("x cancel");
    term.press("ctrl-q");
    term.ends().restored().with_status(0);
    world.write_config(world.url(), "");
    world.pay(&link, "authorized");
    assert_eq!(state(&world, "A-1"), "captured");
}

/// A refund is often of a sale that more than a page of newer ones have come after.
#[test]
fn an_old_link_that_something_waits_for_is_found_at_the_end_of_the_dashboard() {
    let world = World::new();
    authorized(&world, "A-1");
    world.run(&["capture", "A-1"]).is(0);
    let ledger = SqliteLedger::open(&world.data).unwrap();
    for n in 1..=100 {
        let account_id = world.account().to_owned();
        let created_at = Timestamp::now();
        ledger.insert(&Link { account_id, created_at, ..sample(n) }, false).unwrap();
    }
    drop(ledger);
    world.write_config(&nobody(), "");
    world.run(&["refund", "A-1", "--json"]).is(5);
    let mut term = app(&world).start();
    term.sees("R-100");
    // The page is read after the first frame.
    let end = Instant::now() + Duration::from_secs(20);
    while !term.text().contains("to be refunded") {
        assert!(Instant::now() < end, "{}", term.text());
        term.press("G");
        term.written_within(Duration::from_millis(100));
    }
    term.sees("to be refunded");
    term.press("enter");
    term.sees("Giving the money back waits");
    term.press("ctrl-q");
    term.ends().restored().with_status(0);
}
