//! Fills a data folder with links, for measuring: `cargo run --example fill -- FOLDER LINKS OPEN`.
//!
//! The newest OPEN links can still be paid, the others are paid or over. They belong to the account
//! `T12345678` and no backend knows them.
#![allow(clippy::print_stderr)]

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::{SignedDuration, Timestamp};
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::{EventKind, Link, LinkId, LinkState};
use paylink::domain::method::MethodChoice;
use paylink::domain::money::{Currency, Money};
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ledger::SqliteLedger;
use uuid::Uuid;

const ACCOUNT: &str = "T12345678";
const PRODUCTS: [&str; 5] =
    ["Vaffel med brunost", "Kaffe, svart", "Fersk torsk, filet", "Rabarbrasyltetøy", "Geitost, modnet"];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, links, open] = arguments.as_slice() else { bail!("fill FOLDER LINKS OPEN") };
    let (links, open): (u32, u32) = (links.parse().context("LINKS")?, open.parse().context("OPEN")?);
    let ledger = SqliteLedger::open(&PathBuf::from(folder))?;
    let now = Timestamp::now();
    // Oldest first, one a minute, the last one a minute ago.
    let all = (0..links).rev().map(|age| link(age, age < open, now)).collect::<Result<Vec<_>>>()?;
    for part in all.chunks(5_000) {
        ledger.import(part)?;
    }
    Ok(())
}

fn link(age: u32, open: bool, now: Timestamp) -> Result<Link> {
    let at = now - SignedDuration::from_mins(i64::from(age) + 1);
    let product = PRODUCTS[usize::try_from(age)? % PRODUCTS.len()];
    let price = Money::new(4_500 + i64::from(age % 90) * 100, Currency::Nok);
    let sale = Sale {
        lines: vec![ProductLine::new(product, Quantity::ONE, price, VatRate::STANDARD)?],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(&format!("KARI-{age:06}"))?,
        expires_at: now + SignedDuration::from_hours(24 * 30),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    };
    let mut link = Link::queued(LinkId(Uuid::now_v7()), ACCOUNT.to_owned(), sale, at)?;
    link.session_id = Some(format!("{ACCOUNT}.{:022}", age));
    link.url = Some(format!("https://checkout.dintero.com/v1/view/{ACCOUNT}.{age:022}"));
    link.record_once(at, EventKind::Created, None);
    link.state = match age % 7 {
        _ if open => LinkState::Open,
        0 => LinkState::Expired,
        1 => LinkState::Cancelled,
        _ => LinkState::Captured,
    };
    Ok(link)
}
