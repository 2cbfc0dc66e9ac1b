//! The loop: input and answers in, effects out, a frame after each change. No tick: what is drawn
//! changes only when a message came.
//!
//! [`Engine`] is the loop without a terminal, so that tests drive the same one on a virtual clock.

pub mod engine;
pub mod input;
mod opening;
mod page;
mod perform;
pub mod pieces;
mod reading;
pub mod terminal;
mod timers;
mod waited;
pub mod workplace;

pub use engine::{Engine, Outward};
pub use opening::Opening;
pub use page::FirstPage;
pub use workplace::{Customer, Host, Workplace};

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::Msg;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::ui::{self, Hits, Look};
use input::Input;
use opening::Opened;
use reading::NoMoreKeys;
use terminal::Taken;

/// What the terminal's own threads and signals send. Who ended the app is in words for the log.
enum FromOutside {
    Input(Input),
    Stop(&'static str),
    Suspend,
    /// The terminal is gone, as when its window is closed.
    HungUp(&'static str),
    NoMoreKeys(NoMoreKeys),
}

/// Why the app could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Broken<E> {
    /// There's nothing to work with.
    #[error("{0}")]
    NotOpened(E),
    /// There's no terminal, or it refuses. Nothing was begun.
    #[error("{0}")]
    NoTerminal(io::Error),
    /// The terminal can't be read or written any more, though it has not hung up. What must not be lost is kept.
    #[error("{0}")]
    Lost(io::Error),
}

/// How many rows the terminal has, or would have most likely.
#[must_use]
pub fn rows() -> u16 {
    crossterm::terminal::size().map_or(0, |(_, rows)| rows).max(24)
}

/// So long after a terminal failed it may still be told that it is gone.
const LAST_NEWS: Duration = Duration::from_millis(500);

/// Runs the app in the terminal until it ends: by a key, by a signal, or because the terminal has hung up. A
/// workplace that is still `opening` is waited for. Returns how many requests wait that go out by themselves.
///
/// # Errors
/// There's no terminal, or it failed; the workplace can't be opened.
pub async fn run<E>(
    mut engine: Engine,
    opening: Option<Opening<'_, E>>,
    mut look: Look,
) -> Result<usize, Broken<E>> {
    let (tx, mut outside) = unbounded_channel();
    // First of all: a signal must never find the terminal taken and nobody listening.
    signals(tx.clone()).map_err(Broken::NoTerminal)?;
    let mut terminal = Taken::new().map_err(Broken::NoTerminal)?;
    let size = terminal.canvas.size().map_err(Broken::NoTerminal)?;
    let mut hits = Hits::default();
    engine.begin((size.width, size.height));
    let mut listener = Some(tx);
    let mut listen = |shown| listener.take().into_iter().for_each(|tx| self::listen(tx, shown));
    let mut held = Vec::new();
    if let Some(opening) = opening {
        match opening::wait(opening, &mut engine, &mut terminal, &mut look, &mut outside, &mut listen).await?
        {
            Opened::Place(typed) => held = typed,
            Opened::Ended => return Ok(0),
        }
    }
    draw(&mut terminal, &mut engine, &mut look, &mut hits).map_err(Broken::NoTerminal)?;
    listen(engine.model().size);
    engine.after_first_frame();
    let mut outside = Outside { held: held.into(), coming: outside };
    let done = turn_by_turn(&mut engine, &mut terminal, &mut look, &mut hits, &mut outside).await;
    // However it ended: what was typed and what is being sent is kept.
    if done.is_err() {
        engine.message(Msg::Stop);
    }
    engine.finish().await;
    let Err(error) = done else { return Ok(engine.waits().await) };
    // A window that was closed while something was drawn in it: that it's gone may be heard a moment later.
    while let Ok(Some(from)) = tokio::time::timeout(LAST_NEWS, outside.recv()).await {
        if let FromOutside::HungUp(who) = from {
            tracing::warn!("ended by {who}");
            return Ok(0);
        }
    }
    tracing::error!(%error, "the terminal can't be used any more");
    Err(Broken::Lost(error))
}

/// Begins to hear the keys, and that the terminal is gone.
fn listen(tx: UnboundedSender<FromOutside>, shown: (u16, u16)) {
    #[cfg(target_os = "linux")]
    if let Err(error) = reading::watch(tx.clone()) {
        tracing::info!(%error, "a hang-up without its signal can't be seen");
    }
    reading::start(tx, shown);
}

/// What has come from outside: what was held back first.
struct Outside {
    held: VecDeque<FromOutside>,
    coming: UnboundedReceiver<FromOutside>,
}

impl Outside {
    async fn recv(&mut self) -> Option<FromOutside> {
        match self.held.pop_front() {
            Some(from) => Some(from),
            None => self.coming.recv().await,
        }
    }

    fn at_once(&mut self) -> Option<FromOutside> {
        self.held.pop_front().or_else(|| self.coming.try_recv().ok())
    }
}

async fn turn_by_turn(
    engine: &mut Engine,
    terminal: &mut Taken,
    look: &mut Look,
    hits: &mut Hits,
    outside: &mut Outside,
) -> io::Result<()> {
    loop {
        let mut next = tokio::select! {
            biased;
            from = outside.recv() => from,
            () = engine.turn() => None,
        };
        // Everything that has come meanwhile belongs into the same frame.
        while let Some(from) = next {
            match from {
                FromOutside::Input(input) => {
                    // Also when the size is what it was: smaller for a moment, the terminal has lost what it showed.
                    if matches!(input, Input::Resized(..)) {
                        terminal.redraw()?;
                    }
                    let (told, before) = (told(&input), engine.ended());
                    engine.message(message(input, hits));
                    if engine.ended() && !before {
                        tracing::info!("ended by {told}");
                    }
                }
                FromOutside::Suspend => engine.outward(Effect::Suspend),
                FromOutside::Stop(who) => {
                    tracing::warn!("ended by {who}");
                    engine.message(Msg::Stop);
                }
                // Nothing can be shown any more.
                FromOutside::HungUp(who) => {
                    tracing::warn!("ended by {who}");
                    engine.message(Msg::Stop);
                    return Ok(());
                }
                FromOutside::NoMoreKeys(NoMoreKeys::Failed(error)) => return Err(error),
                FromOutside::NoMoreKeys(NoMoreKeys::Panicked(panic)) => std::panic::resume_unwind(panic),
            }
            next = outside.at_once();
        }
        engine.drain();
        for outward in engine.take_outward() {
            match outward {
                Outward::Copy(text) => terminal.copy(&text)?,
                Outward::Bell => terminal.bell()?,
                Outward::Redraw => terminal.redraw()?,
                Outward::Suspend => terminal.suspend()?,
            }
        }
        if engine.ended() {
            return Ok(());
        }
        draw(terminal, engine, look, hits)?;
    }
}

/// An input that may have ended the app, for the log; never what was typed.
const fn told(input: &Input) -> &'static str {
    match input {
        Input::Key(Key { code: Code::Esc, .. }) => "Esc",
        Input::Key(Key { ctrl: true, .. }) => "a key with Ctrl",
        Input::Key(_) => "a key",
        Input::Click(..) => "a click",
        Input::Paste(_) | Input::Scroll(_) | Input::Resized(..) => "the terminal",
    }
}

fn draw(terminal: &mut Taken, engine: &mut Engine, look: &mut Look, hits: &mut Hits) -> io::Result<()> {
    look.now = engine.now();
    terminal.canvas.draw(|frame| *hits = ui::draw(engine.model(), look, frame))?;
    // Changes nothing on the screen: the next key may scroll as far as this.
    if engine.model().link.as_ref().is_some_and(|link| link.beyond != hits.beyond()) {
        engine.message(Msg::StoryDrawn(hits.beyond()));
    }
    // Nor does this: the next key may be refused.
    if engine.model().link.as_ref().is_some_and(|link| link.lacks != hits.lacks()) {
        engine.message(Msg::CodeDrawn(hits.lacks()));
    }
    Ok(())
}

fn message(input: Input, hits: &Hits) -> Msg {
    match input {
        Input::Key(key) => Msg::Key(key),
        Input::Paste(text) => Msg::Paste(text),
        Input::Scroll(rows) => Msg::Scroll(rows),
        Input::Resized(columns, rows) => Msg::Resized(columns, rows),
        Input::Click(column, row) => {
            hits.at(column, row).map_or(Msg::Scroll(0), |(target, offset)| Msg::Click(target, offset))
        }
    }
}

/// The process's signals. From the return on they are caught.
#[cfg(unix)]
fn signals(tx: UnboundedSender<FromOutside>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut stop = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?;
    tokio::spawn(async move {
        loop {
            let what = tokio::select! {
                _ = terminate.recv() => FromOutside::Stop("SIGTERM"),
                _ = interrupt.recv() => FromOutside::Stop("SIGINT"),
                _ = hang_up.recv() => FromOutside::HungUp("SIGHUP"),
                _ = stop.recv() => FromOutside::Suspend,
            };
            if tx.send(what).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// The process's signals. From the return on they are caught.
#[cfg(windows)]
fn signals(tx: UnboundedSender<FromOutside>) -> io::Result<()> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    let mut close = tokio::signal::windows::ctrl_close()?;
    tokio::spawn(async move {
        loop {
            let what = tokio::select! {
                _ = interrupt.recv() => FromOutside::Stop("Ctrl-C"),
                _ = close.recv() => FromOutside::HungUp("the closed window"),
            };
            if tx.send(what).is_err() {
                return;
            }
        }
    });
    Ok(())
}
