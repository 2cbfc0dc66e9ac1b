//! The sandbox in a process of its own, for measurements in which its memory and its time must not be counted as
//! the program's.
#![allow(dead_code)] // not every measurement needs all of it

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::http;

/// The sandbox, stopped on drop.
pub(crate) struct Backend {
    child: Child,
    facts: Value,
}

impl Backend {
    pub(crate) fn start(program: &Path) -> Self {
        let mut child = Command::new(program)
            .args(["--json", "sandbox", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, facts: serde_json::from_str(&line).expect("the sandbox's line") }
    }

    /// What it said of itself when it was ready.
    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.facts))
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fact("url"))
    }

    /// Asks the control interface for something.
    pub(crate) fn control(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        http::request(method, &self.url(&format!("/sandbox{path}")), "", body)
    }

    /// The customer pays, or does not: the status, which is not 200 where it's too late for that.
    pub(crate) fn customer_pays(&self, session: &str, outcome: &str) -> u16 {
        let body = json!({ "payment_product_type": "vipps", "outcome": outcome });
        self.control("POST", &format!("/sessions/{session}/pay"), Some(&body)).0
    }

    /// Everything there is of a kind (`sessions`, `transactions`), asked for as a client does.
    pub(crate) fn all(&self, what: &str) -> Vec<Value> {
        let account = self.fact("account_id");
        let basic = base64::engine::general_purpose::STANDARD.encode(format!(
            "{}:{}",
            self.fact("client_id"),
            self.fact("client_secret")
        ));
        let ask = json!({
            "grant_type": "client_credentials",
            "audience": format!("https://api.dintero.com/v1/accounts/{account}"),
        });
        let (status, answer) = http::request(
            "POST",
            &self.url(&format!("/v1/accounts/{account}/auth/token")),
            &format!("Basic {basic}"),
            Some(&ask),
        );
        assert_eq!(status, 200, "{answer}");
        let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map(|last| format!("&starting_after={}", last["id"].as_str().unwrap()));
            let path = format!("/v1/{what}?limit=100{}", after.unwrap_or_default());
            let (status, page) = http::request("GET", &self.url(&path), &bearer, None);
            assert_eq!(status, 200, "{page}");
            let page = page.as_array().unwrap();
            all.extend(page.iter().cloned());
            if page.len() < 100 {
                return all;
            }
        }
    }

    /// A config file for it; `more` are further lines of the profile.
    pub(crate) fn config_text(&self, more: &str) -> String {
        format!(
            "default_profile = \"fair\"\n\n[profiles.fair]\naccount_id = \"{}\"\nclient_id = \"{}\"\n\
             profile_id = \"{}\"\nreturn_url = \"https://example.com/thanks\"\nmerchant_name = \"Fjordfisk AS\"\n\
             api_url = \"{url}\"\ncheckout_url = \"{url}\"\n{more}",
            self.fact("account_id"),
            self.fact("client_id"),
            self.fact("profile_id"),
            url = self.fact("url"),
        )
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Numbers that look random (splitmix64): the same story for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n64 = self.0;
        n64 = (n64 ^ (n64 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n64 = (n64 ^ (n64 >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n64 ^ (n64 >> 31)) % n.max(1)
    }

    pub(crate) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let n = self.below(u64::try_from(of.len()).unwrap());
        of.get(usize::try_from(n).unwrap())
    }
}
