//! What the backend has accepted: told as in progress, and closed by whoever sees its end first.

use std::time::Duration;

use crate::domain::link::{Alarm, EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::money::{self, Movement};
use crate::ops::outbox::Outcome;
use crate::ops::testing::{Call, World, Wrong, command};
use crate::ops::track::{refresh_many, refresh_one};
use crate::ports::OutboxKind;

/// A capture that the backend has accepted and that has no end yet.
async fn accepted(wrong: Option<Wrong>) -> (World, LinkId) {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    tokio::time::advance(Duration::from_secs(5)).await;
    world.backend.in_progress();
    world.backend.wrong(Call::Capture, wrong);
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    let asked = world.now();
    let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    let since = world.entry(id).unwrap().in_progress_since().unwrap();
    assert!(since >= asked && since <= world.now(), "{since}");
    tokio::time::advance(Duration::from_millis(200)).await;
    (world, id)
}

fn story(world: &World, id: LinkId, kind: EventKind) -> usize {
    world.link(id).events.iter().filter(|e| e.kind == kind).count()
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_sees_the_end_closes_it() {
    for (many, wrong) in [(false, None), (true, None), (false, Some(Wrong::Lost))] {
        let (world, id) = accepted(wrong).await;
        let refresh = async || {
            if many {
                refresh_many(&world.ports, vec![id]).await.unwrap()
            } else {
                refresh_one(&world.ports, id).await.unwrap()
            }
        };
        let before = world.entry(id);
        refresh().await;
        assert_eq!(world.entry(id), before, "nothing has ended");
        world.backend.finish();
        let round = refresh().await;
        assert_eq!(world.entry(id), None, "before it is due");
        assert_eq!(round.changed.last().map(|l| l.state), Some(LinkState::Captured));
        assert_eq!(story(&world, id, EventKind::Captured), 1);
        assert_eq!(world.backend.calls(Call::Capture), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_sees_it_fail_is_an_alarm() {
    for many in [false, true] {
        let (world, id) = accepted(None).await;
        world.backend.fails("no cover");
        world.backend.finish();
        let round = if many {
            refresh_many(&world.ports, vec![id]).await.unwrap()
        } else {
            refresh_one(&world.ports, id).await.unwrap()
        };
        assert_eq!(world.entry(id), None);
        assert_eq!(world.link(id).alarms, [Alarm::CaptureRefused]);
        assert_eq!(round.changed.last().map(|l| l.alarms.clone()), Some(vec![Alarm::CaptureRefused]));
        assert_eq!(story(&world, id, EventKind::CaptureRefused), 1);
        // Once told, a further refresh has nothing to add.
        refresh_one(&world.ports, id).await.unwrap();
        assert_eq!(story(&world, id, EventKind::CaptureRefused), 1);
    }
}

/// Whoever works on it closes it himself.
#[tokio::test(start_paused = true)]
async fn what_somebody_works_on_is_left_to_him() {
    let (world, id) = accepted(None).await;
    world.backend.finish();
    let work = world.ports.underway.begin(id, OutboxKind::Capture);
    refresh_one(&world.ports, id).await.unwrap();
    assert!(world.entry(id).is_some());
    drop(work);
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(world.entry(id), None);
}
