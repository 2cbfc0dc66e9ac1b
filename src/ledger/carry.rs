//! What goes from a ledger over to the backup that takes its place, as far as it can be read: the links that the backup
//! doesn't have and what is newer of the others, what waits for them, what is being typed, and what must be known so that
//! nothing is given out or done twice. A link never gets lost by it: its customer may pay it, and it holds its reference.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::error::Trouble;
use super::merge::{self, Both, Standing};
use super::{drafts, ended, order, outbox, products, record, rescue, values};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ports::{LedgerError, OrderId, OutboxEntry, OutboxKind, Rescue, Touched};

/// Looks at the links of one order, of which the first is news, together: whether they were paid twice.
pub(super) type Together<'a> = dyn FnMut(&mut [Link]) + 'a;

/// The ledger that is replaced.
pub(super) struct Place<'a> {
    pub(super) connection: &'a Connection,
    /// A newer version wrote it.
    pub(super) foreign: bool,
}

/// What became of what it knows. Links are named by their references.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    /// Links that the backup doesn't have, and that are kept.
    pub(super) links: Vec<String>,
    /// Links that the backup doesn't have, and that can't be read.
    pub(super) lost: Vec<String>,
    /// Links of the backup whose sale could be read in the ledger alone.
    pub(super) mended: Vec<String>,
    /// Links for which something waited that is not done any more.
    pub(super) not_sent: Vec<String>,
    /// Links whose requests about money were in the backup and taken out.
    pub(super) money: Vec<String>,
}

/// Doubts the backup in `tx`, which is older than what happened, and puts what `place` knows into it. The errors are the
/// disk's, and those of a ledger in place that is damaged.
pub(super) fn carry(
    tx: &Transaction<'_>,
    place: Option<&Place<'_>>,
    now: Timestamp,
    together: &mut Together<'_>,
) -> Result<Carried, Trouble> {
    if let Some(place) = place {
        counters(tx, place.connection)?;
    }
    let taken = rescue::doubt(tx, now)?;
    let Some(place) = place else {
        let money = taken.into_iter().map(|taken| taken.reference).collect();
        return Ok(Carried { money, ..Carried::default() });
    };
    let mut work = Work {
        tx,
        place,
        now,
        mine: waiting(place.connection)?,
        theirs: waiting(tx)?,
        taken: BTreeMap::new(),
        known: BTreeSet::new(),
        changed: Vec::new(),
        carried: Carried::default(),
    };
    for taken in &taken {
        let Some(link) = LinkId::parse(&taken.link) else { continue };
        work.taken.entry(link).or_default().push((taken.kind, taken.order));
    }
    work.links()?;
    for (key, value) in ended::kept(place.connection)? {
        ended::carry(tx, &key, &value)?;
    }
    drafts::carry(tx, place.connection)?;
    products::carry(tx, place.connection)?;
    work.lost_before()?;
    for id in &work.changed {
        order::amend(tx, *id, &mut |_| Touched::Order, together)?;
    }
    let untold = taken.into_iter().filter(|taken| taken.order.is_none_or(|id| !work.known.contains(&id)));
    work.carried.money = untold.map(|taken| taken.reference).collect();
    Ok(work.carried)
}

/// They never go back.
fn counters(tx: &Transaction<'_>, place: &Connection) -> Result<(), Trouble> {
    let mut statement = place.prepare("SELECT account_id, key, n FROM counters")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (account, key, n): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        tx.execute(
            "INSERT INTO counters (account_id, key, n) VALUES (?1, ?2, ?3)
             ON CONFLICT (account_id, key) DO UPDATE SET n = max(n, excluded.n)",
            params![account, key, n],
        )?;
    }
    Ok(())
}

/// What waits, of all accounts, by its link.
fn waiting(connection: &Connection) -> Result<BTreeMap<LinkId, Vec<OutboxEntry>>, Trouble> {
    let mut statement = connection.prepare("SELECT DISTINCT account_id FROM links")?;
    let accounts: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for account in accounts {
        for entry in outbox::all(connection, &account)? {
            found.entry(entry.link).or_default().push(entry);
        }
    }
    Ok(found)
}

struct Work<'a> {
    tx: &'a Transaction<'a>,
    place: &'a Place<'a>,
    now: Timestamp,
    /// What waits in the ledger in place, and in the backup.
    mine: BTreeMap<LinkId, Vec<OutboxEntry>>,
    theirs: BTreeMap<LinkId, Vec<OutboxEntry>>,
    /// Orders about money that were taken out of the backup, by their links, and those of which the ledger in place knows
    /// that they went out or how they ended.
    taken: BTreeMap<LinkId, Vec<(OutboxKind, Option<OrderId>)>>,
    known: BTreeSet<OrderId>,
    /// Links that are news to the backup.
    changed: Vec<LinkId>,
    carried: Carried,
}

impl Work<'_> {
    fn links(&mut self) -> Result<(), Trouble> {
        let mut statement = self.place.connection.prepare("SELECT id, reference FROM links ORDER BY seq")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, reference): (String, String) = (row.get(0)?, row.get(1)?);
            match LinkId::parse(&id) {
                Some(id) => self.link(id, reference)?,
                None => self.carried.lost.push(reference),
            }
        }
        Ok(())
    }

    /// What the ledger in place had lost before is told as long as that is known, unless the backup has it.
    fn lost_before(&mut self) -> Result<(), Trouble> {
        let told = values::get(self.place.connection, rescue::KEY)?;
        let told = told.and_then(|text| serde_json::from_str::<Rescue>(&text).ok());
        for reference in told.filter(|rescue| rescue.kept.exists()).map(|r| r.references).unwrap_or_default()
        {
            let known = "SELECT 1 FROM links WHERE reference_key = ?1";
            if !self.tx.prepare_cached(known)?.exists([record::reference_key(&reference)])? {
                self.carried.lost.push(reference);
            }
        }
        Ok(())
    }

    fn link(&mut self, id: LinkId, reference: String) -> Result<(), Trouble> {
        let Some(mine) = self.readable(id)? else {
            if record::seq_of(self.tx, id)?.is_none() {
                self.carried.lost.push(reference);
            }
            return Ok(());
        };
        let theirs = match record::load(self.tx, id) {
            Err(Trouble::Told(LedgerError::Unreadable { .. })) => {
                record::rewrite_sale(self.tx, &mine)?;
                self.carried.mended.push(reference.clone());
                record::load(self.tx, id)?
            }
            other => other?,
        };
        let (standing, apart) = match &theirs {
            Some(theirs) => merge::compare(&mine, theirs),
            None => (Standing::New, false),
        };
        match (&theirs, standing) {
            (None, _) => {
                record::insert(self.tx, &mine)?;
                self.carried.links.push(reference.clone());
            }
            (Some(theirs), Standing::Newer) => record::update(self.tx, &joined(&mine, theirs, apart))?,
            (Some(theirs), _) if apart => record::update(self.tx, &joined(theirs, &mine, apart))?,
            _ => {}
        }
        let state = match record::load(self.tx, id)? {
            Some(now) => {
                if theirs.as_ref() != Some(&now) {
                    self.changed.push(id);
                }
                now.state
            }
            None => mine.state,
        };
        self.waiting_for(id, standing, state, reference)?;
        let session = |link: Option<&Link>| link.and_then(|link| link.session_id.clone());
        match (session(Some(&mine)), session(theirs.as_ref())) {
            // Each was made the link's by a ledger that didn't know of the other one.
            (Some(one), Some(other)) if apart && one != other => {
                self.look_for(id, if standing == Standing::Older { one } else { other })
            }
            _ => Ok(()),
        }
    }

    /// A link as the ledger in place has it; `None` where that can't be read.
    fn readable(&self, id: LinkId) -> Result<Option<Link>, Trouble> {
        match record::load(self.place.connection, id) {
            Err(Trouble::Told(error @ LedgerError::Unreadable { .. })) => {
                tracing::warn!(%error, "a link of the ledger that is replaced can't be read");
                Ok(None)
            }
            // What only a newer version knows, a currency perhaps.
            Err(Trouble::Unreadable(what)) if self.place.foreign => {
                tracing::warn!(link = %id, what, "a link of the ledger that is replaced can't be read");
                Ok(None)
            }
            other => other,
        }
    }

    /// Puts together what waits for the link.
    fn waiting_for(
        &mut self,
        id: LinkId,
        standing: Standing,
        state: LinkState,
        reference: String,
    ) -> Result<(), Trouble> {
        let (mine, theirs) =
            (self.mine.remove(&id).unwrap_or_default(), self.theirs.remove(&id).unwrap_or_default());
        let mut ended = BTreeSet::new();
        for kind in OutboxKind::ALL.into_iter().filter(|kind| kind.moves_money()) {
            let (place, backup) =
                (ended::of(self.place.connection, id, kind)?, ended::of(self.tx, id, kind)?);
            ended.extend(place.into_iter().chain(backup).map(|ended| ended.id));
        }
        self.known.extend(&ended);
        let sent = mine.iter().filter(|entry| entry.went_out());
        self.known.extend(sent.filter_map(|entry| entry.order.as_ref()).map(|order| order.id));
        if mine.is_empty() && theirs.is_empty() {
            return Ok(());
        }
        let both = Both {
            standing,
            state,
            mine: &mine,
            theirs: &theirs,
            ended: &ended,
            taken: self.taken.get(&id).map(Vec::as_slice).unwrap_or_default(),
            foreign: self.place.foreign,
        };
        let joined = both.join();
        outbox::put_all(self.tx, id, &joined.entries)?;
        if joined.left {
            self.carried.not_sent.push(reference);
        }
        Ok(())
    }

    /// A session of the link that is one too many is looked for, and withdrawn unless it is paid.
    fn look_for(&self, id: LinkId, session: String) -> Result<(), Trouble> {
        outbox::amend(self.tx, id, OutboxKind::Look, &mut |waits| {
            let mut entry = waits.unwrap_or_else(|| OutboxEntry::new(id, OutboxKind::Look, self.now));
            if !entry.lost.contains(&session) {
                entry.lost.push(session.clone());
            }
            Some(OutboxEntry { next_at: self.now, ..entry })
        })
    }
}

/// The newer one with the story of the other; and with its alarms, where nobody can have dealt with them in the newer one.
fn joined(newer: &Link, older: &Link, apart: bool) -> Link {
    let mut link = newer.clone();
    link.events.extend(older.events.iter().cloned());
    if apart {
        link.alarms.extend(older.alarms.iter().filter(|alarm| !newer.alarms.contains(alarm)));
    }
    link
}
