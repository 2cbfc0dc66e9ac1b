//! Faults of the line and the backend.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower_service::Service as _;

use crate::support::shop::{Shop, sale, still};

async fn fault(shop: &Shop, body: Value) {
    shop.control(Method::POST, "/faults", body).await.ok();
}

async fn made(shop: &Shop) -> usize {
    shop.get("/v1/sessions").await.ok().as_array().unwrap().len()
}

#[tokio::test]
async fn a_cut_before_does_nothing_and_gives_no_answer() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "drop_before" })).await;
    let error = shop.try_api(Method::POST, "/v1/sessions", Some(sale())).await.unwrap_err();
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    assert_eq!(made(&shop).await, 0);
    let log = shop.control(Method::GET, "/log", Value::Null).await.ok();
    assert_eq!(log[1]["status"], Value::Null);
    // Used up by one: the next goes through, on a new connection.
    shop.session(sale()).await;
}

#[tokio::test]
async fn a_cut_after_does_it_and_gives_no_answer() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "drop_after" })).await;
    shop.try_api(Method::POST, "/v1/sessions", Some(sale())).await.unwrap_err();
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test]
async fn another_status_with_and_without_doing_it() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions*", "method": "POST", "kind": "status", "status": 503, "retry_after": 7 })).await;
    let answer = shop.post("/v1/sessions", sale()).await;
    assert_eq!(answer.headers["retry-after"], "7");
    answer.refused(503);
    assert_eq!(made(&shop).await, 0);
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "status", "status": 500, "carry_out": true })).await;
    shop.post("/v1/sessions", sale()).await.refused(500);
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test]
async fn a_token_can_be_refused_too() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/accounts/*", "kind": "status", "status": 429, "retry_after": 1 }))
        .await;
    let url = shop.url(&format!("/v1/accounts/{}/auth/token", shop.account()));
    assert_eq!(shop.http.post(url).send().await.unwrap().status(), 429);
}

#[tokio::test]
async fn garbage_is_an_answer_that_cannot_be_read() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "garbage" })).await;
    let answer = shop.post("/v1/sessions", sale()).await;
    assert_eq!((answer.status, answer.json), (200, Value::Null));
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test]
async fn a_huge_body_goes_on_and_on() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "kind": "huge" })).await;
    let request = shop.http.post(shop.url("/v1/sessions")).bearer_auth(&shop.token).json(&sale());
    let mut response = request.send().await.unwrap();
    let mut got = 0;
    while got < 8 * 1024 * 1024 {
        got += response.chunk().await.unwrap().expect("never the end").len();
    }
    drop(response);
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_takes_a_second_a_byte() {
    let sandbox = paylink::sandbox::Sandbox::new(still()).unwrap();
    let mut router = sandbox.router();
    let call = |path: &str, body: Value| {
        Request::builder().method("POST").uri(path).body(Body::from(body.to_string())).unwrap()
    };
    router.call(call("/sandbox/faults", json!({ "path": "/v1/", "kind": "slow" }))).await.unwrap();
    let before = Instant::now();
    let response = router.call(call("/v1/sessions", json!({}))).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let seconds = u64::try_from(bytes.len() - 1).unwrap();
    assert_eq!(before.elapsed().as_secs(), seconds);
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(answer["error"]["code"], "UNAUTHORIZED");
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_waited_for_by_the_runtimes_clock() {
    let sandbox = paylink::sandbox::Sandbox::new(still()).unwrap();
    let mut router = sandbox.router();
    let call = |method: &str, path: &str, body: Value| {
        Request::builder().method(method).uri(path).body(Body::from(body.to_string())).unwrap()
    };
    let delay = json!({ "path": "/v1/", "kind": "delay", "ms": 30_000, "times": 1 });
    router.call(call("POST", "/sandbox/faults", delay)).await.unwrap();
    let before = Instant::now();
    router.call(call("GET", "/v1/sessions", Value::Null)).await.unwrap();
    assert_eq!(before.elapsed(), Duration::from_secs(30));
    router.call(call("GET", "/v1/sessions", Value::Null)).await.unwrap();
    assert_eq!(before.elapsed(), Duration::from_secs(30));
}

#[tokio::test]
async fn what_was_asked_for_is_done_though_nobody_waits_for_the_answer() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "delay", "ms": 600_000 })).await;
    let request = shop.http.post(shop.url("/v1/sessions")).bearer_auth(&shop.token).json(&sale());
    let error = request.timeout(Duration::from_millis(500)).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test]
async fn a_cut_in_the_same_process_is_marked() {
    let sandbox = paylink::sandbox::Sandbox::new(still()).unwrap();
    let mut router = sandbox.router();
    let call = |path: &str, body: Value| {
        Request::builder().method("POST").uri(path).body(Body::from(body.to_string())).unwrap()
    };
    router.call(call("/sandbox/faults", json!({ "kind": "drop_before" }))).await.unwrap();
    let response = router.call(call("/v1/sessions", Value::Null)).await.unwrap();
    assert!(response.extensions().get::<paylink::sandbox::Cut>().is_some());
}

#[tokio::test]
async fn faults_are_told_limited_and_cleared() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/transactions", "kind": "status", "status": 500, "times": 2 })).await;
    fault(&shop, json!({ "path": "/v1/admin*", "kind": "status", "status": 403, "times": -1 })).await;
    let list = async || shop.control(Method::GET, "/faults", Value::Null).await.ok();
    assert_eq!(list().await.as_array().unwrap().len(), 2);
    shop.get("/v1/transactions").await.refused(500);
    assert_eq!(list().await[0]["times"], 1);
    shop.get("/v1/transactions").await.refused(500);
    shop.get("/v1/transactions").await.ok();
    for _ in 0..5 {
        shop.get("/v1/admin/session/profiles").await.refused(403);
    }
    shop.control(Method::DELETE, "/faults", Value::Null).await.ok();
    shop.get("/v1/admin/session/profiles").await.ok();
    shop.control(Method::POST, "/faults", json!({ "kind": "boom" })).await.refused(400);
}

#[tokio::test]
async fn stopping_does_not_wait_for_an_endless_answer() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "kind": "huge" })).await;
    let request = shop.http.get(shop.url("/v1/sessions")).bearer_auth(&shop.token);
    let mut response = request.send().await.unwrap();
    response.chunk().await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), shop.running.stop()).await.expect("it stops");
}

#[tokio::test]
async fn what_was_asked_for_is_done_after_the_answer() {
    let shop = Shop::open().await;
    fault(&shop, json!({ "path": "/v1/sessions", "method": "POST", "kind": "late", "ms": 700 })).await;
    shop.try_api(Method::POST, "/v1/sessions", Some(sale())).await.unwrap_err();
    let late = json!({ "path": "/v1/sessions", "method": "POST", "kind": "late", "ms": 700, "status": 502 });
    fault(&shop, late).await;
    shop.post("/v1/sessions", sale()).await.refused(502);
    assert_eq!(made(&shop).await, 0);
    let end = Instant::now() + Duration::from_secs(20);
    while made(&shop).await < 2 {
        assert!(Instant::now() < end, "both are made");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_list_lags_behind_and_a_read_does_not() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    fault(&shop, json!({ "path": "/v1/sessions", "kind": "lag", "ms": 60_000, "times": -1 })).await;
    assert_eq!(made(&shop).await, 0);
    shop.get(&format!("/v1/sessions/{id}")).await.ok();
    shop.control(Method::POST, "/clock", json!({ "advance_seconds": 61 })).await.ok();
    assert_eq!(made(&shop).await, 1);
}

#[tokio::test]
async fn an_answer_is_changed_as_asked_for() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let merge = json!({ "events": null, "order": { "currency": "EUR" } });
    fault(&shop, json!({ "path": "/v1/sessions", "kind": "answer", "merge": merge, "times": 2 })).await;
    let one = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    let row = shop.get("/v1/sessions").await.ok()[0].clone();
    for told in [one, row] {
        assert_eq!((&told["events"], &told["order"]["currency"]), (&Value::Null, &json!("EUR")));
        assert_eq!(told["order"]["amount"], sale()["order"]["amount"], "the rest is as it was");
    }
    let after = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    assert_eq!(after["order"]["currency"], "NOK", "only told so");
}
