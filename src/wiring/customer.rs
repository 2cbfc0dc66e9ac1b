//! The customer, played through the sandbox's control interface (contracts, 4).

use std::sync::Arc;

use super::embedded::Embedded;
use crate::app::effect::Play;
use crate::dintero::{Request, Transport};
use crate::domain::cause::Cause;
use crate::domain::clean;
use crate::ports::Reply;
use crate::runtime::Customer;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// Plays the customer of our own sandbox, and keeps it running.
pub(super) struct SandboxCustomer {
    sandbox: Embedded,
    transport: Arc<dyn Transport>,
}

impl SandboxCustomer {
    /// For this sandbox, which runs as long as this lives.
    #[must_use]
    pub(super) fn new(sandbox: Embedded, transport: Arc<dyn Transport>) -> Self {
        Self { sandbox, transport }
    }

    async fn post(&self, session_id: &str, what: &str, body: Value) -> Result<(), Cause> {
        let mut url = self.sandbox.api_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["sandbox", "sessions", session_id, what]);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request =
            Request { method: Method::POST, url, headers, body: Some(body.to_string().into_bytes()) };
        let response = self.transport.send(request).await.map_err(|error| error.cause)?;
        if (200..300).contains(&response.status) {
            return Ok(());
        }
        let told = serde_json::from_slice::<Value>(&response.body).ok();
        let message = told.as_ref().and_then(|v| v.pointer("/error/message")).and_then(Value::as_str);
        Err(match message {
            Some(words) => Cause::theirs(clean::line_within(words, 120)),
            None => Cause::Status(response.status, None),
        })
    }
}

impl Customer for SandboxCustomer {
    fn play<'a>(&'a self, session_id: &'a str, what: Play) -> Reply<'a, Result<(), Cause>> {
        Box::pin(async move {
            match what {
                Play::Open => self.post(session_id, "visit", json!({})).await,
                Play::Pay => self.post(session_id, "pay", json!({ "outcome": "authorized" })).await,
                Play::Decline => self.post(session_id, "pay", json!({ "outcome": "declined" })).await,
            }
        })
    }
}
