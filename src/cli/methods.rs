//! Which payment methods a new link offers: from `--method` or from the config.

use super::failure::Failure;
use crate::config::Profile;
use crate::domain::clean;
use crate::domain::method::{Method, MethodChoice};
use crate::i18n::Texts;

/// The word that stands for every offered method.
const ALL: &str = "all";

/// The choice of a new link. With nothing given it's the config's `default_methods`, else all that is offered:
/// the config's `methods`, else the whole payment profile.
///
/// # Errors
/// No method has that name, or it's one that the config doesn't offer.
pub fn choose(given: &[String], profile: &Profile, texts: Texts) -> Result<MethodChoice, Failure> {
    let offered = || match &profile.methods {
        Some(methods) => part(methods.clone()),
        None => MethodChoice { whole_profile: true, methods: Vec::new() },
    };
    if given.iter().any(|m| m.eq_ignore_ascii_case(ALL)) {
        return Ok(offered());
    }
    if given.is_empty() {
        return Ok(profile.default_methods.clone().map_or_else(offered, part));
    }
    let mut methods: Vec<Method> = Vec::new();
    // `--method vipps,card` is understood too.
    for name in given.iter().flat_map(|m| m.split(',')) {
        let wrong = |key: &'static str| {
            let args = [("method", clean::line_within(name, 40).into())];
            Failure::input("method", texts.t_args(key, &args), texts.t("cli-method-hint"))
        };
        let method = Method::parse(name).map_err(|_| wrong("cli-method-unknown"))?;
        if let Some(offered) = &profile.methods
            && !offered.iter().any(|o| *o == method || o.kind() == method.kind())
        {
            return Err(wrong("cli-method-not-offered"));
        }
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    Ok(part(methods))
}

const fn part(methods: Vec<Method>) -> MethodChoice {
    MethodChoice { whole_profile: false, methods }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn profile(methods: Option<&[&str]>, default: Option<&[&str]>) -> Profile {
        let url = Url::parse("https://x.example").unwrap();
        let list = |l: &[&str]| l.iter().map(|m| Method::parse(m).unwrap()).collect();
        let mut profile = Profile::new("T12345678", "c", url.clone(), url);
        profile.methods = methods.map(list);
        profile.default_methods = default.map(list);
        profile
    }

    fn names(given: &[&str], profile: &Profile) -> Option<Vec<String>> {
        let given: Vec<String> = given.iter().map(|g| (*g).to_owned()).collect();
        let choice = choose(&given, profile, Texts::default()).ok()?;
        if choice.whole_profile {
            assert!(choice.methods.is_empty());
            return Some(vec!["*".to_owned()]);
        }
        Some(choice.methods.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_given_comes_before_the_config_before_the_whole_profile() {
        let (bare, full) = (profile(None, None), profile(Some(&["vipps", "card"]), Some(&["vipps"])));
        assert_eq!(names(&[], &bare).unwrap(), ["*"]);
        assert_eq!(names(&["all"], &bare).unwrap(), ["*"]);
        assert_eq!(names(&["card", "vipps", "card"], &bare).unwrap(), ["card", "vipps"]);
        assert_eq!(names(&["card,vipps"], &bare).unwrap(), ["card", "vipps"]);
        assert_eq!(names(&[], &full).unwrap(), ["vipps"]);
        assert_eq!(names(&["all"], &full).unwrap(), ["vipps", "card"]);
        assert_eq!(names(&["card"], &full).unwrap(), ["card"]);
        assert_eq!(names(&["dintero_psp.vipps"], &full).unwrap(), ["dintero_psp.vipps"]);
        assert_eq!(names(&["swish"], &full), None);
        assert_eq!(names(&["paypal"], &bare), None);
    }
}
