//! The app under any sequence of keys, pastes, clicks, answers in any order, time and crashes, in one window or in
//! two on the same ledger: it never panics, never loses what was typed, never makes two links of one sale, and never
//! takes another sale's link for its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use paylink::app::draft::{Defaults, Draft, FieldId, LineDraft};
use paylink::app::effect::Effect;
use paylink::app::key::{Code, Key};
use paylink::app::keys::{Action, Context, TABLE, footer};
use paylink::app::model::{Model, Net, Now, QrWish, Screen, Shop, Target};
use paylink::app::msg::{
    CancelTrouble, DashboardNews, Failed, KeepError, Msg, Reply, Timer, WaitEnd, Waited,
};
use paylink::app::{available, start, update};
use paylink::domain::cause::Cause;
use paylink::domain::expiry::Expiry;
use paylink::domain::fault::FaultKind;
use paylink::domain::link::{Link, LinkId, LinkState};
use paylink::domain::money::Currency;
use paylink::domain::sale::Delivery;
use paylink::domain::vat::VatRate;
use paylink::ports::{Fault, LedgerError, LinkRow, OutboxEntry, OutboxKind, Profile};
use proptest::prelude::*;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    Key(Key),
    Text(&'static str),
    Paste(&'static str),
    Click(Target, u16),
    Scroll(i16),
    Resized(u16, u16),
    /// One of the effects under way is carried out and answered; luck decides how.
    Answer(usize, u8),
    /// All of them, in order and well.
    Settle,
    /// A link of the ledger changes at the backend.
    Customer(usize, usize),
    /// A command asks for something to be done with the newest link, if it is at the backend, and that waits. It is looked
    /// at, and this key pressed.
    Asks(OutboxKind, char),
    Pass(i64),
    Due(Timer),
    /// The whole way of a quick sale.
    Sell,
    /// The window goes, as in a crash; what was vital and had begun is done or not.
    Crash(bool),
    /// Somebody is at the other window from now on.
    Switch,
}

fn key() -> impl Strategy<Value = Key> {
    let table: Vec<Key> = TABLE.iter().flat_map(|b| b.keys.iter().copied()).collect();
    // Ctrl-C would end most runs at once; it has its own step, the crash, and its own tests.
    let table: Vec<Key> =
        table.into_iter().filter(|k| *k != Key::ctrl('c') && *k != Key::ctrl('q')).collect();
    let more = vec![
        Key::plain(Code::Backspace),
        Key::plain(Code::Delete),
        Key::plain(Code::Home),
        Key::plain(Code::End),
        Key::plain(Code::Enter),
        Key::plain(Code::Esc),
        Key::ctrl('u'),
        Key::ctrl('w'),
        Key::ctrl('k'),
        Key::char('4'),
        Key::char('x'),
        Key::char('é'),
        Key::char('\u{301}'),
    ];
    prop_oneof![proptest::sample::select(table), proptest::sample::select(more)]
}

fn target() -> impl Strategy<Value = Target> {
    let line = 0_usize..4;
    let actions: Vec<Action> = TABLE.iter().map(|b| b.action).filter(|a| *a != Action::Quit).collect();
    prop_oneof![
        (0_usize..10).prop_map(|i| Target::Field(FieldId::Method(i))),
        line.clone().prop_map(|i| Target::Field(FieldId::Description(i))),
        line.clone().prop_map(|i| Target::Field(FieldId::Quantity(i))),
        line.clone().prop_map(|i| Target::Field(FieldId::Price(i))),
        line.prop_map(|i| Target::Field(FieldId::Vat(i))),
        proptest::sample::select(vec![
            FieldId::Reference,
            FieldId::ExpiryText,
            FieldId::Name,
            FieldId::Country,
            FieldId::Capture,
            FieldId::Channel,
            FieldId::Phone,
            FieldId::Email,
            FieldId::Search,
            FieldId::Lines,
        ])
        .prop_map(Target::Field),
        (
            proptest::sample::select(vec![
                FieldId::Expiry,
                FieldId::Address,
                FieldId::Capture,
                FieldId::Channel
            ]),
            0_usize..8
        )
            .prop_map(|(f, i)| Target::Choice(f, i)),
        (0_usize..20).prop_map(Target::Row),
        (0_usize..7).prop_map(Target::Step),
        proptest::sample::select(actions).prop_map(Target::Do),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => key().prop_map(Step::Key),
        4 => proptest::sample::select(vec!["Vaffel", "45", "0", "41234567", "kari@example.com", "KARI-1", "2h", "n"])
            .prop_map(Step::Text),
        2 => proptest::sample::select(vec![
            "a;1;10\nb;2;20;15", "one line", "x\ty\tz", "\u{1b}[31m\u{202e}", "", "\n\n", "41 23 45 67", "a;b\nc;d;e;f;g",
        ])
        .prop_map(Step::Paste),
        3 => (target(), 0_u16..30).prop_map(|(t, c)| Step::Click(t, c)),
        1 => (-5_i16..5).prop_map(Step::Scroll),
        1 => (0_u16..200, 0_u16..60).prop_map(|(c, r)| Step::Resized(c, r)),
        8 => (0_usize..8, any::<u8>()).prop_map(|(i, luck)| Step::Answer(i, luck)),
        3 => Just(Step::Settle),
        2 => (0_usize..8, 0_usize..20).prop_map(|(i, s)| Step::Customer(i, s)),
        2 => (
            proptest::sample::select(OutboxKind::ALL.to_vec()),
            proptest::sample::select(vec!['s', 'x', 'r'])
        )
            .prop_map(|(kind, key)| Step::Asks(kind, key)),
        1 => (0_i64..100_000).prop_map(Step::Pass),
        2 => proptest::sample::select(vec![Timer::Track, Timer::Outbox, Timer::KeepDraft, Timer::Clock]).prop_map(Step::Due),
        3 => Just(Step::Sell),
        1 => any::<bool>().prop_map(Step::Crash),
        1 => Just(Step::Switch),
    ]
}

fn shop() -> Shop {
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

/// A window: the app, and effects under way.
struct Window {
    /// Which process it is.
    process: u32,
    model: Model,
    under_way: Vec<Effect>,
    /// Handed over and not yet known how it ended: no other sale may be handed over for it.
    unresolved: Option<LinkId>,
}

impl Window {
    fn new(process: u32) -> Self {
        let (model, under_way) = start(Some(shop()), (100, 30));
        Self { process, model, under_way, unresolved: None }
    }
}

/// The window that somebody is at, the other one, and the ledger of both.
struct World {
    window: Window,
    other: Option<Window>,
    processes: u32,
    /// Whether it can be told which processes live.
    locks: bool,
    at: Timestamp,
    ids: u128,
    references: u32,
    links: BTreeMap<LinkId, Link>,
    outbox: Vec<LinkId>,
    /// What a command has asked for links that are at the backend, and that waits.
    waits: Vec<(LinkId, OutboxKind)>,
    /// With the process that is at it.
    drafts: BTreeMap<LinkId, (u32, Box<Draft>)>,
    ever_kept: BTreeSet<LinkId>,
    defaults: Defaults,
}

impl World {
    fn new(locks: bool) -> Self {
        let at = "2026-11-22T12:41:07Z".parse().unwrap();
        Self {
            window: Window::new(0),
            other: None,
            processes: 1,
            locks,
            at,
            ids: 0,
            references: 0,
            links: BTreeMap::new(),
            outbox: Vec::new(),
            waits: Vec::new(),
            drafts: BTreeMap::new(),
            ever_kept: BTreeSet::new(),
            defaults: Defaults::default(),
        }
    }

    fn process(&mut self) -> u32 {
        self.processes += 1;
        self.processes - 1
    }

    fn may_have(&self, owner: u32) -> bool {
        owner == self.window.process
            || !self.locks
            || self.other.as_ref().is_none_or(|other| other.process != owner)
    }

    /// As the ledger gives drafts out.
    fn take_draft(&mut self, except: &[LinkId]) -> Option<Box<Draft>> {
        let (links, process, locks) = (&self.links, self.window.process, self.locks);
        let other = self.other.as_ref().map(|window| window.process);
        // What stands in for a link that is still in the outbox, or went out, is none.
        self.drafts.retain(|id, (owner, draft)| {
            let stays = draft.in_place_of.is_some_and(|of| links[&of].state != LinkState::Cancelled);
            let ours = *owner == process || !locks || other != Some(*owner);
            !stays || !ours || except.contains(id)
        });
        let free = |world: &Self, content: bool| {
            let all = world.drafts.iter().rev().filter(|(id, (owner, draft))| {
                !except.contains(id) && world.may_have(*owner) && draft.has_content() == content
            });
            all.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let mut empty = free(self, false).into_iter();
        let id = free(self, true).first().copied().or_else(|| empty.next())?;
        for id in empty {
            self.drafts.remove(&id);
        }
        let process = self.window.process;
        let (owner, draft) = self.drafts.get_mut(&id)?;
        *owner = process;
        Some(draft.clone())
    }

    fn now(&mut self) -> Now {
        self.ids += 1;
        Now { at: self.at, zone: TimeZone::UTC, fresh: LinkId(uuid::Uuid::from_u128(self.ids)) }
    }

    fn send(&mut self, msg: Msg) {
        // What tells how the sale that was handed over ended.
        let open = self.window.unresolved;
        match &msg {
            Msg::Reply(Reply::Kept(Ok(id)) | Reply::NoLink(id)) if open == Some(*id) => {
                self.window.unresolved = None
            }
            Msg::Reply(Reply::Link(link, _)) if open == Some(link.id) => self.window.unresolved = None,
            _ => {}
        }
        let now = self.now();
        let before = self.window.model.wizard.draft.clone();
        let erasing = erases(&self.window.model, &msg);
        // Set aside until the ledger tells what became of it: another sale may go first.
        let aside = self.window.model.doubtful.as_ref().and_then(|d| d.id);
        let effects = update(&mut self.window.model, msg.clone(), &now);
        let after = &self.window.model.wizard.draft;
        let lost = treasure(after) < treasure(&before);
        match &msg {
            _ if erasing => {}
            Msg::Reply(Reply::Kept(Ok(_))) => {}
            // What is typed here goes only if this very sale is kept.
            Msg::Reply(Reply::Link(link, _)) => assert!(!lost || is_of(link, &before), "lost to {link:?}"),
            _ => {
                assert!(!lost, "lost something typed by {msg:?}");
                let anew = treasure(&before) > 0 && after.lines == before.lines && after.id != before.id;
                assert!(!anew, "a sale that may be kept goes on under another id after {msg:?}");
            }
        }
        for effect in effects {
            match &effect {
                Effect::Submit(id, ..) => {
                    let open = self.window.unresolved.replace(*id);
                    // One whose draft waits in the ledger is looked for by whoever takes that up.
                    let waits = open.is_some_and(|open| self.drafts.contains_key(&open));
                    let fine = open.is_none() || open == Some(*id) || open == aside || waits;
                    assert!(fine, "two links of one sale: {open:?}, {id:?}");
                }
                Effect::Wake(_, at) => {
                    assert!(*at > self.at.saturating_sub(SignedDuration::from_secs(1)).unwrap())
                }
                _ => {}
            }
            self.window.under_way.push(effect);
        }
        self.check();
    }

    /// What always holds.
    fn check(&self) {
        let model = &self.window.model;
        let wizard = &model.wizard;
        if let Some(focus) = wizard.focus {
            assert_eq!(wizard.draft.text(focus).unwrap_or_default(), wizard.field.value(), "{focus:?}");
            let there = match focus {
                FieldId::Method(i) => i <= wizard.offered.len(),
                FieldId::Description(_) | FieldId::Quantity(_) | FieldId::Price(_) | FieldId::Vat(_) => {
                    wizard.draft.text(focus).is_some()
                }
                _ => true,
            };
            assert!(there, "{focus:?}");
        }
        let in_steps = model.step().is_some_and(|s| s > 0);
        assert!(!in_steps || wizard.focus.is_some(), "{:?}", model.screen);
        assert!(!in_steps || !wizard.draft.lines.is_empty());
        assert!(wizard.draft.lines.len() <= 100);
        assert!(model.dashboard.chosen == 0 || model.dashboard.chosen < model.dashboard.rows.len());
        assert!(model.list.chosen == 0 || model.list.chosen < model.list.rows.len());
        assert!(model.dashboard.top <= model.dashboard.chosen.max(model.dashboard.rows.len()));
        assert!(model.screen != Screen::Link || model.link.is_some());
        assert!(model.screen != Screen::QrFull || model.link.is_some());
        for context in Context::ALL {
            for binding in footer(model, context) {
                let _ = available(model, binding.action);
            }
        }
    }

    fn rows(&self) -> Vec<LinkRow> {
        self.links.values().rev().map(LinkRow::from).collect()
    }

    fn entries(&self) -> Vec<OutboxEntry> {
        let entry = |id: &LinkId| OutboxEntry {
            link: *id,
            kind: OutboxKind::Create,
            attempts: 1,
            next_at: self.at,
            since: self.at,
            last_error: None,
            in_flight: false,
            needs_decision: self.links[id].state == LinkState::Uncertain,
            overdue: None,
            order: None,
            first_sent: None,
            lost: Vec::new(),
            handed_out: false,
            made: paylink::ports::Made::default(),
        };
        let asked = |(of, kind): &(LinkId, OutboxKind)| OutboxEntry { kind: *kind, ..entry(of) };
        self.outbox.iter().map(entry).chain(self.waits.iter().map(asked)).collect()
    }

    fn insert(&mut self, id: LinkId, sale: paylink::domain::sale::Sale) -> Result<LinkId, KeepError> {
        let used =
            self.links.values().any(|l| l.sale.reference == sale.reference && l.state.holds_reference());
        if used {
            return Err(KeepError::ReferenceUsed);
        }
        if self.links.contains_key(&id) {
            return Err(KeepError::LinkKept);
        }
        self.links.insert(id, Link::queued(id, "T12345678".into(), sale, self.at).unwrap());
        self.outbox.push(id);
        Ok(id)
    }

    fn change(&mut self, id: LinkId, state: LinkState) -> Link {
        self.at = self.at.saturating_add(SignedDuration::from_secs(1)).unwrap();
        let link = self.links.get_mut(&id).unwrap();
        if link.state != state {
            link.state = state;
            link.changed_at = self.at;
        }
        if !state.in_outbox() && link.session_id.is_none() {
            link.session_id = Some(format!("T12345678.{id}"));
            link.url = Some(format!("https://checkout.dintero.com/v1/view/T12345678.{id}"));
        }
        self.outbox.retain(|o| *o != id || state.in_outbox() && state != LinkState::Refused);
        link.clone()
    }

    /// Carries out an effect; a `luck` of 0 is the good way.
    fn carry_out(&mut self, effect: Effect, luck: u8) -> Vec<Reply> {
        let fault = |kind| Fault::new(kind, Cause::theirs("x"));
        let ledger_down =
            |failed| vec![Reply::LedgerTrouble(failed, LedgerError::Database("disk full".into()))];
        match effect {
            Effect::LoadDashboard => {
                let unsettled =
                    self.rows().into_iter().filter(|r| !r.settled() && !r.state.in_outbox()).collect();
                let (rows, outbox) = (self.rows(), self.entries());
                vec![Reply::Dashboard(Box::new(DashboardNews {
                    rows,
                    outbox,
                    unsettled,
                    ..DashboardNews::default()
                }))]
            }
            Effect::LoadRemembered => vec![Reply::Remembered {
                draft: self.take_draft(&[]),
                qr: QrWish::default(),
                defaults: self.defaults.clone(),
            }],
            Effect::LookForDraft(_) if luck % 8 == 7 => ledger_down(Failed::Drafts),
            Effect::LookForDraft(except) => vec![Reply::Draft(self.take_draft(&except))],
            Effect::KeepDraft(draft) => {
                let id = draft.id.unwrap();
                self.ever_kept.insert(id);
                self.drafts.insert(id, (self.window.process, draft));
                Vec::new()
            }
            Effect::ForgetDraft(id) => {
                if self.drafts.get(&id).is_some_and(|(owner, _)| self.may_have(*owner)) {
                    self.drafts.remove(&id);
                }
                Vec::new()
            }
            Effect::KeepDefaults(defaults) => {
                self.defaults = defaults;
                Vec::new()
            }
            Effect::ProposeReference if luck % 8 == 7 => ledger_down(Failed::Proposal),
            Effect::ProposeReference => {
                // Luck may propose one that is taken by the time it is used.
                self.references += u32::from(luck % 4 != 3);
                vec![Reply::Reference(format!("KARI-{}", self.references))]
            }
            Effect::CheckReference(_) if luck % 8 == 7 => ledger_down(Failed::Other),
            Effect::CheckReference(text) => {
                let used = self
                    .links
                    .values()
                    .any(|l| l.sale.reference.as_str() == text && l.state.holds_reference());
                vec![Reply::ReferenceUsed(text, used)]
            }
            Effect::SignIn => {
                vec![Reply::SignedIn(if luck.is_multiple_of(2) {
                    Ok(())
                } else {
                    Err(fault(FaultKind::NotSignedIn))
                })]
            }
            Effect::LoadProfile => vec![Reply::Profile(match luck % 3 {
                0 => Ok(Profile {
                    types: vec!["dintero_psp.vipps".into(), "dintero_psp.creditcard".into()],
                    ..Profile::default()
                }),
                1 => Ok(Profile::default()),
                _ => Err(fault(FaultKind::NotSent)),
            })],
            Effect::Knock => vec![Reply::Knocked(match luck % 3 {
                0 => Ok(Profile {
                    types: vec!["dintero_psp.vipps".into(), "dintero_psp.creditcard".into()],
                    ..Profile::default()
                }),
                1 => Ok(Profile::default()),
                _ => Err(fault(FaultKind::NotSent)),
            })],
            Effect::Submit(id, sale, _) => {
                let result = match luck % 8 {
                    6 => Err(KeepError::Ledger(LedgerError::Database("locked".into()))),
                    7 => {
                        // It was kept, and yet the ledger seemed to fail.
                        let _ = self.insert(id, *sale);
                        Err(KeepError::Ledger(LedgerError::Database("i/o error".into())))
                    }
                    _ => self.insert(id, *sale),
                };
                vec![Reply::Kept(result)]
            }
            Effect::LoadLink(id) if luck % 8 == 7 => ledger_down(Failed::Reading(id)),
            Effect::LoadLink(id) => match self.links.get(&id) {
                Some(link) => {
                    let entries = self.entries().into_iter().filter(|e| e.link == id).collect();
                    vec![Reply::Link(Box::new(link.clone()), entries)]
                }
                None => vec![Reply::NoLink(id)],
            },
            Effect::Flush(_) | Effect::SendAll | Effect::SendAgain(_) | Effect::SendRefused(_) => {
                let ids = self.outbox.clone();
                let mut sent = Vec::new();
                for id in ids {
                    let (state, trouble) = match luck % 5 {
                        1 => (LinkState::Queued, Some(fault(FaultKind::NotSent))),
                        2 => (LinkState::Uncertain, Some(fault(FaultKind::Maybe))),
                        3 => (LinkState::Refused, Some(fault(FaultKind::Refused))),
                        _ => (LinkState::Open, None),
                    };
                    sent.push(Reply::Sent(Box::new(self.change(id, state)), trouble));
                }
                sent
            }
            Effect::Change(id, draft) => {
                let as_draft = draft.id.unwrap();
                self.ever_kept.insert(as_draft);
                self.drafts.insert(as_draft, (self.window.process, draft.clone()));
                if luck % 8 == 7 {
                    // It is kept, and the ledger fails before or after the link is out of the outbox.
                    if luck > 127 {
                        self.change(id, LinkState::Cancelled);
                    }
                    return ledger_down(Failed::Doing(id));
                }
                if self.links[&id].state == LinkState::Queued && luck % 8 < 6 {
                    let link = self.change(id, LinkState::Cancelled);
                    return vec![Reply::Changed(Box::new(link), None, draft)];
                }
                self.drafts.remove(&as_draft);
                vec![Reply::Changed(Box::new(self.links[&id].clone()), None, draft)]
            }
            Effect::SendWaiting(..) | Effect::Drop(..) => {
                let (id, kinds) = match &effect {
                    Effect::Drop(id, what) => (*id, what.iter().map(|(kind, _)| *kind).collect()),
                    Effect::SendWaiting(id, kind) => (*id, vec![*kind]),
                    _ => unreachable!(),
                };
                let kind = kinds[0];
                let ends = [WaitEnd::Done, WaitEnd::Dropped, WaitEnd::Waits, WaitEnd::Unknown, WaitEnd::Busy];
                let end = ends[usize::from(luck) % ends.len()];
                self.waits.retain(|(of, waits)| {
                    *of != id || !kinds.contains(waits) || !matches!(end, WaitEnd::Done | WaitEnd::Dropped)
                });
                let fault = (end == WaitEnd::Waits).then(|| fault(FaultKind::NotSent));
                vec![Reply::Waited(
                    Box::new(self.links[&id].clone()),
                    Waited { kind, end, fault, also: Vec::new() },
                )]
            }
            Effect::Withdraw(id) | Effect::Cancel(id) if self.links.contains_key(&id) => {
                let trouble = match luck % 5 {
                    1 => Some(CancelTrouble::HasMoney),
                    2 => Some(CancelTrouble::AlreadyEnded),
                    3 => Some(CancelTrouble::Later(fault(FaultKind::NotSent))),
                    4 => Some(CancelTrouble::Refused(fault(FaultKind::Forbidden))),
                    _ => None,
                };
                let state = if trouble.is_none() { LinkState::Cancelled } else { self.links[&id].state };
                vec![Reply::Cancelled(Box::new(self.change(id, state)), trouble)]
            }
            Effect::Track { batch, singles } => {
                let known =
                    batch.into_iter().chain(singles).filter_map(|id| self.links.get(&id).cloned()).collect();
                let fault = (luck % 3 == 2).then(|| fault(FaultKind::NotSent));
                vec![Reply::Tracked {
                    changed: known,
                    gone: Vec::new(),
                    there: Vec::new(),
                    fault,
                    skew: i64::from(luck),
                    requests: 1,
                }]
            }
            Effect::Find { ticket, offset, .. } => {
                let rows = self.rows().into_iter().skip(usize::try_from(offset).unwrap()).take(3).collect();
                vec![Reply::Found {
                    ticket,
                    rows,
                    offset,
                    total: self.links.len() as u64 + u64::from(luck % 2),
                    all: self.links.len() as u64,
                }]
            }
            Effect::Copy(_) => vec![Reply::Copied(luck.is_multiple_of(2))],
            Effect::OpenMail(id) => vec![Reply::MailOpened(id, luck.is_multiple_of(2))],
            Effect::OpenPage(_) => vec![Reply::PageOpened(luck.is_multiple_of(2))],
            Effect::Play(..) => {
                vec![Reply::Played(if luck.is_multiple_of(2) { Ok(()) } else { Err(Cause::theirs("no")) })]
            }
            _ => Vec::new(),
        }
    }

    fn answer(&mut self, effect: Effect, luck: u8) {
        for reply in self.carry_out(effect, luck) {
            self.send(Msg::Reply(reply));
        }
    }

    /// The ledger's writes keep their order, as `Effect::KeepDraft` asks.
    fn pick(&self, wanted: usize) -> usize {
        let ordered =
            |e: &Effect| matches!(e, Effect::KeepDraft(_) | Effect::ForgetDraft(_) | Effect::Submit(..));
        let under_way = &self.window.under_way;
        let at = wanted % under_way.len();
        if ordered(&under_way[at]) { under_way.iter().position(ordered).unwrap_or(at) } else { at }
    }

    fn settle(&mut self) {
        for _ in 0..60 {
            if self.window.under_way.is_empty() {
                return;
            }
            let effect = self.window.under_way.remove(0);
            self.answer(effect, 0);
        }
    }

    fn keys(&mut self, keys: &[Key]) {
        for key in keys {
            self.send(Msg::Key(*key));
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Key(Key::char(c)));
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Key(key) => self.send(Msg::Key(key)),
            Step::Text(text) => self.text(text),
            Step::Paste(text) => self.send(Msg::Paste(text.into())),
            Step::Click(target, column) => self.send(Msg::Click(target, column)),
            Step::Scroll(rows) => self.send(Msg::Scroll(rows)),
            Step::Resized(columns, rows) => self.send(Msg::Resized(columns, rows)),
            Step::Answer(which, luck) if !self.window.under_way.is_empty() => {
                let at = self.pick(which);
                let effect = self.window.under_way.remove(at);
                self.answer(effect, luck);
            }
            Step::Answer(..) => self.send(Msg::Reply(Reply::Net(Net::Offline))),
            Step::Settle => self.settle(),
            Step::Customer(which, state) => {
                let Some(id) = self.links.keys().nth(which).copied() else { return };
                let link = self.change(id, LinkState::ALL[state]);
                self.send(Msg::Reply(Reply::Tracked {
                    changed: vec![link],
                    gone: Vec::new(),
                    there: Vec::new(),
                    fault: None,
                    skew: 0,
                    requests: 1,
                }));
            }
            Step::Asks(kind, key) => {
                self.settle();
                let newest = self.links.values().next_back();
                if let Some(id) = newest.filter(|l| l.session_id.is_some()).map(|l| l.id)
                    && kind != OutboxKind::Create
                    && !self.waits.contains(&(id, kind))
                {
                    self.waits.push((id, kind));
                }
                self.send(Msg::LedgerChanged);
                self.keys(&[Key::plain(Code::Esc); 6]);
                self.settle();
                if self.window.model.screen == Screen::Dashboard {
                    self.keys(&[Key::char('g'), Key::plain(Code::Enter)]);
                    self.settle();
                    self.keys(&[Key::char(key), Key::char('y')]);
                }
            }
            Step::Pass(seconds) => {
                self.at = self.at.saturating_add(SignedDuration::from_secs(seconds)).unwrap()
            }
            Step::Due(timer) => self.send(Msg::Due(timer)),
            Step::Sell => self.sell(),
            Step::Crash(vital) => {
                // What was vital is done up to some point, in order; all else is gone.
                for effect in std::mem::take(&mut self.window.under_way) {
                    if vital && effect.is_vital() {
                        let _ = self.carry_out(effect, 0);
                    }
                }
                let open = self.window.unresolved;
                self.window = Window::new(self.process());
                // The sale's draft is kept before the sale. If the ledger has no such draft, the sale was
                // not handed over either, or is done with, and what the seller does next is another one.
                let waits = open.filter(|id| self.drafts.contains_key(id));
                let never_kept = open.is_some_and(|id| !self.ever_kept.contains(&id));
                assert!(!never_kept || open.is_none_or(|id| !self.links.contains_key(&id)));
                // With two windows it may be the other that takes it up.
                self.window.unresolved = waits.filter(|_| self.other.is_none());
            }
            Step::Switch => {
                let other = match self.other.take() {
                    Some(other) => other,
                    None => Window::new(self.process()),
                };
                let this = std::mem::replace(&mut self.window, other);
                let unresolved = this.unresolved.filter(|id| {
                    self.drafts.get(id).is_some_and(|(owner, _)| *owner == this.process) && self.locks
                });
                self.other = Some(Window { unresolved, ..this });
            }
        }
    }

    fn sell(&mut self) {
        self.type_a_sale();
        if self.window.model.screen == Screen::Delivery {
            self.keys(&[Key::plain(Code::Enter)]);
        }
    }

    fn type_a_sale(&mut self) {
        let enter = Key::plain(Code::Enter);
        self.settle();
        // In a window that shows what is typed.
        self.send(Msg::Resized(100, 30));
        self.keys(&[Key::plain(Code::Esc); 6]);
        if self.window.model.screen != Screen::Dashboard {
            return;
        }
        self.keys(&[Key::char('n')]);
        self.keys(&[Key::ctrl('n')]);
        self.text("Kaffe");
        self.keys(&[enter, enter]);
        self.text("30");
        self.keys(&[Key::ctrl('n'), Key::ctrl('n')]);
        self.text("41234567");
    }
}

/// Whether the link may be what this draft became: as many lines, and sent to the number that is typed.
fn is_of(link: &Link, draft: &Draft) -> bool {
    let digits: String = draft.phone.chars().filter(char::is_ascii_digit).collect();
    let lines = draft.lines.iter().filter(|line| !draft.untouched(line)).count();
    let to_whom = match &link.sale.delivery {
        Delivery::Sms(phone) => phone.e164().ends_with(&digits),
        Delivery::Email(email) => email.as_str() == draft.email.trim(),
        Delivery::Link => true,
    };
    link.sale.lines.len() == lines && to_whom
}

/// How many lines with something in them the draft has, removed ones too.
fn treasure(draft: &Draft) -> usize {
    let touched = |l: &&LineDraft| !draft.untouched(l);
    draft.lines.iter().filter(touched).count() + draft.removed.iter().map(|(_, l)| l).filter(touched).count()
}

/// Whether the message may take away what was typed: a key that erases, an answer to a question, or
/// a draft that was found.
fn erases(model: &Model, msg: &Msg) -> bool {
    match msg {
        Msg::Key(key) => {
            matches!(key.code, Code::Backspace | Code::Delete)
                || (key.ctrl && matches!(key.code, Code::Char('u' | 'w' | 'k')))
                // The usual number typed over another one: the line may be as it started.
                || (key.typed().is_some()
                    && matches!(model.wizard.focus, Some(FieldId::Quantity(_) | FieldId::Vat(_))))
                || model.overlay.is_some()
                || model.screen == Screen::Link
        }
        Msg::Click(Target::Do(_), _) => true,
        // The seller was asked, before it was taken out of the outbox.
        Msg::Reply(Reply::Changed(..)) => model.link.as_ref().is_some_and(|screen| screen.change),
        Msg::Reply(Reply::Remembered { .. } | Reply::Draft(_) | Reply::NoLink(_)) => {
            !model.wizard.draft.has_content()
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens(locks in any::<bool>(), steps in proptest::collection::vec(step(), 1..120)) {
        let mut world = World::new(locks);
        for step in steps {
            world.step(step);
        }
    }
}

/// The machine gets somewhere: a run of sales ends in links.
#[test]
fn sales_are_made() {
    let mut world = World::new(true);
    for _ in 0..3 {
        world.step(Step::Sell);
        world.settle();
    }
    assert_eq!(world.links.len(), 3);
    assert!(world.links.values().all(|l| l.sale.totals().unwrap().gross.minor() == 3000));
}

/// And it gets to what waits: a refund of the link that was made is dropped with its key, and a sale that waits is changed.
#[test]
fn what_waits_is_dropped_and_changed() {
    let mut world = World::new(true);
    world.step(Step::Sell);
    world.settle();
    world.step(Step::Pass(60));
    world.step(Step::Due(Timer::Outbox));
    world.settle();
    assert!(world.links.values().all(|l| l.state == LinkState::Open), "it went out");
    world.step(Step::Asks(OutboxKind::Refund, 'x'));
    let asked = |e: &Effect| matches!(e, Effect::Drop(_, what) if what[0].0 == OutboxKind::Refund);
    assert!(world.window.under_way.iter().any(asked), "{:?}", world.window.under_way);
    let drop = world.window.under_way.iter().position(asked).unwrap();
    let drop = world.window.under_way.remove(drop);
    // The second of what may come of it: it is out of the outbox.
    world.answer(drop, 1);
    assert_eq!(world.waits, []);

    world.step(Step::Sell);
    world.settle();
    let sale = *world.links.keys().next_back().unwrap();
    assert_eq!(world.links[&sale].state, LinkState::Queued);
    world.step(Step::Asks(OutboxKind::Create, 'r'));
    world.settle();
    assert_eq!(world.links[&sale].state, LinkState::Cancelled);
    let draft = &world.window.model.wizard.draft;
    assert!(draft.waited && world.drafts.contains_key(&draft.id.unwrap()), "{draft:?}");
}

/// Two windows on one ledger: each sells what was typed in it, whoever is first, and neither shows the other's link.
/// Also where it can't be told who lives, so that the second one was given the first one's draft.
#[test]
fn two_windows_sell_what_was_typed_in_each() {
    let enter = Key::plain(Code::Enter);
    for locks in [true, false] {
        let mut world = World::new(locks);
        world.type_a_sale();
        world.send(Msg::Due(Timer::KeepDraft));
        world.settle();
        let first = world.window.model.wizard.draft.id;
        world.step(Step::Switch);
        world.settle();
        world.keys(&[Key::char('n')]);
        world.settle();
        let given = &world.window.model.wizard.draft;
        assert_eq!(given.has_content(), !locks, "the other one's draft, which lives");
        if locks {
            assert_ne!(given.id, first);
            world.type_a_sale();
        } else {
            assert_eq!(given.id, first);
            world.keys(&[Key::ctrl('n'), Key::ctrl('n'), Key::ctrl('n')]);
        }
        assert_eq!(world.window.model.screen, Screen::Delivery);
        world.keys(&[Key::ctrl('u')]);
        world.text("98765432");
        world.step(Step::Switch);
        world.keys(&[enter]);
        world.settle();
        assert_eq!((world.window.model.screen, world.links.len()), (Screen::Link, 1));
        world.step(Step::Switch);
        assert_eq!(world.window.model.screen, Screen::Delivery);
        world.keys(&[enter]);
        world.settle();
        if !locks {
            assert_eq!(world.window.model.screen, Screen::Delivery, "not the other's link");
            assert_eq!(world.window.model.wizard.draft.phone, "98765432");
            world.keys(&[enter]);
            world.settle();
        }
        assert_eq!((world.window.model.screen, world.links.len()), (Screen::Link, 2));
        let to: BTreeSet<String> = world.links.values().map(|link| LinkRow::from(link).to).collect();
        assert_eq!(to, BTreeSet::from(["+4741234567".to_owned(), "+4798765432".to_owned()]));
        assert!(world.drafts.is_empty(), "nothing is left to be sold again");
    }
}

/// A window is closed in the middle of a sale: the other one is offered it, and not before.
#[test]
fn what_a_window_left_behind_is_offered_in_the_other() {
    let mut world = World::new(true);
    world.type_a_sale();
    world.send(Msg::Due(Timer::KeepDraft));
    world.settle();
    world.step(Step::Switch);
    world.settle();
    world.keys(&[Key::char('n')]);
    world.settle();
    assert!(!world.window.model.wizard.draft.has_content());
    world.keys(&[Key::plain(Code::Esc)]);
    world.other = None;
    world.keys(&[Key::char('n')]);
    world.settle();
    assert_eq!(world.window.model.wizard.draft.phone, "41234567");
}
