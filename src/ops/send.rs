//! One try to make a link: claim it durably, send it, keep what came of it (contracts, 5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cancel::word;
use super::claim::{Claim, claim};
use super::outbox::{Outcome, Sent, standing};
use super::patience::Patience;
use super::{backend_now, kept, on_ledger, set_state};
use crate::domain::cause::{Cause, Plain};
use crate::domain::clean;
use crate::domain::link::{EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::sale::Sale;
use crate::ports::{Created, Fault, FaultKind, LedgerError, OutboxEntry, OutboxKind, Overdue, Ports};

mod drop;
mod end;
mod leave;
mod seek;
mod time;

use drop::give_up_claimed;
pub(super) use drop::{give_up, take_out, withdraw};
use end::{adopt, distrust, made, refused};
use leave::{Gone, Why};
use seek::{Look, look};
use time::end_by_backends_clock;
pub(super) use time::overdue;

/// Nothing is begun for somebody who waits no longer than this.
pub(super) const SHORTEST_TRY: Duration = Duration::from_secs(2);
/// A session that was just made may not be in the backend's list at once.
const SECOND_LOOK: Duration = Duration::from_secs(2);

/// See [`anew_after`].
const ANEW: Duration = Duration::from_secs(5);
const ANEW_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// Who waits for a try, and how long they do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// Nobody: it takes as long as it takes.
    Done,
    /// Somebody, for so long: what is not done by then is left to the outbox.
    For(Patience),
}

impl Until {
    fn left(self) -> Option<Duration> {
        let Self::For(patience) = self else { return None };
        Some(patience.left())
    }

    /// What `call` brings, or that the time was up: then `kind` says what is known of it.
    async fn within<T>(
        self,
        kind: FaultKind,
        call: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        match self.left() {
            None => call.await,
            Some(left) => tokio::time::timeout(left, call)
                .await
                .unwrap_or_else(|_| Err(Fault::new(kind, Cause::Plain(Plain::NotInTime)))),
        }
    }
}

/// Makes the link. Much may come before the request itself: a time that is up by then is known to have sent nothing.
async fn create(ports: &Ports, claim: &Claim, gone: &Gone, until: Until) -> Result<Created, Fault> {
    if until.left().is_some_and(|left| left < SHORTEST_TRY) {
        return Err(Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NoTimeLeft)));
    }
    // A link that was late may have got more time than its sale says.
    let link = &claim.link;
    let sale = Sale { expires_at: link.expires_at, ..link.sale.clone() };
    let sending = leave::sending(ports, claim, gone);
    let asked = ports.gateway.create(link.id, &sale, &sending);
    until.within(FaultKind::Maybe, asked).await.map_err(|fault| match fault.kind {
        FaultKind::Maybe if !sending.begun() => Fault { kind: FaultKind::NotSent, ..fault },
        _ => fault,
    })
}

/// One try. `again`: the seller wants it made even if a message may have gone out already. Where the seller has said to
/// withdraw it, nothing is made any more, and that is what is tried.
pub(super) async fn attempt(
    ports: &Ports,
    id: LinkId,
    again: bool,
    until: Until,
) -> Result<Sent, LedgerError> {
    if on_ledger(ports, move |ledger| word::is_given(ledger, id)).await? {
        return give_up(ports, id, until).await;
    }
    let Some(mut claim) = claim(ports, id, OutboxKind::Create).await? else {
        return standing(ports, id, OutboxKind::Create).await;
    };
    let reached = may_have_reached(&claim);
    // A claim whose process died, or a try whose outcome nobody knows: something may be there.
    let maybe_lost = claim.entry.in_flight && reached;
    if claim.entry.in_flight {
        match look(ports, &claim.link, claim.entry.first_sent, until).await {
            Look::Found(seen) => return adopt(ports, claim, &seen).await,
            Look::NotThere | Look::Untold if reached && !again => {
                return ask_seller(ports, claim, None).await;
            }
            // Made anew it could be there twice, with an address that somebody has: that is the seller's word to give.
            Look::Unclear(fault) if !again => return ask_seller(ports, claim, Some(fault)).await,
            Look::NotThere | Look::Untold | Look::Unclear(_) => {}
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
    let told = match end_by_backends_clock(ports, &mut claim, until).await? {
        Ok(told) => told,
        Err(fault) => return claim.give_back(ports, fault).await,
    };
    // The seller's word is asked for once; that its time is over is a new question.
    let known = |why| why == Overdue::Old && (again || claim.entry.overdue.is_some());
    if let Some(why) = overdue(ports, &claim.link, &claim.entry.made).filter(|why| !known(*why)) {
        return ask_whether(ports, claim, why).await;
    }
    if maybe_lost {
        // From here on the customer may hold two links, however this try ends: which of them it keeps, whether it is
        // refused or cut off.
        super::lost::remember(ports, id, claim.entry.first_sent).await?;
    }
    // Where one may have gone out before, this is not the first.
    if told && !claim.entry.in_flight {
        claim.entry.first_sent = claim.entry.first_sent.or_else(|| Some(backend_now(ports)));
    }
    let (mut lost, doubted) = (false, claim.entry.in_flight);
    loop {
        if claim.too_late() {
            let fault = Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NoTimeLeft));
            return claim.give_back(ports, fault).await;
        }
        let gone = Gone::default();
        let fault = match create(ports, &claim, &gone, until).await {
            Ok(created) => return made(ports, claim, created).await,
            Err(fault) => match gone.why() {
                None => fault,
                Some(Why::Taken) => return standing(ports, id, OutboxKind::Create).await,
                Some(Why::Withdrawn) => return give_up_claimed(ports, claim, until).await,
            },
        };
        match (fault.kind, &fault.session_id) {
            (FaultKind::NotSent | FaultKind::NotSignedIn, _) | (FaultKind::Untrusted, None) => {
                return claim.give_back(ports, fault).await;
            }
            (FaultKind::Refused | FaultKind::NotFound | FaultKind::Forbidden, _) => {
                return refused(ports, claim, fault).await;
            }
            (FaultKind::Untrusted, Some(session)) => {
                let session = session.clone();
                return distrust(ports, claim, session, fault, until).await;
            }
            // It was made, and the answer said which one it is, but not its address: taken if it is there to be read.
            (FaultKind::Maybe, Some(session)) => {
                if let Some(seen) = seek::named(ports, &claim.link, session, until).await {
                    return adopt(ports, claim, &seen).await;
                }
            }
            (FaultKind::Maybe, None) => {}
        }
        if !doubt(ports, &mut claim, &fault).await? {
            // Whoever has it by now knows that this request may have been carried out.
            return standing(ports, id, OutboxKind::Create).await;
        }
        let mut found = look(ports, &claim.link, claim.entry.first_sent, until).await;
        if reached && matches!(found, Look::NotThere | Look::Untold) {
            if until.left().is_some_and(|left| left < SECOND_LOOK) {
                return stay_uncertain(ports, claim, fault).await;
            }
            tokio::time::sleep(SECOND_LOOK).await;
            found = look(ports, &claim.link, claim.entry.first_sent, until).await;
        }
        match found {
            Look::Found(seen) => return adopt(ports, claim, &seen).await,
            Look::NotThere | Look::Untold if reached => return ask_seller(ports, claim, Some(fault)).await,
            // Nobody has the address of what was maybe made, so it's made anew: once now, then with
            // a pause, because the backend seems to be in trouble, or asks for one.
            Look::NotThere if !lost && fault.retry_after.is_none() => lost = true,
            Look::NotThere => return stay_uncertain(ports, claim, fault).await,
            // Each time one more may be there that nobody knows: that is done less and less often.
            Look::Untold if !lost && !doubted && fault.retry_after.is_none() => lost = true,
            Look::Untold => {
                let at_least = anew_after(&claim.link);
                return claim.give_back_for(ports, fault, at_least).await;
            }
            Look::Unclear(fault) => return ask_seller(ports, claim, Some(fault)).await,
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
}

/// Whether the customer may have a link that was perhaps made: by its message, or because somebody had its address before
/// this ledger took the place of a newer one.
fn may_have_reached(claim: &Claim) -> bool {
    claim.link.sale.delivery.messages_customer() || claim.entry.handed_out
}

/// From now on it may have been sent; told at once, because finding out can take a while. `false`: the claim has gone to
/// somebody else.
async fn doubt(ports: &Ports, claim: &mut Claim, fault: &Fault) -> Result<bool, LedgerError> {
    let now = ports.clock.now();
    claim.entry.in_flight = true;
    set_state(&mut claim.link, LinkState::Uncertain, now);
    claim.link.record(LinkEvent {
        at: now,
        kind: EventKind::Uncertain,
        detail: Some(clean::line_within(&fault.cause.to_string(), 200)),
        key: Some(format!("uncertain/{}", claim.entry.attempts)),
    });
    claim.note_doubt(ports).await
}

/// How long a link whose answers were lost is not made anew, where the backend can't tell whether it was made: seconds
/// after the first, an hour after many.
fn anew_after(link: &Link) -> Duration {
    let lost = link.times_in_doubt().saturating_sub(2).min(8);
    if link.times_in_doubt() < 2 { Duration::ZERO } else { (ANEW * 4_u32.pow(lost)).min(ANEW_AT_MOST) }
}

/// The backend can't tell now: asked again later.
async fn stay_uncertain(ports: &Ports, mut claim: Claim, fault: Fault) -> Result<Sent, LedgerError> {
    claim.entry.in_flight = true;
    claim.give_back(ports, fault).await
}

/// It waited too long to go out by itself: the seller decides.
async fn ask_whether(ports: &Ports, mut claim: Claim, why: Overdue) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    let doubt = claim.entry.in_flight;
    set_state(&mut claim.link, if doubt { LinkState::Uncertain } else { LinkState::Queued }, now);
    let next_at = next_peek(&claim.link, now);
    claim.release(ports, next_at, doubt, Outcome::Overdue(why), None).await
}

/// A question that a wrong clock has brought up is taken back once it is certain that there is nothing to ask, and the link
/// goes out. `None`: there is, or nobody can tell; it is looked at again later.
pub(super) async fn judge_anew(ports: &Ports, id: LinkId) -> Result<Option<Sent>, LedgerError> {
    let (link, entry) = on_ledger(ports, move |ledger| {
        Ok((kept(ledger, id)?, super::outbox::entry_of(ledger, id, OutboxKind::Create)?))
    })
    .await?;
    let mistaken = entry.is_some_and(|entry| time::asks_by_mistake(ports, &link, &entry));
    let now = ports.clock.now();
    let next_at = if mistaken { now } else { next_peek(&link, now) };
    on_ledger(ports, move |ledger| {
        ledger.amend_entry(id, OutboxKind::Create, &mut |waits| {
            // The seller may have answered meanwhile.
            let entry = waits.filter(|e| e.needs_decision && e.overdue.is_some())?;
            let asks = if mistaken { None } else { entry.overdue };
            Some(OutboxEntry { needs_decision: !mistaken, overdue: asks, next_at, since: now, ..entry })
        })
    })
    .await?;
    if mistaken { attempt(ports, id, false, Until::Done).await.map(Some) } else { Ok(None) }
}

/// The customer may have it, and the backend doesn't know the session: the seller decides.
async fn ask_seller(ports: &Ports, mut claim: Claim, fault: Option<Fault>) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    set_state(&mut claim.link, LinkState::Uncertain, now);
    // The process that sent it may have died before it could say so.
    claim.link.note_doubt(now);
    let next_at = next_peek(&claim.link, now);
    let outcome = Outcome::Uncertain { needs_decision: true, next_at };
    claim.release(ports, next_at, true, outcome, fault).await
}

/// When the backend is asked again about a link that waits for the seller: soon at first, then less and
/// less often.
fn next_peek(link: &Link, now: Timestamp) -> Timestamp {
    let waited = now.duration_since(link.changed_at) / 2;
    let pause = waited.clamp(SignedDuration::from_secs(10), SignedDuration::from_mins(10));
    now.checked_add(pause).unwrap_or(now)
}

/// While the seller thinks, the lost session may turn up: then there's nothing left to decide. Only looks,
/// never sends. `None`: nothing new.
pub(super) async fn peek(ports: &Ports, id: LinkId) -> Result<Option<Sent>, LedgerError> {
    let (link, entry) = on_ledger(ports, move |ledger| {
        Ok((kept(ledger, id)?, super::outbox::entry_of(ledger, id, OutboxKind::Create)?))
    })
    .await?;
    let first_sent = entry.and_then(|entry| entry.first_sent);
    let found = link.state == LinkState::Uncertain
        && matches!(look(ports, &link, first_sent, Until::Done).await, Look::Found(_));
    let now = ports.clock.now();
    let next_at = if found { now } else { next_peek(&link, now) };
    super::outbox::reopen(ports, id, next_at, !found).await?;
    if found { attempt(ports, id, false, Until::Done).await.map(Some) } else { Ok(None) }
}
