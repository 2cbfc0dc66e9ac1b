//! A backend that repeats what it was sent must not carry it any further: a token or a secret that stands
//! in an answer is put out of sight before anybody reads the answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::transport::Response;
use super::wire;
use crate::domain::clean;

/// Shorter than this it is no secret worth the name, and may be a word of the answer.
const SHORTEST: usize = 8;
/// What stands there instead.
const MASK: &str = "(secret)";

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

    /// Whether they are the same ones.
    pub(super) fn same(&self, other: &Self) -> bool {
        let told = |form: &SecretString, other: &SecretString| form.expose_secret() == other.expose_secret();
        self.forms.len() == other.forms.len() && self.forms.iter().zip(&other.forms).all(|(a, b)| told(a, b))
    }

    /// `answer` without them.
    pub(super) fn masked(&self, mut answer: Response) -> Response {
        for form in &self.forms {
            mask(&mut answer.body, form.expose_secret().as_bytes());
        }
        if let Some(body) = self.without_hidden(&answer.body) {
            answer.body = body;
        }
        answer
    }

    /// `body` without what becomes a secret only when it is read: written with escapes, or with signs in between that
    /// cleaning takes out. `None` if there is nothing of the kind.
    fn without_hidden(&self, body: &[u8]) -> Option<Vec<u8>> {
        // Plain ASCII without escapes reads as it is written.
        if self.forms.is_empty() || !body.iter().any(|b| matches!(b, b'\\' | 0x7f..)) {
            return None;
        }
        let mut value = wire::json(body)?;
        if !self.cover(&mut value) {
            return None;
        }
        serde_json::to_vec(&value).ok()
    }

    /// Puts every text and every key that holds a secret out of sight. Whether there was one.
    fn cover(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) if self.is_in(text) => {
                *text = MASK.to_owned();
                true
            }
            Value::Array(list) => list.iter_mut().fold(false, |any, inner| self.cover(inner) | any),
            Value::Object(map) => {
                let mut any = map.values_mut().fold(false, |any, inner| self.cover(inner) | any);
                if map.keys().any(|key| self.is_in(key)) {
                    any = true;
                    let covered = |key: String| if self.is_in(&key) { MASK.to_owned() } else { key };
                    *map =
                        std::mem::take(map).into_iter().map(|(k, v)| (covered(k), v)).collect::<Map<_, _>>();
                }
                any
            }
            _ => false,
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let read = clean::line(text);
        self.forms.iter().any(|form| read.contains(form.expose_secret()))
    }
}

fn mask(body: &mut Vec<u8>, secret: &[u8]) {
    let mut from = 0;
    let mut out = Vec::new();
    while let Some(at) = find(&body[from..], secret) {
        out.extend_from_slice(&body[from..from + at]);
        out.extend_from_slice(MASK.as_bytes());
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

    #[test]
    fn what_becomes_a_secret_when_it_is_read_does_not_come_back() {
        for (body, covered) in [
            (r#"{"a":["\u0073ecret-token","\u0073ecret"],"n":1}"#, r#"{"a":["(secret)","secret"],"n":1}"#),
            (r#"{"a":"x secret\u200b-token"}"#, r#"{"a":"(secret)"}"#),
            ("{\"a\":\"secret-\u{202e}token\"}", r#"{"a":"(secret)"}"#),
            (r#"{"secret\u002dtoken":{"secret-t\u00adoken":"\u00e6"}}"#, r#"{"(secret)":{"(secret)":"æ"}}"#),
            // Nothing in it: not a byte is changed.
            (r#"{"a" : "\u00e6"}"#, r#"{"a" : "\u00e6"}"#),
        ] {
            assert_eq!(after("Bearer secret-token", body), covered, "{body}");
        }
    }
}
