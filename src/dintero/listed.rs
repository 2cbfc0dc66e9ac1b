//! Sessions read many at once: the list of sessions, narrowed by their ids (API, 3).

use std::collections::HashSet;

use serde_json::Value;

use super::client::{Call, Inner};
use super::gateway::PAGE;
use super::{errors, map, wire};
use crate::domain::cause::Unreadable;
use crate::domain::lifecycle::SessionNews;
use crate::ports::Fault;

/// So many requests are made for one question, at most: a backend that gives ten rows where a hundred were asked for
/// (ten is what the API gives unasked) has told them all by then.
const REQUESTS: usize = 12;
/// Once so many were too large, each asked for alone, and none was told, a list is not what can be read here.
const ALONE: usize = 2;
/// So many times fewer are asked for after an answer that was too large.
const FEWER: usize = 4;

impl Inner {
    /// Those of these sessions whose rows tell what a read tells.
    pub(super) async fn sessions_of(&self, ids: &[String]) -> Result<Vec<SessionNews>, Fault> {
        let mut seen = HashSet::new();
        let mut left: Vec<&str> = ids.iter().map(String::as_str).collect();
        left.retain(|id| wire::is_id(id) && seen.insert(*id));
        let mut found = Vec::new();
        let mut most = PAGE;
        let mut alone = 0;
        for _ in 0..REQUESTS {
            if left.is_empty() {
                break;
            }
            let rest = left.split_off(left.len().min(most));
            let rows = match self.rows_of(&left).await {
                Ok(rows) => rows,
                Err(fault) if fault.cause.too_large() && left.len() > 1 => {
                    most = (left.len() / FEWER).max(1);
                    left.extend(rest);
                    continue;
                }
                // Whoever misses it reads it by itself, and hears of it. The others are listed.
                Err(fault) if fault.cause.too_large() && (alone + 1 < ALONE || !found.is_empty()) => {
                    alone += 1;
                    most = PAGE / FEWER;
                    left = rest;
                    continue;
                }
                // What was read is worth something; who misses the others reads them, and hears of it.
                Err(_) if !found.is_empty() => break,
                Err(fault) => return Err(fault),
            };
            let told: HashSet<String> = rows.iter().filter_map(|row| wire::id(row, &["id"])).collect();
            // A backend that doesn't know the filter answers with everything: not ours.
            let asked: HashSet<&str> = left.iter().copied().collect();
            let ours = |news: &SessionNews| asked.contains(news.id.as_str());
            let mut news: Vec<_> = rows.iter().filter(|row| whole(row)).filter_map(map::session).collect();
            news.retain(ours);
            found.extend(news);
            // An answer can be smaller than was asked for, and a session can be gone. So the missing are asked for
            // once more as long as that brings any; one alone is as well read by itself.
            let before = left.len();
            left.retain(|id| !told.contains(*id));
            if left.len() == before || left.len() == 1 {
                left.clear();
            }
            left.extend(rest);
        }
        Ok(found)
    }

    async fn rows_of(&self, ids: &[&str]) -> Result<Vec<Value>, Fault> {
        let mut url = self.url(&["sessions"]);
        {
            let mut query = url.query_pairs_mut();
            for id in ids {
                query.append_pair("id", id);
            }
            query.append_pair("limit", &PAGE.to_string());
        }
        let answer = self.call(Call::get(url)).await?;
        match wire::json(&answer.body) {
            Some(Value::Array(rows)) => Ok(rows),
            _ => Err(errors::unreadable(&answer, Unreadable::NotAList)),
        }
    }
}

/// Whether a row has all that a state is worked out from. Which fields a list leaves out is not documented; a session
/// without any event there is none, and what became of a message stands in the configuration.
fn whole(row: &Value) -> bool {
    let events = wire::at(row, &["events"]).and_then(Value::as_array);
    let publish =
        [&["publish"][..], &["configuration"]].into_iter().any(|path| wire::at(row, path).is_some());
    events.is_some_and(|events| !events.is_empty()) && publish && wire::at(row, &["expires_at"]).is_some()
}
