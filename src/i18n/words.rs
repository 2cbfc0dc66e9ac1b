//! Words for the life of a link: states, events, methods, deliveries, faults, alarms, expiry.

use std::borrow::Cow;

use super::{Spoken, Texts};
use crate::domain::expiry::Expiry;
use crate::domain::fault::FaultKind;
use crate::domain::lifecycle::TransactionStatus;
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Left, Link, LinkState};
use crate::domain::method::{Method, MethodKind};

/// One or two words, as in a list: `paid`, `not opened`.
impl Spoken for LinkState {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Queued => "state-queued",
            Self::Creating => "state-creating",
            Self::Uncertain => "state-uncertain",
            Self::Refused => "state-refused",
            Self::Open => "state-open",
            Self::Opened => "state-opened",
            Self::Paying => "state-paying",
            Self::OnHold => "state-on-hold",
            Self::Authorized => "state-authorized",
            Self::Captured => "state-captured",
            Self::PartiallyCaptured => "state-partially-captured",
            Self::Declined => "state-declined",
            Self::Failed => "state-failed",
            Self::Expired => "state-expired",
            Self::Cancelled => "state-cancelled",
            Self::Voided => "state-voided",
            Self::PartiallyRefunded => "state-partially-refunded",
            Self::Refunded => "state-refunded",
            Self::PartiallyCapturedRefunded => "state-partially-captured-refunded",
            Self::Unknown => "state-unknown",
        })
    }
}

impl Texts {
    /// How it stands with a link and what to do next, in a sentence or two. `looked_for`: a lost session of it is being
    /// looked for.
    #[must_use]
    pub fn advice(self, link: &Link, looked_for: bool) -> Cow<'static, str> {
        let refused = link.state == LinkState::Refused;
        match link.left(looked_for) {
            Left::Nothing => self.usual_advice(link.state),
            Left::ForeignMessage => self.t("advice-refused-foreign-message"),
            Left::Foreign => self.t("advice-refused-foreign"),
            Left::Lost if refused => self.t("advice-refused-lost"),
            Left::Lost => self.t("advice-cancelled-lost"),
            Left::Past if refused => self.t("advice-refused-past"),
            Left::Past => self.t("advice-cancelled-past"),
        }
    }

    /// What is told of an alarm of this link.
    #[must_use]
    pub fn alarm_of(self, link: &Link, alarm: Alarm) -> Cow<'static, str> {
        if alarm == Alarm::PaidElsewhere && link.paid_elsewhere_after_its_own() {
            self.t("alarm-paid-elsewhere-after")
        } else {
            self.say(&alarm)
        }
    }

    fn usual_advice(self, state: LinkState) -> Cow<'static, str> {
        self.t(match state {
            LinkState::Queued => "advice-queued",
            LinkState::Creating => "advice-creating",
            LinkState::Uncertain => "advice-uncertain",
            LinkState::Refused => "advice-refused",
            LinkState::Open => "advice-open",
            LinkState::Opened => "advice-opened",
            LinkState::Paying => "advice-paying",
            LinkState::OnHold => "advice-on-hold",
            LinkState::Authorized => "advice-authorized",
            LinkState::Captured => "advice-captured",
            LinkState::PartiallyCaptured => "advice-partially-captured",
            LinkState::Declined => "advice-declined",
            LinkState::Failed => "advice-failed",
            LinkState::Expired => "advice-expired",
            LinkState::Cancelled => "advice-cancelled",
            LinkState::Voided => "advice-voided",
            LinkState::PartiallyRefunded => "advice-partially-refunded",
            LinkState::Refunded => "advice-refunded",
            LinkState::PartiallyCapturedRefunded => "advice-partially-captured-refunded",
            LinkState::Unknown => "advice-unknown",
        })
    }

    /// A kind of payment method within a sentence: what is no name begins with a small letter.
    #[must_use]
    pub fn method_within(self, kind: MethodKind) -> String {
        let word = self.say(&kind);
        match kind {
            MethodKind::Card | MethodKind::Invoice | MethodKind::Installment | MethodKind::Other => {
                word.to_lowercase()
            }
            _ => word.into_owned(),
        }
    }

    /// A payment method as people call it; a type of no known kind by its own name.
    #[must_use]
    pub fn method(self, method: &Method) -> Cow<'static, str> {
        match method.kind() {
            MethodKind::Other => Cow::Owned(method.as_str().to_owned()),
            kind => self.say(&kind),
        }
    }
}

/// As a line of the timeline.
impl Spoken for EventKind {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Drafted => "event-drafted",
            Self::Created => "event-created",
            Self::MessageSent => "event-message-sent",
            Self::MessageSkipped => "event-message-skipped",
            Self::MessageFailed => "event-message-failed",
            Self::MailOpened => "event-mail-opened",
            Self::Opened => "event-opened",
            Self::AddressGiven => "event-address-given",
            Self::Paying => "event-paying",
            Self::AttemptFailed => "event-attempt-failed",
            Self::PayingEnded => "event-paying-ended",
            Self::OnHold => "event-on-hold",
            Self::Authorized => "event-authorized",
            Self::Captured => "event-captured",
            Self::PartiallyCaptured => "event-partially-captured",
            Self::Declined => "event-declined",
            Self::Failed => "event-failed",
            Self::Expired => "event-expired",
            Self::Cancelled => "event-cancelled",
            Self::Voided => "event-voided",
            Self::Refunded => "event-refunded",
            Self::PartiallyRefunded => "event-partially-refunded",
            Self::Uncertain => "event-uncertain",
            Self::Found => "event-found",
            Self::Refused => "event-refused",
            Self::AlarmOver => "event-alarm-over",
            Self::CancelRefused => "event-cancel-refused",
            Self::CaptureRefused => "event-capture-refused",
            Self::VoidRefused => "event-void-refused",
            Self::RefundRefused => "event-refund-refused",
            Self::Alarm => "event-alarm",
            Self::Other => "event-other",
        })
    }
}

impl Spoken for MethodKind {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        // Names of products are the same in every language.
        match self {
            Self::Card => texts.t("method-card"),
            Self::Vipps => Cow::Borrowed("Vipps"),
            Self::MobilePay => Cow::Borrowed("MobilePay"),
            Self::Swish => Cow::Borrowed("Swish"),
            Self::Klarna => Cow::Borrowed("Klarna"),
            Self::ApplePay => Cow::Borrowed("Apple Pay"),
            Self::GooglePay => Cow::Borrowed("Google Pay"),
            Self::ClickToPay => Cow::Borrowed("Click to Pay"),
            Self::Invoice => texts.t("method-invoice"),
            Self::Installment => texts.t("method-installment"),
            Self::Other => texts.t("method-other"),
        }
    }
}

impl Spoken for DeliveryStatus {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            // The backend's own word is all there is to say.
            Self::Unknown(word) => {
                return texts.t_args("delivery-status-unknown", &[("word", word.clone().into())]).into();
            }
            Self::Pending => "delivery-status-pending",
            Self::Sent => "delivery-status-sent",
            Self::Skipped => "delivery-status-skipped",
            Self::Failed => "delivery-status-failed",
            Self::None => "delivery-status-none",
        })
    }
}

/// What went wrong and what it means, as one sentence.
impl Spoken for FaultKind {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotSent => "fault-not-sent",
            Self::Maybe => "fault-maybe",
            Self::Refused => "fault-refused",
            Self::NotFound => "fault-not-found",
            Self::NotSignedIn => "fault-not-signed-in",
            Self::Forbidden => "fault-forbidden",
            Self::Untrusted => "fault-untrusted",
        })
    }
}

impl Spoken for Alarm {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::DoublePayment => "alarm-double-payment",
            Self::ReplacementOpen => "alarm-replacement-open",
            Self::AmountDiffers => "alarm-amount-differs",
            Self::PaidElsewhere => "alarm-paid-elsewhere",
            Self::LostOnHold => "alarm-lost-on-hold",
            Self::CancelRefused => "event-cancel-refused",
            Self::CaptureRefused => "event-capture-refused",
            Self::VoidRefused => "event-void-refused",
            Self::RefundRefused => "event-refund-refused",
        })
    }
}

/// A transaction of the account, in the words of the link states.
impl Spoken for TransactionStatus {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.say(&match self {
            Self::Initiated => LinkState::Paying,
            Self::OnHold => LinkState::OnHold,
            Self::Authorized => LinkState::Authorized,
            Self::PartiallyCaptured => LinkState::PartiallyCaptured,
            Self::Captured => LinkState::Captured,
            Self::AuthorizationVoided => LinkState::Voided,
            Self::PartiallyRefunded => LinkState::PartiallyRefunded,
            Self::PartiallyCapturedRefunded => LinkState::PartiallyCapturedRefunded,
            Self::Refunded => LinkState::Refunded,
            Self::Declined => LinkState::Declined,
            Self::Failed => LinkState::Failed,
            Self::Other(word) => return Cow::Owned(word.clone()),
        })
    }
}

/// As a choice: `1 day`, `to the end of today`. A moment stands as ISO 8601; where zone and now are
/// known, [`Texts::moment`] is better.
impl Spoken for Expiry {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let (key, count) = match self {
            Self::Minutes(n) => ("expiry-minutes", *n),
            Self::Hours(n) => ("expiry-hours", *n),
            Self::Days(n) => ("expiry-days", *n),
            Self::Weeks(n) => ("expiry-weeks", *n),
            Self::Months(n) => ("expiry-months", *n),
            Self::Today => return texts.t("expiry-today"),
            Self::Tomorrow => return texts.t("expiry-tomorrow"),
            Self::Clock(_) => {
                let time = self.to_string();
                return Cow::Owned(texts.t_args("expiry-clock", &[("time", time.into())]));
            }
            Self::At(at) => return Cow::Owned(at.to_string()),
        };
        Cow::Owned(texts.t_args(key, &[("count", count.into())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    const NB: Texts = Texts::new(Lang::Bokmal);

    #[test]
    fn every_state_has_a_word_of_its_own() {
        for lang in Lang::ALL {
            let mut words: Vec<_> = LinkState::ALL.iter().map(|s| Texts::new(lang).say(s)).collect();
            assert!(words.iter().all(|w| w.chars().count() <= 22), "{words:?}");
            words.sort();
            words.dedup();
            assert_eq!(words.len(), LinkState::ALL.len(), "{words:?}");
        }
    }

    #[test]
    fn methods_by_kind_and_strange_ones_by_name() {
        assert_eq!(NB.method(&Method::parse("dintero_psp.creditcard").unwrap()), "Kort");
        assert_eq!(NB.method(&Method::parse("acme.barter").unwrap()), "acme.barter");
    }

    #[test]
    fn expiry_in_words() {
        assert_eq!(NB.say(&Expiry::Days(1)), "1 dag");
        assert_eq!(NB.say(&Expiry::Weeks(2)), "2 uker");
        assert_eq!(Texts::default().say(&Expiry::Months(1)), "1 month");
        assert_eq!(NB.say(&Expiry::Minutes(15)), "15 minutter");
    }
}
