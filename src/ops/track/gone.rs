//! A link whose session can't be read any more: nobody knows how long one can (API, 12.2), and its payment outlives it.

use super::{Asked, Link, Round, TransactionNews, close_what_ended, lifecycle, on_ledger, take};
use crate::ports::{Fault, LedgerError, OutboxEntry, Ports};

/// Reads what became of the payment, and keeps what is new. Where there is none, a session that is gone after its time
/// was not paid; before its time that means nothing.
pub(super) async fn without_session(
    ports: &Ports,
    link: &Link,
    sent: &[OutboxEntry],
    asked: Asked,
) -> Result<Round, LedgerError> {
    let id = link.id;
    // The session, and its payments.
    let requests = 2;
    let payments = match payments(ports, link).await {
        Ok(payments) => payments,
        Err(fault) if fault.cause.too_large() => {
            return Ok(Round { strange: vec![(id, fault)], requests, ..Round::default() });
        }
        Err(fault) => return Ok(Round { fault: Some(fault), requests, ..Round::default() }),
    };
    if payments.is_empty() {
        let round = end_if_due(ports, link, asked).await?;
        return Ok(Round { requests, ..round });
    }
    let mut round = Round { there: vec![id], requests, ..Round::default() };
    for payment in payments {
        round.add(take(ports, id, None, Some(payment.clone()), asked).await?);
        round.add(close_what_ended(ports, sent, id, &payment).await?);
    }
    Ok(round)
}

/// The payments that the backend still tells of: the one that is known, else all of the session.
async fn payments(ports: &Ports, link: &Link) -> Result<Vec<TransactionNews>, Fault> {
    let told = match (&link.transaction_id, &link.session_id) {
        (Some(id), _) => ports.gateway.transaction(id).await.map(|payment| vec![payment]),
        (None, Some(session)) => {
            let told = ports.gateway.transactions_of(std::slice::from_ref(session)).await;
            told.map(|all| all.into_iter().filter(|t| t.session_id.as_ref() == Some(session)).collect())
        }
        (None, None) => Ok(Vec::new()),
    };
    match told {
        // Gone too, or nothing that it tells.
        Err(fault) if fault.kind.is_no() => Ok(Vec::new()),
        told => told,
    }
}

async fn end_if_due(ports: &Ports, link: &Link, asked: Asked) -> Result<Round, LedgerError> {
    let (id, now) = (link.id, asked.by_backend(ports));
    let amended = on_ledger(ports, move |ledger| {
        let mut changed = false;
        let link = ledger.amend(id, &mut |link| {
            changed = lifecycle::expire_if_due(link, now);
            changed
        })?;
        Ok((link, changed))
    });
    let (link, changed) = amended.await?;
    let gone = link.iter().filter(|l| !l.settled()).map(|l| l.id).collect();
    let changed = link.into_iter().filter(|_| changed).collect();
    Ok(Round { changed, gone, ..Round::default() })
}
