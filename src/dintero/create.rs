//! The body of a new session (contracts, 2; API, 2).

use serde_json::{Map, Value, json};

use super::{number, profile};
use crate::domain::address::Address;
use crate::domain::cause::{Cause, Unsent};
use crate::domain::line::ProductLine;
use crate::domain::link::LinkId;
use crate::domain::method::{Method, resolve_types};
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::ports::{Fault, FaultKind, Profile};

/// A session, ready to be asked for.
#[derive(Debug)]
pub(super) struct Plan {
    /// The last part of the path: `sessions-profile` or `sessions`.
    pub(super) endpoint: &'static str,
    pub(super) body: Value,
    /// The types that were asked for, as far as they are known.
    pub(super) types: Vec<String>,
}

impl Plan {
    /// Whether the profile alone says which methods the customer sees.
    pub(super) fn by_profile(&self) -> bool {
        self.endpoint == "sessions-profile"
    }
}

/// What of the config goes into a session.
pub(super) struct Terms<'a> {
    pub(super) profile_id: &'a str,
    pub(super) return_url: &'a str,
    /// The config's `methods`, for short names where no profile is known.
    pub(super) configured: &'a [Method],
    /// Methods that were picked by name are sent by name, also where they are all that the profile is known to have.
    pub(super) by_name: bool,
}

/// The session for `sale`. `known` is the payment profile, if it may be read.
///
/// # Errors
/// [`FaultKind::Refused`]: a method that stands for nothing, a sum that can't be sent.
pub(super) fn plan(
    id: LinkId,
    sale: &Sale,
    terms: &Terms<'_>,
    known: Option<&Profile>,
) -> Result<Plan, Fault> {
    let all = known.map(|p| p.types.as_slice()).unwrap_or_default();
    let types = if sale.methods.whole_profile { all.to_vec() } else { chosen(sale, terms, known)? };
    // All of them by name are all of them.
    let every = !terms.by_name
        && !all.is_empty()
        && types.len() == all.len()
        && all.iter().all(|t| types.contains(t));
    let whole = sale.methods.whole_profile || every;

    let mut url = Map::new();
    url.insert("return_url".to_owned(), json!(terms.return_url));
    let mut configuration = Map::new();
    if !whole {
        configuration = profile::configuration(&types, known);
        if let Some(terms_url) = profile::merchant_terms_url(known) {
            url.insert("merchant_terms_url".to_owned(), json!(terms_url));
        }
    }
    // Always said: a profile may have its own mind about it.
    configuration.insert("auto_capture".to_owned(), json!(sale.auto_capture));
    let mut customer = Map::new();
    match &sale.delivery {
        Delivery::Sms(phone) => {
            customer.insert("phone_number".to_owned(), json!(phone.e164()));
            configuration.insert("publish".to_owned(), json!([{"type": "checkout-link", "channel": "sms"}]));
        }
        // No number without SMS: a profile that messages by itself then can't (contracts, 2).
        Delivery::Email(email) => {
            customer.insert("email".to_owned(), json!(email.as_str()));
        }
        Delivery::Link => {}
    }

    let mut body = Map::new();
    if whole {
        body.insert("profile_id".to_owned(), json!(terms.profile_id));
    }
    body.insert("url".to_owned(), Value::Object(url));
    if !customer.is_empty() {
        body.insert("customer".to_owned(), Value::Object(customer));
    }
    body.insert("order".to_owned(), order(sale)?);
    if sale.address == AddressPlan::Express {
        body.insert(
            "express".to_owned(),
            json!({
                "shipping_options": [],
                "shipping_mode": "shipping_not_required",
                "customer_types": ["b2c", "b2b"],
            }),
        );
    }
    // Whole seconds in UTC, with a Z (API, 2.5).
    body.insert("expires_at".to_owned(), json!(sale.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    if !whole && let Some(merchant) = profile::merchant(known) {
        body.insert("merchant".to_owned(), merchant);
    }
    body.insert("configuration".to_owned(), Value::Object(configuration));
    body.insert("metadata".to_owned(), json!({"ext_paylink_id": id.to_string()}));
    Ok(Plan {
        endpoint: if whole { "sessions-profile" } else { "sessions" },
        body: Value::Object(body),
        types,
    })
}

fn chosen(sale: &Sale, terms: &Terms<'_>, known: Option<&Profile>) -> Result<Vec<String>, Fault> {
    if sale.methods.methods.is_empty() {
        return Err(refused(Unsent::NoMethod));
    }
    // A profile without a single type doesn't tell them (`active_payment_types`): it is no help here.
    let types = known.map(|p| p.types.as_slice()).filter(|types| !types.is_empty());
    resolve_types(&sale.methods.methods, types, terms.configured).map_err(|method| {
        let method = method.to_string();
        refused(match types {
            Some(_) => Unsent::NotInProfile(terms.profile_id.to_owned(), method),
            None => Unsent::NoType(method),
        })
    })
}

fn order(sale: &Sale) -> Result<Value, Fault> {
    let totals = sale.totals().map_err(|_| refused(Unsent::Sum))?;
    let items =
        sale.lines.iter().zip(1_u32..).map(|(line, n)| item(line, n)).collect::<Result<Vec<_>, _>>()?;
    let mut order = Map::new();
    order.insert("amount".to_owned(), json!(totals.gross.minor()));
    order.insert("vat_amount".to_owned(), json!(totals.vat.minor()));
    order.insert("currency".to_owned(), json!(sale.currency.code()));
    order.insert("merchant_reference".to_owned(), json!(sale.reference.as_str()));
    order.insert("items".to_owned(), Value::Array(items));
    if let AddressPlan::Known(known) = &sale.address {
        order.insert("shipping_address".to_owned(), address(known));
    }
    Ok(Value::Object(order))
}

fn item(line: &ProductLine, n: u32) -> Result<Value, Fault> {
    let number = |value| number::exact(value).ok_or_else(|| refused(Unsent::Number));
    let mut item = Map::new();
    if let Some(id) = &line.product_id {
        item.insert("id".to_owned(), json!(id));
    }
    item.insert("line_id".to_owned(), json!(n.to_string()));
    item.insert("description".to_owned(), json!(line.description));
    item.insert("quantity".to_owned(), Value::Number(number(line.quantity.value())?));
    item.insert("amount".to_owned(), json!(line.amount().minor()));
    item.insert("vat_amount".to_owned(), json!(line.vat_amount().minor()));
    item.insert("vat".to_owned(), Value::Number(number(line.vat.percent())?));
    Ok(Value::Object(item))
}

fn address(known: &Address) -> Value {
    let mut out = Map::new();
    for (key, value) in [
        ("first_name", &known.first_name),
        ("last_name", &known.last_name),
        ("address_line", &known.address_line),
        ("postal_code", &known.postal_code),
        ("postal_place", &known.postal_place),
        ("country", &known.country),
    ] {
        if !value.is_empty() {
            out.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(out)
}

fn refused(why: Unsent) -> Fault {
    Fault::new(FaultKind::Refused, Cause::NotSent(why))
}
