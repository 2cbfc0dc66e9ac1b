use super::line::{FLAWS, NETWORK};
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
