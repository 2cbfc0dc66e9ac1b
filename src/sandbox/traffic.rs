//! What goes over the line: the log of API requests, and the faults that wait for one.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method, header};
use jiff::Timestamp;
use serde_json::Value;

use super::clock::stamp;
use super::faults::Fault;
use super::state::Object;

/// The log keeps this many of the newest requests.
const MOST_ENTRIES: usize = 10_000;
/// And no more of them than take this much room.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// What an entry takes beside its texts.
const ENTRY: usize = 512;
/// A longer body is kept as its length alone.
const LONGEST_BODY: usize = 256 * 1024;

/// The line's state. Not kept across restarts.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) faults: Vec<Fault>,
    log: VecDeque<Entry>,
    count: u64,
    /// The room that the log takes.
    bytes: usize,
}

/// A request in the log.
#[derive(Debug)]
struct Entry {
    number: u64,
    /// All but the body, which would take many times its size once it's read.
    told: Object,
    body: Box<[u8]>,
    /// The body's size on the line, where it was too long to keep.
    left_out: Option<usize>,
    bytes: usize,
}

impl Entry {
    fn read(&self) -> Value {
        let mut told = self.told.clone();
        let body = match self.left_out {
            Some(size) => format!("({size} bytes)").into(),
            None => readable(&self.body),
        };
        told.insert("body".to_owned(), body);
        Value::Object(told)
    }
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
        let mut told = Object::new();
        told.insert("method".to_owned(), method.as_str().into());
        told.insert("path".to_owned(), uri.path().into());
        told.insert("query".to_owned(), uri.query().unwrap_or_default().into());
        told.insert("headers".to_owned(), Value::Object(masked(headers)));
        told.insert("status".to_owned(), Value::Null);
        told.insert("at".to_owned(), stamp(at).into());
        let left_out = Some(body.len()).filter(|size| *size > LONGEST_BODY);
        let body: Box<[u8]> = if left_out.is_some() { Box::default() } else { body.into() };
        let heads: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let line = uri.path().len() + uri.query().map_or(0, str::len);
        let bytes = ENTRY + line + heads + body.len();
        self.bytes += bytes;
        self.log.push_back(Entry { number: self.count, told, body, left_out, bytes });
        while self.log.len() > MOST_ENTRIES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.log.pop_front() else { break };
            self.bytes -= oldest.bytes;
        }
        Logged(self.count)
    }

    /// The answer to a request that was written down.
    pub(super) fn answered(&mut self, Logged(id): Logged, status: u16) {
        if let Some(entry) = self.log.iter_mut().rev().find(|entry| entry.number == id) {
            entry.told.insert("status".to_owned(), status.into());
        }
    }

    /// Every request, oldest first.
    pub(super) fn log(&self) -> Vec<Value> {
        self.log.iter().map(Entry::read).collect()
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

    #[test]
    fn the_log_forgets_by_the_room_it_takes() {
        let mut traffic = Traffic::default();
        let mut headers = HeaderMap::new();
        let body = vec![b'1'; LONGEST_BODY];
        let mut write = |path: &str, headers: &HeaderMap, body: &[u8]| {
            let uri = path.parse().unwrap();
            traffic.write_down(&Method::POST, &uri, headers, body, Timestamp::UNIX_EPOCH);
            (traffic.log.len(), traffic.bytes)
        };
        for n in 0..300 {
            let (_, bytes) = write(&format!("/v1/sessions/{n}"), &headers, &body);
            assert!(bytes <= MOST_BYTES, "{n}: {bytes}");
        }
        // Long headers and queries are room, too.
        headers.insert("x-long", "h".repeat(60_000).parse().unwrap());
        let query = format!("/v1/sessions?search={}", "q".repeat(60_000));
        let few = (0..1000).map(|_| write(&query, &headers, b"")).max().unwrap();
        assert!(few.0 < 300 && few.1 <= MOST_BYTES, "{few:?}");
        // One that is too long to be kept takes none, but is told.
        write("/v1/last", &HeaderMap::new(), &vec![b'1'; LONGEST_BODY + 1]);
        let last = traffic.log().pop().unwrap();
        assert_eq!((&last["path"], &last["body"]), (&"/v1/last".into(), &"(262145 bytes)".into()));
        let kept: usize = traffic.log.iter().map(|entry| entry.bytes).sum();
        assert_eq!(kept, traffic.bytes);
    }
}
