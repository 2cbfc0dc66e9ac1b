//! Text that came from outside is data: control characters, escape sequences and direction overrides
//! are taken out before it is kept, shown or logged (design, "Behaviour").

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

/// The most signs without a width of their own (accents, joiners) that one character may carry. Living
/// languages stack three; more smears over the rows above and below.
const MAX_MARKS: usize = 4;

/// Whether `c` could act on a terminal, turn the reading direction, or be there without being seen.
///
/// C0 and C1 controls, the bidirectional formatting characters (Unicode UAX #9), the line and
/// paragraph separators, the byte order mark, tag characters and other characters that are never
/// visible, in which text can hide. The zero-width joiner stays: emoji are made with it.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line of plain text: line breaks and tabs become spaces, unsafe characters are dropped, so are
/// joiners that join nothing and marks on marks without end; space at the ends is trimmed.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    let mut marks = 0;
    for c in text.chars() {
        let c = match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c if is_unsafe(c) => continue,
            // Between plain letters, or after a space of any kind, a joiner does nothing but make two equal words
            // differ.
            '\u{200d}' if last.is_ascii() || last.is_whitespace() => continue,
            c => c,
        };
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if marks <= MAX_MARKS {
            out.push(c);
            last = c;
        }
    }
    out.trim().to_owned()
}

/// [`line`], cut to at most `max` characters with `…` at the end where something was cut.
#[must_use]
pub fn line_within(text: &str, max: usize) -> String {
    // Bounded before cleaning, so that a body of megabytes costs nothing.
    let bounded: String = text.chars().take(max.saturating_mul(4)).collect();
    let clean = line(&bounded);
    if clean.chars().count() <= max {
        return clean;
    }
    let mut cut: String = clean.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `text` without its unsafe characters, otherwise as it is: the last look before a terminal. What
/// comes from the backend is cleaned when it comes in; what is kept on disk may be somebody else's.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().filter(|c| !is_unsafe(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_on_a_terminal_or_cannot_be_seen_is_taken_out() {
        for (given, kept) in [
            ("\u{1b}[2J\u{1b}]0;owned\u{7}paid", "[2J]0;ownedpaid"),
            ("a\u{9b}31mb\u{85}c", "a31mbc"),
            ("pay\u{202e}yap\u{2066}x\u{2069}", "payyapx"),
            ("a\tb\r\nc\u{2028}d", "a b  c d"),
            ("pay\u{200b}\u{200c}\u{200d}pal\u{feff}\u{ad}", "paypal"),
            ("tag\u{e0041}\u{e0100}s \u{3164}", "tags"),
            ("👩\u{200d}👧 é e\u{301}", "👩\u{200d}👧 é e\u{301}"),
            ("  \u{1b} ", ""),
            ("\u{202f}\u{200d}", ""),
        ] {
            assert_eq!(line(given), kept, "{given:?}");
        }
        assert_eq!(line(&format!("e{}x", "\u{301}".repeat(200))), format!("e{}x", "\u{301}".repeat(4)));
        assert_eq!(visible("a\u{1b}[1m\u{202e}b "), "a[1mb ");
        assert!(matches!(visible("Kåffe"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_limit_holds_and_a_megabyte_of_nothing_is_nothing() {
        assert_eq!(line_within("abcdef", 4), "abc…");
        assert_eq!(line_within("abcd", 4), "abcd");
        assert_eq!(line_within(&"\u{202e}".repeat(1 << 20), 300), "");
        assert_eq!(line_within(&"æ".repeat(1 << 20), 300).chars().count(), 300);
    }

    proptest! {
        #[test]
        fn once_cleaned_is_clean(text in "\\PC*|(.|[\u{0}-\u{a0}]|[\u{200b}-\u{2070}]|\u{301}|\u{e0041})*", max in 1_usize..60) {
            let once = line_within(&text, max);
            prop_assert!(once.chars().count() <= max);
            prop_assert!(!once.chars().any(is_unsafe));
            prop_assert_eq!(line_within(&once, max), once.clone());
            prop_assert_eq!(line(&line(&text)), line(&text));
        }
    }
}
