//! A backend that answers by script, and a sale to send to it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use reqwest::Method as Verb;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::dintero::{ClientConfig, DinteroClient, Request, Response, Transport, TransportError};
use crate::domain::cause::Plain;
use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::LinkId;
use crate::domain::method::{Method, MethodChoice};
use crate::domain::money::{Currency, Money};
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;
use crate::ports::{Clock, Reply};

pub(super) const ACCOUNT: &str = "T12345678";
pub(super) const SESSION: &str = "T12345678.465U8CUzaPVpneu1wt8Wei";
pub(super) const TRANSACTION: &str = "T12345678.7mQ2VwXb9LrTfHs4KpZc1N";

/// A clock that stands still.
pub(super) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

type Answer = Result<Response, TransportError>;
type Handler = dyn Fn(&Request, usize) -> Answer + Send + Sync;

/// Answers by a function of the request and how many came before it; keeps what was asked.
pub(super) struct Script {
    handler: Box<Handler>,
    asked: Mutex<Vec<Request>>,
}

impl Script {
    pub(super) fn new(handler: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { handler: Box::new(handler), asked: Mutex::default() })
    }

    /// Signs in, and answers everything else by `handler`.
    pub(super) fn signed_in(
        handler: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        let others = AtomicUsize::new(0);
        Self::new(move |request, _| {
            if is_token(request) {
                token("first", 14_400)
            } else {
                handler(request, others.fetch_add(1, Ordering::SeqCst))
            }
        })
    }

    /// What was asked, without signing in: `POST /v1/sessions?x=y`.
    pub(super) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|r| !is_token(r)).map(line).collect()
    }

    /// The requests, without signing in.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.asked.lock().unwrap().iter().filter(|r| !is_token(r)).cloned().collect()
    }

    pub(super) fn sign_ins(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|r| is_token(r)).count()
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> Reply<'_, Answer> {
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        let answer = (self.handler)(&request, before);
        Box::pin(async move {
            // Others get their turn, as on a network.
            tokio::task::yield_now().await;
            answer
        })
    }
}

pub(super) fn is_token(request: &Request) -> bool {
    request.url.path().ends_with("/auth/token")
}

pub(super) fn line(request: &Request) -> String {
    let query = request.url.query().map(|q| format!("?{q}")).unwrap_or_default();
    format!("{} {}{query}", request.method, request.url.path())
}

pub(super) fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body.as_deref().unwrap_or(b"null")).unwrap()
}

pub(super) fn answer(status: u16, body: &Value) -> Answer {
    text(status, &[], &body.to_string())
}

pub(super) fn text(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers: HeaderMap = headers
        .iter()
        .map(|(k, v)| (k.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v).unwrap()))
        .collect();
    Ok(Response { status, headers, body: body.as_bytes().to_vec() })
}

pub(super) fn token(name: &str, seconds: i64) -> Answer {
    answer(200, &json!({"access_token": name, "token_type": "Bearer", "expires_in": seconds}))
}

/// A session as `create` answers with it.
pub(super) fn created() -> Value {
    json!({
        "id": SESSION,
        "url": format!("https://checkout.api.dintero.com/v1/view/{SESSION}"),
        "publish": [{"type": "checkout-link", "channel": "sms", "id": "1", "status": "sent"}]
    })
}

pub(super) fn config(base: &str) -> ClientConfig {
    ClientConfig {
        account_id: ACCOUNT.to_owned(),
        client_id: "client".to_owned(),
        profile_id: "default".to_owned(),
        return_url: "https://example.com/thanks".to_owned(),
        api_url: Url::parse(base).unwrap(),
        checkout_url: Url::parse(base).unwrap(),
        link_hosts: Vec::new(),
        methods: Vec::new(),
    }
}

pub(super) fn secret() -> Result<SecretString, Plain> {
    Ok(SecretString::from("s3cret"))
}

pub(super) fn client(script: &Arc<Script>) -> DinteroClient {
    let mut config = config("https://checkout.dintero.com");
    config.api_url = Url::parse("https://api.dintero.com").unwrap();
    client_with(config, Arc::clone(script) as Arc<dyn Transport>)
}

pub(super) fn client_with(config: ClientConfig, transport: Arc<dyn Transport>) -> DinteroClient {
    DinteroClient::new(config, transport, Arc::new(secret), Arc::new(Noon))
}

pub(super) fn link_id() -> LinkId {
    LinkId(Uuid::from_u128(0x0197_a3de_adbe_ef01_8000_0000_0000_0001))
}

pub(super) fn product(description: &str, quantity: &str, minor: i64, vat: u16) -> ProductLine {
    ProductLine::new(
        description,
        Quantity::new(quantity.parse().unwrap()).unwrap(),
        Money::new(minor, Currency::Nok),
        VatRate::from_hundredths(vat).unwrap(),
    )
    .unwrap()
}

/// Two waffles and a coffee, every method, as a link.
pub(super) fn sale() -> Sale {
    Sale {
        lines: vec![product("Vaffel", "2", 4500, 2500), product("Kaffe", "1", 3000, 1500)],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse("KARI-014").unwrap(),
        expires_at: "2026-11-23T12:41:07.5Z".parse().unwrap(),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    }
    .check()
    .unwrap()
}

pub(super) fn some(methods: &[&str]) -> MethodChoice {
    MethodChoice {
        whole_profile: false,
        methods: methods.iter().map(|m| Method::parse(m).unwrap()).collect(),
    }
}

pub(super) fn profile_json() -> Value {
    json!({
        "id": "T12345678.p", "profile_id": "default",
        "merchant": {"name": "Fjordfisk AS", "logo_url": "https://example.com/logo.png"},
        "url": {"merchant_terms_url": "https://example.com/terms"},
        "configuration": {
            "auto_capture": false,
            "publish": [{"type": "checkout-link", "channel": "sms"}],
            "default_payment_type": "dintero_psp.creditcard",
            "theme": {"primary": "#123456"},
            "dintero_psp": {"creditcard": {"enabled": true}, "vipps": {"enabled": true}},
            "payex": {"mobilepay": {"enabled": true}},
            "swish": {"swish": {"enabled": true}}
        }
    })
}

/// A profile that may be read, and sessions that are made.
pub(super) fn shop() -> Arc<Script> {
    Script::signed_in(|request, _| {
        if request.method == Verb::GET { answer(200, &profile_json()) } else { answer(200, &created()) }
    })
}
