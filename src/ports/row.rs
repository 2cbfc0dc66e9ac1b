//! Links as a list shows them: rows, which of them are meant, and the day's sums.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::domain::email::Email;
use crate::domain::link::{Alarm, Link, LinkId, LinkState};
use crate::domain::money::Money;
use crate::domain::phone::Phone;
use crate::domain::reference::Reference;
use crate::domain::sale::Delivery;

/// Which links are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkFilter {
    /// Words, all of them to be found in reference, descriptions, phone (digits, any grouping), e-mail
    /// or name, anywhere within a word, or at the beginning of an id. Case and accents don't matter. A
    /// text without letters and digits restricts nothing.
    pub search: Option<String>,
    /// Only these states; empty for all.
    pub states: Vec<LinkState>,
    /// Those with alarms too, in whatever state; where no states are named, only those.
    pub alarmed: bool,
    /// Those that wait in the outbox for the seller's word too, in whatever state; where no states are named, only those.
    pub asking: bool,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<u32>,
    /// Skip so many.
    pub offset: u32,
}

/// One row of a list: cheap to load by the hundred, without lines and events.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The link.
    pub id: LinkId,
    /// Its reference.
    pub reference: Reference,
    /// Its state.
    pub state: LinkState,
    /// What it comes to.
    pub amount: Money,
    /// What of it went back to the customer, where that is a part.
    pub returned: Option<Money>,
    /// When the seller asked for it.
    pub created_at: Timestamp,
    /// When the state last changed.
    pub changed_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whom it was sent to, or empty: an SMS number in E.164 form or an e-mail address.
    pub to: String,
    /// The first line's description.
    pub title: String,
    /// The session, for tracking.
    pub session_id: Option<String>,
    /// Whether it captures by itself (then authorized is not the end).
    pub auto_capture: bool,
    /// What a person must deal with.
    pub alarms: Vec<Alarm>,
}

impl From<&Link> for LinkRow {
    fn from(link: &Link) -> Self {
        let to = match &link.sale.delivery {
            Delivery::Sms(phone) => phone.e164().to_owned(),
            Delivery::Email(email) => email.as_str().to_owned(),
            Delivery::Link => String::new(),
        };
        Self {
            id: link.id,
            reference: link.sale.reference.clone(),
            state: link.state,
            amount: link.amount,
            returned: link.returned().filter(|part| !part.is_zero() && link.state != LinkState::Refunded),
            created_at: link.created_at,
            changed_at: link.changed_at,
            expires_at: link.expires_at,
            to,
            title: link.sale.lines.first().map(|l| l.description.clone()).unwrap_or_default(),
            session_id: link.session_id.clone(),
            auto_capture: link.sale.auto_capture,
            alarms: link.alarms.clone(),
        }
    }
}

impl fmt::Debug for LinkRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // So that a new field is thought of here, too.
        let Self {
            id,
            reference,
            state,
            amount,
            returned,
            created_at,
            changed_at,
            expires_at,
            to,
            title,
            session_id,
            auto_capture,
            alarms,
        } = self;
        f.debug_struct("LinkRow")
            .field("id", id)
            .field("reference", reference)
            .field("state", state)
            .field("amount", amount)
            .field("returned", returned)
            .field("created_at", created_at)
            .field("changed_at", changed_at)
            .field("expires_at", expires_at)
            .field("to", &masked(to))
            .field("title", title)
            .field("session_id", session_id)
            .field("auto_capture", auto_capture)
            .field("alarms", alarms)
            .finish()
    }
}

/// Whom a link was sent to, for logs.
fn masked(to: &str) -> String {
    match (to, Phone::parse(to), Email::parse(to)) {
        ("", ..) => String::new(),
        (_, Ok(phone), _) => phone.masked(),
        (_, _, Ok(email)) => email.masked(),
        _ => "…".to_owned(),
    }
}

impl LinkRow {
    /// Paid, as [`Link::paid`] means it.
    #[must_use]
    pub const fn paid(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.auto_capture,
            state => state.paid(),
        }
    }

    /// Nothing more happens to it by itself, as [`Link::settled`] means it.
    #[must_use]
    pub const fn settled(&self) -> bool {
        match self.state {
            LinkState::Authorized => !self.auto_capture,
            state => state.settled(),
        }
    }

    /// From when on it is followed for [`FOLLOWED_AFTER_END`], where it has ended and [may go on](Link::may_go_on).
    #[must_use]
    pub const fn ended_at(&self) -> Timestamp {
        match self.state {
            LinkState::Cancelled => self.changed_at,
            _ => self.expires_at,
        }
    }
}

/// The backend has no word of its own for a link whose time is over: that is told by clocks, and clocks can be
/// wrong. So for this long after its time such a link is still asked about, seldom, and comes back to life if the
/// backend knows better. So is one where a try to pay has failed without coming to a payment.
pub const FOLLOWED_AFTER_END: SignedDuration = SignedDuration::from_hours(24);

/// The day at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayTotals {
    /// Minor units paid (authorized or captured, less refunds), per currency code.
    pub paid: BTreeMap<String, i64>,
    /// Minor units outstanding on live links, per currency code.
    pub outstanding: BTreeMap<String, i64>,
    /// How many were paid.
    pub paid_count: u32,
    /// How many are live.
    pub open_count: u32,
    /// How many requests wait in the outbox.
    pub waiting: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::line::{ProductLine, Quantity};
    use crate::domain::method::{Method, MethodChoice};
    use crate::domain::money::Currency;
    use crate::domain::sale::{AddressPlan, Sale};
    use crate::domain::vat::VatRate;

    fn link(delivery: Delivery) -> Link {
        let at = Timestamp::UNIX_EPOCH;
        let price = Money::new(12_000, Currency::Nok);
        let sale = Sale {
            lines: vec![ProductLine::new("Vaffel", Quantity::ONE, price, VatRate::STANDARD).unwrap()],
            currency: Currency::Nok,
            methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
            reference: Reference::parse("KARI-1").unwrap(),
            expires_at: at,
            exact_end: false,
            address: AddressPlan::None,
            auto_capture: false,
            delivery,
        };
        let mut link = Link::queued(LinkId(uuid::Uuid::nil()), "T1".to_owned(), sale, at).unwrap();
        link.url = Some("https://checkout.dintero.com/v1/view/T1.payable".to_owned());
        link
    }

    #[test]
    fn neither_whom_it_went_to_nor_its_address_is_in_a_debug_form() {
        for (delivery, hidden, shown) in [
            (Delivery::Sms(Phone::parse("41234567").unwrap()), "41234567", "67"),
            (Delivery::Email(Email::parse("kari@example.com").unwrap()), "kari@", "k…@example.com"),
        ] {
            let link = link(delivery);
            let row = LinkRow::from(&link);
            assert!(row.to.contains(hidden));
            let told = format!("{link:?} {row:#?}");
            assert!(!told.contains(hidden) && !told.contains("payable"), "{told}");
            // And what is needed to tell one from another is.
            for needed in [shown, "KARI-1", "https://checkout.dintero.com/…", "Queued"] {
                assert!(told.contains(needed), "{needed}: {told}");
            }
        }
        assert_eq!(masked("of a newer version"), "…");
    }
}
