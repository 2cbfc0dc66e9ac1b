//! Option before environment before file before default (contracts, 1).

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::ConfigError;
use super::file::{self, FileConfig, FileProfile};
use super::model::{API_URL, CHECKOUT_URL, Config, Profile, SecretFile, Ui};
use super::paths::{CONFIG_FILE, Platform};
use super::wrong::{Warning, Wrong};
use crate::domain::profiles::Profiles;

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--lang`
    pub lang: Option<String>,
    /// `--no-color`
    pub no_color: bool,
}

/// What the environment says. A variable that is empty counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `PAYLINK_CONFIG`
    pub config: Option<PathBuf>,
    /// `PAYLINK_DATA_DIR`
    pub data_dir: Option<PathBuf>,
    /// `PAYLINK_PROFILE`
    pub profile: Option<String>,
    /// `PAYLINK_LANG`
    pub lang: Option<String>,
    /// `PAYLINK_CLIENT_ID`
    pub client_id: Option<String>,
    /// `PAYLINK_CLIENT_SECRET`
    pub client_secret: Option<SecretString>,
    /// `NO_COLOR`
    pub no_color: bool,
    /// `RUST_LOG`
    pub rust_log: Option<String>,
}

impl Env {
    /// From a way to look a variable up; the program passes `std::env::var_os`.
    pub fn from_lookup(get: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let raw = |name: &str| get(name).filter(|v| !v.is_empty());
        let text = |name: &str| raw(name).map(|v| v.to_string_lossy().into_owned());
        Self {
            config: raw("PAYLINK_CONFIG").map(PathBuf::from),
            data_dir: raw("PAYLINK_DATA_DIR").map(PathBuf::from),
            profile: text("PAYLINK_PROFILE"),
            lang: text("PAYLINK_LANG"),
            client_id: text("PAYLINK_CLIENT_ID"),
            client_secret: text("PAYLINK_CLIENT_SECRET").map(SecretString::from),
            no_color: raw("NO_COLOR").is_some(),
            rust_log: text("RUST_LOG"),
        }
    }
}

/// Where this run's config file and data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The config file.
    pub config: PathBuf,
    /// Whether somebody named it: then it must exist.
    pub config_named: bool,
    /// The folder of ledger and logs.
    pub data_dir: PathBuf,
}

impl Places {
    /// The places, from options, environment and platform.
    ///
    /// # Errors
    /// There's no home folder, and nobody says where.
    pub fn find(options: &Options, env: &Env, platform: Option<&Platform>) -> Result<Self, ConfigError> {
        let named = options.config.clone().or_else(|| env.config.clone());
        let config_named = named.is_some();
        let config = named
            .or_else(|| platform.map(|p| p.config.join(CONFIG_FILE)))
            .ok_or(ConfigError::NoHome("--config"))?;
        let data_dir = options
            .data_dir
            .clone()
            .or_else(|| env.data_dir.clone())
            .or_else(|| platform.map(|p| p.data.clone()))
            .ok_or(ConfigError::NoHome("--data-dir"))?;
        Ok(Self { config, config_named, data_dir })
    }
}

/// The config of this run.
///
/// # Errors
/// There's no file, it's wrong, or the profile that is asked for isn't in it.
pub fn load(places: &Places, options: &Options, env: &Env) -> Result<Config, ConfigError> {
    match file::read(&places.config)? {
        Some(found) => combine(found, places, options, env),
        None if places.config_named => {
            Err(ConfigError::File { file: places.config.clone(), what: Wrong::NotThere })
        }
        None => Err(ConfigError::Missing(places.config.clone())),
    }
}

/// Puts a file, the environment and the options together.
///
/// # Errors
/// The profile that is asked for isn't in the file, or something is missing in it.
pub fn combine(
    file: FileConfig,
    places: &Places,
    options: &Options,
    env: &Env,
) -> Result<Config, ConfigError> {
    let whole = |what: Wrong| ConfigError::File { file: places.config.clone(), what };
    let names: Vec<String> = file.profiles.keys().cloned().collect();
    if names.is_empty() {
        return Err(whole(Wrong::NoProfile));
    }
    let asked = options
        .profile
        .as_ref()
        .map(|p| (p, "--profile"))
        .or_else(|| env.profile.as_ref().map(|p| (p, "PAYLINK_PROFILE")));
    let name = match (asked, &file.default_profile, names.as_slice()) {
        (Some((name, source_name)), _, _) => {
            if !file.profiles.contains_key(name) {
                return Err(ConfigError::Given { source_name, what: Wrong::NoSuchProfile(names) });
            }
            name.clone()
        }
        (None, Some(name), _) => name.clone(),
        (None, None, [only]) => only.clone(),
        (None, None, _) => {
            return Err(whole(Wrong::NoDefault(names)));
        }
    };
    let mut profiles = Profiles::default();
    for (profile, raw) in &file.profiles {
        if raw.sandbox {
            profiles.sandbox.get_or_insert_with(|| profile.clone());
        } else if let Some(account) = &raw.account_id {
            profiles.by_account.entry(account.clone()).or_insert_with(|| profile.clone());
        }
    }
    let raw = file.profiles.get(&name).cloned().unwrap_or_default();
    let mut warnings = Vec::new();
    let profile = finish(raw, &name, env, &whole, &mut warnings)?;
    let ui = Ui {
        language: options.lang.clone().or_else(|| env.lang.clone()).or(file.ui.language),
        theme: file.ui.theme.unwrap_or_default(),
    };
    Ok(Config {
        file: Some(places.config.clone()),
        profile_name: name,
        profile_names: names,
        profiles,
        profile,
        ui,
        warnings,
    })
}

fn finish(
    mut raw: FileProfile,
    name: &str,
    env: &Env,
    whole: &impl Fn(Wrong) -> ConfigError,
    warnings: &mut Vec<Warning>,
) -> Result<Profile, ConfigError> {
    if raw.sandbox {
        return Ok(sandbox(raw, fixed(API_URL)?));
    }
    let missing = |key: &str, variable| Wrong::Missing { key: format!("profiles.{name}.{key}"), variable };
    let account_id = raw.account_id.take().ok_or_else(|| whole(missing("account_id", None)))?;
    let client_id = match &env.client_id {
        Some(id) => file::check_word(id)
            .map_err(|what| ConfigError::Given { source_name: "PAYLINK_CLIENT_ID", what })?,
        None => {
            let missing = || whole(missing("client_id", Some("PAYLINK_CLIENT_ID")));
            raw.client_id.take().ok_or_else(missing)?
        }
    };
    let api_url = raw.api_url.take().map_or_else(|| fixed(API_URL), Ok)?;
    let checkout_url = raw.checkout_url.take().map_or_else(|| fixed(CHECKOUT_URL), Ok)?;
    let mut profile = Profile::new(&account_id, &client_id, api_url, checkout_url);
    if raw.return_url.is_none() {
        let (profile, instead) = (name.to_owned(), profile.return_url.to_string());
        warnings.push(Warning::NoReturnUrl { profile, instead });
    }
    profile.return_url = raw.return_url.take().unwrap_or(profile.return_url);
    take(&mut profile, &raw);
    profile.profile_id = raw.profile_id.unwrap_or(profile.profile_id);
    profile.link_hosts = raw.link_hosts.unwrap_or_default();
    profile.client_secret_command = raw.client_secret_command;
    if let Some(secret) = raw.client_secret {
        warnings.push(Warning::SecretInFile { profile: name.to_owned() });
        profile.client_secret = Some(SecretFile(secret));
    }
    Ok(profile)
}

/// A profile whose backend is our own sandbox. Account, client and addresses are the sandbox's, and put
/// in once it runs.
fn sandbox(raw: FileProfile, nowhere: Url) -> Profile {
    let mut profile = Profile::new("T00000000", "sandbox", nowhere.clone(), nowhere);
    profile.sandbox = true;
    take(&mut profile, &raw);
    profile
}

/// What is the same for every backend.
fn take(profile: &mut Profile, raw: &FileProfile) {
    profile.currency = raw.currency.unwrap_or(profile.currency);
    profile.merchant_name.clone_from(&raw.merchant_name);
    profile.methods.clone_from(&raw.methods);
    profile.default_methods.clone_from(&raw.default_methods);
    profile.default_auto_capture = raw.default_auto_capture.unwrap_or(profile.default_auto_capture);
    profile.default_vat = raw.default_vat.unwrap_or(profile.default_vat);
    if let Some(expiry) = &raw.default_expiry {
        profile.default_expiry = expiry.clone();
    }
    if let Some(template) = &raw.reference_template {
        profile.reference_template = template.clone();
    }
}

/// One of our own addresses.
fn fixed(url: &str) -> Result<Url, ConfigError> {
    Url::parse(url).map_err(|_| ConfigError::Given { source_name: "default", what: Wrong::NotAnAddress })
}
