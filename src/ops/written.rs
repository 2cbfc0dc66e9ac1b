//! What the backend has said is written down, however long the ledger can't be written: it is known here alone, and what
//! is not written down has to be found out again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, sleep_until};

use super::on_ledger;
use super::patience::counted;
use crate::ports::{Ledger, LedgerError, Ports};

/// The pause after the first try; it doubles from try to try.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Does `work` on the ledger, again and again while that can't be written: as long as somebody waits, or as the process
/// runs. `work` must be fit to be done again, for one try may have gone through though it said otherwise.
pub(super) async fn written<T: Send + 'static>(
    ports: &Ports,
    work: impl Fn(&dyn Ledger) -> Result<T, LedgerError> + Send + Sync + 'static,
) -> Result<T, LedgerError> {
    let work = Arc::new(work);
    let mut persisting = ports.persist.begin();
    let mut pause = FIRST_PAUSE;
    loop {
        let end = persisting.end();
        let last = persisting.is_stopped() || end.is_some_and(|end| counted() >= end);
        let work = work.clone();
        let error = match on_ledger(ports, move |ledger| work(ledger)).await {
            Err(error) if error.may_pass() && !last => error,
            done => return done,
        };
        if pause == FIRST_PAUSE {
            tracing::warn!(%error, "what the backend said can't be written down now");
            persisting.tell(&error);
        }
        let up = async {
            match end {
                Some(end) => sleep_until(end).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = up => {}
            () = persisting.stopped() => {}
        }
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}
