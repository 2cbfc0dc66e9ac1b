//! Links: kept, read back, changed.

use rusqlite::params;

use super::super::{SqliteLedger, hold};
use super::{ACCOUNT, at, sample, sent, with};
use crate::domain::address::Address;
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::method::Method;
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery};
use crate::ports::{Ledger, LedgerError, LinkFilter, OutboxEntry, OutboxKind, Touched};

fn event(seconds: i64, kind: EventKind, key: Option<&str>) -> LinkEvent {
    LinkEvent { at: at(seconds), kind, detail: None, key: key.map(str::to_owned) }
}

#[test]
fn everything_of_a_link_comes_back() {
    let mut link = sample(1);
    link.sale.delivery = Delivery::Sms(serde_json::from_str("\"+4741234567\"").unwrap());
    link.sale.address = AddressPlan::Known(Address {
        first_name: "Kåre".into(),
        last_name: "Ødegård".into(),
        address_line: "Storgata 1".into(),
        postal_code: "0155".into(),
        postal_place: "Oslo".into(),
        country: "NO".into(),
    });
    link.created_at = "2026-11-22T12:41:07.123456Z".parse().unwrap();
    link.state = LinkState::PartiallyCapturedRefunded;
    link.reason = Some("because".into());
    link.session_id = Some("T12345678.465U8CUzaPVpneu1wt8Wei".into());
    link.transaction_id = Some("T12345678.4kSXTC".into());
    link.url = Some("https://checkout.dintero.com/v1/view/x".into());
    link.delivery_status = DeliveryStatus::Unknown("Weird".into());
    link.by_push = true;
    link.reissue_of = Some(sample(0).id);
    link.alarms = vec![Alarm::DoublePayment, Alarm::AmountDiffers];
    link.events = vec![
        event(1, EventKind::Drafted, None),
        event(2, EventKind::Opened, Some("e1")),
        LinkEvent {
            at: at(2),
            kind: EventKind::Other,
            detail: Some("NEW_WORD".into()),
            key: Some("e2".into()),
        },
    ];
    let ledger = with(std::slice::from_ref(&link));
    assert_eq!(ledger.link(link.id).unwrap(), Some(link));
    assert_eq!(ledger.link(sample(7).id).unwrap(), None);
}

#[test]
fn an_inserted_link_waits_in_the_outbox() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    let link = sample(1);
    ledger.insert(&link, false).unwrap();
    assert_eq!(ledger.link(link.id).unwrap(), Some(link.clone()));
    assert_eq!(ledger.outbox(ACCOUNT).unwrap().len(), 1);
    assert_eq!(ledger.insert(&link, true), Err(LedgerError::LinkKept(link.id)), "an id is kept once");
    assert_eq!(ledger.outbox(ACCOUNT).unwrap().len(), 1);
}

#[test]
fn a_reference_of_a_live_or_paid_link_is_taken() {
    for state in LinkState::ALL {
        let ledger = with(&[sent(1, state)]);
        let mut again = sample(2);
        again.sale.reference = crate::domain::reference::Reference::parse("kari-001").unwrap();
        assert_eq!(ledger.reference_used(ACCOUNT, &again.sale.reference).unwrap(), state.holds_reference());
        assert!(!ledger.reference_used("T2", &again.sale.reference).unwrap());
        let inserted = ledger.insert(&again, false);
        if state.holds_reference() {
            assert!(
                matches!(inserted, Err(LedgerError::ReferenceUsed(r)) if r == again.sale.reference),
                "{state}"
            );
            assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 1);
            ledger.insert(&again, true).unwrap();
        } else {
            inserted.unwrap();
        }
        let elsewhere = Link { account_id: "T2".into(), ..sample(3) };
        ledger.insert(&elsewhere, false).unwrap();
    }
}

#[test]
fn an_update_keeps_everything_but_the_sale() {
    let ledger = with(&[sample(1)]);
    let mut link = sample(1);
    link.sale.lines[0].description = "Kaffe".into();
    link.state = LinkState::Open;
    link.session_id = Some("T1.s".into());
    link.url = Some("https://x".into());
    link.changed_at = at(9);
    link.alarms = vec![Alarm::AmountDiffers];
    link.delivery_status = DeliveryStatus::Sent;
    link.by_push = true;
    link.expires_at = at(50);
    ledger.update(&link).unwrap();
    let kept = ledger.link(link.id).unwrap().unwrap();
    assert_eq!(kept.sale, sample(1).sale);
    assert_eq!(Link { sale: link.sale.clone(), ..kept }, link);
    assert!(matches!(ledger.update(&sample(2)), Err(LedgerError::Database(_))));
}

#[test]
fn what_the_whole_profile_is_can_be_learned_once() {
    let methods = |names: &[&str]| names.iter().map(|n| Method::parse(n).unwrap()).collect::<Vec<_>>();
    let link = sample(1);
    assert!(link.sale.methods.untold());
    let ledger = with(std::slice::from_ref(&link));
    let kept = || ledger.link(link.id).unwrap().unwrap();
    let mut told = link.clone();
    told.sale.methods.methods = methods(&["vipps", "dintero_psp.creditcard"]);
    told.sale.auto_capture = !link.sale.auto_capture;
    told.sale.lines.clear();
    ledger.update(&told).unwrap();
    let mut meant = link.sale.clone();
    meant.methods.methods = told.sale.methods.methods.clone();
    assert_eq!(kept().sale, meant, "the methods and nothing else");
    // Neither another word nor somebody who read the link before takes it back.
    told.sale.methods.methods = methods(&["swish"]);
    for late in [&told, &link] {
        ledger.update(late).unwrap();
        assert_eq!(kept().sale, meant);
    }

    let mut part = sample(2);
    part.sale.methods.whole_profile = false;
    part.sale.methods.methods = methods(&["vipps"]);
    let ledger = with(std::slice::from_ref(&part));
    let mut told = part.clone();
    told.sale.methods.methods = methods(&["vipps", "card"]);
    ledger.update(&told).unwrap();
    assert_eq!(ledger.link(part.id).unwrap().unwrap().sale, part.sale, "what was chosen stays chosen");
}

#[test]
fn an_event_is_kept_once() {
    let ledger = with(&[sample(1)]);
    let mut link = sample(1);
    link.events.push(event(3, EventKind::Opened, Some("e1")));
    link.events.push(event(4, EventKind::MailOpened, None));
    ledger.update(&link).unwrap();
    ledger.update(&link).unwrap();
    // Another process, which has not seen those, adds its own and one that is the same by its key.
    let mut other = sample(1);
    other.events.push(event(2, EventKind::Created, None));
    other.events.push(event(5, EventKind::Opened, Some("e1")));
    other.events.push(event(4, EventKind::MailOpened, None));
    ledger.update(&other).unwrap();
    let kinds: Vec<EventKind> =
        ledger.link(link.id).unwrap().unwrap().events.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EventKind::Drafted, EventKind::Created, EventKind::Opened, EventKind::MailOpened]);
}

#[test]
fn a_stale_writer_takes_no_money_and_no_ids_away() {
    for (kept, stale) in [
        (LinkState::Captured, LinkState::Open),
        (LinkState::Captured, LinkState::Authorized),
        (LinkState::Authorized, LinkState::Expired),
        (LinkState::Authorized, LinkState::Cancelled),
        (LinkState::Voided, LinkState::Paying),
        (LinkState::Refunded, LinkState::OnHold),
        (LinkState::Opened, LinkState::Queued),
        (LinkState::Cancelled, LinkState::Creating),
    ] {
        let mut link = sent(1, kept);
        link.transaction_id = Some("t".into());
        link.reason = Some("kept".into());
        let ledger = with(&[link.clone()]);
        let mut late = sample(1);
        late.state = stale;
        late.changed_at = at(99);
        late.events.push(event(3, EventKind::Opened, Some("e1")));
        ledger.update(&late).unwrap();
        let now = ledger.link(link.id).unwrap().unwrap();
        assert_eq!(now.events.len(), 2, "its events count all the same");
        assert_eq!(Link { events: link.events.clone(), ..now }, link, "{kept} then {stale}");
    }
    for (kept, next) in [
        (LinkState::Authorized, LinkState::Captured),
        (LinkState::Captured, LinkState::PartiallyRefunded),
        (LinkState::Authorized, LinkState::Voided),
        (LinkState::Authorized, LinkState::Failed),
        (LinkState::OnHold, LinkState::Declined),
        (LinkState::Expired, LinkState::Captured),
        (LinkState::Captured, LinkState::Unknown),
        (LinkState::Uncertain, LinkState::Queued),
    ] {
        let ledger = with(&[sent(1, kept)]);
        ledger.update(&sent(1, next)).unwrap();
        assert_eq!(ledger.link(sample(1).id).unwrap().unwrap().state, next);
    }
}

#[test]
fn amend_changes_in_one_step() {
    let ledger = with(&[sent(1, LinkState::Open)]);
    let before = ledger.version().unwrap();
    let same = ledger.amend(sample(1).id, &mut |_| false).unwrap().unwrap();
    assert_eq!(same, sent(1, LinkState::Open));
    assert_eq!(ledger.version().unwrap(), before, "nothing was written");
    let now = ledger
        .amend(sample(1).id, &mut |link| {
            link.alarms.push(Alarm::DoublePayment);
            true
        })
        .unwrap()
        .unwrap();
    assert_eq!(now.alarms, [Alarm::DoublePayment]);
    assert_eq!(ledger.link(now.id).unwrap(), Some(now));
    assert_eq!(ledger.amend(sample(2).id, &mut |_| true).unwrap(), None);
}

#[test]
fn amend_loses_nothing_between_threads() {
    let ledger = with(&[sent(1, LinkState::Open)]);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let ledger = &ledger;
            scope.spawn(move || {
                for n in 0..25 {
                    ledger
                        .amend(sample(1).id, &mut |link| {
                            let count: u32 = link.reason.as_deref().unwrap_or("0").parse().unwrap();
                            link.reason = Some((count + 1).to_string());
                            link.events.push(event(2, EventKind::Opened, Some(&format!("{thread}-{n}"))));
                            true
                        })
                        .unwrap();
                }
            });
        }
    });
    let link = ledger.link(sample(1).id).unwrap().unwrap();
    assert_eq!((link.reason.as_deref(), link.events.len()), (Some("100"), 101));
}

#[test]
fn words_of_a_newer_version_are_shown_and_kept() {
    let ledger = with(&[sent(1, LinkState::Open)]);
    hold(&ledger.writer)
        .execute_batch(
            "UPDATE links SET state = 'teleported', alarms = 'double_payment,stolen',
                 sale = json_insert(sale, '$.tip', json('{\"minor\": 5}'));
             UPDATE events SET kind = 'sang';
             INSERT INTO outbox (link, kind, attempts, next_at, in_flight, needs_decision)
                 SELECT seq, 'teleport', 0, 0, 0, 0 FROM links;",
        )
        .unwrap();
    let mut link = ledger.link(sample(1).id).unwrap().unwrap();
    assert_eq!((link.state, link.reason.as_deref()), (LinkState::Unknown, Some("teleported")));
    assert_eq!(link.alarms, [Alarm::DoublePayment]);
    assert_eq!((link.events[0].kind, link.events[0].detail.as_deref()), (EventKind::Other, Some("sang")));
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), []);
    assert_eq!(ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap()[0].state, LinkState::Unknown);
    let unknown = LinkFilter { states: vec![LinkState::Unknown], ..LinkFilter::default() };
    assert_eq!(ledger.rows(ACCOUNT, &unknown).unwrap().len(), 1);
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter { search: Some("kari".into()), ..unknown }).unwrap(), 1);

    link.alarms.clear();
    link.by_push = true;
    ledger.update(&link).unwrap();
    let raw: (String, String) = hold(&ledger.writer)
        .query_row("SELECT state, alarms FROM links", params![], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(raw, ("teleported".to_owned(), "stolen".to_owned()));
}

#[test]
fn an_error_about_a_sale_says_nothing_of_the_customer() {
    let ledger = with(&[sample(1)]);
    hold(&ledger.writer).execute("UPDATE links SET sale = '{\"lines\": \"+4741234567\"}'", []).unwrap();
    let error = ledger.link(sample(1).id).unwrap_err().to_string();
    assert!(error.contains(&sample(1).id.to_string()) && !error.contains("41234567"), "{error}");
}

#[test]
fn small_values_are_kept_by_name() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    assert_eq!(ledger.get("draft").unwrap(), None);
    ledger.put("draft", Some("{\"a\": 'Ø\0'}")).unwrap();
    assert_eq!(ledger.get("draft").unwrap().as_deref(), Some("{\"a\": 'Ø\0'}"));
    let version = ledger.version().unwrap();
    ledger.put("draft", Some("{\"a\": 'Ø\0'}")).unwrap();
    ledger.put("nothing", None).unwrap();
    assert_eq!(ledger.version().unwrap(), version, "what is the same is not written");
    ledger.put("draft", Some("b")).unwrap();
    assert_ne!(ledger.version().unwrap(), version);
    assert_eq!(ledger.get("draft").unwrap().as_deref(), Some("b"));
    ledger.put("draft", None).unwrap();
    assert_eq!(ledger.get("draft").unwrap(), None);
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let ledger = with(&[sent(1, LinkState::Open)]);
    let version = ledger.version().unwrap();
    ledger.update(&sent(1, LinkState::Open)).unwrap();
    assert_eq!(ledger.version().unwrap(), version);
    ledger.update(&sent(1, LinkState::Opened)).unwrap();
    assert_ne!(ledger.version().unwrap(), version);
}

/// Links of one order in many ways, and not of it.
fn of_and_beside_an_order() -> Vec<Link> {
    let named = |n: i64, reference: &str, reissue_of: Option<i64>, state: LinkState| {
        let mut link = sent(n, state);
        link.sale.reference = Reference::parse(reference).unwrap();
        link.reissue_of = reissue_of.map(|n| sample(n).id);
        link
    };
    let paid = LinkState::Captured;
    let mut paid_elsewhere = named(9, "A-1", None, LinkState::Expired);
    paid_elsewhere.raise(Alarm::PaidElsewhere, at(4));
    vec![
        named(0, "A-1", None, LinkState::Open),
        named(1, "a-1", None, paid),
        named(2, "A-1-2", Some(0), paid),
        named(3, "A-1-3", Some(2), paid),
        named(4, "A-11", None, paid),
        named(5, "A-1", None, LinkState::Expired),
        Link { account_id: "T2".to_owned(), ..named(6, "A-1", None, paid) },
        named(7, "A-1-4", Some(0), LinkState::Authorized),
        named(8, "A-1-5", Some(3), LinkState::Cancelled),
        paid_elsewhere,
    ]
}

#[test]
fn the_links_of_one_order_are_changed_in_one_step() {
    let ledger = with(&of_and_beside_an_order());
    let amend = |n: i64, touched: Touched| {
        let mut seen = Vec::new();
        let changed = ledger.amend_order(
            sample(n).id,
            &mut |link| {
                link.reason = Some(format!("{touched:?}"));
                touched
            },
            &mut |links| {
                seen = links.iter().map(|l| l.id).collect();
                links.last_mut().unwrap().raise(Alarm::DoublePayment, at(5));
            },
        );
        let ids = |n: &[i64]| n.iter().map(|n| sample(*n).id).collect::<Vec<LinkId>>();
        (seen, changed.unwrap().iter().map(|l| l.id).collect::<Vec<LinkId>>(), ids)
    };
    let (seen, changed, ids) = amend(0, Touched::Nothing);
    assert_eq!((seen, changed), (ids(&[]), ids(&[])));
    assert_eq!(ledger.link(sample(0).id).unwrap().unwrap().reason, None);
    let (seen, changed, ids) = amend(0, Touched::Link);
    assert_eq!((seen, changed), (ids(&[]), ids(&[0])));
    let (seen, changed, ids) = amend(0, Touched::Order);
    assert_eq!(seen, ids(&[0, 1, 2, 3, 7, 8, 9]));
    assert_eq!(changed, ids(&[0, 9]));
    assert_eq!(ledger.link(sample(0).id).unwrap().unwrap().reason.as_deref(), Some("Order"));
    assert_eq!(
        ledger.link(sample(9).id).unwrap().unwrap().alarms,
        [Alarm::PaidElsewhere, Alarm::DoublePayment]
    );
    // A replacement knows all before it, and the others that took their place, also after one that was withdrawn.
    let (seen, _, ids) = amend(7, Touched::Order);
    assert_eq!(seen, ids(&[7, 0, 2, 3, 8]));
    let (seen, _, ids) = amend(3, Touched::Order);
    assert_eq!(seen, ids(&[3, 0, 2, 7, 8]));
}

#[test]
fn what_was_to_be_withdrawn_ends_with_its_session() {
    for (becomes, waits) in [("T1.another", false), ("T1.1", true)] {
        let link = Link { session_id: Some("T1.1".to_owned()), ..sent(1, LinkState::Open) };
        let ledger = with(&[link, sent(2, LinkState::Open)]);
        for (n, kind) in [(1, OutboxKind::Look), (1, OutboxKind::Cancel), (2, OutboxKind::Cancel)] {
            ledger.enqueue(&OutboxEntry::new(sample(n).id, kind, at(5))).unwrap();
        }
        // Also where somebody is at it.
        let claimed =
            ledger.claim(sample(1).id, OutboxKind::Cancel, at(6), std::time::Duration::from_secs(90));
        let claimed = claimed.unwrap().unwrap();
        let change = &mut |link: &mut Link| {
            link.session_id = Some(becomes.to_owned());
            link.state = LinkState::Captured;
            Touched::Order
        };
        ledger.amend_order(sample(1).id, change, &mut |_| {}).unwrap();
        assert_eq!(ledger.note_order(&claimed).unwrap(), waits, "nobody asks for it any more");
        let entry = |n: i64, kind| ledger.entry(sample(n).id, kind).unwrap().is_some();
        assert_eq!(entry(1, OutboxKind::Cancel), waits);
        assert!(entry(1, OutboxKind::Look) && entry(2, OutboxKind::Cancel));
    }
}

#[test]
fn nothing_of_an_order_is_kept_unless_all_of_it_is() {
    let ledger = with(&of_and_beside_an_order());
    // The last one can't be written.
    ledger
        .write(|tx| {
            tx.execute_batch(
                "CREATE TEMP TRIGGER no_room BEFORE UPDATE ON main.links WHEN new.reference = 'A-1-4'
                 BEGIN SELECT raise(ABORT, 'full'); END",
            )?;
            Ok(())
        })
        .unwrap();
    let done = ledger.amend_order(
        sample(0).id,
        &mut |link| {
            link.state = LinkState::Captured;
            Touched::Order
        },
        &mut |links| {
            for link in links {
                link.raise(Alarm::DoublePayment, at(5));
            }
        },
    );
    assert!(done.is_err());
    let link = ledger.link(sample(0).id).unwrap().unwrap();
    assert_eq!(link.state, LinkState::Open, "the news is not taken, so it comes again");
}
