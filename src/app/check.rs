//! From the draft, as typed, to a sale that can be sent: or what is wrong, field by field.

use crate::domain::address::AddressError;
use crate::domain::amount::AmountError;
use crate::domain::email::EmailError;
use crate::domain::expiry::ExpiryError;
use crate::domain::line::LineError;
use crate::domain::phone::PhoneError;
use crate::domain::reference::ReferenceError;
use crate::domain::vat::VatError;

/// What is wrong with a field. The words are the language files'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// Nothing typed where something is needed.
    Missing,
    /// No method is ticked.
    NoMethod,
    /// A line, or all of them.
    Line(LineError),
    /// A number.
    Amount(AmountError),
    /// A VAT rate.
    Vat(VatError),
    /// The reference.
    Reference(ReferenceError),
    /// The reference is used by a live or paid link.
    ReferenceUsed,
    /// The time.
    Expiry(ExpiryError),
    /// The address.
    Address(AddressError),
    /// The phone number.
    Phone(PhoneError),
    /// The number takes no text messages, as far as its digits tell: a warning, it can be sent.
    PhoneNotMobile,
    /// The e-mail address.
    Email(EmailError),
    /// An account id is `T` or `P` and eight digits.
    AccountId,
    /// Not an https address.
    Url,
}

impl FieldError {
    /// Whether it only warns: the seller may go on.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::PhoneNotMobile)
    }
}
