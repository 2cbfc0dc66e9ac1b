//! A network that wants a sign-in on a page of its own: it answers in the backend's place.

use super::*;

/// Half an hour before the page, and then it goes at once: such a network is no different from none.
#[tokio::test(start_paused = true)]
async fn once_the_hotspot_lets_us_through_what_waits_goes_within_seconds() {
    let mut seller = Journey::open().await;
    let account = seller.place.shop.account_id.clone();
    let token = format!("/v1/accounts/{account}/auth/token");
    let page = json!({ "path": token, "kind": "status", "status": 302, "times": -1 });
    seller.control.post("/sandbox/faults", page).await;
    // By then the token of before is used up.
    seller.pass(86_400).await;
    for _ in 0..3 {
        seller.sell_by_sms().await;
        seller.keys("Esc").await;
    }
    seller.pass(29 * 60).await;
    seller.sees("Wi-Fi sign-in?");
    let tries = |seller: &Journey| seller.line.tries.load(Ordering::SeqCst);
    let before = tries(&seller);
    seller.pass(60).await;
    let knocks = tries(&seller) - before;
    assert!((5..=10).contains(&knocks), "{knocks} requests in a minute");
    assert_eq!((seller.asked().await, seller.messages().await.len()), (Vec::new(), 0));
    seller.control.call(reqwest::Method::DELETE, "/sandbox/faults", None).await.unwrap();
    seller.pass(10).await;
    assert_eq!(seller.messages().await.len(), 3, "{}", seller.screen());
    assert_eq!(seller.asked().await.len(), 3);
    seller.sees("online");
}
