//! The ledger with a hundred thousand links: what a seller waits for.
#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use paylink::domain::address::Address;
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::{Link, LinkId, LinkState};
use paylink::domain::method::MethodChoice;
use paylink::domain::money::{Currency, Money};
use paylink::domain::reference::{Reference, ReferenceTemplate};
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ledger::SqliteLedger;
use paylink::ports::{Ledger, LinkFilter, OutboxKind};
use uuid::Uuid;

const ACCOUNT: &str = "T12345678";
const LINKS: u32 = 100_000;
const PRODUCTS: [&str; 7] = [
    "Vaffel med brunost",
    "Kaffe, svart",
    "Fersk torsk, filet",
    "Håndstrikket genser, barn",
    "Rabarbrasyltetøy",
    "Geitost, modnet",
    "Dugnadskalender",
];
const NAMES: [&str; 6] = ["Kari", "Ola", "Åse", "Jørgen", "Ingrid", "Bjørn"];
const SURNAMES: [&str; 6] = ["Nordmann", "Hansen", "Ødegård", "Berg", "Li", "Søraas"];

/// The `n`-th link, one a minute; everything in it depends on `n` alone.
fn link(n: u32) -> Link {
    let at = Timestamp::from_second(1_780_000_000 + 60 * i64::from(n)).unwrap();
    let pick = |among: usize, of: u32| usize::try_from(n / of).unwrap() % among;
    let line = |name: &str| {
        let price = Money::new(1_000 + i64::from(n % 900), Currency::Nok);
        ProductLine::new(name, Quantity::ONE, price, VatRate::STANDARD).unwrap()
    };
    let delivery = match n % 3 {
        0 => Delivery::Link,
        1 => Delivery::Sms(
            serde_json::from_value(format!("+47{}", 40_000_000 + u64::from(n) * 97).into()).unwrap(),
        ),
        _ => Delivery::Email(serde_json::from_value(format!("kunde{n}@example.com").into()).unwrap()),
    };
    let sale = Sale {
        lines: vec![line(PRODUCTS[pick(7, 1)]), line(PRODUCTS[pick(7, 3)])],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(&format!("KARI-{:04}-{n:06}", n / 500)).unwrap(),
        expires_at: at + Duration::from_secs(86_400),
        exact_end: false,
        address: AddressPlan::Known(Address {
            first_name: NAMES[pick(6, 1)].into(),
            last_name: SURNAMES[pick(6, 6)].into(),
            country: "NO".into(),
            ..Address::default()
        }),
        auto_capture: true,
        delivery,
    };
    let id = LinkId(Uuid::from_u128((u128::from(n) << 96) | 0x7000_8000_0000_0000_0000_0000));
    let mut link = Link::queued(id, ACCOUNT.to_owned(), sale, at).unwrap();
    link.state = match n % 50 {
        0 => LinkState::Open,
        1..10 => LinkState::Expired,
        10 => LinkState::Refunded,
        _ => LinkState::Captured,
    };
    link.session_id =
        Some(format!("{ACCOUNT}.{:032x}", u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c)));
    link
}

fn searched(ledger: &SqliteLedger, text: &str) -> usize {
    let filter = LinkFilter { search: Some(text.into()), limit: Some(50), ..LinkFilter::default() };
    ledger.rows(ACCOUNT, &filter).unwrap().len()
}

fn ledger(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let all: Vec<Link> = (0..LINKS).map(link).collect();
    for part in all.chunks(5_000) {
        ledger.import(part).unwrap();
    }
    let page = LinkFilter { limit: Some(50), ..LinkFilter::default() };

    let mut group = c.benchmark_group("ledger of 100 000");
    group.sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.bench_function("open and first page", |b| {
        b.iter(|| {
            let ledger = SqliteLedger::open(folder.path()).unwrap();
            assert_eq!(ledger.rows(ACCOUNT, black_box(&page)).unwrap().len(), 50);
        });
    });
    group.bench_function("first page", |b| {
        b.iter(|| assert_eq!(ledger.rows(ACCOUNT, black_box(&page)).unwrap().len(), 50));
    });
    group.bench_function("first page of three states", |b| {
        let states = vec![LinkState::Open, LinkState::Captured, LinkState::Voided];
        let filter = LinkFilter { states, ..page.clone() };
        b.iter(|| assert_eq!(ledger.rows(ACCOUNT, black_box(&filter)).unwrap().len(), 50));
    });
    group.bench_function("links with alarms", |b| {
        let filter = LinkFilter { alarmed: true, ..page.clone() };
        b.iter(|| assert_eq!(ledger.rows(ACCOUNT, black_box(&filter)).unwrap().len(), 0));
    });
    for (name, text, found) in [
        ("search a reference", "KARI-0100-050123", 1),
        ("search the end of a reference", "050123", 1),
        ("search a phone", "448 507 76", 1),
        ("search the end of a phone", "50776", 1),
        ("search a name", "åse ødegård", 50),
        ("search an e-mail", "kunde77777@example.com", 1),
        ("search two letters", "va", 50),
        ("search one digit", "4", 50),
        ("search three letters", "vaf", 50),
        ("search what is not there", "zebra", 0),
    ] {
        // Ends of numbers may be found in others too.
        assert!(searched(&ledger, text) >= found, "{name}");
        group.bench_function(name, |b| b.iter(|| searched(&ledger, black_box(text))));
    }
    group.bench_function("count all", |b| {
        b.iter(|| assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), u64::from(LINKS)));
    });
    group.bench_function("count a common word", |b| {
        let filter = LinkFilter { search: Some("vaffel".into()), ..LinkFilter::default() };
        b.iter(|| assert!(ledger.count(ACCOUNT, black_box(&filter)).unwrap() > 1_000));
    });
    group.bench_function("find", |b| {
        b.iter(|| assert_eq!(ledger.find(ACCOUNT, black_box("kari-0100-050123")).unwrap().len(), 1));
    });
    group.bench_function("near", |b| {
        b.iter(|| ledger.near(ACCOUNT, black_box("KARI-0199-99999")).unwrap());
    });
    group.bench_function("unsettled", |b| {
        b.iter(|| assert_eq!(ledger.unsettled(ACCOUNT).unwrap().len(), 2_000));
    });
    group.bench_function("totals of a day", |b| {
        let since = all[all.len() - 300].created_at;
        b.iter(|| assert!(ledger.totals(ACCOUNT, black_box(since)).unwrap().paid_count > 100));
    });
    group.bench_function("version", |b| b.iter(|| ledger.version().unwrap()));

    // From here on the ledger grows: each step is a durable commit.
    let next = Cell::new(LINKS);
    let fresh = || {
        next.set(next.get() + 1);
        Link { state: LinkState::Queued, session_id: None, ..link(next.get()) }
    };
    group.bench_function("insert", |b| {
        b.iter_batched(&fresh, |link| ledger.insert(&link, false).unwrap(), BatchSize::PerIteration);
    });
    group.bench_function("claim", |b| {
        b.iter_batched(
            || {
                let link = fresh();
                ledger.insert(&link, false).unwrap();
                link
            },
            |link| {
                let lease = Duration::from_secs(60);
                ledger.claim(link.id, OutboxKind::Create, link.created_at, lease).unwrap().unwrap()
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("next reference", |b| {
        let template = ReferenceTemplate::default();
        b.iter(|| ledger.next_reference(ACCOUNT, &template, jiff::civil::date(2026, 11, 22)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, ledger);
criterion_main!(benches);
