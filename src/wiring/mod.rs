//! The composition root: from a config to the concrete edges. The only file that names them.

mod customer;
pub mod embedded;
mod shelf;
mod words;
pub mod workplace;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;
use shelf::LedgerShelf;

use crate::app::model::Shop;
use crate::config::{Config, Env, Profile};
use crate::desktop::{Desktop, keyring, secret_command};
use crate::dintero::{ClientConfig, DinteroClient, HttpTransport, SecretSource};
use crate::domain::cause::Plain;
use crate::i18n::{Lang, Texts};
use crate::ledger::SqliteLedger;
pub use crate::ledger::{Overwrite, Restore, Restored};
use crate::ops::signed_in;
use crate::ports::{
    Clock as _, Gateway, Ledger, LedgerError, Persist, Ports, Rescue, SystemClock, Turns, Underway, Unusable,
};

pub use crate::desktop::keyring::KeyringError;
pub use crate::desktop::secret_command::CommandError;

/// Where a client secret was found. Earlier ones come before later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretOrigin {
    /// `PAYLINK_CLIENT_SECRET`.
    Environment,
    /// What the program of `client_secret_command` printed.
    Command,
    /// The system's keyring.
    Keyring,
    /// The config file itself.
    File,
}

impl SecretOrigin {
    /// The word for scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Command => "client_secret_command",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// Why there is no client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSecret {
    /// The program of `client_secret_command` gave none.
    Command(CommandError),
    /// The keyring can't be used, and there is none elsewhere.
    Keyring(KeyringError),
    /// There is none anywhere.
    Nowhere,
}

/// The client secret of `profile`: environment, then command, then keyring, then file. A command that
/// fails is told and not passed over: who names one wants to know. Waits for other programs.
///
/// # Errors
/// There is none.
pub fn secret(profile: &Profile, env: &Env) -> Result<(SecretString, SecretOrigin), NoSecret> {
    if let Some(secret) = &env.client_secret {
        return Ok((secret.clone(), SecretOrigin::Environment));
    }
    if let Some(command) = &profile.client_secret_command {
        return secret_command::run(command)
            .map(|secret| (secret, SecretOrigin::Command))
            .map_err(NoSecret::Command);
    }
    // A secret in the file needs no keyring, and one that hangs would hold everything up.
    let kept = match (keyring::get(&profile.keyring_user()), &profile.client_secret) {
        (Ok(Some(secret)), _) => return Ok((secret, SecretOrigin::Keyring)),
        (_, Some(file)) => return Ok((file.0.clone(), SecretOrigin::File)),
        (kept, None) => kept,
    };
    Err(match kept {
        Err(error) => NoSecret::Keyring(error),
        Ok(_) => NoSecret::Nowhere,
    })
}

/// Keeps the client secret of `profile` in the keyring.
///
/// # Errors
/// There's no keyring, or it can't be used.
pub fn keep_secret(profile: &Profile, secret: &SecretString) -> Result<(), KeyringError> {
    keyring::set(&profile.keyring_user(), secret)
}

/// Forgets the client secret of `profile`; whether there was one.
///
/// # Errors
/// There's no keyring, or it can't be used.
pub fn forget_secret(profile: &Profile) -> Result<bool, KeyringError> {
    keyring::delete(&profile.keyring_user())
}

/// Whether the keyring can be used and has a secret of `profile`.
///
/// # Errors
/// There's no keyring, or it can't be used.
pub fn keyring_has_secret(profile: &Profile) -> Result<bool, KeyringError> {
    keyring::get(&profile.keyring_user()).map(|secret| secret.is_some())
}

/// A secret that is looked up when the first token is needed: keyrings may be slow, and starting the app
/// waits for nothing.
#[must_use]
pub fn secret_later(profile: &Profile, env: &Env) -> Arc<dyn SecretSource> {
    let (profile, env) = (profile.clone(), env.clone());
    Arc::new(move || {
        secret(&profile, &env).map(|(secret, _)| secret).map_err(|none| {
            // The log has it with all that the system said, in English; people get the kind of it.
            tracing::warn!("no client secret: {}", Texts::new(Lang::English).say(&none));
            match none {
                NoSecret::Command(_) => Plain::SecretCommand,
                NoSecret::Keyring(_) => Plain::Keyring,
                NoSecret::Nowhere => Plain::NoSecret,
            }
        })
    })
}

/// A secret that is known.
#[must_use]
pub fn secret_now(secret: SecretString) -> Arc<dyn SecretSource> {
    Arc::new(move || Ok(secret.clone()))
}

/// The backend of `profile`. Costs nothing until it is used.
#[must_use]
pub fn gateway(profile: &Profile, secret: Arc<dyn SecretSource>) -> Arc<dyn Gateway> {
    Arc::new(client(profile, secret))
}

/// The same, which keeps what may be kept between runs in `ledger`.
fn gateway_with(
    profile: &Profile,
    secret: Arc<dyn SecretSource>,
    ledger: &Arc<dyn Ledger>,
    turns: &Turns,
) -> Arc<dyn Gateway> {
    let client = client(profile, secret);
    // A sandbox of our own is asked for nothing, and has another address with every run.
    if profile.sandbox {
        return Arc::new(client);
    }
    Arc::new(client.with_shelf(Arc::new(LedgerShelf::new(Arc::clone(ledger), turns.clone()))))
}

fn client(profile: &Profile, secret: Arc<dyn SecretSource>) -> DinteroClient {
    let config = ClientConfig {
        account_id: profile.account_id.clone(),
        client_id: profile.client_id.clone(),
        profile_id: profile.profile_id.clone(),
        return_url: profile.return_url.to_string(),
        api_url: profile.api_url.clone(),
        checkout_url: profile.checkout_url.clone(),
        link_hosts: profile.link_hosts.clone(),
        methods: profile.methods.clone().unwrap_or_default(),
    };
    DinteroClient::new(config, Arc::new(HttpTransport::new()), secret, Arc::new(SystemClock))
}

/// The ledger in `data_dir`, and its file.
///
/// # Errors
/// It can't be opened.
pub fn ledger(data_dir: &Path) -> Result<(Arc<dyn Ledger>, PathBuf), LedgerError> {
    let ledger = SqliteLedger::open(data_dir)?;
    let path = ledger.path().to_path_buf();
    Ok((Arc::new(ledger), path))
}

/// The same for whoever shows what stands there where nothing can be written ([`Ledger::unwritable`] tells).
///
/// # Errors
/// It can be neither opened nor read.
pub fn ledger_to_show(data_dir: &Path) -> Result<Arc<dyn Ledger>, LedgerError> {
    SqliteLedger::open_to_read(data_dir).map(|(ledger, _)| -> Arc<dyn Ledger> { Arc::new(ledger) })
}

/// A copy of the ledger that was made.
#[derive(Debug)]
pub struct Backup {
    /// How many links it has.
    pub links: u64,
    /// Why the ledger can't be written, if so: it needs not be for that.
    pub unwritable: Option<LedgerError>,
    /// The ledger was damaged, perhaps found to be now.
    pub rescue: Option<Rescue>,
}

/// Copies the ledger in `data_dir` into `file`.
///
/// # Errors
/// It can't be read, or `file` can't be written.
pub fn backup(data_dir: &Path, file: &Path, overwrite: Overwrite) -> Result<Backup, LedgerError> {
    let ledger = data_dir.join(crate::ledger::FILE_NAME);
    if !ledger.exists() {
        // A wrong folder: opening would make a new one there.
        return Err(LedgerError::unusable(&ledger, Unusable::NotThere));
    }
    let (ledger, unwritable) = SqliteLedger::open_to_read(data_dir)?;
    let links = ledger.backup_to(file, overwrite)?;
    Ok(Backup { links, unwritable, rescue: ledger.rescue()? })
}

/// Lets apps that run on `data_dir` know that somebody has signed in to `account_id`. Without a ledger there are none.
///
/// # Errors
/// The ledger can't be opened or written.
pub fn tell_signed_in(data_dir: &Path, account_id: &str) -> Result<(), LedgerError> {
    if !data_dir.join(crate::ledger::FILE_NAME).exists() {
        return Ok(());
    }
    signed_in::tell(&*ledger(data_dir)?.0, account_id, SystemClock.now())
}

/// All edges: the backend of `profile`, the ledger in `data_dir`, this machine's desktop and clock.
///
/// # Errors
/// The ledger can't be opened.
pub fn ports(
    profile: &Profile,
    secret: Arc<dyn SecretSource>,
    data_dir: &Path,
) -> Result<Ports, LedgerError> {
    Ok(ports_with(profile, secret, ledger(data_dir)?.0))
}

/// The same for who only reads: a ledger that can't be written now is shown as it stands, and why is told.
///
/// # Errors
/// The ledger can be neither opened nor read.
pub fn ports_to_read(
    profile: &Profile,
    secret: Arc<dyn SecretSource>,
    data_dir: &Path,
) -> Result<(Ports, Option<LedgerError>), LedgerError> {
    let (ledger, why) = SqliteLedger::open_to_read(data_dir)?;
    Ok((ports_with(profile, secret, Arc::new(ledger)), why))
}

/// The same with a ledger that is open.
fn ports_with(profile: &Profile, secret: Arc<dyn SecretSource>, ledger: Arc<dyn Ledger>) -> Ports {
    let turns = Turns::default();
    Ports {
        gateway: gateway_with(profile, secret, &ledger, &turns),
        ledger,
        desktop: Arc::new(Desktop::new()),
        clock: Arc::new(SystemClock),
        turns,
        underway: Underway::default(),
        persist: Persist::default(),
    }
}

/// Who the app sells as.
#[must_use]
pub fn shop(config: &Config) -> Shop {
    let p = &config.profile;
    Shop {
        merchant_name: p.merchant_name.clone().unwrap_or_else(|| p.account_id.clone()),
        account_id: p.account_id.clone(),
        sandbox: p.is_test(),
        own_sandbox: None,
        lan: false,
        currency: p.currency,
        methods: p.methods.clone(),
        default_methods: p.default_methods.clone(),
        default_expiry: p.default_expiry.clone(),
        default_auto_capture: p.default_auto_capture,
        default_vat: p.default_vat,
        profiles: config.profiles.clone(),
    }
}
