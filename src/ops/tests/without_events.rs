//! Backends whose transactions leave events out: what their status alone tells of a request about money.

use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::link::{LinkId, LinkState};
use crate::ops::money::Movement;
use crate::ops::money::plan::{self, Found};
use crate::ops::outbox::Outcome;
use crate::ops::testing::payments::{nok, once, pass, standing_at};
use crate::ops::testing::{Call, World, Wrong, command};
use crate::ports::{MoneyOrder, MoneySent, OutboxKind};

/// A link that is paid so far, at a backend that tells no events.
async fn paid(status: &str) -> (World, LinkId) {
    let (world, id) = standing_at(status).await;
    world.backend.no_events();
    (world, id)
}

#[tokio::test(start_paused = true)]
async fn all_of_it_is_done_and_the_next_can_be_asked_for() {
    for lost in [false, true] {
        let (world, id) = paid("AUTHORIZED").await;
        if lost {
            world.backend.wrong(Call::Capture, [Wrong::Lost]);
        }
        let sent = once(&world, id, Movement::Capture(None)).await;
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Captured), "{lost}");
        assert_eq!(world.entry(id), None);
        pass(5).await;
        if lost {
            world.backend.wrong(Call::Refund, [Wrong::Lost]);
        }
        let sent = once(&world, id, Movement::Refund(None, None)).await;
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Refunded), "{lost}");
        assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (1, 1));

        let (world, id) = paid("AUTHORIZED").await;
        let sent = once(&world, id, Movement::Void).await;
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Voided));
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_is_done_by_an_answer_that_says_so_and_by_nothing_else() {
    let (world, id) = paid("CAPTURED").await;
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::PartiallyRefunded));
    pass(5).await;
    // A second part changes nothing that is told: it is followed, and never sent again.
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    assert_eq!(world.backend.calls(Call::Refund), 2);

    // The answer is lost: a part that is back may be what the back office gave.
    let (world, id) = paid("CAPTURED").await;
    world.backend.wrong(Call::Refund, [Wrong::Lost]);
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");

    // So is a part that is withdrawn.
    let (world, id) = paid("AUTHORIZED").await;
    let sent = once(&world, id, Movement::Capture(nok(2000))).await;
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::PartiallyCaptured));
}

/// What is accepted can't be carried out any more when the money has gone another way.
#[tokio::test(start_paused = true)]
async fn what_has_nothing_left_to_move_ends() {
    for (what, gone) in [(Movement::Void, "CAPTURED"), (Movement::Capture(None), "AUTHORIZATION_VOIDED")] {
        let (world, id) = paid("AUTHORIZED").await;
        world.backend.in_progress();
        let kind = what.kind();
        let sent = once(&world, id, what).await;
        assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
        pass(5).await;
        world.backend.pay(&world.session_id(id), gone);
        let sent = command::once(&world.ports, id, kind).await.unwrap();
        assert_eq!((sent.outcome, world.entry(id)), (Outcome::NotPossible, None), "{kind:?}");
    }
}

fn event(word: &str, amount: i64, reference: Option<&str>, success: bool) -> TransactionEvent {
    TransactionEvent {
        id: Some(format!("{word}-{amount}")),
        event: word.to_owned(),
        success,
        amount: Some(amount),
        at: None,
        status_after: None,
        error: None,
        reference: reference.map(str::to_owned),
        correlation: None,
    }
}

fn judged(kind: OutboxKind, status: &str, events: Vec<TransactionEvent>) -> Found {
    let transaction = TransactionNews {
        id: "t".to_owned(),
        session_id: None,
        merchant_reference: None,
        status: TransactionStatus::from_word(status),
        amount: Some(12_000),
        currency: None,
        method: None,
        created_at: None,
        updated_at: None,
        events,
    };
    let sent = MoneySent {
        reference: "ours".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen: Some(Vec::new()),
        accepted: true,
    };
    plan::found(&transaction, kind, &sent)
}

#[test]
fn the_status_counts_only_where_no_event_tells_the_end() {
    use OutboxKind::{Capture, Refund, Void};
    let begun = |word: &str| event(&format!("INITIATE_{word}"), 12_000, Some("ours"), true);
    for (kind, status, events, found) in [
        (Capture, "CAPTURED", vec![begun("CAPTURE")], Found::Done),
        (Refund, "REFUNDED", vec![begun("REFUND")], Found::Done),
        (Void, "AUTHORIZATION_VOIDED", vec![begun("VOID")], Found::Done),
        // Somebody else withdrew all of it, and ours has no end yet.
        (
            Capture,
            "CAPTURED",
            vec![begun("CAPTURE"), event("CAPTURE", 12_000, Some("theirs"), true)],
            Found::Working,
        ),
        (
            Refund,
            "REFUNDED",
            vec![begun("REFUND"), event("REFUND", 12_000, Some("theirs"), true)],
            Found::Working,
        ),
        (Capture, "CAPTURED", vec![event("CAPTURE", 12_000, Some("ours"), false)], Found::Failed(None)),
        // A part proves nothing.
        (Capture, "PARTIALLY_CAPTURED", vec![begun("CAPTURE")], Found::Working),
        (Refund, "PARTIALLY_REFUNDED", Vec::new(), Found::Nothing),
        (Refund, "CAPTURED", Vec::new(), Found::Nothing),
        // The rest was released after a part was withdrawn; or all was withdrawn.
        (Void, "CAPTURED", vec![event("CAPTURE", 5000, None, true)], Found::Done),
        (Void, "CAPTURED", vec![event("CAPTURE", 12_000, None, true)], Found::Past),
        (Void, "CAPTURED", Vec::new(), Found::Past),
    ] {
        assert_eq!(judged(kind, status, events), found, "{kind:?} {status}");
    }
}

#[test]
fn what_can_move_nothing_any_more_holds_up_nothing() {
    let begun = |word: &str| vec![event(&format!("INITIATE_{word}"), 12_000, None, true)];
    let of = |status: &str, events| TransactionNews {
        id: "t".to_owned(),
        session_id: None,
        merchant_reference: None,
        status: TransactionStatus::from_word(status),
        amount: Some(12_000),
        currency: None,
        method: None,
        created_at: None,
        updated_at: None,
        events,
    };
    let held_up = |kind, status: &str, word: &str| {
        plan::held_up(&of(status, begun(word)), kind, &MoneyOrder::default(), true)
    };
    use OutboxKind::{Capture, Refund, Void};
    assert!(held_up(Capture, "AUTHORIZED", "CAPTURE"));
    assert!(held_up(Void, "PARTIALLY_CAPTURED", "CAPTURE"));
    assert!(held_up(Capture, "AUTHORIZED", "VOID"));
    assert!(held_up(Refund, "CAPTURED", "REFUND"));
    assert!(!held_up(Refund, "CAPTURED", "CAPTURE"));
    assert!(!held_up(Refund, "REFUNDED", "REFUND"));
    assert!(!held_up(Void, "AUTHORIZATION_VOIDED", "VOID"));
}
