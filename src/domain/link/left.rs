//! What a link that came to nothing may have left with the customer.

use jiff::Timestamp;

use super::{EventKind, Link, LinkEvent, LinkState};

/// What the customer may hold of a link that was refused or given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing that they could pay by.
    Nothing,
    /// It was made, with an address that isn't the backend's, and withdrawn. A message with it may have gone out.
    ForeignMessage,
    /// The same, and nobody has that address.
    Foreign,
    /// It, or an earlier try to make it, may have been made and may be with them. It is looked for.
    Lost,
    /// The same, and the search for it is over: nobody can pay by it any more.
    Past,
}

impl Link {
    /// Whether it was in doubt at any time that it was made.
    #[must_use]
    pub fn was_in_doubt(&self) -> bool {
        self.events.iter().any(|e| e.kind == EventKind::Uncertain)
    }

    /// How many tries to make it had an end that nobody knows.
    #[must_use]
    pub fn times_in_doubt(&self) -> u32 {
        let times = self.events.iter().filter(|e| e.kind == EventKind::Uncertain).count();
        u32::try_from(times).unwrap_or(u32::MAX)
    }

    /// It was in doubt, as its story is to tell if it does not yet.
    pub fn note_doubt(&mut self, at: Timestamp) {
        if !self.was_in_doubt() {
            self.record_once(at, EventKind::Uncertain, None);
        }
    }

    /// What the customer may hold of it, if it was refused or given up. `looked_for`: a lost session of it is being
    /// looked for.
    #[must_use]
    pub fn left(&self, looked_for: bool) -> Left {
        let messages = self.sale.delivery.messages_customer();
        match (self.state, self.session_id.is_some()) {
            (LinkState::Refused, true) if messages => Left::ForeignMessage,
            (LinkState::Refused, true) => Left::Foreign,
            (LinkState::Refused | LinkState::Cancelled, _) if looked_for => Left::Lost,
            (LinkState::Refused | LinkState::Cancelled, false) if messages && self.was_in_doubt() => {
                Left::Past
            }
            _ => Left::Nothing,
        }
    }

    /// It was refused, and waits again at the seller's word, who has seen to the reason: `at`. The story tells it, by which the
    /// newer of two copies is known.
    pub fn sent_once_more(&mut self, at: Timestamp) {
        let refused = self.events.iter().filter(|e| e.kind == EventKind::Refused).count();
        let key = Some(format!("again/{refused}"));
        self.record(LinkEvent { at, kind: EventKind::Drafted, detail: None, key });
        (self.state, self.reason, self.changed_at) = (LinkState::Queued, None, at);
    }

    /// Whether it was refused, and nothing of it can be with the customer: then the same may be sent once more.
    #[must_use]
    pub fn can_be_sent_again(&self, looked_for: bool) -> bool {
        self.state == LinkState::Refused && self.left(looked_for) == Left::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::line::{ProductLine, Quantity};
    use crate::domain::link::LinkId;
    use crate::domain::method::{Method, MethodChoice};
    use crate::domain::money::{Currency, Money};
    use crate::domain::phone::Phone;
    use crate::domain::reference::Reference;
    use crate::domain::sale::{AddressPlan, Delivery, Sale};
    use crate::domain::vat::VatRate;

    fn link(delivery: Delivery) -> Link {
        let price = Money::new(12_000, Currency::Nok);
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let sale = Sale {
            lines: vec![ProductLine::new("Vaffel", Quantity::ONE, price, VatRate::STANDARD).unwrap()],
            currency: Currency::Nok,
            methods: MethodChoice { whole_profile: false, methods: vec![Method::parse("vipps").unwrap()] },
            reference: Reference::parse("KARI-014").unwrap(),
            expires_at: at,
            exact_end: false,
            address: AddressPlan::None,
            auto_capture: false,
            delivery,
        };
        Link::queued(LinkId(uuid::Uuid::from_u128(1)), "T12345678".to_owned(), sale, at).unwrap()
    }

    #[test]
    fn what_is_left_is_told_by_session_message_doubt_and_search() {
        use Left::{Foreign, ForeignMessage, Lost, Nothing, Past};
        use LinkState::{Cancelled, Open, Refused};
        let sms = || Delivery::Sms(Phone::parse("+4791234567").unwrap());
        let cases = [
            // state, by message, has a session, was in doubt, is looked for
            (Refused, true, false, false, false, Nothing),
            (Refused, true, true, false, false, ForeignMessage),
            (Refused, true, true, true, true, ForeignMessage),
            (Refused, false, true, false, false, Foreign),
            (Refused, true, false, true, true, Lost),
            (Refused, true, false, true, false, Past),
            (Refused, false, false, true, false, Nothing),
            // Somebody had its address before a backup took the ledger's place.
            (Refused, false, false, true, true, Lost),
            (Cancelled, true, false, false, false, Nothing),
            (Cancelled, true, false, true, true, Lost),
            (Cancelled, true, false, true, false, Past),
            // It was found and withdrawn; or it was made anew, and the first is looked for.
            (Cancelled, true, true, true, false, Nothing),
            (Cancelled, true, true, true, true, Lost),
            (Open, true, true, true, true, Nothing),
        ];
        for (state, message, session, doubt, looked_for, left) in cases {
            let mut link = link(if message { sms() } else { Delivery::Link });
            link.state = state;
            link.session_id = session.then(|| "T12345678.s".to_owned());
            if doubt {
                link.note_doubt(link.created_at);
            }
            let case = (state, message, session, doubt, looked_for);
            assert_eq!(link.left(looked_for), left, "{case:?}");
        }
    }

    #[test]
    fn a_doubt_is_told_once() {
        let mut link = link(Delivery::Link);
        let at = link.created_at;
        link.note_doubt(at);
        link.note_doubt(at);
        assert_eq!(link.events.iter().filter(|e| e.kind == EventKind::Uncertain).count(), 1);
    }
}
