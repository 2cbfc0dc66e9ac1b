//! Payment profiles and the account's checkout settings (API, 6 and 7).

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::error::ApiError;
use super::methods;
use super::query::{Query, page};
use super::state::Object;
use super::{PROFILE_ID, Sandbox};

/// When the profile was made: long ago, whatever the clock says.
const MADE: &str = "2024-01-01T00:00:00.000Z";

/// The `configuration` of the profile `default`.
pub(super) fn configuration() -> Object {
    let mut configuration = Object::new();
    configuration.insert("channel".to_owned(), "ecommerce".into());
    configuration.insert("auto_capture".to_owned(), false.into());
    configuration.insert("default_payment_type".to_owned(), methods::OF_PROFILE[0].into());
    for name in methods::OF_PROFILE {
        methods::switch_on(&mut configuration, name);
    }
    configuration
}

fn profile(sandbox: &Sandbox) -> Value {
    json!({
        "id": PROFILE_ID,
        "profile_id": PROFILE_ID,
        "description": "Default",
        "url": {},
        "merchant": { "name": sandbox.merchant_name(), "logo_url": format!("{}/assets/logo.svg", sandbox.base_url()) },
        "configuration": configuration(),
        "created_at": MADE,
        "created_by": "sandbox",
        "updated_at": MADE,
    })
}

/// `GET /v1/admin/session/profiles`
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(raw.as_deref());
    let rows = [profile(&sandbox)];
    let rows = page(rows.iter(), |_| PROFILE_ID, query.one("starting_after"), query.limit()?);
    Ok(Json(json!(rows)))
}

/// `GET /v1/admin/session/profiles/{profile_id}`
pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    if id == PROFILE_ID { Ok(Json(profile(&sandbox))) } else { Err(ApiError::not_found("Profile not found")) }
}

/// `GET /v1/admin/checkout`: which types the account has, and in which currencies.
pub(super) async fn checkout() -> Json<Value> {
    let options: Vec<Value> = methods::OF_PROFILE
        .iter()
        .map(|name| json!({ "type": name, "currencies": ["NOK", "SEK", "DKK", "EUR"], "details": {} }))
        .collect();
    Json(json!({ "id": "checkout", "type": "checkout", "configuration": { "payment_options": options } }))
}
