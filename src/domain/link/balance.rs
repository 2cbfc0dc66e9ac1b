//! What of a link's money was taken and what went back, as its story tells.

use super::{EventKind, Link, LinkState};
use crate::domain::money::{Currency, Money};

/// A part of a payment as an event keeps it: `20.00 NOK`.
#[must_use]
pub fn part(money: Money) -> String {
    format!("{} {}", money.to_decimal(), money.currency())
}

/// The part that an event keeps.
#[must_use]
pub fn read_part(text: &str) -> Option<Money> {
    let (number, code) = text.split_once(' ')?;
    Money::from_decimal(number.parse().ok()?, Currency::from_code(code)?)
}

impl Link {
    /// What was taken; `None` where the backend didn't tell the parts.
    #[must_use]
    pub fn taken(&self) -> Option<Money> {
        match self.state {
            LinkState::Captured
            | LinkState::PartiallyCaptured
            | LinkState::PartiallyRefunded
            | LinkState::PartiallyCapturedRefunded
            | LinkState::Refunded => {}
            _ => return Some(Money::zero(self.amount.currency())),
        }
        let has = |kind| self.events.iter().any(|e| e.kind == kind);
        let partly =
            matches!(self.state, LinkState::PartiallyCaptured | LinkState::PartiallyCapturedRefunded);
        if !has(EventKind::Captured) && (partly || has(EventKind::PartiallyCaptured)) {
            return self.parts(EventKind::PartiallyCaptured);
        }
        Some(self.amount)
    }

    /// What went back to the customer; `None` where the backend didn't tell the parts.
    #[must_use]
    pub fn returned(&self) -> Option<Money> {
        match self.state {
            LinkState::PartiallyRefunded | LinkState::PartiallyCapturedRefunded => {
                self.parts(EventKind::PartiallyRefunded)
            }
            LinkState::Refunded => self.taken(),
            _ => Some(Money::zero(self.amount.currency())),
        }
    }

    /// What was taken and has not gone back.
    #[must_use]
    pub fn kept(&self) -> Option<Money> {
        self.taken()?.checked_sub(self.returned()?)
    }

    /// What is reserved and was not taken.
    #[must_use]
    pub fn reserved(&self) -> Option<Money> {
        match self.state {
            LinkState::Authorized => Some(self.amount),
            LinkState::PartiallyCaptured | LinkState::PartiallyCapturedRefunded if !self.rest_released() => {
                self.amount.checked_sub(self.taken()?)
            }
            _ => Some(Money::zero(self.amount.currency())),
        }
    }

    /// Whether what was left of the reservation after a part was taken was released.
    fn rest_released(&self) -> bool {
        self.events.iter().any(|e| e.kind == EventKind::Voided)
    }

    /// The sum of the parts that events of a kind tell; `None` where there is none, or one doesn't say how much.
    fn parts(&self, kind: EventKind) -> Option<Money> {
        let mut parts = self.events.iter().filter(|e| e.kind == kind).peekable();
        parts.peek()?;
        let none = Money::zero(self.amount.currency());
        parts.try_fold(none, |sum, event| sum.checked_add(read_part(event.detail.as_deref()?)?))
    }
}
