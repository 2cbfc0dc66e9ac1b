//! Simulated ports for the tests of this room: a backend and a ledger that live in memory, fail where
//! they're told to, and can lose their power at any step.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::lifecycle::{
    PublishNews, SessionEvent, SessionNews, TransactionEvent, TransactionNews, TransactionStatus,
};
use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::{DeliveryStatus, Link, LinkId, LinkState};
use crate::domain::method::{Method, MethodChoice};
use crate::domain::money::{Currency, Money};
use crate::domain::phone::Phone;
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;
use crate::ports::*;

pub(crate) const ACCOUNT: &str = "T12345678";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A clock that runs with tokio's, which the tests pause and advance.
struct TokioClock {
    began: tokio::time::Instant,
}

impl TokioClock {
    fn began_at() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap();
        Self::began_at().checked_add(passed).unwrap()
    }
}

/// The process's power: after so many steps it is cut, and nothing more is written or asked.
#[derive(Default)]
pub(crate) struct Power {
    steps: AtomicUsize,
    cut_at: AtomicUsize,
    off: AtomicBool,
}

impl Power {
    /// Cuts the power at the `step`-th step from now, 1 is the next one.
    pub(crate) fn cut_at(&self, step: usize) {
        self.steps.store(0, Ordering::SeqCst);
        self.cut_at.store(step, Ordering::SeqCst);
    }

    /// The process is started again.
    pub(crate) fn back(&self) {
        self.cut_at.store(0, Ordering::SeqCst);
        self.off.store(false, Ordering::SeqCst);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.off.load(Ordering::SeqCst)
    }

    /// Whether the process still lives after this step.
    fn step(&self) -> bool {
        let step = self.steps.fetch_add(1, Ordering::SeqCst) + 1;
        if step == self.cut_at.load(Ordering::SeqCst) {
            self.off.store(true, Ordering::SeqCst);
        }
        !self.is_off()
    }
}

// --- The backend --------------------------------------------------------------------------------

/// The calls of the gateway, for faults and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Create,
    Session,
    Find,
    Cancel,
    Transaction,
    Transactions,
    Search,
    Capture,
    Void,
    Refund,
}

/// How a call goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Wrong {
    /// With this fault; nothing is done.
    Fault(Fault),
    /// It's done, and the answer is lost.
    Lost,
    /// It isn't done, and nobody can tell.
    Cut,
    /// The answer is lost at once, and it's done so much later.
    Late(Duration),
    /// It takes so long, then goes well.
    Slow(Duration),
}

pub(crate) fn fault(kind: FaultKind) -> Wrong {
    Wrong::Fault(Fault::new(kind, format!("{kind:?}")))
}

/// One session at the backend.
#[derive(Debug, Clone)]
pub(crate) struct Sim {
    pub(crate) news: SessionNews,
    pub(crate) transaction: Option<TransactionNews>,
    pub(crate) messages: usize,
}

#[derive(Default)]
struct Backend {
    sessions: Vec<Sim>,
    wrong: BTreeMap<Call, VecDeque<Wrong>>,
    calls: Vec<Call>,
    cannot_list: Option<FaultKind>,
    in_progress: bool,
}

pub(crate) struct SimGateway {
    state: Arc<Mutex<Backend>>,
    power: Arc<Power>,
    clock: Arc<dyn Clock>,
}

impl SimGateway {
    /// The next calls of this kind go wrong, one after the other.
    pub(crate) fn wrong(&self, call: Call, wrong: impl IntoIterator<Item = Wrong>) {
        lock(&self.state).wrong.entry(call).or_default().extend(wrong);
    }

    /// The backend can't list sessions.
    pub(crate) fn cannot_list(&self, kind: FaultKind) {
        lock(&self.state).cannot_list = Some(kind);
    }

    /// Nothing more goes wrong.
    pub(crate) fn all_is_well(&self) {
        let mut state = lock(&self.state);
        state.wrong.clear();
        state.cannot_list = None;
    }

    /// It can list them again.
    pub(crate) fn can_list(&self) {
        lock(&self.state).cannot_list = None;
    }

    /// Captures and the like are answered with 202 and nothing comes of them.
    pub(crate) fn in_progress(&self) {
        lock(&self.state).in_progress = true;
    }

    /// What is in progress comes to a good end.
    pub(crate) fn finish(&self) {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        state.in_progress = false;
        for transaction in state.sessions.iter_mut().filter_map(|s| s.transaction.as_mut()) {
            let begun = transaction.events.iter().rfind(|e| e.event.starts_with("INITIATE_")).cloned();
            let Some(begun) = begun else { continue };
            let word = begun.event.strip_prefix("INITIATE_").unwrap_or_default().to_owned();
            transaction.status =
                TransactionStatus::from_word(begun.status_after.as_deref().unwrap_or_default());
            transaction.updated_at = Some(now);
            let id = Some(format!("e{}", transaction.events.len()));
            transaction.events.push(TransactionEvent { id, event: word, at: Some(now), ..begun });
        }
    }

    pub(crate) fn calls(&self, call: Call) -> usize {
        lock(&self.state).calls.iter().filter(|c| **c == call).count()
    }

    pub(crate) fn all_calls(&self) -> usize {
        lock(&self.state).calls.len()
    }

    pub(crate) fn sessions(&self) -> Vec<Sim> {
        lock(&self.state).sessions.clone()
    }

    /// Lets something happen to a session.
    pub(crate) fn happen(&self, session_id: &str, change: impl FnOnce(&mut Sim)) {
        let mut state = lock(&self.state);
        change(state.sessions.iter_mut().find(|s| s.news.id == session_id).expect("the session is there"));
    }

    /// The customer opens the link.
    pub(crate) fn visit(&self, session_id: &str) {
        let at = self.clock.now();
        self.happen(session_id, |s| s.news.events.push(event("VISITED", at)));
    }

    /// A payment on the session, with this status from now on.
    pub(crate) fn pay(&self, session_id: &str, status: &str) {
        let at = self.clock.now();
        self.happen(session_id, |s| {
            let id = format!("{session_id}.t");
            s.news.transaction_id = Some(id.clone());
            let before = s.transaction.take();
            s.transaction = Some(TransactionNews {
                id,
                session_id: Some(session_id.to_owned()),
                merchant_reference: s.news.merchant_reference.clone(),
                status: TransactionStatus::from_word(status),
                amount: s.news.amount,
                method: Some("dintero_psp.vipps".to_owned()),
                created_at: Some(before.as_ref().and_then(|b| b.created_at).unwrap_or(at)),
                updated_at: Some(at),
                events: before.map(|b| b.events).unwrap_or_default(),
            });
        });
    }

    async fn call<T>(
        &self,
        call: Call,
        work: impl FnOnce(&mut Backend, Timestamp) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        if self.power.is_off() {
            return Err(Fault::new(FaultKind::NotSent, "no power"));
        }
        let wrong = {
            let mut state = lock(&self.state);
            state.calls.push(call);
            state.wrong.get_mut(&call).and_then(VecDeque::pop_front)
        };
        let lost = || Fault::new(FaultKind::Maybe, "the connection was cut");
        match wrong {
            Some(Wrong::Fault(_) | Wrong::Cut) if !self.power.step() => return Err(lost()),
            Some(Wrong::Fault(fault)) => return Err(fault),
            Some(Wrong::Cut) => return Err(lost()),
            Some(Wrong::Slow(time)) => tokio::time::sleep(time).await,
            Some(Wrong::Late(time)) => {
                let (state, clock) = (self.state.clone(), self.clock.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(time).await;
                    drop(work(&mut lock(&state), clock.now()));
                });
                let _ = self.power.step();
                return Err(lost());
            }
            Some(Wrong::Lost) | None => {}
        }
        let done = work(&mut lock(&self.state), self.clock.now());
        // With the power cut here the request is carried out and nobody hears of it.
        if !self.power.step() || matches!(wrong, Some(Wrong::Lost)) {
            return Err(lost());
        }
        done
    }

    async fn money(
        &self,
        call: Call,
        id: &str,
        word: &'static str,
        after: &'static str,
        what: Option<&MoneyMove>,
    ) -> Result<Moved, Fault> {
        let (id, what) = (id.to_owned(), what.cloned());
        self.call(call, move |state, now| {
            let progress = state.in_progress;
            let transaction = state
                .sessions
                .iter_mut()
                .filter_map(|s| s.transaction.as_mut())
                .find(|t| t.id == id)
                .ok_or_else(|| Fault::new(FaultKind::NotFound, "no such transaction"))?;
            transaction.events.push(TransactionEvent {
                id: Some(format!("e{}", transaction.events.len())),
                event: if progress { format!("INITIATE_{word}") } else { word.to_owned() },
                success: true,
                amount: what.as_ref().map(|w| w.amount.minor()),
                at: Some(now),
                status_after: Some(after.to_owned()),
                error: None,
                reference: what.as_ref().map(|w| w.reference.clone()),
                correlation: Some(format!("c{}", transaction.events.len())),
            });
            transaction.updated_at = Some(now);
            if !progress {
                let whole = what.as_ref().is_none_or(|w| Some(w.amount.minor()) == transaction.amount);
                let word = if whole { after.to_owned() } else { format!("PARTIALLY_{after}") };
                transaction.status = TransactionStatus::from_word(&word);
            }
            Ok(Moved { done: !progress, transaction: Some(transaction.clone()) })
        })
        .await
    }
}

pub(crate) fn event(name: &str, at: Timestamp) -> SessionEvent {
    SessionEvent {
        id: Some(format!("{name}-{at}")),
        name: name.to_owned(),
        at: Some(at),
        error: None,
        method: None,
    }
}

impl Gateway for SimGateway {
    fn create<'a>(&'a self, id: LinkId, sale: &'a Sale) -> Reply<'a, Result<Created, Fault>> {
        let sale = sale.clone();
        Box::pin(self.call(Call::Create, move |state, now| {
            let session_id = format!("{ACCOUNT}.s{}", state.sessions.len() + 1);
            let messages = usize::from(sale.delivery.messages_customer());
            let publish: Vec<_> = (0..messages)
                .map(|_| PublishNews { channel: "sms".to_owned(), status: DeliveryStatus::Sent })
                .collect();
            state.sessions.push(Sim {
                news: SessionNews {
                    id: session_id.clone(),
                    merchant_reference: Some(sale.reference.as_str().to_owned()),
                    paylink_id: Some(id.to_string()),
                    created_at: Some(now),
                    expires_at: Some(sale.expires_at),
                    amount: sale.totals().ok().map(|t| t.gross.minor()),
                    publish: publish.clone(),
                    events: vec![event("INITIATED", now)],
                    ..SessionNews::default()
                },
                transaction: None,
                messages,
            });
            let url = format!("https://checkout.dintero.com/v1/view/{session_id}?given");
            Ok(Created { session_id, url, publish, types: vec!["dintero_psp.vipps".to_owned()] })
        }))
    }

    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        let session_id = session_id.to_owned();
        Box::pin(self.call(Call::Session, move |state, _| {
            let found = state.sessions.iter().find(|s| s.news.id == session_id);
            found.map(|s| s.news.clone()).ok_or_else(|| Fault::new(FaultKind::NotFound, "no such session"))
        }))
    }

    fn find_sessions<'a>(&'a self, reference: &'a str) -> Reply<'a, Result<Vec<SessionNews>, Fault>> {
        let reference = reference.to_owned();
        Box::pin(self.call(Call::Find, move |state, _| {
            if let Some(kind) = state.cannot_list {
                return Err(Fault::new(kind, "no list here"));
            }
            let ours = |s: &&Sim| s.news.merchant_reference.as_deref() == Some(reference.as_str());
            Ok(state.sessions.iter().filter(ours).map(|s| s.news.clone()).collect())
        }))
    }

    fn cancel<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        let session_id = session_id.to_owned();
        Box::pin(self.call(Call::Cancel, move |state, now| {
            let session = state
                .sessions
                .iter_mut()
                .find(|s| s.news.id == session_id)
                .ok_or_else(|| Fault::new(FaultKind::NotFound, "no such session"))?;
            if let Some(transaction) = &mut session.transaction {
                if !matches!(transaction.status, TransactionStatus::Initiated | TransactionStatus::Authorized)
                {
                    return Err(Fault::new(FaultKind::Refused, "it is paid"));
                }
                transaction.status = TransactionStatus::AuthorizationVoided;
                transaction.updated_at = Some(now);
            }
            session.news.cancelled_at = Some(now);
            session.news.events.push(event("CANCELLED", now));
            Ok(session.news.clone())
        }))
    }

    fn transaction<'a>(&'a self, id: &'a str) -> Reply<'a, Result<TransactionNews, Fault>> {
        let id = id.to_owned();
        Box::pin(self.call(Call::Transaction, move |state, _| {
            let mut all = state.sessions.iter().filter_map(|s| s.transaction.as_ref());
            all.find(|t| t.id == id).cloned().ok_or_else(|| Fault::new(FaultKind::NotFound, "none"))
        }))
    }

    fn transactions_of<'a>(
        &'a self,
        session_ids: &'a [String],
    ) -> Reply<'a, Result<Vec<TransactionNews>, Fault>> {
        assert!(session_ids.len() <= 100, "at most a hundred in one request");
        let session_ids = session_ids.to_vec();
        Box::pin(self.call(Call::Transactions, move |state, _| {
            let asked = state.sessions.iter().filter(|s| session_ids.contains(&s.news.id));
            Ok(asked.filter_map(|s| s.transaction.clone()).collect())
        }))
    }

    fn search_transactions<'a>(&'a self, text: &'a str) -> Reply<'a, Result<Vec<TransactionNews>, Fault>> {
        let text = text.to_owned();
        Box::pin(self.call(Call::Search, move |state, _| {
            let all = state.sessions.iter().filter_map(|s| s.transaction.clone());
            Ok(all.filter(|t| t.merchant_reference.as_deref() == Some(text.as_str())).collect())
        }))
    }

    fn capture<'a>(&'a self, id: &'a str, what: &'a MoneyMove) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.money(Call::Capture, id, "CAPTURE", "CAPTURED", Some(what)))
    }

    fn void<'a>(&'a self, id: &'a str) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.money(Call::Void, id, "VOID", "AUTHORIZATION_VOIDED", None))
    }

    fn refund<'a>(&'a self, id: &'a str, what: &'a MoneyMove) -> Reply<'a, Result<Moved, Fault>> {
        Box::pin(self.money(Call::Refund, id, "REFUND", "REFUNDED", Some(what)))
    }

    fn profile(&self) -> Reply<'_, Result<Profile, Fault>> {
        Box::pin(async { Ok(Profile::default()) })
    }

    fn sign_in(&self) -> Reply<'_, Result<(), Fault>> {
        Box::pin(async { Ok(()) })
    }

    fn clock_skew(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    fn rebuilt_url(&self, session_id: &str) -> String {
        format!("https://checkout.dintero.com/v1/view/{session_id}")
    }
}

// --- The ledger ---------------------------------------------------------------------------------

#[derive(Default)]
struct Kept {
    links: BTreeMap<LinkId, Link>,
    outbox: Vec<(OutboxEntry, Option<Timestamp>)>,
    values: BTreeMap<String, String>,
    writes: i64,
}

pub(crate) struct SimLedger {
    state: Mutex<Kept>,
    power: Arc<Power>,
}

impl SimLedger {
    fn write<T>(&self, work: impl FnOnce(&mut Kept) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        if self.power.is_off() || !self.power.step() {
            return Err(LedgerError::Database("no power".to_owned()));
        }
        let mut state = lock(&self.state);
        state.writes += 1;
        work(&mut state)
    }

    fn read(&self) -> Result<MutexGuard<'_, Kept>, LedgerError> {
        if self.power.is_off() {
            return Err(LedgerError::Database("no power".to_owned()));
        }
        Ok(lock(&self.state))
    }
}

impl Kept {
    fn update(&mut self, link: &Link) {
        let before = self.links.get(&link.id).expect("the link is kept").clone();
        let mut now = link.clone();
        now.session_id = now.session_id.or(before.session_id);
        now.transaction_id = now.transaction_id.or(before.transaction_id);
        now.url = now.url.or(before.url);
        for event in before.events {
            if !now.events.contains(&event) {
                now.record(event);
            }
        }
        self.links.insert(now.id, now);
    }

    fn place(&self, link: LinkId, kind: OutboxKind) -> Option<usize> {
        self.outbox.iter().position(|(e, _)| e.link == link && e.kind == kind)
    }
}

impl Ledger for SimLedger {
    fn insert(&self, link: &Link, _: bool) -> Result<(), LedgerError> {
        self.write(|kept| {
            kept.links.insert(link.id, link.clone());
            let entry = OutboxEntry::new(link.id, OutboxKind::Create, link.created_at);
            kept.outbox.push((entry, None));
            Ok(())
        })
    }

    fn update(&self, link: &Link) -> Result<(), LedgerError> {
        self.write(|kept| {
            kept.update(link);
            Ok(())
        })
    }

    fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        Ok(self.read()?.links.get(&id).cloned())
    }

    fn rows(&self, _: &str, filter: &LinkFilter) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let wanted = |l: &&Link| {
            filter.search.as_ref().is_none_or(|s| l.sale.reference.as_str().contains(s.as_str()))
                && (filter.states.is_empty() || filter.states.contains(&l.state))
        };
        Ok(kept.links.values().filter(wanted).map(LinkRow::from).collect())
    }

    fn count(&self, account: &str, filter: &LinkFilter) -> Result<u64, LedgerError> {
        Ok(u64::try_from(self.rows(account, filter)?.len()).unwrap())
    }

    fn find(&self, _: &str, text: &str) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let named = |l: &&Link| l.sale.reference.as_str().eq_ignore_ascii_case(text);
        Ok(kept.links.values().filter(named).map(LinkRow::from).collect())
    }

    fn near(&self, _: &str, _: &str) -> Result<Vec<Reference>, LedgerError> {
        Ok(Vec::new())
    }

    fn unsettled(&self, _: &str) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let follow = |l: &&Link| !l.state.in_outbox() && !l.settled();
        Ok(kept.links.values().filter(follow).map(LinkRow::from).collect())
    }

    fn totals(&self, _: &str, _: Timestamp) -> Result<DayTotals, LedgerError> {
        Ok(DayTotals::default())
    }

    fn reference_used(&self, _: &str, _: &Reference) -> Result<bool, LedgerError> {
        Ok(false)
    }

    fn next_reference(
        &self,
        _: &str,
        template: &ReferenceTemplate,
        day: Date,
    ) -> Result<Reference, LedgerError> {
        Ok(template.reference(day, 1))
    }

    fn outbox(&self, _: &str) -> Result<Vec<OutboxEntry>, LedgerError> {
        Ok(self.read()?.outbox.iter().map(|(e, _)| e.clone()).collect())
    }

    fn enqueue(&self, entry: &OutboxEntry) -> Result<(), LedgerError> {
        self.write(|kept| {
            match kept.place(entry.link, entry.kind) {
                Some(i) if kept.outbox[i].1.is_some() => {
                    let held = kept.outbox[i].0.clone();
                    let (attempts, in_flight, order) = (held.attempts, held.in_flight, held.order);
                    kept.outbox[i].0 = OutboxEntry { attempts, in_flight, order, ..entry.clone() };
                }
                Some(i) => kept.outbox[i].0 = entry.clone(),
                None => kept.outbox.push((entry.clone(), None)),
            }
            Ok(())
        })
    }

    fn claim(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.write(|kept| {
            let Some(i) = kept.place(link, kind) else { return Ok(None) };
            let held = kept.outbox[i].1;
            let lease = SignedDuration::try_from(lease).unwrap();
            let may_create = kept.links[&link].state.in_outbox();
            let behind = kept.outbox[..i].iter().any(|(e, _)| e.link == link && e.kind != OutboxKind::Look);
            if held.is_some_and(|since| now < since + lease)
                || behind
                || kept.outbox[i].0.needs_decision
                || (kind == OutboxKind::Create && !may_create)
            {
                return Ok(None);
            }
            kept.outbox[i].0.attempts += 1;
            let before = kept.outbox[i].0.clone();
            kept.outbox[i].0.in_flight = true;
            kept.outbox[i].1 = Some(now);
            if kind == OutboxKind::Create {
                kept.links.get_mut(&link).expect("kept").state = LinkState::Creating;
            }
            Ok(Some(before))
        })
    }

    fn note_order(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let place = kept.place(entry.link, entry.kind);
            let ours =
                place.filter(|i| kept.outbox[*i].1.is_some() && kept.outbox[*i].0.attempts == entry.attempts);
            if let Some(i) = ours {
                kept.outbox[i].0.order.clone_from(&entry.order);
            }
            Ok(ours.is_some())
        })
    }

    fn settle_entry(&self, link: &Link, kind: OutboxKind) -> Result<(), LedgerError> {
        self.write(|kept| {
            if let Some(i) = kept.place(link.id, kind) {
                kept.outbox.remove(i);
            }
            if kind == OutboxKind::Create {
                kept.update(link);
            }
            Ok(())
        })
    }

    fn release_entry(&self, link: &Link, entry: &OutboxEntry) -> Result<(), LedgerError> {
        self.write(|kept| {
            if let Some(i) =
                kept.place(entry.link, entry.kind).filter(|i| kept.outbox[*i].0.attempts == entry.attempts)
            {
                kept.outbox[i] = (entry.clone(), None);
                if entry.kind == OutboxKind::Create {
                    kept.update(link);
                }
            }
            Ok(())
        })
    }

    fn get(&self, key: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.read()?.values.get(key).cloned())
    }

    fn put(&self, key: &str, value: Option<&str>) -> Result<(), LedgerError> {
        self.write(|kept| {
            match value {
                Some(value) => kept.values.insert(key.to_owned(), value.to_owned()),
                None => kept.values.remove(key),
            };
            Ok(())
        })
    }

    fn version(&self) -> Result<i64, LedgerError> {
        Ok(self.read()?.writes)
    }
}

struct NoDesktop;

impl Desktop for NoDesktop {
    fn copy(&self, _: &str) -> Result<(), DesktopError> {
        Err(DesktopError("none".to_owned()))
    }
    fn open_mail(&self, _: &Mail) -> Result<(), DesktopError> {
        Err(DesktopError("none".to_owned()))
    }
    fn open_page(&self, _: &str) -> Result<(), DesktopError> {
        Err(DesktopError("none".to_owned()))
    }
}

// --- Together -----------------------------------------------------------------------------------

/// A backend, a ledger and a clock. Make it inside a tokio test with paused time.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) backend: Arc<SimGateway>,
    pub(crate) power: Arc<Power>,
    ids: AtomicUsize,
}

impl World {
    pub(crate) fn new() -> Self {
        let power = Arc::new(Power::default());
        let clock: Arc<dyn Clock> = Arc::new(TokioClock { began: tokio::time::Instant::now() });
        let backend =
            Arc::new(SimGateway { state: Arc::default(), power: power.clone(), clock: clock.clone() });
        let ledger = Arc::new(SimLedger { state: Mutex::default(), power: power.clone() });
        let ports = Ports { gateway: backend.clone(), ledger, desktop: Arc::new(NoDesktop), clock };
        Self { ports, backend, power, ids: AtomicUsize::new(0) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// A sale of 120 kr under `reference` that lives a day.
    pub(crate) fn sale(&self, reference: &str, delivery: Delivery) -> Sale {
        Sale {
            lines: vec![
                ProductLine::new(
                    "Vaffel",
                    Quantity::ONE,
                    Money::new(12_000, Currency::Nok),
                    VatRate::STANDARD,
                )
                .unwrap(),
            ],
            currency: Currency::Nok,
            methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
            reference: Reference::parse(reference).unwrap(),
            expires_at: self.now() + SignedDuration::from_hours(24),
            address: AddressPlan::None,
            auto_capture: false,
            delivery,
        }
    }

    /// Keeps a link that is to be sent.
    pub(crate) fn keep(&self, reference: &str, delivery: Delivery) -> LinkId {
        self.try_keep(reference, delivery).unwrap()
    }

    /// Keeps a link that is to be sent, if there is power.
    pub(crate) fn try_keep(&self, reference: &str, delivery: Delivery) -> Result<LinkId, LedgerError> {
        let n = self.ids.fetch_add(1, Ordering::SeqCst) + 1;
        let id = LinkId(Uuid::from_u128(u128::try_from(n).unwrap()));
        let link = Link::queued(id, ACCOUNT.to_owned(), self.sale(reference, delivery), self.now()).unwrap();
        self.ports.ledger.insert(&link, true)?;
        Ok(id)
    }

    /// Keeps a link and sends it.
    pub(crate) async fn send(&self, reference: &str, delivery: Delivery) -> LinkId {
        let id = self.keep(reference, delivery);
        super::outbox::send_now(&self.ports, id).await.unwrap();
        assert_eq!(self.link(id).state, LinkState::Open);
        id
    }

    pub(crate) fn link(&self, id: LinkId) -> Link {
        self.ports.ledger.link(id).unwrap().unwrap()
    }

    pub(crate) fn session_id(&self, id: LinkId) -> String {
        self.link(id).session_id.unwrap()
    }

    pub(crate) fn entry(&self, id: LinkId) -> Option<OutboxEntry> {
        self.ports.ledger.outbox(ACCOUNT).unwrap().into_iter().find(|e| e.link == id)
    }

    /// How many messages this link's customer got.
    pub(crate) fn messages(&self, id: LinkId) -> usize {
        let ours = |s: &&Sim| s.news.paylink_id.as_deref() == Some(id.to_string().as_str());
        self.backend.sessions().iter().filter(ours).map(|s| s.messages).sum()
    }
}

pub(crate) fn sms() -> Delivery {
    Delivery::Sms(Phone::parse("41234567").unwrap())
}
