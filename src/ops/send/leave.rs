//! The last moment before the request of a link goes out, when all that it needs is there: a process that was stopped
//! meanwhile finds out here that the link is somebody else's by now, and when it first went out is written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::cause::{Cause, Plain};
use crate::ops::claim::Claim;
use crate::ops::on_ledger;
use crate::ports::{Fault, FaultKind, Ports, Sending};

/// Whether the claim turned out to have gone to somebody else.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Whether it has.
    pub(super) fn has(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A request for this claim. It goes out only while the claim is ours and young; `gone` then says which of the two it
/// was.
pub(super) fn sending(ports: &Ports, claim: &Claim, gone: &Gone) -> Sending {
    let (ports, entry, time, gone) = (ports.clone(), claim.entry.clone(), claim.time(), gone.clone());
    Sending::by(Box::new(move || {
        let (ports, entry, gone) = (ports.clone(), entry.clone(), gone.clone());
        Box::pin(async move {
            let noted = on_ledger(&ports, move |ledger| ledger.note_sending(&entry)).await;
            let cause = match noted {
                // Not sooner: writing it down may have taken a while, too.
                Ok(true) if !time.left().is_zero() => return Ok(()),
                Ok(true) => Cause::Plain(Plain::NoTimeLeft),
                Ok(false) => {
                    gone.0.store(true, Ordering::SeqCst);
                    Cause::Plain(Plain::NoTimeLeft)
                }
                // What can't be written down isn't sent.
                Err(error) => Cause::theirs(error.to_string()),
            };
            Err(Fault::new(FaultKind::NotSent, cause))
        })
    }))
}
