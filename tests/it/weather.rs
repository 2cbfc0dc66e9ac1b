//! The real binary in bad weather: no coverage, a lid that is closed, a window that goes, a wrong clock, and a
//! crowd on one data folder.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::cli::{World, finish};
use crate::support::pty::{Setup, Term};
use crate::terminal::to_delivery;

/// The way to the sandbox, which can be cut and mended. While it's cut nobody listens.
struct Road {
    address: SocketAddr,
    to: SocketAddr,
    open: Arc<AtomicBool>,
    /// Connections now, and at most.
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    at_work: Option<thread::JoinHandle<()>>,
}

impl Road {
    /// To the sandbox at `url`; cut.
    fn to(url: &str) -> Self {
        let to = url.strip_prefix("http://").unwrap().parse().unwrap();
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        Self { address, to, open: Arc::default(), now: Arc::default(), most: Arc::default(), at_work: None }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn mend(&mut self) {
        self.cut();
        self.open = Arc::new(AtomicBool::new(true));
        let listener = TcpListener::bind(self.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let (to, open) = (self.to, Arc::clone(&self.open));
        let (now, most) = (Arc::clone(&self.now), Arc::clone(&self.most));
        self.at_work = Some(thread::spawn(move || {
            while open.load(Ordering::SeqCst) {
                let Ok((near, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                };
                let (open, now, most) = (Arc::clone(&open), Arc::clone(&now), Arc::clone(&most));
                thread::spawn(move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _ = carry(near, to, &open);
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        }));
    }

    fn cut(&mut self) {
        self.open.store(false, Ordering::SeqCst);
        if let Some(at_work) = self.at_work.take() {
            at_work.join().unwrap();
        }
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        self.open.store(false, Ordering::SeqCst);
    }
}

/// Carries bytes both ways until one end closes or the road is cut.
fn carry(near: TcpStream, to: SocketAddr, open: &Arc<AtomicBool>) -> std::io::Result<()> {
    near.set_nonblocking(false)?;
    let far = TcpStream::connect(to)?;
    let ways = [(near.try_clone()?, far.try_clone()?), (far.try_clone()?, near.try_clone()?)];
    let carried = ways.map(|(mut from, mut into)| {
        let open = Arc::clone(open);
        thread::spawn(move || {
            let _ = from.set_read_timeout(Some(Duration::from_millis(50)));
            let mut bytes = [0; 16_384];
            while open.load(Ordering::SeqCst) {
                match from.read(&mut bytes) {
                    Ok(0) => break,
                    Ok(count) => {
                        if into.write_all(&bytes[..count]).is_err() {
                            break;
                        }
                    }
                    Err(e)
                        if matches!(
                            e.kind(),
                            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                        ) => {}
                    Err(_) => break,
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = into.shutdown(Shutdown::Both);
        })
    });
    for way in carried {
        let _ = way.join();
    }
    Ok(())
}

/// The app with the world's config and data folder.
pub(crate) fn app(world: &World) -> Setup {
    without_secret(world).env("PAYLINK_CLIENT_SECRET", world.secret())
}

fn without_secret(world: &World) -> Setup {
    Setup::paylink(&[])
        .env("PAYLINK_CONFIG", world.config.to_str().unwrap())
        .env("PAYLINK_DATA_DIR", world.data.to_str().unwrap())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
}

fn references(world: &World) -> Vec<String> {
    let asked = world.sessions_asked_for();
    let mut all: Vec<String> = asked
        .iter()
        .map(|(path, body)| {
            body["order"]["merchant_reference"]
                .as_str()
                .map_or_else(|| format!("{path}: {body}"), str::to_owned)
        })
        .collect();
    all.sort();
    all
}

#[track_caller]
fn wait_until(what: &str, patience: Duration, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + patience;
    while !there() {
        assert!(Instant::now() < end, "waited for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn by_link_only(term: &mut Term) {
    to_delivery(term);
    term.press("shift-tab right right");
    term.sees("● link or QR only");
}

#[test]
fn without_coverage_the_day_goes_on_and_coverage_brings_no_burst() {
    let world = World::new();
    let mut road = Road::to(world.url());
    // Links name the sandbox's own address, beside the road.
    let own = world.url().strip_prefix("http://").unwrap().to_owned();
    world.write_config(&road.url(), &format!("link_hosts = [\"{own}\"]"));
    // The start needs no network, and neither do the five steps.
    let mut term = app(&world).start();
    by_link_only(&mut term);
    term.press("enter");
    term.sees("offline");
    term.press("esc");
    term.sees("queued");
    let mut expected: Vec<String> = (1..=10)
        .map(|n| {
            let reference = format!("DOOR-{n:02}");
            world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", &reference, "--offline"]).is(5);
            reference
        })
        .collect();
    assert_eq!(references(&world), Vec::<String>::new());

    // Slow enough that requests which go together are seen together.
    world.fault(json!({ "method": "POST", "path": "/v1/sessions", "kind": "delay", "ms": 150, "times": -1 }));
    road.mend();
    wait_until("all eleven", Duration::from_secs(30), || references(&world).len() >= 11);
    term.sees("not opened");
    let sent = references(&world);
    let own = sent.iter().find(|r| !r.starts_with("DOOR"));
    expected.push(own.unwrap_or_else(|| panic!("{sent:?}\n{}", term.text())).clone());
    expected.sort();
    assert_eq!(sent, expected, "each once");
    assert!(
        road.most.load(Ordering::SeqCst) <= 8,
        "{} connections at once",
        road.most.load(Ordering::SeqCst)
    );

    // And again in the middle of the day.
    road.cut();
    term.sees("offline");
    road.mend();
    term.no_longer_sees("offline");
    term.press("q");
    term.ends().restored().with_status(0);
    assert_eq!(references(&world), expected);
}

#[test]
fn a_window_that_goes_in_the_middle_of_sending_makes_one_link() {
    for (kind, sms) in [("delay", false), ("drop_after", false), ("delay", true), ("drop_after", true)] {
        let world = World::new();
        let mut term = app(&world).start();
        if sms {
            to_delivery(&mut term);
            term.type_text("41234567");
            term.sees("412");
        } else {
            by_link_only(&mut term);
        }
        world.fault(json!({ "method": "POST", "path": "/v1/sessions", "kind": kind, "ms": 800 }));
        term.press("enter");
        wait_until("the request", Duration::from_secs(10), || !world.sessions_asked_for().is_empty());
        term.signal("HUP");
        term.ends();
        world.clear_faults();
        // The next start finds out what became of it.
        let listed = world.run(&["list", "--json"]).is(0).lines();
        assert_eq!(listed.len(), 1);
        wait_until("the link", Duration::from_secs(20), || {
            world.run(&["list", "--json"]).is(0).lines()[0]["state"] == "open"
        });
        assert_eq!(world.sessions_asked_for().len(), 1, "{kind}: made once");
        let messages = world.control("GET", "/sandbox/messages", serde_json::Value::Null);
        assert_eq!(messages.as_array().unwrap().len(), usize::from(sms), "{kind}: {messages}");
    }
}

#[test]
fn a_lid_that_was_closed_is_opened_to_the_news_without_a_burst() {
    let world = World::new();
    let links: Vec<_> = (1..=20).map(|n| world.link(&["--reference", &format!("L-{n:02}")])).collect();
    let mut term = app(&world).start();
    term.sees("L-20");
    term.press("enter");
    term.sees("NOT OPENED");
    term.signal("STOP");
    world.pay(&links[19], "authorized");
    // So long the lid is closed: it's the thing itself, not a wait for something.
    thread::sleep(Duration::from_secs(5));
    let before = world.control("GET", "/sandbox/log", serde_json::Value::Null).as_array().unwrap().len();
    term.signal("CONT");
    let woken = Instant::now();
    term.sees("● PAID");
    assert!(woken.elapsed() < Duration::from_secs(5), "{:?}", woken.elapsed());
    // What must not come has no moment to wait for: the second after waking is looked at.
    thread::sleep(Duration::from_secs(1));
    let after = world.control("GET", "/sandbox/log", serde_json::Value::Null).as_array().unwrap().len();
    assert!(after - before <= 12, "{} requests after waking", after - before);
    term.press("q");
    term.press("q");
}

#[test]
fn an_idle_app_sees_what_a_script_makes_and_wakes_for_nothing_else() {
    let world = World::new();
    let mut term = app(&world).start();
    term.sees("online");
    #[cfg(target_os = "linux")]
    idle(&term);
    world.link(&["--reference", "A-1"]);
    term.sees("A-1");
    world.run(&["cancel", "A-1"]).is(0);
    term.sees("cancelled");
    // With nothing to follow, all is as before, after its own writes and those of others.
    #[cfg(target_os = "linux")]
    idle(&term);
    let link = world.link(&["--reference", "A-2"]);
    term.sees("A-2");
    world.pay(&link, "authorized");
    term.sees("● paid");
    term.press("q");
    term.ends().restored().with_status(0);
}

/// The secret is kept in a file here, where a seller's is in the keyring: none can be had by every machine.
#[cfg(unix)]
#[test]
fn an_app_that_is_signed_out_goes_on_once_somebody_signs_in_at_another_terminal() {
    let world = World::new();
    let secret = world.home.path().join("secret");
    std::fs::write(&secret, "an old one").unwrap();
    world.write_config(world.url(), &format!("client_secret_command = [\"/bin/cat\", {secret:?}]"));
    world.run(&["new", "--item", "Vaffel;1;45.00", "--reference", "A-1", "--offline"]).is(5);
    let mut term = without_secret(&world).start();
    term.sees("not signed in");
    let tokens = || {
        let log = world.control("GET", "/sandbox/log", serde_json::Value::Null);
        let token = |call: &&serde_json::Value| call["path"].as_str().unwrap().ends_with("/auth/token");
        log.as_array().unwrap().iter().filter(token).count()
    };
    let asked = tokens();
    // With nothing to try, nothing is done.
    #[cfg(target_os = "linux")]
    idle(&term);
    std::fs::write(&secret, world.secret()).unwrap();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(tokens(), asked, "nobody is asked again and again");
    let told = Instant::now();
    paylink::wiring::tell_signed_in(&world.data, world.account()).unwrap();
    term.sees("online");
    wait_until("what waited is sent", Duration::from_secs(10), || world.sessions_asked_for().len() == 1);
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert_eq!(tokens(), asked + 1);
    term.press("q");
    term.ends().restored().with_status(0);
}

/// Waits for a second in which no thread of the app has woken.
#[cfg(target_os = "linux")]
#[track_caller]
fn idle(term: &Term) {
    let woken = || -> u64 {
        let threads = std::fs::read_dir(format!("/proc/{}/task", term.pid())).unwrap();
        let waits = |task: std::fs::DirEntry| {
            let status = std::fs::read_to_string(task.path().join("status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        threads.filter_map(|task| waits(task.unwrap())).sum()
    };
    let mut last = woken();
    wait_until("a second without waking", Duration::from_secs(30), || {
        thread::sleep(Duration::from_secs(1));
        let now = woken();
        std::mem::replace(&mut last, now) == now
    });
}

#[test]
fn two_apps_and_five_scripts_share_one_folder() {
    let world = World::new();
    let first = world.link(&["--reference", "A-1"]);
    let mut apps = [app(&world).start(), app(&world).start()];
    for term in &mut apps {
        term.sees("A-1");
    }
    thread::scope(|scope| {
        let runs: Vec<_> = (0..5)
            .map(|n| {
                let mut command = world.command(&["new", "--json", "--item", &format!("Vaffel {n};1;45.00")]);
                scope.spawn(move || finish(&mut command).is(0).json())
            })
            .collect();
        for run in runs {
            assert_eq!(run.join().unwrap()["state"], "open");
        }
    });
    let sent = references(&world);
    assert_eq!(sent.len(), 6);
    let mut different = sent.clone();
    different.dedup();
    assert_eq!(different, sent, "no reference twice");
    for term in &mut apps {
        for reference in &sent {
            term.sees(reference);
        }
        assert!(!term.text().contains("ledger"), "{}", term.text());
    }
    world.pay(&first, "authorized");
    for term in &mut apps {
        term.sees("● paid");
    }
}

#[test]
fn a_moment_that_was_named_is_sent_as_it_is_and_the_backends_clock_judges_it() {
    for seconds in [86_400, -86_400] {
        let world = World::new();
        world.control("POST", "/sandbox/clock", json!({ "advance_seconds": seconds }));
        let theirs = Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap();
        let new = |at: Timestamp| {
            let at = at.to_string();
            world.run(&["new", "--json", "--item", "Vaffel;1;45", "--expires", &at])
        };
        // By this machine's clock it is over, or a day further away.
        let named = theirs + SignedDuration::from_hours(3);
        let link = new(named).is(0).json();
        assert_eq!(link["expires_at"], named.to_string(), "{link}");
        assert_eq!(link["state"], "open");
        let over = new(theirs - SignedDuration::from_hours(3)).is(3);
        assert!(over.error()["message"].as_str().unwrap().contains("over"), "{over:?}");
        assert_eq!(world.run(&["list", "--json"]).is(0).lines().len(), 1, "nothing of it was kept");
    }
}

#[test]
fn a_clock_that_is_a_day_wrong_neither_ends_nor_hides_a_link() {
    // Ahead: this machine's clock is behind by so much; and the other way round.
    for seconds in [86_400, 43_200, -86_400] {
        let world = World::new();
        let before = world.link(&["--reference", "A-1", "--expires", "1w"]);
        world.control("POST", "/sandbox/clock", json!({ "advance_seconds": seconds }));
        let after = world.link(&["--reference", "A-2", "--expires", "1d"]);
        let mut term = app(&world).start();
        term.sees("A-2");
        term.sees("clock");
        term.press("enter");
        term.sees("NOT OPENED");
        world.pay(&after, "authorized");
        term.sees("● PAID");
        term.press("esc");
        term.sees("A-1");
        assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "open");
        world.pay(&before, "authorized");
        assert_eq!(world.run(&["show", "A-1", "--json"]).is(0).json()["state"], "captured");
        // While the backend's clock was wrong a link looked expired; it was not.
        let back = world.link(&["--reference", "A-3", "--expires", "1d"]);
        world.control("POST", "/sandbox/clock", json!({ "advance_seconds": 2 * 86_400 }));
        assert_eq!(world.run(&["show", "A-3", "--json"]).is(0).json()["state"], "expired");
        world.control("POST", "/sandbox/clock", json!({ "advance_seconds": -2 * 86_400 }));
        let shown = world.run(&["show", "A-3", "--json"]).is(0).json();
        assert_eq!(shown["state"], "open");
        let told = |e: &serde_json::Value| e["name"] == "expired";
        assert!(!shown["events"].as_array().unwrap().iter().any(told), "{shown}");
        world.pay(&back, "authorized");
        let listed = world.run(&["list", "--json"]).is(0).lines();
        assert_eq!(listed.iter().find(|l| l["reference"] == "A-3").unwrap()["state"], "captured");
        let doctor = world.run(&["doctor", "--json"]);
        let checks: serde_json::Value = serde_json::from_str(&doctor.out).unwrap();
        let clock = checks["checks"].as_array().unwrap().iter().find(|c| c["name"] == "clock").unwrap();
        assert_eq!(clock["verdict"], "warning", "{clock}");
    }
}
