//! A link whose story is longer than its room: its beginning is reached, and its end again.

use paylink::app::key::{Code, Key};
use paylink::app::{Model, Msg, update};
use paylink::domain::link::{EventKind, LinkEvent};
use paylink::i18n::Lang;
use paylink::ui::Look;

use super::models::{Scene, at};
use super::{drawn, look, plain, text};

/// What is told of a line that was cut doesn't fit beside a code.
const CUT: &str = "127.0.0.1:41527: the connection was cut: closed by the other side";

/// A link that was hard to send: the first and the last line of its story are each there once.
fn long(size: (u16, u16)) -> Model {
    let mut model = Scene::LinkLive.model(size);
    let event = |time: String, kind, detail: Option<&str>| LinkEvent {
        at: at(&format!("2026-11-22T{time}Z")),
        kind,
        detail: detail.map(str::to_owned),
        key: None,
    };
    let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
    link.events = vec![event("10:00:00".into(), EventKind::Created, None)];
    for minute in 1..10 {
        link.events.push(event(format!("10:0{minute}:00"), EventKind::Uncertain, Some(CUT)));
    }
    link.events.push(event("10:30:00".into(), EventKind::MessageSent, None));
    model
}

/// Draws it as the runtime does.
fn seen(model: &mut Model, look: &Look, size: (u16, u16)) -> String {
    let (buffer, caret, hits) = drawn(model, look, size);
    update(model, Msg::StoryDrawn(hits.beyond()), &look.now);
    text(&buffer, caret)
}

#[test]
fn a_long_story_is_read_from_its_end_to_its_beginning_and_back() {
    let size = (80, 24);
    for lang in [Lang::English, Lang::Bokmal] {
        let look = look(lang, plain());
        let mut model = long(size);
        let end = seen(&mut model, &look, size);
        // Oslo is an hour ahead.
        assert!(end.contains("11:30:00") && !end.contains("11:00:00"), "{end}");
        let mut pages = vec![end.clone()];
        loop {
            update(&mut model, Msg::Key(Key::plain(Code::Up)), &look.now);
            let page = seen(&mut model, &look, size);
            if Some(&page) == pages.last() {
                break;
            }
            pages.push(page);
            assert!(pages.len() < 100, "it doesn't end");
        }
        let beginning = &pages[pages.len() - 1];
        assert!(beginning.contains("11:00:00") && !beginning.contains("11:30:00"), "{beginning}");
        for minute in 1..10 {
            assert!(pages.iter().any(|page| page.contains(&format!("11:0{minute}:00"))), "{minute}");
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("long_story_end-{lang}"), end);
            insta::assert_snapshot!(format!("long_story_middle-{lang}"), pages[pages.len() / 2]);
            insta::assert_snapshot!(format!("long_story_beginning-{lang}"), beginning);
        });
        // At the beginning no key was taken that is to be paid back.
        for page in pages.iter().rev().skip(1) {
            update(&mut model, Msg::Key(Key::plain(Code::Down)), &look.now);
            assert_eq!(&seen(&mut model, &look, size), page);
        }
    }
}
