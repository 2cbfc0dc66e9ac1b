//! How long somebody is kept waiting: counted, not read off a clock that can be set.

use std::time::Duration;

use tokio::time::Instant;

use crate::ports::Fault;

/// So often a command tries where there is no connection at all, before it leaves the rest to the outbox.
const NO_CONNECTION_TRIES: u32 = 3;

/// A wait that began when this was made.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    began: Instant,
    whole: Duration,
}

/// Now, by the count that no clock changes.
pub(super) fn counted() -> Instant {
    Instant::now()
}

impl Patience {
    /// So long from now on.
    #[must_use]
    pub fn new(whole: Duration) -> Self {
        Self { began: counted(), whole }
    }

    /// How much has passed.
    #[must_use]
    pub fn passed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How much is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.whole.saturating_sub(self.passed())
    }
}

/// The tries of somebody who waits that found no connection at all.
#[derive(Debug, Default)]
pub(super) struct Unreached(u32);

impl Unreached {
    /// One more try has failed so, or otherwise: whether there is no more waiting for a connection.
    pub(super) fn gives_up(&mut self, fault: Option<&Fault>) -> bool {
        if fault.is_some_and(Fault::unreached) { self.once_more() } else { self.0 >= NO_CONNECTION_TRIES }
    }

    /// One more try has failed so: whether there is no more waiting for a connection.
    pub(super) fn once_more(&mut self) -> bool {
        self.0 += 1;
        self.0 >= NO_CONNECTION_TRIES
    }
}
