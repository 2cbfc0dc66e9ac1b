//! What is typed, pasted and clicked on the steps.

use super::{Turn, delivery, fields, focus, in_text, keep_soon, order, payment, products, refresh};
use crate::app::draft::FieldId;
use crate::app::field::MAX;
use crate::app::key::Key;
use crate::app::keys::Action;
use crate::app::model::{Screen, Tone};
use crate::app::say::Say;

/// A key that is in no table: typed into the field, or a choice.
pub(in crate::app) fn type_in(t: &mut Turn<'_>, key: Key) {
    if t.model.wizard.submitting {
        return;
    }
    if !in_text(&t.model.wizard) {
        if key == Key::char('?') {
            crate::app::overlay::show_help(t);
            return;
        }
        match t.model.screen {
            Screen::Order => order::choice_key(t, key),
            Screen::Delivery => delivery::choice_key(t, key),
            _ => {}
        }
        return;
    }
    type_key(t, key);
}

/// A key into the text that has the focus.
pub(super) fn type_key(t: &mut Turn<'_>, key: Key) {
    let full = key.typed().is_some() && t.model.wizard.field.value().chars().count() >= MAX;
    let selected = t.model.wizard.field.is_selected();
    if t.model.wizard.field.key(key) {
        write_back(t, selected);
        if full {
            t.say(Tone::Warning, Say::TextCut);
        }
    }
}

/// Text was pasted.
pub(in crate::app) fn paste(t: &mut Turn<'_>, text: &str) {
    if t.model.wizard.submitting {
        return;
    }
    if t.model.screen == Screen::Products && products::paste(t, text) {
        return;
    }
    if !in_text(&t.model.wizard) {
        match t.model.screen {
            Screen::Order => order::to_text(t),
            Screen::Delivery => {
                delivery::to_text_for(t, text);
            }
            _ => return,
        }
    }
    if in_text(&t.model.wizard) {
        let selected = t.model.wizard.field.is_selected();
        let whole = t.model.wizard.field.insert(text.trim_matches(['\r', '\n']));
        write_back(t, selected);
        if !whole {
            t.say(Tone::Warning, Say::TextCut);
        }
    }
}

/// The draft has what the field has. Where the whole text was `selected`, what the seller typed before and is gone
/// now can be brought back.
fn write_back(t: &mut Turn<'_>, selected: bool) {
    let usual = products::blank(t.model);
    let wizard = &mut t.model.wizard;
    let Some(field) = wizard.focus else { return };
    let Some(text) = wizard.draft.text_mut(field) else { return };
    if text == wizard.field.value() {
        return;
    }
    let before = std::mem::replace(text, wizard.field.value().to_owned());
    wizard.resumed = false;
    if selected && products::typed(&usual, field, &before) && !wizard.field.value().starts_with(&before) {
        wizard.replaced.push((field, before));
    }
    if field == FieldId::Reference {
        wizard.draft.reference_typed = true;
    }
    keep_soon(t);
    refresh(t);
}

/// A click into a field, `column` columns from its left end.
pub(in crate::app) fn click(t: &mut Turn<'_>, field: FieldId, column: u16) {
    if t.model.wizard.submitting || !fields(&t.model.wizard, t.model.screen).contains(&field) {
        return;
    }
    focus(t, field);
    if in_text(&t.model.wizard) {
        t.model.wizard.field.caret_to_column(usize::from(column));
    } else if matches!(field, FieldId::Method(_)) {
        payment::act(t, Action::Toggle);
    }
}

/// A click on a choice.
pub(in crate::app) fn choose(t: &mut Turn<'_>, field: FieldId, choice: usize) {
    if t.model.wizard.submitting || !fields(&t.model.wizard, t.model.screen).contains(&field) {
        return;
    }
    focus(t, field);
    match t.model.screen {
        Screen::Order => order::choose(t, field, choice),
        Screen::Delivery => delivery::choose(t, choice),
        _ => {}
    }
}

/// The wheel.
pub(in crate::app) fn scroll(t: &mut Turn<'_>, rows: i16) {
    if t.model.wizard.submitting {
        return;
    }
    let action = if rows < 0 { Action::Up } else { Action::Down };
    for _ in 0..rows.unsigned_abs().min(100) {
        match t.model.screen {
            Screen::Products => products::act(t, action, None),
            Screen::Payment => payment::act(t, action),
            _ => {}
        }
    }
}
