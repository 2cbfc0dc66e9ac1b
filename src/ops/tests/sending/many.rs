//! Many at once: how many requests there are, and that each link goes once.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::money::{self, Movement};
use crate::ops::outbox::{self, Outcome, flush, send_now};
use crate::ops::testing::payments::standing_at;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ops::{cancel, track};
use crate::ports::OutboxKind;

#[tokio::test(start_paused = true)]
async fn one_that_is_stuck_holds_up_nobody() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(60))]);
    let stuck = world.keep("A-1", Delivery::Link);
    let others: Vec<LinkId> = (1..=9).map(|n| world.keep(&format!("B-{n}"), Delivery::Link)).collect();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.link(stuck).state, LinkState::Creating);
    assert!(others.iter().all(|id| world.link(*id).state == LinkState::Open));
    assert_eq!(flushing.await.unwrap().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn however_many_send_what_waits_four_go_at_a_time() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..30).map(|_| Wrong::Slow(Duration::from_secs(2))));
    for n in 0..30 {
        world.keep(&format!("A-{n}"), Delivery::Link);
    }
    let now = world.now();
    let flushes = (0..5).map(|_| flush(&world.ports, ACCOUNT, now));
    futures_util::future::join_all(flushes).await;
    assert_eq!((world.backend.sessions().len(), world.backend.most_at_once()), (30, 4));
    // One by one they would have taken 60 s.
    assert!(world.now().duration_since(now) < SignedDuration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn several_that_are_stuck_hold_up_nobody_and_are_not_too_many() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..10).map(|_| Wrong::Slow(Duration::from_secs(60))));
    let all: Vec<LinkId> = (0..11).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(10)).await;
    let states = || all.iter().map(|id| world.link(*id).state);
    assert_eq!(states().filter(|state| *state == LinkState::Creating).count(), 10);
    assert_eq!(states().filter(|state| *state == LinkState::Open).count(), 1);
    // What is kept later does not wait for them either, whoever sends it.
    let later = world.keep("C-1", Delivery::Link);
    let sent = tokio::time::timeout(Duration::from_secs(1), flush(&world.ports, ACCOUNT, world.now())).await;
    assert!(sent.is_ok() && world.link(later).state == LinkState::Open, "{sent:?}");
    assert_eq!(flushing.await.unwrap().unwrap().len(), 11);

    // A backend that lets everything hang has sixteen requests of us at a time.
    world.backend.wrong(Call::Create, (0..40).map(|_| Wrong::Slow(Duration::from_secs(10))));
    for n in 0..40 {
        world.keep(&format!("D-{n}"), Delivery::Link);
    }
    let now = world.now();
    let flushes = (0..5).map(|_| flush(&world.ports, ACCOUNT, now));
    futures_util::future::join_all(flushes).await;
    assert_eq!((world.backend.sessions().len(), world.backend.most_at_once()), (52, 16));
}

/// As soon as one of those that are too many can make way, it does.
#[tokio::test(start_paused = true)]
async fn who_could_not_make_way_makes_it_when_another_one_ends() {
    let world = World::new();
    let long = |n| Wrong::Slow(Duration::from_secs(if n < 12 { 70 } else { 400 }));
    world.backend.wrong(Call::Create, (0..16).map(long));
    // One after the other, so that the last four are those that find no place aside.
    for n in 0..16 {
        world.keep(&format!("A-{n}"), Delivery::Link);
        let (ports, now) = (world.ports.clone(), world.now());
        tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    assert_eq!((world.backend.calls(Call::Create), world.backend.sessions().len()), (16, 0));
    let later = world.keep("B-1", Delivery::Link);
    let (ports, now) = (world.ports.clone(), world.now());
    tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.backend.sessions().len(), 0, "all are stuck");
    assert_ne!(world.link(later).state, LinkState::Open);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(world.link(later).state, LinkState::Open);
    assert_eq!(world.backend.most_at_once(), 16);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_sends_of_a_link_is_not_held_up_by_what_is_stuck() {
    let (world, paid) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Create, (0..20).map(|_| Wrong::Slow(Duration::from_secs(100))));
    for n in 0..20 {
        world.keep(&format!("B-{n}"), Delivery::Link);
    }
    let (ports, now) = (world.ports.clone(), world.now());
    tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(world.backend.most_at_once(), 16);
    money::order(&world.ports, paid, Movement::Capture(None), None).await.unwrap();
    let sending = outbox::send_link_now(&world.ports, paid, OutboxKind::Capture);
    let sent = tokio::time::timeout(Duration::from_secs(1), sending).await.unwrap().unwrap();
    assert_eq!((sent.0, sent.1.outcome), (OutboxKind::Capture, Outcome::Moved));
}

#[tokio::test(start_paused = true)]
async fn however_many_a_person_sends_eight_go_at_a_time_and_hold_up_nothing_else() {
    let world = World::new();
    let followed = world.send("A-1", Delivery::Link).await;
    let by_hand: Vec<LinkId> = (0..30).map(|n| world.keep(&format!("B-{n}"), Delivery::Link)).collect();
    world.backend.wrong(Call::Create, (0..8).map(|_| Wrong::Slow(Duration::from_secs(20))));
    let sending = by_hand.iter().map(|id| send_now(&world.ports, *id));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(world.backend.most_at_once(), 8);
        // What waits in the outbox goes, and a payment is seen.
        let waits = world.keep("C-1", Delivery::Link);
        world.backend.pay(&world.session_id(followed), "AUTHORIZED");
        let both = async {
            track::refresh_one(&world.ports, followed).await.unwrap();
            outbox::send_patiently(&world.ports, waits, Duration::from_secs(5)).await.unwrap()
        };
        let sent = tokio::time::timeout(Duration::from_secs(1), both).await.unwrap();
        assert_eq!((sent.outcome, world.link(followed).state), (Outcome::Created, LinkState::Authorized));
    };
    let begun = Instant::now();
    let (sent, ()) = tokio::join!(futures_util::future::join_all(sending), meanwhile);
    assert!(sent.into_iter().all(|s| s.unwrap().outcome == Outcome::Created));
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_a_person_withdraws_is_kept_at_once_and_eight_go_at_a_time() {
    let world = World::new();
    let mut links = Vec::new();
    for n in 0..30 {
        links.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    world.backend.wrong(Call::Cancel, (0..30).map(|_| Wrong::Slow(Duration::from_secs(5))));
    let withdrawing = links.iter().map(|id| cancel::cancel(&world.ports, *id));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let kept = world.ports.ledger.outbox(ACCOUNT).unwrap();
        assert_eq!(kept.iter().filter(|e| e.kind == OutboxKind::Cancel).count(), 30);
    };
    let (ends, ()) = tokio::join!(futures_util::future::join_all(withdrawing), meanwhile);
    assert!(ends.into_iter().all(|end| end.unwrap().end == cancel::CancelEnd::Cancelled));
    assert_eq!(world.backend.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn two_at_once_send_it_once() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(5))]);
    let id = world.keep("A-1", sms());
    let (one, two) = tokio::join!(send_now(&world.ports, id), send_now(&world.ports, id));
    let mut outcomes = [one.unwrap().outcome, two.unwrap().outcome];
    outcomes.sort_by_key(|o| *o == Outcome::Busy);
    assert_eq!(outcomes, [Outcome::Created, Outcome::Busy]);
    assert_eq!(world.messages(id), 1);
}
