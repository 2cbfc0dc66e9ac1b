//! Escape sequences that come in two pieces. A terminal's keys, pastes and answers begin with Esc; over a slow
//! line the rest may come a moment later, and the terminal crate has told of an Esc by then. What follows
//! would be taken for typed keys: a pasted `q` would end the app, an arrow would leave a step.
//!
//! So an Esc is held back for a moment, and what comes within it is put together again. Nobody types that fast.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// How long the rest of a sequence may take.
const PAUSE: Duration = Duration::from_millis(25);
/// The end of a paste whose beginning was cut is not told: it's over when nothing more comes for this long.
const PASTE_PAUSE: Duration = Duration::from_millis(300);
/// No key's sequence is longer.
const LONGEST: usize = 32;

/// Puts sequences together again.
#[derive(Debug, Default)]
pub struct Pieces {
    held: Held,
}

#[derive(Debug, Default)]
enum Held {
    #[default]
    Nothing,
    /// Esc: a key, or the beginning of a sequence.
    Esc,
    /// Esc `[` and what has come since.
    Sequence(String),
    /// Esc `O`.
    Function,
    /// Pasted text.
    Paste(String),
    /// A terminal's answer that nobody here has asked for: it was another program's question. The key it began
    /// with, as long as nothing else has come.
    Answer(Option<KeyEvent>),
}

impl Pieces {
    /// How long to wait for more before [`Pieces::quiet`], if something is held back.
    #[must_use]
    pub const fn pause(&self) -> Option<Duration> {
        match self.held {
            Held::Nothing => None,
            Held::Paste(_) => Some(PASTE_PAUSE),
            _ => Some(PAUSE),
        }
    }

    /// Nothing more came: what was held back was all.
    pub fn quiet(&mut self) -> Option<Event> {
        match std::mem::take(&mut self.held) {
            Held::Esc => Some(Event::Key(KeyCode::Esc.into())),
            Held::Paste(text) => Some(Event::Paste(text)),
            Held::Answer(first) => first.map(Event::Key),
            // A sequence without its end means nothing.
            Held::Nothing | Held::Sequence(_) | Held::Function => None,
        }
    }

    /// Another event. Gives what is to be handled now, in order.
    pub fn take(&mut self, event: Event) -> Vec<Event> {
        // A resize comes from elsewhere and interrupts nothing.
        let Event::Key(key) = event else {
            let before = if matches!(event, Event::Resize(..)) { None } else { self.quiet() };
            return before.into_iter().chain([event]).collect();
        };
        match std::mem::take(&mut self.held) {
            Held::Nothing => self.begin(key).into_iter().collect(),
            Held::Esc => self.after_esc(key),
            Held::Sequence(before) => self.sequence(before, key),
            Held::Function => match typed(key).and_then(|c| function(c, KeyModifiers::NONE)) {
                Some(whole) => vec![whole],
                None => self.begin(key).into_iter().collect(),
            },
            Held::Paste(mut text) => {
                match key.code {
                    KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => text.push('\n'),
                    KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => text.push(c),
                    KeyCode::Enter => text.push('\n'),
                    KeyCode::Tab => text.push('\t'),
                    _ => {}
                }
                self.held = Held::Paste(text);
                Vec::new()
            }
            Held::Answer(_) => self.answer(key),
        }
    }

    fn begin(&mut self, key: KeyEvent) -> Option<Event> {
        match key.code {
            KeyCode::Esc if key.modifiers.is_empty() => self.held = Held::Esc,
            // With Ctrl as well it would be AltGr, which types.
            KeyCode::Char(c) if alt_alone(key) && begins_answer(c) => self.held = Held::Answer(Some(key)),
            // The end of an answer, and no key of ours.
            KeyCode::Char('\\') if alt_alone(key) => {}
            _ => return Some(Event::Key(key)),
        }
        None
    }

    fn after_esc(&mut self, key: KeyEvent) -> Vec<Event> {
        match typed(key) {
            Some('[') => self.held = Held::Sequence(String::new()),
            Some('O') => self.held = Held::Function,
            Some(_) => {
                // As the crate has it when both come together.
                let with_alt = KeyEvent { modifiers: key.modifiers | KeyModifiers::ALT, ..key };
                return self.begin(with_alt).into_iter().collect();
            }
            None => {
                let esc = Event::Key(KeyCode::Esc.into());
                return [esc].into_iter().chain(self.begin(key)).collect();
            }
        }
        Vec::new()
    }

    fn sequence(&mut self, mut before: String, key: KeyEvent) -> Vec<Event> {
        match typed(key) {
            Some(c @ ' '..='?') if before.len() < LONGEST => {
                before.push(c);
                self.held = Held::Sequence(before);
                Vec::new()
            }
            Some('~') if before == "200" => {
                self.held = Held::Paste(String::new());
                Vec::new()
            }
            Some(c @ '@'..='~') => whole(&before, c).into_iter().collect(),
            _ => self.begin(key).into_iter().collect(),
        }
    }

    /// An answer goes on until its end: a bell, or Esc and a backslash.
    fn answer(&mut self, key: KeyEvent) -> Vec<Event> {
        match key.code {
            KeyCode::Char('g') if key.modifiers.contains(KeyModifiers::CONTROL) => Vec::new(),
            _ if typed(key).is_some() => {
                self.held = Held::Answer(None);
                Vec::new()
            }
            // Its end, in one piece or in two; or another key.
            _ => self.begin(key).into_iter().collect(),
        }
    }
}

/// The character that a key types.
fn typed(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

fn alt_alone(key: KeyEvent) -> bool {
    key.modifiers - KeyModifiers::SHIFT == KeyModifiers::ALT
}

/// What follows an Esc where a terminal answers: OSC, DCS, APC, PM, SOS.
const fn begins_answer(c: char) -> bool {
    matches!(c, ']' | 'P' | '_' | '^' | 'X')
}

/// The key of a whole sequence `Esc [ before last`. The mouse's and what is not known is dropped.
fn whole(before: &str, last: char) -> Option<Event> {
    let mut numbers = before.split(';').map(|n| n.parse::<u8>().ok());
    let first = numbers.next().flatten();
    let held = numbers.next().flatten().unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if held & bit != 0 {
            modifiers |= modifier;
        }
    }
    if last != '~' {
        return if before.is_empty() || first == Some(1) { function(last, modifiers) } else { None };
    }
    let code = match first? {
        1 | 7 => KeyCode::Home,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        n @ 11..=15 => KeyCode::F(n - 10),
        n @ 17..=21 => KeyCode::F(n - 11),
        n @ 23..=24 => KeyCode::F(n - 12),
        _ => return None,
    };
    Some(Event::Key(KeyEvent::new(code, modifiers)))
}

/// The key that a last letter alone stands for.
fn function(last: char, modifiers: KeyModifiers) -> Option<Event> {
    let code = match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'H' => KeyCode::Home,
        'F' => KeyCode::End,
        'Z' => KeyCode::BackTab,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    };
    Some(Event::Key(KeyEvent::new(code, modifiers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the crate makes of bytes that come after an Esc which it has told of already.
    fn keys(bytes: &str) -> Vec<Event> {
        let one = |c: char| match c {
            '\r' => KeyEvent::from(KeyCode::Enter),
            '\n' => KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL),
            '\x07' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
            '\x1b' => KeyEvent::from(KeyCode::Esc),
            c if c.is_uppercase() => KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT),
            c => KeyEvent::from(KeyCode::Char(c)),
        };
        bytes.chars().map(|c| Event::Key(one(c))).collect()
    }

    fn alt(c: char) -> Event {
        let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT | shift))
    }

    fn put_together(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
        let mut pieces = Pieces::default();
        let mut out: Vec<Event> = events.into_iter().flat_map(|e| pieces.take(e)).collect();
        out.extend(pieces.quiet());
        assert_eq!(pieces.pause(), None);
        out
    }

    fn key(code: KeyCode) -> Event {
        Event::Key(code.into())
    }

    #[test]
    fn esc_alone_is_esc_after_a_moment() {
        let mut pieces = Pieces::default();
        assert!(pieces.take(key(KeyCode::Esc)).is_empty());
        assert_eq!(pieces.pause(), Some(PAUSE));
        assert_eq!(pieces.quiet(), Some(key(KeyCode::Esc)));
        assert_eq!(pieces.take(key(KeyCode::Char('q'))), [key(KeyCode::Char('q'))]);
        assert_eq!(
            put_together(keys("\x1b\x1b\r")),
            [key(KeyCode::Esc), key(KeyCode::Esc), key(KeyCode::Enter)]
        );
    }

    #[test]
    fn a_key_in_two_pieces_is_that_key() {
        for (bytes, wanted) in [
            ("\x1b[A", KeyEvent::from(KeyCode::Up)),
            ("\x1bOP", KeyEvent::from(KeyCode::F(1))),
            ("\x1b[5~", KeyEvent::from(KeyCode::PageUp)),
            ("\x1b[24~", KeyEvent::from(KeyCode::F(12))),
            ("\x1b[Z", KeyEvent::from(KeyCode::BackTab)),
            ("\x1b[1;5D", KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL)),
            ("\x1b[3;2~", KeyEvent::new(KeyCode::Delete, KeyModifiers::SHIFT)),
        ] {
            assert_eq!(put_together(keys(bytes)), [Event::Key(wanted)], "{bytes:?}");
        }
    }

    #[test]
    fn a_paste_in_two_pieces_is_that_paste_and_no_keys() {
        // The crate passes over the end, Esc [201~.
        let pasted = put_together(keys("\x1b[200~q\rQ, 2\n[A\x07"));
        assert_eq!(pasted, [Event::Paste("q\nQ, 2\n[A".to_owned())]);
    }

    #[test]
    fn a_click_in_two_pieces_and_what_nobody_knows_is_dropped() {
        for bytes in ["\x1b[<0;12;5M", "\x1b[?62;22c", "\x1b[99~", "\x1b[?1", "\x1bO"] {
            assert_eq!(put_together(keys(bytes)), [], "{bytes:?}");
        }
        let endless = put_together(keys(&format!("\x1b[{}", "1".repeat(50))));
        assert!(endless.iter().all(|e| *e == key(KeyCode::Char('1'))) && endless.len() < 20);
    }

    #[test]
    fn what_comes_within_the_moment_has_alt_as_it_has_in_one_piece() {
        assert_eq!(put_together(keys("\x1bq")), [alt('q')]);
        assert_eq!(put_together(keys("\x1bQ")), [alt('Q')]);
    }

    #[test]
    fn an_answer_to_another_programs_question_is_not_typed() {
        // Whole: the crate tells of Alt and the letter, then of keys. In pieces: of Esc, then of keys.
        let rest = keys("1$r2 q").into_iter();
        assert_eq!(put_together([alt('P')].into_iter().chain(rest).chain([alt('\\')])), []);
        assert_eq!(put_together(keys("\x1bP1$r2 q\x1b\\")), []);
        assert_eq!(put_together(keys("\x1b]11;rgb:1e1e/1e1e/1e1e\x07")), []);
        // What comes after it counts.
        let mut pieces = Pieces::default();
        for event in keys("\x1b]11;q\x07") {
            assert!(pieces.take(event).is_empty());
        }
        assert_eq!(pieces.take(key(KeyCode::Char('q'))), [key(KeyCode::Char('q'))]);
    }

    #[test]
    fn a_resize_in_the_middle_interrupts_nothing() {
        let events = keys("\x1b").into_iter().chain([Event::Resize(80, 24)]).chain(keys("[B"));
        assert_eq!(put_together(events), [Event::Resize(80, 24), key(KeyCode::Down)]);
        let events = keys("\x1b").into_iter().chain([Event::Paste("q".to_owned())]);
        assert_eq!(put_together(events), [key(KeyCode::Esc), Event::Paste("q".to_owned())]);
    }
}
