//! The state of steps 2 to 5.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::app::check::FieldError;
use crate::app::draft::{Draft, FieldId};
use crate::app::field::Field;
use crate::domain::line::Totals;
use crate::domain::link::Link;
use crate::domain::method::Method;
use crate::domain::money::Money;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The field.
    pub field: FieldId,
    /// What is wrong.
    pub error: FieldError,
}

/// A method offered in step 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its name: a short name where one kind stands for it, else the type.
    pub method: Method,
    /// Ticked.
    pub on: bool,
}

/// Steps 2 to 5.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wizard {
    /// It is a draft that was gone on with, and nothing of it was changed since: that is said all the time.
    pub resumed: bool,
    /// Texts of the product lines that others were typed in place of, the last one last: an undo brings them back.
    pub replaced: Vec<(FieldId, String)>,
    /// The sale as typed.
    pub draft: Draft,
    /// What step 2 offers, with its ticks.
    pub offered: Vec<Offered>,
    /// Whether `offered` is all that the payment profile has (then all ticked means the whole
    /// profile).
    pub offered_is_profile: bool,
    /// The field that has the focus.
    pub focus: Option<FieldId>,
    /// The text of the focused field with its caret. Always the draft's text of `focus`.
    pub field: Field,
    /// Fields that were left at least once: their errors are shown.
    pub touched: BTreeSet<FieldId>,
    /// What is wrong, on all steps; shown for touched fields.
    pub issues: Vec<Issue>,
    /// The last country typed that is one: the postal code is judged by it while what is typed now is none.
    pub country: String,
    /// The reference is used by another live or paid link (answer of the ledger for this text).
    pub reference_used: Option<String>,
    /// A proposed reference is on its way.
    pub proposing: bool,
    /// The reference proposed last, and on which day: as long as no sale has it, it is the next one.
    pub spare: Option<(Date, String)>,
    /// The types that the payment profile has, once known.
    pub profile: Option<Vec<String>>,
    /// What each line comes to, where it can be told: one entry a line of the draft.
    pub amounts: Vec<Option<Money>>,
    /// The sum so far, of the lines that can be told.
    pub totals: Option<Totals>,
    /// The first product line in sight.
    pub top: usize,
    /// Being kept and sent: no second Enter makes a second link.
    pub submitting: bool,
    /// The link being kept; `None` while it waits for a proposed reference.
    pub pending: Option<Box<Link>>,
    /// The draft has changed since it was last kept.
    pub unsaved: bool,
}

impl Wizard {
    /// What is wrong with this field, once the seller has left it.
    #[must_use]
    pub fn issue(&self, field: FieldId) -> Option<&FieldError> {
        self.touched.contains(&field).then_some(())?;
        self.issues.iter().find(|i| i.field == field).map(|i| &i.error)
    }
}
