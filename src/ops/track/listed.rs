//! Many links brought up to date at once, for commands: what the tracker spreads over minutes is wanted in seconds.

use crate::domain::lifecycle::{self, SessionNews, TransactionNews};
use crate::domain::link::{Link, LinkId};
use crate::ops::asked::Asked;
use crate::ops::on_ledger;
use crate::ports::{Fault, LedgerError, OutboxEntry, Ports};

use super::{
    BATCH, FaultKind, Round, close_what_ended, halves, readable, refresh_each, refresh_many, sent_money, take,
};

/// Brings links up to date: of `settled` ones only what became of the money is read, of `open` ones all of their story.
///
/// # Errors
/// The ledger's.
pub async fn refresh_all(
    ports: &Ports,
    settled: Vec<LinkId>,
    open: Vec<LinkId>,
) -> Result<Round, LedgerError> {
    let (many, listed) = tokio::join!(refresh_many(ports, settled), refresh_listed(ports, open));
    let mut round = listed?;
    round.add(many?);
    Ok(round)
}

/// Reads these links' sessions, a hundred in one request, then the transactions of those that have one. Links that a
/// list doesn't tell of are read one by one, all of them where the backend can't list.
///
/// # Errors
/// The ledger's.
pub async fn refresh_listed(ports: &Ports, ids: Vec<LinkId>) -> Result<Round, LedgerError> {
    let mut round = Round::default();
    let mut lists = true;
    for batch in ids.chunks(BATCH) {
        // One by itself costs no more, and its answer is sure to tell all.
        if !lists || batch.len() == 1 {
            round.add(refresh_each(ports, batch.to_vec()).await?);
        } else {
            let read = read_listed(ports, batch.to_vec()).await?;
            lists = read.lists;
            round.add(read.round);
            if round.fault.is_none() {
                round.add(refresh_each(ports, read.untold).await?);
            }
        }
        // The next hundred would fare no better.
        if round.fault.is_some() {
            break;
        }
    }
    Ok(round)
}

/// What lists have told of some links.
#[derive(Default)]
struct Listed {
    round: Round,
    /// The backend can list sessions.
    lists: bool,
    /// Links of which not all was told.
    untold: Vec<LinkId>,
}

async fn read_listed(ports: &Ports, ids: Vec<LinkId>) -> Result<Listed, LedgerError> {
    let (links, sent) = on_ledger(ports, move |ledger| {
        let mut links = Vec::with_capacity(ids.len());
        for id in ids {
            links.extend(readable(ledger, id)?);
        }
        links.retain(|link| !link.state.in_outbox() && link.session_id.is_some());
        let sent = sent_money(ledger, &links)?;
        Ok((links, sent))
    })
    .await?;
    let mut listed = Listed { lists: true, ..Listed::default() };
    let session_ids: Vec<String> = links.iter().filter_map(|l| l.session_id.clone()).collect();
    if session_ids.is_empty() {
        return Ok(listed);
    }
    let asked = Asked::now(ports);
    listed.round.requests += 1;
    let sessions = match ports.gateway.sessions_of(&session_ids).await {
        Ok(sessions) => sessions,
        Err(fault) if no_list(&fault) => {
            listed.lists = false;
            listed.untold = links.into_iter().map(|link| link.id).collect();
            return Ok(listed);
        }
        Err(fault) => {
            listed.round.fault = Some(fault);
            return Ok(listed);
        }
    };
    let mut told: Vec<(Link, SessionNews)> = Vec::with_capacity(links.len());
    for link in links {
        match sessions.iter().find(|s| link.session_id.as_ref() == Some(&s.id)) {
            Some(session) => told.push((link, session.clone())),
            None => listed.untold.push(link.id),
        }
    }
    // After the sessions, so that what they name is there.
    let paid: Vec<String> = told
        .iter()
        .filter(|(link, session)| transaction_of(link, session).is_some())
        .map(|(_, session)| session.id.clone())
        .collect();
    let mut transactions = Vec::new();
    if !paid.is_empty() {
        // Those that the list can't tell of are read by their ids.
        match halves::transactions_of(ports, &paid).await {
            Ok(told) => {
                listed.round.requests += told.requests;
                transactions = told.transactions;
            }
            Err(fault) => {
                listed.round.requests += 1;
                if !no_list(&fault) {
                    listed.round.fault = Some(fault);
                }
            }
        }
    }
    for (link, session) in told {
        let id = link.id;
        let named = transaction_of(&link, &session).map(str::to_owned);
        let mut of_link = transactions.iter().filter(|t| t.session_id.as_ref() == Some(&session.id));
        let transaction = of_link.find(|t| named.as_ref() == Some(&t.id));
        if named.is_some() && transaction.is_none() && listed.round.fault.is_none() {
            listed.untold.push(id);
            continue;
        }
        listed.round.there.push(id);
        listed.round.add(merge(ports, &link, session, transaction, asked, &sent).await?);
    }
    Ok(listed)
}

/// Keeps what is new of a link, if anything is.
async fn merge(
    ports: &Ports,
    link: &Link,
    session: SessionNews,
    transaction: Option<&TransactionNews>,
    asked: Asked,
    sent: &[OutboxEntry],
) -> Result<Round, LedgerError> {
    let mut round = Round::default();
    // Only what is new is worth a step on the ledger.
    if lifecycle::merge(&mut link.clone(), Some(&session), transaction, asked.by_backend(ports)) {
        round.add(take(ports, link.id, Some(session), transaction.cloned(), asked).await?);
    }
    if let Some(transaction) = transaction {
        round.add(close_what_ended(ports, sent, link.id, transaction).await?);
    }
    Ok(round)
}

/// The transaction that a session is known to have.
fn transaction_of<'a>(link: &'a Link, session: &'a SessionNews) -> Option<&'a str> {
    session.transaction_id.as_deref().or(link.transaction_id.as_deref())
}

/// It was asked, and a list is what it doesn't give, or not one that can be read. What it can't do just now, and what
/// it never heard, is another matter: single reads fare no better then.
fn no_list(fault: &Fault) -> bool {
    let not_so = fault.kind == FaultKind::Maybe && fault.retry_after.is_none() && fault.status.is_some();
    !fault.cause.unreached() && (fault.kind.is_no() || not_so || fault.cause.too_large())
}
