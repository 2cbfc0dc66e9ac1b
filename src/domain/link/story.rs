//! What happens to a link.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened to a link, for the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The seller asked for it: it is in the ledger.
    Drafted,
    /// The backend made the session.
    Created,
    /// The SMS or push was handed over.
    MessageSent,
    /// The backend skipped the message.
    MessageSkipped,
    /// The message failed.
    MessageFailed,
    /// The mail program was opened with the mail.
    MailOpened,
    /// Somebody or something opened the page.
    Opened,
    /// The customer filled in an address.
    AddressGiven,
    /// A payment was begun.
    Paying,
    /// One attempt failed; the link still works.
    AttemptFailed,
    /// The customer is no longer in the middle of paying: paid, gave up or went back. What came of
    /// it is told by the events beside it.
    PayingEnded,
    /// The provider is checking.
    OnHold,
    /// The money is reserved.
    Authorized,
    /// The money is withdrawn.
    Captured,
    /// Part of the money is withdrawn.
    PartiallyCaptured,
    /// The customer said no.
    Declined,
    /// The payment failed.
    Failed,
    /// The link's time is over.
    Expired,
    /// The link was withdrawn.
    Cancelled,
    /// The reservation was released.
    Voided,
    /// Money went back, all of it.
    Refunded,
    /// Money went back, a part.
    PartiallyRefunded,
    /// The outcome of sending it is unknown.
    Uncertain,
    /// It had been made after all, and was found.
    Found,
    /// The backend refused it.
    Refused,
    /// It could not be withdrawn.
    CancelRefused,
    /// The money could not be withdrawn.
    CaptureRefused,
    /// The reservation could not be released.
    VoidRefused,
    /// The money could not be given back.
    RefundRefused,
    /// An alarm was raised; its word ([`Alarm::word`]) is the event's `detail`. It stays in the story
    /// after a person has dealt with it, so that the same alarm is not raised twice.
    Alarm,
    /// What an alarm was about is no longer so, and it was taken off without a person; its word is the event's
    /// `detail`. From then on it can be raised again.
    AlarmOver,
    /// A word of the backend that we don't know; the word is the event's `detail`.
    Other,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 32] = [
        Self::Drafted,
        Self::Created,
        Self::MessageSent,
        Self::MessageSkipped,
        Self::MessageFailed,
        Self::MailOpened,
        Self::Opened,
        Self::AddressGiven,
        Self::Paying,
        Self::AttemptFailed,
        Self::PayingEnded,
        Self::OnHold,
        Self::Authorized,
        Self::Captured,
        Self::PartiallyCaptured,
        Self::Declined,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Voided,
        Self::Refunded,
        Self::PartiallyRefunded,
        Self::Uncertain,
        Self::Found,
        Self::Refused,
        Self::CancelRefused,
        Self::CaptureRefused,
        Self::VoidRefused,
        Self::RefundRefused,
        Self::Alarm,
        Self::AlarmOver,
        Self::Other,
    ];

    /// How far the sale had come by then: what is earlier in one can't have come after what is later in it.
    const fn stage(self) -> u8 {
        match self {
            Self::Drafted => 0,
            Self::Uncertain | Self::Refused => 1,
            Self::Created | Self::Found => 2,
            Self::MessageSent | Self::MessageSkipped | Self::MessageFailed | Self::MailOpened => 3,
            Self::Opened => 4,
            Self::AddressGiven => 5,
            Self::Paying | Self::AttemptFailed | Self::PayingEnded => 6,
            Self::OnHold => 7,
            Self::Authorized => 8,
            Self::Captured
            | Self::PartiallyCaptured
            | Self::Declined
            | Self::Failed
            | Self::Expired
            | Self::Cancelled
            | Self::Voided
            | Self::Refunded
            | Self::PartiallyRefunded
            | Self::CancelRefused
            | Self::CaptureRefused
            | Self::VoidRefused
            | Self::RefundRefused => 9,
            Self::Alarm | Self::AlarmOver | Self::Other => 10,
        }
    }

    /// The word in `--json` and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Created => "created",
            Self::MessageSent => "message_sent",
            Self::MessageSkipped => "message_skipped",
            Self::MessageFailed => "message_failed",
            Self::MailOpened => "mail_opened",
            Self::Opened => "opened",
            Self::AddressGiven => "address_given",
            Self::Paying => "paying",
            Self::AttemptFailed => "attempt_failed",
            Self::PayingEnded => "paying_ended",
            Self::OnHold => "on_hold",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::PartiallyCaptured => "partially_captured",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Uncertain => "uncertain",
            Self::Found => "found",
            Self::Refused => "refused",
            Self::CancelRefused => "cancel_refused",
            Self::CaptureRefused => "capture_refused",
            Self::VoidRefused => "void_refused",
            Self::RefundRefused => "refund_refused",
            Self::Alarm => "alarm",
            Self::AlarmOver => "alarm_over",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// One event of a link's story.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkEvent {
    /// When, by the backend's clock where it told.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// More about it: the method, the reason. Cleaned text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The backend's id for it, so that it is kept once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}
/// Puts the story into the order in which it happened. Within a second the times tell little: some are the backend's and
/// some this machine's, and an answer comes after what it tells of.
pub fn in_order(events: &mut [LinkEvent]) {
    events.sort_by_key(|event| (event.at.as_second(), event.kind.stage(), event.at));
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn within_a_second_the_story_goes_as_a_sale_does() {
        let event = |ms: i64, kind| LinkEvent {
            at: Timestamp::from_millisecond(ms).unwrap(),
            kind,
            detail: None,
            key: None,
        };
        let mut story = vec![
            event(1_100, EventKind::Drafted),
            // The backend's time, and ours when the answer came.
            event(1_300, EventKind::MessageSent),
            event(1_900, EventKind::Created),
            event(2_000, EventKind::Authorized),
            event(2_400, EventKind::Paying),
            event(2_500, EventKind::AttemptFailed),
            event(2_600, EventKind::Paying),
            event(3_000, EventKind::Cancelled),
            event(2_700, EventKind::Opened),
        ];
        in_order(&mut story);
        assert_eq!(
            story.iter().map(|e| e.kind).collect::<Vec<_>>(),
            [
                EventKind::Drafted,
                EventKind::Created,
                EventKind::MessageSent,
                EventKind::Opened,
                EventKind::Paying,
                EventKind::AttemptFailed,
                EventKind::Paying,
                EventKind::Authorized,
                EventKind::Cancelled
            ]
        );
    }
}
