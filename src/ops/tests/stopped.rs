//! A process that was stopped in the middle of a try, while another one took the link over.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::link::{Alarm, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, Sent, decide, flush, send_now};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ports::{FaultKind, LedgerError, OutboxKind};

type Try = tokio::task::JoinHandle<Result<Sent, LedgerError>>;

/// A link whose first try goes so wrong, and what its claim comes to: by a clock that was set ahead it is over.
async fn tried_and_taken_over(delivery: Delivery, wrong: Wrong) -> (World, LinkId, Try) {
    tried_and_taken_over_in(World::new(), delivery, wrong).await
}

async fn tried_and_taken_over_in(world: World, delivery: Delivery, wrong: Wrong) -> (World, LinkId, Try) {
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

/// Its id is known, so it needs no search where there is none.
#[tokio::test(start_paused = true)]
async fn a_spare_session_is_withdrawn_also_where_sessions_can_not_be_listed() {
    let slow = Wrong::Slow(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over(Delivery::Link, slow).await;
    world.backend.cannot_list(FaultKind::Forbidden);
    world.backend.wrong(Call::Cancel, [Wrong::SlowFault(Duration::ZERO, FaultKind::NotSent)]);
    stopped.await.unwrap().unwrap();
    let spare = world.backend.sessions().remove(1);
    assert!(spare.news.cancelled_at.is_none() && spare.news.id != world.session_id(id));
    assert_eq!(world.entry(id).unwrap().lost, std::slice::from_ref(&spare.news.id));
    tokio::time::advance(Duration::from_secs(20)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    let closed: Vec<_> = world.backend.sessions().iter().map(|s| s.news.cancelled_at.is_some()).collect();
    assert_eq!(closed, [false, true]);
    assert_eq!(world.link(id).alarms, []);
}

/// The process slept so long that the customer has paid with what turns out to be one too many: nothing is voided.
#[tokio::test(start_paused = true)]
async fn a_spare_session_that_is_paid_is_told_and_left_alone() {
    let world = World::new();
    world.backend.cannot_list(FaultKind::Forbidden);
    let late = Wrong::Answered(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over_in(world, sms(), late).await;
    decide(&world.another(), id, Decision::Drop).await.unwrap();
    let spare = world.backend.sessions().remove(0).news.id;
    world.backend.pay(&spare, "AUTHORIZED");
    stopped.await.unwrap().unwrap();
    tokio::time::advance(Duration::from_secs(20)).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(world.link(id).alarms, [Alarm::PaidElsewhere]);
    assert!(world.backend.sessions()[0].news.cancelled_at.is_none());
    assert_eq!(world.backend.calls(Call::Cancel), 0);
}

/// What another one has made stays made, whatever becomes of the try that was stopped.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_or_doubt_says_nothing_of_a_link_that_another_has_made() {
    for late in [
        Wrong::SlowFault(Duration::from_secs(30), FaultKind::Refused),
        Wrong::SlowFault(Duration::from_secs(30), FaultKind::Maybe),
    ] {
        let (world, id, stopped) = tried_and_taken_over(Delivery::Link, late.clone()).await;
        let made = world.link(id);
        assert_eq!((made.state, world.entry(id)), (LinkState::Open, None));
        let sent = stopped.await.unwrap().unwrap();
        assert_eq!(sent.outcome, Outcome::Already, "{late:?}");
        assert_eq!((world.link(id), world.entry(id)), (made, None), "{late:?}");
        assert_eq!(world.backend.sessions().len(), 1);
    }
}

/// The other one waits for the seller: his question stays.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_or_doubt_answers_no_question_of_who_took_over() {
    for kind in [FaultKind::Refused, FaultKind::Maybe] {
        let late = Wrong::SlowFault(Duration::from_secs(30), kind);
        let (world, id, stopped) = tried_and_taken_over(sms(), late).await;
        let link = world.link(id);
        stopped.await.unwrap().unwrap();
        let entry = world.entry(id).unwrap();
        assert!(entry.needs_decision && entry.in_flight, "the first one may have been sent: {kind:?}");
        assert_eq!(world.link(id), link, "{kind:?}");
    }
}

/// The other one is at work: his entry stays his, and he makes the link.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_or_doubt_takes_no_entry_from_who_is_at_work() {
    for kind in [FaultKind::Refused, FaultKind::Maybe] {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::SlowFault(Duration::from_secs(30), kind)]);
        let id = world.keep("A-1", Delivery::Link);
        let ports = world.ports.clone();
        let stopped = tokio::spawn(async move { send_now(&ports, id).await });
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.set_clock(SignedDuration::from_secs(100));
        world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(60))]);
        let other = world.another();
        let at_work = tokio::spawn(async move { send_now(&other, id).await });
        let sent = stopped.await.unwrap().unwrap();
        assert_eq!(sent.outcome, Outcome::Busy, "{kind:?}");
        assert_eq!(world.link(id).state, LinkState::Creating, "{kind:?}");
        assert_eq!(at_work.await.unwrap().unwrap().outcome, Outcome::Created, "{kind:?}");
        assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Open, None));
        assert_eq!(world.backend.sessions().len(), 1);
    }
}

/// The request of the one that was stopped has been carried out, and his customer has the message; the other one waits
/// for the seller, who has nothing left to decide.
#[tokio::test(start_paused = true)]
async fn a_late_answer_ends_the_question_of_who_took_over() {
    let slow = Wrong::Slow(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over(sms(), slow).await;
    assert!(world.entry(id).unwrap().needs_decision);
    assert_eq!(stopped.await.unwrap().unwrap().outcome, Outcome::Created);
    assert_eq!((world.link(id).state, world.messages(id), world.entry(id)), (LinkState::Open, 1, None));
    assert_eq!(world.backend.calls(Call::Cancel), 0);
}

/// Given up meanwhile: what was made after all is withdrawn.
#[tokio::test(start_paused = true)]
async fn a_late_answer_does_not_bring_back_a_link_that_was_given_up() {
    let slow = Wrong::Slow(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over(sms(), slow).await;
    decide(&world.another(), id, Decision::Drop).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Cancelled);
    stopped.await.unwrap().unwrap();
    let link = world.link(id);
    assert_eq!((link.state, link.session_id, link.url), (LinkState::Cancelled, None, None));
    let made = world.backend.sessions();
    assert_eq!(made.len(), 1);
    assert!(made[0].news.cancelled_at.is_some(), "nobody wants it any more");
}

/// While one gives the link up, the answer to the other one's request comes: what was made is withdrawn at the backend.
#[tokio::test(start_paused = true)]
async fn giving_up_what_is_made_meanwhile_withdraws_it() {
    let slow = Wrong::Slow(Duration::from_secs(30));
    let (world, id, stopped) = tried_and_taken_over(sms(), slow).await;
    // The search takes longer than the request that was stopped.
    world.backend.wrong(Call::Find, [Wrong::SlowFault(Duration::from_secs(60), FaultKind::Refused)]);
    let other = world.another();
    let dropped = tokio::spawn(async move { decide(&other, id, Decision::Drop).await });
    stopped.await.unwrap().unwrap();
    assert_eq!(world.link(id).state, LinkState::Open);
    dropped.await.unwrap().unwrap();
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Cancelled, 1));
    assert!(world.backend.sessions()[0].news.cancelled_at.is_some());
}
