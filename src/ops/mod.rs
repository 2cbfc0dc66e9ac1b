//! How it is done: sending what is in the outbox, following links, withdrawing them, moving money.
//!
//! Asynchronous and generic over the ports; this room knows no edge and no screen. Nothing here decides
//! from an old copy of a link: news is merged into what the ledger has at that moment.

mod asked;
pub mod backoff;
pub mod cancel;
mod claim;
mod double;
mod lost;
pub mod mail;
pub mod money;
pub mod outbox;
pub mod patience;
mod send;
pub mod signed_in;
mod since;
pub mod track;
mod wire;
mod written;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use double::check as check_order;
use jiff::Timestamp;

use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{Ledger, LedgerError, Ports};

/// Runs `work` on the ledger, on a thread where waiting for the disk holds nobody up.
///
/// # Errors
/// What `work` returns.
pub async fn on_ledger<T: Send + 'static>(
    ports: &Ports,
    work: impl FnOnce(&dyn Ledger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let ledger = ports.ledger.clone();
    let turn = ports.turns.next().await;
    let done = blocking(move || {
        let done = work(&*ledger);
        // Not sooner: whoever asked may be gone while the work goes on.
        drop(turn);
        done
    });
    done.await
}

/// Runs `work` on a thread that may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            // A panic over there goes on here, to the hook that gives the terminal back.
            Ok(panic) => std::panic::resume_unwind(panic),
            // Blocking work is never cancelled once it runs; before that only when the program ends.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Now, by the backend's clock, as far as its last answer told.
pub(crate) fn backend_now(ports: &Ports) -> Timestamp {
    let now = ports.clock.now();
    now.checked_add(ports.gateway.clock_skew()).unwrap_or(now)
}

/// The link, which is known to be kept.
pub(crate) fn kept(ledger: &dyn Ledger, id: LinkId) -> Result<Link, LedgerError> {
    ledger.link(id)?.ok_or_else(|| LedgerError::Database(format!("the link {id} is not kept")))
}

/// Moves the link to `state`.
pub(crate) fn set_state(link: &mut Link, state: LinkState, at: Timestamp) {
    if link.state != state {
        link.state = state;
        link.changed_at = at;
    }
}
