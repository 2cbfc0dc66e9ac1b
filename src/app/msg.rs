//! What happens: keys, and the answers of effects.

use jiff::Timestamp;

use super::draft::{Defaults, Draft};
use super::key::Key;
use super::model::{Net, QrLacks, QrWish, Shop, Target};
use crate::domain::cause::Cause;
use crate::domain::link::{Link, LinkId};
use crate::ports::{DayTotals, Fault, LedgerError, LinkRow, OutboxEntry, OutboxKind, Profile, Rescue};

/// Something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// A click at something; columns from its left end.
    Click(Target, u16),
    /// The wheel: rows, down is positive.
    Scroll(i16),
    /// A link's story was drawn: so many of its rows had no room. How its lines break is known there alone.
    StoryDrawn(u16),
    /// A link's code was drawn: that is what it had no room for. How large a code gets is known there alone.
    CodeDrawn(QrLacks),
    /// The terminal has another size.
    Resized(u16, u16),
    /// The program is to end (a signal).
    Stop,
    /// Another process has changed the ledger.
    LedgerChanged,
    /// A timer that the app asked for has run out.
    Due(Timer),
    /// An effect's answer.
    Reply(Reply),
}

/// Timers, one of each at a time: asking anew replaces the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The tracker's next round.
    Track,
    /// The outbox's next try.
    Outbox,
    /// The draft is to be kept (typing has paused).
    KeepDraft,
    /// A time on the screen changes (a countdown), only while one is in sight.
    Clock,
    /// What is said of the connection gets old, or is to be found out anew.
    Line,
}

/// The answer of an effect.
#[derive(Debug, Clone)]
pub enum Reply {
    /// What the ledger had at the start or has now, for the dashboard and the tracker.
    Dashboard(Box<DashboardNews>),
    /// The draft and the small things remembered.
    Remembered {
        /// A draft of last time.
        draft: Option<Box<Draft>>,
        /// How the QR code is drawn.
        qr: QrWish,
        /// What the seller chose last time.
        defaults: Defaults,
    },
    /// A draft that nobody was at any more; it is ours now.
    Draft(Option<Box<Draft>>),
    /// A reference was proposed.
    Reference(String),
    /// Whether this reference is used.
    ReferenceUsed(String, bool),
    /// What the payment profile has.
    Profile(Result<Profile, Fault>),
    /// Whether the backend answers now, by its payment profile: see [`Effect::Knock`](super::Effect::Knock).
    Knocked(Result<Profile, Fault>),
    /// The sale is in the ledger and on its way; `Err`: it was not kept, and why.
    Kept(Result<LinkId, KeepError>),
    /// What is known of a link, with its outbox entries.
    Link(Box<Link>, Vec<OutboxEntry>),
    /// No such link.
    NoLink(LinkId),
    /// A request of the outbox came to an end.
    Sent(Box<Link>, Option<Fault>),
    /// A link was to be sent, and nobody was asked: somebody is at it, or there was nothing to do.
    Stands(Box<Link>),
    /// A link was taken out of the outbox to be changed in this draft, or not.
    Changed(Box<Link>, Option<Fault>, Box<Draft>),
    /// What waited to be done with a link was sent or taken out of the outbox, or not.
    Waited(Box<Link>, Waited),
    /// The tracker's round is over: the links that changed, and the first fault.
    Tracked {
        /// Links that changed.
        changed: Vec<Link>,
        /// Links that should be at the backend, and that it doesn't know any more.
        gone: Vec<LinkId>,
        /// Links that it was asked about and does know.
        there: Vec<LinkId>,
        /// The first fault, if any request failed.
        fault: Option<Fault>,
        /// The backend's clock minus ours, seconds.
        skew: i64,
        /// How many requests it took.
        requests: usize,
    },
    /// Of these links the backend's own answer can't be read. What else the round brought follows.
    Strange(Vec<LinkId>),
    /// Withdrawing a link came to an end.
    Cancelled(Box<Link>, Option<CancelTrouble>),
    /// Rows of the list, for the ticket.
    Found {
        /// Which question this answers.
        ticket: u64,
        /// The rows.
        rows: Vec<LinkRow>,
        /// From which row on.
        offset: u32,
        /// How many in all.
        total: u64,
        /// How many without the filter or, where none is set, without the search.
        all: u64,
    },
    /// Something was copied, or not.
    Copied(bool),
    /// The mail program was opened for this link, or not.
    MailOpened(LinkId, bool),
    /// The browser was opened, or not.
    PageOpened(bool),
    /// The customer was played in the sandbox; `Err`: the sandbox's words.
    Played(Result<(), Cause>),
    /// The account was set up and works; from now on it is the shop.
    SetUp(Result<Box<Shop>, SetUpTrouble>),
    /// Signing in anew came to an end.
    SignedIn(Result<(), Fault>),
    /// Whether we are online, learned by the way.
    Net(Net),
    /// The backend's clock minus ours in seconds, as its last answer told.
    Clock(i64),
    /// The ledger can't be used, and what was not done because of that.
    LedgerTrouble(Failed, LedgerError),
}

/// What the ledger failed at: what waits for that waits no more, and everything else goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// Proposing a reference.
    Proposal,
    /// Looking for a draft of last time.
    Drafts,
    /// Keeping the draft with this id.
    Draft(LinkId),
    /// Reading this link.
    Reading(LinkId),
    /// What this link was to be changed by: sent, withdrawn.
    Doing(LinkId),
    /// A round of the tracker.
    Round,
    /// Finding rows of the list, for the ticket.
    List(u64),
    /// Something that nothing waits for.
    Other,
}

/// What the ledger has.
#[derive(Debug, Clone, Default)]
pub struct DashboardNews {
    /// The newest links.
    pub rows: Vec<LinkRow>,
    /// The newest links with alarms, newest first, however many newer links there are.
    pub alarmed: Vec<LinkRow>,
    /// How many links have alarms.
    pub alarms: u64,
    /// How many alarms those have in all.
    pub raised: u64,
    /// Totals.
    pub totals: DayTotals,
    /// The outbox.
    pub outbox: Vec<OutboxEntry>,
    /// How many requests wait for other accounts, by account.
    pub elsewhere: Vec<(String, u64)>,
    /// Links to be followed.
    pub unsettled: Vec<LinkRow>,
    /// The state of the ledger that all this is of; `None`: not all was read.
    pub seen: Option<Seen>,
    /// When somebody last signed in at another terminal: a word that is another each time.
    pub signed_in: Option<String>,
    /// Why nothing can be kept, where that is so.
    pub unwritable: Option<LedgerError>,
    /// What happened to the ledger, while the seller has not dealt with it.
    pub rescue: Option<Rescue>,
}

/// Which state of the ledger was seen: another one has another version, or the totals are of another day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The ledger's version.
    pub version: i64,
    /// When the day of the totals began.
    pub today: Timestamp,
}

/// Why a sale was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepError {
    /// Its reference is used by a live or paid link.
    ReferenceUsed,
    /// A link with its id is kept: by a try whose answer was lost, or by another window.
    LinkKept,
    /// The ledger can't be used.
    Ledger(LedgerError),
}

/// What came of a request that waited, and was to be sent or taken out of the outbox at the seller's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    /// What was to be done.
    pub kind: OutboxKind,
    /// What came of it.
    pub end: WaitEnd,
    /// What went wrong, if anything did.
    pub fault: Option<Fault>,
    /// What was taken out of the outbox besides.
    pub also: Vec<OutboxKind>,
}

/// What came of a request that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitEnd {
    /// It was carried out.
    Done,
    /// It is out of the outbox, and nothing was done.
    Dropped,
    /// It is out of the outbox, and may still be carried out.
    DroppedPerhaps,
    /// It was to be taken out of the outbox, and had been carried out before.
    DoneBefore,
    /// The payment is not in a state for it, or has ended: nothing was sent.
    NotPossible,
    /// The link has money, so it was not withdrawn.
    HasMoney,
    /// The backend said no, or has tried and failed.
    Refused,
    /// We may not, or are not signed in: it waits for somebody to see to that.
    NotAllowed,
    /// It waits to be sent.
    Waits,
    /// The backend has agreed to it, and is still doing it.
    InProgress,
    /// Whether it was carried out is being found out.
    Unknown,
    /// Somebody is at it just now.
    Busy,
    /// It waits no more, and what became of it is not known here.
    Gone,
}

/// Why an account could not be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUpTrouble {
    /// Signing in did not work. Nothing was written.
    SignIn(Fault),
    /// The account works and the config is written, but the secret can't be kept on this machine.
    NotKept {
        /// The config.
        config: String,
        /// Why, in a line.
        why: String,
    },
    /// Something else, in a line.
    Other(String),
}

impl From<String> for SetUpTrouble {
    fn from(line: String) -> Self {
        Self::Other(line)
    }
}

/// Why a link was not withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelTrouble {
    /// Money is held or taken.
    HasMoney,
    /// It had ended already.
    AlreadyEnded,
    /// Not now: it will be tried again by itself.
    Later(Fault),
    /// The backend said no.
    Refused(Fault),
}
