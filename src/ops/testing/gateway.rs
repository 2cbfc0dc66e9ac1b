//! A simulated backend that fails where it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::domain::cause::Cause;
use crate::domain::lifecycle::{
    PublishNews, SessionEvent, SessionNews, TransactionEvent, TransactionNews, TransactionStatus,
};
use crate::domain::link::{DeliveryStatus, LinkId};
use crate::domain::sale::Sale;
use crate::ports::*;

use super::{ACCOUNT, Power, TokioClock, lock};

/// The calls of the gateway, for faults and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    /// Counted where it fails.
    SignIn,
    Create,
    Session,
    Sessions,
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
    /// It's done, and the answer names the session, but not its address.
    Half,
    /// It isn't done, and nobody can tell.
    Cut,
    /// The answer is lost at once, and it's done so much later.
    Late(Duration),
    /// It takes so long, then goes well.
    Slow(Duration),
    /// It's done at once, and the answer is heard so much later.
    Answered(Duration),
    /// It takes so long and does nothing; the answer is this fault.
    SlowFault(Duration, FaultKind),
    /// What comes before the request takes so long, then all goes well.
    Before(Duration),
}

pub(crate) fn fault(kind: FaultKind) -> Wrong {
    Wrong::Fault(Fault::new(kind, Cause::theirs(format!("{kind:?}"))))
}

/// One session at the backend.
#[derive(Debug, Clone)]
pub(crate) struct Sim {
    pub(crate) news: SessionNews,
    pub(crate) transaction: Option<TransactionNews>,
    pub(crate) messages: usize,
    /// When it was asked for.
    pub(crate) asked: Timestamp,
}

#[derive(Default)]
struct Backend {
    sessions: Vec<Sim>,
    wrong: BTreeMap<Call, VecDeque<Wrong>>,
    calls: Vec<Call>,
    cannot_list: Option<FaultKind>,
    in_progress: bool,
    failing: Option<String>,
    no_references: bool,
    too_many: bool,
    newer_only: bool,
    no_events: bool,
    slow_to_void: bool,
    left_out: Vec<String>,
    unreadable: BTreeMap<String, FaultKind>,
    busy: usize,
    most_busy: usize,
}

impl Backend {
    fn can_read(&self, id: &str) -> Result<(), Fault> {
        let kind = self.unreadable.get(id);
        kind.map_or(Ok(()), |kind| Err(Fault::new(*kind, Cause::theirs("it can't be read"))))
    }
}

/// A request is on its way until this is dropped.
struct Busy(Arc<Mutex<Backend>>);

impl Drop for Busy {
    fn drop(&mut self) {
        lock(&self.0).busy -= 1;
    }
}

pub(crate) struct SimGateway {
    state: Arc<Mutex<Backend>>,
    power: Arc<Power>,
    clock: Arc<TokioClock>,
    /// By how much its clock is ahead of the machine's, as its last answer told. One that is set since is seen where
    /// there is a count that nobody sets.
    skew: Mutex<Option<SignedDuration>>,
    /// The machine is started anew.
    restarted: Arc<Notify>,
    /// By how much more its answers tell that.
    wrong_seconds: AtomicI64,
    /// Its answers don't tell the time.
    no_time: AtomicBool,
}

impl SimGateway {
    pub(super) fn new(power: Arc<Power>, clock: Arc<TokioClock>) -> Self {
        Self {
            state: Arc::default(),
            power,
            clock,
            skew: Mutex::default(),
            restarted: Arc::default(),
            wrong_seconds: AtomicI64::new(0),
            no_time: AtomicBool::new(false),
        }
    }

    /// From now on its answers tell a time that is so wrong.
    pub(crate) fn tell_wrong_time(&self, by: SignedDuration) {
        self.wrong_seconds.store(by.as_secs(), Ordering::SeqCst);
    }

    /// Whether its answers tell the time.
    pub(crate) fn tells_time(&self, tells: bool) {
        self.no_time.store(!tells, Ordering::SeqCst);
    }

    /// An answer is heard, and it tells the time.
    pub(crate) fn heard(&self) {
        *lock(&self.skew) = Some(-self.clock.set());
    }

    /// The machine is started anew, which takes longer than what has left it is on its way.
    pub(crate) fn machine_restarts(&self) {
        self.forget_time();
        self.restarted.notify_waiters();
    }

    /// What it told of the time is forgotten.
    pub(crate) fn forget_time(&self) {
        *lock(&self.skew) = None;
    }

    /// The next calls of this kind go wrong, one after the other.
    pub(crate) fn wrong(&self, call: Call, wrong: impl IntoIterator<Item = Wrong>) {
        lock(&self.state).wrong.entry(call).or_default().extend(wrong);
    }

    /// From now on all goes well with such calls.
    pub(crate) fn well(&self, call: Call) {
        lock(&self.state).wrong.remove(&call);
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

    /// From now on they are done at once; what was begun before stays so.
    pub(crate) fn at_once(&self) {
        lock(&self.state).in_progress = false;
    }

    /// The next capture, void or refund is tried and fails, with this reason: in the answer (200), or where
    /// it is answered with 202, when it is [finished](Self::finish).
    pub(crate) fn fails(&self, why: &str) {
        lock(&self.state).failing = Some(why.to_owned());
    }

    /// It doesn't give back the references that captures and refunds carry.
    pub(crate) fn no_references(&self) {
        lock(&self.state).no_references = true;
    }

    /// There are so many sessions with a reference that a search doesn't reach ours; or it does again.
    pub(crate) fn too_many(&self, so: bool) {
        lock(&self.state).too_many = so;
    }

    /// Lists of sessions don't have this one.
    pub(crate) fn leaves_out(&self, session_id: &str) {
        lock(&self.state).left_out.push(session_id.to_owned());
    }

    /// From now on this session, or this transaction, can't be read by itself.
    pub(crate) fn unreadable(&self, id: &str, kind: FaultKind) {
        lock(&self.state).unreadable.insert(id.to_owned(), kind);
    }

    /// There are so many that a search reaches only those made since the moment that it names.
    pub(crate) fn newer_only(&self) {
        lock(&self.state).newer_only = true;
    }

    /// A session is cancelled at once, and what becomes of its payment is not.
    pub(crate) fn slow_to_void(&self) {
        lock(&self.state).slow_to_void = true;
    }

    /// Its transactions tell no event of what is done to them, only how they stand.
    pub(crate) fn no_events(&self) {
        lock(&self.state).no_events = true;
    }

    /// Somebody else's capture or refund in the back office, of a part, under this reference.
    pub(crate) fn elsewhere(&self, session_id: &str, word: &str, amount: i64, reference: Option<&str>) {
        let at = self.clock.right();
        self.happen(session_id, |s| {
            let transaction = s.transaction.as_mut().expect("there is a payment");
            let status = if word == "CAPTURE" { "PARTIALLY_CAPTURED" } else { "PARTIALLY_REFUNDED" };
            transaction.status = TransactionStatus::from_word(status);
            transaction.updated_at = Some(at);
            transaction.events.push(TransactionEvent {
                id: Some(format!("e{}", transaction.events.len())),
                event: word.to_owned(),
                success: true,
                amount: Some(amount),
                at: Some(at),
                status_after: Some(status.to_owned()),
                error: None,
                reference: reference.map(str::to_owned),
                correlation: None,
            });
        });
    }

    /// What is in progress comes to its end.
    pub(crate) fn finish(&self) {
        let now = self.clock.right();
        let mut state = lock(&self.state);
        state.in_progress = false;
        let failing = state.failing.take();
        for transaction in state.sessions.iter_mut().filter_map(|s| s.transaction.as_mut()) {
            let begun = transaction.events.iter().rfind(|e| e.event.starts_with("INITIATE_")).cloned();
            let Some(begun) = begun else { continue };
            let word = begun.event.strip_prefix("INITIATE_").unwrap_or_default().to_owned();
            let (success, error) = (failing.is_none(), failing.clone());
            if success {
                transaction.status =
                    TransactionStatus::from_word(begun.status_after.as_deref().unwrap_or_default());
            }
            transaction.updated_at = Some(now);
            let id = Some(format!("e{}", transaction.events.len()));
            transaction.events.push(TransactionEvent {
                id,
                event: word,
                success,
                error,
                at: Some(now),
                ..begun
            });
        }
    }

    pub(crate) fn calls(&self, call: Call) -> usize {
        lock(&self.state).calls.iter().filter(|c| **c == call).count()
    }

    /// How many requests were on their way at a time, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        lock(&self.state).most_busy
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

    /// The request that made this session was repeated on the way: another one like it, whose id is told.
    pub(crate) fn repeat(&self, session_id: &str) -> String {
        let mut state = lock(&self.state);
        let mut again =
            state.sessions.iter().find(|s| s.news.id == session_id).expect("the session is there").clone();
        again.news.id = format!("{session_id}b");
        let id = again.news.id.clone();
        state.sessions.push(again);
        id
    }

    /// The customer opens the link.
    pub(crate) fn visit(&self, session_id: &str) {
        let at = self.clock.right();
        self.happen(session_id, |s| s.news.events.push(event("VISITED", at)));
    }

    /// A payment on the session, with this status from now on.
    pub(crate) fn pay(&self, session_id: &str, status: &str) {
        let at = self.clock.right();
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
                currency: s.news.currency.clone(),
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
            return Err(Fault::new(FaultKind::NotSent, Cause::theirs("no power")));
        }
        let wrong = {
            let mut state = lock(&self.state);
            state.calls.push(call);
            state.busy += 1;
            state.most_busy = state.most_busy.max(state.busy);
            state.wrong.get_mut(&call).and_then(VecDeque::pop_front)
        };
        let _busy = Busy(self.state.clone());
        let lost = || Fault::new(FaultKind::Maybe, Cause::theirs("the connection was cut"));
        match wrong {
            Some(Wrong::Fault(_) | Wrong::Cut) if !self.power.step() => return Err(lost()),
            Some(Wrong::Fault(fault)) => {
                if fault.kind.is_no() {
                    self.heard();
                }
                return Err(fault);
            }
            Some(Wrong::Cut) => return Err(lost()),
            Some(Wrong::Slow(time)) => tokio::time::sleep(time).await,
            Some(Wrong::SlowFault(time, kind)) => {
                tokio::time::sleep(time).await;
                let alive = self.power.step();
                let cause = Cause::theirs(format!("{kind:?}, late"));
                return Err(if alive { Fault::new(kind, cause) } else { lost() });
            }
            Some(Wrong::Late(time)) => {
                let (state, clock) = (self.state.clone(), self.clock.clone());
                // What is still within a machine is gone when that is started anew; what has left it arrives meanwhile.
                let restarted = self.restarted.clone().notified_owned();
                tokio::spawn(async move {
                    tokio::select! {
                        () = tokio::time::sleep(time) => {}
                        () = restarted => {}
                    }
                    drop(work(&mut lock(&state), clock.right()));
                });
                let _ = self.power.step();
                return Err(lost());
            }
            Some(Wrong::Lost | Wrong::Half | Wrong::Before(_) | Wrong::Answered(_)) | None => {}
        }
        let done = work(&mut lock(&self.state), self.clock.right());
        if let Some(Wrong::Answered(time)) = wrong {
            tokio::time::sleep(time).await;
        }
        // With the power cut here the request is carried out and nobody hears of it.
        if !self.power.step() || matches!(wrong, Some(Wrong::Lost)) {
            return Err(lost());
        }
        self.heard();
        if matches!(wrong, Some(Wrong::Half)) {
            let session_id = lock(&self.state).sessions.last().map(|s| s.news.id.clone());
            return Err(Fault { session_id, ..Fault::new(FaultKind::Maybe, Cause::theirs("no link")) });
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
            let failing = if progress { None } else { state.failing.take() };
            let (no_references, no_events) = (state.no_references, state.no_events);
            let transaction = state
                .sessions
                .iter_mut()
                .filter_map(|s| s.transaction.as_mut())
                .find(|t| t.id == id)
                .ok_or_else(|| Fault::new(FaultKind::NotFound, Cause::theirs("no such transaction")))?;
            transaction.events.push(TransactionEvent {
                id: Some(format!("e{}", transaction.events.len())),
                event: if progress { format!("INITIATE_{word}") } else { word.to_owned() },
                success: failing.is_none(),
                amount: what.as_ref().map(|w| w.amount.minor()),
                at: Some(now),
                status_after: Some(after.to_owned()),
                error: failing.clone(),
                reference: what.as_ref().map(|w| w.reference.clone()).filter(|_| !no_references),
                correlation: Some(format!("c{}", transaction.events.len())),
            });
            if no_events {
                transaction.events.pop();
            }
            transaction.updated_at = Some(now);
            if !progress && failing.is_none() {
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
    fn create<'a>(
        &'a self,
        id: LinkId,
        sale: &'a Sale,
        sending: &'a Sending,
    ) -> Reply<'a, Result<Created, Fault>> {
        let (sale, asked) = (sale.clone(), self.clock.right());
        let made = self.call(Call::Create, move |state, now| {
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
                    currency: Some(sale.currency.code().to_owned()),
                    publish: publish.clone(),
                    events: vec![event("INITIATED", now)],
                    ..SessionNews::default()
                },
                transaction: None,
                messages,
                asked,
            });
            let url = format!("https://checkout.dintero.com/v1/view/{session_id}?given");
            Ok(Created { session_id, url, publish, types: vec!["dintero_psp.vipps".to_owned()] })
        });
        Box::pin(async move {
            let before = {
                let mut state = lock(&self.state);
                let wrong = state.wrong.entry(Call::Create).or_default();
                match wrong.pop_front_if(|wrong| matches!(wrong, Wrong::Before(_))) {
                    Some(Wrong::Before(time)) => time,
                    _ => Duration::ZERO,
                }
            };
            tokio::time::sleep(before).await;
            sending.begins().await?;
            made.await
        })
    }

    fn session<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        let session_id = session_id.to_owned();
        Box::pin(self.call(Call::Session, move |state, _| {
            state.can_read(&session_id)?;
            let found = state.sessions.iter().find(|s| s.news.id == session_id);
            found
                .map(|s| s.news.clone())
                .ok_or_else(|| Fault::new(FaultKind::NotFound, Cause::theirs("no such session")))
        }))
    }

    fn sessions_of<'a>(&'a self, session_ids: &'a [String]) -> Reply<'a, Result<Vec<SessionNews>, Fault>> {
        assert!(session_ids.len() <= 100, "at most a hundred in one request");
        let session_ids = session_ids.to_vec();
        Box::pin(self.call(Call::Sessions, move |state, _| {
            if let Some(kind) = state.cannot_list {
                return Err(Fault::new(kind, Cause::theirs("no list here")));
            }
            let told = |s: &&Sim| session_ids.contains(&s.news.id) && !state.left_out.contains(&s.news.id);
            Ok(state.sessions.iter().filter(told).map(|s| s.news.clone()).collect())
        }))
    }

    fn find_sessions<'a>(
        &'a self,
        reference: &'a str,
        since: Timestamp,
    ) -> Reply<'a, Result<Searched, Fault>> {
        let reference = reference.to_owned();
        Box::pin(self.call(Call::Find, move |state, _| {
            if let Some(kind) = state.cannot_list {
                return Err(Fault::new(kind, Cause::theirs("no list here")));
            }
            let ours = |s: &&Sim| s.news.merchant_reference.as_deref() == Some(reference.as_str());
            if state.too_many {
                return Ok(Searched::default());
            }
            let newer = |s: &&Sim| !state.newer_only || s.news.created_at.is_some_and(|at| at >= since);
            let sessions = state.sessions.iter().filter(ours).filter(newer).map(|s| s.news.clone()).collect();
            Ok(Searched { sessions, complete: true })
        }))
    }

    fn cancel<'a>(&'a self, session_id: &'a str) -> Reply<'a, Result<SessionNews, Fault>> {
        let session_id = session_id.to_owned();
        Box::pin(self.call(Call::Cancel, move |state, now| {
            let session = state
                .sessions
                .iter_mut()
                .find(|s| s.news.id == session_id)
                .ok_or_else(|| Fault::new(FaultKind::NotFound, Cause::theirs("no such session")))?;
            if let Some(transaction) = &mut session.transaction {
                if !matches!(transaction.status, TransactionStatus::Initiated | TransactionStatus::Authorized)
                {
                    return Err(Fault::new(FaultKind::Refused, Cause::theirs("it is paid")));
                }
                if !state.slow_to_void {
                    transaction.status = TransactionStatus::AuthorizationVoided;
                    transaction.updated_at = Some(now);
                }
            }
            session.news.cancelled_at = Some(now);
            session.news.events.push(event("CANCELLED", now));
            Ok(session.news.clone())
        }))
    }

    fn transaction<'a>(&'a self, id: &'a str) -> Reply<'a, Result<TransactionNews, Fault>> {
        let id = id.to_owned();
        Box::pin(self.call(Call::Transaction, move |state, _| {
            state.can_read(&id)?;
            let mut all = state.sessions.iter().filter_map(|s| s.transaction.as_ref());
            all.find(|t| t.id == id)
                .cloned()
                .ok_or_else(|| Fault::new(FaultKind::NotFound, Cause::theirs("none")))
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
        let wrong = lock(&self.state).wrong.get_mut(&Call::SignIn).and_then(VecDeque::pop_front);
        if let Some(Wrong::Fault(fault)) = wrong {
            lock(&self.state).calls.push(Call::SignIn);
            return Box::pin(async { Err(fault) });
        }
        // A token was asked for at the start, and lasts.
        if lock(&self.skew).is_none() {
            self.heard();
        }
        Box::pin(async { Ok(()) })
    }

    fn clock_checked(&self) -> Reply<'_, Result<Option<SignedDuration>, Fault>> {
        Box::pin(async {
            self.heard();
            Ok((!self.no_time.load(Ordering::SeqCst)).then(|| self.clock_skew()))
        })
    }

    fn clock_told(&self) -> Option<SignedDuration> {
        let told = lock(&self.skew).is_some() && !self.no_time.load(Ordering::SeqCst);
        told.then(|| self.clock_skew())
    }

    fn clock_skew(&self) -> SignedDuration {
        let wrong = SignedDuration::from_secs(self.wrong_seconds.load(Ordering::SeqCst));
        let told = *lock(&self.skew);
        let seen = if self.clock.steady().is_some() { told.map(|_| -self.clock.set()) } else { told };
        seen.unwrap_or_default() + wrong
    }

    fn rebuilt_url(&self, session_id: &str) -> String {
        format!("https://checkout.dintero.com/v1/view/{session_id}")
    }
}
