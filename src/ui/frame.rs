//! What every screen has: the header, the stepper with the sum so far, a message, and the footer.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::pen::{Pen, width, wrap};
use super::theme::Role;
use super::words;
use crate::app::keys::{self, Action, Binding, Context};
use crate::app::model::{STEPS, Screen, Target};
use crate::app::{self, Model};
use crate::i18n::Texts;

/// Our own name, in the header.
const PAYLINK: &str = "paylink";
/// So much of the seller's name is always in sight.
const NAME_AT_LEAST: u16 = 12;

/// The room between header and footer, a column kept free at both sides.
pub(crate) fn body(area: Rect) -> Rect {
    Rect::new(area.x + 1, area.y + 3, area.width.saturating_sub(2), area.height.saturating_sub(5))
}

/// Who we are selling as, the network, the time.
pub(crate) fn header(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let (y, right) = (area.y, area.right().saturating_sub(1));
    let texts = pen.texts();
    let clock = texts.clock(pen.look.now.at, &pen.look.now.zone);
    let mut end = pen.put_right(right, y, 8, &clock, Role::Muted);
    if let Some((glyph, word, role)) = words::net(model.net, texts) {
        end = end.saturating_sub(3);
        end = pen.put_right(end, y, 24, &word, role);
        end = pen.put_right(end.saturating_sub(1), y, 1, glyph, role);
    }
    let shop = model.shop.as_ref();
    let badge = texts.t("header-sandbox");
    let badge_room = if shop.is_some_and(|s| s.sandbox) { width(&badge) + 4 } else { 0 };
    // What has happened gives up its words before the name of who is selling is cut.
    let name = shop.map_or(0, |s| width(&s.merchant_name).min(NAME_AT_LEAST));
    let from = area.x + 1 + width(PAYLINK) + 3;
    let room = end.saturating_sub(from + name + badge_room + 2);
    for (text, role) in happened(model, texts, room) {
        end = pen.put_right(end.saturating_sub(3), y, 24, &text, role);
    }
    let mut x = pen.put(area.x + 1, y, 8, PAYLINK, Role::Strong);
    let Some(shop) = shop else { return };
    x += 3;
    let room = end.saturating_sub(x + badge_room + 2);
    let account_room = width(&shop.account_id) + 3;
    let (mut name_room, mut with_account) = (room.saturating_sub(account_room), true);
    // Who has no name is called by the account.
    if name_room < name || shop.merchant_name == shop.account_id {
        (name_room, with_account) = (room, false);
    }
    x = pen.put(x, y, name_room, &shop.merchant_name, Role::Text);
    if with_account {
        x = pen.put(x, y, 3, " · ", Role::Muted);
        x = pen.put(x, y, 24, &shop.account_id, Role::Muted);
    }
    if shop.sandbox {
        let room = badge_room.min(end.saturating_sub(x + 3));
        pen.put(x + 2, y, room, &format!(" {badge} "), Role::Badge);
    }
}

/// What waits, and what a person must deal with: on every screen, from the right, in so much room. Where it is
/// narrow a sign and a number are left of it, first of what waits.
fn happened(model: &Model, texts: Texts, room: u16) -> Vec<(String, Role)> {
    let counted = |key, count: u64| texts.t_args(key, &[("count", count.into())]);
    let waiting = u64::from(model.dashboard.totals.waiting);
    let alarms = model.dashboard.alarms;
    let of = |short_waiting: bool, short_alarms: bool| {
        let mut told = Vec::new();
        // From the right, and never shortened: it holds for all that is on the screen.
        if model.dashboard.unwritable.is_some() {
            told.push((texts.t("header-unwritable").into_owned(), Role::Error));
        }
        if waiting > 0 {
            let text =
                if short_waiting { format!("↑ {waiting}") } else { counted("header-waiting", waiting) };
            told.push((text, Role::Warning));
        }
        if alarms > 0 {
            let text = if short_alarms { format!("! {alarms}") } else { counted("header-alarms", alarms) };
            told.push((text, Role::Error));
        }
        told
    };
    let fits = |told: &Vec<(String, Role)>| told.iter().map(|(text, _)| width(text) + 3).sum::<u16>() <= room;
    [of(false, false), of(true, false)].into_iter().find(fits).unwrap_or_else(|| of(true, true))
}

/// The five steps with the one shown, and the sum so far.
pub(crate) fn stepper(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let y = area.y + 1;
    let texts = pen.texts();
    let mut right = area.right().saturating_sub(1);
    if model.screen != Screen::Dashboard
        && let Some(totals) = &model.wizard.totals
    {
        let sum = texts.amount(totals.gross);
        right = pen.put_right(right, y, 24, &sum, Role::Strong).saturating_sub(2);
    }
    let now = model.step();
    let mut x = area.x + 1;
    for (index, screen) in STEPS.iter().enumerate() {
        if index > 0 {
            x = pen.put(x, y, right.saturating_sub(x), " ── ", Role::Muted);
        }
        let name = texts.t(step_name(*screen));
        let here = now == Some(index);
        let (label, role) = match now {
            Some(_) if here => (format!("{} {}", index + 1, name.to_uppercase()), Role::Accent),
            Some(n) if index < n => (format!("{} {name}", index + 1), Role::Text),
            _ => (format!("{} {name}", index + 1), Role::Muted),
        };
        let from = x;
        x = pen.put(x, y, right.saturating_sub(x), &label, role);
        pen.hits.add(Rect::new(from, y, x.saturating_sub(from), 1), Target::Step(index));
    }
}

const fn step_name(screen: Screen) -> &'static str {
    match screen {
        Screen::Payment => "step-payment",
        Screen::Products => "step-products",
        Screen::Order => "step-order",
        Screen::Delivery => "step-delivery",
        Screen::Welcome
        | Screen::SetUp
        | Screen::Dashboard
        | Screen::Link
        | Screen::QrFull
        | Screen::List => "step-start",
    }
}

/// So many rows a message may have.
const TOAST_ROWS: u16 = 3;

/// The message, if there is one, over what is drawn already: in the row above the footer, or as many as it takes.
/// What has the focus stays in sight, with what is said below it: then a long message stands under the header.
pub(crate) fn toast(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let Some(toast) = &model.toast else { return };
    let words = pen.texts().say(&toast.say);
    let rows = wrap(&words, area.width.saturating_sub(4)).count();
    let rows = u16::try_from(rows).unwrap_or(TOAST_ROWS).clamp(1, TOAST_ROWS);
    let bottom = area.bottom().saturating_sub(1);
    let mut y = bottom.saturating_sub(rows);
    let focus = pen.focus.or(pen.caret.map(|caret| caret.y));
    if rows > 1 && focus.is_some_and(|row| row + 1 >= y) {
        y = area.y + 2;
    }
    let place = Rect::new(area.x, y, area.width, rows);
    pen.clear(place);
    pen.hits.cover(place);
    toast_at(model, pen, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..place });
}

/// The message in this row, or these rows.
pub(crate) fn toast_at(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let Some(toast) = &model.toast else { return };
    let (glyph, role) = words::tone(toast.tone);
    let words = pen.texts().say(&toast.say);
    pen.clear(area);
    pen.put(area.x, area.y, 1, glyph, role);
    let rest = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    if area.height > 1 {
        pen.put_wrapped(rest, &words, role);
    } else {
        pen.put(rest.x, rest.y, rest.width, &words, role);
    }
}

/// The keys that work right now, from the same table that handles them. What doesn't fit is in the
/// help, whose key is always shown.
pub(crate) fn footer(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    footer_without(model, pen, area, &[]);
}

/// [`footer`], without the keys that the screen knows to change nothing where it has no room for it.
pub(crate) fn footer_without(model: &Model, pen: &mut Pen<'_>, area: Rect, idle: &[Action]) {
    let y = area.bottom().saturating_sub(1);
    pen.clear(Rect::new(area.x, y, area.width, 1));
    let texts = pen.texts();
    let rows = footer_rows(model, texts, area.width.saturating_sub(2), idle);
    let total: u16 = rows.iter().map(|b| item_width(model, b, texts) + 3).sum();
    let gap = if total.saturating_sub(3) <= area.width.saturating_sub(2) { " · " } else { "  " };
    let mut x = area.x + 1;
    for (index, binding) in rows.into_iter().enumerate() {
        x = item(model, binding, pen, x, y, if index == 0 { "" } else { gap });
    }
}

/// As many as fit, two columns between them. The ways on, back and to the help stay; of the others the
/// last ones have to go.
fn footer_rows(model: &Model, texts: Texts, room: u16, idle: &[Action]) -> Vec<&'static Binding> {
    let context = model.context();
    let works = |b: &&Binding| !idle.contains(&b.action);
    let mut rows: Vec<&'static Binding> = keys::footer(model, context).filter(works).collect();
    let asks = matches!(context, Context::Help | Context::Confirm);
    if !asks && !rows.iter().any(|b| b.action == Action::Help) {
        rows.extend(global_help());
    }
    let stays = |b: &&Binding| matches!(b.action, Action::Next | Action::Back | Action::Quit | Action::Help);
    while rows.iter().map(|b| item_width(model, b, texts) + 2).sum::<u16>() > room + 2 {
        match rows.iter().rposition(|b| !stays(b)) {
            Some(last) => drop(rows.remove(last)),
            None => break,
        }
    }
    rows
}

fn global_help() -> Option<&'static Binding> {
    keys::TABLE.iter().find(|b| b.context == Context::Global && b.action == Action::Help)
}

/// The key as the footer shows it. A pair of arrows is told as one.
fn label(binding: &Binding, texts: Texts) -> String {
    let first = |binding: &Binding| words::shown_key(binding, texts).unwrap_or_default();
    if binding.action != Action::Left {
        return first(binding);
    }
    let right = keys::TABLE.iter().find(|b| b.context == binding.context && b.action == Action::Right);
    first(binding) + &right.map(first).unwrap_or_default()
}

/// What the key does right now: with nothing to send, sending is looking; where something waits to be done with the link,
/// cancelling is dropping that; in a form that is not filled in it leads on.
pub(crate) fn word(model: &Model, binding: &Binding, texts: Texts) -> Cow<'static, str> {
    texts.t(match binding.action {
        Action::Cancel if app::drops_what_waits(model) => "key-drop",
        Action::SendNow if !app::something_to_send(model) => "key-look-now",
        Action::Next if model.context() == Context::SetUp && !app::saves_account(model) => "key-next",
        _ => binding.text,
    })
}

fn item_width(model: &Model, binding: &Binding, texts: Texts) -> u16 {
    width(&label(binding, texts)) + 1 + width(&word(model, binding, texts))
}

fn item(model: &Model, binding: &Binding, pen: &mut Pen<'_>, x: u16, y: u16, gap: &str) -> u16 {
    let from = pen.put(x, y, width(gap), gap, Role::Muted);
    let word = word(model, binding, pen.texts());
    let key = label(binding, pen.texts());
    let x = pen.put(from, y, width(&key), &key, Role::Accent);
    let x = pen.put(x + 1, y, width(&word), &word, Role::Muted);
    pen.hits.add(Rect::new(from, y, x.saturating_sub(from), 1), Target::Do(binding.action));
    x
}

/// Header, stepper and footer of a step; the room for the step itself.
pub(crate) fn step(model: &Model, pen: &mut Pen<'_>, area: Rect) -> Rect {
    header(model, pen, area);
    stepper(model, pen, area);
    footer(model, pen, area);
    body(area)
}
