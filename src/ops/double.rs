//! Every payment is checked against its reference: two paid links for one order raise an alarm
//! (contracts, 5), and so does a paid one by whose replacement the customer can pay again.

use jiff::Timestamp;

use super::{backend_now, on_ledger};
use crate::domain::link::{Alarm, Link, LinkId, LinkState};
use crate::ports::{Ports, Touched};

/// Raises the alarms of these links of one order and takes off those whose reason is gone. To be done in the same transaction
/// as what the first one has become: it changes only once, so an alarm that is not raised then never is.
pub fn check(links: &mut [Link], now: Timestamp) {
    twice(links, now);
    replaced(links, now);
}

/// The link was sent no more, of which the backend tells no news: that may be the end of an alarm of the link in whose place
/// it was made. If that can't be written down, the alarm stays until a person has dealt with it.
pub(super) async fn ended(ports: &Ports, link: &Link) {
    if link.reissue_of.is_none() {
        return;
    }
    let (id, now) = (link.id, backend_now(ports));
    let checked = on_ledger(ports, move |ledger| {
        ledger.amend_order(id, &mut |_| Touched::Order, &mut |links| check(links, now)).map(drop)
    });
    if let Err(error) = checked.await {
        tracing::warn!(link = %id, %error, "the alarms of its order were not looked at");
    }
}

/// Raises the alarm on the first of these links and on every other that was paid, and takes it off
/// again where a refund has left just one of them: a third that is paid later raises it anew.
fn twice(links: &mut [Link], now: Timestamp) {
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

/// A link that is paid rings as long as one that was made in its place, or in that of the same one after it, may still be
/// paid. All of those are among these links if they belong together with the first one.
fn replaced(links: &mut [Link], now: Timestamp) {
    let Some(first) = links.first() else { return };
    let origin = origin(links, first);
    let family: Vec<usize> = (0..links.len()).filter(|i| self::origin(links, &links[*i]) == origin).collect();
    for place in &family {
        let link = &links[*place];
        let later = |l: &Link| (l.created_at, l.id) > (link.created_at, link.id);
        let again = |l: &Link| payments(link) > 0 && payments(l) == 0 && l.may_be_paid() && later(l);
        let open: Vec<Link> = family.iter().map(|i| &links[*i]).filter(|l| again(l)).cloned().collect();
        links[*place].paid_though_replaced(&open, now);
    }
}

/// The link that stands at the beginning of those which took each other's place.
fn origin(links: &[Link], link: &Link) -> LinkId {
    let mut origin = link.id;
    let mut before = link.reissue_of;
    // No longer than there are links: they could name each other in a circle.
    for _ in links {
        let Some(id) = before else { break };
        origin = id;
        before = links.iter().find(|l| l.id == id).and_then(|l| l.reissue_of);
    }
    origin
}

/// How many payments are known that no other link tells of: its own, and that of a session that was lost before it.
fn payments(link: &Link) -> usize {
    usize::from(link.state.has_money()) + usize::from(link.paid_elsewhere())
}
