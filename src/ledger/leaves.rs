//! Leaves of a table that hang in no tree any more, because a page above them is broken.
//!
//! Their rows are read by SQLite itself, with all its checks: each leaf in turn is put where the table's root is,
//! in a copy that nobody else has open. So the file's format is known here only as far as to find such pages
//! (<https://www.sqlite.org/fileformat2.html>). What stands on a leaf may be old: pages that are free, or parts
//! of another table, keep what was once written there. Whether a row may be believed is for the caller to judge.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::Connection;

/// The first byte of a leaf of a table.
const LEAF: u8 = 13;
/// Where the header counts changes: a connection that finds another number forgets what it has read.
const COUNTER: u64 = 24;
/// Where the header names the first page of the list of free ones.
const FREE: u64 = 32;

/// The leaves of a database, to be looked at as if they were all of one table.
pub(super) struct Leaves<'a> {
    old: &'a Connection,
    file: File,
    size: u64,
    root: u64,
    pages: BTreeSet<u64>,
}

impl<'a> Leaves<'a> {
    /// Of `old`, which is the copy at `path`; for `table`. `None` if its root is not known, or the file can't
    /// be worked with.
    pub(super) fn of(old: &'a Connection, path: &Path, table: &str) -> Option<Self> {
        // All that is in the log belongs into the file, and what is written to the file is to be read.
        let mode = old.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get::<_, String>(0));
        if !mode.is_ok_and(|mode| mode == "delete") {
            return None;
        }
        // A cell that says it goes beyond its page is refused at once.
        old.pragma_update(None, "cell_size_check", true).ok()?;
        let size = old.pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0)).ok()?;
        let root = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let root = old.query_row(root, [table], |row| row.get::<_, i64>(0)).ok()?;
        let (size, root) = (u64::try_from(size).ok()?, u64::try_from(root).ok()?);
        // Never the first page: it has the header and the names of the tables.
        if size < 512 || root < 2 {
            return None;
        }
        let file = File::options().read(true).write(true).open(path).ok()?;
        let mut leaves = Self { old, file, size, root, pages: BTreeSet::new() };
        leaves.find().ok()?;
        Some(leaves)
    }

    /// Lets `each` read every leaf as the whole table. It must leave no statement open.
    pub(super) fn each(mut self, mut each: impl FnMut(&Connection)) {
        let Ok(root) = self.page(self.root) else { return };
        for page in std::mem::take(&mut self.pages) {
            let put = self.page(page).and_then(|bytes| self.put_as_root(&bytes));
            if put.is_ok() {
                each(self.old);
            }
        }
        let _ = self.put_as_root(&root);
    }

    fn find(&mut self) -> io::Result<()> {
        let pages = self.file.metadata()?.len() / self.size;
        let free = self.free(pages)?;
        for page in 2..=pages {
            if page == self.root || free.contains(&page) {
                continue;
            }
            let mut first = [0];
            self.read(page, 0, &mut first)?;
            if first[0] == LEAF {
                self.pages.insert(page);
            }
        }
        Ok(())
    }

    /// The pages that are on the list of free ones, as far as it can be followed.
    fn free(&mut self, pages: u64) -> io::Result<BTreeSet<u64>> {
        let mut free = BTreeSet::new();
        let mut trunk = self.number(1, FREE)?;
        while (2..=pages).contains(&trunk) && free.insert(trunk) {
            let next = self.number(trunk, 0)?;
            let count = self.number(trunk, 4)?.min(self.size / 4 - 2);
            for nth in 0..count {
                free.insert(self.number(trunk, 8 + nth * 4)?);
            }
            trunk = next;
        }
        Ok(free)
    }

    fn number(&mut self, page: u64, at: u64) -> io::Result<u64> {
        let mut bytes = [0; 4];
        self.read(page, at, &mut bytes)?;
        Ok(u64::from(u32::from_be_bytes(bytes)))
    }

    fn page(&mut self, page: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.size).map_err(io::Error::other)?];
        self.read(page, 0, &mut bytes)?;
        Ok(bytes)
    }

    fn read(&mut self, page: u64, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start((page - 1) * self.size + at))?;
        self.file.read_exact(into)
    }

    fn put_as_root(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start((self.root - 1) * self.size))?;
        self.file.write_all(bytes)?;
        let mut counter = [0; 4];
        self.read(1, COUNTER, &mut counter)?;
        self.file.seek(SeekFrom::Start(COUNTER))?;
        self.file.write_all(&u32::from_be_bytes(counter).wrapping_add(1).to_be_bytes())
    }
}
