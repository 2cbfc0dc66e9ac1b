use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::{Alarm, EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::method::{Method, MethodChoice};
use crate::domain::money::{Currency, Money};
use crate::domain::phone::Phone;
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;

const SESSION: &str = "T12345678.s1";

/// 22 November 2026 12:00 UTC and so many seconds.
fn t(seconds: i64) -> Timestamp {
    "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A link of 120 kr that lives an hour, at the backend, sent by SMS.
fn link() -> Link {
    let price = Money::new(12_000, Currency::Nok);
    let sale = Sale {
        lines: vec![ProductLine::new("Vaffel", Quantity::ONE, price, VatRate::STANDARD).unwrap()],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
        reference: Reference::parse("KARI-014").unwrap(),
        expires_at: t(3600),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: false,
        delivery: Delivery::Sms(Phone::parse("41234567").unwrap()),
    };
    Link {
        id: LinkId(Uuid::from_u128(1)),
        account_id: "T12345678".to_owned(),
        amount: price,
        vat: Money::new(2400, Currency::Nok),
        created_at: t(0),
        state: LinkState::Creating,
        reason: None,
        session_id: Some(SESSION.to_owned()),
        transaction_id: None,
        url: None,
        expires_at: sale.expires_at,
        delivery_status: DeliveryStatus::Pending,
        by_push: false,
        reissue_of: None,
        alarms: Vec::new(),
        events: Vec::new(),
        changed_at: t(0),
        sale,
    }
}

/// A session with these events, `(name, second)`.
fn session(events: &[(&str, i64)]) -> SessionNews {
    SessionNews {
        id: SESSION.to_owned(),
        created_at: Some(t(1)),
        expires_at: Some(t(3600)),
        amount: Some(12_000),
        currency: Some("NOK".to_owned()),
        events: events
            .iter()
            .map(|(name, second)| SessionEvent {
                id: Some(format!("{name}-{second}")),
                name: (*name).to_owned(),
                at: Some(t(*second)),
                error: None,
                method: None,
            })
            .collect(),
        ..SessionNews::default()
    }
}

fn transaction(status: &str, second: i64) -> TransactionNews {
    TransactionNews {
        id: "T12345678.t1".to_owned(),
        session_id: Some(SESSION.to_owned()),
        merchant_reference: None,
        status: TransactionStatus::from_word(status),
        amount: Some(12_000),
        currency: Some("NOK".to_owned()),
        method: Some("dintero_psp.vipps".to_owned()),
        created_at: Some(t(60)),
        updated_at: Some(t(second)),
        events: Vec::new(),
    }
}

fn kinds(link: &Link) -> Vec<EventKind> {
    link.events.iter().map(|e| e.kind).collect()
}

/// The state that these session events alone lead to, seen at `now`.
fn seen(events: &[(&str, i64)], now: i64) -> LinkState {
    let mut link = link();
    merge(&mut link, Some(&session(events)), None, t(now));
    link.state
}

#[test]
fn the_session_tells_how_far_the_customer_is() {
    use LinkState::{Cancelled, Declined, Expired, Failed, Open, Opened, Paying};
    for (events, now, want) in [
        (&[("INITIATED", 1_i64)] as &[(&str, i64)], 10, Open),
        (&[("INITIATED", 1), ("PUSH_NOTIFICATION_SENT", 2)], 10, Open),
        (&[("INITIATED", 1), ("VISITED", 5)], 10, Opened),
        (&[("VISITED", 5), ("SET_SHIPPING_ADDRESS", 6)], 10, Opened),
        (&[("VISITED", 5), ("PAY_LOCK_START", 7)], 10, Paying),
        (&[("VISITED", 5), ("PAY_LOCK_START", 7), ("PAY_LOCK_END", 9)], 10, Opened),
        (&[("PAY_LOCK_END", 9), ("VISITED", 5), ("PAY_LOCK_START", 7)], 10, Opened),
        (&[("PAY_LOCK_START", 7), ("PAY_LOCK_END", 9), ("PAY_LOCK_START", 20)], 30, Paying),
        (&[("VISITED", 5), ("PAY_LOCK_START", 7), ("PAY_FAILED", 9)], 10, Opened),
        (&[("VISITED", 5), ("PAY_FAILED", 9), ("FAILED", 12)], 20, Failed),
        (&[("VISITED", 5), ("DECLINED", 12)], 20, Declined),
        (&[("VISITED", 5), ("CANCELLED", 12)], 20, Cancelled),
        (&[("FAILED", 5), ("CANCELLED", 12)], 20, Cancelled),
        (&[("VISITED", 5), ("COMPLETED", 12)], 20, Paying),
        (&[("VISITED", 5), ("AUTHORIZED", 12)], 9000, Paying),
        (&[("VISITED", 5)], 3600, Opened),
        (&[("VISITED", 5)], 3601, Expired),
        (&[("VISITED", 5), ("PAY_LOCK_START", 7)], 3601, Expired),
        (&[("CANCELLED", 12)], 3601, Cancelled),
        (&[("BRAND_NEW_NAME", 5)], 10, Open),
        (&[("UNKNOWN", 5)], 10, Open),
        (&[], 10, Open),
    ] {
        assert_eq!(seen(events, now), want, "{events:?} at {now}");
    }
}

#[test]
fn every_name_of_the_api_is_taken() {
    for name in [
        "INITIATED",
        "VISITED",
        "COMPLETED",
        "AUTHORIZED",
        "DECLINED",
        "PAY_LOCK_START",
        "PAY_LOCK_META",
        "PAY_LOCK_END",
        "PAY_FAILED",
        "ON_HOLD_CALLBACK_SENT",
        "AUTH_CALLBACK_SENT",
        "FAILED",
        "UNKNOWN",
        "PAYMENT_TOKEN_FLOW_START",
        "UPDATE_SESSION",
        "CANCELLED",
        "SET_BILLING_ADDRESS",
        "SET_DISCOUNT_CODES",
        "SET_SHIPPING_ADDRESS",
        "SET_SHIPPING_OPTION",
        "SET_GIFT_CARD",
        "PUSH_NOTIFICATION_SENT",
        "SECRET_CONFIRMATION_CODE_SENT",
        "SET_MY_DINTERO",
        "ADD_PAYMENT_INFORMATION",
    ] {
        let mut link = link();
        merge(&mut link, Some(&session(&[(name, 5)])), None, t(10));
        let others = link.events.iter().filter(|e| e.kind == EventKind::Other).count();
        assert_eq!(others, usize::from(name == "UNKNOWN"), "{name}");
    }
}

#[test]
fn a_transactions_status_always_wins() {
    use LinkState as S;
    for (status, want) in [
        ("INITIATED", S::Paying),
        ("initialized", S::Paying),
        ("ON_HOLD", S::OnHold),
        ("AUTHORIZED", S::Authorized),
        ("CAPTURED", S::Captured),
        ("PARTIALLY_CAPTURED", S::PartiallyCaptured),
        ("AUTHORIZATION_VOIDED", S::Voided),
        ("PARTIALLY_REFUNDED", S::PartiallyRefunded),
        ("PARTIALLY_CAPTURED_REFUNDED", S::PartiallyCapturedRefunded),
        ("REFUNDED", S::Refunded),
        ("DECLINED", S::Declined),
        ("rejected", S::Declined),
        ("FAILED", S::Failed),
        ("UNKNOWN", S::Unknown),
        ("SOMETHING_NEW", S::Unknown),
    ] {
        let events: &[(&str, i64)] =
            &[("VISITED", 5), ("PAY_LOCK_START", 7), ("PAY_LOCK_END", 9), ("FAILED", 10)];
        // Long past expiry, both ways round, and again.
        let mut one = link();
        merge(&mut one, Some(&session(events)), Some(&transaction(status, 70)), t(9000));
        // One that was only begun, and left, is over with the link's time.
        let seen = if want == S::Paying { S::Expired } else { want };
        assert_eq!(one.state, seen, "{status}");
        let mut two = link();
        merge(&mut two, None, Some(&transaction(status, 70)), t(80));
        assert_eq!(two.state, want, "{status} alone");
        merge(&mut two, Some(&session(events)), None, t(9000));
        assert_eq!(two.state, want, "{status}, then the session");
        if want == S::Unknown {
            assert_eq!(two.reason.as_deref(), Some(status));
            assert!(!two.settled(), "somebody looks again");
        }
    }
}

#[test]
fn a_cancelled_session() {
    let cancelled = || SessionNews { cancelled_at: Some(t(100)), ..session(&[("VISITED", 5)]) };
    let state = |status: &str| {
        let mut link = link();
        merge(&mut link, Some(&cancelled()), Some(&transaction(status, 101)), t(110));
        link.state
    };
    assert_eq!(seen(&[("CANCELLED", 100)], 110), LinkState::Cancelled);
    assert_eq!(state("AUTHORIZATION_VOIDED"), LinkState::Voided);
    assert_eq!(state("INITIATED"), LinkState::Cancelled, "an unpaid one");
    assert_eq!(state("CAPTURED"), LinkState::Captured);
    assert_eq!(state("FAILED"), LinkState::Failed);
    // Cancelled first, the voided transaction learned of later.
    let mut link = link();
    merge(&mut link, Some(&cancelled()), None, t(110));
    assert_eq!(link.state, LinkState::Cancelled);
    assert_eq!(link.changed_at, t(100));
    merge(&mut link, None, Some(&transaction("AUTHORIZATION_VOIDED", 101)), t(120));
    assert_eq!(link.state, LinkState::Voided);
}

#[test]
fn older_news_does_not_take_money_away() {
    let mut link = link();
    merge(&mut link, None, Some(&transaction("CAPTURED", 100)), t(100));
    for (status, at) in [("AUTHORIZED", 90), ("INITIATED", 60), ("FAILED", 95), ("UNKNOWN", 99)] {
        merge(&mut link, None, Some(&transaction(status, at)), t(110));
        assert_eq!(link.state, LinkState::Captured, "{status}");
    }
    merge(&mut link, Some(&session(&[("VISITED", 5)])), None, t(9000));
    assert_eq!(link.state, LinkState::Captured);
    merge(&mut link, None, Some(&transaction("REFUNDED", 200)), t(210));
    assert_eq!(link.state, LinkState::Refunded);
    merge(&mut link, None, Some(&transaction("CAPTURED", 100)), t(220));
    assert_eq!(link.state, LinkState::Refunded);
    // News that is proved to be newer is believed, even if it goes back.
    merge(&mut link, None, Some(&transaction("CAPTURED", 300)), t(310));
    assert_eq!(link.state, LinkState::Captured);
}

#[test]
fn paid_in_the_last_minute_and_learned_of_late() {
    let mut link = link();
    merge(&mut link, Some(&session(&[("VISITED", 5)])), None, t(3700));
    assert_eq!(link.state, LinkState::Expired);
    let late = SessionNews { transaction_id: Some("T12345678.t1".to_owned()), ..session(&[("VISITED", 5)]) };
    merge(&mut link, Some(&late), None, t(3710));
    assert_eq!(link.state, LinkState::Paying, "asked again until the transaction is known");
    merge(&mut link, Some(&late), Some(&transaction("AUTHORIZED", 3599)), t(3720));
    assert_eq!(link.state, LinkState::Authorized);
}

#[test]
fn reasons() {
    let failed = |error: Option<&str>| {
        let mut news = session(&[("VISITED", 5), ("PAY_FAILED", 9), ("FAILED", 10)]);
        news.events[1].error = error.map(str::to_owned);
        news
    };
    let mut link = link();
    merge(&mut link, Some(&failed(Some("Rejected"))), None, t(20));
    assert_eq!((link.state, link.reason.as_deref()), (LinkState::Failed, Some("Rejected")));

    let mut link = self::link();
    let mut news = transaction("DECLINED", 70);
    news.events.push(TransactionEvent {
        id: Some("e1".to_owned()),
        event: "AUTHORIZE".to_owned(),
        success: false,
        amount: Some(12_000),
        at: Some(t(70)),
        status_after: Some("DECLINED".to_owned()),
        error: Some("by the\u{1b}[31m customer".to_owned()),
        reference: None,
        correlation: None,
    });
    merge(&mut link, Some(&failed(Some("Rejected"))), Some(&news), t(80));
    assert_eq!(link.state, LinkState::Declined);
    assert_eq!(link.reason.as_deref(), Some("by the[31m customer"));
    // A payment that goes through after all leaves no reason behind.
    merge(&mut link, None, Some(&transaction("AUTHORIZED", 90)), t(90));
    assert_eq!((link.state, link.reason), (LinkState::Authorized, None));
}

#[test]
fn the_story_of_a_paid_link() {
    let mut link = link();
    let mut news =
        session(&[("INITIATED", 1), ("VISITED", 30), ("PAY_LOCK_START", 50), ("PAY_LOCK_END", 70)]);
    news.publish.push(PublishNews { channel: "sms".to_owned(), status: DeliveryStatus::Sent });
    news.transaction_id = Some("T12345678.t1".to_owned());
    merge(&mut link, Some(&news), Some(&transaction("AUTHORIZED", 65)), t(80));
    news.events.push(SessionEvent {
        id: Some("a".to_owned()),
        name: "AUTHORIZED".to_owned(),
        at: Some(t(66)),
        error: None,
        method: None,
    });
    merge(&mut link, Some(&news), Some(&transaction("CAPTURED", 90)), t(100));
    use EventKind::{Authorized, Captured, Created, MessageSent, Opened, Paying, PayingEnded};
    assert_eq!(kinds(&link), [Created, MessageSent, Opened, Paying, Authorized, PayingEnded, Captured]);
    assert!(link.events.is_sorted_by_key(|e| e.at));
    assert_eq!(link.delivery_status, DeliveryStatus::Sent);
    assert_eq!(link.changed_at, t(90));
    assert!(!link.opened_by_robot());
}

#[test]
fn a_robot_is_told_of_only_right_after_a_text_message() {
    use EventKind::{AddressGiven, Created, MessageSent, Opened, Paying};
    // An SMS went out at 10 s, and these things followed.
    let sent = |then: &[(EventKind, i64)]| {
        let mut link = link();
        let events = [(Created, 9), (MessageSent, 10)];
        let event =
            |(kind, s): &(EventKind, i64)| LinkEvent { at: t(*s), kind: *kind, detail: None, key: None };
        link.events = events.iter().chain(then).map(event).collect();
        link
    };
    assert!(sent(&[(Opened, 10)]).opened_by_robot());
    assert!(sent(&[(Opened, 11), (Opened, 12)]).opened_by_robot());
    for then in [
        &[][..],
        &[(Opened, 13)],
        &[(Opened, 11), (Opened, 60)],
        &[(Opened, 11), (Paying, 12)],
        &[(Opened, 11), (AddressGiven, 12)],
    ] {
        assert!(!sent(then).opened_by_robot(), "{then:?}");
    }
    // A code is scanned as soon as it is on the screen.
    let mut shown = sent(&[(Opened, 10)]);
    shown.sale.delivery = Delivery::Link;
    assert!(!shown.opened_by_robot());
    let mut push = sent(&[(Opened, 11)]);
    push.by_push = true;
    assert!(!push.opened_by_robot());
    let mut unsent = sent(&[(Opened, 11)]);
    unsent.events.remove(1);
    assert!(!unsent.opened_by_robot());
}

#[test]
fn messages() {
    let publish = |words: &[(&str, &str)]| SessionNews {
        publish: words
            .iter()
            .map(|(channel, word)| PublishNews {
                channel: (*channel).to_owned(),
                status: DeliveryStatus::from_word(word),
            })
            .collect(),
        ..session(&[])
    };
    let told = |words: &[(&str, &str)]| {
        let mut link = link();
        merge(&mut link, Some(&publish(words)), None, t(10));
        (link.delivery_status.clone(), link.by_push, kinds(&link))
    };
    use EventKind::{Created, MessageFailed, MessageSent, MessageSkipped};
    assert_eq!(told(&[("sms", "sent")]), (DeliveryStatus::Sent, false, vec![Created, MessageSent]));
    assert_eq!(told(&[("sms", "skipped")]), (DeliveryStatus::Skipped, false, vec![Created, MessageSkipped]));
    assert_eq!(told(&[("sms", "failed")]), (DeliveryStatus::Failed, false, vec![Created, MessageFailed]));
    assert_eq!(told(&[("sms", "lost")]), (DeliveryStatus::Unknown("lost".into()), false, vec![Created]));
    assert_eq!(told(&[("sms", "skipped"), ("push", "sent")]).0, DeliveryStatus::Sent);
    assert!(told(&[("push", "sent")]).1);
    assert_eq!(told(&[]), (DeliveryStatus::Pending, false, vec![Created]));
    // What came of it may change; that it is on its way is older news than that.
    let mut late = link();
    for (word, want) in [
        ("sent", DeliveryStatus::Sent),
        ("pending", DeliveryStatus::Sent),
        ("failed", DeliveryStatus::Failed),
        ("pending", DeliveryStatus::Failed),
        ("sent", DeliveryStatus::Sent),
    ] {
        merge(&mut late, Some(&publish(&[("sms", word)])), None, t(10));
        assert_eq!(late.delivery_status, want, "{word}");
    }

    let mut link = link();
    link.sale.delivery = Delivery::Link;
    link.delivery_status = DeliveryStatus::None;
    merge(&mut link, Some(&publish(&[("sms", "skipped")])), None, t(10));
    assert_eq!((link.delivery_status.clone(), kinds(&link)), (DeliveryStatus::None, vec![Created]));
}

#[test]
fn alarms_are_raised_once() {
    let mut link = link();
    let other = TransactionNews { amount: Some(1), ..transaction("AUTHORIZED", 70) };
    merge(&mut link, None, Some(&other), t(80));
    assert_eq!(link.alarms, [Alarm::AmountDiffers]);
    link.alarms.clear();
    assert!(!merge(&mut link, None, Some(&other), t(90)), "a person has dealt with it");
    assert!(link.alarms.is_empty());

    // A second transaction on the session, which should not be.
    let second = TransactionNews { id: "T12345678.t2".to_owned(), ..transaction("CAPTURED", 95) };
    merge(&mut link, None, Some(&second), t(100));
    assert_eq!(link.alarms, [Alarm::DoublePayment]);
    assert_eq!(link.state, LinkState::Authorized);
    assert_eq!(link.transaction_id.as_deref(), Some("T12345678.t1"));
}

#[test]
fn another_currency_is_another_amount() {
    let alarms = |session: Option<&SessionNews>, transaction: Option<&TransactionNews>| {
        let mut link = link();
        merge(&mut link, session, transaction, t(80));
        link.alarms
    };
    for (code, want) in [
        (None, &[][..]),
        (Some("NOK"), &[]),
        (Some("nok"), &[]),
        (Some("EUR"), &[Alarm::AmountDiffers]),
        // One that nobody here has heard of.
        (Some("XTS"), &[Alarm::AmountDiffers]),
    ] {
        let currency = code.map(str::to_owned);
        let read = SessionNews { currency: currency.clone(), ..session(&[("VISITED", 5)]) };
        assert_eq!(alarms(Some(&read), None), want, "{code:?}");
        let paid = TransactionNews { currency: currency.clone(), ..transaction("AUTHORIZED", 70) };
        assert_eq!(alarms(None, Some(&paid)), want, "{code:?}");
        // Nothing was paid.
        let declined = TransactionNews { currency, ..transaction("DECLINED", 70) };
        assert_eq!(alarms(None, Some(&declined)), [], "{code:?}");
    }
}

#[test]
fn a_second_transaction_after_a_failed_one() {
    let mut link = link();
    merge(&mut link, None, Some(&transaction("FAILED", 70)), t(80));
    let second = TransactionNews { id: "T12345678.t2".to_owned(), ..transaction("AUTHORIZED", 95) };
    merge(&mut link, None, Some(&second), t(100));
    assert_eq!((link.state, link.transaction_id.as_deref()), (LinkState::Authorized, Some("T12345678.t2")));
}

#[test]
fn news_of_another_session_is_not_ours() {
    let mut link = link();
    let before = link.clone();
    let session = SessionNews { id: "T12345678.other".to_owned(), ..session(&[("CANCELLED", 3)]) };
    let transaction =
        TransactionNews { session_id: Some("T12345678.other".to_owned()), ..transaction("CAPTURED", 70) };
    assert!(!merge(&mut link, Some(&session), Some(&transaction), t(9000)));
    assert_eq!(link, before);
}

#[test]
fn parts_of_the_money() {
    let event = |id: &str, word: &str, after: &str, amount: i64, second: i64| TransactionEvent {
        id: Some(id.to_owned()),
        event: word.to_owned(),
        success: true,
        amount: Some(amount),
        at: Some(t(second)),
        status_after: Some(after.to_owned()),
        error: None,
        reference: None,
        correlation: None,
    };
    let mut link = link();
    let mut news = transaction("PARTIALLY_CAPTURED", 100);
    news.events.push(event("1", "AUTHORIZE", "AUTHORIZED", 12_000, 70));
    news.events.push(event("2", "INITIATE_CAPTURE", "AUTHORIZED", 2000, 99));
    news.events.push(event("3", "CAPTURE", "PARTIALLY_CAPTURED", 2000, 100));
    merge(&mut link, None, Some(&news), t(110));
    news.status = TransactionStatus::PartiallyCapturedRefunded;
    news.events.push(event("4", "REFUND", "PARTIALLY_CAPTURED_REFUNDED", 500, 120));
    news.events.push(event("5", "NEW_THING", "PARTIALLY_CAPTURED_REFUNDED", 500, 130));
    merge(&mut link, None, Some(&news), t(130));
    use EventKind::{Authorized, Other, PartiallyCaptured, PartiallyRefunded};
    assert_eq!(kinds(&link), [Authorized, PartiallyCaptured, PartiallyRefunded, Other]);
    let details: Vec<_> = link.events.iter().map(|e| e.detail.as_deref()).collect();
    assert_eq!(details, [Some("dintero_psp.vipps"), Some("20.00 NOK"), Some("5.00 NOK"), Some("NEW_THING")]);
    assert_eq!(link.state, LinkState::PartiallyCapturedRefunded);
}

#[test]
fn expiry_by_the_clock_alone() {
    let mut link = link();
    merge(&mut link, Some(&session(&[])), None, t(10));
    assert!(!expire_if_due(&mut link, t(3600)));
    assert!(expire_if_due(&mut link, t(3601)));
    assert!(!expire_if_due(&mut link, t(3602)));
    assert_eq!((link.state, link.changed_at), (LinkState::Expired, t(3600)));
    for state in [LinkState::Captured, LinkState::Uncertain, LinkState::Creating, LinkState::Unknown] {
        let mut link = self::link();
        link.state = state;
        assert!(!expire_if_due(&mut link, t(9999)), "{state}");
    }
    let mut paying = self::link();
    paying.state = LinkState::Paying;
    paying.transaction_id = Some("x".to_owned());
    assert!(!expire_if_due(&mut paying, t(9999)));
}

#[test]
fn a_flood_of_events_is_bounded() {
    let events: Vec<(&str, i64)> = (0..5000).map(|i| ("VISITED", i)).collect();
    let mut link = link();
    merge(&mut link, Some(&session(&events)), None, t(10));
    assert!((500..=502).contains(&link.events.len()), "{}", link.events.len());
    let part = |n: i64| money::event(&n.to_string(), "CAPTURE", None, 1, n);
    let news =
        TransactionNews { events: (0..5000).map(part).collect(), ..transaction("PARTIALLY_CAPTURED", 5000) };
    merge(&mut link, None, Some(&news), t(5000));
    assert!(
        (1000..=1004).contains(&link.events.len()),
        "what becomes of the money is kept: {}",
        link.events.len()
    );

    // A new word for how it stands with every answer.
    let mut link = self::link();
    for n in 0..600 {
        merge(&mut link, None, Some(&transaction(&format!("WORD_{n}"), n)), t(5000));
    }
    assert!((500..=502).contains(&link.events.len()), "{}", link.events.len());
    assert_eq!(link.reason.as_deref(), Some("WORD_599"), "the newest is told all the same");
}

mod money;

const NAMES: [&str; 11] = [
    "INITIATED",
    "VISITED",
    "PAY_LOCK_START",
    "PAY_LOCK_END",
    "PAY_FAILED",
    "SET_SHIPPING_ADDRESS",
    "CANCELLED",
    "FAILED",
    "DECLINED",
    "UNKNOWN",
    "NEW_NAME",
];
const WORDS: [&str; 10] = [
    "INITIATED",
    "ON_HOLD",
    "AUTHORIZED",
    "CAPTURED",
    "REFUNDED",
    "DECLINED",
    "FAILED",
    "PARTIALLY_CAPTURED",
    "AUTHORIZATION_VOIDED",
    "STRANGE",
];
/// What transactions can go through, step by step (API, 5.2).
const STORIES: [&[&str]; 6] = [
    &["INITIATED", "AUTHORIZED", "CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"],
    &["INITIATED", "ON_HOLD", "AUTHORIZED", "PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED", "REFUNDED"],
    &["INITIATED", "DECLINED"],
    &["INITIATED", "ON_HOLD", "FAILED"],
    &["INITIATED", "AUTHORIZED", "AUTHORIZATION_VOIDED"],
    &["INITIATED", "AUTHORIZED", "PARTIALLY_CAPTURED", "CAPTURED"],
];

fn any_session() -> impl Strategy<Value = SessionNews> {
    proptest::collection::vec((0..NAMES.len(), 1_i64..200), 0..8)
        .prop_map(|events| session(&events.into_iter().map(|(n, s)| (NAMES[n], s)).collect::<Vec<_>>()))
}

fn any_transaction() -> impl Strategy<Value = TransactionNews> {
    (0..WORDS.len(), 60_i64..300).prop_map(|(w, s)| transaction(WORDS[w], s))
}

/// State and the set of events, which are what must not depend on the order of news.
fn sum(link: &Link) -> (LinkState, Vec<(EventKind, Option<String>)>) {
    let mut events: Vec<_> = link.events.iter().map(|e| (e.kind, e.key.clone())).collect();
    events.sort();
    (link.state, events)
}

proptest! {
    #[test]
    fn merging_twice_changes_nothing(s in any_session(), tr in proptest::option::of(any_transaction()), now in 0_i64..8000) {
        let mut link = link();
        merge(&mut link, Some(&s), tr.as_ref(), t(now));
        let once = link.clone();
        prop_assert!(!merge(&mut link, Some(&s), tr.as_ref(), t(now)));
        prop_assert_eq!(link, once);
    }

    #[test]
    fn session_news_in_any_order(a in any_session(), b in any_session(), c in any_session()) {
        let mut states = Vec::new();
        for order in [[&a, &b, &c], [&c, &b, &a], [&b, &a, &c], [&b, &c, &a]] {
            let mut link = link();
            for news in order {
                merge(&mut link, Some(news), None, t(500));
            }
            states.push(sum(&link));
        }
        prop_assert!(states.windows(2).all(|w| w[0] == w[1]), "{:?}", states);
    }

    #[test]
    fn a_transactions_story_in_any_order(story in 0..STORIES.len(), order in Just(vec![0, 1, 2, 3, 4, 5]).prop_shuffle(),
                                         upto in 1_usize..6) {
        let words = STORIES[story];
        let upto = upto.min(words.len());
        let snapshot = |i: usize| transaction(words[i], 60 + 10 * i64::try_from(i).unwrap());
        let mut link = link();
        for i in order.into_iter().filter(|i| *i < upto) {
            merge(&mut link, None, Some(&snapshot(i)), t(200));
        }
        let mut straight = self::link();
        for i in 0..upto {
            merge(&mut straight, None, Some(&snapshot(i)), t(200));
        }
        prop_assert_eq!(link.state, straight.state);
    }

    #[test]
    fn money_is_never_lost_to_older_news(news in proptest::collection::vec(any_transaction(), 1..6), s in any_session()) {
        let mut link = link();
        merge(&mut link, None, Some(&transaction("CAPTURED", 1000)), t(1000));
        for n in &news {
            merge(&mut link, Some(&s), Some(n), t(9000));
        }
        let forward = news.iter().any(|n| matches!(n.status, TransactionStatus::Refunded));
        prop_assert_eq!(link.state, if forward { LinkState::Refunded } else { LinkState::Captured });
    }

    #[test]
    fn any_words_are_taken(name in "\\PC*", word in "\\PC*", error in "\\PC*", channel in "\\PC*", raw in ".*") {
        let mut link = link();
        let mut s = session(&[("VISITED", 5)]);
        s.events[0].name = name;
        s.events[0].error = Some(error);
        s.publish.push(PublishNews { channel, status: DeliveryStatus::Sent });
        let mut tr = transaction(&word, 70);
        tr.events.push(TransactionEvent {
            id: None, event: raw, success: false, amount: Some(i64::MIN), at: None, status_after: Some(word),
            error: None, reference: None, correlation: None,
        });
        merge(&mut link, Some(&s), Some(&tr), t(80));
        let safe = |text: &str| !text.chars().any(crate::domain::clean::is_unsafe);
        prop_assert!(link.events.iter().all(|e| e.detail.as_deref().is_none_or(safe)));
        prop_assert!(link.reason.as_deref().is_none_or(safe));
    }
}

#[test]
fn what_was_taken_and_what_went_back_is_told_by_the_parts() {
    let nok = |minor: i64| Some(Money::new(minor, Currency::Nok));
    let told = |state: LinkState, parts: &[(EventKind, Option<&str>)]| {
        let mut link = link();
        link.state = state;
        let event = |(kind, detail): &(EventKind, Option<&str>)| LinkEvent {
            at: t(1),
            kind: *kind,
            detail: detail.map(str::to_owned),
            key: None,
        };
        link.events = parts.iter().map(event).collect();
        (link.taken(), link.returned(), link.kept(), link.reserved())
    };
    use EventKind::{Captured, PartiallyCaptured, PartiallyRefunded};
    let none = nok(0);
    assert_eq!(told(LinkState::Open, &[]), (none, none, none, none));
    assert_eq!(told(LinkState::Authorized, &[]), (none, none, none, nok(12_000)));
    assert_eq!(told(LinkState::Captured, &[(Captured, None)]), (nok(12_000), none, nok(12_000), none));
    let back =
        [(Captured, None), (PartiallyRefunded, Some("20.00 NOK")), (PartiallyRefunded, Some("0.50 NOK"))];
    assert_eq!(told(LinkState::PartiallyRefunded, &back), (nok(12_000), nok(2050), nok(9950), none));
    assert_eq!(told(LinkState::Refunded, &back), (nok(12_000), nok(12_000), none, none));
    let part = [(PartiallyCaptured, Some("50.00 NOK")), (PartiallyCaptured, Some("10.00 NOK"))];
    assert_eq!(told(LinkState::PartiallyCaptured, &part), (nok(6000), none, nok(6000), nok(6000)));
    let both = [(PartiallyCaptured, Some("50.00 NOK")), (PartiallyRefunded, Some("20.00 NOK"))];
    assert_eq!(
        told(LinkState::PartiallyCapturedRefunded, &both),
        (nok(5000), nok(2000), nok(3000), nok(7000))
    );
    // What the backend didn't tell is not made up.
    for detail in [None, Some("20"), Some("20.00 EUR"), Some("x NOK")] {
        assert_eq!(told(LinkState::PartiallyRefunded, &[(PartiallyRefunded, detail)]).1, None, "{detail:?}");
    }
}

#[test]
fn a_session_tells_what_the_whole_profile_is() {
    let told = |types: &[&str]| SessionNews {
        types: types.iter().map(|t| (*t).to_owned()).collect(),
        ..session(&[("INITIATED", 1)])
    };
    let names = |link: &Link| link.sale.methods.methods.iter().map(ToString::to_string).collect::<Vec<_>>();
    let whole = || {
        let mut link = link();
        link.sale.methods = MethodChoice { whole_profile: true, methods: Vec::new() };
        link
    };
    let mut untold = whole();
    assert!(merge(&mut untold, Some(&told(&[])), None, t(2)));
    assert_eq!(names(&untold), Vec::<String>::new(), "nothing is made up");
    // What is no method's name is left out.
    let types = ["dintero_psp.creditcard", "a b", "vipps", "swish.swish"];
    assert!(merge(&mut untold, Some(&told(&types)), None, t(3)));
    assert_eq!(names(&untold), ["dintero_psp.creditcard", "vipps", "swish.swish"]);
    assert!(untold.sale.methods.whole_profile);
    assert!(!merge(&mut untold, Some(&told(&["vipps"])), None, t(4)), "told once");
    // No more of them than anybody has.
    let many: Vec<String> = (0..5000).map(|n| format!("a.b{n}")).collect();
    let mut flooded = whole();
    merge(&mut flooded, Some(&SessionNews { types: many, ..told(&[]) }), None, t(3));
    assert!(names(&flooded).len() < 100);
    // Of a part that was chosen it tells nothing new.
    let mut part = link();
    merge(&mut part, Some(&told(&types)), None, t(3));
    assert_eq!(names(&part), ["vipps"]);
}
