//! A link: its QR code, its address, what was sent to whom, and a timeline that moves by itself.

use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::keys::{self, Action, Context};
use crate::app::model::{LinkScreen, Target};
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Left, Link, LinkState};
use crate::domain::sale::Delivery;
use crate::i18n::Texts;
use crate::ports::{OutboxEntry, OutboxKind, Overdue};
use crate::ui::frame;
use crate::ui::pen::{Pen, width, wrap};
use crate::ui::theme::Role;
use crate::ui::widgets::{big, qr, timeline};
use crate::ui::{waiting_words, words};

/// Columns that the story beside the code has at least.
const STORY: u16 = 34;
/// And beside the word for an end that is wider than a code: what "paying with Vipps" and its time take.
const STORY_ENDED: u16 = 29;
/// Columns that a code can't have: the story's, and the gaps around and between.
const BESIDE: u16 = STORY + 4;
/// Rows that a code can't have: header, title, footer.
const ABOVE_AND_BELOW: u16 = 3;
/// The story is not drawn wider than this.
const STORY_MOST: u16 = 72;
/// Nor taller than this, or than the code.
const STORY_HEIGHT: u16 = 27;
/// From so many rows on there is room for a message also under the keys that play the customer.
const ROOMY: u16 = 25;
/// So many rows a message may have beside the code.
const TOAST_ROWS: usize = 6;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    frame::header(model, pen, area);
    frame::footer(model, pen, area);
    let Some(screen) = &model.link else { return };
    let texts = pen.texts();
    // The code needs every row: it begins right under the title and ends right above the footer.
    let body = Rect { y: area.y + 2, height: area.height.saturating_sub(ABOVE_AND_BELOW), ..area };
    let Some(link) = &screen.link else {
        pen.put(area.x + 1, body.y, area.width, &texts.t("link-reading"), Role::Muted);
        return;
    };
    title(link, pen, area);
    let left = Rect { x: area.x + 1, width: area.width.saturating_sub(BESIDE), ..body };
    let mut height = STORY_HEIGHT;
    let used = if let Some(url) = link.url.as_deref().filter(|_| link.state.payable()) {
        let around = (BESIDE, ABOVE_AND_BELOW);
        let lacks = qr::changes(pen, url, (left.width, left.height), model.qr).lacks;
        pen.hits.lack(lacks);
        match qr::fitting(pen, url, (left.width, left.height), around, model.qr) {
            Ok(fit) => {
                let place = qr::paint(pen, left.as_position(), &fit);
                height = height.max(place.height);
                place.right().saturating_sub(left.x)
            }
            Err(needed) => {
                let args = [("columns", needed.0.into()), ("rows", needed.1.into())];
                let text = texts.t_args("qr-no-room", &args);
                pen.put_wrapped(Rect { width: left.width.min(40), ..left }, &text, Role::Warning);
                left.width.min(40)
            }
        }
    } else {
        // A word a little wider than a code has large letters too: the story can do with less then.
        let word = big::columns(&ending(link, texts));
        let most = area.width.saturating_sub(BESIDE - STORY + STORY_ENDED);
        let width = if word <= most { left.width.max(word) } else { left.width };
        end(link, screen, pen, Rect { width: width.min(64), ..left });
        width.min(64)
    };
    let x = left.x + used + 2;
    let width = area.right().saturating_sub(x + 1).min(STORY_MOST);
    let story = Rect { x, width, height: body.height.min(height), ..body };
    beside(model, link, screen, pen, story);
}

/// Reference and amount, and what is sold where there's room.
fn title(link: &Link, pen: &mut Pen<'_>, area: Rect) {
    let (texts, y) = (pen.texts(), area.y + 1);
    let right = area.right().saturating_sub(1);
    let room = |x: u16| right.saturating_sub(x);
    let mut x = area.x + 1;
    x = pen.put(x, y, room(x), link.sale.reference.as_str(), Role::Strong);
    x = pen.put(x, y, room(x), " · ", Role::Muted);
    x = pen.put(x, y, room(x), &texts.amount(link.amount), Role::Strong);
    if let Some(line) = link.sale.lines.first() {
        x = pen.put(x, y, room(x), " · ", Role::Muted);
        let more = link.sale.lines.len() - 1;
        let rest = if more > 0 {
            format!(" {}", texts.t_args("link-more-lines", &[("count", more.into())]))
        } else {
            String::new()
        };
        x = pen.put(x, y, room(x).saturating_sub(width(&rest)), &line.description, Role::Muted);
        pen.put(x, y, room(x), &rest, Role::Muted);
    }
}

/// What became of the link, as one word.
fn ending(link: &Link, texts: Texts) -> String {
    let word = if link.paid() { texts.t("link-paid") } else { texts.say(&link.state) };
    word.to_uppercase()
}

/// In the place of the code, once there's nothing (more) to scan: a word that can't be missed.
fn end(link: &Link, screen: &LinkScreen, pen: &mut Pen<'_>, area: Rect) {
    let texts = pen.texts();
    let (_, role) = words::state(link.state);
    let paid = link.paid();
    let place = Rect { y: area.y + area.height / 4, height: area.height - area.height / 4, ..area };
    let mut y = big::draw(pen, place, &ending(link, texts), role) + 1;
    let middle = |pen: &mut Pen<'_>, y: u16, text: &str, role| {
        if y < area.bottom() {
            pen.put_middle(area, y, text, role);
        }
    };
    middle(pen, y, &texts.amount(link.amount), Role::Strong);
    y += 1;
    middle(pen, y, link.sale.reference.as_str(), Role::Text);
    if paid && screen.just_paid {
        let again = texts.t("link-next-customer");
        middle(pen, y + 2, &again, Role::Muted);
    }
    if link.state.in_outbox() && link.state != LinkState::Refused {
        middle(pen, y + 2, &texts.t("link-qr-later"), Role::Muted);
    }
}

/// State, advice, timeline, expiry, address.
fn beside(model: &Model, link: &Link, screen: &LinkScreen, pen: &mut Pen<'_>, area: Rect) {
    let untold = if model.tracking.gone.contains(&link.id) {
        Some("link-gone")
    } else {
        model.tracking.strange.contains(&link.id).then_some("link-strange")
    };
    let y = state(model, link, screen, untold, pen, area) + 1;
    // From the bottom up: what must be seen stays, and the timeline gets the rest.
    let mut bottom = area.bottom();
    bottom = toast(model, pen, area, bottom);
    bottom = play(model, pen, area, bottom);
    bottom = address(link, pen, area, bottom);
    bottom = expires(model, link, pen, area, bottom);
    // By it the times of the story are off, too.
    if let Some(clock) = words::clock_off(model, pen.texts()) {
        bottom = upwards(pen, area, bottom, &format!("! {clock}"), Role::Warning).saturating_sub(1);
    }
    let room = Rect { y, height: bottom.saturating_sub(y + 1), ..area };
    timeline::draw(pen, room, link, screen.scroll);
}

/// Was tried, and what it waits for is no connection.
fn is_put_off(entry: &OutboxEntry) -> bool {
    entry.kind == OutboxKind::Create && entry.last_error.is_some() && !entry.waits_for_connection()
}

/// What a seller types to take reserved money.
fn capture_command(model: &Model, link: &Link) -> Option<String> {
    let reference = link.sale.reference.as_str();
    if link.state == LinkState::Authorized { command(model, link, "capture", reference) } else { None }
}

/// What a seller types to have this done with the link. The embedded sandbox of a demo can't be reached from outside.
fn command(model: &Model, link: &Link, what: &str, reference: &str) -> Option<String> {
    let shop = model.shop.as_ref().filter(|shop| shop.own_sandbox.is_none())?;
    let profiles = &shop.profiles;
    let profile = profiles.of(&link.account_id).filter(|_| profiles.by_account.len() > 1);
    let profile = profile.map(|name| format!("--profile {name} ")).unwrap_or_default();
    let plain = reference.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+".contains(c));
    // A shell takes a reference with other signs in it as several words, or as a comment.
    let quote = if plain { "" } else { "\"" };
    Some(format!("paylink {profile}{what} {quote}{reference}{quote}"))
}

/// The state as a word, what it means, and what a person must deal with. `untold`: the message about a state that is
/// only what was last known. Returns the row after it.
fn state(
    model: &Model,
    link: &Link,
    screen: &LinkScreen,
    untold: Option<&'static str>,
    pen: &mut Pen<'_>,
    area: Rect,
) -> u16 {
    let texts = pen.texts();
    let (glyph, role) = words::state(link.state);
    let rest = |y: u16| Rect { y, height: area.bottom().saturating_sub(y), ..area };
    pen.put(area.x, area.y, 1, glyph, role);
    let word = texts.say(&link.state).to_uppercase();
    let x = pen.put(area.x + 2, area.y, area.width.saturating_sub(2), &word, role);
    if screen.busy {
        pen.put(x + 2, area.y, area.right().saturating_sub(x + 2), &texts.t("link-busy"), Role::Muted);
    }
    let mut y = area.y + 1;
    let replacements = link.open_replacements();
    for replacement in &replacements {
        let args = [("alarm", texts.replacement_open(replacement.reference).into())];
        y = pen.put_wrapped(rest(y), &texts.t_args("link-alarm-replaced", &args), Role::Error);
    }
    for alarm in &link.alarms {
        if *alarm == Alarm::ReplacementOpen && !replacements.is_empty() {
            continue;
        }
        let mut text = texts.t_args("link-alarm", &[("alarm", texts.alarm_of(link, *alarm).into())]);
        if *alarm == Alarm::DoublePayment
            // Two links of one order have one reference, which then means neither.
            && let Some(command) = command(model, link, "refund", &link.id.to_string())
        {
            let args = [("alarm", texts.say(alarm).into()), ("command", command.into())];
            text = texts.t_args("link-alarm-twice", &args);
        }
        y = pen.put_wrapped(rest(y), &text, Role::Error);
    }
    if let Some(reason) = &link.reason {
        // Of a state that nobody here knows this is the backend's word for it.
        y = pen.put_wrapped(rest(y), &texts.reason(reason), role);
    }
    let looked_for = screen.outbox.iter().any(|e| e.kind == OutboxKind::Look);
    let asks = screen.outbox.iter().find(|e| e.needs_decision);
    let decide = asks.is_some();
    let advice = if let Some(asks) = asks {
        texts.t(match asks.overdue {
            None if link.sale.delivery.messages_customer() => "link-decide",
            // By no message of the payment service, and yet somebody may have its address.
            None => "link-decide-given",
            Some(Overdue::Expired) => "link-late-expired",
            Some(Overdue::Old) => "link-late-old",
        })
    } else if let Some(untold) = untold {
        // What the state usually means is not so.
        texts.t(untold)
    } else if link.state == LinkState::Opened && link.opened_by_robot() {
        texts.t("link-opened-perhaps")
    } else if link.state == LinkState::Uncertain
        && link.times_in_doubt() > 2
        && !link.sale.delivery.messages_customer()
    {
        texts.t("advice-uncertain-anew")
    } else if link.state == LinkState::Queued && model.dashboard.unwritable.is_some() {
        texts.t("advice-queued-unwritable")
    } else if link.state == LinkState::Queued && screen.outbox.iter().any(is_put_off) {
        texts.t("advice-queued-later")
    } else {
        texts.advice(link, looked_for)
    };
    // What is to be done is a command: it is named where there is a ledger for it.
    let advice = match capture_command(model, link) {
        Some(command) if !decide && untold.is_none() => {
            format!("{advice} {}", texts.t_args("link-capture", &[("command", command.into())])).into()
        }
        _ => advice,
    };
    y = pen.put_wrapped(
        rest(y),
        &advice,
        if decide || untold.is_some() { Role::Warning } else { Role::Muted },
    );
    if let Some(returned) = link.returned().filter(|part| !part.is_zero())
        && let Some(kept) = link.kept()
    {
        let args = [("returned", texts.amount(returned).into()), ("kept", texts.amount(kept).into())];
        y = pen.put_wrapped(rest(y), &texts.t_args("link-kept", &args), Role::Text);
    }
    let sending = link.state == LinkState::Creating;
    // What has been said of a search is not said again.
    let untold = |e: &OutboxEntry| e.kind.asked_for() || link.left(looked_for) != Left::Lost;
    let waits = |e: &&OutboxEntry| untold(e) && !e.needs_decision && !sending;
    for entry in screen.outbox.iter().filter(waits) {
        let text = waiting_words::on_screen(entry, pen.look.now.at, &pen.look.now.zone, texts);
        if !text.is_empty() {
            y = pen.put_wrapped(rest(y), &text, Role::Muted);
        }
    }
    match link.delivery_status {
        DeliveryStatus::Failed | DeliveryStatus::Skipped => {
            y = pen.put_wrapped(rest(y), &texts.t("link-message-failed"), Role::Warning);
        }
        DeliveryStatus::Pending
        | DeliveryStatus::Sent
        | DeliveryStatus::None
        | DeliveryStatus::Unknown(_) => {}
    }
    y
}

/// Draws rows that end above `bottom`; returns the new bottom, with a free row between.
fn upwards(pen: &mut Pen<'_>, area: Rect, bottom: u16, text: &str, role: Role) -> u16 {
    let rows = u16::try_from(wrap(text, area.width).count()).unwrap_or(1);
    let y = bottom.saturating_sub(rows).max(area.y);
    pen.put_wrapped(Rect { y, height: bottom.saturating_sub(y), ..area }, text, role);
    y
}

/// The message. Where there is room its row stays free without one, so that nothing moves when one comes.
fn toast(model: &Model, pen: &mut Pen<'_>, area: Rect, bottom: u16) -> u16 {
    let Some(toast) = &model.toast else {
        let plays = model.shop.as_ref().is_some_and(|s| s.own_sandbox.is_some());
        return if plays && area.height < ROOMY { bottom } else { bottom.saturating_sub(2) };
    };
    let words = pen.texts().say(&toast.say);
    let rows = wrap(&words, area.width.saturating_sub(2)).count().clamp(1, TOAST_ROWS);
    let y = bottom.saturating_sub(u16::try_from(rows).unwrap_or(1)).max(area.y);
    frame::toast_at(model, pen, Rect { y, height: bottom - y, ..area });
    y.saturating_sub(1)
}

/// Playing the customer, in our own sandbox.
fn play(model: &Model, pen: &mut Pen<'_>, area: Rect, bottom: u16) -> u16 {
    let Some(page) = model.shop.as_ref().and_then(|s| s.own_sandbox.as_deref()) else { return bottom };
    let texts = pen.texts();
    let page = texts.t_args("link-phone-page", &[("page", page.into())]);
    let y = upwards(pen, area, bottom, &page, Role::Muted).saturating_sub(1);
    let mut x = area.x;
    for (action, word) in [
        (Action::PlayOpen, texts.t("link-play-open")),
        (Action::PlayPay, texts.t("link-play-pay")),
        (Action::PlayDecline, texts.t("link-play-decline")),
    ] {
        let binding = keys::TABLE.iter().find(|b| b.context == Context::Link && b.action == action);
        let key = binding.filter(|b| crate::app::available(model, b.action)).and_then(|b| b.keys.first());
        let Some(key) = key.map(|k| k.label()) else { continue };
        let from = x;
        x = pen.put(x, y, area.right().saturating_sub(x), &key, Role::Accent) + 1;
        x = pen.put(x, y, area.right().saturating_sub(x), &word, Role::Text);
        pen.hits.add(Rect::new(from, y, x.saturating_sub(from), 1), Target::Do(action));
        x += 2;
    }
    // Nothing to play any more: the rows stay free.
    if x == area.x {
        return y;
    }
    let y = y.saturating_sub(1);
    pen.put(area.x, y, area.width, &texts.t("link-play"), Role::Muted);
    y.saturating_sub(1)
}

/// The customer's address, in full.
fn address(link: &Link, pen: &mut Pen<'_>, area: Rect, bottom: u16) -> u16 {
    let Some(url) = link.url.as_deref().filter(|_| link.state.payable()) else { return bottom };
    let top = upwards(pen, area, bottom, url, Role::Accent);
    let rows = Rect { y: top, height: bottom.saturating_sub(top), ..area };
    pen.hits.add(rows, Target::Do(Action::Copy));
    top.saturating_sub(1)
}

/// How long it can be paid, and to whom it went.
fn expires(model: &Model, link: &Link, pen: &mut Pen<'_>, area: Rect, mut bottom: u16) -> u16 {
    let texts = pen.texts();
    let live = link.state.payable() || link.state == LinkState::Queued || link.state == LinkState::Creating;
    if live {
        let zone = pen.look.now.zone.clone();
        // The backend ends it, by its own clock; what was not sent has its end by ours.
        let now = if link.session_id.is_some() { model.backend_now(&pen.look.now) } else { pen.look.now.at };
        let moment = texts.moment(link.expires_at, now, &zone);
        let away = texts.relative(link.expires_at, now);
        let args = [("moment", moment.into()), ("away", away.into())];
        bottom = upwards(pen, area, bottom, &texts.t_args("link-expires", &args), Role::Text);
    } else if link.settled() || link.paid() {
        return bottom;
    }
    // Once it's sent, the timeline tells to whom.
    let told = |kind| link.events.iter().any(|e| e.kind == kind);
    let to = match &link.sale.delivery {
        Delivery::Sms(phone) if !told(EventKind::MessageSent) => phone.grouped(),
        Delivery::Email(email) if !told(EventKind::MailOpened) => email.as_str().to_owned(),
        Delivery::Sms(_) | Delivery::Email(_) | Delivery::Link => return bottom,
    };
    let status = texts.say(&link.delivery_status);
    let args = [("to", to.into()), ("status", status.into())];
    upwards(pen, area, bottom, &texts.t_args("link-to", &args), Role::Text)
}
