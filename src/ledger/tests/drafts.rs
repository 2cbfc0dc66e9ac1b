//! Drafts: whose they are, which one is offered, how many are kept.

use super::{ACCOUNT, sample};
use crate::domain::link::LinkId;
use crate::ledger::{SqliteLedger, hold};
use crate::ports::{Ledger, LedgerError};

fn id(n: i64) -> LinkId {
    sample(n).id
}

/// Takes one up; those that begin with `-` would not be missed, those with `?` can't be read.
fn take(ledger: &SqliteLedger, except: &[LinkId]) -> Option<(LinkId, String)> {
    let mut worth = |draft: &str| (!draft.starts_with('?')).then(|| !draft.starts_with('-'));
    ledger.take_draft(ACCOUNT, except, &mut worth).unwrap()
}

fn taken(ledger: &SqliteLedger) -> Option<LinkId> {
    take(ledger, &[]).map(|(id, _)| id)
}

#[test]
fn what_a_living_window_types_is_offered_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let one = SqliteLedger::open(folder.path()).unwrap();
    let two = SqliteLedger::open(folder.path()).unwrap();
    one.keep_draft(ACCOUNT, id(1), "first").unwrap();
    one.keep_draft(ACCOUNT, id(2), "second").unwrap();
    assert_eq!(taken(&two), None);
    two.keep_draft(ACCOUNT, id(3), "third").unwrap();
    // Sold or thrown away in one window: the other's stays, even if it were asked for.
    two.forget_draft(ACCOUNT, id(3)).unwrap();
    two.forget_draft(ACCOUNT, id(2)).unwrap();
    drop(one);
    assert_eq!(take(&two, &[]), Some((id(2), "second".to_owned())), "the newest of those left behind");
    let three = SqliteLedger::open(folder.path()).unwrap();
    assert_eq!(taken(&three), Some(id(1)), "what was taken up is somebody's again");
    assert_eq!(taken(&SqliteLedger::open(folder.path()).unwrap()), None);
}

#[test]
fn one_is_taken_up_by_one_window_alone() {
    let folder = tempfile::tempdir().unwrap();
    SqliteLedger::open(folder.path()).unwrap().keep_draft(ACCOUNT, id(1), "left behind").unwrap();
    let windows: Vec<_> = (0..4).map(|_| SqliteLedger::open(folder.path()).unwrap()).collect();
    let had = std::thread::scope(|scope| {
        let all: Vec<_> = windows.iter().map(|window| scope.spawn(|| taken(window))).collect();
        all.into_iter().filter_map(|one| one.join().unwrap()).count()
    });
    assert_eq!(had, 1);
}

#[test]
fn the_newest_that_would_be_missed_is_offered_and_no_empty_ones_pile_up() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    for (n, draft) in [(1, "old"), (2, "typed"), (3, "-a"), (4, "?newer version"), (5, "-b")] {
        ledger.keep_draft(ACCOUNT, id(n), draft).unwrap();
    }
    ledger.keep_draft("T99999999", id(9), "another account's").unwrap();
    // The same window, which began anew: its own are offered, but for those that it has.
    assert_eq!(take(&ledger, &[id(2)]).map(|(id, _)| id), Some(id(1)));
    assert_eq!(taken(&ledger), Some(id(2)));
    ledger.forget_draft(ACCOUNT, id(2)).unwrap();
    ledger.forget_draft(ACCOUNT, id(1)).unwrap();
    assert_eq!(taken(&ledger), None, "the empty ones are gone, and what can't be read is left alone");
    let keys: i64 = hold(&ledger.writer).query_row("SELECT count(*) FROM kv", [], |row| row.get(0)).unwrap();
    assert_eq!(keys, 2, "the unreadable one and the other account's");
    ledger.keep_draft(ACCOUNT, id(6), "-c").unwrap();
    assert_eq!(taken(&ledger), Some(id(6)), "better than none: it has a reference");
}

#[test]
fn what_an_older_version_kept_is_found_once() {
    let folder = tempfile::tempdir().unwrap();
    let old = |draft: &str| {
        let ledger = SqliteLedger::open(folder.path()).unwrap();
        ledger.put(&format!("draft:{ACCOUNT}"), Some(draft)).unwrap();
    };
    let named = format!("{{\"id\": \"{}\", \"phone\": \"1\"}}", id(1));
    old(&named);
    let one = SqliteLedger::open(folder.path()).unwrap();
    assert_eq!(take(&one, &[]), Some((id(1), named)));
    assert_eq!(one.get(&format!("draft:{ACCOUNT}")).unwrap(), None);
    one.forget_draft(ACCOUNT, id(1)).unwrap();
    assert_eq!(taken(&one), None);
    // From before drafts had ids.
    old("{\"phone\": \"2\"}");
    let (id, draft) = take(&one, &[]).unwrap();
    assert_eq!(draft, "{\"phone\": \"2\"}");
    one.forget_draft(ACCOUNT, id).unwrap();
    assert_eq!(taken(&one), None);
}

#[test]
fn of_very_many_the_oldest_go_that_nobody_is_at() {
    let folder = tempfile::tempdir().unwrap();
    let open = SqliteLedger::open(folder.path()).unwrap();
    open.keep_draft(ACCOUNT, id(0), "typed somewhere since yesterday").unwrap();
    for n in 1..=30 {
        SqliteLedger::open(folder.path()).unwrap().keep_draft(ACCOUNT, id(n), "left behind").unwrap();
    }
    let count: i64 = hold(&open.writer).query_row("SELECT count(*) FROM kv", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 20);
    let next = SqliteLedger::open(folder.path()).unwrap();
    assert_eq!(taken(&next), Some(id(30)));
    assert_eq!(
        take(&open, &[]).map(|(id, _)| id),
        Some(id(29)),
        "that of last time, and not the own of today"
    );
}

/// What a window has typed itself is never too much, however much it is.
#[test]
fn none_goes_of_the_window_that_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let open = SqliteLedger::open(folder.path()).unwrap();
    for n in 0..25 {
        open.keep_draft(ACCOUNT, id(n), "typed here").unwrap();
    }
    assert_eq!(taken(&open), Some(id(24)));
    let count: i64 = hold(&open.writer).query_row("SELECT count(*) FROM kv", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 25);
}

#[test]
fn a_link_that_is_kept_already_is_told_from_other_trouble() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    let mut link = sample(1);
    ledger.insert(&link, false).unwrap();
    assert!(matches!(ledger.insert(&link, false), Err(LedgerError::ReferenceUsed(_))));
    link.sale.reference = sample(2).sale.reference;
    assert_eq!(ledger.insert(&link, false), Err(LedgerError::LinkKept(link.id)));
}
