//! The config file: a corpus of good and bad ones, layers, and the secret's rules.

use std::fs;
use std::path::{Path, PathBuf};

use paylink::config::layer::{Env, Options, Places, combine, load};
use paylink::config::paths::Platform;
use paylink::config::{Config, ConfigError, Theme, file};
use paylink::domain::expiry::Expiry;
use paylink::domain::money::Currency;
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Spoken, Texts};
use secrecy::ExposeSecret;

fn corpus(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/config").join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

fn en(error: &impl Spoken) -> String {
    Texts::new(Lang::English).say(error).into_owned()
}

fn places(config: &Path) -> Places {
    Places { config: config.to_path_buf(), config_named: true, data_dir: PathBuf::from("/nowhere") }
}

fn from_text(text: &str) -> Result<Config, ConfigError> {
    let path = Path::new("config.toml");
    let file = file::parse(text, path)?;
    combine(file, &places(path), &Options::default(), &Env::default())
}

const SMALL: &str = "[profiles.fair]\naccount_id = \"T12345678\"\nclient_id = \"c\"\n";

#[test]
fn every_valid_file_is_taken() {
    let files = corpus("valid");
    assert!(files.len() >= 4, "{files:?}");
    for path in files {
        let options = Options { profile: None, ..Options::default() };
        load(&places(&path), &options, &Env::default()).unwrap_or_else(|e| panic!("{}", en(&e)));
    }
}

/// The first line of each file says what must be told: `# expect LINE KEY: part of the message`.
#[test]
fn every_invalid_file_names_file_line_and_key() {
    let files = corpus("invalid");
    assert!(files.len() >= 25, "{}", files.len());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let expected = text.lines().next().unwrap().strip_prefix("# expect ").unwrap().to_owned();
        let (place, message) = expected.split_once(": ").unwrap();
        let (line, key) = place.split_once(' ').unwrap();
        let wrong = load(&places(&path), &Options::default(), &Env::default())
            .expect_err(&path.display().to_string());
        let error = en(&wrong);
        let start = format!("{}, line {line}: {key}: ", path.display());
        assert!(error.starts_with(&start), "\n  told     {error}\n  expected {start}");
        assert!(error.contains(message), "{error}\nhas no\n{message}");
        let bokmal = Texts::new(Lang::Bokmal).say(&wrong).into_owned();
        let begins = format!("{}, linje {line}: {key}: ", path.display());
        assert!(bokmal.starts_with(&begins), "\n  told     {bokmal}\n  expected {begins}");
        for told in [error, bokmal] {
            assert!(!told.contains('\n'), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}

#[test]
fn the_example_is_valid_and_says_the_defaults() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let said = load(&places(&example), &Options::default(), &Env::default()).unwrap();
    let bare = from_text(SMALL).unwrap();
    assert!(said.warnings.is_empty(), "{:?}", said.warnings);
    let (a, b) = (&said.profile, &bare.profile);
    assert_eq!(a.profile_id, b.profile_id);
    assert_eq!(a.currency, b.currency);
    assert_eq!(a.api_url, b.api_url);
    assert_eq!(a.checkout_url, b.checkout_url);
    assert_eq!(a.link_hosts, b.link_hosts);
    assert_eq!(a.methods, b.methods);
    assert_eq!(a.default_methods, b.default_methods);
    assert_eq!(a.default_expiry, b.default_expiry);
    assert_eq!(a.default_auto_capture, b.default_auto_capture);
    assert_eq!(a.default_vat, b.default_vat);
    assert_eq!(a.reference_template, b.reference_template);
    assert_eq!(a.merchant_name, b.merchant_name);
    assert_eq!(said.ui, bare.ui);
}

/// Every key that the file may have stands in the example, in force or commented out.
#[test]
fn the_example_documents_every_key() {
    let example = include_str!("../../config.example.toml");
    for (text, table) in [("[profiles.a]\nx=1", "profile"), ("[ui]\nx=1", "ui"), ("x=1", "top")] {
        let error = en(&file::parse(text, Path::new("x")).unwrap_err());
        let known = error.rsplit_once("known here are ").unwrap_or_else(|| panic!("{table}: {error}")).1;
        for key in known.split(", ").filter(|k| !["ui", "profiles"].contains(k)) {
            let documented = example.lines().any(|l| {
                let l = l.trim_start_matches("# ");
                l.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
            });
            assert!(documented, "{key} is not in config.example.toml");
        }
    }
}

#[test]
fn defaults_are_those_of_the_contracts() {
    let config = from_text(SMALL).unwrap();
    let profile = &config.profile;
    assert_eq!(config.profile_name, "fair");
    assert_eq!(profile.profile_id, "default");
    assert_eq!(profile.currency, Currency::Nok);
    assert_eq!(profile.api_url.as_str(), "https://api.dintero.com/");
    assert_eq!(profile.checkout_url.as_str(), "https://checkout.dintero.com/");
    assert_eq!(profile.default_expiry, Expiry::Days(1));
    assert_eq!(profile.default_vat, VatRate::STANDARD);
    assert!(profile.default_auto_capture);
    assert_eq!(config.ui.theme, Theme::Auto);
    assert!(config.warnings.iter().any(|w| en(w).contains("return_url")));
}

#[test]
fn vat_may_be_a_number_or_a_text() {
    for (written, hundredths) in
        [("25", 2500), ("11.11", 1111), ("\"11.11\"", 1111), ("0", 0), ("12.5", 1250)]
    {
        let config = from_text(&format!("{SMALL}default_vat = {written}\n")).unwrap();
        assert_eq!(config.profile.default_vat.hundredths(), hundredths, "{written}");
    }
}

#[test]
fn option_comes_before_environment_before_file() {
    let text = "default_profile = \"a\"\n\
                [profiles.a]\naccount_id = \"T00000001\"\nclient_id = \"a\"\n\
                [profiles.b]\naccount_id = \"T00000002\"\nclient_id = \"b\"\n\
                [profiles.c]\naccount_id = \"T00000003\"\nclient_id = \"c\"\n";
    let path = Path::new("config.toml");
    let chosen = |option: Option<&str>, env: Option<&str>| {
        let options = Options { profile: option.map(str::to_owned), ..Options::default() };
        let env = Env { profile: env.map(str::to_owned), ..Env::default() };
        combine(file::parse(text, path).unwrap(), &places(path), &options, &env)
    };
    assert_eq!(chosen(None, None).unwrap().profile_name, "a");
    assert_eq!(chosen(None, Some("b")).unwrap().profile_name, "b");
    assert_eq!(chosen(Some("c"), Some("b")).unwrap().profile_name, "c");
    let error = en(&chosen(None, Some("d")).unwrap_err());
    assert_eq!(error, "PAYLINK_PROFILE: no profile is called so; there are a, b, c");
}

#[test]
fn the_client_id_of_the_environment_wins() {
    let path = Path::new("config.toml");
    let env = Env { client_id: Some("from-env".into()), ..Env::default() };
    let config =
        combine(file::parse(SMALL, path).unwrap(), &places(path), &Options::default(), &env).unwrap();
    assert_eq!(config.profile.client_id, "from-env");
    let without = SMALL.replace("client_id = \"c\"\n", "");
    let file = file::parse(&without, path).unwrap();
    assert!(combine(file.clone(), &places(path), &Options::default(), &env).is_ok());
    let error = en(&combine(file, &places(path), &Options::default(), &Env::default()).unwrap_err());
    assert!(error.contains("profiles.fair.client_id is missing"), "{error}");
}

#[test]
fn with_several_profiles_one_must_be_meant() {
    let text = format!("{SMALL}[profiles.shop]\naccount_id = \"P12345678\"\nclient_id = \"c\"\n");
    let error = en(&from_text(&text).unwrap_err());
    assert!(error.contains("default_profile is missing") && error.contains("fair, shop"), "{error}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let env = Env::from_lookup(|name| match name {
        "PAYLINK_PROFILE" | "NO_COLOR" => Some("".into()),
        "PAYLINK_CLIENT_SECRET" => Some("s".into()),
        _ => None,
    });
    assert!(env.profile.is_none() && !env.no_color);
    assert_eq!(env.client_secret.unwrap().expose_secret(), "s");
}

#[test]
fn without_a_home_folder_the_way_out_is_named() {
    let none = Places::find(&Options::default(), &Env::default(), None).unwrap_err();
    assert!(en(&none).contains("--config"), "{none:?}");
    let options = Options { config: Some("c.toml".into()), ..Options::default() };
    let error = Places::find(&options, &Env::default(), None).unwrap_err();
    assert!(en(&error).contains("--data-dir"), "{error:?}");
    let env = Env { data_dir: Some("/d".into()), ..Env::default() };
    let found = Places::find(&options, &env, None).unwrap();
    assert_eq!((found.config, found.data_dir), (PathBuf::from("c.toml"), PathBuf::from("/d")));
}

#[test]
fn the_platforms_folders_are_the_last_resort() {
    let platform = Platform { config: "/c".into(), data: "/d".into() };
    let found = Places::find(&Options::default(), &Env::default(), Some(&platform)).unwrap();
    assert_eq!(found.config, Path::new("/c").join("config.toml"));
    assert!(!found.config_named);
    let missing = load(&found, &Options::default(), &Env::default()).unwrap_err();
    assert_eq!(missing, ConfigError::Missing("/c/config.toml".into()));
    let named = Places { config_named: true, ..found };
    let error = load(&named, &Options::default(), &Env::default()).unwrap_err();
    assert!(matches!(error, ConfigError::File { .. }), "{error:?}");
}

#[test]
fn files_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, b"default_profile = \"a\"\n\xff\xfe\n").unwrap();
    let error = en(&file::read(&path).unwrap_err());
    assert!(error.contains("line 2: is not UTF-8"), "{error}");
    assert!(en(&file::read(folder.path()).unwrap_err()).contains("is not a file"));
    fs::write(&path, vec![b'#'; 2 << 20]).unwrap();
    assert!(en(&file::read(&path).unwrap_err()).contains("too large"));
}

#[cfg(unix)]
#[test]
fn a_secret_in_the_file_needs_mode_0600_and_warns() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, format!("{SMALL}client_secret = \"hunter2\"\n")).unwrap();
    let with_mode = |mode: u32| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        load(&places(&path), &Options::default(), &Env::default())
    };
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let error = en(&with_mode(mode).unwrap_err());
        assert!(error.contains(", line 4: profiles.fair.client_secret: "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let config = with_mode(0o600).unwrap();
    assert!(config.warnings.iter().any(|w| en(w).contains("client_secret")));
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.profile.client_secret.unwrap().0.expose_secret(), "hunter2");
}

#[test]
fn a_key_that_holds_the_words_of_a_mistake_is_told_like_any_other() {
    let path = Path::new("config.toml");
    let text = format!("{SMALL}\"odd`, expected `\\u001b[2J`\" = 1\n");
    let told = en(&file::parse(&text, path).unwrap_err());
    let plain = en(&file::parse(&format!("{SMALL}zzzzzzzzzz = 1\n"), path).unwrap_err());
    let known = |told: &str| told.rsplit_once(": ").unwrap().1.to_owned();
    assert!(known(&told).contains("account_id") && !told.contains('\u{1b}'), "{told}");
    assert_eq!(known(&told), known(&plain));
}

#[test]
fn a_profile_whose_name_can_not_be_seen_is_none() {
    for filler in ["\u{3164}", "a\u{3164}", "\u{115f}", "\u{ffa0}b"] {
        assert!(!file::is_profile_name(filler), "{filler:?}");
    }
    assert!(file::is_profile_name("blåbær-2"));
}
