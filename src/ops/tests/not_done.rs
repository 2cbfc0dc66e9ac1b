//! What was asked for, waited, and then came to nothing is told until a person has dealt with it.

use std::time::Duration;

use crate::domain::link::{Alarm, EventKind, Link, LinkId};
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, cancel};
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::{ACCOUNT, Call, World, command, fault};
use crate::ops::track::refresh_one;
use crate::ports::FaultKind;

async fn with_payment(status: &str) -> (World, LinkId) {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), status);
    refresh_one(&world.ports, id).await.unwrap();
    (world, id)
}

/// The last event of this kind: why it came to nothing.
fn why(world: &World, id: LinkId, kind: EventKind) -> Option<String> {
    world.link(id).events.into_iter().rfind(|e| e.kind == kind).map(|e| e.detail.unwrap())
}

async fn later(world: &World) -> Outcome {
    tokio::time::advance(Duration::from_secs(120)).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 1, "{done:?}");
    done[0].1.outcome
}

#[tokio::test(start_paused = true)]
async fn a_no_that_nobody_waited_for_is_an_alarm() {
    let cases = [
        (Movement::Capture(None), Call::Capture, EventKind::CaptureRefused, Alarm::CaptureRefused),
        (Movement::Void, Call::Void, EventKind::VoidRefused, Alarm::VoidRefused),
        (Movement::Refund(None, None), Call::Refund, EventKind::RefundRefused, Alarm::RefundRefused),
    ];
    for (what, call, event, alarm) in cases {
        let status = if call == Call::Refund { "CAPTURED" } else { "AUTHORIZED" };
        let (world, id) = with_payment(status).await;
        for round in 1..=2 {
            assert!(matches!(
                money::order(&world.ports, id, what.clone(), None).await.unwrap(),
                Ordered::Waits(_)
            ));
            world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
            world.backend.wrong(call, [fault(FaultKind::Refused)]);
            let first = command::once(&world.ports, id, what.kind()).await.unwrap();
            assert!(matches!(first.outcome, Outcome::Queued { .. }), "{first:?}");
            assert_eq!(world.link(id).alarms, [], "nothing is decided");
            assert_eq!(later(&world).await, Outcome::Refused);
            let link = world.link(id);
            assert_eq!(link.alarms, [alarm], "{round}: in the second round again, after it was dealt with");
            assert!(why(&world, id, event).is_some());
            assert_eq!(link.events.iter().filter(|e| e.kind == event).count(), round);
            let mut settle = |link: &mut Link| {
                link.alarms.clear();
                true
            };
            world.ports.ledger.amend(id, &mut settle).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_it_is_told_and_the_story_keeps_it() {
    let (world, id) = with_payment("AUTHORIZED").await;
    world.backend.wrong(Call::Capture, [fault(FaultKind::Refused)]);
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    let sent = command::once(&world.ports, id, Movement::Capture(None).kind()).await.unwrap();
    assert_eq!((sent.outcome, sent.link.alarms.len()), (Outcome::Refused, 0));
    assert!(why(&world, id, EventKind::CaptureRefused).is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_possible_any_more_is_an_alarm_unless_it_is_done() {
    for (elsewhere, alarms) in [("CAPTURED", vec![]), ("AUTHORIZATION_VOIDED", vec![Alarm::CaptureRefused])] {
        let (world, id) = with_payment("AUTHORIZED").await;
        money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
        world.backend.pay(&world.session_id(id), elsewhere);
        assert_eq!(later(&world).await, Outcome::NotPossible);
        assert_eq!(world.link(id).alarms, alarms, "{elsewhere}");
        assert_eq!(world.backend.calls(Call::Capture), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_was_paid_before_it_could_be_withdrawn_is_an_alarm() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.wrong(Call::Session, [fault(FaultKind::NotSent)]);
    let asked = cancel(&world.ports, id).await.unwrap();
    assert!(matches!(asked.end, CancelEnd::Later { .. }), "{:?}", asked.end);
    world.backend.pay(&world.session_id(id), "CAPTURED");
    assert_eq!(later(&world).await, Outcome::NotCancelled);
    assert_eq!(world.link(id).alarms, [Alarm::CancelRefused]);
    assert!(why(&world, id, EventKind::CancelRefused).unwrap().contains("paid before"));

    // The same for somebody who waits for it is told to him alone.
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "CAPTURED");
    assert_eq!(cancel(&world.ports, id).await.unwrap().end, CancelEnd::HasMoney);
    assert_eq!(world.link(id).alarms, []);
}
