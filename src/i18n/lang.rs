//! Which language: option over environment over config over the system's locale.

use std::borrow::Cow;
use std::fmt;

use super::{Spoken, Texts};

/// A language that paylink speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Lang {
    /// English, for everybody else.
    #[default]
    English,
    /// Norwegian bokmål.
    Bokmal,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Bokmal];

    /// Its code, as in the config: `en`, `nb`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Bokmal => "nb",
        }
    }

    /// What parts the whole from its decimals in a number as it is written.
    #[must_use]
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::English => '.',
            Self::Bokmal => ',',
        }
    }

    /// The language meant by a code or locale, in any case: `en`, `en_GB.UTF-8`, `nb-NO`, and `no`
    /// and `nn` for bokmål, which is nearer to their speakers than English.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim();
        let language = code.split(['-', '_', '.', '@']).next().unwrap_or(code);
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "nb" | "no" | "nn" => Some(Self::Bokmal),
            _ => None,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Where a language code stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LangSource {
    /// `--lang`.
    Option,
    /// `PAYLINK_LANG`.
    Environment,
    /// The config's `language`.
    Config,
}

impl LangSource {
    /// How the seller knows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Option => "--lang",
            Self::Environment => "PAYLINK_LANG",
            Self::Config => "language",
        }
    }
}

/// A language that paylink doesn't speak was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LangError {
    /// The code, cleaned.
    pub code: String,
    /// Where it stood.
    pub place: LangSource,
}

impl Spoken for LangError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let args = [("place", self.place.name().into()), ("code", self.code.as_str().into())];
        texts.t_args("mistake-language", &args).into()
    }
}

/// The language to speak. An empty value counts as not given; the system's locale is never wrong,
/// where it's none of ours English is spoken.
///
/// # Errors
/// A code that is none of ours in the option, the environment or the config.
pub fn choose(
    option: Option<&str>,
    env: Option<&str>,
    config: Option<&str>,
    system: Option<&str>,
) -> Result<Lang, LangError> {
    let asked = [(option, LangSource::Option), (env, LangSource::Environment), (config, LangSource::Config)];
    for (code, place) in asked {
        if let Some(code) = code.filter(|c| !c.trim().is_empty()) {
            return Lang::from_code(code)
                .ok_or_else(|| LangError { code: crate::domain::clean::line_within(code, 20), place });
        }
    }
    Ok(system.and_then(Lang::from_code).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_wish_wins() {
        let all = choose(Some("en"), Some("nb"), Some("nb"), Some("nb_NO.UTF-8"));
        assert_eq!(all, Ok(Lang::English));
        assert_eq!(choose(None, Some("no"), Some("en"), None), Ok(Lang::Bokmal));
        assert_eq!(choose(None, Some(" "), Some("nn"), None), Ok(Lang::Bokmal));
        assert_eq!(choose(None, None, None, Some("nb_NO.UTF-8")), Ok(Lang::Bokmal));
        assert_eq!(choose(None, None, None, Some("NO")), Ok(Lang::Bokmal));
    }

    #[test]
    fn a_system_of_another_language_gets_english() {
        for system in [None, Some("C"), Some("POSIX"), Some("sv-SE"), Some(""), Some("nbx")] {
            assert_eq!(choose(None, None, None, system), Ok(Lang::English));
        }
    }

    #[test]
    fn an_unknown_wish_is_told() {
        let error = choose(None, None, Some("klingon"), Some("en")).unwrap_err();
        assert_eq!(error.place, LangSource::Config);
        let told = Texts::default().say(&error);
        assert_eq!(told, "language: the language klingon is not known; known are en and nb");
        assert_eq!(choose(Some("sv"), Some("nb"), None, None).unwrap_err().place, LangSource::Option);
    }
}
