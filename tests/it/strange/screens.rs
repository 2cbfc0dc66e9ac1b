//! Every screen, drawn from a ledger that somebody else has written into: no cell holds what acts on a
//! terminal or turns the reading direction.

use jiff::Timestamp;
use paylink::app::Model;
use paylink::app::field::Field;
use paylink::app::model::{Toast, Tone};
use paylink::app::say::Say;
use paylink::domain::cause::Cause;
use paylink::domain::link::{Alarm, EventKind, Link, LinkEvent, LinkState};
use paylink::domain::sale::AddressPlan;
use paylink::i18n::Lang;
use paylink::ports::{Fault, FaultKind, LedgerError};

use super::{hostile, unsafe_signs};
use crate::screens::models::Scene;
use crate::screens::{drawn, look, plain};

/// `link` with hostile text wherever a link has text that is not of our making, and times at the ends of
/// time.
fn strange(link: &mut Link) {
    let h = |text: &str| Some(hostile(text));
    link.reason = h("reason");
    link.url = h("https://checkout.dintero.com/x");
    link.session_id = h("session");
    link.transaction_id = h("transaction");
    link.account_id = hostile("T1");
    for line in &mut link.sale.lines {
        line.description = hostile("Vaffel");
    }
    if let AddressPlan::Known(address) = &mut link.sale.address {
        address.address_line = hostile("Storgata 1");
    }
    link.alarms = vec![Alarm::DoublePayment, Alarm::AmountDiffers];
    for (n, kind) in EventKind::ALL.into_iter().enumerate() {
        let at = [Timestamp::MIN, Timestamp::MAX, link.created_at][n % 3];
        link.events.push(LinkEvent { at, kind, detail: h("detail"), key: h("key") });
    }
    link.expires_at = Timestamp::MAX;
}

fn strange_model(scene: Scene, state: Option<LinkState>, size: (u16, u16)) -> Model {
    let mut model = scene.model(size);
    for rows in [&mut model.dashboard.rows, &mut model.list.rows] {
        for row in rows {
            row.title = hostile("Vaffel");
            row.to = hostile("kari@example.com");
            row.session_id = Some(hostile("session"));
            row.expires_at = Timestamp::MAX;
        }
    }
    for entry in &mut model.dashboard.outbox {
        entry.last_error = Some(hostile("error"));
    }
    if let Some(shop) = &mut model.shop {
        shop.merchant_name = hostile("Fisk");
        shop.account_id = hostile("T1");
        shop.own_sandbox = shop.own_sandbox.as_ref().map(|_| hostile("http://127.0.0.1"));
    }
    if let Some(link) = model.link.as_mut().and_then(|screen| screen.link.as_mut()) {
        strange(link);
        link.state = state.unwrap_or(link.state);
    }
    let draft = &mut model.wizard.draft;
    for line in &mut draft.lines {
        line.description = hostile("Kaffe");
        line.price = hostile("1");
    }
    draft.reference = hostile("A-1");
    draft.phone = hostile("41234567");
    draft.name = hostile("Kari");
    draft.street = hostile("Storgata");
    model.wizard.field = Field::new(&hostile("typed"));
    model.list.search = Field::new(&hostile("search"));
    model
}

fn says() -> Vec<Option<Say>> {
    let fault = || Fault {
        message: Some(hostile("the reason")),
        ..Fault::new(FaultKind::Refused, Cause::theirs(hostile("HTTP 400")))
    };
    vec![
        None,
        Some(Say::Ledger(LedgerError::Database(hostile("disk")))),
        Some(Say::Refused(fault())),
        Some(Say::CannotPlay(Cause::theirs(hostile("no")))),
        Some(Say::Paid { reference: hostile("A-1"), more: 1 }),
    ]
}

#[test]
fn no_cell_of_any_screen_acts_on_the_terminal() {
    for scene in Scene::ALL {
        for (size, lang) in [((80, 24), Lang::English), ((140, 50), Lang::Bokmal)] {
            for say in says() {
                let mut model = strange_model(scene, None, size);
                if let Some(say) = say {
                    model.toast = Some(Toast { tone: Tone::Error, say });
                }
                is_clean(&model, lang, size, &format!("{scene:?}"));
            }
        }
    }
}

#[test]
fn no_state_of_a_link_lets_strange_text_through() {
    for state in LinkState::ALL {
        for size in [(80, 24), (100, 30), (200, 60)] {
            let model = strange_model(Scene::LinkLive, Some(state), size);
            is_clean(&model, Lang::English, size, &format!("{state:?}"));
        }
    }
}

fn is_clean(model: &Model, lang: Lang, size: (u16, u16), what: &str) {
    let (buffer, ..) = drawn(model, &look(lang, plain()), size);
    for cell in buffer.content() {
        assert_eq!(unsafe_signs(cell.symbol()), "", "{what} {size:?}: {:?}", cell.symbol());
    }
    // The words themselves are there: dropped is what acts, not what it says.
    let text: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(!text.trim().is_empty(), "{what}");
}
