use super::*;
use crate::app::Model;
use crate::app::keys;
use crate::app::msg::Msg;
use crate::app::testing::App;

fn scrolled(model: &Model) -> u16 {
    match model.overlay {
        Some(Overlay::Help { scroll }) => scroll,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn help_opens_scrolls_and_closes() {
    let mut app = App::new();
    app.keys("? Up");
    assert_eq!(scrolled(&app.model), 0);
    app.keys("Down PgDn Space PgUp");
    assert_eq!(scrolled(&app.model), 11);
    app.send(Msg::Scroll(i16::MAX));
    assert!(usize::from(scrolled(&app.model)) <= TABLE.len() + 2 * Context::ALL.len());
    app.keys("n");
    scrolled(&app.model);
    app.keys("Esc");
    assert_eq!(app.model.overlay, None);
}

#[test]
fn every_key_in_every_context_means_one_thing() {
    for binding in TABLE {
        for key in binding.keys {
            let same: Vec<_> =
                TABLE.iter().filter(|b| b.context == binding.context && b.keys.contains(key)).collect();
            assert_eq!(same.len(), 1, "{:?} {}", binding.context, key.label());
            assert_eq!(keys::action(binding.context, *key), Some(binding.action));
        }
    }
}

#[test]
fn the_footer_shows_only_what_works() {
    let app = App::new();
    let actions: Vec<Action> = keys::footer(&app.model, Context::Dashboard).map(|b| b.action).collect();
    assert!(actions.contains(&Action::New) && !actions.contains(&Action::Open));
}
