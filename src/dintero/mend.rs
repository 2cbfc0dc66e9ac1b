//! One odd text must not make a whole answer unreadable: a backend that cut a customer's emoji in half
//! writes half a surrogate pair, which no strict reader of JSON takes, and the payment it belongs to
//! would be lost from sight. The same goes for bytes that are no UTF-8 and for numbers without measure.

/// `body` with what is no text replaced by the replacement character and numbers beyond every measure by
/// `null`; `None` if there is nothing to mend.
pub(super) fn mend(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    let mut in_text = false;
    while let Some(c) = rest.chars().next() {
        let taken = match (in_text, c) {
            (true, '\\') => {
                let (written, taken) = escape(rest);
                out.push_str(written);
                taken
            }
            (false, '-' | '0'..='9') => {
                let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
                let (number, _) = rest.split_at(end.unwrap_or(rest.len()));
                let beyond = number.parse::<f64>().is_ok_and(f64::is_infinite);
                out.push_str(if beyond { "null" } else { number });
                number.len()
            }
            _ => {
                in_text ^= c == '"';
                out.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    (out.as_bytes() != body).then_some(out)
}

/// The escape at the beginning of `rest` as it may be written, and how long it was.
fn escape(rest: &str) -> (&str, usize) {
    const REPLACEMENT: &str = "\\ufffd";
    let length = match unit(rest) {
        None => rest.chars().take(2).map(char::len_utf8).sum(),
        Some(0xd800..=0xdbff) => match rest.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => 12,
            _ => return (REPLACEMENT, 6),
        },
        Some(0xdc00..=0xdfff) => return (REPLACEMENT, 6),
        Some(_) => 6,
    };
    (rest.get(..length).unwrap_or(rest), length)
}

/// The number in `\uXXXX` at the beginning of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn mended(body: &[u8]) -> Option<Value> {
        serde_json::from_str(&mend(body)?).ok()
    }

    #[test]
    fn half_a_sign_is_replaced_and_whole_ones_stay() {
        for (given, text) in [
            (r#"{"a":"x\ud83d"}"#, "x\u{fffd}"),
            (r#"{"a":"\ude00y"}"#, "\u{fffd}y"),
            (r#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
            (r#"{"a":"\\\ud83d\n\"\\"}"#, "\\\u{fffd}\n\"\\"),
            (r#"{"a":"\\ud83d \udc00"}"#, "\\ud83d \u{fffd}"),
        ] {
            assert_eq!(mended(given.as_bytes()), Some(json!({"a": text})), "{given}");
        }
        assert_eq!(mended(b"{\"a\":\"K\xe5re\"}"), Some(json!({"a": "K\u{fffd}re"})));
    }

    #[test]
    fn a_number_beyond_every_measure_is_none() {
        let given = br#"[1e999,-1E+999,{"a":1.5e3,"b":"1e999"}]"#;
        assert_eq!(mended(given), Some(json!([null, null, {"a": 1500.0, "b": "1e999"}])));
    }

    #[test]
    fn what_is_broken_stays_broken() {
        for bad in ["", "{", r#"{"a":"\u12"#, r#"{"a":"\"#, r#"["\ud83d"#, "<html>", r#""\ud83dæ\u""#] {
            assert_eq!(mended(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        /// Nothing that could be read before reads otherwise after.
        #[test]
        fn what_can_be_read_is_left_alone(text in "\\PC*", number in proptest::num::f64::NORMAL) {
            let body = json!({"text": text, "number": number, "list": [-1, 0.5, "\\ud83d"]}).to_string();
            prop_assert_eq!(mend(body.as_bytes()), None);
        }

        #[test]
        fn nothing_makes_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(text) = mend(&bytes) {
                prop_assert_eq!(mend(text.as_bytes()), None);
            }
        }
    }
}
