//! A link's QR code alone, as large as it gets, for the customer: nothing private on it.

use ratatui::layout::{Position, Rect};

use crate::app::Model;
use crate::app::keys::Action;
use crate::app::say::Say;
use crate::domain::link::Link;
use crate::ui::frame;
use crate::ui::pen::{Pen, width};
use crate::ui::theme::Role;
use crate::ui::widgets::{big, qr};
use crate::ui::words;

/// Rows that the code can't have: what is sold, and the footer.
const ABOVE_AND_BELOW: u16 = 2;

pub(crate) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let link = model.link.as_ref().and_then(|s| s.link.as_ref());
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(ABOVE_AND_BELOW), ..area };
    let idle = idle_keys(model, link, pen, body);
    frame::footer_without(model, pen, area, &idle);
    let Some(link) = link else { return };
    let texts = pen.texts();
    let shop = model.shop.as_ref();
    let name = shop.map_or("", |s| s.merchant_name.as_str());
    let amount = texts.amount(link.amount);
    let mut end = pen.put_right(area.right().saturating_sub(1), area.y, 24, &amount, Role::Strong);
    if shop.is_some_and(|s| s.sandbox) {
        end = pen.put_right(
            end.saturating_sub(2),
            area.y,
            14,
            &format!(" {} ", texts.t("header-sandbox")),
            Role::Badge,
        );
    }
    pen.put(area.x + 1, area.y, end.saturating_sub(area.x + 2), name, Role::Strong);
    if !link.state.payable() {
        let (_, role) = words::state(link.state);
        let word = if link.paid() { texts.t("link-paid") } else { texts.say(&link.state) };
        let place = Rect { y: body.y + body.height / 3, height: body.height - body.height / 3, ..body };
        let y = big::draw(pen, place, &word.to_uppercase(), role) + 2;
        big::draw(pen, Rect { y, height: body.bottom().saturating_sub(y), ..body }, &amount, Role::Strong);
        return;
    }
    let Some(url) = link.url.as_deref() else {
        pen.put_middle(body, body.y + body.height / 2, &texts.t("link-qr-later"), Role::Muted);
        return;
    };
    match qr::fitting(pen, url, (body.width, body.height), (0, ABOVE_AND_BELOW), model.qr) {
        Ok(fit) => {
            // The amount in large digits stands beside the code where that leaves the code its size.
            let beside = big::columns(&amount) + 4;
            let both = fit.cols + beside <= body.width;
            let taken = if both { fit.cols + beside } else { fit.cols };
            let x = body.x + body.width.saturating_sub(taken) / 2;
            let y = body.y + body.height.saturating_sub(fit.rows) / 2;
            let place = qr::paint(pen, Position::new(x, y), &fit);
            // A message has no other place here: that a key was refused, or what no longer fits.
            let refused =
                model.toast.as_ref().filter(|t| matches!(t.say, Say::QrNotStrong | Say::QrNoBlocks));
            let refused = refused.map(|toast| texts.say(&toast.say));
            if let Some(said) = refused.or_else(|| qr::left_out(&fit, model.qr).map(|key| texts.t(key))) {
                let from = area.x + 1 + width(name) + 2;
                if from + width(&said) + 2 <= end {
                    pen.put(from, area.y, width(&said), &said, Role::Warning);
                }
            }
            if both {
                let right = Rect::new(place.right() + 4, body.y + body.height / 3, beside, body.height);
                big::draw(pen, right.intersection(body), &amount, Role::Strong);
            }
        }
        Err(needed) => {
            let args = [("columns", needed.0.into()), ("rows", needed.1.into())];
            let place = Rect { x: body.x + 2, width: body.width.saturating_sub(4), y: body.y + 2, ..body };
            let y = pen.put_wrapped(place, &texts.t_args("qr-no-room", &args), Role::Warning) + 1;
            pen.put_wrapped(Rect { y, height: body.bottom().saturating_sub(y), ..place }, url, Role::Accent);
        }
    }
}

/// The keys of the code that would change nothing: where there is no room for what they ask for, or no code.
fn idle_keys(model: &Model, link: Option<&Link>, pen: &mut Pen<'_>, body: Rect) -> Vec<Action> {
    let url = link.filter(|link| link.state.payable()).and_then(|link| link.url.as_deref());
    let changes = url.map(|url| qr::changes(pen, url, (body.width, body.height), model.qr));
    pen.hits.lack(changes.map(|changes| changes.lacks).unwrap_or_default());
    let idle = |works: Option<bool>| works != Some(true);
    let keys = [
        (Action::QrLevel, idle(changes.map(|c| c.level))),
        (Action::QrDrawing, idle(changes.map(|c| c.drawing))),
    ];
    keys.into_iter().filter(|(_, idle)| *idle).map(|(action, _)| action).collect()
}
