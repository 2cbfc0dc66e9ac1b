//! Sessions read many at once: what the list tells as a read does, and nothing that it may have left out.

use std::sync::Arc;

use serde_json::{Value, json};

use super::support::{Script, answer, client};
use crate::dintero::transport::too_large;
use crate::dintero::{Request, TransportError};
use crate::ports::{Fault, FaultKind, Gateway as _};

fn id(n: usize) -> String {
    format!("T12345678.s{n}")
}

fn session(id: &str) -> Value {
    json!({
        "id": id, "created_at": "2026-11-22T12:00:00Z", "expires_at": "2026-11-23T12:00:00Z",
        "order": {"amount": 4500, "merchant_reference": "A"}, "configuration": {"auto_capture": true},
        "events": [{"id": "1", "name": "INITIATED", "created_at": "2026-11-22T12:00:00Z"}]
    })
}

/// The ids that are asked for.
fn wanted(request: &Request) -> Vec<String> {
    request.url.query_pairs().filter(|(key, _)| key == "id").map(|(_, id)| id.into_owned()).collect()
}

/// A backend whose lists have up to `cap` rows, made of ids by `row`.
fn backend(cap: usize, row: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Arc<Script> {
    Script::signed_in(move |request, _| {
        let rows: Vec<Value> = wanted(request).iter().filter_map(|id| row(id)).take(cap).collect();
        answer(200, &json!(rows))
    })
}

/// The ids that are told of when so many are asked for.
async fn told(script: &Arc<Script>, count: usize) -> Result<Vec<String>, Fault> {
    let ids: Vec<String> = (0..count).map(id).collect();
    Ok(client(script).sessions_of(&ids).await?.into_iter().map(|s| s.id).collect())
}

#[tokio::test]
async fn a_hundred_in_one_request() {
    let script = backend(100, |id| Some(session(id)));
    let ids = ["T12345678.a", "T12345678.b", "T12345678.a", "../accounts"].map(str::to_owned);
    let found = client(&script).sessions_of(&ids).await.unwrap();
    assert_eq!(script.asked(), ["GET /v1/sessions?id=T12345678.a&id=T12345678.b&limit=100"]);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].amount, found[0].events.len()), (Some(4500), 1), "all of the story");
    assert!(found[0].expires_at.is_some());

    let script = backend(100, |id| Some(session(id)));
    assert_eq!(told(&script, 100).await.unwrap().len(), 100);
    assert_eq!(script.asked().len(), 1);
    assert_eq!(client(&script).sessions_of(&[]).await.unwrap(), []);
    assert_eq!(script.asked().len(), 1, "nothing costs nothing");
}

#[tokio::test]
async fn a_smaller_answer_is_gone_on_from() {
    for (cap, requests) in [(10, 10), (25, 4), (50, 2), (99, 2)] {
        let script = backend(cap, |id| Some(session(id)));
        let found = told(&script, 100).await.unwrap();
        // What is left at last is one by itself, which is as well read.
        let left = usize::from(cap == 99);
        assert_eq!((found.len(), script.asked().len()), (100 - left, requests - left), "{cap}");
    }
    // So small that reading them singly is no worse.
    let script = backend(2, |id| Some(session(id)));
    assert_eq!(told(&script, 100).await.unwrap().len(), 24);
    assert_eq!(script.asked().len(), 12);
}

#[tokio::test]
async fn those_that_are_missing_are_not_asked_for_without_end() {
    let gone = |id: &str| (!id.ends_with('7')).then(|| session(id));
    let script = backend(100, gone);
    assert_eq!(told(&script, 100).await.unwrap().len(), 90);
    assert_eq!(script.asked().len(), 2);
    let script = backend(100, |_| None);
    assert_eq!(told(&script, 100).await.unwrap(), Vec::<String>::new());
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn a_backend_that_does_not_know_the_filter_tells_of_nobody_else() {
    // The newest ten, whatever is asked for: two of ours among them.
    let script = Script::signed_in(|_, _| {
        let rows: Vec<Value> = (98..108).map(|n| session(&id(n))).collect();
        answer(200, &json!(rows))
    });
    assert_eq!(told(&script, 100).await.unwrap(), [id(98), id(99)]);
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn a_row_that_tells_less_than_a_read_is_none() {
    for key in ["events", "configuration", "expires_at"] {
        let script = backend(100, move |id| {
            let mut row = session(id);
            row.as_object_mut().unwrap().remove(key);
            Some(row)
        });
        assert_eq!(told(&script, 100).await.unwrap(), Vec::<String>::new(), "{key}");
        assert_eq!(script.asked().len(), 1, "nor is it asked for again: {key}");
    }
    let script = backend(100, |id| {
        let mut row = session(id);
        row["events"] = json!([]);
        Some(row)
    });
    assert_eq!(told(&script, 3).await.unwrap(), Vec::<String>::new());
    // One bad row hides no other.
    let script = Script::signed_in(|_, _| {
        answer(200, &json!([5, null, {"id": id(0)}, {"id": 7}, session(&id(1)), session(&id(2))]))
    });
    assert_eq!(told(&script, 3).await.unwrap(), [id(1), id(2)]);
}

fn large() -> TransportError {
    too_large("checkout.dintero.com")
}

#[tokio::test]
async fn what_is_too_large_is_asked_for_in_parts() {
    let script = Script::signed_in(|request, _| {
        let ids = wanted(request);
        if ids.len() > 30 {
            return Err(large());
        }
        answer(200, &json!(ids.iter().map(|id| session(id)).collect::<Vec<_>>()))
    });
    assert_eq!(told(&script, 100).await.unwrap().len(), 100);
    assert_eq!(script.asked().len(), 5, "once a hundred, four times a quarter");
    // Without end, however few are asked for.
    let script = Script::signed_in(|_, _| Err(large()));
    assert!(told(&script, 100).await.unwrap_err().cause.too_large());
    assert_eq!(script.asked().len(), 7, "down to one, and once more");
    // One alone is: the others are told.
    for odd in [0, 1, 50, 99] {
        let script = Script::signed_in(move |request, _| {
            let ids = wanted(request);
            if ids.contains(&id(odd)) {
                return Err(large());
            }
            answer(200, &json!(ids.iter().map(|id| session(id)).collect::<Vec<_>>()))
        });
        let found = told(&script, 100).await.unwrap();
        let asked = script.asked().len();
        assert!(found.len() >= 93 && asked <= 12, "{odd}: {} told of in {asked} requests", found.len());
        assert!(!found.contains(&id(odd)));
    }
}

#[tokio::test]
async fn who_cannot_list_is_told() {
    for (status, kind) in [
        (400, FaultKind::Refused),
        (403, FaultKind::Forbidden),
        (404, FaultKind::NotFound),
        (500, FaultKind::Maybe),
    ] {
        let script = Script::signed_in(move |_, _| answer(status, &json!({})));
        assert_eq!(told(&script, 3).await.unwrap_err().kind, kind);
        assert_eq!(script.asked().len(), 1);
    }
    let script = Script::signed_in(|_, _| answer(200, &json!({"sessions": []})));
    assert_eq!(told(&script, 3).await.unwrap_err().status, Some(200), "no list");
    // A no to the rest takes nothing away.
    let script = Script::signed_in(|request, before| match before {
        0 => answer(200, &json!([session(&wanted(request)[0]), session(&wanted(request)[1])])),
        _ => answer(500, &json!({})),
    });
    assert_eq!(told(&script, 9).await.unwrap(), [id(0), id(1)]);
}
