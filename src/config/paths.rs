//! Where the config file and the data folder are on this platform.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The places that the platform has for paylink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// The folder of the config file.
    pub config: PathBuf,
    /// The folder of ledger and logs.
    pub data: PathBuf,
}

/// The name of the config file in its folder.
pub const CONFIG_FILE: &str = "config.toml";

impl Platform {
    /// This machine's places; none without a home folder.
    #[must_use]
    pub fn here() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "paylink")?;
        Some(Self { config: dirs.config_dir().to_path_buf(), data: dirs.data_local_dir().to_path_buf() })
    }
}
