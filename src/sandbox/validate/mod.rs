//! What a new session must look like (API, 2): strict where the sources are sure, lenient elsewhere.

mod check;
mod order;
mod settings;

use jiff::Timestamp;
use serde_json::Value;

use self::check::Check;
use super::error::ApiError;
use super::state::Object;
use super::{PROFILE_ID, methods, profiles};

/// Which of the two ways to make a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `POST /v1/sessions`: everything is in the request.
    Plain,
    /// `POST /v1/sessions-profile`: the profile's settings, overridden by the request's.
    Profile,
}

/// A session that may be made.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) content: Object,
    pub(super) expires_at: Option<Timestamp>,
}

/// Checks the body of a create call. `strict` is the toggle `strict-session-amounts`.
pub(super) fn session(body: &Object, way: Way, strict: bool, now: Timestamp) -> Result<Accepted, ApiError> {
    let mut check = Check::default();
    let mut content = body.clone();
    content.remove("profile_id");

    if way == Way::Profile {
        profile_id(&mut check, body);
    }
    settings::urls(&mut check, body);
    settings::customer(&mut check, body);
    order::order(&mut check, body, strict);
    settings::metadata(&mut check, body);
    settings::merchant(&mut check, body);
    settings::checkboxes(&mut check, body);
    settings::express(&mut check, body);
    let expires_at = settings::expiry(&mut check, body, now);

    let given = check.object(body, "", "configuration", way == Way::Plain).cloned().unwrap_or_default();
    settings::configuration(&mut check, body, &given);
    let mut configuration = match way {
        Way::Plain => given.clone(),
        Way::Profile => merged(profiles::configuration(), &given),
    };
    if !given.contains_key("default_payment_type") {
        // The profile's own default goes when the request switched that method off.
        let default = configuration.get("default_payment_type").and_then(Value::as_str);
        if default.is_some_and(|name| !methods::enabled(&configuration).contains(&name)) {
            configuration.remove("default_payment_type");
        }
    }
    settings::methods(&mut check, &configuration);
    order::zero(&mut check, body, &configuration);
    check.done()?;

    methods::mark_payable(&mut configuration);
    content.insert("configuration".to_owned(), Value::Object(configuration));
    Ok(Accepted { content, expires_at })
}

/// Checks the body of an update: `order`, and `express` if there is one.
pub(super) fn update(body: &Object) -> Result<(), ApiError> {
    let mut check = Check::default();
    order::order(&mut check, body, true);
    settings::express(&mut check, body);
    check.done()
}

fn profile_id(check: &mut Check, body: &Object) {
    let Some(id) = check.text(body, "", "profile_id", true) else { return };
    if id.trim() != id || id.chars().count() > 255 {
        check.wrong("profile_id", "must be at most 255 characters without spaces around it");
    } else if id != PROFILE_ID {
        check.wrong("profile_id", "no such session profile");
    }
}

/// `base` with everything in `over` laid on it, objects within objects too. How Dintero merges is
/// not documented (API, 12); this is the plain reading of "overrides".
fn merged(mut base: Object, over: &Object) -> Object {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                let both = merged(std::mem::take(old), new);
                *old = both;
            }
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
    base
}

#[cfg(test)]
mod tests;
