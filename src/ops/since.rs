//! Since when something of a link may be at the backend, by the backend's clock. Where nobody knows when its request first
//! went out (an earlier version has sent it, or the backend told no time), what this machine's clock told when the link
//! was made is all there is, and that may have been wrong.

use jiff::{SignedDuration, Timestamp};

use super::backend_now;
use crate::domain::link::Link;
use crate::ports::Ports;

/// The backend's clock, its records and what is known here of both differ by less.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
/// A clock that nobody has put right is hardly more wrong than this.
const WRONG_CLOCK: SignedDuration = SignedDuration::from_hours(24);

/// When the link was made: the earlier of what the clock told, and what it would have told if it was wrong then by as
/// much as it is now.
fn made(ports: &Ports, link: &Link) -> Timestamp {
    let put_right = link.created_at.checked_add(ports.gateway.clock_skew());
    put_right.map_or(link.created_at, |at| at.min(link.created_at))
}

/// From when on its sessions are searched for.
pub(super) fn searched(ports: &Ports, link: &Link, first_sent: Option<Timestamp>) -> Timestamp {
    first_sent.unwrap_or_else(|| made(ports, link).min(backend_now(ports)))
}

/// A payment that was begun before this is none of the link's: its reference was used before. `None`: nobody can tell.
pub(super) fn paid(ports: &Ports, link: &Link, first_sent: Option<Timestamp>) -> Option<Timestamp> {
    if let Some(sent) = first_sent {
        return sent.checked_sub(SLACK).ok();
    }
    let made = made(ports, link);
    // A link from the future was made by a clock that was wrong.
    if made > backend_now(ports) { None } else { made.checked_sub(WRONG_CLOCK).ok() }
}
