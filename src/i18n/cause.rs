//! Words for why a request failed, and for what stands beside an event. What comes from outside stands as it came,
//! between quotation marks.

use std::borrow::Cow;

use super::{Spoken, Texts};
use crate::domain::cause::{BadLink, Cause, Flaw, Network, Plain, Unreadable, Unsent};
use crate::domain::link::{Alarm, EventKind, LinkEvent, read_part};
use crate::domain::method::{MethodKind, kind_of_type};

impl Texts {
    /// Somebody else's words, marked as theirs.
    #[must_use]
    pub fn theirs(self, words: &str) -> String {
        self.t_args("cause-theirs", &[("words", words.into())])
    }

    /// Why something failed, from the line that was kept of it: a cause of ours in the language, anything else as
    /// somebody else's words.
    #[must_use]
    pub fn reason(self, line: &str) -> String {
        match Cause::read(line) {
            Some(cause) => self.say(&cause).into_owned(),
            None => self.theirs(line),
        }
    }

    /// A refusal with the reason that was kept of it, if there is one. What we ourselves would not send, or not
    /// take, the payment service has not said no to.
    #[must_use]
    pub fn refusal(self, reason: Option<&str>) -> Cow<'static, str> {
        let Some(reason) = reason else { return self.t("fault-refused") };
        match Cause::read(reason) {
            Some(cause @ (Cause::NotSent(_) | Cause::Elsewhere(_) | Cause::Plain(_))) => {
                let said = self.say(&cause).into_owned();
                self.t_args("cause-refused-here", &[("reason", said.into())]).into()
            }
            _ => self.t_args("fault-refused-because", &[("reason", self.reason(reason).into())]).into(),
        }
    }
}

impl Texts {
    /// That the link which was made in the place of a paid one can still be paid.
    #[must_use]
    pub fn replacement_open(self, reference: &str) -> String {
        self.t_args("alarm-replacement-open-named", &[("reference", reference.to_owned().into())])
    }

    /// What stands beside an event: which method, how much, why.
    #[must_use]
    pub fn event_detail(self, event: &LinkEvent) -> Option<String> {
        let detail = event.detail.as_deref()?;
        Some(match event.kind {
            EventKind::Refused
            | EventKind::CancelRefused
            | EventKind::CaptureRefused
            | EventKind::VoidRefused
            | EventKind::RefundRefused
            | EventKind::Uncertain => self.reason(detail),
            EventKind::AttemptFailed
            | EventKind::Declined
            | EventKind::Failed
            | EventKind::MessageSkipped
            | EventKind::MessageFailed => self.theirs(detail),
            EventKind::Alarm | EventKind::AlarmOver => {
                let (word, of) = Alarm::told(detail);
                match (Alarm::from_word(word), of) {
                    (Some(Alarm::ReplacementOpen), Some(reference)) => self.replacement_open(reference),
                    (Some(alarm), _) => self.say(&alarm).into_owned(),
                    (None, _) => detail.to_owned(),
                }
            }
            EventKind::PartiallyCaptured | EventKind::PartiallyRefunded => match read_part(detail) {
                Some(money) => self.amount(money),
                None => detail.to_owned(),
            },
            // A payment product type is told as people call it.
            _ => match kind_of_type(detail) {
                MethodKind::Other => detail.to_owned(),
                kind => self.say(&kind).into_owned(),
            },
        })
    }
}

/// As it stands in parentheses or after a colon.
impl Spoken for Cause {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let with = |key, name, value: String| texts.t_args(key, &[(name, value.into())]);
        match self {
            Self::At(place, cause) => format!("{place}: {}", texts.say(&**cause)),
            Self::SigningIn(cause) => with("cause-signing-in", "what", texts.say(&**cause).into_owned()),
            Self::ReadingProfile(cause) => {
                with("cause-reading-profile", "what", texts.say(&**cause).into_owned())
            }
            Self::NoConnection(network) => because(texts, "cause-no-connection", network),
            Self::Cut(network) => because(texts, "cause-cut", network),
            Self::BrokeOff(network) => because(texts, "cause-broke-off", network),
            Self::Certificate(flaw) => with("cause-certificate", "why", texts.say(flaw).into_owned()),
            Self::NoAnswer(seconds) => with("cause-no-answer", "seconds", seconds.to_string()),
            Self::TooLarge(size) => with("cause-too-large", "size", size.to_string()),
            Self::Unsendable(why) => with("cause-unsendable", "why", texts.theirs(why)),
            Self::NoClient(why) => with("cause-no-client", "why", texts.theirs(why)),
            Self::Status(status, None) => format!("HTTP {status}"),
            Self::Status(status, Some(words)) => format!("HTTP {status}: {}", texts.theirs(words)),
            Self::Elsewhere(status) => format!("HTTP {status}: {}", texts.t("cause-elsewhere")),
            Self::Unreadable(status, what) => {
                let what = with("cause-unreadable", "why", texts.say(what).into_owned());
                format!("HTTP {status}: {what}")
            }
            Self::NotAnId(id) => with("cause-not-an-id", "id", texts.theirs(id)),
            Self::NotSent(why) => with("cause-not-sent", "why", texts.say(why).into_owned()),
            Self::Untrusted(bad) => with("cause-untrusted", "why", texts.say(bad).into_owned()),
            Self::Plain(plain) => return texts.say(plain),
            Self::Theirs(words) => texts.theirs(words),
        }
        .into()
    }
}

/// What happened, and why where that is known.
fn because(texts: Texts, key: &'static str, network: &Network) -> String {
    let what = texts.t(key);
    match network {
        Network::Unsaid => what.into_owned(),
        network => format!("{what}: {}", texts.say(network)),
    }
}

impl Spoken for Network {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Unsaid => return Cow::Borrowed(""),
            Self::Theirs(words) => return texts.theirs(words).into(),
            Self::Refused => "system-refused",
            Self::Unreachable => "system-no-network",
            Self::Reset => "network-reset",
            Self::Closed => "network-closed",
            Self::NoSuchName => "network-no-such-name",
            Self::TooSlow => "network-too-slow",
            Self::NotTls => "network-not-tls",
        })
    }
}

impl Spoken for Flaw {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Theirs(words) => return texts.theirs(words).into(),
            Self::Expired => "certificate-expired",
            Self::NotYet => "certificate-not-yet",
            Self::UnknownIssuer => "certificate-unknown-issuer",
            Self::OtherName => "certificate-other-name",
        })
    }
}

impl Spoken for Unreadable {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotJson => "unreadable-not-json",
            Self::NotAList => "unreadable-not-a-list",
            Self::NoToken => "unreadable-no-token",
            Self::NoId => "unreadable-no-id",
            Self::NoLink => "unreadable-no-link",
            Self::NotTheSession => "unreadable-not-the-session",
            Self::NotTheTransaction => "unreadable-not-the-transaction",
            Self::NotAProfile => "unreadable-not-a-profile",
        })
    }
}

impl Spoken for Unsent {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotInProfile(profile, method) => {
                let args = [("profile", profile.as_str().into()), ("method", method.as_str().into())];
                return texts.t_args("unsent-not-in-profile", &args).into();
            }
            Self::NoType(method) => {
                return texts.t_args("unsent-no-type", &[("method", method.as_str().into())]).into();
            }
            Self::NoMethod => "unsent-no-method",
            Self::Sum => "unsent-sum",
            Self::Number => "unsent-number",
        })
    }
}

impl Spoken for BadLink {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::TooLong => "bad-link-too-long",
            Self::BadCharacter => "bad-link-character",
            Self::NotAnAddress => "bad-link-not-an-address",
            Self::NotHttps => "bad-link-not-https",
            Self::UserInfo => "bad-link-user-info",
            Self::ForeignHost => "bad-link-foreign-host",
        })
    }
}

impl Spoken for Plain {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::OnlyHttps => "cause-only-https",
            Self::AskedToWait => "cause-asked-to-wait",
            Self::NoSecret => "cause-no-secret",
            Self::SecretCommand => "cause-secret-command",
            Self::Keyring => "cause-keyring",
            Self::SecretEmpty => "cause-secret-empty",
            Self::SecretUnread => "cause-secret-unread",
            Self::SecretUnsendable => "cause-secret-unsendable",
            Self::LinkWithdrawn => "cause-link-withdrawn",
            Self::UnfitWithdrawn => "cause-unfit-withdrawn",
            Self::NotInTime => "system-no-answer",
            Self::NoTimeLeft => "cause-no-time-left",
            Self::CouldNotSend => "cause-could-not-send",
            Self::OutcomeUnknown => "cause-outcome-unknown",
            Self::BeingSent => "cause-being-sent",
            Self::NotClosedYet => "cause-not-closed-yet",
            Self::PaidMeanwhile => "cause-paid-meanwhile",
            Self::PaidBefore => "cause-paid-before",
            Self::NotPossibleNow => "cause-not-possible-now",
            Self::NoEndYet => "cause-no-end-yet",
            Self::OrderUnreadable => "cause-order-unreadable",
            Self::TooManyToSearch => "cause-too-many-to-search",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cause::tests::all;
    use crate::i18n::Lang;

    const EN: Texts = Texts::new(Lang::English);
    const NB: Texts = Texts::new(Lang::Bokmal);

    /// Without what is somebody else's.
    fn ours(text: &str, marks: [char; 2]) -> String {
        let mut out = text.to_owned();
        while let (Some(from), Some(to)) = (out.find(marks[0]), out.find(marks[1])) {
            out.replace_range(from..to + marks[1].len_utf8(), "");
        }
        out
    }

    #[test]
    fn no_cause_is_told_in_the_other_language() {
        // A status alone is a number.
        let same = |cause: &Cause| {
            let mut inner = cause;
            while let Cause::At(_, next) | Cause::SigningIn(next) | Cause::ReadingProfile(next) = inner {
                inner = next;
            }
            matches!(inner, Cause::Status(..))
                && !matches!(cause, Cause::SigningIn(_) | Cause::ReadingProfile(_))
        };
        for cause in all() {
            let (en, nb) = (EN.say(&cause), NB.say(&cause));
            let (en, nb) = (ours(&en, ['“', '”']), ours(&nb, ['«', '»']));
            assert_eq!(en == nb, same(&cause), "{cause}: {nb}");
            // Not a part of it either: no three English words in a row.
            let english: Vec<&str> = en.split_whitespace().collect();
            for three in english.windows(3).filter(|w| w.iter().all(|w| w.chars().all(char::is_alphabetic))) {
                assert!(!nb.contains(&three.join(" ")), "{cause}: {nb}");
            }
        }
    }

    #[test]
    fn what_was_kept_is_told_in_the_language_of_whoever_looks() {
        assert_eq!(
            NB.reason("127.0.0.1:4711: no connection: connection refused"),
            "127.0.0.1:4711: ingen forbindelse: ingen svarer der"
        );
        assert_eq!(NB.reason("Rejected"), "«Rejected»");
        assert_eq!(EN.reason("Rejected"), "“Rejected”");
    }

    #[test]
    fn what_stands_beside_an_event_is_told_in_the_language() {
        let told = |kind, detail: &str| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            NB.event_detail(&LinkEvent { at, kind, detail: Some(detail.to_owned()), key: None }).unwrap()
        };
        assert_eq!(told(EventKind::PartiallyCaptured, "1020.00 NOK"), "1\u{a0}020,00 kr");
        assert_eq!(told(EventKind::Authorized, "dintero_psp.creditcard"), "Kort");
        assert_eq!(told(EventKind::Alarm, "paid_elsewhere"), "Betalt med lenken som gikk tapt");
        assert_eq!(told(EventKind::Declined, "Rejected"), "«Rejected»");
        assert_eq!(told(EventKind::Uncertain, "no answer within 20 s"), "ikke noe svar innen 20 s");
        assert_eq!(told(EventKind::Other, "NEW_THING"), "NEW_THING");
    }

    #[test]
    fn a_refusal_tells_the_reason() {
        assert_eq!(NB.refusal(None), "Betalingstjenesten sa nei.");
        assert_eq!(NB.refusal(Some("invalid phone")), "Betalingstjenesten sa nei: «invalid phone»");
        assert_eq!(NB.refusal(Some("HTTP 400")), "Betalingstjenesten sa nei: HTTP 400");
        assert_eq!(
            NB.refusal(Some("not sent: no payment method is chosen")),
            "Avvist: ikke sendt: ingen betalingsmåte er valgt"
        );
    }
}
