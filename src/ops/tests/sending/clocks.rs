//! A clock that is wrong or set moves no send and no end.

use std::time::Duration;

use jiff::SignedDuration;

use super::pass;
use crate::domain::link::{Link, LinkId};
use crate::domain::sale::{Delivery, Sale};
use crate::ops::outbox::{self, Decision, Outcome, decide, flush, send_now, withdraw};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, sms};
use crate::ports::{OutboxEntry, Overdue};

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
async fn a_link_made_offline_by_a_wrong_clock_gets_the_time_that_was_meant() {
    let day = SignedDuration::from_hours(24);
    // How far the clock is behind when the link is made, and how far it's set before the link goes out.
    for (behind, set) in [(day, SignedDuration::ZERO), (day, day), (-day, SignedDuration::ZERO), (-day, -day)]
    {
        for known in [true, false] {
            let world = World::new();
            world.set_clock(-behind);
            let id = world.keep("A-1", sms());
            if !known {
                // Whatever was counted, it was before the machine was started anew.
                world.restart();
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

const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(13);

#[tokio::test(start_paused = true)]
async fn no_clock_makes_a_sale_old_or_young() {
    for heard in [true, false] {
        for restarted in [true, false] {
            // What is counted, or the backend's clock at both ends, tells how long it has waited.
            let certain = heard || !restarted;
            for (ahead, passed) in [(HALF_A_DAY, 60), (-HALF_A_DAY, 13 * 3600)] {
                let world = World::new();
                if heard {
                    world.backend.heard();
                }
                let id = LinkId(uuid::Uuid::from_u128(1));
                let sale = world.sale("A-1", sms());
                let link = Link::queued(id, ACCOUNT.to_owned(), sale, world.now()).unwrap();
                outbox::keep(&world.ports, link, false).await.unwrap();
                pass(passed).await;
                if restarted {
                    world.restart();
                }
                world.set_clock(ahead);
                let sent = send_now(&world.another(), id).await.unwrap();
                let old = (passed > 12 * 3600) == certain;
                let asks = sent.outcome == Outcome::Overdue(Overdue::Old);
                assert_eq!(asks, old, "{heard} {restarted} {ahead}: {:?}", sent.outcome);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_a_wrong_clock_brought_up_is_taken_back() {
    for heard in [true, false] {
        let world = World::new();
        if heard {
            world.backend.heard();
        }
        let id = world.keep("A-1", sms());
        world.restart();
        world.set_clock(HALF_A_DAY);
        world.backend.tells_time(false);
        let sent = send_now(&world.ports, id).await.unwrap();
        assert_eq!(sent.outcome, Outcome::Overdue(Overdue::Old), "nobody knows better");
        let asked = world.entry(id).unwrap();
        assert!(asked.next_at > world.now(), "it is not looked at without a pause");
        pass(3600).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.entry(id).unwrap().overdue, Some(Overdue::Old), "still nobody does");
        // The clock is put right, and the backend tells the time.
        world.set_clock(-HALF_A_DAY);
        world.backend.tells_time(true);
        world.backend.heard();
        pass(3600).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        // By our clock alone nothing is taken back: it may be that one which is wrong now.
        assert_eq!(world.entry(id).is_none(), heard);
        assert_eq!(world.messages(id), usize::from(heard));
    }
}
