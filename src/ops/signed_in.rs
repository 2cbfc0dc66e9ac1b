//! Somebody has signed in at another terminal: told through the ledger, by whose changes an app is woken, so that one that
//! was turned away tries anew at once. A keyring is not looked into for that every few seconds: it may ask a person each
//! time.

use jiff::Timestamp;

use crate::ports::{Ledger, LedgerError};

fn key(account_id: &str) -> String {
    format!("signed-in:{account_id}")
}

/// Tells it, once the new secret is where it is looked for.
///
/// # Errors
/// The ledger's.
pub fn tell(ledger: &dyn Ledger, account_id: &str, now: Timestamp) -> Result<(), LedgerError> {
    ledger.put(&key(account_id), Some(&now.as_nanosecond().to_string()))
}

/// The last time that was told, as a word that is another each time.
///
/// # Errors
/// The ledger's.
pub fn told(ledger: &dyn Ledger, account_id: &str) -> Result<Option<String>, LedgerError> {
    ledger.get(&key(account_id))
}
