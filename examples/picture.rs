//! Makes the pictures of the README from the real program: runs the demo in a pseudo terminal, presses a
//! seller's keys, and writes what the screen shows as SVG.
//!
//!     cargo build --release && cargo run --example picture -- target/release/paylink docs

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[cfg(unix)]
#[path = "../tests/it/support/mod.rs"]
mod support;

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    println!("the pictures are made on Unix");
}

#[cfg(unix)]
mod unix {
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};

    use vt100::{Color, Screen};

    use crate::support::pty::{Setup, Term};
    use crate::support::qr::indexed;

    const SIZE: (u16, u16) = (92, 26);

    pub(crate) fn main() {
        let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
        let [program, folder] = args.as_slice() else {
            panic!("picture PROGRAM FOLDER");
        };
        let program = program.canonicalize().expect("the program");

        let mut term = Setup::program(&program, &["demo"]).size(SIZE.0, SIZE.1).start();
        term.sees("No links yet");
        // a morning at the booth
        for (what, price, customer) in [
            ("Cinnamon bun", "42", "2"),
            ("Filter coffee", "35", "3"),
            ("Wool socks", "249", ""),
            ("Cloudberry jam", "129", "1"),
            ("Knitted mittens", "449", "2"),
        ] {
            sell(&mut term, what, price);
            play(&mut term, customer);
            term.press("esc");
            term.sees("START");
        }
        write(
            &term,
            &folder.join("dashboard.svg"),
            "paylink's dashboard: today's links with their live state",
        );
        sell(&mut term, "Waffle with brown cheese", "45,50");
        play(&mut term, "1");
        write(
            &term,
            &folder.join("link.svg"),
            "A link in paylink: its QR code, its address and its live story",
        );
        term.press("ctrl-c");
        term.ends().restored();
    }

    fn sell(term: &mut Term, what: &str, price: &str) {
        term.press("n");
        term.sees("2 PAYMENT");
        term.press("enter");
        term.sees("3 PRODUCTS");
        term.type_text(what);
        term.sees(what);
        term.press("tab tab");
        term.type_text(price);
        term.press("ctrl-n");
        term.sees("4 ORDER");
        term.press("ctrl-n");
        term.sees("5 DELIVERY");
        if !term.text().contains("● link or QR only") {
            term.press("shift-tab right right");
            term.sees("● link or QR only");
        }
        term.press("enter");
        term.sees("NOT OPENED");
        term.reads_qr();
    }

    /// The customer opens (`1`), pays (`2`) or declines (`3`).
    fn play(term: &mut Term, key: &str) {
        let expected = match key {
            "1" => "● Opened",
            "2" => "● PAID",
            "3" => "DECLINED",
            _ => return,
        };
        term.press(key);
        term.waits_for(expected, |screen| {
            screen.contents().to_lowercase().contains(&expected.to_lowercase())
        });
        // The passing word at the foot of the screen is no part of the picture.
        term.press("ctrl-l");
    }

    fn write(term: &Term, path: &Path, title: &str) {
        std::fs::write(path, svg(term.screen(), title)).unwrap();
        println!("{}", path.display());
    }

    const CELL: (f32, f32) = (8.4, 18.0);
    const EDGE: f32 = 14.0;
    const FG: [u8; 3] = [0xd4, 0xd6, 0xdc];
    const BG: [u8; 3] = [0x16, 0x18, 0x1e];

    /// The screen as a picture. Blocks are drawn as shapes, so that the QR code can be scanned from it;
    /// letters as text in whatever fixed-width font the reader has.
    fn svg(screen: &Screen, title: &str) -> String {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let width = f32::from(columns) * CELL.0 + 2.0 * EDGE;
        let height = f32::from(rows) * CELL.1 + 2.0 * EDGE;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\">\n<title>{title}</title>\n\
             <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n\
             <g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" \
             font-size=\"14\" xml:space=\"preserve\">\n",
            hex(BG)
        );
        for row in 0..rows {
            let cells: Vec<Seen> = (0..columns).map(|column| Seen::at(screen, row, column)).collect();
            shapes(&mut out, row, &cells);
            letters(&mut out, row, &cells);
        }
        out.push_str("</g>\n</svg>\n");
        out
    }

    #[derive(Clone, PartialEq)]
    struct Seen {
        glyph: String,
        fg: [u8; 3],
        bg: [u8; 3],
        bold: bool,
    }

    impl Seen {
        fn at(screen: &Screen, row: u16, column: u16) -> Self {
            let cell = screen.cell(row, column).expect("within the screen");
            let (mut fg, mut bg) = (rgb(cell.fgcolor(), FG), rgb(cell.bgcolor(), BG));
            if cell.inverse() {
                std::mem::swap(&mut fg, &mut bg);
            }
            if cell.dim() {
                fg = std::array::from_fn(|i| ((u16::from(fg[i]) * 6 + u16::from(bg[i]) * 4) / 10) as u8);
            }
            Self { glyph: cell.contents().to_owned(), fg, bg, bold: cell.bold() }
        }

        /// The colours of its upper and its lower half, for what is drawn as a shape.
        fn halves(&self) -> ([u8; 3], [u8; 3]) {
            match self.glyph.as_str() {
                "█" => (self.fg, self.fg),
                "▀" => (self.fg, self.bg),
                "▄" => (self.bg, self.fg),
                _ => (self.bg, self.bg),
            }
        }

        fn is_letter(&self) -> bool {
            !matches!(self.glyph.as_str(), "" | " " | "█" | "▀" | "▄")
        }
    }

    fn shapes(out: &mut String, row: u16, cells: &[Seen]) {
        for half in 0..2_u16 {
            let colour = |cell: &Seen| if half == 0 { cell.halves().0 } else { cell.halves().1 };
            let mut from = 0;
            while from < cells.len() {
                let c = colour(&cells[from]);
                let to = (from..cells.len()).find(|i| colour(&cells[*i]) != c).unwrap_or(cells.len());
                if c != BG {
                    let _ = writeln!(
                        out,
                        "<rect shape-rendering=\"crispEdges\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
                         height=\"{}\" fill=\"{}\"/>",
                        EDGE + from as f32 * CELL.0,
                        EDGE + (f32::from(row) + f32::from(half) / 2.0) * CELL.1,
                        (to - from) as f32 * CELL.0,
                        CELL.1 / 2.0,
                        hex(c)
                    );
                }
                from = to;
            }
        }
    }

    fn letters(out: &mut String, row: u16, cells: &[Seen]) {
        let mut from = 0;
        while from < cells.len() {
            if !cells[from].is_letter() {
                from += 1;
                continue;
            }
            // one style; single blanks stay within, two end it
            let same = |cell: &Seen| cell.fg == cells[from].fg && cell.bold == cells[from].bold;
            let mut to = from + 1;
            while to < cells.len() {
                let goes_on = cells[to].is_letter() && same(&cells[to]);
                let blank = !cells[to].is_letter()
                    && cells.get(to + 1).is_some_and(|next| next.is_letter() && same(next));
                if !goes_on && !blank {
                    break;
                }
                to += 1;
            }
            let text: String =
                cells[from..to].iter().map(|c| if c.glyph.is_empty() { " " } else { &c.glyph }).collect();
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
                 fill=\"{}\"{}>{}</text>",
                EDGE + from as f32 * CELL.0,
                EDGE + f32::from(row) * CELL.1 + 13.5,
                (to - from) as f32 * CELL.0,
                hex(cells[from].fg),
                if cells[from].bold { " font-weight=\"bold\"" } else { "" },
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            );
            from = to;
        }
    }

    fn rgb(colour: Color, default: [u8; 3]) -> [u8; 3] {
        match colour {
            Color::Default => default,
            Color::Rgb(r, g, b) => [r, g, b],
            Color::Idx(index) => indexed(index),
        }
    }

    fn hex([r, g, b]: [u8; 3]) -> String {
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}
