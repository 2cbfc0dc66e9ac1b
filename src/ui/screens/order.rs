//! Step 4: the reference, how long to pay, the address, and when the money is withdrawn.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::check::{chosen_expiry, reckoned_from};
use crate::app::draft::{AddressChoice, ExpiryChoice, FieldId};
use crate::ui::frame;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::field::Form;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let body = frame::step(model, pen, area);
    let body = Rect { width: body.width.min(110), ..body };
    let texts = pen.texts();
    let draft = &model.wizard.draft;
    let mut form = Form::new(&model.wizard, body, 16);

    let coming = if model.wizard.proposing { texts.t("order-reference-coming") } else { "".into() };
    form.text(pen, FieldId::Reference, &texts.t("order-reference"), 28, &coming);
    if model.wizard.issue(FieldId::Reference).is_none() {
        form.note(pen, &texts.t("order-reference-note"), Role::Muted);
    }
    form.space();

    let chosen = ExpiryChoice::ALL.iter().position(|c| *c == draft.expiry).unwrap_or(0);
    let choices = ExpiryChoice::ALL.iter().map(|c| texts.say(c));
    form.choices(pen, FieldId::Expiry, &texts.t("order-expiry"), chosen, choices);
    let until = valid_until(model, pen);
    if draft.expiry == ExpiryChoice::Own {
        let label = texts.t("order-expiry-text");
        form.text_beside(pen, FieldId::ExpiryText, &label, 22, until.as_deref().unwrap_or(""), Role::Text);
        // Where a word of doubt stands beside the field, what was understood stands under it.
        if let Some(until) = until.filter(|_| model.wizard.issue(FieldId::ExpiryText).is_some()) {
            form.note(pen, &until, Role::Text);
        }
        form.note(pen, &texts.t("order-expiry-hint"), Role::Muted);
    } else if let Some(until) = until {
        form.note(pen, &until, Role::Muted);
    }
    form.space();

    let chosen = AddressChoice::ALL.iter().position(|c| *c == draft.address).unwrap_or(0);
    let choices = AddressChoice::ALL.iter().map(|c| texts.say(c));
    form.choices(pen, FieldId::Address, &texts.t("order-address"), chosen, choices);
    match draft.address {
        AddressChoice::None => {}
        AddressChoice::Express => form.note(pen, &texts.t("order-address-express-note"), Role::Muted),
        AddressChoice::Known => {
            form.text(pen, FieldId::Name, &texts.t("address-name"), 32, "");
            form.text(pen, FieldId::Street, &texts.t("address-street"), 32, "");
            form.text(pen, FieldId::PostalCode, &texts.t("address-postal-code"), 10, "");
            form.text(pen, FieldId::Place, &texts.t("address-place"), 24, "");
            form.text(pen, FieldId::Country, &texts.t("address-country"), 5, &texts.t("order-country-note"));
        }
    }
    form.space();

    let choices = [texts.t("order-capture-now"), texts.t("order-capture-later")];
    let (chosen, note) =
        if draft.auto_capture { (0, "order-capture-now-note") } else { (1, "order-capture-later-note") };
    form.choices(pen, FieldId::Capture, &texts.t("order-capture"), chosen, choices.into_iter());
    form.note(pen, &texts.t(note), Role::Muted);
}

/// `until tomorrow 12:41 (in 23 h)`; nothing while the time is not a time.
pub(crate) fn valid_until(model: &Model, pen: &Pen<'_>) -> Option<String> {
    let (texts, now) = (pen.texts(), &pen.look.now);
    let expiry = chosen_expiry(&model.wizard.draft, now).ok()?;
    let from = reckoned_from(&expiry, now, model.backend_now(now));
    let at = expiry.moment(from, &now.zone).ok()?;
    let moment = texts.moment(at, from, &now.zone);
    let away = texts.relative(at, from);
    Some(texts.t_args("order-valid-until", &[("moment", moment.into()), ("away", away.into())]))
}
