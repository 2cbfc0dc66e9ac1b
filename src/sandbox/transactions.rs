//! Reading transactions: one, many, and changing the second reference (API, 5 and 5.1).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery, State};
use serde_json::{Value, json};

use super::Sandbox;
use super::error::{ApiError, object_body};
use super::front::Lag;
use super::listing::{Found, Range, matches_search};
use super::query::{Query, page};
use super::sessions::unknown;
use super::state::{Entry as _, Transaction, World};

/// `GET /v1/transactions/{id}`
pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(raw.as_deref());
    sandbox.look(|world, _| {
        let transaction = world.transactions.get(&id).ok_or_else(|| unknown(&id, &world.account_id))?;
        let mut out = shown(transaction, &query);
        let includes = query.set("includes");
        let latest = includes.contains(&"session.events.latest");
        if (latest || includes.contains(&"session"))
            && let Some(session) = world.sessions.get(&transaction.session_id)
        {
            let mut session = session.read();
            if latest && let Some(events) = session.get_mut("events").and_then(Value::as_array_mut) {
                let before = events.len().saturating_sub(1);
                events.drain(..before);
            }
            out["session"] = session;
        }
        Ok(Json(out))
    })
}

/// `PUT /v1/transactions/{id}`: changes `merchant_reference_2` alone.
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let body = object_body(&body)?;
    let Some(reference) = body.get("merchant_reference_2").and_then(Value::as_str) else {
        return Err(ApiError::bad_request("merchant_reference_2: is required and must be a string"));
    };
    sandbox.change(|world, now| {
        let account = world.account_id.clone();
        let transaction = world.transactions.get_mut(&id).ok_or_else(|| unknown(&id, &account))?;
        transaction.merchant_reference_2 = Some(reference.to_owned());
        transaction.updated_at = now;
        Ok(Json(transaction.read()))
    })
}

/// `GET /v1/transactions`
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
    lag: Option<Extension<Lag>>,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(raw.as_deref());
    let limit = query.limit()?;
    let wanted = Wanted::parse(&query)?;
    sandbox.look(|world, now| {
        let told = Lag::tells(lag, now);
        let rows = world.transactions.newest_first().filter(|t| told(t.created_at) && wanted.wants(t, world));
        let rows = page(rows, |t| t.id(), query.one("starting_after"), limit);
        let rows: Vec<Value> = rows.into_iter().map(|t| shown(t, &query)).collect();
        Ok(Json(json!(rows)))
    })
}

fn shown(transaction: &Transaction, query: &Query) -> Value {
    let mut out = transaction.read();
    if query.set("includes").contains(&"events.success.true")
        && let Some(events) = out.get_mut("events").and_then(Value::as_array_mut)
    {
        events.retain(|event| event["success"] == true);
    }
    out
}

/// Every filter of the list; one that is not given takes everything.
struct Wanted<'a> {
    query: &'a Query,
    amount: Option<i64>,
    amount_from: Option<i64>,
    amount_to: Option<i64>,
    created: Range,
    captured: Range,
    refunded: Range,
}

impl<'a> Wanted<'a> {
    fn parse(query: &'a Query) -> Result<Self, ApiError> {
        for status in query.set("status") {
            let known = serde_json::from_value::<super::state::Status>(status.into()).is_ok();
            if !known && status != "UNKNOWN" {
                return Err(ApiError::bad_request("status: no such status"));
            }
        }
        Ok(Self {
            query,
            amount: query.integer("amount")?,
            amount_from: query.integer("amount.gte")?,
            amount_to: query.integer("amount.lte")?,
            created: Range::parse(query, "created_at")?,
            captured: Range::parse(query, "captured_at")?,
            refunded: Range::parse(query, "refunded_at")?,
        })
    }

    fn wants(&self, t: &Transaction, world: &World) -> bool {
        let product = t.method.split_once('.').map_or(t.method.as_str(), |(product, _)| product);
        let text = |path: &[&str]| {
            let (first, rest) = path.split_first()?;
            rest.iter().try_fold(t.content.get(*first)?, |v, key| v.get(key)).and_then(Value::as_str)
        };
        // Each of them: the parameter, and what the transaction has for it.
        let sets = [
            ("id", Some(t.id.as_str())),
            ("status", Some(t.status.word())),
            ("payment_product", Some(product)),
            ("payment_product_type", Some(&t.method)),
            ("card_brand", text(&["card", "brand"])),
            ("session_id", Some(&t.session_id)),
            ("store_id", text(&["store", "id"])),
            ("currency", Some(&t.currency)),
            ("token_id", text(&["card", "payment_token_id"])),
            ("payout_correlation_id", text(&["metadata", "payout_correlation_id"])),
            ("channel", text(&["channel"])),
            ("terminal_id", text(&["store", "terminal_id"])),
        ];
        let exact = [
            ("merchant_reference", Some(t.merchant_reference.as_str())),
            ("merchant_reference_2", t.merchant_reference_2.as_deref()),
            ("payment_operation", text(&["payment_operation"])),
            ("customer_id", text(&["customer", "customer_id"])),
            ("payout_destination_id", text(&["payout_destination_id"])),
        ];
        sets.iter().all(|(name, have)| {
            let any = self.query.set(name);
            any.is_empty() || have.is_some_and(|have| any.contains(&have))
        }) && exact.iter().all(|(name, have)| self.query.one(name).is_none_or(|want| *have == Some(want)))
            && self.amount.is_none_or(|n| t.amount == n)
            && self.amount_from.is_none_or(|n| t.amount >= n)
            && self.amount_to.is_none_or(|n| t.amount <= n)
            && self.created.holds(Some(t.created_at))
            && self.captured.holds(t.captured_at)
            && self.refunded.holds(t.refunded_at)
            && self.query.one("search").is_none_or(|needle| {
                let mut found = Found::default();
                found.ids.extend([t.id.as_str(), t.session_id.as_str()]);
                found.words.push(&t.merchant_reference);
                found.words.extend(t.merchant_reference_2.as_deref());
                if let Some(session) = world.sessions.get(&t.session_id) {
                    found.add_person(session);
                }
                matches_search(&found, needle)
            })
    }
}
