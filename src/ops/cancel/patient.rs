//! Withdrawing for somebody who waits for it, but not for ever.

use std::time::Duration;

use jiff::SignedDuration;

use super::{CancelEnd, Cancelling, cancel};
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::LinkId;
use crate::ops::patience::{Patience, Unreached};
use crate::ops::{kept, on_ledger};
use crate::ports::{Fault, FaultKind, LedgerError, OutboxKind, Ports};

/// What is due is not tried again without a pause.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_millis(50);
/// How often it is looked whether somebody else is done with the link.
const BEING_SENT: SignedDuration = SignedDuration::from_millis(300);

/// As [`cancel`], tried again for as long as somebody waits, or sooner no more where there is no connection at all. Where we are not
/// signed in it is tried once. What is not done by then is left to the outbox.
///
/// # Errors
/// The ledger's: it may have been withdrawn.
pub async fn cancel_patiently(
    ports: &Ports,
    id: LinkId,
    patience: Duration,
) -> Result<Cancelling, LedgerError> {
    let (patience, mut unreached) = (Patience::new(patience), Unreached::default());
    loop {
        let Ok(done) = tokio::time::timeout(patience.left(), cancel(ports, id)).await else {
            return not_in_time(ports, id).await;
        };
        let done = done?;
        let CancelEnd::Later { next_at, fault } = &done.end else { return Ok(done) };
        // Each try reads the secret anew and signs in with it: a wrong one gets no better by that, and who tries it too often
        // may be locked out.
        let turned_away = matches!(fault.kind, FaultKind::NotSignedIn | FaultKind::Forbidden);
        if turned_away || unreached.gives_up(Some(fault)) {
            return Ok(done);
        }
        let wait = match next_at {
            Some(next_at) => next_at.duration_since(ports.clock.now()),
            // Whoever is at it tells nobody when that ends.
            None if fault.cause == Cause::Plain(Plain::BeingSent) => BEING_SENT,
            None => return Ok(done),
        };
        let wait = wait.max(SHORTEST_WAIT);
        let wait = Duration::try_from(wait).unwrap_or_default();
        if wait >= patience.left() {
            return Ok(done);
        }
        tokio::time::sleep(wait).await;
    }
}

/// The time was up in the middle of a try, which is left as a crash would leave it: what is known of it.
async fn not_in_time(ports: &Ports, id: LinkId) -> Result<Cancelling, LedgerError> {
    on_ledger(ports, move |ledger| {
        let mut gone_out = false;
        ledger.amend_entry(id, OutboxKind::Cancel, &mut |waits| {
            let sent =
                |entry: &crate::ports::OutboxEntry| entry.order.as_ref().is_some_and(|o| o.sent.is_some());
            gone_out = waits.as_ref().is_some_and(sent);
            None
        })?;
        let kind = if gone_out { FaultKind::Maybe } else { FaultKind::NotSent };
        let fault = Fault::new(kind, Cause::Plain(Plain::NotInTime));
        Ok(Cancelling { link: kept(ledger, id)?, end: CancelEnd::Later { fault, next_at: None } })
    })
    .await
}
