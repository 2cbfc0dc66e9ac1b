//! The form for an account, at the first start.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::draft::FieldId;
use crate::ui::frame;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::widgets::field;

/// The fields in the order of the form: id, label, a note behind it.
const FIELDS: [(FieldId, &str, &str); 5] = [
    (FieldId::AccountId, "set-up-account-id", "set-up-account-id-note"),
    (FieldId::ClientId, "set-up-client-id", "set-up-client-id-note"),
    (FieldId::ClientSecret, "set-up-client-secret", "set-up-client-secret-note"),
    (FieldId::MerchantName, "set-up-merchant-name", "set-up-merchant-name-note"),
    (FieldId::ReturnUrl, "set-up-return-url", "set-up-return-url-note"),
];

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    frame::header(model, pen, area);
    frame::footer(model, pen, area);
    let texts = pen.texts();
    let form = &model.set_up;
    let body = frame::body(area);
    let body = Rect { width: body.width.min(100), ..body };
    pen.put(body.x + 2, body.y, body.width, &texts.t("set-up-title"), Role::Strong);
    let left = body.x + 2 + FIELDS.iter().map(|(_, label, _)| width(&texts.t(label))).max().unwrap_or(0) + 2;
    let room = body.right().saturating_sub(left);
    let mut y = body.y + 2;
    for (index, (id, label, note)) in FIELDS.iter().enumerate() {
        let Some(value) = form.fields.get(index) else { continue };
        let focused = form.focus == index && !form.busy;
        if focused {
            pen.mark_focus(body.x, y);
        }
        let role = if focused { Role::Accent } else { Role::Muted };
        pen.put(body.x + 2, y, left, &texts.t(label), role);
        let place = Rect::new(left, y, room.min(48), 1);
        if *id == FieldId::ClientSecret {
            field::secret(pen, place, *id, value, focused);
        } else {
            field::text(pen, place, *id, value.value(), focused.then_some(value));
        }
        y += 1;
        let under = Rect::new(left, y, room, body.bottom().saturating_sub(y));
        match form.issues.iter().find(|i| i.field == *id) {
            Some(issue) => y = field::mistake(pen, under, &issue.error),
            // What went wrong needs the room of the notes.
            None if form.failed.is_some() => {}
            None => y = pen.put_wrapped(under, &texts.t(note), Role::Muted),
        }
        y += 1;
    }
    let under = Rect::new(left, y, room, body.bottom().saturating_sub(y));
    if form.busy {
        pen.put_wrapped(under, &texts.t("set-up-busy"), Role::Accent);
    } else if let Some(failed) = &form.failed {
        pen.put_wrapped(under, &format!("✕ {}", texts.say(failed)), Role::Error);
    }
}
