//! The config file: read, checked, and every mistake told with file, line and key.

mod mistakes;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::ConfigError;
use super::model::Theme;
use super::wrong::Wrong;
use crate::domain::clean;
use crate::domain::expiry::Expiry;
use crate::domain::method::Method;
use crate::domain::money::Currency;
use crate::domain::reference::ReferenceTemplate;
use crate::domain::vat::VatRate;
use mistakes::{at_key, explain, found};
pub use values::{check_account_id, check_origin, check_page, check_word};

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
    #[serde(deserialize_with = "values::language")]
    pub language: Option<String>,
    /// `auto`, `dark` or `light`.
    #[serde(deserialize_with = "values::theme")]
    pub theme: Option<Theme>,
}

/// A table `[profiles.NAME]`. The keys are explained in `config.example.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)] // Said once, in model.rs.
pub struct FileProfile {
    pub sandbox: bool,
    #[serde(deserialize_with = "values::account_id")]
    pub account_id: Option<String>,
    #[serde(deserialize_with = "values::word")]
    pub client_id: Option<String>,
    #[serde(deserialize_with = "values::word")]
    pub profile_id: Option<String>,
    #[serde(deserialize_with = "values::page")]
    pub return_url: Option<Url>,
    #[serde(deserialize_with = "values::currency")]
    pub currency: Option<Currency>,
    #[serde(deserialize_with = "values::name")]
    pub merchant_name: Option<String>,
    #[serde(deserialize_with = "values::origin")]
    pub api_url: Option<Url>,
    #[serde(deserialize_with = "values::origin")]
    pub checkout_url: Option<Url>,
    #[serde(deserialize_with = "values::hosts")]
    pub link_hosts: Option<Vec<String>>,
    #[serde(deserialize_with = "values::methods")]
    pub methods: Option<Vec<Method>>,
    #[serde(deserialize_with = "values::methods")]
    pub default_methods: Option<Vec<Method>>,
    #[serde(deserialize_with = "values::expiry")]
    pub default_expiry: Option<Expiry>,
    pub default_auto_capture: Option<bool>,
    #[serde(deserialize_with = "values::vat")]
    pub default_vat: Option<VatRate>,
    #[serde(deserialize_with = "values::template")]
    pub reference_template: Option<ReferenceTemplate>,
    #[serde(deserialize_with = "values::command")]
    pub client_secret_command: Option<Vec<String>>,
    #[serde(deserialize_with = "values::secret")]
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
    found();
    let config: FileConfig = toml::from_str(text).map_err(|e| explain(&e, found(), text, path))?;
    check(&config).map_err(|(key, what)| at_key(text, path, &key, what))?;
    Ok(config)
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
