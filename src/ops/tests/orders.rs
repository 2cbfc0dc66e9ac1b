//! Orders about money are known by their ids: whoever asked for one is told how that one ended, whoever brought it about,
//! and nothing is done twice because nobody was told.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::cause::{Cause, Plain};
use crate::domain::link::LinkId;
use crate::ops::money::{self, Ordered};
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::payments::{pass, refund, standing_at};
use crate::ops::testing::{ACCOUNT, Call, World, fault};
use crate::ports::{FaultKind, OrderId, OutboxKind, Ports};

const PATIENCE: Duration = Duration::from_secs(30);

async fn order(ports: &Ports, id: LinkId, minor: i64) -> OrderId {
    match money::order(ports, id, refund(minor), None).await.unwrap() {
        Ordered::Waits(order) => order,
        other => panic!("{other:?}"),
    }
}

/// An order that waits because there was no connection.
async fn waits(world: &World, id: LinkId, minor: i64) -> OrderId {
    world.backend.wrong(Call::Refund, [fault(FaultKind::NotSent)]);
    let order = order(&world.ports, id, minor).await;
    let sent = money::send(&world.ports, id, OutboxKind::Refund, order).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    pass(300).await;
    order
}

fn refunds(world: &World) -> usize {
    let events = world.backend.sessions().remove(0).transaction.unwrap().events;
    events.iter().filter(|e| e.event == "REFUND" && e.success).count()
}

#[tokio::test(start_paused = true)]
async fn who_died_before_it_was_told_gets_it_told_and_not_done_again() {
    let (world, id) = standing_at("CAPTURED").await;
    let first = order(&world.ports, id, 1000).await;
    let sent = money::send(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Moved);
    // Killed here. However often it dies again, nothing is done.
    for _ in 0..2 {
        let again = money::order(&world.another(), id, refund(1000), None).await.unwrap();
        assert_eq!(again, Ordered::DoneBefore(first));
    }
    // Another amount is another order, and changes nothing of that.
    let other = order(&world.ports, id, 500).await;
    let sent = money::send(&world.ports, id, OutboxKind::Refund, other).await.unwrap();
    assert_eq!((sent.outcome, refunds(&world)), (Outcome::Moved, 2));
    money::told(&world.ports, id, OutboxKind::Refund, other).await.unwrap();
    let again = money::order(&world.ports, id, refund(1000), None).await.unwrap();
    assert_eq!(again, Ordered::DoneBefore(first));
    // Once it was told, the same is a second one.
    money::told(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    let second = order(&world.ports, id, 1000).await;
    assert_ne!(second, first);
    let sent = money::send(&world.ports, id, OutboxKind::Refund, second).await.unwrap();
    assert_eq!((sent.outcome, refunds(&world)), (Outcome::Moved, 3));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asked_about_for_a_day_is_asked_for_anew() {
    for (hours, done_before) in [(23, true), (24, false)] {
        let (world, id) = standing_at("CAPTURED").await;
        let first = order(&world.ports, id, 1000).await;
        money::send(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
        pass(hours * 3600).await;
        let again = money::order(&world.ports, id, refund(1000), None).await.unwrap();
        assert_eq!(again == Ordered::DoneBefore(first), done_before, "{hours} hours: {again:?}");
    }
}

/// Whoever is told that it was done before, and dies before that is kept, is told so again, however long the first time is
/// ago.
#[tokio::test(start_paused = true)]
async fn who_dies_again_and_again_gets_it_told_and_not_done_again() {
    let (world, id) = standing_at("CAPTURED").await;
    let first = order(&world.ports, id, 1000).await;
    money::send(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    for _ in 0..4 {
        pass(20 * 3600).await;
        let again = money::order(&world.another(), id, refund(1000), None).await.unwrap();
        assert_eq!((again, refunds(&world)), (Ordered::DoneBefore(first), 1));
    }
}

/// As long as nobody knows the backend's time, a clock of this machine that is ahead makes nobody forget.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_forgets_nothing_that_was_done() {
    let (world, id) = standing_at("CAPTURED").await;
    let first = order(&world.ports, id, 1000).await;
    money::send(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    world.set_clock(SignedDuration::from_hours(30));
    world.backend.forget_time();
    let again = money::order(&world.another(), id, refund(1000), None).await.unwrap();
    assert_eq!(again, Ordered::DoneBefore(first));
}

/// The seller sends what waits in another window. His script, which was told that it waits, repeats it.
#[tokio::test(start_paused = true)]
async fn whoever_carries_it_out_for_another_tells_that_one_nothing() {
    let (world, id) = standing_at("CAPTURED").await;
    let asked = waits(&world, id, 1000).await;
    let window = money::send_patiently(&world.another(), id, OutboxKind::Refund, asked, PATIENCE).await;
    assert_eq!(window.unwrap().outcome, Outcome::Moved);
    let again = money::order(&world.ports, id, refund(1000), None).await.unwrap();
    assert_eq!((again, refunds(&world)), (Ordered::DoneBefore(asked), 1));
}

/// Who follows it hears of the end, and that was told him: then the same is a second one.
#[tokio::test(start_paused = true)]
async fn who_follows_an_order_hears_how_it_ended_elsewhere() {
    for refused in [false, true] {
        let (world, id) = standing_at("CAPTURED").await;
        world.backend.wrong(Call::Refund, [fault(FaultKind::NotSent)]);
        let asked = order(&world.ports, id, 1000).await;
        let window = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if refused {
                world.backend.wrong(Call::Refund, [fault(FaultKind::Forbidden)]);
            }
            money::send(&world.another(), id, OutboxKind::Refund, asked).await.unwrap()
        };
        let followed = money::send_patiently(&world.ports, id, OutboxKind::Refund, asked, PATIENCE);
        let (sent, window) = tokio::join!(followed, window);
        let sent = sent.unwrap();
        assert_eq!((sent.outcome, &sent.fault), (window.outcome, &window.fault));
        let expected = if refused { Outcome::Refused } else { Outcome::Moved };
        assert_eq!((sent.outcome, sent.fault.is_some()), (expected, refused));
        assert_eq!((refunds(&world), world.backend.calls(Call::Refund)), (usize::from(!refused), 2));
        if !refused {
            money::told(&world.ports, id, OutboxKind::Refund, asked).await.unwrap();
            assert_ne!(order(&world.ports, id, 1000).await, asked);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_follows_an_order_hears_that_it_was_dropped() {
    let (world, id) = standing_at("CAPTURED").await;
    let asked = waits(&world, id, 1000).await;
    let dropped = money::withdraw(&world.another(), id, OutboxKind::Refund, asked).await.unwrap();
    assert_eq!(dropped.outcome, Outcome::Cancelled);
    let sent = money::send_patiently(&world.ports, id, OutboxKind::Refund, asked, PATIENCE).await.unwrap();
    assert_eq!((sent.outcome, sent.fault), (Outcome::Cancelled, None));
    // Nothing was done: it can be asked for.
    assert_ne!(order(&world.ports, id, 1000).await, asked);
    assert_eq!(refunds(&world), 0);

    // One that the backend has agreed to may still be carried out.
    let (world, id) = standing_at("CAPTURED").await;
    world.backend.in_progress();
    let asked = order(&world.ports, id, 1000).await;
    money::send(&world.ports, id, OutboxKind::Refund, asked).await.unwrap();
    pass(25 * 3600).await;
    assert_eq!(
        money::withdraw(&world.another(), id, OutboxKind::Refund, asked).await.unwrap().outcome,
        Outcome::Cancelled
    );
    let sent = money::send(&world.ports, id, OutboxKind::Refund, asked).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Cancelled);
    let fault = sent.fault.unwrap();
    assert_eq!((fault.kind, fault.cause), (FaultKind::Maybe, Cause::Plain(Plain::NoEndYet)));
}

/// It repeats what waits, and what is due is sent on the way: how that ends is the answer.
#[tokio::test(start_paused = true)]
async fn what_is_repeated_and_refused_on_the_way_is_told_and_not_asked_for_anew() {
    for kind in [FaultKind::Refused, FaultKind::Forbidden] {
        let (world, id) = standing_at("CAPTURED").await;
        let asked = waits(&world, id, 1000).await;
        let repeats = money::waiting(&world.ports, id, &refund(1000)).await.unwrap();
        assert_eq!(repeats, Some(asked));
        assert_eq!(money::waiting(&world.ports, id, &refund(500)).await.unwrap(), None, "that is another");
        world.backend.wrong(Call::Refund, [fault(kind)]);
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        let went = world.backend.calls(Call::Refund);
        match money::order(&world.ports, id, refund(1000), repeats).await.unwrap() {
            Ordered::CameToNothing(sent) => {
                assert_eq!((sent.outcome, sent.fault.unwrap().kind), (Outcome::Refused, kind));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((world.entry(id), world.backend.calls(Call::Refund)), (None, went));
        // Who comes after that tries again.
        let again = order(&world.ports, id, 1000).await;
        let sent = money::send(&world.ports, id, OutboxKind::Refund, again).await.unwrap();
        assert_eq!((sent.outcome, refunds(&world)), (Outcome::Moved, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_repeated_and_done_on_the_way_was_done_before() {
    let (world, id) = standing_at("CAPTURED").await;
    let asked = waits(&world, id, 1000).await;
    let repeats = money::waiting(&world.ports, id, &refund(1000)).await.unwrap();
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    // Though another one who asked was told meanwhile.
    money::told(&world.ports, id, OutboxKind::Refund, asked).await.unwrap();
    let again = money::order(&world.ports, id, refund(1000), repeats).await.unwrap();
    assert_eq!((again, refunds(&world)), (Ordered::DoneBefore(asked), 1));
}

/// In the place of an order that has ended there may be another one, with an end of its own.
#[tokio::test(start_paused = true)]
async fn the_end_of_another_order_is_not_told_as_ones_own() {
    let (world, id) = standing_at("CAPTURED").await;
    let mine = waits(&world, id, 1000).await;
    world.backend.wrong(Call::Refund, [fault(FaultKind::Refused)]);
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let theirs = order(&world.another(), id, 2500).await;
    let sent = money::send(&world.ports, id, OutboxKind::Refund, mine).await.unwrap();
    assert_eq!((sent.outcome, sent.fault.unwrap().kind), (Outcome::Refused, FaultKind::Refused));
    // It was carried out on the way, and whoever asked for it does not know.
    let again = money::order(&world.another(), id, refund(2500), None).await.unwrap();
    assert_eq!((again, refunds(&world)), (Ordered::DoneBefore(theirs), 1));
}

/// Where nothing is remembered of it, nothing is claimed of it.
#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_remembers_is_not_told_as_done() {
    let (world, id) = standing_at("CAPTURED").await;
    let lost = OrderId(uuid::Uuid::from_u128(77));
    let sent = money::send(&world.ports, id, OutboxKind::Refund, lost).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Already);
    order(&world.ports, id, 1000).await;
    let sent = money::send(&world.ports, id, OutboxKind::Refund, lost).await.unwrap();
    assert_eq!((sent.outcome, refunds(&world)), (Outcome::Already, 1));
}
