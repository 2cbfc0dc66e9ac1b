//! Where in a TOML text something stands: from a byte to its line and key, and from a key to its line.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The line of the byte at `offset`, from 1.
#[must_use]
pub fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    1 + text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count()
}

/// A key of the document with its tables, where it stands and what it holds.
#[derive(Debug, Clone)]
struct Key {
    path: String,
    name: Range<usize>,
    value: Range<usize>,
}

/// All keys of a document.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// The keys of `text`, or none if it isn't TOML.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut keys = Vec::new();
        if let Ok(table) = DeTable::parse(text) {
            collect(table.get_ref(), "", &mut keys);
        }
        Self(keys)
    }

    /// The innermost key whose name or value the byte at `offset` is in. The span of a table is its
    /// header, so a key inside of one is always found by itself.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<&str> {
        self.0
            .iter()
            .filter(|k| k.name.contains(&offset) || k.value.contains(&offset))
            .max_by_key(|k| k.path.matches('.').count())
            .map(|k| k.path.as_str())
    }

    /// Where the name of the key `path` begins.
    #[must_use]
    pub fn offset_of(&self, path: &str) -> Option<usize> {
        self.0.iter().find(|k| k.path == path).map(|k| k.name.start)
    }
}

fn collect(table: &DeTable<'_>, above: &str, out: &mut Vec<Key>) {
    for (name, value) in table {
        let path =
            if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
        out.push(Key { path: path.clone(), name: name.span(), value: value.span() });
        if let DeValue::Table(inner) = value.get_ref() {
            collect(inner, &path, out);
        }
    }
}

/// The key of the line around `offset`, read off the text: for a document that isn't TOML. With the last
/// table header above it.
#[must_use]
pub fn key_by_eye(text: &str, offset: usize) -> Option<String> {
    let at = line_of(text, offset).saturating_sub(1);
    let line = text.lines().nth(at)?;
    // Within a text over several lines a line is (a part of) a value, perhaps of a secret, and has no key.
    let quotes = |mark: &str| text.lines().take(at).map(|l| l.matches(mark).count()).sum::<usize>();
    if ["\"\"\"", "'''"].iter().any(|mark| quotes(mark) % 2 == 1) {
        return None;
    }
    let (name, _) = line.split_once('=')?;
    let name = name.trim().trim_matches(['"', '\'']);
    if name.is_empty() || name.starts_with('#') || name.starts_with('[') || name.chars().count() > 64 {
        return None;
    }
    let header = text
        .lines()
        .take(at)
        .filter_map(|l| l.trim().strip_prefix('[').and_then(|l| l.split_once(']')))
        .map(|(inner, _)| inner.trim())
        .last();
    Some(match header {
        Some(header) => format!("{header}.{name}"),
        None => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\n\n[b.c]\nd = [\n  1,\n  2,\n]\n";

    #[test]
    fn a_byte_has_a_line() {
        assert_eq!(line_of(TEXT, 0), 1);
        assert_eq!(line_of(TEXT, TEXT.find("[b").unwrap()), 3);
        assert_eq!(line_of(TEXT, 10_000), 8);
    }

    #[test]
    fn a_byte_has_a_key_also_in_a_list_over_several_lines() {
        let keys = Keys::of(TEXT);
        assert_eq!(keys.at(0), Some("a"));
        assert_eq!(keys.at(TEXT.find('2').unwrap()), Some("b.c.d"));
        assert_eq!(keys.offset_of("b.c.d"), TEXT.find('d'));
        assert_eq!(keys.offset_of("b.c.e"), None);
    }

    #[test]
    fn a_broken_line_has_a_key_by_eye() {
        let text = "x = 1\n[profiles.fair] # here\ncurrency = NOK\n";
        assert!(Keys::of(text).at(0).is_none());
        assert_eq!(key_by_eye(text, text.find("NOK").unwrap()).as_deref(), Some("profiles.fair.currency"));
        assert_eq!(key_by_eye(text, 0).as_deref(), Some("x"));
        assert_eq!(key_by_eye("no key here", 3), None);
        let secret = "client_secret = \"\"\"\nhush-hush=\n";
        assert_eq!(key_by_eye(secret, secret.find("hush").unwrap()), None);
    }
}
