//! A process of the program that is killed at a chosen point.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Dice;
use super::books;
use crate::cli::World;

/// Nobody waits longer for a point that doesn't come: it is killed then.
const LONGEST: Duration = Duration::from_secs(4);

/// Where a process is killed.
#[derive(Debug, Clone)]
pub(super) enum Point {
    /// So long after its start.
    After(Duration),
    /// As soon as the sandbox has got this request: method, and a part of the path.
    Asked(&'static str, &'static str),
    /// As soon as it was answered.
    Answered(&'static str, &'static str),
    /// As soon as the ledger has the link.
    Kept,
    /// As soon as the ledger says that it is being sent.
    Claimed,
    /// As soon as the ledger has the session.
    Settled,
    /// As soon as this kind of request waits in the outbox.
    Waits(&'static str),
    /// As soon as its order was kept as sent.
    Sent(&'static str),
}

/// A process that runs.
pub(super) struct Process {
    child: Child,
    begun: Instant,
}

/// How it ended.
#[derive(Debug)]
pub(super) struct End {
    /// `None`: it was killed.
    pub(super) status: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Process {
    pub(super) fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, begun: Instant::now() }
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the point, and kills; or sees it end before that.
    pub(super) fn killed_at(mut self, point: &Point, watch: &mut Watch<'_>) -> End {
        while !self.ended() && self.begun.elapsed() < LONGEST && !watch.reached(point, self.begun) {
            std::thread::sleep(Duration::from_micros(300));
        }
        self.kill()
    }

    /// Lets it end; one that takes too long is killed.
    pub(super) fn ends(mut self, patience: Duration) -> End {
        while !self.ended() && self.begun.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.kill()
    }

    fn kill(mut self) -> End {
        // One that has ended already is not killed.
        let _ = self.child.kill();
        let status = self.child.wait().unwrap().code();
        let read = |from: Option<&mut dyn Read>| {
            let mut text = String::new();
            from.unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let out = read(self.child.stdout.as_mut().map(|s| s as &mut dyn Read));
        let err = read(self.child.stderr.as_mut().map(|s| s as &mut dyn Read));
        End { status, out, err }
    }
}

/// Looks whether a point is reached: at the sandbox's log and at the ledger.
pub(super) struct Watch<'a> {
    world: &'a World,
    reference: &'a str,
    /// How many requests there were before.
    before: usize,
    ledger: Option<rusqlite::Connection>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(world: &'a World, reference: &'a str) -> Self {
        Self::since(world, reference, log(world).len())
    }

    /// With that many requests before it.
    pub(super) const fn since(world: &'a World, reference: &'a str, before: usize) -> Self {
        Self { world, reference, before, ledger: None }
    }

    pub(super) fn reached(&mut self, point: &Point, begun: Instant) -> bool {
        match point {
            Point::After(time) => begun.elapsed() >= *time,
            Point::Asked(method, path) => self.requests(method, path).next().is_some(),
            Point::Answered(method, path) => self.requests(method, path).any(|r| !r["status"].is_null()),
            Point::Kept => self.link().is_some(),
            Point::Claimed => self.link().is_some_and(|(state, _)| state == "creating"),
            Point::Settled => self.link().is_some_and(|(_, session)| session),
            Point::Waits(kind) => self.entry(kind).is_some(),
            Point::Sent(kind) => self.entry(kind).is_some_and(|entry| entry.sent),
        }
    }

    fn requests(&self, method: &str, path: &str) -> impl Iterator<Item = Value> {
        let new = log(self.world).into_iter().skip(self.before);
        new.filter(move |r| r["method"] == method && r["path"].as_str().is_some_and(|p| p.contains(path)))
    }

    fn link(&mut self) -> Option<(String, bool)> {
        if self.ledger.is_none() {
            self.ledger = books::ledger(&self.world.data);
        }
        books::state(self.ledger.as_ref()?, self.reference)
    }

    fn entry(&self, kind: &str) -> Option<books::Entry> {
        let mut all = books::entries(&self.world.data).into_iter();
        all.find(|entry| entry.reference == self.reference && entry.kind == kind)
    }
}

pub(super) fn log(world: &World) -> Vec<Value> {
    world.control("GET", "/sandbox/log", Value::Null).as_array().unwrap().clone()
}

/// Whether a request to make a session with this reference reached the sandbox.
pub(super) fn asked_for(world: &World, reference: &str) -> bool {
    log(world).iter().any(|r| r["method"] == "POST" && r["body"]["order"]["merchant_reference"] == reference)
}

/// A fault of the line or of the backend, or none.
pub(super) fn fault(dice: &mut Dice, method: &str, path: &str) -> Option<Value> {
    let mut fault = match dice.below(12) {
        // Wide enough that a point in the middle is met.
        0..3 => serde_json::json!({"kind": "delay", "ms": 50 + dice.below(300)}),
        3 => serde_json::json!({"kind": "drop_before"}),
        4 => serde_json::json!({"kind": "drop_after"}),
        5 => serde_json::json!({"kind": "status", "status": 500, "carry_out": true}),
        6 => serde_json::json!({"kind": "status", "status": 503}),
        7 => serde_json::json!({"kind": "status", "status": 429, "retry_after": 1}),
        8 => serde_json::json!({"kind": "slow"}),
        _ => return None,
    };
    fault["method"] = method.into();
    fault["path"] = path.into();
    fault["times"] = (1 + dice.below(2)).into();
    Some(fault)
}
