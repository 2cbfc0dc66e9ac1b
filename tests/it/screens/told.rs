//! What is told to a seller with an account of their own: once, and with what can be done about it.

use paylink::domain::link::LinkState;
use paylink::domain::reference::Reference;
use paylink::i18n::Lang;

use super::models::Scene;
use super::seen;

/// The words of a screen in one line, without a code.
fn flat(screen: &str) -> String {
    screen.replace(['█', '▀', '▄'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn reserved_money_is_told_with_the_command_that_takes_it() {
    let screen = |reference: &'static str, own: bool, profiles: &'static [&'static str]| {
        flat(&seen(Scene::LinkPaid, (100, 30), Lang::English, |model| {
            let shop = model.shop.as_mut().unwrap();
            shop.own_sandbox = own.then(|| "http://127.0.0.1:4242/sandbox".to_owned());
            let accounts = ["T12345678", "P12345678"].iter().zip(profiles);
            shop.profiles.by_account = accounts.map(|(a, p)| ((*a).to_owned(), (*p).to_owned())).collect();
            let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
            link.state = LinkState::Authorized;
            link.sale.reference = Reference::parse(reference).unwrap();
        }))
    };
    let command = "Run: paylink capture KARI-1122-014";
    assert!(screen("KARI-1122-014", false, &["shop"]).contains(command));
    assert!(
        !screen("KARI-1122-014", true, &["shop"]).contains("paylink capture"),
        "a demo has no command line"
    );
    let spaces = screen("Ordre #3 (ny)", false, &["shop"]);
    assert!(spaces.contains("paylink capture \"Ordre #3 (ny)\""), "{spaces}");
    let two = screen("KARI-1122-014", false, &["shop", "fair"]);
    assert!(two.contains("paylink --profile shop capture KARI-1122-014"), "{two}");
}

#[test]
fn who_has_no_name_is_called_by_the_account_once() {
    for size in [(80, 24), (100, 30)] {
        let screen = seen(Scene::Dashboard, size, Lang::English, |model| {
            let shop = model.shop.as_mut().unwrap();
            shop.merchant_name.clone_from(&shop.account_id);
        });
        assert_eq!(screen.lines().next().unwrap().matches("T12345678").count(), 1, "{screen}");
    }
}
