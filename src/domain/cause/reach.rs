//! Whether the backend was reached at all, and what stood in the way.

use super::{Cause, Flaw, Unreadable};

/// What stands between us and the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// There was no connection, or none that lasted for the sign-in, which all requests wait for.
    NoConnection,
    /// Somebody else answers in its place: a network that wants a sign-in on a page of its own, most likely.
    SomebodyElse,
    /// What answers has a certificate whose time is not now: this machine's clock may be wrong, or it is somebody else.
    Certificate,
}

/// "Network Authentication Required" (RFC 6585, 6): what a network says that wants a sign-in first.
const SIGN_IN_TO_THE_NETWORK: u16 = 511;

impl Cause {
    /// Whether the backend was not reached: nothing was sent to it, and what else is tried just now fares no better.
    #[must_use]
    pub fn unreached(&self) -> bool {
        self.barrier().is_some()
    }

    /// Why the backend was not reached. `None`: it was, or nobody can tell.
    #[must_use]
    pub fn barrier(&self) -> Option<Barrier> {
        match self {
            Self::NoConnection(_) => Some(Barrier::NoConnection),
            Self::Certificate(Flaw::Expired | Flaw::NotYet) => Some(Barrier::Certificate),
            Self::Certificate(Flaw::UnknownIssuer | Flaw::OtherName | Flaw::Theirs(_)) => {
                Some(Barrier::SomebodyElse)
            }
            Self::At(_, cause) | Self::ReadingProfile(cause) => cause.barrier(),
            Self::SigningIn(cause) => {
                let cause = if let Self::At(_, cause) = &**cause { cause } else { cause };
                match &**cause {
                    Self::Cut(_) | Self::BrokeOff(_) | Self::NoAnswer(_) => Some(Barrier::NoConnection),
                    // The backend answers a sign-in with a token or with an error, never with a page.
                    Self::Elsewhere(_)
                    | Self::Unreadable(_, Unreadable::NoToken)
                    | Self::Status(SIGN_IN_TO_THE_NETWORK, _) => Some(Barrier::SomebodyElse),
                    cause => cause.barrier(),
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BadLink, Network, Plain};
    use super::*;

    fn at(cause: Cause) -> Cause {
        Cause::at("api.example.com", cause)
    }

    fn signing_in(cause: Cause) -> Cause {
        Cause::SigningIn(Box::new(cause))
    }

    fn reading(cause: Cause) -> Cause {
        Cause::ReadingProfile(Box::new(cause))
    }

    #[test]
    fn what_stands_in_the_way_is_told_also_as_it_is_kept() {
        let none = || Cause::NoConnection(Network::Refused);
        let foreign = || Cause::Certificate(Flaw::UnknownIssuer);
        for (cause, barrier) in [
            (none(), Barrier::NoConnection),
            (at(none()), Barrier::NoConnection),
            (signing_in(at(none())), Barrier::NoConnection),
            (signing_in(at(Cause::NoAnswer(20))), Barrier::NoConnection),
            (signing_in(at(Cause::Cut(Network::Reset))), Barrier::NoConnection),
            (reading(at(none())), Barrier::NoConnection),
            (reading(signing_in(at(Cause::NoAnswer(20)))), Barrier::NoConnection),
            (at(foreign()), Barrier::SomebodyElse),
            (at(Cause::Certificate(Flaw::OtherName)), Barrier::SomebodyElse),
            (signing_in(at(foreign())), Barrier::SomebodyElse),
            (reading(at(foreign())), Barrier::SomebodyElse),
            (signing_in(Cause::Elsewhere(302)), Barrier::SomebodyElse),
            (signing_in(Cause::Unreadable(200, Unreadable::NoToken)), Barrier::SomebodyElse),
            (signing_in(Cause::Status(511, None)), Barrier::SomebodyElse),
            (at(Cause::Certificate(Flaw::Expired)), Barrier::Certificate),
            (at(Cause::Certificate(Flaw::NotYet)), Barrier::Certificate),
            (at(Cause::Certificate(Flaw::Theirs("a bad seal".to_owned()))), Barrier::SomebodyElse),
        ] {
            assert_eq!(cause.barrier(), Some(barrier), "{cause}");
            let kept = Cause::read(&cause.to_string()).unwrap();
            assert!(kept.barrier() == Some(barrier) && kept.unreached(), "also as it is kept: {cause}");
        }
    }

    #[test]
    fn the_backend_was_reached_or_nobody_can_tell() {
        for cause in [
            reading(at(Cause::NoAnswer(20))),
            at(Cause::NoAnswer(20)),
            at(Cause::Cut(Network::Reset)),
            signing_in(Cause::Status(503, None)),
            // An answer to something that may have been carried out.
            Cause::Elsewhere(302),
            Cause::Unreadable(200, Unreadable::NotJson),
            Cause::Status(511, None),
            // The answer came from the backend: it is what it says that is no good.
            Cause::Untrusted(BadLink::ForeignHost),
            Cause::Plain(Plain::NoTimeLeft),
            Cause::Plain(Plain::NotInTime),
            Cause::theirs("NotSent"),
        ] {
            assert_eq!(cause.barrier(), None, "{cause}");
            assert!(!cause.unreached(), "{cause}");
        }
    }
}
