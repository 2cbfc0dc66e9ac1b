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

/// On the last step as the sale before left it: with a link and nothing else.
fn link_only() -> App {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("C-u Right Right");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Link, Some(FieldId::Channel)));
    app
}

#[test]
fn a_number_typed_where_only_a_link_is_chosen_is_a_number_for_an_sms() {
    for number in ["91234567", "+4791234567"] {
        let mut app = link_only();
        app.text(number);
        assert_eq!((app.draft().channel, app.focus()), (Channel::Sms, Some(FieldId::Phone)));
        assert_eq!(app.draft().phone, number);
        let (_, sale) = App::submitted(&app.keys("Enter")).unwrap();
        assert!(matches!(sale.delivery, crate::domain::sale::Delivery::Sms(_)));
    }
}

#[test]
fn an_address_typed_where_only_a_link_is_chosen_is_an_e_mail_address() {
    let mut app = link_only();
    app.text("kari@example.com");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Email, Some(FieldId::Email)));
    assert_eq!(app.draft().email, "kari@example.com");
}

#[test]
fn what_is_pasted_where_only_a_link_is_chosen_goes_where_it_belongs() {
    for (text, channel) in
        [("912 34 567\n", Channel::Sms), ("24kari@example.com", Channel::Email), ("…", Channel::Link)]
    {
        let mut app = link_only();
        app.paste(text);
        assert_eq!(app.draft().channel, channel, "{text}");
        let typed = app.focus().and_then(|f| app.draft().text(f)).unwrap_or_default();
        assert_eq!(typed, if channel == Channel::Link { "" } else { text.trim() });
    }
}

#[test]
fn with_a_channel_chosen_everything_typed_is_for_that() {
    let mut app = link_only();
    app.keys("Left");
    assert_eq!((app.draft().channel, app.focus()), (Channel::Email, Some(FieldId::Channel)));
    app.text("7eleven@example.com");
    assert_eq!((app.draft().channel, app.draft().email.as_str()), (Channel::Email, "7eleven@example.com"));
}
