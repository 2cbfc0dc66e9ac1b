//! What is remembered of an order about money once its entry in the outbox is closed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OutboxEntry;
use crate::domain::fault::FaultKind;
use crate::domain::money::Money;

/// Which order about money it is: two for the same amount of the same payment are two. The ledger gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct OrderId(pub Uuid);

impl OrderId {
    /// Whether it is none: that of an order which no ledger has kept yet.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_nil()
    }
}

/// Decides whether an order is written down: it is shown all that waits for its link, and those of its kind that have
/// ended; both oldest first.
pub type Placing<'a> = dyn FnMut(&[OutboxEntry], &[EndedOrder]) -> Place + 'a;

/// Decides whether a request that nobody has claimed is taken out of the outbox.
pub type Dropping<'a> = dyn FnMut(&OutboxEntry) -> Dropped + 'a;

/// What becomes of a request that is to be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dropped {
    /// It stays.
    No,
    /// It waits no more, and of an order about money this is remembered.
    Yes(Option<EndedOrder>),
}

/// What becomes of somebody's asking for money to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It's a new order.
    New(Box<OutboxEntry>),
    /// He asks for the one that waits, as somebody did before: he is told its end, too.
    Joins,
    /// He is told that this one, which has ended, was carried out; and until he says that he knows, it is remembered as
    /// long as if it had ended at this moment, by the backend's clock.
    Reminded(OrderId, Timestamp),
    /// Nothing is written down.
    Nothing,
}

/// How an order about money ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderEnd {
    /// It was carried out.
    Moved,
    /// The backend said no, or tried it and failed: nothing moved.
    Refused,
    /// The payment wasn't in a state for it, or there was less money than that: nothing was sent.
    NotPossible,
    /// The seller took it back. Where that is with a reason, it may still be carried out.
    Dropped,
}

/// An order about money whose entry is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedOrder {
    /// Which one.
    pub id: OrderId,
    /// How much; `None`: all there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How it ended.
    pub end: OrderEnd,
    /// Why, where that was said: the kind of the fault, and its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<(FaultKind, String)>,
    /// When, by the backend's clock.
    pub at: Timestamp,
    /// Whether somebody who asked for it certainly knows.
    #[serde(default)]
    pub told: bool,
    /// Who asked for it and may not know: the ledger's marks of their processes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
}

impl EndedOrder {
    /// An end that nobody was told is remembered for so long.
    const UNTOLD: SignedDuration = SignedDuration::from_hours(24);
    /// One that was told: as long as others who asked for the same may still wait to hear of it.
    const TOLD: SignedDuration = SignedDuration::from_mins(10);

    /// Whether it is still remembered at `now`, by the backend's clock.
    #[must_use]
    pub fn is_remembered(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < if self.is_told() { Self::TOLD } else { Self::UNTOLD }
    }

    /// Whether everybody who asked for it knows.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        self.told && self.owed.is_empty()
    }

    /// Adds it to the others that are remembered, and forgets what is old.
    pub fn join(&self, others: &mut Vec<Self>) {
        others.retain(|other| other.id != self.id && other.is_remembered(self.at));
        others.push(self.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_forgotten_and_what_was_told_sooner() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let ended = |n: u128, minutes: i64, told: bool| EndedOrder {
            id: OrderId(Uuid::from_u128(n)),
            amount: None,
            end: OrderEnd::Moved,
            why: None,
            at: at(minutes),
            told,
            owed: Vec::new(),
        };
        let mut all = Vec::new();
        for (n, minutes, told) in [(1, 0, false), (2, 1, false), (3, 1430, true), (4, 1431, true)] {
            ended(n, minutes, told).join(&mut all);
        }
        assert_eq!(all.len(), 4);
        ended(5, 1440, false).join(&mut all);
        let ids: Vec<_> = all.iter().map(|e| e.id.0.as_u128()).collect();
        assert_eq!(ids, [2, 4, 5], "a day, and ten minutes");
        // The same once more takes its own place.
        ended(5, 1441, false).join(&mut all);
        let ids: Vec<_> = all.iter().map(|e| e.id.0.as_u128()).collect();
        assert_eq!(ids, [5]);
    }
}
