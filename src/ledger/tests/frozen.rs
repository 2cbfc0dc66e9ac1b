//! What is read of a ledger that can't be written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::super::{FILE_NAME, SqliteLedger, connect, frozen};
use super::{ACCOUNT, at, sample, sent};
use crate::domain::link::LinkState;
use crate::ports::{Ledger, LedgerError, LinkFilter, OutboxKind, Touched, Unusable};

fn full(folder: &Path) -> LedgerError {
    LedgerError::unusable(&folder.join(FILE_NAME), Unusable::Full)
}

fn references(ledger: &SqliteLedger) -> Vec<String> {
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    rows.iter().map(|row| row.reference.as_str().to_owned()).collect()
}

fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        // Whoever reads notes there how far.
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn what_stands_there_is_shown_and_nothing_is_taken_but_news() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    ledger.import(&[sent(2, LinkState::Open)]).unwrap();
    let before = bytes(folder.path());
    assert!(before.iter().any(|(name, log)| name.ends_with("-wal") && !log.is_empty()), "a log is there");

    let shown = SqliteLedger::frozen(folder.path(), full(folder.path())).unwrap();
    assert_eq!(references(&shown), ["KARI-002", "KARI-001"]);
    assert_eq!(shown.outbox(ACCOUNT).unwrap().len(), 1);
    assert_eq!(shown.link(sample(1).id).unwrap(), ledger.link(sample(1).id).unwrap());
    assert_eq!(shown.rescue().unwrap(), None);

    // What would be sent can't be kept, so it's refused.
    let refused = Err(full(folder.path()));
    assert_eq!(shown.insert(&sample(3), false), refused);
    let claimed = shown.claim(sample(1).id, OutboxKind::Create, at(9), Duration::from_secs(60));
    assert_eq!(claimed.map(|_| ()), refused);
    assert_eq!(shown.claim_to_drop(sample(1).id, at(9), Duration::from_secs(60)).map(|_| ()), refused);
    let placed = shown.place_order(sample(2).id, OutboxKind::Cancel, &mut |_, _| panic!("asked"));
    assert_eq!(placed.map(|_| ()), refused);
    assert_eq!(shown.put("key", Some("value")), refused);
    assert_eq!(shown.keep_draft(ACCOUNT, sample(4).id, "{}"), refused);

    // What the backend tells can be asked for again.
    let paid = shown.amend_order(
        sample(2).id,
        &mut |link| {
            link.state = LinkState::Captured;
            Touched::Order
        },
        &mut |_| {},
    );
    assert_eq!(paid.unwrap()[0].state, LinkState::Captured);
    assert_eq!(shown.link(sample(2).id).unwrap().unwrap().state, LinkState::Captured);
    drop(shown);
    assert_eq!(ledger.link(sample(2).id).unwrap().unwrap().state, LinkState::Open);
    assert!(bytes(folder.path()) == before, "not a byte is touched");
}

#[test]
fn an_older_format_is_shown_and_stays_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let older = &connect::MIGRATIONS[..connect::MIGRATIONS.len() - 1];
    let mut connection = Connection::open(&path).unwrap();
    connect::migrate(&mut connection, &path, older).unwrap();
    drop(connection);
    let before = bytes(folder.path());
    let shown = SqliteLedger::frozen(folder.path(), full(folder.path())).unwrap();
    assert_eq!(references(&shown), [""; 0]);
    assert!(bytes(folder.path()) == before, "not a byte is touched");
}

#[test]
fn what_is_no_whole_ledger_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let shown = || SqliteLedger::frozen(folder.path(), full(folder.path())).map(|_| ());
    assert_eq!(shown(), Err(LedgerError::unusable(&path, Unusable::NotThere)));
    fs::write(&path, "").unwrap();
    assert_eq!(shown(), Err(LedgerError::unusable(&path, Unusable::Damaged)));
    fs::write(&path, "x".repeat(9000)).unwrap();
    assert_eq!(shown(), Err(LedgerError::unusable(&path, Unusable::NotOurs)));
    fs::remove_file(&path).unwrap();
    SqliteLedger::open(folder.path()).unwrap().insert(&sample(1), false).unwrap();
    assert_eq!(shown(), Ok(()));
    // A change that was cut off is first taken back, for which the file is written.
    let journal = folder.path().join(format!("{FILE_NAME}-journal"));
    fs::write(&journal, "half of a change").unwrap();
    assert_eq!(shown(), Err(LedgerError::unusable(&path, Unusable::CantOpen)));
    fs::remove_file(&journal).unwrap();
    // Another file is about to take its place.
    fs::write(folder.path().join(format!("{FILE_NAME}.for-replaced")), "").unwrap();
    assert_eq!(shown(), Err(LedgerError::unusable(&path, Unusable::CantOpen)));
}

/// Rows that are always changed together: `(how many, the least, the largest value)`.
fn together(connection: &Connection) -> (i64, i64, i64) {
    let sql = "SELECT count(*), coalesce(min(n), 0), coalesce(max(n), 0) FROM t";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

/// A database with a log. The connection keeps the log there.
fn with_log(path: &Path, pages: u32) -> Connection {
    let mut connection = Connection::open(path).unwrap();
    connect::migrate(&mut connection, path, connect::MIGRATIONS).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", pages).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection.execute_batch("CREATE TABLE t (n INTEGER, filling BLOB)").unwrap();
    for _ in 0..60 {
        connection.execute("INSERT INTO t VALUES (0, zeroblob(700))", []).unwrap();
    }
    connection
}

/// SQLite itself is the judge: of a log that is cut off or overwritten anywhere the same is read.
#[test]
fn of_any_log_the_same_is_read_as_by_the_database_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let connection = with_log(&path, 0);
    for n in 1..=4 {
        connection.execute("UPDATE t SET n = ?1, filling = randomblob(700 + 90 * ?1)", [n]).unwrap();
        if n == 3 {
            // The database gets shorter in the middle of the log.
            connection.execute_batch("CREATE TABLE large AS SELECT zeroblob(60000) AS b").unwrap();
            connection.execute_batch("DROP TABLE large; VACUUM").unwrap();
        }
    }
    let log = fs::read(folder.path().join(format!("{FILE_NAME}-wal"))).unwrap();
    assert!(log.len() > 200_000, "{}", log.len());
    let mut seen = BTreeSet::new();
    for n in 0..60_usize {
        let mut part = log[..log.len() - n / 2 * 7777 % log.len()].to_vec();
        if n % 2 == 1 {
            let at = n * 5381 % part.len();
            part[at] ^= 0x20;
        }
        let copied = tempfile::tempdir().unwrap();
        let copy = copied.path().join(FILE_NAME);
        fs::copy(&path, &copy).unwrap();
        fs::write(copied.path().join(format!("{FILE_NAME}-wal")), &part).unwrap();
        let read = |connection: &Connection| {
            let tables: i64 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
            let there = connection.prepare("SELECT 1 FROM t").is_ok();
            let whole: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
            (tables, there.then(|| together(connection)), whole, pages)
        };
        let ours = frozen::copy(&copy).map(|ours| read(&ours));
        let Ok(theirs) = Connection::open(&copy) else { panic!("{n}") };
        let theirs = theirs
            .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
            .map(|v| (v, read(&theirs)));
        match (ours, theirs) {
            (Ok(ours), Ok((_, theirs))) if theirs.0 > 0 => {
                assert_eq!(ours, theirs, "{n}");
                seen.insert(ours.1);
            }
            // Cut off before anything was there.
            (_, Ok((version, _))) => assert_eq!(version, 0, "{n}"),
            (ours, theirs) => panic!("{n}: {ours:?} {theirs:?}"),
        }
    }
    assert!(seen.len() >= 5, "different ends: {seen:?}");
}

#[test]
fn while_others_write_all_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    // Moved into the database all the time, and then the log begins anew.
    let connection = with_log(&path, 40);
    let ended = &AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let mut n = 0;
            while !ended.load(Ordering::SeqCst) {
                n += 1;
                connection.execute("UPDATE t SET n = ?1, filling = randomblob(700)", [n]).unwrap();
                // Long enough for a copy.
                if n % 3 == 0 {
                    std::thread::sleep(Duration::from_millis(3));
                }
            }
        });
        let (mut last, mut moments) = (0, BTreeSet::new());
        // On a machine that has more to do, fewer of its looks come between two changes.
        for _ in 0..5_000 {
            if moments.len() > 30 {
                break;
            }
            // A time in which others write more than is read has no answer, and never a wrong one.
            let Ok(shown) = frozen::copy(&path) else { continue };
            let (count, least, largest) = together(&shown);
            assert_eq!((count, least), (60, largest), "half of a change");
            assert!(largest >= last, "{largest} after {last}");
            last = largest;
            moments.insert(largest);
        }
        ended.store(true, Ordering::SeqCst);
        assert!(moments.len() > 30, "{moments:?}");
    });
}

/// What is read once has been moved and written over by the time that the rest is read: the log began anew, or somebody
/// came and went.
#[test]
fn what_changes_between_two_reads_is_read_anew() {
    for stays in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let first = with_log(&path, 0);
        first.execute("UPDATE t SET n = 1", []).unwrap();
        // Whoever has it open keeps the log.
        let kept = stays.then_some(first);
        let mut times = 0;
        let image = frozen::image(&path, |file| {
            let bytes = fs::read(file);
            times += 1;
            if times == 1 {
                let other = Connection::open(&path).unwrap();
                other.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
                let all = "UPDATE t SET n = 2, filling = randomblob(700)";
                other.execute(all, []).unwrap();
                other.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
                other.execute("UPDATE t SET n = 3 WHERE rowid <= 30", []).unwrap();
            }
            bytes
        });
        let ours = connect::from_image(&image.unwrap(), &path).unwrap();
        let whole: String = ours.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!((together(&ours), whole.as_str()), ((60, 2, 3), "ok"), "stays: {stays}");
        assert!(times > 2, "stays: {stays}");
        drop(kept);
    }
}
