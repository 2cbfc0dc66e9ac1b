//! Many links read at once: they stand as if each had been read by itself, and it takes few requests.

use std::time::Duration;

use crate::domain::cause::Cause;
use crate::domain::lifecycle::TransactionStatus;
use crate::domain::link::{EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::testing::{Call, World, Wrong, event, fault, sms};
use crate::ops::track::{refresh_all, refresh_each, refresh_listed};
use crate::ports::{Fault, FaultKind};

/// A hundred and fifty links to which all kinds of things have happened.
async fn market() -> (World, Vec<LinkId>) {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..150 {
        let delivery = if n % 10 == 0 { sms() } else { Delivery::Link };
        all.push(world.send(&format!("A-{n}"), delivery).await);
    }
    // A second payment for an order.
    let twin = world.send("a-4", Delivery::Link).await;
    for (n, id) in all.iter().enumerate() {
        let session = world.session_id(*id);
        match n % 15 {
            0 => {}
            1 => world.backend.visit(&session),
            2 => {
                world.backend.visit(&session);
                world.backend.pay(&session, "INITIATED");
            }
            3 => world.backend.pay(&session, "AUTHORIZED"),
            4 => world.backend.pay(&session, "CAPTURED"),
            5 => world.backend.pay(&session, "DECLINED"),
            6 => drop(crate::ports::Gateway::cancel(&*world.backend, &session).await),
            7 => world.backend.pay(&session, "ON_HOLD"),
            8 => world.backend.happen(&session, |s| s.news.amount = Some(1)),
            9 => world.backend.happen(&session, |s| {
                let at = s.news.created_at.unwrap();
                s.news.events.push(event("PAY_LOCK_START", at));
            }),
            10 => world.backend.happen(&session, |s| s.news.expires_at = s.news.created_at),
            11 => world.backend.pay(&session, "TELEPORTED"),
            _ => world.backend.happen(&session, |s| {
                let at = s.news.created_at.unwrap();
                s.news.events.push(event("FAILED", at));
            }),
        }
    }
    world.backend.pay(&world.session_id(twin), "CAPTURED");
    all.push(twin);
    tokio::time::advance(Duration::from_secs(60)).await;
    (world, all)
}

/// All that is known of the links.
fn known(world: &World, all: &[LinkId]) -> Vec<String> {
    let told = |id: &LinkId| {
        let l = world.link(*id);
        let events: Vec<_> =
            l.events.iter().map(|e| (e.at, e.kind, e.detail.clone(), e.key.clone())).collect();
        format!(
            "{} {:?} {:?} {:?} {} {} {:?} {:?} {events:?}",
            l.sale.reference.as_str(),
            l.state,
            l.reason,
            l.delivery_status,
            l.expires_at,
            l.changed_at,
            l.transaction_id,
            l.alarms
        )
    };
    all.iter().map(told).collect()
}

#[tokio::test(start_paused = true)]
async fn read_at_once_they_stand_as_if_each_was_read_by_itself() {
    let (single, ids) = market().await;
    refresh_each(&single.ports, ids.clone()).await.unwrap();
    let (world, all) = market().await;
    let before = world.backend.all_calls();
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(known(&world, &all), known(&single, &ids));
    assert_eq!((world.backend.all_calls() - before, round.requests), (4, 4), "two of each list");
    assert_eq!((round.there.len(), round.gone, round.fault), (151, Vec::new(), None));
    for state in [LinkState::Opened, LinkState::Captured, LinkState::Cancelled, LinkState::Expired] {
        assert!(all.iter().any(|id| world.link(*id).state == state), "{state:?}");
    }
    assert_eq!(world.link(all[150]).alarms.len(), 1, "paid twice");
    // With nothing new nothing is written.
    let round = refresh_listed(&world.ports, all).await.unwrap();
    assert_eq!((round.changed, round.requests), (Vec::new(), 4));
}

#[tokio::test(start_paused = true)]
async fn of_what_is_settled_only_the_money_is_read() {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..12 {
        all.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    let (paid, open) = all.split_at(6);
    for id in paid {
        world.backend.pay(&world.session_id(*id), "CAPTURED");
    }
    refresh_listed(&world.ports, all.clone()).await.unwrap();
    tokio::time::advance(Duration::from_secs(5)).await;
    for id in paid {
        world.backend.pay(&world.session_id(*id), "REFUNDED");
    }
    for id in open {
        world.backend.visit(&world.session_id(*id));
    }
    let before = world.backend.all_calls();
    let round = refresh_all(&world.ports, paid.to_vec(), open.to_vec()).await.unwrap();
    assert_eq!((world.backend.all_calls() - before, round.changed.len()), (2, 12));
    assert!(paid.iter().all(|id| world.link(*id).state == LinkState::Refunded));
    assert!(open.iter().all(|id| world.link(*id).state == LinkState::Opened));
}

#[tokio::test(start_paused = true)]
async fn where_sessions_are_not_listed_each_is_read() {
    let answered =
        |kind, status| Fault { status: Some(status), ..Fault::new(kind, Cause::theirs("no list")) };
    for no in [
        answered(FaultKind::Forbidden, 403),
        answered(FaultKind::NotFound, 404),
        answered(FaultKind::Refused, 400),
        answered(FaultKind::Maybe, 501),
        // Not a list, and one that can't be read.
        answered(FaultKind::Maybe, 200),
        Fault::new(FaultKind::Maybe, Cause::at("there", Cause::TooLarge(2))),
    ] {
        let (world, all) = market().await;
        let read = world.backend.calls(Call::Session);
        world.backend.wrong(Call::Sessions, [Wrong::Fault(no.clone())]);
        let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
        let (single, ids) = market().await;
        refresh_each(&single.ports, ids.clone()).await.unwrap();
        assert_eq!(known(&world, &all), known(&single, &ids), "{no:?}");
        assert_eq!((round.fault, round.there.len()), (None, 151), "{no:?}");
        assert_eq!(world.backend.calls(Call::Sessions), 1, "asked once, not for each hundred: {no:?}");
        assert_eq!(world.backend.calls(Call::Session) - read, 151, "{no:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_all_is_not_tried_link_by_link() {
    let later = Fault {
        status: Some(503),
        retry_after: Some(Duration::from_secs(9)),
        ..Fault::new(FaultKind::Maybe, Cause::theirs("busy"))
    };
    for no in [
        Fault::new(FaultKind::NotSent, Cause::theirs("no line")),
        Fault::new(FaultKind::Maybe, Cause::theirs("cut")),
        Fault::new(FaultKind::NotSignedIn, Cause::theirs("who")),
        later,
    ] {
        let (world, all) = market().await;
        let before = world.backend.all_calls();
        world.backend.wrong(Call::Sessions, [Wrong::Fault(no.clone())]);
        let round = refresh_listed(&world.ports, all).await.unwrap();
        assert_eq!((world.backend.all_calls() - before, round.fault), (1, Some(no)));
    }
    // Of the second hundred: the first is kept.
    let (world, all) = market().await;
    world.backend.wrong(Call::Sessions, [Wrong::Slow(Duration::ZERO), fault(FaultKind::NotSent)]);
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(round.fault.map(|f| f.kind), Some(FaultKind::NotSent));
    assert_eq!((world.link(all[1]).state, world.link(all[106]).state), (LinkState::Opened, LinkState::Open));
}

#[tokio::test(start_paused = true)]
async fn what_a_list_leaves_out_is_read_by_itself() {
    let (world, all) = market().await;
    let left_out = world.session_id(all[1]);
    world.backend.leaves_out(&left_out);
    let read = world.backend.calls(Call::Session);
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(world.backend.calls(Call::Session) - read, 1);
    assert_eq!(world.link(all[1]).state, LinkState::Opened);
    assert_eq!((round.gone, round.there.len(), round.fault), (vec![], 151, None));
    // One that isn't there any more.
    let (world, all) = market().await;
    world.backend.leaves_out(&world.session_id(all[16]));
    world.backend.wrong(Call::Session, [fault(FaultKind::NotFound)]);
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!((round.gone, round.there.len(), round.fault), (vec![all[16]], 150, None));
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_no_list_tells_is_read_by_itself() {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..3 {
        all.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    world.backend.pay(&world.session_id(all[0]), "AUTHORIZED");
    world.backend.wrong(Call::Transactions, [fault(FaultKind::Forbidden)]);
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!((world.link(all[0]).state, round.fault), (LinkState::Authorized, None));
    assert_eq!(world.backend.calls(Call::Transaction), 1);

    // Nobody knows what became of a payment that can't be read just now: it isn't taken for none.
    world.backend.pay(&world.session_id(all[1]), "AUTHORIZED");
    world.backend.visit(&world.session_id(all[2]));
    world.backend.wrong(Call::Transactions, [fault(FaultKind::Maybe)]);
    let round = refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(round.fault.map(|f| f.kind), Some(FaultKind::Maybe));
    assert_eq!(world.link(all[1]).state, LinkState::Paying);
    assert_eq!(world.link(all[2]).state, LinkState::Opened, "and the others are kept");
    refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(world.link(all[1]).state, LinkState::Authorized);

    // A list that is behind.
    world.backend.pay(&world.session_id(all[2]), "CAPTURED");
    world.backend.happen(&world.session_id(all[2]), |s| {
        s.transaction.as_mut().unwrap().session_id = None;
        s.transaction.as_mut().unwrap().status = TransactionStatus::Captured;
    });
    let read = world.backend.calls(Call::Transaction);
    refresh_listed(&world.ports, all.clone()).await.unwrap();
    assert_eq!(world.link(all[2]).state, LinkState::Captured);
    assert_eq!(world.backend.calls(Call::Transaction) - read, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_judged_by_when_it_was_asked_for() {
    let world = World::new();
    let (one, two) = (world.send("A-1", Delivery::Link).await, world.send("A-2", Delivery::Link).await);
    tokio::time::advance(Duration::from_secs(24 * 3600 - 5)).await;
    world.backend.wrong(Call::Sessions, [Wrong::Slow(Duration::from_secs(10))]);
    refresh_listed(&world.ports, vec![one, two]).await.unwrap();
    assert_eq!(world.link(one).state, LinkState::Open, "it may have been paid in its last seconds");
    refresh_listed(&world.ports, vec![one, two]).await.unwrap();
    assert_eq!(world.link(one).state, LinkState::Expired);
    assert!(world.link(two).story().any(|e| e.kind == EventKind::Expired));
}
