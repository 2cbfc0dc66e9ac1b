//! The QR code on the screen: black and white in every theme, margin included, nothing else within it.

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use crate::app::model::{LEAST, QrLacks, QrWish};
use crate::qr::{Codes, Colour, Drawing, Fit, Level, QrError, Shade};
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
    codes: Arc<Codes>,
    fit: Result<Arc<Fit>, Size>,
    changes: OnceCell<Changes>,
}

/// Which wishes change what is shown, when they are taken back or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Another level of error correction.
    pub(crate) level: bool,
    /// Another way of drawing.
    pub(crate) drawing: bool,
    /// What would be wished for in vain.
    pub(crate) lacks: QrLacks,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A payment link is not for logs.
        f.debug_struct("Kept").field("room", &self.room).finish_non_exhaustive()
    }
}

/// The code for `url`, as large as it gets in this room. `Err`: it doesn't fit; the window that it needs, of which
/// `around` is taken by other things.
pub(crate) fn fitting(
    pen: &Pen<'_>,
    url: &str,
    room: Size,
    around: Size,
    wish: QrWish,
) -> Result<Arc<Fit>, Size> {
    let fit = kept(pen, url, room, wish, |kept| kept.fit.clone());
    fit.map_err(|code| {
        let (columns, rows) = (code.0.saturating_add(around.0), code.1.saturating_add(around.1));
        (columns.max(LEAST.0), rows.max(LEAST.1))
    })
}

/// Which wishes change anything in this room.
pub(crate) fn changes(pen: &Pen<'_>, url: &str, room: Size, wish: QrWish) -> Changes {
    kept(pen, url, room, wish, |kept| *kept.changes.get_or_init(|| looked_for(&kept.codes, room, wish)))
}

fn looked_for(codes: &Codes, room: Size, wish: QrWish) -> Changes {
    let seen = |wish| fit(codes, room, wish).ok();
    let now = seen(wish);
    // What is wished for in vain is said on the screen: taking the wish back takes that away.
    let said = now.as_ref().and_then(|fit| left_out(fit, wish));
    let other = |wish, in_vain| said == Some(in_vain) || seen(wish) != now;
    let strong = QrWish { strong: !wish.strong, ..wish };
    let full_blocks = QrWish { full_blocks: !wish.full_blocks, ..wish };
    let lacks = |wish, there: fn(&Fit) -> bool| seen(wish).is_none_or(|fit| !there(&fit));
    Changes {
        level: other(strong, "qr-not-strong"),
        drawing: other(full_blocks, "qr-no-blocks"),
        lacks: QrLacks {
            strong: lacks(QrWish { strong: true, ..wish }, is_strong),
            full_blocks: lacks(QrWish { full_blocks: true, ..wish }, is_of_blocks),
        },
    }
}

/// Asks the code drawn last, which is made anew where it is another one.
fn kept<T>(pen: &Pen<'_>, url: &str, room: Size, wish: QrWish, ask: impl FnOnce(&Kept) -> T) -> T {
    let mut last = pen.look.last_code.0.borrow_mut();
    if let Some(kept) = last.as_ref().filter(|k| k.url == url && k.room == room && k.wish == wish) {
        return ask(kept);
    }
    // In another window it is still the same address.
    let codes = last.as_ref().filter(|k| k.url == url).map(|k| Arc::clone(&k.codes));
    let codes = codes.unwrap_or_else(|| Arc::new(Codes::of(url, Level::Q)));
    let fit = fit(&codes, room, wish).map(Arc::new).map_err(|error| needed(&error));
    ask(last.insert(Kept { url: url.to_owned(), room, wish, codes, fit, changes: OnceCell::new() }))
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
    if wish.full_blocks && !is_of_blocks(fit) {
        Some("qr-no-blocks")
    } else if wish.strong && !is_strong(fit) {
        Some("qr-not-strong")
    } else {
        None
    }
}

fn is_strong(fit: &Fit) -> bool {
    fit.matrix.level() == Level::Q
}

fn is_of_blocks(fit: &Fit) -> bool {
    fit.drawing == Drawing::Full
}

fn fit(codes: &Codes, (columns, rows): Size, wish: QrWish) -> Result<Fit, QrError> {
    let level = if wish.strong { Level::Q } else { Level::M };
    let half = || codes.fit(columns, rows, level, Drawing::Half);
    if wish.full_blocks {
        // Full blocks take twice the room: rather half blocks than no code.
        return codes.fit(columns, rows, level, Drawing::Full).or_else(|_| half());
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
            left_out(&fit(&Codes::of(url, Level::Q), room, wish).unwrap(), wish)
        };
        assert_eq!(left((80, 22), false, false), None);
        assert_eq!(left((80, 22), true, false), Some("qr-not-strong"));
        assert_eq!(left((80, 22), true, true), Some("qr-no-blocks"));
        assert_eq!(left((200, 58), true, true), None);
    }
}
