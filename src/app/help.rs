//! What the help shows, and where: the keys of the screen it was asked on first, then those that work everywhere,
//! then all others.

use super::keys::{self, Binding, Context, TABLE};
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

/// The rows for who looks from `here`.
#[must_use]
pub fn rows(here: Context) -> Vec<Row> {
    let mut contexts = Context::ALL;
    contexts.sort_by_key(|context| (*context != here, *context != Context::Global));
    let mut rows = Vec::with_capacity(TABLE.len() + 2 * Context::ALL.len());
    for context in contexts {
        if !rows.is_empty() {
            rows.push(Row::Space);
        }
        rows.push(Row::Title(context));
        let bindings = TABLE.iter().filter(|b| b.context == context);
        rows.extend(bindings.filter(|b| context != Context::Global || reached(b, here)).map(Row::Keys));
    }
    rows
}

/// Whether what works everywhere works on this screen: its key may mean something else there.
fn reached(binding: &Binding, here: Context) -> bool {
    binding.keys.iter().any(|key| keys::action(here, *key) == Some(binding.action))
}

/// How the rows lie in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Beside each other where there's room, so that one look is enough.
    pub columns: u16,
    /// Rows in a column.
    pub per_column: u16,
    /// So many of them are seen at once.
    pub seen: u16,
    /// So far can be scrolled.
    pub most: u16,
}

/// Columns at the left of the rows, and of what they leave free in all.
pub const MARGIN: (u16, u16) = (3, 4);
/// Rows above them, and of what they leave free in all: title, footer, and a row before each.
pub const ABOVE: (u16, u16) = (2, 4);

impl Layout {
    /// For a terminal of `size`, columns and rows.
    #[must_use]
    pub fn new(size: (u16, u16), rows: usize) -> Self {
        let columns = (size.0.saturating_sub(MARGIN.1) / 46).clamp(1, 4);
        let per_column = u16::try_from(rows).unwrap_or(u16::MAX).div_ceil(columns);
        let seen = size.1.saturating_sub(ABOVE.1);
        Self { columns, per_column, seen, most: per_column.saturating_sub(seen) }
    }

    /// For the help as `model` shows it.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self::new(model.size, rows(model.beneath()).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::Key;
    use crate::app::keys::Action;

    #[test]
    fn ctrl_z_is_told_as_what_it_does_on_the_screen() {
        for here in Context::ALL {
            let undoes = here == Context::Products;
            let meant = if undoes { Action::Undo } else { Action::Suspend };
            assert_eq!(keys::action(here, Key::ctrl('z')), Some(meant), "{here:?}");
            let told = |context, action| {
                rows(here)
                    .iter()
                    .any(|row| matches!(row, Row::Keys(b) if b.context == context && b.action == action))
            };
            assert_eq!(told(Context::Global, Action::Suspend), !undoes, "{here:?}");
            assert!(told(Context::Global, Action::Quit), "{here:?}");
        }
    }
}
