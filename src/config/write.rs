//! The first config file: written once, with what the seller said and no defaults, never over another.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, value};

use super::model::{API_URL, CHECKOUT_URL, PROFILE_ID};

/// What goes into a first config. Everything else has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstConfig {
    /// The profile's name.
    pub profile: String,
    /// The backend is paylink's own sandbox; account and client stay empty.
    pub sandbox: bool,
    /// The account.
    pub account_id: String,
    /// The API client.
    pub client_id: String,
    /// The Dintero payment profile.
    pub profile_id: Option<String>,
    /// Where the customer lands after paying.
    pub return_url: Option<String>,
    /// The seller's name.
    pub merchant_name: Option<String>,
    /// The API, if it isn't Dintero's own.
    pub api_url: Option<String>,
    /// The checkout, if it isn't Dintero's own.
    pub checkout_url: Option<String>,
}

/// Why no config was written.
#[derive(Debug)]
pub enum WriteError {
    /// There is one already.
    Exists(PathBuf),
    /// The file or its folder can't be made.
    Io(PathBuf, io::Error),
}

/// The text of a first config.
#[must_use]
pub fn text(first: &FirstConfig) -> String {
    let mut profile = Table::new();
    if first.sandbox {
        profile["sandbox"] = value(true);
    } else {
        profile["account_id"] = value(first.account_id.as_str());
        profile["client_id"] = value(first.client_id.as_str());
    }
    let optional = [
        ("profile_id", &first.profile_id, PROFILE_ID),
        ("return_url", &first.return_url, ""),
        ("merchant_name", &first.merchant_name, ""),
        ("api_url", &first.api_url, API_URL),
        ("checkout_url", &first.checkout_url, CHECKOUT_URL),
    ];
    for (key, said, default) in optional {
        if let Some(said) = said.as_deref().filter(|s| s.trim_end_matches('/') != default) {
            profile[key] = value(said);
        }
    }
    let mut profiles = Table::new();
    profiles.set_implicit(true);
    profiles[&first.profile] = Item::Table(profile);
    let mut doc = DocumentMut::new();
    doc["default_profile"] = value(first.profile.as_str());
    doc["profiles"] = Item::Table(profiles);
    format!(
        "# All keys are explained in config.example.toml. The client secret is in the system keyring.\n{doc}"
    )
}

/// Writes a first config to `path`, whole or not at all, readable by its owner alone.
///
/// # Errors
/// There's a file already, or it can't be written.
pub fn write_first(path: &Path, first: &FirstConfig) -> Result<(), WriteError> {
    let io = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Exists(path.to_path_buf()),
        _ => WriteError::Io(path.to_path_buf(), e),
    };
    if path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(path.to_path_buf()));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_private_folder(folder).map_err(io)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(draft);
    let written = write_private(&draft, text(first).as_bytes()).and_then(|()| publish(&draft, path));
    // The draft is a second name of the finished file, or what is left of a failure.
    let _ = fs::remove_file(&draft);
    written.map_err(io)
}

/// Gives the finished draft its name. A link fails where a file is, a rename would replace it.
fn publish(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
            // A file system without hard links: claim the name first, then put the whole file there.
            write_private(path, b"")?;
            fs::rename(draft, path)
        }
        done => done,
    }
}

/// Makes a folder (and those above it) that only its owner can enter; one that is there stays as it is.
///
/// # Errors
/// It can't be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Writes a new file that only its owner can read; one that is there is an error.
///
/// # Errors
/// It exists or can't be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> FirstConfig {
        FirstConfig {
            profile: "fair".into(),
            account_id: "T12345678".into(),
            client_id: "c-1".into(),
            api_url: Some("https://api.dintero.com/".into()),
            checkout_url: Some("http://127.0.0.1:9".into()),
            ..FirstConfig::default()
        }
    }

    #[test]
    fn it_holds_what_was_said_and_no_default() {
        let text = text(&first());
        assert!(!text.contains("api_url"), "{text}");
        let config = crate::config::file::parse(&text, Path::new("x.toml")).unwrap();
        assert_eq!(config.default_profile.as_deref(), Some("fair"));
        let profile = &config.profiles["fair"];
        assert_eq!(profile.account_id.as_deref(), Some("T12345678"));
        assert_eq!(profile.checkout_url.as_ref().map(|u| u.as_str()), Some("http://127.0.0.1:9/"));
        assert!(profile.currency.is_none());
    }

    #[test]
    fn it_never_replaces_a_file_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/config.toml");
        write_first(&path, &first()).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        let other = FirstConfig { profile: "other".into(), ..first() };
        assert!(matches!(write_first(&path, &other), Err(WriteError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        write_first(&path, &first()).unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
}
