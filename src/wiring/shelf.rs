//! What the client of the backend keeps between runs lies in the ledger, of which it knows nothing.

use std::sync::Arc;

use crate::dintero::Shelf;
use crate::ops::blocking;
use crate::ports::{Ledger, LedgerError, Reply, Turns};

/// The small values of a ledger.
pub(super) struct LedgerShelf {
    ledger: Arc<dyn Ledger>,
    turns: Turns,
}

impl LedgerShelf {
    pub(super) fn new(ledger: Arc<dyn Ledger>, turns: Turns) -> Self {
        Self { ledger, turns }
    }

    /// Does `work` where waiting for the disk holds nobody up. A sale doesn't fail for want of a shelf.
    async fn at<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Option<T> {
        let ledger = Arc::clone(&self.ledger);
        let turn = self.turns.next().await;
        let done = blocking(move || {
            let done = work(&*ledger);
            drop(turn);
            done
        });
        done.await.inspect_err(|error| tracing::warn!(%error, "what is kept between runs can't be used")).ok()
    }
}

impl Shelf for LedgerShelf {
    fn get(&self, key: String) -> Reply<'_, Option<String>> {
        Box::pin(async move { self.at(move |ledger| ledger.get(&key)).await.flatten() })
    }

    fn put(&self, key: String, text: Option<String>) -> Reply<'_, ()> {
        Box::pin(async move {
            self.at(move |ledger| ledger.put(&key, text.as_deref())).await;
        })
    }
}
