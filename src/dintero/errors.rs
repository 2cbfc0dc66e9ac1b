//! What a failed request did, and one plain line about it (contracts, 5; API, 8).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::transport::{Response, TransportError, TransportFault};
use super::wire;
use crate::domain::cause::{Cause, Unreadable};
use crate::domain::clean;
use crate::domain::scrub::scrub;
use crate::ports::{Fault, FaultKind};

/// The longest wait that is believed of a `Retry-After`.
const MAX_WAIT: Duration = Duration::from_secs(5 * 60);
/// The most characters of a backend's message.
const MAX_MESSAGE: usize = 300;

/// No answer.
pub(super) fn from_transport(error: &TransportError) -> Fault {
    let kind = match (error.fault, error.maybe_written) {
        (TransportFault::Certificate, false) => FaultKind::Untrusted,
        (TransportFault::Unsendable, false) => FaultKind::Refused,
        (_, false) => FaultKind::NotSent,
        (_, true) => FaultKind::Maybe,
    };
    Fault::new(kind, error.cause.clone())
}

/// An answer that isn't a success. `now` is this machine's clock.
pub(super) fn from_response(response: &Response, now: Timestamp) -> Fault {
    let status = response.status;
    let kind = match status {
        401 => FaultKind::NotSignedIn,
        403 => FaultKind::Forbidden,
        404 => FaultKind::NotFound,
        408 | 429 => FaultKind::NotSent,
        // "See other" comes after something was done; the other redirects come instead of doing it.
        303 => FaultKind::Maybe,
        300..=499 => FaultKind::Refused,
        _ => FaultKind::Maybe,
    };
    let elsewhere = (300..400).contains(&status);
    let message = if elsewhere { None } else { message(&response.body) };
    let cause = if elsewhere { Cause::Elsewhere(status) } else { Cause::Status(status, message.clone()) };
    Fault {
        status: Some(status),
        retry_after: retry_after(&response.headers, now),
        message,
        ..Fault::new(kind, cause)
    }
}

/// A success whose body can't be read: it was done, or something in between answered.
pub(super) fn unreadable(response: &Response, what: Unreadable) -> Fault {
    let status = response.status;
    Fault { status: Some(status), ..Fault::new(FaultKind::Maybe, Cause::Unreadable(status, what)) }
}

/// The message of an error body: `error.message`, `error.code` and `error.errors` as they are. Also
/// without the outer `error`, and `error` as a mere text.
fn message(body: &[u8]) -> Option<String> {
    let body = wire::json(body)?;
    let error = wire::at(&body, &["error"]).unwrap_or(&body);
    let mut line = match error {
        Value::String(text) => text.clone(),
        _ => ["message", "error_description", "description"]
            .iter()
            .find_map(|key| wire::text(error, &[key], MAX_MESSAGE))
            .unwrap_or_default(),
    };
    if let Some(code) = wire::text(error, &["code"], wire::WORD)
        && !code.eq_ignore_ascii_case(&line)
    {
        line = if line.is_empty() { code } else { format!("{line} ({code})") };
    }
    if let Some(errors) = wire::at(error, &["errors"])
        && errors.as_array().is_none_or(|list| !list.is_empty())
    {
        let raw = errors.to_string();
        line = if line.is_empty() { raw } else { format!("{line}: {raw}") };
    }
    let line = clean::line_within(&scrub(&clean::line_within(&line, 4 * MAX_MESSAGE)), MAX_MESSAGE);
    (!line.is_empty()).then_some(line)
}

/// `Retry-After`: seconds, or a date by the answer's own clock.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MAX_WAIT));
    }
    let until = http_date(text)?;
    let from = date(headers).unwrap_or(now);
    let wait = until.duration_since(from);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO).min(MAX_WAIT))
}

/// The `Date` of an answer.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Response {
        let headers =
            headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn statuses_say_what_was_done() {
        use FaultKind::{Forbidden, Maybe, NotFound, NotSent, NotSignedIn, Refused};
        for (status, kind) in [
            (301, Refused),
            (303, Maybe),
            (307, Refused),
            (400, Refused),
            (401, NotSignedIn),
            (403, Forbidden),
            (404, NotFound),
            (405, Refused),
            (408, NotSent),
            (409, Refused),
            (422, Refused),
            (429, NotSent),
            (500, Maybe),
            (502, Maybe),
            (503, Maybe),
            (504, Maybe),
            (599, Maybe),
        ] {
            let fault = from_response(&answer(status, &[], ""), now());
            assert_eq!((fault.kind, fault.status), (kind, Some(status)), "{status}");
        }
    }

    #[test]
    fn error_bodies_become_one_line() {
        let line = |body: &str| from_response(&answer(400, &[], body), now()).message;
        let full = r#"{"error":{"code":"BAD_REQUEST","message":"order.amount must equal the sum","errors":[{"path":"order"}]}}"#;
        assert_eq!(
            line(full).as_deref(),
            Some(r#"order.amount must equal the sum (BAD_REQUEST): [{"path":"order"}]"#)
        );
        assert_eq!(line(r#"{"errors":[],"message":"FORBIDDEN"}"#).as_deref(), Some("FORBIDDEN"));
        assert_eq!(line(r#"{"error":"invalid_client"}"#).as_deref(), Some("invalid_client"));
        assert_eq!(
            line(r#"{"error":{"code":"NOT FOUND","message":"not found"}}"#).as_deref(),
            Some("not found")
        );
        assert_eq!(line(r#"{"error":{"message":7}}"#), None);
        assert_eq!(line("<html>502</html>"), None);
        assert_eq!(line(""), None);
        assert_eq!(line("[]"), None);
        let hostile = r#"{"error":{"message":"a\u001b[2Jb\u202ec\nd"}}"#;
        assert_eq!(line(hostile).as_deref(), Some("a[2Jbc d"));
        let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(100_000));
        assert_eq!(line(&long).unwrap().chars().count(), MAX_MESSAGE);
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let wait = |headers: &[(&'static str, &'static str)]| {
            from_response(&answer(429, headers, ""), now()).retry_after
        };
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "999999999")]), Some(MAX_WAIT));
        assert_eq!(wait(&[("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT")]), Some(Duration::from_secs(30)));
        // The answer's own clock counts, not ours.
        assert_eq!(
            wait(&[
                ("retry-after", "Sun, 22 Nov 2026 15:00:30 GMT"),
                ("date", "Sun, 22 Nov 2026 15:00:00 GMT")
            ]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(wait(&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-1")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_bad_certificate_is_not_tried_again_by_itself() {
        let bad = TransportError::before(TransportFault::Certificate, Cause::theirs("x"));
        assert_eq!(from_transport(&bad).kind, FaultKind::Untrusted);
        let none = TransportError::before(TransportFault::NoConnection, Cause::theirs("x"));
        assert_eq!(from_transport(&none).kind, FaultKind::NotSent);
        let cut = TransportError::before(TransportFault::Cut, Cause::theirs("x"));
        assert_eq!(from_transport(&cut).kind, FaultKind::NotSent);
        let cut = TransportError::after(TransportFault::Cut, Cause::theirs("x"));
        assert_eq!(from_transport(&cut).kind, FaultKind::Maybe);
    }
}
