//! The form of what is printed: JSON to the letter, and who writes where.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{World, bare, finish};

/// Every object of the contracts, key by key in its order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_link_has_exactly_the_shape_of_the_contracts() {
    let world = World::new();
    let made = world.run(&[
        "new",
        "--json",
        "--item",
        "Vaffel;2;45.00",
        "--item",
        "Kaffe;1;30.00;15",
        "--method",
        "vipps",
        "--reference",
        "KARI-014",
        "--sms",
        "+4791234567",
    ]);
    assert_eq!(made.out.lines().count(), 1);
    assert_eq!(made.err, "");
    let link = made.is(0).json();
    assert_eq!(
        keys(&link),
        [
            "id",
            "reference",
            "state",
            "session_id",
            "transaction_id",
            "url",
            "amount",
            "vat",
            "methods",
            "delivery",
            "auto_capture",
            "express",
            "created_at",
            "expires_at",
            "reissue_of",
            "reason",
            "alarms",
            "events",
        ]
    );
    assert_eq!(keys(&link["amount"]), ["minor", "currency", "text"]);
    assert_eq!(link["amount"], json!({"minor": 12000, "currency": "NOK", "text": "120,00 kr"}));
    // 90,00 at 25 % holds 18,00, 30,00 at 15 % holds 3,91.
    assert_eq!(link["vat"], json!({"minor": 2191, "currency": "NOK", "text": "21,91 kr"}));
    assert_eq!(link["methods"], json!(["vipps"]));
    assert_eq!(keys(&link["delivery"]), ["channel", "to", "status"]);
    assert_eq!(link["delivery"]["to"], "+4791234567");
    assert_eq!(link["state"], "open");
    assert_eq!(link["express"], false);
    assert_eq!(link["auto_capture"], true);
    for key in ["transaction_id", "reissue_of", "reason"] {
        assert_eq!(link[key], Value::Null, "{key}");
    }
    assert_eq!(link["alarms"], json!([]));
    for event in link["events"].as_array().unwrap() {
        assert_eq!(keys(event), ["at", "name"]);
        assert_whole_seconds_utc(&event["at"]);
    }
    assert_whole_seconds_utc(&link["created_at"]);
    assert_whole_seconds_utc(&link["expires_at"]);
    let session = link["session_id"].as_str().unwrap();
    assert_eq!(link["url"], format!("{}/v1/view/{session}", world.url()));
    // The same link through the other commands, untouched by the language.
    for command in [&["show", "KARI-014"][..], &["list"], &["--lang", "nb", "show", session]] {
        let same = world.run(&[command, &["--json"]].concat()).is(0).json();
        assert_eq!(keys(&same), keys(&link));
        assert_eq!(same["amount"], link["amount"]);
    }
}

fn assert_whole_seconds_utc(value: &Value) {
    let text = value.as_str().unwrap();
    assert_eq!(text.len(), "2026-11-22T12:41:07Z".len(), "{text}");
    assert!(text.ends_with('Z'));
    text.parse::<jiff::Timestamp>().unwrap();
}

#[test]
fn events_and_states_follow_the_customer() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    world.visit(&link);
    let opened = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!(opened["state"], "opened");
    assert!(opened["events"].as_array().unwrap().iter().any(|e| e["name"] == "opened"), "{opened}");
    world.pay(&link, "authorized");
    let paid = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!(paid["state"], "captured");
    assert!(paid["transaction_id"].is_string());
}

#[test]
fn a_list_is_an_object_a_line_newest_first() {
    let world = World::new();
    for reference in ["A-1", "A-2", "B-1"] {
        world.link(&["--reference", reference]);
    }
    let references = |words: &[&str]| -> Vec<String> {
        let lines = world.run(&[&["list", "--json"], words].concat()).is(0).lines();
        lines.iter().map(|l| l["reference"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(references(&[]), ["B-1", "A-2", "A-1"]);
    assert_eq!(references(&["--limit", "1"]), ["B-1"]);
    assert_eq!(references(&["--search", "a-2"]), ["A-2"]);
    assert_eq!(references(&["--state", "open"]).len(), 3);
    assert!(references(&["--state", "captured"]).is_empty());
    assert_eq!(references(&["--offline"]).len(), 3);
    let unknown = world.run(&["list", "--state", "lost", "--json"]).is(3);
    assert!(unknown.error()["hint"].as_str().unwrap().contains("on_hold"));
}

#[test]
fn people_get_a_table_and_words_in_their_language() {
    let world = World::new();
    world.link(&["--reference", "KARI-014"]);
    let english = world.run(&["list"]).is(0);
    assert!(english.out.contains("KARI-014") && english.out.contains("not opened"), "{}", english.out);
    assert!(english.out.contains("NOK 90.00"));
    assert!(!english.out.contains('\u{1b}'), "no colours into a pipe");
    let bokmal = world.run(&["list", "--lang", "nb"]).is(0);
    assert!(bokmal.out.contains("90,00 kr"), "{}", bokmal.out);
    let shown = world.run(&["show", "KARI-014", "--lang", "nb"]).is(0);
    assert!(shown.out.contains("Vaffel") && shown.out.contains("/v1/view/"), "{}", shown.out);
    let empty = World::new().run(&["list"]).is(0);
    assert_eq!(empty.out, "");
    assert!(!empty.err.is_empty());
}

#[test]
fn the_option_comes_before_the_environment_for_config_data_and_language() {
    let (world, other) = (World::new(), World::new());
    world.link(&["--reference", "MINE"]);
    let mut command = other.command(&["list", "--json", "--config"]);
    command.arg(&world.config).arg("--data-dir").arg(&world.data);
    command.env("PAYLINK_CLIENT_SECRET", world.secret());
    let listed = finish(&mut command).is(0).json();
    assert_eq!(listed["reference"], "MINE");
    assert_eq!(other.run(&["list", "--json"]).is(0).out, "");
    let mut nb = world.command(&["list"]);
    assert!(finish(nb.env("PAYLINK_LANG", "nb")).is(0).out.contains("kr"));
    let mut en = world.command(&["list", "--lang", "en"]);
    assert!(finish(en.env("PAYLINK_LANG", "nb")).is(0).out.contains("NOK"));
    world.write_config(world.url(), "[ui]\nlanguage = \"nb\"");
    assert!(world.run(&["list"]).is(0).out.contains("kr"));
}

#[test]
fn errors_are_one_line_on_standard_error_and_results_alone_are_on_standard_output() {
    let world = World::new();
    for words in [
        &["show", "NOBODY"][..],
        &["new", "--item", "Vaffel;0;1"],
        &["new"],
        &["--nonsense"],
        &["list", "--state", "x"],
        &["cancel", "NOBODY"],
        &["qr", "NOBODY"],
        &["outbox", "drop", "NOBODY"],
    ] {
        let ran = world.run(words);
        assert_ne!(ran.status, 0, "{ran:?}");
        assert_eq!(ran.out, "", "{words:?}");
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
        assert!(ran.err.starts_with("paylink: "), "{ran:?}");
        let json = world.run(&[words, &["--json"]].concat());
        assert_eq!((json.out.as_str(), json.status), ("", ran.status));
        let error = json.error();
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{error}");
    }
}

/// Everything on standard error is an object there (which holds for every run: see `Ran`), and a line without `--json`.
#[test]
fn what_is_said_beside_the_results_is_an_object_for_scripts() {
    let world = World::with_config("client_secret = \"in-the-file\"");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&world.config, private).unwrap();
    }
    let item = ["new", "--item", "Vaffel;1;45"];
    let new = [&item[..], &["--reference", "A-1", "--expires", "2m", "--sms", "+4722334455"]].concat();
    let said = |words: &[&str], codes: &[&str]| {
        let told = world.run(&[words, &["--json"]].concat()).is(0);
        assert_eq!(told.notes(), codes, "{words:?}: {told:?}");
    };
    said(&new, &["months", "not_mobile", "config_warning"]);
    world.write_config(world.url(), "");
    let plain = world.run(&["list", "--state", "paid"]).is(0);
    assert_eq!((plain.out.as_str(), plain.err.as_str()), ("", "There are no such links\n"));
    world.run(&[&item[..], &["--reference", "A-2", "--offline", "--json"]].concat()).is(5);
    // The one who waits for the seller's word.
    let ledger = rusqlite::Connection::open(world.data.join(paylink::ledger::FILE_NAME)).unwrap();
    ledger.execute("UPDATE outbox SET needs_decision = 1", []).unwrap();
    said(&["list"], &["undecided"]);
    let told = world.run(&["list", "--json"]);
    let note: serde_json::Value = serde_json::from_str(told.err.trim()).unwrap();
    assert_eq!(note["note"]["message"], "1 request waits for your decision");
    assert!(note["note"]["hint"].as_str().unwrap().contains("paylink outbox"), "{note}");
    world.write_config(&super::nobody(), "");
    said(&["show", "A-1"], &["not_up_to_date"]);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let world = World::new();
    world.link(&[]);
    for words in [&["list", "--json"][..], &["completions", "bash"], &["--help"], &["config", "path"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = world.command(words);
        let done = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{words:?}");
        assert_eq!(done.status.code(), Some(0), "{words:?}");
    }
}

#[test]
fn help_version_and_completions_are_results() {
    let home = tempfile::tempdir().unwrap();
    let version = finish(bare(home.path()).arg("--version")).is(0);
    assert_eq!(version.out.trim(), format!("paylink {}", env!("CARGO_PKG_VERSION")));
    for command in ["new", "list", "show", "watch", "qr", "cancel", "login", "doctor", "sandbox", "demo"] {
        let help = finish(bare(home.path()).args([command, "--help"])).is(0);
        assert!(help.out.contains("--json"), "{command}: global options are told everywhere");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(finish(bare(home.path()).args(["completions", shell])).is(0).out.contains("paylink"));
    }
}
