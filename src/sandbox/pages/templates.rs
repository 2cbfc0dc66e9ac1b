//! The templates and what they are filled with. Askama escapes everything that is put in.

use askama::Template;

use super::bill::Bill;
use super::way_back::WayBack;
use super::words::Words;

/// Lines, address or methods, and the button.
#[derive(Template)]
#[template(path = "checkout.html")]
pub(super) struct CheckoutPage {
    pub(super) w: &'static Words,
    pub(super) seller: String,
    pub(super) bill: Bill,
    pub(super) methods: Vec<MethodRow>,
    /// The address form; empty when there is nothing to fill in.
    pub(super) fields: Vec<Field>,
    pub(super) deliveries: Vec<Delivery>,
    /// The address that was filled in.
    pub(super) address: Vec<String>,
    pub(super) address_url: String,
    pub(super) edit_url: String,
    pub(super) pay_url: String,
    pub(super) leave_url: String,
    pub(super) other_language_url: String,
    /// What went wrong at the step before.
    pub(super) trouble: Option<&'static str>,
}

/// A payment method to choose.
pub(super) struct MethodRow {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) mark: char,
    pub(super) class: &'static str,
    pub(super) chosen: bool,
}

/// A field of the address.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) problem: Option<String>,
}

impl Field {
    /// What the browser may fill in by itself.
    pub(super) fn autocomplete(&self) -> &'static str {
        match self.name {
            "first_name" => "given-name",
            "last_name" => "family-name",
            "address_line" => "address-line1",
            "postal_code" => "postal-code",
            "postal_place" => "address-level2",
            _ => "country",
        }
    }

    pub(super) fn is_country(&self) -> bool {
        self.name == "country"
    }

    /// Fields that share a line with the next.
    pub(super) fn class(&self) -> &'static str {
        match self.name {
            "first_name" | "last_name" => "half",
            "postal_code" => "third",
            "postal_place" => "rest",
            _ => "full",
        }
    }

    /// The countries to choose from, the chosen one marked.
    pub(super) fn countries(&self, w: &Words) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = if self.value.is_empty() { "NO" } else { &self.value };
        w.countries.iter().map(|(code, name)| (*code, *name, *code == chosen)).collect()
    }
}

/// A way of delivery.
pub(super) struct Delivery {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) operator: String,
    pub(super) amount: String,
    pub(super) chosen: bool,
}

/// The method's own page: yes or no.
#[derive(Template)]
#[template(path = "approve.html")]
pub(super) struct ApprovePage {
    pub(super) w: &'static Words,
    pub(super) seller: String,
    pub(super) bill: Bill,
    pub(super) method: &'static str,
    pub(super) mark: char,
    pub(super) class: &'static str,
    pub(super) what: &'static str,
    pub(super) url: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Paid,
    Refunded,
    OnHold,
    Declined,
    Failed,
    Cancelled,
    Expired,
    Left,
    NotFound,
    /// Back at the shop, or what stands in for it: after a payment, without one, after one that failed.
    Back,
    BackUnpaid,
    BackFailed,
    /// Nobody was sent here: somebody looks who lives at this address.
    Home,
}

impl Notice {
    /// Its colour; glyph and words say the same.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Paid | Self::Back => "good",
            Self::OnHold | Self::Left | Self::Refunded | Self::BackUnpaid | Self::Home => "calm",
            Self::Declined | Self::Failed | Self::BackFailed => "bad",
            Self::Cancelled | Self::Expired | Self::NotFound => "over",
        }
    }

    pub(super) const fn glyph(self) -> &'static str {
        match self {
            Self::Paid | Self::Back => "\u{2713}",
            Self::Refunded | Self::Left | Self::BackUnpaid => "\u{21a9}",
            Self::Home => "\u{2302}",
            Self::OnHold => "\u{2026}",
            Self::Declined | Self::Failed | Self::BackFailed => "!",
            Self::Cancelled | Self::Expired => "\u{2013}",
            Self::NotFound => "?",
        }
    }
}

/// The page of an end.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage {
    pub(super) w: &'static Words,
    pub(super) kind: Notice,
    pub(super) seller: String,
    pub(super) bill: Option<Bill>,
    pub(super) reference: Option<String>,
    pub(super) paid_with: Option<&'static str>,
    pub(super) paid_at: String,
    pub(super) back: Option<WayBack>,
    /// The same page in the other language, and a word on whose page this stands in for.
    pub(super) other_language_url: Option<String>,
    pub(super) aside: Option<&'static str>,
}

/// The customer's phone.
#[derive(Template)]
#[template(path = "phone.html")]
pub(super) struct PhonePage {
    pub(super) w: &'static Words,
    pub(super) messages: Vec<Bubble>,
    pub(super) unreachable: &'static str,
}

/// A message on the phone.
pub(super) struct Bubble {
    pub(super) push: bool,
    pub(super) to: String,
    /// The text before the link.
    pub(super) text: String,
    pub(super) url: String,
    pub(super) at: String,
    pub(super) at_iso: String,
}
