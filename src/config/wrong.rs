//! What can be wrong with a config, as data. The words are made where the language is known (`wiring/words/`).

use std::io;

use crate::domain::expiry::ExpiryError;
use crate::domain::reference::TemplateError;
use crate::domain::vat::VatError;

/// What is wrong with a file, a key or a value. Nothing in it is ever (a part of) a secret; what was given is
/// cleaned and cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such file.
    NotThere,
    /// The operating system doesn't let it be read: the kind of its error, and its own words.
    Unreadable(io::ErrorKind, String),
    /// It is no file.
    NotAFile,
    /// It is too large to be a config.
    TooLarge,
    /// It is not UTF-8 text.
    NotText,
    /// It is not TOML here.
    NotToml,
    /// A text without quotes.
    NotQuoted,
    /// A key that stands twice.
    Duplicate,
    /// There is no profile in it.
    NoProfile,
    /// Which of these profiles is meant is not said.
    NoDefault(Vec<String>),
    /// A key of the profile is missing.
    Missing {
        /// The key with its tables.
        key: String,
        /// A variable of the environment that may say it instead.
        variable: Option<&'static str>,
    },
    /// Others can read the file, and there's a secret in it.
    OpenSecret,
    /// No key is called so.
    NotAKey {
        /// What was probably meant.
        near: Option<String>,
        /// Those that are known there.
        known: Vec<String>,
    },
    /// A value of another type.
    Type(Wanted),
    /// Not the name of a profile.
    ProfileName,
    /// The account is missing.
    NoAccount,
    /// Not an account.
    AccountId,
    /// Empty.
    Empty,
    /// Not an id of the backend.
    NotAnId,
    /// Longer than so many characters.
    TooLong(u32),
    /// Not an address.
    NotAnAddress,
    /// Another scheme than https.
    NotHttps,
    /// http to another machine.
    HttpElsewhere,
    /// An address without a host.
    NoHost,
    /// An address with a name or a password in it.
    NameInAddress,
    /// A server's address with ? or #.
    QueryInAddress,
    /// None of the values that there are.
    NotOneOf {
        /// What was given.
        given: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// Not a host.
    NotAHost(String),
    /// An empty list of methods.
    NoMethods,
    /// Not a method.
    NotAMethod(String),
    /// A method that stands in the list twice.
    Twice(String),
    /// A default method that is not offered.
    NotOffered(String),
    /// A fixed time as the default.
    FixedTime,
    /// Not a time to pay.
    Expiry(ExpiryError),
    /// Not a number of percent.
    NotPercent,
    /// Not a rate of VAT.
    Vat(VatError),
    /// Not a template.
    Template(TemplateError),
    /// A command without a program.
    NoProgram,
    /// A secret that is empty or no text.
    NotASecret,
    /// No profile is called so; those that there are.
    NoSuchProfile(Vec<String>),
}

/// What type a value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A text in quotes.
    Text,
    /// `true` or `false`.
    Switch,
    /// A list in brackets.
    List,
    /// A table.
    Table,
    /// Something else than this.
    Other,
}

/// What works but should be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// There's no `return_url`.
    NoReturnUrl {
        /// The profile.
        profile: String,
        /// Where customers land instead.
        instead: String,
    },
    /// The secret stands in the file.
    SecretInFile {
        /// The profile.
        profile: String,
    },
}
