//! Asking at the terminal. Questions go to standard error: standard output is for results.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use secrecy::SecretString;

/// The longest secret that is taken.
const MAX: u64 = 4096;

/// Whether there's a person to ask.
#[must_use]
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks one question; an empty answer is none.
///
/// # Errors
/// The terminal is gone.
pub fn ask(question: &str) -> io::Result<Option<String>> {
    let mut err = io::stderr().lock();
    write!(err, "{question} ")?;
    err.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(line.trim().to_owned()).filter(|l| !l.is_empty()))
}

/// Raw mode that ends with the value, whatever happens.
struct Quiet;

impl Quiet {
    fn new() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// Asks for a secret; what is typed is not shown.
///
/// # Errors
/// The terminal is gone, or the person gave up (Ctrl-C, Ctrl-D, Esc).
pub fn ask_secret(question: &str) -> io::Result<SecretString> {
    let mut err = io::stderr().lock();
    let typed = {
        // Before the question: who answers at once is not to be shown either.
        let _quiet = Quiet::new()?;
        write!(err, "{question} ")?;
        err.flush()?;
        typed()
    };
    writeln!(err)?;
    typed.map(SecretString::from)
}

fn typed() -> io::Result<String> {
    // Room for all of it, so that growing leaves no copies behind.
    let mut secret = String::with_capacity(MAX as usize);
    loop {
        match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Enter => return Ok(secret),
                KeyCode::Esc => return Err(io::ErrorKind::Interrupted.into()),
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => secret.clear(),
                KeyCode::Backspace => {
                    secret.pop();
                }
                KeyCode::Char(c) if secret.len() < MAX as usize - 4 => secret.push(c),
                _ => {}
            },
            Event::Paste(text) => secret.push_str(text.trim()),
            _ => {}
        }
    }
}

/// The secret from standard input: its first line.
///
/// # Errors
/// Nothing there, or no text.
pub fn secret_from_stdin() -> io::Result<SecretString> {
    let mut text = String::with_capacity(MAX as usize);
    io::stdin().lock().take(MAX).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(SecretString::from(line))
}
