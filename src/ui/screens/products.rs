//! Step 3: the lines, typed in a table, with totals and VAT per rate.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::draft::FieldId;
use crate::app::keys::Action;
use crate::app::model::Target;
use crate::domain::amount;
use crate::domain::vat::VatRate;
use crate::i18n::Texts;
use crate::ui::frame;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::widgets::field;
use crate::ui::widgets::links::first_in_sight;

/// So many VAT rates have a row each in every window, and more where it is tall.
const RATES: u16 = 5;

/// Columns of the table, from the left end of the body.
struct Columns {
    description: u16,
    quantity: u16,
    price: u16,
    vat: u16,
    amount: u16,
}

impl Columns {
    fn of(room: u16) -> Self {
        let (quantity, price, vat, amount) = (8, 13, 8, 18);
        let gaps = 2 + 4 * 2;
        let description = room.saturating_sub(quantity + price + vat + amount + gaps).clamp(12, 60);
        Self { description, quantity, price, vat, amount }
    }

    /// Where each field of a line lies, in the order of Tab.
    fn fields(&self, line: usize, x: u16) -> [(FieldId, u16, u16); 4] {
        let quantity = x + 2 + self.description + 2;
        let price = quantity + self.quantity + 2;
        let vat = price + self.price + 2;
        let [description_id, quantity_id, price_id, vat_id] = Self::ids(line);
        [
            (description_id, x + 2, self.description),
            (quantity_id, quantity, self.quantity),
            (price_id, price, self.price),
            (vat_id, vat, self.vat),
        ]
    }

    /// The fields of a line, from left to right.
    const fn ids(line: usize) -> [FieldId; 4] {
        [FieldId::Description(line), FieldId::Quantity(line), FieldId::Price(line), FieldId::Vat(line)]
    }

    fn right(&self, x: u16) -> u16 {
        let [.., (_, vat, room)] = self.fields(0, x);
        vat + room + 2 + self.amount
    }
}

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let body = frame::step(model, pen, area);
    let columns = Columns::of(body.width);
    head(pen, body, &columns);
    let rates = model.wizard.totals.as_ref().map_or(0, |t| t.per_rate.len());
    let sums = u16::try_from(rates).unwrap_or(u16::MAX).min((body.height / 4).max(RATES)) + 2;
    let lines = Rect { y: body.y + 1, height: body.height.saturating_sub(sums + 2), ..body };
    let after = table(model, pen, lines, &columns);
    let sums = Rect {
        y: (after + 1).min(body.bottom().saturating_sub(sums)),
        height: sums,
        width: columns.right(body.x).min(body.right()).saturating_sub(body.x),
        ..body
    };
    totals(model, pen, sums);
    if let Some(error) = model.wizard.issue(FieldId::Lines) {
        let room = Rect { x: body.x + 2, width: sums.width / 2, ..sums };
        field::mistake(pen, room, error);
    }
}

fn head(pen: &mut Pen<'_>, body: Rect, columns: &Columns) {
    let texts = pen.texts();
    let [description, quantity, price, vat] = columns.fields(0, body.x);
    let y = body.y;
    pen.put(description.1, y, description.2, &texts.t("products-description"), Role::Muted);
    for ((_, x, room), key) in
        [(quantity, "products-quantity"), (price, "products-price"), (vat, "products-vat")]
    {
        pen.put_right(x + room, y, room, &texts.t(key), Role::Muted);
    }
    pen.put_right(columns.right(body.x), y, columns.amount, &texts.t("products-amount"), Role::Muted);
}

/// The lines that fit, the one with the focus among them; how many more there are stands in the free rows above and
/// below. Returns the row after them.
fn table(model: &Model, pen: &mut Pen<'_>, area: Rect, columns: &Columns) -> u16 {
    let wizard = &model.wizard;
    let lines = &wizard.draft.lines;
    let focused = wizard.focus.and_then(line_of).unwrap_or(0);
    let height = usize::from(area.height.saturating_sub(1)).max(1);
    let top = first_in_sight(wizard.top, focused, height, lines.len());
    let top = top.max(first_that_fits(model, pen, area, focused));
    let (mut y, mut below) = (area.y, lines.len());
    for (index, _) in lines.iter().enumerate().skip(top) {
        if y >= area.bottom() {
            break;
        }
        y = line(model, pen, Rect { y, height: area.bottom() - y, ..area }, columns, index);
        below = lines.len() - index - 1;
    }
    // The heading has a free row over it, and the table one under it.
    more(pen, "products-above", top, area, area.y.saturating_sub(2));
    more(pen, "products-below", below, area, area.bottom());
    if y < area.bottom() {
        let texts = pen.texts();
        let end = pen.put(area.x + 2, y, 30, &format!("+ {}", texts.t("products-new-line")), Role::Muted);
        pen.hits
            .add(Rect::new(area.x + 2, y, end.saturating_sub(area.x + 2), 1), Target::Do(Action::AddLine));
        y += 1;
    }
    y
}

/// Says how many lines are out of sight, if any are.
fn more(pen: &mut Pen<'_>, key: &'static str, count: usize, area: Rect, y: u16) {
    if count > 0 {
        let text = pen.texts().t_args(key, &[("count", count.into())]);
        pen.put(area.x + 2, y, area.width.saturating_sub(2), &text, Role::Muted);
    }
}

/// The first line from which on all up to the one with the focus fit: what is wrong with a line stands below it, and
/// the line that has the focus is seen all the same, with what is wrong.
fn first_that_fits(model: &Model, pen: &Pen<'_>, area: Rect, focused: usize) -> usize {
    let mut taken = rows(model, pen, area, focused);
    let above = (0..focused).rev().take_while(|line| {
        taken = taken.saturating_add(rows(model, pen, area, *line));
        taken <= area.height
    });
    focused - above.count()
}

/// How many rows a line takes.
fn rows(model: &Model, pen: &Pen<'_>, area: Rect, line: usize) -> u16 {
    let room = area.width.saturating_sub(4).max(1);
    let fields = Columns::ids(line);
    let wrong = fields.into_iter().filter_map(|id| model.wizard.issue(id));
    wrong.map(|error| width(&pen.texts().say(error)).div_ceil(room).max(1)).fold(1, u16::saturating_add)
}

/// One line, and under it what is wrong. Returns the row after it.
fn line(model: &Model, pen: &mut Pen<'_>, area: Rect, columns: &Columns, index: usize) -> u16 {
    let wizard = &model.wizard;
    let texts = pen.texts();
    let y = area.y;
    if wizard.focus.and_then(line_of) == Some(index) {
        pen.mark_focus(area.x, y);
    }
    let mut wrong = Vec::new();
    for (id, x, room) in columns.fields(index, area.x) {
        let value = wizard.draft.text(id).unwrap_or("");
        let place = Rect::new(x, y, room, 1);
        let error = wizard.issue(id);
        if wizard.focus == Some(id) {
            field::text(pen, place, id, value, Some(&wizard.field));
        } else {
            let role = if error.is_some() { Role::Error } else { Role::Text };
            match id {
                FieldId::Description(_) => {
                    pen.put(x, y, room, value, role);
                }
                FieldId::Vat(_) if error.is_none() => {
                    pen.put_right(x + room, y, room, &rate(texts, value), role);
                }
                _ => {
                    pen.put_right(x + room, y, room, value, role);
                }
            }
            pen.hits.add(place, Target::Field(id));
        }
        wrong.extend(error.map(|e| (x, e)));
    }
    if let Some(Some(amount)) = wizard.amounts.get(index) {
        pen.put_right(columns.right(area.x), y, columns.amount, &texts.amount(*amount), Role::Text);
    }
    let mut y = y + 1;
    for (x, error) in wrong {
        // Under its field, moved to the left where it would run out of the window.
        let needed = width(&texts.say(error)) + 2;
        let x = x.min(area.right().saturating_sub(needed)).max(area.x + 2);
        if y < area.bottom() {
            y = field::mistake(
                pen,
                Rect::new(x, y, area.right().saturating_sub(x), area.bottom() - y),
                error,
            );
        }
    }
    y
}

/// A typed rate as the language writes it; what is no rate, as typed.
fn rate(texts: Texts, typed: &str) -> String {
    let percent = amount::parse_number(typed).ok();
    match percent.and_then(|p| VatRate::from_percent(p).ok()) {
        Some(rate) => texts.rate(rate),
        None => typed.to_owned(),
    }
}

const fn line_of(id: FieldId) -> Option<usize> {
    match id {
        FieldId::Description(i) | FieldId::Quantity(i) | FieldId::Price(i) | FieldId::Vat(i) => Some(i),
        _ => None,
    }
}

/// Net, VAT per rate, to pay.
fn totals(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let Some(totals) = &model.wizard.totals else { return };
    let texts = pen.texts();
    let mut rows = vec![(texts.t("products-net").into_owned(), texts.amount(totals.net), Role::Muted)];
    // Rows that are not net or to pay. Many rates: those without a row of their own share one, so that it adds up.
    let room = usize::from(area.height.saturating_sub(2));
    let own = if totals.per_rate.len() > room { room.saturating_sub(1) } else { room };
    for rate in totals.per_rate.iter().take(own) {
        let label = texts.t_args("products-vat-rate", &[("rate", texts.rate(rate.rate).into())]);
        rows.push((label, texts.amount(rate.vat), Role::Muted));
    }
    let others = totals.per_rate.iter().skip(own).map(|rate| rate.vat);
    if let Some(vat) = others.reduce(|sum, vat| sum.checked_add(vat).unwrap_or(totals.vat)) {
        rows.push((texts.t("products-vat-others").into_owned(), texts.amount(vat), Role::Muted));
    }
    rows.push((texts.t("products-to-pay").into_owned(), texts.amount(totals.gross), Role::Strong));
    for (y, (label, amount, role)) in (area.y..).zip(rows) {
        pen.put(area.right().saturating_sub(34), y, 14, &label, role);
        pen.put_right(area.right(), y, 20, &amount, role);
    }
}
