//! Signing in: once, by one request, ahead of time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::json;

use super::support::{
    Noon, SESSION, Script, answer, body, client, config, is_token, link_id, sale, secret, text, token,
};
use crate::dintero::{DinteroClient, Request, Response, Transport, TransportError, TransportFault};
use crate::domain::cause::{Cause, Plain};
use crate::ports::{Clock, FaultKind, Gateway as _, Reply, Sending};

/// Numbered tokens of `seconds`, a session for everybody.
fn numbered(seconds: i64) -> Arc<Script> {
    let made = AtomicUsize::new(0);
    Script::new(move |request, _| {
        if is_token(request) {
            token(&format!("t{}", made.fetch_add(1, Ordering::SeqCst)), seconds)
        } else {
            answer(200, &json!({"id": SESSION}))
        }
    })
}

fn used(script: &Script) -> Vec<String> {
    let bearer = |r: Request| r.headers["authorization"].to_str().unwrap().to_owned();
    script.requests().into_iter().map(bearer).collect()
}

/// Keeps what signing in looked like.
struct Spy(std::sync::Mutex<Vec<Request>>);

impl Transport for Spy {
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        self.0.lock().unwrap().push(request);
        Box::pin(async { token("t", 100) })
    }
}

#[tokio::test]
async fn the_request_for_a_token() {
    let spy = Arc::new(Spy(std::sync::Mutex::default()));
    let client = super::support::client_with(
        config("https://api.dintero.com/"),
        Arc::clone(&spy) as Arc<dyn Transport>,
    );
    client.sign_in().await.unwrap();
    let request = spy.0.lock().unwrap().pop().unwrap();
    assert_eq!(request.url.as_str(), "https://api.dintero.com/v1/accounts/T12345678/auth/token");
    assert_eq!(request.headers["authorization"], "Basic Y2xpZW50OnMzY3JldA==");
    assert!(request.headers["authorization"].is_sensitive());
    assert_eq!(
        body(&request),
        json!({"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T12345678"})
    );
}

#[tokio::test]
async fn fifty_at_once_sign_in_once() {
    let script = numbered(14_400);
    let client = client(&script);
    let calls = join_all((0..50).map(|_| client.session(SESSION))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(script.sign_ins(), 1);
}

#[tokio::test]
async fn all_who_wait_share_a_failure() {
    let script = Script::new(|_, _| {
        Err(TransportError::before(TransportFault::NoConnection, Cause::theirs("no net")))
    });
    let client = client(&script);
    let calls = join_all((0..20).map(|_| client.session(SESSION))).await;
    assert!(calls.iter().all(|c| c.as_ref().is_err_and(|f| f.kind == FaultKind::NotSent)));
    assert_eq!(script.sign_ins(), 1);
    assert!(client.sign_in().await.is_err());
    assert_eq!(script.sign_ins(), 2, "the next one asks again");
}

#[tokio::test(start_paused = true)]
async fn renewed_in_the_background_before_it_expires() {
    let script = numbered(14_400);
    let client = client(&script);
    client.session(SESSION).await.unwrap();
    // Ten minutes before the end, by itself, with nobody asking.
    tokio::time::sleep(Duration::from_secs(14_400 - 600 + 1)).await;
    tokio::task::yield_now().await;
    client.session(SESSION).await.unwrap();
    assert_eq!(script.sign_ins(), 2);
    assert_eq!(used(&script), ["Bearer t0", "Bearer t1"]);
}

#[tokio::test(start_paused = true)]
async fn a_short_token_is_renewed_at_half_its_life() {
    let script = numbered(60);
    let client = client(&script);
    client.session(SESSION).await.unwrap();
    tokio::time::sleep(Duration::from_secs(29)).await;
    assert_eq!(script.sign_ins(), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(script.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_old_token_until_its_end() {
    let script = Script::new(|request, before| match (is_token(request), before) {
        (true, 0) => token("t0", 14_400),
        (true, _) => answer(503, &json!({})),
        _ => answer(200, &json!({"id": SESSION})),
    });
    let client = client(&script);
    client.session(SESSION).await.unwrap();
    tokio::time::sleep(Duration::from_secs(14_400 - 120)).await;
    client.session(SESSION).await.unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    let fault = client.session(SESSION).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSent);
    assert_eq!(used(&script), ["Bearer t0", "Bearer t0"]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let made = AtomicUsize::new(0);
    let script = Script::new(move |request, _| {
        if is_token(request) {
            return token(&format!("t{}", made.fetch_add(1, Ordering::SeqCst)), 14_400);
        }
        if request.headers["authorization"] == "Bearer t0" {
            answer(401, &json!({"error": {"message": "invalid JWT token"}}))
        } else {
            answer(200, &json!({"id": SESSION}))
        }
    });
    let client = client(&script);
    let calls = join_all((0..10).map(|_| client.session(SESSION))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(script.sign_ins(), 2, "ten refusals of one token are one renewal");
}

#[tokio::test]
async fn refused_again_it_is_the_account_that_is_not_signed_in() {
    let script = Script::signed_in(|_, _| answer(401, &json!({"error": {"message": "invalid JWT token"}})));
    let fault = client(&script).session(SESSION).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSignedIn);
    assert_eq!(script.sign_ins(), 2);
    assert_eq!(script.asked().len(), 2);
}

/// Each would wait for hours to renew what is no token any more.
#[tokio::test]
async fn tokens_that_are_refused_leave_nothing_that_waits() {
    let script = Script::signed_in(|_, _| answer(401, &json!({"error": {"message": "invalid JWT token"}})));
    let client = client(&script);
    for _ in 0..20 {
        client.session(SESSION).await.unwrap_err();
    }
    assert!(script.sign_ins() >= 20);
    // What was ended is gone once the others have had their turn.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert!(alive() <= 1, "{} tasks wait", alive());
    drop(client);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_new_session_that_a_new_token_may_not_make_is_refused_for_good() {
    let script = Script::signed_in(|_, _| answer(401, &json!({"error": {"message": "invalid JWT token"}})));
    let fault = client(&script).create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
    assert_eq!((fault.kind, fault.status), (FaultKind::Forbidden, Some(401)));
    assert_eq!(script.sign_ins(), 2);
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn without_a_token_nothing_was_sent() {
    for (status, kind) in [
        (400, FaultKind::NotSignedIn),
        (401, FaultKind::NotSignedIn),
        (403, FaultKind::NotSignedIn),
        (404, FaultKind::NotSignedIn),
        (302, FaultKind::NotSent),
        (408, FaultKind::NotSent),
        (429, FaultKind::NotSent),
        (500, FaultKind::NotSent),
        (503, FaultKind::NotSent),
    ] {
        let script = Script::new(move |_, _| text(status, &[("retry-after", "7")], ""));
        let fault = client(&script).create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
        assert_eq!((fault.kind, fault.status), (kind, Some(status)));
        assert_eq!(fault.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(script.asked(), Vec::<String>::new());
    }
    for (error, kind) in [
        (TransportError::after(TransportFault::TimedOut, Cause::theirs("x")), FaultKind::NotSent),
        (TransportError::before(TransportFault::Certificate, Cause::theirs("x")), FaultKind::Untrusted),
    ] {
        let script = Script::new(move |_, _| Err(error.clone()));
        assert_eq!(
            client(&script).create(link_id(), &sale(), &Sending::default()).await.unwrap_err().kind,
            kind
        );
    }
    for garbage in
        ["<html>", "{}", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#, r#"{"access_token":5}"#]
    {
        let script = Script::new(move |_, _| text(200, &[], garbage));
        assert_eq!(client(&script).sign_in().await.unwrap_err().kind, FaultKind::NotSent, "{garbage}");
    }
}

#[tokio::test(start_paused = true)]
async fn asked_to_wait_it_waits() {
    let script = Script::new(|request, before| match (is_token(request), before) {
        (true, 0) => text(429, &[("retry-after", "30")], ""),
        (true, _) => token("t", 100),
        _ => answer(200, &json!({"id": SESSION})),
    });
    let client = client(&script);
    client.sign_in().await.unwrap_err();
    tokio::time::advance(Duration::from_secs(10)).await;
    let fault = client.sign_in().await.unwrap_err();
    assert_eq!((fault.kind, fault.retry_after), (FaultKind::NotSent, Some(Duration::from_secs(20))));
    assert_eq!(script.sign_ins(), 1);
    tokio::time::advance(Duration::from_secs(21)).await;
    client.sign_in().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_answer_holds_up_everything_for_long_and_the_seller_may_insist() {
    let script = || {
        Script::new(|request, before| match (is_token(request), before) {
            (true, 0) => text(429, &[("retry-after", "86400")], ""),
            (true, _) => token("t", 100),
            _ => answer(200, &json!({"id": SESSION})),
        })
    };
    let asked = script();
    let patient = client(&asked);
    let told = patient.sign_in().await.unwrap_err().retry_after;
    assert_eq!(told, Some(Duration::from_secs(300)));
    tokio::time::advance(Duration::from_secs(299)).await;
    patient.sign_in().await.unwrap_err();
    assert_eq!(asked.sign_ins(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    patient.sign_in().await.unwrap();

    let asked = script();
    let hurried = client(&asked);
    hurried.sign_in().await.unwrap_err();
    hurried.insist();
    hurried.sign_in().await.unwrap();
    assert_eq!(asked.sign_ins(), 2);
}

#[tokio::test]
async fn the_secret_is_read_when_needed_and_again_after_a_refusal() {
    let reads = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reads);
    let script = Script::new(|request, _| {
        // "client:new" is right, "client:old" is not.
        if request.headers["authorization"] == "Basic Y2xpZW50Om5ldw==" {
            token("t", 1_000)
        } else {
            answer(401, &json!({"error": {"message": "no, s3cret"}}))
        }
    });
    let source = move || match count.fetch_add(1, Ordering::SeqCst) {
        0 => Err(Plain::NoSecret),
        1 => Ok(SecretString::from("old")),
        _ => Ok(SecretString::from("new")),
    };
    let client = DinteroClient::new(
        config("https://api.dintero.com"),
        Arc::clone(&script) as Arc<dyn Transport>,
        Arc::new(source),
        Arc::new(Noon) as Arc<dyn Clock>,
    );
    assert_eq!(reads.load(Ordering::SeqCst), 0, "not before it's needed");
    let fault = client.sign_in().await.unwrap_err();
    assert_eq!((fault.kind, fault.cause), (FaultKind::NotSignedIn, Cause::Plain(Plain::NoSecret)));
    assert_eq!(script.sign_ins(), 0);
    client.insist();
    assert_eq!(client.sign_in().await.unwrap_err().kind, FaultKind::NotSignedIn);
    client.insist();
    client.sign_in().await.unwrap();
    assert_eq!(reads.load(Ordering::SeqCst), 3);
    assert!(secret().is_ok());
}

/// A program or a keyring that asks a person must not do so with every request.
#[tokio::test(start_paused = true)]
async fn without_a_secret_nobody_is_asked_for_it_again_and_again() {
    let asks = |answer: fn() -> Result<SecretString, Plain>| {
        let reads = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reads);
        let source = move || {
            count.fetch_add(1, Ordering::SeqCst);
            answer()
        };
        let script = Script::new(|_, _| answer_401());
        let client = DinteroClient::new(
            config("https://api.dintero.com"),
            Arc::clone(&script) as Arc<dyn Transport>,
            Arc::new(source),
            Arc::new(Noon) as Arc<dyn Clock>,
        );
        (client, reads)
    };
    for secret in [|| Err(Plain::Keyring), || Ok(SecretString::from("wrong"))] {
        let (client, reads) = asks(secret);
        let first = client.sign_in().await.unwrap_err();
        for _ in 0..29 {
            tokio::time::advance(Duration::from_secs(10)).await;
            assert_eq!(client.sign_in().await.unwrap_err(), first);
            assert_eq!(client.session(SESSION).await.unwrap_err(), first);
        }
        assert_eq!(reads.load(Ordering::SeqCst), 1, "{first}");
        tokio::time::advance(Duration::from_secs(11)).await;
        client.sign_in().await.unwrap_err();
        assert_eq!(reads.load(Ordering::SeqCst), 2, "{first}: once in five minutes");
        client.insist();
        client.sign_in().await.unwrap_err();
        assert_eq!(reads.load(Ordering::SeqCst), 3, "{first}: and when the seller wants it");
    }
}

/// A backend that errs for a moment does not cost five minutes of what the tracker would have seen.
#[tokio::test(start_paused = true)]
async fn a_secret_that_was_right_is_tried_again_soon() {
    let script = Script::new(|request, before| match (is_token(request), before) {
        (true, 0) => token("t", 100),
        (true, _) => answer_401(),
        _ => answer(200, &json!({"id": SESSION})),
    });
    let client = client(&script);
    client.sign_in().await.unwrap();
    tokio::time::advance(Duration::from_secs(200)).await;
    let mut tries = Vec::new();
    for second in 0..1000 {
        let before = script.sign_ins();
        client.sign_in().await.unwrap_err();
        if script.sign_ins() > before {
            tries.push(second);
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert_eq!(tries, [0, 10, 30, 70, 150, 310, 610, 910]);
}

/// The old token is good for minutes yet, in which a link on screen brings a request a second.
#[tokio::test(start_paused = true)]
async fn while_the_old_token_is_good_a_renewal_that_fails_is_not_tried_with_every_request() {
    // The secret was changed; the sign-in service is out of order; it asks to wait.
    for (status, most) in [(401, 4), (503, 5), (429, 2)] {
        let script = Script::new(move |request, before| match (is_token(request), before) {
            (true, 0) => token("t0", 14_400),
            (true, _) => text(status, &[("retry-after", "40")], ""),
            _ => answer(200, &json!({"id": SESSION})),
        });
        let reads = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reads);
        let source = move || {
            count.fetch_add(1, Ordering::SeqCst);
            secret()
        };
        let client = DinteroClient::new(
            config("https://api.dintero.com"),
            Arc::clone(&script) as Arc<dyn Transport>,
            Arc::new(source),
            Arc::new(Noon) as Arc<dyn Clock>,
        );
        client.session(SESSION).await.unwrap();
        tokio::time::sleep(Duration::from_secs(14_400 - 599)).await;
        for _ in 0..60 {
            client.session(SESSION).await.unwrap();
            // A renewal in the background has its time.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let tries = script.sign_ins() - 1;
        assert!((2..=most).contains(&tries), "{status}: {tries} in a minute");
        assert!(reads.load(Ordering::SeqCst) <= 1 + most, "{status}");
        assert!(used(&script).iter().all(|bearer| bearer == "Bearer t0"), "{status}");
        // Whoever signs in by hand now is not made to wait.
        client.insist();
        client.session(SESSION).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(script.sign_ins(), 2 + tries, "{status}");
    }
}

fn answer_401() -> Result<Response, TransportError> {
    answer(401, &json!({}))
}

/// A wrong secret, then `login` with the right one: neither is told by any answer, whenever that comes.
#[tokio::test]
async fn no_secret_that_was_tried_comes_back_with_a_later_answer() {
    const SECRETS: [&str; 2] = ["mistyped-secret-1", "proper-secret-22"];
    let at = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&at);
    let source = move || Ok(SecretString::from(SECRETS[now.load(Ordering::SeqCst)]));
    let accepted = Arc::clone(&at);
    let script = Script::new(move |request, _| match (is_token(request), accepted.load(Ordering::SeqCst)) {
        (true, 0) => answer_401(),
        (true, _) => token("t", 14_400),
        _ => answer(400, &json!({"error": {"message": format!("{} and {}", SECRETS[0], SECRETS[1])}})),
    });
    let client = DinteroClient::new(
        config("https://api.dintero.com"),
        Arc::clone(&script) as Arc<dyn Transport>,
        Arc::new(source),
        Arc::new(Noon) as Arc<dyn Clock>,
    );
    client.sign_in().await.unwrap_err();
    at.store(1, Ordering::SeqCst);
    client.insist();
    client.sign_in().await.unwrap();
    let fault = client.session(SESSION).await.unwrap_err();
    let told = format!("{fault} {fault:?}");
    assert!(told.contains("(secret) and (secret)"), "{told}");
    assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
}
