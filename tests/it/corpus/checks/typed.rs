//! What somebody types: every reader gets the same text. What is understood means the same when it is shown and typed
//! again, and fits what the backend can carry.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use paylink::domain::address::Address;
use paylink::domain::amount::{AmountError, parse_number, parse_price, parse_quantity};
use paylink::domain::clean;
use paylink::domain::email::Email;
use paylink::domain::expiry::Expiry;
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::method::Method;
use paylink::domain::money::{Currency, MAX_MINOR};
use paylink::domain::phone::Phone;
use paylink::domain::reference::{Reference, ReferenceTemplate};
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Texts};
use rust_decimal::Decimal;

use super::is_clean;

const LANGUAGES: [Lang; 2] = [Lang::English, Lang::Bokmal];

fn price(text: &str, currency: Currency) {
    match parse_price(text, currency) {
        Ok(money) => {
            assert!(money.minor().abs() <= MAX_MINOR, "{text:?}: {money:?}");
            for lang in LANGUAGES {
                let texts = Texts::new(lang);
                for shown in [texts.amount(money), texts.bare_amount(money)] {
                    assert_eq!(parse_price(&shown, currency), Ok(money), "{text:?} is shown as {shown:?}");
                }
            }
        }
        Err(AmountError::Ambiguous { grouped, decimal }) => {
            for reading in [grouped, decimal] {
                // Either is typed without doubt; one may be more than can be sold.
                let read = parse_price(&reading, currency);
                assert!(
                    matches!(read, Ok(_) | Err(AmountError::TooLarge)),
                    "{text:?}: {reading:?}: {read:?}"
                );
            }
        }
        Err(_) => {}
    }
}

/// What is shown is either typed again as the same or asked back with it as one reading; a draft is never asked back.
fn quantity(text: &str) {
    let read = |text: &str| parse_quantity(text).map(Quantity::new);
    match read(text) {
        Ok(Ok(quantity)) => {
            let typed = quantity.value().normalize().to_string();
            for typed in [typed.replace('.', ","), typed] {
                assert_eq!(read(&typed), Ok(Ok(quantity)), "{text:?}: {typed:?}");
            }
            for lang in LANGUAGES {
                let shown = Texts::new(lang).quantity(quantity);
                match read(&shown) {
                    Err(AmountError::Ambiguous { grouped, decimal }) => {
                        let readings = [grouped, decimal].map(|reading| read(&reading));
                        assert!(readings.contains(&Ok(Ok(quantity))), "{text:?} is shown as {shown:?}");
                    }
                    again => assert_eq!(again, Ok(Ok(quantity)), "{text:?} is shown as {shown:?}"),
                }
            }
        }
        Err(AmountError::Ambiguous { grouped, decimal }) => {
            for reading in [grouped, decimal] {
                assert!(parse_quantity(&reading).is_ok(), "{text:?}: {reading:?}");
            }
        }
        _ => {}
    }
}

fn number(text: &str) {
    quantity(text);
    let Ok(number) = parse_number(text) else { return };
    if let Ok(rate) = VatRate::from_percent(number) {
        for lang in LANGUAGES {
            let shown = Texts::new(lang).rate(rate);
            let again = parse_number(&shown).map(VatRate::from_percent);
            assert_eq!(again, Ok(Ok(rate)), "{text:?}: {shown:?}");
        }
    }
}

/// A line as `--item` has it: reckoned again in whole numbers.
fn line(text: &str) {
    let fields: Vec<&str> = text.split(';').collect();
    let [description, quantity, price, rest @ ..] = fields.as_slice() else { return };
    let rate = rest.first().and_then(|r| parse_number(r).ok()).and_then(|r| VatRate::from_percent(r).ok());
    let (Ok(number), Ok(price)) = (parse_quantity(quantity), parse_price(price, Currency::Nok)) else {
        return;
    };
    let Ok(quantity) = Quantity::new(number) else { return };
    let Ok(line) = ProductLine::new(description, quantity, price, rate.unwrap_or(VatRate::STANDARD)) else {
        return;
    };
    is_clean(&line);
    assert_eq!(clean::line(&line.description), line.description, "{text:?}");
    let thousandths = i128::try_from(quantity.value() * Decimal::from(1000)).unwrap();
    let minor = (thousandths * i128::from(price.minor()) + 500) / 1000;
    assert_eq!(i128::from(line.amount().minor()), minor, "{text:?}");
    let vat = line.vat_amount().minor();
    assert!((0..=line.amount().minor()).contains(&vat) && minor <= i128::from(MAX_MINOR), "{text:?}");
}

fn people(text: &str) {
    if let Ok(phone) = Phone::parse(text) {
        let digits = phone.e164().strip_prefix('+').unwrap();
        assert!(digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit()), "{text:?}");
        for shown in [phone.e164().to_owned(), phone.grouped()] {
            assert_eq!(Phone::parse(&shown).as_ref(), Ok(&phone), "{text:?} is shown as {shown:?}");
        }
        for told in [format!("{phone:?}"), phone.masked()] {
            assert!(!told.contains(&digits[2..]), "{text:?}: {told}");
        }
        let _ = phone.kind();
    }
    if let Ok(email) = Email::parse(text) {
        assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(&email), "{text:?}");
        assert_eq!(clean::line(email.as_str()), email.as_str(), "{text:?}: what is shown is another address");
        let (local, _) = email.as_str().split_once('@').unwrap();
        let told = format!("{email:?}");
        assert!(local.chars().count() < 2 || !told.contains(&format!("({local}@")), "{text:?}: {told}");
        is_clean(&(email.masked(), &email));
    }
    let fields: Vec<&str> = text.split(';').collect();
    if let [name, street, code, place, country] = fields.as_slice()
        && let Ok(address) = Address::parse(name, street, code, place, country)
    {
        is_clean(&(&address.first_name, &address.last_name, &address.address_line, &address.postal_place));
        assert!(!address.first_name.is_empty() && !address.address_line.is_empty(), "{text:?}");
        let again = Address::parse(
            &address.full_name(),
            &address.address_line,
            &address.postal_code,
            &address.postal_place,
            &address.country,
        );
        assert!(again.as_ref() == Ok(&address), "{text:?} is another address when it is typed again");
    }
}

fn references(text: &str) {
    if let Ok(reference) = Reference::parse(text) {
        assert_eq!(Reference::parse(reference.as_str()).as_ref(), Ok(&reference), "{text:?}");
        // The backend's answer is cleaned before the two are compared.
        assert_eq!(clean::line(reference.as_str()), reference.as_str(), "{text:?}: it can't be found again");
    }
    if let Ok(template) = ReferenceTemplate::parse(text) {
        assert_eq!(ReferenceTemplate::parse(template.as_str()).as_ref(), Ok(&template), "{text:?}");
        let made = template.reference(jiff::civil::date(2026, 11, 22), 999);
        let plain = made.as_str().chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        assert!(plain && made.as_str().len() <= Reference::MAX_GENERATED, "{text:?}: {made}");
        assert_eq!(Reference::parse(made.as_str()).as_ref(), Ok(&made), "{text:?}");
    }
}

/// Gives the text in `bytes` to every reader of typed text.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.as_ref();
    for currency in Currency::ALL {
        price(text, currency);
    }
    number(text);
    line(text);
    people(text);
    references(text);
    let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    if let Ok(expiry) = Expiry::parse(text, &TimeZone::UTC)
        && let Ok(moment) = expiry.moment(noon, &TimeZone::UTC)
    {
        assert!(moment > noon, "{text:?} is over already");
    }
    if let Ok(method) = Method::parse(text) {
        assert_eq!(Method::parse(method.as_str()).as_ref(), Ok(&method), "{text:?}");
        is_clean(&method);
    }
}
