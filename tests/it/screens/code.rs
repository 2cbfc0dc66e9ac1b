//! The code and its window: what is told where it has no room, the keys that change it, and the word in its place.

use paylink::app::effect::Effect;
use paylink::app::key::Key;
use paylink::app::model::{QrWish, Screen};
use paylink::app::{Model, Msg, update};
use paylink::domain::link::LinkState;
use paylink::i18n::Lang;
use ratatui::style::Color;

use super::models::{Scene, URL};
use super::{drawn, look, plain, text};

fn with_address(screen: Screen, length: usize, size: (u16, u16)) -> Model {
    let mut model = Scene::QrFull.model(size);
    model.screen = screen;
    let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
    link.url = Some(format!("{URL}{}", "x".repeat(length - URL.len())));
    model
}

/// What is written in a window of this size, and whether a code is drawn in it.
fn seen(model: &Model, size: (u16, u16)) -> (String, bool) {
    let mut model = model.clone();
    model.size = size;
    let (buffer, ..) = drawn(&model, &look(Lang::English, plain()), size);
    let shown = buffer.content().iter().any(|c| c.bg == Color::Indexed(0));
    (text(&buffer, None), shown)
}

/// The window that is asked for.
fn asked_for(words: &str) -> (u16, u16) {
    let (_, rest) = words.split_once("at least ").unwrap_or_else(|| panic!("{words}"));
    let (columns, rest) = rest.split_once(" × ").unwrap();
    (columns.parse().unwrap(), rest.split_once(',').unwrap().0.parse().unwrap())
}

#[test]
fn in_the_window_that_is_asked_for_the_code_is_shown_and_in_no_smaller_one() {
    let small = (80, 23);
    let mut too_long = 0;
    for screen in [Screen::Link, Screen::QrFull] {
        for length in (URL.len()..=2_000).step_by(89) {
            let model = with_address(screen, length, small);
            let (words, shown) = seen(&model, small);
            if shown {
                continue;
            }
            too_long += 1;
            let (columns, rows) = asked_for(&words);
            let shown = |size| seen(&model, size).1;
            assert!(shown((columns, rows)), "{screen:?} {length}: {columns} × {rows}");
            assert!(!shown((columns, rows - 1)), "{screen:?} {length}: {columns} × {rows}");
            assert!(!shown((columns - 1, rows)), "{screen:?} {length}: {columns} × {rows}");
        }
    }
    assert!(too_long > 30, "{too_long}");
}

#[test]
fn the_footer_offers_the_keys_that_change_the_code() {
    let without_footer = |words: &str| words.trim_end().rsplit_once('\n').unwrap().0.to_owned();
    let code = |words: &str| without_footer(words).split_once('\n').unwrap().1.to_owned();
    let (mut offered, mut kept_back) = (0, 0);
    for size in [(80, 24), (80, 26), (120, 24), (120, 40), (200, 60)] {
        for length in [URL.len(), 110, 160] {
            for wish in [(false, false), (true, false), (false, true), (true, true)] {
                let mut model = with_address(Screen::QrFull, length, size);
                model.qr = QrWish { strong: wish.0, full_blocks: wish.1 };
                let (words, shown) = seen(&model, size);
                // The last line is where the caret stands.
                let words = words.rsplit_once('\n').unwrap().0.to_owned();
                let footer = words.lines().last().unwrap().to_owned();
                assert!(footer.contains("Esc back"), "{footer}");
                let level = QrWish { strong: !wish.0, ..model.qr };
                let drawing = QrWish { full_blocks: !wish.1, ..model.qr };
                for (key, other) in [("v QR against glare", level), ("d QR in blocks", drawing)] {
                    let mut model = model.clone();
                    model.qr = other;
                    let then = seen(&model, size).0;
                    let then = then.rsplit_once('\n').unwrap().0;
                    let about = format!("{key} {size:?} {length} {wish:?}\n{words}");
                    if footer.contains(key) {
                        assert!(shown, "{about}");
                        assert_ne!(without_footer(&words), without_footer(then), "{about}");
                        offered += 1;
                    } else {
                        assert_eq!(code(&words), code(then), "{about}");
                        kept_back += 1;
                    }
                }
            }
        }
    }
    assert!(offered > 20 && kept_back > 20, "{offered} {kept_back}");
}

/// A key for what there is no room for changes nothing, says so, and is not remembered for a larger window.
#[test]
fn a_code_that_has_no_room_is_refused_on_both_screens() {
    for screen in [Screen::Link, Screen::QrFull] {
        for (size, lacks) in [((80, 24), true), ((140, 60), false)] {
            let mut model = with_address(screen, URL.len(), size);
            let look = look(Lang::English, plain());
            let (before, _, hits) = drawn(&model, &look, size);
            for (key, words) in
                [('v', "No room for the QR against glare here"), ('d', "No room for blocks here")]
            {
                update(&mut model, Msg::CodeDrawn(hits.lacks()), &look.now);
                let effects = update(&mut model, Msg::Key(Key::char(key)), &look.now);
                let (after, ..) = drawn(&model, &look, size);
                let flat: String = text(&after, None).split_whitespace().collect::<Vec<_>>().join(" ");
                let told = words.split(' ').all(|word| flat.contains(word));
                assert_eq!(told, lacks, "{screen:?} {size:?} {flat}");
                assert_eq!(model.qr == QrWish::default(), lacks, "{screen:?} {size:?} {key}");
                assert_eq!(effects.iter().any(|e| matches!(e, Effect::KeepQr(_))), !lacks);
                let code = |b: &ratatui::buffer::Buffer| {
                    let cells = b.content().iter().zip(0..).filter(|(c, _)| c.bg == Color::Indexed(0));
                    cells.map(|(c, at)| (at, c.symbol().to_owned())).collect::<Vec<(i32, String)>>()
                };
                assert_eq!(code(&before) == code(&after), lacks, "{screen:?} {size:?} {key}");
                model.qr = QrWish::default();
                model.toast = None;
            }
        }
    }
}

#[test]
fn a_payment_that_was_declined_is_told_in_large_letters_in_every_language() {
    let size = (80, 24);
    let mut model = Scene::LinkLive.model(size);
    model.link.as_mut().unwrap().link.as_mut().unwrap().state = LinkState::Declined;
    for (lang, word) in [(Lang::English, "DECLINED"), (Lang::Bokmal, "AVSLÅTT")] {
        let (buffer, ..) = drawn(&model, &look(lang, plain()), size);
        let words = text(&buffer, None);
        assert_eq!(words.matches(word).count(), 1, "beside it, in the story:\n{words}");
        assert!(words.matches('█').count() > 15, "{words}");
        assert!(words.contains("Vipps") && words.contains("12:41:52"), "the story keeps its times:\n{words}");
    }
}

/// Across a counter, size is what counts.
#[test]
fn in_a_large_window_the_code_is_twice_as_large() {
    for (size, columns) in [((80, 24), 41..46), ((140, 45), 82..91), ((200, 60), 82..91)] {
        let (buffer, ..) = drawn(&Scene::QrFull.model(size), &look(Lang::English, plain()), size);
        let wide = buffer.content().chunks(usize::from(size.0));
        let widest = wide.map(|row| row.iter().filter(|c| c.bg == Color::Indexed(0)).count()).max().unwrap();
        assert!(columns.contains(&widest), "{size:?}: {widest}");
    }
}
