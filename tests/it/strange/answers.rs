//! The real client and the real HTTP stack against a backend that answers anything at all.

use std::time::Duration;

use futures_util::future::join_all;
use paylink::domain::link::{Alarm, LinkId, LinkState};
use paylink::domain::sale::Delivery;
use paylink::ops::outbox::{self, Outcome};
use paylink::ops::track;
use paylink::ports::{Fault, FaultKind, Gateway as _, Sending};
use serde_json::{Value, json};
use uuid::Uuid;

use super::server::{Asked, Backend, Step, Steps, answer, ok, raw};
use super::stand::{ACCOUNT, SECRET, Stand, client, sale, sms};
use super::{hostile, unsafe_signs};

const SESSION: &str = "T12345678.session0";

fn patient(backend: &Backend) -> paylink::dintero::DinteroClient {
    client(&backend.url, ACCOUNT, "client", SECRET, Duration::from_secs(10))
}

fn is_create(asked: &Asked) -> bool {
    asked.method == "POST" && asked.path.starts_with("/v1/sessions") && !asked.path.ends_with("/cancel")
}

fn signs_in(asked: &Asked) -> bool {
    asked.path.ends_with("/auth/token")
}

fn new_id() -> LinkId {
    LinkId(Uuid::now_v7())
}

/// A line about a failure: one, short, and harmless.
fn is_a_line(fault: &Fault, what: &str) {
    for text in [Some(&fault.cause.to_string()), fault.message.as_ref()].into_iter().flatten() {
        assert_eq!(unsafe_signs(text), "", "{what}: {text:?}");
        assert!(!text.is_empty() && text.chars().count() <= 400, "{what}: {text:?}");
        for secret in [SECRET, "a-token-that-is-good"] {
            assert!(!text.contains(secret), "{what}: {text}");
        }
    }
}

/// A good session, packed by gzip: nobody asked for that.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0x0a, 0x31, 0x34,
    0x32,
];

/// Answers that are no answers: a name, and what is said.
fn no_answers() -> Vec<(&'static str, Steps)> {
    let head = "HTTP/1.1 200 OK\r\n";
    let block = vec![b'x'; 64 * 1024];
    let chunk = [b"10000\r\n", &block[..], b"\r\n"].concat();
    vec![
        ("nothing", vec![]),
        ("silence", vec![Step::Hang]),
        ("no HTTP", vec![raw("\u{1b}[2JSSH-2.0-OpenSSH_9.9\r\n\r\n")]),
        ("HTTP/2", vec![raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]),
        ("a status that is none", vec![raw("HTTP/1.1 abc OK\r\n\r\n")]),
        ("a huge status", vec![raw("HTTP/1.1 99999 OK\r\n\r\n")]),
        ("a byte at a time", vec![Step::Trickle(format!("{head}content-length: 200\r\n\r\n").into_bytes())]),
        ("a flood of 100", vec![Step::Forever(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(20))]),
        ("a flood of 103", vec![Step::Forever(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(20))]),
        (
            "another protocol",
            vec![raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"), Step::Hang],
        ),
        ("headers without end", vec![raw(head), Step::Forever(b"x-more: and more\r\n".repeat(100))]),
        ("a header without end", vec![raw(head), raw("x-long: "), Step::Forever(block.clone())]),
        ("a thousand headers", vec![raw(head), raw("x: y\r\n".repeat(1000)), raw("\r\n{}")]),
        ("a header with an escape", vec![raw(head), raw("x\u{1b}[2J: \u{1b}]0;x\u{7}\r\n\r\n{}")]),
        ("two lengths", vec![raw(head), raw("content-length: 2\r\ncontent-length: 20\r\n\r\n{}")]),
        ("a length below nothing", vec![raw(head), raw("content-length: -1\r\n\r\n{}")]),
        ("a length that is none", vec![raw(head), raw("content-length: 0x10\r\n\r\n{}")]),
        (
            "a length beyond numbers",
            vec![raw(head), raw("content-length: 99999999999999999999999\r\n\r\n{}")],
        ),
        ("less than its length", vec![raw(head), raw("content-length: 90\r\n\r\n{\"id\":")]),
        ("less, and waiting", vec![raw(head), raw("content-length: 90\r\n\r\n{\"id\":"), Step::Hang]),
        ("no end", vec![raw(head), raw("\r\n"), Step::Forever(block)]),
        (
            "chunks without end",
            vec![raw(head), raw("transfer-encoding: chunked\r\n\r\n"), Step::Forever(chunk)],
        ),
        (
            "a chunk beyond numbers",
            vec![raw(head), raw("transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n")],
        ),
        ("a chunk that is none", vec![raw(head), raw("transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n")]),
        (
            "chunks with endless words",
            vec![raw(head), raw("transfer-encoding: chunked\r\n\r\n1;"), Step::Forever(b"a".repeat(9999))],
        ),
        (
            "trailers without end",
            vec![
                raw(head),
                raw("transfer-encoding: chunked\r\n\r\n0\r\n"),
                Step::Forever(b"a: b\r\n".repeat(999)),
            ],
        ),
        ("gzip", answer("200 OK", &["content-encoding: gzip"], GZIP)),
        ("brotli", answer("200 OK", &["content-encoding: br"], [0x8b; 99])),
        ("deflate", answer("200 OK", &["content-encoding: deflate"], [0x78; 99])),
        ("an empty body", answer("200 OK", &[], "")),
        ("no content", answer("204 No Content", &[], "")),
        ("a page", answer("200 OK", &["content-type: text/html"], "<html>Welcome to the hotspot</html>")),
        ("the wrong type", answer("200 OK", &[], "[]")),
        ("a number", answer("200 OK", &[], "12")),
        ("half an object", answer("200 OK", &[], r#"{"id":"T12345678.session0","url":"#)),
        ("two objects", answer("200 OK", &[], r#"{"id":"x"}{"id":"y"}"#)),
        ("deep nesting", answer("200 OK", &[], "[".repeat(1_000_000))),
        ("deep objects", answer("200 OK", &[], r#"{"id":"#.repeat(100_000))),
        ("a million values", answer("200 OK", &[], format!("[{}0]", "0,".repeat(1_000_000)))),
        ("more than 2 MiB", answer("200 OK", &[], " ".repeat(2 * 1024 * 1024 + 1))),
        ("no id", answer("200 OK", &[], r#"{"url":"https://checkout.dintero.com/x"}"#)),
        ("an id of another type", answer("200 OK", &[], r#"{"id":["T12345678.session0"]}"#)),
        ("an error within a success", answer("200 OK", &[], r#"{"error":{"message":"no"}}"#)),
    ]
}

/// Whether it's a new session, a read or a list: nothing is taken for an answer that isn't one, and what
/// may have been done is said to be so.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_is_told_in_one_line_and_never_taken_for_one() {
    join_all(no_answers().into_iter().map(async |(name, steps)| {
        let backend = Backend::new(move |asked, _| (!signs_in(asked)).then(|| steps.clone()));
        let client = client(&backend.url, ACCOUNT, "client", SECRET, Duration::from_secs(2));
        client.sign_in().await.unwrap();
        let made = client.create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
        assert_eq!((made.kind, &made.session_id), (FaultKind::Maybe, &None), "{name}: {made:?}");
        is_a_line(&made, name);
        let read = client.session(SESSION).await.unwrap_err();
        assert_eq!(read.kind, FaultKind::Maybe, "{name}: {read:?}");
        is_a_line(&read, name);
        match client.find_sessions("A-1", jiff::Timestamp::now()).await {
            Ok(found) => assert_eq!((name, found.sessions), ("the wrong type", vec![])),
            Err(fault) => is_a_line(&fault, name),
        }
        // However much there is to read: what was not read stays in the sockets on the way.
        assert!(backend.bytes_sent() < 64 * 1024 * 1024, "{name}: {}", backend.bytes_sent());
        assert_eq!(backend.asked().len(), 3, "{name}: asked once each");
        assert!(!backend.asked()[0].head.to_ascii_lowercase().contains("accept-encoding"));
    }))
    .await;
}

/// The same instead of a token: then nothing at all was sent, and no secret is told.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_sends_nothing() {
    let mut all = no_answers();
    for (name, token) in [
        ("an empty token", json!({"access_token": ""})),
        ("a token of another type", json!({"access_token": 5})),
        ("a token of two lines", json!({"access_token": "a\r\nx-evil: 1"})),
        ("a token with an escape", json!({"access_token": hostile("a")})),
        ("a token of a megabyte", json!({"access_token": "x".repeat(1 << 20)})),
    ] {
        all.push((name, ok(&token)));
    }
    join_all(all.into_iter().map(async |(name, steps)| {
        let backend = Backend::new(move |_, _| Some(steps.clone()));
        let client = client(&backend.url, ACCOUNT, "client", SECRET, Duration::from_secs(2));
        let fault = client.create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::NotSent, "{name}: {fault:?}");
        is_a_line(&fault, name);
        assert_eq!((backend.asked().len(), backend.sign_ins()), (0, 1), "{name}");
    }))
    .await;
}

/// How long a token says that it lives changes nothing for the first request.
#[tokio::test]
async fn a_token_may_say_anything_of_its_life() {
    for life in
        ["null", "0", "-1", "-9223372036854775808", "9223372036854775807", "1e300", "1e999", "\"soon\""]
    {
        let body = format!(r#"{{"access_token":"a-good-one","expires_in":{life}}}"#);
        let backend = Backend::new(move |asked, _| signs_in(asked).then(|| answer("200 OK", &[], &body)));
        let client = patient(&backend);
        client.create(new_id(), &sale("A-1", Delivery::Link), &Sending::default()).await.unwrap();
        client.session(SESSION).await.unwrap();
        assert!(backend.sign_ins() <= 2, "{life}");
    }
}

/// A token endpoint that is content with itself, and a backend that takes none of its tokens.
#[tokio::test]
async fn tokens_that_are_never_good_are_not_asked_for_for_ever() {
    let no = r#"{"error":{"message":"invalid token a-token-that-is-good","code":"UNAUTHORIZED"}}"#;
    let backend =
        Backend::new(move |asked, _| (!signs_in(asked)).then(|| answer("401 Unauthorized", &[], no)));
    let client = patient(&backend);
    let fault = client.create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
    assert_eq!((fault.kind, fault.status), (FaultKind::Forbidden, Some(401)));
    is_a_line(&fault, "401");
    assert_eq!((backend.asked().len(), backend.sign_ins()), (2, 2));
    client.session(SESSION).await.unwrap_err();
    assert_eq!((backend.asked().len(), backend.sign_ins()), (4, 3), "the second is tried once more, no more");
    // Revoked in the middle: one new token, and the sale goes on.
    let backend = Backend::new(move |asked, before| {
        (!signs_in(asked) && before == 1).then(|| answer("401 Unauthorized", &[], no))
    });
    patient(&backend).create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap();
    assert_eq!((backend.asked().len(), backend.sign_ins()), (2, 2));
}

/// Whoever is named in `Location`: nobody there hears of us.
#[tokio::test]
async fn no_redirect_leads_away_with_a_secret() {
    let thief = Backend::new(|_, _| None);
    let port = thief.url.rsplit(':').next().unwrap().to_owned();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        for to in [
            format!("{}/v1/sessions/{SESSION}", thief.url),
            format!("//127.0.0.1:{port}/x"),
            format!("http://localhost:{port}/x"),
            format!("https://127.0.0.1:{port}/x"),
            format!("http://user:pw@127.0.0.1:{port}/x"),
            format!("\\\\127.0.0.1:{port}\\x"),
            "javascript:alert(1)".to_owned(),
            "file:///etc/passwd".to_owned(),
            "data:application/json,{}".to_owned(),
            String::new(),
            "x".repeat(5_000),
        ] {
            let location = format!("location: {to}");
            for token_too in [false, true] {
                let location = location.clone();
                let backend = Backend::new(move |asked, _| {
                    (token_too || !signs_in(asked)).then(|| answer(status, &[&location], ""))
                });
                let client = patient(&backend);
                let made =
                    client.create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
                is_a_line(&made, &to);
                let read = client.session(SESSION).await.unwrap_err();
                is_a_line(&read, &to);
                assert_ne!(read.kind, FaultKind::Untrusted, "{status} {to}: {read:?}");
                let posts = backend.asked().iter().filter(|a| a.method == "POST").count();
                assert_eq!(posts, usize::from(!token_too), "{status} {to}: a POST is sent once");
            }
        }
    }
    assert_eq!(thief.everything().len(), 0, "{:?}", thief.everything());
}

/// What the answer names as the customer's address, and is none of ours.
fn addresses(base: &str) -> Vec<String> {
    let host = base.trim_start_matches("http://");
    let port = host.rsplit(':').next().unwrap();
    let long = format!("{base}/v1/view/{}", "x".repeat(5_000));
    let odd = [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "vbscript:x",
        "https://checkout.dintero.com@evil.example/",
        "https://evil.example/v1/view/x",
        "https://checkout.dintero.com.evil.example/",
        "https://xn--dinter-bya.com/x",
        "https://checkout.dinterö.com/x",
        "https://192.0.2.1/x",
        "https://[2001:db8::1]/x",
        "//evil.example/x",
        "/v1/view/x",
        "x",
    ];
    let near = [
        format!("http://127.0.0.1:{}/x", port.parse::<u16>().unwrap() ^ 1),
        format!("http://127.0.0.1:{port}@evil.example/x"),
        format!("http://evil.example:{port}/x"),
        format!("http://2130706433:{port}/x"),
        format!("http://127.1:{port}/x"),
        format!("http:\\\\{host}\\x"),
        format!("http://{host}\\@evil.example/x"),
        format!("{base}/x\n{base}/y"),
        format!("{base}/\tx"),
        format!(" {base}/x"),
        format!("{base}/{}", hostile("x")),
        format!("{base}/\"&calc&\""),
        format!("https://{host}/x"),
        long,
    ];
    odd.into_iter().map(str::to_owned).chain(near).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_the_backends_is_never_kept() {
    let here = Backend::new(|_, _| None);
    join_all(addresses(&here.url).into_iter().enumerate().map(async |(n, address)| {
        // The same addresses, for a backend at this very place.
        let odd = address.clone();
        let backend =
            Backend::new(move |asked, _| is_create(asked).then(|| ok(&json!({"id": SESSION, "url": odd}))));
        let address = address.replace(&here.url, &backend.url);
        let stand = Stand::new(patient(&backend), ACCOUNT);
        let id = stand.keep(sale(&format!("A-{n}"), Delivery::Link)).await;
        let sent = outbox::send_now(&stand.ports, id).await.unwrap();
        let link = stand.link(id);
        assert_eq!(
            (sent.outcome, link.state, link.url),
            (Outcome::Refused, LinkState::Refused, None),
            "{address:?}"
        );
        let reason = link.reason.unwrap();
        assert!(!reason.contains("evil") && unsafe_signs(&reason).is_empty(), "{reason:?}");
        // The session is closed for good: nobody shall pay there.
        assert!(
            backend.lines().contains(&format!("POST /v1/sessions/{SESSION}/cancel")),
            "{:?}",
            backend.lines()
        );
    }))
    .await;
}

/// Ids go into the addresses of the next requests: none of these ever does.
#[tokio::test]
async fn no_id_leads_a_request_astray() {
    for bad in [
        "../../accounts/T12345678",
        "..",
        ".",
        "a/b",
        "a?x=y",
        "a#b",
        "a%2f..%2fb",
        "a\r\nx-evil: 1",
        "a b",
        "",
        "ålesund",
        "\u{1b}[2J",
        &hostile("a"),
        &"a".repeat(5_000),
    ] {
        let odd = bad.to_owned();
        let backend = Backend::new(move |asked, _| {
            let path = asked.path.split('?').next().unwrap_or_default();
            match path {
                "/v1/sessions-profile" => {
                    Some(ok(&json!({"id": odd, "url": "https://checkout.dintero.com/x"})))
                }
                "/v1/sessions" => Some(ok(&json!([{"id": odd}]))),
                "/v1/transactions" => {
                    Some(ok(&json!([{"id": odd, "session_id": odd, "status": "CAPTURED"}])))
                }
                p if p.starts_with("/v1/sessions/") => {
                    Some(ok(&json!({"id": SESSION, "transaction_id": odd, "order": {"amount": 9000}})))
                }
                _ => None,
            }
        });
        let stand = Stand::new(patient(&backend), ACCOUNT);
        let gateway = &stand.ports.gateway;
        let made = gateway.create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
        assert_eq!((made.kind, made.session_id), (FaultKind::Maybe, None), "{bad:?}");
        assert_eq!(
            gateway.find_sessions("A-1", jiff::Timestamp::now()).await.unwrap().sessions,
            [],
            "{bad:?}"
        );
        assert_eq!(gateway.sessions_of(&[SESSION.to_owned(), bad.to_owned()]).await.unwrap(), [], "{bad:?}");
        assert_eq!(gateway.session(SESSION).await.unwrap().transaction_id, None, "{bad:?}");
        assert_eq!(
            gateway.transactions_of(&[SESSION.to_owned(), bad.to_owned()]).await.unwrap(),
            [],
            "{bad:?}"
        );
        for fault in [gateway.session(bad).await.unwrap_err(), gateway.void(bad).await.unwrap_err()] {
            assert_eq!(fault.kind, FaultKind::NotFound);
            is_a_line(&fault, bad);
        }
        // Nor does the search go on after it: the newer ones alone are asked for, since a moment.
        let mut lines = backend.lines();
        let newer = "GET /v1/sessions?search=A-1&limit=100&created_at.gte=";
        assert!(lines.len() == 6 && lines.remove(2).starts_with(newer), "{bad:?}: {:?}", backend.lines());
        let expected = [
            "POST /v1/sessions-profile",
            "GET /v1/sessions?search=A-1&limit=100",
            "GET /v1/sessions?id=T12345678.session0&limit=100",
            "GET /v1/sessions/T12345678.session0",
            "GET /v1/transactions?session_id=T12345678.session0&limit=100",
        ];
        assert_eq!(lines, expected, "{bad:?}");
    }
}

/// What is read must be what was asked for, and what is adopted must be what was sent.
#[tokio::test]
async fn a_session_that_is_not_ours_is_never_taken_for_ours() {
    // Another id than the one that was asked for; the last of two equal keys is the one that counts.
    for body in [r#"{"id":"T12345678.other"}"#, r#"{"id":"T12345678.session0","id":"T12345678.other"}"#] {
        let backend = Backend::new(move |asked, _| (!signs_in(asked)).then(|| answer("200 OK", &[], body)));
        let client = patient(&backend);
        assert_eq!(client.session(SESSION).await.unwrap_err().kind, FaultKind::Maybe);
        assert_eq!(client.cancel(SESSION).await.unwrap_err().kind, FaultKind::Maybe);
        assert_eq!(client.transaction(SESSION).await.unwrap_err().kind, FaultKind::Maybe);
    }
    // The answer is lost; what the list has is ours in one case alone.
    type Change = fn(&mut Value);
    let cases: [(&str, Change, bool); 6] = [
        ("ours", |_| {}, true),
        ("another link's", |s| s["metadata"]["ext_paylink_id"] = json!(Uuid::now_v7().to_string()), false),
        ("nobody's", |s| s["metadata"] = json!({}), false),
        ("another amount", |s| s["order"]["amount"] = json!(900_000), false),
        ("another reference", |s| s["order"]["merchant_reference"] = json!("B-2"), false),
        ("half missing", |s| s["order"] = json!("lost"), true),
    ];
    for (name, change, ours) in cases {
        let posted = std::sync::Mutex::new(None::<Value>);
        let backend = Backend::new(move |asked, _| {
            let mut posted = posted.lock().unwrap();
            if is_create(asked) {
                let mut session: Value = serde_json::from_str(&asked.body).unwrap();
                session["id"] = json!("T12345678.lost");
                change(&mut session);
                *posted = Some(session);
                return Some(vec![]);
            }
            asked.path.starts_with("/v1/sessions?").then(|| ok(&json!([posted.clone()])))
        });
        let stand = Stand::new(patient(&backend), ACCOUNT);
        let id = stand.keep(sale("A-1", sms())).await;
        let sent = outbox::send_now(&stand.ports, id).await.unwrap();
        let link = stand.link(id);
        if ours {
            assert_eq!(
                (sent.outcome, link.session_id.as_deref()),
                (Outcome::Adopted, Some("T12345678.lost")),
                "{name}"
            );
        } else {
            assert!(
                matches!(sent.outcome, Outcome::Uncertain { needs_decision: true, .. }),
                "{name}: {sent:?}"
            );
            assert_eq!((link.session_id, link.url), (None, None), "{name}");
        }
    }
}

/// `Retry-After` and `Date` in every dress.
#[tokio::test]
async fn clocks_and_waits_are_believed_within_reason() {
    // Nobody is kept waiting for longer by one answer.
    let longest = Some(Duration::from_secs(5 * 60));
    for (header, wait) in [
        ("retry-after: 7", Some(Duration::from_secs(7))),
        ("retry-after: 315360000", longest),
        ("retry-after: 18446744073709551615", longest),
        ("retry-after: 99999999999999999999999999", None),
        ("retry-after: -1", None),
        ("retry-after: 1.5", None),
        ("retry-after: ", None),
        ("retry-after: \u{9b}31m\u{202e}7", None),
        ("retry-after: Thu, 01 Jan 1970 00:00:00 GMT", Some(Duration::ZERO)),
        ("retry-after: Thu, 30 Dec 9999 12:00:00 GMT", longest),
        ("retry-after: Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("retry-after: Fri, 99 Foo 99999 99:99:99 GMT", None),
    ] {
        let backend = Backend::new(move |asked, _| {
            (!signs_in(asked)).then(|| answer("429 Too Many Requests", &[header], "{}"))
        });
        let fault =
            patient(&backend).create(new_id(), &sale("A-1", sms()), &Sending::default()).await.unwrap_err();
        assert_eq!((fault.kind, fault.retry_after), (FaultKind::NotSent, wait), "{header}");
        is_a_line(&fault, header);
    }
    for date in [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 30 Dec 9999 12:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "soon",
        "",
        "\u{9b}2J",
        "Sun, 99 Nov 2026 99:99:99 GMT",
    ] {
        let header = format!("date: {date}");
        let backend = Backend::new(move |asked, _| {
            (!signs_in(asked)).then(|| answer("200 OK", &[&header], json!({"id": SESSION}).to_string()))
        });
        let client = patient(&backend);
        client.session(SESSION).await.unwrap();
        assert!(client.clock_skew().is_zero(), "{date}: {}", client.clock_skew());
    }
}

/// Amounts that nobody asked for raise an alarm and break nothing.
#[tokio::test]
async fn amounts_beyond_measure_raise_an_alarm() {
    for amount in
        ["-9000", "0", "9001", "9223372036854775807", "-9223372036854775808", "1e300", "99999999999999999999"]
    {
        let transaction = format!(
            r#"{{"id":"T12345678.tx","session_id":"{SESSION}","status":"CAPTURED","amount":{amount},"events":[
               {{"event":"CAPTURE","success":true,"amount":{amount},"transaction_status":"PARTIALLY_CAPTURED","id":"1"}},
               {{"event":"REFUND","success":true,"amount":{amount},"transaction_status":"PARTIALLY_REFUNDED","id":"2"}},
               {{"event":"CAPTURE","success":true,"amount":{amount},"id":"3"}}]}}"#
        );
        let backend = Backend::new(move |asked, _| match &asked.path {
            p if p.starts_with("/v1/transactions?") => {
                Some(answer("200 OK", &[], format!("[{transaction}]")))
            }
            p if p.starts_with("/v1/transactions/") => Some(answer("200 OK", &[], &transaction)),
            _ => None,
        });
        let stand = Stand::new(patient(&backend), ACCOUNT);
        let id = stand.keep(sale("A-1", Delivery::Link)).await;
        outbox::send_now(&stand.ports, id).await.unwrap();
        track::refresh_many(&stand.ports, vec![id]).await.unwrap();
        let link = stand.link(id);
        assert_eq!(
            (link.state, link.alarms.as_slice()),
            (LinkState::Captured, &[Alarm::AmountDiffers][..]),
            "{amount}"
        );
        // Nor can it be reckoned with: the sums of all its parts are no larger than numbers are.
        use paylink::ops::money::{self, Movement, Ordered};
        let what = Movement::Refund(None, None);
        let kind = what.kind();
        let Ordered::Waits(order) = money::order(&stand.ports, id, what, None).await.unwrap() else {
            panic!("it waits");
        };
        money::send(&stand.ports, id, kind, order).await.unwrap();
    }
}

/// Every text of every answer, full of what acts on a terminal.
#[tokio::test]
async fn nothing_of_the_backend_reaches_the_ledger_raw() {
    let h = |word: &str| hostile(word);
    let backend = Backend::new(move |asked, _| {
        let path = asked.path.split('?').next().unwrap_or_default();
        let transaction = json!({
            "id": "T12345678.tx", "session_id": SESSION, "status": h("TELEPORTED"), "merchant_reference": h("A-1"),
            "payment_product_type": h("vipps"), "amount": 9000, "created_at": h("2026"), "updated_at": h("x"),
            "events": [
                {"id": h("1"), "event": h("AUTHORIZE"), "success": false, "error": h("no"), "event_reference": h("r")},
                {"id": h("2"), "event": "AUTHORIZE", "success": false, "error": {"message": h("declined")}},
                {"id": h("3"), "event": "CAPTURE", "success": false, "error": {"code": h("E1")},
                 "transaction_status": h("CAPTURED"), "correlation_request_id": h("q")},
            ],
        });
        match path {
            p if p.starts_with("/v1/sessions/") => Some(ok(&json!({
                "id": SESSION, "transaction_id": "T12345678.tx", "created_at": h("x"), "expires_at": h("y"),
                "order": {"amount": 9000, "merchant_reference": h("A-1")}, "metadata": {"ext_paylink_id": h("z")},
                "publish": [{"channel": h("sms"), "status": "sent"}, {"channel": h("push"), "status": h("sent")}],
                "events": [
                    {"id": h("1"), "name": h("VISITED")},
                    {"id": h("2"), "name": "PAY_FAILED", "details": {"error": h("no"), "payment_product_type": h("vipps")}},
                    {"id": h("3"), "name": "PAY_LOCK_START", "details": {"payment_product_type": h("vipps")}},
                    {"name": h("NEW")},
                ],
            }))),
            "/v1/transactions" => Some(ok(&json!([transaction]))),
            p if p.starts_with("/v1/transactions/") => Some(ok(&transaction)),
            _ => None,
        }
    });
    let stand = Stand::new(patient(&backend), ACCOUNT);
    let id = stand.keep(sale("A-1", sms())).await;
    outbox::send_now(&stand.ports, id).await.unwrap();
    let round = track::refresh_one(&stand.ports, id).await.unwrap();
    assert_eq!(round.fault, None);
    let link = stand.link(id);
    assert_eq!(link.state, LinkState::Unknown, "an unknown word hides nothing");
    assert!(link.events.len() > 6, "{:?}", link.events);
    let details = link.events.iter().flat_map(|e| [e.detail.as_deref(), e.key.as_deref()]).flatten();
    for text in details.chain(link.reason.as_deref()).chain(link.session_id.as_deref()) {
        assert_eq!(unsafe_signs(text), "", "{text:?}");
        assert!(text.chars().count() <= 220, "{text}");
    }
}

/// A backend that thinks of new words all day fills no ledger.
#[tokio::test]
async fn new_words_without_end_have_an_end() {
    let backend = Backend::new(|asked, before| match &asked.path {
        p if p.starts_with("/v1/sessions/") => {
            let events: Vec<Value> = (0..900).map(|n| json!({"name": format!("NEW_{before}_{n}")})).collect();
            Some(ok(&json!({"id": SESSION, "transaction_id": "T12345678.tx", "events": events})))
        }
        p if p.starts_with("/v1/transactions/") => Some(ok(
            &json!({"id": "T12345678.tx", "session_id": SESSION, "status": format!("WORD_{before}")}),
        )),
        _ => None,
    });
    let stand = Stand::new(patient(&backend), ACCOUNT);
    let id = stand.keep(sale("A-1", sms())).await;
    outbox::send_now(&stand.ports, id).await.unwrap();
    for _ in 0..20 {
        track::refresh_one(&stand.ports, id).await.unwrap();
    }
    let link = stand.link(id);
    // As many of the session as are kept, and each word of the transaction, which have a bound of their own.
    assert!((500..=530).contains(&link.events.len()), "{}", link.events.len());
    assert!(link.reason.unwrap().starts_with("WORD_"), "the newest word is told all the same");
}

/// Half an emoji in one customer's name must not hide the payments of all the others.
#[tokio::test]
async fn one_broken_text_hides_no_payment() {
    let list = format!(
        r#"[{{"id":"T12345678.a","session_id":"T12345678.x","status":"FAILED","customer":"\ud83d","amount":1e999}},
           {{"id":"T12345678.b","session_id":"{SESSION}","status":"CAPTURED","amount":9000}}]"#
    );
    let backend = Backend::new(move |asked, _| {
        asked.path.starts_with("/v1/transactions?").then(|| answer("200 OK", &[], &list))
    });
    let found = patient(&backend).transactions_of(&[SESSION.to_owned()]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].amount, Some(9000));
}
