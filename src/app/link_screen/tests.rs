use super::*;
use crate::app::draft::Draft;
use crate::app::model::{QrLacks, QrWish, Toast};
use crate::app::msg::{Failed, Msg, Reply};
use crate::app::testing::{App, entry, id, link, noon, shop, then, to_email, to_phone};
use crate::domain::cause::{Cause, Flaw};
use crate::domain::link::{Alarm, EventKind, LinkEvent};
use crate::ports::LedgerError;

fn showing(link: Link, outbox: Vec<OutboxEntry>) -> App {
    let mut app = App::new();
    let mut turn = Turn { model: &mut app.model, now: &app.now, out: Vec::new() };
    open(&mut turn, link.id, Screen::Dashboard);
    app.reply(Reply::Link(Box::new(link), outbox));
    app
}

fn said(app: &App) -> Option<&Say> {
    app.model.toast.as_ref().map(|Toast { say, .. }| say)
}

#[test]
fn keys_of_an_open_link() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    let url = "https://checkout.dintero.com/v1/view/T12345678.1".to_owned();
    assert_eq!(app.keys("c"), [Effect::Copy(url.clone())]);
    assert_eq!(app.keys("e"), [Effect::OpenMail(id(1))]);
    assert_eq!(app.keys("m"), [Effect::CopyMail(id(1))]);
    assert_eq!(app.keys("b"), [Effect::OpenPage(url)]);
    app.keys("f");
    assert_eq!(app.model.screen, Screen::QrFull);
    let strong = crate::app::model::QrWish { strong: true, full_blocks: false };
    assert_eq!(app.keys("v"), [Effect::KeepQr(strong)]);
    app.keys("d f");
    assert!(app.model.qr.full_blocks);
    assert_eq!(app.model.screen, Screen::Link);
    assert_eq!(app.keys("1"), [Effect::Play("T12345678.1".into(), Play::Open)]);
    assert_eq!(app.keys("2"), [Effect::Play("T12345678.1".into(), Play::Pay)]);
    app.keys("Esc");
    assert_eq!((app.model.screen, &app.model.link), (Screen::Dashboard, &None));
}

/// What the window has no room for is refused and changes nothing; what was chosen before can be taken back.
#[test]
fn a_code_that_has_no_room_is_not_chosen() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    let lacks = QrLacks { strong: true, full_blocks: false };
    app.send(Msg::CodeDrawn(lacks));
    assert_eq!(app.keys("v"), []);
    assert_eq!((app.model.qr, said(&app)), (QrWish::default(), Some(&Say::QrNotStrong)));
    assert_eq!(app.keys("d"), [Effect::KeepQr(QrWish { strong: false, full_blocks: true })]);
    app.send(Msg::CodeDrawn(QrLacks { strong: true, full_blocks: true }));
    assert_eq!(app.keys("d"), [Effect::KeepQr(QrWish::default())]);
    assert_eq!(app.keys("d"), []);
    assert_eq!((app.model.qr, said(&app)), (QrWish::default(), Some(&Say::QrNoBlocks)));
}

/// A mail that waits can be copied, and the footer says with which key; else it stands in the help alone.
#[test]
fn the_footer_tells_how_to_copy_a_mail_that_waits() {
    let told = |app: &App| {
        crate::app::keys::footer(&app.model, crate::app::keys::Context::Link)
            .any(|b| b.action == Action::CopyMail)
    };
    assert!(told(&showing(to_email(link(1, LinkState::Open)), Vec::new())));
    assert!(!told(&showing(to_phone(link(1, LinkState::Open)), Vec::new())));
    assert!(!told(&showing(to_email(link(1, LinkState::Captured)), Vec::new())));
    let mut mailed = to_email(link(1, LinkState::Open));
    mailed.events.push(LinkEvent { at: noon(), kind: EventKind::MailOpened, detail: None, key: None });
    assert!(!told(&showing(mailed, Vec::new())));
}

#[test]
fn without_an_address_it_says_so() {
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    for key in ["c", "e", "f", "b", "m", "v"] {
        assert_eq!(app.keys(key), [], "{key}");
        assert_eq!(said(&app), Some(&Say::NoAddressYet));
    }
    assert!(!available(&app.model, Action::Copy));
    assert!(available(&app.model, Action::SendNow));
}

#[test]
fn withdrawing_is_asked_first() {
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    app.keys("x");
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(Question::Withdraw(id(1), "KARI-001".into()))));
    assert_eq!(app.keys("Esc"), []);
    assert_eq!(app.keys("x y"), [Effect::Withdraw(id(1))]);

    let mut app = showing(link(1, LinkState::Uncertain), vec![entry(1, true)]);
    app.keys("x");
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(Question::GiveUp(id(1), "KARI-001".into()))));
    assert_eq!(app.keys("y"), [Effect::Withdraw(id(1))]);

    let open = link(2, LinkState::Open);
    let mut app = showing(open.clone(), Vec::new());
    assert_eq!(app.keys("x y"), [Effect::Cancel(id(2))]);
    assert_eq!(app.keys("x"), [], "it is under way");
    assert_eq!(app.model.overlay, None);
    let trouble = Some(CancelTrouble::HasMoney);
    app.reply(Reply::Cancelled(Box::new(then(&open, LinkState::Authorized)), trouble));
    assert_eq!(said(&app), Some(&Say::HasMoney));
    assert!(!app.model.link.as_ref().unwrap().busy);
    assert_eq!(app.keys("x"), [], "money is held: nothing to withdraw");
}

/// A refused link is sent once more with the same key, unless something of it may be with the customer.
#[test]
fn what_was_refused_is_sent_once_more_with_a_key() {
    let mut app = showing(link(1, LinkState::Refused), Vec::new());
    assert!(available(&app.model, Action::SendNow) && crate::app::something_to_send(&app.model));
    // It may have been sold anew since: the key alone sends nothing.
    assert_eq!(app.keys("s n"), []);
    assert_eq!(app.keys("s y"), [Effect::SendRefused(id(1))]);
    assert_eq!(app.keys("s"), [], "it is under way");
    let look = OutboxEntry { kind: crate::ports::OutboxKind::Look, ..entry(1, false) };
    let with_session = Link { session_id: Some("T1.s".into()), ..link(1, LinkState::Refused) };
    for (link, outbox) in [(link(1, LinkState::Refused), vec![look]), (with_session, Vec::new())] {
        let mut app = showing(link, outbox);
        assert!(!app.keys("s y").contains(&Effect::SendRefused(id(1))));
    }
}

#[test]
fn a_doubtful_message_is_sent_again_only_on_the_sellers_word() {
    let asks = |by_message| Some(Overlay::Confirm(Question::SendAgain(id(1), "KARI-001".into(), by_message)));
    // What the customer may have is asked as it went there.
    let mut app = showing(link(1, LinkState::Uncertain), vec![entry(1, true)]);
    app.keys("s");
    assert_eq!(app.model.overlay, asks(false));
    let mut app = showing(to_phone(link(1, LinkState::Uncertain)), vec![entry(1, true)]);
    app.keys("s");
    assert_eq!(app.model.overlay, asks(true));
    assert_eq!(app.keys("n"), []);
    assert_eq!(app.keys("s y"), [Effect::SendAgain(id(1))]);
    let mut app = showing(to_phone(link(1, LinkState::Uncertain)), vec![entry(1, false)]);
    assert_eq!(app.keys("s"), [Effect::Flush(Some(id(1)))]);
}

#[test]
fn what_became_of_sending_is_said() {
    let creating = to_phone(link(1, LinkState::Creating));
    let mut app = showing(creating.clone(), vec![entry(1, false)]);
    let mut made = to_phone(then(&link(1, LinkState::Open), LinkState::Open));
    made.delivery_status = DeliveryStatus::Skipped;
    app.reply(Reply::Sent(Box::new(made), None));
    assert_eq!(said(&app), Some(&Say::Message(DeliveryStatus::Skipped)));

    let mut app = showing(creating.clone(), vec![entry(1, false)]);
    let fault = Fault::new(FaultKind::NotSent, Cause::theirs("no route"));
    app.reply(Reply::Sent(Box::new(then(&creating, LinkState::Queued)), Some(fault.clone())));
    assert_eq!(said(&app), Some(&Say::Later(fault)));
    assert_eq!(app.model.net, crate::app::model::Net::Offline);
    // A hotspot's own certificate refuses nothing: it waits.
    let fault = Fault::new(FaultKind::Untrusted, Cause::Certificate(Flaw::UnknownIssuer));
    app.reply(Reply::Sent(Box::new(then(&creating, LinkState::Queued)), Some(fault.clone())));
    assert_eq!(said(&app), Some(&Say::Later(fault)));
}

#[test]
fn the_story_scrolls_up_to_its_beginning() {
    let mut app = showing(then(&link(1, LinkState::Open), LinkState::Opened), Vec::new());
    let scrolled = |app: &App| app.model.link.as_ref().unwrap().scroll;
    app.keys("Up Up");
    assert_eq!(scrolled(&app), 0, "it has room for all of it");
    app.send(Msg::StoryDrawn(2));
    app.keys("Up Up Up Up Down");
    assert_eq!(scrolled(&app), 1, "two rows have none");
    app.keys("Down Down Up Up");
    assert_eq!(scrolled(&app), 2);
    app.send(Msg::StoryDrawn(1));
    assert_eq!(scrolled(&app), 1, "the window is larger");
}

#[test]
fn an_alarm_is_settled_once() {
    let mut double = link(1, LinkState::Captured);
    double.alarms.push(Alarm::DoublePayment);
    let mut app = showing(double, Vec::new());
    // One key alone deals with nothing: it is soon pressed by mistake.
    assert_eq!(app.keys("! n"), []);
    assert_eq!(app.model.link.as_ref().unwrap().link.as_ref().unwrap().alarms, [Alarm::DoublePayment]);
    assert_eq!(app.keys("! y"), [Effect::Settle(id(1), vec![Alarm::DoublePayment])]);
    assert_eq!(app.keys("!"), []);
    assert_eq!(app.model.overlay, None);
}

#[test]
fn only_the_own_sandbox_has_a_customer_to_play() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    app.model.shop = Some(crate::app::model::Shop { own_sandbox: None, ..shop() });
    assert_eq!(app.keys("1 2 3"), []);
    assert!(!available(&app.model, Action::PlayPay));
    let mut app = showing(link(1, LinkState::Captured), Vec::new());
    assert_eq!(app.keys("2"), []);
}

#[test]
fn a_link_that_is_gone_is_not_shown() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    app.reply(Reply::NoLink(id(1)));
    assert_eq!((app.model.screen, &app.model.link), (Screen::Dashboard, &None));
}

/// Enter, and on to the next customer before the backend has answered.
#[test]
fn a_mail_that_nobody_opened_is_told_wherever_the_seller_is() {
    for keys in ["n", "Esc", "Esc n", "f"] {
        let made = to_email(link(1, LinkState::Open));
        let mut creating = made.clone();
        (creating.url, creating.session_id, creating.state) = (None, None, LinkState::Creating);
        let mut app = showing(creating, Vec::new());
        app.model.link.as_mut().unwrap().deliver = true;
        app.keys(keys);
        let effects = app.reply(Reply::Sent(Box::new(then(&made, LinkState::Open)), None));
        if keys == "f" {
            assert!(effects.contains(&Effect::OpenMail(id(1))), "still on its screen");
            assert!(!matches!(said(&app), Some(Say::MailWaits { .. })), "it does not wait");
            continue;
        }
        assert!(!effects.contains(&Effect::OpenMail(id(1))), "{keys}: never over another sale");
        assert!(
            matches!(said(&app), Some(Say::MailWaits { reference }) if reference == "KARI-001"),
            "{keys}"
        );
    }
    // One whose mail was opened is no news.
    let mut mailed = then(&to_email(link(1, LinkState::Open)), LinkState::Open);
    mailed.events.push(LinkEvent { at: noon(), kind: EventKind::MailOpened, detail: None, key: None });
    let mut app = App::new();
    app.reply(Reply::Sent(Box::new(mailed), None));
    assert_eq!(said(&app), None);
}

#[test]
fn a_link_that_could_not_be_withdrawn_is_not_busy_for_ever() {
    let mut app = showing(link(1, LinkState::Queued), Vec::new());
    app.keys("r");
    assert!(app.model.link.as_ref().is_some_and(|s| s.busy && s.change));
    let trouble = |id| Reply::LedgerTrouble(Failed::Doing(id), LedgerError::Database("locked".into()));
    app.reply(trouble(id(2)));
    assert!(app.model.link.as_ref().is_some_and(|s| s.busy), "another link's");
    app.reply(trouble(id(1)));
    assert!(app.model.link.as_ref().is_some_and(|s| !s.busy && !s.change));
}

#[test]
fn no_mail_program_says_what_else() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    app.reply(Reply::MailOpened(id(1), false));
    assert_eq!(said(&app), Some(&Say::NoMailProgram));
    app.keys("Up");
    assert_eq!(said(&app), None, "goes with the next key");
}

#[test]
fn a_link_that_cannot_be_paid_is_not_handed_out() {
    for state in [LinkState::Captured, LinkState::Declined, LinkState::Cancelled, LinkState::OnHold] {
        let mut app = showing(link(1, state), Vec::new());
        for key in ["c", "e", "m", "f"] {
            assert_eq!(app.keys(key), [], "{key}");
            assert_eq!(said(&app), Some(&Say::NotPayable), "{key}");
        }
        assert_eq!(app.model.screen, Screen::Link);
        assert!(!available(&app.model, Action::Copy) && available(&app.model, Action::OpenPage));
    }
}

#[test]
fn the_next_customer_comes_from_the_large_code_too() {
    let mut app = showing(link(1, LinkState::Open), Vec::new());
    app.keys("f n");
    assert_eq!((app.model.screen, &app.model.link), (Screen::Payment, &None));
}

#[test]
fn sending_is_told_only_where_something_waits() {
    let app = showing(link(1, LinkState::Open), Vec::new());
    assert!(!crate::app::something_to_send(&app.model));
    let app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    assert!(crate::app::something_to_send(&app.model));
}

#[test]
fn back_on_the_dashboard_the_ledger_is_read_anew() {
    let mut app = showing(link(1, LinkState::Captured), Vec::new());
    assert!(app.keys("Esc").contains(&Effect::LoadDashboard));
}

#[test]
fn what_is_late_is_sent_on_the_sellers_word() {
    let late = OutboxEntry { overdue: Some(Overdue::Old), ..entry(1, true) };
    let mut app = showing(link(1, LinkState::Queued), vec![late]);
    app.keys("s");
    let question = Question::SendLate(id(1), "KARI-001".into(), Overdue::Old);
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(question)));
    assert_eq!(app.keys("y"), [Effect::SendAgain(id(1))]);
}

#[test]
fn a_queued_link_is_changed_once_it_is_sure_not_to_go_out() {
    let mut app = showing(to_phone(link(1, LinkState::Queued)), vec![entry(1, false)]);
    let sale = changing(&mut app);
    assert_eq!((sale.waited, sale.in_place_of), (true, Some(id(1))), "until it is out of the outbox");
    for key in ["r", "Esc", "n", "a", "q", "x"] {
        assert_eq!(app.keys(key), [], "{key}: it is on its way, and would be lost");
        assert_eq!((app.model.screen, app.model.quitting), (Screen::Link, false), "{key}");
    }
    app.model.net = crate::app::model::Net::Offline;
    let withdrawn = then(&to_phone(link(1, LinkState::Queued)), LinkState::Cancelled);
    // What another try of it came to is not the answer.
    app.reply(Reply::Sent(Box::new(to_phone(link(1, LinkState::Queued))), None));
    app.keys("n");
    assert_eq!(app.model.screen, Screen::Link, "it is still on its way");
    let kept = app.reply(Reply::Changed(Box::new(withdrawn), None, sale.clone()));
    assert_eq!(app.model.net, crate::app::model::Net::Offline, "nobody was asked");
    assert_eq!(app.model.screen, Screen::Delivery);
    let draft = Box::new(app.model.wizard.draft.clone());
    assert_eq!((draft.reference.as_str(), draft.phone.as_str()), ("KARI-001", "+4741234567"));
    assert_eq!(draft.lines[0].description, "Vaffel");
    assert_eq!(
        (draft.id, draft.in_place_of),
        (sale.id, None),
        "the one that is kept, and a sale of its own now"
    );
    assert!(!kept.iter().any(|e| matches!(e, Effect::ForgetDraft(id) if Some(*id) == sale.id)));
    // Nobody sends it now: it is kept at once, and said until it's made anew.
    assert!(kept.iter().any(|e| matches!(e, Effect::KeepDraft(kept) if kept.waited && kept == &draft)));
    assert_eq!(said(&app), Some(&Say::TakenBack { reference: "KARI-001".into() }));
    app.keys("Esc Esc Esc Esc Esc");
    assert_eq!((app.model.screen, app.model.dashboard.draft_waiting), (Screen::Dashboard, true));
    assert_eq!(app.model.waited(), Some("KARI-001"));
    app.keys("n");
    assert_eq!(said(&app), Some(&Say::TakenBack { reference: "KARI-001".into() }));

    // It went out in that moment: it stays what it is.
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    let sale = changing(&mut app);
    app.reply(Reply::Changed(Box::new(then(&link(1, LinkState::Queued), LinkState::Open)), None, sale));
    assert_eq!((app.model.screen, app.model.wizard.draft.has_content()), (Screen::Link, false));
    assert_eq!(
        app.model.overlay,
        Some(Overlay::Confirm(Question::Cancel(id(1), "KARI-001".into(), LinkState::Open)))
    );
    // What may have been sent can't be changed.
    let mut app = showing(link(1, LinkState::Uncertain), vec![entry(1, true)]);
    assert_eq!(app.keys("r"), []);
}

/// Takes the queued link back with its key: the draft that is kept before it is taken out of the outbox.
fn changing(app: &mut App) -> Box<Draft> {
    match <[Effect; 1]>::try_from(app.keys("r")) {
        Ok([Effect::Change(of, draft)]) if of == id(1) => draft,
        other => panic!("{other:?}"),
    }
}

/// The ledger's failure has freed the keys, and the link was taken out of the outbox all the same.
#[test]
fn a_sale_that_is_taken_back_while_the_seller_has_gone_on_is_kept() {
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    let sale = changing(&mut app);
    app.reply(Reply::LedgerTrouble(Failed::Doing(id(1)), LedgerError::Database("locked".into())));
    app.keys("n Enter");
    app.text("Kaffe");
    let withdrawn = then(&link(1, LinkState::Queued), LinkState::Cancelled);
    let effects = app.reply(Reply::Changed(Box::new(withdrawn), None, sale.clone()));
    assert_eq!(app.lines()[0][0], "Kaffe", "what is typed stays");
    let kept = Draft { in_place_of: None, ..*sale };
    assert!(effects.contains(&Effect::KeepDraft(Box::new(kept))));
}

#[test]
fn the_same_sale_once_more_has_the_same_time_to_pay() {
    use crate::app::draft::ExpiryChoice;
    let mut sold = link(1, LinkState::Captured);
    sold.sale.expires_at = sold.created_at + jiff::SignedDuration::from_hours(4);
    let mut app = showing(sold, Vec::new());
    app.keys("a");
    assert_eq!((app.draft().expiry, app.draft().expiry_text.as_str()), (ExpiryChoice::Own, "4h"));
    // As a seller would type it: in the form of the language.
    let mut sold = link(2, LinkState::Captured);
    sold.sale.lines[0].unit_price =
        crate::domain::money::Money::new(4990, crate::domain::money::Currency::Nok);
    let mut app = showing(sold, Vec::new());
    app.model.decimal_mark = '.';
    app.keys("a");
    assert_eq!(app.draft().lines[0].price, "49.90");
    assert_eq!(app.draft().expiry, ExpiryChoice::Day);
}

/// The question was asked of a link that waits; what is done about the one that went out is asked anew.
#[test]
fn what_went_out_while_it_was_to_be_given_up_is_told_and_asked_about() {
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    app.keys("x");
    assert_eq!(app.keys("y"), [Effect::Withdraw(id(1))]);
    app.reply(Reply::Sent(Box::new(then(&link(1, LinkState::Queued), LinkState::Open)), None));
    let said = app.model.toast.take().map(|t| t.say);
    assert_eq!(said, Some(Say::WentOut { reference: "KARI-001".into() }));
    assert_eq!(app.keys("y"), [Effect::Cancel(id(1))]);
    // What was given up in time is only told.
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    app.keys("x y");
    app.reply(Reply::Sent(Box::new(then(&link(1, LinkState::Queued), LinkState::Cancelled)), None));
    assert_eq!((app.model.overlay, app.model.toast.map(|t| t.say)), (None, Some(Say::Dropped)));
}

/// `j` is the key for down on the screen below.
#[test]
fn a_question_is_answered_with_the_letters_of_the_language() {
    for (yes, key, sent) in [('y', "j", false), ('y', "y", true), ('j', "j", true), ('j', "y", true)] {
        let mut app = showing(link(1, LinkState::Open), Vec::new());
        app.model.yes = yes;
        app.keys("x");
        let asked = app.keys(key);
        assert_eq!(asked == [Effect::Cancel(id(1))], sent, "{yes} {key}");
        assert_eq!(app.model.overlay.is_none(), sent);
    }
}

#[test]
fn a_key_that_is_held_down_sends_once() {
    let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
    assert_eq!(app.keys("s"), [Effect::Flush(Some(id(1)))]);
    assert_eq!(app.keys("s s s"), []);
    app.pass(3);
    assert_eq!(app.keys("s"), [Effect::Flush(Some(id(1)))]);
    app.keys("Esc");
    assert!(!app.keys("s").contains(&Effect::SendAll));
    app.pass(3);
    assert!(app.keys("s").contains(&Effect::SendAll));
}

/// That somebody is at it is no answer of the backend: offline stays offline, and nothing is sent anew because of it.
#[test]
fn how_a_link_stands_says_nothing_of_the_connection() {
    let mut app = showing(link(1, LinkState::Open), vec![entry(2, false)]);
    app.model.dashboard.outbox = vec![entry(2, false)];
    app.model.net = crate::app::model::Net::Offline;
    let effects = app.reply(Reply::Stands(Box::new(link(1, LinkState::Open))));
    assert_eq!(app.model.net, crate::app::model::Net::Offline);
    assert!(!effects.iter().any(|e| matches!(e, Effect::Flush(_))), "{effects:?}");
    let effects = app.reply(Reply::Sent(Box::new(link(1, LinkState::Open)), None));
    assert_eq!(app.model.net, crate::app::model::Net::Online);
    assert!(effects.iter().any(|e| matches!(e, Effect::Flush(_))), "{effects:?}");
}

#[test]
fn what_is_being_sent_is_not_changed_and_says_so() {
    for state in [LinkState::Creating, LinkState::Queued, LinkState::Uncertain] {
        let mut app = showing(link(1, LinkState::Queued), vec![entry(1, false)]);
        let sale = changing(&mut app);
        app.reply(Reply::Changed(Box::new(link(1, state)), None, sale));
        assert_eq!(said(&app), Some(&Say::NotTakenBack { reference: "KARI-001".into() }));
        assert_eq!((app.model.screen, app.model.wizard.draft.has_content()), (Screen::Link, false));
        assert_ne!(app.keys("Esc"), [], "the keys are free again");
    }
}
