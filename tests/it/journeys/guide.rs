//! Every row of the seller's guide.

use super::*;

/// The types switched on in the request.
fn enabled(body: &Value) -> Vec<String> {
    let mut on = Vec::new();
    for (product, types) in body["configuration"].as_object().unwrap() {
        for (name, setting) in types.as_object().into_iter().flatten() {
            if setting["enabled"] == true {
                on.push(
                    format!("{product}.{name}")
                        .trim_start_matches(&format!("{product}.{product}."))
                        .to_owned(),
                );
            }
        }
    }
    on.sort();
    on
}

#[tokio::test(start_paused = true)]
async fn all_methods() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    let (path, body) = seller.sent().await;
    assert_eq!((path.as_str(), &body["profile_id"]), ("/v1/sessions-profile", &json!("default")));
}

#[tokio::test(start_paused = true)]
async fn some_methods() {
    let mut seller = Journey::open().await;
    seller.keys("n").await;
    let offered: Vec<String> =
        seller.engine.model().wizard.offered.iter().map(|o| o.method.as_str().to_owned()).collect();
    assert_eq!(offered.len(), 7, "{offered:?}");
    // None, then the first and the last of the list.
    seller.keys("a Down Space Down Down Down Down Down Down Space Enter").await;
    seller.paste("Vaffel\t1\t45").await;
    seller.keys("C-n C-n").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let (path, body) = seller.sent().await;
    assert_eq!(path, "/v1/sessions");
    let wanted = [offered.first().unwrap(), offered.last().unwrap()];
    let on = enabled(&body);
    assert_eq!(on.len(), 2, "{on:?}");
    for method in wanted {
        let kind = Method::parse(method).unwrap().kind();
        assert!(on.iter().any(|t| paylink::domain::method::kind_of_type(t) == kind), "{method}: {on:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn several_lines_with_a_changed_rate_and_one_removed() {
    let mut seller = Journey::open().await;
    seller.keys("n Enter").await;
    seller.text("Vaffel med brunost").await;
    seller.keys("Enter").await;
    seller.text("2").await;
    seller.keys("Enter").await;
    seller.text("45,00").await;
    seller.keys("Enter Enter").await;
    seller.text("Feil vare").await;
    seller.keys("Enter Enter").await;
    seller.text("999").await;
    seller.keys("Enter Enter").await;
    seller.text("Kaffe").await;
    seller.keys("Enter Enter").await;
    seller.text("30").await;
    seller.keys("Enter").await;
    seller.text("15").await;
    seller.sees("1,119.00");
    seller.keys("Up C-d").await;
    seller.sees("120.00");
    seller.keys("C-n C-n").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["order"]["amount"], 12000);
    assert_eq!(body["order"]["vat_amount"], 1800 + 391);
    let items = json!([
        { "line_id": "1", "description": "Vaffel med brunost", "quantity": 2, "amount": 9000, "vat_amount": 1800, "vat": 25 },
        { "line_id": "2", "description": "Kaffe", "quantity": 1, "amount": 3000, "vat_amount": 391, "vat": 15 },
    ]);
    assert_eq!(body["order"]["items"], items);
}

#[tokio::test(start_paused = true)]
async fn a_proposed_reference_and_a_typed_one() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("n Enter").await;
    seller.paste("Kaffe\t1\t30").await;
    seller.keys("C-n").await;
    seller.text("BORD-7").await;
    seller.keys("Enter").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let references: Vec<Value> =
        seller.asked().await.into_iter().map(|(_, b)| b["order"]["merchant_reference"].clone()).collect();
    assert_eq!(references, ["KARI-1122-001", "BORD-7"]);
}

#[tokio::test(start_paused = true)]
async fn a_day_a_week_a_month_and_an_own_time() {
    for (keys, own, until) in [
        ("", "", "2026-11-23T11:41:07Z"),
        ("Tab Right", "", "2026-11-29T11:41:07Z"),
        ("Tab 3", "", "2026-12-22T11:41:07Z"),
        ("Tab 6", "2h", "2026-11-22T13:41:07Z"),
    ] {
        let mut seller = Journey::open().await;
        seller.go_to_delivery().await;
        seller.keys("Esc").await;
        seller.keys(keys).await;
        seller.text(own).await;
        seller.keys("Enter").await;
        seller.text("41234567").await;
        seller.keys("Enter").await;
        let (_, body) = seller.sent().await;
        let at: Timestamp = body["expires_at"].as_str().unwrap().parse().unwrap();
        let wanted: Timestamp = until.parse().unwrap();
        // The clock runs a little while tasks wait for each other.
        assert!(at.duration_since(wanted).abs() < SignedDuration::from_secs(5), "{at} {wanted}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_address_by_the_customer() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.keys("Esc Tab Tab Right Enter").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["express"]["shipping_mode"], "shipping_not_required");
    assert_eq!(body["express"]["shipping_options"], json!([]));
    let address = json!({
        "first_name": "Kari", "last_name": "Nordmann", "address_line": "Storgata 1",
        "postal_code": "0155", "postal_place": "Oslo", "country": "NO",
    });
    seller.control.post(&format!("/sandbox/sessions/{}/address", seller.session()), address).await;
    seller.pass(3).await;
    seller.sees("ddress");
}

#[tokio::test(start_paused = true)]
async fn the_address_typed_in() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.keys("Esc Tab Tab 3").await;
    for text in ["Kari Nordmann", "Storgata 1", "0155", "Oslo"] {
        seller.text(text).await;
        seller.keys("Tab").await;
    }
    seller.keys("Enter").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    let address = &body["order"]["shipping_address"];
    assert_eq!((&address["first_name"], &address["last_name"]), (&json!("Kari"), &json!("Nordmann")));
    assert_eq!((&address["postal_code"], &address["country"]), (&json!("0155"), &json!("NO")));
    assert_eq!(body.get("express"), None);
}

#[tokio::test(start_paused = true)]
async fn deducted_at_once_or_kept_authorized() {
    for (keys, auto, word) in [("", true, "Paid"), ("S-Tab Space", false, "eserved")] {
        let mut seller = Journey::open().await;
        seller.go_to_delivery().await;
        seller.keys("Esc").await;
        seller.keys(keys).await;
        seller.keys("Enter").await;
        seller.text("41234567").await;
        seller.keys("Enter").await;
        let (_, body) = seller.sent().await;
        assert_eq!(body["configuration"]["auto_capture"], auto);
        seller.keys("2").await;
        seller.pass(3).await;
        seller.sees(word);
        assert!(rang(&mut seller.engine), "either is paid");
    }
}

#[tokio::test(start_paused = true)]
async fn by_sms() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["customer"]["phone_number"], "+4741234567");
    let messages = seller.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!((&messages[0]["channel"], &messages[0]["to"]), (&json!("sms"), &json!("+4741234567")));
    seller.sees("SMS sent");
}

#[tokio::test(start_paused = true)]
async fn by_push_with_one_wallet_alone() {
    let mut seller = Journey::with(|shop| Shop { methods: Some(methods(&["card", "vipps"])), ..shop }).await;
    seller.keys("n Down Space Enter").await;
    seller.paste("Vaffel\t1\t45").await;
    seller.keys("C-n C-n").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    assert_eq!(seller.messages().await[0]["channel"], "push");
}

#[tokio::test(start_paused = true)]
async fn by_mail() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.keys("Right").await;
    seller.text("kari@example.com").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    assert_eq!(body.pointer("/customer/phone_number"), None, "a number is sent only with an SMS");
    assert_eq!(body.pointer("/configuration/publish"), None);
    {
        let mails = seller.desk.mails.lock().unwrap();
        assert_eq!(mails.len(), 1, "it opens by itself, once");
        assert_eq!(mails[0].to.as_ref().unwrap().as_str(), "kari@example.com");
        assert!(mails[0].text.contains(&format!("{BASE}/v1/view/")), "{}", mails[0].text);
    }
    seller.pass(10).await;
    assert_eq!(seller.messages().await, Vec::<Value>::new());
    assert_eq!(seller.desk.mails.lock().unwrap().len(), 1);
    seller.keys("e").await;
    assert_eq!(seller.desk.mails.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn by_mail_without_a_mail_program() {
    let mut seller = Journey::open().await;
    seller.desk.no_mail_program.store(true, Ordering::SeqCst);
    seller.go_to_delivery().await;
    seller.keys("Right").await;
    seller.text("kari@example.com").await;
    seller.keys("Enter m").await;
    let copied = seller.desk.copied.lock().unwrap().clone();
    assert_eq!(copied.len(), 1);
    assert!(copied[0].contains("/v1/view/"));
}

#[tokio::test(start_paused = true)]
async fn by_link() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.keys("Left Enter").await;
    let url = format!("{BASE}/v1/view/{}", seller.session());
    assert_eq!(*seller.desk.copied.lock().unwrap(), std::slice::from_ref(&url));
    assert!(seller.engine.take_outward().contains(&Outward::Copy(url.clone())), "over SSH too");
    seller.sees("█");
    assert_eq!(seller.messages().await, Vec::<Value>::new());
}

#[tokio::test(start_paused = true)]
async fn opened_and_paid_are_seen_within_three_seconds() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.pass(20).await;
    let session = seller.session();
    seller.control.post(&format!("/sandbox/sessions/{session}/visit"), json!({})).await;
    seller.pass(3).await;
    seller.sees("Opened");
    let pay = json!({ "payment_product_type": "dintero_psp.vipps", "outcome": "authorized" });
    seller.control.post(&format!("/sandbox/sessions/{session}/pay"), pay).await;
    assert!(!rang(&mut seller.engine));
    seller.pass(3).await;
    seller.sees("Paid");
    assert!(rang(&mut seller.engine));
    seller.pass(600).await;
    assert!(!rang(&mut seller.engine), "once");
}

#[tokio::test(start_paused = true)]
async fn paid_is_seen_on_the_dashboard_within_fifteen_seconds() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    let session = seller.session();
    seller.keys("Esc").await;
    seller.pass(60).await;
    seller
        .control
        .post(&format!("/sandbox/sessions/{session}/pay"), json!({ "outcome": "authorized" }))
        .await;
    seller.pass(15).await;
    assert!(rang(&mut seller.engine));
    seller.sees("KARI-1122-001");
    seller.sees("45.00");
}

#[tokio::test(start_paused = true)]
async fn when_all_is_settled_nobody_is_asked() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("2").await;
    seller.pass(10).await;
    seller.keys("Esc").await;
    let asked = seller.requests().await;
    let tracking = &seller.engine.model().tracking;
    assert_eq!((tracking.wake, tracking.outbox_wake, tracking.clock_wake), (None, None, None));
    seller.pass(86_400).await;
    assert_eq!(seller.requests().await, asked);
}

#[tokio::test(start_paused = true)]
async fn the_played_customer_opens_declines_and_the_same_is_sold_again() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("1").await;
    seller.sees("Opened");
    seller.keys("3").await;
    seller.pass(3).await;
    seller.sees("eclined");
    // The customer is still there: same lines, same number, two keys.
    seller.keys("a Enter").await;
    let asked = seller.asked().await;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].1["order"]["items"], asked[0].1["order"]["items"]);
    assert_eq!(asked[1].1["customer"], asked[0].1["customer"]);
    assert_ne!(asked[1].1["order"]["merchant_reference"], asked[0].1["order"]["merchant_reference"]);
}

#[tokio::test(start_paused = true)]
async fn a_link_is_withdrawn() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("x y").await;
    seller.sees("ithdrawn");
    let read = seller.control.get("/sandbox/log").await;
    let cancels =
        read.as_array().unwrap().iter().filter(|r| r["path"].as_str().unwrap().ends_with("/cancel"));
    assert_eq!(cancels.count(), 1);
}
