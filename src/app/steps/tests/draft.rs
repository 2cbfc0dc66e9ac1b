use super::super::*;
use super::{kept_drafts, link_screen_of, on_products, said, three_lines};
use crate::app::draft::{Channel, Defaults, Draft, LineDraft};
use crate::app::model::{Overlay, Question, Target};
use crate::app::msg::{Failed, Msg, Reply};
use crate::app::testing::{App, id, link, to_email, to_phone};
use crate::domain::link::LinkState;
use crate::ports::LedgerError;

#[test]
fn typing_is_kept_soon_and_leaving_keeps_at_once() {
    let mut app = on_products();
    let effects = app.text("Va");
    let wakes = effects.iter().filter(|e| matches!(e, Effect::Wake(Timer::KeepDraft, _))).count();
    assert_eq!((wakes, kept_drafts(&effects)), (1, 0), "one timer, not one a key");
    assert_eq!(kept_drafts(&app.send(Msg::Due(Timer::KeepDraft))), 1);
    assert_eq!(kept_drafts(&app.send(Msg::Due(Timer::KeepDraft))), 0);
    app.text("ffel");
    assert_eq!(kept_drafts(&app.keys("Tab")), 1);
    app.text("2");
    let effects = app.keys("C-c");
    assert_eq!((kept_drafts(&effects), effects.last()), (1, Some(&Effect::Quit)));
    assert!(app.model.quitting);
    assert_eq!(app.keys("n"), [], "too late");
}

/// A full disk, or a ledger that is locked for a moment.
#[test]
fn a_draft_that_could_not_be_kept_is_kept_later() {
    let mut app = on_products();
    app.text("Vaffel");
    assert_eq!(kept_drafts(&app.send(Msg::Due(Timer::KeepDraft))), 1);
    let trouble = |id| Reply::LedgerTrouble(Failed::Draft(id), LedgerError::Database("disk full".into()));
    let wakes = |effects: &[Effect]| {
        effects.iter().filter(|e| matches!(e, Effect::Wake(Timer::KeepDraft, _))).count()
    };
    assert_eq!(wakes(&app.reply(trouble(id(1)))), 0, "another one's");
    let own = app.draft().id.unwrap();
    assert_eq!(wakes(&app.reply(trouble(own))), 1);
    assert_eq!(wakes(&app.reply(trouble(own))), 0, "one timer");
    assert_eq!(kept_drafts(&app.send(Msg::Due(Timer::KeepDraft))), 1);
    app.reply(trouble(own));
    assert_eq!(kept_drafts(&app.keys("C-c")), 1, "the end tries it once more");
}

#[test]
fn back_to_the_dashboard_and_on_again_loses_nothing() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Esc Esc Esc Esc");
    assert_eq!(app.model.screen, Screen::Dashboard);
    assert!(app.model.dashboard.draft_waiting);
    app.keys("n");
    assert_eq!(said(&app), Some(&Say::DraftResumed));
    app.keys("Enter C-n Enter");
    assert_eq!((app.model.screen, app.draft().phone.as_str()), (Screen::Delivery, "41234567"));
    assert_eq!(app.draft().reference, "KARI-1122-001");
}

#[test]
fn looking_at_the_steps_uses_up_no_reference() {
    let mut app = App::new();
    assert!(app.keys("n").contains(&Effect::ProposeReference));
    app.reply(Reply::Reference("KARI-1".into()));
    app.keys("Esc");
    assert!(!app.keys("n").contains(&Effect::ProposeReference));
    assert_eq!(app.draft().reference, "KARI-1");
}

#[test]
fn starting_over_is_asked_first() {
    let mut app = three_lines();
    app.keys("C-x");
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(Question::ClearDraft)));
    app.keys("x n");
    assert_eq!((app.model.overlay.as_ref(), app.draft().lines.len()), (None, 3));
    let thrown_away = app.draft().id.unwrap();
    let effects = app.keys("C-x y");
    assert!(effects.contains(&Effect::ForgetDraft(thrown_away)));
    assert_ne!(app.draft().id, Some(thrown_away));
    assert_eq!((app.model.screen, app.draft().has_content()), (Screen::Payment, false));

    // Also right where a draft comes back.
    let mut app = three_lines();
    app.keys("Esc C-x");
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(Question::ClearDraft)));
}

#[test]
fn the_same_again_is_two_keys_and_the_customer_comes_along_only_if_nothing_came_of_it() {
    for (state, phone) in
        [(LinkState::Cancelled, "+4741234567"), (LinkState::Captured, ""), (LinkState::Open, "")]
    {
        let mut app = App::new();
        app.model.link = Some(link_screen_of(to_phone(link(1, state))));
        app.model.screen = Screen::Link;
        app.keys("a");
        assert_eq!(app.model.screen, Screen::Delivery);
        assert_eq!(app.lines(), [["Vaffel", "1", "45", "25"]]);
        assert_eq!(app.draft().phone, phone, "{state}");
        app.reply(Reply::Reference("KARI-2".into()));
        if phone.is_empty() {
            app.text("91234567");
        }
        let (_, sale) = App::submitted(&app.keys("Enter")).unwrap();
        assert_eq!(sale.reference.as_str(), "KARI-2");
    }
}

#[test]
fn the_same_again_over_a_waiting_draft_is_asked_first() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Esc Esc Esc Esc");
    app.model.link = Some(link_screen_of(to_email(link(1, LinkState::Expired))));
    app.model.screen = Screen::Link;
    app.keys("a");
    assert_eq!(app.model.overlay, Some(Overlay::Confirm(Question::AgainOverDraft(id(1)))));
    app.keys("y");
    assert_eq!((app.draft().email.as_str(), app.draft().phone.as_str()), ("kari@example.com", ""));
}

#[test]
fn the_channel_is_remembered() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("C-u Right Right");
    let (link, _) = App::submitted(&app.keys("Enter")).unwrap();
    let effects = app.reply(Reply::Kept(Ok(link)));
    assert!(effects.iter().any(|e| matches!(e, Effect::KeepDefaults(d) if d.channel == Channel::Link)));
    app.keys("n");
    assert_eq!(app.draft().channel, Channel::Link);
}

#[test]
fn clicks_focus_and_choose() {
    let mut app = three_lines();
    app.send(Msg::Click(Target::Field(FieldId::Price(1)), 1));
    assert_eq!((app.focus(), app.model.wizard.field.caret_column()), (Some(FieldId::Price(1)), 1));
    app.send(Msg::Click(Target::Field(FieldId::Price(99)), 0));
    app.send(Msg::Click(Target::Field(FieldId::Phone), 0));
    assert_eq!(app.focus(), Some(FieldId::Price(1)), "not on this step");
    app.send(Msg::Click(Target::Step(4), 0));
    assert_eq!(app.model.screen, Screen::Delivery, "nothing is wrong on the way: the reference is coming");
    app.send(Msg::Click(Target::Choice(FieldId::Channel, 1), 0));
    assert_eq!(app.focus(), Some(FieldId::Email));
    app.send(Msg::Click(Target::Step(1), 0));
    app.send(Msg::Click(Target::Field(FieldId::Method(2)), 3));
    assert!(!app.model.wizard.offered[1].on);
    app.send(Msg::Click(Target::Step(0), 0));
    assert_eq!(app.model.screen, Screen::Dashboard);
    app.send(Msg::Click(Target::Step(3), 0));
    assert_eq!(app.model.screen, Screen::Order);
}

#[test]
fn the_keys_can_be_asked_for_where_nothing_is_typed() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("S-Tab ?");
    assert!(matches!(app.model.overlay, Some(Overlay::Help { .. })));
    app.keys("? F1 Esc");
    assert_eq!(app.model.overlay, None);
}

#[test]
fn a_ledger_that_answers_late_does_not_take_the_seller_back() {
    let mut app = App::bare(Some(crate::app::testing::shop()));
    app.keys("n Enter");
    assert_eq!(app.model.screen, Screen::Products);
    // What was kept on the way is this session's own draft, with content or without.
    let kept = app.draft().clone();
    let remembered = |draft| Reply::Remembered {
        draft: Some(Box::new(draft)),
        qr: crate::app::model::QrWish::default(),
        defaults: Defaults::default(),
    };
    app.reply(remembered(kept));
    assert_eq!(app.model.screen, Screen::Products, "still where the seller types");
    app.text("Waffle");
    let kept = app.draft().clone();
    let effects = app.reply(remembered(kept));
    assert_eq!((app.model.screen, app.draft().lines[0].description.as_str()), (Screen::Products, "Waffle"));
    assert!(!effects.iter().any(|e| matches!(e, Effect::LoadLink(_))));
}

#[test]
fn an_untouched_line_of_last_time_starts_with_what_is_usual_now() {
    let line = |fields: [&str; 4]| {
        let [description, quantity, price, vat] = fields.map(str::to_owned);
        LineDraft { description, quantity, price, vat }
    };
    let lines = vec![line(["Vaffel", "1", "45", "15"]), line(["", "1", "", "15"]), line(["", "1", "", "12"])];
    let draft = Draft { lines, usual_vat: "15".into(), ..Draft::default() };
    let mut app = App::bare(Some(crate::app::testing::shop()));
    app.reply(Reply::Remembered {
        draft: Some(Box::new(draft)),
        qr: Default::default(),
        defaults: Defaults::default(),
    });
    app.keys("n");
    assert_eq!(app.lines(), [["Vaffel", "1", "45", "15"], ["", "1", "", "25"], ["", "1", "", "12"]]);
    assert_eq!(app.draft().usual_vat, "25");
}

#[test]
fn that_an_earlier_draft_is_gone_on_with_is_said_until_it_is_changed() {
    let mut app = on_products();
    app.text("Fisk");
    app.keys("Enter Enter");
    app.text("10");
    app.keys("Esc Esc");
    app.keys("n Enter Tab Tab S-Tab");
    assert_eq!(said(&app), Some(&Say::DraftResumed));
    app.keys("Tab");
    app.text("20");
    assert_ne!(said(&app), Some(&Say::DraftResumed));
    assert_eq!(app.lines()[0][2], "20", "not 1020");
    app.keys("C-z");
    assert_eq!(app.lines()[0][2], "10", "nothing that was typed is lost");
}
