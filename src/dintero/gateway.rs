//! Every call of [`Gateway`].

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::client::{Call, DinteroClient, Inner};
use super::create::{self, Terms};
use super::{errors, link, map, number, wire};
use crate::domain::cause::{Cause, Unreadable, Unsent};
use crate::domain::clean;
use crate::domain::lifecycle::{SessionNews, TransactionNews};
use crate::domain::link::LinkId;
use crate::domain::sale::Sale;
use crate::ports::{Created, Fault, FaultKind, Gateway, MoneyMove, Moved, Profile, Reply, Searched, Sending};

/// The most rows of a list: what the API gives at most (API, 3, 5.1).
pub(super) const PAGE: usize = 100;
/// The most characters of a search.
const MAX_SEARCH: usize = 200;

impl Inner {
    async fn create(&self, id: LinkId, sale: &Sale, sending: &Sending) -> Result<Created, Fault> {
        let known = if sale.methods.whole_profile {
            self.profile_kept().await
        } else {
            self.profile_if_known().await?
        };
        let terms = Terms {
            profile_id: &self.config.profile_id,
            return_url: &self.config.return_url,
            configured: &self.config.methods,
            by_name: false,
        };
        let plan = match create::plan(id, sale, &terms, known.as_ref()) {
            // Nobody is told so by a profile that may have changed since it was read.
            Err(fault) if matches!(fault.cause, Cause::NotSent(Unsent::NotInProfile(..))) => {
                create::plan(id, sale, &terms, self.profile_anew_if_known().await?.as_ref())?
            }
            // Each was picked by name, and they were all. The profile may have got one since that was not picked.
            Ok(plan) if plan.by_profile() && !sale.methods.whole_profile => match self.profile_now().await {
                Some(now) => create::plan(id, sale, &terms, Some(&now))?,
                None => create::plan(id, sale, &Terms { by_name: true, ..terms }, known.as_ref())?,
            },
            planned => planned?,
        };
        let mut call = Call::post(self.url(&[plan.endpoint]), Some(plan.body));
        call.strict_amounts = true;
        let answer = self.call_for_good(call, sending).await?;
        let body =
            wire::json(&answer.body).ok_or_else(|| errors::unreadable(&answer, Unreadable::NotJson))?;
        let session_id =
            wire::id(&body, &["id"]).ok_or_else(|| errors::unreadable(&answer, Unreadable::NoId))?;
        let Some(url) = wire::at(&body, &["url"]).and_then(Value::as_str).filter(|url| !url.is_empty())
        else {
            let fault = errors::unreadable(&answer, Unreadable::NoLink);
            return Err(Fault { session_id: Some(session_id), ..fault });
        };
        if let Err(why) = link::check_link(url, &self.config.checkout_url, &self.config.link_hosts) {
            tracing::warn!(session_id, "the backend's link is not trusted: {why}");
            return Err(Fault {
                status: Some(answer.status),
                session_id: Some(session_id),
                ..Fault::new(FaultKind::Untrusted, Cause::Untrusted(why))
            });
        }
        Ok(Created {
            url: url.to_owned(),
            publish: map::publish(&body, &["publish"]),
            session_id,
            types: plan.types,
        })
    }

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

    pub(super) fn search(&self, kind: &str, text: &str) -> Option<Url> {
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
            return Err(errors::unreadable(&answer, Unreadable::NotTheTransaction));
        }
        Ok(Moved { done: true, transaction })
    }
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
    fn create<'a>(
        &'a self,
        id: LinkId,
        sale: &'a Sale,
        sending: &'a Sending,
    ) -> Reply<'a, Result<Created, Fault>> {
        Box::pin(self.0.create(id, sale, sending))
    }

    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        Box::pin(async move {
            let call = Call::get(self.0.thing("sessions", session_id, None)?);
            self.0.one(call, session_id, map::session, |s| &s.id, Unreadable::NotTheSession).await
        })
    }

    fn sessions_of<'a>(&'a self, session_ids: &'a [String]) -> Reply<'a, Result<Vec<SessionNews>, Fault>> {
        Box::pin(self.0.sessions_of(session_ids))
    }

    fn find_sessions<'a>(
        &'a self,
        reference: &'a str,
        since: Timestamp,
    ) -> Reply<'a, Result<Searched, Fault>> {
        Box::pin(self.0.find_sessions(reference, since))
    }

    fn cancel<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        Box::pin(async move {
            let call = Call::post(self.0.thing("sessions", session_id, Some("cancel"))?, None);
            self.0.one(call, session_id, map::session, |s| &s.id, Unreadable::NotTheSession).await
        })
    }

    fn transaction<'a>(&'a self, id: &'a str) -> Reply<'a, Result<TransactionNews, Fault>> {
        Box::pin(async move {
            let call = Call::get(self.0.thing("transactions", id, None)?);
            self.0.one(call, id, map::transaction, |t| &t.id, Unreadable::NotTheTransaction).await
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

    fn profile_anew(&self) -> Reply<'_, Result<Profile, Fault>> {
        Box::pin(self.0.profile_anew())
    }

    fn sign_in(&self) -> Reply<'_, Result<(), Fault>> {
        Box::pin(async move { self.0.tokens.get().await.map(|_| ()) })
    }

    fn clock_checked(&self) -> Reply<'_, Result<Option<jiff::SignedDuration>, Fault>> {
        Box::pin(async move {
            self.0.tokens.get().await?;
            if self.0.exchange.clock_in_doubt() {
                // Whatever it answers, it tells the time. What a new link needs of it is then known, too.
                let _ = self.0.read_profile().await;
            }
            Ok(self.clock_told())
        })
    }

    fn insist(&self) {
        self.0.tokens.insist();
    }

    fn clock_skew(&self) -> jiff::SignedDuration {
        self.0.exchange.skew()
    }

    fn clock_told(&self) -> Option<jiff::SignedDuration> {
        self.0.exchange.clock_is_told().then(|| self.0.exchange.skew())
    }

    fn clock_heard(&self) -> Reply<'_, jiff::SignedDuration> {
        Box::pin(async move {
            if self.0.exchange.clock_in_doubt() {
                // Whatever it answers, it tells the time.
                let _ = self.0.read_profile().await;
            }
            self.0.exchange.skew()
        })
    }

    fn rebuilt_url(&self, session_id: &str) -> String {
        self.0.url(&["view", session_id]).to_string()
    }
}
