//! The access token: got when it is first needed, kept until shortly before it expires, renewed in the
//! background ahead of that, by one request at a time. A sale never waits for sign-in after the first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use url::Url;

use super::errors;
use super::exchange::Exchange;
use super::transport::{Request, Response, TransportFault};
use super::wire;
use crate::domain::cause::{Cause, Plain, Unreadable};
use crate::ports::{Fault, FaultKind};

/// Renewed this long before it expires, or at half its life where that is later.
const AHEAD: Duration = Duration::from_secs(10 * 60);
/// Not used any more this long before it expires: a request takes a while, clocks differ.
const MARGIN: Duration = Duration::from_secs(60);
/// So long nobody is asked again who gave no secret, or a wrong one: a keyring or a program may ask a person each time,
/// and a wrong secret does not get right by itself. One that was right before is tried again sooner, at first.
const TURNED_AWAY: Duration = Duration::from_secs(5 * 60);
const TURNED_AWAY_AT_FIRST: Duration = Duration::from_secs(10);
/// So long after a renewal that failed there is no other while the old token is good: each request would bring one more.
const RENEWAL_REST: Duration = Duration::from_secs(15);
/// How long a token is believed that doesn't say, and the bounds of what is believed.
const UNSAID: i64 = 3600;
const SHORTEST: i64 = 5;
const LONGEST: i64 = 7 * 24 * 3600;
/// The most bytes of a token, which goes with every request: ten times those that there are.
const MAX_TOKEN: usize = 16 * 1024;

/// Where the client secret comes from: keyring, environment, a command. Called on a thread that may
/// wait, when the first token is needed.
pub trait SecretSource: Send + Sync {
    /// The secret.
    ///
    /// # Errors
    /// Why there is none.
    fn secret(&self) -> Result<SecretString, Plain>;
}

impl<F> SecretSource for F
where
    F: Fn() -> Result<SecretString, Plain> + Send + Sync,
{
    fn secret(&self) -> Result<SecretString, Plain> {
        self()
    }
}

/// A token in its time.
pub(super) struct Token {
    /// `Bearer …`, marked as not to be shown.
    pub(super) header: HeaderValue,
    renew_at: Instant,
    use_until: Instant,
}

/// The tokens of one account, cheap to clone.
#[derive(Clone)]
pub(super) struct Tokens(Arc<Shared>);

struct Shared {
    exchange: Arc<Exchange>,
    url: Url,
    audience: String,
    client_id: String,
    secrets: Arc<dyn SecretSource>,
    /// Held while a token is asked for.
    renewing: Arc<tokio::sync::Mutex<()>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// Kept so that a renewal needs no keyring, which may be locked by then.
    secret: Option<SecretString>,
    /// How many requests for a token have ended.
    rounds: u64,
    /// How the last one ended, if it failed.
    failure: Option<Fault>,
    /// The backend asked us to wait.
    hold: Option<Instant>,
    /// There was no secret, or a wrong one: until then that is known without asking.
    turned_away: Option<Instant>,
    /// How often in a row, since the last token. `None`: there was none yet.
    refusals: Option<u32>,
    /// A good token is not renewed before.
    rests_until: Option<Instant>,
    /// Waits until the token is to be renewed.
    watch: Option<Watch>,
}

/// A task that ends with whoever holds this: one that waits for the time of a token that nobody uses any more would
/// wait for hours, and a backend that refuses tokens soon makes many of them.
struct Watch(AbortHandle);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tokens {
    /// The next one who needs a token asks for it, though we were asked to wait, or were turned away.
    pub(super) fn insist(&self) {
        let mut state = self.0.state();
        (state.hold, state.turned_away, state.rests_until) = (None, None, None);
    }

    pub(super) fn new(
        exchange: Arc<Exchange>,
        url: Url,
        audience: String,
        client_id: String,
        secrets: Arc<dyn SecretSource>,
    ) -> Self {
        Self(Arc::new(Shared {
            exchange,
            url,
            audience,
            client_id,
            secrets,
            renewing: Arc::default(),
            state: Mutex::default(),
        }))
    }

    /// A token that is good now.
    pub(super) async fn get(&self) -> Result<Arc<Token>, Fault> {
        let shared = &self.0;
        let seen = {
            let state = shared.state();
            if let Some(token) = state.good() {
                if Instant::now() >= token.renew_at {
                    drop(state);
                    shared.renew_in_background();
                }
                return Ok(token);
            }
            if let Some(failure) = state.turned_away() {
                return Err(failure.clone());
            }
            state.rounds
        };
        let _one = shared.renewing.lock().await;
        {
            // Whoever held the lock may have brought a token, or found out that there's none: all who
            // waited for that one request share its end, instead of asking again one after another.
            let state = shared.state();
            if let Some(token) = state.good() {
                return Ok(token);
            }
            if state.rounds != seen
                && let Some(failure) = &state.failure
            {
                return Err(failure.clone());
            }
        }
        shared.fetch().await
    }

    /// The backend did not take `token`: the next [`get`](Self::get) asks for a new one. Once for all
    /// who were refused with the same token.
    pub(super) fn refused(&self, token: &Arc<Token>) {
        let mut state = self.0.state();
        if state.token.as_ref().is_some_and(|t| Arc::ptr_eq(t, token)) {
            state.token = None;
            state.watch = None;
        }
    }
}

impl State {
    fn good(&self) -> Option<Arc<Token>> {
        self.token.as_ref().filter(|t| Instant::now() < t.use_until).map(Arc::clone)
    }

    /// Why there is no token, where asking again now would only bring the same.
    fn turned_away(&self) -> Option<&Fault> {
        let until = self.turned_away.filter(|until| Instant::now() < *until);
        self.failure.as_ref().filter(|_| until.is_some())
    }

    /// Whether a token that is still good is to be left alone: the last try to renew it failed a moment ago, the backend
    /// asked us to wait, or nobody is to be asked for the secret again so soon.
    fn rests(&self) -> bool {
        let now = Instant::now();
        [self.rests_until, self.turned_away, self.hold].into_iter().flatten().any(|until| now < until)
    }

    /// There was no secret, or a wrong one.
    fn turn_away(&mut self, asked: bool) {
        let pause = match &mut self.refusals {
            Some(refusals) if asked => {
                let pause = TURNED_AWAY_AT_FIRST.saturating_mul(1 << (*refusals).min(8));
                *refusals = refusals.saturating_add(1);
                pause.min(TURNED_AWAY)
            }
            _ => TURNED_AWAY,
        };
        self.turned_away = Some(Instant::now() + pause);
        // It may have been changed (`paylink login`): read again next time.
        self.secret = None;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds this lock; if it did, the state would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn renew_in_background(self: &Arc<Self>) {
        let Ok(one) = Arc::clone(&self.renewing).try_lock_owned() else { return };
        if self.state().rests() {
            return;
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let _one = one;
            // A failure is kept in the state; the old token is good for a while yet.
            let _ = shared.fetch().await;
        });
    }

    /// Renews `token` when its time comes, unless another has taken its place or the client is gone.
    fn watch(self: &Arc<Self>, token: &Arc<Token>) -> Watch {
        let (weak, at) = (Arc::downgrade(self), token.renew_at);
        let token = Arc::downgrade(token);
        let waiting = tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            let Some(shared) = weak.upgrade() else { return };
            let current = shared
                .state()
                .token
                .as_ref()
                .is_some_and(|t| token.upgrade().is_some_and(|mine| Arc::ptr_eq(t, &mine)));
            if current {
                shared.renew_in_background();
            }
        });
        Watch(waiting.abort_handle())
    }

    /// Asks for a token. The caller holds `renewing`.
    async fn fetch(self: &Arc<Self>) -> Result<Arc<Token>, Fault> {
        let outcome = self.ask().await;
        let mut state = self.state();
        state.rounds += 1;
        match &outcome {
            Ok(token) => {
                state.failure = None;
                (state.hold, state.turned_away, state.refusals) = (None, None, Some(0));
                state.rests_until = None;
                state.token = Some(Arc::clone(token));
                state.watch = Some(self.watch(token));
            }
            Err(fault) => {
                if fault.kind == FaultKind::NotSignedIn {
                    state.turn_away(fault.status.is_some());
                }
                if fault.status == Some(429) {
                    state.hold = fault.retry_after.map(|wait| Instant::now() + wait);
                }
                state.rests_until = Some(Instant::now() + RENEWAL_REST);
                state.failure = Some(fault.clone());
            }
        }
        outcome
    }

    async fn ask(&self) -> Result<Arc<Token>, Fault> {
        if let Some(until) = self.state().hold
            && let Some(left) = until.checked_duration_since(Instant::now()).filter(|d| !d.is_zero())
        {
            return Err(Fault {
                retry_after: Some(left),
                status: Some(429),
                ..Fault::new(FaultKind::NotSent, Cause::Plain(Plain::AskedToWait))
            });
        }
        let request = self.request(&self.secret().await?)?;
        let answer = match self.exchange.send(request).await {
            Ok(answer) => answer,
            // Whatever became of this request, the one that needed the token was not sent.
            Err(e) if e.fault == TransportFault::Certificate => return Err(errors::from_transport(&e)),
            Err(e) => return Err(Fault::new(FaultKind::NotSent, Cause::SigningIn(Box::new(e.cause)))),
        };
        self.read(&answer)
    }

    async fn secret(&self) -> Result<SecretString, Fault> {
        if let Some(secret) = &self.state().secret {
            return Ok(secret.clone());
        }
        let source = Arc::clone(&self.secrets);
        let read = tokio::task::spawn_blocking(move || source.secret()).await;
        let secret = match read {
            Ok(Ok(secret)) if secret.expose_secret().is_empty() => Err(Plain::SecretEmpty),
            Ok(outcome) => outcome,
            Err(_) => Err(Plain::SecretUnread),
        };
        let secret = secret.map_err(|why| Fault::new(FaultKind::NotSignedIn, Cause::Plain(why)))?;
        self.state().secret = Some(secret.clone());
        Ok(secret)
    }

    fn request(&self, secret: &SecretString) -> Result<Request, Fault> {
        let pair = SecretString::from(format!("{}:{}", self.client_id, secret.expose_secret()));
        let basic = SecretString::from(format!("Basic {}", STANDARD.encode(pair.expose_secret())));
        let mut value = HeaderValue::from_str(basic.expose_secret())
            .map_err(|_| Fault::new(FaultKind::NotSignedIn, Cause::Plain(Plain::SecretUnsendable)))?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = json!({"grant_type": "client_credentials", "audience": self.audience});
        Ok(Request {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: Some(body.to_string().into_bytes()),
        })
    }

    fn read(&self, answer: &Response) -> Result<Arc<Token>, Fault> {
        if !(200..300).contains(&answer.status) {
            let fault = errors::from_response(answer, self.exchange.clock().now());
            let kind = match answer.status {
                // A redirect says nothing about the credentials: a hotspot's own page, perhaps.
                100..=199 | 300..=399 | 408 | 429 | 500.. => FaultKind::NotSent,
                _ => FaultKind::NotSignedIn,
            };
            return Err(Fault { kind, cause: Cause::SigningIn(Box::new(fault.cause)), ..fault });
        }
        let token = wire::json(&answer.body).and_then(|body| {
            let seconds = wire::whole(&body, &["expires_in"]).unwrap_or(UNSAID);
            let text = wire::at(&body, &["access_token"])?.as_str()?;
            if !(1..=MAX_TOKEN).contains(&text.len()) {
                return None;
            }
            let mut header = HeaderValue::from_str(&format!("Bearer {text}")).ok()?;
            header.set_sensitive(true);
            let life = Duration::from_secs(seconds.clamp(SHORTEST, LONGEST).unsigned_abs());
            let now = Instant::now();
            Some(Arc::new(Token {
                header,
                renew_at: now + (life / 2).max(life.saturating_sub(AHEAD)),
                use_until: now + life - MARGIN.min(life / 4),
            }))
        });
        // A hotspot's own page, perhaps: worth another try, and nothing else was sent.
        token.ok_or_else(|| {
            let fault = errors::unreadable(answer, Unreadable::NoToken);
            Fault { kind: FaultKind::NotSent, cause: Cause::SigningIn(Box::new(fault.cause)), ..fault }
        })
    }
}
