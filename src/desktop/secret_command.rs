//! The program that prints the client secret (`client_secret_command`), run without a shell.

use std::io::{ErrorKind, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// How long it may take: somebody may have to type a passphrase into its own window.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that is read of what it prints.
const MOST: u64 = 64 * 1024;

/// Why there is no secret. What the program printed is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No program is named.
    #[error("client_secret_command is empty")]
    Empty,
    /// It could not be started.
    #[error("client_secret_command: {program}: {why}")]
    NotStarted {
        /// The program.
        program: String,
        /// Why.
        why: ErrorKind,
    },
    /// It did not end in time.
    #[error("client_secret_command: {program} took longer than {seconds} s")]
    TooSlow {
        /// The program.
        program: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It failed.
    #[error("client_secret_command: {program} failed ({status})")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// The first line is empty or no text.
    #[error("client_secret_command: {program} printed no secret")]
    NoSecret {
        /// The program.
        program: String,
    },
}

/// Runs `command` (a program and its arguments) and takes the first line that it prints.
///
/// # Errors
/// It can't be started, fails, takes over ten seconds, or prints nothing.
pub fn run(command: &[String]) -> Result<SecretString, CommandError> {
    run_within(command, PATIENCE)
}

fn run_within(command: &[String], patience: Duration) -> Result<SecretString, CommandError> {
    let (program, arguments) = command.split_first().ok_or(CommandError::Empty)?;
    let program = program.clone();
    let deadline = Instant::now() + patience;
    // Its own words on standard error would be written across the screen.
    let mut child = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| CommandError::NotStarted { program: program.clone(), why: e.kind() })?;
    let printed = read(&mut child, deadline);
    let status = printed.is_some().then(|| wait(&mut child, deadline)).flatten();
    let (Some(printed), Some(status)) = (printed, status) else {
        // It may have ended by now, which is as good.
        let _ = child.kill();
        let _ = child.wait();
        return Err(CommandError::TooSlow { program, seconds: patience.as_secs() });
    };
    if !status.success() {
        return Err(CommandError::Failed { program, status: status.to_string() });
    }
    let line = printed.split(|b| *b == b'\n').next().unwrap_or_default();
    match std::str::from_utf8(line).map(|l| l.trim_end_matches('\r')) {
        Ok(secret) if !secret.trim().is_empty() => Ok(SecretString::from(secret)),
        _ => Err(CommandError::NoSecret { program }),
    }
}

/// All that it prints, up to [`MOST`]; `None` when the time is up.
fn read(child: &mut Child, deadline: Instant) -> Option<Zeroizing<Vec<u8>>> {
    let out = child.stdout.take()?;
    let (done, outcome) = mpsc::channel();
    thread::Builder::new()
        .name("secret-command".to_owned())
        .spawn(move || {
            // Room for all of it, so that no copy is left behind by growing.
            let mut printed = Zeroizing::new(Vec::with_capacity(MOST as usize));
            // What was read before an error counts; an empty secret is an error of its own.
            let _ = out.take(MOST).read_to_end(&mut printed);
            let _ = done.send(printed);
        })
        .ok()?;
    outcome.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

/// How it ended; `None` when the time is up. It has closed its output, so it ends about now.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn sh(script: &str) -> Result<String, CommandError> {
        let command = ["sh", "-c", script].map(str::to_owned);
        run_within(&command, Duration::from_secs(30)).map(|s| s.expose_secret().to_owned())
    }

    #[test]
    fn the_first_line_is_the_secret() {
        assert_eq!(sh("echo s3cret; echo user: kari").as_deref(), Ok("s3cret"));
        assert_eq!(sh("printf 's3 cret\\r\\n'").as_deref(), Ok("s3 cret"));
        assert_eq!(sh("printf s3cret; echo noise >&2").as_deref(), Ok("s3cret"));
    }

    #[test]
    fn nothing_goes_through_a_shell() {
        let command = ["echo", "$HOME;", "`id`"].map(str::to_owned);
        assert_eq!(run(&command).unwrap().expose_secret(), "$HOME; `id`");
    }

    #[test]
    fn failures_say_what_and_never_what_was_printed() {
        let failed = sh("echo s3cret; exit 3").unwrap_err();
        assert!(matches!(&failed, CommandError::Failed { program, .. } if program == "sh"));
        assert!(!failed.to_string().contains("s3cret"));
        assert_eq!(sh("true"), Err(CommandError::NoSecret { program: "sh".into() }));
        assert_eq!(sh("echo"), Err(CommandError::NoSecret { program: "sh".into() }));
        assert_eq!(sh("printf '\\377'"), Err(CommandError::NoSecret { program: "sh".into() }));
        assert_eq!(run(&[]).unwrap_err(), CommandError::Empty);
        let none = run(&["/nowhere/at/all".to_owned()]).unwrap_err();
        assert!(matches!(none, CommandError::NotStarted { .. }));
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let command = ["sleep", "600"].map(str::to_owned);
        let begun = Instant::now();
        let slow = run_within(&command, Duration::from_millis(50)).unwrap_err();
        assert!(matches!(slow, CommandError::TooSlow { .. }));
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_flood_is_cut_off() {
        let flood = sh("yes");
        // Its pipe is closed under it, which ends it.
        assert!(matches!(flood, Err(CommandError::Failed { .. })), "{flood:?}");
    }
}
