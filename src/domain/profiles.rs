//! Which profile of the config sells for which account: one data folder may serve several.

use std::collections::BTreeMap;

/// The profiles of a config, by account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profiles {
    /// Account to profile; of several with one account, the first in the alphabet.
    pub by_account: BTreeMap<String, String>,
    /// The profile of the sandbox, whose account is its own.
    pub sandbox: Option<String>,
}

impl Profiles {
    /// The profile that sells for `account`. An account that no profile names is the sandbox's, if there is one.
    #[must_use]
    pub fn of(&self, account: &str) -> Option<&str> {
        self.by_account.get(account).or(self.sandbox.as_ref()).map(String::as_str)
    }
}
