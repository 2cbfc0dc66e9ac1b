//! What the backend has begun and not come to an end with holds up only what works on the same money.

use std::time::Duration;

use crate::domain::money::{Currency, Money};
use crate::ops::money::Movement;
use crate::ops::outbox::Outcome;
use crate::ops::testing::payments::{nok, once, pass, standing_at};
use crate::ops::testing::{Call, Wrong, command};
use crate::ports::{MoneyMove, OutboxKind};

/// What works on other money is no reason to wait, and tells nothing of a request that left no trace.
#[tokio::test(start_paused = true)]
async fn a_withdrawal_without_an_end_holds_up_no_part_that_is_given_back() {
    let (world, id) = standing_at("AUTHORIZED").await;
    assert_eq!(once(&world, id, Movement::Capture(nok(5000))).await.outcome, Outcome::Moved);
    pass(5).await;
    // Another till withdraws the rest, and of that no end is told.
    world.backend.in_progress();
    let link = world.link(id);
    let rest = MoneyMove {
        amount: Money::new(7000, Currency::Nok),
        reference: "other-till".to_owned(),
        reason: None,
        items: Vec::new(),
    };
    let transaction = link.transaction_id.unwrap();
    world.ports.gateway.capture(&transaction, &rest).await.unwrap();
    world.backend.at_once();
    pass(5).await;

    let all = once(&world, id, Movement::Refund(None, None)).await;
    assert!(matches!(all.outcome, Outcome::InProgress { .. }), "all there is isn't known yet: {all:?}");
    command::withdraw(&world.ports, id, OutboxKind::Refund).await.unwrap();
    let more = once(&world, id, Movement::Refund(nok(9000), None)).await;
    assert!(matches!(more.outcome, Outcome::InProgress { .. }), "it may be there soon: {more:?}");
    command::withdraw(&world.ports, id, OutboxKind::Refund).await.unwrap();
    let void = once(&world, id, Movement::Void).await;
    assert!(matches!(void.outcome, Outcome::InProgress { .. }), "it's the same money: {void:?}");
    command::withdraw(&world.ports, id, OutboxKind::Void).await.unwrap();
    assert_eq!((world.backend.calls(Call::Refund), world.backend.calls(Call::Void)), (0, 0));

    // The first try is lost on its way and leaves no trace.
    world.backend.wrong(Call::Refund, [Wrong::Cut]);
    let part = once(&world, id, Movement::Refund(nok(4000), None)).await;
    assert!(matches!(part.outcome, Outcome::Uncertain { needs_decision: false, .. }), "{part:?}");
    let sent = command::patiently(&world.ports, id, OutboxKind::Refund, Duration::from_secs(300)).await;
    assert_eq!(sent.unwrap().outcome, Outcome::Moved);
    assert_eq!(world.backend.calls(Call::Refund), 2);
}
