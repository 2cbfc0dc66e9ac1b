//! The answer is lost: looked for, taken, made anew or left to the seller.

use std::time::Duration;

use super::{kinds, pass, settle};
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::{EventKind, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::outbox::{Decision, Outcome, decide, flush, send_now, send_patiently, withdraw};
use crate::ops::testing::{ACCOUNT, Call, Sim, World, Wrong, fault, sms};
use crate::ops::track;
use crate::ports::{Fault, FaultKind};

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
        // The story doesn't end with the doubt.
        let told = |kind| kinds(&world, id).iter().position(|k| *k == kind);
        assert!(told(EventKind::Uncertain).is_some() && told(EventKind::Found) > told(EventKind::Uncertain));
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

/// Where nobody can tell whether it was made, each lost answer may leave one more session: that has a bound, and the sale is
/// not lost.
#[tokio::test(start_paused = true)]
async fn what_is_lost_again_and_again_is_made_anew_less_and_less_often() {
    let world = World::new();
    world.backend.cannot_list(FaultKind::Forbidden);
    world.backend.wrong(Call::Create, (0..100).map(|_| Wrong::Lost));
    let id = world.keep("A-1", Delivery::Link);
    let began = world.now();
    let made = || world.backend.sessions().len();
    let mut counts = Vec::new();
    for second in 1..=11 * 3600 {
        pass(1).await;
        if world.entry(id).unwrap().goes(world.now()) {
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        if [30, 600, 11 * 3600].contains(&second) {
            counts.push(made());
        }
    }
    assert!(world.now().duration_since(began).as_hours() >= 11);
    assert!(counts[0] <= 5 && counts[1] <= 7 && counts[2] <= 18, "{counts:?}");
    assert!(counts[0] >= 3, "a hiccup costs seconds: {counts:?}");
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    // The seller's key tries at once, whatever the pause; and once answers come, it is made.
    world.backend.well(Call::Create);
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Created);
    assert_eq!(world.link(id).state, LinkState::Open);
}

/// What was tried in vain for want of a connection is no lost answer: the first lost one costs no hour.
#[tokio::test(start_paused = true)]
async fn tries_without_a_connection_are_no_lost_answers() {
    let world = World::new();
    world.backend.cannot_list(FaultKind::Forbidden);
    let none = (0..12).map(|_| fault(FaultKind::NotSent));
    world.backend.wrong(Call::Create, none.chain([Wrong::Lost, Wrong::Lost, Wrong::Lost]));
    let id = world.keep("A-1", Delivery::Link);
    for _ in 0..13 {
        send_now(&world.ports, id).await.unwrap();
    }
    let entry = world.entry(id).unwrap();
    assert!(entry.in_flight, "{entry:?}");
    assert!(entry.next_at.duration_since(world.now()).as_mins() <= 5, "{entry:?}");
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

    // Maybe sent, and nobody can tell: the word stays, and it's tried again.
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
    let sent = decide(&world.ports, id, Decision::Drop).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { needs_decision: false, .. }));
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    assert_eq!(decide(&world.ports, id, Decision::Drop).await.unwrap().outcome, Outcome::Cancelled);
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

/// Something on the way repeats a request: the customer may have both links, and one of them is too many.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_repeated_on_the_way_leaves_no_second_link_behind() {
    for paid in [false, true] {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
        let id = world.keep("A-1", sms());
        send_now(&world.ports, id).await.unwrap();
        assert_eq!(world.link(id).state, LinkState::Uncertain);
        let second = world.backend.repeat("T12345678.s1");
        pass(60).await;
        send_now(&world.ports, id).await.unwrap();
        let ours = world.session_id(id);
        let other = if ours == second { "T12345678.s1".to_owned() } else { second };
        let withdrawn = |s: &&Sim| s.news.cancelled_at.is_some();
        assert_eq!(world.backend.sessions().iter().filter(withdrawn).count(), 1, "at once");
        if paid {
            // In the moment before it could be withdrawn.
            world.backend.happen(&other, |s| s.news.cancelled_at = None);
            world.backend.pay(&ours, "CAPTURED");
            world.backend.pay(&other, "CAPTURED");
            track::refresh_one(&world.ports, id).await.unwrap();
        }
        pass(60).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.backend.sessions().iter().filter(withdrawn).count(), usize::from(!paid));
        assert_eq!(world.link(id).alarms.is_empty(), !paid, "{:?}", world.link(id).alarms);
        assert_eq!(world.link(id).state.has_money(), paid);
    }
}

/// Taken over, and the power gone before the other could be withdrawn.
#[tokio::test(start_paused = true)]
async fn a_second_link_is_written_down_before_the_first_is_taken() {
    let mut cuts = 0;
    for step in 1..40 {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
        let id = world.keep("A-1", sms());
        send_now(&world.ports, id).await.unwrap();
        world.backend.repeat("T12345678.s1");
        pass(60).await;
        world.power.cut_at(step);
        let _ = send_now(&world.ports, id).await;
        let cut = world.power.is_off();
        world.power.back();
        for _ in 0..3 {
            pass(100).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        let open = world.backend.sessions().iter().filter(|s| s.news.cancelled_at.is_none()).count();
        assert_eq!((world.link(id).state, open), (LinkState::Open, 1), "cut at {step}");
        if !cut {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 3, "the cut never came");
}
