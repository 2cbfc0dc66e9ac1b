//! Step 1: today's links with their live state, what's paid and outstanding, what waits.

use std::collections::BTreeMap;

use ratatui::layout::Rect;

use crate::app::{Model, Now};
use crate::domain::money::{Currency, Money};
use crate::i18n::Texts;
use crate::ports::{LedgerError, OutboxEntry};
use crate::ui::frame;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::widgets::links::Links;
use crate::ui::{waiting_words, words};

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let body = frame::step(model, pen, area);
    let dashboard = &model.dashboard;
    if !dashboard.loaded {
        // What isn't read yet is not said to be nothing.
        let words = pen.texts().t("dashboard-reading");
        pen.put_middle(body, body.y + body.height / 3, &words, Role::Muted);
        return;
    }
    let mut y = totals(model, pen, body);
    for (text, role) in notes(model, &pen.look.now, pen.texts()) {
        pen.put(body.x + 2, y, body.width.saturating_sub(2), &text, role);
        y += 1;
    }
    y += 1;
    let rest = Rect { y, height: body.bottom().saturating_sub(y), ..body };
    if dashboard.rows.is_empty() {
        let middle = rest.y + rest.height / 3;
        let texts = pen.texts();
        pen.put_middle(rest, middle, &texts.t("dashboard-empty"), Role::Text);
        pen.put_middle(rest, middle + 1, &texts.t("dashboard-empty-what"), Role::Muted);
        return;
    }
    let (rows, outbox) = (&dashboard.rows, &dashboard.outbox);
    let gone = &model.tracking.gone;
    Links { rows, outbox, gone, chosen: dashboard.chosen, top: dashboard.top }.draw(pen, rest);
}

/// Paid today, and outstanding. Returns the row after it.
fn totals(model: &Model, pen: &mut Pen<'_>, body: Rect) -> u16 {
    let texts = pen.texts();
    let totals = &model.dashboard.totals;
    let currency = model.shop.as_ref().map_or(Currency::Nok, |s| s.currency);
    let cells = [
        ("dashboard-paid", totals.paid_count, sums(&totals.paid, currency, texts), Role::Paid),
        (
            "dashboard-outstanding",
            totals.open_count,
            sums(&totals.outstanding, currency, texts),
            Role::Strong,
        ),
    ];
    let mut x = body.x + 2;
    for (label, count, sum, role) in cells {
        x = pen.put(x, body.y, 24, &texts.t(label), Role::Muted) + 2;
        let count = texts.t_args("dashboard-links", &[("count", u64::from(count).into())]);
        x = pen.put(x, body.y, body.right().saturating_sub(x), &sum, role) + 2;
        // Sums of several currencies may leave no room for it.
        if width(&count) <= body.right().saturating_sub(x) {
            x = pen.put(x, body.y, width(&count), &count, Role::Muted) + 5;
        }
    }
    body.y + 1
}

/// Sums of several currencies beside each other; nothing is 0 of the shop's currency.
fn sums(of: &BTreeMap<String, i64>, currency: Currency, texts: Texts) -> String {
    let known = of.iter().filter_map(|(code, minor)| Some(Money::new(*minor, Currency::from_code(code)?)));
    let words: Vec<String> = known.filter(|m| !m.is_zero()).map(|m| texts.amount(m)).collect();
    if words.is_empty() { texts.amount(Money::zero(currency)) } else { words.join(" + ") }
}

/// What the seller should know before the list.
fn notes(model: &Model, now: &Now, texts: Texts) -> Vec<(String, Role)> {
    let mut notes = Vec::new();
    let outbox = &model.dashboard.outbox;
    let count = |n: usize| [("count", n.into())];
    if let Some(why) = &model.dashboard.unwritable {
        let what = match why {
            // Which file it is has less to say than what is wrong, and there may be no room for both.
            LedgerError::Unusable { why, .. } => texts.say(why),
            why => texts.say(why),
        };
        let words = texts.t_args("dashboard-unwritable", &[("why", what.into_owned().into())]);
        notes.push((format!("! {words}"), Role::Error));
        notes.push((texts.t("dashboard-unwritable-do").into_owned(), Role::Warning));
    }
    let alarms = model.dashboard.alarms;
    if alarms > 0 {
        let words = texts.t_args("dashboard-alarms", &[("count", alarms.into())]);
        notes.push((format!("! {words}"), Role::Error));
    }
    if let Some(rescue) = model.dashboard.rescue.as_ref().filter(|r| !r.restored) {
        let args = [("saved", rescue.saved.into()), ("lost", rescue.lost.into())];
        let key = if rescue.lost > 0 { "dashboard-rescued" } else { "dashboard-rescued-gaps" };
        notes.push((format!("! {}", texts.t_args(key, &args)), Role::Error));
    }
    let decisions = outbox.iter().filter(|e| e.needs_decision).count();
    if decisions > 0 {
        notes.push((format!("? {}", texts.t_args("dashboard-decisions", &count(decisions))), Role::Warning));
    }
    let progress = outbox.iter().filter(|e| e.in_progress_since().is_some()).count();
    if progress > 0 {
        let words = texts.t_args("dashboard-progress", &count(progress));
        notes.push((format!("◐ {words}"), Role::Accent));
    }
    let doubts = outbox.iter().filter(|e| e.kind.asked_for() && e.in_doubt()).count();
    if doubts > 0 {
        notes.push((format!("? {}", texts.t_args("dashboard-doubts", &count(doubts))), Role::Warning));
    }
    let goes = |e: &&OutboxEntry| !e.needs_decision && !e.in_doubt() && e.in_progress_since().is_none();
    let waits = outbox.iter().filter(|e| e.kind.asked_for()).filter(goes);
    let waiting = waits.clone().count();
    if waiting > 0 {
        let kept = model.dashboard.unwritable.is_none();
        let key = if kept { "dashboard-waiting" } else { "dashboard-waiting-unwritable" };
        let mut text = format!("↑ {}", texts.t_args(key, &count(waiting)));
        if kept
            && let Some(next) = waits.filter(|e| e.attempts > 0).map(|e| e.next_at).min()
            && next > now.at
        {
            let when = texts.clock_seconds(next, &now.zone);
            text = format!("{text} {}", texts.t_args("dashboard-next-try", &[("time", when.into())]));
        }
        notes.push((text, Role::Accent));
    }
    for (account, waits) in &model.dashboard.elsewhere {
        let profile = model.shop.as_ref().and_then(|shop| shop.profiles.of(account));
        notes.push((format!("↑ {}", waiting_words::elsewhere(texts, account, profile, *waits)), Role::Muted));
    }
    if let Some(clock) = words::clock_off(model, texts) {
        notes.push((format!("! {clock}"), Role::Warning));
    }
    if model.dashboard.draft_waiting {
        notes.push(match model.waited() {
            Some(reference) => {
                let words = texts.t_args("dashboard-taken-back", &[("reference", reference.into())]);
                (format!("! {words}"), Role::Warning)
            }
            None => (format!("· {}", texts.t("dashboard-draft")), Role::Muted),
        });
    }
    notes
}
