//! One try to make a link: claim it durably, send it, keep what came of it (contracts, 5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::outbox::{Outcome, Sent, standing};
use super::patience::Patience;
use super::{backend_now, backoff, kept, on_ledger, set_state};
use crate::domain::cause::{Cause, Plain};
use crate::domain::clean;
use crate::domain::lifecycle::{self, SessionNews};
use crate::domain::link::{EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::method::{MethodKind, kind_of_type};
use crate::domain::sale::Sale;
use crate::ports::{
    Created, Fault, FaultKind, Ledger, LedgerError, OutboxEntry, OutboxKind, Overdue, Ports, Sending, Work,
};

pub(super) mod not_done;
mod seek;
mod time;

use seek::{Look, look};
use time::end_by_backends_clock;
pub(super) use time::overdue;

/// A claim is given to another process after this long: longer than the requests of one claim take.
const LEASE: Duration = Duration::from_secs(90);
/// Nothing is made later than this into a claim, so that it can't meet another process's try.
const LAST_CALL: Duration = Duration::from_secs(45);
/// Where somebody has to see to the account first, trying often helps nobody.
const NOT_ALLOWED_PAUSE: Duration = Duration::from_secs(5 * 60);
/// Nothing is begun for somebody who waits no longer than this.
pub(super) const SHORTEST_TRY: Duration = Duration::from_secs(2);
/// A session that was just made may not be in the backend's list at once.
const SECOND_LOOK: Duration = Duration::from_secs(2);

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
async fn claim_to_drop(ports: &Ports, id: LinkId) -> Result<Option<Claim>, LedgerError> {
    claim_by(ports, id, OutboxKind::Create, move |ledger, now| ledger.claim_to_drop(id, now, LEASE)).await
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
        let Some(entry) = claim(ledger, now)? else { return Ok(None) };
        Ok(Some(Claim { link: kept(ledger, id)?, entry, heard: true, time, _work: work }))
    })
    .await
}

impl Claim {
    /// Closes the entry and keeps the link, in which stands what could not be done.
    pub(super) async fn settle(
        self,
        ports: &Ports,
        outcome: Outcome,
        fault: Option<Fault>,
    ) -> Result<Sent, LedgerError> {
        let (id, kind) = (self.link.id, self.entry.kind);
        let undone = not_done::of(&self, outcome, fault.as_ref(), ports.clock.now());
        let link = on_ledger(ports, move |ledger| {
            match &undone {
                None => ledger.settle_entry(&self.link, kind)?,
                Some(undone) => ledger.settle_undone(id, kind, &mut |link| undone.note(link))?,
            }
            kept(ledger, id)
        })
        .await?;
        Ok(Sent { link, outcome, fault })
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
        if let Outcome::Overdue(why) = outcome {
            self.entry.overdue = Some(why);
        }
        self.entry.last_error = fault.as_ref().map(|f| clean::line_within(&f.cause.to_string(), 200));
        let id = self.link.id;
        let link = on_ledger(ports, move |ledger| {
            ledger.release_entry(&self.link, &self.entry)?;
            kept(ledger, id)
        })
        .await?;
        Ok(Sent { link, outcome, fault })
    }

    /// Gives the entry back after a failure that did nothing: the doubt there was before stays.
    pub(super) async fn give_back(mut self, ports: &Ports, fault: Fault) -> Result<Sent, LedgerError> {
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
        } else {
            fault.retry_after.unwrap_or(NOT_ALLOWED_PAUSE)
        };
        let next_at = now.checked_add(wait).unwrap_or(now);
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

    /// Whether it is too late in this claim to make something.
    fn too_late(&self) -> bool {
        self.time.left().is_zero()
    }
}

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
async fn create(ports: &Ports, link: &Link, until: Until) -> Result<Created, Fault> {
    if until.left().is_some_and(|left| left < SHORTEST_TRY) {
        return Err(Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NoTimeLeft)));
    }
    // A link that was late may have got more time than its sale says.
    let sale = Sale { expires_at: link.expires_at, ..link.sale.clone() };
    let sending = Sending::default();
    let asked = ports.gateway.create(link.id, &sale, &sending);
    until.within(FaultKind::Maybe, asked).await.map_err(|fault| match fault.kind {
        FaultKind::Maybe if !sending.begun() => Fault { kind: FaultKind::NotSent, ..fault },
        _ => fault,
    })
}

/// One try. `again`: the seller wants it made even if a message may have gone out already.
pub(super) async fn attempt(
    ports: &Ports,
    id: LinkId,
    again: bool,
    until: Until,
) -> Result<Sent, LedgerError> {
    let Some(mut claim) = claim(ports, id, OutboxKind::Create).await? else {
        return standing(ports, id, OutboxKind::Create).await;
    };
    let messages = claim.link.sale.delivery.messages_customer();
    // A claim whose process died, or a try whose outcome nobody knows: something may be there.
    let maybe_lost = claim.entry.in_flight && messages;
    if claim.entry.in_flight {
        match look(ports, &claim.link, until).await {
            Look::Found(session) => return adopt(ports, claim, &session).await,
            Look::NotThere if messages && !again => return ask_seller(ports, claim, None).await,
            Look::NotThere => {}
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
    if let Some(fault) = end_by_backends_clock(ports, &mut claim, until).await? {
        return claim.give_back(ports, fault).await;
    }
    // The seller's word is asked for once; that its time is over is a new question.
    let known = |why| why == Overdue::Old && (again || claim.entry.overdue.is_some());
    if let Some(why) = overdue(ports, &claim.link).filter(|why| !known(*why)) {
        return ask_whether(ports, claim, why).await;
    }
    if maybe_lost {
        // From here on the customer may hold two links, however this try ends: which of them it keeps, whether it is
        // refused or cut off.
        super::lost::remember(ports, id).await?;
    }
    let mut lost = false;
    loop {
        if claim.too_late() {
            let fault = Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NoTimeLeft));
            return claim.give_back(ports, fault).await;
        }
        let fault = match create(ports, &claim.link, until).await {
            Ok(created) => return made(ports, claim, created).await,
            Err(fault) => fault,
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
                return distrust(ports, claim, session, fault).await;
            }
            // It was made, and the answer said which one it is, but not its address.
            (FaultKind::Maybe, Some(session)) => {
                let session = SessionNews { id: session.clone(), ..SessionNews::default() };
                return adopt(ports, claim, &session).await;
            }
            (FaultKind::Maybe, None) => {}
        }
        doubt(ports, &mut claim, &fault).await?;
        let mut found = look(ports, &claim.link, until).await;
        if messages && matches!(found, Look::NotThere) {
            if until.left().is_some_and(|left| left < SECOND_LOOK) {
                return stay_uncertain(ports, claim, fault).await;
            }
            tokio::time::sleep(SECOND_LOOK).await;
            found = look(ports, &claim.link, until).await;
        }
        match found {
            Look::Found(session) => return adopt(ports, claim, &session).await,
            Look::NotThere if messages => return ask_seller(ports, claim, Some(fault)).await,
            // Nobody has the address of what was maybe made, so it's made anew: once now, then with
            // a pause, because the backend seems to be in trouble, or asks for one.
            Look::NotThere if !lost && fault.retry_after.is_none() => lost = true,
            Look::NotThere => return stay_uncertain(ports, claim, fault).await,
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
}

/// From now on it may have been sent; told at once, because finding out can take a while.
async fn doubt(ports: &Ports, claim: &mut Claim, fault: &Fault) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    claim.entry.in_flight = true;
    set_state(&mut claim.link, LinkState::Uncertain, now);
    claim.link.record(LinkEvent {
        at: now,
        kind: EventKind::Uncertain,
        detail: Some(clean::line_within(&fault.cause.to_string(), 200)),
        key: Some(format!("uncertain/{}", claim.entry.attempts)),
    });
    let link = claim.link.clone();
    on_ledger(ports, move |ledger| ledger.update(&link)).await
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
    claim.release(ports, now, doubt, Outcome::Overdue(why), None).await
}

/// A message may have gone out, and the backend doesn't know the session: the seller decides.
async fn ask_seller(ports: &Ports, mut claim: Claim, fault: Option<Fault>) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    set_state(&mut claim.link, LinkState::Uncertain, now);
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
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    let found =
        link.state == LinkState::Uncertain && matches!(look(ports, &link, Until::Done).await, Look::Found(_));
    let now = ports.clock.now();
    let next_at = if found { now } else { next_peek(&link, now) };
    super::outbox::reopen(ports, id, next_at, !found).await?;
    if found { attempt(ports, id, false, Until::Done).await.map(Some) } else { Ok(None) }
}

/// The link is there.
async fn made(ports: &Ports, mut claim: Claim, created: Created) -> Result<Sent, LedgerError> {
    // If the claim took so long that another process made the link, ours has an address that nobody has.
    let id = claim.link.id;
    let kept = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    if kept.session_id.as_ref().is_some_and(|s| *s != created.session_id) {
        if let Err(fault) = ports.gateway.cancel(&created.session_id).await {
            tracing::warn!(link = %id, "a spare session could not be withdrawn: {fault}");
        }
        return standing(ports, id, OutboxKind::Create).await;
    }
    let now = backend_now(ports);
    let link = &mut claim.link;
    link.url = Some(created.url);
    link.by_push = link.sale.delivery.messages_customer()
        && match created.types.as_slice() {
            [] => link.sale.methods.push_replaces_sms(),
            [only] => {
                matches!(kind_of_type(only), MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish)
            }
            _ => false,
        };
    let news = SessionNews {
        id: created.session_id,
        created_at: Some(now),
        publish: created.publish,
        ..SessionNews::default()
    };
    lifecycle::merge(link, Some(&news), None, now);
    claim.settle(ports, Outcome::Created, None).await
}

/// Takes a session that was found again. A read session doesn't carry its link, so here alone the address
/// is built (contracts, 5).
async fn adopt(ports: &Ports, mut claim: Claim, session: &SessionNews) -> Result<Sent, LedgerError> {
    let link = &mut claim.link;
    link.url = Some(ports.gateway.rebuilt_url(&session.id));
    link.by_push = link.sale.delivery.messages_customer() && link.sale.methods.push_replaces_sms();
    lifecycle::merge(link, Some(session), None, backend_now(ports));
    claim.settle(ports, Outcome::Adopted, None).await
}

async fn refused(ports: &Ports, mut claim: Claim, fault: Fault) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    let reason = clean::line_within(&fault.line(), 200);
    set_state(&mut claim.link, LinkState::Refused, now);
    claim.link.record_once(now, EventKind::Refused, Some(reason.clone()));
    claim.link.reason = Some(reason);
    claim.settle(ports, Outcome::Refused, Some(fault)).await
}

/// The session exists, but its link is not to be trusted: withdraw it, and never show it.
async fn distrust(
    ports: &Ports,
    mut claim: Claim,
    session_id: String,
    fault: Fault,
) -> Result<Sent, LedgerError> {
    let withdrawn = ports.gateway.cancel(&session_id).await;
    let now = ports.clock.now();
    let id = claim.link.id;
    // The address itself is never shown.
    let fault = Fault { cause: Cause::Plain(Plain::LinkWithdrawn), message: None, ..fault };
    claim.link.session_id = Some(session_id);
    set_state(&mut claim.link, LinkState::Refused, now);
    claim.link.record_once(now, EventKind::Refused, Some(fault.line()));
    claim.link.reason = Some(fault.line());
    let sent = claim.settle(ports, Outcome::Refused, Some(fault)).await?;
    if let Err(fault) = withdrawn {
        tracing::warn!(link = %id, "the session with the foreign link is still open: {fault}");
        super::cancel::journal(ports, id, true).await?;
    }
    Ok(sent)
}

/// See [`super::outbox::withdraw`].
pub(super) async fn withdraw(ports: &Ports, id: LinkId) -> Result<Sent, LedgerError> {
    let Some(mut claim) = claim_to_drop(ports, id).await? else {
        return standing(ports, id, OutboxKind::Create).await;
    };
    let now = ports.clock.now();
    let late = claim.entry.overdue.filter(|_| claim.entry.needs_decision);
    // What asks because it is late was certainly not sent, unless it says so itself.
    claim.entry.in_flight |= claim.entry.needs_decision && late.is_none();
    if claim.entry.in_flight {
        match look(ports, &claim.link, Until::Done).await {
            Look::Found(session) => {
                adopt(ports, claim, &session).await?;
                return super::cancel::at_backend(ports, id).await.map(super::cancel::Cancelling::into_sent);
            }
            // A message may have gone out: its link must not be paid in secret.
            Look::NotThere if claim.link.sale.delivery.messages_customer() => {
                super::lost::remember(ports, id).await?;
            }
            Look::NotThere => {}
            // To give it up was no word to send it.
            Look::NoAnswer(fault) if let Some(why) = late => {
                return claim.release(ports, now, true, Outcome::Overdue(why), Some(fault)).await;
            }
            Look::NoAnswer(fault) if claim.link.sale.delivery.messages_customer() => {
                return ask_seller(ports, claim, Some(fault)).await;
            }
            Look::NoAnswer(fault) => return stay_uncertain(ports, claim, fault).await,
        }
    }
    set_state(&mut claim.link, LinkState::Cancelled, now);
    claim.link.record_once(now, EventKind::Cancelled, None);
    claim.settle(ports, Outcome::Cancelled, None).await
}
