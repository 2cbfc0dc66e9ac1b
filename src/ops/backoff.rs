//! How long to wait before the next try.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::link::LinkId;

/// The first wait.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait of our own accord.
const LONGEST: Duration = Duration::from_secs(300);

/// When to try again after `attempts` tries: 2 s, doubled each time up to 5 min, spread over the upper
/// half of that span so that many links don't come at once; never before `retry_after` is over. The
/// spread is taken from the link's own random id, so that it needs no dice.
#[must_use]
pub fn next_try(now: Timestamp, link: LinkId, attempts: u32, retry_after: Option<Duration>) -> Timestamp {
    let full = FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(10)).min(LONGEST);
    let half = full / 2;
    let dice = link.0.as_u128() as u64 ^ u64::from(attempts).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).max(1);
    let wait = half + Duration::from_millis(dice.wrapping_mul(0x2545_F491_4F6C_DD1D) % spread);
    let wait = wait.max(retry_after.unwrap_or_default());
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn waits_grow_to_five_minutes_and_obey_the_backend() {
        let now = Timestamp::UNIX_EPOCH;
        for n in 0..200_u128 {
            let link = LinkId(Uuid::from_u128(n.wrapping_mul(0x1234_5678_9abc_def1)));
            let mut full = 2_000;
            for attempts in 1..30 {
                let wait = next_try(now, link, attempts, None).as_millisecond();
                assert!((full / 2..=full).contains(&wait), "try {attempts}: {wait} ms");
                full = (full * 2).min(300_000);
            }
            let asked = next_try(now, link, 1, Some(Duration::from_secs(900))).as_second();
            assert_eq!(asked, 900);
        }
    }

    #[test]
    fn links_do_not_come_at_once() {
        let now = Timestamp::UNIX_EPOCH;
        let times: std::collections::BTreeSet<_> =
            (0..50).map(|_| next_try(now, LinkId(Uuid::new_v4()), 6, None)).collect();
        assert!(times.len() > 40);
    }
}
