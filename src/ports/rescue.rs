//! What happened to a ledger that was damaged, or replaced by a backup.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Another file took the ledger's place; told for as long as the old one is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// Where the old file is kept.
    pub kept: PathBuf,
    /// A backup took its place; else it was damaged, and what could be read was saved.
    pub restored: bool,
    /// Links that the ledger had when that was done.
    pub saved: u64,
    /// Links that could not be read.
    pub lost: u64,
    /// Their references, as far as they're known.
    pub references: Vec<String>,
    /// Something else could not be read: part of a story, a setting.
    pub gaps: bool,
    /// Links whose requests about money were taken out: the seller looks at the payment and asks again.
    pub money: Vec<String>,
}

/// Under this key a ledger that is older than what happened keeps the ids, with spaces between, of links that were refused
/// in it and may have been sent since.
pub const DOUBTED: &str = "doubted-refused";
