//! The payment profile: how long it is kept, where, and what is told by it.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::support::{
    Noon, Script, answer, client_with, config, created, link_id, profile_json, sale, secret, shop, some,
};
use crate::dintero::{ClientConfig, DinteroClient, Shelf, Transport};
use crate::domain::method::Method;
use crate::domain::sale::Sale;
use crate::ports::{Clock, FaultKind, Gateway as _, Reply, Sending};

const READ: &str = "GET /v1/admin/session/profiles/default";

/// A clock that somebody sets, in seconds after noon.
#[derive(Default)]
struct Watch(AtomicI64);

impl Watch {
    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Noon.now().checked_add(SignedDuration::from_secs(self.0.load(Ordering::SeqCst))).unwrap()
    }
}

/// One place, and how often something was laid there.
#[derive(Default)]
struct Board {
    lies: Mutex<Option<(String, String)>>,
    laid: AtomicUsize,
}

impl Board {
    fn text(&self) -> Option<String> {
        self.lies.lock().unwrap().as_ref().map(|(_, text)| text.clone())
    }

    fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut lies = self.lies.lock().unwrap();
        let (_, text) = lies.as_mut().unwrap();
        let mut value = serde_json::from_str(text).unwrap();
        change(&mut value);
        *text = value.to_string();
    }

    fn spoil(&self, text: &str) {
        self.lies.lock().unwrap().as_mut().unwrap().1 = text.to_owned();
    }
}

impl Shelf for Board {
    fn get(&self, key: String) -> Reply<'_, Option<String>> {
        let lies = self.lies.lock().unwrap().clone();
        Box::pin(async move { lies.filter(|(at, _)| *at == key).map(|(_, text)| text) })
    }

    fn put(&self, key: String, text: Option<String>) -> Reply<'_, ()> {
        self.laid.fetch_add(1, Ordering::SeqCst);
        *self.lies.lock().unwrap() = text.map(|text| (key, text));
        Box::pin(async {})
    }
}

/// Processes of one seller, one after the other or at once.
struct Stand {
    script: Arc<Script>,
    watch: Arc<Watch>,
    board: Arc<Board>,
}

impl Stand {
    fn new(script: Arc<Script>) -> Self {
        Self { script, watch: Arc::default(), board: Arc::default() }
    }

    fn process(&self) -> DinteroClient {
        self.process_with(config("https://checkout.dintero.com"))
    }

    fn process_with(&self, config: ClientConfig) -> DinteroClient {
        let transport = Arc::clone(&self.script) as Arc<dyn Transport>;
        DinteroClient::new(config, transport, Arc::new(secret), Arc::clone(&self.watch) as Arc<dyn Clock>)
            .with_shelf(Arc::clone(&self.board) as Arc<dyn Shelf>)
    }

    fn reads(&self) -> usize {
        self.script.asked().iter().filter(|asked| *asked == READ).count()
    }
}

/// A backend whose profile can be anything at any time, and which makes every session.
#[derive(Clone)]
struct Backend(Arc<Mutex<(u16, Value)>>);

impl Backend {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((200, profile_json()))))
    }

    fn tells(&self, status: u16, profile: Value) {
        *self.0.lock().unwrap() = (status, profile);
    }

    fn script(&self) -> Arc<Script> {
        let told = Arc::clone(&self.0);
        Script::signed_in(move |request, _| {
            let (status, profile) = told.lock().unwrap().clone();
            if request.method == Verb::GET { answer(status, &profile) } else { answer(200, &created()) }
        })
    }
}

fn part() -> Sale {
    Sale { methods: some(&["vipps"]), ..sale() }
}

async fn sell(client: &DinteroClient, sale: &Sale) -> Result<Vec<String>, FaultKind> {
    let made = client.create(link_id(), sale, &Sending::default()).await;
    made.map(|made| made.types).map_err(|fault| fault.kind)
}

#[tokio::test]
async fn the_profile_is_read_once_in_ten_minutes() {
    let stand = Stand::new(shop());
    let client = stand.process();
    let (a, b) = tokio::join!(client.profile(), client.profile());
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(sell(&client, &part()).await.unwrap(), ["dintero_psp.vipps"]);
    assert_eq!(stand.script.asked(), [READ, "POST /v1/sessions"]);
    // Known, so that the types of the whole profile can be told.
    assert_eq!(sell(&client, &sale()).await.unwrap().len(), 4);
    stand.watch.set(599);
    sell(&client, &part()).await.unwrap();
    assert_eq!(stand.reads(), 1);
    stand.watch.set(601);
    sell(&client, &part()).await.unwrap();
    assert_eq!(stand.reads(), 2);
}

#[tokio::test]
async fn what_one_process_has_read_serves_the_next() {
    let stand = Stand::new(shop());
    for _ in 0..3 {
        assert_eq!(sell(&stand.process(), &part()).await.unwrap(), ["dintero_psp.vipps"]);
    }
    assert_eq!(stand.reads(), 1);
    assert_eq!(
        sell(&stand.process(), &sale()).await.unwrap().len(),
        4,
        "the whole profile's types are known"
    );
    stand.watch.set(601);
    sell(&stand.process(), &part()).await.unwrap();
    assert_eq!(stand.reads(), 2);
    // Two that run at once: what the other has read last is taken.
    let (one, other) = (stand.process(), stand.process());
    sell(&one, &part()).await.unwrap();
    stand.watch.set(1202);
    sell(&other, &part()).await.unwrap();
    sell(&one, &part()).await.unwrap();
    assert_eq!(stand.reads(), 3);
}

#[tokio::test]
async fn another_account_profile_or_backend_has_its_own() {
    let stand = Stand::new(shop());
    sell(&stand.process(), &part()).await.unwrap();
    let own = || config("https://checkout.dintero.com");
    let others = [
        ClientConfig { account_id: "T87654321".to_owned(), ..own() },
        ClientConfig { profile_id: "other".to_owned(), ..own() },
        ClientConfig { checkout_url: "https://checkout.other.example".parse().unwrap(), ..own() },
    ];
    for (n, other) in others.into_iter().enumerate() {
        stand.process_with(other).profile().await.unwrap();
        let reads = stand.script.asked().iter().filter(|asked| asked.starts_with("GET")).count();
        assert_eq!(reads, 2 + 2 * n);
        // The first one's is there again for the next.
        stand.process().profile_anew().await.unwrap();
    }
}

/// A clock that was set back makes nothing young.
#[tokio::test]
async fn what_was_read_later_than_now_is_not_fresh() {
    let stand = Stand::new(shop());
    let before = stand.process();
    sell(&before, &part()).await.unwrap();
    stand.watch.set(-60);
    sell(&before, &part()).await.unwrap();
    assert_eq!(stand.reads(), 2);
    stand.watch.set(-120);
    sell(&stand.process(), &part()).await.unwrap();
    assert_eq!(stand.reads(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_old_one_serves_for_a_day_where_it_can_not_be_read() {
    let backend = Backend::new();
    let stand = Stand::new(backend.script());
    sell(&stand.process(), &part()).await.unwrap();
    let running = stand.process();
    running.profile().await.unwrap();
    for (status, body) in [(500, json!({})), (503, json!({})), (200, json!("garbage"))] {
        backend.tells(status, body);
        for seconds in [3600, 86_000] {
            stand.watch.set(seconds);
            for client in [&running, &stand.process()] {
                let before = stand.reads();
                assert_eq!(sell(client, &part()).await.unwrap(), ["dintero_psp.vipps"], "{status} {seconds}");
                assert_eq!(stand.reads(), before + 1, "it was tried");
            }
        }
        stand.watch.set(86_401);
        for client in [&running, &stand.process()] {
            assert_eq!(sell(client, &part()).await, Err(FaultKind::NotSent), "{status}");
        }
    }
}

/// One that is kept needs no long wait for one that doesn't come, whoever asked for that.
#[tokio::test(start_paused = true)]
async fn a_profile_that_hangs_holds_up_no_sale_for_long() {
    struct Hangs(Arc<Script>);
    impl Transport for Hangs {
        fn send(
            &self,
            request: crate::dintero::Request,
        ) -> Reply<'_, Result<crate::dintero::Response, crate::dintero::TransportError>> {
            if request.url.path().contains("/profiles/") {
                return Box::pin(std::future::pending());
            }
            self.0.send(request)
        }
    }
    let stand = Stand::new(shop());
    sell(&stand.process(), &part()).await.unwrap();
    stand.watch.set(3600);
    for others in [0, 1, 3] {
        let hangs = Arc::new(Hangs(Arc::clone(&stand.script)));
        let config = config("https://checkout.dintero.com");
        let client =
            DinteroClient::new(config, hangs, Arc::new(secret), Arc::clone(&stand.watch) as Arc<dyn Clock>)
                .with_shelf(Arc::clone(&stand.board) as Arc<dyn Shelf>);
        // Somebody else has begun to read it, and would wait for as long as a request may take.
        let reading = || tokio::time::timeout(Duration::from_secs(20), client.profile_anew());
        let reading = futures_util::future::join_all((0..others).map(|_| reading()));
        let begun = tokio::time::Instant::now();
        let selling = async {
            tokio::task::yield_now().await;
            sell(&client, &part()).await.unwrap();
            begun.elapsed()
        };
        let (_, took) = tokio::join!(reading, selling);
        assert!(took < Duration::from_secs(5), "{others}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_profile_nothing_is_sent_until_it_can_be_read() {
    let backend = Backend::new();
    backend.tells(500, json!({}));
    let stand = Stand::new(backend.script());
    let client = stand.process();
    assert_eq!(sell(&client, &part()).await, Err(FaultKind::NotSent));
    assert!(stand.script.asked().iter().all(|asked| asked.starts_with("GET")));
    backend.tells(200, profile_json());
    sell(&client, &part()).await.unwrap();
}

/// A method that the profile has got since was not picked: the customer must not see it.
#[tokio::test(start_paused = true)]
async fn all_methods_by_name_are_the_profiles_only_as_it_is_now() {
    const WHOLE: &str = "POST /v1/sessions-profile";
    const BY_NAME: &str = "POST /v1/sessions";
    let backend = Backend::new();
    let stand = Stand::new(backend.script());
    let client = stand.process();
    let four = ["dintero_psp.creditcard", "dintero_psp.vipps", "payex.mobilepay", "swish.swish"];
    let picked = Sale { methods: some(&four), ..sale() };
    let asked = async |client: &DinteroClient| {
        let before = stand.script.asked().len();
        let types = sell(client, &picked).await.unwrap();
        assert_eq!(types, four);
        stand.script.asked().split_off(before)
    };
    assert_eq!(asked(&client).await, [READ, WHOLE], "read just now, and not twice");
    let mut more = profile_json();
    more["configuration"]["klarna"] = json!({"klarna": {"enabled": true}});
    backend.tells(200, more);
    tokio::time::advance(Duration::from_secs(6)).await;
    // Known to have four, also to the next process.
    assert_eq!(asked(&client).await, [READ, BY_NAME]);
    let sent: Value = serde_json::from_slice(&stand.script.requests().pop().unwrap().body.unwrap()).unwrap();
    assert_eq!((&sent["profile_id"], &sent["configuration"]["klarna"]), (&Value::Null, &Value::Null));
    assert_eq!(sent["configuration"]["swish"]["swish"]["enabled"], true);
    // They are all again; and then nobody can tell.
    backend.tells(200, profile_json());
    stand.watch.set(601);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(asked(&client).await, [READ, WHOLE]);
    backend.tells(500, json!({}));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(asked(&stand.process()).await, [READ, BY_NAME]);
}

/// Not by what was true a while ago: the seller may have switched it on since.
#[tokio::test(start_paused = true)]
async fn that_a_method_is_missing_is_told_by_a_profile_that_was_just_read() {
    let backend = Backend::new();
    let mut without = profile_json();
    without["configuration"]["dintero_psp"]["vipps"]["enabled"] = json!(false);
    backend.tells(200, without);
    let stand = Stand::new(backend.script());
    let running = stand.process();
    assert_eq!(sell(&running, &part()).await, Err(FaultKind::Refused));
    assert_eq!(stand.reads(), 1, "read a moment ago, it is read no second time");
    tokio::time::advance(Duration::from_secs(6)).await;
    // It can't be read: nobody is told that it's missing.
    backend.tells(500, json!({}));
    for client in [&running, &stand.process()] {
        assert_eq!(sell(client, &part()).await, Err(FaultKind::NotSent));
    }
    backend.tells(200, profile_json());
    for client in [&stand.process(), &running] {
        assert_eq!(sell(client, &part()).await.unwrap(), ["dintero_psp.vipps"]);
    }
    assert_eq!(stand.process().profile_anew().await.unwrap().types.len(), 4);
}

#[tokio::test]
async fn what_is_damaged_on_the_shelf_is_not_there() {
    let stand = Stand::new(shop());
    sell(&stand.process(), &part()).await.unwrap();
    let whole = stand.board.text().unwrap();
    let half = &whole[..whole.len() / 2];
    let long = format!("{whole}{}", " ".repeat(200_000));
    for (n, text) in ["", "5", "{}", "garbage", half, &long].into_iter().enumerate() {
        stand.board.spoil(text);
        assert_eq!(sell(&stand.process(), &part()).await.unwrap(), ["dintero_psp.vipps"]);
        assert_eq!(stand.reads(), n + 2, "{text:.40}");
    }
    for (n, change) in [
        |kept: &mut Value| kept["profile"]["raw"] = json!("x"),
        |kept: &mut Value| kept["read_at"] = json!("soon"),
        |kept: &mut Value| kept["of"]["checkout_url"] = json!("https://elsewhere.example/"),
        |kept: &mut Value| kept["profile"]["raw"]["configuration"]["api_key"] = json!("k3y"),
    ]
    .into_iter()
    .enumerate()
    {
        stand.board.edit(change);
        sell(&stand.process(), &part()).await.unwrap();
        assert_eq!(stand.reads(), n + 8, "{n}");
    }
}

#[tokio::test]
async fn a_profile_with_a_secret_or_beyond_all_measure_is_not_kept() {
    let with = |key: &str, value: Value| {
        let mut profile = profile_json();
        profile["configuration"]["payex"][key] = value;
        profile
    };
    for profile in [
        with("access_token", json!("tok")),
        with("clientSecret", json!({"value": "x"})),
        with("more", json!([{"merchant_password": "pw"}])),
        with("long", json!("x".repeat(200_000))),
    ] {
        let backend = Backend::new();
        backend.tells(200, profile);
        let stand = Stand::new(backend.script());
        sell(&stand.process(), &part()).await.unwrap();
        assert_eq!(stand.board.text(), None);
    }
    // A switch is no secret.
    let backend = Backend::new();
    backend.tells(200, with("generate_payment_token", json!(true)));
    let stand = Stand::new(backend.script());
    sell(&stand.process(), &part()).await.unwrap();
    let text = stand.board.text().unwrap();
    for secret in ["s3cret", "first"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Who watches the ledger is woken by each.
#[tokio::test(start_paused = true)]
async fn the_same_is_not_written_again_while_it_is_fresh() {
    let backend = Backend::new();
    let stand = Stand::new(backend.script());
    let laid = || stand.board.laid.load(Ordering::SeqCst);
    for _ in 0..3 {
        stand.process().profile_anew().await.unwrap();
    }
    assert_eq!((stand.reads(), laid()), (3, 1));
    let mut other = profile_json();
    other["configuration"]["theme"] = json!({"primary": "#000"});
    backend.tells(200, other);
    stand.process().profile_anew().await.unwrap();
    assert_eq!(laid(), 2);
    stand.watch.set(700);
    stand.process().profile_anew().await.unwrap();
    assert_eq!(laid(), 3);
    // What may not be read any more is forgotten, once.
    backend.tells(403, json!({}));
    for _ in 0..2 {
        assert_eq!(stand.process().profile_anew().await.unwrap_err().kind, FaultKind::Forbidden);
    }
    assert_eq!((laid(), stand.board.text()), (4, None));
}

#[tokio::test]
async fn a_profile_that_may_not_be_read_is_no_obstacle() {
    for status in [403, 404] {
        let script = Script::signed_in(move |request, _| {
            if request.method == Verb::GET { answer(status, &json!({})) } else { answer(200, &created()) }
        });
        let mut config = config("https://checkout.dintero.com");
        config.methods = vec![Method::parse("payex.vipps").unwrap()];
        let client = client_with(config, Arc::clone(&script) as Arc<dyn Transport>);
        let part = Sale { methods: some(&["vipps", "card"]), ..sale() };
        let made = client.create(link_id(), &part, &Sending::default()).await.unwrap();
        assert_eq!(made.types, ["payex.vipps", "dintero_psp.creditcard"]);
        client.create(link_id(), &part, &Sending::default()).await.unwrap();
        let reads = script.asked().iter().filter(|a| a.starts_with("GET")).count();
        assert_eq!(reads, 1, "not asked again at once");
        assert!(client.profile().await.is_err());
    }
}

#[tokio::test]
async fn a_method_that_stands_for_nothing_is_refused_here() {
    let stand = Stand::new(shop());
    let part = Sale { methods: some(&["klarna"]), ..sale() };
    let fault = stand.process().create(link_id(), &part, &Sending::default()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.line().contains("klarna"));
    let none = Sale { methods: some(&[]), ..sale() };
    assert_eq!(
        stand.process().create(link_id(), &none, &Sending::default()).await.unwrap_err().kind,
        FaultKind::Refused
    );
    assert!(stand.script.asked().iter().all(|a| a.starts_with("GET")), "nothing was sent");
}
