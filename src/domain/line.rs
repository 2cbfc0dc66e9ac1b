//! Product lines and their totals.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, MAX_MINOR, Money, round_minor};
use super::vat::{RateTotal, VatRate};

/// The most lines an order may have (API, 2.1).
pub const MAX_LINES: usize = 100;
/// The most characters a description may have: a sane bound, the API names none (API, 12.3).
pub const MAX_DESCRIPTION: usize = 200;
/// The largest quantity of one line.
pub const MAX_QUANTITY: i64 = 1_000_000;

/// How many (pieces, kilos, hours): over 0, at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(Decimal);

/// Why a line, or all of them together, can't be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No description.
    #[error("the description is missing")]
    NoDescription,
    /// Longer than [`MAX_DESCRIPTION`].
    #[error("the description is longer than {MAX_DESCRIPTION} characters")]
    LongDescription,
    /// Nothing of it.
    #[error("the quantity is 0")]
    ZeroQuantity,
    /// Less than nothing of it.
    #[error("the quantity is under 0")]
    NegativeQuantity,
    /// More than three decimals.
    #[error("the quantity has more than three decimals")]
    FineQuantity,
    /// More than [`MAX_QUANTITY`].
    #[error("the quantity is over {MAX_QUANTITY}")]
    HugeQuantity,
    /// A price of nothing, which the backend refuses (field facts, 4).
    #[error("the price is 0")]
    ZeroPrice,
    /// A price under nothing.
    #[error("the price is under 0")]
    NegativePrice,
    /// The line comes to nothing after rounding.
    #[error("the line comes to 0 after rounding")]
    ZeroAmount,
    /// The line or the order is over what the API can carry ([`MAX_MINOR`]).
    #[error("the amount is too large")]
    TooLarge,
    /// No lines at all.
    #[error("there are no lines")]
    NoLines,
    /// More than [`MAX_LINES`].
    #[error("there are more than {MAX_LINES} lines")]
    TooManyLines,
}

impl Quantity {
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// A quantity.
    ///
    /// # Errors
    /// Zero, negative, too fine or too large.
    pub fn new(value: Decimal) -> Result<Self, LineError> {
        if value.is_zero() {
            return Err(LineError::ZeroQuantity);
        }
        if value.is_sign_negative() {
            return Err(LineError::NegativeQuantity);
        }
        if value > Decimal::from(MAX_QUANTITY) {
            return Err(LineError::HugeQuantity);
        }
        let value = value.normalize();
        if value.scale() > 3 {
            return Err(LineError::FineQuantity);
        }
        Ok(Self(value))
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }
}

/// One line of a sale. Its amount always fits the API and is never 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductLine {
    /// What is sold, as the customer reads it. Plain text, cleaned of control characters.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one, VAT included.
    pub unit_price: Money,
    /// The rate of VAT in the price.
    pub vat: VatRate,
    /// The seller's product number, if it came from a list (`items[].id` in the API).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
}

impl ProductLine {
    /// A line that can be sold.
    ///
    /// # Errors
    /// No description, a price of nothing or under, an amount of nothing or one that is too large.
    pub fn new(
        description: &str,
        quantity: Quantity,
        unit_price: Money,
        vat: VatRate,
    ) -> Result<Self, LineError> {
        let description = super::clean::line(description);
        if description.is_empty() {
            return Err(LineError::NoDescription);
        }
        if description.chars().count() > MAX_DESCRIPTION {
            return Err(LineError::LongDescription);
        }
        if unit_price.is_zero() {
            return Err(LineError::ZeroPrice);
        }
        if unit_price.minor() < 0 {
            return Err(LineError::NegativePrice);
        }
        let line = Self { description, quantity, unit_price, vat, product_id: None };
        match line.exact_minor().and_then(round_minor) {
            Some(0) => Err(LineError::ZeroAmount),
            Some(minor) if minor <= MAX_MINOR => Ok(line),
            _ => Err(LineError::TooLarge),
        }
    }

    fn exact_minor(&self) -> Option<Decimal> {
        Decimal::from(self.unit_price.minor()).checked_mul(self.quantity.0)
    }

    /// Quantity times price, rounded half away from zero to the minor unit (contracts, 1).
    #[must_use]
    pub fn amount(&self) -> Money {
        let minor = self.exact_minor().and_then(round_minor).unwrap_or(MAX_MINOR);
        Money::new(minor, self.unit_price.currency())
    }

    /// The VAT contained in [`amount`](Self::amount).
    #[must_use]
    pub fn vat_amount(&self) -> Money {
        self.vat.contained_in(self.amount())
    }
}

/// What the lines come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// To pay, VAT included: `order.amount` in the API.
    pub gross: Money,
    /// The VAT in it: `order.vat_amount`.
    pub vat: Money,
    /// Without VAT.
    pub net: Money,
    /// Per rate, highest rate first.
    pub per_rate: Vec<RateTotal>,
}

impl Totals {
    /// The sums of `lines`; every one is in `currency`.
    ///
    /// # Errors
    /// [`LineError::TooLarge`] where the sum is over what the API can carry.
    pub fn of(lines: &[ProductLine], currency: Currency) -> Result<Self, LineError> {
        let mut rates: BTreeMap<VatRate, (Money, Money)> = BTreeMap::new();
        let (mut gross, mut vat) = (Money::zero(currency), Money::zero(currency));
        for line in lines {
            let (amount, tax) = (line.amount(), line.vat_amount());
            gross = gross.checked_add(amount).ok_or(LineError::TooLarge)?;
            vat = vat.checked_add(tax).ok_or(LineError::TooLarge)?;
            let zero = Money::zero(currency);
            let entry = rates.entry(line.vat).or_insert((zero, zero));
            entry.0 = entry.0.checked_add(amount).ok_or(LineError::TooLarge)?;
            entry.1 = entry.1.checked_add(tax).ok_or(LineError::TooLarge)?;
        }
        if gross.minor() > MAX_MINOR {
            return Err(LineError::TooLarge);
        }
        Ok(Self {
            gross,
            vat,
            net: gross.checked_sub(vat).ok_or(LineError::TooLarge)?,
            per_rate: rates
                .into_iter()
                .rev()
                .map(|(rate, (gross, vat))| RateTotal { rate, gross, vat })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(quantity: &str, minor: i64, percent: u16) -> Result<ProductLine, LineError> {
        ProductLine::new(
            "Vaffel",
            Quantity::new(quantity.parse().unwrap())?,
            Money::new(minor, Currency::Nok),
            VatRate::from_hundredths(percent * 100).unwrap(),
        )
    }

    #[test]
    fn amounts_are_rounded_away_from_zero() {
        for (quantity, price, amount) in [
            ("2", 4500, 9000),
            ("0.5", 4501, 2251),
            ("1.5", 333, 500),
            ("0.125", 100, 13),
            ("0.333", 10_000, 3330),
        ] {
            assert_eq!(line(quantity, price, 25).unwrap().amount().minor(), amount, "{quantity} x {price}");
        }
    }

    #[test]
    fn what_cannot_be_sold() {
        assert_eq!(line("0", 100, 25), Err(LineError::ZeroQuantity));
        assert_eq!(line("-1", 100, 25), Err(LineError::NegativeQuantity));
        assert_eq!(line("0.0001", 100, 25), Err(LineError::FineQuantity));
        assert_eq!(line("1000001", 1, 25), Err(LineError::HugeQuantity));
        assert_eq!(line("1", 0, 25), Err(LineError::ZeroPrice));
        assert_eq!(line("1", -1, 25), Err(LineError::NegativePrice));
        assert_eq!(line("0.001", 1, 25), Err(LineError::ZeroAmount));
        assert_eq!(line("1000000", MAX_MINOR, 25), Err(LineError::TooLarge));
        let text =
            |t: &str| ProductLine::new(t, Quantity::ONE, Money::new(1, Currency::Nok), VatRate::STANDARD);
        assert_eq!(text(" \u{200b}\n"), Err(LineError::NoDescription));
        assert_eq!(text(&"å".repeat(201)), Err(LineError::LongDescription));
        assert_eq!(text("a\u{1b}[31mb\tc").unwrap().description, "a[31mb c");
        let large = vec![line("1", MAX_MINOR, 25).unwrap(), line("1", 1, 25).unwrap()];
        assert_eq!(Totals::of(&large, Currency::Nok), Err(LineError::TooLarge));
        assert_eq!(Totals::of(&large[..1], Currency::Nok).unwrap().gross.minor(), MAX_MINOR);
    }

    #[test]
    fn the_example_of_the_api() {
        let lines =
            [line("2", 89_900, 25).unwrap(), line("1", 24_900, 15).unwrap(), line("1", 9900, 25).unwrap()];
        let totals = Totals::of(&lines, Currency::Nok).unwrap();
        assert_eq!((totals.gross.minor(), totals.vat.minor()), (214_600, 41_188));
        let rates: Vec<_> =
            totals.per_rate.iter().map(|r| (r.rate.hundredths(), r.gross.minor(), r.vat.minor())).collect();
        assert_eq!(rates, [(2500, 189_700, 37_940), (1500, 24_900, 3248)]);
    }

    proptest! {
        #[test]
        fn no_minor_unit_is_lost(lines in proptest::collection::vec((1_i64..2000, 1_i64..9_000, 0_u16..=100), 1..=100)) {
            let lines: Vec<_> = lines
                .into_iter()
                .filter_map(|(thousandths, price, percent)| {
                    line(&Decimal::new(thousandths, 3).to_string(), price, percent).ok()
                })
                .collect();
            let totals = Totals::of(&lines, Currency::Nok).unwrap();
            let sum = |f: &dyn Fn(&ProductLine) -> Money| lines.iter().map(|l| f(l).minor()).sum::<i64>();
            prop_assert_eq!(totals.gross.minor(), sum(&ProductLine::amount));
            prop_assert_eq!(totals.vat.minor(), sum(&ProductLine::vat_amount));
            prop_assert_eq!(totals.net.minor() + totals.vat.minor(), totals.gross.minor());
            prop_assert_eq!(totals.per_rate.iter().map(|r| r.gross.minor()).sum::<i64>(), totals.gross.minor());
            prop_assert_eq!(totals.per_rate.iter().map(|r| r.vat.minor()).sum::<i64>(), totals.vat.minor());
        }

        #[test]
        fn amounts_as_whole_numbers(thousandths in 1_i64..1_000_000_000, price in 1_i64..=MAX_MINOR) {
            let quantity = Decimal::new(thousandths, 3);
            let exact = i128::from(thousandths) * i128::from(price);
            let rounded = (exact + 500) / 1000;
            match line(&quantity.to_string(), price, 25) {
                Ok(line) => prop_assert_eq!(i128::from(line.amount().minor()), rounded),
                Err(LineError::ZeroAmount) => prop_assert_eq!(rounded, 0),
                Err(error) => {
                    prop_assert_eq!(error, LineError::TooLarge);
                    prop_assert!(rounded > i128::from(MAX_MINOR));
                }
            }
        }
    }
}
