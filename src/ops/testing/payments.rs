//! Links whose payments stand somewhere, and what is asked for with their money.

use std::time::Duration;

use super::{ACCOUNT, World, command};
use crate::domain::link::LinkId;
use crate::domain::money::{Currency, Money};
use crate::domain::sale::Delivery;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Sent, flush};
use crate::ops::track::refresh_one;

/// Time goes by.
pub(crate) async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

/// A link whose payment has had that status for some seconds, as is known.
pub(crate) async fn standing_at(status: &str) -> (World, LinkId) {
    let world = World::new();
    let id = world.send("A-1", Delivery::Link).await;
    world.backend.pay(&world.session_id(id), status);
    refresh_one(&world.ports, id).await.unwrap();
    pass(5).await;
    (world, id)
}

/// A part of the money.
pub(crate) fn nok(minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::Nok))
}

/// To give a part back.
pub(crate) fn refund(minor: i64) -> Movement {
    Movement::Refund(nok(minor), None)
}

/// Asks for it and tries once.
pub(crate) async fn once(world: &World, id: LinkId, what: Movement) -> Sent {
    let kind = what.kind();
    assert!(matches!(money::order(&world.ports, id, what, None).await.unwrap(), Ordered::Waits(_)));
    command::once(&world.ports, id, kind).await.unwrap()
}

/// What the customer of the only session got back.
pub(crate) fn given_back(world: &World) -> i64 {
    let events = world.backend.sessions().remove(0).transaction.unwrap().events;
    events.iter().filter(|e| e.event == "REFUND" && e.success).filter_map(|e| e.amount).sum()
}

/// The outbox works until the entry is closed, or for so many rounds. What the last round said of it.
pub(crate) async fn rounds(world: &World, id: LinkId, most: u32) -> Option<Sent> {
    let mut last = None;
    for _ in 0..most {
        if world.entry(id).is_none() {
            break;
        }
        pass(30).await;
        last = flush(&world.ports, ACCOUNT, world.now()).await.unwrap().pop().map(|(_, sent)| sent).or(last);
    }
    last
}
