//! The seller's product list: what a line of a sale can be taken from, and the file that it comes from and goes to.
//!
//! The file is a spreadsheet's: CSV with a first line that names the columns (`columns.rs`), as Excel and its like save it
//! (`decode.rs`). It is data from outside: read whole or not at all (`read.rs`), never guessed at where money depends on
//! it, and written so that no spreadsheet takes a text for a formula (`write.rs`).

use std::collections::HashMap;

use super::clean;
use super::line::{LineError, ProductLine, Quantity};
use super::money::Money;
use super::vat::VatRate;

mod columns;
mod decode;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use columns::Column;
pub use read::{FileError, Listed, Mistake, Mistakes, Usual, What, read};
pub use write::{BOM, Form, write};

/// The largest file that is looked at, in bytes: [`MAX_PRODUCTS`] rows with much that isn't read take less.
pub const MAX_BYTES: usize = 4 << 20;
/// The most products in a list.
pub const MAX_PRODUCTS: usize = 10_000;
/// The most characters of a product number: a sane bound, the API names none for `items[].id`.
pub const MAX_NUMBER: usize = 64;

/// Something that is sold. It fits a line of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The seller's number for it (`items[].id` in the API). Plain text, cleaned of control characters, not empty.
    pub number: Option<String>,
    /// What it is, as the customer reads it. Plain text, cleaned of control characters.
    pub description: String,
    /// The price of one, VAT included.
    pub price: Money,
    /// The rate of VAT in the price.
    pub vat: VatRate,
}

/// What makes it the same product in another list: its number, or else what it's called; in any case of letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Number(String),
    Description(String),
}

impl Product {
    /// A product that can be sold; an empty number is none.
    ///
    /// # Errors
    /// What makes a line of one of it wrong.
    pub fn new(number: &str, description: &str, price: Money, vat: VatRate) -> Result<Self, LineError> {
        let line = ProductLine::new(description, Quantity::ONE, price, vat)?;
        let number = Some(clean::line(number)).filter(|number| !number.is_empty());
        Ok(Self { number, description: line.description, price, vat })
    }

    fn key(&self) -> Key {
        match &self.number {
            Some(number) => Key::Number(number.to_lowercase()),
            None => Key::Description(self.description.to_lowercase()),
        }
    }
}

/// What one list is to another, in products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Only in the later one.
    pub new: usize,
    /// In both, with another text, price or VAT.
    pub changed: usize,
    /// In both, and the same.
    pub same: usize,
    /// Only in the earlier one.
    pub gone: usize,
}

impl Change {
    /// From one list to the other.
    #[must_use]
    pub fn between(before: &[Product], after: &[Product]) -> Self {
        let mut there: HashMap<Key, &Product> = before.iter().map(|p| (p.key(), p)).collect();
        let mut change = Self::default();
        for product in after {
            match there.remove(&product.key()) {
                None => change.new += 1,
                Some(was) if was == product => change.same += 1,
                Some(_) => change.changed += 1,
            }
        }
        change.gone = there.len();
        change
    }
}
