//! The real binary with a backend that is full of what acts on a terminal: its exit status, and every byte
//! that it writes, on standard output, on standard error and in its log.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Asked, Backend, Step, Steps, answer, ok, raw};
use super::stand::{ACCOUNT, SECRET};
use super::{hostile, unsafe_signs};
use crate::cli::{Ran, bare, finish};

/// The id that the backend gives its first session.
const SESSION: &str = "T12345678.session0";

/// A seller's machine, set up for one backend.
pub(super) struct Home {
    folder: TempDir,
    pub(super) backend: Backend,
}

impl Home {
    pub(super) fn new(odd: impl Fn(&Asked, usize) -> Option<Steps> + Send + Sync + 'static) -> Self {
        let (folder, backend) = (tempfile::tempdir().unwrap(), Backend::new(odd));
        let url = &backend.url;
        let config = format!(
            "[profiles.fair]\naccount_id = \"{ACCOUNT}\"\nclient_id = \"client\"\nreturn_url = \"https://example.com/thanks\"\n\
             api_url = \"{url}\"\ncheckout_url = \"{url}\"\n"
        );
        fs::write(folder.path().join("fair.toml"), config).unwrap();
        Self { folder, backend }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs it, and looks at every byte that came of it.
    pub(super) fn run(&self, words: &[&str]) -> Ran {
        let mut command = bare(self.folder.path());
        command
            .args(words)
            .arg("-vv")
            .env("PAYLINK_CONFIG", self.folder.path().join("fair.toml"))
            .env("PAYLINK_DATA_DIR", self.data())
            .env("PAYLINK_CLIENT_SECRET", SECRET);
        let ran = finish(&mut command);
        let log = fs::read_to_string(self.data().join("paylink.log")).unwrap_or_default();
        for (place, text) in [("out", &ran.out), ("err", &ran.err), ("log", &log)] {
            assert_eq!(unsafe_signs(&text.replace('\n', "")), "", "{words:?} {place}: {text:?}");
            for secret in [SECRET, "a-token-that-is-good", "+4741234567"] {
                let told = text.contains(secret) && !(place == "out" && secret.starts_with('+'));
                assert!(!told, "{words:?} {place}: {text}");
            }
        }
        assert!(ran.status != 1 && ran.status != -1, "{words:?}: {ran:?}");
        ran
    }

    fn new_link(&self, more: &[&str]) -> Ran {
        self.run(&[&["new", "--json", "--reference", "A-1", "--item", "Vaffel;2;45.00"], more].concat())
    }
}

fn creates(asked: &Asked) -> bool {
    asked.method == "POST" && matches!(asked.path.as_str(), "/v1/sessions" | "/v1/sessions-profile")
}

/// Everything the backend can say of a sale, with escape sequences and what turns the direction in all of it.
fn hostile_shop(asked: &Asked, _: usize) -> Option<Steps> {
    let h = hostile;
    let path = asked.path.split('?').next().unwrap_or_default();
    let transaction = json!({
        "id": "T12345678.tx", "session_id": SESSION, "status": h("TELEPORTED"), "amount": 9000,
        "payment_product_type": h("vipps"), "merchant_reference": h("A-1"),
        "events": [
            {"id": h("1"), "event": h("AUTHORIZE"), "success": false, "error": {"message": h("+4741234567 said no")}},
            {"id": h("2"), "event": h("DANCE"), "success": true, "event_reference": h("r")},
        ],
    });
    match path {
        "/v1/transactions" => Some(ok(&json!([transaction]))),
        p if p.starts_with("/v1/transactions/") => Some(ok(&transaction)),
        p if p.starts_with("/v1/admin/") => Some(ok(&json!({
            "merchant": {"name": h("Fisk")},
            "configuration": {"vipps": {"enabled": true}, h("evil"): {h("x"): {"enabled": true}}},
        }))),
        p if p.starts_with("/v1/sessions/") && asked.method == "GET" => Some(ok(&json!({
            "id": SESSION, "transaction_id": "T12345678.tx", "order": {"amount": 9000, "merchant_reference": h("A-1")},
            "publish": [{"channel": h("sms"), "status": h("sent")}],
            "events": [{"id": h("1"), "name": h("NEW")}, {"name": "PAY_FAILED", "details": {"error": h("no")}}],
        }))),
        _ => None,
    }
}

/// The same number in another currency is another sum: told by a session before anybody pays, and by a payment.
#[test]
fn another_currency_rings_like_another_amount() {
    let in_currency = |of_session: &'static str, of_payment: Option<&'static str>| {
        move |asked: &Asked, _: usize| -> Option<Steps> {
            let transaction = of_payment.map(|code| {
                json!({"id": "T12345678.tx", "session_id": SESSION, "status": "CAPTURED", "amount": 9000,
                       "currency": code, "merchant_reference": "A-1",
                       "events": [{"id": "1", "event": "CAPTURE", "success": true, "amount": 9000}]})
            });
            match asked.path.split('?').next().unwrap_or_default() {
                p if p.starts_with("/v1/sessions/") && asked.method == "GET" => Some(ok(&json!({
                    "id": SESSION, "transaction_id": transaction.as_ref().map(|t| t["id"].clone()),
                    "order": {"amount": 9000, "currency": of_session, "merchant_reference": "A-1"},
                    "events": [{"id": "1", "name": "VISITED"}],
                }))),
                "/v1/transactions" => Some(ok(&json!(transaction.into_iter().collect::<Vec<_>>()))),
                p if p.starts_with("/v1/transactions/") => transaction.as_ref().map(ok),
                _ => None,
            }
        }
    };
    for (of_session, of_payment, state, alarms) in [
        ("NOK", None, "opened", json!([])),
        ("NOK", Some("NOK"), "captured", json!([])),
        ("EUR", None, "opened", json!(["amount_differs"])),
        ("NOK", Some("EUR"), "captured", json!(["amount_differs"])),
        ("NOK", Some("XTS"), "captured", json!(["amount_differs"])),
    ] {
        let home = Home::new(in_currency(of_session, of_payment));
        home.new_link(&[]).is(0);
        let mut told = Vec::new();
        // It ends when the link is settled.
        if of_payment.is_some() {
            let watched = home.run(&["watch", "A-1", "--json"]).is(0).out;
            told.push(("watch", serde_json::from_str(watched.lines().last().unwrap()).unwrap()));
        }
        told.push(("show", home.run(&["show", "A-1", "--json"]).is(0).json()));
        for (how, link) in told {
            let seen = (link["state"].as_str(), &link["alarms"]);
            assert_eq!(seen, (Some(state), &alarms), "{how}: {of_session} {of_payment:?}");
        }
        let words = home.run(&["show", "A-1"]).is(0).out;
        assert_eq!(words.contains("Another amount was paid"), alarms != json!([]), "{words}");
        // Of what was paid in another currency no part can be named in the link's; all of it can be given back.
        if of_payment == Some("EUR") {
            home.run(&["refund", "A-1", "--amount", "20"]).is(3);
            assert!(!home.backend.lines().iter().any(|line| line.ends_with("/refund")));
        }
    }
}

#[test]
fn nothing_that_a_backend_says_acts_on_the_terminal() {
    let home = Home::new(hostile_shop);
    let made = home.new_link(&["--sms", "+4741234567"]).is(0).json();
    assert_eq!(made["session_id"], SESSION);
    for words in [
        &["show", "A-1", "--json"][..],
        &["show", "A-1"],
        &["list", "--json"],
        &["list"],
        &["doctor", "--json"],
        &["doctor"],
        &["cancel", "A-1", "--json"],
        &["cancel", "A-1"],
        &["capture", "A-1"],
        &["refund", "A-1", "--json"],
        &["watch", "A-1", "--timeout", "1"],
        &["show", "\u{1b}[2J\u{202e}", "--json"],
        &["show", "\u{1b}[2J\u{202e}"],
    ] {
        home.run(words);
    }
    let shown = home.run(&["show", "A-1", "--json"]).is(0).json();
    assert_eq!(shown["state"], "unknown");
    assert!(shown["reason"].as_str().unwrap().contains("TELEPORTED"), "{shown}");
    assert!(home.run(&["show", "A-1"]).is(0).out.contains("DANCE"));
}

/// Error bodies and odd headers, to everything that is asked: one line on standard error that says what it
/// was, with the status of contracts, 1.
#[test]
fn an_error_is_one_line_whatever_is_in_it() {
    let body = json!({"error": {"code": hostile("CODE"), "message": hostile("the reason"), "errors": [hostile("x")]}});
    let echo = json!({"error": {"message": format!("Bearer a-token-that-is-good of +4741234567, {SECRET}")}});
    for (status, body, exits) in [
        ("400 Bad Request", &body, 6),
        ("403 Forbidden", &body, 4),
        ("400 \u{9b}31mBad", &echo, 6),
        ("401 Unauthorized", &echo, 4),
    ] {
        let text = body.to_string();
        let home = Home::new(move |asked, _| {
            let headers = ["www-authenticate: \u{9b}31m\u{202e}x", "retry-after: \u{9b}2J", "date: \u{202e}"];
            creates(asked).then(|| answer(status, &headers, &text))
        });
        for more in [&[][..], &["--sms", "+4741234567", "--reference", "A-2"]] {
            let ran = if more.is_empty() {
                home.new_link(&[])
            } else {
                home.run(&[&["new", "--item", "Vaffel;2;45.00"], more].concat())
            };
            assert_eq!(ran.status, exits, "{status}: {ran:?}");
            assert_eq!(ran.err.lines().count(), 1, "{status}: {}", ran.err);
        }
        if exits == 6 && body.to_string().contains("the reason") {
            let shown = home.run(&["show", "A-1", "--json"]).is(0).json();
            assert!(shown["reason"].as_str().unwrap().contains("the reason"), "{shown}");
        }
    }
}

/// Where a customer must not be sent: the link is refused and closed, its address is nowhere.
#[test]
fn no_customer_is_sent_to_a_strange_address() {
    for address in [
        "javascript:alert(1)".to_owned(),
        "https://checkout.dintero.com@evil.example/".to_owned(),
        "https://evil.example/\u{1b}]8;;https://x\u{7}".to_owned(),
        "x".repeat(5_000),
    ] {
        let odd = address.clone();
        let home = Home::new(move |asked, _| creates(asked).then(|| ok(&json!({"id": SESSION, "url": odd}))));
        let sms: &[&str] = if address.starts_with("https") { &["--sms", "+4741234567"] } else { &[] };
        let ran = home.new_link(sms);
        assert_eq!(ran.status, 6, "{ran:?}");
        // A message went out with it.
        let told = ran.error()["hint"].as_str().unwrap().contains("may have reached the customer");
        assert_eq!(told, !sms.is_empty(), "{ran:?}");
        let shown = home.run(&["show", "A-1", "--json"]).is(0).json();
        assert_eq!((&shown["state"], &shown["url"]), (&json!("refused"), &Value::Null), "{shown}");
        assert!(!format!("{ran:?}{shown}").contains("evil"), "{ran:?} {shown}");
        assert!(home.backend.lines().contains(&format!("POST /v1/sessions/{SESSION}/cancel")));
        assert_eq!(home.run(&["qr", "A-1"]).status, 3);
    }
}

/// An answer that is none, once: the sale comes through all the same, as one session.
#[test]
fn a_sale_comes_through_an_answer_that_is_none() {
    let head = "HTTP/1.1 200 OK\r\n";
    for (name, steps) in [
        ("endless", vec![raw(head), raw("\r\n"), Step::Forever(vec![b'['; 64 * 1024])]),
        ("nested", answer("200 OK", &[], "[".repeat(1_000_000))),
        ("garbage", answer("200 OK", &["content-encoding: gzip"], [0x8b; 999])),
        ("escapes", answer("200 OK", &[], hostile("not JSON"))),
        ("cut", vec![raw(head), raw("content-length: 999\r\n\r\n{\"id\":")]),
    ] {
        let posts = AtomicUsize::new(0);
        let home = Home::new(move |asked, _| {
            (creates(asked) && posts.fetch_add(1, Ordering::SeqCst) == 0).then(|| steps.clone())
        });
        let made = home.new_link(&[]).is(0).json();
        assert_eq!(made["state"], "open", "{name}");
        assert!(made["url"].as_str().unwrap().starts_with(&home.backend.url), "{name}");
        let asked = home.backend.asked().iter().filter(|a| creates(a)).count();
        assert_eq!(asked, 2, "{name}: nobody has the address of the first");
        assert_eq!(home.run(&["list", "--json"]).is(0).lines().len(), 1, "{name}");
    }
}

/// For ever: the link waits here, nothing is lost, and the line says so in time.
#[test]
fn a_sale_that_gets_no_sense_out_of_the_backend_waits_here() {
    let home = Home::new(|asked, _| {
        let token = asked.path.ends_with("/auth/token");
        (!token).then(|| answer("200 OK", &["retry-after: 315360000"], hostile("no sense")))
    });
    let began = std::time::Instant::now();
    let ran = home.new_link(&["--sms", "+4741234567"]);
    assert_eq!(ran.status, 7, "{ran:?}");
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    assert_eq!(ran.json()["state"], "uncertain");
    assert_eq!(ran.error()["code"], "outcome_unknown");
    assert_eq!(home.backend.asked().iter().filter(|a| creates(a)).count(), 1);
    let kept = home.run(&["list", "--json", "--offline"]).is(0).lines();
    assert_eq!((kept.len(), &kept[0]["state"]), (1, &json!("uncertain")));
}

/// Not signed in by whatever the token endpoint says: the sale is kept, and no secret is in any line.
#[test]
fn a_token_that_is_none_is_told_and_the_sale_is_kept() {
    for body in [
        json!({"access_token": hostile("x"), "expires_in": -1}).to_string(),
        hostile("hotspot"),
        format!(r#"{{"access_token":"{}"}}"#, "x".repeat(1 << 20)),
    ] {
        let home = Home::new(move |_, _| Some(answer("200 OK", &["set-cookie: \u{9b}x=y"], &body)));
        let ran = home.new_link(&[]);
        assert_eq!(ran.status, 5, "{ran:?}");
        assert_eq!(ran.json()["state"], "queued");
        assert_eq!(home.backend.asked().len(), 0);
    }
}
