//! Postal addresses (API, 2.3).

use serde::{Deserialize, Serialize};

/// A postal address that the seller knows. All fields cleaned; the required ones are not empty.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// First name.
    pub first_name: String,
    /// Last name; may be empty for a person with one name.
    pub last_name: String,
    /// Street and number.
    pub address_line: String,
    /// Postal code. Four digits in Norway.
    pub postal_code: String,
    /// Town.
    pub postal_place: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
}

/// The fields of an address, for naming the one that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressField {
    /// The whole name as one field, `Kari Nordmann`.
    Name,
    /// Street and number.
    Street,
    /// Postal code.
    PostalCode,
    /// Town.
    Place,
    /// Country.
    Country,
}

/// Why an address is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A field that is needed is empty.
    #[error("{0:?} is missing")]
    Missing(AddressField),
    /// A Norwegian, Swedish (5), Danish or Finnish (5) postal code with the wrong number of digits.
    #[error("the postal code is not one of that country")]
    PostalCode,
    /// Not two letters.
    #[error("the country is not a code of two letters")]
    Country,
    /// Two letters that are not the code of a country (ISO 3166-1).
    #[error("no country has that code")]
    UnknownCountry,
    /// A field is over 100 characters.
    #[error("{0:?} is too long")]
    TooLong(AddressField),
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A person's address is not for logs; the country says enough.
        f.debug_struct("Address").field("country", &self.country).finish_non_exhaustive()
    }
}

/// The most characters of one field: a sane bound, the API names none for all providers (API, 12.3).
const MAX_FIELD: usize = 100;

/// ISO 3166-1 alpha-2, the officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER \
    ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM \
    IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF \
    MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK \
    PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD \
    TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl Address {
    /// From five typed fields, in the order of [`AddressField`]. An empty country is `NO`.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn parse(
        name: &str,
        street: &str,
        postal_code: &str,
        place: &str,
        country: &str,
    ) -> Result<Self, AddressError> {
        // The country is read first because the postal code depends on it, and told last.
        let country = self::country(country);
        let name = field(name, AddressField::Name)?;
        let address_line = field(street, AddressField::Street)?;
        let postal_code = field(postal_code, AddressField::PostalCode)?;
        let postal_code = match &country {
            Ok(country) => parse_postal_code(&postal_code, country)?,
            Err(_) => postal_code,
        };
        let postal_place = field(place, AddressField::Place)?;
        let country = country?;
        let (first_name, last_name) = match name.rsplit_once(' ') {
            Some((first, last)) => (first.trim_end().to_owned(), last.to_owned()),
            None => (name, String::new()),
        };
        Ok(Self { first_name, last_name, address_line, postal_code, postal_place, country })
    }

    /// First and last name together.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

fn field(text: &str, field: AddressField) -> Result<String, AddressError> {
    let text = super::clean::line(text);
    if text.is_empty() {
        return Err(AddressError::Missing(field));
    }
    if text.chars().count() > MAX_FIELD {
        return Err(AddressError::TooLong(field));
    }
    Ok(text)
}

/// A country's code as typed; an empty one is `NO`.
///
/// # Errors
/// [`AddressError::Country`] or [`AddressError::UnknownCountry`].
pub fn country(text: &str) -> Result<String, AddressError> {
    let code = text.trim().to_ascii_uppercase();
    if code.is_empty() {
        return Ok("NO".to_owned());
    }
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(AddressError::Country);
    }
    if COUNTRIES.split_ascii_whitespace().any(|c| c == code) {
        Ok(code)
    } else {
        Err(AddressError::UnknownCountry)
    }
}

/// The postal code, in the four countries that paylink knows without spaces and country letters
/// (`SE-123 45`).
fn parse_postal_code(text: &str, country: &str) -> Result<String, AddressError> {
    let digits_wanted = match country {
        "NO" | "DK" => 4,
        "SE" | "FI" => 5,
        _ => return Ok(text.to_owned()),
    };
    let upper = text.to_ascii_uppercase();
    let bare = upper.split_once('-').filter(|(c, _)| *c == country || country.starts_with(c)).map(|(_, d)| d);
    let digits: String = bare.unwrap_or(text).chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() == digits_wanted && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(AddressError::PostalCode)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(fields: [&str; 5]) -> Result<Address, AddressError> {
        let [name, street, code, place, country] = fields;
        Address::parse(name, street, code, place, country)
    }

    #[test]
    fn a_norwegian_address() {
        let address = parse([" Kari Anne Nordmann ", "Storgata 1", "0155", "Oslo", ""]).unwrap();
        assert_eq!((address.first_name.as_str(), address.last_name.as_str()), ("Kari Anne", "Nordmann"));
        assert_eq!((address.postal_code.as_str(), address.country.as_str()), ("0155", "NO"));
        assert_eq!(address.full_name(), "Kari Anne Nordmann");
        let one = parse(["Kari", "Storgata 1", "0155", "Oslo", "no"]).unwrap();
        assert_eq!((one.full_name().as_str(), one.last_name.as_str()), ("Kari", ""));
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        use AddressField::{Name, Place, PostalCode, Street};
        let good = ["Kari Nordmann", "Storgata 1", "0155", "Oslo", "NO"];
        for (i, field) in [Name, Street, PostalCode, Place].into_iter().enumerate() {
            let mut fields = good;
            fields[i] = " \u{200b}\u{7} ";
            assert_eq!(parse(fields), Err(AddressError::Missing(field)));
            let long = "1".repeat(101);
            fields[i] = &long;
            assert_eq!(parse(fields), Err(AddressError::TooLong(field)));
        }
        for (code, country) in
            [("155", "NO"), ("01555", "NO"), ("O155", "NO"), ("1234", "SE"), ("12345", "DK"), ("1234", "FI")]
        {
            assert_eq!(
                parse([good[0], good[1], code, good[3], country]),
                Err(AddressError::PostalCode),
                "{code}"
            );
        }
        use AddressError::{Country, UnknownCountry};
        for (country, error) in
            [("Norge", Country), ("N", Country), ("N0", Country), ("Å", Country), ("zz", UnknownCountry)]
        {
            assert_eq!(parse([good[0], good[1], good[2], good[3], country]), Err(error), "{country}");
        }
        assert_eq!(parse(["", "", "", "", "??"]), Err(AddressError::Missing(Name)), "the first one is told");
    }

    #[test]
    fn other_countries() {
        for (code, country, want) in [
            ("123 45", "SE", "12345"),
            ("SE-123 45", "se", "12345"),
            ("S-12345", "SE", "12345"),
            ("00100", "FI", "00100"),
            ("DK-2100", "DK", "2100"),
            ("SW1A 1AA", "GB", "SW1A 1AA"),
        ] {
            let address = parse(["A B", "Street 1", code, "Town", country]).unwrap();
            assert_eq!(address.postal_code, want);
        }
    }

    #[test]
    fn nobody_is_in_the_log() {
        let address = parse(["Kari Nordmann", "Storgata 1", "0155", "Oslo", "NO"]).unwrap();
        assert!(!format!("{address:?}").contains("Kari"));
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(a in "\\PC*", b in "\\PC*", c in "\\PC*", d in "\\PC*", e in "\\PC{0,3}") {
            if let Ok(address) = Address::parse(&a, &b, &c, &d, &e) {
                prop_assert!(!address.first_name.is_empty());
                prop_assert!(!address.full_name().chars().any(super::super::clean::is_unsafe));
            }
        }
    }
}
