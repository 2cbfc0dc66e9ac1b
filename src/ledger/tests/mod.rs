//! Tests of the ledger as a whole, and the links they use.

use jiff::Timestamp;
use uuid::Uuid;

use super::SqliteLedger;
use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::{DeliveryStatus, EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::method::MethodChoice;
use crate::domain::money::{Currency, Money};
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;

mod carried;
mod damage;
mod drafts;
mod files;
mod frozen;
mod links;
mod lists;
mod merge;
mod orders;
mod outbox;
mod products;
mod restore;
mod stray;
mod watch;

/// The account of every sample.
pub(super) const ACCOUNT: &str = "T12345678";

/// A fixed moment, `seconds` after noon of a fair day.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_521_600 + seconds).unwrap()
}

/// A queued link over one line, made `n` seconds into the day; everything in it depends on `n` alone.
pub(super) fn sample(n: i64) -> Link {
    let price = Money::new(12_000 + n, Currency::Nok);
    let line = ProductLine::new("Vaffel med brunost", Quantity::ONE, price, VatRate::STANDARD).unwrap();
    let sale = Sale {
        lines: vec![line],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(&format!("KARI-{n:03}")).unwrap(),
        expires_at: at(n + 86_400),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    };
    let totals = sale.totals().unwrap();
    Link {
        id: LinkId(Uuid::from_u128(0x0197_a3f2_0000_7000_8000_0000_0000_0000 + u128::try_from(n).unwrap())),
        account_id: ACCOUNT.to_owned(),
        amount: totals.gross,
        vat: totals.vat,
        created_at: at(n),
        state: LinkState::Queued,
        reason: None,
        session_id: None,
        transaction_id: None,
        url: None,
        expires_at: sale.expires_at,
        delivery_status: DeliveryStatus::None,
        by_push: false,
        reissue_of: None,
        alarms: Vec::new(),
        events: vec![LinkEvent { at: at(n), kind: EventKind::Drafted, detail: None, key: None }],
        changed_at: at(n),
        sale,
    }
}

/// [`sample`], at the backend in `state`.
pub(super) fn sent(n: i64, state: LinkState) -> Link {
    Link { state, session_id: Some(format!("{ACCOUNT}.session{n}")), ..sample(n) }
}

/// A ledger in memory that has `links`, with nothing in the outbox.
pub(super) fn with(links: &[Link]) -> SqliteLedger {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    ledger.import(links).unwrap();
    ledger
}
