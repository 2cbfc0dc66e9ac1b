//! The real binary in a real pseudo terminal, looked at through a terminal emulator.
//!
//! Nothing sleeps: a test waits for what should be on the screen, and when it doesn't come, the screen is
//! printed. The slave side is kept open by the test, so that what a program leaves behind in the line
//! discipline can be read after it has ended.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use tempfile::TempDir;
use vt100::{Parser, Screen};

use super::qr::{self, Theme};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be started.
pub(crate) struct Setup {
    command: CommandBuilder,
    size: (u16, u16),
    theme: Theme,
    home: TempDir,
}

impl Setup {
    /// paylink with these arguments, in English, in a home and an environment of its own.
    pub(crate) fn paylink(args: &[&str]) -> Self {
        // not `env!`: the picture's example shares this file, and is given another program
        #[allow(clippy::option_env_unwrap)]
        let binary = option_env!("CARGO_BIN_EXE_paylink").expect("cargo gives it to tests");
        Self::program(Path::new(binary), args)
    }

    /// Any program.
    pub(crate) fn program(program: &Path, args: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "en_US.UTF-8");
        command.env("TZ", "UTC");
        // who ended it, should it end by itself
        command.env("RUST_LOG", "paylink::runtime=info,warn");
        command.env("HOME", home.path());
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, home.path().join(folder));
        }
        command.cwd(home.path());
        Self { command, size: (80, 24), theme: qr::DARK, home }
    }

    /// Columns and rows.
    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// An environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// What the terminal says its colours are, when it is asked.
    pub(crate) fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Its home.
    pub(crate) fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// Starts it.
    pub(crate) fn start(self) -> Term {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: columns * 8, pixel_height: rows * 16 })
            .unwrap();
        let before = termios(pair.master.as_ref());
        let child = pair.slave.spawn_command(self.command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (tx, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                if tx.send(chunk[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let parser = Parser::new_with_callbacks(size(rows), size(columns), 0, Heard::default());
        Term {
            parser,
            child,
            writer,
            output,
            raw: Vec::new(),
            answered: 0,
            before,
            theme: self.theme,
            slave: Some(pair.slave),
            master: pair.master,
            home: self.home,
        }
    }
}

fn size(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a screen has a size")
}

/// The line discipline's settings, in words.
fn termios(master: &(dyn MasterPty + Send)) -> String {
    let t = master.get_termios().expect("a terminal");
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        t.input_flags, t.output_flags, t.control_flags, t.local_flags, t.control_chars
    )
}

/// What a terminal does besides its screen.
#[derive(Default)]
pub(crate) struct Heard {
    /// How often it rang.
    pub(crate) bells: usize,
    /// What was put on its clipboard (OSC 52), as it came: base64.
    pub(crate) clipboard: Vec<String>,
}

impl vt100::Callbacks for Heard {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.bells += 1;
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.clipboard.push(String::from_utf8_lossy(data).into_owned());
    }
}

/// A program in a terminal.
pub(crate) struct Term {
    parser: Parser<Heard>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    answered: usize,
    before: String,
    theme: Theme,
    slave: Option<Box<dyn SlavePty + Send>>,
    master: Box<dyn MasterPty + Send>,
    home: TempDir,
}

impl Term {
    /// The screen as it is.
    pub(crate) fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// What was rung and copied.
    pub(crate) fn heard(&self) -> &Heard {
        self.parser.callbacks()
    }

    /// The screen's text.
    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    /// The program's home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Presses keys, apart by spaces: characters, or names such as `enter`, `esc`, `ctrl-n`, `shift-tab`.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let bytes = match key {
                "enter" => "\r".to_owned(),
                "esc" => "\x1b".to_owned(),
                "tab" => "\t".to_owned(),
                "shift-tab" => "\x1b[Z".to_owned(),
                "space" => " ".to_owned(),
                "backspace" => "\x7f".to_owned(),
                "up" => "\x1b[A".to_owned(),
                "down" => "\x1b[B".to_owned(),
                "right" => "\x1b[C".to_owned(),
                "left" => "\x1b[D".to_owned(),
                "pgup" => "\x1b[5~".to_owned(),
                "pgdn" => "\x1b[6~".to_owned(),
                "f1" => "\x1bOP".to_owned(),
                _ => match key.strip_prefix("ctrl-").map(str::as_bytes) {
                    Some([letter]) => char::from(letter & 0x1f).to_string(),
                    _ => {
                        assert_eq!(key.chars().count(), 1, "no such key: {key}");
                        key.to_owned()
                    }
                },
            };
            self.send(&bytes);
        }
    }

    /// Types text.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.send(text);
    }

    /// Pastes text, bracketed as terminals do.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    fn send(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Something else writes on the screen.
    pub(crate) fn spoil(&mut self, text: &str) {
        self.parser.process(format!("\x1b7\x1b[1;1H{text}\x1b8").as_bytes());
    }

    /// Another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.set_size(size(rows), size(columns));
        self.master
            .resize(PtySize { rows, cols: columns, pixel_width: columns * 8, pixel_height: rows * 16 })
            .unwrap();
    }

    /// Sends a signal by its name (`TERM`).
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.pid())).status().unwrap();
        assert!(done.success(), "kill -{name}");
    }

    /// Kills it (SIGKILL), and waits until it is dead.
    pub(crate) fn killed(mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) {
        self.waits_for(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer shows a text.
    #[track_caller]
    pub(crate) fn no_longer_sees(&mut self, text: &str) {
        self.waits_for(&format!("no {text}"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn waits_for(&mut self, what: &str, mut there: impl FnMut(&Screen) -> bool) {
        let found = self.waits(|term| there(term.screen()).then_some(()));
        if found.is_none() {
            panic!("waited for: {what}\n{}", self.shown());
        }
    }

    /// Waits until there is one QR code on the screen that a camera reads, and gives its text.
    #[track_caller]
    pub(crate) fn reads_qr(&mut self) -> String {
        let theme = self.theme;
        let found = self.waits(|term| {
            if !term.frame_is_whole() {
                return None;
            }
            qr::on_screen(term.screen(), theme, qr::PLAIN)
        });
        found.unwrap_or_else(|| panic!("waited for a QR code\n{}", self.shown()))
    }

    /// Presses a key and waits until a whole frame shows something else, colours included.
    #[track_caller]
    pub(crate) fn changes_by(&mut self, key: &str) {
        let before = self.screen().contents_formatted();
        self.press(key);
        let changed = self.waits(|term| {
            (term.frame_is_whole() && term.screen().contents_formatted() != before).then_some(())
        });
        if changed.is_none() {
            panic!("waited for {key} to change the screen\n{}", self.shown());
        }
    }

    /// Whether the output ends where a frame of the app without a caret ends: with the cursor hidden. Large
    /// frames come in several pieces.
    fn frame_is_whole(&self) -> bool {
        !self.screen().alternate_screen() || self.raw.ends_with(b"\x1b[?25l")
    }

    /// Looks after each piece of output, until there is something, or patience or the program is at its end.
    fn waits<T>(&mut self, mut look: impl FnMut(&mut Self) -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return Some(found);
            }
            let left = end.checked_duration_since(Instant::now())?;
            match self.output.recv_timeout(left.min(Duration::from_millis(200))) {
                Ok(bytes) => {
                    self.take_in(&bytes);
                    // what is there already belongs to the same moment
                    while let Ok(bytes) = self.output.try_recv() {
                        self.take_in(&bytes);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if self.child.try_wait().unwrap().is_some() {
                        while let Ok(bytes) = self.output.try_recv() {
                            self.take_in(&bytes);
                        }
                        return look(self);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.raw.extend_from_slice(bytes);
        self.answer();
    }

    /// Answers what a terminal is asked: its kind and its colours.
    fn answer(&mut self) {
        let colour =
            |c: [u8; 3]| format!("rgb:{0:02x}{0:02x}/{1:02x}{1:02x}/{2:02x}{2:02x}", c[0], c[1], c[2]);
        let answers = [
            ("\x1b[c", "\x1b[?62;22c".to_owned()),
            ("\x1b]10;?", format!("\x1b]10;{}\x1b\\", colour(self.theme.fg))),
            ("\x1b]11;?", format!("\x1b]11;{}\x1b\\", colour(self.theme.bg))),
        ];
        let mut replies = Vec::new();
        for at in self.answered..self.raw.len() {
            for (question, reply) in &answers {
                if self.raw[at..].starts_with(question.as_bytes()) {
                    replies.push(reply.clone());
                    self.answered = at + question.len();
                }
            }
        }
        // a question may be cut in two
        self.answered = self.answered.max(self.raw.len().saturating_sub(8));
        for reply in replies {
            self.send(&reply);
        }
    }

    /// Waits until the process is stopped (`T` in its state), and takes in what it wrote before that.
    #[cfg(target_os = "linux")]
    pub(crate) fn waits_until_stopped(&mut self) {
        let path = format!("/proc/{}/stat", self.pid());
        let stopped = self.waits(|_| {
            let stat = std::fs::read_to_string(&path).ok()?;
            let state = stat.rsplit_once(") ")?.1.chars().next()?;
            (state == 'T').then_some(())
        });
        assert!(stopped.is_some(), "was to stop\n{}", self.shown());
        // what it wrote before that
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.take_in(&bytes);
        }
    }

    /// What the program writes in a span of time, with nothing asked of it.
    pub(crate) fn written_within(&mut self, span: Duration) -> Vec<u8> {
        let (start, end) = (self.raw.len(), Instant::now() + span);
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take_in(&bytes),
                Err(_) => break,
            }
        }
        self.raw[start..].to_vec()
    }

    /// Everything it wrote.
    pub(crate) fn raw(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.raw)
    }

    /// The processor time of all its threads, in clock ticks (hundredths of a second).
    #[cfg(target_os = "linux")]
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// What is on that should not be, in words; empty when the terminal is as it was before.
    pub(crate) fn left_on(&self) -> Vec<String> {
        let screen = self.screen();
        let mut left = Vec::new();
        let now = termios(self.master.as_ref());
        if now != self.before {
            left.push(format!("line discipline\n  was {}\n  is  {now}", self.before));
        }
        for (on, what) in [
            (screen.alternate_screen(), "alternate screen"),
            (screen.hide_cursor(), "hidden cursor"),
            (screen.bracketed_paste(), "bracketed paste"),
            (screen.application_cursor(), "application cursor keys"),
            (screen.application_keypad(), "application keypad"),
            (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse"),
            (screen.fgcolor() != vt100::Color::Default, "foreground colour"),
            (screen.bgcolor() != vt100::Color::Default, "background colour"),
            (screen.bold() || screen.inverse() || screen.underline() || screen.dim(), "letters' style"),
        ] {
            if on {
                left.push(what.to_owned());
            }
        }
        left.extend(modes_on(&self.raw).into_iter().map(|mode| format!("private mode {mode}")));
        left
    }

    /// Waits until the program has ended, taking in all that it still writes (or it could not end).
    #[track_caller]
    pub(crate) fn ends(mut self) -> Ended {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.take_in(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "was to end\n{}", self.shown());
        };
        let now = termios(self.master.as_ref());
        // With its last holder gone the slave closes, and the reader comes to the end of the output.
        drop(self.slave.take());
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.take_in(&bytes);
        }
        let mut left_on: Vec<_> =
            self.left_on().into_iter().filter(|what| !what.starts_with("line discipline")).collect();
        if now != self.before {
            left_on.push(format!("line discipline\n  was {}\n  is  {now}", self.before));
        }
        Ended { status, left_on, text: self.text(), raw: std::mem::take(&mut self.raw) }
    }

    /// The screen for a person, with its end in bytes.
    fn shown(&mut self) -> String {
        let (rows, columns) = self.screen().size();
        let mut out = format!("the screen, {columns}x{rows}:\n");
        for row in self.screen().rows(0, columns.get()) {
            let _ = writeln!(out, "|{row}");
        }
        if let Some(status) = self.child.try_wait().unwrap() {
            let _ = writeln!(out, "the program has ended: {status}");
        }
        for log in logs(self.home.path()) {
            let _ = writeln!(out, "its log:\n{log}");
        }
        let tail = &self.raw[self.raw.len().saturating_sub(300)..];
        let _ = writeln!(out, "the last bytes: {:?}", String::from_utf8_lossy(tail));
        out
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // a test that failed leaves no program behind
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The logs in a home.
fn logs(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let inside = entries.flatten().flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => logs(&entry.path()),
        _ if entry.file_name() == "paylink.log" => {
            std::fs::read_to_string(entry.path()).into_iter().collect()
        }
        _ => Vec::new(),
    });
    inside.collect()
}

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it left on.
    pub(crate) left_on: Vec<String>,
    /// The screen afterwards.
    pub(crate) text: String,
    /// Everything it wrote.
    pub(crate) raw: Vec<u8>,
}

impl Ended {
    /// The terminal is as it was before.
    #[track_caller]
    pub(crate) fn restored(&self) -> &Self {
        assert!(self.left_on.is_empty(), "left on: {:#?}\nthe screen:\n{}", self.left_on, self.text);
        self
    }

    /// The exit status.
    #[track_caller]
    pub(crate) fn with_status(&self, code: u32) -> &Self {
        assert_eq!(self.status.exit_code(), code, "{}\nthe screen:\n{}", self.status, self.text);
        self
    }
}

/// The private modes that were switched on and not off again, but for those that are on in a new terminal;
/// and the kitty keyboard's stack, which is no mode.
fn modes_on(raw: &[u8]) -> BTreeSet<String> {
    let mut on = BTreeSet::from(["7".to_owned(), "25".to_owned()]);
    let text = String::from_utf8_lossy(raw);
    let mut kitty = 0_i32;
    for part in text.split("\x1b[").skip(1) {
        let Some(end) = part.find(|c: char| c.is_ascii_alphabetic()) else { continue };
        let (params, last) = (&part[..end], part.as_bytes()[end]);
        match (params.as_bytes().first(), last) {
            (Some(b'?'), b'h') => on.extend(params[1..].split(';').map(str::to_owned)),
            (Some(b'?'), b'l') => {
                for mode in params[1..].split(';') {
                    on.remove(mode);
                }
            }
            (Some(b'>'), b'u') => kitty += 1,
            (Some(b'<'), b'u') => kitty -= params[1..].parse::<i32>().unwrap_or(1),
            _ => {}
        }
    }
    let mut wrong: BTreeSet<String> =
        on.iter().filter(|mode| !["7", "25"].contains(&mode.as_str())).cloned().collect();
    wrong.extend(["7", "25"].iter().filter(|mode| !on.contains(**mode)).map(|mode| format!("{mode} off")));
    if kitty > 0 {
        wrong.insert("kitty keyboard".to_owned());
    }
    wrong
}

#[cfg(test)]
mod tests_of_the_terminal {
    use super::*;

    fn shell(script: &str) -> Term {
        Setup::program(Path::new("/bin/sh"), &["-c", script]).start()
    }

    #[test]
    fn what_a_program_leaves_on_is_told() {
        let ended = shell("printf '\\033[?1049h\\033[?25l\\033[?1004h\\033[>1u'; stty raw -echo").ends();
        let left = ended.left_on.join("\n");
        for what in [
            "alternate screen",
            "hidden cursor",
            "mode 1004",
            "mode 25 off",
            "kitty keyboard",
            "line discipline",
        ] {
            assert!(left.contains(what), "{what} is missing in\n{left}");
        }
    }

    #[test]
    fn a_program_that_tidies_up_leaves_nothing_on() {
        let on_and_off = "printf '\\033[?1049h\\033[?25l\\033[31m\\033[0m\\033[?25h\\033[?1049l'";
        shell(&format!("s=$(stty -g); stty raw; {on_and_off}; stty \"$s\"")).ends().restored().with_status(0);
    }

    #[test]
    fn keys_go_in_and_questions_are_answered() {
        // `cat -v` shows what came in, control characters too
        let mut term = shell("stty -echo; printf 'ready\\033]11;?\\007'; head -n 1 | cat -v; exit 3");
        term.sees("ready");
        term.press("x enter");
        term.sees("^[]11;rgb:1818/1818/1818^[\\x");
        term.ends().with_status(3);
    }
}
