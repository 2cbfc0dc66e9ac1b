//! Standard output for results, standard error for everything else.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use unicode_width::UnicodeWidthStr;

use super::failure::{Failure, Status};
use super::note::Note;
use crate::domain::clean;
use crate::i18n::Texts;

/// Where a command writes.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// `--json`
    pub json: bool,
    /// Whether standard output may have colours.
    pub color: bool,
    /// The words.
    pub texts: Texts,
}

impl Output {
    /// For this run. Colours only where a person looks.
    #[must_use]
    pub fn new(json: bool, no_color: bool, texts: Texts) -> Self {
        let color = !json && !no_color && io::stdout().is_terminal();
        Self { json, color, texts }
    }

    /// Writes a result and a line break.
    ///
    /// # Errors
    /// Standard output is closed (quiet) or broken.
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        let text = if self.json { escaped(text) } else { harmless(text, self.color) };
        self.bytes(format!("{text}\n").as_bytes())
    }

    /// Writes a result as it is.
    ///
    /// # Errors
    /// Standard output is closed (quiet) or broken.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| match e.kind() {
            io::ErrorKind::BrokenPipe => Failure::pipe_closed(),
            _ => Failure::new(
                Status::Input,
                "stdout",
                self.texts.t_args("cli-stdout", &[("what", self.texts.system(&e).into())]),
                "",
            ),
        })
    }

    /// A word beside the results: on standard error, never in the way of a pipe. One line, or with `--json` one object.
    pub fn note(&self, note: &Note) {
        self.beside(&if self.json { note.to_json() } else { note.to_string() });
    }

    /// A failure: one line, or with `--json` one object; the last that is said.
    pub fn failure(&self, failure: &Failure) {
        if failure.status != Status::Done {
            self.beside(&if self.json { failure.to_json() } else { format!("paylink: {failure}") });
        }
    }

    fn beside(&self, text: &str) {
        let text = if self.json { escaped(text) } else { harmless(text, false) };
        // Where nobody hears it, there is nobody to tell that to either.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// `text` without what acts on a terminal: none of our words do, but for our own colours, which stay where
/// there are colours.
fn harmless(text: &str, color: bool) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && clean::is_unsafe(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = colour_sequence(rest).filter(|_| color);
        let (part, after) = rest.split_at(colour.unwrap_or(c.len_utf8()));
        if colour.is_some() || c == '\n' || !clean::is_unsafe(c) {
            out.push_str(part);
        }
        rest = after;
    }
    Cow::Owned(out)
}

/// How long the sequence is that sets a colour, if `text` begins with one: `ESC [ 3 1 m`.
fn colour_sequence(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    numbers[end..].starts_with('m').then_some(end + 3)
}

/// JSON in which every character that acts on a terminal is written as a number, which says the same.
/// Outside of its texts JSON has none of them but line breaks.
fn escaped(json: &str) -> Cow<'_, str> {
    if !json.chars().any(|c| c != '\n' && clean::is_unsafe(c)) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c == '\n' || !clean::is_unsafe(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a text never fails.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

/// How wide a text is in a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` with spaces after it up to `columns`.
#[must_use]
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// `text` with spaces before it up to `columns`.
#[must_use]
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}]0;x\u{7}\u{9b}2J\u{202e}b\u{e0041}";

    #[test]
    fn nothing_acts_on_a_terminal_but_our_own_colours() {
        assert_eq!(harmless(HOSTILE, false), "a]0;x2Jb");
        assert_eq!(harmless("one\ntwo", false), "one\ntwo");
        let coloured = "\u{1b}[1;31mred\u{1b}[0m\u{1b}[2J\u{1b}[31";
        assert_eq!(harmless(coloured, true), "\u{1b}[1;31mred\u{1b}[0m[2J[31");
        assert_eq!(harmless(coloured, false), "[1;31mred[0m[2J[31");
    }

    #[test]
    fn json_says_the_same_in_plain_characters() {
        let json = serde_json::json!({ "reason": HOSTILE }).to_string();
        let safe = escaped(&json);
        assert!(!safe.chars().any(clean::is_unsafe), "{safe:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap()["reason"], HOSTILE);
    }
}
