//! How long somebody waits for a try, and what is known when their time is up.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use super::outage::no_connection;
use super::settle;
use crate::domain::cause::Cause;
use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{
    Outcome, flush, flush_by_hand, goes_by_hand, send_again_patiently, send_now, send_patiently,
};
use crate::ops::patience::Patience;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ports::{Fault, FaultKind};

#[tokio::test(start_paused = true)]
async fn a_command_does_not_wait_for_ever() {
    let world = World::new();
    let wait = Fault {
        status: Some(429),
        retry_after: Some(Duration::from_secs(60)),
        ..Fault::new(FaultKind::NotSent, Cause::theirs("HTTP 429"))
    };
    world.backend.wrong(Call::Create, [Wrong::Fault(wait)]);
    let id = world.keep("A-1", Delivery::Link);
    let began = world.now();
    let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }));
    assert_eq!(world.now(), began, "it would not be due in time");

    let world = World::new();
    world.backend.wrong(Call::Create, (0..9).map(|_| no_connection()));
    let id = world.keep("A-1", Delivery::Link);
    let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }));
    assert_eq!(world.backend.calls(Call::Create), 3, "no connection is no connection");
}

/// A command waits no longer than it said, however long the backend takes; what may have been done is found out
/// by the next one.
#[tokio::test(start_paused = true)]
async fn a_backend_that_hangs_holds_nobody_up() {
    let slow = || Wrong::Slow(Duration::from_secs(300));
    for (calls, asked) in [([Some(slow()), None], 1), ([Some(Wrong::Cut), Some(slow())], 1)] {
        let world = World::new();
        let [create, find] = calls;
        world.backend.wrong(Call::Create, create);
        world.backend.wrong(Call::Find, find);
        let id = world.keep("A-1", sms());
        let began = world.now();
        let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        assert_eq!(world.now().duration_since(began).as_secs(), 30);
        assert!(
            matches!(sent.outcome, Outcome::Uncertain { needs_decision: false, .. }),
            "{:?}",
            sent.outcome
        );
        assert_eq!(world.link(id).state, LinkState::Uncertain);
        assert_eq!(world.backend.calls(Call::Create), asked);
        // It was never done: the next look doesn't find it, and the seller is asked.
        settle(&world).await;
        assert!(world.entry(id).unwrap().needs_decision);
        let began = world.now();
        world.backend.wrong(Call::Create, [slow()]);
        let sent = send_again_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{:?}", sent.outcome);
        assert!(world.now().duration_since(began).as_secs() <= 30);
    }
}

/// What comes before the request (token, payment profile) may hang as well: then nothing was sent, and nobody is asked
/// whether a message has come.
#[tokio::test(start_paused = true)]
async fn a_time_that_is_up_before_the_request_leaves_no_doubt() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Before(Duration::from_secs(300))]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    let began = world.now();
    let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
    assert_eq!(world.now().duration_since(began).as_secs(), 30);
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{:?}", sent.outcome);
    assert_eq!(world.link(id).state, LinkState::Queued);
    let entry = world.entry(id).unwrap();
    assert!(!entry.in_flight && !entry.needs_decision);
    // So it goes out by itself, once.
    world.backend.all_is_well();
    settle(&world).await;
    assert_eq!(world.link(id).state, LinkState::Open);
    assert_eq!(world.messages(id), 1);
}

/// A person's command does not wait for a pause that we thought of ourselves; one that the backend asked for is kept.
#[tokio::test(start_paused = true)]
async fn by_hand_only_the_backends_own_pause_holds_back() {
    let busy = |asked: Option<u64>| {
        Wrong::Fault(Fault {
            status: Some(503),
            retry_after: asked.map(Duration::from_secs),
            ..Fault::new(FaultKind::NotSent, Cause::theirs("HTTP 503"))
        })
    };
    for (asked, tries) in [(None, 5), (Some(20), 4)] {
        let world = World::new();
        let id = world.keep("A-1", Delivery::Link);
        // Some tries, so that our own pause is a long one.
        world.backend.wrong(Call::Create, [busy(None), busy(None), busy(None), busy(asked)]);
        for _ in 0..4 {
            send_now(&world.ports, id).await.unwrap();
        }
        let entry = world.entry(id).unwrap();
        let now = world.now();
        assert!(!entry.goes(now), "{asked:?}: {:?}", entry.next_at);
        assert!(flush(&world.ports, ACCOUNT, now).await.unwrap().is_empty());
        assert_eq!(goes_by_hand(&entry, now), asked.is_none());
        flush_by_hand(&world.ports, ACCOUNT, now, Patience::new(Duration::from_secs(8))).await.unwrap();
        assert_eq!(world.backend.calls(Call::Create), tries, "{asked:?}");
    }
}

/// Who can't stay to hear how it went begins nothing: what was begun and left would be in doubt.
#[tokio::test(start_paused = true)]
async fn nothing_is_begun_that_could_not_be_waited_for() {
    let world = World::new();
    let links: Vec<LinkId> = (0..20).map(|n| world.keep(&format!("A-{n}"), sms())).collect();
    world.backend.wrong(Call::Create, (0..20).map(|_| Wrong::Slow(Duration::from_secs(13))));
    let (begun, now) = (Instant::now(), world.now());
    flush_by_hand(&world.ports, ACCOUNT, now, Patience::new(Duration::from_secs(10))).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10 + 13), "{:?}", begun.elapsed());
    let made = |id: &&LinkId| world.link(**id).state == LinkState::Open;
    assert_eq!(links.iter().filter(made).count(), 13, "one alone, then four every three seconds");
    assert!(links.iter().filter(|id| !made(id)).all(|id| world.link(*id).state == LinkState::Queued));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_keeps_no_command_waiting() {
    for hours in [-24, 24] {
        let world = World::new();
        let wait = || {
            let retry_after = Some(Duration::from_secs(4));
            Fault { retry_after, ..Fault::new(FaultKind::NotSent, Cause::theirs("HTTP 429")) }
        };
        world.backend.wrong(Call::Create, (0..100).map(|_| Wrong::Fault(wait())));
        let id = world.keep("A-1", Delivery::Link);
        let begun = Instant::now();
        let setting = async {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            world.set_clock(SignedDuration::from_hours(hours));
        };
        let patience = Duration::from_secs(30);
        let (sent, ()) = tokio::join!(send_patiently(&world.ports, id, patience), setting);
        // Set ahead by a day it is not late by that.
        let outcome = sent.unwrap().outcome;
        assert!(matches!(outcome, Outcome::Queued { .. }), "{outcome:?}");
        let waited = begun.elapsed().as_secs();
        assert!((20..=30).contains(&waited), "{hours}: {waited}");
    }
}
