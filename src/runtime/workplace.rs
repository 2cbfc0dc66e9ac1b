//! What the loop works with: the shop, its ports, and those who can make others.

use std::sync::Arc;

use crate::app::effect::{Play, SetUp};
use crate::app::model::Shop;
use crate::app::msg::SetUpTrouble;
use crate::domain::cause::Cause;
use crate::domain::reference::ReferenceTemplate;
use crate::i18n::Texts;
use crate::ports::{Ports, Reply};

/// A shop with everything it needs.
#[derive(Clone)]
pub struct Workplace {
    /// Who we are selling as.
    pub shop: Shop,
    /// The edges.
    pub ports: Ports,
    /// How references are made.
    pub template: ReferenceTemplate,
    /// The words of mails to customers, in their language.
    pub customer_texts: Texts,
    /// Plays the customer, in our own sandbox.
    pub customer: Option<Arc<dyn Customer>>,
}

/// Plays the customer in the sandbox, for a machine without a browser and for training.
pub trait Customer: Send + Sync {
    /// The customer of the session does this. `Err` says in the sandbox's words why not.
    fn play<'a>(&'a self, session_id: &'a str, what: Play) -> Reply<'a, Result<(), Cause>>;
}

/// Opens workplaces at the first start.
pub trait Host: Send + Sync {
    /// Writes a config for the embedded sandbox and opens it.
    fn use_sandbox(&self) -> Reply<'_, Result<Workplace, SetUpTrouble>>;
    /// Tries the account; if it works, writes the config, keeps the secret in the keyring and opens it.
    fn set_up(&self, account: SetUp) -> Reply<'_, Result<Workplace, SetUpTrouble>>;
}
