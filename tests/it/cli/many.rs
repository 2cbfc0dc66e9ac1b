//! Many links at once: a command that shows them asks the backend in few requests.

use serde_json::{Value, json};

use super::World;

/// More than one request can ask about.
const LINKS: usize = 105;

/// The reads that the sandbox has answered: path and query, without the token's.
fn reads(world: &World) -> Vec<(String, String)> {
    let log = world.control("GET", "/sandbox/log", Value::Null);
    let reads = log.as_array().unwrap().iter().filter(|r| r["method"] == "GET");
    let text = |r: &Value, key: &str| r[key].as_str().unwrap_or_default().to_owned();
    reads.map(|r| (text(r, "path"), text(r, "query"))).collect()
}

/// A world with so many links at the backend, newest first as the list has them.
fn market() -> (World, Vec<Value>) {
    let world = World::new();
    for n in 0..LINKS {
        let reference = format!("M-{n}");
        world.run(&["new", "--offline", "--item", "Vaffel;1;45.00", "--reference", &reference]).is(5);
    }
    // A command sends what waits first, as far as it gets in a few seconds.
    for _ in 0..20 {
        world.run(&["list", "--limit", "1"]);
        if world.run(&["outbox", "--json"]).out.trim().is_empty() {
            break;
        }
    }
    let all = list(&world);
    assert_eq!(all.len(), LINKS);
    assert!(all.iter().all(|link| link["state"] == "open"), "{all:?}");
    (world, all)
}

fn list(world: &World) -> Vec<Value> {
    let listed = world.run(&["list", "--limit", "0", "--json"]).is(0);
    assert_eq!(listed.notes(), Vec::<String>::new());
    listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_list_of_many_links_takes_few_requests() {
    let (world, all) = market();
    world.visit(&all[0]);
    for n in [1, 50, LINKS - 1] {
        world.pay(&all[n], "authorized");
    }
    let before = reads(&world).len();
    let states = |all: &[Value]| all.iter().map(|link| link["state"].clone()).collect::<Vec<_>>();
    let seen = list(&world);
    let asked = reads(&world).split_off(before);
    let lists = |path: &str| asked.iter().filter(|(p, _)| p == path).count();
    assert_eq!((lists("/v1/sessions"), lists("/v1/transactions")), (2, 2), "{asked:?}");
    // The profile is read for all methods; nothing is read link by link.
    assert!(!asked.iter().any(|(path, _)| path.starts_with("/v1/sessions/")), "{asked:?}");
    assert!(asked.iter().all(|(path, query)| path != "/v1/sessions" || query.ends_with("&limit=100")));
    let mut meant = vec![json!("open"); LINKS];
    meant[0] = json!("opened");
    for n in [1, 50, LINKS - 1] {
        meant[n] = json!("captured");
    }
    assert_eq!(states(&seen), meant);
    let events = |link: &Value| {
        link["events"].as_array().unwrap().iter().map(|e| e["name"].clone()).collect::<Vec<_>>()
    };
    assert!(events(&seen[0]).contains(&json!("opened")), "{:?}", seen[0]);

    // An account that can't list reads each by itself, and shows the same.
    world.visit(&all[2]);
    world.pay(&all[3], "authorized");
    world
        .fault(json!({"path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": 1}));
    let before = reads(&world).len();
    let seen = list(&world);
    let asked = reads(&world).split_off(before);
    assert_eq!(asked.iter().filter(|(path, _)| path == "/v1/sessions").count(), 1, "{asked:?}");
    meant[2] = json!("opened");
    meant[3] = json!("captured");
    assert_eq!(states(&seen), meant);
    let story = world.run(&["show", "M-104", "--json"]).is(0).json();
    assert_eq!(story, seen[0], "as it stands when it's read by itself");
}
