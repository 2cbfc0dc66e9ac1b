//! From the draft, as typed, to a sale that can be sent: or what is wrong, field by field.

use jiff::Timestamp;

use super::draft::{AddressChoice, Channel, Draft, ExpiryChoice, FieldId, LineDraft};
use super::model::{Issue, Now, Shop, Wizard};
use crate::domain::address::{Address, AddressError, AddressField};
use crate::domain::amount::{AmountError, parse_number, parse_price, parse_quantity};
use crate::domain::email::{Email, EmailError};
use crate::domain::expiry::{self, Expiry, ExpiryError};
use crate::domain::line::{LineError, MAX_DESCRIPTION, MAX_LINES, ProductLine, Quantity, Totals};
use crate::domain::method::{Method, MethodChoice};
use crate::domain::money::{Currency, Money};
use crate::domain::phone::{Phone, PhoneError, PhoneKind};
use crate::domain::reference::{Reference, ReferenceError};
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::domain::vat::{VatError, VatRate};

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
    /// So many months, and minutes may have been meant: a warning.
    MonthsOrMinutes(u32),
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
    /// Not a client id: this can't be in one.
    ClientId(char),
    /// Not an https address.
    Url,
}

impl FieldError {
    /// Whether it only warns: the seller may go on.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::PhoneNotMobile | Self::MonthsOrMinutes(_))
    }
}

/// A draft looked at.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// What is wrong, in the order of the steps and their fields.
    pub issues: Vec<Issue>,
    /// The lines that can be sold, one entry a line of the draft; `None` for those left empty too.
    pub lines: Vec<Option<ProductLine>>,
    /// What those come to.
    pub totals: Option<Totals>,
    methods: Option<MethodChoice>,
    reference: Option<Reference>,
    expires_at: Option<Timestamp>,
    exact_end: bool,
    address: Option<AddressPlan>,
    delivery: Option<Delivery>,
}

impl Verdict {
    /// The amount of each line, where it can be told.
    #[must_use]
    pub fn amounts(&self) -> Vec<Option<Money>> {
        self.lines.iter().map(|l| l.as_ref().map(ProductLine::amount)).collect()
    }

    /// The sale, if nothing stands in its way.
    #[must_use]
    pub fn sale(self, auto_capture: bool, currency: Currency) -> Option<Sale> {
        if self.issues.iter().any(|i| !i.error.is_warning()) {
            return None;
        }
        let sale = Sale {
            lines: self.lines.into_iter().flatten().collect(),
            currency,
            methods: self.methods?,
            reference: self.reference?,
            expires_at: self.expires_at?,
            exact_end: self.exact_end,
            address: self.address?,
            auto_capture,
            delivery: self.delivery?,
        };
        sale.check().ok()
    }

    fn wrong(&mut self, field: FieldId, error: FieldError) {
        self.issues.push(Issue { field, error });
    }
}

/// Looks at everything typed. `theirs`: now by the backend's clock, as far as it is known to differ.
#[must_use]
pub fn look(wizard: &Wizard, shop: &Shop, now: &Now, theirs: Timestamp) -> Verdict {
    let mut verdict = Verdict::default();
    let draft = &wizard.draft;
    methods(wizard, &mut verdict);
    lines(draft, shop.currency, &mut verdict);
    reference(wizard, &mut verdict);
    expires_at(draft, now, theirs, &mut verdict);
    address(wizard, &mut verdict);
    delivery(draft, &mut verdict);
    verdict
}

fn methods(wizard: &Wizard, verdict: &mut Verdict) {
    let on: Vec<Method> = wizard.offered.iter().filter(|o| o.on).map(|o| o.method.clone()).collect();
    if on.is_empty() {
        verdict.wrong(FieldId::Methods, FieldError::NoMethod);
        return;
    }
    let whole_profile = wizard.offered_is_profile && on.len() == wizard.offered.len();
    // With a profile that is not known, what it has is not known either: nothing is made up.
    let methods = if whole_profile && wizard.profile.is_none() { Vec::new() } else { on };
    verdict.methods = Some(MethodChoice { whole_profile, methods });
}

fn lines(draft: &Draft, currency: Currency, verdict: &mut Verdict) {
    let mut used = 0;
    for (i, typed) in draft.lines.iter().enumerate() {
        let untouched = draft.untouched(typed);
        used += usize::from(!untouched);
        let line = if untouched { None } else { line(i, typed, currency, verdict) };
        verdict.lines.push(line);
    }
    if used == 0 {
        verdict.wrong(FieldId::Lines, FieldError::Line(LineError::NoLines));
    } else if used > MAX_LINES {
        verdict.wrong(FieldId::Lines, FieldError::Line(LineError::TooManyLines));
    }
    let good: Vec<ProductLine> = verdict.lines.iter().flatten().cloned().collect();
    match Totals::of(&good, currency) {
        Ok(totals) => verdict.totals = Some(totals),
        Err(error) => verdict.wrong(FieldId::Lines, FieldError::Line(error)),
    }
}

fn line(i: usize, typed: &LineDraft, currency: Currency, verdict: &mut Verdict) -> Option<ProductLine> {
    let before = verdict.issues.len();
    let description = typed.description.trim();
    if description.is_empty() {
        verdict.wrong(FieldId::Description(i), FieldError::Line(LineError::NoDescription));
    } else if description.chars().count() > MAX_DESCRIPTION {
        verdict.wrong(FieldId::Description(i), FieldError::Line(LineError::LongDescription));
    }
    let number = parse_quantity(&typed.quantity).map_err(amount_error);
    let quantity = number.and_then(|n| Quantity::new(n).map_err(FieldError::Line));
    let price = parse_price(&typed.price, currency).map_err(amount_error).and_then(|p| match p.minor() {
        0 => Err(FieldError::Line(LineError::ZeroPrice)),
        n if n < 0 => Err(FieldError::Line(LineError::NegativePrice)),
        _ => Ok(p),
    });
    let vat = parse_number(&typed.vat)
        .map_err(amount_error)
        .and_then(|n| VatRate::from_percent(n).map_err(FieldError::Vat));
    let parsed = (
        note(verdict, FieldId::Quantity(i), quantity),
        note(verdict, FieldId::Price(i), price),
        note(verdict, FieldId::Vat(i), vat),
    );
    let (Some(quantity), Some(price), Some(vat)) = parsed else { return None };
    if verdict.issues.len() > before {
        return None;
    }
    // What is left to be wrong is the amount: nothing, or too much.
    let line = ProductLine::new(description, quantity, price, vat).map_err(FieldError::Line);
    note(verdict, FieldId::Price(i), line)
}

fn amount_error(error: AmountError) -> FieldError {
    match error {
        AmountError::Empty => FieldError::Missing,
        error => FieldError::Amount(error),
    }
}

fn note<T>(verdict: &mut Verdict, field: FieldId, result: Result<T, FieldError>) -> Option<T> {
    result.map_err(|error| verdict.wrong(field, error)).ok()
}

fn reference(wizard: &Wizard, verdict: &mut Verdict) {
    let text = wizard.draft.reference.trim();
    let used = wizard.reference_used.as_deref() == Some(text);
    let parsed = match Reference::parse(text) {
        // One is on its way: nothing is wrong yet.
        Err(ReferenceError::Empty) if wizard.proposing => return,
        Err(ReferenceError::Empty) => Err(FieldError::Missing),
        Err(error) => Err(FieldError::Reference(error)),
        Ok(_) if used => Err(FieldError::ReferenceUsed),
        Ok(reference) => Ok(reference),
    };
    verdict.reference = note(verdict, FieldId::Reference, parsed);
}

/// How long, as chosen.
///
/// # Errors
/// An own time that is not one.
pub fn chosen_expiry(draft: &Draft, now: &Now) -> Result<Expiry, ExpiryError> {
    Ok(match draft.expiry {
        ExpiryChoice::Day => Expiry::Days(1),
        ExpiryChoice::Week => Expiry::Weeks(1),
        ExpiryChoice::Month => Expiry::Months(1),
        ExpiryChoice::Minutes15 => Expiry::Minutes(15),
        ExpiryChoice::Today => Expiry::Today,
        ExpiryChoice::Own => Expiry::parse(draft.expiry_text.trim(), &now.zone)?,
    })
}

/// By whose clock a link that lives for `expiry` ends: a moment that was named is the same for all, and the backend's
/// clock tells best whether it's over. A length begins when the link is made, by this machine's clock like everything
/// that waits here; sending puts that right where it's wrong.
#[must_use]
pub const fn reckoned_from(expiry: &Expiry, now: &Now, theirs: Timestamp) -> Timestamp {
    if expiry.is_moment() { theirs } else { now.at }
}

fn expires_at(draft: &Draft, now: &Now, theirs: Timestamp, verdict: &mut Verdict) {
    let own = draft.expiry == ExpiryChoice::Own;
    let field = if own { FieldId::ExpiryText } else { FieldId::Expiry };
    if own && draft.expiry_text.trim().is_empty() {
        verdict.wrong(field, FieldError::Missing);
        return;
    }
    let chosen = chosen_expiry(draft, now);
    verdict.exact_end = chosen.as_ref().is_ok_and(Expiry::is_moment);
    let moment = chosen.and_then(|e| e.moment(reckoned_from(&e, now, theirs), &now.zone));
    verdict.expires_at = note(verdict, field, moment.map_err(FieldError::Expiry));
    if let Some(months) =
        expiry::months_or_minutes(&draft.expiry_text).filter(|_| own && verdict.expires_at.is_some())
    {
        verdict.wrong(field, FieldError::MonthsOrMinutes(months));
    }
}

fn address(wizard: &Wizard, verdict: &mut Verdict) {
    match wizard.draft.address {
        AddressChoice::None => verdict.address = Some(AddressPlan::None),
        AddressChoice::Express => verdict.address = Some(AddressPlan::Express),
        AddressChoice::Known => known_address(&wizard.draft, &wizard.country, verdict),
    }
}

/// What is typed of an address is looked at also while the rest is still missing; while the country is none, by the one
/// that it was `before`, so that what is wrong with the postal code doesn't come and go.
fn known_address(draft: &Draft, before: &str, verdict: &mut Verdict) {
    let typed = [
        (FieldId::Name, draft.name.as_str()),
        (FieldId::Street, draft.street.as_str()),
        (FieldId::PostalCode, draft.postal_code.as_str()),
        (FieldId::Place, draft.place.as_str()),
    ];
    let is_missing = |text: &str| text.trim().is_empty();
    let [name, street, postal_code, place] = typed.map(|(_, text)| if is_missing(text) { "-" } else { text });
    let parsed = Address::parse(name, street, postal_code, place, &draft.country);
    let first = parsed.as_ref().err().copied();
    let of_country = first.filter(|error| address_error_field(*error) == FieldId::Country);
    let second = of_country.and_then(|_| Address::parse(name, street, postal_code, place, before).err());
    let errors = [first, second];
    let error = |field| errors.into_iter().flatten().find(|error| address_error_field(*error) == field);
    let mut right = true;
    for (field, text) in typed.into_iter().chain([(FieldId::Country, draft.country.as_str())]) {
        if is_missing(text) && field != FieldId::Country {
            verdict.wrong(field, FieldError::Missing);
        } else if let Some(error) = error(field) {
            verdict.wrong(field, FieldError::Address(error));
        } else {
            continue;
        }
        right = false;
    }
    if right {
        verdict.address = parsed.ok().map(AddressPlan::Known);
    }
}

const fn address_error_field(error: AddressError) -> FieldId {
    match error {
        AddressError::Missing(field) | AddressError::TooLong(field) => address_field(field),
        AddressError::PostalCode => FieldId::PostalCode,
        AddressError::Country | AddressError::UnknownCountry => FieldId::Country,
    }
}

const fn address_field(field: AddressField) -> FieldId {
    match field {
        AddressField::Name => FieldId::Name,
        AddressField::Street => FieldId::Street,
        AddressField::PostalCode => FieldId::PostalCode,
        AddressField::Place => FieldId::Place,
        AddressField::Country => FieldId::Country,
    }
}

fn delivery(draft: &Draft, verdict: &mut Verdict) {
    verdict.delivery = match draft.channel {
        Channel::Link => Some(Delivery::Link),
        Channel::Sms => {
            let phone = Phone::parse(&draft.phone).map_err(|e| match e {
                PhoneError::Empty => FieldError::Missing,
                error => FieldError::Phone(error),
            });
            if phone.as_ref().is_ok_and(|p| p.kind() == PhoneKind::NotMobile) {
                verdict.wrong(FieldId::Phone, FieldError::PhoneNotMobile);
            }
            note(verdict, FieldId::Phone, phone).map(Delivery::Sms)
        }
        Channel::Email => {
            let email = Email::parse(&draft.email).map_err(|e| match e {
                EmailError::Empty => FieldError::Missing,
                error => FieldError::Email(error),
            });
            note(verdict, FieldId::Email, email).map(Delivery::Email)
        }
    };
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
