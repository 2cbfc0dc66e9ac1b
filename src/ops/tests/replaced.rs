//! A link that another one was made in the place of, and that is paid all the same.

use std::time::Duration;

use super::super::track::{refresh_many, refresh_one};
use crate::domain::link::{Alarm, EventKind, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::{CancelEnd, cancel};
use crate::ops::outbox::{Outcome, send_now};
use crate::ops::testing::{Call, World, Wrong, fault, sms};
use crate::ports::FaultKind;

/// How the replacement stands when the link in whose place it was made is paid.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stands {
    Queued,
    Uncertain,
    Open,
    Paying,
    OnHold,
    Cancelled,
    Expired,
    Refused,
    Dropped,
    Declined,
}

impl Stands {
    const ALL: [Self; 10] = [
        Self::Queued,
        Self::Uncertain,
        Self::Open,
        Self::Paying,
        Self::OnHold,
        Self::Cancelled,
        Self::Expired,
        Self::Refused,
        Self::Dropped,
        Self::Declined,
    ];

    const fn may_be_paid(self) -> bool {
        matches!(self, Self::Queued | Self::Uncertain | Self::Open | Self::Paying | Self::OnHold)
    }
}

fn replace(world: &World, old: LinkId, new: LinkId) {
    world.ports.ledger.amend(new, &mut |l| l.reissue_of.replace(old).is_none()).unwrap();
}

async fn queued(world: &World, old: LinkId, reference: &str) -> LinkId {
    tokio::time::advance(Duration::from_secs(60)).await;
    let new = world.keep(reference, sms());
    replace(world, old, new);
    new
}

async fn open(world: &World, old: LinkId, reference: &str) -> LinkId {
    let new = queued(world, old, reference).await;
    assert_eq!(send_now(&world.ports, new).await.unwrap().outcome, Outcome::Created);
    new
}

async fn pay(world: &World, id: LinkId, word: &str) {
    // One transaction has one time for each of its changes.
    tokio::time::advance(Duration::from_secs(5)).await;
    world.backend.pay(&world.session_id(id), word);
    refresh_one(&world.ports, id).await.unwrap();
}

async fn standing(world: &World, old: LinkId, stands: Stands) -> LinkId {
    let new = match stands {
        Stands::Queued | Stands::Uncertain | Stands::Refused | Stands::Dropped => {
            queued(world, old, "1042-2").await
        }
        _ => open(world, old, "1042-2").await,
    };
    match stands {
        Stands::Uncertain => {
            world.backend.wrong(Call::Create, [Wrong::Lost]);
            world.backend.wrong(Call::Find, [fault(FaultKind::NotSent)]);
            assert!(matches!(send_now(&world.ports, new).await.unwrap().outcome, Outcome::Uncertain { .. }));
        }
        Stands::Refused => {
            world.backend.wrong(Call::Create, [fault(FaultKind::Refused)]);
            assert_eq!(send_now(&world.ports, new).await.unwrap().outcome, Outcome::Refused);
        }
        Stands::Cancelled | Stands::Dropped => {
            assert_eq!(cancel(&world.ports, new).await.unwrap().end, CancelEnd::Cancelled);
        }
        Stands::Expired => {
            tokio::time::advance(Duration::from_secs(25 * 3600)).await;
            refresh_one(&world.ports, new).await.unwrap();
        }
        Stands::Paying => pay(world, new, "INITIATED").await,
        Stands::OnHold => pay(world, new, "ON_HOLD").await,
        Stands::Declined => pay(world, new, "DECLINED").await,
        Stands::Queued | Stands::Open => {}
    }
    new
}

#[tokio::test(start_paused = true)]
async fn a_paid_link_rings_while_its_replacement_may_be_paid() {
    for stands in Stands::ALL {
        for singly in [true, false] {
            let world = World::new();
            let old = world.send("1042", Delivery::Link).await;
            let new = standing(&world, old, stands).await;
            assert_eq!(world.link(old).alarms, [], "{stands:?}: nothing is paid");
            world.backend.pay(&world.session_id(old), "AUTHORIZED");
            if singly {
                refresh_one(&world.ports, old).await.unwrap();
            } else {
                refresh_many(&world.ports, vec![old]).await.unwrap();
            }
            let (paid, replacement) = (world.link(old), world.link(new));
            assert_eq!(replacement.alarms, [], "{stands:?}: the paid one tells it");
            if stands.may_be_paid() {
                assert_eq!(paid.alarms, [Alarm::ReplacementOpen], "{stands:?}");
                let named: Vec<_> = paid.open_replacements().iter().map(|r| (r.id, r.reference)).collect();
                assert_eq!(named, [(new, "1042-2")]);
            } else {
                assert_eq!(paid.alarms, [], "{stands:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_alarm_ends_with_what_may_be_paid() {
    for stands in Stands::ALL.into_iter().filter(|s| s.may_be_paid()) {
        let world = World::new();
        let old = world.send("1042", Delivery::Link).await;
        let new = standing(&world, old, stands).await;
        pay(&world, old, "CAPTURED").await;
        assert_eq!(world.link(old).alarms, [Alarm::ReplacementOpen], "{stands:?}");
        match stands {
            // Dropped from the outbox, found and withdrawn, withdrawn at the backend.
            Stands::Queued | Stands::Uncertain | Stands::Open => {
                assert_eq!(cancel(&world.ports, new).await.unwrap().end, CancelEnd::Cancelled);
            }
            Stands::Paying => pay(&world, new, "FAILED").await,
            _ => pay(&world, new, "DECLINED").await,
        }
        let link = world.link(old);
        assert_eq!(link.alarms, [], "{stands:?}");
        assert_eq!(link.events.iter().filter(|e| e.kind == EventKind::AlarmOver).count(), 1);
    }
    // What was queued is refused: nobody can pay by it.
    let world = World::new();
    let old = world.send("1042", Delivery::Link).await;
    let new = queued(&world, old, "1042-2").await;
    pay(&world, old, "CAPTURED").await;
    world.backend.wrong(Call::Create, [fault(FaultKind::Refused)]);
    send_now(&world.ports, new).await.unwrap();
    assert_eq!((world.link(new).state, world.link(old).alarms), (LinkState::Refused, vec![]));
    // Nor is anything wrong once the money has gone back.
    let world = World::new();
    let old = world.send("1042", Delivery::Link).await;
    open(&world, old, "1042-2").await;
    pay(&world, old, "CAPTURED").await;
    tokio::time::advance(Duration::from_secs(5)).await;
    pay(&world, old, "REFUNDED").await;
    assert_eq!((world.link(old).state, world.link(old).alarms), (LinkState::Refunded, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_is_paid_as_well_is_a_double_payment() {
    let world = World::new();
    let old = world.send("1042", Delivery::Link).await;
    let new = open(&world, old, "1042-2").await;
    pay(&world, old, "CAPTURED").await;
    pay(&world, new, "AUTHORIZED").await;
    assert_eq!(world.link(old).alarms, [Alarm::DoublePayment], "which says all that is to be said");
    assert_eq!(world.link(new).alarms, [Alarm::DoublePayment]);
}

#[tokio::test(start_paused = true)]
async fn who_lets_the_replacement_stay_hears_of_it_once() {
    let world = World::new();
    let old = world.send("1042", Delivery::Link).await;
    let new = open(&world, old, "1042-2").await;
    pay(&world, old, "AUTHORIZED").await;
    let settle = |id| {
        world.ports.ledger.amend(id, &mut |l| l.deal_with(&[Alarm::ReplacementOpen])).unwrap();
    };
    settle(old);
    world.backend.visit(&world.session_id(new));
    refresh_one(&world.ports, new).await.unwrap();
    assert_eq!(world.link(new).state, LinkState::Opened);
    pay(&world, old, "CAPTURED").await;
    assert_eq!(world.link(old).alarms, [], "it was dealt with");
    // Another replacement is another matter, also of the replacement and after that was withdrawn.
    cancel(&world.ports, new).await.unwrap();
    let third = open(&world, new, "1042-3").await;
    world.backend.visit(&world.session_id(third));
    refresh_one(&world.ports, third).await.unwrap();
    assert_eq!(world.link(old).alarms, [Alarm::ReplacementOpen]);
    let named = |id| world.link(id).open_replacements().iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(named(old), [third], "the other one is withdrawn");
    // Both can be paid: each is named until it has ended.
    let fourth = open(&world, old, "1042-4").await;
    world.backend.visit(&world.session_id(fourth));
    refresh_one(&world.ports, fourth).await.unwrap();
    assert_eq!(named(old), [third, fourth]);
    cancel(&world.ports, third).await.unwrap();
    assert_eq!(named(old), [fourth]);
    cancel(&world.ports, fourth).await.unwrap();
    assert_eq!((named(old), world.link(old).alarms), (vec![], vec![]));
}

/// An earlier link of the same order is no replacement, and one of another sale under the same reference neither.
#[tokio::test(start_paused = true)]
async fn a_link_that_was_made_before_or_for_itself_rings_nowhere() {
    let world = World::new();
    let old = world.send("1042", Delivery::Link).await;
    let new = open(&world, old, "1042-2").await;
    let beside = world.send("1042", Delivery::Link).await;
    pay(&world, beside, "AUTHORIZED").await;
    pay(&world, new, "AUTHORIZED").await;
    for id in [old, new, beside] {
        assert_eq!(world.link(id).alarms, []);
    }
}

#[tokio::test(start_paused = true)]
async fn the_alarm_is_kept_with_the_payment_or_neither_is() {
    let mut step = 0;
    loop {
        step += 1;
        let world = World::new();
        let old = world.send("1042", Delivery::Link).await;
        open(&world, old, "1042-2").await;
        world.backend.pay(&world.session_id(old), "CAPTURED");
        world.power.cut_at(step);
        drop(refresh_one(&world.ports, old).await);
        let was_cut = world.power.is_off();
        world.power.back();
        let paid = world.link(old).state == LinkState::Captured;
        assert_eq!(world.link(old).alarms.contains(&Alarm::ReplacementOpen), paid, "cut at {step}");
        if !was_cut {
            assert!(paid && step > 1);
            break;
        }
    }
}
