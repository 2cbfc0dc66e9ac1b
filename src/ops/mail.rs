//! What becomes of a link's mail.

use super::on_ledger;
use crate::domain::link::{DeliveryStatus, EventKind, LinkEvent, LinkId};
use crate::ports::{LedgerError, Ports};

/// Notes that the mail program was opened with the link's mail. Whether the seller sent it, nobody
/// tells us.
///
/// # Errors
/// The ledger's.
pub async fn note_opened(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    on_ledger(ports, move |ledger| {
        ledger.amend(id, &mut |link| {
            link.events.push(LinkEvent { at: now, kind: EventKind::MailOpened, detail: None, key: None });
            link.delivery_status = DeliveryStatus::Sent;
            true
        })
    })
    .await
    .map(drop)
}
