//! The answer has come, and the ledger can't be written: nothing of it is lost while somebody waits or the app runs.

use std::time::Duration;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel;
use crate::ops::money::{self, Movement};
use crate::ops::outbox::{Outcome, Sent, flush, send_now, send_patiently};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, command, fault, sms};
use crate::ops::track::refresh_one;
use crate::ports::{FaultKind, LedgerError, OutboxKind, Persist, Ports, Unusable};

/// A claim is written, and that the request goes out.
const BEFORE_THE_ANSWER: usize = 2;
const FOR_EVER: usize = usize::MAX;

fn is_full<T: std::fmt::Debug>(done: Result<T, LedgerError>) -> bool {
    matches!(done, Err(LedgerError::Unusable { why: Unusable::Full, .. }))
}

/// What a command works with, which waits so long.
fn command(world: &World, seconds: u64) -> Ports {
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    Ports { persist: Persist::until(end), ..world.another() }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_written_down_once_that_can_be_done() {
    for times in [1, 2, 7, 30] {
        let world = World::new();
        let id = world.keep("A-1", sms());
        world.power.full(BEFORE_THE_ANSWER, times);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!((sent.outcome, sent.link.state), (Outcome::Created, LinkState::Open));
        assert_eq!(world.power.failed_writes(), times);
        assert_eq!(world.session_id(id), world.backend.sessions()[0].news.id);
        assert_eq!((world.entry(id), world.messages(id)), (None, 1));
        assert_eq!((world.backend.calls(Call::Create), world.backend.calls(Call::Find)), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn so_is_that_it_was_refused_is_doubtful_or_was_found_again() {
    let ends = [
        (fault(FaultKind::Refused), LinkState::Refused),
        (fault(FaultKind::NotSent), LinkState::Queued),
        (Wrong::Cut, LinkState::Uncertain),
        (Wrong::Lost, LinkState::Open),
    ];
    for (wrong, state) in ends {
        // Everything that is written after the answer fails once at first.
        for after in [BEFORE_THE_ANSWER, BEFORE_THE_ANSWER + 1] {
            let world = World::new();
            world.backend.wrong(Call::Create, [wrong.clone()]);
            let id = world.keep("A-1", sms());
            world.power.full(after, 3);
            send_now(&world.ports, id).await.unwrap();
            assert_eq!(world.link(id).state, state, "{wrong:?}");
            assert_eq!(world.backend.calls(Call::Create), 1, "{wrong:?}");
            assert!(world.messages(id) <= 1);
        }
    }
}

/// Tries, waits as long as `seconds`, and then leaves it to whoever comes next.
async fn given_up_by_a_command(delivery: Delivery, seconds: u64) -> (World, LinkId) {
    let world = World::new();
    let id = world.keep("A-1", delivery);
    world.power.full(BEFORE_THE_ANSWER, FOR_EVER);
    let began = tokio::time::Instant::now();
    let ports = command(&world, seconds);
    let patience = Duration::from_secs(seconds);
    assert!(is_full(send_patiently(&ports, id, patience).await));
    assert_eq!(began.elapsed(), patience, "as long as it may wait, and no longer");
    (world, id)
}

#[tokio::test(start_paused = true)]
async fn a_command_tries_as_long_as_it_may_and_nothing_is_done_twice_after_it() {
    for delivery in [Delivery::Link, sms()] {
        let (world, id) = given_up_by_a_command(delivery, 30).await;
        assert_eq!((world.link(id).state, world.backend.sessions().len()), (LinkState::Creating, 1));
        world.power.full(0, 0);
        tokio::time::advance(Duration::from_secs(100)).await;
        let sent = send_now(&world.another(), id).await.unwrap();
        assert_eq!((sent.outcome, world.link(id).state), (Outcome::Adopted, LinkState::Open));
        assert_eq!((world.backend.calls(Call::Create), world.backend.sessions().len()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_tried_with_pauses() {
    let (world, _) = given_up_by_a_command(Delivery::Link, 3600).await;
    let tries = world.power.failed_writes();
    assert!((600..=760).contains(&tries), "{tries} tries in an hour");
    // Who has no time left tries it once.
    world.power.full(0, 0);
    let id = world.keep("A-2", Delivery::Link);
    world.power.full(BEFORE_THE_ANSWER, FOR_EVER);
    assert!(is_full(send_now(&command(&world, 0), id).await));
    assert_eq!(world.power.failed_writes(), tries + 1);
}

/// What was read of the payment after a request about its money is written down like the end of that, at whatever step
/// the ledger can't be written.
#[tokio::test(start_paused = true)]
async fn what_was_read_of_the_payment_is_written_down_once_that_can_be_done() {
    let mut patient = 0;
    for after in 0..10 {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        world.backend.pay(&world.session_id(id), "AUTHORIZED");
        refresh_one(&world.ports, id).await.unwrap();
        money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
        let order = command::order_of(&world.ports, id, OutboxKind::Capture).unwrap();
        world.power.full(after, 3);
        let sent = money::send(&world.ports, id, OutboxKind::Capture, order).await;
        let (requests, failed) = (world.backend.calls(Call::Capture), world.power.failed_writes());
        let expected = match (&sent, failed) {
            (Ok(_), 0) => (1, 0),
            (Ok(_), _) => (1, 3),
            // Where it could not be claimed, or noted that it goes out, nothing went out.
            (Err(_), _) => (0, 1),
        };
        assert_eq!((requests, failed), expected, "{after}: {sent:?}");
        if let Ok(sent) = sent {
            assert_eq!(
                (sent.outcome, world.link(id).state),
                (Outcome::Moved, LinkState::Captured),
                "{after}"
            );
            assert_eq!(world.entry(id), None, "{after}");
            patient += usize::from(failed > 0);
        }
    }
    assert!(patient >= 3, "what was read before and after it, and the end: {patient}");
}

/// The app has no end of its own: whatever waits is tried once more when it is told to stop.
#[tokio::test(start_paused = true)]
async fn at_the_end_of_the_app_it_is_tried_a_last_time() {
    for room in [true, false] {
        let world = World::new();
        let id = world.keep("A-1", Delivery::Link);
        world.power.full(BEFORE_THE_ANSWER, FOR_EVER);
        let ports = world.ports.clone();
        let sending = tokio::spawn(async move { send_now(&ports, id).await });
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert!(!sending.is_finished(), "for as long as the app runs");
        // Others go on: it holds up nobody but itself.
        let tries = world.power.failed_writes();
        if room {
            world.power.full(0, 0);
        }
        let began = tokio::time::Instant::now();
        world.ports.persist.stop().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        let ended: Result<Sent, LedgerError> = sending.await.unwrap();
        if room {
            assert_eq!(ended.unwrap().outcome, Outcome::Created);
            assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Open, None));
        } else {
            assert!(is_full(ended));
            assert_eq!(world.power.failed_writes(), tries + 1);
        }
        assert_eq!(world.backend.calls(Call::Create), 1);
    }
    // With nothing unwritten the end waits for nobody.
    World::new().ports.persist.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_at_the_screen_is_told_once_why_it_takes_so_long() {
    let world = World::new();
    let (tx, mut told) = tokio::sync::mpsc::unbounded_channel();
    world.ports.persist.tell(move |error| tx.send(error.to_string()).unwrap());
    let id = world.keep("A-1", Delivery::Link);
    world.power.full(BEFORE_THE_ANSWER, 20);
    send_now(&world.ports, id).await.unwrap();
    assert_eq!(told.try_recv().unwrap(), "paylink.db: the disk is full");
    assert!(told.try_recv().is_err(), "not with every try");
    world.send("A-2", Delivery::Link).await;
    assert!(told.try_recv().is_err());
}

/// What no waiting mends is told at once.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_the_ledger_itself_is_not_waited_for() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    // The power fails with the answer.
    world.power.cut_at(BEFORE_THE_ANSWER + 2);
    let began = tokio::time::Instant::now();
    assert!(matches!(send_now(&world.ports, id).await, Err(LedgerError::Database(_))));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// Capture and withdrawal end by the same door.
#[tokio::test(start_paused = true)]
async fn so_is_what_became_of_money_and_of_a_withdrawal() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    // Claimed, the order noted, what the transaction tells of it, and that a lost one is to be looked for.
    world.power.full(4, 10);
    let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert_eq!((sent.outcome, world.link(id).state), (Outcome::Moved, LinkState::Captured));
    assert_eq!((world.entry(id), world.backend.calls(Call::Capture)), (None, 1));
    assert_eq!(world.power.failed_writes(), 10);

    let other = world.send("A-2", Delivery::Link).await;
    // Written down, claimed, noted, and what the answer tells of it.
    world.power.full(4, 10);
    cancel::cancel(&world.ports, other).await.unwrap();
    assert_eq!((world.link(other).state, world.entry(other)), (LinkState::Cancelled, None));
    assert_eq!((world.backend.calls(Call::Cancel), world.power.failed_writes()), (1, 20));
}

/// Another link that the ledger fails at ends nothing that is on its way: what the backend has answered is kept.
#[tokio::test(start_paused = true)]
async fn trouble_with_one_link_loses_no_answer_to_another() {
    let world = World::new();
    let (one, other) = (world.keep("A-1", sms()), world.keep("A-2", sms()));
    // The second is begun after three seconds, while the answer to the first is still tried to be kept.
    world.power.full(BEFORE_THE_ANSWER, 12);
    assert!(is_full(flush(&world.ports, ACCOUNT, world.now()).await));
    assert_eq!((world.link(one).state, world.messages(one)), (LinkState::Open, 1));
    assert_eq!((world.link(other).state, world.messages(other)), (LinkState::Queued, 0));
}
