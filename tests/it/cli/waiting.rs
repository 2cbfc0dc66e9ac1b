//! What is said of what waits: when it is tried next, and what may have been carried out.

use std::time::{Duration, Instant};

use serde_json::json;

use super::World;

const SALE: [&str; 5] = ["new", "--item", "a;1;1", "--reference", "A-1"];

#[test]
fn a_link_that_was_put_off_goes_out_at_its_time_and_not_with_the_next_command() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions*", "method": "POST", "kind": "status", "status": 429, "retry_after": 3600, "times": -1}));
    let put_off = world.run(&SALE).is(5);
    assert!(put_off.err.contains("The next try is due at"), "{put_off:?}");
    assert!(!put_off.err.contains("with the next paylink command"), "{put_off:?}");
    let shown = world.run(&["show", "A-1"]).is(0);
    assert!(shown.out.contains("The next try is due at") && shown.out.contains("429"), "{shown:?}");
}

#[test]
fn a_link_that_waits_for_a_connection_goes_out_with_the_next_command() {
    let world = World::new();
    world.run(&[&SALE[..], &["--offline"]].concat()).is(5);
    let shown = world.run(&["show", "A-1", "--offline"]).is(0);
    for words in ["not tried yet", "goes out with the next paylink command"] {
        assert!(shown.out.contains(words), "{words}: {shown:?}");
    }
}

#[test]
fn money_that_may_have_been_moved_is_not_told_as_waiting() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1", "--no-auto-capture"]);
    world.pay(&link, "authorized");
    world.run(&["show", "A-1"]).is(0);
    world.fault(json!({"path": "/v1/transactions/*", "method": "POST", "kind": "drop_before", "times": -1}));
    world.run(&["capture", "A-1"]).is(7);
    let shown = world.run(&["show", "A-1", "--offline"]).is(0);
    assert!(shown.out.contains("The money may have been captured"), "{shown:?}");
    assert!(!shown.out.contains("Capturing the money waits"), "{shown:?}");
    let listed = world.run(&["list", "--offline"]).is(0);
    assert!(listed.out.contains("perhaps captured"), "{listed:?}");
    let waits = world.run(&["outbox"]).is(0);
    assert!(waits.out.contains("may have been carried out"), "{waits:?}");
}

/// Whoever has had the answer to what was asked does not wait for another link's, which is left as a crash would leave it.
#[test]
fn what_is_stuck_keeps_no_other_command_waiting() {
    let world = World::new();
    world.run(&[&SALE[..], &["--offline"]].concat()).is(5);
    world.fault(
        json!({"path": "/v1/sessions*", "method": "POST", "kind": "delay", "ms": 120_000, "times": 1}),
    );
    let began = Instant::now();
    world.run(&["new", "--item", "b;1;1", "--reference", "B-1"]).is(0);
    let took = began.elapsed();
    // In doubt it waits to be found out, and that holds up nobody either.
    world.fault(json!({"path": "/*", "kind": "delay", "ms": 120_000, "times": -1}));
    let began = Instant::now();
    let listed = world.run(&["list"]).is(0);
    let listing = began.elapsed();
    assert!(listed.out.contains("A-1") && listed.out.contains("B-1"), "{listed:?}");
    assert!(took.max(listing) < Duration::from_secs(20), "{took:?}, {listing:?}");
}
