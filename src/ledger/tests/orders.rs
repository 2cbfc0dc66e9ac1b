//! Orders about money: written down with an id, and remembered when they have ended.

use std::time::Duration;

use jiff::SignedDuration;
use rusqlite::Connection;

use super::super::{FILE_NAME, Overwrite, Restore, SqliteLedger, connect};
use super::{ACCOUNT, at, sent, with};
use crate::domain::fault::FaultKind;
use crate::domain::link::{Link, LinkState};
use crate::domain::money::{Currency, Money};
use crate::ports::{
    Dropped, EndedOrder, Ledger, MoneyOrder, MoneySent, OrderEnd, OrderId, OutboxEntry, OutboxKind, Place,
};

const LEASE: Duration = Duration::from_secs(60);

fn paid(n: i64) -> Link {
    Link { transaction_id: Some(format!("P{n}")), ..sent(n, LinkState::Captured) }
}

fn refund(n: i64, minor: i64) -> OutboxEntry {
    let amount = Some(Money::new(minor, Currency::Nok));
    OutboxEntry {
        order: Some(MoneyOrder { amount, ..MoneyOrder::default() }),
        ..OutboxEntry::new(paid(n).id, OutboxKind::Refund, at(1))
    }
}

/// Writes it down where nothing waits.
fn place(ledger: &SqliteLedger, entry: &OutboxEntry) -> Option<OrderId> {
    let decide =
        &mut |waits: &[OutboxEntry], _: &[EndedOrder]| match waits.iter().any(|e| e.kind == entry.kind) {
            false => Place::New(Box::new(entry.clone())),
            true => Place::Nothing,
        };
    ledger.place_order(entry.link, entry.kind, decide).unwrap()
}

fn claim(ledger: &SqliteLedger, n: i64) -> OutboxEntry {
    ledger.claim(paid(n).id, OutboxKind::Refund, at(2), LEASE).unwrap().unwrap()
}

fn end(entry: &OutboxEntry, end: OrderEnd) -> EndedOrder {
    let order = entry.order.as_ref().unwrap();
    let why = (end == OrderEnd::Refused).then(|| (FaultKind::Forbidden, "no".to_owned()));
    EndedOrder { id: order.id, amount: order.amount, end, why, at: at(3), told: false, owed: Vec::new() }
}

/// What is remembered, without who is to be told.
fn ended(ledger: &SqliteLedger, n: i64) -> Vec<EndedOrder> {
    let all = remembered(ledger, n).into_iter();
    all.map(|ended| EndedOrder { owed: Vec::new(), ..ended }).collect()
}

fn remembered(ledger: &SqliteLedger, n: i64) -> Vec<EndedOrder> {
    ledger.ended_orders(paid(n).id, OutboxKind::Refund).unwrap()
}

#[test]
fn an_order_has_an_id_of_its_own_and_its_end_is_remembered_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.import(&[paid(1), paid(2)]).unwrap();
    let first = place(&ledger, &refund(1, 500)).unwrap();
    assert_eq!(place(&ledger, &refund(1, 700)), None, "one waits");
    let entry = claim(&ledger, 1);
    assert_eq!(entry.order.as_ref().unwrap().id, first);
    let moved = end(&entry, OrderEnd::Moved);
    assert!(ledger.settle_entry(&paid(1), &entry, Some(&moved)).unwrap());
    let second = place(&ledger, &refund(1, 500)).unwrap();
    assert_ne!(second, first);
    let entry = claim(&ledger, 1);
    let refused = end(&entry, OrderEnd::Refused);
    assert!(ledger.settle_undone(&entry, Some(&refused), &mut |_| ()).unwrap());
    let both = [moved.clone(), refused.clone()];
    assert_eq!(ended(&ledger, 1), both);
    assert_eq!(ended(&ledger, 2), []);
    assert_eq!(ledger.ended_orders(paid(1).id, OutboxKind::Capture).unwrap(), []);
    // Whoever decides is shown them, and every process has them.
    let other = SqliteLedger::open(folder.path()).unwrap();
    let mut seen = Vec::new();
    let shown = other.place_order(paid(1).id, OutboxKind::Refund, &mut |_, ended| {
        seen = ended.to_vec();
        Place::Nothing
    });
    assert_eq!((shown.unwrap(), seen.as_slice()), (None, &both[..]));
    for _ in 0..2 {
        other.order_told(paid(1).id, OutboxKind::Refund, first).unwrap();
    }
    assert_eq!(ended(&ledger, 1), [EndedOrder { told: true, ..moved }, refused]);
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), []);
}

/// What another living process has claimed is not shown to whoever drops; what is dropped is remembered, all in one step.
#[test]
fn several_are_dropped_in_one_step_but_what_somebody_has_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let open = || SqliteLedger::open(folder.path()).unwrap();
    let (one, two) = (open(), open());
    one.import(&[paid(1), paid(2)]).unwrap();
    let kinds = [OutboxKind::Capture, OutboxKind::Refund, OutboxKind::Cancel];
    let wait = || {
        for kind in kinds {
            let order = kind.moves_money().then(MoneyOrder::default);
            place(&one, &OutboxEntry { kind, order, ..refund(1, 500) });
        }
        place(&one, &refund(2, 700));
        one.enqueue(&OutboxEntry::new(paid(1).id, OutboxKind::Look, at(1))).unwrap();
    };
    let drop = |ledger: &SqliteLedger, yes: bool| {
        let mut shown = Vec::new();
        let taken = ledger.drop_waiting(paid(1).id, at(3), LEASE, &mut |entry| {
            shown.push(entry.kind);
            let ended = entry.order.as_ref().map(|_| end(entry, OrderEnd::Dropped));
            if yes { Dropped::Yes(ended.filter(|_| entry.kind.moves_money())) } else { Dropped::No }
        });
        assert_eq!(taken.unwrap().len(), if yes { shown.len() } else { 0 });
        shown
    };
    wait();
    assert_eq!(drop(&two, false), kinds, "neither the look nor another link's");
    let claimed = one.claim(paid(1).id, OutboxKind::Capture, at(2), LEASE).unwrap().unwrap();
    assert_eq!(drop(&two, true), kinds[1..]);
    let waits = |kind| one.entry(paid(1).id, kind).unwrap().is_some();
    assert_eq!(OutboxKind::ALL.map(waits), [false, false, true, false, false, true]);
    assert!(one.entry(paid(2).id, OutboxKind::Refund).unwrap().is_some());
    let ends: Vec<_> = ended(&two, 1).iter().map(|e| e.end).collect();
    assert_eq!(ends, [OrderEnd::Dropped]);
    // Theirs goes on.
    assert!(one.note_order(&claimed).unwrap());
    // What one claimed who lives no more is free.
    std::mem::drop(one);
    assert_eq!(drop(&two, true), [OutboxKind::Capture]);
    assert!(two.entry(paid(1).id, OutboxKind::Capture).unwrap().is_none());
}

/// Several ask for one order, and each is told. Who was killed before is owed its end, and whoever asks for the same
/// then is taken for that one; who lives tells it himself.
#[test]
fn each_who_asks_for_one_order_is_owed_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let open = || SqliteLedger::open(folder.path()).unwrap();
    let (id, kind) = (paid(1).id, OutboxKind::Refund);
    let join = |ledger: &SqliteLedger| ledger.place_order(id, kind, &mut |_, _| Place::Joins).unwrap();
    let seen = |ledger: &SqliteLedger| {
        let mut seen = Vec::new();
        let decide = &mut |_: &[OutboxEntry], ended: &[EndedOrder]| {
            seen = ended.to_vec();
            Place::Nothing
        };
        ledger.place_order(id, kind, decide).unwrap();
        seen.pop().unwrap()
    };
    let (one, two) = (open(), open());
    one.import(&[paid(1)]).unwrap();
    let order = place(&one, &refund(1, 500)).unwrap();
    // One of those who ask for it gives up and asks anew, twice: that is one asker, and he is told once.
    for _ in 0..2 {
        join(&open());
        join(&two);
        join(&two);
    }
    let entry = claim(&one, 1);
    assert!(one.settle_entry(&paid(1), &entry, Some(&end(&entry, OrderEnd::Moved))).unwrap());
    assert_eq!(remembered(&one, 1)[0].owed.len(), 3, "the first, the second, and one that is gone");
    let later = open();
    one.order_told(id, kind, order).unwrap();
    let gone = seen(&later);
    assert_eq!((gone.told, gone.owed.len(), gone.is_told()), (true, 1, false), "{gone:?}");
    // Who has asked for it before he was killed asks anew by this one.
    later.order_told(id, kind, order).unwrap();
    assert!(seen(&later).is_told(), "the second lives, and tells it himself");
    drop(two);
    assert!(!seen(&later).is_told(), "it was killed before it told it");
    assert!(remembered(&later, 1)[0].is_remembered(at(3) + SignedDuration::from_hours(23)));
    later.order_told(id, kind, order).unwrap();
    assert!(seen(&later).is_told());
    assert!(!remembered(&later, 1)[0].is_remembered(at(3) + SignedDuration::from_hours(1)));
    let kept = later.read(|db| {
        Ok(db.query_row("SELECT count(*) FROM kv WHERE key GLOB 'asked/*'", [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(kept.unwrap(), 0, "who asked for what waits is kept while it waits");
}

/// Whoever has lost his claim says nothing of how it ended.
#[test]
fn only_who_closes_an_entry_has_its_end_remembered() {
    let ledger = with(&[paid(1)]);
    place(&ledger, &refund(1, 500)).unwrap();
    let late = claim(&ledger, 1);
    let again = ledger.claim(late.link, late.kind, at(100), LEASE).unwrap().unwrap();
    for kind in [OrderEnd::Moved, OrderEnd::Refused] {
        assert!(!ledger.settle_entry(&paid(1), &late, Some(&end(&late, kind))).unwrap());
        assert!(!ledger.settle_undone(&late, Some(&end(&late, kind)), &mut |_| ()).unwrap());
        assert_eq!(ended(&ledger, 1), []);
    }
    let moved = end(&again, OrderEnd::Moved);
    assert!(ledger.settle_entry(&paid(1), &again, Some(&moved)).unwrap());
    assert_eq!(ended(&ledger, 1), [moved]);
}

#[test]
fn what_an_older_version_kept_is_remembered_and_what_waits_gets_an_id() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut old = Connection::open(&path).unwrap();
    connect::migrate(&mut old, &path, &connect::MIGRATIONS[..6]).unwrap();
    drop(old);
    // Links are as they were.
    let links = SqliteLedger::open(folder.path()).unwrap();
    links.import(&[paid(1), paid(2)]).unwrap();
    links.enqueue(&refund(2, 500)).unwrap();
    links.enqueue(&OutboxEntry::new(paid(1).id, OutboxKind::Cancel, at(1))).unwrap();
    drop(links);
    let old = Connection::open(&path).unwrap();
    let (one, two) = (paid(1).id, paid(2).id);
    for (key, value) in [
        (format!("moved/{one}/refund/500"), at(20)),
        (format!("moved/{one}/refund/all"), at(10)),
        (format!("moved/{one}/capture/12001"), at(30)),
        (format!("moved/{two}/void/all"), at(40)),
    ] {
        old.execute("INSERT INTO kv (key, value) VALUES (?1, ?2)", [key, value.to_string()]).unwrap();
    }
    old.execute("UPDATE outbox SET what = json_remove(what, '$.id')", []).unwrap();
    // What came after it isn't there yet.
    for column in ["handed_out", "made"] {
        old.execute(&format!("ALTER TABLE outbox DROP COLUMN {column}"), []).unwrap();
    }
    old.pragma_update(None, "user_version", 6).unwrap();
    drop(old);

    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let nok = |minor| Some(Money::new(minor, Currency::Nok));
    let of = |id, kind| {
        let ended = ledger.ended_orders(id, kind).unwrap();
        assert!(ended.iter().all(|e| !e.told && !e.id.is_none() && e.end == OrderEnd::Moved), "{ended:?}");
        ended.into_iter().map(|e| (e.amount, e.at)).collect::<Vec<_>>()
    };
    assert_eq!(of(one, OutboxKind::Refund), [(None, at(10)), (nok(500), at(20))]);
    assert_eq!(of(one, OutboxKind::Capture), [(nok(12_001), at(30))]);
    assert_eq!(of(two, OutboxKind::Void), [(None, at(40))]);
    assert_eq!(of(two, OutboxKind::Refund), []);
    let entries = ledger.outbox(ACCOUNT).unwrap();
    let waits = entries.iter().find(|e| e.kind == OutboxKind::Refund).unwrap();
    let order = waits.order.as_ref().unwrap();
    assert!(!order.id.is_none() && order.amount == nok(500), "{order:?}");
    assert!(entries.iter().any(|e| e.kind == OutboxKind::Cancel && e.order.is_none()), "{entries:?}");
    assert_eq!(ledger.get(&format!("moved/{one}/refund/500")).unwrap(), None);
}

/// A copy of the ledger remembers them, and so does what is saved of a damaged one.
#[test]
fn they_come_with_a_backup_and_are_saved_from_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let ledger = SqliteLedger::open(&data).unwrap();
    ledger.import(&[paid(1)]).unwrap();
    place(&ledger, &refund(1, 500)).unwrap();
    let entry = claim(&ledger, 1);
    let moved = end(&entry, OrderEnd::Moved);
    ledger.settle_entry(&paid(1), &entry, Some(&moved)).unwrap();
    ledger.backup_to(&backup, Overwrite::No).unwrap();
    drop(ledger);
    let database = data.join(FILE_NAME);
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[..100].fill(0x5a);
    std::fs::write(&database, bytes).unwrap();
    let ledger = SqliteLedger::open(&data).unwrap();
    assert!(ledger.rescue().unwrap().is_some());
    assert_eq!(ended(&ledger, 1), std::slice::from_ref(&moved));
    drop(ledger);
    std::fs::remove_dir_all(&data).unwrap();
    Restore::check(&data, &backup)
        .unwrap()
        .carry_out(jiff::Timestamp::now(), false, &mut |_| ())
        .unwrap()
        .unwrap();
    assert_eq!(ended(&SqliteLedger::open(&data).unwrap(), 1), [moved]);
}

/// A copy from before an order was carried out takes the ledger's place: what is known of the order goes over.
#[test]
fn what_was_done_since_a_copy_was_made_is_not_forgotten_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let ledger = SqliteLedger::open(&data).unwrap();
    // Of the second the payment is not known yet, of the third nothing, and the fourth waits in the copy, too.
    ledger.import(&[paid(1), sent(2, LinkState::Open), paid(4)]).unwrap();
    place(&ledger, &refund(4, 700)).unwrap();
    ledger.backup_to(&backup, Overwrite::No).unwrap();
    ledger
        .amend(paid(2).id, &mut |link| {
            *link = paid(2);
            true
        })
        .unwrap();
    ledger.import(&[paid(3)]).unwrap();
    place(&ledger, &refund(1, 500)).unwrap();
    let entry = claim(&ledger, 1);
    let moved = end(&entry, OrderEnd::Moved);
    ledger.settle_entry(&paid(1), &entry, Some(&moved)).unwrap();
    // One that waits, and was not sent; and two that may be on their way.
    place(&ledger, &refund(1, 300)).unwrap();
    for n in [2, 3] {
        place(&ledger, &refund(n, 200)).unwrap();
        let mut entry = claim(&ledger, n);
        let order = entry.order.as_mut().unwrap();
        order.sent = Some(MoneySent {
            reference: format!("R{n}"),
            at: at(4),
            theirs: None,
            awake: None,
            before: 0,
            minor: None,
            seen: None,
            accepted: false,
        });
        assert!(ledger.note_order(&entry).unwrap());
    }
    drop(ledger);
    let mut restore = Restore::check(&data, &backup).unwrap();
    let named = |n| paid(n).sale.reference.as_str().to_owned();
    assert_eq!(
        restore.waiting,
        [named(4)],
        "in the copy, too: it may have been done in a ledger that is gone"
    );
    let done = restore.carry_out(jiff::Timestamp::now(), false, &mut |_| ()).unwrap().unwrap();
    assert_eq!(done.money, [named(4)]);
    let ledger = SqliteLedger::open(&data).unwrap();
    let known = remembered(&ledger, 1);
    assert_eq!((known.len(), known[0].id, known[0].is_told()), (1, moved.id, false));
    assert_eq!(ended(&ledger, 3), []);
    let mut waits: Vec<_> = ledger
        .outbox(ACCOUNT)
        .unwrap()
        .into_iter()
        .map(|e| (e.link, e.order.unwrap()))
        .map(|(link, order)| (link, order.amount.unwrap().minor(), order.sent.map(|sent| sent.reference)))
        .collect();
    waits.sort();
    // What is new in the old ledger goes on from where it was there.
    let sent = |n: i64| (paid(n).id, 200, Some(format!("R{n}")));
    assert_eq!(waits, [(paid(1).id, 300, None), sent(2), sent(3)]);
    assert_eq!(ledger.link(paid(2).id).unwrap().unwrap().transaction_id, paid(2).transaction_id);
    // Nobody's claim holds it up.
    assert!(ledger.claim(paid(2).id, OutboxKind::Refund, at(5), LEASE).unwrap().is_some());
}

/// Who is told that it was done may be killed before that is kept: it is remembered from then on, never from sooner.
#[test]
fn who_is_reminded_of_what_was_done_is_remembered_from_then_on() {
    let ledger = with(&[paid(1)]);
    let id = place(&ledger, &refund(1, 500)).unwrap();
    let entry = claim(&ledger, 1);
    ledger.settle_entry(&paid(1), &entry, Some(&end(&entry, OrderEnd::Moved))).unwrap();
    for (now, known) in [(at(90_000), at(90_000)), (at(50_000), at(90_000))] {
        let placed =
            ledger.place_order(paid(1).id, OutboxKind::Refund, &mut |_, _| Place::Reminded(id, now)).unwrap();
        assert_eq!((placed, ended(&ledger, 1)[0].at), (None, known));
    }
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), []);
}

#[test]
fn what_is_old_is_forgotten_with_the_next_one() {
    let ledger = with(&[paid(1)]);
    for minutes in [0, 60, 1440] {
        place(&ledger, &refund(1, 500)).unwrap();
        let entry = claim(&ledger, 1);
        let at = at(3) + SignedDuration::from_mins(minutes);
        let moved = EndedOrder { at, ..end(&entry, OrderEnd::Moved) };
        ledger.settle_entry(&paid(1), &entry, Some(&moved)).unwrap();
    }
    let kept: Vec<_> = ended(&ledger, 1).iter().map(|e| e.at.duration_since(at(3)).as_mins()).collect();
    assert_eq!(kept, [60, 1440]);
}
