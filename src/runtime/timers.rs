//! The app's timers: one of each kind, none when nothing is awaited.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::engine::Sender;
use crate::app::msg::{Msg, Timer};

/// Longest sleep in one go. A laptop that slept has lost that time on the clock that timers use, so a
/// long wait is cut up and looked at again by the wall clock. A wall clock that is set back doesn't make it
/// longer: what it was to last when it began is the most it lasts, and the app then plans anew.
const LONGEST: Duration = Duration::from_secs(60);

/// Timers under way.
#[derive(Default)]
pub(super) struct Timers {
    running: HashMap<Timer, JoinHandle<()>>,
}

impl Timers {
    /// Starts, or replaces, a timer that runs out at `at`.
    pub(super) fn start(
        &mut self,
        timer: Timer,
        at: Timestamp,
        tx: Sender,
        clock: super::engine::SharedClock,
    ) {
        self.stop(timer);
        let task = tokio::spawn(async move {
            let begun = Instant::now();
            let left = || Duration::try_from(at.duration_since(clock.now())).unwrap_or(Duration::ZERO);
            let whole = left();
            loop {
                let left = left().min(whole.saturating_sub(begun.elapsed()));
                if left.is_zero() {
                    break;
                }
                tokio::time::sleep(left.min(LONGEST)).await;
            }
            tx.message(Msg::Due(timer));
        });
        self.running.insert(timer, task);
    }

    /// Forgets a timer.
    pub(super) fn stop(&mut self, timer: Timer) {
        if let Some(task) = self.running.remove(&timer) {
            task.abort();
        }
    }
}

impl Drop for Timers {
    fn drop(&mut self) {
        for task in self.running.values() {
            task.abort();
        }
    }
}
