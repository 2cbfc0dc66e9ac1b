use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::lifecycle::TransactionStatus;
use crate::domain::link::{Alarm, Link, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, cancel};
use crate::ops::lost;
use crate::ops::money::Movement;
use crate::ops::outbox::{Decision, decide, flush, send_now};
use crate::ops::testing::payments::once;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault, sms};
use crate::ops::track::refresh_one;
use crate::ports::{FaultKind, OutboxEntry, OutboxKind, Sending};

pub(super) async fn pass(world: &World, seconds: u64) {
    for _ in 0..seconds.div_ceil(20) {
        tokio::time::advance(Duration::from_secs(20)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

/// A link whose first answer was lost and whose session the backend doesn't list; the seller had it sent
/// again. Gives the link and the lost session.
pub(super) async fn sent_twice() -> (World, LinkId, String) {
    sent_twice_in(World::new()).await
}

async fn sent_twice_in(world: World) -> (World, LinkId, String) {
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    assert!(world.entry(id).unwrap().needs_decision);
    decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 2));
    let kinds: Vec<_> = world.ports.ledger.outbox(ACCOUNT).unwrap().iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [OutboxKind::Look]);
    let sessions = world.backend.sessions();
    let lost = sessions[sessions.len() - 2].news.id.clone();
    assert_ne!(lost, world.session_id(id));
    (world, id, lost)
}

/// A link whose answer was lost, whose session the backend doesn't list, and which the seller gave up. Gives the link and
/// the lost session.
async fn given_up_in_doubt() -> (World, LinkId, String) {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    decide(&world.ports, id, Decision::Drop).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Cancelled);
    let lost = world.backend.sessions().remove(0).news.id;
    (world, id, lost)
}

fn cancelled(world: &World, session: &str) -> bool {
    let sessions = world.backend.sessions();
    sessions.iter().find(|s| s.news.id == session).unwrap().news.cancelled_at.is_some()
}

#[tokio::test(start_paused = true)]
async fn found_unpaid_it_is_withdrawn() {
    let (world, id, lost) = sent_twice().await;
    world.backend.can_list();
    pass(&world, 60).await;
    assert!(cancelled(&world, &lost));
    assert!(!cancelled(&world, &world.session_id(id)), "the one that the seller has stays");
    assert_eq!((world.link(id).state, world.link(id).alarms), (LinkState::Open, vec![]));
}

#[tokio::test(start_paused = true)]
async fn found_paid_it_is_the_links_and_the_other_one_is_withdrawn() {
    for can_list in [true, false] {
        let (world, id, lost) = sent_twice().await;
        if can_list {
            world.backend.can_list();
        }
        let ours = world.session_id(id);
        world.backend.pay(&lost, "AUTHORIZED");
        pass(&world, 60).await;
        let link = world.link(id);
        assert_eq!((link.state, link.session_id), (LinkState::Authorized, Some(lost.clone())), "{can_list}");
        assert!(link.url.is_some_and(|url| url.ends_with(&lost)));
        assert_eq!(link.alarms, [], "it was to be paid, and is");
        assert!(cancelled(&world, &ours), "it can't be paid a second time");
        assert!(!cancelled(&world, &lost), "what is paid is not touched");
        let kinds: Vec<_> = world.ports.ledger.outbox(ACCOUNT).unwrap().iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [OutboxKind::Look], "nothing else is left to be done");
    }
}

/// The request was repeated on the way, so that two were lost. The one that can't be read comes first or last.
#[tokio::test(start_paused = true)]
async fn one_that_can_not_be_read_hides_none_that_is_paid() {
    use FaultKind::{Forbidden, Maybe, NotSent};
    // Not sent: the backend wants to be left alone, and what was seen before is known all the same.
    let faults = [(Maybe, [true, false]), (Forbidden, [true, false]), (NotSent, [false, false])];
    for (kind, first) in faults.into_iter().flat_map(|(kind, orders)| orders.map(|first| (kind, first))) {
        for can_list in [true, false] {
            let (world, id, lost) = sent_twice().await;
            if can_list {
                world.backend.can_list();
            }
            let (ours, again) = (world.session_id(id), world.backend.repeat(&lost));
            let (unread, paid) = if first { (lost, again) } else { (again, lost) };
            world.backend.pay(&paid, "AUTHORIZED");
            world.backend.pay(&unread, if can_list { "INITIATED" } else { "AUTHORIZED" });
            let what = if can_list { format!("{unread}.t") } else { unread };
            world.backend.unreadable(&what, kind);
            pass(&world, 60).await;
            let (link, case) = (world.link(id), format!("{kind:?}, first: {first}, can list: {can_list}"));
            assert_eq!((link.state, link.session_id), (LinkState::Authorized, Some(paid)), "{case}");
            assert!(cancelled(&world, &ours), "{case}: it can't be paid a second time");
            assert!(world.entry(id).is_some(), "{case}: the other one is looked for");
        }
    }
}

/// The sale waited for hours without coverage, or the question whether it is to be sent again did: the customer, who
/// has both links now, pays by the first one soon, and must not be able to pay the other one for long.
#[tokio::test(start_paused = true)]
async fn what_was_lost_just_now_is_looked_for_soon_however_old_the_sale_is() {
    for (before, asked) in [(5, 0), (0, 5), (5, 5)] {
        let hours = async |hours: u64| tokio::time::sleep(Duration::from_secs(hours * 3600)).await;
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        world.backend.cannot_list(FaultKind::Forbidden);
        let id = world.keep("A-1", sms());
        hours(before).await;
        send_now(&world.ports, id).await.unwrap();
        hours(asked).await;
        decide(&world.ports, id, Decision::SendAgain).await.unwrap();
        let (lost, ours) = (world.backend.sessions().remove(0).news.id, world.session_id(id));
        pass(&world, 120).await;
        world.backend.pay(&lost, "AUTHORIZED");
        pass(&world, 180).await;
        let case = format!("waited {before} h, asked for {asked} h");
        assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Authorized, lost), "{case}");
        assert!(cancelled(&world, &ours), "{case}");
        // And ever less often, as any other.
        let looks = world.backend.calls(Call::Find);
        pass(&world, 3600).await;
        assert!(world.backend.calls(Call::Find) - looks < 30, "{case}");
    }
}

/// What the laptop's clock tells says nothing of when the customer paid, then or now.
#[tokio::test(start_paused = true)]
async fn a_payment_of_the_lost_link_is_seen_whatever_the_clock_tells() {
    for minutes in [0, 10, -10, 60 * 24 * 400] {
        for put_right in [false, true] {
            let world = World::new();
            world.set_clock(SignedDuration::from_mins(minutes));
            let (world, id, lost) = sent_twice_in(world).await;
            if put_right {
                world.set_clock(SignedDuration::from_mins(-minutes));
            }
            world.backend.pay(&lost, "AUTHORIZED");
            pass(&world, 60).await;
            let link = world.link(id);
            let paid = (LinkState::Authorized, Some(lost));
            assert_eq!((link.state, link.session_id), paid, "{minutes} min ahead, put right: {put_right}");
        }
    }
}

/// A payment from before, by a session that this ledger doesn't know, under the same reference.
#[tokio::test(start_paused = true)]
async fn a_payment_from_before_is_the_lost_links_only_where_nobody_knows_when_that_was_sent() {
    for minutes in [0, 10] {
        for told in [true, false] {
            let world = World::new();
            world.set_clock(SignedDuration::from_mins(minutes));
            let old = world.send("A-1", sms()).await;
            world.backend.pay(&world.session_id(old), "AUTHORIZED");
            world.backend.happen(&world.session_id(old), |s| {
                s.transaction.as_mut().unwrap().session_id = Some("T12345678.another-till".to_owned());
            });
            world.backend.tells_time(told);
            tokio::time::advance(Duration::from_secs(600)).await;
            let (world, id, _) = sent_twice_in(world).await;
            pass(&world, 60).await;
            assert_eq!(world.link(id).alarms.is_empty(), told, "{minutes} min ahead");
        }
    }
}

/// As an earlier version left it: on its way, and nobody knows since when.
fn forget_when(world: &World, id: LinkId) {
    for entry in world.ports.ledger.outbox(ACCOUNT).unwrap().into_iter().filter(|e| e.link == id) {
        world.ports.ledger.enqueue(&OutboxEntry { first_sent: None, ..entry }).unwrap();
    }
}

/// A sale in doubt that an earlier version has sent, and the lost session of it; the seller has it sent again.
async fn sent_by_an_earlier_version(world: World) -> (World, LinkId, String) {
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    let lost = world.backend.sessions().last().unwrap().news.id.clone();
    forget_when(&world, id);
    assert!(world.entry(id).unwrap().needs_decision);
    (world, id, lost)
}

/// Somebody has paid under this reference long ago, by a session that this ledger doesn't know.
#[tokio::test(start_paused = true)]
async fn an_old_payment_is_no_payment_of_a_link_that_an_earlier_version_sent() {
    for (days, alarmed) in [(0, true), (3, false)] {
        let world = World::new();
        let old = world.send("A-1", sms()).await;
        world.backend.pay(&world.session_id(old), "AUTHORIZED");
        world.backend.happen(&world.session_id(old), |s| {
            s.transaction.as_mut().unwrap().session_id = Some("T12345678.another-till".to_owned());
        });
        world.sleep(SignedDuration::from_hours(24 * days));
        let (world, id, _) = sent_by_an_earlier_version(world).await;
        decide(&world.ports, id, Decision::SendAgain).await.unwrap();
        pass(&world, 60).await;
        assert_eq!(!world.link(id).alarms.is_empty(), alarmed, "{days} days ago");
        let state = if alarmed { LinkState::Cancelled } else { LinkState::Open };
        assert_eq!(world.link(id).state, state, "{days} days ago");
    }
}

/// Whatever the clock was when it was made, and is now.
#[tokio::test(start_paused = true)]
async fn a_payment_of_a_link_that_an_earlier_version_sent_is_seen() {
    for days in [0, 20, -20, 400] {
        for put_right in [false, true] {
            let world = World::new();
            world.set_clock(SignedDuration::from_hours(24 * days));
            let (world, id, lost) = sent_by_an_earlier_version(world).await;
            if put_right {
                world.set_clock(SignedDuration::from_hours(-24 * days));
            }
            decide(&world.ports, id, Decision::SendAgain).await.unwrap();
            world.backend.pay(&lost, "AUTHORIZED");
            pass(&world, 60).await;
            let link = world.link(id);
            let paid = (LinkState::Authorized, Some(lost));
            assert_eq!((link.state, link.session_id), paid, "{days} days ahead, put right: {put_right}");
        }
    }
}

/// The first of its requests went out before anybody wrote down when: the second is not taken for the first.
#[tokio::test(start_paused = true)]
async fn what_is_sent_again_is_not_taken_for_the_first_time() {
    let (world, id, _) = sent_by_an_earlier_version(World::new()).await;
    world.backend.wrong(Call::Create, [Wrong::Cut]);
    decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    let kept = world.ports.ledger.outbox(ACCOUNT).unwrap();
    assert_eq!(
        kept.iter().map(|e| (e.kind, e.first_sent)).collect::<Vec<_>>(),
        [(OutboxKind::Create, None), (OutboxKind::Look, None)]
    );
}

/// There are many sessions with the reference, so the search needs to know since when.
#[tokio::test(start_paused = true)]
async fn a_lost_session_is_found_whatever_clock_the_link_was_made_by() {
    for days in [0, 20, -20, 400] {
        for (put_right, known) in [(false, true), (false, false), (true, true)] {
            let world = World::new();
            world.backend.newer_only();
            world.set_clock(SignedDuration::from_hours(24 * days));
            world.backend.wrong(Call::Create, [Wrong::Late(Duration::from_secs(5))]);
            let id = world.keep("A-1", sms());
            send_now(&world.ports, id).await.unwrap();
            assert!(world.entry(id).unwrap().needs_decision);
            if put_right {
                world.set_clock(SignedDuration::from_hours(-24 * days));
            }
            if !known {
                forget_when(&world, id);
            }
            pass(&world, 1200).await;
            let case = format!("{days} days ahead, put right: {put_right}, known: {known}");
            assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 1), "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_while_one_looks_is_looked_for_soon() {
    let (world, id, _) = sent_twice().await;
    pass(&world, 6 * 3600).await;
    let look = || world.ports.ledger.outbox(ACCOUNT).unwrap().remove(0);
    let wait = |entry: &OutboxEntry| entry.next_at.duration_since(world.now());
    assert!(wait(&look()) > SignedDuration::from_mins(30), "rarely by now");
    // One that is under way.
    let claimed = world.ports.ledger.claim(id, OutboxKind::Look, world.now(), Duration::from_secs(90));
    let claimed = claimed.unwrap().unwrap();
    lost::remember(&world.ports, id, Some(world.now())).await.unwrap();
    let later =
        OutboxEntry { next_at: world.now() + SignedDuration::from_hours(3), since: world.now(), ..claimed };
    assert!(world.ports.ledger.release_entry(&world.link(id), &later).unwrap());
    assert!(wait(&look()) <= SignedDuration::from_secs(10), "{:?}", look());
    // And one that waits.
    let kept = world
        .ports
        .ledger
        .claim(id, OutboxKind::Look, world.now(), Duration::from_secs(90))
        .unwrap()
        .unwrap();
    world
        .ports
        .ledger
        .release_entry(&world.link(id), &OutboxEntry { next_at: later.next_at, since: world.now(), ..kept })
        .unwrap();
    lost::remember(&world.ports, id, Some(world.now())).await.unwrap();
    assert!(wait(&look()) <= SignedDuration::from_secs(10), "{:?}", look());
    assert_eq!(look().first_sent, claimed.first_sent, "the earlier of both");
}

/// What can't be written down is not sent: else the customer could hold two links, and nobody would look for the first.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_remembered_is_not_sent_again() {
    for step in 0..4 {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Lost]);
        world.backend.cannot_list(FaultKind::Forbidden);
        let id = world.keep("A-1", sms());
        send_now(&world.ports, id).await.unwrap();
        // The question is taken away, and it is claimed: then nothing more can be written.
        world.power.full(step, 3);
        drop(decide(&world.ports, id, Decision::SendAgain).await);
        world.power.full(0, 0);
        let kinds: Vec<_> = world.ports.ledger.outbox(ACCOUNT).unwrap().iter().map(|e| e.kind).collect();
        let looked_for = kinds.contains(&OutboxKind::Look);
        assert!(looked_for || world.messages(id) == 1, "sent again, and the first is forgotten: {step}");
    }
}

/// The seller used the reference for two sales, as is allowed where it is asked for.
#[tokio::test(start_paused = true)]
async fn the_payment_of_another_sale_is_not_that_of_the_lost_link() {
    let (world, id, _) = sent_twice().await;
    let other = world.send("A-1", sms()).await;
    world.backend.pay(&world.session_id(other), "AUTHORIZED");
    refresh_one(&world.ports, other).await.unwrap();
    pass(&world, 60).await;
    assert_eq!((world.link(id).state, world.link(id).alarms), (LinkState::Open, vec![]));
}

#[tokio::test(start_paused = true)]
async fn paid_by_both_is_told() {
    let (world, id, lost) = sent_twice().await;
    world.backend.pay(&lost, "CAPTURED");
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    // Seeing the payment is reason enough to look at once.
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(world.link(id).alarms, [Alarm::DoublePayment]);
    assert_eq!(world.link(id).state, LinkState::Authorized);

    // The other way round: first the lost one is seen, and ours is paid before it is closed.
    let (world, id, lost) = sent_twice().await;
    let ours = world.session_id(id);
    world.backend.pay(&lost, "AUTHORIZED");
    tokio::time::advance(Duration::from_secs(20)).await;
    world.backend.wrong(Call::Cancel, [Wrong::Cut]);
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!((world.link(id).state, world.link(id).alarms), (LinkState::Authorized, vec![]));
    assert_eq!(world.session_id(id), lost);
    world.backend.pay(&ours, "AUTHORIZED");
    pass(&world, 120).await;
    assert_eq!(world.link(id).alarms, [Alarm::DoublePayment]);
    assert_eq!(world.link(id).state, LinkState::Authorized, "money is never voided by itself");
    assert!(!cancelled(&world, &ours) && !cancelled(&world, &lost));
}

/// And a second sale under its reference, which was paid before.
#[tokio::test(start_paused = true)]
async fn paid_by_both_is_told_of_every_other_sale_of_the_order_too() {
    let (world, id, lost) = sent_twice().await;
    let other = world.send("A-1", sms()).await;
    world.backend.pay(&world.session_id(other), "AUTHORIZED");
    refresh_one(&world.ports, other).await.unwrap();
    world.backend.pay(&lost, "AUTHORIZED");
    world.backend.pay(&world.session_id(id), "AUTHORIZED");
    // The lost one is seen first.
    pass(&world, 60).await;
    for link in [id, other] {
        assert!(world.link(link).alarms.contains(&Alarm::DoublePayment), "{:?}", world.link(link).alarms);
    }
}

/// The second try is in doubt, too: none of the two is withdrawn before it is known which one the link has.
#[tokio::test(start_paused = true)]
async fn while_the_second_try_is_in_doubt_none_is_withdrawn() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost, Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Uncertain, 2));
    world.backend.can_list();
    tokio::time::advance(Duration::from_secs(20)).await;
    lost::look(&world.ports, id).await.unwrap();
    assert_eq!(world.backend.calls(Call::Cancel), 0);
    // Once it is known, the other one is.
    pass(&world, 300).await;
    let link = world.link(id);
    assert_eq!(link.state, LinkState::Open);
    for session in world.backend.sessions() {
        let ours = link.session_id.as_ref() == Some(&session.news.id);
        assert_eq!(session.news.cancelled_at.is_none(), ours, "{ours}");
    }
}

/// A third link under the reference that is paid and given back again does not end what is told of the lost one.
#[tokio::test(start_paused = true)]
async fn what_was_paid_by_the_lost_one_too_stays_told_when_another_link_is_given_back() {
    let (world, id, lost) = sent_twice().await;
    let other = world.send("A-1", Delivery::Link).await;
    let sessions = [lost, world.session_id(id), world.session_id(other)];
    for session in &sessions {
        world.backend.pay(session, "CAPTURED");
    }
    for link in [id, other] {
        refresh_one(&world.ports, link).await.unwrap();
    }
    pass(&world, 60).await;
    assert!([id, other].iter().all(|link| world.link(*link).alarms.contains(&Alarm::DoublePayment)));
    tokio::time::advance(Duration::from_secs(5)).await;
    world.backend.happen(&sessions[2], |s| {
        s.transaction.as_mut().unwrap().status = TransactionStatus::Refunded;
    });
    refresh_one(&world.ports, other).await.unwrap();
    assert!(world.link(other).alarms.is_empty());
    assert!(world.link(id).alarms.contains(&Alarm::DoublePayment));
}

#[tokio::test(start_paused = true)]
async fn while_it_is_being_paid_it_is_left_alone() {
    let (world, id, lost) = sent_twice().await;
    world.backend.can_list();
    world.backend.pay(&lost, "INITIATED");
    pass(&world, 60).await;
    assert!(!cancelled(&world, &lost));
    world.backend.pay(&lost, "AUTHORIZED");
    pass(&world, 60).await;
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Authorized, lost));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_was_given_up_in_doubt_is_not_paid_in_secret() {
    for paid in [false, true] {
        let (world, id, lost) = given_up_in_doubt().await;
        if paid {
            world.backend.pay(&lost, "AUTHORIZED");
        }
        world.backend.can_list();
        pass(&world, 60).await;
        let link = world.link(id);
        // The seller takes it for ended: that it's paid after all is an alarm.
        assert_eq!(link.alarms, if paid { vec![Alarm::PaidElsewhere] } else { vec![] });
        assert_eq!(link.state, if paid { LinkState::Authorized } else { LinkState::Cancelled });
        assert_eq!(
            link.state.holds_reference(),
            paid,
            "it can be sold again under its reference only if it is not paid"
        );
        assert_eq!(cancelled(&world, &lost), !paid);
        if paid {
            // And the money can be taken, as that of any other link.
            once(&world, id, Movement::Capture(None)).await;
            assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Captured, lost));
        }
    }
}

/// The lost link's customer was sold the same again, under the same reference, and has paid both.
#[tokio::test(start_paused = true)]
async fn what_was_given_up_in_doubt_and_sold_again_and_paid_twice_is_told_at_both() {
    for first in [true, false] {
        let (world, id, lost) = given_up_in_doubt().await;
        let again = world.send("A-1", Delivery::Link).await;
        world.backend.can_list();
        if first {
            world.backend.pay(&lost, "AUTHORIZED");
            pass(&world, 60).await;
        }
        world.backend.pay(&world.session_id(again), "AUTHORIZED");
        refresh_one(&world.ports, again).await.unwrap();
        if !first {
            world.backend.pay(&lost, "AUTHORIZED");
            pass(&world, 60).await;
        }
        for link in [id, again] {
            assert!(
                world.link(link).alarms.contains(&Alarm::DoublePayment),
                "{first} {:?}",
                world.link(link)
            );
        }
        // Given back once, one payment is left, and nothing is told any more.
        tokio::time::advance(Duration::from_secs(5)).await;
        world.backend.happen(&lost, |s| s.transaction.as_mut().unwrap().status = TransactionStatus::Refunded);
        refresh_one(&world.ports, id).await.unwrap();
        for link in [id, again] {
            assert!(
                !world.link(link).alarms.contains(&Alarm::DoublePayment),
                "{first} {:?}",
                world.link(link)
            );
        }
    }
}

/// Another machine sells under the same reference: its session says whose it is.
#[tokio::test(start_paused = true)]
async fn a_payment_of_a_session_that_is_another_machines_is_nobodys_lost_one() {
    let (world, id, _) = sent_twice().await;
    let sale = world.link(id).sale;
    let theirs = LinkId(uuid::Uuid::from_u128(999));
    let made = world.ports.gateway.create(theirs, &sale, &Sending::default()).await.unwrap();
    world.backend.pay(&made.session_id, "AUTHORIZED");
    pass(&world, 60).await;
    assert_eq!((world.link(id).state, world.link(id).alarms), (LinkState::Open, vec![]));
}

/// Whether it's the lost one's is not known for sure: the sale is not taken for paid, and not paid a second time.
#[tokio::test(start_paused = true)]
async fn a_payment_that_may_be_another_tills_is_told_and_not_taken_over() {
    let (world, id, lost) = sent_twice().await;
    world.backend.pay(&lost, "AUTHORIZED");
    world.backend.happen(&lost, |s| {
        s.transaction.as_mut().unwrap().session_id = Some("T12345678.another-till".to_owned());
    });
    let ours = world.session_id(id);
    pass(&world, 60).await;
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Cancelled, ours.clone()));
    assert_eq!(world.link(id).alarms, [Alarm::PaidElsewhere]);
    assert!(cancelled(&world, &ours));
    // Paid in that moment all the same, both are told at once.
    world.backend.pay(&ours, "AUTHORIZED");
    refresh_one(&world.ports, id).await.unwrap();
    assert!(world.link(id).alarms.contains(&Alarm::DoublePayment), "{:?}", world.link(id));
}

/// The link keeps the story of its own payment, which can be told from no other's. That the other one is nobody's is told.
#[tokio::test(start_paused = true)]
async fn a_payment_after_the_links_own_went_back_is_told_and_not_taken_over() {
    for (status, state) in [("REFUNDED", LinkState::Refunded), ("AUTHORIZATION_VOIDED", LinkState::Voided)] {
        let (world, id, lost) = sent_twice().await;
        let ours = world.session_id(id);
        world.backend.pay(&ours, "AUTHORIZED");
        refresh_one(&world.ports, id).await.unwrap();
        tokio::time::advance(Duration::from_secs(5)).await;
        world.backend.pay(&ours, status);
        refresh_one(&world.ports, id).await.unwrap();
        let before = world.link(id);
        assert_eq!((before.state, before.paid_elsewhere_after_its_own()), (state, false));
        world.backend.can_list();
        world.backend.pay(&lost, "AUTHORIZED");
        pass(&world, 60).await;
        let link = world.link(id);
        assert_eq!((link.state, link.session_id.as_ref()), (state, Some(&ours)));
        assert_eq!(link.transaction_id, before.transaction_id);
        assert_eq!(link.alarms, [Alarm::PaidElsewhere], "{status}");
        assert!(link.paid_elsewhere_after_its_own());
    }
}

/// Such a payment counts with those of the other links of its order, whichever comes first.
#[tokio::test(start_paused = true)]
async fn a_payment_that_may_be_another_tills_counts_with_those_of_the_order() {
    for first in [true, false] {
        let (world, id, lost) = sent_twice().await;
        let again = world.send("a-1", Delivery::Link).await;
        let pay_again = async || {
            world.backend.pay(&world.session_id(again), "AUTHORIZED");
            refresh_one(&world.ports, again).await.unwrap();
        };
        if first {
            pay_again().await;
            assert_eq!(world.link(again).alarms, []);
        }
        world.backend.pay(&lost, "AUTHORIZED");
        world.backend.happen(&lost, |s| {
            s.transaction.as_mut().unwrap().session_id = Some("T12345678.another-till".to_owned());
        });
        pass(&world, 60).await;
        if !first {
            pay_again().await;
        }
        assert_eq!(world.link(id).alarms, [Alarm::PaidElsewhere, Alarm::DoublePayment], "first: {first}");
        assert_eq!(world.link(again).alarms, [Alarm::DoublePayment], "first: {first}");
    }
}

/// The link was to be withdrawn, and before that could be done the lost one is found paid: the seller is told that it is
/// paid, and nothing more. There is nothing to be withdrawn any more, also for whoever is at it.
#[tokio::test(start_paused = true)]
async fn what_was_to_be_withdrawn_is_not_any_more_once_the_lost_one_was_paid() {
    for (claimed, unsure_first) in [(false, false), (true, false), (false, true)] {
        let (world, id, lost) = sent_twice().await;
        let ours = world.session_id(id);
        if unsure_first {
            // Its session can't be read at first.
            world.backend.pay(&lost, "AUTHORIZED");
            world.backend.wrong(Call::Session, [fault(FaultKind::Forbidden)]);
            world.backend.wrong(Call::Cancel, (0..3).map(|_| Wrong::Cut));
            tokio::time::advance(Duration::from_secs(20)).await;
            lost::look(&world.ports, id).await.unwrap();
            assert_eq!(world.link(id).alarms, [Alarm::PaidElsewhere]);
            let dealt_with = &mut |l: &mut Link| l.deal_with(&[Alarm::PaidElsewhere]);
            world.ports.ledger.amend(id, dealt_with).unwrap();
        } else {
            world.backend.wrong(Call::Session, [fault(FaultKind::NotSent)]);
            let asked = cancel(&world.ports, id).await.unwrap();
            assert!(matches!(asked.end, CancelEnd::Later { .. }), "{asked:?}");
            world.backend.pay(&lost, "AUTHORIZED");
        }
        world.backend.can_list();
        let cancels = |world: &World| world.ports.ledger.entry(id, OutboxKind::Cancel).unwrap();
        assert!(cancels(&world).is_some());
        tokio::time::advance(Duration::from_secs(20)).await;
        if claimed {
            // The answer that it is not paid comes once the other one is the link's.
            world.backend.wrong(Call::Session, [Wrong::Slow(Duration::from_secs(30))]);
            let ports = world.another();
            let sending = tokio::spawn(async move { cancel(&ports, id).await });
            tokio::time::sleep(Duration::from_secs(5)).await;
            lost::look(&world.ports, id).await.unwrap();
            assert_eq!(world.session_id(id), lost);
            assert_eq!(sending.await.unwrap().unwrap().end, CancelEnd::HasMoney);
        } else {
            tokio::time::advance(Duration::from_secs(60)).await;
            lost::look(&world.ports, id).await.unwrap();
        }
        assert_eq!(cancels(&world), None, "claimed: {claimed}");
        pass(&world, 120).await;
        let link = world.link(id);
        assert_eq!((link.state, link.session_id), (LinkState::Authorized, Some(lost.clone())));
        // What was told and dealt with does not come again.
        let told = if unsure_first { vec![] } else { vec![Alarm::PaidElsewhere] };
        assert_eq!(link.alarms, told, "claimed: {claimed}, unsure first: {unsure_first}");
        assert!(cancelled(&world, &ours) && !cancelled(&world, &lost));
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_tells_of_the_lost_link_where_sessions_can_not_be_listed() {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.cannot_list(FaultKind::Forbidden);
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    let lost = world.backend.sessions().remove(0).news.id;
    world.backend.pay(&lost, "AUTHORIZED");
    pass(&world, 60).await;
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Authorized, lost));
    assert_eq!((world.entry(id), world.messages(id)), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn it_is_looked_for_until_its_time_is_over() {
    let (world, id, _) = sent_twice().await;
    pass(&world, 23 * 3600).await;
    assert!(world.entry(id).is_some());
    let looks = world.backend.calls(Call::Search);
    assert!((5..40).contains(&looks), "{looks} in a day: soon at first, then rarely");
    pass(&world, 8 * 3600).await;
    assert_eq!((world.entry(id), world.link(id).alarms), (None, vec![]));
}

/// A link that was sent, whose answer was lost while the request was on its way; the seller had it sent again at once.
/// `second`: what became of that. Gives the link once the first request has arrived, too.
async fn sent_again_while_on_the_wire(second: Wrong) -> (World, LinkId) {
    let world = World::new();
    world.backend.wrong(Call::Create, [Wrong::Late(Duration::from_secs(2)), second]);
    // It isn't in the list yet.
    world.backend.wrong(Call::Find, (0..3).map(|_| fault(FaultKind::Refused)));
    let id = world.keep("A-1", sms());
    send_now(&world.ports, id).await.unwrap();
    assert!(world.entry(id).unwrap().needs_decision);
    decide(&world.ports, id, Decision::SendAgain).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    (world, id)
}

#[tokio::test(start_paused = true)]
async fn paid_by_both_is_told_whichever_was_found_again() {
    let (world, id) = sent_again_while_on_the_wire(Wrong::Lost).await;
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Open, 2));
    for session in world.backend.sessions() {
        world.backend.pay(&session.news.id, "AUTHORIZED");
    }
    tokio::time::sleep(Duration::from_secs(83)).await;
    refresh_one(&world.ports, id).await.unwrap();
    pass(&world, 60).await;
    assert_eq!(world.link(id).alarms, [Alarm::DoublePayment]);
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_is_found_though_the_second_one_was_refused() {
    let (world, id) = sent_again_while_on_the_wire(fault(FaultKind::Refused)).await;
    assert_eq!((world.link(id).state, world.messages(id)), (LinkState::Refused, 1));
    let lost = world.backend.sessions().remove(0).news.id;
    world.backend.pay(&lost, "AUTHORIZED");
    pass(&world, 60).await;
    assert_eq!((world.link(id).state, world.session_id(id)), (LinkState::Authorized, lost));
    assert_eq!(world.link(id).alarms, [Alarm::PaidElsewhere], "it was taken for refused");
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_is_looked_for_after_a_power_cut() {
    let mut cut_after_sending = 0;
    for step in 1..12 {
        let world = World::new();
        world.backend.wrong(Call::Create, [Wrong::Late(Duration::from_secs(2))]);
        world.backend.wrong(Call::Find, (0..3).map(|_| fault(FaultKind::Refused)));
        let id = world.keep("A-1", sms());
        send_now(&world.ports, id).await.unwrap();
        world.power.cut_at(step);
        drop(decide(&world.ports, id, Decision::SendAgain).await);
        world.power.back();
        if world.link(id).session_id.is_none() && world.backend.calls(Call::Create) == 2 {
            cut_after_sending += 1;
        }
        pass(&world, 120).await;
        if world.messages(id) == 2 {
            for session in world.backend.sessions().iter().filter(|s| s.news.cancelled_at.is_none()) {
                world.backend.pay(&session.news.id, "AUTHORIZED");
            }
            refresh_one(&world.ports, id).await.unwrap();
            pass(&world, 60).await;
        }
        let paid = world.backend.sessions().iter().filter(|s| s.transaction.is_some()).count();
        assert_eq!(world.link(id).alarms.contains(&Alarm::DoublePayment), paid == 2, "cut at {step}");
    }
    assert!(cut_after_sending > 0);
}
