//! What waits to be done with a link, sent or given up at a key or by `outbox send` and `outbox drop`.

use crate::domain::link::{Alarm, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::cancel;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Outcome, give_up, send_link_now};
use crate::ops::testing::payments::{nok, once, pass, refund, standing_at};
use crate::ops::testing::{Call, World, Wrong, fault};
use crate::ports::{FaultKind, OrderId, OutboxKind};

/// Asks for it, without a try.
async fn asked(world: &World, id: crate::domain::link::LinkId, what: Movement) -> OrderId {
    match money::order(&world.ports, id, what, None).await.unwrap() {
        Ordered::Waits(order) => order,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn all_that_waits_for_a_link_goes_in_its_order_before_it_is_due() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    once(&world, id, Movement::Capture(None)).await;
    asked(&world, id, refund(2000)).await;
    assert!(world.entry(id).unwrap().next_at > world.now(), "it's put off");
    let (kind, sent) = send_link_now(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert_eq!((kind, sent.outcome), (OutboxKind::Refund, Outcome::Moved));
    assert_eq!(sent.link.state, LinkState::PartiallyRefunded);
    assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (1, 1));
    assert_eq!(world.entry(id), None);
    let (kind, sent) = send_link_now(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert_eq!((kind, sent.outcome), (OutboxKind::Capture, Outcome::Already), "nothing waits any more");
    assert_eq!(world.backend.calls(Call::Capture), 1);
}

/// What can't be sent holds up what waits behind it, and is what is told.
#[tokio::test(start_paused = true)]
async fn what_holds_the_others_up_is_told() {
    let (world, id) = standing_at("AUTHORIZED").await;
    asked(&world, id, Movement::Capture(None)).await;
    asked(&world, id, refund(2000)).await;
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    let (kind, sent) = send_link_now(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert!(
        matches!(sent.outcome, Outcome::Queued { .. }) && kind == OutboxKind::Capture,
        "{kind:?} {sent:?}"
    );
    assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (0, 0));
}

/// Who pressed the key may look elsewhere when the "no" comes.
#[tokio::test(start_paused = true)]
async fn a_no_after_the_key_is_an_alarm() {
    let (world, id) = standing_at("CAPTURED").await;
    asked(&world, id, refund(2000)).await;
    world.backend.wrong(Call::Refund, [fault(FaultKind::Refused)]);
    let (_, sent) = send_link_now(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Refused);
    assert_eq!(world.link(id).alarms, [Alarm::RefundRefused]);
}

/// The order that the seller was asked about may have ended while he was, and another one be in its place.
#[tokio::test(start_paused = true)]
async fn only_the_order_that_was_asked_about_is_dropped() {
    let (world, id) = standing_at("CAPTURED").await;
    let first = asked(&world, id, refund(2000)).await;
    send_link_now(&world.ports, id, OutboxKind::Refund).await.unwrap();
    pass(5).await;
    let second = asked(&world, id, refund(1000)).await;
    assert_ne!(first, second);
    let sent = give_up(&world.ports, id, OutboxKind::Refund, first).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Moved, "how it ended is the answer");
    assert_eq!(world.entry(id).and_then(|e| e.order).map(|o| (o.id, o.amount)), Some((second, nok(1000))));
    let sent =
        give_up(&world.ports, id, OutboxKind::Refund, OrderId(uuid::Uuid::from_u128(7))).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Already, "nobody here knows of it");
    assert!(world.entry(id).is_some());
    let sent = give_up(&world.ports, id, OutboxKind::Refund, second).await.unwrap();
    assert_eq!((sent.outcome, sent.fault, world.entry(id)), (Outcome::Cancelled, None, None));
    assert_eq!(world.backend.calls(Call::Refund), 1);
}

/// A link's withdrawal that never left is simply over; one that may have arrived may still take the link away.
#[tokio::test(start_paused = true)]
async fn a_withdrawal_that_is_given_up_may_have_gone_out() {
    for (cut, perhaps) in [(false, false), (true, true)] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        if cut {
            world.backend.wrong(Call::Cancel, [Wrong::Cut]);
        } else {
            world.backend.wrong(Call::Session, [fault(FaultKind::NotSent)]);
        }
        cancel(&world.ports, id).await.unwrap();
        assert_eq!(world.entry(id).map(|e| (e.kind, e.went_out())), Some((OutboxKind::Cancel, cut)));
        let sent = give_up(&world.ports, id, OutboxKind::Cancel, OrderId::default()).await.unwrap();
        assert_eq!((sent.outcome, sent.fault.is_some()), (Outcome::Already, perhaps));
        assert_eq!((world.entry(id), world.link(id).state), (None, LinkState::Open));
        pass(3600).await;
        assert_eq!(world.backend.calls(Call::Cancel), usize::from(cut));
    }
}
