//! `paylink config path|check|show`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::ConfigAction;
use super::{Failure, Note, Run, Status};
use crate::config::Config;
use crate::config::model::Theme;
use crate::domain::method::Method;

/// Does it.
///
/// # Errors
/// There's no config, or it's wrong.
pub fn run(run: &Run, action: ConfigAction) -> Result<Status, Failure> {
    match action {
        ConfigAction::Path => path(run)?,
        ConfigAction::Check => check(run)?,
        ConfigAction::Show => show(run)?,
    }
    Ok(Status::Done)
}

/// The place of the config file, alone on standard output so that `$(paylink config path)` works. The data folder
/// is told beside it; JSON has both.
fn path(run: &Run) -> Result<(), Failure> {
    let places = run.places()?;
    let config = places.config.display().to_string();
    if !run.output.json {
        run.output.line(&config)?;
        let data = [("path", places.data_dir.display().to_string().into())];
        run.note(&Note::new("data_folder", run.texts().t_args("cli-config-data", &data)));
        return Ok(());
    }
    let object = json!({
        "config": config,
        "config_exists": places.config.exists(),
        "data_dir": places.data_dir.display().to_string(),
    });
    run.output.line(&object.to_string())
}

/// Here a config that isn't there is a config that is wrong: signing in is another question.
fn config(run: &Run) -> Result<&Config, Failure> {
    run.config().map_err(|failure| Failure { status: Status::Input, ..failure })
}

fn check(run: &Run) -> Result<(), Failure> {
    let config = config(run)?;
    let file = config.file.as_ref().map(|f| f.display().to_string()).unwrap_or_default();
    let said = config.warnings.iter().map(|warning| run.texts().say(warning));
    if run.output.json {
        let object = json!({
            "ok": true,
            "config": file,
            "profile": config.profile_name,
            "profiles": config.profile_names,
            "warnings": said.collect::<Vec<_>>(),
        });
        return run.output.line(&object.to_string());
    }
    for warning in said {
        let said = run.texts().t_args("cli-warning", &[("what", warning.into())]);
        run.note(&Note::new("config_warning", said));
    }
    let args = [("path", file.into()), ("profile", config.profile_name.as_str().into())];
    run.output.line(&run.texts().t_args("cli-config-good", &args))
}

fn show(run: &Run) -> Result<(), Failure> {
    let values = values(config(run)?);
    if run.output.json {
        return run.output.line(&values.to_string());
    }
    // As the lines of a config file, so that they can be copied into one.
    let mut out = String::new();
    let Value::Object(tables) = values else { return Ok(()) };
    for (key, value) in &tables {
        if let Value::Object(table) = value {
            let _ = write!(out, "\n[{key}]\n");
            for (key, value) in table.iter().filter(|(_, v)| !v.is_null()) {
                let _ = writeln!(out, "{key} = {value}");
            }
        } else {
            let _ = writeln!(out, "{key} = {value}");
        }
    }
    run.output.bytes(out.as_bytes())
}

/// What is in force. Where the secret comes from is not known here without asking; whether the file has one is.
fn values(config: &Config) -> Value {
    let p = &config.profile;
    let names = |m: &Option<Vec<Method>>| {
        m.as_ref().map(|m| m.iter().map(Method::as_str).map(str::to_owned).collect::<Vec<_>>())
    };
    let theme = Theme::ALL.iter().find(|(t, _)| *t == config.ui.theme).map_or("auto", |(_, w)| *w);
    let mut out = json!({
        "default_profile": config.profile_name,
        "ui": { "language": config.ui.language, "theme": theme },
    });
    let mut profile = json!({
        "account_id": p.account_id,
        "client_id": p.client_id,
        "profile_id": p.profile_id,
        "return_url": p.return_url.as_str(),
        "currency": p.currency.code(),
        "merchant_name": p.merchant_name,
        "api_url": p.api_url.as_str(),
        "checkout_url": p.checkout_url.as_str(),
        "link_hosts": p.link_hosts,
        "methods": names(&p.methods),
        "default_methods": names(&p.default_methods),
        "default_expiry": p.default_expiry.to_string(),
        "default_auto_capture": p.default_auto_capture,
        "default_vat": p.default_vat.percent().to_string(),
        "reference_template": p.reference_template.as_str(),
        "client_secret_command": p.client_secret_command,
    });
    if let Value::Object(keys) = &mut profile
        && p.sandbox
    {
        // What the sandbox has of its own is not the config's, and not known before it runs.
        let own =
            ["account_id", "client_id", "profile_id", "return_url", "api_url", "checkout_url", "link_hosts"];
        keys.retain(|key, _| !own.contains(&key.as_str()));
        keys.insert("sandbox".to_owned(), Value::Bool(true));
    }
    out[format!("profiles.{}", config.profile_name)] = profile;
    out
}
