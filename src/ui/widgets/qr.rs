//! The QR code on the screen: black and white in every theme, margin included, nothing else within it.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use crate::app::model::QrWish;
use crate::qr::{self, Colour, Drawing, Fit, Level, Shade};
use crate::ui::pen::Pen;

/// Columns and rows that the code takes in this room; `Err`: what it needs at least.
pub(crate) fn size(url: &str, room: (u16, u16), wish: QrWish) -> Result<(u16, u16), (u16, u16)> {
    fit(url, room, wish).map(|fit| (fit.cols, fit.rows))
}

/// Draws the code for `url` at the top left of `area`, as large as it gets, and returns where it lies.
/// `Err`: it doesn't fit and nothing is drawn; the room it needs.
pub(crate) fn draw(pen: &mut Pen<'_>, area: Rect, url: &str, wish: QrWish) -> Result<Rect, (u16, u16)> {
    let fit = fit(url, (area.width, area.height), wish)?;
    let palette = pen.look.theme.fixed_colours();
    let colour = |shade: Shade| match shade.colour(palette) {
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
        Colour::Indexed(n) => Color::Indexed(n),
    };
    for (y, row) in (area.y..).zip(fit.to_cells()) {
        for (x, cell) in (area.x..).zip(row) {
            if let Some(on_screen) = pen.buffer.cell_mut(Position::new(x, y)) {
                on_screen.reset();
                on_screen.set_char(cell.symbol).set_style(
                    Style::new().fg(colour(cell.fg)).bg(colour(cell.bg)).remove_modifier(Modifier::all()),
                );
            }
        }
    }
    Ok(Rect::new(area.x, area.y, fit.cols, fit.rows))
}

fn fit(url: &str, (columns, rows): (u16, u16), wish: QrWish) -> Result<Fit, (u16, u16)> {
    let level = if wish.strong { Level::Q } else { Level::M };
    let drawing = if wish.full_blocks { Drawing::Full } else { Drawing::Half };
    match qr::fit(url, columns, rows, level, drawing) {
        Ok(fit) => Ok(fit),
        // Full blocks take twice the room: rather half blocks than no code.
        Err(_) if drawing == Drawing::Full => {
            qr::fit(url, columns, rows, level, Drawing::Half).map_err(|error| needed(&error))
        }
        Err(error) => Err(needed(&error)),
    }
}

const fn needed(error: &qr::QrError) -> (u16, u16) {
    match error {
        qr::QrError::TooSmall { need_cols, need_rows } => (*need_cols, *need_rows),
        // No address is that long; what the largest code needs.
        qr::QrError::TooLong => (185, 93),
    }
}
