//! What goes over the line: the log of API requests, and the faults that wait for one.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::clock::stamp;
use super::faults::Fault;
use super::state::Object;

/// The log keeps this many of the newest requests.
const MOST_ENTRIES: usize = 10_000;
/// A longer body is kept as its length alone.
const LONGEST_BODY: usize = 256 * 1024;

/// The line's state. Not kept across restarts.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) faults: Vec<Fault>,
    log: VecDeque<(u64, Value)>,
    count: u64,
}

/// Which entry of the log a request is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logged(u64);

impl Traffic {
    /// The first fault that this request meets, used up by one.
    pub(super) fn meet(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|fault| fault.meets(method, path))?;
        let fault = self.faults.get_mut(at)?;
        let met = fault.clone();
        if fault.times > 0 {
            fault.times -= 1;
        }
        if fault.times == 0 {
            self.faults.remove(at);
        }
        Some(met)
    }

    /// Writes a request down. Its status stays `null` for as long as it has no answer.
    pub(super) fn write_down(
        &mut self,
        method: &Method,
        uri: &axum::http::Uri,
        headers: &HeaderMap,
        body: &[u8],
        at: Timestamp,
    ) -> Logged {
        self.count += 1;
        if self.log.len() == MOST_ENTRIES {
            self.log.pop_front();
        }
        let entry = json!({
            "method": method.as_str(),
            "path": uri.path(),
            "query": uri.query().unwrap_or_default(),
            "headers": masked(headers),
            "body": readable(body),
            "status": null,
            "at": stamp(at),
        });
        self.log.push_back((self.count, entry));
        Logged(self.count)
    }

    /// The answer to a request that was written down.
    pub(super) fn answered(&mut self, Logged(id): Logged, status: u16) {
        if let Some((_, entry)) = self.log.iter_mut().rev().find(|(n, _)| *n == id)
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("status".to_owned(), status.into());
        }
    }

    /// Every request, oldest first.
    pub(super) fn log(&self) -> Vec<Value> {
        self.log.iter().map(|(_, entry)| entry.clone()).collect()
    }
}

fn masked(headers: &HeaderMap) -> Object {
    let mut out = Object::new();
    for name in headers.keys() {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                if name == header::AUTHORIZATION || name == "x-api-key" || name == header::COOKIE {
                    let scheme = text.split_once(' ').map_or("", |(scheme, _)| scheme);
                    format!("{scheme} ***").trim_start().to_owned()
                } else {
                    text
                }
            })
            .collect();
        out.insert(name.as_str().to_owned(), values.join(", ").into());
    }
    out
}

fn readable(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > LONGEST_BODY {
        return format!("({} bytes)", body.len()).into();
    }
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_in_the_log() {
        let mut traffic = Traffic::default();
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Bearer eyJhbGciOi".parse().unwrap());
        headers.insert("dintero-system-name", "paylink".parse().unwrap());
        let uri = "/v1/sessions?limit=2".parse().unwrap();
        let entry = traffic.write_down(&Method::POST, &uri, &headers, br#"{"a":1}"#, Timestamp::UNIX_EPOCH);
        traffic.answered(entry, 200);
        let log = traffic.log();
        assert_eq!(log[0]["headers"]["authorization"], "Bearer ***");
        assert_eq!(log[0]["headers"]["dintero-system-name"], "paylink");
        assert_eq!(log[0]["query"], "limit=2");
        assert_eq!(log[0]["body"]["a"], 1);
        assert_eq!(log[0]["status"], 200);
    }

    #[test]
    fn the_log_forgets_the_oldest() {
        let mut traffic = Traffic::default();
        let uri = "/v1/sessions".parse().unwrap();
        for _ in 0..MOST_ENTRIES + 3 {
            traffic.write_down(&Method::GET, &uri, &HeaderMap::new(), b"", Timestamp::UNIX_EPOCH);
        }
        assert_eq!(traffic.log().len(), MOST_ENTRIES);
    }
}
