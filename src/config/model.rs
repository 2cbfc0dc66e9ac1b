//! The config as the program uses it: checked values, defaults filled in.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::wrong::Warning;
use crate::domain::expiry::Expiry;
use crate::domain::method::Method;
use crate::domain::money::Currency;
use crate::domain::profiles::Profiles;
use crate::domain::reference::ReferenceTemplate;
use crate::domain::vat::VatRate;

/// Dintero's own API.
pub const API_URL: &str = "https://api.dintero.com";
/// Dintero's own checkout, and where the customer lands when no `return_url` is set.
pub const CHECKOUT_URL: &str = "https://checkout.dintero.com";
/// The payment profile used when none is named.
pub const PROFILE_ID: &str = "default";
/// The languages that `ui.language` may name.
pub const LANGUAGES: [&str; 2] = ["en", "nb"];

/// One run's config.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from; none for a demo.
    pub file: Option<PathBuf>,
    /// The name of the profile in use.
    pub profile_name: String,
    /// All profiles' names, in the order of the alphabet.
    pub profile_names: Vec<String>,
    /// Which of them sells for which account.
    pub profiles: Profiles,
    /// The profile in use.
    pub profile: Profile,
    /// How the program looks and speaks.
    pub ui: Ui,
    /// What works but should be known, for standard error and `doctor`.
    pub warnings: Vec<Warning>,
}

/// One account to sell with.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The backend is paylink's own sandbox, kept in the data folder: account, client and addresses are
    /// the sandbox's own. No real money.
    pub sandbox: bool,
    /// The account, `T12345678` (test) or `P12345678` (production).
    pub account_id: String,
    /// The API client.
    pub client_id: String,
    /// The Dintero payment profile.
    pub profile_id: String,
    /// Where the customer lands after paying.
    pub return_url: Url,
    /// The currency of every price.
    pub currency: Currency,
    /// The seller's name, as shown in the app and in mails.
    pub merchant_name: Option<String>,
    /// The API.
    pub api_url: Url,
    /// The hosted checkout.
    pub checkout_url: Url,
    /// Further hosts that a link's address may have (contracts, 2).
    pub link_hosts: Vec<String>,
    /// What step 2 offers; none for all that the payment profile has.
    pub methods: Option<Vec<Method>>,
    /// What step 2 has ticked; none for all that is offered.
    pub default_methods: Option<Vec<Method>>,
    /// How long a link lives unless said otherwise.
    pub default_expiry: Expiry,
    /// Whether the money is withdrawn at once unless said otherwise.
    pub default_auto_capture: bool,
    /// The rate of VAT of a new line.
    pub default_vat: VatRate,
    /// How references are made.
    pub reference_template: ReferenceTemplate,
    /// The program that prints the client secret.
    pub client_secret_command: Option<Vec<String>>,
    /// A secret from the file itself, if it is there and the file's mode allows it.
    pub client_secret: Option<SecretFile>,
}

impl Profile {
    /// A profile for `account_id` and `client_id`, everything else by default.
    #[must_use]
    pub fn new(account_id: &str, client_id: &str, api_url: Url, checkout_url: Url) -> Self {
        Self {
            sandbox: false,
            account_id: account_id.to_owned(),
            client_id: client_id.to_owned(),
            profile_id: PROFILE_ID.to_owned(),
            return_url: checkout_url.clone(),
            currency: Currency::Nok,
            merchant_name: None,
            api_url,
            checkout_url,
            link_hosts: Vec::new(),
            methods: None,
            default_methods: None,
            default_expiry: Expiry::Days(1),
            default_auto_capture: true,
            default_vat: VatRate::STANDARD,
            reference_template: ReferenceTemplate::default(),
            client_secret_command: None,
            client_secret: None,
        }
    }

    /// Whether no real money moves: a test account at Dintero, or a backend on this machine.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.account_id.starts_with('T') || super::file::is_loopback(&self.api_url)
    }

    /// Under which name the keyring keeps the secret of this client: two backends or two accounts never
    /// share one.
    #[must_use]
    pub fn keyring_user(&self) -> String {
        format!("{}/{}@{}", self.account_id, self.client_id, self.api_url.host_str().unwrap_or_default())
    }
}

/// A secret that stands in the file. Its `Debug` hides it.
#[derive(Debug, Clone)]
pub struct SecretFile(pub SecretString);

/// How the program looks and speaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ui {
    /// `en` or `nb`; none for the system's language.
    pub language: Option<String>,
    /// Dark or light.
    pub theme: Theme,
}

/// The colours' ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the terminal says.
    #[default]
    Auto,
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
}

impl Theme {
    /// Every theme with the word of the config file.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Auto, "auto"), (Self::Dark, "dark"), (Self::Light, "light")];

    /// The theme with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, w)| *w == word).map(|(t, _)| t)
    }
}
