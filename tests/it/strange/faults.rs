//! Every fault of the sandbox (contracts, 4) against everything that is asked of a backend, through the
//! real HTTP stack: what the ledger says afterwards, and how often the backend was asked and obeyed.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use paylink::domain::lifecycle::TransactionNews;
use paylink::domain::link::{LinkId, LinkState};
use paylink::domain::sale::Delivery;
use paylink::ops::cancel::{self, CancelEnd};
use paylink::ops::money::{self, Movement};
use paylink::ops::outbox::{self, Decision, Outcome, Sent};
use paylink::ops::track;
use paylink::ports::{FaultKind, Gateway as _};
use paylink::sandbox::{Config, Running};
use serde_json::{Value, json};

use super::stand::{Stand, client, sale, sms};
use crate::support::http;

mod reading;

/// What a fault does at the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// What was asked, and the answer is lost.
    It,
    /// Nothing, and nobody can tell.
    Nothing,
    /// Certainly nothing: it may be tried again.
    NotNow,
    /// It says no, for good.
    No,
}

/// Every kind of fault, in every form that makes a difference.
fn kinds() -> Vec<(&'static str, Value, Does)> {
    vec![
        ("delay", json!({"ms": 60_000}), Does::It),
        ("status", json!({"status": 500}), Does::Nothing),
        ("status", json!({"status": 503, "retry_after": 1}), Does::Nothing),
        ("status", json!({"status": 500, "carry_out": true}), Does::It),
        ("status", json!({"status": 429, "retry_after": 1}), Does::NotNow),
        ("status", json!({"status": 408}), Does::NotNow),
        ("status", json!({"status": 400}), Does::No),
        ("drop_before", json!({}), Does::Nothing),
        ("drop_after", json!({}), Does::It),
        ("garbage", json!({}), Does::It),
        ("huge", json!({}), Does::It),
        ("slow", json!({}), Does::It),
    ]
}

/// A sandbox, and a stand that is wired to it.
struct Shop {
    running: Running,
    stand: Stand,
}

impl Shop {
    async fn open() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = Running::start(any, Config::new()).await.unwrap();
        let sandbox = running.sandbox();
        // A short patience, so that a slow answer is a time-out soon.
        let patience = Duration::from_secs(2);
        let (account, secret) = (sandbox.account_id(), sandbox.client_secret());
        let client = client(running.url(), account, sandbox.client_id(), secret, patience);
        client.sign_in().await.unwrap();
        let stand = Stand::new(client, account);
        Self { stand, running }
    }

    fn post(&self, path: &str, body: &Value) {
        let (status, answer) = http::post(&format!("{}{path}", self.running.url()), body);
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
    }

    /// Time passes, here and there, until nothing goes on by itself.
    async fn settle(&self) -> Vec<Sent> {
        self.stand.settle(|seconds| self.post("/sandbox/clock", &json!({"advance_seconds": seconds}))).await
    }

    /// The next call of `path` goes wrong.
    fn fault(&self, method: &str, path: &str, kind: &str, more: &Value) {
        let mut fault = json!({"path": path, "method": method, "kind": kind});
        fault.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        self.post("/sandbox/faults", &fault);
    }

    /// How often `method` was called on a path that ends in `end`.
    fn calls(&self, method: &str, end: &str) -> usize {
        let (_, log) = http::get(&format!("{}/sandbox/log", self.running.url()));
        let entries = log.as_array().unwrap().iter();
        entries.filter(|e| e["method"] == method && e["path"].as_str().unwrap().ends_with(end)).count()
    }

    fn messages(&self) -> usize {
        http::get(&format!("{}/sandbox/messages", self.running.url())).1.as_array().unwrap().len()
    }

    async fn sessions(&self, reference: &str) -> usize {
        self.stand
            .ports
            .gateway
            .find_sessions(reference, jiff::Timestamp::now())
            .await
            .unwrap()
            .sessions
            .len()
    }

    /// A link that is made, without trouble.
    async fn made(&self) -> LinkId {
        self.made_as("A-1").await
    }

    async fn made_as(&self, reference: &str) -> LinkId {
        let id = self.stand.keep(sale(reference, Delivery::Link)).await;
        assert_eq!(outbox::send_now(&self.stand.ports, id).await.unwrap().outcome, Outcome::Created);
        id
    }

    /// A link whose money is reserved, as the ledger knows too.
    async fn paid(&self) -> LinkId {
        let id = self.made().await;
        let session = self.stand.link(id).session_id.unwrap();
        self.post(&format!("/sandbox/sessions/{session}/pay"), &json!({"outcome": "authorized"}));
        track::refresh_one(&self.stand.ports, id).await.unwrap();
        assert_eq!(self.stand.link(id).state, LinkState::Authorized);
        id
    }

    async fn transaction(&self, id: LinkId) -> TransactionNews {
        let transaction = self.stand.link(id).transaction_id.unwrap();
        self.stand.ports.gateway.transaction(&transaction).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_without_a_message_is_made_once_whatever_happens() {
    join_all(kinds().into_iter().map(async |(kind, more, does)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        shop.fault("POST", "/v1/sessions-profile", kind, &more);
        let id = shop.stand.keep(sale("A-1", Delivery::Link)).await;
        let first = outbox::send_now(&shop.stand.ports, id).await.unwrap();
        shop.settle().await;
        let link = shop.stand.link(id);
        let posts = shop.calls("POST", "/v1/sessions-profile");
        let (state, made, asked) = match does {
            Does::No => (LinkState::Refused, 0, 1),
            Does::It => (LinkState::Open, 1, 1),
            Does::Nothing | Does::NotNow => (LinkState::Open, 1, 2),
        };
        assert_eq!(
            (link.state, shop.sessions("A-1").await, posts),
            (state, made, asked),
            "{what}: {first:?}"
        );
        assert_eq!(link.url.is_some(), made == 1, "{what}");
        assert_eq!(first.outcome == Outcome::Adopted, does == Does::It, "{what}: {first:?}");
        assert_eq!(link.reason.is_some(), does == Does::No, "{what}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_gets_one_message_whatever_happens() {
    join_all(kinds().into_iter().map(async |(kind, more, does)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        shop.fault("POST", "/v1/sessions-profile", kind, &more);
        let id = shop.stand.keep(sale("A-1", sms())).await;
        let first = outbox::send_now(&shop.stand.ports, id).await.unwrap();
        shop.settle().await;
        let counts = async || (shop.sessions("A-1").await, shop.messages());
        let posts = || shop.calls("POST", "/v1/sessions-profile");
        match does {
            Does::No => {
                assert_eq!(shop.stand.link(id).state, LinkState::Refused, "{what}");
                assert_eq!((counts().await, posts()), ((0, 0), 1), "{what}");
            }
            Does::It => {
                assert_eq!(shop.stand.link(id).state, LinkState::Open, "{what}: {first:?}");
                assert_eq!((counts().await, posts()), ((1, 1), 1), "{what}");
            }
            Does::NotNow => {
                assert_eq!(shop.stand.link(id).state, LinkState::Open, "{what}: {first:?}");
                assert_eq!((counts().await, posts()), ((1, 1), 2), "{what}");
            }
            // Nobody knows whether the customer has a message: the seller decides.
            Does::Nothing => {
                assert_eq!(shop.stand.link(id).state, LinkState::Uncertain, "{what}: {first:?}");
                assert!(shop.stand.waiting()[0].needs_decision, "{what}");
                assert_eq!((counts().await, posts()), ((0, 0), 1), "{what}");
                outbox::decide(&shop.stand.ports, id, Decision::SendAgain).await.unwrap();
                assert_eq!(shop.stand.link(id).state, LinkState::Open, "{what}");
                assert_eq!((counts().await, posts()), ((1, 1), 2), "{what}");
            }
        }
    }))
    .await;
}

/// The answer to the making is lost, and then looking for it goes wrong too.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_link_is_found_though_the_list_goes_wrong_first() {
    join_all(kinds().into_iter().map(async |(kind, more, does)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        shop.fault("POST", "/v1/sessions-profile", "drop_after", &json!({}));
        shop.fault("GET", "/v1/sessions", kind, &more);
        let id = shop.stand.keep(sale("A-1", sms())).await;
        let first = outbox::send_now(&shop.stand.ports, id).await.unwrap();
        if does != Does::No {
            let asking = matches!(first.outcome, Outcome::Uncertain { needs_decision: false, .. });
            assert!(asking, "{what}: {first:?}");
            assert_eq!(shop.stand.link(id).state, LinkState::Uncertain, "{what}");
        }
        shop.settle().await;
        assert_eq!(shop.stand.link(id).state, LinkState::Open, "{what}: {first:?}");
        assert_eq!((shop.sessions("A-1").await, shop.messages()), (1, 1), "{what}");
        assert_eq!(shop.calls("POST", "/v1/sessions-profile"), 1, "{what}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_withdrawn_once_whatever_happens() {
    join_all(kinds().into_iter().map(async |(kind, more, does)| {
        let shop = Shop::open().await;
        let what = format!("{kind} {more}");
        let id = shop.made().await;
        shop.fault("POST", "/v1/sessions/", kind, &more);
        let first = cancel::cancel(&shop.stand.ports, id).await.unwrap();
        shop.settle().await;
        let link = shop.stand.link(id);
        let session = shop.stand.ports.gateway.session(link.session_id.as_deref().unwrap()).await.unwrap();
        let (state, asked) = match does {
            Does::No => (LinkState::Open, 1),
            Does::It => (LinkState::Cancelled, 1),
            Does::Nothing | Does::NotNow => (LinkState::Cancelled, 2),
        };
        assert_eq!((link.state, shop.calls("POST", "/cancel")), (state, asked), "{what}: {first:?}");
        assert_eq!(session.cancelled_at.is_some(), does != Does::No, "{what}");
        assert_eq!(matches!(first.end, CancelEnd::Refused(_)), does == Does::No, "{what}: {first:?}");
    }))
    .await;
}

/// Capture, void and refund: how often the word stands in the transaction, and how the link ends.
async fn money_moves_once(word: &'static str, what: Movement, end: LinkState) {
    let more = [
        ("accepted", json!({"ms": 50}), Does::It),
        ("accepted", json!({"ms": 0}), Does::It),
        ("fails", json!({}), Does::No),
        ("fails", json!({"ms": 50}), Does::No),
    ];
    join_all(kinds().into_iter().chain(more).map(async |(kind, more, does)| {
        let shop = Shop::open().await;
        let id = shop.paid().await;
        let refund = matches!(what, Movement::Refund(..));
        if refund {
            money::order(&shop.stand.ports, id, Movement::Capture(None), None).await.unwrap();
            shop.settle().await;
        }
        let before = shop.stand.link(id).state;
        shop.fault("POST", "/v1/transactions/", kind, &more);
        money::order(&shop.stand.ports, id, what.clone(), None).await.unwrap();
        let tries = shop.settle().await;
        let told = format!("{kind} {more}: {tries:?}");
        let transaction = shop.transaction(id).await;
        let done = transaction.events.iter().filter(|e| e.event == word && e.success);
        let amounts: Vec<i64> = done.filter_map(|e| e.amount).collect();
        let asked = shop.calls("POST", &format!("/{}", word.to_lowercase()));
        let link = shop.stand.link(id);
        match does {
            Does::No => {
                assert_eq!((link.state, amounts.len(), asked), (before, 0, 1), "{told}");
                let last = tries.last().unwrap();
                assert_eq!(last.outcome, Outcome::Refused, "{told}");
                assert_eq!(last.fault.as_ref().unwrap().kind, FaultKind::Refused, "{told}");
            }
            Does::It => assert_eq!((link.state, amounts.len(), asked), (end, 1, 1), "{told}"),
            Does::Nothing | Does::NotNow => {
                assert_eq!((link.state, amounts.len(), asked), (end, 1, 2), "{told}");
            }
        }
        assert!(amounts.iter().all(|a| *a == link.amount.minor()), "{told}");
        // A no that came of itself is an alarm.
        assert_eq!(link.alarms.len(), usize::from(does == Does::No), "{told}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_withdrawn_once_whatever_happens() {
    money_moves_once("CAPTURE", Movement::Capture(None), LinkState::Captured).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_released_once_whatever_happens() {
    money_moves_once("VOID", Movement::Void, LinkState::Voided).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_given_back_once_whatever_happens() {
    money_moves_once("REFUND", Movement::Refund(None, None), LinkState::Refunded).await;
}
