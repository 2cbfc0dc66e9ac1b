//! Query parameters: repeated names, numbers, times and the common paging rules (API, 3 and 5.1).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::error::ApiError;

/// The decoded query of a request.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(raw: Option<&str>) -> Self {
        Self(
            url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value of `name` that is not empty.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, value)| n == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The values of a repeatable parameter: none is "not asked for". Both `a=1&a=2` and `a=1,2` are
    /// taken; no value that is asked for has a comma in it.
    pub(super) fn set(&self, name: &str) -> Vec<&str> {
        let given = self.0.iter().filter(|(n, _)| n == name);
        given.flat_map(|(_, value)| value.split(',')).filter(|v| !v.is_empty()).collect()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.one(name) == Some("true")
    }

    /// `limit`: 1 to 100, 10 when not given.
    pub(super) fn limit(&self) -> Result<usize, ApiError> {
        match self.one("limit") {
            None => Ok(10),
            Some(text) => match text.parse::<usize>() {
                Ok(n @ 1..=100) => Ok(n),
                _ => Err(ApiError::bad_request("limit must be a number from 1 to 100")),
            },
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.one(name)
            .map(|text| text.parse().map_err(|_| ApiError::bad_request(format!("{name} must be an integer"))))
            .transpose()
    }

    /// `name.gte`: not before.
    pub(super) fn not_before(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        self.time(&format!("{name}.gte"), false)
    }

    /// `name.lte`: not after. A bare date means the whole of that day.
    pub(super) fn not_after(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        self.time(&format!("{name}.lte"), true)
    }

    fn time(&self, name: &str, end_of_day: bool) -> Result<Option<Timestamp>, ApiError> {
        self.one(name)
            .map(|text| {
                parse_time(text, end_of_day)
                    .ok_or_else(|| ApiError::bad_request(format!("{name} must be an ISO 8601 date-time")))
            })
            .transpose()
    }
}

/// An ISO 8601 time; UTC when it names no zone; a bare date is its start, or the start of the next.
fn parse_time(text: &str, end_of_day: bool) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    // A query that was not encoded has a space where the plus of the offset was.
    if let Ok(at) = text.replace(' ', "+").parse::<Timestamp>() {
        return Some(at);
    }
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        let date = if end_of_day { date.tomorrow().ok()? } else { date };
        return Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    }
    let local: DateTime = text.parse().ok()?;
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// One page: at most `limit` rows after the row with the id `after`.
pub(super) fn page<'a, T>(
    rows: impl Iterator<Item = &'a T>,
    id: impl Fn(&T) -> &str,
    after: Option<&str>,
    limit: usize,
) -> Vec<&'a T> {
    let mut started = after.is_none();
    let mut out = Vec::new();
    for row in rows {
        if started {
            if out.len() == limit {
                break;
            }
            out.push(row);
        } else if after == Some(id(row)) {
            started = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_repeat_and_times_may_lack_a_zone() {
        let query = Query::parse(Some(
            "id=A&id=B%2EC&limit=2&created_at.gte=2026-11-22T10:00:00&created_at.lte=2026-11-22",
        ));
        assert_eq!(query.set("id"), ["A", "B.C"]);
        assert_eq!(query.limit(), Ok(2));
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(query.not_before("created_at"), Ok(Some(time("2026-11-22T10:00:00Z"))));
        assert_eq!(query.not_after("created_at"), Ok(Some(time("2026-11-23T00:00:00Z"))));
    }

    #[test]
    fn an_offset_whose_plus_became_a_space_is_understood() {
        let query = Query::parse(Some("created_at.gte=2026-11-22T10:00:00+02:00"));
        assert_eq!(query.not_before("created_at"), Ok("2026-11-22T08:00:00Z".parse().ok()));
    }

    #[test]
    fn a_wrong_limit_or_time_is_said() {
        for raw in ["limit=0", "limit=101", "limit=x"] {
            assert!(Query::parse(Some(raw)).limit().is_err(), "{raw}");
        }
        assert!(Query::parse(Some("created_at.gte=yesterday")).not_before("created_at").is_err());
        assert_eq!(Query::parse(None).limit(), Ok(10));
    }

    #[test]
    fn pages_follow_each_other() {
        let rows = ["a", "b", "c", "d"];
        let page = |after, limit| page(rows.iter(), |r| r, after, limit);
        assert_eq!(page(None, 2), [&"a", &"b"]);
        assert_eq!(page(Some("b"), 2), [&"c", &"d"]);
        assert!(page(Some("d"), 2).is_empty());
        assert!(page(Some("x"), 2).is_empty());
    }
}
