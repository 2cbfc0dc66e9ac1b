//! The file: several handles, migrations, damage, rights, backups.

use std::collections::BTreeSet;
use std::fs;

use jiff::civil::date;
use rusqlite::Connection;

use super::super::alive::Alive;
use super::super::{FILE_NAME, Overwrite, SqliteLedger, connect, hold};
use super::{ACCOUNT, at, sample, sent};
use crate::domain::link::{Link, LinkState};
use crate::domain::reference::ReferenceTemplate;
use crate::ports::{Ledger, LedgerError, LinkFilter, Unusable};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn two_handles_see_each_others_changes() {
    let folder = folder();
    let one = SqliteLedger::open(folder.path()).unwrap();
    let two = SqliteLedger::open(folder.path()).unwrap();
    let (version_one, version_two) = (one.version().unwrap(), two.version().unwrap());
    assert_eq!(one.version().unwrap(), version_one, "asking changes nothing");
    one.insert(&sample(1), false).unwrap();
    assert_ne!(one.version().unwrap(), version_one, "our own changes count");
    assert_ne!(two.version().unwrap(), version_two);
    assert_eq!(two.link(sample(1).id).unwrap(), Some(sample(1)));
    let version_one = one.version().unwrap();
    two.put("a", Some("b")).unwrap();
    assert_ne!(one.version().unwrap(), version_one);
    assert_eq!(one.get("a").unwrap().as_deref(), Some("b"));
}

#[test]
fn eight_threads_never_get_the_same_reference() {
    let folder = folder();
    let handles = [SqliteLedger::open(folder.path()).unwrap(), SqliteLedger::open(folder.path()).unwrap()];
    let template = ReferenceTemplate::parse("K-{seq}").unwrap();
    let given: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (handle, template) = (&handles[n % 2], &template);
                scope.spawn(move || -> Vec<String> {
                    (0..10)
                        .map(|_| {
                            handle.next_reference(ACCOUNT, template, date(2026, 11, 22)).unwrap().to_string()
                        })
                        .collect()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 80);
    assert!(given.contains(&"K-080".to_owned()), "none was left out");
}

#[test]
fn a_new_database_can_be_opened_by_many_at_once() {
    let folder = folder();
    let path = folder.path().join("deep/er");
    std::thread::scope(|scope| {
        for n in 0..8 {
            let path = &path;
            scope.spawn(move || SqliteLedger::open(path).unwrap().insert(&sample(n), false).unwrap());
        }
    });
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(ledger.count(ACCOUNT, &LinkFilter::default()).unwrap(), 8);
    assert_eq!(ledger.rescue().unwrap(), None, "none took the file that another was making for a lost one");
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let top = folder();
    let path = top.path().join("a/b");
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    assert_eq!(mode(&path), 0o700);
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal"), format!("{FILE_NAME}-shm")] {
        assert_eq!(mode(&path.join(&name)), 0o600, "{name}");
    }
    ledger.backup_to(&top.path().join("copy"), Overwrite::No).unwrap();
    assert_eq!(mode(&top.path().join("copy")), 0o600);
    drop(ledger);

    // A copy put back by hand.
    fs::set_permissions(path.join(FILE_NAME), fs::Permissions::from_mode(0o644)).unwrap();
    SqliteLedger::open(&path).unwrap();
    assert_eq!(mode(&path.join(FILE_NAME)), 0o600);

    let made = |name: &str, with: Option<&str>| {
        let path = top.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        if let Some(file) = with {
            fs::write(path.join(file), "x").unwrap();
        }
        SqliteLedger::open(&path).unwrap();
        mode(&path)
    };
    assert_eq!(made("empty", None), 0o700);
    assert_eq!(made("logs", Some("paylink.log.2026-11-22")), 0o700);
    assert_eq!(made("shared", Some("letter.txt")), 0o755, "others' folder stays as it is");
}

#[test]
fn an_older_format_is_brought_up_to_date() {
    let folder = folder();
    SqliteLedger::open(folder.path()).unwrap().insert(&sample(1), false).unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut newer = connect::MIGRATIONS.to_vec();
    newer.push("ALTER TABLE links ADD COLUMN note TEXT NOT NULL DEFAULT 'none';");
    let mut connection = Connection::open(&path).unwrap();
    connect::migrate(&mut connection, &path, &newer).unwrap();
    connect::migrate(&mut connection, &path, &newer).unwrap();
    let note: String = connection.query_row("SELECT note FROM links", [], |row| row.get(0)).unwrap();
    assert_eq!(note, "none");

    match SqliteLedger::open(folder.path()) {
        Err(LedgerError::Newer { path, found, known }) => {
            assert!(path.ends_with(FILE_NAME));
            assert_eq!((found, known), (known + 1, i64::try_from(connect::MIGRATIONS.len()).unwrap()));
        }
        other => panic!("{other:?}"),
    }
}

/// A commit is on the disk when the call returns, which no test that kills a process could tell: what the system has not
/// written yet outlives that. FULL is 2.
#[test]
fn what_is_kept_is_on_the_disk() {
    let folder = folder();
    drop(SqliteLedger::open(folder.path()).unwrap());
    let path = folder.path().join(FILE_NAME);
    for connection in [connect::writer(&path).unwrap(), connect::apart(&path).unwrap()] {
        let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        assert_eq!(level, 2);
    }
}

/// Older versions followed no link that was withdrawn: one whose payment had begun may yet be paid.
#[test]
fn what_was_withdrawn_in_the_middle_of_a_payment_is_followed_after_an_update() {
    let folder = folder();
    let began = |n| Link {
        state: LinkState::Cancelled,
        transaction_id: Some(format!("{ACCOUNT}.t{n}")),
        ..sent(n, LinkState::Cancelled)
    };
    let (just_now, never_begun) = (began(1), sent(2, LinkState::Cancelled));
    let long_ago = Link { changed_at: at(-3 * 86_400), ..began(3) };
    SqliteLedger::open(folder.path()).unwrap().import(&[just_now.clone(), never_begun, long_ago]).unwrap();
    // As format 9 kept them.
    let old = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    old.execute_batch(
        "UPDATE links SET follow = 0; ALTER TABLE outbox DROP COLUMN made; PRAGMA user_version = 9",
    )
    .unwrap();
    drop(old);
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let followed = ledger.ended_since(ACCOUNT, at(-86_400)).unwrap();
    assert_eq!(followed.iter().map(|row| row.id).collect::<Vec<_>>(), [just_now.id]);
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let folder = folder();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut broken = connect::MIGRATIONS.to_vec();
    broken.push("DELETE FROM events; DELETE FROM outbox; INSERT INTO nowhere VALUES (1);");
    connect::migrate(&mut Connection::open(&path).unwrap(), &path, &broken).unwrap_err();
    assert_eq!(ledger.link(sample(1).id).unwrap(), Some(sample(1)));
    assert_eq!(SqliteLedger::open(folder.path()).unwrap().outbox(ACCOUNT).unwrap().len(), 1);
}

fn unusable(result: Result<SqliteLedger, LedgerError>, name: &str) -> String {
    match result {
        Err(error @ LedgerError::Unusable { .. }) => {
            let line = error.to_string();
            assert!(line.contains(name), "{line}");
            assert!(!line.contains('\n'));
            line
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_a_ledger_is_said_plainly_and_left_alone() {
    let folder = folder();
    let path = folder.path().join(FILE_NAME);
    let text = "these are my holiday notes, all of them ".repeat(100);
    fs::write(&path, &text).unwrap();
    assert!(unusable(SqliteLedger::open(folder.path()), FILE_NAME).contains("is not a paylink database"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    fs::write(&path, vec![0_u8; 40]).unwrap();
    unusable(SqliteLedger::open(folder.path()), FILE_NAME);

    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE books (title TEXT)").unwrap();
    assert!(unusable(SqliteLedger::open(folder.path()), FILE_NAME).contains("another program's"));
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(unusable(SqliteLedger::open(folder.path()), FILE_NAME).contains("another program's"));

    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(unusable(SqliteLedger::open(&file), "file").contains("is not a folder"));
    unusable(SqliteLedger::open(&file.join("below")), "below");
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join(FILE_NAME)).unwrap();
    assert!(unusable(SqliteLedger::open(&taken), FILE_NAME).contains("is a folder"));
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let folder = folder();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    hold(&ledger.writer).execute_batch("PRAGMA max_page_count = 1").unwrap();
    let error = (2..200).find_map(|n| ledger.insert(&sample(n), false).err()).unwrap();
    assert!(matches!(&error, LedgerError::Unusable { why, .. } if *why == Unusable::Full), "{error}");
    assert_eq!(ledger.link(sample(1).id).unwrap(), Some(sample(1)));
}

#[test]
fn a_backup_is_a_whole_ledger() {
    let folder = folder();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let copy = other.join(FILE_NAME);
    assert_eq!(ledger.backup_to(&copy, Overwrite::No).unwrap(), 1);
    ledger.insert(&sample(2), false).unwrap();
    assert!(
        matches!(ledger.backup_to(&copy, Overwrite::No), Err(LedgerError::Unusable { .. })),
        "never overwrites"
    );
    assert!(matches!(
        ledger.backup_to(&folder.path().join("no/where"), Overwrite::Sensibly),
        Err(LedgerError::Unusable { .. })
    ));

    let backup = SqliteLedger::open(&other).unwrap();
    assert_eq!(backup.link(sample(1).id).unwrap(), Some(sample(1)));
    assert_eq!(backup.outbox(ACCOUNT).unwrap().len(), 1);
    assert_eq!(backup.count(ACCOUNT, &LinkFilter::default()).unwrap(), 1);

    let memory = SqliteLedger::open_in_memory().unwrap();
    memory.insert(&sample(1), false).unwrap();
    let third = folder.path().join("third");
    fs::create_dir(&third).unwrap();
    memory.backup_to(&third.join(FILE_NAME), Overwrite::No).unwrap();
    assert!(SqliteLedger::open(&third).unwrap().link(sample(1).id).unwrap().is_some());
}

#[test]
fn a_backup_touches_no_file_but_its_own() {
    let folder = folder();
    let ledger = SqliteLedger::open(&folder.path().join("data")).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    let there = ["copy.part", "copy.part-wal", "copy.part-shm", "copy.part-journal", "copy-journal"];
    for name in there {
        fs::write(folder.path().join(name), "somebody's own").unwrap();
    }
    ledger.backup_to(&folder.path().join("copy"), Overwrite::No).unwrap();
    for name in there {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "somebody's own", "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), there.len() + 2, "the copy and the data");
}

/// A copy with far more links than the ledger has may be the last one of what was lost.
/// A name that was given by mistake: there is no other copy of what stands there.
#[test]
fn what_is_no_copy_is_never_overwritten() {
    let folder = folder();
    let (data, file) = (folder.path().join("data"), folder.path().join("file"));
    let ledger = SqliteLedger::open(&data).unwrap();
    let foreign = folder.path().join("foreign");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE books (title TEXT)").unwrap();
    let foreign = fs::read(foreign).unwrap();
    for what in [&b"[profiles.fair]\n"[..], b"x", &b"SQLite format 3\0".repeat(20), &[0; 4096], &foreign] {
        fs::write(&file, what).unwrap();
        for how in [Overwrite::Sensibly, Overwrite::Anyhow] {
            let refused = ledger.backup_to(&file, how);
            assert_eq!(refused, Err(LedgerError::unusable(&file, Unusable::NotOurs)), "{how:?}");
        }
        assert_eq!(fs::read(&file).unwrap(), what);
    }
    // Nothing is in it, or a copy, though a damaged one.
    fs::write(&file, "").unwrap();
    ledger.backup_to(&file, Overwrite::Sensibly).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[4096..].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    ledger.backup_to(&file, Overwrite::Sensibly).unwrap();
    assert_ne!(fs::read(&file).unwrap(), bytes);
}

#[test]
fn a_copy_with_far_more_links_is_overwritten_only_when_that_is_said_twice() {
    for (there, here, refused) in [(1, 0, true), (5, 2, true), (4, 2, false), (2, 3, false)] {
        let folder = folder();
        let copy = folder.path().join("copy");
        let of = |name: &str, links: i64| {
            let ledger = SqliteLedger::open(&folder.path().join(name)).unwrap();
            (1..=links).for_each(|n| ledger.insert(&sample(n), false).unwrap());
            ledger
        };
        of("lost", there).backup_to(&copy, Overwrite::No).unwrap();
        let before = fs::read(&copy).unwrap();
        let ledger = of("data", here);
        let done = ledger.backup_to(&copy, Overwrite::Sensibly);
        if refused {
            let why = Unusable::HasMore { links: there.unsigned_abs(), fewer: here.unsigned_abs() };
            assert_eq!(done, Err(LedgerError::unusable(&copy, why)));
            assert_eq!(fs::read(&copy).unwrap(), before);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
        } else {
            assert_eq!(done.unwrap(), here.unsigned_abs());
        }
        assert_eq!(ledger.backup_to(&copy, Overwrite::Anyhow).unwrap(), here.unsigned_abs());
    }
}

#[test]
fn what_a_killed_backup_left_is_removed_by_the_next_and_nothing_else() {
    let folder = folder();
    let ledger = SqliteLedger::open(&folder.path().join("data")).unwrap();
    let mark = "0123456789abcdef0123456789abcdef";
    let left = format!("paylink-77-{mark}.part");
    let theirs =
        [format!("paylink-x-{mark}.part"), "paylink-77-notes.part".to_owned(), format!("my-77-{mark}.part")];
    for name in theirs.iter().chain([&left, &format!("{left}-journal")]) {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    // One that is still being made, by another process.
    let (alive, goes_on) = (Alive::default(), format!("78-{mark}"));
    alive.claimant(Some(folder.path()), &goes_on);
    let going = folder.path().join(format!("paylink-{goes_on}.part"));
    fs::write(&going, "half").unwrap();
    ledger.backup_to(&folder.path().join("copy"), Overwrite::No).unwrap();
    assert!(!folder.path().join(&left).exists() && !folder.path().join(format!("{left}-journal")).exists());
    assert!(going.exists(), "its maker lives");
    for name in theirs {
        assert!(folder.path().join(&name).exists(), "{name}");
    }
    drop(alive);
    ledger.backup_to(&folder.path().join("copy"), Overwrite::Sensibly).unwrap();
    assert!(!going.exists());
}

#[test]
fn a_list_is_read_while_another_handle_writes() {
    let folder = folder();
    let one = SqliteLedger::open(folder.path()).unwrap();
    one.insert(&sample(1), false).unwrap();
    // In the middle of a change, with the write lock held.
    one.amend(sample(1).id, &mut |link| {
        let two = SqliteLedger::open(folder.path()).unwrap();
        assert_eq!(two.rows(ACCOUNT, &LinkFilter::default()).unwrap().len(), 1);
        assert_eq!(one.rows(ACCOUNT, &LinkFilter::default()).unwrap().len(), 1);
        link.reason = Some("changed".into());
        assert_eq!(two.link(link.id).unwrap().unwrap().reason, None);
        true
    })
    .unwrap();
    assert_eq!(one.link(sample(1).id).unwrap().unwrap().reason.as_deref(), Some("changed"));
}
