use std::time::Duration;

use tokio::time::Instant;

use crate::domain::cause::{Cause, Network, Plain};
use crate::domain::link::{DeliveryStatus, EventKind, Link, LinkId, LinkState};
use crate::domain::sale::{Delivery, Sale};
use crate::ops::outbox::{
    self, Decision, Outcome, decide, flush, flush_all, flush_by_hand, goes_by_hand, send_again_patiently,
    send_now, send_patiently, withdraw,
};
use crate::ops::patience::Patience;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ops::{cancel, track};
use crate::ports::{Fault, FaultKind, MoneyOrder, OutboxEntry, OutboxKind, Overdue};
use jiff::SignedDuration;

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

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
    let links: Vec<LinkId> = (0..12).map(|n| world.keep(&format!("A-{n}"), sms())).collect();
    world.backend.wrong(Call::Create, (0..12).map(|_| Wrong::Slow(Duration::from_secs(13))));
    let (begun, now) = (Instant::now(), world.now());
    flush_by_hand(&world.ports, ACCOUNT, now, Patience::new(Duration::from_secs(10))).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10 + 13), "{:?}", begun.elapsed());
    let made = |id: &&LinkId| world.link(**id).state == LinkState::Open;
    assert_eq!(links.iter().filter(made).count(), 4, "the first four at once");
    assert!(links.iter().filter(|id| !made(id)).all(|id| world.link(*id).state == LinkState::Queued));
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

/// A backend that may have made it and asks to be left alone gets its pause before the next one.
#[tokio::test(start_paused = true)]
async fn a_pause_that_is_asked_for_is_kept_before_it_is_made_anew() {
    let world = World::new();
    let busy = Fault {
        retry_after: Some(Duration::from_secs(7)),
        ..Fault::new(FaultKind::Maybe, Cause::theirs("HTTP 503"))
    };
    world.backend.wrong(Call::Create, [Wrong::Fault(busy)]);
    let id = world.keep("A-1", Delivery::Link);
    let began = world.now();
    let sent = send_patiently(&world.ports, id, Duration::from_secs(30)).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Created);
    assert_eq!(world.backend.calls(Call::Create), 2);
    assert!(world.now().duration_since(began).as_secs() >= 7);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_again() {
    for delivery in [sms(), Delivery::Link] {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        let id = world.keep("A-1", delivery);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!((sent.outcome, sent.fault), (Outcome::Adopted, None));
        let link = world.link(id);
        assert_eq!(link.state, LinkState::Open);
        assert_eq!(link.url.as_deref(), Some("https://checkout.dintero.com/v1/view/T12345678.s1"));
        assert_eq!(world.backend.sessions().len(), 1);
        assert!(kinds(&world, id).contains(&EventKind::Uncertain));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_of_somebody_else_is_not_adopted() {
    let world = World::new();
    let other = world.send("A-1", Delivery::Link).await;
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
    assert_eq!(world.link(id).session_id, None);
    assert_ne!(world.link(other).session_id, None);
}

#[tokio::test(start_paused = true)]
async fn with_no_message_it_is_made_anew() {
    for wrong in [Wrong::Cut, Wrong::Lost] {
        let world = World::new();
        world.backend.cannot_list(FaultKind::Forbidden);
        world.backend.wrong(Call::Create, [wrong]);
        let id = world.keep("A-1", Delivery::Link);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Created);
        assert_eq!(world.backend.calls(Call::Create), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_in_trouble_is_not_hammered() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..4).map(|_| Wrong::Cut));
    let id = world.keep("A-1", Delivery::Link);
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: false, .. }));
    assert_eq!(world.backend.calls(Call::Create), 2);
    assert!(world.entry(id).unwrap().in_flight);
    settle(&world).await;
    assert_eq!(world.link(id).state, LinkState::Open);
    assert_eq!(world.backend.sessions().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn with_a_message_the_seller_decides() {
    for cannot_list in [None, Some(FaultKind::Forbidden), Some(FaultKind::NotFound), Some(FaultKind::Refused)]
    {
        let world = World::new();
        if let Some(kind) = cannot_list {
            world.backend.cannot_list(kind);
        }
        world.backend.wrong(Call::Create, [Wrong::Cut]);
        let id = world.keep("A-1", sms());
        let sent = send_now(&world.ports, id).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
        assert_eq!(world.link(id).state, LinkState::Uncertain);
        // Nothing happens by itself any more, and asking again says the same.
        settle(&world).await;
        let sent = send_now(&world.ports, id).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
        assert_eq!((world.backend.calls(Call::Create), world.messages(id)), (1, 0));

        let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Created);
        assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn sending_again_looks_first() {
    let world = World::new();
    // The session shows up in the list only later.
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::Forbidden), fault(FaultKind::Forbidden)]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
    let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Adopted);
    assert_eq!(world.messages(id), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_lags_is_asked_a_second_time() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::NotFound)]);
    let id = world.keep("A-1", sms());
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Adopted);
}

#[tokio::test(start_paused = true)]
async fn what_turns_up_while_the_seller_thinks_is_adopted() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    // Twice when it was sent, once more while the seller thinks.
    world.backend.wrong(Call::Find, (0..3).map(|_| fault(FaultKind::Refused)));
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
    assert!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap().is_empty());
    assert_eq!(world.backend.calls(Call::Find), 2, "not yet due");
    pass(11).await;
    assert!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap().is_empty());
    let entry = world.entry(id).unwrap();
    assert!(entry.needs_decision && entry.in_flight && entry.next_at > world.now());
    pass(11).await;
    // Asking for this one does the same as a flush.
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Adopted);
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 1));
    assert_eq!((world.entry(id), world.backend.calls(Call::Create)), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn looking_never_sends() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    for _ in 0..100 {
        pass(60).await;
        assert!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap().is_empty());
    }
    assert_eq!((world.backend.calls(Call::Create), world.messages(id)), (1, 0));
    let looks = world.backend.calls(Call::Find);
    assert!((10..40).contains(&looks), "less and less often: {looks}");
}

#[tokio::test(start_paused = true)]
async fn waiting_asks_again_by_itself() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::Refused), fault(FaultKind::Refused)]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    let sent = decide(&world.ports, id, Decision::Wait).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: false, .. }));
    assert!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap().is_empty());
    pass(31).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].1.outcome, Outcome::Adopted);
}

#[tokio::test(start_paused = true)]
async fn no_answer_to_the_question_is_no_answer() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent), Wrong::Cut]);
    let id = world.keep("A-1", sms());
    let sent = send_now(&world.ports, id).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: false, .. }));
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    settle(&world).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Create)), (LinkState::Open, 1));
}

#[tokio::test(start_paused = true)]
async fn giving_up() {
    // Never sent: dropped without a word to the backend.
    let world = World::new();
    let id = world.keep("A-1", sms());
    assert_eq!(withdraw(&world.ports, id).await.unwrap().outcome, Outcome::Cancelled);
    assert_eq!((world.link(id).state, world.entry(id)), (LinkState::Cancelled, None));
    assert_eq!(world.backend.all_calls(), 0);

    // Maybe sent, and found: withdrawn there.
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::Refused), fault(FaultKind::Refused)]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    assert_eq!(decide(&world.ports, id, Decision::Drop).await.unwrap().outcome, Outcome::Cancelled);
    assert_eq!(world.link(id).state, LinkState::Cancelled);
    assert!(world.backend.sessions()[0].news.cancelled_at.is_some());

    // Maybe sent, and nobody can tell: nothing changes.
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
    let sent = decide(&world.ports, id, Decision::Drop).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }));
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    assert_eq!(decide(&world.ports, id, Decision::Drop).await.unwrap().outcome, Outcome::Cancelled);
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

#[tokio::test(start_paused = true)]
async fn the_id_without_the_address_is_enough() {
    // Also where it can't be read just now.
    for read in [None, Some(fault(FaultKind::NotSent)), Some(fault(FaultKind::Forbidden))] {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Half]);
        world.backend.wrong(Call::Session, read);
        let id = world.keep("A-1", sms());
        assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Adopted);
        assert_eq!(world.session_id(id), "T12345678.s1");
        assert_eq!((world.backend.calls(Call::Create), world.backend.calls(Call::Session)), (1, 1));
    }
}

/// A session that the answer names, and that isn't there or is another sale's, leads no customer astray.
#[tokio::test(start_paused = true)]
async fn a_named_session_that_is_not_ours_is_not_taken() {
    let half = Fault {
        session_id: Some("T12345678.s1".to_owned()),
        ..Fault::new(FaultKind::Maybe, Cause::theirs("the session has no link"))
    };
    for other in [false, true] {
        let world = World::new();
        if other {
            world.send("B-1", Delivery::Link).await;
        }
        world.backend.wrong(Call::Create, [Wrong::Fault(half.clone())]);
        let id = world.keep("A-1", sms());
        let sent = send_now(&world.ports, id).await.unwrap();
        assert!(
            matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }),
            "{:?}",
            sent.outcome
        );
        assert_eq!(sent.link.session_id, None);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_late_asks_before_it_goes_out() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    pass(86_401).await;
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Overdue(Overdue::Expired));
    assert_eq!((sent.link.state, sent.link.session_id), (LinkState::Queued, None), "nothing is lost");
    let entry = world.entry(id).unwrap();
    assert!(entry.needs_decision && !entry.in_flight && entry.overdue == Some(Overdue::Expired));
    // Not by itself, and not by "send now" either.
    pass(60).await;
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Overdue(Overdue::Expired));
    assert_eq!((world.backend.calls(Call::Create), world.backend.calls(Call::Find)), (1, 0));
    // The seller's word gives it its time anew.
    let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!((sent.outcome, world.messages(id)), (Outcome::Created, 1));
    let expires = world.backend.sessions()[0].news.expires_at.unwrap();
    assert_eq!(expires, world.now() + SignedDuration::from_hours(24));
    assert_eq!(world.link(id).expires_at, expires);
}

#[tokio::test(start_paused = true)]
async fn what_waited_long_asks_once() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    pass(12 * 3600 + 1).await;
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Overdue(Overdue::Old));
    // With the seller's word it goes out by itself, also when the next try fails too.
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
    let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    pass(30).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!((done.len(), done[0].1.outcome, world.messages(id)), (1, Outcome::Created, 1));
    assert_eq!(world.link(id).expires_at, world.link(id).sale.expires_at, "its time is as it was");
}

/// The seller's word sent it, and its answer was lost: what is asked then is whether the customer has it, and the backend
/// is asked by itself.
#[tokio::test(start_paused = true)]
async fn what_was_late_and_may_have_gone_out_is_looked_for() {
    let world = World::new();
    let id = late(&world, sms(), false).await;
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }), "{sent:?}");
    let entry = world.entry(id).unwrap();
    assert!(entry.needs_decision && entry.in_flight && entry.overdue.is_none(), "{entry:?}");
    world.backend.can_list();
    let session = world.backend.sessions()[0].news.id.clone();
    world.backend.pay(&session, "AUTHORIZED");
    for _ in 0..10 {
        pass(60).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
    assert_eq!(world.entry(id), None);
    track::refresh_one(&world.ports, id).await.unwrap();
    let link = world.link(id);
    assert_eq!((link.state, link.session_id, world.messages(id)), (LinkState::Authorized, Some(session), 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_late_can_be_given_up() {
    let world = World::new();
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
    let id = world.keep("A-1", Delivery::Link);
    send_now(&world.ports, id).await.unwrap();
    pass(13 * 3600).await;
    send_now(&world.ports, id).await.unwrap();
    let sent = withdraw(&world.ports, id).await.unwrap();
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Cancelled, LinkState::Cancelled));
    assert_eq!((world.entry(id), world.backend.calls(Call::Create)), (None, 1));
}

/// A link that is late, and asks. With `doubt` one may have been sent.
async fn late(world: &World, delivery: Delivery, doubt: bool) -> LinkId {
    let wrong = if doubt { Wrong::Cut } else { fault(FaultKind::NotSent) };
    world.backend.wrong(Call::Create, [wrong]);
    let id = world.keep("A-1", delivery);
    if doubt {
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
    }
    send_now(&world.ports, id).await.unwrap();
    pass(13 * 3600).await;
    send_now(&world.ports, id).await.unwrap();
    assert!(world.entry(id).unwrap().needs_decision);
    id
}

/// The power is cut at every single step of giving up what is late, the backend there or not: it is not sent by that.
#[tokio::test(start_paused = true)]
async fn giving_up_what_is_late_never_sends_it() {
    for (delivery, doubt) in [(sms(), false), (sms(), true), (Delivery::Link, false), (Delivery::Link, true)]
    {
        for answers in [true, false] {
            let mut cuts = 0;
            for step in 1..20 {
                let world = World::new();
                let id = late(&world, delivery.clone(), doubt).await;
                let made = world.backend.calls(Call::Create);
                if !answers {
                    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
                }
                world.power.cut_at(step);
                let _ = withdraw(&world.ports, id).await;
                let cut = world.power.is_off();
                world.power.back();
                world.backend.all_is_well();
                for _ in 0..10 {
                    pass(100).await;
                    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
                }
                let told = format!("{delivery:?}, doubt {doubt}, answers {answers}, cut at {step}");
                assert_eq!(world.backend.calls(Call::Create), made, "{told}: {:?}", world.link(id));
                // It can still be given up, and sent on the seller's word.
                let link = world.link(id);
                if link.state.in_outbox() && link.state != LinkState::Refused {
                    assert_ne!(link.state, LinkState::Creating, "{told}");
                    assert!(world.entry(id).is_some_and(|e| e.needs_decision), "{told}");
                    assert_eq!(
                        withdraw(&world.ports, id).await.unwrap().outcome,
                        Outcome::Cancelled,
                        "{told}"
                    );
                }
                if !cut {
                    break;
                }
                cuts += 1;
            }
            assert!(cuts >= 2, "the cut never came");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_is_no_word_to_send_what_is_late() {
    let world = World::new();
    let id = late(&world, sms(), false).await;
    let sent = decide(&world.ports, id, Decision::Wait).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Overdue(Overdue::Old));
    pass(3600).await;
    settle(&world).await;
    assert_eq!(world.messages(id), 0);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_puts_nothing_off() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    // Written by a clock that was a day ahead.
    let ahead = world.now() + SignedDuration::from_hours(24);
    let entry = OutboxEntry { next_at: ahead, since: ahead, ..world.entry(id).unwrap() };
    world.ports.ledger.enqueue(&entry).unwrap();
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].1.outcome, Outcome::Created);
    // A pause that was decided just now is kept.
    let id = world.keep("B-1", Delivery::Link);
    let entry = OutboxEntry { next_at: ahead, ..world.entry(id).unwrap() };
    world.ports.ledger.enqueue(&entry).unwrap();
    assert_eq!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_lets_nobody_here_send_it_a_second_time() {
    for delivery in [sms(), Delivery::Link] {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(20))]);
        let id = world.keep("A-1", delivery);
        let meanwhile = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            world.set_clock(SignedDuration::from_mins(30));
            let sent = send_now(&world.ports, id).await.unwrap();
            assert_eq!(sent.outcome, Outcome::Busy);
            assert_eq!(withdraw(&world.ports, id).await.unwrap().outcome, Outcome::Busy);
        };
        let (sent, ()) = tokio::join!(send_now(&world.ports, id), meanwhile);
        assert_eq!(sent.unwrap().outcome, Outcome::Created);
        assert_eq!((world.backend.calls(Call::Create), world.backend.calls(Call::Find)), (1, 0));
    }
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
        // Set ahead by a day it's late, and asks.
        let asks = matches!(sent.unwrap().outcome, Outcome::Overdue(_));
        assert_eq!(asks, hours > 0);
        let waited = begun.elapsed().as_secs();
        assert!(
            if asks { (4..=5).contains(&waited) } else { (20..=30).contains(&waited) },
            "{hours}: {waited}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_made_offline_by_a_wrong_clock_gets_the_time_that_was_meant() {
    let day = SignedDuration::from_hours(24);
    // How far the clock is behind when the link is made, and how far it's set before the link goes out.
    for (behind, set) in [(day, SignedDuration::ZERO), (day, day), (-day, SignedDuration::ZERO), (-day, -day)]
    {
        for known in [true, false] {
            let world = World::new();
            world.set_clock(-behind);
            let id = world.keep("A-1", sms());
            if known {
                world.ports.made.note(id, &*world.ports.clock);
            }
            pass(3 * 3600).await;
            world.set_clock(set);
            let kept = world.link(id);
            let sent = send_now(&world.ports, id).await.unwrap();
            let end = world.link(id).expires_at.duration_since(kept.created_at);
            if known {
                assert_eq!(sent.outcome, Outcome::Created, "{behind} {set}");
                // A day from when it was made by the backend's clock, which is what the customer is told.
                assert_eq!(end, day + behind, "{behind} {set}");
                assert_eq!(world.backend.sessions()[0].news.expires_at, Some(kept.expires_at + behind));
            } else {
                assert_eq!(end, day, "nothing is guessed");
                let late = behind.is_positive();
                let asks = matches!(sent.outcome, Outcome::Overdue(Overdue::Expired | Overdue::Old));
                assert_eq!(asks, late, "{behind} {set}: {:?}", sent.outcome);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_was_named_as_a_moment_is_moved_by_no_clock() {
    let day = SignedDuration::from_hours(24);
    for behind in [day, SignedDuration::ZERO, -day] {
        let world = World::new();
        world.set_clock(-behind);
        let named = world.right_now() + SignedDuration::from_hours(5);
        let sale = Sale { expires_at: named, exact_end: true, ..world.sale("A-1", sms()) };
        let id = LinkId(uuid::Uuid::from_u128(1));
        let link = Link::queued(id, ACCOUNT.to_owned(), sale, world.now()).unwrap();
        outbox::keep(&world.ports, link, false).await.unwrap();
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Created, "{behind}");
        assert_eq!(world.link(id).expires_at, named, "{behind}");
        assert_eq!(world.backend.sessions()[0].news.expires_at, Some(named), "{behind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_moment_that_was_over_by_our_clock_when_it_was_named_is_sent_on_the_sellers_word() {
    let world = World::new();
    // The clock is two days ahead; by the right one the moment lies ahead, until the link can be sent.
    world.set_clock(SignedDuration::from_hours(48));
    let named = world.right_now() + SignedDuration::from_hours(5);
    let sale = Sale { expires_at: named, exact_end: true, ..world.sale("A-1", sms()) };
    let id = LinkId(uuid::Uuid::from_u128(1));
    let link = Link::queued(id, ACCOUNT.to_owned(), sale, world.now()).unwrap();
    outbox::keep(&world.ports, link, false).await.unwrap();
    pass(6 * 3600).await;
    let sent = send_now(&world.ports, id).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Overdue(Overdue::Expired));
    let sent = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!(sent.outcome, Outcome::Created);
    let left = world.link(id).expires_at.duration_since(world.right_now());
    assert_eq!(left, SignedDuration::from_hours(24), "nobody knows how long it was meant to live");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_stuck_holds_up_nobody() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(60))]);
    let stuck = world.keep("A-1", Delivery::Link);
    let others: Vec<LinkId> = (1..=9).map(|n| world.keep(&format!("B-{n}"), Delivery::Link)).collect();
    let (ports, now) = (world.ports.clone(), world.now());
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.link(stuck).state, LinkState::Creating);
    assert!(others.iter().all(|id| world.link(*id).state == LinkState::Open));
    assert_eq!(flushing.await.unwrap().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn however_many_send_what_waits_four_go_at_a_time() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..30).map(|_| Wrong::Slow(Duration::from_secs(5))));
    for n in 0..30 {
        world.keep(&format!("A-{n}"), Delivery::Link);
    }
    let now = world.now();
    let flushes = (0..5).map(|_| flush(&world.ports, ACCOUNT, now));
    futures_util::future::join_all(flushes).await;
    assert_eq!((world.backend.sessions().len(), world.backend.most_at_once()), (30, 4));
    // One by one they would have taken 150 s.
    assert!(world.now().duration_since(now) < SignedDuration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn however_many_a_person_sends_eight_go_at_a_time_and_hold_up_nothing_else() {
    let world = World::new();
    let followed = world.send("A-1", Delivery::Link).await;
    let by_hand: Vec<LinkId> = (0..30).map(|n| world.keep(&format!("B-{n}"), Delivery::Link)).collect();
    world.backend.wrong(Call::Create, (0..8).map(|_| Wrong::Slow(Duration::from_secs(20))));
    let sending = by_hand.iter().map(|id| send_now(&world.ports, *id));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(world.backend.most_at_once(), 8);
        // What waits in the outbox goes, and a payment is seen.
        let waits = world.keep("C-1", Delivery::Link);
        world.backend.pay(&world.session_id(followed), "AUTHORIZED");
        let both = async {
            track::refresh_one(&world.ports, followed).await.unwrap();
            outbox::send_patiently(&world.ports, waits, Duration::from_secs(5)).await.unwrap()
        };
        let sent = tokio::time::timeout(Duration::from_secs(1), both).await.unwrap();
        assert_eq!((sent.outcome, world.link(followed).state), (Outcome::Created, LinkState::Authorized));
    };
    let begun = Instant::now();
    let (sent, ()) = tokio::join!(futures_util::future::join_all(sending), meanwhile);
    assert!(sent.into_iter().all(|s| s.unwrap().outcome == Outcome::Created));
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_a_person_withdraws_is_kept_at_once_and_eight_go_at_a_time() {
    let world = World::new();
    let mut links = Vec::new();
    for n in 0..30 {
        links.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    world.backend.wrong(Call::Cancel, (0..30).map(|_| Wrong::Slow(Duration::from_secs(5))));
    let withdrawing = links.iter().map(|id| cancel::cancel(&world.ports, *id));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let kept = world.ports.ledger.outbox(ACCOUNT).unwrap();
        assert_eq!(kept.iter().filter(|e| e.kind == OutboxKind::Cancel).count(), 30);
    };
    let (ends, ()) = tokio::join!(futures_util::future::join_all(withdrawing), meanwhile);
    assert!(ends.into_iter().all(|end| end.unwrap().end == cancel::CancelEnd::Cancelled));
    assert_eq!(world.backend.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn two_at_once_send_it_once() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(5))]);
    let id = world.keep("A-1", sms());
    let (one, two) = tokio::join!(send_now(&world.ports, id), send_now(&world.ports, id));
    let mut outcomes = [one.unwrap().outcome, two.unwrap().outcome];
    outcomes.sort_by_key(|o| *o == Outcome::Busy);
    assert_eq!(outcomes, [Outcome::Created, Outcome::Busy]);
    assert_eq!(world.messages(id), 1);
}

fn no_connection() -> Wrong {
    Wrong::Fault(Fault::new(FaultKind::NotSent, Cause::NoConnection(Network::Unreachable)))
}

#[tokio::test(start_paused = true)]
async fn offline_one_failure_is_enough() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..3).map(|_| no_connection()));
    let ids: Vec<_> = (0..20).map(|n| world.keep(&format!("A-{n}"), Delivery::Link)).collect();
    for tries in 1..=3 {
        let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!((done.len(), world.backend.calls(Call::Create)), (1, tries));
        assert!(matches!(done[0].1.outcome, Outcome::Queued { next_at } if next_at > world.now()));
    }
    let tried = |id: &LinkId| world.entry(*id).unwrap().attempts;
    assert_eq!(ids.iter().map(tried).sum::<u32>(), 3, "what was not tried does not count as tried");
    assert!(ids[1..].iter().all(|id| world.entry(*id).unwrap().last_error.is_none()));
    // There is one again. What waited for nothing else goes, due or not, and not all at once.
    let began = world.now();
    assert!(world.entry(ids[0]).unwrap().next_at > began);
    let (ports, now) = (world.ports.clone(), began);
    let flushing = tokio::spawn(async move { flush(&ports, ACCOUNT, now).await });
    let mut last = 0;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        let made = world.backend.sessions().len();
        assert!(made - last <= 13, "{made} after {last}");
        last = made;
    }
    assert_eq!(last, 20);
    assert_eq!(flushing.await.unwrap().unwrap().len(), 20);
    assert!(ids.iter().all(|id| world.link(*id).state == LinkState::Open));
}

/// After a long outage the wait is seconds.
#[tokio::test(start_paused = true)]
async fn an_outage_makes_no_long_waits() {
    let world = World::new();
    world.backend.wrong(Call::Create, (0..40).map(|_| no_connection()));
    let id = world.keep("A-1", sms());
    for _ in 0..40 {
        send_now(&world.ports, id).await.unwrap();
        let entry = world.entry(id).unwrap();
        assert!(entry.next_at.duration_since(world.now()).as_secs() <= 7);
        assert!(entry.waits_for_connection());
    }
}

/// Only a missing connection is one: what is wrong with one link holds up no other.
#[tokio::test(start_paused = true)]
async fn a_profile_that_can_not_be_read_puts_off_nobody_else() {
    let world = World::new();
    let hangs = Cause::ReadingProfile(Box::new(Cause::NoAnswer(20)));
    world.backend.wrong(Call::Create, [Wrong::Fault(Fault::new(FaultKind::NotSent, hangs))]);
    let ids: Vec<_> = (0..5).map(|n| world.keep(&format!("A-{n}"), sms())).collect();
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.len(), 5);
    assert_eq!(world.link(ids[0]).state, LinkState::Queued);
    assert!(ids[1..].iter().all(|id| world.link(*id).state == LinkState::Open));
}

/// "Send now" is for all that waits: links, cancels and money, due or not; but what needs a decision waits for it.
#[tokio::test(start_paused = true)]
async fn what_is_not_due_goes_on_the_sellers_word() {
    let world = World::new();
    let asks = late(&world, sms(), false).await;
    let later = |id, kind| OutboxEntry {
        next_at: world.now() + SignedDuration::from_mins(4),
        ..OutboxEntry::new(id, kind, world.now())
    };
    let link = world.keep("B-1", sms());
    world.ports.ledger.enqueue(&later(link, OutboxKind::Create)).unwrap();
    let open = world.send("B-2", Delivery::Link).await;
    world.ports.ledger.enqueue(&later(open, OutboxKind::Cancel)).unwrap();
    let paid = world.send("B-3", Delivery::Link).await;
    world.backend.pay(&world.session_id(paid), "AUTHORIZED");
    track::refresh_one(&world.ports, paid).await.unwrap();
    let order = Some(MoneyOrder::default());
    let capture = OutboxEntry { order, ..later(paid, OutboxKind::Capture) };
    world.ports.ledger.enqueue(&capture).unwrap();
    assert_eq!(flush(&world.ports, ACCOUNT, world.now()).await.unwrap(), []);
    assert_eq!(flush_all(&world.ports, ACCOUNT).await.unwrap().len(), 3);
    assert_eq!((world.link(link).state, world.messages(link)), (LinkState::Open, 1));
    assert_eq!(world.link(open).state, LinkState::Cancelled);
    assert_eq!(world.link(paid).state, LinkState::Captured);
    assert_eq!(world.messages(asks), 0);
    assert!(world.entry(asks).unwrap().needs_decision);
}

/// The power is cut at every single step of sending, the request carried out or not, with a list or
/// without: after the next start no customer ever gets two messages, and no sale is lost.
#[tokio::test(start_paused = true)]
async fn a_power_cut_at_every_step() {
    for listing in [true, false] {
        for delivery in [sms(), Delivery::Link] {
            for first in [None, Some(Wrong::Lost), Some(Wrong::Cut), Some(fault(FaultKind::NotSent))] {
                let mut cuts = 0;
                for step in 1..20 {
                    let world = World::new();
                    if !listing {
                        world.backend.cannot_list(FaultKind::Forbidden);
                    }
                    world.backend.wrong(Call::Create, first.clone());
                    let id = world.keep("A-1", delivery.clone());
                    world.power.cut_at(step);
                    let _ = send_now(&world.ports, id).await;
                    if !world.power.is_off() {
                        break;
                    }
                    cuts += 1;
                    world.power.back();
                    // What was to go wrong may not have had its turn.
                    world.backend.all_is_well();
                    if !listing {
                        world.backend.cannot_list(FaultKind::Forbidden);
                    }
                    pass(100).await;
                    settle(&world).await;
                    let link = world.link(id);
                    let told = format!("{delivery:?}, list {listing}, {first:?}, cut at {step}: {link:?}");
                    if delivery.messages_customer() {
                        assert!(world.messages(id) <= 1, "{told}");
                    }
                    match link.state {
                        LinkState::Open => assert!(link.url.is_some() && link.session_id.is_some(), "{told}"),
                        LinkState::Uncertain => {
                            assert!(world.entry(id).unwrap().needs_decision, "{told}");
                            assert!(delivery.messages_customer(), "{told}");
                            // The seller has it sent again and it ends well.
                            decide(&world.ports, id, Decision::SendAgain).await.unwrap();
                            assert_eq!(world.link(id).state, LinkState::Open, "{told}");
                        }
                        _ => panic!("{told}"),
                    }
                }
                assert!(cuts >= 3, "the cut never came");
            }
        }
    }
}

/// So many links have the reference that the lost one may be among those that were not read: that is no "it isn't
/// there", and nothing is made anew without the seller's word.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_searched_is_not_taken_for_gone() {
    for delivery in [Delivery::Link, sms()] {
        let world = World::new();
        let id = world.keep("KASSE", delivery);
        world.backend.too_many(true);
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }), "{sent:?}");
        assert_eq!(world.backend.calls(Call::Create), 1);
        let why = world.entry(id).unwrap().last_error.unwrap();
        assert_eq!(why, Cause::Plain(Plain::TooManyToSearch).to_string());
        // Also not by the next try, nor after a day.
        pass(600).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.backend.calls(Call::Create), 1);
        // Found after all, it is taken.
        world.backend.too_many(false);
        pass(600).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.link(id).state, LinkState::Open);
        assert_eq!((world.backend.calls(Call::Create), world.entry(id)), (1, None));
    }
}
