//! A link has changed: everything that shows it shows it, and what the seller must know is said.

use super::Effect;
use super::model::{Screen, Tone};
use super::say::Say;
use super::turn::Turn;
use crate::domain::lifecycle::money_vanishes;
use crate::domain::link::{Alarm, EventKind, Link, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ports::LinkRow;

/// What was known of a link before.
fn before(t: &Turn<'_>, id: LinkId) -> Option<(LinkState, bool)> {
    if let Some(link) = t.model.link.as_ref().and_then(|s| s.link.as_ref()).filter(|l| l.id == id) {
        return Some((link.state, link.paid()));
    }
    let lists = [&t.model.dashboard.rows, &t.model.tracking.rows, &t.model.list.rows];
    lists.into_iter().flatten().find(|r| r.id == id).map(|r| (r.state, r.paid()))
}

/// Tells what a change of state means. Nothing is told of a link that was not known before.
fn tell(t: &mut Turn<'_>, row: &LinkRow) {
    let Some((state, was_paid)) = before(t, row.id) else { return };
    let reference = row.reference.as_str().to_owned();
    if row.paid() && !was_paid {
        // One that was not read yet must not be lost with the next.
        let more = match t.model.toast.as_ref().map(|toast| &toast.say) {
            Some(Say::Paid { more, .. }) => more.saturating_add(1),
            _ => 0,
        };
        t.say(Tone::Paid, Say::Paid { reference, more });
        t.ask(Effect::Bell);
        if let Some(screen) = &mut t.model.link
            && screen.id == row.id
        {
            screen.just_paid = true;
        }
    } else if state != row.state
        && matches!(
            row.state,
            LinkState::Declined
                | LinkState::Failed
                | LinkState::Expired
                | LinkState::Refused
                | LinkState::Unknown
        )
    {
        t.say(Tone::Warning, Say::Ended { reference, state: row.state });
    }
}

/// The alarms of a link that are known here; `None` where something newer than `row` is known.
fn known_alarms(t: &Turn<'_>, row: &LinkRow) -> Option<Vec<Alarm>> {
    let model = &*t.model;
    let lists = [&model.dashboard.alarmed, &model.dashboard.rows, &model.tracking.rows, &model.list.rows];
    let on_screen = model.link.as_ref().and_then(|s| s.link.as_ref()).map(LinkRow::from);
    let known: Vec<&LinkRow> =
        lists.into_iter().flatten().chain(&on_screen).filter(|k| k.id == row.id).collect();
    let newer = known.iter().any(|known| older(row, known));
    (!newer).then(|| known.iter().flat_map(|known| known.alarms.iter().copied()).collect())
}

/// Tells of an alarm that was not known, whatever screen is shown. The screens say it as long as nobody has dealt
/// with it; this is for who looks elsewhere. Whether one was told.
pub(super) fn tell_alarms(t: &mut Turn<'_>, row: &LinkRow) -> bool {
    let Some(known) = known_alarms(t, row) else { return false };
    let new: Vec<Alarm> = row.alarms.iter().filter(|alarm| !known.contains(alarm)).copied().collect();
    let Some(alarm) = new.first().copied() else { return false };
    // With so many that not all are known here, an older one that comes into sight is no news; another one of a link
    // that is known to ring is, and no number tells of it.
    if known.is_empty() && beyond_known(t, row) {
        return false;
    }
    // Told once: the ledger's number will have it too.
    t.model.dashboard.raised += new.len() as u64;
    t.say(Tone::Error, Say::Alarm { reference: row.reference.as_str().to_owned(), alarm });
    t.ask(Effect::Bell);
    true
}

/// With so many alarms that the oldest are only counted: whether this link would be among those.
fn beyond_known(t: &Turn<'_>, row: &LinkRow) -> bool {
    let dashboard = &t.model.dashboard;
    let all_known = u64::try_from(dashboard.alarmed.len()).is_ok_and(|n| n >= dashboard.alarms);
    !all_known && dashboard.alarmed.last().is_some_and(|last| row.created_at < last.created_at)
}

/// There are more alarms than there were, and none of those that are known is new: one of an older link has come,
/// or another one of an older link that had one, of which only the numbers tell.
pub(super) fn tell_more_alarms(t: &mut Turn<'_>, count: u64) {
    t.say(Tone::Error, Say::MoreAlarms(count));
    t.ask(Effect::Bell);
}

/// Keeps what needs the seller as it is now.
fn keep_alarms(t: &mut Turn<'_>, row: &LinkRow) {
    if known_alarms(t, row).is_none() {
        return;
    }
    let dashboard = &mut t.model.dashboard;
    let before = dashboard.alarmed.len();
    dashboard.alarmed.retain(|r| r.id != row.id);
    if before > dashboard.alarmed.len() {
        dashboard.alarms = dashboard.alarms.saturating_sub(1);
    }
    // What is only counted is counted by the ledger: nobody here knows whether it was before.
    if !row.alarms.is_empty() && (before > t.model.dashboard.alarmed.len() || !beyond_known(t, row)) {
        let dashboard = &mut t.model.dashboard;
        let place = dashboard.alarmed.iter().position(|r| r.created_at < row.created_at);
        dashboard.alarmed.insert(place.unwrap_or(dashboard.alarmed.len()), row.clone());
        dashboard.alarms += 1;
    }
}

/// A row as the ledger has it now.
pub(super) fn row_changed(t: &mut Turn<'_>, row: &LinkRow) {
    let known = t.model.dashboard.rows.iter().find(|r| r.id == row.id);
    if known.is_some_and(|known| known.state != row.state && !older(row, known)) {
        tell(t, row);
        // The screen shows a link with its story, which a row has not.
        if t.model.link.as_ref().is_some_and(|s| s.id == row.id) {
            t.ask(Effect::LoadLink(row.id));
        }
    }
}

/// A link as it is now. Answers may overtake each other: older news than what is known is dropped.
pub(super) fn link_changed(t: &mut Turn<'_>, link: Link) {
    let row = LinkRow::from(&link);
    let known = t.model.link.as_ref().and_then(|s| s.link.as_ref()).filter(|l| l.id == link.id);
    if known.is_some_and(|known| older_link(&link, known)) {
        return;
    }
    tell(t, &row);
    tell_alarms(t, &row);
    keep_alarms(t, &row);
    replace(&mut t.model.list.rows, &row);
    if !replace(&mut t.model.dashboard.rows, &row)
        && t.model.dashboard.rows.first().is_none_or(|r| r.created_at <= row.created_at)
    {
        t.model.dashboard.rows.insert(0, row.clone());
        if t.model.dashboard.chosen > 0 {
            t.model.dashboard.chosen += 1;
        }
    }
    // One that has ended and may go on is followed for a while, too.
    let follow = (!row.settled() || link.may_go_on()) && !row.state.in_outbox();
    if !follow {
        t.model.tracking.rows.retain(|r| r.id != row.id);
    } else if !replace(&mut t.model.tracking.rows, &row) {
        t.model.tracking.rows.push(row);
    }
    on_screen(t, link);
}

/// Whether `news` were read before `known`: a session or money is known that they don't know. The moments that both
/// are told with say it only of one and the same state: those of what waits are this machine's, those of what is made
/// are the backend's, whose clock is another, and a customer who leaves the payment takes the link back to an earlier
/// moment.
fn older(news: &LinkRow, known: &LinkRow) -> bool {
    let made = |row: &LinkRow| row.session_id.is_some();
    (made(known) && !made(news))
        || money_vanishes(known.state, news.state)
        || (made(known) == made(news) && known.state == news.state && news.changed_at < known.changed_at)
}

/// The same of whole links: a story only grows.
fn older_link(news: &Link, known: &Link) -> bool {
    news.events.len() < known.events.len() || older(&LinkRow::from(news), &LinkRow::from(known))
}

fn replace(rows: &mut [LinkRow], row: &LinkRow) -> bool {
    match rows.iter_mut().find(|r| r.id == row.id) {
        Some(known) => {
            if !older(row, known) {
                known.clone_from(row);
            }
            true
        }
        None => false,
    }
}

/// Whether the link has an address, and its mail was never opened.
pub(super) fn to_be_mailed(link: &Link) -> bool {
    matches!(link.sale.delivery, Delivery::Email(_))
        && link.url.is_some()
        && link.state.payable()
        && !link.events.iter().any(|event| event.kind == EventKind::MailOpened)
}

/// The backend has answered for a link that is to be mailed. On its own screen the mail program opens by itself, or
/// a key does it; whoever has gone on to something else is told.
pub(super) fn mail_waits(t: &mut Turn<'_>, id: LinkId, reference: String) {
    let in_sight = matches!(t.model.screen, Screen::Link | Screen::QrFull);
    if !in_sight || t.model.link.as_ref().is_none_or(|screen| screen.id != id) {
        t.say(Tone::Warning, Say::MailWaits { reference });
    }
}

/// The link screen's own: the link with its story, and what is to be done once it has an address.
fn on_screen(t: &mut Turn<'_>, link: Link) {
    let in_sight = matches!(t.model.screen, Screen::Link | Screen::QrFull);
    let Some(screen) = t.model.link.as_mut().filter(|s| s.id == link.id) else { return };
    let url = link.url.clone();
    let (id, delivery) = (link.id, link.sale.delivery.clone());
    let reference = link.sale.reference.as_str().to_owned();
    screen.link = Some(link);
    let Some(url) = url else { return };
    if !std::mem::take(&mut screen.deliver) {
        return;
    }
    match delivery {
        Delivery::Email(_) if in_sight => t.ask(Effect::OpenMail(id)),
        // A mail program that opens over another sale would be in the way.
        Delivery::Email(_) => t.say(Tone::Warning, Say::MailWaits { reference }),
        Delivery::Link if in_sight => t.ask(Effect::Copy(url)),
        Delivery::Link | Delivery::Sms(_) => {}
    }
}

#[cfg(test)]
mod tests;
