//! What this process has under way, told by what it does and by time that is counted: no clock that is set, and no
//! sleep of the machine, can tell it wrongly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::OutboxKind;
use crate::domain::link::LinkId;

/// How many links of the outbox are worked on at a time, however many parts of the process send what waits.
const AT_ONCE: usize = 4;
/// How many more there may be while others are stuck.
const STUCK: usize = 12;
/// How many links that a person sends or withdraws one by one are worked on at a time, besides those of the outbox.
const BY_HAND: usize = 8;

/// Shared by all parts of the process that work for one account; cheap to clone.
#[derive(Debug, Clone)]
pub struct Underway {
    state: Arc<Mutex<State>>,
    room: Arc<Semaphore>,
    stuck: Arc<Semaphore>,
    by_hand: Arc<Semaphore>,
}

impl Default for Underway {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            stuck: Arc::new(Semaphore::new(STUCK)),
            by_hand: Arc::new(Semaphore::new(BY_HAND)),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// What somebody here is at work on.
    work: BTreeSet<(LinkId, OutboxKind)>,
    /// Until when what was sent may still be on its way.
    wire: BTreeMap<(LinkId, OutboxKind), Instant>,
    /// Those that somebody here lets go one after the other.
    in_line: BTreeSet<LinkId>,
}

impl Underway {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of it is a single step, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for one more link of the outbox to be sent, which is taken until what is returned is
    /// dropped.
    pub async fn room(&self) -> Room {
        // It is never closed; if it were, nobody would have to wait.
        Room { permit: Arc::clone(&self.room).acquire_owned().await.ok(), stuck: Arc::clone(&self.stuck) }
    }

    /// The same for a link that a person has asked for just now, which has more room, and of its own: what waits in the
    /// outbox holds it up as little as it holds that up. What was asked for is kept before, so that it may wait.
    pub async fn room_by_hand(&self) -> impl Send + Sync + use<> {
        Arc::clone(&self.by_hand).acquire_owned().await.ok()
    }

    /// How many links are sent at a time, unless some are stuck.
    #[must_use]
    pub const fn at_once() -> usize {
        AT_ONCE
    }

    /// How many there are at most, with those that are stuck.
    #[must_use]
    pub const fn at_most() -> usize {
        AT_ONCE + STUCK
    }

    /// Begins the work on an entry of the outbox. `None`: another part of this process is at it.
    #[must_use]
    pub fn begin(&self, link: LinkId, kind: OutboxKind) -> Option<Work> {
        let begun = self.state().work.insert((link, kind));
        begun.then(|| Work { of: self.clone(), what: (link, kind) })
    }

    /// These are let go one after the other, not all at once, by whoever has what is returned. Those that are in a line
    /// already are not in this one.
    #[must_use]
    pub fn line(&self, links: impl IntoIterator<Item = LinkId>) -> Line {
        let mut state = self.state();
        let links = links.into_iter().filter(|link| state.in_line.insert(*link)).collect();
        drop(state);
        Line { of: self.clone(), links }
    }

    /// Whether it is in a line, and goes by itself when its turn comes.
    #[must_use]
    pub fn in_line(&self, link: LinkId) -> bool {
        self.state().in_line.contains(&link)
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

/// Room for one link, until this is dropped.
#[derive(Debug)]
pub struct Room {
    permit: Option<OwnedSemaphorePermit>,
    stuck: Arc<Semaphore>,
}

impl Room {
    /// It takes long: others get its room, at once or as soon as there are not too many such any more. Whoever waits no
    /// longer for this has its room as before.
    pub async fn make_way(&mut self) {
        if let Ok(aside) = Arc::clone(&self.stuck).acquire_owned().await {
            self.permit = Some(aside);
        }
    }
}

/// Links that go one after the other: until their turn, or until this is dropped, they are in the line.
#[derive(Debug)]
pub struct Line {
    of: Underway,
    links: BTreeSet<LinkId>,
}

impl Line {
    /// It is this link's turn.
    pub fn goes(&mut self, link: LinkId) {
        if self.links.remove(&link) {
            self.of.state().in_line.remove(&link);
        }
    }

    /// None of the others goes here any more.
    pub fn over(&mut self) {
        let links = std::mem::take(&mut self.links);
        if !links.is_empty() {
            self.of.state().in_line.retain(|link| !links.contains(link));
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.over();
    }
}

/// Somebody is at work on an entry of the outbox until this is dropped.
#[derive(Debug)]
pub struct Work {
    of: Underway,
    what: (LinkId, OutboxKind),
}

impl Work {
    /// Whether it is the work on this.
    #[must_use]
    pub fn is_of(&self, link: LinkId, kind: OutboxKind) -> bool {
        self.what == (link, kind)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.of.state().work.remove(&self.what);
    }
}
