//! The hosted checkout page and the customer's phone: plain HTML that works without JavaScript,
//! nothing from elsewhere, everything from outside escaped.

mod assets;
mod bill;
mod checkout;
mod ends;
mod home;
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
use serde_json::{Value, json};

use self::assets::{html, redirect};
use self::bill::Bill;
use self::checkout::checkout;
use self::ends::{closed_page, not_found, notice};
use self::templates::{ApprovePage, Notice};
use self::way_back::way_back;
use self::words::choose;
use super::customer::{self, Outcome, Visitor};
use super::error::ApiError;
use super::query::Query;
use super::serve::Peer;
use super::state::Status;
use super::{Sandbox, address, methods, publish};

pub(super) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/", get(home::home))
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
            bill: Bill::of(session, words, &sandbox.zone()),
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

/// Draws a template. Writing to memory can't fail; a template that did would be a bug, said as one.
fn draw(page: &impl Template) -> Result<String, ApiError> {
    page.render().map_err(|error| {
        tracing::error!(%error, "a page was not drawn");
        ApiError::internal("the page could not be drawn")
    })
}
