//! A sale: everything the seller has decided, valid as a whole, ready to become a link.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::email::Email;
use super::line::{LineError, MAX_LINES, ProductLine, Totals};
use super::method::MethodChoice;
use super::money::Currency;
use super::phone::Phone;
use super::reference::Reference;

/// Who gives the customer's address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressPlan {
    /// Nobody: the customer just pays.
    None,
    /// The customer, on the hosted page: Checkout Express with `shipping_mode:
    /// shipping_not_required` and no options (contracts, 2).
    Express,
    /// The seller knows it.
    Known(Address),
}

/// How the link reaches the customer. The QR code comes with every one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// SMS, or push where one wallet alone is offered; sent by the backend.
    Sms(Phone),
    /// E-mail, by the seller's own mail program.
    Email(Email),
    /// The seller copies the link or shows the QR code.
    Link,
}

impl Delivery {
    /// Whether the backend itself sends the link to the customer. If so, a lost answer to "create"
    /// leaves a session that somebody may hold (contracts, 5).
    #[must_use]
    pub const fn messages_customer(&self) -> bool {
        matches!(self, Self::Sms(_))
    }
}

/// A valid sale. Made by [`Sale::check`]; nothing else proves that it can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// One to a hundred lines, all in `currency`.
    pub lines: Vec<ProductLine>,
    /// The currency of every amount.
    pub currency: Currency,
    /// The methods the customer may use.
    pub methods: MethodChoice,
    /// The order reference.
    pub reference: Reference,
    /// When the link stops working.
    pub expires_at: Timestamp,
    /// That moment was named as such, not reckoned from now: whatever clock turns out to be wrong, it stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact_end: bool,
    /// Who gives the address.
    pub address: AddressPlan,
    /// Whether the money is withdrawn at once (`configuration.auto_capture`) or stays reserved.
    pub auto_capture: bool,
    /// How the link reaches the customer.
    pub delivery: Delivery,
}

impl Sale {
    /// The sale, if its lines can be sold together.
    ///
    /// # Errors
    /// No lines, over a hundred, or a sum that the API can't carry.
    pub fn check(self) -> Result<Self, LineError> {
        if self.lines.is_empty() {
            return Err(LineError::NoLines);
        }
        if self.lines.len() > MAX_LINES {
            return Err(LineError::TooManyLines);
        }
        Totals::of(&self.lines, self.currency)?;
        Ok(self)
    }

    /// What it comes to.
    ///
    /// # Errors
    /// A sum that the API can't carry; never for a sale that was checked.
    pub fn totals(&self) -> Result<Totals, LineError> {
        Totals::of(&self.lines, self.currency)
    }
}
