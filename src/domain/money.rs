//! Money in minor units (øre, cent) with its currency. Never a float.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The currencies a link can be made in (ISO 4217). All of them have two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Norwegian krone.
    Nok,
    /// Swedish krona.
    Sek,
    /// Danish krone.
    Dkk,
    /// Euro.
    Eur,
}

impl Currency {
    /// Every currency, in the order shown to people.
    pub const ALL: [Self; 4] = [Self::Nok, Self::Sek, Self::Dkk, Self::Eur];

    /// The ISO 4217 code, as the API writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nok => "NOK",
            Self::Sek => "SEK",
            Self::Dkk => "DKK",
            Self::Eur => "EUR",
        }
    }

    /// The currency with this ISO 4217 code, in any case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code().eq_ignore_ascii_case(code.trim()))
    }

    /// How many decimals the minor unit stands for.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        2
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The most an order may amount to: the API's `amount` is an int32 of minor units (API, 2.1).
pub const MAX_MINOR: i64 = i32::MAX as i64;

/// An amount of money: whole minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` minor units (øre) of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// `value` major units (kroner), rounded half away from zero to the minor unit. `None` where
    /// it doesn't fit.
    #[must_use]
    pub fn from_decimal(value: Decimal, currency: Currency) -> Option<Self> {
        let scale = Decimal::from(10_i64.checked_pow(currency.decimals())?);
        let minor = round_minor(value.checked_mul(scale)?)?;
        Some(Self::new(minor, currency))
    }

    /// Whole minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// In major units, exact: `1250` øre is `12.50`.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.decimals())
    }

    /// The sum, or `None` on overflow or between two currencies.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(self.minor.checked_add(other.minor)?, self.currency))
    }

    /// The difference, or `None` on overflow or between two currencies.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(self.minor.checked_sub(other.minor)?, self.currency))
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }
}

/// A decimal number of minor units rounded half away from zero to a whole one (contracts, 1).
pub(crate) fn round_minor(value: Decimal) -> Option<i64> {
    use rust_decimal::prelude::ToPrimitive;
    value.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}
