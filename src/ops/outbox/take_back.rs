//! A link that waits is taken out of the outbox, to be changed: at any moment it is in there, or kept as a draft.

use super::{Sent, kept, on_ledger, send};
use crate::domain::link::{LinkId, LinkState};
use crate::ports::{Ledger, LedgerError, Ports};

/// Drops a link that was certainly not sent, after its `draft` was kept under the id `as_draft`. One that is being sent just
/// now, or may have been sent, stays what it is: then the draft is forgotten. Whoever finds the draft later asks
/// [`draft_is_the_sale`].
///
/// # Errors
/// The ledger's. Where the draft can't be kept nothing else is done.
pub async fn take_back(
    ports: &Ports,
    id: LinkId,
    as_draft: LinkId,
    draft: String,
) -> Result<Sent, LedgerError> {
    on_ledger(ports, move |ledger| {
        let account = kept(ledger, id)?.account_id;
        ledger.keep_draft(&account, as_draft, &draft)
    })
    .await?;
    let sent = send::take_out(ports, id).await?;
    if sent.link.state != LinkState::Cancelled {
        let account = sent.link.account_id.clone();
        let forgotten = on_ledger(ports, move |ledger| ledger.forget_draft(&account, as_draft)).await;
        if let Err(error) = forgotten {
            // It is known to be none as long as the link is not withdrawn.
            tracing::warn!(%error, "a draft of a link that stays in the outbox is not forgotten yet");
        }
    }
    Ok(sent)
}

/// Whether a draft that was kept to stand in for the link `id` is the sale: it is once the link is out of the outbox without
/// having been made. As long as that waits, or if it was made, the link is, whatever became of it; both would be one sale
/// twice. A link that is not there, or can't be read, is sent by nobody.
///
/// # Errors
/// The database's.
pub fn draft_is_the_sale(ledger: &dyn Ledger, id: LinkId) -> Result<bool, LedgerError> {
    match ledger.link(id) {
        Ok(link) => {
            Ok(link.is_none_or(|link| link.state == LinkState::Cancelled && link.session_id.is_none()))
        }
        Err(LedgerError::Unreadable { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}
