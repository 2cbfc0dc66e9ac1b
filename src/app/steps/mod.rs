//! Steps 2 to 5: what they have in common. Focus, typing, going on and back, keeping the draft.

mod begin;
mod delivery;
mod input;
mod lifetime;
mod order;
mod paste;
mod payment;
mod products;
mod submit;

pub(super) use begin::{
    again, begin, change, clear, found_draft, of_queued, refused, remembered, still_resumed,
};
pub(super) use input::{choose, click, paste, scroll, type_in};
pub(super) use order::{proposed, reference_used};
pub(super) use payment::offer;
pub(super) use submit::{fate_unknown, found_sent, kept, not_sent, proposal_failed};

use jiff::SignedDuration;

use super::Effect;
use super::check::{self, FieldError};
use super::draft::{FieldId, LineDraft};
use super::field::Field;
use super::key::{Code, Key};
use super::keys::Action;
use super::model::{Model, STEPS, Screen, Tone, Wizard};
use super::msg::Timer;
use super::say::Say;
use super::turn::Turn;
use crate::domain::address;
use crate::domain::link::LinkId;

/// The draft is kept this long after it has changed, at the latest.
const KEEP_AFTER: SignedDuration = SignedDuration::from_millis(300);
/// A draft that could not be kept is tried again after so long, and again: the disk may have room by then.
const KEEP_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The fields of a step, in order.
pub(super) fn fields(wizard: &Wizard, step: Screen) -> Vec<FieldId> {
    match step {
        Screen::Payment => (0..=wizard.offered.len()).map(FieldId::Method).collect(),
        Screen::Products => products::fields(wizard.draft.lines.len()),
        Screen::Order => order::fields(&wizard.draft),
        Screen::Delivery => delivery::fields(wizard.draft.channel),
        _ => Vec::new(),
    }
}

/// The step that a field is on.
pub(super) const fn step_of(field: FieldId) -> Option<Screen> {
    Some(match field {
        FieldId::Method(_) | FieldId::Methods => Screen::Payment,
        FieldId::Description(_)
        | FieldId::Quantity(_)
        | FieldId::Price(_)
        | FieldId::Vat(_)
        | FieldId::Lines => Screen::Products,
        FieldId::Reference
        | FieldId::Expiry
        | FieldId::ExpiryText
        | FieldId::Address
        | FieldId::Name
        | FieldId::Street
        | FieldId::PostalCode
        | FieldId::Place
        | FieldId::Country
        | FieldId::Capture => Screen::Order,
        FieldId::Channel | FieldId::Phone | FieldId::Email => Screen::Delivery,
        _ => return None,
    })
}

/// Whether the focus is in a text.
pub(super) fn in_text(wizard: &Wizard) -> bool {
    wizard.focus.is_some_and(|f| wizard.draft.text(f).is_some())
}

/// Looks at the draft anew: what is wrong, what it comes to.
pub(super) fn refresh(t: &mut Turn<'_>) {
    let Some(shop) = &t.model.shop else { return };
    let verdict = check::look(&t.model.wizard, shop, t.now, t.model.backend_now(t.now));
    let wizard = &mut t.model.wizard;
    if let Ok(country) = address::country(&wizard.draft.country) {
        wizard.country = country;
    }
    wizard.amounts = verdict.amounts();
    wizard.issues = verdict.issues;
    wizard.totals = verdict.totals;
}

/// The draft changed: it is kept soon.
pub(super) fn keep_soon(t: &mut Turn<'_>) {
    if !t.model.wizard.unsaved {
        keep_after(t, KEEP_AFTER);
    }
}

fn keep_after(t: &mut Turn<'_>, time: SignedDuration) {
    t.model.wizard.unsaved = true;
    t.ask(Effect::Wake(Timer::KeepDraft, t.now.at.saturating_add(time).unwrap_or(t.now.at)));
}

/// The draft with this id could not be kept: if it's still the one that is typed, that is to be done yet.
pub(super) fn not_kept(t: &mut Turn<'_>, id: LinkId) {
    if t.model.wizard.draft.id == Some(id) && !t.model.wizard.unsaved {
        keep_after(t, KEEP_AGAIN);
    }
}

/// Keeps the draft now, if it has changed.
pub(super) fn keep_now(t: &mut Turn<'_>) {
    if t.model.wizard.unsaved {
        t.model.wizard.unsaved = false;
        t.ask(Effect::Unwake(Timer::KeepDraft));
        t.ask(Effect::KeepDraft(Box::new(t.model.wizard.draft.clone())));
    }
}

/// Something of the draft was changed by other means than typing.
fn changed(t: &mut Turn<'_>) {
    t.model.wizard.resumed = false;
    keep_soon(t);
    keep_now(t);
    refresh(t);
}

/// Leaves the focused field: from now on its errors are shown, and it is kept.
fn leave(t: &mut Turn<'_>) {
    let Some(from) = t.model.wizard.focus.take() else { return };
    t.model.wizard.field = Field::default();
    t.model.wizard.touched.insert(from);
    products::left(t, from);
    order::left(t, from);
    keep_now(t);
    refresh(t);
}

/// Leaves a field and goes to another.
pub(super) fn focus(t: &mut Turn<'_>, to: FieldId) {
    if t.model.wizard.focus != Some(to) {
        leave(t);
    }
    show_focus(t, to);
}

/// Puts the focus there without leaving anything, the caret at the end.
fn show_focus(t: &mut Turn<'_>, to: FieldId) {
    let usual = products::blank(t.model);
    let wizard = &mut t.model.wizard;
    let text = wizard.draft.text(to).unwrap_or_default();
    wizard.field = if filled_in(wizard, &usual, to) {
        Field::filled_in(text)
    } else if is_number(to) {
        Field::to_replace(text)
    } else {
        Field::new(text)
    };
    wizard.focus = Some(to);
    wizard.top = products::top(wizard, t.model.size);
}

/// Whether it is a number or a time: whoever comes to it and types means another one, and not a longer one.
const fn is_number(field: FieldId) -> bool {
    matches!(field, FieldId::Quantity(_) | FieldId::Price(_) | FieldId::Vat(_) | FieldId::ExpiryText)
}

/// Whether the field holds what we filled in: a digit typed there takes its place, and a key that deletes
/// empties it.
fn filled_in(wizard: &Wizard, usual: &LineDraft, field: FieldId) -> bool {
    let draft = &wizard.draft;
    let is = |default: &str| draft.text(field) == Some(default);
    match field {
        FieldId::Quantity(_) => is(&usual.quantity),
        FieldId::Vat(_) => is(&usual.vat),
        FieldId::Reference => !draft.reference_typed,
        FieldId::Country => is("NO"),
        _ => false,
    }
}

/// Shows a step.
fn go(t: &mut Turn<'_>, step: Screen) {
    leave(t);
    t.model.screen = step;
    match step {
        Screen::Payment => show_focus(t, FieldId::Method(0)),
        Screen::Products => products::enter(t),
        Screen::Order => order::enter(t),
        Screen::Delivery => delivery::enter(t),
        _ => {}
    }
    refresh(t);
}

/// The field before or after in the step, round and round.
fn step_focus(t: &mut Turn<'_>, by: isize) {
    let all = fields(&t.model.wizard, t.model.screen);
    let Some(at) = t.model.wizard.focus.and_then(|f| all.iter().position(|x| *x == f)) else {
        if let Some(first) = all.first() {
            show_focus(t, *first);
        }
        return;
    };
    let count = isize::try_from(all.len()).unwrap_or(1);
    let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count);
    if let Some(to) = usize::try_from(next).ok().and_then(|i| all.get(i)) {
        focus(t, *to);
    }
}

/// Whether the step may be left forwards. If not: everything wrong on it is shown, and the focus
/// goes to the first of it.
fn passes(t: &mut Turn<'_>, step: Screen) -> bool {
    refresh(t);
    let wrong = |i: &&super::model::Issue| !i.error.is_warning() && step_of(i.field) == Some(step);
    let Some(first) = t.model.wizard.issues.iter().find(wrong).map(|i| i.field) else { return true };
    if t.model.screen != step {
        go(t, step);
    }
    let all = fields(&t.model.wizard, step);
    let of_step = t.model.wizard.issues.iter().map(|i| i.field).filter(|f| step_of(*f) == Some(step));
    let of_step: Vec<FieldId> = of_step.collect();
    t.model.wizard.touched.extend(all.into_iter().chain(of_step));
    let to = match first {
        FieldId::Methods => FieldId::Method(0),
        FieldId::Lines => FieldId::Description(products::first_untouched(&t.model.wizard.draft)),
        field => field,
    };
    focus(t, to);
    t.say(Tone::Warning, Say::MendFirst);
    false
}

/// Enter in a form that is not filled in yet goes to the next field that needs something, as people
/// expect, and not on; nothing is wrong with a field where nobody has been. Whether there is one.
fn to_unfilled(t: &mut Turn<'_>) -> bool {
    let wizard = &t.model.wizard;
    let Some(at) = wizard.focus.filter(|_| in_text(wizard)) else { return false };
    if wizard.issues.iter().any(|i| i.field == at && !i.error.is_warning()) {
        return false;
    }
    let unfilled = |i: &&super::model::Issue| {
        i.error == FieldError::Missing
            && step_of(i.field) == Some(t.model.screen)
            && !wizard.touched.contains(&i.field)
    };
    match wizard.issues.iter().find(unfilled).map(|i| i.field) {
        Some(to) => {
            focus(t, to);
            true
        }
        None => false,
    }
}

/// On: to the next step, or from the last one make the link.
pub(super) fn next(t: &mut Turn<'_>) {
    let Some(at) = t.model.step().filter(|at| *at > 0) else { return };
    if let Some(field) = t.model.wizard.focus {
        // Left and come back to: its errors show, and what it was typed for is looked after.
        leave(t);
        show_focus(t, field);
    }
    match STEPS.get(at + 1) {
        Some(step) if passes(t, t.model.screen) => go(t, *step),
        Some(_) => {}
        None => submit::submit(t),
    }
}

/// Back: to the step before.
pub(super) fn back(t: &mut Turn<'_>) {
    match t.model.step().and_then(|at| at.checked_sub(1)).and_then(|at| STEPS.get(at)) {
        Some(Screen::Dashboard) | None => to_dashboard(t),
        Some(step) => go(t, *step),
    }
}

/// Leaves the steps; the draft waits.
pub(super) fn to_dashboard(t: &mut Turn<'_>) {
    leave(t);
    t.model.screen = Screen::Dashboard;
    t.model.dashboard.draft_waiting = draft_waiting(t.model);
}

/// Whether `n` goes on with something.
pub(super) fn draft_waiting(model: &Model) -> bool {
    model.doubtful.is_some() || model.wizard.draft.has_content()
}

/// To a step of the stepper: back at once, forwards as far as nothing is wrong.
pub(super) fn jump(t: &mut Turn<'_>, wanted: usize) {
    if t.model.step().is_none() || wanted >= STEPS.len() || t.model.wizard.submitting {
        return;
    }
    if t.model.screen == Screen::Dashboard && wanted > 0 {
        begin(t);
    }
    while let Some(at) = t.model.step() {
        match STEPS.get(at + 1) {
            Some(step) if at > 0 && at < wanted => {
                if !passes(t, t.model.screen) {
                    return;
                }
                go(t, *step);
            }
            _ => break,
        }
    }
    match STEPS.get(wanted) {
        Some(Screen::Dashboard) if t.model.screen != Screen::Dashboard => to_dashboard(t),
        Some(step) if *step != t.model.screen && wanted > 0 && t.model.screen != Screen::Dashboard => {
            go(t, *step);
        }
        _ => {}
    }
}

/// An action on one of the steps; `key` is the key that means it, if it was a key.
pub(super) fn act(t: &mut Turn<'_>, action: Action, key: Option<Key>) {
    if t.model.wizard.submitting {
        return;
    }
    let arrow = matches!(action, Action::Left | Action::Right);
    if arrow && in_text(&t.model.wizard) && !delivery::arrow_chooses(t.model) {
        if let Some(key) = key {
            type_in(t, key);
        }
        return;
    }
    match action {
        Action::Next if key.is_some_and(|k| k.code == Code::Enter) && to_unfilled(t) => {}
        Action::Next => next(t),
        Action::Back => back(t),
        Action::ClearDraft => super::overlay::ask_clear(t),
        _ => match t.model.screen {
            Screen::Payment => payment::act(t, action),
            Screen::Products => products::act(t, action, key),
            Screen::Order => order::act(t, action),
            Screen::Delivery => delivery::act(t, action),
            _ => {}
        },
    }
}

/// Whether an action can be done on the step that is shown.
pub(super) fn available(model: &Model, action: Action) -> bool {
    let wizard = &model.wizard;
    if wizard.submitting {
        return false;
    }
    match action {
        Action::Toggle | Action::All => !wizard.offered.is_empty(),
        Action::Undo => !wizard.draft.removed.is_empty() || !wizard.replaced.is_empty(),
        Action::RemoveLine => {
            wizard.draft.lines.len() > 1 || wizard.draft.lines.iter().any(|l| !wizard.draft.untouched(l))
        }
        Action::ClearDraft => wizard.draft.has_content(),
        Action::Left | Action::Right => !in_text(wizard) || delivery::arrow_chooses(model),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
