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
    /// A sign that is no letter of Europe, digit or one of [`Reference::SIGNS`]: it is lost or changed on the way
    /// through payout reports and bank files, and nobody can say it on the phone.
    #[error("{0:?} may not be in it")]
    Sign(char),
}

impl Reference {
    /// The most characters a typed reference may have.
    pub const MAX: usize = 64;
    /// The most characters of a generated reference (field facts, 6).
    pub const MAX_GENERATED: usize = 20;
    /// What a typed reference may have beside letters, digits and spaces.
    pub const SIGNS: &'static str = "-_./#+:()";

    /// A reference as typed, trimmed.
    ///
    /// # Errors
    /// Empty, too long, or with a character that can't be shown or is not for references.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        // What the backend says of it is cleaned before the two are compared: a reference that this changes would never
        // be found again.
        if text.chars().any(super::clean::is_unsafe) || super::clean::line(text) != text {
            return Err(ReferenceError::BadCharacter);
        }
        if text.chars().count() > Self::MAX {
            return Err(ReferenceError::TooLong);
        }
        if let Some(sign) = text.chars().find(|c| !is_plain(*c)) {
            return Err(ReferenceError::Sign(sign));
        }
        Ok(Self(text.to_owned()))
    }

    /// A reference that was taken once and is kept since: whatever the rules for new ones have become, it stays
    /// what it is.
    #[must_use]
    pub fn kept(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Letters of the languages of Europe that are written in Latin letters, digits, spaces and a few signs.
fn is_plain(c: char) -> bool {
    let latin = c.is_alphabetic() && c < '\u{250}';
    latin || c.is_ascii_digit() || c == ' ' || Reference::SIGNS.contains(c)
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How references are made: `KARI-{date}-{seq}`. `{date}` is the day as `MMDD`, `{year}` `YY`,
/// `{seq}` a counter per day and template with at least three digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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
        let text = text.trim();
        let mut out = String::new();
        // What it comes to when everything is filled in and the counter has four digits.
        let mut filled = 0_usize;
        let mut counts = false;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(inside) = rest.strip_prefix('{') {
                let (word, after) = inside.split_once('}').ok_or(TemplateError::BadCharacter('{'))?;
                let word = word.to_ascii_lowercase();
                filled += match word.as_str() {
                    "date" | "seq" => 4,
                    "year" => 2,
                    _ => return Err(TemplateError::UnknownWord(super::clean::line_within(&word, 20))),
                };
                counts |= word == "seq";
                out.push('{');
                out.push_str(&word);
                out.push('}');
                rest = after;
            } else {
                let upper = c.to_ascii_uppercase();
                if !matches!(upper, 'A'..='Z' | '0'..='9' | '-') {
                    return Err(TemplateError::BadCharacter(c));
                }
                filled += 1;
                out.push(upper);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        if !counts {
            return Err(TemplateError::NoCounter);
        }
        if filled > Reference::MAX_GENERATED {
            return Err(TemplateError::TooLong);
        }
        Ok(Self(out))
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

impl TryFrom<String> for ReferenceTemplate {
    type Error = TemplateError;
    fn try_from(text: String) -> Result<Self, TemplateError> {
        Self::parse(&text)
    }
}

impl From<ReferenceTemplate> for String {
    fn from(template: ReferenceTemplate) -> Self {
        template.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cleaning_would_change_is_no_reference() {
        let marks = format!("e{}", "\u{301}".repeat(5));
        for text in ["KARI\u{200d}O", marks.as_str(), "\u{200d}"] {
            assert_eq!(Reference::parse(text), Err(ReferenceError::BadCharacter), "{text:?}");
        }
        // What is kept already stays what it is.
        assert_eq!(Reference::kept("👩\u{200d}👧").as_str(), "👩\u{200d}👧");
    }

    #[test]
    fn a_template_is_filled_in() {
        let template = ReferenceTemplate::parse(" kari-{date}-{SEQ} ").unwrap();
        assert_eq!(template.as_str(), "KARI-{date}-{seq}");
        let day = date(2026, 3, 7);
        assert_eq!(template.reference(day, 14).as_str(), "KARI-0307-014");
        assert_eq!(template.reference(day, 12_345).as_str(), "KARI-0307-12345");
        assert_eq!(template.counter_key(day), "KARI-0307-{seq}");
        let years = ReferenceTemplate::parse("{year}{date}{seq}").unwrap();
        assert_eq!(years.reference(day, 1).as_str(), "260307001");
        assert_eq!(
            ReferenceTemplate::parse(ReferenceTemplate::default().as_str()),
            Ok(ReferenceTemplate::default())
        );
    }

    #[test]
    fn what_is_no_template() {
        use TemplateError::{BadCharacter, NoCounter, TooLong, UnknownWord};
        for (text, error) in [
            ("", NoCounter),
            ("KARI-{date}", NoCounter),
            ("KARI_{seq}", BadCharacter('_')),
            ("KÅRE-{seq}", BadCharacter('Å')),
            ("A B{seq}", BadCharacter(' ')),
            ("{seq", BadCharacter('{')),
            ("seq}", BadCharacter('}')),
            ("{seq}{month}", UnknownWord("month".to_owned())),
            ("{}{seq}", UnknownWord(String::new())),
            ("KARI-NORDMANN-{date}-{seq}", TooLong),
            ("ABCDEFGHIJKLMNOPQ{seq}", TooLong),
        ] {
            assert_eq!(ReferenceTemplate::parse(text), Err(error), "{text}");
        }
        assert!(ReferenceTemplate::parse("ABCDEFGHIJKLMNOP{seq}").is_ok(), "exactly 20");
        assert!(serde_json::from_str::<ReferenceTemplate>("\"KARI\"").is_err());
    }

    #[test]
    fn typed_references() {
        assert_eq!(Reference::parse(" 1042-2 ").unwrap().as_str(), "1042-2");
        assert_eq!(Reference::parse(" "), Err(ReferenceError::Empty));
        assert_eq!(Reference::parse("a\u{202e}b"), Err(ReferenceError::BadCharacter));
        assert_eq!(Reference::parse(&"å".repeat(65)), Err(ReferenceError::TooLong));
        assert!(Reference::parse(&"å".repeat(64)).is_ok());
        for text in ["Kåre Ødegård 7", "Ordre 1042/2", "A_1.b #3 (ny) +1: Müller"] {
            assert_eq!(Reference::parse(text).as_ref().map(Reference::as_str), Ok(text));
        }
        for (text, sign) in [
            ("Vaffel 🧇", '🧇'),
            ("A;B", ';'),
            ("a,b", ','),
            ("\"x\"", '"'),
            ("漢字", '漢'),
            ("a\u{a0}b", '\u{a0}'),
            ("50 %", '%'),
        ] {
            assert_eq!(Reference::parse(text), Err(ReferenceError::Sign(sign)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn generated_references_are_plain(text in "([A-Za-z0-9-]{0,3}|\\{seq\\}|\\{date\\}|\\{year\\}){0,6}",
                                          seq in 1_u32..10_000, day in 0_i32..365) {
            if let Ok(template) = ReferenceTemplate::parse(&text) {
                let day = date(2026, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
                let reference = template.reference(day, seq);
                // Several counters in one template are odd, but each is reckoned with.
                prop_assert!(reference.as_str().len() <= Reference::MAX_GENERATED);
                prop_assert!(reference.as_str().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-'));
                prop_assert_ne!(template.reference(day, seq + 1), reference);
            }
        }

        #[test]
        fn nothing_typed_panics(text in "\\PC*") {
            let _ = ReferenceTemplate::parse(&text);
            let _ = Reference::parse(&text);
        }
    }
}
