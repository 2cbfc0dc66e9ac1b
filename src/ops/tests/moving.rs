use std::time::Duration;

use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::TransactionEvent;
use crate::domain::link::{LinkId, LinkState};
use crate::domain::money::{Currency, Money};
use crate::domain::sale::Delivery;
use crate::ops::money::plan::{self, Found};
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Outcome, flush};
use crate::ops::testing::payments::{given_back, nok, once, pass, standing_at};
use crate::ops::testing::{ACCOUNT, Call, World, Wrong, command, fault};
use crate::ports::{FaultKind, MoneyOrder, MoneySent, OutboxKind};

fn captured(world: &World) -> i64 {
    let session = world.backend.sessions().remove(0);
    let events = session.transaction.unwrap().events;
    events.iter().filter(|e| e.event == "CAPTURE" && e.success).filter_map(|e| e.amount).sum()
}

#[tokio::test(start_paused = true)]
async fn capture_then_refund() {
    let (world, id) = standing_at("AUTHORIZED").await;
    let done = once(&world, id, Movement::Capture(None)).await;
    assert_eq!((done.outcome, done.link.state), (Outcome::Moved, LinkState::Captured));
    assert_eq!(world.entry(id), None, "closed");
    let again = once(&world, id, Movement::Capture(None)).await;
    assert_eq!((again.outcome, world.entry(id)), (Outcome::NotPossible, None));
    assert_eq!(world.backend.calls(Call::Capture), 1);
    pass(5).await;
    let too_much = once(&world, id, Movement::Refund(nok(12_001), None)).await;
    assert_eq!(too_much.outcome, Outcome::NotPossible);
    let done = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert_eq!((done.outcome, done.link.state), (Outcome::Moved, LinkState::PartiallyRefunded));
    let rest = once(&world, id, Movement::Refund(nok(10_001), None)).await;
    assert_eq!(rest.outcome, Outcome::NotPossible, "only the rest is left");
    let other = once(&world, id, Movement::Refund(Some(Money::new(100, Currency::Sek)), None)).await;
    assert_eq!(other.outcome, Outcome::NotPossible);
}

#[tokio::test(start_paused = true)]
async fn references_of_our_own() {
    let (world, id) = standing_at("AUTHORIZED").await;
    once(&world, id, Movement::Capture(nok(5000))).await;
    pass(5).await;
    once(&world, id, Movement::Capture(nok(5000))).await;
    let session = world.backend.sessions().remove(0);
    let references: Vec<_> =
        session.transaction.unwrap().events.into_iter().filter_map(|e| e.reference).collect();
    for (reference, begins) in references.iter().zip(["A-1-C1-", "A-1-C2-"]) {
        assert!(reference.starts_with(begins) && reference.len() == begins.len() + 8, "{reference}");
    }
    assert_eq!(references.len(), 2);

    // One that failed takes its reference with it.
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.fails("no cover");
    once(&world, id, Movement::Capture(None)).await;
    pass(5).await;
    once(&world, id, Movement::Capture(None)).await;
    let events = world.backend.sessions().remove(0).transaction.unwrap().events;
    assert_ne!(events[0].reference, events[1].reference);
}

/// The payment was captured, so that a part can be given back.
async fn paid() -> (World, LinkId) {
    let (world, id) = standing_at("AUTHORIZED").await;
    once(&world, id, Movement::Capture(None)).await;
    pass(5).await;
    (world, id)
}

#[tokio::test(start_paused = true)]
async fn a_200_that_failed_is_a_no() {
    for references in [true, false] {
        for kind in [OutboxKind::Capture, OutboxKind::Void, OutboxKind::Refund] {
            let (world, id) =
                if kind == OutboxKind::Refund { paid().await } else { standing_at("AUTHORIZED").await };
            if !references {
                world.backend.no_references();
            }
            let before = world.link(id).state;
            world.backend.fails("no cover");
            let what = || match kind {
                OutboxKind::Void => Movement::Void,
                OutboxKind::Refund => Movement::Refund(nok(2000), None),
                _ => Movement::Capture(None),
            };
            let sent = once(&world, id, what()).await;
            let told = format!("{kind:?} {references}: {sent:?}");
            assert_eq!((sent.outcome, sent.link.state), (Outcome::Refused, before), "{told}");
            assert!(sent.fault.unwrap().cause.to_string().contains("no cover"), "{told}");
            assert_eq!(world.entry(id), None, "{told}");
            // It can be asked for again at once, and the failure before is not taken for its end.
            assert_eq!(once(&world, id, what()).await.outcome, Outcome::Moved, "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_may_fail() {
    for references in [true, false] {
        let (world, id) = paid().await;
        if !references {
            world.backend.no_references();
        }
        world.backend.in_progress();
        let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
        assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
        world.backend.fails("the bank said no");
        world.backend.finish();
        let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
        assert_eq!((sent.outcome, world.entry(id)), (Outcome::Refused, None));
        assert!(sent.fault.unwrap().cause.to_string().contains("the bank said no"));
        assert_eq!((given_back(&world), world.backend.calls(Call::Refund)), (0, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_old_failure_is_not_the_end_of_a_new_request() {
    // In progress: it's followed, as if nothing had failed before.
    let (world, id) = paid().await;
    world.backend.fails("not now");
    assert_eq!(once(&world, id, Movement::Refund(nok(2000), None)).await.outcome, Outcome::Refused);
    world.backend.in_progress();
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");

    // The answer is lost, and it's carried out a while later: never told as refused, never done twice.
    for references in [true, false] {
        let (world, id) = paid().await;
        if !references {
            world.backend.no_references();
        }
        world.backend.fails("not now");
        assert_eq!(once(&world, id, Movement::Refund(nok(2000), None)).await.outcome, Outcome::Refused);
        world.backend.wrong(Call::Refund, [Wrong::Late(Duration::from_secs(20))]);
        let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
        assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
        let patience = Duration::from_secs(60);
        let sent = command::patiently(&world.ports, id, OutboxKind::Refund, patience).await.unwrap();
        assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
        assert_eq!(world.backend.calls(Call::Refund), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_with_the_same_reference_tells_nothing() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.fails("not now");
    once(&world, id, Movement::Capture(None)).await;
    let transaction = world.backend.sessions().remove(0).transaction.unwrap();
    let failure = transaction.events.last().unwrap().clone();
    // As if two requests had the same reference: only what came after the second one went out is its end.
    let reference = failure.reference.clone().unwrap();
    let sent = |seen| MoneySent {
        reference: reference.clone(),
        at: world.now(),
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen,
        accepted: false,
    };
    let judged = |seen| plan::found(&transaction, OutboxKind::Capture, &sent(seen));
    assert_eq!(judged(Some(vec![MoneySent::key(&failure)])), Found::Nothing);
    assert_eq!(judged(Some(Vec::new())), Found::Failed(Some("not now".to_owned())));
    // Kept by an earlier version, which didn't know what was there.
    assert_eq!(judged(None), Found::Failed(Some("not now".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_does_is_not_ours() {
    let (world, id) = paid().await;
    let session = world.session_id(id);
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    // The back office gives back something while it's not known what became of ours.
    world.backend.elsewhere(&session, "REFUND", 3000, Some("back-office-7"));
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    // It never arrived, so it goes out again: what was asked for is done, once.
    pass(61).await;
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 5000));
    assert_eq!(world.backend.calls(Call::Refund), 2);

    // What failed there, without a reference, is not the end of ours while that may still be on its way.
    let (world, id) = paid().await;
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    world.backend.happen(&world.session_id(id), |s| {
        let events = &mut s.transaction.as_mut().unwrap().events;
        let last = events.last().unwrap().clone();
        let (id, event) = (Some("theirs".to_owned()), "REFUND".to_owned());
        events.push(TransactionEvent {
            id,
            event,
            success: false,
            reference: None,
            correlation: None,
            ..last
        });
    });
    let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");

    // Backends that give no references back: then it is ours.
    let (world, id) = paid().await;
    world.backend.no_references();
    world.backend.wrong(Call::Refund, [Wrong::Lost]);
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
}

#[tokio::test(start_paused = true)]
async fn the_second_try_has_the_reference_of_the_first() {
    let (world, id) = paid().await;
    let patience = Duration::from_secs(300);
    // Both are carried out late; the first one when the second has long been sent. What is left pays for both,
    // so nobody but the reference tells that it's the same refund.
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    let first = world.entry(id).unwrap().order.unwrap().sent.unwrap();
    pass(61).await;
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    let second = world.entry(id).unwrap().order.unwrap().sent.unwrap();
    assert_eq!(first.reference, second.reference);
    assert!(second.at > first.at);
    let session = world.session_id(id);
    world.backend.elsewhere(&session, "REFUND", 2000, Some(&first.reference));
    let sent = command::patiently(&world.ports, id, OutboxKind::Refund, patience).await.unwrap();
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_makes_nobody_wait() {
    for hours in [-24, 24] {
        let (world, id) = standing_at("AUTHORIZED").await;
        world.backend.in_progress();
        once(&world, id, Movement::Capture(None)).await;
        let begun = tokio::time::Instant::now();
        let patience = Duration::from_secs(30);
        let setting = async {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            world.set_clock(jiff::SignedDuration::from_hours(hours));
        };
        let (sent, ()) =
            tokio::join!(command::patiently(&world.ports, id, OutboxKind::Capture, patience), setting);
        let sent = sent.unwrap();
        assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
        let waited = begun.elapsed().as_secs();
        assert!((10..=30).contains(&waited), "{hours}: {waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_or_a_sleep_sends_nothing_twice() {
    let hours = jiff::SignedDuration::from_hours(8);
    for (slept, counts) in [(false, true), (true, true), (false, false), (true, false)] {
        let (world, id) = paid().await;
        if !counts {
            // A system that tells nothing but its clock: there this process's own count stands.
            world.without_steady();
        }
        world.backend.wrong(Call::Refund, [Wrong::Late(Duration::from_secs(40))]);
        once(&world, id, Movement::Refund(nok(2000), None)).await;
        if slept {
            world.sleep(hours);
        } else {
            world.set_clock(hours);
        }
        let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{slept}: {sent:?}");
        tokio::time::sleep(Duration::from_secs(41)).await;
        let sent = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
        assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
        assert_eq!(world.backend.calls(Call::Refund), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_sends_nothing_twice_in_another_process_either() {
    let (world, id) = paid().await;
    world.backend.wrong(Call::Refund, [Wrong::Late(Duration::from_secs(40))]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    world.set_clock(jiff::SignedDuration::from_hours(8));
    let other = world.another();
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    // Set back again, it waits no longer for that.
    world.set_clock(jiff::SignedDuration::from_hours(-32));
    tokio::time::sleep(Duration::from_secs(41)).await;
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
    assert_eq!(world.backend.calls(Call::Refund), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_when_the_machine_fell_asleep_is_sent_by_no_other_process_when_it_wakes() {
    let (world, id) = paid().await;
    world.backend.wrong(Call::Refund, [Wrong::Late(Duration::from_secs(40))]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    // By every clock it was sent long ago, and it has not left the machine.
    world.sleep(jiff::SignedDuration::from_hours(8));
    let other = world.another();
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    tokio::time::sleep(Duration::from_secs(41)).await;
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
    assert_eq!(world.backend.calls(Call::Refund), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_the_machine_was_started_anew_is_judged_by_the_backends_clock() {
    let (world, id) = paid().await;
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    world.restart();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let other = world.another();
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    tokio::time::sleep(Duration::from_secs(31)).await;
    let sent = command::once(&other, id, OutboxKind::Refund).await.unwrap();
    assert_eq!((sent.outcome, given_back(&world)), (Outcome::Moved, 2000));
}

#[test]
fn what_an_earlier_version_kept_is_read() {
    let kept = r#"{"amount":null,"sent":{"reference":"A-1-C1","at":"2026-11-22T12:00:00Z","before":1}}"#;
    let order: MoneyOrder = serde_json::from_str(kept).unwrap();
    let sent = order.sent.unwrap();
    assert_eq!((sent.reference.as_str(), sent.before, sent.seen, sent.accepted), ("A-1-C1", 1, None, false));
}

#[tokio::test(start_paused = true)]
async fn void() {
    let (world, id) = standing_at("AUTHORIZED").await;
    let done = once(&world, id, Movement::Void).await;
    assert_eq!((done.outcome, done.link.state), (Outcome::Moved, LinkState::Voided));
    let again = once(&world, id, Movement::Void).await;
    assert_eq!(again.outcome, Outcome::NotPossible);
}

#[tokio::test(start_paused = true)]
async fn what_comes_to_no_end_for_a_day_can_be_dropped() {
    let (world, id) = paid().await;
    world.backend.in_progress();
    once(&world, id, Movement::Refund(nok(2000), None)).await;
    for clock in [0, 100, -100] {
        world.set_clock(jiff::SignedDuration::from_hours(clock));
        pass(7 * 3600).await;
        let sent = command::withdraw(&world.ports, id, OutboxKind::Refund).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
        assert_eq!(sent.fault, None, "whatever the clock here says");
    }
    pass(4 * 3600).await;
    let asked = world.backend.calls(Call::Transaction);
    for _ in 0..60 {
        flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        pass(60).await;
    }
    assert!(world.backend.calls(Call::Transaction) - asked <= 2, "no need to look often");
    let why = world.entry(id).unwrap().last_error.unwrap();
    assert_eq!(why, Cause::Plain(Plain::NoEndYet).to_string());
    // Nothing else is sent beside it; once it's dropped it is followed no more.
    let sent = command::withdraw(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert_eq!((sent.outcome, world.entry(id)), (Outcome::Cancelled, None));
    assert_eq!(world.backend.calls(Call::Refund), 1);
    // While the payment tells that something is under way, another one waits.
    let sent = once(&world, id, Movement::Refund(nok(2000), None)).await;
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    assert_eq!(world.backend.calls(Call::Refund), 1);
}

#[tokio::test(start_paused = true)]
async fn accepted_is_not_done() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.in_progress();
    let sent = once(&world, id, Movement::Capture(None)).await;
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    assert_eq!(sent.link.state, LinkState::Authorized);
    // It stays in the outbox and is followed, for hours if need be, and never sent again.
    for _ in 0..20 {
        pass(3600).await;
        let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
        assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    }
    assert_eq!(world.backend.calls(Call::Capture), 1);
    // It can't be taken back any more either.
    let sent = command::withdraw(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert!(matches!(sent.outcome, Outcome::InProgress { .. }), "{sent:?}");
    world.backend.finish();
    let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Captured));
    assert_eq!((world.entry(id), world.backend.calls(Call::Capture)), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_never_repeated() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Capture, [Wrong::Lost]);
    let done = once(&world, id, Movement::Capture(None)).await;
    assert_eq!((done.outcome, done.link.state), (Outcome::Moved, LinkState::Captured));
    assert_eq!(world.backend.calls(Call::Capture), 1);

    // It isn't there: it may still be on its way, so it's not sent again for a while.
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Capture, [Wrong::Cut]);
    let sent = once(&world, id, Movement::Capture(None)).await;
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    let again = once(&world, id, Movement::Capture(None)).await;
    assert!(matches!(again.outcome, Outcome::Uncertain { .. }), "{again:?}");
    assert_eq!(world.backend.calls(Call::Capture), 1);
    pass(61).await;
    let sent = command::once(&world.ports, id, OutboxKind::Capture).await.unwrap();
    assert_eq!((sent.outcome, captured(&world)), (Outcome::Moved, 12_000));
    assert_eq!(world.backend.calls(Call::Capture), 2);

    // It comes late, when we have long stopped waiting for it.
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Capture, [Wrong::Late(Duration::from_secs(40))]);
    let sent = once(&world, id, Movement::Capture(None)).await;
    assert!(matches!(sent.outcome, Outcome::Uncertain { .. }), "{sent:?}");
    let sent =
        command::patiently(&world.ports, id, OutboxKind::Capture, Duration::from_secs(90)).await.unwrap();
    assert_eq!((sent.outcome, captured(&world)), (Outcome::Moved, 12_000));
    assert_eq!(world.backend.calls(Call::Capture), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_blindly() {
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    let sent = once(&world, id, Movement::Capture(None)).await;
    assert!(matches!(sent.outcome, Outcome::Queued { .. }), "{sent:?}");
    assert_eq!(world.backend.calls(Call::Capture), 0);
    // It waits, and goes out by itself.
    pass(30).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!((done.len(), done[0].1.outcome), (1, Outcome::Moved));

    // A plain no leaves nothing behind: it can be asked for again at once.
    let (world, id) = standing_at("AUTHORIZED").await;
    world.backend.wrong(Call::Capture, [fault(FaultKind::Refused)]);
    let sent = once(&world, id, Movement::Capture(None)).await;
    assert_eq!((sent.outcome, world.entry(id)), (Outcome::Refused, None));
    assert_eq!(once(&world, id, Movement::Capture(None)).await.outcome, Outcome::Moved);

    let unpaid = world.send("B-1", Delivery::Link).await;
    let ordered = money::order(&world.ports, unpaid, Movement::Refund(None, None), None).await.unwrap();
    assert_eq!((ordered, world.entry(unpaid)), (Ordered::NoPayment, None));
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_twice_is_done_once() {
    let (world, id) = standing_at("AUTHORIZED").await;
    let capture = || Movement::Capture(nok(5000));
    assert!(matches!(money::order(&world.ports, id, capture(), None).await.unwrap(), Ordered::Waits(_)));
    assert!(matches!(money::order(&world.ports, id, capture(), None).await.unwrap(), Ordered::Waits(_)));
    let other = money::order(&world.ports, id, Movement::Capture(nok(7000)), None).await.unwrap();
    assert_eq!(other, Ordered::AnotherWaits);
    let (one, two) = tokio::join!(
        command::once(&world.ports, id, OutboxKind::Capture),
        command::once(&world.ports, id, OutboxKind::Capture)
    );
    assert!([one.unwrap().outcome, two.unwrap().outcome].contains(&Outcome::Moved));
    assert_eq!((captured(&world), world.backend.calls(Call::Capture)), (5000, 1));
}

#[tokio::test(start_paused = true)]
async fn in_the_order_it_was_asked_for() {
    let (world, id) = standing_at("AUTHORIZED").await;
    money::order(&world.ports, id, Movement::Capture(None), None).await.unwrap();
    money::order(&world.ports, id, Movement::Refund(nok(2000), None), None).await.unwrap();
    let early = command::once(&world.ports, id, OutboxKind::Refund).await.unwrap();
    assert_eq!(early.outcome, Outcome::Busy, "it waits for its turn");
    // The first one can't be done now, so the second waits, and what is for other links goes on.
    world.backend.wrong(Call::Transaction, [fault(FaultKind::NotSent)]);
    flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!((world.backend.calls(Call::Capture), world.backend.calls(Call::Refund)), (0, 0));
    pass(30).await;
    let done = flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
    assert_eq!(done.iter().map(|(_, s)| s.outcome).collect::<Vec<_>>(), [Outcome::Moved, Outcome::Moved]);
    assert_eq!(world.link(id).state, LinkState::PartiallyRefunded);
}

#[tokio::test(start_paused = true)]
async fn taken_back_before_it_goes_out() {
    let (world, id) = standing_at("AUTHORIZED").await;
    money::order(&world.ports, id, Movement::Void, None).await.unwrap();
    let sent = command::withdraw(&world.ports, id, OutboxKind::Void).await.unwrap();
    assert_eq!((sent.outcome, world.entry(id)), (Outcome::Cancelled, None));
    assert_eq!(world.link(id).state, LinkState::Authorized);
    // What may have gone out is looked up first, and it was done.
    world.backend.wrong(Call::Void, [Wrong::Late(Duration::from_secs(2))]);
    once(&world, id, Movement::Void).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let sent = command::withdraw(&world.ports, id, OutboxKind::Void).await.unwrap();
    assert_eq!((sent.outcome, sent.link.state), (Outcome::Moved, LinkState::Voided));
}

#[tokio::test(start_paused = true)]
async fn a_power_cut_at_every_step() {
    let mut cut_short = 0;
    for step in 1..20 {
        let (world, id) = standing_at("AUTHORIZED").await;
        world.power.cut_at(step);
        let ordered = money::order(&world.ports, id, Movement::Capture(nok(5000)), None).await;
        let sent = command::once(&world.ports, id, OutboxKind::Capture).await;
        cut_short += usize::from(ordered.is_err() || sent.is_err());
        world.power.back();
        // Long enough for every lease and for what may be on the wire.
        for _ in 0..10 {
            pass(100).await;
            flush(&world.ports, ACCOUNT, world.now()).await.unwrap();
        }
        assert_eq!(world.entry(id), None, "cut at step {step}");
        let wanted = if ordered.is_ok() { 5000 } else { captured(&world) };
        assert_eq!(captured(&world), wanted, "cut at step {step}");
        assert!(captured(&world) <= 5000, "cut at step {step}");
    }
    assert!(cut_short > 4, "{cut_short}");
}
