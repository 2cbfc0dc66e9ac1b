//! Days, times and spans as the language writes them. The moment "now" and the zone come in.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Lang, Texts};

impl Texts {
    /// A day: `22.11.2026`, `22 Nov 2026`.
    #[must_use]
    pub fn date(self, day: Date) -> String {
        match self.lang() {
            Lang::English => {
                const MONTHS: [&str; 12] =
                    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                let month = usize::try_from(day.month() - 1).ok().and_then(|m| MONTHS.get(m)).unwrap_or(&"");
                format!("{} {month} {}", day.day(), day.year())
            }
            Lang::Bokmal => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
        }
    }

    /// A day for a narrow column: without the year where it's `today`'s: `22.11.`, `22 Nov`.
    #[must_use]
    pub fn short_date(self, day: Date, today: Date) -> String {
        let date = self.date(day);
        if day.year() != today.year() {
            return date;
        }
        match self.lang() {
            Lang::English => date.rsplit_once(' ').map_or(date.clone(), |(short, _)| short.to_owned()),
            Lang::Bokmal => date.rsplit_once('.').map_or(date.clone(), |(short, _)| format!("{short}.")),
        }
    }

    /// A day seen from `now`: `today`, `tomorrow`, `yesterday`, else the date, short.
    #[must_use]
    pub fn day(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let day = at.to_zoned(zone.clone()).date();
        let today = now.to_zoned(zone.clone()).date();
        if day == today {
            self.t("time-today").into_owned()
        } else if today.checked_add(1.day()).is_ok_and(|d| d == day) {
            self.t("time-tomorrow").into_owned()
        } else if today.checked_sub(1.day()).is_ok_and(|d| d == day) {
            self.t("time-yesterday").into_owned()
        } else {
            self.short_date(day, today)
        }
    }

    /// A time of day: `12:41`.
    #[must_use]
    pub fn clock(self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// A time of day to the second, for the timeline: `12:41:07`.
    #[must_use]
    pub fn clock_seconds(self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }

    /// A moment seen from `now`: `12:41` today, else `tomorrow 12:41`, `22 Nov 12:41`, with the year where
    /// it is another.
    #[must_use]
    pub fn moment(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let same_day = at.to_zoned(zone.clone()).date() == now.to_zoned(zone.clone()).date();
        let clock = self.clock(at, zone);
        if same_day { clock } else { format!("{} {clock}", self.day(at, now, zone)) }
    }

    /// A moment for somebody who reads it another day: `22 Nov 2026 12:41`.
    #[must_use]
    pub fn date_and_clock(self, at: Timestamp, zone: &TimeZone) -> String {
        format!("{} {}", self.date(at.to_zoned(zone.clone()).date()), self.clock(at, zone))
    }

    /// How far away: `in 23 h`, `om 23 t`, `5 min ago`, `for 5 min siden`. The largest unit,
    /// rounded: what was made for a week doesn't say six days a minute later.
    #[must_use]
    pub fn relative(self, at: Timestamp, now: Timestamp) -> String {
        let away = at.duration_since(now);
        let (count, unit) = largest_unit(away.abs());
        let args = [("count", count.into())];
        let future = !away.is_negative();
        match (unit, future) {
            (Unit::Now, _) => self.t("time-now").into_owned(),
            (Unit::Minutes, true) => self.t_args("time-in-minutes", &args),
            (Unit::Minutes, false) => self.t_args("time-minutes-ago", &args),
            (Unit::Hours, true) => self.t_args("time-in-hours", &args),
            (Unit::Hours, false) => self.t_args("time-hours-ago", &args),
            (Unit::Days, true) => self.t_args("time-in-days", &args),
            (Unit::Days, false) => self.t_args("time-days-ago", &args),
        }
    }
}

impl Texts {
    /// How long in its largest unit: `15 min`, `2 days`.
    #[must_use]
    pub fn span(self, span: SignedDuration) -> String {
        let (count, unit) = largest_unit(span.abs());
        let args = [("count", count.into())];
        self.t_args(
            match unit {
                Unit::Now | Unit::Minutes => "time-minutes",
                Unit::Hours => "time-hours",
                Unit::Days => "time-days",
            },
            &args,
        )
    }
}

enum Unit {
    Now,
    Minutes,
    Hours,
    Days,
}

fn largest_unit(span: SignedDuration) -> (i64, Unit) {
    let round = |unit: i64| (span.as_secs() + unit / 2) / unit;
    match (round(60), round(60 * 60), round(24 * 60 * 60)) {
        (0, ..) => (0, Unit::Now),
        (minutes, ..) if minutes < 60 => (minutes, Unit::Minutes),
        (_, hours, _) if hours < 48 => (hours, Unit::Hours),
        (.., days) => (days, Unit::Days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Texts = Texts::new(Lang::English);
    const NB: Texts = Texts::new(Lang::Bokmal);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_times_are_the_sellers() {
        let oslo = TimeZone::get("Europe/Oslo").unwrap();
        let now = at("2026-11-22T12:41:07Z");
        assert_eq!(NB.clock(now, &oslo), "13:41");
        assert_eq!(EN.clock_seconds(now, &oslo), "13:41:07");
        // Half past eleven in Greenwich is tomorrow in Oslo.
        assert_eq!(EN.moment(at("2026-11-22T23:30:00Z"), now, &oslo), "tomorrow 00:30");
        assert_eq!(NB.moment(at("2026-11-22T23:30:00Z"), now, &oslo), "i morgen 00:30");
        assert_eq!(NB.moment(at("2026-11-22T20:00:00Z"), now, &oslo), "21:00");
        assert_eq!(NB.day(at("2026-11-21T20:00:00Z"), now, &oslo), "i går");
        assert_eq!(EN.moment(at("2026-12-02T08:05:00Z"), now, &oslo), "2 Dec 09:05");
        assert_eq!(NB.moment(at("2026-12-02T08:05:00Z"), now, &oslo), "02.12. 09:05");
        // Mails are read another day.
        assert_eq!(EN.date_and_clock(at("2026-11-22T23:30:00Z"), &oslo), "23 Nov 2026 00:30");
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(EN.short_date(day("2026-03-02"), day("2026-11-22")), "2 Mar");
        assert_eq!(NB.short_date(day("2026-03-02"), day("2026-11-22")), "02.03.");
        assert_eq!(NB.short_date(day("2025-12-31"), day("2026-01-01")), "31.12.2025");
    }

    #[test]
    fn how_far_away_in_the_largest_unit() {
        let now = at("2026-11-22T12:00:00Z");
        let cases = [
            ("2026-11-22T12:00:29Z", "now", "nå"),
            ("2026-11-22T11:59:31Z", "now", "nå"),
            ("2026-11-22T12:15:00Z", "in 15 min", "om 15 min"),
            ("2026-11-22T11:55:00Z", "5 min ago", "for 5 min siden"),
            ("2026-11-22T12:59:59Z", "in 1 h", "om 1 t"),
            ("2026-11-23T11:29:59Z", "in 23 h", "om 23 t"),
            ("2026-11-23T11:59:59Z", "in 24 h", "om 24 t"),
            ("2026-11-21T12:00:00Z", "24 h ago", "for 24 t siden"),
            ("2026-11-24T11:59:59Z", "in 2 days", "om 2 dager"),
            ("2026-11-29T11:58:00Z", "in 7 days", "om 7 dager"),
            ("2026-11-20T11:00:00Z", "2 days ago", "for 2 dager siden"),
        ];
        for (then, en, nb) in cases {
            assert_eq!(EN.relative(at(then), now), en, "{then}");
            assert_eq!(NB.relative(at(then), now), nb, "{then}");
        }
        let spans = [
            (20, "0 min", "0 min"),
            (185, "3 min", "3 min"),
            (86_400, "24 h", "24 t"),
            (-7_200, "2 h", "2 t"),
        ];
        for (seconds, en, nb) in [spans.as_slice(), &[(172_800, "2 days", "2 dager")]].concat() {
            let span = SignedDuration::from_secs(seconds);
            assert_eq!((EN.span(span).as_str(), NB.span(span).as_str()), (en, nb), "{seconds}");
        }
    }
}
