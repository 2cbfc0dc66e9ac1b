//! Large letters for what must be read at arm's length: PAID, an amount. Drawn in half blocks, five by
//! seven points a letter.

use ratatui::layout::Rect;

use crate::ui::pen::Pen;
use crate::ui::theme::Role;

const ROWS: u16 = 4;
const STEP: u16 = 6;

/// Columns that `text` takes.
pub(crate) fn columns(text: &str) -> u16 {
    let letters = text.chars().map(advance).sum::<u16>();
    letters.saturating_sub(1)
}

/// A space is narrower than a letter, a point or comma narrower still.
fn advance(c: char) -> u16 {
    match c {
        ' ' | '\u{a0}' => 3,
        ',' | '.' => 4,
        _ => STEP,
    }
}

/// Draws `text` in the middle of the top of `area`; in ordinary letters where it doesn't fit or has a
/// sign that can't be drawn. Returns the row after it.
pub(crate) fn draw(pen: &mut Pen<'_>, area: Rect, text: &str, role: Role) -> u16 {
    let known = text.chars().all(|c| glyph(c).is_some());
    if !known || columns(text) > area.width || area.height < ROWS {
        pen.put_middle(area, area.y, text, role);
        return area.y + 1;
    }
    let mut x = area.x + (area.width - columns(text)) / 2;
    for c in text.chars() {
        let Some(points) = glyph(c) else { continue };
        for row in 0..ROWS {
            let upper = points.get(usize::from(row) * 2).copied().unwrap_or(0);
            let lower = points.get(usize::from(row) * 2 + 1).copied().unwrap_or(0);
            for column in 0..5_u16 {
                let bit = |line: u8| line & (0b1_0000 >> column) != 0;
                let sign = match (bit(upper), bit(lower)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => continue,
                };
                pen.put(x + column, area.y + row, 1, sign, role);
            }
        }
        x += advance(c);
    }
    area.y + ROWS
}

/// Seven rows of five points, the leftmost point the highest bit.
const fn glyph(c: char) -> Option<[u8; 7]> {
    Some(match c {
        ' ' | '\u{a0}' => [0; 7],
        ',' => [0, 0, 0, 0, 0x0c, 0x04, 0x08],
        '.' => [0, 0, 0, 0, 0, 0x0c, 0x0c],
        '-' | '\u{2212}' => [0, 0, 0, 0x1f, 0, 0, 0],
        '€' => [0x06, 0x09, 0x1c, 0x08, 0x1c, 0x09, 0x06],
        '0' => [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
        '1' => [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
        '2' => [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
        '3' => [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
        '4' => [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
        '5' => [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
        '6' => [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
        '7' => [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
        '8' => [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
        '9' => [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
        'A' => [0x0e, 0x11, 0x11, 0x11, 0x1f, 0x11, 0x11],
        'B' => [0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e],
        'C' => [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e],
        'D' => [0x1c, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1c],
        'E' => [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f],
        'F' => [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10],
        'G' => [0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f],
        'H' => [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
        'I' => [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e],
        'J' => [0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c],
        'K' => [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11],
        'L' => [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f],
        'M' => [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
        'N' => [0x11, 0x11, 0x19, 0x15, 0x13, 0x11, 0x11],
        'O' => [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
        'P' => [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10],
        'Q' => [0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d],
        'R' => [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
        'S' => [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e],
        'T' => [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        'U' => [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
        'V' => [0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04],
        'W' => [0x11, 0x11, 0x11, 0x15, 0x15, 0x15, 0x0a],
        'X' => [0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11],
        'Y' => [0x11, 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04],
        'Z' => [0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f],
        'Å' => [0x04, 0x0a, 0x0e, 0x11, 0x1f, 0x11, 0x11],
        'Ø' => [0x0d, 0x12, 0x15, 0x15, 0x15, 0x09, 0x16],
        'Æ' => [0x0f, 0x14, 0x14, 0x1e, 0x14, 0x14, 0x17],
        'k' => [0x10, 0x10, 0x12, 0x14, 0x18, 0x14, 0x12],
        'r' => [0, 0, 0x16, 0x19, 0x10, 0x10, 0x10],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::ui::Look;
    use crate::ui::hits::Hits;

    fn drawn(text: &str, columns: u16, rows: u16) -> (Vec<String>, u16) {
        let look = Look::for_tests();
        let mut hits = Hits::default();
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        let after = draw(&mut Pen::new(&mut buffer, &look, &mut hits), area, text, Role::Paid);
        let lines = buffer.content().chunks(usize::from(columns));
        (lines.map(|row| row.iter().map(|c| c.symbol()).collect::<String>()).collect(), after)
    }

    #[test]
    fn letters_are_as_wide_as_they_say() {
        let (rows, after) = drawn("1,5", columns("1,5"), 4);
        assert_eq!(after, 4);
        assert_eq!(rows, [" ▄█       █▀▀▀▀", "  █       ▀▀▀▀▄", "  █    ▀█ ▄   █", " ▀▀▀   ▀   ▀▀▀ "]);
    }

    #[test]
    fn what_does_not_fit_is_written_small() {
        let (rows, after) = drawn("BETALT", 12, 4);
        assert_eq!((rows[0].as_str(), after), ("   BETALT   ", 1));
        let (rows, _) = drawn("漢", 40, 4);
        assert!(rows[0].contains('漢'));
    }

    #[test]
    fn every_word_for_a_state_and_every_amount_can_be_drawn() {
        use crate::domain::link::LinkState;
        use crate::domain::money::{Currency, Money};
        use crate::i18n::{Lang, Texts};
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            let states = LinkState::ALL.iter().map(|s| texts.say(s).to_uppercase());
            let amounts = Currency::ALL.iter().map(|c| texts.amount(Money::new(-123_456_789, *c)));
            for text in states.chain(amounts) {
                assert!(text.chars().all(|c| glyph(c).is_some()), "{text}");
            }
        }
    }
}
