//! Lists, search, names, totals.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use super::super::SqliteLedger;
use super::{ACCOUNT, at, sample, sent, with};
use crate::domain::address::Address;
use crate::domain::link::{Alarm, EventKind, Link, LinkEvent, LinkState};
use crate::domain::money::{Currency, Money};
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::domain::sale::{AddressPlan, Delivery};
use crate::ports::{Ledger, LinkFilter, LinkRow, OutboxEntry, OutboxKind};

fn references(rows: &[LinkRow]) -> Vec<&str> {
    rows.iter().map(|row| row.reference.as_str()).collect()
}

fn searched(ledger: &SqliteLedger, text: &str) -> Vec<String> {
    let filter = LinkFilter { search: Some(text.to_owned()), ..LinkFilter::default() };
    let rows = ledger.rows(ACCOUNT, &filter).unwrap();
    assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), u64::try_from(rows.len()).unwrap(), "{text}");
    rows.iter().map(|row| row.reference.to_string()).collect()
}

#[test]
fn a_row_has_what_a_list_shows() {
    let mut link = sent(1, LinkState::Captured);
    link.sale.delivery = Delivery::Email(serde_json::from_str("\"kari@example.com\"").unwrap());
    link.alarms = vec![Alarm::DoublePayment];
    link.changed_at = at(77);
    let rows = with(&[link.clone()]).rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(
        rows,
        [LinkRow {
            id: link.id,
            reference: link.sale.reference.clone(),
            state: LinkState::Captured,
            amount: link.amount,
            returned: None,
            created_at: at(1),
            changed_at: at(77),
            expires_at: link.expires_at,
            to: "kari@example.com".into(),
            title: "Vaffel med brunost".into(),
            session_id: link.session_id,
            auto_capture: true,
            alarms: vec![Alarm::DoublePayment],
        }]
    );
}

#[test]
fn rows_come_newest_first_in_pages() {
    // Kept in another order than made.
    let ledger = with(&[3, 1, 4, 2, 5].map(|n| sent(n, LinkState::Open)));
    let page = |limit, offset| {
        let filter = LinkFilter { limit, offset, ..LinkFilter::default() };
        let rows = ledger.rows(ACCOUNT, &filter).unwrap();
        assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), 5, "a page doesn't change the count");
        references(&rows).join(" ")
    };
    assert_eq!(page(None, 0), "KARI-005 KARI-004 KARI-003 KARI-002 KARI-001");
    assert_eq!(page(Some(2), 0), "KARI-005 KARI-004");
    assert_eq!(page(Some(2), 4), "KARI-001");
    assert_eq!(page(Some(0), 0), "");
    assert_eq!(page(None, 3), "KARI-002 KARI-001");
    assert_eq!(ledger.rows("T2", &LinkFilter::default()).unwrap(), []);
}

#[test]
fn a_thousand_links_of_one_moment_are_all_kept() {
    let links: Vec<Link> =
        (0..2_100).map(|n| Link { created_at: at(0), ..sent(n, LinkState::Open) }).collect();
    let ledger = with(&links);
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(rows.len(), links.len());
    assert_eq!(rows[0].reference.as_str(), "KARI-2099");
}

#[test]
fn states_and_time_restrict() {
    let ledger = with(&[
        sent(1, LinkState::Open),
        sent(2, LinkState::Captured),
        sent(3, LinkState::Open),
        sent(4, LinkState::Refunded),
    ]);
    let rows = |states: &[LinkState], since: Option<i64>, search: Option<&str>, limit| {
        let filter = LinkFilter {
            search: search.map(str::to_owned),
            states: states.to_vec(),
            since: since.map(at),
            limit,
            offset: 0,
            alarmed: false,
            asking: false,
        };
        references(&ledger.rows(ACCOUNT, &filter).unwrap()).join(" ").replace("KARI-00", "")
    };
    for search in [None, Some("vaffel")] {
        assert_eq!(rows(&[LinkState::Open], None, search, None), "3 1");
        assert_eq!(
            rows(&[LinkState::Refunded, LinkState::Open, LinkState::Open], None, search, None),
            "4 3 1"
        );
        assert_eq!(rows(&[LinkState::Refunded, LinkState::Open], None, search, Some(2)), "4 3");
        assert_eq!(rows(&[], Some(2), search, None), "4 3 2");
        assert_eq!(rows(&[LinkState::Open], Some(2), search, None), "3");
        assert_eq!(rows(&[LinkState::Voided, LinkState::Unknown], None, search, None), "");
        assert_eq!(rows(&LinkState::ALL, None, search, None), "4 3 2 1");
    }
}

#[test]
fn a_link_is_found_by_anything_one_remembers() {
    let mut kari = sent(1, LinkState::Open);
    kari.sale.delivery = Delivery::Sms(serde_json::from_str("\"+4741234567\"").unwrap());
    kari.sale.address = AddressPlan::Known(Address {
        first_name: "Kåre".into(),
        last_name: "Ødegård-Müller".into(),
        country: "NO".into(),
        ..Address::default()
    });
    kari.transaction_id = Some("T12345678.4kSXTCwWy".into());
    let mut ola = sent(2, LinkState::Open);
    ola.sale.delivery = Delivery::Email(serde_json::from_str("\"ola.nordmann@example.com\"").unwrap());
    ola.sale.lines[0].description = "Kaffe \"svart\" 100% AND".into();
    ola.sale.reference = Reference::parse("PL-1122-014").unwrap();
    let ledger = with(&[kari.clone(), ola]);

    let id = kari.id.to_string();
    for text in [
        "KARI-001",
        "kari001",
        "kari 001",
        "ari",
        "001",
        "vaffel",
        "OST",
        "brunost vaffel",
        "Kåre",
        "kare",
        "Ødegård",
        "odeg",
        "ÅRD",
        "müller",
        "41234567",
        "+4741234567",
        "+47 412 34 567",
        "0047 41 23 45 67",
        "412-34-567",
        "(412) 34567",
        "4567",
        "234 567",
        "34",
        "T12345678.4kSX",
        "4ksxt",
        &id,
        "0197a3f2-0000-7000-8000-000000000001",
        "vaffel 41 23 45 67 kåre",
        "session1",
    ] {
        assert_eq!(searched(&ledger, text), ["KARI-001"], "{text}");
    }
    for text in
        ["1122-014", "nordmann", "ola.nordmann@example.com", "@example", "\"svart\"", "100%", "AND", "kaf"]
    {
        assert_eq!(searched(&ledger, text), ["PL-1122-014"], "{text}");
    }
    for text in ["kari nordmann", "vaffelx", "41234568", "kari OR pl", "links_text", "* ORX", "NOT vaffel"] {
        assert_eq!(searched(&ledger, text), Vec::<String>::new(), "{text}");
    }
    for text in ["", "   ", "@", "\"", "*", "--'", "')"] {
        assert_eq!(searched(&ledger, text).len(), 2, "{text:?} restricts nothing");
    }
}

#[test]
fn a_link_is_found_by_its_amount_to_the_last_ore() {
    let priced = |n: i64, minor: i64, currency: Currency| {
        let mut link = sent(n, LinkState::Open);
        (link.amount, link.sale.currency) = (Money::new(minor, currency), currency);
        link
    };
    let mut named = priced(5, 700, Currency::Nok);
    named.sale.reference = Reference::parse("BIL-1249").unwrap();
    named.sale.delivery = Delivery::Sms(serde_json::from_str("\"+4741249507\"").unwrap());
    let mut litre = priced(6, 800, Currency::Nok);
    litre.sale.lines[0].description = "Brus 0,5 l, 1 av 249 kr".into();
    let ledger = with(&[
        priced(1, 124_900, Currency::Nok),
        priced(2, 124_950, Currency::Nok),
        priced(3, 4_900, Currency::Eur),
        priced(4, 4_900, Currency::Nok),
        named,
        litre,
    ]);
    for (text, found) in [
        ("1249", &["BIL-1249", "KARI-001"][..]),
        ("1 249", &["BIL-1249", "KARI-001"]),
        ("1\u{a0}249,00", &["KARI-001"]),
        ("1.249,00", &["KARI-001"]),
        ("1.249", &["BIL-1249", "KARI-001"]),
        ("1249,50", &["KARI-002"]),
        ("1249.50", &["KARI-002"]),
        ("kr 1 249,50", &["KARI-002"]),
        ("NOK 1,249.50", &["KARI-002"]),
        ("kr 49", &["KARI-004"]),
        ("49 kr", &["KARI-004"]),
        ("49,-", &["KARI-004", "KARI-003"]),
        ("€49", &["KARI-003"]),
        ("0,5", &["KARI-006"]),
        ("249", &["KARI-006", "BIL-1249"]),
        ("kr 50", &[]),
    ] {
        assert_eq!(searched(&ledger, text), found, "{text}");
        let filter = LinkFilter { search: Some(text.into()), ..LinkFilter::default() };
        assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), found.len() as u64, "{text}");
    }
    let open = LinkFilter {
        search: Some("1249".into()),
        states: vec![LinkState::Captured],
        ..LinkFilter::default()
    };
    assert!(ledger.rows(ACCOUNT, &open).unwrap().is_empty(), "the states count for amounts too");
    let page = LinkFilter { limit: Some(1), offset: 1, states: Vec::new(), ..open };
    assert_eq!(ledger.rows(ACCOUNT, &page).unwrap()[0].reference.as_str(), "KARI-001");
}

#[test]
fn ids_told_later_are_found() {
    let ledger = with(&[sample(1)]);
    assert!(searched(&ledger, "late77").is_empty());
    let mut link = sent(1, LinkState::Open);
    link.session_id = Some("T12345678.late77".into());
    ledger.update(&link).unwrap();
    assert_eq!(searched(&ledger, "late77"), ["KARI-001"]);
    assert_eq!(searched(&ledger, "brunost"), ["KARI-001"]);
}

#[test]
fn any_text_can_be_searched() {
    let ledger = with(&[sample(1)]);
    proptest::proptest!(proptest::test_runner::Config::with_cases(300), |(text: String)| {
        let filter = LinkFilter { search: Some(text), ..LinkFilter::default() };
        ledger.rows(ACCOUNT, &filter).unwrap();
    });
    let long = "ord ".repeat(10_000) + &"0".repeat(10_000);
    searched(&ledger, &long);
}

#[test]
fn a_piece_of_any_description_finds_it() {
    proptest::proptest!(proptest::test_runner::Config::with_cases(60), |(text in "[a-zæøåA-ZÆØÅ0-9 .,-]{3,30}", start in 0_usize..20)| {
        let mut link = sample(1);
        link.sale.lines[0].description.clone_from(&text);
        let ledger = with(&[link]);
        let word = text.split(|c: char| !c.is_alphanumeric()).max_by_key(|w| w.chars().count()).unwrap_or("");
        let count = word.chars().count();
        if count >= 2 {
            let piece: String = word.chars().skip(start.min(count - 2)).collect();
            proptest::prop_assert_eq!(searched(&ledger, &piece).len(), 1, "{} in {}", piece, text);
        }
    });
}

/// What could be an amount with its currency may be a piece of something else.
#[test]
fn a_piece_that_looks_like_an_amount_is_looked_for_as_words_too() {
    let mut link = sample(1);
    link.sale.lines[0].description = "0AKR1".to_owned();
    let ledger = with(&[link]);
    assert_eq!(searched(&ledger, "KR1").len(), 1);
    assert_eq!(searched(&ledger, "kr 1").len(), 0);
}

#[test]
fn find_takes_every_name_of_a_link() {
    let mut first = sent(1, LinkState::Cancelled);
    first.transaction_id = Some("T12345678.tx1".into());
    let mut second = sent(2, LinkState::Open);
    second.sale.reference = first.sale.reference.clone();
    let foreign = Link { account_id: "T2".into(), ..sent(3, LinkState::Open) };
    let ledger = with(&[first.clone(), second.clone(), foreign]);
    let found =
        |text: &str| -> Vec<_> { ledger.find(ACCOUNT, text).unwrap().iter().map(|row| row.id).collect() };
    assert_eq!(found("KARI-001"), [second.id, first.id]);
    assert_eq!(found(" kari-001 "), [second.id, first.id]);
    assert_eq!(found(&first.id.to_string()), [first.id]);
    assert_eq!(found(&first.id.0.as_hyphenated().to_string().to_uppercase()), [first.id]);
    assert_eq!(found(&first.id.to_string()[..6]), [second.id, first.id]);
    assert!(found(&first.id.to_string()[..5]).is_empty());
    assert_eq!(found("T12345678.session2"), [second.id]);
    assert_eq!(found("T12345678.tx1"), [first.id]);
    for nothing in ["", "KARI", "KARI-003", "T12345678.session3", "%", "abcdef"] {
        assert!(found(nothing).is_empty(), "{nothing}");
    }
}

#[test]
fn near_references_are_offered_nearest_first() {
    let ledger = with(&[14, 15, 41, 114].map(|n| sent(n, LinkState::Open)));
    let near = |text: &str| -> Vec<String> {
        ledger.near(ACCOUNT, text).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(near("kari-14"), ["KARI-114", "KARI-014"]);
    assert_eq!(near("KARI-104"), ["KARI-114", "KARI-014", "KARI-041", "KARI-015"]);
    assert_eq!(near("014"), ["KARI-014"]);
    assert!(near("something else").is_empty());
    assert!(near("").is_empty());
}

#[test]
fn unsettled_are_those_that_still_move() {
    let mut links: Vec<Link> = Vec::new();
    for (n, state) in (0..).zip(LinkState::ALL) {
        links.push(sent(n, state));
        let mut by_hand = sent(n + 100, state);
        by_hand.sale.auto_capture = false;
        by_hand.expires_at = at(1_000 - n);
        links.push(by_hand);
    }
    let ledger = with(&links);
    let rows = ledger.unsettled(ACCOUNT).unwrap();
    let wanted: BTreeSet<_> =
        links.iter().filter(|l| !l.state.in_outbox() && !l.settled()).map(|l| l.id).collect();
    assert_eq!(rows.iter().map(|row| row.id).collect::<BTreeSet<_>>(), wanted);
    assert!(rows.iter().any(|row| row.state == LinkState::Authorized && row.auto_capture));
    assert!(!rows.iter().any(|row| row.state == LinkState::Authorized && !row.auto_capture));
    assert!(rows.is_sorted_by_key(|row| row.expires_at));
    assert!(ledger.unsettled("T2").unwrap().is_empty());

    let mut paid = sent(4, LinkState::Captured);
    paid.id = links[8].id;
    ledger.update(&paid).unwrap();
    assert_eq!(ledger.unsettled(ACCOUNT).unwrap().len(), rows.len() - 1);
}

#[test]
fn totals_of_the_day() {
    let mut euro = sent(5, LinkState::Authorized);
    euro.amount = Money::new(500, Currency::Eur);
    let ledger = with(&[
        sent(1, LinkState::Captured),
        sent(2, LinkState::Captured),
        sent(3, LinkState::Open),
        sent(4, LinkState::Refunded),
        euro,
        sent(6, LinkState::Expired),
        sent(7, LinkState::Uncertain),
    ]);
    ledger.insert(&sample(8), false).unwrap();
    let day = ledger.totals(ACCOUNT, at(2)).unwrap();
    assert_eq!(day.paid, BTreeMap::from([("NOK".into(), 12_002), ("EUR".into(), 500)]));
    assert_eq!(day.paid_count, 2);
    assert_eq!(day.outstanding, BTreeMap::from([("NOK".into(), 12_003 + 12_007 + 12_008)]));
    assert_eq!((day.open_count, day.waiting), (3, 1));
    let later = ledger.totals(ACCOUNT, at(100)).unwrap();
    assert_eq!((later.paid_count, later.open_count, later.waiting), (0, 3, 1));
    assert_eq!(ledger.totals("T2", at(0)).unwrap(), crate::ports::DayTotals::default());
}

#[test]
fn references_are_counted_up_past_those_in_use() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    let template = ReferenceTemplate::parse("KARI-{seq}").unwrap();
    let day = date(2026, 11, 22);
    let next = |account: &str| ledger.next_reference(account, &template, day).unwrap().to_string();
    assert_eq!(next(ACCOUNT), "KARI-001");
    let mut typed = sample(2);
    typed.sale.reference = Reference::parse("kari-002").unwrap();
    typed.state = LinkState::Cancelled;
    ledger.insert(&typed, false).unwrap();
    assert_eq!(next(ACCOUNT), "KARI-003");
    assert_eq!(next("T2"), "KARI-001");
    assert_eq!(next(ACCOUNT), "KARI-004");
    let dated = ReferenceTemplate::parse("A-{date}-{seq}").unwrap();
    assert_eq!(ledger.next_reference(ACCOUNT, &dated, day).unwrap().as_str(), "A-1122-001");
    assert_eq!(ledger.next_reference(ACCOUNT, &dated, date(2026, 11, 23)).unwrap().as_str(), "A-1123-001");
}

#[test]
fn links_with_alarms_are_found_however_old_they_are() {
    let mut links: Vec<Link> = (1..=400).map(|n| sent(n, LinkState::Open)).collect();
    let alarmed = |n: i64, state: LinkState| Link { alarms: vec![Alarm::DoublePayment], ..sent(n, state) };
    links[0] = alarmed(1, LinkState::Captured);
    links[1] = Link { account_id: "T2".to_owned(), ..alarmed(2, LinkState::Captured) };
    links[2] = alarmed(3, LinkState::Refused);
    links[3] = sent(4, LinkState::Refused);
    links[4] = alarmed(5, LinkState::Captured);
    links[4].alarms.push(Alarm::AmountDiffers);
    let ledger = with(&links);
    assert_eq!(ledger.alarms(ACCOUNT).unwrap(), 4, "of three links");
    assert_eq!(ledger.alarms("T3").unwrap(), 0);
    for search in [None, Some("kari")] {
        let found = |states: &[LinkState], limit: Option<u32>, offset: u32| {
            let (search, asking) = (search.map(str::to_owned), false);
            let states = states.to_vec();
            let filter = LinkFilter { search, states, alarmed: true, asking, since: None, limit, offset };
            let rows = ledger.rows(ACCOUNT, &filter).unwrap();
            let all = ledger.rows(ACCOUNT, &LinkFilter { limit: None, offset: 0, ..filter.clone() }).unwrap();
            assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), all.len() as u64);
            references(&rows).join(" ").replace("KARI-00", "")
        };
        assert_eq!(found(&[], None, 0), "5 3 1");
        assert_eq!(found(&[], Some(1), 1), "3");
        assert_eq!(found(&[LinkState::Refused], None, 0), "5 4 3 1", "none twice");
        assert_eq!(found(&[LinkState::Refused], Some(2), 1), "4 3");
        assert_eq!(found(&[LinkState::Unknown], None, 0), "5 3 1");
    }
    let since = LinkFilter { alarmed: true, since: Some(at(3)), ..LinkFilter::default() };
    assert_eq!(references(&ledger.rows(ACCOUNT, &since).unwrap()).join(" "), "KARI-005 KARI-003");
    for n in [1, 3, 5] {
        ledger.amend(sample(n).id, &mut |l| !std::mem::take(&mut l.alarms).is_empty()).unwrap();
    }
    let filter = LinkFilter { alarmed: true, ..LinkFilter::default() };
    assert_eq!(ledger.rows(ACCOUNT, &filter).unwrap(), [], "a person has dealt with them");
    assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), 0);
}

#[test]
fn links_that_wait_for_the_sellers_word_are_found_each_once() {
    let mut links: Vec<Link> = (1..=9).map(|n| sent(n, LinkState::Open)).collect();
    links[1] = Link { alarms: vec![Alarm::DoublePayment], ..sent(2, LinkState::Captured) };
    links[2] = sent(3, LinkState::Uncertain);
    links[3] = sent(4, LinkState::Queued);
    let ledger = with(&links);
    for (n, kind, needs_decision) in [
        (1, OutboxKind::Cancel, false),
        (2, OutboxKind::Refund, true),
        (3, OutboxKind::Create, true),
        (4, OutboxKind::Create, true),
        (4, OutboxKind::Cancel, true),
    ] {
        let entry = OutboxEntry { needs_decision, ..OutboxEntry::new(sample(n).id, kind, at(1)) };
        ledger.enqueue(&entry).unwrap();
    }
    for search in [None, Some("kari")] {
        let found = |states: &[LinkState], alarmed: bool| {
            let (search, states) = (search.map(str::to_owned), states.to_vec());
            let filter = LinkFilter { search, states, alarmed, asking: true, ..LinkFilter::default() };
            let rows = ledger.rows(ACCOUNT, &filter).unwrap();
            assert_eq!(ledger.count(ACCOUNT, &filter).unwrap(), rows.len() as u64);
            references(&rows).join(" ").replace("KARI-00", "")
        };
        assert_eq!(found(&[], false), "4 3 2");
        assert_eq!(found(&[], true), "4 3 2");
        assert_eq!(found(&[LinkState::Uncertain], true), "4 3 2");
        assert_eq!(found(&[LinkState::Open], false), "9 8 7 6 5 4 3 2 1");
    }
}

#[test]
fn what_went_back_is_on_the_row_and_off_the_total() {
    let mut link = sent(1, LinkState::PartiallyRefunded);
    let event = |n: i64, detail: &str| LinkEvent {
        at: at(n),
        kind: EventKind::PartiallyRefunded,
        detail: Some(detail.to_owned()),
        key: Some(format!("t/{n}")),
    };
    link.events = vec![event(1, "20.00 NOK"), event(2, "0.50 NOK")];
    let whole = sent(2, LinkState::Captured);
    let sum = link.amount.minor() + whole.amount.minor();
    let ledger = with(&[link.clone(), whole]);
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(
        rows.iter().map(|r| r.returned).collect::<Vec<_>>(),
        [None, Some(Money::new(2050, Currency::Nok))]
    );
    assert_eq!(rows[1], LinkRow::from(&link), "as the link itself tells it");
    let totals = ledger.totals(ACCOUNT, at(0)).unwrap();
    assert_eq!((totals.paid["NOK"], totals.paid_count), (sum - 2050, 2));
    // One part that isn't told, and the sum isn't known.
    let unknown = LinkEvent { detail: None, ..event(3, "") };
    ledger.amend(link.id, &mut |link| link.record(unknown.clone())).unwrap();
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(rows[1].returned, None);
    assert_eq!(ledger.link(link.id).unwrap().unwrap().returned(), None);
}

#[test]
fn what_was_released_is_off_the_total() {
    let event = |n: i64, kind, detail: Option<&str>| LinkEvent {
        at: at(n),
        kind,
        detail: detail.map(str::to_owned),
        key: Some(format!("t/{n}")),
    };
    use EventKind::{PartiallyCaptured, PartiallyRefunded, Voided};
    let part = event(1, PartiallyCaptured, Some("30.00 NOK"));
    let mut links = [
        sent(1, LinkState::PartiallyCaptured),
        sent(2, LinkState::PartiallyCaptured),
        sent(3, LinkState::PartiallyCapturedRefunded),
    ];
    links[0].events = vec![part.clone()];
    links[1].events = vec![part.clone(), event(2, Voided, None)];
    let back = event(3, PartiallyRefunded, Some("10.00 NOK"));
    links[2].events = vec![part, event(2, Voided, None), back];
    let held = |link: &Link| link.kept().unwrap().minor() + link.reserved().unwrap().minor();
    assert_eq!(links.iter().map(held).collect::<Vec<_>>(), [links[0].amount.minor(), 3000, 2000]);
    let totals = with(&links).totals(ACCOUNT, at(0)).unwrap();
    assert_eq!((totals.paid["NOK"], totals.paid_count), (links.iter().map(held).sum(), 3));
}

#[test]
fn links_whose_time_was_over_of_late_are_found() {
    let ended = |n: i64, end: i64| Link { expires_at: at(end), ..sent(n, LinkState::Expired) };
    let mut links = vec![ended(1, 100), ended(2, 200), ended(3, 300), ended(4, 400)];
    links.push(Link { expires_at: at(500), ..sent(5, LinkState::Open) });
    links.push(Link { session_id: None, ..ended(6, 600) });
    links.push(Link { account_id: "T2".to_owned(), ..ended(7, 700) });
    // A failed payment is the end, a failed try is not.
    let failed = |n, payment: Option<&str>| Link {
        state: LinkState::Failed,
        transaction_id: payment.map(str::to_owned),
        ..ended(n, 150)
    };
    links.extend([failed(8, Some("P8")), failed(9, None)]);
    let ledger = with(&links);
    let found = |since: i64| references(&ledger.ended_since(ACCOUNT, at(since)).unwrap()).join(" ");
    assert_eq!(found(200), "KARI-004 KARI-003 KARI-002");
    assert_eq!(found(401), "");
    // One that was withdrawn while a payment had begun, too, for as long after that.
    let begun = |n: i64, end: i64| {
        let transaction_id = Some(format!("T12345678.t{n}"));
        Link { transaction_id, changed_at: at(end), expires_at: at(900), ..sent(n, LinkState::Cancelled) }
    };
    let mut links = vec![begun(1, 100), begun(2, 200), begun(3, 300)];
    links.push(Link { transaction_id: None, ..begun(4, 400) });
    links.push(Link { session_id: None, ..begun(5, 500) });
    let withdrawn = with(&links).ended_since(ACCOUNT, at(200)).unwrap();
    let mut withdrawn = references(&withdrawn);
    withdrawn.sort_unstable();
    assert_eq!(withdrawn, ["KARI-002", "KARI-003"]);
    // It comes back to life.
    ledger
        .amend(sample(4).id, &mut |l| std::mem::replace(&mut l.state, LinkState::Open) != LinkState::Open)
        .unwrap();
    assert_eq!(found(0), "KARI-003 KARI-002 KARI-009 KARI-001");
    assert!(ledger.unsettled(ACCOUNT).unwrap().iter().any(|row| row.id == sample(4).id));
}
