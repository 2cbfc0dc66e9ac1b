//! Amounts as people read them, always with every minor unit (field facts, 4). Integers only.

/// `1 249,50 kr` in Norwegian, `NOK 1,249.50` in English. Spaces are hard, so that it never breaks.
pub(super) fn money(minor: i64, currency: &str, norwegian: bool) -> String {
    let number = number(minor, currency, norwegian);
    match (norwegian, currency) {
        (true, "NOK") => format!("{number}\u{a0}kr"),
        (true, _) => format!("{number}\u{a0}{currency}"),
        (false, _) => format!("{currency}\u{a0}{number}"),
    }
}

fn number(minor: i64, currency: &str, norwegian: bool) -> String {
    let decimals = match currency {
        "JPY" | "KRW" | "ISK" | "CLP" | "VND" => 0,
        "BHD" | "KWD" | "OMR" | "JOD" | "TND" => 3,
        _ => 2_usize,
    };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let (group, mark) = if norwegian { ('\u{a0}', ',') } else { (',', '.') };
    let mut out = String::new();
    if minor < 0 {
        out.push('\u{2212}');
    }
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 {
            out.push(group);
        }
        out.push(digit);
    }
    if decimals > 0 {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_are_written_with_every_minor_unit() {
        assert_eq!(money(12000, "NOK", true), "120,00\u{a0}kr");
        assert_eq!(money(124_950, "NOK", true), "1\u{a0}249,50\u{a0}kr");
        assert_eq!(money(123_456_789, "NOK", false), "NOK\u{a0}1,234,567.89");
        assert_eq!(money(5, "SEK", true), "0,05\u{a0}SEK");
        assert_eq!(money(-9900, "NOK", true), "\u{2212}99,00\u{a0}kr");
        assert_eq!(money(1500, "JPY", false), "JPY\u{a0}1,500");
    }
}
