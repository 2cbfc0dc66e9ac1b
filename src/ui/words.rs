//! Words for the app's own things: what it has to say, and what is wrong with a field.

use std::borrow::Cow;

use crate::app::Model;
use crate::app::check::FieldError;
use crate::app::draft::{AddressChoice, Channel, ExpiryChoice};
use crate::app::key::{Code, Key};
use crate::app::keys::{Binding, Context};
use crate::app::model::{ListFilter, Net, Question, Tone};
use crate::app::msg::SetUpTrouble;
use crate::app::say::Say;
use crate::domain::expiry::ExpiryError;
use crate::domain::fault::FaultKind;
use crate::domain::link::{EventKind, LinkState};
use crate::i18n::{Spoken, Texts, mistakes};
use crate::ports::{LedgerError, Overdue};
use crate::ui::theme::Role;
use crate::ui::{ledger_words, waiting_words};

/// That this machine's clock is off, if it is.
pub(crate) fn clock_off(model: &Model, texts: Texts) -> Option<String> {
    let seconds = model.clock_off_by?;
    let span = texts.span(jiff::SignedDuration::from_secs(seconds));
    // The backend's clock minus this machine's.
    let key = if seconds > 0 { "dashboard-clock-behind" } else { "dashboard-clock-ahead" };
    Some(texts.t_args(key, &[("span", span.into())]))
}

impl Spoken for Say {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Copied => texts.t("toast-copied"),
            Self::CopiedByTerminal => texts.t("toast-copied-by-terminal"),
            Self::MailOpened => texts.t("toast-mail-opened"),
            Self::NoMailProgram => texts.t("toast-no-mail-program"),
            Self::MailCopied => texts.t("toast-mail-copied"),
            Self::QrNotStrong => texts.t("qr-not-strong"),
            Self::QrNoBlocks => texts.t("qr-no-blocks"),
            Self::NoBrowser => texts.t("toast-no-browser"),
            Self::LineRemoved => texts.t("toast-line-removed"),
            Self::LineBack => texts.t("toast-line-back"),
            Self::NothingToUndo => texts.t("toast-nothing-to-undo"),
            Self::PasteTooLong { lines } => {
                texts.t_args("toast-paste-too-long", &[("lines", (*lines).into())]).into()
            }
            Self::TooManyLines => texts.t("toast-too-many-lines"),
            Self::TextCut => texts.t("toast-text-cut"),
            Self::NotTakenBack { reference } => {
                texts.t_args("toast-not-taken-back", &[("reference", reference.as_str().into())]).into()
            }
            Self::WentOut { reference } => {
                texts.t_args("toast-went-out", &[("reference", reference.as_str().into())]).into()
            }
            Self::MailWaits { reference } => {
                texts.t_args("toast-mail-waits", &[("reference", reference.as_str().into())]).into()
            }
            Self::Paid { reference, more } => {
                let args = [("reference", reference.as_str().into()), ("more", (*more).into())];
                texts.t_args(if *more == 0 { "toast-paid" } else { "toast-paid-more" }, &args).into()
            }
            Self::Alarm { reference, alarm } => {
                let alarm = texts.say(alarm);
                let args = [("reference", reference.as_str().into()), ("alarm", alarm.into())];
                texts.t_args("toast-alarm", &args).into()
            }
            Self::MoreAlarms(count) => texts.t_args("dashboard-alarms", &[("count", (*count).into())]).into(),
            Self::Ended { reference, state } => {
                let state = texts.say(state);
                let args = [("reference", reference.as_str().into()), ("state", state.into())];
                texts.t_args("toast-ended", &args).into()
            }
            Self::Waited { reference, state, waited } => {
                waiting_words::ended(reference, *state, waited, texts).into()
            }
            Self::Cancelled => texts.t("toast-cancelled"),
            Self::Dropped => texts.t("toast-dropped"),
            Self::HasMoney => texts.t("toast-has-money"),
            Self::AlreadyEnded => texts.t("toast-already-ended"),
            Self::Later(fault) => {
                // A backend that has answered is there; and where nobody knows what came of it, nobody knows yet whether
                // it is tried again.
                texts.t(match fault.kind {
                    FaultKind::Maybe => "toast-later-maybe",
                    FaultKind::NotSent if !fault.unreached() => "toast-later-answered",
                    _ => "toast-later",
                })
            }
            Self::Refused(fault) => texts.refusal(Some(&fault.line())),
            Self::Message(status) => {
                let status = texts.say(status);
                texts.t_args("toast-message", &[("status", status.into())]).into()
            }
            Self::CannotPlay(cause) => {
                texts.t_args("toast-cannot-play", &[("words", texts.say(cause).into_owned().into())]).into()
            }
            // What is wrong and what to do fit on the line; the file is named in the log and by the commands.
            Self::Ledger(LedgerError::Unusable { why, .. }) => {
                let words = format!("{}. {}", texts.say(why), texts.t(ledger_words::to_do(why)));
                texts.t_args("toast-ledger", &[("words", words.into())]).into()
            }
            Self::Ledger(error) => texts.say(error).into_owned().into(),
            Self::DraftCleared => texts.t("toast-draft-cleared"),
            Self::DraftResumed => texts.t("toast-draft-resumed"),
            Self::TakenBack { reference } => {
                texts.t_args("toast-taken-back", &[("reference", reference.as_str().into())]).into()
            }
            Self::NoAddressYet => texts.t("toast-no-address-yet"),
            Self::NotPayable => texts.t("toast-not-payable"),
            Self::SignedOut => texts.t("fault-not-signed-in"),
            Self::SetUpFailed(trouble) => texts.say(trouble),
            Self::NothingChosen => texts.t("toast-nothing-chosen"),
            Self::MendFirst => texts.t("toast-mend-first"),
            Self::AnotherSale { reference } => {
                texts.t_args("toast-another-sale", &[("reference", reference.as_str().into())]).into()
            }
            Self::ReferenceTaken => texts.t("toast-reference-taken"),
        }
    }
}

impl Spoken for SetUpTrouble {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::SignIn(fault) => match fault.told_as() {
                FaultKind::NotSent | FaultKind::Maybe => texts.t("set-up-no-contact"),
                FaultKind::NotSignedIn => texts.t("set-up-not-signed-in"),
                FaultKind::Refused => texts.refusal(Some(&fault.line())),
                kind => texts.say(&kind),
            },
            Self::NotKept { config, why } => {
                let args = [("config", config.as_str().into()), ("why", why.as_str().into())];
                texts.t_args("set-up-not-kept", &args).into()
            }
            Self::Other(words) => {
                texts.t_args("toast-set-up-failed", &[("words", words.as_str().into())]).into()
            }
        }
    }
}

impl Spoken for FieldError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Missing => texts.t("mistake-empty"),
            Self::NoMethod => texts.t("mistake-no-method"),
            Self::Line(error) => texts.say(error),
            Self::Amount(error) => texts.say(error),
            Self::Vat(error) => texts.say(error),
            Self::Reference(error) => texts.say(error),
            Self::ReferenceUsed => texts.t("mistake-reference-used"),
            // The forms stand under the field, whatever is wrong.
            Self::Expiry(ExpiryError::NotATime) => texts.t("order-expiry-wrong"),
            Self::Expiry(error) => texts.say(error),
            Self::Address(error) => texts.say(error),
            Self::Phone(error) => texts.say(error),
            Self::PhoneNotMobile => texts.t("mistake-phone-not-mobile"),
            Self::MonthsOrMinutes(months) => {
                texts.t_args("mistake-months-or-minutes", &[("count", (*months).into())]).into()
            }
            Self::Email(error) => texts.say(error),
            Self::AccountId => texts.t("mistake-account-id"),
            Self::ClientId(sign) => {
                let args = [("character", mistakes::named(*sign, texts).into())];
                texts.t_args("mistake-client-id", &args).into()
            }
            Self::Url => texts.t("mistake-url"),
        }
    }
}

impl Spoken for ExpiryChoice {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Day => "order-expiry-day",
            Self::Week => "order-expiry-week",
            Self::Month => "order-expiry-month",
            Self::Minutes15 => "order-expiry-minutes",
            Self::Today => "order-expiry-today",
            Self::Own => "order-expiry-own",
        })
    }
}

impl Spoken for AddressChoice {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::None => "order-address-none",
            Self::Express => "order-address-express",
            Self::Known => "order-address-known",
        })
    }
}

impl Spoken for Channel {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Sms => "delivery-sms",
            Self::Email => "delivery-email",
            Self::Link => "delivery-link",
        })
    }
}

impl Spoken for ListFilter {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::All => "list-filter-all",
            Self::Open => "list-filter-open",
            Self::Paid => "list-filter-paid",
            Self::Ended => "list-filter-ended",
            Self::Trouble => "list-filter-trouble",
            Self::Alarms => "list-filter-alarms",
        })
    }
}

/// The title of a group of keys in the help.
impl Spoken for Context {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Global => "help-everywhere",
            Self::Welcome => "help-welcome",
            Self::SetUp => "help-set-up",
            Self::Dashboard => "help-dashboard",
            Self::Payment => "help-payment",
            Self::Products => "help-products",
            Self::Order => "help-order",
            Self::Delivery => "help-delivery",
            Self::Link => "help-link",
            Self::QrFull => "help-qr-full",
            Self::List => "help-list",
            Self::Help => "help-help",
            Self::Confirm => "help-confirm",
        })
    }
}

/// The name of a key. Most are printed on keyboards in English everywhere; the space bar has no name on it.
pub(crate) fn key(key: Key, texts: Texts) -> String {
    let label = key.label();
    if key.code == Code::Char(' ') { label.replace("Space", &texts.t("key-space")) } else { label }
}

/// The key of a row that is shown where there is room for one: the first, but for an answer the one that its word
/// begins with (`y yes`, `j ja`).
pub(crate) fn shown_key(binding: &Binding, texts: Texts) -> Option<String> {
    let begins = |k: &&Key| k.typed().is_some_and(|c| texts.t(binding.text).starts_with(c));
    let of_word = binding.keys.iter().find(begins).filter(|_| binding.context == Context::Confirm);
    of_word.or_else(|| binding.keys.first()).map(|k| key(*k, texts))
}

/// The question itself, and what it means to say yes. `waited`: the draft is a sale that was taken out of the outbox.
pub(crate) fn question(question: &Question, waited: bool, texts: Texts) -> (String, Cow<'static, str>) {
    match question {
        Question::Cancel(_, reference, state) => (
            texts.t_args("confirm-cancel", &[("reference", reference.as_str().into())]),
            texts.t(match state {
                LinkState::Paying => "confirm-cancel-paying",
                LinkState::OnHold => "confirm-cancel-on-hold",
                _ => "confirm-cancel-means",
            }),
        ),
        Question::Withdraw(_, reference) => (
            texts.t_args("confirm-withdraw", &[("reference", reference.as_str().into())]),
            texts.t("confirm-withdraw-means"),
        ),
        Question::Drop(_, reference, what, behind) => {
            waiting_words::drop_question(reference, what, behind, texts)
        }
        Question::SendAgain(_, reference, by_message) => (
            texts.t_args("confirm-send-again", &[("reference", reference.as_str().into())]),
            texts.t(if *by_message { "confirm-send-again-means" } else { "confirm-send-again-means-given" }),
        ),
        Question::SendRefused(_, reference) => (
            texts.t_args("confirm-send-refused", &[("reference", reference.as_str().into())]),
            texts.t("confirm-send-refused-means"),
        ),
        Question::GiveUp(_, reference) => (
            texts.t_args("confirm-give-up", &[("reference", reference.as_str().into())]),
            texts.t("confirm-give-up-means"),
        ),
        Question::SendLate(_, reference, why) => (
            texts.t_args("confirm-send-late", &[("reference", reference.as_str().into())]),
            texts.t(match why {
                Overdue::Expired => "confirm-send-late-expired",
                Overdue::Old => "confirm-send-late-old",
            }),
        ),
        Question::Settle(_, reference, alarms) => (
            texts.t_args("confirm-settle", &[("reference", reference.as_str().into())]),
            texts.t_args("confirm-settle-means", &[("count", alarms.len().into())]).into(),
        ),
        Question::ChangeOverDraft(_) => {
            (texts.t("confirm-change-over-draft").into_owned(), lost(waited, texts))
        }
        Question::ClearDraft => (texts.t("confirm-clear-draft").into_owned(), lost(waited, texts)),
        Question::AgainOverDraft(_) => {
            (texts.t("confirm-again-over-draft").into_owned(), lost(waited, texts))
        }
    }
}

/// What is lost with a draft that is thrown away.
fn lost(waited: bool, texts: Texts) -> Cow<'static, str> {
    texts.t(if waited { "confirm-clear-waited-means" } else { "confirm-clear-draft-means" })
}

/// The network, with its glyph; nothing where nothing is known.
pub(crate) fn net(net: Net, texts: Texts) -> Option<(&'static str, Cow<'static, str>, Role)> {
    match net {
        Net::Unknown => None,
        Net::Online => Some(("●", texts.t("header-online"), Role::Paid)),
        Net::Offline => Some(("○", texts.t("header-offline"), Role::Warning)),
        Net::SignInPage => Some(("○", texts.t("header-sign-in-page"), Role::Warning)),
        Net::Certificate => Some(("○", texts.t("header-certificate"), Role::Warning)),
        Net::SignedOut => Some(("✕", texts.t("header-signed-out"), Role::Error)),
    }
}

/// How a tone looks: its glyph and its role.
pub(crate) const fn tone(tone: Tone) -> (&'static str, Role) {
    match tone {
        Tone::Info => ("·", Role::Text),
        Tone::Paid => ("●", Role::Paid),
        Tone::Warning => ("!", Role::Warning),
        Tone::Error => ("✕", Role::Error),
    }
}

/// How a state looks: its glyph and its role.
pub(crate) const fn state(state: LinkState) -> (&'static str, Role) {
    match state {
        LinkState::Queued | LinkState::Creating => ("↑", Role::Accent),
        LinkState::Uncertain => ("?", Role::Warning),
        LinkState::Refused => ("!", Role::Error),
        LinkState::Open => ("○", Role::Text),
        LinkState::Opened => ("◔", Role::Accent),
        LinkState::Paying => ("◐", Role::Accent),
        LinkState::OnHold => ("◑", Role::Warning),
        LinkState::Authorized | LinkState::PartiallyCaptured => ("◕", Role::Paid),
        LinkState::Captured => ("●", Role::Paid),
        LinkState::Declined | LinkState::Failed => ("✕", Role::Error),
        LinkState::Expired | LinkState::Cancelled | LinkState::Voided => ("–", Role::Muted),
        LinkState::PartiallyRefunded | LinkState::Refunded | LinkState::PartiallyCapturedRefunded => {
            ("↺", Role::Muted)
        }
        LinkState::Unknown => ("?", Role::Warning),
    }
}

/// How an event of the timeline looks.
pub(crate) const fn event(kind: EventKind) -> (&'static str, Role) {
    match kind {
        EventKind::Drafted
        | EventKind::Created
        | EventKind::Found
        | EventKind::MessageSent
        | EventKind::MailOpened
        | EventKind::Opened
        | EventKind::AddressGiven => ("●", Role::Text),
        EventKind::Paying => ("◐", Role::Accent),
        EventKind::OnHold => ("◑", Role::Warning),
        EventKind::MessageSkipped | EventKind::AttemptFailed | EventKind::Uncertain => ("!", Role::Warning),
        EventKind::MessageFailed | EventKind::Declined | EventKind::Failed | EventKind::Refused => {
            ("✕", Role::Error)
        }
        EventKind::Authorized | EventKind::Captured | EventKind::PartiallyCaptured => ("●", Role::Paid),
        EventKind::Expired | EventKind::Cancelled | EventKind::Voided => ("–", Role::Muted),
        EventKind::Refunded | EventKind::PartiallyRefunded => ("↺", Role::Muted),
        EventKind::Alarm
        | EventKind::CancelRefused
        | EventKind::CaptureRefused
        | EventKind::VoidRefused
        | EventKind::RefundRefused => ("!", Role::Error),
        EventKind::PayingEnded | EventKind::AlarmOver | EventKind::Other => ("·", Role::Muted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::TABLE;
    use crate::i18n::Lang;

    #[test]
    fn a_question_is_answered_with_the_letter_of_its_word() {
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            for binding in TABLE.iter().filter(|b| b.context == Context::Confirm) {
                let key = shown_key(binding, texts).unwrap();
                assert!(texts.t(binding.text).starts_with(&key), "{key}");
            }
        }
    }

    #[test]
    fn who_has_answered_is_not_said_to_be_out_of_reach() {
        use crate::domain::cause::{Cause, Flaw};
        let said = |cause| {
            let fault = crate::ports::Fault::new(FaultKind::NotSent, cause);
            Say::Later(fault).say(Texts::new(Lang::English)).into_owned()
        };
        assert!(said(Cause::theirs("HTTP 429")).starts_with("Not done yet."));
        assert!(said(Cause::Certificate(Flaw::Expired)).starts_with("No contact"));
        let lost = crate::ports::Fault::new(FaultKind::Maybe, Cause::theirs("HTTP 503"));
        let lost = Say::Later(lost).say(Texts::new(Lang::English)).into_owned();
        assert_eq!(lost, "It is not known yet whether it was done.");
    }

    #[test]
    fn the_space_bar_is_called_what_people_call_it() {
        let space = Key { code: Code::Char(' '), ctrl: false, alt: false, shift: false };
        assert_eq!(key(space, Texts::new(Lang::Bokmal)), "Mellomrom");
        assert_eq!(key(space, Texts::new(Lang::English)), "Space");
    }
}
