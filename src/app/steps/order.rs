//! Step 4: reference, how long, who gives the address, when the money is withdrawn.

use jiff::civil::Date;

use super::input::type_key;
use super::{Turn, changed, fields as fields_of, focus, refresh, show_focus, step_focus, submit};
use crate::app::Effect;
use crate::app::draft::{AddressChoice, Draft, ExpiryChoice, FieldId};
use crate::app::field::Field;
use crate::app::key::Key;
use crate::app::keys::Action;
use crate::app::model::Screen;
use crate::domain::money::Currency;

/// The fields of the step, as they are shown for the choices made.
pub(super) fn fields(draft: &Draft) -> Vec<FieldId> {
    let mut fields = vec![FieldId::Reference, FieldId::Expiry];
    if draft.expiry == ExpiryChoice::Own {
        fields.push(FieldId::ExpiryText);
    }
    fields.push(FieldId::Address);
    if draft.address == AddressChoice::Known {
        fields.extend([
            FieldId::Name,
            FieldId::Street,
            FieldId::PostalCode,
            FieldId::Place,
            FieldId::Country,
        ]);
    }
    fields.push(FieldId::Capture);
    fields
}

pub(super) fn enter(t: &mut Turn<'_>) {
    propose(t);
    show_focus(t, FieldId::Reference);
}

/// Has a reference proposed, if there's none and none is on its way.
pub(super) fn propose(t: &mut Turn<'_>) {
    let today = today(t);
    let wizard = &mut t.model.wizard;
    if !wizard.draft.reference.trim().is_empty() || wizard.proposing {
        return;
    }
    wizard.draft.reference_typed = false;
    // Cleared, or typed over: the number that was proposed for it is not lost.
    let spare = wizard
        .spare
        .clone()
        .filter(|(day, spare)| *day == today && wizard.reference_used.as_ref() != Some(spare));
    if let Some((_, spare)) = spare {
        take(t, spare);
    } else {
        wizard.proposing = true;
        t.ask(Effect::ProposeReference);
    }
}

fn today(t: &Turn<'_>) -> Date {
    t.now.at.to_zoned(t.now.zone.clone()).date()
}

/// The reference is this one, which the seller has not typed.
fn take(t: &mut Turn<'_>, reference: String) {
    let wizard = &mut t.model.wizard;
    wizard.draft.reference = reference;
    wizard.draft.reference_typed = false;
    if wizard.focus == Some(FieldId::Reference) {
        wizard.field = Field::filled_in(&wizard.draft.reference);
    }
    changed(t);
}

/// The reference was left: is it used? An empty one is proposed anew.
pub(super) fn left(t: &mut Turn<'_>, from: FieldId) {
    if from != FieldId::Reference {
        return;
    }
    propose(t);
    let draft = &t.model.wizard.draft;
    let text = draft.reference.trim();
    if draft.reference_typed && !text.is_empty() {
        let text = text.to_owned();
        t.ask(Effect::CheckReference(text));
    }
}

/// A reference was proposed. One that the seller typed meanwhile stays.
pub(in crate::app) fn proposed(t: &mut Turn<'_>, reference: String) {
    let today = today(t);
    let wizard = &mut t.model.wizard;
    if !std::mem::take(&mut wizard.proposing) {
        return;
    }
    wizard.spare = Some((today, reference.clone()));
    if wizard.draft.reference.trim().is_empty() {
        take(t, reference);
    }
    submit::go_on(t);
}

/// The ledger's word on a reference.
pub(in crate::app) fn reference_used(t: &mut Turn<'_>, text: String, used: bool) {
    let wizard = &mut t.model.wizard;
    if used && wizard.draft.reference.trim() == text {
        wizard.reference_used = Some(text);
    } else if wizard.reference_used.as_ref() == Some(&text) {
        wizard.reference_used = None;
    }
    refresh(t);
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    match action {
        Action::NextField => step_focus(t, 1),
        Action::PreviousField => step_focus(t, -1),
        Action::Left => turn(t, -1),
        Action::Right => turn(t, 1),
        Action::Toggle => turn(t, 1),
        _ => {}
    }
}

/// The choice before or after, round and round.
fn turn(t: &mut Turn<'_>, by: isize) {
    let draft = &t.model.wizard.draft;
    let Some(field) = t.model.wizard.focus else { return };
    let (at, count) = match field {
        FieldId::Expiry => {
            (ExpiryChoice::ALL.iter().position(|c| *c == draft.expiry), ExpiryChoice::ALL.len())
        }
        FieldId::Address => {
            (AddressChoice::ALL.iter().position(|c| *c == draft.address), AddressChoice::ALL.len())
        }
        FieldId::Capture => (Some(usize::from(!draft.auto_capture)), 2),
        _ => return,
    };
    let (at, count) = (isize::try_from(at.unwrap_or(0)).unwrap_or(0), isize::try_from(count).unwrap_or(1));
    if let Ok(to) = usize::try_from((at + by).rem_euclid(count)) {
        set(t, field, to);
    }
}

/// Chooses; an own time and an address are typed at once.
pub(super) fn choose(t: &mut Turn<'_>, field: FieldId, choice: usize) {
    set(t, field, choice);
    to_text(t);
}

fn set(t: &mut Turn<'_>, field: FieldId, choice: usize) {
    let country = usual_country(t);
    let draft = &mut t.model.wizard.draft;
    match field {
        FieldId::Expiry => {
            if let Some(choice) = ExpiryChoice::ALL.get(choice) {
                draft.expiry = *choice;
            }
        }
        FieldId::Address => {
            if let Some(choice) = AddressChoice::ALL.get(choice) {
                draft.address = *choice;
            }
            if draft.address == AddressChoice::Known && draft.country.trim().is_empty() {
                draft.country = country;
            }
        }
        FieldId::Capture if choice < 2 => draft.auto_capture = choice == 0,
        _ => return,
    }
    changed(t);
}

fn usual_country(t: &Turn<'_>) -> String {
    if !t.model.defaults.country.is_empty() {
        return t.model.defaults.country.clone();
    }
    match t.model.shop.as_ref().map(|s| s.currency) {
        Some(Currency::Nok) => "NO",
        Some(Currency::Sek) => "SE",
        Some(Currency::Dkk) => "DK",
        Some(Currency::Eur) | None => "",
    }
    .to_owned()
}

/// From a choice into the text that belongs to it, if it has one.
pub(super) fn to_text(t: &mut Turn<'_>) {
    let to = match t.model.wizard.focus {
        Some(FieldId::Expiry) => FieldId::ExpiryText,
        Some(FieldId::Address) => FieldId::Name,
        _ => return,
    };
    if fields_of(&t.model.wizard, Screen::Order).contains(&to) {
        focus(t, to);
    }
}

/// A key on a choice: a digit chooses, a space takes the next one, and typing goes into the text that
/// belongs to it.
pub(super) fn choice_key(t: &mut Turn<'_>, key: Key) {
    let (Some(c), Some(field)) = (key.typed(), t.model.wizard.focus) else { return };
    if c == ' ' {
        turn(t, 1);
        return;
    }
    let text_open = fields_of(&t.model.wizard, Screen::Order).iter().any(|f| {
        matches!((field, f), (FieldId::Expiry, FieldId::ExpiryText) | (FieldId::Address, FieldId::Name))
    });
    if text_open && !(field == FieldId::Address && c.is_ascii_digit()) {
        to_text(t);
        type_key(t, key);
    } else if let Some(digit) = c.to_digit(10).and_then(|d| usize::try_from(d).ok())
        && digit > 0
    {
        choose(t, field, digit - 1);
    }
}
