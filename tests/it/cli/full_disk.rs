//! A disk with no room left at all: a small one in memory, which only root can put in place.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Going, World, untested};
use crate::support::pty::Setup;
use crate::terminal::to_delivery;

/// The world's data folder as a disk of its own, taken away again however the test ends.
struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Or nothing, said loudly, where none can be had.
    fn of(world: &World) -> Option<Self> {
        fs::create_dir_all(&world.data).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs"])
            .arg(&world.data)
            .output();
        let why = match mount {
            Ok(done) if done.status.success() => return Some(Self { at: world.data.clone() }),
            Ok(done) => String::from_utf8_lossy(&done.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        untested("a full disk, which needs root and the right to mount", &why, "FULL_DISK");
        None
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// To the last byte.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for size in [65_536, 4096, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
        assert!(fs::write(self.at.join("more"), "x").is_err(), "there is still room");
        let _ = fs::remove_file(self.at.join("more"));
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Also while a program that a failed test left behind has files open there.
        let gone = Command::new("umount").arg("--lazy").arg(&self.at).status();
        if !gone.is_ok_and(|status| status.success()) {
            eprintln!("{} could not be unmounted", self.at.display());
        }
    }
}

fn sent(world: &World) -> Vec<String> {
    let mut all: Vec<String> = world
        .sessions_asked_for()
        .iter()
        .map(|(_, body)| body["order"]["merchant_reference"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

fn app(world: &World) -> Setup {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    Setup::paylink(&[])
        .env("PAYLINK_CONFIG", &path(&world.config))
        .env("PAYLINK_DATA_DIR", &path(&world.data))
        .env("PAYLINK_CLIENT_SECRET", world.secret())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
}

#[track_caller]
fn until(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < end, "waited for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_command_on_a_full_disk_says_so_sends_nothing_and_loses_nothing() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    let link = world.link(&["--reference", "A-1"]);
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
    disk.fill();
    for words in [
        &["new", "--json", "--item", "Vaffel;1;45.00", "--reference", "A-3"] as &[&str],
        &["outbox", "send", "A-2", "--json"],
        &["cancel", "A-1", "--json"],
        &["settle", "A-1", "--json"],
    ] {
        let failed = world.run(words).is(3);
        let said = failed.error();
        assert_eq!(said["code"], "data_folder", "{words:?}: {failed:?}");
        let message = said["message"].as_str().unwrap();
        assert!(message.contains("the disk is full"), "{words:?}: {failed:?}");
        assert_eq!(said["hint"], "Make room and try again", "{words:?}");
        assert_eq!(sent(&world), ["A-1"], "{words:?}");
    }
    shown(&world, &link);
    disk.make_room();
    let listed = world.run(&["list", "--json", "--offline"]).is(0);
    let mut kept: Vec<String> =
        listed.lines().iter().map(|link| format!("{} {}", link["reference"], link["state"])).collect();
    kept.sort();
    assert_eq!(kept, [r#""A-1" "open""#, r#""A-2" "queued""#]);
    assert_eq!(listed.err, "", "nothing was damaged");
    world.run(&["outbox", "send", "A-2"]).is(0);
    world.link(&["--reference", "A-3"]);
    assert_eq!(sent(&world), ["A-1", "A-2", "A-3"], "each once");
}

/// What is known is shown, with what the backend says now, and one line says that nothing is kept.
fn shown(world: &World, link: &serde_json::Value) {
    let states = |words: &[&str]| {
        let ran = world.run(words).is(0);
        assert_eq!(ran.err.lines().count(), 1, "{words:?}: {ran:?}");
        let note: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(note["note"]["code"], "nothing_kept", "{words:?}: {ran:?}");
        let said = note["note"]["message"].as_str().unwrap();
        assert!(
            said.contains("the disk is full") && said.contains("Nothing can be kept or sent now"),
            "{ran:?}"
        );
        assert_eq!(note["note"]["hint"], "Make room and try again");
        let told = |line: &serde_json::Value| format!("{} {}", line["reference"], line["state"]);
        let mut told: Vec<String> = ran.lines().iter().map(told).collect();
        told.sort();
        told
    };
    assert_eq!(states(&["list", "--json", "--offline"]), [r#""A-1" "open""#, r#""A-2" "queued""#]);
    world.visit(link);
    assert_eq!(states(&["list", "--json"]), [r#""A-1" "opened""#, r#""A-2" "queued""#]);
    assert_eq!(states(&["show", "A-1", "--json"]), [r#""A-1" "opened""#]);
    assert_eq!(states(&["show", "A-1", "--json", "--offline"]), [r#""A-1" "open""#]);
    assert_eq!(states(&["outbox", "list", "--json"]), [r#""A-2" "waiting""#]);
    for words in [&["qr", "A-1", "--offline"] as &[&str], &["qr", "A-1"]] {
        let ran = world.run(words).is(0);
        assert!(ran.out.contains('█'), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    }
    assert_eq!(sent(world), ["A-1"], "what waits is not sent");
}

/// That is when it's needed most: to save it elsewhere.
#[test]
fn a_ledger_on_a_full_disk_is_copied_to_another_one() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    world.link(&["--reference", "A-1"]);
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
    disk.fill();
    let copy = world.home.path().join("copy");
    let copy = copy.to_str().unwrap();
    let done = world.run(&["backup", copy, "--json"]).is(0);
    assert_eq!(done.json()["links"], 2);
    let note: serde_json::Value = serde_json::from_str(&done.err).unwrap();
    let said = note["note"]["message"].as_str().unwrap();
    assert!(said.contains("the disk is full. Nothing can be kept there now"), "{done:?}");
    assert_eq!(
        (&note["note"]["code"], &note["note"]["hint"]),
        (&json!("nothing_kept"), &json!("Make room and try again"))
    );
    // Where the copy itself finds no room, it is the disk of the copy that is full.
    let here = world.data.join("copy");
    let full = world.run(&["backup", here.to_str().unwrap(), "--json"]).is(3);
    assert!(
        full.error()["message"].as_str().unwrap().contains("copy can't be written: the disk is full"),
        "{full:?}"
    );
    assert!(!here.exists());
    // It is a whole one.
    let restored = world.run(&[
        "restore",
        copy,
        "--yes",
        "--json",
        "--data-dir",
        world.home.path().join("new").to_str().unwrap(),
    ]);
    assert_eq!(restored.is(0).json()["links"], 2);
}

#[test]
fn the_app_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    let mut term = app(&world).start();
    to_delivery(&mut term);
    term.press("shift-tab right right");
    term.sees("● link or QR only");
    disk.fill();
    term.press("enter");
    term.sees("the disk is full");
    assert_eq!(sent(&world), Vec::<String>::new());
    // Nothing typed is lost, and the same key does it when there is room.
    term.sees("5 DELIVERY");
    disk.make_room();
    term.press("enter");
    term.sees("NOT OPENED");
    assert_eq!(sent(&world).len(), 1);

    // What waits in the outbox is not sent while that can't be written down, and then by itself.
    term.press("esc");
    let later = json!({
        "method": "POST", "path": "/v1/sessions", "kind": "status", "status": 429, "retry_after": 6, "times": -1
    });
    world.fault(later);
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
    term.sees("A-2");
    // Tried, and given back until later.
    until("a try", || {
        let listed = world.run(&["outbox", "list", "--json"]).is(0).lines();
        listed.iter().any(|entry| !entry["last_error"].is_null())
    });
    disk.fill();
    world.clear_faults();
    let tried = world.sessions_asked_for().len();
    term.sees("the disk is full");
    assert_eq!(world.sessions_asked_for().len(), tried, "sent without being written down");
    disk.make_room();
    until("the link", || {
        let listed = world.run(&["list", "--json", "--offline"]);
        listed.status == 0 && listed.lines().iter().all(|link| link["state"] == "open")
    });
    let references = world.run(&["list", "--json", "--offline"]).is(0).lines().len();
    assert_eq!(references, 2);
    assert_eq!(sessions(&world), 2, "each once");
    term.no_longer_sees("queued");
    term.press("q");
    term.ends().restored().with_status(0);
}

/// The app that is started on a full disk shows what there is, follows it, sells nothing and says so.
#[test]
fn the_app_that_is_started_on_a_full_disk_shows_what_is_there() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    let link = world.link(&["--reference", "A-1"]);
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
    disk.fill();
    let mut term = app(&world).start();
    term.sees("nothing kept");
    term.sees("the disk is full");
    term.sees("A-2");
    world.pay(&link, "authorized");
    term.sees("● paid");
    term.press("n");
    term.sees("Make room and try again");
    term.sees("Paid today");
    assert_eq!(sent(&world), ["A-1"], "what waits is not sent");
    term.press("q");
    term.ends().restored().with_status(0);
    disk.make_room();
    let mut term = app(&world).start();
    until("what waited is sent", || sent(&world) == ["A-1", "A-2"]);
    term.no_longer_sees("nothing kept");
    term.press("q");
    term.ends().restored().with_status(0);
}

/// The next link is made at once, and the answer comes so late that the disk can be filled meanwhile.
fn answers_late(world: &World) {
    world
        .fault(json!({ "method": "POST", "path": "/v1/sessions*", "kind": "delay", "ms": 3000, "times": 1 }));
}

/// The backend has the request, and its answer is on its way.
fn asked(world: &World) {
    until("the request", || {
        world.control("GET", "/sandbox/faults", serde_json::Value::Null).as_array().unwrap().is_empty()
    });
}

#[test]
fn a_link_that_was_made_is_written_down_once_there_is_room() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    answers_late(&world);
    let new = ["new", "--json", "--item", "Vaffel;1;45.00", "--reference", "A-1"];
    let running = Going::start(&mut world.command(&new));
    asked(&world);
    disk.fill();
    // The answer has come, and can't be kept.
    std::thread::sleep(Duration::from_secs(6));
    disk.make_room();
    let link = running.end().is(0).json();
    assert_eq!(link["state"], "open");
    assert!(link["session_id"].is_string() && link["url"].is_string(), "{link}");
    assert_eq!(sessions(&world), 1);
}

#[test]
fn a_link_that_can_not_be_written_down_in_time_is_found_again() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    answers_late(&world);
    let began = Instant::now();
    let new = ["new", "--json", "--item", "Vaffel;1;45.00", "--reference", "A-1"];
    let running = Going::start(&mut world.command(&new));
    asked(&world);
    disk.fill();
    let failed = running.end().is(7);
    assert_eq!(failed.error()["code"], "outcome_unknown", "{failed:?}");
    assert!(failed.error()["message"].as_str().unwrap().contains("the disk is full"), "{failed:?}");
    let took = began.elapsed();
    assert!((20..45).contains(&took.as_secs()), "as long as a command may: {took:?}");
    disk.make_room();
    world.run(&["outbox", "send", "A-1"]).is(0);
    let link = world.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!((link["state"].as_str(), sessions(&world)), (Some("open"), 1));
}

#[test]
fn the_app_keeps_what_it_heard_until_there_is_room() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else { return };
    let mut term = app(&world).start();
    to_delivery(&mut term);
    term.press("shift-tab right right");
    term.sees("● link or QR only");
    answers_late(&world);
    term.press("enter");
    asked(&world);
    disk.fill();
    term.sees("The ledger can't be written");
    disk.make_room();
    term.sees("NOT OPENED");
    assert_eq!(sessions(&world), 1);
    term.press("esc");
    term.sees("Paid today");
    term.press("q");
    term.ends().restored().with_status(0);
    let link = world.run(&["list", "--json", "--offline"]).is(0).lines().remove(0);
    assert_eq!(link["state"], "open");
    assert!(link["session_id"].is_string(), "{link}");
}

/// How many sessions the backend has made.
fn sessions(world: &World) -> usize {
    let log = world.control("GET", "/sandbox/log", serde_json::Value::Null);
    let made = |call: &&serde_json::Value| {
        call["method"] == "POST"
            && call["path"].as_str().is_some_and(|path| path.starts_with("/v1/sessions"))
            && call["status"] == 200
    };
    log.as_array().unwrap().iter().filter(made).count()
}
