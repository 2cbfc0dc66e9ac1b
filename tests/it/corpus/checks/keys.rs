//! What the terminal crate makes of bytes. Its own reader can't be called without a terminal; this says of each byte what
//! that one says (crossterm 0.29), as far as keys, pastes and clicks go. What isn't known is dropped, as there.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// Reads what comes in pieces.
#[derive(Default)]
pub struct Reader {
    pending: Vec<u8>,
}

impl Reader {
    /// A piece that was there at one time.
    pub fn read(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for (n, byte) in piece.iter().enumerate() {
            self.pending.push(*byte);
            match parse(&self.pending, n + 1 < piece.len()) {
                Ok(None) => continue,
                Ok(Some(event)) => events.push(event),
                Err(()) => {}
            }
            self.pending.clear();
        }
        events
    }
}

type Parsed = Result<Option<Event>, ()>;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Parsed {
    Ok(Some(Event::Key(KeyEvent::new(code, modifiers))))
}

fn parse(bytes: &[u8], more: bool) -> Parsed {
    let none = KeyModifiers::NONE;
    match bytes {
        [0x1b] if more => Ok(None),
        [0x1b] => key(KeyCode::Esc, none),
        [0x1b, b'O'] => Ok(None),
        [0x1b, b'O', last] => key(function(*last).ok_or(())?, none),
        [0x1b, b'[', rest @ ..] => sequence(rest),
        [0x1b, 0x1b, ..] => key(KeyCode::Esc, none),
        [0x1b, rest @ ..] => Ok(parse(rest, more)?.map(|event| match event {
            Event::Key(key) => Event::Key(KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT)),
            other => other,
        })),
        [b'\r', ..] => key(KeyCode::Enter, none),
        [b'\t', ..] => key(KeyCode::Tab, none),
        [0x7f, ..] => key(KeyCode::Backspace, none),
        [0, ..] => key(KeyCode::Char(' '), KeyModifiers::CONTROL),
        [c @ 1..=0x1a, ..] => key(KeyCode::Char(char::from(c - 1 + b'a')), KeyModifiers::CONTROL),
        [c @ 0x1c..=0x1f, ..] => key(KeyCode::Char(char::from(c - 0x1c + b'4')), KeyModifiers::CONTROL),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => {
                let c = text.chars().next().ok_or(())?;
                key(KeyCode::Char(c), if c.is_uppercase() { KeyModifiers::SHIFT } else { none })
            }
            Err(e) if e.error_len().is_none() => Ok(None),
            Err(_) => Err(()),
        },
    }
}

/// What follows `Esc [`.
fn sequence(rest: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(rest);
    let last = rest.last().copied().unwrap_or(0);
    match rest {
        [] | [b'['] => Ok(None),
        [b'[', n @ b'A'..=b'E', ..] => key(KeyCode::F(1 + n - b'A'), KeyModifiers::NONE),
        [b'Z'] => key(KeyCode::BackTab, KeyModifiers::SHIFT),
        [b'I'] => Ok(Some(Event::FocusGained)),
        [b'O'] => Ok(Some(Event::FocusLost)),
        [b'<', ..] => {
            if matches!(last, b'm' | b'M') {
                mouse(&text[1..text.len() - 1], last)
            } else {
                Ok(None)
            }
        }
        [b'?', ..] => {
            if matches!(last, b'u' | b'c') {
                Err(())
            } else {
                Ok(None)
            }
        }
        [b'M', ..] => {
            if rest.len() < 4 {
                Ok(None)
            } else {
                Err(())
            }
        }
        [b'0'..=b'9'] | [b';'] => Ok(None),
        [b'0'..=b'9' | b';', ..] if rest.starts_with(b"200~") => match rest[4..].strip_suffix(b"\x1b[201~") {
            Some(pasted) => Ok(Some(Event::Paste(String::from_utf8_lossy(pasted).into_owned()))),
            None => Ok(None),
        },
        [b'0'..=b'9' | b';', ..] if !(64..=126).contains(&last) => Ok(None),
        [b'0'..=b'9' | b';', ..] => {
            let mut numbers = text[..text.len() - 1].split(';').map(|n| n.parse::<u8>().ok());
            let first = numbers.next().flatten();
            let held = numbers.next().flatten().unwrap_or(1).saturating_sub(1);
            let mut modifiers = KeyModifiers::NONE;
            for (bit, modifier) in
                [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)]
            {
                if held & bit != 0 {
                    modifiers |= modifier;
                }
            }
            if last == b'~' {
                key(numbered(first.ok_or(())?).ok_or(())?, modifiers)
            } else {
                key(function(last).ok_or(())?, modifiers)
            }
        }
        [last] => key(function(*last).ok_or(())?, KeyModifiers::NONE),
        _ => Err(()),
    }
}

fn numbered(n: u8) -> Option<KeyCode> {
    Some(match n {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(n - 10),
        17..=21 => KeyCode::F(n - 11),
        23..=26 => KeyCode::F(n - 12),
        _ => return None,
    })
}

fn function(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn mouse(text: &str, last: u8) -> Parsed {
    let mut numbers = text.split(';').map(|n| n.parse::<u16>().map_err(drop));
    let mut next = || numbers.next().unwrap_or(Err(()));
    let (button, column, row) = (next()?, next()?, next()?);
    let kind = match (button, last) {
        (0, b'M') => MouseEventKind::Down(MouseButton::Left),
        (0, _) => MouseEventKind::Up(MouseButton::Left),
        (64, _) => MouseEventKind::ScrollUp,
        (65, _) => MouseEventKind::ScrollDown,
        _ => return Err(()),
    };
    let (column, row) = (column.checked_sub(1).ok_or(())?, row.checked_sub(1).ok_or(())?);
    Ok(Some(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })))
}
