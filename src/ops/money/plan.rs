//! What to send so that money moves as it was asked for, and whether it has moved. Pure.

use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::line::ProductLine;
use crate::domain::link::Link;
use crate::domain::money::Money;
use crate::ports::{MoneyMove, MoneyOrder, MoneySent, OutboxKind};

/// What became of a request that went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It was carried out.
    Done,
    /// It was tried and failed: nothing moved.
    Failed,
    /// The backend works on it.
    Working,
    /// There's no trace of it.
    Nothing,
}

/// A request that may go out, and how many of its kind went through before.
pub(super) struct Plan {
    pub(super) request: MoneyMove,
    pub(super) before: usize,
}

/// The event of a kind.
const fn word(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Void => "VOID",
        OutboxKind::Refund => "REFUND",
        _ => "CAPTURE",
    }
}

/// What became of `sent`, as the transaction tells.
pub(super) fn found(transaction: &TransactionNews, kind: OutboxKind, sent: &MoneySent) -> Found {
    let ours = transaction.events.iter().filter(|e| e.reference.as_deref() == Some(sent.reference.as_str()));
    if let Some(end) = ours.clone().rfind(|e| !e.event.starts_with("INITIATE_")) {
        return if end.success { Found::Done } else { Found::Failed };
    }
    // Backends that don't give references back: one more than before, and nobody else was let in between.
    if done(transaction, word(kind)).1 > sent.before {
        return Found::Done;
    }
    let released = matches!(transaction.status, TransactionStatus::AuthorizationVoided);
    if kind == OutboxKind::Void && released {
        return Found::Done;
    }
    if ours.count() > 0 || working(transaction) { Found::Working } else { Found::Nothing }
}

/// Something was begun (202) and hasn't come to an end.
pub(super) fn working(transaction: &TransactionNews) -> bool {
    let ended = |begun: &TransactionEvent| {
        let word = begun.event.strip_prefix("INITIATE_").unwrap_or_default();
        transaction.events.iter().any(|e| {
            e.event == word
                && match (&e.correlation, &begun.correlation) {
                    (Some(a), Some(b)) => a == b,
                    // Without what ties them together, one that came later is taken for its end.
                    _ => e.at >= begun.at,
                }
        })
    };
    transaction.events.iter().any(|e| e.success && e.event.starts_with("INITIATE_") && !ended(e))
}

/// The sum and the number of the operations of a kind that went through.
fn done(transaction: &TransactionNews, word: &str) -> (i64, usize) {
    let events = transaction.events.iter().filter(|e| e.event == word && e.success);
    events.fold((0, 0), |(sum, n), e| (sum + e.amount.unwrap_or_default(), n + 1))
}

/// What is to be sent, if the payment is in a state for it and has the money.
pub(super) fn plan(link: &Link, now: &TransactionNews, kind: OutboxKind, order: &MoneyOrder) -> Option<Plan> {
    use TransactionStatus as S;
    let currency = link.amount.currency();
    let authorized = now.amount.unwrap_or(link.amount.minor());
    let (captured, captures) = done(now, "CAPTURE");
    let (refunded, refunds) = done(now, "REFUND");
    // With some methods authorizing and capturing are one step that leaves no event of its own.
    let captured = match now.status {
        S::Captured | S::Refunded | S::PartiallyRefunded if captured == 0 => authorized,
        _ => captured,
    };
    let (possible, left, before, letter) = match kind {
        OutboxKind::Capture => (
            matches!(now.status, S::Authorized | S::PartiallyCaptured | S::PartiallyCapturedRefunded),
            authorized - captured,
            captures,
            'C',
        ),
        OutboxKind::Void => (
            matches!(now.status, S::Authorized | S::PartiallyCaptured),
            authorized - captured,
            done(now, "VOID").1,
            'V',
        ),
        OutboxKind::Refund => (
            matches!(
                now.status,
                S::Captured | S::PartiallyCaptured | S::PartiallyRefunded | S::PartiallyCapturedRefunded
            ),
            captured - refunded,
            refunds,
            'R',
        ),
        OutboxKind::Create | OutboxKind::Cancel | OutboxKind::Look => return None,
    };
    // Releasing is of all that is left.
    let wanted = order.amount.filter(|_| kind != OutboxKind::Void);
    if wanted.is_some_and(|w| w.currency() != currency) {
        return None;
    }
    let minor = wanted.map_or(left, Money::minor);
    if !possible || minor <= 0 || minor > left {
        return None;
    }
    let reference = format!("{}-{letter}{}", link.sale.reference, before + 1);
    // The whole order at once: every line, as it was sold. A part has no lines of its own.
    let whole = minor == link.amount.minor() && before == 0 && kind != OutboxKind::Void;
    let items = if whole { lines(link) } else { Vec::new() };
    let amount = Money::new(minor, currency);
    Some(Plan { request: MoneyMove { amount, reference, reason: order.reason.clone(), items }, before })
}

/// The lines as the session has them: numbered from 1.
fn lines(link: &Link) -> Vec<(String, String, i64)> {
    let line = |(i, l): (usize, &ProductLine)| {
        ((i + 1).to_string(), l.quantity.value().to_string(), l.amount().minor())
    };
    link.sale.lines.iter().enumerate().map(line).collect()
}
