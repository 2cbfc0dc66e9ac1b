//! A claim on an entry of the outbox: one caller alone works on it, and what came of that is kept with it.

use std::time::Duration;

use jiff::Timestamp;

use super::money::ended;
use super::outbox::{Outcome, Sent, entry_of, standing};
use super::patience::Patience;
use super::written::written;
use super::{backend_now, backoff, kept, on_ledger, set_state};
use crate::domain::clean;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{Fault, FaultKind, Ledger, LedgerError, OrderId, OutboxEntry, OutboxKind, Ports, Work};

pub(super) mod not_done;

/// A claim is given to another process after this long: longer than the requests of one claim take.
pub(super) const LEASE: Duration = Duration::from_secs(90);
/// No link is made later than this into a claim, so that it can't meet another process's try. What is asked for a link that
/// is there has no such end: what went out is noted before it does, and known again by that.
const LAST_CALL: Duration = Duration::from_secs(45);
/// Where somebody has to see to the account first, trying often helps nobody.
const NOT_ALLOWED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// An entry of the outbox that this call alone may work on.
pub(super) struct Claim {
    pub(super) link: Link,
    pub(super) entry: OutboxEntry,
    /// Whether somebody waits for the end of this try, and is told it.
    pub(super) heard: bool,
    /// Counted from before it was claimed.
    time: Patience,
    /// Nobody else in this process works on it meanwhile, whatever the clock says of the lease.
    _work: Work,
}

/// Claims an entry. `None`: there's nothing to be done, or not by us.
pub(super) async fn claim(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Option<Claim>, LedgerError> {
    claim_by(ports, id, kind, move |ledger, now| ledger.claim(id, kind, now, LEASE)).await
}

/// Claims a creation that is to be given up, though it may wait for the seller.
pub(super) async fn claim_to_drop(ports: &Ports, id: LinkId) -> Result<Option<Claim>, LedgerError> {
    claim_by(ports, id, OutboxKind::Create, move |ledger, now| ledger.claim_to_drop(id, now, LEASE)).await
}

/// Claims an entry, if it is still this order that waits: another one may be in its place by now.
pub(super) async fn claim_order(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    order: OrderId,
) -> Result<Option<Claim>, LedgerError> {
    claim_by(ports, id, kind, move |ledger, now| {
        // What it is can't be told of an order that can't be read.
        let is_meant = |entry: &OutboxEntry| entry.order.as_ref().is_none_or(|waits| waits.id == order);
        if !entry_of(ledger, id, kind)?.is_some_and(|entry| is_meant(&entry)) {
            return Ok(None);
        }
        let Some(entry) = ledger.claim(id, kind, now, LEASE)? else { return Ok(None) };
        if is_meant(&entry) {
            return Ok(Some(entry));
        }
        // The one that was meant has ended in between, and another one has come in its place, which stays as it is.
        ledger.release_entry(&kept(ledger, id)?, &entry)?;
        Ok(None)
    })
    .await
}

async fn claim_by(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    claim: impl FnOnce(&dyn Ledger, Timestamp) -> Result<Option<OutboxEntry>, LedgerError> + Send + 'static,
) -> Result<Option<Claim>, LedgerError> {
    let Some(work) = ports.underway.begin(id, kind) else { return Ok(None) };
    let (now, time) = (ports.clock.now(), Patience::new(LAST_CALL));
    on_ledger(ports, move |ledger| {
        // A link that can't be read is not claimed: nothing could be done with it.
        kept(ledger, id)?;
        let Some(entry) = claim(ledger, now)? else { return Ok(None) };
        Ok(Some(Claim { link: kept(ledger, id)?, entry, heard: true, time, _work: work }))
    })
    .await
}

/// How a try ended that was `ours` to end, with the link as it is kept by now.
async fn as_kept(
    ports: &Ports,
    id: LinkId,
    ours: bool,
    outcome: Outcome,
    fault: Option<Fault>,
) -> Result<Option<Sent>, LedgerError> {
    if !ours {
        return Ok(None);
    }
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    Ok(Some(Sent { link, outcome, fault }))
}

impl Claim {
    /// Closes the entry and keeps the link, in which stands what could not be done. If the claim has gone to somebody
    /// else, nothing changes, and how it stands with them is the answer.
    pub(super) async fn settle(
        self,
        ports: &Ports,
        outcome: Outcome,
        fault: Option<Fault>,
    ) -> Result<Sent, LedgerError> {
        let (id, kind) = (self.link.id, self.entry.kind);
        match self.settle_ours(ports, outcome, fault).await? {
            Some(sent) => Ok(sent),
            None => standing(ports, id, kind).await,
        }
    }

    /// The same, where it matters whether the claim was still ours. `None`: it was not.
    pub(super) async fn settle_ours(
        self,
        ports: &Ports,
        outcome: Outcome,
        fault: Option<Fault>,
    ) -> Result<Option<Sent>, LedgerError> {
        let id = self.link.id;
        let end = ended::remembered(&self, outcome, fault.as_ref(), backend_now(ports));
        let undone = not_done::of(&self, outcome, fault.as_ref(), ports.clock.now());
        let (link, entry) = (self.link, self.entry);
        let ours = written(ports, move |ledger| match &undone {
            None => ledger.settle_entry(&link, &entry, end.as_ref()),
            Some(undone) => ledger.settle_undone(&entry, end.as_ref(), &mut |link| undone.note(link)),
        })
        .await?;
        as_kept(ports, id, ours, outcome, fault).await
    }

    /// The link is kept as one whose session is to be withdrawn, which is durable before anybody is asked to do it. `None`:
    /// the claim has gone to somebody else.
    pub(super) async fn settle_to_withdraw(self, ports: &Ports) -> Result<Option<Link>, LedgerError> {
        let (id, now) = (self.link.id, ports.clock.now());
        let (link, entry) = (self.link, self.entry);
        let ours = written(ports, move |ledger| ledger.settle_to_withdraw(&link, &entry, now)).await?;
        if !ours {
            return Ok(None);
        }
        on_ledger(ports, move |ledger| kept(ledger, id)).await.map(Some)
    }

    /// The backend has the link, whoever has the claim by now: it is kept with its session. `None`: it has another one,
    /// or has ended, and this session is one too many.
    pub(super) async fn settle_made(
        self,
        ports: &Ports,
        outcome: Outcome,
    ) -> Result<Option<Sent>, LedgerError> {
        let id = self.link.id;
        let link = self.link;
        let ours = written(ports, move |ledger| ledger.settle_made(&link)).await?;
        as_kept(ports, id, ours, outcome, None).await
    }

    /// Keeps what the link tells of a request whose outcome nobody knows. `false`: the claim has gone to somebody else.
    pub(super) async fn note_doubt(&self, ports: &Ports) -> Result<bool, LedgerError> {
        let (link, entry) = (self.link.clone(), self.entry.clone());
        written(ports, move |ledger| ledger.note_doubt(&link, &entry)).await
    }

    /// Gives the entry back for another time. `doubt`: something may have been sent, so the next try
    /// asks first.
    pub(super) async fn release(
        mut self,
        ports: &Ports,
        next_at: Timestamp,
        doubt: bool,
        outcome: Outcome,
        fault: Option<Fault>,
    ) -> Result<Sent, LedgerError> {
        self.entry.next_at = next_at;
        self.entry.since = ports.clock.now();
        self.entry.in_flight = doubt;
        self.entry.needs_decision =
            matches!(outcome, Outcome::Uncertain { needs_decision: true, .. } | Outcome::Overdue(_));
        match outcome {
            Outcome::Overdue(why) => self.entry.overdue = Some(why),
            // What may have gone out is the question now, and the backend is asked about it, however late it was.
            Outcome::Uncertain { needs_decision: true, .. } => self.entry.overdue = None,
            _ => {}
        }
        self.entry.last_error = fault.as_ref().map(|f| clean::line_within(&f.cause.to_string(), 200));
        let (id, kind) = (self.link.id, self.entry.kind);
        let (link, entry) = (self.link, self.entry);
        let ours = written(ports, move |ledger| ledger.release_entry(&link, &entry)).await?;
        match as_kept(ports, id, ours, outcome, fault).await? {
            Some(sent) => Ok(sent),
            None => standing(ports, id, kind).await,
        }
    }

    /// Gives the entry back after a failure that did nothing: the doubt there was before stays.
    pub(super) async fn give_back(self, ports: &Ports, fault: Fault) -> Result<Sent, LedgerError> {
        self.give_back_for(ports, fault, Duration::ZERO).await
    }

    /// The same, for so long at least.
    pub(super) async fn give_back_for(
        mut self,
        ports: &Ports,
        fault: Fault,
        at_least: Duration,
    ) -> Result<Sent, LedgerError> {
        let now = ports.clock.now();
        let doubt = self.entry.in_flight;
        let allowed = !matches!(fault.kind, FaultKind::NotSignedIn | FaultKind::Forbidden);
        let wait = if allowed {
            let dice = backoff::dice(self.link.id, self.entry.attempts);
            if fault.unreached() {
                backoff::unreached(self.entry.attempts, dice)
            } else {
                backoff::delay(self.entry.attempts, dice, fault.retry_after)
            }
        } else if fault.no_token() {
            // Another process may have the right secret: it is not held up by ours. We ourselves claim nothing by
            // ourselves before we can sign in (`outbox::flush`).
            Duration::ZERO
        } else {
            fault.retry_after.unwrap_or(NOT_ALLOWED_PAUSE)
        };
        let next_at = now.checked_add(wait.max(at_least)).unwrap_or(now);
        if self.entry.kind == OutboxKind::Create {
            let state = if doubt { LinkState::Uncertain } else { LinkState::Queued };
            set_state(&mut self.link, state, now);
        }
        let outcome = match (allowed, doubt) {
            (false, _) => Outcome::NotAllowed { next_at },
            (true, false) => Outcome::Queued { next_at },
            (true, true) => Outcome::Uncertain { needs_decision: false, next_at },
        };
        self.release(ports, next_at, doubt, outcome, Some(fault)).await
    }

    /// How much of it is left in which something may be made.
    pub(super) const fn time(&self) -> Patience {
        self.time
    }

    /// Whether it is too late in this claim to make something.
    pub(super) fn too_late(&self) -> bool {
        self.time.left().is_zero()
    }
}
