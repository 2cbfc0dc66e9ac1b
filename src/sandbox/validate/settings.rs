//! Everything of a session but its order: addresses to return to, customer, express, expiry,
//! configuration, metadata (API, 2.1, 2.3 to 2.5, 6).

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::check::{Check, join};
use super::order::{is_phone, shipping_option};
use crate::sandbox::methods;
use crate::sandbox::state::Object;

const RESERVED: [&str; 16] = [
    "dintero",
    "merchant",
    "session",
    "event",
    "payout",
    "gateway",
    "bambora",
    "collector",
    "instabank",
    "klarna",
    "kravia",
    "netaxept",
    "payex",
    "santander",
    "swish",
    "vipps",
];

pub(super) fn urls(check: &mut Check, body: &Object) {
    let Some(urls) = check.object(body, "", "url", true) else { return };
    let in_app = channel(body) == Some("in_app");
    if let Some(text) = check.text(urls, "url", "return_url", true) {
        match Url::parse(text) {
            Err(_) => check.wrong("url.return_url", "must be a URI"),
            Ok(url) if !is_web(&url) && !in_app => {
                check.wrong("url.return_url", "must be http or https unless the channel is in_app");
            }
            Ok(_) => {}
        }
    }
    for key in ["callback_url", "merchant_terms_url"] {
        if let Some(text) = check.text(urls, "url", key, false)
            && !Url::parse(text).is_ok_and(|url| is_web(&url))
        {
            check.wrong(join("url", key), "must be an http or https URI");
        }
    }
}

/// Whether it is an address that a browser may be sent to.
fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

pub(super) fn customer(check: &mut Check, body: &Object) {
    let Some(customer) = check.object(body, "", "customer", false) else { return };
    check.text(customer, "customer", "customer_id", false);
    if let Some(email) = check.text(customer, "customer", "email", false)
        && !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    {
        check.wrong("customer.email", "must be an e-mail address");
    }
    if let Some(phone) = check.text(customer, "customer", "phone_number", false)
        && !is_phone(phone)
    {
        check.wrong("customer.phone_number", "must match ^\\+?\\d{5,15}$");
    }
}

pub(super) fn metadata(check: &mut Check, body: &Object) {
    let Some(metadata) = check.object(body, "", "metadata", false) else { return };
    for (key, value) in metadata {
        let first = key.split([':', '_', '.', '-']).next().unwrap_or_default();
        if RESERVED.contains(&first.to_ascii_lowercase().as_str()) {
            check.wrong(join("metadata", key), "is reserved: begin own keys with ext");
        }
        if !value.is_string() && !value.is_number() {
            check.wrong(join("metadata", key), "must be a string or a number");
        }
    }
}

pub(super) fn merchant(check: &mut Check, body: &Object) {
    if let Some(merchant) = check.object(body, "", "merchant", false) {
        check.text(merchant, "merchant", "name", true);
        check.text(merchant, "merchant", "logo_url", true);
    }
}

pub(super) fn checkboxes(check: &mut Check, body: &Object) {
    let Some(rows) = check.array(body, "", "checkboxes", false) else { return };
    for (at, row) in check.objects(rows, "checkboxes") {
        check.text(row, &at, "id", true);
        check.text(row, &at, "label", true);
        check.boolean(row, &at, "checked");
        check.boolean(row, &at, "required");
    }
}

pub(super) fn express(check: &mut Check, body: &Object) {
    let Some(express) = check.object(body, "", "express", false) else { return };
    if let Some(rows) = check.array(express, "express", "shipping_options", true) {
        for (at, option) in check.objects(rows, "express.shipping_options") {
            shipping_option(check, option, &at);
        }
    }
    check.one_of(express, "express", "shipping_mode", false, &["shipping_required", "shipping_not_required"]);
    for (n, kind) in
        check.array(express, "express", "customer_types", false).unwrap_or_default().iter().enumerate()
    {
        if !matches!(kind.as_str(), Some("b2c" | "b2b")) {
            check.wrong(format!("express.customer_types[{n}]"), "must be one of b2c, b2b");
        }
    }
    if channel(body) == Some("in_app") {
        check.wrong("express", "does not work with the channel in_app");
    }
}

pub(super) fn expiry(check: &mut Check, body: &Object, now: Timestamp) -> Option<Timestamp> {
    let text = check.text(body, "", "expires_at", false)?;
    match text.parse::<Timestamp>() {
        Err(_) => check.wrong("expires_at", "must be an ISO 8601 date-time with a time zone"),
        Ok(at) if at <= now => check.wrong("expires_at", "must be in the future"),
        Ok(at) => return Some(at),
    }
    None
}

/// What the request itself says of the configuration; which methods it comes to is another question.
pub(super) fn configuration(check: &mut Check, body: &Object, given: &Object) {
    const AT: &str = "configuration";
    check.boolean(given, AT, "auto_capture");
    check.one_of(given, AT, "channel", false, &["ecommerce", "in_app", "in_store"]);
    check.one_of(given, AT, "default_customer_type", false, &["b2c", "b2b"]);
    for name in methods::wrongly_switched(given) {
        check.wrong(format!("{AT}.{name}"), "must be an object whose enabled is true or false");
    }
    if let Some(rows) = check.array(given, AT, "publish", false) {
        for (at, row) in check.objects(rows, "configuration.publish") {
            check.one_of(row, &at, "channel", true, &["sms", "push"]);
            check.one_of(row, &at, "type", true, &["checkout-link", "app", "terminal"]);
        }
        if !rows.is_empty() && channel(body) == Some("in_app") {
            check.wrong("configuration.publish", "does not work with the channel in_app");
        }
    }
}

/// The methods that the configuration comes to.
pub(super) fn methods(check: &mut Check, configuration: &Object) {
    let on = methods::enabled(configuration);
    if on.is_empty() {
        check.wrong("configuration", "at least one payment type must be enabled");
    }
    if on.contains(&"dintero.wallets") {
        let clash = on.iter().find(|name| {
            matches!(**name, "vipps" | "swish.swish" | "klarna.billie")
                || ["instabank.", "collector.", "netaxept."].iter().any(|p| name.starts_with(p))
        });
        if let Some(name) = clash {
            check.wrong("configuration.dintero.wallets", format!("does not work together with {name}"));
        }
    }
    if let Some(Value::String(name)) = configuration.get("default_payment_type") {
        if !methods::exists(name) {
            check.wrong("configuration.default_payment_type", "no such payment type");
        } else if !on.contains(&name.as_str()) && !on.is_empty() {
            check.wrong("configuration.default_payment_type", "must be an enabled payment type");
        }
    }
}

fn channel(body: &Object) -> Option<&str> {
    body.get("configuration")?.get("channel")?.as_str()
}
