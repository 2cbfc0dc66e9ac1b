//! A day at the till on a simulated clock: sales by keys, customers who open, pay, decline or forget, a line that
//! fails at random. In the end every link is accounted for, and nothing has grown but with the links made.
//!
//! `PAYLINK_SOAK_HOURS` makes the day longer, `PAYLINK_SOAK_SEED` repeats one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use paylink::app::draft::FieldId;
use paylink::app::model::Target;
use paylink::domain::link::{Link, LinkState};
use paylink::ports::LinkFilter;

use super::*;

/// The day of the ordinary test.
const HOURS: u64 = 2;
/// The most rows that the dashboard may hold between two readings of the ledger.
const ROWS: usize = 150;
/// A log beside the ledger is not to outgrow this: it is written back from time to time.
const LOG: u64 = 8 * 1024 * 1024;

/// A generator of chance (splitmix64): the same story for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n64 = self.0;
        n64 = (n64 ^ (n64 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n64 = (n64 ^ (n64 >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n64 ^ (n64 >> 31)) % n
    }

    fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
}

/// How much the ledger takes on the disk: the file, and the log beside it.
fn sizes(folder: &Path) -> (u64, u64) {
    let (mut file, mut log) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let size = entry.metadata().unwrap().len();
        if name.ends_with("-wal") {
            log += size;
        } else if name.ends_with(".db") {
            file += size;
        }
    }
    (file, log)
}

/// The day.
struct Day {
    seller: Journey,
    dice: Dice,
    sold: usize,
    by_sms: usize,
    /// The sessions that a customer has paid.
    paid: BTreeSet<String>,
    /// How often each thing happened, to be told.
    story: BTreeMap<&'static str, usize>,
}

impl Day {
    fn tell(&mut self, what: &'static str) {
        *self.story.entry(what).or_default() += 1;
    }

    fn links(&self) -> Vec<Link> {
        let ledger = &self.seller.place.ports.ledger;
        let rows = ledger.rows(&self.seller.place.shop.account_id, &LinkFilter::default()).unwrap();
        rows.into_iter().map(|r| ledger.link(r.id).unwrap().unwrap()).collect()
    }

    async fn sell(&mut self) {
        self.seller.go_to_delivery().await;
        let by_sms = self.dice.percent(40);
        let choice = Target::Choice(FieldId::Channel, if by_sms { 0 } else { 2 });
        self.seller.engine.message(Msg::Click(choice, 0));
        if by_sms {
            self.seller.engine.message(Msg::Click(Target::Field(FieldId::Phone), 0));
            self.seller.text("41234567").await;
        }
        self.seller.keys("Enter").await;
        assert_eq!(self.seller.at(), Screen::Link, "{}", self.seller.screen());
        self.sold += 1;
        self.by_sms += usize::from(by_sms);
        self.tell("sold");
        let look = self.dice.below(20);
        self.seller.pass(look).await;
        self.seller.screen();
        self.seller.keys("Esc").await;
    }

    /// Somebody who has a link does something with it.
    async fn customer(&mut self) {
        let open: Vec<String> =
            self.links().into_iter().filter(|l| l.state.payable()).filter_map(|l| l.session_id).collect();
        if open.is_empty() {
            return;
        }
        let n = self.dice.below(u64::try_from(open.len()).unwrap());
        let session = &open[usize::try_from(n).unwrap()];
        let (what, does) = match self.dice.below(10) {
            0..4 => ("opened", Play::Open),
            4..9 => ("paid", Play::Pay),
            _ => ("declined", Play::Decline),
        };
        // The sandbox refuses what a customer can't do, as with a link whose time is over.
        if self.seller.control.play(session, does).await.is_ok() {
            self.tell(what);
            if does == Play::Pay {
                assert!(self.paid.insert(session.clone()), "the sandbox took a second payment");
            }
        }
    }

    async fn trouble(&mut self) {
        let paths = ["/v1/sessions-profile", "/v1/sessions*", "/v1/transactions*", "/v1/*"];
        let path = paths[usize::try_from(self.dice.below(4)).unwrap()];
        let mut fault = match self.dice.below(7) {
            0 => json!({ "kind": "delay", "ms": 500 + self.dice.below(20_000) }),
            1 => json!({ "kind": "status", "status": 503 }),
            2 => json!({ "kind": "status", "status": 500, "carry_out": true }),
            3 => json!({ "kind": "status", "status": 429, "retry_after": 20 }),
            4 => json!({ "kind": "drop_before" }),
            5 => json!({ "kind": "drop_after" }),
            _ => json!({ "kind": "garbage" }),
        };
        fault["path"] = path.into();
        fault["times"] = (1 + self.dice.below(4)).into();
        self.seller.control.post("/sandbox/faults", fault).await;
        self.tell("faults");
    }

    async fn look_around(&mut self) {
        let keys = ["Enter Esc", "Down Down Enter Esc", "s", "Up", "Down"];
        let n = usize::try_from(self.dice.below(5)).unwrap();
        self.seller.keys(keys[n]).await;
        assert_eq!(self.seller.at(), Screen::Dashboard, "{}", self.seller.screen());
    }

    async fn step(&mut self) {
        if self.dice.percent(50) {
            self.sell().await;
        }
        for _ in 0..self.dice.below(3) {
            self.customer().await;
        }
        if self.dice.percent(15) {
            self.trouble().await;
        }
        if self.dice.percent(3) {
            self.seller.line.down.store(true, Ordering::SeqCst);
            let time = 5 + self.dice.below(120);
            self.seller.pass(time).await;
            self.seller.line.down.store(false, Ordering::SeqCst);
            self.tell("line down");
        }
        if self.dice.percent(20) {
            self.look_around().await;
        }
        let time = 10 + self.dice.below(60);
        self.seller.pass(time).await;
        self.seller.screen();
        self.holds();
    }

    /// What must hold at any time.
    fn holds(&self) {
        let model = self.seller.engine.model();
        assert!(model.dashboard.rows.len() <= ROWS, "{} rows", model.dashboard.rows.len());
        assert!(model.list.rows.len() <= ROWS);
        // Those whose time is over are followed for a while.
        let unsettled = |l: &&Link| !l.settled() || l.state == LinkState::Expired;
        assert!(model.tracking.rows.len() <= self.links().iter().filter(unsettled).count() + 1);
        assert!(model.dashboard.outbox.len() <= self.sold);
    }

    /// What must hold once the weather is fine and everything has had its time.
    async fn accounted_for(&mut self) {
        let links = self.links();
        assert_eq!(links.len(), self.sold, "a sale was lost, or made twice");
        let references: BTreeSet<_> = links.iter().map(|l| l.sale.reference.clone()).collect();
        assert_eq!(references.len(), links.len());
        let mut messages: BTreeMap<String, usize> = BTreeMap::new();
        for message in self.seller.messages().await {
            *messages.entry(message["session_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert!(messages.values().all(|n| *n == 1), "{messages:?}");
        let account = self.seller.place.shop.account_id.clone();
        let outbox = self.seller.place.ports.ledger.outbox(&account).unwrap();
        let mut paid = BTreeSet::new();
        for link in &links {
            // What may have gone out as a message is the seller's to decide.
            let asks = outbox.iter().any(|e| e.link == link.id && e.needs_decision);
            let over = matches!(link.state, LinkState::Captured | LinkState::Expired | LinkState::Declined);
            assert!(over || asks || link.state == LinkState::Refused, "not at an end: {link:#?}");
            assert!(link.alarms.is_empty(), "{link:#?}");
            assert!(link.events.len() <= 30, "{} events: {link:#?}", link.events.len());
            if link.state == LinkState::Captured {
                paid.extend(link.session_id.clone());
            }
        }
        assert_eq!(paid, self.paid, "paid at the backend, and here");
        let known: BTreeSet<_> = links.iter().filter_map(|l| l.session_id.clone()).collect();
        assert!(
            messages.keys().all(|session| known.contains(session)),
            "a message of a link that nobody has"
        );
        assert!(outbox.iter().all(|e| e.needs_decision), "left over: {outbox:#?}");
        assert!(outbox.len() <= self.by_sms);
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_at_the_till() {
    let (hours, seed) = (number("PAYLINK_SOAK_HOURS", HOURS), number("PAYLINK_SOAK_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let short = |shop| Shop { default_expiry: Expiry::Minutes(15), ..shop };
    let seller = Journey::on(ledger, short).await;
    let mut day =
        Day { seller, dice: Dice(seed), sold: 0, by_sms: 0, paid: BTreeSet::new(), story: BTreeMap::new() };
    let began = tokio::time::Instant::now();
    let evening = Duration::from_secs(hours * 3_600);
    let mut noon = None;
    while began.elapsed() < evening {
        day.step().await;
        if noon.is_none() && began.elapsed() >= evening / 2 {
            noon = Some((day.sold, sizes(folder.path()).0));
        }
        assert!(sizes(folder.path()).1 <= LOG, "the log is never written back");
    }
    // Nothing more goes wrong, and the last links come to their end.
    day.seller.control.call(reqwest::Method::DELETE, "/sandbox/faults", None).await.unwrap();
    day.seller.pass(45 * 60).await;
    eprintln!("PAYLINK_SOAK_HOURS={hours} PAYLINK_SOAK_SEED={seed} {:?}", day.story);
    day.accounted_for().await;

    // The second half of the day took no more room for a link than the first, but for a few pages.
    let (sold, at_noon) = noon.expect("it was noon");
    assert!(at_noon > 0, "the ledger was not found on the disk");
    let grown = sizes(folder.path()).0 - at_noon;
    let links = u64::try_from(day.sold - sold).unwrap();
    let fair = at_noon / u64::try_from(sold.max(1)).unwrap() * links;
    assert!(grown <= fair * 3 / 2 + 128 * 1024, "{grown} bytes for {links} links, {at_noon} for {sold}");

    // With nothing to do nothing is done: no request, no timer, no byte. Links whose time is over are followed for
    // another day.
    day.seller.pass(25 * 3_600).await;
    let tracking = &day.seller.engine.model().tracking;
    assert!(tracking.rows.is_empty(), "{:?}", tracking.rows);
    assert_eq!(tracking.wake, None);
    let line = Arc::clone(&day.seller.line);
    let asked = || line.asked.load(Ordering::SeqCst);
    let (quiet, before) = (sizes(folder.path()), asked());
    day.seller.pass(2 * 3_600).await;
    assert_eq!(sizes(folder.path()), quiet);
    // But what waits for the seller's word is looked for, seldom: it may turn up.
    let (waiting, new) = (day.seller.engine.model().dashboard.outbox.len(), asked() - before);
    assert!(new <= waiting * 13, "{waiting} wait: {new} requests");
}
