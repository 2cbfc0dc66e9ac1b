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
    backend_in_pages(count, 100, unknown)
}

/// One that gives at most so many at a time, whatever is asked for.
fn backend_in_pages(count: usize, most: usize, unknown: Option<fn() -> Value>) -> Arc<Script> {
    let newest: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    Script::signed_in(move |request, _| {
        let from = query(request, "created_at.gte").map(|at| at.parse::<Timestamp>().unwrap());
        if let (Some(_), Some(no)) = (from, unknown) {
            return answer(400, &no());
        }
        let made = |n: usize| newest - jiff::SignedDuration::from_hours(i64::try_from(n).unwrap());
        let start = query(request, "starting_after")
            .map_or(0, |after| after.strip_prefix("T12345678.s").unwrap().parse::<usize>().unwrap() + 1);
        let rows = (start..count).filter(|n| from.is_none_or(|from| made(*n) >= from)).take(most);
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
            "GET /v1/sessions?search=KASSE&limit=100&starting_after=T12345678.s249",
        ]
    );
    // A page that is just full may be the last, which the next one tells.
    let script = backend(100, None);
    let found = find(&script, NOW).await.unwrap();
    assert_eq!((found.sessions.len(), found.complete, script.asked().len()), (100, true, 2));
}

/// Ten rows where a hundred were asked for are not all there are, and none are.
#[tokio::test]
async fn a_backend_that_gives_fewer_at_a_time_is_read_to_its_end() {
    for (count, requests) in [(0, 1), (3, 2), (10, 2), (25, 4), (90, 10)] {
        let script = backend_in_pages(count, 10, None);
        let found = find(&script, NOW).await.unwrap();
        assert_eq!((found.sessions.len(), found.complete), (count, true));
        assert_eq!(script.asked().len(), requests, "{count}");
    }
    // With more than ten such pages, the newer ones tell.
    let script = backend_in_pages(200, 10, None);
    let found = find(&script, NOW).await.unwrap();
    assert_eq!((found.sessions.len(), found.complete), (100, true));
    let script = backend_in_pages(200, 10, Some(|| json!({"error": {"message": "no such parameter"}})));
    assert!(!find(&script, NOW).await.unwrap().complete);
}

/// One that doesn't know how to go on has perhaps not told all, however few it tells.
#[tokio::test]
async fn a_short_page_again_and_again_is_not_all_there_is() {
    let few = json!((0..10).map(|n| session(n, NOW)).collect::<Vec<_>>());
    let script = Script::signed_in(move |_, _| answer(200, &few));
    let found = find(&script, NOW).await.unwrap();
    assert_eq!((found.sessions.len(), found.complete), (10, false));
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test]
async fn with_more_than_are_read_the_newer_ones_are_searched_alone() {
    let script = backend(5000, None);
    let found = find(&script, NOW).await.unwrap();
    assert!(found.complete);
    assert_eq!(script.asked().len(), 12, "ten pages of all, one of two days and one of none");
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
    assert_eq!(script.asked().len(), 4);

    // It says no to a second page: that is no backend that can't list.
    let full = json!((0..100).map(|n| session(n, NOW)).collect::<Vec<_>>());
    let script = Script::signed_in(move |request, _| match query(request, "starting_after") {
        Some(_) => answer(400, &json!({})),
        None => answer(200, &full),
    });
    assert!(!find(&script, NOW).await.unwrap().complete);

    // One that gives all it has on every page, or on the first alone, has told all, if it's fewer than were asked for;
    // but not if it's as many as are given unasked.
    for says_no in [true, false] {
        for (rows, complete) in [(3, true), (10, false), (30, true)] {
            let all = json!((0..rows).map(|n| session(n, NOW)).collect::<Vec<_>>());
            let script = Script::signed_in(move |request, _| match query(request, "starting_after") {
                Some(_) if says_no => answer(400, &json!({})),
                _ if query(request, "created_at.gte").is_some() => answer(400, &json!({})),
                _ => answer(200, &all),
            });
            let found = find(&script, NOW).await.unwrap();
            assert_eq!((found.sessions.len(), found.complete), (rows, complete), "{says_no}");
        }
    }

    // And one that can't list at all says so.
    let script = Script::signed_in(|_, _| answer(403, &json!({})));
    assert_eq!(find(&script, NOW).await.unwrap_err().kind, FaultKind::Forbidden);
}
