//! How long somebody is kept waiting: counted, not read off a clock that can be set.

use std::time::Duration;

use tokio::time::Instant;

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
