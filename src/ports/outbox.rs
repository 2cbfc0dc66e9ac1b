//! What waits to be sent, and how it stands with it (contracts, 5).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Counted, Made, OrderId};
use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::TransactionEvent;
use crate::domain::link::LinkId;
use crate::domain::money::Money;

/// What kind of request waits in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutboxKind {
    /// Make the link.
    Create,
    /// Withdraw it.
    Cancel,
    /// Withdraw reserved money.
    Capture,
    /// Release reserved money.
    Void,
    /// Give money back.
    Refund,
    /// Look for a session that was lost and may still be paid, after the seller had the link made anew.
    Look,
}

impl OutboxKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Create, Self::Cancel, Self::Capture, Self::Void, Self::Refund, Self::Look];

    /// The word in the ledger and in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Cancel => "cancel",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Look => "look",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it moves the money of a payment.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Capture | Self::Void | Self::Refund)
    }

    /// Whether the seller asked for it. A look is our own care: it is not counted as waiting.
    #[must_use]
    pub const fn asked_for(self) -> bool {
        !matches!(self, Self::Look)
    }
}

/// Why a link that was certainly not sent asks before it goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overdue {
    /// The time to pay it was over before it could be sent.
    Expired,
    /// It has waited so long that the customer may have gone, or have paid in another way.
    Old,
}

impl Overdue {
    /// The word in the ledger and in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Old => "old",
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Expired, Self::Old].into_iter().find(|reason| reason.word() == word)
    }
}

/// What is asked of the money of a payment, and what was sent of it. With a withdrawal only when it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MoneyOrder {
    /// Which order it is.
    #[serde(default, skip_serializing_if = "OrderId::is_none")]
    pub id: OrderId,
    /// How much; `None`: all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Why, for a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was sent, once a request went out; kept before it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<MoneySent>,
}

/// A request about money that went out, so that it is recognised in the transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneySent {
    /// Our own reference for it.
    pub reference: String,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// When, by the backend's clock, which nobody here can set. `None` in what an earlier version kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Timestamp>,
    /// When, by how long the machine had been awake: what had not left it when it fell asleep is still here afterwards.
    /// `None` where that can't be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awake: Option<Counted>,
    /// How much it moves, in minor units. `None` in what an earlier version kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<i64>,
    /// How many operations of this kind had gone through before it.
    pub before: usize,
    /// The events of this kind that were there before it went out, as [`MoneySent::key`] names them: they
    /// tell nothing about it. `None` in what an earlier version kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Vec<String>>,
    /// The backend has accepted it and works on it (202).
    #[serde(default)]
    pub accepted: bool,
}

impl MoneySent {
    /// What an event is known by: the backend's id for it; where it has none, all that tells it from others.
    #[must_use]
    pub fn key(event: &TransactionEvent) -> String {
        let told = || format!("{}/{:?}/{:?}/{}", event.event, event.at, event.amount, event.success);
        event.id.clone().unwrap_or_else(told)
    }
}

/// A request that is to go out, or may have gone out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The link it is for.
    pub link: LinkId,
    /// What is to be done.
    pub kind: OutboxKind,
    /// How often it was tried.
    pub attempts: u32,
    /// Not before this moment.
    pub next_at: Timestamp,
    /// When that was decided: if it lies ahead, this machine's clock was set back, and `next_at` means nothing.
    pub since: Timestamp,
    /// The last failure, one line.
    pub last_error: Option<String>,
    /// A request is (or was, when its process died) on the wire: set durably before it is written.
    pub in_flight: bool,
    /// Waits for the seller's word.
    pub needs_decision: bool,
    /// Why it asks, where nothing was sent; else it asks because it may have been sent.
    pub overdue: Option<Overdue>,
    /// What is asked of the money, with [`OutboxKind::moves_money`]; of an [`OutboxKind::Cancel`] that it went out, once it
    /// did. Others have none.
    pub order: Option<MoneyOrder>,
    /// When a request for it first went out, by the backend's clock, which nobody here can set. `None`: none did, or
    /// nobody knows.
    pub first_sent: Option<Timestamp>,
    /// The sessions that a [`OutboxKind::Look`] knows by their ids, besides those that it has to search for.
    pub lost: Vec<String>,
    /// With a [`OutboxKind::Create`]: if it was made after all, somebody may have its address, because this ledger is
    /// older than what happened (a backup, or what was saved of a damaged one).
    pub handed_out: bool,
    /// With a [`OutboxKind::Create`]: when the link was made. With a [`OutboxKind::Look`]: when something was lost last.
    pub made: Made,
}

impl OutboxEntry {
    /// An entry that was not tried yet, due at once: at `now`.
    #[must_use]
    pub fn new(link: LinkId, kind: OutboxKind, now: Timestamp) -> Self {
        Self {
            link,
            kind,
            attempts: 0,
            next_at: now,
            since: now,
            last_error: None,
            in_flight: false,
            needs_decision: false,
            overdue: None,
            order: None,
            first_sent: None,
            lost: Vec::new(),
            handed_out: false,
            made: Made::default(),
        }
    }

    /// Of all that waits, oldest first: what is sent or given up first of what the seller asked for this link.
    #[must_use]
    pub fn first_of(all: &[Self], link: LinkId) -> Option<&Self> {
        all.iter().find(|entry| entry.link == link && entry.kind.asked_for())
    }

    /// Whether a request for it has left this machine, which is written down before it does. What is said to have been
    /// sent and certainly did nothing is not counted.
    #[must_use]
    pub fn went_out(&self) -> bool {
        self.order.as_ref().is_some_and(|order| order.sent.is_some())
    }

    /// Since when the backend works on it, by this machine's clock: it was accepted, and its end isn't known yet.
    #[must_use]
    pub fn in_progress_since(&self) -> Option<Timestamp> {
        let sent = self.order.as_ref()?.sent.as_ref()?;
        sent.accepted.then_some(sent.at)
    }

    /// Whether it may have been carried out: it is looked up before anything is sent again, and nobody is asked. Not what
    /// is on its way for the first time, nor a withdrawal, which is asked for again without harm.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        let tried = self.attempts > 1 || self.last_error.is_some();
        let with_care = self.kind == OutboxKind::Create || self.kind.moves_money();
        with_care && self.in_flight && tried && !self.needs_decision && self.in_progress_since().is_none()
    }

    /// Whether the backend accepted it so long ago that it is hardly looked at any more: then it may be given up.
    #[must_use]
    pub fn has_no_end(&self) -> bool {
        let last = self.last_error.as_deref().and_then(Cause::read);
        self.in_progress_since().is_some() && last == Some(Cause::Plain(Plain::NoEndYet))
    }

    /// Whether it waits for nothing but a connection: once there is one it can go, whatever `next_at` says.
    #[must_use]
    pub fn waits_for_connection(&self) -> bool {
        let last = self.last_error.as_deref().and_then(Cause::read);
        !self.needs_decision && last.is_some_and(|cause| cause.unreached())
    }

    /// Whether it goes with what is sent at `now`.
    #[must_use]
    pub fn goes(&self, now: Timestamp) -> bool {
        self.is_due(now) || self.waits_for_connection()
    }

    /// Whether it's to be tried at `now`.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        // A clock that was only put right by moments is no reason.
        const MOMENTS: SignedDuration = SignedDuration::from_secs(5);
        self.next_at <= now || self.since.duration_since(now) > MOMENTS
    }
}
