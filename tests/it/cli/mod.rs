//! The real binary against the sandbox over real HTTP.

mod certificate;
mod clock;
mod commands;
mod disasters;
#[cfg(target_os = "linux")]
mod full_disk;
mod help;
mod late;
mod left;
mod links;
mod many;
pub(super) mod money;
mod orders;
#[cfg(unix)]
mod person;
mod places;
mod products;
mod profile;
#[cfg(target_os = "linux")]
mod read_only;
mod shape;
mod statuses;
mod waiting;
mod withdrawing;
mod words;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use axum::body::Body;
use axum::http::Request;
use paylink::sandbox::{Config, Running};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service;

/// What a run of the program came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ran {
    /// Standard output as one JSON value.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Standard output as JSON lines.
    pub(super) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
    }

    /// The error object on standard error, which is its last line.
    pub(super) fn error(&self) -> Value {
        let last = self.err.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(last).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        let keys: Vec<&str> = value["error"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["code", "message", "hint"]);
        value["error"].clone()
    }

    /// What holds for every run (contracts, 1).
    fn holds_what_is_promised(&self, words: &[String]) {
        let said = |word: &str| words.iter().any(|w| w == word);
        // What `doctor` found is its result, whatever that is.
        if matches!(self.status, 3 | 4 | 6) && !said("doctor") {
            assert_eq!(self.out, "", "{words:?} came to nothing, and has a result: {self:?}");
        }
        if said("--json") {
            let lines: Vec<&str> = self.err.lines().collect();
            for (n, line) in lines.iter().enumerate() {
                let value: Value =
                    serde_json::from_str(line).unwrap_or_else(|e| panic!("{words:?}: {e}: {line}"));
                let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
                let error = n + 1 == lines.len() && !matches!(self.status, 0);
                assert_eq!(keys, [if error { "error" } else { "note" }], "{words:?}: {self:?}");
            }
        }
    }

    /// The codes of the notes on standard error, with `--json`.
    pub(super) fn notes(&self) -> Vec<String> {
        let lines = self.err.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
        lines.filter_map(|l| l["note"]["code"].as_str().map(str::to_owned)).collect()
    }

    /// Checks the exit status.
    pub(super) fn is(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// A sandbox, a config for it and a home folder of its own.
pub(super) struct World {
    runtime: tokio::runtime::Runtime,
    running: Running,
    pub(super) home: TempDir,
    pub(super) config: PathBuf,
    pub(super) data: PathBuf,
    secret: String,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_config("")
    }

    /// With more keys in the profile.
    pub(super) fn with_config(more: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = runtime.block_on(Running::start(any, Config::new())).unwrap();
        let home = tempfile::tempdir().unwrap();
        let (config, data) = (home.path().join("fair.toml"), home.path().join("data"));
        let sandbox = running.sandbox();
        let secret = sandbox.client_secret().to_owned();
        let world = Self { config, data, secret, home, runtime, running };
        world.write_config(world.running.url(), more);
        world
    }

    pub(super) fn write_config(&self, url: &str, more: &str) {
        let sandbox = self.running.sandbox();
        let text = format!(
            "[profiles.fair]\naccount_id = \"{}\"\nclient_id = \"{}\"\nreturn_url = \"https://example.com/thanks\"\n\
             api_url = \"{url}\"\ncheckout_url = \"{url}\"\n{more}\n",
            sandbox.account_id(),
            sandbox.client_id(),
        );
        std::fs::write(&self.config, text).unwrap();
    }

    pub(super) fn url(&self) -> &str {
        self.running.url()
    }

    pub(super) fn account(&self) -> &str {
        self.running.sandbox().account_id()
    }

    pub(super) fn client(&self) -> &str {
        self.running.sandbox().client_id()
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// `paylink` with these words, its own home, and nothing of this process's environment.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = bare(self.home.path());
        command
            .args(words)
            .env("PAYLINK_CONFIG", &self.config)
            .env("PAYLINK_DATA_DIR", &self.data)
            .env("PAYLINK_CLIENT_SECRET", &self.secret);
        command
    }

    /// Runs it to the end.
    pub(super) fn run(&self, words: &[&str]) -> Ran {
        finish(&mut self.command(words))
    }

    /// Makes a link and gives it as JSON.
    pub(super) fn link(&self, more: &[&str]) -> Value {
        let words = [&["new", "--json", "--item", "Vaffel;2;45.00"], more].concat();
        self.run(&words).is(0).json()
    }

    /// The control interface of the sandbox.
    pub(super) fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(if body.is_null() { String::new() } else { body.to_string() }))
            .unwrap();
        self.ask(request)
    }

    /// Any request, answered by the sandbox without a line in between.
    pub(super) fn ask(&self, request: Request<Body>) -> Value {
        let mut router = self.running.sandbox().router();
        let what = format!("{} {}", request.method(), request.uri());
        self.runtime.block_on(async {
            let response = router.call(request).await.unwrap();
            let status = response.status();
            let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
            assert!(status.is_success(), "{what}: {status} {}", String::from_utf8_lossy(&bytes));
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        })
    }

    pub(super) fn fault(&self, fault: Value) {
        self.control("POST", "/sandbox/faults", fault);
    }

    pub(super) fn clear_faults(&self) {
        self.control("DELETE", "/sandbox/faults", Value::Null);
    }

    pub(super) fn visit(&self, link: &Value) {
        let id = link["session_id"].as_str().unwrap();
        self.control("POST", &format!("/sandbox/sessions/{id}/visit"), json!({}));
    }

    pub(super) fn pay(&self, link: &Value, outcome: &str) {
        let id = link["session_id"].as_str().unwrap();
        self.control("POST", &format!("/sandbox/sessions/{id}/pay"), json!({ "outcome": outcome }));
    }

    /// The bodies of the requests that made a session, oldest first.
    pub(super) fn sessions_asked_for(&self) -> Vec<(String, Value)> {
        let log = self.control("GET", "/sandbox/log", Value::Null);
        log.as_array()
            .unwrap()
            .iter()
            .filter(|r| r["method"] == "POST" && r["path"].as_str().unwrap().starts_with("/v1/sessions"))
            .map(|r| (r["path"].as_str().unwrap().to_owned(), r["body"].clone()))
            .collect()
    }
}

/// `paylink` without any environment but a home and a place for keyrings that isn't there.
pub(super) fn bare(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paylink"));
    command
        .env_clear()
        .env("HOME", home)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
        .current_dir(home)
        .stdin(Stdio::null());
    // Windows needs these to open a socket at all.
    for name in ["SYSTEMROOT", "APPDATA", "LOCALAPPDATA"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

pub(super) fn finish(command: &mut Command) -> Ran {
    let done = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let ran = Ran {
        status: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    };
    let words: Vec<_> = command.get_args().map(|w| w.to_string_lossy().into_owned()).collect();
    ran.holds_what_is_promised(&words);
    ran
}

/// Runs it with this on standard input.
pub(super) fn finish_with_input(command: &mut Command, input: &str) -> Ran {
    let mut child = started(command.stdin(Stdio::piped()));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    Ran {
        status: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A program that goes on, whose standard output is read line by line.
pub(super) struct Going {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Going {
    pub(super) fn start(command: &mut Command) -> Self {
        let mut child = started(command);
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The next line, when it comes.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.out.read_line(&mut line).unwrap() > 0, "no more lines");
        line
    }

    pub(super) fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Ends it.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The rest of its output, and its end.
    pub(super) fn end(mut self) -> Ran {
        let mut out = String::new();
        self.out.read_to_string(&mut out).unwrap();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        Ran { status: self.child.wait().unwrap().code().unwrap_or(-1), out, err }
    }
}

/// An address where nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Says loudly that something can't be tested here and why, unless `PAYLINK_REQUIRE_…` forbids to leave it out.
#[cfg(target_os = "linux")]
fn untested(what: &str, why: &str, require: &str) {
    let required = std::env::var(format!("PAYLINK_REQUIRE_{require}")).as_deref() == Ok("1");
    assert!(!required, "PAYLINK_REQUIRE_{require}=1, but not possible here: {what}: {why}");
    eprintln!("\n*** NOT TESTED: {what}: {why} ***\n");
}
