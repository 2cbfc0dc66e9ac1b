//! Step 3: product lines.

use rust_decimal::Decimal;

use super::paste::{self, Pasted};
use super::{Turn, changed, focus, leave, next, show_focus};
use crate::app::draft::{Draft, FieldId, LineDraft, USUAL_QUANTITY};
use crate::app::key::{Code, Key};
use crate::app::keys::Action;
use crate::app::model::{Model, Tone, Wizard};
use crate::app::say::Say;
use crate::app::turn::{moved, top_for};
use crate::domain::line::MAX_LINES;

/// Rows of the step that are not product lines: header, stepper, heading, totals, footer.
const OTHER_ROWS: u16 = 14;

/// The fields of `lines` lines.
pub(super) fn fields(lines: usize) -> Vec<FieldId> {
    let of_line = |i| [FieldId::Description(i), FieldId::Quantity(i), FieldId::Price(i), FieldId::Vat(i)];
    (0..lines).flat_map(of_line).collect()
}

/// The line that a field is in, and its column from 0.
pub(super) const fn place(field: FieldId) -> Option<(usize, usize)> {
    match field {
        FieldId::Description(i) => Some((i, 0)),
        FieldId::Quantity(i) => Some((i, 1)),
        FieldId::Price(i) => Some((i, 2)),
        FieldId::Vat(i) => Some((i, 3)),
        _ => None,
    }
}

const fn at(line: usize, column: usize) -> FieldId {
    match column {
        0 => FieldId::Description(line),
        1 => FieldId::Quantity(line),
        2 => FieldId::Price(line),
        _ => FieldId::Vat(line),
    }
}

/// A line as it starts: one of it, the usual VAT.
pub(super) fn blank(model: &Model) -> LineDraft {
    let vat = model.shop.as_ref().map(|s| s.default_vat).unwrap_or(crate::domain::vat::VatRate::STANDARD);
    LineDraft {
        description: String::new(),
        quantity: USUAL_QUANTITY.to_owned(),
        price: String::new(),
        vat: filled_in(vat.percent(), model.decimal_mark),
    }
}

/// A number as a seller would type it: `45`, `49,90`, with the decimal mark of the language.
pub(super) fn filled_in(number: Decimal, mark: char) -> String {
    number.to_string().replace('.', mark.encode_utf8(&mut [0; 4]))
}

/// The first line without anything in it, else the last one.
pub(super) fn first_untouched(draft: &Draft) -> usize {
    let untouched = draft.lines.iter().position(|line| draft.untouched(line));
    untouched.unwrap_or(draft.lines.len().saturating_sub(1))
}

/// Whether nothing was typed into a line that is there.
fn untouched(draft: &Draft, line: usize) -> bool {
    draft.lines.get(line).is_some_and(|line| draft.untouched(line))
}

/// Lines of a draft of last time into which nothing was typed start as lines do now: the config may have changed.
pub(super) fn start_anew(draft: &mut Draft, usual: &LineDraft) {
    let untouched: Vec<bool> = draft.lines.iter().map(|line| draft.untouched(line)).collect();
    for (line, _) in draft.lines.iter_mut().zip(untouched).filter(|(_, untouched)| *untouched) {
        line.clone_from(usual);
    }
    draft.usual_vat.clone_from(&usual.vat);
    if draft.lines.is_empty() {
        draft.lines.push(usual.clone());
    }
}

pub(super) fn enter(t: &mut Turn<'_>) {
    if t.model.wizard.draft.lines.is_empty() {
        let line = blank(t.model);
        t.model.wizard.draft.lines.push(line);
    }
    let line = first_untouched(&t.model.wizard.draft);
    show_focus(t, FieldId::Description(line));
}

/// Whether `text` in a field of the product lines was typed, rather than what a line starts with.
pub(super) fn typed(usual: &LineDraft, field: FieldId, text: &str) -> bool {
    let usual = match field {
        FieldId::Quantity(_) => usual.quantity.as_str(),
        FieldId::Vat(_) => usual.vat.as_str(),
        FieldId::Description(_) | FieldId::Price(_) => "",
        _ => return false,
    };
    !text.trim().is_empty() && text != usual
}

/// Brings back the text that another one was typed in place of last. Whether there was one.
fn undo_replaced(t: &mut Turn<'_>) -> bool {
    let Some((field, text)) = t.model.wizard.replaced.pop() else { return false };
    let Some(there) = t.model.wizard.draft.text_mut(field) else { return false };
    *there = text;
    t.model.wizard.focus = None;
    show_focus(t, field);
    changed(t);
    true
}

/// The first line in sight.
pub(super) fn top(wizard: &Wizard, size: (u16, u16)) -> usize {
    let page = usize::from(size.1.saturating_sub(OTHER_ROWS)).max(1);
    let top = wizard.top.min(wizard.draft.lines.len().saturating_sub(1));
    match wizard.focus.and_then(place) {
        Some((line, _)) => top_for(line, top, page),
        None => top,
    }
}

/// A field left empty that has a usual value gets it back, in plain sight.
pub(super) fn left(t: &mut Turn<'_>, from: FieldId) {
    let usual = blank(t.model);
    let usual = match from {
        FieldId::Quantity(_) => usual.quantity,
        FieldId::Vat(_) => usual.vat,
        _ => return,
    };
    if let Some(text) = t.model.wizard.draft.text_mut(from)
        && text.trim().is_empty()
    {
        *text = usual;
        super::keep_soon(t);
    }
}

pub(super) fn act(t: &mut Turn<'_>, action: Action, key: Option<Key>) {
    let (line, column) = t.model.wizard.focus.and_then(place).unwrap_or((0, 0));
    let count = t.model.wizard.draft.lines.len();
    match action {
        Action::NextField => next_field(t, line, column, key),
        Action::PreviousField => match (line, column) {
            (0, 0) => {}
            (line, 0) => focus(t, FieldId::Vat(line - 1)),
            (line, column) => focus(t, at(line, column - 1)),
        },
        Action::Up => focus(t, at(moved(line, -1, count), column)),
        Action::Down => focus(t, at(moved(line, 1, count), column)),
        Action::AddLine => add(t),
        Action::RemoveLine => remove(t, line, column),
        Action::Undo => undo(t),
        _ => {}
    }
}

fn next_field(t: &mut Turn<'_>, line: usize, column: usize, key: Option<Key>) {
    let draft = &t.model.wizard.draft;
    let last = line + 1 >= draft.lines.len();
    let untouched = line >= draft.lines.len() || untouched(draft, line);
    let enter = key.is_some_and(|k| k.code == Code::Enter);
    match column {
        // Done: Enter where the next line would begin.
        0 if last && untouched && enter && draft.lines.len() > 1 => next(t),
        0..=2 => focus(t, at(line, column + 1)),
        _ if !last => focus(t, FieldId::Description(line + 1)),
        _ if untouched => focus(t, FieldId::Description(line)),
        _ if enter && draft.lines.len() >= MAX_LINES => next(t),
        _ => add(t),
    }
}

/// A new line at the end, or the empty one that is there.
fn add(t: &mut Turn<'_>) {
    let draft = &t.model.wizard.draft;
    let last = draft.lines.len().saturating_sub(1);
    if untouched(draft, last) {
        focus(t, FieldId::Description(last));
        return;
    }
    if draft.lines.len() >= MAX_LINES {
        t.say(Tone::Warning, Say::TooManyLines);
        return;
    }
    leave(t);
    let line = blank(t.model);
    t.model.wizard.draft.lines.push(line);
    let last = t.model.wizard.draft.lines.len() - 1;
    show_focus(t, FieldId::Description(last));
    changed(t);
}

/// Which fields were left moves along with the lines from `from` on.
fn shift(wizard: &mut Wizard, from: usize, by: isize) {
    // These are of lines by their number, which are other lines now.
    wizard.replaced.clear();
    let touched = std::mem::take(&mut wizard.touched);
    let shifted = touched.into_iter().map(|field| match place(field) {
        Some((line, column)) if line >= from => at(line.saturating_add_signed(by), column),
        _ => field,
    });
    wizard.touched = shifted.collect();
}

fn forget_touched(wizard: &mut Wizard, line: usize) {
    wizard.touched.retain(|field| place(*field).is_none_or(|(l, _)| l != line));
}

fn remove(t: &mut Turn<'_>, line: usize, column: usize) {
    let usual = blank(t.model);
    let wizard = &mut t.model.wizard;
    if line >= wizard.draft.lines.len() {
        return;
    }
    let removed = wizard.draft.lines.remove(line);
    wizard.focus = None;
    forget_touched(wizard, line);
    shift(wizard, line + 1, -1);
    let untouched = wizard.draft.untouched(&removed);
    if wizard.draft.lines.is_empty() {
        wizard.draft.lines.push(usual);
    }
    if !untouched {
        wizard.draft.removed.push((line, removed));
    }
    let line = line.min(wizard.draft.lines.len() - 1);
    let column = if self::untouched(&wizard.draft, line) { 0 } else { column };
    show_focus(t, at(line, column));
    changed(t);
    if !untouched {
        t.say(Tone::Info, Say::LineRemoved);
    }
}

fn undo(t: &mut Turn<'_>) {
    if undo_replaced(t) {
        return;
    }
    let only_blank = {
        let lines = &t.model.wizard.draft.lines;
        lines.len() == 1 && lines.iter().all(|l| *l == blank(t.model))
    };
    let wizard = &mut t.model.wizard;
    if wizard.draft.removed.is_empty() {
        t.say(Tone::Info, Say::NothingToUndo);
        return;
    }
    if !only_blank && wizard.draft.lines.len() >= MAX_LINES {
        t.say(Tone::Warning, Say::TooManyLines);
        return;
    }
    let Some((place, line)) = wizard.draft.removed.pop() else { return };
    wizard.focus = None;
    if only_blank {
        wizard.draft.lines.clear();
        forget_touched(wizard, 0);
    }
    let place = place.min(wizard.draft.lines.len());
    shift(wizard, place, 1);
    wizard.draft.lines.insert(place, line);
    show_focus(t, FieldId::Description(place));
    changed(t);
    t.say(Tone::Info, Say::LineBack);
}

/// Several lines pasted become several product lines. `false`: it is text for the field.
pub(super) fn paste(t: &mut Turn<'_>, text: &str) -> bool {
    let usual = blank(t.model);
    let wizard = &mut t.model.wizard;
    let line = wizard.focus.and_then(place).map_or(0, |(line, _)| line);
    let into_empty = untouched(&wizard.draft, line);
    let room = MAX_LINES.saturating_sub(wizard.draft.lines.len() - usize::from(into_empty));
    let lines = match paste::read(text, room, &usual) {
        Pasted::Text => return false,
        Pasted::TooMany(lines) => {
            t.say(Tone::Warning, Say::PasteTooLong { lines });
            return true;
        }
        Pasted::Lines(lines) => lines,
    };
    leave(t);
    let wizard = &mut t.model.wizard;
    let (from, count) = (if into_empty { line } else { line + 1 }, lines.len());
    let from = from.min(wizard.draft.lines.len());
    if into_empty {
        wizard.draft.lines.remove(line);
        forget_touched(wizard, line);
        shift(wizard, line + 1, -1);
    }
    shift(wizard, from, isize::try_from(count).unwrap_or(0));
    wizard.draft.lines.splice(from..from, lines);
    // What was pasted wrong is said at once, and the first of it has the focus.
    wizard.touched.extend((from..from + count).flat_map(|i| (0..4).map(move |c| at(i, c))));
    changed(t);
    let wizard = &t.model.wizard;
    let wrong = wizard.issues.iter().map(|i| i.field);
    let wrong = wrong
        .filter(|f| place(*f).is_some_and(|(l, _)| (from..from + count).contains(&l)))
        .min_by_key(|f| place(*f));
    let to = wrong.unwrap_or(FieldId::Vat(from + count.saturating_sub(1)));
    show_focus(t, to);
    true
}
