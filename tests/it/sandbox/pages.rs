//! The hosted page and the phone, as HTML.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::{Answer, Shop, sale, sale_with};

/// Follows one of our own redirects.
async fn follow(shop: &Shop, answer: Answer) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text);
    shop.page(answer.headers["location"].to_str().unwrap()).await
}

async fn status(shop: &Shop, id: &str) -> String {
    let session = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    let transaction = session["transaction_id"].as_str().expect("a transaction").to_owned();
    let read = shop.get(&format!("/v1/transactions/{transaction}")).await.ok();
    read["status"].as_str().unwrap().to_owned()
}

async fn names(shop: &Shop, id: &str) -> Vec<String> {
    let session = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    session["events"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_customer_reads_the_bill_and_pays() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let page = shop.page(&format!("/v1/view/{id}")).await;
    assert_eq!(page.status, 200);
    for text in [
        "SANDBOX",
        "ingen ekte penger",
        "Fjordfisk AS",
        "KARI-014",
        "2 ×",
        "Vaffel med brunost",
        "90,00\u{a0}kr",
        "Herav mva. 25\u{a0}%",
        "18,00\u{a0}kr",
        "Herav mva. 15\u{a0}%",
        "3,91\u{a0}kr",
        "120,00\u{a0}kr",
        "Betal innen 23.11.2026",
        "Kort",
        "Vipps",
        "MobilePay",
    ] {
        assert!(page.text.contains(text), "{text} is missing in\n{}", page.text);
    }
    assert!(!page.text.contains("Swish"), "only the session's methods");
    assert_eq!(names(&shop, &id).await, ["INITIATED", "VISITED"]);

    let approve =
        follow(&shop, shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await)
            .await;
    assert!(approve.text.contains("Godkjenn og betal") && approve.text.contains("120,00\u{a0}kr"));
    assert_eq!(status(&shop, &id).await, "INITIATED");
    // A second press, and opening the link again, lead to the same payment.
    let again = shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await;
    assert_eq!(again.status, 303);
    assert_eq!(shop.page(&format!("/v1/view/{id}")).await.status, 303);

    let done =
        follow(&shop, shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "approve")]).await).await;
    assert!(done.text.contains("Betalt") && done.text.contains("Tilbake til fjordull.example"));
    let session = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    let transaction = session["transaction_id"].as_str().unwrap();
    let back = format!(
        "https://fjordull.example/takk?from=link&#38;merchant_reference=KARI-014&#38;transaction_id={transaction}\""
    );
    assert!(done.text.contains(&back), "{}", done.text);
    assert_eq!(status(&shop, &id).await, "AUTHORIZED");
    // Pressing twice pays once.
    shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "approve")]).await;
    shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await;
    assert_eq!(shop.get("/v1/transactions").await.ok().as_array().unwrap().len(), 1);
    let paid = shop.page(&format!("/v1/view/{id}")).await;
    assert!(paid.text.contains("Betalt"));
}

#[tokio::test]
async fn the_other_ways_it_can_end() {
    let shop = Shop::open().await;
    let cases = [
        ("decline", "DECLINED", "Betalingen ble avslått", "error=authorization"),
        ("reject", "FAILED", "Betalingen gikk ikke gjennom", "error=failed"),
        ("hold", "ON_HOLD", "Betalingen blir kontrollert", "transaction_id="),
    ];
    for (answer, expected, words, back) in cases {
        let id = shop.session(sale()).await;
        shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.creditcard")]).await;
        let page =
            follow(&shop, shop.form(&format!("/v1/view/{id}/approve"), &[("answer", answer)]).await).await;
        assert!(page.text.contains(words) && page.text.contains(back), "{}", page.text);
        assert_eq!(status(&shop, &id).await, expected);
    }
}

#[tokio::test]
async fn a_customer_changes_their_mind_about_the_method() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await;
    let page = follow(&shop, shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "back")]).await).await;
    assert!(page.text.contains("Hvordan vil du betale?"));
    assert_eq!(names(&shop, &id).await.last().unwrap(), "PAY_LOCK_END");
    shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.creditcard")]).await;
    shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "approve")]).await;
    let rows = shop.get("/v1/transactions").await.ok();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["payment_product_type"], "dintero_psp.creditcard");
}

#[tokio::test]
async fn walking_away_leads_back_with_the_reason_and_leaves_the_link_open() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let left = shop.form(&format!("/v1/view/{id}/session/abandon"), &[]).await;
    assert_eq!(left.status, 302);
    assert_eq!(
        left.headers["location"],
        "https://fjordull.example/takk?from=link&merchant_reference=KARI-014&error=cancelled"
    );
    assert!(shop.page(&format!("/v1/view/{id}")).await.text.contains("Hvordan vil du betale?"));

    // An address of an app is not one to send a browser to.
    let body =
        sale_with(&[("/configuration/channel", json!("in_app")), ("/url/return_url", json!("myapp://done"))]);
    let id = shop.session(body).await;
    let left = shop.form(&format!("/v1/view/{id}/session/abandon"), &[]).await;
    assert_eq!(left.status, 200);
    assert!(left.text.contains("Du har avbrutt betalingen") && !left.text.contains("myapp"));
}

#[tokio::test]
async fn links_that_no_longer_work_say_why() {
    let shop = Shop::open().await;
    let cancelled = shop.session(sale()).await;
    shop.post(&format!("/v1/sessions/{cancelled}/cancel"), Value::Null).await.ok();
    assert!(shop.page(&format!("/v1/view/{cancelled}")).await.text.contains("Lenken er trukket tilbake"));
    let refused = shop.form(&format!("/v1/view/{cancelled}/pay"), &[("method", "dintero_psp.vipps")]).await;
    assert!(refused.text.contains("Lenken er trukket tilbake"));

    let expired = shop.session(sale()).await;
    shop.advance(86_401).await;
    assert!(shop.page(&format!("/v1/view/{expired}")).await.text.contains("Lenken er utløpt"));
    let missing = shop.page("/v1/view/T00000000.nobody").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("Vi finner ikke denne betalingen"));

    let json = shop.page(&format!("/v1/view/{expired}/session")).await;
    assert_eq!(json.json["error"]["cause"], "EXPIRED");
    assert_eq!(json.json["error"]["session_details"]["merchant_reference"], "KARI-014");
    json.refused(404);
}

#[tokio::test]
async fn an_express_customer_fills_in_the_address_first() {
    let shop = Shop::open().await;
    let mut body = sale();
    body["express"] = json!({ "shipping_options": [], "shipping_mode": "shipping_not_required" });
    let id = shop.session(body).await;
    let page = shop.page(&format!("/v1/view/{id}")).await;
    assert!(page.text.contains("Fornavn") && !page.text.contains("Hvordan vil du betale?"));
    let path = format!("/v1/view/{id}/address");
    let typed = [
        ("first_name", "Kari"),
        ("last_name", "<b>Nordmann</b>"),
        ("address_line", "Storgata 1"),
        ("postal_code", "155"),
        ("postal_place", ""),
        ("country", "NO"),
    ];
    let wrong = shop.form(&path, &typed).await;
    assert_eq!(wrong.status, 422);
    for text in
        ["4 sifre", "Må fylles ut", "id=\"postal_place-problem\"", "value=\"Kari\"", "&#60;b&#62;Nordmann"]
    {
        assert!(wrong.text.contains(text), "{text} is missing in\n{}", wrong.text);
    }
    let typed = typed.map(|(name, value)| match name {
        "postal_code" => (name, "0155"),
        "postal_place" => (name, "Oslo"),
        _ => (name, value),
    });
    let page = follow(&shop, shop.form(&path, &typed).await).await;
    assert!(page.text.contains("Storgata 1") && page.text.contains("0155 Oslo"));
    assert!(page.text.contains("Hvordan vil du betale?"));
    let events = names(&shop, &id).await;
    assert_eq!(events.iter().filter(|n| *n == "VISITED").count(), 1, "a step is not another visit");
    let edit = shop.page(&format!("/v1/view/{id}/checkout?edit=true")).await;
    assert!(edit.text.contains("value=\"Storgata 1\""));
}

#[tokio::test]
async fn what_comes_from_outside_is_text_and_nothing_else() {
    let shop = Shop::open().await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}\u{1b}[31m";
    let mut body = sale_with(&[
        ("/order/merchant_reference", json!(evil)),
        (
            "/order/items",
            json!([{ "line_id": evil, "description": evil, "amount": 12000, "quantity": 1, "vat": 25 }]),
        ),
        ("/configuration/publish", json!([{ "type": "checkout-link", "channel": "sms" }])),
    ]);
    body["merchant"] = json!({ "name": evil, "logo_url": "https://evil.example/x.png" });
    body["express"] = json!({ "shipping_options": [{ "id": evil, "line_id": "x", "title": evil, "operator": evil, "amount": 0 }] });
    let id = shop.session(body).await;
    let mut pages = vec![shop.page(&format!("/v1/view/{id}")).await, shop.page("/sandbox").await];
    let address = [
        ("first_name", evil),
        ("last_name", evil),
        ("address_line", evil),
        ("postal_code", "0155"),
        ("postal_place", evil),
        ("country", "NO"),
        ("shipping_option", "0"),
    ];
    pages.push(follow(&shop, shop.form(&format!("/v1/view/{id}/address"), &address).await).await);
    pages.push(shop.page(&format!("/v1/view/{id}?language=%22%3E%3Cscript%3E")).await);
    pages.push(
        follow(&shop, shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await)
            .await,
    );
    pages.push(
        follow(&shop, shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "approve")]).await).await,
    );
    for page in pages {
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains("<script>") && !page.text.contains("<img"), "{}", page.text);
        assert!(!page.text.contains('\u{202e}') && !page.text.contains('\u{1b}'));
        assert!(page.text.contains("&#60;script&#62;"), "it is shown, escaped");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert!(!page.text.contains("style=") && !page.text.contains("<style"));
    }
}

#[tokio::test]
async fn a_form_may_lead_to_the_sellers_own_host_and_no_other() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let page = shop.page(&format!("/v1/view/{id}")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https://fjordull.example;"), "{policy}");
    assert!(policy.contains("script-src 'none'"), "{policy}");
}

#[tokio::test]
async fn both_languages_and_the_way_between_them() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let english = shop.page(&format!("/v1/view/{id}?language=en")).await;
    assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("NOK\u{a0}120.00"));
    assert!(english.text.contains("no real money"));
    assert!(english.text.contains(&format!("action=\"/v1/view/{id}/pay?language=en\"")));
    assert!(english.text.contains("checkout?language=no"));
    let path = format!("/v1/view/{id}/pay?language=en");
    let approve = follow(&shop, shop.form(&path, &[("method", "dintero_psp.vipps")]).await).await;
    assert!(approve.text.contains("Approve and pay"));
}

#[tokio::test]
async fn asking_only_whether_the_page_is_there_opens_nothing() {
    let shop = Shop::open().await;
    let id = shop.session(sale()).await;
    let answer = shop.http.request(Method::HEAD, shop.url(&format!("/v1/view/{id}"))).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(names(&shop, &id).await, ["INITIATED"]);
}

#[tokio::test]
async fn the_phone_shows_every_message() {
    let shop = Shop::open().await;
    assert!(shop.page("/sandbox").await.text.contains("Ingen meldinger ennå"));
    let id = shop
        .session(sale_with(&[(
            "/configuration/publish",
            json!([{ "type": "checkout-link", "channel": "sms" }]),
        )]))
        .await;
    let phone = shop.page("/sandbox").await;
    let link = shop.url(&format!("/v1/view/{id}"));
    assert!(phone.text.contains(&format!("<a href=\"{link}\">")), "{}", phone.text);
    assert!(phone.text.contains("+4740230256") && phone.text.contains("SMS"));
    let policy = phone.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"));
    let script = shop.page("/assets/phone.js").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(shop.page("/assets/checkout.css").await.status, 200);
    assert_eq!(shop.page("/assets/nothing").await.status, 404);
}

#[tokio::test]
async fn the_root_receives_customers_for_a_shop_without_a_page_of_its_own() {
    let shop = Shop::open().await;
    let own = shop.url("/");
    let id = shop.session(sale_with(&[("/url/return_url", json!(own))])).await;
    let left = shop.form(&format!("/v1/view/{id}/session/abandon"), &[]).await;
    let to =
        left.headers["location"].to_str().unwrap().strip_prefix(shop.url("").as_str()).unwrap().to_owned();
    let page = shop.page(&to).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Du betalte ikke") && page.text.contains("KARI-014"), "{}", page.text);

    shop.form(&format!("/v1/view/{id}/pay"), &[("method", "dintero_psp.vipps")]).await;
    let paid =
        follow(&shop, shop.form(&format!("/v1/view/{id}/approve"), &[("answer", "approve")]).await).await;
    assert!(paid.text.contains("Tilbake til butikken"), "an address of this machine is no shop's name");
    let page = shop.page("/?merchant_reference=KARI-014&transaction_id=T1.x").await;
    assert!(page.text.contains("Takk!") && page.text.contains("lukke denne siden"), "{}", page.text);

    for (query, said) in [
        ("?language=en&merchant_reference=A&error=cancelled", "You didn’t pay"),
        ("?language=en&merchant_reference=A&error=failed", "The payment didn’t go through"),
        ("?language=en&merchant_reference=A&error=authorization", "The payment didn’t go through"),
        ("?language=en&merchant_reference=A", "You are back at the shop"),
        ("?language=en", "paylink’s sandbox lives here"),
        ("", "Her bor paylinks sandkasse"),
    ] {
        let page = shop.page(&format!("/{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text.contains(said), "{query}: {}", page.text);
    }

    // Anybody can write anything into an address.
    let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE%1B%5B2J%22%3E";
    let page = shop.page(&format!("/?merchant_reference={evil}&error={evil}")).await;
    assert!(
        !page.text.contains("<script>alert")
            && !page.text.contains('\u{202e}')
            && !page.text.contains('\u{1b}')
    );
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
}
