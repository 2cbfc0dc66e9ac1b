use std::time::Duration;

use tokio::time::Instant;

use crate::domain::cause::Cause;
use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, Cancelling, cancel, cancel_patiently};
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault};
use crate::ops::track::refresh_many;
use crate::ports::{FOLLOWED_AFTER_END, Fault, FaultKind};

#[tokio::test(start_paused = true)]
async fn an_open_link_is_closed() {
    for before in ["", "VISITED", "INITIATED"] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        let session = world.session_id(id);
        match before {
            "" => {}
            "VISITED" => world.backend.visit(&session),
            status => world.backend.pay(&session, status),
        }
        let done = cancel(&world.ports, id).await.unwrap();
        assert_eq!(done.end, CancelEnd::Cancelled, "{before}");
        let expected = if before == "INITIATED" { LinkState::Voided } else { LinkState::Cancelled };
        assert_eq!((done.link.state, world.link(id).state), (expected, expected));
        assert_eq!(world.entry(id), None);
        // Once more.
        assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::Cancelled);
        assert_eq!(world.backend.calls(Call::Cancel), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn money_stops_it() {
    for status in ["AUTHORIZED", "CAPTURED", "PARTIALLY_CAPTURED", "ON_HOLD", "UNKNOWN", "PARTIALLY_REFUNDED"]
    {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        // We don't know of it yet.
        world.backend.pay(&world.session_id(id), status);
        let done = cancel(&world.ports, id).await.unwrap();
        assert_eq!(done.end, CancelEnd::HasMoney, "{status}");
        assert_eq!((world.backend.calls(Call::Cancel), world.entry(id)), (0, None));
        assert_ne!(world.link(id).state, LinkState::Open, "and now we do");
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_whose_state_is_not_known_stops_it_for_now() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    world.backend.wrong(Call::Transaction, [fault(FaultKind::Maybe)]);
    let done = cancel(&world.ports, id).await.unwrap();
    assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
    assert_eq!(world.backend.calls(Call::Cancel), 0);
    // When it's tried again there is money, so nothing is cancelled.
    tokio::time::advance(Duration::from_secs(10)).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done[0].1.outcome, Outcome::NotCancelled);
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Authorized, None));
    assert_eq!(world.backend.calls(Call::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_left_alone() {
    for (status, state) in [("DECLINED", LinkState::Declined), ("REFUNDED", LinkState::Refunded)] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.pay(&world.session_id(id), status);
        assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::AlreadyEnded);
        assert_eq!(world.link(id).state, state);
    }
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::Cancelled, "never sent");
    assert_eq!(world.backend.all_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_it_is_done_later() {
    for call in [Call::Session, Call::Cancel] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(call, [fault(FaultKind::NotSent)]);
        let done = cancel(&world.ports, id).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Later { next_at: Some(_), .. }), "{:?}", done.end);
        assert_eq!(world.link(id).state, LinkState::Open);
        tokio::time::advance(Duration::from_secs(10)).await;
        let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(done[0].1.outcome, Outcome::Cancelled);
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Cancelled, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.wrong(Call::Cancel, [Wrong::Lost]);
    assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::Cancelled);
    assert_eq!((world.link(id).state, world.backend.calls(Call::Cancel)), (LinkState::Cancelled, 1));

    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.wrong(Call::Cancel, [Wrong::Cut]);
    let done = cancel(&world.ports, id).await.unwrap();
    assert!(matches!(done.end, CancelEnd::Later { .. }));
    // The customer pays before it's tried again.
    world.backend.pay(&world.session_id(id), "CAPTURED");
    tokio::time::advance(Duration::from_secs(10)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Captured, None));
    assert_eq!(world.backend.calls(Call::Cancel), 1);
}

/// The customer pays between a request whose answer was lost and its arrival, which takes the money back.
#[tokio::test(start_paused = true)]
async fn a_request_that_arrives_after_the_payment_is_waited_for() {
    for seen_in_between in ["by nobody", "by the outbox", "by the seller"] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(Call::Cancel, [Wrong::Late(Duration::from_secs(5))]);
        let done = cancel(&world.ports, id).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
        world.backend.pay(&world.session_id(id), "AUTHORIZED");
        if seen_in_between != "by nobody" {
            tokio::time::sleep(Duration::from_secs(2)).await;
            if seen_in_between == "by the outbox" {
                flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
            } else {
                let done = cancel(&world.ports, id).await.unwrap();
                assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
            }
            assert_eq!(world.link(id).state, LinkState::Authorized);
            assert!(world.entry(id).is_some(), "nobody looks any more");
        }
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(61)).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Voided, None));
        assert_eq!(world.backend.calls(Call::Cancel), 1);
    }
}

/// The seller asks again while the first request may still be on its way, and the payment can't be read just then.
#[tokio::test(start_paused = true)]
async fn asking_again_does_not_forget_what_is_on_its_way() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.wrong(Call::Cancel, [Wrong::Late(Duration::from_secs(20))]);
    let done = cancel(&world.ports, id).await.unwrap();
    assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    for _ in 0..3 {
        // In a process that has sent nothing itself.
        let done = cancel(&world.another(), id).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(61)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Voided, None));
    assert_eq!(world.backend.calls(Call::Cancel), 1);
}

/// A clock that is set ahead, or a sleep, does not make a request arrive sooner.
#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_does_not_end_the_wait_for_it() {
    let hours = jiff::SignedDuration::from_hours(8);
    for slept in [false, true] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(Call::Cancel, [Wrong::Late(Duration::from_secs(20))]);
        cancel(&world.ports, id).await.unwrap();
        world.backend.pay(&world.session_id(id), "AUTHORIZED");
        if slept {
            world.sleep(hours);
        } else {
            world.set_clock(hours);
        }
        // Another process has counted nothing, but the backend's clock can't be set here.
        let ports = if slept { world.ports.clone() } else { world.another() };
        let done = cancel(&ports, id).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Later { .. }), "{slept}: {:?}", done.end);
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(61)).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Voided, None), "{slept}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_no_is_told() {
    for kind in [FaultKind::Refused, FaultKind::Forbidden, FaultKind::NotFound] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(Call::Cancel, [fault(kind)]);
        let done = cancel(&world.ports, id).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Refused(f) if f.kind == kind));
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Open, None));
    }
}

/// The power is cut at every step of withdrawing: after the next start it's closed, or nothing was
/// journalled and the link is as it was.
#[tokio::test(start_paused = true)]
async fn a_power_cut_at_every_step() {
    let mut cuts = 0;
    for step in 1..20 {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.power.cut_at(step);
        let _ = cancel(&world.ports, id).await;
        if !world.power.is_off() {
            break;
        }
        cuts += 1;
        world.power.back();
        let journalled = world.entry(id).is_some();
        assert!(journalled || step == 1, "the seller's word is the first thing that is kept: cut at {step}");
        for _ in 0..5 {
            tokio::time::advance(Duration::from_secs(120)).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        let closed = world.backend.sessions()[0].news.cancelled_at.is_some();
        assert_eq!(closed, journalled, "cut at {step}");
        assert_eq!(world.link(id).state == LinkState::Cancelled, closed, "cut at {step}");
        assert_eq!(world.entry(id), None);
    }
    assert!(cuts >= 4);
}

/// The same, and the seller asks again instead of waiting: nothing is left in the outbox.
#[tokio::test(start_paused = true)]
async fn asked_again_after_a_power_cut_it_is_closed() {
    let mut cuts = 0;
    for step in 1..20 {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.power.cut_at(step);
        let _ = cancel(&world.ports, id).await;
        if !world.power.is_off() {
            break;
        }
        cuts += 1;
        world.power.back();
        tokio::time::advance(Duration::from_secs(120)).await;
        assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::Cancelled, "cut at {step}");
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Cancelled, None), "cut at {step}");
    }
    assert!(cuts >= 4);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_it_has_it_tried_again() {
    let wait = Fault {
        status: Some(429),
        retry_after: Some(Duration::from_secs(2)),
        ..Fault::new(FaultKind::NotSent, Cause::theirs("HTTP 429"))
    };
    for wrong in [Wrong::Fault(wait), Wrong::Cut, Wrong::Lost, fault(FaultKind::Maybe)] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(Call::Cancel, [wrong]);
        let done = cancel_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        assert_eq!(done.end, CancelEnd::Cancelled);
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Cancelled, None));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_for_it_than_they_said() {
    for (call, kind) in [(Call::Session, FaultKind::NotSent), (Call::Cancel, FaultKind::Maybe)] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.wrong(call, [Wrong::Slow(Duration::from_secs(100))]);
        let before = Instant::now();
        let done = cancel_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        assert!((30..=31).contains(&before.elapsed().as_secs()), "{:?}", before.elapsed());
        assert!(matches!(&done.end, CancelEnd::Later { fault, .. } if fault.kind == kind), "{:?}", done.end);
        // It was only left: another process does it.
        tokio::time::advance(Duration::from_secs(200)).await;
        assert!(world.entry(id).is_some());
        flush(&world.another(), ACCOUNT, world.now()).await.unwrap();
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Cancelled, None));
    }
}

/// A link of whose payment the backend tells this while it is being withdrawn, and that is closed before what becomes of
/// the payment is.
async fn closed_before_its_payment(status: &'static str) -> (World, LinkId, Cancelling) {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.slow_to_void();
    world.backend.wrong(Call::Cancel, [Wrong::Slow(Duration::from_secs(2))]);
    let ports = world.ports.clone();
    let withdrawing = tokio::spawn(async move { cancel(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.backend.pay(&world.session_id(id), status);
    let done = withdrawing.await.unwrap().unwrap();
    (world, id, done)
}

/// The outbox is sent and what is followed is looked at, for so many minutes.
async fn minutes_pass(world: &World, minutes: u64) {
    for _ in 0..minutes {
        tokio::time::sleep(Duration::from_secs(60)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        let mut followed = world.ports.ledger.unsettled(ACCOUNT).unwrap();
        let since = world.now() - FOLLOWED_AFTER_END;
        followed.extend(world.ports.ledger.ended_since(ACCOUNT, since).unwrap());
        refresh_many(&world.ports, followed.into_iter().map(|row| row.id).collect()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_is_given_back_a_moment_after_the_answer_is_not_told_as_reserved() {
    for becomes in ["AUTHORIZATION_VOIDED", "AUTHORIZED", "CAPTURED"] {
        let (world, id, done) = closed_before_its_payment("AUTHORIZED").await;
        assert!(matches!(done.end, CancelEnd::Later { .. }), "{:?}", done.end);
        assert!(world.entry(id).is_some(), "nobody looks any more");
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.backend.pay(&world.session_id(id), becomes);
        let done = cancel_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        minutes_pass(&world, 3).await;
        assert_eq!(world.entry(id), None, "{becomes}");
        let state = match becomes {
            "AUTHORIZATION_VOIDED" => {
                assert_eq!(done.end, CancelEnd::Cancelled);
                LinkState::Voided
            }
            "AUTHORIZED" => LinkState::Authorized,
            _ => LinkState::Captured,
        };
        assert_eq!((world.link(id).state, world.backend.calls(Call::Cancel)), (state, 1));
    }
}

/// It is followed for a day: what was begun may go through although the session is closed.
#[tokio::test(start_paused = true)]
async fn a_payment_that_had_begun_and_goes_through_is_seen() {
    let (world, id, done) = closed_before_its_payment("INITIATED").await;
    assert_eq!((done.end, done.link.state), (CancelEnd::Cancelled, LinkState::Cancelled));
    minutes_pass(&world, 60).await;
    world.backend.pay(&world.session_id(id), "CAPTURED");
    minutes_pass(&world, 1).await;
    assert_eq!(world.link(id).state, LinkState::Captured);

    // Where nothing had begun there is nothing to come.
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::Cancelled);
    let long_ago = world.now() - FOLLOWED_AFTER_END;
    assert_eq!(world.ports.ledger.ended_since(ACCOUNT, long_ago).unwrap(), []);
}
