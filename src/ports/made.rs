//! How long ago links were made, whatever the machine's clock was set to since.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Clock;
use crate::domain::link::LinkId;

/// Of so many links it is kept, the latest. Those that are sent at once don't need it.
const MOST: usize = 4_096;

/// When this process made which link, by [`Clock::steady`]. Cheap to clone. What another process made, or this one
/// before it was started anew, is not known.
#[derive(Debug, Clone, Default)]
pub struct Made(Arc<Mutex<HashMap<LinkId, Duration>>>);

impl Made {
    /// The link is made now.
    pub fn note(&self, id: LinkId, clock: &dyn Clock) {
        let Some(at) = clock.steady() else { return };
        let mut kept = self.kept();
        if kept.len() >= MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, at)| **at).map(|(id, _)| *id)
        {
            kept.remove(&oldest);
        }
        kept.insert(id, at);
    }

    /// How long ago the link was made, if that is known.
    #[must_use]
    pub fn ago(&self, id: LinkId, clock: &dyn Clock) -> Option<Duration> {
        let at = self.kept().get(&id).copied()?;
        clock.steady()?.checked_sub(at)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<LinkId, Duration>> {
        // Whole entries only: what a panic left is whole too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
