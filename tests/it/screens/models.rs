//! Models to draw: each scene as the app would have it.

use jiff::Timestamp;
use paylink::app::check::FieldError;
use paylink::app::draft::{AddressChoice, Channel, Draft, ExpiryChoice, FieldId, LineDraft};
use paylink::app::field::Field;
use paylink::app::key::Key;
use paylink::app::model::{
    Issue, LinkScreen, ListFilter, Net, Now, Offered, Overlay, Question, Screen, Shop, Toast, Tone,
};
use paylink::app::msg::{Msg, WaitEnd, Waited};
use paylink::app::say::Say;
use paylink::app::{self, Model};
use paylink::domain::amount::AmountError;
use paylink::domain::expiry::Expiry;
use paylink::domain::line::{ProductLine, Quantity, Totals};
use paylink::domain::link::{Alarm, DeliveryStatus, EventKind, Link, LinkEvent, LinkId, LinkState};
use paylink::domain::method::{Method, MethodChoice};
use paylink::domain::money::{Currency, Money};
use paylink::domain::phone::{Phone, PhoneError};
use paylink::domain::reference::Reference;
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ports::{
    DayTotals, LedgerError, LinkRow, MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Unusable,
};
use uuid::Uuid;

pub(crate) const URL: &str = "https://checkout.dintero.com/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A screen in a situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    Dashboard,
    DashboardEmpty,
    DashboardTrouble,
    Payment,
    Products,
    ProductsMistakes,
    Order,
    OrderFull,
    Delivery,
    DeliveryMistake,
    LinkLive,
    LinkPaid,
    LinkQueued,
    LinkUncertain,
    LinkGone,
    LinkProgress,
    LinkWaits,
    LinkWaitsDrop,
    LinkWaitsDropped,
    QrFull,
    List,
    Help,
    Confirm,
    ConfirmSettle,
    /// A sale was taken out of the outbox and is not made anew yet.
    TakenBack,
    /// It is to be thrown away.
    TakenBackCleared,
    Welcome,
    SetUp,
}

impl Scene {
    pub(crate) const ALL: [Self; 28] = [
        Self::Dashboard,
        Self::DashboardEmpty,
        Self::DashboardTrouble,
        Self::Payment,
        Self::Products,
        Self::ProductsMistakes,
        Self::Order,
        Self::OrderFull,
        Self::Delivery,
        Self::DeliveryMistake,
        Self::LinkLive,
        Self::LinkPaid,
        Self::LinkQueued,
        Self::LinkUncertain,
        Self::LinkGone,
        Self::LinkProgress,
        Self::LinkWaits,
        Self::LinkWaitsDrop,
        Self::LinkWaitsDropped,
        Self::QrFull,
        Self::List,
        Self::Help,
        Self::Confirm,
        Self::ConfirmSettle,
        Self::TakenBack,
        Self::TakenBackCleared,
        Self::Welcome,
        Self::SetUp,
    ];

    pub(crate) fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        }
        name
    }

    pub(crate) fn model(self, size: (u16, u16)) -> Model {
        let mut model = app::start(Some(shop()), size).0;
        model.net = Net::Online;
        dashboard(&mut model);
        wizard(&mut model);
        match self {
            Self::Dashboard => {}
            Self::DashboardEmpty => {
                model.dashboard.rows.clear();
                model.dashboard.totals = DayTotals::default();
            }
            Self::DashboardTrouble => trouble(&mut model),
            Self::Payment => {
                model.screen = Screen::Payment;
                focus(&mut model, FieldId::Method(2));
            }
            Self::Products => {
                model.screen = Screen::Products;
                focus(&mut model, FieldId::Description(1));
            }
            Self::ProductsMistakes => mistakes(&mut model),
            Self::Order => {
                model.screen = Screen::Order;
                focus(&mut model, FieldId::Reference);
            }
            Self::OrderFull => order(&mut model),
            Self::Delivery => {
                model.screen = Screen::Delivery;
                focus(&mut model, FieldId::Phone);
            }
            Self::DeliveryMistake => {
                model.screen = Screen::Delivery;
                model.wizard.draft.phone = "41 23 45 6".into();
                issue(&mut model, FieldId::Phone, FieldError::Phone(PhoneError::TooShort(7)));
                focus(&mut model, FieldId::Phone);
                let say = Say::MendFirst;
                model.toast = Some(Toast { tone: Tone::Warning, say });
            }
            Self::LinkLive => on_link(&mut model, live()),
            Self::LinkPaid => {
                on_link(&mut model, paid());
                model.link.as_mut().unwrap().just_paid = true;
                let say = Say::Paid { reference: "KARI-1122-014".into(), more: 0 };
                model.toast = Some(Toast { tone: Tone::Paid, say });
            }
            Self::LinkQueued => {
                let mut link = live();
                link.events.truncate(1);
                (link.state, link.url, link.session_id) = (LinkState::Queued, None, None);
                link.delivery_status = DeliveryStatus::Pending;
                on_link(&mut model, link);
                model.net = Net::Offline;
                model.dashboard.totals.waiting = 1;
                model.link.as_mut().unwrap().outbox = vec![entry(LinkId(id(14)), false)];
            }
            Self::LinkUncertain => {
                let mut link = live();
                link.events.truncate(1);
                link.events.push(event("11:41:18", EventKind::Uncertain, None));
                (link.state, link.url, link.session_id) = (LinkState::Uncertain, None, None);
                link.delivery_status = DeliveryStatus::Pending;
                on_link(&mut model, link);
                model.link.as_mut().unwrap().outbox = vec![entry(LinkId(id(14)), true)];
            }
            Self::LinkGone => {
                let link = live();
                model.tracking.gone.insert(link.id);
                on_link(&mut model, link);
            }
            Self::LinkProgress => {
                let link = paid();
                let id = link.id;
                on_link(&mut model, link);
                model.link.as_mut().unwrap().outbox = vec![in_progress(id)];
            }
            Self::LinkWaits => on_waiting(&mut model),
            Self::LinkWaitsDrop => {
                on_waiting(&mut model);
                model.link.as_mut().unwrap().outbox = vec![in_doubt(LinkId(id(14)))];
                model = keyed(model, 'x');
            }
            Self::LinkWaitsDropped => {
                on_waiting(&mut model);
                model.link.as_mut().unwrap().outbox.clear();
                let waited =
                    Waited { kind: OutboxKind::Refund, end: WaitEnd::Dropped, fault: None, also: Vec::new() };
                let link = paid();
                let state = link.state;
                let say = Say::Waited { reference: "KARI-1122-014".into(), state, waited };
                model.toast = Some(Toast { tone: Tone::Info, say });
            }
            Self::QrFull => {
                on_link(&mut model, live());
                model.screen = Screen::QrFull;
            }
            Self::List => {
                model.screen = Screen::List;
                model.list.rows = model.dashboard.rows.clone();
                (model.list.total, model.list.all) = (41, 1249);
                model.list.filter = ListFilter::Open;
                model.list.search = Field::new("vaffel");
                model.list.chosen = 3;
            }
            Self::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
            Self::Confirm => {
                on_link(&mut model, live());
                let question = Question::Cancel(LinkId(id(14)), "KARI-1122-014".into(), LinkState::Paying);
                model.overlay = Some(Overlay::Confirm(question));
            }
            Self::ConfirmSettle => {
                let alarms = vec![Alarm::DoublePayment];
                on_link(&mut model, Link { alarms: alarms.clone(), ..paid() });
                let question = Question::Settle(LinkId(id(14)), "KARI-1122-014".into(), alarms);
                model.overlay = Some(Overlay::Confirm(question));
            }
            Self::TakenBack => taken_back(&mut model),
            Self::TakenBackCleared => {
                taken_back(&mut model);
                model.screen = Screen::Payment;
                model.overlay = Some(Overlay::Confirm(Question::ClearDraft));
            }
            Self::Welcome => model = app::start(None, size).0,
            Self::SetUp => {
                model = app::start(None, size).0;
                model.screen = Screen::SetUp;
                model.set_up.fields[0] = Field::new("12345678");
                model.set_up.fields[2] = Field::new("hush-hush");
                model.set_up.focus = 2;
                model.set_up.issues = vec![Issue { field: FieldId::AccountId, error: FieldError::AccountId }];
            }
        }
        model
    }
}

fn shop() -> Shop {
    Shop {
        merchant_name: "Fjordfisk AS".into(),
        account_id: "T12345678".into(),
        sandbox: true,
        own_sandbox: Some("http://127.0.0.1:4242/sandbox".into()),
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

const fn nok(minor: i64) -> Money {
    Money::new(minor, Currency::Nok)
}

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn row(n: u128, state: LinkState, minor: i64, to: &str, title: &str, made: &str) -> LinkRow {
    let created_at = at(made);
    LinkRow {
        id: LinkId(id(n)),
        reference: Reference::parse(&format!("KARI-1122-{n:03}")).unwrap(),
        state,
        amount: nok(minor),
        returned: None,
        created_at,
        changed_at: created_at,
        expires_at: at("2026-11-23T11:41:07Z"),
        to: to.into(),
        title: title.into(),
        session_id: None,
        auto_capture: true,
        alarms: Vec::new(),
    }
}

fn dashboard(model: &mut Model) {
    use LinkState as S;
    let states = [
        S::Opened,
        S::Paying,
        S::Captured,
        S::Open,
        S::Declined,
        S::Authorized,
        S::Queued,
        S::Cancelled,
        S::Expired,
        S::Refunded,
    ];
    let titles =
        ["Vaffel med brunost", "Fersk torsk, filet, 800 g, hjemlevert til døren", "Kaffe", "漢字のTシャツ"];
    let tos = ["+4741234567", "ola.nordmann@example.com", "", "+46701234567"];
    model.dashboard.rows = (0..24_u128)
        .map(|i| {
            let at = usize::try_from(i).unwrap();
            let made = if i < 12 {
                format!("2026-11-22T{:02}:{:02}:00Z", 11 - i / 4, 40 - 3 * i % 40)
            } else {
                format!("2026-11-{:02}T09:00:00Z", 33 - i)
            };
            let minor = [12_000, 124_900, 4_500, 1_234_567][at % 4];
            row(24 - i, states[at % states.len()], minor, tos[at % 4], titles[at % 4], &made)
        })
        .collect();
    model.dashboard.loaded = true;
    model.dashboard.chosen = 1;
    model.dashboard.totals = DayTotals {
        paid: [("NOK".to_owned(), 1_249_567)].into(),
        outstanding: [("NOK".to_owned(), 24_000), ("EUR".to_owned(), 1_000)].into(),
        paid_count: 14,
        open_count: 1,
        waiting: 0,
    };
}

/// A refund that the payment service has accepted and has not carried out yet.
pub(crate) fn in_progress(link: LinkId) -> OutboxEntry {
    let sent = MoneySent {
        reference: "KARI-1122-014-R1".into(),
        at: at("2026-11-22T11:02:00Z"),
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen: None,
        accepted: true,
    };
    let order = Some(MoneyOrder { sent: Some(sent), ..MoneyOrder::default() });
    OutboxEntry { kind: OutboxKind::Refund, order, ..entry(link, false) }
}

/// A refund of a part that could not be sent.
fn on_waiting(model: &mut Model) {
    on_link(model, paid());
    model.net = Net::Offline;
    let order = MoneyOrder { amount: Some(nok(2_000)), ..MoneyOrder::default() };
    let waits = OutboxEntry { kind: OutboxKind::Refund, order: Some(order), ..entry(LinkId(id(14)), false) };
    model.link.as_mut().unwrap().outbox = vec![waits];
}

/// The same refund, whose answer was lost.
fn in_doubt(link: LinkId) -> OutboxEntry {
    let mut entry = in_progress(link);
    entry.in_flight = true;
    if let Some(order) = &mut entry.order {
        order.amount = Some(nok(2_000));
        order.sent.as_mut().unwrap().accepted = false;
    }
    entry
}

/// After a key.
fn keyed(mut model: Model, key: char) -> Model {
    let now = Now { at: at("2026-11-22T11:42:20Z"), zone: jiff::tz::TimeZone::UTC, fresh: LinkId(id(99)) };
    app::update(&mut model, Msg::Key(Key::char(key)), &now);
    model
}

pub(crate) fn entry(link: LinkId, needs_decision: bool) -> OutboxEntry {
    OutboxEntry {
        link,
        kind: OutboxKind::Create,
        attempts: 3,
        next_at: at("2026-11-22T11:43:05Z"),
        since: at("2026-11-22T11:41:07Z"),
        last_error: None,
        in_flight: false,
        needs_decision,
        overdue: None,
        order: None,
        first_sent: None,
        lost: Vec::new(),
        handed_out: false,
        made: paylink::ports::Made::default(),
    }
}

fn trouble(model: &mut Model) {
    model.net = Net::Offline;
    model.clock_off_by = Some(-185);
    model.dashboard.draft_waiting = true;
    model.dashboard.totals.waiting = 2;
    model.dashboard.outbox = vec![entry(LinkId(id(1)), false), entry(LinkId(id(2)), true)];
    model.dashboard.rows[2].alarms = vec![Alarm::DoublePayment];
    model.dashboard.alarmed = vec![model.dashboard.rows[2].clone()];
    model.dashboard.alarms = 1;
    model.dashboard.rows[3].state = LinkState::Uncertain;
    model.dashboard.rows[4].state = LinkState::Refused;
    model.toast = Some(Toast { tone: Tone::Error, say: Say::Ledger(full_disk()) });
}

fn taken_back(model: &mut Model) {
    wizard(model);
    model.wizard.draft.waited = true;
    model.wizard.draft.reference = "KARI-1122-015".into();
    model.dashboard.draft_waiting = true;
}

fn wizard(model: &mut Model) {
    let offered = ["vipps", "card", "klarna", "swish.swish", "acme.barter"];
    model.wizard.offered = offered
        .iter()
        .enumerate()
        .map(|(i, name)| Offered { method: Method::parse(name).unwrap(), on: i < 2 })
        .collect();
    let line = |description: &str, quantity: &str, price: &str, vat: &str| LineDraft {
        description: description.into(),
        quantity: quantity.into(),
        price: price.into(),
        vat: vat.into(),
    };
    model.wizard.draft = Draft {
        lines: vec![line("Vaffel med brunost", "2", "45,00", "15"), line("Kaffe", "1", "30,00", "15")],
        reference: "KARI-1122-014".into(),
        auto_capture: true,
        phone: "41 23 45 67".into(),
        ..Draft::default()
    };
    sums(model, &[("Vaffel", 2, 4500, 1500), ("Kaffe", 1, 3000, 1500)]);
}

fn product(description: &str, quantity: i64, price: i64, vat: u16) -> ProductLine {
    ProductLine::new(
        description,
        Quantity::new(quantity.into()).unwrap(),
        nok(price),
        VatRate::from_hundredths(vat).unwrap(),
    )
    .unwrap()
}

pub(crate) fn sums(model: &mut Model, lines: &[(&str, i64, i64, u16)]) {
    let lines: Vec<_> = lines.iter().map(|(d, q, p, v)| product(d, *q, *p, *v)).collect();
    model.wizard.amounts = lines.iter().map(|l| Some(l.amount())).collect();
    model.wizard.totals = Totals::of(&lines, Currency::Nok).ok();
}

pub(crate) fn focus(model: &mut Model, field: FieldId) {
    model.wizard.focus = Some(field);
    model.wizard.field = Field::new(model.wizard.draft.text(field).unwrap_or(""));
}

pub(crate) fn issue(model: &mut Model, field: FieldId, error: FieldError) {
    model.wizard.touched.insert(field);
    model.wizard.issues.push(Issue { field, error });
}

fn mistakes(model: &mut Model) {
    model.screen = Screen::Products;
    let lines = &mut model.wizard.draft.lines;
    lines[0].price = "1.249".into();
    lines.push(LineDraft {
        description: "Fersk torsk, filet, 800 g, hjemlevert til døren i kjølebag med is".into(),
        quantity: "1".into(),
        price: "1 249,00".into(),
        vat: "25".into(),
    });
    lines.push(LineDraft { quantity: "1".into(), vat: "25".into(), ..LineDraft::default() });
    sums(model, &[("Kaffe", 1, 3000, 1500), ("Torsk", 1, 124_900, 2500)]);
    model.wizard.amounts = vec![None, Some(nok(3000)), Some(nok(124_900)), None];
    let ambiguous = AmountError::Ambiguous { grouped: "1249".into(), decimal: "1.25".into() };
    issue(model, FieldId::Price(0), FieldError::Amount(ambiguous));
    focus(model, FieldId::Description(2));
}

fn order(model: &mut Model) {
    model.screen = Screen::Order;
    let draft = &mut model.wizard.draft;
    draft.expiry = ExpiryChoice::Own;
    draft.expiry_text = "2026-12-24 18:00".into();
    draft.address = AddressChoice::Known;
    draft.name = "Kari Nordmann".into();
    draft.street = "Storgata 1".into();
    draft.postal_code = "155".into();
    draft.country = "NO".into();
    draft.auto_capture = false;
    draft.channel = Channel::Email;
    issue(model, FieldId::Reference, FieldError::ReferenceUsed);
    let error = paylink::domain::address::AddressError::PostalCode;
    issue(model, FieldId::PostalCode, FieldError::Address(error));
    focus(model, FieldId::Place);
}

fn event(time: &str, kind: EventKind, detail: Option<&str>) -> LinkEvent {
    LinkEvent { at: at(&format!("2026-11-22T{time}Z")), kind, detail: detail.map(str::to_owned), key: None }
}

fn live() -> Link {
    let lines = vec![product("Vaffel med brunost", 2, 4500, 1500), product("Kaffe", 1, 3000, 1500)];
    Link {
        id: LinkId(id(14)),
        account_id: "T12345678".into(),
        sale: Sale {
            lines,
            currency: Currency::Nok,
            methods: MethodChoice { whole_profile: true, methods: Vec::new() },
            reference: Reference::parse("KARI-1122-014").unwrap(),
            expires_at: at("2026-11-23T11:41:07Z"),
            exact_end: false,
            address: AddressPlan::None,
            auto_capture: true,
            delivery: Delivery::Sms(Phone::parse("41234567").unwrap()),
        },
        amount: nok(12_000),
        vat: nok(1_565),
        created_at: at("2026-11-22T11:41:07Z"),
        state: LinkState::Paying,
        reason: None,
        session_id: Some("T12345678.465U8CUzaPVpneu1wt8Wei".into()),
        transaction_id: None,
        url: Some(URL.into()),
        expires_at: at("2026-11-23T11:41:07Z"),
        delivery_status: DeliveryStatus::Sent,
        by_push: false,
        reissue_of: None,
        alarms: Vec::new(),
        events: vec![
            event("11:41:07", EventKind::Drafted, None),
            event("11:41:08", EventKind::Created, None),
            event("11:41:08", EventKind::MessageSent, None),
            event("11:41:30", EventKind::Opened, None),
            event("11:41:52", EventKind::Paying, Some("dintero_psp.vipps")),
        ],
        changed_at: at("2026-11-22T11:41:52Z"),
    }
}

fn paid() -> Link {
    let mut link = live();
    link.state = LinkState::Captured;
    link.transaction_id = Some("T12345678.tx".into());
    link.events.push(event("11:42:10", EventKind::PayingEnded, None));
    link.events.push(event("11:42:10", EventKind::Authorized, None));
    link.events.push(event("11:42:11", EventKind::Captured, Some("dintero_psp.vipps")));
    link
}

fn on_link(model: &mut Model, link: Link) {
    model.screen = Screen::Link;
    let id = link.id;
    model.link = Some(LinkScreen { link: Some(link), ..LinkScreen::of(id) });
}

/// The ledger's disk has no room.
fn full_disk() -> LedgerError {
    LedgerError::unusable(std::path::Path::new("/home/kari/paylink/paylink.db"), Unusable::Full)
}
