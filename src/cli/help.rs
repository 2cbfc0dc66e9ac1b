//! The help in the language of the run. `args.rs` says what there is on the command line; what it is for is
//! said in `assets/lang/*-help.ftl`, found there by the names of commands and options.
//!
//! Nothing here runs for a command line that is right: [`in_words`] is made when help is asked for, when a command
//! line is wrong, and for the completions.

use std::ffi::OsString;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command, CommandFactory};

use super::args::Args;
use crate::i18n::Texts;

/// The command line with its words.
#[must_use]
pub fn in_words(texts: Texts) -> Command {
    let mut command = Args::command();
    // Built first: what clap adds by itself, `--help` and the command `help`, has words too.
    command.build();
    told(command, "", texts)
}

/// What clap says about `words` once it knows the language. `None`: that they are right.
#[must_use]
pub fn parse_again(words: &[OsString], texts: Texts) -> Option<clap::Error> {
    in_words(texts).try_get_matches_from(without_language(words)).err()
}

/// `paylink help new --lang nb`: clap takes nothing but names of commands after `help`.
fn without_language(words: &[OsString]) -> Vec<OsString> {
    let mut words = words.to_vec();
    if words.get(1).is_some_and(|word| word == "help")
        && let Some(at) = words.iter().position(|w| w.to_str().is_some_and(|w| w.starts_with("--lang")))
    {
        let taken = if words[at] == "--lang" { 2 } else { 1 };
        words.drain(at..(at + taken).min(words.len()));
    }
    words
}

/// What an option of every command was given, read off a command line that is wrong or asks for help.
#[must_use]
pub fn said(words: &[OsString], option: &str) -> Option<OsString> {
    let mut words = words.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == option {
            return words.next().cloned();
        }
        if let Some(value) =
            word.to_str().and_then(|w| w.strip_prefix(option)).and_then(|rest| rest.strip_prefix('='))
        {
            return Some(value.into());
        }
    }
    None
}

/// The command that `words` mean, `paylink outbox send`, as far as they can be followed.
#[must_use]
pub fn meant(words: &[OsString], command: &Command) -> String {
    let mut meant = command.get_name().to_owned();
    let mut here = command;
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        if let Some(next) = here.find_subcommand(word) {
            // `paylink help new` is about `paylink new`.
            if word != "help" {
                meant = format!("{meant} {word}");
                here = next;
            }
        } else if let Some(name) = word.strip_prefix("--")
            && here.get_arguments().any(|a| a.get_long() == Some(name) && a.get_action().takes_values())
        {
            words.next();
        }
    }
    meant
}

fn told(command: Command, path: &str, texts: Texts) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{}: {{usage}}\n\n{{all-args}}{{after-help}}\n",
        texts.t("usage-word")
    );
    let mut command = command
        .about(words(&[command_key(path)], texts))
        .help_template(template)
        .subcommand_help_heading(texts.t("usage-commands").into_owned())
        .subcommand_value_name(texts.t("usage-command").into_owned())
        // Nothing said where something is needed is a mistake like others, to be told in a line.
        .arg_required_else_help(false)
        .mut_args(|arg| told_arg(arg, path, texts))
        .mut_subcommands(|inner| {
            let path = below(path, inner.get_name());
            told(inner, &path, texts)
        });
    if path.is_empty() {
        command = command.after_help(texts.t("usage-after").into_owned());
    }
    let usage = command.render_usage().to_string();
    let usage = usage.split_once(": ").map_or(usage.as_str(), |(_, usage)| usage);
    let usage = usage.replace("[OPTIONS]", &texts.t("usage-some-options"));
    command.override_usage(usage)
}

fn told_arg(arg: Arg, path: &str, texts: Texts) -> Arg {
    let heading = match (arg.is_positional(), arg.is_global_set()) {
        (true, _) => "usage-arguments",
        (false, true) => "usage-global",
        (false, false) => "usage-options",
    };
    let id = arg.get_id().as_str().to_owned();
    let mut help = words(&option_keys(path, &id), texts);
    let mut arg = arg.help_heading(texts.t(heading).into_owned());
    if !arg.get_action().takes_values() {
        return arg.help(help);
    }
    if let Some(names) = arg.get_value_names() {
        let names: Vec<String> = names.iter().map(|name| words(&[placeholder_key(name)], texts)).collect();
        arg = arg.value_names(names);
    }
    let values: Vec<PossibleValue> =
        arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    if !values.is_empty() {
        let with_words = |value: &PossibleValue| match texts.find(&value_key(&id, value.get_name())) {
            Some(words) => {
                (format!("{} ({words})", value.get_name()), value.clone().help(words.into_owned()))
            }
            None => (value.get_name().to_owned(), value.clone()),
        };
        let (shown, values): (Vec<_>, Vec<_>) = values.iter().map(with_words).unzip();
        help = format!("{help} {}", texts.t_args("usage-values", &[("values", shown.join(", ").into())]));
        // For the completions.
        arg = arg.value_parser(PossibleValuesParser::new(values)).hide_possible_values(true);
    }
    let defaults: Vec<_> =
        arg.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() {
        help = format!("{help} {}", texts.t_args("usage-default", &[("value", defaults.join(" ").into())]));
        arg = arg.hide_default_value(true);
    }
    arg.help(help)
}

/// The first of these texts that there is; a test holds that there is one.
fn words(keys: &[String], texts: Texts) -> String {
    keys.iter().find_map(|key| texts.find(key)).unwrap_or_default().into_owned()
}

/// The place of a command below another: `outbox`, `outbox-send`. Below the command `help` are those that it tells
/// about.
#[must_use]
pub fn below(path: &str, name: &str) -> String {
    let path = path.strip_suffix("help").map_or(path, |told| told.trim_end_matches('-'));
    if path.is_empty() { name.to_owned() } else { format!("{path}-{name}") }
}

/// Where a command's words are. `help` is the same everywhere.
#[must_use]
pub fn command_key(path: &str) -> String {
    match path {
        "" => "command-paylink".to_owned(),
        _ if path.ends_with("-help") => "command-help".to_owned(),
        _ => format!("command-{path}"),
    }
}

/// Where an option's words are: those of this command alone, or else those it shares with others.
#[must_use]
pub fn option_keys(path: &str, id: &str) -> [String; 2] {
    let id = id.replace('_', "-");
    [format!("option-{path}-{id}"), format!("option-{id}")]
}

/// Where the words of one of the values are that an option can have. Not every value needs some.
#[must_use]
pub fn value_key(id: &str, value: &str) -> String {
    format!("value-{}-{}", id.replace('_', "-"), value.to_lowercase())
}

/// Where the word is that stands for a value: `FILE`.
#[must_use]
pub fn placeholder_key(name: &str) -> String {
    format!("placeholder-{}", name.to_lowercase().replace([':', '_'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str) -> Vec<OsString> {
        words.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn an_option_is_read_off_a_line_that_is_wrong() {
        let found = |words: &str| said(&line(words), "--lang").and_then(|v| v.into_string().ok());
        assert_eq!(found("paylink --lang nb --nonsense").as_deref(), Some("nb"));
        assert_eq!(found("paylink lst --lang=nb").as_deref(), Some("nb"));
        assert_eq!(found("paylink --language=nb"), None);
        assert_eq!(found("paylink new -- --lang nb"), None);
        assert_eq!(found("paylink --lang"), None);
    }

    #[test]
    fn the_command_that_was_meant_is_followed_past_the_values_of_options() {
        let all = in_words(Texts::default());
        let found = |words: &str| meant(&line(words), &all);
        assert_eq!(found("paylink --nonsense"), "paylink");
        assert_eq!(found("paylink --profile new list --nonsense"), "paylink list");
        assert_eq!(found("paylink outbox send"), "paylink outbox send");
        assert_eq!(found("paylink help new"), "paylink new");
    }
}
