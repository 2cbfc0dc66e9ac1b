use super::*;
use crate::app::model::Net;
use crate::app::model::{Screen, Target};
use crate::app::msg::{DashboardNews, Msg, Reply};
use crate::app::testing::{App, entry, id, link, then};
use crate::domain::link::{Alarm, Link, LinkState};
use crate::ports::{LedgerError, LinkRow, OutboxEntry, Unusable};

fn news(links: &[Link]) -> Reply {
    let rows: Vec<LinkRow> = links.iter().map(LinkRow::from).collect();
    Reply::Dashboard(Box::new(DashboardNews { rows, ..DashboardNews::default() }))
}

fn with(count: u128) -> (App, Vec<Link>) {
    let links: Vec<Link> = (1..=count).rev().map(|n| link(n, LinkState::Open)).collect();
    let mut app = App::new();
    app.reply(news(&links));
    (app, links)
}

#[test]
fn choosing_and_opening() {
    let (mut app, _) = with(50);
    app.keys("Up Down Down");
    assert_eq!(app.model.dashboard.chosen, 2);
    app.keys("G");
    assert_eq!(app.model.dashboard.chosen, 49);
    assert!(app.model.dashboard.top > 0);
    app.keys("Down PgUp g PgDn PgUp");
    assert_eq!((app.model.dashboard.chosen, app.model.dashboard.top), (0, 0));
    let effects = app.keys("Enter");
    assert!(effects.contains(&Effect::LoadLink(id(50))));
    assert_eq!(app.model.screen, Screen::Link);
    app.keys("Esc");
    assert_eq!(app.model.screen, Screen::Dashboard);
}

#[test]
fn send_now_is_for_all_that_waits() {
    let (mut app, _) = with(1);
    assert!(app.keys("s").contains(&Effect::SendAll));
}

#[test]
fn nothing_to_choose() {
    let mut app = App::new();
    app.reply(news(&[]));
    assert_eq!(app.keys("Enter Up Down PgDn G"), []);
    assert_eq!(app.model.dashboard.chosen, 0);
    assert!(!available(&app.model, Action::Open));
}

#[test]
fn the_choice_stays_with_its_link() {
    let (mut app, mut links) = with(5);
    app.keys("Down Down");
    links.insert(0, link(6, LinkState::Open));
    app.reply(news(&links));
    assert_eq!(app.model.dashboard.rows[app.model.dashboard.chosen].id, id(3));
    app.reply(news(&links[..1]));
    assert_eq!(app.model.dashboard.chosen, 0);
}

#[test]
fn paid_by_way_of_another_process_is_told() {
    let (mut app, mut links) = with(2);
    links[0] = then(&links[0], LinkState::Captured);
    let effects = app.reply(news(&links));
    assert!(effects.contains(&Effect::Bell));
    assert!(!app.reply(news(&links)).contains(&Effect::Bell), "once");
}

#[test]
fn at_the_start_nothing_rings() {
    let mut app = App::new();
    assert!(!app.reply(news(&[link(1, LinkState::Captured)])).contains(&Effect::Bell));
}

#[test]
fn a_click_chooses_a_second_opens() {
    let (mut app, _) = with(3);
    app.send(Msg::Click(Target::Row(2), 0));
    assert_eq!((app.model.screen, app.model.dashboard.chosen), (Screen::Dashboard, 2));
    app.send(Msg::Click(Target::Row(9), 0));
    app.send(Msg::Scroll(-1));
    assert_eq!(app.model.dashboard.chosen, 1);
    app.send(Msg::Click(Target::Row(1), 0));
    assert_eq!(app.model.screen, Screen::Link);
}

#[test]
fn behind_a_window_that_is_too_small_keys_do_nothing_but_leave() {
    let (mut app, _) = with(3);
    for size in [(79, 24), (80, 22)] {
        app.send(Msg::Resized(size.0, size.1));
        assert_eq!(app.keys("n Down Enter"), []);
        assert_eq!(app.send(Msg::Click(Target::Row(2), 0)), []);
        assert_eq!((app.model.screen, app.model.dashboard.chosen), (Screen::Dashboard, 0));
    }
    app.send(Msg::Resized(80, 24));
    app.keys("Down");
    assert_eq!(app.model.dashboard.chosen, 1);
    app.send(Msg::Resized(20, 5));
    app.keys("q");
    assert!(app.model.quitting);
}

fn alarmed(n: u128) -> Link {
    let mut link = link(n, LinkState::Captured);
    link.raise(Alarm::DoublePayment, link.created_at);
    link
}

/// What the ledger has: these links with alarms, and fifty newer ones without.
fn with_alarms(alarmed: &[Link]) -> Reply {
    let rows: Vec<LinkRow> = (100..150).rev().map(|n| LinkRow::from(&link(n, LinkState::Open))).collect();
    let alarmed: Vec<LinkRow> = alarmed.iter().map(LinkRow::from).collect();
    let alarms = alarmed.len() as u64;
    Reply::Dashboard(Box::new(DashboardNews { rows, alarmed, alarms, ..DashboardNews::default() }))
}

fn told(app: &App) -> Option<&str> {
    match &app.model.toast.as_ref()?.say {
        Say::Alarm { reference, .. } => Some(reference),
        _ => None,
    }
}

#[test]
fn a_new_alarm_is_told_on_whatever_screen_however_old_its_link() {
    for screen in ["l", "n", "Enter", "?"] {
        let mut app = App::new();
        app.reply(with_alarms(&[alarmed(1)]));
        assert_eq!(told(&app), None, "at the start it stands on the screen");
        app.keys(screen);
        let effects = app.reply(with_alarms(&[alarmed(2), alarmed(1)]));
        assert_eq!(told(&app), Some("KARI-002"));
        assert!(effects.contains(&Effect::Bell));
        // It stays until a key, whatever else is told.
        app.reply(Reply::Copied(true));
        assert_eq!(told(&app), Some("KARI-002"));
        let effects = app.reply(with_alarms(&[alarmed(2), alarmed(1)]));
        assert!(!effects.contains(&Effect::Bell), "once");
        assert_eq!(app.model.dashboard.alarms, 2);
    }
}

#[test]
fn an_alarm_that_the_own_round_brings_is_told_and_counted() {
    let mut app = App::new();
    let paid = link(1, LinkState::Open);
    app.reply(with_alarms(&[]));
    app.reply(Reply::Link(Box::new(paid.clone()), Vec::new()));
    let tracked = |changed| Reply::Tracked {
        changed,
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    };
    let mut both = then(&paid, LinkState::Captured);
    both.raise(Alarm::DoublePayment, both.changed_at);
    let effects =
        app.reply(tracked(vec![both.clone(), then(&link(140, LinkState::Open), LinkState::Captured)]));
    assert!(effects.contains(&Effect::Bell));
    assert_eq!(told(&app), Some("KARI-001"), "another payment does not hide it");
    assert_eq!(app.model.dashboard.alarms, 1);
    both.alarms.clear();
    app.reply(Reply::Link(Box::new(both), Vec::new()));
    assert_eq!((app.model.dashboard.alarms, app.model.dashboard.alarmed.len()), (0, 0));
}

#[test]
fn with_more_alarms_than_are_known_an_old_one_is_no_news() {
    let mut app = App::new();
    let many = |newest: &[Link], alarms: u64| {
        let Reply::Dashboard(news) = with_alarms(newest) else { unreachable!() };
        Reply::Dashboard(Box::new(DashboardNews { alarms, ..*news }))
    };
    let mut old = alarmed(1);
    old.created_at = old.created_at.saturating_sub(jiff::SignedDuration::from_secs(60)).unwrap();
    app.reply(many(&[alarmed(3), alarmed(2)], 3));
    let effects = app.reply(many(&[alarmed(3), old], 2));
    assert!(!effects.contains(&Effect::Bell), "it came into sight because another one was settled");
}

#[test]
fn a_key_leads_to_what_needs_the_seller() {
    let mut app = App::new();
    app.reply(with_alarms(&[]));
    assert!(!available(&app.model, Action::Alarms));
    app.reply(with_alarms(&[alarmed(1)]));
    assert!(available(&app.model, Action::Alarms));
    let effects = app.keys("!");
    assert_eq!((app.model.screen, app.model.list.filter), (Screen::List, ListFilter::Alarms));
    assert!(effects.iter().any(|e| matches!(e, Effect::Find { filter: ListFilter::Alarms, .. })));
    // Pressed twice it deals with nothing.
    assert!(!app.keys("!").iter().any(|e| matches!(e, Effect::Settle(..))));
}

/// What asks before it goes out stands in the outbox, and is found with the same key.
#[test]
fn the_key_shows_what_asks_too() {
    let mut app = App::new();
    app.model.dashboard.outbox = vec![entry(1, true)];
    app.model.dashboard.alarms = 1;
    let effects = app.keys("!");
    assert_eq!((app.model.screen, app.model.list.filter), (Screen::List, ListFilter::Trouble));
    assert!(effects.iter().any(|e| matches!(e, Effect::Find { filter: ListFilter::Trouble, .. })));
}

/// Of alarms that are only counted, one more is told by the number, whoever found it.
#[test]
fn a_new_alarm_of_an_older_link_is_heard_among_many() {
    let mut app = App::new();
    let many = |alarms: u64| {
        let Reply::Dashboard(news) = with_alarms(&[alarmed(3), alarmed(2)]) else { unreachable!() };
        Reply::Dashboard(Box::new(DashboardNews { alarms, ..*news }))
    };
    app.reply(many(3));
    app.model.toast = None;
    // The own round brings it: the ledger counts it, and then it's told.
    let mut old = alarmed(1);
    old.created_at = old.created_at.saturating_sub(jiff::SignedDuration::from_secs(60)).unwrap();
    let changed = vec![old];
    app.reply(Reply::Tracked {
        changed,
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    assert_eq!(app.model.dashboard.alarms, 3);
    let effects = app.reply(many(4));
    assert_eq!(app.model.toast.take().map(|t| t.say), Some(Say::MoreAlarms(4)));
    assert!(effects.contains(&Effect::Bell));
    // Nothing new, or one less: nothing is told.
    for count in [4, 3, 3] {
        let effects = app.reply(many(count));
        assert!(app.model.toast.is_none() && !effects.contains(&Effect::Bell), "{count}");
    }
}

/// The number of links that ring stays the same by it, and this window doesn't know the link: the number of alarms
/// tells of it, whoever found it.
#[test]
fn another_alarm_of_a_link_that_is_only_counted_is_heard() {
    let mut app = App::new();
    let many = |raised: u64| {
        let Reply::Dashboard(news) = with_alarms(&[alarmed(3), alarmed(2)]) else { unreachable!() };
        Reply::Dashboard(Box::new(DashboardNews { alarms: 3, raised, ..*news }))
    };
    app.reply(many(3));
    app.model.toast = None;
    let mut twice = alarmed(1);
    twice.created_at = twice.created_at.saturating_sub(jiff::SignedDuration::from_secs(60)).unwrap();
    twice.raise(Alarm::AmountDiffers, twice.changed_at);
    let changed = vec![twice];
    app.reply(Reply::Tracked {
        changed,
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    let effects = app.reply(many(4));
    assert_eq!(app.model.toast.take().map(|t| t.say), Some(Say::MoreAlarms(3)));
    assert!(effects.contains(&Effect::Bell));
    // Nothing new, or one less: nothing is told.
    for raised in [4, 3, 3] {
        let effects = app.reply(many(raised));
        assert!(app.model.toast.is_none() && !effects.contains(&Effect::Bell), "{raised}");
    }
}

/// The number of links that ring stays the same by it, so that nothing else tells of it.
#[test]
fn another_alarm_of_an_older_link_that_rings_already_is_heard_among_many() {
    let mut app = App::new();
    let Reply::Dashboard(news) = with_alarms(&[alarmed(3), alarmed(2)]) else { unreachable!() };
    let many = || Reply::Dashboard(Box::new(DashboardNews { alarms: 3, raised: 3, ..(*news).clone() }));
    app.reply(many());
    app.keys("Enter");
    let mut old = alarmed(1);
    old.created_at = old.created_at.saturating_sub(jiff::SignedDuration::from_secs(60)).unwrap();
    app.model.link.as_mut().unwrap().id = old.id;
    let effects = app.reply(Reply::Link(Box::new(old.clone()), Vec::new()));
    assert!(!effects.contains(&Effect::Bell), "it only came into sight");
    let mut twice = then(&old, old.state);
    twice.raise(Alarm::AmountDiffers, twice.changed_at);
    let changed = || Reply::Tracked {
        changed: vec![twice.clone()],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    };
    assert!(app.reply(changed()).contains(&Effect::Bell));
    assert_eq!(told(&app), Some("KARI-001"));
    assert_eq!(app.model.dashboard.alarms, 3, "links are counted, not alarms");
    assert!(!app.reply(changed()).contains(&Effect::Bell), "once");
    let counted = Reply::Dashboard(Box::new(DashboardNews { alarms: 3, raised: 4, ..(*news).clone() }));
    assert!(!app.reply(counted).contains(&Effect::Bell), "nor by its number");
    assert!(!app.reply(many()).contains(&Effect::Bell));
}

#[test]
fn older_news_of_a_link_bring_no_alarm_back() {
    let mut app = App::new();
    app.reply(with_alarms(&[]));
    let old = alarmed(120);
    let mut settled = then(&old, LinkState::Captured);
    settled.alarms.clear();
    settled.changed_at = old.changed_at.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap();
    let tracked = |link: &Link| Reply::Tracked {
        changed: vec![link.clone()],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    };
    app.reply(tracked(&settled));
    let effects = app.reply(tracked(&old));
    assert!(!effects.contains(&Effect::Bell));
    assert_eq!((told(&app), app.model.dashboard.alarms), (None, 0));
    let effects = app.reply(with_alarms(&[old]));
    assert!(!effects.contains(&Effect::Bell), "read before it was dealt with");
}

/// What stands in a ledger that can't be written is shown; nothing is begun that would be lost, and nothing sent that
/// can't be written down.
#[test]
fn where_nothing_can_be_kept_links_are_shown_and_nothing_is_sold() {
    let mut app = App::new();
    let why = LedgerError::unusable(std::path::Path::new("/data/paylink.db"), Unusable::Full);
    let due = OutboxEntry { next_at: app.now.at, ..entry(1, false) };
    let queued = link(1, LinkState::Queued);
    let rows = vec![LinkRow::from(&queued)];
    let news = DashboardNews { rows, outbox: vec![due], ..DashboardNews::default() };
    let kept = app.reply(Reply::Dashboard(Box::new(news.clone())));
    assert!(matches!(kept[..], [Effect::Wake(..)]), "what waits is sent: {kept:?}");
    let news = DashboardNews { unwritable: Some(why.clone()), ..news };
    let effects = app.reply(Reply::Dashboard(Box::new(news)));
    assert!(matches!(effects[..], [Effect::Unwake(_)]), "{effects:?}");
    assert!(!app.reply(Reply::Net(Net::Offline)).contains(&Effect::Flush(None)));
    assert!(!app.reply(Reply::Net(Net::Online)).contains(&Effect::Flush(None)));
    let told = |app: &mut App| app.model.toast.take().map(|toast| toast.say);
    assert_eq!(app.keys("n"), []);
    assert_eq!((app.model.screen, told(&mut app)), (Screen::Dashboard, Some(Say::Ledger(why.clone()))));
    app.keys("Enter");
    app.reply(Reply::Link(Box::new(link(1, LinkState::Cancelled)), Vec::new()));
    assert_eq!(app.keys("a"), []);
    assert_eq!((app.model.screen, told(&mut app)), (Screen::Link, Some(Say::Ledger(why.clone()))));
    // By the pointer, too.
    app.keys("Esc");
    app.send(Msg::Click(Target::Step(2), 0));
    assert_eq!((app.model.screen, told(&mut app)), (Screen::Dashboard, Some(Say::Ledger(why))));
}
