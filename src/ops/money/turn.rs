//! Waiting for one's turn: another process sends the same request, or one that was asked for before goes first.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::link::LinkId;
use crate::ops::outbox;
use crate::ops::{kept, on_ledger};
use crate::ports::{LedgerError, OutboxEntry, OutboxKind, Ports};

/// So soon it is looked how far somebody else is.
const GLANCE: Duration = Duration::from_millis(250);

/// What goes before a request, and is not done yet.
pub(super) struct Ahead {
    /// When to look again.
    pub(super) next_at: Timestamp,
    /// It was tried, and there is no connection at all.
    pub(super) unreached: bool,
}

/// Sends what goes before a request of `kind`, if that is due. `None`: it waits for the seller.
pub(super) async fn comes(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Option<Ahead>, LedgerError> {
    let ahead = ahead_of(ports, id, kind).await?;
    if !ahead.is_empty() {
        outbox::send_what_is_due(ports, ahead).await?;
    }
    Ok(match ahead_of(ports, id, kind).await?.first() {
        Some(entry) if entry.needs_decision => None,
        Some(entry) => {
            Some(Ahead { next_at: entry.next_at.max(soon(ports)), unreached: entry.waits_for_connection() })
        }
        None => Some(Ahead { next_at: soon(ports), unreached: false }),
    })
}

fn soon(ports: &Ports) -> Timestamp {
    let now = ports.clock.now();
    now.checked_add(GLANCE).unwrap_or(now)
}

/// What was asked for about this link before the request of `kind`, oldest first.
async fn ahead_of(ports: &Ports, id: LinkId, kind: OutboxKind) -> Result<Vec<OutboxEntry>, LedgerError> {
    on_ledger(ports, move |ledger| {
        let account = kept(ledger, id)?.account_id;
        let asked = ledger.outbox(&account)?.into_iter().filter(|e| e.link == id && e.kind.asked_for());
        Ok(asked.take_while(|e| e.kind != kind).collect())
    })
    .await
}
