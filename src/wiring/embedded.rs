//! The sandbox inside of paylink: for the demo, and for a profile that says `sandbox = true`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::sandbox::{Config, Running, SandboxError};

/// The sandbox's state, kept for a profile.
const STATE: &str = "sandbox.json";
/// Held by the process that serves it.
const LOCK: &str = "sandbox.lock";
/// Where the others find it.
const PLACE: &str = "sandbox-place.json";

/// A sandbox that this process, or another paylink beside it, serves.
pub struct Embedded {
    /// The API, on loopback.
    pub api_url: Url,
    /// What links begin with: another address only where phones nearby are to reach the page.
    pub link_url: Url,
    /// The account.
    pub account_id: String,
    /// The client.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
    /// Served by this process while it lives.
    _running: Option<Running>,
    /// Held as long as it is served.
    _lock: Option<File>,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// It doesn't start.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// Its files in the data folder can't be used.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There's no network to be reached from.
    #[error("this machine has no address on a local network: connect it, or leave out --lan")]
    NoLan,
    /// Its address is none.
    #[error("the sandbox's address can't be used: {0}")]
    Address(#[from] url::ParseError),
}

/// Where a kept sandbox is served.
#[derive(Serialize, Deserialize)]
struct Place {
    url: String,
    account_id: String,
    client_id: String,
    client_secret: String,
}

impl Embedded {
    /// A sandbox with throw-away data. `lan`: its page is reachable from phones nearby.
    ///
    /// # Errors
    /// It doesn't start, or there is no local network.
    pub async fn throw_away(lan: bool) -> Result<Self, EmbeddedError> {
        let ip = if lan { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::LOCALHOST) };
        if lan && crate::sandbox::lan_address().is_none() {
            return Err(EmbeddedError::NoLan);
        }
        let running =
            Running::start(SocketAddr::new(ip, 0), Config { zone: TimeZone::system, ..Config::new() })
                .await?;
        Self::of(running, None)
    }

    /// The sandbox whose state is kept in `data_dir`. The first process serves it, the others find it
    /// there. Links keep working after a restart, because the port is taken again where it can be.
    ///
    /// # Errors
    /// Its files can't be used, or it doesn't start.
    pub async fn kept(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let at = |name: &str| data_dir.join(name);
        let failed = |path: PathBuf| move |source| EmbeddedError::File { path, source };
        let lock = private(&at(LOCK)).map_err(failed(at(LOCK)))?;
        let place: Option<Place> =
            std::fs::read(at(PLACE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if lock.try_lock().is_err()
            && let Some(place) = place
        {
            let url = Url::parse(&place.url)?;
            return Ok(Self {
                api_url: url.clone(),
                link_url: url,
                account_id: place.account_id,
                client_id: place.client_id,
                client_secret: place.client_secret.into(),
                _running: None,
                _lock: None,
            });
        }
        let config = || Config { data: Some(at(STATE)), zone: TimeZone::system, ..Config::new() };
        let port = place.and_then(|p| Url::parse(&p.url).ok()?.port()).unwrap_or(0);
        let home = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let running = match Running::start(home(port), config()).await {
            Err(SandboxError::Listen { .. }) if port != 0 => Running::start(home(0), config()).await?,
            other => other?,
        };
        let this = Self::of(running, Some(lock))?;
        this.tell(&at(PLACE)).map_err(failed(at(PLACE)))?;
        Ok(this)
    }

    fn of(running: Running, lock: Option<File>) -> Result<Self, EmbeddedError> {
        let sandbox = running.sandbox();
        Ok(Self {
            api_url: Url::parse(&format!("http://127.0.0.1:{}", running.address().port()))?,
            link_url: Url::parse(running.url())?,
            account_id: sandbox.account_id().to_owned(),
            client_id: sandbox.client_id().to_owned(),
            client_secret: sandbox.client_secret().to_owned().into(),
            _running: Some(running),
            _lock: lock,
        })
    }

    /// Writes where it is: a new file put in place of the old one, so that nobody reads half of it.
    fn tell(&self, path: &Path) -> io::Result<()> {
        let place = Place {
            url: self.api_url.to_string(),
            account_id: self.account_id.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.expose_secret().to_owned(),
        };
        let fresh = path.with_extension("new");
        // A left-over of a process that was killed in the middle.
        if let Err(error) = std::fs::remove_file(&fresh)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = private(&fresh)?;
        file.write_all(&serde_json::to_vec(&place)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    }
}

/// Opens or makes a file that nobody else may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
