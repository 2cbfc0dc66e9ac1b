//! A backend that says byte by byte what a test wants said. By itself it behaves: it signs in, makes
//! sessions, reads, lists and cancels them.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::stand::ACCOUNT;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
}

/// What is sent back; after the last step the connection is closed.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Bytes(Vec<u8>),
    /// Again and again, until the other side goes.
    Forever(Vec<u8>),
    /// A byte every fifty milliseconds.
    Trickle(Vec<u8>),
    /// Nothing, until the other side goes.
    Hang,
}

pub(super) type Steps = Vec<Step>;

/// A whole answer.
pub(super) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Steps {
    let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    vec![Step::Bytes([head.as_bytes(), body].concat())]
}

pub(super) fn ok(body: &Value) -> Steps {
    answer("200 OK", &["content-type: application/json"], body.to_string())
}

/// Bytes as they are.
pub(super) fn raw(bytes: impl AsRef<[u8]>) -> Step {
    Step::Bytes(bytes.as_ref().to_vec())
}

type Odd = dyn Fn(&Asked, usize) -> Option<Steps> + Send + Sync;

/// The server; it lives as long as the test's process.
pub(super) struct Backend {
    pub(super) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    odd: Box<Odd>,
    asked: Mutex<Vec<Asked>>,
    sessions: Mutex<Vec<Value>>,
    /// Bytes that were got rid of.
    sent: AtomicUsize,
}

impl Backend {
    /// `odd` has the first word on each request, given how many came before it.
    pub(super) fn new(odd: impl Fn(&Asked, usize) -> Option<Steps> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            url: url.clone(),
            odd: Box::new(odd),
            asked: Mutex::default(),
            sessions: Mutex::default(),
            sent: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { url, shared }
    }

    /// Everything that was asked, without signing in.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.everything().into_iter().filter(|a| !a.path.ends_with("/auth/token")).collect()
    }

    /// `POST /v1/sessions-profile`, for each request but those to sign in.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|a| format!("{} {}", a.method, a.path)).collect()
    }

    pub(super) fn everything(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub(super) fn sign_ins(&self) -> usize {
        self.everything().iter().filter(|a| a.path.ends_with("/auth/token")).count()
    }

    pub(super) fn bytes_sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = read(&mut stream) else { return };
        let before = {
            let mut all = self.asked.lock().unwrap();
            all.push(asked.clone());
            all.len() - 1
        };
        let steps = (self.odd)(&asked, before).unwrap_or_else(|| self.usual(&asked));
        for step in steps {
            if self.say(&mut stream, step).is_err() {
                return;
            }
        }
    }

    fn say(&self, stream: &mut TcpStream, step: Step) -> std::io::Result<()> {
        match step {
            Step::Bytes(bytes) => stream.write_all(&bytes),
            Step::Forever(bytes) => loop {
                stream.write_all(&bytes)?;
                self.sent.fetch_add(bytes.len(), Ordering::SeqCst);
                // So that others get their turn on a small machine.
                thread::sleep(Duration::from_millis(5));
            },
            Step::Trickle(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte])?;
                    thread::sleep(Duration::from_millis(50));
                }
                Ok(())
            }
            Step::Hang => stream.read(&mut [0]).map(|_| ()),
        }
    }

    fn usual(&self, asked: &Asked) -> Steps {
        let path = asked.path.split('?').next().unwrap_or_default();
        let mut sessions = self.sessions.lock().unwrap();
        let not_found =
            || answer("404 Not Found", &[], r#"{"error":{"code":"NOT_FOUND","message":"not found"}}"#);
        match (asked.method.as_str(), path) {
            ("POST", p) if p.ends_with("/auth/token") => ok(
                &json!({"access_token": "a-token-that-is-good", "token_type": "Bearer", "expires_in": 14_400}),
            ),
            ("POST", "/v1/sessions-profile" | "/v1/sessions") => {
                let mut session: Value = serde_json::from_str(&asked.body).unwrap();
                let id = format!("{ACCOUNT}.session{}", sessions.len());
                session["id"] = json!(id);
                session["events"] = json!([]);
                sessions.push(session);
                ok(&json!({"id": id, "url": format!("{}/v1/view/{id}", self.url)}))
            }
            ("GET", "/v1/sessions") => ok(&Value::Array(sessions.clone())),
            ("GET", "/v1/transactions") => ok(&json!([])),
            (_, p) => {
                let id = p.trim_start_matches("/v1/sessions/").trim_end_matches("/cancel");
                match sessions.iter_mut().find(|s| s["id"] == id) {
                    Some(session) if p.ends_with("/cancel") => {
                        session["cancelled_at"] = json!("2026-11-22T12:00:00Z");
                        ok(session)
                    }
                    Some(session) => ok(session),
                    None => not_found(),
                }
            }
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length =
        head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    let mut words = head.split(' ');
    Some(Asked {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        body: String::from_utf8(body).ok()?,
        head,
    })
}
