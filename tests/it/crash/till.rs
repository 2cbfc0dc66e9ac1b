//! A seller who sells, withdraws and moves money with commands and the app, while the program is killed again
//! and again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::books::{self, Row};
use super::process::{self, End, Point, Process, Watch};
use super::told::{self, Told};
use super::{Dice, by_keys};
use crate::cli::World;

/// What the seller asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) reference: String,
    pub(super) sms: bool,
    pub(super) auto_capture: bool,
    /// The seller was told that it's kept.
    pub(super) promised: bool,
    pub(super) paid: bool,
    /// What was asked to be done with it, in order; each once.
    pub(super) moves: Vec<Move>,
}

/// Something that is done with a link.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) kind: &'static str,
    pub(super) minor: i64,
    pub(super) promised: bool,
}

/// What every sale comes to, in øre.
const PRICE: i64 = 9000;

/// A data folder, its sandbox, and what was asked for.
pub(super) struct Till {
    pub(super) world: World,
    dice: Dice,
    pub(super) asked: Vec<Asked>,
    /// All that was printed: whoever reads an address there has it.
    pub(super) printed: String,
    /// What was said of which link.
    pub(super) told: Told,
    story: String,
    /// A whole sale, undisturbed.
    usual: Duration,
    /// Where the kills fell.
    pub(super) phases: BTreeMap<&'static str, u64>,
}

impl Till {
    pub(super) fn open(dice: Dice) -> Self {
        let mut till = Self {
            world: World::new(),
            dice,
            asked: Vec::new(),
            printed: String::new(),
            told: Told::default(),
            story: String::new(),
            usual: Duration::ZERO,
            phases: BTreeMap::new(),
        };
        let begun = Instant::now();
        till.world.run(&["new", "--json", "--item", "Waffle;2;45", "--reference", "FIRST"]).is(0);
        till.usual = begun.elapsed();
        till
    }

    #[track_caller]
    pub(super) fn fail(&self, what: &str) -> ! {
        let rows: String = books::rows(&self.world.data).iter().fold(String::new(), |mut all, row| {
            let _ = writeln!(all, "  {row:?}");
            all
        });
        panic!(
            "{what}\nwhat happened:\n{}the ledger:\n{rows}{:#?}",
            self.story,
            books::entries(&self.world.data)
        );
    }

    /// Works until it was killed so often.
    pub(super) fn be_killed(&mut self, kills: u64) {
        let (mut done, mut rounds) = (0, 0);
        while done < kills {
            rounds += 1;
            assert!(rounds < kills * 5 + 20, "the points are never reached\n{}", self.story);
            done += u64::from(self.round());
            let damage = books::damage(&self.world.data);
            if !damage.is_empty() {
                self.fail(&format!("the ledger is damaged: {damage:?}"));
            }
        }
    }

    /// One thing that the seller does. Whether it was killed.
    fn round(&mut self) -> bool {
        self.world.clear_faults();
        let waiting: Vec<String> = books::entries(&self.world.data)
            .into_iter()
            // The word that a message may go out again is the seller's: never given here.
            .filter(|entry| !entry.needs_decision)
            .map(|entry| entry.reference)
            .collect();
        match self.dice.below(20) {
            0..8 => self.sell(),
            8..11 if !waiting.is_empty() => {
                let reference = self.dice.pick(&waiting);
                self.again(&reference)
            }
            11 if !waiting.is_empty() => {
                let reference = self.dice.pick(&waiting);
                self.by_app(&reference)
            }
            _ => self.move_something().unwrap_or_else(|| self.sell()),
        }
    }

    fn sell(&mut self) -> bool {
        let reference = format!("C-{}", self.asked.len());
        let (sms, auto_capture) = (self.dice.percent(40), self.dice.percent(40));
        let mut words = vec!["new", "--json", "--item", "Waffle;2;45", "--reference", &reference];
        words.push(if auto_capture { "--auto-capture" } else { "--no-auto-capture" });
        if sms {
            words.extend(["--sms", "+4741234567"]);
        }
        if self.dice.percent(40) {
            words.extend(["--method", "vipps"]);
        }
        // Without coverage: for the app and the others to send.
        let offline = self.dice.percent(15);
        if offline {
            words.push("--offline");
        }
        self.asked.push(Asked {
            reference: reference.clone(),
            sms,
            auto_capture,
            promised: false,
            paid: false,
            moves: Vec::new(),
        });
        let points = [
            Point::Asked("POST", "/auth/token"),
            Point::Answered("POST", "/auth/token"),
            Point::Kept,
            Point::Claimed,
            Point::Asked("POST", "/v1/sessions"),
            Point::Asked("POST", "/v1/sessions"),
            Point::Answered("POST", "/v1/sessions"),
            Point::Answered("POST", "/v1/sessions"),
            Point::Asked("GET", "/v1/sessions"),
            Point::Settled,
        ];
        let path = self.dice.pick(&["/v1/sessions", "/v1/sessions", "/v1/sessions", "/v1/accounts"]);
        let end = self.killed(&words, &reference, &points, ("POST", path));
        let kept = books::row(&self.world.data, &reference);
        let asked = self.asked.last_mut().unwrap();
        // By what the program said, and not by what is found: the ledger is what may be wrong.
        match told::of_a_sale(&end, &reference) {
            Ok(promised) => asked.promised = promised,
            Err(odd) => self.fail(&odd),
        }
        if self.told.knows(&reference) && kept.is_none() {
            self.fail(&format!("{reference} is not kept, though the seller was told so: {end:?}"));
        }
        if matches!(end.status, Some(status) if ![0, 5, 7].contains(&status)) {
            self.fail(&format!("an odd end of {reference}: {end:?}"));
        }
        self.fell(&end, self.phase_of_sale(&reference, kept.as_ref()))
    }

    /// What waits is sent again, by two processes at a time sometimes.
    fn again(&mut self, reference: &str) -> bool {
        let kind =
            books::entries(&self.world.data).into_iter().find(|e| e.reference == reference).unwrap().kind;
        let words = if self.dice.percent(70) {
            vec!["outbox", "send", reference, "--json"]
        } else {
            vec!["list", "--json"]
        };
        let points = [
            Point::Claimed,
            Point::Asked("POST", "/v1/"),
            Point::Answered("POST", "/v1/"),
            Point::Asked("GET", "/v1/"),
            Point::Answered("GET", "/v1/"),
        ];
        let path = if kind == "create" { "/v1/sessions" } else { "/v1/transactions" };
        let method = self.dice.pick(&["POST", "GET"]);
        let end = self.killed(&words, reference, &points, (method, path));
        self.odd(&end, &[0, 3, 5, 6, 7]);
        let kept = books::row(&self.world.data, reference);
        let phase =
            if kind == "create" { self.phase_of_sale(reference, kept.as_ref()) } else { "a move, again" };
        self.fell(&end, phase)
    }

    /// The app sends what waits by itself; it is killed like the others.
    fn by_app(&mut self, reference: &str) -> bool {
        let _ = writeln!(self.story, "the app, for {reference}");
        let point = Point::After(Duration::from_millis(self.dice.below(1500)));
        let point = if self.dice.percent(50) { Point::Asked("POST", "/v1/sessions") } else { point };
        let mut watch = Watch::new(&self.world, reference);
        let begun = Instant::now();
        let term = by_keys::app(&self.world).start();
        while begun.elapsed() < Duration::from_secs(3) && !watch.reached(&point, begun) {
            std::thread::sleep(Duration::from_micros(300));
        }
        term.killed();
        *self.phases.entry("in the app").or_default() += 1;
        true
    }

    /// Withdraws a link, or moves the money of one. `None`: there's nothing to do it with.
    fn move_something(&mut self) -> Option<bool> {
        let waits: Vec<String> = books::entries(&self.world.data).into_iter().map(|e| e.reference).collect();
        let mut ready: Vec<(usize, Row)> = Vec::new();
        for (n, asked) in self.asked.iter().enumerate() {
            let row = books::row(&self.world.data, &asked.reference);
            let row = row.filter(|row| row.session.is_some() && !waits.contains(&row.reference));
            let next = asked.moves.last().is_none_or(|m| m.kind == "capture" && m.promised);
            if let Some(row) = row.filter(|_| next) {
                ready.push((n, row));
            }
        }
        if ready.is_empty() {
            return None;
        }
        let (n, row) = self.dice.pick(&ready);
        let asked = self.asked[n].clone();
        if !asked.paid && self.dice.percent(35) {
            return Some(self.moved(n, "cancel", 0));
        }
        if !asked.paid {
            let session = serde_json::json!({"session_id": row.session});
            self.world.pay(&session, "authorized");
            self.asked[n].paid = true;
        }
        let part = if self.dice.percent(50) { 4000 } else { PRICE };
        Some(match (asked.auto_capture, asked.moves.last()) {
            // What was taken in part is given back in part.
            (_, Some(taken)) => self.moved(n, "refund", part.min(taken.minor)),
            (true, None) => self.moved(n, "refund", part),
            (false, None) if self.dice.percent(25) => self.moved(n, "void", PRICE),
            (false, None) => self.moved(n, "capture", part),
        })
    }

    fn moved(&mut self, n: usize, kind: &'static str, minor: i64) -> bool {
        let reference = self.asked[n].reference.clone();
        let amount = format!("{}.00", minor / 100);
        let mut words = vec![kind, &reference, "--json"];
        if ["capture", "refund"].contains(&kind) {
            words.extend(["--amount", &amount]);
        }
        let path = if kind == "cancel" { "/cancel" } else { "/v1/transactions" };
        let points = [
            Point::Waits(kind),
            if kind == "cancel" { Point::Waits(kind) } else { Point::Sent(kind) },
            Point::Asked("POST", path),
            Point::Asked("POST", path),
            Point::Answered("POST", path),
            Point::Answered("POST", path),
            Point::Asked("GET", "/v1/"),
        ];
        let prefix = if kind == "cancel" { "/v1/sessions" } else { path };
        self.asked[n].moves.push(Move { kind, minor, promised: false });
        let end = self.killed(&words, &reference, &points, ("POST", prefix));
        self.odd(&end, &[0, 5, 7]);
        let waits =
            books::entries(&self.world.data).into_iter().find(|e| e.reference == reference && e.kind == kind);
        let row = books::row(&self.world.data, &reference).unwrap();
        let there = self.is_done(&row, kind);
        // Done, or that it waits or may be done, is what the end says.
        let holds = match end.status {
            None => true,
            Some(0) => there,
            Some(_) => there || waits.is_some(),
        };
        if !holds {
            self.fail(&format!(
                "{kind} of {reference} is neither done nor waits, though the seller was told so: {end:?}"
            ));
        }
        let last = self.asked[n].moves.last_mut().unwrap();
        last.promised = waits.is_some() || there || end.status.is_some();
        let phase = match (waits, there) {
            (None, false) => "a move, before it was kept",
            (Some(entry), false) if !entry.sent => "a move, kept",
            (Some(_), false) => "a move, asked for",
            (Some(_), true) => "a move, done and not known",
            (None, true) => "a move, known",
        };
        self.fell(&end, phase)
    }

    /// Whether the sandbox has done it.
    fn is_done(&self, row: &Row, kind: &str) -> bool {
        let sandbox = books::Sandbox::read(&self.world);
        let session = row.session.as_deref().unwrap_or_default();
        if kind == "cancel" {
            return sandbox.sessions.iter().any(|s| s["id"] == session && s["cancelled_at"].is_string());
        }
        !sandbox.moved(session, event(kind)).is_empty()
    }

    /// Starts these words, with a fault on the way and another process beside it sometimes, and kills it at one of
    /// the points or at any time.
    fn killed(&mut self, words: &[&str], reference: &str, points: &[Point], on: (&str, &str)) -> End {
        let point = if self.dice.percent(60) {
            self.dice.pick(points)
        } else {
            let most = u64::try_from(self.usual.as_millis()).unwrap() * 6 / 5;
            Point::After(Duration::from_millis(self.dice.below(most)))
        };
        let fault = process::fault(&mut self.dice, on.0, on.1);
        if let Some(fault) = &fault {
            self.world.fault(fault.clone());
        }
        // In sight of each other: the same entry, or whatever is due.
        let beside = self.dice.percent(25).then(|| {
            let known = books::row(&self.world.data, reference).is_some();
            let other = if known && self.dice.percent(50) && self.safe(reference) {
                vec!["outbox", "send", reference, "--json"]
            } else {
                vec!["list", "--json"]
            };
            (
                Process::start(&mut self.world.command(&other)),
                Duration::from_millis(50 + self.dice.below(1500)),
            )
        });
        let fault = fault.map(|fault| fault.to_string()).unwrap_or_default();
        let two = if beside.is_some() { ", another beside it" } else { "" };
        let _ = writeln!(self.story, "{} killed at {point:?}{two} {fault}", words.join(" "));
        let mut watch = Watch::new(&self.world, reference);
        let end = Process::start(&mut self.world.command(words)).killed_at(&point, &mut watch);
        self.hear(&end.out);
        if let Some((other, patience)) = beside {
            let other = other.ends(patience);
            self.hear(&other.out);
            self.odd(&other, &[0, 3, 5, 6, 7]);
        }
        let _ = writeln!(self.story, "    {:?} {}", end.status, end.err.trim());
        // Nobody is left whom a fault was meant for, and what is read now is to be true.
        self.world.clear_faults();
        end
    }

    /// The seller reads it.
    #[track_caller]
    fn hear(&mut self, out: &str) {
        self.printed.push_str(out);
        if let Err(odd) = self.told.hear(out) {
            self.fail(&odd);
        }
    }

    /// Whether sending it is no word of the seller that a message may go out again.
    fn safe(&self, reference: &str) -> bool {
        let asked = self.asked.iter().find(|asked| asked.reference == reference);
        asked.is_some_and(|asked| !asked.sms)
    }

    #[track_caller]
    fn odd(&self, end: &End, expected: &[i32]) {
        if end.status.is_some_and(|status| !expected.contains(&status)) {
            self.fail(&format!("an odd end: {end:?}"));
        }
    }

    /// Counts a kill.
    fn fell(&mut self, end: &End, phase: &'static str) -> bool {
        let killed = end.status.is_none();
        if killed {
            *self.phases.entry(phase).or_default() += 1;
            let _ = writeln!(self.story, "    fell: {phase}");
        }
        killed
    }

    fn phase_of_sale(&self, reference: &str, kept: Option<&Row>) -> &'static str {
        let Some(row) = kept else { return "a sale, before it was kept" };
        if row.session.is_some() {
            return "a sale, known";
        }
        if books::Sandbox::read(&self.world).sessions_of(&row.id).next().is_some() {
            return "a sale, done and not known";
        }
        if process::asked_for(&self.world, reference) {
            return "a sale, asked for and not done";
        }
        if row.state == "queued" { "a sale, kept" } else { "a sale, claimed" }
    }

    /// Until nothing waits but for the seller's word.
    pub(super) fn settle(&mut self) {
        self.world.clear_faults();
        for _ in 0..20 {
            books::two_minutes_later(&self.world.data);
            let waits = books::entries(&self.world.data);
            let Some(next) = waits.iter().find(|e| !e.needs_decision) else {
                if waits.is_empty() {
                    return;
                }
                // What waits for the seller may have turned up.
                let listed = self.world.run(&["list", "--json", "--limit", "0"]).is(0);
                self.hear(&listed.out);
                let still = |e: &books::Entry| e.needs_decision;
                if books::entries(&self.world.data).iter().all(still) {
                    return;
                }
                continue;
            };
            let sent = self.world.run(&["outbox", "send", &next.reference, "--json"]);
            self.hear(&sent.out);
            let _ =
                writeln!(self.story, "at the end, {}: {} {}", next.reference, sent.status, sent.err.trim());
        }
        let waits = books::entries(&self.world.data);
        if waits.iter().any(|entry| !entry.needs_decision) {
            self.fail("the outbox never gets empty");
        }
    }
}

/// The sandbox's word for it.
pub(super) fn event(kind: &str) -> &'static str {
    match kind {
        "capture" => "CAPTURE",
        "refund" => "REFUND",
        _ => "VOID",
    }
}
