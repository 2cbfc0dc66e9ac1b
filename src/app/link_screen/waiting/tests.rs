use super::*;
use crate::app::keys::{self, Context};
use crate::app::model::Screen;
use crate::app::msg::Reply;
use crate::app::testing::{App, entry, id, link, noon};
use crate::app::{available, drops_what_waits, help, something_to_send};
use crate::domain::cause::{Cause, Plain};
use crate::domain::fault::FaultKind;
use crate::domain::link::LinkState;
use crate::domain::money::{Currency, Money};
use crate::ports::{Fault, MoneyOrder, MoneySent, OrderId};

/// What was asked of a link's money, or that it is to be withdrawn; not sent yet.
fn waits(kind: OutboxKind) -> OutboxEntry {
    let order = MoneyOrder { id: order_id(), ..MoneyOrder::default() };
    OutboxEntry { kind, order: kind.moves_money().then_some(order), ..entry(1, false) }
}

fn order_id() -> OrderId {
    OrderId(uuid::Uuid::from_u128(77))
}

fn sent(accepted: bool) -> MoneySent {
    MoneySent {
        reference: String::new(),
        at: noon(),
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen: None,
        accepted,
    }
}

/// The same, after a request for it went out.
fn went_out(kind: OutboxKind, accepted: bool) -> OutboxEntry {
    let order = MoneyOrder { id: order_id(), sent: Some(sent(accepted)), ..MoneyOrder::default() };
    OutboxEntry { order: Some(order), ..waits(kind) }
}

fn showing(state: LinkState, outbox: Vec<OutboxEntry>) -> App {
    let mut app = App::new();
    app.model.screen = Screen::Link;
    let link = link(1, state);
    app.model.link = Some(crate::app::model::LinkScreen::of(link.id));
    app.reply(Reply::Link(Box::new(link), outbox));
    app
}

fn asked(app: &App) -> Option<(OutboxKind, Stands)> {
    match &app.model.overlay {
        Some(Overlay::Confirm(Question::Drop(_, reference, what, _))) => {
            assert_eq!(reference, "KARI-001");
            Some((what.kind, what.stands))
        }
        _ => None,
    }
}

fn said(app: &App) -> Option<(OutboxKind, WaitEnd)> {
    match app.model.toast.as_ref().map(|toast| &toast.say) {
        Some(Say::Waited { waited, .. }) => Some((waited.kind, waited.end)),
        _ => None,
    }
}

fn footer_has(app: &App, action: Action) -> bool {
    keys::footer(&app.model, Context::Link).any(|b| b.action == action)
}

fn help_has(app: &App, action: Action) -> bool {
    help::rows(&app.model)
        .iter()
        .any(|row| matches!(row, help::Row::Keys(b) if b.context == Context::Link && b.action == action))
}

#[test]
fn whatever_waits_is_sent_or_dropped() {
    for (kind, state) in [
        (OutboxKind::Capture, LinkState::Authorized),
        (OutboxKind::Void, LinkState::Authorized),
        (OutboxKind::Refund, LinkState::Captured),
        (OutboxKind::Cancel, LinkState::Open),
        (OutboxKind::Cancel, LinkState::Refused),
    ] {
        let mut app = showing(state, vec![waits(kind)]);
        for action in [Action::SendNow, Action::Cancel] {
            assert!(available(&app.model, action) && footer_has(&app, action), "{kind:?} {action:?}");
        }
        assert!(something_to_send(&app.model) && drops_what_waits(&app.model));
        let order = waits(kind).order.map(|o| o.id).unwrap_or_default();
        assert_eq!(app.keys("x"), [], "asked first");
        assert_eq!(asked(&app), Some((kind, Stands::NotSent)));
        assert_eq!(app.keys("n"), []);
        assert_eq!(app.keys("x y"), [Effect::Drop(id(1), vec![(kind, order)])]);
        // Until the answer is there, neither key does anything.
        assert_eq!(app.keys("s x"), []);
        assert_eq!(app.model.overlay, None);
        let waited = Waited { kind, end: WaitEnd::Dropped, fault: None, also: Vec::new() };
        let effects = app.reply(Reply::Waited(Box::new(link(1, state)), waited));
        assert!(effects.contains(&Effect::LoadLink(id(1))) && effects.contains(&Effect::LoadDashboard));
        assert_eq!(said(&app), Some((kind, WaitEnd::Dropped)));

        let mut app = showing(state, vec![waits(kind)]);
        assert_eq!(app.keys("s"), [Effect::SendWaiting(id(1), kind)]);
        assert_eq!(app.keys("s x"), [], "it is under way");
    }
}

/// With nothing that waits the keys are what they were.
#[test]
fn without_anything_that_waits_the_link_itself_is_cancelled() {
    let mut app = showing(LinkState::Open, Vec::new());
    assert!(!drops_what_waits(&app.model) && !something_to_send(&app.model));
    assert_eq!(app.keys("x y"), [Effect::Cancel(id(1))]);
    let app = showing(LinkState::Captured, Vec::new());
    assert!(!footer_has(&app, Action::SendNow) && !footer_has(&app, Action::Cancel));
    assert!(!help_has(&app, Action::Cancel) && !help_has(&app, Action::Change));
    let look = OutboxEntry { kind: OutboxKind::Look, ..entry(1, false) };
    let mut app = showing(LinkState::Cancelled, vec![look]);
    assert!(!footer_has(&app, Action::Cancel), "nobody asked for a search, and it is not dropped");
    assert_eq!(app.keys("x"), []);
    assert_eq!(app.model.overlay, None);
}

/// A link that may not even be made is given up as a whole, with all that was asked for it.
#[test]
fn a_link_that_is_still_to_be_made_comes_first() {
    let all = vec![entry(1, false), waits(OutboxKind::Cancel)];
    let mut app = showing(LinkState::Uncertain, all);
    assert!(!drops_what_waits(&app.model));
    app.keys("x");
    assert!(matches!(app.model.overlay, Some(Overlay::Confirm(Question::GiveUp(..)))));
    assert_eq!(app.keys("n s"), [Effect::Flush(Some(id(1)))]);
}

#[test]
fn the_question_tells_how_it_stands() {
    use OutboxKind::{Cancel, Capture, Refund};
    let no_end = |kind| OutboxEntry {
        last_error: Some(Cause::Plain(Plain::NoEndYet).to_string()),
        ..went_out(kind, true)
    };
    let claimed = OutboxEntry { in_flight: true, attempts: 3, ..waits(Capture) };
    for (entry, stands) in [
        (waits(Capture), Stands::NotSent),
        // Looked at, and cut off before anything went out.
        (claimed, Stands::NotSent),
        (went_out(Refund, false), Stands::Perhaps),
        (went_out(Cancel, false), Stands::Perhaps),
        (no_end(Refund), Stands::NoEnd),
        (OutboxEntry { order: None, ..waits(Refund) }, Stands::Unreadable),
    ] {
        let kind = entry.kind;
        let mut app = showing(LinkState::Captured, vec![entry]);
        assert!(footer_has(&app, Action::Cancel) && help_has(&app, Action::Cancel));
        app.keys("x");
        assert_eq!(asked(&app), Some((kind, stands)));
    }
    let part = Money::new(2000, Currency::Nok);
    let order = MoneyOrder { id: order_id(), amount: Some(part), ..MoneyOrder::default() };
    let mut app =
        showing(LinkState::Captured, vec![OutboxEntry { order: Some(order), ..waits(OutboxKind::Refund) }]);
    app.keys("x");
    let amount = match &app.model.overlay {
        Some(Overlay::Confirm(Question::Drop(_, _, what, _))) => what.amount,
        _ => None,
    };
    assert_eq!(amount, Some(part));
}

/// As `outbox drop` refuses it: what the backend has agreed to comes to an end there.
#[test]
fn what_the_backend_works_on_is_not_dropped_but_looked_at() {
    let mut app = showing(LinkState::Captured, vec![went_out(OutboxKind::Refund, true)]);
    assert!(!footer_has(&app, Action::Cancel) && !help_has(&app, Action::Cancel));
    assert!(footer_has(&app, Action::SendNow) && !something_to_send(&app.model), "it is looked at");
    assert_eq!(app.keys("x"), []);
    assert_eq!((asked(&app), said(&app)), (None, Some((OutboxKind::Refund, WaitEnd::InProgress))));
    assert_eq!(app.keys("s"), [Effect::SendWaiting(id(1), OutboxKind::Refund)]);
}

/// The oldest is asked about, and what waits behind it is dropped with it: it would go out next.
#[test]
fn of_several_the_oldest_is_asked_about_and_all_are_dropped() {
    let all = vec![waits(OutboxKind::Capture), waits(OutboxKind::Refund), waits(OutboxKind::Look)];
    let mut app = showing(LinkState::Authorized, all);
    app.keys("x");
    assert_eq!(asked(&app), Some((OutboxKind::Capture, Stands::NotSent)));
    let both = [OutboxKind::Capture, OutboxKind::Refund].map(|kind| (kind, order_id()));
    assert_eq!(app.keys("y"), [Effect::Drop(id(1), both.to_vec())]);
    // What the payment service works on stays, and what waits behind it may be dropped.
    let mut app =
        showing(LinkState::Captured, vec![went_out(OutboxKind::Capture, true), waits(OutboxKind::Refund)]);
    assert!(footer_has(&app, Action::Cancel));
    app.keys("x");
    assert_eq!(asked(&app), Some((OutboxKind::Refund, Stands::NotSent)));
    assert_eq!(app.keys("y"), [Effect::Drop(id(1), both[1..].to_vec())]);
}

#[test]
fn where_nothing_can_be_kept_nothing_is_sent_or_dropped() {
    let mut app = showing(LinkState::Captured, vec![waits(OutboxKind::Refund)]);
    app.model.dashboard.unwritable = Some(crate::ports::LedgerError::Database("read-only".into()));
    assert_eq!(app.keys("s x"), []);
    assert_eq!(app.model.overlay, None);
    assert!(matches!(app.model.toast.as_ref().map(|t| &t.say), Some(Say::Ledger(_))));
}

/// What a key came to says something of the connection only where somebody was asked.
#[test]
fn whether_we_are_online_is_told_by_who_was_asked() {
    use crate::app::model::Net;
    let perhaps = || Some(Fault::new(FaultKind::Maybe, Cause::Plain(Plain::NoEndYet)));
    let down = Fault::new(FaultKind::NotSent, Cause::Plain(Plain::CouldNotSend));
    for (end, fault, before, after) in [
        (WaitEnd::Waits, Some(down), Net::Online, Net::Offline),
        (WaitEnd::Done, None, Net::Offline, Net::Online),
        (WaitEnd::Dropped, None, Net::Offline, Net::Offline),
        (WaitEnd::DroppedPerhaps, perhaps(), Net::Online, Net::Online),
        (WaitEnd::InProgress, perhaps(), Net::Online, Net::Online),
        (WaitEnd::Busy, None, Net::Offline, Net::Offline),
    ] {
        let mut app = showing(LinkState::Captured, vec![waits(OutboxKind::Refund)]);
        app.model.net = before;
        let waited = Waited { kind: OutboxKind::Refund, end, fault, also: Vec::new() };
        app.reply(Reply::Waited(Box::new(link(1, LinkState::Captured)), waited));
        assert_eq!((said(&app), app.model.net), (Some((OutboxKind::Refund, end)), after), "{end:?}");
    }
}

/// The answer comes when another screen is shown, and the ledger's failure frees the keys.
#[test]
fn the_answer_is_told_wherever_the_seller_is_and_a_failure_frees_the_keys() {
    let mut app = showing(LinkState::Captured, vec![waits(OutboxKind::Refund)]);
    app.keys("s Esc");
    assert_eq!(app.model.screen, Screen::Dashboard);
    let waited = Waited { kind: OutboxKind::Refund, end: WaitEnd::Done, fault: None, also: Vec::new() };
    app.reply(Reply::Waited(Box::new(link(1, LinkState::Refunded)), waited));
    assert_eq!(said(&app), Some((OutboxKind::Refund, WaitEnd::Done)));

    let mut app = showing(LinkState::Captured, vec![waits(OutboxKind::Refund)]);
    app.keys("x y");
    let error = crate::ports::LedgerError::Database("locked".into());
    app.reply(Reply::LedgerTrouble(crate::app::msg::Failed::Doing(id(1)), error));
    app.keys("x");
    assert_eq!(asked(&app), Some((OutboxKind::Refund, Stands::NotSent)));
}
