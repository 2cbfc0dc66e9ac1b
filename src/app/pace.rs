//! How often the tracker asks, and about what. Pure: the app asks it after every round.
//!
//! One request tells about up to a hundred links; only the link on screen, and fresh ones in sight, are
//! asked one by one, because only that tells whether they were opened. The pace slows as a link ages
//! and stops when nothing is left to follow (design, "Behaviour"). Ten thousand links cost at most
//! one request a second: they are asked in turn, the most overdue first.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::link::{LinkId, LinkState};
use crate::ports::LinkRow;

/// How many links one request asks about (API, 3).
pub const BATCH: usize = 100;
/// How often the link on screen is asked: paid is seen within three seconds.
const ON_SCREEN: SignedDuration = SignedDuration::from_secs(2);
/// How often fresh links are asked: paid is seen within fifteen seconds.
const FRESH: SignedDuration = SignedDuration::from_secs(10);
/// Until this age an unopened link in sight is asked singly, to tell that it was opened.
const WATCH_OPENING: SignedDuration = SignedDuration::from_mins(10);
/// The least time between two of those: thirty fresh links in sight must not cost three requests a second.
const LOOKS: SignedDuration = SignedDuration::from_secs(2);
/// The least time between two requests that ask for many.
const BREATH: SignedDuration = SignedDuration::from_secs(1);
/// A moment after its expiry a link is looked at, to tell the end.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_secs(1);
/// The longest wait after faults, so that recovery is seen within seconds.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(10);

/// What the seller sees.
#[derive(Debug, Clone, Copy, Default)]
pub struct InSight<'a> {
    /// The link on the link screen.
    pub open: Option<LinkId>,
    /// The rows of the dashboard or the list that are in sight.
    pub listed: &'a [LinkId],
}

/// When which link was last asked about, and how that went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Asked in any way: how it stands with money.
    asked: HashMap<LinkId, Timestamp>,
    /// Asked singly: whether it was opened.
    looked: HashMap<LinkId, Timestamp>,
    last_batch: Option<Timestamp>,
    last_look: Option<Timestamp>,
    hold_until: Option<Timestamp>,
    faults: u32,
}

/// What to ask now, and when to come back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be asked in one request.
    pub batch: Vec<LinkId>,
    /// To be asked one by one.
    pub singles: Vec<LinkId>,
    /// When to plan again; `None`: when something changes.
    pub wake_at: Option<Timestamp>,
}

impl Plan {
    /// Whether there is nothing to ask now.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.singles.is_empty()
    }
}

impl Memory {
    /// The round went well.
    pub const fn answered(&mut self) {
        self.faults = 0;
        self.hold_until = None;
    }

    /// The round failed: wait, longer each time, at least as long as the backend asks.
    pub fn failed(&mut self, now: Timestamp, retry_after: Option<Duration>) {
        self.faults = self.faults.saturating_add(1);
        let own = ON_SCREEN.saturating_mul(1 << (self.faults - 1).min(4)).min(LONGEST_BACKOFF);
        let asked = retry_after.and_then(|d| SignedDuration::try_from(d).ok()).unwrap_or_default();
        self.hold_until = later(now, own.max(asked));
    }

    /// What to ask of `rows` now. What it answers counts as asked.
    pub fn plan(&mut self, rows: &[LinkRow], sight: InSight<'_>, now: Timestamp) -> Plan {
        let followed: HashMap<LinkId, ()> = rows.iter().map(|r| (r.id, ())).collect();
        self.asked.retain(|id, _| followed.contains_key(id));
        self.looked.retain(|id, _| followed.contains_key(id));
        if let Some(until) = self.hold_until
            && now < until
        {
            let wake_at = (!rows.is_empty()).then_some(until);
            return Plan { wake_at, ..Plan::default() };
        }
        let singles = self.singles(rows, sight, now);
        let batch = self.batch(rows, sight, &singles, now);
        for id in singles.iter().chain(&batch) {
            self.asked.insert(*id, now);
        }
        for id in &singles {
            self.looked.insert(*id, now);
            if sight.open != Some(*id) {
                self.last_look = Some(now);
            }
        }
        if !batch.is_empty() {
            self.last_batch = Some(now);
        }
        let wake_at = self.next(rows, sight, now);
        Plan { batch, singles, wake_at }
    }

    /// The link on screen, and of the unopened fresh ones in sight the one that waited longest.
    fn singles(&self, rows: &[LinkRow], sight: InSight<'_>, now: Timestamp) -> Vec<LinkId> {
        let due = |row: &LinkRow| self.look_due(row, sight).filter(|at| *at <= now);
        let on_screen = rows.iter().find(|r| sight.open == Some(r.id) && due(r).is_some());
        let listed = rows.iter().filter(|r| sight.open != Some(r.id));
        let next = listed.filter_map(|r| Some((due(r)?, r.id))).min();
        on_screen.map(|r| r.id).into_iter().chain(next.map(|(_, id)| id)).collect()
    }

    fn batch(&self, rows: &[LinkRow], sight: InSight<'_>, singles: &[LinkId], now: Timestamp) -> Vec<LinkId> {
        if self.batch_from(sight).is_some_and(|from| now < from) {
            return Vec::new();
        }
        let mut due: Vec<(Timestamp, LinkId)> = rows
            .iter()
            .filter(|r| r.session_id.is_some() && !singles.contains(&r.id))
            .map(|r| (self.due(r, sight, now), r.id))
            .collect();
        if !due.iter().any(|(at, _)| *at <= now) {
            return Vec::new();
        }
        // The places left in the request cost nothing: those that come next ride along.
        if due.len() > BATCH {
            due.select_nth_unstable(BATCH - 1);
            due.truncate(BATCH);
        }
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).collect()
    }

    /// When the next request for many may go out.
    fn batch_from(&self, sight: InSight<'_>) -> Option<Timestamp> {
        // Half of the requests are left to the link on screen.
        let breath = if sight.open.is_some() { BREATH.saturating_mul(2) } else { BREATH };
        self.last_batch.and_then(|at| later(at, breath))
    }

    /// When `row` is to be asked together with others.
    fn due(&self, row: &LinkRow, sight: InSight<'_>, now: Timestamp) -> Timestamp {
        let Some(asked) = self.asked.get(&row.id).copied() else { return Timestamp::MIN };
        let regular = later(asked, interval(row, sight, now)).unwrap_or(asked);
        match later(row.expires_at, AFTER_EXPIRY) {
            Some(end) if end > asked => regular.min(end),
            _ => regular,
        }
    }

    /// When `row` is to be asked singly, if it is at all.
    fn look_due(&self, row: &LinkRow, sight: InSight<'_>) -> Option<Timestamp> {
        row.session_id.as_ref()?;
        let looked = self.looked.get(&row.id).copied();
        if sight.open == Some(row.id) {
            return Some(looked.and_then(|at| later(at, ON_SCREEN)).unwrap_or(Timestamp::MIN));
        }
        let fresh_until = later(row.created_at, WATCH_OPENING)?;
        let watch = row.state == LinkState::Open && sight.listed.contains(&row.id);
        let due = looked.and_then(|at| later(at, FRESH)).unwrap_or(row.created_at);
        let due = self.last_look.and_then(|at| later(at, LOOKS)).map_or(due, |from| due.max(from));
        (watch && due <= fresh_until).then_some(due)
    }

    /// The next moment at which something is due.
    fn next(&self, rows: &[LinkRow], sight: InSight<'_>, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut sooner = |at: Timestamp| next = Some(next.map_or(at, |n| n.min(at)));
        let from = self.batch_from(sight).unwrap_or(Timestamp::MIN);
        for row in rows.iter().filter(|r| r.session_id.is_some()) {
            sooner(self.due(row, sight, now).max(from));
            if let Some(at) = self.look_due(row, sight) {
                sooner(at);
            }
        }
        next.map(|at| at.max(later(now, BREATH).unwrap_or(at)))
    }
}

/// How often a link is asked, by its age; what is in sight and what is being paid counts as fresh.
fn interval(row: &LinkRow, sight: InSight<'_>, now: Timestamp) -> SignedDuration {
    let busy = matches!(row.state, LinkState::Paying | LinkState::OnHold | LinkState::Authorized);
    if busy || sight.open == Some(row.id) || sight.listed.contains(&row.id) {
        return FRESH;
    }
    match now.duration_since(row.created_at).as_hours() {
        ..1 => FRESH,
        1..24 => SignedDuration::from_secs(30),
        24..168 => SignedDuration::from_mins(2),
        _ => SignedDuration::from_mins(10),
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    at.checked_add(by).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};
    use crate::domain::reference::Reference;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + seconds).unwrap()
    }

    fn row(n: u128, created: i64, state: LinkState) -> LinkRow {
        LinkRow {
            id: LinkId(Uuid::from_u128(n)),
            reference: Reference::parse(&format!("R-{n}")).unwrap(),
            state,
            amount: Money::new(100, Currency::Nok),
            created_at: at(created),
            changed_at: at(created),
            expires_at: at(created + 86_400 * 30),
            to: String::new(),
            title: String::new(),
            session_id: Some(format!("T12345678.{n}")),
            auto_capture: true,
            alarms: Vec::new(),
        }
    }

    /// Runs the plan for `seconds` and counts what was asked: requests, and the longest a link waited.
    fn run(
        rows: &[LinkRow],
        sight: InSight<'_>,
        from: i64,
        seconds: i64,
    ) -> (usize, HashMap<LinkId, Vec<Timestamp>>) {
        let mut memory = Memory::default();
        let (mut now, mut requests) = (at(from), 0);
        let mut asked: HashMap<LinkId, Vec<Timestamp>> = HashMap::new();
        while now < at(from + seconds) {
            let plan = memory.plan(rows, sight, now);
            requests += plan.singles.len() + usize::from(!plan.batch.is_empty());
            for id in plan.batch.iter().chain(&plan.singles) {
                asked.entry(*id).or_default().push(now);
            }
            memory.answered();
            match plan.wake_at {
                Some(at) => now = at,
                None => break,
            }
        }
        (requests, asked)
    }

    fn longest_gap(times: &[Timestamp]) -> i64 {
        times.windows(2).map(|w| w[1].duration_since(w[0]).as_secs()).max().unwrap_or(0)
    }

    #[test]
    fn nothing_to_follow_means_no_timer() {
        let plan = Memory::default().plan(&[], InSight::default(), at(0));
        assert_eq!(plan, Plan::default());
    }

    #[test]
    fn the_link_on_screen_is_asked_every_two_seconds() {
        let rows = [row(1, 0, LinkState::Open)];
        let sight = InSight { open: Some(rows[0].id), listed: &[] };
        let (_, asked) = run(&rows, sight, 0, 60);
        assert_eq!(longest_gap(&asked[&rows[0].id]), 2);
    }

    #[test]
    fn fresh_links_elsewhere_are_asked_every_ten_seconds_in_one_request() {
        let rows: Vec<_> = (1..=50).map(|n| row(n, 0, LinkState::Opened)).collect();
        let (requests, asked) = run(&rows, InSight::default(), 0, 100);
        assert_eq!(requests, 10);
        assert!(asked.values().all(|times| longest_gap(times) <= 10));
    }

    #[test]
    fn old_links_alone_are_asked_rarely() {
        let rows = [row(1, -86_400 * 8, LinkState::Open)];
        let (requests, _) = run(&rows, InSight::default(), 0, 3600);
        assert_eq!(requests, 6);
    }

    #[test]
    fn ten_thousand_links_cost_one_request_a_second_and_all_get_their_turn() {
        let rows: Vec<_> = (1..=10_000).map(|n| row(n, 0, LinkState::Opened)).collect();
        let sight = InSight { open: Some(rows[17].id), listed: &[] };
        let (requests, asked) = run(&rows, sight, 0, 600);
        assert!(requests <= 600, "{requests} requests in 600 s");
        assert_eq!(asked.len(), 10_000);
        assert!(longest_gap(&asked[&rows[17].id]) <= 2);
    }

    #[test]
    fn an_unopened_fresh_link_in_sight_is_looked_at_singly_for_ten_minutes() {
        let rows = [row(1, 0, LinkState::Open)];
        let listed = [rows[0].id];
        let mut memory = Memory::default();
        let sight = InSight { open: None, listed: &listed };
        assert_eq!(memory.plan(&rows, sight, at(1)).singles, vec![rows[0].id]);
        assert!(memory.plan(&rows, sight, at(601)).singles.contains(&rows[0].id));
        assert!(memory.plan(&rows, sight, at(700)).singles.is_empty());
    }

    #[test]
    fn many_fresh_links_in_sight_take_turns() {
        let rows: Vec<_> = (1..=30).map(|n| row(n, 0, LinkState::Open)).collect();
        let listed: Vec<_> = rows.iter().map(|r| r.id).collect();
        let (requests, asked) = run(&rows, InSight { open: None, listed: &listed }, 0, 300);
        assert!(requests <= 300 / 2 + 300 / 10 + 2, "{requests} requests in 300 s");
        assert_eq!(asked.len(), 30);
        assert!(asked.values().all(|times| longest_gap(times) <= 12), "each one is still asked about");
    }

    #[test]
    fn a_link_is_looked_at_right_after_its_expiry() {
        let mut link = row(1, -86_400 * 8, LinkState::Open);
        link.expires_at = at(30);
        let (_, asked) = run(&[link.clone()], InSight::default(), 0, 60);
        assert!(asked[&link.id].contains(&at(31)), "{asked:?}");
    }

    #[test]
    fn faults_slow_down_and_the_backend_is_obeyed() {
        let rows = [row(1, 0, LinkState::Open)];
        let mut memory = Memory::default();
        memory.failed(at(0), Some(Duration::from_secs(90)));
        let plan = memory.plan(&rows, InSight::default(), at(5));
        assert_eq!(plan, Plan { wake_at: Some(at(90)), ..Plan::default() });
        memory.answered();
        assert!(!memory.plan(&rows, InSight::default(), at(90)).is_empty());
        for _ in 0..40 {
            memory.failed(at(100), None);
        }
        assert_eq!(memory.plan(&rows, InSight::default(), at(100)).wake_at, Some(at(110)));
    }
}
