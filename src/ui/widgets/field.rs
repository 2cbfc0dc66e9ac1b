//! A field to type in, a row of choices, and what is wrong beside them.

use std::borrow::Cow;

use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::check::FieldError;
use crate::app::draft::FieldId;
use crate::app::field::Field;
use crate::app::model::{Target, Wizard};
use crate::domain::clean;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;

/// A field: its text, and the caret where it has the focus. `area` is one row.
pub(crate) fn text(pen: &mut Pen<'_>, area: Rect, id: FieldId, value: &str, focus: Option<&Field>) {
    input(pen, area, id, value, focus, false);
}

/// A field whose text is shown as dots.
pub(crate) fn secret(pen: &mut Pen<'_>, area: Rect, id: FieldId, value: &Field, focused: bool) {
    let dots = "•".repeat(value.value().chars().count());
    input(pen, area, id, &dots, focused.then_some(value), true);
}

fn input(pen: &mut Pen<'_>, area: Rect, id: FieldId, value: &str, focus: Option<&Field>, hidden: bool) {
    // A column is kept for the caret behind the last sign.
    let room = usize::from(area.width.saturating_sub(1));
    let (scroll, caret) = match focus {
        // Of a secret not even the place of the caret is told.
        Some(_) if hidden => {
            let signs = value.chars().count();
            (signs.saturating_sub(room), signs)
        }
        Some(field) => (field.scroll(room), field.caret_column()),
        None => (0, 0),
    };
    pen.shade(area, Role::Input);
    let style = pen.style(Role::Input);
    if focus.is_some() {
        let (shown, pad) = from_column(value, scroll);
        let x = area.x.saturating_add(pad);
        if pen.buffer.area.contains(Position::new(x, area.y)) {
            let room = usize::from(area.width.saturating_sub(pad));
            pen.buffer.set_stringn(x, area.y, clean::visible(shown), room, style);
        }
        let column = u16::try_from(caret.saturating_sub(scroll)).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(column).min(area.right().saturating_sub(1));
        pen.caret = Some(Position::new(x, area.y));
    } else {
        pen.put_styled(area.x, area.y, area.width, value, style);
    }
    pen.hits.add_scrolled(area, Target::Field(id), u16::try_from(scroll).unwrap_or(u16::MAX));
}

/// `text` from column `first` on; a wide sign cut in half leaves a blank column, the second value.
fn from_column(text: &str, first: usize) -> (&str, u16) {
    let mut column = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if column >= first {
            return (text.get(at..).unwrap_or(""), u16::try_from(column - first).unwrap_or(0));
        }
        column += usize::from(width(grapheme));
    }
    ("", 0)
}

/// What is wrong, with its glyph: `✕ Not a number`. Returns the row after it.
pub(crate) fn mistake(pen: &mut Pen<'_>, area: Rect, error: &FieldError) -> u16 {
    let (glyph, role) = if error.is_warning() { ("!", Role::Warning) } else { ("✕", Role::Error) };
    let words = pen.texts().say(error);
    pen.put(area.x, area.y, 1, glyph, role);
    let rest = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    pen.put_wrapped(rest, &words, role)
}

/// A form: labels to the left, fields in a column, mistakes beside them.
pub(crate) struct Form<'m> {
    wizard: &'m Wizard,
    area: Rect,
    /// Columns of the labels.
    labels: u16,
    /// The next free row.
    pub(crate) y: u16,
}

impl<'m> Form<'m> {
    pub(crate) fn new(wizard: &'m Wizard, area: Rect, labels: u16) -> Self {
        Self { wizard, area, labels, y: area.y }
    }

    /// Where fields begin.
    pub(crate) fn left(&self) -> u16 {
        self.area.x + 2 + self.labels + 1
    }

    fn room(&self) -> u16 {
        self.area.right().saturating_sub(self.left())
    }

    fn full(&self) -> bool {
        self.y >= self.area.bottom()
    }

    /// From the next row down, in the column of the fields.
    fn below(&self, y: u16) -> Rect {
        Rect::new(self.left(), y, self.room(), self.area.bottom().saturating_sub(y))
    }

    fn label(&self, pen: &mut Pen<'_>, id: FieldId, label: &str) -> bool {
        let focused = self.wizard.focus == Some(id);
        if focused {
            pen.mark_focus(self.area.x, self.y);
        }
        let role = if focused { Role::Accent } else { Role::Muted };
        pen.put(self.area.x + 2, self.y, self.labels, label, role);
        focused
    }

    /// A text field `columns` wide, with a note behind it where nothing is wrong.
    pub(crate) fn text(&mut self, pen: &mut Pen<'_>, id: FieldId, label: &str, columns: u16, note: &str) {
        self.text_beside(pen, id, label, columns, note, Role::Muted);
    }

    /// [`Form::text`], with a note that is more than an aside. Where it finds no room it stands under the field.
    pub(crate) fn text_beside(
        &mut self,
        pen: &mut Pen<'_>,
        id: FieldId,
        label: &str,
        columns: u16,
        note: &str,
        role: Role,
    ) {
        if self.full() {
            return;
        }
        let focused = self.label(pen, id, label);
        let area = Rect::new(self.left(), self.y, columns.min(self.room()), 1);
        let value = self.wizard.draft.text(id).unwrap_or("");
        text(pen, area, id, value, focused.then_some(&self.wizard.field));
        let x = area.right() + 2;
        let beside = Rect { x, width: self.area.right().saturating_sub(x), ..area };
        match self.wizard.issue(id) {
            // Beside the field where it fits, else under it.
            Some(error) if width(&pen.texts().say(error)) + 2 <= beside.width => {
                mistake(pen, beside, error);
                self.y += 1;
            }
            Some(error) => self.y = mistake(pen, self.below(self.y + 1), error),
            None if role != Role::Muted && width(note) > beside.width => {
                self.y = pen.put_wrapped(self.below(self.y + 1), note, role);
            }
            None => {
                pen.put(beside.x, beside.y, beside.width, note, role);
                self.y += 1;
            }
        }
    }

    /// A row of choices, one of which is chosen; goes on in the next row where it must.
    pub(crate) fn choices(
        &mut self,
        pen: &mut Pen<'_>,
        id: FieldId,
        label: &str,
        chosen: usize,
        choices: impl Iterator<Item = Cow<'static, str>>,
    ) {
        if self.full() {
            return;
        }
        let focused = self.label(pen, id, label);
        let (left, right) = (self.left(), self.area.right());
        let mut x = left;
        for (index, choice) in choices.enumerate() {
            if x > left && x + width(&choice) + 2 > right {
                x = left;
                self.y += 1;
            }
            let (glyph, role) = match (index == chosen, focused) {
                (true, true) => ("●", Role::Accent),
                (true, false) => ("●", Role::Strong),
                (false, _) => ("○", Role::Muted),
            };
            pen.put(x, self.y, 1, glyph, role);
            let end = pen.put(x + 2, self.y, right.saturating_sub(x + 2), &choice, role);
            pen.hits.add(Rect::new(x, self.y, end.saturating_sub(x), 1), Target::Choice(id, index));
            x = end + 3;
        }
        self.y += 1;
        if let Some(error) = self.wizard.issue(id) {
            self.y = mistake(pen, self.below(self.y), error);
        }
    }

    /// Something worth knowing, under the field.
    pub(crate) fn note(&mut self, pen: &mut Pen<'_>, text: &str, role: Role) {
        self.y = pen.put_wrapped(self.below(self.y), text, role);
    }

    /// A free row.
    pub(crate) fn space(&mut self) {
        self.y += 1;
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::ui::Look;
    use crate::ui::hits::Hits;

    fn drawn(value: &str, caret: usize, width: u16) -> (String, u16, Hits) {
        let look = Look::for_tests();
        let mut hits = Hits::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width + 2, 1));
        let mut field = Field::new(value);
        field.caret_to_column(caret);
        let mut pen = Pen::new(&mut buffer, &look, &mut hits);
        text(&mut pen, Rect::new(1, 0, width, 1), FieldId::Phone, value, Some(&field));
        let caret = pen.caret.unwrap().x;
        (buffer.content().iter().map(|c| c.symbol()).collect(), caret, hits)
    }

    #[test]
    fn a_long_text_scrolls_so_that_the_caret_is_in_sight() {
        let (row, caret, _) = drawn("abc", 3, 6);
        assert_eq!((row.as_str(), caret), (" abc    ", 4));
        let (row, caret, hits) = drawn("abcdefghij", 10, 6);
        assert_eq!((row.as_str(), caret), (" fghij  ", 6));
        // A click means the text that is there.
        assert_eq!(hits.at(1, 0), Some((Target::Field(FieldId::Phone), 5)));
        let (row, caret, _) = drawn("abcdefghij", 0, 6);
        assert_eq!((row.as_str(), caret), (" abcdef ", 1));
    }

    #[test]
    fn wide_signs_are_never_cut_in_half() {
        let (row, caret, _) = drawn("漢字漢字", 8, 6);
        // Eight columns of text in six, one of them for the caret: the first two signs are out of sight.
        assert_eq!((row.as_str(), caret), (" 漢 字    ", 5));
    }

    #[test]
    fn a_secret_is_dots() {
        let look = Look::for_tests();
        let mut hits = Hits::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let mut pen = Pen::new(&mut buffer, &look, &mut hits);
        secret(&mut pen, Rect::new(0, 0, 8, 1), FieldId::ClientSecret, &Field::new("hush"), true);
        assert_eq!(buffer.content().iter().map(|c| c.symbol()).collect::<String>(), "••••    ");
    }
}
