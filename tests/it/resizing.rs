//! The real binary in a window that changes its size in the very moment in which something else happens.

use std::time::Duration;

use crate::cli::World;
use crate::opening::Held;
use crate::support::pty::{Setup, Term};
use crate::weather::app;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (100, 30);

/// Waits for a frame of this size: the header ends at its right edge, the footer is in its last row.
#[track_caller]
fn fills(term: &mut Term, (columns, rows): (u16, u16)) {
    term.waits_for(&format!("a frame of {columns}x{rows}"), |screen| {
        let lines: Vec<String> = screen.rows(0, columns).collect();
        lines[usize::from(rows) - 1].contains(" keys")
            && lines[0].trim_end().chars().count() >= usize::from(columns) - 2
    });
}

#[test]
fn a_key_in_the_moment_of_a_resize_is_read_and_so_is_the_resize() {
    let mut term = Setup::paylink(&["demo"]).start();
    term.sees("No links yet");
    term.press("n");
    term.sees("2 PAYMENT");
    term.press("enter");
    term.sees("3 PRODUCTS");
    let mut typed = String::new();
    for round in 0..200_u32 {
        let letter = char::from_u32(u32::from(b'a') + round % 26).unwrap();
        let size = if round % 2 == 0 { LARGE } else { SMALL };
        // Which of the two comes first is the other way round every second time of each.
        if round % 4 < 2 {
            term.resize(size.0, size.1);
            term.type_text(&letter.to_string());
        } else {
            term.type_text(&letter.to_string());
            term.resize(size.0, size.1);
        }
        typed.push(letter);
        // As much as the column of the smaller window shows.
        if typed.len() > 12 {
            term.press("ctrl-u");
            typed.clear();
        } else {
            term.sees(&typed);
        }
        fills(&mut term, size);
    }
}

/// A window that is too small takes no keys: one that is asked for its size too late would stay so.
#[test]
fn a_size_that_changes_before_anybody_listens_is_known() {
    for delay in (0..10).map(|n| Duration::from_millis(10 * n)) {
        let world = World::new();
        let held = Held::ledger(&world);
        let mut term = app(&world).size(40, 10).start();
        term.waits_for("the app's screen", vt100::Screen::alternate_screen);
        std::thread::sleep(delay);
        term.resize(LARGE.0, LARGE.1);
        held.let_go();
        fills(&mut term, LARGE);
        term.press("n");
        term.sees("2 PAYMENT");
    }
}
