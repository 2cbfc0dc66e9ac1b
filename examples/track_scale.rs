//! What it costs to follow many open links, measured with the real program in a pseudo terminal and the sandbox in
//! a process of its own: requests by kind, processor time, and how soon a payment is seen, on screen and elsewhere.
//!
//!     cargo build --release && cargo run --example track_scale -- target/release/paylink 10000 5
//!
//! PROGRAM, how many open links, how many minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[cfg(target_os = "linux")]
#[path = "../tests/it/support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod common;

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("it is measured on Linux");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use futures_util::StreamExt as _;
    use jiff::{SignedDuration, Timestamp};
    use paylink::config::Profile;
    use paylink::domain::line::{ProductLine, Quantity};
    use paylink::domain::link::{EventKind, Link, LinkId, LinkState};
    use paylink::domain::method::MethodChoice;
    use paylink::domain::money::{Currency, Money};
    use paylink::domain::reference::Reference;
    use paylink::domain::sale::{AddressPlan, Delivery, Sale};
    use paylink::domain::vat::VatRate;
    use paylink::ledger::SqliteLedger;
    use paylink::ports::Ledger as _;
    use paylink::wiring;
    use serde_json::Value;
    use uuid::Uuid;

    use crate::common::Backend;
    use crate::support::pty::{Setup, Term};

    /// So often a link on screen is paid, one after the other.
    const ON_SCREEN: usize = 10;
    /// How many requests make links at a time.
    const AT_ONCE: usize = 16;

    /// What was asked since `from`, by kind.
    fn asked(backend: &Backend, from: Timestamp) -> BTreeMap<&'static str, usize> {
        let (_, log) = backend.control("GET", "/log", None);
        let mut kinds = BTreeMap::new();
        for entry in log.as_array().expect("the log") {
            let at: Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
            if at >= from {
                *kinds.entry(kind(entry)).or_default() += 1;
            }
        }
        kinds
    }

    fn pay(backend: &Backend, session: &str) {
        assert_eq!(backend.customer_pays(session, "authorized"), 200);
    }

    fn kind(entry: &Value) -> &'static str {
        let path = entry["path"].as_str().unwrap_or_default();
        match path {
            _ if path.ends_with("/auth/token") => "sign in",
            _ if path.contains("/admin/session/profiles") => "payment profile",
            _ if path.starts_with("/v1/transactions/") => "one transaction",
            _ if path.starts_with("/v1/transactions") => "transactions of up to 100 links",
            _ if path.starts_with("/v1/sessions/") => "one session",
            _ => "other",
        }
    }

    pub(crate) fn main() {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let (program, links, minutes) = match args.as_slice() {
            [program, rest @ ..] if rest.len() <= 2 => {
                let number =
                    |n: usize, usual: u64| rest.get(n).map_or(usual, |t| t.parse().expect("a number"));
                (PathBuf::from(program).canonicalize().expect("the program"), number(0, 10_000), number(1, 5))
            }
            _ => panic!("track_scale PROGRAM [LINKS [MINUTES]]"),
        };
        let backend = Backend::start(&program);
        let setup = Setup::program(&program, &[]).size(100, 40);
        let data = setup.home().join("till");
        let began = Instant::now();
        let made = fill(&backend, &data, usize::try_from(links).unwrap());
        println!("{} open links made in {:.1} s", made.len(), began.elapsed().as_secs_f64());
        let config = setup.home().join("fair.toml");
        std::fs::write(&config, backend.config_text("")).unwrap();
        let mut term = setup
            .env("PAYLINK_CONFIG", config.to_str().unwrap())
            .env("PAYLINK_DATA_DIR", data.to_str().unwrap())
            .env("PAYLINK_CLIENT_SECRET", backend.fact("client_secret"))
            .start();
        let met = measure(&backend, &data, &made, &mut term, Duration::from_secs(minutes * 60));
        term.press("ctrl-c");
        term.ends();
        // The end of the process ends nothing else.
        drop(backend);
        std::process::exit(i32::from(!met));
    }

    /// Makes the links at the backend and in the ledger, newest first: two in a hundred are younger than an hour,
    /// eight than a day, forty than a week.
    fn fill(backend: &Backend, data: &Path, links: usize) -> Vec<Link> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let url: url::Url = backend.fact("url").parse().unwrap();
        let mut profile =
            Profile::new(backend.fact("account_id"), backend.fact("client_id"), url.clone(), url);
        profile.profile_id = backend.fact("profile_id").to_owned();
        profile.return_url = "https://example.com/thanks".parse().unwrap();
        let gateway =
            wiring::gateway(&profile, wiring::secret_now(backend.fact("client_secret").to_owned().into()));
        let now = Timestamp::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut made: Vec<Link> = runtime.block_on(async {
            futures_util::stream::iter(0..links)
                .map(|n| {
                    let (gateway, mut link) =
                        (gateway.clone(), link(n, links, backend.fact("account_id"), now));
                    async move {
                        let created = gateway
                            .create(link.id, &link.sale, &paylink::ports::Sending::default())
                            .await
                            .expect("a session");
                        link.session_id = Some(created.session_id);
                        link.url = Some(created.url);
                        link
                    }
                })
                .buffered(AT_ONCE)
                .collect()
                .await
        });
        let ledger = SqliteLedger::open(data).expect("the ledger");
        made.reverse();
        for part in made.chunks(5_000) {
            ledger.import(part).expect("kept");
        }
        made.reverse();
        made
    }

    fn age(n: usize, links: usize) -> SignedDuration {
        let n = i64::try_from(n * 10_000 / links).unwrap();
        SignedDuration::from_secs(match n {
            0..200 => 30 + n * 17,
            200..1_000 => 3_700 + n * 80,
            1_000..5_000 => 86_400 + n * 100,
            _ => 7 * 86_400 + n * 60,
        })
    }

    fn link(n: usize, links: usize, account: &str, now: Timestamp) -> Link {
        let at = now - age(n, links);
        let price = Money::new(12_000, Currency::Nok);
        let sale = Sale {
            lines: vec![ProductLine::new("Waffle", Quantity::ONE, price, VatRate::STANDARD).unwrap()],
            currency: Currency::Nok,
            methods: MethodChoice { whole_profile: true, methods: Vec::new() },
            reference: Reference::parse(&format!("OPEN-{n:05}")).unwrap(),
            expires_at: now + SignedDuration::from_hours(24 * 20),
            exact_end: false,
            address: AddressPlan::None,
            auto_capture: true,
            delivery: Delivery::Link,
        };
        let mut link = Link::queued(LinkId(Uuid::now_v7()), account.to_owned(), sale, at).unwrap();
        link.record_once(at, EventKind::Created, None);
        link.state = LinkState::Open;
        link
    }

    /// A payment of a link that is not on screen.
    struct Elsewhere {
        age: &'static str,
        link: LinkId,
        paid: Instant,
        seen: Option<Duration>,
    }

    fn measure(backend: &Backend, data: &Path, made: &[Link], term: &mut Term, time: Duration) -> bool {
        let ledger = SqliteLedger::open(data).expect("the ledger");
        term.sees("OPEN-00000");
        term.press("enter");
        term.sees("NOT OPENED");
        // The start has its own cost.
        let _ = term.written_within(Duration::from_secs(5));
        let (from, begun, ticks) = (Timestamp::now(), Instant::now(), term.cpu_ticks());
        let slot = time / u32::try_from(ON_SCREEN).unwrap();
        let (mut delays, mut elsewhere) = (Vec::new(), Vec::new());
        let mut written = 0;
        for n in 0..ON_SCREEN {
            let end = slot * u32::try_from(n + 1).unwrap();
            let others =
                [("under an hour", 3), ("under a day", 11), ("under a week", 51), ("older", 91)].into_iter();
            // One of each age, in the first rounds: their way to the ledger may be long.
            for (age, percent) in others.filter(|_| n < ON_SCREEN / 2) {
                let other = &made[made.len() * percent / 200 + ON_SCREEN + n];
                pay(backend, other.session_id.as_ref().unwrap());
                elsewhere.push(Elsewhere { age, link: other.id, paid: Instant::now(), seen: None });
            }
            // Each at another moment of the round.
            let rest = Duration::from_millis(3_000 + u64::try_from(n).unwrap() * 370);
            written += idle(term, &ledger, &mut elsewhere, rest);
            let paid = Instant::now();
            pay(backend, made[n].session_id.as_ref().unwrap());
            term.waits_for("paid", |screen| screen.contents().contains("● PAID"));
            delays.push(paid.elapsed());
            written += idle(term, &ledger, &mut elsewhere, Duration::from_secs(1));
            if n + 1 < ON_SCREEN {
                term.press("esc");
                term.sees("START");
                term.press("down");
                term.press("enter");
                term.sees("NOT OPENED");
            }
            written += idle(term, &ledger, &mut elsewhere, end.saturating_sub(begun.elapsed()));
        }
        let (wall, ticks) = (begun.elapsed(), term.cpu_ticks() - ticks);
        let asked = asked(backend, from);
        report(made.len(), wall, ticks, written, &asked, &delays, &elsewhere)
    }

    /// Nothing is done but to see which of the others the ledger has as paid.
    fn idle(term: &mut Term, ledger: &SqliteLedger, others: &mut [Elsewhere], time: Duration) -> usize {
        let (end, mut written) = (Instant::now() + time, 0);
        loop {
            for other in others.iter_mut().filter(|o| o.seen.is_none()) {
                if ledger.link(other.link).unwrap().unwrap().paid() {
                    other.seen = Some(other.paid.elapsed());
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return written;
            }
            written += term.written_within(left.min(Duration::from_millis(250))).len();
        }
    }

    /// Tells it, and whether the goals were met.
    fn report(
        links: usize,
        wall: Duration,
        ticks: u64,
        written: usize,
        asked: &BTreeMap<&'static str, usize>,
        delays: &[Duration],
        elsewhere: &[Elsewhere],
    ) -> bool {
        let seconds = wall.as_secs_f64();
        let all: usize = asked.values().sum();
        println!("{links} open links, {seconds:.0} s");
        let share = |n: usize| f64::from(u32::try_from(n).unwrap()) / seconds;
        for (kind, n) in asked {
            println!("  {kind:<34} {n:>6}  {:>6.3} /s", share(*n));
        }
        println!("  {:<34} {all:>6}  {:>6.3} /s", "requests in all", share(all));
        // USER_HZ is 100 on Linux.
        let cpu = f64::from(u32::try_from(ticks).unwrap()) / 100.0;
        println!("  processor time {cpu:.2} s: {:.2} % of one core", cpu / seconds * 100.0);
        println!("  written to the terminal {:.0} bytes/s", share(written));
        let mut sorted: Vec<f64> = delays.iter().map(Duration::as_secs_f64).collect();
        sorted.sort_by(f64::total_cmp);
        println!(
            "  paid on screen, seen after: {:.2} s the quickest, {:.2} s the middle, {:.2} s the slowest of {}",
            sorted[0],
            sorted[sorted.len() / 2],
            sorted[sorted.len() - 1],
            sorted.len()
        );
        for age in ["under an hour", "under a day", "under a week", "older"] {
            let seen: Vec<String> = elsewhere
                .iter()
                .filter(|o| o.age == age)
                .map(|o| o.seen.map_or("not yet".to_owned(), |d| format!("{:.0} s", d.as_secs_f64())))
                .collect();
            println!("  paid elsewhere, {age}: {}", seen.join(", "));
        }
        let slowest = sorted[sorted.len() - 1];
        let goals = [
            ("at most 1 request/s", share(all) <= 1.0),
            ("under 5 % of one core", cpu / seconds < 0.05),
            ("paid on screen within 3 s", slowest <= 3.0),
        ];
        for (goal, met) in goals {
            println!("  {goal}: {}", if met { "met" } else { "NOT MET" });
        }
        goals.iter().all(|(_, met)| *met)
    }
}
