//! The texts of a language: a small handle, and two tables per language that are read when they are first
//! needed (only the language in use costs anything at the start). The second has what the start doesn't need:
//! help, and what is wrong with a command line or a config.

use std::borrow::Cow;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentValue;
use fluent_bundle::{FluentArgs, FluentResource};
use intl_memoizer::concurrent::IntlLangMemoizer;
use unic_langid::LanguageIdentifier;

use super::format;
use super::lang::Lang;

/// A value in a text: `5.into()`, `"Kari".into()`, `text.into()`. Numbers are counts; money is
/// formatted first ([`Texts::amount`]) and passed as text.
pub type Value<'a> = FluentValue<'a>;

type Bundle = FluentBundle<FluentResource>;

/// The words of one language. Copied freely, used on any thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Texts {
    lang: Lang,
}

impl Texts {
    /// The texts of `lang`. Costs nothing until the first text is asked for.
    #[must_use]
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The language.
    #[must_use]
    pub const fn lang(self) -> Lang {
        self.lang
    }

    /// The text with this key. A key that doesn't exist comes back as itself: visible, harmless, and
    /// kept out by a test.
    #[must_use]
    pub fn t(self, key: &'static str) -> Cow<'static, str> {
        self.find(key).unwrap_or(Cow::Borrowed(key))
    }

    /// The text without variables that has this key, if there is one: for keys made from names.
    #[must_use]
    pub fn find(self, key: &str) -> Option<Cow<'static, str>> {
        let bundle = holder(self.lang, key)?;
        let pattern = bundle.get_message(key)?.value()?;
        // Most texts have no variables and are borrowed from the table.
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()))
    }

    /// The text with this key and these values in it.
    #[must_use]
    pub fn t_args(self, key: &'static str, args: &[(&str, Value<'_>)]) -> String {
        let Some(bundle) = holder(self.lang, key) else { return key.to_owned() };
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return key.to_owned() };
        let mut named = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            named.set(*name, value.clone());
        }
        bundle.format_pattern(pattern, Some(&named), &mut Vec::new()).into_owned()
    }
}

/// The file of a language.
pub(super) const fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::English => include_str!("../../assets/lang/en.ftl"),
        Lang::Bokmal => include_str!("../../assets/lang/nb.ftl"),
    }
}

/// The file of a language with what the start doesn't need.
const fn help_source(lang: Lang) -> &'static str {
    match lang {
        Lang::English => include_str!("../../assets/lang/en-help.ftl"),
        Lang::Bokmal => include_str!("../../assets/lang/nb-help.ftl"),
    }
}

/// The table that has the text `key`.
fn holder(lang: Lang, key: &str) -> Option<&'static Bundle> {
    [bundle, help_bundle].into_iter().map(|table| table(lang)).find(|table| table.has_message(key))
}

/// The table of a language, read once per process.
fn bundle(lang: Lang) -> &'static Bundle {
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    static BOKMAL: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::English => ENGLISH.get_or_init(|| read(lang, source(lang), count_english)),
        Lang::Bokmal => BOKMAL.get_or_init(|| read(lang, source(lang), count_bokmal)),
    }
}

/// The second table of a language.
fn help_bundle(lang: Lang) -> &'static Bundle {
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    static BOKMAL: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::English => ENGLISH.get_or_init(|| read(lang, help_source(lang), count_english)),
        Lang::Bokmal => BOKMAL.get_or_init(|| read(lang, help_source(lang), count_bokmal)),
    }
}

type Formatter = fn(&FluentValue<'_>, &IntlLangMemoizer) -> Option<String>;

fn read(lang: Lang, source: &str, formatter: Formatter) -> Bundle {
    // A file with a mistake still gives every text that could be read; a test keeps mistakes out.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
    // Our own codes are well-formed; without one the plurals are the root's.
    let id = lang.code().parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Without this, U+2068 and U+2069 are put around every value and reach the screen.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(formatter));
    bundle.add_resource_overriding(resource);
    bundle
}

/// Fluent writes numbers bare; counts over a thousand get the language's group marks here.
fn count_english(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    count(Lang::English, value)
}

fn count_bokmal(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    count(Lang::Bokmal, value)
}

fn count(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    // Counts are whole; Fluent carries them as floats. Anything else is left to Fluent.
    number.as_string().parse::<i64>().ok().map(|n| format::whole(lang, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_travel_between_threads() {
        fn travels<T: Send + Sync + Copy + 'static>() {}
        travels::<Texts>();
    }

    #[test]
    fn an_unknown_key_shows_itself() {
        assert_eq!(Texts::default().t("there-is-no-such-key"), "there-is-no-such-key");
    }

    #[test]
    fn values_are_put_in_bare_and_counts_in_the_languages_form() {
        let (en, nb) = (Texts::new(Lang::English), Texts::new(Lang::Bokmal));
        assert_eq!(en.t_args("time-in-days", &[("count", 1.into())]), "in 1 day");
        assert_eq!(en.t_args("time-in-days", &[("count", 1249.into())]), "in 1,249 days");
        assert_eq!(nb.t_args("time-in-days", &[("count", 1249.into())]), "om 1\u{a0}249 dager");
    }

    #[test]
    fn the_second_table_is_found_behind_the_first() {
        let nb = Texts::new(Lang::Bokmal);
        assert_eq!(nb.t("usage-word"), "Bruk");
        assert_eq!(nb.find("command-list").as_deref(), Some("Vis alle lenker, den nyeste først"));
        assert_eq!(nb.find("command-nonsense"), None);
        assert_eq!(nb.t_args("usage-no-value", &[("option", "--wait".into())]), "--wait trenger en verdi");
    }

    #[test]
    fn texts_without_values_are_borrowed() {
        assert!(matches!(Texts::default().t("state-open"), Cow::Borrowed(_)));
    }
}
