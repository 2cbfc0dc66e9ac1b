//! The embedded database: every link, its story, and what is still to be sent (contracts, 3 and 5).
//!
//! One SQLite file in the data folder, used by several processes at once: write-ahead log, every
//! commit on the disk before the call returns, `BEGIN IMMEDIATE` for what reads before it writes. Two
//! connections, so that a list is read while another thread waits for the disk: one writes, the other
//! only reads. Nothing at opening grows with the number of links.
//!
//! - `file.rs`: folder and file, private from the first moment; `connect.rs`: settings, migrations
//! - `record.rs`: a link written, read, changed; `list.rs`: rows, by filter; `search.rs`: words
//! - `guard.rs`: who has it open; `healing.rs`, `rescue.rs`, `salvage.rs`, `stray.rs`, `leaves.rs`, `replace.rs`: what is done with a
//!   damaged one; `backup.rs`, `restore.rs`, `carry.rs`, `merge.rs`: copies; `leftovers.rs`: what a killed process left of one
//! - `order.rs`: the links of one order, changed together; `names.rs`: references and ids; `outbox.rs`: claims, `settle.rs`: how they end, `ended.rs`: orders about money that did, `alive.rs`: who of their owners lives; `totals.rs`: sums; `error.rs`: plain lines
//! - `frozen.rs`: what can be read where nothing can be written; `drafts.rs`: sales that are being typed; `products.rs`: the product list; `values.rs`: small values under a name
//! - `watch.rs`: being told what other processes change

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use uuid::Uuid;

use crate::domain::link::{Link, LinkId};
use crate::domain::product::Product;
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::ports::{
    DayTotals, Dropping, EndedOrder, Ledger, LedgerError, LinkFilter, LinkRow, Made, OrderId, OutboxEntry,
    OutboxKind, Placing, Rescue, Touched, Watch,
};

mod alive;
mod backup;
mod carry;
mod connect;
mod drafts;
mod ended;
mod error;
mod file;
mod frozen;
mod guard;
mod healing;
mod leaves;
mod leftovers;
mod list;
mod merge;
mod names;
mod order;
mod outbox;
mod products;
mod record;
mod replace;
mod rescue;
mod restore;
mod salvage;
mod search;
mod settle;
mod stray;
#[cfg(test)]
mod tests;
mod totals;
mod values;
mod watch;

pub use backup::Overwrite;
use error::Trouble;
pub use file::FILE_NAME;
use outbox::Purpose;
pub use restore::{Restore, Restored};

/// The ledger in a SQLite file.
pub struct SqliteLedger {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    /// Opened when the writer is first found busy, so that the first frame waits for one connection.
    reader: OnceLock<Mutex<Connection>>,
    /// There's no file, and no second connection to it: the writer reads.
    in_memory: bool,
    /// Why nothing can be kept: this is a copy of the file, in memory.
    unwritable: Option<LedgerError>,
    /// Shows others that the file is in use. None in memory, and while a damaged file is being replaced.
    guard: Mutex<Option<guard::Guard>>,
    /// How often this handle has changed something.
    changes: AtomicI64,
    /// Who we are in a claim.
    owner: String,
    /// The sign of life that stands behind our claims.
    alive: alive::Alive,
    /// The claims of others that we have met.
    met: alive::Met,
}

impl std::fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteLedger").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A panic while a connection was held has rolled its transaction back, so it can be used on.
fn hold<T>(connection: &Mutex<T>) -> MutexGuard<'_, T> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SqliteLedger {
    /// The ledger in `folder`, which is made where it's missing. One that is damaged is kept aside, and what can
    /// be read of it goes on ([`Ledger::rescue`] tells).
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] if the folder or the file can't be used, or isn't ours;
    /// [`LedgerError::Newer`] if a newer paylink wrote it.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let folder = file::folder(folder)?;
        rescue::rescue_empty(&folder, &folder.join(FILE_NAME))?;
        let mut guard = healing::enter(&folder)?;
        let path = file::prepare(&folder)?;
        let writer = match connect::writer(&path) {
            Err(error) if error.is_damage() => {
                drop(guard);
                healing::save(&folder, &path, error)?;
                guard = healing::enter(&folder)?;
                connect::writer(&path)?
            }
            other => other?,
        };
        let ledger = Self::over(path, writer, false);
        *hold(&ledger.guard) = Some(guard);
        Ok(ledger)
    }

    /// A ledger that lives as long as this value: for tests and throw-away data.
    ///
    /// # Errors
    /// The database's.
    pub fn open_in_memory() -> Result<Self, LedgerError> {
        Ok(Self::over(PathBuf::from(":memory:"), connect::in_memory()?, true))
    }

    fn over(path: PathBuf, writer: Connection, in_memory: bool) -> Self {
        Self {
            path,
            writer: Arc::new(Mutex::new(writer)),
            reader: OnceLock::new(),
            in_memory,
            unwritable: None,
            guard: Mutex::new(None),
            changes: AtomicI64::new(0),
            owner: format!("{}-{}", std::process::id(), Uuid::new_v4().as_simple()),
            alive: alive::Alive::default(),
            met: alive::Met::default(),
        }
    }

    /// The data folder; none in memory.
    fn folder(&self) -> Option<&Path> {
        if self.in_memory { None } else { self.path.parent() }
    }

    /// Who we are in a claim.
    fn claimant(&self) -> &str {
        self.alive.claimant(self.folder(), &self.owner)
    }

    fn at_claims<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>, &outbox::Claimant<'_>) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        let (folder, owner) = (self.folder(), self.claimant());
        let life = |owner: &str| alive::life(folder, owner);
        let claimant = outbox::Claimant { owner, life: &life, met: &self.met };
        self.write(|tx| work(tx, &claimant))
    }

    fn at_drafts<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>, &drafts::Asker<'_>) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        let (folder, owner) = (self.folder(), self.claimant());
        let life = |owner: &str| alive::life(folder, owner);
        let asker = drafts::Asker { owner, life: &life };
        self.write(|tx| work(tx, &asker))
    }

    fn at_orders<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>, &ended::Asker<'_>) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        let (folder, owner) = (self.folder(), self.claimant());
        let is_gone = |owner: &str| alive::life(folder, owner) != alive::Life::Lives;
        let asker = ended::Asker { owner, is_gone: &is_gone };
        self.write(|tx| work(tx, &asker))
    }

    /// The database file, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps links that need nothing sent any more (an import, demo data), in one transaction.
    ///
    /// # Errors
    /// The database's; then none of them is kept.
    pub fn import(&self, links: &[Link]) -> Result<(), LedgerError> {
        self.write(|tx| links.iter().try_for_each(|link| record::insert(tx, link).map(|_| ())))
    }

    /// Does `work` in a transaction that no other process comes between, and makes it durable. It may be done
    /// again, if the first time the file turns out to be damaged.
    fn write<T>(&self, work: impl FnMut(&Transaction<'_>) -> Result<T, Trouble>) -> Result<T, LedgerError> {
        match &self.unwritable {
            Some(why) => Err(why.clone()),
            None => self.change(work),
        }
    }

    /// The same for what the backend tells of links, which is asked for again where it can't be kept: a copy in memory takes
    /// it too, so that it can be shown.
    fn change<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        self.healing(|| {
            let mut connection = hold(&self.writer);
            let before = connection.total_changes();
            let done = (|| {
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let done = work(&tx)?;
                tx.commit()?;
                Ok(done)
            })();
            let changed = connection.total_changes() != before;
            // Before the guard is asked for: who mends a damaged file holds that first.
            drop(connection);
            if changed {
                self.changes.fetch_add(1, Ordering::Relaxed);
                if let Some(guard) = &*hold(&self.guard) {
                    guard.ring();
                }
            }
            done.map_err(|trouble: Trouble| trouble.at(&self.path))
        })
    }

    /// A connection to read with: the writer while nobody else wants it and there is no other.
    fn to_read(&self) -> Result<MutexGuard<'_, Connection>, LedgerError> {
        if self.in_memory {
            return Ok(hold(&self.writer));
        }
        if let Some(reader) = self.reader.get() {
            return Ok(hold(reader));
        }
        if let Ok(writer) = self.writer.try_lock() {
            return Ok(writer);
        }
        // Not while the file is being replaced.
        let _steady = hold(&self.guard);
        let reader = connect::reader(&self.path)?;
        Ok(hold(self.reader.get_or_init(|| Mutex::new(reader))))
    }

    /// Reads with `work`, all from one moment.
    fn read<T>(&self, work: impl Fn(&Connection) -> Result<T, Trouble>) -> Result<T, LedgerError> {
        self.healing(|| {
            let mut connection = self.to_read()?;
            (|| {
                let tx = connection.transaction()?;
                let done = work(&tx)?;
                tx.finish()?;
                Ok(done)
            })()
            .map_err(|trouble: Trouble| trouble.at(&self.path))
        })
    }
}

impl Ledger for SqliteLedger {
    fn insert_made(&self, link: &Link, made: &Made, allow_duplicate: bool) -> Result<(), LedgerError> {
        self.write(|tx| {
            let reference = &link.sale.reference;
            if !allow_duplicate && names::used(tx, &link.account_id, reference)? {
                return Err(LedgerError::ReferenceUsed(reference.clone()).into());
            }
            record::insert(tx, link)?;
            let new = OutboxEntry::new(link.id, OutboxKind::Create, link.created_at);
            outbox::enqueue(tx, &OutboxEntry { made: made.clone(), ..new })
        })
    }

    fn update(&self, link: &Link) -> Result<(), LedgerError> {
        self.write(|tx| record::update(tx, link))
    }

    fn amend(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> bool,
    ) -> Result<Option<Link>, LedgerError> {
        self.change(|tx| {
            let Some(mut link) = record::load(tx, id)? else { return Ok(None) };
            if !change(&mut link) {
                return Ok(Some(link));
            }
            record::update(tx, &link)?;
            record::load(tx, id)
        })
    }

    fn amend_order(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> Touched,
        together: &mut dyn FnMut(&mut [Link]),
    ) -> Result<Vec<Link>, LedgerError> {
        self.change(|tx| order::amend(tx, id, change, together))
    }

    fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        self.read(|db| record::load(db, id))
    }

    fn rows(&self, account_id: &str, filter: &LinkFilter) -> Result<Vec<LinkRow>, LedgerError> {
        self.read(|db| list::rows(db, account_id, filter))
    }

    fn count(&self, account_id: &str, filter: &LinkFilter) -> Result<u64, LedgerError> {
        self.read(|db| list::count(db, account_id, filter))
    }

    fn alarms(&self, account_id: &str) -> Result<u64, LedgerError> {
        self.read(|db| list::alarms(db, account_id))
    }

    fn find(&self, account_id: &str, text: &str) -> Result<Vec<LinkRow>, LedgerError> {
        self.read(|db| names::find(db, account_id, text))
    }

    fn near(&self, account_id: &str, text: &str) -> Result<Vec<Reference>, LedgerError> {
        self.read(|db| names::near(db, account_id, text))
    }

    fn unsettled(&self, account_id: &str) -> Result<Vec<LinkRow>, LedgerError> {
        self.read(|db| list::unsettled(db, account_id))
    }

    fn ended_since(&self, account_id: &str, since: Timestamp) -> Result<Vec<LinkRow>, LedgerError> {
        self.read(|db| list::ended_since(db, account_id, since))
    }

    fn totals(&self, account_id: &str, since: Timestamp) -> Result<DayTotals, LedgerError> {
        self.read(|db| totals::totals(db, account_id, since))
    }

    fn reference_used(&self, account_id: &str, reference: &Reference) -> Result<bool, LedgerError> {
        self.read(|db| Ok(names::used(db, account_id, reference)?))
    }

    fn next_reference(
        &self,
        account_id: &str,
        template: &ReferenceTemplate,
        day: Date,
    ) -> Result<Reference, LedgerError> {
        self.write(|tx| names::next(tx, account_id, template, day))
    }

    fn outbox(&self, account_id: &str) -> Result<Vec<OutboxEntry>, LedgerError> {
        self.read(|db| outbox::all(db, account_id))
    }

    fn entry(&self, link: LinkId, kind: OutboxKind) -> Result<Option<OutboxEntry>, LedgerError> {
        self.read(|db| Ok(outbox::find(db, link, kind)?))
    }

    fn waiting_elsewhere(&self, account_id: &str) -> Result<Vec<(String, u64)>, LedgerError> {
        self.read(|db| Ok(outbox::elsewhere(db, account_id)?))
    }

    fn amend_entry(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut dyn FnMut(Option<OutboxEntry>) -> Option<OutboxEntry>,
    ) -> Result<(), LedgerError> {
        // A copy in memory takes what was read. The seller's words are never taken where they can't be kept.
        match kind {
            OutboxKind::Look => self.change(|tx| outbox::amend(tx, link, kind, decide)),
            _ => self.write(|tx| outbox::amend(tx, link, kind, decide)),
        }
    }

    fn place_order(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut Placing<'_>,
    ) -> Result<Option<OrderId>, LedgerError> {
        self.at_orders(|tx, asker| ended::place(tx, asker, link, kind, decide))
    }

    fn drop_waiting(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
        decide: &mut Dropping<'_>,
    ) -> Result<Vec<OutboxEntry>, LedgerError> {
        self.at_claims(|tx, who| outbox::drop_waiting(tx, who, link, now, lease, decide))
    }

    fn ended_orders(&self, link: LinkId, kind: OutboxKind) -> Result<Vec<EndedOrder>, LedgerError> {
        self.read(|db| ended::of(db, link, kind))
    }

    fn order_told(&self, link: LinkId, kind: OutboxKind, order: OrderId) -> Result<(), LedgerError> {
        self.at_orders(|tx, asker| ended::told(tx, asker, link, kind, order))
    }

    fn claim(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.at_claims(|tx, who| outbox::claim(tx, who, link, Purpose::Send(kind), now, lease))
    }

    fn claim_to_drop(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.at_claims(|tx, who| outbox::claim(tx, who, link, Purpose::Drop, now, lease))
    }

    fn note_order(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|tx| outbox::note_order(tx, self.claimant(), entry))
    }

    fn note_sending(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|tx| outbox::note_sending(tx, self.claimant(), entry))
    }

    fn note_doubt(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|tx| settle::doubt(tx, self.claimant(), link, entry))
    }

    fn settle_entry(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| settle::settle(tx, self.claimant(), link, entry, end))
    }

    fn settle_to_withdraw(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| settle::to_withdraw(tx, self.claimant(), link, entry, now))
    }

    fn settle_made(&self, link: &Link) -> Result<bool, LedgerError> {
        self.write(|tx| settle::made(tx, link))
    }

    fn settle_undone(
        &self,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
        change: &mut dyn FnMut(&mut Link),
    ) -> Result<bool, LedgerError> {
        self.write(|tx| settle::undone(tx, self.claimant(), entry, end, change))
    }

    fn requeue_refused(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|tx| settle::requeue_refused(tx, entry))
    }

    fn release_entry(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|tx| settle::release(tx, self.claimant(), link, entry))
    }

    fn get(&self, key: &str) -> Result<Option<String>, LedgerError> {
        self.read(|db| Ok(values::get(db, key)?))
    }

    fn put(&self, key: &str, value: Option<&str>) -> Result<(), LedgerError> {
        self.write(|tx| Ok(values::put(tx, key, value)?))
    }

    fn products(&self, account_id: &str) -> Result<Vec<Product>, LedgerError> {
        self.read(|db| products::all(db, account_id))
    }

    fn replace_products(&self, account_id: &str, list: &[Product]) -> Result<Vec<Product>, LedgerError> {
        self.write(|tx| products::replace(tx, account_id, list))
    }

    fn keep_draft(&self, account_id: &str, id: LinkId, draft: &str) -> Result<(), LedgerError> {
        self.at_drafts(|tx, asker| drafts::keep(tx, asker, account_id, id, draft))
    }

    fn forget_draft(&self, account_id: &str, id: LinkId) -> Result<(), LedgerError> {
        self.at_drafts(|tx, asker| drafts::forget(tx, asker, account_id, id))
    }

    fn take_draft(
        &self,
        account_id: &str,
        except: &[LinkId],
        worth: &mut dyn FnMut(&str) -> Option<bool>,
    ) -> Result<Option<(LinkId, String)>, LedgerError> {
        // Mostly there is none: then nothing is written, and we need no sign of life.
        if !self.read(|db| Ok(drafts::any(db, account_id, except)?))? {
            return Ok(None);
        }
        self.at_drafts(|tx, asker| drafts::take(tx, asker, account_id, except, worth))
    }

    fn rescue(&self) -> Result<Option<Rescue>, LedgerError> {
        let told = self.get(rescue::KEY)?;
        let told: Option<Rescue> = told.and_then(|text| serde_json::from_str(&text).ok());
        Ok(told.filter(|rescue| rescue.kept.exists()))
    }

    fn unwritable(&self) -> Option<LedgerError> {
        self.unwritable.clone()
    }

    fn version(&self) -> Result<i64, LedgerError> {
        // The writer's number moves for changes by other connections, ours for those of this handle. Both
        // only grow, so their sum never repeats.
        let connection = hold(&self.writer);
        let others: i64 = connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|e| Trouble::from(e).at(&self.path))?;
        Ok(others.wrapping_add(self.changes.load(Ordering::Relaxed)))
    }

    fn watch(&self, changed: Box<dyn Fn() + Send>) -> Option<Watch> {
        watch::begin(self.folder()?, &self.writer, changed)
    }
}
