//! What befalls the data folder: backups, a damaged ledger, a full disk, a newer format, no home.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;

use super::{Going, World, finish, finish_with_input, nobody};

const PAGE: usize = 4096;

impl World {
    fn database(&self) -> PathBuf {
        self.data.join("paylink.db")
    }

    fn references(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .run(&["list", "--json", "--offline", "--limit", "0"])
            .is(0)
            .lines()
            .iter()
            .map(|link| link["reference"].as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    }
}

#[test]
fn a_backup_is_made_while_a_link_is_watched_and_put_back_when_nobody_looks() {
    let world = World::new();
    let first = world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("ledger.backup");
    let name = file.to_str().unwrap();
    let mut watching = Going::start(&mut world.command(&["watch", "A-1", "--json"]));
    assert_eq!(watching.json()["reference"], "A-1");

    let made = world.run(&["backup", name, "--json"]).is(0).json();
    assert_eq!(made, json!({ "file": name, "links": 1 }));
    assert_eq!(world.run(&["backup", name, "--json"]).is(3).error()["code"], "data_folder");
    world.run(&["backup", name, "--force"]).is(0);
    let refused = world.run(&["restore", name, "--yes"]).is(3);
    assert!(refused.err.contains("in use by another paylink"), "{refused:?}");
    watching.kill();

    world.link(&["--reference", "A-2"]);
    let asked = world.run(&["restore", name]).is(3);
    assert!(asked.err.contains("A-2") && asked.err.contains("--yes"), "named, and not replaced: {asked:?}");
    assert_eq!(world.references(), ["A-1", "A-2"]);
    let restored = world.run(&["restore", name, "--yes", "--json"]).is(0);
    let done = restored.json();
    assert_eq!((done["links"].clone(), done["missing"].clone()), (json!(1), json!(1)));
    assert_eq!((&done["carried"], &done["lost"], &*restored.err), (&json!(["A-2"]), &json!([]), ""));
    assert!(PathBuf::from(done["kept"].as_str().unwrap()).exists());
    // Its customer may still pay it.
    assert_eq!(world.references(), ["A-1", "A-2"]);
    // It is the same link: what happens to it is seen.
    world.pay(&first, "authorized");
    assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "captured");
}

#[test]
fn what_came_to_the_ledger_since_a_copy_goes_over_with_what_waits_for_it() {
    let world = World::new();
    let offline = |reference: &str| {
        world.run(&["new", "--item", "Vaffel;1;45", "--reference", reference, "--offline"]).is(5);
    };
    offline("IN-BOTH");
    let file = world.home.path().join("ledger.backup");
    let name = file.to_str().unwrap();
    world.run(&["backup", name]).is(0);
    offline("LATER-1");
    offline("LATER-2");
    for (lang, words) in [
        ("en", "2 of these are not in the backup: LATER-1, LATER-2. They go over."),
        ("nb", "2 av dem er ikke i sikkerhetskopien: LATER-1, LATER-2. De blir med over."),
    ] {
        let asked = world.run(&["restore", name, "--lang", lang]).is(3);
        assert!(asked.err.contains(words) && asked.err.contains("--yes"), "{asked:?}");
        assert!(!asked.err.contains("IN-BOTH"), "that is in the backup too: {asked:?}");
    }
    let done = world.run(&["restore", name, "--yes", "--json"]).is(0).json();
    assert_eq!((&done["carried"], &done["not_sent"]), (&json!(["LATER-1", "LATER-2"]), &json!([])));
    offline("LATER-3");
    let done = world.run(&["restore", name, "--yes"]).is(0);
    let went = "3 links that were not in it went over from the old ledger: LATER-1, LATER-2, LATER-3";
    assert!(done.out.contains(went), "{done:?}");
    // Each goes out, once.
    world.run(&["list"]).is(0);
    for reference in ["LATER-1", "LATER-2", "LATER-3"] {
        assert_eq!(world.run(&["show", reference, "--json"]).is(0).json()["state"], "open");
    }
    let asked = world.sessions_asked_for();
    let later = asked.iter().filter(|(_, body)| body["order"]["merchant_reference"] != "IN-BOTH");
    assert_eq!(later.count(), 3);
}

/// Its ledger is lost, the same order is sold again, and then the last copy is found.
#[test]
fn an_order_that_is_paid_by_a_link_of_each_ledger_is_told() {
    let world = World::new();
    let first = world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("ledger.backup");
    let name = file.to_str().unwrap();
    world.run(&["backup", name]).is(0);
    fs::remove_dir_all(&world.data).unwrap();
    let second = world.link(&["--reference", "A-1"]);
    world.pay(&second, "authorized");
    world.run(&["list"]).is(0);
    world.run(&["restore", name, "--yes"]).is(0);
    let again = world.run(&["new", "--item", "Vaffel;1;45", "--reference", "A-1", "--json"]).is(3);
    assert_eq!(again.error()["code"], "reference_used");
    world.pay(&first, "authorized");
    let all = world.run(&["list", "--json"]).is(0).lines();
    let alarms: Vec<_> = all.iter().map(|l| (l["state"].clone(), l["alarms"].clone())).collect();
    let told = (json!("captured"), json!(["double_payment"]));
    assert_eq!(alarms, [told.clone(), told]);
}

/// A link that was paid since the copy is not open again, and what can't be read is named.
#[test]
fn a_payment_since_a_copy_is_known_and_a_link_that_cannot_be_read_is_named() {
    let world = World::new();
    let paid = world.link(&["--reference", "PAID-1"]);
    let file = world.home.path().join("ledger.backup");
    let name = file.to_str().unwrap();
    world.run(&["backup", name]).is(0);
    world.pay(&paid, "authorized");
    world.link(&["--reference", "ODD-1"]);
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute("UPDATE links SET sale = '{' WHERE reference = 'ODD-1'", []).unwrap();
    drop(connection);
    world.run(&["list"]).is(0);
    let asked = world.run(&["restore", name]).is(3);
    let words = "1 of these is not in the backup, can't be read and would not be followed any more: ODD-1.";
    assert!(asked.err.contains(words), "{asked:?}");
    let done = world.run(&["restore", name, "--yes", "--json"]).is(0);
    assert_eq!((&done.json()["missing"], &done.json()["lost"]), (&json!(1), &json!(["ODD-1"])));
    assert!(done.err.contains("not_in_backup") && done.err.contains("ODD-1"), "{done:?}");
    let shown = world.run(&["show", "PAID-1", "--offline", "--json"]).is(0).json();
    assert_eq!(shown["state"], "captured");
}

#[test]
fn a_bad_backup_is_not_spoken_of_as_the_ledger() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("copy");
    let name = file.to_str().unwrap();
    world.run(&["backup", name]).is(0);
    let mut bytes = fs::read(&file).unwrap();
    for byte in bytes.iter_mut().skip(PAGE) {
        *byte ^= 0x5a;
    }
    fs::write(&file, &bytes).unwrap();
    let nothing = world.home.path().join("nothing");
    let text = world.home.path().join("text");
    fs::write(&text, "not a database").unwrap();
    let folder = world.home.path().to_str().unwrap();
    for (given, words) in [
        (name, "copy is damaged: not all of it can be read"),
        (nothing.to_str().unwrap(), "There is no file"),
        (text.to_str().unwrap(), "is no backup of a paylink ledger"),
        (folder, "is a folder, not a backup"),
        (world.database().to_str().unwrap(), "is the ledger itself"),
    ] {
        let refused = world.run(&["restore", given, "--yes"]).is(3);
        assert!(refused.err.contains(words) && refused.err.contains("Nothing was replaced"), "{refused:?}");
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    }
    assert_eq!(world.references(), ["A-1"]);
    let nowhere = world.run(&["backup", "/nope/b.db"]).is(3);
    assert!(nowhere.err.contains("There is no folder /nope"), "{nowhere:?}");
    assert!(!nowhere.err.contains(".part"), "{nowhere:?}");
}

#[test]
fn a_link_that_was_sent_after_the_backup_is_not_sent_again() {
    let world = World::new();
    let words = [
        "new",
        "--json",
        "--item",
        "Vaffel;1;45.00",
        "--sms",
        "+4791234567",
        "--reference",
        "A-1",
        "--offline",
    ];
    world.run(&words).is(5);
    let file = world.home.path().join("backup");
    world.run(&["backup", file.to_str().unwrap()]).is(0);
    world.run(&["outbox", "send", "A-1"]).is(0);
    world.run(&["restore", file.to_str().unwrap(), "--yes"]).is(0);
    let sent = world.run(&["outbox", "send", "A-1", "--json"]).is(0).json();
    assert_eq!(sent["state"], "open", "found, not made anew");
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[test]
fn a_damaged_ledger_is_kept_the_rest_saved_and_said() {
    let world = World::new();
    for n in 1..=4 {
        world.link(&["--reference", &format!("A-{n}")]);
    }
    let mut bytes = fs::read(world.database()).unwrap();
    // Only the beginning: a file that is no database any more.
    bytes[..PAGE].fill(0x5a);
    fs::write(world.database(), &bytes).unwrap();
    let listed = world.run(&["list", "--json", "--offline"]).is(0);
    assert_eq!(listed.lines().len(), 4);
    assert!(listed.err.contains("The ledger was damaged. All of it was saved: 4 links."), "{listed:?}");
    let kept: Vec<PathBuf> = fs::read_dir(&world.data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("paylink.db.damaged-"))
        .collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(fs::read(kept).unwrap(), bytes, "as it was");
    let doctor = world.run(&["doctor", "--json"]);
    assert!(doctor.out.contains(kept.file_name().unwrap().to_str().unwrap()), "{doctor:?}");
    let norwegian = world.run(&["list", "--offline", "--lang", "nb"]).is(0);
    assert!(norwegian.err.contains("Registeret var skadet"), "{norwegian:?}");
    fs::remove_file(kept).unwrap();
    assert_eq!(world.run(&["list", "--offline"]).is(0).err, "", "dealt with");
    // Sales go on, under a new reference.
    let next = world.link(&[]);
    assert!(!["A-1", "A-2", "A-3", "A-4"].contains(&next["reference"].as_str().unwrap()));
}

/// The command that finds it says it itself, whatever it was asked for, and ends as it would have.
#[test]
fn a_damage_that_is_found_on_the_way_is_said_at_once() {
    let found = |words: &dyn Fn(&World) -> Vec<String>| {
        let world = World::new();
        for n in 1..=60 {
            world.run(&["new", "--item", "Vaffel;1;45", "--reference", &format!("A-{n}"), "--offline"]).is(5);
        }
        world.run(&["list", "--offline"]).is(0);
        let connection = rusqlite::Connection::open(world.database()).unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let stories = "SELECT rootpage FROM sqlite_schema WHERE name = 'events'";
        let root: i64 = connection.query_row(stories, [], |row| row.get(0)).unwrap();
        let root = usize::try_from(root).unwrap();
        drop(connection);
        // The stories alone: whoever opens the ledger reads none of them.
        let mut bytes = fs::read(world.database()).unwrap();
        bytes[(root - 1) * PAGE..root * PAGE].fill(0xa5);
        fs::write(world.database(), &bytes).unwrap();
        let words = words(&world);
        let ran = world.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).is(0);
        let notes: Vec<serde_json::Value> =
            ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let damaged = notes.iter().filter(|note| note["note"]["code"] == "ledger_damaged");
        assert_eq!(damaged.count(), 1, "{words:?}: {ran:?}");
        assert!(ran.err.contains("The ledger was damaged"), "{ran:?}");
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    found(&|_| words(&["show", "A-7", "--offline", "--json"]));
    found(&|world| words(&["backup", world.home.path().join("copy").to_str().unwrap(), "--json"]));
    found(&|world| {
        let other = world.home.path().join("other");
        let (other, copy) = (other.to_str().unwrap(), world.home.path().join("copy"));
        let copy = copy.to_str().unwrap();
        world.run(&["new", "--item", "Vaffel;1;45", "--offline", "--data-dir", other]).is(5);
        world.run(&["backup", copy, "--data-dir", other]).is(0);
        words(&["restore", copy, "--yes", "--json"])
    });
}

#[test]
fn nothing_but_garbage_starts_a_new_ledger_and_says_so() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let length = fs::read(world.database()).unwrap().len();
    fs::write(world.database(), vec![0; length]).unwrap();
    let listed = world.run(&["list", "--json", "--offline"]).is(0);
    assert_eq!(
        (listed.out.as_str(), listed.err.contains("The ledger was damaged")),
        ("", true),
        "{listed:?}"
    );
    world.link(&["--reference", "A-2"]);
}

#[test]
fn a_ledger_file_of_no_bytes_is_said_and_sales_go_on() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    fs::write(world.database(), "").unwrap();
    for _ in 0..2 {
        let listed = world.run(&["list", "--json", "--offline"]).is(0);
        assert!(listed.out.is_empty() && listed.err.contains("The ledger was damaged"), "{listed:?}");
    }
    let doctor = world.run(&["doctor"]);
    assert!(doctor.out.contains("The ledger was damaged"), "{doctor:?}");
    let next = world.link(&[]);
    assert_ne!(next["reference"], "A-1");
}

#[test]
fn one_link_that_cannot_be_read_keeps_no_other_from_being_followed() {
    let world = World::new();
    world.link(&["--reference", "ODD-1"]);
    let good = world.link(&["--reference", "GOOD-1"]);
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute("UPDATE links SET sale = '{' WHERE reference = 'ODD-1'", []).unwrap();
    drop(connection);
    world.pay(&good, "authorized");
    world.run(&["list"]).is(0);
    let shown = world.run(&["show", "GOOD-1", "--json", "--offline"]).is(0).json();
    assert_eq!(shown["state"], "captured");
    let doctor = world.run(&["doctor"]);
    let line = "What was sold can't be read of ODD-1: paylink doesn't follow it";
    assert!(doctor.out.contains(line), "{doctor:?}");
}

/// Nor is it one to send none.
#[test]
fn one_link_that_cannot_be_read_holds_up_no_other_in_the_outbox() {
    let world = World::new();
    world.write_config(&nobody(), "");
    for reference in ["ODD-1", "LAST-1"] {
        world.run(&["new", "--item", "Cup;1;100", "--reference", reference, "--json"]).is(5);
    }
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute("UPDATE links SET sale = '{' WHERE reference = 'ODD-1'", []).unwrap();
    drop(connection);
    let waits = world.run(&["outbox", "--json"]).is(1);
    assert!(waits.error()["message"].as_str().unwrap().contains("ODD-1"), "{}", waits.err);
    let named: Vec<_> = waits.lines().iter().map(|l| l["reference"].clone()).collect();
    assert_eq!(named, ["LAST-1"]);
    world.write_config(world.url(), "");
    world.run(&["list"]).is(0);
    assert_eq!(world.run(&["show", "LAST-1", "--json"]).is(0).json()["state"], "open");
}

/// It is no reason to show none of the others, nor to restore none.
#[test]
fn one_link_that_cannot_be_read_is_named_in_a_list_and_in_a_backup() {
    let world = World::new();
    for reference in ["FIRST-1", "ODD-1", "LAST-1"] {
        world.link(&["--reference", reference]);
    }
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute("UPDATE links SET sale = '{' WHERE reference = 'ODD-1'", []).unwrap();
    drop(connection);
    let listed = || {
        let listed = world.run(&["list", "--json"]).is(1);
        let error = listed.error();
        assert_eq!(error["code"], "unreadable");
        assert!(error["message"].as_str().unwrap().contains("ODD-1"), "{error}");
        listed.lines().iter().map(|l| l["reference"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(), ["LAST-1", "FIRST-1"]);
    let table = world.run(&["list"]).is(0).out;
    assert!(["FIRST-1", "ODD-1", "LAST-1"].iter().all(|r| table.contains(r)), "{table}");
    let copy = world.home.path().join("copy");
    let copy = copy.to_str().unwrap();
    world.run(&["backup", copy]).is(0);
    let asked = world.run(&["restore", copy, "--json"]).is(3).error();
    assert!(asked["message"].as_str().unwrap().contains("can't be read of ODD-1"), "{asked}");
    let done = world.run(&["restore", copy, "--yes", "--json"]).is(0).json();
    assert_eq!((&done["links"], &done["unreadable"]), (&json!(3), &json!(["ODD-1"])));
    assert_eq!(listed(), ["LAST-1", "FIRST-1"]);
    let told = world.run(&["restore", copy, "--yes"]).is(0).out;
    assert!(told.contains("What was sold can't be read of ODD-1"), "{told}");
}

/// The ledger was lost, and a new one began: its copy does not take the place of the last one that there is.
#[test]
fn a_backup_of_a_new_ledger_takes_the_place_of_no_better_one() {
    let world = World::new();
    for _ in 0..3 {
        world.link(&[]);
    }
    let copy = world.home.path().join("copy");
    let copy = copy.to_str().unwrap();
    world.run(&["backup", copy]).is(0);
    world.run(&["backup", copy, "--force"]).is(0);
    fs::remove_dir_all(&world.data).unwrap();
    world.link(&[]);
    let refused = world.run(&["backup", copy, "--force", "--json"]).is(3).error();
    assert_eq!(refused["code"], "backup_has_more");
    assert!(refused["message"].as_str().unwrap().contains("has 3 links, far more than the 1"), "{refused}");
    assert_eq!(world.run(&["backup", copy, "--force", "--force", "--json"]).is(0).json()["links"], 1);
}

#[test]
fn a_backup_overwrites_nothing_but_a_backup() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let config = fs::read(&world.config).unwrap();
    let name = world.config.to_str().unwrap();
    for words in [&["backup", name, "--force"][..], &["backup", name, "--force", "--force"]] {
        let refused = world.run(&[words, &["--json"]].concat()).is(3).error();
        assert_eq!(
            (&refused["code"], &refused["hint"]),
            (&json!("not_a_backup"), &json!("Name another file"))
        );
        let said = "is there already and is no backup of a paylink ledger: it is not overwritten";
        assert_eq!(refused["message"], format!("{name} {said}"));
        assert_eq!(fs::read(&world.config).unwrap(), config);
    }
    let norwegian = world.run(&["backup", name, "--force", "--lang", "nb"]).is(3);
    assert!(norwegian.err.contains("den blir ikke overskrevet"), "{norwegian:?}");
}

#[test]
fn what_was_never_a_ledger_is_left_alone() {
    let world = World::new();
    fs::create_dir_all(&world.data).unwrap();
    let letter = "Dear customer, these are not the links you are looking for. ".repeat(900);
    fs::write(world.database(), &letter).unwrap();
    let failed = world.run(&["list", "--json", "--offline"]).is(3);
    assert_eq!(failed.error()["code"], "data_folder");
    assert_eq!(fs::read_to_string(world.database()).unwrap(), letter);
    fs::remove_file(world.database()).unwrap();
    fs::create_dir(world.database()).unwrap();
    let failed = world.run(&["new", "--json", "--item", "Vaffel;1;45.00"]).is(3);
    assert!(failed.error()["message"].as_str().unwrap().contains("is a folder"), "{failed:?}");
    assert_eq!(world.sessions_asked_for().len(), 0);
}

#[test]
fn a_backup_over_a_newer_ledger_is_asked_about_as_that() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("backup");
    let file = file.to_str().unwrap();
    let copied = world.run(&["backup", file]).is(0);
    assert!(copied.out.contains("Copied 1 link to"), "{copied:?}");
    world.link(&["--reference", "A-2"]);
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let before = fs::read(world.database()).unwrap();
    let asked = world.run(&["restore", file]).is(3);
    for words in ["newer version of paylink", "has 1 link, of", "1 of these is not in the backup: A-2"] {
        assert!(asked.err.contains(words), "{words}: {asked:?}");
    }
    assert_eq!(fs::read(world.database()).unwrap(), before);
    let done = world.run(&["restore", file, "--yes"]).is(0);
    assert!(!done.err.contains("meanwhile"), "{done:?}");
    assert!(done.out.contains("Restored 1 link from"), "{done:?}");
    assert_eq!(world.references(), ["A-1", "A-2"], "what we know of it goes over");
}

#[test]
fn a_newer_ledger_is_not_touched() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let before = fs::read(world.database()).unwrap();
    let failed = world.run(&["new", "--json", "--item", "Vaffel;1;45.00"]).is(3);
    assert_eq!(failed.error()["code"], "newer_ledger");
    assert_eq!(fs::read(world.database()).unwrap(), before);
    assert_eq!(world.sessions_asked_for().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_full_disk_sends_nothing_and_loses_nothing() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let room = fs::metadata(world.database()).unwrap().len();
    // No file may grow beyond what the ledger has now, which the system says with a signal that is ignored.
    let limit = room / 512 + 8;
    let program = env!("CARGO_BIN_EXE_paylink");
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec {program} \"$@\"");
    let full = |words: &[&str]| {
        let like = world.command(words);
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(&script).arg("paylink").args(like.get_args()).env_clear();
        command.envs(like.get_envs().filter_map(|(k, v)| Some((k, v?)))).current_dir(world.home.path());
        finish(command.stdin(Stdio::null()))
    };
    let long = format!("Vaffel {};1;45.00", "x".repeat(180));
    let items: Vec<&str> = std::iter::repeat_n(["--item", long.as_str()], 60).flatten().collect();
    let failed = (0..40)
        .map(|n| {
            let reference = format!("B-{n}");
            let words = [&["new", "--json", "--reference", reference.as_str()], items.as_slice()].concat();
            (reference.clone(), full(&words))
        })
        .find(|(_, ran)| ran.status != 0);
    let (reference, failed) = failed.expect("the disk was never full");
    let said = failed.error();
    assert!(said["message"].as_str().unwrap().contains("the disk"), "{failed:?}");
    // What is not kept was not sent; what is kept waits, if it was not sent. With room again it goes on.
    let sent = || -> Vec<String> {
        let asked = world.sessions_asked_for();
        let mut sent: Vec<String> = asked
            .iter()
            .map(|(_, body)| body["order"]["merchant_reference"].as_str().unwrap().to_owned())
            .collect();
        sent.sort();
        sent
    };
    let kept = world.references();
    assert!(sent().iter().all(|reference| kept.contains(reference)), "{:?} {kept:?}", sent());
    if kept.contains(&reference) {
        world.run(&["outbox", "send", &reference]).is(0);
    } else {
        world.link(&["--reference", &reference]);
    }
    assert_eq!(sent(), world.references(), "each once");
}

#[test]
fn where_there_is_no_ledger_there_is_nothing_to_back_up() {
    let world = World::new();
    let file = world.home.path().join("backup");
    let failed = world.run(&["backup", file.to_str().unwrap(), "--json"]).is(3);
    assert!(failed.error()["message"].as_str().unwrap().contains("paylink.db is not there"), "{failed:?}");
    assert!(!file.exists() && !world.database().exists());
}

#[test]
fn a_person_is_asked_only_at_a_terminal() {
    let world = World::new();
    world.link(&["--reference", "A-1"]);
    let file = world.home.path().join("backup");
    world.run(&["backup", file.to_str().unwrap()]).is(0);
    let mut command = world.command(&["restore", file.to_str().unwrap()]);
    let ran = finish_with_input(&mut command, "yes\n").is(3);
    assert!(ran.err.contains("--yes"), "{ran:?}");
}
