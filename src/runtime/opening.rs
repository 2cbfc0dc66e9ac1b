//! Before there is anything to work with: the workplace is being opened while the terminal is taken.
//!
//! Nearly always it is open a moment later, and the first frame is whole. A slow disk, or a ledger that somebody
//! else is putting in place, is waited for with a frame on the screen and keys that are kept.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::engine::Engine;
use super::input::Input;
use super::page::FirstPage;
use super::terminal::Taken;
use super::workplace::Workplace;
use super::{Broken, FromOutside, NoMoreKeys, draw};
use crate::app::Msg;
use crate::app::keys::{self, Action, Context};
use crate::ui::{Hits, Look};

/// A workplace that is being opened, with what the first frame shows.
pub type Opening<'a, E> = Pin<Box<dyn Future<Output = Result<(Workplace, FirstPage), E>> + 'a>>;

/// So long nothing is shown: two frames would flicker.
const AT_ONCE: Duration = Duration::from_millis(60);

/// What came of it.
pub(super) enum Opened {
    /// The app goes on, with what was typed meanwhile.
    Place(Vec<FromOutside>),
    /// Whoever waited has had enough, or the terminal is gone.
    Ended,
}

/// Waits for it. `listen` begins to read the terminal, and is called only if it takes long.
pub(super) async fn wait<E>(
    mut opening: Opening<'_, E>,
    engine: &mut Engine,
    terminal: &mut Taken,
    look: &mut Look,
    outside: &mut UnboundedReceiver<FromOutside>,
    listen: impl FnOnce((u16, u16)),
) -> Result<Opened, Broken<E>> {
    rehearse(engine, terminal, look);
    if let Ok(opened) = tokio::time::timeout(AT_ONCE, &mut opening).await {
        return open(engine, opened, Vec::new());
    }
    let mut hits = Hits::default();
    draw(terminal, engine, look, &mut hits).map_err(Broken::NoTerminal)?;
    listen(engine.model().size);
    let mut held = Vec::new();
    loop {
        let from = tokio::select! {
            biased;
            opened = &mut opening => return open(engine, opened, held),
            from = outside.recv() => from,
        };
        match from {
            Some(FromOutside::Input(Input::Resized(columns, rows))) => {
                engine.message(Msg::Resized(columns, rows));
                let redrawn = terminal.redraw().and_then(|()| draw(terminal, engine, look, &mut hits));
                redrawn.map_err(Broken::NoTerminal)?;
            }
            Some(FromOutside::Input(Input::Key(key)))
                if keys::action(Context::Dashboard, key) == Some(Action::Quit) =>
            {
                return Ok(Opened::Ended);
            }
            Some(FromOutside::Stop(who) | FromOutside::HungUp(who)) => {
                tracing::warn!("ended by {who}");
                return Ok(Opened::Ended);
            }
            Some(FromOutside::NoMoreKeys(NoMoreKeys::Failed(error))) => return Err(Broken::Lost(error)),
            Some(FromOutside::NoMoreKeys(NoMoreKeys::Panicked(panic))) => std::panic::resume_unwind(panic),
            Some(from @ (FromOutside::Input(_) | FromOutside::Suspend)) => held.push(from),
            // Never: the signals' task sends as long as the program lives.
            None => return Err(Broken::Lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

fn open<E>(
    engine: &mut Engine,
    opened: Result<(Workplace, FirstPage), E>,
    held: Vec<FromOutside>,
) -> Result<Opened, Broken<E>> {
    let (place, page) = opened.map_err(Broken::NotOpened)?;
    engine.open(place, page);
    Ok(Opened::Place(held))
}

/// Draws the frame without showing it: the words and the forms of numbers are read, while another thread
/// opens the ledger, and not after it.
fn rehearse(engine: &Engine, terminal: &mut Taken, look: &Look) {
    crate::ui::draw(engine.model(), look, &mut terminal.canvas.get_frame());
    terminal.canvas.current_buffer_mut().reset();
}
