//! What was asked for and could not be done stands in the link's story; where nobody waited for it, it's an alarm.

use jiff::Timestamp;

use super::Claim;
use crate::domain::cause::{Cause, Plain};
use crate::domain::clean;
use crate::domain::link::{Link, LinkState, NotDone};
use crate::ops::outbox::Outcome;
use crate::ports::{Fault, OutboxKind};

/// A request other than to make the link that came to nothing.
pub(super) struct Undone {
    what: NotDone,
    why: String,
    at: Timestamp,
    heard: bool,
}

impl Undone {
    /// Into the link's story.
    pub(super) fn note(&self, link: &mut Link) {
        link.not_done(self.what, self.why.clone(), self.at, self.heard);
    }
}

/// Whether this end of a try is that it came to nothing.
pub(super) fn of(claim: &Claim, outcome: Outcome, fault: Option<&Fault>, at: Timestamp) -> Option<Undone> {
    let what = of_kind(claim.entry.kind)?;
    let fulfilled = match what {
        NotDone::Cancel => LinkState::Cancelled,
        NotDone::Capture => LinkState::Captured,
        NotDone::Void => LinkState::Voided,
        NotDone::Refund => LinkState::Refunded,
    };
    let why = match (outcome, fault) {
        (Outcome::Refused | Outcome::NotCancelled, Some(fault)) => fault.line(),
        (Outcome::NotCancelled, None) => Cause::Plain(Plain::PaidBefore).to_string(),
        // Somebody else has done it.
        (Outcome::NotPossible, None) if claim.link.state == fulfilled => return None,
        (Outcome::Refused | Outcome::NotPossible, _) => Cause::Plain(Plain::NotPossibleNow).to_string(),
        _ => return None,
    };
    Some(Undone { what, why: clean::line_within(&why, 200), at, heard: claim.heard })
}

/// What is told of a request of this kind that came to nothing. A refused link says so by its state, and a search for a
/// lost one was asked for by nobody.
const fn of_kind(kind: OutboxKind) -> Option<NotDone> {
    Some(match kind {
        OutboxKind::Cancel => NotDone::Cancel,
        OutboxKind::Capture => NotDone::Capture,
        OutboxKind::Void => NotDone::Void,
        OutboxKind::Refund => NotDone::Refund,
        OutboxKind::Create | OutboxKind::Look => return None,
    })
}
