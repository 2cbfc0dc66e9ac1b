//! A lost session whose payment takes long: it is followed until it has an end, at a pace that nobody minds.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::link::{Alarm, LinkId};
use crate::ops::outbox::flush;
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, fault};
use crate::ops::tests::lost::sent_twice;
use crate::ops::track::refresh_one;
use crate::ports::FaultKind;

/// The app is open for so many minutes.
async fn minutes(world: &World, minutes: u64) {
    for _ in 0..minutes.div_ceil(10) {
        tokio::time::advance(Duration::from_secs(600)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

async fn days(world: &World, count: u64) {
    minutes(world, count * 24 * 60).await;
}

fn asked(world: &World) -> usize {
    [Call::Find, Call::Search, Call::Session, Call::Transaction].map(|c| world.backend.calls(c)).iter().sum()
}

/// The customer has paid both; the link's own payment is taken at once.
async fn pay_ours(world: &World, id: LinkId) {
    world.backend.pay(&world.session_id(id), "CAPTURED");
    refresh_one(&world.ports, id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_payment_on_hold_beyond_the_links_time_is_followed() {
    for can_list in [true, false] {
        let (world, id, lost) = sent_twice().await;
        if can_list {
            world.backend.can_list();
        }
        world.backend.pay(&lost, "ON_HOLD");
        pay_ours(&world, id).await;
        days(&world, 5).await;
        assert_eq!(world.link(id).alarms, [], "can list: {can_list}");
        world.backend.pay(&lost, "CAPTURED");
        minutes(&world, 70).await;
        assert_eq!(world.link(id).alarms, [Alarm::DoublePayment], "can list: {can_list}");
        minutes(&world, 70).await;
        assert_eq!(world.entry(id), None, "and then it is at its end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_was_begun_in_time_may_end_after_it() {
    let (world, id, lost) = sent_twice().await;
    world.backend.can_list();
    minutes(&world, 24 * 60 - 10).await;
    world.backend.pay(&lost, "INITIATED");
    pay_ours(&world, id).await;
    minutes(&world, 50).await;
    world.backend.pay(&lost, "AUTHORIZED");
    minutes(&world, 70).await;
    assert_eq!(world.link(id).alarms, [Alarm::DoublePayment]);
}

/// Whoever began to pay and left is waited for an hour, what is checked by hand a month, and neither at full pace.
#[tokio::test(start_paused = true)]
async fn what_never_ends_is_not_followed_for_ever() {
    // What may still come to something is left to the seller then; whoever left an hour ago pays no more.
    let on_hold = vec![Alarm::LostOnHold];
    for (status, lasts, most, told) in [("INITIATED", 1, 120, vec![]), ("ON_HOLD", 30, 2_500, on_hold)] {
        let (world, id, lost) = sent_twice().await;
        world.backend.can_list();
        world.backend.pay(&lost, status);
        let before = asked(&world);
        days(&world, lasts).await;
        assert!(world.entry(id).is_some(), "{status}");
        assert_eq!(world.link(id).alarms, [], "{status}");
        days(&world, 2).await;
        assert_eq!((world.entry(id), world.link(id).alarms), (None, told), "{status}");
        let requests = asked(&world) - before;
        assert!((20..most).contains(&requests), "{status}: {requests}");
    }
}

/// It names a payment that can't be read, for good.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_read_is_not_asked_for_for_ever() {
    let (world, id, lost) = sent_twice().await;
    world.backend.can_list();
    world.backend.pay(&lost, "ON_HOLD");
    world.backend.wrong(Call::Transaction, (0..100_000).map(|_| fault(FaultKind::NotFound)));
    days(&world, 30).await;
    assert!(world.entry(id).is_some());
    days(&world, 2).await;
    assert_eq!((world.entry(id), world.link(id).alarms), (None, vec![Alarm::LostOnHold]));
}

/// The customer has paid both, and nobody looked until the time was over: that is told, however late.
#[tokio::test(start_paused = true)]
async fn paid_by_both_is_told_by_who_looks_only_after_the_time_is_over() {
    for ours_on_hold in [false, true] {
        let (world, id, lost) = sent_twice().await;
        world.backend.can_list();
        let ours = world.session_id(id);
        world.backend.pay(&lost, "CAPTURED");
        world.backend.pay(&ours, if ours_on_hold { "ON_HOLD" } else { "CAPTURED" });
        // Nothing runs here for a day and an hour.
        tokio::time::advance(Duration::from_secs(25 * 3600)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert_eq!(world.session_id(id), lost);
        if ours_on_hold {
            days(&world, 1).await;
            assert_eq!(world.link(id).alarms, [], "it may come to nothing");
            world.backend.pay(&ours, "CAPTURED");
        }
        minutes(&world, 140).await;
        assert_eq!(world.link(id).alarms, [Alarm::DoublePayment], "on hold first: {ours_on_hold}");
        minutes(&world, 140).await;
        assert_eq!(world.entry(id), None);
    }
}

/// The second link lives longer than the lost one: it is withdrawn though the time of that one is over.
#[tokio::test(start_paused = true)]
async fn a_link_that_lives_longer_than_the_lost_one_is_withdrawn_all_the_same() {
    let (world, id, lost) = sent_twice().await;
    world.backend.can_list();
    let ours = world.session_id(id);
    let soon = world.now() + SignedDuration::from_secs(50);
    world.backend.happen(&lost, |s| s.news.expires_at = Some(soon));
    let later = world.now() + SignedDuration::from_hours(24);
    world.backend.happen(&ours, |s| s.news.expires_at = Some(later));
    world.backend.pay(&lost, "CAPTURED");
    // It can't be withdrawn at once.
    world.backend.wrong(Call::Cancel, (0..8).map(|_| Wrong::Cut));
    minutes(&world, 120).await;
    assert_eq!(world.session_id(id), lost);
    minutes(&world, 24 * 60).await;
    let sessions = world.backend.sessions();
    let closed = sessions.iter().find(|s| s.news.id == ours).unwrap().news.cancelled_at;
    assert!(closed.is_some_and(|at| at < later), "it could be paid a second time: {closed:?}");
}
