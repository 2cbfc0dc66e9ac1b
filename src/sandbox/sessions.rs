//! Sessions: making, reading, cancelling (API, 2 to 4).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::{ApiError, json_body, object_body};
use super::query::Query;
use super::state::{MoveKind, MoveRequest, Object, Session, Status};
use super::validate::{self, Accepted, Way};
use super::{PROFILE_ID, Sandbox, ids, publish};

/// `POST /v1/sessions`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    make(&sandbox, Way::Plain, raw.as_deref(), &headers, &body)
}

/// `POST /v1/sessions-profile`
pub(super) async fn create_from_profile(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    make(&sandbox, Way::Profile, raw.as_deref(), &headers, &body)
}

fn make(
    sandbox: &Sandbox,
    way: Way,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Json<Value>, ApiError> {
    let body = json_body(body)?;
    let body = body.as_object().ok_or_else(|| ApiError::bad_request("the body must be a JSON object"))?;
    let strict = has_toggle(headers, "strict-session-amounts");
    sandbox.change(|world, now| {
        let accepted = validate::session(body, way, strict, now)?;
        let mut session = begin(sandbox, accepted, way, headers, now);
        let messages = publish::send(sandbox, &mut session, now);
        let mut answer = json!({
            "id": session.id,
            "url": publish::session_url(sandbox, &session.id),
            "publish": publish::results(&session),
        });
        if Query::parse(query).flag("include_session") {
            answer["session"] = session.read();
        }
        world.messages.extend(messages);
        world.sessions.add(session);
        Ok(Json(answer))
    })
}

fn begin(sandbox: &Sandbox, accepted: Accepted, way: Way, headers: &HeaderMap, now: Timestamp) -> Session {
    let mut content = accepted.content;
    // Said by the session itself in their own fields.
    for key in ["id", "created_at", "updated_at", "expires_at", "events", "transaction_id", "cancelled_at"] {
        content.remove(key);
    }
    if way == Way::Profile {
        let seller = publish::seller_name(sandbox, &content);
        if let Some(configuration) = content.get_mut("configuration").and_then(Value::as_object_mut) {
            configuration.insert("merchant".to_owned(), json!({ "name": seller }));
        }
        let metadata = content.entry("metadata").or_insert_with(|| Value::Object(Object::new()));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("session:profile_id".to_owned(), PROFILE_ID.into());
        }
    }
    let mut session = Session {
        id: ids::of_account(sandbox.account_id()),
        created_at: now,
        updated_at: now,
        expires_at: accepted.expires_at,
        cancelled_at: None,
        transaction_id: None,
        locked: false,
        user_agent: None,
        customer_ip: None,
        made_by: system(headers),
        content,
        events: Vec::new(),
    };
    session.event("INITIATED", now, json!({}));
    session
}

/// The headers that name the caller's system, as they are told back later.
fn system(headers: &HeaderMap) -> Object {
    let mut out = Object::new();
    for name in [
        "dintero-system-name",
        "dintero-system-version",
        "dintero-system-plugin-name",
        "dintero-system-plugin-version",
        "user-agent",
    ] {
        if let Some(value) = headers.get(name).and_then(|v| v.to_str().ok()) {
            out.insert(name.to_owned(), value.into());
        }
    }
    out
}

fn has_toggle(headers: &HeaderMap, toggle: &str) -> bool {
    headers
        .get_all("dintero-feature-toggles")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ' ', ';']))
        .any(|word| word.trim().eq_ignore_ascii_case(toggle))
}

/// `GET /v1/sessions/{id}`
pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    sandbox.look(|world, _| {
        world.sessions.get(&id).map(|s| Json(s.read())).ok_or_else(|| unknown(&id, &world.account_id))
    })
}

/// `PUT /v1/sessions/{id}`: changes `order` and `express`, on a session that nobody has paid.
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let body = object_body(&body)?;
    validate::update(&body)?;
    sandbox.change(|world, now| {
        let session = world.sessions.get(&id).ok_or_else(|| unknown(&id, &world.account_id))?;
        if session.transaction_id.is_some() || world.closed(session, now).is_some() {
            return Err(ApiError::bad_request("the session can't be changed any more"));
        }
        let session = world.session(&id)?;
        for key in ["order", "express"] {
            if let Some(value) = body.get(key) {
                session.content.insert(key.to_owned(), value.clone());
            }
        }
        session.event("UPDATE_SESSION", now, json!({}));
        Ok(Json(session.read()))
    })
}

/// `POST /v1/sessions/{id}/cancel`: closes the link. What is reserved is released with it; what is
/// taken stays taken, and then the link can't be cancelled.
pub(super) async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    sandbox.change(|world, now| {
        let session = world.sessions.get(&id).ok_or_else(|| unknown(&id, &world.account_id))?;
        if session.cancelled_at.is_some() {
            return Err(ApiError::bad_request("the session is cancelled already"));
        }
        let payment = session.transaction_id.clone();
        match world.payment(session).map(|t| (t.status, t.pending.is_empty())) {
            None | Some((Status::Initiated | Status::Authorized, true)) => {}
            Some((_, false)) => {
                return Err(ApiError::bad_request("a move of money is being processed"));
            }
            Some((status, true)) => {
                let word = status.word();
                return Err(ApiError::bad_request(format!(
                    "a session whose transaction is {word} can't be cancelled"
                )));
            }
        }
        if let Some(transaction) = payment.and_then(|id| world.transactions.get_mut(&id))
            && matches!(transaction.status, Status::Initiated | Status::Authorized)
        {
            let rest = MoveRequest { amount: transaction.amount, ..MoveRequest::default() };
            transaction.carry_out(MoveKind::Void, &rest, None, now);
        }
        let session = world.session(&id)?;
        session.cancelled_at = Some(now);
        session.locked = false;
        session.event("CANCELLED", now, json!({}));
        Ok(Json(session.read()))
    })
}

/// Another account's id is forbidden, one that nobody has is not found.
pub(super) fn unknown(id: &str, account: &str) -> ApiError {
    let foreign = id.split_once('.').is_some_and(|(owner, _)| {
        owner != account
            && owner.len() == 9
            && owner.starts_with(['P', 'T'])
            && owner[1..].bytes().all(|b| b.is_ascii_digit())
    });
    if foreign {
        ApiError::forbidden("the token has no access to this account")
    } else {
        ApiError::not_found("no such id")
    }
}
