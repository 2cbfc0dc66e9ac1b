//! The client: one account, every call of [`Gateway`].

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method as Verb;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use url::Url;

use super::create::{self, Terms};
use super::exchange::Exchange;
use super::token::{SecretSource, Tokens};
use super::transport::{Request, Response, Transport};
use super::{errors, link, map, number, profile, wire};
use crate::domain::clean;
use crate::domain::lifecycle::{SessionNews, TransactionNews};
use crate::domain::link::LinkId;
use crate::domain::method::Method;
use crate::domain::sale::Sale;
use crate::ports::{Clock, Created, Fault, FaultKind, Gateway, MoneyMove, Moved, Profile, Reply};

/// How long a payment profile is taken as it was read.
const PROFILE_LIFE: Duration = Duration::from_secs(10 * 60);
/// The most rows of a list: what the API gives at most (API, 3, 5.1).
const PAGE: usize = 100;
/// The most characters of a search.
const MAX_SEARCH: usize = 200;
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
pub struct DinteroClient(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    exchange: Arc<Exchange>,
    tokens: Tokens,
    profile: Mutex<Option<Kept>>,
    /// Held while the profile is read, so that it is read once.
    reading: tokio::sync::Mutex<()>,
}

/// The profile, or why it can't be had, and since when we know.
#[derive(Clone)]
struct Kept {
    since: Instant,
    outcome: Result<Profile, Fault>,
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
        Self(Arc::new(Inner {
            config,
            exchange,
            tokens,
            profile: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }))
    }

    /// Takes `profile` as just read: one that was kept from an earlier run saves a request before the
    /// first sale.
    pub fn remember_profile(&self, profile: Profile) {
        self.0.keep_profile(Ok(profile));
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
    Fault::new(FaultKind::NotFound, format!("{:?} is not an id of the backend", errors::scrub(&shown)))
}

/// A request before it has a token.
struct Call {
    verb: Verb,
    url: Url,
    body: Option<Value>,
    strict_amounts: bool,
}

impl Call {
    fn get(url: Url) -> Self {
        Self { verb: Verb::GET, url, body: None, strict_amounts: false }
    }

    fn post(url: Url, body: Option<Value>) -> Self {
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
    fn url(&self, segments: &[&str]) -> Url {
        address(&self.config.checkout_url, &[&["v1"], segments].concat())
    }

    /// The address of one thing.
    fn thing(&self, kind: &str, id: &str, action: Option<&str>) -> Result<Url, Fault> {
        if !wire::is_id(id) {
            return Err(not_an_id(id));
        }
        let mut segments = vec![kind, id];
        segments.extend(action);
        Ok(self.url(&segments))
    }

    /// Sends `call` with a good token: one that is refused is replaced once (contracts, 5). A success is
    /// any 2xx.
    async fn call(&self, call: Call) -> Result<Response, Fault> {
        let token = self.tokens.get().await?;
        let mut answer = self.send(&call, &token.header).await?;
        if answer.status == 401 {
            self.tokens.refused(&token);
            let token = self.tokens.get().await?;
            answer = self.send(&call, &token.header).await?;
        }
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
    async fn one<T>(
        &self,
        call: Call,
        id: &str,
        map: impl Fn(&Value) -> Option<T>,
        id_of: impl Fn(&T) -> &str,
        what: &str,
    ) -> Result<T, Fault> {
        let answer = self.call(call).await?;
        wire::json(&answer.body)
            .and_then(|body| map(&body))
            .filter(|found| id_of(found) == id)
            .ok_or_else(|| errors::unreadable(&answer, what))
    }

    async fn many<T>(&self, url: Url, map: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, Fault> {
        let answer = self.call(Call::get(url)).await?;
        map::all(&answer.body, map).ok_or_else(|| errors::unreadable(&answer, "it is not a list"))
    }

    // ---- the profile ------------------------------------------------------------------------

    fn kept_profile(&self) -> Option<Kept> {
        self.profile.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_profile(&self, outcome: Result<Profile, Fault>) {
        let kept = Kept { since: Instant::now(), outcome };
        *self.profile.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }

    async fn profile(&self) -> Result<Profile, Fault> {
        let fresh = |kept: &Kept| kept.since.elapsed() < PROFILE_LIFE;
        if let Some(kept) = self.kept_profile().filter(fresh) {
            return kept.outcome;
        }
        let _one = self.reading.lock().await;
        if let Some(kept) = self.kept_profile().filter(fresh) {
            return kept.outcome;
        }
        let url = self.url(&["admin", "session", "profiles", &self.config.profile_id]);
        let outcome = self.call(Call::get(url)).await.and_then(|answer| {
            wire::json(&answer.body)
                .and_then(|body| profile::read(&body))
                .ok_or_else(|| errors::unreadable(&answer, "it is not a payment profile"))
        });
        match &outcome {
            Err(fault) if !matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => {}
            // That it may not be read is known too, for a while.
            _ => self.keep_profile(outcome.clone()),
        }
        outcome
    }

    /// The profile for a new session; `None` where the account may not read it. An old one is better
    /// than none while the backend can't be reached.
    async fn profile_if_known(&self) -> Result<Option<Profile>, Fault> {
        let fault = match self.profile().await {
            Ok(profile) => return Ok(Some(profile)),
            Err(fault) => fault,
        };
        match fault.kind {
            FaultKind::Forbidden | FaultKind::NotFound | FaultKind::Refused => Ok(None),
            FaultKind::NotSignedIn | FaultKind::Untrusted => Err(fault),
            FaultKind::NotSent | FaultKind::Maybe => match self.kept_profile() {
                Some(Kept { outcome: Ok(old), .. }) => Ok(Some(old)),
                // Only a read failed: what was to be made was certainly not sent.
                _ => Err(Fault {
                    kind: FaultKind::NotSent,
                    detail: format!("reading the payment profile: {}", fault.detail),
                    ..fault
                }),
            },
        }
    }

    // ---- sessions ---------------------------------------------------------------------------

    async fn create(&self, id: LinkId, sale: &Sale) -> Result<Created, Fault> {
        let known = if sale.methods.whole_profile {
            self.kept_profile().and_then(|kept| kept.outcome.ok())
        } else {
            self.profile_if_known().await?
        };
        let terms = Terms {
            profile_id: &self.config.profile_id,
            return_url: &self.config.return_url,
            configured: &self.config.methods,
        };
        let plan = create::plan(id, sale, &terms, known.as_ref())?;
        let mut call = Call::post(self.url(&[plan.endpoint]), Some(plan.body));
        call.strict_amounts = true;
        let answer = self.call(call).await?;
        let body = wire::json(&answer.body).ok_or_else(|| errors::unreadable(&answer, "it is not JSON"))?;
        let session_id =
            wire::id(&body, &["id"]).ok_or_else(|| errors::unreadable(&answer, "the session has no id"))?;
        let Some(url) = wire::at(&body, &["url"]).and_then(Value::as_str).filter(|url| !url.is_empty())
        else {
            let fault = errors::unreadable(&answer, "the session has no link");
            return Err(Fault { session_id: Some(session_id), ..fault });
        };
        if let Err(why) = link::check_link(url, &self.config.checkout_url, &self.config.link_hosts) {
            let shown = clean::line_within(url, 120);
            let detail = format!("the backend's link is not trusted: {why}: {shown}");
            tracing::warn!(session_id, "the backend's link is not trusted: {why}");
            return Err(Fault {
                status: Some(answer.status),
                session_id: Some(session_id),
                ..Fault::new(FaultKind::Untrusted, detail)
            });
        }
        Ok(Created {
            url: url.to_owned(),
            publish: map::publish(&body, &["publish"]),
            session_id,
            types: plan.types,
        })
    }

    // ---- transactions -----------------------------------------------------------------------

    async fn transactions_of(&self, session_ids: &[String]) -> Result<Vec<TransactionNews>, Fault> {
        let mut seen = HashSet::new();
        let ids: Vec<_> = session_ids.iter().filter(|id| wire::is_id(id) && seen.insert(*id)).collect();
        let mut found = Vec::new();
        for page in ids.chunks(PAGE) {
            let mut url = self.url(&["transactions"]);
            {
                let mut query = url.query_pairs_mut();
                for id in page {
                    query.append_pair("session_id", id);
                }
                query.append_pair("limit", &PAGE.to_string());
            }
            found.extend(self.many(url, map::transaction).await?);
        }
        // A backend that doesn't know the filter answers with everything: not ours.
        found.retain(|t| t.session_id.as_ref().is_some_and(|s| seen.contains(s)));
        Ok(found)
    }

    fn search(&self, kind: &str, text: &str) -> Option<Url> {
        let text = clean::line_within(text, MAX_SEARCH);
        if text.is_empty() {
            return None;
        }
        let mut url = self.url(&[kind]);
        url.query_pairs_mut().append_pair("search", &text).append_pair("limit", &PAGE.to_string());
        Some(url)
    }

    /// Capture, void or refund.
    async fn move_money(&self, id: &str, action: &str, body: Option<Value>) -> Result<Moved, Fault> {
        let call = Call::post(self.thing("transactions", id, Some(action))?, body);
        let answer = self.call(call).await?;
        let transaction =
            wire::json(&answer.body).and_then(|body| map::transaction(&body)).filter(|t| t.id == id);
        if answer.status == 202 {
            return Ok(Moved { done: false, transaction });
        }
        // An answer can be 200 and the capture failed all the same (API, 5.3): without the
        // transaction nothing is known.
        if transaction.is_none() {
            return Err(errors::unreadable(&answer, "it is not the transaction"));
        }
        Ok(Moved { done: true, transaction })
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

fn money_body(what: &MoneyMove, reference_key: &str) -> Value {
    let mut body = Map::new();
    body.insert("amount".to_owned(), json!(what.amount.minor()));
    if let Some(reason) = &what.reason {
        body.insert("reason".to_owned(), json!(reason));
    }
    body.insert(reference_key.to_owned(), json!(what.reference));
    if !what.items.is_empty() {
        let item = |(line_id, quantity, amount): &(String, String, i64)| {
            let mut item = Map::new();
            item.insert("line_id".to_owned(), json!(line_id));
            // "Usually" there (API, 5.3): better left out than wrong.
            if let Some(quantity) = quantity.parse().ok().and_then(number::exact) {
                item.insert("quantity".to_owned(), Value::Number(quantity));
            }
            item.insert("amount".to_owned(), json!(amount));
            Value::Object(item)
        };
        body.insert("items".to_owned(), Value::Array(what.items.iter().map(item).collect()));
    }
    Value::Object(body)
}

impl Gateway for DinteroClient {
    fn create<'a>(&'a self, id: LinkId, sale: &'a Sale) -> Reply<'a, Result<Created, Fault>> {
        Box::pin(self.0.create(id, sale))
    }

    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        Box::pin(async move {
            let call = Call::get(self.0.thing("sessions", session_id, None)?);
            self.0.one(call, session_id, map::session, |s| &s.id, "it is not the session").await
        })
    }

    fn find_sessions<'a>(&'a self, reference: &'a str) -> Reply<'a, Result<Vec<SessionNews>, Fault>> {
        Box::pin(async move {
            match self.0.search("sessions", reference) {
                Some(url) => self.0.many(url, map::session).await,
                None => Ok(Vec::new()),
            }
        })
    }

    fn cancel<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        Box::pin(async move {
            let call = Call::post(self.0.thing("sessions", session_id, Some("cancel"))?, None);
            self.0.one(call, session_id, map::session, |s| &s.id, "it is not the session").await
        })
    }

    fn transaction<'a>(&'a self, id: &'a str) -> Reply<'a, Result<TransactionNews, Fault>> {
        Box::pin(async move {
            let call = Call::get(self.0.thing("transactions", id, None)?);
            self.0.one(call, id, map::transaction, |t| &t.id, "it is not the transaction").await
        })
    }

    fn transactions_of<'a>(
        &'a self,
        session_ids: &'a [String],
    ) -> Reply<'a, Result<Vec<TransactionNews>, Fault>> {
        Box::pin(self.0.transactions_of(session_ids))
    }

    fn search_transactions<'a>(&'a self, text: &'a str) -> Reply<'a, Result<Vec<TransactionNews>, Fault>> {
        Box::pin(async move {
            match self.0.search("transactions", text) {
                Some(url) => self.0.many(url, map::transaction).await,
                None => Ok(Vec::new()),
            }
        })
    }

    fn capture<'a>(
        &'a self,
        transaction_id: &'a str,
        what: &'a MoneyMove,
    ) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.0.move_money(transaction_id, "capture", Some(money_body(what, "capture_reference"))))
    }

    fn void<'a>(&'a self, transaction_id: &'a str) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.0.move_money(transaction_id, "void", None))
    }

    fn refund<'a>(&'a self, transaction_id: &'a str, what: &'a MoneyMove) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.0.move_money(transaction_id, "refund", Some(money_body(what, "refund_reference"))))
    }

    fn profile(&self) -> Reply<'_, Result<Profile, Fault>> {
        Box::pin(self.0.profile())
    }

    fn sign_in(&self) -> Reply<'_, Result<(), Fault>> {
        Box::pin(async move { self.0.tokens.get().await.map(|_| ()) })
    }

    fn clock_skew(&self) -> jiff::SignedDuration {
        self.0.exchange.skew()
    }

    fn rebuilt_url(&self, session_id: &str) -> String {
        self.0.url(&["view", session_id]).to_string()
    }
}
