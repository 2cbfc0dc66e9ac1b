//! Withdrawing a link: the state is read first, because cancelling a session voids a payment that the
//! customer has just authorized; it's journalled before it goes out; and it's seen to be closed.

use std::time::Duration;

use jiff::Timestamp;

use super::asked::Asked;
use super::claim::{Claim, claim};
use super::outbox::{self, Outcome, Sent, standing};
use super::{backend_now, kept, on_ledger, track, wire};
use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::SessionNews;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{
    Counted, Fault, FaultKind, LedgerError, MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Ports,
};

mod patient;
pub(super) mod word;

pub use patient::cancel_patiently;

/// Half of the first pause before it's looked again what became of a payment; it doubles.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// How withdrawing a link ended, with the link as it's kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelling {
    /// The link.
    pub link: Link,
    /// How it ended.
    pub end: CancelEnd,
}

/// How withdrawing a link ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelEnd {
    /// It's closed at the backend, or was never there.
    Cancelled,
    /// Money is held or taken, or may be: nothing was done.
    HasMoney,
    /// It had ended already: nothing was done.
    AlreadyEnded,
    /// Not now; the seller's word is in the outbox, and is carried out by itself.
    Later {
        /// Why.
        fault: Fault,
        /// When it is due, if it is known.
        next_at: Option<Timestamp>,
    },
    /// The backend said no, or the account may not do this.
    Refused(Fault),
}

impl Cancelling {
    /// The same in the words of the outbox.
    #[must_use]
    pub fn into_sent(self) -> Sent {
        let (outcome, fault) = match self.end {
            CancelEnd::Cancelled => (Outcome::Cancelled, None),
            CancelEnd::HasMoney => (Outcome::NotCancelled, None),
            CancelEnd::AlreadyEnded => (Outcome::Already, None),
            CancelEnd::Later { fault, next_at } => {
                let at = next_at.unwrap_or(self.link.changed_at);
                (Outcome::Queued { next_at: at }, Some(fault))
            }
            CancelEnd::Refused(fault) => (Outcome::NotCancelled, Some(fault)),
        };
        Sent { link: self.link, outcome, fault }
    }

    fn from_sent(sent: Sent) -> Self {
        let Sent { link, outcome, fault } = sent;
        let fault_or =
            |why| fault.clone().unwrap_or_else(|| Fault::new(FaultKind::NotSent, Cause::Plain(why)));
        let end = match outcome {
            Outcome::Cancelled => CancelEnd::Cancelled,
            Outcome::NotCancelled => match fault {
                Some(fault) => CancelEnd::Refused(fault),
                None => CancelEnd::HasMoney,
            },
            Outcome::Queued { next_at } | Outcome::NotAllowed { next_at } => {
                CancelEnd::Later { fault: fault_or(Plain::CouldNotSend), next_at: Some(next_at) }
            }
            Outcome::Uncertain { next_at, .. } => {
                CancelEnd::Later { fault: fault_or(Plain::OutcomeUnknown), next_at: Some(next_at) }
            }
            Outcome::Busy => CancelEnd::Later { fault: fault_or(Plain::BeingSent), next_at: None },
            // It waits here for the seller's word, and can be withdrawn without asking anybody.
            Outcome::Overdue(_) | Outcome::InProgress { .. } => {
                CancelEnd::Later { fault: fault_or(Plain::OutcomeUnknown), next_at: None }
            }
            // Somebody has paid it meanwhile, by whatever session.
            Outcome::Already if link.state.has_money() => CancelEnd::HasMoney,
            Outcome::Created
            | Outcome::Adopted
            | Outcome::Already
            | Outcome::Refused
            | Outcome::Moved
            | Outcome::NotPossible => CancelEnd::AlreadyEnded,
        };
        Self { link, end }
    }
}

/// Withdraws a link, wherever it is: in the outbox or at the backend.
///
/// # Errors
/// The ledger's.
pub async fn cancel(ports: &Ports, id: LinkId) -> Result<Cancelling, LedgerError> {
    ports.gateway.insist();
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    if link.state.in_outbox() {
        if link.state == LinkState::Refused {
            return Ok(Cancelling { link, end: CancelEnd::AlreadyEnded });
        }
        // Made in the meantime, it is withdrawn at the backend.
        return outbox::withdraw(ports, id).await.map(Cancelling::from_sent);
    }
    at_backend(ports, id).await
}

/// Withdraws a link that is at the backend.
pub(super) async fn at_backend(ports: &Ports, id: LinkId) -> Result<Cancelling, LedgerError> {
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    if may_be_withdrawn(link.state) {
        // The seller's word is kept before anything is asked.
        journal(ports, id, false).await?;
        let _room = ports.underway.room_by_hand().await;
        return carry_out(ports, id, false, true).await.map(Cancelling::from_sent);
    }
    // As far as is known there is nothing to be withdrawn: if there is after all, that is news.
    let _room = ports.underway.room_by_hand().await;
    match state_first(ports, id).await? {
        First::Go(_) => {
            journal(ports, id, false).await?;
            carry_out(ports, id, true, true).await.map(Cancelling::from_sent)
        }
        First::Stop(link, end) => over(ports, link, end).await,
        First::NoAnswer(link, fault) if fault.kind.is_no() => {
            over(ports, link, CancelEnd::Refused(fault)).await
        }
        First::NoAnswer(_, fault) => {
            journal(ports, id, false).await?;
            match claim(ports, id, OutboxKind::Cancel).await? {
                Some(claim) => claim.give_back(ports, fault).await.map(Cancelling::from_sent),
                None => standing(ports, id, OutboxKind::Cancel).await.map(Cancelling::from_sent),
            }
        }
    }
}

/// Nothing is to be done (any more). An entry that was to do it, from a try that was cut off, is closed.
async fn over(ports: &Ports, link: Link, end: CancelEnd) -> Result<Cancelling, LedgerError> {
    match claim(ports, link.id, OutboxKind::Cancel).await? {
        Some(mut claim) => {
            let sent = if reserved(&link) && on_the_wire(ports, &mut claim) {
                look_again(ports, claim, link).await
            } else {
                finish(ports, claim, link, end).await
            };
            sent.map(Cancelling::from_sent)
        }
        None => Ok(Cancelling { link, end }),
    }
}

/// Writes down that the link is to be withdrawn, at once. `doubt`: a request may have gone out already; that one has is
/// not forgotten, nor when.
pub(super) async fn journal(ports: &Ports, id: LinkId, doubt: bool) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        ledger.amend_entry(id, OutboxKind::Cancel, &mut |waits| {
            let entry = waits.unwrap_or_else(|| OutboxEntry::new(id, OutboxKind::Cancel, now));
            Some(OutboxEntry { in_flight: entry.in_flight || doubt, next_at: now, ..entry })
        })
    })
    .await
}

/// Whether a link in this state may have to be withdrawn at the backend, as far as is known here.
const fn may_be_withdrawn(state: LinkState) -> bool {
    matches!(
        state,
        LinkState::Open
            | LinkState::Opened
            | LinkState::Paying
            | LinkState::OnHold
            | LinkState::Unknown
            | LinkState::Refused
    )
}

/// Carries out a `Cancel` of the outbox, of itself. What comes to nothing is an alarm, because nobody waits to hear of it.
pub(super) async fn send(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    carry_out(ports, id, false, false).await
}

/// The same for a session that was made a moment ago: it's withdrawn whether or not it can be read.
pub(super) async fn send_unread(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    carry_out(ports, id, true, false).await
}

/// What reading the state first brought.
enum First {
    /// It can be withdrawn.
    Go(Link),
    /// Nothing is to be done.
    Stop(Link, CancelEnd),
    /// The backend couldn't be asked, so nothing is done.
    NoAnswer(Link, Fault),
}

/// Reads session and transaction, keeps the news, and says whether the link may be withdrawn.
async fn state_first(ports: &Ports, id: LinkId) -> Result<First, LedgerError> {
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    let asked = Asked::now(ports);
    let news = match track::read(ports, &link).await {
        Some(Ok(news)) => news,
        Some(Err(fault)) => return Ok(First::NoAnswer(link, fault)),
        None => return Ok(First::Stop(link, CancelEnd::AlreadyEnded)),
    };
    let closed = is_closed(&news.session);
    track::take(ports, id, Some(news.session), news.transaction, asked).await?;
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    if let Some(fault) = news.fault {
        // There is a payment, and how it stands isn't known.
        return Ok(First::NoAnswer(link, fault));
    }
    Ok(match verdict(&link, closed) {
        Some(end) => First::Stop(link, end),
        None => First::Go(link),
    })
}

/// Why the link is not to be withdrawn (any more), or `None`: it's to be.
fn verdict(link: &Link, closed: bool) -> Option<CancelEnd> {
    match link.state {
        // The provider may reserve the money at any moment; what an unknown word means, nobody knows.
        LinkState::OnHold | LinkState::Unknown => Some(CancelEnd::HasMoney),
        state if state.has_money() => Some(CancelEnd::HasMoney),
        LinkState::Cancelled | LinkState::Voided => Some(CancelEnd::Cancelled),
        LinkState::Open | LinkState::Opened | LinkState::Paying => None,
        // Refused for its foreign address, and to be closed for good.
        LinkState::Refused if closed => Some(CancelEnd::Cancelled),
        LinkState::Refused => None,
        _ => Some(CancelEnd::AlreadyEnded),
    }
}

fn is_closed(session: &SessionNews) -> bool {
    session.cancelled_at.is_some() || session.events.iter().any(|e| e.name == "CANCELLED")
}

/// Claims the entry and carries it out. `fresh`: the state was read a moment ago; `heard`: somebody waits for the end.
async fn carry_out(ports: &Ports, id: LinkId, fresh: bool, heard: bool) -> Result<Sent, LedgerError> {
    let Some(mut claim) = claim(ports, id, OutboxKind::Cancel).await? else {
        return standing(ports, id, OutboxKind::Cancel).await;
    };
    claim.heard = heard;
    // By now another session, which is paid, may have become the link's.
    let fresh = fresh && verdict(&claim.link, false).is_none();
    if !fresh {
        match state_first(ports, id).await? {
            First::Go(_) => {}
            First::Stop(link, end) => {
                if reserved(&link) && on_the_wire(ports, &mut claim) {
                    return look_again(ports, claim, link).await;
                }
                return finish(ports, claim, link, end).await;
            }
            First::NoAnswer(link, fault) if fault.kind.is_no() => {
                return finish(ports, claim, link, CancelEnd::Refused(fault)).await;
            }
            First::NoAnswer(link, fault) => return later(ports, claim, link, fault).await,
        }
    }
    let Some(session_id) = claim.link.session_id.clone() else {
        let link = claim.link.clone();
        return finish(ports, claim, link, CancelEnd::AlreadyEnded).await;
    };
    let asked = Asked::now(ports);
    if !note(ports, &mut claim).await? {
        // Our claim has gone to somebody else.
        return standing(ports, id, OutboxKind::Cancel).await;
    }
    wire::note(ports, id, OutboxKind::Cancel);
    let answer = ports.gateway.cancel(&session_id).await;
    wire::note(ports, id, OutboxKind::Cancel);
    let fault = match answer {
        Ok(session) => {
            track::take(ports, id, Some(session), None, asked).await?;
            None
        }
        Err(fault) => Some(fault),
    };
    if let Some(fault) = fault.as_ref().filter(|f| certainly_nothing(f)) {
        let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
        return later(ports, claim, link, fault.clone()).await;
    }
    // See that it's closed, and what became of a payment that had begun.
    match (state_first(ports, id).await?, fault) {
        // Also where the answer says that it's closed: what becomes of the payment may take a moment longer.
        (First::Stop(link, _), fault)
            if reserved(&link) && fault.as_ref().is_none_or(|f| !f.kind.is_no()) =>
        {
            look_again(ports, claim, link).await
        }
        (First::Stop(link, end), _) => finish(ports, claim, link, end).await,
        // Cancelled, as the answer said, but it can't be read just now.
        (First::NoAnswer(link, _), None) if link.state == LinkState::Cancelled => {
            finish(ports, claim, link, CancelEnd::Cancelled).await
        }
        (First::Go(link), Some(fault)) | (First::NoAnswer(link, _), Some(fault)) if fault.kind.is_no() => {
            finish(ports, claim, link, CancelEnd::Refused(fault)).await
        }
        (First::Go(link), fault) => {
            let fault =
                fault.unwrap_or_else(|| Fault::new(FaultKind::Maybe, Cause::Plain(Plain::NotClosedYet)));
            doubtful(ports, claim, link, fault).await
        }
        (First::NoAnswer(link, fault), _) => doubtful(ports, claim, link, fault).await,
    }
}

/// Did nothing, and may do better another time.
const fn certainly_nothing(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NotSent | FaultKind::NotSignedIn | FaultKind::Untrusted)
}

/// Whether withdrawing the link would take the customer's payment back, as it doesn't once the money is taken.
const fn reserved(link: &Link) -> bool {
    matches!(link.state, LinkState::OnHold | LinkState::Authorized)
}

/// Keeps with the entry that the request goes out now, by the backend's clock, durably. `false`: it may not.
async fn note(ports: &Ports, claim: &mut Claim) -> Result<bool, LedgerError> {
    let sent = sent_at(ports.clock.now(), Some(backend_now(ports)), ports.clock.awake());
    claim.entry.order = Some(MoneyOrder { sent: Some(sent), ..MoneyOrder::default() });
    let entry = claim.entry.clone();
    on_ledger(ports, move |ledger| ledger.note_order(&entry)).await
}

/// A withdrawal has no reference of its own, and leaves no trace but that the link is closed.
const fn sent_at(at: Timestamp, theirs: Option<Timestamp>, awake: Option<Counted>) -> MoneySent {
    MoneySent {
        reference: String::new(),
        at,
        theirs,
        awake,
        minor: None,
        before: 0,
        seen: None,
        accepted: false,
    }
}

/// Whether a request that went out before may still arrive, and take the customer's money back.
fn on_the_wire(ports: &Ports, claim: &mut Claim) -> bool {
    let (id, kind, since) = (claim.link.id, claim.entry.kind, claim.entry.since);
    let order = claim.entry.order.get_or_insert_default();
    // What an earlier version sent is known by when its entry was given back.
    let sent = order.sent.get_or_insert_with(|| sent_at(since, None, None));
    claim.entry.in_flight && wire::may_arrive(ports, id, kind, sent)
}

/// Paid, while a request to withdraw the link may still be on its way, or is being carried out: what becomes of the payment
/// is looked at until that can't be any more, soon at first. Nothing is sent.
async fn look_again(ports: &Ports, mut claim: Claim, link: Link) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    let soon = FIRST_LOOK.saturating_mul(1 << claim.entry.attempts.clamp(1, 6));
    let next_at = now.checked_add(soon.min(wire::ON_THE_WIRE)).unwrap_or(now);
    let fault = Fault::new(FaultKind::Maybe, Cause::Plain(Plain::PaidMeanwhile));
    claim.link = link;
    let outcome = Outcome::Uncertain { needs_decision: false, next_at };
    claim.release(ports, next_at, true, outcome, Some(fault)).await
}

/// Closes the entry.
async fn finish(ports: &Ports, mut claim: Claim, link: Link, end: CancelEnd) -> Result<Sent, LedgerError> {
    let Sent { link, outcome, fault } = Cancelling { link, end }.into_sent();
    claim.link = link;
    claim.settle(ports, outcome, fault).await
}

/// Another time.
async fn later(ports: &Ports, mut claim: Claim, link: Link, fault: Fault) -> Result<Sent, LedgerError> {
    claim.link = link;
    claim.give_back(ports, fault).await
}

/// Another time, and it may have been carried out.
async fn doubtful(ports: &Ports, mut claim: Claim, link: Link, fault: Fault) -> Result<Sent, LedgerError> {
    claim.entry.in_flight = true;
    later(ports, claim, link, fault).await
}
