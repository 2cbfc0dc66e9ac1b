//! The config file, the environment and the options of a run, made into one [`Config`] (contracts, 2).
//!
//! This room knows the domain and nothing else: the environment comes in as data ([`layer::Env`]), so that
//! tests never touch the process's own. What is wrong in a file is told in one line with file, line and key.

pub mod file;
pub mod language;
pub mod layer;
pub mod locate;
pub mod model;
pub mod paths;
pub mod write;

use std::path::PathBuf;

pub use layer::{Env, Options, Places};
pub use model::{Config, Profile, SecretFile, Theme, Ui};

/// Why there's no usable config. One line: what is wrong, where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key of the file.
    #[error("{file}, line {line}: {key}: {what}", file = .file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key with its tables, `profiles.fair.currency`.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// The text is not TOML at this place, and no key is near.
    #[error("{file}, line {line}: {what}", file = .file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The file as a whole.
    #[error("{file}: {what}", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is no config file at the default place.
    #[error("there is no config file at {}", .0.display())]
    Missing(PathBuf),
    /// An option or a variable of the environment.
    #[error("{source_name}: {what}")]
    Given {
        /// `--profile`, `PAYLINK_PROFILE`.
        source_name: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// There is no home folder to keep anything in.
    #[error("there is no home folder (HOME is not set): say where with {0}")]
    NoHome(&'static str),
}
