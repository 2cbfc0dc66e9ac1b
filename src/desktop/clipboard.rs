//! The system's clipboard.
//!
//! On X11 the text lives in the process that copied it and is handed out on demand, so the clipboard is
//! kept open by a thread of its own for as long as the program runs.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::ports::DesktopError;

/// How long to wait for the desktop. It answers at once or hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// A text to be copied, and where the outcome goes.
type Job = (String, Sender<Result<(), String>>);

/// The clipboard; its thread is started by the first copy.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    jobs: Mutex<Option<Sender<Job>>>,
}

impl Clipboard {
    pub(super) fn copy(&self, text: &str) -> Result<(), DesktopError> {
        let (done, outcome) = mpsc::channel();
        self.give((text.to_owned(), done))?;
        match outcome.recv_timeout(PATIENCE) {
            Ok(outcome) => outcome.map_err(|why| DesktopError(format!("the clipboard: {why}"))),
            Err(_) => {
                // The thread hangs in the desktop's library: the next copy gets another one.
                *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Err(DesktopError("the clipboard does not answer".to_owned()))
            }
        }
    }

    fn give(&self, job: Job) -> Result<(), DesktopError> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match &*jobs {
            Some(thread) => match thread.send(job) {
                Ok(()) => return Ok(()),
                Err(mpsc::SendError(job)) => job,
            },
            None => job,
        };
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || keep(&receiver))
            .map_err(|e| DesktopError(format!("the clipboard: {e}")))?;
        // The receiver was just made and its thread waits for this.
        let _ = sender.send(job);
        *jobs = Some(sender);
        Ok(())
    }
}

/// The thread: ends with the program, or with the first failure, so that the next copy begins anew (a
/// desktop may come back).
fn keep(jobs: &Receiver<Job>) {
    let mut open: Option<arboard::Clipboard> = None;
    while let Ok((text, done)) = jobs.recv() {
        let opened = match open.take() {
            Some(clipboard) => Ok(clipboard),
            None => arboard::Clipboard::new(),
        };
        let outcome = opened.and_then(|mut clipboard| {
            clipboard.set_text(text)?;
            open = Some(clipboard);
            Ok(())
        });
        let failed = outcome.is_err();
        // Whoever asked may have stopped waiting.
        let _ = done.send(outcome.map_err(|e| e.to_string()));
        if failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_has_an_outcome_in_time() {
        // With a desktop it is copied, without one it says so: never a hang, never a panic, also
        // after a failure has ended the thread.
        let clipboard = Clipboard::default();
        let begun = std::time::Instant::now();
        let outcomes: Vec<_> = (0..3).map(|n| clipboard.copy(&format!("text {n}"))).collect();
        assert!(begun.elapsed() < 3 * PATIENCE + Duration::from_secs(1));
        for outcome in outcomes {
            if let Err(DesktopError(why)) = outcome {
                assert!(why.starts_with("the clipboard"), "{why}");
            }
        }
    }
}
