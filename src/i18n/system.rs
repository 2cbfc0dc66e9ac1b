//! Words for the operating system's errors that a person can do something about.

use std::borrow::Cow;
use std::io;

use super::Texts;
use crate::domain::cause::Network;

impl Texts {
    /// What the system says is wrong. What is rare comes in the system's own words.
    #[must_use]
    pub fn system(self, error: &io::Error) -> String {
        match (key(error.kind()), Network::of(error)) {
            (None, Some(network)) => self.say(&network).into_owned(),
            _ => self.system_or(error.kind(), &error.to_string()).into_owned(),
        }
    }

    /// The same from the kind of the error and its own words.
    #[must_use]
    pub fn system_or(self, kind: io::ErrorKind, said: &str) -> Cow<'static, str> {
        key(kind).map_or_else(|| self.theirs(said).into(), |key| self.t(key))
    }

    /// The same where nothing but the kind is known.
    #[must_use]
    pub fn system_kind(self, kind: io::ErrorKind) -> Cow<'static, str> {
        self.system_or(kind, &kind.to_string())
    }
}

const fn key(kind: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind;
    Some(match kind {
        ErrorKind::NotFound => "system-not-found",
        ErrorKind::PermissionDenied => "system-no-permission",
        ErrorKind::AlreadyExists => "system-exists",
        ErrorKind::NotADirectory => "system-not-a-folder",
        ErrorKind::IsADirectory => "system-is-a-folder",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "system-full",
        ErrorKind::ReadOnlyFilesystem => "system-read-only",
        ErrorKind::AddrInUse => "system-address-in-use",
        ErrorKind::AddrNotAvailable => "system-address-not-here",
        ErrorKind::ConnectionRefused => "system-refused",
        ErrorKind::TimedOut => "system-no-answer",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "system-no-network"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn what_can_be_mended_is_in_the_language_and_the_rest_as_it_came() {
        let nb = Texts::new(Lang::Bokmal);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(nb.system(&full), "disken er full");
        assert_eq!(nb.system(&io::Error::other("odd")), "«odd»");
        let name = io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(nb.system(&name), "vertsnavnet finnes ikke, eller kan ikke slås opp");
    }
}
