//! A link that waits is taken out of the outbox to be changed: at any moment it is in there, or a draft, and never both.

use std::time::Duration;

use uuid::Uuid;

use crate::domain::link::{LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ops::cancel::cancel;
use crate::ops::outbox::{draft_is_the_sale, flush, send_now, take_back};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong};
use crate::ports::FaultKind;

const DRAFT: LinkId = LinkId(Uuid::from_u128(900));

fn kept(world: &World) -> Option<String> {
    world.ports.ledger.get(&format!("draft:{DRAFT}")).unwrap()
}

/// A draft that was kept and is the sale.
fn is_a_draft(world: &World, id: LinkId) -> bool {
    kept(world).is_some() && draft_is_the_sale(&*world.ports.ledger, id).unwrap()
}

/// Wherever the power goes, the sale is made by itself or offered as a draft, and not both.
#[tokio::test(start_paused = true)]
async fn a_sale_that_is_changed_is_queued_or_a_draft_whenever_the_power_goes() {
    let mut seen = [0, 0];
    for cut in 1.. {
        let world = World::new();
        let id = world.keep("A-1", Delivery::Link);
        world.power.cut_at(cut);
        let whole = take_back(&world.ports, id, DRAFT, "typed".to_owned()).await.is_ok();
        let over = !world.power.is_off();
        world.power.back();
        let draft = is_a_draft(&world, id);
        let waits = world.entry(id).is_some();
        assert!(draft != waits, "cut at {cut}: a draft {draft}, in the outbox {waits}");
        seen[usize::from(draft)] += 1;
        // The next start sends what waits. Then the draft is still no second sale.
        flush(&world.another(), ACCOUNT, world.now()).await.unwrap();
        for _ in 0..10 {
            tokio::time::advance(Duration::from_secs(60)).await;
            flush(&world.another(), ACCOUNT, world.now()).await.unwrap();
        }
        let made = world.backend.calls(Call::Create);
        assert_eq!((made, is_a_draft(&world, id)), (usize::from(waits), draft), "cut at {cut}");
        if over {
            assert!(whole && draft, "it was not cut");
            break;
        }
    }
    assert!(seen[0] > 1 && seen[1] > 0, "{seen:?}");
}

/// Where the draft can't be kept the link stays where it is.
#[tokio::test(start_paused = true)]
async fn without_room_for_the_draft_nothing_is_taken_back() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.power.full(0, 1);
    take_back(&world.ports, id, DRAFT, "typed".to_owned()).await.unwrap_err();
    assert_eq!((world.link(id).state, kept(&world)), (LinkState::Queued, None));
    assert!(world.entry(id).is_some());
}

/// A link that somebody is sending, or that has gone out, is the sale: its draft is forgotten.
#[tokio::test(start_paused = true)]
async fn what_goes_out_in_that_moment_leaves_no_draft() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.backend.wrong(Call::Create, [Wrong::Slow(Duration::from_secs(5))]);
    let ports = world.ports.clone();
    let sending = tokio::spawn(async move { send_now(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sent = take_back(&world.ports, id, DRAFT, "typed".to_owned()).await.unwrap();
    assert_ne!(sent.link.state, LinkState::Cancelled);
    assert_eq!(kept(&world), None);
    sending.await.unwrap().unwrap();
    // It stays the sale: nobody withdraws it later.
    later(&world).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Cancel)), (LinkState::Open, 0));
}

/// A try that comes to nothing meanwhile takes nothing with it.
#[tokio::test(start_paused = true)]
async fn what_is_tried_in_that_moment_stays_in_the_outbox() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.backend.wrong(Call::Create, [Wrong::SlowFault(Duration::from_secs(5), FaultKind::NotSent)]);
    let ports = world.ports.clone();
    let sending = tokio::spawn(async move { send_now(&ports, id).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    take_back(&world.ports, id, DRAFT, "typed".to_owned()).await.unwrap();
    sending.await.unwrap().unwrap();
    assert_eq!((world.link(id).state, kept(&world)), (LinkState::Queued, None));
    later(&world).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Cancel)), (LinkState::Open, 0));
}

async fn later(world: &World) {
    for _ in 0..10 {
        tokio::time::advance(Duration::from_secs(60)).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    }
}

/// One that may have been made stays what it is, and nobody is asked: the key is no word to withdraw it.
#[tokio::test(start_paused = true)]
async fn what_may_have_been_made_stays_in_the_outbox() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.backend.wrong(Call::Create, [Wrong::Lost]);
    world.backend.wrong(Call::Find, [crate::ops::testing::fault(FaultKind::NotSent)]);
    send_now(&world.ports, id).await.unwrap();
    assert_eq!(world.link(id).state, LinkState::Uncertain);
    let asked = world.backend.calls(Call::Find);
    take_back(&world.ports, id, DRAFT, "typed".to_owned()).await.unwrap();
    assert_eq!((kept(&world), is_a_draft(&world, id)), (None, false));
    assert_eq!(world.backend.calls(Call::Find), asked);
    later(&world).await;
    assert_eq!((world.link(id).state, world.backend.calls(Call::Cancel)), (LinkState::Open, 0));
}

/// A draft that was left behind while the link went out is none, also after that link was cancelled at the backend.
#[tokio::test(start_paused = true)]
async fn a_draft_of_a_link_that_was_made_is_none() {
    let world = World::new();
    let id = world.keep("A-1", Delivery::Link);
    world.ports.ledger.keep_draft(ACCOUNT, DRAFT, "typed").unwrap();
    assert!(!is_a_draft(&world, id), "it waits");
    send_now(&world.ports, id).await.unwrap();
    assert!(!is_a_draft(&world, id), "it went out");
    cancel(&world.ports, id).await.unwrap();
    assert_eq!((world.link(id).state, is_a_draft(&world, id)), (LinkState::Cancelled, false));
}
