//! Drafts: sales that are being typed, each under the id that its link will have, and with whoever is at it.
//!
//! Several windows may be open on one data folder. A draft is its process's for as long as that lives, so two sellers
//! never type into one, and none throws away the other's. Afterwards it is whoever's asks for it first.

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::alive::Life;
use super::error::Trouble;
use super::{record, values};
use crate::domain::link::LinkId;

/// So many are kept of an account; beyond that the oldest go that nobody is at.
const MOST: usize = 20;

/// A draft as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The process that is at it.
    owner: String,
    /// Its text.
    draft: String,
}

/// The process that asks, and what it knows of the others.
pub(super) struct Asker<'a> {
    pub(super) owner: &'a str,
    pub(super) life: &'a dyn Fn(&str) -> Life,
}

impl Asker<'_> {
    /// Whether a draft may be given to us: it is ours, or nobody's any more. Where files can't be locked it can't be
    /// told whether its owner lives; then it is better offered twice than never.
    fn may_have(&self, kept: &Kept) -> bool {
        kept.owner == self.owner || (self.life)(&kept.owner) != Life::Lives
    }
}

/// Where the one draft of an account was kept before there could be several.
fn single(account: &str) -> String {
    format!("draft:{account}")
}

fn key(account: &str, id: LinkId) -> String {
    format!("{}:{id}", single(account))
}

/// Those of the account, newest first: ids sort as they were given. One that can't be read, a newer version's
/// perhaps, is passed over.
fn all(db: &Connection, account: &str) -> rusqlite::Result<Vec<(LinkId, Kept)>> {
    let begin = format!("{}:", single(account));
    // The next character after the colon: everything that begins so lies between.
    let end = format!("{};", single(account));
    let mut statement =
        db.prepare_cached("SELECT key, value FROM kv WHERE key > ?1 AND key < ?2 ORDER BY key DESC")?;
    let mut rows = statement.query([&begin, &end])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
        let id = key.strip_prefix(&begin).and_then(LinkId::parse);
        found.extend(id.zip(serde_json::from_str::<Kept>(&value).ok()));
    }
    Ok(found)
}

/// Whether there is any but those in `except`.
pub(super) fn any(db: &Connection, account: &str, except: &[LinkId]) -> rusqlite::Result<bool> {
    let others = all(db, account)?.iter().any(|(id, _)| !except.contains(id));
    Ok(others || values::get(db, &single(account))?.is_some())
}

fn put(tx: &Transaction<'_>, account: &str, id: LinkId, kept: &Kept) -> Result<(), Trouble> {
    // serde's error could quote what is in the draft.
    let text = serde_json::to_string(kept).map_err(|_| Trouble::odd("a draft has no text form"))?;
    Ok(values::put(tx, &key(account, id), Some(&text))?)
}

/// Keeps it as the asker's.
pub(super) fn keep(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    account: &str,
    id: LinkId,
    draft: &str,
) -> Result<(), Trouble> {
    put(tx, account, id, &Kept { owner: asker.owner.to_owned(), draft: draft.to_owned() })?;
    let kept = all(tx, account)?;
    let mut over = kept.len().saturating_sub(MOST);
    for (other, kept) in kept.iter().rev() {
        if over == 0 {
            break;
        }
        // What we are at ourselves is never too much.
        if kept.owner != asker.owner && asker.may_have(kept) {
            values::put(tx, &key(account, *other), None)?;
            over -= 1;
        }
    }
    Ok(())
}

/// Forgets it, unless another process is at it that lives.
pub(super) fn forget(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    account: &str,
    id: LinkId,
) -> Result<(), Trouble> {
    let key = key(account, id);
    let kept = values::get(tx, &key)?.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
    if kept.is_none_or(|kept| asker.may_have(&kept)) {
        values::put(tx, &key, None)?;
    }
    Ok(())
}

/// Puts the drafts of the ledger in `place` to those of the one that takes its place. One whose sale was made into a link
/// since, which has its id, is none any more: it would be sold twice.
pub(super) fn carry(tx: &Transaction<'_>, place: &Connection) -> Result<(), Trouble> {
    const ALL: &str = "SELECT key, value FROM kv WHERE key GLOB 'draft:*'";
    let read = |db: &Connection| -> rusqlite::Result<Vec<(String, String)>> {
        db.prepare(ALL)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    for (key, value) in read(place)? {
        values::put(tx, &key, Some(&value))?;
    }
    for (key, _) in read(tx)? {
        let id = key.rsplit(':').next().and_then(LinkId::parse);
        if let Some(id) = id
            // Also one that can't be read any more.
            && (record::seq_of(tx, id)?.is_some() || record::seq_of(place, id)?.is_some())
        {
            values::put(tx, &key, None)?;
        }
    }
    Ok(())
}

/// The draft to go on with, see `Ledger::take_draft`.
pub(super) fn take(
    tx: &Transaction<'_>,
    asker: &Asker<'_>,
    account: &str,
    except: &[LinkId],
    worth: &mut dyn FnMut(&str) -> Option<bool>,
) -> Result<Option<(LinkId, String)>, Trouble> {
    move_single(tx, account)?;
    let mut little = Vec::new();
    let mut chosen = None;
    for (id, kept) in all(tx, account)? {
        if except.contains(&id) || !asker.may_have(&kept) {
            continue;
        }
        match worth(&kept.draft) {
            Some(true) if chosen.is_none() => chosen = Some((id, kept.draft)),
            Some(false) => little.push((id, kept.draft)),
            Some(true) | None => {}
        }
    }
    let mut little = little.into_iter();
    let chosen = chosen.or_else(|| little.next());
    for (id, _) in little {
        values::put(tx, &key(account, id), None)?;
    }
    if let Some((id, draft)) = &chosen {
        put(tx, account, *id, &Kept { owner: asker.owner.to_owned(), draft: draft.clone() })?;
    }
    Ok(chosen)
}

/// Puts what an older version kept as the one draft of the account among the others, as nobody's.
fn move_single(tx: &Transaction<'_>, account: &str) -> Result<(), Trouble> {
    let single = single(account);
    let Some(draft) = values::get(tx, &single)? else { return Ok(()) };
    values::put(tx, &single, None)?;
    let value: Option<serde_json::Value> = serde_json::from_str(&draft).ok();
    let named = value.and_then(|value| LinkId::parse(value.get("id")?.as_str()?));
    let id = named.unwrap_or_else(|| LinkId(Uuid::now_v7()));
    if values::get(tx, &key(account, id))?.is_none() {
        put(tx, account, id, &Kept { owner: String::new(), draft })?;
    }
    Ok(())
}
