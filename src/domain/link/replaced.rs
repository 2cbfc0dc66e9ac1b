//! A link that was paid though another one had been made in its place, by which the customer could pay again.

use jiff::Timestamp;

use super::{Alarm, EventKind, Link, LinkEvent, LinkId, LinkState};

/// How the key begins of an event that tells of an open replacement; its id and how often it had ended before follow.
const OPEN: &str = "alarm/replacement_open/";
/// The same of one that tells of its end.
const OVER: &str = "alarm_over/replacement_open/";

/// A link in another one's place by which that one's customer may still pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'a> {
    /// Its id.
    pub id: LinkId,
    /// Its reference.
    pub reference: &'a str,
}

impl Link {
    /// Whether it may yet be paid: at the backend, or on its way there. Nobody knows that of a word that we don't know.
    #[must_use]
    pub const fn may_be_paid(&self) -> bool {
        let lives = self.state.holds_reference() && !self.state.has_money();
        // A try that came to nothing; the session is open for another one.
        let tried = matches!(self.state, LinkState::Declined | LinkState::Failed) && self.may_go_on();
        lives || tried
    }

    /// It is paid, and the customer may pay it again by these `open` links, if by any: an alarm, once for each, and taken off
    /// when the last of them has ended. One that ends and comes back is told anew.
    pub fn paid_though_replaced(&mut self, open: &[Self], at: Timestamp) {
        let alarm = Alarm::ReplacementOpen;
        let told = |reference: &str| Some(format!("{} {reference}", alarm.word()));
        let key = |begins: &str, id: LinkId, times: usize| Some(format!("{begins}{id}/{times}"));
        let over: Vec<LinkEvent> = self
            .told_replacements()
            .filter(|told| !open.iter().any(|link| link.id == told.id))
            .map(|Replacement { id, reference }| {
                let key = key(OVER, id, self.times_over(id));
                LinkEvent { at, kind: EventKind::AlarmOver, detail: told(reference), key }
            })
            .collect();
        for event in over {
            self.record(event);
        }
        for link in open {
            let (detail, key) =
                (told(link.sale.reference.as_str()), key(OPEN, link.id, self.times_over(link.id)));
            let new = self.record(LinkEvent { at, kind: EventKind::Alarm, detail, key });
            if new && !self.alarms.contains(&alarm) {
                self.alarms.push(alarm);
            }
        }
        if self.told_replacements().next().is_none() {
            self.alarms.retain(|a| *a != alarm);
        }
    }

    /// The links that its alarm [`Alarm::ReplacementOpen`] is about, if it has that.
    #[must_use]
    pub fn open_replacements(&self) -> Vec<Replacement<'_>> {
        if self.alarms.contains(&Alarm::ReplacementOpen) {
            self.told_replacements().collect()
        } else {
            Vec::new()
        }
    }

    /// Those that were told and have not ended since.
    fn told_replacements(&self) -> impl Iterator<Item = Replacement<'_>> {
        self.events.iter().filter_map(|event| {
            let (id, times) = event.key.as_deref()?.strip_prefix(OPEN)?.split_once('/')?;
            let id = LinkId::parse(id)?;
            let (_, reference) = Alarm::told(event.detail.as_deref()?);
            let last = times.parse() == Ok(self.times_over(id));
            reference.filter(|_| last).map(|reference| Replacement { id, reference })
        })
    }

    fn times_over(&self, id: LinkId) -> usize {
        let begins = format!("{OVER}{id}/");
        self.events.iter().filter(|e| e.key.as_deref().is_some_and(|key| key.starts_with(&begins))).count()
    }
}

impl Alarm {
    /// What an event tells of an alarm: its word, and the reference of the link that it is about if that is another one.
    #[must_use]
    pub fn told(detail: &str) -> (&str, Option<&str>) {
        detail.split_once(' ').map_or((detail, None), |(word, reference)| (word, Some(reference)))
    }
}
