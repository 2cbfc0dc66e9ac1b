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
/// gone besides. What the ledger fails at hides no other: it is told after that.
pub(super) fn dropped(id: LinkId, done: Result<Vec<GivenUp>, LedgerError>, tx: &Sender) {
    let (mut all, mut failed) = (Vec::new(), None);
    match done {
        Ok(given_up) => {
            for (kind, sent) in given_up.into_iter().filter_map(|one| Some((one.kind, one.sent?))) {
                match sent {
                    Ok(sent) => all.push((kind, after_dropping(kind, &sent), sent)),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        Err(error) => failed = Some(error),
    }
    let told_of = all.iter().position(|(_, end, _)| *end != WaitEnd::Dropped).unwrap_or_default();
    if told_of < all.len() {
        let (kind, end, sent) = all.remove(told_of);
        let gone = all.iter().filter(|(_, end, _)| *end == WaitEnd::Dropped);
        tx.reply(told(kind, end, sent, gone.map(|(kind, ..)| *kind).collect()));
    }
    if let Some(error) = failed {
        tx.reply(Reply::LedgerTrouble(Failed::Doing(id), error));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{id, link};
    use crate::domain::link::LinkState;
    use crate::runtime::engine::tests::heard;

    #[test]
    fn what_the_ledger_fails_at_hides_nothing_that_was_dropped() {
        let cancelled =
            || Sent { link: link(1, LinkState::Captured), outcome: Outcome::Cancelled, fault: None };
        let error = || LedgerError::Database("no room".to_owned());
        let all = vec![
            GivenUp { kind: OutboxKind::Capture, sent: Some(Err(error())) },
            GivenUp { kind: OutboxKind::Refund, sent: Some(Ok(cancelled())) },
            GivenUp { kind: OutboxKind::Void, sent: Some(Ok(cancelled())) },
        ];
        let replies = heard(|tx| dropped(id(1), Ok(all), tx));
        let [Reply::Waited(_, waited), Reply::LedgerTrouble(failed, why)] = replies.as_slice() else {
            panic!("{replies:?}");
        };
        assert_eq!((waited.kind, waited.end), (OutboxKind::Refund, WaitEnd::Dropped));
        assert_eq!(waited.also, [OutboxKind::Void]);
        assert_eq!((*failed, why), (Failed::Doing(id(1)), &error()));
        let replies = heard(|tx| dropped(id(1), Err(error()), tx));
        assert!(matches!(replies.as_slice(), [Reply::LedgerTrouble(..)]), "{replies:?}");
    }
}
