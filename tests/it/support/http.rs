//! A small HTTP client, so that a test asks the sandbox in other words than the program does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// `POST`s JSON to a loopback address and gives the status and the answer.
pub(crate) fn post(url: &str, body: &Value) -> (u16, Value) {
    request("POST", url, "", Some(body))
}

/// `GET`s JSON from a loopback address.
pub(crate) fn get(url: &str) -> (u16, Value) {
    request("GET", url, "", None)
}

/// Asks, signed in as `authorization` says if that is not empty.
pub(crate) fn request(method: &str, url: &str, authorization: &str, body: Option<&Value>) -> (u16, Value) {
    let rest = url.strip_prefix("http://").expect("a loopback address");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let body = body.map(Value::to_string).unwrap_or_default();
    let signed =
        if authorization.is_empty() { String::new() } else { format!("Authorization: {authorization}\r\n") };
    let mut stream = TcpStream::connect(host).expect(host);
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{signed}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect(head);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
