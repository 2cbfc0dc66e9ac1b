//! All links: searched, filtered, chosen.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::draft::FieldId;
use crate::app::keys::{self, Action, Context};
use crate::app::model::{ListFilter, Target};
use crate::ui::frame;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::field;
use crate::ui::widgets::links::Links;
use crate::ui::words;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    frame::header(model, pen, area);
    frame::footer(model, pen, area);
    let texts = pen.texts();
    let list = &model.list;
    let body = Rect { y: area.y + 2, height: area.height.saturating_sub(4), ..frame::body(area) };
    let label = texts.t("list-search");
    let x = pen.put(body.x + 2, body.y, 16, &label, Role::Muted) + 2;
    let search = Rect::new(x, body.y, body.width.saturating_sub(x + 26).clamp(10, 44), 1);
    field::text(pen, search, FieldId::Search, list.search.value(), Some(&list.search));
    let count = if list.loading && list.rows.is_empty() {
        texts.t("list-loading").into_owned()
    } else if list.restricted() {
        let all = list.all.max(list.total);
        texts.t_args("list-of", &[("count", list.total.into()), ("all", all.into())])
    } else {
        texts.t_args("dashboard-links", &[("count", list.total.into())])
    };
    let role = if list.restricted() { Role::Text } else { Role::Muted };
    pen.put_right(body.right().saturating_sub(1), body.y, 24, &count, role);
    filters(model, pen, body);
    let key = keys::TABLE.iter().find(|b| b.context == Context::List && b.action == Action::ShowAll);
    let key = key.and_then(|key| words::shown_key(key, texts)).unwrap_or_default();
    if list.filter != ListFilter::All {
        let args = [("filter", texts.say(&list.filter).into()), ("key", key.as_str().into())];
        let room = body.width.saturating_sub(3);
        pen.put(body.x + 2, body.y + 2, room, &texts.t_args("list-filtered", &args), Role::Text);
    }
    let rows = Rect { y: body.y + 3, height: body.height.saturating_sub(3), ..body };
    if list.rows.is_empty() {
        if !list.loading && !list.unread {
            let y = rows.y + rows.height / 3;
            let empty = if list.restricted() { "list-empty" } else { "dashboard-empty" };
            pen.put_middle(rows, y, &texts.t(empty), Role::Muted);
            if list.restricted() && list.all > 0 {
                let args = [("count", list.all.into()), ("key", key.into())];
                pen.put_middle(rows, y + 1, &texts.t_args("list-hidden", &args), Role::Text);
            }
        }
        return;
    }
    let (outbox, gone) = (&model.dashboard.outbox, &model.tracking.gone);
    Links { rows: &list.rows, outbox, gone, chosen: list.chosen, top: list.top }.draw(pen, rows);
}

fn filters(model: &Model, pen: &mut Pen<'_>, body: Rect) {
    let y = body.y + 1;
    let mut x = body.x + 2;
    for filter in ListFilter::ALL {
        let here = filter == model.list.filter;
        let word = pen.texts().say(&filter);
        let (glyph, role) = if here { ("●", Role::Accent) } else { ("○", Role::Muted) };
        pen.put(x, y, 1, glyph, role);
        let end = pen.put(x + 2, y, body.right().saturating_sub(x + 2), &word, role);
        pen.hits.add(Rect::new(x, y, end.saturating_sub(x), 1), Target::Do(Action::Filter));
        x = end + 3;
    }
}
