//! From `new`'s options to what is sold: every mistake names the option and the field.

use super::failure::Failure;
use crate::domain::address::{Address, AddressError};
use crate::domain::amount::{parse_number, parse_price, parse_quantity};
use crate::domain::clean;
use crate::domain::line::{LineError, ProductLine, Quantity};
use crate::domain::money::Currency;
use crate::domain::vat::VatRate;
use crate::i18n::{Spoken, Texts};

/// The `position`-th (from 1) `--item`: `DESCRIPTION;QUANTITY;UNIT_PRICE[;VAT_PERCENT]`.
///
/// # Errors
/// Wrong input, with the item and the field.
pub fn item(
    text: &str,
    position: usize,
    currency: Currency,
    vat: VatRate,
    texts: Texts,
) -> Result<ProductLine, Failure> {
    let wrong = |field: &'static str, what: &dyn Spoken| {
        item_failure(texts, position, text, &texts.t(field), &texts.say(what))
    };
    let fields: Vec<&str> = text.split(';').map(str::trim).collect();
    let (description, quantity, price, rate) = match fields.as_slice() {
        [d, q, p] => (*d, *q, *p, None),
        [d, q, p, v] => (*d, *q, *p, Some(*v)),
        _ => {
            let form = texts.t("cli-item-form");
            return Err(item_failure(texts, position, text, &texts.t("cli-field-item"), &form));
        }
    };
    // A program writes `1.500`, and no groups; a person may mean a thousand by the comma.
    let read = if quantity.contains(',') { parse_quantity } else { parse_number };
    let quantity = read(quantity).map_err(|e| wrong("cli-field-quantity", &e))?;
    let quantity = Quantity::new(quantity).map_err(|e| wrong("cli-field-quantity", &e))?;
    let price = parse_price(price, currency).map_err(|e| wrong("cli-field-price", &e))?;
    let vat = match rate {
        None => vat,
        Some(rate) => {
            let percent = parse_number(rate).map_err(|e| wrong("cli-field-vat", &e))?;
            VatRate::from_percent(percent).map_err(|e| wrong("cli-field-vat", &e))?
        }
    };
    ProductLine::new(description, quantity, price, vat).map_err(|e| {
        let field = match e {
            LineError::NoDescription | LineError::LongDescription => "cli-field-description",
            LineError::ZeroQuantity
            | LineError::NegativeQuantity
            | LineError::FineQuantity
            | LineError::HugeQuantity => "cli-field-quantity",
            LineError::ZeroPrice | LineError::NegativePrice => "cli-field-price",
            LineError::ZeroAmount | LineError::TooLarge | LineError::NoLines | LineError::TooManyLines => {
                "cli-field-amount"
            }
        };
        wrong(field, &e)
    })
}

fn item_failure(texts: Texts, position: usize, text: &str, field: &str, what: &str) -> Failure {
    let args = [
        ("position", position.into()),
        ("item", clean::line_within(text, 60).into()),
        ("field", field.to_owned().into()),
        ("what", what.to_owned().into()),
    ];
    Failure::input("item", texts.t_args("cli-item", &args), texts.t("cli-item-hint"))
}

/// `--address 'Name;Street;Code;Place;NO'`; the country may be left out.
///
/// # Errors
/// Wrong input, with the field.
pub fn address(text: &str, texts: Texts) -> Result<Address, Failure> {
    let wrong = |what: String| {
        Failure::input(
            "address",
            texts.t_args("cli-address", &[("what", what.into())]),
            texts.t("cli-address-hint"),
        )
    };
    let fields: Vec<&str> = text.split(';').map(str::trim).collect();
    let found: Result<Address, AddressError> = match fields.as_slice() {
        [name, street, code, place] => Address::parse(name, street, code, place, ""),
        [name, street, code, place, country] => Address::parse(name, street, code, place, country),
        _ => return Err(wrong(texts.t("cli-address-form").into_owned())),
    };
    found.map_err(|e| wrong(texts.say(&e).into_owned()))
}

/// Wrong input of an option that holds something about a person, which is not repeated.
pub fn private_option(texts: Texts, name: &'static str, what: &dyn Spoken) -> Failure {
    let args = [("option", name.into()), ("what", texts.say(what).into_owned().into())];
    Failure::input("option", texts.t_args("cli-option-private", &args), forms(texts, "new"))
}

/// Where the forms are told.
fn forms(texts: Texts, command: &'static str) -> String {
    texts.t_args("cli-option-hint", &[("command", command.into())])
}

/// Wrong input of one option of `command`: `--expires 5x: not a time …`.
pub fn option(
    texts: Texts,
    command: &'static str,
    name: &'static str,
    given: &str,
    what: &dyn Spoken,
) -> Failure {
    let args = [
        ("option", name.into()),
        ("given", clean::line_within(given, 60).into()),
        ("what", texts.say(what).into_owned().into()),
    ];
    Failure::input("option", texts.t_args("cli-option", &args), forms(texts, command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_point_is_the_decimal_mark_of_programs() {
        let quantity = |text: &str| {
            let line = format!("Torsk;{text};299.00");
            let line = item(&line, 1, Currency::Nok, VatRate::STANDARD, Texts::new(Lang::English));
            line.ok().map(|line| line.quantity.value().to_string())
        };
        assert_eq!(quantity("1.500").as_deref(), Some("1.5"));
        assert_eq!(quantity("1.000").as_deref(), Some("1"));
        assert_eq!(quantity("1,249").as_deref(), Some("1.249"));
        assert_eq!(quantity("1,000"), None, "a person may mean a thousand");
    }
}
