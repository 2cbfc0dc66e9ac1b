//! The control interface for tests and training (contracts, 4): plays the customer, moves the clock,
//! breaks the line, tells what was received. For this machine alone.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::address;
use super::clock::stamp;
use super::customer::{Outcome, Visitor};
use super::error::{ApiError, object_body};
use super::faults::Fault;
use super::serve::Peer;
use super::state::{Message, Status, World};
use super::{Sandbox, methods};

/// What the customer's phone says of itself when nothing else is asked for.
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

type Answer = Result<Json<Value>, ApiError>;

pub(super) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/sessions/{id}/visit", post(visit))
        .route("/sandbox/sessions/{id}/pay", post(pay))
        .route("/sandbox/sessions/{id}/address", post(fill_in))
        .route("/sandbox/transactions/{id}/resolve", post(resolve))
        .route("/sandbox/messages", get(messages))
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/sandbox/log", get(log))
        .route_layer(middleware::from_fn_with_state(sandbox.clone(), loopback_alone))
}

// ---------------------------------------------------------------------------------------------
// Who may call
// ---------------------------------------------------------------------------------------------

async fn loopback_alone(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    if !from_this_machine(&request) {
        return ApiError::forbidden("the control interface is for this machine alone").into_response();
    }
    match check_host(&sandbox, request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Whether the caller sits on this machine. An in-process call has no peer and does.
pub(super) fn from_this_machine(request: &Request) -> bool {
    request
        .extensions()
        .get::<ConnectInfo<Peer>>()
        .is_none_or(|ConnectInfo(peer)| peer.address.ip().to_canonical().is_loopback())
}

/// Refuses what a web page elsewhere could make a browser on this machine send: a name that was
/// pointed at this machine (DNS rebinding), and calls that begin at another origin.
pub(super) fn check_host(sandbox: &Sandbox, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    let header = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    let host = header(header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    if let Some(host) = host
        && !is_ours(sandbox, &format!("http://{host}"))
    {
        return Err(ApiError::forbidden("not a host name of the sandbox"));
    }
    if let Some(origin) = header(header::ORIGIN) {
        let same = host.is_some_and(|host| origin == format!("http://{host}"));
        if !same {
            return Err(ApiError::forbidden("calls from other origins are refused"));
        }
    }
    match headers.get("sec-fetch-site").map(|v| v.to_str().unwrap_or("?")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(ApiError::forbidden("calls from other sites are refused")),
    }
}

fn is_ours(sandbox: &Sandbox, address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let own = url::Url::parse(sandbox.base_url()).ok();
    match url.host() {
        Some(url::Host::Ipv4(ip)) if ip.is_loopback() => true,
        Some(url::Host::Ipv6(ip)) if ip.to_canonical().is_loopback() => true,
        Some(url::Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => true,
        Some(host) => own.is_some_and(|own| own.host() == Some(host)),
        None => false,
    }
}

// ---------------------------------------------------------------------------------------------
// The customer
// ---------------------------------------------------------------------------------------------

async fn visit(State(sandbox): State<Sandbox>, Path(id): Path<String>, body: Bytes) -> Answer {
    let body = object_body(&body)?;
    let agent = text(&body, "user_agent")?.unwrap_or(PHONE).to_owned();
    let visitor = Visitor { user_agent: Some(agent), ip: Some("127.0.0.1".to_owned()) };
    sandbox.change(|world, now| {
        world.visit(&id, visitor, now)?;
        session(world, &id)
    })
}

async fn pay(State(sandbox): State<Sandbox>, Path(id): Path<String>, body: Bytes) -> Answer {
    let body = object_body(&body)?;
    let method = text(&body, "payment_product_type")?;
    let outcome = match text(&body, "outcome")? {
        None => Some(Outcome::Authorized),
        Some("initiated") => None,
        Some(word) => Some(Outcome::from_word(word).ok_or_else(|| {
            ApiError::bad_request("outcome must be one of authorized, declined, failed, on_hold, initiated")
        })?),
    };
    sandbox.change(|world, now| {
        let transaction = match under_way(world, &id, method) {
            Some(transaction) => transaction,
            None => world.begin_payment(&id, method, now)?,
        };
        if let Some(outcome) = outcome {
            world.finish_payment(&transaction, outcome, now)?;
        }
        payment(world, &transaction)
    })
}

/// The payment that the customer has begun with this method (or whichever), if that can go on.
fn under_way(world: &World, session: &str, method: Option<&str>) -> Option<String> {
    let session = world.sessions.get(session).filter(|s| s.locked && s.cancelled_at.is_none())?;
    let transaction = world.payment(session).filter(|t| t.status == Status::Initiated)?;
    let same = method.is_none_or(|asked| methods::find(&[&transaction.method], asked).is_some());
    same.then(|| transaction.id.clone())
}

async fn fill_in(State(sandbox): State<Sandbox>, Path(id): Path<String>, body: Bytes) -> Answer {
    let body = object_body(&body)?;
    let address = address::check(|field| body.get(field).and_then(Value::as_str).unwrap_or_default())
        .map_err(|problems| {
            let mut error = ApiError::bad_request("the address is not complete");
            error.errors = problems
                .into_iter()
                .map(|(field, problem)| json!({ "path": field, "message": problem.message() }))
                .collect();
            error
        })?;
    sandbox.change(|world, now| {
        world.set_address(&id, &address, now)?;
        if let Some(option) = text(&body, "shipping_option")? {
            world.set_shipping_option(&id, option, now)?;
        }
        session(world, &id)
    })
}

async fn resolve(State(sandbox): State<Sandbox>, Path(id): Path<String>, body: Bytes) -> Answer {
    let body = object_body(&body)?;
    let outcome = match text(&body, "outcome")?.unwrap_or("authorized") {
        "authorized" => Outcome::Authorized,
        "failed" => Outcome::Failed,
        "declined" => Outcome::Declined,
        _ => return Err(ApiError::bad_request("outcome must be one of authorized, failed, declined")),
    };
    sandbox.change(|world, now| {
        match world.transactions.get(&id).map(|t| t.status) {
            None => return Err(ApiError::not_found("Transaction not found")),
            Some(Status::OnHold) => world.finish_payment(&id, outcome, now)?,
            Some(status) => {
                let word = status.word();
                return Err(ApiError::conflict(format!("the transaction is {word}, not ON_HOLD")));
            }
        }
        payment(world, &id)
    })
}

fn session(world: &World, id: &str) -> Answer {
    let session = world.sessions.get(id).ok_or_else(|| ApiError::not_found("Session not found"))?;
    Ok(Json(session.read()))
}

fn payment(world: &World, id: &str) -> Answer {
    let transaction =
        world.transactions.get(id).ok_or_else(|| ApiError::not_found("Transaction not found"))?;
    Ok(Json(transaction.read()))
}

fn text<'a>(body: &'a super::state::Object, key: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::bad_request(format!("{key} must be a string"))),
    }
}

// ---------------------------------------------------------------------------------------------
// Phone, clock, line
// ---------------------------------------------------------------------------------------------

async fn messages(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.look(|world, _| Json(world.messages.iter().map(Message::read).collect()))
}

async fn clock(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "now": stamp(sandbox.now()) }))
}

async fn advance(State(sandbox): State<Sandbox>, body: Bytes) -> Answer {
    let body = object_body(&body)?;
    let seconds = body
        .get("advance_seconds")
        .and_then(Value::as_i64)
        .ok_or_else(|| ApiError::bad_request("advance_seconds must be an integer"))?;
    sandbox.change(|world, now| {
        let offset = seconds.checked_mul(1000).and_then(|ms| world.clock_offset.checked_add(ms));
        let moved = seconds
            .checked_mul(1000)
            .and_then(|ms| now.checked_add(jiff::SignedDuration::from_millis(ms)).ok());
        match (offset, moved) {
            (Some(offset), Some(moved)) if moved < Timestamp::MAX => {
                world.clock_offset = offset;
                Ok(())
            }
            _ => Err(ApiError::bad_request("advance_seconds: the clock doesn't go that far")),
        }
    })?;
    Ok(Json(json!({ "now": stamp(sandbox.now()) })))
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.traffic(|t| Json(t.faults.iter().map(Fault::read).collect()))
}

async fn add_fault(State(sandbox): State<Sandbox>, body: Bytes) -> Answer {
    let fault = Fault::parse(&object_body(&body)?)?;
    let answer = fault.read();
    sandbox.traffic(|t| t.faults.push(fault));
    Ok(Json(answer))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.traffic(|t| t.faults.clear());
    Json(json!([]))
}

async fn log(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.traffic(|t| Json(Value::Array(t.log())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Config;

    fn refused(host: &str, more: &[(&'static str, &str)]) -> bool {
        let base_url = Some("http://192.168.1.20:4000".to_owned());
        let sandbox = Sandbox::new(Config { base_url, ..Config::new() }).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        check_host(&sandbox, &Uri::from_static("/sandbox/log"), &headers).is_err()
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1:4000", "localhost", "[::1]:4000", "192.168.1.20:4000", "a.localhost:1"] {
            assert!(!refused(host, &[]), "{host}");
        }
        for host in ["evil.example", "192.168.1.21:4000", "localhost.evil.example", "0.0.0.0", ""] {
            assert!(refused(host, &[]), "{host}");
        }
    }

    #[test]
    fn other_origins_are_refused() {
        assert!(!refused("127.0.0.1:4000", &[("origin", "http://127.0.0.1:4000")]));
        assert!(refused("127.0.0.1:4000", &[("origin", "http://127.0.0.1:4001")]));
        assert!(refused("127.0.0.1:4000", &[("origin", "null")]));
        assert!(refused("127.0.0.1:4000", &[("sec-fetch-site", "cross-site")]));
        assert!(!refused("127.0.0.1:4000", &[("sec-fetch-site", "none")]));
    }
}
