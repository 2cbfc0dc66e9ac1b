//! When a link was made, whatever this machine's clock was set to then and since.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Clock, Counted};

/// The moment in which a link was made, by what nobody here can set. Kept with its creation in the outbox; nothing of it
/// may be known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// By [`Clock::steady`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Counted>,
    /// By the backend's clock, if that was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    theirs: Option<Timestamp>,
}

impl Made {
    /// Made now. `skew`: the backend's clock minus ours, if it is known.
    #[must_use]
    pub fn now(clock: &dyn Clock, skew: Option<SignedDuration>) -> Self {
        let counted = clock.steady();
        // Where nothing is counted nobody knows whether this clock was set since the backend's was heard.
        let known = skew.filter(|_| counted.is_some());
        let theirs = known.and_then(|skew| clock.now().checked_add(skew).ok());
        Self { counted, theirs }
    }

    /// How long ago that was, if it can be told for sure. The longer one counts where both tell it: while the host of a virtual
    /// machine sleeps, the machine may count nothing.
    #[must_use]
    pub fn ago(&self, clock: &dyn Clock, skew: Option<SignedDuration>) -> Option<Duration> {
        let counted = || clock.steady()?.since(self.counted.as_ref()?);
        let told = || -> Option<Duration> {
            clock.now().checked_add(skew?).ok()?.duration_since(self.theirs?).try_into().ok()
        };
        counted().max(told())
    }

    /// When that was by the backend's clock, if it can be told for sure. `skew` is known by now.
    #[must_use]
    pub fn theirs(&self, clock: &dyn Clock, skew: SignedDuration) -> Option<Timestamp> {
        let counted = || {
            let ago = clock.steady()?.since(self.counted.as_ref()?)?;
            clock.now().checked_add(skew).ok()?.checked_sub(SignedDuration::try_from(ago).ok()?).ok()
        };
        self.theirs.or_else(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Machine {
        start: &'static str,
        minutes: u64,
        clock: i64,
    }

    impl Clock for Machine {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH + SignedDuration::from_mins(self.clock)
        }

        fn steady(&self) -> Option<Counted> {
            Some(Counted::new(self.start, Duration::from_secs(60 * self.minutes)))
        }
    }

    const fn machine(start: &'static str, minutes: u64, clock: i64) -> Machine {
        Machine { start, minutes, clock }
    }

    fn skew(minutes: i64) -> Option<SignedDuration> {
        Some(SignedDuration::from_mins(minutes))
    }

    #[test]
    fn what_the_machine_counts_needs_no_clock() {
        let made = Made::now(&machine("a", 5, 1_000), None);
        let later = machine("a", 25, 90_000);
        assert_eq!(made.ago(&later, None), Some(Duration::from_secs(20 * 60)));
        let theirs = made.theirs(&later, SignedDuration::from_mins(-80_000));
        assert_eq!(theirs, Some(Timestamp::UNIX_EPOCH + SignedDuration::from_mins(9_980)));
    }

    #[test]
    fn what_a_machine_did_not_count_is_told_by_the_backends_clock() {
        let made = Made::now(&machine("a", 5, 1_000), skew(0));
        let later = machine("a", 6, 1_800);
        assert_eq!(made.ago(&later, skew(0)), Some(Duration::from_secs(800 * 60)));
        assert_eq!(made.ago(&later, None), Some(Duration::from_secs(60)), "all that is known");
        let theirs = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1_000);
        assert_eq!(made.theirs(&later, SignedDuration::ZERO), Some(theirs));
    }

    #[test]
    fn after_a_start_of_the_machine_it_takes_the_backends_clock_twice() {
        // Its clock was ten minutes behind, and is put right.
        let made = Made::now(&machine("a", 5, 1_000), skew(10));
        let later = machine("b", 0, 1_030);
        assert_eq!(made.ago(&later, skew(0)), Some(Duration::from_secs(20 * 60)));
        assert_eq!(made.ago(&later, None), None, "not known now");
        let theirs = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1_010);
        assert_eq!(made.theirs(&later, SignedDuration::ZERO), Some(theirs));
        let unknown = Made::now(&machine("a", 5, 1_000), None);
        assert_eq!(unknown.ago(&later, skew(0)), None, "not known then");
        assert_eq!(unknown.theirs(&later, SignedDuration::ZERO), None);
        let before = machine("b", 0, 900);
        assert_eq!(made.ago(&before, skew(0)), None, "the backend's clock went back");
    }
}
