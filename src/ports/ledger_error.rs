//! Why the ledger could not do it. The words for a seller are found elsewhere; `Display` is for the log.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::domain::link::LinkId;
use crate::domain::reference::Reference;

/// Why the ledger could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The database or its folder can't be used.
    #[error("{}: {why}", path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        why: Unusable,
    },
    /// The database was written by a newer paylink.
    #[error("{} was written by a newer paylink (format {found}, this one knows {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The reference is used by a live or paid link.
    #[error("the reference {0} is already used by a live or paid link")]
    ReferenceUsed(Reference),
    /// One link's sale is not what paylink wrote there; all others are as they were.
    #[error("the ledger: the sale of link {link} can't be read (column {column})")]
    Unreadable {
        /// The link.
        link: LinkId,
        /// Where in it.
        column: usize,
    },
    /// A link with this id is kept already.
    #[error("the link {0} is already kept")]
    LinkKept(LinkId),
    /// Anything else of the database: a line for the log and for whoever mends it.
    #[error("the ledger: {0}")]
    Database(String),
}

/// What is wrong with the database or its folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It may be read, not written.
    #[error("can't be written")]
    NotWritable,
    /// The system refuses access.
    #[error("no permission to write here")]
    NoPermission,
    /// The disk is mounted for reading only.
    #[error("the disk is read-only")]
    ReadOnlyDisk,
    /// There's no room.
    #[error("the disk is full")]
    Full,
    /// A file stands where the folder should be.
    #[error("is not a folder")]
    NotAFolder,
    /// A folder stands where the database should be.
    #[error("is a folder where a file should be")]
    IsAFolder,
    /// It is a copy that would be overwritten with far fewer links than it has.
    #[error("has {links} links, far more than the {fewer} that would be in their place")]
    HasMore {
        /// In the copy.
        links: u64,
        /// In the ledger.
        fewer: u64,
    },
    /// There's no such file.
    #[error("is not there")]
    NotThere,
    /// It can't be made where it should be: the system keeps no files there, or a folder above it is gone.
    #[error("can't be made there")]
    CantMake,
    /// It's no database.
    #[error("is not a paylink database")]
    NotOurs,
    /// It's another program's database.
    #[error("is another program's database")]
    Foreign,
    /// It was ours, and parts of it can't be read.
    #[error("is damaged")]
    Damaged,
    /// The system doesn't open it.
    #[error("can't be opened")]
    CantOpen,
    /// Reading or writing fails.
    #[error("the disk reports an error while reading or writing it")]
    Io,
    /// Another program keeps it locked.
    #[error("another program has kept it locked for seconds")]
    Locked,
    /// Other paylinks have it open, and it's needed alone.
    #[error("is in use by another paylink")]
    InUse,
    /// Something is there already that must not be overwritten.
    #[error("is there already")]
    Exists,
    /// Anything else of the operating system: the kind of its error, and its own words, which name no
    /// person and no secret.
    #[error("{1}")]
    System(ErrorKind, String),
}

impl LedgerError {
    /// `path` can't be used.
    #[must_use]
    pub fn unusable(path: &Path, why: Unusable) -> Self {
        Self::Unusable { path: path.to_path_buf(), why }
    }

    /// Whether what couldn't be written now may be written later: the disk has room again, whoever holds the lock lets
    /// go of it, the disk is there again.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unusable {
                why: Unusable::NotWritable
                    | Unusable::NoPermission
                    | Unusable::ReadOnlyDisk
                    | Unusable::Full
                    | Unusable::NotThere
                    | Unusable::CantOpen
                    | Unusable::Io
                    | Unusable::Locked
                    | Unusable::System(..),
                ..
            }
        )
    }

    /// Whether nothing can be written there now, and what stands there may still be read.
    #[must_use]
    pub const fn keeps_nothing(&self) -> bool {
        matches!(
            self,
            Self::Unusable {
                why: Unusable::NotWritable
                    | Unusable::NoPermission
                    | Unusable::ReadOnlyDisk
                    | Unusable::Full
                    | Unusable::CantMake
                    | Unusable::CantOpen
                    | Unusable::Io,
                ..
            }
        )
    }

    /// Parts of the database can't be read.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Unusable { why: Unusable::Damaged | Unusable::NotOurs, .. })
    }
}
