use super::*;
use crate::app::model::{Screen, Target};
use crate::app::msg::{DashboardNews, Msg, Reply};
use crate::app::testing::{App, id, link, then};
use crate::domain::link::{Link, LinkState};
use crate::ports::LinkRow;

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
    for size in [(59, 24), (80, 17)] {
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
