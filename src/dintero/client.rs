//! The client of one account: how every call is made, with a good token, and read.

use std::sync::Arc;

use reqwest::Method as Verb;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use serde_json::Value;
use url::Url;

use super::exchange::Exchange;
use super::profile_cache::ProfileCache;
use super::shelf::Shelf;
use super::token::{SecretSource, Tokens};
use super::transport::{Request, Response, Transport};
use super::{errors, map, wire};
use crate::domain::cause::{Cause, Unreadable};
use crate::domain::clean;
use crate::domain::method::Method;
use crate::domain::scrub::scrub;
use crate::ports::{Clock, Fault, FaultKind, Sending};

/// How many redirects on the same host a read follows.
const MAX_REDIRECTS: usize = 2;

/// What a client needs to know of the config.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// `T12345678`.
    pub account_id: String,
    /// The API client.
    pub client_id: String,
    /// The payment profile.
    pub profile_id: String,
    /// Where the customer lands after paying.
    pub return_url: String,
    /// Where tokens are got.
    pub api_url: Url,
    /// Everything else.
    pub checkout_url: Url,
    /// More hosts that a link may be on.
    pub link_hosts: Vec<String>,
    /// The config's `methods`: what short names stand for where the profile can't be read.
    pub methods: Vec<Method>,
}

/// A client of a Dintero-compatible backend for one account. Cheap to clone; making one opens no
/// connection, reads no secret and loads no certificate.
#[derive(Clone)]
pub struct DinteroClient(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) config: ClientConfig,
    pub(super) exchange: Arc<Exchange>,
    pub(super) tokens: Tokens,
    pub(super) profile: ProfileCache,
}

impl DinteroClient {
    /// A client that sends over `transport`, takes its secret from `secrets` and compares the
    /// backend's clock with `clock`.
    #[must_use]
    pub fn new(
        config: ClientConfig,
        transport: Arc<dyn Transport>,
        secrets: Arc<dyn SecretSource>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let exchange = Arc::new(Exchange::new(transport, clock));
        let account = ["v1", "accounts", &config.account_id];
        let audience = address(&config.api_url, &account).to_string();
        let url = address(&config.api_url, &[&account[..], &["auth", "token"]].concat());
        let tokens = Tokens::new(Arc::clone(&exchange), url, audience, config.client_id.clone(), secrets);
        Self(Arc::new(Inner { config, exchange, tokens, profile: ProfileCache::default() }))
    }

    /// Keeps the payment profile on `shelf` between runs, without which it is kept in memory alone.
    #[must_use]
    pub fn with_shelf(self, shelf: Arc<dyn Shelf>) -> Self {
        self.0.profile.keep_on(shelf);
        self
    }
}

/// `base` with `segments` below its path, each one encoded.
fn address(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails for addresses without a host alone (`mailto:`), which no config lets in.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn not_an_id(id: &str) -> Fault {
    let shown = clean::line_within(id, 40);
    Fault::new(FaultKind::NotFound, Cause::NotAnId(scrub(&shown)))
}

/// A request before it has a token.
pub(super) struct Call {
    verb: Verb,
    url: Url,
    body: Option<Value>,
    pub(super) strict_amounts: bool,
}

impl Call {
    pub(super) fn get(url: Url) -> Self {
        Self { verb: Verb::GET, url, body: None, strict_amounts: false }
    }

    pub(super) fn post(url: Url, body: Option<Value>) -> Self {
        Self { verb: Verb::POST, url, body, strict_amounts: false }
    }

    fn request(&self, url: &Url, token: &HeaderValue) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, token.clone());
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.strict_amounts {
            headers.insert(
                HeaderName::from_static("dintero-feature-toggles"),
                HeaderValue::from_static("strict-session-amounts"),
            );
        }
        let body = self.body.as_ref().map(|body| body.to_string().into_bytes());
        Request { method: self.verb.clone(), url: url.clone(), headers, body }
    }
}

impl Inner {
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        address(&self.config.checkout_url, &[&["v1"], segments].concat())
    }

    /// The address of one thing.
    pub(super) fn thing(&self, kind: &str, id: &str, action: Option<&str>) -> Result<Url, Fault> {
        if !wire::is_id(id) {
            return Err(not_an_id(id));
        }
        let mut segments = vec![kind, id];
        segments.extend(action);
        Ok(self.url(&segments))
    }

    /// Sends `call` with a good token: one that is refused is replaced once (contracts, 5). A success is
    /// any 2xx.
    pub(super) async fn call(&self, call: Call) -> Result<Response, Fault> {
        let answer = self.answer(&call, &Sending::default()).await?;
        self.success(answer)
    }

    /// Like [`call`](Self::call), for what must not be asked for again by itself: a token that was not
    /// taken, and the new one neither, is the account's no, not a missing sign-in (contracts, 5).
    pub(super) async fn call_for_good(&self, call: Call, sending: &Sending) -> Result<Response, Fault> {
        let answer = self.answer(&call, sending).await?;
        let refused = answer.status == 401;
        self.success(answer).map_err(|fault| match refused {
            true => Fault { kind: FaultKind::Forbidden, ..fault },
            false => fault,
        })
    }

    async fn answer(&self, call: &Call, sending: &Sending) -> Result<Response, Fault> {
        let token = self.tokens.get().await?;
        sending.begins().await?;
        let answer = self.send(call, &token.header).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        // Without a good token nothing is done there, however long the new one takes.
        sending.did_nothing();
        self.tokens.refused(&token);
        let token = self.tokens.get().await?;
        sending.begins().await?;
        self.send(call, &token.header).await
    }

    fn success(&self, answer: Response) -> Result<Response, Fault> {
        if (200..300).contains(&answer.status) {
            Ok(answer)
        } else {
            Err(errors::from_response(&answer, self.exchange.clock().now()))
        }
    }

    /// Sends once; a read follows redirects on the same host and port, never elsewhere, since the
    /// token goes with it.
    async fn send(&self, call: &Call, token: &HeaderValue) -> Result<Response, Fault> {
        let mut url = call.url.clone();
        for _ in 0..MAX_REDIRECTS {
            let answer = self.send_to(call, &url, token).await?;
            match redirect(call, &url, &answer) {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        self.send_to(call, &url, token).await
    }

    async fn send_to(&self, call: &Call, url: &Url, token: &HeaderValue) -> Result<Response, Fault> {
        self.exchange.send(call.request(url, token)).await.map_err(|e| errors::from_transport(&e))
    }

    /// Reads one object of the backend, which must be the one that was asked for.
    pub(super) async fn one<T>(
        &self,
        call: Call,
        id: &str,
        map: impl Fn(&Value) -> Option<T>,
        id_of: impl Fn(&T) -> &str,
        what: Unreadable,
    ) -> Result<T, Fault> {
        let answer = self.call(call).await?;
        wire::json(&answer.body)
            .and_then(|body| map(&body))
            .filter(|found| id_of(found) == id)
            .ok_or_else(|| errors::unreadable(&answer, what))
    }

    pub(super) async fn many<T>(&self, url: Url, map: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, Fault> {
        let answer = self.call(Call::get(url)).await?;
        map::all(&answer.body, map).ok_or_else(|| errors::unreadable(&answer, Unreadable::NotAList))
    }
}

/// Where a read goes on after a redirect, if it may.
fn redirect(call: &Call, from: &Url, answer: &Response) -> Option<Url> {
    if call.verb != Verb::GET || !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = from.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (to.origin() == from.origin() && to.username().is_empty() && to.password().is_none()).then_some(to)
}
