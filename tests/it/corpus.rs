//! The checks of `fuzz/`, as ordinary tests: every file of the kept corpus, and mutations of them by a fixed seed. More
//! of them: `PAYLINK_MUTATIONS=100000 cargo test --test it corpus`.

// The fuzz targets include the same files from a crate of their own.
#![allow(unreachable_pub)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub mod checks;

/// What is put in at random: marks that mean something to a parser, and characters that must not come through.
const WORDS: &[&str] = &[
    "\"",
    "\\",
    "\\u001b",
    "\\ud83d",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{200b}",
    "\u{200d}",
    "\u{301}",
    "\u{e0041}",
    "\0",
    "\n",
    ";",
    ",",
    ".",
    "-",
    "+47",
    "00",
    "@",
    "kr",
    "1 249,50",
    "9223372036854775807",
    "1e999",
    "null",
    "{",
    "}",
    "[",
    "]",
    "$SECRET",
    "$TOKEN",
    "https://",
    "æ",
    "\u{a0}",
    "😀",
    "=",
];

/// A small generator of numbers (xorshift): the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n.max(1) as u64).unwrap()
    }
}

fn mutated(dice: &mut Dice, files: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = files[dice.below(files.len())].clone();
    for _ in 0..=dice.below(4) {
        let (from, to) = (dice.below(bytes.len() + 1), dice.below(bytes.len() + 1));
        let (from, to) = (from.min(to), from.max(to));
        match dice.below(6) {
            0 => bytes.truncate(to),
            1 => drop(bytes.drain(from..to.min(from + 8))),
            2 => {
                let again = bytes[from..to].to_vec();
                bytes.splice(to..to, again);
            }
            3 if from < bytes.len() => bytes[from] ^= 1 << dice.below(8),
            4 => {
                let other = &files[dice.below(files.len())];
                let at = dice.below(other.len() + 1);
                bytes.splice(from..to, other[at..].iter().copied());
            }
            _ => drop(bytes.splice(from..from, WORDS[dice.below(WORDS.len())].bytes())),
        }
        bytes.truncate(16 * 1024);
    }
    bytes
}

fn run(target: &str, mutations: usize, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files: Vec<_> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(files.len() >= 8, "{} has {} files", folder.display(), files.len());
    let mut failed = Vec::new();
    let mut one = |bytes: &[u8], name: &str| {
        // A mistake is mostly met many times: a few are enough to see what it is.
        if failed.len() < 5 && catch_unwind(AssertUnwindSafe(|| check(bytes))).is_err() {
            failed.push(format!("{name}: b\"{}\"", bytes.escape_ascii()));
        }
    };
    for (path, bytes) in paths.iter().zip(&files) {
        one(bytes, &path.display().to_string());
    }
    let mutations = std::env::var("PAYLINK_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(mutations);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for n in 0..mutations {
        one(&mutated(&mut dice, &files), &format!("mutation {n}"));
    }
    assert!(failed.is_empty(), "{target}:\n{}", failed.join("\n"));
}

#[test]
fn whatever_the_backend_answers_what_comes_in_is_clean() {
    run("answers", 3000, checks::answers::check);
}

#[test]
fn whatever_is_typed_means_the_same_when_it_is_shown_and_typed_again() {
    run("typed", 4000, checks::typed::check);
}

#[test]
fn whatever_the_config_file_says_a_mistake_has_its_line_and_the_rest_can_be_written_again() {
    run("config", 4000, checks::config::check);
}

#[test]
fn whatever_lines_are_given_they_add_up_or_are_told_to_be_wrong() {
    run("lines", 3000, checks::lines::check);
}

#[test]
fn whatever_a_product_list_says_it_is_taken_whole_and_written_as_it_is_or_told_to_be_wrong() {
    run("products", 4000, checks::products::check);
}

#[test]
fn whatever_the_terminal_sends_cut_or_whole_means_what_it_is() {
    run("terminal", 1500, checks::terminal::check);
}
