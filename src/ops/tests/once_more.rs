//! A request about money that is sent once more, after the first had left no trace: what then comes of the first.

use std::time::Duration;

use crate::domain::cause::{Cause, Plain};
use crate::domain::link::Alarm;
use crate::domain::sale::Delivery;
use crate::ops::money;
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::payments::{given_back, once, pass, refund, rounds, standing_at};
use crate::ops::testing::{ACCOUNT, Call, SPOILED, World, Wrong, command, fault};
use crate::ports::{FaultKind, OutboxEntry, OutboxKind};

/// A second try that never left, or was refused, tells nothing of the first one, which is carried out late.
#[tokio::test(start_paused = true)]
async fn what_is_carried_out_late_is_not_done_again_whatever_became_of_the_second_try() {
    for second in [FaultKind::NotSent, FaultKind::NotSignedIn, FaultKind::Refused] {
        let (world, id) = standing_at("CAPTURED").await;
        world.backend.wrong(Call::Refund, [Wrong::Late(Duration::from_secs(90)), fault(second)]);
        let first = once(&world, id, refund(2000)).await;
        assert!(matches!(first.outcome, Outcome::Uncertain { .. }), "{second:?}: {first:?}");
        let reference = |world: &World| world.entry(id).unwrap().order.unwrap().sent.unwrap().reference;
        let ours = reference(&world);
        pass(61).await;
        let again = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
        assert!(!again.outcome.closed(), "{second:?}: {again:?}");
        assert_eq!(world.backend.calls(Call::Refund), 2, "{second:?}");
        assert_eq!(reference(&world), ours, "{second:?}: known by it whenever it comes");
        assert!(world.entry(id).unwrap().in_flight, "{second:?}");
        let last = rounds(&world, id, 20).await;
        assert_eq!(last.map(|l| l.outcome), Some(Outcome::Moved), "{second:?}");
        assert_eq!(given_back(&world), 2000, "{second:?}");
    }
}

/// A "no" is believed once the first can't come any more.
#[tokio::test(start_paused = true)]
async fn a_no_is_an_end_once_what_went_out_before_can_not_come() {
    let (world, id) = standing_at("CAPTURED").await;
    let nos = std::iter::repeat_with(|| fault(FaultKind::Refused)).take(60);
    world.backend.wrong(Call::Refund, std::iter::once(Wrong::Cut).chain(nos));
    once(&world, id, refund(2000)).await;
    let begun = world.now();
    rounds(&world, id, 60).await;
    assert_eq!(world.entry(id), None, "it comes to an end");
    let waited = world.now().duration_since(begun);
    assert!(waited >= jiff::SignedDuration::from_mins(10), "{waited:?}");
    assert!(waited <= jiff::SignedDuration::from_mins(15), "{waited:?}");
    assert!(world.link(id).alarms.contains(&Alarm::RefundRefused));
    assert_eq!(given_back(&world), 0);
}

/// What somebody else gave back, of another amount, is not ours.
#[tokio::test(start_paused = true)]
async fn another_amount_without_a_reference_is_somebody_elses() {
    for (theirs, ours_too) in [(2000, true), (5000, false)] {
        let (world, id) = standing_at("CAPTURED").await;
        world.backend.wrong(Call::Refund, [Wrong::Cut]);
        once(&world, id, refund(5000)).await;
        world.backend.elsewhere(&world.session_id(id), "REFUND", theirs, None);
        rounds(&world, id, 20).await;
        assert_eq!(world.entry(id), None);
        let all = if ours_too { theirs + 5000 } else { theirs };
        assert_eq!(given_back(&world), all, "{theirs}");
    }
}

/// An order that can't be read is not taken for one of all the money.
#[tokio::test(start_paused = true)]
async fn an_order_that_can_not_be_read_moves_nothing_and_rings() {
    let (world, id) = standing_at("CAPTURED").await;
    let spoiled = OutboxEntry { order: None, ..OutboxEntry::new(id, OutboxKind::Refund, world.now()) };
    world.ports.ledger.enqueue(&spoiled).unwrap();
    let sent = flush(&world.ports, ACCOUNT, world.now()).await.unwrap().remove(0).1;
    assert_eq!((sent.outcome, world.backend.calls(Call::Refund)), (Outcome::Refused, 0));
    assert_eq!(sent.fault.map(|f| f.cause), Some(Cause::Plain(Plain::OrderUnreadable)));
    assert_eq!(world.link(id).alarms, [Alarm::RefundRefused]);
    assert_eq!(world.entry(id), None);

    // Dropped, it is not told as if it had surely not gone out.
    world.ports.ledger.enqueue(&spoiled).unwrap();
    let dropped = command::withdraw(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert_eq!(dropped.outcome, Outcome::Cancelled);
    assert_eq!(dropped.fault.map(|f| f.kind), Some(FaultKind::Maybe));
}

/// Who waits for a command waits no longer than was said, though every request takes its time.
#[tokio::test(start_paused = true)]
async fn a_try_is_no_longer_than_the_patience() {
    for (in_request, fault_kind) in [(false, FaultKind::NotSent), (true, FaultKind::Maybe)] {
        let (world, id) = standing_at("CAPTURED").await;
        let slow = || Wrong::Slow(Duration::from_secs(20));
        world
            .backend
            .wrong(Call::Transaction, [if in_request { Wrong::Slow(Duration::ZERO) } else { slow() }]);
        world.backend.wrong(Call::Refund, [slow()]);
        money::order(&world.ports, id, refund(2000), None).await.unwrap();
        let began = tokio::time::Instant::now();
        let patience = Duration::from_secs(10);
        let sent = command::patiently(&world.ports, id, OutboxKind::Refund, patience).await.unwrap();
        assert_eq!(began.elapsed(), patience);
        let fault = sent.fault.unwrap();
        assert_eq!((fault.kind, fault.cause), (fault_kind, Cause::Plain(Plain::NotInTime)));
        let unknown = matches!(sent.outcome, Outcome::Uncertain { .. });
        assert_eq!((unknown, world.entry(id).is_some()), (in_request, true), "{:?}", sent.outcome);
    }
}

/// A link that can't be read holds up no other one, with a connection and without.
#[tokio::test(start_paused = true)]
async fn a_link_that_can_not_be_read_holds_up_no_other() {
    for (turned_away, unreached) in [(false, false), (false, true), (true, false)] {
        let world = World::new();
        let (spoiled, other) = (world.keep("A-1", Delivery::Link), world.keep("A-2", Delivery::Link));
        world.ports.ledger.put(&format!("{SPOILED}{spoiled}"), Some("x")).unwrap();
        if unreached {
            world.backend.wrong(Call::SignIn, [fault(FaultKind::NotSent)]);
        } else if turned_away {
            world.backend.wrong(Call::SignIn, [fault(FaultKind::NotSignedIn)]);
        }
        let first = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        let tried: Vec<_> = first.iter().map(|(id, _)| *id).collect();
        assert_eq!(tried, [other], "{turned_away} {unreached}");
        pass(300).await;
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        assert!(world.link(other).session_id.is_some(), "{turned_away} {unreached}");
    }
}
