//! What the program needs from outside, as traits. Owned by those who use them (`ops`), kept by the
//! edges: the Dintero client, the ledger, the desktop. An edge never sees another edge.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::email::Email;
pub use crate::domain::fault::FaultKind;
use crate::domain::lifecycle::{PublishNews, SessionNews, TransactionNews};
use crate::domain::link::{Alarm, Link, LinkId, LinkState};
use crate::domain::method::Method;
use crate::domain::money::Money;
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::domain::sale::{Delivery, Sale};

mod ledger_error;
mod outbox;
mod rescue;

pub use ledger_error::{LedgerError, Unusable};
pub use outbox::{MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Overdue};
pub use rescue::Rescue;

/// A boxed future, so that ports are object safe.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything together, cheap to clone.
#[derive(Clone)]
pub struct Ports {
    /// The payment backend.
    pub gateway: Arc<dyn Gateway>,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Clipboard, mail program, browser.
    pub desktop: Arc<dyn Desktop>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// The time. Real, or a test's.
pub trait Clock: Send + Sync {
    /// Now, by this machine.
    fn now(&self) -> Timestamp;
}

/// The real clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

// ---------------------------------------------------------------------------------------------
// The payment backend
// ---------------------------------------------------------------------------------------------

/// A failed request: what it did, and one plain line about it. Never holds a secret, a token, a phone
/// number or an e-mail address; text from the backend is cleaned and short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// What it did.
    pub kind: FaultKind,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// A line in English for the log and for experts; people see words chosen by `kind`.
    pub detail: String,
    /// The backend's own message from its error body, cleaned: the reason shown for a refusal.
    pub message: Option<String>,
    /// When it may be tried again (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The session that the answer to `create` named, where the rest of it was no good: it exists
    /// and can be read or cancelled.
    pub session_id: Option<String>,
}

impl Fault {
    /// A fault with nothing but its kind and a line about it.
    #[must_use]
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, status: None, detail: detail.into(), message: None, retry_after: None, session_id: None }
    }
}

/// The answer to "create".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The session.
    pub session_id: String,
    /// The address for the customer, checked (contracts, 2).
    pub url: String,
    /// What became of SMS or push.
    pub publish: Vec<PublishNews>,
    /// The payment product types that were asked for; empty for a whole profile that is not known.
    pub types: Vec<String>,
}

/// What the payment profile has.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// The payment product types switched on, in the backend's order.
    pub types: Vec<String>,
    /// The merchant's name.
    pub merchant_name: Option<String>,
    /// The profile's whole `configuration` and merchant settings, to be copied into a session that
    /// is made without the profile.
    pub raw: serde_json::Value,
}

/// A capture or refund of `amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyMove {
    /// How much.
    pub amount: Money,
    /// Our own reference for it (`capture_reference`, `refund_reference`).
    pub reference: String,
    /// Why, for a refund.
    pub reason: Option<String>,
    /// The lines: `line_id`, quantity as text, amount in minor units. Empty for "everything left".
    pub items: Vec<(String, String, i64)>,
}

/// The answer to capture, void and refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// `false` for an answer of 202: accepted, in progress, not done (contracts, 5).
    pub done: bool,
    /// The transaction as it is now.
    pub transaction: Option<TransactionNews>,
}

/// A Dintero-compatible backend for one account.
pub trait Gateway: Send + Sync {
    /// Makes a session for `sale`; `id` goes into its metadata as `ext_paylink_id`. Chooses between
    /// `POST /v1/sessions-profile` and `POST /v1/sessions` (contracts, 2).
    fn create<'a>(&'a self, id: LinkId, sale: &'a Sale) -> Reply<'a, Result<Created, Fault>>;
    /// Reads a session.
    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>>;
    /// Searches sessions by reference, newest page only. [`FaultKind::Forbidden`],
    /// [`FaultKind::NotFound`] or [`FaultKind::Refused`] where the backend can't list.
    fn find_sessions<'a>(&'a self, reference: &'a str) -> Reply<'a, Result<Vec<SessionNews>, Fault>>;
    /// Cancels a session.
    fn cancel<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>>;
    /// Reads a transaction.
    fn transaction<'a>(&'a self, id: &'a str) -> Reply<'a, Result<TransactionNews, Fault>>;
    /// The transactions of up to 100 sessions in one request.
    fn transactions_of<'a>(
        &'a self,
        session_ids: &'a [String],
    ) -> Reply<'a, Result<Vec<TransactionNews>, Fault>>;
    /// Transactions found by a search text (reference, phone, e-mail, name, id).
    fn search_transactions<'a>(&'a self, text: &'a str) -> Reply<'a, Result<Vec<TransactionNews>, Fault>>;
    /// Captures.
    fn capture<'a>(&'a self, transaction_id: &'a str, what: &'a MoneyMove)
    -> Reply<'a, Result<Moved, Fault>>;
    /// Voids.
    fn void<'a>(&'a self, transaction_id: &'a str) -> Reply<'a, Result<Moved, Fault>>;
    /// Refunds.
    fn refund<'a>(&'a self, transaction_id: &'a str, what: &'a MoneyMove) -> Reply<'a, Result<Moved, Fault>>;
    /// The payment profile of the config. Kept for a while.
    fn profile(&self) -> Reply<'_, Result<Profile, Fault>>;
    /// Signs in, if there's no good token: the cheapest proof that backend and credentials work.
    fn sign_in(&self) -> Reply<'_, Result<(), Fault>>;
    /// The backend's clock minus ours, from the last answer's `Date` header.
    fn clock_skew(&self) -> jiff::SignedDuration;
    /// The address of a session that was found again and whose link was lost:
    /// `{checkout_url}/v1/view/{id}` (contracts, 5).
    fn rebuilt_url(&self, session_id: &str) -> String;
}

// ---------------------------------------------------------------------------------------------
// The ledger
// ---------------------------------------------------------------------------------------------

/// Which links are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkFilter {
    /// Words, all of them to be found in reference, descriptions, phone (digits, any grouping), e-mail
    /// or name, anywhere within a word, or at the beginning of an id. Case and accents don't matter. A
    /// text without letters and digits restricts nothing.
    pub search: Option<String>,
    /// Only these states; empty for all.
    pub states: Vec<LinkState>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<u32>,
    /// Skip so many.
    pub offset: u32,
}

/// One row of a list: cheap to load by the hundred, without lines and events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The link.
    pub id: LinkId,
    /// Its reference.
    pub reference: Reference,
    /// Its state.
    pub state: LinkState,
    /// What it comes to.
    pub amount: Money,
    /// When the seller asked for it.
    pub created_at: Timestamp,
    /// When the state last changed.
    pub changed_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whom it was sent to, or empty: an SMS number in E.164 form or an e-mail address.
    pub to: String,
    /// The first line's description.
    pub title: String,
    /// The session, for tracking.
    pub session_id: Option<String>,
    /// Whether it captures by itself (then authorized is not the end).
    pub auto_capture: bool,
    /// What a person must deal with.
    pub alarms: Vec<Alarm>,
}

impl From<&Link> for LinkRow {
    fn from(link: &Link) -> Self {
        let to = match &link.sale.delivery {
            Delivery::Sms(phone) => phone.e164().to_owned(),
            Delivery::Email(email) => email.as_str().to_owned(),
            Delivery::Link => String::new(),
        };
        Self {
            id: link.id,
            reference: link.sale.reference.clone(),
            state: link.state,
            amount: link.amount,
            created_at: link.created_at,
            changed_at: link.changed_at,
            expires_at: link.expires_at,
            to,
            title: link.sale.lines.first().map(|l| l.description.clone()).unwrap_or_default(),
            session_id: link.session_id.clone(),
            auto_capture: link.sale.auto_capture,
            alarms: link.alarms.clone(),
        }
    }
}

impl LinkRow {
    /// Paid, as [`Link::paid`] means it.
    #[must_use]
    pub const fn paid(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.auto_capture,
            state => state.paid(),
        }
    }

    /// Nothing more happens to it by itself, as [`Link::settled`] means it.
    #[must_use]
    pub const fn settled(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.auto_capture,
            state => state.settled(),
        }
    }
}

/// The day at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayTotals {
    /// Minor units paid (authorized or captured, less refunds), per currency code.
    pub paid: BTreeMap<String, i64>,
    /// Minor units outstanding on live links, per currency code.
    pub outstanding: BTreeMap<String, i64>,
    /// How many were paid.
    pub paid_count: u32,
    /// How many are live.
    pub open_count: u32,
    /// How many requests wait in the outbox.
    pub waiting: u32,
}

/// The embedded database. Synchronous: callers that must not wait use a blocking thread.
///
/// Every change is durable when the call returns. Several processes may use one ledger at once.
/// A `Link`'s `events` and `alarms` are kept with it.
pub trait Ledger: Send + Sync {
    /// Keeps a new link and its outbox entry `Create`, in one transaction, provided that no live or
    /// paid link of the account has the reference (`allow_duplicate` skips that check).
    ///
    /// # Errors
    /// [`LedgerError::ReferenceUsed`], or the database's.
    fn insert(&self, link: &Link, allow_duplicate: bool) -> Result<(), LedgerError>;
    /// Keeps what changed of a link: everything but its sale. Events already kept are not doubled, none
    /// is ever removed: two are the same if the backend's id (`key`) is, or without one all of them is.
    /// Writes nothing where nothing changed.
    ///
    /// Guards against a caller that read the link long ago: ids and the address once known stay, a
    /// link with money (or whose money was released or paid back) does not go back to a state before
    /// the payment, and one that the backend has does not return to the outbox; then the state kept
    /// stays. Alarms are kept as given, so change them by [`Ledger::amend`].
    ///
    /// # Errors
    /// The database's; the link is not kept.
    fn update(&self, link: &Link) -> Result<(), LedgerError>;
    /// Reads a link, lets `change` work on it and keeps it if that says that it changed something, as
    /// one step that no other process comes between: the way to merge news, and to raise or settle an
    /// alarm. `change` must be quick (others wait meanwhile) and must not call the ledger. Returns the
    /// link as it is kept now, `None` if there's none.
    ///
    /// # Errors
    /// The database's.
    fn amend(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> bool,
    ) -> Result<Option<Link>, LedgerError> {
        // For fakes, which nobody else writes to.
        let Some(mut link) = self.link(id)? else { return Ok(None) };
        if change(&mut link) {
            self.update(&link)?;
        }
        Ok(Some(link))
    }
    /// The whole link.
    ///
    /// # Errors
    /// The database's.
    fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError>;
    /// Rows of the account `account_id`, newest first (by `created_at`).
    ///
    /// # Errors
    /// The database's.
    fn rows(&self, account_id: &str, filter: &LinkFilter) -> Result<Vec<LinkRow>, LedgerError>;
    /// How many links match, `limit` and `offset` aside.
    ///
    /// # Errors
    /// The database's.
    fn count(&self, account_id: &str, filter: &LinkFilter) -> Result<u64, LedgerError>;
    /// The links that `text` names: reference (exact, any case), own id (or a beginning of at least
    /// 6 characters), session id, transaction id.
    ///
    /// # Errors
    /// The database's.
    fn find(&self, account_id: &str, text: &str) -> Result<Vec<LinkRow>, LedgerError>;
    /// References near to `text`, for "did you mean".
    ///
    /// # Errors
    /// The database's.
    fn near(&self, account_id: &str, text: &str) -> Result<Vec<Reference>, LedgerError>;
    /// Links to be followed: at the backend and not settled (an authorized one that captures by
    /// itself is not), soonest expiry first.
    ///
    /// # Errors
    /// The database's.
    fn unsettled(&self, account_id: &str) -> Result<Vec<LinkRow>, LedgerError>;
    /// Totals of links made at or after `since`; outstanding, open and waiting are of all days. A link
    /// that is partly captured or refunded counts in full, because a [`Link`] doesn't say the part.
    ///
    /// # Errors
    /// The database's.
    fn totals(&self, account_id: &str, since: Timestamp) -> Result<DayTotals, LedgerError>;
    /// Whether a live or paid link of the account has the reference, in any case (`kari-014` is
    /// `KARI-014`, since [`Ledger::find`] takes them for the same).
    ///
    /// # Errors
    /// The database's.
    fn reference_used(&self, account_id: &str, reference: &Reference) -> Result<bool, LedgerError>;
    /// A reference that no link has, counted up durably: two processes never get the same.
    ///
    /// # Errors
    /// The database's.
    fn next_reference(
        &self,
        account_id: &str,
        template: &ReferenceTemplate,
        day: Date,
    ) -> Result<Reference, LedgerError>;

    /// Everything in the outbox of the account, oldest first.
    ///
    /// # Errors
    /// The database's.
    fn outbox(&self, account_id: &str) -> Result<Vec<OutboxEntry>, LedgerError>;
    /// Adds an entry for a link that is kept already. One of the same kind is replaced and keeps its
    /// place; while somebody holds a claim on it, the claim, `attempts` and `in_flight` stay.
    ///
    /// # Errors
    /// The database's.
    fn enqueue(&self, entry: &OutboxEntry) -> Result<(), LedgerError>;
    /// Claims an entry for sending: marks it in flight, counts the attempt, and for a `Create` sets
    /// the link to `creating`, durably and by one caller alone. `None`: another one has it (another
    /// thread of this process too), or it's gone, or it needs a decision, or it's a `Create` for a link
    /// that is at the backend or has ended, or an older entry of the same link still waits: what was
    /// asked for a link is done in that order. `next_at` is the caller's to mind.
    ///
    /// The entry comes back with the attempt counted and `in_flight` as it was *before*: a claim whose
    /// process died is given out again as soon as that is known, at the latest after `lease`, then with
    /// `in_flight` already true, so the caller knows that a request may have been sent. `lease` must be
    /// longer than a request can take.
    ///
    /// # Errors
    /// The database's.
    fn claim(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError>;
    /// Keeps what is about to be sent with a claimed entry (its `order`), durably: what was sent can be
    /// recognised afterwards. `false`: the claim has gone to somebody else, so nothing may be sent.
    ///
    /// # Errors
    /// The database's.
    fn note_order(&self, entry: &OutboxEntry) -> Result<bool, LedgerError>;
    /// Closes the entry and, for a `Create`, keeps the link's new state, in one transaction. With other kinds
    /// the link stays as it is kept: the tracker may know more of it than the claim did.
    ///
    /// # Errors
    /// The database's.
    fn settle_entry(&self, link: &Link, kind: OutboxKind) -> Result<(), LedgerError>;
    /// Gives the entry back with a new `next_at`, `last_error`, `in_flight`, `needs_decision`, `overdue`
    /// and `order` (`attempts` as claimed), keeps the link's state (for a `Create`), releases the claim; all in one transaction. If
    /// the claim has gone to another process meanwhile, or the entry is gone, nothing changes: theirs is
    /// the truth.
    ///
    /// # Errors
    /// The database's.
    fn release_entry(&self, link: &Link, entry: &OutboxEntry) -> Result<(), LedgerError>;

    /// What happened to the ledger, if the file that it replaced is still kept.
    ///
    /// # Errors
    /// The database's.
    fn rescue(&self) -> Result<Option<Rescue>, LedgerError> {
        Ok(None)
    }

    /// A small value kept under a name (draft, remembered defaults, cached profile).
    ///
    /// # Errors
    /// The database's.
    fn get(&self, key: &str) -> Result<Option<String>, LedgerError>;
    /// Keeps or (with `None`) forgets a small value.
    ///
    /// # Errors
    /// The database's.
    fn put(&self, key: &str, value: Option<&str>) -> Result<(), LedgerError>;
    /// A number that changes whenever any process has changed the ledger, cheap to ask for. It means
    /// something to this handle only.
    ///
    /// # Errors
    /// The database's.
    fn version(&self) -> Result<i64, LedgerError>;
}

// ---------------------------------------------------------------------------------------------
// The desktop
// ---------------------------------------------------------------------------------------------

/// Why the desktop did not do it, in one line for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DesktopError(pub String);

/// A mail to a customer, to be sent by the seller's own mail program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipient, if known.
    pub to: Option<Email>,
    /// The subject, one line.
    pub subject: String,
    /// The text, lines apart by `\n`.
    pub text: String,
}

/// The seller's own machine. Calls may wait; they're made from effects only.
pub trait Desktop: Send + Sync {
    /// Copies text to the system's clipboard.
    ///
    /// # Errors
    /// There's none, or it refused.
    fn copy(&self, text: &str) -> Result<(), DesktopError>;
    /// Opens the default mail program with this mail filled in (a `mailto:` address, RFC 6068).
    ///
    /// # Errors
    /// There's none.
    fn open_mail(&self, mail: &Mail) -> Result<(), DesktopError>;
    /// Opens a web page.
    ///
    /// # Errors
    /// There's no browser.
    fn open_page(&self, url: &str) -> Result<(), DesktopError>;
}

/// What the seller may offer, from the config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// The config's `methods`, if it has them.
    pub methods: Option<Vec<Method>>,
    /// The config's `default_methods`, if it has them.
    pub default_methods: Option<Vec<Method>>,
}
