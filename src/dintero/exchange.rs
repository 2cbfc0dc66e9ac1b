//! One request and its answer: the headers that every request has, the log line, the backend's clock.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio::time::Instant;

use super::dates::Dates;
use super::mask;
use super::transport::{Request, Response, Transport, TransportError};
use crate::domain::clean;
use crate::ports::Clock;

/// The most characters of a path in the log: one that a redirect named is the backend's.
const PATH: usize = 200;

/// So many secrets are remembered: whoever has typed a wrong one types another, and both are nobody else's business.
const SECRETS: usize = 4;

/// Sends requests for one client.
pub(super) struct Exchange {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    headers: HeaderMap,
    dates: Dates,
    /// What the client has signed in with, or tried to, the newest first.
    client: Mutex<Vec<Arc<mask::Credentials>>>,
}

impl Exchange {
    pub(super) fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("paylink/", env!("CARGO_PKG_VERSION"))));
        headers.insert(HeaderName::from_static("dintero-system-name"), HeaderValue::from_static("paylink"));
        headers.insert(
            HeaderName::from_static("dintero-system-version"),
            HeaderValue::from_static(env!("CARGO_PKG_VERSION")),
        );
        Self { transport, clock, headers, dates: Dates::default(), client: Mutex::default() }
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The backend's clock minus ours.
    pub(super) fn skew(&self) -> SignedDuration {
        self.dates.skew(&*self.clock)
    }

    /// Whether the backend's clock is told by one answer alone.
    pub(super) fn clock_in_doubt(&self) -> bool {
        self.dates.in_doubt()
    }

    /// Whether the backend's clock is told, by answers that agree.
    pub(super) fn clock_is_told(&self) -> bool {
        self.dates.told()
    }

    /// What the client signs in with may change while it runs: each is kept, up to a bound, once.
    fn remember(&self, credentials: &Arc<mask::Credentials>) {
        let mut known = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| !other.same(credentials));
        known.insert(0, Arc::clone(credentials));
        known.truncate(SECRETS);
    }

    fn client(&self) -> Vec<Arc<mask::Credentials>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends `request` with the common headers. Writes method, path and outcome to the log: never a
    /// header, a body or a query, which may hold a phone number or an address.
    pub(super) async fn send(&self, mut request: Request) -> Result<Response, TransportError> {
        for (name, value) in &self.headers {
            request.headers.entry(name).or_insert_with(|| value.clone());
        }
        let (method, path) = (request.method.clone(), clean::line_within(request.url.path(), PATH));
        let credentials = Arc::new(mask::Credentials::of(&request.headers));
        let begun = Instant::now();
        if credentials.of_client() {
            self.remember(&credentials);
        }
        let outcome = self.transport.send(request).await.map(|answer| {
            // The secret itself goes out with signing in, and may come back with any later answer.
            let client = self.client();
            client.iter().fold(credentials.masked(answer), |answer, client| client.masked(answer))
        });
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &outcome {
            Ok(answer) => {
                let status = answer.status;
                // What is broken may not be the backend itself, but something before it with a clock of its own.
                if status < 500 {
                    self.dates.hear(&answer.headers, &*self.clock, begun);
                }
                if method == Method::GET && status < 400 {
                    tracing::debug!(%method, path, status, ms, "answered");
                } else {
                    tracing::info!(%method, path, status, ms, "answered");
                }
            }
            Err(e) => {
                tracing::warn!(%method, path, ms, maybe_written = e.maybe_written, "no answer: {}", e.cause);
            }
        }
        outcome
    }
}
