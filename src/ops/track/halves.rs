//! A list of transactions, asked for in halves where the answer to all of it is too large to be read.

use crate::domain::lifecycle::TransactionNews;
use crate::ports::{Fault, Ports};

/// Once the list could tell nothing of so many sessions, each asked about alone, what is too large is not halved any
/// further: a backend that answers with everything, whatever it is asked for, shall not be asked for ever.
const ALONE: usize = 4;

/// What a list of transactions told.
#[derive(Default)]
pub(super) struct Told {
    pub(super) transactions: Vec<TransactionNews>,
    /// Sessions of which it could tell nothing: what they have is read by its id.
    pub(super) untold: Vec<String>,
    pub(super) requests: usize,
}

/// The transactions of these sessions. An answer that is too large holds up nobody but those that make it so.
pub(super) async fn transactions_of(ports: &Ports, sessions: &[String]) -> Result<Told, Fault> {
    let mut told = Told::default();
    let mut left = vec![sessions];
    while let Some(part) = left.pop() {
        told.requests += 1;
        match ports.gateway.transactions_of(part).await {
            Ok(found) => told.transactions.extend(found),
            Err(fault) if !fault.cause.too_large() => return Err(fault),
            Err(_) if part.len() > 1 && told.untold.len() < ALONE => {
                let (first, second) = part.split_at(part.len() / 2);
                left.extend([second, first]);
            }
            Err(_) => told.untold.extend_from_slice(part),
        }
    }
    Ok(told)
}
