//! What happens next: state, messages, effects. Pure: no I/O, no clock, no async.
//!
//! [`update`] turns a message into a changed [`Model`] and a list of [`Effect`]s; the runtime carries
//! those out and brings their answers back as messages. Drawing only reads the model.

pub mod check;
pub mod draft;
pub mod effect;
pub mod field;
pub mod key;
pub mod keys;
pub mod model;
pub mod msg;
pub mod pace;
pub mod say;

pub use effect::Effect;
pub use model::{Model, Now};
pub use msg::Msg;

use draft::Defaults;
use keys::Action;
use model::{Dashboard, ListScreen, Net, QrWish, Screen, SetUpForm, Tracking, Wizard};

/// The model at the start, and what is to be done first. `shop` is `None` without a config: the app
/// then asks whether to try the sandbox or to set up an account.
#[must_use]
pub fn start(shop: Option<model::Shop>, size: (u16, u16)) -> (Model, Vec<Effect>) {
    let effects = match shop {
        Some(_) => vec![Effect::LoadDashboard, Effect::LoadRemembered, Effect::LoadProfile],
        None => Vec::new(),
    };
    let screen = if shop.is_some() { Screen::Dashboard } else { Screen::Welcome };
    let model = Model {
        size,
        shop,
        screen,
        overlay: None,
        toast: None,
        net: Net::Unknown,
        clock_off_by: None,
        dashboard: Dashboard::default(),
        wizard: Wizard::default(),
        link: None,
        qr: QrWish::default(),
        list: ListScreen::default(),
        set_up: SetUpForm::default(),
        tracking: Tracking::default(),
        defaults: Defaults::default(),
        doubtful: None,
        came_from: Screen::Dashboard,
        quitting: false,
    };
    (model, effects)
}

/// What `msg` does.
pub fn update(model: &mut Model, msg: Msg, now: &Now) -> Vec<Effect> {
    let _ = (model, msg, now);
    Vec::new()
}

/// Whether `action` can be done right now: the footer shows only what can.
#[must_use]
pub fn available(model: &Model, action: Action) -> bool {
    let _ = (model, action);
    true
}
