use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The example of the API sheet, 2.6.
fn example() -> Value {
    json!({
        "url": { "return_url": "https://fjordull.example/takk" },
        "customer": { "email": "kari@kunde.example", "phone_number": "+4740230256" },
        "order": {
            "amount": 214_600, "vat_amount": 41188, "currency": "NOK", "merchant_reference": "FU-2026-0117",
            "items": [
                { "id": "genser-m-bla", "line_id": "1", "description": "Ullgenser, marineblå", "quantity": 2, "amount": 179_800, "vat_amount": 35960, "vat": 25, "type": "physical" },
                { "id": "kaffe-1kg", "line_id": "2", "description": "Kaffebønner 1 kg", "quantity": 1, "amount": 24900, "vat_amount": 3248, "vat": 15, "type": "physical" },
                { "id": "frakt", "line_id": "3", "description": "Frakt", "quantity": 1, "amount": 9900, "vat_amount": 1980, "vat": 25, "type": "shipping" }
            ],
            "shipping_address": {
                "first_name": "Kari", "last_name": "Nordmann", "address_line": "Strandgaten 4",
                "postal_code": "5013", "postal_place": "Bergen", "country": "NO", "phone_number": "+4740230256"
            }
        },
        "expires_at": "2026-11-29T09:00:00Z",
        "configuration": {
            "auto_capture": false,
            "dintero_psp": { "creditcard": { "enabled": true }, "vipps": { "enabled": true } },
            "publish": [ { "type": "checkout-link", "channel": "sms" } ]
        }
    })
}

fn try_it(body: &Value, way: Way) -> Result<Accepted, ApiError> {
    session(body.as_object().unwrap(), way, true, now())
}

/// The example with the value at `path` (a JSON pointer) replaced, or taken out when it is `null`.
fn changed(path: &str, value: Value) -> Value {
    let mut body = example();
    let (parent, key) = path.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(key);
    } else {
        parent.insert(key.to_owned(), value);
    }
    body
}

#[test]
fn the_examples_of_the_api_are_taken() {
    let accepted = try_it(&example(), Way::Plain).unwrap();
    assert_eq!(accepted.expires_at, "2026-11-29T09:00:00Z".parse().ok());
    let mut with_profile = example();
    with_profile["profile_id"] = json!("default");
    assert!(try_it(&with_profile, Way::Profile).is_ok());
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        ("/url", json!(null), "url: is required"),
        ("/url/return_url", json!(null), "url.return_url: is required"),
        ("/url/return_url", json!("not a uri"), "url.return_url: must be a URI"),
        ("/url/return_url", json!("javascript:alert(1)"), "url.return_url: must be http or https"),
        ("/order", json!(null), "order: is required"),
        ("/order", json!([]), "order: must be an object"),
        ("/order/amount", json!(null), "order.amount: is required"),
        ("/order/amount", json!("214600"), "order.amount: must be an integer of 32 bits"),
        ("/order/amount", json!(2146.5), "order.amount: must be an integer of 32 bits"),
        ("/order/amount", json!(3_000_000_000_i64), "order.amount: must be an integer of 32 bits"),
        ("/order/amount", json!(-1), "order.amount: must not be negative"),
        ("/order/amount", json!(214_500), "order.amount: 214500 must equal the sum"),
        ("/order/currency", json!("kr"), "order.currency: must be a currency code"),
        ("/order/merchant_reference", json!(""), "order.merchant_reference: must not be empty"),
        ("/order/merchant_reference", json!(17), "order.merchant_reference: must be a string"),
        ("/order/items", json!([7]), "order.items[0]: must be an object"),
        ("/order/shipping_address/country", json!("Norway"), "order.shipping_address.country"),
        ("/customer/phone_number", json!("40 23 02 56"), "customer.phone_number: must match"),
        ("/customer/email", json!("kari"), "customer.email: must be an e-mail address"),
        ("/expires_at", json!("2026-11-22T11:59:59Z"), "expires_at: must be in the future"),
        ("/expires_at", json!("tomorrow"), "expires_at: must be an ISO 8601"),
        ("/configuration", json!(null), "configuration: is required"),
        ("/configuration", json!({}), "configuration: at least one payment type must be enabled"),
        ("/configuration/auto_capture", json!("yes"), "configuration.auto_capture: must be true or false"),
        (
            "/configuration/publish",
            json!([{ "channel": "email", "type": "checkout-link" }]),
            "configuration.publish[0].channel",
        ),
        ("/configuration/default_payment_type", json!("swish.swish"), "must be an enabled payment type"),
        (
            "/configuration/dintero_psp",
            json!({ "vipps": { "enabled": "on" } }),
            "configuration.dintero_psp.vipps",
        ),
        ("/metadata", json!({ "session:x": "1" }), "metadata.session:x: is reserved"),
        ("/metadata", json!({ "vipps_id": "1" }), "metadata.vipps_id: is reserved"),
        ("/metadata", json!({ "ext_a": {} }), "metadata.ext_a: must be a string or a number"),
        ("/express", json!({}), "express.shipping_options: is required"),
        ("/express", json!({ "shipping_options": [{}] }), "express.shipping_options[0].id: is required"),
        ("/express", json!({ "shipping_options": [], "shipping_mode": "maybe" }), "express.shipping_mode"),
        ("/merchant", json!({ "name": "X" }), "merchant.logo_url: is required"),
    ];
    for (path, value, expected) in cases {
        let error = try_it(&changed(path, value.clone()), Way::Plain).unwrap_err();
        let problems: Vec<String> = error
            .errors
            .iter()
            .map(|e| format!("{}: {}", e["path"].as_str().unwrap(), e["message"].as_str().unwrap()))
            .collect();
        assert!(problems.iter().any(|p| p.contains(expected)), "{path} = {value}: {problems:?}");
        assert_eq!(error.message, problems[0]);
    }
}

#[test]
fn without_the_toggle_sums_may_differ() {
    let body = changed("/order/amount", json!(214_500));
    assert!(session(body.as_object().unwrap(), Way::Plain, false, now()).is_ok());
}

#[test]
fn a_hundred_lines_and_no_more() {
    let lines = |n: usize| {
        let items: Vec<Value> = (0..n).map(|i| json!({ "line_id": i.to_string(), "amount": 100 })).collect();
        let mut body = changed("/order/items", json!(items));
        body["order"]["amount"] = json!(100 * n);
        try_it(&body, Way::Plain)
    };
    assert!(lines(100).is_ok());
    assert!(lines(101).unwrap_err().message.starts_with("order.items:"));
}

#[test]
fn an_order_of_nothing_needs_the_method_made_for_it() {
    let mut body = changed("/order/items", json!(null));
    body["order"]["amount"] = json!(0);
    assert!(try_it(&body, Way::Plain).is_err());
    body["configuration"]["dintero"] = json!({ "zero": { "enabled": true } });
    assert!(try_it(&body, Way::Plain).is_ok());
}

#[test]
fn a_profile_is_overridden_and_must_exist() {
    let mut body = example();
    body["profile_id"] = json!("default");
    body["configuration"] = json!({ "auto_capture": true, "swish": { "swish": { "enabled": false } } });
    let accepted = try_it(&body, Way::Profile).unwrap();
    let configuration = accepted.content["configuration"].as_object().unwrap();
    let on = methods::enabled(configuration);
    assert_eq!(on.len(), methods::OF_PROFILE.len() - 1);
    assert!(!on.contains(&"swish.swish"));
    assert_eq!(configuration["auto_capture"], json!(true));
    assert_eq!(configuration["dintero_psp"]["vipps"]["payability"], json!("payable"));

    body["profile_id"] = json!("another");
    assert!(try_it(&body, Way::Profile).unwrap_err().message.contains("no such session profile"));
}
