//! Help and usage errors in the seller's language, and the words and the definition of the command line held
//! together.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};
use paylink::cli::args::Args;
use paylink::cli::help::{below, command_key, option_keys, placeholder_key, value_key};

use super::{Ran, World, bare, finish};
use crate::i18n::{EN, table};

/// Options whose values are names and need no words.
const NAMES: &[&str] = &["shell"];

/// What the definition needs, and what there is for it.
#[derive(Default)]
struct Held {
    used: BTreeSet<String>,
    missing: Vec<String>,
}

impl Held {
    fn need(&mut self, there: &BTreeSet<String>, keys: &[String]) {
        match keys.iter().find(|key| there.contains(*key)) {
            Some(key) => _ = self.used.insert(key.clone()),
            None => self.missing.push(keys.join(" or ")),
        }
    }

    fn command(&mut self, there: &BTreeSet<String>, command: &Command, path: &str) {
        self.need(there, &[command_key(path)]);
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            self.need(there, &option_keys(path, id));
            if !arg.get_action().takes_values() {
                continue;
            }
            for name in arg.get_value_names().unwrap_or_default() {
                self.need(there, &[placeholder_key(name)]);
            }
            for value in arg.get_possible_values().iter().filter(|_| !NAMES.contains(&id)) {
                self.need(there, &[value_key(id, value.get_name())]);
            }
        }
        for inner in command.get_subcommands() {
            self.command(there, inner, &below(path, inner.get_name()));
        }
    }
}

/// Both languages have the same keys (`i18n.rs`), so one is enough to look at.
#[test]
fn every_command_option_and_value_has_words_and_no_words_are_left_over() {
    let there: BTreeSet<String> = table(EN).into_keys().collect();
    let mut command = Args::command();
    command.build();
    let mut held = Held::default();
    held.command(&there, &command, "");
    assert!(held.missing.is_empty(), "no words in assets/lang/*-help.ftl: {:#?}", held.missing);
    let prefixes = ["command-", "option-", "value-", "placeholder-"];
    let left: Vec<_> = there
        .iter()
        .filter(|key| prefixes.iter().any(|p| key.starts_with(p)) && !held.used.contains(*key))
        .collect();
    assert!(left.is_empty(), "words for nothing on the command line: {left:#?}");
}

/// Each of doctor's checks has a name for people, and no name is left over but that of the check that comes only where
/// the ledger fails.
#[test]
fn what_doctor_looks_at_has_names_in_the_language() {
    let world = World::new();
    let checks = world.run(&["doctor", "--json"]).is(0).json();
    let mut names: BTreeSet<String> =
        checks["checks"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect();
    names.insert("ledger".to_owned());
    let there: BTreeSet<String> =
        table(EN).into_keys().filter_map(|key| key.strip_prefix("doctor-name-").map(str::to_owned)).collect();
    assert_eq!(names, there);
    let told = world.run(&["doctor", "--lang", "nb"]).is(0).out;
    for name in ["konfigurasjon", "hemmelighet", "nøkkelring", "tjenesten", "innlogging", "utboks"] {
        assert!(told.contains(&format!(" {name} ")), "{name}: {told}");
    }
    assert!(told.contains("i miljøet") && !told.contains("environment"), "{told}");
}

/// Mistakes outside of the command line, through the real program.
#[test]
fn a_wrong_config_is_told_in_the_language() {
    let world = World::new();
    world.write_config(world.url(), "curency = \"NOK\"");
    let told = world.run(&["list", "--lang", "nb"]).is(3).err;
    let what =
        "fair.toml, linje 7: profiles.fair.curency: er ikke en nøkkel i konfigurasjonen; mener du currency?";
    assert!(told.contains(what), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    // The language that the wrong file itself asks for.
    let text = std::fs::read_to_string(&world.config).unwrap();
    std::fs::write(&world.config, format!("{text}\n[ui]\nlanguage = \"nb\"\n")).unwrap();
    let told = world.run(&["config", "check", "--json"]).is(3).error();
    assert_eq!(told["code"], "config");
    assert!(told["message"].as_str().unwrap().contains("linje 7"), "{told}");
    let busy =
        world.run(&["sandbox", "--lang", "nb", "--listen", world.url().trim_start_matches("http://")]).is(3);
    assert!(
        busy.err.contains("Kan ikke lytte på") && busy.err.contains("adressen er i bruk"),
        "{}",
        busy.err
    );
    let secret = "client_secret_command = [\"/nowhere/at/all\"]";
    world.write_config(world.url(), secret);
    let mut command = world.command(&["new", "--item", "a;1;1", "--lang", "nb"]);
    let none = finish(command.env_remove("PAYLINK_CLIENT_SECRET")).is(4).err;
    assert!(
        none.contains("/nowhere/at/all kunne ikke startes: filen eller programmet finnes ikke"),
        "{none}"
    );
}

fn paylink(words: &[&str], env: &[(&str, &str)]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    finish(bare(home.path()).args(words).envs(env.iter().copied()))
}

/// Every command with those below it, as words.
fn every_command() -> Vec<Vec<String>> {
    fn walk(command: &Command, above: &[String], out: &mut Vec<Vec<String>>) {
        out.push(above.to_vec());
        for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
            walk(inner, &[above, &[inner.get_name().to_owned()]].concat(), out);
        }
    }
    let mut out = Vec::new();
    walk(&Args::command(), &[], &mut out);
    out
}

/// Words of clap's own, and of the English help.
const ENGLISH: &[&str] = &[
    "Usage",
    "Commands",
    "Options",
    "Arguments",
    "default:",
    "possible values",
    "Print",
    "help",
    "version",
    "OPTIONS",
    "COMMAND",
    "FILE",
    "the",
    "The",
    "and",
    "env:",
    "Show",
];

#[test]
fn the_help_of_every_command_is_in_the_language() {
    let commands = every_command();
    assert!(commands.len() > 18, "{commands:?}");
    for command in commands {
        let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
        words.extend(["--help", "--lang", "nb"]);
        let ran = paylink(&words, &[]).is(0);
        assert_eq!(ran.err, "");
        assert!(ran.out.contains("\nBruk: paylink"), "{}", ran.out);
        // As words by themselves: `--help` and `--no-color` are what they are in every language.
        let told: BTreeSet<&str> = ran
            .out
            .split([' ', '\n', '[', ']', '<', '>', '(', ')', ',', '`'])
            .map(|w| w.trim_end_matches(':'))
            .collect();
        // `paylink help` is a command.
        let listed = |word: &str| word == "help" && ran.out.contains("\n  help ");
        for word in ENGLISH {
            let word = word.trim_end_matches(':');
            assert!(!told.contains(word) || listed(word), "{command:?}: {word}\n{}", ran.out);
        }
    }
}

#[test]
fn help_as_it_is_read() {
    for lang in ["en", "nb"] {
        for (name, words) in
            [("paylink", &["--help"][..]), ("new", &["new", "--help"]), ("qr", &["help", "qr"])]
        {
            let ran = paylink(&[words, &["--lang", lang]].concat(), &[]).is(0);
            insta::assert_snapshot!(format!("help-{name}-{lang}"), ran.out);
        }
    }
}

#[test]
fn the_language_of_the_help_is_chosen_as_everywhere() {
    let nb = paylink(&["--lang", "nb", "--help"], &[]).is(0).out;
    assert!(nb.contains("Bruk: paylink"), "{nb}");
    assert_eq!(paylink(&["--help", "--lang", "nb"], &[]).out, nb);
    assert_eq!(paylink(&["--help", "--lang=nb"], &[]).out, nb);
    assert_eq!(paylink(&["--help"], &[("PAYLINK_LANG", "nb")]).out, nb);
    assert_eq!(paylink(&["help"], &[("LC_ALL", "nb_NO.UTF-8")]).out, nb);
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("c.toml");
    std::fs::write(&config, "[ui]\nlanguage = \"nb\"\n").unwrap();
    let config = config.to_str().unwrap();
    assert_eq!(paylink(&["-h", "--config", config], &[]).out, nb);
    assert_eq!(paylink(&["-h"], &[("PAYLINK_CONFIG", config)]).out, nb);
    // The option comes before the environment, and a language that isn't known is passed over.
    let en = paylink(&["--help", "--lang", "en"], &[("PAYLINK_LANG", "nb")]).is(0).out;
    assert!(en.contains("Usage: paylink"), "{en}");
    assert_eq!(paylink(&["--help", "--lang", "klingon"], &[("PAYLINK_LANG", "nb")]).out, nb);
    let help_new = paylink(&["help", "new"], &[("PAYLINK_LANG", "nb")]).is(0).out;
    assert_eq!(paylink(&["new", "--help", "--lang", "nb"], &[]).out, help_new);
    assert_eq!(paylink(&["help", "new", "--lang", "nb"], &[]).out, help_new);
    assert_eq!(paylink(&["help", "--lang=nb", "new"], &[]).out, help_new);
}

#[test]
fn a_wrong_command_line_is_told_in_one_line_of_the_language() {
    let nb = [("PAYLINK_LANG", "nb")];
    let ran = paylink(&["new", "--express"], &nb).is(2);
    assert_eq!(ran.err, "paylink: `paylink new` trenger --item <LINJE>. Se `paylink new --help`\n");
    let ran = paylink(&["lst", "--json"], &nb).is(2);
    let error = ran.error();
    assert_eq!(error["code"], "usage");
    assert_eq!(error["message"], "`paylink` har ingen kommando lst");
    assert_eq!(error["hint"], "Mener du list? Se `paylink --help`");
    let ran = paylink(&["list", "--lang", "klingon"], &nb).is(2);
    assert_eq!(ran.err, "paylink: --lang: språket klingon er ikke kjent; kjente språk er en og nb\n");
}

/// A shell shows what commands and options are for: in the language too.
#[test]
fn completions_have_the_words_of_the_language() {
    let ran = paylink(&["completions", "fish", "--lang", "nb"], &[]).is(0);
    assert!(ran.out.contains("'Vis alle lenker, den nyeste først'"), "{}", ran.out);
    assert!(ran.out.contains("mot gjenskinn"), "{}", ran.out);
    for shell in ["bash", "zsh", "elvish", "powershell"] {
        assert!(paylink(&["completions", shell, "--lang", "nb"], &[]).is(0).out.contains("paylink"));
    }
}
