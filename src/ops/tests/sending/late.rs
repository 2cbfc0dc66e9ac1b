//! What waited too long to go out by itself.

use jiff::SignedDuration;

use super::{pass, settle};
use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, decide, flush, send_now, withdraw};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ops::track;
use crate::ports::{FaultKind, Overdue};

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
pub(super) async fn late(world: &World, delivery: Delivery, doubt: bool) -> LinkId {
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
