//! The search for sessions, page by page (API, 3). It decides whether a link is made once more, so what was not read is
//! never taken for what isn't there.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::client::{Call, Inner};
use super::gateway::PAGE;
use super::{errors, map, wire};
use crate::domain::cause::Unreadable;
use crate::domain::lifecycle::SessionNews;
use crate::ports::{Fault, Searched};

/// So many pages are read of one search, at most.
const PAGES: usize = 10;
/// So many rows the API gives unasked (API, 3): a page of as many may be cut off, whatever was asked for.
const UNASKED: usize = 10;
/// No further page is asked for after so long: somebody waits, and a claim on the link runs out.
const LONGEST: Duration = Duration::from_secs(20);
/// By so much a clock here may have been ahead when the link was asked for.
const SLACK: SignedDuration = SignedDuration::from_hours(48);

impl Inner {
    /// The sessions with a reference. A reference of which there are more than are read is searched once more among
    /// the newer ones alone.
    pub(super) async fn find_sessions(&self, reference: &str, since: Timestamp) -> Result<Searched, Fault> {
        let Some(url) = self.search("sessions", reference) else {
            // Nothing that could be searched for: no link has such a reference.
            return Ok(Searched { sessions: Vec::new(), complete: true });
        };
        let began = Instant::now();
        let mut found = self.pages(&url, began).await?;
        if found.complete {
            return Ok(found);
        }
        let since = since.checked_sub(SLACK).unwrap_or(since);
        let mut newer = url;
        let from = since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        newer.query_pairs_mut().append_pair("created_at.gte", &from);
        match self.pages(&newer, began).await {
            Ok(newer) => {
                // A backend that doesn't know the filter answers with any: then it has told nothing.
                let to_second = SignedDuration::from_secs(1);
                let obeyed = |s: &SessionNews| {
                    s.created_at.is_some_and(|at| at.checked_add(to_second).is_ok_and(|at| at >= since))
                };
                found.complete = newer.complete && newer.sessions.iter().all(obeyed);
                let known: HashSet<String> = found.sessions.iter().map(|s| s.id.clone()).collect();
                found.sessions.extend(newer.sessions.into_iter().filter(|s| !known.contains(&s.id)));
            }
            // Nor does one that says no to it.
            Err(fault) if fault.kind.is_no() => {}
            Err(fault) => return Err(fault),
        }
        Ok(found)
    }

    /// The pages of a list of sessions, up to the bounds. A backend may give fewer rows than were asked for (ten is what
    /// the API gives unasked), so only a page with none is known to be the last; or one of fewer than were asked for, where the
    /// backend can't go on from it.
    async fn pages(&self, list: &Url, began: Instant) -> Result<Searched, Fault> {
        let mut found = Searched::default();
        let mut seen = HashSet::new();
        let mut after: Option<String> = None;
        let mut all_in_one = false;
        for page in 0..PAGES {
            if page > 0 && began.elapsed() >= LONGEST {
                break;
            }
            let mut url = list.clone();
            if let Some(after) = &after {
                url.query_pairs_mut().append_pair("starting_after", after);
            }
            let answer = match self.call(Call::get(url)).await {
                Ok(answer) => answer,
                // It lists, but not page by page.
                Err(fault) if page > 0 && fault.kind.is_no() => {
                    found.complete = page == 1 && all_in_one;
                    break;
                }
                Err(fault) => return Err(fault),
            };
            let unreadable = || errors::unreadable(&answer, Unreadable::NotAList);
            let body = wire::json(&answer.body).ok_or_else(unreadable)?;
            let rows = body.as_array().ok_or_else(unreadable)?;
            let before = found.sessions.len();
            found.sessions.extend(rows.iter().filter_map(map::session).filter(|s| seen.insert(s.id.clone())));
            if rows.is_empty() {
                found.complete = true;
                break;
            }
            all_in_one = rows.len() < PAGE && rows.len() != UNASKED;
            let last = rows.iter().rev().find_map(|row: &Value| wire::id(row, &["id"]));
            // The same page again: it doesn't know how to go on, and neither do we.
            let moved = found.sessions.len() > before;
            found.complete = page == 1 && !moved && all_in_one;
            match last.filter(|last| moved && after.as_ref() != Some(last)) {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        Ok(found)
    }
}
