//! Several who change what waits at the same moment: nobody's word is lost, and what was closed stays closed.

use std::time::Duration;

use crate::domain::link::LinkId;
use crate::domain::sale::Delivery;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Decision, Outcome, decide, flush};
use crate::ops::testing::payments::{refund, standing_at};
use crate::ops::testing::{ACCOUNT, Call, World, command, fault, sms};
use crate::ops::{cancel, lost, on_ledger};
use crate::ports::{FaultKind, MoneyOrder, MoneySent, OutboxEntry, OutboxKind};

const LEASE: Duration = Duration::from_secs(90);

fn waits(world: &World, id: LinkId, kind: OutboxKind) -> Option<OutboxEntry> {
    let all = world.ports.ledger.outbox(ACCOUNT).unwrap();
    all.into_iter().find(|e| e.link == id && e.kind == kind)
}

#[tokio::test(start_paused = true)]
async fn of_two_amounts_one_waits_and_the_other_is_told_so() {
    for _ in 0..20 {
        let (world, id) = standing_at("CAPTURED").await;
        world.power.slow();
        let other = world.another();
        let (one, two) = tokio::join!(
            money::order(&world.ports, id, refund(1000), None),
            money::order(&other, id, refund(2500), None)
        );
        let amounts = [(one.unwrap(), 1000), (two.unwrap(), 2500)];
        let told = amounts.iter().filter(|(o, _)| matches!(o, Ordered::Waits(_))).map(|(_, minor)| *minor);
        let kept = waits(&world, id, OutboxKind::Refund).and_then(|e| e.order?.amount).unwrap();
        assert_eq!(told.collect::<Vec<_>>(), [kept.minor()], "{amounts:?}");
        assert!(amounts.iter().any(|(o, _)| *o == Ordered::AnotherWaits), "{amounts:?}");
    }
}

/// Whoever is first: the other one would withdraw the very money that is to be released, or the other way round.
#[tokio::test(start_paused = true)]
async fn of_two_orders_that_contradict_each_other_one_waits_and_the_other_is_told_so() {
    for _ in 0..20 {
        let (world, id) = standing_at("AUTHORIZED").await;
        world.power.slow();
        let other = world.another();
        let (one, two) = tokio::join!(
            money::order(&world.ports, id, Movement::Capture(None), None),
            money::order(&other, id, Movement::Void, None)
        );
        let both = [one.unwrap(), two.unwrap()];
        let taken = both.iter().filter(|o| matches!(o, Ordered::Waits(_))).count();
        let told = both.iter().filter(|o| **o == Ordered::AnotherWaits).count();
        let kept = world.ports.ledger.outbox(ACCOUNT).unwrap().len();
        assert_eq!((taken, told, kept), (1, 1, 1), "{both:?}");
    }
}

/// Given back in doubt at that moment: what went out is not forgotten.
#[tokio::test(start_paused = true)]
async fn an_order_does_not_wipe_out_what_was_sent() {
    let (world, id) = standing_at("CAPTURED").await;
    money::order(&world.ports, id, refund(1000), None).await.unwrap();
    let now = world.now();
    let claimed = world.ports.ledger.claim(id, OutboxKind::Refund, now, LEASE).unwrap().unwrap();
    let sent = MoneySent {
        reference: "A-1-R1".into(),
        at: now,
        theirs: Some(now),
        minor: None,
        before: 0,
        seen: None,
        accepted: false,
        awake: None,
    };
    let order = MoneyOrder { sent: Some(sent.clone()), ..claimed.order.clone().unwrap() };
    let doubtful = OutboxEntry { order: Some(order), in_flight: true, ..claimed };
    world.ports.ledger.release_entry(&world.link(id), &doubtful).unwrap();
    for minor in [1000, 2500] {
        money::order(&world.ports, id, refund(minor), None).await.unwrap();
        let kept = waits(&world, id, OutboxKind::Refund).unwrap();
        assert_eq!(kept.order.and_then(|o| o.sent), Some(sent.clone()));
        assert!(kept.in_flight);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_closed_meanwhile_does_not_come_back() {
    for _ in 0..10 {
        let (world, id) = standing_at("CAPTURED").await;
        let now = world.now();
        let look = OutboxEntry::new(id, OutboxKind::Look, now);
        world.ports.ledger.enqueue(&look).unwrap();
        world.power.slow();
        let link = world.link(id);
        let claimed = world.ports.ledger.claim(id, OutboxKind::Look, now, LEASE).unwrap().unwrap();
        let closing = on_ledger(&world.ports, move |ledger| {
            std::thread::sleep(Duration::from_millis(2));
            ledger.settle_entry(&link, &claimed, None)
        });
        let (looked, closed) = tokio::join!(lost::look_soon(&world.ports, id), closing);
        assert!(looked.and(closed).unwrap());
        assert_eq!(waits(&world, id, OutboxKind::Look), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_does_not_bring_back_a_link_that_was_made_meanwhile() {
    for _ in 0..10 {
        let world = World::new();
        let id = world.keep("A-1", sms());
        let mut asks = waits(&world, id, OutboxKind::Create).unwrap();
        (asks.needs_decision, asks.in_flight) = (true, true);
        world.ports.ledger.enqueue(&asks).unwrap();
        world.power.slow();
        let link = world.link(id);
        let closing = on_ledger(&world.ports, move |ledger| {
            std::thread::sleep(Duration::from_millis(8));
            ledger.settle_made(&link)
        });
        let (decided, closed) = tokio::join!(decide(&world.ports, id, Decision::Wait), closing);
        assert!(decided.map(drop).and(closed).unwrap());
        assert_eq!(waits(&world, id, OutboxKind::Create), None);
    }
}

/// The one who writes down a cancellation does not forget that another one has gone out meanwhile.
#[tokio::test(start_paused = true)]
async fn a_cancellation_that_went_out_meanwhile_is_not_forgotten() {
    for _ in 0..10 {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        cancel::journal(&world.ports, id, false).await.unwrap();
        world.power.slow();
        let other = world.another();
        let (one, two) =
            tokio::join!(cancel::journal(&world.ports, id, false), cancel::journal(&other, id, true));
        one.and(two).unwrap();
        assert!(waits(&world, id, OutboxKind::Cancel).unwrap().in_flight);
    }
}

/// Its asker was told that it waits; another one sends it, and the asker asks again: paid once. Who was told that it is
/// done and asks for the same means a second one.
#[tokio::test(start_paused = true)]
async fn what_was_carried_out_unheard_is_no_second_order() {
    let (world, id) = standing_at("CAPTURED").await;
    world.backend.wrong(Call::Refund, [fault(FaultKind::NotSent)]);
    assert!(matches!(money::order(&world.ports, id, refund(1000), None).await.unwrap(), Ordered::Waits(_)));
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    tokio::time::advance(Duration::from_secs(300)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(waits(&world, id, OutboxKind::Refund), None);
    let went = world.backend.calls(Call::Refund);
    // Another amount is another order, and what was kept of this one stays.
    assert!(matches!(money::order(&world.ports, id, refund(500), None).await.unwrap(), Ordered::Waits(_)));
    assert_eq!(command::once(&world.ports, id, OutboxKind::Refund).await.unwrap().outcome, Outcome::Moved);
    for _ in 0..2 {
        assert!(matches!(
            money::order(&world.ports, id, refund(1000), None).await.unwrap(),
            Ordered::DoneBefore(_)
        ));
    }
    assert_eq!((world.backend.calls(Call::Refund), waits(&world, id, OutboxKind::Refund)), (went + 1, None));
    let Ordered::DoneBefore(first) = money::order(&world.ports, id, refund(1000), None).await.unwrap() else {
        panic!("it was told");
    };
    money::told(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(
            money::order(&world.ports, id, refund(1000), None).await.unwrap(),
            Ordered::Waits(_)
        ));
        assert_eq!(
            command::once(&world.ports, id, OutboxKind::Refund).await.unwrap().outcome,
            Outcome::Moved
        );
    }
    assert_eq!(world.backend.calls(Call::Refund), went + 3);
}
