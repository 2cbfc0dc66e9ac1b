//! Terminal cells and text.

use std::fmt::Write as _;

use super::fit::{Drawing, Fit};

/// One of the two colours of a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shade {
    /// Dark modules, and behind the light ones.
    Black,
    /// Light modules and the margin.
    White,
}

/// What colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Palette {
    /// 16 million: black 0,0,0 and white 255,255,255.
    #[default]
    TrueColor,
    /// 256: the cube's black (16) and white (231), which no theme changes.
    Ansi256,
    /// 16: black (0) and bright white (15), the best there is; a theme may change them.
    Ansi16,
}

/// A colour as a terminal takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Red, green, blue.
    Rgb(u8, u8, u8),
    /// A number of the terminal's table.
    Indexed(u8),
}

impl Shade {
    /// The colour to set. Both are always set: the theme's own colours are the classic failure (field
    /// facts, 10).
    #[must_use]
    pub const fn colour(self, palette: Palette) -> Colour {
        match (palette, self) {
            (Palette::TrueColor, Self::Black) => Colour::Rgb(0, 0, 0),
            (Palette::TrueColor, Self::White) => Colour::Rgb(255, 255, 255),
            (Palette::Ansi256, Self::Black) => Colour::Indexed(16),
            (Palette::Ansi256, Self::White) => Colour::Indexed(231),
            (Palette::Ansi16, Self::Black) => Colour::Indexed(0),
            (Palette::Ansi16, Self::White) => Colour::Indexed(15),
        }
    }
}

/// One cell of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The character: a space or one of `█▀▄`.
    pub symbol: char,
    /// Its colour.
    pub fg: Shade,
    /// Behind it.
    pub bg: Shade,
}

impl Fit {
    /// Whether the module at this place of the scaled drawing, margin included, is dark.
    fn dark_at(&self, x: u16, y: u32) -> bool {
        let scale = i64::from(self.scale);
        let module = |at: i64| i32::try_from(at / scale - i64::from(self.quiet)).unwrap_or(-1);
        self.matrix.dark(module(i64::from(x)), module(i64::from(y)))
    }

    fn cell(&self, col: u16, row: u16) -> Cell {
        match self.drawing {
            Drawing::Half => {
                // Below the last module of an odd height there's nothing, which is light.
                let light = |y: u32| !self.dark_at(col, y);
                let symbol = match (light(2 * u32::from(row)), light(2 * u32::from(row) + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                };
                Cell { symbol, fg: Shade::White, bg: Shade::Black }
            }
            Drawing::Full => {
                if self.dark_at(col / 2, u32::from(row)) {
                    Cell { symbol: ' ', fg: Shade::White, bg: Shade::Black }
                } else {
                    Cell { symbol: ' ', fg: Shade::Black, bg: Shade::White }
                }
            }
        }
    }

    /// The drawing, row by row: [`Fit::rows`] rows of [`Fit::cols`] cells.
    #[must_use]
    pub fn to_cells(&self) -> Vec<Vec<Cell>> {
        (0..self.rows).map(|row| (0..self.cols).map(|col| self.cell(col, row)).collect()).collect()
    }
}

/// The drawing for a terminal, with escape sequences, a line break after each row: readable whatever the theme. Where
/// no colours are wanted there is [`plain_text`].
#[must_use]
pub fn terminal_text(fit: &Fit, palette: Palette) -> String {
    let mut out = String::new();
    for row in fit.to_cells() {
        let mut last = None;
        for cell in row {
            if last != Some((cell.fg, cell.bg)) {
                set(&mut out, 38, cell.fg.colour(palette));
                set(&mut out, 48, cell.bg.colour(palette));
                last = Some((cell.fg, cell.bg));
            }
            out.push(cell.symbol);
        }
        // Before the line break: else some terminals paint the rest of the line.
        out.push_str("\x1b[0m\n");
    }
    out
}

fn set(out: &mut String, what: u8, colour: Colour) {
    // Writing to a string can't fail.
    let _ = match colour {
        Colour::Rgb(r, g, b) => write!(out, "\x1b[{what};2;{r};{g};{b}m"),
        // The sixteen have codes of their own, which every terminal with colours knows.
        Colour::Indexed(n @ 0..=7) => write!(out, "\x1b[{}m", what - 8 + n),
        Colour::Indexed(n @ 8..=15) => write!(out, "\x1b[{}m", what + 52 + n - 8),
        Colour::Indexed(n) => write!(out, "\x1b[{what};5;{n}m"),
    };
}

/// What is behind text without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light letters on dark, as in most terminals.
    Dark,
    /// Dark letters on light, as on paper.
    Light,
}

/// The drawing as characters alone, for what can't take escape sequences (a file, a dumb terminal).
/// It scans only on the background it's meant for, so prefer [`terminal_text`].
#[must_use]
pub fn plain_text(fit: &Fit, background: Background) -> String {
    let mut out = String::new();
    for row in fit.to_cells() {
        for cell in row {
            let light = match (cell.symbol, cell.bg) {
                (' ', Shade::White) => '█',
                (symbol, _) => symbol,
            };
            out.push(match (background, light) {
                (Background::Dark, symbol) => symbol,
                (Background::Light, '█') => ' ',
                (Background::Light, '▀') => '▄',
                (Background::Light, '▄') => '▀',
                (Background::Light, _) => '█',
            });
        }
        out.push('\n');
    }
    out
}
