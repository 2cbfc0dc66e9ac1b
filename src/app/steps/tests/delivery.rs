use super::super::*;
use crate::app::draft::Channel;
use crate::app::testing::App;

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
