//! One file a screen.

pub(crate) mod confirm;
pub(crate) mod dashboard;
pub(crate) mod delivery;
pub(crate) mod help;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod products;
pub(crate) mod qr_full;
pub(crate) mod set_up;
pub(crate) mod welcome;

use ratatui::layout::Rect;

use super::pen::{Pen, wrap};
use super::theme::Role;
use crate::app::model::LEAST;

/// Says that the window is too small, and how large it should be.
pub(crate) fn too_small(pen: &mut Pen<'_>, area: Rect) {
    let args = [
        ("columns", area.width.into()),
        ("rows", area.height.into()),
        ("least_columns", LEAST.0.into()),
        ("least_rows", LEAST.1.into()),
    ];
    let text = pen.texts().t_args("too-small", &args);
    let rows = u16::try_from(wrap(&text, area.width).count()).unwrap_or(1);
    let y = area.y + area.height.saturating_sub(rows) / 2;
    for (index, line) in wrap(&text, area.width).enumerate() {
        let y = y.saturating_add(u16::try_from(index).unwrap_or(u16::MAX));
        if y < area.bottom() {
            pen.put_middle(area, y, line, Role::Strong);
        }
    }
}
