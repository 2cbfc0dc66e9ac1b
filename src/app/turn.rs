//! One message being handled: the model, the moment, and what is to be done.

use super::Effect;
use super::model::{Model, Now, Toast, Tone};
use super::say::Say;

/// What every handler works on.
pub(super) struct Turn<'a> {
    pub(super) model: &'a mut Model,
    pub(super) now: &'a Now,
    pub(super) out: Vec<Effect>,
}

impl Turn<'_> {
    /// Wants something done.
    pub(super) fn ask(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    /// Says something at the foot of the screen.
    pub(super) fn say(&mut self, tone: Tone, say: Say) {
        // An alarm about money is read before what else is told; a key takes it away.
        let alarm = self
            .model
            .toast
            .as_ref()
            .is_some_and(|t| matches!(t.say, Say::Alarm { .. } | Say::MoreAlarms(_)));
        if alarm && tone != Tone::Error {
            return;
        }
        self.model.toast = Some(Toast { tone, say });
    }
}

/// The first row in sight, so that `chosen` is in sight with `page` rows shown.
pub(super) const fn top_for(chosen: usize, top: usize, page: usize) -> usize {
    if chosen < top {
        chosen
    } else if chosen >= top.saturating_add(page) {
        (chosen + 1).saturating_sub(page)
    } else {
        top
    }
}

/// `chosen` moved by `by` rows among `count`.
pub(super) fn moved(chosen: usize, by: isize, count: usize) -> usize {
    chosen.saturating_add_signed(by).min(count.saturating_sub(1))
}
