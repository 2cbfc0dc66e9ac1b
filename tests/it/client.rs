//! The Dintero client against the sandbox: over real HTTP, and in the same process on a virtual clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use paylink::dintero::{
    ClientConfig, DinteroClient, HttpTransport, Limits, Request, RouterTransport, Transport,
};
use paylink::domain::lifecycle::{TransactionNews, TransactionStatus};
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::LinkId;
use paylink::domain::method::{Method, MethodChoice};
use paylink::domain::money::{Currency, Money};
use paylink::domain::phone::Phone;
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ports::{FaultKind, Gateway as _, MoneyMove, Sending, SystemClock};
use paylink::sandbox::{Config, Cut, Running, Sandbox};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

/// A sandbox on a port of its own, and a way to steer it.
struct Shop {
    running: Running,
    transport: HttpTransport,
}

impl Shop {
    async fn open() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = Running::start(any, Config::new()).await.unwrap();
        Self { running, transport: HttpTransport::new() }
    }

    fn client(&self) -> DinteroClient {
        // A short patience, so that a slow answer is a time-out soon.
        let limits = Limits { whole: Duration::from_secs(2), ..Limits::default() };
        client(self.running.sandbox(), Arc::new(HttpTransport::with_limits(limits)))
    }

    /// The next call of `path` goes wrong.
    async fn fault(&self, path: &str, kind: &str, more: &Value) {
        let mut fault = json!({"path": path, "kind": kind});
        fault.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.control("/sandbox/faults", &fault).await;
    }

    /// The customer pays.
    async fn pay(&self, session: &str, outcome: &str) {
        let how = json!({"payment_product_type": "vipps", "outcome": outcome});
        self.control(&format!("/sandbox/sessions/{session}/pay"), &how).await;
    }

    /// How often `method` was called on a path that ends in `end`.
    async fn calls(&self, method: &str, end: &str) -> usize {
        let log = self.control("/sandbox/log", &Value::Null).await;
        let entries = log.as_array().unwrap().iter();
        entries.filter(|e| e["method"] == method && e["path"].as_str().unwrap().ends_with(end)).count()
    }

    /// Calls the control interface.
    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = Url::parse(self.running.url()).unwrap().join(path).unwrap();
        control(&self.transport, url, body).await
    }
}

async fn control(transport: &dyn Transport, url: Url, body: &Value) -> Value {
    let get = body.is_null();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let request = Request {
        method: if get { reqwest::Method::GET } else { reqwest::Method::POST },
        url,
        headers,
        body: (!get).then(|| body.to_string().into_bytes()),
    };
    let answer = transport.send(request).await.unwrap();
    let text = String::from_utf8(answer.body).unwrap();
    assert!((200..300).contains(&answer.status), "{}: {text}", answer.status);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn client(sandbox: &Sandbox, transport: Arc<dyn Transport>) -> DinteroClient {
    let secret = sandbox.client_secret().to_owned();
    let config = ClientConfig {
        account_id: sandbox.account_id().to_owned(),
        client_id: sandbox.client_id().to_owned(),
        profile_id: sandbox.profile_id().to_owned(),
        return_url: "https://example.com/thanks".to_owned(),
        api_url: Url::parse(sandbox.base_url()).unwrap(),
        checkout_url: Url::parse(sandbox.base_url()).unwrap(),
        link_hosts: Vec::new(),
        methods: Vec::new(),
    };
    let secrets = move || Ok(SecretString::from(secret.clone()));
    DinteroClient::new(config, transport, Arc::new(secrets), Arc::new(SystemClock))
}

fn id(n: u128) -> LinkId {
    LinkId(Uuid::from_u128(n))
}

/// Something of weight, every method, as a link, for a day.
fn sale(reference: &str) -> Sale {
    let line = |description: &str, quantity: &str, minor, vat| {
        ProductLine::new(
            description,
            Quantity::new(quantity.parse().unwrap()).unwrap(),
            Money::new(minor, Currency::Nok),
            VatRate::from_hundredths(vat).unwrap(),
        )
        .unwrap()
    };
    Sale {
        lines: vec![line("Torsk", "1.005", 19_900, 1111), line("Kaffe", "3", 3_000, 1500)],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(reference).unwrap(),
        expires_at: Timestamp::now() + jiff::SignedDuration::from_hours(24),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: false,
        delivery: Delivery::Link,
    }
    .check()
    .unwrap()
}

#[tokio::test]
async fn signing_in_and_the_profile() {
    let shop = Shop::open().await;
    let client = shop.client();
    client.sign_in().await.unwrap();
    let profile = client.profile().await.unwrap();
    assert!(profile.types.iter().any(|t| t == "dintero_psp.creditcard"), "{:?}", profile.types);
    assert_eq!(profile.merchant_name.as_deref(), Some("Fjordfisk AS"));
    assert!(client.clock_skew().is_zero());
}

#[tokio::test]
async fn wrong_credentials() {
    let shop = Shop::open().await;
    let sandbox = shop.running.sandbox();
    let config = ClientConfig {
        account_id: sandbox.account_id().to_owned(),
        client_id: sandbox.client_id().to_owned(),
        profile_id: "default".to_owned(),
        return_url: "https://example.com/thanks".to_owned(),
        api_url: Url::parse(sandbox.base_url()).unwrap(),
        checkout_url: Url::parse(sandbox.base_url()).unwrap(),
        link_hosts: Vec::new(),
        methods: Vec::new(),
    };
    let wrong = || Ok(SecretString::from("wrong"));
    let client =
        DinteroClient::new(config, Arc::new(HttpTransport::new()), Arc::new(wrong), Arc::new(SystemClock));
    let fault = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSignedIn);
    assert!(!fault.to_string().contains("wrong"), "{fault}");
}

#[tokio::test]
async fn both_ways_to_make_a_session() {
    let shop = Shop::open().await;
    let client = shop.client();
    let whole = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap();
    assert!(whole.url.starts_with(shop.running.url()));
    assert_eq!(whole.publish, []);
    let part = Sale {
        methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
        delivery: Delivery::Sms(Phone::parse("41234567").unwrap()),
        address: AddressPlan::Express,
        ..sale("A-2")
    };
    let made = client.create(id(2), &part, &Sending::default()).await.unwrap();
    assert!(!made.types.is_empty() && made.types.iter().all(|t| t.contains("vipps")), "{:?}", made.types);
    assert_eq!(made.publish.len(), 1);

    let news = client.session(&whole.session_id).await.unwrap();
    assert_eq!(news.id, whole.session_id);
    assert_eq!(news.merchant_reference.as_deref(), Some("A-1"));
    assert_eq!(news.paylink_id, Some(id(1).to_string()));
    // 1.005 × 199,00 and 3 × 30,00.
    assert_eq!(news.amount, Some(20_000 + 9_000));
    assert!(news.created_at.is_some() && news.expires_at.is_some());
    let none = client.session(&format!("{}.nobody", shop.running.sandbox().account_id())).await.unwrap_err();
    assert_eq!(none.kind, FaultKind::NotFound);
}

/// A list gives a hundred at most: one that was made before them is found on a later page.
#[tokio::test]
async fn a_session_is_found_among_many_with_its_reference() {
    let shop = Shop::open().await;
    let client = shop.client();
    for n in 0..230 {
        client.create(id(n), &sale("KASSE"), &Sending::default()).await.unwrap();
    }
    let found = client.find_sessions("KASSE", jiff::Timestamp::now()).await.unwrap();
    assert!(found.complete);
    let ids: std::collections::BTreeSet<_> = found.sessions.iter().map(|s| s.paylink_id.clone()).collect();
    assert_eq!((found.sessions.len(), ids.len()), (230, 230));
    assert!(ids.contains(&Some(id(0).to_string())));
}

#[tokio::test]
async fn a_session_is_found_by_its_reference_and_withdrawn() {
    let shop = Shop::open().await;
    let client = shop.client();
    let made = client.create(id(7), &sale("KARI-1122-014"), &Sending::default()).await.unwrap();
    client.create(id(8), &sale("OLA-1122-001"), &Sending::default()).await.unwrap();
    let found = client.find_sessions("KARI-1122-014", jiff::Timestamp::now()).await.unwrap().sessions;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].id.as_str(), &found[0].paylink_id),
        (made.session_id.as_str(), &Some(id(7).to_string()))
    );
    assert_eq!(client.rebuilt_url(&found[0].id), made.url);

    let withdrawn = client.cancel(&made.session_id).await.unwrap();
    assert!(withdrawn.cancelled_at.is_some());
    let read = client.session(&made.session_id).await.unwrap();
    assert!(read.events.iter().any(|e| e.name == "CANCELLED"), "{:?}", read.events);
}

#[tokio::test]
async fn sessions_read_at_once_tell_what_each_tells_by_itself() {
    let shop = Shop::open().await;
    let client = shop.client();
    let mut ids = Vec::new();
    for n in 1..=4 {
        let made = client.create(id(n), &sale(&format!("A-{n}")), &Sending::default()).await.unwrap();
        ids.push(made.session_id);
    }
    shop.control(&format!("/sandbox/sessions/{}/visit", ids[0]), &json!({})).await;
    shop.pay(&ids[1], "declined").await;
    client.cancel(&ids[2]).await.unwrap();
    // Of somebody else's, and of one that isn't there, nothing is told.
    let asked = [&ids[..3], &["T12345678.nobody".to_owned()]].concat();
    let mut listed = client.sessions_of(&asked).await.unwrap();
    listed.sort_by_key(|s| ids.iter().position(|id| *id == s.id));
    let mut each = Vec::new();
    for id in &ids[..3] {
        each.push(client.session(id).await.unwrap());
    }
    assert_eq!(listed, each);
    assert!(each[0].events.iter().any(|e| e.name == "VISITED"), "{each:?}");
    assert_eq!(shop.calls("GET", "/v1/sessions").await, 1);
}

#[tokio::test]
async fn money_is_captured_and_given_back() {
    let shop = Shop::open().await;
    let client = shop.client();
    let made = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap();
    let none = client.transactions_of(std::slice::from_ref(&made.session_id)).await.unwrap();
    assert_eq!(none, []);
    shop.pay(&made.session_id, "authorized").await;

    let found = client.transactions_of(std::slice::from_ref(&made.session_id)).await.unwrap();
    assert_eq!(found.len(), 1);
    let transaction = &found[0];
    assert_eq!(transaction.status, TransactionStatus::Authorized);
    assert_eq!(transaction.amount, Some(29_000));
    assert_eq!(client.search_transactions("A-1").await.unwrap(), found);
    assert_eq!(client.transaction(&transaction.id).await.unwrap(), *transaction);

    let part = MoneyMove {
        amount: Money::new(9_000, Currency::Nok),
        reference: "A-1-c1".to_owned(),
        reason: None,
        items: vec![("2".to_owned(), "3".to_owned(), 9_000)],
    };
    let captured = client.capture(&transaction.id, &part).await.unwrap();
    assert!(captured.done);
    let after = captured.transaction.unwrap();
    assert_eq!(after.status, TransactionStatus::PartiallyCaptured);
    assert!(after.events.iter().any(|e| e.event == "CAPTURE" && e.success && e.amount == Some(9_000)));

    // In progress is not done; it is done a little later.
    shop.fault("/v1/transactions", "accepted", &json!({"ms": 50})).await;
    let back = MoneyMove { reference: "A-1-r1".to_owned(), reason: Some("angret".to_owned()), ..part };
    assert!(!client.refund(&transaction.id, &back).await.unwrap().done);
    let given_back = |t: &TransactionNews| t.events.iter().any(|e| e.event == "REFUND" && e.success);
    tokio::time::timeout(Duration::from_secs(10), async {
        while !given_back(&client.transaction(&transaction.id).await.unwrap()) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    // More than there is.
    let fault = client.refund(&transaction.id, &back).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.message.is_some());
}

#[tokio::test]
async fn a_reservation_is_released() {
    let shop = Shop::open().await;
    let client = shop.client();
    let made = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap();
    shop.pay(&made.session_id, "authorized").await;
    let paid = client.session(&made.session_id).await.unwrap().transaction_id.unwrap();
    let released = client.void(&paid).await.unwrap();
    assert!(released.done);
    assert_eq!(released.transaction.unwrap().status, TransactionStatus::AuthorizationVoided);
}

/// Every way in which making a session can go wrong: what is said of it, and how many sessions there are.
#[tokio::test]
async fn what_a_failed_create_is_said_to_have_done_is_what_it_did() {
    let nothing = json!({});
    for (kind, more, said, made) in [
        ("drop_before", &nothing, FaultKind::Maybe, 0),
        ("drop_after", &nothing, FaultKind::Maybe, 1),
        ("garbage", &nothing, FaultKind::Maybe, 1),
        ("huge", &nothing, FaultKind::Maybe, 1),
        ("slow", &nothing, FaultKind::Maybe, 1),
        ("status", &json!({"status": 500}), FaultKind::Maybe, 0),
        ("status", &json!({"status": 500, "carry_out": true}), FaultKind::Maybe, 1),
        ("status", &json!({"status": 503, "retry_after": 3}), FaultKind::Maybe, 0),
        ("status", &json!({"status": 429, "retry_after": 3}), FaultKind::NotSent, 0),
        ("status", &json!({"status": 408}), FaultKind::NotSent, 0),
        ("status", &json!({"status": 400}), FaultKind::Refused, 0),
        ("status", &json!({"status": 403}), FaultKind::Forbidden, 0),
    ] {
        let shop = Shop::open().await;
        let client = shop.client();
        shop.fault("/v1/sessions-profile", kind, more).await;
        let fault = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap_err();
        assert_eq!(fault.kind, said, "{kind} {more}: {fault}");
        assert_eq!(fault.retry_after, more["retry_after"].as_u64().map(Duration::from_secs), "{kind} {more}");
        assert_eq!(
            client.find_sessions("A-1", jiff::Timestamp::now()).await.unwrap().sessions.len(),
            made,
            "{kind} {more}"
        );
        assert_eq!(shop.calls("POST", "/v1/sessions-profile").await, 1, "{kind} {more}: sent once");
    }
}

#[tokio::test]
async fn trouble_with_signing_in_sends_nothing() {
    let nothing = json!({});
    for (kind, more) in [
        ("drop_before", &nothing),
        ("drop_after", &nothing),
        ("garbage", &nothing),
        ("status", &json!({"status": 500})),
    ] {
        let shop = Shop::open().await;
        let client = shop.client();
        shop.fault("/v1/accounts/", kind, more).await;
        let fault = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::NotSent, "{kind}");
        assert_eq!(shop.calls("POST", "/v1/sessions-profile").await, 0);
        client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_expired_over_night_is_replaced() {
    let shop = Shop::open().await;
    let client = shop.client();
    client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap();
    shop.control("/sandbox/clock", &json!({"advance_seconds": 100_000})).await;
    let week =
        Sale { expires_at: Timestamp::now() + jiff::SignedDuration::from_hours(24 * 7), ..sale("A-2") };
    client.create(id(2), &week, &Sending::default()).await.unwrap();
    assert_eq!(shop.calls("POST", "/auth/token").await, 2);
    let skew = client.clock_skew().as_secs();
    assert!((99_990..=100_010).contains(&skew), "{skew}");
}

#[tokio::test]
async fn without_a_backend_it_is_certain_that_nothing_was_sent() {
    let shop = Shop::open().await;
    let client = shop.client();
    client.sign_in().await.unwrap();
    shop.running.stop().await;
    let fault = client.create(id(1), &sale("A-1"), &Sending::default()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSent, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn in_one_process_a_minute_of_waiting_takes_no_time() {
    let sandbox = Sandbox::new(Config::new()).unwrap();
    let transport = Arc::new(
        RouterTransport::new(sandbox.router()).cut_when(|extensions| extensions.get::<Cut>().is_some()),
    );
    let client = client(&sandbox, Arc::clone(&transport) as Arc<dyn Transport>);
    let faults = Url::parse(sandbox.base_url()).unwrap().join("/sandbox/faults").unwrap();
    for (n, kind) in (1..).zip(["delay", "slow", "drop_after"]) {
        let fault = json!({"path": "/v1/sessions-profile", "kind": kind, "ms": 60_000});
        control(&*transport, faults.clone(), &fault).await;
        let reference = format!("A-{n}");
        let fault = client.create(id(n), &sale(&reference), &Sending::default()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Maybe, "{kind}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        // The backend went on when we had given up.
        assert_eq!(
            client.find_sessions(&reference, jiff::Timestamp::now()).await.unwrap().sessions.len(),
            1,
            "{kind}"
        );
    }
}
