//! How often the tracker asks.

/// When which link was last asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {}
