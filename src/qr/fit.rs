//! Choosing level, margin and scale for the room there is.

use super::{Level, Matrix, QrError};

/// How modules become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Drawing {
    /// Half blocks: a cell is one module wide and two high.
    #[default]
    Half,
    /// Two columns for a module, spaces with a background colour: for fonts whose blocks are odd and
    /// terminals with line spacing.
    Full,
}

impl Drawing {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Half, Self::Full];

    /// Columns and rows that `modules` on a side take.
    const fn cells(self, modules: u32) -> (u32, u32) {
        match self {
            Self::Half => (modules, modules.div_ceil(2)),
            Self::Full => (modules * 2, modules),
        }
    }
}

/// Margins in modules: the standard's, and the least that decoders read fully (field facts, 9).
const QUIET: [u16; 2] = [4, 2];

/// A QR code that fits, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The modules.
    pub matrix: Matrix,
    /// How they're drawn.
    pub drawing: Drawing,
    /// The margin in modules, on all four sides.
    pub quiet: u16,
    /// How many times as large as the smallest drawing, in both directions.
    pub scale: u16,
    /// Columns taken, margin included.
    pub cols: u16,
    /// Rows taken, margin included.
    pub rows: u16,
}

impl Fit {
    /// A drawing of its own size, for output that has no window (a pipe, a file): margin 4, scale 1.
    ///
    /// # Errors
    /// [`QrError::TooLong`].
    pub fn natural(url: &str, level: Level, drawing: Drawing) -> Result<Self, QrError> {
        Self::with(Matrix::encode(url, level)?, drawing, QUIET[0], u16::MAX, u16::MAX, 1)
            .ok_or(QrError::TooLong)
    }

    /// The largest drawing of `matrix` within the room, scaled at most `most` times.
    fn with(matrix: Matrix, drawing: Drawing, quiet: u16, cols: u16, rows: u16, most: u16) -> Option<Self> {
        let modules = u32::from(matrix.size()) + 2 * u32::from(quiet);
        // Half blocks of an odd number of modules round up, so every scale is tried rather than divided. A module of one
        // and a half rows is cut by a gap between rows where its neighbour is not: that is read by nobody.
        let whole = |scale: &u16| drawing == Drawing::Full || *scale == 1 || scale.is_multiple_of(2);
        let (scale, (cols, rows)) = (1..=most)
            .filter(whole)
            .map(|scale| (scale, drawing.cells(modules * u32::from(scale))))
            .take_while(|(_, (c, r))| *c <= u32::from(cols) && *r <= u32::from(rows))
            .last()?;
        Some(Self {
            matrix,
            drawing,
            quiet,
            scale,
            cols: u16::try_from(cols).ok()?,
            rows: u16::try_from(rows).ok()?,
        })
    }
}

/// An address as a code of each level: making those is what takes long.
#[derive(Clone)]
pub struct Codes(Vec<Matrix>);

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A payment link is not for logs, and can be read from its modules.
        f.debug_struct("Codes").finish_non_exhaustive()
    }
}

impl Codes {
    /// The codes for `url` up to the level `most`.
    #[must_use]
    pub fn of(url: &str, most: Level) -> Self {
        let levels = Level::ALL.into_iter().rev().filter(|level| *level <= most);
        Self(levels.filter_map(|level| Matrix::encode(url, level).ok()).collect())
    }

    /// The code in a room of `cols` × `rows` cells, as large as whole numbers allow: from far away that counts more
    /// than a level. Of equally large ones it is at the level `wish` or, where that is too large, a lower one; only
    /// where none fits, the same with the smaller margin. A level over the usual one was asked for on purpose: then it
    /// goes before size.
    ///
    /// # Errors
    /// [`QrError::TooSmall`] with the room that the smallest drawing needs; [`QrError::TooLong`].
    pub fn fit(&self, cols: u16, rows: u16, wish: Level, drawing: Drawing) -> Result<Fit, QrError> {
        let codes: Vec<&Matrix> = self.0.iter().filter(|code| code.level() <= wish).collect();
        let ways = QUIET.into_iter().flat_map(|quiet| codes.iter().map(move |matrix| (quiet, *matrix)));
        let mut fits = ways
            .filter_map(|(quiet, matrix)| Fit::with(matrix.clone(), drawing, quiet, cols, rows, u16::MAX));
        let chosen = if wish > Level::M {
            fits.next()
        } else {
            let larger = |best: &Fit, next: &Fit| next.scale > best.scale && next.quiet == best.quiet;
            fits.reduce(|best, next| if larger(&best, &next) { next } else { best })
        };
        if let Some(fit) = chosen {
            return Ok(fit);
        }
        let smallest = codes.last().ok_or(QrError::TooLong)?;
        let (need_cols, need_rows) = drawing.cells(u32::from(smallest.size()) + 2 * u32::from(QUIET[1]));
        let within = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        Err(QrError::TooSmall { need_cols: within(need_cols), need_rows: within(need_rows) })
    }
}

/// [`Codes::fit`] of the code for `url`.
///
/// # Errors
/// As there.
pub fn fit(url: &str, cols: u16, rows: u16, wish: Level, drawing: Drawing) -> Result<Fit, QrError> {
    Codes::of(url, wish).fit(cols, rows, wish, drawing)
}
