//! Why a request failed: a closed list of causes, so that people read them in their language.
//!
//! The English line of a cause ([`std::fmt::Display`]) is for the log, for scripts and for what the ledger keeps. Every
//! cause can be read back from its line ([`Cause::read`]): what was kept is told in the language of whoever looks, also
//! years later, and what is no cause of ours is the backend's own word.

use std::io;

mod line;
mod reach;
#[cfg(test)]
pub(crate) mod tests;

pub use reach::Barrier;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It happened on the way to this host.
    At(String, Box<Cause>),
    /// It happened while signing in: what was to be sent after that was not.
    SigningIn(Box<Cause>),
    /// It happened while the payment profile was read: what was to be sent after that was not.
    ReadingProfile(Box<Cause>),
    /// There was no connection.
    NoConnection(Network),
    /// The other side could not prove who it is.
    Certificate(Flaw),
    /// The connection ended before there was an answer.
    Cut(Network),
    /// The connection ended in the middle of the answer.
    BrokeOff(Network),
    /// So many seconds went by without an answer.
    NoAnswer(u64),
    /// The answer is larger than so many MiB.
    TooLarge(u64),
    /// The request could not be made, in a library's words.
    Unsendable(String),
    /// There is no HTTP client to send with, in a library's words.
    NoClient(String),
    /// An HTTP status, with the backend's own words if it had any.
    Status(u16, Option<String>),
    /// An HTTP status that sends us to another address.
    Elsewhere(u16),
    /// An HTTP status of success, with an answer that is of no use.
    Unreadable(u16, Unreadable),
    /// A text that can be no id of the backend.
    NotAnId(String),
    /// We ourselves would not send it.
    NotSent(Unsent),
    /// The address of the customer's page is not one to send a customer to.
    Untrusted(BadLink),
    /// What has no more to it than its name.
    Plain(Plain),
    /// Somebody else's words.
    Theirs(String),
}

/// What is wrong with the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// Nothing more is known.
    Unsaid,
    /// Nobody listens there.
    Refused,
    /// The other side ended the connection.
    Reset,
    /// The other side closed it before it was done.
    Closed,
    /// There is no way there.
    Unreachable,
    /// There is no such host, or nobody to ask for it.
    NoSuchName,
    /// It took too long.
    TooSlow,
    /// What answers there doesn't speak TLS.
    NotTls,
    /// Something rare, in the system's words.
    Theirs(String),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It has expired.
    Expired,
    /// Its time has not come.
    NotYet,
    /// Nobody whom this machine knows vouches for it.
    UnknownIssuer,
    /// It is somebody else's.
    OtherName,
    /// Something rare, in a library's words.
    Theirs(String),
}

/// How an answer is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON.
    NotJson,
    /// It is not a list.
    NotAList,
    /// There is no token in it.
    NoToken,
    /// There is no id in it.
    NoId,
    /// There is no address in it.
    NoLink,
    /// It is not the session that was asked for.
    NotTheSession,
    /// It is not the transaction that was asked for.
    NotTheTransaction,
    /// It is not a payment profile.
    NotAProfile,
}

/// Why we would not send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// No payment method is chosen.
    NoMethod,
    /// The payment profile (the first) has no such method (the second) switched on.
    NotInProfile(String, String),
    /// Nobody knows which type the method stands for.
    NoType(String),
    /// The sum is beyond what can be counted.
    Sum,
    /// A number can't be written exactly.
    Number,
}

/// Why an address is not given to customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// Over 2,000 characters.
    #[error("it is longer than 2,000 characters")]
    TooLong,
    /// A control character, a space, a letter outside of ASCII, or a sign that no address has as it is (RFC
    /// 3986, 2): a backslash is read in two ways, and a program that opens addresses may take what stands
    /// behind a quotation mark for a command.
    #[error("there is a character in it that may not be there")]
    BadCharacter,
    /// Not an address, or one that reads differently to different readers.
    #[error("it is not an address")]
    NotAnAddress,
    /// Not https (http is taken from a sandbox on this machine alone).
    #[error("it is not https")]
    NotHttps,
    /// `user@host`.
    #[error("there is a user name in it")]
    UserInfo,
    /// A host that doesn't belong to the backend.
    #[error("its host does not belong to the backend (see link_hosts in the config)")]
    ForeignHost,
}

/// Causes that have no more to them than their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Neither https nor http to this machine.
    OnlyHttps,
    /// The backend asked us to wait before the next sign-in.
    AskedToWait,
    /// There is no client secret anywhere.
    NoSecret,
    /// The program that gives the client secret gave none.
    SecretCommand,
    /// The keyring can't be used.
    Keyring,
    /// The client secret is empty.
    SecretEmpty,
    /// The client secret could not be read.
    SecretUnread,
    /// The client id or secret has characters that can't be sent.
    SecretUnsendable,
    /// The backend's link was on somebody else's host: it was withdrawn.
    LinkWithdrawn,
    /// The backend's link was not one to send a customer to, whosever host it names: it was withdrawn.
    UnfitWithdrawn,
    /// No answer as long as somebody waited.
    NotInTime,
    /// Nobody waits long enough for it to be sent.
    NoTimeLeft,
    /// It could not be sent.
    CouldNotSend,
    /// Nobody knows yet how it went.
    OutcomeUnknown,
    /// Another process sends it just now.
    BeingSent,
    /// The backend has not closed the link yet.
    NotClosedYet,
    /// Paid while the link was being withdrawn.
    PaidMeanwhile,
    /// Paid before the link could be withdrawn.
    PaidBefore,
    /// The payment is in no state for it any more, or there is less money than that.
    NotPossibleNow,
    /// Accepted, and not carried out for a day.
    NoEndYet,
    /// The ledger holds an order about money that can't be read.
    OrderUnreadable,
    /// More sessions have the reference than can be searched.
    TooManyToSearch,
}

impl Plain {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::OnlyHttps,
        Self::AskedToWait,
        Self::NoSecret,
        Self::SecretCommand,
        Self::Keyring,
        Self::SecretEmpty,
        Self::SecretUnread,
        Self::SecretUnsendable,
        Self::LinkWithdrawn,
        Self::UnfitWithdrawn,
        Self::NotInTime,
        Self::NoTimeLeft,
        Self::CouldNotSend,
        Self::OutcomeUnknown,
        Self::BeingSent,
        Self::NotClosedYet,
        Self::PaidMeanwhile,
        Self::PaidBefore,
        Self::NotPossibleNow,
        Self::NoEndYet,
        Self::OrderUnreadable,
        Self::TooManyToSearch,
    ];
}

impl Unreadable {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NotJson,
        Self::NotAList,
        Self::NoToken,
        Self::NoId,
        Self::NoLink,
        Self::NotTheSession,
        Self::NotTheTransaction,
        Self::NotAProfile,
    ];
}

impl BadLink {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::TooLong,
        Self::BadCharacter,
        Self::NotAnAddress,
        Self::NotHttps,
        Self::UserInfo,
        Self::ForeignHost,
    ];
}

impl Network {
    /// What the system's error means; `None` for a rare one.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        Some(match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::Reset
            }
            io::ErrorKind::UnexpectedEof => Self::Closed,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Self::Unreachable,
            io::ErrorKind::TimedOut => Self::TooSlow,
            // Names that are not found have no kind of their own, only these words of the standard library.
            _ if error.to_string().starts_with("failed to lookup address information") => Self::NoSuchName,
            _ => return None,
        })
    }
}

impl Cause {
    /// It happened on the way to `place`.
    #[must_use]
    pub fn at(place: &str, cause: Self) -> Self {
        Self::At(place.to_owned(), Box::new(cause))
    }

    /// Somebody else's words.
    #[must_use]
    pub fn theirs(words: impl Into<String>) -> Self {
        Self::Theirs(words.into())
    }

    /// Whether an answer was given up because it was too large: one to a smaller question may not be.
    #[must_use]
    pub fn too_large(&self) -> bool {
        match self {
            Self::TooLarge(_) => true,
            Self::At(_, cause) => cause.too_large(),
            _ => false,
        }
    }
}
