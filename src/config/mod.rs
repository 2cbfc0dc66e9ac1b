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
pub mod wrong;

use std::path::PathBuf;

pub use layer::{Env, Options, Places};
pub use model::{Config, Profile, SecretFile, Theme, Ui};
pub use wrong::{Warning, Wrong};

/// Why there's no usable config: what is wrong, where. In words by `wiring/words/config.rs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A key of the file.
    Key {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key with its tables, `profiles.fair.currency`.
        key: String,
        /// What is wrong with it.
        what: Wrong,
    },
    /// The text is not TOML at this place, and no key is near.
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: Wrong,
    },
    /// The file as a whole.
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: Wrong,
    },
    /// There is no config file at the default place.
    Missing(PathBuf),
    /// An option or a variable of the environment.
    Given {
        /// `--profile`, `PAYLINK_PROFILE`.
        source_name: &'static str,
        /// What is wrong with it.
        what: Wrong,
    },
    /// There is no home folder to keep anything in.
    NoHome(&'static str),
}
