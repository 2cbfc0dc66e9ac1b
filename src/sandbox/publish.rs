//! SMS and push: what goes out when a session is made (API, 2.4).
//!
//! Dintero sends nothing for a test account. Here "sent" means: shown on the customer's phone page.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::methods;
use super::money::money;
use super::state::{Message, Object, Session};
use super::{Sandbox, ids};

/// Messages to this number fail (`publish[].status` is `failed`), to play a number that is dead.
pub const UNREACHABLE_PHONE: &str = "+4740000099";

/// Sends what the session's `configuration.publish` asks for: completes each entry with its id and
/// status, and gives the messages that arrive.
pub(super) fn send(sandbox: &Sandbox, session: &mut Session, now: Timestamp) -> Vec<Message> {
    let phone = session.text(&["customer", "phone_number"]).unwrap_or_default().to_owned();
    let configuration = session.at(&["configuration"]).and_then(Value::as_object);
    let push = configuration.is_some_and(|c| methods::pushes(&methods::enabled(c)));
    let wanted =
        configuration.and_then(|c| c.get("publish")).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut messages = Vec::new();
    let mut results = Vec::new();
    for entry in wanted {
        let mut entry = entry.as_object().cloned().unwrap_or_default();
        let channel = entry.get("channel").and_then(Value::as_str).unwrap_or_default();
        let status = if phone.is_empty() || (channel == "push" && !push) {
            "skipped"
        } else if phone == UNREACHABLE_PHONE {
            "failed"
        } else {
            messages.push(message(sandbox, session, &phone, push, now));
            "sent"
        };
        entry.insert("id".to_owned(), ids::uuid().into());
        entry.insert("status".to_owned(), status.into());
        results.push(Value::Object(entry));
    }
    if push && !messages.is_empty() {
        session.event("PUSH_NOTIFICATION_SENT", now, json!({}));
    }
    if !results.is_empty()
        && let Some(configuration) = session.content.get_mut("configuration").and_then(Value::as_object_mut)
    {
        configuration.insert("publish".to_owned(), Value::Array(results));
    }
    messages
}

/// What became of the messages, as the answer to "create" tells it.
pub(super) fn results(session: &Session) -> Value {
    session.at(&["configuration", "publish"]).cloned().unwrap_or_else(|| json!([]))
}

fn message(sandbox: &Sandbox, session: &Session, phone: &str, push: bool, now: Timestamp) -> Message {
    let url = session_url(sandbox, &session.id);
    let seller = seller_name(sandbox, &session.content);
    let norwegian =
        session.text(&["order", "shipping_address", "country"]).is_none_or(|country| country == "NO");
    let amount = money(session.amount(), session.currency(), norwegian);
    let text = if norwegian {
        format!("{seller}: Betal {amount} her: {url}")
    } else {
        format!("{seller}: Pay {amount} here: {url}")
    };
    Message {
        channel: if push { "push" } else { "sms" }.to_owned(),
        to: phone.to_owned(),
        text,
        url,
        session_id: session.id.clone(),
        at: now,
    }
}

/// The address of a session's page.
pub(super) fn session_url(sandbox: &Sandbox, id: &str) -> String {
    format!("{}/v1/view/{id}", sandbox.base_url())
}

/// Who sells: the session's own merchant, or the profile's.
pub(super) fn seller_name(sandbox: &Sandbox, content: &Object) -> String {
    let own = |parent: Option<&Value>| {
        parent.and_then(|m| m.get("name")).and_then(Value::as_str).map(crate::domain::clean::line)
    };
    own(content.get("merchant"))
        .or_else(|| own(content.get("configuration").and_then(|c| c.get("merchant"))))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| sandbox.merchant_name().to_owned())
}
