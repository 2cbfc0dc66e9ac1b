//! What is to be paid, as the customer reads it: lines, VAT per rate, total, time left.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

use super::words::Words;
use crate::domain::clean;
use crate::sandbox::money::money;
use crate::sandbox::state::Session;

/// The bill of a session.
#[derive(Debug)]
pub(super) struct Bill {
    pub(super) reference: String,
    pub(super) lines: Vec<BillLine>,
    pub(super) vat: Vec<BillVat>,
    pub(super) total: String,
    /// What the total is called: to be paid, or just the sum.
    pub(super) total_label: &'static str,
    pub(super) expires: Option<String>,
}

/// A line.
#[derive(Debug)]
pub(super) struct BillLine {
    /// Left out when it is one.
    pub(super) quantity: Option<String>,
    pub(super) description: String,
    pub(super) amount: String,
}

/// The VAT of a rate.
#[derive(Debug)]
pub(super) struct BillVat {
    pub(super) rate: String,
    pub(super) amount: String,
}

impl Bill {
    /// The bill of `session`, to be paid.
    pub(super) fn of(session: &Session, w: &'static Words, zone: &TimeZone) -> Self {
        let show = |minor: i64| money(minor, session.currency(), w.norwegian);
        let items =
            session.at(&["order", "items"]).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut vat: BTreeMap<u64, i64> = BTreeMap::new();
        let mut lines = Vec::new();
        for item in items {
            let amount = item.get("amount").and_then(Value::as_i64).unwrap_or(0);
            add_vat(&mut vat, item, amount);
            let described =
                clean::line_within(item.get("description").and_then(Value::as_str).unwrap_or_default(), 300);
            lines.push(BillLine {
                quantity: item.get("quantity").and_then(Value::as_number).and_then(|q| quantity(q, w)),
                description: if described.is_empty() { w.item.to_owned() } else { described },
                amount: show(amount),
            });
        }
        if let Some(option) = session.at(&["order", "shipping_option"]) {
            let amount = option.get("amount").and_then(Value::as_i64).unwrap_or(0);
            add_vat(&mut vat, option, amount);
            let title = option.get("title").and_then(Value::as_str).unwrap_or(w.delivery);
            lines.push(BillLine {
                quantity: None,
                description: clean::line_within(title, 300),
                amount: show(amount),
            });
        }
        Self {
            reference: clean::line(session.reference()),
            lines,
            vat: vat
                .into_iter()
                .rev()
                .map(|(rate, amount)| BillVat { rate: percent(rate, w), amount: show(amount) })
                .collect(),
            total: show(session.amount()),
            total_label: w.total,
            expires: session.expires_at.map(|at| local_time(at, zone)),
        }
    }
}

/// Adds the VAT of a line under its rate, in hundredths of a percent. The backend doesn't check the
/// VAT it is sent, so it is shown as it came.
fn add_vat(sums: &mut BTreeMap<u64, i64>, item: &Value, amount: i64) {
    let Some(rate) = item.get("vat").and_then(Value::as_number).and_then(hundredths) else { return };
    let vat = item.get("vat_amount").and_then(Value::as_i64).unwrap_or_else(|| {
        let (amount, rate) = (i128::from(amount), i128::from(rate));
        let (twice, whole) = (2 * amount * rate, 10_000 + rate);
        let rounded = (twice.abs() + whole) / (2 * whole) * twice.signum();
        i64::try_from(rounded).unwrap_or(0)
    });
    *sums.entry(rate).or_default() += vat;
}

/// 11.11 is 1111. From the digits as they are written: nothing is rounded on the way.
fn hundredths(rate: &Number) -> Option<u64> {
    let text = rate.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction: String = fraction.chars().chain("00".chars()).take(2).collect();
    Some(whole.parse::<u64>().ok()? * 100 + fraction.parse::<u64>().ok()?)
}

fn percent(hundredths: u64, w: &Words) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let number = if rest == 0 { whole.to_string() } else { format!("{whole}{}{rest:02}", w.decimal_mark) };
    format!("{number}\u{a0}%")
}

/// `2`, `1,5`; nothing for one.
fn quantity(number: &Number, w: &Words) -> Option<String> {
    let text = number.to_string();
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    (text != "1").then(|| text.replace('.', w.decimal_mark))
}

/// A time as the seller's own screen has it, in the form of a Norwegian shop; with the zone's name where it is not
/// Norway's time.
pub(super) fn local_time(at: Timestamp, zone: &TimeZone) -> String {
    let here = at.to_zoned(zone.clone());
    let norwegian = TimeZone::get("Europe/Oslo").is_ok_and(|oslo| oslo.to_offset(at) == here.offset());
    here.strftime(if norwegian { "%d.%m.%Y %H:%M" } else { "%d.%m.%Y %H:%M %Z" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::pages::words::{ENGLISH, NORWEGIAN};
    use serde_json::json;

    fn number(value: &Value) -> Number {
        value.as_number().cloned().unwrap()
    }

    #[test]
    fn a_time_is_the_sellers_and_named_where_it_is_not_norways() {
        let at: Timestamp = "2026-11-22T12:41:00Z".parse().unwrap();
        let told = |zone: &str| local_time(at, &TimeZone::get(zone).unwrap());
        assert_eq!(told("Europe/Oslo"), "22.11.2026 13:41");
        assert_eq!(told("Europe/Paris"), "22.11.2026 13:41", "the same time goes without its name");
        assert_eq!(told("UTC"), "22.11.2026 12:41 UTC");
        assert_eq!(told("America/New_York"), "22.11.2026 07:41 EST");
    }

    #[test]
    fn rates_and_quantities_are_read_exactly() {
        assert_eq!(hundredths(&number(&json!(25))), Some(2500));
        assert_eq!(hundredths(&number(&json!(11.11))), Some(1111));
        assert_eq!(hundredths(&number(&json!(12.5))), Some(1250));
        assert_eq!(percent(1111, &NORWEGIAN), "11,11\u{a0}%");
        assert_eq!(percent(2500, &ENGLISH), "25\u{a0}%");
        assert_eq!(quantity(&number(&json!(1)), &NORWEGIAN), None);
        assert_eq!(quantity(&number(&json!(1.0)), &NORWEGIAN), None);
        assert_eq!(quantity(&number(&json!(1.5)), &NORWEGIAN), Some("1,5".to_owned()));
        assert_eq!(quantity(&number(&json!(20)), &ENGLISH), Some("20".to_owned()));
    }

    #[test]
    fn vat_is_shown_as_sent_and_else_worked_out() {
        let mut sums = BTreeMap::new();
        add_vat(&mut sums, &json!({ "vat": 25, "vat_amount": 400 }), 2000);
        add_vat(&mut sums, &json!({ "vat": 25 }), 9000);
        add_vat(&mut sums, &json!({ "vat": 15 }), -3000);
        add_vat(&mut sums, &json!({ "amount": 1 }), 1);
        assert_eq!(sums, BTreeMap::from([(2500, 400 + 1800), (1500, -391)]));
    }
}
