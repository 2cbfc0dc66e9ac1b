//! The hosted checkout page and the customer's phone: plain HTML that works without JavaScript,
//! nothing from elsewhere, everything from outside escaped.

mod assets;
mod bill;
mod phone;
mod templates;
mod way_back;
mod words;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::assets::{html, redirect};
use self::bill::Bill;
use self::templates::{ApprovePage, CheckoutPage, Delivery, Field, MethodRow, Notice, NoticePage};
use self::way_back::{WayBack, way_back};
use self::words::{Words, choose};
use super::customer::{self, Closed, Outcome, Visitor};
use super::error::ApiError;
use super::methods;
use super::query::Query;
use super::serve::Peer;
use super::state::{Object, Session, Status, World};
use super::{Sandbox, address, publish};

pub(super) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/v1/view/{id}", get(open))
        .route("/v1/view/{id}/checkout", get(again))
        .route("/v1/view/{id}/address", post(fill_in))
        .route("/v1/view/{id}/pay", post(pay))
        .route("/v1/view/{id}/approve", get(approve).post(answer))
        .route("/v1/view/{id}/session", get(as_json))
        .route("/v1/view/{id}/session/abandon", post(leave))
        .merge(phone::routes(sandbox))
        .merge(assets::routes())
}

/// The link is opened.
async fn open(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    request: Request,
) -> Response {
    // A preview that only asks whether the page is there has not looked at it.
    if request.method() != Method::HEAD {
        let visitor = visitor(&request);
        // An unknown session is said by the page itself.
        let _ = sandbox.change(|world, now| world.visit(&id, visitor, now));
    }
    page(&sandbox, &id, raw.as_deref(), request.headers(), &Form::default())
}

/// The same page, after a step; it doesn't count as opened again.
async fn again(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    page(&sandbox, &id, raw.as_deref(), &headers, &Form::default())
}

fn visitor(request: &Request) -> Visitor {
    Visitor {
        user_agent: request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|v| v.to_str().ok())
            .map(|text| crate::domain::clean::line_within(text, 400)),
        ip: request
            .extensions()
            .get::<ConnectInfo<Peer>>()
            .map(|ConnectInfo(peer)| peer.address.ip().to_canonical().to_string()),
    }
}

/// A form as it came in, with what was wrong with it.
#[derive(Debug, Default)]
struct Form {
    fields: Query,
    problems: Vec<(&'static str, address::Problem)>,
    trouble: Option<&'static str>,
}

/// The page that fits the session's state.
fn page(sandbox: &Sandbox, id: &str, raw: Option<&str>, headers: &HeaderMap, form: &Form) -> Response {
    let query = Query::parse(raw);
    let words = choose(&query, headers);
    sandbox.look(|world, now| {
        let Some(session) = world.sessions.get(id) else {
            return not_found(sandbox, words);
        };
        if let Some(closed) = world.closed(session, now) {
            return closed_page(sandbox, world, session, closed, words);
        }
        if session.locked {
            return redirect(&step(id, "approve", &query));
        }
        checkout(sandbox, session, words, &query, form)
    })
}

/// The address of a step of session `id`, in the language that was asked for.
fn step(id: &str, step: &str, query: &Query) -> String {
    let path = format!("/v1/view/{id}/{step}");
    match query.one("language") {
        Some(code) if code.len() <= 5 && code.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') => {
            format!("{path}?language={code}")
        }
        _ => path,
    }
}

fn checkout(sandbox: &Sandbox, session: &Session, w: &'static Words, query: &Query, form: &Form) -> Response {
    let bill = Bill::of(session, w);
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
        address: if express && !editing { known.map(address_lines).unwrap_or_default() } else { Vec::new() },
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
    let text = |option: &Value, key: &str| {
        crate::domain::clean::line(option.get(key).and_then(Value::as_str).unwrap_or_default())
    };
    let amount = |option: &Value| option.get("amount").and_then(Value::as_i64).unwrap_or(0);
    options
        .iter()
        .enumerate()
        .map(|(number, option)| Delivery {
            number,
            title: text(option, "title"),
            operator: text(option, "operator"),
            amount: super::money::money(amount(option), session.currency(), w.norwegian),
            chosen: number == chosen,
        })
        .collect()
}

/// An address as it stands on a letter.
fn address_lines(address: &Object) -> Vec<String> {
    let text = |name: &str| {
        crate::domain::clean::line(address.get(name).and_then(Value::as_str).unwrap_or_default())
    };
    [
        format!("{} {}", text("first_name"), text("last_name")),
        text("address_line"),
        format!("{} {}", text("postal_code"), text("postal_place")),
        text("country"),
    ]
    .into_iter()
    .map(|line| line.trim().to_owned())
    .filter(|line| !line.is_empty())
    .collect()
}

/// The customer fills in the address.
async fn fill_in(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = form_fields(&body);
    let query = Query::parse(raw.as_deref());
    let address = match address::check(|name| fields.one(name).unwrap_or_default()) {
        Ok(address) => address,
        Err(problems) => {
            let form = Form { fields, problems, trouble: None };
            return page(&sandbox, &id, raw.as_deref(), &headers, &form);
        }
    };
    let done = sandbox.change(|world, now| {
        world.set_address(&id, &address, now)?;
        let Some(number) = fields.one("shipping_option") else { return Ok(()) };
        let options = customer::shipping_options(world.session(&id)?);
        let chosen = number.parse::<usize>().ok().and_then(|n| options.get(n));
        let chosen = chosen.and_then(|option| option.get("id")).and_then(Value::as_str).unwrap_or_default();
        world.set_shipping_option(&id, chosen, now)
    });
    after(&sandbox, &id, raw.as_deref(), &headers, fields, done.map(|()| step(&id, "checkout", &query)))
}

/// The customer chooses a method and begins to pay.
async fn pay(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = form_fields(&body);
    let query = Query::parse(raw.as_deref());
    let begun = sandbox.change(|world, now| {
        let locked = world.sessions.get(&id).is_some_and(|s| s.locked);
        // A second press of the button is not a second payment.
        if locked { Ok(()) } else { world.begin_payment(&id, fields.one("method"), now).map(|_| ()) }
    });
    after(&sandbox, &id, raw.as_deref(), &headers, fields, begun.map(|()| step(&id, "approve", &query)))
}

/// The method's own page: approve, or not.
async fn approve(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::parse(raw.as_deref());
    let words = choose(&query, &headers);
    let shown = sandbox.look(|world, now| {
        let session = world.sessions.get(&id)?;
        if !session.locked || world.closed(session, now).is_some() {
            return None;
        }
        let transaction = world.payment(session)?;
        let kind = crate::domain::method::kind_of_type(&transaction.method);
        let page = ApprovePage {
            w: words,
            seller: publish::seller_name(&sandbox, &session.content),
            bill: Bill::of(session, words),
            method: methods::label(&transaction.method, words.norwegian),
            mark: methods::label(&transaction.method, words.norwegian).chars().next().unwrap_or('?'),
            class: kind.short_name(),
            what: words.approve(kind),
            url: step(&id, "approve", &query),
        };
        Some(html(StatusCode::OK, &page, way_back(session, None).as_ref()))
    });
    shown.unwrap_or_else(|| redirect(&step(&id, "checkout", &query)))
}

/// The customer's answer to the method.
async fn answer(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = form_fields(&body);
    let query = Query::parse(raw.as_deref());
    let outcome = match fields.one("answer") {
        Some("approve") => Some(Outcome::Authorized),
        Some("decline") => Some(Outcome::Declined),
        Some("reject") => Some(Outcome::Failed),
        Some("hold") => Some(Outcome::OnHold),
        _ => None,
    };
    let done = sandbox.change(|world, now| {
        let session = world.sessions.get(&id).ok_or_else(|| ApiError::not_found("Session not found"))?;
        let transaction =
            world.payment(session).filter(|t| t.status == Status::Initiated).map(|t| t.id.clone());
        match (transaction, outcome) {
            (Some(transaction), Some(outcome)) if session.locked => {
                world.finish_payment(&transaction, outcome, now)
            }
            // Back to the choice of methods; or an answer that came twice, which the page shows.
            _ if session.locked => world.step_back(&id, now),
            _ => Ok(()),
        }
    });
    after(&sandbox, &id, raw.as_deref(), &headers, fields, done.map(|()| step(&id, "checkout", &query)))
}

/// Goes on to the next page, or shows the page that tells why not.
fn after(
    sandbox: &Sandbox,
    id: &str,
    raw: Option<&str>,
    headers: &HeaderMap,
    fields: Query,
    done: Result<String, ApiError>,
) -> Response {
    match done {
        Ok(next) => redirect(&next),
        Err(error) => {
            tracing::debug!(message = %error.message, "a step of the checkout was refused");
            let words = choose(&Query::parse(raw), headers);
            let form = Form { fields, problems: Vec::new(), trouble: Some(words.try_again) };
            page(sandbox, id, raw, headers, &form)
        }
    }
}

/// The customer walks away.
async fn leave(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let words = choose(&Query::parse(raw.as_deref()), &headers);
    let back = sandbox.change(|world, now| {
        world.step_back(&id, now).ok()?;
        world.sessions.get(&id).map(|session| way_back(session, Some("cancelled")))
    });
    match back {
        None => not_found(&sandbox, words),
        Some(Some(back)) => {
            let mut response = StatusCode::FOUND.into_response();
            if let Ok(to) = back.url.parse() {
                response.headers_mut().insert(header::LOCATION, to);
            }
            response
        }
        // An address that a browser must not be sent to.
        Some(None) => html(StatusCode::OK, &notice(&sandbox, words, Notice::Left, None, None), None),
    }
}

/// `GET /v1/view/{id}/session`: the session for a page, or why there is none any more (API, 2.7).
async fn as_json(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    sandbox.look(|world, now| {
        let Some(session) = world.sessions.get(&id) else {
            return ApiError::not_found("Session not found").into_response();
        };
        let cause = match world.closed(session, now) {
            Some(closed) => closed.cause(),
            None if session.locked => "PAYMENT_INITIATED",
            None => return Json(session.read()).into_response(),
        };
        let error = json!({ "error": {
            "code": "NOT_FOUND", "message": "Session not found", "cause": cause,
            "session_details": {
                "merchant_reference": session.reference(),
                "transaction_id": session.transaction_id,
                "return_url": session.text(&["url", "return_url"]),
                "merchant": { "name": publish::seller_name(&sandbox, &session.content) },
            },
        } });
        (StatusCode::NOT_FOUND, Json(error)).into_response()
    })
}

fn form_fields(body: &Bytes) -> Query {
    Query::parse(std::str::from_utf8(body).ok())
}

// ---------------------------------------------------------------------------------------------
// The ends
// ---------------------------------------------------------------------------------------------

fn not_found(sandbox: &Sandbox, words: &'static Words) -> Response {
    html(StatusCode::NOT_FOUND, &notice(sandbox, words, Notice::NotFound, None, None), None)
}

fn closed_page(
    sandbox: &Sandbox,
    world: &World,
    session: &Session,
    closed: Closed,
    w: &'static Words,
) -> Response {
    let (kind, error) = match closed {
        Closed::Authorized => (Notice::Paid, None),
        Closed::Settled => (Notice::Refunded, None),
        Closed::OnHold => (Notice::OnHold, None),
        Closed::Declined => (Notice::Declined, Some("authorization")),
        Closed::Failed => (Notice::Failed, Some("failed")),
        Closed::Cancelled => (Notice::Cancelled, Some("cancelled")),
        Closed::Expired => (Notice::Expired, Some("cancelled")),
    };
    let back = way_back(session, error);
    let mut page = notice(sandbox, w, kind, Some(session), back.as_ref());
    if kind == Notice::Paid
        && let Some(transaction) = world.payment(session)
    {
        page.paid_with = Some(methods::label(&transaction.method, w.norwegian));
        page.paid_at = transaction_time(transaction.updated_at);
    }
    html(StatusCode::OK, &page, back.as_ref())
}

fn notice(
    sandbox: &Sandbox,
    w: &'static Words,
    kind: Notice,
    session: Option<&Session>,
    back: Option<&WayBack>,
) -> NoticePage {
    NoticePage {
        w,
        kind,
        seller: session.map_or_else(
            || sandbox.merchant_name().to_owned(),
            |s| publish::seller_name(sandbox, &s.content),
        ),
        bill: session.filter(|_| kind == Notice::Paid || kind == Notice::Refunded).map(|s| Bill::of(s, w)),
        reference: session.map(|s| crate::domain::clean::line(s.reference())),
        paid_with: None,
        paid_at: String::new(),
        back: back.cloned(),
    }
}

fn transaction_time(at: Timestamp) -> String {
    bill::local_time(at)
}

/// Draws a template. Writing to memory can't fail; a template that did would be a bug, said as one.
fn draw(page: &impl Template) -> Result<String, ApiError> {
    page.render().map_err(|error| {
        tracing::error!(%error, "a page was not drawn");
        ApiError::internal("the page could not be drawn")
    })
}
