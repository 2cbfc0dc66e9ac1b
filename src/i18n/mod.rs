//! The words of paylink, and how a language writes numbers, money and time.
//!
//! Knows the domain's types and nothing else. Every text that people see is in `assets/lang/*.ftl`, one
//! file per language with the same keys; `tests/it/i18n.rs` holds the files and the source together.

mod cause;
pub mod format;
pub mod lang;
pub mod mail;
pub mod mistakes;
mod products;
mod system;
pub mod texts;
pub mod time;
pub mod words;

pub use lang::{Lang, LangError, LangSource, choose};
pub use texts::{Texts, Value};

use std::borrow::Cow;

/// A thing of the domain that people have words for. The matches behind it are exhaustive: a new
/// variant can't be forgotten.
pub trait Spoken {
    /// In words.
    fn say(&self, texts: Texts) -> Cow<'static, str>;
}

impl Texts {
    /// `thing` in words: `texts.say(&LinkState::Open)`, `texts.say(&error)`.
    #[must_use]
    pub fn say<T: Spoken + ?Sized>(self, thing: &T) -> Cow<'static, str> {
        thing.say(self)
    }
}
