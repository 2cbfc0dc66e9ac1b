//! Whoever asked for money to be moved is told how that ended, whoever brought the end about; and nothing is done twice
//! because nobody was told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::money::{authorized, requests, waiting};
use super::{Going, World, nobody};

/// A captured link.
fn captured(world: &World) {
    authorized(world, "A-1");
    world.run(&["capture", "A-1"]).is(0);
}

const REFUND: [&str; 5] = ["refund", "A-1", "--amount", "20", "--json"];

/// What stands in the ledger of orders that have ended.
fn ended(world: &World) -> Vec<Value> {
    let ledger = rusqlite::Connection::open(world.data.join("paylink.db")).unwrap();
    let mut found = ledger.prepare("SELECT value FROM kv WHERE key LIKE 'ended/%/refund'").unwrap();
    let rows = found.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.flat_map(|text| serde_json::from_str::<Vec<Value>>(&text.unwrap()).unwrap()).collect()
}

/// Waits until `so`.
fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !so() {
        assert!(Instant::now() < end, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The next two say that it was done, and do it once more.
fn done_before_and_then_anew(world: &World) {
    let again = world.run(&REFUND).is(0);
    assert_eq!(again.notes(), ["done_before"], "{}", again.err);
    assert_eq!(again.json()["state"], "partially_refunded");
    assert_eq!((requests(world, "refund"), waiting(world).len()), (1, 0));
    let second = world.run(&REFUND).is(0);
    assert_eq!((second.err.as_str(), requests(world, "refund")), ("", 2));
}

/// The refund, asked for by a process whose output goes to a pipe that is full: it comes to its last word, and not
/// further.
#[cfg(unix)]
struct Stuck {
    child: std::process::Child,
    reader: std::io::PipeReader,
    filling: std::thread::JoinHandle<()>,
}

#[cfg(unix)]
impl Stuck {
    fn start(world: &World) -> Self {
        use std::io::Write as _;
        use std::process::Stdio;
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};

        let (reader, writer) = std::io::pipe().unwrap();
        let (mut filler, filled) = (writer.try_clone().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = filled.clone();
        let filling = std::thread::spawn(move || {
            while filler.write_all(&[b'x'; 512]).is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        until("a full pipe", || {
            let before = filled.load(Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(200));
            before > 0 && before == filled.load(Ordering::SeqCst)
        });
        let mut command = world.command(&REFUND);
        let child = command.stdout(Stdio::from(writer)).stderr(Stdio::null()).spawn().unwrap();
        Self { child, reader, filling }
    }

    fn kill(mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "it ended, though nobody reads");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        drop(self.reader);
        self.filling.join().unwrap();
    }
}

/// Two ask for one order, and the one is told that it is done, while the other is killed before: its repeat is no second
/// order.
#[cfg(unix)]
#[test]
fn who_is_killed_while_another_is_told_gets_it_told_and_not_done_again() {
    let world = World::new();
    captured(&world);
    world.fault(json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 429, "retry_after": 5, "times": 1
    }));
    let told = Going::start(&mut world.command(&REFUND));
    until("the order waits", || {
        waiting(&world).iter().any(|entry| entry["attempts"] == 1 && entry["state"] == "waiting")
    });
    let stuck = Stuck::start(&world);
    assert_eq!(told.end().is(0).json()["state"], "partially_refunded");
    until("it was told", || ended(&world)[0]["told"] == json!(true));
    std::thread::sleep(Duration::from_secs(1));
    stuck.kill();
    // The one that was refused, and the one that was done.
    assert_eq!(requests(&world, "refund"), 2);
    let again = world.run(&REFUND).is(0);
    assert_eq!(
        (again.notes(), requests(&world, "refund")),
        (vec!["done_before".to_owned()], 2),
        "{}",
        again.err
    );
    let second = world.run(&REFUND).is(0);
    assert_eq!((second.err.as_str(), requests(&world, "refund")), ("", 3));
}

/// Killed between the end of the order and its last word: nobody reads its output, and it waits to be rid of it.
#[cfg(unix)]
#[test]
fn who_is_killed_before_it_was_told_gets_it_told_and_not_done_again() {
    let world = World::new();
    captured(&world);
    let stuck = Stuck::start(&world);
    until("the end of the order", || !ended(&world).is_empty());
    std::thread::sleep(Duration::from_millis(300));
    stuck.kill();
    assert_eq!((&ended(&world)[0]["end"], &ended(&world)[0]["told"]), (&json!("moved"), &json!(false)));
    assert_eq!(requests(&world, "refund"), 1);
    done_before_and_then_anew(&world);
}

/// Killed before its last word, and then a copy of the ledger from before is put in its place: the repeat is no second
/// order.
#[cfg(unix)]
#[test]
fn a_copy_from_before_an_order_does_it_no_second_time() {
    let world = World::new();
    captured(&world);
    let copy = world.home.path().join("copy");
    let copy = copy.to_str().unwrap();
    world.run(&["backup", copy]).is(0);
    let stuck = Stuck::start(&world);
    until("the end of the order", || !ended(&world).is_empty());
    std::thread::sleep(Duration::from_millis(300));
    stuck.kill();
    world.run(&["restore", copy, "--yes"]).is(0);
    done_before_and_then_anew(&world);
}

/// What is written where nobody listens any more was told to nobody.
#[cfg(unix)]
#[test]
fn who_writes_to_nobody_has_told_nothing() {
    use std::process::Stdio;

    let world = World::new();
    captured(&world);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = world.command(&REFUND).stdout(Stdio::from(writer)).stderr(Stdio::null()).spawn().unwrap();
    child.wait().unwrap();
    assert_eq!((ended(&world).len(), requests(&world, "refund")), (1, 1));
    done_before_and_then_anew(&world);
}

/// The seller sends in one window what a script in another was told to be waiting, and the script repeats it.
#[test]
fn what_is_sent_in_another_window_is_not_done_again_by_whoever_asked() {
    let world = World::new();
    captured(&world);
    world.write_config(&nobody(), "");
    world.run(&REFUND).is(5);
    world.write_config(world.url(), "");
    assert_eq!(world.run(&["outbox", "send", "A-1", "--json"]).is(0).json()["state"], "partially_refunded");
    done_before_and_then_anew(&world);
}

/// A second refund of the same amount is a second one, as soon as the first was told.
#[test]
fn the_same_again_after_it_was_told_is_done_again() {
    let world = World::new();
    captured(&world);
    for count in 1..=3 {
        let done = world.run(&REFUND).is(0);
        assert_eq!((done.err.as_str(), requests(&world, "refund")), ("", count));
    }
}

/// A command that waits for its turn is told that its order was dropped meanwhile.
#[test]
fn who_follows_an_order_that_is_dropped_is_told_so() {
    let world = World::new();
    captured(&world);
    let later = json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 429, "retry_after": 3, "times": 1
    });
    world.fault(later);
    let follows = Going::start(&mut world.command(&REFUND));
    until("the order waits", || {
        waiting(&world).iter().any(|entry| entry["attempts"] == 1 && entry["state"] == "waiting")
    });
    world.run(&["outbox", "drop", "A-1"]).is(0);
    let told = follows.end().is(3);
    assert_eq!((told.error()["code"].as_str(), told.out.as_str()), (Some("dropped"), ""));
    assert_eq!((requests(&world, "refund"), waiting(&world).len()), (1, 0));
    // Nothing was done, so it can be asked for.
    world.run(&REFUND).is(0);
}

/// Nor does it know what became of one that is gone, with another ledger in this one's place, say.
#[test]
fn who_follows_an_order_that_is_gone_is_told_that_nobody_knows() {
    let world = World::new();
    captured(&world);
    world.fault(json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": 429, "retry_after": 3, "times": 1
    }));
    let follows = Going::start(&mut world.command(&REFUND));
    until("the order waits", || {
        waiting(&world).iter().any(|entry| entry["attempts"] == 1 && entry["state"] == "waiting")
    });
    let ledger = rusqlite::Connection::open(world.data.join("paylink.db")).unwrap();
    ledger.busy_timeout(Duration::from_secs(10)).unwrap();
    ledger.execute("DELETE FROM outbox", []).unwrap();
    let told = follows.end().is(7);
    assert_eq!(told.error()["code"], "outcome_unknown");
    assert_eq!(requests(&world, "refund"), 1, "and nothing is sent");
}

/// It repeats what waits, and what is due is sent on the way and refused: that is the answer, and nothing is sent anew.
fn repeated_and_refused_on_the_way(kind: &str, http: u16, status: i32, code: &str) {
    let world = World::new();
    authorized(&world, "A-1");
    if kind == "refund" {
        world.run(&["capture", "A-1"]).is(0);
    }
    world.write_config(&nobody(), "");
    world.run(&[kind, "A-1"]).is(5);
    world.write_config(world.url(), "");
    world.fault(json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "status", "status": http, "times": 1
    }));
    let told = world.run(&[kind, "A-1", "--json"]).is(status);
    assert_eq!((told.error()["code"].as_str(), requests(&world, kind)), (Some(code), 1), "{kind}");
    assert_eq!(waiting(&world), Vec::<Value>::new());
    // To ask once more is to try again.
    world.run(&[kind, "A-1"]).is(0);
    assert_eq!(requests(&world, kind), 2, "{kind}");
}

#[test]
fn a_refund_that_is_repeated_and_refused_on_the_way_is_told_as_refused() {
    repeated_and_refused_on_the_way("refund", 400, 6, "refused");
}

#[test]
fn a_withdrawal_that_is_repeated_and_forbidden_on_the_way_is_told_as_that() {
    repeated_and_refused_on_the_way("capture", 403, 4, "forbidden");
}

/// What the backend has accepted a day ago and never ended can be dropped, and may be carried out all the same.
#[test]
fn who_drops_what_was_accepted_a_day_ago_is_told_that_nobody_knows() {
    let world = World::new();
    captured(&world);
    world.fault(json!({
        "path": "/v1/transactions/*", "method": "POST", "kind": "accepted", "ms": 900_000, "times": 1
    }));
    let asks = Going::start(&mut world.command(&REFUND));
    until("accepted", || waiting(&world).iter().any(|entry| entry["state"] == "in_progress"));
    asks.kill();
    let began = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(26);
    let ledger = rusqlite::Connection::open(world.data.join("paylink.db")).unwrap();
    let older = "UPDATE outbox SET what = json_set(what, '$.sent.at', ?1, '$.sent.theirs', ?1)";
    assert_eq!(ledger.execute(older, [began.to_string()]).unwrap(), 1);
    let told = world.run(&["outbox", "drop", "A-1", "--json"]).is(7);
    assert_eq!(told.error()["code"], "outcome_unknown");
    let said = told.error()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("A-1") && said.contains("may still be carried out"), "{said}");
    assert_eq!((told.json()["state"].clone(), waiting(&world).len()), (json!("captured"), 0));
}
