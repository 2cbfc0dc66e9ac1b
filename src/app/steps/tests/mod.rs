//! The steps under test, by subject.

mod delivery;
mod draft;
mod link;
mod order;
mod payment;
mod products;

use super::*;
use crate::app::testing::App;

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

fn three_lines() -> App {
    let mut app = on_products();
    app.paste("a;1;10\nb;2;20;15\nc;3;30;0");
    assert_eq!(app.lines(), [["a", "1", "10", "25"], ["b", "2", "20", "15"], ["c", "3", "30", "0"]]);
    app
}

fn on_order() -> App {
    let mut app = App::new();
    app.go_to_last_step();
    app.keys("Esc");
    assert_eq!((app.model.screen, app.focus()), (Screen::Order, Some(FieldId::Reference)));
    app
}

fn link_screen_of(link: crate::domain::link::Link) -> crate::app::model::LinkScreen {
    let id = link.id;
    crate::app::model::LinkScreen { link: Some(link), ..crate::app::model::LinkScreen::of(id) }
}
