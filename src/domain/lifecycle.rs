//! The life of a link as one state machine: what the backend says, merged into what we know.
//!
//! The order of the tests is the API's (API, 3) and the contracts' (1): a transaction's status always
//! wins over the session's, and whether a link is past `expires_at` is judged by the backend's clock.

use jiff::Timestamp;

use super::link::{DeliveryStatus, LinkState};
use super::money::{Currency, Money};

mod another;
mod merge;

pub use another::{become_another, may_be_another};
pub use merge::{UNTIL_GIVEN_UP, expire_if_due, merge};

/// Whether money that was there in `before` is gone in `after`, without having been released or paid back. That never
/// happens: `after` is older than `before`, whatever the moments say that they are told with.
#[must_use]
pub const fn money_vanishes(before: LinkState, after: LinkState) -> bool {
    let had_money = before.has_money() || matches!(before, LinkState::Refunded | LinkState::Voided);
    match after {
        LinkState::Open
        | LinkState::Opened
        | LinkState::Paying
        | LinkState::OnHold
        | LinkState::Expired
        | LinkState::Cancelled => had_money,
        LinkState::Authorized => had_money && !matches!(before, LinkState::Authorized),
        _ => false,
    }
}

/// Whether what the backend tells of an order is another sum than `asked`: another amount, or in another currency. What
/// it doesn't tell differs from nothing.
#[must_use]
pub fn other_sum(amount: Option<i64>, currency: Option<&str>, asked: Money) -> bool {
    let other_currency = currency.is_some_and(|code| Currency::from_code(code) != Some(asked.currency()));
    other_currency || amount.is_some_and(|minor| minor != asked.minor())
}

/// A session as the backend tells it, in our words. Every text in it is cleaned by who made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionNews {
    /// The session's id.
    pub id: String,
    /// `order.merchant_reference`.
    pub merchant_reference: Option<String>,
    /// `metadata.ext_paylink_id`.
    pub paylink_id: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// The transaction, once there is one.
    pub transaction_id: Option<String>,
    /// `order.amount`, minor units.
    pub amount: Option<i64>,
    /// `order.currency`: the code as the backend gave it, which may be one that we don't know.
    pub currency: Option<String>,
    /// The payment product types that it has switched on, as far as it tells.
    pub types: Vec<String>,
    /// What became of SMS or push.
    pub publish: Vec<PublishNews>,
    /// Its events, as the backend orders them.
    pub events: Vec<SessionEvent>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishNews {
    /// `sms` or `push`.
    pub channel: String,
    /// How it went.
    pub status: DeliveryStatus,
}

/// An event of a session: one of the 25 names of the API, 3, or a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEvent {
    /// The backend's id for it.
    pub id: Option<String>,
    /// The name, verbatim (`VISITED`).
    pub name: String,
    /// When.
    pub at: Option<Timestamp>,
    /// `details.error`, if any.
    pub error: Option<String>,
    /// `details.payment_product_type`, if any.
    pub method: Option<String>,
}

/// The status of a transaction (API, 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionStatus {
    /// The customer started paying.
    Initiated,
    /// The provider checks by hand.
    OnHold,
    /// Reserved.
    Authorized,
    /// Part charged.
    PartiallyCaptured,
    /// All charged.
    Captured,
    /// Released.
    AuthorizationVoided,
    /// Part paid back.
    PartiallyRefunded,
    /// Part captured and part of that refunded.
    PartiallyCapturedRefunded,
    /// All paid back.
    Refunded,
    /// The customer said no.
    Declined,
    /// Rejected or error.
    Failed,
    /// `UNKNOWN`, or a word we don't know.
    Other(String),
}

impl TransactionStatus {
    /// Money is held or taken, and not all of it given back.
    #[must_use]
    pub const fn holds_money(&self) -> bool {
        matches!(
            self,
            Self::Authorized
                | Self::PartiallyCaptured
                | Self::Captured
                | Self::PartiallyRefunded
                | Self::PartiallyCapturedRefunded
        )
    }

    /// It may still become a payment.
    #[must_use]
    pub const fn underway(&self) -> bool {
        matches!(self, Self::Initiated | Self::OnHold | Self::Other(_))
    }

    /// From the API's word, in any case; the support pages' lower-case variants too (API, 12).
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "INITIATED" | "INITIALIZED" => Self::Initiated,
            "ON_HOLD" => Self::OnHold,
            "AUTHORIZED" => Self::Authorized,
            "PARTIALLY_CAPTURED" => Self::PartiallyCaptured,
            "CAPTURED" => Self::Captured,
            "AUTHORIZATION_VOIDED" => Self::AuthorizationVoided,
            "PARTIALLY_REFUNDED" => Self::PartiallyRefunded,
            "PARTIALLY_CAPTURED_REFUNDED" => Self::PartiallyCapturedRefunded,
            "REFUNDED" => Self::Refunded,
            "DECLINED" | "REJECTED" => Self::Declined,
            "FAILED" => Self::Failed,
            _ => Self::Other(super::clean::line_within(word, 60)),
        }
    }
}

/// A transaction as the backend tells it, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionNews {
    /// The transaction's id.
    pub id: String,
    /// The session it belongs to.
    pub session_id: Option<String>,
    /// `merchant_reference`.
    pub merchant_reference: Option<String>,
    /// Its status.
    pub status: TransactionStatus,
    /// The authorized amount, minor units.
    pub amount: Option<i64>,
    /// Its currency: the code as the backend gave it, which may be one that we don't know.
    pub currency: Option<String>,
    /// The product type that was used, `dintero_psp.vipps`.
    pub method: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// Its events, oldest first.
    pub events: Vec<TransactionEvent>,
}

/// An event of a transaction (API, 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionEvent {
    /// The backend's id for it.
    pub id: Option<String>,
    /// `AUTHORIZE`, `CAPTURE`, `INITIATE_CAPTURE`, …, verbatim.
    pub event: String,
    /// Whether it went through.
    pub success: bool,
    /// How much, minor units.
    pub amount: Option<i64>,
    /// When.
    pub at: Option<Timestamp>,
    /// The status after it.
    pub status_after: Option<String>,
    /// `error.message` or `error.code`.
    pub error: Option<String>,
    /// `event_reference`, our capture or refund reference.
    pub reference: Option<String>,
    /// Ties an `INITIATE_…` to what came of it.
    pub correlation: Option<String>,
}

#[cfg(test)]
mod tests;
