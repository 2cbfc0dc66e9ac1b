//! E-mail addresses.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// The most bytes of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;

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
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(EmailError::Invalid);
        }
        let Some((_, domain)) = text.split_once('@') else {
            return Err(EmailError::NoAt);
        };
        // Quoted names are legal, but a mail program that is handed one rarely gets it right, and
        // what looks like one is nearly always a slip.
        let odd = |c: char| c.is_whitespace() || super::clean::is_unsafe(c) || "\"<>()[]\\,;:".contains(c);
        // What cleaning would change (a joiner that joins nothing) is shown as another address than it is.
        if domain.contains('@') || text.chars().any(odd) || super::clean::line(text) != text {
            return Err(EmailError::Invalid);
        }
        // By default the library takes `a@b`, a display name and `a@[127.0.0.1]`.
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailError::Invalid)?;
        let top = domain.rsplit('.').next().unwrap_or_default();
        if top.chars().all(|c| c.is_ascii_digit()) {
            return Err(EmailError::Invalid);
        }
        Ok(Self(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_shown_as_another_address_is_none() {
        for text in ["ka\u{200d}ri@example.com", "kari@exam\u{200d}ple.com"] {
            assert_eq!(Email::parse(text), Err(EmailError::Invalid), "{text:?}");
        }
    }

    #[test]
    fn addresses() {
        for text in [
            "kari@example.com",
            " kari@example.com ",
            "kari.nordmann+post@sub.example.co.uk",
            "o'hara@example.no",
            "a@b.no",
            "kåre@blåbær.no",
            "post@xn--blbr-0qah.no",
        ] {
            assert_eq!(
                Email::parse(text).map(|e| e.as_str().to_owned()).as_deref(),
                Ok(text.trim()),
                "{text}"
            );
        }
    }

    #[test]
    fn not_addresses() {
        assert_eq!(Email::parse("  "), Err(EmailError::Empty));
        assert_eq!(Email::parse("kari"), Err(EmailError::NoAt));
        for text in [
            "a@b",
            "@example.com",
            "kari@",
            "ka ri@example.com",
            "kari@exam ple.com",
            "kari@@example.com",
            "a@b@example.com",
            "kari@example..com",
            "kari@.com",
            "kari@example.com.",
            "kari@-example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "Kari <kari@example.com>",
            "\"ka ri\"@example.com",
            "kari@example.com,ola@example.com",
            "kari@example.com\r\nBcc: x@example.com",
            "kari\u{202e}@example.com",
            "kari\u{7}@example.com",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError::Invalid), "{text:?}");
        }
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(1_000_000))), Err(EmailError::Invalid));
    }

    #[test]
    fn a_person_is_not_in_the_log() {
        let email = Email::parse("kari@example.com").unwrap();
        assert_eq!(format!("{email:?}"), "Email(k…@example.com)");
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(text in "\\PC*", local in "\\PC{0,20}", domain in "\\PC{0,20}") {
            let _ = Email::parse(&text);
            if let Ok(email) = Email::parse(&format!("{local}@{domain}")) {
                prop_assert!(!email.as_str().contains(char::is_whitespace));
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }
    }
}
