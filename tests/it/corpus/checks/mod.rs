//! What must hold for any bytes at all, one file a subject. The tests run them on the kept corpus and on mutations of
//! it, the fuzz targets in `fuzz/` on whatever a coverage-guided fuzzer comes to.

pub mod answers;
pub mod config;
pub mod keys;
pub mod lines;
pub mod products;
pub mod terminal;
pub mod typed;

use paylink::domain::clean;

/// Panics where `thing`, as its `Debug` shows it, has a character in it that could act on a terminal, turn the reading
/// direction or hide. `Debug` writes those as escapes, so every field is looked at, also one that is new.
pub fn is_clean(thing: &impl std::fmt::Debug) {
    let shown = format!("{thing:?}");
    let mut rest = shown.as_str();
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        let c = match escape.chars().next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some('u') => {
                let digits = escape[1..].trim_start_matches('{').split('}').next().unwrap_or_default();
                u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).unwrap_or('?')
            }
            other => other.unwrap_or('?'),
        };
        assert!(!clean::is_unsafe(c), "{c:?} is let through: {shown}");
        rest = escape.get(escape.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
    }
    let raw: String = shown.chars().filter(|c| clean::is_unsafe(*c)).collect();
    assert!(raw.is_empty(), "{raw:?} is let through: {shown}");
}
