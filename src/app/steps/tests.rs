use super::*;
use crate::app::check::FieldError;
use crate::app::draft::{AddressChoice, Channel, Defaults, Draft, ExpiryChoice};
use crate::app::model::{Overlay, QrWish, Question, Target};
use crate::app::msg::{KeepError, Msg, Reply};
use crate::app::testing::{App, id, link, shop, to_email, to_phone};
use crate::domain::line::LineError;
use crate::domain::link::LinkState;
use crate::domain::method::Method;
use crate::domain::sale::{AddressPlan, Delivery};

fn on_products() -> App {
    let mut app = App::new();
    app.keys("n Enter");
    assert_eq!(app.model.screen, Screen::Products);
    app
}

fn said(app: &App) -> Option<&Say> {
    app.model.toast.as_ref().map(|t| &t.say)
}

fn kept_drafts(effects: &[Effect]) -> usize {
    effects.iter().filter(|e| matches!(e, Effect::KeepDraft(_))).count()
}

// ---- payment ----

fn names(app: &App) -> Vec<(&str, bool)> {
    app.model.wizard.offered.iter().map(|o| (o.method.as_str(), o.on)).collect()
}

#[test]
fn what_is_offered_comes_from_config_profile_or_custom() {
    let mut app = App::new();
    app.keys("n");
    assert_eq!(app.model.wizard.offered.len(), 8, "kinds that are usual");
    assert!(app.model.wizard.offered_is_profile);
    app.profile(&["dintero_psp.vipps", "dintero_psp.creditcard", "payex.creditcard", "acme.barter"]);
    let want = [
        ("vipps", true),
        ("dintero_psp.creditcard", true),
        ("payex.creditcard", true),
        ("acme.barter", true),
    ];
    assert_eq!(names(&app), want);
    let methods = ["swish.swish", "card"].map(|m| Method::parse(m).unwrap());
    let mut app = App::of(crate::app::model::Shop {
        methods: Some(methods.to_vec()),
        default_methods: Some(vec![Method::parse("swish").unwrap()]),
        ..shop()
    });
    app.keys("n");
    assert_eq!(names(&app), [("swish.swish", true), ("card", false)]);
    assert!(!app.model.wizard.offered_is_profile);
}

#[test]
fn ticks_by_space_and_a_and_kept_when_the_profile_comes() {
    let mut app = App::new();
    app.keys("n Down Space");
    assert_eq!(names(&app).first(), Some(&("vipps", false)));
    assert_eq!(app.draft().methods.len(), 7);
    app.keys("a");
    assert!(names(&app).iter().all(|m| m.1));
    app.keys("a Down Space");
    assert_eq!(app.draft().methods, ["card"]);
    app.profile(&["dintero_psp.vipps", "dintero_psp.creditcard"]);
    assert_eq!(names(&app), [("vipps", false), ("card", true)]);
    app.keys("Up Up Up Space Space Enter");
    assert_eq!(app.model.screen, Screen::Payment, "nothing ticked: it stays");
    assert_eq!(app.model.wizard.issue(FieldId::Methods), Some(&FieldError::NoMethod));
    app.keys("a Enter");
    assert_eq!(app.model.screen, Screen::Products);
}

// ---- products ----

#[test]
fn enter_goes_from_field_to_field_and_line_to_line() {
    let mut app = on_products();
    app.text("Vaffel");
    app.keys("Enter Backspace");
    app.text("2");
    app.keys("Enter");
    app.text("45,00");
    app.keys("Enter C-u");
    app.text("15");
    app.keys("Tab");
    assert_eq!(app.focus(), Some(FieldId::Description(1)));
    assert_eq!(app.lines(), [["Vaffel", "2", "45,00", "15"], ["", "1", "", "25"]]);
    assert_eq!(app.model.wizard.totals.as_ref().unwrap().gross.minor(), 9000);
    app.keys("S-Tab");
    assert_eq!(app.focus(), Some(FieldId::Vat(0)));
    app.keys("Down Up S-Tab S-Tab S-Tab S-Tab");
    assert_eq!(app.focus(), Some(FieldId::Description(0)));
    app.keys("Down Enter");
    assert_eq!(app.model.screen, Screen::Order, "Enter on the empty last line goes on");
    app.keys("Esc");
    assert_eq!(app.lines()[0], ["Vaffel", "2", "45,00", "15"]);
}

#[test]
fn tab_on_the_empty_last_line_stays_on_the_step() {
    let mut app = on_products();
    app.text("x");
    app.keys("Tab Tab");
    app.text("1");
    app.keys("Tab Tab Tab Tab Tab Tab");
    assert_eq!((app.model.screen, app.focus()), (Screen::Products, Some(FieldId::Description(1))));
    assert_eq!(app.draft().lines.len(), 2);
}

#[test]
fn an_error_shows_when_its_field_is_left_and_goes_when_mended() {
    let mut app = on_products();
    app.text("Vaffel");
    app.keys("Enter C-u");
    app.text("0");
    assert_eq!(app.model.wizard.issue(FieldId::Quantity(0)), None, "still typing");
    app.keys("Enter");
    assert_eq!(
        app.model.wizard.issue(FieldId::Quantity(0)),
        Some(&FieldError::Line(LineError::ZeroQuantity))
    );
    assert_eq!(app.model.wizard.issue(FieldId::Price(0)), None, "not left yet");
    app.text("1");
    app.keys("C-n");
    assert_eq!((app.model.screen, app.focus()), (Screen::Products, Some(FieldId::Quantity(0))));
    assert_eq!(said(&app), Some(&Say::MendFirst));
    app.keys("Backspace");
    app.text("3");
    assert_eq!(app.model.wizard.issue(FieldId::Quantity(0)), None);
    app.keys("C-n");
    assert_eq!(app.model.screen, Screen::Order);
}

#[test]
fn an_emptied_quantity_or_rate_gets_its_usual_value_back() {
    let mut app = on_products();
    app.text("x");
    app.keys("Enter C-u Enter Enter C-u Up S-Tab");
    assert_eq!(app.lines()[0], ["x", "1", "", "25"]);
}

#[test]
fn going_on_without_a_line_says_so() {
    let mut app = on_products();
    app.keys("C-n");
    assert_eq!((app.model.screen, app.focus()), (Screen::Products, Some(FieldId::Description(0))));
    assert_eq!(app.model.wizard.issue(FieldId::Lines), Some(&FieldError::Line(LineError::NoLines)));
    assert_eq!(app.keys("Enter"), app_effects_of_leaving());
}

fn app_effects_of_leaving() -> Vec<Effect> {
    // Moving between fields of an unchanged draft wants nothing done.
    Vec::new()
}

fn three_lines() -> App {
    let mut app = on_products();
    app.paste("a;1;10\nb;2;20;15\nc;3;30;0");
    assert_eq!(app.lines(), [["a", "1", "10", "25"], ["b", "2", "20", "15"], ["c", "3", "30", "0"]]);
    app
}

#[test]
fn a_removed_line_comes_back_where_it_stood() {
    let mut app = three_lines();
    app.keys("Up C-d");
    assert_eq!(said(&app), Some(&Say::LineRemoved));
    assert_eq!(app.lines().iter().map(|l| l[0]).collect::<Vec<_>>(), ["a", "c"]);
    app.keys("Up C-d C-d");
    assert_eq!(app.lines(), [["", "1", "", "25"]], "one line always");
    app.keys("C-z C-z C-z");
    assert_eq!(app.lines().iter().map(|l| l[0]).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(said(&app), Some(&Say::LineBack));
    app.keys("C-z");
    assert_eq!(said(&app), Some(&Say::NothingToUndo));
    assert!(app.draft().removed.is_empty());
}

#[test]
fn what_is_wrong_moves_along_with_its_line() {
    let mut app = three_lines();
    app.keys("Down Down S-Tab C-u Enter");
    assert!(app.model.wizard.issue(FieldId::Price(2)).is_some());
    app.keys("Up Up C-d");
    assert!(app.model.wizard.issue(FieldId::Price(1)).is_some());
    app.keys("C-z");
    assert!(app.model.wizard.issue(FieldId::Price(2)).is_some());
}

#[test]
fn many_lines_pasted_are_refused_whole() {
    let mut app = three_lines();
    let before = app.draft().clone();
    app.paste(&"x;1;1\n".repeat(98));
    assert_eq!(said(&app), Some(&Say::PasteTooLong { lines: 98 }));
    assert_eq!(app.draft(), &before);
    app.paste(&"x;1;1\n".repeat(97));
    assert_eq!(app.draft().lines.len(), 100);
    app.send(Msg::Click(Target::Do(Action::AddLine), 0));
    assert_eq!(said(&app), Some(&Say::TooManyLines));
    assert_eq!(app.draft().lines.len(), 100);
}

#[test]
fn pasted_lines_go_below_the_line_with_the_focus_and_tell_what_is_wrong() {
    let mut app = three_lines();
    app.keys("Up Up");
    app.paste("d\t1\t5\ne\tzero\t5");
    assert_eq!(app.lines().iter().map(|l| l[0]).collect::<Vec<_>>(), ["a", "d", "e", "b", "c"]);
    assert_eq!(app.focus(), Some(FieldId::Quantity(2)));
    assert!(app.model.wizard.issue(FieldId::Quantity(2)).is_some());
}

#[test]
fn one_line_pasted_is_text_and_is_cleaned() {
    let mut app = on_products();
    app.paste("Vaf\u{1b}fel\u{202e} 😀\n");
    assert_eq!(app.lines()[0][0], "Vaffel 😀");
    app.paste(&"x".repeat(1000));
    assert_eq!(said(&app), Some(&Say::TextCut));
    assert_eq!(app.draft().lines[0].description.chars().count(), MAX);
    app.text("y");
    assert_eq!(said(&app), Some(&Say::TextCut));
}

// ---- order ----

fn on_order() -> App {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Esc");
    assert_eq!((app.model.screen, app.focus()), (Screen::Order, Some(FieldId::Reference)));
    app
}

#[test]
fn choices_by_arrows_digits_and_typing() {
    let mut app = on_order();
    app.keys("Tab Right");
    assert_eq!(app.draft().expiry, ExpiryChoice::Week);
    app.keys("Right");
    assert_eq!(app.draft().expiry, ExpiryChoice::Month);
    app.keys("1 Left");
    assert_eq!(app.draft().expiry, ExpiryChoice::Own, "round and round");
    app.text("4h");
    assert_eq!((app.focus(), app.draft().expiry_text.as_str()), (Some(FieldId::ExpiryText), "4h"));
    app.keys("Tab Right");
    assert_eq!(app.draft().address, AddressChoice::Express);
    app.keys("3");
    assert_eq!(app.focus(), Some(FieldId::Name));
    assert_eq!(app.draft().country, "NO");
    app.text("Kari");
    app.keys("S-Tab 1 Tab");
    assert_eq!(app.focus(), Some(FieldId::Capture));
    assert!(app.draft().auto_capture);
    app.keys("Space");
    assert!(!app.draft().auto_capture);
    app.keys("Left");
    assert!(app.draft().auto_capture);
    assert_eq!(app.draft().name, "Kari", "what was typed stays, though it is not asked for now");
}

#[test]
fn enter_leads_through_an_address_that_is_not_filled_in() {
    let mut app = on_order();
    app.keys("Tab Tab 3");
    for (text, next) in
        [("Kari", FieldId::Street), ("Storgata 1", FieldId::PostalCode), ("155", FieldId::Place)]
    {
        app.text(text);
        app.keys("Enter");
        assert_eq!((app.focus(), said(&app)), (Some(next), None));
    }
    app.text("Oslo");
    app.keys("Enter");
    assert_eq!(app.focus(), Some(FieldId::PostalCode), "now all of it is looked at");
    app.keys("Home");
    app.text("0");
    app.keys("Enter");
    assert_eq!(app.model.screen, Screen::Delivery);
}

#[test]
fn a_used_reference_is_told_when_the_field_is_left() {
    let mut app = on_order();
    assert!(!app.keys("Tab").iter().any(|e| matches!(e, Effect::CheckReference(_))), "a proposed one is new");
    app.keys("S-Tab C-u");
    app.text("KARI-7");
    let effects = app.keys("Tab");
    assert!(effects.contains(&Effect::CheckReference("KARI-7".into())));
    app.reply(Reply::ReferenceUsed("KARI-7".into(), true));
    assert_eq!(app.model.wizard.issue(FieldId::Reference), Some(&FieldError::ReferenceUsed));
    app.keys("Enter");
    assert_eq!((app.model.screen, app.focus()), (Screen::Order, Some(FieldId::Reference)));
    app.text("8");
    assert_eq!(app.model.wizard.issue(FieldId::Reference), None);
    app.reply(Reply::ReferenceUsed("KARI-7".into(), true));
    assert_eq!(app.model.wizard.issue(FieldId::Reference), None, "a late answer about another text");
}

#[test]
fn an_emptied_reference_is_proposed_anew() {
    let mut app = on_order();
    let effects = app.keys("C-u Tab");
    assert!(effects.contains(&Effect::ProposeReference));
    app.reply(Reply::Reference("KARI-1122-002".into()));
    assert_eq!(app.draft().reference, "KARI-1122-002");
    assert!(!app.draft().reference_typed);
}

#[test]
fn a_reference_typed_before_the_proposal_comes_stays() {
    let mut app = App::new();
    app.keys("n Enter");
    app.text("x");
    app.keys("Tab Tab");
    app.text("1");
    app.keys("C-n");
    app.text("MINE");
    app.reply(Reply::Reference("KARI-1".into()));
    assert_eq!((app.draft().reference.as_str(), app.model.wizard.field.value()), ("MINE", "MINE"));
}

// ---- delivery ----

#[test]
fn the_channel_by_arrows_even_from_an_empty_text() {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Right");
    assert_eq!(app.draft().channel, Channel::Sms, "the arrow moves the caret in a number");
    app.keys("C-u Right");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Email, Some(FieldId::Email)));
    app.keys("Right");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Link, Some(FieldId::Channel)));
    app.keys("Right");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Sms, Some(FieldId::Channel)));
    app.text("9");
    assert_eq!((app.focus(), app.draft().phone.as_str()), (Some(FieldId::Phone), "9"));
}

#[test]
fn a_wrong_number_stays_on_the_step() {
    let mut app = App::new();
    app.go_to_last_step();
    app.text("8");
    let effects = app.keys("Enter");
    assert_eq!(App::submitted(&effects), None);
    assert!(app.model.wizard.issue(FieldId::Phone).is_some());
    assert_eq!((app.model.screen, app.focus()), (Screen::Delivery, Some(FieldId::Phone)));
    assert_eq!(app.draft().phone, "412345678");
}

// ---- the link ----

#[test]
fn a_returning_seller_needs_few_keys() {
    let mut app = App::new();
    app.keys("n");
    app.reply(Reply::Reference("KARI-1".into()));
    app.keys("Enter");
    app.text("Vaffel");
    app.keys("Enter Enter");
    app.text("45");
    app.keys("C-n Enter");
    app.text("41234567");
    let effects = app.keys("Enter");
    // n Enter … Enter Enter … Ctrl-N Enter … Enter: seven.
    let (_, sale) = App::submitted(&effects).unwrap();
    assert_eq!(sale.totals().unwrap().gross.minor(), 4500);
}

#[test]
fn the_draft_is_kept_with_the_links_id_before_the_sale_is_handed_over() {
    let mut app = App::new();
    app.go_to_last_step();
    let effects = app.keys("Enter");
    let (link, _) = App::submitted(&effects).unwrap();
    let kept = effects.iter().position(|e| matches!(e, Effect::KeepDraft(Some(d)) if d.id == Some(link)));
    let handed = effects.iter().position(|e| matches!(e, Effect::Submit(..)));
    assert!(kept.unwrap() < handed.unwrap());
    assert!(app.model.wizard.submitting);
    assert_eq!(app.keys("Enter"), [], "a second Enter makes no second link");
    assert_eq!(app.text("1"), []);
    assert_eq!(app.keys("Esc C-d"), []);
    assert_eq!(app.model.screen, Screen::Delivery);
}

#[test]
fn once_kept_the_link_shows_and_the_draft_is_forgotten() {
    let mut app = App::new();
    app.go_to_last_step();
    let effects = app.keys("Enter");
    let (link, _) = App::submitted(&effects).unwrap();
    let effects = app.reply(Reply::Kept(Ok(link)));
    assert!(effects.contains(&Effect::KeepDraft(None)));
    assert!(effects.contains(&Effect::Unwake(Timer::KeepDraft)));
    assert_eq!(app.model.screen, Screen::Link);
    let shown = app.model.link.as_ref().unwrap();
    assert_eq!((shown.id, shown.link.as_ref().unwrap().state), (link, LinkState::Creating));
    assert!(!app.draft().has_content() && !app.model.wizard.submitting);
    assert!(!app.model.dashboard.draft_waiting);
    app.keys("Esc n");
    assert_eq!(app.draft().reference, "", "another sale, another reference");
}

#[test]
fn a_reference_on_its_way_is_waited_for() {
    let mut app = App::new();
    app.keys("n Enter");
    app.text("x");
    app.keys("Tab Tab");
    app.text("1");
    app.keys("C-n C-n");
    app.text("41234567");
    let effects = app.keys("Enter");
    assert_eq!(App::submitted(&effects), None);
    assert!(app.model.wizard.submitting);
    let effects = app.reply(Reply::Reference("KARI-9".into()));
    assert_eq!(App::submitted(&effects).unwrap().1.reference.as_str(), "KARI-9");
    assert!(app.reply(Reply::Reference("KARI-10".into())).is_empty(), "no second sale");
}

#[test]
fn a_proposed_reference_taken_meanwhile_gives_way_to_the_next() {
    let mut app = App::new();
    app.go_to_last_step();
    let (first, _) = App::submitted(&app.keys("Enter")).unwrap();
    let effects = app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    assert_eq!(effects, [Effect::LoadLink(first)], "by another link, or by this one?");
    let effects = app.reply(Reply::NoLink(first));
    assert!(effects.contains(&Effect::ProposeReference));
    assert_eq!(said(&app), Some(&Say::ReferenceTaken));
    let effects = app.reply(Reply::Reference("KARI-1122-002".into()));
    let (second, sale) = App::submitted(&effects).unwrap();
    assert_eq!(first, second, "one sale, one id");
    assert_eq!(sale.reference.as_str(), "KARI-1122-002");
    app.reply(Reply::Kept(Ok(second)));
    assert_eq!(app.model.screen, Screen::Link);
}

#[test]
fn a_typed_reference_taken_meanwhile_is_told_at_its_field() {
    let mut app = on_order();
    app.keys("C-u");
    app.text("MINE");
    app.keys("Enter");
    let (first, _) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    app.reply(Reply::NoLink(first));
    assert_eq!((app.model.screen, app.focus()), (Screen::Order, Some(FieldId::Reference)));
    assert_eq!(app.model.wizard.issue(FieldId::Reference), Some(&FieldError::ReferenceUsed));
    assert!(!app.model.wizard.submitting);
}

#[test]
fn a_try_that_only_seemed_to_fail_makes_no_second_link() {
    let mut app = App::new();
    app.go_to_last_step();
    let (first, _) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::Ledger("disk full".into()))));
    assert!(!app.model.wizard.submitting);
    let (second, _) = App::submitted(&app.keys("Enter")).unwrap();
    assert_eq!(first, second, "the same id");
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    let mut made = link(1, LinkState::Open);
    made.id = first;
    let effects = app.reply(Reply::Link(Box::new(made), Vec::new()));
    assert!(effects.contains(&Effect::KeepDraft(None)));
    assert_eq!((app.model.screen, App::submitted(&effects)), (Screen::Link, None));
}

#[test]
fn a_draft_that_became_a_link_before_a_crash_is_not_sold_again() {
    let draft = Draft { id: Some(id(7)), phone: "41234567".into(), ..Draft::default() };
    let remembered = || Reply::Remembered {
        draft: Some(Box::new(draft.clone())),
        qr: QrWish::default(),
        defaults: Defaults::default(),
    };
    let mut app = App::bare(Some(shop()));
    assert_eq!(app.reply(remembered()), [Effect::LoadLink(id(7))]);
    assert!(
        app.reply(Reply::Link(Box::new(link(7, LinkState::Open)), Vec::new()))
            .contains(&Effect::KeepDraft(None))
    );
    assert!(!app.model.dashboard.draft_waiting && !app.draft().has_content());
    assert_eq!(app.model.screen, Screen::Dashboard);

    let mut app = App::bare(Some(shop()));
    app.reply(remembered());
    app.reply(Reply::NoLink(id(7)));
    assert!(app.model.dashboard.draft_waiting);
    assert_eq!((app.draft().phone.as_str(), app.draft().id), ("41234567", Some(id(7))));
}

#[test]
fn a_draft_sold_in_another_window_is_not_sold_again() {
    let mut first = App::new();
    first.go_to_last_step();
    let draft = Some(Box::new(first.draft().clone()));
    let mut second = App::bare(Some(shop()));
    second.reply(Reply::Remembered { draft, qr: QrWish::default(), defaults: Defaults::default() });
    second.reply(Reply::NoLink(first.draft().id.unwrap()));
    second.keys("n Enter C-n Enter");
    let (sold, _) = App::submitted(&second.keys("Enter")).unwrap();
    // Back at the first window, where the same sale still stands.
    let effects = first.keys("Enter");
    assert_eq!(App::submitted(&effects).unwrap().0, sold);
    assert_eq!(first.reply(Reply::Kept(Err(KeepError::ReferenceUsed))), [Effect::LoadLink(sold)]);
    let mut made = link(1, LinkState::Open);
    made.id = sold;
    let effects = first.reply(Reply::Link(Box::new(made), Vec::new()));
    assert_eq!((first.model.screen, App::submitted(&effects)), (Screen::Link, None));
    assert!(!first.draft().has_content());
}

#[test]
fn a_mistake_on_an_earlier_step_is_gone_to() {
    let mut app = App::new();
    app.go_to_last_step();
    app.model.wizard.draft.lines[0].price = "0".into();
    let effects = app.keys("Enter");
    assert_eq!(App::submitted(&effects), None);
    assert_eq!((app.model.screen, app.focus()), (Screen::Products, Some(FieldId::Price(0))));
}

#[test]
fn every_choice_reaches_the_sale() {
    let mut app = App::new();
    app.keys("n");
    app.reply(Reply::Reference("KARI-1".into()));
    app.keys("Enter");
    app.paste("Laks;1,5;249,90;15\nBrød;2;45;15");
    app.keys("C-n Tab 2 Tab 3");
    for text in ["Kari Nordmann", "Storgata 1", "0155", "Oslo"] {
        app.text(text);
        app.keys("Tab");
    }
    app.keys("Tab Space Enter");
    assert_eq!(app.model.screen, Screen::Delivery);
    app.keys("Right");
    app.text("kari@example.com");
    let (_, sale) = App::submitted(&app.keys("Enter")).unwrap();
    assert_eq!(sale.lines.len(), 2);
    assert_eq!(sale.lines[0].amount().minor(), 37_485);
    assert_eq!(sale.lines[0].vat.hundredths(), 1500);
    assert_eq!(sale.expires_at.to_string(), "2026-11-29T12:41:07Z");
    assert!(matches!(&sale.address, AddressPlan::Known(a) if a.postal_code == "0155" && a.country == "NO"));
    assert!(!sale.auto_capture);
    assert!(matches!(&sale.delivery, Delivery::Email(e) if e.as_str() == "kari@example.com"));
}

// ---- the draft's life ----

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
    let effects = app.keys("C-x y");
    assert!(effects.contains(&Effect::KeepDraft(None)));
    assert_eq!((app.model.screen, app.draft().has_content()), (Screen::Payment, false));
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

fn link_screen_of(link: crate::domain::link::Link) -> crate::app::model::LinkScreen {
    crate::app::model::LinkScreen {
        id: link.id,
        link: Some(link),
        outbox: Vec::new(),
        busy: false,
        scroll: 0,
        just_paid: false,
        deliver: false,
    }
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
