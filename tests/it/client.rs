//! The Dintero client against the sandbox: over real HTTP, and in the same process on a virtual clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use paylink::dintero::{ClientConfig, DinteroClient, HttpTransport, Limits, Transport};
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::LinkId;
use paylink::domain::method::{Method, MethodChoice};
use paylink::domain::money::{Currency, Money};
use paylink::domain::phone::Phone;
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ports::{FaultKind, Gateway, SystemClock};
use paylink::sandbox::{Config, Running, Sandbox};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// A sandbox on a port of its own, and a way to steer it.
struct Shop {
    running: Running,
}

impl Shop {
    async fn open() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = Running::start(any, Config::new()).await.unwrap();
        Self { running }
    }

    fn client(&self) -> DinteroClient {
        // A short patience, so that a slow answer is a time-out soon.
        let limits = Limits { whole: Duration::from_secs(2), ..Limits::default() };
        client(self.running.sandbox(), Arc::new(HttpTransport::with_limits(limits)))
    }
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
    let fault = client.create(id(1), &sale("A-1")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSignedIn);
    assert!(!fault.to_string().contains("wrong"), "{fault}");
}

#[tokio::test]
async fn both_ways_to_make_a_session() {
    let shop = Shop::open().await;
    let client = shop.client();
    let whole = client.create(id(1), &sale("A-1")).await.unwrap();
    assert!(whole.url.starts_with(shop.running.url()));
    assert_eq!(whole.publish, []);
    let part = Sale {
        methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
        delivery: Delivery::Sms(Phone::parse("41234567").unwrap()),
        address: AddressPlan::Express,
        ..sale("A-2")
    };
    let made = client.create(id(2), &part).await.unwrap();
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
