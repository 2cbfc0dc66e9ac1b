//! The other commands: login, logout, config, doctor, sandbox; files and what is in them.

use std::fs;
use std::path::Path;

use paylink::domain::link::LinkId;
use paylink::ledger::SqliteLedger;
use paylink::ports::{Ledger, OutboxEntry, OutboxKind};
use serde_json::{Value, json};

use super::{Going, World, bare, finish, finish_with_input, nobody};

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// This machine has no keyring (see `bare`): what can be done without one is done, and told.
#[test]
fn login_tries_the_credentials_and_writes_a_first_config() {
    let world = World::new();
    let path = world.home.path().join("new/config.toml");
    let mut login = bare(world.home.path());
    login
        .args(["login", "--json", "--secret-stdin", "--account-id", world.account()])
        .args(["--client-id", world.client(), "--api-url", world.url(), "--profile", "fair"])
        .args([
            "--return-url",
            "https://example.com/thanks?from=paylink",
            "--merchant-name",
            "Fjordfisk AS",
            "--config",
        ])
        .arg(&path);
    let wrong = finish_with_input(&mut login, "wrong\n").is(4);
    assert_eq!(wrong.error()["code"], "not_signed_in");
    assert!(!path.exists(), "wrong credentials are not kept");
    let secret = format!("{}\n", world.secret());
    let ran = finish_with_input(&mut login, &secret).is(3);
    assert_eq!(ran.error()["code"], "keyring");
    assert!(!ran.err.contains(world.secret()));
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.contains("[profiles.fair]") && !written.contains(world.secret()), "{written}");
    assert!(!written.contains("currency"), "no defaults: {written}");
    #[cfg(unix)]
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    // It works, with the secret from elsewhere.
    let mut list = world.command(&["new", "--item", "a;1;1", "--json"]);
    finish(list.env("PAYLINK_CONFIG", &path)).is(0);
    // Again: the config is there and stays as it is.
    let again = finish_with_input(&mut login, &secret).is(3);
    assert_eq!(again.error()["code"], "keyring", "all is as the config says: {again:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
}

#[test]
fn login_says_what_is_missing_or_wrong() {
    let home = tempfile::tempdir().unwrap();
    let missing = finish(bare(home.path()).args(["login", "--json"])).is(3);
    assert!(missing.error()["message"].as_str().unwrap().contains("--account-id"));
    let wrong = finish(bare(home.path()).args(["login", "--json", "--account-id", "12345678"])).is(3);
    assert!(wrong.error()["message"].as_str().unwrap().contains("eight digits"));
    let world = World::new();
    let mut other = world.command(&["login", "--json", "--account-id", "T00000001"]);
    assert!(finish(&mut other).is(3).error()["message"].as_str().unwrap().contains("--account-id"));
    world.write_config(&nobody(), "");
    finish_with_input(&mut world.command(&["login", "--secret-stdin"]), "s\n").is(5);
}

#[test]
fn the_secret_comes_from_environment_then_command_then_file() {
    let world = World::new();
    let quoted = |s: &str| Value::from(s).to_string();
    let new = ["new", "--json", "--item", "a;1;1"];
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let command = format!("client_secret_command = [\"/bin/echo\", {}]", quoted(world.secret()));
        world.write_config(world.url(), &command);
        finish(world.command(&new).env_remove("PAYLINK_CLIENT_SECRET")).is(0);
        // The environment's comes first, right or wrong.
        finish(world.command(&new).env("PAYLINK_CLIENT_SECRET", "wrong")).is(4);
        world.write_config(world.url(), "client_secret_command = [\"/bin/false\"]");
        let failed = finish(world.command(&new).env_remove("PAYLINK_CLIENT_SECRET")).is(4);
        assert!(failed.error()["message"].as_str().unwrap().contains("client_secret_command"));

        world.write_config(world.url(), &format!("client_secret = {}", quoted(world.secret())));
        fs::set_permissions(&world.config, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = finish(world.command(&new).env_remove("PAYLINK_CLIENT_SECRET")).is(3);
        assert!(refused.error()["message"].as_str().unwrap().contains("line 7: profiles.fair.client_secret"));
        fs::set_permissions(&world.config, fs::Permissions::from_mode(0o600)).unwrap();
        let taken = finish(world.command(&new).env_remove("PAYLINK_CLIENT_SECRET")).is(0);
        assert!(taken.err.contains("client_secret"), "a warning: {}", taken.err);
        assert!(!taken.err.contains(world.secret()));
    }
}

#[test]
fn who_has_no_secret_puts_off_nothing_that_waits() {
    let world = World::new();
    world.write_config(&nobody(), "");
    world.run(&["new", "--json", "--item", "a;1;1", "--reference", "A-1"]).is(5);
    let waiting = || world.run(&["outbox", "--json"]).is(0).lines();
    let before = waiting();
    world.write_config(world.url(), "");
    for secret in [None, Some("wrong")] {
        let mut list = world.command(&["list", "--json"]);
        match secret {
            None => list.env_remove("PAYLINK_CLIENT_SECRET"),
            Some(wrong) => list.env("PAYLINK_CLIENT_SECRET", wrong),
        };
        finish(&mut list);
        assert_eq!(waiting(), before, "{secret:?}");
    }
    assert_eq!(world.run(&["list", "--json"]).is(0).json()["state"], "open");
}

#[test]
fn config_path_check_and_show() {
    let world = World::new();
    let path = world.run(&["config", "path"]).is(0);
    assert_eq!(path.out.trim_end(), world.config.display().to_string(), "alone, for $(…)");
    assert_eq!(path.err.trim_end(), format!("Ledger and log: {}", world.data.display()));
    let places = world.run(&["config", "path", "--json"]).is(0).json();
    assert_eq!(places["data_dir"], world.data.display().to_string());
    assert_eq!(places["config_exists"], true);
    assert_eq!(world.run(&["config", "check", "--json"]).is(0).json()["ok"], true);
    let shown = world.run(&["config", "show"]).is(0).out;
    assert!(shown.contains("default_vat = \"25\"") && !shown.contains(world.secret()), "{shown}");
    // What is shown is a config again.
    let copy = world.home.path().join("copy.toml");
    fs::write(&copy, shown).unwrap();
    world.run(&["--config", copy.to_str().unwrap(), "config", "check"]).is(0);
    let home = tempfile::tempdir().unwrap();
    finish(bare(home.path()).args(["config", "check"])).is(3);
    let place = finish(bare(home.path()).args(["config", "path"])).is(0).out;
    assert!(place.contains(home.path().to_str().unwrap()), "{place}");
}

#[test]
fn doctor_tells_each_thing_with_verdict_and_hint() {
    let world = World::new();
    let verdicts = |report: &Value| -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .inspect(|c| {
                let keys: Vec<&str> = c.as_object().unwrap().keys().map(String::as_str).collect();
                assert_eq!(keys, ["name", "verdict", "detail", "hint"]);
            })
            .map(|c| (text(&c["name"]), text(&c["verdict"])))
            .collect()
    };
    let find = |all: &[(String, String)], name: &str| {
        all.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default()
    };
    let good = world.run(&["doctor", "--json"]).is(0).json();
    assert_eq!(good["ok"], true);
    let all = verdicts(&good);
    for name in ["config", "secret", "backend", "credentials", "clock", "profile", "data"] {
        assert_eq!(find(&all, name), "ok", "{good}");
    }
    assert_eq!(find(&all, "keyring"), "warning");
    let wrong =
        finish(world.command(&["doctor", "--json"]).env("PAYLINK_CLIENT_SECRET", "wrong")).is(4).json();
    assert_eq!((&wrong["ok"], find(&verdicts(&wrong), "credentials")), (&json!(false), "error".to_owned()));
    world.control("POST", "/sandbox/clock", json!({"advance_seconds": 3600}));
    let late = world.run(&["doctor", "--json"]).json();
    assert_eq!(find(&verdicts(&late), "clock"), "warning", "{late}");
    world.write_config(&nobody(), "");
    let unreachable = world.run(&["doctor", "--json"]).is(5).json();
    assert_eq!(find(&verdicts(&unreachable), "backend"), "error");
    let people = world.run(&["doctor"]).is(5);
    assert!(people.out.contains("backend"), "{}", people.out);
}

#[test]
fn the_sandbox_says_where_it_is_and_keeps_its_data() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("sandbox.json");
    let mut command = bare(home.path());
    command.args(["sandbox", "--json", "--data"]).arg(&data);
    let mut going = Going::start(&mut command);
    let ready = going.json();
    let keys: Vec<&str> = ready.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["url", "account_id", "client_id", "client_secret", "profile_id"]);
    going.kill();
    assert!(data.exists());
    let mut command = bare(home.path());
    let mut going = Going::start(command.args(["sandbox", "--data"]).arg(&data));
    let line = going.line();
    assert!(line.starts_with("sandbox listening on http://127.0.0.1:"), "{line}");
    going.kill();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    finish(bare(home.path()).args(["sandbox", "--listen", &address])).is(3);
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone_and_logs_hold_nothing_of_anybody() {
    let world = World::new();
    let new = ["-vv", "new", "--json", "--item", "Hemmelig vare;1;5", "--sms", "+4741234567"];
    world.run(&new).is(0);
    world.fault(json!({"path": "/v1/sessions-profile", "kind": "status", "status": 500, "times": 1}));
    world.run(&["-vv", "new", "--item", "a;1;1", "--email", "kari.nordmann@example.com"]);
    assert_eq!(mode(&world.data), 0o700);
    let mut logs = String::new();
    for entry in fs::read_dir(&world.data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("paylink.log")) {
            logs.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    for secret in [world.secret(), "41234567", "kari.nordmann", "Bearer", "eyJ"] {
        assert!(!logs.contains(secret), "{secret} is in the log");
    }
}

/// No account, no server beside it: the commands bring the sandbox along, and it remembers.
#[test]
fn a_profile_may_be_the_sandbox_inside_of_paylink() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("try.toml");
    fs::write(&config, "[profiles.try]\nsandbox = true\n").unwrap();
    let run = |words: &[&str]| finish(bare(home.path()).arg("--config").arg(&config).args(words));
    let link = run(&["new", "--json", "--item", "Vaffel;1;45", "--reference", "A-1"]).is(0).json();
    assert_eq!(link["state"], "open");
    let shown = run(&["show", "A-1", "--json"]).is(0);
    assert_eq!((shown.json()["state"].as_str(), shown.err.as_str()), (Some("open"), ""));
    assert_eq!(run(&["cancel", "A-1", "--json"]).is(0).json()["state"], "cancelled");
    assert_eq!(run(&["doctor", "--json"]).is(0).json()["ok"], true);
    assert_eq!(run(&["login", "--json"]).is(3).error()["code"], "sandbox");
    let shown = run(&["config", "show"]).is(0).out;
    assert!(shown.contains("sandbox = true") && !shown.contains("account_id"), "{shown}");
}

/// Whoever tried the sandbox first adds an account to the config that this left.
#[test]
fn login_puts_a_profile_more_into_the_config() {
    let world = World::new();
    let config = world.home.path().join("tried.toml");
    fs::write(&config, "# mine\ndefault_profile = \"sandbox\"\n\n[profiles.sandbox]\nsandbox = true\n")
        .unwrap();
    let login = |more: &[&str]| {
        let words = ["--config", config.to_str().unwrap(), "login", "--account-id", world.account()];
        let words = [&words[..], &["--client-id", world.client(), "--api-url", world.url()], more].concat();
        world.run(&words)
    };
    let sandbox = login(&[]).is(3);
    assert!(sandbox.err.contains("paylink login --profile shop"), "{sandbox:?}");
    // This machine has no keyring: all but that is done, and told.
    let ran = login(&["--profile", "shop"]).is(3);
    assert!(ran.err.contains("is written") && ran.err.contains("keyring"), "{ran:?}");
    let text = fs::read_to_string(&config).unwrap();
    assert!(
        text.starts_with("# mine\ndefault_profile = \"shop\"") && text.contains("[profiles.sandbox]"),
        "{text}"
    );
    let checked =
        world.run(&["--config", config.to_str().unwrap(), "config", "check", "--json"]).is(0).json();
    assert_eq!((&checked["profile"], &checked["profiles"]), (&json!("shop"), &json!(["sandbox", "shop"])));
    // A name that is no name changes nothing.
    login(&["--profile", "no name"]).is(3);
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
}

#[test]
fn doctor_counts_what_was_asked_for_as_waiting_and_no_look_of_its_own() {
    let world = World::new();
    let made = world.link(&["--reference", "A-1"]);
    let ledger = SqliteLedger::open(&world.data).unwrap();
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let entry = OutboxEntry {
        link: LinkId::parse(made["id"].as_str().unwrap()).unwrap(),
        kind: OutboxKind::Look,
        attempts: 0,
        next_at: at,
        since: at,
        last_error: None,
        in_flight: false,
        needs_decision: false,
        overdue: None,
        order: None,
        first_sent: None,
        lost: Vec::new(),
        handed_out: false,
        made: paylink::ports::Made::default(),
    };
    ledger.enqueue(&entry).unwrap();
    let outbox = || {
        let said = world.run(&["doctor", "--json"]).json();
        let check = said["checks"].as_array().unwrap().iter().find(|c| c["name"] == "outbox").unwrap();
        check["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(outbox(), "nothing waits");
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-2", "--offline"]).is(5);
    assert_eq!(outbox(), "1 request waits to be sent");
}

/// What is asked for twice is done once, and that the second time did nothing is told.
#[test]
fn sending_where_nothing_waits_says_so() {
    let world = World::new();
    world.run(&["new", "--offline", "--item", "Vaffel;1;45.00", "--reference", "A-1"]).is(5);
    let send = || world.run(&["outbox", "send", "A-1", "--json"]).is(0);
    let first = send();
    assert_eq!((first.notes(), &first.json()["state"]), (Vec::new(), &json!("open")));
    let again = send();
    assert_eq!(again.notes(), ["nothing_waits"]);
    assert_eq!(again.json()["state"], "open");
    world.run(&["cancel", "A-1"]).is(0);
    let ended = send();
    assert_eq!(
        (ended.notes(), &ended.json()["state"]),
        (vec!["nothing_waits".to_owned()], &json!("cancelled"))
    );
    assert_eq!(
        world.sessions_asked_for().iter().filter(|(path, _)| path == "/v1/sessions-profile").count(),
        1
    );
}
