//! How long what the backend has said may wait to be written down while the ledger can't be written.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::LedgerError;

/// Is told what keeps something from being written down.
type Told = Box<dyn Fn(&LedgerError) + Send>;

/// Shared by all parts of a process that write down what they heard; cheap to clone. Without an end of its own they go
/// on for as long as the process runs, until it is told to stop.
#[derive(Clone)]
pub struct Persist {
    stop: Arc<watch::Sender<bool>>,
    told: Arc<Mutex<Option<Told>>>,
    end: Option<Instant>,
}

impl Default for Persist {
    fn default() -> Self {
        Self { stop: Arc::new(watch::Sender::new(false)), told: Arc::default(), end: None }
    }
}

impl std::fmt::Debug for Persist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Persist").field("end", &self.end).finish_non_exhaustive()
    }
}

impl Persist {
    /// For somebody who waits no longer than to that moment.
    #[must_use]
    pub fn until(end: Instant) -> Self {
        Self { end: Some(end), ..Self::default() }
    }

    /// From now on `told` hears it when something can't be written down and goes on being tried.
    pub fn tell(&self, told: impl Fn(&LedgerError) + Send + 'static) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(told));
    }

    /// Something is to be written down.
    #[must_use]
    pub fn begin(&self) -> Persisting {
        Persisting { of: self.clone(), stopped: self.stop.subscribe() }
    }

    /// The process ends: what is unwritten is tried a last time. Returns when that is done, at once where there is
    /// nothing.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }
}

/// Something is being written down until this is dropped.
#[derive(Debug)]
pub struct Persisting {
    of: Persist,
    stopped: watch::Receiver<bool>,
}

impl Persisting {
    /// When nobody waits any more.
    #[must_use]
    pub const fn end(&self) -> Option<Instant> {
        self.of.end
    }

    /// Whether the process ends.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Returns when the process ends.
    pub async fn stopped(&mut self) {
        // Its sender is held by `of`, so it can't be gone.
        let _ = self.stopped.wait_for(|stopped| *stopped).await;
    }

    /// It can't be written down, and goes on being tried.
    pub fn tell(&self, error: &LedgerError) {
        if let Some(told) = &*self.of.told.lock().unwrap_or_else(PoisonError::into_inner) {
            told(error);
        }
    }
}
