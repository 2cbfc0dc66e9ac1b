//! The product list: replaced whole, kept with everything else.

use std::fs;

use jiff::Timestamp;

use super::super::{FILE_NAME, Overwrite, Restore, SqliteLedger};
use super::{ACCOUNT, sent};
use crate::domain::link::LinkState;
use crate::domain::money::{Currency, Money};
use crate::domain::product::Product;
use crate::domain::vat::VatRate;
use crate::ports::Ledger;

const PAGE: usize = 4096;

fn list(prices: &[i64]) -> Vec<Product> {
    let product = |(n, price): (usize, &i64)| {
        let number = if n % 2 == 0 { format!("V-{n}") } else { String::new() };
        let vat = VatRate::from_hundredths(1111).unwrap();
        Product::new(&number, &format!("Vare {n}"), Money::new(*price, Currency::Nok), vat).unwrap()
    };
    prices.iter().enumerate().map(product).collect()
}

#[test]
fn a_list_takes_the_place_of_the_one_before_and_each_account_has_its_own() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    assert_eq!(ledger.products(ACCOUNT).unwrap(), []);
    let (first, second) = (list(&[100, 200, 300]), list(&[150]));
    assert_eq!(ledger.replace_products(ACCOUNT, &first).unwrap(), []);
    assert_eq!(ledger.replace_products("P1", &second).unwrap(), []);
    assert_eq!(ledger.products(ACCOUNT).unwrap(), first, "in its order");
    assert_eq!(ledger.replace_products(ACCOUNT, &second).unwrap(), first);
    assert_eq!(ledger.products(ACCOUNT).unwrap(), second);
    // The same again is no change that anybody is told of.
    let version = ledger.version().unwrap();
    assert_eq!(ledger.replace_products(ACCOUNT, &second).unwrap(), second);
    assert_eq!(ledger.version().unwrap(), version);
    assert_eq!(ledger.replace_products(ACCOUNT, &[]).unwrap(), second);
    assert_eq!((ledger.products(ACCOUNT).unwrap().len(), ledger.products("P1").unwrap().len()), (0, 1));
}

#[test]
fn a_row_that_cannot_be_sold_keeps_none_of_the_others_away() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.replace_products(ACCOUNT, &list(&[100, 200, 300, 400, 500])).unwrap();
    let other = rusqlite::Connection::open(folder.path().join(FILE_NAME)).unwrap();
    for (place, change) in [
        (0, "json_set(value, '$.price.minor', -1)"),
        (1, "json_set(value, '$.vat', 20000)"),
        (2, "'{'"),
        (4, "json_set(value, '$.description', 'a' || char(27, 0x202e) || 'b')"),
    ] {
        let change = format!("UPDATE kv SET value = {change} WHERE key = 'product/{ACCOUNT}/00000{place}'");
        assert_eq!(other.execute(&change, []).unwrap(), 1);
    }
    let told: Vec<String> = ledger.products(ACCOUNT).unwrap().into_iter().map(|p| p.description).collect();
    assert_eq!(told, ["Vare 3", "ab"]);
    assert_eq!(ledger.replace_products(ACCOUNT, &list(&[1])).unwrap().len(), 2);
    assert_eq!(ledger.products(ACCOUNT).unwrap(), list(&[1]));
}

#[test]
fn a_backup_has_it_and_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let ledger = SqliteLedger::open(&data).unwrap();
    ledger.replace_products(ACCOUNT, &list(&[100, 200])).unwrap();
    ledger.backup_to(&backup, Overwrite::No).unwrap();
    ledger.replace_products(ACCOUNT, &list(&[1])).unwrap();
    // The copy has none of this account.
    ledger.replace_products("P2", &list(&[7, 8])).unwrap();
    drop(ledger);
    let mut restore = Restore::check(&data, &backup).unwrap();
    restore.carry_out(Timestamp::now(), false, &mut |_| ()).unwrap().unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    assert_eq!(ledger.products(ACCOUNT).unwrap(), list(&[100, 200]));
    assert_eq!(ledger.products("P2").unwrap(), list(&[7, 8]));
}

#[test]
fn what_can_be_read_of_it_in_a_damaged_file_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    let products = list(&(1..=2000).collect::<Vec<_>>());
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.import(&(0..50).map(|n| sent(n, LinkState::Open)).collect::<Vec<_>>()).unwrap();
    ledger.replace_products(ACCOUNT, &products).unwrap();
    drop(ledger);
    let whole = fs::read(&file).unwrap();
    // The header alone: nothing of it is lost.
    let mut bytes = whole.clone();
    bytes[16..64].fill(0xee);
    fs::write(&file, &bytes).unwrap();
    assert_eq!(SqliteLedger::open(folder.path()).unwrap().products(ACCOUNT).unwrap(), products);
    // A leaf in the middle of the list.
    let here = whole.windows(9).position(|w| w == b"Vare 1000").unwrap() / PAGE * PAGE;
    let mut bytes = whole;
    bytes[here..here + PAGE].fill(0xee);
    fs::write(&file, &bytes).unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let (left, rescue) = (ledger.products(ACCOUNT), ledger.rescue().unwrap());
    let left = if rescue.is_some() { ledger.products(ACCOUNT) } else { left }.unwrap();
    assert!(left.len() > 1700 && left.len() < 2000, "{}", left.len());
    assert!(left.iter().all(|p| products.contains(p)));
    assert!(ledger.rescue().unwrap().unwrap().gaps, "and that some is missing is told");
}
