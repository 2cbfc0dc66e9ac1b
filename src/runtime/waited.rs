//! What came of a request that waited, in the app's words.

use super::engine::Sender;
use super::perform::answer;
use crate::app::msg::{Failed, Reply, WaitEnd, Waited};
use crate::domain::link::LinkId;
use crate::ops::outbox::{GivenUp, Outcome, Sent};
use crate::ports::{LedgerError, OutboxKind};

/// After it was sent at the seller's word.
pub(super) fn sent(id: LinkId, done: Result<(OutboxKind, Sent), LedgerError>, tx: &Sender) {
    answer(
        tx,
        Failed::Doing(id),
        done.map(|(kind, sent)| told(kind, after_sending(kind, &sent), sent, Vec::new())),
    );
}

/// After it was to be taken out of the outbox, perhaps with others. What is told is the first that could not be, and what is
/// gone besides.
pub(super) fn dropped(id: LinkId, done: Result<Vec<GivenUp>, LedgerError>, tx: &Sender) {
    let done = done.and_then(|all| {
        let tried = all.into_iter().filter_map(|one| Some((one.kind, one.sent?)));
        tried.map(|(kind, sent)| sent.map(|sent| (kind, after_dropping(kind, &sent), sent))).collect()
    });
    let reply = done.map(|mut all: Vec<(OutboxKind, WaitEnd, Sent)>| {
        let told_of = all.iter().position(|(_, end, _)| *end != WaitEnd::Dropped).unwrap_or_default();
        let (kind, end, sent) = (told_of < all.len()).then(|| all.remove(told_of))?;
        let gone = all.iter().filter(|(_, end, _)| *end == WaitEnd::Dropped);
        Some(told(kind, end, sent, gone.map(|(kind, ..)| *kind).collect()))
    });
    // Whoever asks names at least one.
    if let Some(reply) = reply.transpose() {
        answer(tx, Failed::Doing(id), reply);
    }
}

fn told(kind: OutboxKind, end: WaitEnd, sent: Sent, also: Vec<OutboxKind>) -> Reply {
    Reply::Waited(Box::new(sent.link), Waited { kind, end, fault: sent.fault, also })
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
