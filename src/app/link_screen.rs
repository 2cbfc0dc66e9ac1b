//! The link: its QR code, its story, and what can be done with it.

use super::draft::Draft;
use super::effect::Play;
use super::keys::Action;
use super::model::{LinkScreen, Model, Overlay, QrLacks, Question, Screen, Tone};
use super::msg::CancelTrouble;
use super::say::Say;
use super::turn::Turn;
use super::{Effect, dashboard, list, news, online, steps, tracking};
use crate::domain::fault::FaultKind;
use crate::domain::link::{Alarm, DeliveryStatus, Link, LinkId, LinkState};
use crate::domain::sale::Delivery;
use crate::ports::{Fault, OutboxEntry, OutboxKind, Overdue};

/// Shows a link.
pub(super) fn open(t: &mut Turn<'_>, id: LinkId, from: Screen) {
    t.model.screen = Screen::Link;
    t.model.came_from = from;
    if t.model.link.as_ref().is_none_or(|s| s.id != id) {
        let outbox = t.model.dashboard.outbox.iter().filter(|e| e.link == id).cloned().collect();
        t.model.link = Some(LinkScreen { outbox, ..LinkScreen::of(id) });
    }
    t.ask(Effect::LoadLink(id));
}

fn close(t: &mut Turn<'_>) {
    t.model.link = None;
    t.model.screen = t.model.came_from;
    match t.model.screen {
        Screen::List => list::move_by(t, 0),
        _ => {
            t.model.screen = Screen::Dashboard;
            dashboard::move_by(t, 0);
            t.ask(Effect::LoadDashboard);
        }
    }
}

/// The link that is shown, once it's known.
pub(super) fn shown(model: &Model) -> Option<&Link> {
    model.link.as_ref().and_then(|s| s.link.as_ref())
}

fn url(model: &Model) -> Option<&str> {
    shown(model).and_then(|l| l.url.as_deref())
}

/// Whether the seller must say what is to be done with an uncertain link.
fn needs_decision(model: &Model) -> bool {
    model.link.as_ref().is_some_and(|s| s.outbox.iter().any(|e| e.needs_decision))
}

/// Why the link asks before it is sent, where it was certainly not sent.
fn late(model: &Model) -> Option<Overdue> {
    let asks = model.link.iter().flat_map(|s| &s.outbox).find(|e| e.needs_decision);
    asks.and_then(|e| e.overdue)
}

/// What the code has no room for.
fn lacks(model: &Model) -> QrLacks {
    model.link.as_ref().map(|s| s.lacks).unwrap_or_default()
}

fn can_cancel(link: &Link) -> bool {
    matches!(link.state, LinkState::Queued | LinkState::Uncertain)
        || link.state.payable()
        || (link.session_id.is_some() && matches!(link.state, LinkState::OnHold | LinkState::Unknown))
}

fn can_play(model: &Model) -> bool {
    model.shop.as_ref().is_some_and(|s| s.own_sandbox.is_some())
        && shown(model).is_some_and(|l| l.session_id.is_some() && l.state.payable())
}

/// Whether the link was refused, and nothing of it can be with the customer: the same may be sent once more.
pub(super) fn refused_for_nothing(model: &Model) -> bool {
    let Some(screen) = &model.link else { return false };
    let looked_for = screen.outbox.iter().any(|e| e.kind == OutboxKind::Look);
    shown(model).is_some_and(|link| link.can_be_sent_again(looked_for))
}

fn is_busy(model: &Model) -> bool {
    model.link.as_ref().is_some_and(|s| s.busy)
}

pub(super) fn available(model: &Model, action: Action) -> bool {
    let link = shown(model);
    let busy = is_busy(model);
    match action {
        // An address that can't be paid any more is not handed out.
        Action::Copy
        | Action::Email
        | Action::CopyMail
        | Action::QrFull
        | Action::QrLevel
        | Action::QrDrawing => url(model).is_some() && link.is_some_and(|l| l.state.payable()),
        Action::OpenPage => url(model).is_some(),
        // On a live link the key looks anew, which the tracker does anyway: no word about it.
        Action::SendNow => {
            !busy && waiting::first(model).is_some()
                || link.is_some_and(|l| matches!(l.state, LinkState::Queued | LinkState::Uncertain))
                || !busy && refused_for_nothing(model)
        }
        Action::Cancel if waiting::first(model).is_some() => !busy && waiting::can_be_dropped(model),
        Action::Cancel => !busy && link.is_some_and(can_cancel),
        // What may have been sent can't be changed any more.
        Action::Change => !busy && link.is_some_and(|l| l.state == LinkState::Queued),
        Action::Again => link.is_some() && !model.wizard.submitting,
        Action::Settle => link.is_some_and(|l| !l.alarms.is_empty()),
        Action::PlayOpen | Action::PlayPay | Action::PlayDecline => can_play(model),
        _ => true,
    }
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    if changing(t.model) {
        // It is being taken out of the outbox. What was in it must become a draft before the screen is left.
        return;
    }
    match action {
        Action::Back if t.model.screen == Screen::QrFull => t.model.screen = Screen::Link,
        Action::Back => close(t),
        Action::New => {
            t.model.link = None;
            steps::begin(t);
        }
        Action::Up => scroll(t, -1),
        Action::Down => scroll(t, 1),
        Action::Copy
        | Action::Email
        | Action::CopyMail
        | Action::OpenPage
        | Action::QrFull
        | Action::QrLevel
        | Action::QrDrawing => with_address(t, action),
        Action::SendNow | Action::Cancel if waiting::first(t.model).is_some() => waiting::act(t, action),
        Action::SendNow => with_link(t, action),
        _ if available(t.model, action) => with_link(t, action),
        _ => {}
    }
}

/// What needs the link's address.
fn with_address(t: &mut Turn<'_>, action: Action) {
    let (Some(url), Some(id)) = (url(t.model).map(str::to_owned), t.model.link.as_ref().map(|s| s.id)) else {
        t.say(Tone::Info, Say::NoAddressYet);
        return;
    };
    if !available(t.model, action) {
        t.say(Tone::Info, Say::NotPayable);
        return;
    }
    match action {
        Action::Copy => t.ask(Effect::Copy(url)),
        Action::Email => t.ask(Effect::OpenMail(id)),
        Action::CopyMail => t.ask(Effect::CopyMail(id)),
        Action::OpenPage => t.ask(Effect::OpenPage(url)),
        Action::QrFull => t.model.screen = Screen::QrFull,
        // What there is no room for is not kept either: it would come true unasked in a larger window.
        Action::QrLevel if !t.model.qr.strong && lacks(t.model).strong => {
            t.say(Tone::Warning, Say::QrNotStrong);
        }
        Action::QrDrawing if !t.model.qr.full_blocks && lacks(t.model).full_blocks => {
            t.say(Tone::Warning, Say::QrNoBlocks);
        }
        Action::QrLevel => {
            t.model.qr.strong = !t.model.qr.strong;
            t.ask(Effect::KeepQr(t.model.qr));
        }
        Action::QrDrawing => {
            t.model.qr.full_blocks = !t.model.qr.full_blocks;
            t.ask(Effect::KeepQr(t.model.qr));
        }
        _ => {}
    }
}

fn with_link(t: &mut Turn<'_>, action: Action) {
    let Some(link) = shown(t.model) else { return };
    let (id, state, reference) = (link.id, link.state, link.sale.reference.as_str().to_owned());
    let (session, by_message) = (link.session_id.clone(), link.sale.delivery.messages_customer());
    let must_be_kept = match action {
        Action::Change | Action::Again | Action::Settle | Action::Cancel => true,
        Action::SendNow => {
            matches!(state, LinkState::Queued | LinkState::Uncertain | LinkState::Refused)
        }
        _ => false,
    };
    if must_be_kept && steps::refused(t) {
        return;
    }
    match action {
        Action::SendNow => match state {
            LinkState::Queued | LinkState::Uncertain if late(t.model).is_some() => {
                let question = late(t.model).map(|why| Question::SendLate(id, reference, why));
                t.model.overlay = question.map(Overlay::Confirm);
            }
            LinkState::Uncertain if needs_decision(t.model) => {
                let question = Question::SendAgain(id, reference, by_message);
                t.model.overlay = Some(Overlay::Confirm(question));
            }
            LinkState::Queued | LinkState::Uncertain => {
                if tracking::insists(t) {
                    t.ask(Effect::Flush(Some(id)));
                }
            }
            LinkState::Refused if refused_for_nothing(t.model) => {
                if !is_busy(t.model) {
                    t.model.overlay = Some(Overlay::Confirm(Question::SendRefused(id, reference)));
                }
            }
            _ => tracking::look_now(t),
        },
        Action::Cancel => {
            let question = match state {
                LinkState::Queued => Question::Withdraw(id, reference),
                LinkState::Uncertain => Question::GiveUp(id, reference),
                _ => Question::Cancel(id, reference, state),
            };
            t.model.overlay = Some(Overlay::Confirm(question));
        }
        Action::Change if t.model.wizard.draft.has_content() => {
            t.model.overlay = Some(Overlay::Confirm(Question::ChangeOverDraft(id)));
        }
        Action::Change => change(t),
        Action::Again if t.model.wizard.draft.has_content() => {
            t.model.overlay = Some(Overlay::Confirm(Question::AgainOverDraft(id)));
        }
        Action::Again => again(t),
        Action::Settle => {
            // Those on the screen: what comes meanwhile has not been seen.
            let seen = shown(t.model).map(|link| link.alarms.clone()).unwrap_or_default();
            t.model.overlay = Some(Overlay::Confirm(Question::Settle(id, reference, seen)));
        }
        Action::PlayOpen => play(t, session, Play::Open),
        Action::PlayPay => play(t, session, Play::Pay),
        Action::PlayDecline => play(t, session, Play::Decline),
        _ => {}
    }
}

fn play(t: &mut Turn<'_>, session: Option<String>, what: Play) {
    if let Some(session) = session {
        t.ask(Effect::Play(session, what));
    }
}

/// These alarms are dealt with, the seller says.
pub(super) fn settle(t: &mut Turn<'_>, id: LinkId, seen: Vec<Alarm>) {
    if let Some(link) = t.model.link.as_mut().filter(|s| s.id == id).and_then(|s| s.link.as_mut()) {
        link.alarms.retain(|alarm| !seen.contains(alarm));
    }
    t.ask(Effect::Settle(id, seen));
}

/// The same lines once more.
pub(super) fn again(t: &mut Turn<'_>) {
    if let Some(link) = shown(t.model).cloned() {
        t.model.link = None;
        steps::again(t, &link);
    }
}

/// Takes the queued link back, to be changed in the steps: first it must be sure that it doesn't go out.
pub(super) fn change(t: &mut Turn<'_>) {
    let Some(link) = shown(t.model) else { return };
    let (id, draft) = (link.id, steps::of_queued(t.model, t.now, link));
    let (Some(draft), Some(screen)) = (draft, &mut t.model.link) else { return };
    screen.change = true;
    screen.busy = true;
    t.ask(Effect::Change(id, Box::new(draft)));
}

/// Whether a link is being taken out of the outbox to be changed, and nobody has it in that moment: neither the outbox
/// nor the steps.
pub(super) fn changing(model: &Model) -> bool {
    model.link.as_ref().is_some_and(|s| s.change)
}

/// Marks that the link, which was not sent, is being given up.
pub(super) fn giving_up(t: &mut Turn<'_>) {
    if let Some(screen) = &mut t.model.link {
        screen.give_up = true;
        screen.busy = true;
    }
}

/// Marks that a request for the link is under way, or over.
pub(super) fn busy(t: &mut Turn<'_>, busy: bool) {
    if let Some(screen) = &mut t.model.link {
        screen.busy = busy;
    }
}

/// What was to be done with the link was not: the ledger failed.
pub(super) fn not_done(t: &mut Turn<'_>, id: LinkId) {
    if let Some(screen) = t.model.link.as_mut().filter(|s| s.id == id) {
        (screen.busy, screen.change) = (false, false);
    }
}

/// Up shows older events: the newest ones stand at the foot and are in sight at first.
pub(super) fn scroll(t: &mut Turn<'_>, rows: i16) {
    if let Some(screen) = &mut t.model.link {
        screen.scroll = screen.scroll.saturating_add_signed(rows.saturating_neg()).min(screen.beyond);
    }
}

/// The story was drawn, and so many of its rows had no room.
pub(super) fn drawn(t: &mut Turn<'_>, beyond: u16) {
    if let Some(screen) = &mut t.model.link {
        screen.beyond = beyond;
        screen.scroll = screen.scroll.min(beyond);
    }
}

/// The code was drawn, and this is what it had no room for.
pub(super) const fn code_drawn(t: &mut Turn<'_>, lacks: QrLacks) {
    if let Some(screen) = &mut t.model.link {
        screen.lacks = lacks;
    }
}

/// A link was read from the ledger.
pub(super) fn loaded(t: &mut Turn<'_>, link: Link, outbox: Vec<OutboxEntry>) {
    steps::found_sent(t, &link);
    if let Some(screen) = t.model.link.as_mut().filter(|s| s.id == link.id) {
        screen.outbox = outbox;
        // Another process may have sent it: then no answer of our own comes.
        screen.busy &= link.state == LinkState::Creating;
    }
    news::link_changed(t, link);
}

/// There is no such link (any more).
pub(super) fn gone(t: &mut Turn<'_>, id: LinkId) {
    if t.model.link.as_ref().is_some_and(|s| s.id == id) {
        if matches!(t.model.screen, Screen::Link | Screen::QrFull) {
            close(t);
        }
        t.model.link = None;
    }
    t.model.dashboard.rows.retain(|r| r.id != id);
    t.model.tracking.rows.retain(|r| r.id != id);
    dashboard::move_by(t, 0);
    t.ask(Effect::LoadDashboard);
}

fn over(t: &mut Turn<'_>, id: LinkId) {
    if t.model.link.as_ref().is_some_and(|s| s.id == id) {
        busy(t, false);
        t.ask(Effect::LoadLink(id));
    }
    t.ask(Effect::LoadDashboard);
}

/// A request of the outbox came to an end.
pub(super) fn sent(t: &mut Turn<'_>, link: Link, fault: Option<Fault>) {
    let shown = t.model.link.as_mut().filter(|s| s.id == link.id);
    let give_up = shown.is_some_and(|s| std::mem::take(&mut s.give_up));
    match &fault {
        // What was never sent and is given up, or waits for the seller, needed no backend.
        None if link.session_id.is_none() => {}
        None => online::answered(t),
        Some(fault) => online::net_of(t, fault),
    }
    told(t, link, fault, give_up);
}

/// It was to be sent, and how it stands is all that came of it: that is no answer of the backend.
pub(super) fn stands(t: &mut Turn<'_>, link: Link) {
    let shown = t.model.link.as_mut().filter(|s| s.id == link.id);
    let give_up = shown.is_some_and(|s| std::mem::take(&mut s.give_up));
    told(t, link, None, give_up);
}

/// It was to be taken out of the outbox, to be changed in `draft`.
pub(super) fn changed(t: &mut Turn<'_>, link: Link, fault: Option<Fault>, draft: Draft) {
    let shown = t.model.link.as_mut().filter(|s| s.id == link.id);
    let change = shown.is_some_and(|s| std::mem::take(&mut s.change));
    if link.state != LinkState::Cancelled {
        if change && link.state.in_outbox() {
            t.say(Tone::Warning, Say::NotTakenBack { reference: link.sale.reference.as_str().to_owned() });
        }
        return told(t, link, fault, change);
    }
    // From now on only the draft has it.
    let draft = Draft { in_place_of: None, ..draft };
    news::link_changed(t, link);
    if change {
        t.model.link = None;
        steps::change(t, draft);
    } else {
        // The seller has gone on meanwhile, and finds it with the next sale.
        t.ask(Effect::KeepDraft(Box::new(draft)));
    }
    t.ask(Effect::LoadDashboard);
}

/// Tells what came of a request of the outbox. `unwanted`: the link was not to go out any more.
fn told(t: &mut Turn<'_>, link: Link, fault: Option<Fault>, unwanted: bool) {
    let on_screen = t.model.link.as_ref().is_some_and(|s| s.id == link.id);
    let (id, status) = (link.id, link.delivery_status.clone());
    let (state, withdrawn) = (link.state, link.state == LinkState::Cancelled);
    let never_there = link.session_id.is_none();
    let messages = matches!(link.sale.delivery, Delivery::Sms(_)) && link.session_id.is_some();
    // It went out while the seller was asked, or in that moment: what was wanted is not done.
    let went_out = unwanted && link.state.payable();
    let reference = link.sale.reference.as_str().to_owned();
    let mail = news::to_be_mailed(&link);
    news::link_changed(t, link);
    match fault {
        None if went_out => {
            t.say(Tone::Warning, Say::WentOut { reference: reference.clone() });
            if t.model.screen == Screen::Link && t.model.overlay.is_none() {
                t.model.overlay = Some(Overlay::Confirm(Question::Cancel(id, reference, state)));
            }
        }
        Some(fault) if on_screen => trouble(t, fault),
        None if mail => news::mail_waits(t, id, reference),
        None if on_screen && withdrawn && never_there => t.say(Tone::Info, Say::Dropped),
        None if on_screen && withdrawn => t.say(Tone::Info, Say::Cancelled),
        None if on_screen && messages && status != DeliveryStatus::Pending => {
            let tone = if status == DeliveryStatus::Sent { Tone::Info } else { Tone::Warning };
            t.say(tone, Say::Message(status));
        }
        _ => {}
    }
    over(t, id);
}

/// Says why something did not work.
fn trouble(t: &mut Turn<'_>, fault: Fault) {
    match fault.told_as() {
        FaultKind::NotSent | FaultKind::Maybe => t.say(Tone::Warning, Say::Later(fault)),
        FaultKind::NotSignedIn => t.say(Tone::Error, Say::SignedOut),
        _ => t.say(Tone::Error, Say::Refused(fault)),
    }
}

/// Withdrawing a link came to an end.
pub(super) fn cancelled(t: &mut Turn<'_>, link: Link, cancel_trouble: Option<CancelTrouble>) {
    let id = link.id;
    news::link_changed(t, link);
    match cancel_trouble {
        None => t.say(Tone::Info, Say::Cancelled),
        Some(CancelTrouble::HasMoney) => t.say(Tone::Warning, Say::HasMoney),
        Some(CancelTrouble::AlreadyEnded) => t.say(Tone::Info, Say::AlreadyEnded),
        Some(CancelTrouble::Later(fault)) => {
            online::net_of(t, &fault);
            t.say(Tone::Warning, Say::Later(fault));
        }
        Some(CancelTrouble::Refused(fault)) => {
            online::net_of(t, &fault);
            trouble(t, fault);
        }
    }
    over(t, id);
}

/// The mail program was opened, or not.
pub(super) fn mail_opened(t: &mut Turn<'_>, id: LinkId, opened: bool) {
    if opened {
        t.say(Tone::Info, Say::MailOpened);
        if t.model.link.as_ref().is_some_and(|s| s.id == id) {
            t.ask(Effect::LoadLink(id));
        }
    } else {
        t.say(Tone::Warning, Say::NoMailProgram);
    }
}

pub(super) mod waiting;

#[cfg(test)]
mod tests;
