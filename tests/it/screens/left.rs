//! What is said of a link that was refused or given up, while the customer may hold something of it.

use paylink::domain::link::{DeliveryStatus, LinkState};
use paylink::i18n::Lang;
use paylink::ports::{OutboxEntry, OutboxKind};

use super::models::{self, Scene};
use super::{drawn, look, plain, text};

const SIZE: (u16, u16) = (80, 24);

/// The screen of a link that was in doubt, after it has ended so.
fn screen(state: LinkState, session: bool, looked_for: bool, reason: Option<&str>, lang: Lang) -> String {
    let mut model = Scene::LinkUncertain.model(SIZE);
    let screen = model.link.as_mut().unwrap();
    let link = screen.link.as_mut().unwrap();
    link.state = state;
    link.delivery_status = DeliveryStatus::Pending;
    link.session_id = session.then(|| "T12345678.465U8CUzaPVpneu1wt8Wei".to_owned());
    link.reason = reason.map(str::to_owned);
    let look_entry = OutboxEntry { kind: OutboxKind::Look, ..models::entry(link.id, false) };
    screen.outbox = if looked_for { vec![look_entry] } else { Vec::new() };
    let (buffer, caret, _) = drawn(&model, &look(lang, plain()), SIZE);
    text(&buffer, caret)
}

/// One line, however it was broken.
fn flat(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_may_be_with_the_customer_is_not_told_as_nothing() {
    let foreign = "the backend answered with a link to a foreign address; it was withdrawn";
    let scenes = [
        ("refused-foreign", LinkState::Refused, true, false, Some(foreign)),
        ("refused-lost", LinkState::Refused, false, true, Some("order.amount must equal the sum of items")),
        ("refused-past", LinkState::Refused, false, false, Some("order.amount must equal the sum of items")),
        ("cancelled-lost", LinkState::Cancelled, false, true, None),
        ("cancelled-past", LinkState::Cancelled, false, false, None),
    ];
    for (name, state, session, looked_for, reason) in scenes {
        for lang in Lang::ALL {
            let drawn = screen(state, session, looked_for, reason, lang);
            for claimed in [
                "Nothing was sent to the customer",
                "Kunden har ikke fått noe",
                "The same sale can be sent again",
                "Det samme salget kan sendes på nytt",
            ] {
                assert!(!flat(&drawn).contains(claimed), "{name}: {drawn}");
            }
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("left-{name}-{lang}"), drawn);
            });
        }
    }
    // One that was found and withdrawn, as any other.
    let drawn = screen(LinkState::Cancelled, true, false, None, Lang::English);
    assert!(flat(&drawn).contains("The same sale can be sent again"), "{drawn}");
}
