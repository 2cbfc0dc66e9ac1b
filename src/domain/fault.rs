//! What a failed request did at the backend: the one vocabulary for retries, words and exit statuses.

use serde::{Deserialize, Serialize};

/// What a failed request did at the backend. Everything else about sending once follows from this
/// (contracts, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Certainly did nothing, try again: no connection, a cut before the request was written, 408,
    /// 429, or no token for the same reasons.
    NotSent,
    /// May have been carried out: a time-out or cut after writing, 5xx, an answer that can't be read.
    Maybe,
    /// The backend said no, for good: a 4xx. Did nothing.
    Refused,
    /// There is no such thing: 404.
    NotFound,
    /// The credentials are wrong or missing: 401 with a new token too, or a refused token request.
    NotSignedIn,
    /// The account may not do this: 403.
    Forbidden,
    /// We ourselves would not send it or not believe the answer. With the fault's session id: the
    /// session exists, but its link is on a foreign host or isn't https, so withdraw it. Without:
    /// nothing was sent, because the backend could not prove who it is (a certificate).
    Untrusted,
}

impl FaultKind {
    /// A no for good: it did nothing, and trying again would bring the same answer.
    #[must_use]
    pub const fn is_no(self) -> bool {
        matches!(self, Self::Refused | Self::NotFound | Self::Forbidden)
    }
}
