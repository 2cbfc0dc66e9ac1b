//! The last moment before the request of a link goes out, when all that it needs is there: a process that was stopped
//! meanwhile finds out here that the link is somebody else's by now, or not to be made any more, and when it first went
//! out is written down.

use std::sync::{Arc, OnceLock};

use crate::domain::cause::{Cause, Plain};
use crate::ops::cancel::word;
use crate::ops::claim::Claim;
use crate::ops::on_ledger;
use crate::ports::{Fault, FaultKind, Ports, Sending};

/// Why a request may not go out any more, whatever is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The claim has gone to somebody else.
    Taken,
    /// The seller wants the link withdrawn.
    Withdrawn,
}

/// Whether it turned out that the request may not go out, and why.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone(Arc<OnceLock<Why>>);

impl Gone {
    /// Why, if it did.
    pub(super) fn why(&self) -> Option<Why> {
        self.0.get().copied()
    }
}

/// A request for this claim. It goes out only while the claim is ours and young, and the seller has not said to withdraw
/// the link; `gone` then says which of them it was, but for the time.
pub(super) fn sending(ports: &Ports, claim: &Claim, gone: &Gone) -> Sending {
    let (ports, entry, time, gone) = (ports.clone(), claim.entry.clone(), claim.time(), gone.clone());
    Sending::by(Box::new(move || {
        let (ports, entry, gone) = (ports.clone(), entry.clone(), gone.clone());
        Box::pin(async move {
            let noted = on_ledger(&ports, move |ledger| {
                if word::is_given(ledger, entry.link)? {
                    return Ok(Some(Why::Withdrawn));
                }
                Ok((!ledger.note_sending(&entry)?).then_some(Why::Taken))
            });
            let cause = match noted.await {
                // Not sooner: writing it down may have taken a while, too.
                Ok(None) if !time.left().is_zero() => return Ok(()),
                Ok(None) => Cause::Plain(Plain::NoTimeLeft),
                Ok(Some(why)) => {
                    gone.0.get_or_init(|| why);
                    Cause::Plain(Plain::NoTimeLeft)
                }
                // What can't be written down isn't sent.
                Err(error) => Cause::theirs(error.to_string()),
            };
            Err(Fault::new(FaultKind::NotSent, cause))
        })
    }))
}
