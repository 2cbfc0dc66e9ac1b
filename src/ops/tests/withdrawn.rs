//! A link that is to be withdrawn while it is being made, or while nobody knows whether it was: the seller's word holds.

use std::time::Duration;

use crate::domain::cause::{Cause, Plain};
use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, Cancelling, cancel, cancel_patiently};
use crate::ops::outbox::{Decision, Outcome, decide, flush, send_now};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ports::{FaultKind, OutboxKind};

/// The outbox is sent from time to time.
async fn pass(world: &World) {
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(100)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

fn kinds(world: &World, id: LinkId) -> Vec<OutboxKind> {
    let all = world.ports.ledger.outbox(ACCOUNT).unwrap();
    all.into_iter().filter(|e| e.link == id).map(|e| e.kind).collect()
}

fn is_later(done: &Cancelling) -> bool {
    matches!(done.end, CancelEnd::Later { .. })
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_being_sent_is_withdrawn_once_it_is_there() {
    for patient in [false, true] {
        let world = World::new();
        let id = world.keep("A-1", sms());
        world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(15))]);
        let ports = world.ports.clone();
        let sending = tokio::spawn(async move { send_now(&ports, id).await });
        tokio::time::sleep(Duration::from_secs(3)).await;
        if patient {
            let done = cancel_patiently(&world.another(), id, Duration::from_secs(30)).await.unwrap();
            assert_eq!((done.end, done.link.state), (CancelEnd::Cancelled, LinkState::Cancelled));
        } else {
            for ports in [world.another(), world.ports.clone()] {
                let done = cancel(&ports, id).await.unwrap();
                let CancelEnd::Later { fault, .. } = &done.end else { panic!("{done:?}") };
                assert_eq!(fault.cause, Cause::Plain(Plain::BeingSent));
                assert_eq!(kinds(&world, id), [OutboxKind::Create, OutboxKind::Cancel], "what is told is so");
            }
        }
        sending.await.unwrap().unwrap();
        pass(&world).await;
        assert_eq!((world.link(id).state, kinds(&world, id)), (LinkState::Cancelled, vec![]), "{patient}");
        assert_eq!((world.messages(id), world.backend.calls(Call::Cancel)), (1, 1));
    }
}

/// The word comes while all that a request needs is still being fetched.
#[tokio::test(start_paused = true)]
async fn what_has_not_left_yet_does_not_leave_any_more() {
    let world = World::new();
    let id = world.keep("A-1", sms());
    world.backend.wrong(Call::Create, [Wrong::Before(Duration::from_secs(15))]);
    let ports = world.ports.clone();
    let sending = tokio::spawn(async move { send_now(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(is_later(&cancel(&world.another(), id).await.unwrap()));
    assert_eq!(sending.await.unwrap().unwrap().outcome, Outcome::Cancelled);
    assert_eq!((world.link(id).state, world.entry(id), world.messages(id)), (LinkState::Cancelled, None, 0));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_was_maybe_made_is_not_made_after_the_word_to_withdraw_it() {
    for (delivery, lost) in [(Delivery::Link, false), (Delivery::Link, true), (sms(), false), (sms(), true)] {
        let world = World::new();
        let id = world.keep("A-1", delivery.clone());
        world.backend.wrong(Call::Create, [if lost { Wrong::Lost } else { Wrong::Cut }]);
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent), fault(FaultKind::NotSent)]);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
        let done = cancel(&world.ports, id).await.unwrap();
        assert!(is_later(&done), "{done:?}");
        assert_eq!(kinds(&world, id), [OutboxKind::Create, OutboxKind::Cancel]);
        pass(&world).await;
        assert_eq!(world.link(id).state, LinkState::Cancelled, "{delivery:?} {lost}");
        assert_eq!(world.backend.calls(Call::Create), 1, "made after the word to withdraw it");
        assert_eq!(world.backend.calls(Call::Cancel), usize::from(lost));
        assert!(world.backend.sessions().iter().all(|s| s.news.cancelled_at.is_some()));
        // One that may have told the customer is looked for, as where it is dropped.
        let looks = kinds(&world, id);
        assert!(looks.iter().all(|kind| *kind == OutboxKind::Look), "{looks:?}");
        assert_eq!(looks.is_empty(), lost || delivery == Delivery::Link);
    }
}

/// Whoever sends it by hand, or says to send it again, is too late.
#[tokio::test(start_paused = true)]
async fn nobody_makes_it_after_that_word() {
    for again in [false, true] {
        let world = World::new();
        let id = world.keep("A-1", sms());
        world.backend.wrong(Call::Create, [Wrong::Cut]);
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent), fault(FaultKind::NotSent)]);
        send_now(&world.ports, id).await.unwrap();
        assert!(is_later(&cancel(&world.ports, id).await.unwrap()));
        tokio::time::sleep(Duration::from_secs(60)).await;
        let sent = match again {
            true => decide(&world.another(), id, Decision::SendAgain).await.unwrap(),
            false => send_now(&world.another(), id).await.unwrap(),
        };
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Cancelled, LinkState::Cancelled));
        assert_eq!((world.backend.calls(Call::Create), world.messages(id)), (1, 0));
    }
}

/// The power is cut at every step of it, while the backend can't be asked: once it was told, it holds.
#[tokio::test(start_paused = true)]
async fn a_power_cut_does_not_lose_the_word() {
    let mut cuts = 0;
    for step in 1..20 {
        let world = World::new();
        let id = world.keep("A-1", Delivery::Link);
        world.backend.wrong(Call::Create, [Wrong::Cut]);
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent), fault(FaultKind::NotSent)]);
        send_now(&world.ports, id).await.unwrap();
        world.power.cut_at(step);
        let told = cancel(&world.ports, id).await;
        let off = world.power.is_off();
        world.power.back();
        let kept = kinds(&world, id).contains(&OutboxKind::Cancel);
        assert!(kept || told.is_err(), "told and not kept: cut at {step}");
        pass(&world).await;
        assert_eq!(world.link(id).state == LinkState::Cancelled, kept, "cut at {step}");
        assert_eq!(world.backend.calls(Call::Create), if kept { 1 } else { 2 }, "cut at {step}");
        if !off {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 3);
}

/// The try that it came in the middle of ends with a question, to which it is the answer.
#[tokio::test(start_paused = true)]
async fn a_question_is_answered_by_it() {
    let world = World::new();
    let id = world.keep("A-1", sms());
    world.backend.wrong(Call::Create, [Wrong::SlowFault(Duration::from_secs(15), FaultKind::Maybe)]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let ports = world.ports.clone();
    let sending = tokio::spawn(async move { send_now(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(is_later(&cancel(&world.another(), id).await.unwrap()));
    let sent = sending.await.unwrap().unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }), "{sent:?}");
    pass(&world).await;
    assert_eq!((world.link(id).state, kinds(&world, id)), (LinkState::Cancelled, vec![OutboxKind::Look]));
    assert_eq!(world.backend.calls(Call::Create), 1);
}

/// Whoever waits for it no longer, while the backend is asked, has said it all the same.
#[tokio::test(start_paused = true)]
async fn who_waits_no_longer_is_not_forgotten() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent), Wrong::Slow(Duration::from_secs(60))]);
    send_now(&world.ports, id).await.unwrap();
    assert!(is_later(&cancel_patiently(&world.ports, id, Duration::from_secs(5)).await.unwrap()));
    assert_eq!(kinds(&world, id), [OutboxKind::Create, OutboxKind::Cancel]);
    pass(&world).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Create)), (LinkState::Cancelled, 1));
}
