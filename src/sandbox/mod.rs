//! A Dintero-compatible server for demos, training and tests (contracts, 4).
//!
//! It speaks the part of the API that the program uses, shows the hosted checkout page, shows the
//! customer's phone, and lets a test play the customer and break the line. It knows only `domain`,
//! and its handling of the wire is its own, on plain JSON values: a mistake shared with our client
//! can't hide here.
//!
//! | file | subject |
//! | --- | --- |
//! | `state`, `store` | what is kept, and the file it is kept in |
//! | `clock`, `ids`, `error`, `query`, `money`, `merge_patch` | small tools |
//! | `auth` | tokens |
//! | `validate/` | what a new session must look like |
//! | `sessions`, `listing`, `profiles`, `publish` | sessions, payment profiles, SMS and push |
//! | `transactions`, `moves` | reading transactions; capture, void, refund |
//! | `customer`, `address` | what a customer does: opens, fills in, pays, walks away |
//! | `pages/` | the hosted checkout page and the customer's phone |
//! | `control`, `faults`, `traffic` | the control interface and what it steers |
//! | `front`, `serve` | what every request passes through, and the sockets |

mod address;
mod auth;
mod clock;
mod control;
mod customer;
mod error;
mod faults;
mod front;
mod ids;
mod listing;
mod merge_patch;
mod methods;
mod money;
mod moves;
mod pages;
mod profiles;
mod publish;
mod query;
mod serve;
mod sessions;
mod state;
mod store;
mod traffic;
mod transactions;
mod validate;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::clock::{BaseClock, real_clock};
pub use self::publish::UNREACHABLE_PHONE;
pub use self::serve::{Cut, Running, lan_address, serve};

use self::state::World;
use self::store::Store;
use self::traffic::Traffic;

/// The only payment profile of the sandbox.
pub const PROFILE_ID: &str = "default";

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Config {
    /// The account, `T` and eight digits.
    pub account_id: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// What links begin with, without a slash at the end: an address that the customer's phone can
    /// reach. `None`: where [`Running::start`] listens, or `http://127.0.0.1`.
    pub base_url: Option<String>,
    /// The seller's name on the page and in messages.
    pub merchant_name: String,
    /// Where the state is kept across restarts. A file that is there already brings its own
    /// credentials along.
    pub data: Option<PathBuf>,
    /// What the sandbox's own clock is based on.
    pub clock: BaseClock,
    /// The time zone of the page's times; asked when a page is drawn.
    pub zone: fn() -> TimeZone,
}

impl Config {
    /// A new account with random credentials, the real clock and no file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            account_id: ids::account_id(),
            client_id: ids::uuid(),
            client_secret: ids::secret(),
            base_url: None,
            merchant_name: "Fjordfisk AS".to_owned(),
            data: None,
            clock: real_clock(),
            zone: norway,
        }
    }
}

/// Norway's time zone; UTC where the machine doesn't know it.
fn norway() -> TimeZone {
    TimeZone::get("Europe/Oslo").unwrap_or(TimeZone::UTC)
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("account_id", &self.account_id)
            .field("base_url", &self.base_url)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// Why a sandbox could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The file with the state can't be read.
    #[error("the sandbox's data file {path} can't be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a sandbox's state.
    #[error("{path} is not a sandbox's data file: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The file can't be written.
    #[error("the sandbox's data file {path} can't be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// The sandbox: its state and its clock. Cheap to clone; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    base_url: String,
    world: Mutex<World>,
    traffic: Mutex<Traffic>,
    store: Option<Store>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox with the state of its data file, or an empty one.
    ///
    /// # Errors
    /// The data file can't be read, or isn't one.
    pub fn new(mut config: Config) -> Result<Self, SandboxError> {
        let base_url = config.base_url.clone().unwrap_or_else(|| "http://127.0.0.1".to_owned());
        let base_url = base_url.trim_end_matches('/').to_owned();
        let (store, kept) = match &config.data {
            None => (None, None),
            Some(path) => {
                let (store, kept) = Store::open(path)?;
                (Some(store), kept)
            }
        };
        let fresh = kept.is_none();
        let world = kept.unwrap_or_else(|| World::new(&config));
        config.account_id.clone_from(&world.account_id);
        config.client_id.clone_from(&world.client_id);
        config.client_secret.clone_from(&world.client_secret);
        let inner = Inner { config, base_url, world: Mutex::new(world), traffic: Mutex::default(), store };
        let sandbox = Self { inner: Arc::new(inner) };
        if fresh && let Some(store) = &sandbox.inner.store {
            // Written at once, so that a path that can't be written is said at the start.
            store.write(sandbox.snapshot())?;
        }
        Ok(sandbox)
    }

    /// The sandbox as a service, to be driven in-process or served.
    ///
    /// In-process calls carry no peer address and count as loopback. A fault that cuts the
    /// connection can't cut anything there: its answer carries [`Cut`] as an extension.
    pub fn router(&self) -> Router {
        front::router(self)
    }

    /// The account's id.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.inner.config.account_id
    }

    /// The client's id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.inner.config.client_id
    }

    /// The client's secret. Nothing is bought with it but play money.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.inner.config.client_secret
    }

    /// The payment profile's id.
    #[must_use]
    pub fn profile_id(&self) -> &str {
        PROFILE_ID
    }

    /// What links begin with; `api_url` and `checkout_url` at once.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// Now, by the sandbox's own clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.look(|_, now| now)
    }

    fn zone(&self) -> TimeZone {
        (self.inner.config.zone)()
    }

    fn merchant_name(&self) -> &str {
        &self.inner.config.merchant_name
    }

    fn look<R>(&self, read: impl FnOnce(&World, Timestamp) -> R) -> R {
        let mut world = self.inner.world.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now(&self.inner.config.clock, world.clock_offset);
        world.settle(now);
        read(&world, now)
    }

    fn change<R>(&self, write: impl FnOnce(&mut World, Timestamp) -> R) -> R {
        let mut world = self.inner.world.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now(&self.inner.config.clock, world.clock_offset);
        world.settle(now);
        world.version += 1;
        write(&mut world, now)
    }

    fn traffic<R>(&self, act: impl FnOnce(&mut Traffic) -> R) -> R {
        act(&mut self.inner.traffic.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn snapshot(&self) -> store::Snapshot {
        let world = self.inner.world.lock().unwrap_or_else(PoisonError::into_inner);
        store::Snapshot::of(&world)
    }

    /// Keeps what has changed, if there is a file for it.
    async fn keep(&self) {
        let Some(store) = &self.inner.store else { return };
        let store = store.clone();
        let this = self.clone();
        let kept = tokio::task::spawn_blocking(move || store.write_newest(|| this.snapshot())).await;
        match kept {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the sandbox's state was not kept"),
            Err(error) => tracing::error!(%error, "keeping the sandbox's state was stopped"),
        }
    }
}
