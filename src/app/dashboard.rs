//! Step 1: today's links.

use super::keys::Action;
use super::model::{ListFilter, Model, Screen, Tone};
use super::msg::DashboardNews;
use super::say::Say;
use super::turn::{Turn, moved, top_for};
use super::{Effect, link_screen, list, news, online, steps, tracking};

/// Rows of the screen that are not links: header, stepper, totals, headings, footer.
const OTHER_ROWS: u16 = 11;

/// How many links are in sight, about; drawing has the last word.
pub(super) fn page(model: &Model) -> usize {
    usize::from(model.size.1.saturating_sub(OTHER_ROWS)).max(1)
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    let page = isize::try_from(page(t.model)).unwrap_or(1);
    match action {
        Action::New => steps::begin(t),
        Action::Next => steps::begin(t),
        Action::Open => open(t),
        Action::Up => move_by(t, -1),
        Action::Down => move_by(t, 1),
        Action::PageUp => move_by(t, -page),
        Action::PageDown => move_by(t, page),
        Action::Top => move_by(t, isize::MIN),
        Action::Bottom => move_by(t, isize::MAX),
        Action::List | Action::Search => list::enter(t, ListFilter::All),
        // Never a link itself, even if there is but one: there the same key says that it's dealt with.
        Action::Alarms if asks(t.model) => list::enter(t, ListFilter::Trouble),
        Action::Alarms => list::enter(t, ListFilter::Alarms),
        Action::SendNow => {
            tracking::send_all(t);
            // Another process may have made links that are not known here yet.
            t.ask(Effect::LoadDashboard);
            tracking::look_now(t);
        }
        _ => {}
    }
}

pub(super) fn move_by(t: &mut Turn<'_>, by: isize) {
    let page = page(t.model);
    let dashboard = &mut t.model.dashboard;
    dashboard.chosen = moved(dashboard.chosen, by, dashboard.rows.len());
    dashboard.top = top_for(dashboard.chosen, dashboard.top, page);
}

fn open(t: &mut Turn<'_>) {
    let dashboard = &t.model.dashboard;
    match dashboard.rows.get(dashboard.chosen).map(|r| r.id) {
        Some(id) => link_screen::open(t, id, Screen::Dashboard),
        None => t.say(Tone::Info, Say::NothingChosen),
    }
}

/// A click on a row chooses it; on the chosen one opens it.
pub(super) fn click(t: &mut Turn<'_>, row: usize) {
    if t.model.screen != Screen::Dashboard || row >= t.model.dashboard.rows.len() {
        return;
    }
    if t.model.dashboard.chosen == row {
        open(t);
    } else {
        t.model.dashboard.chosen = row;
        move_by(t, 0);
    }
}

/// What the ledger has now. Another process may have changed it: what was paid meanwhile is told.
pub(super) fn news(t: &mut Turn<'_>, news: DashboardNews) {
    if t.model.dashboard.loaded {
        for row in &news.rows {
            news::row_changed(t, row);
        }
        let mut told = false;
        for row in &news.alarmed {
            told |= news::tell_alarms(t, row);
        }
        let only_counted = news.alarms > news.alarmed.len() as u64;
        let known = &t.model.dashboard;
        let more = news.alarms > known.alarms || news.raised > known.raised;
        if !told && only_counted && more {
            news::tell_more_alarms(t, news.alarms);
        }
    }
    let page = page(t.model);
    let dashboard = &mut t.model.dashboard;
    // The choice stays with its link when newer ones come in above it, but for the very first row:
    // there the newest link is wanted.
    let chosen = dashboard.rows.get(dashboard.chosen).map(|r| r.id).filter(|_| dashboard.chosen > 0);
    dashboard.rows = news.rows;
    dashboard.alarmed = news.alarmed;
    dashboard.alarms = news.alarms;
    dashboard.raised = news.raised;
    dashboard.totals = news.totals;
    dashboard.outbox = news.outbox;
    if news.seen.is_some() {
        // Not read for the first frame.
        dashboard.elsewhere = news.elsewhere;
    }
    dashboard.rescue = news.rescue;
    dashboard.unwritable = news.unwritable;
    dashboard.loaded = true;
    let place = chosen.and_then(|id| dashboard.rows.iter().position(|r| r.id == id));
    dashboard.chosen = place.unwrap_or_else(|| moved(dashboard.chosen, 0, dashboard.rows.len()));
    dashboard.top =
        top_for(dashboard.chosen, dashboard.top, page).min(dashboard.rows.len().saturating_sub(1));
    if news.seen.is_some() {
        online::signed_in_elsewhere(t, news.signed_in);
    }
    t.model.tracking.rows = news.unsettled;
    t.model.tracking.seen = news.seen;
    if let Some(screen) = &mut t.model.link {
        screen.outbox = t.model.dashboard.outbox.iter().filter(|e| e.link == screen.id).cloned().collect();
    }
}

/// Whether something waits for the seller's word.
fn asks(model: &Model) -> bool {
    model.dashboard.outbox.iter().any(|e| e.needs_decision)
}

pub(super) fn available(model: &Model, action: Action) -> bool {
    match action {
        Action::SendNow => !model.dashboard.outbox.is_empty() || !model.dashboard.rows.is_empty(),
        Action::New | Action::Next => model.shop.is_some(),
        Action::List | Action::Search => true,
        Action::Alarms => model.dashboard.alarms > 0 || asks(model),
        _ => !model.dashboard.rows.is_empty(),
    }
}

#[cfg(test)]
mod tests;
