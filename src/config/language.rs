//! The language that a config file asks for, also where the file is wrong: so that what is wrong can be told in it.

use std::io::Read as _;
use std::path::Path;

use super::model::LANGUAGES;

/// The most that is looked through.
const MOST: u64 = 1 << 16;

/// The file's `ui.language`, read off its lines. `None`: no such file, or it doesn't say.
#[must_use]
pub fn seen(path: &Path) -> Option<String> {
    // A pipe gives what it has only once, and that is the config's.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    by_eye(&String::from_utf8_lossy(&bytes)).map(str::to_owned)
}

fn by_eye(text: &str) -> Option<&'static str> {
    let mut table = "";
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
            table = name.trim();
        } else if let Some((key, value)) = line.split_once('=')
            && matches!((table, key.trim()), ("ui", "language") | ("", "ui.language"))
        {
            let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            return LANGUAGES.into_iter().find(|known| *known == value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_seen_in_a_file_that_is_wrong() {
        assert_eq!(by_eye("x = \n[ui]\nlanguage = \"nb\" # mine\n"), Some("nb"));
        assert_eq!(by_eye("ui.language = 'en'"), Some("en"));
        assert_eq!(by_eye("[profiles.a]\nlanguage = \"nb\""), None);
        assert_eq!(by_eye("[ui]\n# language = \"nb\"\n"), None);
        assert_eq!(by_eye("[ui]\nlanguage = \"klingon\"\n"), None);
    }

    #[test]
    fn no_file_says_nothing() {
        assert_eq!(seen(Path::new("/nowhere/at/all.toml")), None);
    }
}
