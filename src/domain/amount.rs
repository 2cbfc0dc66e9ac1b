//! Numbers as people type them: prices, quantities, rates.
//!
//! Accepted: `49,9`, `49.90`, `1 249`, `kr 49`, `49 kr`, `49,-`, with plain, hard and narrow spaces
//! (U+00A0, U+202F, U+2009) as group marks, and both `-` and U+2212 as minus. Refused as ambiguous:
//! `1.249` and `1,249`, which are one thing in Oslo and another in London (field facts, 4).

use rust_decimal::{Decimal, RoundingStrategy};

use super::money::{Currency, MAX_MINOR, Money};

/// Longer input than this is not a number that somebody typed; nothing is done with it.
const MAX_INPUT: usize = 64;
/// More digits before the decimal mark than any amount has.
const MAX_WHOLE: usize = 14;
/// More decimals than anything sold has. With [`MAX_WHOLE`] it all fits a `Decimal`.
const MAX_FRACTION: usize = 12;

/// Why a typed number was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing typed.
    #[error("nothing is typed")]
    Empty,
    /// Not a number.
    #[error("not a number")]
    NotANumber,
    /// `1.249`: thousands or decimals?
    #[error("could be a thousand or decimals")]
    Ambiguous {
        /// The number if the mark groups thousands, as it could be typed without doubt: `1249`.
        grouped: String,
        /// The number if the mark is a decimal mark, with a point: `1.25` of a price, `1.2490` of a quantity. Who shows
        /// it writes the language's mark.
        decimal: String,
    },
    /// More decimals than the currency has.
    #[error("more decimals than the currency has")]
    TooFine,
    /// Another currency than the sale's is written beside it.
    #[error("the currency is another one")]
    OtherCurrency,
    /// Too large to be meant.
    #[error("too large")]
    TooLarge,
}

/// A price in major units of `currency`, as typed.
///
/// # Errors
/// Not a number, an ambiguous one, too many decimals, another currency, or too large.
pub fn parse_price(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let text = bounded(text)?;
    let (negative, text) = take_sign(text);
    let (marked, text) = take_leading_currency(text, currency)?;
    // `kr -49` as well as `-kr 49`, but not both.
    let (inner, text) = if negative { (false, text) } else { take_sign(text) };
    let negative = negative || inner;
    let text = take_trailing_currency(text, currency, marked)?;
    let text = take_no_ore(text);
    if marked && text.starts_with(['.', ',']) {
        // `kr.49`: an abbreviation's point or a decimal mark? Not to be guessed.
        return Err(AmountError::NotANumber);
    }
    let number = Number::read(text)?;
    if number.could_be_grouped() {
        let sign = if negative { "-" } else { "" };
        let cents = number.value()?.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        return Err(AmountError::Ambiguous {
            grouped: format!("{sign}{}{}", number.whole, number.fraction),
            decimal: format!("{sign}{cents:.2}"),
        });
    }
    let value = number.value()?.normalize();
    if value.scale() > currency.decimals() {
        return Err(AmountError::TooFine);
    }
    let money =
        Money::from_decimal(if negative { -value } else { value }, currency).ok_or(AmountError::TooLarge)?;
    if money.minor().abs() > MAX_MINOR {
        return Err(AmountError::TooLarge);
    }
    Ok(money)
}

/// A rate, as typed: `25`, `11,11`, `25 %`. A percent sign at the end is allowed. Nobody groups the digits of a
/// percentage: three after one mark are decimals.
///
/// # Errors
/// Not a number, or too large.
pub fn parse_number(text: &str) -> Result<Decimal, AmountError> {
    let text = bounded(text)?;
    let (negative, text) = take_sign(text);
    let text = text.strip_suffix('%').map_or(text, trim_end);
    let value = Number::read(text)?.value()?.normalize();
    Ok(if negative { -value } else { value })
}

/// A quantity, as typed: `2`, `1,5`, `0,250`, `1,249` kg as a scale tells it. `1,000` and `2.500`, which are thousands to
/// one seller and whole and half kilos to another, are asked back. What ends in another digit is weighed, not counted.
///
/// # Errors
/// Not a number, an ambiguous one, or too large.
pub fn parse_quantity(text: &str) -> Result<Decimal, AmountError> {
    let text = bounded(text)?;
    let (negative, text) = take_sign(text);
    let number = Number::read(text)?;
    let value = number.value()?.normalize();
    if number.could_be_grouped() && value.scale() < 3 {
        let sign = if negative { "-" } else { "" };
        return Err(AmountError::Ambiguous {
            grouped: format!("{sign}{}{}", number.whole, number.fraction),
            decimal: format!("{sign}{value}"),
        });
    }
    Ok(if negative { -value } else { value })
}

/// A space that people or programs put between groups of digits.
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}')
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// The text without space around it, if it is short enough to be looked at.
fn bounded(text: &str) -> Result<&str, AmountError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    if text.len() > 4 * MAX_INPUT || text.chars().count() > MAX_INPUT {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        return Err(if digits { AmountError::TooLarge } else { AmountError::NotANumber });
    }
    Ok(text)
}

fn take_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, trim_start(rest)),
        None => (false, text),
    }
}

/// What a currency word beside a number says about `currency`: `Some(true)` it is that one,
/// `Some(false)` it is another, `None` no currency.
fn currency_word(word: &str, currency: Currency) -> Option<bool> {
    const OTHERS: [&str; 12] = ["usd", "gbp", "isk", "chf", "pln", "jpy", "cad", "aud", "$", "£", "¥", "us$"];
    let word = word.to_lowercase();
    match word.as_str() {
        "kr" => Some(!matches!(currency, Currency::Eur)),
        "€" | "euro" => Some(matches!(currency, Currency::Eur)),
        other if OTHERS.contains(&other) => Some(false),
        other => Currency::from_code(other).map(|c| c == currency),
    }
}

/// Takes `kr`, `kr.`, `NOK`, `€` off the front. Whether there was one comes first.
fn take_leading_currency(text: &str, currency: Currency) -> Result<(bool, &str), AmountError> {
    let end = text
        .find(|c: char| c.is_ascii_digit() || is_space(c) || matches!(c, '-' | '\u{2212}' | '.' | ','))
        .unwrap_or(text.len());
    let Some((word, rest)) = text.split_at_checked(end).filter(|(word, _)| !word.is_empty()) else {
        return Ok((false, text));
    };
    match currency_word(word, currency) {
        Some(true) => {
            // `kr. 49`: the point belongs to the abbreviation only where a space follows it.
            let after = rest.strip_prefix('.').filter(|r| r.starts_with(is_space)).unwrap_or(rest);
            Ok((true, trim_start(after)))
        }
        Some(false) => Err(AmountError::OtherCurrency),
        None => Err(AmountError::NotANumber),
    }
}

/// Takes `kr`, `kr.`, `NOK`, `€` off the end, unless one stood in front (`marked`).
fn take_trailing_currency(text: &str, currency: Currency, marked: bool) -> Result<&str, AmountError> {
    let bare = text.strip_suffix('.').filter(|t| t.to_lowercase().ends_with("kr")).unwrap_or(text);
    let start = bare
        .char_indices()
        .rev()
        .take_while(|(_, c)| !c.is_ascii_digit() && !is_space(*c) && !matches!(c, '-' | '.' | ',' | ':'))
        .last()
        .map(|(i, _)| i);
    let Some((rest, word)) = start.and_then(|i| bare.split_at_checked(i)) else {
        return Ok(text);
    };
    // The dash of `49,–` is no currency; it is taken off next.
    if matches!(word, "–" | "—" | "\u{2212}") {
        return Ok(text);
    }
    match currency_word(word, currency) {
        Some(true) if !marked => Ok(trim_end(rest)),
        Some(false) => Err(AmountError::OtherCurrency),
        _ => Err(AmountError::NotANumber),
    }
}

/// Takes the "no øre" mark off the end: `49,-`, `49.-`, `49:-`, with any dash.
fn take_no_ore(text: &str) -> &str {
    text.strip_suffix(['-', '–', '—', '\u{2212}'])
        .and_then(|t| t.strip_suffix([',', '.', ':']))
        .filter(|t| t.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(text)
}

/// The digits of a number, its marks understood.
struct Number {
    whole: String,
    fraction: String,
    /// Marks grouped the digits in front, so a mark behind them is the decimal mark.
    grouped: bool,
}

impl Number {
    /// Reads digits with group and decimal marks.
    fn read(text: &str) -> Result<Self, AmountError> {
        let bad = AmountError::NotANumber;
        if !text.bytes().any(|b| b.is_ascii_digit())
            || text.chars().any(|c| !(c.is_ascii_digit() || is_space(c) || matches!(c, '.' | ',')))
            || !text.ends_with(|c: char| c.is_ascii_digit())
        {
            return Err(bad);
        }
        let spaces = text.chars().any(is_space);
        let (points, commas) = (text.matches('.').count(), text.matches(',').count());
        // Which mark stands before the decimals, if any?
        let decimal_mark = match (points, commas) {
            (0, 0) => None,
            (1, 0) => Some('.'),
            (0, 1) => Some(','),
            // One kind, several times: it groups. With spaces too, nothing makes sense.
            (_, 0) | (0, _) if !spaces => None,
            _ if spaces => return Err(bad),
            // Both kinds: the last one is the decimal mark and stands once.
            (1, _) if text.rfind('.') > text.rfind(',') => Some('.'),
            (_, 1) if text.rfind(',') > text.rfind('.') => Some(','),
            _ => return Err(bad),
        };
        let (head, fraction) = match decimal_mark.and_then(|m| text.rsplit_once(m)) {
            Some((head, fraction)) => (head, fraction),
            None => (text, ""),
        };
        if fraction.contains(|c: char| !c.is_ascii_digit()) {
            return Err(bad);
        }
        let grouped = head.contains(|c: char| !c.is_ascii_digit());
        if grouped && !groups_of_three(head) {
            return Err(bad);
        }
        let whole: String = head.chars().filter(char::is_ascii_digit).collect();
        if whole.trim_start_matches('0').len() > MAX_WHOLE {
            return Err(AmountError::TooLarge);
        }
        Ok(Self { whole, fraction: fraction.to_owned(), grouped })
    }

    /// `1.249`, `12,500`: one mark, three digits behind it, and one to three in front that don't
    /// begin with 0.
    fn could_be_grouped(&self) -> bool {
        !self.grouped
            && self.fraction.len() == 3
            && (1..=3).contains(&self.whole.len())
            && !self.whole.starts_with('0')
    }

    fn value(&self) -> Result<Decimal, AmountError> {
        let fraction = self.fraction.trim_end_matches('0');
        if fraction.len() > MAX_FRACTION {
            return Err(AmountError::TooFine);
        }
        let digits = format!("{}{fraction}", self.whole);
        let digits = digits.trim_start_matches('0');
        let mantissa: i128 =
            if digits.is_empty() { 0 } else { digits.parse().map_err(|_| AmountError::TooLarge)? };
        let scale = u32::try_from(fraction.len()).map_err(|_| AmountError::TooFine)?;
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| AmountError::TooLarge)
    }
}

/// One to three digits, then groups of exactly three, one mark of one kind between them.
fn groups_of_three(head: &str) -> bool {
    let is_mark = |c: char| !c.is_ascii_digit();
    let mut marks = head.chars().filter(|c| is_mark(*c));
    let kind = |c: char| if is_space(c) { ' ' } else { c };
    let Some(first) = marks.next().map(kind) else {
        return true;
    };
    if marks.any(|c| kind(c) != first) {
        return false;
    }
    let mut groups = head.split(is_mark);
    groups.next().is_some_and(|g| (1..=3).contains(&g.len())) && groups.all(|g| g.len() == 3)
}

#[cfg(test)]
mod tests;
