//! Text that came from outside is data: control characters, escape sequences and direction overrides
//! are taken out before it is kept, shown or logged (design, "Behaviour").

/// Whether `c` could act on a terminal or turn the reading direction.
///
/// C0 and C1 controls, the bidirectional formatting characters (Unicode UAX #9), the line and
/// paragraph separators, the byte order mark, tag characters and other invisible format characters
/// that can hide text. The zero-width joiner stays: emoji are made with it.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of plain text: line breaks and tabs become spaces, unsafe characters are dropped,
/// space at the ends is trimmed.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if is_unsafe(c) => {}
            c => out.push(c),
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
