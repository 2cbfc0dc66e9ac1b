//! The drawn cells, the picture and the text, read back by an independent decoder.

use proptest::prelude::*;

use super::draw::{Background, Cell, Palette, Shade, plain_text, terminal_text};
use super::{Drawing, Fit, Level, Matrix, QrError, fit, png, svg};

/// A typical link: 69 characters (field facts, 9).
const LINK: &str = "https://checkout.dintero.com/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei";

/// A cell's size in pixels, small for speed.
const CELL: (usize, usize) = (4, 8);

/// Whether a pixel of the drawn screen is light.
fn pixel(cells: &[Vec<Cell>], x: usize, y: usize) -> bool {
    let cell = cells[y / CELL.1][x / CELL.0];
    let upper = y % CELL.1 < CELL.1 / 2;
    let ink = match cell.symbol {
        '█' => true,
        '▀' => upper,
        '▄' => !upper,
        ' ' => false,
        other => panic!("{other:?} is not a block"),
    };
    (if ink { cell.fg } else { cell.bg }) == Shade::White
}

/// What a decoder reads on a screen where the drawing stands amid something dark.
fn scan(cells: &[Vec<Cell>]) -> Option<String> {
    let around = 12;
    let (w, h) = (cells[0].len() * CELL.0, cells.len() * CELL.1);
    let image = |x: usize, y: usize| {
        let inside = (around..w + around).contains(&x) && (around..h + around).contains(&y);
        if inside && pixel(cells, x - around, y - around) { 255 } else { 0 }
    };
    read(w + 2 * around, h + 2 * around, image)
}

fn read(w: usize, h: usize, image: impl FnMut(usize, usize) -> u8) -> Option<String> {
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(w, h, image);
    let mut found: Vec<String> =
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok().map(|(_, text)| text)).collect();
    assert!(found.len() <= 1, "one code alone: {found:?}");
    found.pop()
}

/// The drawn cells are the modules, scaled evenly, with the whole margin light.
fn same_modules(fit: &Fit, cells: &[Vec<Cell>]) {
    assert_eq!((cells.len(), cells[0].len()), (usize::from(fit.rows), usize::from(fit.cols)));
    let (wide, high) = match fit.drawing {
        Drawing::Half => (CELL.0, CELL.1 / 2),
        Drawing::Full => (2 * CELL.0, CELL.1),
    };
    let (scale, quiet) = (usize::from(fit.scale), i32::from(fit.quiet));
    let (w, h) = (cells[0].len() * CELL.0, cells.len() * CELL.1);
    for y in 0..h {
        for x in 0..w {
            let module = |at: usize, size: usize| i32::try_from(at / (size * scale)).unwrap() - quiet;
            let dark = fit.matrix.dark(module(x, wide), module(y, high));
            assert_eq!(pixel(cells, x, y), !dark, "pixel {x}, {y}");
        }
    }
}

#[test]
fn a_typical_link_has_the_sizes_of_the_field_facts() {
    let sizes: Vec<_> = Level::ALL
        .iter()
        .map(|level| {
            let half = Fit::natural(LINK, *level, Drawing::Half).unwrap();
            let full = Fit::natural(LINK, *level, Drawing::Full).unwrap();
            (half.matrix.size(), (half.cols, half.rows), (full.cols, full.rows))
        })
        .collect();
    assert_eq!(sizes, [(33, (41, 21), (82, 41)), (37, (45, 23), (90, 45)), (41, (49, 25), (98, 49))]);
}

#[test]
fn the_room_decides_level_margin_and_scale() {
    let chosen = |cols, rows, wish, drawing| {
        fit(LINK, cols, rows, wish, drawing).map(|f| (f.matrix.level(), f.quiet, f.scale, f.cols, f.rows))
    };
    use Drawing::{Full, Half};
    assert_eq!(chosen(80, 24, Level::M, Half), Ok((Level::M, 4, 1, 45, 23)));
    assert_eq!(chosen(80, 25, Level::Q, Half), Ok((Level::Q, 4, 1, 49, 25)));
    assert_eq!(chosen(80, 24, Level::Q, Half), Ok((Level::M, 4, 1, 45, 23)));
    assert_eq!(chosen(80, 22, Level::M, Half), Ok((Level::L, 4, 1, 41, 21)));
    assert_eq!(chosen(80, 20, Level::M, Half), Ok((Level::L, 2, 1, 37, 19)));
    assert_eq!(chosen(80, 18, Level::M, Half), Err(QrError::TooSmall { need_cols: 37, need_rows: 19 }));
    assert_eq!(chosen(36, 60, Level::Q, Half), Err(QrError::TooSmall { need_cols: 37, need_rows: 19 }));
    assert_eq!(chosen(37, 19, Level::Q, Half), Ok((Level::L, 2, 1, 37, 19)));
    assert_eq!(chosen(100, 45, Level::M, Half), Ok((Level::M, 4, 2, 90, 45)));
    // Twice as large goes before the level, unless that was asked for.
    assert_eq!(chosen(140, 43, Level::M, Half), Ok((Level::L, 4, 2, 82, 41)));
    assert_eq!(chosen(140, 40, Level::M, Half), Ok((Level::M, 4, 1, 45, 23)), "not for the margin");
    assert_eq!(chosen(140, 43, Level::Q, Half), Ok((Level::Q, 4, 1, 49, 25)));
    assert_eq!(chosen(73, 60, Level::M, Half), Ok((Level::M, 4, 1, 45, 23)), "never uneven");
    assert_eq!(chosen(200, 68, Level::M, Half), Ok((Level::M, 4, 2, 90, 45)), "no half rows");
    assert_eq!(chosen(200, 90, Level::M, Half), Ok((Level::M, 4, 4, 180, 90)));
    assert_eq!(chosen(300, 135, Level::M, Full), Ok((Level::M, 4, 3, 270, 135)));
    assert_eq!(chosen(90, 45, Level::M, Full), Ok((Level::M, 4, 1, 90, 45)));
    assert_eq!(chosen(80, 24, Level::M, Full), Err(QrError::TooSmall { need_cols: 74, need_rows: 37 }));
    assert_eq!(chosen(0, 0, Level::L, Half), Err(QrError::TooSmall { need_cols: 37, need_rows: 19 }));
    assert_eq!(fit(&"x".repeat(3_000), 80, 24, Level::M, Half), Err(QrError::TooLong));
    // Too long for Q (1663 bytes), not for L.
    let long = "x".repeat(1_700);
    assert_eq!(fit(&long, 500, 500, Level::Q, Half).unwrap().matrix.level(), Level::M);
}

#[test]
fn every_level_and_drawing_scans_in_every_window() {
    for (cols, rows) in [(80, 24), (82, 41), (100, 30), (120, 45), (200, 60), (240, 90)] {
        for wish in Level::ALL {
            for drawing in Drawing::ALL {
                match fit(LINK, cols, rows, wish, drawing) {
                    Ok(fit) => {
                        assert!(fit.cols <= cols && fit.rows <= rows && fit.quiet >= 2 && fit.scale >= 1);
                        let cells = fit.to_cells();
                        same_modules(&fit, &cells);
                        assert_eq!(scan(&cells).as_deref(), Some(LINK), "{cols}x{rows} {wish} {drawing:?}");
                    }
                    Err(error) => {
                        assert_eq!(drawing, Drawing::Full, "half blocks always fit: {error}");
                        assert!(rows < 37 || cols < 74, "{error}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_drawn_is_what_was_given(
        text in "https://[a-z]{3,20}\\.example/v1/view/[A-Za-z0-9._~-]{0,60}(\\?[a-z]{1,5}=[a-z%0-9]{0,20})?",
        cols in 80_u16..220, rows in 24_u16..70,
        level in proptest::sample::select(&Level::ALL[..]),
        drawing in proptest::sample::select(&Drawing::ALL[..]),
    ) {
        match fit(&text, cols, rows, level, drawing) {
            Ok(fit) => {
                prop_assert!(fit.cols <= cols && fit.rows <= rows);
                prop_assert!(fit.matrix.level() <= level);
                let cells = fit.to_cells();
                same_modules(&fit, &cells);
                let read = scan(&cells);
                prop_assert_eq!(read.as_deref(), Some(text.as_str()));
            }
            Err(QrError::TooSmall { need_cols, need_rows }) => {
                prop_assert!(need_cols > cols || need_rows > rows);
                let just = fit(&text, need_cols, need_rows, level, drawing).unwrap();
                let read = scan(&just.to_cells());
                prop_assert_eq!(read.as_deref(), Some(text.as_str()));
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }
}

#[test]
fn both_colours_are_always_set() {
    for (palette, white, black) in [
        (Palette::TrueColor, "255;255;255", "0;0;0"),
        (Palette::Ansi256, "8;5;231", "8;5;16"),
        (Palette::Ansi16, "\x1b[97m", "\x1b[40m"),
    ] {
        let text = terminal_text(&Fit::natural(LINK, Level::M, Drawing::Half).unwrap(), palette);
        assert_eq!(text.lines().count(), 23);
        for line in text.lines() {
            assert!(line.starts_with('\x1b') && line.ends_with("\x1b[0m"));
            assert!(line.contains(white) && line.contains(black), "{line:?}");
        }
        assert_eq!(visible(&text), plain(&Fit::natural(LINK, Level::M, Drawing::Half).unwrap()));
    }
    let full = terminal_text(&Fit::natural(LINK, Level::M, Drawing::Full).unwrap(), Palette::Ansi16);
    assert!(full.contains("\x1b[107m") && full.contains("\x1b[40m"));
    assert!(
        visible(&full).iter().all(|line| line.len() == 90 && line.chars().all(|c| c == ' ')),
        "no glyphs"
    );
}

/// The characters without the escape sequences.
fn visible(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| {
            line.split('\x1b').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect()
        })
        .collect()
}

fn plain(fit: &Fit) -> Vec<String> {
    plain_text(fit, Background::Dark).lines().map(str::to_owned).collect()
}

#[test]
fn plain_text_scans_on_its_background() {
    for drawing in Drawing::ALL {
        let fit = Fit::natural(LINK, Level::L, drawing).unwrap();
        for (background, fg, bg) in
            [(Background::Dark, Shade::White, Shade::Black), (Background::Light, Shade::Black, Shade::White)]
        {
            let cells: Vec<Vec<Cell>> = plain_text(&fit, background)
                .lines()
                .map(|line| line.chars().map(|symbol| Cell { symbol, fg, bg }).collect())
                .collect();
            same_modules(&fit, &cells);
            assert_eq!(scan(&cells).as_deref(), Some(LINK));
        }
    }
}

#[test]
fn a_png_scans_at_every_scale() {
    for level in Level::ALL {
        for scale in [1, 2, 3, 8] {
            let bytes = png(LINK, level, scale).unwrap();
            let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
            decoder.set_transformations(::png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            let side = usize::from(Matrix::encode(LINK, level).unwrap().size() + 8) * usize::from(scale);
            assert_eq!(
                (info.width, info.height),
                (u32::try_from(side).unwrap(), u32::try_from(side).unwrap())
            );
            assert!((0..side).all(|x| pixels[x] == 255), "the margin is white");
            // One pixel a module is below what a decoder takes: enlarged it is read.
            let by = if scale == 1 { 4 } else { 1 };
            let text = read(side * by, side * by, |x, y| pixels[y / by * side + x / by]);
            assert_eq!(text.as_deref(), Some(LINK), "{level} {scale}");
        }
    }
    assert_eq!(png(LINK, Level::L, 0).unwrap(), png(LINK, Level::L, 1).unwrap());
    assert_eq!(png(&"x".repeat(3_000), Level::L, 1), Err(QrError::TooLong));
}

#[test]
fn an_svg_has_the_modules() {
    let image = svg(LINK, Level::M).unwrap();
    assert!(image.contains("viewBox=\"0 0 45 45\""));
    let path = image.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    let mut dark = vec![false; 45 * 45];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let width: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        dark[y * 45 + x..y * 45 + x + width].fill(true);
    }
    let text = read(45 * 4, 45 * 4, |x, y| if dark[y / 4 * 45 + x / 4] { 0 } else { 255 });
    assert_eq!(text.as_deref(), Some(LINK));
}

#[test]
fn a_link_does_not_reach_a_log_through_its_modules() {
    let shown = format!("{:?}", Matrix::encode(LINK, Level::M).unwrap());
    assert_eq!(shown, "Matrix { size: 37, level: M, .. }");
}
