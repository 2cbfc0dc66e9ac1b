use std::time::Duration;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::money::{Currency, Money};
use crate::domain::sale::Delivery;
use crate::ops::money::{MoneyEnd, Movement, move_money};
use crate::ops::testing::{Call, World, Wrong, fault};
use crate::ops::track::refresh_one;
use crate::ports::FaultKind;

async fn authorized() -> (World, LinkId) {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    tokio::time::advance(Duration::from_secs(5)).await;
    (world, id)
}

fn nok(minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::Nok))
}

#[tokio::test(start_paused = true)]
async fn capture_then_refund() {
    let (world, id) = authorized().await;
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!((done.end, done.link.state), (MoneyEnd::Done, LinkState::Captured));
    let again = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!(again.end, MoneyEnd::NotPossible);
    assert_eq!(world.backend.calls(Call::Capture), 1);
    tokio::time::advance(Duration::from_secs(5)).await;
    let too_much = move_money(&world.ports, id, Movement::Refund(nok(12_001), None)).await.unwrap();
    assert_eq!(too_much.end, MoneyEnd::NotPossible);
    let done = move_money(&world.ports, id, Movement::Refund(nok(2000), None)).await.unwrap();
    assert_eq!((done.end, done.link.state), (MoneyEnd::Done, LinkState::PartiallyRefunded));
    let rest = move_money(&world.ports, id, Movement::Refund(nok(10_001), None)).await.unwrap();
    assert_eq!(rest.end, MoneyEnd::NotPossible, "only the rest is left");
    let other = Some(Money::new(100, Currency::Sek));
    let other = move_money(&world.ports, id, Movement::Refund(other, None)).await.unwrap();
    assert_eq!(other.end, MoneyEnd::NotPossible);
}

#[tokio::test(start_paused = true)]
async fn references_of_our_own() {
    let (world, id) = authorized().await;
    move_money(&world.ports, id, Movement::Capture(nok(5000))).await.unwrap();
    tokio::time::advance(Duration::from_secs(5)).await;
    move_money(&world.ports, id, Movement::Capture(nok(5000))).await.unwrap();
    let session = world.backend.sessions().remove(0);
    let references: Vec<_> =
        session.transaction.unwrap().events.into_iter().filter_map(|e| e.reference).collect();
    assert_eq!(references, ["A-1-C1", "A-1-C2"]);
}

#[tokio::test(start_paused = true)]
async fn void() {
    let (world, id) = authorized().await;
    let done = move_money(&world.ports, id, Movement::Void).await.unwrap();
    assert_eq!((done.end, done.link.state), (MoneyEnd::Done, LinkState::Voided));
    let again = move_money(&world.ports, id, Movement::Void).await.unwrap();
    assert_eq!(again.end, MoneyEnd::NotPossible);
}

#[tokio::test(start_paused = true)]
async fn accepted_is_not_done() {
    let (world, id) = authorized().await;
    world.backend.in_progress();
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!((done.end, done.link.state), (MoneyEnd::InProgress, LinkState::Authorized));
    let again = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!(again.end, MoneyEnd::InProgress);
    assert_eq!(world.backend.calls(Call::Capture), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_never_repeated() {
    let (world, id) = authorized().await;
    world.backend.wrong(Call::Capture, [Wrong::Lost]);
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!((done.end, done.link.state), (MoneyEnd::Done, LinkState::Captured));
    assert_eq!(world.backend.calls(Call::Capture), 1);

    // It isn't there: it may still be on its way, so it's not sent again for a while.
    let (world, id) = authorized().await;
    world.backend.wrong(Call::Capture, [Wrong::Cut]);
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert!(matches!(done.end, MoneyEnd::Unknown(_)));
    let again = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!(again.end, MoneyEnd::InProgress);
    tokio::time::advance(Duration::from_secs(61)).await;
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!(done.end, MoneyEnd::Done);
    assert_eq!(world.backend.calls(Call::Capture), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_blindly() {
    let (world, id) = authorized().await;
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert!(matches!(done.end, MoneyEnd::Fault(f) if f.kind == FaultKind::NotSent));
    assert_eq!(world.backend.calls(Call::Capture), 0);
    // A plain no leaves nothing behind: it can be tried again at once.
    world.backend.wrong(Call::Capture, [fault(FaultKind::Refused)]);
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert!(matches!(done.end, MoneyEnd::Fault(f) if f.kind == FaultKind::Refused));
    let done = move_money(&world.ports, id, Movement::Capture(None)).await.unwrap();
    assert_eq!(done.end, MoneyEnd::Done);

    let unpaid = world.send("B-1", Delivery::Link).await;
    let done = move_money(&world.ports, unpaid, Movement::Refund(None, None)).await.unwrap();
    assert_eq!(done.end, MoneyEnd::NotPossible);
}
