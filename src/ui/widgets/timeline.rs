//! The story of a link: what happened when, and what is still to come.

use std::borrow::Cow;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::domain::link::{EventKind, Link, LinkEvent, LinkState};
use crate::domain::method::kind_of_type;
use crate::domain::sale::Delivery;
use crate::i18n::Texts;
use crate::ui::pen::{Pen, width, wrap};
use crate::ui::theme::Role;
use crate::ui::words;

/// A line of the story.
struct Step {
    glyph: &'static str,
    role: Role,
    label: Cow<'static, str>,
    at: Option<Timestamp>,
    detail: Option<String>,
}

/// A row of the story.
enum Row<'a> {
    /// A step, with its detail beside it where everything fits.
    Step(&'a Step, &'a str),
    /// A part of a detail, under its step.
    Detail(&'a str),
}

/// Draws the newest part of the story that fits into `area`, `scroll` rows further up. What has no room is told
/// in the free rows above and below.
pub(crate) fn draw(pen: &mut Pen<'_>, area: Rect, link: &Link, scroll: u16) {
    let texts = pen.texts();
    let steps = story(link, texts);
    let now = &pen.look.now;
    let times: Vec<String> =
        steps.iter().map(|s| s.at.map(|at| time(texts, at, now.at, &now.zone)).unwrap_or_default()).collect();
    let time_room = times.iter().map(|t| width(t)).max().unwrap_or(0);
    let label_room = steps.iter().map(|s| width(&s.label)).max().unwrap_or(0);
    let detail_room = steps.iter().filter_map(|s| s.detail.as_deref()).map(width).max().unwrap_or(0);
    // In one row where everything fits, else the detail stands under its line.
    let one_row = 2 + label_room + 2 + time_room + 2 + detail_room <= area.width;
    let label_room = label_room.min(area.width.saturating_sub(time_room + 3));
    let mut rows = Vec::with_capacity(steps.len());
    for (step, time) in steps.iter().zip(&times) {
        rows.push(Row::Step(step, time));
        // Under its line a detail is wrapped: why something failed is longer than the column at times.
        if let Some(detail) = step.detail.as_deref().filter(|_| !one_row) {
            rows.extend(wrap(detail, area.width.saturating_sub(2)).map(Row::Detail));
        }
    }
    let beyond = rows.len().saturating_sub(usize::from(area.height));
    let below = usize::from(scroll).min(beyond);
    let above = beyond - below;
    pen.hits.leave_out(u16::try_from(beyond).unwrap_or(u16::MAX));
    let right = (area.x + 2 + label_room + 2 + time_room).min(area.right());
    for (row, y) in rows.iter().skip(above).zip(area.y..area.bottom()) {
        match row {
            Row::Step(step, time) => {
                pen.put(area.x, y, 1, step.glyph, step.role);
                let label = if step.at.is_none() { Role::Muted } else { step.role };
                pen.put(area.x + 2, y, label_room, &step.label, label);
                pen.put_right(right, y, time_room, time, Role::Muted);
                if let Some(detail) = step.detail.as_deref().filter(|_| one_row) {
                    pen.put(right + 2, y, area.right().saturating_sub(right + 2), detail, Role::Muted);
                }
            }
            Row::Detail(text) => {
                pen.put(area.x + 2, y, area.width.saturating_sub(2), text, Role::Muted);
            }
        }
    }
    if above > 0
        && let Some(free) = area.y.checked_sub(1)
    {
        pen.put(area.x, free, area.width, &texts.t("link-story-above"), Role::Muted);
    }
    if below > 0 {
        pen.put(area.x, area.bottom(), area.width, &texts.t("link-story-below"), Role::Muted);
    }
}

/// The time of day today, else with its day.
fn time(texts: Texts, at: Timestamp, now: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    if day(at) == day(now) { texts.clock_seconds(at, zone) } else { texts.moment(at, now, zone) }
}

fn story(link: &Link, texts: Texts) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(link.events.len() + 2);
    let made = link.events.iter().any(|e| e.kind == EventKind::Created);
    let mut repeats: (Option<EventKind>, usize) = (None, 0);
    for event in link.story() {
        // "Saved" goes without saying once the link is made, and what came of paying is told by the
        // events beside it.
        if event.kind == EventKind::PayingEnded || (event.kind == EventKind::Drafted && made) {
            continue;
        }
        // An address that was corrected, or told twice by the backend, is one line.
        if repeats.0 == Some(EventKind::AddressGiven) && event.kind == EventKind::AddressGiven {
            continue;
        }
        // Looking at the page again and again is one line.
        if repeats.0 == Some(event.kind) && event.kind == EventKind::Opened {
            repeats.1 += 1;
            if let Some(last) = steps.last_mut() {
                last.detail = Some(texts.t_args("event-times", &[("count", repeats.1.into())]));
            }
            continue;
        }
        repeats = (Some(event.kind), 1);
        let mut next = step(event, link, texts);
        // What went on then is over once something followed.
        if event.kind == EventKind::Paying && !link.story().last().is_some_and(|last| last == event) {
            (next.glyph, next.role) = ("●", Role::Text);
        }
        steps.push(next);
    }
    for (key, open) in to_come(link) {
        if open {
            steps.push(Step {
                glyph: "○",
                role: Role::Muted,
                label: texts.say(&key),
                at: None,
                detail: None,
            });
        }
    }
    steps
}

fn step(event: &LinkEvent, link: &Link, texts: Texts) -> Step {
    let (glyph, role) = words::event(event.kind);
    let mut detail = texts.event_detail(event);
    let label = match (event.kind, &link.sale.delivery) {
        (EventKind::MessageSent, Delivery::Sms(phone)) => {
            detail = Some(phone.grouped());
            texts.t(if link.by_push { "event-push-sent" } else { "event-sms-sent" })
        }
        (EventKind::MailOpened, Delivery::Email(email)) => {
            detail = Some(email.as_str().to_owned());
            texts.say(&event.kind)
        }
        (EventKind::Opened, _) if link.opened_by_robot() => {
            detail = Some(texts.t("event-opened-perhaps").into_owned());
            texts.say(&event.kind)
        }
        (EventKind::Paying, _) => match detail.take() {
            Some(_) => {
                let method = event.detail.as_deref().map(kind_of_type).map(|kind| texts.method_within(kind));
                texts.t_args("event-paying-with", &[("method", method.unwrap_or_default().into())]).into()
            }
            None => texts.say(&event.kind),
        },
        // What it is says it all.
        (EventKind::Alarm | EventKind::Other, _) => match detail.take() {
            Some(word) => Cow::Owned(word),
            None => texts.say(&event.kind),
        },
        _ => texts.say(&event.kind),
    };
    Step { glyph, role, label, at: Some(event.at), detail }
}

/// What a live link still waits for.
fn to_come(link: &Link) -> [(EventKind, bool); 2] {
    let has = |kind| link.events.iter().any(|e| e.kind == kind);
    let live = link.state.payable() || link.state.in_outbox() && link.state != LinkState::Refused;
    [
        (EventKind::Opened, live && !has(EventKind::Opened)),
        (EventKind::Captured, live || link.state == LinkState::OnHold),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::model::Now;
    use crate::app::testing::link;
    use crate::i18n::Lang;
    use crate::ui::theme::Theme;
    use crate::ui::{Hits, Look};
    use ratatui::buffer::Buffer;

    #[test]
    fn an_address_told_twice_is_one_line() {
        let mut link = link(1, LinkState::Opened);
        let at = link.created_at;
        let told = |kind| LinkEvent { at, kind, detail: None, key: None };
        link.events =
            vec![told(EventKind::Opened), told(EventKind::AddressGiven), told(EventKind::AddressGiven)];
        let lines = story(&link, Texts::default());
        let label = Texts::default().say(&EventKind::AddressGiven);
        assert_eq!(lines.iter().filter(|s| s.label == label).count(), 1);
    }

    #[test]
    fn why_something_failed_is_told_to_its_end() {
        let mut link = link(1, LinkState::Uncertain);
        let (at, line) =
            (link.created_at, "127.0.0.1:41527: the connection was cut: closed by the other side");
        link.events =
            vec![LinkEvent { at, kind: EventKind::Uncertain, detail: Some(line.to_owned()), key: None }];
        let area = Rect::new(0, 0, 35, 8);
        let mut buffer = Buffer::empty(area);
        let now = Now { at, zone: jiff::tz::TimeZone::UTC, fresh: link.id };
        let look = Look::new(Theme::default(), Texts::new(Lang::Bokmal), now);
        let mut hits = Hits::default();
        draw(&mut Pen::new(&mut buffer, &look, &mut hits), area, &link, 0);
        let seen: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(seen.contains("forbindelsen ble brutt: den andre siden lukket den for tidlig"), "{seen}");
    }
}
