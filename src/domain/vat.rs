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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::Currency;

    fn nok(minor: i64) -> Money {
        Money::new(minor, Currency::Nok)
    }

    #[test]
    fn vat_is_inside_the_price() {
        for (gross, percent, vat) in [
            (179_800, "25", 35_960),
            (24_900, "15", 3248),
            (9900, "25", 1980),
            (12_000, "12", 1286),
            (10_000, "11.11", 1000),
            (100, "0", 0),
            (1, "100", 1),
            (-9900, "25", -1980),
            (-1, "100", -1),
        ] {
            let rate = VatRate::from_percent(percent.parse().unwrap()).unwrap();
            assert_eq!(rate.contained_in(nok(gross)), nok(vat), "{gross} at {percent}");
        }
    }

    #[test]
    fn rates() {
        let rate = |t: &str| VatRate::from_percent(t.parse().unwrap());
        assert_eq!(rate("25.00"), Ok(VatRate::STANDARD));
        assert_eq!(rate("-0.01"), Err(VatError::Negative));
        assert_eq!(rate("100.01"), Err(VatError::TooHigh));
        assert_eq!(rate("11.111"), Err(VatError::TooFine));
        assert_eq!(rate("11.11").unwrap().percent().to_string(), "11.11");
        assert!(VatRate::from_hundredths(10_001).is_err());
    }

    proptest! {
        #[test]
        fn the_formula_as_a_fraction(minor in -1_000_000_000_000_i64..1_000_000_000_000, hundredths in 0_u16..=10_000) {
            let vat = i128::from(VatRate::from_hundredths(hundredths).unwrap().contained_in(nok(minor)).minor());
            // |vat - gross·r/(100+r)| ≤ 1/2, with everything times the denominator; a tie goes outwards.
            let (n, d) = (i128::from(minor) * i128::from(hundredths), 10_000 + i128::from(hundredths));
            let off = 2 * (vat * d - n);
            prop_assert!(off.abs() <= d);
            if off.abs() == d {
                prop_assert_eq!(off.signum(), n.signum());
            }
        }

        #[test]
        fn percent_reads_back(hundredths in 0_u16..=10_000) {
            let rate = VatRate::from_hundredths(hundredths).unwrap();
            prop_assert_eq!(VatRate::from_percent(rate.percent()), Ok(rate));
        }
    }
}
