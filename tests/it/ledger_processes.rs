//! The ledger between processes: several at once, and killed in the middle (contracts, 3 and 5).
//!
//! The other processes are this test binary again, told by its environment to do one job in one folder.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use paylink::domain::line::{ProductLine, Quantity};
use paylink::domain::link::{DeliveryStatus, EventKind, Link, LinkEvent, LinkId, LinkState};
use paylink::domain::method::MethodChoice;
use paylink::domain::money::{Currency, Money};
use paylink::domain::reference::{Reference, ReferenceTemplate};
use paylink::domain::sale::{AddressPlan, Delivery, Sale};
use paylink::domain::vat::VatRate;
use paylink::ledger::SqliteLedger;
use paylink::ports::{Ledger, LinkFilter, OutboxKind};
use uuid::Uuid;

const ACCOUNT: &str = "T12345678";
const LEASE: Duration = Duration::from_secs(60);
/// `job folder`, for a process started by a test.
const JOB: &str = "PAYLINK_TEST_LEDGER_JOB";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_521_600 + seconds).unwrap()
}

fn id(n: u32) -> LinkId {
    LinkId(Uuid::from_u128(0x0197_a3f2_0000_7000_8000_0000_0000_0000 + u128::from(n)))
}

pub(crate) fn sample(n: u32) -> Link {
    let price = Money::new(12_000, Currency::Nok);
    let sale = Sale {
        lines: vec![ProductLine::new("Vaffel", Quantity::ONE, price, VatRate::STANDARD).unwrap()],
        currency: Currency::Nok,
        methods: MethodChoice { whole_profile: true, methods: Vec::new() },
        reference: Reference::parse(&format!("R-{n}")).unwrap(),
        expires_at: at(86_400),
        exact_end: false,
        address: AddressPlan::None,
        auto_capture: true,
        delivery: Delivery::Link,
    };
    let totals = sale.totals().unwrap();
    Link {
        id: id(n),
        account_id: ACCOUNT.to_owned(),
        amount: totals.gross,
        vat: totals.vat,
        created_at: at(i64::from(n)),
        state: LinkState::Queued,
        reason: None,
        session_id: None,
        transaction_id: None,
        url: None,
        expires_at: sale.expires_at,
        delivery_status: DeliveryStatus::None,
        by_push: false,
        reissue_of: None,
        alarms: Vec::new(),
        events: vec![LinkEvent { at: at(i64::from(n)), kind: EventKind::Drafted, detail: None, key: None }],
        changed_at: at(i64::from(n)),
        sale,
    }
}

/// Starts this binary with a job. It is killed when the value goes, also by a failing test.
struct Other(Child);

impl Other {
    fn start(job: &str, folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "ledger_processes::other_process",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(JOB, format!("{job} {}", folder.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// What it says, line by line: only lines that begin with `>`, the rest is the test runner's.
    fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        let out = self.0.stdout.take().unwrap();
        BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| {
            let at = line.find('>')?;
            Some(line[at + 1..].to_owned())
        })
    }

    /// Lets a job go on that waits at [`wait_for_word`].
    fn go(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, ">{line}").unwrap();
    out.flush().unwrap();
}

fn wait_for_word() {
    say("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
#[ignore = "started as a process of their own by the tests below"]
fn other_process() {
    let Ok(job) = std::env::var(JOB) else { return };
    let (job, folder) = job.split_once(' ').unwrap();
    if job == "open" {
        wait_for_word();
    }
    let ledger = SqliteLedger::open(Path::new(folder)).unwrap();
    match job {
        "open" => {
            ledger.put(&std::process::id().to_string(), Some("was here")).unwrap();
            say("opened");
            wait_for_word();
        }
        "claim" => {
            wait_for_word();
            for n in 0..40 {
                if ledger.claim(id(n), OutboxKind::Create, at(100), LEASE).unwrap().is_some() {
                    say(&n.to_string());
                }
            }
            wait_for_word();
        }
        "count" => {
            wait_for_word();
            let template = ReferenceTemplate::parse("R-{seq}").unwrap();
            for _ in 0..25 {
                let reference =
                    ledger.next_reference(ACCOUNT, &template, jiff::civil::date(2026, 11, 22)).unwrap();
                say(reference.as_str());
            }
            wait_for_word();
        }
        "sell" => {
            // Each link goes all its way; what is said has been promised to be on the disk.
            for n in 0.. {
                ledger.insert(&sample(n), false).unwrap();
                say(&format!("inserted {n}"));
                let entry = ledger.claim(id(n), OutboxKind::Create, at(100), LEASE).unwrap().unwrap();
                say(&format!("claimed {n}"));
                let mut link = sample(n);
                link.state = LinkState::Open;
                link.session_id = Some(format!("{ACCOUNT}.{n}"));
                link.events.push(LinkEvent {
                    at: at(101),
                    kind: EventKind::Created,
                    detail: None,
                    key: None,
                });
                assert!(ledger.settle_entry(&link, &entry, None).unwrap());
                say(&format!("settled {n}"));
            }
        }
        other => panic!("no job {other}"),
    }
}

#[test]
fn processes_racing_for_claims_never_both_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path()).unwrap();
    for n in 0..40 {
        ledger.insert(&sample(n), false).unwrap();
    }
    let given = race("claim", folder.path(), 3);
    assert_eq!(given.len(), 40, "all of them, none twice: {given:?}");
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 40);
}

#[test]
fn processes_never_get_the_same_reference() {
    let folder = tempfile::tempdir().unwrap();
    SqliteLedger::open(folder.path()).unwrap();
    let given = race("count", folder.path(), 3);
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 75);
}

#[test]
fn processes_open_a_new_ledger_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    assert_eq!(race("open", &path, 4), ["opened"; 4]);
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.insert(&sample(1), false).unwrap();
}

/// Lets `count` processes do a job at the same moment; everything they said after being ready.
fn race(job: &str, folder: &Path, count: usize) -> Vec<String> {
    let mut others: Vec<Other> = (0..count).map(|_| Other::start(job, folder)).collect();
    let mut outputs: Vec<_> = others.iter_mut().map(Other::lines).collect();
    for output in &mut outputs {
        assert_eq!(output.next().as_deref(), Some("ready"));
    }
    others.iter_mut().for_each(Other::go);
    // Nobody leaves before all are done: who has left holds no claim any more.
    let said = outputs.iter_mut().flat_map(|o| o.take_while(|line| line != "ready")).collect();
    others.iter_mut().for_each(Other::go);
    said
}

#[test]
fn a_process_killed_in_the_middle_leaves_nothing_half_done() {
    // Killed after more and more steps, so that every kind of step is cut at least once.
    for lines in [1, 2, 3, 7, 20, 41] {
        let folder = tempfile::tempdir().unwrap();
        let mut other = Other::start("sell", folder.path());
        let said: Vec<String> = other.lines().take(lines).collect();
        assert_eq!(said.len(), lines);
        drop(other);

        let ledger = SqliteLedger::open(folder.path()).unwrap();
        let outbox = ledger.outbox(ACCOUNT).unwrap();
        let kept = ledger.count(ACCOUNT, &LinkFilter::default()).unwrap();
        assert!(outbox.len() <= 1, "one sale at a time was under way");
        for n in 0..u32::try_from(kept).unwrap() {
            let link = ledger.link(id(n)).unwrap().unwrap();
            let entry = outbox.iter().find(|entry| entry.link == link.id);
            match link.state {
                LinkState::Open => {
                    assert!(entry.is_none() && link.session_id.is_some() && link.events.len() == 2);
                }
                LinkState::Creating => assert!(entry.unwrap().in_flight),
                LinkState::Queued => assert!(!entry.unwrap().in_flight),
                other => panic!("{other}"),
            }
            assert_eq!(ledger.find(ACCOUNT, &format!("r-{n}")).unwrap().len(), 1);
        }
        let found = LinkFilter { search: Some("vaffel".into()), ..LinkFilter::default() };
        assert_eq!(ledger.count(ACCOUNT, &found).unwrap(), kept, "the words fit the links");
        for line in &said {
            let (step, n) = line.split_once(' ').unwrap();
            let link = ledger.link(id(n.parse().unwrap())).unwrap().expect("what was said is kept");
            match step {
                "settled" => assert_eq!(link.state, LinkState::Open),
                "claimed" => assert_ne!(link.state, LinkState::Queued),
                _ => {}
            }
        }

        // The next start goes on at once, long before the lease is over, because the process that had
        // the claim is dead; what was on the wire comes back as such.
        if let Some(entry) = outbox.first() {
            let again = ledger.claim(entry.link, entry.kind, at(101), LEASE).unwrap().unwrap();
            assert_eq!(again.in_flight, entry.in_flight);
            assert_eq!(ledger.claim(entry.link, entry.kind, at(102), LEASE).unwrap(), None, "ours lives");
        }
    }
}
