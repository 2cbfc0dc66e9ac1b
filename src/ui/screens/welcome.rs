//! The first start: try the sandbox, or set up an account.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::keys::Action;
use crate::app::model::Target;
use crate::ui::frame;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    frame::header(model, pen, area);
    frame::footer(model, pen, area);
    let texts = pen.texts();
    let inner = area.width.saturating_sub(6).min(72);
    let x = area.x + area.width.saturating_sub(inner) / 2;
    let y = area.y + (area.height / 5).max(3);
    let place = |y: u16| Rect::new(x, y, inner, area.bottom().saturating_sub(y + 2));
    let y = pen.put_wrapped(place(y), &texts.t("welcome-title"), Role::Strong) + 1;
    let mut y = pen.put_wrapped(place(y), &texts.t("welcome-what"), Role::Text) + 1;
    let choices = [
        ("s", Action::TrySandbox, "welcome-sandbox", "welcome-sandbox-what"),
        ("a", Action::SetUp, "welcome-account", "welcome-account-what"),
    ];
    for (key, action, title, what) in choices {
        pen.put(x, y, 1, key, Role::Accent);
        pen.put(x + 3, y, inner.saturating_sub(3), &texts.t(title), Role::Strong);
        pen.hits.add(Rect::new(x, y, inner, 2), Target::Do(action));
        let room = place(y + 1);
        let room = Rect { x: room.x + 3, width: room.width.saturating_sub(3), ..room };
        y = pen.put_wrapped(room, &texts.t(what), Role::Muted) + 1;
    }
}
