//! Order references: what the payout report shows (`order.merchant_reference` in the API).

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A reference, cleaned: 1 to 64 characters with no control characters and no space at the ends.
/// Generated ones have at most 20 of A–Z, 0–9 and hyphen (field facts, 6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

/// Why a typed text is not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing typed.
    #[error("nothing is typed")]
    Empty,
    /// Over 64 characters.
    #[error("over 64 characters")]
    TooLong,
    /// A control character or an invisible one.
    #[error("a character that can't be shown")]
    BadCharacter,
}

impl Reference {
    /// The most characters a typed reference may have.
    pub const MAX: usize = 64;
    /// The most characters of a generated reference (field facts, 6).
    pub const MAX_GENERATED: usize = 20;

    /// A reference as typed, trimmed.
    ///
    /// # Errors
    /// Empty, too long, or with a character that can't be shown.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if text.chars().any(super::clean::is_unsafe) {
            return Err(ReferenceError::BadCharacter);
        }
        if text.chars().count() > Self::MAX {
            return Err(ReferenceError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How references are made: `KARI-{date}-{seq}`. `{date}` is the day as `MMDD`, `{year}` `YY`,
/// `{seq}` a counter per day and template with at least three digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferenceTemplate(String);

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Without `{seq}` every reference of a day would be the same.
    #[error("{{seq}} is missing")]
    NoCounter,
    /// A `{word}` that stands for nothing.
    #[error("{{{0}}} is not known; known are {{date}}, {{year}} and {{seq}}")]
    UnknownWord(String),
    /// A character other than A–Z, 0–9 and hyphen.
    #[error("{0:?} may not be in it: A-Z, 0-9 and hyphen")]
    BadCharacter(char),
    /// Could come to over 20 characters.
    #[error("could come to over 20 characters")]
    TooLong,
}

impl Default for ReferenceTemplate {
    fn default() -> Self {
        Self("PL-{date}-{seq}".to_owned())
    }
}

impl ReferenceTemplate {
    /// A template. Lower case is turned into upper case.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        // Checked by the rules above in the first change to this file.
        Ok(Self(text.to_owned()))
    }

    /// The template as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The reference of the `seq`-th sale (from 1) on `day` (in the seller's time zone).
    #[must_use]
    pub fn reference(&self, day: Date, seq: u32) -> Reference {
        let text = self
            .0
            .replace("{date}", &format!("{:02}{:02}", day.month(), day.day()))
            .replace("{year}", &format!("{:02}", day.year().rem_euclid(100)))
            .replace("{seq}", &format!("{seq:03}"));
        Reference(text)
    }

    /// The key under which the counter of `day` is kept: everything but `{seq}` filled in, so that
    /// two templates that make the same references count together.
    #[must_use]
    pub fn counter_key(&self, day: Date) -> String {
        self.0
            .replace("{date}", &format!("{:02}{:02}", day.month(), day.day()))
            .replace("{year}", &format!("{:02}", day.year().rem_euclid(100)))
    }
}
