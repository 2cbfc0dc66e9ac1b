//! Why a request failed: a closed list of causes, so that people read them in their language.
//!
//! The English line of a cause ([`std::fmt::Display`]) is for the log, for scripts and for what the ledger keeps. Every
//! cause can be read back from its line ([`Cause::read`]): what was kept is told in the language of whoever looks, also
//! years later, and what is no cause of ours is the backend's own word.

use std::fmt;
use std::io;
use std::str::FromStr;

mod reach;

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
    /// The backend's link was not one to send a customer to: it was withdrawn.
    LinkWithdrawn,
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
    /// More sessions have the reference than can be searched.
    TooManyToSearch,
}

impl Plain {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::OnlyHttps,
        Self::AskedToWait,
        Self::NoSecret,
        Self::SecretCommand,
        Self::Keyring,
        Self::SecretEmpty,
        Self::SecretUnread,
        Self::SecretUnsendable,
        Self::LinkWithdrawn,
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
        Self::TooManyToSearch,
    ];

    const fn line(self) -> &'static str {
        match self {
            Self::OnlyHttps => "only https is spoken, and http to this machine",
            Self::AskedToWait => "the backend asked us to wait before signing in again",
            Self::NoSecret => "there is no client secret",
            Self::SecretCommand => "client_secret_command gave no secret",
            Self::Keyring => "the keyring can't be used",
            Self::SecretEmpty => "the client secret is empty",
            Self::SecretUnread => "the client secret could not be read",
            Self::SecretUnsendable => "the client id or secret can't be sent",
            Self::LinkWithdrawn => "the backend answered with a link to a foreign address; it was withdrawn",
            Self::NotInTime => "no answer in time",
            Self::NoTimeLeft => "there was no time left to send it",
            Self::CouldNotSend => "it could not be sent",
            Self::OutcomeUnknown => "the outcome is not known yet",
            Self::BeingSent => "it is being sent just now",
            Self::NotClosedYet => "the backend has not closed the link yet",
            Self::PaidMeanwhile => "it was paid while it was being withdrawn",
            Self::PaidBefore => "it was paid before it could be withdrawn",
            Self::NotPossibleNow => {
                "the payment was no longer in a state for it, or there was less money than that"
            }
            Self::NoEndYet => "the backend accepted it more than a day ago and has not carried it out",
            Self::TooManyToSearch => {
                "so many links have this reference that the one looked for may be among them"
            }
        }
    }
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

    const fn line(self) -> &'static str {
        match self {
            Self::NotJson => "it is not JSON",
            Self::NotAList => "it is not a list",
            Self::NoToken => "there is no token in it",
            Self::NoId => "there is no id in it",
            Self::NoLink => "there is no link in it",
            Self::NotTheSession => "it is not the session",
            Self::NotTheTransaction => "it is not the transaction",
            Self::NotAProfile => "it is not a payment profile",
        }
    }
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

const NETWORK: [(Network, &str); 7] = [
    (Network::Refused, "connection refused"),
    (Network::Reset, "connection reset"),
    (Network::Closed, "closed by the other side"),
    (Network::Unreachable, "no way there"),
    (Network::NoSuchName, "no such host"),
    (Network::TooSlow, "it took too long"),
    (Network::NotTls, "what answers there does not speak TLS"),
];

const FLAWS: [(Flaw, &str); 4] = [
    (Flaw::Expired, "it has expired; is this computer's clock right?"),
    (Flaw::NotYet, "it is not valid yet; is this computer's clock right?"),
    (
        Flaw::UnknownIssuer,
        "nobody known vouches for it; is there a sign-in page for this network, or a wrong address?",
    ),
    (Flaw::OtherName, "it is somebody else's; is there a sign-in page for this network, or a wrong address?"),
];

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

    /// The cause that has this line. `None`: it is none of ours, so they are somebody else's words.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let boxed = |rest| Self::read(rest).map(Box::new);
        if let Some(rest) = line.strip_prefix(SIGNING_IN) {
            return boxed(rest).map(Self::SigningIn);
        }
        if let Some(rest) = line.strip_prefix(READING_PROFILE) {
            return boxed(rest).map(Self::ReadingProfile);
        }
        if let Some(plain) = Plain::ALL.into_iter().find(|plain| plain.line() == line) {
            return Some(Self::Plain(plain));
        }
        if let Some(rest) = line.strip_prefix(HTTP) {
            return read_status(rest);
        }
        if let Some(rest) = line.strip_prefix(NOT_SENT) {
            return read_unsent(rest).map(Self::NotSent);
        }
        let found = read_network(line, NO_CONNECTION)
            .map(Self::NoConnection)
            .or_else(|| read_network(line, CUT).map(Self::Cut))
            .or_else(|| read_network(line, BROKE_OFF).map(Self::BrokeOff))
            .or_else(|| line.strip_prefix(CERTIFICATE).map(|rest| Self::Certificate(read_flaw(rest))))
            .or_else(|| number(between(line, "no answer within ", " s")?).map(Self::NoAnswer))
            .or_else(|| number(between(line, "the answer is larger than ", " MiB")?).map(Self::TooLarge))
            .or_else(|| line.strip_prefix(UNSENDABLE).map(|rest| Self::Unsendable(rest.to_owned())))
            .or_else(|| line.strip_prefix(NO_CLIENT).map(|rest| Self::NoClient(rest.to_owned())))
            .or_else(|| {
                let id = between(line, "\"", NOT_AN_ID)?;
                Some(Self::NotAnId(id.to_owned()))
            })
            .or_else(|| {
                let rest = line.strip_prefix(UNTRUSTED)?;
                BadLink::ALL.into_iter().find(|bad| bad.to_string() == rest).map(Self::Untrusted)
            });
        if found.is_some() {
            return found;
        }
        // `host: ` or `host:port: `: no space before it, and an address of version 6 has colons of its own.
        let (place, rest) = line.split_once(": ")?;
        if place.is_empty() || place.contains(char::is_whitespace) {
            return None;
        }
        match Self::read(rest)? {
            // One place is enough.
            Self::At(..) => None,
            cause => Some(Self::at(place, cause)),
        }
    }
}

const SIGNING_IN: &str = "signing in: ";
const READING_PROFILE: &str = "reading the payment profile: ";
const NO_CONNECTION: &str = "no connection";
const CUT: &str = "the connection was cut";
const BROKE_OFF: &str = "the answer broke off";
const CERTIFICATE: &str = "its certificate is no good: ";
const UNSENDABLE: &str = "the request can't be made: ";
const NO_CLIENT: &str = "the HTTP client could not be made: ";
const HTTP: &str = "HTTP ";
const ELSEWHERE: &str = "the backend sends us to another address: are api_url and checkout_url right?";
const UNREADABLE: &str = "the answer can't be read: ";
const NOT_AN_ID: &str = "\" is not an id of the backend";
const NOT_SENT: &str = "not sent: ";
const UNTRUSTED: &str = "the backend's link is not trusted: ";
const IN_PROFILE: (&str, &str, &str) = ("the payment profile \"", "\" has no ", " switched on");
const NO_TYPE: (&str, &str) = ("it is not known which type ", " stands for: name the type in the config");

fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    line.strip_prefix(before)?.strip_suffix(after)
}

/// A number as we write it: no sign, no zero before it.
fn number<N: FromStr + fmt::Display>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

fn read_network(line: &str, what: &str) -> Option<Network> {
    let rest = line.strip_prefix(what)?;
    if rest.is_empty() {
        return Some(Network::Unsaid);
    }
    let rest = rest.strip_prefix(": ")?;
    let known = NETWORK.into_iter().find(|(_, words)| *words == rest).map(|(network, _)| network);
    Some(known.unwrap_or_else(|| Network::Theirs(rest.to_owned())))
}

fn read_flaw(rest: &str) -> Flaw {
    let known = FLAWS.into_iter().find(|(_, words)| *words == rest).map(|(flaw, _)| flaw);
    known.unwrap_or_else(|| Flaw::Theirs(rest.to_owned()))
}

fn read_status(rest: &str) -> Option<Cause> {
    let (status, words) = match rest.split_once(": ") {
        Some((status, words)) => (status, Some(words)),
        None => (rest, None),
    };
    let status = number(status)?;
    Some(match words {
        None => Cause::Status(status, None),
        Some(ELSEWHERE) => Cause::Elsewhere(status),
        Some(words) => {
            let unreadable = words
                .strip_prefix(UNREADABLE)
                .and_then(|rest| Unreadable::ALL.into_iter().find(|what| what.line() == rest));
            match unreadable {
                Some(what) => Cause::Unreadable(status, what),
                None => Cause::Status(status, Some(words.to_owned())),
            }
        }
    })
}

fn read_unsent(rest: &str) -> Option<Unsent> {
    if let Some((profile, method)) =
        between(rest, IN_PROFILE.0, IN_PROFILE.2).and_then(|both| both.rsplit_once(IN_PROFILE.1))
    {
        return Some(Unsent::NotInProfile(profile.to_owned(), method.to_owned()));
    }
    if let Some(method) = between(rest, NO_TYPE.0, NO_TYPE.1) {
        return Some(Unsent::NoType(method.to_owned()));
    }
    [Unsent::NoMethod, Unsent::Sum, Unsent::Number].into_iter().find(|why| why.to_string() == rest)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(place, cause) => write!(f, "{place}: {cause}"),
            Self::SigningIn(cause) => write!(f, "{SIGNING_IN}{cause}"),
            Self::ReadingProfile(cause) => write!(f, "{READING_PROFILE}{cause}"),
            Self::NoConnection(network) => write!(f, "{NO_CONNECTION}{network}"),
            Self::Certificate(flaw) => write!(f, "{CERTIFICATE}{flaw}"),
            Self::Cut(network) => write!(f, "{CUT}{network}"),
            Self::BrokeOff(network) => write!(f, "{BROKE_OFF}{network}"),
            Self::NoAnswer(seconds) => write!(f, "no answer within {seconds} s"),
            Self::TooLarge(size) => write!(f, "the answer is larger than {size} MiB"),
            Self::Unsendable(why) => write!(f, "{UNSENDABLE}{why}"),
            Self::NoClient(why) => write!(f, "{NO_CLIENT}{why}"),
            Self::Status(status, None) => write!(f, "{HTTP}{status}"),
            Self::Status(status, Some(words)) => write!(f, "{HTTP}{status}: {words}"),
            Self::Elsewhere(status) => write!(f, "{HTTP}{status}: {ELSEWHERE}"),
            Self::Unreadable(status, what) => write!(f, "{HTTP}{status}: {UNREADABLE}{}", what.line()),
            Self::NotAnId(id) => write!(f, "\"{id}{NOT_AN_ID}"),
            Self::NotSent(why) => write!(f, "{NOT_SENT}{why}"),
            Self::Untrusted(bad) => write!(f, "{UNTRUSTED}{bad}"),
            Self::Plain(plain) => f.write_str(plain.line()),
            Self::Theirs(words) => f.write_str(words),
        }
    }
}

/// As it stands after what happened: `: connection refused`, or nothing.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, NETWORK.iter().find(|(network, _)| network == self)) {
            (Self::Theirs(words), _) => write!(f, ": {words}"),
            (_, Some((_, words))) => write!(f, ": {words}"),
            (_, None) => Ok(()),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, FLAWS.iter().find(|(flaw, _)| flaw == self)) {
            (Self::Theirs(words), _) => f.write_str(words),
            (_, Some((_, words))) => f.write_str(words),
            (_, None) => Ok(()),
        }
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMethod => f.write_str("no payment method is chosen"),
            Self::NotInProfile(profile, method) => {
                write!(f, "{}{profile}{}{method}{}", IN_PROFILE.0, IN_PROFILE.1, IN_PROFILE.2)
            }
            Self::NoType(method) => write!(f, "{}{method}{}", NO_TYPE.0, NO_TYPE.1),
            Self::Sum => f.write_str("the sum is too large"),
            Self::Number => f.write_str("a number can't be sent exactly"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every cause, with every part that it can have.
    pub(crate) fn all() -> Vec<Cause> {
        let theirs = || Network::Theirs("the cable is wet".to_owned());
        let networks = || NETWORK.into_iter().map(|(n, _)| n).chain([Network::Unsaid, theirs()]);
        let flaws = FLAWS.into_iter().map(|(f, _)| f).chain([Flaw::Theirs("a bad seal".to_owned())]);
        let unsent = [
            Unsent::NoMethod,
            Unsent::NotInProfile("default".to_owned(), "swish".to_owned()),
            Unsent::NoType("mobilepay".to_owned()),
            Unsent::Sum,
            Unsent::Number,
        ];
        let mut all: Vec<Cause> = Plain::ALL.into_iter().map(Cause::Plain).collect();
        all.extend(networks().map(Cause::NoConnection));
        all.extend(networks().map(Cause::Cut));
        all.extend(networks().map(Cause::BrokeOff));
        all.extend(flaws.map(Cause::Certificate));
        all.extend(Unreadable::ALL.into_iter().map(|what| Cause::Unreadable(200, what)));
        all.extend(unsent.map(Cause::NotSent));
        all.extend(BadLink::ALL.into_iter().map(Cause::Untrusted));
        all.extend([
            Cause::NoAnswer(20),
            Cause::TooLarge(2),
            Cause::Unsendable("no such header".to_owned()),
            Cause::NoClient("no certificates".to_owned()),
            Cause::Status(503, None),
            Cause::Status(400, Some("order.amount: must equal the sum".to_owned())),
            Cause::Elsewhere(302),
            Cause::NotAnId("../x".to_owned()),
        ]);
        let wrapped: Vec<Cause> = all
            .iter()
            .flat_map(|cause| {
                let at = Cause::at("[::1]:4711", cause.clone());
                [
                    Cause::SigningIn(Box::new(at.clone())),
                    Cause::ReadingProfile(Box::new(Cause::SigningIn(Box::new(at.clone())))),
                    at,
                ]
            })
            .collect();
        all.extend(wrapped);
        all
    }

    #[test]
    fn every_cause_is_read_back_from_its_line() {
        for cause in all() {
            assert_eq!(Cause::read(&cause.to_string()).as_ref(), Some(&cause), "{cause}");
        }
    }

    #[test]
    fn other_words_are_no_cause() {
        for words in [
            "",
            "Rejected",
            "order.amount must equal the sum (BAD_REQUEST)",
            "HTTP",
            "HTTP 70000",
            "HTTP 0503",
            "phone: wrong",
            "no connections left",
            ": no connection",
            "a b: no connection",
        ] {
            assert_eq!(Cause::read(words), None, "{words}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_has_that_line(line in "(signing in: |HTTP [0-9]{3}|: |host: |no connection|\"|[a-z ]){0,6}") {
            if let Some(cause) = Cause::read(&line) {
                prop_assert_eq!(cause.to_string(), line);
            }
        }
    }
}
