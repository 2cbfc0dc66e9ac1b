//! Workplaces for the terminal app: from a config, for the demo, and at the first start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use jiff::tz::TimeZone;
use secrecy::SecretString;
use tokio::sync::oneshot;
use url::Url;

use super::customer::SandboxCustomer;
use super::embedded::{Embedded, EmbeddedError};
use super::{gateway, keep_secret, ledger_to_show, ports, ports_with, secret_later, secret_now, shop};
use crate::app::effect::SetUp;
use crate::app::msg::SetUpTrouble;
use crate::config::model::{API_URL, CHECKOUT_URL};
use crate::config::write::{self, FirstConfig, write_again};
use crate::config::{Config, Env, Options, Places, Profile, layer};
use crate::dintero::HttpTransport;
use crate::i18n::{Lang, Spoken, Texts};
use crate::ledger::SqliteLedger;
use crate::ports::{Clock as _, Ledger, LedgerError, Ports, Reply, SystemClock};
use crate::runtime::{FirstPage, Host, Workplace};

/// Customers are written to in Norwegian (field facts, 11).
const CUSTOMER: Texts = Texts::new(Lang::Bokmal);

/// Why there is no workplace.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] EmbeddedError),
}

/// A ledger that is being opened on a thread of its own, while the rest of the program starts.
pub struct LedgerThread {
    thread: JoinHandle<()>,
    opened: oneshot::Receiver<Result<OpenLedger, LedgerError>>,
}

/// With what was read of it first.
type OpenLedger = (Arc<dyn Ledger>, FirstPage);

impl LedgerThread {
    /// Begins, with the first page for a terminal of so many `rows`. `None` where the profile's ledger is opened
    /// with its sandbox, or no thread can be had.
    #[must_use]
    pub fn begin(config: &Config, data_dir: &Path, zone: fn() -> TimeZone, rows: u16) -> Option<Self> {
        if config.profile.sandbox {
            return None;
        }
        let (account, data_dir) = (config.profile.account_id.clone(), data_dir.to_path_buf());
        let (tx, opened) = oneshot::channel();
        let open = move || {
            let opened = ledger_to_show(&data_dir).map(|ledger| {
                let page = FirstPage::read(&*ledger, &account, SystemClock.now(), &zone(), rows);
                (ledger, page)
            });
            let _ = tx.send(opened);
        };
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(open).ok()?;
        Some(Self { thread, opened })
    }

    /// The workplace of `config` with this ledger.
    ///
    /// # Errors
    /// It can't be opened.
    pub async fn place(self, config: &Config, env: &Env) -> Result<(Workplace, FirstPage), OpenError> {
        match self.opened.await {
            Ok(opened) => {
                let (ledger, page) = opened?;
                Ok((at_backend(config, env, ledger), page))
            }
            // It ended without an answer, so it has panicked: that goes on here, to the hook that reports it.
            Err(_) => match self.thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => Err(LedgerError::Database("no answer".to_owned()).into()),
            },
        }
    }
}

/// The workplace of a config. A profile with `sandbox = true` gets its sandbox started.
///
/// # Errors
/// The ledger can't be opened, or the sandbox doesn't start.
pub async fn open(config: &Config, env: &Env, data_dir: &Path) -> Result<Workplace, OpenError> {
    if config.profile.sandbox {
        return open_sandbox(config, data_dir).await;
    }
    Ok(at_backend(config, env, ledger_to_show(data_dir)?))
}

/// Works with the backend that the config names.
fn at_backend(config: &Config, env: &Env, ledger: Arc<dyn Ledger>) -> Workplace {
    let profile = &config.profile;
    Workplace {
        shop: shop(config),
        ports: ports_with(profile, secret_later(profile, env), ledger),
        template: profile.reference_template.clone(),
        customer_texts: CUSTOMER,
        customer: None,
    }
}

/// The profile of a config whose backend is the sandbox kept in `data_dir`, with the addresses and
/// credentials that it has now.
///
/// # Errors
/// It doesn't start.
pub async fn kept_sandbox(
    config: &Config,
    data_dir: &Path,
) -> Result<(Config, SecretString, Embedded), OpenError> {
    crate::config::write::make_private_folder(data_dir)
        .map_err(|source| EmbeddedError::File { path: data_dir.to_path_buf(), source })?;
    let embedded = Embedded::kept(data_dir).await?;
    let mut config = config.clone();
    // Its account is known now: another one that no profile names is nobody's.
    config.profiles.sandbox = None;
    config.profile = Profile {
        sandbox: true,
        merchant_name: config.profile.merchant_name.clone().or_else(|| Some("Fjordfisk AS".to_owned())),
        currency: config.profile.currency,
        methods: config.profile.methods.clone(),
        default_methods: config.profile.default_methods.clone(),
        default_expiry: config.profile.default_expiry.clone(),
        default_auto_capture: config.profile.default_auto_capture,
        default_vat: config.profile.default_vat,
        reference_template: config.profile.reference_template.clone(),
        ..profile_of(&embedded)
    };
    let secret = embedded.client_secret.clone();
    Ok((config, secret, embedded))
}

async fn open_sandbox(config: &Config, data_dir: &Path) -> Result<Workplace, OpenError> {
    let (config, secret, embedded) = kept_sandbox(config, data_dir).await?;
    let ports = ports(&config.profile, secret_now(secret), data_dir)?;
    Ok(in_sandbox(&config, ports, embedded, false))
}

/// The demo: throw-away data, a sandbox of its own. Nothing is written to disk.
///
/// # Errors
/// The sandbox doesn't start, or `lan` is asked for and there is no local network.
pub async fn demo(lan: bool) -> Result<Workplace, OpenError> {
    let embedded = Embedded::throw_away(lan).await?;
    let mut profile = profile_of(&embedded);
    profile.merchant_name = Some("Fjordfisk AS".to_owned());
    let config = Config {
        file: None,
        profile_name: "demo".to_owned(),
        profile_names: vec!["demo".to_owned()],
        profiles: Default::default(),
        profile,
        ui: crate::config::Ui::default(),
        warnings: Vec::new(),
    };
    let secret = secret_now(embedded.client_secret.clone());
    let ports = ports_with(&config.profile, secret, Arc::new(SqliteLedger::open_in_memory()?));
    Ok(in_sandbox(&config, ports, embedded, lan))
}

fn profile_of(embedded: &Embedded) -> Profile {
    let url = embedded.api_url.clone();
    let mut profile = Profile::new(&embedded.account_id, &embedded.client_id, url.clone(), url);
    // Links for phones nearby begin with the laptop's address in the network.
    if let (Some(host), Some(port)) = (embedded.link_url.host_str(), embedded.link_url.port())
        && embedded.link_url != embedded.api_url
    {
        profile.link_hosts.push(format!("{host}:{port}"));
    }
    profile
}

fn in_sandbox(config: &Config, ports: Ports, embedded: Embedded, lan: bool) -> Workplace {
    let mut shop = shop(config);
    shop.sandbox = true;
    shop.lan = lan;
    let phone = embedded.link_url.join("sandbox").map_or_else(|_| String::new(), |url| url.to_string());
    shop.own_sandbox = Some(phone);
    let customer = SandboxCustomer::new(embedded, Arc::new(HttpTransport::new()));
    Workplace {
        shop,
        ports,
        template: config.profile.reference_template.clone(),
        customer_texts: CUSTOMER,
        customer: Some(Arc::new(customer)),
    }
}

/// Writes the first config and opens what it says.
pub struct FirstStart {
    /// Where config and data belong.
    pub places: Places,
    /// What the command line says.
    pub options: Options,
    /// What the environment says.
    pub env: Env,
    /// The words for what goes wrong.
    pub texts: Texts,
    /// The config that an earlier try wrote, which came to nothing after that: the next one may say something else.
    written: Mutex<Option<String>>,
}

impl FirstStart {
    /// Nothing was tried yet.
    #[must_use]
    pub fn new(places: Places, options: Options, env: Env, texts: Texts) -> Self {
        Self { places, options, env, texts, written: Mutex::default() }
    }

    /// Writes the config, or in the place of what was written by an earlier try.
    fn write(&self, first: &FirstConfig) -> Result<(), String> {
        // Half of a change can't be left in it by a panic.
        let mut before = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let done = write_again(&self.config(), first, before.as_deref());
        done.map_err(|error| self.words(&error))?;
        *before = Some(write::text(first));
        Ok(())
    }

    fn words(&self, error: &impl Spoken) -> String {
        self.texts.say(error).into_owned()
    }

    fn config(&self) -> PathBuf {
        self.places.config.clone()
    }

    async fn reopen(&self) -> Result<Workplace, String> {
        let config =
            layer::load(&self.places, &self.options, &self.env).map_err(|error| self.words(&error))?;
        open(&config, &self.env, &self.places.data_dir).await.map_err(|error| match error {
            OpenError::Ledger(error) => self.words(&error),
            OpenError::Sandbox(error) => self.words(&error),
        })
    }
}

impl Host for FirstStart {
    fn use_sandbox(&self) -> Reply<'_, Result<Workplace, SetUpTrouble>> {
        Box::pin(async move {
            let first =
                FirstConfig { profile: "sandbox".to_owned(), sandbox: true, ..FirstConfig::default() };
            self.write(&first)?;
            Ok(self.reopen().await?)
        })
    }

    fn set_up(&self, account: SetUp) -> Reply<'_, Result<Workplace, SetUpTrouble>> {
        Box::pin(async move {
            let text = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
            let first = FirstConfig {
                profile: "main".to_owned(),
                account_id: account.account_id.trim().to_owned(),
                client_id: account.client_id.trim().to_owned(),
                merchant_name: text(&account.merchant_name),
                return_url: text(&account.return_url),
                ..FirstConfig::default()
            };
            let ours = |text: &str| Url::parse(text).map_err(|error| error.to_string());
            let profile =
                Profile::new(&first.account_id, &first.client_id, ours(API_URL)?, ours(CHECKOUT_URL)?);
            let secret = SecretString::from(account.client_secret.trim().to_owned());
            // Tried before anything is written: a typing mistake leaves no trace.
            gateway(&profile, secret_now(secret.clone())).sign_in().await.map_err(SetUpTrouble::SignIn)?;
            let (keep, kept) = (profile, secret);
            let in_keyring = crate::ops::blocking(move || keep_secret(&keep, &kept)).await;
            self.write(&first)?;
            if let Err(error) = in_keyring {
                let config = self.config().display().to_string();
                return Err(SetUpTrouble::NotKept { config, why: self.words(&error) });
            }
            Ok(self.reopen().await?)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The first try writes the config and comes to nothing then: the second goes on with it, and with another choice in
    /// its place, but never with a file that somebody else has changed.
    #[tokio::test]
    async fn a_first_try_that_came_to_nothing_is_no_config_that_was_there() {
        let home = tempfile::tempdir().unwrap();
        let (config, data_dir) = (home.path().join("paylink.toml"), home.path().join("data"));
        let places = Places { config: config.clone(), config_named: true, data_dir: data_dir.clone() };
        let start = FirstStart::new(places, Options::default(), Env::default(), Texts::new(Lang::English));
        fs::write(&data_dir, "a file where the folder should be").unwrap();
        for _ in 0..2 {
            let Err(SetUpTrouble::Other(why)) = start.use_sandbox().await else { panic!("it opened") };
            assert!(!why.contains("paylink.toml"), "it is not the config that is wrong: {why}");
        }
        let other = FirstConfig { profile: "main".to_owned(), sandbox: true, ..FirstConfig::default() };
        start.write(&other).unwrap();
        assert_eq!(fs::read_to_string(&config).unwrap(), write::text(&other));
        fs::write(&config, "# the seller's own").unwrap();
        assert!(start.write(&other).unwrap_err().contains("exists already"));
        assert_eq!(fs::read_to_string(&config).unwrap(), "# the seller's own");
        fs::remove_file(&config).unwrap();
        fs::remove_file(&data_dir).unwrap();
        assert!(start.use_sandbox().await.is_ok());
    }
}
