//! A process that was stopped in the middle of a try, while another one took the link over.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, Sent, decide, flush, send_now};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ports::{LedgerError, OutboxKind};

type Try = tokio::task::JoinHandle<Result<Sent, LedgerError>>;

/// A link whose first try goes so wrong, and what its claim comes to: by a clock that was set ahead it is over.
async fn tried_and_taken_over(delivery: Delivery, wrong: Wrong) -> (World, LinkId, Try) {
    let world = World::new();
    world.backend.wrong(Call::Create, [wrong]);
    let id = world.keep("A-1", delivery);
    let ports = world.ports.clone();
    let stopped = tokio::spawn(async move { send_now(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.link(id).state, LinkState::Creating);
    world.set_clock(SignedDuration::from_secs(100));
    send_now(&world.another(), id).await.unwrap();
    (world, id, stopped)
}

#[tokio::test(start_paused = true)]
async fn what_was_stopped_before_its_request_sends_nothing_once_it_is_anothers() {
    for decided in [false, true] {
        let before = Wrong::Before(Duration::from_secs(30));
        let (world, id, stopped) = tried_and_taken_over(sms(), before).await;
        assert!(world.entry(id).unwrap().needs_decision, "the first one may have been sent");
        if decided {
            decide(&world.another(), id, Decision::SendAgain).await.unwrap();
        }
        let sent = stopped.await.unwrap().unwrap();
        assert_eq!((world.messages(id), world.backend.calls(Call::Cancel)), (usize::from(decided), 0));
        if decided {
            assert_eq!((world.link(id).state, sent.outcome), (LinkState::Open, Outcome::Already));
        } else {
            let entry = world.entry(id).unwrap();
            assert!(entry.needs_decision && entry.in_flight, "the question stays");
            assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_took_too_long_before_its_request_is_left_for_another_time() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Before(Duration::from_secs(60))]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    assert_eq!((world.messages(id), world.backend.calls(Call::Create)), (0, 0));
    let entry = world.entry(id).unwrap();
    assert!(!entry.in_flight && !entry.needs_decision, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_spare_session_that_can_not_be_withdrawn_is_looked_for() {
    let slow = Wrong::Slow(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over(Delivery::Link, slow).await;
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Open, None));
    world.backend.wrong(Call::Cancel, [Wrong::Cut]);
    assert_eq!(stopped.await.unwrap().unwrap().outcome, Outcome::Already);
    let spare = world.backend.sessions().remove(1);
    assert!(spare.news.cancelled_at.is_none() && spare.news.id != world.session_id(id));
    assert_eq!(world.entry(id).map(|e| e.kind), Some(OutboxKind::Look));
    tokio::time::advance(Duration::from_secs(20)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let closed: Vec<_> = world.backend.sessions().iter().map(|s| s.news.cancelled_at.is_some()).collect();
    assert_eq!(closed, [false, true]);
}
