//! The real app killed in the moment in which a sale that waits is taken out of the outbox to be changed.

use std::time::Duration;

use paylink::app::draft::{Channel, Draft, LineDraft};
use paylink::domain::link::LinkId;
use paylink::ledger::SqliteLedger;
use paylink::ports::Ledger;

use crate::cli::money::waiting;
use crate::cli::{World, nobody};
use crate::weather::app;

/// After the kill the sale is in the outbox as it was, or the next start offers it as a draft; and not both.
#[test]
fn a_sale_is_in_the_outbox_or_a_draft_after_a_kill_while_it_is_taken_back() {
    let mut drafts = 0;
    // From before the key is read until after all is done, closest where the ledger is at work.
    for us in [0, 2000, 3000, 3500, 4000, 4500, 5000, 6000, 10_000, 300_000] {
        let world = World::new();
        world.write_config(&nobody(), "");
        let sale = ["new", "--item", "Vaffel;1;45.00", "--reference", "DOOR-1", "--offline"];
        world.run(&sale).is(5);
        let mut term = app(&world).start();
        term.sees("DOOR-1");
        term.press("enter");
        term.sees("r change");
        term.press("r");
        std::thread::sleep(Duration::from_micros(us));
        term.killed();

        let waits = waiting(&world).len();
        let mut term = app(&world).start();
        term.sees("DOOR-1");
        term.press("n");
        if waits == 1 {
            term.sees("2 PAYMENT");
            // What was found would be shown at once.
            term.written_within(Duration::from_millis(400));
            assert!(!term.text().contains("in the outbox no more"), "{}", term.text());
        } else {
            term.sees("DOOR-1 is in the outbox no more");
            drafts += 1;
        }
        assert_eq!(waiting(&world).len(), waits, "nothing else became of it");
        term.press("ctrl-q");
        term.ends().restored().with_status(0);
    }
    assert!(drafts > 0, "the last one had all the time it takes");
}

/// As a kill between the two leaves it: the draft is kept, and the sale still in the outbox. That is sent once, by itself;
/// the draft is none. Once the sale is out of the outbox, only the draft is it.
#[test]
fn a_draft_whose_sale_is_still_in_the_outbox_is_no_second_sale() {
    for dropped in [false, true] {
        let world = World::new();
        world.write_config(&nobody(), "");
        let sale = ["new", "--item", "Vaffel;1;45.00", "--reference", "DOOR-1", "--offline"];
        world.run(&sale).is(5);
        let link = LinkId::parse(waiting(&world)[0]["id"].as_str().unwrap()).unwrap();
        let draft = Draft {
            lines: vec![LineDraft {
                description: "Vaffel".into(),
                quantity: "1".into(),
                price: "45".into(),
                vat: "25".into(),
            }],
            reference: "DOOR-1".into(),
            reference_typed: true,
            waited: true,
            in_place_of: Some(link),
            channel: Channel::Link,
            id: Some(LinkId(uuid::Uuid::now_v7())),
            ..Draft::default()
        };
        let ledger = SqliteLedger::open(&world.data).unwrap();
        let text = serde_json::to_string(&draft).unwrap();
        ledger.keep_draft(world.account(), draft.id.unwrap(), &text).unwrap();
        drop(ledger);
        if dropped {
            world.run(&["outbox", "drop", "DOOR-1"]).is(0);
        }

        let own = world.url().strip_prefix("http://").unwrap().to_owned();
        world.write_config(world.url(), &format!("link_hosts = [\"{own}\"]"));
        let mut term = app(&world).start();
        term.sees(if dropped { "cancelled" } else { "not opened" });
        term.press("n");
        if dropped {
            term.sees("DOOR-1 is in the outbox no more");
        } else {
            term.sees("2 PAYMENT");
            term.written_within(Duration::from_millis(400));
            assert!(!term.text().contains("in the outbox no more"), "{}", term.text());
        }
        term.press("ctrl-q");
        term.ends().restored().with_status(0);
        assert_eq!(world.sessions_asked_for().len(), usize::from(!dropped));
    }
}
