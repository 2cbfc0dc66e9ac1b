//! Collects what is wrong with a body, so that the answer names all of it at once.

use serde_json::{Value, json};

use crate::sandbox::error::ApiError;
use crate::sandbox::state::Object;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Check {
    problems: Vec<(String, String)>,
}

impl Check {
    pub(super) fn wrong(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push((path.into(), message.into()));
    }

    /// The verdict: the first problem is the message, all of them are in `errors`.
    pub(super) fn done(self) -> Result<(), ApiError> {
        let Some((path, message)) = self.problems.first() else { return Ok(()) };
        let mut error = ApiError::bad_request(format!("{path}: {message}"));
        error.errors =
            self.problems.iter().map(|(path, message)| json!({ "path": path, "message": message })).collect();
        Err(error)
    }

    fn value<'a>(&mut self, map: &'a Object, at: &str, key: &str, required: bool) -> Option<&'a Value> {
        let found = map.get(key).filter(|v| !v.is_null());
        if found.is_none() && required {
            self.wrong(join(at, key), "is required");
        }
        found
    }

    pub(super) fn text<'a>(
        &mut self,
        map: &'a Object,
        at: &str,
        key: &str,
        required: bool,
    ) -> Option<&'a str> {
        let value = self.value(map, at, key, required)?;
        let Some(text) = value.as_str() else {
            self.wrong(join(at, key), "must be a string");
            return None;
        };
        if required && text.trim().is_empty() {
            self.wrong(join(at, key), "must not be empty");
            return None;
        }
        Some(text)
    }

    pub(super) fn object<'a>(
        &mut self,
        map: &'a Object,
        at: &str,
        key: &str,
        required: bool,
    ) -> Option<&'a Object> {
        let value = self.value(map, at, key, required)?;
        if !value.is_object() {
            self.wrong(join(at, key), "must be an object");
        }
        value.as_object()
    }

    pub(super) fn array<'a>(
        &mut self,
        map: &'a Object,
        at: &str,
        key: &str,
        required: bool,
    ) -> Option<&'a [Value]> {
        let value = self.value(map, at, key, required)?;
        if !value.is_array() {
            self.wrong(join(at, key), "must be an array");
        }
        value.as_array().map(Vec::as_slice)
    }

    /// An integer of 32 bits, written without a fraction.
    pub(super) fn int32(&mut self, map: &Object, at: &str, key: &str, required: bool) -> Option<i64> {
        let value = self.value(map, at, key, required)?;
        let number = value.as_i64().filter(|n| i32::try_from(*n).is_ok());
        if number.is_none() {
            self.wrong(join(at, key), "must be an integer of 32 bits (minor units)");
        }
        number
    }

    pub(super) fn number(&mut self, map: &Object, at: &str, key: &str) -> Option<f64> {
        let value = self.value(map, at, key, false)?;
        if !value.is_number() {
            self.wrong(join(at, key), "must be a number");
        }
        value.as_f64()
    }

    pub(super) fn boolean(&mut self, map: &Object, at: &str, key: &str) -> Option<bool> {
        let value = self.value(map, at, key, false)?;
        if !value.is_boolean() {
            self.wrong(join(at, key), "must be true or false");
        }
        value.as_bool()
    }

    /// Text that is one of `words`.
    pub(super) fn one_of(&mut self, map: &Object, at: &str, key: &str, required: bool, words: &[&str]) {
        if let Some(text) = self.text(map, at, key, required)
            && !words.contains(&text)
        {
            self.wrong(join(at, key), format!("must be one of {}", words.join(", ")));
        }
    }

    /// The members of an array, each an object, with its own path.
    pub(super) fn objects<'a>(&mut self, rows: &'a [Value], at: &str) -> Vec<(String, &'a Object)> {
        let mut out = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            let path = format!("{at}[{n}]");
            match row.as_object() {
                Some(object) => out.push((path, object)),
                None => self.wrong(path, "must be an object"),
            }
        }
        out
    }
}

/// `order` and `amount` make `order.amount`.
pub(super) fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}
