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
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
    let mut terminal = Taken::new()?;
    let size = terminal.canvas.size()?;
    let mut hits = Hits::default();
    engine.begin((size.width, size.height));
    draw(&mut terminal, &engine, &mut look, &mut hits)?;
    let mut outside = listen();
    engine.after_first_frame();
    loop {
        tokio::select! {
            biased;
            from = outside.recv() => match from {
                Some(FromOutside::Input(input)) => engine.message(message(input, &hits)),
                Some(FromOutside::Suspend) => engine.outward(Effect::Suspend),
                Some(FromOutside::Stop) => engine.message(Msg::Stop),
                // The terminal is gone: nothing can be shown any more, but vital work is finished.
                Some(FromOutside::Gone) | None => {
                    engine.message(Msg::Stop);
                    engine.finish().await;
                    return Ok(());
                }
            },
            () = engine.turn() => {}
        }
        // Everything that has come meanwhile belongs into the same frame.
        while let Ok(FromOutside::Input(input)) = outside.try_recv() {
            engine.message(message(input, &hits));
        }
        engine.drain();
        for outward in engine.take_outward() {
            match outward {
                Outward::Copy(text) => terminal.copy(&text)?,
                Outward::Bell => terminal.bell()?,
                Outward::Redraw => terminal.canvas.clear()?,
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

/// The terminal's events and the process's signals on one channel. A thread of its own reads, because a
/// blocked read answers a key with one wake-up, where an event stream needs two.
fn listen() -> UnboundedReceiver<FromOutside> {
    let (tx, rx) = unbounded_channel();
    let keys = tx.clone();
    std::thread::Builder::new()
        .name("input".into())
        .spawn(move || {
            loop {
                match event::read() {
                    Ok(event) => {
                        if let Some(input) = input::input(event)
                            && keys.send(FromOutside::Input(input)).is_err()
                        {
                            return;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => {
                        let _ = keys.send(FromOutside::Gone);
                        return;
                    }
                }
            }
        })
        .map_or_else(
            |_| {
                let _ = tx.send(FromOutside::Gone);
            },
            drop,
        );
    signals(tx);
    rx
}

#[cfg(unix)]
fn signals(tx: tokio::sync::mpsc::UnboundedSender<FromOutside>) {
    use tokio::signal::unix::{SignalKind, signal};
    tokio::spawn(async move {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [Ok(mut term), Ok(mut int), Ok(mut hup)] = kinds.map(signal) else { return };
        let Ok(mut stop) = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP)) else { return };
        loop {
            let what = tokio::select! {
                _ = term.recv() => FromOutside::Stop,
                _ = int.recv() => FromOutside::Stop,
                _ = hup.recv() => FromOutside::Gone,
                _ = stop.recv() => FromOutside::Suspend,
            };
            if tx.send(what).is_err() {
                return;
            }
        }
    });
}

#[cfg(not(unix))]
fn signals(tx: tokio::sync::mpsc::UnboundedSender<FromOutside>) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = tx.send(FromOutside::Stop);
        }
    });
}
