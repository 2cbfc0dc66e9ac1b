//! What a ledger knows that a backup takes the place of: nothing of it is lost.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::super::{FILE_NAME, Overwrite, Restore, Restored, SqliteLedger};
use super::{ACCOUNT, at, sample, sent};
use crate::domain::link::{Alarm, EventKind, Link, LinkEvent, LinkState};
use crate::domain::reference::Reference;
use crate::ops::check_order;
use crate::ports::{Ledger, LinkFilter, OutboxEntry, OutboxKind};

/// A data folder, and a copy of what was in it at some time.
struct Folder {
    _top: tempfile::TempDir,
    data: PathBuf,
    copy: PathBuf,
}

impl Folder {
    /// What `before` did is in the copy, what `since` did isn't.
    fn new(before: impl Fn(&SqliteLedger), since: impl Fn(&SqliteLedger)) -> Self {
        let top = tempfile::tempdir().unwrap();
        let folder = Self { data: top.path().join("data"), copy: top.path().join("copy"), _top: top };
        let ledger = folder.open();
        before(&ledger);
        ledger.backup_to(&folder.copy, Overwrite::No).unwrap();
        since(&ledger);
        folder
    }

    /// The ledger is lost, and another one begun, in which `since` was done.
    fn lost(before: impl Fn(&SqliteLedger), since: impl Fn(&SqliteLedger)) -> Self {
        let folder = Self::new(before, |_| ());
        fs::remove_dir_all(&folder.data).unwrap();
        since(&folder.open());
        folder
    }

    fn open(&self) -> SqliteLedger {
        SqliteLedger::open(&self.data).unwrap()
    }

    /// The copy takes the ledger's place, as the command line does it.
    fn restore(&self) -> (Restore, Restored) {
        let mut restore = Restore::check(&self.data, &self.copy).unwrap();
        let (carried, lost, waiting) =
            (restore.carried.clone(), restore.lost.clone(), restore.waiting.clone());
        let mut check = |links: &mut [Link]| check_order(links, at(100));
        let done = restore.carry_out(Timestamp::now(), false, &mut check).unwrap().unwrap();
        let now = (&restore.carried, &restore.lost, &restore.waiting);
        assert_eq!(now, (&carried, &lost, &waiting), "as it was told before");
        (restore, done)
    }
}

fn event(n: i64, kind: EventKind, seconds: i64) -> LinkEvent {
    LinkEvent { at: at(seconds), kind, detail: None, key: Some(format!("{}/{n}", kind.word())) }
}

/// The link went on: it has one event more.
fn gone_on(link: Link, state: LinkState, kind: EventKind, seconds: i64) -> Link {
    let mut link = Link { state, changed_at: at(seconds), ..link };
    link.record(event(0, kind, seconds));
    link
}

fn paid(n: i64) -> Link {
    let link = Link { transaction_id: Some(format!("P{n}")), ..sent(n, LinkState::Open) };
    gone_on(link, LinkState::Captured, EventKind::Captured, 50)
}

fn entry(n: i64, kind: OutboxKind) -> OutboxEntry {
    OutboxEntry::new(sample(n).id, kind, at(3))
}

#[test]
fn a_link_made_since_is_followed_holds_its_reference_and_is_sent_once() {
    let doubt =
        OutboxEntry { in_flight: true, attempts: 2, first_sent: Some(at(5)), ..entry(4, OutboxKind::Create) };
    let folder = Folder::new(
        |ledger| ledger.import(&[sent(1, LinkState::Open)]).unwrap(),
        |ledger| {
            ledger.import(&[sent(2, LinkState::Opened), paid(3)]).unwrap();
            ledger.import(&[Link { state: LinkState::Uncertain, ..sample(4) }]).unwrap();
            ledger.enqueue(&doubt).unwrap();
            ledger.insert(&sample(5), false).unwrap();
            ledger.enqueue(&entry(2, OutboxKind::Cancel)).unwrap();
            ledger.enqueue(&OutboxEntry { lost: vec!["S9".into()], ..entry(3, OutboxKind::Look) }).unwrap();
        },
    );
    let (restore, done) = folder.restore();
    assert_eq!(restore.carried, ["KARI-002", "KARI-003", "KARI-004", "KARI-005"]);
    assert_eq!((restore.waiting.len(), done.money.len()), (0, 0));
    let ledger = folder.open();
    let followed: Vec<_> = ledger.unsettled(ACCOUNT).unwrap().iter().map(|row| row.id).collect();
    assert!(followed.contains(&sample(2).id), "{followed:?}");
    assert_eq!(ledger.link(sample(3).id).unwrap(), Some(paid(3)), "with its story");
    for n in 1..=5 {
        assert!(ledger.reference_used(ACCOUNT, &sample(n).sale.reference).unwrap(), "{n}");
    }
    let waits = ledger.outbox(ACCOUNT).unwrap();
    let of = |n, kind| waits.iter().find(|e| e.link == sample(n).id && e.kind == kind).unwrap();
    let (maybe, not) = (of(4, OutboxKind::Create), of(5, OutboxKind::Create));
    assert!(maybe.in_flight && maybe.first_sent == Some(at(5)), "looked for first: {maybe:?}");
    assert!(!not.in_flight && !not.handed_out && not.attempts == 0, "certainly not sent: {not:?}");
    assert_eq!(of(2, OutboxKind::Cancel).next_at, at(3));
    assert_eq!(of(3, OutboxKind::Look).lost, ["S9"]);
    assert_eq!(waits.len(), 4);
    // Nobody's claim holds it up.
    let lease = Duration::from_secs(60);
    assert!(ledger.claim(sample(5).id, OutboxKind::Create, at(9), lease).unwrap().is_some());
    // It is found by its words.
    let search = LinkFilter { search: Some("session2".into()), ..LinkFilter::default() };
    assert_eq!(ledger.count(ACCOUNT, &search).unwrap(), 1);
}

#[test]
fn what_a_link_has_become_since_is_not_undone() {
    let alarmed = |link: Link| {
        let mut link = link;
        link.raise(Alarm::AmountDiffers, at(60));
        link
    };
    let folder = Folder::new(
        |ledger| {
            ledger.import(&[sent(1, LinkState::Open), alarmed(paid(2)), sent(3, LinkState::Open)]).unwrap();
            ledger.insert(&sample(4), false).unwrap();
            ledger.enqueue(&entry(3, OutboxKind::Cancel)).unwrap();
        },
        |ledger| {
            ledger.update(&alarmed(paid(1))).unwrap();
            // A person has dealt with it.
            let deal = &mut |link: &mut Link| link.deal_with(&[Alarm::AmountDiffers]);
            ledger.amend(sample(2).id, deal).unwrap();
            // It was withdrawn.
            let withdrawn = gone_on(sent(3, LinkState::Open), LinkState::Cancelled, EventKind::Cancelled, 70);
            let lease = Duration::from_secs(60);
            let cancel = ledger.claim(sample(3).id, OutboxKind::Cancel, at(60), lease).unwrap().unwrap();
            ledger.update(&withdrawn).unwrap();
            assert!(ledger.settle_entry(&withdrawn, &cancel, None).unwrap());
            // It was made.
            let made = Link { url: Some("https://pay.example/4".into()), ..sent(4, LinkState::Open) };
            assert!(ledger.settle_made(&gone_on(made, LinkState::Open, EventKind::Created, 65)).unwrap());
        },
    );
    let (restore, _) = folder.restore();
    assert_eq!((restore.carried.len(), restore.waiting.len()), (0, 0));
    let ledger = folder.open();
    let link = |n| ledger.link(sample(n).id).unwrap().unwrap();
    assert_eq!((link(1).state, &link(1).alarms[..]), (LinkState::Captured, &[Alarm::AmountDiffers][..]));
    assert_eq!(link(1).transaction_id.as_deref(), Some("P1"));
    assert_eq!((link(2).state, &link(2).alarms[..]), (LinkState::Captured, &[][..]));
    assert_eq!(link(3).state, LinkState::Cancelled);
    assert_eq!((link(4).state, link(4).url.is_some()), (LinkState::Open, true));
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [], "neither to be made again nor to be withdrawn");
}

/// Its ledger was lost, another one begun, and the same order sold there; then the last copy of the lost one was found.
#[test]
fn an_order_that_was_paid_in_both_raises_its_alarm() {
    let named = |link: Link, n: i64| {
        let mut link = link;
        link.sale.reference = Reference::parse(&format!("KARI-{n:03}")).unwrap();
        link
    };
    let folder = Folder::lost(
        |ledger| ledger.import(&[paid(1), paid(2), sent(3, LinkState::Open)]).unwrap(),
        |ledger| {
            ledger.import(&[named(paid(11), 1), named(sent(12, LinkState::Open), 3)]).unwrap();
        },
    );
    let (restore, _) = folder.restore();
    assert_eq!(restore.carried, ["KARI-001", "KARI-003"]);
    let ledger = folder.open();
    let alarms = |n| ledger.link(sample(n).id).unwrap().unwrap().alarms;
    for (n, alarmed) in [(1, true), (11, true), (2, false), (3, false), (12, false)] {
        assert_eq!(alarms(n) == [Alarm::DoublePayment], alarmed, "{n}");
    }
    // Both of them are paid later: told as ever.
    for n in [3, 12] {
        let change = &mut |link: &mut Link| {
            link.state = LinkState::Captured;
            crate::ports::Touched::Order
        };
        ledger.amend_order(sample(n).id, change, &mut |links| check_order(links, at(200))).unwrap();
    }
    assert_eq!((alarms(3), alarms(12)), (vec![Alarm::DoublePayment], vec![Alarm::DoublePayment]));
}

#[test]
fn a_copy_that_knows_more_than_the_ledger_is_believed() {
    let folder = Folder::new(
        |ledger| {
            ledger.import(&[paid(1), sent(2, LinkState::Open), sent(3, LinkState::Open)]).unwrap();
            ledger
                .update(&gone_on(sent(3, LinkState::Open), LinkState::Opened, EventKind::Opened, 40))
                .unwrap();
        },
        |_| (),
    );
    // One from before is in its place.
    fs::remove_dir_all(&folder.data).unwrap();
    let ledger = folder.open();
    ledger.import(&[sent(1, LinkState::Open)]).unwrap();
    ledger.insert(&sample(2), false).unwrap();
    // On this one each has gone its own way.
    let mut other = gone_on(sent(3, LinkState::Open), LinkState::Open, EventKind::MailOpened, 30);
    other.session_id = Some("OTHER".into());
    other.raise(Alarm::PaidElsewhere, at(35));
    ledger.import(&[other]).unwrap();
    ledger.enqueue(&entry(1, OutboxKind::Void)).unwrap();
    drop(ledger);
    let (restore, done) = folder.restore();
    assert_eq!((restore.waiting.as_slice(), done.money.len()), (&["KARI-001".to_owned()][..], 0));
    let ledger = folder.open();
    let link = |n| ledger.link(sample(n).id).unwrap().unwrap();
    assert_eq!(link(1), paid(1));
    assert_eq!(link(2).state, LinkState::Open);
    assert_eq!((link(3).state, link(3).session_id), (LinkState::Opened, sent(3, LinkState::Open).session_id));
    assert_eq!(link(3).alarms, [Alarm::PaidElsewhere], "what only one of them knows is not forgotten");
    assert!(link(3).events.iter().any(|e| e.kind == EventKind::MailOpened));
    let waits = ledger.outbox(ACCOUNT).unwrap();
    let waits: Vec<_> = waits.iter().map(|e| (e.link, e.kind, e.lost.clone())).collect();
    assert_eq!(waits, [(sample(3).id, OutboxKind::Look, vec!["OTHER".to_owned()])], "not made again");
}

#[test]
fn a_ledger_of_another_account_goes_over_too() {
    let other = |n| Link { account_id: "T2".into(), ..sample(n) };
    let folder = Folder::lost(
        |ledger| ledger.import(&[sent(1, LinkState::Open)]).unwrap(),
        |ledger| ledger.insert(&other(2), false).unwrap(),
    );
    assert_eq!(folder.restore().0.carried, ["KARI-002"]);
    let ledger = folder.open();
    assert_eq!(ledger.link(sample(2).id).unwrap(), Some(other(2)));
    assert_eq!(ledger.waiting_elsewhere(ACCOUNT).unwrap(), [("T2".to_owned(), 1)]);
}

#[test]
fn what_is_being_typed_goes_over_and_what_was_sold_since_is_no_draft_any_more() {
    let id = |n| sample(n).id;
    let folder = Folder::new(
        |ledger| {
            for (n, text) in [(1, "sold"), (2, "before"), (3, "thrown away")] {
                ledger.keep_draft(ACCOUNT, id(n), text).unwrap();
            }
        },
        |ledger| {
            ledger.insert(&sample(1), false).unwrap();
            ledger.forget_draft(ACCOUNT, id(1)).unwrap();
            ledger.keep_draft(ACCOUNT, id(2), "since").unwrap();
            ledger.keep_draft(ACCOUNT, id(4), "new").unwrap();
        },
    );
    folder.restore();
    let ledger = folder.open();
    let (mut found, mut texts) = (Vec::new(), Vec::new());
    while let Some((id, text)) = ledger.take_draft(ACCOUNT, &found, &mut |_| Some(true)).unwrap() {
        found.push(id);
        texts.push(text);
    }
    texts.sort();
    assert_eq!(texts, ["new", "since", "thrown away"]);
}

#[test]
fn one_that_can_not_be_read_is_named_and_one_that_can_is_mended() {
    let spoil = |path: &std::path::Path, n: i64| {
        let db = rusqlite::Connection::open(path).unwrap();
        db.execute("UPDATE links SET sale = '{' WHERE id = ?1", [sample(n).id.to_string()]).unwrap();
    };
    let folder = Folder::new(
        |ledger| ledger.import(&[sent(1, LinkState::Open), sent(2, LinkState::Open)]).unwrap(),
        |ledger| ledger.import(&[sent(3, LinkState::Open), sent(4, LinkState::Open)]).unwrap(),
    );
    spoil(&folder.copy, 1);
    spoil(&folder.data.join(FILE_NAME), 2);
    spoil(&folder.data.join(FILE_NAME), 3);
    let (restore, _) = folder.restore();
    assert_eq!(
        (restore.carried.clone(), restore.lost.clone()),
        (vec!["KARI-004".to_owned()], vec!["KARI-003".to_owned()])
    );
    assert_eq!(restore.unreadable, [""; 0], "what was sold is known by the ledger that was in place");
    let ledger = folder.open();
    for n in [1, 2, 4] {
        assert_eq!(ledger.link(sample(n).id).unwrap(), Some(sent(n, LinkState::Open)));
    }
    let rescue = ledger.rescue().unwrap().unwrap();
    assert_eq!((rescue.saved, rescue.lost, rescue.references), (3, 1, vec!["KARI-003".to_owned()]));
}

#[test]
fn of_a_damaged_ledger_goes_over_what_can_be_read() {
    let links: Vec<_> = (10..400).map(|n| sent(n, LinkState::Open)).collect();
    let folder = Folder::new(
        |ledger| ledger.import(&[sent(1, LinkState::Open)]).unwrap(),
        |ledger| ledger.import(&links).unwrap(),
    );
    let database = folder.data.join(FILE_NAME);
    let mut bytes = fs::read(&database).unwrap();
    // The middle, which is found by whoever reads a link in it.
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(&database, &bytes).unwrap();
    let (restore, _) = folder.restore();
    let told = restore.damaged.as_ref().unwrap();
    assert!(told.lost > 0 && restore.lost == told.references, "{told:?}");
    let ledger = folder.open();
    let kept = ledger.count(ACCOUNT, &LinkFilter::default()).unwrap();
    assert_eq!(ledger.rescue().unwrap().unwrap().references, told.references, "it is told further");
    assert_eq!(kept, restore.carried.len() as u64 + 1);
    assert!(kept > 350, "{kept}");
    assert_eq!(restore.now, Some(kept));
    let names = fs::read_dir(&folder.data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().any(|name| name.contains(".damaged-")), "it was noticed");
}

/// What a newer version wrote may mean more than we know: nothing of it is sent unasked.
#[test]
fn what_waits_in_a_newer_ledger_is_doubted() {
    let folder = Folder::new(
        |ledger| ledger.import(&[paid(1)]).unwrap(),
        |ledger| {
            ledger.insert(&sample(2), false).unwrap();
            ledger.enqueue(&entry(1, OutboxKind::Refund)).unwrap();
        },
    );
    let newer = rusqlite::Connection::open(folder.data.join(FILE_NAME)).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    let (restore, _) = folder.restore();
    assert_eq!(
        (restore.carried.clone(), restore.waiting.clone()),
        (vec!["KARI-002".to_owned()], vec!["KARI-001".to_owned()])
    );
    let waits = folder.open().outbox(ACCOUNT).unwrap();
    assert!(waits.len() == 1 && waits[0].in_flight && waits[0].handed_out, "{waits:?}");
}
