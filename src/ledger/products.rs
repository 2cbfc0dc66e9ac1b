//! The seller's product list: one of each account, because its prices are in the account's currency, and who trains with a
//! test account or sells for two shops has a list of each.
//!
//! A row of the small values for each product, `product/ACCOUNT/PLACE`: in the table that was there, because the schema is
//! to stay on the file's first page (see tests/damage.rs), and apart, so that of a damaged file each one that can be read
//! goes on.

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

use super::error::Trouble;
use super::values;
use crate::domain::money::Money;
use crate::domain::product::Product;
use crate::domain::vat::VatRate;

/// A product as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    description: String,
    price: Money,
    vat: VatRate,
}

/// What the keys of an account's products begin with, and what comes after all of them: `0` follows `/`.
fn range(account: &str) -> [String; 2] {
    ["/", "0"].map(|end| format!("product/{account}{end}"))
}

/// The list, in the order in which it was given. A row that can't be sold, as only damage makes one, is left out.
pub(super) fn all(db: &Connection, account: &str) -> Result<Vec<Product>, Trouble> {
    let mut statement = db.prepare_cached("SELECT value FROM kv WHERE key > ?1 AND key < ?2 ORDER BY key")?;
    let mut rows = statement.query(range(account))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let value: String = row.get(0)?;
        found.extend(serde_json::from_str(&value).ok().and_then(product));
    }
    Ok(found)
}

fn product(kept: Kept) -> Option<Product> {
    let vat = VatRate::from_hundredths(kept.vat.hundredths()).ok()?;
    Product::new(kept.number.as_deref().unwrap_or_default(), &kept.description, kept.price, vat).ok()
}

/// Puts the lists of the ledger in `place` into the one that takes its place, which has none of their accounts: else its
/// own is what it was put there for.
pub(super) fn carry(tx: &Transaction<'_>, place: &Connection) -> Result<(), Trouble> {
    let has = |account: &str| -> rusqlite::Result<bool> {
        tx.prepare_cached("SELECT 1 FROM kv WHERE key > ?1 AND key < ?2")?.exists(range(account))
    };
    let mut statement =
        place.prepare("SELECT key, value FROM kv WHERE key GLOB 'product/*/*' ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut known: Option<(String, bool)> = None;
    while let Some(row) = rows.next()? {
        let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(account) = key.strip_prefix("product/").and_then(|key| key.rsplit_once('/')) else {
            continue;
        };
        let there = match &known {
            Some((before, there)) if before == account.0 => *there,
            _ => has(account.0)?,
        };
        if !there {
            values::put(tx, &key, Some(&value))?;
        }
        known = Some((account.0.to_owned(), there));
    }
    Ok(())
}

/// Puts `list` in the place of the one that there is, which is given back. The same list again writes nothing: no one is
/// told of a change.
pub(super) fn replace(
    tx: &Transaction<'_>,
    account: &str,
    list: &[Product],
) -> Result<Vec<Product>, Trouble> {
    let before = all(tx, account)?;
    if before == list {
        return Ok(before);
    }
    let [begin, end] = range(account);
    tx.execute("DELETE FROM kv WHERE key > ?1 AND key < ?2", [&begin, &end])?;
    let mut put = tx.prepare_cached("INSERT INTO kv (key, value) VALUES (?1, ?2)")?;
    for (place, product) in list.iter().enumerate() {
        let kept = Kept {
            number: product.number.clone(),
            description: product.description.clone(),
            price: product.price,
            vat: product.vat,
        };
        let value = serde_json::to_string(&kept).map_err(|_| Trouble::odd("a product has no text form"))?;
        // Padded, so that they sort as they were given.
        put.execute([format!("{begin}{place:06}"), value])?;
    }
    Ok(before)
}
