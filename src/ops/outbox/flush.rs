//! Everything that waits, sent: in its order for each link, a few links at a time, gently after an outage.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::time::{sleep, timeout};

use super::{Outcome, Sent, send_until, standing};
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::LinkId;
use crate::ops::claim::claim;
use crate::ops::patience::Patience;
use crate::ops::send::{self, Until};
use crate::ops::{backoff, cancel, kept, lost, money, on_ledger};
use crate::ports::{Fault, FaultKind, LedgerError, OutboxEntry, OutboxKind, Ports, Underway};

/// So long the first request goes alone.
const ALONE: Duration = Duration::from_secs(3);
/// What takes longer than this is stuck, and holds up nothing else.
const STUCK: Duration = ALONE;
/// After an outage at most so long lies between two starts, and all have started within the longest; unless they are so many
/// that less than the least would lie between them on average: never more than ten a second go out for long.
const EACH_AFTER_OUTAGE: Duration = Duration::from_millis(250);
const LONGEST_AFTER_OUTAGE: Duration = Duration::from_secs(3);
const LEAST_AFTER_OUTAGE: Duration = Duration::from_millis(100);

/// Sends everything in the outbox that is due at `now`, and what waits for nothing but a connection. The first
/// request goes alone: without a connection that one is enough, and the rest stays as it is, untried. Where we can't
/// even sign in nothing is tried, and the answer has that with the first. What waits for the seller's decision is only
/// looked for, and is in the answer only if it was found.
///
/// # Errors
/// The ledger's.
pub async fn flush(
    ports: &Ports,
    account_id: &str,
    now: Timestamp,
) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    flush_what(ports, account_id, What { now, all: false, by_hand: false, beginning: None }).await
}

/// As [`flush`], for a person who waits: also what only pauses because we thought so ourselves. Not what the backend
/// asked to wait with. Nothing is begun after `beginning`: who can't stay to hear how it went leaves it to others. Where
/// we have not signed in by then nothing is tried, and the first stands in the answer as it is, with that as its fault.
///
/// # Errors
/// The ledger's.
pub async fn flush_by_hand(
    ports: &Ports,
    account_id: &str,
    now: Timestamp,
    beginning: Patience,
) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    let beginning = Some(beginning);
    flush_what(ports, account_id, What { now, all: false, by_hand: true, beginning }).await
}

/// Whether [`flush_by_hand`] tries this entry.
#[must_use]
pub fn goes_by_hand(entry: &OutboxEntry, now: Timestamp) -> bool {
    What { now, all: false, by_hand: true, beginning: None }.has(entry)
}

/// Sends everything in the outbox that needs no decision, due or not: the seller says so.
///
/// # Errors
/// The ledger's.
pub async fn flush_all(ports: &Ports, account_id: &str) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    ports.gateway.insist();
    let what = What { now: ports.clock.now(), all: true, by_hand: false, beginning: None };
    flush_what(ports, account_id, what).await
}

/// What is sent.
#[derive(Clone, Copy)]
struct What {
    now: Timestamp,
    /// Not only what is due.
    all: bool,
    /// Also what only our own pause holds back.
    by_hand: bool,
    /// Later nothing is begun.
    beginning: Option<Patience>,
}

impl What {
    fn may_begin(self) -> bool {
        self.beginning.is_none_or(|patience| !patience.left().is_zero())
    }

    fn has(self, entry: &OutboxEntry) -> bool {
        let may = entry.kind.asked_for() && !entry.needs_decision;
        entry.goes(self.now) || (self.all && may) || (self.by_hand && may && pauses_by_itself(entry))
    }
}

/// Whether an entry that failed before is held back by our own pause alone.
fn pauses_by_itself(entry: &OutboxEntry) -> bool {
    let waits = entry.next_at.duration_since(entry.since);
    entry.last_error.is_some()
        && backoff::is_own(waits, entry.attempts, backoff::dice(entry.link, entry.attempts))
}

async fn flush_what(ports: &Ports, account_id: &str, what: What) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    let account = account_id.to_owned();
    let entries = on_ledger(ports, move |ledger| ledger.outbox(&account)).await?;
    let mut links: VecDeque<Vec<OutboxEntry>> = VecDeque::new();
    for entry in entries {
        match links.iter_mut().find(|of_link| of_link[0].link == entry.link) {
            Some(of_link) => of_link.push(entry),
            None => links.push_back(vec![entry]),
        }
    }
    links.retain(|of_link| of_link.iter().any(|e| what.has(e)));
    if !what.all && !what.by_hand {
        // Others have begun them after an outage, and let them go one after the other: those must not go all at once now.
        links.retain(|of_link| !ports.underway.in_line(of_link[0].link));
    }
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let signed_in = match what.beginning {
        None => ports.gateway.sign_in().await,
        Some(patience) => match timeout(patience.left(), ports.gateway.sign_in()).await {
            Ok(signed_in) => signed_in,
            Err(_) => return not_begun(ports, &links, what).await,
        },
    };
    if let Err(fault) = signed_in {
        if !turned_away(&fault) && !fault.unreached() {
            return send_all_of(ports, links, what).await;
        }
        for first in links.iter().flatten().filter(|e| what.has(e) && !e.needs_decision) {
            let sent = if turned_away(&fault) {
                untouched(ports, first, fault.clone()).await
            } else {
                // That was the try of the first.
                put_off(ports, first, fault.clone()).await
            };
            if let Some(sent) = readable(sent.map(Some))? {
                return Ok(vec![(sent.link.id, sent)]);
            }
        }
        return Ok(Vec::new());
    }
    send_all_of(ports, links, what).await
}

/// Sends what is to go of each link.
async fn send_all_of(
    ports: &Ports,
    mut links: VecDeque<Vec<OutboxEntry>>,
    what: What,
) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    let after_outage = links.iter().flatten().any(OutboxEntry::waits_for_connection);
    let mut line = ports.underway.line(links.iter().filter(|_| after_outage).map(|of_link| of_link[0].link));
    // How long after the one before it each of the others starts.
    let mut gaps = VecDeque::new();
    let mut running = FuturesUnordered::new();
    let mut done = Vec::new();
    let mut failed = None;
    let mut down = false;
    // The first one alone, to learn whether there is a connection; but if it is stuck, only for a moment.
    let (alone, gap) = (sleep(ALONE), sleep(Duration::ZERO));
    tokio::pin!(alone, gap);
    let (mut first, mut pausing) = (true, false);
    // By whose number it is known which of them has ended.
    let (mut begun, mut number) = (Vec::new(), 0_usize);
    loop {
        if down || failed.is_some() || !what.may_begin() {
            line.over();
        }
        while !down
            && failed.is_none()
            && !pausing
            && has_room(&begun, first)
            && what.may_begin()
            && let Some(of_link) = links.pop_front()
        {
            line.goes(of_link[0].link);
            number += 1;
            let which = number;
            begun.push((which, Patience::new(STUCK)));
            running.push(async move {
                let done = readable(send_in_order(ports, of_link, what).await);
                (which, done.map(|done| done.into_iter().map(|(_, sent)| sent).collect::<Vec<_>>()))
            });
            if let Some(pause) = gaps.pop_front() {
                gap.set(sleep(pause));
                pausing = true;
            }
        }
        let pauses = pausing && !down && failed.is_none() && !links.is_empty() && what.may_begin();
        if running.is_empty() && !pauses {
            return failed.map_or(Ok(done), Err);
        }
        let makes_way = begun.iter().map(|(_, patience)| patience.left()).find(|left| !left.is_zero());
        let waits = !links.is_empty() && !first && !pausing && begun.len() < Underway::at_most();
        let all = tokio::select! {
            Some((ended, all)) = running.next() => {
                begun.retain(|(which, _)| *which != ended);
                match all {
                    Ok(all) => all,
                    // What is on its way goes on to its end: what the backend answers to it must not be lost with this.
                    Err(error) => {
                        failed = failed.or(Some(error));
                        continue;
                    }
                }
            }
            () = sleep(makes_way.unwrap_or_default()), if waits && makes_way.is_some() => continue,
            () = &mut alone, if first => {
                first = false;
                gaps = spread(&links, after_outage);
                continue;
            }
            () = &mut gap, if pauses => {
                pausing = false;
                continue;
            }
        };
        down |= all.iter().any(|sent| sent.fault.as_ref().is_some_and(Fault::unreached));
        // What was only looked up here has told nothing of the connection.
        if first && !all.iter().all(|s| matches!(s.outcome, Outcome::Busy | Outcome::Overdue(_))) {
            first = false;
            gaps = spread(&links, after_outage);
        }
        done.extend(all.into_iter().map(|sent| (sent.link.id, sent)));
    }
}

/// Whether one more link may be begun beside those. Those that are stuck hold up no other, as long as there are not too
/// many.
fn has_room(begun: &[(usize, Patience)], first: bool) -> bool {
    let moving = begun.iter().filter(|(_, patience)| !patience.left().is_zero()).count();
    if first { begun.is_empty() } else { moving < Underway::at_once() && begun.len() < Underway::at_most() }
}

/// Nothing, where it is this link alone that can't be read: all others go their way.
fn readable<T: Default>(done: Result<T, LedgerError>) -> Result<T, LedgerError> {
    match done {
        Err(error @ LedgerError::Unreadable { .. }) => {
            tracing::warn!(%error, "nothing can be sent for the link");
            Ok(T::default())
        }
        other => other,
    }
}

/// Whether we can't sign in. Whoever has no secret, or a wrong one, claims nothing and changes nothing of what waits:
/// another process may have the right one, and must not be held up for as long as it takes to see to an account.
pub(super) const fn turned_away(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NotSignedIn | FaultKind::Forbidden)
}

/// Nothing was tried in the time in which it could have begun.
async fn not_begun(
    ports: &Ports,
    links: &VecDeque<Vec<OutboxEntry>>,
    what: What,
) -> Result<Vec<(LinkId, Sent)>, LedgerError> {
    for first in links.iter().flatten().filter(|e| what.has(e)) {
        let fault = Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NotInTime));
        if let Some(sent) = readable(untouched(ports, first, fault).await.map(Some))? {
            let outcome = Outcome::Queued { next_at: first.next_at };
            return Ok(vec![(sent.link.id, Sent { outcome, ..sent })]);
        }
    }
    Ok(Vec::new())
}

/// What waits, as it is, and why it could not be tried.
async fn untouched(ports: &Ports, entry: &OutboxEntry, fault: Fault) -> Result<Sent, LedgerError> {
    let (id, next_at) = (entry.link, entry.next_at);
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    Ok(Sent { link, outcome: Outcome::NotAllowed { next_at }, fault: Some(fault) })
}

/// It was tried, and nothing was reached.
async fn put_off(ports: &Ports, entry: &OutboxEntry, fault: Fault) -> Result<Sent, LedgerError> {
    match claim(ports, entry.link, entry.kind).await? {
        Some(claim) => claim.give_back(ports, fault).await,
        // Somebody is at it; that nothing was reached is known all the same.
        None => {
            let sent = standing(ports, entry.link, entry.kind).await?;
            Ok(Sent { fault: Some(fault), ..sent })
        }
    }
}

/// The time between one start and the next after an outage: many tills have their connection back at the same moment.
fn spread(links: &VecDeque<Vec<OutboxEntry>>, after_outage: bool) -> VecDeque<Duration> {
    if !after_outage {
        return VecDeque::new();
    }
    let count = u32::try_from(links.len()).unwrap_or(u32::MAX).max(1);
    let most = EACH_AFTER_OUTAGE.min(LONGEST_AFTER_OUTAGE / count);
    // Half of the most to all of it; or two thirds of the least to four thirds.
    let half = (most / 2).max(LEAST_AFTER_OUTAGE * 2 / 3);
    let gap = |entry: &OutboxEntry| {
        let dice = backoff::dice(entry.link, entry.attempts);
        half + half.mul_f64(f64::from(dice) / f64::from(u32::MAX))
    };
    links.iter().filter_map(|of_link| of_link.first()).map(gap).collect()
}

/// Sends those entries of one link that are due, in the order it was asked for.
pub(in crate::ops) async fn send_what_is_due(
    ports: &Ports,
    of_link: Vec<OutboxEntry>,
) -> Result<(), LedgerError> {
    let what = What { now: ports.clock.now(), all: false, by_hand: false, beginning: None };
    // A try of this link leads here again: that must not make an endless type.
    Box::pin(send_in_order(ports, of_link, what)).await?;
    Ok(())
}

/// Sends all that waits for one link and needs no decision, due or not: the seller says so. With what each came to.
pub(super) async fn send_all_of_link(
    ports: &Ports,
    of_link: Vec<OutboxEntry>,
) -> Result<Vec<(OutboxKind, Sent)>, LedgerError> {
    let what = What { now: ports.clock.now(), all: true, by_hand: false, beginning: None };
    // What is stuck in the outbox holds up nobody who waits.
    let _room = ports.underway.room_by_hand().await;
    send_each(ports, of_link, what).await
}

/// Sends what waits for one link, in the order it was asked for, up to the first that can't be closed.
async fn send_in_order(
    ports: &Ports,
    of_link: Vec<OutboxEntry>,
    what: What,
) -> Result<Vec<(OutboxKind, Sent)>, LedgerError> {
    // Another flush of this process may be at work, too.
    let mut room = ports.underway.room().await;
    let sending = send_each(ports, of_link, what);
    tokio::pin!(sending);
    if let Ok(done) = timeout(STUCK, &mut sending).await {
        return done;
    }
    tokio::select! {
        done = &mut sending => return done,
        () = room.make_way() => {}
    }
    sending.await
}

async fn send_each(
    ports: &Ports,
    of_link: Vec<OutboxEntry>,
    what: What,
) -> Result<Vec<(OutboxKind, Sent)>, LedgerError> {
    let mut done = Vec::new();
    let withdrawn = of_link.iter().any(|e| e.kind == OutboxKind::Cancel);
    for entry in of_link {
        if !what.has(&entry) {
            if entry.kind.asked_for() {
                break;
            }
            continue;
        }
        if !what.may_begin() {
            break;
        }
        let (id, kind) = (entry.link, entry.kind);
        let sent = match kind {
            // Whatever it asks, the answer is there.
            OutboxKind::Create if withdrawn => Some(send::give_up(ports, id, Until::Done).await?),
            _ if entry.needs_decision && entry.overdue.is_some() => send::judge_anew(ports, id).await?,
            _ if entry.needs_decision => send::peek(ports, id).await?,
            OutboxKind::Create => Some(send_until(ports, id, Until::Done).await?),
            OutboxKind::Cancel => Some(cancel::send(ports, id).await?),
            OutboxKind::Capture | OutboxKind::Void | OutboxKind::Refund => {
                Some(money::send_by_itself(ports, id, kind).await?)
            }
            OutboxKind::Look => lost::look(ports, id).await?,
        };
        let stop = kind.asked_for() && sent.as_ref().is_none_or(|s| !s.outcome.closed());
        done.extend(sent.map(|sent| (kind, sent)));
        if stop {
            break;
        }
    }
    Ok(done)
}
