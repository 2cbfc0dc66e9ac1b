//! What went wrong, for the person (one line), the script (`--json`) and the shell (the exit status).

use std::fmt;

use serde::Serialize;

use crate::config::ConfigError;
use crate::i18n::Texts;
use crate::ports::{Fault, FaultKind, LedgerError};
use crate::ui::ledger_words;

/// The exit statuses of contracts, 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Done.
    Done = 0,
    /// A bug; a report file is named.
    Internal = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The input, the config or the link's state is wrong for this: nothing was sent.
    Input = 3,
    /// Not signed in, or the account may not do this.
    SignIn = 4,
    /// The backend can't be reached; what was to be sent is in the outbox.
    Unreachable = 5,
    /// The backend refused the request.
    Refused = 6,
    /// The outcome is unknown.
    Unknown = 7,
    /// `--wait` ended without a payment.
    NotPaid = 8,
}

impl Status {
    /// Whether the link is printed on standard output all the same (contracts, 1).
    #[must_use]
    pub const fn has_result(self) -> bool {
        matches!(self, Self::Done | Self::Unreachable | Self::Unknown | Self::NotPaid)
    }
}

/// A command that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit status.
    pub status: Status,
    /// A word for scripts, stable.
    pub code: &'static str,
    /// What is wrong and where, in one line.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_hint(f, &self.message, &self.hint)
    }
}

/// What is so and what to do, in one line.
pub(super) fn with_hint(f: &mut fmt::Formatter<'_>, message: &str, hint: &str) -> fmt::Result {
    f.write_str(message)?;
    if !hint.is_empty() {
        let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
        write!(f, "{end} {hint}")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl Failure {
    /// A failure in words.
    pub fn new(
        status: Status,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { status, code, message: message.into(), hint: hint.into() }
    }

    /// With the link that it is about.
    #[must_use]
    pub fn about(self, reference: &str) -> Self {
        Self { message: format!("{reference}: {}", self.message), ..self }
    }

    /// Wrong input: [`Status::Input`].
    pub fn input(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Status::Input, code, message, hint)
    }

    /// The reader of standard output has gone: the quiet end of a pipe.
    #[must_use]
    pub fn pipe_closed() -> Self {
        Self::new(Status::Done, "pipe_closed", "", "")
    }

    /// A bug or a broken machine.
    pub fn internal(texts: Texts, what: impl fmt::Display) -> Self {
        Self::new(
            Status::Internal,
            "internal",
            texts.t_args("cli-internal", &[("what", what.to_string().into())]),
            texts.t("cli-internal-hint"),
        )
    }

    /// There's no usable config.
    #[must_use]
    pub fn config(texts: Texts, error: &ConfigError) -> Self {
        match error {
            ConfigError::Missing(path) => Self::new(
                Status::SignIn,
                "not_set_up",
                texts.t_args("cli-no-config", &[("path", path.display().to_string().into())]),
                texts.t("cli-no-config-hint"),
            ),
            ConfigError::NoHome(_) => Self::input("no_home", texts.say(error), texts.t("cli-no-home-hint")),
            ConfigError::Given { .. } => Self::input("config", texts.say(error), texts.t("cli-given-hint")),
            _ => Self::input("config", texts.say(error), texts.t("cli-config-hint")),
        }
    }

    /// The ledger could not do it.
    #[must_use]
    pub fn ledger(texts: Texts, error: &LedgerError) -> Self {
        match error {
            LedgerError::ReferenceUsed(reference) => Self::input(
                "reference_used",
                texts.t_args("cli-reference-used", &[("reference", reference.as_str().into())]),
                texts.t("cli-reference-used-hint"),
            ),
            LedgerError::Unusable { path, why } => {
                let message = format!("{} {}", path.display(), texts.say(why));
                Self::input("data_folder", message, texts.t(ledger_words::to_do(why)))
            }
            LedgerError::Newer { .. } => {
                Self::input("newer_ledger", texts.say(error), texts.t("cli-newer-hint"))
            }
            LedgerError::LinkKept(_) | LedgerError::Unreadable { .. } | LedgerError::Database(_) => {
                Self::internal(texts, error)
            }
        }
    }

    /// The backend could not or would not.
    #[must_use]
    pub fn fault(texts: Texts, fault: &Fault) -> Self {
        let kind = fault.told_as();
        let said = match (&fault.message, kind) {
            (Some(_), _) | (None, FaultKind::Refused) => texts.refusal(Some(&fault.line())).into_owned(),
            (None, kind) => texts.say(&kind).into_owned(),
        };
        let detail = |said: String| format!("{} ({})", said.trim_end_matches('.'), texts.say(&fault.cause));
        match kind {
            FaultKind::NotSent => Self::new(
                Status::Unreachable,
                "unreachable",
                detail(texts.say(&kind).into_owned()),
                texts.t("cli-unreachable-hint"),
            ),
            FaultKind::Maybe => Self::new(
                Status::Unknown,
                "outcome_unknown",
                detail(texts.say(&kind).into_owned()),
                texts.t("cli-unknown-hint"),
            ),
            FaultKind::NotSignedIn => Self::new(
                Status::SignIn,
                "not_signed_in",
                texts.t("cli-not-signed-in"),
                texts.t("cli-not-signed-in-hint"),
            ),
            FaultKind::Forbidden => {
                Self::new(Status::SignIn, "forbidden", said, texts.t("cli-forbidden-hint"))
            }
            FaultKind::NotFound => Self::new(Status::Refused, "not_found", said, texts.t("cli-refused-hint")),
            FaultKind::Refused => Self::new(Status::Refused, "refused", said, texts.t("cli-refused-hint")),
            FaultKind::Untrusted => Self::new(
                Status::Refused,
                "untrusted",
                detail(texts.say(&kind).into_owned()),
                texts.t("cli-untrusted-hint"),
            ),
        }
    }

    /// As the object of contracts, 1.
    #[must_use]
    pub fn to_json(&self) -> String {
        let body = Body { code: self.code, message: &self.message, hint: &self.hint };
        // Three texts always serialize.
        serde_json::to_string(&ErrorJson { error: body }).unwrap_or_default()
    }
}
