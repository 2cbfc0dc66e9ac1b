//! How long the customer has to pay (API, 2.5; field facts, 3).

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// How long the link lives, as chosen. Text form: `1d`, `1w`, `1m`, `15min`, `4h`, `today`, `tomorrow`, `20:00`, or an
/// ISO 8601 date and time. Typed, the words of both languages will do: `2 uker`, `30 minutes`, `i dag`, `kl. 20`.
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
    /// To the end of tomorrow in the seller's time zone.
    Tomorrow,
    /// To this time of today in the seller's time zone.
    Clock(Time),
    /// To this moment.
    At(Timestamp),
}

/// Why a link can't live that long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Not a time.
    #[error("not a time: 1d, 1w, 1m, 15min, 4h, today, 20:00, or a date and time")]
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

    /// As typed or configured. `zone` is for a date and time without an offset; a date alone means
    /// the end of that day there.
    ///
    /// # Errors
    /// Not a time.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, ExpiryError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_INPUT {
            return Err(ExpiryError::NotATime);
        }
        let lower = text.to_lowercase();
        if TODAY.contains(&lower.split_whitespace().collect::<Vec<_>>().join(" ").as_str()) {
            return Ok(Self::Today);
        }
        if TOMORROW.contains(&lower.as_str()) {
            return Ok(Self::Tomorrow);
        }
        if let Some(clock) = time_of_day(&lower) {
            return clock.map(Self::Clock);
        }
        if let Some(expiry) = parse_length(&lower)? {
            return Ok(expiry);
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        let turned = norwegian_date(text);
        let text = turned.as_deref().unwrap_or(text);
        // Offsets were dealt with above: a civil date and time would just drop a broken one.
        let civil =
            text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b't' | b' ' | b'.'))
                && !text.get(10..).unwrap_or_default().contains('-');
        if !civil {
            return Err(ExpiryError::NotATime);
        }
        // A day alone has ten characters; what comes after it is a time, which must not be dropped.
        let zoned = if text.len() > 10 {
            let at: DateTime = text.parse().map_err(|_| ExpiryError::NotATime)?;
            at.to_zoned(zone.clone())
        } else {
            let day: Date = text.parse().map_err(|_| ExpiryError::NotATime)?;
            day.to_zoned(zone.clone()).and_then(|start| start.end_of_day())
        };
        zoned.map(|z| Self::At(whole_second(z.timestamp()))).map_err(|_| ExpiryError::NotATime)
    }

    /// Whether it is a moment that was named, which no clock makes another one.
    #[must_use]
    pub const fn is_moment(&self) -> bool {
        matches!(self, Self::At(_) | Self::Clock(_))
    }

    /// The moment the link made at `now` ends, a whole second.
    ///
    /// # Errors
    /// In the past (or within a minute), or over a year away.
    pub fn moment(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, ExpiryError> {
        let here = now.to_zoned(zone.clone());
        let end = match self {
            Self::Minutes(n) => {
                after(&here, i64::from(*n).checked_mul(60).map(|s| Span::new().try_seconds(s)))
            }
            Self::Hours(n) => {
                after(&here, i64::from(*n).checked_mul(3600).map(|s| Span::new().try_seconds(s)))
            }
            Self::Days(n) => after(&here, Some(Span::new().try_days(i64::from(*n)))),
            Self::Weeks(n) => after(&here, Some(Span::new().try_weeks(i64::from(*n)))),
            Self::Months(n) => after(&here, Some(Span::new().try_months(i64::from(*n)))),
            Self::Today => here.end_of_day().map_err(|_| ExpiryError::TooFar).map(|z| z.timestamp()),
            Self::Tomorrow => here
                .tomorrow()
                .and_then(|day| day.end_of_day())
                .map_err(|_| ExpiryError::TooFar)
                .map(|z| z.timestamp()),
            Self::Clock(time) => here
                .date()
                .to_datetime(*time)
                .to_zoned(zone.clone())
                .map_err(|_| ExpiryError::TooFar)
                .map(|z| z.timestamp()),
            Self::At(at) => Ok(*at),
        }?;
        if end.duration_since(now) < SignedDuration::from_secs(60) {
            return Err(ExpiryError::Past);
        }
        if end > after(&here, Some(Span::new().try_days(MAX_DAYS)))? {
            return Err(ExpiryError::TooFar);
        }
        Ok(whole_second(end))
    }
}

/// Longer text is no time.
const MAX_INPUT: usize = 64;
/// A year, a leap one.
const MAX_DAYS: i64 = 366;

/// The end of today, in the words of both languages.
const TODAY: [&str; 5] = ["today", "end of today", "i dag", "idag", "ut dagen"];

/// The end of tomorrow.
const TOMORROW: [&str; 3] = ["tomorrow", "i morgen", "imorgen"];

/// `20:00`, `kl. 20`, `kl 20.30`: a time of today. `None` where it isn't of that form.
fn time_of_day(lower: &str) -> Option<Result<Time, ExpiryError>> {
    let prefixed = lower.strip_prefix("kl").map(|rest| rest.strip_prefix('.').unwrap_or(rest).trim_start());
    let (hour, minute) = match (prefixed, prefixed.unwrap_or(lower).split_once(':')) {
        (_, Some(parts)) => parts,
        // Without the word it could be a date.
        (Some(rest), None) => rest.split_once('.').unwrap_or((rest, "00")),
        (None, None) => return None,
    };
    let is = |part: &str, least: usize| {
        (least..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !is(hour, 1) || !is(minute, 2) {
        return None;
    }
    let time = hour.parse().ok().zip(minute.parse().ok());
    Some(time.and_then(|(h, m)| Time::new(h, m, 0, 0).ok()).ok_or(ExpiryError::NotATime))
}

/// The number and the unit of `15min`, `4 h`, `2 uker`.
fn number_and_unit(lower: &str) -> Option<(&str, &str)> {
    let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = lower.split_at_checked(digits).filter(|(n, _)| !n.is_empty())?;
    let unit = unit.trim_start();
    Some((number, unit.strip_suffix('.').unwrap_or(unit)))
}

/// `15min`, `4 h`, `1d`, `3 dager`: a number and a unit, in the words of both languages. `None` where it isn't
/// of that form.
fn parse_length(lower: &str) -> Result<Option<Expiry>, ExpiryError> {
    let Some((number, unit)) = number_and_unit(lower) else { return Ok(None) };
    let make: fn(u32) -> Expiry = match unit {
        "min" | "mins" | "minute" | "minutes" | "minutt" | "minutter" => Expiry::Minutes,
        "h" | "hour" | "hours" | "t" | "time" | "timer" => Expiry::Hours,
        "d" | "day" | "days" | "dag" | "dager" | "døgn" => Expiry::Days,
        "w" | "week" | "weeks" | "u" | "uke" | "uker" => Expiry::Weeks,
        "m" | "month" | "months" | "md" | "mnd" | "måned" | "måneder" => Expiry::Months,
        _ => return Ok(None),
    };
    number.parse().map(|n| Some(make(n))).map_err(|_| ExpiryError::TooFar)
}

/// How many months are meant where the text could have been meant as minutes: `5m` is five months, and somebody
/// in a hurry may have wanted five minutes. `1m` is what the guide calls a month.
#[must_use]
pub fn months_or_minutes(text: &str) -> Option<u32> {
    let lower = text.trim().to_lowercase();
    let (number, _) = number_and_unit(&lower).filter(|(_, unit)| *unit == "m")?;
    number.parse().ok().filter(|n| *n > 1)
}

/// `24.12.2026 18:00`, as Norwegians write it, turned round; `None` where it isn't of that form.
fn norwegian_date(text: &str) -> Option<String> {
    let (date, time) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let [day, month, year] = date.split('.').collect::<Vec<_>>().try_into().ok()?;
    let is = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !is(day, 2) || !is(month, 2) || year.len() != 4 || !is(year, 4) {
        return None;
    }
    let time = time.trim_start();
    let time = time.strip_prefix("kl.").or_else(|| time.strip_prefix("kl")).unwrap_or(time).trim_start();
    Some(format!("{year}-{month:0>2}-{day:0>2} {time}").trim_end().to_owned())
}

/// `span` after `here`, by the calendar of its zone. What doesn't fit a calendar is too far.
fn after(here: &Zoned, span: Option<Result<Span, jiff::Error>>) -> Result<Timestamp, ExpiryError> {
    span.and_then(Result::ok)
        .and_then(|span| here.checked_add(span).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or(ExpiryError::TooFar)
}

/// Without parts of a second: the API and people deal in whole ones.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_millisecond().div_euclid(1000)).unwrap_or(at)
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
            Self::Tomorrow => f.write_str("tomorrow"),
            Self::Clock(time) => write!(f, "{:02}:{:02}", time.hour(), time.minute()),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn oslo() -> TimeZone {
        TimeZone::get("Europe/Oslo").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn moment(text: &str, now: &str) -> Result<String, ExpiryError> {
        Expiry::parse(text, &oslo())?.moment(at(now), &oslo()).map(|t| t.to_string())
    }

    #[test]
    fn lengths() {
        let now = "2026-11-22T12:41:07Z";
        for (text, want) in [
            ("1d", "2026-11-23T12:41:07Z"),
            ("1w", "2026-11-29T12:41:07Z"),
            ("1m", "2026-12-22T12:41:07Z"),
            ("15min", "2026-11-22T12:56:07Z"),
            ("1min", "2026-11-22T12:42:07Z"),
            ("4h", "2026-11-22T16:41:07Z"),
            ("4 H", "2026-11-22T16:41:07Z"),
            ("today", "2026-11-22T22:59:59Z"),
            (" Today ", "2026-11-22T22:59:59Z"),
            ("tomorrow", "2026-11-23T22:59:59Z"),
            ("I morgen", "2026-11-23T22:59:59Z"),
            ("20:00", "2026-11-22T19:00:00Z"),
            ("kl. 20", "2026-11-22T19:00:00Z"),
            ("kl 20.30", "2026-11-22T19:30:00Z"),
            ("366d", "2027-11-23T12:41:07Z"),
            ("12m", "2027-11-22T12:41:07Z"),
            ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
            ("2026-11-24T10:00:00+01:00", "2026-11-24T09:00:00Z"),
            ("2026-11-24T10:00+01:00", "2026-11-24T09:00:00Z"),
            ("2026-11-24T10:00:00", "2026-11-24T09:00:00Z"),
            ("2026-11-24 10:00", "2026-11-24T09:00:00Z"),
            ("2026-11-24", "2026-11-24T22:59:59Z"),
            ("2026-11-24 10", "2026-11-24T09:00:00Z"),
            ("2026-11-24T10", "2026-11-24T09:00:00Z"),
            ("24.11.2026 10", "2026-11-24T09:00:00Z"),
            ("24.11.2026", "2026-11-24T22:59:59Z"),
            ("24.11.2026 10:00", "2026-11-24T09:00:00Z"),
            ("4.12.2026 kl. 10:00", "2026-12-04T09:00:00Z"),
        ] {
            assert_eq!(moment(text, now).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn the_words_of_both_languages_are_taken_always() {
        for (text, want) in [
            ("i dag", Expiry::Today),
            ("I  dag", Expiry::Today),
            ("ut dagen", Expiry::Today),
            ("end of today", Expiry::Today),
            ("2u", Expiry::Weeks(2)),
            ("1 uke", Expiry::Weeks(1)),
            ("2 weeks", Expiry::Weeks(2)),
            ("3 dager", Expiry::Days(3)),
            ("1 døgn", Expiry::Days(1)),
            ("1 md", Expiry::Months(1)),
            ("1 md.", Expiry::Months(1)),
            ("2 Måneder", Expiry::Months(2)),
            ("30 min", Expiry::Minutes(30)),
            ("30 min.", Expiry::Minutes(30)),
            ("30 minutter", Expiry::Minutes(30)),
            ("2 timer", Expiry::Hours(2)),
            ("1 time", Expiry::Hours(1)),
            ("4t", Expiry::Hours(4)),
            ("4 hours", Expiry::Hours(4)),
        ] {
            assert_eq!(Expiry::parse(text, &oslo()), Ok(want), "{text}");
        }
        for text in [
            "20.00",
            "25:00",
            "20:60",
            "kl",
            "20:0",
            "i morges",
            "2 uk",
            "uke",
            "1.2.3",
            "24.11.26",
            "31.02.2026",
            "24.11.2026 25:00",
            "24.11.2026 x",
        ] {
            assert_eq!(Expiry::parse(text, &oslo()), Err(ExpiryError::NotATime), "{text}");
        }
    }

    #[test]
    fn minutes_written_as_months_are_noticed() {
        for (text, months) in [("5m", Some(5)), (" 15 M ", Some(15)), ("2m.", Some(2))] {
            assert_eq!(months_or_minutes(text), months, "{text}");
        }
        for text in ["1m", "0m", "5min", "5 months", "2 md", "m", "5d", "99999999999m"] {
            assert_eq!(months_or_minutes(text), None, "{text}");
        }
    }

    #[test]
    fn calendars_are_the_sellers() {
        assert_eq!(moment("1m", "2026-01-31T10:00:00Z").as_deref(), Ok("2026-02-28T10:00:00Z"));
        assert_eq!(moment("1m", "2028-01-31T10:00:00Z").as_deref(), Ok("2028-02-29T10:00:00Z"));
        // Over the change to summer time a day has 23 hours, a month keeps the time of day.
        assert_eq!(moment("1d", "2026-03-28T12:00:00Z").as_deref(), Ok("2026-03-29T11:00:00Z"));
        assert_eq!(moment("24h", "2026-03-28T12:00:00Z").as_deref(), Ok("2026-03-29T12:00:00Z"));
        assert_eq!(moment("1m", "2026-03-15T12:00:00Z").as_deref(), Ok("2026-04-15T11:00:00Z"));
        // Half past eleven in the evening in Oslo is still today there.
        assert_eq!(moment("today", "2026-06-30T21:30:00Z").as_deref(), Ok("2026-06-30T21:59:59Z"));
        assert_eq!(moment("1min", "2026-11-22T12:00:00.900Z").as_deref(), Ok("2026-11-22T12:01:00Z"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let now = "2026-11-22T12:41:07Z";
        for text in [
            "",
            "x",
            "1",
            "d",
            "1y",
            "1 fortnight",
            "-1d",
            "1.5d",
            "today!",
            "24:00",
            "2026-13-01T00:00",
            "2026-11-31",
            "2026-11-24T10:00:00+99:00",
            "2026-11-24T25:00",
            "1d\u{7}",
            "٣d",
            "2026-11-24T10:00-",
        ] {
            assert_eq!(moment(text, now), Err(ExpiryError::NotATime), "{text:?}");
        }
        for text in ["0d", "0min", "2026-11-22T12:41:00Z", "2026-11-22T12:42:06Z", "2020-01-01"] {
            assert_eq!(moment(text, now), Err(ExpiryError::Past), "{text}");
        }
        for text in [
            "367d",
            "13m",
            "53w",
            "9000h",
            "99999999999999999999d",
            "4294967295m",
            "4294967295h",
            "2099-01-01",
        ] {
            assert_eq!(moment(text, now), Err(ExpiryError::TooFar), "{text}");
        }
        assert_eq!(moment("today", "2026-11-22T22:59:30Z"), Err(ExpiryError::Past), "half a minute is left");
    }

    #[test]
    fn text_form_reads_back() {
        for expiry in [
            Expiry::Minutes(15),
            Expiry::Hours(4),
            Expiry::Days(1),
            Expiry::Weeks(1),
            Expiry::Months(1),
            Expiry::Today,
            Expiry::Tomorrow,
            Expiry::Clock(jiff::civil::time(20, 5, 0, 0)),
            Expiry::At(at("2026-11-24T09:00:00Z")),
        ] {
            let json = serde_json::to_string(&expiry).unwrap();
            assert_eq!(serde_json::from_str::<Expiry>(&json).unwrap(), expiry);
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(text in "\\PC*", near in "[0-9TtZzdwmhin :+.-]{0,30}") {
            for text in [text, near] {
                if let Ok(expiry) = Expiry::parse(&text, &oslo()) {
                    let _ = expiry.moment(at("2026-11-22T12:41:07Z"), &oslo());
                }
            }
        }

        #[test]
        fn moments_are_ahead_and_within_a_year(second in 0_i64..4_000_000_000, n in 0_u32..1000, unit in 0_usize..5) {
            let now = Timestamp::from_second(second).unwrap();
            let make: [fn(u32) -> Expiry; 5] =
                [Expiry::Minutes, Expiry::Hours, Expiry::Days, Expiry::Weeks, Expiry::Months];
            if let Ok(end) = make[unit](n).moment(now, &oslo()) {
                let ahead = end.duration_since(now);
                prop_assert!(ahead >= SignedDuration::from_secs(60));
                prop_assert!(ahead <= SignedDuration::from_hours(366 * 24 + 1));
            }
        }
    }
}
