//! Step 5: how the link reaches the customer.

use super::input::type_key;
use super::{Turn, changed, focus, in_text, show_focus, step_focus};
use crate::app::draft::{Channel, FieldId};
use crate::app::key::Key;
use crate::app::keys::Action;
use crate::app::model::{Model, Screen};

/// The fields of the step for the channel chosen.
pub(super) fn fields(channel: Channel) -> Vec<FieldId> {
    std::iter::once(FieldId::Channel).chain(text_of(channel)).collect()
}

/// The text that belongs to a channel.
const fn text_of(channel: Channel) -> Option<FieldId> {
    match channel {
        Channel::Sms => Some(FieldId::Phone),
        Channel::Email => Some(FieldId::Email),
        Channel::Link => None,
    }
}

pub(super) fn enter(t: &mut Turn<'_>) {
    let to = text_of(t.model.wizard.draft.channel).unwrap_or(FieldId::Channel);
    show_focus(t, to);
}

/// Whether an arrow chooses the channel: on the choice itself, and in a text that is still empty,
/// where it has nothing else to do.
pub(super) fn arrow_chooses(model: &Model) -> bool {
    model.screen == Screen::Delivery && (!in_text(&model.wizard) || model.wizard.field.value().is_empty())
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    match action {
        Action::NextField => step_focus(t, 1),
        Action::PreviousField => step_focus(t, -1),
        Action::Left => turn(t, -1),
        Action::Right => turn(t, 1),
        _ => {}
    }
}

fn turn(t: &mut Turn<'_>, by: isize) {
    let channel = t.model.wizard.draft.channel;
    let at = Channel::ALL.iter().position(|c| *c == channel).unwrap_or(0);
    let count = isize::try_from(Channel::ALL.len()).unwrap_or(1);
    let to = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count);
    if let Ok(to) = usize::try_from(to) {
        set(t, to);
    }
}

fn set(t: &mut Turn<'_>, choice: usize) {
    let Some(channel) = Channel::ALL.get(choice) else { return };
    t.model.wizard.draft.channel = *channel;
    // An empty text is no place to stay when its channel goes: on to the next one's.
    if t.model.wizard.focus != Some(FieldId::Channel) {
        enter(t);
    }
    changed(t);
}

/// Chooses with the mouse; what belongs to it is typed at once.
pub(super) fn choose(t: &mut Turn<'_>, choice: usize) {
    set(t, choice);
    to_text(t);
}

/// From the choice into the text that belongs to it.
fn to_text(t: &mut Turn<'_>) {
    if let Some(text) = text_of(t.model.wizard.draft.channel) {
        focus(t, text);
    }
}

/// Into the text that `typed` is for: the chosen channel's, or, with one that has none, that of the channel which it
/// begins. What is typed with "link only" chosen is never lost, and what it was taken for is seen. Whether there is one.
pub(super) fn to_text_for(t: &mut Turn<'_>, typed: &str) -> bool {
    let chosen = t.model.wizard.draft.channel;
    let Some(channel) = text_of(chosen).map(|_| chosen).or_else(|| begun_by(typed)) else { return false };
    if channel != chosen {
        t.model.wizard.draft.channel = channel;
        changed(t);
    }
    to_text(t);
    true
}

/// The channel whose text begins like this: a number or an address.
fn begun_by(typed: &str) -> Option<Channel> {
    let first = typed.trim_start().chars().next()?;
    if typed.contains('@') || first.is_alphabetic() {
        Some(Channel::Email)
    } else if first.is_ascii_digit() || matches!(first, '+' | '(') {
        Some(Channel::Sms)
    } else {
        None
    }
}

/// A key on the choice: a space takes the next one, typing goes into the text that it is for.
pub(super) fn choice_key(t: &mut Turn<'_>, key: Key) {
    match key.typed() {
        Some(' ') => turn(t, 1),
        Some(sign) if to_text_for(t, sign.encode_utf8(&mut [0; 4])) => type_key(t, key),
        _ => {}
    }
}
