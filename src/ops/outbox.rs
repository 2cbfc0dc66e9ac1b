//! The outbox: every link is made once, whatever happens on the way (contracts, 5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::patience::{Patience, Unreached};
use super::send::{self, Until};
use super::{backend_now, kept, on_ledger};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{DOUBTED, Fault, LedgerError, Made, OutboxEntry, OutboxKind, Overdue, Ports};

mod by_hand;
mod flush;
mod take_back;

pub use by_hand::{GivenUp, give_up, send_link_now};
pub(super) use flush::send_what_is_due;
pub use flush::{flush, flush_all, flush_by_hand, goes_by_hand};
pub use take_back::{draft_is_the_sale, take_back};

/// After the seller chose to wait, the backend is asked again after this long.
const ANOTHER_LOOK: Duration = Duration::from_secs(30);
/// What is due is not tried without a pause.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);

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
    /// It was not sent, and the seller decides whether it still should be ([`decide`]).
    Overdue(Overdue),
    /// It was withdrawn.
    Cancelled,
    /// It could not be withdrawn: there is money, or the backend said no.
    NotCancelled,
    /// The money was moved.
    Moved,
    /// The backend has accepted it and works on it: it's followed, never sent again.
    InProgress {
        /// When the backend is asked how far it is.
        next_at: Timestamp,
    },
    /// The payment isn't in a state for it (the link says which), or there is less money than that:
    /// nothing was sent.
    NotPossible,
}

impl Outcome {
    /// Whether the backend can have been asked for it. Without a fault the others come from the ledger alone.
    #[must_use]
    pub const fn was_asked(self) -> bool {
        !matches!(self, Self::Already | Self::Busy | Self::Overdue(_))
    }

    /// Whether the entry is closed: what waits behind it can go.
    pub(super) const fn closed(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::Adopted
                | Self::Already
                | Self::Refused
                | Self::Cancelled
                | Self::NotCancelled
                | Self::Moved
                | Self::NotPossible
        )
    }
}

/// What the seller decides about a link that was maybe sent, or was not sent in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Make it (anew), though the customer may get a second message. One whose time is over gets its time
    /// from now on, and one that was refused is tried once more, if nothing of it is with the customer.
    SendAgain,
    /// Make one that was refused all the same: the reason is seen to. One that isn't refused any more stays as it is.
    SendRefused,
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
    let made = Made::now(&*ports.clock, ports.gateway.clock_told());
    on_ledger(ports, move |ledger| ledger.insert_made(&link, &made, allow_duplicate)).await
}

/// Sends the link now, due or not. If it waits for the seller's decision it is not sent; when that is due,
/// the backend is asked whether it has turned up.
///
/// # Errors
/// The ledger's. If it fails after the request went out, the next try finds out first.
pub async fn send_now(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    ports.gateway.insist();
    let _room = ports.underway.room_by_hand().await;
    send_until(ports, id, Until::Done).await
}

/// Sends the link if we can sign in, for whoever looks at it again and again: where we can't, nothing is claimed, and
/// nobody is asked for a secret with every look.
///
/// # Errors
/// The ledger's. If it fails after the request went out, the next try finds out first.
pub async fn send_while_watched(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    if let Some(fault) = ports.gateway.sign_in().await.err().filter(flush::turned_away) {
        let standing = standing(ports, id, OutboxKind::Create).await?;
        return Ok(Sent { fault: Some(fault), ..standing });
    }
    let _room = ports.underway.room_by_hand().await;
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
    let patience = Patience::new(patience);
    let mut unreached = Unreached::default();
    loop {
        let sent = send_until(ports, id, Until::For(patience)).await?;
        let next_at = match sent.outcome {
            Outcome::Queued { next_at } | Outcome::Uncertain { needs_decision: false, next_at } => next_at,
            _ => return Ok(sent),
        };
        let gives_up = unreached.gives_up(sent.fault.as_ref());
        let wait = next_at.duration_since(ports.clock.now());
        let wait = Duration::try_from(wait).unwrap_or_default().max(SHORTEST_WAIT);
        // A try that can't end in time is not begun: what the last one said is the reason.
        let last_start = patience.left().saturating_sub(send::SHORTEST_TRY);
        if wait > last_start || gives_up {
            return Ok(sent);
        }
        sleep(wait).await;
    }
}

/// The seller's word that it is to be sent ([`Decision::SendAgain`]), from a command that waits at most
/// `patience`.
///
/// # Errors
/// The ledger's.
pub async fn send_again_patiently(
    ports: &Ports,
    id: LinkId,
    patience: Duration,
) -> Result<Sent, LedgerError> {
    send_again(ports, id, Until::For(Patience::new(patience))).await
}

async fn send_again(ports: &Ports, id: LinkId, until: Until) -> Result<Sent, LedgerError> {
    ports.gateway.insist();
    renew(ports, id).await?;
    reopen(ports, id, ports.clock.now(), false).await?;
    let _room = ports.underway.room_by_hand().await;
    send::attempt(ports, id, true, until).await
}

/// A link that was refused is sent once more at the seller's word, who has seen to the reason: a sign-in that was not taken,
/// say. Only where nothing of it may be with the customer. Whatever cuts this off, it is refused as before, or it waits as
/// one that is late does.
async fn send_refused(ports: &Ports, id: LinkId, until: Until) -> Result<Sent, LedgerError> {
    // What somebody else has taken up meanwhile may have been sent by them: that was no word to send it twice.
    if take_up(ports, id).await? {
        send_again(ports, id, until).await
    } else {
        standing(ports, id, OutboxKind::Create).await
    }
}

/// [`Decision::SendRefused`], from a command that waits at most `patience`.
///
/// # Errors
/// The ledger's; the reference is used by another link by now.
pub async fn send_refused_patiently(
    ports: &Ports,
    id: LinkId,
    patience: Duration,
) -> Result<Sent, LedgerError> {
    send_refused(ports, id, Until::For(Patience::new(patience))).await
}

/// Puts a refused link into the outbox. `false`: it is none that may be sent once more.
async fn take_up(ports: &Ports, id: LinkId) -> Result<bool, LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        let link = kept(ledger, id)?;
        let looked_for = entry_of(ledger, id, OutboxKind::Look)?.is_some();
        if link.can_be_sent_again(looked_for) {
            // A ledger that is older than what happened doesn't know whether it was sent since: then it's looked for first.
            let doubted = ledger.get(DOUBTED)?.is_some_and(|ids| ids.split(' ').any(|d| d == id.to_string()));
            let entry = OutboxEntry::new(id, OutboxKind::Create, now);
            let asks = OutboxEntry {
                needs_decision: true,
                overdue: Some(Overdue::Old),
                in_flight: doubted,
                handed_out: doubted,
                ..entry
            };
            return ledger.requeue_refused(&asks);
        }
        Ok(false)
    })
    .await
}

/// What a link lives whose seller gave it no time that is known: as long as where nobody says.
const USUAL_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A link whose time was over before it was sent gets as much time as the seller gave it, from now on. Durable
/// before it is sent, so that the next try knows it too.
async fn renew(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let link = on_ledger(ports, move |ledger| {
        let Some(entry) = entry_of(ledger, id, OutboxKind::Create)?.filter(|e| e.needs_decision) else {
            return Ok(None);
        };
        Ok(ledger.link(id)?.map(|link| (link, entry.made)))
    });
    let Some((link, made)) = link.await? else { return Ok(()) };
    let life = link.sale.expires_at.duration_since(link.created_at);
    // A moment that was named may have been over by the clock that the link was made by.
    let life = if life.is_positive() { life } else { USUAL_LIFE };
    let Ok(renewed) = backend_now(ports).checked_add(life) else { return Ok(()) };
    if send::overdue(ports, &link, &made) != Some(Overdue::Expired) {
        return Ok(());
    }
    on_ledger(ports, move |ledger| {
        ledger.amend(id, &mut |link| {
            link.expires_at = renewed;
            true
        })?;
        Ok(())
    })
    .await
}

/// The seller's decision about a link that was maybe sent.
///
/// # Errors
/// The ledger's.
pub async fn decide(ports: &Ports, id: LinkId, decision: Decision) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    match decision {
        Decision::Drop => return withdraw(ports, id).await,
        Decision::SendAgain => send_again(ports, id, Until::Done).await,
        Decision::SendRefused => send_refused(ports, id, Until::Done).await,
        Decision::Wait => {
            let next_at = now.checked_add(ANOTHER_LOOK).unwrap_or(now);
            // What is late and asks is looked for nowhere; to wait is no word to send it.
            let entry = on_ledger(ports, move |ledger| entry_of(ledger, id, OutboxKind::Create));
            if entry.await?.is_none_or(|e| e.overdue.is_none()) {
                reopen(ports, id, next_at, false).await?;
            }
            standing(ports, id, OutboxKind::Create).await
        }
    }
}

/// Changes an entry that waits for the seller: when the backend is asked again, and whether the question
/// stays. That something may have been sent stays in any case, and so does that the seller knows it is late.
pub(super) async fn reopen(
    ports: &Ports,
    id: LinkId,
    next_at: Timestamp,
    needs_decision: bool,
) -> Result<(), LedgerError> {
    let since = ports.clock.now();
    on_ledger(ports, move |ledger| {
        ledger.amend_entry(id, OutboxKind::Create, &mut |waits| {
            let entry = waits.filter(|e| e.needs_decision)?;
            // What asks because it is late was certainly not sent, unless it says so itself.
            let in_flight = entry.in_flight || entry.overdue.is_none();
            Some(OutboxEntry { needs_decision, in_flight, next_at, since, ..entry })
        })
    })
    .await
}

/// Drops a link that was never sent. If it was maybe sent, the backend is asked first, and a session
/// that is found is withdrawn there. If the backend can't be asked, or somebody is sending it just now, that it is to be
/// dropped waits in the outbox, and nothing is made any more that was not on its way.
///
/// # Errors
/// The ledger's.
pub async fn withdraw(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    ports.gateway.insist();
    send::withdraw(ports, id).await
}

/// The entry as it stands, for whoever only looks. What is changed is looked at and changed in one step, with
/// `Ledger::amend_entry`: else what somebody else does in between is lost.
pub(super) fn entry_of(
    ledger: &dyn crate::ports::Ledger,
    id: LinkId,
    kind: OutboxKind,
) -> Result<Option<OutboxEntry>, LedgerError> {
    ledger.entry(id, kind)
}

/// How the link stands when there was nothing to claim.
pub(super) async fn standing(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Sent, LedgerError> {
    on_ledger(ports, move |ledger| {
        let link = kept(ledger, id)?;
        let outcome = match (link.state, entry_of(ledger, id, kind)?) {
            (LinkState::Refused, _) => Outcome::Refused,
            (state, _) if kind == OutboxKind::Create && !state.in_outbox() => Outcome::Already,
            (_, Some(OutboxEntry { needs_decision: true, overdue: Some(why), .. })) => Outcome::Overdue(why),
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
