//! The commands about links: what a new one asks the backend for, names, following, withdrawing.

use paylink::domain::link::{Alarm, Link, LinkState};
use paylink::ledger::SqliteLedger;
use paylink::ports::Ledger;
use serde_json::{Value, json};

use super::{Going, World};

/// Every link that is printed is up to date, also at the end of a long list.
#[test]
fn a_long_list_is_up_to_date_to_its_end() {
    let world = World::new();
    let oldest = world.link(&["--reference", "OLDEST"]);
    for _ in 0..64 {
        world.run(&["new", "--offline", "--item", "Vaffel;1;45.00"]).is(5);
    }
    let all = world.run(&["list", "--json"]).is(0);
    assert_eq!(all.out.lines().count(), 65);
    world.visit(&oldest);
    let all = world.run(&["list", "--json"]).is(0);
    let last: serde_json::Value = serde_json::from_str(all.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["reference"], &last["state"]), (&"OLDEST".into(), &"opened".into()), "{}", all.err);
}

/// Of a state are shown those that are of it now, however many newer ones of other states there are.
#[test]
fn what_a_list_by_state_shows_is_up_to_date() {
    let world = World::new();
    let paid = world.link(&["--reference", "PAID"]);
    for _ in 0..3 {
        world.link(&[]);
    }
    world.run(&["list", "--json"]).is(0);
    world.pay(&paid, "authorized");
    for link in world.run(&["list", "--json", "--offline", "--limit", "3"]).is(0).lines() {
        world.run(&["cancel", link["reference"].as_str().unwrap()]).is(0);
    }
    let open = world.run(&["list", "--json", "--state", "open", "--limit", "2"]).is(0);
    assert_eq!(open.out, "");
}

#[test]
fn a_new_link_asks_for_what_was_said() {
    let world = World::new();
    world.link(&[
        "--method",
        "vipps",
        "--method",
        "card",
        "--express",
        "--no-auto-capture",
        "--expires",
        "1w",
    ]);
    let (path, body) = world.sessions_asked_for().remove(0);
    assert_eq!(path, "/v1/sessions");
    assert_eq!(body["configuration"]["auto_capture"], false);
    assert_eq!(body["order"]["amount"], 9000);
    assert_eq!(body["order"]["vat_amount"], 1800);
    assert!(body["express"].is_object(), "{body}");
    assert_eq!(body["order"]["items"][0]["quantity"].to_string(), "2");
}

#[test]
fn all_methods_is_the_whole_profile_and_says_which_those_are() {
    let world = World::new();
    for words in [&[][..], &["--method", "all"]] {
        let link = world.link(words);
        let names: Vec<&str> = link["methods"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(names.contains(&"vipps") && names.contains(&"card"), "{names:?}");
    }
    assert!(world.sessions_asked_for().iter().all(|(path, _)| path == "/v1/sessions-profile"));
}

#[test]
fn the_configs_methods_currency_and_defaults_hold() {
    let world = World::with_config(
        "methods = [\"vipps\", \"card\"]\ndefault_methods = [\"vipps\"]\ndefault_auto_capture = false\n\
         default_vat = 15\ndefault_expiry = \"1w\"\nreference_template = \"KARI-{seq}\"",
    );
    let link = world.link(&[]);
    assert_eq!(link["methods"], json!(["vipps"]));
    assert_eq!(link["auto_capture"], false);
    assert_eq!(link["vat"]["minor"], 1174);
    assert_eq!(link["reference"], "KARI-001");
    let time = |key: &str| link[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let days = time("expires_at").duration_since(time("created_at")).as_hours();
    assert!((167..=169).contains(&days), "{days}");
    assert_eq!(world.link(&["--method", "all"])["methods"], json!(["vipps", "card"]));
    world.run(&["new", "--item", "a;1;1", "--method", "swish"]).is(3);
}

#[test]
fn what_waits_here_is_withdrawn_here() {
    let world = World::new();
    let kept =
        world.run(&["new", "--item", "a;1;1", "--sms", "+4791234567", "--offline", "--json"]).is(5).json();
    let reference = kept["reference"].as_str().unwrap();
    let gone = world.run(&["cancel", reference, "--json"]).is(0).json();
    assert_eq!((&gone["state"], &gone["session_id"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(world.control("GET", "/sandbox/messages", Value::Null), json!([]));
    assert_eq!(world.sessions_asked_for(), vec![]);
}

#[test]
fn deliveries() {
    let world = World::new();
    let sms = world.link(&["--sms", "912 34 567"]);
    assert_eq!(sms["delivery"]["to"], "+4791234567");
    let push = world.link(&["--sms", "+4791234567", "--method", "vipps"]);
    assert_eq!(push["delivery"], json!({"channel": "sms", "to": "+4791234567", "status": "sent"}));
    let email = world.link(&["--email", "kari@example.com"]);
    assert_eq!(email["delivery"], json!({"channel": "email", "to": "kari@example.com", "status": "pending"}));
    let link = world.link(&["--link", "--address", "Kari Nordmann;Storgata 1;0155;Oslo;NO"]);
    assert_eq!(link["delivery"], json!({"channel": "link", "to": null, "status": "none"}));
    let (_, body) = world.sessions_asked_for().remove(3);
    assert!(body.to_string().contains("Storgata 1"), "{body}");
    let messages = world.control("GET", "/sandbox/messages", Value::Null);
    assert_eq!(messages.as_array().unwrap().len(), 2);
    // Before the backend was heard it is told by the rules, then as it answered (API, 2.4: "sms" even for a push).
    let kept = world.run(&[
        "new",
        "--item",
        "a;1;1",
        "--sms",
        "+4791234567",
        "--method",
        "vipps",
        "--offline",
        "--json",
    ]);
    let kept = kept.is(5).json();
    assert_eq!(kept["delivery"]["channel"], "push");
}

#[test]
fn a_link_is_found_by_each_of_its_names() {
    let world = World::new();
    let link = world.link(&["--reference", "KARI-014"]);
    world.pay(&link, "authorized");
    let transaction = {
        let shown = world.run(&["show", "kari-014", "--json"]).is(0).json();
        shown["transaction_id"].as_str().unwrap().to_owned()
    };
    let names =
        [link["id"].as_str().unwrap(), link["session_id"].as_str().unwrap(), &transaction, "KARI-014"];
    for name in names {
        assert_eq!(world.run(&["show", name, "--json"]).is(0).json()["id"], link["id"], "{name}");
    }
}

#[test]
fn none_and_several_are_told_with_what_is_near_or_meant() {
    let world = World::new();
    let first = world.link(&["--reference", "KARI-014"]);
    let second = world.link(&["--reference", "KARI-014", "--allow-duplicate-reference"]);
    let several = world.run(&["show", "KARI-014", "--json"]).is(3).error();
    assert_eq!(several["code"], "several_links");
    for link in [&first, &second] {
        assert!(several["message"].as_str().unwrap().contains(link["id"].as_str().unwrap()), "{several}");
    }
    let none = world.run(&["show", "KARI-013", "--json"]).is(3).error();
    assert_eq!(none["code"], "no_such_link");
    assert!(none["hint"].as_str().unwrap().contains("KARI-014"), "{none}");
}

#[test]
fn watching_prints_each_state_and_ends_when_it_is_settled() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    let mut going = Going::start(&mut world.command(&["watch", "A-1", "--json"]));
    assert_eq!(going.json()["state"], "open");
    world.visit(&link);
    assert_eq!(going.json()["state"], "opened");
    world.pay(&link, "authorized");
    let mut last = going.json();
    while last["state"] != "captured" {
        last = going.json();
    }
    assert_eq!(going.end().is(0).out, "");
    // A settled link is printed once.
    assert_eq!(world.run(&["watch", "A-1", "--json"]).is(0).lines().len(), 1);
}

#[test]
fn withdrawing() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    assert_eq!(world.run(&["cancel", "A-1", "--json"]).is(0).json()["state"], "cancelled");
    assert_eq!(world.run(&["cancel", "A-1", "--json"]).is(0).json()["state"], "cancelled");
    let paid = world.link(&["--reference", "A-2"]);
    world.pay(&paid, "authorized");
    let stopped = world.run(&["cancel", "A-2", "--json"]).is(3);
    assert_eq!(stopped.error()["code"], "has_money");
    assert_eq!(world.run(&["show", "A-2", "--json"]).is(0).json()["state"], "captured");
}

#[test]
fn a_link_that_waits_can_be_dropped_and_is_never_sent() {
    let world = World::new();
    world.run(&["new", "--item", "a;1;1", "--offline", "--reference", "LATER"]).is(5);
    assert_eq!(world.run(&["outbox", "drop", "LATER", "--json"]).is(0).json()["state"], "cancelled");
    world.run(&["list"]).is(0);
    assert!(world.sessions_asked_for().is_empty());
    assert_eq!(world.run(&["outbox", "drop", "LATER", "--json"]).is(3).error()["code"], "not_in_outbox");
}

#[test]
fn a_double_payment_is_told_until_a_person_has_dealt_with_it() {
    let world = World::new();
    let first = world.link(&["--reference", "A-1"]);
    let second = world.link(&["--reference", "A-1", "--allow-duplicate-reference"]);
    world.pay(&first, "authorized");
    world.pay(&second, "authorized");
    let listed = world.run(&["list", "--json"]).is(0).lines();
    let alarmed: Vec<&Value> = listed.iter().filter(|l| l["alarms"] == json!(["double_payment"])).collect();
    assert!(!alarmed.is_empty(), "{listed:?}");
    assert!(world.run(&["list"]).is(0).out.contains('!'));
    let told = world.run(&["doctor", "--json"]).json();
    let check = told["checks"].as_array().unwrap().iter().find(|c| c["name"] == "alarms").unwrap();
    assert_eq!(check["verdict"], "warning");
    for link in alarmed {
        let id = link["id"].as_str().unwrap();
        let shown = world.run(&["show", id, "--offline"]).is(0);
        assert!(shown.out.contains(&format!("`paylink refund {id}` gives one back")), "{shown:?}");
        assert_eq!(world.run(&["settle", id, "--json"]).is(0).json()["alarms"], json!([]));
    }
    let listed = world.run(&["list", "--json"]).is(0).lines();
    assert!(listed.iter().all(|l| l["alarms"] == json!([])), "{listed:?}");
}

#[test]
fn a_paid_link_whose_replacement_can_be_paid_rings_until_that_is_withdrawn() {
    for settled in [false, true] {
        let world = World::new();
        let old = world.link(&["--reference", "1042"]);
        let new = world.link(&["--reference", "1042-2"]);
        let account = account(&world);
        let (old_id, new_id) = (old["id"].as_str().unwrap(), new["id"].as_str().unwrap());
        {
            let ledger = SqliteLedger::open(&world.data).unwrap();
            let id = |reference: &str| ledger.find(&account, reference).unwrap()[0].id;
            let (before, after) = (id("1042"), id("1042-2"));
            ledger.amend(after, &mut |l| l.reissue_of.replace(before).is_none()).unwrap();
        }
        assert_eq!(world.run(&["show", "1042-2", "--json"]).is(0).json()["reissue_of"], old_id);
        world.pay(&old, "authorized");
        let alarms =
            |reference: &str| world.run(&["show", reference, "--json"]).is(0).json()["alarms"].clone();
        assert_eq!((alarms("1042"), alarms("1042-2")), (json!(["replacement_open"]), json!([])));
        for (lang, words) in [
            ("en", format!("the replacement 1042-2 can still be paid: `paylink cancel {new_id}`")),
            ("nb", format!("erstatningen 1042-2 kan fortsatt betales: `paylink cancel {new_id}`")),
        ] {
            let shown = world.run(&["show", old_id, "--offline", "--lang", lang]).is(0);
            assert!(shown.out.contains(&words), "{shown:?}");
            assert!(shown.out.contains(&format!("`paylink settle {old_id}`")), "{shown:?}");
        }
        if settled {
            assert_eq!(world.run(&["settle", old_id, "--json"]).is(0).json()["alarms"], json!([]));
        } else {
            world.run(&["cancel", new_id]).is(0);
        }
        assert_eq!(alarms("1042"), json!([]));
    }
}

#[test]
fn a_payment_after_the_links_own_went_back_says_where_it_is_given_back() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let account = account(&world);
    let ledger = SqliteLedger::open(&world.data).unwrap();
    let id = ledger.find(&account, "A-1").unwrap()[0].id;
    let shown = |lang: &str| world.run(&["show", "A-1", "--offline", "--lang", lang]).is(0).out;
    ledger.amend(id, &mut |l| l.raise(Alarm::PaidElsewhere, l.created_at)).unwrap();
    assert!(!shown("en").contains("at the payment service"), "it is not known to be more than that");
    let refund = &mut |l: &mut Link| {
        l.state = LinkState::Refunded;
        true
    };
    ledger.amend(id, refund).unwrap();
    for (lang, words) in [
        (
            "en",
            "after its own payment had gone back, and paylink can't move that one: give it back at the payment service",
        ),
        (
            "nb",
            "etter at dens egen betaling var gått tilbake, og paylink kan ikke flytte den: refunder den hos betalingstjenesten",
        ),
    ] {
        assert!(shown(lang).contains(words), "{}", shown(lang));
    }
}

#[test]
fn an_alarm_that_nobody_has_seen_is_not_settled() {
    let world = World::new();
    let first = world.link(&["--reference", "A-1"]);
    let second = world.link(&["--reference", "A-1", "--allow-duplicate-reference"]);
    world.pay(&first, "authorized");
    assert_eq!(
        world.run(&["show", first["id"].as_str().unwrap(), "--json"]).is(0).json()["alarms"],
        json!([])
    );
    world.pay(&second, "authorized");
    // The command itself brings the alarm to light.
    let id = second["id"].as_str().unwrap();
    let settled = world.run(&["settle", id, "--json"]).is(0);
    assert_eq!(settled.json()["alarms"], json!(["double_payment"]));
    assert!(settled.err.contains("A new alarm"), "{}", settled.err);
    assert_eq!(world.run(&["show", id, "--json"]).is(0).json()["alarms"], json!(["double_payment"]));
    assert_eq!(world.run(&["settle", id, "--json"]).is(0).json()["alarms"], json!([]));
}

#[test]
fn an_alarm_beyond_the_list_is_told_beside_it() {
    let world = World::new();
    for n in 1..=8 {
        world.link(&["--reference", &format!("A-{n}")]);
    }
    let ledger = SqliteLedger::open(&world.data).unwrap();
    let account = account(&world);
    let alarm = |reference: &str| {
        let id = ledger.find(&account, reference).unwrap()[0].id;
        ledger.amend(id, &mut |l| l.raise(Alarm::DoublePayment, l.created_at)).unwrap();
    };
    let list = |args: &[&str]| world.run(&[&["list", "--offline"], args].concat()).is(0);
    assert_eq!(list(&["--limit", "1"]).err, "");
    alarm("A-1");
    let told = list(&["--limit", "1"]).err;
    assert!(told.contains("1 link") && told.contains(": A-1. `paylink show REF`"), "{told}");
    assert!(list(&["--limit", "1", "--json"]).err.contains("A-1"));
    assert!(list(&["--state", "captured"]).err.contains("A-1"), "nor does a filter hide it");
    assert_eq!(list(&[]).err, "", "it stands in the list");
    ["A-2", "A-3", "A-4", "A-5", "A-6"].into_iter().for_each(alarm);
    let told = list(&["--limit", "1"]).err;
    assert!(told.contains("6 links") && told.contains("A-6, A-5, A-4, A-3, A-2, …"), "{told}");
}

fn account(world: &World) -> String {
    let listed = world.run(&["list", "--offline", "--json"]).is(0).lines();
    listed[0]["session_id"].as_str().unwrap().split_once('.').unwrap().0.to_owned()
}

#[test]
fn the_qr_code_holds_the_address_as_it_is() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    let url = link["url"].as_str().unwrap();
    for level in ["L", "m", "Q"] {
        let png = world.home.path().join(format!("{level}.png"));
        world.run(&["qr", "A-1", "--level", level, "--png", png.to_str().unwrap()]).is(0);
        assert_eq!(read_png(&png), url);
    }
    let svg = world.home.path().join("code.svg");
    world.run(&["qr", "A-1", "--svg", svg.to_str().unwrap()]).is(0);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("<svg"));
    // What is no terminal gets characters alone: light ones where the code is light, for a dark background.
    let drawn = world.run(&["qr", "A-1"]).is(0).out;
    assert!(!drawn.contains('\u{1b}') && drawn.contains('█'), "{drawn:?}");
    assert!(drawn.lines().count() > 20);
    assert_eq!(world.run(&["qr", "A-1", "--json"]).is(0).json()["url"], url);
    world.run(&["qr", "A-1", "--png", "/nowhere/at/all.png"]).is(3);
    world.run(&["cancel", "A-1"]).is(0);
    assert_eq!(world.run(&["qr", "A-1", "--json"]).is(3).error()["code"], "ended");
}

fn read_png(path: &std::path::Path) -> String {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut decoder = png::Decoder::new(file);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let width = info.width as usize;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, info.height as usize, |x, y| {
        pixels[y * width + x]
    });
    image.detect_grids().first().unwrap().decode().unwrap().1
}

#[test]
fn what_waits_for_another_account_in_the_same_folder_is_told() {
    let world = World::new();
    let (url, client) = (world.url().to_owned(), world.client().to_owned());
    world.write_config(
        &url,
        &format!("[profiles.old]\naccount_id = \"T11111111\"\nclient_id = \"{client}\"\nreturn_url = \"https://example.com\""),
    );
    let with = |profile: &str, words: &[&str]| world.run(&[&["--profile", profile], words].concat());
    with("old", &["new", "--offline", "--item", "Vaffel;1;45"]).is(5);
    with("old", &["new", "--offline", "--item", "Vaffel;1;45"]).is(5);
    let listed = with("fair", &["outbox"]).is(0);
    let words = "2 requests wait for T11111111: start `paylink --profile old`";
    assert!(listed.err.contains(words), "{listed:?}");
    assert!(!with("old", &["outbox"]).is(0).err.contains("requests wait for"), "its own are listed");
    let doctor = with("fair", &["doctor", "--lang", "nb"]);
    assert!(doctor.out.contains("2 forespørsler venter for T11111111"), "{doctor:?}");
}

#[test]
fn offline_says_that_the_link_was_kept_back_on_purpose() {
    let world = World::new();
    let new = ["new", "--offline", "--item", "Vaffel;1;45", "--reference", "A-1"];
    let kept = world.run(&new).is(5);
    assert!(kept.err.contains("A-1 is kept in the outbox and not sent, as --offline says"), "{kept:?}");
    assert!(kept.out.contains("A-1"), "the link is printed: {kept:?}");
    let kept = world.run(&["new", "--offline", "--item", "Vaffel;1;45", "--json"]).is(5);
    assert_eq!(kept.error()["code"], "kept_in_outbox");
}

#[test]
fn a_list_takes_the_words_that_it_shows() {
    let world = World::new();
    let paid = world.link(&["--reference", "PAID"]);
    world.link(&["--reference", "OPEN"]);
    world.pay(&paid, "authorized");
    let listed = |words: &[&str]| world.run(&[&["list"], words].concat());
    for state in ["paid", "captured", "betalt", "paid,refunded"] {
        let found = listed(&["--state", state]).is(0);
        assert!(found.out.contains("PAID") && !found.out.contains("OPEN"), "{state}: {found:?}");
    }
    let wrong = listed(&["--state", "payed", "--lang", "nb"]).is(3);
    assert!(wrong.err.contains("betalt (captured)"), "{wrong:?}");
}

#[test]
fn a_cancellation_that_waits_is_told_and_shows_in_the_list() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    world.fault(json!({ "path": "/v1/sessions/*", "method": "POST", "kind": "drop_before", "times": -1 }));
    let refused = world.run(&["cancel", "A-1"]);
    assert!(!refused.err.contains("Nothing was done"), "{refused:?}");
    assert!(
        refused.err.contains("A-1") && refused.err.contains("The cancellation is in the outbox"),
        "{refused:?}"
    );
    let listed = world.run(&["list", "--offline"]).is(0);
    assert!(listed.out.contains("not opened … to be cancelled"), "{listed:?}");
}

#[test]
fn minutes_written_as_months_are_told_back() {
    let world = World::new();
    let made = world.run(&["new", "--item", "Vaffel;1;45", "--expires", "5m"]).is(0);
    assert!(made.err.contains("--expires 5m is 5 months: it can be paid until"), "{made:?}");
    for plain in ["1m", "5min", "5 måneder"] {
        assert_eq!(world.run(&["new", "--item", "Vaffel;1;45", "--expires", plain]).is(0).err, "", "{plain}");
    }
}

/// A link that the backend doesn't know any more looks as it did, so it is said.
#[test]
fn a_link_that_is_gone_at_the_backend_is_told() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    world.fault(
        json!({"path": "/v1/sessions/*", "kind": "status", "status": 404, "times": -1, "method": "GET"}),
    );
    for command in [&["show", "A-1"][..], &["list"]] {
        let told = world.run(command).is(0).err;
        assert!(told.contains("does not know this link any more: A-1"), "{command:?}: {told}");
    }
    world.clear_faults();
    assert_eq!(world.run(&["show", "A-1"]).is(0).err, "");
}

/// What could not be sent goes with the next command, whatever pause we had in mind; where the backend asked for one,
/// the command says what waits.
#[test]
fn what_waits_goes_with_the_next_command_or_is_told() {
    let world = World::new();
    let busy =
        json!({"path": "/v1/sessions*", "kind": "status", "status": 429, "retry_after": 600, "times": -1});
    world.fault(busy);
    world.run(&["new", "--item", "a;1;1", "--reference", "A-1"]).is(5);
    world.clear_faults();
    for command in [&["show", "A-1"][..], &["list"]] {
        let shown = world.run(command).is(0);
        assert!(shown.err.contains("1 request waits in the outbox"), "{command:?}: {}", shown.err);
    }
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "queued");

    let world = World::new();
    world.fault(json!({"path": "/v1/sessions*", "kind": "status", "status": 429, "times": -1}));
    world.run(&["new", "--item", "a;1;1", "--reference", "A-1"]).is(5);
    world.clear_faults();
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "open");
}

/// Signing in takes a while; a day to pay is a day all the same, and the backend is told the same end.
#[test]
fn a_day_to_pay_is_told_as_a_day() {
    let world = World::new();
    world.fault(json!({"path": "/v1/accounts/*", "method": "POST", "kind": "delay", "ms": 1500, "times": 1}));
    let link = world.link(&["--expires", "1d"]);
    let time = |key: &str| link[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time("expires_at").duration_since(time("created_at")), jiff::SignedDuration::from_hours(24));
    let told = world.sessions_asked_for().remove(0).1["expires_at"].clone();
    assert_eq!(told, link["expires_at"]);
}

/// A sale that was taken back before it ever left the machine, to be made anew, is no second meaning of its reference.
#[test]
fn what_was_taken_back_before_it_was_made_is_not_meant() {
    let world = World::new();
    world.run(&["new", "--item", "a;1;1", "--reference", "A-1", "--offline"]).is(5);
    world.run(&["outbox", "drop", "A-1"]).is(0);
    let link = world.link(&["--reference", "A-1"]);
    let shown = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!(shown["id"], link["id"]);
    // Two that were never made are two.
    world.run(&["new", "--item", "a;1;1", "--reference", "B-1", "--offline"]).is(5);
    world.run(&["outbox", "drop", "B-1"]).is(0);
    world.run(&["new", "--item", "a;1;1", "--reference", "B-1", "--offline"]).is(5);
    world.run(&["outbox", "drop", "B-1"]).is(0);
    world.run(&["show", "B-1"]).is(3);
}
