//! The links of one order: what is learned of one of them may change what the others mean.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction};

use super::error::Trouble;
use super::outbox;
use super::record::{self, reference_key};
use crate::domain::link::{Alarm, EventKind, Link, LinkId};
use crate::ports::{LedgerError, Touched};

/// Changes a link, and then it together with others of its order; see `Ledger::amend_order`.
pub(super) fn amend(
    tx: &Transaction<'_>,
    id: LinkId,
    change: &mut dyn FnMut(&mut Link) -> Touched,
    together: &mut dyn FnMut(&mut [Link]),
) -> Result<Vec<Link>, Trouble> {
    let Some(mut link) = record::load(tx, id)? else { return Ok(Vec::new()) };
    let session = link.session_id.clone();
    let touched = change(&mut link);
    if touched == Touched::Nothing {
        return Ok(Vec::new());
    }
    record::update(tx, &link)?;
    if link.session_id != session {
        // Whoever is at it withdraws another session than the link's.
        outbox::drop_cancel(tx, id)?;
    }
    let mut links: Vec<Link> = record::load(tx, id)?.into_iter().collect();
    if touched == Touched::Link {
        return Ok(links);
    }
    links.extend(others(tx, &link)?);
    let before = links.clone();
    together(&mut links);
    let mut changed = Vec::new();
    for (now, before) in links.iter().zip(&before) {
        if now != before {
            record::update(tx, now)?;
        }
        if now != before || now.id == id {
            changed.extend(record::load(tx, now.id)?);
        }
    }
    Ok(changed)
}

/// Another link. One that can't be read keeps what is learned of this one from nobody.
fn readable(tx: &Transaction<'_>, id: LinkId) -> Result<Option<Link>, Trouble> {
    match record::load(tx, id) {
        Err(Trouble::Told(error @ LedgerError::Unreadable { .. })) => {
            tracing::warn!(%error, "not looked at together with others of its order");
            Ok(None)
        }
        other => other,
    }
}

/// The other links for the same order: those with its reference for which money came, and all in whose place it was
/// made, or that were made in its place or in that of the same one, however they stand.
fn others(tx: &Transaction<'_>, link: &Link) -> Result<Vec<Link>, Trouble> {
    let own = reference_key(link.sale.reference.as_str());
    let mut ids: BTreeSet<String> = family(tx, link, &own)?.into_iter().collect();
    // The `+` keeps the planner from walking through all links of the account. The story tells of money that came by
    // another session and isn't the link's own.
    let mut statement = tx.prepare_cached(
        "SELECT id FROM links WHERE account_id = ?1 AND reference_key = ?2 AND (+has_money = 1 OR EXISTS (
             SELECT 1 FROM events WHERE events.link = links.seq AND events.kind = ?3 AND events.detail = ?4))",
    )?;
    let told = (EventKind::Alarm.word(), Alarm::PaidElsewhere.word());
    let mut rows = statement.query((&link.account_id, &own, told.0, told.1))?;
    while let Some(row) = rows.next()? {
        ids.insert(row.get(0)?);
    }
    let mut links = Vec::new();
    for id in ids {
        let id = LinkId::parse(&id).ok_or_else(|| Trouble::unreadable("a link's id"))?;
        if id != link.id {
            links.extend(readable(tx, id)?);
        }
    }
    Ok(links)
}

/// The ids of the links that took each other's place with this one, in any number of steps.
fn family(tx: &Transaction<'_>, link: &Link, own: &str) -> Result<Vec<String>, Trouble> {
    let (mut family, mut origin) = (vec![link.id.to_string()], own.to_owned());
    let mut before = link.reissue_of.map(|id| id.to_string());
    let mut replaced =
        tx.prepare_cached("SELECT reference_key, reissue_of FROM links WHERE id = ?1 AND account_id = ?2")?;
    // They could name each other in a circle.
    while let Some(id) = before.take_if(|id| !family.contains(id)) {
        let row = replaced.query_row((&id, &link.account_id), |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((key, next)) = row.optional()? else { break };
        family.push(id);
        (origin, before) = (key, next);
    }
    // A replacement's reference begins with the old one's: 1042, 1042-2.
    let end = format!("{origin}{}", char::MAX);
    let mut made = tx.prepare_cached(
        "SELECT id, reissue_of FROM links WHERE account_id = ?1 AND reference_key >= ?2 AND reference_key < ?3
             AND +reissue_of IS NOT NULL",
    )?;
    let rows = made.query_map((&link.account_id, &origin, &end), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut made: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    loop {
        let known = family.len();
        made.retain(|(id, of)| {
            let new = family.contains(of);
            if new && !family.contains(id) {
                family.push(id.clone());
            }
            !new
        });
        if family.len() == known {
            return Ok(family);
        }
    }
}
