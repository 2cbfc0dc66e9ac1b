//! What a terminal sends, whole or cut in two, through the pieces of input into the app and onto the screen.
//!
//! A line is one thing sent: a character says where it is cut (by its number, over the length), the next what it is,
//! the rest what is in it. `k` a key of the table, `p` a paste, `c` a click, `o` and `d` another program's answer, `t`
//! text that is typed, `s` another size. Of those it is known what must come out, however they are cut. Everything else is
//! bytes as they are: nothing may fall.

use crossterm::event::Event;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use paylink::app::key::{Code, Key};
use paylink::app::model::{Model, Now, Shop};
use paylink::app::{Msg, start, update};
use paylink::domain::clean;
use paylink::domain::expiry::Expiry;
use paylink::domain::link::LinkId;
use paylink::domain::money::Currency;
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Texts};
use paylink::runtime::input::{Input, input};
use paylink::runtime::pieces::Pieces;
use paylink::ui::{Hits, Look, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use uuid::Uuid;

use super::keys::Reader;

/// No more than that of one input.
const LINES: usize = 24;

fn key(code: Code, ctrl: bool, alt: bool, shift: bool) -> Key {
    Key { code, ctrl, alt, shift }
}

fn table() -> [(&'static str, Key); 18] {
    let plain = |code| key(code, false, false, false);
    [
        ("\x1b[A", plain(Code::Up)),
        ("\x1b[B", plain(Code::Down)),
        ("\x1bOC", plain(Code::Right)),
        ("\x1b[D", plain(Code::Left)),
        ("\x1b[H", plain(Code::Home)),
        ("\x1b[4~", plain(Code::End)),
        ("\x1b[3~", plain(Code::Delete)),
        ("\x1b[5~", plain(Code::PageUp)),
        ("\x1b[6~", plain(Code::PageDown)),
        ("\x1bOP", plain(Code::F(1))),
        ("\x1b[24~", plain(Code::F(12))),
        ("\x1b[Z", key(Code::Tab, false, false, true)),
        ("\x1b[1;5D", key(Code::Left, true, false, false)),
        ("\x1b[3;2~", key(Code::Delete, false, false, true)),
        ("\x1b", plain(Code::Esc)),
        ("\r", plain(Code::Enter)),
        ("\t", plain(Code::Tab)),
        ("\x1bq", key(Code::Char('q'), false, true, false)),
    ]
}

/// The line breaks, tabs and signs of a paste whose beginning was cut off, as they come then.
fn as_typed(text: &str) -> String {
    let all = text.chars().map(|c| if c == '\r' { '\n' } else { c });
    all.filter(|c| matches!(c, '\n' | '\t') || !c.is_ascii_control()).collect()
}

/// The bytes of one line, and what must come out of them if that is known.
fn sent(line: &[u8]) -> (Vec<u8>, Option<Vec<Input>>, bool) {
    let [cut, kind, rest @ ..] = line else { return (line.to_vec(), None, false) };
    let text = String::from_utf8_lossy(rest).replace('\x1b', "");
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    let ascii: String = plain.chars().filter(char::is_ascii).collect();
    let cut_at = |length: usize| usize::from(*cut) % (length + 1);
    match kind {
        b'k' => {
            let table = table();
            let (bytes, key) = table[rest.first().map_or(0, |b| usize::from(*b)) % table.len()];
            (bytes.as_bytes().to_vec(), Some(vec![Input::Key(key)]), false)
        }
        b'p' => {
            let bytes = format!("\x1b[200~{text}\x1b[201~").into_bytes();
            let pasted = if cut_at(bytes.len()) == 1 { as_typed(&text) } else { text };
            (bytes, Some(vec![Input::Paste(pasted)]), false)
        }
        b'c' => {
            let (column, row) = (u16::from(rest.first().copied().unwrap_or(40)) % 100, 5);
            let bytes = format!("\x1b[<0;{};{}M", column + 1, row + 1).into_bytes();
            let whole = cut_at(bytes.len()) != 1;
            let wanted = if whole { vec![Input::Click(column, row)] } else { Vec::new() };
            (bytes, Some(wanted), false)
        }
        b'o' => (format!("\x1b]{ascii}\x07").into_bytes(), Some(Vec::new()), false),
        b'd' => (format!("\x1bP{ascii}\x1b\\").into_bytes(), Some(Vec::new()), false),
        b't' => {
            let keys = plain.chars().map(|c| Input::Key(Key::char(c))).collect();
            (plain.into_bytes(), Some(keys), false)
        }
        b's' => (Vec::new(), None, true),
        _ => (rest.to_vec(), None, false),
    }
}

fn shop() -> Shop {
    Shop {
        merchant_name: "Fjordfisk AS".into(),
        account_id: "T12345678".into(),
        sandbox: true,
        own_sandbox: None,
        lan: false,
        currency: Currency::Nok,
        methods: None,
        default_methods: None,
        default_expiry: Expiry::Days(1),
        default_auto_capture: true,
        default_vat: VatRate::STANDARD,
        profiles: Default::default(),
    }
}

/// Draws, and looks at every cell.
fn on_screen(model: &Model, look: &Look, (columns, rows): (u16, u16)) -> Hits {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut hits = Hits::default();
    terminal.draw(|frame| hits = draw(model, look, frame)).unwrap();
    for cell in terminal.backend().buffer().content() {
        assert!(!cell.symbol().chars().any(clean::is_unsafe), "{:?} is on the screen", cell.symbol());
    }
    hits
}

/// Sends what `bytes` says.
pub fn check(bytes: &[u8]) {
    let at: Timestamp = "2026-11-22T12:41:07Z".parse().unwrap();
    let mut size = (80, 24);
    let mut model = start(Some(shop()), size).0;
    let now = |n: usize| Now { at, zone: TimeZone::UTC, fresh: LinkId(Uuid::from_u128(n as u128)) };
    let look = Look::new(Theme::default(), Texts::new(Lang::English), now(0));
    let mut hits = on_screen(&model, &look, size);
    let mut pieces = Pieces::default();
    for (n, line) in bytes.split(|b| *b == b'\n').take(LINES).enumerate() {
        let (sent, wanted, resized) = sent(line);
        let mut events = Vec::new();
        if resized {
            size = (20 + u16::from(line.get(2).copied().unwrap_or(60)), 10 + u16::from(line[0]) % 60);
            events.extend(pieces.take(Event::Resize(size.0, size.1)));
        }
        // What a cut sequence of bytes left in the reader is no matter for the next line.
        let mut reader = Reader::default();
        let cut = line.first().map_or(0, |c| usize::from(*c)) % (sent.len() + 1);
        for piece in [&sent[..cut], &sent[cut..]] {
            for event in reader.read(piece) {
                events.extend(pieces.take(event));
            }
        }
        events.extend(pieces.quiet());
        assert_eq!(pieces.pause(), None, "something is held back for ever");
        let inputs: Vec<Input> = events.into_iter().filter_map(input).collect();
        if let Some(wanted) = wanted {
            assert_eq!(inputs, wanted, "{:?} cut at {cut}", String::from_utf8_lossy(&sent));
        }
        for input in inputs {
            let msg = match input {
                Input::Key(key) => Msg::Key(key),
                Input::Paste(text) => Msg::Paste(text),
                Input::Scroll(rows) => Msg::Scroll(rows),
                Input::Resized(columns, rows) => Msg::Resized(columns, rows),
                Input::Click(column, row) => match hits.at(column, row) {
                    Some((target, inside)) => Msg::Click(target, inside),
                    None => continue,
                },
            };
            update(&mut model, msg, &now(n + 1));
        }
        hits = on_screen(&model, &look, size);
    }
}
