//! The loop: input and answers in, effects out, a frame after each change. No tick: what is drawn
//! changes only when a message came.
//!
//! [`Engine`] is the loop without a terminal, so that tests drive the same one on a virtual clock.

pub mod engine;
pub mod input;
mod perform;
pub mod terminal;
mod timers;
pub mod workplace;

pub use engine::{Engine, Outward};
pub use workplace::{Customer, Host, Workplace};

use std::io;

use crossterm::event;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::app::Msg;
use crate::app::effect::Effect;
use crate::ui::{self, Hits, Look};
use input::Input;
use terminal::Taken;

/// What the terminal's own threads and signals send.
enum FromOutside {
    Input(Input),
    Stop,
    Suspend,
    Gone,
}

/// Runs the app in the terminal until it ends.
///
/// # Errors
/// There's no terminal, or it is gone.
pub async fn run(mut engine: Engine, mut look: Look) -> io::Result<()> {
    let (tx, mut outside) = unbounded_channel();
    // First of all: a signal must never find the terminal taken and nobody listening.
    signals(tx.clone())?;
    let mut terminal = Taken::new()?;
    let size = terminal.canvas.size()?;
    let mut hits = Hits::default();
    engine.begin((size.width, size.height));
    draw(&mut terminal, &engine, &mut look, &mut hits)?;
    keys(tx);
    engine.after_first_frame();
    loop {
        let mut next = tokio::select! {
            biased;
            from = outside.recv() => Some(from.unwrap_or(FromOutside::Gone)),
            () = engine.turn() => None,
        };
        // Everything that has come meanwhile belongs into the same frame.
        while let Some(from) = next {
            match from {
                FromOutside::Input(input) => engine.message(message(input, &hits)),
                FromOutside::Suspend => engine.outward(Effect::Suspend),
                FromOutside::Stop => engine.message(Msg::Stop),
                // The terminal is gone: nothing can be shown any more, but vital work is finished.
                FromOutside::Gone => {
                    engine.message(Msg::Stop);
                    engine.finish().await;
                    return Ok(());
                }
            }
            next = outside.try_recv().ok();
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
            engine.finish().await;
            return Ok(());
        }
        draw(&mut terminal, &engine, &mut look, &mut hits)?;
    }
}

fn draw(terminal: &mut Taken, engine: &Engine, look: &mut Look, hits: &mut Hits) -> io::Result<()> {
    look.now = engine.now();
    terminal.canvas.draw(|frame| *hits = ui::draw(engine.model(), look, frame))?;
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

/// The terminal's events. A thread of its own reads, because a blocked read answers a key with one
/// wake-up, where an event stream needs two.
fn keys(tx: UnboundedSender<FromOutside>) {
    let gone = tx.clone();
    let reading = std::thread::Builder::new().name("input".into()).spawn(move || {
        loop {
            match event::read() {
                Ok(event) => {
                    if let Some(input) = input::input(event)
                        && tx.send(FromOutside::Input(input)).is_err()
                    {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    let _ = tx.send(FromOutside::Gone);
                    return;
                }
            }
        }
    });
    if reading.is_err() {
        let _ = gone.send(FromOutside::Gone);
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
                _ = terminate.recv() => FromOutside::Stop,
                _ = interrupt.recv() => FromOutside::Stop,
                _ = hang_up.recv() => FromOutside::Gone,
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
                _ = interrupt.recv() => FromOutside::Stop,
                _ = close.recv() => FromOutside::Gone,
            };
            if tx.send(what).is_err() {
                return;
            }
        }
    });
    Ok(())
}
