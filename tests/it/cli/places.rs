//! No home folder, no keyring, nowhere to write: one clear line, and never a panic.

use serde_json::json;

use super::{Ran, World, finish};

/// One line that names what is wrong, and no bug's report.
#[track_caller]
fn is_one_clear_line(ran: &Ran, named: &str) {
    assert_eq!(ran.err.trim_end().lines().count(), 1, "{ran:?}");
    assert!(ran.err.contains(named), "{ran:?}");
    assert!(!ran.err.contains("panicked") && !ran.err.contains("crash-"), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn without_a_home_folder_whatever_is_named_is_enough() {
    let world = World::new();
    let run = |words: &[&str]| finish(world.command(words).env_remove("HOME"));
    let link = run(&["new", "--json", "--item", "Vaffel;1;45.00"]).is(0).json();
    assert_eq!(link["state"], "open");
    let reference = link["reference"].as_str().unwrap();
    run(&["list"]).is(0);
    run(&["show", reference]).is(0);
    run(&["config", "check"]).is(0);
    assert!(!run(&["doctor"]).out.contains('×'));
}

#[test]
fn without_a_keyring_the_environment_is_enough_and_its_lack_is_told() {
    let world = World::new();
    // The keyring's place is nowhere, in every test here.
    assert_eq!(world.link(&[])["state"], "open");
    let without =
        finish(world.command(&["new", "--item", "Vaffel;1;45.00"]).env_remove("PAYLINK_CLIENT_SECRET")).is(4);
    is_one_clear_line(&without, "PAYLINK_CLIENT_SECRET");
    let doctor = finish(world.command(&["doctor", "--json"]).env_remove("PAYLINK_CLIENT_SECRET")).is(4);
    let checks = doctor.json()["checks"].as_array().unwrap().clone();
    let secret = checks.iter().find(|c| c["name"] == "secret").unwrap();
    assert_eq!(secret["verdict"], "error", "{secret}");
    assert_eq!(world.sessions_asked_for().len(), 1, "nothing was sent without a secret");
}

/// The system's own folder in which nobody makes files says that the place isn't there.
#[test]
#[cfg(target_os = "linux")]
fn where_no_folder_can_be_made_that_is_what_is_said() {
    let mut world = World::new();
    world.data = "/proc/paylink".into();
    let ran = world.run(&["list"]).is(3);
    is_one_clear_line(&ran, "/proc/paylink can't be made there. Choose another folder with --data-dir");
    let ran = world.run(&["list", "--lang", "nb"]).is(3);
    is_one_clear_line(&ran, "/proc/paylink kan ikke opprettes der.");
}

#[test]
fn where_nothing_can_be_written_nothing_is_sent() {
    let mut world = World::new();
    // A folder that is a file, or below one, is nowhere to write for root either.
    let file = world.home.path().join("file");
    std::fs::write(&file, "kept").unwrap();
    for place in [file.clone(), file.join("below")] {
        world.data = place.clone();
        for words in
            [&["new", "--item", "Vaffel;1;45.00"][..], &["list"], &["show", "A-1"], &["outbox", "list"]]
        {
            let ran = world.run(words).is(3);
            is_one_clear_line(&ran, place.to_str().unwrap());
        }
        let doctor = world.run(&["doctor", "--json"]).json();
        let checks = doctor["checks"].as_array().unwrap();
        let data = checks.iter().find(|c| c["name"] == "data").unwrap();
        assert_eq!(data["verdict"], "error", "{data}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    let log = world.control("GET", "/sandbox/log", json!(null));
    let made =
        log.as_array().unwrap().iter().filter(|r| r["path"].as_str().unwrap().starts_with("/v1/sessions"));
    assert_eq!(made.count(), 0, "a sale that can't be kept is not sent");
}
