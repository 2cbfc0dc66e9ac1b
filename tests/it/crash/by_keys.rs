//! The app in a terminal: a sale by its keys, killed around the last one.

use std::time::{Duration, Instant};

use super::Dice;
use super::books::{self, Sandbox};
use super::process::{Point, Watch};
use super::told;
use crate::cli::World;
use crate::support::pty::Setup;
use crate::terminal::to_delivery;

/// The app in the till's own data folder.
pub(super) fn app(world: &World) -> Setup {
    Setup::paylink(&[])
        .env("PAYLINK_CONFIG", world.config.to_str().unwrap())
        .env("PAYLINK_DATA_DIR", world.data.to_str().unwrap())
        .env("PAYLINK_CLIENT_SECRET", world.secret())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
}

/// A link made by keys on a new till, killed, and the app started again until it's settled.
pub(super) fn sale(dice: &mut Dice) {
    let world = World::new();
    let mut term = app(&world).start();
    to_delivery(&mut term);
    // to "link or QR only"
    term.press("shift-tab right right");
    term.sees("● link or QR only");
    let soon = Duration::from_millis(dice.below(120));
    let point = dice.pick(&[
        Point::After(soon),
        Point::Asked("POST", "/v1/sessions"),
        Point::Answered("POST", "/v1/sessions"),
        Point::Settled,
    ]);
    if dice.percent(50) {
        world.fault(serde_json::json!({
            "method": "POST", "path": "/v1/sessions", "kind": dice.pick(&["delay", "drop_after"]), "ms": 200
        }));
    }
    // The reference is the app's own: the first of the ledger's links.
    let reference = || books::rows(&world.data).first().map(|row| row.reference.clone()).unwrap_or_default();
    let begun = Instant::now();
    term.press("enter");
    loop {
        let name = reference();
        let mut watch = Watch::since(&world, &name, 0);
        if watch.reached(&point, begun) || begun.elapsed() > Duration::from_secs(4) {
            break;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    let told = told::on_screen(&term.text());
    term.killed();
    assert!(books::damage(&world.data).is_empty());
    world.clear_faults();

    let kept = books::rows(&world.data);
    let mut term = app(&world).start();
    assert!(!told || kept.len() == 1, "{point:?}: the screen showed a link that is not kept");
    if kept.is_empty() {
        // Killed before it was kept: the draft is there, and nothing was sent.
        term.waits_for("step 1", |screen| screen.contents().contains("1 START"));
        term.killed();
        assert_eq!(Sandbox::read(&world).sessions.len(), 0, "{point:?}: sent before it was kept");
        return;
    }
    term.waits_for("the link to be made", |_| {
        books::entries(&world.data).is_empty() && books::rows(&world.data)[0].session.is_some()
    });
    term.killed();
    let (row, sandbox) = (books::rows(&world.data).remove(0), Sandbox::read(&world));
    let ours =
        sandbox.sessions_of(&row.id).filter(|s| Some(s["id"].as_str().unwrap()) == row.session.as_deref());
    assert_eq!((kept.len(), ours.count(), row.state.as_str()), (1, 1, "open"), "{point:?}: {row:?}");
}
