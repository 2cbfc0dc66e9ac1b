//! How it can end: paid, declined, expired, withdrawn, unknown.

use axum::http::StatusCode;
use axum::response::Response;

use super::assets::html;
use super::bill::{Bill, local_time};
use super::templates::{Notice, NoticePage};
use super::way_back::{WayBack, way_back};
use super::words::Words;
use crate::sandbox::customer::Closed;
use crate::sandbox::state::{Session, World};
use crate::sandbox::{Sandbox, methods, publish};

/// The page for a session that nobody has.
pub(super) fn not_found(sandbox: &Sandbox, words: &'static Words) -> Response {
    html(StatusCode::NOT_FOUND, &notice(sandbox, words, Notice::NotFound, None, None), None)
}

/// The page for a link that doesn't work any more, or that is paid.
pub(super) fn closed_page(
    sandbox: &Sandbox,
    world: &World,
    session: &Session,
    closed: Closed,
    w: &'static Words,
) -> Response {
    let (kind, error) = match closed {
        Closed::Authorized => (Notice::Paid, None),
        Closed::Settled => (Notice::Refunded, None),
        Closed::OnHold => (Notice::OnHold, None),
        Closed::Declined => (Notice::Declined, Some("authorization")),
        Closed::Failed => (Notice::Failed, Some("failed")),
        Closed::Cancelled => (Notice::Cancelled, Some("cancelled")),
        Closed::Expired => (Notice::Expired, Some("cancelled")),
    };
    let back = way_back(session, error);
    let mut page = notice(sandbox, w, kind, Some(session), back.as_ref());
    if kind == Notice::Paid
        && let Some(transaction) = world.payment(session)
    {
        page.paid_with = Some(methods::label(&transaction.method, w.norwegian));
        page.paid_at = local_time(transaction.updated_at, &sandbox.zone());
    }
    html(StatusCode::OK, &page, back.as_ref())
}

/// The page of an end.
pub(super) fn notice(
    sandbox: &Sandbox,
    w: &'static Words,
    kind: Notice,
    session: Option<&Session>,
    back: Option<&WayBack>,
) -> NoticePage {
    NoticePage {
        w,
        kind,
        seller: session.map_or_else(
            || sandbox.merchant_name().to_owned(),
            |s| publish::seller_name(sandbox, &s.content),
        ),
        bill: session
            .filter(|_| kind == Notice::Paid || kind == Notice::Refunded)
            .map(|s| Bill { total_label: w.sum, ..Bill::of(s, w, &sandbox.zone()) }),
        reference: session.map(|s| crate::domain::clean::line(s.reference())),
        paid_with: None,
        paid_at: String::new(),
        back: back.cloned(),
        other_language_url: None,
        aside: None,
    }
}
