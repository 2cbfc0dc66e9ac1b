//! What the sandbox keeps: the account, its tokens, sessions, transactions and messages.
//!
//! Parts that rules depend on are typed; what a client sent and gets back unchanged stays JSON.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::clock::stamp;
use super::{Config, ids};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Everything that is kept across restarts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct World {
    pub(super) account_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// How far the sandbox's clock is ahead of its base, in milliseconds.
    #[serde(default)]
    pub(super) clock_offset: i64,
    /// Access tokens and when each ends.
    #[serde(default)]
    pub(super) tokens: HashMap<String, Timestamp>,
    #[serde(default)]
    pub(super) sessions: Book<Session>,
    #[serde(default)]
    pub(super) transactions: Book<Transaction>,
    #[serde(default)]
    pub(super) messages: Vec<Message>,
    /// Counts changes, so that an older state is never written over a newer one.
    #[serde(skip)]
    pub(super) version: u64,
}

impl World {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            account_id: config.account_id.clone(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            ..Self::default()
        }
    }
}

/// Something with an id.
pub(super) trait Entry {
    fn id(&self) -> &str;
}

/// Rows in the order they were made, found by id.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(serialize = "T: Entry + Clone + Serialize", deserialize = "T: Entry + Deserialize<'de>"))]
pub(super) struct Book<T: Entry> {
    rows: Vec<T>,
    index: HashMap<String, usize>,
}

impl<T: Entry> Default for Book<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Entry + Clone> Clone for Book<T> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), index: self.index.clone() }
    }
}

impl<T: Entry> From<Vec<T>> for Book<T> {
    fn from(rows: Vec<T>) -> Self {
        let index = rows.iter().enumerate().map(|(n, row)| (row.id().to_owned(), n)).collect();
        Self { rows, index }
    }
}

impl<T: Entry> From<Book<T>> for Vec<T> {
    fn from(book: Book<T>) -> Self {
        book.rows
    }
}

impl<T: Entry> Book<T> {
    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.index.get(id).and_then(|n| self.rows.get(*n))
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.index.get(id).and_then(|n| self.rows.get_mut(*n))
    }

    pub(super) fn add(&mut self, row: T) {
        self.index.insert(row.id().to_owned(), self.rows.len());
        self.rows.push(row);
    }

    /// Adds a row, or puts it in the place of the one with its id.
    pub(super) fn put(&mut self, row: T) {
        match self.get_mut(row.id()) {
            Some(old) => *old = row,
            None => self.add(row),
        }
    }

    /// Newest first, which is how lists are answered.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().rev()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut()
    }
}

/// A checkout session: a payment link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) cancelled_at: Option<Timestamp>,
    pub(super) transaction_id: Option<String>,
    /// The customer is in the middle of paying.
    pub(super) locked: bool,
    /// The last visitor.
    pub(super) user_agent: Option<String>,
    pub(super) customer_ip: Option<String>,
    /// The headers that name the system that made it.
    pub(super) made_by: Object,
    /// What was sent, completed: `url`, `customer`, `order`, `express`, `configuration`, `metadata`, …
    pub(super) content: Object,
    pub(super) events: Vec<Value>,
}

impl Entry for Session {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Session {
    /// Adds an event with `details` (left out when empty) and the headers of who caused it.
    pub(super) fn event(&mut self, name: &str, now: Timestamp, details: Value) {
        let mut event = Object::new();
        event.insert("id".to_owned(), ids::uuid().into());
        event.insert("name".to_owned(), name.into());
        event.insert("created_at".to_owned(), stamp(now).into());
        event.insert("request_id".to_owned(), ids::uuid().into());
        if details.as_object().is_some_and(|d| !d.is_empty()) {
            event.insert("details".to_owned(), details);
        }
        self.events.push(Value::Object(event));
        self.updated_at = now;
    }

    /// The part of the content at `path`.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.content.get(*first)?, |value, key| value.get(key))
    }

    /// Text in the content.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path).and_then(Value::as_str)
    }

    pub(super) fn amount(&self) -> i64 {
        self.at(&["order", "amount"]).and_then(Value::as_i64).unwrap_or(0)
    }

    pub(super) fn currency(&self) -> &str {
        self.text(&["order", "currency"]).unwrap_or("NOK")
    }

    pub(super) fn reference(&self) -> &str {
        self.text(&["order", "merchant_reference"]).unwrap_or_default()
    }

    pub(super) fn auto_capture(&self) -> bool {
        self.at(&["configuration", "auto_capture"]) == Some(&Value::Bool(true))
    }

    /// Whether the customer fills in the address (Checkout Express).
    pub(super) fn express(&self) -> bool {
        self.content.contains_key("express")
    }

    /// Whether it is too late to pay.
    pub(super) fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now > end)
    }

    /// As the API answers it. It has no `status`, and a session that is read carries no link.
    pub(super) fn read(&self) -> Value {
        let mut out = Object::new();
        out.insert("id".to_owned(), self.id.as_str().into());
        out.insert("created_at".to_owned(), stamp(self.created_at).into());
        out.insert("updated_at".to_owned(), stamp(self.updated_at).into());
        for (key, value) in &self.content {
            out.insert(key.clone(), value.clone());
        }
        if let Some(end) = self.expires_at {
            out.insert("expires_at".to_owned(), stamp(end).into());
        }
        if let Some(at) = self.cancelled_at {
            out.insert("cancelled_at".to_owned(), stamp(at).into());
            out.insert("cancelled_by".to_owned(), "merchant".into());
        }
        if let Some(id) = &self.transaction_id {
            out.insert("transaction_id".to_owned(), id.as_str().into());
        }
        if let Some(agent) = &self.user_agent {
            out.insert("user_agent".to_owned(), agent.as_str().into());
        }
        if let Some(ip) = &self.customer_ip {
            out.insert("customer_ip".to_owned(), ip.as_str().into());
        }
        if !self.made_by.is_empty() {
            out.insert("initiating_system_request_headers".to_owned(), Value::Object(self.made_by.clone()));
        }
        out.insert("events".to_owned(), Value::Array(self.events.clone()));
        Value::Object(out)
    }
}

/// The status of a transaction (API, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Initiated,
    OnHold,
    Authorized,
    PartiallyCaptured,
    Captured,
    AuthorizationVoided,
    PartiallyRefunded,
    PartiallyCapturedRefunded,
    Refunded,
    Declined,
    Failed,
}

impl Status {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Initiated => "INITIATED",
            Self::OnHold => "ON_HOLD",
            Self::Authorized => "AUTHORIZED",
            Self::PartiallyCaptured => "PARTIALLY_CAPTURED",
            Self::Captured => "CAPTURED",
            Self::AuthorizationVoided => "AUTHORIZATION_VOIDED",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::PartiallyCapturedRefunded => "PARTIALLY_CAPTURED_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::Declined => "DECLINED",
            Self::Failed => "FAILED",
        }
    }
}

/// A payment. At most one per session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Transaction {
    pub(super) id: String,
    pub(super) session_id: String,
    pub(super) method: String,
    pub(super) status: Status,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) voided: i64,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) captured_at: Option<Timestamp>,
    pub(super) refunded_at: Option<Timestamp>,
    pub(super) merchant_reference: String,
    pub(super) merchant_reference_2: Option<String>,
    pub(super) items: Vec<Value>,
    /// The rest of what is read: customer, addresses, card, metadata, …
    pub(super) content: Object,
    pub(super) events: Vec<Value>,
    /// Moves of money that were accepted and are not done yet.
    pub(super) pending: Vec<Pending>,
}

impl Entry for Transaction {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Transaction {
    /// As the API answers it.
    pub(super) fn read(&self) -> Value {
        let mut out = Object::new();
        let product = self.method.split_once('.').map_or(self.method.as_str(), |(product, _)| product);
        out.insert("id".to_owned(), self.id.as_str().into());
        out.insert("created_at".to_owned(), stamp(self.created_at).into());
        out.insert("updated_at".to_owned(), stamp(self.updated_at).into());
        out.insert("session_id".to_owned(), self.session_id.as_str().into());
        out.insert("payment_product".to_owned(), product.into());
        out.insert("payment_product_type".to_owned(), self.method.as_str().into());
        out.insert("amount".to_owned(), self.amount.into());
        out.insert("currency".to_owned(), self.currency.as_str().into());
        out.insert("merchant_reference".to_owned(), self.merchant_reference.as_str().into());
        if let Some(second) = &self.merchant_reference_2 {
            out.insert("merchant_reference_2".to_owned(), second.as_str().into());
        }
        out.insert("status".to_owned(), self.status.word().into());
        out.insert("settlement_status".to_owned(), "NOT_SETTLED".into());
        for (key, value) in &self.content {
            out.insert(key.clone(), value.clone());
        }
        out.insert("items".to_owned(), Value::Array(self.items.clone()));
        out.insert("events".to_owned(), Value::Array(self.events.clone()));
        Value::Object(out)
    }
}

/// A capture, void or refund that was answered with 202.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) kind: MoveKind,
    pub(super) due: Timestamp,
    /// What its outcome is tied to (`correlation_request_id`).
    pub(super) request_id: String,
    pub(super) request: MoveRequest,
    /// It comes to nothing.
    #[serde(default)]
    pub(super) fails: bool,
}

/// The three ways to move money after it is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MoveKind {
    Capture,
    Void,
    Refund,
}

/// What is to be moved, checked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct MoveRequest {
    pub(super) amount: i64,
    pub(super) reference: Option<String>,
    pub(super) items: Vec<Value>,
    pub(super) metadata: Object,
    /// `final_capture`: what is left is released.
    pub(super) last: bool,
}

/// A message to the customer's phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) url: String,
    pub(super) session_id: String,
    pub(super) at: Timestamp,
}

impl Message {
    pub(super) fn read(&self) -> Value {
        json!({
            "channel": self.channel, "to": self.to, "text": self.text, "url": self.url,
            "session_id": self.session_id, "at": stamp(self.at),
        })
    }
}
