//! The checkout page itself: what is asked of the customer next.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::assets::html;
use super::bill::Bill;
use super::templates::{CheckoutPage, Delivery, Field, MethodRow};
use super::way_back::way_back;
use super::words::Words;
use super::{Form, step};
use crate::domain::clean;
use crate::sandbox::money::money;
use crate::sandbox::query::Query;
use crate::sandbox::state::{Object, Session};
use crate::sandbox::{Sandbox, address, customer, methods, publish};

/// The bill, and the address or the methods.
pub(super) fn checkout(
    sandbox: &Sandbox,
    session: &Session,
    w: &'static Words,
    query: &Query,
    form: &Form,
) -> Response {
    let bill = Bill::of(session, w, &sandbox.zone());
    let express = session.express();
    let known = session.at(&["order", "shipping_address"]).and_then(Value::as_object);
    let editing = express
        && (customer::missing_for_express(session).is_some()
            || query.flag("edit")
            || !form.problems.is_empty());
    let enabled = customer::enabled(session);
    let preferred = session
        .text(&["configuration", "default_payment_type"])
        .filter(|name| enabled.contains(name))
        .or_else(|| enabled.first().copied());
    let rows = enabled.iter().map(|name| MethodRow {
        name,
        label: methods::label(name, w.norwegian),
        mark: methods::label(name, w.norwegian).chars().next().unwrap_or('?'),
        class: crate::domain::method::kind_of_type(name).short_name(),
        chosen: preferred == Some(name),
    });
    let leave = step(&session.id, "session/abandon", query);
    let back = way_back(session, Some("cancelled"));
    let page = CheckoutPage {
        w,
        seller: publish::seller_name(sandbox, &session.content),
        bill,
        methods: rows.collect(),
        fields: if editing { fields(w, known, form) } else { Vec::new() },
        deliveries: if editing { deliveries(session, w, form) } else { Vec::new() },
        address: if express && !editing {
            known.map(|address| address_lines(w, address)).unwrap_or_default()
        } else {
            Vec::new()
        },
        address_url: step(&session.id, "address", query),
        edit_url: with_edit(&step(&session.id, "checkout", query)),
        pay_url: step(&session.id, "pay", query),
        leave_url: leave,
        other_language_url: format!("/v1/view/{}/checkout?language={}", session.id, w.other_code),
        trouble: form.trouble,
    };
    let status = if form.problems.is_empty() && form.trouble.is_none() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    html(status, &page, back.as_ref())
}

fn with_edit(url: &str) -> String {
    if url.contains('?') { format!("{url}&edit=true") } else { format!("{url}?edit=true") }
}

fn fields(w: &'static Words, known: Option<&Object>, form: &Form) -> Vec<Field> {
    let given = |name: &str| {
        let typed = form.fields.one(name).map(str::to_owned);
        typed.or_else(|| known?.get(name)?.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let came = form.fields.one("country").is_some();
    address::FIELDS
        .iter()
        .map(|name| {
            let problem = form.problems.iter().find(|(field, _)| field == name);
            Field {
                name,
                label: w.field(name),
                // What was typed and left empty stays empty.
                value: if came { form.fields.one(name).unwrap_or_default().to_owned() } else { given(name) },
                problem: problem.map(|(_, problem)| w.problem(*problem)),
            }
        })
        .collect()
}

/// The ways of delivery to choose from. The form knows them by number: their ids come from outside.
fn deliveries(session: &Session, w: &'static Words, form: &Form) -> Vec<Delivery> {
    let options = customer::shipping_options(session);
    let before = session.at(&["order", "shipping_option", "id"]);
    let chosen = form
        .fields
        .one("shipping_option")
        .and_then(|number| number.parse().ok())
        .or_else(|| options.iter().position(|option| option.get("id") == before))
        .unwrap_or(0);
    let text =
        |option: &Value, key: &str| clean::line(option.get(key).and_then(Value::as_str).unwrap_or_default());
    let amount = |option: &Value| option.get("amount").and_then(Value::as_i64).unwrap_or(0);
    options
        .iter()
        .enumerate()
        .map(|(number, option)| Delivery {
            number,
            title: text(option, "title"),
            operator: text(option, "operator"),
            amount: money(amount(option), session.currency(), w.norwegian),
            chosen: number == chosen,
        })
        .collect()
}

/// An address as it stands on a letter.
fn address_lines(w: &Words, address: &Object) -> Vec<String> {
    let text = |name: &str| clean::line(address.get(name).and_then(Value::as_str).unwrap_or_default());
    let country = w.countries.iter().find(|(code, _)| *code == text("country"));
    [
        format!("{} {}", text("first_name"), text("last_name")),
        text("address_line"),
        format!("{} {}", text("postal_code"), text("postal_place")),
        country.map_or_else(|| text("country"), |(_, name)| (*name).to_owned()),
    ]
    .into_iter()
    .map(|line| line.trim().to_owned())
    .filter(|line| !line.is_empty())
    .collect()
}
