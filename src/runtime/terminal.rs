//! The terminal: taken, and given back as it was. On quit, error, panic and signal alike.

use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// Whether the terminal is ours, for a panic hook that can be anywhere.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses and releases only (1000) in the SGR form (1006): asking for movements too, as crossterm's
/// own command does, would wake the app whenever the mouse passes by.
#[cfg(unix)]
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
#[cfg(unix)]
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// What is drawn on.
pub type Canvas = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal while it is ours. Dropping it gives it back.
pub struct Taken {
    /// What is drawn on. Never dropped: dropping it prints an error to a terminal that is gone, and printing there
    /// panics. What it would do, show the cursor, [`restore`] does.
    pub canvas: ManuallyDrop<Canvas>,
}

impl Taken {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, mouse.
    ///
    /// # Errors
    /// Standard output is no terminal, or refuses. Nothing is left changed.
    pub fn new() -> io::Result<Self> {
        // NO_COLOR is the theme's to obey. The crate below would drop the QR code's black and white too,
        // and a light terminal would show it inverted.
        crossterm::style::force_color_output(true);
        enter()?;
        // A frame is a few kilobytes: one write, not one a line.
        let out = BufWriter::with_capacity(32 * 1024, io::stdout());
        match Terminal::new(CrosstermBackend::new(out)) {
            Ok(canvas) => Ok(Self { canvas: ManuallyDrop::new(canvas) }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Puts text on the clipboard of the terminal (OSC 52), which works over SSH.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let out = self.canvas.backend_mut();
        queue!(out, CopyToClipboard::to_clipboard_from(text))?;
        out.flush()
    }

    /// Rings the bell.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn bell(&mut self) -> io::Result<()> {
        let out = self.canvas.backend_mut();
        out.write_all(b"\x07")?;
        out.flush()
    }

    /// Stops the process as the terminal's Ctrl-Z would, and takes the terminal again when it goes on.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            restore();
            signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
            enter()?;
        }
        self.redraw()
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    ///
    /// Not by `Terminal::clear`: that asks the terminal where the cursor is, and the thread that reads the
    /// keys takes the answer.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn redraw(&mut self) -> io::Result<()> {
        let size = self.canvas.size()?;
        self.canvas.resize(size.into())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        restore();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let mut take = || -> io::Result<()> {
        execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        #[cfg(unix)]
        out.write_all(MOUSE_ON.as_bytes())?;
        #[cfg(not(unix))]
        execute!(out, crossterm::event::EnableMouseCapture)?;
        out.flush()
    };
    take().inspect_err(|_| restore())
}

/// Gives the terminal back, if it is ours. Safe to call from a panic hook, and twice. A terminal that
/// is gone can't be given back, so errors have nobody to go to.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    #[cfg(unix)]
    let _ = out.write_all(MOUSE_OFF.as_bytes());
    #[cfg(not(unix))]
    let _ = execute!(out, crossterm::event::DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste, ResetColor, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
