//! What waits to be done with a link, sent or given up at a key or by `outbox send` and `outbox drop`.

use std::time::Duration;

use crate::domain::link::{Alarm, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::cancel;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Outcome, Sent, flush, give_up, send_link_now};
use crate::ops::testing::payments::{nok, once, pass, refund, standing_at};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault};
use crate::ports::{Dropped, FaultKind, MoneyOrder, OrderId, OutboxEntry, OutboxKind};

/// Asks for it, without a try.
async fn asked(world: &World, id: LinkId, what: Movement) -> OrderId {
    match money::order(&world.ports, id, what, None).await.unwrap() {
        Ordered::Waits(order) => order,
        other => panic!("{other:?}"),
    }
}

/// Gives up that one alone.
async fn dropped(world: &World, id: LinkId, kind: OutboxKind, order: OrderId) -> Sent {
    let all = give_up(&world.ports, id, vec![(kind, order)]).await.unwrap();
    assert_eq!((all.len(), all[0].kind), (1, kind));
    all.into_iter().next().unwrap().sent.unwrap().unwrap()
}

/// A part is to be withdrawn, a part of that given back, and the rest released; none of it was sent.
async fn three(world: &World, id: LinkId) -> Vec<(OutboxKind, OrderId)> {
    let mut all = Vec::new();
    for what in [Movement::Capture(nok(4000)), refund(1000), Movement::Void] {
        all.push((what.kind(), asked(world, id, what).await));
    }
    all
}

fn kinds(world: &World) -> Vec<OutboxKind> {
    world.ports.ledger.outbox(ACCOUNT).unwrap().iter().map(|e| e.kind).collect()
}

fn went_out(world: &World) -> [usize; 3] {
    [Call::Capture, Call::Refund, Call::Void].map(|call| world.backend.calls(call))
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
    let sent = dropped(&world, id, OutboxKind::Refund, first).await;
    assert_eq!(sent.outcome, Outcome::Moved, "how it ended is the answer");
    assert_eq!(world.entry(id).and_then(|e| e.order).map(|o| (o.id, o.amount)), Some((second, nok(1000))));
    let sent = dropped(&world, id, OutboxKind::Refund, OrderId(uuid::Uuid::from_u128(7))).await;
    assert_eq!(sent.outcome, Outcome::Already, "nobody here knows of it");
    assert!(world.entry(id).is_some());
    let sent = dropped(&world, id, OutboxKind::Refund, second).await;
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
        let sent = dropped(&world, id, OutboxKind::Cancel, OrderId::default()).await;
        assert_eq!((sent.outcome, sent.fault.is_some()), (Outcome::Already, perhaps));
        assert_eq!((world.entry(id), world.link(id).state), (None, LinkState::Open));
        pass(3600).await;
        assert_eq!(world.backend.calls(Call::Cancel), usize::from(cut));
    }
}

/// Whenever the power goes, all of them wait, or none does: none goes out because the one before it was dropped.
#[tokio::test(start_paused = true)]
async fn several_are_given_up_together_or_not_at_all() {
    let mut done = false;
    for step in 1.. {
        let (world, id) = standing_at("AUTHORIZED").await;
        let all = three(&world, id).await;
        world.power.cut_at(step);
        let given_up = give_up(&world.ports, id, all.clone()).await;
        let cut = world.power.is_off();
        world.power.back();
        let waits = kinds(&world);
        assert!(waits.is_empty() || waits.len() == 3, "{waits:?} after {step} steps");
        for _ in 0..10 {
            pass(60).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        // What is released when a part was given back, the simulated backend doesn't do.
        let out = &went_out(&world)[..2];
        assert_eq!(out, if waits.is_empty() { [0; 2] } else { [1; 2] }, "after {step} steps");
        if !cut {
            let given_up = given_up.unwrap();
            assert!(waits.is_empty() && given_up.len() == 3);
            let dropped = |s: &Sent| s.outcome == Outcome::Cancelled && s.fault.is_none();
            assert!(given_up.into_iter().all(|one| dropped(&one.sent.unwrap().unwrap())));
            // Whoever asked for it and still waits is told so.
            for (kind, order) in all {
                let told = money::send(&world.ports, id, kind, order).await.unwrap();
                assert_eq!((told.outcome, told.fault), (Outcome::Cancelled, None));
            }
            done = true;
            break;
        }
    }
    assert!(done);
}

/// Another paylink sends just then: what it was the first to take goes out, and nothing behind it that was dropped.
#[tokio::test(start_paused = true)]
async fn what_another_one_sends_just_then_does_not_let_a_later_one_out() {
    for wait in 0..20 {
        let (world, id) = standing_at("AUTHORIZED").await;
        let all = three(&world, id).await;
        world.power.slow();
        let other = world.another();
        let now = world.now();
        let dropping = async {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            give_up(&world.ports, id, all).await.unwrap()
        };
        let (flushed, given_up) = tokio::join!(flush(&other, ACCOUNT, now), dropping);
        flushed.unwrap();
        let out = went_out(&world);
        assert!(out.is_sorted_by(|first, then| first >= then), "{out:?} {given_up:?}");
        for (one, out) in given_up.iter().zip(out) {
            let sent = one.sent.as_ref().map(|sent| sent.as_ref().unwrap().outcome);
            assert!(sent != Some(Outcome::Cancelled) || out == 0, "{given_up:?} {out:?}");
        }
    }
}

/// The first is somebody else's just now, or may have been carried out: that is told of it, and the others are gone.
#[tokio::test(start_paused = true)]
async fn what_is_under_way_stays_and_what_waits_behind_it_is_dropped() {
    for doubtful in [false, true] {
        let (world, id) = standing_at("AUTHORIZED").await;
        let all = three(&world, id).await;
        if doubtful {
            world.backend.wrong(Call::Capture, [Wrong::Cut]);
            money::send(&world.ports, id, OutboxKind::Capture, all[0].1).await.unwrap();
        } else {
            let lease = Duration::from_secs(90);
            world.ports.ledger.claim(id, OutboxKind::Capture, world.now(), lease).unwrap().unwrap();
        }
        let given_up = give_up(&world.ports, id, all).await.unwrap();
        let outcomes: Vec<_> = given_up.into_iter().map(|one| one.sent.unwrap().unwrap().outcome).collect();
        assert_eq!(outcomes[1..], [Outcome::Cancelled; 2]);
        let stays = matches!(outcomes[0], Outcome::Busy | Outcome::Queued { .. } | Outcome::Uncertain { .. });
        assert!(stays, "{doubtful}: {outcomes:?}");
        assert_eq!(kinds(&world), [OutboxKind::Capture]);
    }
}

/// The order that is meant ends in the very moment in which it is to be dropped, and another one comes in its place.
#[tokio::test(start_paused = true)]
async fn another_order_that_came_in_its_place_stays() {
    let (kind, lease, new) =
        (OutboxKind::Capture, Duration::from_secs(90), OrderId(uuid::Uuid::from_u128(77)));
    let mut met = 0;
    for wait in 0..40 {
        let (world, id) = standing_at("AUTHORIZED").await;
        let order = asked(&world, id, Movement::Capture(nok(4000))).await;
        let (ledger, now) = (world.ports.ledger.clone(), world.now());
        world.power.slow();
        let other = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(wait * 250));
            let taken = ledger.drop_waiting(id, now, lease, &mut |_| Dropped::Yes(None)).unwrap();
            let Some(order) = taken.into_iter().find_map(|entry| entry.order) else { return false };
            let order = Some(MoneyOrder { id: new, ..order });
            ledger.enqueue(&OutboxEntry { order, ..OutboxEntry::new(id, kind, now) }).unwrap();
            true
        });
        money::withdraw(&world.ports, id, kind, order).await.unwrap();
        if other.join().unwrap() {
            met += 1;
            let waits = world.ports.ledger.claim(id, kind, world.now(), lease).unwrap();
            assert_eq!(waits.and_then(|entry| entry.order).map(|order| order.id), Some(new), "{wait}");
        }
    }
    assert!(met > 0);
}
