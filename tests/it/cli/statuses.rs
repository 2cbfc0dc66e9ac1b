//! Every exit status, provoked.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Going, World, bare, finish, nobody};

const ITEM: [&str; 4] = ["new", "--json", "--item", "Vaffel;2;45.00"];

#[test]
fn status_0_done() {
    let world = World::new();
    world.run(&ITEM).is(0);
    world.run(&["list"]).is(0);
}

#[test]
fn status_1_something_is_broken() {
    let world = World::new();
    world.link(&[]);
    let database = std::fs::read_dir(&world.data)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "db"))
        .unwrap();
    rusqlite::Connection::open(database)
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE links")
        .unwrap();
    let broken = world.run(&["list", "--json"]).is(1);
    assert_eq!(broken.error()["code"], "internal");
    // The report file is there, and named.
    let report = std::fs::read_dir(&world.data)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "txt"))
        .unwrap();
    let said = broken.error()["message"].as_str().unwrap().to_owned();
    assert!(said.contains(report.to_str().unwrap()), "{said}");
    assert!(std::fs::read_to_string(report).unwrap().contains("no such table"));
}

#[test]
fn status_2_the_command_line_is_wrong() {
    let world = World::new();
    for words in [
        &["--nonsense"][..],
        &["nonsense"],
        &["new"],
        &["show"],
        &["new", "--item", "a;1;1", "--sms", "+4741234567", "--link"],
        &["new", "--item", "a;1;1", "--wait", "soon"],
        &["qr", "X", "--level", "Z"],
        &["list", "--lang", "klingon"],
        &["config"],
    ] {
        let ran = world.run(&[words, &["--json"]].concat()).is(2);
        ran.error();
    }
    let near = world.run(&["lst"]).is(2);
    assert!(near.err.contains("list"), "{}", near.err);
}

#[test]
fn status_3_wrong_input_names_option_item_and_field_and_nothing_is_sent() {
    let world = World::new();
    let cases: [(&[&str], &str); 21] = [
        (&["--item", "Kaffe;0;30"], "--item 2 (Kaffe;0;30): quantity"),
        (&["--item", "Kaffe;-1;30"], "quantity"),
        (&["--item", "Kaffe;x;30"], "quantity"),
        (&["--item", "Flyer;1,000;2"], "quantity: do you mean 1000 or 1?"),
        (&["--item", "Kaffe;1;0"], "unit price"),
        (&["--item", "Kaffe;1;-5"], "unit price"),
        (&["--item", "Kaffe;1;1.249"], "unit price"),
        (&["--item", "Kaffe;1;9999999999"], "too large"),
        (&["--item", "Kaffe;1;30;101"], "VAT"),
        (&["--item", "Kaffe;1;30;x"], "VAT"),
        (&["--item", ";1;30"], "description"),
        (&["--item", "Kaffe;1"], "three or four fields"),
        (&["--item", "Kaffe;1;30;15;9"], "three or four fields"),
        (&["--sms", "912345678"], "--sms"),
        (&["--sms", "phone"], "--sms"),
        (&["--email", "kari"], "--email"),
        (&["--expires", "soon"], "--expires soon"),
        (&["--expires", "2020-01-01T00:00:00Z"], "--expires"),
        (&["--method", "paypal"], "--method paypal"),
        (&["--address", "Kari;Storgata 1"], "--address"),
        (&["--reference", " "], "--reference"),
    ];
    for (words, part) in cases {
        let ran = world.run(&[&ITEM, words].concat()).is(3);
        let message = ran.error()["message"].as_str().unwrap().to_lowercase();
        assert!(message.contains(&part.to_lowercase()), "{words:?}: {message}");
    }
    assert!(world.sessions_asked_for().is_empty());
    assert_eq!(world.run(&["list", "--json"]).is(0).out, "");
    assert_eq!(world.run(&["outbox", "--json"]).is(0).out, "");
}

#[test]
fn status_3_a_method_that_the_account_does_not_have() {
    let world = World::new();
    let wrong = world.run(&[&ITEM[..], &["--method", "vipps", "--method", "invoice"]].concat()).is(3);
    assert_eq!(wrong.error()["code"], "method");
    assert!(wrong.error()["message"].as_str().unwrap().contains("--method invoice"), "{}", wrong.err);
    assert!(world.sessions_asked_for().is_empty());
    assert_eq!(world.run(&["list", "--json"]).is(0).out, "", "nothing was kept");
}

#[test]
fn status_3_a_used_reference_in_any_case() {
    let world = World::new();
    world.link(&["--reference", "KARI-1"]);
    let again = world.run(&[&ITEM[..], &["--reference", "kari-1"]].concat()).is(3);
    assert_eq!(again.error()["code"], "reference_used");
    assert_eq!(world.sessions_asked_for().len(), 1);
    world.run(&[&ITEM[..], &["--reference", "KARI-1", "--allow-duplicate-reference"]].concat()).is(0);
}

/// The link that has the reference ended while nobody looked: only the backend knows.
#[test]
fn a_reference_is_free_again_when_its_link_has_ended_at_the_backend() {
    let world = World::new();
    let link = world.link(&["--reference", "KARI-1"]);
    world.pay(&link, "declined");
    world.run(&[&ITEM[..], &["--reference", "KARI-1"]].concat()).is(0);
}

#[test]
fn status_3_a_wrong_config_names_file_line_and_key() {
    let world = World::new();
    world.write_config(world.url(), "curency = \"NOK\"");
    for words in [&["list"][..], &["config", "check"], &ITEM, &["doctor"]] {
        let ran = world.run(words).is(3);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("fair.toml, line 7: profiles.fair.curency: "), "{told}");
    }
    let missing = finish(world.command(&["list", "--json"]).env("PAYLINK_CONFIG", "/nowhere.toml")).is(3);
    assert!(missing.error()["message"].as_str().unwrap().contains("/nowhere.toml"));
}

#[test]
fn status_4_not_signed_in() {
    let world = World::new();
    let home = tempfile::tempdir().unwrap();
    let nothing = finish(bare(home.path()).args(ITEM)).is(4);
    assert_eq!(nothing.error()["code"], "not_set_up");
    let without = finish(world.command(&ITEM).env_remove("PAYLINK_CLIENT_SECRET")).is(4);
    assert_eq!(without.error()["code"], "not_signed_in");
    let wrong = finish(world.command(&ITEM).env("PAYLINK_CLIENT_SECRET", "wrong-secret-1")).is(4);
    assert_eq!(wrong.error()["code"], "not_signed_in");
    assert!(!wrong.err.contains("wrong-secret-1"));
    assert_eq!(world.run(&["outbox", "--json"]).is(0).out, "", "nothing was kept");
}

#[test]
fn status_4_the_account_may_not_do_this() {
    let world = World::new();
    for (status, asked) in [(403, 1), (401, 2)] {
        let before = world.sessions_asked_for().len();
        world.fault(json!({"path": "/v1/sessions-profile", "kind": "status", "status": status, "times": 2}));
        let reference = format!("NO-{status}");
        let ran = world.run(&[&ITEM[..], &["--reference", &reference]].concat()).is(4);
        assert_eq!(ran.error()["code"], "forbidden");
        assert_eq!(world.run(&["show", &reference, "--json"]).is(0).json()["state"], "refused");
        // Final: nothing of it goes out again, whatever runs.
        world.run(&["list"]).is(0);
        assert_eq!(world.sessions_asked_for().len() - before, asked, "{status}");
        assert_eq!(world.run(&["outbox", "--json"]).is(0).out, "");
        world.clear_faults();
        // But the sale is not lost: the seller sends the same once more, as was said.
        let hint = ran.error()["hint"].as_str().unwrap().to_owned();
        assert!(hint.contains("then `paylink outbox send REF` sends the same again"), "{hint}");
        let sent = world.run(&["outbox", "send", &reference, "--json"]).is(0).json();
        assert_eq!(sent["state"], "open");
        world.run(&["outbox", "send", &reference]).is(0);
        assert_eq!(world.sessions_asked_for().len() - before, asked + 1, "{status}");
    }
}

#[test]
fn status_5_no_connection_keeps_the_sale_and_sends_it_later() {
    let world = World::new();
    world.write_config(&nobody(), "");
    let queued = world.run(&[&ITEM[..], &["--reference", "DOOR-1"]].concat()).is(5);
    assert_eq!(queued.error()["code"], "unreachable");
    let link = queued.json();
    assert_eq!((&link["state"], &link["url"]), (&json!("queued"), &json!(null)));
    let waiting = world.run(&["outbox", "--json"]).is(0).json();
    assert_eq!((&waiting["reference"], &waiting["kind"]), (&json!("DOOR-1"), &json!("create")));
    // The connection is back.
    world.write_config(world.url(), "");
    let sent = world.run(&["outbox", "send", "DOOR-1", "--json"]).is(0).json();
    assert_eq!(sent["state"], "open");
    assert_eq!(sent["id"], link["id"]);
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn what_is_due_goes_out_with_the_next_command() {
    let world = World::new();
    world.run(&["new", "--item", "a;1;1", "--offline", "--reference", "LATER"]).is(5);
    assert!(world.sessions_asked_for().is_empty());
    let listed = world.run(&["list", "--json"]).is(0).json();
    assert_eq!(listed["state"], "open");
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn offline_commands_print_what_is_known() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    world.visit(&link);
    for words in [&["show", "A-1"][..], &["list"]] {
        let known = world.run(&[words, &["--offline", "--json"]].concat()).is(0);
        assert_eq!(known.json()["state"], "open");
        assert_eq!(known.err, "");
    }
    world.write_config(&nobody(), "");
    let known = world.run(&["show", "A-1", "--json"]).is(0);
    assert_eq!(known.json()["state"], "open");
    assert_eq!(known.err.lines().count(), 1, "says that it is not up to date: {}", known.err);
}

#[test]
fn status_6_refused_with_the_reason_and_sent_once() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions-profile", "kind": "status", "status": 400, "times": -1}));
    let refused = world.run(&[&ITEM[..], &["--reference", "NO-1"]].concat()).is(6);
    assert_eq!(refused.error()["code"], "refused");
    assert_eq!(world.sessions_asked_for().len(), 1);
    let shown = world.run(&["show", "NO-1", "--json"]).is(0).json();
    assert_eq!(shown["state"], "refused");
    assert!(shown["reason"].is_string());
}

/// What came to nothing has no result; what is wrong is told with its reference. What waits or may have been done has
/// one.
#[test]
fn standard_output_has_results_alone() {
    let world = World::new();
    let paid = world.link(&["--reference", "PAID", "--no-auto-capture"]);
    world.pay(&paid, "authorized");
    world.link(&["--reference", "OPEN"]);
    world.link(&["--reference", "ENDED"]);
    world.pay(&world.run(&["show", "ENDED", "--json"]).json(), "declined");
    let refused = |path: &str, status: i32| {
        world.clear_faults();
        world.fault(json!({"path": path, "method": "POST", "kind": "status", "status": status, "times": -1}));
    };
    let nothing = |words: &[&str], status: i32, reference: &str| {
        for json in [&[][..], &["--json"]] {
            let ran = world.run(&[words, json].concat()).is(status);
            assert_eq!(ran.out, "", "{words:?}");
            assert!(ran.err.lines().last().unwrap().contains(reference), "{words:?}: {}", ran.err);
        }
    };
    nothing(&["cancel", "PAID"], 3, "PAID");
    nothing(&["cancel", "ENDED"], 3, "ENDED");
    nothing(&["refund", "PAID"], 3, "PAID");
    nothing(&["capture", "PAID", "--amount", "900"], 3, "PAID");
    nothing(&["capture", "OPEN"], 3, "OPEN");
    nothing(&["void", "OPEN"], 3, "OPEN");
    nothing(&["outbox", "drop", "OPEN"], 3, "OPEN");
    for (status, exits) in [(400, 6), (403, 4)] {
        refused("/v1/sessions*", status);
        for (n, json) in [&[][..], &["--json"]].into_iter().enumerate() {
            let reference = format!("NEW-{status}-{n}");
            let new = ["new", "--item", "Vaffel;2;45.00", "--reference", &reference];
            let ran = world.run(&[&new, json].concat()).is(exits);
            assert!(ran.err.contains(&reference), "{}", ran.err);
        }
        nothing(&["cancel", "OPEN"], exits, "OPEN");
    }
    refused("/v1/transactions/*", 400);
    nothing(&["capture", "PAID"], 6, "PAID");
    nothing(&["void", "PAID"], 6, "PAID");
    world.clear_faults();

    world.fault(
        json!({"path": "/v1/sessions/*", "method": "POST", "kind": "status", "status": 429, "retry_after": 60, "times": -1}),
    );
    assert_eq!(world.run(&["cancel", "OPEN", "--json"]).is(5).json()["reference"], "OPEN");
    world.clear_faults();
    world.fault(json!({"path": "/v1/transactions/*", "method": "POST", "kind": "accepted", "ms": 3_600_000}));
    assert_eq!(world.run(&["capture", "PAID", "--json"]).is(7).json()["reference"], "PAID");
    world.clear_faults();
    let unpaid = world.run(&[&ITEM[..], &["--reference", "WAIT", "--wait", "0"]].concat()).is(8);
    assert_eq!(unpaid.json()["reference"], "WAIT");
}

/// Done, but the answer was lost, and the backend can't be asked: with a message nobody may send again.
#[test]
fn status_7_the_outcome_is_unknown_until_the_seller_decides() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions-profile", "method": "POST", "kind": "drop_after", "times": 1}));
    world.fault(
        json!({"path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1}),
    );
    let unknown = world.run(&[&ITEM[..], &["--sms", "+4741234567", "--reference", "SMS-1"]].concat()).is(7);
    assert_eq!(unknown.error()["code"], "outcome_unknown");
    let hint = unknown.error()["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("Have you had a message"), "{hint}");
    assert_eq!(unknown.json()["state"], "uncertain");
    let listed = world.run(&["list"]).is(0);
    assert!(listed.err.contains("decision"), "{}", listed.err);
    assert_eq!(world.sessions_asked_for().len(), 1, "no second message by itself");
    let waiting = world.run(&["outbox", "--json"]).is(0).json();
    assert_eq!(waiting["needs_decision"], true);
    let sent = world.run(&["outbox", "send", "SMS-1", "--json"]).is(0).json();
    assert_eq!(sent["state"], "open");
    assert_eq!(world.sessions_asked_for().len(), 2);
}

#[test]
fn a_lost_answer_is_found_again_and_is_no_failure() {
    let world = World::new();
    world.fault(json!({"path": "/v1/sessions-profile", "method": "POST", "kind": "drop_after", "times": 1}));
    let link = world.run(&[&ITEM[..], &["--sms", "+4741234567"]].concat()).is(0).json();
    assert_eq!(link["state"], "open");
    assert!(link["url"].as_str().unwrap().starts_with(world.url()));
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn status_8_the_time_is_up_or_the_customer_said_no() {
    let world = World::new();
    let ran = world.run(&[&ITEM[..], &["--wait", "1"]].concat()).is(8);
    assert_eq!(ran.error()["code"], "not_paid");
    assert_eq!(ran.json()["state"], "open");
    let mut going = Going::start(&mut world.command(&[&ITEM[..], &["--wait", "60"]].concat()));
    let link = going.json();
    world.pay(&link, "declined");
    let end = going.end().is(8);
    assert_eq!(end.json()["state"], "declined");
}

#[test]
fn status_8_says_how_sure_it_is_where_the_backend_is_gone() {
    let world = World::new();
    let said = |ran: &super::Ran| ran.error()["message"].as_str().unwrap().to_owned();
    let known = world.run(&[&ITEM[..], &["--wait", "1"]].concat()).is(8);
    assert!(!said(&known).contains("as far as is known"), "{}", said(&known));
    for path in ["/v1/sessions/*", "/v1/transactions*"] {
        world.fault(
            json!({"path": path, "method": "GET", "kind": "status", "status": 503, "carry_out": false, "times": -1}),
        );
    }
    let unknown = world.run(&[&ITEM[..], &["--wait", "2"]].concat()).is(8);
    assert!(said(&unknown).contains("as far as is known"), "{}", said(&unknown));
}

/// The time is up though a request hangs, but for a moment in which a payment of the last second is seen.
#[test]
fn status_8_comes_in_time_where_the_backend_says_nothing() {
    let world = World::new();
    world.fault(
        json!({"path": "/v1/sessions/*", "method": "GET", "kind": "delay", "ms": 60_000, "times": -1}),
    );
    let began = Instant::now();
    let ran = world.run(&[&ITEM[..], &["--wait", "3"]].concat()).is(8);
    assert!(began.elapsed() < Duration::from_secs(13), "{:?}", began.elapsed());
    assert!(ran.error()["message"].as_str().unwrap().contains("as far as is known"), "{ran:?}");
    assert_eq!(
        (ran.json()["state"].clone(), ran.notes()),
        (json!("open"), vec!["not_up_to_date".to_owned()])
    );
}

/// A place where somebody listens and never says a word.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// What waits stays as it is, and goes out once the backend answers again.
#[test]
fn a_list_holds_nobody_up_where_the_backend_says_nothing() {
    for at_backend in [true, false] {
        let world = World::new();
        if at_backend {
            world.link(&["--reference", "A-1"]);
        }
        world.run(&[&ITEM[..], &["--offline", "--reference", "A-2", "--sms", "+4791234567"]].concat()).is(5);
        let timed = |words: &[&str]| {
            let began = Instant::now();
            (world.run(words).is(0), began.elapsed())
        };
        let (_, offline) = timed(&["list", "--offline"]);
        let (_listens, url) = silent();
        world.write_config(&url, "");
        let (list, took) = timed(&["list", "--json"]);
        assert!(took.saturating_sub(offline) < Duration::from_secs(4), "{took:?}, offline {offline:?}");
        assert_eq!(list.notes(), ["not_up_to_date"], "{list:?}");
        assert_eq!(list.lines().len(), if at_backend { 2 } else { 1 });
        assert_eq!(list.lines()[0]["state"], "queued", "nothing is tried that nobody stays for");
        world.write_config(world.url(), "");
        let list = world.run(&["list", "--json"]).is(0);
        assert_eq!((list.notes(), &list.lines()[0]["state"]), (vec![], &json!("open")));
        assert_eq!(world.sessions_asked_for().len(), if at_backend { 2 } else { 1 });
    }
}

/// What has left is heard of, however long that takes: nobody is asked what became of it because somebody wanted a list.
#[test]
fn a_list_leaves_nothing_in_doubt_that_it_has_sent() {
    let world = World::new();
    world.run(&[&ITEM[..], &["--offline", "--reference", "A-1", "--sms", "+4791234567"]].concat()).is(5);
    world
        .fault(json!({ "method": "POST", "path": "/v1/sessions*", "kind": "delay", "ms": 5000, "times": 1 }));
    let mut going = Going::start(&mut world.command(&["list", "--json"]));
    let began = Instant::now();
    assert_eq!(going.json()["state"], "creating");
    assert!(began.elapsed() < Duration::from_millis(4900), "it is shown before the answer is there");
    let list = going.end().is(0);
    assert_eq!(list.notes(), ["not_up_to_date"]);
    assert_eq!(world.run(&["show", "A-1", "--offline", "--json"]).is(0).json()["state"], "open");
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn waiting_ends_when_it_is_paid() {
    let world = World::new();
    for (option, state) in [("--auto-capture", "captured"), ("--no-auto-capture", "authorized")] {
        let mut going = Going::start(&mut world.command(&[&ITEM[..], &["--wait", "60", option]].concat()));
        let link = going.json();
        assert_eq!(link["state"], "open");
        world.pay(&link, "authorized");
        let end = going.end().is(0);
        assert_eq!(end.json()["state"], state);
        assert_eq!(end.err, "");
    }
}

#[test]
fn with_json_a_failure_is_the_last_of_the_objects_on_standard_error_and_names_nobody() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    world.write_config(&nobody(), "");
    let down = world.run(&["cancel", "A-1", "--json"]).is(5);
    assert_eq!((down.notes(), down.err.lines().count()), (vec!["not_up_to_date".to_owned()], 2));
    assert_eq!(down.error()["code"], "unreachable");
    for (option, given) in [("--sms", "+47 912 34 5678"), ("--email", "kari.nordmann@example")] {
        let ran = world.run(&[&ITEM[..], &[option, given]].concat()).is(3);
        assert!(!ran.err.contains(given), "{}", ran.err);
    }
}

#[test]
fn a_link_that_is_late_waits_and_asks_with_the_status_of_what_was_not_sent() {
    let world = World::new();
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "LATE-1", "--offline"]).is(5);
    // Thirteen hours ago, in which nothing could be sent.
    let ledger = rusqlite::Connection::open(world.data.join("paylink.db")).unwrap();
    let back = 13_i64 * 3_600_000_000;
    assert_eq!(ledger.execute("UPDATE links SET created_at = created_at - ?1", [back]).unwrap(), 1);
    // By the clock alone: what the machine counts it has counted since it was started anew.
    ledger.execute("UPDATE outbox SET made = json_set(made, '$.counted.boot', 'before')", []).unwrap();
    drop(ledger);
    for again in [false, true] {
        // Nothing was sent, so the outcome is known: it's in the outbox (5), and not unknown (7).
        let words =
            if again { ["list", "--json", "--limit", "1"] } else { ["outbox", "send", "LATE-1", "--json"] };
        let late = world.run(&words);
        if again {
            assert!(late.is(0).err.contains("decision"), "a list says that it asks");
            continue;
        }
        let late = late.is(5);
        assert_eq!(late.error()["code"], "waits_for_you", "{late:?}");
        assert_eq!(late.json()["state"], "queued", "the link as it is known is printed all the same");
    }
    assert_eq!(world.sessions_asked_for().len(), 0);
    // It is no reason why another link should not go out, and be told as that.
    let new = world.run(&["new", "--json", "--item", "Vaffel;1;45.00", "--reference", "A-2"]).is(0);
    assert_eq!(new.json()["reference"], "A-2");
    assert_eq!(world.sessions_asked_for().len(), 1);
}

/// A copy that was put back knows nothing of what came after it: somebody may have been given the link.
#[test]
fn who_may_have_a_link_that_went_by_no_message_is_not_asked_for_one() {
    let world = World::new();
    world.run(&[&ITEM[..], &["--reference", "A-1", "--offline"]].concat()).is(5);
    let copy = world.home.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    world.run(&["backup", copy]).is(0);
    world.run(&["restore", copy, "--yes"]).is(0);
    world.fault(
        json!({"path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1}),
    );
    let asked = world.run(&["outbox", "send", "A-1", "--json"]).is(7);
    let hint = asked.error()["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("Have you been given a payment link"), "{hint}");
    assert!(!hint.contains("message"), "{hint}");
    assert_eq!(world.sessions_asked_for().len(), 0);
}

/// It is no wrong input then, and not "nothing was sent".
#[test]
fn what_could_not_be_written_down_after_it_went_out_has_an_unknown_outcome() {
    let world = World::new();
    world.fault(
        json!({"path": "/v1/sessions-profile", "method": "POST", "kind": "delay", "ms": 4000, "times": 1}),
    );
    let words = [&ITEM[..], &["--reference", "A-1", "--sms", "41234567"]].concat();
    let sending = Going::start(&mut world.command(&words));
    let database = world.data.join(paylink::ledger::FILE_NAME);
    let on_the_wire = || {
        let ledger = rusqlite::Connection::open(&database).ok()?;
        ledger.query_row("SELECT 1 FROM outbox WHERE first_sent IS NOT NULL", [], |_| Ok(())).ok()
    };
    let begun = std::time::Instant::now();
    while on_the_wire().is_none() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it never went out");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // Another program has the ledger, for longer than anybody waits for it.
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ran = sending.end().is(7);
    assert_eq!(ran.json()["reference"], "A-1", "the link as it is known is printed");
    let error = ran.error();
    assert_eq!(error["code"], "outcome_unknown", "{error}");
    assert!(error["message"].as_str().unwrap().contains("A-1"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    // It is found, and goes out no second time.
    let link = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_ne!(link["session_id"], json!(null), "{link}");
    assert_eq!(world.sessions_asked_for().len(), 1);
}

/// Whoever reads the first line alone still asks whether it was paid.
#[test]
fn waiting_goes_on_when_nobody_reads_what_is_printed() {
    let world = World::new();
    let mut command = world.command(&[&ITEM[..], &["--wait", "2", "--reference", "A-1"]].concat());
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    let began = std::time::Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(8));
    assert!(began.elapsed().as_secs() >= 2, "{:?}", began.elapsed());
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "open");
}

/// What certainly did nothing, and what may have been done, is found out while somebody waits.
#[test]
fn a_cancellation_is_tried_again_while_somebody_waits() {
    let world = World::new();
    for (n, fault) in [
        json!({ "kind": "status", "status": 429, "retry_after": 1 }),
        json!({ "kind": "status", "status": 503 }),
        json!({ "kind": "drop_before" }),
        json!({ "kind": "drop_after" }),
    ]
    .into_iter()
    .enumerate()
    {
        let reference = format!("C-{n}");
        world.link(&["--reference", &reference]);
        let mut fault = fault;
        fault["path"] = json!("/v1/sessions/*");
        fault["method"] = json!("POST");
        fault["times"] = json!(1);
        world.fault(fault.clone());
        let gone = world.run(&["cancel", &reference, "--json"]).is(0).json();
        assert_eq!(gone["state"], "cancelled", "{fault}");
        assert_eq!(world.run(&["outbox", "--json"]).is(0).out, "", "{fault}");
        world.clear_faults();
    }
}
