//! One link in two ledgers, the one in place and the backup that takes its place: which of them knows it better, and
//! what then waits for it. Nothing is read or written here.

use std::collections::BTreeSet;

use super::record;
use crate::domain::link::{Link, LinkState};
use crate::ports::{OrderId, OutboxEntry, OutboxKind};

/// How what the ledger in place knows of a link stands to what the backup knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The backup doesn't have it.
    New,
    /// It is the same in both.
    Same,
    /// It went on after the backup was made, as it mostly does.
    Newer,
    /// The backup knows more of it: an older ledger had been put in place before.
    Older,
}

/// How the link of the ledger in place, `mine`, stands to the backup's; and whether each of them knows something that
/// the other doesn't. A story only grows, so the one that has all of the other's is the newer one.
pub(super) fn compare(mine: &Link, theirs: &Link) -> (Standing, bool) {
    let (mine_told, theirs_told) = (story(mine), story(theirs));
    let (more, less) = (!mine_told.is_subset(&theirs_told), !theirs_told.is_subset(&mine_told));
    let newer = match (more, less) {
        (true, false) => true,
        (false, true) => false,
        // An end that a clock told may be taken back, and then has an earlier moment than before; if it was none, it is
        // told again.
        (false, false) if (mine.state == LinkState::Expired) != (theirs.state == LinkState::Expired) => {
            theirs.state == LinkState::Expired
        }
        _ => mine.changed_at >= theirs.changed_at,
    };
    let standing = match newer {
        true if mine == theirs => Standing::Same,
        true => Standing::Newer,
        false => Standing::Older,
    };
    (standing, more && less)
}

fn story(link: &Link) -> BTreeSet<String> {
    link.events.iter().map(|event| record::ident(event, event.kind.word())).collect()
}

/// What waits for one link in both ledgers.
pub(super) struct Both<'a> {
    pub(super) standing: Standing,
    /// The link's state, after what both know of it was put together.
    pub(super) state: LinkState,
    /// In the ledger in place, oldest first.
    pub(super) mine: &'a [OutboxEntry],
    /// In the backup, after it was doubted.
    pub(super) theirs: &'a [OutboxEntry],
    /// Orders about money of which the end is known.
    pub(super) ended: &'a BTreeSet<OrderId>,
    /// Orders about money that waited in the backup and were taken out, because they may have been carried out since.
    pub(super) taken: &'a [(OutboxKind, Option<OrderId>)],
    /// A newer version wrote the ledger in place: what waits there may mean more than we know.
    pub(super) foreign: bool,
}

/// What waits for it then.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// In the order in which it was asked for.
    pub(super) entries: Vec<OutboxEntry>,
    /// Something waited in the ledger in place that is not done any more: the seller has to be told.
    pub(super) left: bool,
}

impl Both<'_> {
    /// What the ledger in place alone has goes on as it stands there, because it is written down there before anything is
    /// sent. What waits in both may have been done in a ledger that there is no more, and is doubted.
    pub(super) fn join(&self) -> Joined {
        let mut joined = Joined::default();
        for kind in OutboxKind::ALL {
            let of = |all: &[OutboxEntry]| all.iter().find(|entry| entry.kind == kind).cloned();
            let (mine, theirs) = (of(self.mine), of(self.theirs));
            let entry = match kind {
                OutboxKind::Create => self.create(mine, theirs),
                OutboxKind::Look => look(mine, theirs),
                OutboxKind::Cancel => self.cancel(mine, theirs, &mut joined.left),
                OutboxKind::Capture | OutboxKind::Void | OutboxKind::Refund => {
                    self.money(mine, theirs, &mut joined.left)
                }
            };
            joined.entries.extend(entry);
        }
        // What the backup alone has is older.
        let place = |entry: &OutboxEntry| self.mine.iter().position(|mine| mine.kind == entry.kind);
        joined.entries.sort_by_key(|entry| (entry.kind != OutboxKind::Create, place(entry)));
        joined
    }

    fn create(&self, mine: Option<OutboxEntry>, theirs: Option<OutboxEntry>) -> Option<OutboxEntry> {
        // One that was made, or has ended, is never made again.
        if !matches!(self.state, LinkState::Queued | LinkState::Creating | LinkState::Uncertain) {
            return None;
        }
        match (self.standing, mine) {
            (Standing::Older, _) | (_, None) => theirs,
            (_, Some(mine)) if theirs.is_some() || self.foreign => Some(doubted(mine)),
            (_, mine) => mine,
        }
    }

    fn cancel(
        &self,
        mine: Option<OutboxEntry>,
        theirs: Option<OutboxEntry>,
        left: &mut bool,
    ) -> Option<OutboxEntry> {
        match self.standing {
            Standing::New | Standing::Newer => mine,
            Standing::Same => mine.or(theirs),
            Standing::Older => {
                *left |= mine.is_some() && theirs.is_none() && !self.state.ended_unpaid();
                theirs
            }
        }
    }

    fn money(
        &self,
        mine: Option<OutboxEntry>,
        theirs: Option<OutboxEntry>,
        left: &mut bool,
    ) -> Option<OutboxEntry> {
        let id = |entry: &OutboxEntry| entry.order.as_ref().map(|order| order.id);
        let open = |entry: &OutboxEntry| id(entry).is_none_or(|id| !self.ended.contains(&id));
        // What went out is looked for at the backend, whoever wrote it down.
        let theirs = theirs.filter(|entry| entry.went_out() && open(entry));
        let Some(mine) = mine.filter(open) else { return theirs };
        if mine.went_out() {
            let same = theirs.filter(|theirs| self.standing == Standing::Older && id(theirs) == id(&mine));
            return same.or(Some(mine));
        }
        let taken = self.taken.contains(&(mine.kind, id(&mine)));
        if taken || self.foreign || self.standing == Standing::Older {
            *left = true;
            return theirs;
        }
        Some(mine)
    }
}

/// It may have been made since, and somebody may have its address: it is looked for first. That it is late is no question
/// any more.
fn doubted(entry: OutboxEntry) -> OutboxEntry {
    OutboxEntry {
        in_flight: true,
        handed_out: true,
        needs_decision: entry.needs_decision && entry.overdue.is_none(),
        overdue: None,
        ..entry
    }
}

/// What either looks for is looked for.
fn look(mine: Option<OutboxEntry>, theirs: Option<OutboxEntry>) -> Option<OutboxEntry> {
    let (Some(mine), Some(theirs)) = (&mine, &theirs) else { return mine.or(theirs) };
    let mut lost = mine.lost.clone();
    lost.extend(theirs.lost.iter().filter(|id| !mine.lost.contains(id)).cloned());
    let first_sent = mine.first_sent.zip(theirs.first_sent).map(|(mine, theirs)| mine.min(theirs));
    Some(OutboxEntry { lost, first_sent, next_at: mine.next_at.min(theirs.next_at), ..mine.clone() })
}
