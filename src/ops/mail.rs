//! What is kept about mails, which go out through the seller's own mail program.

use crate::domain::link::{DeliveryStatus, EventKind, LinkEvent, LinkId};
use crate::domain::sale::Delivery;
use crate::ports::{LedgerError, Ports};

use super::on_ledger;

/// Keeps that the mail program was opened with the link's mail. Whether the seller then sent it is not
/// known to anybody but the seller.
///
/// # Errors
/// The ledger's.
pub async fn note_opened(ports: &Ports, id: LinkId) -> Result<(), LedgerError> {
    let at = ports.clock.now();
    on_ledger(ports, move |ledger| {
        ledger.amend(id, &mut |link| {
            if matches!(link.sale.delivery, Delivery::Email(_)) {
                link.delivery_status = DeliveryStatus::Sent;
            }
            link.record(LinkEvent { at, kind: EventKind::MailOpened, detail: None, key: None })
        })
    })
    .await
    .map(|_| ())
}
