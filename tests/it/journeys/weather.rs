//! A laptop whose clock is set, and one that slept: links are followed as before, at the backend's time.

use paylink::domain::link::LinkState;

use super::*;

const DAY: i64 = 86_400;

/// The customer pays, and the seller sees it soon.
async fn is_paid_in_sight(seller: &mut Journey) {
    let path = format!("/sandbox/sessions/{}/pay", seller.session());
    seller.control.post(&path, json!({ "outcome": "authorized" })).await;
    seller.pass(5).await;
    assert!(seller.link().state.has_money(), "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_while_a_link_is_shown_holds_nothing_up() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.pass(10).await;
    seller.set_clock(-DAY);
    seller.pass(5).await;
    let before = seller.requests().await.len();
    seller.pass(30).await;
    let asked = seller.requests().await.len() - before;
    assert!((10..=40).contains(&asked), "{asked} requests in 30 s");
    assert_eq!(seller.link().state, LinkState::Open, "{}", seller.screen());
    is_paid_in_sight(&mut seller).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_ends_no_link() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.pass(10).await;
    seller.set_clock(2 * DAY);
    let before = seller.requests().await.len();
    seller.pass(30).await;
    let asked = seller.requests().await.len() - before;
    assert!((10..=40).contains(&asked), "{asked} requests in 30 s");
    assert_eq!(seller.link().state, LinkState::Open, "{}", seller.screen());
    assert_eq!(seller.engine.model().clock_off_by, Some(-2 * DAY));
    is_paid_in_sight(&mut seller).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_gives_no_link_more_time() {
    let mut seller = Journey::with(|shop| Shop { default_expiry: Expiry::Minutes(15), ..shop }).await;
    seller.sell_by_sms().await;
    seller.pass(10).await;
    seller.set_clock(-2 * DAY);
    seller.pass(15 * 60).await;
    assert_eq!(seller.link().state, LinkState::Expired, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_goes_out_after_the_clock_was_set_back() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.sell_by_sms().await;
    seller.pass(20).await;
    seller.set_clock(-DAY);
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(60).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
}
