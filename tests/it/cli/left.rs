//! What is said of a link that was refused or given up, while the customer may hold something of it.

use serde_json::json;

use super::World;

/// A sale by SMS whose answer was lost, at a backend that can't list: the seller is asked.
fn in_doubt() -> World {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions-profile", "method": "POST", "kind": "drop_after", "times": 1}));
    world.fault(
        json!({"path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1}),
    );
    world.run(&["new", "--json", "--item", "a;1;1", "--reference", "A-1", "--sms=+4791234567"]).is(7);
    world
}

#[test]
fn a_second_try_that_is_refused_tells_of_the_first() {
    let world = in_doubt();
    world.fault(
        json!({"path": "/v1/sessions-profile", "method": "POST", "kind": "status", "status": 400, "times": -1}),
    );
    let refused = world.run(&["outbox", "send", "A-1", "--json"]).is(6).error();
    let hint = refused["hint"].as_str().unwrap();
    assert!(hint.contains("An earlier try may be with the customer"), "{refused}");
    let shown = world.run(&["show", "A-1", "--offline"]).is(0);
    assert!(shown.out.contains("A lost link is looked for"), "{shown:?}");
}

/// Wherever a link that waits for the seller's word is told of, stands what to ask the customer, and how the word is given.
#[test]
fn what_to_ask_the_customer_is_told_wherever_the_link_waits_for_it() {
    let world = in_doubt();
    let question = "Ask the customer: “Have you had a message with a payment link?” If yes, wait; if no, `paylink outbox \
                    send REF`, or `paylink outbox drop REF` gives it up";
    for words in [&["outbox"][..], &["show", "A-1", "--offline"]] {
        let told = world.run(words).is(0);
        assert!(told.out.contains(&format!("  ? {question}\n")), "{told:?}");
    }
    let world = World::new();
    world.run(&["new", "--offline", "--item", "a;1;1", "--reference", "A-1"]).is(5);
    for words in [&["outbox"][..], &["show", "A-1", "--offline"]] {
        let told = world.run(words).is(0);
        assert!(!told.out.contains('?'), "nobody is asked: {told:?}");
    }
}

#[test]
fn what_is_given_up_in_doubt_is_said_to_be_looked_for_and_that_is_not_dropped() {
    for words in [["outbox", "drop", "A-1"].as_slice(), &["cancel", "A-1"]] {
        let world = in_doubt();
        let dropped = world.run(&[words, &["--json"]].concat()).is(0);
        assert_eq!(dropped.json()["state"], "cancelled", "{words:?}");
        assert!(dropped.notes().contains(&"perhaps_made".to_owned()), "{dropped:?}");
        let again = world.run(&["outbox", "drop", "A-1", "--json"]).is(3).error();
        assert_eq!(again["code"], "only_looked_for");
        let shown = world.run(&["show", "A-1", "--offline"]).is(0);
        assert!(shown.out.contains("A lost link is looked for"), "{shown:?}");
    }
}

#[test]
fn what_was_never_sent_is_given_up_without_a_word_about_customers() {
    let world = World::new();
    world.run(&["new", "--offline", "--item", "a;1;1", "--reference", "A-1", "--sms=+4791234567"]).is(5);
    let dropped = world.run(&["outbox", "drop", "A-1", "--json"]).is(0);
    assert_eq!(dropped.notes(), [""; 0]);
    assert_eq!(world.run(&["outbox", "drop", "A-1", "--json"]).is(3).error()["code"], "not_in_outbox");
}
