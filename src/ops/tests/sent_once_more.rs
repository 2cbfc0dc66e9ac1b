//! A link that was refused, sent once more at the seller's word once the reason is put right: a sale is not lost because a
//! sign-in was not taken for a while.

use crate::domain::link::{EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, decide, flush, send_now};
use crate::ops::testing::payments::pass;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ports::{DOUBTED, FaultKind};

async fn refused(world: &World, delivery: Delivery) -> LinkId {
    world.backend.wrong(Call::Create, [fault(FaultKind::Forbidden)]);
    let id = world.keep("A-1", delivery);
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Refused);
    id
}

async fn later(world: &World) {
    for _ in 0..20 {
        pass(600).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_goes_out_at_the_sellers_word_and_not_before() {
    // At once; after half a day, when the customer may have gone; when its time is over.
    for hours in [0, 13, 50] {
        let world = World::new();
        let id = refused(&world, sms()).await;
        pass(hours * 3600).await;
        later(&world).await;
        assert_eq!((world.backend.calls(Call::Create), world.link(id).state), (1, LinkState::Refused));
        // Refused again, which the story tells, too.
        world.backend.wrong(Call::Create, [fault(FaultKind::Forbidden)]);
        let again = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
        assert_eq!(again.outcome, Outcome::Refused);
        let told = world.link(id).events.iter().filter(|e| e.kind == EventKind::Refused).count();
        assert_eq!((told, world.entry(id)), (2, None));
        let sent = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
        assert_eq!((sent.outcome, sent.link.reason), (Outcome::Created, None), "after {hours} hours");
        // By its story a copy that knows this is told from one that doesn't.
        let again = |n: usize| sent.link.events.iter().any(|e| e.key == Some(format!("again/{n}")));
        assert!(again(1) && again(2), "{:?}", sent.link.events);
        assert_eq!((world.messages(id), world.backend.sessions().len()), (1, 1));
        // That was it.
        let again = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
        assert_eq!((again.outcome, world.backend.calls(Call::Create)), (Outcome::Already, 3));
    }
}

/// Without a connection it waits, and goes out by itself when there is one: the seller has said so.
#[tokio::test(start_paused = true)]
async fn without_a_connection_it_waits() {
    let world = World::new();
    let id = refused(&world, sms()).await;
    world.backend.wrong(Call::Create, [fault(FaultKind::NotSent)]);
    let sent = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    later(&world).await;
    assert_eq!((world.messages(id), world.link(id).state), (1, LinkState::Open));
}

/// What may be with the customer is no such link: it was in doubt before it was refused.
#[tokio::test(start_paused = true)]
async fn what_may_be_with_the_customer_is_not_sent_once_more() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    world.backend.wrong(Call::Create, [fault(FaultKind::Refused)]);
    let refused = decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!(refused.outcome, Outcome::Refused);
    let again = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
    assert_eq!((again.outcome, world.backend.calls(Call::Create)), (Outcome::Refused, 2));
}

/// Wherever the power goes, it is made at most once, and it is refused or waits, never gone.
#[tokio::test(start_paused = true)]
async fn a_power_cut_neither_loses_it_nor_makes_it_twice() {
    for step in 1.. {
        let world = World::new();
        let id = refused(&world, sms()).await;
        world.power.cut_at(step);
        drop(decide(&world.ports, id, Decision::SendRefused).await);
        let cut = world.power.is_off();
        world.power.back();
        world.restart();
        later(&world).await;
        let link = world.link(id);
        let waits = world.entry(id).is_some();
        assert!(world.backend.sessions().len() <= 1 && world.messages(id) <= 1, "step {step}");
        match link.state {
            LinkState::Refused => assert!(!waits),
            LinkState::Queued | LinkState::Uncertain => assert!(waits, "step {step}"),
            state => assert_eq!((state, waits), (LinkState::Open, false), "step {step}"),
        }
        if !cut {
            assert_eq!(link.state, LinkState::Open);
            break;
        }
    }
}

/// The screen was late: another window has sent it meanwhile, and nobody knows what came of that. It is no word for a second
/// message.
#[tokio::test(start_paused = true)]
async fn what_another_one_has_sent_meanwhile_is_not_sent_by_a_late_word() {
    let world = World::new();
    let id = refused(&world, sms()).await;
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    world.backend.cannot_list(FaultKind::Forbidden);
    decide(&world.another(), id, Decision::SendRefused).await.unwrap();
    assert!(world.entry(id).unwrap().needs_decision, "the seller has to ask the customer");
    let made = world.backend.calls(Call::Create);
    let again = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
    assert!(matches!(again.outcome, Outcome::Uncertain { needs_decision: true, .. }), "{again:?}");
    assert_eq!((world.backend.calls(Call::Create), world.entry(id).unwrap().needs_decision), (made, true));
}

/// In a ledger that is older than what happened it may have been sent since: it is looked for first, and what is found is
/// taken.
#[tokio::test(start_paused = true)]
async fn in_an_older_ledger_it_is_looked_for_first() {
    let world = World::new();
    let id = refused(&world, sms()).await;
    let before = world.link(id);
    let sent = decide(&world.ports, id, Decision::SendRefused).await.unwrap();
    let session = sent.link.session_id.clone();
    // As a copy of before knows it.
    let older = world.on_copy_of(before);
    older.ledger.put(DOUBTED, Some(&format!("00000000000000000000000000000009 {id}"))).unwrap();
    let again = decide(&older, id, Decision::SendRefused).await.unwrap();
    assert_eq!((again.outcome, again.link.session_id), (Outcome::Adopted, session));
    assert_eq!(world.messages(id), 1, "no second message");
}
