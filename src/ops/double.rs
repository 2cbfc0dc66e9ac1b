//! Every payment is checked against its reference: two paid links for one order raise an alarm
//! (contracts, 5).

use jiff::Timestamp;

use crate::domain::link::{Alarm, EventKind, Link, LinkState};

/// Raises the alarm on the first of these links of one order and on every other that was paid, and takes it off
/// again where a refund has left just one of them: a third that is paid later raises it anew. To be done in the same transaction as what the first one has
/// become: it changes only once, so an alarm that is not raised then never is.
pub(super) fn check(links: &mut [Link], now: Timestamp) {
    let Some((link, others)) = links.split_first_mut() else { return };
    let mut paid: Vec<&mut Link> = others.iter_mut().filter(|l| l.state.has_money()).collect();
    if matches!(link.state, LinkState::Refunded | LinkState::Voided) {
        if link.lower(Alarm::DoublePayment, now)
            && let [only] = paid.as_mut_slice()
            && !told_elsewhere(only)
            && !only.was_paid_beside()
        {
            only.lower(Alarm::DoublePayment, now);
        }
    } else if !link.state.has_money() {
        // Nothing was paid with it.
    } else if told_elsewhere(link) || !paid.is_empty() {
        link.raise(Alarm::DoublePayment, now);
        for other in paid {
            other.raise(Alarm::DoublePayment, now);
        }
    }
}

/// Whether the link that was lost before this one was found paid.
fn told_elsewhere(link: &Link) -> bool {
    let word = Some(Alarm::PaidElsewhere.word());
    link.events.iter().any(|e| e.kind == EventKind::Alarm && e.detail.as_deref() == word)
}
