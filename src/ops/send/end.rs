//! What came of a try to make a link: the link has it, and the entry is closed.

use super::Until;
use super::seek::Seen;
use crate::domain::cause::{BadLink, Cause, Plain};
use crate::domain::clean;
use crate::domain::lifecycle::{self, SessionNews};
use crate::domain::link::{EventKind, LinkEvent, LinkState};
use crate::domain::method::{MethodKind, kind_of_type};
use crate::ops::claim::Claim;
use crate::ops::outbox::{Outcome, Sent, standing};
use crate::ops::{backend_now, cancel, double, kept, lost, on_ledger, set_state};
use crate::ports::{Created, Fault, LedgerError, OutboxKind, Ports};

/// The link is there.
pub(super) async fn made(ports: &Ports, mut claim: Claim, created: Created) -> Result<Sent, LedgerError> {
    let (before, first_sent) = (claim.link.clone(), claim.entry.first_sent);
    let now = backend_now(ports);
    let link = &mut claim.link;
    link.url = Some(created.url);
    link.by_push = link.sale.delivery.messages_customer()
        && match created.types.as_slice() {
            [] => link.sale.methods.push_replaces_sms(),
            [only] => {
                matches!(kind_of_type(only), MethodKind::Vipps | MethodKind::MobilePay | MethodKind::Swish)
            }
            _ => false,
        };
    let news = SessionNews {
        id: created.session_id.clone(),
        created_at: Some(now),
        types: created.types,
        publish: created.publish,
        ..SessionNews::default()
    };
    lifecycle::merge(link, Some(&news), None, now);
    if let Some(sent) = claim.settle_made(ports, Outcome::Created).await? {
        return Ok(sent);
    }
    // The claim took so long that somebody else has made the link, or ended it.
    lost::put_away(ports, &before, first_sent, &created.session_id).await?;
    standing(ports, before.id, OutboxKind::Create).await
}

/// Takes a session that was found again. A read session doesn't carry its link, so here alone the address
/// is built (contracts, 5).
pub(super) async fn adopt(ports: &Ports, mut claim: Claim, seen: &Seen) -> Result<Sent, LedgerError> {
    let (session, asked) = (&seen.session, seen.asked);
    let link = &mut claim.link;
    link.url = Some(ports.gateway.rebuilt_url(&session.id));
    link.by_push = link.sale.delivery.messages_customer() && link.sale.methods.push_replaces_sms();
    if link.was_in_doubt() {
        link.record_once(ports.clock.now(), EventKind::Found, None);
    }
    lifecycle::merge(link, Some(session), None, asked.by_backend(ports));
    let (before, first_sent) = (claim.link.clone(), claim.entry.first_sent);
    // Written down before the link is made: the customer may have each of them.
    lost::note(ports, before.id, first_sent, &seen.others).await?;
    if let Some(sent) = claim.settle_made(ports, Outcome::Adopted).await? {
        for other in &seen.others {
            lost::put_away(ports, &before, first_sent, other).await?;
        }
        return Ok(sent);
    }
    // Somebody else has made the link meanwhile, or ended it.
    lost::put_away(ports, &before, first_sent, &session.id).await?;
    standing(ports, before.id, OutboxKind::Create).await
}

pub(super) async fn refused(ports: &Ports, mut claim: Claim, fault: Fault) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    let reason = clean::line_within(&fault.line(), 200);
    set_state(&mut claim.link, LinkState::Refused, now);
    // It may have been refused before, and sent once more.
    let before = claim.link.events.iter().filter(|e| e.kind == EventKind::Refused).count();
    let key = if before == 0 { "refused".to_owned() } else { format!("refused/{before}") };
    let (kind, detail) = (EventKind::Refused, Some(reason.clone()));
    claim.link.record(LinkEvent { at: now, kind, detail, key: Some(key) });
    claim.link.reason = Some(reason);
    let sent = claim.settle(ports, Outcome::Refused, Some(fault)).await?;
    double::ended(ports, &sent.link).await;
    Ok(sent)
}

/// The session exists, but its link is not to be trusted: withdraw it, and never show it. That it is to be withdrawn is
/// kept before anything is asked, so that it is done whatever happens.
pub(super) async fn distrust(
    ports: &Ports,
    mut claim: Claim,
    session_id: String,
    fault: Fault,
    until: Until,
) -> Result<Sent, LedgerError> {
    let now = ports.clock.now();
    let (before, first_sent) = (claim.link.clone(), claim.entry.first_sent);
    let id = before.id;
    // The address itself is never shown.
    let why = match fault.cause {
        Cause::Untrusted(bad) if bad != BadLink::ForeignHost => Plain::UnfitWithdrawn,
        _ => Plain::LinkWithdrawn,
    };
    let fault = Fault { cause: Cause::Plain(why), message: None, ..fault };
    claim.link.session_id = Some(session_id.clone());
    set_state(&mut claim.link, LinkState::Refused, now);
    claim.link.record_once(now, EventKind::Refused, Some(fault.line()));
    claim.link.reason = Some(fault.line());
    let Some(link) = claim.settle_to_withdraw(ports).await? else {
        // The link is somebody else's, and has another session.
        lost::put_away(ports, &before, first_sent, &session_id).await?;
        return standing(ports, id, OutboxKind::Create).await;
    };
    double::ended(ports, &link).await;
    // What is not done by then is left to the outbox.
    let withdrawn = match until.left() {
        None => Ok(cancel::send_unread(ports, id).await),
        Some(left) => tokio::time::timeout(left, cancel::send_unread(ports, id)).await,
    };
    match withdrawn {
        Ok(Ok(sent)) if sent.outcome == Outcome::Cancelled => {}
        Ok(Ok(sent)) => tracing::warn!(link = %id, "the foreign link may still be open: {:?}", sent.outcome),
        Ok(Err(error)) => tracing::warn!(link = %id, %error, "the foreign link may still be open"),
        Err(_) => tracing::warn!(link = %id, "the foreign link could not be withdrawn in time"),
    }
    let link = on_ledger(ports, move |ledger| kept(ledger, id)).await?;
    Ok(Sent { link, outcome: Outcome::Refused, fault: Some(fault) })
}
