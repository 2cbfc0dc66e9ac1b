//! Numbers, money, quantities and VAT rates as the language writes them. No floats.
//!
//! Bokmål: `1 249,00 kr`, `−5,00 kr`, `25 %`. English: `NOK 1,249.00`, `-NOK 5.00`, `25%`; the code
//! because `kr` is the money of three countries. Groups are parted by U+00A0 in bokmål, so that a
//! number never breaks over two lines.

use std::sync::OnceLock;

use fixed_decimal::Decimal as Fixed;
use icu_decimal::DecimalFormatter;
use icu_locale_core::locale;
use rust_decimal::Decimal;

use super::{Lang, Texts};
use crate::domain::line::Quantity;
use crate::domain::money::{Currency, Money};
use crate::domain::vat::VatRate;

impl Texts {
    /// An amount with its currency: `1 249,00 kr`, `NOK 1,249.00`.
    #[must_use]
    pub fn amount(self, money: Money) -> String {
        amount(self.lang(), money)
    }

    /// An amount without its currency, for columns whose head names it: `1 249,00`.
    #[must_use]
    pub fn bare_amount(self, money: Money) -> String {
        fixed(self.lang(), money.to_decimal())
    }

    /// A number as it is: `1 249,5`.
    #[must_use]
    pub fn number(self, number: Decimal) -> String {
        fixed(self.lang(), number.normalize())
    }

    /// A whole number: `1 249`.
    #[must_use]
    pub fn count(self, number: u64) -> String {
        i64::try_from(number).map_or_else(|_| number.to_string(), |n| whole(self.lang(), n))
    }

    /// A quantity: `2`, `1,5`, `1 250`. In English without groups: with a comma it could be weighed as well as counted.
    #[must_use]
    pub fn quantity(self, quantity: Quantity) -> String {
        match self.lang() {
            Lang::English => quantity.value().normalize().to_string(),
            Lang::Bokmal => self.number(quantity.value()),
        }
    }

    /// A VAT rate: `25 %`, `25%`; the space is a hard one.
    #[must_use]
    pub fn rate(self, rate: VatRate) -> String {
        let number = self.number(rate.percent());
        match self.lang() {
            Lang::English => format!("{number}%"),
            Lang::Bokmal => format!("{number}\u{a0}%"),
        }
    }
}

/// An amount with its currency, in a language.
#[must_use]
pub fn amount(lang: Lang, money: Money) -> String {
    let number = fixed(lang, money.to_decimal());
    let currency = money.currency();
    match lang {
        Lang::Bokmal => {
            let unit = match currency {
                Currency::Nok => "kr",
                Currency::Sek | Currency::Dkk => currency.code(),
                Currency::Eur => "€",
            };
            format!("{number} {unit}")
        }
        Lang::English => {
            let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |d| ("-", d));
            match currency {
                Currency::Eur => format!("{sign}€{digits}"),
                Currency::Nok | Currency::Sek | Currency::Dkk => {
                    format!("{sign}{} {digits}", currency.code())
                }
            }
        }
    }
}

/// A whole number with group marks.
pub(super) fn whole(lang: Lang, number: i64) -> String {
    written(lang, Fixed::from(number))
}

/// A decimal number, its decimals as they are.
fn fixed(lang: Lang, number: Decimal) -> String {
    let mut exact = Fixed::from(number.mantissa());
    exact.multiply_pow10(-i16::try_from(number.scale()).unwrap_or(0));
    written(lang, exact)
}

fn written(lang: Lang, number: Fixed) -> String {
    static ENGLISH: OnceLock<Option<DecimalFormatter>> = OnceLock::new();
    static BOKMAL: OnceLock<Option<DecimalFormatter>> = OnceLock::new();
    let (formatter, locale) = match lang {
        Lang::English => (&ENGLISH, locale!("en")),
        Lang::Bokmal => (&BOKMAL, locale!("nb")),
    };
    formatter
        .get_or_init(|| DecimalFormatter::try_new(locale.into(), Default::default()).ok())
        .as_ref()
        // The data of both languages is compiled in; without it the number is still right.
        .map_or_else(|| number.to_string(), |f| f.format(&number).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Texts = Texts::new(Lang::English);
    const NB: Texts = Texts::new(Lang::Bokmal);

    fn nok(minor: i64) -> Money {
        Money::new(minor, Currency::Nok)
    }

    #[test]
    fn amounts_as_the_contracts_write_them() {
        assert_eq!(NB.amount(nok(12000)), "120,00 kr");
        assert_eq!(NB.amount(nok(2191)), "21,91 kr");
        assert_eq!(NB.amount(nok(124_900)), "1\u{a0}249,00 kr");
        assert_eq!(NB.amount(nok(-500)), "\u{2212}5,00 kr");
        assert_eq!(NB.amount(nok(0)), "0,00 kr");
        assert_eq!(NB.amount(nok(5)), "0,05 kr");
        assert_eq!(NB.amount(Money::new(123_456_789, Currency::Eur)), "1\u{a0}234\u{a0}567,89 €");
        assert_eq!(NB.amount(Money::new(100, Currency::Sek)), "1,00 SEK");
    }

    #[test]
    fn amounts_in_english() {
        assert_eq!(EN.amount(nok(124_900)), "NOK 1,249.00");
        assert_eq!(EN.amount(nok(-500)), "-NOK 5.00");
        assert_eq!(EN.amount(Money::new(-5, Currency::Eur)), "-€0.05");
        assert_eq!(EN.amount(Money::new(i64::MAX, Currency::Dkk)), "DKK 92,233,720,368,547,758.07");
        assert_eq!(EN.bare_amount(nok(4500)), "45.00");
    }

    #[test]
    fn quantities_and_rates() {
        let q = |text: &str| Quantity::new(text.parse().unwrap()).unwrap();
        assert_eq!(NB.quantity(q("1.500")), "1,5");
        assert_eq!(EN.quantity(q("0.125")), "0.125");
        assert_eq!(NB.quantity(q("1250")), "1\u{a0}250");
        assert_eq!(EN.quantity(q("1250")), "1250");
        assert_eq!(NB.rate(VatRate::STANDARD), "25\u{a0}%");
        assert_eq!(EN.rate(VatRate::STANDARD), "25%");
        assert_eq!(NB.rate(VatRate::from_hundredths(1111).unwrap()), "11,11\u{a0}%");
        assert_eq!(EN.count(1249), "1,249");
    }
}
