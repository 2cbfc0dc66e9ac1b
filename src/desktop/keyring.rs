//! The client secret in the system's keyring: Secret Service on Linux, Keychain on macOS, Credential
//! Manager on Windows.
//!
//! A keyring may hang for ever (a locked one waits for a prompt that nobody sees), so each call runs on
//! a plain thread that is left behind when its time is up. Not on the runtime's blocking threads: the
//! runtime would wait for those when the program ends.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use secrecy::SecretString;

/// How long a keyring may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Under which name the entries are kept.
#[cfg(feature = "keyring")]
const SERVICE: &str = "paylink";

/// Why the keyring could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// paylink was built without keyrings, or for a system without one.
    #[error("this paylink was built without a keyring")]
    NotBuilt,
    /// There's none: no session bus, no service (a server, a container).
    #[error("there is no system keyring here: {0}")]
    Absent(String),
    /// It is locked, or access was refused.
    #[error("the system keyring is locked: {0}")]
    Locked(String),
    /// It did not answer: most often a prompt that nobody saw.
    #[error("the system keyring does not answer; is it waiting to be unlocked?")]
    NoAnswer,
    /// What is kept is no text, or there are several.
    #[error("the entry in the system keyring can't be used: {0}")]
    BadEntry(Bad),
}

/// Why an entry can't be used. Never holds the entry itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It is not text.
    #[error("it is not text")]
    NotText,
    /// It is damaged.
    #[error("it is damaged")]
    Damaged,
    /// There are so many.
    #[error("there are {0}")]
    Several(usize),
    /// Something rare, in the keyring's words.
    #[error("{0}")]
    Theirs(String),
}

/// The secret kept for `user` (the config's `keyring_user`), if there is one.
///
/// # Errors
/// No keyring, or it can't be used.
pub fn get(user: &str) -> Result<Option<SecretString>, KeyringError> {
    let user = user.to_owned();
    guarded(PATIENCE, move || store::get(&user))
}

/// Keeps `secret` for `user`, in place of what was there.
///
/// # Errors
/// No keyring, or it can't be used.
pub fn set(user: &str, secret: &SecretString) -> Result<(), KeyringError> {
    let (user, secret) = (user.to_owned(), secret.clone());
    guarded(PATIENCE, move || store::set(&user, &secret))
}

/// Forgets the secret of `user`; whether there was one.
///
/// # Errors
/// No keyring, or it can't be used.
pub fn delete(user: &str) -> Result<bool, KeyringError> {
    let user = user.to_owned();
    guarded(PATIENCE, move || store::delete(&user))
}

fn guarded<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (done, outcome) = mpsc::channel();
    thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            // Nobody listens any more when the time was up.
            let _ = done.send(work());
        })
        .map_err(|e| KeyringError::Absent(e.to_string()))?;
    let outcome = outcome.recv_timeout(patience).unwrap_or(Err(KeyringError::NoAnswer));
    if let Err(error) = &outcome {
        tracing::info!(%error, "the system keyring can't be used");
    }
    outcome
}

#[cfg(feature = "keyring")]
mod store {
    use std::sync::Arc;

    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::{Entry, Error};
    use secrecy::{ExposeSecret as _, SecretString};

    use super::{Bad, KeyringError, SERVICE};
    use crate::domain::clean;

    #[cfg(all(unix, not(target_os = "macos")))]
    use dbus_secret_service_keyring_store::Store;

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;

    #[cfg(windows)]
    use windows_native_keyring_store::Store;

    fn entry(user: &str) -> Result<Entry, KeyringError> {
        let store: Arc<Store> = Store::new().map_err(|e| KeyringError::Absent(line(&e)))?;
        store.build(SERVICE, user, None).map_err(|e| plain(&e))
    }

    pub(super) fn get(user: &str) -> Result<Option<SecretString>, KeyringError> {
        match entry(user)?.get_password() {
            Ok(secret) => Ok(Some(SecretString::from(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(plain(&e)),
        }
    }

    pub(super) fn set(user: &str, secret: &SecretString) -> Result<(), KeyringError> {
        entry(user)?.set_password(secret.expose_secret()).map_err(|e| plain(&e))
    }

    pub(super) fn delete(user: &str) -> Result<bool, KeyringError> {
        match entry(user)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(e) => Err(plain(&e)),
        }
    }

    fn line(error: &Error) -> String {
        clean::line_within(&error.to_string(), 160)
    }

    /// Errors that hold the entry itself (`BadEncoding`, `BadDataFormat`) are not repeated.
    fn plain(error: &Error) -> KeyringError {
        match error {
            Error::NoStorageAccess(_) => KeyringError::Locked(line(error)),
            Error::BadEncoding(_) => KeyringError::BadEntry(Bad::NotText),
            Error::BadDataFormat(..) => KeyringError::BadEntry(Bad::Damaged),
            Error::Ambiguous(several) => KeyringError::BadEntry(Bad::Several(several.len())),
            Error::TooLong(..) | Error::Invalid(..) | Error::BadStoreFormat(_) => {
                KeyringError::BadEntry(Bad::Theirs(line(error)))
            }
            _ => KeyringError::Absent(line(error)),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod store {
    use secrecy::SecretString;

    use super::KeyringError;

    pub(super) fn get(_: &str) -> Result<Option<SecretString>, KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn set(_: &str, _: &SecretString) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn delete(_: &str) -> Result<bool, KeyringError> {
        Err(KeyringError::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_hangs_is_left_behind() {
        let (release, wait) = mpsc::channel::<()>();
        let hangs = move || {
            let _ = wait.recv();
            Ok(())
        };
        assert_eq!(guarded(Duration::from_millis(20), hangs), Err(KeyringError::NoAnswer));
        drop(release);
    }

    #[test]
    fn a_keyring_or_the_lack_of_one_is_told_in_time() {
        // Whatever this machine has: nobody kept anything under this name.
        let begun = std::time::Instant::now();
        let found = get("T00000000/paylink-test@nowhere.invalid");
        assert!(begun.elapsed() < PATIENCE + Duration::from_secs(2));
        assert!(
            matches!(
                &found,
                Ok(None)
                    | Err(KeyringError::Absent(_)
                        | KeyringError::Locked(_)
                        | KeyringError::NoAnswer
                        | KeyringError::NotBuilt)
            ),
            "{:?}",
            found.err()
        );
    }

    #[test]
    fn a_keyring_that_panics_is_one_that_does_not_answer() {
        let panics = || -> Result<(), KeyringError> { panic!("on purpose") };
        assert_eq!(guarded(Duration::from_secs(5), panics), Err(KeyringError::NoAnswer));
    }
}
