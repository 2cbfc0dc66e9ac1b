//! What waited and was carried out while nobody waited for it.
//!
//! Whoever asked for it was told that it isn't done yet, and may well ask again: then that is no second order, and is
//! answered with the end of the first. Who asks for the same once more after that, or after a first that was told to be
//! done, means a second one. So an end that its asker doesn't know is kept until it was told, for a day at most:
//!
//! - An order that is carried out by the command that asks for it is told by that command; nothing is kept of it.
//! - One that ends by itself (sent by another command or by the app, or seen in the transaction) is kept, before its entry
//!   is closed: whoever finds no entry finds this.
//! - What came to nothing is not kept: no money has moved, and to ask again is to try again.

use jiff::{SignedDuration, Timestamp};

use crate::domain::link::LinkId;
use crate::domain::money::Money;
use crate::ops::on_ledger;
use crate::ports::{Ledger, LedgerError, OutboxKind, Ports};

/// After so long the same is asked for anew.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The name under which the end of an order is kept: of equal ones the last.
fn name(id: LinkId, kind: OutboxKind, amount: Option<Money>) -> String {
    let amount = amount.map_or_else(|| "all".to_owned(), |amount| amount.minor().to_string());
    format!("moved/{id}/{}/{amount}", kind.word())
}

/// Keeps that an order was carried out, `at` by the backend's clock, which its asker doesn't know.
pub(in crate::ops) fn keep(
    ledger: &dyn Ledger,
    id: LinkId,
    kind: OutboxKind,
    amount: Option<Money>,
    at: Timestamp,
) -> Result<(), LedgerError> {
    ledger.put(&name(id, kind, amount), Some(&at.to_string()))
}

/// Whether an equal order was carried out, and nobody was told.
pub(super) fn is_untold(
    ledger: &dyn Ledger,
    id: LinkId,
    kind: OutboxKind,
    amount: Option<Money>,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let at = ledger.get(&name(id, kind, amount))?.and_then(|at| at.parse::<Timestamp>().ok());
    Ok(at.is_some_and(|at| now.duration_since(at) < KEPT_FOR))
}

/// Whoever asks was told that it is done ([`super::Ordered::DoneBefore`]): from now on the same is a second order.
///
/// # Errors
/// The ledger's.
pub async fn told(
    ports: &Ports,
    id: LinkId,
    kind: OutboxKind,
    amount: Option<Money>,
) -> Result<(), LedgerError> {
    on_ledger(ports, move |ledger| ledger.put(&name(id, kind, amount), None)).await
}
