//! The first config file: written once, with what the seller said and no defaults, never over another. A profile
//! more is put into a file that is there, and nothing else in it changes.

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

/// Where the secret is looked for, which isn't the config.
const SECRET: &str = "# The client secret is not in here: it comes from the system keyring (`paylink login`), from\n\
                      # PAYLINK_CLIENT_SECRET or from client_secret_command.\n";

/// Why no config was written.
#[derive(Debug)]
pub enum WriteError {
    /// There is one already.
    Exists(PathBuf),
    /// The file or its folder can't be made.
    Io(PathBuf, io::Error),
}

/// A profile was put into a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// It is what paylink starts with from now on: there was nothing but the sandbox before.
    pub default: bool,
}

/// The text of a first config.
#[must_use]
pub fn text(first: &FirstConfig) -> String {
    let mut profiles = Table::new();
    profiles.set_implicit(true);
    profiles[&first.profile] = Item::Table(table(first));
    let mut doc = DocumentMut::new();
    doc["default_profile"] = value(first.profile.as_str());
    doc["profiles"] = Item::Table(profiles);
    // Whether there is a keyring shows only later, and the sandbox has no secret.
    let secret = if first.sandbox { "" } else { SECRET };
    format!("# All keys are explained in config.example.toml.\n{secret}{doc}")
}

/// The keys of a profile.
fn table(first: &FirstConfig) -> Table {
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
    profile
}

/// Puts a profile into the config at `path`, which stays as it is otherwise, remarks and all. Where it had nothing
/// but the sandbox, the new one is what paylink starts with.
///
/// # Errors
/// There's a profile of that name already, or the file can't be read or written.
pub fn add_profile(path: &Path, first: &FirstConfig) -> Result<Added, WriteError> {
    let io = |e: io::Error| WriteError::Io(path.to_path_buf(), e);
    // The file itself, also where the name leads to it from elsewhere.
    let place = fs::canonicalize(path).map_err(io)?;
    let before = fs::read_to_string(&place).map_err(io)?;
    let odd = |_| io(io::Error::from(io::ErrorKind::InvalidData));
    let mut doc: DocumentMut = before.parse().map_err(odd)?;
    let profiles = doc.entry("profiles").or_insert_with(|| {
        let mut profiles = Table::new();
        profiles.set_implicit(true);
        Item::Table(profiles)
    });
    let Some(profiles) = profiles.as_table_like_mut() else {
        return Err(io(io::Error::from(io::ErrorKind::InvalidData)));
    };
    if profiles.contains_key(&first.profile) {
        return Err(WriteError::Exists(path.to_path_buf()));
    }
    let is_sandbox = |profile: &Item| profile.get("sandbox").and_then(Item::as_bool) == Some(true);
    let default = profiles.iter().all(|(_, profile)| is_sandbox(profile));
    profiles.insert(&first.profile, Item::Table(table(first)));
    if default {
        doc["default_profile"] = value(first.profile.as_str());
    }
    let mut draft = place.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(draft);
    let rights = fs::metadata(&place).map_err(io)?.permissions();
    let written = write_private(&draft, doc.to_string().as_bytes())
        .and_then(|()| fs::set_permissions(&draft, rights))
        .and_then(|()| fs::rename(&draft, &place));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map_err(io)?;
    Ok(Added { default })
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

/// Writes a first config to `path` once more: `before` is what was written there by an earlier try.
///
/// # Errors
/// There's a file with something else, or it can't be written.
pub fn write_again(path: &Path, first: &FirstConfig, before: Option<&str>) -> Result<(), WriteError> {
    let ours = before.is_some_and(|before| fs::read_to_string(path).is_ok_and(|there| there == before));
    if ours && before != Some(text(first).as_str()) {
        fs::remove_file(path).map_err(|e| WriteError::Io(path.to_path_buf(), e))?;
    } else if ours {
        return Ok(());
    }
    write_first(path, first)
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
        for place in ["keyring", "PAYLINK_CLIENT_SECRET", "client_secret_command"] {
            assert!(text.contains(place), "{text}");
        }
        let config = crate::config::file::parse(&text, Path::new("x.toml")).unwrap();
        assert_eq!(config.default_profile.as_deref(), Some("fair"));
        let profile = &config.profiles["fair"];
        assert_eq!(profile.account_id.as_deref(), Some("T12345678"));
        assert_eq!(profile.checkout_url.as_ref().map(|u| u.as_str()), Some("http://127.0.0.1:9/"));
        assert!(profile.currency.is_none());
    }

    #[test]
    fn the_sandbox_is_told_of_no_secret() {
        let text = text(&FirstConfig { sandbox: true, ..first() });
        assert!(!text.contains("secret"), "{text}");
        assert!(crate::config::file::parse(&text, Path::new("x.toml")).unwrap().profiles["fair"].sandbox);
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

    #[test]
    fn a_profile_more_leaves_the_rest_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let before = "# mine\ndefault_profile = \"play\" # for now\n\n[profiles.play]\nsandbox = true\n\n[ui]\nlanguage = \"nb\"\n";
        fs::write(&path, before).unwrap();
        assert_eq!(add_profile(&path, &first()).unwrap(), Added { default: true });
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# mine\n") && text.contains("[profiles.play]\nsandbox = true"), "{text}");
        let config = crate::config::file::parse(&text, &path).unwrap();
        assert_eq!(config.default_profile.as_deref(), Some("fair"));
        assert_eq!(config.profiles["fair"].account_id.as_deref(), Some("T12345678"));
        assert!(config.profiles["play"].sandbox);
        // With an account in it already the choice is the seller's.
        let other = FirstConfig { profile: "other".into(), ..first() };
        assert_eq!(add_profile(&path, &other).unwrap(), Added { default: false });
        let config = crate::config::file::parse(&fs::read_to_string(&path).unwrap(), &path).unwrap();
        assert_eq!((config.default_profile.as_deref(), config.profiles.len()), (Some("fair"), 3));
        assert!(matches!(add_profile(&path, &other), Err(WriteError::Exists(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
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
