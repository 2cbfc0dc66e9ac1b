//! An answer of the backend to any call. The first line says which call, with what status and perhaps a `Retry-After`;
//! the rest is the body. `$SECRET`, `$TOKEN` and `$BASIC` in it stand for what was sent with the request.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use jiff::Timestamp;
use paylink::dintero::{ClientConfig, DinteroClient, Request, Response, Transport, TransportError};
use paylink::domain::lifecycle::{SessionNews, TransactionNews, merge};
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::{Link, LinkId};
use paylink::domain::method::MethodChoice;
use paylink::domain::money::{Currency, Money};
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ports::{Clock, Fault, Gateway, MoneyMove, Reply, Sending};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::is_clean;

const SECRET: &str = "hush-hush-this-is-the-secret";
const TOKEN: &str = "a-token-that-is-good";
const SESSION: &str = "T12345678.session0";
const TRANSACTION: &str = "T12345678.transaction0";
/// Far more than anybody's money, and so little that thousands of it can be added up.
const MOST: i64 = 1_000_000_000_000_000;
const CALLS: [&str; 12] = [
    "token",
    "create",
    "session",
    "sessions",
    "cancel",
    "transaction",
    "transactions",
    "search",
    "capture",
    "void",
    "refund",
    "profile",
];

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

/// Answers always the same, and signs in unless that is what is asked about.
struct Always {
    answer: Response,
    token_too: bool,
}

impl Transport for Always {
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        let good = || Response {
            status: 200,
            headers: HeaderMap::new(),
            body: format!(r#"{{"access_token":"{TOKEN}","expires_in":14400}}"#).into_bytes(),
        };
        let signs_in = request.url.path().ends_with("/auth/token");
        let answer = if signs_in && !self.token_too { good() } else { self.answer.clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn basic() -> String {
    base64::engine::general_purpose::STANDARD.encode(format!("client:{SECRET}"))
}

fn sale() -> Sale {
    let price = Money::new(4500, Currency::Nok);
    let line = ProductLine::new("Vaffel", Quantity::ONE, price, VatRate::STANDARD).unwrap();
    let sale = Sale {
        lines: vec![line],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse("KARI-014").unwrap(),
        expires_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    };
    sale.check().unwrap()
}

fn link() -> Link {
    let mut link =
        Link::queued(LinkId(Uuid::from_u128(1)), "T12345678".to_owned(), sale(), Noon.now()).unwrap();
    link.session_id = Some(SESSION.to_owned());
    link
}

/// Nothing of a fault or an answer may hold what was sent with the request.
fn tells_no_secret(thing: &impl std::fmt::Debug) {
    tells_none_of(&[SECRET, TOKEN, &basic()], thing);
}

fn tells_none_of(secrets: &[&str], thing: &impl std::fmt::Debug) {
    let shown = format!("{thing:?}");
    for secret in secrets {
        assert!(!shown.contains(secret), "a secret is told: {shown}");
    }
}

fn fault(fault: &Fault, signing_in: bool) {
    is_clean(fault);
    if signing_in {
        // Nobody has given out a token yet: these letters are like any others.
        tells_none_of(&[SECRET, &basic()], fault);
    } else {
        tells_no_secret(fault);
    }
    for text in [Some(&fault.cause.to_string()), fault.message.as_ref()].into_iter().flatten() {
        assert!(!text.is_empty() && text.chars().count() <= 400, "not one short line: {text:?}");
    }
}

fn money(amounts: impl IntoIterator<Item = Option<i64>>) {
    for amount in amounts.into_iter().flatten() {
        assert!((-MOST..=MOST).contains(&amount), "an amount beyond reckoning: {amount}");
    }
}

/// News are clean, and so is the link that they are merged into.
fn news(sessions: &[SessionNews], transactions: &[TransactionNews]) {
    is_clean(&(sessions, transactions));
    tells_no_secret(&(sessions, transactions));
    money(sessions.iter().map(|s| s.amount));
    money(transactions.iter().flat_map(|t| t.events.iter().map(|e| e.amount).chain([t.amount])));
    let mut link = link();
    for session in sessions.iter().take(20) {
        merge(&mut link, Some(session), None, Noon.now());
    }
    for transaction in transactions.iter().take(20) {
        merge(&mut link, sessions.first(), Some(transaction), Noon.now());
    }
    is_clean(&link);
    tells_no_secret(&link);
}

fn created(url: &str) {
    assert!(url.chars().all(|c| c.is_ascii_graphic()), "{url:?}");
    let parsed = Url::parse(url).unwrap();
    let host = parsed.host_str().unwrap();
    assert_eq!((parsed.scheme(), parsed.username(), parsed.password()), ("https", "", None), "{url}");
    assert!(host == "dintero.com" || host.ends_with(".dintero.com"), "{url}");
    assert!(matches!(parsed.port(), None | Some(443)), "{url}");
}

/// Gives the answer in `bytes` to its call.
pub fn check(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut words = head.split_whitespace();
    let first = words.next().unwrap_or_default();
    let call = CALLS.iter().position(|c| *c == first).unwrap_or(bytes.len() % CALLS.len());
    let status = words.next().and_then(|w| w.parse().ok()).unwrap_or(200_u16).clamp(100, 599);
    let mut headers = HeaderMap::new();
    let wait = words.collect::<Vec<_>>().join(" ");
    if let Ok(wait) = HeaderValue::from_str(&wait)
        && !wait.is_empty()
    {
        headers.insert(RETRY_AFTER, wait);
    }
    let body = bytes.get(end + 1..).unwrap_or_default();
    let body = match std::str::from_utf8(body) {
        Ok(text) => {
            text.replace("$SECRET", SECRET).replace("$TOKEN", TOKEN).replace("$BASIC", &basic()).into_bytes()
        }
        Err(_) => body.to_vec(),
    };
    let answer = Response { status, headers, body };
    let config = ClientConfig {
        account_id: "T12345678".to_owned(),
        client_id: "client".to_owned(),
        profile_id: "default".to_owned(),
        return_url: "https://example.com/thanks".to_owned(),
        api_url: Url::parse("https://api.dintero.com").unwrap(),
        checkout_url: Url::parse("https://checkout.dintero.com").unwrap(),
        link_hosts: Vec::new(),
        methods: Vec::new(),
    };
    let transport = Arc::new(Always { answer, token_too: call == 0 });
    let secret = || Ok(SecretString::from(SECRET));
    let client = DinteroClient::new(config, transport, Arc::new(secret), Arc::new(Noon));
    // One for all: making one takes longer than an answer.
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let runtime =
        RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap());
    if let Err(said) = runtime.block_on(ask(&client, CALLS[call])) {
        fault(&said, call == 0);
    }
}

async fn ask(client: &DinteroClient, call: &str) -> Result<(), Fault> {
    let what = MoneyMove {
        amount: Money::new(4500, Currency::Nok),
        reason: None,
        reference: "KARI-014-1".to_owned(),
        items: Vec::new(),
    };
    match call {
        "token" => client.sign_in().await?,
        "create" => {
            let made = client.create(LinkId(Uuid::from_u128(1)), &sale(), &Sending::default()).await?;
            is_clean(&made);
            tells_no_secret(&made);
            created(&made.url);
        }
        "session" => news(&[client.session(SESSION).await?], &[]),
        "sessions" => {
            news(&client.find_sessions("KARI-014", jiff::Timestamp::UNIX_EPOCH).await?.sessions, &[]);
            let listed = client.sessions_of(&[SESSION.to_owned()]).await?;
            assert!(listed.iter().all(|s| s.id == SESSION && !s.events.is_empty()), "{listed:?}");
            news(&listed, &[]);
        }
        "cancel" => news(&[client.cancel(SESSION).await?], &[]),
        "transaction" => news(&[], &[client.transaction(TRANSACTION).await?]),
        "transactions" => news(&[], &client.transactions_of(&[SESSION.to_owned()]).await?),
        "search" => news(&[], &client.search_transactions("KARI-014").await?),
        "profile" => {
            let profile = client.profile().await?;
            // `raw` goes back to where it came from and to nobody else.
            is_clean(&(&profile.types, &profile.merchant_name));
            tells_no_secret(&profile);
        }
        moves => {
            let moved = match moves {
                "capture" => client.capture(TRANSACTION, &what).await?,
                "void" => client.void(TRANSACTION).await?,
                _ => client.refund(TRANSACTION, &what).await?,
            };
            assert!(moved.transaction.as_ref().is_none_or(|t| t.id == TRANSACTION));
            news(&[], &moved.transaction.into_iter().collect::<Vec<_>>());
        }
    }
    Ok(())
}
