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
    /// Not two letters of ISO 3166-1.
    #[error("the country is not a code of two letters")]
    Country,
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
        let _ = (name, street, postal_code, place, country);
        Err(AddressError::Country)
    }

    /// First and last name together.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}
