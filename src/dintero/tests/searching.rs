//! A session is looked for among all that have its reference, page by page, and what was not read is not "not there".

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::support::{Script, answer, client};
use crate::dintero::Request;
use crate::ports::{Fault, FaultKind, Gateway as _, Searched};

fn session(n: usize, made: &str) -> Value {
    json!({"id": format!("T12345678.s{n}"), "created_at": made, "order": {"merchant_reference": "KASSE"}})
}

fn query(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A backend with so many sessions of one reference, newest first, an hour between them. It knows the filter by
/// time or says what `unknown` gives.
fn backend(count: usize, unknown: Option<fn() -> Value>) -> Arc<Script> {
    let newest: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    Script::signed_in(move |request, _| {
        let from = query(request, "created_at.gte").map(|at| at.parse::<Timestamp>().unwrap());
        if let (Some(_), Some(no)) = (from, unknown) {
            return answer(400, &no());
        }
        let made = |n: usize| newest - jiff::SignedDuration::from_hours(i64::try_from(n).unwrap());
        let start = query(request, "starting_after")
            .map_or(0, |after| after.strip_prefix("T12345678.s").unwrap().parse::<usize>().unwrap() + 1);
        let rows = (start..count).filter(|n| from.is_none_or(|from| made(*n) >= from)).take(100);
        answer(200, &Value::Array(rows.map(|n| session(n, &made(n).to_string())).collect()))
    })
}

async fn find(script: &Arc<Script>, since: &str) -> Result<Searched, Fault> {
    client(script).find_sessions("KASSE", since.parse().unwrap()).await
}

const NOW: &str = "2026-11-22T12:00:00Z";

#[tokio::test]
async fn a_session_on_a_later_page_is_found() {
    let script = backend(250, None);
    let found = find(&script, NOW).await.unwrap();
    assert_eq!((found.sessions.len(), found.complete), (250, true));
    assert_eq!(
        script.asked(),
        [
            "GET /v1/sessions?search=KASSE&limit=100",
            "GET /v1/sessions?search=KASSE&limit=100&starting_after=T12345678.s99",
            "GET /v1/sessions?search=KASSE&limit=100&starting_after=T12345678.s199",
        ]
    );
    // A page that is just full may be the last, which the next one tells.
    let script = backend(100, None);
    let found = find(&script, NOW).await.unwrap();
    assert_eq!((found.sessions.len(), found.complete, script.asked().len()), (100, true, 2));
}

#[tokio::test]
async fn with_more_than_are_read_the_newer_ones_are_searched_alone() {
    let script = backend(5000, None);
    let found = find(&script, NOW).await.unwrap();
    assert!(found.complete);
    assert_eq!(script.asked().len(), 11, "ten pages of all, one of two days");
    assert!(script.asked()[10].ends_with("&created_at.gte=2026-11-20T12%3A00%3A00Z"), "{:?}", script.asked());
    // Asked for so long ago that there are too many since.
    let found = find(&script, "2026-01-01T00:00:00Z").await.unwrap();
    assert!(!found.complete);
    assert_eq!(found.sessions.len(), 1000, "what was read is there, each once");
}

#[tokio::test]
async fn a_backend_that_cannot_narrow_or_go_on_has_not_told_all() {
    let script = backend(5000, Some(|| json!({"error": {"message": "no such parameter"}})));
    assert!(!find(&script, NOW).await.unwrap().complete, "a no to the filter");

    // It doesn't know the filter, and answers with any.
    let old = json!((0..30).map(|n| session(n, "2020-01-01T00:00:00Z")).collect::<Vec<_>>());
    let full = json!((0..100).map(|n| session(n, NOW)).collect::<Vec<_>>());
    let script = Script::signed_in(move |request, _| {
        let page = if query(request, "created_at.gte").is_some() { &old } else { &full };
        answer(200, page)
    });
    let found = find(&script, NOW).await.unwrap();
    assert!(!found.complete);
    // The first page again and again: it's given up at the second.
    assert_eq!(script.asked().len(), 3);

    // It says no to a second page: that is no backend that can't list.
    let full = json!((0..100).map(|n| session(n, NOW)).collect::<Vec<_>>());
    let script = Script::signed_in(move |request, _| match query(request, "starting_after") {
        Some(_) => answer(400, &json!({})),
        None => answer(200, &full),
    });
    assert!(!find(&script, NOW).await.unwrap().complete);

    // And one that can't list at all says so.
    let script = Script::signed_in(|_, _| answer(403, &json!({})));
    assert_eq!(find(&script, NOW).await.unwrap_err().kind, FaultKind::Forbidden);
}
