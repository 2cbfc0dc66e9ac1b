//! The log: rotating files in the data folder, for their owner alone. What is sensitive is not logged in
//! the first place; only paylink's own lines are kept, because libraries' might hold addresses or headers.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// The file that is written to; older ones end in `.1`, `.2`.
pub const LOG_FILE: &str = "paylink.log";
/// A file is put aside when it has grown to this.
const MAX_BYTES: u64 = 1 << 20;
/// How many are kept aside.
const KEPT: u32 = 3;

/// The log while the program runs. What is still in memory is written when it is dropped.
#[derive(Debug)]
pub struct Log(Arc<Lines>);

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.0.worker.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Where lines go: to a thread of their own, so that a slow disk never holds up a key press. It begins with the
/// first line; most runs have none.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    writer: OnceLock<NonBlocking>,
    worker: Mutex<Option<WorkerGuard>>,
}

impl Lines {
    fn writer(&self) -> NonBlocking {
        let begin = || {
            let (writer, worker) = NonBlockingBuilder::default()
                .lossy(true)
                // The default keeps 4 MB ready for lines that never come.
                .buffered_lines_limit(2_000)
                .thread_name("log")
                .finish(RotatingFile::new(self.path.clone()));
            *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
            writer
        };
        self.writer.get_or_init(begin).clone()
    }
}

/// Starts the log. Keep what it returns.
///
/// The level is that of `-v`, else of `RUST_LOG`, else warnings. Nothing is opened before the first line.
pub fn start(data_dir: &Path, verbose: u8, rust_log: Option<&str>) -> Log {
    let level = match verbose {
        0 => rust_log.unwrap_or("warn"),
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines =
        Arc::new(Lines { path: data_dir.join(LOG_FILE), writer: OnceLock::new(), worker: Mutex::default() });
    let to = lines.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || to.writer())
        .with_filter(filter)
        .with_filter(filter_fn(|line| line.target().starts_with("paylink")));
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    Log(lines)
}

/// A file that is put aside when it has grown.
struct RotatingFile {
    path: PathBuf,
    open: Option<(File, u64)>,
}

impl RotatingFile {
    const fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    fn file(&mut self) -> io::Result<&mut (File, u64)> {
        if self.open.as_ref().is_some_and(|(_, size)| *size >= MAX_BYTES) {
            self.open = None;
            self.rotate();
        }
        if self.open.is_none() {
            let mut options = OpenOptions::new();
            options.append(true).create(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.mode(0o600);
            }
            if let Some(folder) = self.path.parent() {
                crate::config::write::make_private_folder(folder)?;
            }
            let file = options.open(&self.path)?;
            let size = file.metadata()?.len();
            self.open = Some((file, size));
        }
        self.open.as_mut().ok_or_else(|| io::Error::other("the log is not open"))
    }

    /// `.2` becomes `.3`, `.1` becomes `.2`, the file `.1`. Another process may have done it just before:
    /// then the file is small and stays.
    fn rotate(&self) {
        if fs::metadata(&self.path).map_or(true, |m| m.len() < MAX_BYTES) {
            return;
        }
        let aside = |n: u32| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(format!(".{n}"));
            PathBuf::from(name)
        };
        for n in (1..KEPT).rev() {
            let _ = fs::rename(aside(n), aside(n + 1));
        }
        let _ = fs::rename(&self.path, aside(1));
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (file, size) = self.file()?;
        let n = file.write(bytes)?;
        *size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grown_file_is_put_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join(LOG_FILE);
        let mut log = RotatingFile::new(path.clone());
        assert!(!path.exists());
        let block = vec![b'x'; usize::try_from(MAX_BYTES).unwrap()];
        for _ in 0..6 {
            log.write_all(&block).unwrap();
        }
        log.write_all(b"last\n").unwrap();
        log.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "last\n");
        let mut names: Vec<_> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["paylink.log", "paylink.log.1", "paylink.log.2", "paylink.log.3"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
