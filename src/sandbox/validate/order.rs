//! The order: amounts, lines, shipping, addresses (API, 2.1 to 2.3).

use serde_json::Value;

use super::check::{Check, join};
use crate::sandbox::methods;
use crate::sandbox::state::Object;

/// More lines than this are refused.
const MOST_ITEMS: usize = 100;

const ITEM_TYPES: [&str; 6] = ["physical", "digital", "service", "gift_card", "shipping", "surcharge"];

pub(super) fn order(check: &mut Check, body: &Object, strict: bool) {
    let Some(order) = check.object(body, "", "order", true) else { return };
    let amount = check.int32(order, "order", "amount", true);
    if amount.is_some_and(|n| n < 0) {
        check.wrong("order.amount", "must not be negative");
    }
    if let Some(currency) = check.text(order, "order", "currency", true)
        && !(currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()))
    {
        check.wrong("order.currency", "must be a currency code (ISO 4217)");
    }
    check.text(order, "order", "merchant_reference", true);
    check.text(order, "order", "merchant_reference_2", false);
    check.text(order, "order", "event_reference", false);
    check.int32(order, "order", "vat_amount", false);
    let partial = check.boolean(order, "order", "partial_payment").unwrap_or(false);
    address(check, order, "shipping_address");
    address(check, order, "billing_address");

    let items = check.array(order, "order", "items", false);
    let of_items = items.and_then(|rows| lines(check, rows));
    let shipping = check.object(order, "order", "shipping_option", false);
    let of_shipping =
        shipping.map_or(Some(0), |option| shipping_option(check, option, "order.shipping_option"));

    if let (true, Some(amount), Some(of_items), Some(of_shipping)) = (strict, amount, of_items, of_shipping) {
        let sum = of_items + of_shipping;
        if (partial && amount > sum) || (!partial && amount != sum) {
            check.wrong(
                "order.amount",
                format!("{amount} must equal the sum of order.items and order.shipping_option, {sum}"),
            );
        }
    }
}

/// An order of nothing works only with the method that is made for it.
pub(super) fn zero(check: &mut Check, body: &Object, configuration: &Object) {
    let amount = body.get("order").and_then(|o| o.get("amount")).and_then(Value::as_i64);
    if amount == Some(0) && !methods::enabled(configuration).contains(&"dintero.zero") {
        check.wrong("order.amount", "must be above 0 unless dintero.zero is enabled");
    }
}

/// Checks the lines; their sum, unless one of them has no amount that can be read.
fn lines(check: &mut Check, rows: &[Value]) -> Option<i64> {
    if rows.len() > MOST_ITEMS {
        check.wrong("order.items", format!("must be at most {MOST_ITEMS}"));
    }
    let mut sum = Some(0_i64);
    for (at, item) in check.objects(rows, "order.items") {
        for key in ["id", "line_id", "description"] {
            check.text(item, &at, key, false);
        }
        check.one_of(item, &at, "type", false, &ITEM_TYPES);
        check.boolean(item, &at, "eligible_for_discount");
        check.int32(item, &at, "vat_amount", false);
        if check.number(item, &at, "quantity").is_some_and(|q| q <= 0.0) {
            check.wrong(join(&at, "quantity"), "must be above 0");
        }
        if check.number(item, &at, "vat").is_some_and(|v| !(0.0..=100.0).contains(&v)) {
            check.wrong(join(&at, "vat"), "must be a percentage from 0 to 100");
        }
        let amount = match item.get("amount") {
            None => Some(0),
            Some(_) => check.int32(item, &at, "amount", false),
        };
        sum = sum.zip(amount).map(|(sum, amount)| sum + amount);
    }
    sum
}

/// Checks a way of delivery; its amount, if it can be read.
pub(super) fn shipping_option(check: &mut Check, option: &Object, at: &str) -> Option<i64> {
    for key in ["id", "line_id", "title", "operator"] {
        check.text(option, at, key, true);
    }
    check.text(option, at, "description", false);
    check.int32(option, at, "vat_amount", false);
    check.number(option, at, "vat");
    check.one_of(option, at, "delivery_method", false, &["delivery", "pick_up", "unspecified", "none"]);
    check.int32(option, at, "amount", true)
}

fn address(check: &mut Check, order: &Object, key: &str) {
    let Some(address) = check.object(order, "order", key, false) else { return };
    let at = join("order", key);
    for field in [
        "first_name",
        "last_name",
        "address_line",
        "address_line_2",
        "co_address",
        "business_name",
        "postal_code",
        "postal_place",
        "email",
        "comment",
    ] {
        check.text(address, &at, field, false);
    }
    if let Some(country) = check.text(address, &at, "country", false)
        && !is_country(country)
    {
        check.wrong(join(&at, "country"), "must be a country code of two letters (ISO 3166-1)");
    }
    if let Some(phone) = check.text(address, &at, "phone_number", false)
        && !is_phone(phone)
    {
        check.wrong(join(&at, "phone_number"), "must match ^\\+?\\d{5,15}$");
    }
}

pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// `^\+?\d{5,15}$`
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}
