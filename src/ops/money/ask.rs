//! Asking for money to be moved: written down durably, sent later.

use super::ended;
use crate::domain::link::{Link, LinkId};
use crate::domain::money::Money;
use crate::ops::outbox::Sent;
use crate::ops::{backend_now, kept, on_ledger};
use crate::ports::{LedgerError, MoneyOrder, OrderEnd, OrderId, OutboxEntry, OutboxKind, Place, Ports};

/// What is to be done with the money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// Withdraw what is reserved: an amount, or all that is left.
    Capture(Option<Money>),
    /// Release what is reserved.
    Void,
    /// Give back: an amount, or all that is left, and why.
    Refund(Option<Money>, Option<String>),
}

impl Movement {
    /// Its kind in the outbox.
    #[must_use]
    pub const fn kind(&self) -> OutboxKind {
        match self {
            Self::Capture(_) => OutboxKind::Capture,
            Self::Void => OutboxKind::Void,
            Self::Refund(..) => OutboxKind::Refund,
        }
    }

    /// How much; `None`: all there is.
    #[must_use]
    pub const fn amount(&self) -> Option<Money> {
        match self {
            Self::Capture(amount) | Self::Refund(amount, _) => *amount,
            Self::Void => None,
        }
    }

    fn order(self) -> MoneyOrder {
        let amount = self.amount();
        let reason = match self {
            Self::Refund(_, reason) => reason,
            Self::Capture(_) | Self::Void => None,
        };
        MoneyOrder { amount, reason, ..MoneyOrder::default() }
    }
}

/// What came of asking for money to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    /// It's written down, now or before, as this order.
    Waits(OrderId),
    /// Another amount of that kind waits already, or an order that this one would contradict; that stays as it is.
    AnotherWaits,
    /// An equal one was carried out, and not all who asked for it were told: nothing more is to be done. Once that was
    /// told ([`super::told`]), the same is a second order.
    DoneBefore(OrderId),
    /// The one that was repeated ([`waiting`]) has come to nothing meanwhile, in this way.
    CameToNothing(Box<Sent>),
    /// There is no payment.
    NoPayment,
}

/// The order that waits for the same amount: whoever asks for it repeats that one, whatever becomes of it from now on.
///
/// # Errors
/// The ledger's.
pub async fn waiting(ports: &Ports, id: LinkId, what: &Movement) -> Result<Option<OrderId>, LedgerError> {
    let (kind, amount) = (what.kind(), what.amount());
    on_ledger(ports, move |ledger| {
        let account = kept(ledger, id)?.account_id;
        let mut entries = ledger.outbox(&account)?.into_iter();
        let order = entries.find(|e| e.link == id && e.kind == kind).and_then(|e| e.order);
        Ok(order.filter(|order| order.amount == amount).map(|order| order.id))
    })
    .await
}

/// Writes down durably what is to be done with the money of a link; nothing is sent yet. What is asked for
/// twice is done once, also if the first was carried out meanwhile and its asker has not heard of it (see `ended`); of two
/// amounts that are asked for at the same moment one is taken, and the other one is told so. `repeats`: the order that
/// [waited](waiting) when the asker came, if one did: how that ends is the answer.
///
/// # Errors
/// The ledger's.
pub async fn order(
    ports: &Ports,
    id: LinkId,
    what: Movement,
    repeats: Option<OrderId>,
) -> Result<Ordered, LedgerError> {
    let (kind, now, theirs) = (what.kind(), ports.clock.now(), backend_now(ports));
    // A clock of this machine that is ahead makes nobody forget what was done.
    let certain = ports.gateway.clock_told().map(|_| theirs);
    on_ledger(ports, move |ledger| {
        let (link, order) = (kept(ledger, id)?, what.order());
        if link.transaction_id.is_none() {
            return Ok(Ordered::NoPayment);
        }
        let mut answer = None;
        let placed = ledger.place_order(id, kind, &mut |all, ended| {
            let waits = all.iter().find(|waits| waits.kind == kind);
            answer = ended.iter().find(|e| Some(e.id) == repeats).map(|e| match e.end {
                OrderEnd::Moved => Ordered::DoneBefore(e.id),
                _ => Ordered::CameToNothing(Box::new(ended::as_sent(link.clone(), e))),
            });
            answer = answer.take().or_else(|| match waits {
                Some(waits) => Some(match waits.order.as_ref().filter(|o| o.amount == order.amount) {
                    Some(same) => Ordered::Waits(same.id),
                    None => Ordered::AnotherWaits,
                }),
                None => ended::untold(ended, order.amount, certain).map(Ordered::DoneBefore),
            });
            if answer.is_none() && all.iter().any(|waits| contradicts(&link, waits, kind)) {
                answer = Some(Ordered::AnotherWaits);
            }
            match &answer {
                None => {
                    let entry = OutboxEntry { order: Some(order.clone()), ..OutboxEntry::new(id, kind, now) };
                    Place::New(Box::new(entry))
                }
                Some(Ordered::Waits(_)) => Place::Joins,
                // He may be killed before he has read it, and ask once more.
                Some(Ordered::DoneBefore(id)) => Place::Reminded(*id, theirs),
                Some(_) => Place::Nothing,
            }
        })?;
        // One of the two: what is placed has an id, and what isn't has an answer.
        Ok(answer.unwrap_or_else(|| Ordered::Waits(placed.unwrap_or_default())))
    })
    .await
}

/// Whether what waits wants the very money withdrawn that `kind` would release, or the other way round. Whichever of the
/// two did not come about, the other one would be carried out then, and the seller has said both.
fn contradicts(link: &Link, waits: &OutboxEntry, kind: OutboxKind) -> bool {
    let all = |part: Money| link.reserved().is_some_and(|all| part.minor() >= all.minor());
    match (waits.kind, kind) {
        (OutboxKind::Void, OutboxKind::Capture) => true,
        // After a part was withdrawn the rest may well be released.
        (OutboxKind::Capture, OutboxKind::Void) => {
            waits.order.as_ref().and_then(|order| order.amount).is_none_or(all)
        }
        _ => false,
    }
}
