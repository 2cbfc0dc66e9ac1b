//! Writing on the screen by meaning, within bounds: nothing drawn here can panic or run over its place.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Look;
use super::hits::Hits;
use super::theme::Role;
use crate::domain::clean;
use crate::i18n::Texts;

/// Columns that `text` takes.
#[must_use]
pub(crate) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// What is drawn on.
pub(crate) struct Pen<'a> {
    pub(crate) buffer: &'a mut Buffer,
    pub(crate) look: &'a Look,
    pub(crate) hits: &'a mut Hits,
    /// Where the terminal's cursor stands after drawing.
    pub(crate) caret: Option<Position>,
    /// The row that has the focus.
    pub(crate) focus: Option<u16>,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(buffer: &'a mut Buffer, look: &'a Look, hits: &'a mut Hits) -> Self {
        Self { buffer, look, hits, caret: None, focus: None }
    }

    pub(crate) fn texts(&self) -> Texts {
        self.look.texts
    }

    pub(crate) fn style(&self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    /// Writes `text` at (x, y) in at most `room` columns; what doesn't fit ends in `…`. Returns the
    /// column after it.
    pub(crate) fn put(&mut self, x: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.put_styled(x, y, room, text, style)
    }

    /// [`put`](Self::put) with a style of its own.
    pub(crate) fn put_styled(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if !area.contains(Position::new(x, y)) {
            return x;
        }
        let room = room.min(area.right() - x);
        let text = &*clean::visible(text);
        if width(text) <= room {
            return self.buffer.set_stringn(x, y, text, usize::from(room), style).0;
        }
        let (after, _) = self.buffer.set_stringn(x, y, text, usize::from(room.saturating_sub(1)), style);
        self.buffer.set_stringn(after, y, "…", usize::from(room.min(1)), style).0
    }

    /// Marks the row that has the focus.
    pub(crate) fn mark_focus(&mut self, x: u16, y: u16) {
        self.put(x, y, 1, "▸", Role::Accent);
        self.focus = Some(y);
    }

    /// Writes `text` so that it ends before column `right`, in at most `room` columns. Returns where it
    /// begins.
    pub(crate) fn put_right(&mut self, right: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let x = right.saturating_sub(width(text).min(room));
        self.put(x, y, room, text, role);
        x
    }

    /// Writes `text` in the middle of `area`'s row `y`.
    pub(crate) fn put_middle(&mut self, area: Rect, y: u16, text: &str, role: Role) {
        let x = area.x + area.width.saturating_sub(width(text)) / 2;
        self.put(x, y, area.width, text, role);
    }

    /// Writes `text` over several rows of `area`, broken between words. Returns the row after it.
    pub(crate) fn put_wrapped(&mut self, area: Rect, text: &str, role: Role) -> u16 {
        let mut y = area.y;
        for line in wrap(text, area.width) {
            if y >= area.bottom() {
                break;
            }
            self.put(area.x, y, area.width, line, role);
            y += 1;
        }
        y
    }

    /// Gives the cells of `area` the look of `role`, keeping what is written there.
    pub(crate) fn shade(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Empties `area`.
    pub(crate) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for place in area.positions() {
            if let Some(cell) = self.buffer.cell_mut(place) {
                cell.reset();
            }
        }
    }
}

/// `text` in rows of at most `room` columns, broken at spaces, else where it must be.
pub(crate) fn wrap(text: &str, room: u16) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        if rest.is_empty() || room == 0 {
            return None;
        }
        let (mut columns, mut end, mut space) = (0, 0, None);
        for (at, grapheme) in rest.grapheme_indices(true) {
            let wide = width(grapheme);
            if columns + wide > room && end > 0 {
                let cut = space.filter(|_| grapheme != " ").unwrap_or(end);
                let (line, after) = rest.split_at(cut);
                rest = after;
                return Some(line.trim_end_matches(' '));
            }
            if grapheme == " " {
                space = Some(at);
            }
            columns = columns.saturating_add(wide);
            end = at + grapheme.len();
        }
        Some(std::mem::take(&mut rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words() {
        let lines = |text, room| wrap(text, room).collect::<Vec<_>>();
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(lines("", 5), Vec::<&str>::new());
        assert_eq!(lines("a", 0), Vec::<&str>::new());
        // A sign wider than the room still gets on.
        assert_eq!(lines("漢字", 1), ["漢", "字"]);
    }

    #[test]
    fn what_does_not_fit_ends_in_dots_and_nothing_runs_over() {
        let look = Look::for_tests();
        let mut hits = Hits::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        let mut pen = Pen::new(&mut buffer, &look, &mut hits);
        assert_eq!(pen.put(0, 0, 6, "Vaffel med is", Role::Text), 6);
        assert_eq!(pen.put_right(10, 1, 4, "漢字漢字", Role::Text), 6);
        assert_eq!(pen.put(10, 0, 5, "x", Role::Text), 10);
        assert_eq!(pen.put(0, 9, 5, "x", Role::Text), 0);
        assert_eq!(buffer, Buffer::with_lines(["Vaffe…    ", "      漢… "]));
    }
}
