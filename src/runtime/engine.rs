//! The loop without a terminal.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use super::page::FirstPage;
use super::perform;
use super::timers::Timers;
use super::workplace::{Host, Workplace};
use crate::app::effect::Effect;
use crate::app::model::{Now, Shop};
use crate::app::msg::{Failed, Reply};
use crate::app::{self, Model, Msg};
use crate::domain::link::LinkId;
use crate::ops::on_ledger;
use crate::ports::{Clock, OutboxEntry, Watch};

/// The clock, shared with tasks.
pub type SharedClock = Arc<dyn Clock>;

/// How long vital work may take at the end. What is not done by then is in the ledger's outbox.
const LAST_WORK: Duration = Duration::from_secs(3);
/// What is left to wait is worth a moment.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// What only the holder of the terminal can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outward {
    /// Put text on the terminal's clipboard.
    Copy(String),
    /// Ring.
    Bell,
    /// Draw everything anew.
    Redraw,
    /// Into the background.
    Suspend,
}

/// What tasks send to the loop.
pub(super) enum Inward {
    Message(Msg),
    /// Text for the clipboards.
    Copy(String),
    /// Another workplace is open; the message comes after it.
    Moved(Box<Workplace>, Msg),
    /// Something to be done beside the rest.
    Work(Pin<Box<dyn Future<Output = ()> + Send>>),
}

/// The way back into the loop, with a count of what is under way.
#[derive(Clone)]
pub(super) struct Sender {
    tx: UnboundedSender<Inward>,
    busy: Arc<AtomicUsize>,
    /// Told whenever something is no longer under way.
    idle: Arc<Notify>,
    page: Arc<Page>,
}

impl Sender {
    /// Sends a message. When the loop has ended nobody listens, which is fine.
    pub(super) fn message(&self, msg: Msg) {
        let _ = self.tx.send(Inward::Message(msg));
    }

    /// Sends an effect's answer.
    pub(super) fn reply(&self, reply: Reply) {
        self.message(Msg::Reply(reply));
    }

    /// Asks for text to be put on the clipboards.
    pub(super) fn copy(&self, text: String) {
        let _ = self.tx.send(Inward::Copy(text));
    }

    /// Has something done beside the rest, among the tasks that the loop looks after: a panic in it ends the loop.
    pub(super) fn work(&self, work: impl Future<Output = ()> + Send + 'static) {
        let _ = self.tx.send(Inward::Work(Box::pin(work)));
    }

    /// Counts something as under way until the guard is dropped.
    pub(super) fn busy(&self) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(self.busy.clone(), self.idle.clone())
    }

    /// Whoever is to read the first page reads it as it is once this is dropped. `None`: somebody else is about to, and
    /// will read what whoever asks now would.
    pub(super) fn waits_for_page(&self) -> Option<WaitsForPage> {
        let waits = self.page.waits.swap(true, Ordering::SeqCst);
        (!waits).then(|| WaitsForPage(self.page.clone()))
    }

    /// One at a time reads it, until what is returned is dropped: other work on the ledger has a turn meanwhile.
    pub(super) async fn reads_page(&self) -> impl Send + '_ {
        self.page.reads.lock().await
    }

    /// Sends a new workplace and the answer that belongs to it.
    pub(super) fn moved(&self, workplace: Workplace, reply: Reply) {
        let _ = self.tx.send(Inward::Moved(Box::new(workplace), Msg::Reply(reply)));
    }
}

/// Who reads the first page.
#[derive(Default)]
struct Page {
    /// Somebody is about to.
    waits: AtomicBool,
    /// Somebody does.
    reads: Mutex<()>,
}

/// The first page is to be read, and that has not begun.
pub(super) struct WaitsForPage(Arc<Page>);

impl Drop for WaitsForPage {
    fn drop(&mut self) {
        self.0.waits.store(false, Ordering::SeqCst);
    }
}

/// Counts an effect as under way until it is dropped, so that "idle" is never a lie.
pub(super) struct Busy(Arc<AtomicUsize>, Arc<Notify>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
        self.1.notify_one();
    }
}

/// A task that panicked must not be passed over in silence.
fn go_on_panicking(done: Result<(), JoinError>) {
    if let Err(error) = done
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// The app with its queue, its tasks and its timers.
pub struct Engine {
    model: Model,
    workplace: Option<Workplace>,
    host: Option<Arc<dyn Host>>,
    clock: SharedClock,
    zone: TimeZone,
    rx: UnboundedReceiver<Inward>,
    tx: Sender,
    timers: Timers,
    tasks: JoinSet<()>,
    vital: Option<UnboundedSender<(Effect, perform::Context, Busy)>>,
    vital_work: JoinHandle<()>,
    /// Vital work that may take long: the end waits for it, nothing else does.
    long_work: JoinSet<()>,
    outward: Vec<Outward>,
    later: Vec<Effect>,
    /// Tells of what other processes change in the workplace's ledger.
    watch: Option<Watch>,
    ended: bool,
}

impl Engine {
    /// With a workplace, or without one (the first start) and with a `host` who makes one.
    #[must_use]
    pub fn new(
        workplace: Option<Workplace>,
        host: Option<Arc<dyn Host>>,
        clock: SharedClock,
        zone: TimeZone,
    ) -> Self {
        let (tx, rx) = unbounded_channel();
        let (vital, vital_work) = in_order();
        let tx = Sender { tx, busy: Arc::default(), idle: Arc::default(), page: Arc::default() };
        let (model, later) = app::start(workplace.as_ref().map(|w| w.shop.clone()), (80, 24));
        Self {
            model,
            workplace,
            host,
            clock,
            zone,
            rx,
            tx,
            timers: Timers::default(),
            tasks: JoinSet::new(),
            vital: Some(vital),
            vital_work,
            long_work: JoinSet::new(),
            outward: Vec::new(),
            later,
            watch: None,
            ended: false,
        }
    }

    /// For a shop whose workplace is still being opened: [`Engine::open`] brings it.
    #[must_use]
    pub fn opening(shop: Shop, clock: SharedClock, zone: TimeZone) -> Self {
        let (model, later) = app::start(Some(shop), (80, 24));
        Self { model, later, ..Self::new(None, None, clock, zone) }
    }

    /// Before the first frame: the size, and the first page of a ledger that is open. Everything else waits.
    pub fn begin(&mut self, size: (u16, u16)) {
        self.message(Msg::Resized(size.0, size.1));
        if let Some(place) = &self.workplace {
            let (ledger, account) = (&*place.ports.ledger, &place.shop.account_id);
            let page = FirstPage::read(ledger, account, self.clock.now(), &self.zone, size.1);
            self.message(Msg::Reply(page.into_reply()));
        }
    }

    /// The workplace is open, and this was read first.
    pub fn open(&mut self, workplace: Workplace, page: FirstPage) {
        self.workplace = Some(workplace);
        self.message(Msg::Reply(page.into_reply()));
    }

    /// After the first frame: what the app asked for at the start.
    pub fn after_first_frame(&mut self) {
        // First: what changes while the answers are on their way is then seen.
        self.watch();
        for effect in std::mem::take(&mut self.later) {
            self.carry_out(effect);
        }
    }

    /// Is told from now on of what others change in the ledger. Costs nothing here: it's set up elsewhere.
    fn watch(&mut self) {
        let Some(workplace) = &self.workplace else { return };
        let tx = self.tx.clone();
        // It goes on being tried: nothing waits less for that.
        workplace
            .ports
            .persist
            .tell(move |error| tx.reply(Reply::LedgerTrouble(Failed::Other, error.clone())));
        let tx = self.tx.clone();
        let changed = Box::new(move || tx.message(Msg::LedgerChanged));
        self.watch = workplace.ports.ledger.watch(changed);
    }

    /// Numbers that are filled in have this decimal mark from now on.
    #[must_use]
    pub const fn with_decimal_mark(mut self, mark: char) -> Self {
        self.model.decimal_mark = mark;
        self
    }

    /// This letter says yes from now on, beside `y`.
    #[must_use]
    pub const fn with_yes(mut self, letter: char) -> Self {
        self.model.yes = letter;
        self
    }

    /// The state.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The moment and the place.
    #[must_use]
    pub fn now(&self) -> Now {
        Now { at: self.clock.now(), zone: self.zone.clone(), fresh: LinkId(uuid::Uuid::now_v7()) }
    }

    /// Something happened.
    pub fn message(&mut self, msg: Msg) {
        let now = self.now();
        for effect in app::update(&mut self.model, msg, &now) {
            self.carry_out(effect);
        }
    }

    /// Asks for something that only the terminal can do.
    pub fn outward(&mut self, effect: Effect) {
        self.carry_out(effect);
    }

    /// Waits for one answer and takes it in. A panic of a task goes on here: it has given the terminal back,
    /// so nothing may be drawn any more.
    pub async fn turn(&mut self) {
        loop {
            tokio::select! {
                biased;
                inward = self.rx.recv() => {
                    if let Some(inward) = inward {
                        self.take_in(inward);
                    }
                    return;
                }
                // Its answer has come by itself; this is no reason to draw.
                Some(done) = self.tasks.join_next() => go_on_panicking(done),
                Some(done) = self.long_work.join_next() => go_on_panicking(done),
                // Ends by itself only after `finish` has closed its queue.
                done = &mut self.vital_work => go_on_panicking(done),
            }
        }
    }

    /// Takes in everything that is waiting.
    pub fn drain(&mut self) {
        while let Ok(inward) = self.rx.try_recv() {
            self.take_in(inward);
        }
        // Finished tasks are let go of, so that the set doesn't grow over a long day.
        for set in [&mut self.tasks, &mut self.long_work] {
            while let Some(done) = set.try_join_next() {
                go_on_panicking(done);
            }
        }
    }

    /// Until nothing is under way but timers. For tests.
    pub async fn settle(&mut self) {
        loop {
            self.drain();
            if self.tx.busy.load(Ordering::SeqCst) == 0 && self.rx.is_empty() {
                return;
            }
            // An effect gives up its count after it has sent its last answer.
            tokio::select! {
                biased;
                inward = self.rx.recv() => if let Some(inward) = inward { self.take_in(inward) },
                () = self.tx.idle.notified() => {}
            }
        }
    }

    /// Lets that much time pass on the tokio clock, timers and answers included. For tests.
    pub async fn pass(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        loop {
            tokio::select! {
                biased;
                inward = self.rx.recv() => if let Some(inward) = inward { self.take_in(inward) },
                () = tokio::time::sleep_until(end) => break,
            }
        }
        self.settle().await;
    }

    /// What the holder of the terminal is to do.
    pub fn take_outward(&mut self) -> Vec<Outward> {
        std::mem::take(&mut self.outward)
    }

    /// Whether the app has said that it ends.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// How many requests of the account wait that go out by themselves, as far as that can be read without waiting for
    /// others.
    pub async fn waits(&self) -> usize {
        let Some(place) = &self.workplace else { return 0 };
        let account = place.shop.account_id.clone();
        let outbox = on_ledger(&place.ports, move |ledger| ledger.outbox(&account));
        let Ok(Ok(outbox)) = tokio::time::timeout(LAST_LOOK, outbox).await else { return 0 };
        // What went out already, or can't be known to wait, goes out no more.
        let goes = |e: &&OutboxEntry| {
            e.kind.asked_for() && !e.needs_decision && !e.in_doubt() && e.in_progress_since().is_none()
        };
        outbox.iter().filter(goes).count()
    }

    /// Waits for vital work, but not for ever: the rest is in the outbox.
    pub async fn finish(&mut self) {
        self.drain();
        self.vital = None;
        let (in_order, long) = (&mut self.vital_work, &mut self.long_work);
        let persist = self.workplace.as_ref().map(|workplace| workplace.ports.persist.clone());
        let work = async {
            go_on_panicking(in_order.await);
            while let Some(done) = long.join_next().await {
                go_on_panicking(done);
            }
        };
        // What was heard and could not be written down is tried a last time.
        let unwritten = async {
            if let Some(persist) = persist {
                persist.stop().await;
            }
        };
        let work = async { tokio::join!(work, unwritten) };
        let _ = tokio::time::timeout(LAST_WORK, work).await;
        self.long_work.abort_all();
        self.tasks.abort_all();
    }

    fn take_in(&mut self, inward: Inward) {
        match inward {
            Inward::Message(msg) => self.message(msg),
            Inward::Copy(text) => self.carry_out(Effect::Copy(text)),
            Inward::Work(work) => {
                self.tasks.spawn(work);
            }
            Inward::Moved(workplace, msg) => {
                self.workplace = Some(*workplace);
                self.watch();
                self.message(msg);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Wake(timer, at) => self.timers.start(timer, at, self.tx.clone(), self.clock.clone()),
            Effect::Unwake(timer) => self.timers.stop(timer),
            Effect::Bell => self.outward.push(Outward::Bell),
            Effect::Redraw => self.outward.push(Outward::Redraw),
            Effect::Suspend => self.outward.push(Outward::Suspend),
            Effect::Quit => self.ended = true,
            effect => {
                if let Effect::Copy(text) = &effect {
                    self.outward.push(Outward::Copy(text.clone()));
                }
                self.spawn(effect);
            }
        }
    }

    fn spawn(&mut self, effect: Effect) {
        let busy = self.tx.busy();
        let context = perform::Context {
            workplace: self.workplace.clone(),
            host: self.host.clone(),
            now: self.now(),
            tx: self.tx.clone(),
        };
        if effect.is_vital() && !effect.may_take_long() {
            if let Some(vital) = &self.vital {
                let _ = vital.send((effect, context, busy));
            }
            return;
        }
        let set = if effect.is_vital() { &mut self.long_work } else { &mut self.tasks };
        set.spawn(async move {
            perform::perform(effect, context).await;
            drop(busy);
        });
    }
}

/// One task that carries out vital effects in the order they were asked for: an older draft never
/// overtakes a newer one. It ends when its sender is dropped and everything is done.
fn in_order() -> (UnboundedSender<(Effect, perform::Context, Busy)>, JoinHandle<()>) {
    let (tx, mut rx) = unbounded_channel::<(Effect, perform::Context, Busy)>();
    let work = tokio::spawn(async move {
        while let Some((effect, context, busy)) = rx.recv().await {
            perform::perform(effect, context).await;
            drop(busy);
        }
    });
    (tx, work)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt as _;

    use crate::app::testing::shop;
    use crate::domain::reference::ReferenceTemplate;
    use crate::i18n::{Lang, Texts};
    use crate::ops::testing::World;
    use crate::ports::SystemClock;

    /// What is replied by whoever has the way back.
    pub(crate) fn heard(who: impl FnOnce(&Sender)) -> Vec<Reply> {
        let (tx, mut rx) = unbounded_channel();
        who(&Sender { tx, busy: Arc::default(), idle: Arc::default(), page: Arc::default() });
        let told = std::iter::from_fn(|| rx.try_recv().ok());
        told.filter_map(|told| if let Inward::Message(Msg::Reply(reply)) = told { Some(reply) } else { None })
            .collect()
    }

    /// Each of two hundred answers at once wants the first page as it is after it.
    #[tokio::test(start_paused = true)]
    async fn the_first_page_is_read_once_for_all_who_wait_for_it() {
        let world = World::new();
        let place = Workplace {
            shop: shop(),
            ports: world.ports.clone(),
            template: ReferenceTemplate::parse("KARI-{seq}").unwrap(),
            customer_texts: Texts::new(Lang::Bokmal),
            customer: None,
        };
        let mut engine = Engine::new(Some(place), None, world.ports.clock.clone(), TimeZone::UTC);
        let pages = |engine: &mut Engine| {
            let told = std::iter::from_fn(|| engine.rx.try_recv().ok());
            let page = |told: &Inward| matches!(told, Inward::Message(Msg::Reply(Reply::Dashboard(_))));
            told.filter(page).count()
        };
        for _ in 0..2 {
            // Others are at the ledger.
            let busy = (world.ports.turns.next().await, world.ports.turns.next().await);
            (0..200).for_each(|_| engine.spawn(Effect::LoadDashboard));
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(busy);
            while engine.tasks.join_next().await.is_some() {}
            assert_eq!(pages(&mut engine), 1);
        }
        // What has begun may know less than whoever asks now: that is read once more, after it.
        let reading = engine.tx.page.clone();
        let reading = reading.reads.lock().await;
        (0..200).for_each(|_| engine.spawn(Effect::LoadDashboard));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(pages(&mut engine), 0);
        drop(reading);
        while engine.tasks.join_next().await.is_some() {}
        assert_eq!(pages(&mut engine), 1);
    }

    #[tokio::test]
    async fn a_panic_of_a_task_ends_the_loop() {
        let mut engine = Engine::new(None, None, Arc::new(SystemClock), TimeZone::UTC);
        engine.tasks.spawn(async {});
        engine.tasks.spawn(async { panic!("on purpose") });
        let turn = AssertUnwindSafe(engine.turn()).catch_unwind().await;
        assert_eq!(turn.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
    }

    #[tokio::test]
    async fn so_does_one_of_vital_work() {
        let mut engine = Engine::new(None, None, Arc::new(SystemClock), TimeZone::UTC);
        engine.vital_work = tokio::spawn(async { panic!("on purpose") });
        assert!(AssertUnwindSafe(engine.turn()).catch_unwind().await.is_err());
    }
}
