//! No connection, and what goes when it is back.

use std::time::Duration;

use jiff::SignedDuration;

use super::late::late;
use crate::domain::cause::{Cause, Network};
use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Outcome, flush, flush_all, send_now};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ops::track;
use crate::ports::{Fault, FaultKind, MoneyOrder, OutboxEntry, OutboxKind};

pub(super) fn no_connection() -> Wrong {
    Wrong::Fault(Fault::new(FaultKind::NotSent, Cause::NoConnection(Network::Unreachable)))
}

#[tokio::test(start_paused = true)]
async fn offline_one_failure_is_enough() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..3).map(|_| no_connection()));
    let ids: Vec<_> = (0..20).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    for tries in 1..=3 {
        let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!((done.len(), world.backend.calls(Call::Create)), (1, tries));
        assert!(matches!(done[0].1.outcome, Outcome::Queued { next_at } if next_at > world.now()));
    }
    let tried = |id: &LinkId| world.entry(*id).unwrap().attempts;
    assert_eq!(ids.iter().map(tried).sum::<u32>(), 3, "what was not tried does not count as tried");
    assert!(ids[1..].iter().all(|id| world.entry(*id).unwrap().last_error.is_none()));
    // There is one again. What waited for nothing else goes, due or not, and not all at once.
    let began = world.now();
    assert!(world.entry(ids[0]).unwrap().next_at > began);
    let (ports, now) = (world.ports.clone(), began);
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    let mut last = 0;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        let made = world.backend.sessions().len();
        assert!(made - last <= 13, "{made} after {last}");
        last = made;
    }
    assert_eq!(last, 20);
    assert_eq!(flushing.await.unwrap().unwrap().len(), 20);
    assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open));
}

#[tokio::test(start_paused = true)]
async fn a_day_of_sales_goes_out_at_a_pace_that_anybody_can_bear() {
    let world = World::new();
    world.backend.wrong(Call::Create, [no_connection()]);
    let ids: Vec<_> = (0..200).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    let (mut last, mut seconds) = (0, 0);
    while last < ids.len() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        seconds += 1;
        let made = world.backend.sessions().len();
        assert!((made - last <= 13) && seconds < 25, "{made} after {last}, in {seconds} s");
        last = made;
    }
    assert!(seconds >= 19, "ten a second: {seconds} s");
    assert_eq!(flushing.await.unwrap().unwrap().len(), 200);
}

/// Signing in was the try of the first that waits. That somebody is at that one makes no answer of it.
#[tokio::test(start_paused = true)]
async fn that_nothing_was_reached_is_told_of_what_somebody_else_sends() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.ports.ledger.claim(id, OutboxKind::Create, world.now(), Duration::from_secs(90)).unwrap().unwrap();
    world.backend.wrong(Call::SignIn, [no_connection()]);
    let done = flush(&world.another(), ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].1.outcome, Outcome::Busy);
    assert!(done[0].1.fault.as_ref().is_some_and(Fault::unreached));
}

/// The outbox is looked at every few seconds, also while it goes out.
#[tokio::test(start_paused = true)]
async fn another_flush_meanwhile_does_not_send_the_rest_at_once() {
    let world = World::new();
    world.backend.wrong(Call::Create, [no_connection()]);
    let ids: Vec<_> = (0..200).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    let mut last = 0;
    for seconds in 1..=25 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let made = world.backend.sessions().len();
        assert!(made - last <= 14, "{made} after {last}, in {seconds} s");
        last = made;
        if seconds % 5 == 0 {
            // What is kept meanwhile waits for none of them.
            let new = world.keep(&format!("B-{seconds}"), Delivery::Link);
            let flushed =
                tokio::time::timeout(Duration::from_secs(1), flush(&world.ports, ACCOUNT, world.now()));
            let sent: Vec<LinkId> = flushed.await.unwrap().unwrap().into_iter().map(|(id, _)| id).collect();
            assert_eq!(sent, [new], "in {seconds} s");
        }
    }
    assert_eq!(flushing.await.unwrap().unwrap().len(), 200);
    assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open));
    assert_eq!(world.backend.sessions().len(), 205, "each once");
}

/// Whoever lets them go one after the other is cut off: the next one has them all.
#[tokio::test(start_paused = true)]
async fn who_lets_them_go_one_by_one_and_is_cut_off_leaves_them_to_others() {
    let world = World::new();
    world.backend.wrong(Call::Create, [no_connection()]);
    for n in 0..20 {
        world.keep(&format!("A-{n}"), Delivery::Link);
    }
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let short = Duration::from_secs(1);
    assert!(tokio::time::timeout(short, flush(&world.ports, ACCOUNT, world.now())).await.is_err());
    tokio::time::sleep(Duration::from_secs(100)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(world.backend.sessions().len(), 20);
}

/// One hangs while the others find no connection: whoever looks at the outbox meanwhile has what is left.
#[tokio::test(start_paused = true)]
async fn what_does_not_go_after_all_is_left_to_others_at_once() {
    let world = World::new();
    let hangs = [no_connection(), Wrong::Slow(Duration::from_secs(60)), no_connection()];
    world.backend.wrong(Call::Create, hangs);
    for n in 0..20 {
        world.keep(&format!("A-{n}"), Delivery::Link);
    }
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(world.backend.sessions().len(), 19, "all but the one that hangs");
    flushing.await.unwrap().unwrap();
}

/// The first request after an outage may well take long.
#[tokio::test(start_paused = true)]
async fn though_the_first_takes_long_the_others_do_not_go_at_once() {
    let world = World::new();
    world.backend.wrong(Call::Create, [no_connection(), Wrong::Slow(Duration::from_secs(10))]);
    for n in 0..40 {
        world.keep(&format!("A-{n}"), Delivery::Link);
    }
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    let mut last = 0;
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let made = world.backend.sessions().len();
        assert!(made - last <= 13, "{made} after {last}");
        last = made;
    }
    assert_eq!(last, 40);
    assert_eq!(flushing.await.unwrap().unwrap().len(), 40);
}

/// After a long outage the wait is seconds.
#[tokio::test(start_paused = true)]
async fn an_outage_makes_no_long_waits() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..40).map(|_| no_connection()));
    let id = world.keep("A-1", sms());
    for _ in 0..40 {
        send_now(&world.ports, id).await.unwrap();
        let entry = world.entry(id).unwrap();
        assert!(entry.next_at.duration_since(world.now()).as_secs() <= 7);
        assert!(entry.waits_for_connection());
    }
}

/// Only a missing connection is one: what is wrong with one link holds up no other.
#[tokio::test(start_paused = true)]
async fn a_profile_that_can_not_be_read_puts_off_nobody_else() {
    let world = World::new();
    let hangs = Cause::ReadingProfile(Box::new(Cause::NoAnswer(20)));
    world.backend.wrong(Call::Create, [Wrong::Fault(Fault::new(FaultKind::NotSent, hangs))]);
    let ids: Vec<_> = (0..5).map(|n| world.keep(&format!("A-{n}"), sms())).collect();
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 5);
    assert_eq!(world.link(ids[0]).state, LinkState::Queued);
    assert!(ids[1..].iter().all(|id| world.link(*id).state == LinkState::Open));
}

/// "Send now" is for all that waits: links, cancels and money, due or not; but what needs a decision waits for it.
#[tokio::test(start_paused = true)]
async fn what_is_not_due_goes_on_the_sellers_word() {
    let world = World::new();
    let asks = late(&world, sms(), false).await;
    let later = |id, kind| OutboxEntry {
        next_at: world.now() + SignedDuration::from_mins(4),
        ..OutboxEntry::new(id, kind, world.now())
    };
    let link = world.keep("B-1", sms());
    world.ports.ledger.enqueue(&later(link, OutboxKind::Create)).unwrap();
    let open = world.send("B-2", Delivery::Link).await;
    world.ports.ledger.enqueue(&later(open, OutboxKind::Cancel)).unwrap();
    let paid = world.send("B-3", Delivery::Link).await;
    world.backend.pay(&world.session_id(paid), "AUTHORIZED");
    track::refresh_one(&world.ports, paid).await.unwrap();
    let order = Some(MoneyOrder::default());
    let capture = OutboxEntry { order, ..later(paid, OutboxKind::Capture) };
    world.ports.ledger.enqueue(&capture).unwrap();
    assert_eq!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap(), []);
    assert_eq!(flush_all(&world.ports, ACCOUNT).await.unwrap().len(), 3);
    assert_eq!((world.link(link).state, world.messages(link)), (LinkState::Open, 1));
    assert_eq!(world.link(open).state, LinkState::Cancelled);
    assert_eq!(world.link(paid).state, LinkState::Captured);
    assert_eq!(world.messages(asks), 0);
    assert!(world.entry(asks).unwrap().needs_decision);
}
