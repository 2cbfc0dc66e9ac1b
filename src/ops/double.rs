//! Every payment is checked against its reference: two paid links for one order raise an alarm
//! (contracts, 5).

use jiff::Timestamp;

use crate::domain::link::{Alarm, Link, LinkState};

/// Raises the alarm on the first of these links of one order and on every other that was paid, and takes it off
/// again where a refund has left just one of them: a third that is paid later raises it anew. To be done in the same transaction as what the first one has
/// become: it changes only once, so an alarm that is not raised then never is.
pub(super) fn check(links: &mut [Link], now: Timestamp) {
    let Some((link, others)) = links.split_first_mut() else { return };
    let mut paid: Vec<&mut Link> = others.iter_mut().filter(|l| payments(l) > 0).collect();
    let ours = payments(link);
    if ours > 0 && ours + paid.len() > 1 {
        link.raise(Alarm::DoublePayment, now);
        for other in paid {
            other.raise(Alarm::DoublePayment, now);
        }
    } else if matches!(link.state, LinkState::Refunded | LinkState::Voided)
        && link.lower(Alarm::DoublePayment, now)
        && let [only] = paid.as_mut_slice()
        && payments(only) == 1
        && !only.was_paid_beside()
    {
        only.lower(Alarm::DoublePayment, now);
    }
}

/// How many payments are known that no other link tells of: its own, and that of a session that was lost before it.
fn payments(link: &Link) -> usize {
    usize::from(link.state.has_money()) + usize::from(link.paid_elsewhere())
}
