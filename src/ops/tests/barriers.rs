//! What stands between us and the backend without being the backend: a network that answers for itself.

use std::time::Duration;

use crate::domain::cause::{BadLink, Cause, Flaw, Network, Unreadable};
use crate::domain::link::LinkState;
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, cancel_patiently};
use crate::ops::money::{self, Movement};
use crate::ops::outbox::{Outcome, flush, send_now, send_patiently};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, command, sms};
use crate::ops::track::refresh_one;
use crate::ports::{Fault, FaultKind, OutboxKind};

/// Faults as the client tells them: no connection; a network's own certificate, or a broken one; a page, or a way to
/// one, where a token should be.
fn barriers() -> Vec<Fault> {
    let at = |cause| Cause::at("api.dintero.com", cause);
    let untrusted = |flaw| Fault::new(FaultKind::Untrusted, at(Cause::Certificate(flaw)));
    let answered = |status, cause| Fault {
        status: Some(status),
        ..Fault::new(FaultKind::NotSent, Cause::SigningIn(Box::new(cause)))
    };
    vec![
        Fault::new(FaultKind::NotSent, at(Cause::NoConnection(Network::Unreachable))),
        untrusted(Flaw::UnknownIssuer),
        untrusted(Flaw::OtherName),
        untrusted(Flaw::Expired),
        answered(302, Cause::Elsewhere(302)),
        answered(200, Cause::Unreadable(200, Unreadable::NoToken)),
    ]
}

/// Who has signed in to the hotspot does not wait for minutes.
#[tokio::test(start_paused = true)]
async fn behind_a_sign_in_page_the_wait_is_seconds_and_no_hot_circle() {
    for fault in barriers() {
        let world = World::new();
        world.backend.wrong(Call::Create, (0..40).map(|_| Wrong::Fault(fault.clone())));
        let id = world.keep("A-1", sms());
        for _ in 0..40 {
            let sent = send_now(&world.ports, id).await.unwrap();
            assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{fault}: {sent:?}");
            let entry = world.entry(id).unwrap();
            let waits = Duration::try_from(entry.next_at.duration_since(world.now())).unwrap();
            assert!(
                (Duration::from_millis(250)..=Duration::from_secs(7)).contains(&waits),
                "{fault}: {waits:?}"
            );
            assert!(entry.waits_for_connection(), "{fault}");
        }
    }
}

/// Whoever waits for a command is told after three tries that there is no connection: what was asked for is kept, and
/// half a minute more tells nothing new.
#[tokio::test(start_paused = true)]
async fn nobody_waits_half_a_minute_for_a_connection_that_is_not_there() {
    const PATIENCE: Duration = Duration::from_secs(30);
    for fault in barriers() {
        let world = World::new();
        let ids = ["A-1", "A-2"].map(|reference| world.keep(reference, Delivery::Link));
        for id in ids {
            send_now(&world.ports, id).await.unwrap();
        }
        let [paid, open] = ids;
        world.backend.pay(&world.session_id(paid), "AUTHORIZED");
        refresh_one(&world.ports, paid).await.unwrap();
        for call in [Call::Transaction, Call::Session, Call::Cancel] {
            world.backend.wrong(call, (0..40).map(|_| Wrong::Fault(fault.clone())));
        }
        let before = world.backend.calls(Call::Transaction);
        money::order(&world.ports, paid, Movement::Capture(None), None).await.unwrap();
        let began = tokio::time::Instant::now();
        let sent = command::patiently(&world.ports, paid, OutboxKind::Capture, PATIENCE).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{fault}: {sent:?}");
        assert!(sent.fault.is_some_and(|f| f.unreached()), "{fault}");
        assert_eq!(world.backend.calls(Call::Transaction) - before, 3, "{fault}");
        // Two pauses of at most two and four seconds.
        assert!(began.elapsed() <= Duration::from_secs(6), "{fault}: {:?}", began.elapsed());
        let began = tokio::time::Instant::now();
        let done = cancel_patiently(&world.ports, open, PATIENCE).await.unwrap();
        assert!(matches!(done.end, CancelEnd::Later { .. }), "{fault}: {:?}", done.end);
        assert!(began.elapsed() <= Duration::from_secs(6), "{fault}: {:?}", began.elapsed());
        assert!([paid, open].iter().all(|id| world.entry(*id).is_some()), "{fault}");
    }
}

/// Nor does who asks for something that goes after what waits for a connection.
#[tokio::test(start_paused = true)]
async fn nobody_waits_half_a_minute_for_the_connection_of_what_goes_first() {
    for fault in barriers() {
        let world = World::new();
        let id = world.keep("A-1", Delivery::Link);
        send_now(&world.ports, id).await.unwrap();
        world.backend.pay(&world.session_id(id), "AUTHORIZED");
        refresh_one(&world.ports, id).await.unwrap();
        world.backend.wrong(Call::Transaction, (0..80).map(|_| Wrong::Fault(fault.clone())));
        money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
        let patience = Duration::from_secs(30);
        command::patiently(&world.ports, id, OutboxKind::Capture, patience).await.unwrap();
        money::order(&world.ports, id, Movement::Refund(None, None), None).await.unwrap();
        let (before, began) = (world.backend.calls(Call::Transaction), tokio::time::Instant::now());
        let sent = command::patiently(&world.ports, id, OutboxKind::Refund, patience).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Busy, "{fault}");
        assert!(began.elapsed() <= Duration::from_secs(16), "{fault}: {:?}", began.elapsed());
        assert!(world.backend.calls(Call::Transaction) - before <= 3, "{fault}");
    }
}

/// But where a request has gone out and the connection goes then, its outcome is worth the wait.
#[tokio::test(start_paused = true)]
async fn what_may_have_been_done_is_waited_for_though_the_connection_is_gone() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    send_now(&world.ports, id).await.unwrap();
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    world.backend.wrong(Call::Capture, [Wrong::Lost]);
    // The look before it, and then none for a while.
    let gone = Wrong::Fault(barriers().remove(0));
    let looks = std::iter::once(Wrong::Slow(Duration::ZERO)).chain(std::iter::repeat_n(gone, 4));
    world.backend.wrong(Call::Transaction, looks);
    let patience = Duration::from_secs(60);
    let sent = command::patiently(&world.ports, id, OutboxKind::Capture, patience).await.unwrap();
    assert_eq!((sent.outcome, world.backend.calls(Call::Capture)), (Outcome::Moved, 1), "{sent:?}");
}

/// One try tells for all, and once the backend is reached all go, due or not.
#[tokio::test(start_paused = true)]
async fn behind_a_sign_in_page_one_failure_is_enough() {
    for fault in barriers() {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Fault(fault.clone())]);
        let ids: Vec<_> = (0..5).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.backend.calls(Call::Create), 1, "{fault}");
        assert!(world.entry(ids[0]).unwrap().next_at > world.now());
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open), "{fault}");
    }
}

/// A command that has the seller waiting gives up after a few tries.
#[tokio::test(start_paused = true)]
async fn a_command_gives_up_soon_behind_a_sign_in_page() {
    for fault in barriers() {
        let world = World::new();
        world.backend.wrong(Call::Create, (0..40).map(|_| Wrong::Fault(fault.clone())));
        let id = world.keep("A-1", sms());
        let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        assert_eq!(sent.fault.as_ref(), Some(&fault), "it is told as what it is");
        assert_eq!(world.backend.calls(Call::Create), 3, "{fault}");
    }
}

/// The backend has answered: that its link is foreign says nothing of the network.
#[tokio::test(start_paused = true)]
async fn a_foreign_link_is_no_barrier() {
    let world = World::new();
    let other = world.send("B-1", Delivery::Link).await;
    let foreign = Fault {
        status: Some(200),
        session_id: Some(world.session_id(other)),
        ..Fault::new(FaultKind::Untrusted, Cause::Untrusted(BadLink::ForeignHost))
    };
    assert_eq!((foreign.barrier(), foreign.unreached()), (None, false));
    world.backend.wrong(Call::Create, [Wrong::Fault(foreign)]);
    let ids: Vec<_> = (0..3).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let states: Vec<_> = ids.iter().map(|id| world.link(*id).state).collect();
    assert_eq!(states, [LinkState::Refused, LinkState::Open, LinkState::Open]);
}
