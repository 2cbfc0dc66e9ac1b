use super::super::*;
use super::{on_products, said, three_lines};
use crate::app::check::FieldError;
use crate::app::field::MAX;
use crate::app::model::Target;
use crate::app::msg::Msg;
use crate::domain::line::LineError;

#[test]
fn what_is_filled_in_is_not_asked_back() {
    let number = |text: &str| products::filled_in(text.parse().unwrap(), ',');
    assert_eq!([number("2"), number("1.5"), number("0.25")], ["2", "1,5", "0,25"]);
    // Sold by weight, and sold again.
    assert_eq!(number("1.249"), "1,249");
    assert_eq!(crate::domain::amount::parse_quantity("1,249"), Ok("1.249".parse().unwrap()));
}

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

#[test]
fn a_line_with_anything_typed_is_told_what_is_wrong_in_it() {
    let mut app = on_products();
    app.keys("Enter");
    app.text("Kaffe");
    assert_eq!(app.model.wizard.issue(FieldId::Quantity(0)), None, "still typing");
    app.keys("Enter");
    let not_a_number = FieldError::Amount(crate::domain::amount::AmountError::NotANumber);
    assert_eq!(app.model.wizard.issue(FieldId::Quantity(0)), Some(&not_a_number));
    assert_eq!(
        app.model.wizard.issue(FieldId::Description(0)),
        Some(&FieldError::Line(LineError::NoDescription)),
        "it was gone past"
    );
    app.keys("Enter");
    assert_eq!(app.model.wizard.issue(FieldId::Price(0)), Some(&FieldError::Missing));
    app.text("1000");
    app.keys("S-Tab");
    assert!(matches!(app.model.wizard.issue(FieldId::Vat(0)), Some(FieldError::Vat(_))));
    assert!(available(&app.model, Action::RemoveLine), "and it can be removed");
    app.keys("C-n");
    assert_eq!((app.model.screen, said(&app)), (Screen::Products, Some(&Say::MendFirst)));
    app.keys("C-d");
    assert_eq!(app.lines(), [["", "1", "", "25"]]);
    assert_eq!(app.draft().removed.len(), 1, "what was typed can come back");
}

#[test]
fn one_wrong_number_alone_keeps_the_step() {
    for (fields, typed, wrong) in
        [("Tab", "abc", FieldId::Quantity(1)), ("Tab Tab Tab", "x", FieldId::Vat(1))]
    {
        let mut app = on_products();
        app.text("Vaffel");
        app.keys("Enter Enter");
        app.text("45");
        app.keys("Enter Enter");
        assert_eq!(app.focus(), Some(FieldId::Description(1)));
        app.keys(fields);
        app.text(typed);
        app.keys("C-n");
        assert_eq!((app.model.screen, said(&app)), (Screen::Products, Some(&Say::MendFirst)), "{typed}");
        assert!(app.model.wizard.issue(wrong).is_some());
        app.keys("C-d C-n");
        assert_eq!(app.model.screen, Screen::Order);
    }
}

#[test]
fn a_rate_alone_makes_a_line_and_the_usual_one_does_not() {
    let mut app = on_products();
    app.keys("Enter Enter Enter C-u");
    assert!(!app.draft().has_content(), "emptied is not typed");
    app.text("25");
    assert!(!app.draft().has_content());
    app.keys("C-u");
    app.text("15");
    assert!(app.draft().has_content());
    app.keys("Enter");
    assert!(app.model.wizard.issue(FieldId::Description(0)).is_some());
}

#[test]
fn a_number_typed_where_one_stands_takes_its_place() {
    let mut app = on_products();
    app.text("Fisk");
    app.keys("Enter");
    app.text("2");
    app.keys("Enter");
    app.text("10");
    app.keys("Enter S-Tab S-Tab");
    app.text("3");
    app.keys("Tab");
    app.text("57");
    assert_eq!(app.lines()[0], ["Fisk", "3", "57", "25"]);
    app.keys("Tab S-Tab Left");
    app.text("8");
    assert_eq!(app.lines()[0][2], "587", "an arrow edits it");
    app.keys("Tab S-Tab Backspace");
    assert_eq!(app.lines()[0][2], "58");
    app.keys("Tab S-Tab Home");
    app.text("1");
    assert_eq!(app.lines()[0][2], "158");
    app.keys("S-Tab S-Tab End");
    app.text("eboller");
    assert_eq!(app.lines()[0][0], "Fiskeboller", "words are gone on with");
}

#[test]
fn what_was_typed_over_comes_back() {
    let mut app = on_products();
    app.text("Fisk");
    app.keys("Enter Enter");
    app.text("10");
    app.keys("Tab S-Tab");
    app.text("7");
    app.keys("C-z");
    assert_eq!((app.lines()[0][2], app.focus()), ("10", Some(FieldId::Price(0))));
    app.keys("C-z");
    assert_eq!(said(&app), Some(&Say::NothingToUndo), "the usual quantity and an empty field are no loss");
}
