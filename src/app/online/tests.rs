use super::*;
use crate::app::model::Screen;
use crate::app::msg::{DashboardNews, Msg, Reply};
use crate::app::testing::{App, link};
use crate::domain::cause::Cause;
use crate::domain::link::{Link, LinkState};
use crate::ports::{LinkRow, Profile};

fn dashboard(links: &[Link]) -> Reply {
    let rows: Vec<LinkRow> = links.iter().map(LinkRow::from).collect();
    let unsettled = rows.iter().filter(|r| !r.settled()).cloned().collect();
    Reply::Dashboard(Box::new(DashboardNews { rows, unsettled, ..DashboardNews::default() }))
}

fn no_route() -> Fault {
    Fault::new(FaultKind::NotSent, Cause::theirs("no route"))
}

fn profile() -> Profile {
    Profile { types: vec!["dintero_psp.vipps".to_owned()], ..Profile::default() }
}

fn wait(app: &App) -> Option<i64> {
    app.model.tracking.line.wake.map(|at| at.duration_since(app.now.at).as_secs())
}

fn began() -> App {
    let mut app = App::new();
    app.reply(dashboard(&[]));
    app
}

#[test]
fn what_is_known_from_memory_is_no_answer() {
    for told in [Ok(profile()), Err(Fault::new(FaultKind::Forbidden, Cause::theirs("403")))] {
        let mut app = began();
        assert_eq!(app.keys("Down"), [], "it is about to be told");
        assert_eq!(app.reply(Reply::Profile(told)), [Effect::Knock]);
        assert_eq!(app.model.net, Net::Unknown);
        app.reply(Reply::Knocked(Err(no_route())));
        assert_eq!(app.model.net, Net::Offline);
    }
    // Once it is known, whoever begins a sale asks nobody for what is in memory.
    let mut app = began();
    app.reply(Reply::Knocked(Ok(profile())));
    assert_eq!(app.model.net, Net::Online);
    let effects = app.reply(Reply::Profile(Ok(profile())));
    assert!(!effects.contains(&Effect::Knock), "{effects:?}");
}

#[test]
fn offline_it_is_tried_every_few_seconds_and_seldom_while_nobody_is_there() {
    let mut app = began();
    app.reply(Reply::Profile(Err(no_route())));
    assert_eq!((app.model.net, wait(&app)), (Net::Offline, Some(7)));
    for _ in 0..3 {
        app.pass(7);
        assert_eq!(app.send(Msg::Due(Timer::Line)), [Effect::Knock]);
        // One at a time, however long it takes.
        assert_eq!(wait(&app), None);
        app.pass(20);
        assert_eq!(app.keys("Down"), []);
        app.reply(Reply::Knocked(Err(no_route())));
        assert_eq!(wait(&app), Some(7));
    }
    assert_eq!(app.keys("Down"), [Effect::Knock], "a key does not wait for it");
    app.reply(Reply::Knocked(Err(no_route())));
    assert_eq!(app.keys("Up Down"), [], "not with every key");
    app.pass(600);
    app.send(Msg::Due(Timer::Line));
    app.reply(Reply::Knocked(Err(no_route())));
    assert_eq!(wait(&app), Some(60), "nobody is there");
    app.pass(60);
    assert_eq!(app.send(Msg::Due(Timer::Line)), [Effect::Knock]);
    app.reply(Reply::Knocked(Ok(profile())));
    assert_eq!(app.model.net, Net::Online);
}

#[test]
fn what_asks_anyway_tells_it() {
    let mut app = began();
    app.reply(Reply::Net(Net::Offline));
    assert!(wait(&app).is_some());
    app.reply(dashboard(&[link(1, LinkState::Open)]));
    assert!(app.model.tracking.asking);
    assert_eq!(wait(&app), None);
    let failed = Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: Some(no_route()),
        skew: 0,
        requests: 1,
    };
    app.reply(failed);
    assert!(app.model.tracking.wake.is_some());
    assert_eq!((wait(&app), app.keys("Down")), (None, Vec::new()));
}

#[test]
fn online_is_not_said_of_a_while_ago_and_no_timer_asks() {
    let mut app = began();
    app.reply(Reply::Knocked(Ok(profile())));
    assert_eq!((app.model.net, wait(&app)), (Net::Online, Some(120)));
    app.pass(29);
    assert_eq!(app.keys("Down"), [], "just heard");
    app.pass(91);
    assert_eq!(app.send(Msg::Due(Timer::Line)), []);
    assert_eq!((app.model.net, wait(&app)), (Net::Unknown, None));
    app.pass(3600);
    assert_eq!(app.keys("Down"), [Effect::Knock]);
    app.reply(Reply::Knocked(Ok(profile())));
    assert_eq!(app.model.net, Net::Online);
}

#[test]
fn who_fills_in_a_sale_knows_whether_it_can_go_out() {
    let mut app = began();
    app.reply(Reply::Knocked(Ok(profile())));
    app.go_to_last_step();
    assert_eq!(app.model.screen, Screen::Delivery);
    let mut knocks = 0;
    for second in 1..=120 {
        app.pass(1);
        let asked = app.text("a").contains(&Effect::Knock);
        if asked {
            knocks += 1;
            app.reply(Reply::Knocked(if second < 90 { Ok(profile()) } else { Err(no_route()) }));
        }
    }
    assert_eq!(app.model.net, Net::Offline);
    assert!((4..=8).contains(&knocks), "{knocks} in two minutes");
}

#[test]
fn a_clock_that_is_set_back_does_not_put_it_off() {
    let mut app = began();
    app.reply(Reply::Net(Net::Offline));
    app.pass(-3600);
    app.send(Msg::Resized(90, 30));
    app.reply(dashboard(&[]));
    assert!(wait(&app).is_some_and(|wait| wait <= 7), "{:?}", wait(&app));
}
