//! What a machine counts since it was started: all its processes count that alike, and no clock changes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment by such a count. Two of them tell something only if they're of the same count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Which start of which machine it's counted from.
    boot: String,
    /// Milliseconds.
    ms: u64,
}

impl Counted {
    /// So long after the start of the machine with this name.
    #[must_use]
    pub fn new(boot: &str, counted: Duration) -> Self {
        Self { boot: boot.to_owned(), ms: u64::try_from(counted.as_millis()).unwrap_or(u64::MAX) }
    }

    /// How much has passed since `then`. `None`: that was before the machine was started, or on another one.
    #[must_use]
    pub fn since(&self, then: &Self) -> Option<Duration> {
        let same = self.boot == then.boot;
        self.ms.checked_sub(then.ms).filter(|_| same).map(Duration::from_millis)
    }

    /// Milliseconds since the start of the machine.
    #[must_use]
    pub const fn ms(&self) -> u64 {
        self.ms
    }

    /// How long the machine has been awake: while it sleeps this stands still, as what is on its way within it does.
    #[cfg(target_os = "linux")]
    pub(super) fn awake() -> Option<Self> {
        Self::by(rustix::time::ClockId::Monotonic)
    }

    /// How long ago the machine was started, the time that it slept included.
    #[cfg(target_os = "linux")]
    pub(super) fn steady() -> Option<Self> {
        Self::by(rustix::time::ClockId::Boottime)
    }

    #[cfg(target_os = "linux")]
    fn by(clock: rustix::time::ClockId) -> Option<Self> {
        static BOOT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        let boot = BOOT.get_or_init(|| {
            let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            Some(read.trim().to_owned()).filter(|id| !id.is_empty())
        });
        Some(Self::new(boot.as_deref()?, Duration::try_from(rustix::time::clock_gettime(clock)).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_counted_within_one_start_of_the_machine() {
        let at = |boot, seconds| Counted::new(boot, Duration::from_secs(seconds));
        assert_eq!(at("a", 70).since(&at("a", 10)), Some(Duration::from_secs(60)));
        assert_eq!(at("a", 70).since(&at("b", 10)), None, "another start");
        assert_eq!(at("a", 10).since(&at("a", 70)), None, "not counted alike");
        let kept = serde_json::to_string(&at("a", 70)).unwrap();
        assert_eq!(serde_json::from_str::<Counted>(&kept).unwrap(), at("a", 70));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_counts_it() {
        for count in [Counted::awake, Counted::steady] {
            let then = count().unwrap();
            std::thread::sleep(Duration::from_millis(20));
            let passed = count().unwrap().since(&then).unwrap();
            assert!((19..5_000).contains(&passed.as_millis()), "{passed:?}");
        }
    }
}
