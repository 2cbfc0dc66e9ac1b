//! A trade day of the real program, pressed into less time: the app in a pseudo terminal, the sandbox in a process of
//! its own, further processes of the program on the same data folder, customers who pay, decline, forget or come
//! too late, and a line that fails at random. What the app takes is measured all the time: memory, open files, and
//! what lies on the disk. In the end the ledger is compared with everything that the sandbox has.
//!
//!     cargo build --release && cargo run --release --example soak -- target/release/paylink 30 1
//!
//! PROGRAM, how many minutes, and the seed. Three fifths of the time are trade. In the rest no link is made, but
//! all else goes on, so that what grows with the links is told from what grows with the time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[cfg(target_os = "linux")]
#[path = "../tests/it/support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod common;

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("it is measured on Linux");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use paylink::domain::link::LinkState;
    use paylink::domain::sale::Delivery;
    use paylink::ledger::SqliteLedger;
    use paylink::ports::{Ledger as _, LinkFilter, LinkRow, OutboxKind};
    use serde_json::{Value, json};

    use crate::common::{Backend, Dice};
    use crate::support::pty::{Setup, Term};

    const EVERY: Duration = Duration::from_secs(10);
    /// A number that is nobody's in the tests either.
    const PHONE: &str = "41234567";
    /// The memory that a link made may cost for good, in kB: it is followed, and the database's cache grows with it.
    const PER_LINK: i64 = 16;
    /// What may come besides, in kB: the allocator takes room in steps of half a megabyte, and an answer that never ends
    /// may cost one.
    const SLACK: i64 = 1_024;
    /// Connections come and go: so many files more than at the beginning are no leak.
    const FILES: i64 = 6;

    /// What the app takes at a moment.
    #[derive(Clone, Copy, Default)]
    struct Sample {
        seconds: u64,
        links: i64,
        /// All that is in memory, and of that what it has asked for itself, in kB.
        rss: i64,
        own: i64,
        files: i64,
        threads: i64,
        /// On the disk, in bytes.
        ledger: u64,
        wal: u64,
        log: u64,
        /// Processor time, in hundredths of a second.
        ticks: u64,
        sandbox: i64,
    }

    fn status(pid: u32) -> BTreeMap<String, i64> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let lines = text.lines().filter_map(|line| {
            let (name, rest) = line.split_once(':')?;
            Some((name.to_owned(), rest.split_whitespace().next()?.parse().ok()?))
        });
        lines.collect()
    }

    /// A process of the program besides the app.
    struct Other {
        what: &'static str,
        child: Child,
    }

    struct Soak {
        program: PathBuf,
        home: PathBuf,
        data: PathBuf,
        backend: Backend,
        ledger: SqliteLedger,
        term: Term,
        dice: Dice,
        began: Instant,
        samples: Vec<Sample>,
        others: Vec<Other>,
        /// So many links were made by keys, and these were promised by other processes.
        by_keys: usize,
        promised: BTreeSet<String>,
        paid: BTreeSet<String>,
        line_back: Option<Instant>,
        story: BTreeMap<String, usize>,
    }

    pub(crate) fn main() {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let (program, minutes, seed) = match args.as_slice() {
            [program, rest @ ..] if rest.len() <= 2 => {
                let number =
                    |n: usize, usual: u64| rest.get(n).map_or(usual, |t| t.parse().expect("a number"));
                (PathBuf::from(program).canonicalize().expect("the program"), number(0, 30), number(1, 1))
            }
            _ => panic!("soak PROGRAM [MINUTES [SEED]]"),
        };
        let mut soak = Soak::begin(program, seed);
        let all = Duration::from_secs(minutes * 60);
        let evening = all * 3 / 5;
        while soak.began.elapsed() < all {
            let trade = soak.began.elapsed() < evening;
            soak.step(trade);
        }
        soak.come_to_rest();
        let wrong = soak.books();
        println!("soak {minutes} min, seed {seed}: {:?}", soak.story);
        let mut met = report(&soak.samples, evening.as_secs());
        println!("  every link accounted for, none twice: {}", said(wrong.is_empty()));
        for line in &wrong {
            println!("    {line}");
        }
        met &= wrong.is_empty();
        soak.term.press("ctrl-c");
        soak.term.ends().restored().with_status(0);
        // The end of the process ends nothing else.
        drop(soak.backend);
        std::process::exit(i32::from(!met));
    }

    impl Soak {
        fn begin(program: PathBuf, seed: u64) -> Self {
            let backend = Backend::start(&program);
            let setup = Setup::program(&program, &[]).size(100, 40);
            let home = setup.home();
            let data = home.join("till");
            let config = backend.config_text("default_expiry = \"15min\"\n");
            std::fs::write(home.join("fair.toml"), config).unwrap();
            let mut setup = setup.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
            for (name, value) in surroundings(&backend, &home, &data) {
                setup = setup.env(name, &value);
            }
            let mut term = setup.start();
            term.sees("No links yet");
            let ledger = SqliteLedger::open(&data).expect("the ledger");
            Self {
                program,
                home,
                data,
                backend,
                ledger,
                term,
                dice: Dice(seed),
                began: Instant::now(),
                samples: Vec::new(),
                others: Vec::new(),
                by_keys: 0,
                promised: BTreeSet::new(),
                paid: BTreeSet::new(),
                line_back: None,
                story: BTreeMap::new(),
            }
        }

        fn tell(&mut self, what: impl Into<String>) {
            *self.story.entry(what.into()).or_default() += 1;
        }

        fn rows(&self) -> Vec<LinkRow> {
            self.ledger.rows(self.backend.fact("account_id"), &LinkFilter::default()).unwrap()
        }

        fn step(&mut self, trade: bool) {
            if trade && self.dice.percent(70) {
                self.sell();
            }
            if self.dice.percent(70) {
                self.another_process(trade);
            }
            for _ in 0..self.dice.below(4) {
                self.customer();
            }
            if self.dice.percent(20) {
                self.trouble();
            }
            if self.dice.percent(30) {
                self.look_around();
            }
            let time = 300 + self.dice.below(2_500);
            self.idle(Duration::from_millis(time));
        }

        /// A sale by keys, and a while on its screen.
        fn sell(&mut self) {
            let (by_sms, price) = (self.dice.percent(40), 20 + self.dice.below(400));
            self.term.press("n");
            self.term.sees("2 PAYMENT");
            self.term.press("enter");
            self.term.sees("3 PRODUCTS");
            self.term.type_text("Waffle");
            self.term.press("enter enter");
            self.term.type_text(&format!("{price}"));
            self.term.press("ctrl-n");
            self.term.sees("4 ORDER");
            self.term.press("ctrl-n");
            self.term.sees("5 DELIVERY");
            let wanted = if by_sms { "● SMS" } else { "● link or QR only" };
            for _ in 0..3 {
                if self.term.text().contains(wanted) {
                    break;
                }
                self.term.press("right");
                self.idle(Duration::from_millis(200));
            }
            self.term.sees(wanted);
            if by_sms {
                self.term.type_text(PHONE);
            }
            self.term.press("enter");
            self.term.no_longer_sees("5 DELIVERY");
            self.by_keys += 1;
            self.tell("sold by keys");
            let look = self.dice.below(3_000);
            self.idle(Duration::from_millis(look));
            if self.dice.percent(8) {
                self.term.press("x");
                self.idle(Duration::from_millis(300));
                self.term.press("y");
                self.idle(Duration::from_millis(700));
                self.tell("withdrawn by keys");
            }
            self.home_again();
        }

        fn home_again(&mut self) {
            for _ in 0..8 {
                if self.term.text().contains("1 START") {
                    return;
                }
                self.term.press("esc");
                self.idle(Duration::from_millis(250));
            }
            self.term.sees("1 START");
        }

        /// The command line, at work in the same data folder.
        fn another_process(&mut self, trade: bool) {
            self.reap();
            // A line that is down keeps them waiting.
            if self.others.len() >= 3 {
                return;
            }
            let rows = self.rows();
            let open: Vec<&LinkRow> = rows.iter().filter(|r| r.state.payable()).collect();
            let reference = self.dice.pick(&open).map(|row| row.reference.as_str().to_owned());
            let price = 20 + self.dice.below(400);
            let (item, sms) = (format!("Coffee;1;{price}"), format!("--sms={PHONE}"));
            let (what, args): (_, Vec<&str>) = match (self.dice.below(10), &reference) {
                (0..4, _) if trade => ("new", vec!["new", "--item", &item, "--link"]),
                (4..6, _) if trade => ("new by SMS", vec!["new", "--item", &item, &sms]),
                (6, Some(reference)) => ("cancel", vec!["cancel", reference]),
                (7, Some(reference)) => ("show", vec!["show", reference]),
                (8, _) => ("outbox", vec!["outbox", "list"]),
                _ => ("list", vec!["list", "--limit", "20"]),
            };
            let child = Command::new(&self.program)
                .arg("--json")
                .args(args)
                .env_clear()
                .env("HOME", &self.home)
                .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
                .envs(surroundings(&self.backend, &self.home, &self.data))
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("another process");
            self.others.push(Other { what, child });
        }

        fn reap(&mut self) {
            for mut other in std::mem::take(&mut self.others) {
                // What is printed about one link, or twenty, fits the pipe.
                if other.child.try_wait().unwrap().is_none() {
                    self.others.push(other);
                    continue;
                }
                let what = other.what;
                let out = other.child.wait_with_output().unwrap();
                self.tell(format!("{what}: {}", out.status.code().unwrap_or(-1)));
                if what.starts_with("new") {
                    let answer: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
                    match answer["id"].as_str() {
                        Some(id) => assert!(self.promised.insert(id.to_owned()), "{id} was promised twice"),
                        None => self.tell(format!("{what}: nothing promised")),
                    }
                }
            }
        }

        /// Somebody who has a link does something with it.
        fn customer(&mut self) {
            let rows = self.rows();
            let open: Vec<&LinkRow> =
                rows.iter().filter(|r| r.state.payable() && r.session_id.is_some()).collect();
            // Some of the oldest are left to expire.
            let Some(row) =
                self.dice.pick(&open).filter(|row| row.reference.as_str().bytes().last() != Some(b'3'))
            else {
                return;
            };
            let session = row.session_id.clone().unwrap();
            let (what, status) = match self.dice.below(10) {
                0..4 => {
                    let (status, _) =
                        self.backend.control("POST", &format!("/sessions/{session}/visit"), Some(&json!({})));
                    ("opened", status)
                }
                4..8 => ("paid", self.backend.customer_pays(&session, "authorized")),
                8 => ("declined", self.backend.customer_pays(&session, "declined")),
                _ => ("paying", self.backend.customer_pays(&session, "initiated")),
            };
            if status == 200 {
                self.tell(what);
                if what == "paid" {
                    assert!(self.paid.insert(session), "the sandbox took a second payment");
                }
            }
        }

        fn trouble(&mut self) {
            if self.line_back.is_none() && self.dice.percent(15) {
                let fault = json!({ "path": "/v1/*", "kind": "drop_before", "times": -1 });
                self.backend.control("POST", "/faults", Some(&fault));
                self.line_back = Some(Instant::now() + Duration::from_secs(5 + self.dice.below(40)));
                self.tell("line down");
                return;
            }
            let paths = ["/v1/sessions-profile", "/v1/sessions*", "/v1/transactions*", "/v1/*"];
            let mut fault = match self.dice.below(9) {
                0 => json!({ "kind": "delay", "ms": 500 + self.dice.below(15_000) }),
                1 => json!({ "kind": "status", "status": 503 }),
                2 => json!({ "kind": "status", "status": 500, "carry_out": true }),
                3 => json!({ "kind": "status", "status": 429, "retry_after": 5 }),
                4 => json!({ "kind": "drop_before" }),
                5 => json!({ "kind": "drop_after" }),
                6 => json!({ "kind": "huge" }),
                7 => json!({ "kind": "slow" }),
                _ => json!({ "kind": "garbage" }),
            };
            fault["path"] = (*self.dice.pick(&paths).unwrap()).into();
            fault["times"] = (1 + self.dice.below(4)).into();
            let (status, answer) = self.backend.control("POST", "/faults", Some(&fault));
            assert_eq!(status, 200, "{answer}");
            self.tell("faults");
        }

        fn look_around(&mut self) {
            let ways = [
                "enter f esc esc",
                "down down enter esc",
                "s",
                "l down down enter esc",
                "? pgdn esc",
                "pgdn pgdn up",
                "l tab tab esc",
            ];
            let way = *self.dice.pick(&ways).unwrap();
            for key in way.split(' ') {
                self.term.press(key);
                self.idle(Duration::from_millis(300));
            }
            if self.dice.percent(20) {
                let (columns, rows) = *self.dice.pick(&[(80, 24), (100, 30), (100, 40), (200, 60)]).unwrap();
                self.term.resize(columns, rows);
                self.idle(Duration::from_millis(300));
            }
            self.home_again();
        }

        /// Time goes by, and what it is time for is done.
        fn idle(&mut self, time: Duration) {
            let end = Instant::now() + time;
            loop {
                if self.line_back.is_some_and(|at| at <= Instant::now()) {
                    self.line_back = None;
                    self.backend.control("DELETE", "/faults", None);
                }
                let due = self.samples.last().map_or(0, |s| s.seconds + EVERY.as_secs());
                if self.began.elapsed().as_secs() >= due {
                    let sample = self.sample();
                    self.samples.push(sample);
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return;
                }
                let _ = self.term.written_within(left.min(Duration::from_millis(250)));
            }
        }

        fn sample(&self) -> Sample {
            let pid = self.term.pid();
            let status = status(pid);
            let count = self.ledger.count(self.backend.fact("account_id"), &LinkFilter::default()).unwrap();
            let mut sample = Sample {
                seconds: self.began.elapsed().as_secs(),
                links: i64::try_from(count).unwrap(),
                rss: status["VmRSS"],
                own: status["RssAnon"],
                threads: status["Threads"],
                files: i64::try_from(std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()).unwrap(),
                ticks: self.term.cpu_ticks(),
                sandbox: self::status(self.backend.pid())["VmRSS"],
                ..Sample::default()
            };
            for entry in std::fs::read_dir(&self.data).unwrap().map(Result::unwrap) {
                let name = entry.file_name().into_string().unwrap();
                let size = entry.metadata().map_or(0, |m| m.len());
                match name.as_str() {
                    "paylink.db" => sample.ledger = size,
                    "paylink.db-wal" => sample.wal = size,
                    _ if name.starts_with("paylink.log") => sample.log += size,
                    _ => {}
                }
            }
            sample
        }

        /// Nothing more goes wrong, and what waits has its time.
        fn come_to_rest(&mut self) {
            self.backend.control("DELETE", "/faults", None);
            self.line_back = None;
            let end = Instant::now() + Duration::from_secs(240);
            let rests = |soak: &Self| {
                let outbox = soak.ledger.outbox(soak.backend.fact("account_id")).unwrap();
                let paid: BTreeSet<_> = soak
                    .rows()
                    .into_iter()
                    .filter(|r| r.state == LinkState::Captured)
                    .filter_map(|r| r.session_id)
                    .collect();
                soak.others.is_empty()
                    && outbox.iter().all(|e| e.needs_decision || e.kind == OutboxKind::Look)
                    && paid.is_superset(&soak.paid)
            };
            while !rests(self) && Instant::now() < end {
                self.reap();
                self.idle(Duration::from_secs(1));
            }
            // One round more for what was not waited for.
            self.idle(Duration::from_secs(25));
            let last = self.sample();
            self.samples.push(last);
        }

        /// What the ledger and the sandbox don't agree about.
        fn books(&mut self) -> Vec<String> {
            let mut wrong = Vec::new();
            let account = self.backend.fact("account_id").to_owned();
            let (rows, outbox) = (self.rows(), self.ledger.outbox(&account).unwrap());
            let waits: BTreeSet<_> = outbox.iter().filter(|e| e.needs_decision).map(|e| e.link).collect();
            for entry in outbox.iter().filter(|e| !e.needs_decision) {
                // A message that may have gone out, of a link that was then withdrawn: its session is looked for as long as
                // it could be paid and a quarter of an hour longer, and the last look comes at the latest after half of
                // what has passed by then.
                let link = self.ledger.link(entry.link).unwrap().unwrap();
                let over = link.expires_at + jiff::SignedDuration::from_mins(15);
                let last_look = over + over.duration_since(link.created_at) / 2;
                let looked_for = entry.kind == OutboxKind::Look
                    && last_look > jiff::Timestamp::now()
                    && link.sale.delivery.messages_customer();
                if !looked_for {
                    wrong.push(format!("left over: {entry:?}"));
                }
            }
            let (made, promised) = (rows.len(), self.by_keys + self.promised.len());
            if made != promised {
                wrong.push(format!("{promised} links were promised, {made} are kept"));
            }
            let mut ours: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for session in self.backend.all("sessions") {
                let id = session["metadata"]["ext_paylink_id"].as_str().unwrap_or_default().to_owned();
                ours.entry(id).or_default().push(session);
            }
            let mut messages: BTreeMap<String, usize> = BTreeMap::new();
            for message in self.backend.control("GET", "/messages", None).1.as_array().unwrap() {
                *messages.entry(message["session_id"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let mut payments: BTreeMap<String, Value> = BTreeMap::new();
            for payment in self.backend.all("transactions") {
                let session = payment["session_id"].as_str().unwrap().to_owned();
                // The newest comes first.
                payments.entry(session).or_insert(payment);
            }
            let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
            for row in &rows {
                *states.entry(row.state.word()).or_default() += 1;
                let (id, name) = (row.id.to_string(), &row.reference);
                let sessions = ours.remove(&id).unwrap_or_default();
                self.promised.remove(&id);
                if row.session_id.is_none() {
                    let told = waits.contains(&row.id)
                        || matches!(
                            row.state,
                            LinkState::Cancelled | LinkState::Expired | LinkState::Refused
                        );
                    if !told || !sessions.is_empty() && !waits.contains(&row.id) {
                        wrong.push(format!("{name} is {:?}; at the backend: {sessions:?}", row.state));
                    }
                    continue;
                }
                let [session] = sessions.as_slice() else {
                    wrong.push(format!("{name} was made {} times", sessions.len()));
                    continue;
                };
                let known = session["id"].as_str().unwrap();
                if row.session_id.as_deref() != Some(known) {
                    wrong.push(format!("{name} is another one at the backend: {session}"));
                }
                let payment =
                    payments.get(known).map_or("none", |p| p["status"].as_str().unwrap_or_default());
                let captured = payment == "CAPTURED";
                if captured != (row.state == LinkState::Captured) || captured != self.paid.contains(known) {
                    wrong.push(format!("{name} is {:?}, its payment {payment}", row.state));
                }
                if session["cancelled_at"].is_string() != (row.state == LinkState::Cancelled) {
                    wrong.push(format!("{name} is {:?}; at the backend {session}", row.state));
                }
                let by_sms =
                    matches!(self.ledger.link(row.id).unwrap().unwrap().sale.delivery, Delivery::Sms(_));
                let sent = messages.remove(known).unwrap_or_default();
                if sent != usize::from(by_sms) {
                    wrong.push(format!("{name}: {sent} messages to the customer"));
                }
            }
            wrong.extend(self.promised.iter().map(|id| format!("{id} is lost")));
            wrong.extend(ours.values().flatten().map(|session| format!("nobody's: {session}")));
            println!("links at the end: {states:?}, {} of them wait for the seller's word", waits.len());
            wrong
        }
    }

    /// Where the shop's config and data are, and its secret.
    fn surroundings(backend: &Backend, home: &Path, data: &Path) -> [(&'static str, String); 3] {
        [
            ("PAYLINK_CONFIG", home.join("fair.toml").to_str().unwrap().to_owned()),
            ("PAYLINK_DATA_DIR", data.to_str().unwrap().to_owned()),
            ("PAYLINK_CLIENT_SECRET", backend.fact("client_secret").to_owned()),
        ]
    }

    fn said(met: bool) -> &'static str {
        if met { "met" } else { "NOT MET" }
    }

    /// The middle of some samples: a single one may fall into the middle of something.
    fn middle(samples: &[Sample], of: impl Fn(&Sample) -> i64) -> i64 {
        let mut all: Vec<i64> = samples.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }

    fn between(samples: &[Sample], from: u64, to: u64) -> &[Sample] {
        let at = |seconds: u64| samples.partition_point(|s| s.seconds < seconds);
        &samples[at(from)..at(to)]
    }

    fn report(samples: &[Sample], evening: u64) -> bool {
        let last = samples.last().copied().unwrap_or_default();
        println!(
            "   after  links     RSS  of it own  files  threads   ledger      WAL      log  processor  sandbox's RSS"
        );
        let quarters = (0..=4).map(|n| last.seconds * n / 4);
        for at in quarters {
            let s = samples[samples.partition_point(|s| s.seconds < at).min(samples.len() - 1)];
            println!(
                "{:>6} s {:>6} {:>7} {:>10} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} s {:>14}",
                s.seconds,
                s.links,
                format!("{} kB", s.rss),
                format!("{} kB", s.own),
                s.files,
                s.threads,
                format!("{} kB", s.ledger / 1_024),
                format!("{} kB", s.wal / 1_024),
                format!("{} kB", s.log / 1_024),
                s.ticks / 100,
                format!("{} kB", s.sandbox),
            );
        }
        // The first sixth of the trade warms up; then the trade, and then the time without new links: each from its
        // first tenth to its last.
        // A run of a few minutes has too few samples in a tenth to say anything.
        let stretch = |from: u64, to: u64| {
            let part = (to - from) / 10;
            let (first, end) = (between(samples, from, from + part), between(samples, to - part, to));
            let grown = |of: fn(&Sample) -> i64| middle(end, of) - middle(first, of);
            (grown(|s| s.own), grown(|s| s.links), grown(|s| s.files), to - from - part)
        };
        let (memory, links, _, seconds) = stretch(evening / 6, evening);
        let in_trade = memory <= links * PER_LINK + SLACK;
        println!("  in trade: {memory} kB more in {seconds} s, {links} links more: {}", said(in_trade));
        let (memory, links, files, seconds) = stretch(evening + 30, last.seconds);
        let without = memory <= SLACK;
        println!("  without new links ({links}): {memory} kB more in {seconds} s: {}", said(without));
        println!("  open files: {files} more in that time: {}", said(files <= FILES));
        in_trade && without && files <= FILES
    }
}
