//! Phone numbers (field facts, 5). Norwegian rules by hand, the rest by a maintained library.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};

/// The digits of a Norwegian number.
const NORWEGIAN_DIGITS: usize = 8;
/// The most digits a number has anywhere (ITU-T E.164).
const MOST_DIGITS: usize = 15;

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
        let (plus, digits) = digits_of(text)?;
        if plus {
            return Self::international(&digits);
        }
        if let Some(rest) = digits.strip_prefix("00") {
            return Self::international(rest);
        }
        // 47xxxxxx is itself a mobile number, so a bare 47 is a country code only in front of eight.
        match digits.strip_prefix("47") {
            Some(rest) if rest.len() == NORWEGIAN_DIGITS => Self::norwegian(rest),
            _ => Self::norwegian(&digits),
        }
    }

    /// The digits after `+` or `00`. Nothing is ever put in front of them.
    fn international(digits: &str) -> Result<Self, PhoneError> {
        if digits.is_empty() {
            return Err(PhoneError::Impossible);
        }
        // No other country code begins with 47.
        if let Some(rest) = digits.strip_prefix("47") {
            return Self::norwegian(rest);
        }
        if digits.len() > MOST_DIGITS + 1 {
            return Err(PhoneError::Impossible);
        }
        // The library takes off a trunk zero that people write after the country code: +46 (0)70.
        let number =
            PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).map_err(|_| PhoneError::Impossible)?;
        if !number.is_valid() {
            return Err(PhoneError::Impossible);
        }
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let plain = e164
            .strip_prefix('+')
            .is_some_and(|d| d.len() <= MOST_DIGITS && d.bytes().all(|b| b.is_ascii_digit()));
        if plain { Ok(Self(e164)) } else { Err(PhoneError::Impossible) }
    }

    fn norwegian(digits: &str) -> Result<Self, PhoneError> {
        match digits.len() {
            n if n < NORWEGIAN_DIGITS => Err(PhoneError::TooShort(n)),
            n if n > NORWEGIAN_DIGITS => Err(PhoneError::TooLong(n)),
            // Numbers that begin with 0 or 1 are for emergencies and short services.
            _ if digits.starts_with(['0', '1']) => Err(PhoneError::Impossible),
            _ => Ok(Self(format!("+47{digits}"))),
        }
    }

    /// `+4741234567`, as the API takes it.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The eight digits, if this is a Norwegian number.
    fn national(&self) -> Option<&str> {
        self.0
            .strip_prefix("+47")
            .filter(|d| d.len() == NORWEGIAN_DIGITS && d.bytes().all(|b| b.is_ascii_digit()))
    }

    fn library(&self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(&self.0, None).ok()
    }

    /// Whether it takes text messages, as far as its digits tell.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        let mobile = match self.national() {
            Some(digits) => digits.starts_with(['4', '9']),
            None => self.library().is_some_and(|n| {
                matches!(n.get_type(), PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile)
            }),
        };
        if mobile { PhoneKind::Mobile } else { PhoneKind::NotMobile }
    }

    /// In groups for reading back: `+47 41 23 45 67`, `+46 70 123 45 67`.
    #[must_use]
    pub fn grouped(&self) -> String {
        if let Some(digits) = self.national() {
            let mut out = "+47".to_owned();
            for (i, c) in digits.chars().enumerate() {
                if i % 2 == 0 {
                    out.push(' ');
                }
                out.push(c);
            }
            return out;
        }
        match self.library() {
            Some(number) => number.format_as(PhoneNumberFormat::International).into_owned(),
            None => self.0.clone(),
        }
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

/// Whether a `+` stands in front, and the digits.
fn digits_of(text: &str) -> Result<(bool, String), PhoneError> {
    let mut plus = false;
    let mut digits = String::new();
    for c in text.trim().chars() {
        match c {
            '0'..='9' if digits.len() <= 2 * MOST_DIGITS => digits.push(c),
            '+' if !plus && digits.is_empty() => plus = true,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}' => {}
            '.' | '-' | '(' | ')' | '[' | ']' | '\u{2010}'..='\u{2013}' => {}
            // Contact lists wrap numbers in marks of reading direction, which nobody sees.
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {}
            _ => return Err(PhoneError::NotDigits),
        }
    }
    match (plus, digits.is_empty()) {
        (false, true) if text.trim().is_empty() => Err(PhoneError::Empty),
        (_, true) => Err(PhoneError::NotDigits),
        _ => Ok((plus, digits)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn e164(text: &str) -> Result<String, PhoneError> {
        Phone::parse(text).map(|p| p.e164().to_owned())
    }

    #[test]
    fn norwegian_numbers() {
        for text in [
            "41234567",
            "412 34 567",
            "41 23 45 67",
            "41.23.45.67",
            "41-23-45-67",
            "(412) 34 567",
            "+4741234567",
            "+47 412 34 567",
            "004741234567",
            "00 47 41 23 45 67",
            "4741234567",
            "47 41 23 45 67",
            "\u{202a}+47 412 34 567\u{202c}",
            "41\u{a0}23\u{202f}45\u{2009}67",
        ] {
            assert_eq!(e164(text).as_deref(), Ok("+4741234567"), "{text}");
        }
        assert_eq!(e164("47123456").as_deref(), Ok("+4747123456"), "47xxxxxx is a number itself");
        assert_eq!(e164("+4747123456").as_deref(), Ok("+4747123456"));
        assert_eq!(e164("4747123456").as_deref(), Ok("+4747123456"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(e164(""), Err(PhoneError::Empty));
        assert_eq!(e164("  "), Err(PhoneError::Empty));
        assert_eq!(e164("4123456"), Err(PhoneError::TooShort(7)));
        assert_eq!(e164("412345678"), Err(PhoneError::TooLong(9)));
        assert_eq!(e164("041234567"), Err(PhoneError::TooLong(9)));
        assert_eq!(e164("+47412345678"), Err(PhoneError::TooLong(9)));
        assert_eq!(e164("+474123456"), Err(PhoneError::TooShort(7)));
        assert_eq!(e164("+474741234567"), Err(PhoneError::TooLong(10)), "one country code is enough");
        assert_eq!(e164("580012345678"), Err(PhoneError::TooLong(12)), "machines have 12 digits");
        assert_eq!(e164("46701234567"), Err(PhoneError::TooLong(11)), "no 47 in front of a bare 46");
        assert_eq!(e164("11234567"), Err(PhoneError::Impossible));
        for text in
            ["4123456x", "ring meg", "41 23 45 67 😀", "41+234567", "++4741234567", "+", "-", "4123\u{7}4567"]
        {
            assert_eq!(e164(text), Err(PhoneError::NotDigits), "{text:?}");
        }
        assert_eq!(e164(&"4".repeat(1_000_000)), Err(PhoneError::NotDigits));
    }

    #[test]
    fn foreign_numbers() {
        for (text, want) in [
            ("+46 70 123 45 67", "+46701234567"),
            ("+46 (0)70 123 45 67", "+46701234567"),
            ("0046701234567", "+46701234567"),
            ("+45 20 12 34 56", "+4520123456"),
            ("+44 7911 123456", "+447911123456"),
            ("+1 (202) 555-0173", "+12025550173"),
        ] {
            assert_eq!(e164(text).as_deref(), Ok(want), "{text}");
        }
        for text in ["+46 1", "+999 123456", "+0", "00", "+46701234567890123456", "+12"] {
            assert!(e164(text).is_err(), "{text}");
        }
    }

    #[test]
    fn kinds_and_groups() {
        let phone = |t: &str| Phone::parse(t).unwrap();
        assert_eq!(phone("41234567").kind(), PhoneKind::Mobile);
        assert_eq!(phone("91234567").kind(), PhoneKind::Mobile);
        assert_eq!(phone("22334455").kind(), PhoneKind::NotMobile);
        assert_eq!(phone("80012345").kind(), PhoneKind::NotMobile);
        assert_eq!(phone("+46701234567").kind(), PhoneKind::Mobile);
        assert_eq!(phone("+4686660000").kind(), PhoneKind::NotMobile);
        assert_eq!(phone("41234567").grouped(), "+47 41 23 45 67");
        assert_eq!(phone("+46701234567").grouped(), "+46 70 123 45 67");
        assert_eq!(phone("41234567").masked(), "••• 67");
        assert!(!format!("{:?}", phone("41234567")).contains("4123"));
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(text in "\\PC*") {
            if let Ok(phone) = Phone::parse(&text) {
                let _ = (phone.kind(), phone.grouped(), phone.masked());
            }
        }

        #[test]
        fn what_is_read_reads_again(text in "[+]?[0-9 ().-]{0,24}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.e164()), Ok(phone.clone()));
                prop_assert_eq!(Phone::parse(&phone.grouped()), Ok(phone.clone()));
                prop_assert!((6..=16).contains(&phone.e164().len()));
            }
        }

        #[test]
        fn eight_digits_never_change(digits in "[2-9][0-9]{7}") {
            prop_assert_eq!(e164(&digits), Ok(format!("+47{digits}")));
            prop_assert_eq!(e164(&format!("47{digits}")), Ok(format!("+47{digits}")));
        }
    }
}
