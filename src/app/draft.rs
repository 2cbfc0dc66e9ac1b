//! The draft: a sale as typed, kept in the ledger so that a crash or a quit loses nothing.
//!
//! Everything is text exactly as typed; nothing in it has to be valid. [`check`](super::check) says
//! what is wrong with it and makes the [`Sale`](crate::domain::sale::Sale).

use serde::{Deserialize, Serialize};

use crate::domain::link::LinkId;

/// The quantity that a line starts with.
pub const USUAL_QUANTITY: &str = "1";

/// A product line as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineDraft {
    /// Description.
    pub description: String,
    /// Quantity; starts as `1`.
    pub quantity: String,
    /// Unit price, VAT included.
    pub price: String,
    /// VAT in percent; starts as the configured rate.
    pub vat: String,
}

/// How long the customer has to pay, as chosen on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryChoice {
    /// One day.
    #[default]
    Day,
    /// One week.
    Week,
    /// One calendar month.
    Month,
    /// A quarter of an hour, for the booth.
    Minutes15,
    /// To the end of today.
    Today,
    /// As typed in [`Draft::expiry_text`].
    Own,
}

impl ExpiryChoice {
    /// In the order shown.
    pub const ALL: [Self; 6] = [Self::Day, Self::Week, Self::Month, Self::Minutes15, Self::Today, Self::Own];
}

/// Who gives the address, as chosen on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressChoice {
    /// No address.
    #[default]
    None,
    /// The customer (Checkout Express).
    Express,
    /// The seller types it.
    Known,
}

impl AddressChoice {
    /// In the order shown.
    pub const ALL: [Self; 3] = [Self::None, Self::Express, Self::Known];
}

/// How the link is delivered, as chosen on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// SMS or push.
    #[default]
    Sms,
    /// E-mail.
    Email,
    /// Link only.
    Link,
}

impl Channel {
    /// In the order shown.
    pub const ALL: [Self; 3] = [Self::Sms, Self::Email, Self::Link];
}

/// A sale as typed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The methods ticked, by name. Empty together with `methods_chosen == false` means "as by
    /// default", so that a draft made before the profile was known gets what the profile has.
    pub methods: Vec<String>,
    /// Whether the seller has changed the ticks.
    pub methods_chosen: bool,
    /// The lines, at least one.
    pub lines: Vec<LineDraft>,
    /// The VAT that a line of this draft starts with: what differs from it was typed.
    pub usual_vat: String,
    /// Lines removed, with where they stood, last one last.
    pub removed: Vec<(usize, LineDraft)>,
    /// The reference; empty until one is proposed.
    pub reference: String,
    /// Whether the seller typed the reference rather than taking the proposed one.
    pub reference_typed: bool,
    /// How long the customer has to pay.
    pub expiry: ExpiryChoice,
    /// An own time, as typed.
    pub expiry_text: String,
    /// Who gives the address.
    pub address: AddressChoice,
    /// First and last name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub place: String,
    /// Country, two letters.
    pub country: String,
    /// Withdraw the money at once.
    pub auto_capture: bool,
    /// How the link is delivered.
    pub channel: Channel,
    /// Phone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// The link whose lines these are.
    pub again: Option<LinkId>,
    /// It waited in the outbox and was taken out of it to be changed: nobody sends it until it is made into a link
    /// again, which must not be forgotten.
    pub waited: bool,
    /// The link that it stands in for, from before that is taken out of the outbox until it is known to be. As long as
    /// that link is not withdrawn, it is the sale and this is none: see [`Effect::Change`](super::Effect::Change).
    pub in_place_of: Option<LinkId>,
    /// The id that its link will have, given when the draft begins. A link with this id in the ledger
    /// means that this draft is sold, as it is or as it once was: by this process or by another one that took it up.
    pub id: Option<LinkId>,
}

/// What is remembered from sale to sale, beside what the config says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Defaults {
    /// The channel last used.
    pub channel: Channel,
    /// Who gives the address: `None` or `Express`.
    pub address: AddressChoice,
    /// The country last typed; empty for none.
    pub country: String,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A customer's name, phone and address are not for logs.
        f.debug_struct("Draft").field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Draft {
    /// Whether there is anything in it that would be missed.
    #[must_use]
    pub fn has_content(&self) -> bool {
        let typed = [&self.name, &self.street, &self.postal_code, &self.place, &self.phone, &self.email];
        self.lines.iter().any(|l| !self.untouched(l))
            || !self.removed.is_empty()
            || self.methods_chosen
            || (self.reference_typed && !self.reference.trim().is_empty())
            || typed.iter().any(|t| !t.trim().is_empty())
    }

    /// Whether the seller has not put anything into a line yet: it is as it started. Any other one is to be sold, and what
    /// is wrong with it or missing in it is told.
    #[must_use]
    pub fn untouched(&self, line: &LineDraft) -> bool {
        let empty = |text: &str| text.trim().is_empty();
        let vat = line.vat.trim();
        // A draft that an older paylink kept does not say what was usual.
        let usual_vat = vat.is_empty() || self.usual_vat.is_empty() || vat == self.usual_vat;
        empty(&line.description)
            && empty(&line.price)
            && (empty(&line.quantity) || line.quantity.trim() == USUAL_QUANTITY)
            && usual_vat
    }

    /// The text of a field; `None` for one that has no text.
    #[must_use]
    pub fn text(&self, field: FieldId) -> Option<&str> {
        let line = |i: usize| self.lines.get(i);
        Some(match field {
            FieldId::Description(i) => &line(i)?.description,
            FieldId::Quantity(i) => &line(i)?.quantity,
            FieldId::Price(i) => &line(i)?.price,
            FieldId::Vat(i) => &line(i)?.vat,
            FieldId::Reference => &self.reference,
            FieldId::ExpiryText => &self.expiry_text,
            FieldId::Name => &self.name,
            FieldId::Street => &self.street,
            FieldId::PostalCode => &self.postal_code,
            FieldId::Place => &self.place,
            FieldId::Country => &self.country,
            FieldId::Phone => &self.phone,
            FieldId::Email => &self.email,
            _ => return None,
        })
    }

    /// The text of a field, to be changed.
    pub fn text_mut(&mut self, field: FieldId) -> Option<&mut String> {
        Some(match field {
            FieldId::Description(i) => &mut self.lines.get_mut(i)?.description,
            FieldId::Quantity(i) => &mut self.lines.get_mut(i)?.quantity,
            FieldId::Price(i) => &mut self.lines.get_mut(i)?.price,
            FieldId::Vat(i) => &mut self.lines.get_mut(i)?.vat,
            FieldId::Reference => &mut self.reference,
            FieldId::ExpiryText => &mut self.expiry_text,
            FieldId::Name => &mut self.name,
            FieldId::Street => &mut self.street,
            FieldId::PostalCode => &mut self.postal_code,
            FieldId::Place => &mut self.place,
            FieldId::Country => &mut self.country,
            FieldId::Phone => &mut self.phone,
            FieldId::Email => &mut self.email,
            _ => return None,
        })
    }
}

/// A field of the five steps, for focus, for errors and for the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldId {
    /// Step 2: "all methods" (0) and each offered method after it.
    Method(usize),
    /// Step 2 as a whole.
    Methods,
    /// Step 3: a line's description.
    Description(usize),
    /// A line's quantity.
    Quantity(usize),
    /// A line's unit price.
    Price(usize),
    /// A line's VAT.
    Vat(usize),
    /// Step 3 as a whole: no lines, too many, too large a sum.
    Lines,
    /// Step 4: the reference.
    Reference,
    /// How long.
    Expiry,
    /// An own time.
    ExpiryText,
    /// Who gives the address.
    Address,
    /// Name.
    Name,
    /// Street.
    Street,
    /// Postal code.
    PostalCode,
    /// Town.
    Place,
    /// Country.
    Country,
    /// Deduct automatically or not.
    Capture,
    /// Step 5: the channel.
    Channel,
    /// Phone.
    Phone,
    /// E-mail.
    Email,
    /// The search text of the list.
    Search,
    /// Set-up: account id.
    AccountId,
    /// Set-up: client id.
    ClientId,
    /// Set-up: client secret.
    ClientSecret,
    /// Set-up: the merchant's name.
    MerchantName,
    /// Set-up: return address.
    ReturnUrl,
}
