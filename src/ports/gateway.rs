//! The payment backend.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::Reply;
use crate::domain::cause::{Barrier, Cause};
use crate::domain::fault::FaultKind;
use crate::domain::lifecycle::{PublishNews, SessionNews, TransactionNews};
use crate::domain::link::{LinkId, masked_address};
use crate::domain::money::Money;
use crate::domain::sale::Sale;

/// From so many seconds on a clock that differs from the backend's is told.
pub const CLOCK_OFF_SECONDS: i64 = 60;

/// A failed request: what it did, and why it failed. Never holds a secret, a token, a phone number or an
/// e-mail address; text from the backend is cleaned and short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Fault {
    /// What it did.
    pub kind: FaultKind,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why. Its line in English is for the log; people read it in their language, after words chosen by `kind`.
    pub cause: Cause,
    /// The backend's own message from its error body, cleaned: the reason shown for a refusal.
    pub message: Option<String>,
    /// When it may be tried again (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The session that the answer to `create` named, where the rest of it was no good: it exists
    /// and can be read or cancelled.
    pub session_id: Option<String>,
}

impl Fault {
    /// A fault with nothing but its kind and its cause.
    #[must_use]
    pub const fn new(kind: FaultKind, cause: Cause) -> Self {
        Self { kind, status: None, cause, message: None, retry_after: None, session_id: None }
    }

    /// Certainly nothing was sent, because the backend could not be reached.
    #[must_use]
    pub fn unreached(&self) -> bool {
        self.barrier().is_some()
    }

    /// What stood between us and the backend, where that is why certainly nothing was sent. An answer with a link to a
    /// foreign address is untrusted, too, but it is the backend's.
    #[must_use]
    pub fn barrier(&self) -> Option<Barrier> {
        let nothing_sent = matches!(self.kind, FaultKind::NotSent | FaultKind::Untrusted);
        self.cause.barrier().filter(|_| nothing_sent && self.session_id.is_none())
    }

    /// The kind that people are told: where the backend was not reached that is it, whoever answered in its place. The
    /// cause says the rest.
    #[must_use]
    pub fn told_as(&self) -> FaultKind {
        if self.unreached() { FaultKind::NotSent } else { self.kind }
    }

    /// Nothing was sent, because there is no client secret or the backend does not take it: whoever has the right one
    /// can send it at once.
    #[must_use]
    pub fn no_token(&self) -> bool {
        self.kind == FaultKind::NotSignedIn && matches!(self.cause, Cause::SigningIn(_) | Cause::Plain(_))
    }

    /// The line that is kept of it: the backend's own message if there is one, else the cause.
    #[must_use]
    pub fn line(&self) -> String {
        self.message.clone().unwrap_or_else(|| self.cause.to_string())
    }
}

/// Says at the last moment whether the request may still go out, and writes down that it does.
pub type Leave = Box<dyn Fn() -> Reply<'static, Result<(), Fault>> + Send + Sync>;

/// Whether the one request that must not be made twice has been handed over to the network: what is given up before
/// that did certainly nothing.
#[derive(Default)]
pub struct Sending {
    begun: AtomicBool,
    leave: Option<Leave>,
}

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sending").field("begun", &self.begun()).finish_non_exhaustive()
    }
}

impl Sending {
    /// For a request that asks for `leave` before it goes out.
    #[must_use]
    pub fn by(leave: Leave) -> Self {
        Self { begun: AtomicBool::default(), leave: Some(leave) }
    }

    /// It is handed over now, with all that it needs; from here on the backend may have it.
    ///
    /// # Errors
    /// It may not go out any more: nothing was sent.
    pub async fn begins(&self) -> Result<(), Fault> {
        if let Some(leave) = &self.leave {
            leave().await?;
        }
        self.begun.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The backend has said that it did nothing with it, and the next try has not begun.
    pub fn did_nothing(&self) {
        self.begun.store(false, Ordering::SeqCst);
    }

    /// Whether the backend may have it.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }
}

/// The answer to "create".
#[derive(Clone, PartialEq, Eq)]
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

impl std::fmt::Debug for Created {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { session_id, url, publish, types } = self;
        f.debug_struct("Created")
            .field("session_id", session_id)
            .field("url", &masked_address(url))
            .field("publish", publish)
            .field("types", types)
            .finish()
    }
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
    /// The lines, where it is all that was ordered: `line_id`, quantity as text, amount in minor units. Empty for a part.
    pub items: Vec<(String, String, i64)>,
}

/// The answer to capture, void and refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What the code of the answer says: 200, or 202 (accepted, in progress). Whether the money has moved
    /// is told by the transaction alone: an answer can be 200 and the capture have failed (API, 5.3).
    pub done: bool,
    /// The transaction as it is now.
    pub transaction: Option<TransactionNews>,
}

/// The sessions that a search has brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Searched {
    /// What was read.
    pub sessions: Vec<SessionNews>,
    /// All that could be meant was read. Else one that is not among these may be there all the same.
    pub complete: bool,
}

/// A Dintero-compatible backend for one account.
pub trait Gateway: Send + Sync {
    /// Makes a session for `sale`; `id` goes into its metadata as `ext_paylink_id`. Chooses between
    /// `POST /v1/sessions-profile` and `POST /v1/sessions` (contracts, 2). Much may come before the request itself
    /// (a token, the payment profile): `sending` says how far it is, so that whoever loses patience knows what that
    /// means, and is asked for leave once all of that is there ([`Sending::begins`]).
    fn create<'a>(
        &'a self,
        id: LinkId,
        sale: &'a Sale,
        sending: &'a Sending,
    ) -> Reply<'a, Result<Created, Fault>>;
    /// Reads a session.
    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>>;
    /// Up to 100 sessions in few requests. One that the answers leave out, or of which they tell less than
    /// [`session`](Self::session) does, is not among them: it may be there all the same.
    /// [`FaultKind::Forbidden`], [`FaultKind::NotFound`] or [`FaultKind::Refused`] where the backend can't list.
    fn sessions_of<'a>(&'a self, session_ids: &'a [String]) -> Reply<'a, Result<Vec<SessionNews>, Fault>>;
    /// Searches sessions by reference, page by page up to a bound; beyond it only those made since about `since`, by
    /// this machine's clock. [`FaultKind::Forbidden`], [`FaultKind::NotFound`] or [`FaultKind::Refused`] where the
    /// backend can't list.
    fn find_sessions<'a>(
        &'a self,
        reference: &'a str,
        since: Timestamp,
    ) -> Reply<'a, Result<Searched, Fault>>;
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
    /// The payment profile as the backend has it now: for whoever is about to be told that something is not in it.
    fn profile_anew(&self) -> Reply<'_, Result<Profile, Fault>> {
        self.profile()
    }
    /// Signs in, if there's no good token: the cheapest proof that backend and credentials work. Where there was no
    /// secret or a wrong one, that is told again for a while without asking anybody.
    fn sign_in(&self) -> Reply<'_, Result<(), Fault>>;
    /// The seller wants it now: what the backend asked us to wait for is no longer waited for here, and whoever was
    /// turned away signs in anew.
    fn insist(&self) {}
    /// Signs in, and asks once more if the backend's clock was told by one answer alone: its clock minus ours,
    /// or `None` where its answers disagree, or tell no time.
    ///
    /// # Errors
    /// What signing in brings.
    fn clock_checked(&self) -> Reply<'_, Result<Option<jiff::SignedDuration>, Fault>>;
    /// The backend's clock minus ours, from the `Date` headers of its answers. One that differs is believed once
    /// another agrees; until then the earlier time counts.
    fn clock_skew(&self) -> jiff::SignedDuration;
    /// The same, if answers told it and the last of them agree.
    fn clock_told(&self) -> Option<jiff::SignedDuration>;
    /// The same, after all that was answered so far: where the last answer told another time than was believed, a second
    /// one is asked for. Asks nobody where nothing was answered, or the answers agree.
    fn clock_heard(&self) -> Reply<'_, jiff::SignedDuration> {
        // For fakes, which have one clock.
        Box::pin(async move { self.clock_skew() })
    }
    /// The address of a session that was found again and whose link was lost:
    /// `{checkout_url}/v1/view/{id}` (contracts, 5).
    fn rebuilt_url(&self, session_id: &str) -> String;
}
