//! A link that waits to be made is given up. If it was maybe made the backend is asked first, and a session that is found
//! is withdrawn there.

use super::seek::{Look, look};
use super::{Until, adopt, may_have_reached, stay_uncertain};
use crate::domain::link::{EventKind, LinkId, LinkState};
use crate::ops::cancel::{Cancelling, at_backend, word};
use crate::ops::claim::{Claim, claim_to_drop};
use crate::ops::outbox::{Outcome, Sent, entry_of, standing};
use crate::ops::{double, lost, on_ledger, set_state};
use crate::ports::{LedgerError, OutboxEntry, OutboxKind, Ports};

/// See [`crate::ops::outbox::withdraw`].
pub(in crate::ops) async fn withdraw(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    let sent = give_up(ports, id, Until::Done).await?;
    if !sent.outcome.closed() {
        // Somebody else is at it.
        word::keep(ports, id).await?;
    }
    if sent.link.session_id.is_some() && sent.link.state != LinkState::Refused {
        return at_backend(ports, id).await.map(Cancelling::into_sent);
    }
    Ok(sent)
}

/// Takes it out of the outbox, if it is certain that nothing of it was sent and nobody is at it. Else nothing changes, nobody
/// is asked, no word is kept that would be carried out later, and how it stands is the answer.
pub(in crate::ops) async fn take_out(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    let entry = on_ledger(ports, move |ledger| entry_of(ledger, id, OutboxKind::Create)).await?;
    if entry.is_none_or(|entry| may_be_out(&entry)) {
        return standing(ports, id, OutboxKind::Create).await;
    }
    match claim_to_drop(ports, id).await? {
        Some(claim) if may_be_out(&claim.entry) => {
            let next_at = ports.clock.now();
            let outcome = Outcome::Uncertain { needs_decision: false, next_at };
            claim.release(ports, next_at, true, outcome, None).await
        }
        Some(claim) => give_up_claimed(ports, claim, Until::Done).await,
        None => standing(ports, id, OutboxKind::Create).await,
    }
}

/// Whether a request for it may have gone out: what asks because it is late was certainly not sent, unless it says so
/// itself.
const fn may_be_out(entry: &OutboxEntry) -> bool {
    entry.in_flight || (entry.needs_decision && entry.overdue.is_none())
}

/// One try to give it up. What turns out to be at the backend is taken, to be withdrawn there.
pub(in crate::ops) async fn give_up(ports: &Ports, id: LinkId, until: Until) -> Result<Sent, LedgerError> {
    match claim_to_drop(ports, id).await? {
        Some(claim) => give_up_claimed(ports, claim, until).await,
        None => standing(ports, id, OutboxKind::Create).await,
    }
}

/// The same with what is claimed.
pub(super) async fn give_up_claimed(
    ports: &Ports,
    mut claim: Claim,
    until: Until,
) -> Result<Sent, LedgerError> {
    let (id, now) = (claim.link.id, ports.clock.now());
    claim.entry.in_flight = may_be_out(&claim.entry);
    if claim.entry.in_flight {
        // Finding out may fail, or be cut off.
        word::keep(ports, id).await?;
        match look(ports, &claim.link, claim.entry.first_sent, until).await {
            Look::Found(seen) => return adopt(ports, claim, &seen).await,
            // The customer may have it: it must not be paid in secret.
            Look::NotThere | Look::Untold | Look::Unclear(_) if may_have_reached(&claim) => {
                lost::remember(ports, id, claim.entry.first_sent).await?;
                claim.link.note_doubt(now);
            }
            // Nobody has the address of what was maybe made.
            Look::NotThere | Look::Untold | Look::Unclear(_) => {}
            // The word to withdraw it is kept: it's looked for again, and never made.
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
    set_state(&mut claim.link, LinkState::Cancelled, now);
    claim.link.record_once(now, EventKind::Cancelled, None);
    match claim.settle_ours(ports, Outcome::Cancelled, None).await? {
        Some(sent) => {
            word::fulfilled(ports, id).await;
            double::ended(ports, &sent.link).await;
            Ok(sent)
        }
        // Somebody has taken it over, and may have made it.
        None => standing(ports, id, OutboxKind::Create).await,
    }
}
