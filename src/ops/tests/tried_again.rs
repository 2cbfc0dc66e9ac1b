//! A try to pay that failed without coming to a payment is no end yet: the customer may try again.

use std::time::Duration;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::testing::{ACCOUNT, World, event};
use crate::ops::track::{refresh_many, refresh_one};
use crate::ports::FOLLOWED_AFTER_END;

const DAY: Duration = Duration::from_secs(86_400);

/// What the app asks about.
fn followed(world: &World) -> Vec<LinkId> {
    let mut rows = world.ports.ledger.unsettled(ACCOUNT).unwrap();
    rows.extend(world.ports.ledger.ended_since(ACCOUNT, world.now() - FOLLOWED_AFTER_END).unwrap());
    rows.into_iter().map(|row| row.id).collect()
}

/// A link with which the customer has tried to pay in vain.
async fn tried(world: &World, word: &str) -> LinkId {
    let id = world.send("A-1", Delivery::Link).await;
    let at = world.right_now();
    world.backend.happen(&world.session_id(id), |s| s.news.events.push(event(word, at)));
    refresh_one(&world.ports, id).await.unwrap();
    id
}

#[tokio::test(start_paused = true)]
async fn a_second_try_is_seen() {
    for (word, state) in [("FAILED", LinkState::Failed), ("DECLINED", LinkState::Declined)] {
        let world = World::new();
        let id = tried(&world, word).await;
        assert_eq!((world.link(id).state, followed(&world)), (state, vec![id]));
        tokio::time::advance(DAY / 2).await;
        world.backend.pay(&world.session_id(id), "INITIATED");
        refresh_many(&world.ports, followed(&world)).await.unwrap();
        assert_eq!(world.link(id).state, LinkState::Paying, "{word}");
        world.backend.pay(&world.session_id(id), "CAPTURED");
        refresh_many(&world.ports, followed(&world)).await.unwrap();
        assert_eq!((world.link(id).state, followed(&world)), (LinkState::Captured, vec![]), "{word}");
    }
}

/// Until its time is over, and a day more.
#[tokio::test(start_paused = true)]
async fn without_one_it_is_not_followed_for_ever() {
    let world = World::new();
    let id = tried(&world, "FAILED").await;
    tokio::time::advance(DAY + DAY * 9 / 10).await;
    refresh_many(&world.ports, followed(&world)).await.unwrap();
    assert_eq!((world.link(id).state, followed(&world)), (LinkState::Failed, vec![id]));
    tokio::time::advance(DAY).await;
    assert_eq!(followed(&world), []);
}

/// A session has one payment at most.
#[tokio::test(start_paused = true)]
async fn a_payment_that_failed_is_the_end() {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), "FAILED");
    refresh_one(&world.ports, id).await.unwrap();
    assert_eq!((world.link(id).state, followed(&world)), (LinkState::Failed, vec![]));
}
