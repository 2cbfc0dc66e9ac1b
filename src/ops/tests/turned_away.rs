//! Without a client secret, or with a wrong one: what waits is left as it is for whoever has the right one.

use std::time::Duration;

use crate::domain::cause::{Cause, Network, Plain};
use crate::domain::link::LinkState;
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, cancel_patiently};
use crate::ops::outbox::{Outcome, flush, flush_all, send_now, send_while_watched};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ports::{Fault, FaultKind};

/// There is none; the backend doesn't take it.
fn turned_away() -> [Fault; 2] {
    let refused = Cause::SigningIn(Box::new(Cause::Status(401, None)));
    [
        Fault::new(FaultKind::NotSignedIn, Cause::Plain(Plain::NoSecret)),
        Fault { status: Some(401), ..Fault::new(FaultKind::NotSignedIn, refused) },
    ]
}

#[tokio::test(start_paused = true)]
async fn whoever_can_not_sign_in_claims_nothing() {
    for fault in turned_away() {
        let world = World::new();
        world.backend.wrong(Call::SignIn, (0..3).map(|_| Wrong::Fault(fault.clone())));
        let ids: Vec<_> = (0..3).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
        let before = world.ports.ledger.outbox(ACCOUNT).unwrap();
        let version = world.ports.ledger.version().unwrap();
        let by_itself = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        let by_hand = flush_all(&world.ports, ACCOUNT).await.unwrap();
        for done in [by_itself, by_hand] {
            let [(id, sent)] = &done[..] else { panic!("{done:?}") };
            assert_eq!((*id, sent.fault.as_ref()), (ids[0], Some(&fault)), "it is told");
            assert!(matches!(sent.outcome, Outcome::NotAllowed { .. }), "{sent:?}");
        }
        let watched = send_while_watched(&world.ports, ids[1]).await.unwrap();
        assert_eq!(watched.fault.as_ref(), Some(&fault));
        assert_eq!(world.ports.ledger.outbox(ACCOUNT).unwrap(), before, "nothing is put off");
        assert_eq!(world.ports.ledger.version().unwrap(), version, "and nobody is woken");
        assert_eq!((world.backend.calls(Call::SignIn), world.backend.calls(Call::Create)), (3, 0));
        // Another process, or this one once it has the secret.
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open), "{fault}");
    }
}

/// What a person has sent by hand is tried, told to be in vain, and held up for nobody.
#[tokio::test(start_paused = true)]
async fn a_try_by_hand_without_a_secret_puts_nobody_off() {
    for fault in turned_away() {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Fault(fault.clone())]);
        let id = world.keep("A-1", sms());
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!((sent.outcome, sent.fault), (Outcome::NotAllowed { next_at: world.now() }, Some(fault)));
        let entry = world.entry(id).unwrap();
        assert!(entry.is_due(world.now()) && !entry.in_flight && entry.last_error.is_some(), "{entry:?}");
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 1));
    }
}

/// Nor is anybody asked for the secret again and again while a command waits for a link to be withdrawn.
#[tokio::test(start_paused = true)]
async fn who_withdraws_without_a_secret_is_told_at_once() {
    for fault in turned_away() {
        for in_doubt in [false, true] {
            let world = World::new();
            let call = if in_doubt { Call::Find } else { Call::Session };
            let id = if in_doubt {
                let id = world.keep("A-1", sms());
                world.backend.wrong(Call::Create, [Wrong::Cut]);
                send_now(&world.ports, id).await.unwrap();
                assert_eq!(world.link(id).state, LinkState::Uncertain);
                id
            } else {
                world.send("A-1", sms()).await
            };
            let (before, began) = (world.backend.all_calls(), tokio::time::Instant::now());
            world.backend.wrong(call, (0..40).map(|_| Wrong::Fault(fault.clone())));
            let done = cancel_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
            let CancelEnd::Later { fault: told, .. } = &done.end else { panic!("{:?}", done.end) };
            assert_eq!(told, &fault);
            assert_eq!((world.backend.all_calls() - before, began.elapsed()), (1, Duration::ZERO), "{fault}");
            // What was asked for is kept.
            world.backend.all_is_well();
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
            assert_eq!(world.link(id).state, LinkState::Cancelled);
        }
    }
}

/// Signing in is the try of the first that waits: it is told as before that it was tried, and there is no second one.
#[tokio::test(start_paused = true)]
async fn a_sign_in_that_reaches_nobody_is_the_try_of_the_first() {
    let world = World::new();
    let cause = Cause::SigningIn(Box::new(Cause::NoConnection(Network::Unreachable)));
    let fault = Fault::new(FaultKind::NotSent, cause);
    world.backend.wrong(Call::SignIn, [Wrong::Fault(fault.clone())]);
    let ids: Vec<_> = (0..3).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 1);
    assert!(matches!(done[0].1.outcome, Outcome::Queued { next_at } if next_at > world.now()));
    assert_eq!(done[0].1.fault, Some(fault));
    let entry = world.entry(ids[0]).unwrap();
    assert_eq!((entry.attempts, entry.in_flight, entry.waits_for_connection()), (1, false, true));
    assert_eq!(world.entry(ids[1]).unwrap().attempts, 0);
    assert_eq!(world.backend.all_calls(), 1);
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open));
}
