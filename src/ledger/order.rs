//! The links of one order: what is learned of one of them may change what the others mean.

use rusqlite::Transaction;

use super::error::Trouble;
use super::record::{self, reference_key};
use crate::domain::link::{Link, LinkId};
use crate::ports::{LedgerError, Touched};

/// Changes a link, and then all of its order that hold money; see `Ledger::amend_order`.
pub(super) fn amend(
    tx: &Transaction<'_>,
    id: LinkId,
    change: &mut dyn FnMut(&mut Link) -> Touched,
    together: &mut dyn FnMut(&mut [Link]),
) -> Result<Vec<Link>, Trouble> {
    let Some(mut link) = record::load(tx, id)? else { return Ok(Vec::new()) };
    let touched = change(&mut link);
    if touched == Touched::Nothing {
        return Ok(Vec::new());
    }
    record::update(tx, &link)?;
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

/// The other links for the same order that hold money.
fn others(tx: &Transaction<'_>, link: &Link) -> Result<Vec<Link>, Trouble> {
    let original = match link.reissue_of {
        Some(id) => readable(tx, id)?,
        None => None,
    };
    let own = reference_key(link.sale.reference.as_str());
    let replaced = original.map(|o| (o.id.to_string(), reference_key(o.sale.reference.as_str())));
    let (replaced, stem) = replaced.unzip();
    // A replacement's reference begins with the old one's: 1042, 1042-2.
    let end = |from: &str| format!("{from}{}", char::MAX);
    let (own_end, stem_end) = (end(&own), stem.as_deref().map(end));
    let id = link.id.to_string();
    // The `+` keeps the planner from walking through all links of the account.
    let mut statement = tx.prepare_cached(
        "SELECT id FROM links WHERE account_id = ?1 AND reference_key = ?3 AND +has_money = 1
         UNION SELECT id FROM links WHERE id = ?5 AND +account_id = ?1 AND +has_money = 1
         UNION SELECT id FROM links WHERE account_id = ?1 AND reference_key >= ?3 AND reference_key < ?4
             AND +has_money = 1 AND reissue_of = ?2
         UNION SELECT id FROM links WHERE account_id = ?1 AND reference_key >= ?6 AND reference_key < ?7
             AND +has_money = 1 AND reissue_of = ?5",
    )?;
    let values = (&link.account_id, &id, &own, &own_end, &replaced, &stem, &stem_end);
    let mut rows = statement.query(values)?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let id = LinkId::parse(&id).ok_or_else(|| Trouble::unreadable("a link's id"))?;
        if id != link.id {
            links.extend(readable(tx, id)?);
        }
    }
    Ok(links)
}
