//! Journeys: keys through the real loop, with the real client and ledger, against the sandbox in the same
//! process, on tokio's paused clock. What is checked is the screen, and the requests that the backend
//! received.

mod guide;
mod hotspot;
mod mistakes;
mod places;
mod signed_out;
mod soak;
mod trouble;
mod weather;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use paylink::app::effect::Play;
use paylink::app::key::{Code, Key};
use paylink::app::model::{Screen, Shop};
use paylink::app::msg::Msg;
use paylink::dintero::{
    ClientConfig, DinteroClient, Request, Response, RouterTransport, Transport, TransportError,
    TransportFault,
};
use paylink::domain::cause::{Cause, Network};
use paylink::domain::expiry::Expiry;
use paylink::domain::method::Method;
use paylink::domain::money::Currency;
use paylink::domain::reference::ReferenceTemplate;
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Texts};
use paylink::ledger::SqliteLedger;
use paylink::ports::{Clock, Counted, Desktop, DesktopError, Mail, Persist, Ports, Reply, Turns, Underway};
use paylink::runtime::{Customer, Engine, Outward, Workplace};
use paylink::sandbox::{Config, Cut, Sandbox};
use paylink::ui::theme::{Depth, Ground, Theme};
use paylink::ui::{Look, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

/// The clock of a journey: it stands still but for tokio's, and can be set.
struct Virtual {
    from: tokio::time::Instant,
    /// How many seconds somebody has set it ahead.
    set: AtomicI64,
    /// How many seconds went by with the lid closed: on every clock but the one that timers use.
    slept: AtomicI64,
}

impl Virtual {
    fn at(&self) -> Timestamp {
        let noon: Timestamp = "2026-11-22T11:41:07Z".parse().unwrap();
        let slept = SignedDuration::from_secs(self.slept.load(Ordering::SeqCst));
        noon + SignedDuration::try_from(self.from.elapsed()).unwrap() + slept
    }
}

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        self.at() + SignedDuration::from_secs(self.set.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Option<Counted> {
        let slept = u64::try_from(self.slept.load(Ordering::SeqCst)).unwrap();
        Some(Counted::new("start", self.from.elapsed() + Duration::from_secs(slept)))
    }
}

/// The line to the backend; it can be down.
struct Line {
    to: RouterTransport<axum::Router>,
    down: AtomicBool,
    /// What the program asked of the backend, but for tokens, which are renewed ahead of time. The backend's own log
    /// forgets, and gets too long for an answer.
    asked: AtomicUsize,
    /// The same with tokens: what was to go over it, also while it was down.
    tries: AtomicUsize,
    /// So many of the next answers tell a time that is a year ahead.
    strange: AtomicUsize,
    /// Asking for a link is a mistake in the program that nobody has found.
    broken: AtomicBool,
}

impl Transport for Line {
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        if !request.url.path().ends_with("/auth/token") {
            self.asked.fetch_add(1, Ordering::SeqCst);
        }
        self.tries.fetch_add(1, Ordering::SeqCst);
        let asks = request.url.path().contains("sessions-profile");
        assert!(!asks || !self.broken.load(Ordering::SeqCst), "on purpose");
        if self.down.load(Ordering::SeqCst) {
            return Box::pin(async {
                Err(TransportError::before(
                    TransportFault::NoConnection,
                    Cause::at("127.0.0.1", Cause::NoConnection(Network::Unreachable)),
                ))
            });
        }
        let answer = self.to.send(request);
        let one_less = |n: usize| n.checked_sub(1);
        if self.strange.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err() {
            return answer;
        }
        Box::pin(async {
            let mut answer = answer.await?;
            answer.headers.insert("date", "Mon, 22 Nov 2027 12:00:00 GMT".parse().unwrap());
            Ok(answer)
        })
    }
}

/// A desktop that keeps what it was asked.
#[derive(Default)]
struct Desk {
    copied: Mutex<Vec<String>>,
    mails: Mutex<Vec<Mail>>,
    no_mail_program: AtomicBool,
}

impl Desktop for Desk {
    fn copy(&self, text: &str) -> Result<(), DesktopError> {
        self.copied.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    fn open_mail(&self, mail: &Mail) -> Result<(), DesktopError> {
        if self.no_mail_program.load(Ordering::SeqCst) {
            return Err(DesktopError("none".into()));
        }
        self.mails.lock().unwrap().push(mail.clone());
        Ok(())
    }

    fn open_page(&self, _url: &str) -> Result<(), DesktopError> {
        Ok(())
    }
}

/// The sandbox's control interface.
#[derive(Clone)]
struct Control(Arc<Line>);

impl Control {
    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        let url = Url::parse(BASE).unwrap().join(path).unwrap();
        let body = body.map(|b| b.to_string().into_bytes());
        let answer =
            self.0.to.send(Request { method, url, headers, body }).await.map_err(|e| e.to_string())?;
        let text = String::from_utf8(answer.body).unwrap();
        if (200..300).contains(&answer.status) {
            Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
        } else {
            Err(text)
        }
    }

    async fn get(&self, path: &str) -> Value {
        self.call(reqwest::Method::GET, path, None).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.call(reqwest::Method::POST, path, Some(body)).await.unwrap()
    }
}

impl Customer for Control {
    fn play<'a>(&'a self, session_id: &'a str, what: Play) -> Reply<'a, Result<(), Cause>> {
        Box::pin(async move {
            let (what, body) = match what {
                Play::Open => ("visit", json!({})),
                Play::Pay => ("pay", json!({ "outcome": "authorized" })),
                Play::Decline => ("pay", json!({ "outcome": "declined" })),
            };
            let path = format!("/sandbox/sessions/{session_id}/{what}");
            self.call(reqwest::Method::POST, &path, Some(body)).await.map(|_| ()).map_err(Cause::theirs)
        })
    }
}

const BASE: &str = "http://127.0.0.1:4711";

/// A seller at work.
struct Journey {
    engine: Engine,
    place: Workplace,
    clock: Arc<Virtual>,
    line: Arc<Line>,
    control: Control,
    desk: Arc<Desk>,
}

fn shop(account_id: &str) -> Shop {
    Shop {
        merchant_name: "Fjordfisk AS".into(),
        account_id: account_id.to_owned(),
        sandbox: true,
        own_sandbox: Some(format!("{BASE}/sandbox")),
        lan: false,
        currency: Currency::Nok,
        methods: None,
        default_methods: None,
        default_expiry: Expiry::Days(1),
        default_auto_capture: true,
        default_vat: VatRate::STANDARD,
        profiles: Default::default(),
    }
}

impl Journey {
    async fn open() -> Self {
        Self::with(|shop| shop).await
    }

    async fn with(change: impl FnOnce(Shop) -> Shop) -> Self {
        Self::on(SqliteLedger::open_in_memory().unwrap(), change).await
    }

    async fn on(ledger: SqliteLedger, change: impl FnOnce(Shop) -> Shop) -> Self {
        let clock = Arc::new(Virtual { from: tokio::time::Instant::now(), set: 0.into(), slept: 0.into() });
        let base = clock.clone();
        let config =
            Config { base_url: Some(BASE.into()), clock: Arc::new(move || base.at()), ..Config::new() };
        let sandbox = Sandbox::new(config).unwrap();
        let to = RouterTransport::new(sandbox.router()).cut_when(|e| e.get::<Cut>().is_some());
        let (asked, tries) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (down, broken, strange) = (AtomicBool::default(), AtomicBool::default(), AtomicUsize::default());
        let line = Arc::new(Line { to, down, asked, tries, strange, broken });
        let shop = change(shop(sandbox.account_id()));
        let secret = SecretString::from(sandbox.client_secret().to_owned());
        let client = ClientConfig {
            account_id: sandbox.account_id().to_owned(),
            client_id: sandbox.client_id().to_owned(),
            profile_id: sandbox.profile_id().to_owned(),
            return_url: "https://example.com/thanks".into(),
            api_url: Url::parse(BASE).unwrap(),
            checkout_url: Url::parse(BASE).unwrap(),
            link_hosts: Vec::new(),
            methods: shop.methods.clone().unwrap_or_default(),
        };
        let secrets = move || Ok(secret.clone());
        let desk = Arc::new(Desk::default());
        let control = Control(line.clone());
        let place = Workplace {
            shop,
            ports: Ports {
                gateway: Arc::new(DinteroClient::new(client, line.clone(), Arc::new(secrets), clock.clone())),
                ledger: Arc::new(ledger),
                desktop: desk.clone(),
                clock: clock.clone(),
                turns: Turns::default(),
                underway: Underway::default(),
                persist: Persist::default(),
            },
            template: ReferenceTemplate::parse("KARI-{date}-{seq}").unwrap(),
            customer_texts: Texts::new(Lang::Bokmal),
            customer: Some(Arc::new(control.clone())),
        };
        let engine = started(&place, &clock).await;
        Self { engine, place, clock, line, control, desk }
    }

    /// The program is ended without a word, and started anew on the same ledger.
    async fn power_cut(&mut self) {
        let (clock, zone) = (self.clock.clone(), TimeZone::UTC);
        drop(std::mem::replace(&mut self.engine, Engine::opening(self.place.shop.clone(), clock, zone)));
        // A write that had begun comes to its end, or not; what comes after it does not, and nothing of a dead
        // program is written once the next one has started.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.engine = started(&self.place, &self.clock).await;
    }

    /// Keys by name, with a space between them, and everything they set in motion.
    async fn keys(&mut self, names: &str) {
        for name in names.split_whitespace() {
            self.engine.message(Msg::Key(key(name)));
            self.engine.settle().await;
        }
    }

    /// Keys as fast as a paste: no answer comes in between.
    fn fast(&mut self, names: &str) {
        for name in names.split_whitespace() {
            self.engine.message(Msg::Key(key(name)));
        }
    }

    async fn text(&mut self, text: &str) {
        self.fast_text(text);
        self.engine.settle().await;
    }

    fn fast_text(&mut self, text: &str) {
        for c in text.chars() {
            self.engine.message(Msg::Key(Key::char(c)));
        }
    }

    async fn paste(&mut self, text: &str) {
        self.engine.message(Msg::Paste(text.into()));
        self.engine.settle().await;
    }

    /// Somebody sets the laptop's clock: so many seconds ahead of the backend's.
    fn set_clock(&self, ahead: i64) {
        self.clock.set.store(ahead, Ordering::SeqCst);
    }

    /// The lid is closed, and opened after so many seconds.
    fn sleep(&self, seconds: i64) {
        self.clock.slept.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn pass(&mut self, seconds: u64) {
        self.engine.pass(Duration::from_secs(seconds)).await;
    }

    fn at(&self) -> Screen {
        self.engine.model().screen
    }

    /// What the seller sees, at 100×40 in English.
    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(100, 40)).unwrap();
        let theme = Theme::new(Ground::Dark, Depth::Sixteen);
        let look = Look::new(theme, Texts::new(Lang::English), self.engine.now());
        terminal
            .draw(|frame| {
                draw(self.engine.model(), &look, frame);
            })
            .unwrap();
        let cells = terminal.backend().buffer().content().chunks(100);
        let lines = cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
        lines.map(|l| l.replace('\u{a0}', " ").trim_end().to_owned() + "\n").collect()
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "not on screen: {text}\n{screen}");
    }

    /// The requests that asked for a session: path and body.
    async fn asked(&self) -> Vec<(String, Value)> {
        let log = self.control.get("/sandbox/log").await;
        let all = log.as_array().unwrap().iter();
        let made = all.filter(|r| {
            r["method"] == "POST"
                && matches!(r["path"].as_str().unwrap(), "/v1/sessions" | "/v1/sessions-profile")
        });
        made.map(|r| {
            let body = match &r["body"] {
                Value::String(text) => serde_json::from_str(text).unwrap(),
                body => body.clone(),
            };
            (r["path"].as_str().unwrap().to_owned(), body)
        })
        .collect()
    }

    /// Everything the backend was asked but for tokens, which are renewed ahead of time: method, path
    /// and query.
    async fn requests(&self) -> Vec<String> {
        let log = self.control.get("/sandbox/log").await;
        let line = |r: &Value| format!("{} {} {}", r["method"], r["path"], r["query"]);
        log.as_array().unwrap().iter().map(line).filter(|l| !l.contains("/auth/token")).collect()
    }

    /// The one request that asked for a session.
    async fn sent(&self) -> (String, Value) {
        let mut asked = self.asked().await;
        assert_eq!(asked.len(), 1, "{asked:#?}");
        asked.remove(0)
    }

    async fn messages(&self) -> Vec<Value> {
        self.control.get("/sandbox/messages").await.as_array().unwrap().clone()
    }

    /// The link on the screen.
    fn link(&self) -> paylink::domain::link::Link {
        let shown = self.engine.model().link.as_ref().and_then(|s| s.link.clone());
        shown.unwrap_or_else(|| panic!("no link is shown:\n{}", self.screen()))
    }

    /// The session of the link on screen.
    fn session(&self) -> String {
        let screen = self.engine.model().link.as_ref().unwrap();
        screen.link.as_ref().unwrap().session_id.clone().unwrap()
    }

    /// From the dashboard to the last step: one line, all methods, everything by default.
    async fn go_to_delivery(&mut self) {
        self.keys("n Enter").await;
        self.text("Vaffel").await;
        self.keys("Enter Enter").await;
        self.text("45").await;
        self.keys("C-n Enter").await;
        assert_eq!(self.at(), Screen::Delivery, "{}", self.screen());
    }

    /// A sale to a phone, to the link on screen.
    async fn sell_by_sms(&mut self) {
        self.go_to_delivery().await;
        self.text("41234567").await;
        self.keys("Enter").await;
        assert_eq!(self.at(), Screen::Link, "{}", self.screen());
    }
}

async fn started(place: &Workplace, clock: &Arc<Virtual>) -> Engine {
    let zone = TimeZone::get("Europe/Oslo").unwrap();
    let mut engine = Engine::new(Some(place.clone()), None, clock.clone(), zone);
    engine.begin((100, 40));
    engine.after_first_frame();
    engine.settle().await;
    engine
}

fn key(name: &str) -> Key {
    match name {
        "Enter" => Key::plain(Code::Enter),
        "Esc" => Key::plain(Code::Esc),
        "Tab" => Key::plain(Code::Tab),
        "S-Tab" => Key::shift(Code::Tab),
        "Up" => Key::plain(Code::Up),
        "Down" => Key::plain(Code::Down),
        "Left" => Key::plain(Code::Left),
        "Right" => Key::plain(Code::Right),
        "Backspace" => Key::plain(Code::Backspace),
        "Space" => Key::char(' '),
        name => {
            let last = name.chars().last().unwrap();
            if name.starts_with("C-") { Key::ctrl(last) } else { Key::char(last) }
        }
    }
}

/// Whether the terminal was asked to ring.
fn rang(engine: &mut Engine) -> bool {
    engine.take_outward().contains(&Outward::Bell)
}

fn methods(names: &[&str]) -> Vec<Method> {
    names.iter().map(|n| Method::parse(n).unwrap()).collect()
}
