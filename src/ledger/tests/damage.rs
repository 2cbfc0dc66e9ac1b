//! A damaged file: kept aside, and what can be read of it goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;

use super::super::{FILE_NAME, SqliteLedger, replace};
use super::{ACCOUNT, at, sample, sent};
use crate::domain::link::{Link, LinkState};
use crate::domain::money::{Currency, Money};
use crate::domain::reference::ReferenceTemplate;
use crate::ports::{
    Ledger, LedgerError, LinkFilter, MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Rescue, Unusable,
};

const PAGE: usize = 4096;

/// A data folder with 300 open links.
struct Folder {
    folder: tempfile::TempDir,
    links: Vec<Link>,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let links: Vec<Link> = (0..300).map(|n| sent(n, LinkState::Open)).collect();
        let ledger = SqliteLedger::open(folder.path()).unwrap();
        ledger.import(&links).unwrap();
        drop(ledger);
        Self { folder, links }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn database(&self) -> PathBuf {
        self.path().join(FILE_NAME)
    }

    fn open(&self) -> SqliteLedger {
        SqliteLedger::open(self.path()).unwrap()
    }

    fn damage(&self, how: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = fs::read(self.database()).unwrap();
        how(&mut bytes);
        fs::write(self.database(), &bytes).unwrap();
        bytes
    }

    /// What is there now; every link that is there is as it was.
    fn look(&self) -> (usize, Option<Rescue>) {
        let ledger = self.open();
        for row in &ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap() {
            let link = ledger.link(row.id).unwrap().unwrap();
            let was = self.links.iter().find(|l| l.id == row.id).unwrap();
            assert_eq!((&link.sale, link.state, &link.session_id), (&was.sale, was.state, &was.session_id));
            assert_eq!(ledger.find(ACCOUNT, was.sale.reference.as_str()).unwrap().len(), 1);
        }
        self.count()
    }

    fn count(&self) -> (usize, Option<Rescue>) {
        let ledger = self.open();
        ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
        // Asking for this may be what finds the damage: then the list read before is the damaged one's.
        let rescue = ledger.rescue().unwrap();
        (ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap().len(), rescue)
    }
}

/// Bytes that look like nothing.
fn noise(bytes: &mut [u8]) {
    let mut state = 0x9e37_79b9_u32;
    for byte in bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = state.to_be_bytes()[0];
    }
}

#[test]
fn a_broken_beginning_loses_nothing() {
    for length in [16, 100, PAGE] {
        let folder = Folder::new();
        let damaged = folder.damage(|bytes| noise(&mut bytes[..length]));
        let (count, rescue) = folder.look();
        let rescue = rescue.unwrap();
        assert_eq!((count, rescue.saved, rescue.lost), (300, 300, 0), "{length} bytes: {rescue:?}");
        assert_eq!(fs::read(&rescue.kept).unwrap(), damaged, "kept as it was");
        let name = rescue.kept.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("paylink.db.damaged-"), "{name}");
    }
}

#[test]
fn the_schema_stands_on_the_first_page_which_can_be_made_anew() {
    let folder = Folder::new();
    let bytes = fs::read(folder.database()).unwrap();
    assert_eq!(bytes[100], 0x0d, "a leaf: with a second page of schema, damage there would lose every link");
}

#[test]
fn no_byte_of_the_header_loses_anything() {
    let whole = fs::read(Folder::new().database()).unwrap();
    // The number of the format (60 to 63) may be that of a newer version, and the mark (68 to 71) another program's:
    // such a file is left alone, and said.
    for place in (16..60).chain(64..68).chain(72..100) {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder { folder, links: Vec::new() };
        let mut bytes = whole.clone();
        bytes[place] = 0xee;
        fs::write(folder.database(), &bytes).unwrap();
        let ledger = SqliteLedger::open(folder.path()).unwrap_or_else(|e| panic!("byte {place}: {e}"));
        assert_eq!(ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap().len(), 300, "byte {place}");
    }
}

#[test]
fn a_broken_page_loses_what_stood_on_it_and_names_it() {
    let folder = Folder::new();
    // Each page by itself, among them leaves of the links, of their indexes, of the events and the words.
    let whole = fs::read(folder.database()).unwrap();
    let pages = whole.len() / PAGE;
    let (mut rescued, mut named) = (0, 0);
    for page in (1..pages).step_by(7) {
        let folder = Folder::new();
        folder.damage(|bytes| noise(&mut bytes[page * PAGE..(page + 1) * PAGE]));
        let (count, rescue) = folder.look();
        let Some(rescue) = rescue else {
            assert_eq!(count, 300, "page {page} is not used");
            continue;
        };
        rescued += 1;
        named += rescue.references.len();
        assert_eq!(rescue.saved, count as u64);
        assert!(count + usize::try_from(rescue.lost).unwrap() == 300, "page {page}: {rescue:?}");
        // Also one that only tells where others are takes nothing with it but itself.
        assert!(rescue.lost < 20, "page {page}: {rescue:?}");
        assert!(rescue.lost == 0 || !rescue.references.is_empty(), "page {page}: {rescue:?}");
    }
    assert!(rescued > 5 && named > 0, "{rescued} {named}");
}

#[test]
fn half_a_file_gives_half_of_the_links() {
    let folder = Folder::new();
    folder.damage(|bytes| bytes.truncate(bytes.len() / PAGE / 2 * PAGE));
    let (count, rescue) = folder.look();
    let rescue = rescue.unwrap();
    assert!(count > 50 && rescue.saved == count as u64, "{count} {rescue:?}");
    assert!(rescue.lost > 0);
}

#[test]
fn where_nothing_can_be_read_the_seller_starts_anew_and_is_told() {
    for damage in [|bytes: &mut Vec<u8>| bytes.fill(0), |bytes: &mut Vec<u8>| bytes[PAGE..].fill(0xa5)] {
        let folder = Folder::new();
        let damaged = folder.damage(damage);
        let (count, rescue) = folder.look();
        let rescue = rescue.unwrap();
        assert_eq!((count, rescue.saved, rescue.gaps), (0, 0, true));
        assert_eq!(fs::read(&rescue.kept).unwrap(), damaged);
        let ledger = folder.open();
        ledger.insert(&sample(1), false).unwrap();
        fs::remove_file(&rescue.kept).unwrap();
        assert_eq!(ledger.rescue().unwrap(), None, "told for as long as the file is kept");
    }
}

#[test]
fn damage_is_mended_while_the_ledger_is_open() {
    let folder = Folder::new();
    let ledger = folder.open();
    let version = ledger.version().unwrap();
    folder.damage(|bytes| bytes[PAGE..].fill(0xa5));
    // Nothing of it is in the memory of another handle.
    drop(ledger.write(|tx| Ok(tx.execute_batch("PRAGMA shrink_memory")?)));
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    ledger.insert(&sample(1000), false).unwrap();
    assert!(ledger.link(sample(1000).id).unwrap().is_some());
    assert!(ledger.rescue().unwrap().is_some(), "{} rows", rows.len());
    assert_ne!(ledger.version().unwrap(), version);
}

#[test]
fn a_file_that_others_use_is_not_replaced_under_them() {
    let folder = Folder::new();
    let other = folder.open();
    let damaged = folder.damage(|bytes| noise(&mut bytes[PAGE..]));
    let error = folder.open().rows(ACCOUNT, &LinkFilter::default()).unwrap_err();
    assert!(matches!(error, LedgerError::Unusable { why: Unusable::Damaged, .. }), "{error}");
    assert_eq!(fs::read(folder.database()).unwrap(), damaged);
    drop(other);
    assert!(folder.look().1.is_some());
}

#[test]
fn what_stricter_rules_would_refuse_today_is_no_damage() {
    let folder = Folder::new();
    let odd = "KARI\u{200d}O";
    assert!(crate::domain::reference::Reference::parse(odd).is_err());
    let link = &folder.links[7];
    let ledger = folder.open();
    ledger
        .write(|tx| {
            let id = link.id.to_string();
            Ok(tx.execute("UPDATE links SET reference = ?1 WHERE id = ?2", [odd, id.as_str()])?)
        })
        .unwrap();
    let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
    assert!(rows.iter().any(|row| row.reference.as_str() == odd));
    assert_eq!((rows.len(), ledger.rescue().unwrap()), (300, None));
}

#[test]
fn a_broken_beginning_is_told_while_others_use_the_file() {
    let folder = Folder::new();
    let other = folder.open();
    folder.damage(|bytes| noise(&mut bytes[..100]));
    let error = SqliteLedger::open(folder.path()).unwrap_err();
    assert!(matches!(error, LedgerError::Unusable { why: Unusable::Damaged, .. }), "{error}");
    drop(other);
    assert_eq!(folder.look().0, 300);
}

#[test]
fn what_may_have_happened_since_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(1), false).unwrap();
    // A link whose entry can't be read any more.
    ledger.import(&[Link { state: LinkState::Creating, ..sample(2) }]).unwrap();
    let paid = |n| Link { transaction_id: Some(format!("P{n}")), ..sent(n, LinkState::Authorized) };
    ledger.import(&[paid(3), paid(4)]).unwrap();
    let capture = |n, sent| OutboxEntry {
        order: Some(MoneyOrder {
            amount: Some(Money::new(500, Currency::Nok)),
            sent,
            ..MoneyOrder::default()
        }),
        ..OutboxEntry::new(sample(n).id, OutboxKind::Capture, at(5))
    };
    ledger.enqueue(&capture(3, None)).unwrap();
    let trace = MoneySent {
        reference: "KARI-004-C1".into(),
        at: at(6),
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen: None,
        accepted: false,
    };
    ledger.enqueue(&capture(4, Some(trace))).unwrap();
    let template = ReferenceTemplate::parse("K-{seq}").unwrap();
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let before = ledger.next_reference(ACCOUNT, &template, day).unwrap();
    assert_eq!(before.as_str(), "K-001");
    drop(ledger);
    let database = folder.path().join(FILE_NAME);
    let mut bytes = fs::read(&database).unwrap();
    noise(&mut bytes[..100]);
    fs::write(&database, bytes).unwrap();

    let ledger = SqliteLedger::open(folder.path()).unwrap();
    let rescue = ledger.rescue().unwrap().unwrap();
    assert_eq!(rescue.money, ["KARI-003"]);
    let entries = ledger.outbox(ACCOUNT).unwrap();
    let kinds: BTreeSet<_> = entries.iter().map(|e| (e.link, e.kind.word(), e.in_flight)).collect();
    let expected =
        [(sample(1).id, "create", true), (sample(2).id, "create", true), (sample(4).id, "capture", false)];
    assert_eq!(
        kinds,
        expected.into_iter().collect(),
        "perhaps made, perhaps made, looked for in the payment"
    );
    let next = ledger.next_reference(ACCOUNT, &template, day).unwrap();
    assert_eq!(next.as_str(), "K-102");
    let other = ReferenceTemplate::parse("S-{seq}").unwrap();
    assert_eq!(ledger.next_reference(ACCOUNT, &other, day).unwrap().as_str(), "S-101");
    assert_eq!(ledger.next_reference(ACCOUNT, &other, date(2099, 1, 1)).unwrap().as_str(), "S-102");
    let dated = ReferenceTemplate::parse("D{date}-{seq}").unwrap();
    let later = ledger.next_reference(ACCOUNT, &dated, date(2099, 1, 1)).unwrap();
    assert!(later.as_str().ends_with("-001"), "{later}");
}

#[test]
fn an_exchange_that_was_cut_off_is_finished() {
    // The steps in which the files change their names, cut off after each.
    for step in 0..4 {
        let folder = Folder::new();
        // A log that belongs to the old file: the new one must not be given it.
        let old = folder.open();
        old.put("which", Some("old")).unwrap();
        let wal = fs::read(folder.path().join("paylink.db-wal")).unwrap();
        drop(old);
        fs::write(folder.path().join("paylink.db-wal"), wal).unwrap();

        let other = tempfile::tempdir().unwrap();
        let new = SqliteLedger::open(other.path()).unwrap();
        new.put("which", Some("new")).unwrap();
        drop(new);
        let complete = replace::beside(&folder.database(), ".for-damaged");
        fs::copy(other.path().join(FILE_NAME), &complete).unwrap();
        fs::File::options()
            .write(true)
            .open(&complete)
            .unwrap()
            .set_modified(jiff::Timestamp::from_second(1_795_521_600).unwrap().into())
            .unwrap();
        let kept = folder.path().join("paylink.db.damaged-20261124-120000");
        if step > 0 {
            fs::rename(folder.path().join("paylink.db-wal"), replace::beside(&kept, "-wal")).unwrap();
        }
        if step > 1 {
            fs::rename(folder.database(), &kept).unwrap();
        }
        if step > 2 {
            fs::rename(&complete, folder.database()).unwrap();
        }
        let ledger = folder.open();
        assert_eq!(ledger.get("which").unwrap().as_deref(), Some("new"), "cut off after step {step}");
        assert!(kept.exists() && replace::beside(&kept, "-wal").exists(), "step {step}");
        assert!(!complete.exists());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is written over the file: it opens, what is there can be used, and the seller is told. (What
    /// was changed to something else that makes sense can't be noticed.)
    #[test]
    fn any_damage_at_all_is_survived(
        places in prop::collection::vec((0.0_f64..1.0, 1_usize..9000, any::<u8>()), 1..4),
        cut in prop::option::of(0.1_f64..1.0),
    ) {
        let folder = Folder::new();
        folder.damage(|bytes| {
            for (place, length, fill) in places {
                let from = (place * bytes.len() as f64) as usize;
                let to = (from + length).min(bytes.len());
                if fill == 0 { bytes[from..to].fill(0) } else { noise(&mut bytes[from..to]) }
            }
            if let Some(cut) = cut {
                bytes.truncate((cut * bytes.len() as f64) as usize);
            }
        });
        let (count, rescue) = folder.count();
        let count = count as u64;
        match rescue {
            Some(rescue) => prop_assert_eq!(rescue.saved, count),
            None => prop_assert!(count <= 300),
        }
    }
}

#[test]
fn a_file_of_no_bytes_is_no_new_ledger() {
    let folder = Folder::new();
    fs::write(folder.database(), "").unwrap();
    // What SQLite would throw away with the first look at the file.
    let log = folder.path().join(format!("{FILE_NAME}-wal"));
    fs::write(&log, "what was written last").unwrap();
    let (links, rescue) = folder.look();
    let rescue = rescue.unwrap();
    assert_eq!((links, rescue.saved, rescue.gaps, rescue.restored), (0, 0, true, false));
    assert_eq!(fs::metadata(&rescue.kept).unwrap().len(), 0);
    let kept_log = format!("{}-wal", rescue.kept.display());
    assert_eq!(fs::read_to_string(kept_log).unwrap(), "what was written last");
    // Sales go on, and it's told until the kept file is gone.
    folder.open().insert(&sample(1), false).unwrap();
    let ledger = folder.open();
    assert_eq!(
        (ledger.link(sample(1).id).unwrap(), ledger.rescue().unwrap()),
        (Some(sample(1)), Some(rescue))
    );
}

#[test]
fn a_file_of_no_bytes_is_left_to_the_paylink_that_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let making = super::super::healing::enter(folder.path()).unwrap();
    fs::write(folder.path().join(FILE_NAME), "").unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    assert_eq!(ledger.rescue().unwrap(), None);
    drop(making);
}
