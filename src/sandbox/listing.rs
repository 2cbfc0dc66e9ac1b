//! Listing sessions, and how lists search (API, 3 and 5.1).

use axum::Json;
use axum::extract::{Extension, RawQuery, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Sandbox;
use super::error::ApiError;
use super::front::Lag;
use super::query::{Query, page};
use super::state::{Entry as _, Session};

/// `GET /v1/sessions`
pub(super) async fn sessions(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
    lag: Option<Extension<Lag>>,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(raw.as_deref());
    let limit = query.limit()?;
    let created = Range::parse(&query, "created_at")?;
    sandbox.look(|world, now| {
        let told = Lag::tells(lag, now);
        let rows = world.sessions.newest_first().filter(|s| told(s.created_at) && wants(s, &query, &created));
        let rows = page(rows, |s| s.id(), query.one("starting_after"), limit);
        let rows: Vec<Value> = rows.into_iter().map(Session::read).collect();
        Ok(Json(json!(rows)))
    })
}

fn wants(session: &Session, query: &Query, created: &Range) -> bool {
    let one_of = |name: &str, have: Option<&str>| {
        let any = query.set(name);
        any.is_empty() || have.is_some_and(|have| any.contains(&have))
    };
    one_of("id", Some(&session.id))
        && one_of("transaction_id", session.transaction_id.as_deref())
        && one_of("store_id", session.text(&["order", "store", "id"]))
        && created.holds(Some(session.created_at))
        && query.one("search").is_none_or(|needle| {
            let mut found = Found::default();
            found.words.push(session.reference());
            found.words.extend(session.text(&["order", "merchant_reference_2"]));
            found.add_names(session);
            matches_search(&found, needle)
        })
}

/// A stretch of time, open where nothing was given.
#[derive(Debug)]
pub(super) struct Range {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Range {
    pub(super) fn parse(query: &Query, name: &str) -> Result<Self, ApiError> {
        Ok(Self { from: query.not_before(name)?, to: query.not_after(name)? })
    }

    /// Whether `at` lies in it. What never happened lies in no range that was asked for.
    pub(super) fn holds(&self, at: Option<Timestamp>) -> bool {
        match at {
            None => self.from.is_none() && self.to.is_none(),
            Some(at) => self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to),
        }
    }
}

/// What a search can find something by.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// Whole ids.
    pub(super) ids: Vec<&'a str>,
    /// References and e-mail addresses.
    pub(super) words: Vec<&'a str>,
    /// `first last`.
    pub(super) names: Vec<String>,
    pub(super) phones: Vec<&'a str>,
}

impl<'a> Found<'a> {
    /// The names in the addresses of `session`.
    pub(super) fn add_names(&mut self, session: &'a Session) {
        for key in ["shipping_address", "billing_address"] {
            let text = |field| session.text(&["order", key, field]).unwrap_or_default();
            self.names.push(format!("{} {}", text("first_name"), text("last_name")).trim().to_owned());
        }
    }

    /// Everything about the customer.
    pub(super) fn add_person(&mut self, session: &'a Session) {
        self.add_names(session);
        self.words.extend(session.text(&["customer", "email"]));
        self.phones.extend(session.text(&["customer", "phone_number"]));
        for key in ["shipping_address", "billing_address"] {
            self.words.extend(session.text(&["order", key, "email"]));
            self.phones.extend(session.text(&["order", key, "phone_number"]));
        }
    }
}

/// How Dintero compares is not documented. Here: ids whole, references, e-mail addresses and names
/// by their beginning in any case, phone numbers by their last digits.
pub(super) fn matches_search(found: &Found<'_>, needle: &str) -> bool {
    let needle = needle.trim().to_lowercase();
    let digits: String = needle.chars().filter(char::is_ascii_digit).collect();
    let numeric = needle.chars().all(|c| c.is_ascii_digit() || "+ -.()".contains(c));
    found.ids.iter().any(|id| id.to_lowercase() == needle)
        || found.words.iter().any(|word| word.to_lowercase().starts_with(&needle))
        || found.names.iter().any(|name| !name.is_empty() && name.to_lowercase().starts_with(&needle))
        || (numeric && digits.len() >= 5 && found.phones.iter().any(|phone| phone.ends_with(&digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_by_reference_name_phone_and_id() {
        let found = Found {
            ids: vec!["T12345678.abc"],
            words: vec!["KARI-014", "kari@kunde.example"],
            names: vec!["Kari Nordmann".to_owned()],
            phones: vec!["+4741234567"],
        };
        for needle in [
            "kari-014",
            "KARI-0",
            "Kari Nordmann",
            "+47 412 34 567",
            "41234567",
            "t12345678.ABC",
            "kari@kunde.example",
        ] {
            assert!(matches_search(&found, needle), "{needle}");
        }
        for needle in ["KARI-015", "Nordmann", "567", "T12345678", "41234568"] {
            assert!(!matches_search(&found, needle), "{needle}");
        }
    }
}
