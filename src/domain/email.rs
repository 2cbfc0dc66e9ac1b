//! E-mail addresses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An e-mail address. Its `Debug` shows the domain only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why a typed text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing typed.
    #[error("nothing is typed")]
    Empty,
    /// No `@`.
    #[error("there is no @ in it")]
    NoAt,
    /// Not an address: the domain has no point, a space in it, two `@`.
    #[error("not an e-mail address")]
    Invalid,
}

impl Email {
    /// An address as typed, trimmed.
    ///
    /// # Errors
    /// Empty, no `@`, or not an address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let _ = text;
        Err(EmailError::Empty)
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For logs: `k…@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or(("", ""));
        let first: String = local.chars().take(1).collect();
        format!("{first}…@{domain}")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}
