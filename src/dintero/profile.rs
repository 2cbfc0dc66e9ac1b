//! The payment profile: which types it has switched on, and its settings for a session that is made
//! without it (contracts, 2; API, 2.4, 6, 7).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::wire::{self, TEXT};
use crate::ports::Profile;

/// The payment products of the API (API, 6).
const PRODUCTS: &[&str] = &[
    "bambora",
    "collector",
    "dintero",
    "dintero_psp",
    "ingenico",
    "instabank",
    "klarna",
    "kravia",
    "netaxept",
    "payex",
    "santander",
    "seitatech",
    "swish",
    "two",
    "vipps",
];

/// Keys of a configuration that are no payment product, whatever is in them (API, 2.4).
const OTHERS: &[&str] = &[
    "active_payment_types",
    "allow_different_billing_shipping_address",
    "allow_express_wallet_payment",
    "auto_capture",
    "channel",
    "countries",
    "default_customer_type",
    "default_payment_type",
    "discounts",
    "merchant",
    "payout",
    "publish",
    "theme",
];

/// Settings that are never copied: they choose methods, or they message customers by themselves.
const NEVER_COPIED: &[&str] = &["active_payment_types", "publish", "auto_capture", "merchant"];

/// A profile from its JSON; `None` if it isn't an object.
pub(super) fn read(value: &Value) -> Option<Profile> {
    let profile = value.as_object()?;
    let types = wire::at(value, &["configuration"]).map(types_on).unwrap_or_default();
    let kept = ["profile_id", "configuration", "merchant", "url"];
    let raw = profile.iter().filter(|(key, _)| kept.contains(&key.as_str()));
    Some(Profile {
        types,
        merchant_name: wire::text(value, &["merchant", "name"], TEXT),
        raw: Value::Object(raw.map(|(k, v)| (k.clone(), v.clone())).collect()),
    })
}

fn is_on(value: &Value) -> bool {
    wire::flag(value, &["enabled"]) == Some(true)
}

fn is_switch(value: &Value) -> bool {
    wire::flag(value, &["enabled"]).is_some()
}

/// Whether `key` of a configuration is a payment product: a known one, or one that looks like it. A
/// product that is newer than this program must not stay switched on in a session that was to have
/// others.
fn is_product(key: &str, value: &Value) -> bool {
    if OTHERS.contains(&key) {
        return false;
    }
    PRODUCTS.contains(&key)
        || is_switch(value)
        || value.as_object().is_some_and(|inner| inner.values().any(is_switch))
}

/// The types that a configuration switches on, in its order: `a.b` by `a.b.enabled`, and `vipps`, which
/// has no second level.
pub(super) fn types_on(configuration: &Value) -> Vec<String> {
    let mut types = Vec::new();
    for (product, settings) in configuration.as_object().into_iter().flatten() {
        if !is_product(product, settings) || product.contains('.') {
            continue;
        }
        if is_on(settings) {
            types.push(product.clone());
        }
        for (kind, switch) in settings.as_object().into_iter().flatten() {
            if is_on(switch) && !kind.contains('.') {
                types.push(format!("{product}.{kind}"));
            }
        }
    }
    types.retain(|t| t.len() <= 64 && t.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)));
    types
}

/// The configuration of a session with exactly `types` switched on, and the profile's other settings:
/// those of the chosen types themselves too, since some can't do without theirs.
pub(super) fn configuration(types: &[String], profile: Option<&Profile>) -> Map<String, Value> {
    let empty = Map::new();
    let from = profile.and_then(|p| p.raw.get("configuration")).and_then(Value::as_object).unwrap_or(&empty);
    let mut out = Map::new();
    for (key, value) in from {
        let chosen = key != "default_payment_type"
            || value.as_str().is_some_and(|default| types.iter().any(|t| t == default));
        if !is_product(key, value) && !NEVER_COPIED.contains(&key.as_str()) && chosen && !value.is_null() {
            out.insert(key.clone(), value.clone());
        }
    }
    // Grouped by product, products in the order in which they were first named.
    let mut order: Vec<&str> = Vec::new();
    let mut kinds: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for name in types {
        let (product, kind) = name.split_once('.').map_or((name.as_str(), None), |(p, k)| (p, Some(k)));
        if !order.contains(&product) {
            order.push(product);
        }
        kinds.entry(product).or_default().push(kind);
    }
    for product in order {
        let theirs = from.get(product).and_then(Value::as_object).unwrap_or(&empty);
        let mut settings: Map<String, Value> = theirs
            .iter()
            .filter(|(key, value)| *key != "enabled" && *key != "payability" && !is_switch(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for kind in kinds.get(product).into_iter().flatten() {
            match kind {
                None => {
                    settings.insert("enabled".to_owned(), Value::Bool(true));
                }
                Some(kind) => {
                    settings.insert((*kind).to_owned(), switched_on(theirs.get(*kind)));
                }
            }
        }
        out.insert(product.to_owned(), Value::Object(settings));
    }
    out
}

fn switched_on(settings: Option<&Value>) -> Value {
    let mut on = Map::new();
    on.insert("enabled".to_owned(), Value::Bool(true));
    for (key, value) in settings.and_then(Value::as_object).into_iter().flatten() {
        // `payability` is the backend's own word about one session.
        if key != "enabled" && key != "payability" {
            on.insert(key.clone(), value.clone());
        }
    }
    Value::Object(on)
}

/// The profile's merchant, if it has both parts that a session asks for (API, 2.1).
pub(super) fn merchant(profile: Option<&Profile>) -> Option<Value> {
    let merchant = profile?.raw.get("merchant")?;
    wire::at(merchant, &["name"])?.as_str().filter(|t| !t.is_empty())?;
    wire::at(merchant, &["logo_url"])?.as_str().filter(|t| !t.is_empty())?;
    Some(merchant.clone())
}

/// The profile's terms, if it has them.
pub(super) fn merchant_terms_url(profile: Option<&Profile>) -> Option<&str> {
    wire::at(&profile?.raw, &["url", "merchant_terms_url"])?.as_str().filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn sample() -> Profile {
        read(&json!({
            "id": "T12345678.p", "profile_id": "default", "created_by": "someone",
            "merchant": {"name": "Fjordfisk AS", "logo_url": "https://example.com/logo.png"},
            "url": {"merchant_terms_url": "https://example.com/terms"},
            "configuration": {
                "auto_capture": true,
                "publish": [{"type": "checkout-link", "channel": "sms"}],
                "default_payment_type": "vipps",
                "theme": {"primary": "#123"},
                "countries": {"preferred_country": "NO", "enabled": true},
                "active_payment_types": {"enabled": false},
                "dintero_psp": {
                    "creditcard": {"enabled": true, "dynamic_descriptor": "FJORD", "payability": {"payable": true}},
                    "vipps": {"enabled": false}
                },
                "vipps": {"enabled": true, "payability": 1},
                "collector": {"type": "payment_type", "invoice": {"enabled": true}, "installment": {"enabled": true}},
                "swish": {"swish": {"enabled": true}},
                "brand_new": {"thing": {"enabled": true}},
                "null_setting": null
            }
        }))
        .unwrap()
    }

    #[test]
    fn types_that_are_on() {
        assert_eq!(
            sample().types,
            [
                "dintero_psp.creditcard",
                "vipps",
                "collector.invoice",
                "collector.installment",
                "swish.swish",
                "brand_new.thing"
            ]
        );
        assert_eq!(sample().merchant_name.as_deref(), Some("Fjordfisk AS"));
        assert_eq!(
            read(&json!({"configuration": 5})),
            Some(Profile { raw: json!({"configuration": 5}), ..Profile::default() })
        );
        assert_eq!(read(&json!([])), None);
    }

    #[test]
    fn a_part_of_the_types_with_the_other_settings() {
        let types = ["dintero_psp.creditcard".to_owned(), "collector.invoice".to_owned()];
        assert_eq!(
            Value::Object(configuration(&types, Some(&sample()))),
            json!({
                "theme": {"primary": "#123"},
                "countries": {"preferred_country": "NO", "enabled": true},
                "dintero_psp": {"creditcard": {"enabled": true, "dynamic_descriptor": "FJORD"}},
                "collector": {"type": "payment_type", "invoice": {"enabled": true}}
            })
        );
    }

    #[test]
    fn vipps_direct_is_switched_on_by_itself_and_stays_preselected() {
        assert_eq!(
            Value::Object(configuration(&["vipps".to_owned()], Some(&sample()))),
            json!({
                "default_payment_type": "vipps",
                "theme": {"primary": "#123"},
                "countries": {"preferred_country": "NO", "enabled": true},
                "vipps": {"enabled": true}
            })
        );
    }

    #[test]
    fn without_a_profile_there_are_only_the_switches() {
        let types =
            ["dintero_psp.creditcard".to_owned(), "swish.swish".to_owned(), "dintero_psp.vipps".to_owned()];
        assert_eq!(
            Value::Object(configuration(&types, None)),
            json!({
                "dintero_psp": {"creditcard": {"enabled": true}, "vipps": {"enabled": true}},
                "swish": {"swish": {"enabled": true}}
            })
        );
    }

    #[test]
    fn a_merchant_needs_both_parts() {
        assert!(merchant(Some(&sample())).is_some());
        let half = Profile { raw: json!({"merchant": {"name": "x"}}), ..Profile::default() };
        assert_eq!(merchant(Some(&half)), None);
        assert_eq!(merchant(None), None);
        assert_eq!(merchant_terms_url(Some(&sample())), Some("https://example.com/terms"));
        assert_eq!(merchant_terms_url(Some(&half)), None);
    }
}
