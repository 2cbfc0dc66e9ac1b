//! Step 5: how the link reaches the customer, and the sale once more before it is made.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::check::FieldError;
use crate::app::draft::{AddressChoice, Channel, Draft, FieldId};
use crate::domain::method::MethodChoice;
use crate::domain::phone::{Phone, PhoneKind};
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

    let chosen = Channel::ALL.iter().position(|c| *c == draft.channel).unwrap_or(0);
    let choices = Channel::ALL.iter().map(|c| texts.say(c));
    form.choices(pen, FieldId::Channel, &texts.t("delivery-by"), chosen, choices);
    form.space();
    match draft.channel {
        Channel::Sms => {
            // The number is read back in groups, so that a wrong digit is seen.
            let phone = Phone::parse(&draft.phone).ok();
            let grouped = phone.as_ref().map(Phone::grouped).unwrap_or_default();
            // Enter sends: that an SMS may not arrive is told before.
            let (note, role) = match phone.map(|p| p.kind()) {
                Some(PhoneKind::NotMobile) => {
                    (format!("! {grouped}: {}", texts.say(&FieldError::PhoneNotMobile)), Role::Warning)
                }
                _ => (grouped, Role::Muted),
            };
            form.text_beside(pen, FieldId::Phone, &texts.t("delivery-phone"), 20, &note, role);
            let push = chosen_methods(model).push_replaces_sms();
            let note = if push { "delivery-push-note" } else { "delivery-sms-note" };
            form.note(pen, &texts.t(note), Role::Muted);
        }
        Channel::Email => {
            form.text(pen, FieldId::Email, &texts.t("delivery-address"), 40, "");
            form.note(pen, &texts.t("delivery-email-note"), Role::Muted);
        }
        Channel::Link => form.note(pen, &texts.t("delivery-link-note"), Role::Muted),
    }
    let y = form.y + 1;
    summary(model, pen, Rect { y, height: body.bottom().saturating_sub(y), ..body });
}

fn chosen_methods(model: &Model) -> MethodChoice {
    let methods = model.wizard.offered.iter().filter(|o| o.on).map(|o| o.method.clone()).collect();
    MethodChoice { whole_profile: false, methods }
}

/// The address as it was typed, in one line.
fn known_address(draft: &Draft) -> String {
    let place = format!("{} {}", draft.postal_code.trim(), draft.place.trim());
    let parts = [draft.name.trim(), draft.street.trim(), place.trim()];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The sale once more.
fn summary(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let texts = pen.texts();
    let wizard = &model.wizard;
    let draft = &wizard.draft;
    let mut rows: Vec<(&'static str, String, Role)> = Vec::with_capacity(6);
    if let Some(totals) = &wizard.totals {
        let vat = texts.t_args("delivery-of-which-vat", &[("vat", texts.amount(totals.vat).into())]);
        rows.push(("products-to-pay", format!("{}   {vat}", texts.amount(totals.gross)), Role::Strong));
    }
    let lines: Vec<&str> =
        draft.lines.iter().filter(|l| !draft.untouched(l)).map(|l| l.description.trim()).collect();
    rows.push(("delivery-products", lines.join(", "), Role::Text));
    let on = wizard.offered.iter().filter(|o| o.on);
    let methods = if wizard.offered.iter().all(|o| o.on) {
        texts.t("payment-all").into_owned()
    } else {
        on.map(|o| texts.method(&o.method)).collect::<Vec<_>>().join(", ")
    };
    rows.push(("delivery-methods", methods, Role::Text));
    rows.push(("order-reference", draft.reference.clone(), Role::Text));
    if let Some(until) = super::order::valid_until(model, pen) {
        rows.push(("order-expiry", until, Role::Text));
    }
    if draft.address != AddressChoice::None {
        let address = match draft.address {
            AddressChoice::Known => known_address(draft),
            choice => texts.say(&choice).into_owned(),
        };
        rows.push(("order-address", address, Role::Text));
    }
    let capture = if draft.auto_capture { "order-capture-now" } else { "order-capture-later" };
    rows.push(("order-capture", texts.t(capture).into_owned(), Role::Text));
    let mut y = area.y;
    for (label, value, role) in rows {
        if y >= area.bottom().saturating_sub(1) {
            break;
        }
        pen.put(area.x + 2, y, 16, &texts.t(label), Role::Muted);
        pen.put(area.x + 19, y, area.width.saturating_sub(19), &value, role);
        y += 1;
    }
    if wizard.submitting && y + 1 < area.bottom() {
        pen.put(
            area.x + 19,
            y + 1,
            area.width.saturating_sub(19),
            &texts.t("delivery-submitting"),
            Role::Accent,
        );
    }
}
