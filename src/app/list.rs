//! All links: search and filter.

use super::field::Field;
use super::key::Key;
use super::keys::Action;
use super::model::{ListFilter, ListScreen, Model, Screen, Tone};
use super::say::Say;
use super::turn::{Turn, moved, top_for};
use super::{Effect, link_screen};
use crate::ports::LinkRow;

/// Rows of the screen that are not links: header, search, headings, footer.
const OTHER_ROWS: u16 = 8;
/// So many rows before the end of what was found the next ones are asked for.
const AHEAD: usize = 20;

fn page(model: &Model) -> usize {
    usize::from(model.size.1.saturating_sub(OTHER_ROWS)).max(1)
}

pub(super) fn enter(t: &mut Turn<'_>, filter: ListFilter) {
    let ticket = t.model.list.ticket;
    t.model.list = ListScreen { ticket, filter, ..ListScreen::default() };
    t.model.screen = Screen::List;
    find(t);
}

/// Asks from the first row on.
fn find(t: &mut Turn<'_>) {
    t.model.list.chosen = 0;
    t.model.list.top = 0;
    ask(t, 0);
}

fn ask(t: &mut Turn<'_>, offset: u32) {
    let list = &mut t.model.list;
    list.ticket += 1;
    (list.loading, list.unread) = (true, false);
    let (ticket, search, filter) = (list.ticket, list.search.value().to_owned(), list.filter);
    t.ask(Effect::Find { ticket, search, filter, offset });
}

pub(super) fn act(t: &mut Turn<'_>, action: Action, key: Option<Key>) {
    let page = isize::try_from(page(t.model)).unwrap_or(1);
    match action {
        Action::Open => open(t),
        Action::Up => move_by(t, -1),
        Action::Down => move_by(t, 1),
        Action::PageUp => move_by(t, -page),
        Action::PageDown => move_by(t, page),
        Action::Filter => {
            let at = ListFilter::ALL.iter().position(|f| *f == t.model.list.filter).unwrap_or(0);
            let next = ListFilter::ALL.iter().cycle().nth(at + 1);
            t.model.list.filter = next.copied().unwrap_or_default();
            find(t);
        }
        Action::ShowAll => show_all(t),
        Action::Back => t.model.screen = Screen::Dashboard,
        _ => {
            if let Some(key) = key {
                type_in(t, key);
            }
        }
    }
}

/// Takes back what hides links: the filter first, then what is searched for.
fn show_all(t: &mut Turn<'_>) {
    let list = &mut t.model.list;
    if !list.restricted() {
        return;
    }
    if list.filter == ListFilter::All {
        list.search = Field::default();
    }
    list.filter = ListFilter::All;
    find(t);
}

fn open(t: &mut Turn<'_>) {
    match t.model.list.rows.get(t.model.list.chosen).map(|r| r.id) {
        Some(id) => link_screen::open(t, id, Screen::List),
        None => t.say(Tone::Info, Say::NothingChosen),
    }
}

pub(super) fn move_by(t: &mut Turn<'_>, by: isize) {
    let page = page(t.model);
    let list = &mut t.model.list;
    list.chosen = moved(list.chosen, by, list.rows.len());
    list.top = top_for(list.chosen, list.top, page);
    more(t);
}

/// Asks for the next rows when the choice comes near the end of those found.
fn more(t: &mut Turn<'_>) {
    let list = &t.model.list;
    let found = list.rows.len();
    let near = list.chosen + AHEAD.max(page(t.model)) >= found;
    let left = u64::try_from(found).is_ok_and(|n| n < list.total);
    if near && left && !list.loading && found > 0 {
        ask(t, u32::try_from(found).unwrap_or(u32::MAX));
    }
}

pub(super) fn click(t: &mut Turn<'_>, row: usize) {
    if row >= t.model.list.rows.len() {
        return;
    }
    if t.model.list.chosen == row {
        open(t);
    } else {
        t.model.list.chosen = row;
        move_by(t, 0);
    }
}

/// Typing searches. The key that searches elsewhere is no sign to be searched for where nothing else is typed yet.
pub(super) fn type_in(t: &mut Turn<'_>, key: Key) {
    if key == Key::char('/') && t.model.list.search.value().is_empty() {
        return;
    }
    let before = t.model.list.search.value().to_owned();
    if t.model.list.search.key(key) && t.model.list.search.value() != before {
        find(t);
    }
}

pub(super) fn paste(t: &mut Turn<'_>, text: &str) {
    let before = t.model.list.search.value().to_owned();
    let whole = t.model.list.search.insert(text.trim());
    if t.model.list.search.value() != before {
        find(t);
    }
    if !whole {
        t.say(Tone::Warning, Say::TextCut);
    }
}

/// The rows of this ticket could not be read.
pub(super) fn not_found(t: &mut Turn<'_>, ticket: u64) {
    if t.model.list.ticket == ticket {
        (t.model.list.loading, t.model.list.unread) = (false, true);
    }
}

/// Rows were found. An answer to an older question is dropped.
pub(super) fn found(
    t: &mut Turn<'_>,
    ticket: u64,
    rows: Vec<LinkRow>,
    offset: u32,
    (total, all): (u64, u64),
) {
    let list = &mut t.model.list;
    if ticket != list.ticket {
        return;
    }
    list.loading = false;
    list.total = total;
    list.all = all;
    if offset == 0 {
        list.rows = rows;
    } else if usize::try_from(offset).is_ok_and(|o| o == list.rows.len()) {
        // A link made meanwhile pushes others down by one: none is shown twice.
        let new: Vec<LinkRow> =
            rows.into_iter().filter(|r| list.rows.iter().all(|known| known.id != r.id)).collect();
        if new.is_empty() {
            // Nothing more comes, whatever the count says: no asking in a circle.
            list.total = u64::from(offset);
        }
        list.rows.extend(new);
    }
    if list.rows.is_empty() {
        list.total = 0;
    }
    let page = page(t.model);
    let list = &mut t.model.list;
    list.chosen = moved(list.chosen, 0, list.rows.len());
    list.top = top_for(list.chosen, list.top, page);
}

pub(super) fn available(model: &Model, action: Action) -> bool {
    match action {
        Action::Back | Action::Filter => true,
        Action::ShowAll => model.list.restricted(),
        _ => !model.list.rows.is_empty(),
    }
}

#[cfg(test)]
mod tests;
