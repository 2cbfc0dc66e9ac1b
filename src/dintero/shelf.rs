//! The payment profile between runs: what is kept of it, and what of that is believed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::ClientConfig;
use crate::ports::{Profile, Reply};

/// More than this is no profile that is worth a place in the seller's data.
const LARGEST: usize = 128 * 1024;
/// Words in the name of a setting that holds something only its owner may know.
const SECRET_WORDS: [&str; 7] =
    ["secret", "password", "token", "api_key", "apikey", "private_key", "credential"];

/// A place for small texts that outlast the process. What can't be kept or found is no failure: it is asked for again.
pub trait Shelf: Send + Sync {
    /// The text under `key`, if there is one.
    fn get(&self, key: String) -> Reply<'_, Option<String>>;
    /// Keeps `text` under `key`, or forgets what is there.
    fn put(&self, key: String, text: Option<String>) -> Reply<'_, ()>;
}

/// Whose profile it is. The address is not part of the key: a backend that changes it leaves nothing behind.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    checkout_url: String,
    account_id: String,
    profile_id: String,
}

impl Owner {
    fn of(config: &ClientConfig) -> Self {
        Self {
            checkout_url: config.checkout_url.to_string(),
            account_id: config.account_id.clone(),
            profile_id: config.profile_id.clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Text {
    of: Owner,
    read_at: Timestamp,
    profile: Profile,
}

/// Where the profile of `config` lies.
pub(super) fn key(config: &ClientConfig) -> String {
    format!("profile:{}:{}", config.account_id, config.profile_id)
}

/// What is kept of `profile`; `None` for one that is better not kept.
pub(super) fn write(config: &ClientConfig, profile: &Profile, read_at: Timestamp) -> Option<String> {
    if holds_a_secret(&profile.raw) {
        return None;
    }
    let text = Text { of: Owner::of(config), read_at, profile: profile.clone() };
    serde_json::to_string(&text).ok().filter(|text| text.len() <= LARGEST)
}

/// The profile of `config` and when it was read; `None` for what is damaged or somebody else's.
pub(super) fn read(config: &ClientConfig, text: &str) -> Option<(Profile, Timestamp)> {
    if text.len() > LARGEST {
        return None;
    }
    let kept: Text = serde_json::from_str(text).ok()?;
    // What was written by us is such a profile, and no other.
    let sound = kept.profile.raw.is_object() && !holds_a_secret(&kept.profile.raw);
    (sound && kept.of == Owner::of(config)).then_some((kept.profile, kept.read_at))
}

/// Whether a setting with something in it is named like a secret. Switches are none (`generate_payment_token`).
fn holds_a_secret(value: &Value) -> bool {
    let secret = |key: &str, value: &Value| {
        let key = key.to_ascii_lowercase();
        SECRET_WORDS.iter().any(|word| key.contains(word)) && !matches!(value, Value::Null | Value::Bool(_))
    };
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| secret(key, value) || holds_a_secret(value)),
        Value::Array(all) => all.iter().any(holds_a_secret),
        _ => false,
    }
}
