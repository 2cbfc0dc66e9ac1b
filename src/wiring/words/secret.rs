//! Why there is no client secret.

use std::borrow::Cow;

use crate::desktop::keyring::{Bad, KeyringError};
use crate::desktop::secret_command::CommandError;
use crate::i18n::{Spoken, Texts};
use crate::wiring::NoSecret;

impl Spoken for KeyringError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotBuilt => "keyring-not-built",
            Self::NoAnswer => "keyring-no-answer",
            // What the system says of it is for the log: it speaks of sockets and buses.
            Self::Absent(_) => "keyring-absent",
            Self::Locked(_) => "keyring-locked",
            Self::BadEntry(bad) => {
                let why = texts.say(bad).into_owned();
                return texts.t_args("keyring-bad-entry", &[("why", why.into())]).into();
            }
        })
    }
}

impl Spoken for Bad {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotText => "keyring-bad-not-text",
            Self::Damaged => "keyring-bad-damaged",
            Self::Several(count) => {
                return texts.t_args("keyring-bad-several", &[("count", (*count).into())]).into();
            }
            Self::Theirs(words) => return texts.theirs(words).into(),
        })
    }
}

impl Spoken for CommandError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let (key, program) = match self {
            Self::Empty => return texts.t("secret-command-empty"),
            Self::NotStarted { program, why } => {
                let args = [("program", program.as_str().into()), ("why", texts.system_kind(*why).into())];
                return texts.t_args("secret-command-not-started", &args).into();
            }
            Self::TooSlow { program, seconds } => {
                let args = [("program", program.as_str().into()), ("seconds", seconds.to_string().into())];
                return texts.t_args("secret-command-too-slow", &args).into();
            }
            Self::Failed { program, .. } => ("secret-command-failed", program),
            Self::NoSecret { program } => ("secret-command-no-secret", program),
        };
        texts.t_args(key, &[("program", program.as_str().into())]).into()
    }
}

impl Spoken for NoSecret {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Command(error) => texts.say(error),
            Self::Keyring(error) => {
                texts.t_args("no-secret-keyring", &[("why", texts.say(error).into_owned().into())]).into()
            }
            Self::Nowhere => texts.t("no-secret-nowhere"),
        }
    }
}
