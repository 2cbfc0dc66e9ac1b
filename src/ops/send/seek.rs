//! Whether the backend has a link that was maybe made: asked for by its reference and its own id (contracts, 5).

use jiff::Timestamp;

use super::Until;
use crate::domain::cause::{Cause, Plain};
use crate::domain::lifecycle::{SessionNews, other_sum};
use crate::domain::link::{Link, LinkId};
use crate::ops::asked::Asked;
use crate::ops::since;
use crate::ports::{Fault, FaultKind, Ports};

/// How many payments with the link's reference are looked into.
const PAYMENTS: usize = 5;

/// A session as it was when it was asked for.
pub(super) struct Seen {
    pub(super) session: SessionNews,
    pub(super) asked: Asked,
    /// Others that are this link's as well: something on the way has repeated the request.
    pub(super) others: Vec<String>,
}

/// What asking the backend for a maybe lost session brought.
pub(super) enum Look {
    /// Here it is.
    Found(Box<Seen>),
    /// It isn't there.
    NotThere,
    /// The backend can't list, and knows of no payment: it may be there or not.
    Untold,
    /// There are more sessions with its reference than could be read: nobody can tell.
    Unclear(Fault),
    /// The backend couldn't be asked.
    NoAnswer(Fault),
}

/// Asks the backend for the session that carries this link's id, of which a request first went out then, if that is
/// known.
pub(super) async fn look(ports: &Ports, link: &Link, first_sent: Option<Timestamp>, until: Until) -> Look {
    let asked = Asked::now(ports);
    let since = since::searched(ports, link, first_sent);
    let found = ports.gateway.find_sessions(link.sale.reference.as_str(), since);
    match until.within(FaultKind::NotSent, found).await {
        Ok(found) => {
            let complete = found.complete;
            let mut ours: Vec<_> = found.sessions.into_iter().filter(|s| is_ours(s, link)).collect();
            // Of several the one with a payment, else one that still works, else the newest.
            ours.sort_by_key(|s| (s.transaction_id.is_some(), s.cancelled_at.is_none(), s.created_at));
            match ours.pop() {
                Some(session) => {
                    let others = ours.into_iter().map(|s| s.id).filter(|id| *id != session.id).collect();
                    Look::Found(Box::new(Seen { session, asked, others }))
                }
                None if complete => Look::NotThere,
                None => Look::Unclear(Fault::new(FaultKind::Maybe, Cause::Plain(Plain::TooManyToSearch))),
            }
        }
        Err(fault) if fault.kind.is_no() => look_for_payment(ports, link, until).await,
        Err(fault) => Look::NoAnswer(fault),
    }
}

/// The session that the backend's own answer named as this link's; `None` if it isn't there, or is another sale's.
pub(super) async fn named(ports: &Ports, link: &Link, session_id: &str, until: Until) -> Option<Seen> {
    let asked = Asked::now(ports);
    match until.within(FaultKind::NotSent, ports.gateway.session(session_id)).await {
        // The answer to our request named it, so it needs not say again whose it is.
        Ok(read) => {
            let ours = read.paylink_id.as_deref().is_none_or(|id| LinkId::parse(id) == Some(link.id));
            (ours && is_of_sale(&read, link)).then_some(Seen { session: read, asked, others: Vec::new() })
        }
        Err(fault) if fault.kind == FaultKind::NotFound => None,
        // What is known already is not given up because it can't be read just now.
        Err(_) => {
            let session = SessionNews { id: session_id.to_owned(), ..SessionNews::default() };
            Some(Seen { session, asked, others: Vec::new() })
        }
    }
}

/// A backend that can't list sessions may still tell that the lost one was paid.
async fn look_for_payment(ports: &Ports, link: &Link, until: Until) -> Look {
    let reference = link.sale.reference.as_str();
    let asked = ports.gateway.search_transactions(reference);
    let found = match until.within(FaultKind::NotSent, asked).await {
        Ok(found) => found,
        Err(fault) if fault.kind.is_no() => return Look::Untold,
        Err(fault) => return Look::NoAnswer(fault),
    };
    let of_order = found.into_iter().filter(|t| t.merchant_reference.as_deref() == Some(reference));
    // A reference may have been used before: few transactions, each of which names its session.
    for id in of_order.filter_map(|t| t.session_id).take(PAYMENTS) {
        let asked = Asked::now(ports);
        match until.within(FaultKind::NotSent, ports.gateway.session(&id)).await {
            Ok(session) if is_ours(&session, link) => {
                return Look::Found(Box::new(Seen { session, asked, others: Vec::new() }));
            }
            Ok(_) => {}
            Err(fault) if fault.kind.is_no() => {}
            Err(fault) => return Look::NoAnswer(fault),
        }
    }
    Look::Untold
}

/// Whether a session is the one that `link` was sent as: it carries the link's own id, and what it tells of
/// the order is what was asked for. A customer must never be led to another sale's payment.
fn is_ours(session: &SessionNews, link: &Link) -> bool {
    session.paylink_id.as_deref().and_then(LinkId::parse) == Some(link.id) && is_of_sale(session, link)
}

/// Whether what it tells of the order is what was asked for.
fn is_of_sale(session: &SessionNews, link: &Link) -> bool {
    session.merchant_reference.as_deref().is_none_or(|r| r == link.sale.reference.as_str())
        && !other_sum(session.amount, session.currency.as_deref(), link.amount)
}
