//! The English line of a cause, written and read back by the same words.

use std::fmt;
use std::str::FromStr;

use super::{BadLink, Cause, Flaw, Network, Plain, Unreadable, Unsent};

pub(super) const NETWORK: [(Network, &str); 7] = [
    (Network::Refused, "connection refused"),
    (Network::Reset, "connection reset"),
    (Network::Closed, "closed by the other side"),
    (Network::Unreachable, "no way there"),
    (Network::NoSuchName, "no such host"),
    (Network::TooSlow, "it took too long"),
    (Network::NotTls, "what answers there does not speak TLS"),
];

pub(super) const FLAWS: [(Flaw, &str); 4] = [
    (Flaw::Expired, "it has expired; is this computer's clock right?"),
    (Flaw::NotYet, "it is not valid yet; is this computer's clock right?"),
    (
        Flaw::UnknownIssuer,
        "nobody known vouches for it; is there a sign-in page for this network, or a wrong address?",
    ),
    (Flaw::OtherName, "it is somebody else's; is there a sign-in page for this network, or a wrong address?"),
];

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

impl Plain {
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
            Self::UnfitWithdrawn => {
                "the backend answered with an address that can't be given to anybody; it was withdrawn"
            }
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
            Self::OrderUnreadable => {
                "what was asked for can't be read in the ledger; see whether it was done, then ask again"
            }
            Self::TooManyToSearch => {
                "so many links have this reference that the one looked for may be among them"
            }
        }
    }
}

impl Unreadable {
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

impl Cause {
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
