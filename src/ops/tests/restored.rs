//! A ledger that is older than what happened: what waits in it may have been made since, and be in a customer's hands.

use std::time::Duration;

use crate::domain::link::{Alarm, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, decide, flush};
use crate::ops::testing::{ACCOUNT, Call, World};
use crate::ops::track::refresh_one;
use crate::ports::{FaultKind, OutboxEntry, OutboxKind, Sending};

async fn pass(world: &World, seconds: u64) {
    for _ in 0..seconds.div_ceil(20) {
        tokio::time::advance(Duration::from_secs(20)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

/// A link that waited when a backup was made. Then it was made and its address copied for the customer, and then the
/// backup was restored. Gives the link and the session that the customer has.
async fn restored(lists: bool) -> (World, LinkId, String) {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    let sale = world.link(id).sale;
    let made = world.ports.gateway.create(id, &sale, &Sending::default()).await.unwrap();
    let doubt = |e: OutboxEntry| OutboxEntry { in_flight: true, handed_out: true, ..e };
    world.ports.ledger.amend_entry(id, OutboxKind::Create, &mut |e| e.map(doubt)).unwrap();
    if !lists {
        world.backend.cannot_list(FaultKind::Forbidden);
    }
    (world, id, made.session_id)
}

fn withdrawn(world: &World, session: &str) -> bool {
    let sessions = world.backend.sessions();
    sessions.iter().find(|s| s.news.id == session).unwrap().news.cancelled_at.is_some()
}

#[tokio::test(start_paused = true)]
async fn what_the_backend_tells_of_is_taken_without_asking() {
    let (world, id, session) = restored(true).await;
    pass(&world, 20).await;
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Open, session));
    assert_eq!((world.entry(id), world.backend.calls(Call::Create)), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_searched_for_is_not_made_anew_without_asking() {
    let (world, id, session) = restored(false).await;
    pass(&world, 600).await;
    assert!(world.entry(id).unwrap().needs_decision);
    // To wait is no word to make it.
    let sent = decide(&world.ports, id, Decision::Wait).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{:?}", sent.outcome);
    pass(&world, 600).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Create)), (LinkState::Uncertain, 1));
    assert!(world.entry(id).unwrap().needs_decision);
    // While the seller thinks it turns up.
    world.backend.can_list();
    pass(&world, 1200).await;
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Open, session));
}

#[tokio::test(start_paused = true)]
async fn made_anew_the_one_that_the_customer_has_is_looked_for() {
    for lists_later in [true, false] {
        for paid in [true, false] {
            let (world, id, session) = restored(false).await;
            pass(&world, 20).await;
            let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
            assert_eq!((sent.outcome, world.backend.calls(Call::Create)), (Outcome::Created, 2));
            assert_ne!(world.session_id(id), session);
            if paid {
                world.backend.pay(&session, "CAPTURED");
                world.backend.pay(&world.session_id(id), "CAPTURED");
                refresh_one(&world.ports, id).await.unwrap();
            }
            if lists_later {
                world.backend.can_list();
            }
            pass(&world, 600).await;
            let case = format!("lists later: {lists_later}, paid: {paid}");
            assert_eq!(world.link(id).alarms.contains(&Alarm::DoublePayment), paid, "{case}");
            assert_eq!(withdrawn(&world, &session), lists_later && !paid, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn given_up_it_is_not_paid_in_secret() {
    for paid in [true, false] {
        let (world, id, session) = restored(false).await;
        let sent = decide(&world.ports, id, Decision::Drop).await.unwrap();
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Cancelled, LinkState::Cancelled));
        if paid {
            world.backend.pay(&session, "CAPTURED");
        } else {
            world.backend.can_list();
        }
        pass(&world, 60).await;
        assert_eq!(world.link(id).alarms.contains(&Alarm::PaidElsewhere), paid);
        assert_eq!(withdrawn(&world, &session), !paid);
    }
}

/// A power cut at any step of that is no word to make it, and never leaves two without looking for the first.
#[tokio::test(start_paused = true)]
async fn a_power_cut_forgets_nothing_of_that() {
    let mut twice = 0;
    for step in 1..20 {
        let (world, id, session) = restored(false).await;
        pass(&world, 20).await;
        world.power.cut_at(step);
        drop(decide(&world.ports, id, Decision::SendAgain).await);
        world.power.back();
        let looked_for = || {
            let all = world.ports.ledger.outbox(ACCOUNT).unwrap();
            all.iter().any(|e| e.kind == OutboxKind::Look)
        };
        if world.backend.calls(Call::Create) > 1 {
            twice += 1;
            assert!(looked_for(), "cut at {step}");
        }
        pass(&world, 60).await;
        assert!(world.backend.calls(Call::Create) == 1 || looked_for(), "cut at {step}");
        assert!(!withdrawn(&world, &session), "it can't be found");
    }
    assert!(twice > 0);
}
