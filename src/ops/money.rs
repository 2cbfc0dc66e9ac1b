//! Capture, void and refund: never repeated blindly. The transaction is read again first, captures and
//! refunds carry a reference of their own, and an answer of 202 is "in progress", not done (contracts, 5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{kept, on_ledger, track};
use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::link::{Link, LinkId};
use crate::domain::money::Money;
use crate::ports::{Fault, FaultKind, LedgerError, MoneyMove, Moved, Ports};

/// A request whose process died may still be carried out for this long.
const ON_THE_WIRE: Duration = Duration::from_secs(60);

/// What is to be done with the money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// Withdraw what is reserved: an amount, or all that is left.
    Capture(Option<Money>),
    /// Release what is reserved.
    Void,
    /// Give back: an amount, or all that is left, and why.
    Refund(Option<Money>, Option<String>),
}

/// How moving money ended, with the link as it's kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// The link.
    pub link: Link,
    /// How it ended.
    pub end: MoneyEnd,
}

/// How moving money ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyEnd {
    /// Done.
    Done,
    /// Accepted, in progress: follow the link, don't send it again.
    InProgress,
    /// Nothing was sent: the payment isn't in a state for this (the link says which), or the amount is
    /// more than there is.
    NotPossible,
    /// Certainly nothing was done.
    Fault(Fault),
    /// It may have been carried out: look again before anything else.
    Unknown(Fault),
}

/// What was on the wire, kept until its outcome is known.
#[derive(Serialize, Deserialize)]
struct Journal {
    reference: String,
    at: Timestamp,
}

/// Moves money of a link.
///
/// # Errors
/// The ledger's.
pub async fn move_money(ports: &Ports, id: LinkId, what: Movement) -> Result<Moving, LedgerError> {
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    let Some(transaction_id) = link.transaction_id.clone() else {
        return Ok(Moving { link, end: MoneyEnd::NotPossible });
    };
    let now = match ports.gateway.transaction(&transaction_id).await {
        Ok(transaction) => transaction,
        Err(fault) => return Ok(Moving { link, end: MoneyEnd::Fault(fault) }),
    };
    let link = learn(ports, id, now.clone()).await?;
    let key = format!("moving:{id}");
    if let Some(before) = journal(ports, &key).await? {
        match outcome_of(&now, &before.reference) {
            None if ports.clock.now().duration_since(before.at) < wire_time() => {
                return Ok(Moving { link, end: MoneyEnd::InProgress });
            }
            _ => forget(ports, &key).await?,
        }
    }
    if in_progress(&now) {
        return Ok(Moving { link, end: MoneyEnd::InProgress });
    }
    let Some(plan) = plan(&link, &now, &what) else {
        return Ok(Moving { link, end: MoneyEnd::NotPossible });
    };
    let noted = Journal { reference: plan.reference.clone(), at: ports.clock.now() };
    let (note_key, text) = (key.clone(), serde_json::to_string(&noted).unwrap_or_default());
    on_ledger(ports, move |ledger| ledger.put(&note_key, Some(&text))).await?;
    let answer = match &what {
        Movement::Capture(_) => ports.gateway.capture(&transaction_id, &plan).await,
        Movement::Void => ports.gateway.void(&transaction_id).await,
        Movement::Refund(..) => ports.gateway.refund(&transaction_id, &plan).await,
    };
    match answer {
        Ok(Moved { done, transaction }) => {
            let told = match transaction {
                Some(transaction) => Some(transaction),
                None => ports.gateway.transaction(&transaction_id).await.ok(),
            };
            forget(ports, &key).await?;
            let link = match told {
                Some(transaction) => learn(ports, id, transaction).await?,
                None => link,
            };
            let end = if done { MoneyEnd::Done } else { MoneyEnd::InProgress };
            Ok(Moving { link, end })
        }
        Err(fault) if fault.kind == FaultKind::Maybe => {
            find_out(ports, &link, &transaction_id, &now, &plan.reference, fault, &key).await
        }
        Err(fault) => {
            forget(ports, &key).await?;
            Ok(Moving { link, end: MoneyEnd::Fault(fault) })
        }
    }
}

/// After an answer that was lost: the transaction tells whether it was carried out.
async fn find_out(
    ports: &Ports,
    link: &Link,
    transaction_id: &str,
    before: &TransactionNews,
    reference: &str,
    fault: Fault,
    key: &str,
) -> Result<Moving, LedgerError> {
    let Ok(after) = ports.gateway.transaction(transaction_id).await else {
        return Ok(Moving { link: link.clone(), end: MoneyEnd::Unknown(fault) });
    };
    let told = outcome_of(&after, reference);
    let moved = after.status != before.status;
    let progress = in_progress(&after);
    let link = learn(ports, link.id, after).await?;
    let end = match told {
        Some(true) => MoneyEnd::Done,
        Some(false) => MoneyEnd::Fault(Fault { kind: FaultKind::Refused, ..fault }),
        // A backend that doesn't give references back: the status has moved, so it was carried out.
        None if moved => MoneyEnd::Done,
        None if progress => MoneyEnd::InProgress,
        // It isn't there yet, and may still come: the note stays.
        None => return Ok(Moving { link, end: MoneyEnd::Unknown(fault) }),
    };
    forget(ports, key).await?;
    Ok(Moving { link, end })
}

async fn learn(ports: &Ports, id: LinkId, news: TransactionNews) -> Result<Link, LedgerError> {
    track::take(ports, id, None, Some(news)).await?;
    on_ledger(ports, move |ledger| kept(ledger, id)).await
}

async fn journal(ports: &Ports, key: &str) -> Result<Option<Journal>, LedgerError> {
    let key = key.to_owned();
    let text = on_ledger(ports, move |ledger| ledger.get(&key)).await?;
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
}

async fn forget(ports: &Ports, key: &str) -> Result<(), LedgerError> {
    let key = key.to_owned();
    on_ledger(ports, move |ledger| ledger.put(&key, None)).await
}

fn wire_time() -> SignedDuration {
    SignedDuration::try_from(ON_THE_WIRE).unwrap_or_default()
}

/// The operation whose reference is `reference`: whether it went through, `None` if it isn't there.
fn outcome_of(transaction: &TransactionNews, reference: &str) -> Option<bool> {
    let ours = transaction.events.iter().filter(|e| e.reference.as_deref() == Some(reference));
    ours.filter(|e| !e.event.starts_with("INITIATE_")).map(|e| e.success).next_back()
}

/// Something was begun (202) and hasn't come to an end.
fn in_progress(transaction: &TransactionNews) -> bool {
    let ended = |begun: &TransactionEvent| {
        let word = begun.event.strip_prefix("INITIATE_").unwrap_or_default();
        transaction.events.iter().any(|e| {
            e.event == word
                && match (&e.correlation, &begun.correlation) {
                    (Some(a), Some(b)) => a == b,
                    // Without what ties them together, one that came later is taken for its end.
                    _ => e.at >= begun.at,
                }
        })
    };
    transaction.events.iter().any(|e| e.success && e.event.starts_with("INITIATE_") && !ended(e))
}

/// The sum and the number of the operations of a kind that went through.
fn done(transaction: &TransactionNews, word: &str) -> (i64, usize) {
    let events = transaction.events.iter().filter(|e| e.event == word && e.success);
    events.fold((0, 0), |(sum, n), e| (sum + e.amount.unwrap_or_default(), n + 1))
}

/// What is to be sent, if the payment is in a state for it and has the money.
fn plan(link: &Link, now: &TransactionNews, what: &Movement) -> Option<MoneyMove> {
    use TransactionStatus as S;
    let currency = link.amount.currency();
    let authorized = now.amount.unwrap_or(link.amount.minor());
    let (captured, captures) = done(now, "CAPTURE");
    let (refunded, refunds) = done(now, "REFUND");
    // With some methods authorizing and capturing are one step that leaves no event of its own.
    let captured = match now.status {
        S::Captured | S::Refunded | S::PartiallyRefunded if captured == 0 => authorized,
        _ => captured,
    };
    let (possible, left, wanted, reference, reason) = match what {
        Movement::Capture(amount) => (
            matches!(now.status, S::Authorized | S::PartiallyCaptured | S::PartiallyCapturedRefunded),
            authorized - captured,
            amount,
            format!("{}-C{}", link.sale.reference, captures + 1),
            None,
        ),
        Movement::Void => (
            matches!(now.status, S::Authorized | S::PartiallyCaptured),
            authorized - captured,
            &None,
            format!("{}-V", link.sale.reference),
            None,
        ),
        Movement::Refund(amount, reason) => (
            matches!(
                now.status,
                S::Captured | S::PartiallyCaptured | S::PartiallyRefunded | S::PartiallyCapturedRefunded
            ),
            captured - refunded,
            amount,
            format!("{}-R{}", link.sale.reference, refunds + 1),
            reason.clone(),
        ),
    };
    if wanted.is_some_and(|w| w.currency() != currency) {
        return None;
    }
    let minor = wanted.map_or(left, Money::minor);
    if !possible || minor <= 0 || minor > left {
        return None;
    }
    // The whole order at once: every line, as it was sold. A part has no lines of its own.
    let whole = minor == link.amount.minor() && captured_lines(what, captures, refunds);
    let items = if whole { lines(link) } else { Vec::new() };
    Some(MoneyMove { amount: Money::new(minor, currency), reference, reason, items })
}

const fn captured_lines(what: &Movement, captures: usize, refunds: usize) -> bool {
    match what {
        Movement::Capture(_) => captures == 0,
        Movement::Void => false,
        Movement::Refund(..) => refunds == 0,
    }
}

/// The lines as the session has them: numbered from 1.
fn lines(link: &Link) -> Vec<(String, String, i64)> {
    let line = |(i, l): (usize, &crate::domain::line::ProductLine)| {
        ((i + 1).to_string(), l.quantity.value().to_string(), l.amount().minor())
    };
    link.sale.lines.iter().enumerate().map(line).collect()
}
