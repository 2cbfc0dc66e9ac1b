//! The payment profile, kept for a while in memory.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::client::{Call, Inner};
use super::{errors, profile, wire};
use crate::domain::cause::{Cause, Unreadable};
use crate::ports::{Fault, FaultKind, Profile};

/// How long a payment profile is taken as it was read.
const LIFE: Duration = Duration::from_secs(10 * 60);

/// What is known of the profile.
#[derive(Default)]
pub(super) struct ProfileCache {
    kept: Mutex<Option<Kept>>,
    /// Held while the profile is read, so that it is read once.
    reading: tokio::sync::Mutex<()>,
}

/// The profile, or why it can't be had, and since when we know.
#[derive(Clone)]
pub(super) struct Kept {
    since: Instant,
    pub(super) outcome: Result<Profile, Fault>,
}

impl ProfileCache {
    /// What is known, however old.
    pub(super) fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn keep(&self, outcome: Result<Profile, Fault>) {
        let kept = Kept { since: Instant::now(), outcome };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

impl Inner {
    pub(super) async fn profile(&self) -> Result<Profile, Fault> {
        let fresh = |kept: &Kept| kept.since.elapsed() < LIFE;
        if let Some(kept) = self.profile.kept().filter(fresh) {
            return kept.outcome;
        }
        let _one = self.profile.reading.lock().await;
        if let Some(kept) = self.profile.kept().filter(fresh) {
            return kept.outcome;
        }
        self.read_profile().await
    }

    /// Reads it, whatever is known.
    pub(super) async fn read_profile(&self) -> Result<Profile, Fault> {
        let url = self.url(&["admin", "session", "profiles", &self.config.profile_id]);
        let outcome = self.call(Call::get(url)).await.and_then(|answer| {
            wire::json(&answer.body)
                .and_then(|body| profile::read(&body))
                .ok_or_else(|| errors::unreadable(&answer, Unreadable::NotAProfile))
        });
        match &outcome {
            Err(fault) if !matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => {}
            // That it may not be read is known too, for a while.
            _ => self.profile.keep(outcome.clone()),
        }
        outcome
    }

    /// The profile for a new session; `None` where the account may not read it. An old one is better
    /// than none while the backend can't be reached.
    pub(super) async fn profile_if_known(&self) -> Result<Option<Profile>, Fault> {
        let fault = match self.profile().await {
            Ok(profile) => return Ok(Some(profile)),
            Err(fault) => fault,
        };
        match fault.kind {
            FaultKind::Forbidden | FaultKind::NotFound | FaultKind::Refused => Ok(None),
            FaultKind::NotSignedIn | FaultKind::Untrusted => Err(fault),
            FaultKind::NotSent | FaultKind::Maybe => match self.profile.kept() {
                // Where nothing can be reached there is nobody to send it to either: one try is enough to know.
                Some(Kept { outcome: Ok(old), .. }) if !fault.unreached() => Ok(Some(old)),
                // Only a read failed: what was to be made was certainly not sent.
                _ => Err(Fault {
                    kind: FaultKind::NotSent,
                    cause: Cause::ReadingProfile(Box::new(fault.cause)),
                    ..fault
                }),
            },
        }
    }
}
