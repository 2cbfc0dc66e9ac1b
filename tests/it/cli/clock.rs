//! A clock that is off: until when a link can be paid is told by the backend's, and that ours is wrong is said.

use serde_json::{Value, json};

use super::World;

const SALE: [&str; 5] = ["new", "--item", "a;1;1", "--expires", "1d"];

#[test]
fn until_when_is_told_by_the_backends_clock_and_a_wrong_one_is_named() {
    // Ahead: this machine's clock is behind by so much; and the other way round.
    for (seconds, words) in [(86_400, "is 24 h behind"), (-86_400, "is 24 h ahead")] {
        let world = World::new();
        world.control("POST", "/sandbox/clock", json!({ "advance_seconds": seconds }));
        let made = world.run(&[&SALE[..], &["--reference", "A-1"]].concat()).is(0);
        let shown = world.run(&["show", "A-1"]).is(0);
        for ran in [&made, &shown] {
            let until = ran.out.lines().find(|line| line.contains("Until")).unwrap();
            assert!(until.ends_with("(in 24 h)"), "{ran:?}");
            let told = ran.err.lines().filter(|line| line.contains(words)).count();
            assert_eq!(told, 1, "{ran:?}");
        }
        let listed = world.run(&["list"]).is(0);
        assert!(listed.err.contains(words), "{listed:?}");
        for words in [["show", "A-1", "--json"].as_slice(), &["list", "--json"]] {
            assert_eq!(world.run(words).is(0).notes(), ["clock"]);
        }
        // Nobody is asked, nothing is known.
        assert_eq!(world.run(&["show", "A-1", "--offline", "--json"]).is(0).notes(), [""; 0]);
    }
}

#[test]
fn a_clock_that_is_right_is_no_news() {
    let world = World::new();
    world.control("POST", "/sandbox/clock", json!({ "advance_seconds": 50 }));
    assert_eq!(world.run(&[&SALE[..], &["--json"]].concat()).is(0).notes(), [""; 0]);
    let one_alone = |path: &str| {
        let log = world.control("GET", "/sandbox/log", Value::Null);
        log.as_array().unwrap().iter().filter(|r| r["path"].as_str().unwrap().starts_with(path)).count()
    };
    let before = one_alone("/v1/admin");
    assert_eq!(world.run(&["list", "--json"]).is(0).notes(), [""; 0]);
    assert_eq!(one_alone("/v1/admin"), before, "nobody is asked twice for the time");
}
