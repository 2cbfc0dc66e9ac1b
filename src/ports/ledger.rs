//! The memory: links, their story, and what is still to be sent.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    DayTotals, Dropping, EndedOrder, LedgerError, LinkFilter, LinkRow, Made, OrderId, OutboxEntry,
    OutboxKind, Placing, Rescue,
};
use crate::domain::link::{Link, LinkId};
use crate::domain::product::Product;
use crate::domain::reference::{Reference, ReferenceTemplate};

/// What a change has touched ([`Ledger::amend_order`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Nothing: nothing is kept.
    Nothing,
    /// The link alone.
    Link,
    /// The link, in a way that matters to the other links of its order.
    Order,
}

/// Held as long as somebody is to be told of changes.
pub type Watch = Box<dyn Send + Sync>;

/// The embedded database. Synchronous: callers that must not wait use a blocking thread.
///
/// Every change is durable when the call returns. Several processes may use one ledger at once.
/// A `Link`'s `events` and `alarms` are kept with it.
pub trait Ledger: Send + Sync {
    /// Keeps a new link and its outbox entry `Create`, in one transaction, provided that no live or
    /// paid link of the account has the reference (`allow_duplicate` skips that check).
    ///
    /// # Errors
    /// [`LedgerError::ReferenceUsed`], then [`LedgerError::LinkKept`] for an id that is kept, or the database's.
    fn insert_made(&self, link: &Link, made: &Made, allow_duplicate: bool) -> Result<(), LedgerError>;
    /// The same of a link of which nobody has noted when it was made.
    ///
    /// # Errors
    /// Those of [`Ledger::insert_made`].
    fn insert(&self, link: &Link, allow_duplicate: bool) -> Result<(), LedgerError> {
        self.insert_made(link, &Made::default(), allow_duplicate)
    }
    /// Keeps what changed of a link: everything but its sale, of which only the methods of a whole payment
    /// profile are added, where none are known. Events already kept are not doubled, none is ever removed: two are
    /// the same if the backend's id (`key`) is, or without one all of them is. Writes nothing where nothing changed.
    ///
    /// Guards against a caller that read the link long ago: ids and the address once known stay, a
    /// link with money (or whose money was released or paid back) does not go back to a state before
    /// the payment, and one that the backend has does not return to the outbox; then the state kept
    /// stays. Alarms are kept as given, so change them by [`Ledger::amend`].
    ///
    /// # Errors
    /// The database's; the link is not kept.
    fn update(&self, link: &Link) -> Result<(), LedgerError>;
    /// Reads a link, lets `change` work on it and keeps it if that says that it changed something, as
    /// one step that no other process comes between: the way to merge news, and to raise or settle an
    /// alarm. `change` must be quick (others wait meanwhile) and must not call the ledger. Returns the
    /// link as it is kept now, `None` if there's none.
    ///
    /// # Errors
    /// The database's.
    fn amend(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> bool,
    ) -> Result<Option<Link>, LedgerError> {
        // For fakes, which nobody else writes to.
        let Some(mut link) = self.link(id)? else { return Ok(None) };
        if change(&mut link) {
            self.update(&link)?;
        }
        Ok(Some(link))
    }
    /// As [`Ledger::amend`]; and where `change` says [`Touched::Order`], `together` then works on the link as it is
    /// kept now (the first) with others of its order, and what that changes is kept in the same
    /// transaction. So what two payments mean together is known as soon as the second one is, or neither is. Of one
    /// order are links of the account with the same reference in any case for which money came; and, however they stand,
    /// those in whose place this one was made, and all that were made in its place or in that of the same one
    /// ([`Link::reissue_of`], in any number of steps; their references begin with that of the first one).
    ///
    /// Where `change` makes another session the link's, a `Cancel` that waits or is carried out was about the one before,
    /// and ends with it, in the same transaction.
    ///
    /// Both must be quick and must not call the ledger, and may be called anew. Returns the links that changed, as
    /// they are kept now.
    ///
    /// # Errors
    /// The database's; then nothing is kept.
    fn amend_order(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> Touched,
        together: &mut dyn FnMut(&mut [Link]),
    ) -> Result<Vec<Link>, LedgerError>;
    /// The whole link.
    ///
    /// # Errors
    /// The database's.
    fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError>;
    /// Rows of the account `account_id`, newest first (by `created_at`).
    ///
    /// # Errors
    /// The database's.
    fn rows(&self, account_id: &str, filter: &LinkFilter) -> Result<Vec<LinkRow>, LedgerError>;
    /// How many links match, `limit` and `offset` aside.
    ///
    /// # Errors
    /// The database's.
    fn count(&self, account_id: &str, filter: &LinkFilter) -> Result<u64, LedgerError>;
    /// How many alarms the account's links have in all: a link may have several.
    ///
    /// # Errors
    /// The database's.
    fn alarms(&self, account_id: &str) -> Result<u64, LedgerError>;
    /// The links that `text` names: reference (exact, any case), own id (or a beginning of at least
    /// 6 characters), session id, transaction id.
    ///
    /// # Errors
    /// The database's.
    fn find(&self, account_id: &str, text: &str) -> Result<Vec<LinkRow>, LedgerError>;
    /// References near to `text`, for "did you mean".
    ///
    /// # Errors
    /// The database's.
    fn near(&self, account_id: &str, text: &str) -> Result<Vec<Reference>, LedgerError>;
    /// Links to be followed: at the backend and not settled (an authorized one that captures by
    /// itself is not), soonest expiry first.
    ///
    /// # Errors
    /// The database's.
    fn unsettled(&self, account_id: &str) -> Result<Vec<LinkRow>, LedgerError>;
    /// Links that [may go on](Link::may_go_on) and whose time was over at or after `since`, or will be: they are
    /// followed for a while, see [`FOLLOWED_AFTER_END`].
    ///
    /// # Errors
    /// The database's.
    fn ended_since(&self, account_id: &str, since: Timestamp) -> Result<Vec<LinkRow>, LedgerError>;
    /// Totals of links made at or after `since`; outstanding, open and waiting are of all days. A link that is
    /// partly captured counts in full: the rest is still reserved. What went back is taken off.
    ///
    /// # Errors
    /// The database's.
    fn totals(&self, account_id: &str, since: Timestamp) -> Result<DayTotals, LedgerError>;
    /// Whether a live or paid link of the account has the reference, in any case (`kari-014` is
    /// `KARI-014`, since [`Ledger::find`] takes them for the same).
    ///
    /// # Errors
    /// The database's.
    fn reference_used(&self, account_id: &str, reference: &Reference) -> Result<bool, LedgerError>;
    /// A reference that no link has, counted up durably: two processes never get the same.
    ///
    /// # Errors
    /// The database's.
    fn next_reference(
        &self,
        account_id: &str,
        template: &ReferenceTemplate,
        day: Date,
    ) -> Result<Reference, LedgerError>;

    /// Everything in the outbox of the account, oldest first.
    ///
    /// # Errors
    /// The database's.
    fn outbox(&self, account_id: &str) -> Result<Vec<OutboxEntry>, LedgerError>;
    /// The entry of this kind of a link, for whoever only looks.
    ///
    /// # Errors
    /// The database's.
    fn entry(&self, link: LinkId, kind: OutboxKind) -> Result<Option<OutboxEntry>, LedgerError> {
        let Some(kept) = self.link(link)? else { return Ok(None) };
        Ok(self.outbox(&kept.account_id)?.into_iter().find(|e| e.link == link && e.kind == kind))
    }
    /// How many requests that the seller asked for wait for other accounts than this one, by account.
    ///
    /// # Errors
    /// The database's.
    fn waiting_elsewhere(&self, _account_id: &str) -> Result<Vec<(String, u64)>, LedgerError> {
        // For fakes, which have one account.
        Ok(Vec::new())
    }
    /// Shows `decide` the entry of this kind of a link that is kept already (`None`: there is none) and keeps what it
    /// makes of it, all in one transaction: nobody else's change comes in between, so nobody's is lost, and nothing that
    /// was closed comes back. With `None` all stays as it is. An entry that is new comes last, one that is changed keeps
    /// its place; while somebody holds a claim on it, the claim, `attempts`, `in_flight` and `order` stay. Of a look that
    /// somebody holds, `lost` is kept, and a `next_at` that is sooner than the one that it is given back with.
    ///
    /// # Errors
    /// The database's.
    fn amend_entry(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut dyn FnMut(Option<OutboxEntry>) -> Option<OutboxEntry>,
    ) -> Result<(), LedgerError>;
    /// Puts an entry in place, whatever is there: for an entry of which nothing that is there may matter.
    ///
    /// # Errors
    /// The database's.
    fn enqueue(&self, entry: &OutboxEntry) -> Result<(), LedgerError> {
        self.amend_entry(entry.link, entry.kind, &mut |_| Some(entry.clone()))
    }
    /// Shows `decide` all that waits for a link and the orders of this kind that have ended, and writes down the new
    /// one that it makes of that, or that one more asks for the one that waits; all in one transaction, so that no order
    /// comes between that it would contradict. Of those who
    /// asked for an ended one and may not know ([`EndedOrder::owed`]), it shows those who can't be told any more. Which one that is, is the answer; `None`: there is none.
    /// `decide` must not call the ledger, and may be called anew.
    ///
    /// # Errors
    /// The database's; then nothing is written down.
    fn place_order(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut Placing<'_>,
    ) -> Result<Option<OrderId>, LedgerError>;
    /// Shows `decide` what waits to be done with a link that is at the backend (not its making, nor a look), oldest first,
    /// and takes out of the outbox what it says, all in one transaction: of several none can go out between. What somebody
    /// has claimed is not shown, by the same rule as with [`Ledger::claim`]. Answers with what was taken. `decide` must
    /// not call the ledger, and may be called anew.
    ///
    /// # Errors
    /// The database's; then all of it waits.
    fn drop_waiting(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
        decide: &mut Dropping<'_>,
    ) -> Result<Vec<OutboxEntry>, LedgerError>;
    /// The orders of this kind of a link that have ended, oldest first, as far as they are remembered: see
    /// [`EndedOrder::is_remembered`].
    ///
    /// # Errors
    /// The database's.
    fn ended_orders(&self, link: LinkId, kind: OutboxKind) -> Result<Vec<EndedOrder>, LedgerError>;
    /// Whoever asked for this order knows how it ended: this process, or one that has ended and asks anew by this one.
    ///
    /// # Errors
    /// The database's.
    fn order_told(&self, link: LinkId, kind: OutboxKind, order: OrderId) -> Result<(), LedgerError>;
    /// Claims an entry for sending: marks it in flight, counts the attempt, and for a `Create` sets
    /// the link to `creating`, durably and by one caller alone. `None`: another one has it (another
    /// thread of this process too), or it's gone, or it needs a decision, or it's a `Create` for a link
    /// that is at the backend or has ended, or an older entry of the same link still waits: what was
    /// asked for a link is done in that order. `next_at` is the caller's to mind.
    ///
    /// The entry comes back with the attempt counted and `in_flight` as it was *before*: a claim whose
    /// process died is given out again as soon as that is known, then with `in_flight` already true, so the caller
    /// knows that a request may have been sent. One whose process lives is given out after `lease`, counted from when it
    /// was first asked for here: by no clock that may be set. Where it can't be told whether it lives, the clock alone
    /// decides. `lease` must be longer than a request can take.
    ///
    /// # Errors
    /// The database's.
    fn claim(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError>;
    /// Claims a `Create` that is to be given up: as [`Ledger::claim`], but also one that waits for the seller. With
    /// such a one nothing else changes, its question above all: whoever dies in between, or finds the disk full, leaves
    /// a link that still asks, and never one that is sent.
    ///
    /// # Errors
    /// The database's.
    fn claim_to_drop(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError>;
    /// Keeps what is about to be sent with a claimed entry (its `order`), durably: what was sent can be
    /// recognised afterwards. `false`: the claim has gone to somebody else, so nothing may be sent.
    ///
    /// # Errors
    /// The database's.
    fn note_order(&self, entry: &OutboxEntry) -> Result<bool, LedgerError>;
    /// A request of a claimed entry is about to go out: its `first_sent` is kept durably, if none is. `false`: the
    /// claim has gone to somebody else, so nothing may be sent.
    ///
    /// # Errors
    /// The database's.
    fn note_sending(&self, entry: &OutboxEntry) -> Result<bool, LedgerError>;
    /// It isn't known whether a claimed creation was carried out: keeps what the link tells of that. `false`: the claim
    /// has gone to somebody else, so nothing changes.
    ///
    /// # Errors
    /// The database's.
    fn note_doubt(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError>;
    /// Closes a claimed entry and, for a `Create`, keeps the link's new state, in one transaction. With other kinds
    /// the link stays as it is kept: the tracker may know more of it than the claim did. `false`: the claim has gone to
    /// somebody else, who may have closed the entry by now; nothing changes, theirs is the truth. `end`: what is
    /// remembered of an order about money, from that moment on.
    ///
    /// # Errors
    /// The database's.
    fn settle_entry(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
    ) -> Result<bool, LedgerError>;
    /// As [`Ledger::settle_entry`] for a `Create` whose session is not to stay: that is to be withdrawn is kept in the same
    /// transaction, as a `Cancel` that is due at `now`.
    ///
    /// # Errors
    /// The database's.
    fn settle_to_withdraw(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        now: Timestamp,
    ) -> Result<bool, LedgerError>;
    /// The backend has made the link: closes its `Create`, whoever has the claim by now, and keeps the link with its
    /// session, in one transaction. That it exists is true whoever learns of it, and whoever else is at it may send
    /// nothing from then on. `false`: the link has another session, or has ended without one; nothing changes, and this
    /// session is one too many.
    ///
    /// # Errors
    /// The database's.
    fn settle_made(&self, link: &Link) -> Result<bool, LedgerError>;
    /// Closes a claimed entry and changes the link as it is kept, in one transaction. `false`: the claim has gone to
    /// somebody else; nothing changes. `end` as with [`Ledger::settle_entry`].
    ///
    /// # Errors
    /// The database's.
    fn settle_undone(
        &self,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
        change: &mut dyn FnMut(&mut Link),
    ) -> Result<bool, LedgerError>;
    /// A link that was refused and has no session waits again, with its `Create` as `entry` says, in one transaction: the
    /// seller wants it sent once more. `false`: it is not such a link (any more); nothing changes.
    ///
    /// # Errors
    /// [`LedgerError::ReferenceUsed`]: another live or paid link of the account has its reference by now; or the
    /// database's.
    fn requeue_refused(&self, entry: &OutboxEntry) -> Result<bool, LedgerError>;
    /// Gives a claimed entry back with a new `next_at`, `last_error`, `in_flight`, `needs_decision`, `overdue`
    /// and `order` (`attempts` as claimed), keeps the link's state (for a `Create`), releases the claim; all in one
    /// transaction. `false`: the claim has gone to another process meanwhile, or the entry is gone; nothing changes,
    /// theirs is the truth.
    ///
    /// # Errors
    /// The database's.
    fn release_entry(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError>;

    /// Why nothing can be kept in it: it is a copy in memory of what stands where nothing can be written now.
    fn unwritable(&self) -> Option<LedgerError> {
        None
    }

    /// What happened to the ledger, if the file that it replaced is still kept.
    ///
    /// # Errors
    /// The database's.
    fn rescue(&self) -> Result<Option<Rescue>, LedgerError> {
        Ok(None)
    }

    /// A small value kept under a name (remembered defaults, cached profile).
    ///
    /// # Errors
    /// The database's.
    fn get(&self, key: &str) -> Result<Option<String>, LedgerError>;
    /// Keeps or (with `None`) forgets a small value.
    ///
    /// # Errors
    /// The database's.
    fn put(&self, key: &str, value: Option<&str>) -> Result<(), LedgerError>;
    /// The seller's product list, in its order.
    ///
    /// # Errors
    /// The database's.
    fn products(&self, _account_id: &str) -> Result<Vec<Product>, LedgerError> {
        // For fakes, with which nothing is taken from a list.
        Ok(Vec::new())
    }
    /// Puts `list` in the place of the one that there is, as one step: whoever reads sees one or the other, also after a
    /// kill. Gives back the one that was there.
    ///
    /// # Errors
    /// The database's; then the list is as it was.
    fn replace_products(&self, account_id: &str, list: &[Product]) -> Result<Vec<Product>, LedgerError> {
        let _ = list;
        self.products(account_id)
    }
    /// Keeps the draft of a sale of the account under the id that its link will have, as this process's: for as long as
    /// it lives, [`Ledger::take_draft`] gives it to no other. Of very many drafts the oldest go that nobody is at.
    ///
    /// # Errors
    /// The database's.
    fn keep_draft(&self, _account_id: &str, _id: LinkId, _draft: &str) -> Result<(), LedgerError> {
        // For fakes, with which nothing is typed.
        Ok(())
    }
    /// Forgets this draft and no other. One that another living process is at stays.
    ///
    /// # Errors
    /// The database's.
    fn forget_draft(&self, _account_id: &str, _id: LinkId) -> Result<(), LedgerError> {
        Ok(())
    }
    /// The newest draft of the account that no other living process is at, `except` for these; from now on it is this
    /// process's. `worth` says of each whether it is worth going on with, or (`None`) that it can't be read: the newest
    /// one that is, else the newest one that is not. Other such ones, which nobody would miss, are forgotten.
    ///
    /// # Errors
    /// The database's.
    fn take_draft(
        &self,
        _account_id: &str,
        _except: &[LinkId],
        _worth: &mut dyn FnMut(&str) -> Option<bool>,
    ) -> Result<Option<(LinkId, String)>, LedgerError> {
        Ok(None)
    }
    /// A number that changes whenever any process has changed the ledger, cheap to ask for. It means
    /// something to this handle only.
    ///
    /// # Errors
    /// The database's.
    fn version(&self) -> Result<i64, LedgerError>;
    /// Has `changed` called, from another thread, soon after another handle has changed the ledger, perhaps once
    /// for many changes; not for this handle's own. Until the answer is dropped, and without waking for anything
    /// else. `None` where this can't be had; then [`Ledger::version`] is to be asked.
    fn watch(&self, _changed: Box<dyn Fn() + Send>) -> Option<Watch> {
        None
    }
}
