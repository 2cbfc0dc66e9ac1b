//! What lies over the screen: the keys, and questions.

use super::keys::Action;
use super::link_screen::waiting;
use super::model::{Overlay, Question};
use super::turn::Turn;
use super::{Effect, help, link_screen, steps};

/// Rows of a page of the help.
const PAGE: i16 = 10;

pub(super) fn show_help(t: &mut Turn<'_>) {
    t.model.overlay = Some(Overlay::Help { scroll: 0 });
}

/// Asks whether the draft may be thrown away.
pub(super) fn ask_clear(t: &mut Turn<'_>) {
    if t.model.wizard.draft.has_content() {
        t.model.overlay = Some(Overlay::Confirm(Question::ClearDraft));
    }
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    match (action, t.model.overlay.take()) {
        (Action::Up, overlay @ Some(Overlay::Help { .. })) => put_back(t, overlay, -1),
        (Action::Down, overlay @ Some(Overlay::Help { .. })) => put_back(t, overlay, 1),
        (Action::PageUp, overlay @ Some(Overlay::Help { .. })) => put_back(t, overlay, -PAGE),
        (Action::PageDown, overlay @ Some(Overlay::Help { .. })) => put_back(t, overlay, PAGE),
        (Action::Yes, Some(Overlay::Confirm(question))) => yes(t, question),
        (Action::No, Some(Overlay::Confirm(_)))
        | (Action::Back | Action::Help, Some(Overlay::Help { .. })) => {}
        // Neither yes nor no: the question stays.
        (_, overlay) => t.model.overlay = overlay,
    }
}

fn put_back(t: &mut Turn<'_>, overlay: Option<Overlay>, rows: i16) {
    t.model.overlay = overlay;
    scroll(t, rows);
}

pub(super) fn scroll(t: &mut Turn<'_>, rows: i16) {
    let most = help::Layout::of(t.model).most;
    if let Some(Overlay::Help { scroll }) = &mut t.model.overlay {
        *scroll = scroll.saturating_add_signed(rows).min(most);
    }
}

fn yes(t: &mut Turn<'_>, question: Question) {
    match question {
        Question::Cancel(id, ..) => {
            link_screen::busy(t, true);
            t.ask(Effect::Cancel(id));
        }
        Question::Withdraw(id, _) | Question::GiveUp(id, _) => {
            link_screen::giving_up(t);
            t.ask(Effect::Withdraw(id));
        }
        Question::Drop(id, _, what, behind) => waiting::drop(t, id, what, &behind),
        Question::SendAgain(id, ..) | Question::SendLate(id, ..) => {
            link_screen::busy(t, true);
            t.ask(Effect::SendAgain(id));
        }
        Question::Settle(id, _, alarms) => link_screen::settle(t, id, alarms),
        Question::SendRefused(id, _) => {
            link_screen::busy(t, true);
            t.ask(Effect::SendRefused(id));
        }
        Question::ChangeOverDraft(_) => link_screen::change(t),
        Question::ClearDraft => steps::clear(t),
        Question::AgainOverDraft(_) => link_screen::again(t),
    }
}

#[cfg(test)]
mod tests;
