//! Tokens, sessions, lists, profiles.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::{Shop, read, sale, sale_with, still};

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

fn names(session: &Value) -> Vec<&str> {
    session["events"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_token_needs_the_right_client_account_audience_and_grant() {
    let shop = Shop::open().await;
    let (id, secret) = (shop.running.sandbox().client_id(), shop.running.sandbox().client_secret());
    let account = shop.account().to_owned();
    let good = json!({ "grant_type": "client_credentials", "audience": format!("https://api.dintero.com/v1/accounts/{account}") });
    let ask = |account: String, secret: String, body: Value| {
        let url = shop.url(&format!("/v1/accounts/{account}/auth/token"));
        let request = shop.http.post(url).basic_auth(id, Some(secret)).json(&body);
        async move { read(request.send().await.unwrap()).await }
    };
    ask(account.clone(), "wrong".to_owned(), good.clone()).await.refused(401);
    ask("T00000001".to_owned(), secret.to_owned(), good.clone()).await.refused(403);
    let wrong_grant = json!({ "grant_type": "password", "audience": good["audience"] });
    ask(account.clone(), secret.to_owned(), wrong_grant).await.refused(400);
    let other = json!({ "grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T99999999" });
    ask(account.clone(), secret.to_owned(), other).await.refused(403);
    ask(account, secret.to_owned(), good).await.ok();
}

#[tokio::test]
async fn a_token_ends_by_the_sandboxs_clock() {
    let mut shop = Shop::open().await;
    shop.get("/v1/sessions").await.ok();
    shop.advance(14_399).await;
    shop.get("/v1/sessions").await.ok();
    shop.advance(1).await;
    assert_eq!(shop.get("/v1/sessions").await.refused(401), "invalid JWT token");
    shop.sign_in().await;
    shop.get("/v1/sessions").await.ok();
}

#[tokio::test]
async fn nothing_is_answered_without_a_token() {
    let shop = Shop::open().await;
    for path in ["/v1/sessions", "/v1/sessions/x", "/v1/transactions", "/v1/admin/checkout"] {
        let answer = read(shop.http.get(shop.url(path)).send().await.unwrap()).await;
        assert_eq!(answer.refused(401), "no access token", "{path}");
    }
}

#[tokio::test]
async fn a_session_is_made_and_read_back() {
    let shop = Shop::open().await;
    let answer = shop.post("/v1/sessions", sale()).await.ok();
    let id = answer["id"].as_str().unwrap();
    assert!(id.starts_with(&format!("{}.", shop.account())) && id.len() == 32, "{id}");
    assert_eq!(answer["url"], shop.url(&format!("/v1/view/{id}")));
    assert_eq!(answer["publish"], json!([]));
    assert!(answer.get("session").is_none());

    let session = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    assert_eq!(session["order"], sale()["order"]);
    assert_eq!(session["metadata"]["ext_paylink_id"], "0197a3");
    assert_eq!(session["expires_at"], "2026-11-23T12:00:00.000Z");
    assert_eq!(session["created_at"], "2026-11-22T12:00:00.000Z");
    assert_eq!(session["configuration"]["dintero_psp"]["vipps"]["payability"], "payable");
    assert_eq!(names(&session), ["INITIATED"]);
    for absent in ["status", "transaction_id", "cancelled_at"] {
        assert!(session.get(absent).is_none(), "{absent}");
    }
    assert!(session["url"].get("checkout").is_none() && !session.to_string().contains("/v1/view/"));
}

#[tokio::test]
async fn the_whole_session_comes_along_when_asked_for() {
    let shop = Shop::open().await;
    let mut body = sale();
    body["profile_id"] = json!("default");
    body["configuration"] = json!({ "auto_capture": true });
    let answer = shop.post("/v1/sessions-profile?include_session=true", body).await.ok();
    let session = &answer["session"];
    assert_eq!(session["id"], answer["id"]);
    assert_eq!(session["metadata"]["session:profile_id"], "default");
    assert_eq!(session["configuration"]["swish"]["swish"]["enabled"], true);
    assert_eq!(session["configuration"]["auto_capture"], true);
    assert_eq!(session["configuration"]["merchant"]["name"], "Fjordfisk AS");
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_all_of_its_reasons() {
    let shop = Shop::open().await;
    let body = sale_with(&[("/order/amount", json!("120")), ("/order/currency", json!("kr"))]);
    let answer = shop.post("/v1/sessions", body).await;
    assert_eq!(answer.json["error"]["errors"].as_array().unwrap().len(), 2);
    assert_eq!(answer.json["error"]["code"], "BAD_REQUEST");
    assert!(answer.refused(400).starts_with("order.amount:"));
    let body = sale_with(&[("/order/amount", json!(11999))]);
    assert!(shop.post("/v1/sessions", body).await.refused(400).contains("must equal the sum"));
    let request = shop.http.post(shop.url("/v1/sessions")).bearer_auth(&shop.token).body("{oops");
    assert!(read(request.send().await.unwrap()).await.refused(400).contains("not valid JSON"));
    shop.post("/v1/sessions-profile", sale()).await.refused(400);
    assert_eq!(shop.get("/v1/sessions").await.ok(), json!([]));
}

#[tokio::test]
async fn without_the_toggle_the_sum_is_not_checked() {
    let shop = Shop::open().await;
    let body = sale_with(&[("/order/amount", json!(11999))]);
    let request = shop.http.post(shop.url("/v1/sessions")).bearer_auth(&shop.token).json(&body);
    read(request.send().await.unwrap()).await.ok();
}

#[tokio::test]
async fn unknown_and_foreign_ids_and_paths() {
    let shop = Shop::open().await;
    shop.get(&format!("/v1/sessions/{}.nobody", shop.account())).await.refused(404);
    shop.get("/v1/sessions/P00000001.465U8CUzaPVpneu1wt8Wei").await.refused(403);
    shop.get("/v1/transactions/T00000001.465U8CUzaPVpneu1wt8Wei").await.refused(403);
    shop.get("/v1/nothing").await.refused(404);
    shop.get("/v1").await.refused(404);
    shop.api(Method::DELETE, "/v1/sessions", None).await.refused(405);
}

#[tokio::test]
async fn sessions_are_listed_newest_first_and_filtered() {
    let shop = Shop::open().await;
    let address = json!({ "first_name": "Kari", "last_name": "Nordmann", "country": "NO" });
    let a = shop.session(sale()).await;
    shop.advance(60).await;
    let b = shop
        .session(sale_with(&[
            ("/order/merchant_reference", json!("OLA-001")),
            ("/order/shipping_address", address),
        ]))
        .await;
    shop.advance(60).await;
    let c = shop.session(sale_with(&[("/order/merchant_reference", json!("OLA-002"))])).await;
    shop.control(Method::POST, &format!("/sessions/{c}/pay"), json!({})).await.ok();
    let transaction = shop.get(&format!("/v1/sessions/{c}")).await.ok()["transaction_id"].clone();

    let list = async |query: String| shop.get(&format!("/v1/sessions?{query}")).await.ok();
    let cases = [
        (String::new(), vec![&c, &b, &a]),
        ("limit=2".to_owned(), vec![&c, &b]),
        (format!("limit=2&starting_after={b}"), vec![&a]),
        (format!("id={a}&id={c}"), vec![&c, &a]),
        ("search=KARI-014".to_owned(), vec![&a]),
        ("search=kari%20nordmann".to_owned(), vec![&b]),
        ("search=nobody".to_owned(), vec![]),
        (format!("transaction_id={}", transaction.as_str().unwrap()), vec![&c]),
        ("created_at.gte=2026-11-22T12:01:00Z".to_owned(), vec![&c, &b]),
        ("created_at.lte=2026-11-22T12:01:00".to_owned(), vec![&b, &a]),
        ("created_at.gte=2026-11-22&created_at.lte=2026-11-22".to_owned(), vec![&c, &b, &a]),
        ("created_at.gte=2026-11-23".to_owned(), vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&list(query.clone()).await), expected, "{query}");
    }
    shop.get("/v1/sessions?limit=0").await.refused(400);
    shop.get("/v1/sessions?limit=101").await.refused(400);
    shop.get("/v1/sessions?created_at.gte=soon").await.refused(400);
}

#[tokio::test]
async fn ten_rows_are_a_page_unless_more_are_asked_for() {
    let shop = Shop::open().await;
    for _ in 0..12 {
        shop.session(sale()).await;
    }
    assert_eq!(shop.get("/v1/sessions").await.ok().as_array().unwrap().len(), 10);
    assert_eq!(shop.get("/v1/sessions?limit=100").await.ok().as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn a_session_is_cancelled_once_and_never_after_the_money_is_taken() {
    let shop = Shop::open().await;
    let cancel = async |id: &str| shop.post(&format!("/v1/sessions/{id}/cancel"), Value::Null).await;

    let open = shop.session(sale()).await;
    let session = cancel(&open).await.ok();
    assert_eq!(session["cancelled_at"], "2026-11-22T12:00:00.000Z");
    assert!(session["cancelled_by"].is_string());
    assert_eq!(names(&session), ["INITIATED", "CANCELLED"]);
    cancel(&open).await.refused(400);

    let transaction = shop.paid(sale(), "vipps").await;
    let read = async |id: &str| shop.get(&format!("/v1/transactions/{id}")).await.ok();
    let session = read(&transaction).await["session_id"].as_str().unwrap().to_owned();
    cancel(&session).await.ok();
    assert_eq!(read(&transaction).await["status"], "AUTHORIZATION_VOIDED");

    let taken = shop.paid(sale_with(&[("/configuration/auto_capture", json!(true))]), "card").await;
    let session = read(&taken).await["session_id"].as_str().unwrap().to_owned();
    assert!(cancel(&session).await.refused(400).contains("CAPTURED"));
    assert_eq!(read(&taken).await["status"], "CAPTURED");
}

#[tokio::test]
async fn an_expired_session_can_still_be_read() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    shop.advance(14_000).await;
    let session = shop.get(&format!("/v1/sessions/{id}")).await;
    assert_eq!(session.headers["date"], "Sun, 22 Nov 2026 15:53:20 GMT");
    assert_eq!(session.ok()["id"], id);
}

#[tokio::test]
async fn an_open_order_can_be_changed_and_a_paid_one_not() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let order = json!({ "amount": 5000, "currency": "NOK", "merchant_reference": "KARI-014", "items": [{ "line_id": "1", "amount": 5000 }] });
    let put =
        async || shop.api(Method::PUT, &format!("/v1/sessions/{id}"), Some(json!({ "order": order }))).await;
    let session = put().await.ok();
    assert_eq!(session["order"]["amount"], 5000);
    assert_eq!(names(&session), ["INITIATED", "UPDATE_SESSION"]);
    shop.control(Method::POST, &format!("/sessions/{id}/pay"), json!({})).await.ok();
    put().await.refused(400);
}

#[tokio::test]
async fn profiles_and_the_account() {
    let shop = Shop::open().await;
    let profiles = shop.get("/v1/admin/session/profiles").await.ok();
    assert_eq!(ids(&profiles), ["default"]);
    let profile = shop.get("/v1/admin/session/profiles/default").await.ok();
    for (product, kind) in [
        ("dintero_psp", "creditcard"),
        ("dintero_psp", "vipps"),
        ("payex", "mobilepay"),
        ("swish", "swish"),
        ("klarna", "klarna"),
        ("dintero_psp", "applepay"),
        ("dintero_psp", "googlepay"),
    ] {
        assert_eq!(profile["configuration"][product][kind]["enabled"], true, "{product}.{kind}");
    }
    assert_eq!(profile["merchant"]["name"], "Fjordfisk AS");
    shop.get("/v1/admin/session/profiles/other").await.refused(404);
    let checkout = shop.get("/v1/admin/checkout").await.ok();
    assert_eq!(checkout["configuration"]["payment_options"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn everything_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || {
        let mut config = still();
        config.data = Some(folder.path().join("sandbox.json"));
        config
    };
    let first = Shop::with(config()).await;
    let body =
        sale_with(&[("/configuration/publish", json!([{ "type": "checkout-link", "channel": "sms" }]))]);
    let transaction = first.paid(body, "vipps").await;
    first.advance(3600).await;
    let (token, before) =
        (first.token.clone(), first.get(&format!("/v1/transactions/{transaction}")).await.ok());
    first.running.stop().await;

    let mut second = Shop::with(config()).await;
    second.token = token;
    let after = second.get(&format!("/v1/transactions/{transaction}")).await;
    assert_eq!(after.headers["date"], "Sun, 22 Nov 2026 13:00:00 GMT");
    assert_eq!(after.ok(), before);
    let messages = second.control(Method::GET, "/messages", Value::Null).await.ok();
    assert_eq!(messages.as_array().unwrap().len(), 1);
}
