//! What a customer does with a link: opens it, fills in the address, pays, says no, walks away.
//!
//! The hosted page and the control interface both play the customer through this.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::ApiError;
use super::state::{MoveKind, MoveRequest, Object, Session, Status, Transaction, World};
use super::{ids, methods};
use crate::domain::method::{MethodKind, kind_of_type};

/// Why a link doesn't work any more: Dintero's own reasons (API, 2.7), and the payment that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Cancelled,
    Expired,
    Authorized,
    OnHold,
    Declined,
    Failed,
    /// Paid, and part or all of it given back or released since.
    Settled,
}

impl Closed {
    /// The API's word for it (`error.cause`).
    pub(super) const fn cause(self) -> &'static str {
        match self {
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
            Self::Authorized | Self::Settled => "AUTHORIZED",
            Self::OnHold => "ON_HOLD",
            Self::Declined => "DECLINED",
            Self::Failed => "FAILED",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Cancelled => "the session is cancelled",
            Self::Expired => "the session has expired",
            Self::Authorized | Self::Settled => "the session is paid already",
            Self::OnHold => "the payment is on hold",
            Self::Declined => "the payment was declined",
            Self::Failed => "the payment has failed",
        }
    }
}

/// How a payment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Authorized,
    Declined,
    Failed,
    OnHold,
}

impl Outcome {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "authorized" => Some(Self::Authorized),
            "declined" => Some(Self::Declined),
            "failed" => Some(Self::Failed),
            "on_hold" => Some(Self::OnHold),
            _ => None,
        }
    }
}

/// Who opens a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Visitor {
    pub(super) user_agent: Option<String>,
    pub(super) ip: Option<String>,
}

impl World {
    /// The session `id`, or the error that says there is none.
    pub(super) fn session(&mut self, id: &str) -> Result<&mut Session, ApiError> {
        self.sessions.get_mut(id).ok_or_else(|| ApiError::not_found("Session not found"))
    }

    /// The transaction of a session, if there is one.
    pub(super) fn payment(&self, session: &Session) -> Option<&Transaction> {
        session.transaction_id.as_deref().and_then(|id| self.transactions.get(id))
    }

    /// Why `session` can't be paid any more; `None` while it can. Who has begun to pay in time may
    /// finish: the wallet's clock is another one.
    pub(super) fn closed(&self, session: &Session, now: Timestamp) -> Option<Closed> {
        match self.payment(session).map(|t| t.status) {
            Some(Status::Authorized | Status::Captured | Status::PartiallyCaptured) => {
                return Some(Closed::Authorized);
            }
            Some(Status::PartiallyRefunded | Status::PartiallyCapturedRefunded | Status::Refunded) => {
                return Some(Closed::Settled);
            }
            Some(Status::OnHold) => return Some(Closed::OnHold),
            Some(Status::Declined) => return Some(Closed::Declined),
            Some(Status::Failed) => return Some(Closed::Failed),
            Some(Status::AuthorizationVoided) => return Some(Closed::Cancelled),
            Some(Status::Initiated) | None => {}
        }
        if session.cancelled_at.is_some() {
            return Some(Closed::Cancelled);
        }
        (session.expired(now) && !session.locked).then_some(Closed::Expired)
    }

    fn open(&self, id: &str, now: Timestamp) -> Result<&Session, ApiError> {
        let session = self.sessions.get(id).ok_or_else(|| ApiError::not_found("Session not found"))?;
        match self.closed(session, now) {
            None => Ok(session),
            Some(closed) => Err(ApiError::conflict(closed.words())),
        }
    }

    /// The customer opens the link. Also counts when it doesn't work any more.
    pub(super) fn visit(&mut self, id: &str, visitor: Visitor, now: Timestamp) -> Result<(), ApiError> {
        let session = self.session(id)?;
        session.event("VISITED", now, json!({}));
        if let (Some(agent), Some(event)) =
            (&visitor.user_agent, session.events.last_mut().and_then(Value::as_object_mut))
        {
            event.insert("request_headers".to_owned(), json!({ "user-agent": agent }));
        }
        session.user_agent = visitor.user_agent;
        session.customer_ip = visitor.ip;
        Ok(())
    }

    /// The customer fills in the address (Checkout Express). It is checked already.
    pub(super) fn set_address(&mut self, id: &str, address: &Object, now: Timestamp) -> Result<(), ApiError> {
        let session = self.open(id, now)?;
        if !session.express() {
            return Err(ApiError::conflict("the session doesn't ask for an address (Checkout Express)"));
        }
        let session = self.session(id)?;
        if let Some(order) = session.content.get_mut("order").and_then(Value::as_object_mut) {
            for key in ["shipping_address", "billing_address"] {
                order.insert(key.to_owned(), Value::Object(address.clone()));
            }
        }
        session.event("SET_SHIPPING_ADDRESS", now, json!({ "shipping_address": address }));
        session.event("SET_BILLING_ADDRESS", now, json!({}));
        Ok(())
    }

    /// The customer chooses a way of delivery (Checkout Express); its amount comes on top.
    pub(super) fn set_shipping_option(
        &mut self,
        id: &str,
        option: &str,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let session = self.open(id, now)?;
        let found = shipping_options(session).into_iter().find(|o| o["id"] == option);
        let Some(found) = found else {
            return Err(ApiError::bad_request("no such shipping option"));
        };
        let session = self.session(id)?;
        if let Some(order) = session.content.get_mut("order").and_then(Value::as_object_mut) {
            let amount_of = |value: Option<&Value>| {
                value.and_then(|o| o.get("amount")).and_then(Value::as_i64).unwrap_or(0)
            };
            let before = amount_of(order.get("shipping_option"));
            let total = order.get("amount").and_then(Value::as_i64).unwrap_or(0);
            order.insert("amount".to_owned(), (total - before + amount_of(Some(&found))).into());
            order.insert("shipping_option".to_owned(), found.clone());
        }
        session.event("SET_SHIPPING_OPTION", now, json!({ "shipping_option": found }));
        Ok(())
    }

    /// The customer begins to pay with `method` (a type, or a short name): the transaction is there,
    /// and the session is locked.
    pub(super) fn begin_payment(
        &mut self,
        id: &str,
        method: Option<&str>,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let session = self.open(id, now)?;
        let enabled = enabled(session);
        let method = match method {
            None => enabled.first().copied(),
            Some(asked) => methods::find(&enabled, asked),
        };
        let Some(method) = method else {
            return Err(ApiError::bad_request("the session doesn't offer this payment type"));
        };
        if let Some(missing) = missing_for_express(session) {
            return Err(ApiError::conflict(missing));
        }
        // A second try, with another method or another way of delivery, is the same transaction.
        let mut transaction = new_transaction(&self.account_id, session, method, now);
        let earlier = session.transaction_id.as_deref().and_then(|id| self.transactions.get(id));
        if let Some(earlier) = earlier {
            transaction.id.clone_from(&earlier.id);
            transaction.created_at = earlier.created_at;
            transaction.events.clone_from(&earlier.events);
        }
        transaction.event("INITIALIZE", transaction.amount, true, Value::Null, now);
        let transaction_id = transaction.id.clone();
        self.transactions.put(transaction);
        let session = self.session(id)?;
        session.transaction_id = Some(transaction_id.clone());
        session.locked = true;
        session.event("PAY_LOCK_START", now, json!({ "payment_product_type": method }));
        Ok(transaction_id)
    }

    /// A payment that was begun, or is on hold, comes to its end.
    pub(super) fn finish_payment(
        &mut self,
        id: &str,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let unknown = || ApiError::not_found("Transaction not found");
        let transaction = self.transactions.get(id).ok_or_else(unknown)?;
        let session = self.sessions.get(&transaction.session_id).ok_or_else(unknown)?;
        let auto_capture = session.auto_capture();
        let open = match transaction.status {
            Status::Initiated => session.cancelled_at.is_none(),
            Status::OnHold => outcome != Outcome::OnHold,
            _ => false,
        };
        if !open {
            let words = self.closed(session, now).map_or("the payment is over", Closed::words);
            return Err(ApiError::conflict(words));
        }
        let session_id = transaction.session_id.clone();
        let (method, amount) = (transaction.method.clone(), transaction.amount);

        let (status, error) = match outcome {
            Outcome::Authorized => (Status::Authorized, Value::Null),
            Outcome::OnHold => (Status::OnHold, Value::Null),
            Outcome::Declined => (
                Status::Declined,
                json!({ "code": "DECLINED", "message": "The customer declined the payment", "type": ["DECLINED"] }),
            ),
            Outcome::Failed => (
                Status::Failed,
                json!({ "code": "REJECTED", "message": "The payment was rejected by the bank", "type": ["ISSUER_ERROR"] }),
            ),
        };
        let ok = error.is_null();
        let transaction = self.transactions.get_mut(id).ok_or_else(unknown)?;
        transaction.status = status;
        transaction.event("AUTHORIZE", amount, ok, error, now);

        let session = self.session(&session_id)?;
        let by = json!({ "payment_product_type": method });
        match outcome {
            Outcome::Authorized => {
                session.event("AUTHORIZED", now, by);
                session.event("COMPLETED", now, json!({}));
            }
            Outcome::OnHold => {}
            Outcome::Declined => session.event("DECLINED", now, by),
            Outcome::Failed => {
                let details = json!({ "error": "Rejected", "payment_product_type": method });
                session.event("PAY_FAILED", now, details);
                session.event("FAILED", now, json!({}));
            }
        }
        session.unlock(now);
        if auto_capture
            && outcome == Outcome::Authorized
            && let Some(transaction) = self.transactions.get_mut(id)
        {
            let all = MoveRequest { amount, ..MoveRequest::default() };
            transaction.carry_out(MoveKind::Capture, &all, None, now);
        }
        Ok(())
    }

    /// The customer goes back from the wallet without an answer, to choose again.
    pub(super) fn step_back(&mut self, id: &str, now: Timestamp) -> Result<(), ApiError> {
        self.session(id)?.unlock(now);
        Ok(())
    }
}

impl Session {
    fn unlock(&mut self, now: Timestamp) {
        if self.locked {
            self.locked = false;
            self.event("PAY_LOCK_END", now, json!({}));
        }
    }
}

/// The types that a session can be paid with.
pub(super) fn enabled(session: &Session) -> Vec<&'static str> {
    session.at(&["configuration"]).and_then(Value::as_object).map(methods::enabled).unwrap_or_default()
}

/// The ways of delivery that the customer can choose from.
pub(super) fn shipping_options(session: &Session) -> Vec<Value> {
    session.at(&["express", "shipping_options"]).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What an express session lacks before it can be paid.
pub(super) fn missing_for_express(session: &Session) -> Option<&'static str> {
    if !session.express() {
        return None;
    }
    if session.at(&["order", "shipping_address"]).is_none() {
        return Some("the customer's address is missing (Checkout Express)");
    }
    let chosen = session.at(&["order", "shipping_option"]).is_some();
    if !chosen && !shipping_options(session).is_empty() {
        return Some("a shipping option is not chosen (Checkout Express)");
    }
    None
}

fn new_transaction(account: &str, session: &Session, method: &str, now: Timestamp) -> Transaction {
    let mut content = Object::new();
    let mut put = |key: &str, value: Option<&Value>| {
        if let Some(value) = value {
            content.insert(key.to_owned(), value.clone());
        }
    };
    put("channel", Some(session.at(&["configuration", "channel"]).unwrap_or(&"ecommerce".into())));
    put("customer", session.at(&["customer"]));
    for key in ["shipping_address", "billing_address", "shipping_option", "store"] {
        put(key, session.at(&["order", key]));
    }
    put("user_agent", session.user_agent.as_deref().map(Value::from).as_ref());
    put("customer_ip", session.customer_ip.as_deref().map(Value::from).as_ref());
    put("url", Some(&json!({ "redirect_url": session.text(&["url", "return_url"]) })));
    if kind_of_type(method) == MethodKind::Card {
        put(
            "card",
            Some(&json!({
                "brand": "Visa", "masked_pan": "400000******0002", "expiry_date": "12/2030", "type": "Credit",
            })),
        );
    }
    let mut metadata = session.at(&["metadata"]).and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(reference) = session.text(&["order", "event_reference"]) {
        metadata.insert("event_reference".to_owned(), reference.into());
    }
    content.insert("metadata".to_owned(), Value::Object(metadata));
    let mut items = session.at(&["order", "items"]).and_then(Value::as_array).cloned().unwrap_or_default();
    // The way of delivery is an item of the transaction.
    if let Some(option) = session.at(&["order", "shipping_option"]) {
        items.push(json!({
            "id": option["id"], "line_id": option["line_id"], "description": option["title"],
            "quantity": 1, "amount": option["amount"], "vat_amount": option["vat_amount"],
            "vat": option["vat"], "type": "shipping",
        }));
    }
    Transaction {
        id: ids::of_account(account),
        session_id: session.id.clone(),
        method: method.to_owned(),
        status: Status::Initiated,
        amount: session.amount(),
        currency: session.currency().to_owned(),
        captured: 0,
        refunded: 0,
        voided: 0,
        created_at: now,
        updated_at: now,
        captured_at: None,
        refunded_at: None,
        merchant_reference: session.reference().to_owned(),
        merchant_reference_2: session.text(&["order", "merchant_reference_2"]).map(str::to_owned),
        items,
        content,
        events: Vec::new(),
        pending: Vec::new(),
    }
}
