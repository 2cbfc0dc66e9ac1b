//! What came of a request that waited, in the app's words.

use super::engine::Sender;
use super::perform::answer;
use crate::app::msg::{Failed, Reply, WaitEnd, Waited};
use crate::domain::link::LinkId;
use crate::ops::outbox::{Outcome, Sent};
use crate::ports::{LedgerError, OutboxKind};

/// After it was sent at the seller's word.
pub(super) fn sent(id: LinkId, done: Result<(OutboxKind, Sent), LedgerError>, tx: &Sender) {
    answer(tx, Failed::Doing(id), done.map(|(kind, sent)| told(kind, after_sending(kind, &sent), sent)));
}

/// After it was to be taken out of the outbox.
pub(super) fn dropped(id: LinkId, kind: OutboxKind, done: Result<Sent, LedgerError>, tx: &Sender) {
    answer(tx, Failed::Doing(id), done.map(|sent| told(kind, after_dropping(kind, &sent), sent)));
}

fn told(kind: OutboxKind, end: WaitEnd, sent: Sent) -> Reply {
    Reply::Waited(Box::new(sent.link), Waited { kind, end, fault: sent.fault })
}

fn after_sending(kind: OutboxKind, sent: &Sent) -> WaitEnd {
    match sent.outcome {
        // The link was closed.
        Outcome::Cancelled if kind == OutboxKind::Cancel => WaitEnd::Done,
        _ => as_it_stands(kind, sent),
    }
}

fn after_dropping(kind: OutboxKind, sent: &Sent) -> WaitEnd {
    match sent.outcome {
        Outcome::Moved => WaitEnd::DoneBefore,
        Outcome::Already if kind == OutboxKind::Cancel && sent.fault.is_some() => WaitEnd::DroppedPerhaps,
        Outcome::Already if kind == OutboxKind::Cancel => WaitEnd::Dropped,
        _ => as_it_stands(kind, sent),
    }
}

fn as_it_stands(kind: OutboxKind, sent: &Sent) -> WaitEnd {
    match sent.outcome {
        Outcome::Moved => WaitEnd::Done,
        Outcome::Cancelled if sent.fault.is_some() => WaitEnd::DroppedPerhaps,
        Outcome::Cancelled => WaitEnd::Dropped,
        Outcome::NotPossible => WaitEnd::NotPossible,
        Outcome::Already if kind == OutboxKind::Cancel => WaitEnd::NotPossible,
        Outcome::NotCancelled if sent.fault.is_none() => WaitEnd::HasMoney,
        Outcome::Refused | Outcome::NotCancelled => WaitEnd::Refused,
        Outcome::NotAllowed { .. } => WaitEnd::NotAllowed,
        Outcome::Queued { .. } => WaitEnd::Waits,
        Outcome::InProgress { .. } => WaitEnd::InProgress,
        Outcome::Uncertain { .. } => WaitEnd::Unknown,
        Outcome::Busy => WaitEnd::Busy,
        // Those after Already are of links that are to be made.
        Outcome::Already | Outcome::Created | Outcome::Adopted | Outcome::Overdue(_) => WaitEnd::Gone,
    }
}
