//! Requests about the same money wait for each other, and whoever asked is told how it ended.

use std::time::Duration;

use crate::domain::link::LinkState;
use crate::ops::money::{self, Movement};
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::payments::{pass, standing_at};
use crate::ops::testing::{ACCOUNT, Call, Wrong, command, fault};
use crate::ports::{FaultKind, OutboxKind};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn two_who_ask_for_the_same_are_both_told_that_it_is_done() {
    let (world, id) = standing_at("AUTHORIZED").await;
    let other = world.another();
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    let order = command::order_of(&world.ports, id, OutboxKind::Capture).unwrap();
    let (one, two) = tokio::join!(
        money::send_patiently(&world.ports, id, OutboxKind::Capture, order, PATIENCE),
        money::send_patiently(&other, id, OutboxKind::Capture, order, PATIENCE),
    );
    for sent in [one.unwrap(), two.unwrap()] {
        assert_eq!(sent.outcome, Outcome::Moved, "{sent:?}");
        assert_eq!(sent.link.state, LinkState::Captured);
    }
    assert_eq!(world.backend.calls(Call::Capture), 1);
}

#[tokio::test(start_paused = true)]
async fn two_who_ask_for_the_same_are_both_told_no() {
    let (world, id) = standing_at("AUTHORIZED").await;
    let other = world.another();
    world.backend.wrong(Call::Capture, [fault(FaultKind::Refused)]);
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    let order = command::order_of(&world.ports, id, OutboxKind::Capture).unwrap();
    let (one, two) = tokio::join!(
        money::send_patiently(&world.ports, id, OutboxKind::Capture, order, PATIENCE),
        money::send_patiently(&other, id, OutboxKind::Capture, order, PATIENCE),
    );
    for sent in [one.unwrap(), two.unwrap()] {
        assert_eq!(sent.outcome, Outcome::Refused, "{sent:?}");
        assert!(sent.fault.is_some());
    }
    assert_eq!(world.backend.calls(Call::Capture), 1);
}

/// What goes before it is carried out on the way.
#[tokio::test(start_paused = true)]
async fn a_refund_waits_for_the_capture_before_it() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.in_progress();
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    money::order(&world.ports, id, Movement::Refund(None, None), None).await.unwrap();
    let finish = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.backend.all_is_well();
        world.backend.finish();
    };
    let (sent, ()) = tokio::join!(command::patiently(&world.ports, id, OutboxKind::Refund, PATIENCE), finish);
    let sent = sent.unwrap();
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Refunded));
    assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (1, 1));
}

/// Nor behind what hangs, however long its requests take.
#[tokio::test(start_paused = true)]
async fn patience_ends_behind_what_hangs() {
    for seconds in [20, 120] {
        let (world, id) = standing_at("AUTHORIZED").await;
        world.backend.in_progress();
        money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
        command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
        money::order(&world.ports, id, Movement::Refund(None, None), None).await.unwrap();
        pass(60).await;
        let hangs = Wrong::SlowFault(Duration::from_secs(seconds), FaultKind::NotSent);
        world.backend.wrong(Call::Transaction, std::iter::repeat_n(hangs, 9));
        let began = tokio::time::Instant::now();
        let sent = command::patiently(&world.ports, id, OutboxKind::Refund, PATIENCE).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Busy);
        assert!(began.elapsed() <= PATIENCE, "{seconds}: {:?}", began.elapsed());
        assert_eq!(world.backend.calls(Call::Refund), 0);
        // What was cut off is found out, and both are done once.
        world.backend.all_is_well();
        world.backend.finish();
        pass(120).await;
        let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert!(done.iter().all(|(_, sent)| sent.outcome == Outcome::Moved), "{done:?}");
        assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (1, 1));
        assert_eq!(world.entry(id), None);
    }
}

/// As long as it takes, and no longer than somebody waits.
#[tokio::test(start_paused = true)]
async fn patience_ends_behind_what_does_not_end() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.in_progress();
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    money::order(&world.ports, id, Movement::Refund(None, None), None).await.unwrap();
    let began = tokio::time::Instant::now();
    let sent = command::patiently(&world.ports, id, OutboxKind::Refund, PATIENCE).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Busy);
    assert!(began.elapsed() <= PATIENCE, "{:?}", began.elapsed());
    assert_eq!(world.backend.calls(Call::Refund), 0);
}
