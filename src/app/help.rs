//! What the help shows, and where: the keys of the screen it was asked on first, then those that work everywhere,
//! then all others.

use super::keys::{self, Action, Binding, Context, TABLE};
use super::link_screen;
use super::model::Model;

/// A row of the help.
#[derive(Debug, Clone, Copy)]
pub enum Row {
    /// Where the keys below mean something.
    Title(Context),
    /// Keys.
    Keys(&'static Binding),
    /// An empty row.
    Space,
}

/// The rows for who looks from the screen shown.
#[must_use]
pub fn rows(model: &Model) -> Vec<Row> {
    let here = model.beneath();
    let mut contexts = Context::ALL;
    contexts.sort_by_key(|context| (*context != here, *context != Context::Global));
    let own_sandbox = model.shop.as_ref().is_none_or(|shop| shop.own_sandbox.is_some());
    // Who has an account doesn't come to the first start any more.
    let over =
        |c: Context| matches!(c, Context::Welcome | Context::SetUp) && c != here && model.shop.is_some();
    let mut rows = Vec::with_capacity(TABLE.len() + 2 * Context::ALL.len());
    for context in contexts.into_iter().filter(|context| !over(*context)) {
        if !rows.is_empty() {
            rows.push(Row::Space);
        }
        rows.push(Row::Title(context));
        let bindings = TABLE.iter().filter(|b| b.context == context && (own_sandbox || !plays(b.action)));
        let works = |b: &&Binding| match context {
            Context::Global => reached(b, here),
            // What this link is past, or not at yet, is no key of it.
            Context::Link if context == here => {
                !matches!(b.action, Action::Cancel | Action::Change)
                    || link_screen::available(model, b.action)
            }
            _ => true,
        };
        rows.extend(bindings.filter(works).map(Row::Keys));
    }
    rows
}

/// Whether it plays the customer, which works in our own sandbox alone.
const fn plays(action: Action) -> bool {
    matches!(action, Action::PlayOpen | Action::PlayPay | Action::PlayDecline)
}

/// Whether what works everywhere works on this screen: its key may mean something else there.
fn reached(binding: &Binding, here: Context) -> bool {
    binding.keys.iter().any(|key| keys::action(here, *key) == Some(binding.action))
}

/// How the rows lie in a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Beside each other where there's room, so that one look is enough.
    pub columns: u16,
    /// Where each row lies: its column, and its line within that.
    pub places: Vec<(u16, u16)>,
    /// So many lines are seen at once.
    pub seen: u16,
    /// So far can be scrolled.
    pub most: u16,
}

/// Columns at the left of the rows, and of what they leave free in all.
pub const MARGIN: (u16, u16) = (3, 4);
/// Rows above them, and of what they leave free in all: title, footer, and a row before each.
pub const ABOVE: (u16, u16) = (2, 4);

impl Layout {
    /// For a terminal of `size`, columns and rows. The keys of a screen stay together under their title.
    #[must_use]
    pub fn new(size: (u16, u16), rows: &[Row]) -> Self {
        let columns = (size.0.saturating_sub(MARGIN.1) / 46).clamp(1, 4);
        // As low as the groups allow, so that little is to be scrolled. One column takes all rows.
        let fits = |height: &usize| placed(rows, *height).1 <= columns;
        let least = rows.len() / usize::from(columns);
        let height = (least..rows.len()).find(fits).unwrap_or(rows.len());
        let places = placed(rows, height).0;
        let told = rows.iter().zip(&places).filter(|(row, _)| !matches!(row, Row::Space));
        let lines = told.map(|(_, (_, line))| line.saturating_add(1)).max().unwrap_or(0);
        let seen = size.1.saturating_sub(ABOVE.1);
        Self { columns, places, seen, most: lines.saturating_sub(seen) }
    }

    /// For the help as `model` shows it.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self::new(model.size, &rows(model))
    }
}

/// Where each row lies in columns of at most so many lines (of more, where a group is higher), and how many columns
/// that takes.
fn placed(rows: &[Row], height: usize) -> (Vec<(u16, u16)>, u16) {
    let mut places = Vec::with_capacity(rows.len());
    let (mut column, mut line) = (0_u16, 0_u16);
    for group in rows.split_inclusive(|row| matches!(row, Row::Space)) {
        let keys = group.iter().filter(|row| !matches!(row, Row::Space)).count();
        if line > 0 && usize::from(line).saturating_add(keys) > height {
            (column, line) = (column.saturating_add(1), 0);
        }
        for _ in group {
            places.push((column, line));
            line = line.saturating_add(1);
        }
    }
    (places, column.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::Key;
    use crate::app::model::Screen;
    use crate::app::testing::App;

    const SCREENS: [Screen; 10] = [
        Screen::Welcome,
        Screen::SetUp,
        Screen::Dashboard,
        Screen::Payment,
        Screen::Products,
        Screen::Order,
        Screen::Delivery,
        Screen::Link,
        Screen::QrFull,
        Screen::List,
    ];

    #[test]
    fn ctrl_z_is_told_as_what_it_does_on_the_screen() {
        let mut app = App::new();
        for screen in SCREENS {
            app.model.screen = screen;
            let here = app.model.beneath();
            let undoes = here == Context::Products;
            let meant = if undoes { Action::Undo } else { Action::Suspend };
            assert_eq!(keys::action(here, Key::ctrl('z')), Some(meant), "{here:?}");
            let told = |context, action| {
                rows(&app.model)
                    .iter()
                    .any(|row| matches!(row, Row::Keys(b) if b.context == context && b.action == action))
            };
            assert_eq!(told(Context::Global, Action::Suspend), !undoes, "{here:?}");
            assert!(told(Context::Global, Action::Quit), "{here:?}");
        }
    }

    #[test]
    fn keys_that_can_do_nothing_are_not_told() {
        let mut app = App::new();
        app.model.screen = Screen::Link;
        let told = |model: &Model, action| {
            rows(model).iter().any(|row| matches!(row, Row::Keys(b) if b.action == action))
        };
        let customer = [Action::PlayOpen, Action::PlayPay, Action::PlayDecline];
        let first = [Action::TrySandbox, Action::SetUp];
        for own in [true, false] {
            let shop = app.model.shop.as_mut().unwrap();
            shop.own_sandbox = own.then(|| "http://127.0.0.1:4242/sandbox".to_owned());
            assert_eq!(customer.map(|action| told(&app.model, action)), [own; 3]);
            assert_eq!(first.map(|action| told(&app.model, action)), [false; 2]);
        }
        app.model.shop = None;
        app.model.screen = Screen::Welcome;
        assert_eq!(first.map(|action| told(&app.model, action)), [true; 2]);
    }

    /// A title and its keys stand in one column, below each other, and nothing lies on anything else.
    #[test]
    fn the_keys_of_a_screen_stay_together() {
        let mut app = App::new();
        for screen in SCREENS {
            app.model.screen = screen;
            let rows = rows(&app.model);
            for columns in (80..260).step_by(30) {
                let layout = Layout::new((columns, 24), &rows);
                let mut seen = std::collections::BTreeSet::new();
                for (at, place) in layout.places.iter().enumerate() {
                    assert!(
                        place.0 < layout.columns && seen.insert(*place),
                        "{screen:?} {columns} {place:?}"
                    );
                    if matches!(rows[at], Row::Keys(_)) {
                        let (column, line) = layout.places[at - 1];
                        assert_eq!(*place, (column, line + 1), "{screen:?} {columns}");
                    }
                }
                // Columns are for having less to scroll.
                let lowest = usize::from(layout.most + layout.seen) * usize::from(layout.columns);
                assert!(lowest <= rows.len() * 2, "{screen:?} {columns}: {lowest}");
            }
        }
    }
}
