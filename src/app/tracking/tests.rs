use super::*;
use crate::app::msg::{DashboardNews, Msg, Reply, Seen};
use crate::app::testing::{App, entry, id, link, then};
use crate::domain::cause::{BadLink, Cause, Flaw};
use crate::domain::link::LinkState;
use crate::ports::{FaultKind, LedgerError, LinkRow, Overdue};

fn dashboard(links: &[Link], outbox: Vec<OutboxEntry>) -> Reply {
    let rows: Vec<LinkRow> = links.iter().map(LinkRow::from).collect();
    let unsettled = rows.iter().filter(|r| !r.settled()).cloned().collect();
    Reply::Dashboard(Box::new(DashboardNews { rows, unsettled, outbox, ..DashboardNews::default() }))
}

fn wakes(effects: &[Effect], timer: Timer) -> bool {
    effects.iter().any(|e| matches!(e, Effect::Wake(t, _) if *t == timer))
}

fn asks(effects: &[Effect]) -> bool {
    effects.iter().any(|e| matches!(e, Effect::Track { .. }))
}

#[test]
fn nothing_pending_no_timer() {
    let mut app = App::new();
    let effects =
        app.reply(dashboard(&[link(1, LinkState::Captured), link(2, LinkState::Expired)], Vec::new()));
    assert_eq!(effects, []);
    let tracking = &app.model.tracking;
    assert_eq!((tracking.wake, tracking.outbox_wake, tracking.clock_wake), (None, None, None));
    assert_eq!(app.keys("Down Up"), []);
}

#[test]
fn a_link_whose_time_is_over_is_followed_for_a_day() {
    let mut app = App::new();
    let mut open = link(1, LinkState::Open);
    open.expires_at = app.now.at.saturating_add(SignedDuration::from_mins(1)).unwrap();
    app.reply(dashboard(std::slice::from_ref(&open), Vec::new()));
    let tracked = |link: &Link| Reply::Tracked {
        changed: vec![link.clone()],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    };
    let ended = then(&open, LinkState::Expired);
    let effects = app.reply(tracked(&ended));
    assert!(wakes(&effects, Timer::Track), "it isn't forgotten");
    app.pass(11 * 60);
    assert!(asks(&app.send(Msg::Due(Timer::Track))));
    let effects = app.reply(tracked(&then(&ended, LinkState::Opened)));
    assert!(wakes(&effects, Timer::Track));
    app.reply(tracked(&then(&ended, LinkState::Expired)));
    app.pass(24 * 3600);
    let effects = app.send(Msg::Due(Timer::Track));
    assert!(!asks(&effects) && !wakes(&effects, Timer::Track), "{effects:?}");
    assert_eq!(app.model.tracking.rows, []);
}

#[test]
fn a_try_to_pay_that_failed_is_followed_and_a_payment_that_failed_is_not() {
    for (payment, followed) in [(None, true), (Some("P1".to_owned()), false)] {
        let mut app = App::new();
        let open = link(1, LinkState::Open);
        app.reply(dashboard(std::slice::from_ref(&open), Vec::new()));
        let failed = Link { transaction_id: payment, ..then(&open, LinkState::Failed) };
        let effects = app.reply(Reply::Tracked {
            changed: vec![failed],
            gone: Vec::new(),
            there: Vec::new(),
            fault: None,
            skew: 0,
            requests: 1,
        });
        assert_eq!(wakes(&effects, Timer::Track), followed);
        assert_eq!(app.model.tracking.rows.len(), usize::from(followed));
    }
}

#[test]
fn what_another_process_changed_is_read_and_nothing_is_awaited() {
    let mut app = App::new();
    assert_eq!(app.send(Msg::LedgerChanged), [Effect::LoadDashboard], "nothing was seen yet");
    app.reply(dashboard(&[], Vec::new()));
    let seen = Seen { version: 7, today: app.now.at };
    app.reply(Reply::Dashboard(Box::new(DashboardNews { seen: Some(seen), ..DashboardNews::default() })));
    assert_eq!(app.send(Msg::LedgerChanged), [Effect::LoadIfChanged(seen)]);
}

#[test]
fn a_live_link_is_asked_about_until_it_is_settled() {
    let mut app = App::new();
    let open = link(1, LinkState::Open);
    let effects = app.reply(dashboard(std::slice::from_ref(&open), Vec::new()));
    assert!(asks(&effects) && wakes(&effects, Timer::Track));
    assert!(app.model.tracking.asking);
    assert!(!asks(&app.send(Msg::Due(Timer::Track))), "one round at a time");
    let effects = app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    assert!(wakes(&effects, Timer::Track));
    assert_eq!(app.model.net, Net::Online);
    app.pass(15);
    assert!(asks(&app.send(Msg::Due(Timer::Track))));
    let paid = then(&open, LinkState::Captured);
    let effects = app.reply(Reply::Tracked {
        changed: vec![paid],
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    assert!(effects.contains(&Effect::Unwake(Timer::Track)));
}

#[test]
fn the_open_link_screen_asks_at_once_and_counts_by_the_minute() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Opened)], Vec::new()));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    let mut effects = app.keys("Enter");
    effects.extend(app.reply(Reply::Link(Box::new(link(1, LinkState::Opened)), Vec::new())));
    assert!(effects.iter().any(|e| matches!(e, Effect::Track { singles, .. } if singles == &[id(1)])));
    let at = "2026-11-22T12:42:00Z".parse().unwrap();
    assert!(effects.contains(&Effect::Wake(Timer::Clock, at)));
    app.now.at = at;
    let effects = app.send(Msg::Due(Timer::Clock));
    assert!(effects.contains(&Effect::Wake(Timer::Clock, "2026-11-22T12:43:00Z".parse().unwrap())));
    assert!(app.keys("Esc").contains(&Effect::Unwake(Timer::Clock)));
}

#[test]
fn the_outbox_wakes_when_it_is_due() {
    let mut app = App::new();
    let effects = app.reply(dashboard(&[], vec![entry(1, false)]));
    assert!(effects.contains(&Effect::Wake(Timer::Outbox, entry(1, false).next_at)));
    app.pass(60);
    let effects = app.send(Msg::Due(Timer::Outbox));
    assert!(effects.contains(&Effect::Flush(None)));
    assert!(wakes(&effects, Timer::Outbox), "its sender may die");
    let again = app.model.tracking.outbox_wake.unwrap();
    assert!(again.duration_since(app.now.at).as_secs() >= 5, "no tight circle");
    let effects = app.reply(dashboard(&[], Vec::new()));
    assert!(effects.contains(&Effect::Unwake(Timer::Outbox)));
    let effects = app.reply(dashboard(&[], vec![entry(1, true)]));
    assert!(wakes(&effects, Timer::Outbox), "it may turn up while the seller thinks");
    app.reply(dashboard(&[], Vec::new()));
    let late = OutboxEntry { overdue: Some(Overdue::Old), ..entry(1, true) };
    let effects = app.reply(dashboard(&[], vec![late]));
    assert!(wakes(&effects, Timer::Outbox), "a wrong clock may have made it late");
}

/// A process that died in the middle of sending left it so: the next one finds out at once what became of it.
#[test]
fn what_was_on_its_way_at_the_start_is_looked_at_at_once() {
    let mut app = App::new();
    app.pass(60);
    let left = OutboxEntry { in_flight: true, ..entry(1, false) };
    app.reply(dashboard(&[], vec![left.clone()]));
    let wake = app.model.tracking.outbox_wake.unwrap();
    assert!(wake.duration_since(app.now.at).as_secs() <= 2, "{wake}");
    // Afterwards what is on its way is our own, or that of somebody who lives.
    app.pass(2);
    app.send(Msg::Due(Timer::Outbox));
    app.reply(dashboard(&[], vec![left]));
    let wake = app.model.tracking.outbox_wake.unwrap();
    assert!(wake.duration_since(app.now.at).as_secs() > 20, "{wake}");
}

/// The first sale of a window is sent by itself: nobody else is to look after it at once.
#[test]
fn the_own_first_sale_is_left_alone() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Enter");
    assert!(app.model.tracking.flushed_at.is_some());
    let own = OutboxEntry { next_at: app.now.at, in_flight: true, ..entry(1, false) };
    app.reply(dashboard(&[link(1, LinkState::Creating)], vec![own]));
    let wake = app.model.tracking.outbox_wake.unwrap();
    assert!(wake.duration_since(app.now.at).as_secs() > 20, "{wake}");
}

#[test]
fn back_online_what_waits_is_sent() {
    let mut app = App::new();
    app.reply(dashboard(&[], vec![entry(1, false)]));
    assert!(!app.reply(Reply::Net(Net::Offline)).contains(&Effect::Flush(None)));
    assert!(app.reply(Reply::Net(Net::Online)).contains(&Effect::Flush(None)));
    assert!(!app.reply(Reply::Net(Net::Online)).contains(&Effect::Flush(None)));
}

#[test]
fn offline_what_waits_is_tried_every_few_seconds() {
    let mut app = App::new();
    let due = OutboxEntry { next_at: app.now.at, ..entry(1, false) };
    app.reply(dashboard(&[], vec![due.clone()]));
    app.reply(Reply::Net(Net::Offline));
    app.pass(1);
    assert!(app.send(Msg::Due(Timer::Outbox)).contains(&Effect::Flush(None)));
    app.reply(dashboard(&[], vec![due]));
    let wait = app.model.tracking.outbox_wake.unwrap().duration_since(app.now.at);
    assert!((6..=10).contains(&wait.as_secs()), "{wait:#}");
    assert!(!app.keys("Down").contains(&Effect::Knock), "that tells it");
}

fn no_news() -> Reply {
    brings(Vec::new())
}

fn brings(changed: Vec<Link>) -> Reply {
    Reply::Tracked { changed, gone: Vec::new(), there: Vec::new(), fault: None, skew: 0, requests: 2 }
}

/// What is only reserved somebody may capture elsewhere: whoever has the link on screen sees it, for as long as somebody
/// is there.
#[test]
fn reserved_money_on_screen_is_watched_while_somebody_is_there() {
    let mut reserved = link(1, LinkState::Authorized);
    reserved.sale.auto_capture = false;
    let mut app = App::new();
    app.reply(dashboard(std::slice::from_ref(&reserved), Vec::new()));
    assert_eq!(app.model.tracking.wake, None, "in a list it is settled");
    app.keys("Enter");
    let effects = app.reply(Reply::Link(Box::new(reserved.clone()), Vec::new()));
    let look = Effect::Track { batch: Vec::new(), singles: vec![id(1)] };
    assert!(effects.contains(&look), "{effects:?}");
    let again = |app: &mut App| {
        app.reply(no_news());
        let wait = app.model.tracking.wake.map(|at| at.duration_since(app.now.at).as_secs());
        assert!(wait.is_some_and(|wait| wait <= 2), "seen within three seconds: {wait:?}");
        app.pass(2);
        assert!(app.send(Msg::Due(Timer::Track)).contains(&look));
    };
    for _ in 0..5 {
        again(&mut app);
    }
    // Nobody is there: nothing to do, until somebody is.
    app.reply(no_news());
    app.pass(10 * 60);
    assert!(!asks(&app.send(Msg::Due(Timer::Track))));
    assert_eq!((app.model.tracking.wake, app.model.tracking.asking), (None, false));
    assert!(app.keys("Down").contains(&look));
    again(&mut app);
    // Captured elsewhere it is shown, and nothing is left to be asked.
    let captured = then(&reserved, LinkState::Captured);
    app.reply(brings(vec![captured]));
    assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().state, LinkState::Captured);
    assert_eq!((app.model.tracking.wake, app.keys("Down").contains(&look)), (None, false));
}

/// A part that was taken leaves the rest; a payment that is taken or given back as a whole leaves nothing to watch.
#[test]
fn only_what_is_reserved_is_watched() {
    for (state, watched) in [
        (LinkState::Authorized, true),
        (LinkState::PartiallyCaptured, true),
        (LinkState::Captured, false),
        (LinkState::Refunded, false),
        (LinkState::Voided, false),
        (LinkState::Cancelled, false),
    ] {
        let mut paid = link(1, state);
        paid.sale.auto_capture = false;
        let mut app = App::new();
        app.reply(dashboard(std::slice::from_ref(&paid), Vec::new()));
        app.keys("Enter");
        let effects = app.reply(Reply::Link(Box::new(paid), Vec::new()));
        assert_eq!(asks(&effects), watched, "{state:?}");
        app.reply(no_news());
        app.keys("Esc");
        app.pass(30);
        assert!(!asks(&app.send(Msg::Due(Timer::Track))), "{state:?}: not on screen any more");
    }
}

/// Nothing is claimed until somebody has seen to the account: that is no reason to try every few seconds.
#[test]
fn signed_out_what_waits_is_left_alone_for_a_while() {
    let mut app = App::new();
    let due = OutboxEntry { next_at: app.now.at, ..entry(1, false) };
    app.reply(dashboard(&[], vec![due.clone()]));
    app.reply(Reply::Profile(Err(Fault::new(FaultKind::NotSignedIn, Cause::theirs("401")))));
    app.pass(1);
    assert!(app.send(Msg::Due(Timer::Outbox)).contains(&Effect::Flush(None)));
    app.reply(dashboard(&[], vec![due]));
    let wait = app.model.tracking.outbox_wake.unwrap().duration_since(app.now.at);
    assert_eq!(wait.as_secs(), 300);
    // By hand at once, and once somebody has signed in.
    assert!(app.keys("s").contains(&Effect::SendAll));
    assert!(app.reply(Reply::Net(Net::Online)).contains(&Effect::Flush(None)));
    // With nothing that waits or is followed a key finds that out.
    app.reply(dashboard(&[], Vec::new()));
    app.reply(Reply::Net(Net::SignedOut));
    assert_eq!(app.keys("Down"), [Effect::Knock]);
}

/// The word of a sign-in at another terminal is a reason to try anew, and nothing else that changes in the ledger is.
#[test]
fn signed_out_it_tries_anew_once_somebody_signed_in_elsewhere() {
    let mut app = App::new();
    let told = |app: &App, word: Option<&str>| {
        let seen = Some(Seen { version: 7, today: app.now.at });
        let signed_in = word.map(str::to_owned);
        Reply::Dashboard(Box::new(DashboardNews { seen, signed_in, ..DashboardNews::default() }))
    };
    let refused = || Fault::new(FaultKind::NotSignedIn, Cause::theirs("401"));
    app.reply(Reply::Profile(Err(refused())));
    let news = told(&app, Some("1"));
    assert_eq!(app.reply(news), [], "it was so before");
    let news = told(&app, Some("1"));
    assert_eq!(app.reply(news), [], "another change");
    let news = told(&app, Some("2"));
    assert_eq!(app.reply(news.clone()), [Effect::SignIn]);
    assert_eq!(app.reply(news), [], "once");
    assert_eq!(app.reply(Reply::SignedIn(Err(refused()))), []);
    assert_eq!(app.model.net, Net::SignedOut);
    let news = told(&app, Some("3"));
    assert_eq!(app.reply(news), [Effect::SignIn]);
    assert!(app.reply(Reply::SignedIn(Ok(()))).contains(&Effect::LoadProfile));
    assert_eq!(app.model.net, Net::Online);
    let news = told(&app, Some("4"));
    assert_eq!(app.reply(news), [], "signed in");
}

/// Behind a hotspot's page nobody is online, and it is told apart from having no network.
#[test]
fn a_network_that_answers_for_itself_is_no_way_to_the_backend() {
    let certificate = |flaw| Fault::new(FaultKind::Untrusted, Cause::at("x", Cause::Certificate(flaw)));
    let page = Fault {
        status: Some(302),
        ..Fault::new(FaultKind::NotSent, Cause::SigningIn(Box::new(Cause::Elsewhere(302))))
    };
    for (fault, net) in [
        (certificate(Flaw::UnknownIssuer), Net::SignInPage),
        (page, Net::SignInPage),
        (certificate(Flaw::Expired), Net::Certificate),
    ] {
        let mut app = App::new();
        let due = OutboxEntry { next_at: app.now.at, ..entry(1, false) };
        app.reply(dashboard(&[], vec![due.clone()]));
        app.reply(Reply::Profile(Err(fault)));
        assert_eq!(app.model.net, net);
        // What waits is tried every few seconds, and goes with the first answer.
        app.pass(1);
        assert!(app.send(Msg::Due(Timer::Outbox)).contains(&Effect::Flush(None)), "{net:?}");
        app.reply(dashboard(&[], vec![due]));
        let wait = app.model.tracking.outbox_wake.unwrap().duration_since(app.now.at);
        assert!((6..=10).contains(&wait.as_secs()), "{net:?}: {wait:#}");
        assert!(app.reply(Reply::Net(Net::Online)).contains(&Effect::Flush(None)), "{net:?}");
        // With nothing that waits a key finds out.
        app.reply(dashboard(&[], Vec::new()));
        app.reply(Reply::Net(net));
        assert_eq!(app.keys("Down"), [Effect::Knock], "{net:?}");
    }
    // The backend has answered, though not well.
    let mut app = App::new();
    let foreign = Fault {
        session_id: Some("T12345678.x".to_owned()),
        ..Fault::new(FaultKind::Untrusted, Cause::Untrusted(BadLink::ForeignHost))
    };
    app.reply(Reply::Profile(Err(foreign)));
    assert_eq!(app.model.net, Net::Online);
}

#[test]
fn faults_tell_about_the_network_and_slow_the_pace() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Open)], Vec::new()));
    let fault = Fault::new(FaultKind::NotSent, Cause::theirs("no route"));
    let effects = app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: Some(fault),
        skew: 0,
        requests: 1,
    });
    assert_eq!(app.model.net, Net::Offline);
    assert!(wakes(&effects, Timer::Track) && !asks(&effects));
    let fault = Fault { status: Some(429), ..Fault::new(FaultKind::NotSent, Cause::theirs("slow down")) };
    app.model.tracking.asking = true;
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: Some(fault),
        skew: 120,
        requests: 1,
    });
    assert_eq!((app.model.net, app.model.clock_off_by), (Net::Online, Some(120)));
    let fault = Fault::new(FaultKind::NotSignedIn, Cause::theirs("401"));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: Some(fault),
        skew: 1,
        requests: 1,
    });
    assert_eq!((app.model.net, app.model.clock_off_by), (Net::SignedOut, None));
}

#[test]
fn after_a_played_customer_it_looks_at_once() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Open)], Vec::new()));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    app.keys("Enter");
    app.reply(Reply::Link(Box::new(link(1, LinkState::Open)), Vec::new()));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    let effects = app.reply(Reply::Played(Ok(())));
    assert!(effects.iter().any(|e| matches!(e, Effect::Track { singles, .. } if singles == &[id(1)])));
}

#[test]
fn a_ledger_that_fails_does_not_end_the_rounds() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Open)], Vec::new()));
    assert!(app.model.tracking.asking);
    let effects = app
        .reply(Reply::LedgerTrouble(crate::app::msg::Failed::Round, LedgerError::Database("locked".into())));
    assert!(!asks(&effects), "not in a circle");
    assert!(!app.model.tracking.asking, "that one is over");
    app.now.at = app.model.tracking.wake.unwrap();
    app.send(Msg::Due(Timer::Track));
    app.pass(60);
    assert!(app.model.tracking.asking || asks(&app.send(Msg::Due(Timer::Track))));
}

#[test]
fn links_of_another_process_are_seen_at_the_next_look() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Open)], Vec::new()));
    let effects = app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    assert!(effects.contains(&Effect::LoadDashboard));
    // What was seen is read again only if it has changed.
    let seen = Seen { version: 7, today: app.now.at };
    let news = DashboardNews { seen: Some(seen), ..DashboardNews::default() };
    app.reply(Reply::Dashboard(Box::new(news)));
    let effects = app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 1,
    });
    assert!(effects.contains(&Effect::LoadIfChanged(seen)) && !effects.contains(&Effect::LoadDashboard));
    app.reply(dashboard(&[], Vec::new()));
    assert!(app.keys("s").contains(&Effect::LoadDashboard), "also with nothing to follow here");
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut app = App::new();
    let late = OutboxEntry { next_at: app.now.at, since: app.now.at, ..entry(2, false) };
    app.reply(dashboard(&[link(1, LinkState::Open)], vec![late.clone()]));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 0,
    });
    app.pass(15);
    app.send(Msg::Due(Timer::Outbox));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 0,
        requests: 0,
    });
    app.pass(-86_400);
    app.send(Msg::Due(Timer::Track));
    app.reply(dashboard(&[link(1, LinkState::Open)], vec![late]));
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: None,
        skew: 86_400,
        requests: 0,
    });
    let soon = app.now.at.saturating_add(SignedDuration::from_secs(60)).unwrap();
    let tracking = &app.model.tracking;
    assert!(tracking.asking || tracking.wake.is_some_and(|at| at < soon), "{tracking:?}");
    assert!(tracking.outbox_wake.is_some_and(|at| at < soon), "{tracking:?}");
    app.pass(15);
    assert!(app.model.tracking.asking || asks(&app.send(Msg::Due(Timer::Track))));
}

#[test]
fn a_backend_that_asks_for_patience_gets_it_from_a_clock_that_was_set_back_too() {
    let mut app = App::new();
    app.reply(dashboard(&[link(1, LinkState::Open)], Vec::new()));
    let slow_down = Fault {
        retry_after: Some(std::time::Duration::from_secs(40)),
        ..Fault::new(FaultKind::NotSent, Cause::theirs("slow"))
    };
    app.reply(Reply::Tracked {
        changed: Vec::new(),
        gone: Vec::new(),
        there: Vec::new(),
        fault: Some(slow_down),
        skew: 0,
        requests: 0,
    });
    app.pass(-86_400);
    assert!(!asks(&app.send(Msg::Due(Timer::Track))), "not yet");
    app.pass(41);
    assert!(asks(&app.send(Msg::Due(Timer::Track))));
}

#[test]
fn what_the_backend_does_not_know_any_more_is_remembered_until_it_does() {
    let mut app = App::new();
    let told = |gone: &[u128], there: &[u128]| Reply::Tracked {
        changed: Vec::new(),
        gone: gone.iter().map(|n| id(*n)).collect(),
        there: there.iter().map(|n| id(*n)).collect(),
        fault: None,
        skew: 0,
        requests: 1,
    };
    app.reply(told(&[1, 2], &[3]));
    assert_eq!(app.model.tracking.gone.iter().copied().collect::<Vec<_>>(), [id(1), id(2)]);
    // A round that asked about neither tells nothing of them.
    app.reply(told(&[], &[3]));
    assert_eq!(app.model.tracking.gone.len(), 2);
    app.reply(told(&[], &[2]));
    assert_eq!(app.model.tracking.gone.iter().copied().collect::<Vec<_>>(), [id(1)]);
    // What can't be read is told by a backend that knows the link. It counts as reached.
    app.reply(Reply::Strange(vec![id(1), id(4)]));
    app.reply(told(&[], &[3]));
    let tracking = &app.model.tracking;
    assert_eq!((tracking.gone.len(), tracking.strange.len(), app.model.net), (0, 2, Net::Online));
    app.reply(told(&[], &[1, 4]));
    assert_eq!(app.model.tracking.strange.len(), 0);
}

/// What may have gone out is looked for when the screen says so, and not half a minute later.
#[test]
fn what_is_in_doubt_is_looked_for_when_it_was_told() {
    let mut app = App::new();
    let next_at = app.now.at + SignedDuration::from_secs(7);
    let doubt = OutboxEntry { next_at, in_flight: true, ..entry(1, false) };
    app.reply(dashboard(&[link(1, LinkState::Uncertain)], vec![doubt.clone()]));
    assert_eq!(app.model.tracking.outbox_wake, Some(next_at));
    // What is on its way is left alone for a while, once this process has sent something.
    let mut app = App::new();
    app.model.tracking.flushed_at = Some(app.now.at - SignedDuration::from_mins(1));
    let due = OutboxEntry { next_at: app.now.at, ..doubt };
    app.reply(dashboard(&[link(1, LinkState::Creating)], vec![due]));
    let wait = app.model.tracking.outbox_wake.unwrap().duration_since(app.now.at);
    assert_eq!(wait.as_secs(), 30);
}
