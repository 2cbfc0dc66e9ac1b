//! What waits to be done with a link that is at the backend: its money moved, or the link withdrawn. It is sent now, or
//! taken out of the outbox.

use super::{busy, over, shown};
use crate::app::Effect;
use crate::app::keys::Action;
use crate::app::model::{Dropping, Model, Overlay, Question, Stands, Tone};
use crate::app::msg::{WaitEnd, Waited};
use crate::app::say::Say;
use crate::app::turn::Turn;
use crate::app::{news, online, steps, tracking};
use crate::domain::link::{Link, LinkId};
use crate::ports::{OutboxEntry, OutboxKind};

/// What is sent or dropped first of what waits to be done with the link that is shown. A link that is still to be made
/// comes before all that.
pub(in crate::app) fn first(model: &Model) -> Option<&OutboxEntry> {
    let screen = model.link.as_ref().filter(|screen| screen.link.is_some())?;
    OutboxEntry::first_of(&screen.outbox, screen.id).filter(|entry| entry.kind != OutboxKind::Create)
}

/// Whether it is sent with the next try. What the backend works on is only looked at.
pub(in crate::app) fn can_be_sent(model: &Model) -> bool {
    first(model).is_some_and(|entry| entry.in_progress_since().is_none())
}

/// Whether it may be taken out of the outbox: not while the backend works on it, as long as that may come to an end.
pub(super) fn can_be_dropped(model: &Model) -> bool {
    !to_drop(model).is_empty()
}

/// What may be taken out, oldest first: with what waits first all that waits behind it, or that would go out next.
fn to_drop(model: &Model) -> Vec<Dropping> {
    let (Some(_), Some(screen)) = (first(model), &model.link) else { return Vec::new() };
    let of_link = screen.outbox.iter().filter(|entry| entry.link == screen.id && entry.kind.asked_for());
    let may = |entry: &&OutboxEntry| {
        entry.kind != OutboxKind::Create && (entry.in_progress_since().is_none() || entry.has_no_end())
    };
    of_link.filter(may).map(dropping).collect()
}

/// A key about it.
pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    let (Some(link), Some(entry)) = (shown(t.model), first(t.model).cloned()) else { return };
    let (id, reference, state) = (link.id, link.sale.reference.as_str().to_owned(), link.state);
    if t.model.link.as_ref().is_some_and(|screen| screen.busy) || steps::refused(t) {
        return;
    }
    match action {
        Action::SendNow => {
            if tracking::insists(t) {
                busy(t, true);
                t.ask(Effect::SendWaiting(id, entry.kind));
            }
        }
        _ => match to_drop(t.model).split_first() {
            Some((what, behind)) => {
                let question = Question::Drop(id, reference, *what, behind.to_vec());
                t.model.overlay = Some(Overlay::Confirm(question));
            }
            None => {
                let (kind, end) = (entry.kind, WaitEnd::InProgress);
                let waited = Waited { kind, end, fault: None, also: Vec::new() };
                t.say(Tone::Warning, Say::Waited { reference, state, waited });
            }
        },
    }
}

fn dropping(entry: &OutboxEntry) -> Dropping {
    let stands = if entry.kind.moves_money() && entry.order.is_none() {
        Stands::Unreadable
    } else if entry.has_no_end() {
        Stands::NoEnd
    } else if entry.went_out() {
        Stands::Perhaps
    } else {
        Stands::NotSent
    };
    let order = entry.order.as_ref();
    Dropping {
        kind: entry.kind,
        order: order.map(|order| order.id).unwrap_or_default(),
        amount: order.and_then(|order| order.amount),
        stands,
    }
}

/// The seller has said yes.
pub(in crate::app) fn drop(t: &mut Turn<'_>, id: LinkId, what: Dropping, behind: &[Dropping]) {
    busy(t, true);
    let all = std::iter::once(&what).chain(behind);
    t.ask(Effect::Drop(id, all.map(|one| (one.kind, one.order)).collect()));
}

/// It was sent or taken out of the outbox, or not.
pub(in crate::app) fn ended(t: &mut Turn<'_>, link: Link, waited: Waited) {
    match (waited.end, &waited.fault) {
        // For that nobody was asked, or it is told by what was known here.
        (WaitEnd::Dropped | WaitEnd::DroppedPerhaps | WaitEnd::Busy | WaitEnd::Gone, _) => {}
        // The payment was read: that is how it is known.
        (WaitEnd::InProgress, _) | (_, None) => online::answered(t),
        (_, Some(fault)) => online::net_of(t, fault),
    }
    let (id, state, reference) = (link.id, link.state, link.sale.reference.as_str().to_owned());
    news::link_changed(t, link);
    let tone = match waited.end {
        WaitEnd::Done | WaitEnd::Dropped => Tone::Info,
        WaitEnd::Refused | WaitEnd::NotAllowed => Tone::Error,
        _ => Tone::Warning,
    };
    t.say(tone, Say::Waited { reference, state, waited });
    over(t, id);
}

#[cfg(test)]
mod tests;
