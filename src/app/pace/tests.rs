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
        returned: None,
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

/// Ten thousand open links as a busy seller has them: two in a hundred are fresh, half are older than a week.
fn of_all_ages() -> Vec<LinkRow> {
    let age = |n: u128| -> i64 {
        let n = i64::try_from(n).unwrap();
        match n % 100 {
            0..2 => n % 50 * 60,
            2..10 => 3_700 + n * 8,
            10..50 => 86_400 + n * 50,
            _ => 7 * 86_400 + n * 60,
        }
    };
    (0..10_000).map(|n| row(n, -age(n), LinkState::Opened)).collect()
}

#[test]
fn an_hour_with_ten_thousand_links_costs_a_request_a_second_and_the_fresh_stay_ahead() {
    let rows = of_all_ages();
    let sight = InSight { open: Some(rows[1].id), listed: &[] };
    let (requests, asked) = run(&rows, sight, 0, 3_600);
    assert!(requests <= 3_600, "{requests} requests in an hour");
    assert!(longest_gap(&asked[&rows[1].id]) <= 2);
    assert_eq!(asked.len(), 10_000);
    for row in &rows {
        let gap = longest_gap(&asked[&row.id]);
        let longest = match at(0).duration_since(row.created_at).as_hours() {
            // Some grow older than an hour meanwhile.
            ..1 => 90,
            1..24 => 90,
            24..168 => 360,
            _ => 1_800,
        };
        let created = row.created_at;
        assert!(gap <= longest, "{gap} s between two questions about a link of {created}");
    }
    let first = |n: usize| asked[&rows[n].id][0].duration_since(at(0)).as_secs();
    assert!(first(100) <= 10, "a fresh one waits {} s at the start", first(100));
    assert!(rows.iter().enumerate().all(|(n, _)| first(n) <= 900), "all have had their turn soon");
}

#[test]
fn what_a_question_leads_to_is_paid_for_too_but_not_for_ever() {
    let rows: Vec<_> = (1..=300).map(|n| row(n, 0, LinkState::Opened)).collect();
    let mut memory = Memory::default();
    assert_eq!(memory.plan(&rows, InSight::default(), at(0)).batch.len(), 100);
    memory.cost(at(0), 1);
    assert_eq!(
        memory.plan(&rows, InSight::default(), at(2)).batch.len(),
        100,
        "what was planned is paid for"
    );
    memory.cost(at(2), 6);
    assert!(memory.plan(&rows, InSight::default(), at(7)).batch.is_empty(), "five more were sent");
    assert_eq!(memory.plan(&rows, InSight::default(), at(9)).batch.len(), 100);
    memory.cost(at(9), 1_000);
    assert_eq!(memory.plan(&rows, InSight::default(), at(19)).batch.len(), 100, "nobody is forgotten");
}

#[test]
fn links_that_are_gone_are_forgotten() {
    let mut memory = Memory::default();
    for n in 0..500_u32 {
        let rows = [row(u128::from(n), 0, LinkState::Open), row(u128::from(n) + 1, 0, LinkState::Open)];
        memory.plan(&rows, InSight { open: Some(rows[0].id), listed: &[] }, at(i64::from(n) * 20));
        assert!(memory.asked.len() <= 3 && memory.looked.len() <= 3);
    }
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

#[test]
fn a_link_whose_time_is_over_is_asked_seldom_even_in_sight() {
    let mut rows = vec![row(1, 0, LinkState::Expired), row(2, 0, LinkState::Expired)];
    rows[1].expires_at = at(10);
    let listed: Vec<LinkId> = rows.iter().map(|r| r.id).collect();
    let hour = 3_600;
    for sight in [
        InSight::default(),
        InSight { open: None, listed: &listed },
        InSight { open: Some(rows[0].id), listed: &[] },
    ] {
        let (requests, asked) = run(&rows, sight, 20, hour);
        assert!((6..=14).contains(&requests), "{requests}");
        for times in asked.values() {
            assert!((550..=610).contains(&longest_gap(times)), "{}", longest_gap(times));
        }
        assert_eq!(asked.len(), 2);
    }
}

#[test]
fn a_try_that_failed_is_asked_about_seldom_and_while_somebody_looks_often() {
    let failed = row(1, 0, LinkState::Failed);
    let (_, asked) = run(std::slice::from_ref(&failed), InSight::default(), 20, 3_600);
    assert!((550..=610).contains(&longest_gap(&asked[&failed.id])), "{asked:?}");
    let looking = InSight { open: Some(failed.id), listed: &[] };
    let (_, asked) = run(std::slice::from_ref(&failed), looking, 20, 600);
    assert!((5..=15).contains(&longest_gap(&asked[&failed.id])), "{asked:?}");
}

#[test]
fn a_payment_that_was_begun_and_left_is_not_asked_about_for_ever_as_if_it_were_fresh() {
    let paying = row(1, 0, LinkState::Paying);
    let end = paying.expires_at;
    let hour = SignedDuration::from_hours(1);
    assert_eq!(interval(&paying, InSight::default(), end + hour), FRESH);
    let over = end + hour + SignedDuration::from_secs(1);
    assert_eq!(interval(&paying, InSight::default(), over), SignedDuration::from_mins(10));
    let watched = InSight { open: Some(paying.id), ..InSight::default() };
    assert_eq!(interval(&paying, watched, over), FRESH, "who looks at it sees it at once");
}
