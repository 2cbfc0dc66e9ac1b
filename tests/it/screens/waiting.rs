//! What is said of what waits: why, what happens next, and what may have been carried out.

use paylink::app::Model;
use paylink::domain::cause::{Cause, Plain};
use paylink::domain::link::{Alarm, LinkId, LinkState};
use paylink::domain::reference::Reference;
use paylink::i18n::Lang;
use paylink::ports::{MoneyOrder, OutboxEntry, OutboxKind};
use uuid::Uuid;

use super::models::{self, Scene};
use super::{drawn, look, plain, text};

const SIZE: (u16, u16) = (80, 24);

fn screen(model: &Model, lang: Lang) -> String {
    let (buffer, caret, _) = drawn(model, &look(lang, plain()), SIZE);
    text(&buffer, caret)
}

fn snapshot(name: &str, model: &Model) {
    for lang in Lang::ALL {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}-{lang}"), screen(model, lang));
        });
    }
}

/// The link's first entry, changed.
fn with_entry(scene: Scene, change: impl FnOnce(&mut OutboxEntry)) -> Model {
    let mut model = scene.model(SIZE);
    let screen = model.link.as_mut().unwrap();
    let mut entry = models::entry(screen.id, false);
    change(&mut entry);
    screen.outbox = vec![entry];
    model
}

#[test]
fn a_link_that_the_payment_service_put_off_does_not_wait_for_a_connection() {
    let mut model = with_entry(Scene::LinkQueued, |entry| entry.last_error = Some("HTTP 429".into()));
    model.net = paylink::app::model::Net::Online;
    let shown = screen(&model, Lang::English);
    assert!(!shown.contains("connection"), "{shown}");
    assert!(shown.contains("429") && shown.contains("12:43:05"), "{shown}");
    snapshot("waiting-put-off", &model);
}

#[test]
fn a_link_that_was_not_tried_yet_says_so() {
    let model = with_entry(Scene::LinkQueued, |entry| entry.attempts = 0);
    assert!(screen(&model, Lang::English).contains("not tried yet"));
    assert!(screen(&model, Lang::Bokmal).contains("ikke prøvd ennå"));
}

/// With the key that works there. (The command line names the command.)
#[test]
fn what_came_to_no_end_is_told_with_its_key() {
    let mut model = Scene::LinkProgress.model(SIZE);
    let entry = &mut model.link.as_mut().unwrap().outbox[0];
    entry.last_error = Some(Cause::Plain(Plain::NoEndYet).to_string());
    for (lang, told) in [(Lang::English, "x drops it"), (Lang::Bokmal, "x dropper det")] {
        // Wide enough for it to stand on one line.
        let (buffer, caret, _) = drawn(&model, &look(lang, plain()), (200, 60));
        let shown = text(&buffer, caret);
        assert!(shown.contains(told) && !shown.contains("paylink outbox"), "{shown}");
    }
}

#[test]
fn what_may_have_been_carried_out_is_not_told_as_waiting() {
    let doubt = |entry: &mut OutboxEntry| {
        entry.kind = OutboxKind::Capture;
        entry.order = Some(MoneyOrder::default());
        (entry.attempts, entry.in_flight) = (8, true);
    };
    let model = with_entry(Scene::LinkPaid, doubt);
    snapshot("waiting-doubt", &model);
    let mut model = Scene::Dashboard.model(SIZE);
    let mut entry = models::entry(model.dashboard.rows[0].id, false);
    doubt(&mut entry);
    model.dashboard.outbox = vec![entry];
    for (lang, told, not) in [
        (Lang::English, "1 request may have been carried out", "goes out by itself"),
        (Lang::Bokmal, "1 forespørsel kan være utført", "sendes av seg selv"),
    ] {
        let shown = screen(&model, lang);
        assert!(shown.contains(told) && !shown.contains(not), "{shown}");
    }
    // On its way for the first time: there is no doubt yet.
    model.dashboard.outbox[0].attempts = 1;
    assert!(!screen(&model, Lang::English).contains("may have been"));
}

#[test]
fn a_double_payment_names_the_command_that_gives_one_back() {
    let mut model = Scene::LinkPaid.model(SIZE);
    model.shop.as_mut().unwrap().own_sandbox = None;
    model.link.as_mut().unwrap().link.as_mut().unwrap().alarms = vec![Alarm::DoublePayment];
    // By its id: the other link of the order has the same reference.
    let id = model.link.as_ref().unwrap().id;
    for lang in Lang::ALL {
        let flat = screen(&model, lang).split_whitespace().collect::<String>();
        assert!(flat.contains(&format!("refund{id}")), "{flat}");
    }
    snapshot("waiting-twice", &model);
}

#[test]
fn a_payment_after_the_links_own_went_back_says_where_it_is_given_back() {
    let mut model = Scene::LinkPaid.model(SIZE);
    let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
    link.state = LinkState::Refunded;
    link.raise(Alarm::PaidElsewhere, link.changed_at);
    for (lang, told) in [
        (Lang::English, "payment service! Deal with it, then press !"),
        (Lang::Bokmal, "betalingstjenesten! Ordne opp, og trykk !"),
    ] {
        // The picture beside it.
        let words = screen(&model, lang).replace(['▀', '▄', '█'], " ");
        let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(told), "{flat}");
    }
}

#[test]
fn a_paid_link_names_the_replacement_that_can_still_be_paid() {
    let mut model = Scene::LinkPaid.model(SIZE);
    let mut replacement = model.link.as_ref().unwrap().link.clone().unwrap();
    replacement.id = LinkId(Uuid::from_u128(77));
    replacement.sale.reference = Reference::parse("KARI-1122-014-2").unwrap();
    let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
    link.paid_though_replaced(&[replacement], link.changed_at);
    for (lang, told) in [
        (Lang::English, "Paid, and the replacement KARI-1122-014-2 can still be paid! Open that link"),
        (Lang::Bokmal, "Betalt, og erstatningen KARI-1122-014-2 kan fortsatt betales! Åpne den lenken"),
    ] {
        let flat = screen(&model, lang).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(told), "{flat}");
    }
    snapshot("waiting-replaced", &model);
}
