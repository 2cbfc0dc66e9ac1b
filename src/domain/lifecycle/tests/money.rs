//! What a transaction's story comes to: what was taken, what went back, what is left.

use super::*;
use crate::domain::link::LinkState as S;

/// A step of a transaction, `second` seconds after the link was made.
pub(super) fn event(
    id: &str,
    word: &str,
    after: Option<&str>,
    amount: impl Into<Option<i64>>,
    second: i64,
) -> TransactionEvent {
    TransactionEvent {
        id: Some(id.to_owned()),
        event: word.to_owned(),
        success: true,
        amount: amount.into(),
        at: Some(t(second)),
        status_after: after.map(str::to_owned),
        error: None,
        reference: None,
        correlation: None,
    }
}

/// What was done, how much of it, and the status after it.
type Step<'a> = (&'a str, Option<i64>, &'a str);

/// A link that was told of each of these steps in turn, twice.
fn told(steps: &[Step<'_>], say_after: bool) -> Link {
    let mut link = link();
    let mut events = vec![event("begin", "INITIALIZE", Some("INITIATED"), None, 60)];
    for (n, (word, amount, status)) in steps.iter().enumerate() {
        let second = 70 + 10 * i64::try_from(n).unwrap();
        events.push(event(&n.to_string(), word, say_after.then_some(*status), *amount, second));
        let news = TransactionNews { events: events.clone(), ..transaction(status, second) };
        merge(&mut link, None, Some(&news), t(second));
        assert!(!merge(&mut link, None, Some(&news), t(second)), "told twice it is the same");
    }
    link
}

/// The same, whether or not the events say the status after them.
fn of(steps: &[Step<'_>]) -> Link {
    let (with, without) = (told(steps, true), told(steps, false));
    assert_eq!((with.state, sums(&with)), (without.state, sums(&without)), "{steps:?}");
    with
}

fn sums(link: &Link) -> [Option<i64>; 4] {
    [link.taken(), link.returned(), link.kept(), link.reserved()].map(|sum| sum.map(Money::minor))
}

const RESERVED: Step<'_> = ("AUTHORIZE", Some(12_000), "AUTHORIZED");

#[test]
fn what_was_taken_in_parts_and_given_back_in_between() {
    let mut steps = vec![
        RESERVED,
        ("CAPTURE", Some(3000), "PARTIALLY_CAPTURED"),
        ("REFUND", Some(1000), "PARTIALLY_CAPTURED_REFUNDED"),
        ("CAPTURE", Some(2000), "PARTIALLY_CAPTURED_REFUNDED"),
    ];
    assert_eq!(sums(&of(&steps)), [Some(5000), Some(1000), Some(4000), Some(7000)]);
    steps.push(("CAPTURE", Some(7000), "PARTIALLY_REFUNDED"));
    assert_eq!(sums(&of(&steps)), [Some(12_000), Some(1000), Some(11_000), Some(0)]);
    steps.push(("REFUND", Some(11_000), "REFUNDED"));
    assert_eq!(sums(&of(&steps)), [Some(12_000), Some(12_000), Some(0), Some(0)]);
}

#[test]
fn a_rest_that_was_released_is_neither_reserved_nor_paid() {
    let part = [RESERVED, ("CAPTURE", Some(3000), "PARTIALLY_CAPTURED")];
    // What the status is then, nobody knows (API, 12).
    for status in ["PARTIALLY_CAPTURED", "AUTHORIZATION_VOIDED", "CAPTURED"] {
        let mut steps = part.to_vec();
        steps.push(("VOID", None, status));
        let link = of(&steps);
        assert_eq!(sums(&link), [Some(3000), Some(0), Some(3000), Some(0)], "{status}");
        assert!(link.state.has_money() && link.state.holds_reference(), "{status}: {}", link.state);
        steps.push(("REFUND", Some(3000), "REFUNDED"));
        let link = of(&steps);
        assert_eq!(link.state, S::Refunded, "{status}");
        assert_eq!(sums(&link), [Some(3000), Some(3000), Some(0), Some(0)], "{status}");
    }
    let link = of(&[
        RESERVED,
        ("CAPTURE", Some(3000), "PARTIALLY_CAPTURED"),
        ("REFUND", Some(1000), "PARTIALLY_CAPTURED_REFUNDED"),
        ("VOID", None, "AUTHORIZATION_VOIDED"),
    ]);
    assert_eq!(link.state, S::PartiallyCapturedRefunded);
    assert_eq!(sums(&link), [Some(3000), Some(1000), Some(2000), Some(0)]);
}

/// A capture can be the last one, with the rest released by it (API, 5.3: `final_capture`).
#[test]
fn a_last_capture_of_a_part() {
    let link = of(&[RESERVED, ("CAPTURE", Some(3000), "CAPTURED")]);
    assert_eq!((link.state, sums(&link)), (S::Captured, [Some(3000), Some(0), Some(3000), Some(0)]));
    let link = of(&[RESERVED, ("CAPTURE", Some(12_000), "CAPTURED")]);
    assert_eq!((link.state, sums(&link)), (S::Captured, [Some(12_000), Some(0), Some(12_000), Some(0)]));
    assert_eq!(kinds(&link), [EventKind::Authorized, EventKind::Captured]);
    let link = of(&[RESERVED, ("CAPTURE", None, "CAPTURED")]);
    assert_eq!(sums(&link), [Some(12_000), Some(0), Some(12_000), Some(0)], "how much isn't told: all");
}

/// What the events say of the status after them may be wrong, or a word that nobody knows.
#[test]
fn the_sums_know_what_went_back() {
    for after in [Some("REFUNDED"), Some("STRANGE"), None] {
        let mut news = transaction("PARTIALLY_REFUNDED", 100);
        news.events = vec![
            event("1", "AUTHORIZE", Some("AUTHORIZED"), 12_000, 70),
            event("2", "CAPTURE", Some("CAPTURED"), 12_000, 80),
            event("3", "REFUND", after, 2000, 100),
        ];
        let mut link = link();
        merge(&mut link, None, Some(&news), t(100));
        assert_eq!(sums(&link), [Some(12_000), Some(2000), Some(10_000), Some(0)], "{after:?}");
    }
    // Taken in the same step as it was reserved.
    let mut news = transaction("PARTIALLY_REFUNDED", 100);
    news.events = vec![
        event("1", "AUTHORIZE", Some("CAPTURED"), 12_000, 70),
        event("2", "REFUND", Some("PARTIALLY_REFUNDED"), 2000, 100),
    ];
    let mut link = link();
    merge(&mut link, None, Some(&news), t(100));
    assert_eq!(sums(&link), [Some(12_000), Some(2000), Some(10_000), Some(0)]);
}

#[test]
fn what_is_not_told_is_not_nothing() {
    for (status, want) in [
        ("CAPTURED", [Some(12_000), Some(0), Some(12_000), Some(0)]),
        ("REFUNDED", [Some(12_000), Some(12_000), Some(0), Some(0)]),
        ("PARTIALLY_CAPTURED", [None, Some(0), None, None]),
        ("PARTIALLY_REFUNDED", [Some(12_000), None, None, Some(0)]),
        ("PARTIALLY_CAPTURED_REFUNDED", [None; 4]),
    ] {
        let mut link = link();
        merge(&mut link, None, Some(&transaction(status, 100)), t(100));
        assert_eq!(sums(&link), want, "{status}");
    }
}

#[test]
fn money_that_was_taken_does_not_come_to_have_been_declined() {
    for (word, state) in [("DECLINED", S::Declined), ("FAILED", S::Failed)] {
        let mut link = of(&[RESERVED, ("CAPTURE", Some(12_000), "CAPTURED")]);
        merge(&mut link, None, Some(&transaction(word, 200)), t(200));
        assert_eq!(link.state, S::Captured, "{word}");
        let last = link.events.last().unwrap();
        assert_eq!((last.kind, last.detail.as_deref()), (EventKind::Other, Some(state.word())), "it is told");
        // Nor by way of a word that nobody knows.
        merge(&mut link, None, Some(&transaction("UNKNOWN", 210)), t(210));
        assert_eq!(link.state, S::Unknown);
        merge(&mut link, None, Some(&transaction(word, 220)), t(220));
        assert!(!link.settled() && link.state.holds_reference(), "{word}: {}", link.state);
        merge(&mut link, None, Some(&transaction("REFUNDED", 230)), t(230));
        assert_eq!(link.state, S::Refunded);
    }
    let mut link = of(&[RESERVED]);
    merge(&mut link, None, Some(&transaction("FAILED", 200)), t(200));
    assert_eq!(link.state, S::Failed, "a reservation may fail");
}

#[test]
fn a_second_payment_after_the_first_was_paid_back_or_released_is_an_alarm() {
    for status in ["REFUNDED", "AUTHORIZATION_VOIDED"] {
        let mut link = link();
        merge(&mut link, None, Some(&transaction(status, 70)), t(80));
        let second = TransactionNews { id: "T12345678.t2".to_owned(), ..transaction("AUTHORIZED", 95) };
        merge(&mut link, None, Some(&second), t(100));
        assert_eq!(link.alarms, [Alarm::DoublePayment], "{status}");
    }
}

#[test]
fn begun_and_left_it_is_over_with_its_time() {
    let left = [("VISITED", 5), ("PAY_LOCK_START", 60), ("PAY_LOCK_END", 90)];
    let begun = || transaction("INITIATED", 60);
    let named = |events: &[(&str, i64)]| SessionNews { transaction_id: Some(begun().id), ..session(events) };
    let mut link = link();
    merge(&mut link, Some(&named(&left)), Some(&begun()), t(3600));
    assert_eq!(link.state, S::Paying);
    assert!(merge(&mut link, Some(&named(&left)), Some(&begun()), t(3601)));
    assert_eq!((link.state, link.changed_at), (S::Expired, t(3600)));
    assert!(!merge(&mut link, Some(&named(&left)), Some(&begun()), t(3602)));
    assert!(!merge(&mut link, None, Some(&begun()), t(3603)), "nor does the transaction alone bring it back");
    merge(&mut link, None, Some(&transaction("AUTHORIZED", 3604)), t(3605));
    assert_eq!(link.state, S::Authorized, "paid all the same");
    // In the middle of it there is some time to end it.
    let busy = [("VISITED", 5), ("PAY_LOCK_START", 3590)];
    for (now, want) in [(3601, S::Paying), (7200, S::Paying), (7201, S::Expired)] {
        let mut link = self::link();
        merge(&mut link, Some(&named(&busy)), Some(&begun()), t(now));
        assert_eq!(link.state, want, "{now}");
    }
    // What its transaction says isn't known.
    let mut link = self::link();
    merge(&mut link, Some(&named(&left)), None, t(9000));
    assert_eq!(link.state, S::Paying);
}

#[test]
fn a_cancelled_session_whose_payment_was_not_read_is_no_end() {
    let cancelled = SessionNews {
        cancelled_at: Some(t(100)),
        transaction_id: Some("T12345678.t1".to_owned()),
        ..session(&[("VISITED", 5)])
    };
    let mut link = link();
    merge(&mut link, Some(&cancelled), None, t(110));
    assert_eq!(link.state, S::Paying);
    let begin = event("1", "INITIALIZE", Some("INITIATED"), None, 60);
    let void = event("2", "VOID", Some("AUTHORIZATION_VOIDED"), None, 100);
    let reserve = event("3", "AUTHORIZE", Some("AUTHORIZED"), 12_000, 70);
    let voided = |events| TransactionNews { events, ..transaction("AUTHORIZATION_VOIDED", 100) };
    for (events, want) in [
        (vec![begin.clone(), void.clone()], S::Cancelled),
        (vec![begin, reserve, void], S::Voided),
        (Vec::new(), S::Voided),
    ] {
        let mut link = link.clone();
        merge(&mut link, Some(&cancelled), Some(&voided(events)), t(120));
        assert_eq!(link.state, want);
        let released = link.events.iter().any(|e| e.kind == EventKind::Voided);
        assert_eq!(released, want == S::Voided, "nothing was reserved that could be released");
        merge(&mut link, Some(&cancelled), None, t(130));
        assert_eq!(link.state, want);
    }
}
