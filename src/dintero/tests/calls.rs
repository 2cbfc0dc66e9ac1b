//! Every call of the gateway, against scripted answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method as Verb;
use serde_json::json;

use super::support::{
    ACCOUNT, SESSION, Script, TRANSACTION, answer, client, client_with, config, link_id, profile_json, sale,
    shop, some, text, token,
};
use crate::dintero::{Request, Response, Transport, TransportError, TransportFault};
use crate::domain::cause::Cause;
use crate::domain::lifecycle::TransactionStatus;
use crate::domain::link::DeliveryStatus;
use crate::domain::money::{Currency, Money};
use crate::domain::sale::Sale;
use crate::ports::{Fault, FaultKind, Gateway as _, MoneyMove, Reply, Searched, Sending};

async fn create_with(status: u16, body: &'static str) -> Result<crate::ports::Created, Fault> {
    let script = Script::signed_in(move |_, _| text(status, &[], body));
    client(&script).create(link_id(), &sale(), &Sending::default()).await
}

#[tokio::test]
async fn a_created_session() {
    let shop = shop();
    let made = client(&shop).create(link_id(), &sale(), &Sending::default()).await.unwrap();
    assert_eq!(made.session_id, SESSION);
    assert_eq!(made.url, format!("https://checkout.api.dintero.com/v1/view/{SESSION}"));
    assert_eq!(made.publish[0].status, DeliveryStatus::Sent);
    assert_eq!(made.types, Vec::<String>::new());
    // The whole profile needs no profile read.
    assert_eq!(shop.asked(), ["POST /v1/sessions-profile"]);
    let request = &shop.requests()[0];
    for (name, value) in [
        ("authorization", "Bearer first"),
        ("content-type", "application/json"),
        ("dintero-system-name", "paylink"),
        ("accept", "application/json"),
    ] {
        assert_eq!(request.headers[name], value);
    }
    assert!(request.headers["user-agent"].to_str().unwrap().starts_with("paylink/"));
    assert!(request.headers["authorization"].is_sensitive());
}

#[tokio::test]
async fn answers_to_create_that_are_no_good() {
    for (body, session) in [
        ("<html>hotspot</html>", None),
        ("", None),
        ("[]", None),
        (r#"{"url":"https://checkout.dintero.com/x"}"#, None),
        (r#"{"id":"a/b","url":"https://checkout.dintero.com/x"}"#, None),
        (r#"{"id":"T12345678.x"}"#, Some("T12345678.x")),
        (r#"{"id":"T12345678.x","url":7}"#, Some("T12345678.x")),
    ] {
        let fault = create_with(200, body).await.unwrap_err();
        assert_eq!((fault.kind, fault.session_id.as_deref()), (FaultKind::Maybe, session), "{body}");
    }
    let foreign = r#"{"id":"T12345678.x","url":"https://evil.example/x"}"#;
    let fault = create_with(200, foreign).await.unwrap_err();
    assert_eq!((fault.kind, fault.session_id.as_deref()), (FaultKind::Untrusted, Some("T12345678.x")));
    assert!(create_with(201, r#"{"id":"x","url":"https://checkout.dintero.com/x"}"#).await.is_ok());
}

#[tokio::test]
async fn refusals_and_doubts_of_create() {
    let refused =
        create_with(400, r#"{"error":{"message":"order.amount is wrong","code":"BAD_REQUEST"}}"#).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind, FaultKind::Refused);
    assert_eq!(refused.message.as_deref(), Some("order.amount is wrong (BAD_REQUEST)"));
    assert_eq!(create_with(500, "").await.unwrap_err().kind, FaultKind::Maybe);
    assert_eq!(create_with(429, "").await.unwrap_err().kind, FaultKind::NotSent);
    assert_eq!(create_with(302, "").await.unwrap_err().kind, FaultKind::Refused);
    for (error, kind) in [
        (TransportError::before(TransportFault::NoConnection, Cause::theirs("x")), FaultKind::NotSent),
        (TransportError::after(TransportFault::TimedOut, Cause::theirs("x")), FaultKind::Maybe),
        (TransportError::before(TransportFault::Certificate, Cause::theirs("x")), FaultKind::Untrusted),
    ] {
        let script = Script::signed_in(move |_, _| Err(error.clone()));
        let fault = client(&script).create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
        assert_eq!((fault.kind, fault.session_id), (kind, None));
    }
}

// ---- what is given up ----------------------------------------------------------------------------

/// Answers as its script says, but never a request that `hangs`.
struct Hanging(Arc<Script>, fn(&Request) -> bool);

impl Transport for Hanging {
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        if (self.1)(&request) { Box::pin(std::future::pending()) } else { self.0.send(request) }
    }
}

/// Whoever loses patience learns whether the request itself had begun: only then it may have been carried out.
#[tokio::test(start_paused = true)]
async fn what_is_given_up_before_the_request_is_known_to_have_sent_nothing() {
    let refuses = || {
        Script::signed_in(|request, _| match request.method == Verb::GET {
            true => answer(200, &profile_json()),
            false => answer(401, &json!({})),
        })
    };
    type Case = (&'static str, Arc<Script>, fn(&Request) -> bool, bool);
    let cases: [Case; 4] = [
        ("the token", shop(), |r| r.url.path().ends_with("/auth/token"), false),
        ("the profile", shop(), |r| r.url.path().contains("/profiles/"), false),
        ("the request", shop(), |r| r.url.path().ends_with("/sessions"), true),
        // The backend said no to the first token, so nothing was done.
        ("the second token", refuses(), second_token, false),
    ];
    for (what, script, hangs, begun) in cases {
        let config = config("https://checkout.dintero.com");
        let client = client_with(config, Arc::new(Hanging(script, hangs)));
        let part = Sale { methods: some(&["vipps"]), ..sale() };
        let sending = Sending::default();
        let made = client.create(link_id(), &part, &sending);
        assert!(tokio::time::timeout(Duration::from_secs(60), made).await.is_err(), "{what} hangs");
        assert_eq!(sending.begun(), begun, "{what}");
    }
}

/// Every request for a token but the first.
fn second_token(request: &Request) -> bool {
    static ASKED: AtomicBool = AtomicBool::new(false);
    request.url.path().ends_with("/auth/token") && ASKED.swap(true, Ordering::SeqCst)
}

// ---- reading ------------------------------------------------------------------------------------

#[tokio::test]
async fn sessions_are_read_found_and_cancelled() {
    let script = Script::signed_in(|request, _| {
        let session = json!({"id": SESSION, "order": {"merchant_reference": "KARI-014"}});
        if request.url.query().is_some_and(|query| query.contains("starting_after")) {
            answer(200, &json!([]))
        } else if request.url.path().ends_with("/sessions") {
            answer(200, &json!([session, 5]))
        } else {
            answer(200, &session)
        }
    });
    let (client, since) = (client(&script), jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(client.session(SESSION).await.unwrap().id, SESSION);
    assert_eq!(client.find_sessions("KARI 014&limit=1", since).await.unwrap().sessions.len(), 1);
    assert_eq!(client.cancel(SESSION).await.unwrap().id, SESSION);
    assert_eq!(
        script.asked(),
        [
            format!("GET /v1/sessions/{SESSION}"),
            "GET /v1/sessions?search=KARI+014%26limit%3D1&limit=100".to_owned(),
            format!("GET /v1/sessions?search=KARI+014%26limit%3D1&limit=100&starting_after={SESSION}"),
            format!("POST /v1/sessions/{SESSION}/cancel"),
        ]
    );
    let nothing = client.find_sessions(" \u{7}", since).await.unwrap();
    assert_eq!(nothing, Searched { sessions: Vec::new(), complete: true });
    assert_eq!(client.session("T12345678.other").await.unwrap_err().kind, FaultKind::Maybe, "not that one");
}

#[tokio::test]
async fn an_id_that_is_none_is_not_sent() {
    let script = Script::signed_in(|_, _| answer(200, &json!({})));
    let client = client(&script);
    for bad in ["", "..", "a/b", "a?b=c", "æ"] {
        assert_eq!(client.session(bad).await.unwrap_err().kind, FaultKind::NotFound);
        assert_eq!(client.cancel(bad).await.unwrap_err().kind, FaultKind::NotFound);
        assert_eq!(client.transaction(bad).await.unwrap_err().kind, FaultKind::NotFound);
        assert_eq!(client.void(bad).await.unwrap_err().kind, FaultKind::NotFound);
    }
    assert_eq!(script.asked(), Vec::<String>::new());
    assert_eq!(script.sign_ins(), 0);
}

#[tokio::test]
async fn transactions_of_many_sessions_in_one_request() {
    let script = Script::signed_in(|_, _| {
        answer(
            200,
            &json!([
                {"id": "T12345678.t1", "session_id": "T12345678.s1", "status": "CAPTURED"},
                {"id": "T12345678.t2", "session_id": "T12345678.foreign", "status": "CAPTURED"},
            ]),
        )
    });
    let client = client(&script);
    let ids: Vec<_> = (0..100).map(|n| format!("T12345678.s{n}")).collect();
    let found = client.transactions_of(&ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status, TransactionStatus::Captured);
    let asked = script.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("GET /v1/transactions?session_id=T12345678.s0&session_id=T12345678.s1&"));
    assert!(asked[0].ends_with("&session_id=T12345678.s99&limit=100"));
    assert_eq!(client.transactions_of(&[]).await.unwrap(), []);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn searching_transactions() {
    let script = Script::signed_in(|_, _| answer(200, &json!([{"id": TRANSACTION, "status": "FAILED"}])));
    let client = client(&script);
    assert_eq!(client.search_transactions("+47 412 34 567").await.unwrap().len(), 1);
    assert_eq!(script.asked(), ["GET /v1/transactions?search=%2B47+412+34+567&limit=100"]);
    let garbage = Script::signed_in(|_, _| text(200, &[], "{}"));
    let fault = super::support::client(&garbage).search_transactions("x").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Maybe);
}

#[tokio::test]
async fn money_is_moved_or_in_progress() {
    let what = MoneyMove {
        amount: Money::new(100, Currency::Nok),
        reference: "r".into(),
        reason: None,
        items: Vec::new(),
    };
    let transaction = json!({"id": TRANSACTION, "status": "CAPTURED"}).to_string();
    for (status, body, done) in
        [(200, transaction.clone(), true), (202, transaction, false), (202, "garbage".to_owned(), false)]
    {
        let script = Script::signed_in(move |_, _| text(status, &[], &body));
        assert_eq!(client(&script).capture(TRANSACTION, &what).await.unwrap().done, done);
        assert_eq!(client(&script).refund(TRANSACTION, &what).await.unwrap().done, done);
        assert_eq!(client(&script).void(TRANSACTION).await.unwrap().done, done);
    }
    let script = Script::signed_in(|_, _| text(200, &[], "garbage"));
    assert_eq!(client(&script).capture(TRANSACTION, &what).await.unwrap_err().kind, FaultKind::Maybe);
}

// ---- redirects, time, addresses -----------------------------------------------------------------

#[tokio::test]
async fn a_read_follows_two_redirects_on_its_own_host_and_none_elsewhere() {
    let hops = |limit: usize, to: &'static str| {
        Script::signed_in(move |_, n| {
            if n < limit { text(307, &[("location", to)], "") } else { answer(200, &json!({"id": SESSION})) }
        })
    };
    let near = hops(2, "/v1/elsewhere");
    assert!(client(&near).session(SESSION).await.is_ok());
    assert_eq!(near.asked().len(), 3);
    let many = hops(3, "/v1/elsewhere");
    assert_eq!(client(&many).session(SESSION).await.unwrap_err().kind, FaultKind::Refused);
    for far in [
        "https://evil.example/x",
        "http://checkout.dintero.com/x",
        "https://checkout.dintero.com:8443/x",
        "https://u@checkout.dintero.com/",
    ] {
        let script = hops(1, far);
        assert_eq!(client(&script).session(SESSION).await.unwrap_err().kind, FaultKind::Refused);
        assert_eq!(script.asked().len(), 1, "{far}");
    }
    let post = hops(1, "/v1/elsewhere");
    assert_eq!(client(&post).cancel(SESSION).await.unwrap_err().kind, FaultKind::Refused);
    assert_eq!(post.asked().len(), 1);
}

#[tokio::test]
async fn the_backends_clock_is_read_from_its_answers() {
    let dated = |date: &'static str| Script::signed_in(move |_, _| text(404, &[("date", date)], ""));
    for (date, skew) in [
        ("Sun, 22 Nov 2026 13:00:00 GMT", 3600),
        ("Sun, 22 Nov 2026 11:59:30 GMT", -30),
        ("Sun, 22 Nov 2026 12:00:01 GMT", 0),
        ("garbage", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 30 Dec 9999 12:00:00 GMT", 0),
        ("Mon, 22 Nov 2027 12:00:00 GMT", 365 * 86_400),
    ] {
        let script = dated(date);
        let client = client(&script);
        assert!(client.clock_skew().is_zero());
        client.session(SESSION).await.unwrap_err();
        let sure = if skew > 60 { 0 } else { skew };
        assert_eq!(client.clock_skew().as_secs(), sure, "{date}: one answer ends no link");
        client.session(SESSION).await.unwrap_err();
        assert_eq!(client.clock_skew().as_secs(), skew, "{date}");
    }
}

#[tokio::test]
async fn a_clock_told_by_one_answer_is_asked_for_again() {
    const ODD: &str = "Sun, 22 Nov 2026 13:00:00 GMT";
    // The token tells an odd time, and what is asked next tells: the same, none, the right one.
    for (then, status, skew) in [
        (Some(ODD), 200, Some(3600)),
        (Some(ODD), 403, Some(3600)),
        (Some(ODD), 502, None),
        (None, 200, None),
        (Some("Sun, 22 Nov 2026 12:00:00 GMT"), 200, Some(0)),
    ] {
        let script = Script::new(move |request, _| {
            if super::support::is_token(request) {
                let mut signed_in = token("t", 3600).unwrap();
                signed_in.headers.insert("date", ODD.parse().unwrap());
                return Ok(signed_in);
            }
            let dated: Vec<(&str, &str)> = then.map(|date| ("date", date)).into_iter().collect();
            text(status, &dated, "{}")
        });
        let client = client(&script);
        let checked = client.clock_checked().await.unwrap();
        assert_eq!(checked.map(|skew| skew.as_secs()), skew, "{then:?} {status}");
        assert_eq!(script.asked().len(), 1, "one more than the token");
    }
    // What somebody on the way has kept tells an old time.
    let script = Script::signed_in(|_, _| text(404, &[("date", ODD), ("age", "60")], ""));
    let client = client(&script);
    for _ in 0..2 {
        client.session(SESSION).await.unwrap_err();
    }
    assert!(client.clock_skew().is_zero());
}

#[tokio::test]
async fn addresses_stand_on_any_base() {
    let script = Script::new(|request, _| {
        if super::support::is_token(request) { token("t", 60) } else { answer(200, &json!({"id": SESSION})) }
    });
    let client = client_with(
        config("https://proxy.example/dintero/?x=y#z"),
        Arc::clone(&script) as Arc<dyn Transport>,
    );
    client.session(SESSION).await.unwrap();
    assert_eq!(script.asked(), [format!("GET /dintero/v1/sessions/{SESSION}")]);
    assert_eq!(client.rebuilt_url(SESSION), format!("https://proxy.example/dintero/v1/view/{SESSION}"));
    assert_eq!(
        super::support::client(&shop()).rebuilt_url(SESSION),
        format!("https://checkout.dintero.com/v1/view/{SESSION}")
    );
    assert!(ACCOUNT.starts_with('T'));
}
