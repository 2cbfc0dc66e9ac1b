//! Commands with a person at a terminal.

use serde_json::json;

use super::World;
use crate::support::pty::Setup;
use crate::weather::app;

/// Asked step by step; a mistake is told and asked again; the secret is not shown, not even its length.
#[test]
fn login_asks_and_hides_the_secret() {
    let world = World::new();
    let config = world.home.path().join("first/config.toml");
    let mut term = Setup::paylink(&["login", "--api-url", world.url()])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
        .env("PAYLINK_CONFIG", config.to_str().unwrap())
        .size(100, 30)
        .start();
    term.sees("Account");
    term.type_text("12345678\r");
    term.sees("eight digits");
    term.type_text(&format!("{}\r", world.account()));
    term.sees("Client id");
    term.type_text(&format!("{}\r", world.client()));
    term.sees("Where customers land");
    term.type_text("\r");
    term.sees("Client secret");
    term.type_text(&format!("x\u{7f}{}\r", world.secret()));
    term.sees("keyring");
    let ended = term.ends();
    // No keyring on this machine: said so, with the way out, and the config is there.
    ended.restored().with_status(3);
    let shown = String::from_utf8_lossy(&ended.raw);
    assert!(!shown.contains(&world.secret()[..8]), "{shown}");
    assert!(std::fs::read_to_string(config).unwrap().contains(world.account()));
}

#[test]
fn giving_up_at_the_secret_gives_the_terminal_back() {
    let world = World::new();
    let setup = Setup::paylink(&["login", "--api-url", world.url(), "--account-id", world.account()]);
    let mut term = setup.start();
    term.sees("Client id");
    term.type_text("c\r");
    term.sees("Where customers land");
    term.type_text("\r");
    term.sees("Client secret");
    term.press("ctrl-c");
    let ended = term.ends();
    ended.restored().with_status(3);
}

#[test]
fn what_came_while_the_question_stood_is_asked_about_before_it_is_replaced() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("backup");
    world.run(&["backup", file.to_str().unwrap()]).is(0);
    let mut term = Setup::paylink(&["restore", file.to_str().unwrap()])
        .env("PAYLINK_CONFIG", world.config.to_str().unwrap())
        .env("PAYLINK_DATA_DIR", world.data.to_str().unwrap())
        .size(150, 30)
        .start();
    term.sees("Replace it? (yes/no)");
    world.link(&["--reference", "LATE-1"]);
    term.type_text("yes\r");
    term.sees("Something came to the ledger in place meanwhile");
    term.sees("1 of these is not in the backup: LATE-1");
    term.type_text("no\r");
    term.ends().with_status(3);
    world.run(&["show", "LATE-1", "--offline"]).is(0);
}

/// Whoever gives up at the question leaves a copy of everything behind for as long as nobody opens the ledger.
#[test]
fn a_restore_that_was_killed_leaves_no_copy_for_good() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("backup");
    world.run(&["backup", file.to_str().unwrap()]).is(0);
    let left = || {
        let entries = std::fs::read_dir(&world.data).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".checking-") || name.ends_with(".alive")).collect::<Vec<_>>()
    };
    let mut term = Setup::paylink(&["restore", file.to_str().unwrap()])
        .env("PAYLINK_CONFIG", world.config.to_str().unwrap())
        .env("PAYLINK_DATA_DIR", world.data.to_str().unwrap())
        .start();
    term.sees("Replace it? (yes/no)");
    world.run(&["list", "--offline"]).is(0);
    assert_eq!(left().len(), 2, "it lives: {:?}", left());
    term.killed();
    world.run(&["list", "--offline"]).is(0);
    assert_eq!(left(), [""; 0]);
}

#[test]
fn a_qr_code_on_the_terminal_is_read() {
    let world = World::new();
    let link = world.link(&["--reference", "A-1"]);
    let mut term = Setup::paylink(&["qr", "A-1"])
        .env("PAYLINK_CONFIG", world.config.to_str().unwrap())
        .env("PAYLINK_DATA_DIR", world.data.to_str().unwrap())
        .env("PAYLINK_CLIENT_SECRET", world.secret())
        .size(80, 24)
        .start();
    assert_eq!(term.reads_qr(), link["url"].as_str().unwrap());
    term.ends().restored().with_status(0);
}

/// Nobody sends it while paylink is closed.
#[test]
fn who_quits_is_told_what_waits() {
    let world = World::new();
    let mut term = app(&world).start();
    term.sees("No links yet");
    term.press("q");
    let ended = term.ends();
    assert!(!ended.text.contains("waits"), "{}", ended.text);
    world.fault(json!({"path": "/v1/sessions*", "method": "POST", "kind": "status", "status": 429, "retry_after": 3600, "times": -1}));
    world.run(&["new", "--item", "a;1;1", "--reference", "A-1"]).is(5);
    let mut term = app(&world).start();
    term.sees("A-1");
    term.press("q");
    let ended = term.ends();
    ended.restored().with_status(0);
    assert!(ended.text.contains("1 request waits. It goes out while paylink is open"), "{}", ended.text);
}
