//! The text of a config file. Every mistake has its line and can be told in one clean line of either language; what is
//! read can be written by `paylink login` and means the same when it is read again. `$SECRET` stands for a secret.

use std::path::Path;

use paylink::config::file::{FileConfig, parse};
use paylink::config::write::{FirstConfig, text};
use paylink::config::{ConfigError, Wrong};
use paylink::domain::reference::TemplateError;
use paylink::i18n::{Lang, Texts};

use super::is_clean;

const SECRET: &str = "hush-hush-this-is-the-secret";
const FILE: &str = "paylink.toml";

fn mistake(error: &ConfigError, text: &str) {
    // The one character that is wrong is kept, to be named by its escape: what is told of it is looked at below.
    let names_it = |e: &ConfigError| {
        matches!(e, ConfigError::Key { what: Wrong::Template(TemplateError::BadCharacter(_)), .. })
    };
    if !names_it(error) {
        is_clean(error);
    }
    let lines = 1 + text.matches('\n').count();
    match error {
        ConfigError::Key { line, key, .. } => {
            assert!((1..=lines).contains(line) && !key.is_empty(), "{error:?}")
        }
        ConfigError::Line { line, .. } => assert!((1..=lines).contains(line), "{error:?}"),
        other => panic!("a mistake without its line: {other:?}"),
    }
    if let ConfigError::Key { what: Wrong::NotAKey { known, near }, .. } = error {
        let word = |k: &String| k.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(!known.is_empty() && known.iter().chain(near).all(word), "{error:?}");
    }
    for lang in Lang::ALL {
        let told = Texts::new(lang).say(error).into_owned();
        is_clean(&told);
        assert!(told.contains(FILE) && told.chars().count() < 2000, "{told:?}");
        // The secret stands once, where secrets stand.
        let in_one = text.contains(&format!("client_secret = \"{SECRET}\"\n"));
        let open = text.contains(&format!("client_secret = \"\"\"\n{SECRET}"))
            && text.matches("\"\"\"").count() == 1;
        if text.matches(SECRET).count() == 1 && (in_one || open) {
            assert!(!told.contains(SECRET), "a secret is told: {told}");
        }
    }
}

fn written_again(config: &FileConfig) {
    for (name, profile) in &config.profiles {
        let (false, Some(account), Some(client)) = (profile.sandbox, &profile.account_id, &profile.client_id)
        else {
            continue;
        };
        let first = FirstConfig {
            profile: name.clone(),
            sandbox: false,
            account_id: account.clone(),
            client_id: client.clone(),
            profile_id: profile.profile_id.clone(),
            return_url: profile.return_url.as_ref().map(ToString::to_string),
            merchant_name: profile.merchant_name.clone(),
            api_url: profile.api_url.as_ref().map(ToString::to_string),
            checkout_url: profile.checkout_url.as_ref().map(ToString::to_string),
        };
        let written = text(&first);
        let again = parse(&written, Path::new(FILE)).unwrap_or_else(|e| panic!("{e:?}:\n{written}"));
        assert_eq!(again.default_profile.as_ref(), Some(name));
        let read = &again.profiles[name];
        assert_eq!((&read.account_id, &read.client_id), (&profile.account_id, &profile.client_id));
        assert_eq!((&read.return_url, &read.merchant_name), (&profile.return_url, &profile.merchant_name));
        // What is a default anyway is not written.
        for (read, was, default) in [
            (&read.profile_id, &profile.profile_id, "default"),
            (&read.api_url.as_ref().map(ToString::to_string), &first.api_url, "https://api.dintero.com/"),
            (
                &read.checkout_url.as_ref().map(ToString::to_string),
                &first.checkout_url,
                "https://checkout.dintero.com/",
            ),
        ] {
            assert!(
                read == was
                    || read.is_none()
                        && was
                            .as_ref()
                            .is_some_and(|w| w.trim_end_matches('/') == default.trim_end_matches('/')),
                "{read:?}, {was:?}"
            );
        }
    }
}

/// Reads the text in `bytes` as a config file.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace("$SECRET", SECRET);
    match parse(&text, Path::new(FILE)) {
        Ok(config) => {
            for (name, profile) in &config.profiles {
                is_clean(&(name, &profile.merchant_name, &profile.methods, &profile.link_hosts));
                is_clean(&(
                    &profile.account_id,
                    &profile.client_id,
                    &profile.profile_id,
                    &profile.default_methods,
                ));
                is_clean(&(
                    &profile.reference_template,
                    profile.return_url.as_ref().map(ToString::to_string),
                ));
                let told = format!("{profile:?}");
                let secret = profile.client_secret.is_some() && text.matches(SECRET).count() == 1;
                assert!(
                    !secret
                        || !text.contains(&format!("client_secret = \"{SECRET}\"\n"))
                        || !told.contains(SECRET),
                    "{told}"
                );
            }
            written_again(&config);
        }
        Err(error) => mistake(&error, &text),
    }
}
