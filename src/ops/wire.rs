//! What went out and may still be on its way, or be carried out though nobody waits for it any more.

use std::time::Duration;

use jiff::Timestamp;

use super::backend_now;
use super::patience::counted;
use crate::domain::link::LinkId;
use crate::ports::{MoneySent, OutboxKind, Ports};

/// After this long a request that went out has arrived, or never will.
pub(super) const ON_THE_WIRE: Duration = Duration::from_secs(60);

/// A request goes out now, or has just ended: it may be carried out for a while after we stopped waiting for it.
pub(super) fn note(ports: &Ports, id: LinkId, kind: OutboxKind) {
    let now = counted();
    ports.underway.sent(id, kind, now, now + ON_THE_WIRE);
}

/// Whether what was `sent` may still arrive: by the backend's clock, which nobody here can set; by how long the machine
/// was awake since, whichever of its processes has sent it, because what had not left it when it fell asleep goes on
/// its way when it wakes; and as far as this process has counted since the request ended.
pub(super) fn may_arrive(ports: &Ports, id: LinkId, kind: OutboxKind, sent: &mut MoneySent) -> bool {
    let awake = ports.clock.awake().zip(sent.awake.as_ref()).and_then(|(now, then)| now.since(then));
    ago(ports, sent) < ON_THE_WIRE
        || awake.is_some_and(|awake| awake < ON_THE_WIRE)
        || ports.underway.on_the_wire(id, kind, counted())
}

/// How long ago it was sent, by the backend's clock as far as that is known. A clock that was set back must not make
/// anybody wait till then.
pub(super) fn ago(ports: &Ports, sent: &mut MoneySent) -> Duration {
    let (at, now): (&mut Timestamp, Timestamp) = match &mut sent.theirs {
        Some(theirs) => (theirs, backend_now(ports)),
        None => (&mut sent.at, ports.clock.now()),
    };
    *at = (*at).min(now);
    Duration::try_from(now.duration_since(*at)).unwrap_or_default()
}
