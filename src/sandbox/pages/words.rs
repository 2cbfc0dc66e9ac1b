//! What the pages say, in Norwegian and English.

use axum::http::{HeaderMap, header};

use crate::domain::method::MethodKind;
use crate::sandbox::address::Problem;
use crate::sandbox::query::Query;

use super::templates::Notice;

/// Every word of the pages in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) norwegian: bool,
    pub(super) lang: &'static str,
    pub(super) other_code: &'static str,
    pub(super) other_name: &'static str,
    pub(super) decimal_mark: &'static str,
    pub(super) no_real_money: &'static str,
    pub(super) pay_to: &'static str,
    pub(super) reference: &'static str,
    pub(super) item: &'static str,
    pub(super) delivery: &'static str,
    pub(super) vat_of_it: &'static str,
    pub(super) total: &'static str,
    pub(super) sum: &'static str,
    pub(super) seller: &'static str,
    pub(super) pay_before: &'static str,
    pub(super) how_to_pay: &'static str,
    pub(super) pay: &'static str,
    pub(super) pay_with: &'static str,
    pub(super) leave: &'static str,
    pub(super) your_address: &'static str,
    pub(super) change: &'static str,
    pub(super) how_delivered: &'static str,
    pub(super) go_on: &'static str,
    pub(super) try_again: &'static str,
    pub(super) approve_and_pay: &'static str,
    pub(super) decline: &'static str,
    pub(super) back_to_choice: &'static str,
    pub(super) other_outcomes: &'static str,
    pub(super) let_reject: &'static str,
    pub(super) let_hold: &'static str,
    pub(super) paid_with: &'static str,
    pub(super) paid_at: &'static str,
    pub(super) back_to: &'static str,
    pub(super) the_shop: &'static str,
    pub(super) stands_in: &'static str,
    pub(super) phone_title: &'static str,
    pub(super) phone_hint: &'static str,
    pub(super) phone_empty: &'static str,
    pub(super) phone_to: &'static str,
    pub(super) phone_unreachable: &'static str,
    pub(super) countries: &'static [(&'static str, &'static str)],
}

pub(super) static NORWEGIAN: Words = Words {
    norwegian: true,
    lang: "no",
    other_code: "en",
    other_name: "English",
    decimal_mark: ",",
    no_real_money: "Testbetaling – ingen ekte penger",
    pay_to: "Betal til",
    reference: "Referanse",
    item: "Vare",
    delivery: "Levering",
    vat_of_it: "Herav mva.",
    total: "Å betale",
    sum: "Sum",
    seller: "Selger",
    pay_before: "Betal innen",
    how_to_pay: "Hvordan vil du betale?",
    pay: "Betal",
    pay_with: "med",
    leave: "Avbryt og gå tilbake",
    your_address: "Din adresse",
    change: "Endre",
    how_delivered: "Levering",
    go_on: "Fortsett til betaling",
    try_again: "Det gikk ikke. Se over siden og prøv igjen.",
    approve_and_pay: "Godkjenn og betal",
    decline: "Avslå",
    back_to_choice: "Velg en annen betalingsmåte",
    other_outcomes: "Sandkasse: prøv et annet utfall",
    let_reject: "Banken avviser",
    let_hold: "Settes på vent",
    paid_with: "Betalt med",
    paid_at: "Tidspunkt",
    back_to: "Tilbake til",
    the_shop: "butikken",
    stands_in: "I sandkassen står denne siden i stedet for butikkens egen (return_url i paylinks konfigurasjon).",
    phone_title: "Kundens telefon",
    phone_hint: "Her ser du hver SMS og push-melding som sandkassen sender.",
    phone_empty: "Ingen meldinger ennå.",
    phone_to: "Til",
    phone_unreachable: "Et nummer som aldri nås:",
    countries: &[
        ("NO", "Norge"),
        ("SE", "Sverige"),
        ("DK", "Danmark"),
        ("FI", "Finland"),
        ("IS", "Island"),
        ("DE", "Tyskland"),
        ("GB", "Storbritannia"),
        ("NL", "Nederland"),
        ("PL", "Polen"),
    ],
};

pub(super) static ENGLISH: Words = Words {
    norwegian: false,
    lang: "en",
    other_code: "no",
    other_name: "Norsk",
    decimal_mark: ".",
    no_real_money: "Test payment – no real money",
    pay_to: "Pay to",
    reference: "Reference",
    item: "Item",
    delivery: "Delivery",
    vat_of_it: "Includes VAT",
    total: "To pay",
    sum: "Total",
    seller: "Seller",
    pay_before: "Pay before",
    how_to_pay: "How do you want to pay?",
    pay: "Pay",
    pay_with: "with",
    leave: "Cancel and go back",
    your_address: "Your address",
    change: "Change",
    how_delivered: "Delivery",
    go_on: "Continue to payment",
    try_again: "That didn’t work. Look over the page and try again.",
    approve_and_pay: "Approve and pay",
    decline: "Decline",
    back_to_choice: "Choose another way to pay",
    other_outcomes: "Sandbox: try another outcome",
    let_reject: "The bank rejects it",
    let_hold: "Put on hold",
    paid_with: "Paid with",
    paid_at: "Time",
    back_to: "Back to",
    the_shop: "the shop",
    stands_in: "In the sandbox this page stands in for the shop’s own (return_url in paylink’s config).",
    phone_title: "The customer’s phone",
    phone_hint: "Every SMS and push message that the sandbox sends shows up here.",
    phone_empty: "No messages yet.",
    phone_to: "To",
    phone_unreachable: "A number that can’t be reached:",
    countries: &[
        ("NO", "Norway"),
        ("SE", "Sweden"),
        ("DK", "Denmark"),
        ("FI", "Finland"),
        ("IS", "Iceland"),
        ("DE", "Germany"),
        ("GB", "United Kingdom"),
        ("NL", "Netherlands"),
        ("PL", "Poland"),
    ],
};

impl Words {
    pub(super) fn field(&self, name: &str) -> &'static str {
        match (name, self.norwegian) {
            ("first_name", true) => "Fornavn",
            ("first_name", false) => "First name",
            ("last_name", true) => "Etternavn",
            ("last_name", false) => "Last name",
            ("address_line", true) => "Gateadresse",
            ("address_line", false) => "Street address",
            ("postal_code", true) => "Postnummer",
            ("postal_code", false) => "Postal code",
            ("postal_place", true) => "Poststed",
            ("postal_place", false) => "Town",
            (_, true) => "Land",
            (_, false) => "Country",
        }
    }

    pub(super) fn problem(&self, problem: Problem) -> String {
        match (problem, self.norwegian) {
            (Problem::Missing, true) => "Må fylles ut".to_owned(),
            (Problem::Missing, false) => "Please fill this in".to_owned(),
            (Problem::TooLong, true) => "For langt".to_owned(),
            (Problem::TooLong, false) => "Too long".to_owned(),
            (Problem::PostalCode(n), true) => format!("{n} sifre"),
            (Problem::PostalCode(n), false) => format!("{n} digits"),
            (Problem::Country, true) => "Velg et land".to_owned(),
            (Problem::Country, false) => "Choose a country".to_owned(),
        }
    }

    /// What a method's own page asks.
    pub(super) const fn approve(&self, kind: MethodKind) -> &'static str {
        match (kind, self.norwegian) {
            (MethodKind::Card, true) => "Testkortet •••• 0002 blir brukt.",
            (MethodKind::Card, false) => "The test card •••• 0002 is used.",
            (MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish, true) => {
                "Her ville appen åpnet seg på telefonen din."
            }
            (MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish, false) => {
                "This is where the app would open on your phone."
            }
            (_, true) => "Her ville betalingsmåtens egen side åpnet seg.",
            (_, false) => "This is where the payment method’s own page would open.",
        }
    }

    pub(super) const fn headline(&self, notice: Notice) -> &'static str {
        match (notice, self.norwegian) {
            (Notice::Paid, true) => "Betalt",
            (Notice::Paid, false) => "Paid",
            (Notice::Refunded, true) => "Pengene er betalt tilbake",
            (Notice::Refunded, false) => "The money was paid back",
            (Notice::OnHold, true) => "Betalingen blir kontrollert",
            (Notice::OnHold, false) => "The payment is being checked",
            (Notice::Declined, true) => "Betalingen ble avslått",
            (Notice::Declined, false) => "The payment was declined",
            (Notice::Failed, true) => "Betalingen gikk ikke gjennom",
            (Notice::Failed, false) => "The payment didn’t go through",
            (Notice::Cancelled, true) => "Lenken er trukket tilbake",
            (Notice::Cancelled, false) => "The link has been withdrawn",
            (Notice::Expired, true) => "Lenken er utløpt",
            (Notice::Expired, false) => "The link has expired",
            (Notice::Left, true) => "Du har avbrutt betalingen",
            (Notice::Left, false) => "You left the payment",
            (Notice::NotFound, true) => "Vi finner ikke denne betalingen",
            (Notice::NotFound, false) => "We can’t find this payment",
            (Notice::Back, true) => "Takk!",
            (Notice::Back, false) => "Thank you!",
            (Notice::BackUnpaid, true) => "Du betalte ikke",
            (Notice::BackUnpaid, false) => "You didn’t pay",
            (Notice::BackFailed, true) => "Betalingen gikk ikke gjennom",
            (Notice::BackFailed, false) => "The payment didn’t go through",
            (Notice::Home, true) => "Her bor paylinks sandkasse",
            (Notice::Home, false) => "paylink’s sandbox lives here",
        }
    }

    pub(super) const fn explanation(&self, notice: Notice) -> &'static str {
        match (notice, self.norwegian) {
            (Notice::Paid, true) => "Takk! Du kan lukke denne siden.",
            (Notice::Paid, false) => "Thank you! You can close this page.",
            (Notice::Refunded, true) => "Hele eller deler av beløpet er betalt tilbake av selgeren.",
            (Notice::Refunded, false) => "The seller has paid back some or all of the amount.",
            (Notice::OnHold, true) => {
                "Det kan ta litt tid. Selgeren ser svaret så snart det er klart; du trenger ikke betale igjen."
            }
            (Notice::OnHold, false) => {
                "This may take a while. The seller sees the answer as soon as there is one; don’t pay again."
            }
            (Notice::Declined, true) => {
                "Du sa nei til betalingen. Ingen penger er trukket. Be selgeren om en ny lenke hvis du vil betale likevel."
            }
            (Notice::Declined, false) => {
                "You said no to the payment. No money was taken. Ask the seller for a new link if you want to pay after all."
            }
            (Notice::Failed, true) => {
                "Banken sa nei. Ingen penger er trukket. Be selgeren om en ny lenke og prøv en annen betalingsmåte."
            }
            (Notice::Failed, false) => {
                "The bank said no. No money was taken. Ask the seller for a new link and try another way to pay."
            }
            (Notice::Cancelled, true) => "Selgeren har trukket lenken tilbake. Ingen penger er trukket.",
            (Notice::Cancelled, false) => "The seller has withdrawn the link. No money was taken.",
            (Notice::Expired, true) => {
                "Fristen for å betale er ute. Ingen penger er trukket. Be selgeren om en ny lenke."
            }
            (Notice::Expired, false) => {
                "The time to pay is over. No money was taken. Ask the seller for a new link."
            }
            (Notice::Left, true) => {
                "Ingen penger er trukket. Lenken virker fortsatt hvis du ombestemmer deg."
            }
            (Notice::Left, false) => "No money was taken. The link still works if you change your mind.",
            (Notice::NotFound, true) => "Sjekk at hele lenken kom med, eller spør selgeren.",
            (Notice::NotFound, false) => "Check that you have the whole link, or ask the seller.",
            // The address alone is no proof of a payment, so nothing is said of one.
            (Notice::Back, true) => "Du er tilbake hos butikken. Du kan lukke denne siden.",
            (Notice::Back, false) => "You are back at the shop. You can close this page.",
            (Notice::BackUnpaid, true) => {
                "Ingen penger er trukket. Du kan lukke denne siden; vil du betale likevel, så spør selgeren."
            }
            (Notice::BackUnpaid, false) => {
                "No money was taken. You can close this page; ask the seller if you want to pay after all."
            }
            (Notice::BackFailed, true) => "Du kan lukke denne siden. Be selgeren om en ny lenke.",
            (Notice::BackFailed, false) => "You can close this page. Ask the seller for a new link.",
            (Notice::Home, true) => {
                "Her betaler man med lekepenger. Lag en lenke i paylink, så åpnes den her."
            }
            (Notice::Home, false) => {
                "People pay with play money here. Make a link in paylink and it opens here."
            }
        }
    }
}

/// The language: asked for in the address (`language`), else the browser's, else Norwegian.
pub(super) fn choose(query: &Query, headers: &HeaderMap) -> &'static Words {
    if let Some(code) = query.one("language") {
        return if is_norwegian(code) { &NORWEGIAN } else { &ENGLISH };
    }
    let Some(accepted) = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()) else {
        return &NORWEGIAN;
    };
    let mut best: Option<(&'static Words, u32)> = None;
    for part in accepted.split(',') {
        let (code, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let words = match code.trim() {
            code if is_norwegian(code) => &NORWEGIAN,
            code if code.to_ascii_lowercase().starts_with("en") => &ENGLISH,
            _ => continue,
        };
        let weight = thousandths(weight.trim().strip_prefix("q=").unwrap_or("0"));
        if weight > 0 && best.is_none_or(|(_, before)| weight > before) {
            best = Some((words, weight));
        }
    }
    match best {
        Some((words, _)) => words,
        // Someone who reads neither is likelier to read English.
        None if !accepted.trim().is_empty() && accepted.trim() != "*" => &ENGLISH,
        None => &NORWEGIAN,
    }
}

fn is_norwegian(code: &str) -> bool {
    let code = code.to_ascii_lowercase();
    matches!(code.split('-').next(), Some("no" | "nb" | "nn"))
}

/// `0.8` is 800.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.parse::<u32>().unwrap_or(0).min(1) * 1000 + fraction.parse::<u32>().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(query: &str, accept: Option<&str>) -> &'static str {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        }
        choose(&Query::parse(Some(query)), &headers).lang
    }

    #[test]
    fn the_language_is_the_one_asked_for_then_the_browsers_then_norwegian() {
        assert_eq!(language("", None), "no");
        assert_eq!(language("language=en", Some("nb-NO")), "en");
        assert_eq!(language("language=nb", Some("en")), "no");
        assert_eq!(language("", Some("en-GB,en;q=0.9,nb;q=0.8")), "en");
        assert_eq!(language("", Some("de,nn;q=0.7,en;q=0.3")), "no");
        assert_eq!(language("", Some("fr")), "en");
        assert_eq!(language("", Some("*")), "no");
    }
}
