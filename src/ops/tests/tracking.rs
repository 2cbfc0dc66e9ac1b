use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::lifecycle::TransactionStatus;
use crate::domain::link::{Alarm, EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::asked::Asked;
use crate::ops::outbox::{Outcome, send_now};
use crate::ops::testing::{ACCOUNT, Call, SPOILED, World, Wrong, fault};
use crate::ops::track::{refresh, refresh_each, refresh_listed, refresh_many, refresh_one};
use crate::ports::{FaultKind, LedgerError};

fn ids(links: &[crate::domain::link::Link]) -> Vec<LinkId> {
    let mut ids: Vec<_> = links.iter().map(|l| l.id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(start_paused = true)]
async fn one_link_is_followed_to_its_end() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    let session = world.session_id(id);
    assert!(refresh_one(&world.ports, id).await.unwrap().changed.is_empty(), "nothing new");
    world.backend.visit(&session);
    let round = refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(round.changed[0].state, LinkState::Opened);
    world.backend.pay(&session, "INITIATED");
    assert_eq!(refresh_one(&world.ports, id).await.unwrap().changed[0].state, LinkState::Paying);
    tokio::time::advance(Duration::from_secs(5)).await;
    world.backend.pay(&session, "AUTHORIZED");
    assert_eq!(refresh_one(&world.ports, id).await.unwrap().changed[0].state, LinkState::Authorized);
    assert_eq!(world.link(id).state, LinkState::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_cannot_be_read_is_asked_for_again() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    world.backend.wrong(Call::Transaction, [fault(FaultKind::Maybe)]);
    let round = refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(round.fault.unwrap().kind, FaultKind::Maybe);
    assert_eq!(round.changed[0].state, LinkState::Paying);
    assert!(!round.changed[0].settled());
    assert_eq!(refresh_one(&world.ports, id).await.unwrap().changed[0].state, LinkState::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_cannot_be_read_keeps_no_other_from_being_followed() {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..4 {
        all.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    for id in &all {
        world.backend.pay(&world.session_id(*id), "CAPTURED");
    }
    world.ports.ledger.put(&format!("{SPOILED}{}", all[0]), Some("")).unwrap();
    assert!(matches!(world.ports.ledger.link(all[0]), Err(LedgerError::Unreadable { .. })));
    let round = refresh_many(&world.ports, vec![all[0], all[1]]).await.unwrap();
    assert_eq!(ids(&round.changed), [all[1]]);
    let round = refresh_each(&world.ports, vec![all[0], all[2]]).await.unwrap();
    assert_eq!(ids(&round.changed), [all[2]]);
    let round = refresh_listed(&world.ports, vec![all[0], all[3]]).await.unwrap();
    assert_eq!(ids(&round.changed), [all[3]]);
}

#[tokio::test(start_paused = true)]
async fn many_links_in_few_requests() {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..250 {
        all.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    let before = world.backend.all_calls();
    assert_eq!(refresh_many(&world.ports, all.clone()).await.unwrap().changed, []);
    assert_eq!(world.backend.all_calls() - before, 3);

    let paid = [all[3], all[120], all[249]];
    for id in paid {
        let session = world.session_id(id);
        world.backend.visit(&session);
        world.backend.pay(&session, "CAPTURED");
    }
    let round = refresh_many(&world.ports, all.clone()).await.unwrap();
    assert_eq!(ids(&round.changed), paid);
    for link in &round.changed {
        assert_eq!(link.state, LinkState::Captured);
        assert!(link.events.iter().any(|e| e.kind == EventKind::Opened), "the rest of the story too");
    }
    let before = world.backend.all_calls();
    assert_eq!(refresh_many(&world.ports, all).await.unwrap().changed, []);
    assert_eq!(world.backend.all_calls() - before, 3, "known payments cost nothing more");
}

#[tokio::test(start_paused = true)]
async fn expiry_is_told_by_the_backend() {
    let world = World::new();
    let (unpaid, paid) = (world.send("A-1", Delivery::Link).await, world.send("A-2", Delivery::Link).await);
    tokio::time::advance(Duration::from_secs(86_390)).await;
    world.backend.pay(&world.session_id(paid), "AUTHORIZED");
    tokio::time::advance(Duration::from_secs(600)).await;
    refresh_many(&world.ports, vec![unpaid, paid]).await.unwrap();
    assert_eq!(world.link(unpaid).state, LinkState::Expired);
    assert_eq!(world.link(paid).state, LinkState::Authorized, "paid in the last seconds");

    // A backend that forgets sessions when their time is over.
    let gone = world.send("A-3", Delivery::Link).await;
    world.backend.wrong(Call::Session, [fault(FaultKind::NotFound), fault(FaultKind::NotFound)]);
    let round = refresh_one(&world.ports, gone).await.unwrap();
    assert!(round.changed.is_empty(), "before its time it means nothing");
    assert_eq!((round.gone, round.there), (vec![gone], Vec::new()), "but that it's not there is told");
    tokio::time::advance(Duration::from_secs(86_401)).await;
    let round = refresh_one(&world.ports, gone).await.unwrap();
    assert_eq!((round.changed[0].state, round.fault), (LinkState::Expired, None));
    let round = refresh_one(&world.ports, paid).await.unwrap();
    assert_eq!((round.gone, round.there), (Vec::new(), vec![paid]));
}

#[tokio::test(start_paused = true)]
async fn faults_stop_the_round_and_keep_what_was_learned() {
    let world = World::new();
    let mut all = Vec::new();
    for n in 0..150 {
        all.push(world.send(&format!("A-{n}"), Delivery::Link).await);
    }
    world.backend.pay(&world.session_id(all[0]), "AUTHORIZED");
    world.backend.pay(&world.session_id(all[149]), "AUTHORIZED");
    world.backend.wrong(
        Call::Transactions,
        [crate::ops::testing::Wrong::Slow(Duration::ZERO), fault(FaultKind::NotSent)],
    );
    let round = refresh_many(&world.ports, all.clone()).await.unwrap();
    assert_eq!(ids(&round.changed), [all[0]]);
    assert_eq!(round.fault.map(|f| f.kind), Some(FaultKind::NotSent));

    world.backend.wrong(Call::Session, (0..99).map(|_| fault(FaultKind::NotSent)));
    let before = world.backend.calls(Call::Session);
    let round = refresh(&world.ports, vec![all[149]], all[1..100].to_vec()).await.unwrap();
    assert_eq!(round.fault.map(|f| f.kind), Some(FaultKind::NotSent));
    assert_eq!(world.link(all[149]).state, LinkState::Authorized, "money first");
    assert!(world.backend.calls(Call::Session) - before < 20);
}

#[tokio::test(start_paused = true)]
async fn two_payments_for_one_order() {
    let world = World::new();
    let (one, two) = (world.send("A-1", Delivery::Link).await, world.send("a-1", Delivery::Link).await);
    let other = world.send("A-11", Delivery::Link).await;
    for id in [one, other] {
        world.backend.pay(&world.session_id(id), "CAPTURED");
        refresh_one(&world.ports, id).await.unwrap();
    }
    assert!(world.link(one).alarms.is_empty());
    world.backend.pay(&world.session_id(two), "AUTHORIZED");
    let round = refresh_many(&world.ports, vec![one, two, other]).await.unwrap();
    assert_eq!(ids(&round.changed), [one, two]);
    assert_eq!(world.link(one).alarms, [Alarm::DoublePayment]);
    assert_eq!(world.link(two).alarms, [Alarm::DoublePayment]);
    assert!(world.link(other).alarms.is_empty());

    // Giving one of them back ends it.
    tokio::time::advance(Duration::from_secs(5)).await;
    world.backend.happen(&world.session_id(one), |s| {
        let transaction = s.transaction.as_mut().unwrap();
        transaction.status = TransactionStatus::Refunded;
    });
    refresh_one(&world.ports, one).await.unwrap();
    assert!(world.link(one).alarms.is_empty() && world.link(two).alarms.is_empty());

    // What was taken off by itself comes again with a third payment, for every link that is paid by then.
    let three = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(three), "AUTHORIZED");
    refresh_one(&world.ports, three).await.unwrap();
    assert_eq!(world.link(two).alarms, [Alarm::DoublePayment]);
    assert_eq!(world.link(three).alarms, [Alarm::DoublePayment]);
    assert!(world.link(one).alarms.is_empty(), "what was paid with it has gone back");
    let told = world.link(two).events.iter().filter(|e| e.kind == EventKind::Alarm).count();
    assert_eq!(told, 2, "each is in the story");
    assert!(world.link(two).events.iter().any(|e| e.kind == EventKind::AlarmOver));
}

#[tokio::test(start_paused = true)]
async fn two_payments_raise_their_alarm_whenever_the_power_goes() {
    // Both told in one round, and one after the other; each link by itself, and with others.
    for (second_later, singly) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut step = 0;
        loop {
            step += 1;
            let world = World::new();
            let one = world.send("A-1", Delivery::Link).await;
            let two = world.send("a-1", Delivery::Link).await;
            let round = async || {
                let (batch, singles) =
                    if singly { (Vec::new(), vec![one, two]) } else { (vec![one, two], Vec::new()) };
                refresh(&world.ports, batch, singles).await
            };
            world.backend.pay(&world.session_id(one), "CAPTURED");
            if second_later {
                round().await.unwrap();
            }
            world.backend.pay(&world.session_id(two), "AUTHORIZED");
            world.power.cut_at(step);
            drop(round().await);
            let was_cut = world.power.is_off();
            world.power.back();
            // What is settled is asked about no more.
            let follow = world.ports.ledger.unsettled(crate::ops::testing::ACCOUNT).unwrap();
            refresh(&world.ports, follow.iter().map(|l| l.id).collect(), Vec::new()).await.unwrap();
            for id in [one, two] {
                assert_eq!(world.link(id).alarms, [Alarm::DoublePayment], "{second_later} {singly} {step}");
            }
            if !was_cut {
                break;
            }
        }
        assert!(step > 1, "something is written");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_and_its_replacement_both_paid() {
    for first_paid in [0, 1] {
        let world = World::new();
        let old = world.send("1042", Delivery::Link).await;
        let new = world.send("1042-2", Delivery::Link).await;
        world.ports.ledger.amend(new, &mut |l| l.reissue_of.replace(old).is_none()).unwrap();
        let mut order = [old, new];
        order.rotate_left(first_paid);
        for id in order {
            world.backend.pay(&world.session_id(id), "AUTHORIZED");
            refresh_one(&world.ports, id).await.unwrap();
        }
        assert_eq!(world.link(old).alarms, [Alarm::DoublePayment]);
        assert_eq!(world.link(new).alarms, [Alarm::DoublePayment]);
        // A person has accepted it: it stays accepted.
        for id in [old, new] {
            world.ports.ledger.amend(id, &mut |l| !std::mem::take(&mut l.alarms).is_empty()).unwrap();
            tokio::time::advance(Duration::from_secs(5)).await;
            world.backend.pay(&world.session_id(id), "CAPTURED");
            refresh_one(&world.ports, id).await.unwrap();
            assert!(world.link(id).alarms.is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_at_the_backend_is_not_asked() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    assert_eq!(refresh(&world.ports, vec![id], vec![id]).await.unwrap(), Default::default());
    assert_eq!(world.backend.all_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_on_its_way_when_the_time_ran_out_ends_nothing() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    let session = world.session_id(id);
    tokio::time::advance(Duration::from_secs(24 * 3600 - 1)).await;
    // Read a second before the end, heard a second after it; paid in between.
    let before = world.backend.sessions().remove(0).news;
    let asked = Asked::now(&world.ports);
    world.backend.pay(&session, "AUTHORIZED");
    tokio::time::advance(Duration::from_secs(2)).await;
    crate::ops::track::take(&world.ports, id, Some(before), None, asked).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Open, "nobody knows yet");
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_while_an_answer_is_on_its_way_ends_no_link() {
    for (steady, hours) in [(true, -26), (true, 26), (false, -26), (false, 26)] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        if !steady {
            world.without_steady();
        }
        world.backend.wrong(Call::Session, [Wrong::Slow(Duration::from_secs(10))]);
        let set = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            world.set_clock(SignedDuration::from_hours(hours));
        };
        // The answer tells the backend's time anew.
        tokio::join!(refresh_one(&world.ports, id), set).0.unwrap();
        assert_eq!(world.link(id).state, LinkState::Open, "set by {hours} h, steady: {steady}");
        // It ends when its time is over, by that clock.
        tokio::time::advance(Duration::from_secs(24 * 3600)).await;
        refresh_one(&world.ports, id).await.unwrap();
        assert_eq!(world.link(id).state, LinkState::Expired, "set by {hours} h, steady: {steady}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_sleeps_while_an_answer_is_on_its_way_ends_no_link() {
    for steady in [true, false] {
        let world = World::new();
        let id = world.send("A-1", Delivery::Link).await;
        if !steady {
            world.without_steady();
        }
        let before = world.backend.sessions().remove(0).news;
        let asked = Asked::now(&world.ports);
        world.sleep(DAYS * 2);
        crate::ops::track::take(&world.ports, id, Some(before), None, asked).await.unwrap();
        assert_eq!(
            world.link(id).state,
            LinkState::Open,
            "it may have been paid in its time, steady: {steady}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_found_again_as_its_time_runs_out_is_asked_about_once_more() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
    assert!(matches!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Uncertain { .. }));
    tokio::time::advance(Duration::from_secs(24 * 3600 - 5)).await;
    world.backend.wrong(Call::Find, [Wrong::Slow(Duration::from_secs(10))]);
    assert_eq!(send_now(&world.ports, id).await.unwrap().outcome, Outcome::Adopted);
    assert_eq!(world.link(id).state, LinkState::Open, "as far as is known from before its end");
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Expired);
}

const DAYS: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test(start_paused = true)]
async fn a_link_that_a_wrong_clock_ended_comes_back_to_life() {
    let world = World::new();
    let (open, paid) = (world.send("A-1", Delivery::Link).await, world.send("A-2", Delivery::Link).await);
    world.backend.visit(&world.session_id(open));
    world.backend.tell_wrong_time(DAYS * 2);
    refresh_many(&world.ports, vec![open, paid]).await.unwrap();
    for id in [open, paid] {
        assert_eq!(world.link(id).state, LinkState::Expired);
    }
    // While nobody believes in them any more, one is paid.
    world.backend.pay(&world.session_id(paid), "AUTHORIZED");
    refresh_many(&world.ports, vec![open, paid]).await.unwrap();
    assert_eq!(world.link(paid).state, LinkState::Authorized, "a payment wins over any clock");
    assert_eq!(world.link(open).state, LinkState::Expired);

    let ended = || world.ports.ledger.ended_since(ACCOUNT, world.now()).unwrap();
    assert_eq!(ended().iter().map(|row| row.id).collect::<Vec<_>>(), [open], "it is followed");
    world.backend.tell_wrong_time(SignedDuration::ZERO);
    refresh_many(&world.ports, vec![open, paid]).await.unwrap();
    let link = world.link(open);
    assert_eq!(link.state, LinkState::Opened);
    assert!(link.story().all(|e| e.kind != EventKind::Expired), "and its story tells no end");
    assert_eq!(ended(), []);
    // In the end it ends all the same, and costs no request for itself then.
    tokio::time::advance(Duration::from_secs(86_401)).await;
    refresh_many(&world.ports, vec![open]).await.unwrap();
    let link = world.link(open);
    assert_eq!(link.state, LinkState::Expired);
    assert!(link.story().any(|e| e.kind == EventKind::Expired));
    let before = world.backend.calls(Call::Session);
    refresh_many(&world.ports, vec![open]).await.unwrap();
    assert_eq!(world.backend.calls(Call::Session), before);
}
