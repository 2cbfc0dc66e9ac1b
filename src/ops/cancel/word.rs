//! The seller's word to withdraw a link that is still to be made, or is being made: kept behind the creation, so that it
//! holds whoever is at it, and whatever becomes of that. From then on nothing is made any more (`send::attempt`); what was
//! made all the same is withdrawn at the backend, because a link's entries are carried out in their order.

use crate::domain::link::LinkId;
use crate::ops::claim::claim;
use crate::ops::on_ledger;
use crate::ops::outbox::Outcome;
use crate::ports::{Ledger, LedgerError, OutboxEntry, OutboxKind, Ports};

/// Whether the link is to be withdrawn.
pub(in crate::ops) fn is_given(ledger: &dyn Ledger, id: LinkId) -> Result<bool, LedgerError> {
    Ok(ledger.entry(id, OutboxKind::Cancel)?.is_some())
}

/// Keeps it durably. One that is kept already stays as it is.
pub(in crate::ops) async fn keep(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        if is_given(ledger, id)? {
            return Ok(());
        }
        ledger.amend_entry(id, OutboxKind::Cancel, &mut |waits| match waits {
            None => Some(OutboxEntry::new(id, OutboxKind::Cancel, now)),
            Some(_) => None,
        })
    })
    .await
}

/// The link was never made, and is over: nothing is left to be withdrawn. What can't be closed now closes itself when the
/// outbox is sent.
pub(in crate::ops) async fn fulfilled(ports: &Ports, id: LinkId) {
    let closed = async {
        if on_ledger(ports, move |ledger| is_given(ledger, id)).await?
            && let Some(claim) = claim(ports, id, OutboxKind::Cancel).await?
        {
            claim.settle(ports, Outcome::Already, None).await?;
        }
        Ok::<_, LedgerError>(())
    };
    if let Err(error) = closed.await {
        tracing::warn!(link = %id, %error, "that a link is withdrawn could not be closed in the outbox");
    }
}
