//! Decimal numbers to and from JSON, exact.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Number;

/// `value` as a JSON number that reads exactly as `value` does: `1.005` is `1.005`.
///
/// JSON libraries keep a number with decimals as the nearest binary one and print the shortest text
/// that stands for it. For up to 15 digits that text is the one we began with; the last line checks
/// it, so that another library or a longer number gives `None` and never a wrong number.
pub(super) fn exact(value: Decimal) -> Option<Number> {
    let value = value.normalize();
    if value.scale() == 0 {
        return value.to_i64().map(Number::from);
    }
    let text = value.to_string();
    let number = Number::from_f64(text.parse().ok()?)?;
    (number.to_string() == text).then_some(number)
}

/// A whole number from JSON: `12000`, also written `12000.0`. Anything else is `None`.
pub(super) fn whole(value: &serde_json::Value) -> Option<i64> {
    let number = value.as_number()?;
    if let Some(n) = number.as_i64() {
        return Some(n);
    }
    let decimal: Decimal = number.to_string().parse().ok()?;
    if decimal.is_integer() { decimal.to_i64() } else { None }
}

/// [`whole`], cut down to `-most..=most`; also what is too large for any type of ours.
pub(super) fn bounded(value: &serde_json::Value, most: i64) -> Option<i64> {
    if let Some(n) = whole(value) {
        return Some(n.clamp(-most, most));
    }
    // Only how it is written is looked at: what is left has decimals, or more digits than `i64`.
    let text = value.as_number()?.to_string();
    let (digits, negative) = text.strip_prefix('-').map_or((text.as_str(), false), |d| (d, true));
    let huge = match digits.split_once('e') {
        Some((_, power)) => power.trim_start_matches('+').parse::<i64>().is_ok_and(|p| p > 18),
        None => digits.split('.').next().is_some_and(|whole| whole.len() > 18),
    };
    huge.then_some(if negative { -most } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn quantities_are_written_as_they_are() {
        for text in ["0.1", "1.005", "2", "0.001", "999999.999", "1000000", "11.11", "0.3", "2.5"] {
            let number = exact(text.parse().unwrap()).unwrap();
            assert_eq!(serde_json::to_string(&number).unwrap(), text);
        }
        assert_eq!(exact("2.000".parse().unwrap()).unwrap().to_string(), "2");
    }

    #[test]
    fn a_number_that_json_would_change_is_refused() {
        assert_eq!(exact("0.12345678901234567891".parse().unwrap()), None);
    }

    #[test]
    fn whole_numbers_are_read_tolerantly() {
        assert_eq!(whole(&json!(12000)), Some(12000));
        assert_eq!(whole(&json!(12000.0)), Some(12000));
        assert_eq!(whole(&json!(-5)), Some(-5));
        assert_eq!(whole(&json!(0.5)), None);
        assert_eq!(whole(&json!(1e300)), None);
        assert_eq!(whole(&json!("12000")), None);
        assert_eq!(whole(&json!(null)), None);
    }

    proptest! {
        #[test]
        fn every_quantity_survives(thousandths in 1_i64..=1_000_000_000) {
            let value = Decimal::new(thousandths, 3);
            let text = serde_json::to_string(&exact(value).unwrap()).unwrap();
            prop_assert_eq!(text.parse::<Decimal>().unwrap(), value);
        }
    }
}
