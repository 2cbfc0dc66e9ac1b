//! `paylink doctor`: what works and what doesn't, with what to do about it.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use crossterm::style::{Color, Stylize};
use serde::Serialize;
use url::Url;

use super::{Failure, Run, Status, asynchronous, backup};
use crate::config::Config;
use crate::domain::cause::Cause;
use crate::domain::method::resolve_types;
use crate::i18n::Texts;
use crate::ports::{
    CLOCK_OFF_SECONDS, FaultKind, Gateway, Ledger, LedgerError, LinkFilter, LinkRow, OutboxEntry,
};
use crate::ui::waiting_words;
use crate::wiring::{self, SecretOrigin};

/// The app's smallest screen.
const SMALLEST: (u16, u16) = (80, 24);

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Error,
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
    hint: String,
    #[serde(skip)]
    status: Status,
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    checks: &'a [Check],
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { name, verdict, detail: detail.into(), hint: String::new(), status: Status::Done }
    }

    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Verdict::Ok, detail)
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    fn failed(name: &'static str, failure: Failure) -> Self {
        Self { status: failure.status, ..Self::new(name, Verdict::Error, failure.message).hint(failure.hint) }
    }
}

/// Looks at everything.
///
/// # Errors
/// Standard output is closed. What doesn't work is told by the exit status.
pub fn run(run: &Run) -> Result<Status, Failure> {
    let t = run.texts();
    let mut checks = vec![config(run)];
    // The sandbox's account is its own, and known once it runs.
    let mut of = run.config.as_ref().ok().cloned();
    match &run.config {
        Ok(config) if config.profile.sandbox => {
            let (found, opened) = in_sandbox(run, config)?;
            checks.extend(found);
            of = opened;
        }
        Ok(config) => {
            let (secret, source) = secret(run, config);
            checks.push(secret);
            checks.push(keyring(run, config));
            checks.extend(asynchronous(t, async {
                let gateway = source.map(|s| wiring::gateway(&config.profile, wiring::secret_now(s)));
                Ok(backend(run, config, gateway).await)
            })?);
        }
        Err(_) => {
            for name in ["secret", "keyring", "backend", "credentials", "clock", "profile"] {
                checks.push(Check::new(name, Verdict::Skipped, t.t("doctor-needs-config")));
            }
        }
    }
    checks.extend(data(run, of.as_ref()));
    checks.push(terminal(run));
    print(run, &checks)?;
    Ok(checks.iter().find(|c| c.verdict == Verdict::Error).map_or(Status::Done, |c| c.status))
}

/// A profile with `sandbox = true` has its secret and its backend within paylink.
fn in_sandbox(run: &Run, config: &Config) -> Result<(Vec<Check>, Option<Config>), Failure> {
    let t = run.texts();
    let folder = run.places()?.data_dir.clone();
    asynchronous(t, async {
        let (config, secret, embedded) = match wiring::workplace::kept_sandbox(config, &folder).await {
            Ok(opened) => opened,
            Err(error) => {
                return Ok((vec![Check::failed("backend", super::app::not_opened(t, &error))], None));
            }
        };
        let gateway = wiring::gateway(&config.profile, wiring::secret_now(secret));
        let checks = backend(run, &config, Some(gateway)).await;
        drop(embedded);
        Ok((checks, Some(config)))
    })
}

fn print(run: &Run, checks: &[Check]) -> Result<(), Failure> {
    if run.output.json {
        let ok = checks.iter().all(|c| c.verdict != Verdict::Error);
        let report = serde_json::to_string(&Report { ok, checks });
        return run.output.line(&report.map_err(|e| Failure::internal(run.texts(), e))?);
    }
    for check in checks {
        let (glyph, color) = match check.verdict {
            Verdict::Ok => ("✓", Color::Green),
            Verdict::Warning => ("!", Color::Yellow),
            Verdict::Error => ("×", Color::Red),
            Verdict::Skipped => ("-", Color::DarkGrey),
        };
        let glyph = if run.output.color { glyph.with(color).to_string() } else { glyph.to_owned() };
        // By their names: scripts know the checks by these, people by the words for them.
        let name = run.texts().find(&format!("doctor-name-{}", check.name)).unwrap_or(check.name.into());
        run.output.line(&format!("{glyph} {name:<14} {}", check.detail))?;
        if !check.hint.is_empty() {
            run.output.line(&format!("  {:<14} {}", "", check.hint))?;
        }
    }
    Ok(())
}

fn config(run: &Run) -> Check {
    match run.config() {
        Ok(config) => {
            let path = config.file.as_ref().map(|f| f.display().to_string()).unwrap_or_default();
            let args = [("path", path.into()), ("profile", config.profile_name.as_str().into())];
            let detail = run.texts().t_args("cli-config-good", &args);
            if config.warnings.is_empty() {
                Check::ok("config", detail)
            } else {
                let said: Vec<_> = config.warnings.iter().map(|w| run.texts().say(w)).collect();
                Check::new("config", Verdict::Warning, detail).hint(said.join("; "))
            }
        }
        Err(failure) => Check::failed("config", failure),
    }
}

fn secret(run: &Run, config: &Config) -> (Check, Option<secrecy::SecretString>) {
    let t = run.texts();
    match wiring::secret(&config.profile, &run.env) {
        Ok((secret, origin)) => {
            let found = t.t(match origin {
                SecretOrigin::Environment => "secret-origin-environment",
                SecretOrigin::Command => "secret-origin-command",
                SecretOrigin::Keyring => "secret-origin-keyring",
                SecretOrigin::File => "secret-origin-file",
            });
            let detail = t.t_args("doctor-secret", &[("origin", found.into_owned().into())]);
            let check = match origin {
                SecretOrigin::File => {
                    Check::new("secret", Verdict::Warning, detail).hint(t.t("doctor-secret-file-hint"))
                }
                _ => Check::ok("secret", detail),
            };
            (check, Some(secret))
        }
        Err(why) => {
            let failure =
                Failure::new(Status::SignIn, "not_signed_in", t.say(&why), t.t("cli-not-signed-in-hint"));
            (Check::failed("secret", failure), None)
        }
    }
}

/// A machine without a keyring is no fault by itself: the secret may come from elsewhere.
fn keyring(run: &Run, config: &Config) -> Check {
    let t = run.texts();
    match wiring::keyring_has_secret(&config.profile) {
        Ok(true) => Check::ok("keyring", t.t("doctor-keyring-has")),
        Ok(false) => Check::ok("keyring", t.t("doctor-keyring-empty")),
        Err(error) => Check::new("keyring", Verdict::Warning, t.say(&error)).hint(t.t("cli-keyring-hint")),
    }
}

async fn backend(run: &Run, config: &Config, gateway: Option<std::sync::Arc<dyn Gateway>>) -> Vec<Check> {
    let t = run.texts();
    let url = config.profile.api_url.as_str().trim_end_matches('/').to_owned();
    let reached = |url: &str| Check::ok("backend", t.t_args("doctor-reached", &[("url", url.into())]));
    let skipped = |name: &'static str, key: &'static str| Check::new(name, Verdict::Skipped, t.t(key));
    let Some(gateway) = gateway else {
        let first = match reach(&config.profile.api_url, t).await {
            Ok(()) => reached(&url),
            Err(why) => {
                let message = format!("{url}: {why}");
                let hint = t.t("doctor-unreachable-hint");
                Check::failed("backend", Failure::new(Status::Unreachable, "unreachable", message, hint))
            }
        };
        let rest = ["credentials", "clock", "profile"].map(|name| skipped(name, "doctor-needs-secret"));
        return std::iter::once(first).chain(rest).collect();
    };
    match gateway.sign_in().await {
        Ok(()) => {
            let account = [("account", config.profile.account_id.as_str().into())];
            let credentials = Check::ok("credentials", t.t_args("doctor-signed-in", &account));
            vec![
                reached(&url),
                credentials,
                clock(run, &*gateway).await,
                profile(run, config, &*gateway).await,
            ]
        }
        Err(fault) => {
            let failure = Failure::fault(t, &fault);
            match fault.kind {
                FaultKind::NotSent | FaultKind::Maybe | FaultKind::Untrusted => {
                    let failure = Failure {
                        message: format!("{url}: {}", t.say(without_place(&fault.cause))),
                        hint: t.t("doctor-unreachable-hint").into_owned(),
                        status: Status::Unreachable,
                        ..failure
                    };
                    let rest =
                        ["credentials", "clock", "profile"].map(|name| skipped(name, "doctor-needs-backend"));
                    std::iter::once(Check::failed("backend", failure)).chain(rest).collect()
                }
                _ => vec![
                    reached(&url),
                    Check::failed("credentials", Failure { status: Status::SignIn, ..failure }),
                    clock(run, &*gateway).await,
                    skipped("profile", "doctor-needs-credentials"),
                ],
            }
        }
    }
}

/// A cause without the host, where that stands before it already.
fn without_place(cause: &Cause) -> &Cause {
    match cause {
        Cause::At(_, inner) => without_place(inner),
        Cause::SigningIn(inner) if matches!(**inner, Cause::At(..)) => without_place(inner),
        cause => cause,
    }
}

/// Whether somebody listens there, where there's no secret to ask more with.
async fn reach(url: &Url, texts: Texts) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    match tokio::time::timeout(Duration::from_secs(5), tokio::net::TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(texts.system(&error)),
        Err(_) => Err(texts.t("system-no-answer").into_owned()),
    }
}

async fn clock(run: &Run, gateway: &dyn Gateway) -> Check {
    let t = run.texts();
    // Where it can't be asked, what the answers so far told.
    let skew = gateway.clock_checked().await.ok().flatten().unwrap_or_else(|| gateway.clock_skew());
    if skew.as_secs().abs() < CLOCK_OFF_SECONDS {
        return Check::ok("clock", t.t("doctor-clock"));
    }
    let args = [("span", t.span(skew).into())];
    let key = if skew.is_positive() { "doctor-clock-behind" } else { "doctor-clock-ahead" };
    Check::new("clock", Verdict::Warning, t.t_args(key, &args)).hint(t.t("doctor-clock-hint"))
}

/// Which methods the account has, or how short names are understood where that can't be read.
async fn profile(run: &Run, config: &Config, gateway: &dyn Gateway) -> Check {
    let t = run.texts();
    let named = config.profile.methods.clone().unwrap_or_default();
    match gateway.profile_anew().await {
        Ok(profile) => {
            let args = [
                ("profile", config.profile.profile_id.as_str().into()),
                ("types", profile.types.join(", ").into()),
            ];
            match resolve_types(&named, Some(&profile.types), &named) {
                Ok(_) => Check::ok("profile", t.t_args("doctor-profile", &args)),
                Err(method) => {
                    let args = [("method", method.as_str().to_owned().into())];
                    Check::new("profile", Verdict::Warning, t.t_args("doctor-profile-lacks", &args))
                        .hint(t.t("doctor-profile-lacks-hint"))
                }
            }
        }
        Err(fault) => {
            let detail =
                t.t_args("doctor-profile-unknown", &[("why", t.say(&fault.cause).into_owned().into())]);
            Check::new("profile", Verdict::Warning, detail).hint(t.t("doctor-profile-unknown-hint"))
        }
    }
}

fn data(run: &Run, config: Option<&Config>) -> Vec<Check> {
    let t = run.texts();
    let places = match run.places() {
        Ok(places) => places,
        Err(failure) => return vec![Check::failed("data", failure)],
    };
    let folder = &places.data_dir;
    let (ledger, file) = match wiring::ledger(folder) {
        Ok(ledger) => ledger,
        Err(error) => return vec![Check::failed("data", Failure::ledger(t, &error))],
    };
    let args = [("path", folder.display().to_string().into())];
    let mut checks = vec![match modes(folder, &file, t) {
        None => Check::ok("data", t.t_args("doctor-data", &args)),
        Some(what) => Check::new("data", Verdict::Warning, what).hint(t.t("doctor-data-hint")),
    }];
    // First, because that may be what finds a damage.
    let links = config.map(|config| links(run, &*ledger, config)).unwrap_or_default();
    if let Ok(Some(rescue)) = ledger.rescue() {
        let told = backup::told(run, &rescue);
        checks.push(Check::new("ledger", Verdict::Warning, told).hint(t.t("doctor-rescue-hint")));
    }
    checks.extend(links);
    checks
}

/// What waits in the outbox, and what a person must deal with.
fn links(run: &Run, ledger: &dyn Ledger, config: &Config) -> Vec<Check> {
    let t = run.texts();
    let account = config.profile.account_id.as_str();
    let alarmed = LinkFilter { alarmed: true, ..LinkFilter::default() };
    let found = ledger
        .outbox(account)
        .and_then(|outbox| Ok((outbox, ledger.rows(account, &alarmed)?, ledger.waiting_elsewhere(account)?)))
        .and_then(|(outbox, rows, elsewhere)| Ok((outbox, rows, elsewhere, ledger.unsettled(account)?)));
    let (outbox, rows, elsewhere, followed) = match found {
        Ok(found) => found,
        Err(error) => return vec![Check::failed("ledger", Failure::ledger(t, &error))],
    };
    // What is looked for without being asked is nothing that waits to be sent.
    let outbox: Vec<OutboxEntry> = outbox.into_iter().filter(|e| e.kind.asked_for()).collect();
    let undecided = outbox.iter().filter(|e| e.needs_decision).count();
    let args = [("count", outbox.len().into()), ("undecided", undecided.into())];
    let waiting = match (outbox.len(), undecided) {
        (0, _) => Check::ok("outbox", t.t("doctor-outbox-empty")),
        (_, 0) => Check::ok("outbox", t.t_args("doctor-outbox", &args)),
        _ => Check::new("outbox", Verdict::Warning, t.t_args("doctor-outbox-undecided", &args))
            .hint(t.t("doctor-outbox-hint")),
    };
    let alarms: Vec<String> = rows
        .iter()
        .flat_map(|r| r.alarms.iter().map(move |a| format!("{}: {}", r.reference, t.say(a))))
        .collect();
    let alarms = if alarms.is_empty() {
        Check::ok("alarms", t.t("doctor-alarms-none"))
    } else {
        Check::new("alarms", Verdict::Warning, alarms.join("; ")).hint(t.t("doctor-alarms-hint"))
    };
    let others = elsewhere.into_iter().map(|(account, count)| {
        let told = waiting_words::elsewhere(t, &account, config.profiles.of(&account), count);
        Check::new("outbox", Verdict::Warning, told)
    });
    let odd = |row: &&LinkRow| matches!(ledger.link(row.id), Err(LedgerError::Unreadable { .. }));
    let odd: Vec<_> = followed.iter().filter(odd).map(|row| row.reference.as_str()).collect();
    let odd = (!odd.is_empty()).then(|| {
        let told = t.t_args("doctor-unreadable", &[("references", odd.join(", ").into())]);
        Check::new("ledger", Verdict::Warning, told).hint(t.t("doctor-unreadable-hint"))
    });
    [waiting].into_iter().chain(others).chain([alarms]).chain(odd).collect()
}

/// Who else can read the data, if anybody.
#[cfg(unix)]
fn modes(folder: &Path, file: &Path, texts: Texts) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    [folder, file].into_iter().find_map(|path| {
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        let args = [("path", path.display().to_string().into()), ("mode", format!("{mode:04o}").into())];
        (mode & 0o077 != 0).then(|| texts.t_args("doctor-mode", &args))
    })
}

#[cfg(not(unix))]
fn modes(_: &Path, _: &Path, _: Texts) -> Option<String> {
    None
}

fn terminal(run: &Run) -> Check {
    let t = run.texts();
    if !io::stdout().is_terminal() {
        return Check::new("terminal", Verdict::Skipped, t.t("doctor-no-terminal"));
    }
    let env = |name: &str| std::env::var(name).unwrap_or_default();
    let (columns, rows) = crossterm::terminal::size().unwrap_or((0, 0));
    let colors = match env("COLORTERM").as_str() {
        "truecolor" | "24bit" => "16 777 216",
        _ if env("TERM").contains("256color") => "256",
        _ => "16",
    };
    let args = [
        ("columns", i64::from(columns).to_string().into()),
        ("rows", i64::from(rows).to_string().into()),
        ("colors", colors.into()),
        ("term", crate::domain::clean::line_within(&env("TERM"), 40).into()),
    ];
    let detail = t.t_args("doctor-terminal", &args);
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(env).into_iter().find(|v| !v.is_empty());
    let utf8 = cfg!(windows)
        || cfg!(target_os = "macos")
        || locale.is_some_and(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"));
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        return Check::new("terminal", Verdict::Warning, detail).hint(t.t("doctor-terminal-small"));
    }
    if env("TERM") == "dumb" {
        return Check::new("terminal", Verdict::Warning, detail).hint(t.t("doctor-terminal-dumb"));
    }
    if !utf8 {
        return Check::new("terminal", Verdict::Warning, detail).hint(t.t("doctor-terminal-utf8"));
    }
    Check::ok("terminal", detail)
}
