//! A simulated ledger that can lose its power at any step.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::link::{Link, LinkId, LinkState};
use crate::domain::reference::{Reference, ReferenceTemplate};
use crate::ports::*;

use super::{Power, lock};

/// Put with a link's id behind it, it makes the link one that can't be read.
pub(crate) const SPOILED: &str = "spoiled ";

#[derive(Default)]
struct Kept {
    links: BTreeMap<LinkId, Link>,
    outbox: Vec<(OutboxEntry, Option<Timestamp>)>,
    values: BTreeMap<String, String>,
    ended: BTreeMap<(LinkId, OutboxKind), Vec<EndedOrder>>,
    orders: u128,
    writes: i64,
}

pub(super) struct SimLedger {
    state: Mutex<Kept>,
    power: Arc<Power>,
}

impl SimLedger {
    pub(super) fn new(power: Arc<Power>) -> Self {
        Self { state: Mutex::default(), power }
    }

    /// One that has this link alone, and nothing waits in it.
    pub(super) fn of(power: Arc<Power>, link: Link) -> Self {
        let ledger = Self::new(power);
        lock(&ledger.state).links.insert(link.id, link);
        ledger
    }

    fn write<T>(&self, work: impl FnOnce(&mut Kept) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        if self.power.is_off() || !self.power.step() {
            return Err(LedgerError::Database("no power".to_owned()));
        }
        if self.power.is_full() {
            return Err(LedgerError::unusable(Path::new("paylink.db"), Unusable::Full));
        }
        let mut state = lock(&self.state);
        state.writes += 1;
        work(&mut state)
    }

    fn claim_for(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
        to_drop: bool,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.write(|kept| {
            let Some(i) = kept.place(link, kind) else { return Ok(None) };
            let held = kept.outbox[i].1;
            let lease = SignedDuration::try_from(lease).unwrap();
            let may_create = kept.links[&link].state.in_outbox();
            if held.is_some_and(|since| since > now) {
                // The clock was set back: the lease runs anew.
                kept.outbox[i].1 = Some(now);
                return Ok(None);
            }
            let behind = kept.outbox[..i].iter().any(|(e, _)| e.link == link && e.kind != OutboxKind::Look);
            if held.is_some_and(|since| now < since + lease)
                || behind
                || (kept.outbox[i].0.needs_decision && !to_drop)
                || (kind == OutboxKind::Create && !may_create)
            {
                return Ok(None);
            }
            kept.outbox[i].0.attempts += 1;
            let before = kept.outbox[i].0.clone();
            kept.outbox[i].1 = Some(now);
            if before.needs_decision {
                return Ok(Some(before));
            }
            kept.outbox[i].0.in_flight = true;
            if kind == OutboxKind::Create {
                kept.links.get_mut(&link).expect("kept").state = LinkState::Creating;
            }
            Ok(Some(before))
        })
    }

    fn read(&self) -> Result<MutexGuard<'_, Kept>, LedgerError> {
        if self.power.is_off() {
            return Err(LedgerError::Database("no power".to_owned()));
        }
        Ok(lock(&self.state))
    }
}

impl Kept {
    fn update(&mut self, link: &Link) {
        let before = self.links.get(&link.id).expect("the link is kept").clone();
        let mut now = link.clone();
        now.session_id = now.session_id.or(before.session_id);
        now.transaction_id = now.transaction_id.or(before.transaction_id);
        now.url = now.url.or(before.url);
        for event in before.events {
            if !now.events.contains(&event) {
                now.record(event);
            }
        }
        self.links.insert(now.id, now);
    }

    /// The place of an entry whose claim is still the one that it was given with.
    fn claimed(&self, entry: &OutboxEntry) -> Option<usize> {
        let place = self.place(entry.link, entry.kind);
        place.filter(|i| self.outbox[*i].1.is_some() && self.outbox[*i].0.attempts == entry.attempts)
    }

    fn remember(&mut self, entry: &OutboxEntry, end: Option<&EndedOrder>) {
        if let Some(end) = end {
            end.join(self.ended.entry((entry.link, entry.kind)).or_default());
        }
    }

    fn place(&self, link: LinkId, kind: OutboxKind) -> Option<usize> {
        self.outbox.iter().position(|(e, _)| e.link == link && e.kind == kind)
    }
}

impl Ledger for SimLedger {
    fn insert_made(&self, link: &Link, made: &Made, _: bool) -> Result<(), LedgerError> {
        self.write(|kept| {
            kept.links.insert(link.id, link.clone());
            let new = OutboxEntry::new(link.id, OutboxKind::Create, link.created_at);
            let entry = OutboxEntry { made: made.clone(), ..new };
            kept.outbox.push((entry, None));
            Ok(())
        })
    }

    fn update(&self, link: &Link) -> Result<(), LedgerError> {
        self.write(|kept| {
            kept.update(link);
            Ok(())
        })
    }

    fn amend_order(
        &self,
        id: LinkId,
        change: &mut dyn FnMut(&mut Link) -> Touched,
        together: &mut dyn FnMut(&mut [Link]),
    ) -> Result<Vec<Link>, LedgerError> {
        let mut links = vec![self.read()?.links[&id].clone()];
        let touched = change(&mut links[0]);
        if touched == Touched::Nothing {
            return Ok(Vec::new());
        }
        // One step: all of it is written, or nothing.
        self.write(|kept| {
            if links[0].session_id != kept.links[&id].session_id {
                kept.outbox.retain(|(e, _)| e.link != id || e.kind != OutboxKind::Cancel);
            }
            kept.update(&links[0]);
            if touched == Touched::Link {
                return Ok(vec![kept.links[&id].clone()]);
            }
            let origin = |link: &Link| {
                let before = |l: &Link| l.reissue_of.and_then(|id| kept.links.get(&id)).cloned();
                std::iter::successors(Some(link.clone()), before).last().expect("itself").id
            };
            let (reference, own) = (links[0].sale.reference.clone(), origin(&links[0]));
            let of_order = |l: &&Link| {
                let named = l.sale.reference.as_str().eq_ignore_ascii_case(reference.as_str());
                named && (l.state.has_money() || l.paid_elsewhere()) || origin(l) == own
            };
            let others = kept.links.values().filter(|l| l.id != id);
            links.extend(others.filter(of_order).cloned());
            let before = links.clone();
            together(&mut links);
            links.iter().for_each(|link| kept.update(link));
            let changed = links.iter().zip(&before).filter(|(now, was)| now != was || now.id == id);
            Ok(changed.map(|(link, _)| kept.links[&link.id].clone()).collect())
        })
    }

    fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        let kept = self.read()?;
        if kept.values.contains_key(&format!("{SPOILED}{id}")) {
            return Err(LedgerError::Unreadable { link: id, column: 1 });
        }
        Ok(kept.links.get(&id).cloned())
    }

    fn rows(&self, _: &str, filter: &LinkFilter) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let wanted = |l: &&Link| {
            filter.search.as_ref().is_none_or(|s| l.sale.reference.as_str().contains(s.as_str()))
                && (filter.states.is_empty() || filter.states.contains(&l.state))
        };
        Ok(kept.links.values().filter(wanted).map(LinkRow::from).collect())
    }

    fn count(&self, account: &str, filter: &LinkFilter) -> Result<u64, LedgerError> {
        Ok(u64::try_from(self.rows(account, filter)?.len()).unwrap())
    }

    fn alarms(&self, _: &str) -> Result<u64, LedgerError> {
        Ok(self.read()?.links.values().map(|link| link.alarms.len() as u64).sum())
    }

    fn find(&self, _: &str, text: &str) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let named = |l: &&Link| l.sale.reference.as_str().eq_ignore_ascii_case(text);
        Ok(kept.links.values().filter(named).map(LinkRow::from).collect())
    }

    fn near(&self, _: &str, _: &str) -> Result<Vec<Reference>, LedgerError> {
        Ok(Vec::new())
    }

    fn unsettled(&self, _: &str) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let follow = |l: &&Link| !l.state.in_outbox() && !l.settled();
        Ok(kept.links.values().filter(follow).map(LinkRow::from).collect())
    }

    fn ended_since(&self, _: &str, since: Timestamp) -> Result<Vec<LinkRow>, LedgerError> {
        let kept = self.read()?;
        let ended = |l: &&Link| l.may_go_on() && LinkRow::from(*l).ended_at() >= since;
        Ok(kept.links.values().filter(ended).map(LinkRow::from).collect())
    }

    fn totals(&self, _: &str, _: Timestamp) -> Result<DayTotals, LedgerError> {
        Ok(DayTotals::default())
    }

    fn reference_used(&self, _: &str, _: &Reference) -> Result<bool, LedgerError> {
        Ok(false)
    }

    fn next_reference(
        &self,
        _: &str,
        template: &ReferenceTemplate,
        day: Date,
    ) -> Result<Reference, LedgerError> {
        Ok(template.reference(day, 1))
    }

    fn outbox(&self, _: &str) -> Result<Vec<OutboxEntry>, LedgerError> {
        let entries = self.read()?.outbox.iter().map(|(e, _)| e.clone()).collect();
        self.power.linger();
        Ok(entries)
    }

    fn amend_entry(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut dyn FnMut(Option<OutboxEntry>) -> Option<OutboxEntry>,
    ) -> Result<(), LedgerError> {
        self.write(|kept| {
            let waits = kept.place(link, kind).map(|i| kept.outbox[i].0.clone());
            let Some(entry) = decide(waits) else { return Ok(()) };
            match kept.place(entry.link, entry.kind) {
                Some(i) if kept.outbox[i].1.is_some() => {
                    let held = kept.outbox[i].0.clone();
                    let first_sent = held.first_sent.zip(entry.first_sent).map(|(a, b)| a.min(b));
                    let (attempts, in_flight, order) = (held.attempts, held.in_flight, held.order);
                    kept.outbox[i].0 = OutboxEntry { attempts, in_flight, order, first_sent, ..entry };
                }
                Some(i) => {
                    let first_sent = kept.outbox[i].0.first_sent.zip(entry.first_sent).map(|(a, b)| a.min(b));
                    kept.outbox[i].0 = OutboxEntry { first_sent, ..entry };
                }
                None => kept.outbox.push((entry, None)),
            }
            Ok(())
        })
    }

    fn claim(
        &self,
        link: LinkId,
        kind: OutboxKind,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.claim_for(link, kind, now, lease, false)
    }

    fn claim_to_drop(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        self.claim_for(link, OutboxKind::Create, now, lease, true)
    }

    fn note_order(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let ours = kept.claimed(entry);
            if let Some(i) = ours {
                kept.outbox[i].0.order.clone_from(&entry.order);
            }
            Ok(ours.is_some())
        })
    }

    fn note_sending(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let ours = kept.claimed(entry);
            if let Some(i) = ours {
                let first = &mut kept.outbox[i].0.first_sent;
                *first = first.or(entry.first_sent);
            }
            Ok(ours.is_some())
        })
    }

    fn note_doubt(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let ours = kept.claimed(entry).is_some();
            if ours {
                kept.update(link);
            }
            Ok(ours)
        })
    }

    fn place_order(
        &self,
        link: LinkId,
        kind: OutboxKind,
        decide: &mut Placing<'_>,
    ) -> Result<Option<OrderId>, LedgerError> {
        self.write(|kept| {
            let of_link = kept.outbox.iter().map(|(e, _)| e.clone()).filter(|e| e.link == link);
            let ended = kept.ended.get(&(link, kind)).cloned().unwrap_or_default();
            let mut entry = match decide(&of_link.collect::<Vec<_>>(), &ended) {
                Place::New(entry) => entry,
                Place::Reminded(id, now) => {
                    let all = kept.ended.entry((link, kind)).or_default();
                    all.iter_mut().filter(|e| e.id == id).for_each(|e| e.at = e.at.max(now));
                    return Ok(None);
                }
                Place::Joins | Place::Nothing => return Ok(None),
            };
            kept.orders += 1;
            let id = OrderId(uuid::Uuid::from_u128(kept.orders));
            entry.order.as_mut().expect("an order").id = id;
            assert!(kept.place(link, kind).is_none(), "an order takes the place of another");
            kept.outbox.push((*entry, None));
            Ok(Some(id))
        })
    }

    fn drop_waiting(
        &self,
        link: LinkId,
        now: Timestamp,
        lease: Duration,
        decide: &mut Dropping<'_>,
    ) -> Result<Vec<OutboxEntry>, LedgerError> {
        self.write(|kept| {
            let lease = SignedDuration::try_from(lease).unwrap();
            let mut taken = Vec::new();
            for (entry, held) in kept.outbox.clone() {
                let to_be_done = entry.kind.asked_for() && entry.kind != OutboxKind::Create;
                let free = held.is_none_or(|since| since <= now && now >= since + lease);
                if entry.link != link || !to_be_done || !free {
                    continue;
                }
                let Dropped::Yes(end) = decide(&entry) else { continue };
                kept.outbox.retain(|(e, _)| e.link != link || e.kind != entry.kind);
                kept.remember(&entry, end.as_ref());
                taken.push(entry);
            }
            Ok(taken)
        })
    }

    fn ended_orders(&self, link: LinkId, kind: OutboxKind) -> Result<Vec<EndedOrder>, LedgerError> {
        Ok(self.read()?.ended.get(&(link, kind)).cloned().unwrap_or_default())
    }

    fn order_told(&self, link: LinkId, kind: OutboxKind, order: OrderId) -> Result<(), LedgerError> {
        self.write(|kept| {
            let all = kept.ended.entry((link, kind)).or_default();
            all.iter_mut().filter(|e| e.id == order).for_each(|e| e.told = true);
            Ok(())
        })
    }

    fn settle_entry(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
    ) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let Some(i) = kept.claimed(entry) else { return Ok(false) };
            kept.outbox.remove(i);
            kept.remember(entry, end);
            if entry.kind == OutboxKind::Create {
                kept.update(link);
            }
            Ok(true)
        })
    }

    fn settle_to_withdraw(
        &self,
        link: &Link,
        entry: &OutboxEntry,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let Some(i) = kept.claimed(entry) else { return Ok(false) };
            kept.outbox.remove(i);
            kept.update(link);
            match kept.place(link.id, OutboxKind::Cancel) {
                Some(i) => kept.outbox[i].0.next_at = now,
                None => kept.outbox.push((OutboxEntry::new(link.id, OutboxKind::Cancel, now), None)),
            }
            Ok(true)
        })
    }

    fn settle_made(&self, link: &Link) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let before = &kept.links[&link.id];
            if before.session_id.is_some() {
                return Ok(before.session_id == link.session_id);
            }
            if !before.state.in_outbox() || before.state == LinkState::Refused {
                return Ok(false);
            }
            if let Some(i) = kept.place(link.id, OutboxKind::Create) {
                kept.outbox.remove(i);
            }
            kept.update(link);
            Ok(true)
        })
    }

    fn settle_undone(
        &self,
        entry: &OutboxEntry,
        end: Option<&EndedOrder>,
        change: &mut dyn FnMut(&mut Link),
    ) -> Result<bool, LedgerError> {
        let mut link = self.read()?.links[&entry.link].clone();
        change(&mut link);
        self.write(|kept| {
            let Some(i) = kept.claimed(entry) else { return Ok(false) };
            kept.outbox.remove(i);
            kept.remember(entry, end);
            kept.update(&link);
            Ok(true)
        })
    }

    fn requeue_refused(&self, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let waits = kept.outbox.iter().any(|(e, _)| e.link == entry.link && e.kind.asked_for());
            let link = kept.links.get_mut(&entry.link).expect("kept");
            if link.state != LinkState::Refused || link.session_id.is_some() || waits {
                return Ok(false);
            }
            link.sent_once_more(entry.since);
            kept.outbox.push((entry.clone(), None));
            Ok(true)
        })
    }

    fn release_entry(&self, link: &Link, entry: &OutboxEntry) -> Result<bool, LedgerError> {
        self.write(|kept| {
            let place = kept.place(entry.link, entry.kind);
            let ours = place.filter(|i| kept.outbox[*i].0.attempts == entry.attempts);
            let Some(i) = ours else { return Ok(false) };
            let (now, claimed_at) = kept.outbox[i].clone();
            let mut given =
                OutboxEntry { first_sent: now.first_sent, lost: now.lost, made: now.made, ..entry.clone() };
            if entry.kind == OutboxKind::Look && claimed_at.is_some_and(|at| now.since >= at) {
                given.next_at = given.next_at.min(now.next_at);
            }
            kept.outbox[i] = (given, None);
            if entry.kind == OutboxKind::Create {
                kept.update(link);
            }
            Ok(true)
        })
    }

    fn get(&self, key: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.read()?.values.get(key).cloned())
    }

    fn keep_draft(&self, _: &str, id: LinkId, draft: &str) -> Result<(), LedgerError> {
        self.put(&format!("draft:{id}"), Some(draft))
    }
    fn forget_draft(&self, _: &str, id: LinkId) -> Result<(), LedgerError> {
        self.put(&format!("draft:{id}"), None)
    }
    fn put(&self, key: &str, value: Option<&str>) -> Result<(), LedgerError> {
        self.write(|kept| {
            match value {
                Some(value) => kept.values.insert(key.to_owned(), value.to_owned()),
                None => kept.values.remove(key),
            };
            Ok(())
        })
    }

    fn version(&self) -> Result<i64, LedgerError> {
        Ok(self.read()?.writes)
    }
}
