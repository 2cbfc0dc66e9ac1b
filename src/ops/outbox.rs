//! The outbox: every link is made once, whatever happens on the way (contracts, 5).

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;

use super::send::{self, Until};
use super::{cancel, kept, on_ledger};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{Fault, FaultKind, LedgerError, OutboxEntry, OutboxKind, Ports};

/// How many requests of the outbox are on their way at a time.
const AT_ONCE: usize = 4;
/// After the seller chose to wait, the backend is asked again after this long.
const ANOTHER_LOOK: Duration = Duration::from_secs(30);
/// So often a command tries again where there is no connection at all, before it leaves the rest to
/// the outbox.
const NO_CONNECTION_TRIES: u32 = 3;

/// How trying to send a link ended, with the link as it's kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The link.
    pub link: Link,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong, if anything did. Fit to be shown.
    pub fault: Option<Fault>,
}

/// How trying to send a request of the outbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The link was made.
    Created,
    /// It had been made by a request whose answer was lost, and was found.
    Adopted,
    /// It was at the backend, or had ended, before this call: nothing was to be done.
    Already,
    /// Another process, or another part of this one, is sending it.
    Busy,
    /// Certainly not sent. It's tried again by itself, not before `next_at`.
    Queued {
        /// When it is due.
        next_at: Timestamp,
    },
    /// Certainly not sent, because we're not signed in or the account may not do this; somebody has to
    /// see to that. Tried again now and then.
    NotAllowed {
        /// When it is due.
        next_at: Timestamp,
    },
    /// The backend said no, for good; the link's `reason` says why.
    Refused,
    /// Maybe sent.
    Uncertain {
        /// `true`: the seller decides ([`decide`]). `false`: being found out by itself.
        needs_decision: bool,
        /// When the backend is asked again by itself.
        next_at: Timestamp,
    },
    /// Its time to be paid was over before it could be sent: it was not sent.
    Expired,
    /// It was withdrawn.
    Cancelled,
    /// It could not be withdrawn: there is money, or the backend said no.
    NotCancelled,
}

/// What the seller decides about a link that was maybe sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Make it anew, though the customer may get a second message.
    SendAgain,
    /// Ask the backend again in a while.
    Wait,
    /// Give it up.
    Drop,
}

/// Keeps a new link and its outbox entry durably; nothing is sent yet.
///
/// # Errors
/// The reference is used, or the ledger's.
pub async fn keep(ports: &Ports, link: Link, allow_duplicate: bool) -> Result<(), LedgerError> {
    on_ledger(ports, move |ledger| ledger.insert(&link, allow_duplicate)).await
}

/// Sends the link now, due or not. If it waits for the seller's decision it is not sent; when that is due,
/// the backend is asked whether it has turned up.
///
/// # Errors
/// The ledger's. If it fails after the request went out, the next try finds out first.
pub async fn send_now(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    send_until(ports, id, Until::Done).await
}

async fn send_until(ports: &Ports, id: LinkId, until: Until) -> Result<Sent, LedgerError> {
    let sent = send::attempt(ports, id, false, until).await?;
    match sent.outcome {
        Outcome::Uncertain { needs_decision: true, next_at } if next_at <= ports.clock.now() => {
            Ok(send::peek(ports, id).await?.unwrap_or(sent))
        }
        _ => Ok(sent),
    }
}

/// Sends the link, and tries again when it's due, for at most `patience`: what a command does that has
/// the seller waiting. Where there is no connection at all it gives up sooner.
///
/// # Errors
/// The ledger's.
pub async fn send_patiently(ports: &Ports, id: LinkId, patience: Duration) -> Result<Sent, LedgerError> {
    let started = ports.clock.now();
    let until = started.checked_add(patience).unwrap_or(started);
    let mut without_connection = 0;
    loop {
        let sent = send_until(ports, id, Until::Then(until)).await?;
        let next_at = match sent.outcome {
            Outcome::Queued { next_at } | Outcome::Uncertain { needs_decision: false, next_at } => next_at,
            _ => return Ok(sent),
        };
        if sent.fault.as_ref().is_some_and(no_connection) {
            without_connection += 1;
        }
        let now = ports.clock.now();
        // A try that can't end in time is not begun: what the last one said is the reason.
        let last_start = until.checked_sub(send::SHORTEST_TRY).unwrap_or(until);
        if next_at.max(now) > last_start || without_connection >= NO_CONNECTION_TRIES {
            return Ok(sent);
        }
        let wait = next_at.duration_since(now).max(jiff::SignedDuration::from_millis(50));
        tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
    }
}

/// The seller's word that the first request is to be taken as lost ([`Decision::SendAgain`]), from a command that
/// waits at most `patience`.
///
/// # Errors
/// The ledger's.
pub async fn send_again_patiently(
    ports: &Ports,
    id: LinkId,
    patience: Duration,
) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    reopen(ports, id, now, false).await?;
    send::attempt(ports, id, true, Until::Then(now.checked_add(patience).unwrap_or(now))).await
}

/// Sends everything in the outbox that is due at `now`. Without a connection the first failure is
/// enough: what is left is put off as well. What waits for the seller's decision is only looked for, and
/// is in the answer only if it was found.
///
/// # Errors
/// The ledger's.
pub async fn flush(
    ports: &Ports,
    account_id: &str,
    now: Timestamp,
) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    let account = account_id.to_owned();
    let entries = on_ledger(ports, move |ledger| ledger.outbox(&account)).await?;
    let mut due = entries.into_iter().filter(|e| e.next_at <= now);
    let mut running = FuturesUnordered::new();
    let mut done = Vec::new();
    let mut down: Option<Fault> = None;
    loop {
        while running.len() < AT_ONCE
            && let Some(entry) = due.next()
        {
            let (ports, offline) = (ports.clone(), down.clone());
            running.push(async move {
                let sent = match (entry.kind, offline) {
                    _ if entry.needs_decision => send::peek(&ports, entry.link).await,
                    (kind, Some(fault)) => put_off(&ports, entry.link, kind, fault).await.map(Some),
                    (OutboxKind::Create, None) => send_now(&ports, entry.link).await.map(Some),
                    (OutboxKind::Cancel, None) => cancel::send(&ports, entry.link).await.map(Some),
                };
                (entry.link, sent)
            });
            // The first one alone, to learn whether there is a connection.
            if done.is_empty() {
                break;
            }
        }
        let Some((id, sent)) = running.next().await else { return Ok(done) };
        let Some(sent) = sent? else { continue };
        if let Some(fault) = sent.fault.as_ref().filter(|f| no_connection(f)) {
            down = Some(fault.clone());
        }
        done.push((id, sent));
    }
}

/// Whether there was no connection to the backend at all.
fn no_connection(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotSent && fault.status.is_none()
}

/// Gives an entry back untried, because a moment ago there was no connection.
async fn put_off(ports: &Ports, id: LinkId, kind: OutboxKind, fault: Fault) -> Result<Sent, LedgerError> {
    match send::claim(ports, id, kind).await? {
        Some(claim) => claim.give_back(ports, fault).await,
        None => standing(ports, id, kind).await,
    }
}

/// The seller's decision about a link that was maybe sent.
///
/// # Errors
/// The ledger's.
pub async fn decide(ports: &Ports, id: LinkId, decision: Decision) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    match decision {
        Decision::Drop => return withdraw(ports, id).await,
        Decision::SendAgain => {
            reopen(ports, id, now, false).await?;
            send::attempt(ports, id, true, Until::Done).await
        }
        Decision::Wait => {
            let next_at = now.checked_add(ANOTHER_LOOK).unwrap_or(now);
            reopen(ports, id, next_at, false).await?;
            standing(ports, id, OutboxKind::Create).await
        }
    }
}

/// Changes an entry that waits for the seller: when the backend is asked again, and whether the question
/// stays. That something may have been sent stays in any case.
pub(super) async fn reopen(
    ports: &Ports,
    id: LinkId,
    next_at: Timestamp,
    needs_decision: bool,
) -> Result<(), LedgerError> {
    on_ledger(ports, move |ledger| {
        let Some(entry) = entry_of(ledger, id, OutboxKind::Create)?.filter(|e| e.needs_decision) else {
            return Ok(());
        };
        ledger.enqueue(&OutboxEntry { needs_decision, in_flight: true, next_at, ..entry })
    })
    .await
}

/// Drops a link that was never sent. If it was maybe sent, the backend is asked first, and a session
/// that is found is withdrawn there; if the backend can't be asked, nothing changes.
///
/// # Errors
/// The ledger's.
pub async fn withdraw(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    reopen(ports, id, now, false).await?;
    send::withdraw(ports, id).await
}

fn entry_of(
    ledger: &dyn crate::ports::Ledger,
    id: LinkId,
    kind: OutboxKind,
) -> Result<Option<OutboxEntry>, LedgerError> {
    let link = kept(ledger, id)?;
    Ok(ledger.outbox(&link.account_id)?.into_iter().find(|e| e.link == id && e.kind == kind))
}

/// How the link stands when there was nothing to claim.
pub(super) async fn standing(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Sent, LedgerError> {
    on_ledger(ports, move |ledger| {
        let link = kept(ledger, id)?;
        let outcome = match (link.state, entry_of(ledger, id, kind)?) {
            (LinkState::Refused, _) => Outcome::Refused,
            (state, _) if kind == OutboxKind::Create && !state.in_outbox() => Outcome::Already,
            (_, Some(entry)) if entry.needs_decision || link.state == LinkState::Uncertain => {
                Outcome::Uncertain { needs_decision: entry.needs_decision, next_at: entry.next_at }
            }
            (_, Some(_)) => Outcome::Busy,
            (_, None) => Outcome::Already,
        };
        Ok(Sent { link, outcome, fault: None })
    })
    .await
}
