//! What the answers of the backend tell of its clock.
//!
//! By that clock links end, so one strange `Date` (of a proxy, of one of many servers) must not be believed: a clock
//! that differs from what was believed so far counts only once a second answer agrees, to a question that was put
//! after the first was heard. Our own clock is what is believed before the first answer. In doubt the earlier time
//! counts: a link that is followed a little longer costs nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use reqwest::header::{AGE, HeaderMap};
use tokio::time::Instant;

use super::errors;
use crate::ports::Clock;

/// `Date` has whole seconds and the answer took a while to come: less than this is no difference.
const TICK_MS: i64 = 2_000;
/// Two answers that are no further apart than this agree.
const AGREE_MS: i64 = 60_000;
/// A `Date` further off than this is no clock: five years. Certificates end the talk long before.
const BELIEVED_MS: i64 = 5 * 366 * 86_400_000;

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Dates(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    /// As far as two answers agree.
    believed: Told,
    /// What one answer told, and when it was heard.
    doubted: Option<(Told, Instant)>,
    /// Whether any answer told a time.
    any: bool,
}

/// What an answer told.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// The backend's clock minus ours.
    skew_ms: i64,
    /// How ours stood then, see [`stand`].
    stand_ms: Option<i64>,
}

impl Told {
    /// The backend's clock minus ours now: ours may have been set since.
    fn now(self, stand_ms: Option<i64>) -> i64 {
        let moved = stand_ms.zip(self.stand_ms).map_or(0, |(now, then)| now.saturating_sub(then));
        // The two clocks aren't read at the same moment.
        let set_ahead = if moved.abs() < TICK_MS { 0 } else { moved };
        self.skew_ms.saturating_sub(set_ahead)
    }
}

/// Our clock minus one that nobody sets: it changes when ours is set, and only then.
fn stand(clock: &dyn Clock) -> Option<i64> {
    let steady = i64::try_from(clock.steady()?.ms()).ok()?;
    clock.now().as_millisecond().checked_sub(steady)
}

impl Dates {
    /// The backend's clock minus ours; in doubt what makes it earlier.
    pub(super) fn skew(&self, clock: &dyn Clock) -> SignedDuration {
        let stand = stand(clock);
        let heard = self.heard();
        let believed = heard.believed.now(stand);
        SignedDuration::from_millis(heard.doubted.map_or(believed, |(told, _)| told.now(stand).min(believed)))
    }

    /// Whether the last answer told another time than what was believed, and no second one has agreed yet.
    pub(super) fn in_doubt(&self) -> bool {
        self.heard().doubted.is_some()
    }

    /// Whether there were answers that told the time, and the last of them agree.
    pub(super) fn told(&self) -> bool {
        let heard = self.heard();
        heard.any && heard.doubted.is_none()
    }

    /// An answer with these headers has come, to a question that was put at `asked`.
    pub(super) fn hear(&self, headers: &HeaderMap, clock: &dyn Clock, asked: Instant) {
        // Kept by somebody on the way: it tells the time at which it was made.
        if headers.contains_key(AGE) {
            return;
        }
        let Some(date) = errors::date(headers) else { return };
        let ms = date.as_millisecond() - clock.now().as_millisecond();
        if ms.abs() <= BELIEVED_MS {
            let skew_ms = if ms.abs() < TICK_MS { 0 } else { ms };
            self.take(Told { skew_ms, stand_ms: stand(clock) }, asked);
        }
    }

    fn take(&self, told: Told, asked: Instant) {
        let mut heard = self.heard();
        heard.any = true;
        let agrees = |with: Told| told.skew_ms.saturating_sub(with.now(told.stand_ms)).abs() <= AGREE_MS;
        match heard.doubted {
            _ if agrees(heard.believed) => (heard.believed, heard.doubted) = (told, None),
            Some((first, at)) if agrees(first) && asked >= at => {
                (heard.believed, heard.doubted) = (told, None);
            }
            // On its way with the first one: perhaps from the same hand.
            Some((first, _)) if agrees(first) => {}
            _ => heard.doubted = Some((told, Instant::now())),
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        // Whole numbers, written in one step: what a panic left is whole too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ports::Counted;

    const DAY: i64 = 86_400_000;

    /// A clock that stands still, but for being set.
    struct Set(i64);

    impl Clock for Set {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::from_millisecond(1_795_000_000_000 + self.0).unwrap()
        }

        fn steady(&self) -> Option<Counted> {
            Some(Counted::new("start", Duration::from_secs(7)))
        }
    }

    fn told(skew_ms: i64, clock: &Set) -> Told {
        Told { skew_ms, stand_ms: stand(clock) }
    }

    /// After these answers, each to a question that was put after the one before was heard.
    fn after(answers: &[i64]) -> (i64, bool) {
        let dates = Dates::default();
        for ms in answers {
            dates.take(told(*ms, &Set(0)), Instant::now());
        }
        (i64::try_from(dates.skew(&Set(0)).as_millis()).unwrap(), dates.in_doubt())
    }

    #[test]
    fn one_answer_moves_no_clock_ahead() {
        assert_eq!(after(&[]), (0, false));
        assert!(!Dates::default().told(), "nobody told");
        assert_eq!(after(&[DAY]), (0, true));
        assert_eq!(after(&[DAY, 0]), (0, false), "the next one knows nothing of it");
        assert_eq!(after(&[DAY, 0, DAY]), (0, true), "one server of two is wrong");
        assert_eq!(after(&[DAY, 2 * DAY, DAY]), (0, true), "each tells another time");
    }

    #[test]
    fn two_answers_that_agree_are_believed() {
        assert_eq!(after(&[DAY, DAY + 1_000]), (DAY + 1_000, false));
        assert_eq!(after(&[DAY, DAY, 0]), (0, true), "the earlier in doubt");
        assert_eq!(after(&[DAY, DAY, 0, 0]), (0, false));
        assert_eq!(after(&[DAY, DAY, 0, DAY]), (DAY, false));
    }

    #[test]
    fn an_earlier_time_counts_at_once_and_small_steps_are_followed() {
        assert_eq!(after(&[-DAY]), (-DAY, true));
        assert_eq!(after(&[-DAY, 0]), (0, false));
        assert_eq!(after(&[30_000]), (30_000, false));
        assert_eq!(after(&[50_000, 100_000, 150_000]), (150_000, false));
    }

    #[test]
    fn what_was_asked_before_the_first_was_heard_is_no_second_witness() {
        let dates = Dates::default();
        let before = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        dates.take(told(DAY, &Set(0)), before);
        dates.take(told(DAY, &Set(0)), before);
        assert!(dates.in_doubt());
        dates.take(told(DAY, &Set(0)), Instant::now());
        assert_eq!((dates.skew(&Set(0)), dates.in_doubt()), (SignedDuration::from_millis(DAY), false));
    }

    #[test]
    fn our_own_clock_that_is_set_needs_no_answer() {
        let dates = Dates::default();
        dates.take(told(0, &Set(0)), Instant::now());
        assert_eq!(dates.skew(&Set(DAY)), SignedDuration::from_millis(-DAY), "set ahead");
        assert_eq!(dates.skew(&Set(-DAY)), SignedDuration::from_millis(DAY), "set back");
        dates.take(told(-DAY, &Set(DAY)), Instant::now());
        assert!(!dates.in_doubt(), "the answer agrees");
        assert_eq!(dates.skew(&Set(0)), SignedDuration::ZERO);
    }
}
