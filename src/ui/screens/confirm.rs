//! A question that must be answered, over the screen.

use ratatui::layout::Rect;

use crate::app::keys::{Action, Context, TABLE};
use crate::app::model::{Question, Target};
use crate::ui::pen::{Pen, width, wrap};
use crate::ui::theme::Role;
use crate::ui::words;

pub(crate) fn draw(question: &Question, waited: bool, pen: &mut Pen<'_>, area: Rect) {
    let texts = pen.texts();
    let (asked, means) = words::question(question, waited, texts);
    let inner = area.width.saturating_sub(8).min(60);
    let rows = |text: &str| u16::try_from(wrap(text, inner).count()).unwrap_or(1);
    let height = (rows(&asked) + rows(&means) + 6).min(area.height);
    let frame = Rect::new(
        area.x + area.width.saturating_sub(inner + 4) / 2,
        area.y + area.height.saturating_sub(height) / 2,
        inner + 4,
        height,
    );
    border(pen, frame);
    let mut place = Rect::new(frame.x + 2, frame.y + 1, inner, frame.height.saturating_sub(2));
    let mut y = pen.put_wrapped(place, &asked, Role::Strong) + 1;
    place = Rect { y, height: frame.bottom().saturating_sub(y + 1), ..place };
    y = pen.put_wrapped(place, &means, Role::Text) + 1;
    let mut x = place.x;
    for binding in TABLE.iter().filter(|b| b.context == Context::Confirm) {
        let Some(key) = words::shown_key(binding, texts) else { continue };
        let word = texts.t(binding.text);
        let from = x;
        x = pen.put(x, y, width(&key), &key, Role::Accent);
        x = pen.put(
            x + 1,
            y,
            20,
            &word,
            if binding.action == Action::Yes { Role::Strong } else { Role::Text },
        );
        pen.hits.add(Rect::new(from, y, x.saturating_sub(from), 1), Target::Do(binding.action));
        x += 4;
    }
}

/// An empty box with a line around it.
fn border(pen: &mut Pen<'_>, frame: Rect) {
    pen.clear(frame);
    let (right, bottom) = (frame.right().saturating_sub(1), frame.bottom().saturating_sub(1));
    let line = "─".repeat(usize::from(frame.width.saturating_sub(2)));
    pen.put(frame.x, frame.y, frame.width, &format!("╭{line}╮"), Role::Accent);
    for y in frame.y + 1..bottom {
        pen.put(frame.x, y, 1, "│", Role::Accent);
        pen.put(right, y, 1, "│", Role::Accent);
    }
    pen.put(frame.x, bottom, frame.width, &format!("╰{line}╯"), Role::Accent);
}
