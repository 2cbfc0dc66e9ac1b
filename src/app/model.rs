//! The state of the app: everything that is drawn, nothing that waits.

mod list;
mod wizard;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::draft::{Defaults, Draft, FieldId};
use super::field::Field;
use super::keys::{Action, Context};
use super::say::Say;
use crate::domain::expiry::Expiry;
use crate::domain::link::{Alarm, Link, LinkId, LinkState};
use crate::domain::method::Method;
use crate::domain::money::{Currency, Money};
use crate::domain::profiles::Profiles;
use crate::domain::vat::VatRate;
use crate::ports::{DayTotals, LedgerError, LinkRow, OrderId, OutboxEntry, OutboxKind, Overdue, Rescue};

pub use list::{ListFilter, ListScreen};
pub use wizard::{Issue, Offered, Wizard};

/// The moment and the place, given to every update and every drawing.
#[derive(Debug, Clone)]
pub struct Now {
    /// This machine's clock.
    pub at: Timestamp,
    /// The seller's time zone.
    pub zone: TimeZone,
    /// An id that no link has yet, another one for every update: `update` makes none itself.
    pub fresh: LinkId,
}

/// Who we are selling as, and what the config says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// The merchant's name.
    pub merchant_name: String,
    /// The account, `T12345678`.
    pub account_id: String,
    /// Not real money: a `T` account or the embedded sandbox. Said in plain sight.
    pub sandbox: bool,
    /// The backend is our own sandbox, with its control interface: the keys that play the customer
    /// work. The address of the phone page, for showing.
    pub own_sandbox: Option<String>,
    /// The page is reachable from phones nearby (`demo --lan`).
    pub lan: bool,
    /// The currency of every link.
    pub currency: Currency,
    /// What step 2 offers, from the config (`None`: what the payment profile has).
    pub methods: Option<Vec<Method>>,
    /// What step 2 has ticked (`None`: all of them).
    pub default_methods: Option<Vec<Method>>,
    /// How long, by default.
    pub default_expiry: Expiry,
    /// Deduct automatically, by default.
    pub default_auto_capture: bool,
    /// The VAT of a new line.
    pub default_vat: VatRate,
    /// Which profile sells for which account.
    pub profiles: Profiles,
}

/// What the network is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Net {
    /// Not known: nothing was asked yet, or not lately.
    #[default]
    Unknown,
    /// The last request got an answer, a moment ago.
    Online,
    /// The last request got none.
    Offline,
    /// Somebody else answers in the backend's place: a network that wants a sign-in on a page of its own, most likely.
    SignInPage,
    /// What answers has a certificate whose time is not now.
    Certificate,
    /// The backend answers, but doesn't know us: wrong or missing credentials.
    SignedOut,
}

impl Net {
    /// Whether nothing reaches the backend now.
    #[must_use]
    pub const fn is_offline(self) -> bool {
        matches!(self, Self::Offline | Self::SignInPage | Self::Certificate)
    }
}

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Screen {
    /// The first start, without a config.
    Welcome,
    /// The form for an account.
    SetUp,
    /// Step 1.
    #[default]
    Dashboard,
    /// Step 2.
    Payment,
    /// Step 3.
    Products,
    /// Step 4.
    Order,
    /// Step 5.
    Delivery,
    /// A link.
    Link,
    /// A link's QR code alone.
    QrFull,
    /// All links.
    List,
}

/// The five steps, in order: the stepper, next and back are made from this table.
pub const STEPS: [Screen; 5] =
    [Screen::Dashboard, Screen::Payment, Screen::Products, Screen::Order, Screen::Delivery];

/// A question that must be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Withdraw this link, which stands like that?
    Cancel(LinkId, String, LinkState),
    /// Drop this queued link, which was never sent?
    Withdraw(LinkId, String),
    /// Give up this link, which may have been sent?
    GiveUp(LinkId, String),
    /// It may have gone out, by message if that is so, and else from hand to hand: send again? (contracts, 5)
    SendAgain(LinkId, String, bool),
    /// It was refused, and nothing of it is with the customer: send it once more?
    SendRefused(LinkId, String),
    /// It was not sent in time: send it all the same?
    SendLate(LinkId, String, Overdue),
    /// Take out of the outbox what waits to be done with this link, and what waits behind that?
    Drop(LinkId, String, Dropping, Vec<Dropping>),
    /// Are these alarms of the link dealt with?
    Settle(LinkId, String, Vec<Alarm>),
    /// A draft waits: throw it away and change this queued link?
    ChangeOverDraft(LinkId),
    /// Throw the draft away?
    ClearDraft,
    /// A draft waits: throw it away and sell this link's lines again?
    AgainOverDraft(LinkId),
}

/// What would be taken out of the outbox, and what that means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropping {
    /// What was to be done.
    pub kind: OutboxKind,
    /// Which order it is, where money is moved.
    pub order: OrderId,
    /// How much is moved; `None`: all there is, or none is.
    pub amount: Option<Money>,
    /// How it stands.
    pub stands: Stands,
}

/// How a request stands that may be taken out of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// It has not left this machine.
    NotSent,
    /// It may have been carried out.
    Perhaps,
    /// The backend agreed to it long ago, and it came to no end.
    NoEnd,
    /// What was asked for can't be read.
    Unreadable,
}

/// What lies over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// All keys, scrolled down by so many rows.
    Help {
        /// Rows scrolled.
        scroll: u16,
    },
    /// A question.
    Confirm(Question),
}

/// A short message at the foot of the screen; goes away with the next key (that a link is paid, after a moment).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is coloured.
    pub tone: Tone,
    /// What it says.
    pub say: Say,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Good to know.
    Info,
    /// Paid.
    Paid,
    /// Look here.
    Warning,
    /// Did not work.
    Error,
}

/// Step 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dashboard {
    /// The newest links (first page), newest first.
    pub rows: Vec<LinkRow>,
    /// The newest links that a person must deal with, newest first, however old they are.
    pub alarmed: Vec<LinkRow>,
    /// How many such links there are.
    pub alarms: u64,
    /// How many alarms those have in all.
    pub raised: u64,
    /// Whether they were read from the ledger yet.
    pub loaded: bool,
    /// The row chosen.
    pub chosen: usize,
    /// The first row in sight.
    pub top: usize,
    /// Today's totals, and what is outstanding.
    pub totals: DayTotals,
    /// What waits in the outbox.
    pub outbox: Vec<OutboxEntry>,
    /// How many requests wait for other accounts, by account.
    pub elsewhere: Vec<(String, u64)>,
    /// The ledger was damaged, and what came of it.
    pub rescue: Option<Rescue>,
    /// Why nothing can be kept, where that is so: what stands in the ledger is shown, and nothing is sold.
    pub unwritable: Option<LedgerError>,
    /// A draft was found that has something in it: `n` goes on with it.
    pub draft_waiting: bool,
}

/// A link on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkScreen {
    /// Which.
    pub id: LinkId,
    /// What is known of it; `None` until it's read.
    pub link: Option<Link>,
    /// Its outbox entries.
    pub outbox: Vec<OutboxEntry>,
    /// A request for it is under way (cancel, send).
    pub busy: bool,
    /// Rows of the timeline scrolled up.
    pub scroll: u16,
    /// Rows of the timeline that had no room when it was drawn last.
    pub beyond: u16,
    /// What its code had no room for when it was drawn last.
    pub lacks: QrLacks,
    /// Was it seen paid while on screen: the screen says so loudly.
    pub just_paid: bool,
    /// Just made: once its address is known, it is copied or the mail program is opened.
    pub deliver: bool,
    /// Once it is withdrawn it is shown in the steps, to be changed.
    pub change: bool,
    /// It was not sent, and is to be given up.
    pub give_up: bool,
}

impl LinkScreen {
    /// A link's screen, of which nothing is known yet.
    #[must_use]
    pub fn of(id: LinkId) -> Self {
        Self {
            id,
            link: None,
            outbox: Vec::new(),
            busy: false,
            scroll: 0,
            beyond: 0,
            lacks: QrLacks::default(),
            just_paid: false,
            deliver: false,
            change: false,
            give_up: false,
        }
    }
}

/// How the QR code is drawn, remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct QrWish {
    /// Level Q rather than M, against glare.
    pub strong: bool,
    /// Full blocks rather than half blocks.
    pub full_blocks: bool,
}

/// What a code can't be in its window: the keys for it are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QrLacks {
    /// No room for level Q.
    pub strong: bool,
    /// No room for full blocks.
    pub full_blocks: bool,
}

/// The form for an account, at the first start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetUpForm {
    /// Account id, client id, client secret, merchant name, return address, in this order.
    pub fields: [Field; 5],
    /// Which one has the focus.
    pub focus: usize,
    /// Fields left with something wrong in them.
    pub issues: Vec<Issue>,
    /// Being tried.
    pub busy: bool,
    /// Why it didn't work.
    pub failed: Option<Say>,
}

/// When the tracker asks what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracking {
    /// Links to be followed.
    pub rows: Vec<LinkRow>,
    /// Links that should be at the backend, and that it doesn't know any more, as it said when it was last asked.
    pub gone: std::collections::BTreeSet<LinkId>,
    /// Links of which the backend's answer could not be read when it was last asked.
    pub strange: std::collections::BTreeSet<LinkId>,
    /// The state of the ledger that they are of.
    pub seen: Option<super::msg::Seen>,
    /// When each was last asked about, and in which way.
    pub pace: super::pace::Memory,
    /// A round is under way.
    pub asking: bool,
    /// When the tracker is to wake; `None`: nothing to follow.
    pub wake: Option<Timestamp>,
    /// When the outbox is to be tried; `None`: nothing in it.
    pub outbox_wake: Option<Timestamp>,
    /// When the outbox was last tried.
    pub flushed_at: Option<Timestamp>,
    /// When somebody last signed in at another terminal, as the ledger told.
    pub signed_in: Option<String>,
    /// When the seller last had something sent at once.
    pub insisted_at: Option<Timestamp>,
    /// What is known of the connection, and since when.
    pub line: super::online::Line,
    /// When somebody last was at the keys.
    pub touched_at: Option<Timestamp>,
    /// When a time on the screen changes; `None`: no countdown in sight.
    pub clock_wake: Option<Timestamp>,
    /// The machine's clock when something last happened: that it was set back is seen by it.
    pub last_at: Option<Timestamp>,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Who we are selling as; `None` at the first start.
    pub shop: Option<Shop>,
    /// The screen.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// A message.
    pub toast: Option<Toast>,
    /// When it was last said that a link is paid.
    pub paid_told_at: Option<Timestamp>,
    /// The network.
    pub net: Net,
    /// The backend's clock minus ours, in seconds, when it's enough to be told.
    pub clock_off_by: Option<i64>,
    /// Step 1.
    pub dashboard: Dashboard,
    /// Steps 2 to 5.
    pub wizard: Wizard,
    /// The link on screen.
    pub link: Option<LinkScreen>,
    /// How its QR code is drawn.
    pub qr: QrWish,
    /// All links.
    pub list: ListScreen,
    /// The form for an account.
    pub set_up: SetUpForm,
    /// The tracker.
    pub tracking: Tracking,
    /// What the seller chose last time and the config doesn't say.
    pub defaults: Defaults,
    /// A draft that may have become a link just before the program ended last time: taken up again
    /// only when the ledger has no such link, so that nothing is sold twice.
    pub doubtful: Option<Box<Draft>>,
    /// The ledger was asked for a draft that nobody is at.
    pub looking_for_draft: bool,
    /// Where Esc on the link screen goes.
    pub came_from: Screen,
    /// The decimal mark of the seller's language, for numbers that are filled in as if they had been typed.
    pub decimal_mark: char,
    /// The letter that says yes in the seller's language; `y` does in every one.
    pub yes: char,
    /// The app is ending; vital effects are waited for.
    pub quitting: bool,
}

/// Everything is laid out for 80 × 24; a row less (a status line of tmux) is put up with. Below that fields would be
/// out of sight and amounts cut off, and the screen says instead how large it must be.
pub const LEAST: (u16, u16) = (80, 23);

/// Whether a terminal of so many columns and rows shows nothing but that it is too small.
#[must_use]
pub const fn too_small(size: (u16, u16)) -> bool {
    size.0 < LEAST.0 || size.1 < LEAST.1
}

impl Model {
    /// Now by the backend's clock, as far as it is told to differ.
    #[must_use]
    pub fn backend_now(&self, now: &Now) -> Timestamp {
        let off = SignedDuration::from_secs(self.clock_off_by.unwrap_or(0));
        now.at.checked_add(off).unwrap_or(now.at)
    }

    /// The reference of the sale that was taken out of the outbox and waits as a draft.
    #[must_use]
    pub fn waited(&self) -> Option<&str> {
        let drafts = std::iter::once(&self.wizard.draft).chain(self.doubtful.as_deref());
        drafts.into_iter().find(|d| d.waited).map(|d| d.reference.trim())
    }

    /// Where the next key means something.
    #[must_use]
    pub fn context(&self) -> Context {
        match &self.overlay {
            Some(Overlay::Help { .. }) => Context::Help,
            Some(Overlay::Confirm(_)) => Context::Confirm,
            None => self.beneath(),
        }
    }

    /// Where the next key would mean something if nothing lay over the screen.
    #[must_use]
    pub const fn beneath(&self) -> Context {
        match self.screen {
            Screen::Welcome => Context::Welcome,
            Screen::SetUp => Context::SetUp,
            Screen::Dashboard => Context::Dashboard,
            Screen::Payment => Context::Payment,
            Screen::Products => Context::Products,
            Screen::Order => Context::Order,
            Screen::Delivery => Context::Delivery,
            Screen::Link => Context::Link,
            Screen::QrFull => Context::QrFull,
            Screen::List => Context::List,
        }
    }

    /// Which of the five steps is shown, from 0; `None` on other screens.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        STEPS.iter().position(|s| *s == self.screen)
    }
}

/// What a click can hit. Drawing says where each one lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field of a step: focus it, and put the caret there (columns from the field's left end).
    Field(FieldId),
    /// One choice of a field that has several: `FieldId::Expiry`, 2.
    Choice(FieldId, usize),
    /// A row of the dashboard or the list, counted from the first of all.
    Row(usize),
    /// A step in the stepper.
    Step(usize),
    /// Something in the footer.
    Do(Action),
}
