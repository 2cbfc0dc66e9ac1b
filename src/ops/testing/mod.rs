//! Simulated ports for the tests of this room: a backend and a ledger that live in memory, fail where
//! they're told to, and can lose their power at any step.

pub(crate) mod command;
mod gateway;
mod ledger;
pub(crate) mod payments;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::line::{ProductLine, Quantity};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::domain::method::{Method, MethodChoice};
use crate::domain::money::{Currency, Money};
use crate::domain::phone::Phone;
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::VatRate;
use crate::ports::*;

pub(crate) use gateway::{Call, Sim, SimGateway, Wrong, event, fault};
pub(crate) use ledger::SPOILED;
use ledger::SimLedger;

pub(crate) const ACCOUNT: &str = "T12345678";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A clock that runs with tokio's, which the tests pause and advance; and which can be set.
struct TokioClock {
    began: tokio::time::Instant,
    set_seconds: AtomicI64,
    slept_seconds: AtomicI64,
    /// Nothing here counts what nobody sets.
    no_steady: AtomicBool,
    /// How often the machine was started anew.
    starts: AtomicUsize,
}

impl TokioClock {
    fn began_at() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

impl TokioClock {
    /// By how much this machine's clock is ahead.
    fn set(&self) -> SignedDuration {
        SignedDuration::from_secs(self.set_seconds.load(Ordering::SeqCst))
    }

    /// Which start of the machine it is.
    fn start(&self) -> String {
        format!("start {}", self.starts.load(Ordering::SeqCst))
    }

    /// The time as it is, by the backend's clock.
    fn right(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap();
        let slept = SignedDuration::from_secs(self.slept_seconds.load(Ordering::SeqCst));
        Self::began_at().checked_add(passed + slept).unwrap()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.right() + self.set()
    }

    fn steady(&self) -> Option<Counted> {
        if self.no_steady.load(Ordering::SeqCst) {
            return None;
        }
        let slept = self.slept_seconds.load(Ordering::SeqCst).unsigned_abs();
        Some(Counted::new(&self.start(), self.began.elapsed() + Duration::from_secs(slept)))
    }

    fn awake(&self) -> Option<Counted> {
        if self.no_steady.load(Ordering::SeqCst) {
            return None;
        }
        Some(Counted::new(&self.start(), self.began.elapsed()))
    }
}

/// The process's power: after so many steps it is cut, and nothing more is written or asked.
#[derive(Default)]
pub(crate) struct Power {
    steps: AtomicUsize,
    cut_at: AtomicUsize,
    off: AtomicBool,
    slow: AtomicBool,
    /// How many writes go well, and how many after them don't.
    full: Mutex<(usize, usize)>,
    failed_writes: AtomicUsize,
}

impl Power {
    /// Whoever has looked into the outbox takes a while to do what follows from it: others come in between.
    pub(crate) fn slow(&self) {
        self.slow.store(true, Ordering::SeqCst);
    }

    /// Cuts the power at the `step`-th step from now, 1 is the next one.
    pub(crate) fn cut_at(&self, step: usize) {
        self.steps.store(0, Ordering::SeqCst);
        self.cut_at.store(step, Ordering::SeqCst);
    }

    /// After so many writes so many can't be done: the disk is full.
    pub(crate) fn full(&self, after: usize, times: usize) {
        *lock(&self.full) = (after, times);
    }

    /// How often something was to be written on the full disk.
    pub(crate) fn failed_writes(&self) -> usize {
        self.failed_writes.load(Ordering::SeqCst)
    }

    fn is_full(&self) -> bool {
        let (after, times) = &mut *lock(&self.full);
        if *after > 0 {
            *after -= 1;
            return false;
        }
        let full = *times > 0;
        if full {
            *times -= 1;
            self.failed_writes.fetch_add(1, Ordering::SeqCst);
        }
        full
    }

    /// The process is started again.
    pub(crate) fn back(&self) {
        self.cut_at.store(0, Ordering::SeqCst);
        self.off.store(false, Ordering::SeqCst);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.off.load(Ordering::SeqCst)
    }

    fn linger(&self) {
        if self.slow.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
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

/// A backend, a ledger and a clock. Make it inside a tokio test with paused time.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) backend: Arc<SimGateway>,
    pub(crate) power: Arc<Power>,
    clock: Arc<TokioClock>,
    ids: AtomicUsize,
}

impl World {
    pub(crate) fn new() -> Self {
        let power = Arc::new(Power::default());
        let began = tokio::time::Instant::now();
        let clock = Arc::new(TokioClock {
            began,
            set_seconds: AtomicI64::new(0),
            slept_seconds: AtomicI64::new(0),
            no_steady: AtomicBool::new(false),
            starts: AtomicUsize::new(0),
        });
        let backend = Arc::new(SimGateway::new(power.clone(), clock.clone()));
        let ledger = Arc::new(SimLedger::new(power.clone()));
        let ports = Ports {
            gateway: backend.clone(),
            ledger,
            desktop: Arc::new(NoDesktop),
            clock: clock.clone(),
            turns: Turns::default(),
            underway: Underway::default(),
            persist: Persist::default(),
        };
        Self { ports, backend, power, clock, ids: AtomicUsize::new(0) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Somebody sets the machine's clock: so much ahead, or back.
    pub(crate) fn set_clock(&self, change: SignedDuration) {
        self.clock.set_seconds.fetch_add(change.as_secs(), Ordering::SeqCst);
    }

    /// A system that can't tell what went by, whatever its clock is set to.
    pub(crate) fn without_steady(&self) {
        self.clock.no_steady.store(true, Ordering::SeqCst);
    }

    /// The machine sleeps: time passes everywhere, and nothing here happens or is counted.
    pub(crate) fn sleep(&self, time: SignedDuration) {
        self.clock.slept_seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// The machine is started anew: what was within it is gone, also what was heard.
    pub(crate) fn restart(&self) {
        self.backend.machine_restarts();
        self.clock.starts.fetch_add(1, Ordering::SeqCst);
    }

    /// The time by the backend's clock.
    pub(crate) fn right_now(&self) -> Timestamp {
        self.clock.right()
    }

    /// By how much this machine's clock is ahead.
    pub(crate) fn ahead(&self) -> SignedDuration {
        self.clock.set()
    }

    /// Another process on the same ledger, or this one after it was started again: it knows of no request of ours.
    pub(crate) fn another(&self) -> Ports {
        Ports { underway: Underway::default(), ..self.ports.clone() }
    }

    /// A process on a ledger that has this link alone, with the same backend.
    pub(crate) fn on_copy_of(&self, link: Link) -> Ports {
        Ports { ledger: Arc::new(SimLedger::of(self.power.clone(), link)), ..self.another() }
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
            exact_end: false,
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
        let made = Made::now(&*self.ports.clock, self.ports.gateway.clock_told());
        self.ports.ledger.insert_made(&link, &made, true)?;
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
