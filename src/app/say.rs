//! What the app has to say to the seller: a closed list. The words are the language files'.

use super::msg::{SetUpTrouble, Waited};
use crate::domain::cause::Cause;
use crate::domain::link::{Alarm, DeliveryStatus};
use crate::ports::{Fault, LedgerError};

/// A message for the seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// The link was copied.
    Copied,
    /// It could not be copied by the system; the terminal was asked (OSC 52).
    CopiedByTerminal,
    /// The mail program was opened.
    MailOpened,
    /// No mail program: the text can be copied.
    NoMailProgram,
    /// The mail's text was copied.
    MailCopied,
    /// No room for a code against glare.
    QrNotStrong,
    /// No room for a code of full blocks.
    QrNoBlocks,
    /// No browser was found.
    NoBrowser,
    /// A line was removed; Ctrl-Z brings it back.
    LineRemoved,
    /// The line is back.
    LineBack,
    /// No more lines than an order may have.
    TooManyLines,
    /// A field takes only so much text: the rest was left out.
    TextCut,
    /// A link whose mail is to be sent was made while another screen was open.
    MailWaits {
        /// Its reference.
        reference: String,
    },
    /// Nothing to bring back.
    NothingToUndo,
    /// The pasted text had too many lines; none was taken.
    PasteTooLong {
        /// How many lines it had.
        lines: usize,
    },
    /// That link was paid, and others since the seller last had time to read it.
    Paid {
        /// Its reference.
        reference: String,
        /// How many others.
        more: usize,
    },
    /// A person must deal with that link.
    Alarm {
        /// Its reference.
        reference: String,
        /// Why.
        alarm: Alarm,
    },
    /// So many links need a person, more than are known one by one, and there is one more.
    MoreAlarms(u64),
    /// That link came to another end.
    Ended {
        /// Its reference.
        reference: String,
        /// Its state.
        state: crate::domain::link::LinkState,
    },
    /// It was to be changed, and is being sent just now, or may have been sent.
    NotTakenBack {
        /// Its reference.
        reference: String,
    },
    /// What was to be taken back has gone out meanwhile.
    WentOut {
        /// Its reference.
        reference: String,
    },
    /// What came of a request that waited, and was to be sent or taken out of the outbox.
    Waited {
        /// The link's reference.
        reference: String,
        /// The link's state by then.
        state: crate::domain::link::LinkState,
        /// What came of it.
        waited: Waited,
    },
    /// The link was withdrawn.
    Cancelled,
    /// What was not at the backend was given up.
    Dropped,
    /// It can't be withdrawn: money is held or taken.
    HasMoney,
    /// It had ended already.
    AlreadyEnded,
    /// Not now; it's tried again by itself.
    Later(Fault),
    /// The backend said no.
    Refused(Fault),
    /// What became of the message.
    Message(DeliveryStatus),
    /// The sandbox's customer could not do that, and why.
    CannotPlay(Cause),
    /// The ledger can't be used: one line.
    Ledger(LedgerError),
    /// The draft was thrown away.
    DraftCleared,
    /// A draft was found and taken up again.
    DraftResumed,
    /// A sale that waited to be sent was taken out of the outbox: it is to be made anew.
    TakenBack {
        /// Its reference.
        reference: String,
    },
    /// That key does nothing here and now, and why is plain: no link address yet.
    NoAddressYet,
    /// The link can't be paid any more (or not now): its address is not handed out.
    NotPayable,
    /// Signing in failed.
    SignedOut,
    /// The set-up did not work.
    SetUpFailed(SetUpTrouble),
    /// There is no link chosen.
    NothingChosen,
    /// Something on this step is to be mended first.
    MendFirst,
    /// The draft was sold in another state: what is typed here is a sale of its own from now on.
    AnotherSale {
        /// The reference of the link that there is.
        reference: String,
    },
    /// The reference that was proposed is another now, because the first one was taken meanwhile.
    ReferenceTaken,
}
