//! Pages above the leaves are broken: the leaves are found, and what is old on them is not believed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rusqlite::Connection;

use super::super::{FILE_NAME, SqliteLedger};
use super::{ACCOUNT, sample, sent};
use crate::domain::link::{Link, LinkState};
use crate::ports::{Ledger, LinkFilter, Rescue};

const PAGE: usize = 4096;
const COUNT: i64 = 400;

/// A data folder with many links, as bytes that can be damaged.
struct Folder {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Folder {
    /// With these links at the backend, whose states are what the ledger made of them.
    fn with(links: &[Link]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path()).unwrap();
        ledger.import(links).unwrap();
        drop(ledger);
        let mut made = Self { folder, bytes: Vec::new() };
        made.read();
        made
    }

    fn open_links() -> (Self, Vec<Link>) {
        let links: Vec<Link> = (0..COUNT).map(|n| sent(n, LinkState::Open)).collect();
        (Self::with(&links), links)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn database(&self) -> PathBuf {
        self.path().join(FILE_NAME)
    }

    fn read(&mut self) {
        self.bytes = fs::read(self.database()).unwrap();
    }

    /// Something done to the tables, past paylink.
    fn by_hand(&mut self, sql: &str) {
        let connection = Connection::open(self.database()).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(connection);
        self.read();
    }

    /// Root pages of tables and indexes.
    fn root(&self, name: &str) -> usize {
        let connection = Connection::open(self.database()).unwrap();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
        connection.query_row(sql, [name], |row| row.get::<_, i64>(0)).unwrap() as usize
    }

    fn page(&mut self, number: usize) -> &mut [u8] {
        &mut self.bytes[(number - 1) * PAGE..number * PAGE]
    }

    /// The inner pages of a table, from its root on.
    fn inner(&mut self, root: usize) -> Vec<usize> {
        let (mut found, mut next) = (Vec::new(), vec![root]);
        while let Some(number) = next.pop() {
            let page = self.page(number).to_vec();
            if page[0] != 5 {
                continue;
            }
            found.push(number);
            let cells = usize::from(u16::from_be_bytes([page[3], page[4]]));
            let child = |at: usize| u32::from_be_bytes(page[at..at + 4].try_into().unwrap()) as usize;
            next.push(child(8));
            next.extend(
                (0..cells)
                    .map(|n| child(usize::from(u16::from_be_bytes([page[12 + 2 * n], page[13 + 2 * n]])))),
            );
        }
        found
    }

    /// The leaf of the links that this one stands on, counted from 0.
    fn leaf_with(&self, reference: &str) -> usize {
        let has = |page: &[u8], text: &[u8]| page.windows(text.len()).any(|part| part == text);
        let pages = self.bytes.chunks_exact(PAGE);
        let mut leaves = pages.enumerate().filter(|(_, page)| page[0] == 13 && has(page, b"NOK"));
        leaves.find(|(_, page)| has(page, reference.as_bytes())).unwrap().0
    }

    /// What is there after it was damaged so.
    fn look(&self) -> (Vec<Link>, Rescue) {
        fs::write(self.database(), &self.bytes).unwrap();
        let ledger = SqliteLedger::open(self.path()).unwrap();
        // Whatever finds the damage: after that all is whole.
        for row in ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap() {
            ledger.link(row.id).unwrap();
        }
        ledger.outbox(ACCOUNT).unwrap();
        let rows = ledger.rows(ACCOUNT, &LinkFilter::default()).unwrap();
        let links = rows.iter().map(|row| ledger.link(row.id).unwrap().unwrap()).collect();
        (links, ledger.rescue().unwrap().expect("the damage was noticed"))
    }
}

fn noise(bytes: &mut [u8]) {
    let mut state = 0x9e37_79b9_u32;
    for byte in bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = state.to_be_bytes()[0];
    }
}

#[test]
fn links_below_a_broken_inner_page_are_all_there() {
    for fill in
        [noise as fn(&mut [u8]), |bytes: &mut [u8]| bytes.fill(0), |bytes: &mut [u8]| bytes.fill(0xa5)]
    {
        let (mut folder, was) = Folder::open_links();
        for name in ["links", "events"] {
            let root = folder.root(name);
            let inner = folder.inner(root);
            assert!(!inner.is_empty(), "{name} is too small for this test");
            for page in inner {
                fill(folder.page(page));
            }
        }
        let (mut links, rescue) = folder.look();
        links.sort_by_key(|link| link.created_at);
        assert_eq!((rescue.saved, rescue.lost, rescue.gaps), (COUNT as u64, 0, false), "{rescue:?}");
        assert_eq!(links, was, "with their stories");
    }
}

#[test]
fn what_is_old_is_not_believed() {
    let (mut folder, _) = Folder::open_links();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(500), false).unwrap();
    drop(ledger);
    folder.read();
    // The leaf with the last link, as it was while that still waited to be sent.
    let leaf = folder.leaf_with("KARI-500");
    let old = folder.bytes[leaf * PAGE..(leaf + 1) * PAGE].to_vec();
    let id = sample(500).id;
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger
        .amend(id, &mut |link| {
            link.state = LinkState::Open;
            link.session_id = Some("T1.new".into());
            link.url = Some("https://checkout.dintero.com/v1/view/new".into());
            true
        })
        .unwrap();
    drop(ledger);
    folder.read();
    let root = folder.root("links");
    for page in folder.inner(root) {
        folder.page(page).fill(0);
    }
    folder.bytes.extend_from_slice(&old);
    let untouched = folder.bytes.clone();

    let (links, rescue) = folder.look();
    let link = links.iter().find(|link| link.id == id).unwrap();
    assert_eq!((link.state, link.session_id.as_deref()), (LinkState::Open, Some("T1.new")), "the newer one");
    assert_eq!((rescue.saved, rescue.lost), (COUNT as u64 + 1, 0));

    // The newer one is destroyed: the older one is not taken for it.
    let mut folder = Folder { folder: tempfile::tempdir().unwrap(), bytes: untouched };
    folder.page(leaf + 1).fill(0);
    let (links, rescue) = folder.look();
    assert!(links.iter().all(|link| link.id != id), "a link that went out waits again");
    assert!(rescue.references.iter().any(|named| named.eq_ignore_ascii_case("KARI-500")), "{rescue:?}");
}

#[test]
fn what_was_taken_out_does_not_come_back() {
    let indexes = ["links_of_account", "links_by_reference", "links_by_state", "sqlite_autoindex_links_1"];
    for broken in [0, indexes.len()] {
        let (mut folder, _) = Folder::open_links();
        let leaf = folder.leaf_with("KARI-000");
        let stale = folder.page(leaf + 1).to_vec();
        let roots: Vec<usize> = indexes.iter().map(|name| folder.root(name)).collect();
        folder.by_hand(
            "DELETE FROM events; DELETE FROM links
             WHERE seq IN (SELECT seq FROM links ORDER BY seq LIMIT 300)",
        );
        let free = u32::from_be_bytes(folder.bytes[36..40].try_into().unwrap());
        assert!(free > 50, "{free} free pages");
        let root = folder.root("links");
        for page in folder.inner(root) {
            folder.page(page).fill(0);
        }
        for index in &roots[..broken] {
            folder.page(*index).fill(0);
        }
        // Not on the list of free pages either: a whole list of the links knows better.
        if broken == 0 {
            folder.bytes.extend_from_slice(&stale);
        }
        let (links, rescue) = folder.look();
        let there: BTreeSet<_> = links.iter().map(|link| link.sale.reference.to_string()).collect();
        let expected: BTreeSet<_> = (300..COUNT).map(|n| format!("KARI-{n:03}")).collect();
        assert_eq!(there, expected);
        // Without any list of them nobody knows whether these are all.
        assert_eq!(rescue.gaps, broken > 0, "{rescue:?}");
    }
}

#[test]
fn what_may_still_wait_needs_the_word_of_an_index() {
    let links: Vec<Link> =
        (0..COUNT).map(|n| if n % 2 == 0 { sample(n) } else { sent(n, LinkState::Open) }).collect();
    for broken in [false, true] {
        let mut folder = Folder::with(&links);
        let root = folder.root("links");
        for page in folder.inner(root) {
            folder.page(page).fill(0);
        }
        let index = folder.root("links_by_state");
        if broken {
            folder.page(index).fill(0);
        }
        let (found, rescue) = folder.look();
        let waiting = found.iter().filter(|link| link.state == LinkState::Queued).count();
        let lost = if broken { COUNT / 2 } else { 0 };
        assert_eq!((waiting as i64, rescue.lost as i64), (COUNT / 2 - lost, lost), "{broken}");
        // What waits is looked for before it's sent.
        let ledger = SqliteLedger::open(folder.path()).unwrap();
        let entries = ledger.outbox(ACCOUNT).unwrap();
        assert!(entries.len() == waiting && entries.iter().all(|entry| entry.in_flight && entry.handed_out));
    }
}

#[test]
fn a_row_that_makes_no_sense_makes_no_link_unreadable() {
    let (mut folder, _) = Folder::open_links();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    ledger.insert(&sample(500), false).unwrap();
    drop(ledger);
    folder
        .by_hand("UPDATE events SET at = 9223372036854775807 WHERE nr = 7; UPDATE outbox SET attempts = -1");
    let (links, rescue) = folder.look();
    assert_eq!((links.len() as i64, rescue.lost, rescue.gaps), (COUNT + 1, 0, true), "{rescue:?}");
    assert_eq!(links.iter().filter(|link| link.events.is_empty()).count(), 1);
    // What waits has an entry again, and is looked for first.
    let entries = SqliteLedger::open(folder.path()).unwrap().outbox(ACCOUNT).unwrap();
    assert!(entries.len() == 1 && entries[0].in_flight && entries[0].handed_out, "{entries:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// With every inner page gone and any bytes anywhere else: no panic, and no link that is not as it was.
    #[test]
    fn leaves_of_any_bytes_are_survived(
        places in prop::collection::vec((0.0_f64..1.0, 1_usize..600, any::<u32>()), 1..12),
    ) {
        let (mut folder, was) = Folder::open_links();
        let root = folder.root("links");
        for page in folder.inner(root) {
            noise(folder.page(page));
        }
        for (place, length, fill) in places {
            let from = PAGE + (place * (folder.bytes.len() - PAGE) as f64) as usize;
            let to = (from + length).min(folder.bytes.len());
            for (byte, filler) in folder.bytes[from..to].iter_mut().zip(fill.to_be_bytes().into_iter().cycle()) {
                *byte = filler;
            }
        }
        let (links, rescue) = folder.look();
        prop_assert_eq!(rescue.saved, links.len() as u64);
        prop_assert!(links.len() > 200, "{:?}", rescue);
        for link in &links {
            prop_assert!(was.iter().any(|w| w.id == link.id), "a link that never was: {:?}", link);
        }
    }
}
