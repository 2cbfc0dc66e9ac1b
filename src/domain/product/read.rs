//! A product list out of a file: all of it, or what is wrong with it.

use std::collections::HashMap;

use super::columns::{Named, SURELY_RATES, named};
use super::write::unescaped;
use super::{Column, Key, MAX_BYTES, MAX_NUMBER, MAX_PRODUCTS, Product, decode};
use crate::domain::amount::{AmountError, parse_number, parse_price};
use crate::domain::clean;
use crate::domain::line::LineError;
use crate::domain::money::{Currency, Money};
use crate::domain::vat::{VatError, VatRate};

/// So many mistakes are told, and how many there are beyond them.
const TOLD: usize = 10;
/// So many columns are looked at. A list has a few.
const MAX_COLUMNS: usize = 200;
/// So much of the name of a column is told.
const MAX_NAME: usize = 40;
/// What separates the cells, by what spreadsheets save.
const SEPARATORS: [u8; 3] = [b';', b'\t', b','];
/// Put behind the file, as a row of its own: it is none if a quotation mark before it has no end.
const LAST: &str = "\u{1}";

/// What holds where the file doesn't say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// The account's currency: no other is sold in.
    pub currency: Currency,
    /// The rate of VAT.
    pub vat: VatRate,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// In the order of the file.
    pub products: Vec<Product>,
    /// How many say nothing of VAT, and have the usual rate.
    pub usual_vat: usize,
    /// The names of columns that were not read.
    pub unread: Vec<String>,
}

/// Why a file is no product list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// No text, but a spreadsheet's own format, a picture, a program.
    #[error("the file is no text")]
    NotText,
    /// The first line names none for this.
    #[error("no column for {0:?}")]
    NoColumn(Column),
    /// The only price is this one, and VAT is not in it.
    #[error("the price is without VAT")]
    WithoutVat(String),
    /// Two columns, by name, that could be meant.
    #[error("two columns for {0:?}")]
    TwoColumns(Column, [String; 2]),
    /// The row that begins on this line has a quotation mark without an end.
    #[error("line {0}: a quotation mark has no end")]
    OpenQuote(usize),
    /// No products.
    #[error("there is nothing in it")]
    Nothing,
    /// More than [`MAX_PRODUCTS`].
    #[error("there are more than {MAX_PRODUCTS} products")]
    TooMany,
    /// What is wrong with its rows.
    #[error("{} mistakes", .0.count())]
    Rows(Mistakes),
}

/// What is wrong with rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mistakes {
    /// The first ones.
    pub first: Vec<Mistake>,
    /// How many more there are.
    pub more: usize,
}

impl Mistakes {
    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.first.len() + self.more
    }

    fn add(&mut self, mistake: Mistake) {
        if self.first.len() < TOLD {
            self.first.push(mistake);
        } else {
            self.more += 1;
        }
    }
}

/// What is wrong where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line of the file on which the row begins, from 1.
    pub line: usize,
    /// The column; `None`: the whole row.
    pub column: Option<Column>,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// As with a line of a sale.
    Line(LineError),
    /// A number.
    Amount(AmountError),
    /// A rate.
    Vat(VatError),
    /// `0.25`: a quarter of a percent, or 25 %?
    Fraction,
    /// `29,90` between commas: a price of 29 and a rate of 90 %, or a price of 29.90?
    PerhapsOre,
    /// The price is also told without VAT, so this may be the VAT in money, and no rate.
    PerhapsAmount,
    /// Longer than [`MAX_NUMBER`].
    LongNumber,
    /// The product of an earlier line, by its number or by what it's called.
    Same(usize),
    /// More cells than the first line names.
    Cells(usize, usize),
}

/// The products in the file `bytes`.
///
/// # Errors
/// What is wrong, and where. Every row was looked at.
pub fn read(bytes: &[u8], usual: Usual) -> Result<Listed, FileError> {
    if bytes.len() > MAX_BYTES {
        return Err(FileError::TooLarge);
    }
    let text = decode::text(bytes).ok_or(FileError::NotText)?;
    let (said, text, skipped) = separator_said(&text);
    let mut rows = Rows::new(text, skipped, said.unwrap_or_else(|| likely_separator(text)));
    let header = rows.row()?.ok_or(FileError::Nothing)?;
    let layout = Layout::read(&header, rows.separator)?;
    let mut reading = Reading { usual, layout, seen: HashMap::new(), mistakes: Mistakes::default() };
    let mut listed = Listed { products: Vec::new(), usual_vat: 0, unread: Vec::new() };
    while let Some(row) = rows.row()? {
        if row.cells.is_empty() {
            continue;
        }
        if listed.products.len() >= MAX_PRODUCTS {
            return Err(FileError::TooMany);
        }
        listed.usual_vat += usize::from(reading.cell(&row, Column::Vat).is_empty());
        listed.products.extend(reading.product(&row));
    }
    if reading.mistakes.count() > 0 {
        return Err(FileError::Rows(reading.mistakes));
    }
    if listed.products.is_empty() {
        return Err(FileError::Nothing);
    }
    listed.unread = reading.layout.unread;
    Ok(listed)
}

/// Excel's own first line `sep=;`: what it says, the rest, and how many lines it took.
fn separator_said(text: &str) -> (Option<u8>, &str, usize) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_matches('"');
    match first.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &first.as_bytes()[4..]) {
        Some([mark]) if SEPARATORS.contains(mark) => (Some(*mark), rest, 1),
        _ => (None, text, 0),
    }
}

/// The separator with which the first line names the most columns that we know.
fn likely_separator(text: &str) -> u8 {
    let known = |separator: &u8| {
        let header = Rows::new(text, 0, *separator).row();
        let cells = header.ok().flatten().map(|row| row.cells).unwrap_or_default();
        cells.iter().filter(|name| named(name) != Named::Other).count()
    };
    // Of equal ones the first.
    SEPARATORS.into_iter().rev().max_by_key(known).unwrap_or(SEPARATORS[0])
}

/// A row: where it begins, how many cells it has without those at the end that are empty, and the first of them.
struct Row {
    line: usize,
    width: usize,
    cells: Vec<String>,
}

/// The rows of a file, one at a time.
struct Rows<'a> {
    text: &'a str,
    reader: csv::Reader<std::io::Chain<&'a [u8], &'static [u8]>>,
    separator: u8,
    /// The line that begins at the byte `at`.
    line: usize,
    at: usize,
    ended: bool,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, skipped: usize, separator: u8) -> Self {
        use std::io::Read as _;
        let reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes().chain(&b"\n\x01"[..]));
        Self { text, reader, separator, line: 1 + skipped, at: 0, ended: false }
    }

    /// The next row that is on a line of its own; one of empty cells has none.
    fn row(&mut self) -> Result<Option<Row>, FileError> {
        let mut record = csv::StringRecord::new();
        // The text is in memory and is UTF-8.
        if self.ended || !self.reader.read_record(&mut record).unwrap_or(false) {
            return Ok(None);
        }
        let begins =
            record.position().map_or(self.at, |place| usize::try_from(place.byte()).unwrap_or(self.at));
        // Empty lines before it count to it there, and not for whoever looks it up.
        let blank =
            self.text.get(begins..).map_or(0, |rest| rest.len() - rest.trim_start_matches('\n').len());
        let begins = begins + blank;
        self.line += self.text.get(self.at..begins).map_or(0, |passed| passed.matches('\n').count());
        self.at = begins;
        if begins > self.text.len() || record.iter().eq([LAST]) && begins >= self.text.len() {
            self.ended = true;
            return Ok(None);
        }
        // The row took what stands behind the file.
        if self.reader.position().byte() > self.text.len() as u64 + 1 {
            return Err(FileError::OpenQuote(self.line));
        }
        let used = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).last();
        let used = used.map_or(0, |(last, _)| last + 1);
        let cells = record.iter().take(used.min(MAX_COLUMNS)).map(|cell| cell.trim().to_owned()).collect();
        Ok(Some(Row { line: self.line, width: used, cells }))
    }
}

/// Which cell of a row is what.
struct Layout {
    places: Vec<(Column, usize)>,
    width: usize,
    /// Names of columns that are not read.
    unread: Vec<String>,
    /// Price and VAT could be two halves of one price.
    perhaps_halves: bool,
    /// What is said to be the VAT could be an amount.
    perhaps_amounts: bool,
}

impl Layout {
    fn read(header: &Row, separator: u8) -> Result<Self, FileError> {
        let told = |at: usize| clean::line_within(header.cells.get(at).map_or("", String::as_str), MAX_NAME);
        let names: Vec<Named> = header.cells.iter().map(|name| named(name)).collect();
        let mut places = Vec::new();
        let mut vat_is_rate = true;
        for column in [Column::Number, Column::Description, Column::Price, Column::Vat, Column::Currency] {
            let mut found: Vec<(usize, usize)> = Vec::new();
            for (at, name) in names.iter().enumerate() {
                if let Named::Column(is, rank) = name
                    && *is == column
                {
                    found.push((*rank, at));
                }
            }
            found.sort_unstable();
            match found.as_slice() {
                [] => {}
                [(first, one), (second, other), ..] if first == second => {
                    return Err(FileError::TwoColumns(column, [told(*one), told(*other)]));
                }
                [(rank, at), ..] => {
                    places.push((column, *at));
                    vat_is_rate &= column != Column::Vat || *rank < SURELY_RATES;
                }
            }
        }
        let place = |column| places.iter().find(|(is, _)| *is == column).map(|(_, at)| *at);
        let without_vat = names.iter().position(|name| *name == Named::WithoutVat);
        if place(Column::Description).is_none() {
            return Err(FileError::NoColumn(Column::Description));
        }
        let Some(price) = place(Column::Price) else {
            return Err(
                without_vat.map_or(FileError::NoColumn(Column::Price), |at| FileError::WithoutVat(told(at)))
            );
        };
        let unread = (0..header.cells.len()).filter(|at| !places.iter().any(|(_, is)| is == at)).map(told);
        Ok(Self {
            unread: unread.filter(|name| !name.is_empty()).collect(),
            width: header.width,
            perhaps_halves: separator == b',' && place(Column::Vat) == Some(price + 1),
            perhaps_amounts: without_vat.is_some() && !vat_is_rate,
            places,
        })
    }
}

/// The rows so far.
struct Reading {
    usual: Usual,
    layout: Layout,
    /// The lines on which products stand.
    seen: HashMap<Key, usize>,
    mistakes: Mistakes,
}

impl Reading {
    fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        let place = self.layout.places.iter().find(|(is, _)| *is == column);
        place.and_then(|(_, at)| row.cells.get(*at)).map_or("", String::as_str)
    }

    fn note<T>(&mut self, row: &Row, column: Column, read: Result<T, What>) -> Option<T> {
        read.map_err(|what| self.mistakes.add(Mistake { line: row.line, column: Some(column), what })).ok()
    }

    fn product(&mut self, row: &Row) -> Option<Product> {
        let (width, cells) = (self.layout.width, row.width);
        if cells > width {
            self.mistakes.add(Mistake { line: row.line, column: None, what: What::Cells(cells, width) });
            return None;
        }
        let number = unescaped(&clean::line(self.cell(row, Column::Number)));
        let description = unescaped(&clean::line(self.cell(row, Column::Description)));
        let number = self.note(
            row,
            Column::Number,
            if number.chars().count() > MAX_NUMBER { Err(What::LongNumber) } else { Ok(number) },
        );
        let currency = self.note(row, Column::Currency, self.currency(row));
        let price = self.note(row, Column::Price, self.price(row));
        let vat = self.note(row, Column::Vat, self.vat(row));
        // What is wrong with the text is told with what is wrong with the numbers.
        let any = Money::new(1, self.usual.currency);
        let text = Product::new("", &description, any, self.usual.vat).map_err(What::Line);
        self.note(row, Column::Description, text)?;
        let (number, price, vat, ()) = (number?, price?, vat?, currency?);
        let product = Product::new(&number, &description, price, vat).map_err(What::Line);
        let product = self.note(row, Column::Price, product)?;
        let column = if product.number.is_some() { Column::Number } else { Column::Description };
        match self.seen.insert(product.key(), row.line) {
            None => Some(product),
            Some(earlier) => self.note(row, column, Err(What::Same(earlier))),
        }
    }

    fn currency(&self, row: &Row) -> Result<(), What> {
        let (cell, ours) = (self.cell(row, Column::Currency), self.usual.currency);
        let is_krone = cell.eq_ignore_ascii_case("kr") && ours != Currency::Eur;
        if cell.is_empty() || is_krone || Currency::from_code(cell) == Some(ours) {
            return Ok(());
        }
        Err(What::Amount(AmountError::OtherCurrency))
    }

    fn price(&self, row: &Row) -> Result<Money, What> {
        parse_price(self.cell(row, Column::Price), self.usual.currency).map_err(What::Amount)
    }

    fn vat(&self, row: &Row) -> Result<VatRate, What> {
        let cell = self.cell(row, Column::Vat);
        if cell.is_empty() {
            return Ok(self.usual.vat);
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_known = |rate: &VatRate| *rate == self.usual.vat || VatRate::COMMON.contains(rate);
        let percent = parse_number(cell).map_err(What::Amount)?;
        let rate = VatRate::from_percent(percent).map_err(What::Vat);
        let known = rate.as_ref().is_ok_and(is_known) && cell != "00";
        let halves = digits(cell) && cell.len() == 2 && digits(self.cell(row, Column::Price));
        if self.layout.perhaps_halves && halves && !known {
            return Err(What::PerhapsOre);
        }
        let rate = rate?;
        if cell.ends_with('%') || known {
            return Ok(rate);
        }
        if rate.hundredths() < 100 && rate.hundredths() > 0 {
            return Err(What::Fraction);
        }
        if self.layout.perhaps_amounts { Err(What::PerhapsAmount) } else { Ok(rate) }
    }
}
