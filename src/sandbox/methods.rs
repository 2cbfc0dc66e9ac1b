//! Payment product types and how a `configuration` switches them on (API, 6).

use serde_json::Value;

use super::state::Object;
use crate::domain::method::{MethodKind, kind_of_type};

/// Every type that can be switched on.
const TYPES: [&str; 40] = [
    "bambora.applepay",
    "bambora.creditcard",
    "bambora.googlepay",
    "bambora.mobilepay",
    "bambora.vipps",
    "collector.finance",
    "collector.installment",
    "collector.invoice",
    "collector.invoice_b2b",
    "collector.invoice_b2b_preapproved",
    "dintero.external",
    "dintero.wallets",
    "dintero.zero",
    "dintero_psp.applepay",
    "dintero_psp.clicktopay",
    "dintero_psp.creditcard",
    "dintero_psp.googlepay",
    "dintero_psp.vipps",
    "instabank.finance",
    "instabank.installment",
    "instabank.invoice",
    "instabank.postponement",
    "klarna.billie",
    "klarna.klarna",
    "kravia.invoice_b2b",
    "kravia.invoice_b2b_grouped",
    "kravia.invoice_b2c",
    "netaxept.creditcard",
    "payex.applepay",
    "payex.clicktopay",
    "payex.creditcard",
    "payex.googlepay",
    "payex.mobilepay",
    "payex.swish",
    "payex.vipps",
    "santander.debit_account",
    "seitatech.in_person",
    "swish.swish",
    "two.invoice_b2b",
    "vipps",
];

/// What the profile `default` has, in the order the customer sees.
pub(super) const OF_PROFILE: [&str; 7] = [
    "dintero_psp.creditcard",
    "dintero_psp.vipps",
    "payex.mobilepay",
    "swish.swish",
    "klarna.klarna",
    "dintero_psp.applepay",
    "dintero_psp.googlepay",
];

/// Where a type's settings are in a `configuration`.
fn settings<'a>(configuration: &'a Object, name: &str) -> Option<&'a Value> {
    match name.split_once('.') {
        Some((product, kind)) => configuration.get(product)?.get(kind),
        None => configuration.get(name),
    }
}

/// Makes way for settings of a type, and hands them out.
fn settings_mut<'a>(configuration: &'a mut Object, name: &str) -> Option<&'a mut Object> {
    let (product, kind) = name.split_once('.').unwrap_or((name, ""));
    let entry = configuration.entry(product).or_insert_with(|| Value::Object(Object::new()));
    let entry = entry.as_object_mut()?;
    if kind.is_empty() {
        return Some(entry);
    }
    entry.entry(kind).or_insert_with(|| Value::Object(Object::new())).as_object_mut()
}

/// The types that `configuration` switches on: the profile's own first, in their order.
pub(super) fn enabled(configuration: &Object) -> Vec<&'static str> {
    let everything = configuration
        .get("active_payment_types")
        .and_then(|active| active.get("enabled"))
        .is_some_and(|on| on == &Value::Bool(true));
    let rest = TYPES.iter().filter(|name| !OF_PROFILE.contains(name));
    OF_PROFILE
        .iter()
        .chain(rest)
        .copied()
        .filter(|name| match settings(configuration, name).and_then(|s| s.get("enabled")) {
            Some(on) => on == &Value::Bool(true),
            None => everything && OF_PROFILE.contains(name),
        })
        .collect()
}

/// Whether there is a type of this name.
pub(super) fn exists(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Every type of `configuration` whose `enabled` is there and not a boolean.
pub(super) fn wrongly_switched(configuration: &Object) -> Vec<&'static str> {
    TYPES
        .iter()
        .copied()
        .filter(|name| match settings(configuration, name) {
            None => false,
            Some(Value::Object(settings)) => settings.get("enabled").is_some_and(|on| !on.is_boolean()),
            Some(_) => true,
        })
        .collect()
}

/// Switches `name` on.
pub(super) fn switch_on(configuration: &mut Object, name: &str) {
    if let Some(settings) = settings_mut(configuration, name) {
        settings.insert("enabled".to_owned(), true.into());
    }
}

/// Says of every enabled type that it can be paid with, as a read session does.
pub(super) fn mark_payable(configuration: &mut Object) {
    for name in enabled(configuration) {
        if let Some(settings) = settings_mut(configuration, name) {
            settings.insert("type".to_owned(), "payment_product_type".into());
            settings.insert("enabled".to_owned(), true.into());
            settings.insert("payability".to_owned(), "payable".into());
        }
    }
}

/// Whether a push message takes the place of an SMS (API, 2.4).
pub(super) fn pushes(enabled: &[&str]) -> bool {
    matches!(enabled, [only] if matches!(
        kind_of_type(only),
        MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish
    ))
}

/// The enabled type that `asked` means: its own name, or a short name like `card`.
pub(super) fn find<'a>(enabled: &[&'a str], asked: &str) -> Option<&'a str> {
    enabled.iter().copied().find(|name| *name == asked).or_else(|| {
        let kind = MethodKind::from_short_name(asked)?;
        enabled.iter().copied().find(|name| kind_of_type(name) == kind)
    })
}

/// The name of a type as people know it.
pub(super) fn label(name: &str, norwegian: bool) -> &'static str {
    match (kind_of_type(name), norwegian) {
        (MethodKind::Card, true) => "Kort",
        (MethodKind::Card, false) => "Card",
        (MethodKind::Vipps, _) => "Vipps",
        (MethodKind::MobilePay, _) => "MobilePay",
        (MethodKind::Swish, _) => "Swish",
        (MethodKind::Klarna, _) => "Klarna",
        (MethodKind::ApplePay, _) => "Apple Pay",
        (MethodKind::GooglePay, _) => "Google Pay",
        (MethodKind::ClickToPay, _) => "Click to Pay",
        (MethodKind::Invoice, true) => "Faktura",
        (MethodKind::Invoice, false) => "Invoice",
        (MethodKind::Installment, true) => "Delbetaling",
        (MethodKind::Installment, false) => "Instalments",
        (MethodKind::Other, true) => "Annen betalingsmåte",
        (MethodKind::Other, false) => "Other method",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn only_what_is_switched_on_is_enabled() {
        let configuration = object(json!({
            "vipps": { "enabled": true },
            "dintero_psp": { "creditcard": { "enabled": true }, "vipps": { "enabled": false } },
            "made_up": { "thing": { "enabled": true } },
        }));
        assert_eq!(enabled(&configuration), ["dintero_psp.creditcard", "vipps"]);
    }

    #[test]
    fn the_wild_card_is_the_whole_profile_but_for_what_is_switched_off() {
        let configuration = object(json!({
            "active_payment_types": { "enabled": true },
            "swish": { "swish": { "enabled": false } },
        }));
        let on = enabled(&configuration);
        assert_eq!(on.len(), OF_PROFILE.len() - 1);
        assert!(!on.contains(&"swish.swish"));
    }

    #[test]
    fn a_method_is_found_by_type_and_by_short_name() {
        let on = ["dintero_psp.creditcard", "dintero_psp.vipps"];
        assert_eq!(find(&on, "vipps"), Some("dintero_psp.vipps"));
        assert_eq!(find(&on, "dintero_psp.creditcard"), Some("dintero_psp.creditcard"));
        assert_eq!(find(&on, "swish"), None);
        assert_eq!(find(&["vipps", "dintero_psp.vipps"], "vipps"), Some("vipps"));
    }

    #[test]
    fn one_wallet_alone_pushes() {
        assert!(pushes(&["vipps"]) && pushes(&["payex.mobilepay"]) && pushes(&["swish.swish"]));
        assert!(!pushes(&["dintero_psp.creditcard"]) && !pushes(&["vipps", "swish.swish"]));
    }
}
