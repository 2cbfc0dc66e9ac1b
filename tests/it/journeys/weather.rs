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
    // What is left to pay it is told by the clock that ends it.
    seller.sees("in 24 h");
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

#[tokio::test(start_paused = true)]
async fn one_strange_date_ends_no_link_and_moves_none() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.pass(10).await;
    for _ in 0..5 {
        seller.line.strange.store(1, Ordering::SeqCst);
        seller.pass(5).await;
        assert_eq!(seller.link().state, LinkState::Open, "{}", seller.screen());
        assert_eq!(seller.engine.model().clock_off_by, None, "{}", seller.screen());
    }
    let end = seller.link().expires_at;
    seller.line.strange.store(1, Ordering::SeqCst);
    seller.keys("Esc").await;
    seller.sell_by_sms().await;
    assert!(seller.link().expires_at.duration_since(end).abs().as_secs() < 60, "nor does it give one a year");
    is_paid_in_sight(&mut seller).await;
}

#[tokio::test(start_paused = true)]
async fn a_link_that_a_broken_backend_ended_comes_back_and_is_paid() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    let path = format!("/sandbox/sessions/{}/visit", seller.session());
    seller.control.post(&path, json!({})).await;
    seller.pass(10).await;
    assert_eq!(seller.link().state, LinkState::Opened);
    seller.line.strange.store(usize::MAX, Ordering::SeqCst);
    seller.pass(30).await;
    seller.sees("EXPIRED");
    // All is well again, and the seller has gone on.
    seller.line.strange.store(0, Ordering::SeqCst);
    seller.keys("Esc").await;
    let before = seller.requests().await.len();
    seller.pass(9 * 60).await;
    let asked = seller.requests().await.len() - before;
    assert!(asked < 5, "{asked} requests");
    seller.pass(3 * 60).await;
    seller.sees("opened");
    seller.keys("Enter").await;
    assert_eq!(seller.link().state, LinkState::Opened, "{}", seller.screen());
    assert!(!seller.screen().to_lowercase().contains("expired"), "{}", seller.screen());
    is_paid_in_sight(&mut seller).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_offline_by_a_clock_a_day_behind_goes_out_with_its_own_time() {
    // Wrong to the end, or set right before the network is back.
    for set_right in [false, true] {
        let mut seller = Journey::open().await;
        seller.set_clock(-DAY);
        seller.line.down.store(true, Ordering::SeqCst);
        seller.sell_by_sms().await;
        seller.pass(3 * HOUR as u64).await;
        if set_right {
            seller.set_clock(0);
        }
        seller.line.down.store(false, Ordering::SeqCst);
        seller.pass(60).await;
        assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
        let left = seller.link().expires_at.duration_since(seller.clock.at()).as_secs();
        assert!((20 * HOUR..=21 * HOUR).contains(&left), "{left} s");
        is_paid_in_sight(&mut seller).await;
    }
}

const HOUR: i64 = 3600;

/// How many tokens were asked for.
async fn tokens(seller: &Journey) -> usize {
    let log = seller.control.get("/sandbox/log").await;
    let all = log.as_array().unwrap().iter();
    all.filter(|r| r["path"].as_str().is_some_and(|path| path.ends_with("/auth/token"))).count()
}

/// So many sales, the last of them on screen.
async fn sold(sales: usize) -> Journey {
    let mut seller = Journey::open().await;
    for n in 0..sales {
        if n > 0 {
            seller.keys("Esc").await;
        }
        seller.sell_by_sms().await;
    }
    seller.pass(30).await;
    seller
}

#[tokio::test(start_paused = true)]
async fn a_night_with_the_lid_closed_ends_without_a_burst_and_with_one_new_token() {
    let mut seller = sold(12).await;
    let path = format!("/sandbox/sessions/{}/pay", seller.session());
    seller.control.post(&path, json!({ "outcome": "authorized" })).await;
    seller.sleep(8 * HOUR);
    let (before, tokens_before) = (seller.requests().await.len(), tokens(&seller).await);
    seller.pass(3).await;
    assert!(seller.link().state.has_money(), "what is on screen is asked at once: {}", seller.screen());
    let asked = seller.requests().await.len() - before;
    assert!(asked <= 10, "{asked} requests in the first 3 s");
    seller.pass(60).await;
    let asked = seller.requests().await.len() - before;
    assert!(asked <= 60, "{asked} requests in the first minute");
    assert_eq!(tokens(&seller).await - tokens_before, 1, "the old token ran out in the night");
    assert_eq!(seller.messages().await.len(), 12);
}

#[tokio::test(start_paused = true)]
async fn links_that_ended_behind_a_closed_lid_are_all_told_and_not_at_once() {
    let mut seller = sold(60).await;
    seller.keys("Esc").await;
    seller.sleep(30 * HOUR);
    let before = seller.requests().await.len();
    let mut most = 0;
    for _ in 0..300 {
        let so_far = seller.requests().await.len();
        seller.pass(1).await;
        most = most.max(seller.requests().await.len() - so_far);
    }
    let asked = seller.requests().await.len() - before;
    assert!(most <= 30 && asked <= 200, "{asked} requests, {most} of them in one second");
    let rows = &seller.engine.model().dashboard.rows;
    assert_eq!(rows.len(), 60);
    assert!(rows.iter().all(|r| r.state == LinkState::Expired), "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_lid_cut_off_is_looked_up_and_not_repeated() {
    let mut seller = Journey::open().await;
    let fault = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", fault).await;
    seller.sell_by_sms().await;
    seller.sleep(8 * HOUR);
    seller.pass(65).await;
    assert_eq!(seller.asked().await.len(), 1, "{}", seller.screen());
    assert_eq!(seller.messages().await.len(), 1);
    assert_eq!(seller.link().state, LinkState::Open, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_when_the_lid_closed_goes_out_once_the_oldest_first() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    for n in 0..6 {
        if n > 0 {
            seller.keys("Esc").await;
        }
        seller.sell_by_sms().await;
    }
    seller.pass(20).await;
    seller.sleep(3 * HOUR);
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(65).await;
    let sent: Vec<String> = seller
        .asked()
        .await
        .iter()
        .map(|(_, body)| body["order"]["merchant_reference"].as_str().unwrap().to_owned())
        .collect();
    let mut in_order = sent.clone();
    in_order.sort();
    in_order.dedup();
    assert_eq!((sent.len(), in_order.len()), (6, 6), "each once: {sent:?}\n{}", seller.screen());
    // Four go at a time, so that one may be overtaken by those beside it, and by no more.
    for (place, reference) in sent.iter().enumerate() {
        let own = in_order.iter().position(|r| r == reference).unwrap();
        assert!(place.abs_diff(own) < 4, "{sent:?}");
    }
    assert_eq!(seller.messages().await.len(), 6);
}
