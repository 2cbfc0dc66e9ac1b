//! How often the tracker asks, and about what. Pure: the app asks it after every round.
//!
//! One request tells about up to a hundred links; only the link on screen, and fresh ones in sight, are
//! asked one by one, because only that tells whether they were opened. The pace slows as a link ages
//! and stops when nothing is left to follow (design, "Behaviour"). Ten thousand links cost at most
//! one request a second: every request has its price in time, and what asks for many waits until it is
//! paid. Where that is not enough for all, all wait longer in proportion: a link that is asked every ten
//! seconds stays ahead of one that is asked every ten minutes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
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
/// What a request costs: so long no other asks for many. A little over a second, so that the few that are
/// not the tracker's have room too.
const PRICE: SignedDuration = SignedDuration::from_millis(1_100);
/// The most that is owed: a burst of reads must not stop the rounds, nor be paid for much later.
const MOST_OWED: SignedDuration = SignedDuration::from_secs(30);
/// The least time between two rounds.
const BREATH: SignedDuration = SignedDuration::from_secs(1);
/// The share of its time at which a link is to be asked: all of it, in thousandths.
const DUE: i64 = 1_000;
/// A moment after its expiry a link is looked at, to tell the end.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_secs(1);
/// A link that was never asked counts as this late from the start: it comes before those that are merely due, and
/// fresh ones are asked again before the oldest have had their first turn.
const UNASKED: i64 = 2 * DUE;
/// How often a link is asked that has ended and may go on.
const ENDED: SignedDuration = SignedDuration::from_mins(10);
/// So long after its time is over a payment is not being made any more, whatever it says.
const LEFT: SignedDuration = SignedDuration::from_hours(1);
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
    /// When all requests so far are paid for.
    paid_until: Option<Timestamp>,
    /// How many requests the round under way was to be.
    planned: usize,
    /// When the first question was asked.
    began: Option<Timestamp>,
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

    /// The round has cost so many requests: more than were planned, where one question led to another.
    pub fn cost(&mut self, now: Timestamp, requests: usize) {
        let more = requests.saturating_sub(std::mem::take(&mut self.planned));
        if more > 0 {
            self.owe(now, more);
        }
    }

    fn owe(&mut self, now: Timestamp, requests: usize) {
        let price = PRICE.saturating_mul(i32::try_from(requests).unwrap_or(i32::MAX));
        let from = self.paid_until.map_or(now, |at| at.max(now));
        // A time that can't be told is as far away as may be.
        let until = later(from, price).unwrap_or(Timestamp::MAX);
        self.paid_until = Some(later(now, MOST_OWED).map_or(until, |most| until.min(most)));
    }

    /// Forgets links that are not followed any more. Not at every turn: only once there are more than are followed.
    fn forget(&mut self, rows: &[LinkRow]) {
        if self.asked.len() > rows.len() || self.looked.len() > rows.len() {
            let followed: HashSet<LinkId> = rows.iter().map(|r| r.id).collect();
            self.asked.retain(|id, _| followed.contains(id));
            self.looked.retain(|id, _| followed.contains(id));
        }
    }

    /// The machine's clock was set back by this much: what is remembered goes with it, or nothing would be asked
    /// until the clock is where it was before.
    pub(super) fn set_back(&mut self, by: SignedDuration) {
        let earlier = |at: &mut Timestamp| *at = at.saturating_sub(by).unwrap_or(*at);
        self.asked.values_mut().chain(self.looked.values_mut()).for_each(earlier);
        let singular = [
            &mut self.last_batch,
            &mut self.paid_until,
            &mut self.began,
            &mut self.last_look,
            &mut self.hold_until,
        ];
        singular.into_iter().flatten().for_each(earlier);
    }

    /// What to ask of `rows` now. What it answers counts as asked.
    pub fn plan(&mut self, rows: &[LinkRow], sight: InSight<'_>, now: Timestamp) -> Plan {
        self.forget(rows);
        self.began.get_or_insert(now);
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
        self.planned = singles.len() + usize::from(!batch.is_empty());
        if self.planned > 0 {
            self.owe(now, self.planned);
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
        if self.batch_from().is_some_and(|from| now < from) {
            return Vec::new();
        }
        let mut all: Vec<(Reverse<i64>, LinkId)> = rows
            .iter()
            .filter(|r| r.session_id.is_some() && !singles.contains(&r.id))
            .map(|r| (Reverse(self.lateness(r, sight, now)), r.id))
            .collect();
        if all.iter().all(|(late, _)| late.0 < DUE) {
            return Vec::new();
        }
        // The places left in the request cost nothing: those that come next ride along.
        if all.len() > BATCH {
            all.select_nth_unstable(BATCH - 1);
            all.truncate(BATCH);
        }
        all.sort_unstable();
        all.into_iter().map(|(_, id)| id).collect()
    }

    /// When the next request for many may go out.
    fn batch_from(&self) -> Option<Timestamp> {
        let in_turn = self.last_batch.and_then(|at| later(at, FRESH));
        // However dear the link on screen is: the others are not forgotten.
        match (self.paid_until, in_turn) {
            (Some(paid), Some(turn)) => Some(paid.min(turn)),
            (paid, turn) => paid.or(turn),
        }
    }

    /// How long `row` has waited, as a share of what it may wait: from [`DUE`] on it is to be asked.
    fn lateness(&self, row: &LinkRow, sight: InSight<'_>, now: Timestamp) -> i64 {
        let Some(asked) = self.asked.get(&row.id).copied() else {
            let since = self.began.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
            return UNASKED.saturating_add(share(since, interval(row, sight, now))).max(DUE);
        };
        let waited = share(now.duration_since(asked), interval(row, sight, now));
        if now <= row.expires_at {
            return waited;
        }
        match later(row.expires_at, AFTER_EXPIRY) {
            Some(end) if end > asked && end <= now => waited.max(DUE + share(now.duration_since(end), FRESH)),
            _ => waited,
        }
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
            let every = match row.state {
                LinkState::Expired | LinkState::Cancelled => ENDED,
                // The customer may try again, and somebody looks.
                state if state.may_go_on() => FRESH,
                _ => ON_SCREEN,
            };
            return Some(looked.and_then(|at| later(at, every)).unwrap_or(Timestamp::MIN));
        }
        // First, because it is cheap and seldom so.
        if row.state != LinkState::Open || !sight.listed.contains(&row.id) {
            return None;
        }
        let fresh_until = later(row.created_at, WATCH_OPENING)?;
        let due = looked.and_then(|at| later(at, FRESH)).unwrap_or(row.created_at);
        let due = self.last_look.and_then(|at| later(at, LOOKS)).map_or(due, |from| due.max(from));
        (due <= fresh_until).then_some(due)
    }

    /// The next moment at which something is due.
    fn next(&self, rows: &[LinkRow], sight: InSight<'_>, now: Timestamp) -> Option<Timestamp> {
        let soonest = later(now, BREATH).unwrap_or(now);
        let from = self.batch_from().unwrap_or(Timestamp::MIN).max(soonest);
        let followed = || rows.iter().filter(|r| r.session_id.is_some());
        let looks = followed().filter_map(|r| self.look_due(r, sight)).min();
        let mut batch: Option<Timestamp> = None;
        for row in followed() {
            let at = self.due(row, sight, now).max(from);
            batch = Some(batch.map_or(at, |earlier| earlier.min(at)));
            if at == from {
                // No other comes sooner.
                break;
            }
        }
        looks.into_iter().chain(batch).min().map(|at| at.max(soonest))
    }
}

/// How `waited` stands to `allowed`.
fn share(waited: SignedDuration, allowed: SignedDuration) -> i64 {
    let millis = |time: SignedDuration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    // Far from the ends, so that a sum never runs over.
    (millis(waited).saturating_mul(DUE) / millis(allowed).max(1)).min(i64::MAX - UNASKED)
}

/// How often a link is asked, by its age; what is in sight and what is being paid counts as fresh, but for a payment
/// that was begun and left: the backend may show it for ever.
fn interval(row: &LinkRow, sight: InSight<'_>, now: Timestamp) -> SignedDuration {
    if row.state.may_go_on() {
        return ENDED;
    }
    let busy = matches!(row.state, LinkState::Paying | LinkState::OnHold | LinkState::Authorized);
    let left = later(row.expires_at, LEFT).is_some_and(|at| now > at);
    if (busy && !left) || sight.open == Some(row.id) || sight.listed.contains(&row.id) {
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
mod tests;
