//! The control interface: the customer, messages, clock, log, and who may call.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::{Shop, read, sale, sale_with, still};

fn names(session: &Value) -> Vec<&str> {
    session["events"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect()
}

async fn pay(shop: &Shop, id: &str, method: &str, outcome: &str) -> crate::support::shop::Answer {
    let body = json!({ "payment_product_type": method, "outcome": outcome });
    shop.control(Method::POST, &format!("/sessions/{id}/pay"), body).await
}

async fn session(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/v1/sessions/{id}")).await.ok()
}

#[tokio::test]
async fn a_visit_is_told_with_who_it_was() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    shop.control(Method::POST, &format!("/sessions/{id}/visit"), json!({})).await.ok();
    let read = session(&shop, &id).await;
    assert_eq!(names(&read), ["INITIATED", "VISITED"]);
    assert!(read["user_agent"].as_str().unwrap().contains("iPhone"));
    let robot = json!({ "user_agent": "PreviewBot/1.0" });
    shop.control(Method::POST, &format!("/sessions/{id}/visit"), robot).await.ok();
    let read = session(&shop, &id).await;
    assert_eq!(read["events"][2]["request_headers"]["user-agent"], "PreviewBot/1.0");
    shop.control(Method::POST, "/sessions/nobody/visit", json!({})).await.refused(404);
}

#[tokio::test]
async fn every_outcome_of_a_payment() {
    let shop = Shop::open().await;
    let cases = [
        ("authorized", "AUTHORIZED", "AUTHORIZED"),
        ("declined", "DECLINED", "DECLINED"),
        ("failed", "FAILED", "PAY_FAILED"),
        ("on_hold", "ON_HOLD", "PAY_LOCK_START"),
        ("initiated", "INITIATED", "PAY_LOCK_START"),
    ];
    for (outcome, status, event) in cases {
        let id = shop.session(sale()).await;
        let transaction = pay(&shop, &id, "vipps", outcome).await.ok();
        assert_eq!(transaction["status"], status);
        assert_eq!(transaction["payment_product_type"], "dintero_psp.vipps");
        let read = session(&shop, &id).await;
        assert_eq!(read["transaction_id"], transaction["id"]);
        assert!(names(&read).contains(&event), "{outcome}: {:?}", names(&read));
        let locked = !names(&read).contains(&"PAY_LOCK_END");
        assert_eq!(locked, outcome == "initiated");
        if outcome != "initiated" {
            pay(&shop, &id, "vipps", "authorized").await.refused(409);
        }
    }
    let id = shop.session(sale_with(&[("/configuration/auto_capture", json!(true))])).await;
    let transaction = pay(&shop, &id, "dintero_psp.creditcard", "authorized").await.ok();
    assert_eq!(transaction["status"], "CAPTURED");
}

#[tokio::test]
async fn a_payment_that_was_begun_is_finished_and_is_one_transaction() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let first = pay(&shop, &id, "vipps", "initiated").await.ok();
    let second = pay(&shop, &id, "card", "initiated").await.ok();
    assert_eq!(first["id"], second["id"]);
    assert_eq!(second["payment_product_type"], "dintero_psp.creditcard");
    let done = pay(&shop, &id, "card", "authorized").await.ok();
    assert_eq!(done["id"], first["id"]);
    assert_eq!(shop.get("/v1/transactions").await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_paid_is_refused() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    assert!(pay(&shop, &id, "swish", "authorized").await.refused(400).contains("doesn't offer"));
    pay(&shop, &id, "vipps", "paid").await.refused(400);
    pay(&shop, "nobody", "vipps", "authorized").await.refused(404);
    shop.post(&format!("/v1/sessions/{id}/cancel"), Value::Null).await.ok();
    assert!(pay(&shop, &id, "vipps", "authorized").await.refused(409).contains("cancelled"));
    let late = shop.session(sale()).await;
    shop.advance(86_401).await;
    assert!(pay(&shop, &late, "vipps", "authorized").await.refused(409).contains("expired"));
}

#[tokio::test]
async fn who_began_in_time_may_finish() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    pay(&shop, &id, "vipps", "initiated").await.ok();
    shop.advance(86_401).await;
    assert_eq!(pay(&shop, &id, "vipps", "authorized").await.ok()["status"], "AUTHORIZED");
}

#[tokio::test]
async fn a_payment_begun_on_a_link_that_is_withdrawn_comes_to_nothing() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    pay(&shop, &id, "vipps", "initiated").await.ok();
    shop.post(&format!("/v1/sessions/{id}/cancel"), Value::Null).await.ok();
    pay(&shop, &id, "vipps", "authorized").await.refused(409);
    assert_ne!(shop.get("/v1/transactions").await.ok()[0]["status"], "AUTHORIZED");
}

#[tokio::test]
async fn on_hold_is_resolved_once() {
    let shop = Shop::open().await;
    for (outcome, status) in [("authorized", "CAPTURED"), ("failed", "FAILED")] {
        let id = shop.session(sale_with(&[("/configuration/auto_capture", json!(true))])).await;
        let transaction = pay(&shop, &id, "card", "on_hold").await.ok();
        let resolve = async |outcome: &str| {
            let path = format!("/transactions/{}/resolve", transaction["id"].as_str().unwrap());
            shop.control(Method::POST, &path, json!({ "outcome": outcome })).await
        };
        resolve("maybe").await.refused(400);
        shop.post(&format!("/v1/sessions/{id}/cancel"), Value::Null).await.refused(400);
        assert_eq!(resolve(outcome).await.ok()["status"], status);
        resolve(outcome).await.refused(409);
    }
    let body = json!({ "outcome": "authorized" });
    shop.control(Method::POST, "/transactions/nobody/resolve", body).await.refused(404);
}

#[tokio::test]
async fn an_express_session_wants_an_address_before_it_is_paid() {
    let shop = Shop::open().await;
    let express = json!({ "shipping_options": [], "shipping_mode": "shipping_not_required" });
    let mut body = sale();
    body["express"] = express;
    let id = shop.session(body).await;
    assert!(pay(&shop, &id, "vipps", "authorized").await.refused(409).contains("address"));
    let path = format!("/sessions/{id}/address");
    let bad = shop.control(Method::POST, &path, json!({ "first_name": "Kari" })).await;
    assert!(bad.json["error"]["errors"].as_array().unwrap().len() >= 3);
    bad.refused(400);
    let address = json!({
        "first_name": "Kari", "last_name": "Nordmann", "address_line": "Storgata 1",
        "postal_code": "0155", "postal_place": "Oslo", "country": "NO",
    });
    shop.control(Method::POST, &path, address.clone()).await.ok();
    let read = session(&shop, &id).await;
    assert_eq!(read["order"]["shipping_address"], address);
    assert!(names(&read).contains(&"SET_SHIPPING_ADDRESS"));
    let transaction = pay(&shop, &id, "vipps", "authorized").await.ok();
    assert_eq!(transaction["shipping_address"]["postal_place"], "Oslo");
    // An ordinary session asks for no address.
    let plain = shop.session(sale()).await;
    shop.control(Method::POST, &format!("/sessions/{plain}/address"), address).await.refused(409);
}

#[tokio::test]
async fn a_chosen_delivery_comes_on_top() {
    let shop = Shop::open().await;
    let option = json!({ "id": "post", "line_id": "frakt", "amount": 4900, "vat": 25, "vat_amount": 980, "title": "Pakke", "operator": "Posten" });
    let mut body = sale();
    body["express"] = json!({ "shipping_options": [option] });
    let id = shop.session(body).await;
    let mut address = json!({
        "first_name": "Kari", "address_line": "Storgata 1", "postal_code": "0155", "postal_place": "Oslo", "country": "NO",
    });
    let path = format!("/sessions/{id}/address");
    shop.control(Method::POST, &path, address.clone()).await.ok();
    pay(&shop, &id, "vipps", "authorized").await.refused(409);
    address["shipping_option"] = json!("post");
    shop.control(Method::POST, &path, address).await.ok();
    let transaction = pay(&shop, &id, "vipps", "authorized").await.ok();
    assert_eq!(transaction["amount"], 16900);
    assert_eq!(transaction["items"][2]["line_id"], "frakt");
}

#[tokio::test]
async fn messages_are_sent_skipped_and_fail() {
    let shop = Shop::open().await;
    let publish = json!([{ "type": "checkout-link", "channel": "sms" }]);
    let with = |changes: &[(&str, Value)]| {
        let mut all = vec![("/configuration/publish", publish.clone())];
        all.extend_from_slice(changes);
        sale_with(&all)
    };
    let status = async |body: Value| {
        let answer = shop.post("/v1/sessions", body).await.ok();
        let read = session(&shop, answer["id"].as_str().unwrap()).await;
        assert_eq!(read["configuration"]["publish"], answer["publish"]);
        answer["publish"][0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(with(&[])).await, "sent");
    assert_eq!(status(with(&[("/customer", json!({}))])).await, "skipped");
    let dead = json!(paylink::sandbox::UNREACHABLE_PHONE);
    assert_eq!(status(with(&[("/customer/phone_number", dead)])).await, "failed");
    let messages = shop.control(Method::GET, "/messages", Value::Null).await.ok();
    assert_eq!(messages.as_array().unwrap().len(), 1);
    let message = &messages[0];
    assert_eq!(message["channel"], "sms");
    assert_eq!(message["to"], "+4740230256");
    assert!(message["url"].as_str().unwrap().ends_with(message["session_id"].as_str().unwrap()));
    assert!(message["text"].as_str().unwrap().contains("120,00\u{a0}kr"));
    assert!(message["text"].as_str().unwrap().contains(message["url"].as_str().unwrap()));
    assert_eq!(message["at"], "2026-11-22T12:00:00.000Z");
}

#[tokio::test]
async fn one_wallet_alone_gets_a_push_message() {
    let shop = Shop::open().await;
    for (configuration, channel) in [
        (json!({ "vipps": { "enabled": true } }), "push"),
        (json!({ "payex": { "mobilepay": { "enabled": true } } }), "push"),
        (json!({ "swish": { "swish": { "enabled": true } } }), "push"),
        (json!({ "dintero_psp": { "creditcard": { "enabled": true } } }), "sms"),
    ] {
        let mut body = sale_with(&[("/configuration", configuration)]);
        body["configuration"]["publish"] = json!([{ "type": "checkout-link", "channel": "sms" }]);
        let id = shop.session(body).await;
        let messages = shop.control(Method::GET, "/messages", Value::Null).await.ok();
        let last = messages.as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["channel"], channel);
        let pushed = names(&session(&shop, &id).await).contains(&"PUSH_NOTIFICATION_SENT");
        assert_eq!(pushed, channel == "push");
    }
}

#[tokio::test]
async fn the_clock_moves_and_says_so() {
    let shop = Shop::open().await;
    let answer = shop.control(Method::POST, "/clock", json!({ "advance_seconds": 86_400 })).await;
    assert_eq!(answer.headers["date"], "Mon, 23 Nov 2026 12:00:00 GMT");
    assert_eq!(answer.ok()["now"], "2026-11-23T12:00:00.000Z");
    shop.control(Method::POST, "/clock", json!({ "advance_seconds": "soon" })).await.refused(400);
    shop.control(Method::POST, "/clock", json!({ "advance_seconds": i64::MAX })).await.refused(400);
    shop.control(Method::POST, "/clock", json!({})).await.refused(400);
    let now = shop.control(Method::GET, "/clock", Value::Null).await.ok();
    assert_eq!(now["now"], "2026-11-23T12:00:00.000Z");
}

#[tokio::test]
async fn every_api_request_is_in_the_log_without_its_credentials() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    shop.get("/v1/transactions?limit=5&status=CAPTURED").await.ok();
    shop.get("/v1/sessions/nobody").await.refused(404);
    shop.page(&format!("/v1/view/{id}")).await;
    let log = shop.control(Method::GET, "/log", Value::Null).await.ok();
    let rows: Vec<(&str, &str, &str, u64)> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let text = |key: &str| e[key].as_str().unwrap();
            (text("method"), text("path"), text("query"), e["status"].as_u64().unwrap())
        })
        .collect();
    let token = format!("/v1/accounts/{}/auth/token", shop.account());
    assert_eq!(
        rows,
        [
            ("POST", token.as_str(), "", 200),
            ("POST", "/v1/sessions", "", 200),
            ("GET", "/v1/transactions", "limit=5&status=CAPTURED", 200),
            ("GET", "/v1/sessions/nobody", "", 404),
        ]
    );
    assert_eq!(log[1]["body"]["order"]["merchant_reference"], "KARI-014");
    assert_eq!(log[0]["headers"]["authorization"], "Basic ***");
    let text = log.to_string();
    assert!(!text.contains(&shop.token) && !text.contains(shop.running.sandbox().client_secret()));
}

#[tokio::test]
async fn the_control_interface_answers_this_machine_alone() {
    let shop = Shop::open().await;
    let ask = async |name: &'static str, value: &str| {
        let request = shop.http.get(shop.url("/sandbox/messages")).header(name, value);
        read(request.send().await.unwrap()).await
    };
    ask("host", "evil.example").await.refused(403);
    ask("origin", "https://evil.example").await.refused(403);
    ask("sec-fetch-site", "cross-site").await.refused(403);
    ask("host", "localhost").await.ok();
    // The phone shows messages, so it is as careful with names.
    let request = shop.http.get(shop.url("/sandbox")).header("host", "evil.example");
    read(request.send().await.unwrap()).await.refused(403);
}

#[tokio::test]
async fn other_machines_get_the_page_and_not_the_controls() {
    let Some(address) = paylink::sandbox::lan_address() else {
        eprintln!("no local network here: not tried");
        return;
    };
    let everywhere = std::net::SocketAddr::from((std::net::Ipv4Addr::UNSPECIFIED, 0));
    let running = paylink::sandbox::Running::start(everywhere, still()).await.unwrap();
    assert!(running.url().starts_with(&format!("http://{address}:")), "{}", running.url());
    // The call goes out by the network's address, so it comes in from there.
    let http = crate::support::shop::http();
    let ask =
        async |path: &str| read(http.get(format!("{}{path}", running.url())).send().await.unwrap()).await;
    ask("/sandbox/messages").await.refused(403);
    ask("/sandbox/log").await.refused(403);
    assert_eq!(ask("/sandbox").await.status, 200);
    assert_eq!(ask("/v1/view/nobody").await.status, 404);
}
