//! The thread that reads the terminal, and the watch for a terminal that is gone.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crossterm::{event, terminal};
use tokio::sync::mpsc::UnboundedSender;

use super::FromOutside;
use super::input::{self, Input};
use super::pieces::Pieces;

/// Why no more keys come.
pub(super) enum NoMoreKeys {
    /// The terminal can't be read.
    Failed(io::Error),
    /// A mistake in the program. It has given the terminal back and is told already.
    Panicked(Box<dyn Any + Send>),
}

/// Reads the terminal's events. A thread of its own does it, because a blocked read answers a key with one
/// wake-up, where an event stream needs two. That it has ended is always told: an app without keys would be
/// a trap.
///
/// `shown` is the size that the last frame was drawn for.
pub(super) fn start(tx: UnboundedSender<FromOutside>, shown: (u16, u16)) {
    let ended = tx.clone();
    let reading = std::thread::Builder::new().name("input".into()).spawn(move || {
        let why = match catch_unwind(AssertUnwindSafe(|| read(&tx, shown))) {
            // Nobody listens any more.
            Ok(Ok(())) => return,
            Ok(Err(error)) => NoMoreKeys::Failed(error),
            Err(panic) => NoMoreKeys::Panicked(panic),
        };
        let _ = tx.send(FromOutside::NoMoreKeys(why));
    });
    if let Err(error) = reading {
        let _ = ended.send(FromOutside::NoMoreKeys(NoMoreKeys::Failed(error)));
    }
}

fn read(tx: &UnboundedSender<FromOutside>, shown: (u16, u16)) -> io::Result<()> {
    // The first question sets up what hears of another size. One that came before that was told to nobody.
    event::poll(Duration::ZERO)?;
    let size = terminal::size()?;
    if size != shown && tx.send(FromOutside::Input(Input::Resized(size.0, size.1))).is_err() {
        return Ok(());
    }
    let mut pieces = Pieces::default();
    loop {
        let more = match pieces.pause() {
            Some(pause) => event::poll(pause)?,
            None => true,
        };
        let events = if more {
            match event::read() {
                Ok(event) => pieces.take(event),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
        } else {
            pieces.quiet().into_iter().collect()
        };
        for input in events.into_iter().filter_map(input::input) {
            if tx.send(FromOutside::Input(input)).is_err() {
                return Ok(());
            }
        }
    }
}

/// Tells when the terminal that is read has hung up. The hang-up signal goes to those whose own terminal it is
/// alone; somebody else would never be told, and the read above would go round in circles.
#[cfg(target_os = "linux")]
pub(super) fn watch(tx: UnboundedSender<FromOutside>) -> io::Result<()> {
    use std::os::fd::AsFd;

    let terminal = io::stdin().as_fd().try_clone_to_owned()?;
    let hung_up = hung_up(terminal)?;
    tokio::spawn(async move {
        if hung_up.await.is_ok() {
            let _ = tx.send(FromOutside::HungUp("the terminal is gone"));
        }
    });
    Ok(())
}

/// Ends when the other side is gone. Keys that come don't wake it: it asks for urgent data, which no terminal
/// has, and a hang-up is told in any case.
#[cfg(target_os = "linux")]
fn hung_up(
    terminal: std::os::fd::OwnedFd,
) -> io::Result<impl Future<Output = io::Result<()>> + Send + 'static> {
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    // Its successor is `unsafe`, for the sake of types that don't hold on to their descriptor. This one does.
    #[allow(deprecated)]
    let terminal = AsyncFd::with_interest(terminal, Interest::PRIORITY)?;
    Ok(async move {
        loop {
            let mut ready = terminal.ready(Interest::PRIORITY).await?;
            if ready.ready().is_read_closed() {
                return Ok(());
            }
            ready.clear_ready();
        }
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_hang_up_is_told_and_what_comes_in_is_not() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let hung_up = hung_up(ours.into()).unwrap();
        tokio::pin!(hung_up);
        theirs.write_all(b"keys").unwrap();
        let early = tokio::time::timeout(Duration::from_millis(100), &mut hung_up).await;
        assert!(early.is_err(), "keys are no hang-up");
        drop(theirs);
        tokio::time::timeout(Duration::from_secs(10), hung_up).await.expect("a hang-up").unwrap();
    }
}
