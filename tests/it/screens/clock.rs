//! A clock that is off is told where times are read.

use paylink::i18n::Lang;

use super::models::Scene;
use super::{drawn, look, plain, text};

#[test]
fn a_link_tells_that_the_clock_is_off() {
    // Beside a code it takes two rows.
    for (lang, words) in [(Lang::English, "ahead."), (Lang::Bokmal, "foran.")] {
        for (scene, off) in [(Scene::LinkLive, true), (Scene::LinkPaid, true), (Scene::LinkLive, false)] {
            let mut model = scene.model((80, 24));
            model.clock_off_by = off.then_some(-86_400);
            let (buffer, caret, _) = drawn(&model, &look(lang, plain()), (80, 24));
            let screen = text(&buffer, caret);
            let told = screen.lines().any(|row| row.trim_end().ends_with(words));
            assert_eq!(told, off, "{screen}");
        }
    }
}
