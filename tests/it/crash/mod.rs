//! The real binary, killed (SIGKILL) again and again at points that are spread over the whole life of its
//! requests, and at the end its ledger compared with the sandbox (contracts, 5): every sale accounted for, none
//! sent twice, no second SMS, no money moved twice.
//!
//! `PAYLINK_CRASH_KILLS` says how often (40; a nightly run has 400), `PAYLINK_CRASH_SEED` which dice. The seed is
//! told when something is wrong. The dice choose what is done and where it is killed; the system's own timing is
//! not theirs, so that a seed finds the same neighbourhood again, not the same instant.

mod books;
mod by_keys;
mod checks;
mod process;
mod till;
mod told;

use std::collections::BTreeMap;

use till::Till;

/// Tills at work side by side, each with a data folder and a sandbox of its own.
const TILLS: u64 = 4;

/// Numbers that look random (splitmix64), so that a run can be had again.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    pub(super) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let n = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(n).unwrap()].clone()
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number: {text}")))
}

fn seed() -> u64 {
    let seed = number("PAYLINK_CRASH_SEED")
        .unwrap_or_else(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap() % 1_000_000);
    eprintln!("PAYLINK_CRASH_SEED={seed}");
    seed
}

fn kills() -> u64 {
    number("PAYLINK_CRASH_KILLS").unwrap_or(40)
}

/// One part of the kills, on each of several tills.
fn everywhere<T: Send>(work: impl Fn(u64, Dice) -> T + Sync) -> Vec<T> {
    let seed = seed();
    std::thread::scope(|scope| {
        let work = &work;
        let dice = |n: u64| Dice::new(seed.wrapping_mul(1000).wrapping_add(n));
        let tills: Vec<_> = (0..TILLS).map(|n| scope.spawn(move || work(n, dice(n)))).collect();
        tills
            .into_iter()
            .map(|till| till.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[test]
fn killed_anywhere_every_link_is_made_once_and_all_money_moved_once() {
    // A tenth is the app's own, below.
    let all = kills() - kills() / 10;
    let tills = everywhere(|n, dice| {
        let mut till = Till::open(dice);
        let share = all / TILLS + u64::from(n < all % TILLS);
        till.be_killed(share);
        till.settle();
        till.check();
        till.phases
    });
    let mut phases: BTreeMap<&str, u64> = BTreeMap::new();
    for (phase, n) in tills.into_iter().flatten() {
        *phases.entry(phase).or_default() += n;
    }
    eprintln!("where the kills fell: {phases:#?}");
    // With more kills this gets certain; so few are enough to show that the points are spread at all.
    let wanted = if all < 150 { 5 } else { 9 };
    assert!(phases.len() >= wanted, "the kills fell in too few places: {phases:#?}");
}

#[test]
fn the_app_killed_around_its_last_key_makes_the_link_once() {
    let all = (kills() / 10).max(1);
    everywhere(|n, mut dice| {
        for _ in 0..(all / TILLS + u64::from(n < all % TILLS)) {
            by_keys::sale(&mut dice);
        }
    });
}
