//! All keys, from the table that handles them.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::help::{self, Layout, Row};
use crate::ui::frame;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::words;

pub(crate) fn draw(model: &Model, scroll: u16, pen: &mut Pen<'_>, area: Rect) {
    let rows = help::rows(model);
    let Layout { columns, places, seen, most } = Layout::new((area.width, area.height), &rows);
    pen.clear(Rect { height: area.height.saturating_sub(1), ..area });
    let texts = pen.texts();
    pen.put(area.x + 1, area.y, area.width, &texts.t("help-title"), Role::Strong);
    let (left, above) = (help::MARGIN.0, help::ABOVE.0);
    let body = Rect::new(area.x + left, area.y + above, area.width.saturating_sub(help::MARGIN.1), seen);
    // The window may have grown since it was scrolled.
    let scroll = scroll.min(most);
    let wide = body.width / columns;
    for (row, (column, line)) in rows.iter().zip(places) {
        let Some(line) = line.checked_sub(scroll).filter(|l| *l < body.height) else { continue };
        let (x, y) = (body.x + column * wide, body.y + line);
        match row {
            Row::Space => {}
            Row::Title(context) => {
                pen.put(x, y, wide.saturating_sub(2), &texts.say(context), Role::Accent);
            }
            Row::Keys(binding) => {
                let keys: Vec<String> = binding.keys.iter().map(|k| words::key(*k, texts)).collect();
                let keys = keys.join(" ");
                pen.put(x + 2, y, 18, &keys, Role::Text);
                let at = x + 2 + width(&keys).clamp(14, 18) + 2;
                let here = binding.context == model.beneath();
                let word = if here { frame::word(model, binding, texts) } else { texts.t(binding.text) };
                pen.put(at, y, wide.saturating_sub(at - x + 1), &word, Role::Muted);
            }
        }
    }
    if scroll < most {
        pen.put_right(area.right().saturating_sub(1), area.bottom().saturating_sub(2), 20, "↓", Role::Muted);
    }
}
