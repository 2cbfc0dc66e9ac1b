//! What to send so that money moves as it was asked for, and whether it has moved. Pure.

use jiff::Timestamp;

use crate::domain::lifecycle::{TransactionEvent, TransactionNews, TransactionStatus};
use crate::domain::line::ProductLine;
use crate::domain::link::Link;
use crate::domain::money::{Currency, Money};
use crate::ports::{MoneyMove, MoneyOrder, MoneySent, OutboxKind};

/// What became of a request that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Found {
    /// It was carried out.
    Done,
    /// It was tried and failed: nothing moved. With the backend's reason, if it gave one.
    Failed(Option<String>),
    /// The backend works on it.
    Working,
    /// Nothing is left that it could move, and nothing tells that it was what moved it.
    Past,
    /// There's no trace of it.
    Nothing,
}

impl Found {
    /// Whether nothing more comes of it.
    pub(super) const fn is_end(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Past)
    }
}

/// A request that may go out, and what there was of its kind before.
pub(super) struct Plan {
    pub(super) request: MoneyMove,
    /// How many went through.
    pub(super) before: usize,
    /// The events, whether they went through or not.
    pub(super) seen: Vec<String>,
}

/// The event of a kind.
const fn word(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Void => "VOID",
        OutboxKind::Refund => "REFUND",
        _ => "CAPTURE",
    }
}

/// Whether an event tells of the kind of operation with this `word`: that it was begun, or how it ended.
fn tells_of(event: &TransactionEvent, word: &str) -> bool {
    event.event == word || event.event.strip_prefix("INITIATE_") == Some(word)
}

/// The reference of the request that an event came of. What came of a request that was accepted need not
/// repeat it, but is tied to the event that does.
fn reference_of<'a>(transaction: &'a TransactionNews, event: &'a TransactionEvent) -> Option<&'a str> {
    let begun = || {
        let tie = event.correlation.as_deref()?;
        let mut all = transaction.events.iter().filter(|e| e.event.starts_with("INITIATE_"));
        all.find(|e| e.correlation.as_deref() == Some(tie))?.reference.as_deref()
    };
    event.reference.as_deref().or_else(begun)
}

/// The events with this `word` that came after the request went out, oldest first: those before it tell
/// nothing about it, even if they carry its reference.
fn since<'a>(transaction: &'a TransactionNews, word: &str, sent: &MoneySent) -> Vec<&'a TransactionEvent> {
    let mut before = sent.seen.clone().unwrap_or_default();
    let news = transaction.events.iter().filter(|e| tells_of(e, word));
    news.filter(|event| {
        let key = MoneySent::key(event);
        let known = before.iter().position(|b| *b == key);
        known.map(|at| before.swap_remove(at)).is_none()
    })
    .collect()
}

/// What became of `sent`, as the transaction tells.
pub(in crate::ops) fn found(transaction: &TransactionNews, kind: OutboxKind, sent: &MoneySent) -> Found {
    let word = word(kind);
    let failed = |event: &TransactionEvent| Found::Failed(event.error.clone());
    // Begun in good order is no end; what could not even be begun is one.
    let ends = |event: &&&TransactionEvent| event.event == word || !event.success;
    let news = since(transaction, word, sent);
    // A void carries no reference, and releases all that is left, whoever asked for it.
    let (ours, others): (Vec<_>, Vec<_>) = news.into_iter().partition(|event| {
        kind == OutboxKind::Void || reference_of(transaction, event) == Some(sent.reference.as_str())
    });
    if let Some(end) = ours.iter().rfind(ends) {
        return if end.success { Found::Done } else { failed(end) };
    }
    let told = ours.iter().chain(&others).any(|event| ends(&event));
    // Backends that don't give references back: one more than before, of the same amount, is taken for ours. What
    // carries a reference that isn't ours, or moved another amount, is somebody else's.
    let nobodys: Vec<_> =
        others.into_iter().filter(|event| reference_of(transaction, event).is_none()).collect();
    let more = sent.seen.is_some() || done(transaction, word).1 > sent.before;
    let as_much = |event: &TransactionEvent| {
        let both = event.amount.zip(sent.minor.filter(|_| kind != OutboxKind::Void));
        both.is_none_or(|(moved, asked)| moved == asked)
    };
    if more && nobodys.iter().any(|event| event.event == word && event.success && as_much(event)) {
        return Found::Done;
    }
    if !told && let Some(found) = by_status(transaction, kind) {
        return found;
    }
    if working(transaction, &[word]) {
        return Found::Working;
    }
    // A failure that nobody signed is the end of a request that is known to have arrived; of one that may
    // still be on its way it tells nothing.
    if (sent.accepted || !ours.is_empty())
        && let Some(end) = nobodys.iter().rfind(ends)
    {
        return failed(end);
    }
    if ours.is_empty() { Found::Nothing } else { Found::Working }
}

/// What the status alone tells of a request that no event tells the end of: some backends leave events out, and what
/// is not told must hold up nothing for ever. Only what can't come to double money is concluded:
/// - Everything that was reserved is withdrawn. A request to withdraw was let out only while something was reserved, so
///   what it asked for is withdrawn, whoever did it; and no further one can take anything.
/// - Everything is given back. Likewise: what was asked for is back, and no further request can give any more.
/// - The reservation is released. Likewise.
/// - Nothing is reserved any more, and not because of what was asked for (a withdrawal of what was released, a
///   release of what was withdrawn). It can move nothing from now on; it is not told as done.
///
/// A part that was withdrawn or given back may be another's, and a second one would move money twice: it proves
/// nothing here, whatever its amount.
fn by_status(transaction: &TransactionNews, kind: OutboxKind) -> Option<Found> {
    use TransactionStatus as S;
    Some(match (kind, &transaction.status) {
        (OutboxKind::Capture, S::Captured | S::PartiallyRefunded | S::Refunded)
        | (OutboxKind::Refund, S::Refunded)
        | (OutboxKind::Void, S::AuthorizationVoided) => Found::Done,
        (OutboxKind::Void, S::Captured | S::PartiallyRefunded | S::Refunded) => {
            // Released after a part was withdrawn: the withdrawals that are told leave something over.
            let (withdrawn, count) = done(transaction, "CAPTURE");
            let rest = transaction.amount.is_some_and(|all| count > 0 && withdrawn < all);
            if rest { Found::Done } else { Found::Past }
        }
        (OutboxKind::Capture | OutboxKind::Refund, S::AuthorizationVoided) => Found::Past,
        _ => return None,
    })
}

/// Whether an answer of 200 tells by the status alone that a part was moved. `before`: the status that was read
/// just before the request went out. That nothing of the kind had been done then, that the backend says it is done,
/// and that the status is now the very one that this makes, together leave room only for a backend that says done
/// and did nothing, while somebody else did the same at that moment. Where a part had been moved before, the status
/// tells nothing: it is followed, for a day at most, and then the seller decides.
pub(super) fn part_by_answer(
    transaction: &TransactionNews,
    kind: OutboxKind,
    sent: &MoneySent,
    before: &TransactionStatus,
) -> bool {
    use TransactionStatus as S;
    let moved = matches!(
        (kind, before, &transaction.status),
        (OutboxKind::Capture, S::Authorized, S::PartiallyCaptured)
            | (OutboxKind::Refund, S::Captured, S::PartiallyRefunded)
            | (OutboxKind::Refund, S::PartiallyCaptured, S::PartiallyCapturedRefunded)
    );
    moved && since(transaction, word(kind), sent).is_empty()
}

/// Whether the transaction tells that the backend has begun with `sent`.
pub(super) fn begun(transaction: &TransactionNews, kind: OutboxKind, sent: &MoneySent) -> bool {
    since(transaction, word(kind), sent).into_iter().any(|event| {
        let ours = kind == OutboxKind::Void || event.reference.as_deref() == Some(sent.reference.as_str());
        ours && event.success && event.event.starts_with("INITIATE_")
    })
}

/// Whether a request of `kind` must wait until the backend has come to an end with what it has begun (202): with all
/// that works on the same money, which a withdrawal and a release share; and with a withdrawal of what is to be given
/// back, where that is all there is, or more than is withdrawn (then it was not `planned`). A part of what is withdrawn
/// already can be given back meanwhile.
pub(in crate::ops) fn held_up(
    transaction: &TransactionNews,
    kind: OutboxKind,
    order: &MoneyOrder,
    planned: bool,
) -> bool {
    match kind {
        OutboxKind::Refund if order.amount.is_none() || !planned => {
            working(transaction, &["REFUND", "CAPTURE"])
        }
        OutboxKind::Refund => working(transaction, &["REFUND"]),
        _ => working(transaction, &["CAPTURE", "VOID"]),
    }
}

/// Whether the backend has begun with an operation that one of these words tells of, and not come to an end with it.
fn working(transaction: &TransactionNews, words: &[&str]) -> bool {
    let begun = |event: &&TransactionEvent| {
        let word = event.event.strip_prefix("INITIATE_");
        event.success && word.is_some_and(|word| words.contains(&word))
    };
    transaction.events.iter().filter(begun).any(|event| !has_ended(transaction, event))
}

/// Whether what this event tells to be begun has come to an end.
fn has_ended(transaction: &TransactionNews, begun: &TransactionEvent) -> bool {
    let word = begun.event.strip_prefix("INITIATE_").unwrap_or_default();
    // Nothing is left that it could move: its end was left out.
    let kinds = [OutboxKind::Capture, OutboxKind::Void, OutboxKind::Refund];
    let kind = kinds.into_iter().find(|kind| self::word(*kind) == word);
    if kind.is_some_and(|kind| by_status(transaction, kind).is_some()) {
        return true;
    }
    transaction.events.iter().any(|e| {
        e.event == word
            && match (&e.correlation, &begun.correlation) {
                (Some(a), Some(b)) => a == b,
                // Without what ties them together, one that came later is taken for its end.
                _ => e.at >= begun.at,
            }
    })
}

/// The sum and the number of the operations of a kind that went through.
fn done(transaction: &TransactionNews, word: &str) -> (i64, usize) {
    let events = transaction.events.iter().filter(|e| e.event == word && e.success);
    events.fold((0, 0), |(sum, n), e| (sum + e.amount.unwrap_or_default(), n + 1))
}

/// What is to be sent, if the payment is in a state for it and has the money. `at`: when it will be.
pub(super) fn plan(
    link: &Link,
    now: &TransactionNews,
    kind: OutboxKind,
    order: &MoneyOrder,
    at: Timestamp,
) -> Option<Plan> {
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
    // A part that was named is in the link's currency, a request in the payment's.
    let same = now.currency.as_deref().is_none_or(|code| Currency::from_code(code) == Some(currency));
    if wanted.is_some_and(|w| w.currency() != currency || !same) {
        return None;
    }
    let minor = wanted.map_or(left, Money::minor);
    if !possible || minor <= 0 || minor > left {
        return None;
    }
    let reference = match &order.sent {
        // The same request once more: if the first one is carried out after all, it is known by it.
        Some(sent) => sent.reference.clone(),
        None => format!("{}-{letter}{}-{}", link.sale.reference, before + 1, stamp(at)),
    };
    let seen = now.events.iter().filter(|e| tells_of(e, word(kind))).map(MoneySent::key).collect();
    // The whole order at once: every line, as it was sold. A part has no lines of its own.
    let whole = minor == link.amount.minor() && before == 0 && kind != OutboxKind::Void;
    let items = if whole { lines(link) } else { Vec::new() };
    let amount = Money::new(minor, currency);
    Some(Plan { request: MoneyMove { amount, reference, reason: order.reason.clone(), items }, before, seen })
}

/// A moment in few letters, so that no two requests of a payment have the same reference, not even after one
/// that failed or was given up.
fn stamp(at: Timestamp) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut rest = at.as_millisecond().unsigned_abs();
    let mut letters = Vec::new();
    while rest > 0 {
        // A remainder by 36 is below 36.
        let digit = usize::try_from(rest % 36).unwrap_or_default();
        letters.push(char::from(DIGITS[digit]));
        rest /= 36;
    }
    letters.iter().rev().collect()
}

/// The lines as the session has them: numbered from 1.
fn lines(link: &Link) -> Vec<(String, String, i64)> {
    let line = |(i, l): (usize, &ProductLine)| {
        ((i + 1).to_string(), l.quantity.value().to_string(), l.amount().minor())
    };
    link.sale.lines.iter().enumerate().map(line).collect()
}
