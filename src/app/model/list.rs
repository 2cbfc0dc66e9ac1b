//! The state of the list of all links.

use crate::app::field::Field;
use crate::domain::link::LinkState;
use crate::ports::LinkRow;

/// All links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListScreen {
    /// The search text.
    pub search: Field,
    /// Which states.
    pub filter: ListFilter,
    /// The rows found so far, newest first.
    pub rows: Vec<LinkRow>,
    /// How many match in all.
    pub total: u64,
    /// How many there are with one restriction less: without the filter or, where none is set, without the search.
    pub all: u64,
    /// The row chosen.
    pub chosen: usize,
    /// The first row in sight.
    pub top: usize,
    /// Which answer is awaited; older ones are dropped.
    pub ticket: u64,
    /// An answer is awaited.
    pub loading: bool,
    /// The answer could not be read: nothing is known of what there is.
    pub unread: bool,
}

impl ListScreen {
    /// Whether there may be links that are not shown: a filter is set, or something is searched for.
    #[must_use]
    pub fn restricted(&self) -> bool {
        self.filter != ListFilter::All || !self.search.value().trim().is_empty()
    }
}

/// Which states the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListFilter {
    /// All.
    #[default]
    All,
    /// The customer can still pay, or it waits in the outbox.
    Open,
    /// Money held or taken.
    Paid,
    /// Over without money.
    Ended,
    /// Needs a person: uncertain, refused, alarms, what asks before it goes out.
    Trouble,
    /// With alarms.
    Alarms,
}

impl ListFilter {
    /// In the order of the key that changes it.
    pub const ALL: [Self; 6] = [Self::All, Self::Open, Self::Paid, Self::Ended, Self::Trouble, Self::Alarms];

    /// Whether it means links with alarms too, in whatever state.
    #[must_use]
    pub const fn alarmed(self) -> bool {
        matches!(self, Self::Trouble | Self::Alarms)
    }

    /// Whether it means links that wait for the seller's word too, in whatever state.
    #[must_use]
    pub const fn asking(self) -> bool {
        matches!(self, Self::Trouble)
    }

    /// The states it means; empty for all, or for none but those with alarms.
    #[must_use]
    pub fn states(self) -> Vec<LinkState> {
        let pick = |f: fn(LinkState) -> bool| LinkState::ALL.into_iter().filter(|s| f(*s)).collect();
        match self {
            Self::All | Self::Alarms => Vec::new(),
            Self::Open => pick(|s| {
                s.payable() || matches!(s, LinkState::Queued | LinkState::Creating | LinkState::OnHold)
            }),
            Self::Paid => pick(LinkState::has_money),
            Self::Ended => {
                pick(|s| (s.ended_unpaid() && s != LinkState::Refused) || s == LinkState::Refunded)
            }
            Self::Trouble => {
                vec![LinkState::Uncertain, LinkState::Refused, LinkState::Unknown]
            }
        }
    }
}
