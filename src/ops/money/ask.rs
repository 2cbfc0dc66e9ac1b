//! Asking for money to be moved: written down durably, sent later.

use super::ended;
use crate::domain::link::LinkId;
use crate::domain::money::Money;
use crate::ops::{backend_now, kept, on_ledger};
use crate::ports::{LedgerError, MoneyOrder, OutboxEntry, OutboxKind, Ports};

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

    fn order(self) -> MoneyOrder {
        let (amount, reason) = match self {
            Self::Capture(amount) => (amount, None),
            Self::Void => (None, None),
            Self::Refund(amount, reason) => (amount, reason),
        };
        MoneyOrder { amount, reason, sent: None }
    }
}

/// What came of asking for money to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// It's written down, now or before.
    Waits,
    /// Another amount of that kind waits already, and stays as it is.
    AnotherWaits,
    /// An equal one waited, and was carried out before whoever asked for it heard of it: nothing more is to be done.
    /// Once that was told ([`told`]), the same is a second order.
    DoneBefore,
    /// There is no payment.
    NoPayment,
}

/// Writes down durably what is to be done with the money of a link; nothing is sent yet. What is asked for
/// twice is done once, also if the first was carried out meanwhile and its asker has not heard of it (see `ended`); of two amounts that are asked for at the same moment one is taken, and the other one is told so.
///
/// # Errors
/// The ledger's.
pub async fn order(ports: &Ports, id: LinkId, what: Movement) -> Result<Ordered, LedgerError> {
    let (kind, now, theirs) = (what.kind(), ports.clock.now(), backend_now(ports));
    on_ledger(ports, move |ledger| {
        let order = what.order();
        if kept(ledger, id)?.transaction_id.is_none() {
            return Ok(Ordered::NoPayment);
        }
        let mut nothing_waits = true;
        ledger.amend_entry(id, kind, &mut |waits| {
            nothing_waits = waits.is_none();
            None
        })?;
        // Not sooner: an end is kept before its entry is closed.
        if nothing_waits && ended::is_untold(ledger, id, kind, order.amount, theirs)? {
            return Ok(Ordered::DoneBefore);
        }
        let mut ordered = Ordered::Waits;
        ledger.amend_entry(id, kind, &mut |waits| {
            let other =
                waits.as_ref().is_some_and(|w| w.order.as_ref().is_none_or(|o| o.amount != order.amount));
            ordered = if other { Ordered::AnotherWaits } else { Ordered::Waits };
            let new = || OutboxEntry { order: Some(order.clone()), ..OutboxEntry::new(id, kind, now) };
            waits.is_none().then(new)
        })?;
        Ok(ordered)
    })
    .await
}
