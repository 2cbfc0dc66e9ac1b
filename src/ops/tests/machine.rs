//! Any order of sales, faults, power cuts, restarts, payments, decisions, late and repeated answers, clocks that are set
//! and references that are used twice: never
//! two payable links for one sale without the seller's word, never a lost sale, never a payment that nobody
//! sees, never money moved more often than it was asked for.
//!
//! `PROPTEST_CASES` runs more of them, `PROPTEST_RNG_SEED` runs the same ones again; a failure prints the
//! shortest story that leads to it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::domain::cause::{Cause, Network};
use crate::domain::lifecycle::{SessionNews, TransactionNews, TransactionStatus};
use crate::domain::link::{Alarm, EventKind, Link, LinkId, LinkState};
use crate::domain::money::{Currency, Money};
use crate::domain::sale::Delivery;
use crate::ops::asked::Asked;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Decision, Outcome, Sent, decide, flush, give_up, send_now, withdraw};
use crate::ops::testing::{ACCOUNT, Call, Sim, World, Wrong, fault, sms};
use crate::ops::{cancel, track};
use crate::ports::{Fault, FaultKind, OutboxEntry, OutboxKind, Overdue, Ports};

/// How often it runs where nobody says.
const CASES: u32 = 400;

/// What waited longer asks before it goes out.
const SENSIBLE_AGE: SignedDuration = SignedDuration::from_hours(12);
/// A request may be carried out so much later than it was sent.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(2);

/// So long an end is remembered that nobody was told.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// Something that happens. A `usize` chooses among what there is.
#[derive(Debug, Clone)]
enum Step {
    Sell {
        by_sms: bool,
    },
    /// Another sale under the reference of one that there is.
    SellSame {
        which: usize,
        by_sms: bool,
    },
    /// This machine's clock is set so many seconds ahead of the right time, or back from it.
    Clock(i64),
    /// The machine sleeps for so long.
    Sleep(u64),
    /// The machine is started anew.
    Restart,
    Pass(u64),
    Flush,
    /// Two processes at the same time.
    FlushTwice,
    /// A sale is kept and all is sent, but the process sleeps with an answer of this call for longer than its claims last;
    /// another one takes over what it had begun. Then it wakes, and hears this.
    Asleep {
        by_sms: bool,
        call: Call,
        wakes_to: Option<FaultKind>,
    },
    SendNow(usize),
    Again(usize),
    Wait(usize),
    Withdraw(usize),
    Cancel(usize),
    /// The customer pays with one of the links that customers have.
    Pay(usize, &'static str),
    Move(usize, Money3),
    /// All that waits to be done with a link is dropped.
    DropAll(usize),
    Look(usize),
    /// An answer of some time ago comes once more.
    Old(usize),
    Goes(Call, Bad),
    List(bool),
    /// The power is cut at this step of what happens next.
    Cut(usize),
}

#[derive(Debug, Clone, Copy)]
enum Money3 {
    Capture,
    PartOfCapture,
    Void,
    Refund,
}

#[derive(Debug, Clone, Copy)]
enum Bad {
    NotSent,
    Refused,
    Lost,
    Cut,
    Late(u64),
    Slow(u64),
}

impl Bad {
    fn wrong(self) -> Wrong {
        match self {
            Self::NotSent => {
                Wrong::Fault(Fault::new(FaultKind::NotSent, Cause::NoConnection(Network::Unreachable)))
            }
            Self::Refused => fault(FaultKind::Refused),
            Self::Lost => Wrong::Lost,
            Self::Cut => Wrong::Cut,
            Self::Late(seconds) => Wrong::Late(Duration::from_secs(seconds)),
            Self::Slow(seconds) => Wrong::Slow(Duration::from_secs(seconds)),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let bad = prop_oneof![
        2 => Just(Bad::NotSent),
        1 => Just(Bad::Refused),
        4 => Just(Bad::Lost),
        2 => Just(Bad::Cut),
        2 => (1..40_u64).prop_map(Bad::Late),
        1 => (1..15_u64).prop_map(Bad::Slow),
    ];
    let call = prop_oneof![
        6 => Just(Call::Create),
        2 => Just(Call::Find),
        1 => Just(Call::Session),
        1 => Just(Call::Transaction),
        1 => Just(Call::Search),
        2 => Just(Call::Cancel),
        2 => Just(Call::Capture),
        1 => Just(Call::Void),
        1 => Just(Call::Refund),
    ];
    let which = 0..6_usize;
    let status = prop_oneof![4 => Just("AUTHORIZED"), 1 => Just("CAPTURED"), 1 => Just("INITIATED")];
    let clock = prop_oneof![
        Just(0),
        -120..120_i64,
        prop_oneof![Just(-26), Just(-1), Just(1), Just(13)].prop_map(|h| h * 3600)
    ];
    let movement = prop_oneof![
        Just(Money3::Capture),
        Just(Money3::PartOfCapture),
        Just(Money3::Void),
        Just(Money3::Refund)
    ];
    let slept = prop_oneof![4 => Just(Call::Create), 1 => Just(Call::Cancel), 1 => Just(Call::Capture), 1 => Just(Call::Find)];
    let wakes_to = prop_oneof![Just(None), Just(Some(FaultKind::Refused)), Just(Some(FaultKind::Maybe))];
    let asleep = (any::<bool>(), slept, wakes_to);
    prop_oneof![
        2 => asleep.prop_map(|(by_sms, call, wakes_to)| Step::Asleep { by_sms, call, wakes_to }),
        4 => any::<bool>().prop_map(|by_sms| Step::Sell { by_sms }),
        1 => (which.clone(), any::<bool>()).prop_map(|(which, by_sms)| Step::SellSame { which, by_sms }),
        2 => clock.prop_map(Step::Clock),
        1 => prop_oneof![Just(5 * 60_u64), Just(8 * 3600)].prop_map(Step::Sleep),
        1 => Just(Step::Restart),
        4 => prop_oneof![1..30_u64, 30..200_u64, Just(13 * 3600)].prop_map(Step::Pass),
        6 => Just(Step::Flush),
        2 => Just(Step::FlushTwice),
        3 => which.clone().prop_map(Step::SendNow),
        3 => which.clone().prop_map(Step::Again),
        1 => which.clone().prop_map(Step::Wait),
        1 => which.clone().prop_map(Step::Withdraw),
        1 => which.clone().prop_map(Step::Cancel),
        3 => (which.clone(), status).prop_map(|(w, s)| Step::Pay(w, s)),
        3 => (which.clone(), movement).prop_map(|(w, m)| Step::Move(w, m)),
        1 => which.clone().prop_map(Step::DropAll),
        2 => which.clone().prop_map(Step::Look),
        1 => which.prop_map(Step::Old),
        6 => (call, bad).prop_map(|(c, b)| Step::Goes(c, b)),
        2 => any::<bool>().prop_map(Step::List),
        3 => (1..12_usize).prop_map(Step::Cut),
    ]
}

/// What happened, besides what the world knows.
struct Story {
    world: World,
    /// The process that is running; another one after a power cut.
    ports: Ports,
    links: Vec<LinkId>,
    /// How often the seller had a doubtful link sent again.
    words: BTreeMap<LinkId, usize>,
    /// Those that were sent again when they were late.
    late_words: BTreeSet<LinkId>,
    /// When they were made, by the right clock.
    made: BTreeMap<LinkId, Timestamp>,
    /// Those that were made before the machine was started anew: it may not be able to tell how long they have waited.
    restarted: BTreeSet<LinkId>,
    /// Those since which this machine's clock was set back.
    set_back: BTreeSet<LinkId>,
    /// How often the seller wanted the money moved. Who was not told how it ended and repeats it wants the same.
    wanted: BTreeMap<(LinkId, OutboxKind), usize>,
    /// What was asked for and not told to be done, or not to be done, by amount: and when it was last asked for.
    untold: BTreeMap<(LinkId, OutboxKind, Option<i64>), Timestamp>,
    /// The sessions whose address the seller has shown.
    shown: BTreeSet<String>,
    old: Vec<(LinkId, SessionNews, Option<TransactionNews>, Asked)>,
}

impl Story {
    fn new() -> Self {
        let world = World::new();
        let ports = world.ports.clone();
        Self {
            world,
            ports,
            made: BTreeMap::new(),
            restarted: BTreeSet::new(),
            set_back: BTreeSet::new(),
            links: Vec::new(),
            words: BTreeMap::new(),
            late_words: BTreeSet::new(),
            wanted: BTreeMap::new(),
            untold: BTreeMap::new(),
            shown: BTreeSet::new(),
            old: Vec::new(),
        }
    }

    fn link(&self, which: usize) -> Option<LinkId> {
        (!self.links.is_empty()).then(|| self.links[which % self.links.len()])
    }

    fn sessions_of(&self, id: LinkId) -> Vec<Sim> {
        let ours = Some(id.to_string());
        self.world.backend.sessions().into_iter().filter(|s| s.news.paylink_id == ours).collect()
    }

    /// The sessions that a customer can open: by message, or because the seller has shown them.
    fn held(&self) -> Vec<Sim> {
        let held = |s: &Sim| s.messages > 0 || self.shown.contains(&s.news.id);
        self.world.backend.sessions().into_iter().filter(held).collect()
    }

    async fn happens(&mut self, step: Step) {
        let ports = self.ports.clone();
        // What a process that dies would have said is never heard: its errors mean nothing here.
        match step {
            Step::Sell { by_sms } => {
                let reference = format!("R-{}", self.links.len() + 1);
                self.sell(&ports, &reference, by_sms).await;
            }
            Step::SellSame { which, by_sms } => {
                let same = self.link(which).map(|id| self.world.link(id).sale.reference);
                if let Some(reference) = same {
                    self.sell(&ports, reference.as_str(), by_sms).await;
                }
            }
            Step::Clock(ahead) => {
                let change = SignedDuration::from_secs(ahead) - self.world.ahead();
                self.world.set_clock(change);
                if change.is_negative() {
                    self.set_back.extend(&self.links);
                }
            }
            Step::Sleep(seconds) => {
                // What had not left this machine goes on its way when it wakes, whichever process sent it.
                self.world.sleep(SignedDuration::from_secs(i64::try_from(seconds).unwrap()));
            }
            Step::Restart => {
                self.world.restart();
                // What was on its way has arrived before anything else is done.
                tokio::task::yield_now().await;
                self.restarted.extend(&self.links);
                self.ports = self.world.another();
            }
            Step::Pass(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            Step::Flush => drop(flush(&ports, ACCOUNT, self.world.now()).await),
            Step::FlushTwice => {
                let now = self.world.now();
                let other = self.world.another();
                drop(tokio::join!(flush(&ports, ACCOUNT, now), flush(&other, ACCOUNT, now)));
            }
            Step::Asleep { by_sms, call, wakes_to } => self.falls_asleep(by_sms, call, wakes_to).await,
            Step::SendNow(which) => {
                if let Some(id) = self.link(which) {
                    drop(send_now(&ports, id).await);
                }
            }
            Step::Again(which) => {
                // Only what asks, or was refused, is sent again: that is when the key does it.
                let refused = |id: LinkId| self.world.link(id).state == LinkState::Refused;
                let asked = self.link(which).filter(|id| self.asks(*id) || refused(*id));
                if let Some(id) = asked {
                    // Of what was refused nothing is with anybody: no word allows a second one.
                    if !refused(id) {
                        *self.words.entry(id).or_default() += 1;
                    }
                    let by_clock = self.world.now().duration_since(self.world.link(id).created_at);
                    if by_clock.max(self.waited(id)) > SENSIBLE_AGE {
                        self.late_words.insert(id);
                    }
                    let word = if refused(id) { Decision::SendRefused } else { Decision::SendAgain };
                    drop(decide(&ports, id, word).await);
                }
            }
            Step::Wait(which) => {
                if let Some(id) = self.link(which).filter(|id| self.asks(*id)) {
                    drop(decide(&ports, id, Decision::Wait).await);
                }
            }
            Step::Withdraw(which) => {
                if let Some(id) = self.link(which) {
                    drop(withdraw(&ports, id).await);
                }
            }
            Step::Cancel(which) => {
                if let Some(id) = self.link(which) {
                    drop(cancel::cancel(&ports, id).await);
                }
            }
            Step::Pay(which, status) => self.pay(which, status),
            Step::DropAll(which) => self.drop_all(which).await,
            Step::Move(which, what) => self.move_money(which, what).await,
            Step::Look(which) => {
                if let Some(id) = self.link(which) {
                    self.remember(id);
                    drop(track::refresh_one(&ports, id).await);
                }
            }
            Step::Old(which) => {
                if !self.old.is_empty() {
                    let (id, session, transaction, asked) = self.old[which % self.old.len()].clone();
                    // It tells the time as it comes.
                    self.world.backend.heard();
                    drop(track::take(&ports, id, Some(session), transaction, asked).await);
                }
            }
            Step::Goes(call, bad) => self.world.backend.wrong(call, [bad.wrong()]),
            Step::List(true) => self.world.backend.can_list(),
            Step::List(false) => self.world.backend.cannot_list(FaultKind::Forbidden),
            Step::Cut(at) => return self.world.power.cut_at(at),
        }
        self.start_again();
        self.show();
    }

    /// If the power was cut, another process is started.
    fn start_again(&mut self) {
        if self.world.power.is_off() {
            self.ports = self.world.another();
        }
        self.world.power.back();
    }

    async fn falls_asleep(&mut self, by_sms: bool, call: Call, wakes_to: Option<FaultKind>) {
        self.keep(&format!("R-{}", self.links.len() + 1), by_sms);
        let time = Duration::from_secs(30);
        let slow = wakes_to.map_or(Wrong::Slow(time), |kind| Wrong::SlowFault(time, kind));
        self.world.backend.wrong(call, [slow]);
        let (sleeper, now) = (self.ports.clone(), self.world.now());
        let asleep = tokio::spawn(async move { drop(flush(&sleeper, ACCOUNT, now).await) });
        tokio::time::sleep(Duration::from_secs(5)).await;
        // Longer than a claim lasts; the clock alone tells it here.
        let ahead = SignedDuration::from_secs(100);
        self.world.set_clock(ahead);
        drop(flush(&self.world.another(), ACCOUNT, self.world.now()).await);
        self.world.set_clock(-ahead);
        asleep.await.unwrap();
    }

    async fn sell(&mut self, ports: &Ports, reference: &str, by_sms: bool) {
        if let Some(id) = self.keep(reference, by_sms) {
            drop(send_now(ports, id).await);
        }
    }

    fn keep(&mut self, reference: &str, by_sms: bool) -> Option<LinkId> {
        let delivery = if by_sms { sms() } else { Delivery::Link };
        // What could not be kept was never promised to anybody.
        let id = self.world.try_keep(reference, delivery).ok()?;
        self.links.push(id);
        self.made.insert(id, self.world.right_now());
        Some(id)
    }

    fn asks(&self, id: LinkId) -> bool {
        self.world.ports.ledger.outbox(ACCOUNT).unwrap().iter().any(|e| e.link == id && e.needs_decision)
    }

    /// The seller shows every address on the screen to the customer.
    fn show(&mut self) {
        for id in &self.links {
            let link = self.world.link(*id);
            if link.url.is_some() && link.state.payable() {
                self.shown.extend(link.session_id);
            }
        }
    }

    /// What the backend says of a link now, to be told again later.
    fn remember(&mut self, id: LinkId) {
        let link = self.world.link(id);
        let known =
            self.world.backend.sessions().into_iter().find(|s| Some(&s.news.id) == link.session_id.as_ref());
        if let Some(session) = known {
            self.old.push((id, session.news, session.transaction, Asked::now(&self.ports)));
        }
    }

    fn pay(&self, which: usize, status: &'static str) {
        let now = self.world.right_now();
        let open: Vec<Sim> = self
            .held()
            .into_iter()
            .filter(|s| s.news.cancelled_at.is_none() && s.news.expires_at.is_none_or(|at| now < at))
            .filter(|s| s.transaction.as_ref().is_none_or(|t| t.status == TransactionStatus::Initiated))
            .collect();
        if !open.is_empty() {
            self.world.backend.pay(&open[which % open.len()].news.id, status);
        }
    }

    async fn move_money(&mut self, which: usize, what: Money3) {
        let Some(id) = self.link(which) else { return };
        let part = Some(Money::new(5000, Currency::Nok));
        let what = match what {
            Money3::Capture => Movement::Capture(None),
            Money3::PartOfCapture => Movement::Capture(part),
            Money3::Void => Movement::Void,
            Money3::Refund => Movement::Refund(part, None),
        };
        let (kind, now) = (what.kind(), self.world.right_now());
        let asked = (id, kind, what.amount().map(Money::minor));
        // As a command does: what it repeats it knows before it reads the payment, and what is due is sent.
        let ports = self.ports.clone();
        let repeats = money::waiting(&ports, id, &what).await.unwrap_or_default();
        drop(track::refresh_one(&ports, id).await);
        let ordered = money::order(&ports, id, what, repeats).await;
        let died = self.world.power.is_off();
        if died {
            self.start_again();
        }
        let waits = self.waits(asked);
        // After a day an end that nobody was told is forgotten.
        let same = self.untold.get(&asked).is_some_and(|at| now.duration_since(*at) < FORGOTTEN);
        if waits && !same {
            *self.wanted.entry((id, kind)).or_default() += 1;
        }
        if waits || matches!(ordered, Ok(Ordered::DoneBefore(_))) {
            self.untold.insert(asked, now);
        }
        match ordered {
            _ if died => {}
            Ok(Ordered::Waits(order)) => {
                let sent = money::send(&ports, id, kind, order).await;
                let ended =
                    |outcome| matches!(outcome, Outcome::Moved | Outcome::Refused | Outcome::NotPossible);
                if let Ok(sent) = sent
                    && ended(sent.outcome)
                    && !self.world.power.is_off()
                {
                    // Killed before it is kept that it was told, nobody knows whether the seller has read it.
                    if sent.outcome == Outcome::Moved {
                        drop(money::told(&ports, id, kind, order).await);
                    }
                    self.has_heard(asked);
                }
            }
            Ok(Ordered::DoneBefore(order)) => {
                drop(money::told(&ports, id, kind, order).await);
                self.has_heard(asked);
            }
            Ok(Ordered::CameToNothing(_)) => drop(self.untold.remove(&asked)),
            Ok(Ordered::AnotherWaits | Ordered::NoPayment) | Err(_) => {}
        }
    }

    /// What is told to be dropped was not asked for, from then on.
    async fn drop_all(&mut self, which: usize) {
        let Some(id) = self.link(which) else { return };
        let mut all = self.world.ports.ledger.outbox(ACCOUNT).unwrap();
        all.retain(|e| e.link == id && e.kind.asked_for() && e.kind != OutboxKind::Create);
        let order = |e: &OutboxEntry| e.order.clone().unwrap_or_default();
        let what = all.iter().map(|e| (e.kind, order(e).id)).collect();
        let given_up = give_up(&self.ports.clone(), id, what).await;
        if self.world.power.is_off() {
            return self.start_again();
        }
        for (entry, one) in all.iter().zip(given_up.into_iter().flatten()) {
            let Some(Ok(Sent { outcome: Outcome::Cancelled, fault: None, .. })) = one.sent else { continue };
            let asked = (id, entry.kind, order(entry).amount.map(Money::minor));
            self.untold.remove(&asked);
            let wanted = self.wanted.entry((id, entry.kind)).or_default();
            *wanted = wanted.saturating_sub(1);
        }
    }

    /// The seller knows how it ended, unless the power went before.
    fn has_heard(&mut self, asked: (LinkId, OutboxKind, Option<i64>)) {
        if !self.world.power.is_off() {
            self.untold.remove(&asked);
        }
    }

    /// Whether an order for that amount waits.
    fn waits(&self, (id, kind, amount): (LinkId, OutboxKind, Option<i64>)) -> bool {
        let outbox = self.world.ports.ledger.outbox(ACCOUNT).unwrap();
        outbox.iter().any(|e| {
            let minor = e.order.as_ref().and_then(|o| o.amount).map(Money::minor);
            e.link == id && e.kind == kind && minor == amount
        })
    }

    /// The weather is fine again, and everything has the time that it needs.
    async fn heals(&mut self) {
        self.start_again();
        self.world.backend.all_is_well();
        for round in 0..60 {
            let minutes = match round {
                0..20 => 1,
                20..50 => 60,
                _ => 6 * 60,
            };
            tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
            flush(&self.ports, ACCOUNT, self.world.now()).await.unwrap();
            let open = self.world.ports.ledger.unsettled(ACCOUNT).unwrap();
            let ids = open.into_iter().map(|r| r.id).collect();
            track::refresh_each(&self.ports, ids).await.unwrap();
            self.show();
        }
    }

    /// How long ago the link was made, by the right clock.
    fn waited(&self, id: LinkId) -> SignedDuration {
        self.world.right_now().duration_since(self.made[&id])
    }

    /// Nobody is asked about what is neither late nor over: no clock makes it that.
    fn asks_rightly(&self) {
        for entry in self.world.ports.ledger.outbox(ACCOUNT).unwrap() {
            let (id, link) = (entry.link, self.world.link(entry.link));
            // Cut off in the middle of being sent once more it asks as one that is late does.
            if link.events.iter().any(|e| e.kind == EventKind::Refused) {
                continue;
            }
            let right = match entry.overdue.filter(|_| !self.restarted.contains(&id)) {
                None => true,
                Some(Overdue::Old) => self.waited(id) > SENSIBLE_AGE,
                Some(Overdue::Expired) => {
                    link.expires_at.duration_since(self.world.right_now()) < SignedDuration::from_mins(1)
                }
            };
            assert!(right, "asks for no reason: {entry:?} of {link:?}");
        }
    }

    /// What must hold at any time.
    fn holds(&self) {
        self.asks_rightly();
        for id in &self.links {
            let link = self.world.link(*id);
            let sessions = self.sessions_of(*id);
            for asked in sessions.iter().map(|s| s.asked) {
                let waited = asked.duration_since(self.made[id]);
                let untold = self.restarted.contains(id) && self.set_back.contains(id);
                let late = waited > SENSIBLE_AGE + ON_THE_WAY && !untold;
                assert!(
                    !late || self.late_words.contains(id),
                    "{id} was sent {waited:#} late, without a word"
                );
            }
            if link.sale.delivery.messages_customer() {
                let allowed = 1 + self.words.get(id).copied().unwrap_or_default();
                let messages: usize = sessions.iter().map(|s| s.messages).sum();
                assert!(messages <= allowed, "{messages} messages for {id}, {allowed} were wanted");
            } else {
                let shown = sessions.iter().filter(|s| self.shown.contains(&s.news.id)).count();
                assert!(shown <= 1, "{shown} addresses were shown for {id}");
            }
            for (kind, word) in
                [(OutboxKind::Capture, "CAPTURE"), (OutboxKind::Void, "VOID"), (OutboxKind::Refund, "REFUND")]
            {
                let events = sessions.iter().filter_map(|s| s.transaction.as_ref()).flat_map(|t| &t.events);
                let done = events.filter(|e| e.event == word && e.success).count();
                let asked = self.wanted.get(&(*id, kind)).copied().unwrap_or_default();
                assert!(done <= asked, "{word} {done} times for {id}, asked {asked} times");
            }
        }
    }

    /// Every payment of an order that was paid twice says so, until one is paid back.
    fn told_twice(&self) {
        let links: Vec<Link> = self.links.iter().map(|id| self.world.link(*id)).collect();
        // Also by sessions that were lost: what counts is what the customer has paid.
        let payments = |link: &Link| {
            let sessions = self.sessions_of(link.id).into_iter();
            sessions.filter_map(|s| s.transaction).filter(holds_money).count()
        };
        for link in links.iter().filter(|l| payments(l) > 0) {
            let same = |l: &&Link| l.sale.reference == link.sale.reference;
            let all: usize = links.iter().filter(same).map(payments).sum();
            assert!(
                all < 2 || link.alarms.contains(&Alarm::DoublePayment),
                "paid twice, and not told: {link:?}"
            );
        }
    }

    /// What must hold in the end.
    fn ended_well(&self) {
        let outbox = self.world.ports.ledger.outbox(ACCOUNT).unwrap();
        for entry in &outbox {
            // A process that died while it withdrew a link had written down to look for what was lost, and no more. As
            // long as the link itself asks, it is looked for because of that.
            let asks = |e: &OutboxEntry| e.link == entry.link && e.needs_decision;
            let looked_for = entry.kind == OutboxKind::Look && outbox.iter().any(asks);
            let told = entry.needs_decision || looked_for;
            assert!(told, "left over: {entry:?} of {:?}", self.world.link(entry.link));
        }
        self.told_twice();
        for id in &self.links {
            let link = self.world.link(*id);
            // A lost one that was paid is the link's since.
            let lost_paid = |s: &Sim| s.transaction.is_some();
            assert!(
                !was_told(&link, Alarm::PaidElsewhere) || self.sessions_of(*id).iter().any(lost_paid),
                "somebody else's payment is taken for that of its lost session: {link:?}"
            );
            let asks = outbox.iter().any(|e| e.link == *id);
            assert!(!link.state.in_outbox() || link.state == LinkState::Refused || asks, "lost: {link:?}");
            for session in self.sessions_of(*id) {
                let Some(transaction) = &session.transaction else { continue };
                if link.session_id.as_ref() == Some(&session.news.id) {
                    assert_eq!(link.transaction_id.as_ref(), Some(&transaction.id), "{link:?}");
                    assert_eq!(link.state.has_money(), holds_money(transaction), "{link:?} {transaction:?}");
                } else if transaction.status.holds_money() {
                    // Nothing but what was paid by the link's own session can be in the way of taking it for the link's.
                    let ours =
                        if link.state.has_money() { Alarm::DoublePayment } else { Alarm::PaidElsewhere };
                    let asks = outbox.iter().any(|e| e.link == *id && e.kind == OutboxKind::Create);
                    let mixed = asks || matches!(link.state, LinkState::Voided | LinkState::Refunded);
                    assert!(link.state.has_money() || mixed, "paid, and not counted as paid: {link:?}");
                    assert!(
                        was_told(&link, ours),
                        "a payment that nobody sees: {transaction:?} beside {link:?}"
                    );
                }
            }
        }
    }
}

/// Whether a payment holds money: a part that was taken stays taken when the rest is released.
fn holds_money(transaction: &TransactionNews) -> bool {
    let sum = |word: &str| -> i64 {
        let done = transaction.events.iter().filter(|e| e.event == word && e.success);
        done.filter_map(|e| e.amount).sum()
    };
    let rest_released = transaction.status == TransactionStatus::AuthorizationVoided;
    transaction.status.holds_money() || (rest_released && sum("CAPTURE") > sum("REFUND"))
}

/// Whether an alarm was raised for a link at any time.
fn was_told(link: &Link, alarm: Alarm) -> bool {
    link.events.iter().any(|e| e.kind == EventKind::Alarm && e.detail.as_deref() == Some(alarm.word()))
}

fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { config.cases } else { CASES };
    ProptestConfig { cases, failure_persistence: None, ..config }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn never_twice_and_never_lost(steps in prop::collection::vec(step(), 1..40)) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut story = Story::new();
            for step in steps {
                story.happens(step).await;
                story.holds();
            }
            story.heals().await;
            story.holds();
            story.ended_well();
        });
    }
}
