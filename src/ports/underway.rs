//! What this process has under way, told by what it does and by time that is counted: no clock that is set, and no
//! sleep of the machine, can tell it wrongly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::OutboxKind;
use crate::domain::link::LinkId;

/// Shared by all parts of the process that work for one account; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Underway(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Until when what was sent may still be on its way.
    wire: BTreeMap<(LinkId, OutboxKind), Instant>,
}

impl Underway {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of it is a single step, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request goes out `now`, or has just ended without an answer; it may be on its way `until` then.
    pub fn sent(&self, link: LinkId, kind: OutboxKind, now: Instant, until: Instant) {
        let mut state = self.state();
        state.wire.retain(|_, end| *end > now);
        state.wire.insert((link, kind), until);
    }

    /// Whether a request of ours may still be on its way.
    #[must_use]
    pub fn on_the_wire(&self, link: LinkId, kind: OutboxKind, now: Instant) -> bool {
        self.state().wire.get(&(link, kind)).is_some_and(|end| *end > now)
    }
}
