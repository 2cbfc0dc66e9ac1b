//! The states of a link (contracts, 1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of a link: the words of contracts, 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Saved here, not sent yet.
    Queued,
    /// Being sent now.
    Creating,
    /// Maybe sent: being found out, or needs a decision.
    Uncertain,
    /// The backend said no.
    Refused,
    /// The customer has the link, not opened.
    Open,
    /// The customer (or a robot) has looked at it.
    Opened,
    /// The customer is in the middle of paying.
    Paying,
    /// The payment provider is checking.
    OnHold,
    /// Reserved, money not yet withdrawn.
    Authorized,
    /// Paid.
    Captured,
    /// Part of it withdrawn.
    PartiallyCaptured,
    /// The customer said no.
    Declined,
    /// The payment did not go through.
    Failed,
    /// Too late to pay.
    Expired,
    /// Withdrawn before it was paid.
    Cancelled,
    /// The reservation was released.
    Voided,
    /// Part of the money returned.
    PartiallyRefunded,
    /// All money returned.
    Refunded,
    /// Part withdrawn, part of that returned.
    PartiallyCapturedRefunded,
    /// The backend's own word is in the link's `reason`.
    Unknown,
}

impl LinkState {
    /// Every state, in the order of contracts, 1.
    pub const ALL: [Self; 20] = [
        Self::Queued,
        Self::Creating,
        Self::Uncertain,
        Self::Refused,
        Self::Open,
        Self::Opened,
        Self::Paying,
        Self::OnHold,
        Self::Authorized,
        Self::Captured,
        Self::PartiallyCaptured,
        Self::Declined,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Voided,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::PartiallyCapturedRefunded,
        Self::Unknown,
    ];

    /// The word of the contracts, as in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Creating => "creating",
            Self::Uncertain => "uncertain",
            Self::Refused => "refused",
            Self::Open => "open",
            Self::Opened => "opened",
            Self::Paying => "paying",
            Self::OnHold => "on_hold",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::PartiallyCaptured => "partially_captured",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::PartiallyCapturedRefunded => "partially_captured_refunded",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Not at the backend yet, or not known to be: the outbox has it.
    #[must_use]
    pub const fn in_outbox(self) -> bool {
        matches!(self, Self::Queued | Self::Creating | Self::Uncertain | Self::Refused)
    }

    /// The customer can still pay: the session is open at the backend.
    #[must_use]
    pub const fn payable(self) -> bool {
        matches!(self, Self::Open | Self::Opened | Self::Paying)
    }

    /// Money is held or taken (and not all given back).
    #[must_use]
    pub const fn has_money(self) -> bool {
        matches!(
            self,
            Self::Authorized
                | Self::Captured
                | Self::PartiallyCaptured
                | Self::PartiallyRefunded
                | Self::PartiallyCapturedRefunded
        )
    }

    /// The sale came to a good end for the seller: authorized is paid (contracts, 1, `--wait`).
    #[must_use]
    pub const fn paid(self) -> bool {
        matches!(self, Self::Authorized | Self::Captured | Self::PartiallyCaptured)
    }

    /// Over, without money changing hands for good. A declined or failed payment is an end too,
    /// because a session has at most one transaction (API, 3).
    #[must_use]
    pub const fn ended_unpaid(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Declined | Self::Failed | Self::Expired | Self::Cancelled | Self::Voided
        )
    }

    /// An end that may not have been one: clocks have told it, or a session without a payment, or it was withdrawn while
    /// one had begun (see [`Link::may_go_on`](super::Link::may_go_on)).
    #[must_use]
    pub const fn may_go_on(self) -> bool {
        matches!(self, Self::Expired | Self::Declined | Self::Failed | Self::Cancelled)
    }

    /// Nothing more happens by itself. `Authorized` is settled unless the link captures by itself
    /// (see [`Link::settled`]).
    #[must_use]
    pub const fn settled(self) -> bool {
        self.ended_unpaid()
            || matches!(
                self,
                Self::Authorized
                    | Self::Captured
                    | Self::PartiallyCaptured
                    | Self::PartiallyRefunded
                    | Self::Refunded
                    | Self::PartiallyCapturedRefunded
            )
    }

    /// Whether a reference in this state is taken: live or paid (contracts, 1). Those that ended
    /// without money, or whose money went back, may be used again.
    #[must_use]
    pub const fn holds_reference(self) -> bool {
        !self.ended_unpaid() && !matches!(self, Self::Refunded)
    }
}

impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
