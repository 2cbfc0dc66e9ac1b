//! A line of text being edited, by grapheme.

use tui_input::{Input, InputRequest};

use super::key::{Code, Key};
use crate::domain::clean;

/// The most characters a field takes.
pub const MAX: usize = 400;

/// A text with a caret.
#[derive(Clone, Default)]
pub struct Field {
    input: Input,
    /// The whole text is selected: what is typed next takes its place.
    selected: bool,
    /// What is selected was typed by the seller: only what is typed takes its place, and keys that edit, edit it.
    typed: bool,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold a phone number or a secret.
        f.debug_struct("Field").field("chars", &self.value().chars().count()).finish_non_exhaustive()
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
            && self.input.cursor() == other.input.cursor()
            && self.selected == other.selected
            && self.typed == other.typed
    }
}

impl Eq for Field {}

impl Field {
    /// With this text, the caret at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), selected: false, typed: false }
    }

    /// With this text, all of it selected: for what was filled in by us and not typed.
    #[must_use]
    pub fn filled_in(text: &str) -> Self {
        Self { selected: !text.is_empty(), ..Self::new(text) }
    }

    /// With this text that the seller typed earlier, all of it selected: what is typed now takes its place, but
    /// a space goes on with it and a key that deletes takes one character.
    #[must_use]
    pub fn to_replace(text: &str) -> Self {
        Self { typed: true, ..Self::filled_in(text) }
    }

    /// Whether the whole text is selected.
    #[must_use]
    pub const fn is_selected(&self) -> bool {
        self.selected
    }

    /// The text.
    #[must_use]
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Columns from the left end to the caret.
    #[must_use]
    pub fn caret_column(&self) -> usize {
        self.input.visual_cursor()
    }

    /// The first column in sight when the field is `width` columns wide.
    #[must_use]
    pub fn scroll(&self, width: usize) -> usize {
        self.input.visual_scroll(width)
    }

    /// Puts text in at the caret, cleaned; what is over [`MAX`] characters is left out. Returns
    /// whether all of it went in.
    pub fn insert(&mut self, text: &str) -> bool {
        let cleaned: String = text
            .chars()
            .map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c })
            .filter(|c| !clean::is_unsafe(*c))
            .collect();
        let goes_on = self.typed && cleaned.trim().is_empty();
        if std::mem::take(&mut self.selected) && !cleaned.is_empty() && !goes_on {
            self.input.reset();
        }
        let room = MAX.saturating_sub(self.value().chars().count());
        for c in cleaned.chars().take(room) {
            let _ = self.input.handle(InputRequest::InsertChar(c));
        }
        cleaned.chars().count() <= room
    }

    /// Puts the caret at the grapheme nearest to this column of the text.
    pub fn caret_to_column(&mut self, column: usize) {
        self.selected = false;
        let _ = self.input.handle(InputRequest::GoToStart);
        while self.input.visual_cursor() < column {
            if self.input.handle(InputRequest::GoToNextChar).is_none() {
                break;
            }
        }
    }

    /// Handles an editing key: characters, arrows, Home, End, Backspace, Delete, Ctrl-A/E/U/W/K, words
    /// with Ctrl or Alt and an arrow. Returns whether the key was one of these.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        use InputRequest as R;
        let word = key.ctrl || key.alt;
        let request = match key.code {
            Code::Left if word => R::GoToPrevWord,
            Code::Right if word => R::GoToNextWord,
            Code::Left => R::GoToPrevChar,
            Code::Right => R::GoToNextChar,
            Code::Home => R::GoToStart,
            Code::End => R::GoToEnd,
            Code::Backspace if word => R::DeletePrevWord,
            Code::Backspace => R::DeletePrevChar,
            Code::Delete if word => R::DeleteNextWord,
            Code::Delete => R::DeleteNextChar,
            Code::Char('a') if key.ctrl => R::GoToStart,
            Code::Char('e') if key.ctrl => R::GoToEnd,
            Code::Char('u') if key.ctrl => R::DeleteFromStart,
            Code::Char('w') if key.ctrl => R::DeletePrevWord,
            Code::Char('k') if key.ctrl => R::DeleteTillEnd,
            Code::Char('b') if key.alt => R::GoToPrevWord,
            Code::Char('f') if key.alt => R::GoToNextWord,
            _ => return false,
        };
        let selected = std::mem::take(&mut self.selected);
        let deletes =
            matches!(request, R::DeletePrevChar | R::DeleteNextChar | R::DeletePrevWord | R::DeleteNextWord);
        if selected && deletes && !self.typed {
            self.input.reset();
        } else {
            let _ = self.input.handle(request);
        }
        true
    }
}
