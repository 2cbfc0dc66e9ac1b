//! The sandbox's own clock: a base clock and an offset that the control interface moves.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// What the sandbox's clock is based on; a test gives a virtual one.
pub type BaseClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the machine.
#[must_use]
pub fn real_clock() -> BaseClock {
    Arc::new(Timestamp::now)
}

/// The base clock plus the offset; at the end of time, the end of time.
pub(super) fn now(base: &BaseClock, offset_ms: i64) -> Timestamp {
    after_ms(base(), offset_ms)
}

/// `at` and `ms` milliseconds.
pub(super) fn after_ms(at: Timestamp, ms: i64) -> Timestamp {
    let ends = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_millis(ms)).unwrap_or(ends)
}

/// As the API writes times: UTC with milliseconds, `2026-11-22T12:41:07.250Z`.
pub(super) struct Stamp(pub(super) Timestamp);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// [`Stamp`] as text.
pub(super) fn stamp(at: Timestamp) -> String {
    Stamp(at).to_string()
}

/// As HTTP writes times (RFC 9110, 5.6.7), for the `Date` header.
pub(super) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_api_and_http_write_them() {
        let at: Timestamp = "2026-11-22T12:41:07.2509Z".parse().unwrap();
        assert_eq!(stamp(at), "2026-11-22T12:41:07.250Z");
        assert_eq!(http_date(at), "Sun, 22 Nov 2026 12:41:07 GMT");
    }

    #[test]
    fn an_offset_beyond_the_end_of_time_does_not_break() {
        assert_eq!(after_ms(Timestamp::MAX, 5000), Timestamp::MAX);
        assert_eq!(after_ms(Timestamp::MIN, -5000), Timestamp::MIN);
    }
}
