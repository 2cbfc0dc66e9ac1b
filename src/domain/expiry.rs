//! How long the customer has to pay (API, 2.5; field facts, 3).

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// How long the link lives, as chosen. Text form: `1d`, `1w`, `1m`, `15min`, `4h`, `today`, or an
/// ISO 8601 date and time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expiry {
    /// That many minutes.
    Minutes(u32),
    /// That many hours.
    Hours(u32),
    /// That many calendar days in the seller's time zone.
    Days(u32),
    /// That many weeks.
    Weeks(u32),
    /// That many calendar months in the seller's time zone: from 31 January to the end of February.
    Months(u32),
    /// To the end of today in the seller's time zone.
    Today,
    /// To this moment.
    At(Timestamp),
}

/// Why a link can't live that long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Not a time.
    #[error("not a time: 1d, 1w, 1m, 15min, 4h, today, or a date and time")]
    NotATime,
    /// Already over, or within a minute.
    #[error("the time is already over")]
    Past,
    /// Over a year.
    #[error("more than a year away")]
    TooFar,
}

impl Expiry {
    /// The choices shown first, in order: the three of the seller's guide, then the short ones.
    pub const PRESETS: [Self; 5] =
        [Self::Days(1), Self::Weeks(1), Self::Months(1), Self::Minutes(15), Self::Today];

    /// As typed or configured. `zone` is for a date and time without an offset.
    ///
    /// # Errors
    /// Not a time.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, ExpiryError> {
        let _ = (text, zone);
        Err(ExpiryError::NotATime)
    }

    /// The moment the link made at `now` ends.
    ///
    /// # Errors
    /// In the past (or within a minute), or over a year away.
    pub fn moment(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, ExpiryError> {
        let _ = (now, zone);
        Err(ExpiryError::Past)
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(n) => write!(f, "{n}min"),
            Self::Hours(n) => write!(f, "{n}h"),
            Self::Days(n) => write!(f, "{n}d"),
            Self::Weeks(n) => write!(f, "{n}w"),
            Self::Months(n) => write!(f, "{n}m"),
            Self::Today => f.write_str("today"),
            Self::At(at) => write!(f, "{at}"),
        }
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> Self {
        expiry.to_string()
    }
}

impl TryFrom<String> for Expiry {
    type Error = ExpiryError;
    fn try_from(text: String) -> Result<Self, ExpiryError> {
        Self::parse(&text, &TimeZone::UTC)
    }
}
