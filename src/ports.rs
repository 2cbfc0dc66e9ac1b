//! What the program needs from outside, as traits. Owned by those who use them (`ops`), kept by the
//! edges: the Dintero client, the ledger, the desktop. An edge never sees another edge.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::email::Email;
pub use crate::domain::fault::FaultKind;
use crate::domain::method::Method;

mod counted;
mod ended;
mod gateway;
mod ledger;
mod ledger_error;
mod made;
mod outbox;
mod persist;
mod rescue;
mod row;
mod underway;

pub use counted::Counted;
pub use ended::{Dropped, Dropping, EndedOrder, OrderEnd, OrderId, Place, Placing};
pub use gateway::{
    CLOCK_OFF_SECONDS, Created, Fault, Gateway, Leave, MoneyMove, Moved, Profile, Searched, Sending,
};
pub use ledger::{Ledger, Touched, Watch};
pub use ledger_error::{LedgerError, Unusable};
pub use made::Made;
pub use outbox::{MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Overdue};
pub use persist::{Persist, Persisting};
pub use rescue::{DOUBTED, Rescue};
pub use row::{DayTotals, FOLLOWED_AFTER_END, LinkFilter, LinkRow};
pub use underway::{Underway, Work};

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
    /// Whose turn it is at the ledger.
    pub turns: Turns,
    /// What this process has under way.
    pub underway: Underway,
    /// How long what was heard may wait to be written down.
    pub persist: Persist,
}

/// How many threads are at the ledger at once. There is a connection to write and one to read: more threads would
/// but wait for those two, and each keeps the room that its results once took.
#[derive(Debug, Clone)]
pub struct Turns(Arc<tokio::sync::Semaphore>);

impl Turns {
    /// Waits until it's the caller's turn, which lasts until what is returned is dropped.
    pub async fn next(&self) -> impl Send + Sync + use<> {
        // It is never closed; if it were, nobody would have to wait.
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(tokio::sync::Semaphore::new(2)))
    }
}

/// The time. Real, or a test's.
pub trait Clock: Send + Sync {
    /// Now, by this machine.
    fn now(&self) -> Timestamp;

    /// What went by since the machine was started, the time that it slept included, whatever its clock is set to.
    /// `None` where the system can't tell.
    fn steady(&self) -> Option<Counted> {
        None
    }

    /// How long the machine has been awake. `None` where the system can't tell.
    fn awake(&self) -> Option<Counted> {
        None
    }
}

/// The real clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[cfg(target_os = "linux")]
    fn steady(&self) -> Option<Counted> {
        // `Instant` stands still while it sleeps.
        Counted::steady()
    }

    #[cfg(target_os = "linux")]
    fn awake(&self) -> Option<Counted> {
        Counted::awake()
    }
}

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
