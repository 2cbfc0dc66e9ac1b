//! `paylink login` and `logout`: try the API client, keep its secret in the keyring, write a first config.

use std::io;

use secrecy::SecretString;
use url::Url;

use super::args;
use super::secret_input::{ask, ask_secret, can_ask, secret_from_stdin};
use super::{Failure, Note, Run, Status, asynchronous};
use crate::config::file::{check_account_id, check_origin, check_page, check_word, is_profile_name};
use crate::config::model::{API_URL, CHECKOUT_URL};
use crate::config::write::{Added, FirstConfig, WriteError, add_profile, write_first};
use crate::config::{ConfigError, Profile, Wrong};
use crate::wiring::{self, KeyringError};

/// The name of the profile in a first config, unless `--profile` says another.
const FIRST_PROFILE: &str = "default";

/// Signs in.
///
/// # Errors
/// Wrong input, credentials that are not taken, no backend, no keyring.
pub fn login(run: &Run, args: &args::Login) -> Result<Status, Failure> {
    // A profile that the config doesn't have is put into it.
    let more = matches!(&run.config, Err(ConfigError::Given { what: Wrong::NoSuchProfile(_), .. }));
    let (profile, first) = match &run.config {
        Ok(config) if config.profile.sandbox => return Err(no_account(run)),
        Ok(config) => {
            fits(run, args, &config.profile)?;
            (config.profile.clone(), None)
        }
        // No config yet, at the default place or at the one that was named: it will be written.
        Err(ConfigError::Missing(_)) => new_profile(run, args).map(|(p, f)| (p, Some(f)))?,
        Err(ConfigError::File { file, .. }) if !file.exists() => {
            new_profile(run, args).map(|(p, f)| (p, Some(f)))?
        }
        Err(_) if more => new_profile(run, args).map(|(p, f)| (p, Some(f)))?,
        Err(error) => return Err(Failure::config(run.texts(), error)),
    };
    let secret = secret(run, args)?;
    let t = run.texts();
    asynchronous(t, async {
        let gateway = wiring::gateway(&profile, wiring::secret_now(secret.clone()));
        gateway.sign_in().await.map_err(|fault| Failure::fault(t, &fault))
    })?;
    let (written, added) = match &first {
        Some(first) if more => {
            let (path, added) = add(run, first)?;
            (Some(path), Some((first.profile.as_str(), added)))
        }
        Some(first) => (Some(write(run, first)?), None),
        None => (None, None),
    };
    if let Err(error) = wiring::keep_secret(&profile, &secret) {
        return Err(not_kept(run, &error, written.as_deref()));
    }
    if let Err(error) = wiring::tell_signed_in(&run.places()?.data_dir, &profile.account_id) {
        // They find out by themselves, later.
        tracing::warn!(%error, "running apps are not told of the new secret");
    }
    if run.output.json {
        let object = serde_json::json!({
            "account_id": profile.account_id,
            "client_id": profile.client_id,
            "config_written": written,
            "secret": "keyring",
        });
        run.output.line(&object.to_string())?;
    } else {
        if let Some(path) = &written {
            run.output.line(&t.t_args("cli-login-written", &[("path", path.as_str().into())]))?;
        }
        run.output.line(&t.t_args("cli-login-done", &[("account", profile.account_id.as_str().into())]))?;
        if let Some((name, added)) = added {
            let key = if added.default { "cli-login-default" } else { "cli-login-added" };
            run.output.line(&t.t_args(key, &[("profile", name.into())]))?;
        }
    }
    Ok(Status::Done)
}

/// Forgets the secret.
///
/// # Errors
/// There's no config, or no keyring.
pub fn logout(run: &Run) -> Result<Status, Failure> {
    let profile = &run.config()?.profile;
    if profile.sandbox {
        return Err(no_account(run));
    }
    let t = run.texts();
    let had = wiring::forget_secret(profile).map_err(|e| {
        let what = [("what", t.say(&e).into_owned().into())];
        Failure::input("keyring", t.t_args("cli-keyring", &what), t.t("cli-logout-hint"))
    })?;
    if run.output.json {
        run.output.line(&serde_json::json!({ "removed": had }).to_string())?;
    } else {
        let key = if had { "cli-logout-done" } else { "cli-logout-nothing" };
        run.output.line(&t.t_args(key, &[("account", profile.account_id.as_str().into())]))?;
    }
    Ok(Status::Done)
}

/// The sandbox inside of paylink has no account that anybody signs in to.
fn no_account(run: &Run) -> Failure {
    let t = run.texts();
    Failure::input("sandbox", t.t("cli-login-sandbox"), t.t("cli-login-sandbox-hint"))
}

fn not_kept(run: &Run, error: &KeyringError, written: Option<&str>) -> Failure {
    let t = run.texts();
    let what = [("what", t.say(error).into_owned().into())];
    let mut message = t.t_args("cli-keyring", &what);
    if let Some(path) = written {
        message = format!("{}. {message}", t.t_args("cli-login-written", &[("path", path.into())]));
    }
    Failure::input("keyring", message, t.t("cli-keyring-hint"))
}

/// With a config the account is what the config says; options that say otherwise are a mistake.
fn fits(run: &Run, args: &args::Login, profile: &Profile) -> Result<(), Failure> {
    let same_url = |said: &str, have: &Url| check_origin(said).is_ok_and(|u| u == *have);
    // The customer's way back may have a query, as the config's own may.
    let same_page = |said: &str, have: &Url| check_page(said).is_ok_and(|u| u == *have);
    let differs = [
        ("--account-id", args.account_id.as_ref().is_some_and(|a| *a != profile.account_id)),
        ("--client-id", args.client_id.as_ref().is_some_and(|c| *c != profile.client_id)),
        ("--profile-id", args.profile_id.as_ref().is_some_and(|p| *p != profile.profile_id)),
        ("--return-url", args.return_url.as_ref().is_some_and(|u| !same_page(u, &profile.return_url))),
        ("--merchant-name", args.merchant_name.is_some() && args.merchant_name != profile.merchant_name),
        ("--api-url", args.api_url.as_ref().is_some_and(|u| !same_url(u, &profile.api_url))),
        ("--checkout-url", args.checkout_url.as_ref().is_some_and(|u| !same_url(u, &profile.checkout_url))),
    ];
    match differs.into_iter().find(|(_, differs)| *differs) {
        None => Ok(()),
        Some((option, _)) => {
            let t = run.texts();
            let args = [("option", option.into())];
            Err(Failure::input("config", t.t_args("cli-login-differs", &args), t.t("cli-login-differs-hint")))
        }
    }
}

fn secret(run: &Run, args: &args::Login) -> Result<SecretString, Failure> {
    if !args.secret_stdin
        && let Some(secret) = &run.env.client_secret
    {
        return Ok(secret.clone());
    }
    let t = run.texts();
    let found = if args.secret_stdin || !can_ask() {
        secret_from_stdin()
    } else {
        ask_secret(&t.t("cli-ask-secret"))
    };
    found.map_err(|_| Failure::input("secret", t.t("cli-no-secret"), t.t("cli-no-secret-hint")))
}

/// A value from its option, or asked for where a person is there.
fn value<T>(
    run: &Run,
    said: Option<&String>,
    option: &'static str,
    question: &'static str,
    check: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<T, Failure> {
    let t = run.texts();
    let wrong = |what: String| {
        let args = [("option", option.into()), ("what", what.into())];
        Failure::input("option", t.t_args("cli-login-value", &args), t.t("cli-login-hint"))
    };
    if let Some(said) = said {
        return check(said).map_err(|what| wrong(t.say(&what).into_owned()));
    }
    if !can_ask() {
        return Err(wrong(t.t("cli-login-missing").into_owned()));
    }
    loop {
        let answer = ask(&t.t(question)).map_err(|e: io::Error| wrong(t.system(&e)))?;
        match check(answer.as_deref().unwrap_or_default()) {
            Ok(value) => return Ok(value),
            Err(what) => run.note(&Note::new("wrong_value", t.say(&what))),
        }
    }
}

fn new_profile(run: &Run, args: &args::Login) -> Result<(Profile, FirstConfig), Failure> {
    let t = run.texts();
    let name = run.options.profile.clone().or_else(|| run.env.profile.clone());
    let name = name.unwrap_or_else(|| FIRST_PROFILE.to_owned());
    if !is_profile_name(&name) {
        let args = [("option", "--profile".into()), ("what", t.t("cli-profile-name").into_owned().into())];
        return Err(Failure::input("option", t.t_args("cli-login-value", &args), t.t("cli-login-hint")));
    }
    let account_id =
        value(run, args.account_id.as_ref(), "--account-id", "cli-ask-account", check_account_id)?;
    let said = args.client_id.as_ref().or(run.env.client_id.as_ref());
    let client_id = value(run, said, "--client-id", "cli-ask-client", check_word)?;
    let api = args.api_url.clone().unwrap_or_else(|| API_URL.to_owned());
    let api_url = value(run, Some(&api), "--api-url", "", check_origin)?;
    // A backend of one address, such as the sandbox, is both.
    let checkout = args
        .checkout_url
        .clone()
        .unwrap_or_else(|| if args.api_url.is_some() { api.clone() } else { CHECKOUT_URL.to_owned() });
    let checkout_url = value(run, Some(&checkout), "--checkout-url", "", check_origin)?;
    let mut profile = Profile::new(&account_id, &client_id, api_url.clone(), checkout_url.clone());
    let merchant_name = args.merchant_name.clone().map(|n| crate::domain::clean::line_within(&n, 100));
    let merchant_name = merchant_name.filter(|n| !n.is_empty());
    let return_url = match (&args.return_url, can_ask()) {
        (Some(url), _) => Some(value(run, Some(url), "--return-url", "", check_page)?),
        (None, true) => value(run, None, "--return-url", "cli-ask-return", |text| {
            if text.is_empty() { Ok(None) } else { check_page(text).map(Some) }
        })?,
        (None, false) => None,
    };
    if let Some(id) = &args.profile_id {
        profile.profile_id = value(run, Some(id), "--profile-id", "", check_word)?;
    }
    let first = FirstConfig {
        profile: name,
        sandbox: false,
        account_id,
        client_id,
        profile_id: args.profile_id.clone(),
        return_url: return_url.as_ref().map(Url::to_string),
        merchant_name: merchant_name.clone(),
        api_url: Some(plain(&api_url)),
        checkout_url: Some(plain(&checkout_url)),
    };
    profile.merchant_name = merchant_name;
    profile.return_url = return_url.unwrap_or(profile.return_url);
    Ok((profile, first))
}

/// Without the slash that stands for an empty path.
fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn write(run: &Run, first: &FirstConfig) -> Result<String, Failure> {
    let path = &run.places()?.config;
    write_first(path, first).map_err(|e| not_written(run, &e))?;
    Ok(path.display().to_string())
}

fn add(run: &Run, first: &FirstConfig) -> Result<(String, Added), Failure> {
    let path = &run.places()?.config;
    let added = add_profile(path, first).map_err(|e| not_written(run, &e))?;
    Ok((path.display().to_string(), added))
}

fn not_written(run: &Run, error: &WriteError) -> Failure {
    let hint = match error {
        WriteError::Exists(_) => "cli-write-exists-hint",
        WriteError::Io(..) => "cli-write-hint",
    };
    Failure::input("config", run.texts().say(error), run.texts().t(hint))
}
