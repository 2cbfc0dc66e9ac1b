//! All keys, from the table that handles them.

use ratatui::layout::Rect;

use crate::app::keys::{Context, TABLE};
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::words;

/// A row of the help.
enum Row {
    Title(Context),
    Key(&'static crate::app::keys::Binding),
    Space,
}

pub(crate) fn draw(scroll: u16, pen: &mut Pen<'_>, area: Rect) {
    let area = Rect { height: area.height.saturating_sub(1), ..area };
    pen.clear(area);
    let texts = pen.texts();
    pen.put(area.x + 1, area.y, area.width, &texts.t("help-title"), Role::Strong);
    let body = Rect::new(area.x + 3, area.y + 2, area.width.saturating_sub(4), area.height.saturating_sub(3));
    let rows = rows();
    // Beside each other where there's room, so that one look is enough.
    let columns = (body.width / 46).clamp(1, 4);
    let per_column = u16::try_from(rows.len()).unwrap_or(u16::MAX).div_ceil(columns);
    let scroll = scroll.min(per_column.saturating_sub(body.height));
    let wide = body.width / columns;
    for (index, row) in rows.iter().enumerate() {
        let Ok(index) = u16::try_from(index) else { break };
        let (column, line) = (index / per_column, index % per_column);
        let Some(line) = line.checked_sub(scroll).filter(|l| *l < body.height) else { continue };
        let (x, y) = (body.x + column * wide, body.y + line);
        match row {
            Row::Space => {}
            Row::Title(context) => {
                pen.put(x, y, wide.saturating_sub(2), &texts.say(context), Role::Accent);
            }
            Row::Key(binding) => {
                let keys: Vec<String> = binding.keys.iter().map(|k| words::key(*k, texts)).collect();
                let keys = keys.join(" ");
                pen.put(x + 2, y, 18, &keys, Role::Text);
                let at = x + 2 + width(&keys).clamp(14, 18) + 2;
                pen.put(at, y, wide.saturating_sub(at - x + 1), &texts.t(binding.text), Role::Muted);
            }
        }
    }
    if per_column > scroll + body.height {
        pen.put_right(area.right().saturating_sub(1), area.bottom().saturating_sub(1), 20, "↓", Role::Muted);
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::with_capacity(TABLE.len() + 3 * Context::ALL.len());
    for context in Context::ALL {
        if !rows.is_empty() {
            rows.push(Row::Space);
        }
        rows.push(Row::Title(context));
        rows.extend(TABLE.iter().filter(|b| b.context == context).map(Row::Key));
    }
    rows
}
