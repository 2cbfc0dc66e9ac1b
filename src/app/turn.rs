//! One message being handled: the model, the moment, and what is to be done.

use jiff::SignedDuration;

use super::Effect;
use super::model::{Model, Now, Toast, Tone};
use super::say::Say;

/// So long that a link is paid is told whatever is typed, and whatever else happens that is no failure.
const PAID_STAYS: SignedDuration = SignedDuration::from_secs(3);

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
        // That one is paid is what the seller waits for. How else links end stands on the screens.
        // What asks for something, or did not come to what was wanted, is told nowhere else.
        let lesser = tone == Tone::Info || matches!(say, Say::Ended { .. });
        if self.paid_stays() && lesser {
            return;
        }
        if tone == Tone::Paid {
            self.model.paid_told_at = Some(self.now.at);
        }
        self.model.toast = Some(Toast { tone, say });
    }

    /// Somebody is at the keys: the message is not needed any more. That a link is paid stays for a moment, or whoever
    /// types the next sale would never see it.
    pub(super) fn was_read(&mut self) {
        if !self.paid_stays() {
            self.model.toast = None;
        }
    }

    /// Whether it is said that a link is paid, and that was a moment ago.
    fn paid_stays(&self) -> bool {
        let lately = |at| (SignedDuration::ZERO..PAID_STAYS).contains(&self.now.at.duration_since(at));
        let paid = self.model.toast.as_ref().is_some_and(|toast| toast.tone == Tone::Paid);
        paid && self.model.paid_told_at.is_some_and(lately)
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
