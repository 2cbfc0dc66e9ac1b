//! Phone numbers (field facts, 5). Norwegian rules by hand, the rest by a maintained library.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phone number in international form, `+4741234567`. Its `Debug` shows the last two digits only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Why a typed text is not a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing typed.
    #[error("nothing is typed")]
    Empty,
    /// Letters or other signs in it.
    #[error("there is something in it that is not a digit")]
    NotDigits,
    /// A Norwegian number with fewer than 8 digits.
    #[error("a Norwegian number has 8 digits, this has {0}")]
    TooShort(usize),
    /// A Norwegian number with more than 8 digits.
    #[error("a Norwegian number has 8 digits, this has {0}")]
    TooLong(usize),
    /// Not a number that exists in its country.
    #[error("no such number exists in its country")]
    Impossible,
}

/// What to know about a number before a message is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneKind {
    /// Takes text messages.
    Mobile,
    /// A Norwegian number that doesn't begin with 4 or 9, or a fixed line elsewhere: warn.
    NotMobile,
}

impl Phone {
    /// A number as typed: spaces, points, hyphens and brackets are ignored, `0047`, `+47` and (with
    /// ten digits in all) a bare `47` are the country code of Norway, other countries need `+` or
    /// `00`.
    ///
    /// # Errors
    /// Too short, too long, not digits, or no such number.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let _ = text;
        Err(PhoneError::Empty)
    }

    /// `+4741234567`, as the API takes it.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Whether it takes text messages, as far as its digits tell.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        PhoneKind::Mobile
    }

    /// In groups for reading back: `+47 41 23 45 67`, `+46 70 123 45 67`.
    #[must_use]
    pub fn grouped(&self) -> String {
        self.0.clone()
    }

    /// For a screen that others see and for logs: all but the last two digits hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        let tail: String = self.0.chars().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
        format!("••• {tail}")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}
