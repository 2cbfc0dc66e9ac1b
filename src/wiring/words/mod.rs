//! Words for what goes wrong in rooms that know no language: the config, the edges, the sandbox. Here, because this is
//! the one place that knows them all.

mod config;
mod secret;

use std::borrow::Cow;

use super::embedded::EmbeddedError;
use crate::i18n::{Spoken, Texts};
use crate::sandbox::SandboxError;

impl Spoken for SandboxError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let (key, place, what) = match self {
            Self::Read { path, source } => ("sandbox-read", path.display().to_string(), texts.system(source)),
            Self::Parse { path, .. } => {
                let path = ("path", path.display().to_string().into());
                return texts.t_args("sandbox-parse", &[path]).into();
            }
            Self::Write { path, source } => {
                ("sandbox-write", path.display().to_string(), texts.system(source))
            }
            Self::Listen { address, source } => ("sandbox-listen", address.to_string(), texts.system(source)),
        };
        texts.t_args(key, &[("place", place.into()), ("what", what.into())]).into()
    }
}

impl Spoken for EmbeddedError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Sandbox(error) => texts.say(error),
            Self::File { path, source } => {
                let args =
                    [("file", path.display().to_string().into()), ("what", texts.system(source).into())];
                texts.t_args("config-in-file", &args).into()
            }
            Self::NoLan => texts.t("sandbox-no-lan"),
            Self::Address(_) => texts.t("sandbox-address"),
        }
    }
}
