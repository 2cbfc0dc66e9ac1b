//! The values of a config file, one kind each: read and checked.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer};
use url::{Host, Url};

use super::is_loopback;
use super::mistakes::wrong;
use crate::config::model::{LANGUAGES, Theme};
use crate::config::wrong::Wrong;
use crate::domain::clean;
use crate::domain::expiry::Expiry;
use crate::domain::method::Method;
use crate::domain::money::Currency;
use crate::domain::reference::ReferenceTemplate;
use crate::domain::vat::VatRate;

fn parsed<'de, D: Deserializer<'de>, T>(
    d: D,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(d)?;
    parse(&text).map(Some).map_err(wrong)
}

/// The account's form: T or P and eight digits (`^[PT]\d{8}$`).
///
/// # Errors
/// Another form.
pub fn check_account_id(text: &str) -> Result<String, Wrong> {
    let digits = text.strip_prefix(['T', 'P']).unwrap_or_default();
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Wrong::AccountId)
}

pub(super) fn account_id<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    parsed(d, check_account_id)
}

/// An id of the backend: printable, without spaces.
///
/// # Errors
/// Empty, too long, or with a space or control character in it.
pub fn check_word(text: &str) -> Result<String, Wrong> {
    if text.is_empty() {
        return Err(Wrong::Empty);
    }
    if text.len() > 200 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Wrong::NotAnId);
    }
    Ok(text.to_owned())
}

pub(super) fn word<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    parsed(d, check_word)
}

/// A page for the customer: https, or http on this machine.
///
/// # Errors
/// Not an address, or another scheme.
pub fn check_page(text: &str) -> Result<Url, Wrong> {
    let url = Url::parse(text.trim()).map_err(|_| Wrong::NotAnAddress)?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(Wrong::HttpElsewhere),
        _ => return Err(Wrong::NotHttps),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Wrong::NoHost);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::NameInAddress);
    }
    Ok(url)
}

pub(super) fn page<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    parsed(d, check_page)
}

/// A server: like [`check_page`], and without `?` and `#`.
///
/// # Errors
/// See there.
pub fn check_origin(text: &str) -> Result<Url, Wrong> {
    let url = check_page(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::QueryInAddress);
    }
    Ok(url)
}

pub(super) fn origin<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    parsed(d, check_origin)
}

fn not_one_of(text: &str, known: Vec<&'static str>) -> Wrong {
    Wrong::NotOneOf { given: clean::line_within(text, 20), known }
}

pub(super) fn currency<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Currency>, D::Error> {
    parsed(d, |text| {
        let known = || Currency::ALL.into_iter().map(Currency::code).collect();
        Currency::from_code(text).ok_or_else(|| not_one_of(text, known()))
    })
}

pub(super) fn name<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    parsed(d, |text| {
        let name = clean::line(text);
        match name.chars().count() {
            0 => Err(Wrong::Empty),
            1..=100 => Ok(name),
            _ => Err(Wrong::TooLong(100)),
        }
    })
}

/// `pay.example.com`, `192.0.2.1` or one of them with a port.
fn host(text: &str) -> Option<String> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let name = Host::parse(name).ok()?;
    Some(match port {
        Some(port) => format!("{name}:{}", port.parse::<u16>().ok()?),
        None => name.to_string(),
    })
}

pub(super) fn hosts<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    let texts = Vec::<String>::deserialize(d)?;
    let mut hosts = Vec::new();
    for text in texts {
        hosts.push(host(&text).ok_or_else(|| wrong(Wrong::NotAHost(clean::line_within(&text, 60))))?);
    }
    Ok(Some(hosts))
}

pub(super) fn methods<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<Method>>, D::Error> {
    let texts = Vec::<String>::deserialize(d)?;
    if texts.is_empty() {
        return Err(wrong(Wrong::NoMethods));
    }
    let mut methods: Vec<Method> = Vec::new();
    for text in texts {
        let method =
            Method::parse(&text).map_err(|_| wrong(Wrong::NotAMethod(clean::line_within(&text, 40))))?;
        if methods.contains(&method) {
            return Err(wrong(Wrong::Twice(method.to_string())));
        }
        methods.push(method);
    }
    Ok(Some(methods))
}

/// A moment at which every expiry that makes sense as a default is in range: noon of a leap day.
const NOON: i64 = 1_709_208_000;

pub(super) fn expiry<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Expiry>, D::Error> {
    parsed(d, |text| {
        let expiry = Expiry::parse(text, &TimeZone::UTC).map_err(Wrong::Expiry)?;
        if matches!(expiry, Expiry::At(_)) {
            return Err(Wrong::FixedTime);
        }
        let noon = Timestamp::from_second(NOON).unwrap_or_default();
        expiry.moment(noon, &TimeZone::UTC).map_err(Wrong::Expiry)?;
        Ok(expiry)
    })
}

/// What serde is told is expected of a rate.
pub(super) const PERCENT: &str = "a number of percent";

/// A number of percent: `25`, `11.11` or `"11.11"`.
struct Percent;

impl de::Visitor<'_> for Percent {
    type Value = VatRate;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(PERCENT)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<VatRate, E> {
        VatRate::from_percent(Decimal::from(number)).map_err(|e| wrong(Wrong::Vat(e)))
    }

    // A rate is no amount of money; its shortest text form is exact for two decimals.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<VatRate, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<VatRate, E> {
        let number: Decimal = text.trim().parse().map_err(|_| wrong(Wrong::NotPercent))?;
        VatRate::from_percent(number).map_err(|e| wrong(Wrong::Vat(e)))
    }
}

pub(super) fn vat<'de, D: Deserializer<'de>>(d: D) -> Result<Option<VatRate>, D::Error> {
    d.deserialize_any(Percent).map(Some)
}

pub(super) fn template<'de, D: Deserializer<'de>>(d: D) -> Result<Option<ReferenceTemplate>, D::Error> {
    parsed(d, |text| ReferenceTemplate::parse(text).map_err(Wrong::Template))
}

pub(super) fn command<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    let words = Vec::<String>::deserialize(d)?;
    if words.first().is_none_or(|w| w.trim().is_empty()) {
        return Err(wrong(Wrong::NoProgram));
    }
    Ok(Some(words))
}

pub(super) fn secret<'de, D: Deserializer<'de>>(d: D) -> Result<Option<SecretString>, D::Error> {
    parsed(d, |text| if text.is_empty() { Err(Wrong::NotASecret) } else { Ok(SecretString::from(text)) })
}

pub(super) fn language<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    parsed(d, |text| {
        if LANGUAGES.contains(&text) {
            return Ok(text.to_owned());
        }
        Err(not_one_of(text, LANGUAGES.to_vec()))
    })
}

pub(super) fn theme<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Theme>, D::Error> {
    parsed(d, |text| {
        let known = || Theme::ALL.iter().map(|(_, w)| *w).collect();
        Theme::from_word(text).ok_or_else(|| not_one_of(text, known()))
    })
}
