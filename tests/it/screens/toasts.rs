//! Messages are read to their end, and cover nothing that is being worked at.

use paylink::app::model::{Toast, Tone};
use paylink::app::say::Say;
use paylink::i18n::Lang;
use paylink::ports::{LedgerError, Unusable};

use super::models::Scene;
use super::{drawn, look, plain, text};

/// What is said of a ledger is longest.
fn long_ones() -> Vec<Say> {
    let unusable = |why| {
        let path = std::path::Path::new("/home/kari/paylink/paylink.db");
        Say::Ledger(LedgerError::unusable(path, why))
    };
    let kinds = [
        Unusable::NotWritable,
        Unusable::NoPermission,
        Unusable::ReadOnlyDisk,
        Unusable::Full,
        Unusable::NotAFolder,
        Unusable::IsAFolder,
        Unusable::NotThere,
        Unusable::CantMake,
        Unusable::NotOurs,
        Unusable::Foreign,
        Unusable::Damaged,
        Unusable::CantOpen,
        Unusable::Io,
        Unusable::Locked,
        Unusable::InUse,
    ];
    let mut all: Vec<Say> = kinds.into_iter().map(unusable).collect();
    all.push(Say::AnotherSale { reference: "KARI-1122-014-AGAIN-AND-AGAIN".into() });
    all
}

fn words(text: &str) -> String {
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_long_message_is_read_to_its_end_and_what_has_the_focus_stays_in_sight() {
    let size = (80, 24);
    let scenes = [
        Scene::Dashboard,
        Scene::DashboardTrouble,
        Scene::Payment,
        Scene::Products,
        Scene::ProductsMistakes,
        Scene::Order,
        Scene::OrderFull,
        Scene::Delivery,
        Scene::DeliveryMistake,
        Scene::List,
        Scene::Welcome,
        Scene::SetUp,
    ];
    for lang in [Lang::English, Lang::Bokmal] {
        let look = look(lang, plain());
        for (scene, say) in
            scenes.iter().flat_map(|scene| long_ones().into_iter().map(move |say| (scene, say)))
        {
            let mut model = scene.model(size);
            model.toast = None;
            let (before, caret, _) = drawn(&model, &look, size);
            let before = text(&before, None);
            let said = words(&look.texts.say(&say));
            model.toast = Some(Toast { tone: Tone::Error, say });
            let (after, caret_after, hits) = drawn(&model, &look, size);
            let after = text(&after, None);
            assert!(words(&after).contains(&said), "{scene:?}: {said}\n{after}");
            assert_eq!(caret, caret_after);
            let focus = before.lines().position(|line| line.contains(" ▸ "));
            for row in focus.into_iter().chain(caret.map(|(_, row)| usize::from(row))) {
                assert_eq!(before.lines().nth(row), after.lines().nth(row), "{scene:?}\n{after}");
            }
            // Nothing is clicked through it.
            let rows: Vec<usize> =
                (0..24).filter(|row| before.lines().nth(*row) != after.lines().nth(*row)).collect();
            for (row, column) in rows.iter().flat_map(|row| (0..80).map(move |column| (*row, column))) {
                assert_eq!(hits.at(column, u16::try_from(row).unwrap()), None, "{scene:?}\n{after}");
            }
        }
    }
}

#[test]
fn beside_the_code_a_long_message_is_read_to_its_end_too() {
    let size = (80, 24);
    for lang in [Lang::English, Lang::Bokmal] {
        let look = look(lang, plain());
        for say in long_ones() {
            let mut model = Scene::LinkLive.model(size);
            let said = words(&look.texts.say(&say));
            model.toast = Some(Toast { tone: Tone::Error, say });
            let after = text(&drawn(&model, &look, size).0, None);
            let beside: Vec<String> = after.lines().map(|line| line.chars().skip(43).collect()).collect();
            assert!(words(&beside.join(" ")).contains(&said), "{said}\n{after}");
        }
    }
}

/// A message of one row has its place kept: what is read beside the code, and clicked, stays where it is.
#[test]
fn nothing_moves_beside_the_code_when_a_message_comes() {
    let account = |scene: Scene, size| {
        let mut model = scene.model(size);
        model.shop.as_mut().unwrap().own_sandbox = None;
        model
    };
    let sandbox = |scene: Scene, size| scene.model(size);
    for scene in [Scene::LinkLive, Scene::LinkPaid, Scene::LinkQueued] {
        for (mut model, size) in [
            (account(scene, (80, 24)), (80, 24)),
            (account(scene, (100, 30)), (100, 30)),
            (sandbox(scene, (100, 30)), (100, 30)),
            (sandbox(scene, (200, 60)), (200, 60)),
        ] {
            let look = look(Lang::English, plain());
            model.toast = None;
            let before = text(&drawn(&model, &look, size).0, None);
            model.toast = Some(Toast { tone: Tone::Info, say: Say::Copied });
            let after = text(&drawn(&model, &look, size).0, None);
            let moved = before.lines().zip(after.lines()).filter(|(before, after)| before != after);
            let moved: Vec<&str> = moved.map(|(_, after)| after).collect();
            assert!(moved.len() == 1 && moved[0].contains("Copied."), "{scene:?} {size:?} {moved:?}");
        }
    }
}
