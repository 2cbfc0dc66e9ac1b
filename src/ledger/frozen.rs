//! A ledger that can't be written now (a full disk, a folder without the right to write): what stands in it is copied
//! into memory and read there.
//!
//! SQLite itself reads a write-ahead log only where it can write beside it or finds the file that processes share; told
//! that nothing changes, it reads without the log (<https://www.sqlite.org/wal.html#read_only_databases>). So the log is
//! taken in here (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>), also while others write.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use rusqlite::Connection;

use super::error::from_io;
use super::replace::{self, beside};
use super::{FILE_NAME, SqliteLedger, connect};
use crate::ports::{LedgerError, Unusable};

/// How often a file is read that others change meanwhile.
const TRIES: usize = 20;
/// How the log begins; the last bit says in which order the bytes of its sums are.
const MAGIC: u32 = 0x377f_0682;
const HEADER: usize = 32;
const FRAME: usize = 24;
/// Less is no database.
const SMALLEST: usize = 512;

impl SqliteLedger {
    /// The ledger in `folder`; or, where nothing can be written there now, a copy in memory of what stands in it, with the
    /// reason. The copy takes news of links, which are gone with it, and refuses all else with that reason.
    ///
    /// # Errors
    /// As [`SqliteLedger::open`].
    pub fn open_to_read(folder: &Path) -> Result<(Self, Option<LedgerError>), LedgerError> {
        let why = match Self::open(folder) {
            Err(why) if why.keeps_nothing() => why,
            opened => return opened.map(|ledger| (ledger, None)),
        };
        match Self::frozen(folder, why.clone()) {
            Ok(ledger) => Ok((ledger, Some(why))),
            Err(error) => {
                tracing::warn!(%error, "what can't be written can't be read either");
                Err(why)
            }
        }
    }

    /// What stands in `folder`, in memory, for the reason `why`.
    pub(super) fn frozen(folder: &Path, why: LedgerError) -> Result<Self, LedgerError> {
        let path = std::path::absolute(folder).map_err(|e| from_io(folder, &e))?.join(FILE_NAME);
        let connection = copy(&path)?;
        Ok(Self { unwritable: Some(why), ..Self::over(path, connection, true) })
    }
}

/// What stands in `database` now, in memory. The file and what lies beside it are only read.
pub(super) fn copy(database: &Path) -> Result<Connection, LedgerError> {
    // Half of an exchange or of a change is no ledger, and can't be finished without writing.
    let journal = fs::metadata(beside(database, "-journal")).is_ok_and(|found| found.len() > 0);
    if journal || replace::unfinished(database).is_some() {
        return Err(LedgerError::unusable(database, Unusable::CantOpen));
    }
    let image = image(database, |path| fs::read(path)).map_err(|e| from_io(database, &e))?;
    if image.len() < SMALLEST {
        return Err(LedgerError::unusable(database, Unusable::Damaged));
    }
    connect::from_image(&image, database)
}

/// The bytes of the database with its log taken in, all of one moment.
pub(super) fn image(
    database: &Path,
    mut read: impl FnMut(&Path) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u8>> {
    let log = beside(database, "-wal");
    for _ in 0..TRIES {
        let before = beginning(&log)?;
        let mut image = read(database)?;
        let frames = or_nothing(read(&log))?;
        // The log only grows until it begins anew with other salts, and what moves from it into the database
        // stays in it until then: one log before and after has all that may have been half moved meanwhile. Without one the
        // database doesn't change; somebody may have come and gone between, who would have changed it.
        let steady = if frames.is_empty() {
            before.is_empty() && read(database)? == image && beginning(&log)?.is_empty()
        } else {
            frames.starts_with(&before) && before.len() == HEADER && beginning(&log)? == before
        };
        if steady {
            take_in(&mut image, &frames);
            return Ok(image);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// The log's header; nothing where there is none.
fn beginning(log: &Path) -> io::Result<Vec<u8>> {
    let Some(file) = or_nothing(File::open(log).map(Some))? else { return Ok(Vec::new()) };
    let mut header = Vec::with_capacity(HEADER);
    file.take(HEADER as u64).read_to_end(&mut header)?;
    Ok(header)
}

/// A file that isn't there holds nothing.
fn or_nothing<T: Default>(read: io::Result<T>) -> io::Result<T> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        other => other,
    }
}

/// Puts every page that was committed into the database, the oldest first. What follows the last commit doesn't count.
fn take_in(image: &mut Vec<u8>, log: &[u8]) {
    if let Some(log) = Log::of(log, image) {
        log.pages(image);
    }
    // One with a log is not read from memory; this one has it no more.
    if let Some(versions @ [2, 2]) = image.get_mut(18..20) {
        versions.copy_from_slice(&[1, 1]);
    }
}

/// A write-ahead log whose header is whole.
struct Log<'a> {
    bytes: &'a [u8],
    /// Of a page.
    size: usize,
    /// Whether the sums are of words with the high byte first.
    big: bool,
}

impl<'a> Log<'a> {
    fn of(bytes: &'a [u8], image: &[u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let magic = word(header, 0)?;
        let size = usize::try_from(word(header, 8)?).ok()?;
        // https://www.sqlite.org/fileformat2.html#the_database_header: a page of 65,536 bytes is told by a 1.
        let own = match u16::from_be_bytes(image.get(16..18)?.try_into().ok()?) {
            1 => 65_536,
            size => usize::from(size),
        };
        let log = Self { bytes, size, big: magic & 1 == 1 };
        let whole = log.sum(header.get(..24)?, (0, 0)) == (word(header, 24)?, word(header, 28)?);
        (magic & !1 == MAGIC && size == own && size >= SMALLEST && whole).then_some(log)
    }

    /// Into `image`, up to the last commit whose sums are right.
    fn pages(&self, image: &mut Vec<u8>) -> Option<()> {
        let (salts, mut sum) = (self.bytes.get(16..24)?, (word(self.bytes, 24)?, word(self.bytes, 28)?));
        let most = image.len() + self.bytes.len();
        let mut open = Vec::new();
        for frame in self.bytes.get(HEADER..)?.chunks_exact(FRAME + self.size) {
            let (head, page) = frame.split_at_checked(FRAME)?;
            sum = self.sum(page, self.sum(head.get(..8)?, sum));
            if head.get(8..16)? != salts || sum != (word(head, 16)?, word(head, 20)?) {
                break;
            }
            let at = usize::try_from(word(head, 0)?).ok()?.checked_sub(1)?.checked_mul(self.size)?;
            open.push((at, page));
            // Of the last frame of a commit alone: how many pages the database has then.
            let pages = usize::try_from(word(head, 4)?).ok()?;
            if pages > 0 {
                image.resize(pages.checked_mul(self.size).filter(|len| *len <= most)?, 0);
                for (at, page) in open.drain(..) {
                    // What lies behind the end was given up in the same commit.
                    if let Some(place) = image.get_mut(at..at.saturating_add(self.size)) {
                        place.copy_from_slice(page);
                    }
                }
            }
        }
        Some(())
    }

    /// The log's own sum, from `sum` on over these bytes, pairs of words.
    fn sum(&self, bytes: &[u8], sum: (u32, u32)) -> (u32, u32) {
        let word = |at: &[u8]| {
            let word = [at[0], at[1], at[2], at[3]];
            if self.big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        bytes.chunks_exact(8).fold(sum, |(a, b), pair| {
            let a = a.wrapping_add(word(&pair[..4])).wrapping_add(b);
            let b = b.wrapping_add(word(&pair[4..])).wrapping_add(a);
            (a, b)
        })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
