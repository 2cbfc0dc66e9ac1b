//! Reads a QR code from a terminal's cells as a camera would see them: the whole screen is painted as a
//! picture, letters and all, in the colours of a theme, and given to a decoder.

use vt100::{Color, Screen};

/// The colours a terminal has when none are set: foreground, background.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) name: &'static str,
    pub(crate) fg: [u8; 3],
    pub(crate) bg: [u8; 3],
}

pub(crate) const DARK: Theme = Theme { name: "dark", fg: [0xd8; 3], bg: [0x18; 3] };
pub(crate) const LIGHT: Theme = Theme { name: "light", fg: [0x20; 3], bg: [0xff; 3] };

/// The size of a cell in pixels, and the line spacing below it, which terminals leave in the cell's
/// background.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) gap: usize,
}

pub(crate) const PLAIN: Cell = Cell { width: 8, height: 16, gap: 0 };

/// Every kind of cell that a code must survive.
pub(crate) const CELLS: [Cell; 5] = [
    PLAIN,
    Cell { width: 7, height: 15, gap: 0 },
    Cell { width: 10, height: 20, gap: 1 },
    Cell { width: 9, height: 18, gap: 2 },
    Cell { width: 12, height: 24, gap: 3 },
];

/// A grey picture.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

/// Paints the screen.
pub(crate) fn paint(screen: &Screen, theme: Theme, size: Cell) -> Picture {
    let (rows, columns) = screen.size();
    let (rows, columns) = (usize::from(rows.get()), usize::from(columns.get()));
    let line = size.height + size.gap;
    let (width, height) = (columns * size.width, rows * line);
    let mut pixels = vec![0; width * height];
    for row in 0..rows {
        for column in 0..columns {
            let cell = screen.cell(row as u16, column as u16).expect("within the screen");
            let (mut fg, mut bg) = (grey(cell.fgcolor(), theme, true), grey(cell.bgcolor(), theme, false));
            if cell.inverse() {
                std::mem::swap(&mut fg, &mut bg);
            }
            for y in 0..line {
                for x in 0..size.width {
                    let inked = y < size.height && inked(cell.contents(), x, y, size);
                    pixels[(row * line + y) * width + column * size.width + x] = if inked { fg } else { bg };
                }
            }
        }
    }
    Picture { width, height, pixels }
}

/// Whether the glyph has ink there. Letters are hatched: enough to disturb a code that they touch.
fn inked(glyph: &str, x: usize, y: usize, size: Cell) -> bool {
    match glyph {
        "" | " " | "\u{a0}" => false,
        "█" => true,
        "▀" => y < size.height / 2,
        "▄" => y >= size.height / 2,
        "▌" => x < size.width / 2,
        "▐" => x >= size.width / 2,
        _ => y > 2 && y + 3 < size.height && (x + y).is_multiple_of(3),
    }
}

fn grey(colour: Color, theme: Theme, foreground: bool) -> u8 {
    let [r, g, b] = match colour {
        Color::Default if foreground => theme.fg,
        Color::Default => theme.bg,
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Idx(index) => indexed(index),
    };
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
}

/// xterm's table of 256.
pub(crate) fn indexed(index: u8) -> [u8; 3] {
    const SIXTEEN: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => SIXTEEN[usize::from(index)],
        16..=231 => {
            let n = usize::from(index - 16);
            [STEPS[n / 36], STEPS[n / 6 % 6], STEPS[n % 6]]
        }
        _ => [8 + (index - 232) * 10; 3],
    }
}

/// The texts of all codes in the picture that can be read as they stand: dark on light. This decoder
/// gives up on the thin lines that line spacing draws; [`read_by_zbar`] does not.
pub(crate) fn read(picture: &Picture) -> Vec<String> {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(picture.width, picture.height, |x, y| {
        picture.pixels[y * picture.width + x]
    });
    image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// The one code on the screen, if it is read in a theme at a size of cell.
pub(crate) fn on_screen(screen: &Screen, theme: Theme, size: Cell) -> Option<String> {
    read(&paint(screen, theme, size)).pop()
}

/// The same read by somebody else's decoder (zbar), where it is installed.
pub(crate) fn read_by_zbar(picture: &Picture) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("screen.pgm");
    let mut file = format!("P5\n{} {}\n255\n", picture.width, picture.height).into_bytes();
    file.extend(&picture.pixels);
    std::fs::write(&path, file).unwrap();
    let run = std::process::Command::new("zbarimg")
        .args(["--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable"])
        .arg(&path)
        .output();
    match run {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("PAYLINK_REQUIRE_BROWSER").is_none(), "zbarimg is not installed");
            #[allow(clippy::print_stderr)] // a skipped check is to be seen
            {
                eprintln!("skipped: zbarimg is not installed");
            }
            None
        }
        Err(error) => panic!("zbarimg: {error}"),
    }
}

#[cfg(test)]
mod tests_of_the_reading {
    use std::num::NonZeroU16;

    use qrcode::{Color as Module, EcLevel, QrCode};

    use super::*;

    const TEXT: &str = "https://checkout.example/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei";

    /// A screen with a code in half blocks, its two colours as escape sequences.
    fn screen(dark: &str, light: &str) -> Screen {
        let code = QrCode::with_error_correction_level(TEXT, EcLevel::M).unwrap();
        let size = code.width() as i32;
        let is_dark = |x: i32, y: i32| {
            (0..size).contains(&x) && (0..size).contains(&y) && code[(x as usize, y as usize)] == Module::Dark
        };
        let mut out = String::from("some words above\r\n");
        for y in (-4..size + 4).step_by(2) {
            for x in -4..size + 4 {
                let glyph = match (is_dark(x, y), is_dark(x, y + 1)) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                };
                out.push_str(&format!("\x1b[{light};{dark}m{glyph}"));
            }
            out.push_str("\x1b[0m beside it\r\n");
        }
        let mut parser = vt100::Parser::new(NonZeroU16::new(32).unwrap(), NonZeroU16::new(80).unwrap(), 0);
        parser.process(out.as_bytes());
        parser.screen().clone()
    }

    #[test]
    fn a_code_in_fixed_colours_is_read_in_every_theme_and_cell() {
        let screen = screen("48;2;0;0;0", "38;2;255;255;255");
        for theme in [DARK, LIGHT] {
            for size in CELLS {
                let picture = paint(&screen, theme, size);
                if size.gap == 0 {
                    assert_eq!(read(&picture), [TEXT], "{theme:?} {size:?}");
                }
                if let Some(texts) = read_by_zbar(&picture) {
                    assert_eq!(texts, [TEXT], "zbar, {theme:?} {size:?}");
                }
            }
        }
    }

    #[test]
    fn a_code_in_the_colours_of_the_theme_is_lost_where_the_theme_is_light() {
        let screen = screen("49", "39");
        assert_eq!(on_screen(&screen, DARK, PLAIN).as_deref(), Some(TEXT));
        assert_eq!(on_screen(&screen, LIGHT, PLAIN), None, "the reader would not see what a camera sees");
    }
}
