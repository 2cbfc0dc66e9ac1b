//! What is wrong with a config file: where it stands, and as what it is told.

use std::cell::Cell;
use std::path::Path;

use serde::de;

use super::values::PERCENT;
use crate::config::ConfigError;
use crate::config::locate::{Keys, key_by_eye, line_of};
use crate::config::wrong::{Wanted, Wrong};
use crate::domain::clean;

thread_local! {
    /// What is wrong with the value that is being read: serde carries texts alone, and the words are not made here.
    static FOUND: Cell<Option<Wrong>> = const { Cell::new(None) };
}

/// A value is wrong in this way.
pub(super) fn wrong<E: de::Error>(what: Wrong) -> E {
    FOUND.set(Some(what));
    E::custom("a wrong value")
}

/// A mistake at a key that was read well by itself.
pub(super) fn at_key(text: &str, path: &Path, key: &str, what: Wrong) -> ConfigError {
    let keys = Keys::of(text);
    // A key that is missing is told at the table it should be in.
    let offset = keys
        .offset_of(key)
        .or_else(|| keys.offset_of(key.rsplit_once('.').map_or(key, |(table, _)| table)))
        .unwrap_or(0);
    ConfigError::Key {
        file: path.to_path_buf(),
        line: line_of(text, offset),
        key: clean::line_within(key, 120),
        what,
    }
}

pub(super) fn explain(error: &toml::de::Error, found: Option<Wrong>, text: &str, path: &Path) -> ConfigError {
    let offset = error.span().map_or(text.len(), |s| s.start);
    let key = Keys::of(text).at(offset).map(str::to_owned).or_else(|| key_by_eye(text, offset));
    let (file, line) = (path.to_path_buf(), line_of(text, offset));
    let mut what = found.unwrap_or_else(|| from_serde(error.message()));
    let key = key.unwrap_or_default();
    // The value is no matter; a key that is none or stands twice is.
    if key.ends_with("client_secret") && !matches!(what, Wrong::NotAKey { .. } | Wrong::Duplicate) {
        what = Wrong::NotASecret;
    }
    let key = clean::line_within(&key, 120);
    // A key of nothing that can be seen has no name that could be told.
    if key.is_empty() {
        ConfigError::Line { file, line, what }
    } else {
        ConfigError::Key { file, line, key, what }
    }
}

/// What serde and the reader of TOML say, which is always in English.
fn from_serde(message: &str) -> Wrong {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        // A key in quotes may hold anything, this form of words too: those that are known stand behind the last of it.
        let (given, expected) = rest.rsplit_once("`, expected ").unwrap_or((rest, ""));
        let known: Vec<String> = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        return Wrong::NotAKey { near: nearest(given, &known).map(str::to_owned), known };
    }
    if let Some((_, wanted)) =
        message.strip_prefix("invalid type: ").and_then(|m| m.rsplit_once(", expected "))
    {
        return match wanted {
            "a string" => Wrong::Type(Wanted::Text),
            "a boolean" => Wrong::Type(Wanted::Switch),
            "a sequence" => Wrong::Type(Wanted::List),
            PERCENT => Wrong::NotPercent,
            w if w.starts_with("struct ") || w == "a map" => Wrong::Type(Wanted::Table),
            _ => Wrong::Type(Wanted::Other),
        };
    }
    if message.starts_with("duplicate key") {
        Wrong::Duplicate
    } else if message.starts_with("string values must be quoted") {
        Wrong::NotQuoted
    } else {
        Wrong::NotToml
    }
}

/// The known word that `wrong` was probably meant to be.
fn nearest<'a>(wrong: &str, known: &'a [String]) -> Option<&'a str> {
    known
        .iter()
        .map(|k| (distance(wrong, k), k))
        .filter(|(d, k)| *d <= 1 + k.chars().count() / 5)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k.as_str())
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

/// Forgets what was wrong with another file, and gives it.
pub(super) fn found() -> Option<Wrong> {
    FOUND.take()
}
