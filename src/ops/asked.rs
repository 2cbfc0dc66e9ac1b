//! When the backend was asked, so that its answer is judged by that moment and not by the one at which it's heard.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::backend_now;
use super::patience::counted;
use crate::ports::Ports;

/// The moment of a question. While its answer is on its way this machine's clock may be set, and what is known of the
/// backend's clock be learned anew: so what counts is how long ago it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// By this machine's clock, as it was then.
    at: Timestamp,
    /// By [`steady`](crate::ports::Clock::steady).
    steady: Option<Duration>,
    /// By the count that stands still while the machine sleeps.
    counted: Instant,
}

impl Asked {
    /// The question is put now.
    pub(super) fn now(ports: &Ports) -> Self {
        Self { at: ports.clock.now(), steady: steady(ports), counted: counted() }
    }

    /// When it was put by the backend's clock, as far as that is known by now.
    pub(super) fn by_backend(self, ports: &Ports) -> Timestamp {
        let now = backend_now(ports);
        if let Some((then, by_now)) = self.steady.zip(steady(ports)) {
            return before(now, by_now.saturating_sub(then));
        }
        // A clock that was set back since makes the one of these too late, hours that the machine slept the other. The
        // earlier ends nothing too soon.
        let by_clock = self.at.checked_add(ports.gateway.clock_skew()).unwrap_or(self.at);
        by_clock.min(before(now, self.counted.elapsed()))
    }
}

/// By what the machine counts; a process lives within one start of it.
fn steady(ports: &Ports) -> Option<Duration> {
    Some(Duration::from_millis(ports.clock.steady()?.ms()))
}

fn before(now: Timestamp, ago: Duration) -> Timestamp {
    SignedDuration::try_from(ago).ok().and_then(|ago| now.checked_sub(ago).ok()).unwrap_or(now)
}
