//! Why the ledger can't be used, and what to do.

use std::borrow::Cow;

use crate::i18n::{Spoken, Texts};
use crate::ports::{LedgerError, Unusable};

/// What is wrong, where, and what to do: one line.
impl Spoken for LedgerError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Unusable { path, why } => {
                let what = format!("{} {}", path.display(), texts.say(why));
                format!("{what}. {}", texts.t(to_do(why))).into()
            }
            Self::Newer { path, found, known } => {
                let path = ("path", path.display().to_string().into());
                let found = ("found", found.to_string().into());
                let known = ("known", known.to_string().into());
                texts.t_args("cli-newer", &[path, found, known]).into()
            }
            Self::ReferenceUsed(reference) => {
                texts.t_args("cli-reference-used", &[("reference", reference.as_str().into())]).into()
            }
            Self::LinkKept(id) => {
                let said = format!("the link {id} is already kept");
                texts.t_args("ledger-trouble", &[("said", said.into())]).into()
            }
            // For whoever mends it, who reads the log as well: the same words in both.
            Self::Unreadable { link, column } => {
                let said = format!("the sale of link {link} can't be read (column {column})");
                texts.t_args("ledger-trouble", &[("said", said.into())]).into()
            }
            Self::Database(said) => texts.t_args("ledger-trouble", &[("said", said.as_str().into())]).into(),
        }
    }
}

/// What is wrong, said after the name of the file or folder.
impl Spoken for Unusable {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotWritable => "ledger-not-writable",
            Self::NoPermission => "ledger-no-permission",
            Self::ReadOnlyDisk => "ledger-read-only-disk",
            Self::Full => "ledger-full",
            Self::NotAFolder => "ledger-not-a-folder",
            Self::IsAFolder => "ledger-is-a-folder",
            Self::NotThere => "ledger-not-there",
            Self::CantMake => "ledger-cant-make",
            Self::NotOurs => "ledger-not-ours",
            Self::Foreign => "ledger-foreign",
            Self::Damaged => "ledger-damaged",
            Self::CantOpen => "ledger-cant-open",
            Self::Io => "ledger-io",
            Self::Locked => "ledger-locked",
            Self::InUse => "ledger-in-use",
            Self::Exists => "ledger-exists",
            Self::HasMore { links, fewer } => {
                let args = [("links", (*links).into()), ("fewer", (*fewer).into())];
                return texts.t_args("ledger-has-more", &args).into();
            }
            Self::System(kind, said) => {
                let what = texts.system_or(*kind, said).into_owned();
                return texts.t_args("ledger-system", &[("what", what.into())]).into();
            }
        })
    }
}

/// The text that says what to do about it.
#[must_use]
pub const fn to_do(why: &Unusable) -> &'static str {
    match why {
        Unusable::NotWritable | Unusable::CantOpen => "ledger-do-rights",
        Unusable::NoPermission
        | Unusable::ReadOnlyDisk
        | Unusable::NotAFolder
        | Unusable::CantMake
        | Unusable::Foreign
        | Unusable::System(..) => "cli-data-folder-hint",
        Unusable::Full => "ledger-do-room",
        Unusable::IsAFolder => "ledger-do-move",
        Unusable::NotThere => "ledger-do-name",
        Unusable::NotOurs => "ledger-do-backup",
        Unusable::Damaged => "ledger-do-start",
        Unusable::Io => "ledger-do-disk",
        Unusable::Locked => "ledger-do-close",
        Unusable::InUse => "ledger-do-close-all",
        Unusable::Exists => "ledger-do-other-name",
        Unusable::HasMore { .. } => "backup-more-hint",
    }
}
