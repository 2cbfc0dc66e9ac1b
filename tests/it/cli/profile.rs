//! The payment profile is kept from one command to the next.

use serde_json::{Value, json};

use super::World;

const PROFILES: &str = "/v1/admin/session/profiles";

fn reads(world: &World) -> usize {
    let log = world.control("GET", "/sandbox/log", Value::Null);
    let of_profile = |r: &&Value| r["path"].as_str().unwrap_or_default().starts_with(PROFILES);
    log.as_array().unwrap().iter().filter(of_profile).count()
}

#[test]
fn what_one_command_has_read_serves_the_next() {
    let world = World::new();
    for _ in 0..3 {
        world.link(&["--method", "vipps"]);
    }
    assert_eq!(reads(&world), 1);
    // `doctor` looks for itself.
    assert_eq!(world.run(&["doctor"]).status, 0);
    assert_eq!(reads(&world), 2);
    // Nothing is told to be missing by what is kept, and nothing is sent that way either.
    let missing = world.run(&["new", "--json", "--item", "Vaffel;2;45.00", "--method", "invoice"]).is(3);
    assert_eq!(missing.error()["code"], "method");
    assert_eq!(reads(&world), 3);
    assert_eq!(world.sessions_asked_for().len(), 3);
    // Where it can't be read any more, the sale goes on.
    world.fault(json!({"path": PROFILES, "kind": "status", "status": 500, "times": -1}));
    let kept = world.link(&["--method", "vipps"]);
    assert_eq!(kept["methods"], json!(["vipps"]));
    assert_eq!(reads(&world), 3, "it is fresh");
    let (path, body) = world.sessions_asked_for().pop().unwrap();
    assert_eq!(path, "/v1/sessions");
    assert_eq!(body["configuration"]["dintero_psp"]["vipps"]["enabled"], true);
    // A method that was not in it may be by now.
    let unread = world.run(&["new", "--json", "--item", "Vaffel;2;45.00", "--method", "invoice"]).is(5);
    assert_eq!(unread.json()["state"], "queued");
    assert_eq!(world.sessions_asked_for().len(), 4);
}

/// A link for all methods that was made where nobody could say which those are.
#[test]
fn what_all_methods_are_is_told_as_soon_as_the_session_tells_it() {
    let world = World::new();
    world.fault(json!({"path": PROFILES, "kind": "status", "status": 403, "times": -1}));
    let vaffel = ["new", "--json", "--item", "Vaffel;2;45.00"];
    let kept = world.run(&[&vaffel[..], &["--offline", "--reference", "KEPT"]].concat()).is(5).json();
    assert_eq!(kept["methods"], json!([]), "nothing is made up");
    let sent = world.run(&vaffel).is(0).json();
    assert_eq!(sent["methods"], json!([]), "nor when it was made: the answer names none");
    let all = world.run(&["list", "--json"]).is(0);
    let links: Vec<Value> = all.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(links.len(), 2);
    for link in links {
        let methods = link["methods"].as_array().unwrap();
        for name in ["card", "vipps", "swish"] {
            assert!(methods.contains(&json!(name)), "{link}");
        }
        let shown =
            world.run(&["show", link["reference"].as_str().unwrap(), "--offline", "--json"]).is(0).json();
        assert_eq!(shown["methods"], link["methods"], "and is kept");
    }
}

/// It was kept an hour ago, by the seller's own clock.
#[test]
fn an_old_one_serves_where_it_can_not_be_read_and_no_other() {
    let world = World::new();
    world.link(&["--method", "vipps"]);
    let database = rusqlite::Connection::open(world.data.join(paylink::ledger::FILE_NAME)).unwrap();
    let older = |seconds: i64| {
        let text: String = database
            .query_row("SELECT value FROM kv WHERE key LIKE 'profile:%'", [], |row| row.get(0))
            .unwrap();
        assert!(!text.contains(world.secret()));
        let mut kept: Value = serde_json::from_str(&text).unwrap();
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
        kept["read_at"] = json!(at.to_string());
        database.execute("UPDATE kv SET value = ?1 WHERE key LIKE 'profile:%'", [kept.to_string()]).unwrap();
    };
    older(3600);
    world.fault(json!({"path": PROFILES, "kind": "status", "status": 500, "times": -1}));
    world.link(&["--method", "vipps"]);
    older(100_000);
    let queued = world.run(&["new", "--json", "--item", "Vaffel;2;45.00", "--method", "vipps"]).is(5);
    assert_eq!(queued.json()["state"], "queued");
    world.clear_faults();
    let before = reads(&world);
    world.link(&["--method", "vipps"]);
    assert_eq!(reads(&world), before + 1);
}
