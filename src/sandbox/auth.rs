//! Tokens: `POST /v1/accounts/{account_id}/auth/token`, and who may call the rest (API, 1).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::clock::after_ms;
use super::error::{ApiError, object_body};
use super::{Sandbox, ids};

/// How long a token lives, in seconds: what Dintero's current guides say.
const TOKEN_SECONDS: i64 = 14_400;

/// Hands out a token.
pub(super) async fn token(
    State(sandbox): State<Sandbox>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let Some((id, secret)) = basic(&headers) else {
        return Err(ApiError::unauthorized("client id and secret are missing (HTTP Basic)"));
    };
    if !same(&id, sandbox.client_id()) || !same(&secret, sandbox.client_secret()) {
        return Err(ApiError::unauthorized("invalid client id or secret"));
    }
    if account != sandbox.account_id() {
        return Err(ApiError::forbidden("the client has no access to this account"));
    }
    let body = object_body(&body)?;
    if body.get("grant_type").and_then(Value::as_str) != Some("client_credentials") {
        return Err(ApiError::bad_request("grant_type must be client_credentials"));
    }
    match body.get("audience").and_then(Value::as_str) {
        None => return Err(ApiError::bad_request("audience is missing")),
        Some(audience) if !grants(audience, &account) => {
            return Err(ApiError::forbidden("the client has no grant for this audience"));
        }
        Some(_) => {}
    }
    let token = new_token(&account);
    sandbox.change(|world, now| {
        world.tokens.retain(|_, end| *end > now);
        world.tokens.insert(token.clone(), after_ms(now, TOKEN_SECONDS * 1000));
    });
    Ok(Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS })))
}

/// Whether the request carries a token that is good now.
pub(super) fn check(sandbox: &Sandbox, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| scheme(value, "bearer"));
    let Some(token) = token else {
        return Err(ApiError::unauthorized("no access token"));
    };
    let good = sandbox.look(|world, now| world.tokens.get(token).is_some_and(|end| now < *end));
    if good { Ok(()) } else { Err(ApiError::unauthorized("invalid JWT token")) }
}

/// The audience is the account's own address, on any of Dintero's hosts or ours.
fn grants(audience: &str, account: &str) -> bool {
    url::Url::parse(audience).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path().trim_end_matches('/') == format!("/v1/accounts/{account}")
    })
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(scheme(value, "basic")?).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// What follows the authorization scheme `name`, whose case doesn't matter.
fn scheme<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let (given, rest) = value.split_once(' ')?;
    given.eq_ignore_ascii_case(name).then(|| rest.trim())
}

/// Compares without telling by time how much was right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

/// Looks like a JWT, as the real ones are; the signature is just random.
fn new_token(account: &str) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"oid":"{account}","jti":"{}"}}"#, ids::uuid()));
    format!("{head}.{claims}.{}", ids::secret())
}
