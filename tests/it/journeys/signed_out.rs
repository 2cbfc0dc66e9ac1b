//! The client secret is not taken any more: what waits is kept as it is, nobody is asked for a secret again and again,
//! and it goes once somebody has seen to it.

use super::*;

async fn turned_away() -> Journey {
    let mut seller = Journey::open().await;
    let account = seller.place.shop.account_id.clone();
    let no = json!({ "path": format!("/v1/accounts/{account}/auth/token"), "kind": "status", "status": 401, "times": -1 });
    seller.control.post("/sandbox/faults", no).await;
    // By then the token of before is used up.
    seller.pass(86_400).await;
    seller.sell_by_sms().await;
    seller.pass(5).await;
    seller.sees("not signed in");
    seller
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_not_taken_is_asked_for_now_and_then_and_holds_up_nobody() {
    let mut seller = turned_away().await;
    let before = seller.line.tries.load(Ordering::SeqCst);
    seller.pass(3600).await;
    let asked = seller.line.tries.load(Ordering::SeqCst) - before;
    assert!((8..=20).contains(&asked), "{asked} requests in an hour");
    let account = seller.place.shop.account_id.clone();
    let waits = seller.place.ports.ledger.outbox(&account).unwrap();
    let [entry] = &waits[..] else { panic!("{waits:?}") };
    assert_eq!(entry.attempts, 1, "what the seller had sent by hand, and no more");
    assert!(entry.is_due(seller.clock.now()), "whoever has the right secret can send it");
    assert_eq!(seller.asked().await, []);
    seller.control.call(reqwest::Method::DELETE, "/sandbox/faults", None).await.unwrap();
    seller.pass(600).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
    seller.sees("online");
}

#[tokio::test(start_paused = true)]
async fn who_has_seen_to_the_account_has_it_sent_at_once() {
    let mut seller = turned_away().await;
    seller.pass(30 * 60).await;
    seller.control.call(reqwest::Method::DELETE, "/sandbox/faults", None).await.unwrap();
    assert_eq!(seller.messages().await.len(), 0);
    seller.keys("Esc s").await;
    seller.pass(3).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
    seller.sees("online");
}
