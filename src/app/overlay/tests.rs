use super::*;
use crate::app::Model;
use crate::app::keys::{self, Context, TABLE};
use crate::app::model::Screen;
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
    // Not beyond the end: the next key upwards is seen.
    app.send(Msg::Scroll(i16::MAX));
    let end = scrolled(&app.model);
    assert_eq!(end, help::Layout::of(&app.model).most);
    app.keys("Down Up");
    assert_eq!(scrolled(&app.model), end - 1);
    app.keys("n");
    scrolled(&app.model);
    app.keys("Esc");
    assert_eq!(app.model.overlay, None);
}

#[test]
fn help_begins_with_the_keys_of_the_screen_and_has_all() {
    let mut app = App::new();
    app.model.shop.as_mut().unwrap().own_sandbox = Some("http://127.0.0.1:4242/sandbox".into());
    // Who has an account has no first start any more.
    let first = TABLE.iter().filter(|b| matches!(b.context, Context::Welcome | Context::SetUp)).count();
    for (screen, here) in [
        (Screen::Dashboard, Context::Dashboard),
        (Screen::Payment, Context::Payment),
        (Screen::Products, Context::Products),
        (Screen::Order, Context::Order),
        (Screen::Delivery, Context::Delivery),
        (Screen::Link, Context::Link),
        (Screen::QrFull, Context::QrFull),
        (Screen::List, Context::List),
    ] {
        app.model.screen = screen;
        let rows = help::rows(&app.model);
        assert!(matches!(rows[0], help::Row::Title(first) if first == here), "{here:?}");
        let keys = rows.iter().filter(|row| matches!(row, help::Row::Keys(_))).count();
        // Where lines are edited, Ctrl-Z brings one back: that it suspends elsewhere is not told there.
        // And a link that can be neither cancelled nor changed tells of no key for it.
        let left_out = match here {
            Context::Products => 1,
            Context::Link => 2,
            _ => 0,
        };
        assert_eq!(keys, TABLE.len() - first - left_out, "{here:?}");
    }
    app.model.screen = Screen::Order;
    let global = help::rows(&app.model).iter().position(|r| matches!(r, help::Row::Title(Context::Global)));
    let order = TABLE.iter().filter(|b| b.context == Context::Order).count();
    assert_eq!(global, Some(order + 2), "those that work everywhere come next");
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
