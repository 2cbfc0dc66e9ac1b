//! Numbers as people type them, and as they should not.

use proptest::prelude::*;

use super::*;

fn nok(text: &str) -> Result<i64, AmountError> {
    parse_price(text, Currency::Nok).map(Money::minor)
}

#[test]
fn prices_as_people_type_them() {
    for (text, minor) in [
        ("49", 4900),
        ("49,9", 4990),
        ("49.90", 4990),
        ("0,5", 50),
        (",50", 50),
        (".5", 50),
        ("1 249", 124_900),
        ("1\u{a0}249,50", 124_950),
        ("1\u{202f}249.50", 124_950),
        ("1\u{2009}249", 124_900),
        ("1249", 124_900),
        ("kr 49", 4900),
        ("kr49", 4900),
        ("KR. 49", 4900),
        ("49 kr", 4900),
        ("49kr.", 4900),
        ("NOK 49", 4900),
        ("49 nok", 4900),
        ("49,-", 4900),
        ("49.-", 4900),
        ("49:-", 4900),
        ("49,\u{2013}", 4900),
        ("49,\u{2212}", 4900),
        ("kr 1 249,-", 124_900),
        ("49,- kr", 4900),
        ("1.249,50", 124_950),
        ("1,249.50", 124_950),
        ("1.249.000", 124_900_000),
        ("1,249,000.5", 124_900_050),
        ("12 345 678,90", 1_234_567_890),
        ("-49", -4900),
        ("\u{2212}49,50", -4950),
        ("-kr 49", -4900),
        ("kr -49", -4900),
        ("  49\t", 4900),
        ("0", 0),
        ("0,500", 50),
        ("12345,500", 1_234_550),
        ("007", 700),
    ] {
        assert_eq!(nok(text), Ok(minor), "{text:?}");
    }
}

#[test]
fn not_prices() {
    for text in [
        "kr",
        "abc",
        "4 9",
        "1 24",
        "12 49",
        "1  249",
        "1249 500",
        "1 249 50",
        "49,",
        "49.",
        "1,2,3",
        "1.2.3",
        "1.249.50",
        "1,249,50",
        "1.249,500,1",
        "1 249.000.000",
        "--49",
        "-kr -49",
        "kr 49 kr",
        "4e3",
        "0x10",
        "49\u{7}",
        "4\u{200b}9",
        "😀",
        "49 😀",
        "٤٩",
        "４９",
        "1'249",
        ",",
        ".",
        "-",
        "%",
        "49 %",
        "kr.49",
        "1 249.1 0",
        "1,249 500",
        "½",
        "NaN",
        "inf",
        "49,-,-",
        "kr,49",
    ] {
        assert_eq!(nok(text), Err(AmountError::NotANumber), "{text:?}");
    }
    assert_eq!(nok("  "), Err(AmountError::Empty));
    assert_eq!(nok("1,234"), nok("1.234"), "both marks are as ambiguous");
}

#[test]
fn ambiguity_names_both_readings() {
    let ambiguous =
        |g: &str, d: &str| Err(AmountError::Ambiguous { grouped: g.to_owned(), decimal: d.to_owned() });
    assert_eq!(nok("1.249"), ambiguous("1249", "1.25"));
    assert_eq!(nok("kr 12,500"), ambiguous("12500", "12.50"));
    assert_eq!(nok("-1.999"), ambiguous("-1999", "-2.00"));
    // Either reading is itself typed without doubt.
    assert_eq!((nok("1249"), nok("1.25")), (Ok(124_900), Ok(125)));
    assert_eq!(nok("0.249"), Err(AmountError::TooFine), "no group begins with 0");
    assert_eq!(nok("1249.500"), Ok(124_950), "four digits are no group");
}

#[test]
fn fine_large_and_foreign() {
    assert_eq!(nok("0,005"), Err(AmountError::TooFine));
    assert_eq!(nok("49,9999999999999"), Err(AmountError::TooFine));
    assert_eq!(nok("1 249,505"), Err(AmountError::TooFine));
    assert_eq!(nok("21474836,47"), Ok(MAX_MINOR));
    assert_eq!(nok("21474836,48"), Err(AmountError::TooLarge));
    assert_eq!(nok(&"9".repeat(30)), Err(AmountError::TooLarge));
    assert_eq!(nok(&"9".repeat(1_000_000)), Err(AmountError::TooLarge));
    assert_eq!(nok(&"x".repeat(1_000_000)), Err(AmountError::NotANumber));
    for text in ["€ 49", "49 EUR", "SEK 49", "$49", "49 usd", "49 £", "DKK49"] {
        assert_eq!(nok(text), Err(AmountError::OtherCurrency), "{text}");
    }
    assert_eq!(parse_price("49 kr", Currency::Sek).map(Money::minor), Ok(4900));
    assert_eq!(parse_price("49 kr", Currency::Eur), Err(AmountError::OtherCurrency));
    assert_eq!(parse_price("€49,90", Currency::Eur).map(Money::minor), Ok(4990));
}

#[test]
fn numbers() {
    let number = |t: &str| parse_number(t).map(|d| d.to_string());
    for (text, want) in [
        ("2", "2"),
        ("1,5", "1.5"),
        ("0.75", "0.75"),
        ("25 %", "25"),
        ("11,11%", "11.11"),
        ("0,125", "0.125"),
        ("1.249", "1.249"),
        ("1 000", "1000"),
        ("1.249.000", "1249000"),
        ("-2", "-2"),
        ("\u{2212}2", "-2"),
        ("0", "0"),
    ] {
        assert_eq!(number(text).as_deref(), Ok(want), "{text}");
    }
    for text in ["", " "] {
        assert_eq!(number(text), Err(AmountError::Empty));
    }
    for text in ["x", "2 stk", "1,2,3", "%", "25 % %", "2\u{202e}", "😀"] {
        assert_eq!(number(text), Err(AmountError::NotANumber), "{text}");
    }
    assert_eq!(number(&"9".repeat(15)), Err(AmountError::TooLarge));
}

#[test]
fn quantities_that_could_be_thousands_are_asked_back() {
    let quantity = |t: &str| parse_quantity(t).map(|d| d.to_string());
    for (text, want) in [
        ("2", "2"),
        ("1,5", "1.5"),
        ("1,25", "1.25"),
        ("0,250", "0.25"),
        (",250", "0.25"),
        ("0.125", "0.125"),
        ("1,249", "1.249"),
        ("1.249", "1.249"),
        ("-999,001", "-999.001"),
        ("1,2490", "1.249"),
        ("1,0000", "1"),
        ("1 000", "1000"),
        ("1000", "1000"),
        ("1 000,250", "1000.25"),
        ("1234,500", "1234.5"),
        ("1.249.000", "1249000"),
        ("-2", "-2"),
    ] {
        assert_eq!(quantity(text).as_deref(), Ok(want), "{text}");
    }
    for (text, g, d) in [
        ("1,000", "1000", "1"),
        ("1.000", "1000", "1"),
        ("1,500", "1500", "1.5"),
        ("12,500", "12500", "12.5"),
        ("-999,010", "-999010", "-999.01"),
    ] {
        let asked = AmountError::Ambiguous { grouped: g.to_owned(), decimal: d.to_owned() };
        assert_eq!(quantity(text), Err(asked), "{text}");
        assert!(quantity(g).is_ok() && quantity(d).is_ok(), "either reading is itself typed without doubt");
    }
    for text in ["x", "2 stk", "25 %", "1,2,3"] {
        assert_eq!(quantity(text), Err(AmountError::NotANumber), "{text}");
    }
    assert_eq!(quantity(" "), Err(AmountError::Empty));
}

/// `minor` as a person writes it: with `group` between thousands and `mark` before the øre.
fn written(minor: i64, group: &str, mark: char) -> String {
    let (whole, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(c);
    }
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    format!("{sign}{out}{mark}{cents:02}")
}

proptest! {
    #[test]
    fn what_is_written_is_read(minor in -MAX_MINOR..=MAX_MINOR, style in 0_usize..6) {
        let (group, mark) =
            [("", ','), ("", '.'), ("\u{a0}", ','), ("\u{202f}", '.'), (".", ','), (",", '.')][style];
        let text = written(minor, group, mark);
        prop_assert_eq!(nok(&text), Ok(minor), "{}", text);
        prop_assert_eq!(nok(&format!("{text} kr")), Ok(minor));
        prop_assert_eq!(nok(&format!("NOK {text}")), Ok(minor));
        let exact = Money::new(minor, Currency::Nok).to_decimal();
        prop_assert_eq!(Money::from_decimal(exact, Currency::Nok).map(Money::minor), Some(minor));
    }

    #[test]
    fn nothing_typed_panics(text in "\\PC*") {
        let _ = nok(&text);
        let _ = parse_number(&text);
        let _ = parse_quantity(&text);
    }

    #[test]
    fn a_quantity_is_typed_as_it_is_written(thousandths in 1_i64..=1_000_000_000) {
        let number = Decimal::new(thousandths, 3).normalize();
        let typed = number.to_string();
        prop_assert_eq!(parse_quantity(&typed), Ok(number), "{}", typed);
        prop_assert_eq!(parse_quantity(&typed.replace('.', ",")), Ok(number));
    }

    #[test]
    fn near_numbers_never_panic_and_stay_in_bounds(text in "[-\u{2212}]?[kr€ ]{0,3}[0-9., \u{a0}%:-]{0,70}") {
        if let Ok(minor) = nok(&text) {
            prop_assert!(minor.abs() <= MAX_MINOR);
        }
        let _ = parse_number(&text);
        let _ = parse_quantity(&text);
    }
}
