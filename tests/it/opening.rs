//! The real binary while its ledger is still being opened, and where it can't be opened.

use std::fs::{self, File};

use crate::cli::World;
use crate::weather::app;

/// A ledger that another paylink is putting in place.
pub(crate) struct Held(File);

impl Held {
    pub(crate) fn ledger(world: &World) -> Self {
        fs::create_dir_all(&world.data).unwrap();
        let lock = File::create(world.data.join("paylink.lock")).unwrap();
        lock.lock().unwrap();
        Self(lock)
    }

    pub(crate) fn let_go(self) {
        self.0.unlock().unwrap();
    }
}

#[test]
fn a_ledger_that_takes_long_is_waited_for_with_a_screen_and_no_key_is_lost() {
    let world = World::new();
    let held = Held::ledger(&world);
    let mut term = app(&world).start();
    term.sees("Opening your links");
    term.sees("1 START");
    term.resize(100, 30);
    term.press("n");
    term.waits_for("the larger frame", |screen| {
        screen.rows(0, 100).last().is_some_and(|row| !row.trim().is_empty())
    });
    term.sees("Opening your links");
    held.let_go();
    term.sees("2 PAYMENT");
    term.press("esc");
    term.sees("No links yet");
    term.press("q");
    term.ends().restored().with_status(0);
}

#[test]
fn whoever_does_not_want_to_wait_for_it_leaves() {
    for key in ["ctrl-c", "q"] {
        let world = World::new();
        let _held = Held::ledger(&world);
        let mut term = app(&world).start();
        term.sees("Opening your links");
        term.press(key);
        term.ends().restored().with_status(0);
    }
    let world = World::new();
    let _held = Held::ledger(&world);
    let mut term = app(&world).start();
    term.sees("Opening your links");
    term.signal("TERM");
    term.ends().restored();
}

#[test]
fn a_ledger_that_cannot_be_opened_is_told_on_the_terminal_as_it_was() {
    let world = World::new();
    fs::create_dir_all(world.data.join("paylink.db")).unwrap();
    let mut term = app(&world).start();
    term.sees("is a folder");
    term.ends().restored().with_status(3);
}
