//! A strange backend and strange input: what is told, what is kept, and what never gets through.

mod answers;
mod faults;
mod large;
mod program;
mod screens;
mod server;
mod stand;

use paylink::domain::clean;

/// `text` with everything around it that acts on a terminal, turns the reading direction or can't be seen.
pub(super) fn hostile(text: &str) -> String {
    format!(
        "\u{1b}]0;{text}\u{7}\u{1b}[2J\u{9b}31m{text}\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{e0041}\u{ad}\r\n\t\u{85}{text}\u{2028}\u{0}"
    )
}

/// The characters of `text` that must not be there, if any are.
pub(super) fn unsafe_signs(text: &str) -> String {
    text.chars().filter(|c| clean::is_unsafe(*c)).collect()
}
