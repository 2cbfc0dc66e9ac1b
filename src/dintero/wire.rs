//! Reading what the backend says, tolerantly: what is unknown is left alone, what has the wrong type
//! counts as absent, every text is cleaned and bounded. Only what nothing can go on without (an id, a
//! link's address) is asked for.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::number;
use crate::domain::clean;

/// The most characters of an id.
const MAX_ID: usize = 128;
/// The most characters of a word: a status, an event's name, a product type.
pub(super) const WORD: usize = 80;
/// The most characters of a text for people.
pub(super) const TEXT: usize = 300;
/// The most entries that are read of a list inside of one object.
pub(super) const ENTRIES: usize = 1000;

/// The body as JSON.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
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
