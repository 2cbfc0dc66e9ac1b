//! The session that was lost. Where a message may have gone out, its answer was lost, the backend did not
//! know of it and the seller had the link made anew, the customer may hold two links. The lost one is looked
//! for until its time is over: found unpaid it is withdrawn, found paid it raises an alarm.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::outbox::{Outcome, Sent, entry_of};
use super::send::{self, Claim};
use super::{backend_now, cancel, kept, on_ledger};
use crate::domain::lifecycle::{SessionNews, TransactionNews, TransactionStatus};
use crate::domain::link::{Alarm, Link, LinkId};
use crate::ports::{Fault, LedgerError, OutboxEntry, OutboxKind, Ports};

/// The first look, after the link was made anew.
const FIRST: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause between two looks.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// While the lost session is being paid it is looked at this often.
const PAYING: Duration = Duration::from_secs(15);
/// So long after its time it can't be paid any more.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_mins(15);

/// Writes down that a session of this link may be somewhere, and is to be looked for.
pub(super) async fn remember(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        let next_at = now.checked_add(FIRST).unwrap_or(now);
        ledger.enqueue(&OutboxEntry { next_at, ..OutboxEntry::new(id, OutboxKind::Look, now) })
    })
    .await
}

/// Looks at once, if something is looked for: the link was paid just now.
pub(super) async fn look_soon(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| match entry_of(ledger, id, OutboxKind::Look)? {
        Some(entry) => ledger.enqueue(&OutboxEntry { next_at: now, since: now, ..entry }),
        None => Ok(()),
    })
    .await
}

/// What a look brought.
enum Seen {
    /// It is closed, or it was paid and the alarm is raised: nothing is left to be done.
    Dealt(Option<Alarm>),
    /// It isn't there (yet), or can't be closed now.
    Again(SignedDuration),
    /// The backend couldn't be asked.
    NoAnswer(Fault),
}

/// One look. `None`: somebody else looks.
pub(super) async fn look(ports: &Ports, id: LinkId) -> Result<Option<Sent>, LedgerError> {
    let Some(claim) = send::claim(ports, id, OutboxKind::Look).await? else { return Ok(None) };
    let sent = match see(ports, &claim.link).await {
        Seen::Dealt(alarm) => {
            if let Some(alarm) = alarm {
                raise(ports, id, alarm).await?;
                if alarm == Alarm::PaidElsewhere {
                    // The sale is paid: the customer must not be able to pay it again.
                    cancel::journal(ports, id, false).await?;
                }
            }
            settle(ports, claim).await?
        }
        Seen::Again(pause) => {
            let over = claim.link.expires_at.checked_add(AFTER_EXPIRY).unwrap_or(Timestamp::MAX);
            if backend_now(ports) > over {
                settle(ports, claim).await?
            } else {
                let now = ports.clock.now();
                let next_at = now.checked_add(pause).unwrap_or(now);
                let outcome = Outcome::InProgress { next_at };
                claim.release(ports, next_at, false, outcome, None).await?
            }
        }
        Seen::NoAnswer(fault) => claim.give_back(ports, fault).await?,
    };
    Ok(Some(sent))
}

/// Closes the entry. The link is as the ledger has it: somebody may have followed it meanwhile.
async fn settle(ports: &Ports, mut claim: Claim) -> Result<Sent, LedgerError> {
    let id = claim.link.id;
    claim.link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    claim.settle(ports, Outcome::Already, None).await
}

async fn raise(ports: &Ports, id: LinkId, alarm: Alarm) -> Result<(), LedgerError> {
    let now = backend_now(ports);
    on_ledger(ports, move |ledger| ledger.amend(id, &mut |link| link.raise(alarm, now)).map(|_| ())).await
}

async fn see(ports: &Ports, link: &Link) -> Seen {
    let now = backend_now(ports);
    let waited = now.duration_since(link.created_at) / 2;
    let later = Seen::Again(waited.clamp(FIRST, LONGEST));
    match ports.gateway.find_sessions(link.sale.reference.as_str()).await {
        Ok(sessions) => {
            let lost = |s: &&SessionNews| {
                s.paylink_id.as_deref().and_then(LinkId::parse) == Some(link.id)
                    && link.session_id.as_ref() != Some(&s.id)
            };
            let mut seen = None;
            for session in sessions.iter().filter(lost) {
                match close(ports, link, session).await {
                    Seen::Dealt(None) if seen.is_some() => {}
                    other => seen = Some(other),
                }
                if !matches!(seen, Some(Seen::Dealt(None))) {
                    break;
                }
            }
            seen.unwrap_or(later)
        }
        // A backend that can't list sessions may still tell its payments.
        Err(fault) if fault.kind.is_no() => {
            match ports.gateway.search_transactions(link.sale.reference.as_str()).await {
                Ok(all) if all.iter().any(|t| of_lost(link, t)) => Seen::Dealt(Some(alarm(link))),
                Ok(_) => later,
                Err(fault) if fault.kind.is_no() => later,
                Err(fault) => Seen::NoAnswer(fault),
            }
        }
        Err(fault) => Seen::NoAnswer(fault),
    }
}

/// Whether it's a payment of the lost session: for the same order, after it was asked for, by a session that is
/// not the link's.
fn of_lost(link: &Link, transaction: &TransactionNews) -> bool {
    let same_order = transaction.merchant_reference.as_deref() == Some(link.sale.reference.as_str());
    let other = transaction.session_id.as_ref().is_some_and(|s| link.session_id.as_ref() != Some(s));
    // A reference may be used again once its first payment was paid back.
    let slack = SignedDuration::from_mins(5);
    let since =
        transaction.created_at.is_none_or(|at| at.checked_add(slack).is_ok_and(|at| at >= link.created_at));
    same_order && other && since && pays(transaction)
}

/// Withdraws a lost session that was found, unless it is paid.
async fn close(ports: &Ports, link: &Link, session: &SessionNews) -> Seen {
    if let Some(id) = &session.transaction_id {
        match ports.gateway.transaction(id).await {
            Ok(transaction) if pays(&transaction) => return Seen::Dealt(Some(alarm(link))),
            Ok(transaction) if underway(&transaction) => {
                return Seen::Again(SignedDuration::try_from(PAYING).unwrap_or_default());
            }
            // Without money it can be closed.
            Ok(_) => {}
            Err(fault) => return Seen::NoAnswer(fault),
        }
    }
    if session.cancelled_at.is_some() {
        return Seen::Dealt(None);
    }
    match ports.gateway.cancel(&session.id).await {
        // See that it's closed at the next look.
        Ok(_) => Seen::Again(FIRST),
        Err(fault) if fault.kind.is_no() => Seen::Again(FIRST),
        Err(fault) => Seen::NoAnswer(fault),
    }
}

/// What the seller is told: paid twice, or paid by the link that was lost.
const fn alarm(link: &Link) -> Alarm {
    if link.state.has_money() { Alarm::DoublePayment } else { Alarm::PaidElsewhere }
}

/// Money is held or taken.
const fn pays(transaction: &TransactionNews) -> bool {
    matches!(
        transaction.status,
        TransactionStatus::Authorized
            | TransactionStatus::PartiallyCaptured
            | TransactionStatus::Captured
            | TransactionStatus::PartiallyRefunded
            | TransactionStatus::PartiallyCapturedRefunded
    )
}

/// It may still become a payment.
const fn underway(transaction: &TransactionNews) -> bool {
    matches!(
        transaction.status,
        TransactionStatus::Initiated | TransactionStatus::OnHold | TransactionStatus::Other(_)
    )
}
