//! What the app wants done: data, carried out by the runtime.

use jiff::Timestamp;

use super::draft::{Defaults, Draft};
use super::model::{ListFilter, QrWish};
use super::msg::{Seen, Timer};
use crate::domain::link::{Alarm, LinkId};
use crate::domain::sale::Sale;
use crate::ports::{OrderId, OutboxKind};

/// Something to be done. Those that [`is_vital`](Effect::is_vital) are waited for when the app ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read rows, totals, outbox and what is to be followed.
    LoadDashboard,
    /// The same, if the ledger is not as it was seen: reading ten thousand open links after every round would
    /// cost more than the round.
    LoadIfChanged(Seen),
    /// Read what is remembered, and take up a draft of last time.
    LoadRemembered,
    /// Is there a draft that nobody is at any more, but for these?
    LookForDraft(Vec<LinkId>),
    /// Keep the draft under its id. Carried out in the order given, and before a
    /// [`Submit`](Effect::Submit) that follows: an old draft never overtakes a newer one, and a
    /// sale's draft says under which id it is being kept before it is.
    KeepDraft(Box<Draft>),
    /// Forget the draft with this id, which is sold or thrown away. In order with [`KeepDraft`](Effect::KeepDraft).
    ForgetDraft(LinkId),
    /// Remember what the seller chose.
    KeepDefaults(Defaults),
    /// Remember how the QR code is drawn.
    KeepQr(QrWish),
    /// Propose a reference.
    ProposeReference,
    /// Is this reference used?
    CheckReference(String),
    /// Sign in anew, although we were turned away a moment ago.
    SignIn,
    /// Read the payment profile, or take it from memory: that tells nothing of the connection.
    LoadProfile,
    /// Find out whether the backend answers. By the payment profile: what it tells is of use for the next sale, and the
    /// connection stays warm for it.
    Knock,
    /// Keep the sale durably under this id, then send it. With the moment that its time to be paid is counted from.
    Submit(LinkId, Box<Sale>, Timestamp),
    /// Read a link.
    LoadLink(LinkId),
    /// Send what is due in the outbox; with an id: this link now, due or not.
    Flush(Option<LinkId>),
    /// Send now what waits to be done with a link that is at the backend, this first.
    SendWaiting(LinkId, OutboxKind),
    /// Take out of the outbox what waits to be done with a link that is at the backend: these orders, oldest first.
    Drop(LinkId, Vec<(OutboxKind, OrderId)>),
    /// Send all that waits and needs no decision, due or not.
    SendAll,
    /// Send an uncertain link again, on the seller's word.
    SendAgain(LinkId),
    /// Make a link that was refused all the same.
    SendRefused(LinkId),
    /// Drop a link that was never sent.
    Withdraw(LinkId),
    /// Take a link that was never sent out of the outbox, to be changed in this draft. The draft is kept first, so that the
    /// sale is the one or the other at any moment; where the link can't be taken out, the draft is forgotten.
    Change(LinkId, Box<Draft>),
    /// Withdraw a link at the backend.
    Cancel(LinkId),
    /// Ask the backend.
    Track {
        /// These in one request.
        batch: Vec<LinkId>,
        /// These one by one.
        singles: Vec<LinkId>,
    },
    /// Search the ledger.
    Find {
        /// The question's number.
        ticket: u64,
        /// Words.
        search: String,
        /// States.
        filter: ListFilter,
        /// From this row on.
        offset: u32,
    },
    /// Copy to the clipboard, the system's and the terminal's (OSC 52).
    Copy(String),
    /// Open the mail program with the link's mail.
    OpenMail(LinkId),
    /// Copy the link's mail as text.
    CopyMail(LinkId),
    /// Open the page in the browser.
    OpenPage(String),
    /// The seller has dealt with these alarms of the link.
    Settle(LinkId, Vec<Alarm>),
    /// Play the customer in the sandbox.
    Play(String, Play),
    /// Try the account and, if it works, write config and secret.
    SetUp(Box<SetUp>),
    /// Write the config for the sandbox and start it.
    UseSandbox,
    /// Wake me then; replaces an earlier one of its kind.
    Wake(Timer, Timestamp),
    /// Forget that timer.
    Unwake(Timer),
    /// Ring the bell (and tell the desktop): paid.
    Bell,
    /// Draw everything anew.
    Redraw,
    /// Into the background.
    Suspend,
    /// The end.
    Quit,
}

impl Effect {
    /// Whether the end waits for it.
    #[must_use]
    pub const fn is_vital(&self) -> bool {
        matches!(
            self,
            Self::KeepDraft(_)
                | Self::ForgetDraft(_)
                | Self::KeepDefaults(_)
                | Self::KeepQr(_)
                | Self::Submit(..)
                | Self::Withdraw(_)
                | Self::Cancel(_)
                | Self::Change(..)
                | Self::Drop(..)
                | Self::Settle(..)
        )
    }

    /// Whether vital effects after it need not wait for it: it may ask the backend, and what is typed and sold
    /// meanwhile is kept at once.
    #[must_use]
    pub const fn may_take_long(&self) -> bool {
        matches!(self, Self::Withdraw(_) | Self::Cancel(_) | Self::Change(..) | Self::Drop(..))
    }
}

/// What the played customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Play {
    /// Opens the link.
    Open,
    /// Pays.
    Pay,
    /// Declines.
    Decline,
}

/// An account as typed at the first start.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUp {
    /// `T12345678`.
    pub account_id: String,
    /// The API client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// Where the customer lands after paying.
    pub return_url: String,
}

impl std::fmt::Debug for SetUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetUp").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}
