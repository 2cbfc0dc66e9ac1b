//! Capture, void and refund: done once, whatever happens on the way.

use serde_json::{Value, json};

use super::{Going, World, nobody};

/// An authorized link under `reference`.
pub(crate) fn authorized(world: &World, reference: &str) {
    let link = world.link(&["--reference", reference, "--no-auto-capture"]);
    world.pay(&link, "authorized");
    let shown = world.run(&["show", reference, "--json"]).is(0).json();
    assert_eq!(shown["state"], "authorized");
}

/// How many requests of this kind reached the backend.
pub(crate) fn requests(world: &World, action: &str) -> usize {
    let log = world.control("GET", "/sandbox/log", Value::Null);
    let ends = |r: &&Value| r["path"].as_str().unwrap().ends_with(&format!("/{action}"));
    log.as_array().unwrap().iter().filter(ends).count()
}

pub(crate) fn waiting(world: &World) -> Vec<Value> {
    world.run(&["outbox", "--json"]).is(0).lines()
}

#[test]
fn reserved_money_is_withdrawn_and_given_back() {
    let world = World::new();
    authorized(&world, "A-1");
    let captured = world.run(&["capture", "A-1", "--json"]).is(0).json();
    assert_eq!(captured["state"], "captured");
    let again = world.run(&["capture", "A-1", "--json"]).is(3);
    assert_eq!(again.error()["code"], "not_possible");
    let part = world.run(&["refund", "A-1", "--amount", "20,50", "--reason", "cold", "--json"]).is(0).json();
    assert_eq!(part["state"], "partially_refunded");
    let too_much = world.run(&["refund", "A-1", "--amount", "69,51", "--json"]).is(3);
    assert_eq!(too_much.error()["code"], "not_possible");
    assert_eq!(world.run(&["refund", "A-1", "--json"]).is(0).json()["state"], "refunded");
    assert_eq!((requests(&world, "capture"), requests(&world, "refund")), (1, 2));
    authorized(&world, "A-2");
    assert_eq!(world.run(&["void", "A-2", "--json"]).is(0).json()["state"], "voided");
    assert_eq!(waiting(&world), Vec::<Value>::new());
}

#[test]
fn wrong_input_moves_nothing() {
    let world = World::new();
    authorized(&world, "A-1");
    for words in [
        &["capture", "A-1", "--amount", "1.249"][..],
        &["capture", "A-1", "--amount", "0"],
        &["refund", "A-1", "--amount", "x"],
        &["capture", "NOBODY"],
    ] {
        world.run(words).is(3);
    }
    world.run(&["refund", "A-1"]).is(3);
    world.link(&["--reference", "OPEN"]);
    assert_eq!(world.run(&["capture", "OPEN", "--json"]).is(3).error()["code"], "not_possible");
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (0, 0));
}

#[test]
fn without_coverage_it_waits_and_is_done_once() {
    let world = World::new();
    authorized(&world, "A-1");
    world.write_config(&nobody(), "");
    let down = world.run(&["capture", "A-1", "--amount", "40", "--json"]).is(5);
    assert_eq!(down.error()["code"], "unreachable");
    assert_eq!(down.json()["state"], "authorized");
    let entries = waiting(&world);
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0]["kind"], &entries[0]["amount"]["minor"]), (&json!("capture"), &json!(4000)));
    // Another amount is no second try of the same.
    assert_eq!(
        world.run(&["capture", "A-1", "--amount", "50", "--json"]).is(3).error()["code"],
        "another_waits"
    );
    world.write_config(world.url(), "");
    // Any command sends what is due, in the order it was asked for.
    let sent = world.run(&["outbox", "send", "A-1", "--json"]).is(0).json();
    assert_eq!(sent["state"], "partially_captured");
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (1, 0));
}

/// The command that was told to wait is repeated once there is coverage: that is no second order. After it was told
/// to be done, it is.
#[test]
fn what_waited_and_is_asked_for_again_is_done_once() {
    for (kind, amount) in [("capture", None), ("capture", Some("7")), ("refund", Some("5")), ("void", None)] {
        let world = World::new();
        authorized(&world, "A-1");
        if kind == "refund" {
            world.run(&["capture", "A-1"]).is(0);
        }
        let words: Vec<&str> =
            [kind, "A-1", "--json"].into_iter().chain(amount.iter().flat_map(|a| ["--amount", *a])).collect();
        world.write_config(&nobody(), "");
        world.run(&words).is(5);
        world.write_config(world.url(), "");
        world.run(&words).is(0);
        assert_eq!((requests(&world, kind), waiting(&world).len()), (1, 0), "{words:?}");
        let again = world.run(&words);
        let (status, sent) = if amount.is_some() { (0, 2) } else { (3, 1) };
        assert_eq!((again.status, requests(&world, kind)), (status, sent), "{words:?} {}", again.err);
    }
}

#[test]
fn two_at_once_are_both_told_that_it_is_done() {
    let world = World::new();
    authorized(&world, "A-1");
    world.fault(
        json!({"path": "/v1/transactions/*", "method": "POST", "kind": "delay", "ms": 1500, "times": 1}),
    );
    let first = Going::start(&mut world.command(&["capture", "A-1", "--json"]));
    let second = Going::start(&mut world.command(&["capture", "A-1", "--json"]));
    for ran in [first.end(), second.end()] {
        assert_eq!(ran.is(0).json()["state"], "captured");
    }
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (1, 0));
}

#[test]
fn what_waits_can_be_dropped() {
    let world = World::new();
    authorized(&world, "A-1");
    world.write_config(&nobody(), "");
    world.run(&["void", "A-1"]).is(5);
    world.run(&["outbox", "drop", "A-1"]).is(0);
    assert_eq!(waiting(&world), Vec::<Value>::new());
    world.write_config(world.url(), "");
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "authorized");
    assert_eq!(requests(&world, "void"), 0);
}

/// A state that is old proves nothing: the customer may have paid since.
#[test]
fn whether_there_is_money_is_not_guessed_while_the_backend_cannot_be_read() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1", "--no-auto-capture"]);
    world.pay(&link, "authorized");
    world.write_config(&nobody(), "");
    for words in [["capture", "A-1", "--json"], ["void", "A-1", "--json"], ["refund", "A-1", "--json"]] {
        let down = world.run(&words).is(5);
        assert_eq!(down.error()["code"], "not_up_to_date", "{}", down.err);
    }
    world.write_config(world.url(), "");
    world.fault(json!({"path": "/v1/*", "method": "GET", "kind": "status", "status": 500}));
    let ran = world.run(&["capture", "A-1", "--json"]).is(5);
    assert!(ran.error()["message"].as_str().unwrap().contains("nothing waits"), "{}", ran.err);
    world.clear_faults();
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (0, 0));
    // Read again, the same is carried out.
    assert_eq!(world.run(&["capture", "A-1", "--json"]).is(0).json()["state"], "captured");
    // An end that is one stays one, whether or not the backend can be asked.
    world.link(&["--reference", "A-2"]);
    world.run(&["cancel", "A-2"]).is(0);
    world.write_config(&nobody(), "");
    assert_eq!(world.run(&["capture", "A-2", "--json"]).is(3).error()["code"], "not_possible");
}

/// Not signed in, or not allowed: 4 in each case. Where it isn't known whether there is money, nothing waits, and that is
/// said; where it is known, the order waits and goes out once that is put right.
#[test]
fn who_may_not_read_the_payment_is_told_whether_anything_waits() {
    for (http, code) in [(401, "not_signed_in"), (403, "forbidden")] {
        let world = World::new();
        let link = world.link(&["--reference", "A-1", "--no-auto-capture"]);
        world.pay(&link, "authorized");
        let no = json!({"path": "/v1/*", "method": "GET", "kind": "status", "status": http, "times": -1});
        world.fault(no.clone());
        for kind in ["capture", "void", "refund"] {
            let told = world.run(&[kind, "A-1", "--json"]).is(4).error();
            assert_eq!(told["code"], code, "{kind} {told}");
            assert!(told["message"].as_str().unwrap().contains("nothing waits to be sent"), "{told}");
            assert!(!told["hint"].as_str().unwrap().contains("outbox"), "{told}");
            assert_eq!((requests(&world, kind), waiting(&world).len()), (0, 0));
        }
        world.clear_faults();
        authorized(&world, "A-2");
        world.fault(no);
        let told = world.run(&["capture", "A-2", "--json"]).is(4).error();
        let waits = waiting(&world).len();
        // What a 403 says is for good.
        assert_eq!(
            (told["code"].as_str(), waits),
            if http == 401 { (Some("not_allowed"), 1) } else { (Some("forbidden"), 0) }
        );
        assert_eq!(told["hint"].as_str().unwrap().contains("outbox"), waits == 1, "{told}");
        world.clear_faults();
        world.run(&["outbox", "send", "A-2"]).is(0);
        assert_eq!(requests(&world, "capture"), waits);
    }
}

#[test]
fn all_that_waits_for_a_link_is_dropped_and_named() {
    let world = World::new();
    authorized(&world, "A-1");
    world.write_config(&nobody(), "");
    world.run(&["capture", "A-1", "--amount", "40"]).is(5);
    world.run(&["refund", "A-1", "--amount", "10"]).is(5);
    world.run(&["void", "A-1"]).is(5);
    let dropped = world.run(&["outbox", "drop", "A-1", "--json"]).is(0);
    assert_eq!(dropped.json()["state"], "authorized");
    assert_eq!(dropped.notes(), ["dropped", "dropped", "dropped"], "{}", dropped.err);
    assert_eq!(waiting(&world), Vec::<Value>::new());
    world.write_config(world.url(), "");
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "authorized");
    let sent = ["capture", "refund", "void"].map(|kind| requests(&world, kind));
    assert_eq!(sent, [0, 0, 0]);
}

#[test]
fn an_order_that_contradicts_one_that_waits_is_not_taken() {
    for (first, then) in [("capture", "void"), ("void", "capture")] {
        let world = World::new();
        authorized(&world, "A-1");
        world.write_config(&nobody(), "");
        world.run(&[first, "A-1"]).is(5);
        let refused = world.run(&[then, "A-1", "--json"]).is(3);
        assert_eq!(refused.error()["code"], "another_waits", "{}", refused.err);
        // The same once more is no contradiction.
        world.run(&[first, "A-1"]).is(5);
        assert_eq!(waiting(&world).len(), 1);
    }
    // What is left after a part was withdrawn may be released.
    let world = World::new();
    authorized(&world, "A-1");
    world.write_config(&nobody(), "");
    world.run(&["capture", "A-1", "--amount", "40"]).is(5);
    world.run(&["void", "A-1"]).is(5);
    assert_eq!(waiting(&world).len(), 2);
}

/// Also not by two commands in the same moment.
#[test]
fn of_two_commands_at_once_that_contradict_each_other_one_is_taken() {
    let world = World::new();
    for n in 0..4 {
        authorized(&world, &format!("A-{n}"));
    }
    world.write_config(&nobody(), "");
    for n in 0..4 {
        let reference = format!("A-{n}");
        let both =
            ["capture", "void"].map(|kind| Going::start(&mut world.command(&[kind, &reference, "--json"])));
        let mut statuses = both.map(|going| going.end().status);
        statuses.sort_unstable();
        assert_eq!((statuses, waiting(&world).len()), ([3, 5], n + 1));
    }
}

#[test]
fn what_turns_out_to_be_carried_out_is_not_dropped() {
    let world = World::new();
    authorized(&world, "A-1");
    world.fault(json!({"path": "/v1/transactions/*", "method": "POST", "kind": "drop_after", "times": 1}));
    world.fault(
        json!({"path": "/v1/transactions/*", "method": "GET", "kind": "delay", "ms": 2000, "times": -1}),
    );
    let capturing = Going::start(&mut world.command(&["capture", "A-1"]));
    while requests(&world, "capture") == 0 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    capturing.kill();
    world.clear_faults();
    let told = world.run(&["outbox", "drop", "A-1", "--json"]).is(3);
    assert_eq!(told.error()["code"], "carried_out");
    assert_eq!((requests(&world, "capture"), waiting(&world)), (1, vec![]));
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "captured");
}

#[test]
fn a_lost_answer_is_looked_up() {
    for fault in [
        json!({"kind": "drop_after"}),
        json!({"kind": "garbage"}),
        json!({"kind": "status", "status": 500, "carry_out": true}),
        json!({"kind": "accepted", "ms": 1500}),
        json!({"kind": "delay", "ms": 1500}),
    ] {
        let world = World::new();
        authorized(&world, "A-1");
        let mut fault = fault;
        fault["path"] = json!("/v1/transactions/*");
        fault["method"] = json!("POST");
        fault["times"] = json!(1);
        world.fault(fault.clone());
        let captured = world.run(&["capture", "A-1", "--json"]);
        assert_eq!((captured.status, captured.json()["state"].as_str()), (0, Some("captured")), "{fault}");
        assert_eq!(requests(&world, "capture"), 1, "{fault}");
        assert_eq!(waiting(&world), Vec::<Value>::new(), "{fault}");
    }
}

/// What the backend has accepted is told as in progress, with what happens next, and never as tried so often.
#[test]
fn what_is_in_progress_is_told_as_that() {
    let world = World::new();
    authorized(&world, "A-1");
    world.fault(
        json!({"path": "/v1/transactions/*", "method": "POST", "kind": "accepted", "ms": 600_000, "times": 1}),
    );
    let going = Going::start(&mut world.command(&["capture", "A-1"]));
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let entry = loop {
        let entry = waiting(&world).pop();
        if let Some(entry) = entry.filter(|e| e["state"] == "in_progress") {
            break entry;
        }
        assert!(std::time::Instant::now() < until, "it is never in progress");
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    going.kill();
    assert!(entry["in_progress_since"].as_str().unwrap().ends_with('Z'), "{entry}");
    for (lang, words, next, tried) in [
        ("en", "in progress at the payment service since ", "never sent twice", "tried"),
        ("nb", "under arbeid hos betalingstjenesten siden ", "sendes aldri to ganger", "forsøkt"),
    ] {
        for command in [&["outbox"][..], &["show", "A-1", "--offline"]] {
            let told = world.run(&[command, &["--lang", lang]].concat()).is(0).out;
            let line = told.lines().find(|l| l.contains(words)).unwrap_or_else(|| panic!("{told}"));
            assert!(line.contains(next) && !line.contains(tried), "{told}");
        }
    }
    let listed = world.run(&["list", "--offline"]).is(0).out;
    assert!(listed.contains("being captured"), "{listed}");
    // Ten minutes later it has ended there: the next command closes it, and the story has it.
    world.control("POST", "/sandbox/clock", json!({"advance_seconds": 601}));
    let shown = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!(shown["state"], "captured");
    assert!(shown["events"].as_array().unwrap().iter().any(|e| e["name"] == "captured"), "{shown}");
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (1, 0));
    assert!(!world.run(&["show", "A-1"]).is(0).out.contains("in progress"));
}

#[test]
fn what_certainly_did_nothing_is_tried_again_by_itself() {
    let world = World::new();
    authorized(&world, "A-1");
    world.fault(json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 429, "retry_after": 1, "times": 1
    }));
    assert_eq!(world.run(&["void", "A-1", "--json"]).is(0).json()["state"], "voided");
    assert_eq!(requests(&world, "void"), 2);
}

#[test]
fn a_no_is_told_once() {
    let world = World::new();
    authorized(&world, "A-1");
    world.fault(
        json!({"path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 400, "times": 1}),
    );
    assert_eq!(world.run(&["capture", "A-1", "--json"]).is(6).error()["code"], "refused");
    assert_eq!((requests(&world, "capture"), waiting(&world).len()), (1, 0));
}

/// What waited and is refused then is told by the command that found out and by all that follow, until a person
/// has dealt with it.
#[test]
fn a_no_to_what_waited_is_an_alarm() {
    let world = World::new();
    for kind in ["capture", "void", "refund"] {
        authorized(&world, kind);
        if kind == "refund" {
            world.run(&["capture", kind]).is(0);
        }
        world.write_config(&nobody(), "");
        world.run(&[kind, kind]).is(5);
        world.write_config(world.url(), "");
        world.fault(json!({"path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 403, "times": 1}));
        let word = format!("{kind}_refused");
        for command in ["list", "show", "list"] {
            let words = if command == "list" { vec!["list", "--json"] } else { vec!["show", kind, "--json"] };
            let shown = world.run(&words).is(0).lines();
            let link = shown.iter().find(|l| l["reference"] == kind).unwrap();
            assert_eq!(link["alarms"], json!([word]), "{command}");
            let told =
                link["events"].as_array().unwrap().iter().filter(|e| e["name"] == word.as_str()).count();
            assert_eq!(told, 1, "{command}");
        }
        assert!(world.run(&["doctor"]).out.contains(kind), "{kind}");
        assert_eq!((requests(&world, kind), waiting(&world).len()), (1, 0));
        world.run(&["settle", kind]).is(0);
        assert_eq!(world.run(&["show", kind, "--json"]).is(0).json()["alarms"], json!([]));
        // It can be asked for again.
        world.run(&[kind, kind]).is(0);
    }
}

/// The backend has tried it and failed: that is a no, though the answer was 200 or 202.
#[test]
fn what_failed_is_not_done() {
    for (fault, kind) in [
        (json!({"kind": "fails"}), "capture"),
        (json!({"kind": "fails"}), "void"),
        (json!({"kind": "fails"}), "refund"),
        (json!({"kind": "fails", "ms": 1500}), "capture"),
        (json!({"kind": "fails", "ms": 1500}), "void"),
        (json!({"kind": "fails", "ms": 1500}), "refund"),
    ] {
        let world = World::new();
        authorized(&world, "A-1");
        let (before, after) = match kind {
            "refund" => {
                world.run(&["capture", "A-1"]).is(0);
                ("captured", "refunded")
            }
            "void" => ("authorized", "voided"),
            _ => ("authorized", "captured"),
        };
        let told = format!("{kind} {fault}");
        let mut fault = fault;
        fault["path"] = json!("/v1/transactions/*");
        fault["method"] = json!("POST");
        fault["times"] = json!(1);
        world.fault(fault);
        let failed = world.run(&[kind, "A-1", "--json"]);
        let shown = world.run(&["show", "A-1", "--offline", "--json"]).is(0).json();
        assert_eq!((failed.status, shown["state"].as_str()), (6, Some(before)), "{told}");
        assert_eq!(failed.error()["code"], "refused", "{told}");
        assert!(failed.err.contains("a failure that was asked for"), "{told}: {}", failed.err);
        assert_eq!((requests(&world, kind), waiting(&world).len()), (1, 0), "{told}");
        // It's told in the link's story, and can be asked for again.
        let done = world.run(&[kind, "A-1", "--json"]).is(0).json();
        assert_eq!((done["state"].as_str(), requests(&world, kind)), (Some(after), 2), "{told}");
    }
}

/// The answer to a refund is lost after an earlier one had failed: that failure is not its end.
#[test]
fn an_old_failure_is_not_the_end_of_a_new_request() {
    let world = World::new();
    authorized(&world, "A-1");
    world.run(&["capture", "A-1"]).is(0);
    let fault = |fault: Value| {
        let mut fault = fault;
        fault["path"] = json!("/v1/transactions/*");
        fault["method"] = json!("POST");
        fault["times"] = json!(1);
        world.fault(fault);
    };
    let refund = ["refund", "A-1", "--amount", "20", "--json"];
    fault(json!({"kind": "fails"}));
    world.run(&refund).is(6);
    fault(json!({"kind": "accepted", "ms": 3000}));
    let done = world.run(&refund).is(0).json();
    assert_eq!(done["state"], "partially_refunded");
    assert_eq!((requests(&world, "refund"), waiting(&world).len()), (2, 0));
}

#[test]
fn what_is_late_asks_before_it_goes_out() {
    let world = World::new();
    for (reference, hours, question) in [("LATE", 30, "expired"), ("OLD", 20, "old")] {
        let new = ["new", "--item", "Vaffel;1;45", "--reference", reference, "--offline", "--expires", "1d"];
        world.run(&new).is(5);
        // As if it had waited so long.
        let ledger = rusqlite::Connection::open(world.data.join("paylink.db")).unwrap();
        let moved = "UPDATE links SET created_at = created_at - ?1, expires_at = expires_at - ?1
                     WHERE reference = ?2";
        let micros = hours * 3_600_000_000_i64;
        assert_eq!(ledger.execute(moved, (micros, reference)).unwrap(), 1);
        // By the clock alone: what the machine counts it has counted since it was started anew.
        ledger.execute("UPDATE outbox SET made = json_set(made, '$.counted.boot', 'before')", []).unwrap();
        let listed = world.run(&["list", "--json"]).is(0);
        assert!(listed.err.contains("decision"), "{}", listed.err);
        let entry = waiting(&world).pop().unwrap();
        assert_eq!((&entry["needs_decision"], &entry["question"]), (&json!(true), &json!(question)));
        assert_eq!(world.run(&["show", reference, "--json"]).is(0).json()["state"], "queued");
    }
    assert_eq!(world.sessions_asked_for().len(), 0);
    let now = jiff::Timestamp::now().to_string();
    for reference in ["LATE", "OLD"] {
        let sent = world.run(&["outbox", "send", reference, "--json"]).is(0).json();
        assert_eq!(sent["state"], "open");
        assert!(sent["expires_at"].as_str().unwrap() > now.as_str(), "{sent}");
    }
    assert_eq!(world.sessions_asked_for().len(), 2);
}

#[test]
fn more_than_is_left_is_refused_with_what_is_left() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1", "--auto-capture"]);
    world.pay(&link, "authorized");
    world.run(&["refund", "A-1", "--amount", "20"]).is(0);
    for (lang, words) in [
        ("en", "A-1: NOK 80.00 is more than the NOK 70.00 that is kept"),
        ("nb", "A-1: 80,00 kr er mer enn de 70,00 kr som er beholdt"),
    ] {
        let refused = world.run(&["refund", "A-1", "--amount", "80", "--lang", lang]).is(3);
        assert!(refused.err.replace('\u{a0}', " ").contains(words), "{refused:?}");
    }
    assert_eq!(
        world.run(&["refund", "A-1", "--amount", "80", "--json"]).is(3).error()["code"],
        "not_possible"
    );
    let shown = world.run(&["show", "A-1", "--offline"]).is(0).out.replace('\u{a0}', " ");
    assert!(shown.contains("NOK 20.00 went back, NOK 70.00 is kept"), "{shown}");
    let listed = world.run(&["list", "--offline"]).is(0).out.replace('\u{a0}', " ");
    assert!(listed.contains("partly refunded, NOK 20.00"), "{listed}");
    world.run(&["refund", "A-1", "--amount", "70"]).is(0);
    let over = world.run(&["refund", "A-1", "--amount", "1"]).is(3);
    assert!(over.err.contains("refunded"), "{over:?}");
}
