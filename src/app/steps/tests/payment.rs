use super::super::*;
use crate::app::check::FieldError;
use crate::app::testing::{App, shop};
use crate::domain::method::Method;

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
