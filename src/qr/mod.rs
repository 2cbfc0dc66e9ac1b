//! The QR code: from an address to modules, from modules to terminal cells, PNG and SVG.
//!
//! The rules are the field facts', 9 and 10, measured with real decoders:
//!
//! - light modules are drawn as white glyphs on black cells, both colours set explicitly, margin
//!   included, so that the gap of a line spacing stays dark and cuts no finder pattern;
//! - level M, where that's too large L, then a margin of 2 instead of 4, and if it's still too large, it's said
//!   how large the window must be: never cropped, never wrapped;
//! - scaled by whole numbers, the same in both directions, and twice as large goes before the level.
//!
//! Pure data in and out; this room knows no other.

mod draw;
mod export;
mod fit;

use std::fmt;

pub use draw::{Background, Cell, Colour, Palette, Shade, plain_text, terminal_text};
pub use export::{MAX_PNG_SCALE, png, svg};
pub use fit::{Codes, Drawing, Fit, fit};

/// How much of the code may be unreadable: the more, the larger it is. Not H, which is the worst at a
/// distance and rarely fits (field facts, 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Level {
    /// 7 %.
    L,
    /// 15 %: the one to use.
    #[default]
    M,
    /// 25 %: for glare.
    Q,
}

impl Level {
    /// From the smallest code to the largest.
    pub const ALL: [Self; 3] = [Self::L, Self::M, Self::Q];

    /// The letter.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::M => 'M',
            Self::Q => 'Q',
        }
    }

    const fn ec(self) -> qrcode::EcLevel {
        match self {
            Self::L => qrcode::EcLevel::L,
            Self::M => qrcode::EcLevel::M,
            Self::Q => qrcode::EcLevel::Q,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// Why there is no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More text than a QR code of that level holds (1663 bytes at Q).
    #[error("the text is too long for a QR code")]
    TooLong,
    /// The smallest drawing needs this much room.
    #[error("the window is too small: the code needs {need_cols} columns and {need_rows} rows")]
    TooSmall {
        /// Columns.
        need_cols: u16,
        /// Rows.
        need_rows: u16,
    },
}

/// The modules of a QR code, without a margin.
#[derive(Clone, PartialEq, Eq)]
pub struct Matrix {
    size: u16,
    level: Level,
    dark: Vec<bool>,
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The modules are a payment link, which is not for logs.
        f.debug_struct("Matrix").field("size", &self.size).field("level", &self.level).finish_non_exhaustive()
    }
}

impl Matrix {
    /// The code for `url`, exactly as it is: every character more can make it larger.
    ///
    /// # Errors
    /// [`QrError::TooLong`].
    pub fn encode(url: &str, level: Level) -> Result<Self, QrError> {
        let code =
            qrcode::QrCode::with_error_correction_level(url, level.ec()).map_err(|_| QrError::TooLong)?;
        // 21 to 177 modules: the standard's smallest and largest code.
        let size = u16::try_from(code.width()).map_err(|_| QrError::TooLong)?;
        let dark = code.into_colors().into_iter().map(|c| c == qrcode::Color::Dark).collect();
        Ok(Self { size, level, dark })
    }

    /// Modules on a side.
    #[must_use]
    pub const fn size(&self) -> u16 {
        self.size
    }

    /// Its level.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Whether the module at column `x`, row `y` is dark; everything beyond the code is light.
    #[must_use]
    pub fn dark(&self, x: i32, y: i32) -> bool {
        let size = i32::from(self.size);
        if !(0..size).contains(&x) || !(0..size).contains(&y) {
            return false;
        }
        usize::try_from(y * size + x).ok().and_then(|at| self.dark.get(at)).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests;
