//! A session that can't be read any more hides no payment.

use std::time::Duration;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::testing::{Call, World, fault};
use crate::ops::track::{refresh_listed, refresh_one};
use crate::ports::FaultKind;

const DAY: Duration = Duration::from_secs(86_400);

/// From now on no session can be read by itself, nor is this one in a list.
fn forget(world: &World, id: LinkId) {
    world.backend.wrong(Call::Session, (0..10).map(|_| fault(FaultKind::NotFound)));
    world.backend.leaves_out(&world.session_id(id));
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_payment_on_hold_is_seen() {
    for listed in [true, false] {
        let world = World::new();
        let (id, other) = (world.send("A-1", Delivery::Link).await, world.send("A-2", Delivery::Link).await);
        world.backend.pay(&world.session_id(id), "ON_HOLD");
        refresh_one(&world.ports, id).await.unwrap();
        tokio::time::advance(3 * DAY).await;
        forget(&world, id);
        for (status, state) in [("ON_HOLD", LinkState::OnHold), ("CAPTURED", LinkState::Captured)] {
            world.backend.pay(&world.session_id(id), status);
            let round = match listed {
                true => refresh_listed(&world.ports, vec![id, other]).await.unwrap(),
                false => refresh_one(&world.ports, id).await.unwrap(),
            };
            assert_eq!(world.link(id).state, state, "listed: {listed}");
            assert!(round.there.contains(&id) && round.gone.is_empty() && round.fault.is_none());
        }
    }
}

/// Nobody here had heard of it.
#[tokio::test(start_paused = true)]
async fn a_payment_that_was_never_seen_is_found() {
    let world = World::new();
    let (paid, unpaid) = (world.send("A-1", Delivery::Link).await, world.send("A-2", Delivery::Link).await);
    world.backend.pay(&world.session_id(paid), "CAPTURED");
    tokio::time::advance(2 * DAY).await;
    forget(&world, paid);
    let round = refresh_one(&world.ports, paid).await.unwrap();
    assert_eq!((world.link(paid).state, round.there), (LinkState::Captured, vec![paid]));
    let round = refresh_one(&world.ports, unpaid).await.unwrap();
    assert_eq!((world.link(unpaid).state, round.requests), (LinkState::Expired, 2));
}

/// Where nobody can say whether it was paid, its time ends nothing.
#[tokio::test(start_paused = true)]
async fn a_link_is_not_over_while_its_payments_can_not_be_asked_for() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    tokio::time::advance(2 * DAY).await;
    forget(&world, id);
    world.backend.wrong(Call::Transactions, [fault(FaultKind::NotSent)]);
    let round = refresh_one(&world.ports, id).await.unwrap();
    assert_eq!((world.link(id).state, round.fault.is_some()), (LinkState::Open, true));
    // It is gone, too, or may not be listed: then that is all there is to know.
    world.backend.wrong(Call::Transactions, [fault(FaultKind::Forbidden)]);
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Expired);
}
