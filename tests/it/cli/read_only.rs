//! A data folder in which nothing can be written: a folder of mode 0500, a ledger of 0400. Modes don't bind root, so
//! there the program runs as nobody.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{Ran, World, finish, untested};

/// The user and the group "nobody", by number.
const NOBODY: u32 = 65_534;

/// A world whose program is bound by modes.
struct Bound {
    world: World,
    as_nobody: bool,
}

impl Bound {
    /// Or nothing, said loudly, where nobody can be had.
    fn new() -> Option<Self> {
        let world = World::new();
        world.link(&["--reference", "A-1"]);
        world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
        let probe = world.home.path().join("probe");
        fs::create_dir(&probe).unwrap();
        set(&probe, 0o500);
        if fs::write(probe.join("file"), "x").is_err() {
            return Some(Self { world, as_nobody: false });
        }
        give_away(world.home.path());
        let bound = Self { world, as_nobody: true };
        let tried = bound.command(&["--version"]).output();
        let why = match tried {
            Ok(done) if done.status.success() => return Some(bound),
            Ok(done) => String::from_utf8_lossy(&done.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        untested("a read-only data folder, which needs setpriv where root runs the tests", &why, "READ_ONLY");
        None
    }

    fn command(&self, words: &[&str]) -> Command {
        let inner = self.world.command(words);
        if !self.as_nobody {
            return inner;
        }
        let ids = NOBODY.to_string();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &ids, "--regid", &ids, "--clear-groups"]).arg(inner.get_program());
        command.args(inner.get_args()).env_clear().current_dir("/");
        for (name, value) in inner.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        finish(&mut self.command(words))
    }

    /// The folder and all files in it.
    fn modes(&self, folder: u32, files: u32) {
        for file in fs::read_dir(&self.world.data).unwrap() {
            set(&file.unwrap().path(), files);
        }
        set(&self.world.data, folder);
    }

    /// What is known is shown, and one line says that nothing is kept.
    fn shown(&self) {
        for (words, told) in [
            (&["list", "--json"] as &[&str], vec![json!(["A-2", "queued"]), json!(["A-1", "open"])]),
            (&["list", "--json", "--offline"], vec![json!(["A-2", "queued"]), json!(["A-1", "open"])]),
            (&["show", "A-1", "--json"], vec![json!(["A-1", "open"])]),
            (&["show", "A-1", "--json", "--offline"], vec![json!(["A-1", "open"])]),
            (&["outbox", "list", "--json"], vec![json!(["A-2", "waiting"])]),
        ] {
            let ran = self.run(words).is(0);
            let lines: Vec<_> = ran.lines().iter().map(|l| json!([l["reference"], l["state"]])).collect();
            assert_eq!(lines, told, "{words:?}: {ran:?}");
            assert_eq!(ran.err.lines().count(), 1, "{words:?}: {ran:?}");
            let note: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
            assert_eq!(note["note"]["code"], "nothing_kept", "{ran:?}");
            assert!(note["note"]["hint"].as_str().unwrap().contains("--data-dir"), "{ran:?}");
        }
        let ran = self.run(&["qr", "A-1", "--offline"]).is(0);
        assert!(ran.out.contains('█') && ran.err.contains("Nothing can be kept or sent now"), "{ran:?}");
    }

    /// What is in the folder, byte for byte; but what is only there while it's in use.
    fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let files = fs::read_dir(&self.world.data).unwrap().map(|f| f.unwrap().path());
        let kept = files.filter(|f| f.extension().is_some_and(|e| e == "db"));
        kept.map(|f| (f.display().to_string(), fs::read(&f).unwrap())).collect()
    }
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for file in fs::read_dir(path).unwrap() {
            give_away(&file.unwrap().path());
        }
    }
}

#[test]
fn a_read_only_data_folder_is_told_in_one_line_sends_nothing_and_loses_nothing() {
    let Some(bound) = Bound::new() else { return };
    bound.run(&["list", "--offline"]).is(0);
    let before = bound.bytes();
    assert!(!before.is_empty());
    let sent = bound.world.sessions_asked_for().len();
    for (folder, files) in [(0o500, 0o400), (0o500, 0o600), (0o700, 0o400), (0o000, 0o600)] {
        bound.modes(folder, files);
        for words in [
            &["new", "--json", "--item", "Vaffel;1;45.00", "--reference", "A-3"] as &[&str],
            &["outbox", "send", "A-2", "--json"],
            &["cancel", "A-1", "--json"],
            // The app itself.
            &["--json"],
        ] {
            let failed = bound.run(words).is(3);
            assert_eq!(failed.out, "", "{folder:o} {files:o} {words:?}");
            let people: Vec<&str> = words.iter().copied().filter(|w| *w != "--json").collect();
            if people.is_empty() {
                continue;
            }
            let said = failed.error();
            assert_eq!(said["code"], "data_folder", "{folder:o} {files:o} {words:?}: {failed:?}");
            let message = said["message"].as_str().unwrap();
            assert!(message.contains(bound.world.data.to_str().unwrap()), "{failed:?}");
            let told = ["no permission to write there", "can't be written", "can't be made there"];
            assert!(told.iter().any(|told| message.contains(told)), "{folder:o} {files:o}: {failed:?}");
            let hint = said["hint"].as_str().unwrap();
            assert!(hint.contains("--data-dir"), "{failed:?}");
            let told = bound.run(&people).is(3);
            assert_eq!(told.err.lines().count(), 1, "{told:?}");
        }
        if folder == 0o000 {
            // There is nothing that could be read.
            bound.run(&["list", "--json"]).is(3);
        } else {
            bound.shown();
        }
        let doctor: serde_json::Value =
            serde_json::from_str(&bound.run(&["doctor", "--json"]).is(3).out).unwrap();
        let data = doctor["checks"].as_array().unwrap().iter().find(|c| c["name"] == "data").unwrap();
        assert_eq!(data["verdict"], "error", "{data}");
        assert_eq!(bound.world.sessions_asked_for().len(), sent, "{folder:o} {files:o}: nothing goes out");
        set(&bound.world.data, 0o700);
        assert_eq!(bound.bytes(), before, "{folder:o} {files:o}: not a byte is changed");
    }
    bound.modes(0o700, 0o600);
    let listed = bound.run(&["list", "--json", "--offline"]).is(0).lines();
    let states: Vec<_> = listed.iter().map(|l| json!([l["reference"], l["state"]])).collect();
    assert_eq!(states, [json!(["A-2", "queued"]), json!(["A-1", "open"])], "nothing is lost");
    bound.run(&["outbox", "send", "A-2"]).is(0);
    assert_eq!(bound.world.sessions_asked_for().len(), sent + 1, "once");
}
