//! Reads that go wrong: nothing is lost, and the next read brings everything.

use futures_util::future::join_all;
use paylink::domain::link::LinkState;
use paylink::ops::track;
use serde_json::json;

use super::{Shop, kinds};

/// A read that goes wrong changes nothing, says so, and the next one brings everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_goes_wrong_loses_nothing() {
    for path in ["/v1/sessions/", "/v1/transactions/"] {
        join_all(kinds().into_iter().map(async |(kind, more, _)| {
            let shop = Shop::open().await;
            let what = format!("{path} {kind} {more}");
            let id = shop.made().await;
            let session = shop.stand.link(id).session_id.unwrap();
            shop.post(&format!("/sandbox/sessions/{session}/pay"), &json!({"outcome": "authorized"}));
            let before = shop.stand.link(id);
            shop.fault("GET", path, kind, &more);
            let round = track::refresh_one(&shop.stand.ports, id).await.unwrap();
            // An answer that is too large is one: told of this link alone, and others are read on.
            let strange: Vec<_> = round.strange.iter().map(|(link, _)| *link).collect();
            let told = if kind == "huge" { (false, vec![id]) } else { (true, Vec::new()) };
            assert_eq!((round.fault.is_some(), strange), told, "{what}");
            let link = shop.stand.link(id);
            if path == "/v1/sessions/" {
                assert_eq!(link, before, "{what}");
            } else {
                // There is a payment, and how it stands isn't known: never an end.
                assert_eq!(link.state, LinkState::Paying, "{what}");
            }
            let round = track::refresh_one(&shop.stand.ports, id).await.unwrap();
            assert_eq!((round.fault, round.strange), (None, Vec::new()), "{what}");
            assert_eq!(shop.stand.link(id).state, LinkState::Authorized, "{what}");
        }))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_goes_wrong_loses_nothing() {
    join_all(kinds().into_iter().map(async |(kind, more, _)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        let id = shop.made().await;
        let session = shop.stand.link(id).session_id.unwrap();
        shop.post(&format!("/sandbox/sessions/{session}/pay"), &json!({"outcome": "authorized"}));
        let before = shop.stand.link(id);
        shop.fault("GET", "/v1/transactions", kind, &more);
        let round = track::refresh_many(&shop.stand.ports, vec![id]).await.unwrap();
        if kind == "huge" {
            // What a list can't tell even of one alone is read by its id, at once.
            assert_eq!((round.fault, round.strange), (None, Vec::new()), "{what}");
            assert_eq!(shop.stand.link(id).state, LinkState::Authorized, "{what}");
            return;
        }
        assert!(round.fault.is_some() && round.changed.is_empty(), "{what}: {round:?}");
        assert_eq!(shop.stand.link(id), before, "{what}");
        let round = track::refresh_many(&shop.stand.ports, vec![id]).await.unwrap();
        assert_eq!(round.fault, None, "{what}");
        assert_eq!(shop.stand.link(id).state, LinkState::Authorized, "{what}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_sessions_that_goes_wrong_loses_nothing() {
    join_all(kinds().into_iter().map(async |(kind, more, _)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        let (opened, paid) = (shop.made().await, shop.made_as("A-2").await);
        let session = |id| shop.stand.link(id).session_id.unwrap();
        shop.post(&format!("/sandbox/sessions/{}/visit", session(opened)), &json!({}));
        shop.post(&format!("/sandbox/sessions/{}/pay", session(paid)), &json!({"outcome": "authorized"}));
        let before = [opened, paid].map(|id| shop.stand.link(id));
        let is_up_to_date = || {
            assert_eq!(shop.stand.link(opened).state, LinkState::Opened, "{what}");
            assert_eq!(shop.stand.link(paid).state, LinkState::Authorized, "{what}");
        };
        shop.fault("GET", "/v1/sessions", kind, &more);
        let round = track::refresh_listed(&shop.stand.ports, vec![opened, paid]).await.unwrap();
        // A backend that was heard is asked for each; one that wasn't, or that wants to be left alone, later.
        let heard = match kind {
            "status" => more["status"] != 429 && more["status"] != 408 && more["retry_after"].is_null(),
            kind => matches!(kind, "garbage" | "huge"),
        };
        assert_eq!(round.fault.is_none(), heard, "{what}: {round:?}");
        if heard {
            is_up_to_date();
        } else {
            assert_eq!([opened, paid].map(|id| shop.stand.link(id)), before, "{what}");
        }
        let round = track::refresh_listed(&shop.stand.ports, vec![opened, paid]).await.unwrap();
        assert_eq!(round.fault, None, "{what}");
        is_up_to_date();
    }))
    .await;
}
