//! A backup put in the ledger's place.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::super::{FILE_NAME, Overwrite, Restore, SqliteLedger, connect, file};
use super::{ACCOUNT, sample, sent};
use crate::domain::link::{Link, LinkState};
use crate::domain::reference::ReferenceTemplate;
use crate::ops::check_order;
use crate::ports::{DOUBTED, Ledger, LedgerError, LinkFilter, OutboxEntry, OutboxKind, Overdue, Unusable};

/// As the command line does it.
fn check(links: &mut [Link]) {
    check_order(links, Timestamp::now());
}

fn why(error: LedgerError) -> Unusable {
    match error {
        LedgerError::Unusable { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn what_was_refused_in_the_backup_may_have_been_sent_since() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let ledger = SqliteLedger::open(&data).unwrap();
    let refused = |n| Link { state: LinkState::Refused, ..sample(n) };
    ledger.import(&[refused(1), sent(2, LinkState::Open), refused(3)]).unwrap();
    ledger.backup_to(&backup, Overwrite::No).unwrap();
    drop(ledger);
    Restore::check(&data, &backup).unwrap().carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
    let doubted = SqliteLedger::open(&data).unwrap().get(DOUBTED).unwrap().unwrap();
    let both = [sample(1).id.to_string(), sample(3).id.to_string()];
    assert_eq!(doubted.split(' ').collect::<Vec<_>>(), both);
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
    assert_eq!(ledger.backup_to(&backup, Overwrite::No).unwrap(), 2);
    // Made since, with references that must not be given out again.
    ledger.import(&[sent(3, LinkState::Open)]).unwrap();
    for _ in 0..7 {
        ledger.next_reference(ACCOUNT, &template, day).unwrap();
    }

    let mut restore = Restore::check(&data, &backup).unwrap();
    assert_eq!((restore.links, restore.now), (2, Some(3)));
    assert_eq!(restore.carried, ["KARI-003"]);
    let error = restore.carry_out(Timestamp::now(), false, &mut check).unwrap_err();
    assert_eq!(why(error), Unusable::InUse, "the ledger is open");
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 3);
    drop(ledger);

    let done = Restore::check(&data, &backup)
        .unwrap()
        .carry_out(Timestamp::now(), false, &mut check)
        .unwrap()
        .unwrap();
    let kept = done.kept.unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    // The one that was made since, too: its customer has it.
    assert_eq!(ledger.link(sample(3).id).unwrap(), Some(sent(3, LinkState::Open)));
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 3);
    let entries = ledger.outbox(ACCOUNT).unwrap();
    assert_eq!(entries.len(), 1);
    assert!(entries[0].in_flight, "perhaps sent since: looked up first");
    assert!(entries[0].handed_out, "and somebody may have its address");
    assert_eq!(ledger.next_reference(ACCOUNT, &template, day).unwrap().as_str(), "K-109");
    let rescue = ledger.rescue().unwrap().unwrap();
    assert!(rescue.restored && rescue.kept == kept);

    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&kept, other.join(FILE_NAME)).unwrap();
    let replaced = SqliteLedger::open(&other).unwrap();
    assert_eq!(replaced.count(ACCOUNT, &LinkFilter::default()).unwrap(), 3, "nothing is lost");
}

/// What was asked when the backup was made was asked of somebody who didn't know what came after it.
#[test]
fn what_was_late_in_a_backup_may_have_been_made_since() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let memory = SqliteLedger::open_in_memory().unwrap();
    let asks = |n, overdue| OutboxEntry {
        needs_decision: true,
        overdue,
        ..OutboxEntry::new(sample(n).id, OutboxKind::Create, super::at(3))
    };
    for entry in [asks(1, Some(Overdue::Old)), asks(2, None)] {
        memory.insert(&sample(if entry.overdue.is_some() { 1 } else { 2 }), false).unwrap();
        memory.enqueue(&entry).unwrap();
    }
    memory.backup_to(&backup, Overwrite::No).unwrap();
    Restore::check(&data, &backup).unwrap().carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    let entries = ledger.outbox(ACCOUNT).unwrap();
    let told: Vec<_> = entries.iter().map(|e| (e.needs_decision, e.overdue)).collect();
    assert_eq!(told, [(false, None), (true, None)], "looked for, before it's asked whether it is too late");
    assert!(entries.iter().all(|e| e.in_flight && e.handed_out), "{entries:?}");
    // That stays, whatever else becomes of it.
    let mut entry = ledger
        .claim(sample(1).id, OutboxKind::Create, super::at(5), std::time::Duration::from_secs(60))
        .unwrap()
        .unwrap();
    assert!(entry.handed_out);
    entry.handed_out = false;
    let link = ledger.link(sample(1).id).unwrap().unwrap();
    assert!(ledger.release_entry(&link, &entry).unwrap());
    ledger.enqueue(&OutboxEntry::new(sample(1).id, OutboxKind::Create, super::at(6))).unwrap();
    assert!(ledger.outbox(ACCOUNT).unwrap().iter().all(|e| e.handed_out));
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
    memory.backup_to(&backup, Overwrite::No).unwrap();
    let data = folder.path().join("data");
    let mut restore = Restore::check(&data, &backup).unwrap();
    assert_eq!(restore.now, None);
    let done = restore.carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
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
    ledger.backup_to(&backup, Overwrite::No).unwrap();
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

/// A data folder with one link, and a backup of it.
fn with_backup(top: &Path) -> (PathBuf, PathBuf) {
    let (data, backup) = (top.join("data"), top.join("backup"));
    let ledger = SqliteLedger::open(&data).unwrap();
    ledger.import(&[sent(1, LinkState::Open)]).unwrap();
    ledger.backup_to(&backup, Overwrite::No).unwrap();
    (data, backup)
}

fn names(folder: &Path, part: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    entries.filter(|name| name.contains(part)).collect()
}

#[test]
fn what_comes_to_the_ledger_after_it_was_compared_is_not_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = with_backup(folder.path());
    let mut restore = Restore::check(&data, &backup).unwrap();
    assert_eq!((restore.now, restore.carried.len()), (Some(1), 0));
    SqliteLedger::open(&data).unwrap().insert(&sample(2), false).unwrap();
    assert_eq!(restore.carry_out(Timestamp::now(), false, &mut check).unwrap(), None);
    assert_eq!((restore.now, &restore.carried[..]), (Some(2), &["KARI-002".to_owned()][..]));
    // Something is asked for of a link that is in both.
    let void = OutboxEntry::new(sample(1).id, OutboxKind::Void, super::at(3));
    SqliteLedger::open(&data).unwrap().enqueue(&void).unwrap();
    assert_eq!(restore.carry_out(Timestamp::now(), false, &mut check).unwrap(), None);
    assert_eq!(restore.waiting, [""; 0], "it goes over, and so does what waits for the other one");
    assert_eq!(SqliteLedger::open(&data).unwrap().count(ACCOUNT, &LinkFilter::default()).unwrap(), 2);
    // A yes to that, or one that was given to whatever there is: then it's told from what was replaced.
    SqliteLedger::open(&data).unwrap().import(&[sent(3, LinkState::Open)]).unwrap();
    restore.carry_out(Timestamp::now(), true, &mut check).unwrap().unwrap();
    assert_eq!(restore.carried, ["KARI-002", "KARI-003"]);
    let ledger = SqliteLedger::open(&data).unwrap();
    let rescue = ledger.rescue().unwrap().unwrap();
    assert_eq!((rescue.saved, rescue.lost, rescue.references), (3, 0, vec![]));
    let waits = ledger.outbox(ACCOUNT).unwrap();
    let kinds: Vec<_> = waits.iter().map(|e| (e.link, e.kind, e.in_flight)).collect();
    let as_asked = [(sample(1).id, OutboxKind::Void, false), (sample(2).id, OutboxKind::Create, false)];
    assert!(kinds.len() == 2 && as_asked.iter().all(|e| kinds.contains(e)), "{kinds:?}");
}

#[cfg(unix)]
#[test]
fn the_backups_mode_is_not_taken_over() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = with_backup(folder.path());
    for wide in [0o644, 0o444] {
        fs::set_permissions(&backup, fs::Permissions::from_mode(wide)).unwrap();
        let mut restore = Restore::check(&data, &backup).unwrap();
        let copies = names(&data, ".checking-");
        assert_eq!(copies.len(), 1, "{copies:?}");
        assert_eq!(mode(&data.join(&copies[0])), 0o600);
        restore.carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
        assert_eq!(mode(&data.join(FILE_NAME)), 0o600, "after a backup of {wide:o}");
    }
    assert_eq!(names(&data, ".making"), [""; 0]);
}

#[test]
fn what_a_killed_process_left_is_cleared_away_and_nothing_of_one_that_lives() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = with_backup(folder.path());
    for left in [".checking-4711", ".checking-4711-0a1b-wal", ".making", ".making-journal", ".reading"] {
        fs::write(data.join(format!("{FILE_NAME}{left}")), "left").unwrap();
    }
    // A kill leaves the file by which one is known to live, and nobody who holds it.
    fs::write(data.join("paylink-4711-0a1b.alive"), "").unwrap();
    let others = [".replaced-20260101-000000", ".damaged-20260101-000000-wal", "x", ".for-me"];
    for other in others {
        fs::write(data.join(format!("{FILE_NAME}{other}")), "kept").unwrap();
    }
    let mut living = Restore::check(&data, &backup).unwrap();
    drop(SqliteLedger::open(&data).unwrap());
    assert_eq!(names(&data, ".making"), [""; 0]);
    assert_eq!(names(&data, ".reading"), [""; 0]);
    let checking = names(&data, ".checking-");
    assert!(checking.len() == 1 && !checking[0].contains("4711"), "{checking:?}");
    for other in others {
        assert!(data.join(format!("{FILE_NAME}{other}")).exists(), "{other}");
    }
    living.carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
    drop(living);
    assert_eq!((names(&data, ".checking-"), names(&data, ".alive")), (vec![], vec![]));
}

#[test]
fn a_copy_made_by_hand_in_the_middle_of_a_change_is_read_as_it_was_before() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old");
    // Where no write-ahead log can be kept.
    file::make_new(&old).unwrap();
    let mut writing = connect::apart(&old).unwrap();
    let links: Vec<_> = (0..400).map(|n| sent(n, LinkState::Open)).collect();
    let tx = writing.transaction().unwrap();
    for link in &links {
        super::super::record::insert(&tx, link).unwrap();
    }
    tx.commit().unwrap();
    writing.execute_batch("PRAGMA cache_size = 4; PRAGMA cache_spill = 1; BEGIN").unwrap();
    writing.execute("UPDATE links SET reference = 'HALF'", []).unwrap();
    let copy = folder.path().join("copy");
    for ending in ["", "-journal"] {
        let name = |path: &Path| format!("{}{ending}", path.display());
        fs::copy(name(&old), name(&copy)).unwrap();
    }
    let half = fs::read(&copy).unwrap().windows(4).filter(|bytes| bytes == b"HALF").count();
    assert!(half > 100, "the file has half of the change: {half}");
    drop(writing);

    let data = folder.path().join("data");
    let mut restore = Restore::check(&data, &copy).unwrap();
    assert_eq!(restore.links, 400);
    restore.carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(rows.len(), 400);
    assert!(rows.iter().all(|row| row.reference.as_str() != "HALF"), "none of what was never kept");
}
