//! `paylink sandbox`: the Dintero-compatible server alone.

use serde::Serialize;

use super::args;
use super::{Failure, Note, Run, Status, asynchronous};
use crate::sandbox::{Config, Running, SandboxError};

/// What a script needs to use the sandbox (contracts, 4).
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    account_id: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    profile_id: &'a str,
}

/// Serves until it is told to stop.
///
/// # Errors
/// The address or the data file can't be used.
pub fn run(run: &Run, args: args::Sandbox) -> Result<Status, Failure> {
    asynchronous(run.texts(), async {
        let config = Config { data: args.data, zone: super::zone::local, ..Config::new() };
        let running = Running::start(args.listen, config).await.map_err(|e| failure(run, &e))?;
        let sandbox = running.sandbox();
        // The one line that says it's ready: scripts wait for it.
        let line = if run.output.json {
            let ready = Ready {
                url: running.url(),
                account_id: sandbox.account_id(),
                client_id: sandbox.client_id(),
                client_secret: sandbox.client_secret(),
                profile_id: sandbox.profile_id(),
            };
            serde_json::to_string(&ready).map_err(|e| Failure::internal(run.texts(), e))?
        } else {
            format!("sandbox listening on {}", running.url())
        };
        run.output.line(&line)?;
        if !run.output.json {
            let t = run.texts();
            let account = [
                ("account", sandbox.account_id().into()),
                ("client", sandbox.client_id().into()),
                ("secret", sandbox.client_secret().into()),
            ];
            run.note(&Note::new("sandbox_account", t.t_args("cli-sandbox-account", &account)));
            let phone = t.t_args("cli-sandbox-phone", &[("url", running.url().into())]);
            run.note(&Note::new("sandbox_phone", phone));
        }
        told_to_stop().await;
        running.stop().await;
        Ok(Status::Done)
    })
}

fn failure(run: &Run, error: &SandboxError) -> Failure {
    let hint = match error {
        SandboxError::Listen { .. } => run.texts().t("cli-sandbox-listen-hint"),
        _ => run.texts().t("cli-sandbox-data-hint"),
    };
    Failure::input("sandbox", run.texts().say(error), hint)
}

/// Ctrl-C, and on Unix a plain `kill` too.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
