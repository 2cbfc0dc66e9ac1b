//! How it is done: sending, following, withdrawing. Async, over the ports alone, so that the app, the
//! command line and the tests share one way.

pub mod backoff;
pub mod cancel;
pub mod mail;

use std::sync::Arc;

use crate::ports::{Ledger, LedgerError, Ports};

/// Calls the ledger on a thread where waiting for the disk holds nobody up.
///
/// # Errors
/// What `work` returns.
pub async fn on_ledger<T: Send + 'static>(
    ports: &Ports,
    work: impl FnOnce(&dyn Ledger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let ledger: Arc<dyn Ledger> = ports.ledger.clone();
    blocking(move || work(&*ledger)).await
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
