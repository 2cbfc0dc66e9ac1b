//! Standard output for results, standard error for everything else.

use std::io::{self, IsTerminal, Write};

use unicode_width::UnicodeWidthStr;

use super::failure::{Failure, Status};
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

    /// A word beside the results: on standard error, never in the way of a pipe.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A failure: one line, or with `--json` one object.
    pub fn failure(&self, failure: &Failure) {
        if failure.status != Status::Done {
            let text = if self.json { failure.to_json() } else { format!("paylink: {failure}") };
            self.note(&text);
        }
    }
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
