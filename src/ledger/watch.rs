//! Being told what other processes change, while the app stands idle: the system tells of writes to the ledger's
//! files, and the database itself says whether they were ours.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rusqlite::Connection;

use super::{FILE_NAME, guard, hold};
use crate::ports::Watch;

/// One change is many writes, and a script makes many changes: they are told together.
const TOGETHER: Duration = Duration::from_millis(100);

/// Ends the watch when it is dropped.
struct Ending {
    ended: Arc<AtomicBool>,
    wake: SyncSender<()>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Where it's full the thread is about to look anyway.
        let _ = self.wake.try_send(());
    }
}

/// Watches `folder` on a thread of its own, which does the setting up too. `None` if no thread can be had.
pub(super) fn begin(
    folder: &Path,
    writer: &Arc<Mutex<Connection>>,
    changed: Box<dyn Fn() + Send>,
) -> Option<Watch> {
    let (wake, woken) = sync_channel(1);
    let ended = Arc::new(AtomicBool::new(false));
    let ending = Ending { ended: Arc::clone(&ended), wake: wake.clone() };
    // What happens from here on is told, also what happens while the watch is being set up. Where somebody else
    // holds the connection it isn't waited for: then there's one call too many.
    let seen = writer.try_lock().ok().and_then(|writer| version(&writer));
    let (folder, writer) = (folder.to_owned(), Arc::downgrade(writer));
    let thread = thread::Builder::new().name("ledger-watch".to_owned()).spawn(move || {
        match system(&folder, wake) {
            Ok(_system) => tell(&woken, &ended, &writer, seen, &changed),
            // Then what others do is seen when something is asked or done here.
            Err(error) => tracing::warn!(%error, "the data folder can't be watched for others' changes"),
        }
    });
    match thread {
        Ok(_) => Some(Box::new(ending)),
        Err(error) => {
            tracing::warn!(%error, "the data folder can't be watched for others' changes");
            None
        }
    }
}

/// The system's own watch. It wakes `wake` when the ledger was written, and says in the log what goes wrong later.
fn system(folder: &Path, wake: SyncSender<()>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
        Ok(event) => {
            if written(&event) {
                // Full: that one will be looked at after this write.
                let _ = wake.try_send(());
            }
        }
        Err(error) => tracing::warn!(%error, "watching the data folder"),
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Whether somebody may have changed the ledger: rung, written to it, or closed it, however they ended. Not what
/// merely opens a file, and not the program's log, which is in the same folder.
fn written(event: &Event) -> bool {
    let changes = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let ledger = |path: &PathBuf| {
        path.file_name().is_some_and(|name| {
            name == guard::NAME || name.as_encoded_bytes().starts_with(FILE_NAME.as_bytes())
        })
    };
    // Where the system could not keep all events it says so, with no path.
    event.need_rescan() || changes && event.paths.iter().any(ledger)
}

/// A number that moves when other connections have changed something, and not for what this one does.
fn version(writer: &Connection) -> Option<i64> {
    writer.pragma_query_value(None, "data_version", |row| row.get(0)).ok()
}

/// Looks whether others have changed something, once and then whenever it is woken, until the watch or the
/// ledger ends.
fn tell(
    woken: &Receiver<()>,
    ended: &AtomicBool,
    writer: &Weak<Mutex<Connection>>,
    mut seen: Option<i64>,
    changed: &(dyn Fn() + Send),
) {
    while !ended.load(Ordering::SeqCst) {
        let Some(writer) = writer.upgrade() else { return };
        let now = version(&hold(&writer));
        drop(writer);
        // One that can't be read is news too: whoever reads next finds out why.
        if now.is_none() || now != seen {
            changed();
        }
        seen = now;
        if woken.recv().is_err() {
            return;
        }
        thread::sleep(TOGETHER);
        // What comes after this is looked at in another round.
        while woken.try_recv().is_ok() {}
    }
}
