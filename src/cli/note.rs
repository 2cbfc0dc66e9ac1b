//! What is said beside the results, on standard error: a line for people, an object on a line with `--json`.

use std::fmt;

use serde::Serialize;

use super::failure::with_hint;

/// Something that whoever reads the results should know. Nothing failed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// A word for scripts, stable.
    code: &'static str,
    message: String,
    /// What to do, if anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

#[derive(Serialize)]
struct NoteJson<'a> {
    note: &'a Note,
}

impl Note {
    /// A note in words.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new() }
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// As an object: `{"note": {"code", "message", "hint"}}`, without a hint where there is nothing to do.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts always serialize.
        serde_json::to_string(&NoteJson { note: self }).unwrap_or_default()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_hint(f, &self.message, &self.hint)
    }
}
