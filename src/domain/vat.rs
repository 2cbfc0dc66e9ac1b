//! Value added tax. Prices include it; a line's VAT is `amount × rate / (100 + rate)`, rounded half
//! away from zero to the minor unit, and totals are sums of the rounded lines (API, 2.2).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Money, round_minor};

/// A VAT rate in hundredths of a percent, 0 to 100 %: `2500` is 25 %, `1111` is 11.11 % (raw fish).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VatRate(u16);

/// Why a number is not a VAT rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VatError {
    /// Not a number.
    #[error("the VAT rate is not a number")]
    NotANumber,
    /// Under 0.
    #[error("the VAT rate is under 0")]
    Negative,
    /// Over 100.
    #[error("the VAT rate is over 100")]
    TooHigh,
    /// More than the two decimals that the API takes (API, 2.2).
    #[error("the VAT rate has more than two decimals")]
    TooFine,
}

impl VatRate {
    /// The general rate in Norway, and the default: 25 %.
    pub const STANDARD: Self = Self(2500);
    /// The rates offered first: general, food, transport and culture, exempt (field facts, 4).
    pub const COMMON: [Self; 4] = [Self(2500), Self(1500), Self(1200), Self(0)];

    /// A rate of `percent` percent: `25`, `11.11`.
    ///
    /// # Errors
    /// Under 0, over 100, or finer than two decimals.
    pub fn from_percent(percent: Decimal) -> Result<Self, VatError> {
        if percent.is_sign_negative() && !percent.is_zero() {
            return Err(VatError::Negative);
        }
        if percent > Decimal::ONE_HUNDRED {
            return Err(VatError::TooHigh);
        }
        let percent = percent.normalize();
        if percent.scale() > 2 {
            return Err(VatError::TooFine);
        }
        round_minor(percent * Decimal::ONE_HUNDRED)
            .and_then(|n| u16::try_from(n).ok())
            .map(Self)
            .ok_or(VatError::TooHigh)
    }

    /// From hundredths of a percent: `2500` is 25 %.
    ///
    /// # Errors
    /// Over 10 000.
    pub const fn from_hundredths(hundredths: u16) -> Result<Self, VatError> {
        if hundredths > 10_000 {
            return Err(VatError::TooHigh);
        }
        Ok(Self(hundredths))
    }

    /// In hundredths of a percent.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// In percent, exact and without trailing zeros: `25`, `11.11`.
    #[must_use]
    pub fn percent(self) -> Decimal {
        Decimal::new(i64::from(self.0), 2).normalize()
    }

    /// The VAT contained in `gross`, rounded half away from zero to the minor unit.
    #[must_use]
    pub fn contained_in(self, gross: Money) -> Money {
        let rate = i128::from(self.0);
        let numerator = i128::from(gross.minor()) * rate;
        let denominator = 10_000 + rate;
        // Integers all the way: half is added in the direction away from zero before dividing.
        let half = if numerator < 0 { -denominator } else { denominator };
        let minor = (2 * numerator + half) / (2 * denominator);
        // |vat| < |gross|, and gross fits, so the conversion can't fail; 0 would be seen at once.
        Money::new(i64::try_from(minor).unwrap_or(0), gross.currency())
    }
}

/// What was sold at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateTotal {
    /// The rate.
    pub rate: VatRate,
    /// The sum of the lines' amounts, VAT included.
    pub gross: Money,
    /// The sum of the lines' VAT.
    pub vat: Money,
}
