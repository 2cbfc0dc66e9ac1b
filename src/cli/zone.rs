//! The seller's time zone.

use std::sync::OnceLock;

use jiff::tz::TimeZone;

/// Where Unix systems keep the rules of the local zone.
const LOCALTIME: &str = "/etc/localtime";

/// The system's time zone, as it was when it was first asked for.
///
/// The zone's own rules are read from one file where there is one. Looking its name up, as jiff does,
/// walks through the names of all the world's zones, and the first frame would wait for that.
#[must_use]
pub fn local() -> TimeZone {
    static LOCAL: OnceLock<TimeZone> = OnceLock::new();
    LOCAL.get_or_init(read).clone()
}

fn read() -> TimeZone {
    if std::env::var_os("TZ").is_none()
        && let Ok(rules) = std::fs::read(LOCALTIME)
        && let Ok(zone) = TimeZone::tzif("Local", &rules)
    {
        return zone;
    }
    TimeZone::system()
}
