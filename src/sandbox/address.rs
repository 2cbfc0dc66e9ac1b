//! The address that a customer fills in (Checkout Express).

use super::state::Object;
use crate::domain::clean;

/// The fields, in the order of the form.
pub(super) const FIELDS: [&str; 6] =
    ["first_name", "last_name", "address_line", "postal_code", "postal_place", "country"];

/// Longer than this is no address.
const LONGEST: usize = 100;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Missing,
    TooLong,
    /// Not a postal code of the country; how many digits it has.
    PostalCode(usize),
    Country,
}

impl Problem {
    /// In words for a program's author; the page has its own.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Missing => "is required",
            Self::TooLong => "is too long",
            Self::PostalCode(_) => "is not a postal code of the country",
            Self::Country => "must be a country code of two letters (ISO 3166-1)",
        }
    }
}

/// The address made of `field`'s answers, cleaned; or everything that is wrong with it.
pub(super) fn check<'a>(field: impl Fn(&str) -> &'a str) -> Result<Object, Vec<(&'static str, Problem)>> {
    let mut address = Object::new();
    let mut problems = Vec::new();
    for name in FIELDS {
        let mut text = clean::line(field(name));
        if name == "country" {
            text = text.to_ascii_uppercase();
            if text.is_empty() {
                text.push_str("NO");
            }
        }
        // A person may have one name.
        if text.is_empty() && name != "last_name" {
            problems.push((name, Problem::Missing));
        } else if text.chars().count() > LONGEST {
            problems.push((name, Problem::TooLong));
        }
        address.insert(name.to_owned(), text.into());
    }
    let text = |name: &str| address.get(name).and_then(|v| v.as_str()).unwrap_or_default();
    let country = text("country");
    if !(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase())) {
        problems.push(("country", Problem::Country));
    }
    let code = text("postal_code");
    let digits = match country {
        "NO" | "DK" => Some(4),
        "SE" | "FI" => Some(5),
        _ => None,
    };
    if let Some(digits) = digits
        && !code.is_empty()
        && !is_digits(code, digits)
    {
        problems.push(("postal_code", Problem::PostalCode(digits)));
    }
    if problems.is_empty() { Ok(address) } else { Err(problems) }
}

/// `0155`; Swedes write `114 55`.
fn is_digits(code: &str, digits: usize) -> bool {
    let plain: String = code.chars().filter(|c| *c != ' ').collect();
    plain.len() == digits && plain.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changed: &'static str, value: &'static str) -> Result<Object, Vec<(&'static str, Problem)>> {
        check(move |name| match name {
            _ if name == changed => value,
            "first_name" => "Kari",
            "last_name" => "Nordmann",
            "address_line" => "Storgata 1",
            "postal_code" => "0155",
            "postal_place" => "Oslo",
            _ => "NO",
        })
    }

    #[test]
    fn an_address_is_cleaned_and_kept() {
        let address = with("address_line", " Storgata\u{202e} 1\n").unwrap();
        assert_eq!(address["address_line"], "Storgata 1");
        assert_eq!(with("country", "").unwrap()["country"], "NO");
        assert!(with("last_name", "").is_ok());
    }

    #[test]
    fn each_wrong_field_is_named() {
        assert_eq!(with("first_name", " ").unwrap_err(), [("first_name", Problem::Missing)]);
        assert_eq!(with("postal_code", "155").unwrap_err(), [("postal_code", Problem::PostalCode(4))]);
        assert_eq!(with("country", "Norge").unwrap_err(), [("country", Problem::Country)]);
        assert_eq!(with("country", "SE").unwrap_err(), [("postal_code", Problem::PostalCode(5))]);
    }
}
