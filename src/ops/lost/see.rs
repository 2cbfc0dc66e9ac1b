//! One look at what was lost: how each session of it stands. Those that nobody pays are withdrawn.

use jiff::{SignedDuration, Timestamp};

use super::{CHECKED_BY_HAND, FIRST, LONGEST, LONGEST_PAYING, PAYING};
use crate::domain::lifecycle::{SessionNews, TransactionNews, TransactionStatus, UNTIL_GIVEN_UP};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ops::claim::Claim;
use crate::ops::{backend_now, since};
use crate::ports::{Fault, FaultKind, Ports, Searched};

/// How it stands with what was lost.
pub(super) struct Stands {
    /// The lost sessions that hold money.
    pub(super) paid: Vec<Paid>,
    /// When to look again.
    pub(super) pause: SignedDuration,
    /// When the last of the sessions can't be paid any more.
    pub(super) ends: Timestamp,
    /// Until when looking goes on at least, because something is being paid.
    pub(super) until: Option<Timestamp>,
    /// A payment is being checked by hand, and may come to something however long that takes.
    pub(super) checked: bool,
    /// Something could not be read: the rest is true all the same. One that is a no only where all of them are.
    pub(super) fault: Option<Fault>,
}

impl Stands {
    fn paying(&mut self, paying: Paying) {
        self.pause = self.pause.min(paying.pause);
        self.until = self.until.max(Some(paying.until));
        self.checked |= paying.checked;
    }

    /// One thing could not be read. Whether the others can be asked about: it says nothing of the connection, and nobody
    /// is to be left alone.
    fn failed(&mut self, fault: Fault) -> bool {
        let goes_on = fault.kind.is_no() || fault.kind == FaultKind::Maybe;
        if self.fault.as_ref().is_none_or(|before| before.kind.is_no() && !fault.kind.is_no()) {
            self.fault = Some(fault);
        }
        goes_on
    }
}

/// A lost session that holds money.
pub(super) struct Paid {
    pub(super) session: SessionNews,
    pub(super) transaction: TransactionNews,
    /// It is certainly this link's. Else a payment under the reference that may be its own.
    pub(super) sure: bool,
}

impl Paid {
    /// What a payment tells, where sessions can't be listed. `None`: it is another link's.
    async fn by_payment(
        ports: &Ports,
        link: &Link,
        transaction: TransactionNews,
    ) -> Result<Option<Self>, Fault> {
        let Some(id) = transaction.session_id.clone() else { return Ok(None) };
        let session = match ports.gateway.session(&id).await {
            Ok(session) => session,
            Err(fault) if fault.kind.is_no() => SessionNews { id, ..SessionNews::default() },
            Err(fault) => return Err(fault),
        };
        let whose = session.paylink_id.as_deref().and_then(LinkId::parse);
        let ours = whose.is_none_or(|id| id == link.id);
        Ok(ours.then_some(Self { session, transaction, sure: whose.is_some() }))
    }
}

/// A payment of a lost session that may still come to something.
pub(super) struct Paying {
    pause: SignedDuration,
    until: Timestamp,
    checked: bool,
}

impl Paying {
    /// Of a session that can be paid until it `ends`.
    fn of(ports: &Ports, link: &Link, ends: Timestamp, transaction: &TransactionNews) -> Self {
        let stands_since = transaction.updated_at.or(transaction.created_at).unwrap_or(link.created_at);
        let pause = backend_now(ports).duration_since(stands_since) / 8;
        // Whoever is in the middle of paying has some time to end it; who has left is not waited for.
        let checked = transaction.status != TransactionStatus::Initiated;
        let may_take = if checked { CHECKED_BY_HAND } else { UNTIL_GIVEN_UP };
        let until = after(ends, may_take);
        Self { pause: pause.clamp(PAYING, LONGEST_PAYING), until, checked }
    }
}

pub(super) fn after(moment: Timestamp, time: SignedDuration) -> Timestamp {
    moment.checked_add(time).unwrap_or(Timestamp::MAX)
}

/// Asks how each of them stands. One that can't be read hides no other.
pub(super) async fn see(ports: &Ports, claim: &Claim, others: &[String]) -> Stands {
    let (link, first_sent) = (&claim.link, claim.entry.first_sent);
    let pause = (looked_for(ports, claim) / 2).clamp(FIRST, LONGEST);
    let ends = link.expires_at;
    let mut stands = Stands { paid: Vec::new(), pause, until: None, ends, checked: false, fault: None };
    let Some(mut sessions) = found(ports, link, first_sent, others, &mut stands).await else { return stands };
    let ours = link.session_id.as_ref();
    // Those whose ids are known need no search.
    for id in &claim.entry.lost {
        if ours == Some(id) || sessions.iter().any(|s| s.id == *id) {
            continue;
        }
        match ports.gateway.session(id).await {
            Ok(session) => sessions.push(session),
            Err(fault) if fault.kind.is_no() => {}
            Err(fault) if stands.failed(fault.clone()) => {}
            Err(_) => break,
        }
    }
    // Nobody knows yet which of those that are found now will be the link's: whoever sends it finds out.
    let sent = matches!(link.state, LinkState::Creating | LinkState::Uncertain);
    let in_doubt = ours.is_none() && sent;
    for session in sessions.into_iter().filter(|s| !in_doubt || claim.entry.lost.contains(&s.id)) {
        if !closed_for_good(&session) {
            stands.ends = stands.ends.max(self::ends(link, &session));
        }
        match close(ports, link, &session).await {
            Ok(Closed::Paid(transaction)) => {
                stands.paid.push(Paid { session, transaction: *transaction, sure: true });
            }
            Ok(Closed::Done) => {}
            Ok(Closed::Paying(paying)) => stands.paying(paying),
            Ok(Closed::NotYet(pause)) => stands.pause = stands.pause.min(pause),
            Err(fault) => {
                if !stands.failed(fault) {
                    break;
                }
            }
        }
    }
    stands
}

/// How long something is looked for. Where that can't be told (an earlier version has written it down, or the machine was
/// started anew): how long ago it was sent or made.
fn looked_for(ports: &Ports, claim: &Claim) -> SignedDuration {
    match claim.entry.made.ago(&*ports.clock, ports.gateway.clock_told()) {
        Some(ago) => SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX),
        None => {
            let begun = claim.entry.first_sent.unwrap_or(claim.link.created_at);
            backend_now(ports).duration_since(begun)
        }
    }
}

/// The sessions of the link that a search finds, besides its own. Where they can't be listed its payments are looked
/// through instead, into `stands`. `None`: nobody can be asked now.
async fn found(
    ports: &Ports,
    link: &Link,
    first_sent: Option<Timestamp>,
    others: &[String],
    stands: &mut Stands,
) -> Option<Vec<SessionNews>> {
    let reference = link.sale.reference.as_str();
    let fault = match ports.gateway.find_sessions(reference, since::searched(ports, link, first_sent)).await {
        // Where not all could be read it may be among the others: looking goes on anyway.
        Ok(Searched { sessions, .. }) => {
            let of_link = |s: &SessionNews| s.paylink_id.as_deref().and_then(LinkId::parse) == Some(link.id);
            let lost = |s: &SessionNews| of_link(s) && link.session_id.as_ref() != Some(&s.id);
            return Some(sessions.into_iter().filter(lost).collect());
        }
        Err(fault) => fault,
    };
    if !fault.kind.is_no() {
        return stands.failed(fault).then(Vec::new);
    }
    // A backend that can't list sessions may still tell its payments.
    let all = match ports.gateway.search_transactions(reference).await {
        Ok(all) => all,
        Err(fault) if fault.kind.is_no() => return Some(Vec::new()),
        Err(fault) => return stands.failed(fault).then(Vec::new),
    };
    let begun = since::paid(ports, link, first_sent);
    for payment in all.into_iter().filter(|t| of_lost(link, begun, others, t)) {
        if payment.status.holds_money() {
            match Paid::by_payment(ports, link, payment).await {
                Ok(paid) => stands.paid.extend(paid),
                Err(fault) => {
                    if !stands.failed(fault) {
                        return None;
                    }
                }
            }
        } else if payment.status.underway() {
            stands.paying(Paying::of(ports, link, link.expires_at, &payment));
        }
    }
    Some(Vec::new())
}

/// Whether it's a payment of the lost session: for the same order, `begun` after it was asked for (by the backend's
/// clock: a reference may be used again once its first payment was paid back), by a session that is not the link's.
fn of_lost(link: &Link, begun: Option<Timestamp>, others: &[String], transaction: &TransactionNews) -> bool {
    let same_order = transaction.merchant_reference.as_deref() == Some(link.sale.reference.as_str());
    let lost = |s: &String| link.session_id.as_ref() != Some(s) && !others.contains(s);
    let other = transaction.session_id.as_ref().is_some_and(lost);
    // Where a time isn't known, no payment is hidden.
    let after = transaction.created_at.zip(begun).is_none_or(|(at, begun)| at >= begun);
    same_order && other && after
}

/// How a lost session stands.
pub(super) enum Closed {
    /// It holds money.
    Paid(Box<TransactionNews>),
    /// It is closed and nothing was paid.
    Done,
    /// It is being paid.
    Paying(Paying),
    /// It is being closed.
    NotYet(SignedDuration),
}

/// Until when a session can be paid: one that was sent again later lives longer than the first.
fn ends(link: &Link, session: &SessionNews) -> Timestamp {
    session.expires_at.unwrap_or(link.expires_at)
}

const fn closed_for_good(session: &SessionNews) -> bool {
    session.cancelled_at.is_some()
}

/// Withdraws a lost session that was found, unless it is paid or being paid.
pub(super) async fn close(ports: &Ports, link: &Link, session: &SessionNews) -> Result<Closed, Fault> {
    if let Some(id) = &session.transaction_id {
        let transaction = ports.gateway.transaction(id).await?;
        if transaction.status.holds_money() {
            return Ok(Closed::Paid(Box::new(transaction)));
        }
        if transaction.status.underway() {
            return Ok(Closed::Paying(Paying::of(ports, link, ends(link, session), &transaction)));
        }
    }
    if closed_for_good(session) || backend_now(ports) > ends(link, session) {
        return Ok(Closed::Done);
    }
    match ports.gateway.cancel(&session.id).await {
        // See that it's closed at the next look.
        Ok(_) => Ok(Closed::NotYet(FIRST)),
        Err(fault) if fault.kind.is_no() => Ok(Closed::NotYet(PAYING)),
        Err(fault) => Err(fault),
    }
}
