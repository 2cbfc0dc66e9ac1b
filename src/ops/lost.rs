//! The session that was lost. Where a message may have gone out, its answer was lost, the backend did not
//! know of it and the seller had the link made anew, the customer may hold two links. The lost one is looked
//! for until its time is over: found unpaid it is withdrawn, found paid it is the link's from then on, and the other one is
//! looked for.

use jiff::{SignedDuration, Timestamp};

use super::claim::{Claim, claim};
use super::outbox::{Outcome, Sent};
use super::written::written;
use super::{backend_now, cancel, double, on_ledger};
use crate::domain::lifecycle;
use crate::domain::link::{Alarm, Beside, Link, LinkId};
use crate::ports::{Ledger, LedgerError, Made, OutboxEntry, OutboxKind, Ports, Touched};

mod see;

use see::{Paid, Stands, after, close, see};

/// The first look, after the link was made anew.
const FIRST: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause between two looks.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// While the lost session is being paid it is looked at this often, at first.
const PAYING: SignedDuration = SignedDuration::from_secs(15);
/// A payment that stands still is looked at ever less often, but not less often than this: the link itself must not
/// stay payable for long once the lost one was paid.
const LONGEST_PAYING: SignedDuration = SignedDuration::from_hours(1);
/// So long after its time nobody begins to pay it any more.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_mins(15);
/// What a payment service checks by hand takes days. So long after the link's time it is looked at, and no longer.
const CHECKED_BY_HAND: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Writes down that a session of this link may be somewhere, and is to be looked for: one that was first sent then, by
/// the backend's clock, if that is known.
pub(super) async fn remember(
    ports: &Ports,
    id: LinkId,
    first_sent: Option<Timestamp>,
) -> Result<(), LedgerError> {
    let loss = Loss::now(ports, id, first_sent);
    on_ledger(ports, move |ledger| keep(ledger, &loss, None)).await
}

/// A session of this link is one too many: it is withdrawn unless it is paid, now or later. Written down first, so that
/// it isn't forgotten whatever happens.
pub(super) async fn put_away(
    ports: &Ports,
    link: &Link,
    first_sent: Option<Timestamp>,
    session_id: &str,
) -> Result<(), LedgerError> {
    let (loss, session) = (Loss::now(ports, link.id, first_sent), session_id.to_owned());
    written(ports, move |ledger| keep(ledger, &loss, Some(&session))).await?;
    let closed = async { close(ports, link, &ports.gateway.session(session_id).await?).await };
    if let Err(fault) = closed.await {
        tracing::warn!(link = %link.id, "a spare session could not be withdrawn at once: {fault}");
    }
    Ok(())
}

/// Writes down that these sessions of the link are too many. The first look finds out how they stand.
pub(super) async fn note(
    ports: &Ports,
    id: LinkId,
    first_sent: Option<Timestamp>,
    sessions: &[String],
) -> Result<(), LedgerError> {
    for session in sessions {
        let (loss, session) = (Loss::now(ports, id, first_sent), session.clone());
        written(ports, move |ledger| keep(ledger, &loss, Some(&session))).await?;
    }
    Ok(())
}

/// Something of a link is lost, or too much, from now on.
struct Loss {
    id: LinkId,
    /// When it was first sent, by the backend's clock.
    first_sent: Option<Timestamp>,
    /// Now, by this machine's clock.
    now: Timestamp,
    /// The same by what nobody here can set: how long it is looked for tells how often that is done. However old the
    /// sale is, what was lost just now is looked for soon.
    made: Made,
}

impl Loss {
    fn now(ports: &Ports, id: LinkId, first_sent: Option<Timestamp>) -> Self {
        let made = Made::now(&*ports.clock, ports.gateway.clock_told());
        Self { id, first_sent, now: ports.clock.now(), made }
    }
}

/// Keeps it together with what is looked for already.
fn keep(ledger: &dyn Ledger, loss: &Loss, session: Option<&str>) -> Result<(), LedgerError> {
    let Loss { id, first_sent, now, .. } = *loss;
    let soon = now.checked_add(FIRST).unwrap_or(now);
    ledger.amend_entry(id, OutboxKind::Look, &mut |waits| {
        let made = loss.made.clone();
        let new =
            OutboxEntry { next_at: soon, first_sent, made, ..OutboxEntry::new(id, OutboxKind::Look, now) };
        let Some(before) = waits else {
            return Some(OutboxEntry { lost: session.map(str::to_owned).into_iter().collect(), ..new });
        };
        // One that is due sooner stays so, unless that was said by a clock that was set back since.
        let next_at = if before.since <= now { before.next_at.min(soon) } else { soon };
        let mut lost = before.lost;
        lost.extend(session.filter(|id| !lost.iter().any(|known| known == id)).map(str::to_owned));
        // The earlier of both, or nobody knows.
        let first_sent = before.first_sent.zip(first_sent).map(|(before, now)| before.min(now));
        Some(OutboxEntry { next_at, first_sent, lost, ..new })
    })
}

/// Looks at once, if something is looked for: the link was paid just now.
pub(super) async fn look_soon(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| sooner(ledger, id, now)).await
}

/// The same, for whoever is at the ledger.
pub(super) fn sooner(ledger: &dyn Ledger, id: LinkId, now: Timestamp) -> Result<(), LedgerError> {
    ledger.amend_entry(id, OutboxKind::Look, &mut |waits| {
        waits.map(|entry| OutboxEntry { next_at: now, since: now, ..entry })
    })
}

/// One look. `None`: somebody else looks. Nobody knows how many sessions were lost, so looking goes on until
/// the link's time is over, and until what is being paid by then has come to an end.
pub(super) async fn look(ports: &Ports, id: LinkId) -> Result<Option<Sent>, LedgerError> {
    let Some(claim) = claim(ports, id, OutboxKind::Look).await? else { return Ok(None) };
    let others = sessions_of_others(ports, &claim.link).await?;
    let Stands { paid, pause, until, ends, checked, fault } = see(ports, &claim, &others).await;
    let mut another = false;
    for paid in paid {
        another |= found_paid(ports, &claim, paid).await?;
    }
    // What is to be looked for since then was not looked at yet.
    let is_over = |over| !another && backend_now(ports) > until.map_or(over, |until| until.max(over));
    if let Some(fault) = fault {
        // It will say no for ever, and be it of a payment that nobody here may read.
        if fault.kind.is_no() && is_over(after(ends, CHECKED_BY_HAND)) {
            raise(ports, id, Alarm::LostOnHold).await?;
            return claim.settle(ports, Outcome::Already, Some(fault)).await.map(Some);
        }
        return claim.give_back(ports, fault).await.map(Some);
    }
    if is_over(after(ends, AFTER_EXPIRY)) {
        if checked {
            // Nobody else will tell the seller.
            raise(ports, id, Alarm::LostOnHold).await?;
        }
        return claim.settle(ports, Outcome::Already, None).await.map(Some);
    }
    let pause = if another { FIRST } else { pause };
    let now = ports.clock.now();
    let next_at = now.checked_add(pause).unwrap_or(now);
    claim.release(ports, next_at, false, Outcome::InProgress { next_at }, None).await.map(Some)
}

async fn raise(ports: &Ports, id: LinkId, alarm: Alarm) -> Result<(), LedgerError> {
    let now = backend_now(ports);
    on_ledger(ports, move |ledger| ledger.amend(id, &mut |link| link.raise(alarm, now)).map(drop)).await
}

/// What was lost is paid. Where no money came by the link's own session, which then is one too many, the lost one is the
/// link's from now on: it can be withdrawn and given back, and counts as paid. Else the customer has paid twice. Returns
/// whether another session is to be looked for since.
async fn found_paid(ports: &Ports, claim: &Claim, paid: Paid) -> Result<bool, LedgerError> {
    let (link, now) = (&claim.link, backend_now(ports));
    if !paid.sure && link.state.payable() {
        // The sale is paid, most likely: the customer must not be able to pay it again.
        cancel::journal(ports, link.id, false).await?;
    }
    let may_be = paid.sure && lifecycle::may_be_another(link);
    let spare = link.session_id.clone().filter(|own| may_be && *own != paid.session.id);
    let (id, loss) = (link.id, Loss::now(ports, link.id, claim.entry.first_sent));
    let (url, too_many) = (ports.gateway.rebuilt_url(&paid.session.id), spare.clone());
    written(ports, move |ledger| {
        if let Some(own) = &too_many {
            // Before the link forgets it.
            keep(ledger, &loss, Some(own))?;
        }
        let to_withdraw = cancel::word::is_given(ledger, id)?;
        let mut change = |link: &mut Link| {
            if link.session_id.as_ref() == Some(&paid.session.id) {
                return Touched::Nothing;
            }
            if link.state.has_money() {
                // Told at both: giving back what another link was paid with does not end this.
                return if link.paid_twice(Beside::Lost, now) { Touched::Link } else { Touched::Nothing };
            }
            // Not that of another session meanwhile, which nobody would look for.
            let as_seen = link.session_id.is_none() || link.session_id == too_many;
            // Withdrawn because of that payment, it was told already.
            let to_withdraw = to_withdraw && !link.paid_elsewhere();
            let (session, transaction) = (&paid.session, &paid.transaction);
            if paid.sure && as_seen && lifecycle::become_another(link, session, transaction, to_withdraw, now)
            {
                link.url = Some(url.clone());
                return Touched::Order;
            }
            if link.raise(Alarm::PaidElsewhere, now) { Touched::Order } else { Touched::Nothing }
        };
        ledger.amend_order(id, &mut change, &mut |links| double::check(links, now)).map(drop)
    })
    .await?;
    let Some(spare) = spare else { return Ok(false) };
    // The customer must not be able to pay it, too.
    let closed = async { close(ports, link, &ports.gateway.session(&spare).await?).await };
    if let Err(fault) = closed.await {
        tracing::warn!(link = %id, "the other session of a paid link could not be withdrawn at once: {fault}");
    }
    Ok(true)
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
