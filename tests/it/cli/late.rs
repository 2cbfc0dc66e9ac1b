//! A backend that does what it was asked for only after the line was cut, and lists that lag behind: whatever a seller
//! does with a link that may have been sent, the customer never gets a second one without the seller's word.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Ran, World};

const ITEM: [&str; 7] = ["new", "--json", "--item", "Vaffel;2;45.00", "--reference", "A-1", "--method"];

fn by_sms(world: &World) -> Ran {
    world.run(&[&ITEM[..], &["all", "--sms", "+4741234567"]].concat())
}

fn messages(world: &World) -> Value {
    world.control("GET", "/sandbox/messages", Value::Null)
}

/// The link, once it is known what became of it.
fn found(world: &World) -> Value {
    let end = Instant::now() + Duration::from_secs(40);
    loop {
        let link = world.run(&["show", "A-1", "--json"]).is(0).json();
        if link["state"] != "uncertain" {
            return link;
        }
        assert!(Instant::now() < end, "never found: {link}");
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// One session, one message, and the link is that session.
fn is_the_only_one(world: &World, link: &Value) {
    let messages = messages(world);
    assert_eq!(messages.as_array().unwrap().len(), 1, "{messages}");
    assert_eq!(link["session_id"], messages[0]["session_id"], "{link}");
    assert_eq!(link["state"], "open", "{link}");
    assert_eq!(world.sessions_asked_for().len(), 1);
    let waits = world.run(&["outbox", "--json"]).is(0);
    assert_eq!(waits.out, "", "nothing waits any more");
    // Nor does anything else send it later.
    world.run(&["list", "--json"]).is(0);
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn a_link_that_is_made_after_the_line_was_cut_is_found_and_not_made_twice() {
    for more in [json!({}), json!({ "status": 504 })] {
        let world = World::new();
        let mut late = json!({ "path": "/v1/sessions*", "method": "POST", "kind": "late", "ms": 4500 });
        late.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.fault(late);
        let link = by_sms(&world).is(7).json();
        assert_eq!((&link["state"], &link["session_id"]), (&json!("uncertain"), &Value::Null));
        assert_eq!(messages(&world), json!([]), "not made yet");
        is_the_only_one(&world, &found(&world));
    }
}

#[test]
fn a_link_that_the_list_tells_of_later_is_found_and_not_made_twice() {
    for (ms, status) in [(1200, 0), (5000, 7)] {
        let world = World::new();
        world.fault(json!({ "path": "/v1/sessions*", "method": "POST", "kind": "drop_after" }));
        world.fault(json!({ "path": "/v1/sessions*", "kind": "lag", "ms": ms, "times": -1 }));
        by_sms(&world).is(status);
        is_the_only_one(&world, &found(&world));
    }
}

#[test]
fn late_and_told_of_later_still_it_is_not_made_twice() {
    let world = World::new();
    world.fault(json!({ "path": "/v1/sessions*", "method": "POST", "kind": "late", "ms": 4000 }));
    world.fault(json!({ "path": "/v1/sessions*", "kind": "lag", "ms": 2500, "times": -1 }));
    by_sms(&world).is(7);
    is_the_only_one(&world, &found(&world));
}

/// Nobody has the address of a session whose answer was lost, so a link without a message is made anew: one address is
/// told, and that stays the link's, also when the first session comes into being after it.
#[test]
fn a_late_session_without_a_message_takes_no_links_place() {
    let world = World::new();
    world.fault(json!({ "path": "/v1/sessions*", "method": "POST", "kind": "late", "ms": 1500 }));
    let made = world.run(&[&ITEM[..], &["all", "--link"]].concat()).is(0).json();
    assert_eq!(made["state"], "open");
    std::thread::sleep(Duration::from_secs(2));
    for words in [&["show", "A-1", "--json"][..], &["list", "--json"]] {
        let link = world.run(words).is(0).json();
        assert_eq!((&link["session_id"], &link["url"]), (&made["session_id"], &made["url"]));
    }
    assert_eq!(world.sessions_asked_for().len(), 2, "nothing is made again once one is there");
}

#[test]
fn paid_is_told_where_no_events_are() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1", "--no-auto-capture"]);
    for path in ["/v1/sessions*", "/v1/transactions*"] {
        let merge = json!({ "events": null });
        world.fault(json!({ "path": path, "method": "GET", "kind": "answer", "merge": merge, "times": -1 }));
    }
    let state = || world.run(&["show", "A-1", "--json"]).is(0).json()["state"].clone();
    assert_eq!(state(), "open");
    world.pay(&link, "initiated");
    assert_eq!(state(), "paying");
    world.pay(&link, "authorized");
    assert_eq!(state(), "authorized");
    world.run(&["capture", "A-1"]).is(0);
    assert_eq!(state(), "captured");
    world.clear_faults();
    let merge = json!({ "status": "TELEPORTED" });
    world.fault(json!({ "path": "/v1/transactions*", "kind": "answer", "merge": merge, "times": -1 }));
    assert_eq!(state(), "captured", "a word that nobody knows takes no money away");
}
