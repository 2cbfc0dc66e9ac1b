//! A wrong command line, told in one line: what is wrong, where, and what to do. clap knows what it is; the words
//! are ours.

use std::ffi::OsString;
use std::net::AddrParseError;
use std::num::ParseIntError;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::{Failure, Status};
use super::help;
use crate::domain::clean;
use crate::i18n::Texts;

/// The failure for what clap says about `words`: its error, made from the command line in the language of `texts`.
#[must_use]
pub fn failure(error: &Error, words: &[OsString], texts: Texts) -> Failure {
    let command = help::meant(words, &help::in_words(texts));
    let hint = match near(error) {
        Some(near) => {
            texts.t_args("usage-near", &[("near", near.into()), ("command", command.as_str().into())])
        }
        None => texts.t_args("usage-hint", &[("command", command.as_str().into())]),
    };
    Failure::new(Status::Usage, "usage", message(error, &command, texts), hint)
}

fn message(error: &Error, command: &str, texts: Texts) -> String {
    let get = |kind| list(error, kind).join(", ");
    let (arg, given) = (get(ContextKind::InvalidArg), get(ContextKind::InvalidValue));
    let command = ("command", command.into());
    let option = ("option", arg.as_str().into());
    let value = ("value", shown(&given).into());
    match error.kind() {
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            texts.t_args("usage-unknown-option", &[command, option])
        }
        ErrorKind::UnknownArgument => {
            let word = ("word", shown(&arg).into());
            texts.t_args("usage-unknown-word", &[command, word])
        }
        ErrorKind::InvalidSubcommand => {
            let word = ("word", shown(&get(ContextKind::InvalidSubcommand)).into());
            texts.t_args("usage-unknown-command", &[command, word])
        }
        ErrorKind::MissingSubcommand => {
            let mut names = list(error, ContextKind::ValidSubcommand);
            names.retain(|name| name != "help");
            let known = ("known", names.join(", ").into());
            texts.t_args("usage-no-command", &[command, known])
        }
        ErrorKind::MissingRequiredArgument => {
            let what = ("what", arg.as_str().into());
            texts.t_args("usage-missing", &[command, what])
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            texts.t_args("usage-no-value", &[option])
        }
        ErrorKind::InvalidValue if given.is_empty() => texts.t_args("usage-no-value", &[option]),
        ErrorKind::InvalidValue => {
            let known = ("known", get(ContextKind::ValidValue).into());
            texts.t_args("usage-not-one-of", &[option, value, known])
        }
        ErrorKind::TooManyValues => texts.t_args("usage-takes-no-value", &[option]),
        ErrorKind::ValueValidation => {
            let key = match std::error::Error::source(error) {
                Some(why) if why.is::<ParseIntError>() => "usage-not-a-number",
                Some(why) if why.is::<AddrParseError>() => "usage-not-a-place",
                _ => "usage-not-taken",
            };
            texts.t_args(key, &[option, value])
        }
        ErrorKind::ArgumentConflict if arg == get(ContextKind::PriorArg) => {
            texts.t_args("usage-twice", &[option])
        }
        ErrorKind::ArgumentConflict => {
            let other = ("other", get(ContextKind::PriorArg).into());
            texts.t_args("usage-conflict", &[option, other])
        }
        ErrorKind::InvalidUtf8 => texts.t("usage-not-text").into_owned(),
        _ => texts.t("usage-wrong").into_owned(),
    }
}

/// What clap tells under this name.
fn list(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// What was probably meant.
fn near(error: &Error) -> Option<String> {
    [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(|kind| list(error, kind))
        .find(|near| !near.is_empty())
        .map(|near| near.join(", "))
        // An option of another command: "'new --item' exists".
        .or_else(|| {
            list(error, ContextKind::Suggested).iter().find_map(|said| {
                let name = said.strip_prefix('\'')?.split_once('\'')?.0;
                Some(format!("`paylink {name}`"))
            })
        })
}

/// A word of the command line, unless it may be somebody's number or address: errors repeat nobody's.
fn shown(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits >= 5 || word.contains('@') { "…".to_owned() } else { clean::line_within(word, 40) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn told(lang: Lang, line: &[&str]) -> String {
        let texts = Texts::new(lang);
        let words: Vec<OsString> =
            std::iter::once("paylink").chain(line.iter().copied()).map(Into::into).collect();
        let error = help::parse_again(&words, texts).unwrap();
        let failure = failure(&error, &words, texts);
        assert_eq!((failure.status, failure.code), (Status::Usage, "usage"));
        failure.to_string()
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line_of_the_language() {
        let item = ["new", "--item", "a;1;1"];
        let cases: [(Vec<&str>, &str, &str); 15] = [
            (
                vec!["--jsn"],
                "`paylink` has no option --jsn. Did you mean --json? See `paylink --help`",
                "`paylink` har ikke noe valg --jsn. Mener du --json? Se `paylink --help`",
            ),
            (
                vec!["list", "extra"],
                "`paylink list` does not know what extra is for. See `paylink list --help`",
                "`paylink list` vet ikke hva extra skal være. Se `paylink list --help`",
            ),
            (
                vec!["lst"],
                "`paylink` has no command lst. Did you mean list? See `paylink --help`",
                "`paylink` har ingen kommando lst. Mener du list? Se `paylink --help`",
            ),
            (
                vec!["config"],
                "`paylink config` needs one of the commands path, check, show. See `paylink config --help`",
                "`paylink config` trenger en av kommandoene path, check, show. Se `paylink config --help`",
            ),
            (
                vec!["new"],
                "`paylink new` needs --item <ITEM>. See `paylink new --help`",
                "`paylink new` trenger --item <LINJE>. Se `paylink new --help`",
            ),
            (
                vec!["outbox", "send"],
                "`paylink outbox send` needs <REF>. See `paylink outbox send --help`",
                "`paylink outbox send` trenger <REF>. Se `paylink outbox send --help`",
            ),
            (
                [&item[..], &["--wait"]].concat(),
                "--wait <SECONDS> needs a value. See `paylink new --help`",
                "--wait <SEKUNDER> trenger en verdi. Se `paylink new --help`",
            ),
            (
                [&item[..], &["--wait", "soon"]].concat(),
                "--wait <SECONDS>: soon is not a whole number. See `paylink new --help`",
                "--wait <SEKUNDER>: soon er ikke et helt tall. Se `paylink new --help`",
            ),
            (
                [&item[..], &["--express", "--address", "x"]].concat(),
                "--express and --address <ADDRESS> exclude each other. See `paylink new --help`",
                "--express og --address <ADRESSE> utelukker hverandre. Se `paylink new --help`",
            ),
            (
                vec!["qr", "A", "--level", "Z"],
                "--level <LEVEL>: Z is not one of L, M, Q. See `paylink qr --help`",
                "--level <NIVÅ>: Z er ikke en av L, M, Q. Se `paylink qr --help`",
            ),
            (
                vec!["sandbox", "--listen", "here"],
                "--listen <ADDRESS:PORT>: here is not an address with a port, such as 127.0.0.1:8080. See `paylink sandbox --help`",
                "--listen <ADRESSE:PORT>: here er ikke en adresse med port, for eksempel 127.0.0.1:8080. Se `paylink sandbox --help`",
            ),
            (
                vec!["list", "--json=yes"],
                "--json takes no value. See `paylink list --help`",
                "--json tar ingen verdi. Se `paylink list --help`",
            ),
            (
                vec!["list", "--limit", "1", "--limit", "2"],
                "--limit <NUMBER> can be given only once. See `paylink list --help`",
                "--limit <ANTALL> kan bare gis én gang. Se `paylink list --help`",
            ),
            (
                vec!["list", "--item", "x"],
                "`paylink list` has no option --item. See `paylink list --help`",
                "`paylink list` har ikke noe valg --item. Se `paylink list --help`",
            ),
            (
                vec!["list", "--limit", "99999999999"],
                "--limit <NUMBER>: … is not a value that it takes. See `paylink list --help`",
                "--limit <ANTALL>: … er ikke en gyldig verdi. Se `paylink list --help`",
            ),
        ];
        for (line, english, bokmal) in cases {
            assert_eq!(told(Lang::English, &line), english, "{line:?}");
            assert_eq!(told(Lang::Bokmal, &line), bokmal, "{line:?}");
        }
    }

    #[test]
    fn nobodys_number_is_repeated() {
        for line in [&["list", "+4741234567"][..], &["list", "kari@example.com"]] {
            let told = told(Lang::English, line);
            assert!(!told.contains("4123") && !told.contains("kari"), "{told}");
        }
    }
}
