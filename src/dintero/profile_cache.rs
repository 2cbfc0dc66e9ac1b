//! The payment profile, kept for a while: in memory, and on a shelf between runs.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout};

use super::client::{Call, Inner};
use super::shelf::{self, Shelf};
use super::{errors, profile, wire};
use crate::domain::cause::{Cause, Unreadable};
use crate::ports::{Fault, FaultKind, Profile};

/// How long a payment profile is taken as it was read.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long it is better than none, where it can't be read.
const USABLE: SignedDuration = SignedDuration::from_hours(24);
/// How long reading it may take where there is one to go on with.
const PATIENCE: Duration = Duration::from_secs(3);
/// What this process has read so lately needs no second look before somebody is told of it.
const JUST_NOW: Duration = Duration::from_secs(5);

/// What is known of the profile.
#[derive(Default)]
pub(super) struct ProfileCache {
    kept: Mutex<Option<Kept>>,
    /// Held while the profile is read, so that it is read once.
    reading: tokio::sync::Mutex<()>,
    shelf: OnceLock<Arc<dyn Shelf>>,
}

/// The profile, or why it can't be had, and since when we know.
#[derive(Clone)]
struct Kept {
    read_at: Timestamp,
    /// When this process read it, if it did.
    here: Option<Instant>,
    outcome: Result<Profile, Fault>,
}

impl Kept {
    fn fresh(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.read_at);
        // From later than now it is only where a clock was set: who knows how old it is.
        !age.is_negative() && age < LIFE
    }

    fn usable(&self, now: Timestamp) -> bool {
        now.duration_since(self.read_at).abs() < USABLE
    }
}

impl ProfileCache {
    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, kept: Kept) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }

    /// From now on what is read is kept on `shelf`, too. The first one stays.
    pub(super) fn keep_on(&self, shelf: Arc<dyn Shelf>) {
        let _ = self.shelf.set(shelf);
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        self.exchange.clock().now()
    }

    fn fresh(&self) -> Option<Kept> {
        let now = self.now();
        self.profile.kept().filter(|kept| kept.fresh(now))
    }

    /// The profile as it was read last, unless that is too long ago.
    fn usable(&self) -> Option<Profile> {
        let now = self.now();
        self.profile.kept().filter(|kept| kept.usable(now)).and_then(|kept| kept.outcome.ok())
    }

    /// What is known without asking the backend.
    pub(super) async fn profile_kept(&self) -> Option<Profile> {
        if self.profile.kept().is_none() {
            self.look_on_shelf().await;
        }
        self.usable()
    }

    /// The profile. One that was read before is taken while it is fresh, and as long as it is of use where the backend
    /// answers but can't tell it.
    pub(super) async fn profile(&self) -> Result<Profile, Fault> {
        if let Some(kept) = self.fresh() {
            return kept.outcome;
        }
        // Another process may have read it meanwhile.
        self.look_on_shelf().await;
        if let Some(kept) = self.fresh() {
            return kept.outcome;
        }
        let Some(old) = self.usable() else {
            return self.read_unless_fresh().await;
        };
        // Also where it is somebody else's reading that hangs.
        match timeout(PATIENCE, self.read_unless_fresh()).await {
            Ok(Err(fault)) if matches!(fault.kind, FaultKind::NotSent | FaultKind::Maybe) => {
                // Where nothing can be reached there is nobody to send it to either: one try is enough to know.
                if fault.unreached() { Err(fault) } else { Ok(old) }
            }
            Ok(read) => read,
            Err(_) => Ok(old),
        }
    }

    /// Reads it, once for all who want to know it at a time.
    async fn read_unless_fresh(&self) -> Result<Profile, Fault> {
        let _one = self.profile.reading.lock().await;
        match self.fresh() {
            Some(kept) => kept.outcome,
            None => self.read_profile().await,
        }
    }

    /// The profile as the backend has it now.
    pub(super) async fn profile_anew(&self) -> Result<Profile, Fault> {
        let _one = self.profile.reading.lock().await;
        let lately = |kept: &Kept| kept.here.is_some_and(|at| at.elapsed() < JUST_NOW);
        match self.profile.kept().filter(lately) {
            Some(kept) => kept.outcome,
            None => self.read_profile().await,
        }
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
            _ => {
                let read_at = self.now();
                self.profile.keep(Kept { read_at, here: Some(Instant::now()), outcome: outcome.clone() });
                self.put_on_shelf(outcome.as_ref().ok(), read_at).await;
            }
        }
        outcome
    }

    /// The profile for a new session; `None` where the account may not read it.
    pub(super) async fn profile_if_known(&self) -> Result<Option<Profile>, Fault> {
        if_known(self.profile().await)
    }

    /// The same, as the backend has it now.
    pub(super) async fn profile_anew_if_known(&self) -> Result<Option<Profile>, Fault> {
        if_known(self.profile_anew().await)
    }

    /// The profile as the backend has it now, if it tells it soon.
    pub(super) async fn profile_now(&self) -> Option<Profile> {
        timeout(PATIENCE, self.profile_anew()).await.ok()?.ok()
    }

    async fn shelved(&self) -> Option<(Profile, Timestamp)> {
        let text = self.profile.shelf.get()?.get(shelf::key(&self.config)).await?;
        shelf::read(&self.config, &text)
    }

    /// Takes what lies on the shelf, unless what is known is younger.
    async fn look_on_shelf(&self) {
        let Some((profile, read_at)) = self.shelved().await else { return };
        let known = self.profile.kept();
        // From a time that has not come it is of no known age, so what this process has read comes first.
        if known.is_none_or(|known| known.read_at < read_at && read_at <= self.now()) {
            self.profile.keep(Kept { read_at, here: None, outcome: Ok(profile) });
        }
    }

    /// Keeps what was read for other processes; what may not be read any more is forgotten.
    async fn put_on_shelf(&self, profile: Option<&Profile>, read_at: Timestamp) {
        let Some(shelf) = self.profile.shelf.get() else { return };
        let there = self.shelved().await;
        // Those who watch the ledger are woken by what is written: not for what lies there already.
        let same = |(kept, at): &(Profile, Timestamp)| {
            let kept = Kept { read_at: *at, here: None, outcome: Ok(kept.clone()) };
            profile == kept.outcome.as_ref().ok() && kept.fresh(read_at)
        };
        if there.as_ref().is_some_and(same) || (there.is_none() && profile.is_none()) {
            return;
        }
        let text = profile.and_then(|profile| shelf::write(&self.config, profile, read_at));
        shelf.put(shelf::key(&self.config), text).await;
    }
}

fn if_known(read: Result<Profile, Fault>) -> Result<Option<Profile>, Fault> {
    let fault = match read {
        Ok(profile) => return Ok(Some(profile)),
        Err(fault) => fault,
    };
    match fault.kind {
        FaultKind::Forbidden | FaultKind::NotFound | FaultKind::Refused => Ok(None),
        FaultKind::NotSignedIn | FaultKind::Untrusted => Err(fault),
        // Only a read failed: what was to be made was certainly not sent.
        FaultKind::NotSent | FaultKind::Maybe => Err(Fault {
            kind: FaultKind::NotSent,
            cause: Cause::ReadingProfile(Box::new(fault.cause)),
            ..fault
        }),
    }
}
