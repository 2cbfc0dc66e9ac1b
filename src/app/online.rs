//! Whether the backend can be reached: what is said of it, and when it is found out for its own sake.
//!
//! Every answer tells it, so nothing is asked while something else is about to ask. Without a connection and with nothing
//! that waits it is tried every few seconds while somebody is there, and seldom while nobody is. With one, a timer asks
//! nothing: what was heard a while ago is not said any more, and the next key finds out.

use jiff::{SignedDuration, Timestamp};

use super::Effect;
use super::model::{Model, Net};
use super::msg::Timer;
use super::tracking::{self, OFFLINE_REST, WATCHED};
use super::turn::Turn;
use crate::domain::cause::Barrier;
use crate::domain::fault::FaultKind;
use crate::ports::Fault;

/// How often it is tried without a connection while nobody is at the keys.
const ALONE_REST: SignedDuration = SignedDuration::from_secs(60);
/// So long an answer tells of now.
const OLD: SignedDuration = SignedDuration::from_mins(2);
/// With a key, an answer older than this is renewed: before the seller has filled in a sale it is known whether it can
/// go out.
const LATELY: SignedDuration = SignedDuration::from_secs(30);
/// Whatever else is to ask within this time tells it as well.
const SOON: SignedDuration = SignedDuration::from_secs(10);

/// What is known of the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// When a request last had an answer, or failed.
    pub heard_at: Option<Timestamp>,
    /// When it was last asked for no other reason.
    pub knocked_at: Option<Timestamp>,
    /// That is under way.
    pub knocking: bool,
    /// When it is to be tried, or is old.
    pub wake: Option<Timestamp>,
}

impl Line {
    /// The machine's clock was set back by this.
    pub(super) fn set_back(&mut self, by: SignedDuration) {
        self.heard_at = self.heard_at.and_then(|at| at.checked_sub(by).ok());
        self.knocked_at = self.knocked_at.and_then(|at| at.checked_sub(by).ok());
        self.wake = None;
    }
}

/// Whether something asks by then anyway.
fn asked_by(model: &Model, at: Timestamp) -> bool {
    let tracking = &model.tracking;
    let before = |wake: Option<Timestamp>| wake.is_some_and(|wake| wake <= at);
    tracking.asking || tracking.line.knocking || before(tracking.wake) || before(tracking.outbox_wake)
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(at)
}

/// Sets the timer by which it is found out, or is old.
pub(super) fn arrange(t: &mut Turn<'_>) {
    let now = t.now.at;
    // Who has just begun is there.
    let touched_at = *t.model.tracking.touched_at.get_or_insert(now);
    let line = &t.model.tracking.line;
    let since = line.heard_at.max(line.knocked_at).unwrap_or(now);
    let at = match t.model.net {
        Net::Online => Some(after(line.heard_at.unwrap_or(now), OLD)),
        net if net.is_offline() => {
            let alone = now.duration_since(touched_at) >= WATCHED;
            Some(after(since, if alone { ALONE_REST } else { OFFLINE_REST }))
        }
        // Without somebody who sees to the account nothing gets better, and a key finds that out.
        _ => None,
    };
    tracking::set(t, Timer::Line, at.map(|at| at.max(now)).filter(|&at| !asked_by(t.model, at)));
}

/// The timer has run out.
pub(super) fn due(t: &mut Turn<'_>) {
    match t.model.net {
        Net::Online => t.model.net = Net::Unknown,
        net if net.is_offline() => knock(t),
        _ => {}
    }
}

/// Somebody is at the keys: what is not known, or was heard a while ago, is found out, unless something is about to tell
/// it anyway.
pub(super) fn look(t: &mut Turn<'_>) {
    let now = t.now.at;
    let line = &t.model.tracking.line;
    let older = |at: Option<Timestamp>, age| at.is_some_and(|at| now.duration_since(at) >= age);
    let wanted = match t.model.net {
        Net::Online => older(line.heard_at, LATELY),
        // What is asked at the start tells it soon.
        Net::Unknown => line.heard_at.is_some(),
        _ => true,
    };
    // What waits may be on its way.
    let sent_at = t.model.tracking.flushed_at.filter(|_| !t.model.dashboard.outbox.is_empty());
    let just_now = [line.knocked_at, sent_at].iter().any(|at| at.is_some() && !older(*at, OFFLINE_REST));
    if wanted && !just_now && t.model.shop.is_some() && !asked_by(t.model, after(now, SOON)) {
        knock(t);
    }
}

fn knock(t: &mut Turn<'_>) {
    let line = &mut t.model.tracking.line;
    (line.knocked_at, line.knocking) = (Some(t.now.at), true);
    t.ask(Effect::Knock);
}

/// The knock came to something.
pub(super) fn knocked(t: &mut Turn<'_>, fault: Option<&Fault>) {
    t.model.tracking.line.knocking = false;
    match fault {
        None => answered(t),
        Some(fault) => net_of(t, fault),
    }
}

/// The payment profile was read, or taken from memory. What can only come from the backend tells of the connection; where
/// that is not known yet, it is found out.
pub(super) fn profile_told(t: &mut Turn<'_>, fault: Option<&Fault>) {
    match fault {
        Some(fault) if !matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => net_of(t, fault),
        _ if t.model.net == Net::Unknown && !t.model.tracking.line.knocking => knock(t),
        _ => {}
    }
}

/// The backend has answered.
pub(super) fn answered(t: &mut Turn<'_>) {
    net(t, Net::Online);
}

/// When somebody last signed in at another terminal. Who was turned away tries it with the new secret, at once and once;
/// what was told before we looked first is known to the secret that we have.
pub(super) fn signed_in_elsewhere(t: &mut Turn<'_>, told: Option<String>) {
    let tracking = &mut t.model.tracking;
    let new = tracking.seen.is_some() && tracking.signed_in != told;
    tracking.signed_in = told;
    if new && t.model.net == Net::SignedOut {
        t.ask(Effect::SignIn);
    }
}

/// What a failed request says about the network.
pub(super) fn net_of(t: &mut Turn<'_>, fault: &Fault) {
    let now = match (fault.barrier(), fault.kind) {
        (Some(Barrier::NoConnection), _) => Net::Offline,
        (Some(Barrier::SomebodyElse), _) => Net::SignInPage,
        (Some(Barrier::Certificate), _) => Net::Certificate,
        (None, FaultKind::NotSignedIn) => Net::SignedOut,
        (None, _) if fault.status.is_some() => Net::Online,
        (None, FaultKind::NotSent | FaultKind::Maybe) => Net::Offline,
        // An answer that is not believed is one, too.
        (None, FaultKind::Refused | FaultKind::NotFound | FaultKind::Forbidden | FaultKind::Untrusted) => {
            Net::Online
        }
    };
    net(t, now);
}

/// The network is so. Back online, what waits is sent.
pub(super) fn net(t: &mut Turn<'_>, net: Net) {
    t.model.tracking.line.heard_at = Some(t.now.at);
    let before = std::mem::replace(&mut t.model.net, net);
    if before != Net::Online && before != Net::Unknown && net == Net::Online {
        tracking::flush(t);
        if t.model.wizard.profile.is_none() {
            t.ask(Effect::LoadProfile);
        }
    }
}

#[cfg(test)]
mod tests;
