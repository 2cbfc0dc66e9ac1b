use super::*;
use crate::app::msg::{Failed, Msg, Reply};
use crate::app::testing::{App, id, link};
use crate::domain::link::LinkState;
use crate::ports::LedgerError;

fn rows(range: std::ops::Range<u128>) -> Vec<LinkRow> {
    range.map(|n| LinkRow::from(&link(n, LinkState::Open))).collect()
}

fn finds(effects: &[Effect]) -> Vec<(u64, String, u32)> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Find { ticket, search, offset, .. } => Some((*ticket, search.clone(), *offset)),
            _ => None,
        })
        .collect()
}

#[test]
fn search_as_you_type_and_late_answers_are_dropped() {
    let mut app = App::new();
    let effects = app.keys("/");
    assert_eq!(finds(&effects), [(1, String::new(), 0)]);
    assert_eq!(finds(&app.keys("/")), [], "the search has the focus already");
    assert_eq!(app.model.list.search.value(), "");
    let effects = app.text("ka");
    assert_eq!(finds(&effects), [(2, "k".into(), 0), (3, "ka".into(), 0)]);
    app.reply(Reply::Found { ticket: 2, rows: rows(0..9), offset: 0, total: 9, all: 9 });
    assert!(app.model.list.rows.is_empty() && app.model.list.loading);
    app.reply(Reply::Found { ticket: 3, rows: rows(0..3), offset: 0, total: 3, all: 3 });
    assert_eq!((app.model.list.rows.len(), app.model.list.loading), (3, false));
    assert_eq!(finds(&app.keys("Left Home")), [], "moving the caret asks nothing");
    assert_eq!(finds(&app.keys("Tab")).len(), 1);
    assert_eq!(app.model.list.filter, ListFilter::Open);
    app.keys("Tab Tab Tab Tab Tab");
    assert_eq!(app.model.list.filter, ListFilter::All);
}

/// Rows that can't be read are not waited for; those that were asked for since are.
#[test]
fn rows_that_could_not_be_read_are_not_waited_for() {
    let mut app = App::new();
    app.keys("/");
    app.text("ka");
    let trouble = |ticket| Reply::LedgerTrouble(Failed::List(ticket), LedgerError::Database("locked".into()));
    app.reply(trouble(2));
    assert!(app.model.list.loading, "an older question");
    app.reply(trouble(3));
    assert!(!app.model.list.loading && app.model.list.unread);
    app.text("r");
    assert!(!app.model.list.unread, "asked again");
}

#[test]
fn more_rows_come_as_the_choice_nears_the_end() {
    let mut app = App::new();
    app.keys("l");
    app.reply(Reply::Found { ticket: 1, rows: rows(0..100), offset: 0, total: 150, all: 150 });
    assert_eq!(finds(&app.keys("Down")), []);
    let effects = app.keys("PgDn PgDn PgDn PgDn");
    assert_eq!(finds(&effects), [(2, String::new(), 100)], "once");
    app.reply(Reply::Found { ticket: 2, rows: rows(99..150), offset: 100, total: 150, all: 150 });
    assert_eq!(app.model.list.rows.len(), 150, "none twice");
    app.send(Msg::Scroll(1000));
    assert_eq!(app.model.list.chosen, 149);
    let effects = app.keys("Enter");
    assert!(effects.contains(&Effect::LoadLink(id(149))));
    app.keys("Esc");
    assert_eq!((app.model.screen, app.model.list.chosen), (Screen::List, 149));
    app.keys("Esc");
    assert_eq!(app.model.screen, Screen::Dashboard);
}

#[test]
fn an_end_that_comes_early_is_an_end() {
    let mut app = App::new();
    app.keys("l");
    app.reply(Reply::Found { ticket: 1, rows: rows(0..10), offset: 0, total: 50, all: 50 });
    assert_eq!(finds(&app.keys("Down")).len(), 1);
    app.reply(Reply::Found { ticket: 2, rows: Vec::new(), offset: 10, total: 50, all: 50 });
    assert_eq!(finds(&app.keys("Down Down")), []);
}

/// What hides links is taken back a step at a time: what it would show then is what is counted.
#[test]
fn all_are_shown_again_with_one_key() {
    let mut app = App::new();
    app.keys("l");
    let asked = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Find { search, filter, .. }] => Some((search.clone(), *filter)),
        _ => None,
    };
    assert!(!available(&app.model, Action::ShowAll));
    assert_eq!(asked(app.keys("C-x")), None, "nothing is hidden");
    app.text("ka");
    app.keys("Tab");
    assert!(available(&app.model, Action::ShowAll));
    assert_eq!(asked(app.keys("C-x")), Some(("ka".into(), ListFilter::All)));
    assert!(available(&app.model, Action::ShowAll));
    assert_eq!(asked(app.keys("C-x")), Some((String::new(), ListFilter::All)));
    assert!(!available(&app.model, Action::ShowAll));
}

#[test]
fn a_search_is_pasted_too() {
    let mut app = App::new();
    app.keys("l");
    assert_eq!(finds(&app.paste(" 412 34 567\n")), [(2, "412 34 567".into(), 0)]);
}
