//! What goes wrong is told in Norwegian to whoever wants Norwegian: nothing of our own English is left in it, and what
//! others say stands between quotation marks.

use serde_json::{Value, json};

use super::{Ran, World, nobody};

/// The language of each run.
fn told(world: &World, lang: &str, words: &[&str]) -> Ran {
    world.run(&[words, &["--lang", lang]].concat())
}

/// Without somebody else's words.
fn ours(text: &str) -> String {
    let mut out = text.to_owned();
    while let (Some(from), Some(to)) = (out.find('«'), out.find('»')) {
        out.replace_range(from..to + '»'.len_utf8(), "");
    }
    out
}

/// English that must not be in what a Norwegian reads, as words of their own.
const ENGLISH: &[&str] = &[
    "the",
    "is",
    "was",
    "not",
    "and",
    "answer",
    "connection",
    "refused",
    "cut",
    "backend",
    "read",
    "within",
    "signing",
    "payment",
    "profile's",
    "host",
    "closed",
    "no",
    "it",
    "to",
];

fn norwegian(ran: &Ran) {
    for line in ran.out.lines().chain(ran.err.lines()) {
        let ours = ours(line);
        for word in ours.split(|c: char| !c.is_alphabetic() && c != '\'') {
            assert!(!ENGLISH.contains(&word), "{word:?} in {line:?}");
        }
    }
}

#[test]
fn each_fault_is_told_in_norwegian_at_once_and_later() {
    let faults = [
        (json!({"kind": "status", "status": 400}), "Betalingstjenesten sa nei: «"),
        (json!({"kind": "status", "status": 302}), "er api_url og checkout_url riktige?"),
        (json!({"kind": "drop_before"}), "forbindelsen ble brutt"),
        (json!({"kind": "garbage"}), "svaret kan ikke leses"),
        (json!({"kind": "huge"}), "svaret er større enn 2 MiB"),
        (json!({"kind": "status", "status": 503, "retry_after": 60}), "HTTP 503: «"),
    ];
    // Each waits for a while before it leaves the rest to the outbox: all at once.
    std::thread::scope(|all| {
        for (fault, expected) in faults {
            all.spawn(move || one_fault(&fault, expected));
        }
    });
}

fn one_fault(fault: &Value, expected: &str) {
    let world = World::new();
    let mut everywhere = json!({"path": "/v1/sessions*", "times": -1});
    everywhere.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
    world.fault(everywhere);
    let reference = "NB-1";
    let new = told(&world, "nb", &["new", "--item", "Vaffel;1;45", "--reference", reference]);
    assert!(new.err.contains(expected), "{fault}: {new:?}");
    norwegian(&new);
    for later in [&["show", reference, "--offline"][..], &["outbox", "list"]] {
        norwegian(&told(&world, "nb", later).is(0));
    }
    // Scripts read the same in every language.
    let show = ["show", reference, "--offline", "--json"];
    assert_eq!(told(&world, "nb", &show).json(), told(&world, "en", &show).json());
}

#[test]
fn no_connection_is_told_in_norwegian_and_in_english() {
    let world = World::new();
    world.write_config(&nobody(), "");
    let words = ["new", "--item", "Vaffel;1;45", "--reference", "NB-1", "--offline"];
    told(&world, "nb", &words).is(5);
    let sent = told(&world, "nb", &["outbox", "send", "NB-1"]).is(5);
    assert!(sent.err.contains("(innlogging: 127.0.0.1:"), "{sent:?}");
    assert!(sent.err.contains(": ingen forbindelse: ingen svarer der)"), "{sent:?}");
    norwegian(&sent);
    norwegian(&told(&world, "nb", &["outbox"]).is(0));
    // What was kept while Norwegian was spoken is told in English to whoever wants English, and to scripts.
    let english = told(&world, "en", &["outbox"]).is(0);
    assert!(english.out.contains("no connection: nobody answers there"), "{english:?}");
    let script = told(&world, "nb", &["outbox", "--json"]).is(0);
    assert!(script.out.contains("no connection: connection refused"), "{script:?}");
    let doctor = told(&world, "nb", &["doctor"]).is(5);
    assert!(doctor.out.contains(": ingen forbindelse: ingen svarer der"), "{doctor:?}");
    norwegian(&doctor);
}

/// Whole sentences, not put together from parts.
#[test]
fn what_can_not_be_done_with_money_is_told_in_a_sentence() {
    let world = World::new();
    world.link(&["--reference", "OPEN"]);
    for (command, en, nb) in [
        (
            "capture",
            "paylink: OPEN: no money can be withdrawn, because the payment is “not opened”.",
            "paylink: OPEN: ingen penger kan trekkes, for betalingen er «ikke åpnet».",
        ),
        (
            "void",
            "paylink: OPEN: there is no reservation to release, because the payment is “not opened”.",
            "paylink: OPEN: det er ingen reservasjon å annullere, for betalingen er «ikke åpnet».",
        ),
        (
            "refund",
            "paylink: OPEN: no money can be given back, because the payment is “not opened”.",
            "paylink: OPEN: ingen penger kan refunderes, for betalingen er «ikke åpnet».",
        ),
    ] {
        for (lang, sentence) in [("en", en), ("nb", nb)] {
            let ran = told(&world, lang, &[command, "OPEN"]).is(3);
            assert!(ran.err.starts_with(sentence), "{}", ran.err);
        }
    }
}

#[test]
fn a_clock_that_is_days_off_is_told_in_days() {
    let world = World::new();
    world.control("POST", "/sandbox/clock", json!({"advance_seconds": 259_200}));
    for (lang, words) in [("en", "3 days behind the backend's"), ("nb", "3 dager etter betalingstjenestens")]
    {
        let ran = told(&world, lang, &["doctor"]);
        assert!(ran.out.contains(words), "{ran:?}");
    }
}
