//! From the backend's JSON to our own words.

use serde_json::Value;

use super::profile;
use super::wire::{self, TEXT, WORD};
use crate::domain::lifecycle::{
    PublishNews, SessionEvent, SessionNews, TransactionEvent, TransactionNews, TransactionStatus,
};
use crate::domain::link::DeliveryStatus;
use crate::domain::scrub::scrub;

/// A session; `None` if it has no id.
pub(super) fn session(value: &Value) -> Option<SessionNews> {
    let id = wire::id(value, &["id"])?;
    let publish = match wire::at(value, &["publish"]) {
        Some(_) => publish(value, &["publish"]),
        None => publish(value, &["configuration", "publish"]),
    };
    Some(SessionNews {
        id,
        merchant_reference: wire::text(value, &["order", "merchant_reference"], TEXT),
        paylink_id: wire::text(value, &["metadata", "ext_paylink_id"], WORD),
        created_at: wire::time(value, &["created_at"]),
        expires_at: wire::time(value, &["expires_at"]),
        cancelled_at: wire::time(value, &["cancelled_at"]),
        transaction_id: wire::id(value, &["transaction_id"]),
        amount: wire::amount(value, &["order", "amount"]),
        currency: wire::text(value, &["order", "currency"], WORD),
        types: wire::at(value, &["configuration"]).map(profile::types_on).unwrap_or_default(),
        publish,
        events: wire::list(value, &["events"]).filter_map(session_event).collect(),
    })
}

fn session_event(value: &Value) -> Option<SessionEvent> {
    Some(SessionEvent {
        id: wire::text(value, &["id"], WORD),
        name: wire::text(value, &["name"], WORD)?,
        at: wire::time(value, &["created_at"]),
        error: error_text(value, &["details", "error"]),
        method: wire::text(value, &["details", "payment_product_type"], WORD),
    })
}

/// What became of messages. Entries that don't say how they went (a session's own wish to publish,
/// repeated) say nothing.
pub(super) fn publish(value: &Value, path: &[&str]) -> Vec<PublishNews> {
    wire::list(value, path)
        .filter_map(|entry| {
            let word = wire::text(entry, &["status"], WORD)?;
            Some(PublishNews {
                channel: wire::text(entry, &["channel"], WORD).unwrap_or_default(),
                status: DeliveryStatus::from_word(&word),
            })
        })
        .collect()
}

/// A transaction; `None` if it has no id. One without a status is `UNKNOWN`, which hides nothing.
pub(super) fn transaction(value: &Value) -> Option<TransactionNews> {
    let id = wire::id(value, &["id"])?;
    let mut events: Vec<_> = wire::list(value, &["events"]).filter_map(transaction_event).collect();
    if events.iter().all(|e| e.at.is_some()) {
        events.sort_by_key(|e| e.at);
    }
    Some(TransactionNews {
        id,
        session_id: wire::id(value, &["session_id"]),
        merchant_reference: wire::text(value, &["merchant_reference"], TEXT),
        status: TransactionStatus::from_word(
            &wire::text(value, &["status"], WORD).unwrap_or_else(|| "UNKNOWN".to_owned()),
        ),
        amount: wire::amount(value, &["amount"]),
        currency: wire::text(value, &["currency"], WORD),
        method: wire::text(value, &["payment_product_type"], WORD),
        created_at: wire::time(value, &["created_at"]),
        updated_at: wire::time(value, &["updated_at"]),
        events,
    })
}

fn transaction_event(value: &Value) -> Option<TransactionEvent> {
    let event = wire::text(value, &["event"], WORD)?;
    let error = error_text(value, &["error"]);
    // An `INITIATE_…` is named by its own request, what came of it names that one (API, 5.3; the second
    // name is an older one, API, 12).
    let named = ["correlation_request_id", "initiate_request_id"]
        .iter()
        .find_map(|key| wire::text(value, &[key], WORD));
    let correlation = if event.to_ascii_uppercase().starts_with("INITIATE_") {
        named.or_else(|| wire::text(value, &["request_id"], WORD))
    } else {
        named
    };
    Some(TransactionEvent {
        id: wire::text(value, &["id"], WORD),
        event,
        success: wire::flag(value, &["success"]).unwrap_or(error.is_none()),
        amount: wire::amount(value, &["amount"]),
        at: wire::time(value, &["created_at"]),
        status_after: wire::text(value, &["transaction_status"], WORD),
        error,
        reference: ["event_reference", "capture_reference", "refund_reference"]
            .iter()
            .find_map(|key| wire::text(value, &[key], TEXT)),
        correlation,
    })
}

/// An error that may be a text or an object with `message` and `code`. People are taken out of it.
fn error_text(value: &Value, path: &[&str]) -> Option<String> {
    let error = wire::at(value, path)?;
    wire::text(error, &[], TEXT)
        .or_else(|| wire::text(error, &["message"], TEXT))
        .or_else(|| wire::text(error, &["code"], TEXT))
        .map(|text| scrub(&text))
}

/// Every entry of a list that is one; `None` if the body is no list at all. One bad entry never
/// hides the others.
pub(super) fn all<T>(body: &[u8], map: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let body = wire::json(body)?;
    Some(body.as_array()?.iter().filter_map(map).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_whole_session() {
        let news = session(&json!({
            "id": "T12345678.abc",
            "created_at": "2026-11-22T12:41:07Z",
            "expires_at": "2026-11-23T12:41:07.000Z",
            "transaction_id": "T12345678.def",
            "order": {"amount": 12000, "currency": "NOK", "merchant_reference": "KARI-014"},
            "metadata": {"ext_paylink_id": "0197a3", "session:profile_id": "default"},
            "configuration": {
                "publish": [{"type": "checkout-link", "channel": "sms", "status": "sent"}],
                "dintero_psp": {"creditcard": {"enabled": true, "payability": {"payable": true}},
                                "vipps": {"enabled": false}},
                "vipps": {"enabled": true}
            },
            "events": [
                {"id": "1", "name": "INITIATED", "created_at": "2026-11-22T12:41:07Z"},
                {"id": "2", "name": "PAY_FAILED", "created_at": "2026-11-22T12:42:07Z",
                 "details": {"error": "Rejected", "payment_product_type": "vipps"}},
                {"id": "3", "name": "BRAND_NEW"},
                {"id": "4"}, 5, null
            ],
            "whatever": {"new": true}
        }))
        .unwrap();
        assert_eq!(news.id, "T12345678.abc");
        assert_eq!(news.expires_at, at("2026-11-23T12:41:07Z"));
        assert_eq!(news.paylink_id.as_deref(), Some("0197a3"));
        assert_eq!((news.amount, news.currency.as_deref()), (Some(12000), Some("NOK")));
        assert_eq!(news.types, ["dintero_psp.creditcard", "vipps"]);
        assert_eq!(news.publish, [PublishNews { channel: "sms".into(), status: DeliveryStatus::Sent }]);
        let names: Vec<_> = news.events.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["INITIATED", "PAY_FAILED", "BRAND_NEW"]);
        assert_eq!(news.events[1].error.as_deref(), Some("Rejected"));
        assert_eq!(news.events[1].method.as_deref(), Some("vipps"));
    }

    #[test]
    fn a_session_with_everything_wrong_but_its_id() {
        let news = session(&json!({
            "id": "T12345678.abc", "created_at": 5, "expires_at": null, "cancelled_at": {}, "order": [],
            "metadata": "x", "transaction_id": "", "events": {"a": 1}, "publish": "sms"
        }));
        assert_eq!(news, Some(SessionNews { id: "T12345678.abc".into(), ..SessionNews::default() }));
        for none in [json!({}), json!({"id": 5}), json!({"id": "a/../b"}), json!([]), json!(null)] {
            assert_eq!(session(&none), None);
        }
    }

    #[test]
    fn a_wish_to_publish_is_no_news() {
        let news = session(&json!({"id": "a", "configuration": {"publish": [
            {"type": "checkout-link", "channel": "sms"}, {"channel": "sms", "status": "SENT"},
            {"channel": "sms", "status": format!("Tele\u{1b}[2Jported {}", "x".repeat(99))}]}}))
        .unwrap();
        let told: Vec<_> = news.publish.iter().map(|p| p.status.word()).collect();
        // An unknown word stays as the backend gave it, but for what a terminal would obey, and short.
        assert_eq!(told[0], "sent");
        assert!(told[1].starts_with("Tele") && told[1].contains("ported x"), "{told:?}");
        assert!(told[1].chars().count() <= 40 && !told[1].contains(char::is_control), "{told:?}");
    }

    #[test]
    fn a_transaction_and_its_events_oldest_first() {
        let news = transaction(&json!({
            "id": "T12345678.def", "session_id": "T12345678.abc", "status": "CAPTURED", "amount": 12000, "currency": "EUR",
            "merchant_reference": "KARI-014", "payment_product_type": "dintero_psp.vipps",
            "events": [
                {"id": "c", "event": "CAPTURE", "success": true, "amount": 12000, "event_reference": "R-1",
                 "created_at": "2026-11-22T12:50:00Z", "correlation_request_id": "q1",
                 "transaction_status": "CAPTURED"},
                {"id": "b", "event": "INITIATE_CAPTURE", "request_id": "q1", "created_at": "2026-11-22T12:49:00Z"},
                {"id": "a", "event": "AUTHORIZE", "created_at": "2026-11-22T12:45:00Z", "request_id": "q0",
                 "error": {"code": "1A", "message": "call +4741234567"}}
            ]
        }))
        .unwrap();
        assert_eq!(news.status, TransactionStatus::Captured);
        assert_eq!((news.amount, news.currency.as_deref()), (Some(12000), Some("EUR")));
        let ids: Vec<_> = news.events.iter().map(|e| e.id.as_deref().unwrap()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!(news.events[0].error.as_deref(), Some("call (a number)"));
        assert!(!news.events[0].success);
        assert_eq!(news.events[0].correlation, None);
        assert_eq!(news.events[1].correlation.as_deref(), Some("q1"));
        assert_eq!(news.events[2].correlation.as_deref(), Some("q1"));
        assert_eq!(news.events[2].reference.as_deref(), Some("R-1"));
    }

    #[test]
    fn a_transaction_without_a_known_status_is_shown_all_the_same() {
        let other = |v: Value| transaction(&v).unwrap().status;
        assert_eq!(
            other(json!({"id": "a", "status": "TELEPORTED"})),
            TransactionStatus::Other("TELEPORTED".into())
        );
        assert_eq!(other(json!({"id": "a", "status": 5})), TransactionStatus::Other("UNKNOWN".into()));
        assert_eq!(other(json!({"id": "a"})), TransactionStatus::Other("UNKNOWN".into()));
    }

    #[test]
    fn one_bad_entry_hides_no_other() {
        let body = br#"[{"id":"a"},5,{"id":null},{"id":"b","status":"FAILED"}]"#;
        assert_eq!(all(body, transaction).unwrap().len(), 2);
        assert_eq!(all(b"{}", transaction), None);
        assert_eq!(all(b"<html>", transaction), None);
        assert_eq!(all(b"[]", transaction), Some(Vec::new()));
    }
}
