//! What is wrong with a config, in one line with file, line and key.

use std::borrow::Cow;

use crate::config::ConfigError;
use crate::config::write::WriteError;
use crate::config::wrong::{Wanted, Warning, Wrong};
use crate::i18n::{Spoken, Texts};

impl Spoken for ConfigError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Key { file, line, key, what } => {
                let file = ("file", file.display().to_string().into());
                let line = ("line", line.to_string().into());
                let key = ("key", key.as_str().into());
                let what = ("what", texts.say(what).into_owned().into());
                texts.t_args("config-at-key", &[file, line, key, what])
            }
            Self::Line { file, line, what } => {
                let file = ("file", file.display().to_string().into());
                let line = ("line", line.to_string().into());
                let what = ("what", texts.say(what).into_owned().into());
                texts.t_args("config-at-line", &[file, line, what])
            }
            Self::File { file, what } => {
                let file = ("file", file.display().to_string().into());
                let what = ("what", texts.say(what).into_owned().into());
                texts.t_args("config-in-file", &[file, what])
            }
            Self::Missing(file) => {
                texts.t_args("cli-no-config", &[("path", file.display().to_string().into())])
            }
            Self::Given { source_name, what } => format!("{source_name}: {}", texts.say(what)),
            Self::NoHome(option) => texts.t_args("config-no-home", &[("option", (*option).into())]),
        }
        .into()
    }
}

impl Spoken for Wrong {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let (key, name, value) = match self {
            Self::Unreadable(kind, said) => {
                ("config-unreadable", "what", texts.system_or(*kind, said).into_owned())
            }
            Self::NoDefault(names) => ("config-no-default", "known", names.join(", ")),
            Self::Missing { key, variable: None } => ("config-missing", "key", key.clone()),
            Self::Missing { key, variable: Some(variable) } => {
                let args = [("key", key.as_str().into()), ("variable", (*variable).into())];
                return texts.t_args("config-missing-variable", &args).into();
            }
            Self::NotAKey { near: Some(near), .. } => ("config-not-a-key-near", "near", near.clone()),
            Self::NotAKey { near: None, known } => ("config-not-a-key", "known", known.join(", ")),
            Self::TooLong(max) => ("config-too-long", "max", max.to_string()),
            Self::NotOneOf { given, known } => {
                let args = [("given", given.as_str().into()), ("known", known.join(", ").into())];
                return texts.t_args("config-not-one-of", &args).into();
            }
            Self::NotAHost(given) => ("config-not-a-host", "given", given.clone()),
            Self::NotAMethod(given) => ("config-not-a-method", "given", given.clone()),
            Self::Twice(method) => ("config-twice", "method", method.clone()),
            Self::NotOffered(method) => ("config-not-offered", "method", method.clone()),
            Self::NoSuchProfile(names) if names.is_empty() => return texts.t("config-no-profiles"),
            Self::NoSuchProfile(names) => ("config-no-such-profile", "known", names.join(", ")),
            Self::Expiry(error) => return texts.say(error),
            Self::Vat(error) => return texts.say(error),
            Self::Template(error) => return texts.say(error),
            plain => return texts.t(without_values(plain)),
        };
        texts.t_args(key, &[(name, value.into())]).into()
    }
}

/// The text of what has no values in it.
const fn without_values(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::NotThere => "config-not-there",
        Wrong::NotAFile => "config-not-a-file",
        Wrong::TooLarge => "config-too-large",
        Wrong::NotText => "config-not-text",
        Wrong::NotQuoted => "config-not-quoted",
        Wrong::Duplicate => "config-duplicate",
        Wrong::NoProfile => "config-no-profile",
        Wrong::OpenSecret => "config-open-secret",
        Wrong::Type(Wanted::Text) => "config-want-text",
        Wrong::Type(Wanted::Switch) => "config-want-switch",
        Wrong::Type(Wanted::List) => "config-want-list",
        Wrong::Type(Wanted::Table) => "config-want-table",
        Wrong::Type(Wanted::Other) => "config-want-other",
        Wrong::ProfileName => "config-profile-name",
        Wrong::NoAccount => "config-no-account",
        Wrong::AccountId => "config-account-id",
        Wrong::Empty => "config-empty",
        Wrong::NotAnId => "config-not-an-id",
        Wrong::NotAnAddress => "config-not-an-address",
        Wrong::NotHttps => "config-not-https",
        Wrong::HttpElsewhere => "config-http-elsewhere",
        Wrong::NoHost => "config-no-host",
        Wrong::NameInAddress => "config-name-in-address",
        Wrong::QueryInAddress => "config-query-in-address",
        Wrong::NoMethods => "config-no-methods",
        Wrong::FixedTime => "config-fixed-time",
        Wrong::NotPercent => "config-not-percent",
        Wrong::NoProgram => "config-no-program",
        Wrong::NotASecret => "config-not-a-secret",
        Wrong::NotToml
        | Wrong::Unreadable(..)
        | Wrong::NoDefault(_)
        | Wrong::Missing { .. }
        | Wrong::NotAKey { .. }
        | Wrong::TooLong(_)
        | Wrong::NotOneOf { .. }
        | Wrong::NotAHost(_)
        | Wrong::NotAMethod(_)
        | Wrong::Twice(_)
        | Wrong::NotOffered(_)
        | Wrong::NoSuchProfile(_)
        | Wrong::Expiry(_)
        | Wrong::Vat(_)
        | Wrong::Template(_) => "config-not-toml",
    }
}

impl Spoken for Warning {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::NoReturnUrl { profile, instead } => {
                let args = [("profile", profile.as_str().into()), ("url", instead.as_str().into())];
                texts.t_args("config-no-return-url", &args).into()
            }
            Self::SecretInFile { profile } => {
                texts.t_args("config-secret-in-file", &[("profile", profile.as_str().into())]).into()
            }
        }
    }
}

impl Spoken for WriteError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Exists(path) => {
                texts.t_args("config-exists", &[("path", path.display().to_string().into())]).into()
            }
            Self::Io(path, error) => {
                let args =
                    [("path", path.display().to_string().into()), ("what", texts.system(error).into())];
                texts.t_args("cli-file", &args).into()
            }
        }
    }
}
