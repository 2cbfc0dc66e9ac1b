//! What other processes change is told, and nothing else.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::{SqliteLedger, watch};
use super::sample;
use crate::ports::{Ledger, Watch};

#[track_caller]
fn until(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !there() {
        assert!(Instant::now() < end, "waited for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A ledger that counts what it is told; the second number counts what came while nobody else had written.
fn watched(folder: &Path) -> (SqliteLedger, Option<Watch>, Arc<[AtomicUsize; 2]>, Arc<AtomicBool>) {
    let ledger = SqliteLedger::open(folder).unwrap();
    let (told, others) = (Arc::<[AtomicUsize; 2]>::default(), Arc::new(AtomicBool::new(false)));
    let (count, wrote) = (Arc::clone(&told), Arc::clone(&others));
    let watch = ledger.watch(Box::new(move || {
        count[0].fetch_add(1, Ordering::SeqCst);
        if !wrote.load(Ordering::SeqCst) {
            count[1].fetch_add(1, Ordering::SeqCst);
        }
    }));
    (ledger, watch, told, others)
}

#[test]
fn what_another_handle_writes_is_told_and_what_this_one_writes_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let other = SqliteLedger::open(folder.path()).unwrap();
    let (ledger, _watch, told, others) = watched(folder.path());
    // For as long as it would take to tell of it.
    let begun = Instant::now();
    for n in 0.. {
        ledger.put("own", Some(&n.to_string())).unwrap();
        if begun.elapsed() > Duration::from_millis(500) {
            break;
        }
    }
    others.store(true, Ordering::SeqCst);
    other.insert(&sample(1), false).unwrap();
    until("the other's link", || told[0].load(Ordering::SeqCst) > 0);
    assert_eq!(told[1].load(Ordering::SeqCst), 0, "told of its own writes");
    // And again, after it was told once.
    let before = told[0].load(Ordering::SeqCst);
    other.put("theirs", Some("more")).unwrap();
    until("the other's value", || told[0].load(Ordering::SeqCst) > before);
}

#[test]
fn many_changes_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    let other = SqliteLedger::open(folder.path()).unwrap();
    let (_ledger, _watch, told, done) = watched(folder.path());
    let begun = Instant::now();
    for n in 0..200 {
        other.put("n", Some(&n.to_string())).unwrap();
    }
    let took = begun.elapsed();
    done.store(true, Ordering::SeqCst);
    other.put("n", Some("the last")).unwrap();
    until("the last one", || told[0].load(Ordering::SeqCst) > told[1].load(Ordering::SeqCst));
    let most = took.as_millis() / 100 + 3;
    assert!(told[0].load(Ordering::SeqCst) as u128 <= most, "{told:?} within {took:?}");
}

#[test]
fn what_changes_before_the_watch_stands_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let other = SqliteLedger::open(folder.path()).unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    for n in 0..30 {
        let told = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&told);
        let watch = ledger.watch(Box::new(move || flag.store(true, Ordering::SeqCst)));
        // The thread is still at work on it, or not: told it must be.
        other.put("n", Some(&n.to_string())).unwrap();
        until("the change", || told.load(Ordering::SeqCst));
        drop(watch);
    }
}

#[test]
fn it_ends_with_the_watch() {
    let folder = tempfile::tempdir().unwrap();
    let (_ledger, watch, told, _) = watched(folder.path());
    assert_eq!(Arc::strong_count(&told), 2);
    drop(watch);
    until("the end", || Arc::strong_count(&told) == 1);
}

#[test]
fn where_it_cannot_be_had_nothing_else_happens() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let nowhere = folder.path().join("not-there");
    let changed = Box::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let watch = watch::begin(&nowhere, &ledger.writer, changed);
    until("the end", || Arc::strong_count(&told) == 1);
    assert_eq!(told.load(Ordering::SeqCst), 0);
    drop(watch);
    assert!(SqliteLedger::open_in_memory().unwrap().watch(Box::new(|| ())).is_none(), "nobody else has it");
}
