//! How pages leave the house: styles and scripts as files of their own, and headers that let the
//! browser load nothing else.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::draw;
use super::way_back::WayBack;
use crate::sandbox::Sandbox;
use crate::sandbox::error::ApiError;

const CSS: &str = include_str!("../../../assets/checkout/checkout.css");
const PHONE_JS: &str = include_str!("../../../assets/checkout/phone.js");
const LOGO: &str = include_str!("../../../assets/checkout/logo.svg");

const POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new().route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "checkout.css" => ("text/css; charset=utf-8", CSS),
        "phone.js" => ("text/javascript; charset=utf-8", PHONE_JS),
        "logo.svg" => ("image/svg+xml", LOGO),
        _ => return ApiError::not_found("no such file").into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// A page with its headers. A form may lead to `back`'s host as well: browsers apply `form-action`
/// to where a form's answer sends them.
pub(super) fn html(status: StatusCode, page: &impl Template, back: Option<&WayBack>) -> Response {
    with_headers(status, page, "script-src 'none'", back)
}

/// [`html`], with our own script allowed.
pub(super) fn html_with_script(page: &impl Template) -> Response {
    with_headers(StatusCode::OK, page, "script-src 'self'; connect-src 'self'", None)
}

fn with_headers(status: StatusCode, page: &impl Template, scripts: &str, back: Option<&WayBack>) -> Response {
    let text = match draw(page) {
        Ok(text) => text,
        Err(error) => return error.into_response(),
    };
    let target = back.map(|b| format!(" {}", b.origin)).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; {scripts}; form-action 'self'{target}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (status, headers, text).into_response();
    // An origin is made of plain ASCII; were it not, the strictest policy is the right one.
    let policy = HeaderValue::from_str(&policy)
        .unwrap_or(HeaderValue::from_static("default-src 'none'; style-src 'self'; form-action 'self'"));
    response.headers_mut().insert(POLICY, policy);
    response
}

/// On to another page of ours.
pub(super) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::from_str(to) {
        Ok(to) => {
            response.headers_mut().insert(header::LOCATION, to);
            response
        }
        Err(_) => ApiError::not_found("no such page").into_response(),
    }
}
