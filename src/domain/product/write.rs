//! A product list as a file that a spreadsheet opens, and [`read`](super::read) reads as the same list.

use std::fmt::Write as _;

use super::Product;

/// By this at the beginning Excel sees that a text is UTF-8.
pub const BOM: &str = "\u{feff}";

/// What a spreadsheet takes for the beginning of a formula, in both widths (OWASP, "CSV Injection").
const FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// How the spreadsheets of a language write: the separator, the decimal mark, the names of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    separator: char,
    mark: char,
    names: [&'static str; 5],
}

impl Form {
    /// English: commas, and decimal points.
    pub const ENGLISH: Self = Self {
        separator: ',',
        mark: '.',
        names: ["Number", "Description", "Price incl. VAT", "VAT %", "Currency"],
    };
    /// Norwegian, as everywhere where a comma stands before decimals: semicolons.
    pub const NORWEGIAN: Self = Self {
        separator: ';',
        mark: ',',
        names: ["Varenummer", "Beskrivelse", "Pris inkl. mva", "Mva %", "Valuta"],
    };
}

/// The list as a file, the columns named in its first line. All cells are in quotation marks, so that a text is one cell
/// also where a spreadsheet separates by something else.
#[must_use]
pub fn write(products: &[Product], form: &Form) -> String {
    let mut out = String::from(BOM);
    row(&mut out, form, form.names);
    let number = |text: String| text.replace('.', form.mark.encode_utf8(&mut [0; 4]));
    for product in products {
        let price = number(product.price.to_decimal().to_string());
        let mut vat = number(product.vat.percent().to_string());
        if (1..100).contains(&product.vat.hundredths()) {
            // Without it, a quarter of the whole could be meant.
            vat.push_str(" %");
        }
        let article = escaped(product.number.as_deref().unwrap_or_default());
        let description = escaped(&product.description);
        row(&mut out, form, [&article, &description, &price, &vat, product.price.currency().code()]);
    }
    out
}

fn row(out: &mut String, form: &Form, cells: [&str; 5]) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(form.separator);
        }
        // Writing to a text never fails.
        let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
    }
    out.push_str("\r\n");
}

/// Whether a cell that begins so is more than its text to a spreadsheet.
fn is_marked(c: char) -> bool {
    c == '\'' || FORMULAS.contains(&c)
}

/// Whether behind `c` a cell may begin, by some separator: a quotation mark in front of it is none of its text.
const fn still_begins(c: char, begins: bool) -> bool {
    matches!(c, ';' | ',') || (begins && c == '"')
}

/// A text that no spreadsheet takes for a formula: with an apostrophe in front, as one would type it there. Also behind what
/// would part it where another separator is expected than ours: quotation marks don't hold there.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && is_marked(c) {
            out.push('\'');
        }
        out.push(c);
        begins = still_begins(c, begins);
    }
    out
}

/// The same text without those apostrophes.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mark = begins && c == '\'' && rest.peek().is_some_and(|next| is_marked(*next));
        let c = if mark { rest.next().unwrap_or(c) } else { c };
        out.push(c);
        begins = still_begins(c, begins);
    }
    out
}
