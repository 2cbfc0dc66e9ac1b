//! A link as JSON: exactly the shape of contracts, 1, in that order of keys.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::link::{Alarm, EventKind, Link};
use crate::domain::method::{Method, MethodKind};
use crate::domain::money::Money;
use crate::domain::sale::{AddressPlan, Delivery};
use crate::i18n::{Lang, format};

/// A link, as scripts see it.
#[derive(Debug, Serialize)]
pub struct LinkJson<'a> {
    id: String,
    reference: &'a str,
    state: &'static str,
    session_id: Option<&'a str>,
    transaction_id: Option<&'a str>,
    url: Option<&'a str>,
    amount: MoneyJson,
    vat: MoneyJson,
    methods: Vec<String>,
    delivery: DeliveryJson<'a>,
    auto_capture: bool,
    express: bool,
    created_at: String,
    expires_at: String,
    reissue_of: Option<String>,
    reason: Option<&'a str>,
    alarms: Vec<&'static str>,
    events: Vec<EventJson>,
}

/// An amount.
#[derive(Debug, Serialize)]
pub struct MoneyJson {
    minor: i64,
    currency: &'static str,
    text: String,
}

/// How it reaches the customer.
#[derive(Debug, Serialize)]
struct DeliveryJson<'a> {
    channel: &'static str,
    to: Option<&'a str>,
    status: &'a str,
}

/// Something that happened.
#[derive(Debug, Serialize)]
struct EventJson {
    at: String,
    name: EventKind,
}

impl<'a> From<&'a Link> for LinkJson<'a> {
    fn from(link: &'a Link) -> Self {
        let sale = &link.sale;
        let (channel, to) = match &sale.delivery {
            Delivery::Sms(phone) => (channel(link), Some(phone.e164())),
            Delivery::Email(email) => ("email", Some(email.as_str())),
            Delivery::Link => ("link", None),
        };
        Self {
            id: link.id.to_string(),
            reference: sale.reference.as_str(),
            state: link.state.word(),
            session_id: link.session_id.as_deref(),
            transaction_id: link.transaction_id.as_deref(),
            url: link.url.as_deref(),
            amount: money(link.amount),
            vat: money(link.vat),
            methods: methods(&sale.methods.methods, sale.methods.whole_profile),
            delivery: DeliveryJson { channel, to, status: link.delivery_status.word() },
            auto_capture: sale.auto_capture,
            express: sale.address == AddressPlan::Express,
            created_at: time(link.created_at),
            expires_at: time(link.expires_at),
            reissue_of: link.reissue_of.map(|id| id.to_string()),
            reason: link.reason.as_deref(),
            alarms: link.alarms.iter().copied().map(Alarm::word).collect(),
            events: link.story().map(|e| EventJson { at: time(e.at), name: e.kind }).collect(),
        }
    }
}

impl LinkJson<'_> {
    /// On one line.
    #[must_use]
    pub fn line(&self) -> String {
        // Texts, numbers and lists always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How the message goes: as the backend told it, and before it has, as it is by the rules.
fn channel(link: &Link) -> &'static str {
    let mut told = link.events.iter().filter(|event| {
        matches!(event.kind, EventKind::MessageSent | EventKind::MessageSkipped | EventKind::MessageFailed)
    });
    match told.next_back().and_then(|event| event.detail.as_deref()) {
        Some("sms") => "sms",
        Some("push") => "push",
        _ if link.by_push || (link.session_id.is_none() && link.sale.methods.push_replaces_sms()) => "push",
        _ => "sms",
    }
}

/// What a script reads must not change with the seller's language: amounts are written as in the
/// contracts.
pub fn money(money: Money) -> MoneyJson {
    MoneyJson {
        minor: money.minor(),
        currency: money.currency().code(),
        text: format::amount(Lang::Bokmal, money),
    }
}

/// As chosen; for a whole profile, whose types nobody named, their short names.
fn methods(methods: &[Method], whole_profile: bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(methods.len());
    for method in methods {
        let name = match method.kind() {
            kind if whole_profile && kind != MethodKind::Other => kind.short_name(),
            _ => method.as_str(),
        };
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// RFC 3339 in UTC, whole seconds, with Z.
#[must_use]
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
