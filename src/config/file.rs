//! The config file: read, checked, and every mistake told with file, line and key.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer};
use url::{Host, Url};

use super::ConfigError;
use super::locate::{Keys, key_by_eye, line_of};
use super::model::{LANGUAGES, Theme};
use super::wrong::{Wanted, Wrong};
use crate::domain::clean;
use crate::domain::expiry::Expiry;
use crate::domain::method::Method;
use crate::domain::money::Currency;
use crate::domain::reference::ReferenceTemplate;
use crate::domain::vat::VatRate;

/// The most bytes that a config file may have.
const MAX_BYTES: u64 = 1 << 20;

/// The file as it is written: whatever is left out is none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileConfig {
    /// The profile used unless said otherwise.
    pub default_profile: Option<String>,
    /// The profiles by name.
    pub profiles: BTreeMap<String, FileProfile>,
    /// How the program looks and speaks.
    pub ui: FileUi,
}

/// The table `[ui]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileUi {
    /// `en` or `nb`.
    #[serde(deserialize_with = "language")]
    pub language: Option<String>,
    /// `auto`, `dark` or `light`.
    #[serde(deserialize_with = "theme")]
    pub theme: Option<Theme>,
}

/// A table `[profiles.NAME]`. The keys are explained in `config.example.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)] // Said once, in model.rs.
pub struct FileProfile {
    pub sandbox: bool,
    #[serde(deserialize_with = "account_id")]
    pub account_id: Option<String>,
    #[serde(deserialize_with = "word")]
    pub client_id: Option<String>,
    #[serde(deserialize_with = "word")]
    pub profile_id: Option<String>,
    #[serde(deserialize_with = "page")]
    pub return_url: Option<Url>,
    #[serde(deserialize_with = "currency")]
    pub currency: Option<Currency>,
    #[serde(deserialize_with = "name")]
    pub merchant_name: Option<String>,
    #[serde(deserialize_with = "origin")]
    pub api_url: Option<Url>,
    #[serde(deserialize_with = "origin")]
    pub checkout_url: Option<Url>,
    #[serde(deserialize_with = "hosts")]
    pub link_hosts: Option<Vec<String>>,
    #[serde(deserialize_with = "methods")]
    pub methods: Option<Vec<Method>>,
    #[serde(deserialize_with = "methods")]
    pub default_methods: Option<Vec<Method>>,
    #[serde(deserialize_with = "expiry")]
    pub default_expiry: Option<Expiry>,
    pub default_auto_capture: Option<bool>,
    #[serde(deserialize_with = "vat")]
    pub default_vat: Option<VatRate>,
    #[serde(deserialize_with = "template")]
    pub reference_template: Option<ReferenceTemplate>,
    #[serde(deserialize_with = "command")]
    pub client_secret_command: Option<Vec<String>>,
    #[serde(deserialize_with = "secret")]
    pub client_secret: Option<SecretString>,
}

/// Reads the file at `path`. `None` if there's no such file.
///
/// # Errors
/// It can't be read, or is wrong somewhere.
pub fn read(path: &Path) -> Result<Option<FileConfig>, ConfigError> {
    let whole = |what: Wrong| ConfigError::File { file: path.to_path_buf(), what };
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(whole(Wrong::Unreadable(e.kind(), e.to_string()))),
    };
    if !meta.is_file() {
        return Err(whole(Wrong::NotAFile));
    }
    if meta.len() > MAX_BYTES {
        return Err(whole(Wrong::TooLarge));
    }
    let bytes = std::fs::read(path).map_err(|e| whole(Wrong::Unreadable(e.kind(), e.to_string())))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let good = e.utf8_error().valid_up_to();
            let line = 1 + e.as_bytes()[..good].iter().filter(|b| **b == b'\n').count();
            return Err(ConfigError::Line { file: path.to_path_buf(), line, what: Wrong::NotText });
        }
    };
    let config = parse(&text, path)?;
    if let Some((name, _)) = config.profiles.iter().find(|(_, p)| p.client_secret.is_some())
        && !only_owner_reads(&meta)
    {
        return Err(at_key(&text, path, &format!("profiles.{name}.client_secret"), Wrong::OpenSecret));
    }
    Ok(Some(config))
}

#[cfg(unix)]
fn only_owner_reads(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o177 == 0
}

/// Windows has no modes; a user's own folder there is closed to other users.
#[cfg(not(unix))]
fn only_owner_reads(_meta: &std::fs::Metadata) -> bool {
    true
}

/// The config in `text`, which stands in the file `path`.
///
/// # Errors
/// The first mistake, with its line and key.
pub fn parse(text: &str, path: &Path) -> Result<FileConfig, ConfigError> {
    FOUND.take();
    let config: FileConfig = toml::from_str(text).map_err(|e| explain(&e, FOUND.take(), text, path))?;
    check(&config).map_err(|(key, what)| at_key(text, path, &key, what))?;
    Ok(config)
}

thread_local! {
    /// What is wrong with the value that is being read: serde carries texts alone, and the words are not made here.
    static FOUND: Cell<Option<Wrong>> = const { Cell::new(None) };
}

/// A value is wrong in this way.
fn wrong<E: de::Error>(what: Wrong) -> E {
    FOUND.set(Some(what));
    E::custom("a wrong value")
}

/// A mistake at a key that was read well by itself.
fn at_key(text: &str, path: &Path, key: &str, what: Wrong) -> ConfigError {
    let keys = Keys::of(text);
    // A key that is missing is told at the table it should be in.
    let offset = keys
        .offset_of(key)
        .or_else(|| keys.offset_of(key.rsplit_once('.').map_or(key, |(table, _)| table)))
        .unwrap_or(0);
    ConfigError::Key {
        file: path.to_path_buf(),
        line: line_of(text, offset),
        key: clean::line_within(key, 120),
        what,
    }
}

fn explain(error: &toml::de::Error, found: Option<Wrong>, text: &str, path: &Path) -> ConfigError {
    let offset = error.span().map_or(text.len(), |s| s.start);
    let key = Keys::of(text).at(offset).map(str::to_owned).or_else(|| key_by_eye(text, offset));
    let (file, line) = (path.to_path_buf(), line_of(text, offset));
    let mut what = found.unwrap_or_else(|| from_serde(error.message()));
    let key = key.unwrap_or_default();
    // The value is no matter; a key that is none or stands twice is.
    if key.ends_with("client_secret") && !matches!(what, Wrong::NotAKey { .. } | Wrong::Duplicate) {
        what = Wrong::NotASecret;
    }
    let key = clean::line_within(&key, 120);
    // A key of nothing that can be seen has no name that could be told.
    if key.is_empty() {
        ConfigError::Line { file, line, what }
    } else {
        ConfigError::Key { file, line, key, what }
    }
}

/// What serde and the reader of TOML say, which is always in English.
fn from_serde(message: &str) -> Wrong {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        // A key in quotes may hold anything, this form of words too: those that are known stand behind the last of it.
        let (given, expected) = rest.rsplit_once("`, expected ").unwrap_or((rest, ""));
        let known: Vec<String> = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        return Wrong::NotAKey { near: nearest(given, &known).map(str::to_owned), known };
    }
    if let Some((_, wanted)) =
        message.strip_prefix("invalid type: ").and_then(|m| m.rsplit_once(", expected "))
    {
        return match wanted {
            "a string" => Wrong::Type(Wanted::Text),
            "a boolean" => Wrong::Type(Wanted::Switch),
            "a sequence" => Wrong::Type(Wanted::List),
            PERCENT => Wrong::NotPercent,
            w if w.starts_with("struct ") || w == "a map" => Wrong::Type(Wanted::Table),
            _ => Wrong::Type(Wanted::Other),
        };
    }
    if message.starts_with("duplicate key") {
        Wrong::Duplicate
    } else if message.starts_with("string values must be quoted") {
        Wrong::NotQuoted
    } else {
        Wrong::NotToml
    }
}

/// The known word that `wrong` was probably meant to be.
fn nearest<'a>(wrong: &str, known: &'a [String]) -> Option<&'a str> {
    known
        .iter()
        .map(|k| (distance(wrong, k), k))
        .filter(|(d, k)| *d <= 1 + k.chars().count() / 5)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k.as_str())
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

/// What must hold between keys. The key and what is wrong with it.
fn check(config: &FileConfig) -> Result<(), (String, Wrong)> {
    for (name, profile) in &config.profiles {
        let key = |k: &str| format!("profiles.{name}.{k}");
        if !is_profile_name(name) {
            return Err((format!("profiles.{name}"), Wrong::ProfileName));
        }
        if profile.account_id.is_none() && !profile.sandbox {
            return Err((key("account_id"), Wrong::NoAccount));
        }
        if let (Some(offered), Some(ticked)) = (&profile.methods, &profile.default_methods) {
            let known = |m: &Method| offered.iter().any(|o| o == m || (!m.is_type() && o.kind() == m.kind()));
            if let Some(strange) = ticked.iter().find(|m| !known(m)) {
                return Err((key("default_methods"), Wrong::NotOffered(strange.to_string())));
            }
        }
    }
    match &config.default_profile {
        Some(name) if !config.profiles.contains_key(name) => Err((
            "default_profile".to_owned(),
            Wrong::NoSuchProfile(config.profiles.keys().cloned().collect()),
        )),
        _ => Ok(()),
    }
}

/// Letters, digits, `-` and `_`, 1 to 40 of them that can be seen: some letters are there to fill a place.
#[must_use]
pub fn is_profile_name(name: &str) -> bool {
    (1..=40).contains(&name.chars().count())
        && name.chars().all(|c| (c.is_alphanumeric() && !clean::is_unsafe(c)) || c == '-' || c == '_')
}

/// Whether the URL's host is this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

// ---------------------------------------------------------------------------------------------
// One value each
// ---------------------------------------------------------------------------------------------

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

fn account_id<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
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

fn word<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
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

fn page<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
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

fn origin<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    parsed(d, check_origin)
}

fn not_one_of(text: &str, known: Vec<&'static str>) -> Wrong {
    Wrong::NotOneOf { given: clean::line_within(text, 20), known }
}

fn currency<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Currency>, D::Error> {
    parsed(d, |text| {
        let known = || Currency::ALL.into_iter().map(Currency::code).collect();
        Currency::from_code(text).ok_or_else(|| not_one_of(text, known()))
    })
}

fn name<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
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

fn hosts<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    let texts = Vec::<String>::deserialize(d)?;
    let mut hosts = Vec::new();
    for text in texts {
        hosts.push(host(&text).ok_or_else(|| wrong(Wrong::NotAHost(clean::line_within(&text, 60))))?);
    }
    Ok(Some(hosts))
}

fn methods<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<Method>>, D::Error> {
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

fn expiry<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Expiry>, D::Error> {
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
const PERCENT: &str = "a number of percent";

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

fn vat<'de, D: Deserializer<'de>>(d: D) -> Result<Option<VatRate>, D::Error> {
    d.deserialize_any(Percent).map(Some)
}

fn template<'de, D: Deserializer<'de>>(d: D) -> Result<Option<ReferenceTemplate>, D::Error> {
    parsed(d, |text| ReferenceTemplate::parse(text).map_err(Wrong::Template))
}

fn command<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    let words = Vec::<String>::deserialize(d)?;
    if words.first().is_none_or(|w| w.trim().is_empty()) {
        return Err(wrong(Wrong::NoProgram));
    }
    Ok(Some(words))
}

fn secret<'de, D: Deserializer<'de>>(d: D) -> Result<Option<SecretString>, D::Error> {
    parsed(d, |text| if text.is_empty() { Err(Wrong::NotASecret) } else { Ok(SecretString::from(text)) })
}

fn language<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    parsed(d, |text| {
        if LANGUAGES.contains(&text) {
            return Ok(text.to_owned());
        }
        Err(not_one_of(text, LANGUAGES.to_vec()))
    })
}

fn theme<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Theme>, D::Error> {
    parsed(d, |text| {
        let known = || Theme::ALL.iter().map(|(_, w)| *w).collect();
        Theme::from_word(text).ok_or_else(|| not_one_of(text, known()))
    })
}
