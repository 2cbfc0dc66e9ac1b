use super::*;
use crate::app::model::Target;
use crate::app::msg::{Msg, Reply};
use crate::app::testing::{App, shop};
use crate::domain::cause::Cause;
use crate::domain::fault::FaultKind;
use crate::ports::Fault;

fn form() -> App {
    let mut app = App::bare(None);
    assert_eq!(app.model.screen, Screen::Welcome);
    app.keys("a");
    assert_eq!(app.model.screen, Screen::SetUp);
    app
}

fn filled() -> App {
    let mut app = form();
    for text in ["t12345678", "client", "s3cret", "Fjordfisk AS", "https://example.com/thanks"] {
        app.text(text);
        app.keys("Tab");
    }
    app
}

fn issue(app: &App, field: FieldId) -> Option<&FieldError> {
    app.model.set_up.issues.iter().find(|i| i.field == field).map(|i| &i.error)
}

#[test]
fn the_sandbox_is_one_key_away() {
    let mut app = App::bare(None);
    assert_eq!(app.keys("Enter"), [Effect::UseSandbox]);
    assert_eq!(app.keys("Enter s"), [], "once");
    let effects = app.reply(Reply::SetUp(Ok(Box::new(shop()))));
    assert_eq!(app.model.screen, Screen::Dashboard);
    assert!(effects.contains(&Effect::LoadDashboard) && effects.contains(&Effect::LoadRemembered));
    app.keys("n");
    assert_eq!(app.model.screen, Screen::Payment);
}

#[test]
fn an_account_is_tried_and_kept() {
    let mut app = filled();
    let effects = app.keys("Enter");
    let [Effect::SetUp(account)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((account.account_id.as_str(), account.client_secret.as_str()), ("T12345678", "s3cret"));
    assert_eq!(app.keys("Enter"), []);
    let trouble = SetUpTrouble::SignIn(Fault::new(FaultKind::NotSignedIn, Cause::theirs("401")));
    app.reply(Reply::SetUp(Err(trouble.clone())));
    assert_eq!(app.model.set_up.failed, Some(Say::SetUpFailed(trouble)));
    assert_eq!(app.model.set_up.fields[2].value(), "s3cret", "nothing typed is lost");
    assert_eq!(app.keys("Enter").len(), 1, "again");
    app.reply(Reply::SetUp(Ok(Box::new(shop()))));
    assert_eq!(app.model.set_up, SetUpForm::default());
}

#[test]
fn enter_is_told_as_saving_only_where_it_saves() {
    let mut app = form();
    assert!(!crate::app::saves_account(&app.model), "nothing is filled in");
    app = filled();
    assert!(crate::app::saves_account(&app.model));
    app.keys("S-Tab C-u");
    assert!(crate::app::saves_account(&app.model), "a page of one's own may be left out");
    app.text("http://example.com");
    assert!(!crate::app::saves_account(&app.model));
    assert_eq!(app.keys("Enter"), [], "and it doesn't");
    app.keys("C-u");
    assert_eq!(app.keys("Enter").len(), 1, "and it does");
}

#[test]
fn enter_leads_through_the_form() {
    let mut app = form();
    app.text("12345678");
    app.keys("Enter");
    assert_eq!((app.model.set_up.focus, issue(&app, FieldId::AccountId)), (0, Some(&FieldError::AccountId)));
    app.keys("Home");
    app.text("P");
    assert_eq!(issue(&app, FieldId::AccountId), None);
    app.keys("Enter");
    assert_eq!(app.model.set_up.focus, 1);
    app.text("c");
    app.keys("Enter");
    app.text("s");
    app.keys("Enter");
    app.text("M");
    app.keys("Enter");
    app.text("http://example.com");
    assert_eq!(app.keys("Enter"), []);
    assert_eq!(issue(&app, FieldId::ReturnUrl), Some(&FieldError::Url));
}

#[test]
fn a_client_id_that_cannot_be_one_is_told_and_any_other_is_tried() {
    for (text, sign) in [("two words", ' '), ("id:secret", ':'), ("klient-ø", 'ø'), ("a\u{a0}b", '\u{a0}')]
    {
        let mut app = form();
        app.text("T12345678");
        app.keys("Tab");
        app.text(text);
        app.keys("Tab");
        assert_eq!(issue(&app, FieldId::ClientId), Some(&FieldError::ClientId(sign)), "{text}");
    }
    for text in ["0f8c2c5e-7f0b-4c59-9f64-3f0a9d9f2b11", "client", "A_b.c~1+2/3=@!"] {
        let mut app = form();
        app.text("T12345678");
        app.keys("Tab");
        app.text(text);
        app.keys("Tab");
        assert_eq!(issue(&app, FieldId::ClientId), None, "{text}");
    }
}

#[test]
fn a_seller_without_a_page_of_their_own_leaves_it_empty() {
    let mut app = form();
    for text in ["t12345678", "client", "s3cret", "Fjordfisk AS"] {
        app.text(text);
        app.keys("Enter");
    }
    assert_eq!(app.model.set_up.focus, 4);
    let effects = app.keys("Enter");
    let [Effect::SetUp(account)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(account.return_url, "");
}

#[test]
fn a_secret_is_never_in_debug_text() {
    let app = filled();
    assert!(!format!("{:?}", app.model).contains("s3cret"));
}

#[test]
fn the_mouse_and_the_way_back() {
    let mut app = filled();
    app.send(Msg::Click(Target::Field(FieldId::MerchantName), 0));
    assert_eq!(app.model.set_up.focus, 3);
    app.paste(" x\n");
    assert_eq!(app.model.set_up.fields[3].value(), "xFjordfisk AS");
    app.keys("Esc a");
    assert_eq!(app.model.set_up.fields[1].value(), "client");
}
