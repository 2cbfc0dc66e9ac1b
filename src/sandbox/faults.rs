//! Faults of the line and of the backend, on demand (contracts, 4).

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::error::ApiError;
use super::merge_patch;
use super::state::Object;

/// A fault that waits for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Beginning of the path.
    path: String,
    method: Option<Method>,
    /// How often still; below 0 for ever.
    pub(super) times: i64,
    pub(super) kind: Kind,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Done, and the answer comes late.
    Delay { ms: u64 },
    /// Another status than the true one.
    Status { status: StatusCode, retry_after: Option<u64>, carry_out: bool },
    /// The connection is cut before anything is done.
    DropBefore,
    /// Done, but the connection is cut before the answer.
    DropAfter,
    /// 200 with a body that is not JSON.
    Garbage,
    /// A body without end.
    Huge,
    /// A byte a second.
    Slow,
    /// Capture, void and refund answer 202 and finish later.
    Accepted { ms: i64 },
    /// Capture, void and refund are tried and fail: the answer is 200, or with `ms` 202 and they fail later.
    Fails { ms: Option<i64> },
    /// The connection is cut, or this status is the answer, and what was asked for is done only so much later.
    Late { ms: u64, status: Option<StatusCode> },
    /// A list leaves out what was made less than so long ago.
    Lag { ms: i64 },
    /// Done, and the answer, or each row of a list, is changed by a merge patch.
    Answer { merge: Value },
}

/// The lists that can lag behind.
const LISTS: [&str; 2] = ["/v1/sessions", "/v1/transactions"];

impl Fault {
    /// A fault as it is asked for.
    pub(super) fn parse(body: &Object) -> Result<Self, ApiError> {
        let bad = |message: &str| ApiError::bad_request(message);
        let path = match body.get("path") {
            None | Some(Value::Null) => "*",
            Some(Value::String(path)) => path,
            Some(_) => return Err(bad("path must be a string")),
        };
        let path = path.strip_suffix('*').unwrap_or(path).to_owned();
        let method = match body.get("method") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(
                Method::from_bytes(name.to_ascii_uppercase().as_bytes())
                    .map_err(|_| bad("method must be the name of an HTTP method"))?,
            ),
            Some(_) => return Err(bad("method must be a string")),
        };
        let whole = |key: &str| match body.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| bad(&format!("{key} must be an integer"))),
        };
        let not_negative = |key: &str| match whole(key)? {
            Some(n) if n < 0 => Err(bad(&format!("{key} must not be negative"))),
            other => Ok(other),
        };
        let times = whole("times")?.unwrap_or(1);
        if times == 0 {
            return Err(bad("times must not be 0; below 0 is for ever"));
        }
        let ms = not_negative("ms")?;
        let status = |given: Option<i64>| {
            let code = given.and_then(|n| u16::try_from(n).ok()).filter(|n| (200..=599).contains(n));
            code.and_then(|n| StatusCode::from_u16(n).ok())
                .ok_or_else(|| bad("status must be an HTTP status from 200 to 599"))
        };
        let kind = match body.get("kind").and_then(Value::as_str) {
            Some("delay") => Kind::Delay { ms: ms.unwrap_or(0).unsigned_abs() },
            Some("status") => {
                let status = status(whole("status")?)?;
                let carry_out = match body.get("carry_out") {
                    None | Some(Value::Null) => false,
                    Some(Value::Bool(yes)) => *yes,
                    Some(_) => return Err(bad("carry_out must be true or false")),
                };
                let retry_after = not_negative("retry_after")?.map(i64::unsigned_abs);
                Kind::Status { status, retry_after, carry_out }
            }
            Some("drop_before") => Kind::DropBefore,
            Some("drop_after") => Kind::DropAfter,
            Some("garbage") => Kind::Garbage,
            Some("huge") => Kind::Huge,
            Some("slow") => Kind::Slow,
            Some("accepted") => Kind::Accepted { ms: ms.unwrap_or(1000) },
            Some("fails") => Kind::Fails { ms },
            Some("late") => {
                let status = whole("status")?.map(|n| status(Some(n))).transpose()?;
                Kind::Late { ms: ms.unwrap_or(1000).unsigned_abs(), status }
            }
            Some("lag") => Kind::Lag { ms: ms.unwrap_or(1000) },
            Some("answer") => match body.get("merge") {
                Some(merge @ Value::Object(_)) => Kind::Answer { merge: merge.clone() },
                _ => return Err(bad("merge must be an object: a JSON merge patch (RFC 7396)")),
            },
            _ => {
                return Err(bad(
                    "kind must be one of delay, status, drop_before, drop_after, garbage, huge, slow, accepted, fails, \
                     late, lag, answer",
                ));
            }
        };
        Ok(Self { path, method, times, kind })
    }

    /// Whether a request is one that this fault waits for.
    pub(super) fn meets(&self, method: &Method, path: &str) -> bool {
        let moves = ["/capture", "/void", "/refund"].iter().any(|end| path.ends_with(end));
        path.starts_with(&self.path)
            && self.method.as_ref().is_none_or(|m| m == method)
            && match self.kind {
                Kind::Accepted { .. } | Kind::Fails { .. } => moves,
                Kind::Lag { .. } => *method == Method::GET && LISTS.contains(&path),
                _ => true,
            }
    }

    /// As the control interface tells it.
    pub(super) fn read(&self) -> Value {
        let mut out = Object::new();
        out.insert("path".to_owned(), format!("{}*", self.path).into());
        if let Some(method) = &self.method {
            out.insert("method".to_owned(), method.as_str().into());
        }
        out.insert("times".to_owned(), self.times.into());
        let (kind, more) = match &self.kind {
            Kind::Delay { ms } => ("delay", json!({ "ms": ms })),
            Kind::Status { status, retry_after, carry_out } => (
                "status",
                json!({ "status": status.as_u16(), "retry_after": retry_after, "carry_out": carry_out }),
            ),
            Kind::DropBefore => ("drop_before", json!({})),
            Kind::DropAfter => ("drop_after", json!({})),
            Kind::Garbage => ("garbage", json!({})),
            Kind::Huge => ("huge", json!({})),
            Kind::Slow => ("slow", json!({})),
            Kind::Accepted { ms } => ("accepted", json!({ "ms": ms })),
            Kind::Fails { ms } => ("fails", json!({ "ms": ms })),
            Kind::Late { ms, status } => {
                ("late", json!({ "ms": ms, "status": status.map(|status| status.as_u16()) }))
            }
            Kind::Lag { ms } => ("lag", json!({ "ms": ms })),
            Kind::Answer { merge } => ("answer", json!({ "merge": merge })),
        };
        out.insert("kind".to_owned(), kind.into());
        out.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(out)
    }
}

/// The answer of a `status` fault.
pub(super) fn status(status: StatusCode, retry_after: Option<u64>) -> Response {
    let error = json!({ "error": { "code": "SANDBOX_FAULT", "message": "a fault that was asked for", "errors": [] } });
    let mut response = (status, axum::Json(error)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// 200, and nothing that can be read.
pub(super) fn garbage() -> Response {
    let body = "<html><body>\u{1b}[31mBad gateway\u{1b}[0m</body></html>\n{\"id\": ";
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// 200, and JSON that never ends.
pub(super) fn huge() -> Response {
    let start = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{\"padding\":\""))]);
    let block = Bytes::from(vec![b'x'; 64 * 1024]);
    let rest = stream::repeat_with(move || Ok(block.clone()));
    let body = Body::from_stream(futures_util::StreamExt::chain(start, rest));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The true answer, or each row of it, with `patch` merged in. What is not JSON stays as it is.
pub(super) async fn merged(response: Response, patch: &Value) -> Response {
    let (mut parts, body) = response.into_parts();
    // Our own answers are in memory and bounded; a broken one would just come out empty.
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    match &mut answer {
        Value::Array(rows) => rows.iter_mut().for_each(|row| merge_patch::apply(row, patch)),
        whole => merge_patch::apply(whole, patch),
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(answer.to_string()))
}

/// The true answer, a byte a second; the first at once.
pub(super) async fn slow(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    // As above.
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let bytewise = stream::unfold((bytes, false), |(mut rest, started)| async move {
        if rest.is_empty() {
            return None;
        }
        if started {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let first = rest.split_to(1);
        Some((Ok::<_, Infallible>(first), (rest, true)))
    });
    Response::from_parts(parts, Body::from_stream(bytewise))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: Value) -> Result<Fault, ApiError> {
        Fault::parse(body.as_object().unwrap())
    }

    #[test]
    fn a_fault_meets_by_prefix_and_method() {
        let fault = parse(json!({ "path": "/v1/sessions*", "kind": "garbage", "method": "post" })).unwrap();
        assert!(fault.meets(&Method::POST, "/v1/sessions-profile"));
        assert!(!fault.meets(&Method::GET, "/v1/sessions"));
        assert!(!fault.meets(&Method::POST, "/v1/transactions"));
        assert_eq!(fault.times, 1);
    }

    #[test]
    fn accepted_meets_only_what_moves_money() {
        let fault = parse(json!({ "path": "/v1/transactions", "kind": "accepted", "ms": 50 })).unwrap();
        assert!(fault.meets(&Method::POST, "/v1/transactions/T1.x/capture"));
        assert!(!fault.meets(&Method::GET, "/v1/transactions/T1.x"));
    }

    #[test]
    fn lag_meets_only_lists() {
        let fault = parse(json!({ "path": "/v1/", "kind": "lag" })).unwrap();
        assert!(fault.meets(&Method::GET, "/v1/sessions") && fault.meets(&Method::GET, "/v1/transactions"));
        assert!(!fault.meets(&Method::POST, "/v1/sessions"));
        assert!(!fault.meets(&Method::GET, "/v1/sessions/T1.x"));
    }

    #[test]
    fn a_fault_that_makes_no_sense_is_refused() {
        for body in [
            json!({}),
            json!({ "kind": "boom" }),
            json!({ "kind": "status" }),
            json!({ "kind": "status", "status": 99 }),
            json!({ "kind": "delay", "ms": -1 }),
            json!({ "kind": "slow", "times": 0 }),
            json!({ "kind": "slow", "path": 7 }),
            json!({ "kind": "late", "status": 99 }),
            json!({ "kind": "lag", "ms": -1 }),
            json!({ "kind": "answer" }),
            json!({ "kind": "answer", "merge": 7 }),
        ] {
            assert!(parse(body.clone()).is_err(), "{body}");
        }
    }
}
