//! Step 2: which methods the customer may use, and what that means for the message.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::draft::FieldId;
use crate::app::model::Target;
use crate::domain::method::MethodChoice;
use crate::ui::frame;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::field;
use crate::ui::widgets::links::first_in_sight;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let body = frame::step(model, pen, area);
    let texts = pen.texts();
    let wizard = &model.wizard;
    pen.put(body.x + 2, body.y, body.width, &texts.t("payment-title"), Role::Strong);
    let list = Rect { y: body.y + 2, height: body.height.saturating_sub(6), ..body };
    let count = wizard.offered.len() + 1;
    let focused = match wizard.focus {
        Some(FieldId::Method(index)) => index,
        _ => 0,
    };
    let top = first_in_sight(0, focused, usize::from(list.height), count);
    let all = wizard.offered.iter().all(|o| o.on);
    let mut y = list.y;
    for index in (top..count).take(usize::from(list.height)) {
        let (on, name) = match index.checked_sub(1).and_then(|i| wizard.offered.get(i)) {
            Some(offered) => (offered.on, texts.method(&offered.method)),
            None => (all, texts.t("payment-all")),
        };
        let here = wizard.focus == Some(FieldId::Method(index));
        let row = Rect::new(list.x, y, list.width.min(44), 1);
        if here {
            pen.mark_focus(row.x, y);
        }
        let role = match (here, on) {
            (true, _) => Role::Accent,
            (false, true) => Role::Text,
            (false, false) => Role::Muted,
        };
        pen.put(row.x + 2, y, 3, if on { "[x]" } else { "[ ]" }, role);
        pen.put(row.x + 6, y, row.width.saturating_sub(6), &name, role);
        pen.hits.add(row, Target::Field(FieldId::Method(index)));
        y += 1;
    }
    let below = Rect::new(
        list.x + 2,
        y + 1,
        list.width.saturating_sub(2).min(90),
        body.bottom().saturating_sub(y + 1),
    );
    if let Some(error) = wizard.issue(FieldId::Methods) {
        field::mistake(pen, below, error);
    } else {
        pen.put_wrapped(below, &texts.t(meaning(model)), Role::Muted);
    }
}

/// What the choice means for the message.
fn meaning(model: &Model) -> &'static str {
    let on = model.wizard.offered.iter().filter(|o| o.on);
    let methods = on.map(|o| o.method.clone()).collect();
    if (MethodChoice { whole_profile: false, methods }).push_replaces_sms() {
        "payment-push"
    } else {
        "payment-sms"
    }
}
