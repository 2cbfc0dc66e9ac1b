//! Transactions: reading, finding, moving money.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::{Answer, Shop, sale, sale_with};

async fn act(shop: &Shop, id: &str, what: &str, body: Value) -> Answer {
    shop.post(&format!("/v1/transactions/{id}/{what}"), body).await
}

fn kinds(transaction: &Value) -> Vec<&str> {
    transaction["events"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_payment_is_reserved_taken_and_paid_back_in_parts() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    let t = shop.get(&format!("/v1/transactions/{id}")).await.ok();
    assert_eq!(t["status"], "AUTHORIZED");
    assert_eq!(t["payment_product"], "dintero_psp");
    assert_eq!(t["payment_product_type"], "dintero_psp.creditcard");
    assert_eq!(t["amount"], 12000);
    assert_eq!(t["merchant_reference"], "KARI-014");
    assert_eq!(t["settlement_status"], "NOT_SETTLED");
    assert_eq!(t["card"]["masked_pan"], "400000******0002");
    assert_eq!(kinds(&t), ["INITIALIZE", "AUTHORIZE"]);

    act(&shop, &id, "refund", json!({ "amount": 100 })).await.refused(400);
    let part = json!({ "amount": 9000, "capture_reference": "KARI-014-1", "items": [{ "line_id": "1", "amount": 9000, "quantity": 2 }], "metadata": { "ext_by": "kari" } });
    let t = act(&shop, &id, "capture", part).await.ok();
    assert_eq!(t["status"], "PARTIALLY_CAPTURED");
    let event = t["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(event["event"], "CAPTURE");
    assert_eq!(event["event_reference"], "KARI-014-1");
    assert_eq!(event["transaction_status"], "PARTIALLY_CAPTURED");
    assert_eq!(event["items"][0]["line_id"], "1");
    assert_eq!(event["metadata"]["ext_by"], "kari");
    assert_eq!(event["success"], true);

    assert!(act(&shop, &id, "capture", json!({ "amount": 3001 })).await.refused(400).contains("3000"));
    act(&shop, &id, "void", Value::Null).await.refused(400);
    let refund = |amount: i64| {
        act(&shop, &id, "refund", json!({ "amount": amount, "refund_reference": "R", "reason": "for mye" }))
    };
    assert_eq!(refund(1000).await.ok()["status"], "PARTIALLY_CAPTURED_REFUNDED");
    assert_eq!(
        act(&shop, &id, "capture", json!({ "amount": 3000 })).await.ok()["status"],
        "PARTIALLY_REFUNDED"
    );
    assert!(refund(11001).await.refused(400).contains("11000"));
    assert_eq!(refund(11000).await.ok()["status"], "REFUNDED");
    refund(1).await.refused(400);
}

#[tokio::test]
async fn a_reservation_is_released() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "vipps").await;
    let t = act(&shop, &id, "void", Value::Null).await.ok();
    assert_eq!(t["status"], "AUTHORIZATION_VOIDED");
    assert_eq!(kinds(&t), ["INITIALIZE", "AUTHORIZE", "VOID"]);
    act(&shop, &id, "void", Value::Null).await.refused(400);
    act(&shop, &id, "capture", json!({ "amount": 1 })).await.refused(400);
}

#[tokio::test]
async fn the_rest_is_released_after_a_part_capture_where_the_method_can() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "mobilepay").await;
    act(&shop, &id, "capture", json!({ "amount": 9000 })).await.ok();
    act(&shop, &id, "void", Value::Null).await.ok();
    act(&shop, &id, "capture", json!({ "amount": 1 })).await.refused(400);
    assert_eq!(act(&shop, &id, "refund", json!({ "amount": 9000 })).await.ok()["status"], "REFUNDED");

    let own = shop.paid(sale(), "card").await;
    act(&shop, &own, "capture", json!({ "amount": 9000, "final_capture": true })).await.ok();
    act(&shop, &own, "capture", json!({ "amount": 1 })).await.refused(400);
}

#[tokio::test]
async fn a_move_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    for body in [
        json!({}),
        json!({ "amount": 0 }),
        json!({ "amount": -1 }),
        json!({ "amount": "100" }),
        json!({ "amount": 99.5 }),
        json!({ "amount": 12001 }),
        json!({ "amount": 100, "capture_reference": 7 }),
        json!({ "amount": 100, "items": [{ "amount": 100 }] }),
        json!({ "amount": 100, "items": [{ "line_id": "1" }] }),
        json!({ "amount": 100, "items": [{ "line_id": "9", "amount": 100 }] }),
        json!({ "amount": 100, "metadata": { "by": "kari" } }),
        json!({ "amount": 100, "metadata": { "ext_by": 7 } }),
    ] {
        act(&shop, &id, "capture", body.clone()).await.refused(400);
    }
    let t = shop.get(&format!("/v1/transactions/{id}")).await.ok();
    assert_eq!(t["status"], "AUTHORIZED");
    act(&shop, "nobody", "capture", json!({ "amount": 1 })).await.refused(404);
}

#[tokio::test]
async fn an_accepted_move_is_in_progress_until_its_time() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    let fault = json!({ "path": "/v1/transactions", "kind": "accepted", "ms": 5000, "times": 2 });
    shop.control(Method::POST, "/faults", fault).await.ok();
    let read = async || shop.get(&format!("/v1/transactions/{id}")).await.ok();

    let answer = act(&shop, &id, "capture", json!({ "amount": 12000, "capture_reference": "C1" })).await;
    assert_eq!(answer.status, 202);
    let request_id = answer.headers["event-request-id"].to_str().unwrap().to_owned();
    assert_eq!(answer.json["status"], "AUTHORIZED");
    assert_eq!(kinds(&answer.json).last(), Some(&"INITIATE_CAPTURE"));
    // What is under way can't be taken again, nor released.
    act(&shop, &id, "refund", json!({ "amount": 1 })).await.refused(400);
    act(&shop, &id, "capture", json!({ "amount": 1 })).await.refused(400);
    act(&shop, &id, "void", Value::Null).await.refused(400);
    shop.advance(4).await;
    assert_eq!(read().await["status"], "AUTHORIZED");
    shop.advance(1).await;
    let t = read().await;
    assert_eq!(t["status"], "CAPTURED");
    let done = t["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(done["correlation_request_id"], request_id);
    assert_eq!(done["event_reference"], "C1");

    // The second round of the fault was used up by the refused refund; this one is plain.
    assert_eq!(act(&shop, &id, "refund", json!({ "amount": 12000 })).await.status, 200);
}

#[tokio::test]
async fn a_move_that_fails_moves_nothing_and_says_why() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    let fault = json!({ "path": "/v1/transactions", "kind": "fails", "times": 1 });
    shop.control(Method::POST, "/faults", fault).await.ok();
    let answer = act(&shop, &id, "capture", json!({ "amount": 12000, "capture_reference": "C1" })).await;
    assert_eq!((answer.status, &answer.json["status"]), (200, &json!("AUTHORIZED")));
    let failed = answer.json["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&failed["event"], &failed["success"], &failed["event_reference"]),
        (&json!("CAPTURE"), &json!(false), &json!("C1"))
    );
    assert!(failed["error"]["message"].is_string(), "{failed}");
    // The same, in its own time.
    let fault = json!({ "path": "/v1/transactions", "kind": "fails", "ms": 5000, "times": 1 });
    shop.control(Method::POST, "/faults", fault).await.ok();
    let answer = act(&shop, &id, "capture", json!({ "amount": 12000, "capture_reference": "C2" })).await;
    assert_eq!(answer.status, 202);
    let request_id = answer.headers["event-request-id"].to_str().unwrap().to_owned();
    shop.advance(5).await;
    let t = shop.get(&format!("/v1/transactions/{id}")).await.ok();
    let failed = t["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&t["status"], &failed["success"]), (&json!("AUTHORIZED"), &json!(false)));
    assert_eq!(failed["correlation_request_id"], request_id);
    // What failed is there to be taken still.
    act(&shop, &id, "capture", json!({ "amount": 12000 })).await.ok();
}

#[tokio::test]
async fn transactions_are_found_by_every_filter() {
    let shop = Shop::open().await;
    let a = shop.paid(sale(), "card").await;
    shop.advance(3600).await;
    let more = [
        ("/order/merchant_reference", json!("OLA-001")),
        ("/order/merchant_reference_2", json!("second")),
        ("/order/amount", json!(3000)),
        ("/order/items", json!([{ "line_id": "1", "amount": 3000 }])),
        ("/order/currency", json!("SEK")),
        ("/customer/phone_number", json!("+46701234567")),
        ("/customer/customer_id", json!("c-7")),
        ("/customer/email", json!("ola@kunde.example")),
        ("/order/shipping_address", json!({ "first_name": "Ola", "last_name": "Hansen" })),
    ];
    let b = shop.paid(sale_with(&more), "vipps").await;
    act(&shop, &b, "capture", json!({ "amount": 3000 })).await.ok();
    shop.advance(3600).await;
    act(&shop, &b, "refund", json!({ "amount": 1000 })).await.ok();
    let session_b =
        shop.get(&format!("/v1/transactions/{b}")).await.ok()["session_id"].as_str().unwrap().to_owned();

    let both = vec![&b, &a];
    let cases = [
        (String::new(), both.clone()),
        ("limit=1".to_owned(), vec![&b]),
        (format!("starting_after={b}"), vec![&a]),
        (format!("id={a}"), vec![&a]),
        ("status=AUTHORIZED".to_owned(), vec![&a]),
        ("status=AUTHORIZED&status=PARTIALLY_REFUNDED".to_owned(), both.clone()),
        ("status=UNKNOWN".to_owned(), vec![]),
        ("payment_product=dintero_psp".to_owned(), both.clone()),
        ("payment_product_type=dintero_psp.vipps".to_owned(), vec![&b]),
        ("card_brand=Visa".to_owned(), vec![&a]),
        ("merchant_reference=KARI-014".to_owned(), vec![&a]),
        ("merchant_reference=KARI".to_owned(), vec![]),
        ("merchant_reference_2=second".to_owned(), vec![&b]),
        (format!("session_id={session_b}&session_id=x"), vec![&b]),
        ("currency=SEK".to_owned(), vec![&b]),
        ("amount=3000".to_owned(), vec![&b]),
        ("amount.gte=3001".to_owned(), vec![&a]),
        ("amount.lte=3000".to_owned(), vec![&b]),
        ("created_at.gte=2026-11-22T13:00:00Z".to_owned(), vec![&b]),
        ("created_at.lte=2026-11-22T12:59:59Z".to_owned(), vec![&a]),
        ("captured_at.gte=2026-11-22T13:00:00Z".to_owned(), vec![&b]),
        ("captured_at.lte=2026-11-22T12:59:59Z".to_owned(), vec![]),
        ("refunded_at.gte=2026-11-22T14:00:00Z".to_owned(), vec![&b]),
        ("customer_id=c-7".to_owned(), vec![&b]),
        ("channel=ecommerce".to_owned(), both),
        ("store_id=1".to_owned(), vec![]),
        (format!("search={a}"), vec![&a]),
        (format!("search={session_b}"), vec![&b]),
        ("search=KARI-014".to_owned(), vec![&a]),
        ("search=second".to_owned(), vec![&b]),
        ("search=%2B46701234567".to_owned(), vec![&b]),
        ("search=40230256".to_owned(), vec![&a]),
        ("search=ola%40kunde.example".to_owned(), vec![&b]),
        ("search=Ola+Hansen".to_owned(), vec![&b]),
    ];
    for (query, expected) in cases {
        let rows = shop.get(&format!("/v1/transactions?{query}")).await.ok();
        let found: Vec<&str> = rows.as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
    for query in ["limit=1000", "status=PAID", "amount=ten", "captured_at.gte=x"] {
        shop.get(&format!("/v1/transactions?{query}")).await.refused(400);
    }
}

#[tokio::test]
async fn the_session_comes_along_when_asked_for() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    let read =
        async |includes: &str| shop.get(&format!("/v1/transactions/{id}?includes={includes}")).await.ok();
    assert!(read("").await.get("session").is_none());
    assert!(read("session").await["session"]["events"].as_array().unwrap().len() > 1);
    assert_eq!(read("session.events.latest").await["session"]["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_second_reference_can_be_changed() {
    let shop = Shop::open().await;
    let id = shop.paid(sale(), "card").await;
    let body = json!({ "merchant_reference_2": "bilag 7" });
    let t = shop.api(Method::PUT, &format!("/v1/transactions/{id}"), Some(body)).await.ok();
    assert_eq!(t["merchant_reference_2"], "bilag 7");
    shop.api(Method::PUT, &format!("/v1/transactions/{id}"), Some(json!({}))).await.refused(400);
}

#[tokio::test]
async fn successful_events_alone() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let pay = json!({ "payment_product_type": "card", "outcome": "declined" });
    shop.control(Method::POST, &format!("/sessions/{id}/pay"), pay).await.ok();
    let rows = shop.get("/v1/transactions").await.ok();
    assert_eq!(kinds(&rows[0]), ["INITIALIZE", "AUTHORIZE"]);
    assert_eq!(rows[0]["events"][1]["success"], false);
    assert!(rows[0]["events"][1]["error"]["message"].is_string());
    let rows = shop.get("/v1/transactions?includes=events.success.true").await.ok();
    assert_eq!(kinds(&rows[0]), ["INITIALIZE"]);
}
