//! What the terminal sends, as the app's messages.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::app::key::{Code, Key};

/// An input of the terminal, before it is known what a click hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// A click at column, row.
    Click(u16, u16),
    /// The wheel, down is positive.
    Scroll(i16),
    /// Another size.
    Resized(u16, u16),
}

/// Rows a notch of the wheel goes.
const NOTCH: i16 = 3;

/// The app's view of a terminal event, if it has one.
#[must_use]
pub fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(columns, rows) => Some(Input::Resized(columns, rows)),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Input::Click(mouse.column, mouse.row)),
            MouseEventKind::ScrollDown => Some(Input::Scroll(NOTCH)),
            MouseEventKind::ScrollUp => Some(Input::Scroll(-NOTCH)),
            _ => None,
        },
        _ => None,
    }
}

/// One form for what terminals send in several: back-tab with and without Shift, Ctrl-H for
/// Backspace with Ctrl, upper case with and without Shift.
fn key(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let code = match event.code {
        KeyCode::Char(c) => {
            shift = false;
            // Ctrl-Alt is AltGr where the terminal can't tell: `@`, `{`, `€` are typed with it.
            if ctrl && alt && !c.is_ascii_alphanumeric() {
                return Some(Key::char(c));
            }
            Code::Char(if ctrl { c.to_ascii_lowercase() } else { c })
        }
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => {
            shift = true;
            Code::Tab
        }
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    Some(Key { code, ctrl, alt, shift })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        input(Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn back_tab_is_shift_tab_with_and_without_the_modifier() {
        let wanted = Some(Input::Key(Key::shift(Code::Tab)));
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::NONE), wanted);
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::SHIFT), wanted);
        assert_eq!(press(KeyCode::Tab, KeyModifiers::SHIFT), wanted);
    }

    #[test]
    fn characters_carry_their_case_and_no_shift() {
        assert_eq!(press(KeyCode::Char('Å'), KeyModifiers::SHIFT), Some(Input::Key(Key::char('Å'))));
        assert_eq!(press(KeyCode::Char('N'), KeyModifiers::CONTROL), Some(Input::Key(Key::ctrl('n'))));
    }

    #[test]
    fn what_alt_gr_types_is_typed() {
        let both = KeyModifiers::CONTROL | KeyModifiers::ALT;
        assert_eq!(press(KeyCode::Char('@'), both), Some(Input::Key(Key::char('@'))));
    }

    #[test]
    fn releases_say_nothing() {
        let mut event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(input(Event::Key(event)), None);
    }
}
