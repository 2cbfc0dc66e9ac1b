//! What it looks like. Reads the model, draws, and tells what lies where for the mouse; no I/O, no
//! state of its own.

mod frame;
mod hits;
pub mod ledger_words;
mod pen;
mod screens;
pub mod theme;
pub mod waiting_words;
mod widgets;
mod words;

use ratatui::Frame;

pub use hits::Hits;
pub use theme::Theme;

use crate::app::Model;
use crate::app::model::{Now, Overlay, Screen, too_small};
use crate::i18n::Texts;
use pen::Pen;

/// What a drawing needs beside the model.
#[derive(Debug, Clone)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Words.
    pub texts: Texts,
    /// The moment and the seller's zone.
    pub now: Now,
    last_code: widgets::qr::LastCode,
}

impl Look {
    /// A look; keep it from drawing to drawing and change `now`.
    #[must_use]
    pub fn new(theme: Theme, texts: Texts, now: Now) -> Self {
        Self { theme, texts, now, last_code: widgets::qr::LastCode::default() }
    }
}

/// Draws the whole screen. Returns what a click can hit.
pub fn draw(model: &Model, look: &Look, frame: &mut Frame<'_>) -> Hits {
    let area = frame.area();
    let mut hits = Hits::default();
    let mut pen = Pen::new(frame.buffer_mut(), look, &mut hits);
    if too_small((area.width, area.height)) {
        screens::too_small(&mut pen, area);
    } else {
        match model.screen {
            Screen::Welcome => screens::welcome::draw(model, &mut pen, area),
            Screen::SetUp => screens::set_up::draw(model, &mut pen, area),
            Screen::Dashboard => screens::dashboard::draw(model, &mut pen, area),
            Screen::Payment => screens::payment::draw(model, &mut pen, area),
            Screen::Products => screens::products::draw(model, &mut pen, area),
            Screen::Order => screens::order::draw(model, &mut pen, area),
            Screen::Delivery => screens::delivery::draw(model, &mut pen, area),
            Screen::Link => screens::link::draw(model, &mut pen, area),
            Screen::QrFull => screens::qr_full::draw(model, &mut pen, area),
            Screen::List => screens::list::draw(model, &mut pen, area),
        }
        // A link that is read has its own place for a message beside the code, and the code alone has none.
        let own_place = model.screen == Screen::QrFull
            || model.screen == Screen::Link && model.link.as_ref().is_some_and(|s| s.link.is_some());
        if !own_place {
            frame::toast(model, &mut pen, area);
        }
        if let Some(overlay) = &model.overlay {
            // What lies under a question can't be clicked, and has no caret.
            pen.hits.clear();
            pen.caret = None;
            match overlay {
                Overlay::Help { scroll } => screens::help::draw(model, *scroll, &mut pen, area),
                Overlay::Confirm(question) => {
                    screens::confirm::draw(question, model.wizard.draft.waited, &mut pen, area);
                }
            }
            frame::footer(model, &mut pen, area);
        }
    }
    let caret = pen.caret;
    if let Some(caret) = caret {
        frame.set_cursor_position(caret);
    }
    hits
}

#[cfg(test)]
impl Look {
    /// Fixed in every way.
    pub(crate) fn for_tests() -> Self {
        let now = Now {
            at: jiff::Timestamp::UNIX_EPOCH,
            zone: jiff::tz::TimeZone::UTC,
            fresh: crate::domain::link::LinkId(uuid::Uuid::nil()),
        };
        Self::new(Theme::default(), Texts::default(), now)
    }
}
