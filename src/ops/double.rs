//! Every payment is checked against its reference: two paid links for one order raise an alarm
//! (contracts, 5).

use jiff::Timestamp;

use crate::domain::link::{Alarm, EventKind, Link, LinkId, LinkState};
use crate::ports::{Ledger, LedgerError, LinkFilter};

/// How many links that mention the reference are looked through for a replacement.
const NEAR: u32 = 50;

/// Raises the alarm on `link` and every other link that was paid for the same order, and takes it off
/// again where a refund has left just one of them. Returns the links that changed.
pub(super) fn check(ledger: &dyn Ledger, link: &Link, now: Timestamp) -> Result<Vec<Link>, LedgerError> {
    let given_back = matches!(link.state, LinkState::Refunded | LinkState::Voided);
    let may_end_alarm = given_back && link.alarms.contains(&Alarm::DoublePayment);
    if !link.state.has_money() && !may_end_alarm {
        return Ok(Vec::new());
    }
    let mut paid = Vec::new();
    for id in of_one_order(ledger, link)? {
        paid.extend(ledger.link(id)?.filter(|l| l.state.has_money()));
    }
    let mut changed = Vec::new();
    let mut amend = |id: LinkId, change: &mut dyn FnMut(&mut Link) -> bool| {
        let mut done = false;
        let after = ledger.amend(id, &mut |l| {
            done = change(l);
            done
        })?;
        changed.extend(after.filter(|_| done));
        Ok::<_, LedgerError>(())
    };
    let clear = |l: &mut Link| {
        let before = l.alarms.len();
        l.alarms.retain(|a| *a != Alarm::DoublePayment);
        l.alarms.len() != before
    };
    if given_back {
        amend(link.id, &mut |l| clear(l))?;
        if let [only] = paid.as_slice() {
            amend(only.id, &mut |l| clear(l))?;
        }
    } else if told_elsewhere(link) {
        amend(link.id, &mut |l| l.raise(Alarm::DoublePayment, now))?;
    } else if !paid.is_empty() {
        for id in paid.iter().map(|l| l.id).chain([link.id]) {
            amend(id, &mut |l| l.raise(Alarm::DoublePayment, now))?;
        }
    }
    Ok(changed)
}

/// Whether the link that was lost before this one was found paid.
fn told_elsewhere(link: &Link) -> bool {
    let word = Some(Alarm::PaidElsewhere.word());
    link.events.iter().any(|e| e.kind == EventKind::Alarm && e.detail.as_deref() == word)
}

/// The other links for the same order: with the same reference, the one that this one replaces, and
/// those that replace it or the same one.
fn of_one_order(ledger: &dyn Ledger, link: &Link) -> Result<Vec<LinkId>, LedgerError> {
    let reference = link.sale.reference.as_str();
    let mut ids = Vec::new();
    for row in ledger.find(&link.account_id, reference)? {
        if row.reference.as_str().eq_ignore_ascii_case(reference) {
            ids.push(row.id);
        }
    }
    ids.extend(link.reissue_of);
    // A replacement's reference begins with the old one's: 1042, 1042-2.
    let filter = LinkFilter {
        search: Some(reference.to_owned()),
        limit: Some(NEAR),
        states: LinkState::ALL.into_iter().filter(|s| s.has_money()).collect(),
        ..LinkFilter::default()
    };
    for row in ledger.rows(&link.account_id, &filter)? {
        let replaces = ledger.link(row.id)?.and_then(|l| l.reissue_of);
        if replaces.is_some() && (replaces == Some(link.id) || replaces == link.reissue_of) {
            ids.push(row.id);
        }
    }
    ids.retain(|id| *id != link.id);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
