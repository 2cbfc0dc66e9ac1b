//! A backup put in the ledger's place.

use std::fs;

use jiff::Timestamp;

use super::super::{FILE_NAME, Restore, SqliteLedger};
use super::{ACCOUNT, sample, sent};
use crate::domain::link::LinkState;
use crate::domain::reference::ReferenceTemplate;
use crate::ports::{Ledger, LedgerError, LinkFilter, OutboxEntry, OutboxKind, Unusable};

fn why(error: LedgerError) -> Unusable {
    match error {
        LedgerError::Unusable { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn a_backup_takes_the_ledgers_place_and_what_happened_since_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backup = folder.path().join("backup");
    let ledger = SqliteLedger::open(&data).unwrap();
    let template = ReferenceTemplate::parse("K-{seq}").unwrap();
    let day = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    ledger.insert(&sample(1), false).unwrap();
    ledger.import(&[sent(2, LinkState::Open)]).unwrap();
    ledger.next_reference(ACCOUNT, &template, day).unwrap();
    assert_eq!(ledger.backup_to(&backup, false).unwrap(), 2);
    // Made since, with references that must not be given out again.
    ledger.import(&[sent(3, LinkState::Open)]).unwrap();
    for _ in 0..7 {
        ledger.next_reference(ACCOUNT, &template, day).unwrap();
    }

    let restore = Restore::check(&data, &backup).unwrap();
    assert_eq!((restore.links, restore.now), (2, Some(3)));
    assert_eq!(restore.missing, ["KARI-003"]);
    let error = restore.carry_out(Timestamp::now()).unwrap_err();
    assert_eq!(why(error), Unusable::InUse, "the ledger is open");
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 3);
    drop(ledger);

    let done = Restore::check(&data, &backup).unwrap().carry_out(Timestamp::now()).unwrap();
    let kept = done.kept.unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 2);
    let entries = ledger.outbox(ACCOUNT).unwrap();
    assert_eq!(entries.len(), 1);
    assert!(entries[0].in_flight, "perhaps sent since: looked up first");
    assert_eq!(ledger.next_reference(ACCOUNT, &template, day).unwrap().as_str(), "K-109");
    let rescue = ledger.rescue().unwrap().unwrap();
    assert!(rescue.restored && rescue.kept == kept);

    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&kept, other.join(FILE_NAME)).unwrap();
    let replaced = SqliteLedger::open(&other).unwrap();
    assert_eq!(replaced.count(ACCOUNT, &LinkFilter::default()).unwrap(), 3, "nothing is lost");
}

#[test]
fn on_a_new_machine_nothing_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let memory = SqliteLedger::open_in_memory().unwrap();
    memory
        .import(&[crate::domain::link::Link {
            transaction_id: Some("P1".into()),
            ..sent(1, LinkState::Authorized)
        }])
        .unwrap();
    memory.enqueue(&OutboxEntry::new(sample(1).id, OutboxKind::Void, super::at(3))).unwrap();
    memory.backup_to(&backup, false).unwrap();
    let data = folder.path().join("data");
    let restore = Restore::check(&data, &backup).unwrap();
    assert_eq!(restore.now, None);
    let done = restore.carry_out(Timestamp::now()).unwrap();
    assert_eq!((done.kept, done.money), (None, vec!["KARI-001".to_owned()]));
    let ledger = SqliteLedger::open(&data).unwrap();
    assert!(ledger.outbox(ACCOUNT).unwrap().is_empty(), "a void that may have been done is asked for anew");
    assert_eq!(ledger.rescue().unwrap(), None);
    drop(ledger);
    let names: Vec<_> = fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("making")), "{names:?}");
}

#[test]
fn what_is_no_whole_ledger_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ledger = SqliteLedger::open(&data).unwrap();
    let links: Vec<_> = (0..200).map(|n| sent(n, LinkState::Open)).collect();
    ledger.import(&links).unwrap();
    let file = folder.path().join("file");
    let refused = |what: &[u8]| {
        fs::write(&file, what).unwrap();
        why(Restore::check(&data, &file).unwrap_err())
    };
    assert_eq!(refused(b""), Unusable::NotOurs);
    assert_eq!(refused(&b"a letter ".repeat(1000)), Unusable::NotOurs);
    let backup = folder.path().join("backup");
    ledger.backup_to(&backup, false).unwrap();
    let mut bytes = fs::read(&backup).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 6000].fill(0xa5);
    assert_eq!(refused(&bytes), Unusable::Damaged);
    assert_eq!(refused(&fs::read(&backup).unwrap()[..half]), Unusable::Damaged);
    let foreign = folder.path().join("foreign");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE books (title TEXT)").unwrap();
    assert_eq!(why(Restore::check(&data, &foreign).unwrap_err()), Unusable::Foreign);
    assert_eq!(why(Restore::check(&data, &data.join(FILE_NAME)).unwrap_err()), Unusable::InUse);
    assert_eq!(why(Restore::check(&data, &folder.path().join("none")).unwrap_err()), Unusable::NotThere);
    rusqlite::Connection::open(&backup).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let newer = Restore::check(&data, &backup).unwrap_err();
    assert!(matches!(&newer, LedgerError::Newer { path, .. } if *path == backup), "{newer}");
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 200);
    let left = fs::read_dir(&data)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().contains("checking"));
    assert_eq!(left.count(), 0);
}
