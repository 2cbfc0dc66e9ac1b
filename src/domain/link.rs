//! A payment link and its story, as paylink knows them.

mod balance;
mod left;
mod replaced;
mod shown;
mod state;
mod story;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clean;
use super::line::LineError;
use super::money::Money;
use super::sale::{Delivery, Sale};

pub use balance::{part, read_part};
pub use left::Left;
pub use replaced::Replacement;
pub use shown::masked_address;
pub use state::LinkState;
pub use story::{EventKind, LinkEvent, in_order};

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

/// The most characters of a status word that nobody knows.
const LONGEST_STATUS: usize = 40;

/// What became of the message or mail.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// A word we don't know, as the backend gave it: cleaned and short.
    Unknown(String),
}

impl DeliveryStatus {
    /// The word in `--json` and in the API.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::None => "none",
            Self::Unknown(word) => word,
        }
    }

    /// From the API's word, in any case; an unknown one is [`DeliveryStatus::Unknown`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        [Self::Pending, Self::Sent, Self::Skipped, Self::Failed, Self::None]
            .into_iter()
            .find(|s| s.word().eq_ignore_ascii_case(word))
            .unwrap_or_else(|| Self::Unknown(clean::line_within(word, LONGEST_STATUS)))
    }
}

/// What a person must deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Two paid sessions for one reference (contracts, 5).
    DoublePayment,
    /// It was paid, and the customer can pay again by a link that was made in its place.
    ReplacementOpen,
    /// The backend's amount is not the one we asked for.
    AmountDiffers,
    /// A link that was lost on the way was paid, and this one was not: the customer must not pay again.
    PaidElsewhere,
    /// A payment of a link that was lost on the way had no end a month after its time, and is not followed any more.
    LostOnHold,
    /// The link was to be withdrawn, later, and then it could not be.
    CancelRefused,
    /// The money was to be withdrawn, later, and then it could not be.
    CaptureRefused,
    /// The reservation was to be released, later, and then it could not be.
    VoidRefused,
    /// Money was to be given back, later, and then it could not be.
    RefundRefused,
}

impl Alarm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::DoublePayment,
        Self::ReplacementOpen,
        Self::AmountDiffers,
        Self::PaidElsewhere,
        Self::LostOnHold,
        Self::CancelRefused,
        Self::CaptureRefused,
        Self::VoidRefused,
        Self::RefundRefused,
    ];

    /// The alarm of a [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alarm| alarm.word() == word)
    }

    /// The word in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DoublePayment => "double_payment",
            Self::ReplacementOpen => "replacement_open",
            Self::AmountDiffers => "amount_differs",
            Self::PaidElsewhere => "paid_elsewhere",
            Self::LostOnHold => "lost_on_hold",
            Self::CancelRefused => "cancel_refused",
            Self::CaptureRefused => "capture_refused",
            Self::VoidRefused => "void_refused",
            Self::RefundRefused => "refund_refused",
        }
    }
}

/// A payment beside that of a link's own session that no other link tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Of a session that was lost on the way.
    Lost,
    /// A second one on the same session.
    Second,
}

impl Beside {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Lost, Self::Second];

    const fn key(self) -> &'static str {
        match self {
            Self::Lost => "alarm/double_payment/lost",
            Self::Second => "alarm/double_payment/second",
        }
    }
}

/// The event that tells that the session which was lost is the link's.
const BY_LOST: &str = "alarm/paid_elsewhere/ours";

/// A request about a link that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// It was to be withdrawn.
    Cancel,
    /// The money was to be withdrawn.
    Capture,
    /// The reservation was to be released.
    Void,
    /// Money was to be given back.
    Refund,
}

impl NotDone {
    /// As it stands in the story.
    #[must_use]
    pub const fn event(self) -> EventKind {
        match self {
            Self::Cancel => EventKind::CancelRefused,
            Self::Capture => EventKind::CaptureRefused,
            Self::Void => EventKind::VoidRefused,
            Self::Refund => EventKind::RefundRefused,
        }
    }

    const fn alarm(self) -> Alarm {
        match self {
            Self::Cancel => Alarm::CancelRefused,
            Self::Capture => Alarm::CaptureRefused,
            Self::Void => Alarm::VoidRefused,
            Self::Refund => Alarm::RefundRefused,
        }
    }
}

/// A payment link. Its debug form tells no address by which it could be paid.
#[derive(Clone, PartialEq, Eq)]
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

    /// Raises an alarm, once: after a person has dealt with it it does not come back by itself, only after it was
    /// taken off by [`lower`](Self::lower). Returns whether it's new.
    pub fn raise(&mut self, alarm: Alarm, at: Timestamp) -> bool {
        let key = match self.times_lowered(alarm) {
            0 => format!("alarm/{}", alarm.word()),
            times => format!("alarm/{}/{times}", alarm.word()),
        };
        self.raise_as(alarm, key, at)
    }

    /// The alarm of a payment beside that of the link's session, once.
    pub fn paid_twice(&mut self, beside: Beside, at: Timestamp) -> bool {
        self.raise_as(Alarm::DoublePayment, beside.key().to_owned(), at)
    }

    /// Whether a payment was found that no other link tells of.
    #[must_use]
    pub fn was_paid_beside(&self) -> bool {
        Beside::ALL.iter().any(|b| self.events.iter().any(|e| e.key.as_deref() == Some(b.key())))
    }

    /// The session that was lost was found paid, and is the link's from now on. Part of its story; an alarm where the
    /// seller doesn't expect it.
    pub fn paid_by_lost(&mut self, unexpected: bool, at: Timestamp) {
        if unexpected {
            self.raise_as(Alarm::PaidElsewhere, BY_LOST.to_owned(), at);
        } else {
            let detail = Some(Alarm::PaidElsewhere.word().to_owned());
            self.record(LinkEvent { at, kind: EventKind::Alarm, detail, key: Some(BY_LOST.to_owned()) });
        }
    }

    /// Whether a lost session of this link holds money that its own session doesn't know of.
    #[must_use]
    pub fn paid_elsewhere(&self) -> bool {
        let word = Some(Alarm::PaidElsewhere.word());
        let told = self.events.iter().any(|e| e.kind == EventKind::Alarm && e.detail.as_deref() == word);
        told && !self.events.iter().any(|e| e.key.as_deref() == Some(BY_LOST))
    }

    /// The same, where the link's own payment had gone back before: it keeps that one's story, and the other one is nobody's.
    #[must_use]
    pub fn paid_elsewhere_after_its_own(&self) -> bool {
        matches!(self.state, LinkState::Refunded | LinkState::Voided) && self.paid_elsewhere()
    }

    fn raise_as(&mut self, alarm: Alarm, key: String, at: Timestamp) -> bool {
        let detail = Some(alarm.word().to_owned());
        let new = self.record(LinkEvent { at, kind: EventKind::Alarm, detail, key: Some(key) });
        if new && !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
        new
    }

    /// Takes off an alarm whose reason is gone, so that it can be raised again if that comes back. Returns whether
    /// it was there.
    pub fn lower(&mut self, alarm: Alarm, at: Timestamp) -> bool {
        if !self.alarms.contains(&alarm) {
            return false;
        }
        self.alarms.retain(|a| *a != alarm);
        let key = format!("alarm_over/{}/{}", alarm.word(), self.times_lowered(alarm));
        let detail = Some(alarm.word().to_owned());
        self.record(LinkEvent { at, kind: EventKind::AlarmOver, detail, key: Some(key) })
    }

    fn times_lowered(&self, alarm: Alarm) -> usize {
        let is = |e: &&LinkEvent| e.kind == EventKind::AlarmOver && e.detail.as_deref() == Some(alarm.word());
        self.events.iter().filter(is).count()
    }

    /// A person has dealt with `alarms`. Those that came since nobody has seen: they stay. Returns whether any was
    /// there.
    pub fn deal_with(&mut self, alarms: &[Alarm]) -> bool {
        let before = self.alarms.len();
        self.alarms.retain(|alarm| !alarms.contains(alarm));
        self.alarms.len() < before
    }

    /// What was asked for could not be done, and why. If nobody sits before it and hears that, it's an alarm.
    pub fn not_done(&mut self, what: NotDone, why: String, at: Timestamp, heard: bool) {
        self.record(LinkEvent { at, kind: what.event(), detail: Some(why), key: None });
        let alarm = what.alarm();
        if !heard && !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
    }

    /// Its story as it is told, oldest first: an end that clocks told and that turned out to be none is left out.
    pub fn story(&self) -> impl Iterator<Item = &LinkEvent> {
        let ended = self.state.ended_unpaid();
        self.events.iter().filter(move |e| ended || e.kind != EventKind::Expired)
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

    /// It has ended at the backend, and may go on all the same: its time is over as far as clocks tell, or the customer's
    /// try has failed without coming to a payment, and may be made again. A payment that was declined or failed is the
    /// end, because a session has at most one (API, 3). Or it was withdrawn while a payment had begun, which may yet go
    /// through.
    #[must_use]
    pub const fn may_go_on(&self) -> bool {
        let fits = match self.state {
            LinkState::Expired => true,
            LinkState::Cancelled => self.transaction_id.is_some(),
            _ => self.transaction_id.is_none(),
        };
        self.state.may_go_on() && fits && self.session_id.is_some()
    }

    /// Paid as `--wait` means it: authorized, or with auto-capture captured.
    #[must_use]
    pub const fn paid(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.sale.auto_capture,
            state => state.paid(),
        }
    }

    /// A robot has opened it, as far as can be told: programs that preview a text message look at its link within
    /// moments of it, and nothing followed (field facts, 2). A code is scanned and a push opened by a person; when
    /// a mail went out is not known here, so nothing is said of one.
    #[must_use]
    pub fn opened_by_robot(&self) -> bool {
        const MOMENTS: i64 = 2;
        if !matches!(self.sale.delivery, Delivery::Sms(_)) || self.by_push {
            return false;
        }
        let Some(sent) = self.events.iter().find(|e| e.kind == EventKind::MessageSent).map(|e| e.at) else {
            return false;
        };
        let mut opened = false;
        for event in &self.events {
            match event.kind {
                EventKind::Opened if event.at.duration_since(sent).as_secs() > MOMENTS => return false,
                EventKind::Opened => opened = true,
                EventKind::AddressGiven
                | EventKind::Paying
                | EventKind::AttemptFailed
                | EventKind::Authorized
                | EventKind::Captured => return false,
                _ => {}
            }
        }
        opened
    }
}
