//! A backend that repeats what it was sent must not carry it any further: a token or a secret that stands
//! in an answer is put out of sight before anybody reads the answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};

use super::transport::Response;

/// Shorter than this it is no secret worth the name, and may be a word of the answer.
const SHORTEST: usize = 8;
/// What stands there instead.
const MASK: &[u8] = b"(secret)";

/// What a request signed in with, in every form in which it may come back.
pub(super) struct Credentials {
    forms: Vec<SecretString>,
    /// They are the client's own, not a token's.
    client: bool,
}

impl Credentials {
    /// Those of a request.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let said = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let Some((scheme, said)) = said.and_then(|v| v.split_once(' ')) else {
            return Self { forms: Vec::new(), client: false };
        };
        let mut forms = vec![SecretString::from(said)];
        if scheme == "Basic"
            && let Some(pair) = STANDARD.decode(said).ok().and_then(|bytes| String::from_utf8(bytes).ok())
            && let Some((_, secret)) = pair.split_once(':')
        {
            forms.push(SecretString::from(secret));
        }
        forms.retain(|form| form.expose_secret().len() >= SHORTEST);
        Self { forms, client: scheme == "Basic" }
    }

    /// Whether they are the client's own id and secret.
    pub(super) const fn of_client(&self) -> bool {
        self.client
    }

    /// `answer` without them.
    pub(super) fn masked(&self, mut answer: Response) -> Response {
        for form in &self.forms {
            mask(&mut answer.body, form.expose_secret().as_bytes());
        }
        answer
    }
}

fn mask(body: &mut Vec<u8>, secret: &[u8]) {
    let mut from = 0;
    let mut out = Vec::new();
    while let Some(at) = find(&body[from..], secret) {
        out.extend_from_slice(&body[from..from + at]);
        out.extend_from_slice(MASK);
        from += at + secret.len();
    }
    if from > 0 {
        out.extend_from_slice(&body[from..]);
        *body = out;
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let last = bytes.len().checked_sub(what.len())?;
    let mut from = 0;
    while from <= last {
        let at = from + bytes[from..=last].iter().position(|b| *b == first)?;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(authorization: &str, body: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        let answer = Response { status: 400, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        String::from_utf8(Credentials::of(&headers).masked(answer).body).unwrap()
    }

    #[test]
    fn what_was_sent_does_not_come_back() {
        assert_eq!(
            after("Bearer opaque-token-1", r#"{"error":"opaque-token-1 is not opaque-token-1"}"#),
            r#"{"error":"(secret) is not (secret)"}"#
        );
        // "client:hush-hush-hush", as it was sent and as it is.
        assert_eq!(
            after(
                "Basic Y2xpZW50Omh1c2gtaHVzaC1odXNo",
                "Y2xpZW50Omh1c2gtaHVzaC1odXNo hush-hush-hush hush-hush"
            ),
            "(secret) (secret) hush-hush"
        );
        assert_eq!(after("Bearer id", r#"{"id":"x"}"#), r#"{"id":"x"}"#);
        assert_eq!(after("Bearer", "Bearer"), "Bearer");
    }
}
