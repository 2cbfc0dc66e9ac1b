//! Reading what the backend says, tolerantly: what is unknown is left alone, what has the wrong type
//! counts as absent, every text is cleaned and bounded. Only what nothing can go on without (an id, a
//! link's address) is asked for.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{mend, number};
use crate::domain::clean;

/// The most characters of an id.
const MAX_ID: usize = 128;
/// The most characters of a word: a status, an event's name, a product type.
pub(super) const WORD: usize = 80;
/// The most characters of a text for people.
pub(super) const TEXT: usize = 300;
/// The most entries that are read of a list inside of one object.
pub(super) const ENTRIES: usize = 1000;

/// The most values in one answer: unpacked, each may take a hundred times its room on the line.
const MAX_VALUES: usize = 200_000;
/// The most that is believed of an amount, in minor units; thousands of them can be added up.
const MAX_AMOUNT: i64 = 1_000_000_000_000_000;

/// The body as JSON. What is wrong with a text or a number in it hides nothing else (see `mend`).
pub(super) fn json(body: &[u8]) -> Option<Value> {
    if body.iter().filter(|b| matches!(b, b',' | b'[' | b'{')).count() > MAX_VALUES {
        return None;
    }
    serde_json::from_slice(body).ok().or_else(|| serde_json::from_str(&mend::mend(body)?).ok())
}

/// What stands at `path`, if all of it is there. A dot in a key is not a step.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |v, key| v.get(key)).filter(|v| !v.is_null())
}

/// A text of at most `max` characters, cleaned; `None` if there's none or it is empty.
pub(super) fn text(value: &Value, path: &[&str], max: usize) -> Option<String> {
    let text = clean::line_within(at(value, path)?.as_str()?, max);
    (!text.is_empty()).then_some(text)
}

/// An id that can stand in a path.
pub(super) fn id(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path)?.as_str().filter(|id| is_id(id)).map(str::to_owned)
}

/// Whether `id` can be the backend's id for a thing: letters, digits, `.`, `_`, `-` (API, 1), and
/// nothing that means something in a path.
pub(super) fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && id.chars().any(|c| c != '.')
}

/// A whole number.
pub(super) fn whole(value: &Value, path: &[&str]) -> Option<i64> {
    number::whole(at(value, path)?)
}

/// An amount in minor units. One that is out of all measure is cut down to what can be reckoned with, so
/// that it is still seen to differ.
pub(super) fn amount(value: &Value, path: &[&str]) -> Option<i64> {
    number::bounded(at(value, path)?, MAX_AMOUNT)
}

/// Yes or no.
pub(super) fn flag(value: &Value, path: &[&str]) -> Option<bool> {
    at(value, path)?.as_bool()
}

/// A moment: ISO 8601, in UTC where it names no zone (API, 3).
pub(super) fn time(value: &Value, path: &[&str]) -> Option<Timestamp> {
    let text = at(value, path)?.as_str()?.trim();
    if text.len() > 64 {
        return None;
    }
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
    })
}

/// The entries of a list; none if it isn't one.
pub(super) fn list<'v>(value: &'v Value, path: &[&str]) -> impl Iterator<Item = &'v Value> {
    at(value, path).and_then(Value::as_array).into_iter().flatten().take(ENTRIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn wrong_types_and_nulls_count_as_absent() {
        let v = json!({"a": null, "b": 5, "c": {"d": "x\u{1b}[31my"}, "e": "", "f": [1]});
        assert_eq!(text(&v, &["a"], 10), None);
        assert_eq!(text(&v, &["b"], 10), None);
        assert_eq!(text(&v, &["c", "d"], 10).as_deref(), Some("x[31my"));
        assert_eq!(text(&v, &["c", "d", "e"], 10), None);
        assert_eq!(text(&v, &["e"], 10), None);
        assert_eq!(whole(&v, &["b"]), Some(5));
        assert_eq!(list(&v, &["b"]).count(), 0);
        assert_eq!(list(&v, &["f"]).count(), 1);
        assert_eq!(flag(&v, &["b"]), None);
    }

    #[test]
    fn an_answer_of_too_many_values_is_not_unpacked() {
        let list = |n: usize| format!("[{}0]", "0,".repeat(n)).into_bytes();
        assert!(json(&list(MAX_VALUES - 1)).is_some());
        assert_eq!(json(&list(MAX_VALUES)), None);
        assert_eq!(json("[".repeat(150_000).as_bytes()), None);
    }

    #[test]
    fn amounts_that_nobody_can_mean_still_differ() {
        let read = |text: &str| amount(&json(format!("{{\"a\":{text}}}").as_bytes()).unwrap(), &["a"]);
        assert_eq!(read("12000"), Some(12_000));
        assert_eq!(read("12000.0"), Some(12_000));
        assert_eq!(read("-5"), Some(-5));
        for huge in ["9223372036854775807", "18446744073709551615", "99999999999999999999999", "1e300"] {
            assert_eq!(read(huge), Some(MAX_AMOUNT), "{huge}");
            assert_eq!(read(&format!("-{huge}")), Some(-MAX_AMOUNT), "{huge}");
        }
        for none in ["0.5", "12000.5", "\"12000\"", "null", "[1]", "true", "1e999", "-1e999", "1e-300"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn ids_can_stand_in_a_path() {
        assert!(is_id("T12345678.465U8CUzaPVpneu1wt8Wei"));
        for bad in ["", ".", "..", "a/b", "a?b", "a b", "a%2f", "æ", "a\n", &"x".repeat(129)] {
            assert!(!is_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn times_with_and_without_a_zone() {
        let at: Timestamp = "2026-11-22T12:41:07Z".parse().unwrap();
        for given in ["2026-11-22T12:41:07Z", "2026-11-22T13:41:07+01:00", "2026-11-22T12:41:07"] {
            assert_eq!(time(&json!({"t": given}), &["t"]), Some(at), "{given}");
        }
        for bad in [json!({"t": "soon"}), json!({"t": 5}), json!({"t": ""}), json!({"t": "9".repeat(99)})] {
            assert_eq!(time(&bad, &["t"]), None);
        }
    }
}
