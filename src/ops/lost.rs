//! The session that was lost. Where a message may have gone out, its answer was lost, the backend did not
//! know of it and the seller had the link made anew, the customer may hold two links. The lost one is looked
//! for until its time is over: found unpaid it is withdrawn, found paid it raises an alarm.

use jiff::{SignedDuration, Timestamp};

use super::claim::claim;
use super::outbox::{Outcome, Sent};
use super::{backend_now, cancel, on_ledger};
use crate::domain::lifecycle::{SessionNews, TransactionNews};
use crate::domain::link::{Alarm, Link, LinkId};
use crate::ports::{Fault, LedgerError, OutboxEntry, OutboxKind, Ports, Searched};

/// The first look, after the link was made anew.
const FIRST: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause between two looks.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// While the lost session is being paid it is looked at this often.
const PAYING: SignedDuration = SignedDuration::from_secs(15);
/// So long after its time it can't be paid any more.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_mins(15);

/// Writes down that a session of this link may be somewhere, and is to be looked for: one that was first sent then, by
/// the backend's clock, if that is known.
pub(super) async fn remember(
    ports: &Ports,
    id: LinkId,
    first_sent: Option<Timestamp>,
) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        let next_at = now.checked_add(FIRST).unwrap_or(now);
        let look = OutboxEntry::new(id, OutboxKind::Look, now);
        ledger.enqueue(&OutboxEntry { next_at, first_sent, ..look })
    })
    .await
}

/// Looks at once, if something is looked for: the link was paid just now.
pub(super) async fn look_soon(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        ledger.amend_entry(id, OutboxKind::Look, &mut |waits| {
            waits.map(|entry| OutboxEntry { next_at: now, since: now, ..entry })
        })
    })
    .await
}

/// What a look brought.
enum Seen {
    /// What the seller must know, if anything, and when to look again.
    Something(Option<Alarm>, SignedDuration),
    /// The backend couldn't be asked.
    NoAnswer(Fault),
}

/// One look. `None`: somebody else looks. Nobody knows how many sessions were lost, so looking goes on until
/// the link's time is over.
pub(super) async fn look(ports: &Ports, id: LinkId) -> Result<Option<Sent>, LedgerError> {
    let Some(claim) = claim(ports, id, OutboxKind::Look).await? else { return Ok(None) };
    let others = sessions_of_others(ports, &claim.link).await?;
    let (alarm, pause) = match see(ports, &claim.link, claim.entry.first_sent, &others).await {
        Seen::Something(alarm, pause) => (alarm, pause),
        Seen::NoAnswer(fault) => return claim.give_back(ports, fault).await.map(Some),
    };
    if let Some(alarm) = alarm {
        raise(ports, id, alarm).await?;
        if alarm == Alarm::PaidElsewhere && claim.link.state.payable() {
            // The sale is paid: the customer must not be able to pay it again.
            cancel::journal(ports, id, false).await?;
        }
    }
    let over = claim.link.expires_at.checked_add(AFTER_EXPIRY).unwrap_or(Timestamp::MAX);
    if backend_now(ports) > over {
        return claim.settle(ports, Outcome::Already, None).await.map(Some);
    }
    let now = ports.clock.now();
    let next_at = now.checked_add(pause).unwrap_or(now);
    claim.release(ports, next_at, false, Outcome::InProgress { next_at }, None).await.map(Some)
}

async fn raise(ports: &Ports, id: LinkId, alarm: Alarm) -> Result<(), LedgerError> {
    let now = backend_now(ports);
    on_ledger(ports, move |ledger| ledger.amend(id, &mut |link| link.raise(alarm, now)).map(|_| ())).await
}

/// The sessions of the other links with this reference: a seller may use it for more than one sale, and their payments
/// are not the lost one's.
async fn sessions_of_others(ports: &Ports, link: &Link) -> Result<Vec<String>, LedgerError> {
    let (id, account, reference) = (link.id, link.account_id.clone(), link.sale.reference.clone());
    on_ledger(ports, move |ledger| {
        let named = ledger.find(&account, reference.as_str())?;
        Ok(named.into_iter().filter(|row| row.id != id).filter_map(|row| row.session_id).collect())
    })
    .await
}

async fn see(ports: &Ports, link: &Link, first_sent: Option<Timestamp>, others: &[String]) -> Seen {
    let waited = backend_now(ports).duration_since(link.created_at) / 2;
    let later = waited.clamp(FIRST, LONGEST);
    let reference = link.sale.reference.as_str();
    // Our own clock may have been ahead when the link was made.
    let since = first_sent.map_or(link.created_at, |sent| sent.min(link.created_at));
    match ports.gateway.find_sessions(reference, since).await {
        // Where not all could be read it may be among the others: looking goes on anyway.
        Ok(Searched { sessions, .. }) => {
            let lost = |s: &&SessionNews| {
                s.paylink_id.as_deref().and_then(LinkId::parse) == Some(link.id)
                    && link.session_id.as_ref() != Some(&s.id)
            };
            let (mut told, mut soonest) = (None, later);
            for session in sessions.iter().filter(lost) {
                match close(ports, link, session).await {
                    Ok(Closed::Paid) => told = Some(alarm(link)),
                    Ok(Closed::Done) => {}
                    Ok(Closed::NotYet(pause)) => soonest = soonest.min(pause),
                    Err(fault) => return Seen::NoAnswer(fault),
                }
            }
            Seen::Something(told, soonest)
        }
        // A backend that can't list sessions may still tell its payments.
        Err(fault) if fault.kind.is_no() => match ports.gateway.search_transactions(reference).await {
            Ok(all) => {
                let told = all.iter().any(|t| of_lost(link, first_sent, others, t)).then(|| alarm(link));
                Seen::Something(told, later)
            }
            Err(fault) if fault.kind.is_no() => Seen::Something(None, later),
            Err(fault) => Seen::NoAnswer(fault),
        },
        Err(fault) => Seen::NoAnswer(fault),
    }
}

/// Whether it's a payment of the lost session: for the same order, after it was asked for, by a session that is
/// not the link's.
fn of_lost(
    link: &Link,
    first_sent: Option<Timestamp>,
    others: &[String],
    transaction: &TransactionNews,
) -> bool {
    let same_order = transaction.merchant_reference.as_deref() == Some(link.sale.reference.as_str());
    let lost = |s: &String| link.session_id.as_ref() != Some(s) && !others.contains(s);
    let other = transaction.session_id.as_ref().is_some_and(lost);
    // A reference may be used again once its first payment was paid back. Both times are the backend's: one that this
    // machine's clock told could hide a payment. Where it isn't known when it went out, none is hidden.
    let slack = SignedDuration::from_mins(5);
    let times = transaction.created_at.zip(first_sent);
    let since = times.is_none_or(|(at, sent)| at.checked_add(slack).is_ok_and(|at| at >= sent));
    same_order && other && since && transaction.status.holds_money()
}

/// How a lost session stands.
enum Closed {
    /// It holds money.
    Paid,
    /// It is closed and nothing was paid.
    Done,
    /// It is being closed, or being paid.
    NotYet(SignedDuration),
}

/// Withdraws a lost session that was found, unless it is paid or being paid.
async fn close(ports: &Ports, link: &Link, session: &SessionNews) -> Result<Closed, Fault> {
    if let Some(id) = &session.transaction_id {
        let transaction = ports.gateway.transaction(id).await?;
        if transaction.status.holds_money() {
            return Ok(Closed::Paid);
        }
        if transaction.status.underway() {
            return Ok(Closed::NotYet(PAYING));
        }
    }
    if session.cancelled_at.is_some() || backend_now(ports) > link.expires_at {
        return Ok(Closed::Done);
    }
    match ports.gateway.cancel(&session.id).await {
        // See that it's closed at the next look.
        Ok(_) => Ok(Closed::NotYet(FIRST)),
        Err(fault) if fault.kind.is_no() => Ok(Closed::NotYet(PAYING)),
        Err(fault) => Err(fault),
    }
}

/// What the seller is told: paid twice, or paid by the link that was lost.
const fn alarm(link: &Link) -> Alarm {
    if link.state.has_money() { Alarm::DoublePayment } else { Alarm::PaidElsewhere }
}
