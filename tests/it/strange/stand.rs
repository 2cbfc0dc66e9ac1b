//! Everything below the app, with a real ledger, a real client over real HTTP, and a clock that can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paylink::dintero::{ClientConfig, DinteroClient, HttpTransport, Limits};
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::{Link, LinkId};
use paylink::domain::method::MethodChoice;
use paylink::domain::money::{Currency, Money};
use paylink::domain::phone::Phone;
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ledger::SqliteLedger;
use paylink::ops::outbox::{self, Sent};
use paylink::ports::{
    Clock, Desktop, DesktopError, Gateway, Mail, OutboxEntry, OutboxKind, Persist, Ports, Turns, Underway,
};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

pub(super) const ACCOUNT: &str = "T12345678";
pub(super) const SECRET: &str = "hush-hush-this-is-the-secret";

/// The real time, and as much more as the test says.
#[derive(Default)]
pub(super) struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Nobody sits here.
struct NoDesktop;

impl Desktop for NoDesktop {
    fn copy(&self, _: &str) -> Result<(), DesktopError> {
        Ok(())
    }

    fn open_mail(&self, _: &Mail) -> Result<(), DesktopError> {
        Ok(())
    }

    fn open_page(&self, _: &str) -> Result<(), DesktopError> {
        Ok(())
    }
}

/// A client of the backend at `base`, not patient.
pub(super) fn client(
    base: &str,
    account: &str,
    client: &str,
    secret: &str,
    whole: Duration,
) -> DinteroClient {
    let url = Url::parse(base).unwrap();
    let config = ClientConfig {
        account_id: account.to_owned(),
        client_id: client.to_owned(),
        profile_id: "default".to_owned(),
        return_url: "https://example.com/thanks".to_owned(),
        api_url: url.clone(),
        checkout_url: url,
        link_hosts: Vec::new(),
        methods: Vec::new(),
    };
    let transport = Arc::new(HttpTransport::with_limits(Limits { whole, ..Limits::default() }));
    let secret = secret.to_owned();
    let secrets = move || Ok(SecretString::from(secret.clone()));
    DinteroClient::new(config, transport, Arc::new(secrets), Arc::new(Ahead::default()))
}

/// Ports, and a hand on the clock.
pub(super) struct Stand {
    pub(super) ports: Ports,
    clock: Arc<Ahead>,
    account: String,
}

impl Stand {
    pub(super) fn new(gateway: DinteroClient, account: &str) -> Self {
        let clock = Arc::new(Ahead::default());
        let ports = Ports {
            gateway: Arc::new(gateway) as Arc<dyn Gateway>,
            ledger: Arc::new(SqliteLedger::open_in_memory().unwrap()),
            desktop: Arc::new(NoDesktop),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            turns: Turns::default(),
            underway: Underway::default(),
            persist: Persist::default(),
        };
        Self { ports, clock, account: account.to_owned() }
    }

    /// Keeps a link, as asked for and not sent.
    pub(super) async fn keep(&self, sale: Sale) -> LinkId {
        let id = LinkId(Uuid::now_v7());
        let link = Link::queued(id, self.account.clone(), sale, self.ports.clock.now()).unwrap();
        outbox::keep(&self.ports, link, false).await.unwrap();
        id
    }

    pub(super) fn link(&self, id: LinkId) -> Link {
        self.ports.ledger.link(id).unwrap().unwrap()
    }

    /// What waits and was asked for by somebody.
    pub(super) fn waiting(&self) -> Vec<OutboxEntry> {
        let mut waiting = self.ports.ledger.outbox(&self.account).unwrap();
        waiting.retain(|e| e.kind != OutboxKind::Look);
        waiting
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sends what is due, again and again, as time goes by here and, by `theirs`, at the backend, until nothing is left
    /// that goes on by itself. Each try is a process of its own: this test can't make counted time pass, so nobody may
    /// have counted any. Gives what came of each try.
    pub(super) async fn settle(&self, theirs: impl Fn(i64)) -> Vec<Sent> {
        let mut all = Vec::new();
        for _ in 0..100 {
            if self.waiting().iter().all(|e| e.needs_decision) {
                return all;
            }
            let ports = Ports { underway: Underway::default(), ..self.ports.clone() };
            let sent = outbox::flush(&ports, &self.account, ports.clock.now()).await.unwrap();
            all.extend(sent.into_iter().map(|(_, sent)| sent));
            self.advance(35);
            theirs(35);
            // What the backend does by itself takes its own time.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the outbox never comes to rest: {:?}", self.waiting());
    }
}

pub(super) fn sms() -> Delivery {
    Delivery::Sms(Phone::parse("41234567").unwrap())
}

/// Two waffles for 90,00 kr and a day.
pub(super) fn sale(reference: &str, delivery: Delivery) -> Sale {
    let two = Quantity::new(2.into()).unwrap();
    let price = Money::new(4_500, Currency::Nok);
    Sale {
        lines: vec![ProductLine::new("Vaffel", two, price, VatRate::STANDARD).unwrap()],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(reference).unwrap(),
        expires_at: Timestamp::now() + SignedDuration::from_hours(24),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: false,
        delivery,
    }
    .check()
    .unwrap()
}
