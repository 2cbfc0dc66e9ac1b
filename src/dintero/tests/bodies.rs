//! What is sent, whole, as snapshots.

use super::support::{body, client, link_id, product, sale, shop, some};
use crate::domain::address::Address;
use crate::domain::email::Email;
use crate::domain::money::{Currency, Money};
use crate::domain::phone::Phone;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::ports::{Gateway as _, MoneyMove, Sending};
use serde_json::{Value, json};

/// What was asked of the backend last, and with which body.
async fn sent(sale: &Sale) -> Value {
    let shop = shop();
    client(&shop).create(link_id(), sale, &Sending::default()).await.unwrap();
    let request = shop.requests().pop().unwrap();
    let toggles = request.headers.get("dintero-feature-toggles").unwrap().to_str().unwrap();
    assert_eq!(toggles, "strict-session-amounts");
    json!({"request": shop.asked().pop(), "body": body(&request)})
}

fn phone() -> Phone {
    serde_json::from_value(json!("+4741234567")).unwrap()
}

#[tokio::test]
async fn the_whole_profile() {
    insta::assert_json_snapshot!(sent(&sale()).await);
}

#[tokio::test]
async fn a_part_of_the_methods_by_sms_to_a_known_address() {
    let sale = Sale {
        methods: some(&["vipps", "swish.swish"]),
        delivery: Delivery::Sms(phone()),
        auto_capture: false,
        address: AddressPlan::Known(Address {
            first_name: "Kari".into(),
            last_name: "Nordmann".into(),
            address_line: "Storgata 1".into(),
            postal_code: "0155".into(),
            postal_place: "Oslo".into(),
            country: "NO".into(),
        }),
        ..sale()
    };
    insta::assert_json_snapshot!(sent(&sale).await);
}

#[tokio::test]
async fn express_by_email_with_weights_and_an_odd_rate() {
    let mut fish = product("Torsk", "1.005", 19_900, 1111);
    fish.product_id = Some("torsk".into());
    let sale = Sale {
        lines: vec![fish, product("Timer", "0.1", 99_900, 2500)],
        address: AddressPlan::Express,
        delivery: Delivery::Email(serde_json::from_value::<Email>(json!("kari@example.com")).unwrap()),
        ..sale()
    };
    insta::assert_json_snapshot!(sent(&sale).await);
}

/// All methods by name are the whole profile (contracts, 2).
#[tokio::test]
async fn every_method_of_the_profile_by_name_is_the_whole_profile() {
    let shop = shop();
    let client = client(&shop);
    let types = client.profile().await.unwrap().types;
    let names: Vec<&str> = types.iter().map(String::as_str).collect();
    client.create(link_id(), &Sale { methods: some(&names), ..sale() }, &Sending::default()).await.unwrap();
    let by_name = body(&shop.requests().pop().unwrap());
    assert!(shop.asked().pop().unwrap().ends_with("/v1/sessions-profile"));
    client.create(link_id(), &sale(), &Sending::default()).await.unwrap();
    assert_eq!(by_name, body(&shop.requests().pop().unwrap()));
}

#[tokio::test]
async fn a_chosen_method_that_the_profile_preselects_stays_so() {
    let sale = Sale { methods: some(&["card"]), ..sale() };
    let sent = sent(&sale).await;
    assert_eq!(sent["body"]["configuration"]["default_payment_type"], "dintero_psp.creditcard");
    assert_eq!(sent["body"]["configuration"]["dintero_psp"], json!({"creditcard": {"enabled": true}}));
    assert_eq!(sent["body"]["configuration"].get("publish"), None);
    assert_eq!(sent["body"].get("customer"), None);
}

#[tokio::test]
async fn capture_and_refund() {
    use super::support::{Script, TRANSACTION, answer};
    let script = Script::signed_in(|_, _| answer(200, &json!({"id": TRANSACTION, "status": "CAPTURED"})));
    let client = client(&script);
    let part = MoneyMove {
        amount: Money::new(4_500, Currency::Nok),
        reference: "KARI-014-c1".into(),
        reason: None,
        items: vec![("1".into(), "1.5".into(), 4_500)],
    };
    client.capture(TRANSACTION, &part).await.unwrap();
    let back = MoneyMove { reason: Some("angret".into()), reference: "r1".into(), items: Vec::new(), ..part };
    client.refund(TRANSACTION, &back).await.unwrap();
    client.void(TRANSACTION).await.unwrap();
    let bodies: Vec<_> = script.requests().iter().map(body).collect();
    insta::assert_json_snapshot!(json!({"requests": script.asked(), "bodies": bodies}));
}
