//! The front door: the routes, and what every request passes through: log, faults, clock, keeping.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};

use super::clock::http_date;
use super::error::ApiError;
use super::faults::{self, Fault, Kind};
use super::serve::{Cut, Peer};
use super::{Sandbox, auth, control, listing, moves, pages, profiles, sessions, transactions};

/// A larger body is refused.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

pub(super) fn router(sandbox: &Sandbox) -> Router {
    let api = Router::new()
        .route("/v1/sessions-profile", post(sessions::create_from_profile))
        .route("/v1/sessions", post(sessions::create).get(listing::sessions))
        .route("/v1/sessions/{id}", get(sessions::read).put(sessions::update))
        .route("/v1/sessions/{id}/cancel", post(sessions::cancel))
        .route("/v1/transactions", get(transactions::list))
        .route("/v1/transactions/{id}", get(transactions::read).put(transactions::update))
        .route("/v1/transactions/{id}/capture", post(moves::capture))
        .route("/v1/transactions/{id}/void", post(moves::void))
        .route("/v1/transactions/{id}/refund", post(moves::refund))
        .route("/v1/admin/session/profiles", get(profiles::list))
        .route("/v1/admin/session/profiles/{id}", get(profiles::read))
        .route("/v1/admin/checkout", get(profiles::checkout))
        .route_layer(middleware::from_fn_with_state(sandbox.clone(), signed_in));
    Router::new()
        .merge(api)
        .merge(control::routes(sandbox))
        .merge(pages::routes(sandbox))
        .route("/v1/accounts/{account}/auth/token", post(auth::token))
        .fallback(async || ApiError::not_found("no such path"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(sandbox.clone(), pass))
        .with_state(sandbox.clone())
}

async fn signed_in(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    match auth::check(&sandbox, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// How a move of money is to go, where it isn't simply done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// Answer 202 and finish this many milliseconds later.
    pub(super) later: Option<i64>,
    /// It comes to nothing.
    pub(super) fails: bool,
}

/// By how much a list lags behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lag(SignedDuration);

impl Lag {
    /// Whether the list tells of what was made then.
    pub(super) fn tells(lag: Option<Extension<Self>>, now: Timestamp) -> impl Fn(Timestamp) -> bool {
        move |made| lag.is_none_or(|Extension(Self(by))| now.duration_since(made) >= by)
    }
}

/// What every request passes through.
async fn pass(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.clone());
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return dated(&sandbox, ApiError::too_large().into_response());
    };
    let method = parts.method.clone();
    let path = parts.uri.path().to_owned();
    let logged = is_api(&path).then(|| {
        let now = sandbox.now();
        sandbox.traffic(|t| t.write_down(&parts.method, &parts.uri, &parts.headers, &body, now))
    });
    let fault = if is_control(&path) { None } else { sandbox.traffic(|t| t.meet(&method, &path)) };
    let request = Request::from_parts(parts, Body::from(body));
    let mut response = match fault {
        None => next.run(request).await,
        Some(fault) => with_fault(&sandbox, fault, request, next).await,
    };
    if method != Method::GET || !is_api(&path) {
        sandbox.keep().await;
    }
    let cut = response.extensions().get::<Cut>().is_some();
    if let (true, Some(peer)) = (cut, peer) {
        peer.cut();
    } else if let Some(logged) = logged
        && !cut
    {
        sandbox.traffic(|t| t.answered(logged, response.status().as_u16()));
    }
    if is_api(&path) {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    dated(&sandbox, response)
}

/// Lets a request meet its fault.
async fn with_fault(sandbox: &Sandbox, fault: Fault, mut request: Request, next: Next) -> Response {
    match fault.kind {
        Kind::Delay { ms } => {
            // Done first: a client that gives up waiting takes this call with it, and what it asked for
            // must have happened all the same, as it would at a backend that is slow to answer.
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(ms)).await;
            response
        }
        Kind::Status { status, retry_after, carry_out } => {
            if carry_out {
                next.run(request).await;
            }
            faults::status(status, retry_after)
        }
        Kind::DropBefore => cut(),
        Kind::DropAfter => {
            next.run(request).await;
            cut()
        }
        Kind::Garbage => {
            next.run(request).await;
            faults::garbage()
        }
        Kind::Huge => {
            next.run(request).await;
            faults::huge()
        }
        Kind::Slow => faults::slow(next.run(request).await).await,
        Kind::Accepted { ms } => {
            request.extensions_mut().insert(Course { later: Some(ms), fails: false });
            next.run(request).await
        }
        Kind::Fails { ms } => {
            request.extensions_mut().insert(Course { later: ms, fails: true });
            next.run(request).await
        }
        Kind::Late { ms, status } => {
            let sandbox = sandbox.clone();
            // In a task of its own: whoever asked has gone by then, and takes this call with it.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                next.run(request).await;
                sandbox.keep().await;
            });
            status.map_or_else(cut, |status| faults::status(status, None))
        }
        Kind::Lag { ms } => {
            request.extensions_mut().insert(Lag(SignedDuration::from_millis(ms)));
            next.run(request).await
        }
        Kind::Answer { merge } => faults::merged(next.run(request).await, &merge).await,
    }
}

/// The answer in whose place the connection is cut.
fn cut() -> Response {
    let mut response = Bytes::new().into_response();
    response.extensions_mut().insert(Cut);
    response
}

/// The backend's clock is the sandbox's.
fn dated(sandbox: &Sandbox, mut response: Response) -> Response {
    if let Ok(date) = HeaderValue::from_str(&http_date(sandbox.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// Whether a path belongs to the API proper: not the hosted page, not the control interface.
fn is_api(path: &str) -> bool {
    path.starts_with("/v1/") && !path.starts_with("/v1/view/")
}

fn is_control(path: &str) -> bool {
    path == "/sandbox" || path.starts_with("/sandbox/")
}
