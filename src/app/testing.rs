//! An app under test: keys in, effects out, answers by hand.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::draft::{Defaults, Draft, FieldId};
use super::effect::Effect;
use super::key::{Code, Key};
use super::model::{Model, Now, QrWish, Shop};
use super::msg::{Msg, Reply};
use super::{start, update};
use crate::domain::email::Email;
use crate::domain::expiry::Expiry;
use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::{EventKind, Link, LinkEvent, LinkId, LinkState};
use crate::domain::method::MethodChoice;
use crate::domain::money::{Currency, Money};
use crate::domain::phone::Phone;
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;
use crate::ports::{OutboxEntry, OutboxKind, Profile};

/// 22 November 2026, 12:41:07 UTC.
pub(crate) fn noon() -> Timestamp {
    "2026-11-22T12:41:07Z".parse().unwrap()
}

pub(crate) fn id(n: u128) -> LinkId {
    LinkId(Uuid::from_u128(n))
}

pub(crate) fn shop() -> Shop {
    Shop {
        merchant_name: "Fjordfisk AS".into(),
        account_id: "T12345678".into(),
        sandbox: true,
        own_sandbox: Some("http://127.0.0.1:1/sandbox".into()),
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

/// A link with one line of 45 kr.
pub(crate) fn link(n: u128, state: LinkState) -> Link {
    let line = ProductLine::new("Vaffel", Quantity::ONE, Money::new(4500, Currency::Nok), VatRate::STANDARD);
    let sale = Sale {
        lines: vec![line.unwrap()],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(&format!("KARI-{n:03}")).unwrap(),
        expires_at: "2026-11-23T12:41:07Z".parse().unwrap(),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    };
    let mut link = Link::queued(id(n), "T12345678".into(), sale, noon()).unwrap();
    link.state = state;
    if !state.in_outbox() {
        link.session_id = Some(format!("T12345678.{n}"));
        link.url = Some(format!("https://checkout.dintero.com/v1/view/T12345678.{n}"));
    }
    link
}

pub(crate) fn to_phone(mut link: Link) -> Link {
    link.sale.delivery = Delivery::Sms(Phone::parse("41234567").unwrap());
    link
}

pub(crate) fn to_email(mut link: Link) -> Link {
    link.sale.delivery = Delivery::Email(Email::parse("kari@example.com").unwrap());
    link
}

/// The link a little later, in another state.
pub(crate) fn then(link: &Link, state: LinkState) -> Link {
    let at = link.changed_at.saturating_add(jiff::SignedDuration::from_secs(5)).unwrap();
    let mut next = link.clone();
    next.state = state;
    next.changed_at = at;
    next.events.push(LinkEvent { at, kind: EventKind::Opened, detail: None, key: None });
    next
}

pub(crate) fn entry(n: u128, needs_decision: bool) -> OutboxEntry {
    OutboxEntry {
        link: id(n),
        kind: OutboxKind::Create,
        attempts: 1,
        next_at: noon().saturating_add(jiff::SignedDuration::from_secs(60)).unwrap(),
        since: noon(),
        last_error: None,
        in_flight: false,
        needs_decision,
        overdue: None,
        order: None,
        first_sent: None,
        lost: Vec::new(),
        handed_out: false,
        made: crate::ports::Made::default(),
    }
}

/// The app.
pub(crate) struct App {
    pub(crate) model: Model,
    pub(crate) now: Now,
    fresh: u128,
}

impl App {
    /// With a shop, as after a start without anything remembered.
    pub(crate) fn new() -> Self {
        Self::of(shop())
    }

    pub(crate) fn of(shop: Shop) -> Self {
        let mut app = Self::bare(Some(shop));
        app.reply(Reply::Remembered { draft: None, qr: QrWish::default(), defaults: Defaults::default() });
        app
    }

    pub(crate) fn bare(shop: Option<Shop>) -> Self {
        let (model, _) = start(shop, (100, 30));
        let now = Now { at: noon(), zone: TimeZone::get("Europe/Oslo").unwrap(), fresh: id(0) };
        Self { model, now, fresh: 1000 }
    }

    pub(crate) fn send(&mut self, msg: Msg) -> Vec<Effect> {
        self.fresh += 1;
        self.now.fresh = id(self.fresh);
        update(&mut self.model, msg, &self.now)
    }

    pub(crate) fn reply(&mut self, reply: Reply) -> Vec<Effect> {
        self.send(Msg::Reply(reply))
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now.at = self.now.at.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
    }

    /// Keys by name, with a space between them: `n Enter C-n S-Tab Space`. Effects of all of them.
    pub(crate) fn keys(&mut self, names: &str) -> Vec<Effect> {
        names.split_whitespace().flat_map(|name| self.send(Msg::Key(key(name)))).collect()
    }

    /// Types a text.
    pub(crate) fn text(&mut self, text: &str) -> Vec<Effect> {
        text.chars().flat_map(|c| self.send(Msg::Key(Key::char(c)))).collect()
    }

    pub(crate) fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.send(Msg::Paste(text.into()))
    }

    pub(crate) fn draft(&self) -> &Draft {
        &self.model.wizard.draft
    }

    pub(crate) fn focus(&self) -> Option<FieldId> {
        self.model.wizard.focus
    }

    /// The lines as typed.
    pub(crate) fn lines(&self) -> Vec<[&str; 4]> {
        self.draft()
            .lines
            .iter()
            .map(|l| [l.description.as_str(), l.quantity.as_str(), l.price.as_str(), l.vat.as_str()])
            .collect()
    }

    /// The payment profile has these types.
    pub(crate) fn profile(&mut self, types: &[&str]) {
        let types = types.iter().map(|t| (*t).to_owned()).collect();
        self.reply(Reply::Knocked(Ok(Profile { types, ..Profile::default() })));
    }

    /// From the dashboard to the last step with one line, the reference proposed and a phone number.
    pub(crate) fn go_to_last_step(&mut self) {
        self.keys("n");
        self.reply(Reply::Reference("KARI-1122-001".into()));
        self.keys("Enter");
        self.text("Vaffel");
        self.keys("Enter Enter");
        self.text("45");
        self.keys("C-n Enter");
        self.text("41234567");
    }

    /// The sale that was handed over among `effects`.
    pub(crate) fn submitted(effects: &[Effect]) -> Option<(LinkId, Sale)> {
        effects.iter().find_map(|e| match e {
            Effect::Submit(id, sale, _) => Some((*id, (**sale).clone())),
            _ => None,
        })
    }
}

pub(crate) fn key(name: &str) -> Key {
    let plain = |code| Key::plain(code);
    match name {
        "Enter" => plain(Code::Enter),
        "Esc" => plain(Code::Esc),
        "Tab" => plain(Code::Tab),
        "S-Tab" => Key::shift(Code::Tab),
        "Up" => plain(Code::Up),
        "Down" => plain(Code::Down),
        "Left" => plain(Code::Left),
        "Right" => plain(Code::Right),
        "Home" => plain(Code::Home),
        "End" => plain(Code::End),
        "PgUp" => plain(Code::PageUp),
        "PgDn" => plain(Code::PageDown),
        "Backspace" => plain(Code::Backspace),
        "Delete" => plain(Code::Delete),
        "F1" => plain(Code::F(1)),
        "Space" => Key::char(' '),
        name => {
            let last = name.chars().last().unwrap();
            if name.starts_with("C-") { Key::ctrl(last) } else { Key::char(last) }
        }
    }
}
