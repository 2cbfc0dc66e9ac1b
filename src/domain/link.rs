//! A payment link and its story, as paylink knows them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line::LineError;
use super::money::Money;
use super::sale::{Delivery, Sale};

/// A link's own id, made here before anything is sent; travels in the session's metadata as
/// `ext_paylink_id` (contracts, 5). Sorts by time (UUIDv7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkId(pub Uuid);

impl LinkId {
    /// From its text form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(f)
    }
}

/// The state of a link: the words of contracts, 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Saved here, not sent yet.
    Queued,
    /// Being sent now.
    Creating,
    /// Maybe sent: being found out, or needs a decision.
    Uncertain,
    /// The backend said no.
    Refused,
    /// The customer has the link, not opened.
    Open,
    /// The customer (or a robot) has looked at it.
    Opened,
    /// The customer is in the middle of paying.
    Paying,
    /// The payment provider is checking.
    OnHold,
    /// Reserved, money not yet withdrawn.
    Authorized,
    /// Paid.
    Captured,
    /// Part of it withdrawn.
    PartiallyCaptured,
    /// The customer said no.
    Declined,
    /// The payment did not go through.
    Failed,
    /// Too late to pay.
    Expired,
    /// Withdrawn before it was paid.
    Cancelled,
    /// The reservation was released.
    Voided,
    /// Part of the money returned.
    PartiallyRefunded,
    /// All money returned.
    Refunded,
    /// Part withdrawn, part of that returned.
    PartiallyCapturedRefunded,
    /// The backend's own word is in the link's `reason`.
    Unknown,
}

impl LinkState {
    /// Every state, in the order of contracts, 1.
    pub const ALL: [Self; 20] = [
        Self::Queued,
        Self::Creating,
        Self::Uncertain,
        Self::Refused,
        Self::Open,
        Self::Opened,
        Self::Paying,
        Self::OnHold,
        Self::Authorized,
        Self::Captured,
        Self::PartiallyCaptured,
        Self::Declined,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Voided,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::PartiallyCapturedRefunded,
        Self::Unknown,
    ];

    /// The word of the contracts, as in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Creating => "creating",
            Self::Uncertain => "uncertain",
            Self::Refused => "refused",
            Self::Open => "open",
            Self::Opened => "opened",
            Self::Paying => "paying",
            Self::OnHold => "on_hold",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::PartiallyCaptured => "partially_captured",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::PartiallyCapturedRefunded => "partially_captured_refunded",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Not at the backend yet, or not known to be: the outbox has it.
    #[must_use]
    pub const fn in_outbox(self) -> bool {
        matches!(self, Self::Queued | Self::Creating | Self::Uncertain | Self::Refused)
    }

    /// The customer can still pay: the session is open at the backend.
    #[must_use]
    pub const fn payable(self) -> bool {
        matches!(self, Self::Open | Self::Opened | Self::Paying)
    }

    /// Money is held or taken (and not all given back).
    #[must_use]
    pub const fn has_money(self) -> bool {
        matches!(
            self,
            Self::Authorized
                | Self::Captured
                | Self::PartiallyCaptured
                | Self::PartiallyRefunded
                | Self::PartiallyCapturedRefunded
        )
    }

    /// The sale came to a good end for the seller: authorized is paid (contracts, 1, `--wait`).
    #[must_use]
    pub const fn paid(self) -> bool {
        matches!(self, Self::Authorized | Self::Captured | Self::PartiallyCaptured)
    }

    /// Over, without money changing hands for good. A declined or failed payment is an end too,
    /// because a session has at most one transaction (API, 3).
    #[must_use]
    pub const fn ended_unpaid(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Declined | Self::Failed | Self::Expired | Self::Cancelled | Self::Voided
        )
    }

    /// Nothing more happens by itself. `Authorized` is settled unless the link captures by itself
    /// (see [`Link::settled`]).
    #[must_use]
    pub const fn settled(self) -> bool {
        self.ended_unpaid()
            || matches!(
                self,
                Self::Authorized
                    | Self::Captured
                    | Self::PartiallyCaptured
                    | Self::PartiallyRefunded
                    | Self::Refunded
                    | Self::PartiallyCapturedRefunded
            )
    }

    /// Whether a reference in this state is taken: live or paid (contracts, 1). Those that ended
    /// without money, or whose money went back, may be used again.
    #[must_use]
    pub const fn holds_reference(self) -> bool {
        !self.ended_unpaid() && !matches!(self, Self::Refunded)
    }
}

impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What became of the message or mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Not yet known: the link isn't made.
    Pending,
    /// The backend handed it over, or the mail program was opened.
    Sent,
    /// It could not be sent given the session's customer (API, 2.4).
    Skipped,
    /// Sending failed.
    Failed,
    /// Nothing is to be sent: the seller shows or copies the link.
    None,
    /// A word we don't know.
    Unknown,
}

impl DeliveryStatus {
    /// The word in `--json` and in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// From the API's word; an unknown one is [`DeliveryStatus::Unknown`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        [Self::Pending, Self::Sent, Self::Skipped, Self::Failed, Self::None]
            .into_iter()
            .find(|s| s.word() == word)
            .unwrap_or(Self::Unknown)
    }
}

/// What happened to a link, for the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The seller asked for it: it is in the ledger.
    Drafted,
    /// The backend made the session.
    Created,
    /// The SMS or push was handed over.
    MessageSent,
    /// The backend skipped the message.
    MessageSkipped,
    /// The message failed.
    MessageFailed,
    /// The mail program was opened with the mail.
    MailOpened,
    /// Somebody or something opened the page.
    Opened,
    /// The customer filled in an address.
    AddressGiven,
    /// A payment was begun.
    Paying,
    /// One attempt failed; the link still works.
    AttemptFailed,
    /// The customer is no longer in the middle of paying: paid, gave up or went back. What came of
    /// it is told by the events beside it.
    PayingEnded,
    /// The provider is checking.
    OnHold,
    /// The money is reserved.
    Authorized,
    /// The money is withdrawn.
    Captured,
    /// Part of the money is withdrawn.
    PartiallyCaptured,
    /// The customer said no.
    Declined,
    /// The payment failed.
    Failed,
    /// The link's time is over.
    Expired,
    /// The link was withdrawn.
    Cancelled,
    /// The reservation was released.
    Voided,
    /// Money went back, all of it.
    Refunded,
    /// Money went back, a part.
    PartiallyRefunded,
    /// The outcome of sending it is unknown.
    Uncertain,
    /// The backend refused it.
    Refused,
    /// An alarm was raised; its word ([`Alarm::word`]) is the event's `detail`. It stays in the story
    /// after a person has dealt with it, so that the same alarm is not raised twice.
    Alarm,
    /// A word of the backend that we don't know; the word is the event's `detail`.
    Other,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 26] = [
        Self::Drafted,
        Self::Created,
        Self::MessageSent,
        Self::MessageSkipped,
        Self::MessageFailed,
        Self::MailOpened,
        Self::Opened,
        Self::AddressGiven,
        Self::Paying,
        Self::AttemptFailed,
        Self::PayingEnded,
        Self::OnHold,
        Self::Authorized,
        Self::Captured,
        Self::PartiallyCaptured,
        Self::Declined,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Voided,
        Self::Refunded,
        Self::PartiallyRefunded,
        Self::Uncertain,
        Self::Refused,
        Self::Alarm,
        Self::Other,
    ];

    /// The word in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Created => "created",
            Self::MessageSent => "message_sent",
            Self::MessageSkipped => "message_skipped",
            Self::MessageFailed => "message_failed",
            Self::MailOpened => "mail_opened",
            Self::Opened => "opened",
            Self::AddressGiven => "address_given",
            Self::Paying => "paying",
            Self::AttemptFailed => "attempt_failed",
            Self::PayingEnded => "paying_ended",
            Self::OnHold => "on_hold",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::PartiallyCaptured => "partially_captured",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Uncertain => "uncertain",
            Self::Refused => "refused",
            Self::Alarm => "alarm",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// One event of a link's story.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkEvent {
    /// When, by the backend's clock where it told.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// More about it: the method, the reason. Cleaned text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The backend's id for it, so that it is kept once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What a person must deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Two paid sessions for one reference (contracts, 5).
    DoublePayment,
    /// The backend's amount is not the one we asked for.
    AmountDiffers,
    /// A link that was lost on the way was paid, and this one was not: the customer must not pay again.
    PaidElsewhere,
}

impl Alarm {
    /// The word in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DoublePayment => "double_payment",
            Self::AmountDiffers => "amount_differs",
            Self::PaidElsewhere => "paid_elsewhere",
        }
    }
}

/// A payment link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its own id.
    pub id: LinkId,
    /// The account it belongs to, `T12345678`.
    pub account_id: String,
    /// What was asked for.
    pub sale: Sale,
    /// What it comes to.
    pub amount: Money,
    /// The VAT in it.
    pub vat: Money,
    /// When the seller asked for it.
    pub created_at: Timestamp,
    /// Its state.
    pub state: LinkState,
    /// Why it was refused, declined or failed; for `unknown` the backend's word. Cleaned.
    pub reason: Option<String>,
    /// The backend's session.
    pub session_id: Option<String>,
    /// The backend's transaction, once there is one.
    pub transaction_id: Option<String>,
    /// The address for the customer, as the backend gave it.
    pub url: Option<String>,
    /// When it stops working: the backend's word for it, else the sale's.
    pub expires_at: Timestamp,
    /// What became of the message.
    pub delivery_status: DeliveryStatus,
    /// Whether the message went as push rather than SMS, as far as we know.
    pub by_push: bool,
    /// The link that this one replaces.
    pub reissue_of: Option<LinkId>,
    /// What a person must deal with.
    pub alarms: Vec<Alarm>,
    /// Its story, oldest first.
    pub events: Vec<LinkEvent>,
    /// When the state last changed.
    pub changed_at: Timestamp,
}

impl Link {
    /// Adds an event to the story, oldest first, unless one with its key is there already. An event
    /// without a key is always new. Returns whether it was added.
    pub fn record(&mut self, event: LinkEvent) -> bool {
        if event.key.is_some() && self.events.iter().any(|e| e.key == event.key) {
            return false;
        }
        let place = self.events.partition_point(|e| e.at <= event.at);
        self.events.insert(place, event);
        true
    }

    /// [`record`](Self::record) for what can happen to a link once only: the kind is the key.
    pub fn record_once(&mut self, at: Timestamp, kind: EventKind, detail: Option<String>) -> bool {
        self.record(LinkEvent { at, kind, detail, key: Some(kind.word().to_owned()) })
    }

    /// Raises an alarm, once: after a person has dealt with it it does not come back by itself.
    /// Returns whether it's new.
    pub fn raise(&mut self, alarm: Alarm, at: Timestamp) -> bool {
        let new = self.record(LinkEvent {
            at,
            kind: EventKind::Alarm,
            detail: Some(alarm.word().to_owned()),
            key: Some(format!("alarm/{}", alarm.word())),
        });
        if new && !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
        new
    }

    /// A link that the seller has asked for at `now` and that nobody has sent yet.
    ///
    /// # Errors
    /// A sum that the API can't carry; never for a sale that was checked.
    pub fn queued(id: LinkId, account_id: String, sale: Sale, now: Timestamp) -> Result<Self, LineError> {
        let totals = sale.totals()?;
        let delivery_status = match sale.delivery {
            Delivery::Link => DeliveryStatus::None,
            Delivery::Sms(_) | Delivery::Email(_) => DeliveryStatus::Pending,
        };
        Ok(Self {
            id,
            account_id,
            amount: totals.gross,
            vat: totals.vat,
            created_at: now,
            state: LinkState::Queued,
            reason: None,
            session_id: None,
            transaction_id: None,
            url: None,
            expires_at: sale.expires_at,
            delivery_status,
            by_push: false,
            reissue_of: None,
            alarms: Vec::new(),
            events: vec![LinkEvent { at: now, kind: EventKind::Drafted, detail: None, key: None }],
            changed_at: now,
            sale,
        })
    }

    /// Nothing more happens to it by itself: with auto-capture, authorized is not the end yet
    /// (contracts, 1).
    #[must_use]
    pub const fn settled(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.sale.auto_capture,
            state => state.settled(),
        }
    }

    /// Paid as `--wait` means it: authorized, or with auto-capture captured.
    #[must_use]
    pub const fn paid(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.sale.auto_capture,
            state => state.paid(),
        }
    }

    /// The visitor is known to be a person: the opening came later than a few seconds after the
    /// link was made, or something followed it (field facts, 2).
    #[must_use]
    pub fn opened_by_person(&self) -> bool {
        let made = self.events.iter().find(|e| e.kind == EventKind::Created).map(|e| e.at);
        self.events.iter().any(|e| match e.kind {
            EventKind::Opened => made.is_some_and(|m| e.at.duration_since(m).as_secs() >= 5),
            EventKind::AddressGiven
            | EventKind::Paying
            | EventKind::AttemptFailed
            | EventKind::Authorized
            | EventKind::Captured => true,
            _ => false,
        })
    }
}
