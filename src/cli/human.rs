//! Links for people: a block for one, a table for many.

use crossterm::style::{Color, Stylize};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::output::{Output, left, right, width};
use crate::domain::link::{Alarm, Link, LinkState};
use crate::domain::money::Money;
use crate::domain::sale::{AddressPlan, Delivery};
use crate::i18n::Texts;
use crate::ports::{LinkRow, OutboxEntry, OutboxKind};
use crate::ui::waiting_words;

/// How people see times and colours in this run.
#[derive(Debug, Clone)]
pub struct View {
    /// Where it is written.
    pub output: Output,
    /// Now.
    pub now: Timestamp,
    /// Now by the backend's clock, as far as it is known: by that a link ends.
    pub theirs: Timestamp,
    /// The seller's time zone.
    pub zone: TimeZone,
}

/// A glyph beside the word: never colour alone.
const fn glyph(state: LinkState) -> char {
    match state {
        LinkState::Queued | LinkState::Creating => '…',
        LinkState::Uncertain | LinkState::Unknown => '?',
        LinkState::Open | LinkState::Opened => '○',
        LinkState::Paying | LinkState::OnHold => '◐',
        LinkState::Authorized | LinkState::Captured | LinkState::PartiallyCaptured => '●',
        LinkState::PartiallyRefunded | LinkState::Refunded | LinkState::PartiallyCapturedRefunded => '↩',
        LinkState::Refused
        | LinkState::Declined
        | LinkState::Failed
        | LinkState::Expired
        | LinkState::Cancelled
        | LinkState::Voided => '×',
    }
}

const fn color(state: LinkState) -> Option<Color> {
    match state {
        s if s.paid() => Some(Color::Green),
        LinkState::Uncertain
        | LinkState::Unknown
        | LinkState::Refused
        | LinkState::Declined
        | LinkState::Failed => Some(Color::Red),
        LinkState::Paying | LinkState::OnHold | LinkState::Queued | LinkState::Creating => {
            Some(Color::Yellow)
        }
        _ => None,
    }
}

impl View {
    fn texts(&self) -> Texts {
        self.output.texts
    }

    fn moment(&self, at: Timestamp) -> String {
        self.texts().moment(at, self.now, &self.zone)
    }

    fn state(&self, state: LinkState, columns: usize) -> String {
        let text = left(&format!("{} {}", glyph(state), self.texts().say(&state)), columns);
        match color(state).filter(|_| self.output.color) {
            Some(color) => text.with(color).to_string(),
            None => text,
        }
    }

    /// One link: what it is, where it stands, and its address.
    #[must_use]
    pub fn block(&self, link: &Link) -> String {
        let t = self.texts();
        let mut rows: Vec<(&'static str, String)> = Vec::new();
        if let Some(url) = &link.url {
            rows.push(("cli-label-link", url.clone()));
        }
        rows.push(("cli-label-to", self.delivery(link)));
        let methods = self.methods(link);
        rows.push(("cli-label-methods", methods));
        rows.push(("cli-label-made", self.moment(link.created_at)));
        // What was not sent has its end by ours.
        let now = if link.session_id.is_some() { self.theirs } else { self.now };
        let until = t.moment(link.expires_at, now, &self.zone);
        let expires = format!("{until} ({})", t.relative(link.expires_at, now));
        rows.push(("cli-label-expires", expires));
        let capture = if link.sale.auto_capture { "cli-capture-auto" } else { "cli-capture-later" };
        rows.push(("cli-label-capture", t.t(capture).into_owned()));
        if let Some((kept, returned)) = kept_and_returned(link) {
            let args = [("kept", t.amount(kept).into()), ("returned", t.amount(returned).into())];
            rows.push(("cli-label-kept", t.t_args("link-kept", &args)));
        }
        if let Some(reason) = &link.reason {
            rows.push(("cli-label-reason", t.reason(reason)));
        }
        for replacement in link.open_replacements() {
            let args = [
                ("alarm", t.replacement_open(replacement.reference).into()),
                ("other", replacement.id.to_string().into()),
                ("id", link.id.to_string().into()),
            ];
            rows.push(("cli-label-alarm", t.t_args("cli-alarm-replaced", &args)));
        }
        // Those of replacements are told with what can be done.
        let named = !link.open_replacements().is_empty();
        for alarm in link.alarms.iter().filter(|a| !(named && **a == Alarm::ReplacementOpen)) {
            let said = t.alarm_of(link, *alarm).into_owned();
            let id = [("alarm", said.clone().into()), ("id", link.id.to_string().into())];
            let twice = *alarm == Alarm::DoublePayment;
            rows.push(("cli-label-alarm", if twice { t.t_args("cli-alarm-twice", &id) } else { said }));
        }
        let labels: Vec<_> = rows.iter().map(|(key, _)| t.t(key)).collect();
        let column = labels.iter().map(|l| width(l)).max().unwrap_or(0);
        let head =
            format!("{}  {}  {}", link.sale.reference, t.amount(link.amount), self.state(link.state, 0));
        let mut out = vec![head];
        for (label, (_, value)) in labels.iter().zip(&rows) {
            out.push(format!("  {}  {value}", left(label, column)));
        }
        out.join("\n")
    }

    /// One link with what waits to be done with it, its lines, its ids and its story.
    #[must_use]
    pub fn full(&self, link: &Link, outbox: &[OutboxEntry]) -> String {
        let t = self.texts();
        let mut out = vec![self.block(link)];
        let waits = outbox.iter().filter(|e| e.link == link.id && !e.needs_decision);
        let waits = waits.map(|entry| waiting_words::line(entry, self.now, &self.zone, t));
        out.extend(waits.map(|words| format!("  … {words}")));
        let waits = |e: &&OutboxEntry| e.link == link.id && e.kind == OutboxKind::Create && !e.needs_decision;
        if let Some(entry) = outbox.iter().find(waits).filter(|_| link.state == LinkState::Queued) {
            let unreached = entry.last_error.is_none() || entry.waits_for_connection();
            let next = waiting_words::goes_out(entry.next_at, unreached, self.now, &self.zone, t);
            out.push(format!("    {next}"));
        }
        let asks = outbox.iter().filter(|e| e.link == link.id);
        let asks = asks.filter_map(|entry| waiting_words::to_decide(entry, link, t));
        out.extend(asks.map(|words| format!("  ? {words}")));
        out.push(String::new());
        let lines: Vec<[String; 5]> = link
            .sale
            .lines
            .iter()
            .map(|l| {
                [
                    l.description.clone(),
                    t.quantity(l.quantity),
                    t.bare_amount(l.unit_price),
                    t.rate(l.vat),
                    t.amount(l.amount()),
                ]
            })
            .collect();
        out.extend(columns(&lines, &[false, true, true, true, true]).iter().map(|l| format!("  {l}")));
        let vat = [("amount", t.amount(link.amount).into()), ("vat", t.amount(link.vat).into())];
        out.push(format!("  {}", t.t_args("cli-total", &vat)));
        match &link.sale.address {
            AddressPlan::None => {}
            AddressPlan::Express => out.push(format!("  {}", t.t("cli-address-by-customer"))),
            AddressPlan::Known(a) => out.push(format!(
                "  {}, {}, {} {}, {}",
                a.full_name(),
                a.address_line,
                a.postal_code,
                a.postal_place,
                a.country
            )),
        }
        out.push(String::new());
        for event in link.story() {
            let detail = t.event_detail(event).map(|d| format!(": {d}")).unwrap_or_default();
            out.push(format!("  {}  {}{detail}", self.seconds(event.at), t.say(&event.kind)));
        }
        let id = |key: &'static str, id: &str| t.t_args(key, &[("id", id.into())]);
        let mut ids = vec![id("cli-id", &link.id.to_string())];
        ids.extend(link.session_id.iter().map(|s| id("cli-id-session", s)));
        ids.extend(link.transaction_id.iter().map(|s| id("cli-id-transaction", s)));
        out.push(String::new());
        out.push(format!("  {}", ids.join("  ")));
        out.join("\n")
    }

    /// A line for `watch`: when, which, what now.
    #[must_use]
    pub fn change(&self, link: &Link) -> String {
        let reason =
            link.reason.as_deref().map(|r| format!(": {}", self.texts().reason(r))).unwrap_or_default();
        format!(
            "{}  {}  {}{reason}",
            self.texts().clock_seconds(self.now, &self.zone),
            link.sale.reference,
            self.state(link.state, 0)
        )
    }

    fn seconds(&self, at: Timestamp) -> String {
        let clock = self.texts().clock_seconds(at, &self.zone);
        if at.to_zoned(self.zone.clone()).date() == self.now.to_zoned(self.zone.clone()).date() {
            return clock;
        }
        format!("{} {clock}", self.texts().date(at.to_zoned(self.zone.clone()).date()))
    }

    fn methods(&self, link: &Link) -> String {
        let t = self.texts();
        let choice = &link.sale.methods;
        if choice.whole_profile {
            return t.t("cli-methods-all").into_owned();
        }
        let mut names: Vec<String> = choice.methods.iter().map(|m| t.method(m).into_owned()).collect();
        names.dedup();
        names.join(", ")
    }

    fn delivery(&self, link: &Link) -> String {
        let t = self.texts();
        let status = t.say(&link.delivery_status);
        match &link.sale.delivery {
            Delivery::Sms(phone) => {
                let channel = if link.by_push { t.t("cli-channel-push") } else { t.t("cli-channel-sms") };
                format!("{channel} {}: {status}", phone.grouped())
            }
            Delivery::Email(email) => {
                format!("{} {}: {status}", t.t("cli-channel-email"), email.as_str())
            }
            Delivery::Link => t.t("cli-channel-link").into_owned(),
        }
    }

    /// Many links, a line each, newest first, with what waits to be done with them.
    #[must_use]
    pub fn table(&self, rows: &[LinkRow], outbox: &[OutboxEntry]) -> Vec<String> {
        let t = self.texts();
        let mut cells: Vec<[String; 6]> = vec![[
            t.t("cli-head-reference").into_owned(),
            t.t("cli-head-state").into_owned(),
            t.t("cli-head-amount").into_owned(),
            t.t("cli-head-made").into_owned(),
            t.t("cli-head-to").into_owned(),
            t.t("cli-head-what").into_owned(),
        ]];
        for row in rows {
            let alarms: String = row.alarms.iter().map(|a| format!(" ! {}", t.say(a))).collect();
            let waits = waiting_words::key(outbox, row.id).map(|key| format!(" … {}", t.t(key)));
            let waits = waits.unwrap_or_default();
            let part = row.returned.map(|part| format!(", {}", t.amount(part))).unwrap_or_default();
            cells.push([
                row.reference.to_string(),
                format!("{} {}{part}{waits}{alarms}", glyph(row.state), t.say(&row.state)),
                t.amount(row.amount),
                self.moment(row.created_at),
                row.to.clone(),
                row.title.clone(),
            ]);
        }
        let mut lines = columns(&cells, &[false, false, true, false, false, false]);
        if self.output.color {
            for (line, row) in lines.iter_mut().skip(1).zip(rows) {
                let alarm = if row.alarms.is_empty() { color(row.state) } else { Some(Color::Red) };
                if let Some(color) = alarm {
                    *line = line.clone().with(color).to_string();
                }
            }
        }
        lines
    }
}

/// What was kept and what went back, where something did.
fn kept_and_returned(link: &Link) -> Option<(Money, Money)> {
    let returned = link.returned().filter(|part| !part.is_zero())?;
    Some((link.kept()?, returned))
}

/// Lines of aligned columns, two spaces apart. `true` aligns a column to the right.
#[must_use]
pub fn columns<const N: usize>(cells: &[[String; N]], to_right: &[bool; N]) -> Vec<String> {
    let mut widths = [0_usize; N];
    for row in cells {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(width(cell));
        }
    }
    cells
        .iter()
        .map(|row| {
            let parts: Vec<String> = row
                .iter()
                .zip(widths)
                .zip(to_right)
                .map(|((cell, w), r)| if *r { right(cell, w) } else { left(cell, w) })
                .collect();
            parts.join("  ").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_with_wide_characters() {
        let cells = [["a".to_owned(), "1".to_owned()], ["日本".to_owned(), "100".to_owned()]];
        assert_eq!(columns(&cells, &[false, true]), ["a       1", "日本  100"]);
    }
}
