//! A link on its way to the backend.

use std::time::Duration;

use crate::domain::cause::{BadLink, Cause};
use crate::domain::link::{DeliveryStatus, EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Outcome, flush, send_now, send_patiently};
use crate::ops::testing::payments::pass;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ports::{Fault, FaultKind};

mod clocks;
mod doubt;
mod late;
mod many;
mod outage;
mod waiting;

fn kinds(world: &World, id: LinkId) -> Vec<EventKind> {
    world.link(id).events.iter().map(|e| e.kind).collect()
}

/// Flushes until nothing is left that happens by itself, for at most a day.
async fn settle(world: &World) {
    for _ in 0..200 {
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        let outbox = world.ports.ledger.outbox(ACCOUNT).unwrap();
        if outbox.iter().all(|e| e.needs_decision) {
            return;
        }
        pass(120).await;
    }
    panic!("the outbox never comes to rest");
}

#[tokio::test(start_paused = true)]
async fn a_link_is_made() {
    let world = World::new();
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!((sent.outcome, sent.fault), (Outcome::Created, None));
    let link = world.link(id);
    assert_eq!(sent.link, link);
    assert_eq!(link.state, LinkState::Open);
    assert_eq!(
        link.url.as_deref(),
        Some("https://checkout.dintero.com/v1/view/T12345678.s1?given"),
        "as given"
    );
    assert_eq!(link.delivery_status, DeliveryStatus::Sent);
    assert!(link.by_push, "one wallet alone");
    assert_eq!(kinds(&world, id), [EventKind::Drafted, EventKind::Created, EventKind::MessageSent]);
    assert_eq!(world.entry(id), None);
    // Once more does nothing.
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Already);
    assert_eq!(world.backend.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn what_certainly_did_nothing_is_tried_again() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent), fault(FaultKind::NotSent)]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    let Outcome::Queued { next_at } = sent.outcome else { panic!("{:?}", sent.outcome) };
    assert!(next_at > world.now() && next_at <= world.now() + jiff::SignedDuration::from_secs(2));
    assert_eq!(world.link(id).state, LinkState::Queued);
    let entry = world.entry(id).unwrap();
    assert!(!entry.in_flight && !entry.needs_decision);
    assert_eq!((entry.attempts, entry.last_error.as_deref()), (1, Some("NotSent")));
    // Not due: a flush leaves it.
    assert!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap().is_empty());
    settle(&world).await;
    assert_eq!(world.link(id).state, LinkState::Open);
    assert_eq!((world.messages(id), world.backend.calls(Call::Find)), (1, 0));
}

/// Many links that fail at the same moment are not tried again at the same moment.
#[tokio::test(start_paused = true)]
async fn the_next_tries_lie_apart() {
    let world = World::new();
    let mut moments = std::collections::BTreeSet::new();
    for n in 0..20 {
        world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
        let id = world.keep(&format!("A-{n}"), sms());
        let sent = send_now(&world.ports, id).await.unwrap();
        let Outcome::Queued { next_at } = sent.outcome else { panic!("{:?}", sent.outcome) };
        moments.insert(next_at.duration_since(world.now()).as_millis());
    }
    assert!(moments.len() > 15, "{moments:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed() {
    let world = World::new();
    let wait = Fault {
        status: Some(429),
        retry_after: Some(Duration::from_secs(17)),
        ..Fault::new(FaultKind::NotSent, Cause::theirs("HTTP 429"))
    };
    world.backend.wrong(Call::Create, [Wrong::Fault(wait)]);
    let id = world.keep("A-1", Delivery::Link);
    let began = world.now();
    let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Created);
    assert_eq!(world.now().duration_since(began).as_secs(), 17);
}

#[tokio::test(start_paused = true)]
async fn a_no_is_final() {
    let world = World::new();
    let no = Fault {
        status: Some(400),
        message: Some("order.amount must equal the sum of items".to_owned()),
        ..Fault::new(FaultKind::Refused, Cause::theirs("HTTP 400"))
    };
    world.backend.wrong(Call::Create, [Wrong::Fault(no)]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Refused);
    let link = world.link(id);
    assert_eq!(link.state, LinkState::Refused);
    assert_eq!(link.reason.as_deref(), Some("order.amount must equal the sum of items"));
    assert_eq!(world.entry(id), None);
    settle(&world).await;
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Refused);
    assert_eq!(world.backend.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn without_credentials_it_waits_for_somebody() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSignedIn)]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    let Outcome::NotAllowed { next_at } = sent.outcome else { panic!("{:?}", sent.outcome) };
    assert_eq!(next_at.duration_since(world.now()).as_secs(), 300);
    assert_eq!(world.link(id).state, LinkState::Queued);
    assert!(world.entry(id).unwrap().last_error.is_some());
    // The seller signs in and asks for it: at once.
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Created);
}

/// The account may not do this: a no like any other.
#[tokio::test(start_paused = true)]
async fn a_missing_right_is_final() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::Forbidden)]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Refused);
    assert_eq!(world.link(id).state, LinkState::Refused);
    settle(&world).await;
    assert_eq!(world.backend.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_link_is_withdrawn_and_never_shown() {
    let untrusted = |session: Option<&str>| {
        Wrong::Fault(Fault {
            session_id: session.map(str::to_owned),
            ..Fault::new(FaultKind::Untrusted, Cause::theirs("the link is on https://evil.example/pay"))
        })
    };
    let world = World::new();
    let other = world.send("B-1", Delivery::Link).await;
    let session = world.session_id(other);
    world.backend.wrong(Call::Create, [untrusted(Some(&session))]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Refused);
    assert!(!format!("{sent:?}").contains("evil"));
    assert_eq!((world.link(id).state, world.link(id).url), (LinkState::Refused, None));
    assert!(world.backend.sessions()[0].news.cancelled_at.is_some());

    // Withdrawing it did not get through: it's tried until it does, and the link stays refused.
    let world = World::new();
    let other = world.send("B-1", Delivery::Link).await;
    let session = world.session_id(other);
    world.backend.wrong(Call::Create, [untrusted(Some(&session))]);
    world.backend.wrong(Call::Cancel, [fault(FaultKind::NotSent), Wrong::Cut]);
    let id = world.keep("A-1", sms());
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Refused);
    settle(&world).await;
    assert!(world.backend.sessions()[0].news.cancelled_at.is_some());
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Refused, None));

    // The backend could not prove who it is, so nothing was sent: a hotspot's sign-in page, say.
    let world = World::new();
    world.backend.wrong(Call::Create, [untrusted(None)]);
    let id = world.keep("A-1", sms());
    assert!(matches!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Queued { .. }));
    settle(&world).await;
    assert_eq!(world.link(id).state, LinkState::Open);
}

/// What is told of an address that can't be given to anybody is not that it is foreign, unless its host is.
#[tokio::test(start_paused = true)]
async fn why_a_link_is_withdrawn_is_told_as_it_is() {
    for bad in BadLink::ALL {
        let world = World::new();
        let other = world.send("B-1", Delivery::Link).await;
        let untrusted = Fault {
            session_id: Some(world.session_id(other)),
            ..Fault::new(FaultKind::Untrusted, Cause::Untrusted(bad))
        };
        world.backend.wrong(Call::Create, [Wrong::Fault(untrusted)]);
        let id = world.keep("A-1", sms());
        assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Refused);
        let reason = world.link(id).reason.unwrap();
        assert_eq!(reason.contains("foreign"), bad == BadLink::ForeignHost, "{bad:?}: {reason}");
    }
}

/// Whatever is cut off and whenever, a session whose link is not to be trusted is in the ledger before anybody is asked to
/// withdraw it, and is withdrawn in the end.
#[tokio::test(start_paused = true)]
async fn a_foreign_link_is_kept_before_it_is_withdrawn() {
    for gets_through in [true, false] {
        let mut step = 0;
        loop {
            step += 1;
            let world = World::new();
            let other = world.send("B-1", Delivery::Link).await;
            let session = world.session_id(other);
            let untrusted = Fault {
                session_id: Some(session),
                ..Fault::new(FaultKind::Untrusted, Cause::theirs("the link is on https://evil.example/pay"))
            };
            world.backend.wrong(Call::Create, [Wrong::Fault(untrusted)]);
            if !gets_through {
                world.backend.wrong(Call::Cancel, [Wrong::Cut]);
            }
            let id = world.keep("A-1", sms());
            world.power.cut_at(step);
            drop(send_now(&world.ports, id).await);
            let was_cut = world.power.is_off();
            world.power.back();
            let asked = world.backend.calls(Call::Cancel) > 0;
            let kept = world.link(id).session_id.is_some();
            assert!(kept || !asked, "cut at {step}: withdrawn, and nobody knows of it");
            if kept {
                world.restart();
                settle(&world).await;
                assert!(world.backend.sessions()[0].news.cancelled_at.is_some(), "cut at {step}");
                assert_eq!((world.link(id).state, world.link(id).url), (LinkState::Refused, None));
            }
            if !was_cut {
                assert!(kept && step > 3);
                break;
            }
        }
    }
}
