//! What is asked when: the tracker, the outbox, the countdown. Nothing pending, no timer.

use jiff::{SignedDuration, Timestamp, Unit};

use super::Effect;
use super::dashboard;
use super::model::{Model, Net, Screen};
use super::msg::Timer;
use super::pace::InSight;
use super::turn::Turn;
use super::{link_screen, news, online};
use crate::domain::link::{Link, LinkId};
use crate::ports::{CLOCK_OFF_SECONDS, FOLLOWED_AFTER_END, Fault, LinkRow, OutboxEntry};

/// The least wait before the outbox is tried: never before the first frame, never in a tight circle.
const OUTBOX_SOON: SignedDuration = SignedDuration::from_millis(200);
/// The least time between two tries of the outbox.
const OUTBOX_REST: SignedDuration = SignedDuration::from_secs(5);
/// The same without a connection: the first that waits is tried so often, and once it went the others follow.
pub(super) const OFFLINE_REST: SignedDuration = SignedDuration::from_secs(7);
/// The same where we can't sign in: somebody has to see to the account, and until then nothing is claimed.
const SIGNED_OUT_REST: SignedDuration = SignedDuration::from_mins(5);
/// When an entry that is on the wire is looked at again: its sender may have died.
const OUTBOX_IN_FLIGHT: SignedDuration = SignedDuration::from_secs(30);
/// "Send now" pressed again within this time is the same word.
const ONE_WORD: SignedDuration = SignedDuration::from_secs(3);
/// So long after the last key a payment on screen is asked about of which money is only reserved: it may stay so for
/// weeks, and an app that nobody uses shall have nothing to do.
pub(super) const WATCHED: SignedDuration = SignedDuration::from_mins(10);

/// Sets the timers by what is pending now, and asks what is due.
pub(super) fn arrange(t: &mut Turn<'_>) {
    if t.model.shop.is_none() {
        return;
    }
    track(t);
    outbox(t);
    clock(t);
    online::arrange(t);
}

/// If the machine's clock was set back, every moment that is remembered goes back with it: a wait of seconds
/// stays one, and is not until the clock is where it was. Whether it was.
pub(super) fn set_back(t: &mut Turn<'_>) -> bool {
    let now = t.now.at;
    let tracking = &mut t.model.tracking;
    let by = tracking.last_at.replace(now).map_or(SignedDuration::ZERO, |before| before.duration_since(now));
    if !by.is_positive() {
        return false;
    }
    tracking.pace.set_back(by);
    tracking.flushed_at = tracking.flushed_at.and_then(|at| at.checked_sub(by).ok());
    tracking.touched_at = tracking.touched_at.and_then(|at| at.checked_sub(by).ok());
    // Set for the clock as it was: they are planned anew.
    (tracking.outbox_wake, tracking.clock_wake, tracking.wake) = (None, None, None);
    tracking.line.set_back(by);
    true
}

/// Sets or stops a timer of the tracker's, if that is news.
pub(super) fn set(t: &mut Turn<'_>, timer: Timer, at: Option<Timestamp>) {
    let tracking = &mut t.model.tracking;
    let known = match timer {
        Timer::Track => &mut tracking.wake,
        Timer::Outbox => &mut tracking.outbox_wake,
        Timer::Clock => &mut tracking.clock_wake,
        Timer::Line => &mut tracking.line.wake,
        Timer::KeepDraft => return,
    };
    if *known == at {
        return;
    }
    *known = at;
    t.ask(match at {
        Some(at) => Effect::Wake(timer, at),
        None => Effect::Unwake(timer),
    });
}

fn track(t: &mut Turn<'_>) {
    // The answer of the round that is under way plans the next one.
    if t.model.tracking.asking {
        return;
    }
    let open = t.model.link.as_ref().map(|s| s.id).filter(|_| on_link(t.model));
    let listed = listed(t.model);
    let reserved = watched(t.model, t.now.at);
    let tracking = &mut t.model.tracking;
    let over =
        |r: &LinkRow| r.state.may_go_on() && t.now.at.duration_since(r.ended_at()) > FOLLOWED_AFTER_END;
    tracking.rows.retain(|r| !over(r));
    // Nothing more happens to it by itself, but somebody may capture or release it elsewhere while the seller looks.
    let with_reserved = reserved.map(|row| tracking.rows.iter().cloned().chain([row]).collect::<Vec<_>>());
    let rows = with_reserved.as_deref().unwrap_or(&tracking.rows);
    let plan = tracking.pace.plan(rows, InSight { open, listed: &listed }, t.now.at);
    if !plan.is_empty() {
        tracking.asking = true;
        t.ask(Effect::Track { batch: plan.batch, singles: plan.singles });
    }
    set(t, Timer::Track, plan.wake_at);
}

/// The payment on screen whose money is reserved and was not taken, unless it is followed anyway or nobody has touched
/// a key for a while.
fn watched(model: &Model, now: Timestamp) -> Option<LinkRow> {
    let lately = |at: Timestamp| now.duration_since(at) < WATCHED;
    reserved(model).filter(|_| model.tracking.touched_at.is_some_and(lately)).map(LinkRow::from)
}

fn reserved(model: &Model) -> Option<&Link> {
    let link =
        link_screen::shown(model).filter(|l| on_link(model) && l.settled() && l.session_id.is_some())?;
    // Where the backend doesn't tell how much was taken, there may be some left.
    let some_left = || link.reserved().is_none_or(|money| money.minor() > 0);
    (link.state.has_money() && some_left()).then_some(link)
}

/// Somebody is at the keys. Whether what is asked is to be planned anew because of that.
pub(super) fn touched(t: &mut Turn<'_>) -> bool {
    let anew = reserved(t.model).is_some() && watched(t.model, t.now.at).is_none();
    t.model.tracking.touched_at = Some(t.now.at);
    anew
}

fn on_link(model: &Model) -> bool {
    matches!(model.screen, Screen::Link | Screen::QrFull)
}

/// The links in sight.
fn listed(model: &Model) -> Vec<LinkId> {
    let (rows, top) = match model.screen {
        Screen::Dashboard => (&model.dashboard.rows, model.dashboard.top),
        Screen::List => (&model.list.rows, model.list.top),
        _ => return Vec::new(),
    };
    rows.iter().skip(top).take(dashboard::page(model)).map(|r| r.id).collect()
}

fn outbox(t: &mut Turn<'_>) {
    let rest = match t.model.net {
        Net::SignedOut => SIGNED_OUT_REST,
        net if net.is_offline() => OFFLINE_REST,
        _ => OUTBOX_REST,
    };
    let rest = t.model.tracking.flushed_at.and_then(|at| at.checked_add(rest).ok());
    let waits = |_: &&OutboxEntry| t.model.dashboard.unwritable.is_none();
    let begun = t.model.tracking.flushed_at.is_some();
    let next = t.model.dashboard.outbox.iter().filter(waits).map(|e| due_at(e, t.now.at, begun)).min();
    let next = next.map(|next| rest.map_or(next, |rest| next.max(rest)));
    let at = match (next, t.model.tracking.outbox_wake) {
        (None, _) => None,
        // What is due keeps the moment it was given: asking again must not put it off for ever.
        (Some(next), Some(set)) if set > t.now.at && set <= next => Some(set),
        (Some(next), _) => Some(next),
    };
    set(t, Timer::Outbox, at);
}

/// `begun`: this process has sent something. Before that, what is on its way was sent by another one, which may be gone.
fn due_at(entry: &OutboxEntry, now: Timestamp, begun: bool) -> Timestamp {
    let within = |least| now.saturating_add(least).unwrap_or(now);
    match (entry.is_due(now), entry.in_flight) {
        // What is on its way counts as due until it comes to something.
        (true, true) if begun => within(OUTBOX_IN_FLIGHT),
        (true, true) => within(OUTBOX_SOON),
        (true, false) => within(OUTBOX_SOON),
        // What may have gone out, and is looked for then: as the screen tells it.
        (false, _) => entry.next_at.max(within(OUTBOX_SOON)),
    }
}

/// A countdown is told by the minute, while one is in sight.
fn clock(t: &mut Turn<'_>) {
    let counting = on_link(t.model) && link_screen::shown(t.model).is_some_and(|l| l.state.payable());
    let at = counting.then(|| next_minute(t.now.at));
    set(t, Timer::Clock, at);
}

fn next_minute(now: Timestamp) -> Timestamp {
    let later = now.saturating_add(SignedDuration::from_secs(60)).unwrap_or(now);
    let round = jiff::TimestampRound::new().smallest(Unit::Minute).mode(jiff::RoundMode::Floor);
    later.round(round).unwrap_or(later)
}

/// A timer has run out.
pub(super) fn due(t: &mut Turn<'_>, timer: Timer) {
    let tracking = &mut t.model.tracking;
    match timer {
        Timer::Track => tracking.wake = None,
        Timer::Clock => tracking.clock_wake = None,
        Timer::Line => {
            tracking.line.wake = None;
            online::due(t);
        }
        Timer::Outbox => {
            tracking.outbox_wake = None;
            flush(t);
            // Another process may have sent it meanwhile.
            t.ask(Effect::LoadDashboard);
        }
        Timer::KeepDraft => {}
    }
}

/// Sends what waits. What is being sent counts as on the wire until the ledger says otherwise.
pub(super) fn flush(t: &mut Turn<'_>) {
    // What waits for the seller too: it is not sent, but looked for. What can't be written down is not sent.
    if t.model.dashboard.outbox.is_empty() || t.model.dashboard.unwritable.is_some() {
        return;
    }
    let now = t.now.at;
    being_sent(t, |e| e.goes(now));
    t.ask(Effect::Flush(None));
}

/// Whether the seller's word to send at once is taken: a key that is held down is one word.
pub(super) fn insists(t: &mut Turn<'_>) -> bool {
    let last = t.model.tracking.insisted_at;
    let just_now =
        |last: Timestamp| (SignedDuration::ZERO..ONE_WORD).contains(&t.now.at.duration_since(last));
    if last.is_some_and(just_now) {
        return false;
    }
    t.model.tracking.insisted_at = Some(t.now.at);
    true
}

/// The seller wants all sent that waits, due or not.
pub(super) fn send_all(t: &mut Turn<'_>) {
    if !insists(t) {
        return;
    }
    being_sent(t, |e| e.kind.asked_for());
    t.ask(Effect::SendAll);
}

fn being_sent(t: &mut Turn<'_>, which: impl Fn(&OutboxEntry) -> bool) {
    for entry in t.model.dashboard.outbox.iter_mut().filter(|e| !e.needs_decision && which(e)) {
        entry.in_flight = true;
    }
    t.model.tracking.flushed_at = Some(t.now.at);
}

/// Which links the backend doesn't know any more, and which of them it does know after all.
pub(super) fn told(t: &mut Turn<'_>, gone: Vec<LinkId>, there: &[LinkId]) {
    let known = &mut t.model.tracking.gone;
    known.extend(gone);
    known.retain(|id| !there.contains(id));
    t.model.tracking.strange.retain(|id| !there.contains(id));
}

/// The backend was reached, and knows these links, but what it says of them can't be read.
pub(super) fn strange(t: &mut Turn<'_>, links: Vec<LinkId>) {
    let tracking = &mut t.model.tracking;
    tracking.gone.retain(|id| !links.contains(id));
    tracking.strange.extend(links);
}

/// The tracker's round is over.
pub(super) fn tracked(t: &mut Turn<'_>, changed: Vec<Link>, fault: Option<Fault>, skew: i64) {
    t.model.tracking.asking = false;
    match &fault {
        None => {
            t.model.tracking.pace.answered();
            online::answered(t);
        }
        Some(fault) => {
            t.model.tracking.pace.failed(t.now.at, fault.retry_after);
            online::net_of(t, fault);
        }
    }
    skewed(t, skew);
    for link in changed {
        news::link_changed(t, link);
    }
    // Also without news: another process on the same data folder may have made or changed links.
    look_if_changed(t);
}

/// The backend's clock is so many seconds before ours.
pub(super) fn skewed(t: &mut Turn<'_>, skew: i64) {
    t.model.clock_off_by = (skew.abs() >= CLOCK_OFF_SECONDS).then_some(skew);
}

/// Reads the ledger, if it is not as it was seen.
pub(super) fn look_if_changed(t: &mut Turn<'_>) {
    t.ask(t.model.tracking.seen.map_or(Effect::LoadDashboard, Effect::LoadIfChanged));
}

/// The ledger failed at a round: the next one comes later, but it comes.
pub(super) fn ledger_failed(t: &mut Turn<'_>) {
    if std::mem::take(&mut t.model.tracking.asking) {
        t.model.tracking.pace.failed(t.now.at, None);
    }
}

/// Asks about the link on screen, or all that is followed, at once.
pub(super) fn look_now(t: &mut Turn<'_>) {
    if t.model.tracking.asking {
        return;
    }
    let open = link_screen::shown(t.model).filter(|l| l.session_id.is_some()).map(|l| l.id);
    let (batch, singles) = match open.filter(|_| on_link(t.model)) {
        Some(id) => (Vec::new(), vec![id]),
        None => {
            let rows = t.model.tracking.rows.iter().filter(|r| r.session_id.is_some());
            (rows.take(super::pace::BATCH).map(|r| r.id).collect(), Vec::new())
        }
    };
    if !batch.is_empty() || !singles.is_empty() {
        t.model.tracking.asking = true;
        t.ask(Effect::Track { batch, singles });
    }
}

#[cfg(test)]
mod tests;
