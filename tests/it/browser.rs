//! The hosted page in a real browser: headless Chromium, the size of a phone.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::{Shop, sale, sale_with};
use crate::support::webdriver::Browser;

/// A browser; or nothing, said loudly, where none is installed and none is required.
async fn browser() -> Option<Browser> {
    let browser = Browser::open().await;
    if browser.is_none() {
        assert!(
            std::env::var("PAYLINK_REQUIRE_BROWSER").as_deref() != Ok("1"),
            "PAYLINK_REQUIRE_BROWSER=1, but chromium or chromedriver is not installed"
        );
        eprintln!(
            "\n*** NOT TESTED: the hosted page in a browser: chromium or chromedriver is missing ***\n"
        );
    }
    browser
}

/// The page as it is seen once `part` is on it, with what a browser can say against it.
async fn looks_right(browser: &Browser, name: &str, part: &str) -> String {
    let text = browser.sees(part).await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
    let wide = browser.run("return document.documentElement.scrollWidth - window.innerWidth").await;
    assert!(wide.as_f64().unwrap() <= 0.0, "{name}: wider than the phone by {wide}");
    let styled = browser.run("return getComputedStyle(document.querySelector('.sandbox')).textAlign").await;
    assert_eq!(styled, "center", "{name}: the style sheet is there");
    assert!(text.contains("SANDBOX"), "{name}: it must say that it isn't real money");
    browser.picture(name).await;
    text
}

async fn status(shop: &Shop, id: &str) -> Value {
    let rows = shop.get(&format!("/v1/transactions?session_id={id}")).await.ok();
    rows[0]["status"].clone()
}

#[tokio::test]
async fn a_customer_pays_in_a_browser() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    let id = shop.session(sale_with(&[("/configuration/auto_capture", json!(true))])).await;
    browser.go(&shop.url(&format!("/v1/view/{id}"))).await;
    let text = looks_right(&browser, "1-checkout", "Hvordan vil du betale?").await;
    for part in ["Fjordfisk AS", "2 × Vaffel med brunost", "120,00 kr", "Vipps", "MobilePay", "Kort"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    browser.click("input[value='dintero_psp.vipps']").await;
    browser.click("button.main").await;
    looks_right(&browser, "2-approve", "Godkjenn og betal").await;
    assert_eq!(status(&shop, &id).await, "INITIATED");
    browser.click("button[value=approve]").await;
    looks_right(&browser, "3-paid", "Tilbake til fjordull.example").await;
    assert_eq!(status(&shop, &id).await, "CAPTURED");
    browser.click("a.main").await;
    browser.is_at("https://fjordull.example/takk?from=link&merchant_reference=KARI-014").await;
    let session = shop.get(&format!("/v1/sessions/{id}")).await.ok();
    assert!(session["user_agent"].as_str().unwrap().contains("Chrome"));
}

#[tokio::test]
async fn a_customer_says_no_or_walks_away() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    let only_vipps = sale_with(&[("/configuration", json!({ "vipps": { "enabled": true } }))]);
    let id = shop.session(only_vipps).await;
    browser.go(&shop.url(&format!("/v1/view/{id}?language=en"))).await;
    looks_right(&browser, "4-one-method", "Pay NOK 120.00 with Vipps").await;
    // The policy lets the form's answer lead to the seller's host.
    browser.click("footer button").await;
    let url = browser.is_at("https://fjordull.example/takk").await;
    assert!(url.ends_with("error=cancelled"), "{url}");
    browser.complaints().await;

    browser.go(&shop.url(&format!("/v1/view/{id}?language=en"))).await;
    browser.click("button.main").await;
    browser.sees("Approve and pay").await;
    browser.click("button[value=decline]").await;
    looks_right(&browser, "5-declined", "The payment was declined").await;
    assert_eq!(status(&shop, &id).await, "DECLINED");
}

#[tokio::test]
async fn the_way_back_of_a_shop_without_a_page_leads_to_a_friendly_one() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    let own = sale_with(&[("/url/return_url", json!(shop.url("/")))]);
    let paid = shop.session(own.clone()).await;
    browser.go(&shop.url(&format!("/v1/view/{paid}?language=en"))).await;
    browser.sees("How do you want to pay?").await;
    browser.click("button.main").await;
    browser.sees("Approve and pay").await;
    browser.click("button[value=approve]").await;
    browser.sees("Back to the shop").await;
    browser.click("a.main").await;
    browser.is_at(&shop.url("/?merchant_reference=KARI-014&transaction_id=")).await;
    looks_right(&browser, "17-back-paid", "lukke denne siden").await;
    browser.click("footer a").await;
    let text = looks_right(&browser, "18-back-paid-en", "You can close this page").await;
    assert!(text.contains("Thank you!") && text.contains("KARI-014"), "{text}");

    let left = shop.session(own).await;
    browser.go(&shop.url(&format!("/v1/view/{left}?language=en"))).await;
    browser.sees("Cancel and go back").await;
    browser.click("footer button").await;
    browser.is_at(&shop.url("/?merchant_reference=KARI-014&error=cancelled")).await;
    looks_right(&browser, "19-back-unpaid", "Du betalte ikke").await;
}

#[tokio::test]
async fn an_express_customer_fills_in_the_form() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    let mut body = sale();
    body["express"] = json!({ "shipping_options": [
        { "id": "post", "line_id": "frakt", "amount": 4900, "vat": 25, "vat_amount": 980, "title": "Pakke i postkassen", "operator": "Posten" },
        { "id": "hent", "line_id": "frakt", "amount": 0, "title": "Hent i butikken", "operator": "Fjordfisk" },
    ] });
    let id = shop.session(body).await;
    browser.go(&shop.url(&format!("/v1/view/{id}"))).await;
    looks_right(&browser, "6-address", "Fortsett til betaling").await;
    browser.type_into("#first_name", "Kari").await;
    browser.type_into("#postal_code", "155").await;
    browser.click("button.main").await;
    browser.sees("Må fylles ut").await;
    // Chromium notes the status 422 of a form that was wrong.
    browser.complaints().await;
    looks_right(&browser, "7-address-wrong", "4 sifre").await;
    assert_eq!(browser.run("return document.querySelector('#first_name').value").await, "Kari");
    for (field, value) in [
        ("#last_name", "Nordmann"),
        ("#address_line", "Storgata 1"),
        ("#postal_code", "0155"),
        ("#postal_place", "Oslo"),
    ] {
        browser.type_into(field, value).await;
    }
    browser.click("button.main").await;
    let text = looks_right(&browser, "8-address-known", "Hvordan vil du betale?").await;
    assert!(text.contains("0155 Oslo") && text.contains("169,00 kr"), "{text}");
    browser.click("button.main").await;
    browser.sees("Godkjenn og betal").await;
    browser.click("button[value=approve]").await;
    browser.sees("Tilbake til").await;
    assert_eq!(status(&shop, &id).await, "AUTHORIZED");
}

#[tokio::test]
async fn the_ends_and_hostile_text() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    let long =
        "Kjøttkaker i brun saus med poteter, ertestuing og tyttebærsyltetøy – stor porsjon til hele familien";
    let evil = format!(
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">{long}"
    );
    let hostile = shop
        .session(sale_with(&[
            ("/order/items", json!([{ "line_id": "1", "description": evil, "quantity": 1.5, "amount": 12000, "vat": 11.11 }])),
            ("/order/merchant_reference", json!("EnVeldigLangReferanseUtenNoenMellomromSomBareFortsetterOgFortsetter-014")),
        ]))
        .await;
    browser.go(&shop.url(&format!("/v1/view/{hostile}"))).await;
    looks_right(&browser, "9-hostile", "<script>document.title").await;
    assert_ne!(browser.run("return document.title").await, "owned");

    let cancelled = shop.session(sale()).await;
    shop.post(&format!("/v1/sessions/{cancelled}/cancel"), Value::Null).await.ok();
    browser.go(&shop.url(&format!("/v1/view/{cancelled}"))).await;
    looks_right(&browser, "10-cancelled", "Lenken er trukket tilbake").await;
    let held = shop.session(sale()).await;
    let pay = |outcome: &str| json!({ "payment_product_type": "card", "outcome": outcome });
    shop.control(Method::POST, &format!("/sessions/{held}/pay"), pay("on_hold")).await.ok();
    browser.go(&shop.url(&format!("/v1/view/{held}"))).await;
    looks_right(&browser, "11-on-hold", "Betalingen blir kontrollert").await;
    let expired = shop.session(sale()).await;
    shop.advance(86_401).await;
    browser.go(&shop.url(&format!("/v1/view/{expired}"))).await;
    looks_right(&browser, "12-expired", "Lenken er utløpt").await;
    browser.go(&shop.url("/v1/view/nobody")).await;
    browser.complaints().await;
    looks_right(&browser, "13-not-found", "Vi finner ikke denne betalingen").await;
}

#[tokio::test]
async fn the_phone_gets_its_messages_by_itself() {
    let Some(browser) = browser().await else { return };
    let shop = Shop::open().await;
    browser.go(&shop.url("/sandbox")).await;
    looks_right(&browser, "14-phone-empty", "Ingen meldinger ennå").await;
    let publish = json!([{ "type": "checkout-link", "channel": "sms" }]);
    shop.session(sale_with(&[("/configuration/publish", publish.clone())])).await;
    let mut push = sale_with(&[("/configuration", json!({ "vipps": { "enabled": true } }))]);
    push["configuration"]["publish"] = publish;
    shop.session(push).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while browser.run("return document.querySelectorAll('.bubble').length").await != 2 {
        assert!(tokio::time::Instant::now() < deadline, "the messages never came");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    looks_right(&browser, "15-phone", "Push").await;
    browser.click(".bubble a").await;
    looks_right(&browser, "16-from-phone", "120,00 kr").await;
}
