//! A table of links: state, reference, what, to whom, amount, when.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::app::model::Target;
use crate::domain::link::LinkId;
use crate::domain::phone::Phone;
use crate::i18n::Texts;
use crate::ports::{LinkRow, OutboxEntry};
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::{waiting_words, words};

/// From this many columns on, there's room to say to whom.
const WIDE: u16 = 96;

/// What is drawn.
pub(crate) struct Links<'m> {
    pub(crate) rows: &'m [LinkRow],
    /// What waits to be done with them.
    pub(crate) outbox: &'m [OutboxEntry],
    /// Those that the backend doesn't know any more.
    pub(crate) gone: &'m BTreeSet<LinkId>,
    pub(crate) chosen: usize,
    /// The first row in sight, as the app has it; drawing keeps the chosen one in sight.
    pub(crate) top: usize,
}

/// Columns of the parts that are as wide as what stands in them.
struct Columns {
    state: u16,
    reference: u16,
    what: u16,
    to: u16,
    amount: u16,
    when: u16,
}

impl Links<'_> {
    /// Draws the table with its head.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>, area: Rect) {
        let height = usize::from(area.height.saturating_sub(1));
        if height == 0 {
            return;
        }
        let top = first_in_sight(self.top, self.chosen, height, self.rows.len());
        let words = |row| Words::of(row, self.outbox, self.gone, pen);
        let shown: Vec<Words> = self.rows.iter().skip(top).take(height).map(words).collect();
        let columns = self.columns(pen.texts(), area.width, &shown);
        self.head(pen, area, &columns);
        for (index, words) in shown.iter().enumerate() {
            let Ok(offset) = u16::try_from(index) else { break };
            let row = Rect::new(area.x, area.y + 1 + offset, area.width, 1);
            let chosen = top + index == self.chosen;
            words.draw(pen, row, &columns, chosen);
            pen.hits.add(row, Target::Row(top + index));
        }
        if top + height < self.rows.len() {
            pen.put(area.x, area.bottom().saturating_sub(1), 1, "↓", Role::Muted);
        }
        if top > 0 {
            pen.put(area.x, area.y, 1, "↑", Role::Muted);
        }
    }

    fn columns(&self, texts: Texts, room: u16, shown: &[Words]) -> Columns {
        let widest = |of: fn(&Words) -> &str, head: &'static str, least: u16, most: u16| {
            let head = width(&texts.t(head));
            shown.iter().map(|w| width(of(w))).max().unwrap_or(0).max(head).clamp(least, most)
        };
        let state = widest(|w| &w.state, "links-state", 12, 24) + 2;
        let reference = widest(|w| &w.reference, "links-reference", 9, if room >= WIDE { 30 } else { 20 });
        let amount = widest(|w| &w.amount, "links-amount", 10, 22);
        let when = widest(|w| &w.when, "links-when", 5, 12);
        let to = if room >= WIDE { widest(|w| &w.to, "links-to", 12, 32) } else { 0 };
        let gaps = if to > 0 { 5 * 2 } else { 4 * 2 };
        let what = room.saturating_sub(2 + state + reference + amount + when + to + gaps);
        Columns { state, reference, what: what.min(48), to, amount, when }
    }

    fn head(&self, pen: &mut Pen<'_>, area: Rect, c: &Columns) {
        let (texts, y) = (pen.texts(), area.y);
        let mut x = area.x + 2;
        pen.put(x + 2, y, c.state, &texts.t("links-state"), Role::Muted);
        x += c.state + 2;
        pen.put(x, y, c.reference, &texts.t("links-reference"), Role::Muted);
        x += c.reference + 2;
        pen.put(x, y, c.what, &texts.t("links-what"), Role::Muted);
        x += c.what + 2;
        if c.to > 0 {
            pen.put(x, y, c.to, &texts.t("links-to"), Role::Muted);
            x += c.to + 2;
        }
        x += c.amount;
        pen.put_right(x, y, c.amount, &texts.t("links-amount"), Role::Muted);
        x += 2 + c.when;
        pen.put_right(x, y, c.when, &texts.t("links-when"), Role::Muted);
    }
}

/// A row in words.
struct Words {
    glyph: &'static str,
    role: Role,
    state: String,
    reference: String,
    what: String,
    to: String,
    amount: String,
    when: String,
}

impl Words {
    fn of(row: &LinkRow, outbox: &[OutboxEntry], gone: &BTreeSet<LinkId>, pen: &Pen<'_>) -> Self {
        let texts = pen.texts();
        let now = &pen.look.now;
        // What a person must deal with goes before what is still to be done, and that before the state.
        let ((glyph, role), state) = match (row.alarms.first(), waiting_words::key(outbox, row.id)) {
            (Some(alarm), _) => (("!", Role::Error), texts.say(alarm)),
            (None, _) if let Some(key) = waiting_words::asks(outbox, row.id) => {
                (("?", Role::Warning), texts.t(key))
            }
            (None, Some(key)) => (("↑", Role::Warning), texts.t(key)),
            // The state is only what was last known of it.
            (None, None) if gone.contains(&row.id) => (("?", Role::Warning), texts.t("row-gone")),
            // A part that went back is said with its amount: beside what was sold, the word alone misleads.
            (None, None) => {
                let part = row.returned.map(|part| [("amount", texts.amount(part).into())]);
                let words = part.map(|args| texts.t_args("row-returned", &args).into());
                (words::state(row.state), words.unwrap_or_else(|| texts.say(&row.state)))
            }
        };
        Self {
            glyph,
            role,
            state: state.into_owned(),
            reference: row.reference.as_str().to_owned(),
            what: row.title.clone(),
            to: recipient(&row.to),
            amount: texts.amount(row.amount),
            when: when(texts, row, now.at, &now.zone),
        }
    }

    fn draw(&self, pen: &mut Pen<'_>, row: Rect, c: &Columns, chosen: bool) {
        let (mut x, y) = (row.x, row.y);
        if chosen {
            // The marker and the reference alone: a key then changes few cells, which is what counts on
            // a slow line.
            pen.mark_focus(x, y);
        }
        x += 2;
        pen.put(x, y, 1, self.glyph, self.role);
        pen.put(x + 2, y, c.state.saturating_sub(2), &self.state, self.role);
        x += c.state + 2;
        if chosen {
            let words = width(&self.reference).min(c.reference);
            pen.shade(Rect { x, y, width: words, height: 1 }, Role::Selection);
        }
        pen.put(x, y, c.reference, &self.reference, Role::Text);
        x += c.reference + 2;
        pen.put(x, y, c.what, &self.what, Role::Muted);
        x += c.what + 2;
        if c.to > 0 {
            pen.put(x, y, c.to, &self.to, Role::Muted);
            x += c.to + 2;
        }
        x += c.amount;
        pen.put_right(x, y, c.amount, &self.amount, Role::Strong);
        x += 2 + c.when;
        pen.put_right(x, y, c.when, &self.when, Role::Muted);
    }
}

/// A phone number in groups, an e-mail address as it is.
pub(crate) fn recipient(to: &str) -> String {
    if to.starts_with('+')
        && let Ok(phone) = Phone::parse(to)
    {
        return phone.grouped();
    }
    to.to_owned()
}

/// The time today, else the day.
fn when(texts: Texts, row: &LinkRow, now: jiff::Timestamp, zone: &TimeZone) -> String {
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).date();
    if day(row.created_at) == day(now) {
        texts.clock(row.created_at, zone)
    } else {
        texts.short_date(day(row.created_at), day(now))
    }
}

/// The first of `len` rows to show so that `chosen` is among `height` rows, and no room is wasted.
pub(crate) fn first_in_sight(top: usize, chosen: usize, height: usize, len: usize) -> usize {
    let top = if chosen < top {
        chosen
    } else if chosen >= top + height {
        chosen + 1 - height
    } else {
        top
    };
    top.min(len.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_in_sight() {
        assert_eq!(first_in_sight(0, 0, 10, 3), 0);
        assert_eq!(first_in_sight(0, 9, 10, 30), 0);
        assert_eq!(first_in_sight(0, 10, 10, 30), 1);
        assert_eq!(first_in_sight(20, 5, 10, 30), 5);
        assert_eq!(first_in_sight(29, 29, 10, 30), 20);
        assert_eq!(first_in_sight(5, 0, 10, 0), 0);
    }

    #[test]
    fn recipients_are_read_back_in_groups() {
        assert_eq!(recipient("+4741234567"), "+47 41 23 45 67");
        assert_eq!(recipient("kari@example.com"), "kari@example.com");
        assert_eq!(recipient(""), "");
    }
}
