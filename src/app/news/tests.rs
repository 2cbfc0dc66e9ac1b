use jiff::SignedDuration;

use super::*;
use crate::app::model::Toast;
use crate::app::msg::{DashboardNews, Reply};
use crate::app::testing::{App, id, link, then, to_email};
use crate::domain::link::{EventKind, LinkEvent};

fn tracked(app: &mut App, link: &Link) -> Vec<Effect> {
    app.reply(Reply::Tracked {
        changed: vec![link.clone()],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    })
}

/// A link screen that shows `link`.
fn showing(link: &Link) -> App {
    let mut app = App::new();
    let mut turn = Turn { model: &mut app.model, now: &app.now, out: Vec::new() };
    crate::app::link_screen::open(&mut turn, link.id, Screen::Dashboard);
    app.reply(Reply::Link(Box::new(link.clone()), Vec::new()));
    app
}

#[test]
fn paid_is_said_loudly_and_once() {
    let open = link(1, LinkState::Open);
    let mut app = showing(&open);
    let opened = then(&open, LinkState::Opened);
    assert!(!tracked(&mut app, &opened).contains(&Effect::Bell));
    let authorized = then(&opened, LinkState::Authorized);
    assert!(!tracked(&mut app, &authorized).contains(&Effect::Bell), "it captures by itself: not yet");
    let paid = then(&authorized, LinkState::Captured);
    let effects = tracked(&mut app, &paid);
    assert_eq!(effects.iter().filter(|e| **e == Effect::Bell).count(), 1);
    assert!(effects.contains(&Effect::LoadDashboard));
    let toast = Toast { tone: Tone::Paid, say: Say::Paid { reference: "KARI-001".into(), more: 0 } };
    assert_eq!(app.model.toast, Some(toast));
    assert!(app.model.link.as_ref().unwrap().just_paid);
    assert!(app.model.tracking.rows.is_empty(), "nothing more to follow");
    assert!(!tracked(&mut app, &paid).contains(&Effect::Bell));
}

#[test]
fn older_news_do_not_undo_newer() {
    let open = link(1, LinkState::Open);
    let mut app = showing(&open);
    let paid = then(&then(&open, LinkState::Opened), LinkState::Captured);
    tracked(&mut app, &paid);
    app.reply(Reply::Link(Box::new(open), Vec::new()));
    assert_eq!(app.model.link.unwrap().link.unwrap().state, LinkState::Captured);
    assert_eq!(app.model.dashboard.rows[0].state, LinkState::Captured);
}

/// The moment of what waits is this machine's, that of what is made is the backend's.
#[test]
fn a_link_made_by_a_backend_whose_clock_is_behind_is_shown_at_once() {
    for ahead in [2, 600, 7200] {
        let made = then(&link(1, LinkState::Open), LinkState::Open);
        let mut creating = link(1, LinkState::Creating);
        (creating.url, creating.session_id) = (None, None);
        creating.changed_at = made.changed_at + SignedDuration::from_secs(ahead);
        let mut app = showing(&creating);
        app.model.link.as_mut().unwrap().deliver = true;
        let effects = app.reply(Reply::Sent(Box::new(made.clone()), None));
        assert!(effects.iter().any(|e| matches!(e, Effect::Copy(_))), "{ahead}");
        assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().state, LinkState::Open);
        assert_eq!(app.model.dashboard.rows[0].state, LinkState::Open);
        // And what was read before it was made changes nothing any more.
        app.reply(Reply::Link(Box::new(creating), Vec::new()));
        assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().state, LinkState::Open);
        assert_eq!(app.model.dashboard.rows[0].state, LinkState::Open);
    }
}

/// The opening was told before the payment was begun.
#[test]
fn a_customer_who_leaves_the_payment_is_seen_to_have_left() {
    let opened = then(&link(1, LinkState::Open), LinkState::Opened);
    let mut paying = opened.clone();
    paying.state = LinkState::Paying;
    paying.changed_at = opened.changed_at + SignedDuration::from_secs(30);
    let mut app = showing(&paying);
    tracked(&mut app, &opened);
    assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().state, LinkState::Opened);
    assert_eq!(app.model.tracking.rows[0].state, LinkState::Opened);
}

/// A payment in the last minute is told with a moment before the end.
#[test]
fn a_payment_that_is_told_after_the_end_is_seen() {
    let mut expired = then(&link(1, LinkState::Open), LinkState::Expired);
    let paid = then(&then(&expired, LinkState::Authorized), LinkState::Captured);
    expired.changed_at = paid.changed_at + SignedDuration::from_secs(60);
    let mut app = showing(&expired);
    let effects = tracked(&mut app, &paid);
    assert!(effects.contains(&Effect::Bell));
    assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().state, LinkState::Captured);
    assert_eq!(app.model.dashboard.rows[0].state, LinkState::Captured);
}

#[test]
fn another_end_is_told_without_a_bell() {
    let open = link(1, LinkState::Open);
    let mut app = showing(&open);
    let effects = tracked(&mut app, &then(&open, LinkState::Declined));
    assert!(!effects.contains(&Effect::Bell));
    assert!(matches!(
        &app.model.toast,
        Some(Toast { say: Say::Ended { state: LinkState::Declined, .. }, .. })
    ));
}

/// A link just made for which the answer of the backend comes.
fn just_made(link: &Link, screen: Screen) -> (App, Vec<Effect>) {
    let mut queued = link.clone();
    queued.url = None;
    queued.session_id = None;
    queued.state = LinkState::Creating;
    let mut app = showing(&queued);
    app.model.link.as_mut().unwrap().deliver = true;
    app.model.screen = screen;
    let effects = app.reply(Reply::Sent(Box::new(then(link, LinkState::Open)), None));
    (app, effects)
}

#[test]
fn a_link_just_made_is_copied_and_a_mail_is_opened() {
    let (mut app, effects) = just_made(&link(1, LinkState::Open), Screen::Link);
    let copies = |effects: &[Effect]| effects.iter().filter(|e| matches!(e, Effect::Copy(_))).count();
    assert_eq!(copies(&effects), 1);
    let again = then(&then(&link(1, LinkState::Open), LinkState::Open), LinkState::Opened);
    assert_eq!(copies(&tracked(&mut app, &again)), 0, "once");
    let (_, effects) = just_made(&to_email(link(1, LinkState::Open)), Screen::QrFull);
    assert!(effects.contains(&Effect::OpenMail(id(1))));
}

#[test]
fn a_mail_program_never_opens_over_another_sale() {
    let (app, effects) = just_made(&to_email(link(1, LinkState::Open)), Screen::Products);
    assert!(!effects.contains(&Effect::OpenMail(id(1))));
    assert!(matches!(&app.model.toast, Some(Toast { say: Say::MailWaits { .. }, .. })));
}

/// Each of the three tells by itself that news is older than what is known.
#[test]
fn what_was_read_before_is_told_by_what_it_does_not_know() {
    let open = link(1, LinkState::Open);
    let row = |link: &Link| LinkRow::from(link);
    // A session that was made is not unmade, whatever this machine's clock said when it was written down.
    let mut waits = link(1, LinkState::Queued);
    (waits.session_id, waits.url) = (None, None);
    waits.changed_at = open.changed_at + SignedDuration::from_hours(1);
    assert!(older(&row(&waits), &row(&open)) && !older(&row(&open), &row(&waits)));
    // Money that was paid does not vanish.
    let paid = then(&open, LinkState::Captured);
    let mut before = then(&open, LinkState::Opened);
    before.changed_at = paid.changed_at + SignedDuration::from_hours(1);
    assert!(older(&row(&before), &row(&paid)) && !older(&row(&paid), &row(&before)));
    // A story only grows.
    let mut grown = then(&open, LinkState::Opened);
    let at = grown.changed_at;
    grown.record(LinkEvent { at, kind: EventKind::AddressGiven, detail: None, key: None });
    let mut shorter = then(&open, LinkState::Opened);
    shorter.changed_at = at;
    assert!(older_link(&shorter, &grown) && !older_link(&grown, &shorter));
}

/// Whoever types the next sale has his eyes elsewhere: that one is paid stays for a moment, and none is lost with the next.
#[test]
fn that_a_link_is_paid_is_read_while_somebody_types() {
    let (first, second) = (link(1, LinkState::Opened), link(2, LinkState::Opened));
    let mut app = App::new();
    let rows: Vec<LinkRow> = [&first, &second].into_iter().map(LinkRow::from).collect();
    let news = DashboardNews { unsettled: rows.clone(), rows, ..DashboardNews::default() };
    app.reply(Reply::Dashboard(Box::new(news)));
    app.go_to_last_step();
    for paid in [&first, &second] {
        tracked(&mut app, &then(paid, LinkState::Captured));
    }
    app.text("123");
    let said = app.model.toast.as_ref().map(|toast| toast.say.clone());
    assert_eq!(said, Some(Say::Paid { reference: "KARI-002".into(), more: 1 }));
    app.pass(3);
    app.text("4");
    assert_eq!(app.model.toast, None);
}

/// What comes in the same round, or of a key that is pressed in that moment, takes neither the word nor the count away.
/// What went wrong does.
#[test]
fn that_a_link_is_paid_is_read_whatever_else_is_said() {
    let [first, second, other] = [1, 2, 3].map(|n| link(n, LinkState::Opened));
    let mut app = App::new();
    let rows: Vec<LinkRow> = [&first, &second, &other].into_iter().map(LinkRow::from).collect();
    let news = DashboardNews { unsettled: rows.clone(), rows, ..DashboardNews::default() };
    app.reply(Reply::Dashboard(Box::new(news)));
    let said = |app: &App| app.model.toast.as_ref().map(|toast| toast.say.clone());
    let paid = |reference: &str, more| Some(Say::Paid { reference: reference.into(), more });
    app.reply(Reply::Tracked {
        changed: vec![then(&first, LinkState::Captured), then(&other, LinkState::Declined)],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    app.reply(Reply::Copied(true));
    assert_eq!(said(&app), paid("KARI-001", 0));
    tracked(&mut app, &then(&second, LinkState::Captured));
    assert_eq!(said(&app), paid("KARI-002", 1), "none is lost with the next");
    let mut turn = Turn { model: &mut app.model, now: &app.now, out: Vec::new() };
    turn.say(Tone::Error, Say::SignedOut);
    assert_eq!(said(&app), Some(Say::SignedOut));
    // And what is told nowhere else: that something went out which was not to.
    let mut turn = Turn { model: &mut app.model, now: &app.now, out: Vec::new() };
    turn.say(Tone::Paid, Say::Paid { reference: "KARI-002".into(), more: 0 });
    turn.say(Tone::Warning, Say::WentOut { reference: "KARI-003".into() });
    assert_eq!(said(&app), Some(Say::WentOut { reference: "KARI-003".into() }));
    // And after that moment all is said as ever.
    let mut turn = Turn { model: &mut app.model, now: &app.now, out: Vec::new() };
    turn.say(Tone::Paid, Say::Paid { reference: "KARI-002".into(), more: 0 });
    app.pass(3);
    app.reply(Reply::Copied(true));
    assert_ne!(said(&app), paid("KARI-002", 0));
}
