//! The QR code on the screen: black and white in every theme, margin included, nothing else within it.

use std::cell::RefCell;
use std::sync::Arc;

use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use crate::app::model::QrWish;
use crate::qr::{self, Colour, Drawing, Fit, Level, QrError, Shade};
use crate::ui::pen::Pen;

/// Columns and rows.
type Size = (u16, u16);

/// The code drawn last: making one takes longer than all the rest of a screen, and it stays the same
/// from one drawing to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastCode(RefCell<Option<Kept>>);

#[derive(Clone)]
struct Kept {
    url: String,
    room: Size,
    wish: QrWish,
    fit: Result<Arc<Fit>, Size>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A payment link is not for logs.
        f.debug_struct("Kept").field("room", &self.room).finish_non_exhaustive()
    }
}

/// The code for `url`, as large as it gets in this room. `Err`: it doesn't fit; the room it needs.
pub(crate) fn fitting(pen: &Pen<'_>, url: &str, room: Size, wish: QrWish) -> Result<Arc<Fit>, Size> {
    let mut last = pen.look.last_code.0.borrow_mut();
    if let Some(kept) = last.as_ref().filter(|k| k.url == url && k.room == room && k.wish == wish) {
        return kept.fit.clone();
    }
    let fit = fit(url, room, wish).map(Arc::new).map_err(|error| needed(&error));
    *last = Some(Kept { url: url.to_owned(), room, wish, fit: fit.clone() });
    fit
}

/// Draws the code with its upper left corner at `at`; returns where it lies.
pub(crate) fn paint(pen: &mut Pen<'_>, at: Position, fit: &Fit) -> Rect {
    let palette = pen.look.theme.fixed_colours();
    let colour = |shade: Shade| match shade.colour(palette) {
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
        Colour::Indexed(n) => Color::Indexed(n),
    };
    for (y, row) in (at.y..).zip(fit.to_cells()) {
        for (x, cell) in (at.x..).zip(row) {
            if let Some(on_screen) = pen.buffer.cell_mut(Position::new(x, y)) {
                on_screen.reset();
                on_screen.set_char(cell.symbol).set_style(
                    Style::new().fg(colour(cell.fg)).bg(colour(cell.bg)).remove_modifier(Modifier::all()),
                );
            }
        }
    }
    Rect::new(at.x, at.y, fit.cols, fit.rows)
}

/// What was asked for and doesn't fit into the room, as a message id: a key that changes nothing says why.
pub(crate) fn left_out(fit: &Fit, wish: QrWish) -> Option<&'static str> {
    if wish.full_blocks && fit.drawing != Drawing::Full {
        Some("qr-no-blocks")
    } else if wish.strong && fit.matrix.level() != Level::Q {
        Some("qr-not-strong")
    } else {
        None
    }
}

fn fit(url: &str, (columns, rows): Size, wish: QrWish) -> Result<Fit, QrError> {
    let level = if wish.strong { Level::Q } else { Level::M };
    let half = || qr::fit(url, columns, rows, level, Drawing::Half);
    if wish.full_blocks {
        // Full blocks take twice the room: rather half blocks than no code.
        return qr::fit(url, columns, rows, level, Drawing::Full).or_else(|_| half());
    }
    half()
}

const fn needed(error: &QrError) -> Size {
    match error {
        QrError::TooSmall { need_cols, need_rows } => (*need_cols, *need_rows),
        // No address is that long; what the largest code needs.
        QrError::TooLong => (185, 93),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_without_room_is_told() {
        let url = "https://checkout.dintero.com/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei";
        let left = |room, strong, full_blocks| {
            let wish = QrWish { strong, full_blocks };
            left_out(&fit(url, room, wish).unwrap(), wish)
        };
        assert_eq!(left((80, 22), false, false), None);
        assert_eq!(left((80, 22), true, false), Some("qr-not-strong"));
        assert_eq!(left((80, 22), true, true), Some("qr-no-blocks"));
        assert_eq!(left((200, 58), true, true), None);
    }
}
