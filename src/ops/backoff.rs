//! How long to wait before something is tried again. Pure.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::link::LinkId;

/// The wait before the second try may be this long; it doubles from try to try.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// The longest where there is no connection: a try that ends there costs nobody anything, and the seller waits for
/// the network alone.
const LONGEST_UNREACHED: Duration = Duration::from_secs(7);
/// The shortest, whatever the dice say: a backend in trouble gets a breath.
const SHORTEST: Duration = Duration::from_millis(250);

/// Whoever asks for less than this, again and again, is not asked that often.
const LONGEST_ASKED: Duration = Duration::from_secs(10);

/// The wait after the `attempts`-th try failed: two seconds, doubling up to five minutes, with full
/// jitter (`dice` is a random number), so that many tills don't come back in step after an outage. What
/// the backend asks for (`Retry-After`) wins, but a second that it asks for each time is no reason to ask each second.
#[must_use]
pub fn delay(attempts: u32, dice: u32, retry_after: Option<Duration>) -> Duration {
    if let Some(asked) = retry_after {
        return if asked < FIRST { part(attempts, dice, LONGEST_ASKED).max(asked) } else { asked };
    }
    part(attempts, dice, LONGEST)
}

/// Whether a wait of `waits` after the `attempts`-th try is our own pause, and none that the backend asked for: the dice
/// fall the same for everybody.
#[must_use]
pub fn is_own(waits: SignedDuration, attempts: u32, dice: u32) -> bool {
    /// Between deciding and keeping it.
    const MEANWHILE: SignedDuration = SignedDuration::from_millis(250);
    [delay(attempts, dice, None), unreached(attempts, dice)]
        .into_iter()
        .filter_map(|own| SignedDuration::try_from(own).ok())
        .any(|own| (own - waits).abs() <= MEANWHILE)
}

/// The wait where there was no connection at all.
#[must_use]
pub fn unreached(attempts: u32, dice: u32) -> Duration {
    part(attempts, dice, LONGEST_UNREACHED)
}

fn part(attempts: u32, dice: u32, longest: Duration) -> Duration {
    let most = FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(8)).min(longest);
    // most · dice / 2^32, in whole milliseconds.
    let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis((millis * u64::from(dice)) >> 32).max(SHORTEST)
}

/// A number that is as good as random for [`delay`]: the link's id is, and every try has its own.
#[must_use]
pub fn dice(id: LinkId, attempts: u32) -> u32 {
    // FNV-1a over the id and the attempt, then the finish of MurmurHash3, which spreads every bit.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in id.0.as_bytes().iter().copied().chain(attempts.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn doubles_from_two_seconds_to_five_minutes() {
        let longest = |attempts| delay(attempts, u32::MAX, None).as_secs_f64().ceil();
        let waits: Vec<f64> = (1..=10).map(longest).collect();
        assert_eq!(waits, [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0]);
        assert_eq!(longest(u32::MAX), 300.0);
        assert_eq!(delay(0, u32::MAX, None).as_secs_f64().ceil(), 2.0);
    }

    #[test]
    fn without_a_connection_it_is_seconds() {
        for attempts in [1, 2, 9, u32::MAX] {
            assert!(unreached(attempts, u32::MAX) <= Duration::from_secs(7));
        }
        assert_eq!(unreached(1, u32::MAX), delay(1, u32::MAX, None));
        assert_eq!(unreached(9, 0), SHORTEST);
    }

    #[test]
    fn jitter_takes_any_part_but_leaves_a_breath() {
        assert_eq!(delay(5, 0, None), SHORTEST);
        assert_eq!(delay(5, u32::MAX / 2, None).as_secs(), 15);
    }

    #[test]
    fn what_the_backend_asks_for_wins() {
        let asked = Some(Duration::from_secs(40));
        assert_eq!(delay(1, u32::MAX, asked), Duration::from_secs(40));
        assert_eq!(delay(9, 0, asked), Duration::from_secs(40));
        assert_eq!(delay(9, 0, Some(Duration::ZERO)), SHORTEST);
        assert_eq!(delay(1, u32::MAX, Some(Duration::ZERO)).as_secs_f64().ceil(), 2.0);
        for asked in [0, 1] {
            let wait = delay(9, u32::MAX, Some(Duration::from_secs(asked)));
            assert_eq!(wait.as_secs_f64().ceil(), 10.0, "{asked}");
        }
    }

    #[test]
    fn dice_are_fair_enough() {
        let ids = (0..1000_u128).map(|n| LinkId(Uuid::from_u128(n)));
        let throws: Vec<u32> = ids.flat_map(|id| (1..5).map(move |a| dice(id, a))).collect();
        let low = throws.iter().filter(|t| **t < u32::MAX / 4).count();
        assert!((800..1200).contains(&low), "{low} of 4000 in the lowest quarter");
        assert_eq!(dice(LinkId(Uuid::from_u128(7)), 3), dice(LinkId(Uuid::from_u128(7)), 3));
    }
}
