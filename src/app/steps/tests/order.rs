use super::super::*;
use super::{on_order, said};
use crate::app::check::FieldError;
use crate::app::draft::{AddressChoice, ExpiryChoice};
use crate::app::msg::Reply;
use crate::app::testing::App;
use crate::domain::address::AddressError;

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
    for (text, next) in [("Kari", FieldId::Street), ("Storgata 1", FieldId::PostalCode)] {
        app.text(text);
        app.keys("Enter");
        assert_eq!((app.focus(), said(&app)), (Some(next), None));
    }
    app.text("155");
    app.keys("Enter");
    assert_eq!(app.focus(), Some(FieldId::PostalCode), "what is wrong is told at once");
    assert_eq!(said(&app), Some(&Say::MendFirst));
    app.keys("Home");
    app.text("0");
    app.keys("Enter");
    assert_eq!(app.focus(), Some(FieldId::Place));
    app.text("Oslo");
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

/// No number is left out because a seller looked at it: an emptied field gets it back, and a sale with a reference of
/// its own leaves it to the next.
#[test]
fn a_proposed_reference_that_no_sale_has_is_the_next_one() {
    let mut app = on_order();
    let first = app.draft().reference.clone();
    assert!(!app.keys("C-u Tab").contains(&Effect::ProposeReference));
    assert_eq!((app.draft().reference.as_str(), app.draft().reference_typed), (first.as_str(), false));
    app.keys("S-Tab C-u");
    app.text("MINE");
    app.keys("C-n");
    let (sold, _) = App::submitted(&app.keys("Enter")).unwrap();
    assert!(!app.reply(Reply::Kept(Ok(sold))).contains(&Effect::ProposeReference));
    assert!(!app.keys("n").contains(&Effect::ProposeReference));
    assert_eq!((app.draft().reference.as_str(), app.draft().reference_typed), (first.as_str(), false));
}

#[test]
fn a_reference_that_a_sale_has_or_that_is_of_yesterday_is_not_proposed_again() {
    let mut app = on_order();
    app.keys("C-n");
    let (sold, _) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Ok(sold)));
    assert!(app.keys("n").contains(&Effect::ProposeReference));
    let mut app = on_order();
    app.now.at = app.now.at.saturating_add(jiff::SignedDuration::from_hours(24)).unwrap();
    assert!(app.keys("C-u Tab").contains(&Effect::ProposeReference));
    app.reply(Reply::Reference("KARI-1123-001".into()));
    assert_eq!(app.draft().reference, "KARI-1123-001");
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

#[test]
fn a_country_that_is_none_takes_no_other_mistake_away() {
    let mut app = on_order();
    app.keys("Tab Tab 3 Tab Tab");
    app.text("01555");
    app.keys("Tab Tab");
    assert_eq!(app.focus(), Some(FieldId::Country));
    let code = FieldError::Address(AddressError::PostalCode);
    for (country, error) in [
        ("ZZ", Some(AddressError::UnknownCountry)),
        ("Z", Some(AddressError::Country)),
        ("DK", None),
        ("D", Some(AddressError::Country)),
    ] {
        app.keys("C-u");
        app.text(country);
        app.keys("Tab S-Tab");
        let error = error.map(FieldError::Address);
        assert_eq!(app.model.wizard.issue(FieldId::Country), error.as_ref(), "{country}");
        assert_eq!(app.model.wizard.issue(FieldId::PostalCode), Some(&code), "{country}");
    }
    app.keys("C-u");
    app.text("SE");
    assert_eq!(app.model.wizard.issue(FieldId::PostalCode), None);
    app.keys("Backspace Tab");
    assert_eq!(
        app.model.wizard.issue(FieldId::PostalCode),
        None,
        "a Swedish one until it is another country"
    );
}
