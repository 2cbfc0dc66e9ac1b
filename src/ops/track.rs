//! Following links: the backend's news read and merged into what the ledger has (design, "Live status").

mod gone;
mod halves;
mod listed;

pub use listed::{refresh_all, refresh_listed};

use super::asked::Asked;
use super::written::written;
use super::{backend_now, double, lost, money, on_ledger};
use crate::domain::lifecycle::{self, SessionNews, TransactionNews, TransactionStatus};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{Fault, FaultKind, Ledger, LedgerError, OutboxEntry, Ports, Touched};
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;

/// How many links one request asks about (API, 3).
const BATCH: usize = 100;
/// How many requests for single links are on their way at a time.
const AT_ONCE: usize = 6;
/// How many links of a batch are then read one by one, so that a round stays short.
const READS: usize = 24;

/// What asking the backend brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// The links that changed, as they're kept now; also those where only an alarm was raised.
    pub changed: Vec<Link>,
    /// The first request that failed, if any did. What the others brought is kept all the same.
    pub fault: Option<Fault>,
    /// Links that should be there, and that the backend doesn't know any more.
    pub gone: Vec<LinkId>,
    /// Links of which the backend's own answer can't be read, and why: it was reached, and the others are told.
    pub strange: Vec<(LinkId, Fault)>,
    /// Links whose session was read.
    pub there: Vec<LinkId>,
    /// How many requests it took.
    pub requests: usize,
}

impl Round {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.gone.extend(other.gone);
        self.there.extend(other.there);
        self.strange.extend(other.strange);
        for link in other.changed {
            self.changed.retain(|l| l.id != link.id);
            self.changed.push(link);
        }
        if self.fault.is_none() {
            self.fault = other.fault;
        }
    }
}

/// Reads one link's session, and its transaction if there is one, and keeps what is new.
///
/// # Errors
/// The ledger's.
pub async fn refresh_one(ports: &Ports, id: LinkId) -> Result<Round, LedgerError> {
    let known = on_ledger(ports, move |ledger| {
        let Some(link) = readable(ledger, id)? else { return Ok(None) };
        let sent = sent_money(ledger, std::slice::from_ref(&link))?;
        Ok(Some((link, sent)))
    });
    let Some((link, sent)) = known.await? else { return Ok(Round::default()) };
    if link.state.in_outbox() {
        return Ok(Round::default());
    }
    let asked = Asked::now(ports);
    match read(ports, &link).await {
        Some(Ok(news)) => {
            let mut round = take(ports, id, Some(news.session), news.transaction.clone(), asked).await?;
            if let Some(transaction) = &news.transaction {
                round.add(close_what_ended(ports, &sent, id, transaction).await?);
            }
            match news.fault {
                Some(fault) if fault.cause.too_large() => round.strange = vec![(id, fault)],
                other => {
                    round.fault = other;
                    round.there = vec![id];
                }
            }
            round.requests = news.requests;
            Ok(round)
        }
        Some(Err(fault)) if fault.kind == FaultKind::NotFound => {
            gone::without_session(ports, &link, &sent, asked).await
        }
        Some(Err(fault)) if fault.cause.too_large() => {
            Ok(Round { strange: vec![(id, fault)], requests: 1, ..Round::default() })
        }
        Some(Err(fault)) => Ok(Round { fault: Some(fault), requests: 1, ..Round::default() }),
        None => Ok(Round::default()),
    }
}

/// A link as it is kept. One that can't be read is left out, so that all others are followed.
fn readable(ledger: &dyn Ledger, id: LinkId) -> Result<Option<Link>, LedgerError> {
    match ledger.link(id) {
        Err(error @ LedgerError::Unreadable { .. }) => {
            tracing::warn!(%error, "the link can't be followed");
            Ok(None)
        }
        other => other,
    }
}

/// The requests about the money of these links that went out and have no end yet. The links are of one account.
fn sent_money(ledger: &dyn Ledger, links: &[Link]) -> Result<Vec<OutboxEntry>, LedgerError> {
    let Some(first) = links.first() else { return Ok(Vec::new()) };
    let mut entries = ledger.outbox(&first.account_id)?;
    let went_out = |e: &OutboxEntry| e.order.as_ref().is_some_and(|order| order.sent.is_some());
    entries.retain(|e| went_out(e) && links.iter().any(|link| link.id == e.link));
    Ok(entries)
}

/// Closes those of these requests whose end the transaction tells. The round has the link as it is then.
async fn close_what_ended(
    ports: &Ports,
    sent: &[OutboxEntry],
    id: LinkId,
    transaction: &TransactionNews,
) -> Result<Round, LedgerError> {
    let mut round = Round::default();
    for entry in sent.iter().filter(|e| e.link == id) {
        if let Some(closed) = money::ended(ports, entry, transaction).await? {
            round.changed = vec![closed.link];
        }
    }
    Ok(round)
}

/// Reads these links' transactions, a hundred in one request. Links that are new to their transaction,
/// or whose time is over, are then read one by one for the rest of their story.
///
/// # Errors
/// The ledger's.
pub async fn refresh_many(ports: &Ports, ids: Vec<LinkId>) -> Result<Round, LedgerError> {
    let mut round = Round::default();
    for batch in ids.chunks(BATCH) {
        let batch = batch.to_vec();
        let (links, sent) = on_ledger(ports, move |ledger| {
            let mut links = Vec::with_capacity(batch.len());
            for id in batch {
                links.extend(readable(ledger, id)?);
            }
            let sent = sent_money(ledger, &links)?;
            Ok((links, sent))
        })
        .await?;
        let links: Vec<Link> = links.into_iter().filter(|l| !l.state.in_outbox()).collect();
        let sessions: Vec<String> = links.iter().filter_map(|l| l.session_id.clone()).collect();
        if sessions.is_empty() {
            continue;
        }
        let asked = Asked::now(ports);
        let told = match halves::transactions_of(ports, &sessions).await {
            Ok(told) => told,
            Err(fault) => {
                round.requests += 1;
                round.add(Round { fault: Some(fault), ..Round::default() });
                // The next hundred would fare no better.
                break;
            }
        };
        round.requests += told.requests;
        let now = backend_now(ports);
        let (mut to_read, mut untold) = (Vec::new(), Vec::new());
        for link in links {
            if link.session_id.as_ref().is_some_and(|id| told.untold.contains(id)) {
                untold.push(link.id);
                continue;
            }
            let session = link.session_id.as_deref();
            let of_link: Vec<&TransactionNews> =
                told.transactions.iter().filter(|t| t.session_id.as_deref() == session).collect();
            for transaction in &of_link {
                // Only what is new is worth a step on the ledger.
                if lifecycle::merge(&mut link.clone(), None, Some(transaction), now) {
                    round.add(take(ports, link.id, None, Some((*transaction).clone()), asked).await?);
                }
                round.add(close_what_ended(ports, &sent, link.id, transaction).await?);
            }
            let first_seen = !of_link.is_empty() && link.transaction_id.is_none();
            // Whether somebody is still in the middle of paying is told by the session.
            let begun_at_most = of_link.iter().all(|t| t.status == TransactionStatus::Initiated);
            // Its time is over; or it was told to be, and is not.
            let looks_over = link.state == LinkState::Expired;
            let end = begun_at_most
                && (link.state.payable() || looks_over)
                && (now > link.expires_at) != looks_over;
            if first_seen || end {
                to_read.push(link.id);
            }
        }
        to_read.truncate(READS);
        // Nobody else tells of these.
        to_read.extend(untold);
        round.add(refresh_each(ports, to_read).await?);
    }
    Ok(round)
}

/// Reads these links one by one, several at a time. After a failure no more are begun.
///
/// # Errors
/// The ledger's.
pub async fn refresh_each(ports: &Ports, ids: Vec<LinkId>) -> Result<Round, LedgerError> {
    let mut round = Round::default();
    let mut reads = stream::iter(ids).map(|id| refresh_one(ports, id)).buffer_unordered(AT_ONCE);
    while let Some(read) = reads.next().await {
        round.add(read?);
        if round.fault.is_some() {
            break;
        }
    }
    Ok(round)
}

/// A round of the tracker: `batch` in few requests, `singles` one by one, both at the same time.
///
/// # Errors
/// The ledger's.
pub async fn refresh(ports: &Ports, batch: Vec<LinkId>, singles: Vec<LinkId>) -> Result<Round, LedgerError> {
    let (many, each) = tokio::join!(refresh_many(ports, batch), refresh_each(ports, singles));
    let mut round = each?;
    round.add(many?);
    Ok(round)
}

/// A session and its transaction, as read just now.
pub(super) struct News {
    pub(super) session: SessionNews,
    pub(super) transaction: Option<TransactionNews>,
    /// There is a transaction and it could not be read.
    pub(super) fault: Option<Fault>,
    /// How many requests it took.
    requests: usize,
}

/// Reads the link's session and transaction. `None`: it has no session.
pub(super) async fn read(ports: &Ports, link: &Link) -> Option<Result<News, Fault>> {
    let session = match ports.gateway.session(link.session_id.as_deref()?).await {
        Ok(session) => session,
        Err(fault) => return Some(Err(fault)),
    };
    let transaction_id = session.transaction_id.as_ref().or(link.transaction_id.as_ref());
    let requests = 1 + usize::from(transaction_id.is_some());
    let (transaction, fault) = match transaction_id {
        None => (None, None),
        Some(id) => match ports.gateway.transaction(id).await {
            Ok(transaction) => (Some(transaction), None),
            Err(fault) => (None, Some(fault)),
        },
    };
    Some(Ok(News { session, transaction, fault, requests }))
}

/// Merges news into what the ledger has now, and looks for a double payment in the same step. `asked`: when it was asked
/// for. An answer that was on its way while the link's time ran out says nothing of what was paid in its
/// last moment, so the end is judged by when the question was put.
pub(super) async fn take(
    ports: &Ports,
    id: LinkId,
    session: Option<SessionNews>,
    transaction: Option<TransactionNews>,
    asked: Asked,
) -> Result<Round, LedgerError> {
    let merge = merging(id, session, transaction, asked.by_backend(ports));
    let changed = on_ledger(ports, merge).await?;
    if has_money(&changed, id) {
        lost::look_soon(ports, id).await?;
    }
    Ok(Round { changed, ..Round::default() })
}

/// The same for what the backend said to a request about money: it is written down with patience.
pub(super) async fn take_patiently(
    ports: &Ports,
    id: LinkId,
    transaction: TransactionNews,
) -> Result<(), LedgerError> {
    // A transaction's news has nothing to do with the link's time.
    let now = Asked::now(ports).by_backend(ports);
    let changed = written(ports, merging(id, None, Some(transaction), now)).await?;
    if has_money(&changed, id) {
        let at = ports.clock.now();
        written(ports, move |ledger| lost::sooner(ledger, id, at)).await?;
    }
    Ok(())
}

fn has_money(changed: &[Link], id: LinkId) -> bool {
    changed.iter().any(|link| link.id == id && link.state.has_money())
}

fn merging(
    id: LinkId,
    session: Option<SessionNews>,
    transaction: Option<TransactionNews>,
    now: Timestamp,
) -> impl Fn(&dyn Ledger) -> Result<Vec<Link>, LedgerError> + Send + Sync + 'static {
    move |ledger| {
        let mut change = |link: &mut Link| {
            let before = (link.state, link.reason.clone(), link.changed_at);
            let changed = lifecycle::merge(link, session.as_ref(), transaction.as_ref(), now);
            // A link that was refused because its address is foreign stays refused, unless somebody
            // has paid it all the same.
            if before.0 == LinkState::Refused && !link.state.has_money() {
                (link.state, link.reason, link.changed_at) = before.clone();
            }
            if link.state != before.0 {
                Touched::Order
            } else if changed {
                Touched::Link
            } else {
                Touched::Nothing
            }
        };
        ledger.amend_order(id, &mut change, &mut |links| double::check(links, now))
    }
}
